//! Doors that phones ask the ward about: households that should leave, new houses, doubles.

use actix_web::{get, post, web};
use gocua_domain::account::Action;
use gocua_domain::id::HouseholdId;
use gocua_domain::proposal::{DoorQuestion, DoorVerdict};
use gocua_domain::time::{Day, Millis};
use gocua_store::{AskedDoor, DoorAnswer, DoorAnswered, DoorsAnswered};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::HouseholdPlace;
use super::extract::{Body, Caller};
use super::groups::words;
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
    let reason = words(&reason)?;
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

/// The most doors of one answer.
const MOST_DOORS: usize = 500;

/// A door as it was on screen when the desk answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoorChosen {
    id: HouseholdId,
    question: DoorQuestion,
    /// When that was asked.
    at: Millis,
}

/// One answer about many doors.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoorsDecision {
    /// At most 500, all asking the same.
    doors: Vec<DoorChosen>,
    decision: DoorVerdict,
    /// Why, at most 200 characters; no number of nine digits or more.
    reason: String,
    /// The day the households leave the denominator from; today when not said, never later.
    date: Option<Day>,
}

/// What became of an answer about many doors.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoorsDoneView {
    /// The ward's number of the change.
    seq: i64,
    done: Vec<HouseholdId>,
    /// No longer asked, or answered otherwise by somebody else meanwhile: left as they are.
    late: Vec<HouseholdId>,
}

/// Answers one question about many doors at once, in one transaction. Each door keeps a line of its
/// own, and is taken back alone.
#[utoipa::path(
    tag = "desk",
    request_body = DoorsDecision,
    responses(
        (status = 200, description = "Done", body = DoorsDoneView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/inbox/doors/decide")]
pub async fn decide_many(
    app: State,
    caller: Caller,
    body: Body<DoorsDecision>,
) -> Result<web::Json<DoorsDoneView>, Problem> {
    caller.may(Action::KeepInbox)?;
    let Body(DoorsDecision { doors: chosen, decision, reason, date }) = body;
    let one_question = chosen.windows(2).all(|two| two[0].question == two[1].question);
    if !(1..=MOST_DOORS).contains(&chosen.len()) || !one_question {
        return Err(Problem::invalid("/doors"));
    }
    let reason = words(&reason)?;
    let answers: Vec<DoorAnswer> = chosen
        .into_iter()
        .map(|door| DoorAnswer {
            household: door.id,
            verdict: decision,
            question: Some(door.question),
            at: Some(door.at),
            reason: reason.clone(),
            date,
            by: caller.0.account,
            now: app.now(),
        })
        .collect();
    match app.store.answer_doors(caller.ward()?, &answers).await? {
        DoorsAnswered::Done { seq, done, late } => Ok(web::Json(DoorsDoneView { seq, done, late })),
        DoorsAnswered::NoSuchDay => Err(Problem::invalid("/date")),
    }
}
