//! What is typed to sign in: which logins and passwords are taken. Cases: `tests/vectors/credentials.json`.

use crate::account::login_key;
use crate::search::search_key;

/// The fewest characters of a login.
pub const LOGIN_MIN: usize = 3;
/// The most.
pub const LOGIN_MAX: usize = 40;
/// The fewest characters of a password.
pub const PASSWORD_MIN: usize = 10;
/// The most bytes of a password: hashing is paid by the byte, before anyone is known.
pub const PASSWORD_MAX: usize = 256;
/// Fewer different characters than this are one key held down.
const DIFFERENT: usize = 5;
/// What everybody tries first, without marks, spaces and what stands behind it: the motto too.
const COMMON: [&str; 16] = [
    "password",
    "matkhau",
    "matkhaumoi",
    "matkhaucuatoi",
    "qwerty",
    "qwertyuiop",
    "asdfghjkl",
    "abcdefghij",
    "admin",
    "administrator",
    "quantri",
    "vietnam",
    "gocua",
    "haiphong",
    "ditungngogotungnha",
    "ditungngogotungnhahuongdantungnguoi",
];

/// What is wrong with a login or a password, as the wire calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Fewer characters than are asked for.
    TooShort,
    /// More than are kept.
    TooLong,
    /// A login of other things than unmarked letters, digits, `.`, `-` and `_`, or one that does not
    /// begin with a letter: no address, no telephone number.
    NotALogin,
    /// The same few characters again and again.
    TooFew,
    /// The login is in it.
    HasLogin,
    /// Digits alone, or one of the first that are tried.
    TooCommon,
}

impl Fault {
    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::NotALogin => "not_a_login",
            Self::TooFew => "too_few",
            Self::HasLogin => "has_login",
            Self::TooCommon => "too_common",
        }
    }
}

/// A login as the book keeps it.
///
/// # Errors
/// What is wrong with it.
pub fn login(typed: &str) -> Result<String, Fault> {
    let login = login_key(typed);
    let fits =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_');
    if !login.chars().all(fits) || !login.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(if login.is_empty() { Fault::TooShort } else { Fault::NotALogin });
    }
    match login.len() {
        n if n < LOGIN_MIN => Err(Fault::TooShort),
        n if n > LOGIN_MAX => Err(Fault::TooLong),
        _ => Ok(login),
    }
}

/// Whether a password is one that others do not guess at once.
///
/// # Errors
/// What is wrong with it.
pub fn password(password: &str, login: &str) -> Result<(), Fault> {
    if password.len() > PASSWORD_MAX {
        return Err(Fault::TooLong);
    }
    if password.chars().count() < PASSWORD_MIN {
        return Err(Fault::TooShort);
    }
    let mut different: Vec<char> = password.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT {
        return Err(Fault::TooFew);
    }
    let plain = plain(password);
    let login = self::plain(login);
    if !login.is_empty() && plain.contains(&login) {
        return Err(Fault::HasLogin);
    }
    let word = plain.trim_end_matches(|c: char| c.is_ascii_digit());
    if word.is_empty() || COMMON.contains(&word) {
        return Err(Fault::TooCommon);
    }
    Ok(())
}

/// Letters and digits alone, without marks.
fn plain(text: &str) -> String {
    search_key(text).chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_vectors_hold() {
        let cases: Value =
            serde_json::from_str(include_str!("../../../tests/vectors/credentials.json"))
                .expect("JSON");
        for case in cases["logins"].as_array().expect("logins") {
            let typed = case["typed"].as_str().expect("text");
            match login(typed) {
                Ok(kept) => assert_eq!(case["kept"], kept, "{case}"),
                Err(fault) => assert_eq!(case["fault"], fault.code(), "{case}"),
            }
        }
        for case in cases["passwords"].as_array().expect("passwords") {
            let typed = case["typed"].as_str().expect("text");
            let fault = password(typed, case["login"].as_str().expect("text")).err();
            assert_eq!(case["fault"].as_str(), fault.map(Fault::code), "{case}");
        }
    }

    #[test]
    fn a_password_ends_somewhere() {
        assert_eq!(password(&"ă b c d e ".repeat(24), "lan"), Err(Fault::TooLong));
        assert_eq!(login(&"a".repeat(LOGIN_MAX)).map(|l| l.len()), Ok(LOGIN_MAX));
        assert_eq!(login(&"a".repeat(LOGIN_MAX + 1)), Err(Fault::TooLong));
    }
}
