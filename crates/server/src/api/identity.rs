//! The police's monthly counts of residential groups, and the report of a period.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use gocua_domain::account::{Action, Reach};
use gocua_domain::help::HelpType;
use gocua_domain::id::GroupId;
use gocua_domain::identity::{CountSum, Counts, Month, Origin, OriginFault, Standing};
use gocua_domain::indicator::{IDENTITY, Indicator, of_few};
use gocua_domain::note::NoteFault;
use gocua_domain::report::{
    HelpCell, Period, PeriodFault, ReferralFigures, Report, T2Work, Waiting,
};
use gocua_domain::time::{Day, Millis};
use gocua_store::{CountLine, GroupCounts, IdentityBook, NewCounts, ReportRows};

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use super::reports;
use crate::app::State;

/// The most groups of one save: more than a ward has.
const MOST_ROWS: usize = 500;

/// Counts with where they come from. A reader of aggregates is not told those of 1 to 4 people.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StandingView {
    /// EID_14: residents from 14 years.
    from_14: Option<i64>,
    /// EID_L2: of these, level 2 issued.
    l2_issued: Option<i64>,
    /// EID_ACT: of these, activated.
    activated: Option<i64>,
    /// The month they are of, `yyyymm`: an earlier one than asked when they are carried forward.
    month: Month,
    /// The day they hold for.
    as_of: Day,
    /// Where they were read.
    source: String,
}

impl StandingView {
    /// As a reader of this reach sees it.
    pub fn of(standing: &Standing, reach: Reach) -> Self {
        let few = |n: i64| if reach == Reach::WardAggregates { of_few(n) } else { Some(n) };
        Self {
            from_14: few(standing.counts.from_14),
            l2_issued: few(standing.counts.l2_issued),
            activated: few(standing.counts.activated),
            month: standing.origin.month,
            as_of: standing.origin.as_of,
            source: standing.origin.source.clone(),
        }
    }

    /// The day the counts hold for.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// EID_ACT_RATE, 0 to 1; `None` where it is of nothing or kept back.
    pub fn rate(&self) -> Option<f64> {
        self.activated
            .zip(self.l2_issued.filter(|n| *n != 0))
            .map(|(part, n)| part as f64 / n as f64)
    }
}

/// A version of a group's counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountLineView {
    #[serde(flatten)]
    counts: Counts,
    /// The month, `yyyymm`.
    month: Month,
    /// The day they hold for.
    as_of: Day,
    /// Where they were read.
    source: String,
    /// 1, 2, 3 .. of this group and month; the latest stands.
    version: i32,
    /// Name of whoever entered them.
    by: String,
    /// When.
    at: Millis,
}

impl From<CountLine> for CountLineView {
    fn from(line: CountLine) -> Self {
        Self {
            counts: line.counts,
            month: line.origin.month,
            as_of: line.origin.as_of,
            source: line.origin.source,
            version: line.version,
            by: line.by,
            at: line.at,
        }
    }
}

/// A residential group with what is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupCountsView {
    id: GroupId,
    code: String,
    name: String,
    /// Other names it is known by, those of groups that became part of it with them.
    aliases: Vec<String>,
    /// What was entered for the month.
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<CountLineView>,
    /// What stands for the month: its own, or carried forward from an earlier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<StandingView>,
}

impl From<GroupCounts> for GroupCountsView {
    fn from(g: GroupCounts) -> Self {
        Self {
            id: g.id,
            code: g.code,
            name: g.name,
            aliases: g.aliases,
            own: g.own.map(Into::into),
            standing: g.standing.map(|s| StandingView::of(&s, Reach::Ward)),
        }
    }
}

/// The counts of a ward, seen from one month.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityCountsView {
    /// The month, `yyyymm`.
    month: Month,
    /// Today: no day after it is taken.
    today: Day,
    /// Groups in force, in the ward's order.
    groups: Vec<GroupCountsView>,
    /// What stands for all groups that have something.
    sum: CountSum,
    /// Months with counts, the latest first.
    months: Vec<Month>,
    /// The ward's number.
    seq: i64,
    /// What the counts mean.
    definitions: Vec<&'static Indicator>,
}

impl IdentityCountsView {
    fn of(book: IdentityBook, month: Month, today: Day) -> Self {
        let standing = book.groups.iter().map(|g| g.standing.as_ref().map(|s| &s.counts));
        Self {
            month,
            today,
            sum: CountSum::of(standing),
            groups: book.groups.into_iter().map(Into::into).collect(),
            months: book.months,
            seq: book.seq,
            definitions: IDENTITY.iter().collect(),
        }
    }
}

/// Which month is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CountsQuery {
    /// `yyyymm`; this month without.
    month: Option<Month>,
}

/// The police's counts of a month by residential group; where a group has none of it, the latest of an
/// earlier month stands with its date.
#[utoipa::path(
    tag = "identity",
    params(CountsQuery),
    responses(
        (status = 200, description = "Counts by group", body = IdentityCountsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/identity/counts")]
pub async fn counts(
    app: State,
    caller: Caller,
    query: web::Query<CountsQuery>,
) -> Result<web::Json<IdentityCountsView>, Problem> {
    caller.may(Action::ReadIdentity)?;
    let today = app.now().day();
    let month = query.month.unwrap_or(Month::of(today));
    if !month.real() {
        return Err(Problem::invalid("?month"));
    }
    let book = app.store.identity_counts(caller.ward()?, month, today).await?;
    Ok(web::Json(IdentityCountsView::of(book, month, today)))
}

/// The counts of one group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountRow {
    group_id: GroupId,
    /// Residents from 14 years.
    from_14: i64,
    /// Of these, level 2 issued.
    l2_issued: i64,
    /// Of these, activated.
    activated: i64,
}

/// The counts of a month.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountsRequest {
    /// `yyyymm`; not one to come.
    month: Month,
    /// The day they hold for: in the month or the one after, today at the latest.
    as_of: Day,
    /// Where they were read, at most 200 characters; what holds for notes holds for it.
    source: String,
    /// By group, each once.
    rows: Vec<CountRow>,
}

fn origin_refused(fault: OriginFault) -> (&'static str, &'static str) {
    match fault {
        OriginFault::Month => ("/month", "invalid_field"),
        OriginFault::AsOf => ("/as_of", "invalid_field"),
        OriginFault::NoSource => ("/source", "missing_field"),
        OriginFault::Source(NoteFault::SecretInText) => ("/source", "secret_in_text"),
        OriginFault::Source(NoteFault::TextTooLong) => ("/source", "text_too_long"),
    }
}

/// Everything that is wrong with a grid, cell by cell.
fn faults(request: &CountsRequest, groups: &[GroupId]) -> Vec<(String, &'static str)> {
    let mut seen: HashMap<GroupId, usize> = HashMap::new();
    let mut faults = Vec::new();
    for (at, row) in request.rows.iter().enumerate() {
        let mut fault = |field: &str, what| faults.push((format!("/rows/{at}/{field}"), what));
        if !groups.contains(&row.group_id) {
            fault("group_id", "invalid_field");
        } else if seen.insert(row.group_id, at).is_some() {
            fault("group_id", "twice");
        }
        for (field, what) in counts_of(row).faults() {
            fault(field.name(), what.code());
        }
    }
    faults
}

fn counts_of(row: &CountRow) -> Counts {
    Counts { from_14: row.from_14, l2_issued: row.l2_issued, activated: row.activated }
}

/// Writes a month's counts down as new versions: all of them, or none when one cell is at fault. Every
/// fault is told at once, by its cell. The same twice is once.
#[utoipa::path(
    tag = "identity",
    request_body = CountsRequest,
    responses(
        (status = 200, description = "The month as it stands now", body = IdentityCountsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[put("/identity/counts")]
pub async fn save(
    app: State,
    caller: Caller,
    body: Body<CountsRequest>,
) -> Result<web::Json<IdentityCountsView>, Problem> {
    caller.may(Action::KeepIdentityCounts)?;
    let (ward, now, request) = (caller.ward()?, app.now(), body.0);
    let today = now.day();
    if request.rows.len() > MOST_ROWS {
        return Err(Problem::invalid("/rows"));
    }
    let groups = app.store.identity_counts(ward, Month::of(today), today).await?.groups;
    let groups: Vec<GroupId> = groups.into_iter().map(|g| g.id).collect();
    let origin = Origin::checked(request.month, request.as_of, &request.source, today);
    let mut found = faults(&request, &groups);
    if let Err(fault) = &origin {
        let (pointer, what) = origin_refused(*fault);
        found.insert(0, (pointer.to_owned(), what));
    }
    let refused =
        found.into_iter().fold(None, |problem: Option<Problem>, (pointer, what)| match problem {
            None => Some(Problem::field(Code::InvalidField, pointer, what)),
            Some(problem) => Some(problem.also(pointer, what)),
        });
    let origin = match (refused, origin) {
        (None, Ok(origin)) => origin,
        (Some(problem), _) => return Err(problem),
        (None, Err(_)) => return Err(Problem::invalid("/month")),
    };
    let month = origin.month;
    let rows = request.rows.iter().map(|row| (row.group_id, counts_of(row))).collect();
    let new = NewCounts { origin, rows, by: caller.0.account };
    app.store.save_identity_counts(ward, &new, now).await?;
    let book = app.store.identity_counts(ward, month, today).await?;
    Ok(web::Json(IdentityCountsView::of(book, month, today)))
}

/// Whose history is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct HistoryQuery {
    /// The residential group; one that became part of another keeps its own.
    group: GroupId,
}

/// All versions of a group's counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct CountHistoryView {
    /// The latest month first, of a month the latest version.
    versions: Vec<CountLineView>,
}

/// Everything that was ever entered for a group: the latest month first, of a month the latest version.
#[utoipa::path(
    tag = "identity",
    params(HistoryQuery),
    responses(
        (status = 200, description = "Versions", body = CountHistoryView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/identity/counts/history")]
pub async fn history(
    app: State,
    caller: Caller,
    query: web::Query<HistoryQuery>,
) -> Result<web::Json<CountHistoryView>, Problem> {
    caller.may(Action::ReadIdentity)?;
    let versions = app.store.identity_history(caller.ward()?, query.group).await?;
    Ok(web::Json(CountHistoryView { versions: versions.into_iter().map(Into::into).collect() }))
}

/// In which form a report is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    /// Figures for the screen.
    Json,
    /// A workbook.
    Xlsx,
    /// A Word file with the police's header.
    Docx,
}

/// A report that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// The first day.
    from: Day,
    /// The last day, today at the latest: the figures hold for its end.
    to: Day,
    format: ReportFormat,
}

/// A line of T2.
#[derive(Debug, Serialize, ToSchema)]
pub struct T2RowView {
    group_id: GroupId,
    code: String,
    name: String,
    /// The police's counts that stand at the end of the period.
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<StandingView>,
    work: T2Work,
}

/// The report of a period.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportView {
    period: Period,
    /// T2 by residential group, in the ward's order.
    rows: Vec<T2RowView>,
    /// What was done for residents whose group nobody said.
    unplaced: T2Work,
    /// What was done in the whole ward.
    work: T2Work,
    /// The counts of all groups that have some.
    sum: CountSum,
    /// Kinds of help, in their order.
    help_types: Vec<HelpType>,
    /// Help by kind, channel and result.
    help: Vec<HelpCell>,
    /// MOBILE_SES: evenings that brought a result.
    sessions: i64,
    /// Homes that wait for a mobile session for more than 30 days, the oldest first.
    backlog: Vec<Waiting>,
    /// Referrals by kind.
    referrals: Vec<ReferralFigures>,
    /// Referrals together; its kind says nothing.
    all_referrals: ReferralFigures,
    /// What the figures mean.
    definitions: Vec<&'static Indicator>,
}

impl ReportView {
    fn of(rows: ReportRows, report: Report) -> Self {
        let names = rows.groups.into_iter().zip(report.rows);
        Self {
            period: report.period,
            rows: names
                .map(|((group_id, code, name), row)| T2RowView {
                    group_id,
                    code,
                    name,
                    counts: row.standing.map(|s| StandingView::of(&s, Reach::Ward)),
                    work: row.work,
                })
                .collect(),
            unplaced: report.unplaced,
            work: report.work,
            sum: report.sum,
            help_types: rows.help_types,
            help: report.help,
            sessions: report.sessions,
            backlog: report.backlog,
            referrals: report.referrals,
            all_referrals: report.all_referrals,
            definitions: IDENTITY.iter().collect(),
        }
    }
}

/// The report of a period: T2 by residential group, help by kind and channel, homes that wait, and
/// referrals in figures; for the screen or as a file. Nobody is named in any of it.
#[utoipa::path(
    tag = "identity",
    request_body = ReportRequest,
    responses(
        (status = 200, description = "Figures, or the file",
            content((ReportView = "application/json"), (Vec<u8> = "application/octet-stream"))),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/identity/report")]
pub async fn take(
    app: State,
    caller: Caller,
    body: Body<ReportRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ReadIdentity)?;
    let ReportRequest { from, to, format } = body.0;
    let today = app.now().day();
    let period = Period::checked(from, to, today).map_err(|fault| match fault {
        PeriodFault::From => Problem::invalid("/from"),
        PeriodFault::To => Problem::invalid("/to"),
    })?;
    let rows = app.store.report_rows(caller.ward()?, period).await?;
    let report = Report::of(period, &rows.rows);
    match format {
        ReportFormat::Json => Ok(HttpResponse::Ok().json(ReportView::of(rows, report))),
        ReportFormat::Xlsx => reports::answer(rows, report, today, reports::File::Workbook).await,
        ReportFormat::Docx => reports::answer(rows, report, today, reports::File::Word).await,
    }
}
