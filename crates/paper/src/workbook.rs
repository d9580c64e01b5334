//! Bytes of an XLSX or CSV file to sheets of cells, with every limit checked before memory is spent.
//!
//! A spreadsheet of a few kilobytes can ask for gigabytes: by compression, by a far cell, by a forged
//! directory. The order of the checks is therefore part of the contract: file size, magic bytes, the
//! zip directory as declared, the zip contents as they really inflate (streamed, nothing kept), the
//! declared dimension of a sheet, and then a running count of cells and text. Cells come from calamine's
//! stream; its range call allocates the rectangle between the first and the last cell and is never used.

use std::fmt;
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use serde::{Deserialize, Serialize};

/// What a register may cost. [`Limits::default`] is meant for a ward of 60,000 people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest file accepted, in bytes.
    pub file_bytes: usize,
    /// Most entries in the zip directory of an XLSX.
    pub zip_entries: usize,
    /// Largest sum of the unpacked entries, in bytes.
    pub unpacked_bytes: u64,
    /// Largest unpacked size for one byte of file. Applied above 1 MiB only: small files compress well.
    pub ratio: u64,
    /// Most rows of a sheet (declared, and as found).
    pub rows: u32,
    /// Most columns of a sheet (declared, and as found).
    pub columns: u32,
    /// Most cells with a value in the whole file.
    pub cells: usize,
    /// Most text in all cells together, in bytes.
    pub text_bytes: usize,
    /// Most merged regions of a sheet; further ones are not looked at.
    pub merges: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 16 << 20,
            zip_entries: 200,
            unpacked_bytes: 64 << 20,
            ratio: 100,
            rows: 50_000,
            columns: 60,
            cells: 3_000_000,
            text_bytes: 32 << 20,
            merges: 5_000,
        }
    }
}

/// One sheet of a workbook, or the only one of a CSV file.
///
/// `Debug` tells its size only: the cells still hold every column of the register.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    /// The name on the tab; `None` for CSV.
    pub name: Option<String>,
    /// Rows that have at least one cell, in order.
    pub rows: Vec<Row>,
    /// Merged regions.
    pub merges: Vec<Merge>,
}

/// One row with its non-empty cells.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The row number a spreadsheet program shows, from 1.
    pub number: u32,
    /// Column (from 0) and cell, ascending.
    pub cells: Vec<(u32, Cell)>,
}

/// A value of a cell. Formulas arrive as their stored result.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Text as stored; for CSV every cell is text.
    Text(String),
    /// A number.
    Number(f64),
    /// A date, which in a register is more often a house number the program misread.
    Date {
        /// Year.
        year: u16,
        /// Month, 1 to 12.
        month: u8,
        /// Day of the month.
        day: u8,
    },
    /// True, false, an error or a duration: nothing a register needs.
    Other,
}

/// A merged region, all bounds inclusive: rows from 1 as in [`Row::number`], columns from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// First row.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// First column.
    pub left: u32,
    /// Last column.
    pub right: u32,
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet")
            .field("rows", &self.rows.len())
            .field("merges", &self.merges.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row")
            .field("number", &self.number)
            .field("cells", &self.cells.len())
            .finish()
    }
}

impl fmt::Debug for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(..)",
            Self::Number(_) => "Number(..)",
            Self::Date { .. } => "Date(..)",
            Self::Other => "Other",
        })
    }
}

impl Row {
    /// The cell of a column, if it has a value.
    #[must_use]
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        self.cells
            .binary_search_by_key(&column, |(at, _)| *at)
            .ok()
            .map(|found| &self.cells[found].1)
    }
}

/// Why a file could not be read. None of these carries a value from the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum ReadError {
    /// No bytes.
    #[error("the file is empty")]
    EmptyFile,
    /// An old binary workbook (.xls) or one with a password; both have the same envelope.
    #[error(
        "an old .xls workbook or a workbook with a password; save it as XLSX without a password"
    )]
    OldExcel,
    /// An OpenDocument spreadsheet.
    #[error("an OpenDocument spreadsheet; save it as XLSX")]
    OpenDocument,
    /// A text document (.docx).
    #[error("a text document; copy its table into a new workbook and save that as XLSX")]
    WordDocument,
    /// A page for printing (.pdf).
    #[error("a PDF; ask for the workbook it was printed from, or type it into a new one")]
    Pdf,
    /// A spreadsheet of Apple Numbers.
    #[error("an Apple Numbers spreadsheet; export it to Excel")]
    Numbers,
    /// Neither a workbook nor text.
    #[error("not a spreadsheet; save it as XLSX or CSV")]
    UnknownFormat,
    /// The bytes start like a workbook but cannot be read.
    #[error("the workbook is damaged; open it, save it as XLSX again")]
    Damaged,
    /// The text of a CSV file breaks off or holds NUL bytes.
    #[error("the CSV text is broken near line {line}")]
    BrokenCsv {
        /// Line of the file, from 1.
        line: u64,
    },
    /// More than a register can need.
    #[error("too large: {what} over {limit}")]
    TooLarge {
        /// What is too large.
        what: Excess,
        /// The limit it exceeds, in units of `what`.
        limit: u64,
    },
    /// The reader used up its memory or its time and was stopped.
    #[error("reading the file took too much memory or time and was stopped")]
    TooHeavy,
    /// The reading process could not be started or did not answer in its own language.
    #[error("the reading process could not be run")]
    Worker,
}

/// What [`ReadError::TooLarge`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Excess {
    /// Bytes of the file.
    FileBytes,
    /// Entries of the zip directory.
    ZipEntries,
    /// Bytes after unpacking.
    UnpackedBytes,
    /// Unpacked bytes for a byte of file.
    Ratio,
    /// Rows of a sheet.
    Rows,
    /// Columns of a sheet.
    Columns,
    /// Cells of the file.
    Cells,
    /// Bytes of text in cells.
    TextBytes,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FileBytes => "file bytes",
            Self::ZipEntries => "zip entries",
            Self::UnpackedBytes => "unpacked bytes",
            Self::Ratio => "compression ratio",
            Self::Rows => "rows",
            Self::Columns => "columns",
            Self::Cells => "cells",
            Self::TextBytes => "text bytes",
        })
    }
}

impl ReadError {
    /// What to tell the person who brought the file, in Vietnamese.
    #[must_use]
    pub fn message_vi(&self) -> String {
        match self {
            Self::EmptyFile => "Tệp không có nội dung.".to_owned(),
            Self::OldExcel => "Tệp Excel kiểu cũ (.xls) hoặc có mật khẩu. Mở tệp, chọn Lưu thành XLSX không mật khẩu.".to_owned(),
            Self::OpenDocument => "Tệp OpenDocument (.ods). Mở tệp, chọn Lưu thành XLSX.".to_owned(),
            Self::WordDocument => "Đây là tệp Word. Chép bảng sang một tệp Excel mới rồi chọn Lưu thành XLSX.".to_owned(),
            Self::Pdf => "Đây là tệp PDF, chỉ để in. Hãy xin lại tệp Excel gốc (XLSX), hoặc gõ lại vào Excel.".to_owned(),
            Self::Numbers => "Đây là tệp Numbers của máy Apple. Mở tệp, chọn Tệp › Xuất sang › Excel.".to_owned(),
            Self::UnknownFormat => "Không phải bảng tính. Hãy lưu danh sách thành XLSX hoặc CSV.".to_owned(),
            Self::Damaged => "Tệp bị hỏng. Mở bằng Excel rồi lưu lại thành XLSX.".to_owned(),
            Self::BrokenCsv { line } => format!("Tệp CSV bị hỏng ở gần dòng {line}."),
            Self::TooLarge { what, limit } => match what {
                Excess::FileBytes => format!("Tệp quá lớn (hơn {} MB).", limit >> 20),
                Excess::ZipEntries | Excess::UnpackedBytes | Excess::Ratio => {
                    "Tệp bung ra quá lớn, không giống một danh sách hộ.".to_owned()
                }
                Excess::Rows => format!("Bảng có hơn {limit} dòng. Xóa các dòng trống thừa phía dưới rồi lưu lại."),
                Excess::Columns => format!("Bảng có hơn {limit} cột. Xóa các cột trống thừa bên phải rồi lưu lại."),
                Excess::Cells | Excess::TextBytes => "Bảng có quá nhiều ô dữ liệu.".to_owned(),
            },
            Self::TooHeavy => "Đọc tệp tốn quá nhiều bộ nhớ hoặc thời gian nên đã dừng.".to_owned(),
            Self::Worker => "Máy chủ chưa chạy được bộ đọc tệp. Hãy báo người quản trị.".to_owned(),
        }
    }

    /// The same in English.
    #[must_use]
    pub fn message_en(&self) -> String {
        self.to_string()
    }

    fn too_large(what: Excess, limit: impl TryInto<u64>) -> Self {
        Self::TooLarge { what, limit: limit.try_into().unwrap_or(u64::MAX) }
    }
}

/// Reads a register file, guessing XLSX or CSV from its first bytes.
///
/// # Errors
/// [`ReadError`]; nothing is read partly.
///
/// An allocation failure cannot be caught: run this in a process that may die
/// ([`worker`](crate::worker)), unless the bytes are your own.
pub fn read_workbook(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::EmptyFile);
    }
    if bytes.len() > limits.file_bytes {
        return Err(ReadError::too_large(Excess::FileBytes, limits.file_bytes));
    }
    const OLE: [u8; 4] = [0xd0, 0xcf, 0x11, 0xe0];
    if bytes.starts_with(&OLE) {
        return Err(ReadError::OldExcel);
    }
    if bytes.starts_with(b"%PDF") {
        return Err(ReadError::Pdf);
    }
    if bytes.starts_with(b"PK") {
        check_zip(bytes, limits)?;
        return read_xlsx(bytes, limits);
    }
    read_csv(bytes, limits).map(|sheet| vec![sheet])
}

/// Directory first, contents second; both against the limits.
fn check_zip(bytes: &[u8], limits: &Limits) -> Result<(), ReadError> {
    // The zip reader allocates for every entry it is told of, so the count is read by hand beforehand.
    if declared_entries(bytes)? > limits.zip_entries {
        return Err(ReadError::too_large(Excess::ZipEntries, limits.zip_entries));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| ReadError::Damaged)?;
    if archive.len() > limits.zip_entries {
        return Err(ReadError::too_large(Excess::ZipEntries, limits.zip_entries));
    }
    let allowed = |unpacked: u64| {
        if unpacked > limits.unpacked_bytes {
            return Err(ReadError::too_large(Excess::UnpackedBytes, limits.unpacked_bytes));
        }
        if unpacked > 1 << 20 && unpacked / (bytes.len() as u64) > limits.ratio {
            return Err(ReadError::too_large(Excess::Ratio, limits.ratio));
        }
        Ok(())
    };
    let mut declared = 0_u64;
    let (mut is_xlsx, mut other) = (false, ReadError::UnknownFormat);
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(|_| ReadError::Damaged)?;
        declared = declared.saturating_add(entry.size());
        let name = entry.name().map_err(|_| ReadError::Damaged)?;
        is_xlsx |= name.eq_ignore_ascii_case("xl/workbook.xml");
        match name.as_ref() {
            "content.xml" => other = ReadError::OpenDocument,
            "word/document.xml" => other = ReadError::WordDocument,
            "Index/Document.iwa" => other = ReadError::Numbers,
            _ => {}
        }
        allowed(declared)?;
    }
    if !is_xlsx {
        return Err(other);
    }
    // The directory may lie. Inflate once into nothing, and count.
    let mut real = 0_u64;
    let mut sink = [0_u8; 16 << 10];
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(|_| ReadError::Damaged)?;
        loop {
            let count = entry.read(&mut sink).map_err(|_| ReadError::Damaged)?;
            if count == 0 {
                break;
            }
            real += count as u64;
            allowed(real)?;
        }
    }
    Ok(())
}

/// The number of entries by the end-of-directory record, without building anything.
fn declared_entries(bytes: &[u8]) -> Result<usize, ReadError> {
    const RECORD: usize = 22;
    const COMMENT: usize = u16::MAX as usize;
    let from = bytes.len().saturating_sub(RECORD + COMMENT);
    let at = bytes[from..]
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .ok_or(ReadError::Damaged)?
        + from;
    let count = bytes.get(at + 10..at + 12).ok_or(ReadError::Damaged)?;
    Ok(usize::from(u16::from_le_bytes([count[0], count[1]])))
}

/// Running totals over all sheets of a file.
struct Budget<'a> {
    limits: &'a Limits,
    cells: usize,
    text: usize,
}

impl Budget<'_> {
    fn take(&mut self, row: u32, column: u32, text: usize) -> Result<(), ReadError> {
        self.cells += 1;
        self.text += text;
        if row >= self.limits.rows {
            return Err(ReadError::too_large(Excess::Rows, self.limits.rows));
        }
        if column >= self.limits.columns {
            return Err(ReadError::too_large(Excess::Columns, self.limits.columns));
        }
        if self.cells > self.limits.cells {
            return Err(ReadError::too_large(Excess::Cells, self.limits.cells));
        }
        if self.text > self.limits.text_bytes {
            return Err(ReadError::too_large(Excess::TextBytes, self.limits.text_bytes));
        }
        Ok(())
    }
}

fn read_xlsx(bytes: &[u8], limits: &Limits) -> Result<Vec<Sheet>, ReadError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| ReadError::Damaged)?;
    let mut budget = Budget { limits, cells: 0, text: 0 };
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        // A chart or dialogue sheet has no cells; it is none of ours.
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else {
            continue;
        };
        let declared = cells.dimensions().end;
        budget.take(declared.0, declared.1, 0)?;
        let mut rows: Vec<Row> = Vec::new();
        while let Some(cell) = cells.next_cell().map_err(|_| ReadError::Damaged)? {
            let (row, column) = cell.get_position();
            let Some(value) = cell_of(cell.get_value()) else {
                continue;
            };
            budget.take(row, column, if let Cell::Text(text) = &value { text.len() } else { 0 })?;
            let number = row + 1;
            match rows.last_mut() {
                Some(last) if last.number == number => last.cells.push((column, value)),
                _ => rows.push(Row { number, cells: vec![(column, value)] }),
            }
        }
        drop(cells);
        // Writers are free in the order of cells; `Row::cell` searches.
        rows.sort_by_key(|row| row.number);
        rows.dedup_by(|later, kept| {
            let same = later.number == kept.number;
            if same {
                kept.cells.append(&mut later.cells);
            }
            same
        });
        for row in &mut rows {
            row.cells.sort_by_key(|(column, _)| *column);
            row.cells.dedup_by_key(|(column, _)| *column);
        }
        // A second pass over the sheet's XML that keeps nothing but the regions.
        let regions = book.merge_cells_by_sheet_name(&name).map_err(|_| ReadError::Damaged)?;
        // A forged region may run backwards.
        let merges = regions.iter().take(limits.merges).map(|region| {
            let (start, end) = (region.start, region.end);
            Merge {
                top: start.0.min(end.0).saturating_add(1),
                bottom: start.0.max(end.0).saturating_add(1),
                left: start.1.min(end.1),
                right: start.1.max(end.1),
            }
        });
        sheets.push(Sheet { merges: merges.collect(), name: Some(name), rows });
    }
    Ok(sheets)
}

fn cell_of(value: &DataRef<'_>) -> Option<Cell> {
    let text = |text: &str| (!text.trim().is_empty()).then(|| Cell::Text(text.to_owned()));
    match value {
        DataRef::Empty => None,
        DataRef::String(value) => text(value),
        DataRef::SharedString(value) => text(value),
        DataRef::DateTimeIso(value) => iso_date(value).or(Some(Cell::Other)),
        DataRef::Int(value) => Some(Cell::Number(*value as f64)),
        DataRef::Float(value) => Some(Cell::Number(*value)),
        DataRef::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            Some(Cell::Date { year, month, day })
        }
        DataRef::DateTime(_) | DataRef::DurationIso(_) | DataRef::Bool(_) | DataRef::Error(_) => {
            Some(Cell::Other)
        }
    }
}

fn iso_date(text: &str) -> Option<Cell> {
    let mut parts = text.get(..10)?.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Some(Cell::Date { year, month, day })
}

/// Text of a CSV file in whatever encoding it came.
///
/// Bytes that are not UTF-8 are read as Windows-1252: that is the code page under which programs save
/// TCVN3 and VNI text, and [`legacy`](crate::legacy) takes it from there.
fn decode_text(bytes: &[u8]) -> String {
    let (encoding, skip) = match bytes {
        [0xef, 0xbb, 0xbf, ..] => (encoding_rs::UTF_8, 3),
        [0xff, 0xfe, ..] => (encoding_rs::UTF_16LE, 2),
        [0xfe, 0xff, ..] => (encoding_rs::UTF_16BE, 2),
        _ if std::str::from_utf8(bytes).is_ok() => (encoding_rs::UTF_8, 0),
        _ => (encoding_rs::WINDOWS_1252, 0),
    };
    encoding.decode_without_bom_handling(&bytes[skip..]).0.into_owned()
}

fn read_csv(bytes: &[u8], limits: &Limits) -> Result<Sheet, ReadError> {
    // Before decoding: pictures and archives are full of these, registers never hold one.
    let looks_binary = !bytes.starts_with(&[0xff, 0xfe]) && !bytes.starts_with(&[0xfe, 0xff]);
    if looks_binary && let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        if at < 512 {
            return Err(ReadError::UnknownFormat);
        }
        return Err(ReadError::BrokenCsv { line: line_at(bytes, at) });
    }
    if bytes.starts_with(b"%PDF") || bytes.starts_with(b"{\\rtf") {
        return Err(ReadError::UnknownFormat);
    }
    let text = decode_text(bytes);
    if text.contains('\0') {
        return Err(ReadError::BrokenCsv { line: 1 });
    }
    if let Some(line) = unclosed_quote(&text) {
        return Err(ReadError::BrokenCsv { line });
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(sniff_delimiter(&text))
        .from_reader(text.as_bytes());
    let mut budget = Budget { limits, cells: 0, text: 0 };
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        if !reader.read_record(&mut record).map_err(|_| ReadError::BrokenCsv { line })? {
            break;
        }
        let number = u32::try_from(reader.position().record()).unwrap_or(u32::MAX);
        let mut cells = Vec::new();
        for (column, value) in (0_u32..).zip(&record) {
            // Trailing separators make empty cells; only a value may exceed the width.
            if !value.trim().is_empty() {
                budget.take(number.saturating_sub(1), column, value.len())?;
                cells.push((column, Cell::Text(value.to_owned())));
            }
        }
        if record.len() > limits.columns as usize * 4 {
            return Err(ReadError::too_large(Excess::Columns, limits.columns));
        }
        if !cells.is_empty() {
            rows.push(Row { number, cells });
        }
    }
    Ok(Sheet { name: None, rows, merges: Vec::new() })
}

fn line_at(bytes: &[u8], at: usize) -> u64 {
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u64
}

/// The line of a quote that never closes. The CSV reader would swallow the rest of the file as one
/// value and call it a success.
fn unclosed_quote(text: &str) -> Option<u64> {
    let (mut line, mut opened) = (1_u64, None);
    let mut field_start = true;
    for byte in text.bytes() {
        match (byte, opened) {
            (b'"', Some(_)) => opened = None,
            // A doubled quote closes and opens again, which comes to the same.
            (b'"', None) if field_start => opened = Some(line),
            _ => {}
        }
        field_start = matches!(byte, b',' | b';' | b'\t' | b'\n' | b'\r')
            || (byte == b'"' && opened.is_none());
        line += u64::from(byte == b'\n');
    }
    opened
}

/// The separator that splits the first lines most evenly; a comma when nothing does.
fn sniff_delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let score = |delimiter: u8| {
        let mut counts: Vec<usize> = lines
            .iter()
            .map(|line| line.bytes().filter(|byte| *byte == delimiter).count())
            .collect();
        counts.sort_unstable();
        // The median: a title line has none, an address may hold a comma or two.
        counts.get(counts.len() / 2).copied().unwrap_or(0)
    };
    [b';', b'\t', b','].into_iter().rev().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}
