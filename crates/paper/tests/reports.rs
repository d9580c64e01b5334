//! Reports read back as an office's programs read them.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use gocua_paper::report::{Document, Office, Part, grouped, write_document, write_tables};
use gocua_paper::table::{Column, Table, Value};

fn table(tab: &str, rows: Vec<Vec<Value>>) -> Table {
    let column = |header: &str, width| Column { header: header.to_owned(), width };
    Table {
        tab: tab.to_owned(),
        title: format!("Biểu {tab}"),
        notes: vec!["Số liệu tính đến ngày 23/11/2026".to_owned()],
        columns: vec![column("Tổ dân phố", 20), column("Số người", 10), column("Tỷ lệ (%)", 10)],
        rows,
        total: Some(vec![Value::Text("Cộng".into()), Value::Count(1234), Value::Share(0.875)]),
    }
}

fn report() -> Document {
    let row =
        vec![Value::Text("Tổ <1> & \u{1}\"2\"".into()), Value::Count(1234), Value::Share(0.875)];
    let none = vec![Value::Text("Tổ 2".into()), Value::None, Value::Text("—".into())];
    Document {
        office: Office {
            above: "CÔNG AN THÀNH PHỐ HẢI PHÒNG".into(),
            name: "CÔNG AN PHƯỜNG CHU VĂN AN".into(),
            sign: "BC-CAP".into(),
            dated: "Chu Văn An, ngày      tháng      năm 2026".into(),
            signer: "TRƯỞNG CÔNG AN PHƯỜNG".into(),
            receivers: vec!["Công an thành phố Hải Phòng".into()],
        },
        kind: "BÁO CÁO".into(),
        about: "kết quả định danh số".into(),
        paragraphs: vec!["Trong kỳ hỗ trợ 12 lượt.".into()],
        parts: vec![
            Part { table: table("T2", vec![row, none.clone()]), landscape: true },
            Part { table: table("Hỗ trợ", vec![none]), landscape: false },
        ],
    }
}

fn part(file: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("a zip");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}

/// The text of a document, a line a paragraph; fails when an element is not closed where it must be.
fn text_of(xml: &str) -> Vec<String> {
    let (mut open, mut lines, mut line) = (Vec::new(), Vec::new(), String::new());
    let mut rest = xml.split_once("?>").expect("a declaration").1;
    while let Some((text, tail)) = rest.split_once('<') {
        line.push_str(text.trim_start_matches('\n'));
        let (tag, after) = tail.split_once('>').expect("a tag ends");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in order");
            if name == "w:p" {
                lines.push(std::mem::take(&mut line));
            }
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().expect("a name"));
        }
        rest = after;
    }
    assert!(open.is_empty(), "{open:?}");
    lines
}

#[test]
fn a_word_file_has_the_header_family_of_the_decree_and_the_tables() {
    let file = write_document(&report()).expect("written");
    for name in
        ["[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels", "word/styles.xml"]
    {
        text_of(&part(&file, name));
    }
    let xml = part(&file, "word/document.xml");
    let lines = text_of(&xml);
    let at = |line: &str| {
        lines.iter().position(|l| l == line).unwrap_or_else(|| panic!("{line} is in {lines:#?}"))
    };
    let order = [
        "CÔNG AN THÀNH PHỐ HẢI PHÒNG",
        "CÔNG AN PHƯỜNG CHU VĂN AN",
        "Số:        /BC-CAP",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Chu Văn An, ngày      tháng      năm 2026",
        "BÁO CÁO",
        "kết quả định danh số",
        "Trong kỳ hỗ trợ 12 lượt.",
        "Biểu Hỗ trợ",
        "Nơi nhận:",
        "TRƯỞNG CÔNG AN PHƯỜNG",
        "Biểu T2",
        "Số liệu tính đến ngày 23/11/2026",
    ];
    let places: Vec<_> = order.iter().map(|line| at(line)).collect();
    assert!(places[..13].is_sorted(), "{places:?}");
    for cell in ["Tổ &lt;1&gt; &amp; &quot;2&quot;", "1.234", "87,5%", "—", "Cộng"] {
        at(cell);
    }
    assert!(!xml.to_lowercase().contains("đã ký"));
    // Two pages: upright, without a number on the first; then on its side.
    assert_eq!(xml.matches("<w:sectPr>").count(), 2);
    assert_eq!(
        (xml.matches("<w:titlePg/>").count(), xml.matches("w:orient=\"landscape\"").count()),
        (1, 1)
    );
    assert!(xml.contains("w:left=\"1701\""), "30 mm for the binder");
    assert!(part(&file, "word/header1.xml").contains(" PAGE "));
    assert!(part(&file, "word/styles.xml").contains("Times New Roman"));
}

#[test]
fn a_report_without_wide_tables_has_one_section() {
    let mut report = report();
    report.parts.retain(|part| !part.landscape);
    let xml = part(&write_document(&report).expect("written"), "word/document.xml");
    text_of(&xml);
    assert_eq!((xml.matches("<w:sectPr>").count(), xml.matches("landscape").count()), (1, 0));
}

#[test]
fn the_workbook_has_numbers_that_are_numbers() {
    let file = write_tables(&report(), &[table("Định nghĩa", vec![])]).expect("written");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).expect("a workbook");
    assert_eq!(book.sheet_names(), ["T2", "Hỗ trợ", "Định nghĩa"]);
    let mut reader = book.worksheet_cells_reader("T2").expect("the sheet");
    let mut cells: Vec<Vec<Data>> = Vec::new();
    while let Some(cell) = reader.next_cell().expect("a cell") {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        cells.resize(cells.len().max(row + 1), Vec::new());
        let width = cells[row].len().max(column + 1);
        cells[row].resize(width, Data::Empty);
        cells[row][column] = cell.get_value().clone().into();
    }
    assert_eq!(cells[0][0], Data::String("Biểu T2".into()));
    assert_eq!(
        cells[1][0],
        Data::String("CÔNG AN THÀNH PHỐ HẢI PHÒNG · CÔNG AN PHƯỜNG CHU VĂN AN".into())
    );
    assert_eq!(cells[2][0], Data::String("Số liệu tính đến ngày 23/11/2026".into()));
    let total = cells.last().expect("a last row");
    assert_eq!(total[..], [Data::String("Cộng".into()), Data::Float(1234.0), Data::Float(0.875)]);
}

#[test]
fn thousands_are_parted_by_dots() {
    let written: Vec<_> = [0, 7, 999, 1000, 16_500, 1_234_567, -1234].map(grouped).into();
    assert_eq!(written, ["0", "7", "999", "1.000", "16.500", "1.234.567", "-1.234"]);
}
