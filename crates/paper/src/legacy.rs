//! TCVN3 (ABC) and VNI-Windows text to Unicode.
//!
//! Before Unicode the letters of Vietnamese lived in fonts: a byte meant one letter in `.VnTime` and
//! another in `VNI-Times`, and a spreadsheet stored the byte. Read as Windows-1252, *Nguyễn* looks like
//! `NguyÔn` (TCVN3) or `Nguyeãn` (VNI). Many ward registers still hold such cells among proper ones.
//!
//! Two things make this delicate. Half of the legacy bytes are also letters of proper Vietnamese
//! (`ò` is *ũ* in TCVN3, `ã` a tilde in VNI), so conversion must never touch text that already reads as
//! Vietnamese. And TCVN3 has no capital vowels with tones: capitals were another font (`.VnTimeH`) over
//! the small letters, so `NGUYÔN` means *NGUYỄN*.
//!
//! [`Detector`] therefore looks at a whole column first and then decides cell by cell: a cell is
//! converted when it does not read as Vietnamese as it stands and does after conversion; a cell that
//! reads both ways follows its column.

use std::sync::LazyLock;

use gocua_domain::search::{is_syllable, search_key};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A way of writing Vietnamese in eight bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Legacy {
    /// TCVN 5712:1993 third character set, the fonts `.Vn…` and the ABC keyboard.
    Tcvn3,
    /// VNI-Windows, the fonts `VNI-…`: a base letter, then a byte for its marks.
    Vni,
}

/// TCVN3 code points (as Windows-1252 reads them) and their letters.
const TCVN3: &str = "µà¶ả·ã¸á¹ạ¨ă»ằ¼ẳ½ẵ¾ắÆặ©âÇầÈẩÉẫÊấËậ®đÌèÎẻÏẽÐéÑẹªêÒềÓểÔễÕếÖệ×ìØỉÜĩÝíÞịßòáỏâõãóäọ«ôåồæổçỗèốéộ¬ơêờëởìỡíớîợïùñủòũóúôụ\u{ad}ưõừöử÷ữøứùựúỳûỷüỹýýþỵ¡Ă¢Â£Ê¤Ô¥Ơ¦Ư§Đ";

/// VNI letters that stand alone.
const VNI_SINGLE: &str = "ñđÑĐôơÔƠöưÖƯíiÍIìiÌIæiÆIóiÓIòiÒIîyÎY";
/// The tone of each letter of [`VNI_SINGLE`] that carries one.
const VNI_SINGLE_TONE: &str = "í\u{301}ì\u{300}æ\u{309}ó\u{303}ò\u{323}î\u{323}";
/// VNI marks behind `a e i o u y`, `ô` (ơ) and `ö` (ư), lower case, and the combining marks they stand for.
const VNI_MARKS: [(char, &str); 17] = [
    ('ù', "\u{301}"),
    ('ø', "\u{300}"),
    ('û', "\u{309}"),
    ('õ', "\u{303}"),
    ('ï', "\u{323}"),
    ('â', "\u{302}"),
    ('á', "\u{302}\u{301}"),
    ('à', "\u{302}\u{300}"),
    ('å', "\u{302}\u{309}"),
    ('ã', "\u{302}\u{303}"),
    ('ä', "\u{302}\u{323}"),
    ('ê', "\u{306}"),
    ('é', "\u{306}\u{301}"),
    ('è', "\u{306}\u{300}"),
    ('ú', "\u{306}\u{309}"),
    ('ü', "\u{306}\u{303}"),
    ('ë', "\u{306}\u{323}"),
];

/// Looks up `key` in a table written as pairs of letters.
fn pair(table: &str, key: char) -> Option<char> {
    let mut letters = table.chars();
    while let (Some(from), Some(to)) = (letters.next(), letters.next()) {
        if from == key {
            return Some(to);
        }
    }
    None
}

impl Legacy {
    /// Converts text that is known to be in this encoding. The result is NFC.
    #[must_use]
    pub fn to_unicode(self, text: &str) -> String {
        match self {
            Self::Tcvn3 => tcvn3_to_unicode(text),
            Self::Vni => vni_to_unicode(text),
        }
    }
}

/// [`TCVN3`] by byte, for the many letters of a register.
static TCVN3_BY_BYTE: LazyLock<[char; 256]> = LazyLock::new(|| {
    std::array::from_fn(|byte| {
        let letter = char::from(u8::try_from(byte).unwrap_or_default());
        pair(TCVN3, letter).unwrap_or(letter)
    })
});

fn tcvn3_to_unicode(text: &str) -> String {
    let small: String = text
        .chars()
        .map(|c| u8::try_from(c).map_or(c, |byte| TCVN3_BY_BYTE[usize::from(byte)]))
        .collect();
    // The capital font shows when some word has two capitals and no word a small letter. One capital a
    // word is a plain name (`Lª`, which is `Lê`).
    let no_small = !text.contains(|c: char| c.is_ascii_lowercase());
    let capital_word = text
        .split_whitespace()
        .any(|word| word.chars().filter(char::is_ascii_uppercase).count() >= 2);
    if no_small && capital_word { small.to_uppercase() } else { small }
}

fn vni_to_unicode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut carrier: Option<char> = None;
    for c in text.chars() {
        // The table has no ASCII key, save that a base letter waits for its marks.
        if c.is_ascii() {
            out.push(c);
            carrier = Some(c);
            continue;
        }
        let small = c.to_lowercase().next().unwrap_or(c);
        let marks = VNI_MARKS.iter().find(|(mark, _)| *mark == small).map(|(_, marks)| *marks);
        if let (Some(base), Some(marks)) = (carrier, marks)
            && carries(base, marks)
        {
            out.push_str(marks);
            carrier = None;
            continue;
        }
        match pair(VNI_SINGLE, c) {
            Some(letter) => {
                out.push(letter);
                if let Some(tone) = pair(VNI_SINGLE_TONE, small) {
                    out.push(tone);
                    carrier = None;
                } else {
                    carrier = Some(letter);
                }
            }
            None => {
                out.push(c);
                carrier = Some(c);
            }
        }
    }
    out.nfc().collect()
}

/// Whether a base letter takes these marks: the hat sits on a, e and o, the breve on a alone, and the
/// horned letters and i, u, y take tones only.
fn carries(base: char, marks: &str) -> bool {
    let base = base.to_lowercase().next().unwrap_or(base);
    match marks.chars().next() {
        Some('\u{302}') => matches!(base, 'a' | 'e' | 'o'),
        Some('\u{306}') => base == 'a',
        _ => matches!(base, 'a' | 'e' | 'o' | 'u' | 'y' | 'ơ' | 'ư'),
    }
}

/// How the text of a column is written, learned from all of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detector {
    tcvn3: u32,
    vni: u32,
    unicode: u32,
}

/// What one cell says about its own encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Only ASCII: the same in every encoding.
    Silent,
    /// Holds a letter that no eight-bit text can hold.
    Unicode,
    /// Does not read as Vietnamese as it stands, but does in this encoding.
    Legacy(Legacy),
    /// Reads as Vietnamese as it stands. Proper, or legacy by chance.
    Either,
    /// Reads as Vietnamese in no way.
    Neither,
}

impl Detector {
    /// Learns from one cell of the column.
    pub fn observe(&mut self, text: &str) {
        match verdict(text) {
            Verdict::Unicode => self.unicode += 1,
            Verdict::Legacy(Legacy::Tcvn3) => self.tcvn3 += 1,
            Verdict::Legacy(Legacy::Vni) => self.vni += 1,
            Verdict::Silent | Verdict::Either | Verdict::Neither => {}
        }
    }

    /// Adds what another column of the same sheet learned.
    pub fn merge(&mut self, other: Self) {
        self.tcvn3 += other.tcvn3;
        self.vni += other.vni;
        self.unicode += other.unicode;
    }

    /// Whether any cell told anything.
    #[must_use]
    pub fn knows(&self) -> bool {
        self.tcvn3 + self.vni + self.unicode > 0
    }

    /// The encoding most of the column is in; `None` for Unicode and for too little evidence.
    #[must_use]
    pub fn prevailing(&self) -> Option<Legacy> {
        // A single odd cell must not convert its neighbours.
        const ENOUGH: u32 = 3;
        let (legacy, count, other) = if self.tcvn3 >= self.vni {
            (Legacy::Tcvn3, self.tcvn3, self.vni)
        } else {
            (Legacy::Vni, self.vni, self.tcvn3)
        };
        (count >= ENOUGH && count > 4 * (other + self.unicode)).then_some(legacy)
    }

    /// The encoding of one cell of this column; `None` when it is to be left alone.
    #[must_use]
    pub fn encoding_of(&self, text: &str) -> Option<Legacy> {
        match verdict(text) {
            Verdict::Silent | Verdict::Unicode => None,
            // Where both decode, the column decides; the verdict itself prefers the cleaner reading.
            Verdict::Legacy(legacy) => {
                Some(self.prevailing().filter(|known| reads(*known, text)).unwrap_or(legacy))
            }
            Verdict::Either | Verdict::Neither => {
                self.prevailing().filter(|known| reads(*known, text))
            }
        }
    }

    /// The cell in Unicode (NFC), converted if [`encoding_of`](Self::encoding_of) says so.
    #[must_use]
    pub fn to_unicode(&self, text: &str) -> String {
        match self.encoding_of(text) {
            Some(legacy) => legacy.to_unicode(text),
            None => text.nfc().collect(),
        }
    }
}

/// Whether every word of the text reads as Vietnamese in this encoding.
fn reads(legacy: Legacy, text: &str) -> bool {
    oddities(&legacy.to_unicode(text)) == 0
}

fn verdict(text: &str) -> Verdict {
    if text.is_ascii() {
        return Verdict::Silent;
    }
    if text.chars().any(is_beyond_eight_bits) {
        return Verdict::Unicode;
    }
    let as_is = oddities(text);
    if as_is == 0 {
        return Verdict::Either;
    }
    let best = [Legacy::Tcvn3, Legacy::Vni]
        .map(|legacy| (oddities(&legacy.to_unicode(text)), legacy))
        .into_iter()
        .min_by_key(|(odd, _)| *odd);
    match best {
        // One foreign word among many does not hide the rest, but half of them is no evidence.
        Some((odd, legacy)) if odd * 3 <= as_is => Verdict::Legacy(legacy),
        _ => Verdict::Neither,
    }
}

/// Vietnamese letters and combining marks that exist in Unicode only.
fn is_beyond_eight_bits(c: char) -> bool {
    matches!(
        c,
        'ă' | 'Ă' | 'đ' | 'Đ' | 'ĩ' | 'Ĩ' | 'ũ' | 'Ũ' | 'ơ' | 'Ơ' | 'ư' | 'Ư' | '\u{1ea0}'
            ..='\u{1ef9}'
    ) || is_combining_mark(c)
}

/// How many words with letters beyond ASCII do not read as one Vietnamese syllable in sane case.
fn oddities(text: &str) -> usize {
    text.split(|c: char| c.is_whitespace() || (c.is_ascii() && !c.is_ascii_alphanumeric()))
        .filter(|word| !word.is_ascii() && !reads_as_syllable(word))
        .count()
}

fn reads_as_syllable(word: &str) -> bool {
    let mut tones = 0;
    for c in word.nfd() {
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => tones += 1,
            '\u{302}' | '\u{306}' | '\u{31b}' | 'đ' | 'Đ' => {}
            _ if c.is_ascii_alphabetic() => {}
            _ => return false,
        }
    }
    let mut letters = word.chars().skip(1);
    let sane_case = letters.clone().all(char::is_lowercase)
        || (word.chars().all(char::is_uppercase) && letters.next().is_some());
    let single = word.chars().count() == 1;
    tones <= 1 && (sane_case || single) && is_syllable(&search_key(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every lower-case letter of the alphabet with a mark.
    const LETTERS: &str = "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵ";

    /// Writes Unicode as TCVN3, by the table turned round.
    pub(super) fn to_tcvn3(text: &str) -> String {
        let turned: String =
            TCVN3.chars().collect::<Vec<_>>().chunks(2).flat_map(|two| [two[1], two[0]]).collect();
        text.chars().map(|c| pair(&turned, c).unwrap_or(c)).collect()
    }

    /// Writes Unicode as VNI, by its construction.
    pub(super) fn to_vni(text: &str) -> String {
        let mut out = String::new();
        for c in text.chars() {
            let upper = c.is_uppercase();
            let small: String = c.to_lowercase().collect();
            let parts: Vec<char> = small.nfd().collect();
            let horn = parts.contains(&'\u{31b}');
            let marks: String = parts.iter().skip(1).filter(|mark| **mark != '\u{31b}').collect();
            let mut ordered: Vec<char> = marks.chars().collect();
            // The table writes the hat or breve before the tone.
            ordered.sort_by_key(|mark| !matches!(mark, '\u{302}' | '\u{306}'));
            let marks: String = ordered.into_iter().collect();
            let piece = match (parts.first().copied(), marks.as_str()) {
                (Some('đ'), _) => "ñ".to_owned(),
                (Some('i'), "\u{301}") => "í".to_owned(),
                (Some('i'), "\u{300}") => "ì".to_owned(),
                (Some('i'), "\u{309}") => "æ".to_owned(),
                (Some('i'), "\u{303}") => "ó".to_owned(),
                (Some('i'), "\u{323}") => "ò".to_owned(),
                (Some('y'), "\u{323}") => "î".to_owned(),
                (Some(base), marks) => {
                    let base = match (base, horn) {
                        ('o', true) => 'ô',
                        ('u', true) => 'ö',
                        (other, _) => other,
                    };
                    let mark =
                        VNI_MARKS.iter().find(|(_, known)| *known == marks).map(|(mark, _)| *mark);
                    format!("{base}{}", mark.map(String::from).unwrap_or_default())
                }
                (None, _) => String::new(),
            };
            out.push_str(&if upper { piece.to_uppercase() } else { piece });
        }
        out
    }

    #[test]
    fn tcvn3_table_covers_the_alphabet_once() {
        let letters: Vec<char> = TCVN3.chars().collect();
        let targets: Vec<char> = letters.iter().skip(1).step_by(2).copied().collect();
        let mut sources: Vec<char> = letters.iter().step_by(2).copied().collect();
        for letter in LETTERS.chars().chain("ĂÂÊÔƠƯĐ".chars()) {
            assert_eq!(targets.iter().filter(|target| **target == letter).count(), 1, "{letter}");
        }
        assert_eq!(targets.len(), LETTERS.chars().count() + 7);
        sources.sort_unstable();
        let count = sources.len();
        sources.dedup();
        assert_eq!(sources.len(), count, "a byte stands for two letters");
        assert!(sources.iter().all(|c| (0xa1..=0xff).contains(&u32::from(*c))));
    }

    #[test]
    fn every_letter_survives_both_encodings() {
        for letter in LETTERS.chars() {
            let small = letter.to_string();
            assert_eq!(Legacy::Tcvn3.to_unicode(&to_tcvn3(&small)), small);
            assert_eq!(Legacy::Vni.to_unicode(&to_vni(&small)), small);
            let capital = small.to_uppercase();
            assert_eq!(Legacy::Vni.to_unicode(&to_vni(&capital)), capital);
            // The capital font of TCVN3: capital ASCII letters around a small code.
            assert_eq!(
                Legacy::Tcvn3.to_unicode(&format!("T{}NG", to_tcvn3(&small))),
                format!("T{capital}NG")
            );
        }
    }

    #[test]
    fn known_names_by_hand() {
        for (tcvn3, vni, unicode) in [
            ("NguyÔn V¨n An", "Nguyeãn Vaên An", "Nguyễn Văn An"),
            ("TrÇn ThÞ B×nh", "Traàn Thò Bình", "Trần Thị Bình"),
            ("Ph¹m §ç D\u{ad}¬ng", "Phaïm Ñoã Döông", "Phạm Đỗ Dương"),
            ("Lª Hoµng", "Leâ Hoaøng", "Lê Hoàng"),
            ("Vò ThÞ HuÖ", "Vuõ Thò Hueä", "Vũ Thị Huệ"),
            ("§\u{ad}êng NguyÔn Tr·i", "Ñöôøng Nguyeãn Traõi", "Đường Nguyễn Trãi"),
        ] {
            assert_eq!(Legacy::Tcvn3.to_unicode(tcvn3), unicode);
            assert_eq!(Legacy::Vni.to_unicode(vni), unicode);
            let alone = Detector::default();
            assert_eq!(alone.to_unicode(tcvn3), unicode, "{tcvn3}");
            assert_eq!(alone.to_unicode(vni), unicode, "{vni}");
        }
        assert_eq!(Detector::default().to_unicode("NGUYÔN V¡N AN"), "NGUYỄN VĂN AN");
        assert_eq!(Detector::default().to_unicode("NGUYEÃN VAÊN AN"), "NGUYỄN VĂN AN");
    }

    /// Names made of every usual family, middle and given name, so that all tones occur.
    fn names() -> Vec<String> {
        const FAMILY: [&str; 14] = [
            "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô",
            "Dương", "Lý", "Tô",
        ];
        const MIDDLE: [&str; 7] = ["Văn", "Thị", "Đức", "Hữu", "Minh", "Xuân", "Ngọc"];
        const GIVEN: [&str; 31] = [
            "An",
            "Bình",
            "Cường",
            "Dũng",
            "Hà",
            "Hòa",
            "Hoà",
            "Huệ",
            "Khánh",
            "Lan",
            "Lý",
            "Mỹ",
            "Nga",
            "Oanh",
            "Phượng",
            "Quý",
            "Sơn",
            "Tâm",
            "Thủy",
            "Thuỷ",
            "Tuấn",
            "Uyên",
            "Vân",
            "Vĩ",
            "Xuyến",
            "Yến",
            "Ái",
            "Ánh",
            "Ích",
            "Tú",
            "Vò",
        ];
        let mut all = Vec::new();
        for (at, family) in FAMILY.iter().cycle().take(FAMILY.len() * 17).enumerate() {
            all.push(format!("{family} {} {}", MIDDLE[at % MIDDLE.len()], GIVEN[at % GIVEN.len()]));
        }
        // Names that eight bits can hold: the ones conversion could harm.
        for name in [
            "Lý Hà",
            "Tô Thanh Vân",
            "Hà Huy",
            "Lê Bá Khánh",
            "Vò",
            "Cù Lê Hà",
            "LÊ VÂN ANH",
            "Ân",
            "TÔ HÀ",
            "Bá Quý",
            "Y Blôk Niê",
            "Ông Hòa",
        ] {
            all.push(name.to_owned());
        }
        all
    }

    #[test]
    fn proper_names_are_never_touched() {
        let names = names();
        assert!(names.len() >= 200);
        let mut column = Detector::default();
        names.iter().for_each(|name| column.observe(name));
        assert_eq!(column.prevailing(), None);
        for name in &names {
            assert_eq!(&column.to_unicode(name), name);
            assert_eq!(&Detector::default().to_unicode(name), name);
            let capitals = name.to_uppercase();
            assert_eq!(Detector::default().to_unicode(&capitals), capitals);
        }
    }

    #[test]
    fn a_legacy_column_is_converted_whole() {
        for (encode, legacy) in
            [(to_tcvn3 as fn(&str) -> String, Legacy::Tcvn3), (to_vni, Legacy::Vni)]
        {
            let names: Vec<String> =
                names().into_iter().filter(|name| !name.contains("Blôk")).collect();
            // The capitals of TCVN3 need the capital font, which is a case of its own above.
            let names: Vec<&String> =
                names.iter().filter(|name| **name != name.to_uppercase()).collect();
            let mut column = Detector::default();
            names.iter().for_each(|name| column.observe(&encode(name)));
            assert_eq!(column.prevailing(), Some(legacy));
            for name in names {
                assert_eq!(&column.to_unicode(&encode(name)), name, "{legacy:?} {}", encode(name));
            }
        }
    }

    #[test]
    fn one_odd_cell_does_not_turn_its_neighbours() {
        let mut column = Detector::default();
        for text in ["NguyÔn V¨n An", "Trần Thị Bình", "Tô Hà", "Vò"] {
            column.observe(text);
        }
        assert_eq!(column.to_unicode("Vò"), "Vò");
        assert_eq!(column.to_unicode("NguyÔn V¨n An"), "Nguyễn Văn An");
    }
}
