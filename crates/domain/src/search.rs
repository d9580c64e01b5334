//! Folding Vietnamese text so that what a thumb types finds what a book says.
//!
//! Neither SQLite nor PostgreSQL folds Vietnamese with `LIKE`, so every searchable column is stored
//! twice: as written, and as [`search_key`]. A query is folded with the same function and compared as
//! plain bytes. The telephone runs a twin of this module over the same cases
//! (`tests/vectors/search.json`), therefore every rule here is written so that it can be said in a few
//! lines of TypeScript too: no locale, no context, no dictionary.
//!
//! [`second_chance`] is for the moment when the keyboard's Vietnamese mode was off and nothing was
//! found: it reads the raw key strokes of the Telex and VNI methods.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Folds `text` to the form that is stored beside it and compared with folded queries.
///
/// The rules, in order:
/// 1. canonical decomposition (so NFC and Apple's NFD give one key), combining marks dropped,
///    lower case; `đ Đ ð Ð ɖ Ɖ` become `d` because the bar is part of the letter and no decomposition
///    removes it (and fonts draw all of them alike);
/// 2. invisible characters (soft hyphen, zero-width space and joiners, byte order mark) vanish;
/// 3. letters and digits stay; `/` stays, without spaces around it, where it stands after a word that
///    holds a digit and before a digit (`12A / 34` gives `12a/34`); everything else is one space;
/// 4. the two spellings of the vowel *i* that official lists mix (*Lý, Lí*; *Quý, Quí*) meet: the whole
///    syllables `hy ky ly my sy ty vy quy` end in `i`. No other *y* changes, so *Nguyễn*, *Tây* and
///    *Huy* keep theirs.
///
/// The place of the tone mark (*Hoà, Hòa*) falls out of rule 1. The function is idempotent.
///
/// ```
/// use gocua_domain::search::search_key;
/// assert_eq!(search_key("Số 12 / 34, ĐƯỜNG Nguyễn  Trãi"), "so 12/34 duong nguyen trai");
/// ```
#[must_use]
pub fn search_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for word in fold_words(text) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&word.key);
    }
    key
}

/// One word of a [`search_key`], with what folding takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoldedWord {
    pub(crate) key: String,
    /// The key with its marks, the tone last: one writing for *Hoà* and *Hòa*. Equals the key when there
    /// are none.
    pub(crate) marked: String,
    /// Glued by a dash or a plus to the word before: `12-14`.
    pub(crate) glued: bool,
}

/// A letter without its marks, its hats (a bar counts as one), and its tone.
struct Letter {
    base: char,
    hats: String,
    tone: Option<char>,
}

/// Stands among the hats for the bar of `đ`.
const BAR: char = '\u{335}';

/// The words of the search key.
pub(crate) fn fold_words(text: &str) -> Vec<FoldedWord> {
    let letters = letters_of(text);
    let mut words = Vec::new();
    let (mut word, mut tone, mut gap) = (empty_word(false), None, String::new());
    for (at, letter) in letters.iter().enumerate() {
        let c = letter.base;
        if c.is_alphanumeric() {
            if !gap.is_empty() {
                close_word(&mut words, word, tone);
                let glued = !words.is_empty() && matches!(gap.as_str(), "-" | "–" | "+");
                (word, tone) = (empty_word(glued), None);
                gap.clear();
            }
            word.key.push(c);
            if letter.hats.is_empty() {
                word.marked.push(c);
            } else if letter.hats.starts_with(BAR) {
                word.marked.push('đ');
            } else {
                word.marked.extend(std::iter::once(c).chain(letter.hats.chars()).nfc());
            }
            tone = letter.tone.or(tone);
        } else if c == '/' && joins_house_numbers(&word.key, &letters[at + 1..]) {
            word.key.push('/');
            word.marked.push('/');
            // The space before the next digit, if there is one, belongs to the slash.
            gap.clear();
        } else if !word.key.ends_with('/') {
            gap.push(c);
        }
    }
    close_word(&mut words, word, tone);
    words
}

fn letters_of(text: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(text.len());
    for c in text.nfd().flat_map(char::to_lowercase).nfd() {
        if is_combining_mark(c) {
            match (letters.last_mut(), c) {
                (Some(last), '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}') => {
                    last.tone = Some(c);
                }
                (Some(last), '\u{302}' | '\u{306}' | '\u{31b}') => last.hats.push(c),
                _ => {}
            }
        } else if !is_invisible(c) {
            let base = plain_d(c);
            let hats = if base == c { String::new() } else { BAR.to_string() };
            letters.push(Letter { base, hats, tone: None });
        }
    }
    letters
}

fn empty_word(glued: bool) -> FoldedWord {
    FoldedWord { key: String::new(), marked: String::new(), glued }
}

/// Reads `text` as raw Telex or VNI key strokes and folds the outcome.
///
/// `None` when that reading changes nothing, so the caller runs a second query only when there is
/// something new to look for. A word is decoded only when it is not a Vietnamese syllable as it
/// stands and becomes one when decoded: *sen* stays *sen*, *senf* becomes *sen*, and `P302`, `LK2` or
/// an English word is left alone.
///
/// ```
/// use gocua_domain::search::second_chance;
/// assert_eq!(second_chance("traij sen").as_deref(), Some("trai sen"));
/// assert_eq!(second_chance("d9u7o7ng2").as_deref(), Some("duong"));
/// assert_eq!(second_chance("trại sen"), None);
/// ```
#[must_use]
pub fn second_chance(text: &str) -> Option<String> {
    decode_all(&search_key(text), false)
}

/// [`second_chance`] while the last word is being typed: what may become a syllable is enough there
/// (*nguyee*). Knows *kiốt*, a loan that no rime of the language fits.
pub(crate) fn second_chance_half(text: &str) -> Option<String> {
    decode_all(&search_key(text), true)
}

fn decode_all(key: &str, half: bool) -> Option<String> {
    let is_word = |word: &str| is_syllable(word) || (half && word == "kiot");
    let mut changed = false;
    let all: Vec<&str> = key.split(' ').collect();
    let words: Vec<String> = all
        .iter()
        .enumerate()
        .map(|(at, word)| {
            let last = half && at + 1 == all.len();
            let decoded = decode_strokes(word, is_word)
                .or_else(|| if last { decode_strokes(word, begins_syllable) } else { None });
            changed |= decoded.is_some();
            decoded.unwrap_or_else(|| (*word).to_owned())
        })
        .collect();
    // Folded again because rule 4 could not see `ly` inside `lys`.
    let decoded = changed.then(|| search_key(&words.join(" ")))?;
    (decoded != key).then_some(decoded)
}

fn plain_d(c: char) -> char {
    match c {
        'đ' | 'ð' | 'ɖ' => 'd',
        other => other,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

fn joins_house_numbers(word: &str, rest: &[Letter]) -> bool {
    let next = rest.iter().map(|letter| letter.base).find(|c| !c.is_whitespace());
    !word.ends_with('/')
        && word.bytes().any(|b| b.is_ascii_digit())
        && next.is_some_and(|c| c.is_ascii_digit())
}

/// Rule 4 of [`search_key`], and the tone to the end of a word that is complete.
fn close_word(words: &mut Vec<FoldedWord>, mut word: FoldedWord, tone: Option<char>) {
    if word.key.is_empty() {
        return;
    }
    if matches!(word.key.as_str(), "hy" | "ky" | "ly" | "my" | "sy" | "ty" | "vy" | "quy") {
        word.key.pop();
        word.key.push('i');
        word.marked.pop();
        word.marked.push('i');
    }
    word.marked.extend(tone);
    words.push(word);
}

/// One folded word of key strokes to a folded syllable, or `None` when it is no such thing.
fn decode_strokes(word: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    if fits(word) || !word.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    if word.bytes().any(|b| b.is_ascii_digit()) {
        return decode_vni(word).filter(|syllable| fits(syllable));
    }
    // The hat typed late is tried second: `ngoeoj` keeps its second `o`, `vietej` loses its second `e`.
    [false, true]
        .into_iter()
        .filter_map(|late_hat| decode_telex(word, late_hat))
        .find(|syllable| fits(syllable))
}

/// VNI: tones are the digits 1 to 5; 6, 7, 8 and 9 put the hat, the horn, the breve and the bar.
fn decode_vni(word: &str) -> Option<String> {
    let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
    // `a1` or `b2` is a block of flats, not a stroke.
    if letters.len() < 2 || !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut tones = 0;
    for digit in word.bytes().filter(u8::is_ascii_digit) {
        let fits = match digit {
            b'1'..=b'5' => {
                tones += 1;
                tones == 1
            }
            b'6' => letters.contains(['a', 'e', 'o']),
            b'7' => letters.contains(['o', 'u']),
            b'8' => letters.contains('a'),
            b'9' => letters.starts_with('d'),
            _ => false,
        };
        if !fits {
            return None;
        }
    }
    Some(letters)
}

/// Telex: `s f r x j` are tones, `aa ee oo dd` the hat and the bar, `w` the horn or the breve, also
/// when the `w` or the second `d` comes at the end (`nguoiwf`, `dangd`). With `late_hat` a vowel that
/// stands further left already is taken for its hat (`vietej`).
fn decode_telex(word: &str, late_hat: bool) -> Option<String> {
    let mut out = String::with_capacity(word.len());
    let (mut tones, mut hats) = (0, 0);
    for c in word.chars() {
        let after_vowel = out.contains(['a', 'e', 'i', 'o', 'u', 'y']);
        match c {
            's' | 'f' | 'r' | 'x' | 'j' | 'z' if after_vowel => tones += 1,
            'w' if out.contains(['a', 'o', 'u']) => {}
            'w' => out.push('u'),
            'a' | 'e' | 'o' if out.ends_with(c) || (late_hat && out.contains(c)) => hats += 1,
            'd' if out.starts_with('d') => {}
            other => out.push(other),
        }
    }
    // Two tone keys are a change of mind; more, or two hats on one syllable, is not Telex.
    (tones <= 2 && hats <= 1).then_some(out)
}

/// Whether a folded word ([`search_key`]) could be a Vietnamese syllable: one of the initials, then one
/// of the rimes. Says nothing about tones, and yes to some syllables no word uses.
#[must_use]
pub fn is_syllable(word: &str) -> bool {
    INITIALS.iter().any(|initial| {
        word.strip_prefix(initial).is_some_and(|rime| RIMES.binary_search(&rime).is_ok())
    })
}

/// Whether a syllable may begin like this.
fn begins_syllable(word: &str) -> bool {
    INITIALS.iter().any(|initial| match word.strip_prefix(initial) {
        Some(rime) => RIMES.iter().any(|known| known.starts_with(rime)),
        None => initial.starts_with(word),
    })
}

const INITIALS: [&str; 27] = [
    "", "b", "c", "ch", "d", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh",
    "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
];

/// Every rime of the language with its marks stripped, sorted for the binary search.
const RIMES: [&str; 108] = [
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec",
    "ech", "em", "en", "eng", "enh", "eo", "ep", "et", "eu", "i", "ia", "ich", "iec", "iem", "ien",
    "ieng", "iep", "iet", "ieu", "im", "in", "inh", "ip", "it", "iu", "o", "oa", "oac", "oach",
    "oai", "oam", "oan", "oang", "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo",
    "oet", "oi", "om", "on", "ong", "op", "ot", "u", "ua", "uan", "uang", "uat", "uay", "uc", "ue",
    "uech", "uenh", "ui", "um", "un", "ung", "uo", "uoc", "uoi", "uom", "uon", "uong", "uop",
    "uot", "uou", "up", "ut", "uu", "uy", "uya", "uych", "uyen", "uyet", "uyn", "uynh", "uyp",
    "uyt", "uyu", "y", "ych", "yem", "yen", "yet", "yeu", "ynh", "yt",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vector {
        r#in: String,
        key: String,
        second: Option<String>,
    }

    #[test]
    fn shared_vectors() {
        let vectors: Vec<Vector> =
            serde_json::from_str(include_str!("../../../tests/vectors/search.json"))
                .expect("the vectors are JSON");
        assert!(vectors.len() >= 60, "only {} vectors", vectors.len());
        for v in &vectors {
            assert_eq!(search_key(&v.r#in), v.key, "key of {:?}", v.r#in);
            assert_eq!(second_chance(&v.r#in), v.second, "second chance of {:?}", v.r#in);
        }
    }

    #[test]
    fn rimes_are_sorted_for_the_binary_search() {
        assert!(RIMES.is_sorted());
    }

    #[test]
    fn decomposed_input_has_the_key_of_composed_input() {
        let decomposed: String = "Phường Chu Văn An, đường Nguyễn Trãi, Hữu Lộc".nfd().collect();
        assert_ne!(decomposed, "Phường Chu Văn An, đường Nguyễn Trãi, Hữu Lộc");
        assert_eq!(search_key(&decomposed), "phuong chu van an duong nguyen trai huu loc");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let once = search_key(&text);
            prop_assert_eq!(search_key(&once), once);
        }

        #[test]
        fn vietnamese_soup_is_idempotent_and_plain(text in "[a-yA-YđĐðăâêôơưĂƯàảãáạẾệỗờ0-9/ ,.-]{0,40}") {
            let once = search_key(&text);
            prop_assert_eq!(search_key(&once), once.clone());
            prop_assert!(once.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b' ' || b == b'/'));
            prop_assert_eq!(once.trim(), &once);
        }

        #[test]
        fn a_second_chance_is_a_key_and_differs(text in "[a-z0-9 ]{0,30}") {
            if let Some(second) = second_chance(&text) {
                prop_assert_eq!(search_key(&second), second.clone());
                prop_assert_ne!(second, search_key(&text));
            }
        }
    }
}
