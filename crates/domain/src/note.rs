//! A team's own words about a door. A volunteer in a hurry writes down what he is told, so the note
//! refuses what nobody may keep: secrets, and numbers of people.

use serde::{Deserialize, Serialize};

use crate::edit::{holds_number, tidy};
use crate::id::HouseholdId;

/// The longest note, in characters.
pub const MAX_NOTE: usize = 200;
/// How many words away from *mã* a code of six digits still belongs to it.
const BESIDE: usize = 3;

/// Words that stand for a secret wherever they begin or end.
const SECRETS: [&str; 5] = ["mật khẩu", "mat khau", "matkhau", "password", "passcode"];
/// The same, but only as whole words: letters beside them make another word.
const SECRET_WORDS: [&str; 3] = ["otp", "mã pin", "ma pin"];

/// Payload of `household.note`; an empty text takes the note away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct HouseholdNote {
    /// The door.
    pub household_id: HouseholdId,
    /// The whole note; at most 200 characters.
    pub text: String,
}

/// Why a note is refused. The refused text is kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteFault {
    /// It holds a secret, or the number of a person.
    SecretInText,
    /// It is longer than [`MAX_NOTE`].
    TextTooLong,
}

impl HouseholdNote {
    /// The note as the book would keep it: composed, trimmed, spaces single.
    ///
    /// # Errors
    /// The first fault found, in the order of [`NoteFault`].
    pub fn checked(&self) -> Result<String, NoteFault> {
        checked(&self.text)
    }
}

/// Short words of any kind as the book would keep them: what holds for a note holds for them.
///
/// # Errors
/// The first fault found, in the order of [`NoteFault`].
pub fn checked(text: &str) -> Result<String, NoteFault> {
    let text = tidy(text);
    if holds_secret(&text) {
        return Err(NoteFault::SecretInText);
    }
    if text.chars().count() > MAX_NOTE {
        return Err(NoteFault::TextTooLong);
    }
    Ok(text)
}

/// Does a tidy text hold a secret: a number of a person, a word for a secret, or a code of six
/// digits at most three words away from *mã*?
pub fn holds_secret(text: &str) -> bool {
    if holds_number(text) {
        return true;
    }
    // Words with one space between, whatever stood there: "mật-khẩu", "OTP:".
    let lower: String = text
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let plain = words.join(" ");
    SECRETS.iter().any(|secret| plain.contains(secret))
        || SECRET_WORDS.iter().any(|secret| holds_word(&plain, secret))
        || holds_code(&words)
}

/// The word with no letter before or after it; a digit may follow at once ("otp12").
fn holds_word(plain: &str, word: &str) -> bool {
    plain.match_indices(word).any(|(at, _)| {
        let before = plain[..at].chars().next_back();
        let after = plain[at + word.len()..].chars().next();
        let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        !letter(before) && !letter(after)
    })
}

fn holds_code(words: &[&str]) -> bool {
    let digits =
        |word: &&str, n: usize| word.chars().count() == n && word.chars().all(char::is_numeric);
    words.iter().enumerate().any(|(from, word)| {
        let to = match words.get(from + 1) {
            _ if digits(word, 6) => from + 1,
            Some(next) if digits(word, 3) && digits(next, 3) => from + 2,
            _ => return false,
        };
        let near = from.saturating_sub(BESIDE)..(to + BESIDE).min(words.len());
        words[near].iter().any(|w| matches!(*w, "mã" | "ma"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::sync::Reason;

    #[test]
    fn shared_vectors() {
        let cases: Vec<Value> =
            serde_json::from_str(include_str!("../../../tests/vectors/notes.json")).expect("cases");
        assert!(cases.len() > 30);
        for case in cases {
            let text = case["text"].as_str().expect("a text").to_owned();
            let note = HouseholdNote { household_id: HouseholdId(Uuid::from_u128(1)), text };
            let got = match note.checked() {
                Ok(text) => json!({ "ok": text }),
                Err(fault) => json!({ "fault": Reason::from(fault).code() }),
            };
            assert_eq!(got, case["gives"], "{}", case["text"]);
        }
    }
}
