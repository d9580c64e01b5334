//! Invitations to a team: a short code that a volunteer types once, instead of a password.

use crate::time::Day;

/// Letters and digits of a code: none that is taken for another (no I, L, O, 0, 1).
pub const ALPHABET: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
/// Characters of a code: 31^6 are 887 million, and guesses are slowed down.
pub const CODE_CHARS: usize = 6;
/// Characters of a code that opens more than a place in a team (a server, somebody's account): 31^10
/// are 8 × 10^14.
pub const LONG_CODE_CHARS: usize = 10;
/// The longest an invitation is good for, in days.
pub const MAX_DAYS: i64 = 60;
/// The most people one invitation brings.
pub const MAX_USES: i32 = 100;
/// Days an invitation is good for, unless something else is said.
pub const USUAL_DAYS: i64 = 14;
/// People an invitation brings, unless something else is said: a youth branch on one evening.
pub const USUAL_USES: i32 = 20;
/// The longest display name, in characters.
pub const MAX_NAME: usize = 40;
/// So many digits in a row are no part of anybody's name.
const NAME_DIGITS: usize = 4;

/// A code as it is compared: capitals, without what people put between its halves. `None` when it
/// cannot be a code.
pub fn code_key(typed: &str) -> Option<String> {
    key(typed, CODE_CHARS)
}

/// As [`code_key`], of [`LONG_CODE_CHARS`].
pub fn long_code_key(typed: &str) -> Option<String> {
    key(typed, LONG_CODE_CHARS)
}

fn key(typed: &str, chars: usize) -> Option<String> {
    let key: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .take(chars + 1)
        .collect();
    (key.len() == chars && key.bytes().all(|b| ALPHABET.contains(&b))).then_some(key)
}

/// A code out of random bytes, every code as likely as any other. `None` when too many of the bytes
/// had to be passed over: try with others.
pub fn code_from(random: &[u8]) -> Option<String> {
    draw(random, CODE_CHARS)
}

/// As [`code_from`], of [`LONG_CODE_CHARS`].
pub fn long_code_from(random: &[u8]) -> Option<String> {
    draw(random, LONG_CODE_CHARS)
}

fn draw(random: &[u8], chars: usize) -> Option<String> {
    let fair = u8::MAX - u8::MAX % ALPHABET.len() as u8;
    let code: String = random
        .iter()
        .filter(|b| **b < fair)
        .map(|b| char::from(ALPHABET[usize::from(*b) % ALPHABET.len()]))
        .take(chars)
        .collect();
    (code.len() == chars).then_some(code)
}

/// What decides whether an invitation still brings anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InviteFacts {
    /// The last day it is good on.
    pub expires_on: Day,
    /// People it may still bring.
    pub uses_left: i32,
    /// Was it taken back?
    pub revoked: bool,
}

impl InviteFacts {
    /// Is it not taken back and not too old?
    pub fn in_time(self, today: Day) -> bool {
        !self.revoked && today <= self.expires_on
    }

    /// May somebody new come in with it?
    pub fn open(self, today: Day) -> bool {
        self.in_time(today) && self.uses_left > 0
    }
}

/// The last day of an invitation made today, or `None` when it would be good for too long or not at
/// all.
pub fn expires_on(today: Day, days: i64) -> Option<Day> {
    (1..=MAX_DAYS).contains(&days).then(|| today.plus(days))
}

/// A display name as the book keeps it, or `None` when it is empty, too long, or holds what may be
/// somebody's number.
pub fn display_name(typed: &str) -> Option<String> {
    if typed.chars().any(char::is_control) {
        return None;
    }
    let name = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = name.chars().count();
    let mut run = 0;
    let numbered = name.chars().any(|c| {
        // A number keeps being one with spaces or dots in it.
        run = match c {
            c if c.is_numeric() => run + 1,
            ' ' | '.' | '-' => run,
            _ => 0,
        };
        run >= NAME_DIGITS
    });
    (length > 0 && length <= MAX_NAME && !numbered).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_typed_in_any_way_people_type() {
        assert_eq!(code_key(" abc-d2 3").as_deref(), Some("ABCD23"));
        for wrong in ["", "ABCD2", "ABCD234", "ABCD2O", "ABCD20", "ABCDÉ2", "ABCD2\u{0}"] {
            assert_eq!(code_key(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_long_code_is_told_from_a_short_one() {
        assert_eq!(long_code_key("abcde-fghjk").as_deref(), Some("ABCDEFGHJK"));
        assert_eq!(long_code_key("ABCDEF"), None);
        assert_eq!(code_key("ABCDEFGHJK"), None);
        let random: Vec<u8> = (0..10).collect();
        assert_eq!(long_code_from(&random).as_deref(), Some("ABCDEFGHJK"));
        assert_eq!(long_code_from(&random[1..]), None);
    }

    #[test]
    fn every_symbol_is_as_likely_as_any_other() {
        assert_eq!(code_from(&[0, 1, 2, 3, 4, 30]).as_deref(), Some("ABCDE9"));
        // 248 and above would favour the first letters.
        assert_eq!(code_from(&[255, 248, 31, 0, 0, 0, 0, 0]).as_deref(), Some("AAAAAA"));
        assert_eq!(code_from(&[250; 64]), None);
        assert_eq!(code_from(&[1; 5]), None);
        let mut counts = [0; 31];
        for b in 0..248_u8 {
            counts[usize::from(b) % 31] += 1;
        }
        assert_eq!(counts, [8; 31]);
        assert_eq!(code_key("ABCDE9"), code_from(&[0, 1, 2, 3, 4, 30]));
    }

    #[test]
    fn an_invitation_ends_with_its_day_its_uses_or_a_word() {
        let today = Day(20261122);
        let invite = InviteFacts { expires_on: today, uses_left: 1, revoked: false };
        assert!(invite.open(today));
        assert!(!invite.open(Day(20261123)));
        assert!(!InviteFacts { uses_left: 0, ..invite }.open(today));
        assert!(InviteFacts { uses_left: 0, ..invite }.in_time(today));
        assert!(!InviteFacts { revoked: true, ..invite }.in_time(today));
        assert_eq!(expires_on(today, 14), Some(Day(20261206)));
        assert_eq!((expires_on(today, 0), expires_on(today, 61)), (None, None));
    }

    #[test]
    fn a_name_is_a_name() {
        assert_eq!(display_name("  Lan  Anh ").as_deref(), Some("Lan Anh"));
        assert_eq!(display_name("Tổ 12 Hùng 123").as_deref(), Some("Tổ 12 Hùng 123"));
        assert_eq!(display_name(&"ă".repeat(MAX_NAME)).map(|n| n.chars().count()), Some(MAX_NAME));
        for wrong in
            ["", "  ", "Lan 1234", "12 34", "1.2.3.4", "Lan\u{7}", &"a".repeat(MAX_NAME + 1)]
        {
            assert_eq!(display_name(wrong), None, "{wrong}");
        }
    }
}
