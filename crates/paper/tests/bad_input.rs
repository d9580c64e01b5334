//! Files that must be refused, quickly and with a reason.

use std::io::{Cursor, Write};
use std::process::Command;
use std::time::Duration;

use gocua_paper::workbook::Excess;
use gocua_paper::worker::TIMEOUT;
use gocua_paper::{Limits, ReadError, read_in_child, read_workbook};
use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn refused(bytes: &[u8]) -> ReadError {
    read_workbook(bytes, &Limits::default()).expect_err("this file must be refused")
}

fn excess(error: &ReadError) -> Excess {
    match error {
        ReadError::TooLarge { what, .. } => *what,
        other => panic!("{other:?} is no excess"),
    }
}

fn good() -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "Địa chỉ").expect("one cell");
    book.save_to_buffer().expect("a small file")
}

/// A workbook with one sheet whose XML is written by `sheet`, entry by entry.
fn with_sheet(sheet: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in [
        (
            "[Content_Types].xml",
            r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#,
        ),
        (
            "_rels/.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#,
        ),
    ] {
        zip.start_file(name, options).expect("a new entry");
        zip.write_all(text.as_bytes()).expect("memory");
    }
    zip.start_file("xl/worksheets/sheet1.xml", options).expect("a new entry");
    sheet(&mut zip);
    zip.finish().expect("memory").into_inner()
}

fn sheet_xml(dimension: &str, cells: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="{dimension}"/><sheetData>{cells}</sheetData></worksheet>"#
    )
}

fn handmade(dimension: &str, cells: &str) -> Vec<u8> {
    with_sheet(|zip| zip.write_all(sheet_xml(dimension, cells).as_bytes()).expect("memory"))
}

#[test]
fn the_handmade_frame_is_itself_readable() {
    let bytes = handmade(
        "A1:B1",
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Địa chỉ</t></is></c><c r="B1"><v>7</v></c></row>"#,
    );
    let sheets = read_workbook(&bytes, &Limits::default()).expect("a sound workbook");
    assert_eq!(sheets[0].rows[0].cells.len(), 2);
}

#[test]
fn far_cells_are_refused_whether_declared_or_not() {
    let far = r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    assert_eq!(excess(&refused(&handmade("A1:XFD1048576", far))), Excess::Rows);
    assert_eq!(excess(&refused(&handmade("A1:B2", far))), Excess::Rows);
    let wide = r#"<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>"#;
    assert_eq!(excess(&refused(&handmade("A1:B2", wide))), Excess::Columns);
}

#[test]
fn a_gigabyte_in_a_megabyte_is_refused_before_it_is_unpacked() {
    let bytes = with_sheet(|zip| {
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..1024 {
            zip.write_all(&zeros).expect("memory for the packed form");
        }
    });
    assert!(bytes.len() < 4 << 20);
    assert_eq!(excess(&refused(&bytes)), Excess::UnpackedBytes);
    // Within the size, but no table packs two hundred to one.
    let bytes = with_sheet(|zip| zip.write_all(&vec![b' '; 32 << 20]).expect("memory"));
    assert_eq!(excess(&refused(&bytes)), Excess::Ratio);
}

#[test]
fn a_directory_that_lies_about_sizes_is_found_out() {
    let size = 80_u32 << 20;
    let mut bytes = with_sheet(|zip| zip.write_all(&vec![b' '; size as usize]).expect("memory"));
    // Both headers of the entry: 80 MiB become one byte.
    let (from, to) = (size.to_le_bytes(), 1_u32.to_le_bytes());
    let places: Vec<usize> =
        (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == from).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&to);
    }
    assert!(matches!(refused(&bytes), ReadError::TooLarge { .. } | ReadError::Damaged));
}

#[test]
fn too_many_entries_are_refused() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..1_000 {
        zip.start_file(format!("xl/{at}.xml"), SimpleFileOptions::default()).expect("a new entry");
    }
    let bytes = zip.finish().expect("memory").into_inner();
    assert_eq!(excess(&refused(&bytes)), Excess::ZipEntries);
}

#[test]
fn damaged_workbooks_are_refused() {
    let good = good();
    assert_eq!(refused(&good[..good.len() / 2]), ReadError::Damaged);
    assert_eq!(refused(b"PK"), ReadError::Damaged);
    assert_eq!(refused(&handmade("A1:A1", "<row r=\"1\"><c r=\"A1\"><v>")), ReadError::Damaged);
    let mut flipped = good.clone();
    // Inside the packed data of the first entries, where the checksum stands guard.
    for at in (60..good.len() / 2).step_by(97) {
        flipped[at] ^= 0x55;
    }
    assert_eq!(refused(&flipped), ReadError::Damaged);
}

#[test]
fn other_formats_are_named() {
    assert_eq!(refused(b""), ReadError::EmptyFile);
    assert_eq!(refused(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), ReadError::OldExcel);
    assert_eq!(refused(b"%PDF-1.7 and so on"), ReadError::Pdf);
    assert_eq!(refused(&[0x89, b'P', b'N', b'G', 0, 0, 0, 1]), ReadError::UnknownFormat);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("content.xml", SimpleFileOptions::default()).expect("a new entry");
    assert_eq!(refused(&zip.finish().expect("memory").into_inner()), ReadError::OpenDocument);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default()).expect("a new entry");
    assert_eq!(refused(&zip.finish().expect("memory").into_inner()), ReadError::WordDocument);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("Index/Document.iwa", SimpleFileOptions::default()).expect("a new entry");
    assert_eq!(refused(&zip.finish().expect("memory").into_inner()), ReadError::Numbers);
    for error in [ReadError::OldExcel, ReadError::OpenDocument, ReadError::UnknownFormat] {
        assert!(error.message_vi().contains("XLSX") && error.message_en().contains("XLSX"));
    }
}

#[test]
fn broken_csv() {
    let open = "Địa chỉ,Họ tên\n12,An\n13,\"Bình\n14,Cường\n";
    assert_eq!(refused(open.as_bytes()), ReadError::BrokenCsv { line: 3 });
    let long = "Địa chỉ,Họ tên\n".repeat(100);
    assert_eq!(refused(format!("{long}12,\0\n").as_bytes()), ReadError::BrokenCsv { line: 101 });
    assert_eq!(
        refused("1,".repeat(100_000).as_bytes()),
        ReadError::TooLarge { what: Excess::Columns, limit: 60 }
    );
    assert_eq!(excess(&refused(",".repeat(100_000).as_bytes())), Excess::Columns);
    assert_eq!(excess(&refused("1\n".repeat(60_000).as_bytes())), Excess::Rows);
    assert_eq!(excess(&refused(&vec![b'a'; (16 << 20) + 1])), Excess::FileBytes);
}

#[test]
fn quotes_and_encodings_that_are_fine() {
    let limits = Limits::default();
    let rows =
        |bytes: &[u8]| read_workbook(bytes, &limits).expect("a readable file").remove(0).rows;
    let plain = rows("Địa chỉ;Họ tên\n12;An\n".as_bytes());
    assert_eq!(plain.len(), 2);
    let marked = [&[0xef, 0xbb, 0xbf], "Địa chỉ;Họ tên\n12;An\n".as_bytes()].concat();
    assert!(rows(&marked) == plain);
    let utf16: Vec<u8> =
        "\u{feff}Địa chỉ;Họ tên\n12;An\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(rows(&utf16) == plain);
    assert!(rows("Địa chỉ\tHọ tên\n12\tAn\n".as_bytes()) == plain);
    assert!(rows("Địa chỉ,Họ tên\r\n\"12\",\"An\"\r\n".as_bytes()) == plain);
    // A quote inside a value, and a doubled one, do not leave anything open.
    assert_eq!(rows("Địa chỉ,Họ tên\n12,\"An \"\"Tý\"\"\"\n13,5\" nail\n".as_bytes()).len(), 3);
}

fn worker() -> Command {
    Command::new(env!("CARGO_BIN_EXE_register-worker"))
}

fn shell(script: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", script]);
    shell
}

#[test]
fn the_child_reports_what_it_refuses() {
    let far = handmade("A1:XFD1048576", "");
    assert_eq!(
        read_in_child(&mut worker(), &far, TIMEOUT).map_err(|error| excess(&error)),
        Err(Excess::Rows)
    );
    let huge = vec![b'a'; (16 << 20) + 100];
    assert_eq!(
        read_in_child(&mut worker(), &huge, TIMEOUT).map_err(|error| excess(&error)),
        Err(Excess::FileBytes)
    );
}

#[test]
fn a_child_that_runs_out_of_memory_is_a_heavy_file() {
    // The same worker under a cap of its parent, with a file that is within every other limit.
    let capped = || {
        let mut capped = shell("ulimit -v 40000; exec \"$0\"");
        capped.arg(env!("CARGO_BIN_EXE_register-worker"));
        capped
    };
    assert!(
        read_in_child(&mut capped(), &good(), TIMEOUT).is_ok(),
        "a small file fits under the cap"
    );
    let row = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20\n";
    let bytes = row.repeat(45_000);
    assert_eq!(read_in_child(&mut capped(), bytes.as_bytes(), TIMEOUT), Err(ReadError::TooHeavy));
}

#[test]
fn a_child_that_aborts_hangs_or_is_missing() {
    let aborted = read_in_child(&mut shell("kill -ABRT $$"), b"x", TIMEOUT);
    assert_eq!(aborted, Err(ReadError::TooHeavy));
    let hung =
        read_in_child(&mut shell("exec tail -f /dev/null"), b"x", Duration::from_millis(200));
    assert_eq!(hung, Err(ReadError::TooHeavy));
    assert_eq!(
        read_in_child(&mut Command::new("/nonexistent/worker"), b"x", TIMEOUT),
        Err(ReadError::Worker)
    );
    assert_eq!(
        read_in_child(&mut shell("echo hello; exit 0"), b"x", TIMEOUT),
        Err(ReadError::TooHeavy)
    );
    assert_eq!(read_in_child(&mut shell("exit 3"), b"x", TIMEOUT), Err(ReadError::Worker));
}
