//! Writes the sample registers of `tests/fixtures/registers` and the one the desk hands out, the same
//! bytes every time; or, told how many rows and where, one large dirty register.
//!
//! `cargo run -p gocua-paper --example make_registers`
//! `cargo run -p gocua-paper --example make_registers -- 5000 /tmp/dirty.xlsx`
//!
//! All people are invented. What must not exist is impossible on purpose: the identity column holds
//! crosses, telephones are small numbers that no network hands out.

use std::error::Error;
use std::path::Path;

use gocua_paper::legacy::Legacy;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};

const FAMILY: [&str; 12] =
    ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Mạc"];
const MIDDLE: [&str; 8] = ["Văn", "Thị", "Đức", "Hữu", "Minh", "Xuân", "Ngọc", "Quang"];
const GIVEN: [&str; 20] = [
    "An",
    "Bình",
    "Cường",
    "Dũng",
    "Hà",
    "Hòa",
    "Huệ",
    "Khánh",
    "Lan",
    "Lý",
    "Mỹ",
    "Nga",
    "Oanh",
    "Phượng",
    "Quý",
    "Sơn",
    "Tâm",
    "Thủy",
    "Tuấn",
    "Yến",
];

/// A small fixed sequence: the files must not change when a random-number crate does.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // Constants of the 64-bit generator in Knuth's MMIX.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u64) as usize]
    }

    fn name(&mut self) -> String {
        format!("{} {} {}", self.pick(&FAMILY), self.pick(&MIDDLE), self.pick(&GIVEN))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    if let [rows, path] = asked.as_slice() {
        return Ok(dirty(rows.parse()?)?.save(path)?);
    }
    let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pwa/public");
    sample()?.save(app.join("mau-danh-sach-ho.xlsx"))?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/registers");
    std::fs::create_dir_all(&folder)?;
    workbook()?.save(folder.join("to-truong-thai-hoc-2.xlsx"))?;
    std::fs::write(folder.join("to-truong-trai-sen.csv"), csv())?;
    Ok(())
}

/// What the desk hands out: how a list may look, with three invented households.
fn sample() -> Result<Workbook, Box<dyn Error>> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2026, 6, 15)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet().set_name("Tổ mẫu")?;
    let head = Format::new().set_bold().set_align(FormatAlign::Center).set_text_wrap();
    // As text, so that no spreadsheet turns 12/3 into a day in March.
    let text = Format::new().set_num_format("@");
    sheet.merge_range(0, 0, 0, 6, "DANH SÁCH HỘ GIA ĐÌNH", &head)?;
    let columns: [(&str, f64); 7] = [
        ("STT", 6.0),
        ("Họ và tên chủ hộ", 26.0),
        ("Địa chỉ (số nhà, ngõ, đường)", 36.0),
        ("Tổ dân phố", 18.0),
        ("Số nhân khẩu", 12.0),
        ("Số người từ 14 tuổi", 14.0),
        ("Mốc dễ tìm", 26.0),
    ];
    for (at, (name, width)) in (0_u16..).zip(columns) {
        sheet.write_with_format(2, at, name, &head)?;
        sheet.set_column_width(at, width)?;
    }
    let rows = [
        ("Nguyễn Văn Mẫu", "12/3 Nguyễn Trãi", 4, 3, ""),
        ("Trần Thị Thí Dụ", "Số 5 ngõ 34 Nguyễn Trãi", 3, 3, ""),
        ("Lê Văn Ví Dụ", "", 5, 4, "cạnh nhà văn hóa"),
    ];
    for (n, (name, address, members, adults, landmark)) in (1_u32..).zip(rows) {
        sheet.write(n + 2, 0, n)?;
        sheet.write(n + 2, 1, name)?;
        sheet.write_with_format(n + 2, 2, address, &text)?;
        sheet.write(n + 2, 3, "Nguyễn Trãi 2")?;
        sheet.write(n + 2, 4, members)?;
        sheet.write(n + 2, 5, adults)?;
        sheet.write(n + 2, 6, landmark)?;
    }
    Ok(book)
}

/// As many rows as a large ward's list may have, in one tab: every tenth is dirty in one way or another.
fn dirty(rows: u32) -> Result<Workbook, Box<dyn Error>> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Cả phường")?;
    let mut dice = Dice(5);
    let columns = [
        "STT",
        "HỌ VÀ TÊN CHỦ HỘ",
        "NĂM SINH",
        "SỐ CCCD",
        "ĐỊA CHỈ",
        "TỔ DÂN PHỐ",
        "SỐ NHÂN KHẨU",
        "SĐT",
    ];
    for (at, name) in (0_u16..).zip(columns) {
        sheet.write(2, at, name)?;
    }
    for at in 0..rows {
        let row = at + 3;
        let group = format!("Tổ {}", 1 + at / 250);
        let (house, lane) = (1 + at % 250, 2 + at % 23);
        let address = match at % 40 {
            3 => ["sau nhà văn hóa", "cạnh giếng làng", "gần đình", "cuối ngõ"]
                [(at / 40 % 4) as usize]
                .to_owned(),
            9 => format!("{house} bis ngõ 4O Nguyễn Trãi"),
            17 => format!("{house}/03/2026"),
            26 => format!("số {house}, {} ngõ {lane}, gần chợ", house + 2),
            _ => format!("{house}A ngõ {lane} đường Số {}", 1 + at / 250),
        };
        sheet.write(row, 0, at + 1)?;
        sheet.write(row, 1, dice.name().to_uppercase())?;
        sheet.write(row, 2, 1940 + dice.roll(60) as u32)?;
        sheet.write(row, 3, "XXXXXXXXXXXX")?;
        sheet.write(row, 4, address)?;
        sheet.write(row, 5, group)?;
        match at % 50 {
            11 => sheet.write(row, 6, "bốn")?,
            _ => sheet.write(row, 6, 1 + dice.roll(6) as u32)?,
        };
        sheet.write(row, 7, at + 1)?;
    }
    Ok(book)
}

/// One tab of the workbook.
struct Tab {
    name: &'static str,
    title: &'static str,
    subtitle: &'static str,
    households: u32,
    ways: [&'static str; 3],
    landmarks: [&'static str; 4],
}

const TABS: [Tab; 3] = [
    Tab {
        name: "Sheet1",
        title: "DANH SÁCH HỘ GIA ĐÌNH TỔ DÂN PHỐ THÁI HỌC 2 NĂM 2026",
        subtitle: "PHƯỜNG CHU VĂN AN",
        households: 50,
        ways: ["Nguyễn Thị Duệ", "ngõ 34 Nguyễn Trãi", "NGÁCH 34/5 NGUYỄN TRÃI"],
        landmarks: [
            "sau nhà văn hóa Thái Học 2",
            "cạnh trạm điện",
            "đối diện trường mầm non",
            "cuối ngõ 34",
        ],
    },
    Tab {
        name: "Ninh Chấp 5",
        title: "DANH SÁCH HỘ GIA ĐÌNH",
        subtitle: "(kèm theo báo cáo tháng 6 năm 2026)",
        households: 40,
        ways: ["đường Phạm Văn Đồng", "ngõ 12", "Nam Cao"],
        landmarks: ["sau đình Ninh Chấp", "gần cây đa", "cạnh nhà văn hóa", "đầu ngõ 12"],
    },
    Tab {
        name: "Sheet3",
        title: "DANH SÁCH HỘ",
        subtitle: "KDC: Nguyễn Trãi 2 - phường Chu Văn An",
        households: 30,
        ways: ["Nguyễn Trãi", "hẻm 168/2/1", "ngõ Giếng Mát"],
        landmarks: ["sau chợ Sao Đỏ", "cạnh cây xăng", "trước cổng chùa", "gần bến xe"],
    },
];

fn workbook() -> Result<Workbook, Box<dyn Error>> {
    let mut book = Workbook::new();
    // Otherwise the clock would be in the file.
    let made = ExcelDateTime::from_ymd(2026, 6, 15)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let mut dice = Dice(2026);
    for tab in &TABS {
        let sheet = book.add_worksheet().set_name(tab.name)?;
        fill_tab(sheet, tab, &mut dice)?;
    }
    Ok(book)
}

fn fill_tab(sheet: &mut Worksheet, tab: &Tab, dice: &mut Dice) -> Result<(), Box<dyn Error>> {
    let head = Format::new().set_bold().set_align(FormatAlign::Center).set_text_wrap();
    sheet.merge_range(0, 0, 0, 12, tab.title, &head)?;
    sheet.merge_range(1, 0, 1, 12, tab.subtitle, &head)?;
    let (top, sub) = (3, 4);
    for (column, text) in [
        (0, "STT"),
        (1, "HỌ VÀ TÊN CHỦ HỘ"),
        (2, "NĂM SINH"),
        (3, "SỐ CCCD"),
        (8, "SỐ NGƯỜI TỪ ĐỦ 14 TUỔI"),
        (9, "DÂN TỘC"),
        (10, "SĐT"),
        (11, "HỘ NGHÈO, CẬN NGHÈO"),
        (12, "GHI CHÚ"),
    ] {
        sheet.merge_range(top, column, sub, column, text, &head)?;
    }
    sheet.merge_range(top, 4, top, 5, "ĐỊA CHỈ", &head)?;
    sheet.write_with_format(sub, 4, "Số nhà", &head)?;
    sheet.write_with_format(sub, 5, "Đường/ngõ", &head)?;
    sheet.merge_range(top, 6, top, 7, "SỐ NHÂN KHẨU", &head)?;
    sheet.write_with_format(sub, 6, "TT", &head)?;
    sheet.write_with_format(sub, 7, "TTrú", &head)?;

    let mut row = sub + 1;
    for at in 0..tab.households {
        let name = dice.name().to_uppercase();
        // Two spaces where the pen slipped.
        let name = if at % 9 == 4 { name.replacen(' ', "  ", 1) } else { name };
        let permanent = 1 + dice.roll(6) as u32;
        let temporary = if dice.roll(5) == 0 { 1 + dice.roll(2) as u32 } else { 0 };
        write_household(sheet, tab, row, at, &name, permanent, temporary, dice)?;
        row += 1;
        // One household of each tab was typed twice.
        if at == tab.households / 2 {
            write_household(sheet, tab, row, at, &name, permanent, temporary, dice)?;
            row += 1;
        }
    }
    sheet.merge_range(row, 0, row, 5, "Tổng cộng", &head)?;
    sheet.write(row, 6, tab.households)?;
    sheet.write(row + 2, 9, "Ngày 15 tháng 6 năm 2026")?;
    sheet.write(row + 3, 9, "TỔ TRƯỞNG")?;
    sheet.write(row + 5, 1, "NGƯỜI KÝ TÊN MẪU")?;
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "a line of a register has this many columns")]
fn write_household(
    sheet: &mut Worksheet,
    tab: &Tab,
    row: u32,
    at: u32,
    name: &str,
    permanent: u32,
    temporary: u32,
    dice: &mut Dice,
) -> Result<(), Box<dyn Error>> {
    sheet.write(row, 0, at + 1)?;
    sheet.write(row, 1, name)?;
    sheet.write(row, 2, 1940 + dice.roll(60) as u32)?;
    sheet.write(row, 3, "XXXXXXXXXXXX")?;
    let way = tab.ways[(at / 17) as usize % tab.ways.len()];
    let number = 1 + at * 2 + at % 2;
    match at {
        // No number at all; the way column tells where to look.
        _ if at % 10 == 7 => {
            sheet.write(row, 5, tab.landmarks[(at / 10) as usize % tab.landmarks.len()])?;
        }
        // The spreadsheet knew better: house 12/3 became the 12th of March.
        5 if tab.name == "Sheet1" => {
            let date = Format::new().set_num_format("dd/mm/yyyy");
            sheet.write_datetime_with_format(
                row,
                4,
                ExcelDateTime::from_ymd(2026, 3, 12)?,
                &date,
            )?;
            sheet.write(row, 5, way)?;
        }
        _ if at % 7 == 3 => {
            sheet.write(row, 4, format!("{number}A"))?;
            sheet.write(row, 5, way)?;
        }
        _ if at % 11 == 6 => {
            sheet.write(row, 4, format!("{number:02}/{}", 1 + at % 5))?;
            sheet.write(row, 5, way)?;
        }
        _ => {
            // A number in the cell, not text.
            sheet.write(row, 4, number)?;
            sheet.write(row, 5, way)?;
        }
    }
    sheet.write(row, 6, permanent)?;
    if temporary > 0 {
        sheet.write(row, 7, temporary)?;
    }
    sheet.write(row, 8, (permanent + temporary).saturating_sub(dice.roll(2) as u32).max(1))?;
    sheet.write(row, 9, "Kinh")?;
    // A telephone that became a number and lost its zeros.
    sheet.write(row, 10, at + 1)?;
    if at % 13 == 2 {
        sheet.write(row, 11, "x")?;
    }
    if at % 8 == 1 {
        sheet.write(row, 12, "đi làm xa")?;
    }
    Ok(())
}

/// `;` between the values, TCVN3 letters as the bytes that Windows-1252 programs store.
fn csv() -> Vec<u8> {
    let mut dice = Dice(60);
    let mut text = String::from(
        "STT;Mã hộ;Họ và tên chủ hộ;Địa chỉ;Tổ dân phố;Số nhân khẩu;Số người từ 14 tuổi;Tôn giáo;Nghề nghiệp\r\n",
    );
    for at in 0..60 {
        let members = 1 + dice.roll(6);
        let name = dice.name();
        let number = 1 + at * 2 + at % 2;
        let address = match at {
            _ if at % 12 == 8 => {
                ["sau nhà văn hóa Trại Sen", "cạnh giếng làng", "gần đình Trại Sen"][at / 12 % 3]
                    .to_owned()
            }
            _ if at < 25 => format!("Số {number} đường Phan Bội Châu"),
            _ if at < 45 => format!("Số {} ngõ 15 đường Phan Bội Châu", number - 49),
            _ => format!("{}A ngách 15/4", number - 89),
        };
        let adults = members.saturating_sub(dice.roll(2)).max(1);
        let work = dice.pick(&["làm ruộng", "công nhân", "buôn bán", "hưu trí"]);
        text += &format!(
            "{};CVA-TS-{:04};{name};{address};Trại Sen;{members};{adults};không;{work}\r\n",
            at + 1,
            at + 1
        );
    }
    to_tcvn3(&text)
}

/// The bytes of TCVN3, found by asking the reader what each byte means.
fn to_tcvn3(text: &str) -> Vec<u8> {
    let table: Vec<(char, u8)> = (0xa1..=0xff_u8)
        .filter_map(|byte| {
            Some((Legacy::Tcvn3.to_unicode(&char::from(byte).to_string()).chars().next()?, byte))
        })
        .collect();
    let byte = |c: char| match u8::try_from(c) {
        Ok(ascii) if ascii.is_ascii() => Some(ascii),
        _ => table.iter().find_map(|(letter, byte)| (*letter == c).then_some(*byte)),
    };
    text.chars().filter_map(byte).collect()
}
