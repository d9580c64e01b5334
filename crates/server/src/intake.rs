//! A stranger's file on its way to a draft: read apart from the server, and of what it holds only what
//! the book may keep.

use std::collections::HashMap;
use std::process::Command;

use gocua_domain::import::{DraftRow, RowDoubt, doubts_of, file_label};
use gocua_paper::register::{Issue, RowIssue};
use gocua_paper::workbook::Excess;
use gocua_paper::worker::TIMEOUT;
use gocua_paper::{Limits, ReadError, Register, RegisterRow, Sheet, read_in_child, read_workbook};

/// The hidden command under which this program reads a workbook in a child process of its own.
pub const WORKER: &str = "read-register";

/// What turns the bytes of a file into sheets.
#[derive(Clone, Copy, Debug)]
pub struct Reader(fn(&[u8]) -> Result<Vec<Sheet>, ReadError>);

impl Reader {
    /// This very program in a child process with a memory limit: a hostile workbook can make its reader
    /// abort, which no code in the same process could catch.
    pub fn child() -> Self {
        Self(|bytes| {
            let program = std::env::current_exe().map_err(|_| ReadError::Worker)?;
            read_in_child(Command::new(program).arg(WORKER), bytes, TIMEOUT)
        })
    }

    /// In this process: for files of one's own.
    pub fn here() -> Self {
        Self(|bytes| read_workbook(bytes, &Limits::default()))
    }

    /// The sheets of a file. Blocks.
    ///
    /// # Errors
    /// Why it cannot be read; nothing of the file is in it.
    pub fn sheets(self, bytes: &[u8]) -> Result<Vec<Sheet>, ReadError> {
        self.0(bytes)
    }
}

/// Why a file cannot be read, as the wire says it.
pub fn read_fault(error: &ReadError) -> &'static str {
    match error {
        ReadError::EmptyFile => "empty_file",
        ReadError::OldExcel => "old_excel",
        ReadError::OpenDocument => "open_document",
        ReadError::WordDocument => "word_document",
        ReadError::Pdf => "pdf",
        ReadError::Numbers => "numbers",
        ReadError::UnknownFormat => "unknown_format",
        ReadError::Damaged => "damaged",
        ReadError::BrokenCsv { .. } => "broken_csv",
        ReadError::TooLarge { what: Excess::FileBytes, .. } => "too_large",
        ReadError::TooLarge { what: Excess::Rows, .. } => "too_many_rows",
        ReadError::TooLarge { what: Excess::Columns, .. } => "too_many_columns",
        ReadError::TooLarge { .. } => "too_large_inside",
        ReadError::TooHeavy => "too_heavy",
        ReadError::Worker => "no_reader",
    }
}

/// The rows of a draft: every household, and every line that was refused, without what it holds.
pub fn draft_rows(register: &Register) -> Vec<DraftRow> {
    let mut issues: HashMap<(Option<&str>, u32), Vec<&Issue>> = HashMap::new();
    for RowIssue { sheet, row, issue, .. } in &register.issues {
        if let Some(row) = row {
            issues.entry((sheet.as_deref(), *row)).or_default().push(issue);
        }
    }
    let mut rows: Vec<DraftRow> = register
        .rows
        .iter()
        .map(|row| {
            let of_row = issues.remove(&(row.sheet.as_deref(), row.row_number));
            draft_row(row, &of_row.unwrap_or_default())
        })
        .collect();
    for ((sheet, row), of_row) in issues {
        rows.extend(of_row.iter().find_map(|issue| refused(sheet, row, issue)));
    }
    let order: HashMap<Option<&str>, usize> =
        register.sheets.iter().enumerate().map(|(at, sheet)| (sheet.name.as_deref(), at)).collect();
    rows.sort_by_key(|row| (order.get(&row.sheet.as_deref()).copied(), row.row));
    for row in &mut rows {
        row.sheet = row.sheet.as_deref().map(file_label);
    }
    rows
}

fn draft_row(row: &RegisterRow, issues: &[&Issue]) -> DraftRow {
    let mut doubts = Vec::new();
    let mut numbers = Vec::new();
    for issue in issues {
        match issue {
            Issue::DateForAddress { likely, other } => {
                doubts.push(RowDoubt::DateForNumber);
                numbers = vec![likely.clone(), other.clone()];
                numbers.dedup();
            }
            Issue::CountUnreadable => doubts.push(RowDoubt::CountUnreadable),
            Issue::MoreAdultsThanMembers => doubts.push(RowDoubt::MoreAdultsThanMembers),
            Issue::DigitsInName => doubts.push(RowDoubt::DigitsInName),
            Issue::PointUnreadable => doubts.push(RowDoubt::PointUnreadable),
            _ => {}
        }
    }
    // A date in the place of a number is one doubt, however the parser takes it.
    if numbers.is_empty() {
        let mut of_address = doubts_of(&row.address);
        of_address.append(&mut doubts);
        doubts = of_address;
    }
    doubts.dedup();
    DraftRow {
        sheet: row.sheet.clone(),
        row: row.row_number,
        group: row.group_name.clone(),
        address: row.address.clone(),
        landmark: row.landmark.clone(),
        head: row.head_name.clone(),
        members: row.member_count.map(i32::from),
        adults: row.adult_count.map(i32::from),
        code: row.code.clone(),
        point: row.point,
        doubts,
        numbers,
        settled: false,
        left_out: false,
    }
}

/// A line that was not read, as a row that waits for a person.
fn refused(sheet: Option<&str>, row: u32, issue: &Issue) -> Option<DraftRow> {
    let doubt = match issue {
        Issue::IdentityNumber => RowDoubt::IdentityNumber,
        Issue::TextTooLong => RowDoubt::TextTooLong,
        Issue::NothingToFind => RowDoubt::NoAddress,
        _ => return None,
    };
    Some(DraftRow {
        sheet: sheet.map(str::to_owned),
        row,
        group: None,
        address: gocua_domain::address::Address::parse(""),
        landmark: None,
        head: None,
        members: None,
        adults: None,
        code: None,
        point: None,
        doubts: vec![doubt],
        numbers: Vec::new(),
        settled: false,
        left_out: false,
    })
}
