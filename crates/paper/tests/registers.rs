//! The two shipped registers, and small ones made on the spot, read from bytes to households.

use std::process::Command;

use gocua_domain::address::{Doubt, Side};
use gocua_paper::register::{Field, Issue, Severity, WhyDropped};
use gocua_paper::worker::TIMEOUT;
use gocua_paper::{
    ColumnHints, Limits, Register, RegisterRow, interpret, read_in_child, read_workbook,
};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

const THAI_HOC: &[u8] =
    include_bytes!("../../../tests/fixtures/registers/to-truong-thai-hoc-2.xlsx");
const TRAI_SEN: &[u8] = include_bytes!("../../../tests/fixtures/registers/to-truong-trai-sen.csv");

fn read(bytes: &[u8]) -> Register {
    interpret(
        read_workbook(bytes, &Limits::default()).expect("a readable file"),
        &ColumnHints::default(),
    )
}

fn group<'a>(register: &'a Register, name: &str) -> Vec<&'a RegisterRow> {
    register.rows.iter().filter(|row| row.group_name.as_deref() == Some(name)).collect()
}

fn count(register: &Register, wanted: fn(&Issue) -> bool) -> usize {
    register.issues.iter().filter(|issue| wanted(&issue.issue)).count()
}

#[test]
fn the_workbook_of_thai_hoc() {
    let register = read(THAI_HOC);
    assert_eq!(register.rows.len(), 123);
    assert_eq!(register.households().count(), 120);
    assert_eq!(register.duplicates_in_file.len(), 3);
    assert_eq!(group(&register, "Thái Học 2").len(), 51);
    assert_eq!(group(&register, "Ninh Chấp 5").len(), 41);
    assert_eq!(group(&register, "Nguyễn Trãi 2").len(), 31);
    for pair in &register.duplicates_in_file {
        let (first, again) = (&register.rows[pair.first], &register.rows[pair.again]);
        assert_eq!(first.row_number + 1, again.row_number);
        assert_eq!(first.head_name, again.head_name);
    }
    // Every tenth household has no number; the duplicated ones are not among them.
    let no_number =
        count(&register, |issue| *issue == Issue::DoubtfulAddress { doubt: Doubt::NoNumber });
    assert_eq!(no_number, 12 + 1, "twelve by landmark, one turned into a date");
    assert_eq!(count(&register, |issue| issue.severity() == Severity::Error), 0);
    assert_eq!(count(&register, |issue| *issue == Issue::TotalLine), 3);
    assert_eq!(count(&register, |issue| *issue == Issue::SignatureBlock), 3);

    let first = &register.rows[0];
    assert_eq!(first.row_number, 6);
    assert_eq!(first.address.to_string(), "Số 1 Nguyễn Thị Duệ");
    assert_eq!(first.address.side(), Some(Side::Odd));
    let name = first.head_name.as_deref().expect("every household of the sample has a head");
    assert_ne!(name, name.to_uppercase(), "capitals were lowered");
    assert!(register.rows.iter().all(|row| !row.head_name.as_deref().unwrap_or("").contains("  ")));
    assert!(
        register
            .rows
            .iter()
            .all(|row| { row.member_count.is_some_and(|members| (1..=8).contains(&members)) })
    );
    assert!(register.rows.iter().all(|row| row.adult_count <= row.member_count));
    assert!(
        register.rows.iter().any(|row| row.address.to_string().contains("ngách 34/5 Nguyễn Trãi"))
    );
}

#[test]
fn a_house_that_became_a_date_is_reported_and_not_guessed() {
    let register = read(THAI_HOC);
    let dates: Vec<_> = register
        .issues
        .iter()
        .filter(|issue| matches!(&issue.issue, Issue::DateForAddress { likely, other } if likely == "12/3" && other == "3/12"))
        .collect();
    assert_eq!(dates.len(), 1);
    let row = register
        .rows
        .iter()
        .find(|row| Some(row.row_number) == dates[0].row)
        .expect("the row is kept");
    assert_eq!(row.address.house, None);
    assert_eq!(row.address.landmark.as_deref(), Some("ngày 12/03/2026"));
    assert_eq!(row.address.street.as_deref(), Some("Nguyễn Thị Duệ"));
    assert_eq!(dates[0].column.as_deref(), Some("ĐỊA CHỈ – Số nhà"));
}

#[test]
fn columns_left_behind_are_named() {
    let register = read(THAI_HOC);
    let on_first: Vec<(&str, WhyDropped)> = register
        .dropped
        .iter()
        .filter(|column| column.sheet.as_deref() == Some("Sheet1"))
        .map(|column| (column.header.as_str(), column.why))
        .collect();
    assert_eq!(
        on_first,
        [
            ("STT", WhyDropped::NotNeeded),
            ("NĂM SINH", WhyDropped::Birth),
            ("SỐ CCCD", WhyDropped::IdentityNumber),
            ("DÂN TỘC", WhyDropped::Ethnicity),
            ("SĐT", WhyDropped::Contact),
            ("HỘ NGHÈO, CẬN NGHÈO", WhyDropped::Poverty),
            ("GHI CHÚ", WhyDropped::NotNeeded),
        ]
    );
    assert_eq!(register.dropped.len(), 3 * on_first.len());
    let told = format!("{register:?}{}", serde_json::to_string(&register).expect("plain data"));
    for gone in ["XXXXXX", "Kinh", "đi làm xa", "NGƯỜI KÝ"] {
        assert!(!told.contains(gone), "{gone} survived");
    }
}

#[test]
fn the_csv_of_trai_sen() {
    let register = read(TRAI_SEN);
    assert_eq!(register.rows.len(), 60);
    assert_eq!(group(&register, "Trại Sen").len(), 60);
    assert!(register.duplicates_in_file.is_empty());
    assert_eq!(register.rows[0].head_name.as_deref(), Some("Nguyễn Thị Nga"));
    assert_eq!(register.rows[0].address.to_string(), "Số 1 Phan Bội Châu");
    assert_eq!(register.rows[0].code.as_deref(), Some("CVA-TS-0001"));
    assert_eq!(register.rows[0].row_number, 2);
    let landmarks: Vec<&str> =
        register.rows.iter().filter_map(|row| row.address.landmark.as_deref()).collect();
    assert_eq!(landmarks.len(), 5);
    assert!(landmarks.contains(&"sau nhà văn hóa Trại Sen"));
    let headers: Vec<(&str, WhyDropped)> =
        register.dropped.iter().map(|column| (column.header.as_str(), column.why)).collect();
    assert_eq!(
        headers,
        [
            ("STT", WhyDropped::NotNeeded),
            ("Tôn giáo", WhyDropped::Religion),
            ("Nghề nghiệp", WhyDropped::NotNeeded)
        ]
    );
    assert_eq!(count(&register, |issue| issue.severity() != Severity::Note), 0);
}

#[test]
fn the_child_reads_what_this_process_reads() {
    let here = read_workbook(THAI_HOC, &Limits::default()).expect("a readable file");
    let mut worker = Command::new(env!("CARGO_BIN_EXE_register-worker"));
    let there = read_in_child(&mut worker, THAI_HOC, TIMEOUT).expect("a readable file");
    assert!(here == there);
}

/// Bytes of a one-tab workbook.
fn book(
    fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet) -> Result<(), rust_xlsxwriter::XlsxError>,
) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(book.add_worksheet()).expect("a small sheet");
    book.save_to_buffer().expect("a small file")
}

fn csv(text: &str) -> Register {
    read(text.as_bytes())
}

#[test]
fn forbidden_values_do_not_survive_anywhere() {
    let canary = |at: usize| format!("Canary{at}");
    let card = "0".repeat(11) + "1";
    let headers = [
        "STT",
        "Họ tên",
        "Địa chỉ",
        "Số CCCD",
        "Ngày sinh",
        "Dân tộc",
        "Tôn giáo",
        "Đảng viên",
        "Bệnh tật",
        "Hộ nghèo",
        "Chính sách",
        "SĐT",
        "Ghi chú",
        "Nghề nghiệp",
        "Số tài khoản",
        "Cột lạ",
    ];
    let bytes = book(|sheet| {
        for (column, header) in (0..).zip(headers) {
            sheet.write(0, column, header)?;
        }
        for row in 1..=5_u32 {
            sheet.write(row, 1, "Nguyễn Văn An")?;
            sheet.write(row, 2, row)?;
            for column in 3..headers.len() {
                sheet.write(row, column as u16, canary(column))?;
            }
            sheet.write(row, 3, &card)?;
        }
        // And a kept column that carries an identity number: the row is refused, the value not told.
        sheet.write(6, 1, format!("Trần Thị Bình {card}"))?;
        sheet.write(6, 2, 6)?;
        Ok(())
    });
    let sheets = read_workbook(&bytes, &Limits::default()).expect("a readable file");
    assert!(!format!("{sheets:?}").contains("Canary"), "cells do not print themselves");
    let register = interpret(sheets, &ColumnHints::default());
    assert_eq!(register.rows.len(), 5);
    let forbidden = register.dropped.iter().filter(|column| column.why.is_forbidden()).count();
    assert_eq!(forbidden, 10);
    let refused: Vec<_> =
        register.issues.iter().filter(|issue| issue.issue == Issue::IdentityNumber).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].row, refused[0].column.as_deref()), (Some(7), Some("Họ tên")));
    let mut told = format!("{register:?}{}", serde_json::to_string(&register).expect("plain data"));
    for issue in &register.issues {
        told += &issue.issue.message_vi();
        told += &issue.issue.message_en();
    }
    assert!(!told.contains("Canary") && !told.contains(&card) && !told.contains("Trần Thị Bình"));
}

#[test]
fn a_hint_cannot_open_a_forbidden_column() {
    let hints = ColumnHints {
        columns: [(0, Field::Landmark), (2, Field::Landmark)].into(),
        ..ColumnHints::default()
    };
    let sheets = read_workbook(
        "Dân tộc,Địa chỉ,Cột lạ\nCanary,12,cạnh chùa\n".as_bytes(),
        &Limits::default(),
    );
    let register = interpret(sheets.expect("a readable file"), &hints);
    assert_eq!(register.rows[0].address.to_string(), "Số 12, cạnh chùa");
    assert!(!serde_json::to_string(&register).expect("plain data").contains("Canary"));
}

#[test]
fn telephones_in_kept_columns_refuse_the_row() {
    let phone = format!("09{}", "7".repeat(8));
    for hidden in
        [phone.clone(), phone[1..].to_owned(), format!("12 (ĐT {}.{})", &phone[..4], &phone[4..])]
    {
        let register = csv(&format!("Địa chỉ,Họ tên\n{hidden},Lê Thị Lan\n7,Đỗ Văn Sơn\n"));
        assert_eq!(register.rows.len(), 1, "{hidden}");
        assert_eq!(count(&register, |issue| *issue == Issue::IdentityNumber), 1);
        assert!(!serde_json::to_string(&register).expect("plain data").contains(&phone[1..5]));
    }
}

#[test]
fn the_group_comes_from_column_title_tab_or_hint() {
    let register = csv("Địa chỉ,Tổ dân phố\n1,TDP KỲ\n2,\n");
    assert_eq!(register.rows[0].group_name.as_deref(), Some("Kỳ"));
    assert_eq!(register.rows[1].group_name, None);
    assert_eq!(count(&register, |issue| *issue == Issue::GroupUnknown), 1);

    let text = "DANH SÁCH TỔ DÂN PHỐ KIỆT ĐÔNG,,\nSTT,Địa chỉ,Họ tên\n1,12,Lê Thị Lan\n";
    assert_eq!(csv(text).rows[0].group_name.as_deref(), Some("Kiệt Đông"));
    let hints = ColumnHints {
        group_name: Some("Tổ dân phố Tường".to_owned()),
        ..ColumnHints::default()
    };
    let sheets = read_workbook(text.as_bytes(), &Limits::default()).expect("a readable file");
    assert_eq!(interpret(sheets, &hints).rows[0].group_name.as_deref(), Some("Tường"));
}

#[test]
fn numbers_keep_their_meaning() {
    let bytes = book(|sheet| {
        for (column, header) in (0..).zip(["Mã hộ", "Địa chỉ", "Số nhân khẩu (TT/TTrú)"])
        {
            sheet.write(0, column, header)?;
        }
        sheet.write(1, 0, "007")?.write(1, 1, 12.0)?.write(1, 2, "4/1")?;
        sheet.write(2, 0, 8)?.write(2, 1, "Lô 05 LK2")?.write(2, 2, "không rõ")?;
        let date = Format::new().set_num_format("d-mmm");
        sheet.write(3, 0, 9)?.write_with_format(
            3,
            1,
            &ExcelDateTime::from_ymd(2026, 7, 5)?,
            &date,
        )?;
        Ok(())
    });
    let register = read(&bytes);
    let told: Vec<(Option<&str>, String, Option<u16>)> = register
        .rows
        .iter()
        .map(|row| (row.code.as_deref(), row.address.to_string(), row.member_count))
        .collect();
    assert_eq!(
        told,
        [
            (Some("007"), "Số 12".to_owned(), Some(5)),
            (Some("8"), "Lô 5 LK2".to_owned(), None),
            (Some("9"), "ngày 05/07/2026".to_owned(), None),
        ]
    );
    assert_eq!(count(&register, |issue| *issue == Issue::CountUnreadable), 1);
    assert_eq!(
        count(
            &register,
            |issue| matches!(issue, Issue::DateForAddress { likely, .. } if likely == "5/7")
        ),
        1
    );
}

#[test]
fn names_with_a_year_are_not_kept() {
    let register = csv("Họ tên,Địa chỉ\nNguyễn Văn An (1960),12\n");
    assert_eq!(register.rows[0].head_name, None);
    assert_eq!(count(&register, |issue| *issue == Issue::DigitsInName), 1);
    assert!(!serde_json::to_string(&register).expect("plain data").contains("1960"));
}

#[test]
fn families_under_one_roof_are_no_duplicates() {
    let register = csv(
        "Họ tên,Địa chỉ\nNGUYỄN VĂN AN,12/34\nTrần Thị Bình,12/34\nNguyễn Văn An,Số 12/34\nLê Lan,\nLê Lan,\n",
    );
    assert_eq!(register.rows.len(), 5);
    let pairs: Vec<(usize, usize)> =
        register.duplicates_in_file.iter().map(|pair| (pair.first, pair.again)).collect();
    assert_eq!(pairs, [(0, 2)]);
    assert_eq!(count(&register, |issue| *issue == Issue::NoAddress), 2);
}

#[test]
fn what_is_no_register_says_so() {
    let empty = read(&book(|_| Ok(())));
    assert_eq!(empty.issues.len(), 1);
    assert_eq!(empty.issues[0].issue, Issue::EmptySheet);
    assert_eq!(csv("a,b\nc,d\n").issues[0].issue, Issue::HeaderNotFound);
    assert_eq!(csv("STT,Họ tên,Địa chỉ\n").issues[0].issue, Issue::NoRows);
    assert_eq!(csv("STT,Họ tên,Địa chỉ,Số khẩu\n1,,,4\n").issues[0].issue, Issue::NothingToFind);
    assert_eq!(interpret(Vec::new(), &ColumnHints::default()).issues[0].issue, Issue::NoSheets);
}

#[test]
fn text_longer_than_any_address_is_refused_in_no_time() {
    let register =
        csv(&format!("Họ tên,Địa chỉ\nLê Lan,{}\nLê Lan,12\n", "ngõ (12 ".repeat(200_000)));
    assert_eq!(register.rows.len(), 1);
    assert_eq!(count(&register, |issue| *issue == Issue::TextTooLong), 1);
}

#[test]
fn a_household_is_never_taken_for_a_second_header_row() {
    let register = csv("STT,Họ tên,Địa chỉ,Ghi chú\n1,Nam,Ngõ,Tổng\n2,Lê Lan,12,\n");
    assert_eq!(register.rows.len(), 2);
    assert!(register.dropped.iter().all(|column| !column.header.contains("Tổng")));
}

#[test]
fn vni_and_decomposed_text_come_out_as_unicode() {
    let register =
        csv("Họ tên,Địa chỉ\nNguyeãn Vaên An,12 ñöôøng Nguyeãn Traõi\nTraàn Thò Bình,7 ngoõ 3\n");
    assert_eq!(register.rows[0].head_name.as_deref(), Some("Nguyễn Văn An"));
    assert_eq!(register.rows[0].address.to_string(), "Số 12 Nguyễn Trãi");
    assert_eq!(register.rows[1].address.to_string(), "Số 7 ngõ 3");
    let register = csv("Họ tên,Địa chỉ\nNguye\u{302}\u{303}n Va\u{306}n An,12\n");
    assert_eq!(register.rows[0].head_name.as_deref(), Some("Nguyễn Văn An"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the one test that measures real time")]
fn five_thousand_dirty_rows() {
    let mut text = String::from("STT;HỌ VÀ TÊN;Địa chỉ;SĐT;Số nhân khẩu;Ghi chú\n");
    for at in 1..=5_000 {
        let name = ["NGUYỄN  VĂN AN", "TrÇn ThÞ B×nh", "Nguyeãn Vaên An", "lê thị lan"][at % 4];
        let address =
            ["Số 7 ngõ 34 Nguyễn Trãi", "sau nhà văn hóa", "12A/34/5", "Kiốt 7 chợ Sao Đỏ"][at % 4];
        text += &format!(
            "{at};{name};{address} {};{at};{};đi làm xa\n",
            ["", "TDP Kỳ"][at % 2],
            at % 9
        );
    }
    let sheets = read_workbook(text.as_bytes(), &Limits::default()).expect("a readable file");
    let started = std::time::Instant::now();
    let register = interpret(sheets, &ColumnHints::default());
    let took = started.elapsed();
    println!("5,000 rows: {took:?}");
    assert_eq!(register.rows.len(), 5_000);
    // A third of a second where two cores had seven jobs; the bound leaves room for worse.
    let bound = if cfg!(debug_assertions) { 20 } else { 3 };
    assert!(took.as_secs() < bound, "took {took:?}");
}
