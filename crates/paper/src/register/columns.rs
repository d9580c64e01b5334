//! Which row is the header, and what each column means.

use std::collections::BTreeMap;

use gocua_domain::search::search_key;
use serde::{Deserialize, Serialize};

use super::SheetHints;
use crate::workbook::{Cell, Row, Sheet};

/// The columns a register may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The residential group.
    Group,
    /// The whole address.
    Address,
    /// The house number alone.
    HouseNumber,
    /// The street or lane alone.
    Way,
    /// What helps to find a house without a number.
    Landmark,
    /// The name of the head of the household.
    HeadName,
    /// People of the household, all together.
    Members,
    /// Permanent residents among them (thường trú).
    MembersPermanent,
    /// Temporary residents among them (tạm trú).
    MembersTemporary,
    /// People of 14 and older.
    Adults,
    /// The code of the household.
    Code,
    /// Degrees north.
    Latitude,
    /// Degrees east.
    Longitude,
    /// Both in one cell, `lat, lon`.
    Coordinates,
}

impl Field {
    /// Does it tell where the house stands on the earth? Such a cell may hold many digits and is kept as
    /// a point or not at all.
    pub(super) fn is_of_point(self) -> bool {
        matches!(self, Self::Latitude | Self::Longitude | Self::Coordinates)
    }
}

/// Why a column was left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyDropped {
    /// Identity card or personal number.
    IdentityNumber,
    /// Date or year of birth, age.
    Birth,
    /// Ethnic group.
    Ethnicity,
    /// Religion.
    Religion,
    /// Membership of the Party or another political body.
    Politics,
    /// Illness, disability, health insurance.
    Health,
    /// Poverty.
    Poverty,
    /// Welfare policy: war invalids, martyrs' families, merit.
    Policy,
    /// Telephone or other means of contact; the list was made for another purpose.
    Contact,
    /// Bank account, password or other secret.
    Secret,
    /// Lawful, and of no use to the campaign.
    NotNeeded,
    /// A second column for something already found.
    Repeated,
    /// A person said so.
    ByHand,
    /// The header says nothing this reader knows.
    Unknown,
}

impl WhyDropped {
    /// Whether the campaign may not hold it at all, as opposed to not needing it.
    #[must_use]
    pub fn is_forbidden(self) -> bool {
        !matches!(self, Self::NotNeeded | Self::Repeated | Self::ByHand | Self::Unknown)
    }

    /// Why, in Vietnamese.
    #[must_use]
    pub fn message_vi(self) -> &'static str {
        match self {
            Self::IdentityNumber => "Số căn cước, số định danh: không được lưu.",
            Self::Birth => "Ngày sinh, tuổi: không được lưu.",
            Self::Ethnicity => "Dân tộc: dữ liệu nhạy cảm, không được lưu.",
            Self::Religion => "Tôn giáo: dữ liệu nhạy cảm, không được lưu.",
            Self::Politics => "Đảng, đoàn thể: dữ liệu nhạy cảm, không được lưu.",
            Self::Health => "Sức khỏe, khuyết tật: dữ liệu nhạy cảm, không được lưu.",
            Self::Poverty => "Hộ nghèo, cận nghèo: không được lưu.",
            Self::Policy => "Diện chính sách: không được lưu.",
            Self::Contact => "Số điện thoại: danh sách lập cho việc khác, không được lưu.",
            Self::Secret => "Tài khoản, mật khẩu: không được lưu.",
            Self::NotNeeded => "Không cần cho việc này.",
            Self::Repeated => "Đã có cột khác cho nội dung này.",
            Self::ByHand => "Bỏ theo ý người nhập.",
            Self::Unknown => "Chưa hiểu tên cột.",
        }
    }

    /// Why, in English.
    #[must_use]
    pub fn message_en(self) -> &'static str {
        match self {
            Self::IdentityNumber => "Identity number: must not be kept.",
            Self::Birth => "Date of birth or age: must not be kept.",
            Self::Ethnicity => "Ethnic group: sensitive, must not be kept.",
            Self::Religion => "Religion: sensitive, must not be kept.",
            Self::Politics => "Party or organisation: sensitive, must not be kept.",
            Self::Health => "Health or disability: sensitive, must not be kept.",
            Self::Poverty => "Poverty: must not be kept.",
            Self::Policy => "Welfare policy: must not be kept.",
            Self::Contact => "Telephone: collected for another purpose, must not be kept.",
            Self::Secret => "Account or password: must not be kept.",
            Self::NotNeeded => "Not needed.",
            Self::Repeated => "Another column holds this already.",
            Self::ByHand => "Left out by hand.",
            Self::Unknown => "The header is not understood.",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Keep(Field),
    Drop(WhyDropped),
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) at: u32,
    /// The header as a person would say it, both rows joined, long digit runs masked.
    pub(super) label: String,
    pub(super) meaning: Meaning,
}

#[derive(Debug)]
pub(super) struct Header {
    pub(super) first_row: u32,
    pub(super) last_row: u32,
    pub(super) columns: Vec<Column>,
}

impl Header {
    /// Field, label and column number of everything that is read.
    pub(super) fn kept(&self) -> impl Iterator<Item = (Field, &str, u32)> {
        self.columns.iter().filter_map(|column| match column.meaning {
            Meaning::Keep(field) => Some((field, column.label.as_str(), column.at)),
            Meaning::Drop(_) => None,
        })
    }
}

/// Rows in which a header is looked for; title blocks are shorter.
const SEARCH_ROWS: usize = 40;

pub(super) fn find_header(sheet: &Sheet, hints: &SheetHints) -> Option<Header> {
    let mut header = match hints.header_row {
        Some(0) => without_header(sheet),
        Some(number) => {
            let at = sheet.rows.iter().position(|row| row.number == number)?;
            let mut header = header_at(sheet, at);
            // What was named by hand may be a household: a word that is no header is not repeated.
            for column in &mut header.columns {
                if column.meaning == Meaning::Drop(WhyDropped::Unknown) {
                    column.label = letter_of(column.at);
                }
            }
            header
        }
        None => header_at(sheet, likeliest(sheet)?),
    };
    let mut said = BTreeMap::new();
    for column in &mut header.columns {
        let forbidden = matches!(column.meaning, Meaning::Drop(why) if why.is_forbidden());
        match hints.columns.get(&column.at) {
            Some(Some(field)) if !forbidden => {
                column.meaning = Meaning::Keep(*field);
                said.insert(column.at, *field);
            }
            Some(None) if !forbidden => column.meaning = Meaning::Drop(WhyDropped::ByHand),
            _ => {}
        }
    }
    settle_repeats(&mut header.columns, &said);
    Some(header)
}

/// A sheet that begins with its first household: columns are called by their letters.
fn without_header(sheet: &Sheet) -> Header {
    let mut used: Vec<u32> =
        sheet.rows.iter().flat_map(|row| row.cells.iter().map(|(at, _)| *at)).collect();
    used.sort_unstable();
    used.dedup();
    let column =
        |at| Column { at, label: letter_of(at), meaning: Meaning::Drop(WhyDropped::Unknown) };
    Header { first_row: 0, last_row: 0, columns: used.into_iter().map(column).collect() }
}

/// `A`, `Z`, `AA`: as spreadsheet programs call the column.
fn letter_of(at: u32) -> String {
    let letter = |n: u32| char::from(b'A' + u8::try_from(n % 26).unwrap_or_default());
    match at / 26 {
        0 => letter(at).to_string(),
        more => format!("{}{}", letter(more - 1), letter(at)),
    }
}

fn likeliest(sheet: &Sheet) -> Option<usize> {
    let (at, _) = sheet
        .rows
        .iter()
        .take(SEARCH_ROWS)
        .enumerate()
        .filter_map(|(at, row)| Some((at, header_score(row)?)))
        // The first of equals: a header repeated on each printed page is no second header.
        .max_by(|(left_at, left), (right_at, right)| left.cmp(right).then(right_at.cmp(left_at)))?;
    Some(at)
}

fn header_at(sheet: &Sheet, at: usize) -> Header {
    let top = &sheet.rows[at];
    let mut last_row = spanned_rows(sheet, top.number);
    let below = sheet
        .rows
        .get(at + 1)
        .filter(|below| below.number == top.number + 1 && is_sub_header(top, below));
    if let Some(below) = below {
        last_row = last_row.max(below.number);
    }
    let columns = read_columns(sheet, top, below);
    if let Some(numbers) = sheet.rows.iter().find(|row| row.number > last_row)
        && is_column_numbers(numbers)
    {
        last_row = numbers.number;
    }
    Header { first_row: top.number, last_row, columns }
}

/// How much a row looks like a header; `None` when it cannot be one.
fn header_score(row: &Row) -> Option<usize> {
    let meanings: Vec<Meaning> = row
        .cells
        .iter()
        .filter_map(|(_, cell)| match cell {
            Cell::Text(text) => Some(meaning_of(&search_key(text))),
            _ => None,
        })
        .collect();
    let locates = meanings.iter().any(|meaning| {
        matches!(meaning, Meaning::Keep(Field::Address | Field::HouseNumber | Field::HeadName))
    });
    let known =
        meanings.iter().filter(|meaning| **meaning != Meaning::Drop(WhyDropped::Unknown)).count();
    (locates && known >= 2).then_some(known)
}

/// The last row that merged regions starting in the header row reach.
fn spanned_rows(sheet: &Sheet, row: u32) -> u32 {
    // A header of more than three rows is a merged data block.
    let reach = |merge: &&crate::workbook::Merge| merge.top == row && merge.bottom <= row + 2;
    sheet.merges.iter().filter(reach).map(|merge| merge.bottom).max().unwrap_or(row)
}

/// Whether the row under a header is its second half. Only words of the vocabulary make one, so that a
/// household can never be taken for a header and printed as the name of a column.
fn is_sub_header(top: &Row, below: &Row) -> bool {
    let leads = |row: &Row| {
        row.cells.iter().any(|(column, _)| {
            matches!(top.cell(*column), Some(Cell::Text(text)) if matches!(
                meaning_of(&search_key(text)),
                Meaning::Keep(Field::HeadName) | Meaning::Drop(WhyDropped::Birth | WhyDropped::IdentityNumber)
            ))
        })
    };
    let known = |text: &str| {
        let key = search_key(text);
        SUB_HEADERS.contains(&key.as_str())
            || meaning_of(&key) != Meaning::Drop(WhyDropped::Unknown)
    };
    !below.cells.is_empty()
        && !leads(below)
        && below.cells.iter().all(|(_, cell)| matches!(cell, Cell::Text(text) if text.chars().count() <= 40 && known(text)))
}

/// Words of a second header row that mean something only under the first.
const SUB_HEADERS: [&str; 16] = [
    "tt",
    "ttru",
    "thuong tru",
    "tam tru",
    "tong",
    "tong so",
    "nam",
    "nu",
    "so",
    "ngay cap",
    "noi cap",
    "duong",
    "ngo",
    "duong ngo",
    "tu 14 tuoi",
    "so luong",
];

/// `1 2 3 …` or `(1) (2) (3) …` under a header.
fn is_column_numbers(row: &Row) -> bool {
    let number = |cell: &Cell| match cell {
        Cell::Number(value) => Some(*value),
        Cell::Text(text) => text.trim().trim_matches(['(', ')', '[', ']']).parse().ok(),
        _ => None,
    };
    let numbers: Option<Vec<f64>> = row.cells.iter().map(|(_, cell)| number(cell)).collect();
    numbers.is_some_and(|numbers| {
        numbers.len() >= 3 && numbers.windows(2).all(|two| two[1] - two[0] == 1.0)
    })
}

fn text_at(row: &Row, column: u32) -> Option<&str> {
    match row.cell(column) {
        Some(Cell::Text(text)) => Some(text.trim()),
        _ => None,
    }
}

fn read_columns(sheet: &Sheet, top: &Row, below: Option<&Row>) -> Vec<Column> {
    let width = [Some(top), below]
        .into_iter()
        .flatten()
        .filter_map(|row| row.cells.last())
        .map(|(at, _)| at + 1)
        .max();
    let mut carried: Option<&str> = None;
    let mut columns = Vec::new();
    for at in 0..width.unwrap_or(0) {
        let covering = sheet.merges.iter().find(|merge| {
            (merge.top..=merge.bottom).contains(&top.number)
                && (merge.left..=merge.right).contains(&at)
        });
        let own = text_at(top, at);
        let under = below.and_then(|row| text_at(row, at));
        let upper = match (own, covering) {
            (Some(own), _) => Some(own),
            (None, Some(merge)) => text_at(top, merge.left),
            // No merged regions in CSV: the parent of a lone sub-header is the last header to its left.
            (None, None) if under.is_some() => carried,
            (None, None) => None,
        };
        if own.is_some() {
            carried = own;
        }
        // A merged title over unnamed columns names the first of them only.
        let upper = if own.is_none() && under.is_none() { None } else { upper };
        let label: Vec<&str> = [upper, under].into_iter().flatten().collect();
        if label.is_empty() {
            continue;
        }
        let label = label.join(" – ").split_whitespace().collect::<Vec<_>>().join(" ");
        let meaning = match (upper, under) {
            (Some(upper), Some(under)) => meaning_of_two(&search_key(upper), &search_key(under)),
            _ => meaning_of(&search_key(&label)),
        };
        columns.push(Column { at, label: mask_digits(&label), meaning });
    }
    columns
}

/// A header is printed to the desk; whatever was typed into it, a long number is not.
fn mask_digits(label: &str) -> String {
    let mut out = String::with_capacity(label.len());
    let mut run = String::new();
    for c in label.chars().chain(std::iter::once('\n')) {
        if c.is_ascii_digit() {
            run.push(c);
            continue;
        }
        out.push_str(if run.len() >= 6 { "…" } else { &run });
        run.clear();
        if c != '\n' {
            out.push(c);
        }
    }
    out.chars().take(80).collect()
}

/// The first column of a meaning is read; the current address goes before the registered one.
fn settle_repeats(columns: &mut [Column], hints: &BTreeMap<u32, Field>) {
    let fields: Vec<Field> = columns
        .iter()
        .filter_map(|column| match column.meaning {
            Meaning::Keep(field) => Some(field),
            Meaning::Drop(_) => None,
        })
        .collect();
    for field in fields {
        let mut same: Vec<&mut Column> =
            columns.iter_mut().filter(|column| column.meaning == Meaning::Keep(field)).collect();
        let best = same
            .iter()
            .position(|column| hints.get(&column.at) == Some(&field))
            .or_else(|| same.iter().position(|column| has(&search_key(&column.label), "noi o")))
            .unwrap_or(0);
        for (at, column) in same.iter_mut().enumerate() {
            if at != best {
                column.meaning = Meaning::Drop(WhyDropped::Repeated);
            }
        }
    }
}

/// Whether the words of `phrase` stand in `key` one after the other.
fn has(key: &str, phrase: &str) -> bool {
    key == phrase
        || key.strip_prefix(phrase).is_some_and(|rest| rest.starts_with(' '))
        || key.strip_suffix(phrase).is_some_and(|rest| rest.ends_with(' '))
        || key.contains(&format!(" {phrase} "))
}

fn any(key: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| has(key, phrase))
}

/// A sub-header under its parent. Forbidden words of either side win.
fn meaning_of_two(upper: &str, under: &str) -> Meaning {
    let (above, below) = (meaning_of(upper), meaning_of(under));
    for meaning in [above, below] {
        if matches!(meaning, Meaning::Drop(why) if why.is_forbidden()) {
            return meaning;
        }
    }
    if above == Meaning::Keep(Field::Members) {
        return match under {
            _ if is_adults(under) => Meaning::Keep(Field::Adults),
            "tt" | "thuong tru" => Meaning::Keep(Field::MembersPermanent),
            "ttru" | "tam tru" => Meaning::Keep(Field::MembersTemporary),
            "tong" | "tong so" | "so luong" | "so" => Meaning::Keep(Field::Members),
            _ => Meaning::Drop(WhyDropped::NotNeeded),
        };
    }
    if above == Meaning::Keep(Field::Address)
        && any(under, &["duong", "ngo", "pho", "ngach", "hem"])
        && below != Meaning::Keep(Field::HouseNumber)
    {
        return Meaning::Keep(Field::Way);
    }
    match (above, below) {
        (_, Meaning::Keep(field)) => Meaning::Keep(field),
        (Meaning::Keep(field), Meaning::Drop(WhyDropped::Unknown)) => Meaning::Keep(field),
        (_, dropped) => dropped,
    }
}

fn is_adults(key: &str) -> bool {
    has(key, "14") && any(key, &["tuoi", "tu", "tren", "du"])
}

/// What a header says, by its folded words. The forbidden are asked first, so that a column that mixes
/// both (`Họ tên, năm sinh`) is dropped.
fn meaning_of(key: &str) -> Meaning {
    use Meaning::{Drop, Keep};
    // Its "tuổi" is no age of a person.
    if is_adults(key) && !any(key, &["cccd", "cmnd", "sdt"]) {
        return Keep(Field::Adults);
    }
    const FORBIDDEN: [(WhyDropped, &[&str]); 10] = [
        (
            WhyDropped::IdentityNumber,
            &[
                "cccd",
                "cmnd",
                "cmtnd",
                "cmt",
                "can cuoc",
                "chung minh",
                "dinh danh",
                "ho chieu",
                "ma so thue",
                "giay to",
            ],
        ),
        (
            WhyDropped::Birth,
            &[
                "ngay sinh",
                "nam sinh",
                "thang sinh",
                "ngay thang nam sinh",
                "sinh nam",
                "sinh ngay",
                "ns",
                "tuoi",
                "do tuoi",
                "sinh",
            ],
        ),
        (WhyDropped::Ethnicity, &["dan toc"]),
        (WhyDropped::Religion, &["ton giao", "theo dao"]),
        (
            WhyDropped::Politics,
            &["dang vien", "dang", "chi bo", "doan vien", "chinh tri", "hoi vien", "doan the"],
        ),
        (
            WhyDropped::Health,
            &[
                "benh",
                "benh tat",
                "khuyet tat",
                "suc khoe",
                "bhyt",
                "bao hiem y te",
                "tan tat",
                "tam than",
            ],
        ),
        (WhyDropped::Poverty, &["ngheo", "can ngheo", "ho ngheo", "kho khan"]),
        (
            WhyDropped::Policy,
            &[
                "chinh sach",
                "thuong binh",
                "liet si",
                "co cong",
                "bao tro",
                "doi tuong",
                "chat doc",
            ],
        ),
        (
            WhyDropped::Contact,
            &[
                "sdt",
                "dt",
                "dien thoai",
                "so dt",
                "di dong",
                "zalo",
                "email",
                "lien he",
                "facebook",
                "tel",
                "phone",
            ],
        ),
        (WhyDropped::Secret, &["tai khoan", "ngan hang", "mat khau", "otp", "vneid", "stk", "atm"]),
    ];
    for (why, words) in FORBIDDEN {
        if any(key, words) {
            return Drop(why);
        }
    }
    if has(key, "vi do") || matches!(key, "lat" | "latitude") {
        return Keep(if has(key, "kinh do") { Field::Coordinates } else { Field::Latitude });
    }
    if has(key, "kinh do") || matches!(key, "lon" | "lng" | "long" | "longitude") {
        return Keep(Field::Longitude);
    }
    if any(key, &["toa do", "gps"]) {
        return Keep(Field::Coordinates);
    }
    if any(key, &["ma ho", "ma so ho", "so ho khau", "ma ho gia dinh"]) {
        return Keep(Field::Code);
    }
    if any(
        key,
        &[
            "quan he",
            "so nha van hoa",
            "gia dinh van hoa",
            "nghe nghiep",
            "ghi chu",
            "trinh do",
            "hoc van",
            "gioi tinh",
            "nam nu",
            "noi lam viec",
            "que quan",
            "noi sinh",
            "ky ten",
            "ky nhan",
            "van hoa",
            "thu nhap",
            "quoc tich",
        ],
    ) {
        return Drop(WhyDropped::NotNeeded);
    }
    if any(key, &["moc", "vi tri", "dac diem", "cach tim", "mo ta"]) {
        return Keep(Field::Landmark);
    }
    if any(key, &["nhan khau", "so khau", "khau", "so nguoi", "nk", "thanh vien", "so thanh vien"])
    {
        return match key {
            _ if any(key, &["ttru", "tam tru"]) && !any(key, &["tt", "thuong tru"]) => {
                Keep(Field::MembersTemporary)
            }
            _ if has(key, "thuong tru") && !has(key, "tam tru") => Keep(Field::MembersPermanent),
            _ if any(key, &["danh sach", "ten", "ho ten", "ho va ten", "nam", "nu"]) => {
                Drop(WhyDropped::NotNeeded)
            }
            _ => Keep(Field::Members),
        };
    }
    if any(key, &["chu ho", "ho va ten", "ho ten", "ten chu ho", "dai dien ho", "nguoi dai dien"]) {
        return Keep(Field::HeadName);
    }
    if any(key, &["dia chi", "noi o", "cho o", "noi thuong tru", "noi cu tru", "dia chi nha"]) {
        return Keep(Field::Address);
    }
    if any(key, &["so nha", "sn"]) {
        let whole = any(key, &["duong", "ngo", "pho"]);
        return Keep(if whole { Field::Address } else { Field::HouseNumber });
    }
    if any(key, &["to dan pho", "tdp", "khu dan cu", "kdc", "to", "khu pho", "ten to"]) {
        return Keep(Field::Group);
    }
    if any(key, &["duong", "duong ngo", "ngo", "duong pho", "ngach", "ten duong"]) {
        return Keep(Field::Way);
    }
    if any(key, &["stt", "tt", "so tt", "so thu tu"]) {
        return Drop(WhyDropped::NotNeeded);
    }
    Drop(WhyDropped::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_as_they_are_written() {
        use Meaning::{Drop, Keep};
        for (header, meaning) in [
            ("STT", Drop(WhyDropped::NotNeeded)),
            ("TT", Drop(WhyDropped::NotNeeded)),
            ("Họ và tên chủ hộ", Keep(Field::HeadName)),
            ("HỌ TÊN", Keep(Field::HeadName)),
            ("Năm sinh", Drop(WhyDropped::Birth)),
            ("Tuổi", Drop(WhyDropped::Birth)),
            ("Họ tên, năm sinh", Drop(WhyDropped::Birth)),
            ("Số CCCD/CMND", Drop(WhyDropped::IdentityNumber)),
            ("Số định danh cá nhân", Drop(WhyDropped::IdentityNumber)),
            ("Dân tộc", Drop(WhyDropped::Ethnicity)),
            ("Tôn giáo", Drop(WhyDropped::Religion)),
            ("Đảng viên", Drop(WhyDropped::Politics)),
            ("Khuyết tật", Drop(WhyDropped::Health)),
            ("Hộ nghèo/cận nghèo", Drop(WhyDropped::Poverty)),
            ("Gia đình chính sách", Drop(WhyDropped::Policy)),
            ("SĐT", Drop(WhyDropped::Contact)),
            ("Số ĐT liên hệ", Drop(WhyDropped::Contact)),
            ("Nghề nghiệp", Drop(WhyDropped::NotNeeded)),
            ("Gia đình văn hóa", Drop(WhyDropped::NotNeeded)),
            ("Ghi chú", Drop(WhyDropped::NotNeeded)),
            ("Địa chỉ (số nhà, đường/ngõ)", Keep(Field::Address)),
            ("Số nhà", Keep(Field::HouseNumber)),
            ("Số nhà, đường, ngõ", Keep(Field::Address)),
            ("Đường/ngõ", Keep(Field::Way)),
            ("Số nhân khẩu (TT/TTrú)", Keep(Field::Members)),
            ("Số khẩu", Keep(Field::Members)),
            ("Số nhân khẩu tạm trú", Keep(Field::MembersTemporary)),
            ("Số người từ 14 tuổi trở lên", Keep(Field::Adults)),
            ("Tổ dân phố", Keep(Field::Group)),
            ("TDP", Keep(Field::Group)),
            ("Mã hộ", Keep(Field::Code)),
            ("Vị trí, mốc dễ tìm", Keep(Field::Landmark)),
            ("Vĩ độ", Keep(Field::Latitude)),
            ("Kinh độ", Keep(Field::Longitude)),
            ("Toạ độ", Keep(Field::Coordinates)),
            ("Tọa độ (vĩ độ, kinh độ)", Keep(Field::Coordinates)),
            ("Xe máy", Drop(WhyDropped::Unknown)),
        ] {
            assert_eq!(meaning_of(&search_key(header)), meaning, "{header}");
        }
    }

    #[test]
    fn long_numbers_in_a_header_are_masked() {
        assert_eq!(mask_digits(&format!("Cột {} x", "1".repeat(9))), "Cột … x");
        assert_eq!(mask_digits("Từ 14 tuổi"), "Từ 14 tuổi");
    }
}
