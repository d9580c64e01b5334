//! Files that leave the desk, read back by other programs' rules.

use std::io::{Cursor, Read};

use aes::Aes256;
use aes::cipher::block_padding::NoPadding;
use aes::cipher::{BlockDecryptMut, KeyIvInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use calamine::{Data, Reader, Xlsx};
use gocua_domain::time::{Day, Millis};
use gocua_paper::table::{Column, Table, Value, lock, write_csv, write_workbook};
use sha2::{Digest, Sha512};

fn table() -> Table {
    let column = |header: &str| Column { header: header.to_owned(), width: 12 };
    Table {
        tab: "Theo tổ".to_owned(),
        title: "Độ phủ theo tổ dân phố".to_owned(),
        notes: vec!["Số liệu tính đến 23/11/2026".to_owned()],
        columns: ["Tổ", "Số hộ", "Tỷ lệ", "Ngày", "Lúc"].map(column).to_vec(),
        rows: vec![
            vec![
                Value::Text("=HYPERLINK(\"x\")".to_owned()),
                Value::Count(351),
                Value::Share(0.5),
                Value::Day(Day(20_261_123)),
                // 19:05 in Viet Nam.
                Value::At(Millis(1_795_435_500_000)),
            ],
            vec![
                Value::Text("Tổ \"2\", mới".to_owned()),
                Value::None,
                Value::None,
                Value::None,
                Value::None,
            ],
        ],
        total: Some(vec![
            Value::Text("Cộng".to_owned()),
            Value::Count(351),
            Value::None,
            Value::None,
            Value::None,
        ]),
    }
}

fn cells(workbook: &[u8], tab: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook.to_vec())).expect("a workbook");
    let mut reader = book.worksheet_cells_reader(tab).expect("the sheet");
    let mut rows: Vec<Vec<Data>> = Vec::new();
    while let Some(cell) = reader.next_cell().expect("a cell") {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        rows.resize(rows.len().max(row + 1), Vec::new());
        let width = rows[row].len().max(column + 1);
        rows[row].resize(width, Data::Empty);
        rows[row][column] = cell.get_value().clone().into();
    }
    rows
}

#[test]
fn a_workbook_holds_numbers_as_numbers_and_text_as_text() {
    let book = write_workbook(&[table()]).expect("a workbook");
    let rows = cells(&book, "Theo tổ");
    assert_eq!(rows[0][0], Data::String("Độ phủ theo tổ dân phố".to_owned()));
    assert_eq!(rows[3][1], Data::String("Số hộ".to_owned()));
    assert_eq!(rows[4][0], Data::String("=HYPERLINK(\"x\")".to_owned()), "text, not a formula");
    assert_eq!(rows[4][1], Data::Float(351.0));
    assert_eq!(rows[4][2], Data::Float(0.5));
    let Data::DateTime(day) = rows[4][3] else { panic!("a day is a day: {:?}", rows[4][3]) };
    assert_eq!(day.as_f64(), 46_349.0, "23/11/2026 as spreadsheets count days");
    assert_eq!(rows[4][4], Data::String("23/11/2026 19:05".to_owned()));
    assert_eq!(rows[6][0], Data::String("Cộng".to_owned()));
}

#[test]
fn text_that_looks_like_a_formula_is_none_in_csv() {
    let text = String::from_utf8(write_csv(&table()).expect("text")).expect("UTF-8");
    assert!(text.starts_with('\u{feff}'));
    let mut lines = csv::ReaderBuilder::new();
    let rows: Vec<Vec<String>> = lines
        .has_headers(false)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes())
        .records()
        .map(|r| r.expect("a record").iter().map(str::to_owned).collect())
        .collect();
    assert_eq!(rows[0], ["Tổ", "Số hộ", "Tỷ lệ", "Ngày", "Lúc"]);
    assert_eq!(rows[1], ["'=HYPERLINK(\"x\")", "351", "0.5000", "2026-11-23", "23/11/2026 19:05"]);
    assert_eq!(rows[2], ["Tổ \"2\", mới", "", "", "", ""]);
    assert_eq!(rows.len(), 3, "sums are for people; programs add up themselves");
}

/// MS-OFFCRYPTO 2.3.4.11, written from the specification: what a spreadsheet program does with the
/// password.
fn unlock(locked: &[u8], password: &str) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(locked.to_vec())).expect("a compound file");
    let mut stream = |name: &str| {
        let mut bytes = Vec::new();
        file.open_stream(name).expect(name).read_to_end(&mut bytes).expect("read");
        bytes
    };
    let info = String::from_utf8(stream("/EncryptionInfo")[8..].to_vec()).expect("XML");
    let package = stream("/EncryptedPackage");
    let (data, key) = info.split_once("<keyEncryptors>").expect("two parts");
    let field = |part: &str, name: &str| {
        let from = part.find(&format!(" {name}=\"")).expect(name) + name.len() + 3;
        part[from..].split('"').next().expect("a value").to_owned()
    };
    let bytes = |part: &str, name: &str| STANDARD.decode(field(part, name)).expect("base64");
    let hash = |parts: &[&[u8]]| {
        let mut hash = Sha512::new();
        parts.iter().for_each(|p| hash.update(p));
        hash.finalize().to_vec()
    };
    let decrypt = |key: &[u8], iv: &[u8], from: &[u8]| {
        let cipher =
            cbc::Decryptor::<Aes256>::new_from_slices(&key[..32], &iv[..16]).expect("keys");
        cipher.decrypt_padded_vec_mut::<NoPadding>(from).expect("whole blocks")
    };
    let salt = bytes(key, "saltValue");
    let letters: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut turn = hash(&[&salt, &letters]);
    for n in 0..field(key, "spinCount").parse::<u32>().expect("a number") {
        turn = hash(&[&n.to_le_bytes(), &turn]);
    }
    let under =
        |block: [u8; 8], from: &str| decrypt(&hash(&[&turn, &block]), &salt, &bytes(key, from));
    let input =
        under([0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79], "encryptedVerifierHashInput");
    let proof =
        under([0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e], "encryptedVerifierHashValue");
    if hash(&[&input[..16]]) != proof[..64] {
        return None;
    }
    let secret = under([0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6], "encryptedKeyValue");
    let salt = bytes(data, "saltValue");
    let length = u64::from_le_bytes(package[..8].try_into().expect("eight")) as usize;
    let mut plain: Vec<u8> = package[8..]
        .chunks(4096)
        .zip(0u32..)
        .flat_map(|(chunk, n)| decrypt(&secret, &hash(&[&salt, &n.to_le_bytes()]), chunk))
        .collect();
    plain.truncate(length);
    Some(plain)
}

#[test]
fn a_locked_workbook_opens_with_its_password_and_no_other() {
    let book = write_workbook(&[table()]).expect("a workbook");
    let locked = lock(&book, "bốn-từ-ghép-lại").expect("locked");
    // Four bytes: two stand in ten thousand random ones every seventh time.
    assert!(!locked.windows(4).any(|w| w == b"PK\x03\x04"), "no zip in it any more");
    assert!(unlock(&locked, "bốn-từ-ghép-lại") == Some(book), "what went in comes out");
    assert!(unlock(&locked, "bốn-từ-ghép-lạ").is_none());
}
