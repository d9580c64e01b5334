//! Doors that phones ask the ward about: households that should leave, new houses, doubles.

use actix_web::{get, post, web};
use gocua_domain::account::Action;
use gocua_domain::edit::holds_number;
use gocua_domain::id::HouseholdId;
use gocua_domain::proposal::{DoorQuestion, DoorVerdict, MAX_REASON};
use gocua_domain::time::{Day, Millis};
use gocua_store::{AskedDoor, DoorAnswer, DoorAnswered};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::HouseholdPlace;
use super::extract::{Body, Caller};
use super::problem::{Problem, ProblemBody};
use super::register::DoneView;
use crate::app::State;

/// A door about which the ward is asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedDoorView {
    household: HouseholdPlace,
    question: DoorQuestion,
    /// Of a double whose other half is known: the entry to keep.
    of: Option<HouseholdPlace>,
    landmark: Option<String>,
    /// Name of the head.
    head: Option<String>,
    /// Visits that speak of it, whether they count or not.
    visits: i64,
    /// Who asks.
    account_name: String,
    /// Name of the team that asks.
    team: Option<String>,
    /// When the door was knocked, or the house proposed.
    at: Millis,
}

impl From<AskedDoor> for AskedDoorView {
    fn from(d: AskedDoor) -> Self {
        Self {
            household: d.household.into(),
            question: d.question,
            of: d.of.map(Into::into),
            landmark: d.landmark,
            head: d.head,
            visits: d.visits,
            account_name: d.account_name,
            team: d.team,
            at: d.at,
        }
    }
}

/// Doors that wait for the ward, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedDoorsView {
    /// The number it reaches.
    seq: i64,
    doors: Vec<AskedDoorView>,
}

/// Doors whose last visit found them moved out of, vacant, not there, no home or a double; houses that
/// phones propose; and pairs that phones take for one house. What the ward has answered is not asked
/// again before another visit says so.
#[utoipa::path(
    tag = "desk",
    responses(
        (status = 200, description = "Doors", body = AskedDoorsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/inbox/doors")]
pub async fn doors(app: State, caller: Caller) -> Result<web::Json<AskedDoorsView>, Problem> {
    caller.may(Action::KeepInbox)?;
    let asked = app.store.asked_doors(caller.ward()?).await?;
    let doors = asked.doors.into_iter().map(Into::into).collect();
    Ok(web::Json(AskedDoorsView { seq: asked.seq, doors }))
}

/// The ward's answer about a door.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoorDecision {
    decision: DoorVerdict,
    /// Why, at most 200 characters; no number of nine digits or more.
    reason: String,
    /// The day a household leaves the denominator from; today when not said, never later.
    date: Option<Day>,
    /// What was asked when the desk answered: an answer sent twice must not fall on another question.
    question: Option<DoorQuestion>,
    /// When that was asked.
    at: Option<Millis>,
}

/// Answers what is asked about a door. Approved: a new house enters the denominator, a double with a
/// known other half is merged into it, any other leaves the denominator from the day on. Refused: a new
/// house leaves the phones, any other stays. The same answer twice changes nothing more.
#[utoipa::path(
    tag = "desk",
    request_body = DoorDecision,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "Decided otherwise before, or cannot be merged", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/inbox/doors/{id}/decide")]
pub async fn decide(
    app: State,
    caller: Caller,
    id: web::Path<HouseholdId>,
    body: Body<DoorDecision>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepInbox)?;
    let Body(DoorDecision { decision, reason, date, question, at }) = body;
    let reason = reason.trim().to_owned();
    let plain = !reason.chars().any(char::is_control);
    if reason.is_empty() || reason.chars().count() > MAX_REASON || holds_number(&reason) || !plain {
        return Err(Problem::invalid("/reason"));
    }
    let answer = DoorAnswer {
        household: id.into_inner(),
        verdict: decision,
        question,
        at,
        reason,
        date,
        by: caller.0.account,
        now: app.now(),
    };
    match app.store.answer_door(caller.ward()?, &answer).await? {
        DoorAnswered::Done(seq) => Ok(web::Json(DoneView { seq })),
        DoorAnswered::NoSuchDay => Err(Problem::invalid("/date")),
    }
}
