//! The police's report as a file: what stands on the paper, in the words of the office.

use std::collections::BTreeSet;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, web};

use gocua_domain::help::{Channel, HelpResult, HelpWhy};
use gocua_domain::id::GroupId;
use gocua_domain::identity::{Counts, share};
use gocua_domain::indicator::IDENTITY;
use gocua_domain::referral::ReferralKind;
use gocua_domain::report::{OpenWhy, ReferralFigures, Report, T2Work};
use gocua_domain::time::Day;
use gocua_paper::report::{Document, Office, Part, grouped, write_document, write_tables};
use gocua_paper::table::{Column, Table, Value, written_day};
use gocua_store::ReportRows;

use super::problem::Problem;

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// A workbook, with the definitions on its last sheet.
    Workbook,
    /// A Word file.
    Word,
}

/// The report as a download. Files are put together beside the threads that answer.
pub async fn answer(
    rows: ReportRows,
    report: Report,
    today: Day,
    file: File,
) -> Result<HttpResponse, Problem> {
    let (ending, kind) = match file {
        File::Workbook => {
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        File::Word => {
            ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
        }
    };
    let name = format!("gocua-dinh-danh-so-{}.{ending}", report.period.to.0);
    let body = web::block(move || {
        let paper = Paper { rows: &rows, report: &report }.document(today);
        match file {
            File::Workbook => write_tables(&paper, &[definitions()]),
            File::Word => write_document(&paper),
        }
    })
    .await
    .map_err(Problem::internal)?
    .map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .content_type(kind)
        .body(body))
}

fn text(words: impl Into<String>) -> Value {
    Value::Text(words.into())
}

/// A share of nothing is written as a dash.
fn rate(share: Option<f64>) -> Value {
    share.map_or_else(|| text("—"), Value::Share)
}

fn columns(named: &[(&str, u16)]) -> Vec<Column> {
    let column =
        |(header, width): &(&str, u16)| Column { header: (*header).to_owned(), width: *width };
    named.iter().map(column).collect()
}

fn definitions() -> Table {
    Table {
        tab: "Định nghĩa".to_owned(),
        title: "Mỗi con số được đếm thế nào".to_owned(),
        notes: Vec::new(),
        columns: columns(&[("Mã", 16), ("Tên", 34), ("Đếm thế nào", 70), ("Mẫu số", 16)]),
        rows: IDENTITY
            .iter()
            .map(|i| vec![text(i.code), text(i.name), text(i.formula), Value::text(i.whole)])
            .collect(),
        total: None,
    }
}

/// A city is written with its kind, whatever the ward's row calls it.
fn city_of(name: &str) -> String {
    let upper = name.to_uppercase();
    let has_kind = ["THÀNH PHỐ ", "TỈNH "].iter().any(|kind| upper.starts_with(kind));
    if has_kind { upper } else { format!("THÀNH PHỐ {upper}") }
}

/// The name of a ward without the word for it.
fn place_of(ward: &str) -> &str {
    ["Phường ", "Xã ", "Đặc khu "].iter().find_map(|kind| ward.strip_prefix(kind)).unwrap_or(ward)
}

fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Office => "Trụ sở",
        Channel::Home => "Tại nhà",
        Channel::MobilePoint => "Điểm lưu động",
        Channel::Phone => "Điện thoại",
    }
}

fn kind(kind: ReferralKind) -> &'static str {
    match kind {
        ReferralKind::PoliceL2 => "Hẹn làm mức 2",
        ReferralKind::PoliceMobile => "Thu nhận lưu động tại nhà",
        ReferralKind::PoliceRecovery => "Lấy lại mật khẩu, đổi máy",
        ReferralKind::PoliceData => "Sai thông tin",
        ReferralKind::PoliceScam => "Nghi lừa đảo",
        ReferralKind::TelcoSim => "SIM chính chủ",
        ReferralKind::BankQr => "Mã QR ngân hàng",
        ReferralKind::OneStop => "Một cửa",
        ReferralKind::Class => "Lớp học",
        ReferralKind::FamilyHelper => "Người nhà giúp",
        ReferralKind::Other => "Việc khác",
    }
}

fn failure(why: HelpWhy) -> &'static str {
    match why {
        HelpWhy::PapersMissing => "thiếu giấy tờ",
        HelpWhy::Absent => "không có ở nhà, không đến",
        HelpWhy::Equipment => "máy hoặc mạng lỗi",
        HelpWhy::SimOtherName => "SIM không chính chủ",
        HelpWhy::DataMismatch => "thông tin sai lệch",
        HelpWhy::NotReadable => "không lấy được ảnh hoặc vân tay",
        HelpWhy::NotWanted => "người dân chưa muốn làm",
        HelpWhy::OfficeOnly => "phải làm ở trụ sở",
        HelpWhy::Other => "lý do khác",
    }
}

fn reason(why: OpenWhy, tried: Option<HelpWhy>) -> &'static str {
    match (why, tried) {
        (OpenWhy::Tried, why) => failure(why.unwrap_or(HelpWhy::Other)),
        (OpenWhy::NotTaken, _) => "chưa tiếp nhận",
        (OpenWhy::NoDay, _) => "đã tiếp nhận, chưa hẹn ngày",
        (OpenWhy::DaySet, _) => "đã hẹn ngày",
    }
}

fn reasons(work: &T2Work) -> Value {
    let told = work.reasons.iter().map(|r| format!("{} {}", r.n, reason(r.why, r.tried)));
    Value::text(Some(told.collect::<Vec<_>>().join("; ")).filter(|words| !words.is_empty()))
}

struct Paper<'a> {
    rows: &'a ReportRows,
    report: &'a Report,
}

impl Paper<'_> {
    fn document(&self, today: Day) -> Document {
        let (ward, city) = &self.rows.office;
        let upper = ward.to_uppercase();
        let office = Office {
            above: format!("CÔNG AN {}", city_of(city)),
            name: format!("CÔNG AN {upper}"),
            sign: "BC-CAP".to_owned(),
            dated: format!("{}, ngày      tháng      năm {}", place_of(ward), today.0 / 10_000),
            signer: format!("TRƯỞNG CÔNG AN {}", self.unit()),
            receivers: vec![
                format!(
                    "Công an {}",
                    city_of(city).to_lowercase().replace(&city.to_lowercase(), city)
                ),
                format!("Ủy ban nhân dân {}", ward.replacen("Phường", "phường", 1)),
            ],
        };
        let parts = vec![
            Part { table: self.t2(), landscape: true },
            Part { table: self.help(), landscape: false },
            Part { table: self.referrals(), landscape: false },
            Part { table: self.backlog(), landscape: false },
        ];
        Document {
            office,
            kind: "BÁO CÁO".to_owned(),
            about: format!(
                "Kết quả hỗ trợ định danh điện tử từ ngày {} đến ngày {}",
                written_day(self.report.period.from),
                written_day(self.report.period.to),
            ),
            paragraphs: self.text(),
            parts: parts.into_iter().filter(|part| !part.table.rows.is_empty()).collect(),
        }
    }

    fn unit(&self) -> &'static str {
        if self.rows.office.0.starts_with("Xã ") { "XÃ" } else { "PHƯỜNG" }
    }

    fn cut_off(&self) -> String {
        format!("Số liệu tính đến ngày {}", written_day(self.report.period.to))
    }

    fn text(&self) -> Vec<String> {
        let Report { work, sum, sessions, all_referrals, .. } = self.report;
        let percent = |share: Option<f64>| {
            share.map_or_else(|| "—".to_owned(), |s| format!("{:.1}%", s * 100.0).replace('.', ","))
        };
        let mut text = vec![
            format!("{}.", self.cut_off()),
            format!(
                "Trong kỳ, Công an đã hỗ trợ kích hoạt {} lượt, lấy lại mật khẩu hoặc đổi thiết bị {} lượt; \
                 tổ chức {} buổi thu nhận lưu động, thu nhận tại nhà {} người.",
                grouped(work.activation),
                grouped(work.recovery),
                grouped(*sessions),
                grouped(work.mobile),
            ),
            format!(
                "Tiếp nhận {} việc chuyển đến; đã làm xong {}, trong đó đúng hạn {} trên {} việc có hạn ({}); \
                 còn tồn {}, trong đó quá hạn {}.",
                grouped(all_referrals.opened),
                grouped(all_referrals.done),
                grouped(all_referrals.in_time),
                grouped(all_referrals.promised),
                percent(all_referrals.in_time_share()),
                grouped(all_referrals.open),
                grouped(all_referrals.overdue),
            ),
        ];
        if sum.groups > 0 {
            let Counts { from_14, l2_issued, activated } = sum.counts;
            text.push(format!(
                "Theo số liệu Công an của {} tổ dân phố: {} công dân từ đủ 14 tuổi, đã cấp {} tài khoản \
                 mức 2, đã kích hoạt {} tài khoản, bằng {} số đã cấp và {} số công dân từ đủ 14 tuổi.{}",
                sum.groups,
                grouped(from_14),
                grouped(l2_issued),
                grouped(activated),
                percent(sum.counts.rate()),
                percent(sum.counts.rate_14()),
                self.lacking(),
            ));
        }
        text
    }

    fn lacking(&self) -> String {
        match self.report.sum.lacking {
            0 => String::new(),
            n => format!(" Còn {n} tổ dân phố chưa có số liệu."),
        }
    }

    fn name_of(&self, group: Option<GroupId>) -> String {
        let found = self.rows.groups.iter().find(|(id, ..)| Some(*id) == group);
        found.map_or_else(|| "Chưa rõ tổ".to_owned(), |(_, _, name)| name.clone())
    }

    fn t2(&self) -> Table {
        let line = |stt: Value, name: String, counts: Option<Counts>, work: &T2Work| {
            let of = |count: fn(&Counts) -> i64| Value::count(counts.as_ref().map(count));
            vec![
                stt,
                text(name),
                of(|c| c.from_14),
                of(|c| c.l2_issued),
                of(|c| c.activated),
                rate(counts.and_then(|c| c.rate())),
                Value::Count(work.activation),
                Value::Count(work.recovery),
                Value::Count(work.mobile),
                Value::Count(work.referred),
                Value::Count(work.open),
                reasons(work),
            ]
        };
        let report = self.report;
        let mut rows: Vec<_> = (1..)
            .zip(&report.rows)
            .map(|(n, row)| {
                let name = self.name_of(Some(row.group));
                line(Value::Count(n), name, Report::counts_of(row), &row.work)
            })
            .collect();
        if report.unplaced != T2Work::default() {
            rows.push(line(Value::None, self.name_of(None), None, &report.unplaced));
        }
        let sum = (report.sum.groups > 0).then_some(report.sum.counts);
        let mut notes = vec![format!("{}.{}", self.cut_off(), self.lacking())];
        notes.extend(self.origins());
        Table {
            tab: "T2".to_owned(),
            title: "BIỂU ĐỊNH DANH SỐ (\"Mỗi công dân - Một danh tính số\")".to_owned(),
            notes,
            columns: columns(&[
                ("STT", 7),
                ("Tổ dân phố", 17),
                ("Số công dân từ đủ 14 tuổi (theo Công an)", 12),
                ("Đã cấp TK mức 2", 9),
                ("Đã kích hoạt", 9),
                ("Tỷ lệ kích hoạt (%)", 9),
                ("Hỗ trợ kích hoạt trong kỳ", 10),
                ("Hỗ trợ lấy lại mật khẩu/đổi thiết bị", 12),
                ("Thu nhận lưu động tại nhà", 10),
                ("Chuyển Công an tiếp nhận", 10),
                ("Còn tồn", 7),
                ("Lý do tồn", 26),
            ]),
            rows,
            total: Some(line(Value::None, "Cộng".to_owned(), sum, &report.work)),
        }
    }

    /// Where the counts come from, and of which days.
    fn origins(&self) -> Option<String> {
        let standing = || self.report.rows.iter().filter_map(|row| row.standing.as_ref());
        let days: BTreeSet<Day> = standing().map(|s| s.origin.as_of).collect();
        let sources: BTreeSet<&str> = standing().map(|s| s.origin.source.as_str()).collect();
        let (first, last) = (days.first()?, days.last()?);
        let days = if first == last {
            format!("của ngày {}", written_day(*first))
        } else {
            format!("của các ngày từ {} đến {}", written_day(*first), written_day(*last))
        };
        let sources: Vec<&str> = sources.into_iter().collect();
        Some(format!("Số công dân, mức 2 và kích hoạt {days}; nguồn: {}", sources.join("; ")))
    }

    fn help(&self) -> Table {
        let cells = &self.report.help;
        let people = |code: &str, wanted: &dyn Fn(Channel, HelpResult) -> bool| -> i64 {
            let of_kind = cells.iter().filter(|c| c.kind == code && wanted(c.channel, c.result));
            of_kind.map(|c| c.people).sum()
        };
        let given = |result: HelpResult| result != HelpResult::NotDone;
        let line = |code: &str| -> Vec<i64> {
            let by_channel = Channel::ALL
                .map(|at| people(code, &|channel, result| channel == at && given(result)));
            let results = [HelpResult::Done, HelpResult::Waiting, HelpResult::NotDone]
                .map(|wanted| people(code, &|_, result| result == wanted));
            by_channel.into_iter().chain(results).collect()
        };
        let types = self.rows.help_types.iter();
        let used = types.filter(|t| cells.iter().any(|c| c.kind == t.code));
        let lines: Vec<_> = used.map(|t| (t, line(&t.code))).collect();
        let total = lines.iter().fold(vec![0; 7], |sums, (_, counts)| {
            sums.iter().zip(counts).map(|(sum, n)| sum + n).collect::<Vec<i64>>()
        });
        let written = |head: [Value; 2], counts: Vec<i64>| {
            head.into_iter().chain(counts.into_iter().map(Value::Count)).collect::<Vec<_>>()
        };
        let mut named = vec![("Mã", 7), ("Loại việc", 30)];
        named.extend(Channel::ALL.map(|at| (channel(at), 10)));
        named.extend([("Xong", 9), ("Đang chờ", 9), ("Không làm được", 10)]);
        Table {
            tab: "Hỗ trợ".to_owned(),
            title: "LƯỢT HỖ TRỢ THEO LOẠI VIỆC VÀ NƠI LÀM".to_owned(),
            notes: vec![format!("{}. Cột nơi làm không tính lượt không làm được", self.cut_off())],
            columns: columns(&named),
            rows: lines
                .into_iter()
                .map(|(t, counts)| written([text(t.code.clone()), text(t.vi.clone())], counts))
                .collect(),
            total: Some(written([Value::None, text("Cộng")], total)),
        }
    }

    fn referrals(&self) -> Table {
        let line = |name: &str, f: &ReferralFigures| {
            let mut row = vec![
                text(name),
                Value::Count(f.opened),
                Value::Count(f.done),
                rate(share(f.in_time, f.promised)),
                Value::Count(f.open),
                Value::Count(f.overdue),
            ];
            row.extend(f.ages.map(Value::Count));
            row
        };
        Table {
            tab: "Chuyển tiếp".to_owned(),
            title: "VIỆC CHUYỂN CÔNG AN".to_owned(),
            notes: vec![format!(
                "{}. Năm cột cuối: tuổi của việc còn tồn, tính bằng ngày",
                self.cut_off()
            )],
            columns: columns(&[
                ("Việc", 22),
                ("Chuyển đến", 11),
                ("Làm xong", 8),
                ("Đúng hạn (%)", 12),
                ("Còn tồn", 8),
                ("Quá hạn", 8),
                ("0–3", 6),
                ("4–7", 6),
                ("8–15", 6),
                ("16–30", 7),
                ("Trên 30", 7),
            ]),
            rows: self.report.referrals.iter().map(|f| line(kind(f.kind), f)).collect(),
            total: Some(line("Cộng", &self.report.all_referrals)),
        }
    }

    fn backlog(&self) -> Table {
        let waiting = (1..).zip(&self.report.backlog);
        Table {
            tab: "Chờ quá 30 ngày".to_owned(),
            title: "NHÀ CHỜ THU NHẬN LƯU ĐỘNG QUÁ 30 NGÀY".to_owned(),
            notes: vec![self.cut_off()],
            columns: columns(&[
                ("STT", 6),
                ("Tổ dân phố", 24),
                ("Chuyển ngày", 14),
                ("Số ngày chờ", 12),
                ("Lý do", 34),
            ]),
            rows: waiting
                .map(|(n, w)| {
                    vec![
                        Value::Count(n),
                        text(self.name_of(w.group_id)),
                        Value::Day(w.opened_on),
                        Value::Count(w.days),
                        text(reason(w.why, w.tried)),
                    ]
                })
                .collect(),
            total: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_office_is_called_by_its_kind_once() {
        for city in ["Hải Phòng", "Thành phố Hải Phòng", "thành phố Hải Phòng"] {
            assert_eq!(city_of(city), "THÀNH PHỐ HẢI PHÒNG");
        }
        assert_eq!(city_of("Tỉnh Hưng Yên"), "TỈNH HƯNG YÊN");
        assert_eq!((place_of("Phường Chu Văn An"), place_of("Hội An")), ("Chu Văn An", "Hội An"));
    }
}
