//! Reports as an office sends them: a Word file with the header family of Decree 30/2020/NĐ-CP, and a
//! workbook of the same tables.
//!
//! The few parts of WordprocessingML that a report needs are written here (ADR 28). What a clerk fills
//! in by hand (number, day, signature) stays empty; nothing is ever marked as signed.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::table::{Table, TableError, Value, instant, write_workbook, written_day};

/// The office that reports, and what stands around the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Office {
    /// The office above, in capitals: `CÔNG AN THÀNH PHỐ HẢI PHÒNG`.
    pub above: String,
    /// The office itself, in capitals: `CÔNG AN PHƯỜNG CHU VĂN AN`.
    pub name: String,
    /// What follows the number: `BC-CAP`.
    pub sign: String,
    /// Place and date, the day and the month left empty: `Chu Văn An, ngày    tháng    năm 2026`.
    pub dated: String,
    /// Who signs, without a name: `TRƯỞNG CÔNG AN PHƯỜNG`.
    pub signer: String,
    /// To whom it goes.
    pub receivers: Vec<String>,
}

/// A table of a report.
#[derive(Clone, Debug)]
pub struct Part {
    /// The table; its title and notes stand above it.
    pub table: Table,
    /// On pages that lie on their side.
    pub landscape: bool,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Document {
    /// The office.
    pub office: Office,
    /// What kind of paper it is, in capitals: `BÁO CÁO`.
    pub kind: String,
    /// What it is about, below that.
    pub about: String,
    /// The text above the tables.
    pub paragraphs: Vec<String>,
    /// The tables.
    pub parts: Vec<Part>,
}

/// Twentieths of a point in a millimetre, as lengths of the page are written.
const MM: f64 = 56.692_9;
/// A4, and the margins of the decree: top and bottom 20 mm, left 30, right 20.
const PAGE: (f64, f64) = (210.0, 297.0);
const MARGIN: (f64, f64, f64, f64) = (20.0, 20.0, 30.0, 20.0);

const NS: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
                  xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";

const CONTENT_TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/></Types>"#;

const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;

const DOCUMENT_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/header" Target="header1.xml"/></Relationships>"#;

/// Times New Roman 13 for the text (sizes are half points).
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="Times New Roman" w:cs="Times New Roman"/><w:color w:val="000000"/><w:sz w:val="26"/><w:szCs w:val="26"/><w:lang w:val="vi-VN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style></w:styles>"#;

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 has no way to write these.
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

/// How a paragraph looks.
#[derive(Clone, Copy)]
struct Look {
    /// Half points.
    size: u16,
    bold: bool,
    italic: bool,
    align: &'static str,
    /// A rule below the line: under the motto.
    ruled: bool,
    /// Twentieths of a point before it.
    before: u16,
    /// Indent of the first line, in twentieths of a point.
    first: u16,
    /// Stays with what follows.
    keep: bool,
}

const PLAIN: Look = Look {
    size: 26,
    bold: false,
    italic: false,
    align: "left",
    ruled: false,
    before: 0,
    first: 0,
    keep: false,
};
const CENTRED: Look = Look { align: "center", ..PLAIN };
const BOLD: Look = Look { bold: true, ..CENTRED };

fn on(name: &str, on: bool) -> String {
    if on { format!("<w:{name}/>") } else { String::new() }
}

fn paragraph(text: &str, look: Look) -> String {
    let Look { size, align, before, first, .. } = look;
    let keep = on("keepNext", look.keep);
    let marks = format!("{}{}", on("b", look.bold), on("i", look.italic));
    let rule = if look.ruled { "<w:u w:val=\"single\"/>" } else { "" };
    let text = escape(text);
    format!(
        "<w:p><w:pPr>{keep}<w:spacing w:before=\"{before}\" w:after=\"0\"/>\
         <w:ind w:firstLine=\"{first}\"/><w:jc w:val=\"{align}\"/></w:pPr>\
         <w:r><w:rPr>{marks}<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>{rule}</w:rPr>\
         <w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>"
    )
}

fn twips(mm: f64) -> i64 {
    (mm * MM).round() as i64
}

/// Two columns without lines: what stands left and right of each other. They reach as far into the
/// margins left and right as they are wider than the text.
fn beside(widths: (f64, f64), left: &str, right: &str) -> String {
    let (a, b) = (twips(widths.0), twips(widths.1));
    let out = twips((widths.0 + widths.1 - (PAGE.0 - MARGIN.2 - MARGIN.3)) / 2.0);
    let cell = |width: i64, inside: &str| {
        format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{inside}</w:tc>")
    };
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblInd w:w=\"{}\" w:type=\"dxa\"/>\
         <w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:left w:w=\"0\" w:type=\"dxa\"/>\
         <w:right w:w=\"0\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid><w:gridCol w:w=\"{a}\"/><w:gridCol w:w=\"{b}\"/></w:tblGrid>\
         <w:tr>{}{}</w:tr></w:tbl>",
        a + b,
        -out,
        cell(a, left),
        cell(b, right),
    )
}

/// A count or a share as it is written here: `1.234`, `87,5%`.
fn written(value: &Value) -> String {
    match value {
        Value::None => String::new(),
        Value::Text(words) => words.clone(),
        Value::Count(n) => grouped(*n),
        Value::Share(share) => format!("{:.1}%", share * 100.0).replace('.', ","),
        Value::Day(day) => written_day(*day),
        Value::At(at) => instant(*at),
    }
}

/// `16.500`: a dot between thousands.
pub fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    if n < 0 { format!("-{out}") } else { out }
}

fn cell(value: &Value, width: i64, look: Look) -> String {
    let number = matches!(value, Value::Count(_) | Value::Share(_));
    let align = if number { "right" } else { look.align };
    format!(
        "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>{}</w:tc>",
        paragraph(&written(value), Look { align, ..look }),
    )
}

fn grid(table: &Table, room: f64, size: u16) -> String {
    let sum: u32 = table.columns.iter().map(|c| u32::from(c.width)).sum();
    let part = |width: u16| twips(room * f64::from(width) / f64::from(sum.max(1)));
    let widths: Vec<i64> = table.columns.iter().map(|c| part(c.width)).collect();
    let mut out = String::from("<w:tbl><w:tblPr><w:tblW w:w=\"0\" w:type=\"auto\"/><w:tblBorders>");
    for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
        out.push_str(&format!(
            "<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>"
        ));
    }
    out.push_str(
        "</w:tblBorders><w:tblLayout w:type=\"fixed\"/><w:tblCellMar>\
         <w:left w:w=\"57\" w:type=\"dxa\"/><w:right w:w=\"57\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr><w:tblGrid>",
    );
    for width in &widths {
        out.push_str(&format!("<w:gridCol w:w=\"{width}\"/>"));
    }
    // Heads stand again on every page; a row is not torn in two.
    out.push_str("</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for (column, width) in table.columns.iter().zip(&widths) {
        let look = Look { size, keep: true, ..BOLD };
        out.push_str(&cell(&Value::Text(column.header.clone()), *width, look));
    }
    out.push_str("</w:tr>");
    let look = Look { size, ..PLAIN };
    let rows = table.rows.iter().map(|row| (row, look));
    let total = table.total.iter().map(|row| (row, Look { bold: true, ..look }));
    for (row, look) in rows.chain(total) {
        out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        for (value, width) in row.iter().zip(&widths) {
            out.push_str(&cell(value, *width, look));
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    out
}

/// The page of a section. The first page of the paper bears no number.
fn section(landscape: bool, first: bool) -> String {
    let (width, height) = if landscape { (PAGE.1, PAGE.0) } else { PAGE };
    let (top, bottom, left, right) = MARGIN;
    let lies = if landscape { " w:orient=\"landscape\"" } else { "" };
    format!(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId2\"/><w:type w:val=\"nextPage\"/>\
         <w:pgSz w:w=\"{}\" w:h=\"{}\"{lies}/><w:pgMar w:top=\"{}\" w:right=\"{}\" w:bottom=\"{}\" \
         w:left=\"{}\" w:header=\"{}\" w:footer=\"{}\" w:gutter=\"0\"/>{}</w:sectPr>",
        twips(width),
        twips(height),
        twips(top),
        twips(right),
        twips(bottom),
        twips(left),
        twips(10.0),
        twips(10.0),
        on("titlePg", first),
    )
}

fn heading(table: &Table, size: u16) -> String {
    let mut out = paragraph(&table.title, Look { before: 240, keep: true, ..BOLD });
    for note in &table.notes {
        let look = Look { italic: true, keep: true, size, ..CENTRED };
        out.push_str(&paragraph(note, look));
    }
    out.push_str(&paragraph("", Look { size: 12, keep: true, ..PLAIN }));
    out
}

fn letterhead(office: &Office) -> String {
    let left = [
        paragraph(&office.above, Look { size: 24, ..CENTRED }),
        paragraph(&office.name, Look { size: 24, ruled: true, ..BOLD }),
        // The clerk fills the number in.
        paragraph(&format!("Số:        /{}", office.sign), Look { before: 120, ..CENTRED }),
    ];
    let right = [
        paragraph("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Look { size: 24, ..BOLD }),
        paragraph("Độc lập - Tự do - Hạnh phúc", Look { ruled: true, ..BOLD }),
        paragraph(&office.dated, Look { italic: true, before: 120, ..CENTRED }),
    ];
    beside((78.0, 98.0), &left.concat(), &right.concat())
}

fn ending(office: &Office) -> String {
    let small = Look { size: 22, ..PLAIN };
    let mut left = paragraph("Nơi nhận:", Look { bold: true, italic: true, size: 24, ..PLAIN });
    for receiver in &office.receivers {
        left.push_str(&paragraph(&format!("- {receiver};"), small));
    }
    left.push_str(&paragraph("- Lưu: VT.", small));
    // Room for a hand; no name and no word that somebody has signed.
    let mut right = paragraph(&office.signer, Look { size: 26, ..BOLD });
    right.push_str(&paragraph("", CENTRED).repeat(4));
    paragraph("", Look { size: 12, ..PLAIN }) + &beside((75.0, 85.0), &left, &right)
}

fn body(report: &Document) -> String {
    let mut out = letterhead(&report.office);
    out.push_str(&paragraph(&report.kind, Look { size: 28, before: 360, keep: true, ..BOLD }));
    out.push_str(&paragraph(&report.about, Look { size: 28, keep: true, ..BOLD }));
    out.push_str(&paragraph("", Look { size: 16, ..PLAIN }));
    for text in &report.paragraphs {
        let look = Look { size: 28, align: "both", before: 120, first: 567, ..PLAIN };
        out.push_str(&paragraph(text, look));
    }
    let room = |landscape: bool| {
        let width = if landscape { PAGE.1 } else { PAGE.0 };
        width - MARGIN.2 - MARGIN.3
    };
    let upright = report.parts.iter().filter(|part| !part.landscape);
    for part in upright {
        out.push_str(&heading(&part.table, 24));
        out.push_str(&grid(&part.table, room(false), 24));
    }
    out.push_str(&ending(&report.office));
    let lying: Vec<_> = report.parts.iter().filter(|part| part.landscape).collect();
    if lying.is_empty() {
        return out + &section(false, true);
    }
    out.push_str(&format!("<w:p><w:pPr>{}</w:pPr></w:p>", section(false, true)));
    for part in lying {
        out.push_str(&heading(&part.table, 22));
        out.push_str(&grid(&part.table, room(true), 22));
    }
    // Word wants a paragraph after a table.
    out + &paragraph("", Look { size: 12, ..PLAIN }) + &section(true, false)
}

/// The report as a Word file.
///
/// # Errors
/// [`TableError::Write`] when the file cannot be put together.
pub fn write_document(report: &Document) -> Result<Vec<u8>, TableError> {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:document {NS}><w:body>{}</w:body></w:document>",
        body(report)
    );
    let number = "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> PAGE </w:instrText></w:r>\
                  <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>2</w:t></w:r><w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
    let header = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:hdr {NS}><w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr>{number}</w:p></w:hdr>"
    );
    let parts = [
        ("[Content_Types].xml", CONTENT_TYPES),
        ("_rels/.rels", RELS),
        ("word/_rels/document.xml.rels", DOCUMENT_RELS),
        ("word/styles.xml", STYLES),
        ("word/header1.xml", &header),
        ("word/document.xml", &document),
    ];
    let mut file = ZipWriter::new(Cursor::new(Vec::new()));
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in parts {
        file.start_file(name, packed).map_err(std::io::Error::from)?;
        file.write_all(text.as_bytes())?;
    }
    Ok(file.finish().map_err(std::io::Error::from)?.into_inner())
}

/// The tables of a report as a workbook, one a sheet, and those that only a workbook has behind them.
///
/// # Errors
/// [`TableError::Workbook`] when a table does not fit a sheet.
pub fn write_tables(report: &Document, more: &[Table]) -> Result<Vec<u8>, TableError> {
    let parts = report.parts.iter().map(|part| {
        let mut table = part.table.clone();
        let head = [format!("{} · {}", report.office.above, report.office.name)];
        table.notes = head.into_iter().chain(table.notes).collect();
        table
    });
    write_workbook(&parts.chain(more.iter().cloned()).collect::<Vec<_>>())
}
