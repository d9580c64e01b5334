//! Password hashes: Argon2id, never more at once than the machine can do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::api::problem::{Code, Problem};

/// Logins that may wait for a core. One waits for about a tenth of a second per place.
const QUEUE: usize = 32;

fn argon2id() -> Argon2<'static> {
    // 19 MiB, two passes, one lane: OWASP's first choice; in reach of the ward's oldest machine.
    let params = Params::new(19_456, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string of a password. Takes some 50 ms and 19 MiB: not for a thread that answers.
///
/// # Errors
/// When the salt or password has an impossible length.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, Problem> {
    argon2id()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(Problem::internal)
}

/// Whether a password belongs to a PHC string.
fn matches(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc)
        .is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
}

/// The counter where passwords are looked at.
#[derive(Debug)]
pub struct Passwords {
    cores: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// What an unknown login's password is compared with, so that it takes as long.
    stand_in: String,
}

impl Passwords {
    /// One place for each core.
    pub fn new(salt: [u8; 16]) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            cores: Arc::new(Semaphore::new(cores)),
            waiting: AtomicUsize::new(0),
            stand_in: hash("", &salt).unwrap_or_default(),
        }
    }

    /// Whether the password is right. Without a hash the answer is no, after the same work.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when too many others wait.
    pub async fn verify(&self, password: String, phc: Option<String>) -> Result<bool, Problem> {
        let _place = Place::take(&self.waiting)?;
        let permit = Arc::clone(&self.cores).acquire_owned().await.map_err(Problem::internal)?;
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.stand_in.clone());
        let right = tokio::task::spawn_blocking(move || {
            // The permit belongs to the work, not to the caller, who may hang up.
            let _permit = permit;
            matches(&password, &phc)
        });
        Ok(right.await.map_err(Problem::internal)? && known)
    }
}

impl Passwords {
    /// The PHC string of a password that was chosen.
    ///
    /// # Errors
    /// [`Code::Unavailable`] when too many others wait.
    pub async fn hash(&self, password: String, salt: [u8; 16]) -> Result<String, Problem> {
        let _place = Place::take(&self.waiting)?;
        let permit = Arc::clone(&self.cores).acquire_owned().await.map_err(Problem::internal)?;
        let hashed = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            hash(&password, &salt)
        });
        hashed.await.map_err(Problem::internal)?
    }
}

/// A place in the queue, given back on drop.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, Problem> {
        let place = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) >= QUEUE {
            return Err(Problem::new(Code::Unavailable));
        }
        Ok(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_says_how_it_was_made_and_matches_only_its_password() {
        let phc = hash("đi từng ngõ", &[7; 16]).expect("hashes");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(matches("đi từng ngõ", &phc));
        assert!(!matches("đi từng ngõ ", &phc));
        assert!(!matches("", "not a hash"));
    }

    #[tokio::test]
    async fn beyond_the_queue_the_answer_is_later() {
        let passwords = Passwords::new([1; 16]);
        let held: Vec<_> = (0..QUEUE).map(|_| Place::take(&passwords.waiting)).collect();
        assert!(held.iter().all(Result::is_ok));
        let refused = passwords.verify("x".into(), None).await.expect_err("full");
        assert_eq!(refused.code(), Code::Unavailable);
        drop(held);
        // The stand-in's own password is no way in.
        assert!(!passwords.verify(String::new(), None).await.expect("free again"));
    }
}
