//! Residents who ask the ward to be forgotten.

use actix_web::{get, post, web};
use gocua_domain::account::Action;
use gocua_domain::id::{HouseholdId, LearnerId, WithdrawalId};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::AgeBand;
use gocua_domain::withdrawal::{Channel, Ending, late, next_due, received_on};
use gocua_store::{CarryOut, Deed, NewWithdrawal, Resident, WithdrawalLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::HouseholdPlace;
use super::extract::{Body, Caller};
use super::problem::{Problem, ProblemBody};
use crate::app::State;

/// Who of the desk did something, and when.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeedView {
    /// Display name of the account.
    by: String,
    at: Millis,
}

impl From<Deed> for DeedView {
    fn from((by, at): Deed) -> Self {
        Self { by, at }
    }
}

/// How a request ended, and what was erased with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalEndView {
    ending: Ending,
    by: String,
    at: Millis,
    /// Visits that keep their counts and name nobody any more.
    visits: i32,
    /// Steps with VNeID that were erased.
    rungs: i32,
    /// Referrals that name nobody any more.
    referrals: i32,
}

/// A resident's request to be forgotten. It names nobody.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalView {
    id: WithdrawalId,
    /// Counted in the ward from 1.
    number: i32,
    household: HouseholdPlace,
    channel: Channel,
    /// The day the ward heard of it; the days below count from it.
    received_on: Day,
    opened: DeedView,
    /// The last day to tell the resident what follows.
    answer_due: Option<Day>,
    /// The last day to stop and erase.
    stop_due: Option<Day>,
    /// Who told the resident.
    answered: Option<DeedView>,
    /// What is owed next has not been done in time.
    late: bool,
    /// Who looked at the names of the household.
    looks: Vec<DeedView>,
    /// How it ended, if it has.
    end: Option<WithdrawalEndView>,
}

impl WithdrawalView {
    fn of(line: WithdrawalLine, today: Day) -> Self {
        let (_, due) = next_due(line.answered.is_some(), line.answer_due, line.stop_due);
        Self {
            late: line.ended.is_none() && late(due, today),
            id: line.id,
            number: line.number,
            household: line.household.into(),
            channel: line.channel,
            received_on: line.received_on,
            opened: line.opened.into(),
            answer_due: line.answer_due,
            stop_due: line.stop_due,
            answered: line.answered.map(Into::into),
            looks: line.looks.into_iter().map(Into::into).collect(),
            end: line.ended.map(|told| WithdrawalEndView {
                ending: told.ending,
                by: told.by.0,
                at: told.by.1,
                visits: told.visits,
                rungs: told.rungs,
                referrals: told.referrals,
            }),
        }
    }
}

/// Requests: the open ones in the order they are due, then those that have ended, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct WithdrawalsView {
    /// The number it reaches.
    seq: i64,
    withdrawals: Vec<WithdrawalView>,
}

/// The requests of the ward.
#[utoipa::path(
    tag = "residents",
    responses(
        (status = 200, description = "Requests", body = WithdrawalsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/withdrawals")]
pub async fn withdrawals(
    app: State,
    caller: Caller,
) -> Result<web::Json<WithdrawalsView>, Problem> {
    caller.may(Action::AnswerResidents)?;
    let today = app.now().day();
    let (seq, lines) = app.store.withdrawals(caller.ward()?).await?;
    let withdrawals = lines.into_iter().map(|line| WithdrawalView::of(line, today)).collect();
    Ok(web::Json(WithdrawalsView { seq, withdrawals }))
}

/// A request as it comes in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequest {
    /// Made by the caller: sent twice, it is one request.
    id: WithdrawalId,
    household_id: HouseholdId,
    channel: Channel,
    /// The day the ward heard of it; today when not said, at most 30 days ago.
    received_on: Option<Day>,
}

/// Opens a request. The days it is due follow from the ward's terms.
#[utoipa::path(
    tag = "residents",
    request_body = WithdrawalRequest,
    responses(
        (status = 200, description = "Opened", body = WithdrawalView),
        (status = 409, description = "The id is another request's", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/withdrawals")]
pub async fn open(
    app: State,
    caller: Caller,
    body: Body<WithdrawalRequest>,
) -> Result<web::Json<WithdrawalView>, Problem> {
    caller.may(Action::AnswerResidents)?;
    let Body(WithdrawalRequest { id, household_id, channel, received_on: named }) = body;
    let (by, now) = (caller.0.account, app.now());
    let received = received_on(named, now.day()).ok_or_else(|| Problem::invalid("/received_on"))?;
    let new =
        NewWithdrawal { id, household: household_id, channel, received_on: received, by, now };
    let line = app.store.open_withdrawal(caller.ward()?, &new).await?;
    Ok(web::Json(WithdrawalView::of(line, now.day())))
}

/// Somebody remembered at a household: just enough to find the right one.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResidentView {
    learner_id: LearnerId,
    call_name: String,
    age_band: AgeBand,
}

impl From<Resident> for ResidentView {
    fn from(r: Resident) -> Self {
        Self { learner_id: r.id, call_name: r.call_name, age_band: r.age_band }
    }
}

/// Who is remembered at the household of a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResidentsView {
    residents: Vec<ResidentView>,
}

/// Who is remembered at the household of an open request, by what he is called and age band. The look
/// itself is written down: who, when, for which request.
#[utoipa::path(
    tag = "residents",
    responses(
        (status = 200, description = "Residents", body = ResidentsView),
        (status = 409, description = "The request has ended", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/withdrawals/{id}/residents")]
pub async fn residents(
    app: State,
    caller: Caller,
    id: web::Path<WithdrawalId>,
) -> Result<web::Json<ResidentsView>, Problem> {
    caller.may(Action::AnswerResidents)?;
    let (ward, id, by) = (caller.ward()?, id.into_inner(), caller.0.account);
    let found = app.store.look_at_residents(ward, id, by, app.now()).await?;
    Ok(web::Json(ResidentsView { residents: found.into_iter().map(Into::into).collect() }))
}

/// Writes down that the resident was told that the request has come and what follows. The first time
/// stands.
#[utoipa::path(
    tag = "residents",
    responses(
        (status = 200, description = "Written down", body = WithdrawalView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/withdrawals/{id}/answer")]
pub async fn answer(
    app: State,
    caller: Caller,
    id: web::Path<WithdrawalId>,
) -> Result<web::Json<WithdrawalView>, Problem> {
    caller.may(Action::AnswerResidents)?;
    let (ward, id, by, now) = (caller.ward()?, id.into_inner(), caller.0.account, app.now());
    let line = app.store.answer_withdrawal(ward, id, by, now).await?;
    Ok(web::Json(WithdrawalView::of(line, now.day())))
}

/// Who is to be forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalOf {
    learner_id: LearnerId,
}

/// Carries a request out: the resident is forgotten as by a phone's `consent.withdraw`, visits keep
/// their counts, and every phone in reach loses the person with its next pull. The same twice is once;
/// when a phone was first, the request says so.
#[utoipa::path(
    tag = "residents",
    request_body = WithdrawalOf,
    responses(
        (status = 200, description = "Carried out", body = WithdrawalView),
        (status = 409, description = "It ended otherwise, or with somebody else", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/withdrawals/{id}/carry-out")]
pub async fn carry_out(
    app: State,
    caller: Caller,
    id: web::Path<WithdrawalId>,
    body: Body<WithdrawalOf>,
) -> Result<web::Json<WithdrawalView>, Problem> {
    caller.may(Action::AnswerResidents)?;
    let Body(WithdrawalOf { learner_id: learner }) = body;
    let (by, device, now) = (caller.0.account, caller.0.device, app.now());
    let act = CarryOut { id: id.into_inner(), learner, by, device, now };
    let line = app.store.carry_out_withdrawal(caller.ward()?, &act).await?;
    Ok(web::Json(WithdrawalView::of(line, now.day())))
}

/// Why a request ends without forgetting anybody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalClose {
    /// `nobody_here`, `keeps_consent` or `mistake`.
    reason: Ending,
}

/// Ends a request without forgetting anybody. The same twice is once.
#[utoipa::path(
    tag = "residents",
    request_body = WithdrawalClose,
    responses(
        (status = 200, description = "Ended", body = WithdrawalView),
        (status = 409, description = "It ended otherwise", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/withdrawals/{id}/close")]
pub async fn close(
    app: State,
    caller: Caller,
    id: web::Path<WithdrawalId>,
    body: Body<WithdrawalClose>,
) -> Result<web::Json<WithdrawalView>, Problem> {
    caller.may(Action::AnswerResidents)?;
    let Body(WithdrawalClose { reason }) = body;
    if !reason.without_effect() {
        return Err(Problem::invalid("/reason"));
    }
    let (id, by, now) = (id.into_inner(), caller.0.account, app.now());
    let line = app.store.close_withdrawal(caller.ward()?, id, reason, (by, now)).await?;
    Ok(web::Json(WithdrawalView::of(line, now.day())))
}
