//! The server's own keys, in one file beside the book.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, ensure};
use gocua_domain::id::GroupId;
use gocua_domain::pull::DoorCode;
use gocua_domain::time::Day;
use gocua_domain::trust::code_of;
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sha2::Sha256;

use super::seal::Seal;
use crate::app::Entropy;

/// Keys, all made from one file of 64 bytes. Losing the file signs everybody out, and makes parcels
/// sealed before unreadable (the phones they came from still hold the work); whoever reads it can sign
/// in as anybody.
pub struct Secrets {
    pub(super) signing: EncodingKey,
    pub(super) checking: DecodingKey,
    pub(super) key_id: String,
    refresh: Hmac<Sha256>,
    tags: Hmac<Sha256>,
    doors: Hmac<Sha256>,
    pub(super) seal: Seal,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({})", self.key_id)
    }
}

impl Secrets {
    /// Keys for five purposes out of 64 random bytes: none of them tells another.
    pub fn from_bytes(root: &[u8; 64]) -> Self {
        let derive = |purpose: &str| keyed(root).chain_update(purpose).finalize().into_bytes();
        let (low, high) = (derive("access 1"), derive("access 2"));
        let access = [low.as_slice(), high.as_slice()].concat();
        Self {
            signing: EncodingKey::from_secret(&access),
            checking: DecodingKey::from_secret(&access),
            key_id: hex(&derive("key id")[..8]),
            refresh: keyed(&derive("refresh")),
            tags: keyed(&derive("tags")),
            doors: keyed(&derive("doors")),
            seal: Seal::from_seed(&derive("parcels")),
        }
    }

    /// Reads the file, or makes it (readable by its owner only) when there is none.
    ///
    /// # Errors
    /// When the file cannot be read or made, others may read it, or it holds something else.
    pub fn open(path: &Path, entropy: Entropy) -> anyhow::Result<Self> {
        let place = || format!("secret file {}", path.display());
        let text = match std::fs::read_to_string(path) {
            Ok(text) => {
                private(path).with_context(place)?;
                text
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {
                let text = hex(&entropy.bytes::<64>());
                write_private(path, text.as_bytes()).with_context(place)?;
                text
            }
            Err(e) => return Err(e).with_context(place),
        };
        let root = unhex(text.trim()).and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        Ok(Self::from_bytes(&root.with_context(|| format!("{} is damaged", place()))?))
    }

    /// The authentication code of a refresh token, ready for its text.
    pub(super) fn refresh_code(&self, text: &str, session_secret: &str) -> Hmac<Sha256> {
        self.refresh.clone().chain_update(session_secret).chain_update("|").chain_update(text)
    }

    /// The code of a residential group on a day, which nobody without this key can foretell. `epoch`
    /// is how often the ward has changed the group's codes.
    pub fn door_code(&self, ward: &str, group_id: GroupId, day: Day, epoch: i32) -> DoorCode {
        let mac = self.doors.clone().chain_update((ward.len() as u64).to_be_bytes());
        let mac = mac.chain_update(ward).chain_update(group_id.0.as_bytes());
        let mac = mac.chain_update(day.0.to_be_bytes()).chain_update(epoch.to_be_bytes());
        let (digits, animal) = code_of(&mac.finalize().into_bytes().into());
        DoorCode { group_id, day, digits, animal: animal.code().to_owned() }
    }

    /// A keyed hash of words, to count them without keeping them.
    pub fn tag(&self, words: &[&str]) -> [u8; 32] {
        let mut mac = self.tags.clone();
        for word in words {
            mac.update(&(word.len() as u64).to_be_bytes());
            mac.update(word.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

/// Writes a new file that only its owner may read; fails when there is one.
///
/// # Errors
/// When the file exists or cannot be written.
pub fn write_private(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

#[cfg(unix)]
fn private(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode();
    ensure!(mode & 0o077 == 0, "others may read it: chmod 600");
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path) -> anyhow::Result<()> {
    Ok(())
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    match Hmac::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes a key of any length"),
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The bytes of hexadecimal digits, or `None`.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_there_and_back() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
        assert_eq!(unhex("000FfF"), Some(vec![0, 15, 255]));
        for wrong in ["0", "0g", "+1", "é", "0é1"] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_is_a_groups_on_a_day_and_nobody_without_the_key_makes_it() {
        let secrets = Secrets::from_bytes(&[1; 64]);
        let group = |n| GroupId(uuid::Uuid::from_u128(n));
        let code = |secrets: &Secrets, ward: &str, n, day, epoch| {
            let code = secrets.door_code(ward, group(n), Day(day), epoch);
            (code.digits, code.animal)
        };
        let known = code(&secrets, "10549", 1, 20261123, 0);
        assert_eq!(known, code(&secrets, "10549", 1, 20261123, 0));
        for other in [
            code(&secrets, "10546", 1, 20261123, 0),
            code(&secrets, "10549", 2, 20261123, 0),
            code(&secrets, "10549", 1, 20261124, 0),
            code(&secrets, "10549", 1, 20261123, 1),
            code(&Secrets::from_bytes(&[2; 64]), "10549", 1, 20261123, 0),
        ] {
            assert_ne!(other, known);
        }
        // Whoever has another key guesses no better than by chance: of 2,000 days none or one is the
        // same, and the first digits and animals are spread evenly.
        let strange = Secrets::from_bytes(&[2; 64]);
        let days = (0..2_000).map(|n| Day(20260101).plus(n).0);
        let (mut same, mut digits, mut animals) = (0, [0; 10], std::collections::HashMap::new());
        for day in days {
            let (ours, theirs) =
                (code(&secrets, "10549", 1, day, 0), code(&strange, "10549", 1, day, 0));
            same += u32::from(ours == theirs);
            digits[usize::from(ours.0.as_bytes()[0] - b'0')] += 1;
            *animals.entry(ours.1).or_insert(0) += 1;
        }
        assert!(same <= 1, "{same}");
        assert!(digits.iter().all(|n| (140..=260).contains(n)), "{digits:?}");
        assert!(animals.len() == 16 && animals.values().all(|n| (80..=175).contains(n)));
    }

    #[test]
    fn the_file_is_made_once_and_refused_when_others_may_read_it() {
        let dir = std::env::temp_dir().join(format!("gocua-secrets-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("temporary directory");
        let path = dir.join("secret");
        let made = Secrets::open(&path, Entropy::system()).expect("made");
        let read = Secrets::open(&path, Entropy::system()).expect("read");
        assert_eq!(made.key_id, read.key_id);
        assert_eq!(made.tag(&["a", "b"]), read.tag(&["a", "b"]));
        assert_ne!(made.tag(&["a", "b"]), made.tag(&["ab", ""]));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |m| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(m));
            assert_eq!(
                std::fs::metadata(&path).expect("exists").permissions().mode() & 0o777,
                0o600
            );
            mode(0o644).expect("chmod");
            assert!(Secrets::open(&path, Entropy::system()).is_err());
            mode(0o600).expect("chmod");
        }
        std::fs::write(&path, "short").expect("write");
        assert!(Secrets::open(&path, Entropy::system()).is_err());
        std::fs::remove_dir_all(&dir).expect("removed");
    }
}
