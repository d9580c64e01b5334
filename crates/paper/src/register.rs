//! A tổ trưởng's register, read for its households and nothing else.
//!
//! [`interpret`] finds the header (one or two rows, merged or not, below a title block), keeps the few
//! columns the campaign may hold and drops all others *by name*: [`Register::dropped`] tells the person
//! at the desk what was in the file and why it was left behind. The values of dropped columns are never
//! copied out of the sheets.

mod columns;
mod values;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use gocua_domain::address::{Address, Doubt};
use gocua_domain::search::search_key;
use serde::{Deserialize, Serialize};

pub use columns::{Field, WhyDropped};

use crate::legacy::{Detector, Legacy};
use crate::workbook::{Cell, Sheet};
use columns::{Header, Meaning};

/// What the person at the desk already knows about the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnHints {
    /// The residential group of every row that names none itself. Goes before the title block and the
    /// sheet name.
    pub group_name: Option<String>,
    /// Columns (from 0) whose meaning was set by hand; they go before the guess, on every sheet. A
    /// column of forbidden data stays dropped whatever is said here.
    pub columns: BTreeMap<u32, Field>,
    /// What was said about single sheets, by their place in the file (from 0).
    #[serde(default)]
    pub sheets: BTreeMap<usize, SheetHints>,
}

/// What a person said about one sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SheetHints {
    /// It is no register: nothing of it is read.
    pub skip: bool,
    /// The row of the header as the spreadsheet program counts, from 1; 0 says that there is none.
    pub header_row: Option<u32>,
    /// The residential group of the rows that name none themselves.
    pub group_name: Option<String>,
    /// Meanings set by hand; `None` drops the column.
    pub columns: BTreeMap<u32, Option<Field>>,
}

impl ColumnHints {
    /// What holds for one sheet: what was said about it, before what was said about all.
    fn of_sheet(&self, at: usize) -> SheetHints {
        let mut own = self.sheets.get(&at).cloned().unwrap_or_default();
        own.group_name = own.group_name.or_else(|| self.group_name.clone());
        for (column, field) in &self.columns {
            own.columns.entry(*column).or_insert(Some(*field));
        }
        own
    }
}

/// How one sheet was read, for the person who may know better.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetReading {
    /// The tab; `None` for CSV.
    pub name: Option<String>,
    /// Whether its rows are taken.
    pub taken: bool,
    /// The rows of the header, first and last, from 1; `None` when there is none.
    pub header: Option<(u32, u32)>,
    /// Its households.
    pub households: usize,
    /// The residential group of the rows that name none themselves.
    pub group: Option<String>,
    /// The old letters it was written in, as their font family is called.
    pub letters: Option<Legacy>,
    /// Its columns, those left behind included.
    pub columns: Vec<ColumnReading>,
}

/// How one column was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnReading {
    /// The column, from 0.
    pub at: u32,
    /// Its header as written, or the letter of the column; long digit runs are masked.
    pub label: String,
    /// What it is read as; `None` when it is left behind.
    pub field: Option<Field>,
    /// Why it is left behind.
    pub why: Option<WhyDropped>,
    /// The first few values, of columns that are read only.
    pub samples: Vec<String>,
}

/// What a register holds for the campaign.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Register {
    /// The households, in file order. Rows listed in `duplicates_in_file` are still among them.
    pub rows: Vec<RegisterRow>,
    /// Every column that was left behind, with its reason.
    pub dropped: Vec<DroppedColumn>,
    /// What a person should look at.
    pub issues: Vec<RowIssue>,
    /// Households that the file holds twice.
    pub duplicates_in_file: Vec<Duplicate>,
    /// How each sheet was read, in the order of the file.
    pub sheets: Vec<SheetReading>,
}

impl Register {
    /// The households without the second and later writings of the same one.
    pub fn households(&self) -> impl Iterator<Item = &RegisterRow> {
        let again: std::collections::HashSet<usize> =
            self.duplicates_in_file.iter().map(|pair| pair.again).collect();
        self.rows
            .iter()
            .enumerate()
            .filter_map(move |(at, row)| (!again.contains(&at)).then_some(row))
    }
}

/// One household as the register has it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisterRow {
    /// The tab it was on; `None` for CSV.
    pub sheet: Option<String>,
    /// The row number the spreadsheet program shows, from 1.
    pub row_number: u32,
    /// The residential group, without the word for it (`Thái Học 2`); `None` when nothing names it.
    pub group_name: Option<String>,
    /// Where the household lives. Its `doubts` tell how well it was understood.
    pub address: Address,
    /// The head of the household, NFC, in title case if the register shouted.
    pub head_name: Option<String>,
    /// How many people belong to the household, permanent and temporary residents together.
    pub member_count: Option<u16>,
    /// How many of them are 14 or older.
    pub adult_count: Option<u16>,
    /// The household's own code in the ward's papers.
    pub code: Option<String>,
    /// What a column of landmarks says; part of the address too.
    pub landmark: Option<String>,
    /// Where it stands, longitude first, in degrees.
    pub point: Option<(f64, f64)>,
}

/// Tells the place of the row, not who lives there: rows end up in logs by way of `Debug`.
impl fmt::Debug for RegisterRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisterRow")
            .field("sheet", &self.sheet)
            .field("row_number", &self.row_number)
            .field("group_name", &self.group_name)
            .finish_non_exhaustive()
    }
}

/// A column that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedColumn {
    /// The tab; `None` for CSV.
    pub sheet: Option<String>,
    /// Its header as written (both rows of it); long digit runs are masked.
    pub header: String,
    /// Why it was left behind.
    pub why: WhyDropped,
}

/// Two rows that are one household: indices into [`Register::rows`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicate {
    /// The row that stands first in the file.
    pub first: usize,
    /// The row that says the same again.
    pub again: usize,
}

/// Something in the file that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowIssue {
    /// The tab; `None` for CSV and for the file as a whole.
    pub sheet: Option<String>,
    /// The row, from 1; `None` when the whole sheet is meant.
    pub row: Option<u32>,
    /// The header of the column; `None` when the whole row is meant.
    pub column: Option<String>,
    /// What it is.
    #[serde(flatten)]
    pub issue: Issue,
}

/// The kinds of [`RowIssue`]. None of them carries a value that was refused or dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Issue {
    /// The file has no sheet at all.
    NoSheets,
    /// The sheet has no values.
    EmptySheet,
    /// No row of the sheet looks like a header of a register.
    HeaderNotFound,
    /// The header is there, and no household under it.
    NoRows,
    /// Nothing says which residential group the sheet belongs to.
    GroupUnknown,
    /// A kept cell holds what looks like an identity or telephone number. The row was refused.
    IdentityNumber,
    /// A kept cell holds more text than any address or name. The row was refused.
    TextTooLong,
    /// Neither an address nor a name: the row was left out.
    NothingToFind,
    /// The household has a name but no address.
    NoAddress,
    /// The spreadsheet turned a house number into a date. Nothing was changed; this is what it probably
    /// was, with the other order of day and month.
    DateForAddress {
        /// The likely house number (day first, as Vietnam writes).
        likely: String,
        /// The other reading.
        other: String,
    },
    /// The address was not fully understood.
    DoubtfulAddress {
        /// Why.
        doubt: Doubt,
    },
    /// The count is no number from 0 to 99; the household is kept without it.
    CountUnreadable,
    /// The coordinates are no point in Viet Nam; the household is kept without them.
    PointUnreadable,
    /// More people of 14 and older than people.
    MoreAdultsThanMembers,
    /// The name holds digits (a year of birth, most often); the household is kept without the name.
    DigitsInName,
    /// A line across the sheet (`Ngõ 34`), not a household. Left out.
    SectionLine,
    /// The line of totals. Left out.
    TotalLine,
    /// The signatures begin here; nothing below was read.
    SignatureBlock,
}

/// How much an issue matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Told for completeness.
    Note,
    /// The household was imported; look at it when there is time.
    Warning,
    /// Something was not imported.
    Error,
}

impl Issue {
    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::NoSheets
            | Self::EmptySheet
            | Self::HeaderNotFound
            | Self::NoRows
            | Self::IdentityNumber
            | Self::TextTooLong
            | Self::NothingToFind => Severity::Error,
            Self::SectionLine | Self::TotalLine | Self::SignatureBlock => Severity::Note,
            Self::DoubtfulAddress { doubt: Doubt::NoNumber } => Severity::Note,
            _ => Severity::Warning,
        }
    }

    /// One Vietnamese sentence for the person who checks the register.
    #[must_use]
    pub fn message_vi(&self) -> String {
        let fixed = match self {
            Self::NoSheets => "Tệp không có bảng nào.",
            Self::EmptySheet => "Bảng trống.",
            Self::HeaderNotFound => {
                "Không tìm thấy dòng tiêu đề (cần có cột địa chỉ hoặc tên chủ hộ)."
            }
            Self::NoRows => "Dưới dòng tiêu đề không có hộ nào.",
            Self::GroupUnknown => "Chưa biết bảng này của tổ dân phố nào; hãy chọn tổ.",
            Self::IdentityNumber => {
                "Ô này có số giống số căn cước hoặc số điện thoại; dòng không được nhập."
            }
            Self::TextTooLong => "Ô này quá dài; dòng không được nhập.",
            Self::NothingToFind => "Không có địa chỉ lẫn tên chủ hộ; dòng không được nhập.",
            Self::NoAddress => "Hộ chưa có địa chỉ.",
            Self::DateForAddress { likely, other } => {
                return format!(
                    "Bảng tính đã đổi số nhà thành ngày tháng. Có thể là {likely}, hoặc {other}; hãy hỏi tổ trưởng."
                );
            }
            Self::DoubtfulAddress { doubt } => doubt.message_vi(),
            Self::CountUnreadable => "Số người không đọc được; hộ được nhập không kèm số này.",
            Self::PointUnreadable => "Tọa độ không đọc được hoặc không ở Việt Nam; không lấy.",
            Self::MoreAdultsThanMembers => "Số người từ 14 tuổi nhiều hơn số nhân khẩu.",
            Self::DigitsInName => {
                "Tên có lẫn chữ số (có thể là năm sinh); hộ được nhập không kèm tên."
            }
            Self::SectionLine => "Dòng chia nhóm, không phải hộ.",
            Self::TotalLine => "Dòng tổng cộng, không phải hộ.",
            Self::SignatureBlock => "Từ đây là phần ký tên, không đọc tiếp.",
        };
        fixed.to_owned()
    }

    /// The same sentence in English.
    #[must_use]
    pub fn message_en(&self) -> String {
        let fixed = match self {
            Self::NoSheets => "The file has no sheet.",
            Self::EmptySheet => "The sheet is empty.",
            Self::HeaderNotFound => {
                "No header row was found (an address or a head-of-household column is needed)."
            }
            Self::NoRows => "There is no household under the header.",
            Self::GroupUnknown => {
                "Nothing says which residential group this sheet is of; choose one."
            }
            Self::IdentityNumber => {
                "This cell holds what looks like an identity or telephone number; the row was refused."
            }
            Self::TextTooLong => "This cell is too long; the row was refused.",
            Self::NothingToFind => "Neither an address nor a name; the row was left out.",
            Self::NoAddress => "The household has no address.",
            Self::DateForAddress { likely, other } => {
                return format!(
                    "The spreadsheet turned a house number into a date. It may be {likely}, or {other}; ask."
                );
            }
            Self::DoubtfulAddress { doubt } => doubt.message_en(),
            Self::CountUnreadable => {
                "The count could not be read; the household is kept without it."
            }
            Self::PointUnreadable => {
                "The coordinates could not be read, or are not in Viet Nam; left aside."
            }
            Self::MoreAdultsThanMembers => "More people of 14 and older than people.",
            Self::DigitsInName => {
                "The name holds digits (a year of birth, perhaps); the household is kept without it."
            }
            Self::SectionLine => "A dividing line, not a household.",
            Self::TotalLine => "The line of totals, not a household.",
            Self::SignatureBlock => "The signatures begin here; nothing below was read.",
        };
        fixed.to_owned()
    }
}

/// Reads the households out of the sheets of one file.
///
/// Never fails: whatever is wrong is in [`Register::issues`]. Takes the sheets by value so that the
/// dropped columns end here.
#[must_use]
pub fn interpret(sheets: Vec<Sheet>, hints: &ColumnHints) -> Register {
    let mut register = Register::default();
    if sheets.is_empty() {
        register.issues.push(RowIssue {
            sheet: None,
            row: None,
            column: None,
            issue: Issue::NoSheets,
        });
    }
    for (at, mut sheet) in sheets.into_iter().enumerate() {
        let letters = to_unicode(&mut sheet);
        let hints = hints.of_sheet(at);
        let reading = SheetReading {
            name: sheet.name.clone(),
            letters,
            taken: !hints.skip,
            ..SheetReading::default()
        };
        let reader = SheetReader {
            sheet: &sheet,
            hints: &hints,
            register: &mut register,
            reading,
            samples: BTreeMap::new(),
        };
        reader.read();
    }
    register.duplicates_in_file = find_duplicates(&register.rows);
    register
}

/// Converts legacy text in place, column by column; a column that tells nothing follows its sheet.
///
/// Returns the letters the sheet was written in, if they were old ones.
fn to_unicode(sheet: &mut Sheet) -> Option<Legacy> {
    let mut columns: HashMap<u32, Detector> = HashMap::new();
    for (column, cell) in sheet.rows.iter().flat_map(|row| &row.cells) {
        if let Cell::Text(text) = cell
            && !values::is_too_long(cell)
        {
            columns.entry(*column).or_default().observe(text);
        }
    }
    let mut whole = Detector::default();
    columns.values().for_each(|column| whole.merge(*column));
    let mut found = false;
    for (column, cell) in sheet.rows.iter_mut().flat_map(|row| &mut row.cells) {
        if !values::is_too_long(cell)
            && let Cell::Text(text) = cell
        {
            let own = columns.get(column).copied().unwrap_or_default();
            let detector = if own.knows() { own } else { whole };
            let read = detector.to_unicode(text);
            found |= read != *text;
            *text = read;
        }
    }
    if let Some(name) = &mut sheet.name {
        *name = whole.to_unicode(name);
    }
    whole.prevailing().filter(|_| found)
}

/// Values of a column that are shown as an example.
const SAMPLES: usize = 3;

struct SheetReader<'a> {
    sheet: &'a Sheet,
    hints: &'a SheetHints,
    register: &'a mut Register,
    reading: SheetReading,
    samples: BTreeMap<u32, Vec<String>>,
}

impl SheetReader<'_> {
    fn read(mut self) {
        if self.sheet.rows.is_empty() {
            self.reading.taken = false;
            self.tell(None, None, Issue::EmptySheet);
        } else if let Some(header) = columns::find_header(self.sheet, self.hints) {
            self.read_below(&header);
        } else {
            self.tell(None, None, Issue::HeaderNotFound);
        }
        self.register.sheets.push(self.reading);
    }

    fn read_below(&mut self, header: &Header) {
        let sheet_group = self.sheet_group(header);
        self.reading.group.clone_from(&sheet_group);
        self.reading.header = (header.first_row > 0).then_some((header.first_row, header.last_row));
        if self.hints.skip {
            self.describe(header);
            return;
        }
        for column in &header.columns {
            if let Meaning::Drop(why) = column.meaning {
                self.register.dropped.push(DroppedColumn {
                    sheet: self.sheet.name.clone(),
                    header: column.label.clone(),
                    why,
                });
            }
        }
        let before = self.register.rows.len();
        let refused = self.register.issues.len();
        for row in self.sheet.rows.iter().filter(|row| row.number > header.last_row) {
            if self.read_row(header, row, sheet_group.as_deref()).is_break() {
                break;
            }
        }
        self.describe(header);
        let read = &self.register.rows[before..];
        self.reading.households = read.len();
        if read.is_empty()
            && self.register.issues[refused..]
                .iter()
                .all(|issue| issue.issue.severity() == Severity::Note)
        {
            self.tell(None, None, Issue::NoRows);
        } else if read.iter().any(|row| row.group_name.is_none()) {
            self.tell(None, None, Issue::GroupUnknown);
        }
    }

    /// The columns as they were understood. A column that is left behind shows its header only.
    fn describe(&mut self, header: &Header) {
        let columns = header.columns.iter().map(|column| {
            let (field, why) = match column.meaning {
                Meaning::Keep(field) => (Some(field), None),
                Meaning::Drop(why) => (None, Some(why)),
            };
            let samples = self.samples.remove(&column.at).unwrap_or_default();
            ColumnReading { at: column.at, label: column.label.clone(), field, why, samples }
        });
        self.reading.columns = columns.collect();
    }

    fn tell(&mut self, row: Option<u32>, column: Option<&str>, issue: Issue) {
        self.register.issues.push(RowIssue {
            sheet: self.sheet.name.clone(),
            row,
            column: column.map(str::to_owned),
            issue,
        });
    }

    /// The group the whole sheet is of: said by hand, in the title block, or on the tab.
    fn sheet_group(&self, header: &Header) -> Option<String> {
        if let Some(name) = &self.hints.group_name {
            return Some(values::group_name(name));
        }
        let title = self.sheet.rows.iter().take_while(|row| row.number < header.first_row);
        let from_title = title.flat_map(|row| &row.cells).find_map(|(_, cell)| match cell {
            Cell::Text(text) => values::group_in_title(text),
            _ => None,
        });
        from_title.or_else(|| self.sheet.name.as_deref().and_then(values::group_on_tab))
    }

    fn read_row(
        &mut self,
        header: &Header,
        row: &crate::workbook::Row,
        sheet_group: Option<&str>,
    ) -> std::ops::ControlFlow<()> {
        use std::ops::ControlFlow::{Break, Continue};
        let number = row.number;
        match values::line_kind(self.sheet, header, row) {
            values::Line::Household => {}
            values::Line::Blank => return Continue(()),
            values::Line::Section => {
                self.tell(Some(number), None, Issue::SectionLine);
                return Continue(());
            }
            values::Line::Total => {
                self.tell(Some(number), None, Issue::TotalLine);
                return Continue(());
            }
            values::Line::Signatures => {
                self.tell(Some(number), None, Issue::SignatureBlock);
                return Break(());
            }
        }
        let kept = header
            .kept()
            .filter_map(|(field, label, column)| Some((field, label, row.cell(column)?)));
        let kept: Vec<(Field, &str, &Cell)> = kept.collect();
        // First of all, and for every kept column: a number that identifies a person refuses the row.
        let identity =
            kept.iter().find(|(field, _, cell)| values::holds_identity_number(*field, cell));
        if let Some((_, label, _)) = identity {
            self.tell(Some(number), Some(label), Issue::IdentityNumber);
            return Continue(());
        }
        if let Some((_, label, _)) = kept.iter().find(|(.., cell)| values::is_too_long(cell)) {
            self.tell(Some(number), Some(label), Issue::TextTooLong);
            return Continue(());
        }
        for (field, _, column) in header.kept() {
            let seen = self.samples.entry(column).or_default();
            let value = row.cell(column).and_then(values::plain_text);
            if let Some(value) = value.filter(|value| seen.len() < SAMPLES && !seen.contains(value))
                && (!field.is_of_point() || values::is_point_text(&value))
                // A year of birth beside a name is not shown either.
                && (field != Field::HeadName || !value.contains(|c: char| c.is_numeric()))
            {
                seen.push(value);
            }
        }
        let text = |wanted: Field| {
            kept.iter()
                .find(|(field, ..)| *field == wanted)
                .and_then(|(_, _, cell)| values::plain_text(cell))
        };
        let label = |wanted: Field| {
            kept.iter().find(|(field, ..)| *field == wanted).map(|(_, label, _)| *label)
        };

        let mut issues: Vec<(Option<&str>, Issue)> = Vec::new();
        let mut pieces: Vec<String> = Vec::new();
        for wanted in [Field::Address, Field::HouseNumber, Field::Way] {
            let Some((field, label, cell)) = kept.iter().find(|(field, ..)| *field == wanted)
            else {
                continue;
            };
            if let Some((day, month, shown)) = values::date_for_address(cell) {
                let (likely, other) = (format!("{day}/{month}"), format!("{month}/{day}"));
                issues.push((Some(label), Issue::DateForAddress { likely, other }));
                // Kept as a date, in words that no house number has: never silently a house.
                pieces.push(format!("(ngày {shown})"));
            } else if *field == Field::Way {
                pieces.extend(values::plain_text(cell).map(|way| values::way_text(&way)));
            } else {
                pieces.extend(values::plain_text(cell));
            }
        }
        let landmark = text(Field::Landmark);
        let address = Address::parse(&pieces.join(", ")).beside(landmark.as_deref());
        let head_name = match text(Field::HeadName) {
            Some(name) if name.contains(|c: char| c.is_ascii_digit()) => {
                issues.push((label(Field::HeadName), Issue::DigitsInName));
                None
            }
            Some(name) => values::head_name(&name),
            None => None,
        };
        let no_address = address.doubts.contains(&Doubt::Empty);
        let household_is_named = text(Field::HeadName).is_some() || text(Field::Code).is_some();
        if no_address && !household_is_named {
            self.tell(Some(number), None, Issue::NothingToFind);
            return Continue(());
        }
        if no_address {
            issues.push((None, Issue::NoAddress));
        }
        for doubt in address.doubts.iter().filter(|doubt| **doubt != Doubt::Empty) {
            issues.push((
                label(Field::Address).or(label(Field::HouseNumber)),
                Issue::DoubtfulAddress { doubt: *doubt },
            ));
        }
        let mut count = |wanted: Field| {
            let (_, label, cell) = kept.iter().find(|(field, ..)| *field == wanted)?;
            let read = values::count(cell);
            if read.is_none() {
                issues.push((Some(label), Issue::CountUnreadable));
            }
            read
        };
        let total = count(Field::Members);
        let parts = (count(Field::MembersPermanent), count(Field::MembersTemporary));
        let member_count = total.or(match parts {
            (None, None) => None,
            (permanent, temporary) => Some(permanent.unwrap_or(0) + temporary.unwrap_or(0)),
        });
        let adult_count = count(Field::Adults);
        if let (Some(adults), Some(members)) = (adult_count, member_count)
            && adults > members
        {
            issues.push((label(Field::Adults), Issue::MoreAdultsThanMembers));
        }
        let point_cell = |wanted: Field| {
            kept.iter().find(|(field, ..)| *field == wanted).map(|(_, _, cell)| *cell)
        };
        let point = values::point(
            point_cell(Field::Coordinates),
            point_cell(Field::Latitude),
            point_cell(Field::Longitude),
        )
        .unwrap_or_else(|| {
            let column = label(Field::Coordinates).or(label(Field::Latitude));
            issues.push((column, Issue::PointUnreadable));
            None
        });
        let group_name = text(Field::Group)
            .map(|name| values::group_name(&name))
            .or_else(|| sheet_group.map(str::to_owned));
        for (column, issue) in issues {
            self.tell(Some(number), column, issue);
        }
        self.register.rows.push(RegisterRow {
            sheet: self.sheet.name.clone(),
            row_number: number,
            group_name,
            address,
            head_name,
            member_count,
            adult_count,
            code: text(Field::Code),
            landmark,
            point,
        });
        Continue(())
    }
}

/// One household written twice: the same code, or the same group, address and head. Two families in
/// one house have two heads and stay two; without a head a numbered address is enough.
fn find_duplicates(rows: &[RegisterRow]) -> Vec<Duplicate> {
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(rows.len() * 2);
    let mut duplicates = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let group = search_key(row.group_name.as_deref().unwrap_or(""));
        let mut keys = Vec::new();
        if let Some(code) = &row.code {
            keys.push(format!("code|{}", search_key(code)));
        }
        let head = row.head_name.as_deref().map(search_key);
        let address = search_key(&row.address.to_string());
        if !address.is_empty() && (head.is_some() || row.address.house.is_some()) {
            keys.push(format!("door|{group}|{address}|{}", head.unwrap_or_default()));
        }
        let first = keys.iter().find_map(|key| seen.get(key).copied());
        match first {
            Some(first) => duplicates.push(Duplicate { first, again: at }),
            None => seen.extend(keys.into_iter().map(|key| (key, at))),
        }
    }
    duplicates
}
