//! Files that leave the desk, and the log of them.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use gocua_domain::account::{Action, Reach};
use gocua_domain::coverage::Tally;
use gocua_domain::export::{Export, ExportFault, ExportPurpose, ExportWish, Format};
use gocua_domain::id::GroupId;
use gocua_domain::identity::{CountSum, Counts};
use gocua_domain::indicator::{
    CHECK_AGREE, IDENTITY, INDICATORS, Indicator, Unit, count_in, definitions, indicator, of_few,
    share_in,
};
use gocua_domain::quality::Answers;
use gocua_domain::time::{Day, Millis};
use gocua_paper::table::{Column, Table, Value, instant, lock, write_csv, write_workbook};
use gocua_store::{AccessLine, AccessWhat, ExportNote, StoreError, WardCoverage};

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use super::quality::CheckTallyView;
use crate::app::State;

/// How many of the police's indicators are counts of a group.
const COUNTED: usize = 4;
/// Lines of the log in one answer.
const LOG_LINES: u64 = 100;

/// Every indicator the book can answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorsView {
    indicators: Vec<&'static Indicator>,
    /// CHECK_AGREE as it stands: what households drawn by chance said when they were asked again.
    /// For readers of the whole ward.
    check_agree: Option<CheckTallyView>,
}

/// The definitions of the figures: what is counted, out of what, by which rule of the book.
#[utoipa::path(
    tag = "coverage",
    responses(
        (status = 200, description = "Definitions", body = IndicatorsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/indicators")]
pub async fn indicators(app: State, caller: Caller) -> Result<HttpResponse, Problem> {
    let reach = caller.may(Action::ReadCoverage)?;
    let check_agree = match reach {
        Reach::Ward | Reach::WardAggregates => {
            Some(app.store.check_agreement(caller.ward()?).await?.into())
        }
        Reach::OwnTeam | Reach::OwnGroup => None,
    };
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, max-age=60"))
        .json(IndicatorsView { indicators: definitions().collect(), check_agree }))
}

/// A file that is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    export: Export,
    format: Format,
    /// Only these residential groups; all without.
    #[serde(default)]
    groups: Vec<GroupId>,
    /// What for: of lists that name people.
    purpose: Option<ExportPurpose>,
    /// What for, in words of 10 to 200 characters; they stand in the log.
    words: Option<String>,
    /// What locks a list that names people, at least 12 characters. It is kept nowhere.
    password: Option<String>,
}

fn refused(fault: ExportFault) -> Problem {
    match fault {
        ExportFault::NoPurpose => Problem::field(Code::InvalidField, "/purpose", "missing_field"),
        ExportFault::Words => Problem::invalid("/words"),
        ExportFault::SecretInWords => {
            Problem::field(Code::InvalidField, "/words", "secret_in_text")
        }
        ExportFault::Password => Problem::invalid("/password"),
        ExportFault::Format => Problem::invalid("/format"),
    }
}

/// Takes figures or a list away as a file. A list that names people needs a purpose and a password that
/// locks it; every file leaves a line in the log before it leaves.
#[utoipa::path(
    tag = "desk",
    request_body = ExportRequest,
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/exports")]
pub async fn take(
    app: State,
    caller: Caller,
    body: Body<ExportRequest>,
) -> Result<HttpResponse, Problem> {
    let wish = body.0;
    let people = wish.export.names_people();
    let reach = caller.may(if people { Action::ExportPeople } else { Action::ExportFigures })?;
    // An alley may be three doors: whoever reads aggregates reads none of them.
    if wish.export == Export::Alleys && reach != Reach::Ward {
        return Err(Problem::new(Code::Forbidden));
    }
    let words = ExportWish {
        export: wish.export,
        format: wish.format,
        purpose: wish.purpose,
        words: wish.words.as_deref(),
        password: wish.password.as_deref(),
    }
    .checked()
    .map_err(refused)?;
    let ward = caller.ward()?;
    let now = app.now();
    let book = app.store.coverage(ward).await?;
    if wish.groups.iter().any(|id| book.groups.iter().all(|g| g.id != *id)) {
        return Err(Problem::invalid("/groups"));
    }
    let agreement = app.store.check_agreement(ward).await?;
    let sheet = Sheet { book: &book, only: &wish.groups, agreement, reach, now };
    let table = match wish.export {
        Export::Groups => sheet.groups(),
        Export::Alleys => sheet.alleys(&app, ward).await?,
        Export::Days => sheet.days(&app, ward).await?,
        Export::Households => sheet.households(&app, ward).await?,
    };
    let note = ExportNote {
        by: caller.0.account,
        at: now,
        export: wish.export,
        format: wish.format,
        groups: wish.groups.clone(),
        rows: table.rows.len(),
        purpose: wish.purpose.filter(|_| people),
        words,
    };
    let name = format!("gocua-{}-{}.{}", wish.export.code(), now.day().0, wish.format.code());
    let format = wish.format;
    let file = web::block(move || written(&table, format, wish.password.filter(|_| people)))
        .await
        .map_err(Problem::internal)??;
    app.store.note_export(ward, &note).await?;
    let kind = match format {
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Format::Csv => "text/csv; charset=utf-8",
    };
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .content_type(kind)
        .body(file))
}

fn written(table: &Table, format: Format, password: Option<String>) -> Result<Vec<u8>, Problem> {
    let file = match format {
        Format::Csv => write_csv(table),
        Format::Xlsx => write_workbook(&[table.clone(), definitions_sheet()]),
    };
    let locked = match password {
        Some(password) => file.and_then(|file| lock(&file, &password)),
        None => file,
    };
    locked.map_err(Problem::internal)
}

fn columns<const N: usize>(named: [(&str, u16); N]) -> Vec<Column> {
    named.into_iter().map(|(header, width)| Column { header: header.to_owned(), width }).collect()
}

/// The sheet that says what each figure means.
fn definitions_sheet() -> Table {
    Table {
        tab: "Định nghĩa".to_owned(),
        title: "Mỗi con số được đếm thế nào".to_owned(),
        notes: Vec::new(),
        columns: columns([("Mã", 16), ("Tên", 34), ("Đếm thế nào trong sổ", 70), ("Mẫu số", 16)]),
        rows: definitions()
            .map(|i| {
                let words = |w: &str| Value::Text(w.to_owned());
                vec![words(i.code), words(i.name), words(i.formula), Value::text(i.whole)]
            })
            .collect(),
        total: None,
    }
}

/// What every table of one answer shares.
struct Sheet<'a> {
    book: &'a WardCoverage,
    /// Only these groups; all when empty.
    only: &'a [GroupId],
    /// What households drawn by chance said when they were asked again.
    agreement: Answers,
    reach: Reach,
    now: Millis,
}

impl Sheet<'_> {
    fn wanted(&self, group: GroupId) -> bool {
        self.only.is_empty() || self.only.contains(&group)
    }

    fn notes(&self) -> Vec<String> {
        let campaign = self.book.campaign.as_ref().map(|c| format!(" · {}", c.name));
        let mut notes = vec![
            format!("{}{}", self.book.ward.name, campaign.unwrap_or_default()),
            format!("Số liệu lũy kế, tính đến {} · số sổ {}", instant(self.now), self.book.seq),
        ];
        notes.extend(agreement_note(&self.agreement));
        if self.reach == Reach::WardAggregates {
            notes.push("Ô ghi «1–4» là số người ít, không nói ra ngoài phường.".to_owned());
        }
        notes
    }

    /// The value of an indicator in a tally, as this reader may see it.
    fn figure(&self, i: &Indicator, tally: &Tally) -> Value {
        match (i.unit, count_in(i.code, tally)) {
            (Unit::Share, _) => share_in(i.code, tally).map_or(Value::None, Value::Share),
            (Unit::Person, Some(n)) if self.reach == Reach::WardAggregates => {
                of_few(n).map_or_else(|| Value::Text("1–4".to_owned()), Value::Count)
            }
            (_, n) => Value::count(n),
        }
    }

    fn figures(&self, tally: &Tally) -> impl Iterator<Item = Value> {
        INDICATORS.iter().map(|i| self.figure(i, tally))
    }

    /// What the police counted, as this reader may see it: the first four of [`IDENTITY`].
    fn counted(&self, counts: Option<Counts>) -> [Value; COUNTED] {
        let Some(counts) = counts else { return [const { Value::None }; COUNTED] };
        let few = |n: i64| match self.reach {
            Reach::WardAggregates => {
                of_few(n).map_or_else(|| Value::Text("1–4".to_owned()), Value::Count)
            }
            _ => Value::Count(n),
        };
        let kept = self.reach == Reach::WardAggregates
            && [counts.activated, counts.l2_issued].into_iter().any(|n| of_few(n).is_none());
        let rate = counts.rate().filter(|_| !kept);
        let rate = rate.map_or_else(|| Value::Text("—".to_owned()), Value::Share);
        [few(counts.from_14), few(counts.l2_issued), few(counts.activated), rate]
    }

    fn with_figures<const N: usize>(&self, named: [(&str, u16); N]) -> Vec<Column> {
        let mut all = columns(named);
        all.extend(INDICATORS.iter().map(|i| Column { header: i.name.to_owned(), width: 14 }));
        all
    }

    fn groups(&self) -> Table {
        let mut total = Tally::default();
        let rows = self
            .book
            .groups
            .iter()
            .filter(|g| self.wanted(g.id))
            .zip(1..)
            .map(|(g, n)| {
                total += g.tally;
                let mut row = vec![
                    Value::Count(n),
                    Value::Text(g.name.clone()),
                    g.last_visit_at.map_or(Value::None, Value::At),
                ];
                row.extend(self.figures(&g.tally));
                row.extend(self.counted(g.identity.as_ref().map(|s| s.counts)));
                row.push(g.identity.as_ref().map_or(Value::None, |s| Value::Day(s.origin.as_of)));
                row
            })
            .collect();
        let mut sums = vec![Value::None, Value::Text("Cộng".to_owned()), Value::None];
        sums.extend(self.figures(&total));
        let known = self.book.groups.iter().filter(|g| self.wanted(g.id));
        let counted = CountSum::of(known.map(|g| g.identity.as_ref().map(|s| &s.counts)));
        sums.extend(self.counted((counted.groups > 0).then_some(counted.counts)));
        sums.push(Value::None);
        let mut columns = self.with_figures([("STT", 6), ("Tổ dân phố", 22), ("Lần đến cuối", 18)]);
        columns.extend(
            IDENTITY.iter().take(COUNTED).map(|i| Column { header: i.name.to_owned(), width: 14 }),
        );
        columns
            .push(Column { header: "Số liệu định danh tính đến".to_owned(), width: 16 });
        let mut notes = self.notes();
        notes.extend(lacking_note(&counted));
        Table {
            tab: "Theo tổ".to_owned(),
            title: "Độ phủ theo tổ dân phố".to_owned(),
            notes,
            columns,
            rows,
            total: Some(sums),
        }
    }

    async fn alleys(&self, app: &State, ward: &str) -> Result<Table, StoreError> {
        let mut rows = Vec::new();
        let mut total = Tally::default();
        for group in self.book.groups.iter().filter(|g| self.wanted(g.id)) {
            for alley in app.store.group_alleys(ward, group.id).await? {
                total += alley.tally;
                let mut row = vec![
                    Value::Text(group.name.clone()),
                    Value::Text(alley.name),
                    Value::text(alley.team.map(|t| t.name)),
                    alley.last_visit_at.map_or(Value::None, Value::At),
                ];
                row.extend(self.figures(&alley.tally));
                rows.push(row);
            }
        }
        let mut sums = vec![Value::Text("Cộng".to_owned()), Value::None, Value::None, Value::None];
        sums.extend(self.figures(&total));
        Ok(Table {
            tab: "Theo ngõ".to_owned(),
            title: "Độ phủ theo đường, ngõ".to_owned(),
            notes: self.notes(),
            columns: self.with_figures([
                ("Tổ dân phố", 22),
                ("Đường, ngõ", 26),
                ("Đội", 22),
                ("Lần đến cuối", 18),
            ]),
            rows,
            total: Some(sums),
        })
    }

    async fn days(&self, app: &State, ward: &str) -> Result<Table, StoreError> {
        let mut days: std::collections::BTreeMap<Day, [i64; 3]> = std::collections::BTreeMap::new();
        for group in self.book.groups.iter().filter(|g| self.wanted(g.id)) {
            for (day, t) in app.store.trend(ward, Some(group.id)).await? {
                let sums = days.entry(day).or_default();
                for (sum, n) in sums.iter_mut().zip([t.visits, t.hh_visited, t.hh_served]) {
                    *sum += n;
                }
            }
        }
        let mut total = [0; 3];
        let rows = days
            .into_iter()
            .map(|(day, counts)| {
                total = [total[0] + counts[0], total[1] + counts[1], total[2] + counts[2]];
                let mut row = vec![Value::Day(day)];
                row.extend(counts.map(Value::Count));
                row
            })
            .collect();
        let mut sums = vec![Value::Text("Cộng".to_owned())];
        sums.extend(total.map(Value::Count));
        let name = |code: &str| indicator(code).map_or("", |i| i.name);
        Ok(Table {
            tab: "Theo ngày".to_owned(),
            title: "Mới trong từng ngày".to_owned(),
            notes: self.notes(),
            columns: columns([
                ("Ngày", 14),
                (name("VISITS"), 16),
                (&format!("{} lần đầu", name("HH_VISITED")), 20),
                (&format!("{} lần đầu", name("HH_SERVED")), 24),
            ]),
            rows,
            total: Some(sums),
        })
    }

    async fn households(&self, app: &State, ward: &str) -> Result<Table, StoreError> {
        let lines = app.store.households_to_export(ward, self.only).await?;
        let rows = lines
            .into_iter()
            .map(|h| {
                let number = |n: Option<i32>| Value::count(n.map(i64::from));
                vec![
                    Value::Text(h.code),
                    Value::Text(h.group),
                    Value::Text(h.way),
                    Value::Text(h.house_no),
                    Value::text(h.landmark),
                    Value::text(h.head),
                    number(h.members),
                    number(h.adults),
                    Value::Text(standing(&h.status).to_owned()),
                    Value::Count(h.visits),
                    h.last_visit_at.map_or(Value::None, Value::At),
                    h.first_served.map_or(Value::None, Value::Day),
                ]
            })
            .collect();
        Ok(Table {
            tab: "Hộ".to_owned(),
            title: "Danh sách hộ".to_owned(),
            notes: self.notes(),
            columns: columns([
                ("Mã hộ", 18),
                ("Tổ dân phố", 22),
                ("Đường, ngõ", 30),
                ("Số nhà", 12),
                ("Mốc", 24),
                ("Chủ hộ", 26),
                ("Nhân khẩu", 11),
                ("Từ 14 tuổi", 11),
                ("Tình trạng", 20),
                ("Lượt đến", 10),
                ("Lần đến cuối", 18),
                ("Hướng dẫn lần đầu", 18),
            ]),
            rows,
            total: None,
        })
    }
}

/// How many groups a sum of the police's counts lacks.
fn lacking_note(sum: &CountSum) -> Option<String> {
    let whole = sum.groups + sum.lacking;
    (sum.lacking > 0).then(|| {
        format!(
            "Số liệu định danh: {} trên {whole} tổ có số liệu, {} tổ chưa có",
            sum.groups, sum.lacking
        )
    })
}

/// What households that were asked again say of the book; nothing while too few have answered.
fn agreement_note(answers: &Answers) -> Option<String> {
    let (share, (low, high)) = answers.share()?;
    let percent = |share: f64| format!("{:.1}", share * 100.0).replace('.', ",");
    Some(format!(
        "{}: {} trên {} hộ, {} % (khoảng tin cậy 95 %: {}–{} %)",
        CHECK_AGREE.name,
        answers.agree,
        answers.agree + answers.differ,
        percent(share),
        percent(low),
        percent(high),
    ))
}

/// A derived status in words.
fn standing(code: &str) -> &'static str {
    match code {
        "attempted" => "đã đến, chưa gặp",
        "unreachable" => "chưa gặp sau 3 lần",
        "contacted" => "đã gặp",
        "served" => "đã hướng dẫn",
        "declined" => "từ chối",
        "vacant" => "báo vắng chủ",
        _ => "chưa đến",
    }
}

/// Which part of the log is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AccessQuery {
    /// Only what was before this instant: the last line of the page before.
    before: Option<Millis>,
}

/// What somebody did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum AccessWhatView {
    /// A file left the desk.
    Export {
        /// What of.
        export: String,
        /// In which form.
        format: String,
        /// Names of the residential groups it was limited to.
        groups: Vec<String>,
        /// How many rows it held.
        rows: i32,
        /// What for; of lists that name people only.
        purpose: Option<String>,
        /// What for, in words.
        words: Option<String>,
    },
    /// Names of a household were looked at for a resident's request.
    Look {
        /// The request's number.
        request: i32,
        /// How many people were shown.
        shown: i32,
    },
}

/// A line of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessLineView {
    at: Millis,
    /// Display name of the account.
    by: String,
    #[serde(flatten)]
    what: AccessWhatView,
}

impl From<AccessLine> for AccessLineView {
    fn from(line: AccessLine) -> Self {
        let what = match line.what {
            AccessWhat::Export { export, format, groups, rows, purpose, words } => {
                AccessWhatView::Export { export, format, groups, rows, purpose, words }
            }
            AccessWhat::Look { request, shown } => AccessWhatView::Look { request, shown },
        };
        Self { at: line.at, by: line.by, what }
    }
}

/// A page of the log, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessLogView {
    lines: Vec<AccessLineView>,
    /// Is there more before the last line?
    more: bool,
}

/// Who took what away, and who looked at names: the latest first.
#[utoipa::path(
    tag = "desk",
    params(AccessQuery),
    responses(
        (status = 200, description = "A page of the log", body = AccessLogView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/access-log")]
pub async fn access_log(
    app: State,
    caller: Caller,
    query: web::Query<AccessQuery>,
) -> Result<web::Json<AccessLogView>, Problem> {
    caller.may(Action::ReadAccessLog)?;
    let lines = app.store.access_log(caller.ward()?, query.before, LOG_LINES).await?;
    let more = lines.len() as u64 == LOG_LINES;
    Ok(web::Json(AccessLogView { lines: lines.into_iter().map(Into::into).collect(), more }))
}
