//! What the cells of a kept column say.

use gocua_domain::address::{Address, Doubt};
use gocua_domain::search::search_key;
use unicode_normalization::UnicodeNormalization;

use super::columns::{Field, Header};
use crate::workbook::{Cell, Row, Sheet};

/// What a row under the header is.
pub(super) enum Line {
    Household,
    Blank,
    Section,
    Total,
    Signatures,
}

pub(super) fn line_kind(sheet: &Sheet, header: &Header, row: &Row) -> Line {
    let has_kept = header.kept().any(|(_, _, column)| row.cell(column).is_some());
    let texts = row.cells.iter().filter_map(|(_, cell)| match cell {
        Cell::Text(text) => Some(search_key(text)),
        _ => None,
    });
    let mut first_text = None;
    for key in texts {
        if SIGNATURES.iter().any(|opening| key.starts_with(opening))
            || (key.starts_with("ngay") && key.contains(" thang "))
        {
            return Line::Signatures;
        }
        first_text.get_or_insert(key);
    }
    let Some(first_text) = first_text else {
        return if has_kept { Line::Household } else { Line::Blank };
    };
    if ["tong cong", "cong", "tong so", "tong"]
        .iter()
        .any(|word| first_text == *word || first_text.starts_with(&format!("{word} ")))
        && !is_name_like(&first_text)
    {
        return Line::Total;
    }
    let across = |merge: &crate::workbook::Merge| {
        merge.top <= row.number && row.number <= merge.bottom && merge.right - merge.left >= 2
    };
    if row.cells.len() == 1 && sheet.merges.iter().any(across) {
        return Line::Section;
    }
    if has_kept { Line::Household } else { Line::Blank }
}

/// How the block of signatures under a register begins.
const SIGNATURES: [&str; 7] =
    ["nguoi lap", "to truong", "xac nhan", "t m ", "tm ubnd", "ky ten", "danh sach nay"];

/// *Tống* and *Công* fold to the words of a totals line; a name has two more syllables and no count.
fn is_name_like(key: &str) -> bool {
    !key.starts_with("tong cong") && !key.starts_with("tong so") && key.split(' ').count() >= 3
}

/// The cell as text: collapsed, NFC; whole numbers without a decimal part.
pub(super) fn plain_text(cell: &Cell) -> Option<String> {
    let text = match cell {
        Cell::Text(text) => {
            text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        }
        Cell::Number(number) => number_text(*number),
        Cell::Date { year, month, day } => format!("{day:02}/{month:02}/{year}"),
        Cell::Other => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn number_text(number: f64) -> String {
    // Rust prints 12.0 as `12` and never in exponents.
    format!("{number}")
}

/// Whether the cell holds a run of digits that identifies a person: nine or more, as identity cards
/// have and telephones with or without their lost zero. Separators inside a number do not hide it,
/// except in a household code, whose groups of digits they separate.
pub(super) fn holds_identity_number(field: Field, cell: &Cell) -> bool {
    const SHORTEST: usize = 9;
    if field.is_of_point() {
        return false;
    }
    let text = match cell {
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number_text(number.trunc()),
        Cell::Date { .. } | Cell::Other => return false,
    };
    let mut run = 0;
    for c in text.chars() {
        if c.is_numeric() {
            run += 1;
            if run >= SHORTEST {
                return true;
            }
        } else if field == Field::Code
            || !matches!(c, ' ' | '.' | '-' | '\u{a0}' | '\u{2011}' | '–')
        {
            run = 0;
        }
    }
    false
}

/// No address and no name is this long; what is, would only cost time.
pub(super) fn is_too_long(cell: &Cell) -> bool {
    const MOST_BYTES: usize = 600;
    matches!(cell, Cell::Text(text) if text.len() > MOST_BYTES)
}

/// A date where a house number should be: day, month, and how it was shown.
pub(super) fn date_for_address(cell: &Cell) -> Option<(u8, u8, String)> {
    match cell {
        Cell::Date { year, month, day } => {
            Some((*day, *month, format!("{day:02}/{month:02}/{year}")))
        }
        Cell::Text(text) => {
            let text = text.trim();
            let parts: Vec<&str> = text.split(['/', '-']).collect();
            let day = parts.first()?.parse().ok().filter(|day| (1..=31).contains(day))?;
            let month = match parts[1..] {
                // 12/3/2026: a house deep in an alley has no four-digit number that starts like a year.
                [month, year]
                    if year.len() == 4 && (year.starts_with("19") || year.starts_with("20")) =>
                {
                    month.parse().ok()
                }
                [month] | [month, _] => month_word(month),
                _ => None,
            };
            let month = month.filter(|month| (1..=12).contains(month))?;
            Some((day, month, text.to_owned()))
        }
        Cell::Number(_) | Cell::Other => None,
    }
}

/// `Mar`, `Thg3`: how a spreadsheet shows the month of a date without a year.
fn month_word(text: &str) -> Option<u8> {
    const ENGLISH: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let low = text.to_lowercase();
    if let Some(number) = low.strip_prefix("thg").or_else(|| low.strip_prefix("th")) {
        return number.trim().parse().ok();
    }
    ENGLISH.iter().zip(1..).find_map(|(name, number)| (*name == low).then_some(number))
}

/// The cell of a column that holds streets and lanes. A bare name there is a street, with or without a
/// house number in the next cell; anywhere else it would be a landmark.
pub(super) fn way_text(text: &str) -> String {
    let bare_name = Address::parse(text).doubts.contains(&Doubt::LooseText);
    if bare_name { format!("đường {text}") } else { text.to_owned() }
}

/// Where a household stands, from one cell or from two. `None` when a cell is filled and says no point
/// of the country; `Some(None)` when nothing is filled.
pub(super) fn point(
    both: Option<&Cell>,
    latitude: Option<&Cell>,
    longitude: Option<&Cell>,
) -> Option<Option<(f64, f64)>> {
    let (lat, lon) = match (both, latitude, longitude) {
        (None, None, None) => return Some(None),
        (Some(Cell::Text(text)), _, _) => two_degrees(text)?,
        (_, Some(lat), Some(lon)) => (degrees(lat)?, degrees(lon)?),
        _ => return None,
    };
    gocua_domain::import::point(lat, lon).map(Some)
}

/// Is the text nothing but degrees?
pub(super) fn is_point_text(text: &str) -> bool {
    let one = text.trim().replace(',', ".").parse::<f64>();
    one.is_ok_and(|n| n.abs() <= 180.0) || two_degrees(text).is_some()
}

fn two_degrees(text: &str) -> Option<(f64, f64)> {
    let bare = text.trim().trim_matches(['(', ')', '[', ']']);
    // `21,10; 106,39` has commas inside its numbers, `21.10, 106.39` between them.
    let parts: Vec<&str> = match bare.contains(';') {
        true => bare.split(';').collect(),
        false => bare.split([',', ' ']).filter(|part| !part.is_empty()).collect(),
    };
    match parts[..] {
        [lat, lon] => Some((number_of(lat)?, number_of(lon)?)),
        _ => None,
    }
}

fn degrees(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Text(text) => number_of(text),
        Cell::Date { .. } | Cell::Other => None,
    }
}

fn number_of(text: &str) -> Option<f64> {
    text.trim().trim_end_matches('°').replace(',', ".").parse().ok()
}

/// How many people: a whole number from 0 to 99, or `4/1` for permanent and temporary residents.
pub(super) fn count(cell: &Cell) -> Option<u16> {
    const MOST: u16 = 99;
    let number = |text: &str| text.trim().parse::<u16>().ok().filter(|count| *count <= MOST);
    match cell {
        Cell::Number(value) if value.fract() == 0.0 && (0.0..=f64::from(MOST)).contains(value) => {
            number(&number_text(*value))
        }
        Cell::Text(text) => {
            let bare = text.to_lowercase().replace("người", "").replace("khẩu", "");
            match bare.split_once(['/', '+']) {
                Some((permanent, temporary)) => Some(number(permanent)? + number(temporary)?),
                None => number(&bare),
            }
        }
        _ => None,
    }
}

/// The name as people write it: one space between words, `NGUYỄN VĂN AN` and `nguyễn văn an` in title
/// case, anything else as it stands.
pub(super) fn head_name(text: &str) -> Option<String> {
    let flat = text == text.to_uppercase() || text == text.to_lowercase();
    let name = if flat { title_case(text) } else { text.to_owned() };
    name.contains(char::is_alphabetic).then_some(name)
}

fn title_case(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut start = true;
    for c in text.chars() {
        if start {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = !c.is_alphabetic();
    }
    out.nfc().collect()
}

/// The words for a residential group, folded, longest first.
const GROUP_WORDS: [&str; 6] =
    ["to dan pho so", "to dan pho", "khu dan cu", "khu pho", "tdp", "kdc"];

/// `TỔ DÂN PHỐ THÁI HỌC 2` to `Thái Học 2`. A group that is only a number keeps its word: `Tổ 5`.
pub(super) fn group_name(text: &str) -> String {
    let text = text.nfc().collect::<String>();
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == ':')
        .filter(|word| !word.is_empty())
        .collect();
    let bare = GROUP_WORDS
        .iter()
        .find_map(|phrase| {
            let count = phrase.split(' ').count();
            let opening = search_key(&words.get(..count)?.join(" "));
            (opening == *phrase && words.len() > count).then(|| words[count..].join(" "))
        })
        .unwrap_or_else(|| words.join(" "));
    if bare.bytes().all(|b| b.is_ascii_digit()) && !bare.is_empty() {
        return format!("Tổ {bare}");
    }
    let flat = bare == bare.to_uppercase() || bare == bare.to_lowercase();
    if flat { title_case(&bare) } else { bare }
}

/// The group a title line is about: what stands behind "tổ dân phố" up to the next part of the title.
pub(super) fn group_in_title(text: &str) -> Option<String> {
    let text = text.nfc().collect::<String>();
    // Titles join their parts with dashes, commas and line breaks; each may name the group.
    text.split(['\n', ',', ';', '(', ')', '–', '|']).flat_map(|line| line.split(" - ")).find_map(
        |line| {
            let words: Vec<&str> = line
                .split(|c: char| c.is_whitespace() || c == ':')
                .filter(|word| !word.is_empty())
                .collect();
            let keys: Vec<String> = words.iter().map(|word| search_key(word)).collect();
            GROUP_WORDS.iter().find_map(|phrase| {
                let phrase: Vec<&str> = phrase.split(' ').collect();
                let at =
                    keys.windows(phrase.len()).position(|window| window == phrase.as_slice())?
                        + phrase.len();
                let end = keys[at..]
                    .iter()
                    .position(|key| {
                        matches!(
                            key.as_str(),
                            "nam" | "phuong" | "quy" | "qui" | "thang" | "tinh" | "thuoc"
                        )
                    })
                    .map_or(keys.len(), |found| at + found);
                (end > at).then(|| group_name(&words[at..end].join(" ")))
            })
        },
    )
}

/// The group a tab is named after; tabs that nobody named say nothing.
pub(super) fn group_on_tab(name: &str) -> Option<String> {
    let key = search_key(name);
    let unnamed = ["sheet", "trang tinh", "bang", "danh sach", "ds", "book"].iter().any(|word| {
        key.strip_prefix(word)
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == ' '))
    });
    (!unnamed && !key.is_empty()).then(|| group_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn groups() {
        assert_eq!(group_name("TỔ DÂN PHỐ THÁI HỌC 2"), "Thái Học 2");
        assert_eq!(group_name("TDP  Ninh Chấp 5"), "Ninh Chấp 5");
        assert_eq!(group_name("Tổ dân phố số 5"), "Tổ 5");
        assert_eq!(group_name("Trại Sen"), "Trại Sen");
        assert_eq!(
            group_in_title("DANH SÁCH HỘ GIA ĐÌNH TỔ DÂN PHỐ THÁI HỌC 2 NĂM 2026").as_deref(),
            Some("Thái Học 2")
        );
        assert_eq!(
            group_in_title("KDC: Nguyễn Trãi - phường Chu Văn An").as_deref(),
            Some("Nguyễn Trãi")
        );
        assert_eq!(group_in_title("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), None);
        assert_eq!(group_on_tab("Sheet1"), None);
        assert_eq!(group_on_tab("Trang tính 2"), None);
        assert_eq!(group_on_tab("Trại Sen").as_deref(), Some("Trại Sen"));
    }

    #[test]
    fn names() {
        assert_eq!(head_name("NGUYỄN VĂN AN").as_deref(), Some("Nguyễn Văn An"));
        assert_eq!(head_name("nguyễn văn an").as_deref(), Some("Nguyễn Văn An"));
        assert_eq!(head_name("Nguyễn Văn An").as_deref(), Some("Nguyễn Văn An"));
        assert_eq!(head_name("H'NGÂN NIÊ").as_deref(), Some("H'Ngân Niê"));
        assert_eq!(head_name("-"), None);
    }

    #[test]
    fn counts() {
        assert_eq!(count(&Cell::Number(4.0)), Some(4));
        assert_eq!(count(&text(" 4 ")), Some(4));
        assert_eq!(count(&text("4/1")), Some(5));
        assert_eq!(count(&text("4 người")), Some(4));
        assert_eq!(count(&text("bốn")), None);
        assert_eq!(count(&Cell::Number(4.5)), None);
        assert_eq!(count(&Cell::Number(400.0)), None);
        assert_eq!(count(&text("-1")), None);
    }

    #[test]
    fn identity_numbers_hide_behind_nothing() {
        let card = "0".repeat(12);
        let phone = format!("09{}", "1".repeat(8));
        for hidden in [
            card.clone(),
            phone.clone(),
            format!("số {card}"),
            phone[1..].to_owned(),
            format!("+84 {}", &phone[1..]),
        ] {
            assert!(holds_identity_number(Field::Address, &text(&hidden)));
        }
        let spaced: String = phone.chars().flat_map(|c| [c, '.']).collect();
        assert!(holds_identity_number(Field::HeadName, &text(&spaced)));
        assert!(holds_identity_number(Field::Members, &Cell::Number(1e9)));
        for fine in ["12A/34/5", "Lô 05 LK2", "P302 tầng 3 nhà A", "12-14"] {
            assert!(!holds_identity_number(Field::Address, &text(fine)), "{fine}");
        }
        assert!(!holds_identity_number(Field::Code, &text("10549-001-0001")));
        assert!(holds_identity_number(Field::Code, &text(&card)));
    }

    #[test]
    fn points() {
        let at = Some((106.39, 21.1));
        assert_eq!(point(Some(&text("21.1, 106.39")), None, None), Some(at));
        assert_eq!(point(Some(&text("21,1; 106,39")), None, None), Some(at));
        assert_eq!(point(None, Some(&Cell::Number(21.1)), Some(&text("106,39"))), Some(at));
        assert_eq!(point(None, Some(&Cell::Number(106.39)), Some(&text("21.1"))), Some(at));
        assert_eq!(point(None, None, None), Some(None));
        for wrong in ["nhà", "1.0, 2.0", "21.1", "21.1, 106.39, 3"] {
            assert_eq!(point(Some(&text(wrong)), None, None), None, "{wrong}");
        }
        assert_eq!(point(None, Some(&Cell::Number(21.1)), None), None);
        assert!(is_point_text("21.1") && is_point_text("21.1, 106.39"));
        assert!(!is_point_text("Nguyễn") && !is_point_text(&"1".repeat(12)));
    }

    #[test]
    fn dates_that_were_house_numbers() {
        let date = Cell::Date { year: 2026, month: 3, day: 12 };
        assert_eq!(date_for_address(&date).map(|(day, month, _)| (day, month)), Some((12, 3)));
        for shown in ["12/03/2026", "12-Mar", "12-Thg3"] {
            assert_eq!(
                date_for_address(&text(shown)).map(|(day, month, _)| (day, month)),
                Some((12, 3)),
                "{shown}"
            );
        }
        for house in ["12/3", "12/34/5", "12A/3", "12", "12-14", "40/3/2026"] {
            assert_eq!(date_for_address(&text(house)), None, "{house}");
        }
    }
}
