//! The address of a household, read the way people write it.
//!
//! A register says `12`, `12A/34`, `Số 7 ngõ 34 Nguyễn Trãi`, `Kiốt 7 chợ Sao Đỏ` or only `sau nhà văn
//! hóa Trại Sen`. [`Address::parse`] reads all of them, never fails and never loses text: what the
//! grammar does not understand stays in [`Address::landmark`] (and always in [`Address::raw`]), and
//! [`Address::doubts`] says so. `Display` prints the canonical Vietnamese writing, which parses back to
//! the same address.
//!
//! Two readings deserve a word. `12/34` is kept as written, and means what `34 ngõ 12` means: house 34
//! of the lane whose mouth is at 12. Both writings therefore share their [`Address::sort_key`] and their
//! [`Address::side`]. And a capital letter decides between a street and a landmark after a number:
//! `12 Chùa Vần` is on the street of that name, `12 chùa Vần` is beside the pagoda.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::search::search_key;
use crate::territory::AlleyKind;

/// The address of one household.
///
/// Equality compares every field, [`raw`](Self::raw) included; compare the printed forms to ask whether
/// two writings mean the same door.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The number on the door, or `None` where the house has none.
    pub house: Option<HouseNo>,
    /// The way from the street to the door, outermost first: ngõ, then ngách, then hẻm.
    pub lane: Vec<PathNode>,
    /// The street (đường, phố), without the word for it, in title case.
    pub street: Option<String>,
    /// What helps to find a door without a number, and whatever was not understood.
    pub landmark: Option<String>,
    /// Residential group, ward or city written into the address (`TDP Ninh Chấp 5, phường Chu Văn An`).
    pub area: Option<String>,
    /// The text as it was given, in NFC with single spaces. Never edited.
    pub raw: String,
    /// What a person should look at before trusting this reading. Empty when all was understood.
    #[serde(default)]
    pub doubts: Vec<Doubt>,
}

/// Why the reading of an address wants a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// There was no text at all.
    Empty,
    /// No house number; the household is found by its landmark or by its place in the group.
    NoNumber,
    /// More than one house number; the first was taken, the rest is in the landmark.
    TwoNumbers,
    /// A number longer than any house number (over five digits); it is in the landmark.
    LongNumber,
    /// Two parts contradict each other (`ngách 12/5 ngõ 34`); the later one is in the landmark.
    Contradiction,
    /// Text the grammar does not know; it is in the landmark.
    LooseText,
}

impl Doubt {
    /// One Vietnamese sentence for the person who checks the register.
    #[must_use]
    pub fn message_vi(self) -> &'static str {
        match self {
            Self::Empty => "Chưa có địa chỉ.",
            Self::NoNumber => "Không có số nhà; sẽ tìm theo mốc.",
            Self::TwoNumbers => "Có nhiều hơn một số nhà; lấy số đầu tiên.",
            Self::LongNumber => "Số dài quá năm chữ số, không phải số nhà.",
            Self::Contradiction => "Ngõ và ngách không khớp nhau.",
            Self::LooseText => "Có phần chưa hiểu, được giữ trong mốc tìm nhà.",
        }
    }

    /// The same sentence in English.
    #[must_use]
    pub fn message_en(self) -> &'static str {
        match self {
            Self::Empty => "There is no address.",
            Self::NoNumber => "No house number; the landmark will have to do.",
            Self::TwoNumbers => "More than one house number; the first was taken.",
            Self::LongNumber => "A number of more than five digits is not a house number.",
            Self::Contradiction => "The lane and the alley contradict each other.",
            Self::LooseText => "A part was not understood and is kept in the landmark.",
        }
    }
}

/// The side of the way a house stands on. In Vietnam odd numbers are on the left of a walker who
/// comes in from the mouth, even ones on the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Odd numbers, left.
    Odd,
    /// Even numbers, right.
    Even,
}

/// One number as painted on a wall: digits and what follows them (`12`, `12A`, `12bis`, `12-14`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mark {
    /// The digits, without leading zeros; at most five of them.
    pub number: u32,
    /// Empty, or an upper-case letter with up to two digits (`A`, `B1`), or `bis`, `ter`, `quater`, or
    /// the far end of a double house (`-14`).
    pub suffix: String,
}

/// What kind of door a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HouseKind {
    /// A house on a street or lane; its parity tells the side.
    #[default]
    House,
    /// Lô: a plot of a new quarter, numbered inside its block.
    Lot,
    /// Kiốt: a stall of a market.
    Kiosk,
    /// Phòng, căn hộ: a room or flat of a building.
    Room,
}

/// The number on the door: a head and, for `12A/34/5`, the marks after the slashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HouseNo {
    /// House, lot, kiosk or room.
    pub kind: HouseKind,
    /// The first number as written. In `12/34` it is the mouth of the lane, not the door.
    pub head: Mark,
    /// The numbers after the slashes, outermost first; the last one is the door's own.
    pub tail: Vec<Mark>,
    /// What a lot, kiosk or room is numbered inside: `LK2`, `chợ Sao Đỏ`, `nhà A`. `None` for a house.
    pub block: Option<String>,
    /// The storey of a room (tầng), when written.
    pub floor: Option<u16>,
}

/// How a way is called: by the house number at its mouth, or by a name of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mouth {
    /// The number of the house at the mouth (`ngõ 34`).
    Number(Mark),
    /// A name (`ngõ Giếng Mát`).
    Name(String),
}

/// One way on the path from the street to the door.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PathNode {
    /// Lane, alley or sub-alley. ([`AlleyKind::Street`] is for whoever stores streets as nodes of the same
    /// tree; the parser puts the street into [`Address::street`].)
    pub kind: AlleyKind,
    /// Its number or name.
    pub mouth: Mouth,
}

impl Mark {
    /// A bare number.
    #[must_use]
    pub fn plain(number: u32) -> Self {
        Self { number, suffix: String::new() }
    }

    /// Reads one mark (`12`, `012`, `12a`, `12 Bis`, `12-14`); `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits == 0 || text[..digits].trim_start_matches('0').len() > MAX_DIGITS {
            return None;
        }
        // Zero is what a form says where a house has no number.
        let number = text[..digits].parse().ok().filter(|number| *number > 0)?;
        Some(Self { number, suffix: read_suffix(text[digits..].trim())? })
    }

    /// Fixed width for each form, letters and digits only: database collations skip punctuation.
    fn push_sort_key(&self, key: &mut String, more: bool) {
        let suffix = self.suffix.as_str();
        let (rank, code) = match suffix {
            "" => ('a', 0),
            "bis" => ('c', 0),
            "ter" => ('c', 1),
            "quater" => ('c', 2),
            _ if suffix.starts_with('-') => ('d', suffix[1..].parse().unwrap_or(0)),
            _ => {
                let mut chars = suffix.chars();
                let letter = chars.next().map_or(0, letter_index);
                ('b', letter * 100 + chars.as_str().parse::<u32>().unwrap_or(0))
            }
        };
        // The lane at 12 opens after 12, 12A and 12bis: "more" is compared before the suffix.
        let turn = if more { 'm' } else { 'e' };
        key.push_str(&format!("n{:05}{turn}{rank}{code:05}", self.number));
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.suffix)
    }
}

impl HouseNo {
    /// A plain house with a bare number.
    #[must_use]
    pub fn plain(number: u32) -> Self {
        Self::of(HouseKind::House, Mark::plain(number), Vec::new())
    }

    /// A house with a suffix (`A`, `bis`); the suffix is taken as given.
    #[must_use]
    pub fn with_suffix(number: u32, suffix: &str) -> Self {
        Self::of(HouseKind::House, Mark { number, suffix: suffix.to_owned() }, Vec::new())
    }

    /// Reads the slashed number of a house (`12A/34/5`); `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut marks = read_marks(text)?;
        let head = marks.remove(0);
        Some(Self::of(HouseKind::House, head, marks))
    }

    fn of(kind: HouseKind, head: Mark, tail: Vec<Mark>) -> Self {
        Self { kind, head, tail, block: None, floor: None }
    }

    /// The door's own number: the last one of `12/34`.
    #[must_use]
    pub fn door(&self) -> &Mark {
        self.tail.last().unwrap_or(&self.head)
    }

    /// The side of the way, by the parity of the door's own number. `None` for lots, kiosks and rooms,
    /// which the parity rule does not govern.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        (self.kind == HouseKind::House)
            .then(|| if self.door().number.is_multiple_of(2) { Side::Even } else { Side::Odd })
    }
}

/// The number as a label: `12A/34`, `Lô 5 LK2`, `Kiốt 7 chợ Sao Đỏ`, `P302 tầng 3 nhà A`.
impl fmt::Display for HouseNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            HouseKind::House => "",
            HouseKind::Lot => "Lô ",
            HouseKind::Kiosk => "Kiốt ",
            // `P5` would read as a ward; a room is written `P` only before two digits or more.
            HouseKind::Room if self.head.number < 10 => "Phòng ",
            HouseKind::Room => "P",
        })?;
        let block = self.block.as_deref().unwrap_or("");
        // `Lô A12`: a block that is nothing but letters is written as one word with the number.
        let glued = self.kind == HouseKind::Lot && !block.is_empty() && is_block_letters(block);
        if glued {
            f.write_str(block)?;
        }
        write!(f, "{}", self.head)?;
        for mark in &self.tail {
            write!(f, "/{mark}")?;
        }
        if let Some(floor) = self.floor {
            write!(f, " tầng {floor}")?;
        }
        if !block.is_empty() && !glued {
            write!(f, " {block}")?;
        }
        Ok(())
    }
}

impl PathNode {
    /// A way called by the number at its mouth.
    #[must_use]
    pub fn numbered(kind: AlleyKind, number: u32) -> Self {
        Self { kind, mouth: Mouth::Number(Mark::plain(number)) }
    }

    /// A way with a name of its own.
    #[must_use]
    pub fn named(kind: AlleyKind, name: &str) -> Self {
        Self { kind, mouth: Mouth::Name(name.to_owned()) }
    }
}

/// `ngõ 34`, `ngõ Giếng Mát`.
impl fmt::Display for PathNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.mouth {
            Mouth::Number(mark) => write!(f, "{} {mark}", self.kind.word()),
            Mouth::Name(name) => write!(f, "{} {name}", self.kind.word()),
        }
    }
}

impl Address {
    /// Reads an address. Never fails: see the module documentation for what happens to odd text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let read = Reader::read(text);
        if read.says_the_same_as(&Reader::read(&read.to_string())) {
            return read;
        }
        // Words in an order nobody writes: rather no reading than one that changes when printed.
        let landmark = join(&words_of(&read.raw.replace(['(', ')'], " ")));
        Self {
            landmark: (!landmark.is_empty()).then_some(landmark),
            raw: read.raw,
            doubts: vec![Doubt::NoNumber, Doubt::LooseText],
            ..Self::default()
        }
    }

    /// The way to the door as a walker meets it: street, lanes, number, or the landmark of a door
    /// without one. `12/34` and `34 ngõ 12` read the same.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let mut steps: Vec<String> = Vec::new();
        steps.extend(self.street.as_ref().map(|street| format!("đường {street}")));
        steps.extend(self.lane.iter().map(ToString::to_string));
        match &self.house {
            Some(house) if house.kind == HouseKind::House => {
                let ways = house.tail.len();
                let marks = std::iter::once(&house.head).chain(&house.tail);
                for (depth, mark) in marks.enumerate().take(ways) {
                    let kind = match self.lane.len() + depth {
                        0 => AlleyKind::Lane,
                        1 => AlleyKind::Alley,
                        _ => AlleyKind::SubAlley,
                    };
                    steps.push(format!("{} {mark}", kind.word()));
                }
                steps.push(format!("số {}", house.door()));
            }
            Some(house) => steps.push(house.to_string()),
            None => {}
        }
        steps.extend(self.landmark.as_ref().map(|landmark| format!("mốc: {landmark}")));
        steps
    }

    /// The address with what a register says in a column of its own about where the door is.
    #[must_use]
    pub fn beside(mut self, landmark: Option<&str>) -> Self {
        if let Some(landmark) = landmark {
            let both = self.landmark.take().map(|known| format!("{known}, {landmark}"));
            self.landmark = Some(both.unwrap_or_else(|| landmark.to_owned()));
            self.doubts.retain(|doubt| *doubt != Doubt::Empty);
        }
        self
    }

    fn says_the_same_as(&self, other: &Self) -> bool {
        (&self.house, &self.lane, &self.street, &self.landmark, &self.area)
            == (&other.house, &other.lane, &other.street, &other.landmark, &other.area)
    }

    /// An address that is nothing but a house number on a known lane or street.
    #[must_use]
    pub fn numbered(house: HouseNo, lane: Vec<PathNode>, street: Option<&str>) -> Self {
        let mut address =
            Self { house: Some(house), lane, street: street.map(str::to_owned), ..Self::default() };
        address.raw = address.to_string();
        address
    }

    /// The side of its own way the house stands on; `None` without a house number, and for lots, kiosks
    /// and rooms.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        self.house.as_ref().and_then(HouseNo::side)
    }

    /// Where the door is, as numbers from the street inwards. `12/34` and `34 ngõ 12` answer the same.
    /// Named ways have no number and are left out.
    #[must_use]
    pub fn position(&self) -> Vec<Mark> {
        let ways = self.lane.iter().filter_map(|node| match &node.mouth {
            Mouth::Number(mark) => Some(mark.clone()),
            Mouth::Name(_) => None,
        });
        let doors = self
            .house
            .iter()
            .flat_map(|house| std::iter::once(&house.head).chain(&house.tail).cloned());
        ways.chain(doors).collect()
    }

    /// A key that sorts the households of one street the way a walker meets them: 2 before 10, then
    /// 12, 12A, 12bis, the lane at 12; numbered houses before lots, kiosks and rooms, those before
    /// doors without a number. The street is not in the key; order by it first.
    ///
    /// Only digits and lower-case ASCII letters at fixed places, because the collations of databases
    /// skip punctuation and disagree about capitals.
    #[must_use]
    pub fn sort_key(&self) -> String {
        let mut key = String::with_capacity(32);
        key.push(match &self.house {
            Some(house) if house.kind == HouseKind::House => 'h',
            Some(_) => 'u',
            None => 'x',
        });
        for node in &self.lane {
            match &node.mouth {
                Mouth::Number(mark) => mark.push_sort_key(&mut key, true),
                Mouth::Name(name) => {
                    key.push('p');
                    push_text_key(&mut key, name);
                    key.push('m');
                }
            }
        }
        match &self.house {
            Some(house) => {
                if house.kind != HouseKind::House {
                    push_text_key(&mut key, house.block.as_deref().unwrap_or(""));
                    key.push_str(&format!("f{:03}", house.floor.unwrap_or(0)));
                }
                let last = house.tail.len();
                for (at, mark) in std::iter::once(&house.head).chain(&house.tail).enumerate() {
                    mark.push_sort_key(&mut key, at < last);
                }
            }
            None => push_text_key(
                &mut key,
                self.landmark.as_deref().or(self.area.as_deref()).unwrap_or(""),
            ),
        }
        key
    }

    /// Whether a landmark can be printed bare after the numbers and still be read as a landmark.
    fn landmark_opens_with_cue(landmark: &str) -> bool {
        !landmark.contains([',', ';', '(', ')'])
            && !landmark.contains(" - ")
            && cue_at(&words_of(landmark), 0, false).is_some()
    }
}

/// The canonical Vietnamese writing, inside out: door, ways, street, landmark, area.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        if let Some(house) = &self.house {
            let number_word = if house.kind == HouseKind::House { "Số " } else { "" };
            parts.push(format!("{number_word}{house}"));
        }
        // After a lot, kiosk or room the next name would be taken for what it is numbered inside.
        let after_unit = self.house.as_ref().is_some_and(|house| house.kind != HouseKind::House);
        let mut after_name = false;
        let mut rest = self.lane.as_slice();
        while let Some((inner, outer)) = rest.split_last() {
            // `ngách 34/5` says both the alley and its lane.
            let chain = numbered_chain(rest);
            if chain > 1 {
                let marks: Vec<String> =
                    rest[rest.len() - chain..].iter().filter_map(mark_of).collect();
                parts.push(format!("{} {}", inner.kind.word(), marks.join("/")));
                rest = &rest[..rest.len() - chain];
            } else {
                parts.push(inner.to_string());
                rest = outer;
            }
            after_name = matches!(inner.mouth, Mouth::Name(_));
        }
        if let Some(street) = &self.street {
            let bare = !parts.is_empty() && !after_unit && !after_name && reads_as_street(street);
            parts.push(if bare { street.clone() } else { format!("đường {street}") });
        }
        let mut line = parts.join(" ");
        if let Some(landmark) = &self.landmark {
            if line.is_empty() && self.area.is_none() && stands_alone(landmark) {
                line.push_str(landmark);
            } else if Self::landmark_opens_with_cue(landmark) {
                push_part(&mut line, ", ", landmark);
            } else {
                push_part(&mut line, " ", &format!("({landmark})"));
            }
        }
        if let Some(area) = &self.area {
            push_part(&mut line, ", ", area);
        }
        f.write_str(&line)
    }
}

const MAX_DIGITS: usize = 5;
/// Longest landmark part of a sort key, in bytes: enough to order, short enough to index.
const TEXT_KEY_BYTES: usize = 48;

fn push_part(line: &mut String, separator: &str, part: &str) {
    if !line.is_empty() {
        line.push_str(separator);
    }
    line.push_str(part);
}

fn push_text_key(key: &mut String, text: &str) {
    let mut out = String::new();
    for (at, word) in search_key(text).split([' ', '/']).enumerate() {
        // `0` sorts before every letter and digit that can follow, so short names come first.
        if at > 0 {
            out.push('0');
        }
        let letters = word.len() - word.trim_start_matches(|c: char| !c.is_ascii_digit()).len();
        let (head, digits) = word.split_at(letters);
        out.extend(head.chars().filter(char::is_ascii_lowercase));
        match digits.parse::<u32>() {
            Ok(number) if digits.len() <= MAX_DIGITS => out.push_str(&format!("n{number:05}")),
            _ => out.extend(digits.chars().filter(char::is_ascii_lowercase)),
        }
    }
    out.truncate(TEXT_KEY_BYTES);
    key.push_str(&out);
}

fn mark_of(node: &PathNode) -> Option<String> {
    match &node.mouth {
        Mouth::Number(mark) => Some(mark.to_string()),
        Mouth::Name(_) => None,
    }
}

/// How many nodes at the inner end are numbered and follow each other without a gap of kinds.
fn numbered_chain(path: &[PathNode]) -> usize {
    let mut length = 0;
    for node in path.iter().rev() {
        let follows = length == 0 || path[path.len() - length].kind.outer() == Some(node.kind);
        if !follows || mark_of(node).is_none() {
            break;
        }
        length += 1;
    }
    length
}

/// Whether the street, printed right after a number, comes back as the street and nothing else.
fn reads_as_street(street: &str) -> bool {
    let words = words_of(street);
    let opens_well = words.first().is_some_and(|word| {
        let mut chars = word.text.chars();
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_some()
    });
    opens_well && (0..words.len()).all(|at| !opens_something(&words, at))
}

fn stands_alone(landmark: &str) -> bool {
    let read = Reader::read(landmark);
    read.landmark.as_deref() == Some(landmark)
        && read.house.is_none()
        && read.lane.is_empty()
        && read.street.is_none()
        && read.area.is_none()
}

/// The Vietnamese alphabet in its order, as far as a suffix letter needs it (1 to 27).
fn letter_index(letter: char) -> u32 {
    const ORDER: &str = "ABCDĐEFGHIJKLMNOPQRSTUVWXYZ";
    ORDER.chars().zip(1..).find_map(|(known, at)| (known == letter).then_some(at)).unwrap_or(0)
}

fn read_suffix(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if lower.is_empty() || matches!(lower.as_str(), "bis" | "ter" | "quater") {
        return Some(lower);
    }
    if let Some(end) = lower.strip_prefix(['-', '+', '–']) {
        let end = end.trim();
        let far = Mark::parse(end).filter(|far| far.suffix.is_empty())?;
        return Some(format!("-{far}"));
    }
    let upper = text.to_uppercase();
    let mut chars = upper.chars();
    let letter_known = chars.next().is_some_and(|letter| letter_index(letter) > 0);
    let digits = chars.as_str();
    let valid = letter_known
        && digits.len() <= 2
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits != "0"
        && !digits.starts_with('0');
    valid.then_some(upper)
}

/// `12A/34/5` as marks; `None` unless every part is one.
fn read_marks(text: &str) -> Option<Vec<Mark>> {
    text.split('/').map(Mark::parse).collect()
}

/// The letters of a block that is glued to a lot number (`A12`, `LK5`).
fn is_block_letters(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase())
}

// ---------------------------------------------------------------------------------------------- words

/// One word of the address: as written, and in lower case for comparing. Marks are kept in both: *ngõ*
/// and the family name *Ngô* differ only by them.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    low: String,
}

impl Word {
    fn is(&self, low: &str) -> bool {
        self.low == low
    }

    fn one_of(&self, lows: &[&str]) -> bool {
        lows.contains(&self.low.as_str())
    }

    fn written_low(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_lowercase)
    }

    fn starts_with_digit(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
    }
}

/// Words that are written in one with the number or name behind them: `ngõ34`, `số:12`, `Đ.Nguyễn`.
const GLUED: [&str; 18] = [
    "số",
    "sn",
    "ngõ",
    "ngách",
    "hẻm",
    "lô",
    "kiốt",
    "kiot",
    "ngo",
    "ngach",
    "hem",
    "tổ",
    "đường",
    "phòng",
    "soos",
    "ngox",
    "ngachs",
    "hemr",
];
const GLUED_WITH_DOT: [&str; 4] = ["đ.", "p.", "tp.", "sn."];

/// What a Telex keyboard leaves of the words that open something, when its Vietnamese is switched off
/// or trips over a tone (`soos 12`, `ngox 34`). No Vietnamese word is written like one of these.
const TELEX: [(&str, &str); 30] = [
    ("soos", "số"),
    ("sos", "số"),
    ("nhaf", "nhà"),
    ("ngox", "ngõ"),
    ("ngoox", "ngõ"),
    ("ngachs", "ngách"),
    ("ngasch", "ngách"),
    ("hemr", "hẻm"),
    ("herm", "hẻm"),
    ("dduwowngf", "đường"),
    ("dduongwf", "đường"),
    ("duowngf", "đường"),
    ("dduongf", "đường"),
    ("phoos", "phố"),
    ("phos", "phố"),
    ("loo", "lô"),
    ("kioots", "kiốt"),
    ("kiots", "kiốt"),
    ("phongf", "phòng"),
    ("phofng", "phòng"),
    ("cawn", "căn"),
    ("hooj", "hộ"),
    ("taangf", "tầng"),
    ("tangf", "tầng"),
    ("toaf", "tòa"),
    ("dayx", "dãy"),
    ("toor", "tổ"),
    ("phuwowngf", "phường"),
    ("phuongwf", "phường"),
    ("ddoois", "đối"),
];

/// The word that a Telex left-over stands for, in the same case.
fn untelex(token: &str) -> Option<String> {
    let low = token.to_lowercase();
    let (_, word) = TELEX.iter().find(|(typed, _)| *typed == low)?;
    if token.starts_with(char::is_uppercase) {
        let mut chars = word.chars();
        let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        return Some(first + chars.as_str());
    }
    Some((*word).to_owned())
}

fn words_of(segment: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for token in segment.split_whitespace() {
        let low = token.to_lowercase();
        let same_length = low.len() == token.len();
        let glued = GLUED.iter().find_map(|word| {
            let rest = low.strip_prefix(word)?.trim_start_matches([':', '.']);
            (same_length && rest.starts_with(|c: char| c.is_ascii_digit()))
                .then_some((word.len(), rest.len()))
        });
        let dotted = GLUED_WITH_DOT.iter().find_map(|word| {
            let rest = low.strip_prefix(word)?;
            (same_length && rest.starts_with(char::is_alphabetic))
                .then_some((word.len(), rest.len()))
        });
        if let Some((head, rest)) = glued.or(dotted) {
            push_word(&mut words, &token[..head]);
            push_word(&mut words, &token[token.len() - rest..]);
        } else {
            push_word(&mut words, token);
        }
    }
    words
}

fn push_word(words: &mut Vec<Word>, token: &str) {
    let text = token.trim_end_matches([':', '.']);
    if !text.is_empty() {
        let text = untelex(text).unwrap_or_else(|| text.to_owned());
        words.push(Word { low: text.to_lowercase(), text });
    }
}

fn join(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Words that open a landmark wherever they stand: prepositions no street is called by.
const CUES: [&str; 9] = ["sau", "trước", "cạnh", "gần", "cuối", "đầu", "phía", "đằng", "sát"];
/// Prepositions that are names too (*Giáp Hải*); they count in lower case only.
const WEAK_CUES: [&str; 8] = ["giáp", "giữa", "ven", "bên", "ngay", "dưới", "trên", "trong"];
/// The same without marks, for text that has none at all.
const PLAIN_CUES: [&str; 8] = ["sau", "truoc", "canh", "gan", "cuoi", "dau", "phia", "ben"];
/// Nouns that a landmark starts with. In lower case after a number, in any case without one.
const PLACES: [&str; 38] = [
    "nhà",
    "chợ",
    "chùa",
    "đình",
    "đền",
    "miếu",
    "cầu",
    "trường",
    "trạm",
    "cây",
    "cổng",
    "ngã",
    "bến",
    "bãi",
    "ao",
    "hồ",
    "bờ",
    "giếng",
    "xưởng",
    "quán",
    "cửa",
    "ubnd",
    "công",
    "ngân",
    "bệnh",
    "kho",
    "ga",
    "sân",
    "nvh",
    "siêu",
    "nghĩa",
    "đê",
    "đập",
    "hội",
    "không",
    "chưa",
    "khu",
    "tập",
];

fn is_place(word: &Word, any_case: bool) -> bool {
    word.one_of(&PLACES) && (any_case || word.written_low())
}

fn cue_at(words: &[Word], at: usize, plain_text: bool) -> Option<()> {
    let word = words.get(at)?;
    let opposite = word.is("đối") && words.get(at + 1).is_some_and(|next| next.is("diện"));
    let strong = word.one_of(&CUES) || opposite;
    let weak = word.one_of(&WEAK_CUES) && word.written_low();
    let plain = plain_text && word.written_low() && word.one_of(&PLAIN_CUES);
    (strong || weak || plain).then_some(())
}

/// The kind of way a word opens, if what follows lets it.
fn way_at(words: &[Word], at: usize) -> Option<AlleyKind> {
    let word = words.get(at)?;
    let next = words.get(at + 1)?;
    let numbered = read_marks(&next.text).is_some();
    match word.low.as_str() {
        "ngõ" => Some(AlleyKind::Lane),
        "ngách" | "ngach" => Some(AlleyKind::Alley),
        "hẻm" => Some(AlleyKind::SubAlley),
        // A slip of the tone, or no marks at all: only a number makes them a lane.
        "ngỏ" | "ngo" if numbered => Some(AlleyKind::Lane),
        "hem" if numbered => Some(AlleyKind::SubAlley),
        "đường" | "phố" | "đ" => Some(AlleyKind::Street),
        "duong" | "pho" if word.written_low() => Some(AlleyKind::Street),
        _ => None,
    }
}

/// How many words name a national or provincial road before its number (`QL18`, `Quốc lộ 18`).
fn road_at(words: &[Word], at: usize) -> Option<usize> {
    let word = words.get(at)?;
    let digits = word.low.trim_start_matches("ql").trim_start_matches("tl");
    if word.low.len() == digits.len() + 2 && digits.bytes().all(|b| b.is_ascii_digit()) {
        if !digits.is_empty() {
            return Some(1);
        }
        return words.get(at + 1).filter(|next| next.starts_with_digit()).map(|_| 2);
    }
    let two = word.one_of(&["quốc", "tỉnh"]) && words.get(at + 1).is_some_and(|next| next.is("lộ"));
    (two && words.get(at + 2).is_some_and(Word::starts_with_digit)).then_some(3)
}

fn area_at(words: &[Word], at: usize) -> Option<()> {
    let word = words.get(at)?;
    let next = words.get(at + 1);
    let next_is = |low: &str| next.is_some_and(|next| next.is(low));
    let opens = match word.low.as_str() {
        "tdp" | "kdc" | "thôn" | "xóm" | "phường" | "xã" | "tp" | "huyện" | "quận" => {
            next.is_some()
        }
        "tổ" => next_is("dân") || next.is_some_and(Word::starts_with_digit),
        "khu" => next_is("dân") || next_is("phố") || next.is_some_and(Word::starts_with_digit),
        "đội" => next.is_some_and(Word::starts_with_digit),
        "thành" => next_is("phố"),
        "thị" => next_is("trấn") || next_is("xã"),
        "tỉnh" => next.is_some() && !next_is("lộ"),
        "p" => next.is_some_and(|next| next.text.starts_with(char::is_alphabetic)),
        _ => false,
    };
    opens.then_some(())
}

/// How many words say "number" before a number (`số`, `số nhà`, `nhà số`, `SN`).
fn number_word_at(words: &[Word], at: usize) -> Option<usize> {
    let word = words.get(at)?;
    let next_is = |lows: &[&str]| words.get(at + 1).is_some_and(|next| next.one_of(lows));
    let count = match word.low.as_str() {
        "số" | "so" if next_is(&["nhà", "nha"]) => 2,
        "nhà" | "nha" if next_is(&["số", "so"]) => 2,
        "số" | "so" | "sn" | "s/n" | "nhà" | "nha" => 1,
        _ => return None,
    };
    words.get(at + count).filter(|next| read_marks(&next.text).is_some()).map(|_| count)
}

/// The unit words before a lot, kiosk or room number, and how many words they take.
fn unit_at(words: &[Word], at: usize) -> Option<(HouseKind, usize)> {
    let word = words.get(at)?;
    let next = words.get(at + 1);
    let next_is = |low: &str| next.is_some_and(|next| next.is(low));
    let (kind, mut count) = match word.low.as_str() {
        "kiốt" | "kiot" | "kiosk" | "ki-ốt" | "ki-ot" | "quầy" | "sạp" => {
            (HouseKind::Kiosk, 1)
        }
        "ki" if next_is("ốt") || next_is("ot") => (HouseKind::Kiosk, 2),
        "lô" => (HouseKind::Lot, 1),
        // Without its mark `lo` is a word of many names: only before a number.
        "lo" if next.is_some_and(Word::starts_with_digit) => (HouseKind::Lot, 1),
        "phòng" | "phong" => (HouseKind::Room, 1),
        "căn" if next_is("hộ") => (HouseKind::Room, 2),
        "can" if next_is("ho") => (HouseKind::Room, 2),
        "căn" => (HouseKind::Room, 1),
        "p" if next.is_some_and(Word::starts_with_digit) => (HouseKind::Room, 1),
        _ => return room_token(&word.low).map(|_| (HouseKind::Room, 0)),
    };
    if words.get(at + count).is_some_and(|word| word.one_of(&["số", "so"])) {
        count += 1;
    }
    let number = words.get(at + count)?;
    let fits = Mark::parse(&number.text).is_some()
        || (kind == HouseKind::Lot && lot_code(&number.text).is_some());
    fits.then_some((kind, count))
}

/// `tầng 3`: the storey at `at`.
fn floor_at(words: &[Word], at: usize) -> Option<u16> {
    words.get(at).filter(|word| word.one_of(&["tầng", "tang"]))?;
    words.get(at + 1)?.text.parse().ok().filter(|floor| *floor < 1000)
}

/// `p302`, `p.302`: at least two digits, so that `P3` may stay a ward.
fn room_token(low: &str) -> Option<Mark> {
    let number = low.strip_prefix('p')?.trim_start_matches('.');
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    if digits < 2 { None } else { Mark::parse(number) }
}

/// `A12` as its letters and its number; `LK2-05` as `LK2` and 5.
fn lot_code(text: &str) -> Option<(String, Mark)> {
    let upper = text.to_uppercase();
    if let Some((block, number)) = upper.split_once('-') {
        return is_block_code(block)
            .then(|| Mark::parse(number))
            .flatten()
            .map(|mark| (block.to_owned(), mark));
    }
    let letters = upper.len() - upper.trim_start_matches(|c: char| c.is_ascii_uppercase()).len();
    let (block, number) = upper.split_at(letters);
    is_block_letters(block)
        .then(|| Mark::parse(number))
        .flatten()
        .map(|mark| (block.to_owned(), mark))
}

/// `LK2`, `BT05`, `B`: what a block of a new quarter is called.
fn is_block_code(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let digits = text.len() - letters;
    (1..=3).contains(&letters)
        && digits <= 3
        && (digits > 0 || letters == 1)
        && text.bytes().skip(letters).all(|b| b.is_ascii_digit())
}

/// Whether the word opens anything other than a plain name.
fn opens_something(words: &[Word], at: usize) -> bool {
    cue_at(words, at, false).is_some()
        || way_at(words, at).is_some()
        || area_at(words, at).is_some()
        || number_word_at(words, at).is_some()
        || unit_at(words, at).is_some()
        || road_at(words, at).is_some()
        || is_place(&words[at], false)
}

// --------------------------------------------------------------------------------------------- reader

/// A piece of text that waits for the end: what it is depends on what else the address holds.
enum Piece {
    Loose(Vec<Word>),
    Landmark(String),
    Refused(String),
    Area(Vec<Word>),
}

#[derive(Default)]
struct Reader {
    address: Address,
    pieces: Vec<Piece>,
    /// The text has no Vietnamese letter at all, so words may have lost their marks.
    plain_text: bool,
}

impl Reader {
    fn read(text: &str) -> Address {
        let raw = text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        let mut reader = Self { plain_text: raw.is_ascii(), ..Self::default() };
        let mut outside = String::with_capacity(raw.len());
        let mut rest = raw.as_str();
        // What stands in brackets is a remark about the place, whatever it says.
        while let Some((before, after)) = rest.split_once('(') {
            outside.push_str(before);
            outside.push_str(" , ");
            let (inside, tail) = after.split_once(')').unwrap_or((after, ""));
            let remark = join(&words_of(&inside.replace('(', " ")));
            if !remark.is_empty() {
                reader.read_segments(&std::mem::take(&mut outside));
                reader.pieces.push(Piece::Landmark(remark));
            }
            rest = tail;
        }
        outside.push_str(rest);
        reader.read_segments(&outside);
        reader.finish(raw)
    }

    fn read_segments(&mut self, text: &str) {
        let text = text
            .replace(')', " ")
            .replace(" - ", ",")
            .replace(" – ", ",")
            .replace(" /", "/")
            .replace("/ ", "/");
        let mut segments = text.split([',', ';']).map(words_of).peekable();
        while let Some(mut words) = segments.next() {
            // `tầng 3, phòng 302`: the floor belongs to the room behind it.
            let alone = words.len() == 2 && floor_at(&words, 0).is_some();
            if alone
                && segments.peek().is_some_and(|next| {
                    unit_at(next, 0).is_some_and(|(kind, _)| kind == HouseKind::Room)
                })
            {
                words.extend(segments.next().unwrap_or_default());
            }
            self.read_segment(&words);
        }
    }

    fn read_segment(&mut self, words: &[Word]) {
        let mut at = 0;
        let mut name_start = 0;
        while at < words.len() {
            let in_name = at > name_start;
            // `nhà văn hóa thôn Đông` is one landmark; its thôn is not the area of the address.
            let in_place = in_name && is_place(&words[name_start], self.address.house.is_none());
            if cue_at(words, at, self.plain_text).is_some() {
                self.close_name(&words[name_start..at]);
                self.pieces.push(Piece::Landmark(join(&words[at..])));
                return;
            }
            if !(in_place || in_name && words[at].is("p")) && area_at(words, at).is_some() {
                self.close_name(&words[name_start..at]);
                self.pieces.push(Piece::Area(words[at..].to_vec()));
                return;
            }
            let taken = self
                .read_unit_tail(words, at)
                .or_else(|| self.read_house(words, at, in_name))
                .or_else(|| {
                    if in_place && !words.get(at + 1).is_some_and(Word::starts_with_digit) {
                        return None;
                    }
                    self.read_way(words, at)
                });
            match taken {
                Some(count) => {
                    // The name before belongs to an earlier piece, in writing order.
                    let name = words[name_start..at].to_vec();
                    if !name.is_empty() {
                        let place = self.pieces.len().saturating_sub(usize::from(count.pushed));
                        self.pieces.insert(place, Piece::Loose(name));
                    }
                    at += count.words;
                    name_start = at;
                }
                None => at += 1,
            }
        }
        self.close_name(&words[name_start..]);
    }

    fn close_name(&mut self, name: &[Word]) {
        if !name.is_empty() {
            self.pieces.push(Piece::Loose(name.to_vec()));
        }
    }

    /// A house, lot, kiosk or room number at `at`.
    fn read_house(&mut self, words: &[Word], at: usize, in_name: bool) -> Option<Taken> {
        // `tầng 3 P302`: the floor first.
        if let (Some(floor), Some((HouseKind::Room, skip)), None) =
            (floor_at(words, at), unit_at(words, at + 2), &self.address.house)
        {
            let taken = self.read_unit(words, at + 2, HouseKind::Room, skip)?;
            if let Some(house) = &mut self.address.house {
                house.floor = Some(floor);
            }
            return Some(Taken { words: taken.words + 2, ..taken });
        }
        if let Some((kind, skip)) = unit_at(words, at) {
            return self.read_unit(words, at, kind, skip);
        }
        let skip = match number_word_at(words, at) {
            Some(skip) => skip,
            // A bare number opens an address; inside a name it is part of it (`Thái Học 2`).
            None if !in_name && self.address.house.is_none() => 0,
            None => return None,
        };
        let mut marks = read_marks(&words.get(at + skip)?.text)?;
        let mut end = at + skip + 1;
        if let (Some(last), Some(next)) = (marks.last_mut(), words.get(end))
            && last.suffix.is_empty()
            && (next.one_of(&["bis", "ter", "quater"])
                || (next.text.len() == 1
                    && next.text.starts_with(|c: char| c.is_ascii_alphabetic())))
            && let Some(suffix) = read_suffix(&next.text)
        {
            last.suffix = suffix;
            end += 1;
        }
        let head = marks.remove(0);
        Some(self.keep_house(HouseNo::of(HouseKind::House, head, marks), words, at, end))
    }

    fn read_unit(
        &mut self,
        words: &[Word],
        at: usize,
        kind: HouseKind,
        skip: usize,
    ) -> Option<Taken> {
        let mut end = at + skip + 1;
        let number = &words[at + skip];
        let (block, head) =
            if let Some(mark) = Mark::parse(&number.text).or_else(|| room_token(&number.low)) {
                (None, mark)
            } else {
                let (block, mark) = lot_code(&number.text)?;
                match words.get(end).and_then(|next| Mark::parse(&next.text)) {
                    // `Lô LK2 05`: the first is the block, the second the number.
                    Some(second) => {
                        end += 1;
                        (Some(number.text.to_uppercase()), second)
                    }
                    None => (Some(block), mark),
                }
            };
        let mut house = HouseNo::of(kind, head, Vec::new());
        house.block = block;
        Some(self.keep_house(house, words, at, end))
    }

    fn keep_house(&mut self, house: HouseNo, words: &[Word], at: usize, end: usize) -> Taken {
        let pushed = self.address.house.is_some();
        if pushed {
            self.doubt(Doubt::TwoNumbers);
            self.pieces.push(Piece::Refused(join(&words[at..end])));
        } else {
            self.address.house = Some(house);
        }
        Taken { words: end - at, pushed }
    }

    /// What a lot, kiosk or room is numbered inside, written behind it.
    fn read_unit_tail(&mut self, words: &[Word], at: usize) -> Option<Taken> {
        let word = &words[at];
        let house = self.address.house.as_mut()?;
        let until_boundary = |from: usize| {
            (from..words.len())
                .find(|&next| {
                    words[next].is("tầng")
                        || cue_at(words, next, false).is_some()
                        || way_at(words, next).is_some()
                })
                .unwrap_or(words.len())
        };
        let end = match house.kind {
            HouseKind::House => return None,
            HouseKind::Room if house.floor.is_none() && word.one_of(&["tầng", "tang"]) => {
                house.floor = Some(floor_at(words, at)?);
                return Some(Taken { words: 2, pushed: false });
            }
            _ if house.block.is_some() => return None,
            HouseKind::Room
                if word.one_of(&["nhà", "nha", "tòa", "toà", "block", "chung", "khu", "dãy"]) =>
            {
                until_boundary(at + 1)
            }
            HouseKind::Kiosk if is_place(word, true) => until_boundary(at + 1),
            HouseKind::Lot if is_block_code(&word.text) => {
                house.block = Some(word.text.to_uppercase());
                return Some(Taken { words: 1, pushed: false });
            }
            HouseKind::Lot
                if word.is("khu")
                    && words.get(at + 1).is_some_and(|next| is_block_code(&next.text)) =>
            {
                at + 2
            }
            _ => return None,
        };
        if end < at + 2 {
            return None;
        }
        house.block = Some(kind_of_place(&words[at..end]));
        Some(Taken { words: end - at, pushed: false })
    }

    /// A street, lane, alley or sub-alley at `at`.
    fn read_way(&mut self, words: &[Word], at: usize) -> Option<Taken> {
        if let Some(count) = road_at(words, at) {
            return Some(self.keep_street(words, at, at, at + count, road_name));
        }
        let kind = way_at(words, at)?;
        if !words[at + 1].text.starts_with(char::is_alphanumeric) {
            return None;
        }
        if kind == AlleyKind::Street {
            let end = self.name_end(words, at + 1);
            return Some(
                self.keep_street(words, at, at + 1, end, |words| title_if_flat(&join(words))),
            );
        }
        let (nodes, end) = match read_marks(&words[at + 1].text) {
            Some(marks) => (path_of(kind, marks), at + 2),
            None => {
                let end = self.name_end(words, at + 1);
                let name = title_if_flat(&join(&words[at + 1..end]));
                (Some(vec![PathNode { kind, mouth: Mouth::Name(name) }]), end)
            }
        };
        let agrees = nodes.as_ref().is_some_and(|nodes| {
            nodes
                .iter()
                .all(|new| self.address.lane.iter().all(|old| old.kind != new.kind || old == new))
        });
        match nodes {
            Some(nodes) if agrees => {
                for node in nodes {
                    if !self.address.lane.contains(&node) {
                        self.address.lane.push(node);
                    }
                }
                self.address.lane.sort_by_key(|node| node.kind);
                Some(Taken { words: end - at, pushed: false })
            }
            _ => {
                self.doubt(Doubt::Contradiction);
                self.pieces.push(Piece::Refused(join(&words[at..end])));
                Some(Taken { words: end - at, pushed: true })
            }
        }
    }

    /// Where a name that starts at `from` ends. Its first word is the name's whatever it is.
    fn name_end(&self, words: &[Word], from: usize) -> usize {
        (from + 1..words.len())
            .find(|&at| {
                cue_at(words, at, self.plain_text).is_some()
                    || way_at(words, at).is_some()
                    || area_at(words, at).is_some()
                    || number_word_at(words, at).is_some()
                    || unit_at(words, at).is_some()
            })
            .unwrap_or(words.len())
    }

    fn keep_street(
        &mut self,
        words: &[Word],
        at: usize,
        from: usize,
        end: usize,
        name: fn(&[Word]) -> String,
    ) -> Taken {
        let pushed = self.address.street.is_some();
        if pushed {
            self.doubt(Doubt::Contradiction);
            self.pieces.push(Piece::Refused(join(&words[at..end])));
        } else {
            self.address.street = Some(name(&words[from..end]));
        }
        Taken { words: end - at, pushed }
    }

    fn doubt(&mut self, doubt: Doubt) {
        if !self.address.doubts.contains(&doubt) {
            self.address.doubts.push(doubt);
        }
    }

    fn finish(mut self, raw: String) -> Address {
        let anchored = self.address.house.is_some() || !self.address.lane.is_empty();
        let (mut landmarks, mut areas) = (Vec::new(), Vec::new());
        for piece in std::mem::take(&mut self.pieces) {
            match piece {
                Piece::Landmark(text) | Piece::Refused(text) => landmarks.push(text),
                Piece::Area(words) => areas.push(kind_of_place(&words)),
                Piece::Loose(words) => {
                    let text = join(&words);
                    let named = words[0].text.starts_with(char::is_alphabetic)
                        && !is_place(&words[0], !anchored);
                    if anchored && named && self.address.street.is_none() {
                        self.address.street = Some(title_if_flat(&text));
                    } else if named && self.address.street.is_some() && !words[0].written_low() {
                        areas.push(text);
                    } else {
                        if words.iter().any(|word| is_long_number(&word.text)) {
                            self.doubt(Doubt::LongNumber);
                        } else if read_marks(&words[0].text).is_some() {
                            self.doubt(Doubt::TwoNumbers);
                        } else if !is_place(&words[0], !anchored) {
                            self.doubt(Doubt::LooseText);
                        }
                        landmarks.push(text);
                    }
                }
            }
        }
        if raw.is_empty() {
            self.doubt(Doubt::Empty);
        } else if self.address.house.is_none() {
            self.doubt(Doubt::NoNumber);
        }
        let joined = |texts: Vec<String>| (!texts.is_empty()).then(|| texts.join(", "));
        Address { landmark: joined(landmarks), area: joined(areas), raw, ..self.address }
    }
}

/// What a reading step consumed, and whether it left a piece behind.
struct Taken {
    words: usize,
    pushed: bool,
}

fn is_long_number(text: &str) -> bool {
    text.bytes().filter(u8::is_ascii_digit).count() > MAX_DIGITS
}

/// The nodes that a slashed way number stands for: `ngách 34/5` is ngõ 34, then ngách 5.
fn path_of(kind: AlleyKind, marks: Vec<Mark>) -> Option<Vec<PathNode>> {
    const INWARDS: [AlleyKind; 3] = [AlleyKind::Lane, AlleyKind::Alley, AlleyKind::SubAlley];
    let own = INWARDS.iter().position(|known| *known == kind)?;
    // `ngõ 34/5` names the lane first and the alley by its number only.
    let first = (own + 1).saturating_sub(marks.len());
    let kinds = INWARDS.get(first..first + marks.len())?;
    Some(
        kinds
            .iter()
            .zip(marks)
            .map(|(kind, mark)| PathNode { kind: *kind, mouth: Mouth::Number(mark) })
            .collect(),
    )
}

/// `NGUYỄN TRÃI` and `nguyễn trãi` to `Nguyễn Trãi`; a name in mixed case is left as written.
fn title_if_flat(name: &str) -> String {
    let flat = name == name.to_uppercase() || name == name.to_lowercase();
    if !flat {
        return name.to_owned();
    }
    let words = name.split(' ').map(|word| {
        if word.contains(|c: char| c.is_ascii_digit()) {
            return word.to_uppercase();
        }
        let mut chars = word.chars();
        let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
        first + &chars.as_str().to_lowercase()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// `QL18`, `Quốc lộ 18`: roads keep the writing of their signs.
fn road_name(words: &[Word]) -> String {
    let name = join(words).to_lowercase();
    if name.starts_with("ql") || name.starts_with("tl") {
        return name.to_uppercase();
    }
    let mut chars = name.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default() + chars.as_str()
}

/// `CHỢ SAO ĐỎ` to `chợ Sao Đỏ`, `P. CHU VĂN AN` to `phường Chu Văn An`: the kind in lower case (but for
/// the usual abbreviations), the name in title case when it came in one case only.
fn kind_of_place(words: &[Word]) -> String {
    let text = join(words);
    let flat = text == text.to_uppercase();
    let kind = match words[0].low.as_str() {
        "tdp" | "kdc" | "tp" => words[0].low.to_uppercase(),
        "p" => "phường".to_owned(),
        "nha" => "nhà".to_owned(),
        low if flat => low.to_owned(),
        _ => words[0].text.clone(),
    };
    let count = 1 + usize::from(
        flat && words.len() > 2
            && matches!(words[0].low.as_str(), "thành" | "khu" | "thị" | "chung"),
    );
    let mut parts = vec![kind];
    parts.extend(words[1..count].iter().map(|word| word.low.clone()));
    if count < words.len() {
        let name = join(&words[count..]);
        parts.push(if flat { title_if_flat(&name) } else { name });
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Vector {
        r#in: String,
        print: String,
        house: Option<String>,
        sort: String,
        side: Option<Side>,
        lane_path: Vec<String>,
        street: Option<String>,
        landmark: Option<String>,
        area: Option<String>,
        doubts: Vec<Doubt>,
    }

    fn vectors() -> Vec<Vector> {
        serde_json::from_str(include_str!("../../../tests/vectors/address.json"))
            .expect("the vectors are JSON")
    }

    #[test]
    fn the_way_to_a_door_in_steps() {
        for (written, steps) in [
            ("34/5/3 Nguyễn Trãi", vec!["đường Nguyễn Trãi", "ngõ 34", "ngách 5", "số 3"]),
            ("số 3 ngách 5 ngõ 34", vec!["ngõ 34", "ngách 5", "số 3"]),
            ("Lô 05 LK2", vec!["Lô 5 LK2"]),
            ("cạnh nhà văn hóa", vec!["mốc: cạnh nhà văn hóa"]),
        ] {
            assert_eq!(Address::parse(written).steps(), steps, "{written}");
        }
        let beside = Address::parse("12 ngõ 5").beside(Some("cạnh giếng"));
        assert_eq!(beside.steps(), ["ngõ 5", "số 12", "mốc: cạnh giếng"]);
    }

    #[test]
    fn shared_vectors() {
        let vectors = vectors();
        assert!(vectors.len() >= 60, "only {} vectors", vectors.len());
        for v in vectors {
            let read = Address::parse(&v.r#in);
            let path: Vec<String> = read.lane.iter().map(PathNode::to_string).collect();
            assert_eq!(read.to_string(), v.print, "print of {:?}", v.r#in);
            assert_eq!(
                read.house.as_ref().map(HouseNo::to_string),
                v.house,
                "house of {:?}",
                v.r#in
            );
            assert_eq!(read.sort_key(), v.sort, "sort key of {:?}", v.r#in);
            assert_eq!(read.side(), v.side, "side of {:?}", v.r#in);
            assert_eq!(path, v.lane_path, "path of {:?}", v.r#in);
            assert_eq!(read.street, v.street, "street of {:?}", v.r#in);
            assert_eq!(read.landmark, v.landmark, "landmark of {:?}", v.r#in);
            assert_eq!(read.area, v.area, "area of {:?}", v.r#in);
            assert_eq!(read.doubts, v.doubts, "doubts of {:?}", v.r#in);
        }
    }

    #[test]
    fn what_is_printed_reads_back_the_same() {
        for v in vectors() {
            let again = Address::parse(&v.print);
            assert_eq!(again.to_string(), v.print, "of {:?}", v.r#in);
            assert_eq!(again.sort_key(), v.sort, "of {:?}", v.r#in);
        }
    }

    #[test]
    fn walking_order() {
        let walk = [
            "2",
            "9 Nguyễn Trãi",
            "10",
            "12",
            "12A",
            "12B",
            "12B1",
            "12Đ",
            "12E",
            "12bis",
            "12ter",
            "12-14",
            "12/3",
            "12/10",
            "12/10/1",
            "12A/1",
            "13",
            "100",
            "Số 1 ngõ Giếng Mát",
            "Kiốt 2 chợ Sao Đỏ",
            "Kiốt 10 chợ Sao Đỏ",
            "Lô 9 LK2",
            "Lô 1 LK10",
            "P201 tầng 2 nhà A",
            "P301 tầng 3 nhà A",
            "P101 tầng 1 nhà B",
            "cạnh nhà văn hóa",
            "sau chợ",
        ];
        let keys: Vec<String> = walk.iter().map(|text| Address::parse(text).sort_key()).collect();
        for (pair, text) in keys.windows(2).zip(walk.windows(2)) {
            assert!(pair[0] < pair[1], "{text:?}: {pair:?}");
        }
    }

    #[test]
    fn both_writings_of_a_lane_house_are_one_place() {
        let (slashed, worded) = (Address::parse("12/34"), Address::parse("34 ngõ 12"));
        assert_eq!(slashed.sort_key(), worded.sort_key());
        assert_eq!(slashed.side(), Some(Side::Even));
        assert_eq!(worded.side(), Some(Side::Even));
        assert_eq!(slashed.position(), worded.position());
    }

    #[test]
    fn sort_keys_use_nothing_a_collation_skips() {
        for v in vectors() {
            assert!(
                v.sort.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()),
                "{:?}",
                v.sort
            );
        }
    }

    #[test]
    fn json_round_trip() {
        let address = Address::parse("số 5, ngách 34/5, ngõ 34, đường Nguyễn Trãi (gần chợ)");
        let json = serde_json::to_string(&address).expect("an address is plain data");
        assert_eq!(serde_json::from_str::<Address>(&json).expect("what was written"), address);
    }

    fn mark() -> impl Strategy<Value = Mark> {
        let suffix = prop_oneof![
            4 => Just(String::new()),
            2 => "[A-HĐ]",
            1 => "[A-D][1-9]",
            1 => Just("bis".to_owned()),
            1 => (1u32..=99_999).prop_map(|far| format!("-{far}")),
        ];
        (1u32..=99_999, suffix).prop_map(|(number, suffix)| Mark { number, suffix })
    }

    fn house() -> impl Strategy<Value = HouseNo> {
        let plain = (mark(), prop::collection::vec(mark(), 0..3))
            .prop_map(|(head, tail)| HouseNo::of(HouseKind::House, head, tail));
        let lot = (1u32..500, prop::option::of("(LK|BT|DV|A|B)[1-9]|[A-H]")).prop_map(
            |(number, block)| HouseNo {
                block,
                ..HouseNo::of(HouseKind::Lot, Mark::plain(number), Vec::new())
            },
        );
        let kiosk = (1u32..500, prop::option::of(Just("chợ Sao Đỏ".to_owned()))).prop_map(
            |(number, block)| HouseNo {
                block,
                ..HouseNo::of(HouseKind::Kiosk, Mark::plain(number), Vec::new())
            },
        );
        let room = (1u32..3000, prop::option::of(1u16..40), prop::option::of("nhà [A-D][1-9]?"))
            .prop_map(|(number, floor, block)| HouseNo {
                block,
                floor,
                ..HouseNo::of(HouseKind::Room, Mark::plain(number), Vec::new())
            });
        prop_oneof![6 => plain, 1 => lot, 1 => kiosk, 1 => room]
    }

    fn path() -> impl Strategy<Value = Vec<PathNode>> {
        let mouth = || {
            prop_oneof![
                5 => mark().prop_map(Mouth::Number),
                1 => prop::sample::select(vec!["Giếng Mát", "Đình Đông"]).prop_map(|name| Mouth::Name(name.to_owned())),
            ]
        };
        let node = |kind| prop::option::of(mouth().prop_map(move |mouth| PathNode { kind, mouth }));
        (node(AlleyKind::Lane), node(AlleyKind::Alley), node(AlleyKind::SubAlley))
            .prop_map(|(lane, alley, sub)| [lane, alley, sub].into_iter().flatten().collect())
    }

    fn pick(names: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
        prop::option::of(prop::sample::select(names).prop_map(str::to_owned))
    }

    proptest! {
        #[test]
        fn print_parse_keeps_every_part(
            house in prop::option::of(house()),
            lane in path(),
            street in pick(&["Nguyễn Trãi", "Thái Học 2", "Chùa Vần", "QL18", "A Sào", "Ngô Quyền", "18", "Đầu Cầu"]),
            landmark in pick(&["sau nhà văn hóa Trại Sen", "cạnh số nhà 12", "chợ Sao Đỏ", "ngõ 3, số 4", "Trại Sen", "số 9"]),
            area in pick(&["TDP Ninh Chấp 5", "phường Chu Văn An", "tổ 5, phường Chu Văn An"]),
        ) {
            let address = Address { house, lane, street, landmark, area, ..Address::default() };
            let printed = address.to_string();
            let read = Address::parse(&printed);
            prop_assert_eq!(&read.house, &address.house, "{}", &printed);
            prop_assert_eq!(&read.lane, &address.lane, "{}", &printed);
            prop_assert_eq!(&read.street, &address.street, "{}", &printed);
            prop_assert_eq!(&read.landmark, &address.landmark, "{}", &printed);
            prop_assert_eq!(&read.area, &address.area, "{}", &printed);
            prop_assert_eq!(read.to_string(), printed);
            prop_assert_eq!(read.sort_key(), address.sort_key());
        }

        #[test]
        fn any_soup_of_address_words_settles_and_loses_no_number(
            words in prop::collection::vec(prop::sample::select(SOUP), 0..9),
        ) {
            let text = words.join(" ");
            let printed = Address::parse(&text).to_string();
            let again = Address::parse(&printed).to_string();
            prop_assert_eq!(&again, &printed, "from {:?}", &text);
            for word in words.iter().filter(|word| word.starts_with(|c: char| c.is_ascii_digit())) {
                let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
                prop_assert!(printed.contains(digits.trim_start_matches('0')), "{:?} lost {}: {:?}", text, digits, printed);
            }
        }

        /// A walk needs one order: comparing the keys never contradicts itself, and two numbers share a
        /// key only when they print alike.
        #[test]
        fn numbers_sort_in_one_order(a in house(), b in house(), c in house()) {
            let key = |house: &HouseNo| Address { house: Some(house.clone()), ..Address::default() }.sort_key();
            let (x, y, z) = (key(&a), key(&b), key(&c));
            prop_assert_eq!(x == y, a == b, "{} and {}", &a, &b);
            if x <= y && y <= z {
                prop_assert!(x <= z);
            }
            if a.kind == HouseKind::House && b.kind == HouseKind::House && a.head.number != b.head.number {
                prop_assert_eq!(x < y, a.head.number < b.head.number);
            }
        }

        /// What a keyboard without Vietnamese leaves of an address names the same door.
        #[test]
        fn telex_and_missing_marks_are_forgiven(house in 1u32..999, lane in 1u32..999, floor in 1u16..30, room in 100u32..999) {
            let meant = Address::parse(&format!("số {house} ngõ {lane}"));
            for typed in [
                format!("soos {house} ngox {lane}"),
                format!("so {house} ngo {lane}"),
                format!("Soos{house} ngox{lane}"),
                format!("nhaf soos {house} , ngox {lane}"),
            ] {
                let read = Address::parse(&typed);
                prop_assert_eq!(read.to_string(), meant.to_string(), "{}", typed);
                prop_assert_eq!(read.sort_key(), meant.sort_key(), "{}", typed);
            }
            let meant = Address::parse(&format!("P{room} tầng {floor} nhà {house}"));
            for typed in [
                format!("tầng {floor} P{room} nhà {house}"),
                format!("Tầng {floor}, phòng {room}, nhà {house}"),
                format!("taangf {floor} phongf {room} nhaf {house}"),
                format!("phong {room} tang {floor} nha {house}"),
            ] {
                prop_assert_eq!(Address::parse(&typed).to_string(), meant.to_string(), "{}", typed);
            }
        }

    #[test]
        fn any_text_parses(text in any::<String>()) {
            let read = Address::parse(&text);
            let _ = (read.to_string(), read.sort_key(), read.side());
            prop_assert!(read.house.is_some() || !read.doubts.is_empty());
        }
    }

    const SOUP: &[&str] = &[
        "số",
        "Số",
        "nhà",
        "12",
        "05",
        "34/5",
        "7A",
        "12bis",
        "ngõ",
        "Ngõ",
        "ngách",
        "hẻm",
        "đường",
        "phố",
        "Nguyễn",
        "Trãi",
        "chợ",
        "Chợ",
        "sau",
        "cạnh",
        "TDP",
        "tổ",
        "phường",
        "p.",
        "P302",
        "lô",
        "LK2",
        "kiốt",
        "tầng",
        "A",
        "b",
        ",",
        ",",
        "(",
        ")",
        "-",
        "khu",
        "QL18",
        "đối",
        "diện",
        "soos",
        "ngox",
        "phongf",
        "loo",
        "lo",
        "phong",
        "tang",
        "dãy",
        "nha",
        "3",
        "1234567",
        "NGUYỄN",
    ];
}
