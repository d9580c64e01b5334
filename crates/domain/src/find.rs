//! Which door a person means by what they type.
//!
//! The telephone searches offline, with a twin of this module in TypeScript; `tests/vectors/find.json`
//! holds a made-up ward and what people type there, and both run it.
//!
//! **Reading.** The text is folded ([`search_key`](crate::search::search_key)) and cut into words. A word
//! like `7`, `7a`, `12/34` is a number, and a word before it says what it numbers ([`CUES`]: `ngõ 34`,
//! `kiốt 7`). Forms of address, words that only say where and what ways are called ([`SOFT`]: `bác Lan`,
//! `sau chợ`, `đường`) help where they fit and are passed over where they do not. The last word may be half typed. The book carries
//! the short writings of what it says ([`SHORT`]: `nvh`), and what people call ways and groups, so
//! that either writing finds the other. The text is read again when a reading finds nothing: with the
//! words before numbers as words (*Ngô* 12), without what follows `phường` ([`AREA`]), as Telex or VNI
//! strokes, and last with one typo in words of five letters or more. More than five digits are no house
//! number, nine in a row are a telephone's or a card's, and find nothing. The code of a household, typed
//! whole, finds that household and no other.
//!
//! **Ranking.** Every word must fit the door. Points of a word are those of the place where it fits,
//! times how well it fits:
//!
//! | where | points | | how well | per cent |
//! |---|---|---|---|---|
//! | the door's own number (a lot, kiosk or room without the word, a number said later: 90) | 100 | | whole | 100 |
//! | several numbers that are the end of the way there | 70 | | whole, with other marks | 80 |
//! | a way's number after the word for it (another kind of way: 45) | 60 | | half typed, the last word | 60 |
//! | a way's number alone | 30 | | half typed, with other marks | 50 |
//! | given name of the head | 60 | | beginning of a word before the last | 40 |
//! | other names of the head, names of ways | 50 | | one typo | 30 |
//! | landmark, block | 45 | | number with another letter (7A for 7) | 50 |
//! | group (its number after `tdp`: 60) | 30 | | number half typed (70 for 7) | 25 |
//! | initials of the head | 25 | | | |
//! | what ways and groups are called | 5 | | | |
//!
//! Neighbouring words that are neighbours in the book too earn 15, and so does a name of the head after a
//! form of address ([`PERSON`]); each further kind of place (head, way, landmark) costs 20. What ways and
//! groups are called never finds a door alone. Equal points: more words exactly as marked, then fewer
//! numbers on the way, then the order of the feet.

use crate::search::{FoldedWord, fold_words, second_chance_half};

/// A door to be found, as the book writes it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    /// Residential group.
    pub group: &'a str,
    /// Names of the way it stands on and of those that one turns off, innermost first.
    pub ways: &'a [&'a str],
    /// Number on the door.
    pub no: &'a str,
    /// Head of the household.
    pub head: &'a str,
    /// What helps to find it.
    pub landmark: &'a str,
    /// Code of the household.
    pub code: &'a str,
}

/// What a text finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// Doors by their place in the index, best first.
    pub hits: Vec<usize>,
    /// The words name no door yet: `tổ dân phố`.
    pub vague: bool,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing was said of it.
    Any,
    /// The number on the door.
    Own,
    /// Ngõ.
    Lane,
    /// Ngách.
    Alley,
    /// Hẻm.
    SubAlley,
    /// Lô.
    Lot,
    /// Kiốt.
    Kiosk,
    /// Phòng, căn.
    Room,
    /// Tầng.
    Floor,
    /// Tổ dân phố, khu dân cư.
    Group,
}

/// Short writings and what they stand for, folded. Where the book has one, the other is found too.
pub const SHORT: [(&str, &str); 22] = [
    ("bv", "benh vien"),
    ("cc", "chung cu"),
    ("dh", "dai hoc"),
    ("dt", "duong tinh"),
    ("htx", "hop tac xa"),
    ("kcn", "khu cong nghiep"),
    ("kdc", "khu dan cu"),
    ("kdt", "khu do thi"),
    ("ktx", "ki tuc xa"),
    ("mn", "mam non"),
    ("nvh", "nha van hoa"),
    ("ql", "quoc lo"),
    ("svd", "san van dong"),
    ("tba", "tram bien ap"),
    ("tdp", "to dan pho"),
    ("th", "tieu hoc"),
    ("thcs", "trung hoc co so"),
    ("thpt", "trung hoc pho thong"),
    ("tl", "tinh lo"),
    ("tt", "tap the"),
    ("tyt", "tram y te"),
    ("ubnd", "uy ban nhan dan"),
];

/// Words before a number: folded, as they are written, and what they make of it. Typed with other
/// marks they are other words (*Ngô*, *tơ*).
pub const CUES: [(&str, &str, Role); 18] = [
    ("can", "căn", Role::Room),
    ("hem", "hẻm", Role::SubAlley),
    ("kdc", "kdc", Role::Group),
    ("kios", "kios", Role::Kiosk),
    ("kiosk", "kiosk", Role::Kiosk),
    ("kiot", "kiốt", Role::Kiosk),
    ("lo", "lô", Role::Lot),
    ("ng", "ng", Role::Lane),
    ("ngach", "ngách", Role::Alley),
    ("ngo", "ngõ", Role::Lane),
    ("nha", "nhà", Role::Own),
    ("p", "p", Role::Room),
    ("phong", "phòng", Role::Room),
    ("sn", "sn", Role::Own),
    ("so", "số", Role::Own),
    ("tang", "tầng", Role::Floor),
    ("tdp", "tdp", Role::Group),
    ("to", "tổ", Role::Group),
];

/// Forms of address, words that only say where, and what ways and groups are called: passed over while
/// another word follows, unless they stand in the book before that word.
pub const SOFT: [&str; 48] = [
    "anh", "ba", "bac", "ben", "bo", "canh", "chau", "chi", "chu", "co", "cu", "cua", "cuoi",
    "dan", "dau", "di", "dien", "doi", "duoi", "duong", "em", "gan", "gia", "giap", "hem", "ho",
    "kdc", "khu", "me", "mo", "ngach", "ngo", "nha", "o", "ong", "phia", "pho", "sat", "sau",
    "tai", "tdp", "thim", "thon", "to", "tren", "truoc", "vao", "xom",
];

/// Forms of address: after one of them comes the name of a head.
pub const PERSON: [&str; 15] = [
    "anh", "ba", "bac", "bo", "chau", "chi", "chu", "co", "cu", "di", "em", "me", "mo", "ong",
    "thim",
];

/// From one of these on, all that follows names the area, which the book does not repeat at each door.
pub const AREA: [&str; 7] = ["p", "phuong", "thanh pho", "thi xa", "tinh", "tp", "tx"];

const STREET_WORDS: &str = "đường phố đ p";
const LANE_WORDS: &str = "ngõ ng";
const ALLEY_WORDS: &str = "ngách ng";
const SUB_ALLEY_WORDS: &str = "hẻm";
const GROUP_WORDS: &str = "tổ dân phố tdp khu cư kdc thôn xóm";

/// More digits than any house number has; nine among neighbours are a telephone's or a card's.
const MAX_DIGITS: usize = 5;
const TOO_MANY_DIGITS: usize = 9;

fn short(key: &str) -> Option<&'static str> {
    SHORT.iter().find(|(short, _)| *short == key).map(|(_, phrase)| *phrase)
}

fn cue(key: &str) -> Option<Role> {
    CUES.iter().find(|(word, ..)| *word == key).map(|(.., role)| *role)
}

// Numbers. ---------------------------------------------------------------------------------------

/// A number as on a wall: digits, and what follows them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark {
    n: u32,
    suffix: String,
}

fn is_letter_suffix(text: &str) -> bool {
    matches!(text, "bis" | "ter" | "quater") || (text.len() == 1 && ("a"..="h").contains(&text))
}

fn read_mark(text: &str) -> Option<Mark> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, suffix) = text.split_at(digits);
    let number = if number.is_empty() { return None } else { number.trim_start_matches('0') };
    let after = suffix.strip_prefix(|c: char| c.is_ascii_lowercase());
    // `bis` and the like may be half typed.
    let fits = suffix.is_empty()
        || (suffix.len() > 1
            && ["bis", "ter", "quater"].iter().any(|word| word.starts_with(suffix)))
        || after.is_some_and(|a| a.len() <= 2 && a.bytes().all(|b| b.is_ascii_digit()));
    (fits && number.len() <= MAX_DIGITS)
        .then(|| Mark { n: number.parse().unwrap_or(0), suffix: suffix.to_owned() })
}

fn read_marks(text: &str) -> Option<Vec<Mark>> {
    text.split('/').map(read_mark).collect()
}

fn read_number(key: &str) -> Option<Vec<Mark>> {
    match key.split_once('-') {
        None => read_marks(key),
        Some((near, far)) => {
            let far: u32 = far.parse().ok()?;
            Some(vec![Mark { n: read_mark(near)?.n, suffix: format!("-{far}") }])
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// One writing for what is written in several: `12-14` becomes one word (its far end a suffix, as in
/// the grammar of addresses), `ki ốt` and `kiosk` become `kiốt`, `ngo12` becomes two words.
fn plain(words: &[FoldedWord]) -> Vec<FoldedWord> {
    let short_number = |key: &str| is_digits(key) && key.len() <= MAX_DIGITS;
    let mut joined: Vec<FoldedWord> = Vec::with_capacity(words.len());
    for word in words {
        match joined.last_mut() {
            Some(before) if word.glued && short_number(&before.key) && short_number(&word.key) => {
                before.key = format!("{}-{}", before.key, word.key);
                before.marked.clone_from(&before.key);
            }
            _ => joined.push(word.clone()),
        }
    }
    one_writing(joined).into_iter().flat_map(unglue).collect()
}

fn one_writing(words: Vec<FoldedWord>) -> Vec<FoldedWord> {
    let kiosk = fold_words("kiốt").remove(0);
    let mut out: Vec<FoldedWord> = Vec::with_capacity(words.len());
    for word in words {
        let glued = word.glued;
        if word.key == "ot" && out.last().is_some_and(|before| before.key == "ki") {
            out.pop();
            out.push(FoldedWord { glued, ..kiosk.clone() });
        } else if matches!(word.key.as_str(), "kios" | "kiosk") {
            out.push(FoldedWord { glued, ..kiosk.clone() });
        } else {
            out.push(word);
        }
    }
    out
}

/// `ngo12`, `ql18`, `p302`: a word and a number written as one.
fn unglue(word: FoldedWord) -> Vec<FoldedWord> {
    let letters =
        word.key.len() - word.key.trim_start_matches(|c: char| c.is_ascii_lowercase()).len();
    let (cue_word, digits) = word.key.split_at(letters);
    let known = cue(cue_word).is_some() || matches!(cue_word, "ql" | "tl" | "dt");
    let body = digits.strip_suffix(|c: char| c.is_ascii_lowercase()).unwrap_or(digits);
    let number = body.starts_with(|c: char| c.is_ascii_digit())
        && body.bytes().all(|b| b.is_ascii_digit() || b == b'/');
    if !known || !number {
        return vec![word];
    }
    vec![FoldedWord { glued: word.glued, ..bare(cue_word) }, bare(digits)]
}

fn bare(key: &str) -> FoldedWord {
    FoldedWord { key: key.to_owned(), marked: key.to_owned(), glued: false }
}

// The query. -------------------------------------------------------------------------------------

#[derive(Debug, Clone)]
struct Token {
    key: String,
    marked: String,
    /// Read as a house number; `None` for a word.
    marks: Option<Vec<Mark>>,
    /// With the letter that stands apart after it: `7 a`.
    lettered: Option<Vec<Mark>>,
    role: Role,
    /// A bare number after another and some words: less likely the door's own.
    later: bool,
    soft: bool,
    last: bool,
}

struct Query {
    tokens: Vec<Token>,
    /// The whole text folded, to be compared with the code of a household.
    key: String,
    typos: bool,
}

#[derive(Clone, Copy)]
struct Reading {
    /// Whether words before a number say what it numbers.
    cues: bool,
    /// Whether words after `phường` and the like are passed over.
    area: bool,
}

fn read_query(words: &[FoldedWord], reading: Reading) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(words.len());
    let mut in_area = false;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let next = words.get(at + 1);
        at += 1;
        if let (true, Some(role), Some(next)) = (reading.cues, cue_at(words, at - 1), next) {
            // `nhà số 7`, `số nhà 7`: the word nearest the number decides.
            let double = role == Role::Own
                && cue(&next.key) == Some(Role::Own)
                && words.get(at + 1).is_some_and(|third| read_number(&third.key).is_some());
            if double {
                continue;
            }
            if let Some(marks) = read_number(&next.key) {
                tokens.push(token(next, Some(marks), role, false));
                at += 1;
                in_area = false;
                continue;
            }
        }
        in_area |= reading.area && opens_area(words, at - 1) && enough(&tokens);
        if in_area {
            continue;
        }
        let marks = read_number(&word.key);
        let soft = marks.is_none() && next.is_some() && SOFT.contains(&word.key.as_str());
        let later = marks.is_some() && after_a_number(&tokens);
        tokens.push(Token { later, ..token(word, marks, Role::Any, soft) });
    }
    if let Some(last) = tokens.last_mut() {
        last.last = true;
    }
    for at in 1..tokens.len() {
        let letter = tokens[at].key.clone();
        let own = &mut tokens[at - 1];
        if let (Some(marks), true) = (&own.marks, is_letter_suffix(&letter)) {
            let mut lettered = marks.clone();
            if let Some(mark) = lettered.last_mut().filter(|mark| mark.suffix.is_empty()) {
                mark.suffix = letter;
                own.lettered = Some(lettered);
            }
        }
    }
    tokens
}

fn token(word: &FoldedWord, marks: Option<Vec<Mark>>, role: Role, soft: bool) -> Token {
    let FoldedWord { key, marked, .. } = word.clone();
    Token { key, marked, marks, lettered: None, role, later: false, soft, last: false }
}

/// Whether the tokens hold a number, and words after it.
fn after_a_number(tokens: &[Token]) -> bool {
    let numbered =
        |token: &Token| token.marks.is_some() && matches!(token.role, Role::Any | Role::Own);
    let after = tokens.iter().skip_while(|token| !numbered(token));
    after.skip(1).any(|token| token.marks.is_none())
}

/// The cue that stands there, unmarked or marked as it should be. `quốc lộ 18` is no lot.
fn cue_at(words: &[FoldedWord], at: usize) -> Option<Role> {
    let word = &words[at];
    let road = word.key == "lo"
        && at > 0
        && matches!(words[at - 1].key.as_str(), "quoc" | "tinh" | "huong");
    let (_, written, role) = CUES.iter().find(|(key, ..)| *key == word.key)?;
    let says = word.marked == word.key || fold_words(written)[0].marked == word.marked;
    (says && !road).then_some(*role)
}

fn opens_area(words: &[FoldedWord], at: usize) -> bool {
    let two = words.get(at + 1).map(|next| format!("{} {}", words[at].key, next.key));
    AREA.contains(&words[at].key.as_str()) || two.is_some_and(|two| AREA.contains(&two.as_str()))
}

/// A number or two words: with less said, `phương` is a name.
fn enough(tokens: &[Token]) -> bool {
    let hard = tokens.iter().filter(|token| !token.soft);
    hard.clone().count() > 1 || hard.clone().any(|token| token.marks.is_some())
}

fn too_many_digits(words: &[FoldedWord]) -> bool {
    let mut run = 0;
    words.iter().any(|word| {
        run = if is_digits(&word.key) { run + word.key.len() } else { 0 };
        run >= TOO_MANY_DIGITS || (run > 0 && word.key.len() > MAX_DIGITS + 1)
    })
}

/// Every way to read the text, the likeliest first; the next one is tried when one finds nothing.
fn readings(text: &str) -> Vec<Query> {
    let words = fold_words(text);
    if words.is_empty() || too_many_digits(&words) {
        return Vec::new();
    }
    let key = words.iter().map(|word| word.key.as_str()).collect::<Vec<_>>().join(" ");
    let typed = plain(&words);
    let decoded = second_chance_half(text).map(|second| plain(&fold_words(&second)));
    let mut out = Vec::new();
    let mut add = |from: &[FoldedWord], cues, area, typos| {
        let tokens = read_query(from, Reading { cues, area });
        out.push(Query { tokens, key: key.clone(), typos });
    };
    let has_cue = |from: &[FoldedWord]| from.iter().any(|word| cue(&word.key).is_some());
    for from in std::iter::once(&typed).chain(&decoded) {
        add(from, true, false, false);
        if has_cue(from) {
            add(from, false, false, false);
        }
        if (1..from.len()).any(|at| opens_area(from, at)) {
            add(from, true, true, false);
        }
    }
    add(&typed, true, false, true);
    if has_cue(&typed) {
        add(&typed, false, false, true);
    }
    out
}

// How well words fit. ----------------------------------------------------------------------------

/// How well a word typed fits a word of the book, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Typo,
    Begins,
    HalfOtherMarks,
    Half,
    WholeOtherMarks,
    Whole,
    Exact,
}

impl Grade {
    fn percent(self) -> i32 {
        match self {
            Self::Typo => 30,
            Self::Begins => 40,
            Self::HalfOtherMarks => 50,
            Self::Half => 60,
            Self::WholeOtherMarks => 80,
            Self::Whole | Self::Exact => 100,
        }
    }

    fn of(token: &Token, typos: bool, word: &Entry) -> Option<Self> {
        if token.key == word.key {
            return Some(if token.marked == word.marked {
                Self::Exact
            } else if token.marked == token.key {
                Self::Whole
            } else {
                Self::WholeOtherMarks
            });
        }
        if token.marks.is_some() {
            return None;
        }
        // Folding made `qui` of `quy`, which may become `quyen`.
        let quy = token.key == "qui" && word.key.starts_with("quy");
        if quy || word.key.starts_with(&token.key) {
            if !token.last {
                return Some(Self::Begins);
            }
            let tone_at = token.marked.find(|c| ('\u{300}'..='\u{323}').contains(&c));
            let (letters, tone) = token.marked.split_at(tone_at.unwrap_or(token.marked.len()));
            let fits = token.marked == token.key
                || (word.marked.starts_with(letters) && word.marked.ends_with(tone));
            return Some(if fits { Self::Half } else { Self::HalfOtherMarks });
        }
        (typos && !token.soft && one_typo(&token.key, &word.key)).then_some(Self::Typo)
    }
}

/// One letter more, less or other, or two changed places, in a word of five letters or more.
fn one_typo(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = (a.len().min(b.len()), a.len().max(b.len()));
    if long < 5 || short < 4 || long - short > 1 {
        return false;
    }
    if a.iter().chain(&b).any(char::is_ascii_digit) {
        return false;
    }
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail =
        a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (x, y) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    (x.len() <= 1 && y.len() <= 1) || (x.len() == 2 && y.len() == 2 && x[0] == y[1] && x[1] == y[0])
}

// The book. --------------------------------------------------------------------------------------

/// Where a word of the book stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Given,
    Name,
    Initials,
    Way,
    Landmark,
    Group,
    Kind,
}

/// Columns of points: head, way, landmark, group, the own number, and what costs no further field.
const COLUMNS: usize = 6;
const HEAD_COLUMN: usize = 0;
const WAY_COLUMN: usize = 1;
const WEIGHED: usize = 4;
/// The group costs nothing: people add it to whatever they look for.
const FREE_OF_COST: u32 = 1 << 3;
const OWN: usize = 4;
const FREE: usize = 5;

impl Field {
    fn points(self) -> i32 {
        match self {
            Self::Given => 60,
            Self::Name | Self::Way => 50,
            Self::Landmark => 45,
            Self::Group => 30,
            Self::Initials => 25,
            Self::Kind => 5,
        }
    }

    fn column(self) -> usize {
        match self {
            Self::Given | Self::Name | Self::Initials => HEAD_COLUMN,
            Self::Way => WAY_COLUMN,
            Self::Landmark => 2,
            Self::Group => 3,
            Self::Kind => FREE,
        }
    }

    /// Whether a word of this field may answer the token at all.
    fn takes(self, token: &Token, grade: Grade) -> bool {
        if let Some(marks) = &token.marks {
            return match token.role {
                Role::Group => self == Self::Group,
                Role::Any => self != Self::Kind && marks.len() == 1,
                _ => false,
            };
        }
        match self {
            Self::Initials => grade >= Grade::Whole,
            Self::Kind => {
                grade >= Grade::WholeOtherMarks || (token.last && grade >= Grade::HalfOtherMarks)
            }
            _ => true,
        }
    }
}

const OWN_POINTS: i32 = 100;
const PART_OF_PATH: i32 = 70;
const WAY_POINTS: i32 = 60;
const WAY_OTHER_KIND: i32 = 45;
const WAY_BARE: i32 = 30;
const WAY_HALF: i32 = 15;
const LANE_THEN_HOUSE: i32 = 50;
const APART: i32 = 50;
const SIBLING: i32 = 50;
const HALF_NUMBER: i32 = 25;
/// In hundredths of a point, as sums are.
const NEIGHBOURS: i32 = 15 * 100;
const FURTHER_FIELD: i32 = 20 * 100;

#[derive(Debug, Clone)]
struct Entry {
    key: String,
    marked: String,
    field: Field,
    /// Another writing of the word before it, that does not stand in the way of neighbours.
    alias: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    House,
    Lot,
    Kiosk,
    Room,
}

fn unit(key: &str) -> Option<Unit> {
    match key {
        "lo" => Some(Unit::Lot),
        "kiot" => Some(Unit::Kiosk),
        "phong" | "p" | "can" => Some(Unit::Room),
        _ => None,
    }
}

#[derive(Debug)]
struct Door {
    unit: Unit,
    /// Numbers of the ways that lead to it, outermost first.
    chain: Vec<Mark>,
    /// How deep the last of the chain is: 0 for a lane, -1 for a street.
    depth: i32,
    /// The numbers after those of the way.
    marks: Vec<Mark>,
    floor: Option<u32>,
    /// Words of the way and the group, and of the door itself.
    way: Vec<Entry>,
    own: Vec<Entry>,
    code: String,
}

fn entry(word: &FoldedWord, field: Field, alias: bool) -> Entry {
    Entry { key: word.key.clone(), marked: word.marked.clone(), field, alias }
}

/// Writes words into the index, with the short writings of what they say.
fn enter(words: &[FoldedWord], field: Field, into: &mut Vec<Entry>) {
    for (at, word) in words.iter().enumerate() {
        into.push(entry(word, field, false));
        if field == Field::Name {
            continue;
        }
        if let Some(phrase) = short(&word.key).filter(|_| word.marked == word.key) {
            into.extend(phrase.split(' ').map(|key| entry(&bare(key), field, true)));
        }
        for (short, phrase) in SHORT {
            let keys: Vec<&str> = phrase.split(' ').collect();
            let said = at > 0
                && keys.len() <= at + 1
                && keys
                    .iter()
                    .zip(&words[at + 1 - keys.len()..])
                    .all(|(key, word)| word.key == *key);
            if said {
                into.push(entry(&bare(short), field, true));
            }
        }
    }
    if field != Field::Name {
        return;
    }
    if let Some(given) = into.last_mut().filter(|_| !words.is_empty()) {
        given.field = Field::Given;
    }
    let initials: String = words.iter().filter_map(|word| word.key.chars().next()).collect();
    // Initials that can be spoken, or that are short for something else, say too little.
    let vowels = ['a', 'e', 'i', 'o', 'u', 'y'];
    if words.len() > 2 && !initials.contains(vowels) && short(&initials).is_none() {
        into.push(entry(&bare(&initials), Field::Initials, true));
    }
}

impl Door {
    fn read(place: &Place<'_>) -> Self {
        let mut door = Self {
            unit: Unit::House,
            chain: Vec::new(),
            depth: -1,
            marks: Vec::new(),
            floor: None,
            way: Vec::new(),
            own: Vec::new(),
            code: crate::search::search_key(place.code),
        };
        door.read_ways(place.ways);
        enter(&fold_words(place.group), Field::Group, &mut door.way);
        enter_kinds(GROUP_WORDS, &mut door.way);
        door.read_no(&plain(&fold_words(place.no)));
        enter(&fold_words(place.head), Field::Name, &mut door.own);
        enter(&one_writing(fold_words(place.landmark)), Field::Landmark, &mut door.own);
        door
    }

    fn read_ways(&mut self, names: &[&str]) {
        let mut said: Vec<String> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let all = plain(&fold_words(name));
            let kind = all.first().and_then(|word| match word.key.as_str() {
                "duong" | "pho" => Some((-1, STREET_WORDS)),
                "ngo" => Some((0, LANE_WORDS)),
                "ngach" => Some((1, ALLEY_WORDS)),
                "hem" => Some((2, SUB_ALLEY_WORDS)),
                _ => None,
            });
            let mut rest = &all[usize::from(kind.is_some())..];
            let numbered = kind.is_some_and(|(depth, _)| depth >= 0);
            let chain = rest.first().filter(|_| numbered).and_then(|word| read_marks(&word.key));
            if chain.is_some() {
                rest = &rest[1..];
            }
            match chain {
                chain if at == 0 => {
                    let (depth, words) = kind.unwrap_or((-1, STREET_WORDS));
                    self.depth = depth;
                    self.chain = chain.unwrap_or_default();
                    enter_kinds(words, &mut self.way);
                }
                Some(outer)
                    if !self.chain.is_empty()
                        && self.chain.len() as i32 <= self.depth
                        && outer[0] != self.chain[0] =>
                {
                    self.chain.splice(0..0, outer);
                }
                _ => {}
            }
            let keys: Vec<&str> = rest.iter().map(|word| word.key.as_str()).collect();
            let key = format!(" {} ", keys.join(" "));
            // A lane repeats the street it turns off.
            if !rest.is_empty() && !said.iter().any(|known| known.contains(&key)) {
                said.push(key);
                enter(rest, Field::Way, &mut self.way);
            }
        }
    }

    fn read_no(&mut self, all: &[FoldedWord]) {
        let mut rest = Vec::new();
        for (at, word) in all.iter().enumerate() {
            let number = read_number(&word.key);
            let after_floor = at > 0 && all[at - 1].key == "tang";
            match (unit(&word.key).filter(|_| at == 0), number) {
                (Some(unit), _) => {
                    self.unit = unit;
                    rest.push(word.clone());
                }
                (None, Some(marks)) if after_floor => self.floor = Some(marks[0].n),
                (None, Some(marks)) if self.marks.is_empty() => self.marks = marks,
                (None, None) if self.takes_suffix(at, &word.key) => {
                    self.marks[0].suffix.clone_from(&word.key);
                }
                _ => {
                    // `Lô A12`: number 12 of block A.
                    let digits = word.key.trim_start_matches(|c: char| c.is_ascii_lowercase());
                    let letters = word.key.len() - digits.len();
                    let block = (1..=2).contains(&letters) && is_digits(digits);
                    if self.unit == Unit::Lot && self.marks.is_empty() && block {
                        self.marks = read_marks(digits).unwrap_or_default();
                    }
                    if word.key != "so" {
                        rest.push(word.clone());
                    }
                }
            }
        }
        enter(&rest, Field::Landmark, &mut self.own);
    }

    fn takes_suffix(&self, at: usize, key: &str) -> bool {
        at > 0
            && self.unit == Unit::House
            && self.marks.len() == 1
            && self.marks[0].suffix.is_empty()
            && is_letter_suffix(key)
    }

    fn is_lettered(&self, token: &Token) -> bool {
        self.unit == Unit::House
            && matches!(token.role, Role::Any | Role::Own)
            && token
                .lettered
                .as_deref()
                .is_some_and(|asked| asked.len() == 1 && self.marks.last() == asked.last())
    }
}

fn enter_kinds(words: &str, into: &mut Vec<Entry>) {
    into.extend(fold_words(words).iter().map(|word| entry(word, Field::Kind, false)));
}

/// How well one number fits the number on a wall, of a hundred. A double house is both its numbers.
fn near(asked: &Mark, mark: &Mark, half: bool) -> i32 {
    let far = mark.suffix.strip_prefix('-');
    let double = far.is_some_and(|far| asked.n == mark.n || far == asked.n.to_string());
    let bare = asked.suffix.is_empty();
    if asked == mark || (bare && double) {
        100
    } else if asked.n == mark.n && (bare || (half && mark.suffix.starts_with(&asked.suffix))) {
        SIBLING
    } else if half
        && bare
        && (mark.n.to_string().starts_with(&asked.n.to_string()) || (asked.n == 0 && mark.n < 10))
    {
        // `0` on the way to `07`.
        HALF_NUMBER
    } else {
        0
    }
}

/// Points of a number as the door's own, and as one of the ways that lead to it.
fn weigh_number(token: &Token, asked: &[Mark], door: &Door) -> (i32, i32) {
    let path: Vec<&Mark> = door.chain.iter().chain(&door.marks).collect();
    let [lead @ .., last] = asked else { return (0, 0) };
    if token.role == Role::Group {
        return (0, 0);
    }
    if token.role == Role::Floor {
        let fits = lead.is_empty() && door.floor == Some(last.n);
        return (if fits { WAY_POINTS * 100 } else { 0 }, 0);
    }

    let mut own = 0;
    if !door.marks.is_empty() {
        let share = match (token.role, door.unit) {
            (Role::Lot, Unit::Lot) | (Role::Kiosk, Unit::Kiosk) | (Role::Room, Unit::Room) => 100,
            (Role::Any | Role::Own, Unit::House) if !token.later => 100,
            (Role::Own, Unit::House) => 100,
            (Role::Own, _) => 50,
            (Role::Any, _) => 90,
            _ => 0,
        };
        let overlap = asked.len().min(path.len());
        let leads = lead.iter().rev().zip(path.iter().rev().skip(1)).all(|(a, b)| a == *b);
        if (lead.is_empty() || overlap >= 2) && leads {
            let whole = lead.is_empty() || asked.len() == path.len();
            let worth = if whole { OWN_POINTS } else { PART_OF_PATH };
            own = worth * near(last, path[path.len() - 1], token.last) * share / 100;
        }
    }

    let kind = match token.role {
        Role::Lane => 0,
        Role::Alley => 1,
        Role::SubAlley => 2,
        Role::Any => -1,
        _ => return (own, 0),
    };
    let ways = &path[..path.len() - usize::from(!door.marks.is_empty())];
    // Where the chain says only the inner numbers, the outermost is not a lane.
    let outer = door.depth - door.chain.len() as i32 + 1;
    let mut way = 0;
    for end in asked.len()..=ways.len() {
        let leads = lead.iter().rev().zip(ways[..end - 1].iter().rev()).all(|(a, b)| a == *b);
        let fits = near(last, ways[end - 1], token.last);
        let right_kind = outer + end as i32 - 1 == kind || (!lead.is_empty() && end == asked.len());
        let worth = match (kind, right_kind) {
            (-1, _) => WAY_BARE,
            (_, true) => WAY_POINTS,
            (_, false) => WAY_OTHER_KIND,
        };
        way = way.max(match fits {
            _ if !leads => 0,
            100 => worth * 100,
            1.. if token.last => WAY_HALF * 100,
            _ => 0,
        });
    }
    // `ngõ 34/7`: house 7 of that lane.
    if kind >= 0 && !lead.is_empty() && path.iter().copied().eq(asked) {
        way = way.max(LANE_THEN_HOUSE * 100);
    }
    (own, way)
}

// Asking. ----------------------------------------------------------------------------------------

/// What decides between two doors, in this order; more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    score: i32,
    exact: u32,
    shallow: std::cmp::Reverse<usize>,
}

/// Doors, ready to be asked for.
#[derive(Debug, Default)]
pub struct Index {
    doors: Vec<Door>,
}

impl Index {
    /// Reads doors, given in the order of the feet.
    #[must_use]
    pub fn new<'a>(places: impl IntoIterator<Item = Place<'a>>) -> Self {
        Self { doors: places.into_iter().map(|place| Door::read(&place)).collect() }
    }

    /// The doors a text means.
    #[must_use]
    pub fn find(&self, text: &str) -> Answer {
        let queries = readings(text);
        let Some(typed) = queries.first() else { return Answer::default() };
        // A code is typed whole.
        let coded = |door: &Door| {
            typed.key.contains(|c: char| c.is_ascii_digit()) && door.code == typed.key
        };
        if let Some(at) = self.doors.iter().position(coded) {
            return Answer { hits: vec![at], vague: false };
        }
        let group_words = fold_words(GROUP_WORDS);
        let is_group_word = |token: &Token| group_words.iter().any(|word| word.key == token.key);
        // A person may be called Tô; `tổ dân phố` is nobody.
        if typed.tokens.len() > 1 && typed.tokens.iter().all(is_group_word) {
            return Answer { hits: Vec::new(), vague: true };
        }
        for query in &queries {
            let mut ranked: Vec<(Rank, usize)> = self
                .doors
                .iter()
                .enumerate()
                .filter_map(|(at, door)| Some((rank(query, door)?, at)))
                .collect();
            if !ranked.is_empty() {
                // Stable: doors of one rank stay in the order of the feet.
                ranked.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
                let hits = ranked.into_iter().map(|(_, at)| at).collect();
                return Answer { hits, vague: false };
            }
        }
        let vague =
            typed.tokens.iter().all(|token| token.marks.is_none() && names_nothing(&token.key));
        Answer { hits: Vec::new(), vague }
    }
}

fn names_nothing(key: &str) -> bool {
    let kinds = [STREET_WORDS, LANE_WORDS, ALLEY_WORDS, SUB_ALLEY_WORDS, GROUP_WORDS];
    SOFT.contains(&key)
        || AREA.contains(&key)
        || cue(key).is_some()
        || fold_words(&kinds.join(" ")).iter().any(|word| word.key.starts_with(key))
}

/// The points of one question for one door.
struct Sheet {
    points: Vec<[i32; COLUMNS]>,
    exact: Vec<bool>,
    pairs: Vec<bool>,
}

fn rank(query: &Query, door: &Door) -> Option<Rank> {
    let tokens = &query.tokens;
    // Most doors are refused by one word that is nowhere on them, before anything is weighed.
    let entries = || door.way.iter().chain(&door.own);
    let nowhere = |(i, token): (usize, &Token)| {
        let apart = i > 0 && door.is_lettered(&tokens[i - 1]);
        !token.soft
            && token.marks.is_none()
            && !apart
            && !entries().any(|entry| Grade::of(token, query.typos, entry).is_some())
    };
    if tokens.iter().enumerate().any(nowhere) {
        return None;
    }
    let mut sheet = Sheet {
        points: vec![[0; COLUMNS]; tokens.len()],
        exact: vec![false; tokens.len()],
        pairs: vec![false; tokens.len()],
    };
    for entries in [&door.way, &door.own] {
        sheet.add_words(query, entries);
    }
    for (i, token) in tokens.iter().enumerate() {
        let Some(asked) = &token.marks else { continue };
        let (own, way) = weigh_number(token, asked, door);
        sheet.points[i][OWN] = own;
        sheet.points[i][WAY_COLUMN] = sheet.points[i][WAY_COLUMN].max(way);
        // `7 a` was read as 7A.
        if door.is_lettered(token) {
            sheet.points[i][OWN] = OWN_POINTS * 100;
            sheet.points[i + 1][FREE] = APART * 100;
        }
    }
    let shallow = std::cmp::Reverse(door.chain.len() + door.marks.len().max(1));
    let mut score = sheet.best_choice(tokens)?;
    score += NEIGHBOURS * sheet.pairs.iter().filter(|pair| **pair).count() as i32;
    let exact = sheet.exact.iter().filter(|exact| **exact).count() as u32;
    Some(Rank { score, exact, shallow })
}

impl Sheet {
    fn add_words(&mut self, query: &Query, entries: &[Entry]) {
        let grade = |i: usize, at: usize| Grade::of(&query.tokens[i], query.typos, &entries[at]);
        for (i, token) in query.tokens.iter().enumerate() {
            for (at, entry) in entries.iter().enumerate() {
                let Some(g) = grade(i, at) else { continue };
                let next = i + 1 < query.tokens.len();
                let taken = if token.soft {
                    // A soft word counts where it stands whole, before the word it was typed before.
                    next && g >= Grade::Whole
                        && entry.field != Field::Kind
                        && (at + 1..entries.len()).any(|other| {
                            entries[other].field.column() == entry.field.column()
                                && grade(i + 1, other).is_some()
                        })
                } else {
                    entry.field.takes(token, g)
                };
                if !taken {
                    continue;
                }
                let worth =
                    if token.role == Role::Group { WAY_POINTS } else { entry.field.points() };
                let column = &mut self.points[i][entry.field.column()];
                *column = (*column).max(worth * g.percent());
                self.exact[i] |= g == Grade::Exact && entry.field != Field::Kind;
                let called = i > 0 && {
                    let before = &query.tokens[i - 1];
                    before.soft && PERSON.contains(&before.key.as_str())
                };
                if called && entry.field.column() == HEAD_COLUMN {
                    self.pairs[i - 1] = true;
                }
                let after = (at + 1..entries.len()).find(|after| !entries[*after].alias);
                self.pairs[i] |= next
                    && after.is_some_and(|after| {
                        entries[after].field.column() == entry.field.column()
                            && grade(i + 1, after).is_some()
                    });
            }
        }
    }

    /// The sum over the best choice of fields; `None` when no choice has a place for every word, or
    /// only what ways and groups are called.
    fn best_choice(&self, tokens: &[Token]) -> Option<i32> {
        (0..1_u32 << WEIGHED)
            .filter_map(|fields| {
                let mut sum = 0;
                let mut strong = false;
                for (points, token) in self.points.iter().zip(tokens) {
                    let chosen = (0..WEIGHED).filter(|c| fields & (1 << c) != 0);
                    let most = chosen.map(|c| points[c]).fold(points[OWN], i32::max);
                    strong |= most > 0;
                    let most = if most > 0 { most } else { points[FREE] };
                    if most == 0 && !token.soft {
                        return None;
                    }
                    sum += most;
                }
                let further = (fields & !FREE_OF_COST).count_ones().saturating_sub(1) as i32;
                (strong).then_some(sum - FURTHER_FIELD * further)
            })
            .max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        ways: Vec<WardWay>,
        words: Words,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct WardWay {
        id: String,
        group: String,
        name: String,
        parent: Option<String>,
        doors: Vec<String>,
    }

    /// The lists that both languages have.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Words {
        short: Vec<(String, String)>,
        cues: Vec<(String, String)>,
        soft: Vec<String>,
        person: Vec<String>,
        area: Vec<String>,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        rule: String,
        q: String,
        first: Option<String>,
        #[serde(default)]
        top: Vec<String>,
        #[serde(default)]
        also: Vec<String>,
        #[serde(default)]
        never: Vec<String>,
        #[serde(default)]
        none: bool,
        #[serde(default)]
        vague: bool,
        #[serde(default)]
        any_order: bool,
    }

    struct Ward {
        index: Index,
        /// By their way and number, or landmark.
        doors: Vec<String>,
    }

    fn vectors() -> Vectors {
        serde_json::from_str(include_str!("../../../tests/vectors/find.json"))
            .expect("the vectors are JSON")
    }

    fn ward(ways: &[WardWay]) -> Ward {
        let names = |way: &WardWay| {
            let mut names = vec![way.name.clone()];
            let mut at = way.parent.clone();
            while let Some(outer) = at.and_then(|id| ways.iter().find(|way| way.id == id)) {
                names.push(outer.name.clone());
                at = outer.parent.clone();
            }
            names
        };
        let (mut doors, mut read) = (Vec::new(), Vec::new());
        for way in ways {
            let names = names(way);
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            for line in &way.doors {
                let mut parts = line.split('|').chain(std::iter::repeat(""));
                let mut part = || parts.next().unwrap_or_default();
                let (no, head, landmark) = (part(), part(), part());
                doors.push(format!("{} {}", way.id, if no.is_empty() { landmark } else { no }));
                let group = way.group.as_str();
                read.push(Door::read(&Place { group, ways: &names, no, head, landmark, code: "" }));
            }
        }
        Ward { index: Index { doors: read }, doors }
    }

    fn orders(words: &[&str]) -> Vec<String> {
        if words.len() < 2 {
            return vec![words.join(" ")];
        }
        (0..words.len())
            .flat_map(|first| {
                let mut rest = words.to_vec();
                let word = rest.remove(first);
                orders(&rest).into_iter().map(move |rest| format!("{word} {rest}"))
            })
            .collect()
    }

    #[test]
    fn shared_vectors() {
        let Vectors { ways, cases, .. } = vectors();
        let ward = ward(&ways);
        assert!(cases.len() >= 300, "only {} cases", cases.len());
        for case in &cases {
            let mut texts = vec![case.q.clone()];
            if case.any_order {
                texts.extend(orders(&case.q.split(' ').collect::<Vec<_>>()));
            }
            for text in texts {
                let answer = ward.index.find(&text);
                let found: Vec<&str> =
                    answer.hits.iter().map(|at| ward.doors[*at].as_str()).collect();
                let said =
                    format!("{}: {text:?} found {:?}", case.rule, &found[..found.len().min(5)]);
                if let Some(first) = &case.first {
                    assert_eq!(found.first(), Some(&first.as_str()), "{said}");
                }
                let mut top: Vec<&str> = found.iter().take(case.top.len()).copied().collect();
                let mut expected: Vec<&str> = case.top.iter().map(String::as_str).collect();
                top.sort_unstable();
                expected.sort_unstable();
                assert_eq!(top, expected, "{said}");
                for door in &case.also {
                    assert!(found.contains(&door.as_str()), "{said}, not {door}");
                }
                for door in &case.never {
                    assert!(!found.contains(&door.as_str()), "{said}, and {door}");
                }
                assert!(found.is_empty() || !(case.none || case.vague), "{said}");
                assert_eq!(answer.vague, case.vague, "{said}");
            }
        }
    }

    #[test]
    fn a_code_finds_its_household_alone() {
        let place =
            |no, code| Place { group: "Kỳ", ways: &["Ngõ 3"], no, code, ..Place::default() };
        let index = Index::new([place("12", "CVA-G03-0012"), place("13", "CVA-G03-0013")]);
        assert_eq!(index.find("cva-g03-0013").hits, [1]);
        assert_eq!(index.find("CVA G03 0012").hits, [0]);
        assert_eq!(index.find("cva g03").hits, [0; 0]);
    }

    #[test]
    fn the_lists_of_words_are_those_of_the_phone() {
        let Words { short, cues, soft, person, area } = vectors().words;
        assert!(short.iter().map(|(a, b)| (a.as_str(), b.as_str())).eq(SHORT));
        assert!(
            cues.iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .eq(CUES.map(|(key, written, _)| (key, written)))
        );
        assert_eq!(soft, SOFT);
        assert_eq!(person, PERSON);
        assert_eq!(area, AREA);
    }
}
