//! Quality without surveillance at the desk: remarks about recording, households asked again, terms.

use actix_web::{HttpResponse, get, post, put, web};
use gocua_domain::account::Action;
use gocua_domain::id::{HouseholdId, QualityCheckId, QualityFlagId};
use gocua_domain::note::NoteFault;
use gocua_domain::quality::{
    Answers, Because, CheckAnswer, CheckWhy, QualityKind, QualityTerms, Verdict, short_words,
};
use gocua_domain::time::{Day, Millis, TimeBand};
use gocua_domain::visit::Outcome;
use gocua_store::{Check, Closing, DeskFlag, Quality, Reply};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// A remark as the desk sees it: once its volunteer has explained it, or has had the days for it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeskFlag)]
pub struct DeskFlagView {
    id: QualityFlagId,
    kind: QualityKind,
    /// Whose records.
    account_name: String,
    /// Name of the team at the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    team_name: Option<String>,
    raised_at: Millis,
    /// Day of the first record looked at.
    from_day: Day,
    /// Day of the last.
    to_day: Day,
    /// Records it is made of.
    count: i64,
    /// Out of how many looked at.
    of: i64,
    /// When the volunteer explained it.
    #[serde(skip_serializing_if = "Option::is_none")]
    explained_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<Because>,
    /// The volunteer's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
    /// When the desk closed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    /// The desk's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict_words: Option<String>,
}

impl From<DeskFlag> for DeskFlagView {
    fn from(f: DeskFlag) -> Self {
        let (explained_at, because, words) = match f.explained {
            Some((at, because, words)) => (Some(at), Some(because), words),
            None => (None, None, None),
        };
        let (closed_at, verdict, verdict_words) = match f.closed {
            Some((at, verdict, words)) => (Some(at), Some(verdict), words),
            None => (None, None, None),
        };
        Self {
            id: f.id,
            kind: f.kind,
            account_name: f.account_name,
            team_name: f.team_name,
            raised_at: f.raised_at,
            from_day: f.days.0,
            to_day: f.days.1,
            count: f.count,
            of: f.of,
            explained_at,
            because,
            words,
            closed_at,
            verdict,
            verdict_words,
        }
    }
}

/// A household to be asked again. It does not say who was there: whoever asks should not know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Check)]
pub struct CheckView {
    id: QualityCheckId,
    household_id: HouseholdId,
    /// House number, or the landmark of a house without one.
    address: String,
    group_name: String,
    alley_name: String,
    /// Day of the visit.
    day: Day,
    /// Part of the day or the week.
    band: TimeBand,
    /// What the book says happened.
    outcome: Outcome,
    /// People coached, by the book.
    people_count: i64,
    why: CheckWhy,
    drawn_on: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<CheckAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_on: Option<Day>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

impl From<Check> for CheckView {
    fn from(c: Check) -> Self {
        let (answer, answered_on, words) = match c.answer {
            Some((answer, on, words)) => (Some(answer), Some(on), words),
            None => (None, None, None),
        };
        Self {
            id: c.id,
            household_id: c.household,
            address: c.address,
            group_name: c.group_name,
            alley_name: c.alley_name,
            day: c.day,
            band: c.band,
            outcome: c.outcome,
            people_count: c.people_count,
            why: c.why,
            drawn_on: c.drawn_on,
            answer,
            answered_on,
            words,
        }
    }
}

/// Answers, and the share that agrees among those who could tell, 0 to 1, with its 95 % interval
/// (Wilson); no share below 20 who could tell.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = CheckTally)]
pub struct CheckTallyView {
    agree: i64,
    differ: i64,
    unknown: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    high: Option<f64>,
}

impl From<Answers> for CheckTallyView {
    fn from(answers: Answers) -> Self {
        let share = answers.share();
        Self {
            agree: answers.agree,
            differ: answers.differ,
            unknown: answers.unknown,
            share: share.map(|(share, _)| share),
            low: share.map(|(_, (low, _))| low),
            high: share.map(|(_, (_, high))| high),
        }
    }
}

/// How far what was asked again agrees with the book.
#[derive(Debug, Serialize, ToSchema)]
pub struct AgreementView {
    /// Those drawn by chance alone: an estimate for the whole book.
    random: CheckTallyView,
    /// Those drawn sooner for a remark: an estimate for nothing.
    weighted: CheckTallyView,
}

/// All the desk sees of how records are made.
#[derive(Debug, Serialize, ToSchema)]
pub struct QualityView {
    /// Open ones first, then those closed in the last 30 days.
    flags: Vec<DeskFlagView>,
    /// Open ones first, then those answered in the last 30 days.
    checks: Vec<CheckView>,
    agreement: AgreementView,
    terms: QualityTerms,
    /// Open remarks that only their volunteers see so far.
    waiting_first: u64,
}

impl From<Quality> for QualityView {
    fn from(q: Quality) -> Self {
        Self {
            flags: q.flags.into_iter().map(Into::into).collect(),
            checks: q.checks.into_iter().map(Into::into).collect(),
            agreement: AgreementView { random: q.random.into(), weighted: q.weighted.into() },
            terms: q.terms,
            waiting_first: q.waiting_first,
        }
    }
}

fn refused(fault: NoteFault) -> Problem {
    match fault {
        NoteFault::SecretInText => Problem::field(Code::InvalidField, "/words", "secret_in_text"),
        NoteFault::TextTooLong => Problem::field(Code::InvalidField, "/words", "text_too_long"),
    }
}

/// Remarks about recording, households to ask again, what they said, and the ward's terms.
#[utoipa::path(
    tag = "quality",
    responses(
        (status = 200, description = "Remarks, checks and terms", body = QualityView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/quality")]
pub async fn quality(app: State, caller: Caller) -> Result<web::Json<QualityView>, Problem> {
    caller.may(Action::ReadQuality)?;
    Ok(web::Json(app.store.quality(caller.ward()?, app.now()).await?.into()))
}

/// What the desk makes of a remark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseFlagRequest {
    verdict: Verdict,
    /// At most 200 characters; what holds for notes holds for them.
    words: Option<String>,
}

/// Closes a remark. The same twice is once; one the desk does not see yet is unknown here.
#[utoipa::path(
    tag = "quality",
    request_body = CloseFlagRequest,
    responses(
        (status = 204, description = "Closed"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/quality/flags/{id}")]
pub async fn close_flag(
    app: State,
    caller: Caller,
    id: web::Path<QualityFlagId>,
    body: Body<CloseFlagRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::WriteQuality)?;
    let Body(CloseFlagRequest { verdict, words }) = body;
    let words = short_words(words.as_deref()).map_err(refused)?;
    let closing = Closing { verdict, words, by: caller.0.account };
    app.store.close_flag(caller.ward()?, *id, &closing, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a household said when it was asked again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerCheckRequest {
    answer: CheckAnswer,
    /// At most 200 characters; what holds for notes holds for them.
    words: Option<String>,
}

/// Writes down what a household said. Said again, the latest word stands.
#[utoipa::path(
    tag = "quality",
    request_body = AnswerCheckRequest,
    responses(
        (status = 204, description = "Written"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/quality/checks/{id}")]
pub async fn answer_check(
    app: State,
    caller: Caller,
    id: web::Path<QualityCheckId>,
    body: Body<AnswerCheckRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::WriteQuality)?;
    let Body(AnswerCheckRequest { answer, words }) = body;
    let words = short_words(words.as_deref()).map_err(refused)?;
    let reply = Reply { answer, words, by: caller.0.account };
    app.store.answer_check(caller.ward()?, *id, &reply, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sets the ward's terms. They hold from the next look on.
#[utoipa::path(
    tag = "quality",
    request_body = QualityTerms,
    responses(
        (status = 204, description = "Written"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[put("/quality/terms")]
pub async fn terms(
    app: State,
    caller: Caller,
    body: Body<QualityTerms>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::WriteQuality)?;
    let Body(terms) = body;
    if let Some(name) = terms.fault() {
        return Err(Problem::invalid(format!("/{name}")));
    }
    app.store.set_quality_terms(caller.ward()?, &terms).await?;
    Ok(HttpResponse::NoContent().finish())
}
