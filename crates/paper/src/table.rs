//! Tables that leave the desk: a workbook with its definitions, or comma-separated text. A workbook
//! that names people is locked with a password.

use std::io::{Cursor, Write};

use gocua_domain::time::{Day, Millis};
use ms_offcrypto_writer::Ecma376AgileWriter;
use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing is known.
    None,
    /// Words.
    Text(String),
    /// A count.
    Count(i64),
    /// A share from 0 to 1.
    Share(f64),
    /// A business day.
    Day(Day),
    /// An instant, written in the time of Viet Nam.
    At(Millis),
}

impl Value {
    /// Words, or nothing.
    pub fn text(words: Option<impl Into<String>>) -> Self {
        words.map_or(Self::None, |w| Self::Text(w.into()))
    }

    /// A count, or nothing.
    pub fn count(n: Option<i64>) -> Self {
        n.map_or(Self::None, Self::Count)
    }
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// What stands above it.
    pub header: String,
    /// Its width in characters.
    pub width: u16,
}

/// A table, as it stands on one sheet.
#[derive(Clone, Debug)]
pub struct Table {
    /// The name on the tab.
    pub tab: String,
    /// The line above it.
    pub title: String,
    /// What is said below the title: the ward, until when it counts, what must be known of it.
    pub notes: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each as long as the columns.
    pub rows: Vec<Vec<Value>>,
    /// The row of sums, below the others.
    pub total: Option<Vec<Value>>,
}

/// A table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The workbook is not possible: too many rows, a tab's name too long.
    #[error("the workbook cannot be written: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The text or the locked file could not be put together.
    #[error("the file cannot be written: {0}")]
    Write(#[from] std::io::Error),
    /// The comma-separated text could not be put together.
    #[error("the text cannot be written: {0}")]
    Csv(#[from] csv::Error),
}

struct Looks {
    title: Format,
    note: Format,
    head: Format,
    total: [Format; 4],
    plain: [Format; 4],
}

impl Looks {
    fn new() -> Self {
        let base = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        let kinds = |f: &Format| {
            [
                f.clone().set_text_wrap(),
                f.clone().set_num_format("#,##0"),
                f.clone().set_num_format("0.0%"),
                f.clone().set_num_format("dd/mm/yyyy").set_align(FormatAlign::Left),
            ]
        };
        Self {
            title: Format::new().set_bold().set_font_size(14),
            note: Format::new().set_font_color(0x44_50_60),
            head: base.clone().set_bold().set_text_wrap().set_background_color(0xE3_EB_FA),
            total: kinds(&base.clone().set_bold()),
            plain: kinds(&base),
        }
    }
}

fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    value: &Value,
    looks: &[Format; 4],
) -> Result<(), TableError> {
    let [text, count, share, day] = looks;
    match value {
        Value::None => sheet.write_blank(row, column, text)?,
        Value::Text(words) => sheet.write_string_with_format(row, column, words, text)?,
        Value::Count(n) => sheet.write_number_with_format(row, column, *n as f64, count)?,
        Value::Share(s) => sheet.write_number_with_format(row, column, *s, share)?,
        Value::Day(on) => match excel_day(*on) {
            Some(at) => sheet.write_datetime_with_format(row, column, &at, day)?,
            None => sheet.write_blank(row, column, text)?,
        },
        Value::At(at) => sheet.write_string_with_format(row, column, instant(*at), text)?,
    };
    Ok(())
}

fn excel_day(day: Day) -> Option<ExcelDateTime> {
    let parts = (day.0 / 10_000, day.0 / 100 % 100, day.0 % 100);
    let year = u16::try_from(parts.0).ok()?;
    ExcelDateTime::from_ymd(year, u8::try_from(parts.1).ok()?, u8::try_from(parts.2).ok()?).ok()
}

/// `23/11/2026 19:05`, in the time of Viet Nam.
pub fn instant(at: Millis) -> String {
    let minute = at.minute();
    format!("{} {:02}:{:02}", written_day(at.day()), minute / 60, minute % 60)
}

/// `23/11/2026`.
pub fn written_day(day: Day) -> String {
    format!("{:02}/{:02}/{:04}", day.0 % 100, day.0 / 100 % 100, day.0 / 10_000)
}

fn write_sheet(sheet: &mut Worksheet, table: &Table, looks: &Looks) -> Result<(), TableError> {
    sheet.set_name(&table.tab)?;
    sheet.write_string_with_format(0, 0, &table.title, &looks.title)?;
    let mut row = 1;
    for note in &table.notes {
        sheet.write_string_with_format(row, 0, note, &looks.note)?;
        row += 1;
    }
    row += 1;
    for (at, column) in (0..).zip(&table.columns) {
        sheet.set_column_width(at, f64::from(column.width))?;
        sheet.write_string_with_format(row, at, &column.header, &looks.head)?;
    }
    sheet.set_freeze_panes(row + 1, 0)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(row, row)?;
    sheet.set_paper_size(9);
    for cells in &table.rows {
        row += 1;
        for (at, value) in (0..).zip(cells) {
            put(sheet, (row, at), value, &looks.plain)?;
        }
    }
    if let Some(total) = &table.total {
        for (at, value) in (0..).zip(total) {
            put(sheet, (row + 1, at), value, &looks.total)?;
        }
    }
    Ok(())
}

/// A workbook of tables, one a sheet.
///
/// # Errors
/// [`TableError::Workbook`] when a table does not fit a sheet.
pub fn write_workbook(tables: &[Table]) -> Result<Vec<u8>, TableError> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    for table in tables {
        write_sheet(book.add_worksheet(), table, &looks)?;
    }
    Ok(book.save_to_buffer()?)
}

/// Locks a workbook with a password (ECMA-376 agile encryption, AES-256): spreadsheet programs ask for
/// it when they open the file.
///
/// # Errors
/// [`TableError::Write`] when the file cannot be put together.
pub fn lock(workbook: &[u8], password: &str) -> Result<Vec<u8>, TableError> {
    let mut locked = Cursor::new(Vec::new());
    let mut writer = Ecma376AgileWriter::create(&mut rand09::rng(), password, &mut locked)?;
    writer.write_all(workbook)?;
    writer.into_inner()?;
    Ok(locked.into_inner())
}

/// One table as comma-separated text (RFC 4180, UTF-8 with a mark, so that spreadsheet programs read the
/// letters): the header, the rows, no sums. Decimal point, days as `yyyy-mm-dd`.
///
/// # Errors
/// [`TableError::Csv`] when a row is longer than the header.
pub fn write_csv(table: &Table) -> Result<Vec<u8>, TableError> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(table.columns.iter().map(|c| c.header.as_str()))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(written))?;
    }
    writer.into_inner().map_err(|e| TableError::Write(e.into_error()))
}

fn written(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        // A cell that begins like a formula would be one when the file is opened.
        Value::Text(words) if words.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
            format!("'{words}")
        }
        Value::Text(words) => words.clone(),
        Value::Count(n) => n.to_string(),
        Value::Share(share) => format!("{share:.4}"),
        Value::Day(day) => {
            format!("{:04}-{:02}-{:02}", day.0 / 10_000, day.0 / 100 % 100, day.0 % 100)
        }
        Value::At(at) => instant(*at),
    }
}
