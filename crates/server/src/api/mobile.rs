//! Evenings on which the police come to homes: which homes wait, which evening takes them.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, post, web};
use gocua_domain::account::Action;
use gocua_domain::id::{GroupId, MobileSessionId, ReferralId};
use gocua_domain::mobile::{MAX_HOMES, MobileSessionView};
use gocua_domain::officer::QueueDoor;
use gocua_domain::referral::{APPOINTMENT_DAYS, ReferralKind, ReferralState};
use gocua_domain::roster::{may_last, meeting_place};
use gocua_domain::time::{Day, Millis};
use gocua_store::{Evening, EveningChange, Planned, WaitingHome};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// Homes an evening takes unless something else is said.
const USUAL_HOMES: usize = 12;

/// A home that waits for an evening.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingHomeView {
    referral_id: ReferralId,
    kind: ReferralKind,
    state: ReferralState,
    group_id: GroupId,
    door: QueueDoor,
    opened_at: Millis,
    /// The last day of the promise, if a day is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<Day>,
    /// Does it find a place on an evening of the capacity asked for? Who is due first does.
    fits: bool,
}

impl From<WaitingHome> for WaitingHomeView {
    fn from(home: WaitingHome) -> Self {
        Self {
            referral_id: home.referral,
            kind: home.kind,
            state: home.state,
            group_id: home.group,
            door: home.door,
            opened_at: home.opened_at,
            due_on: home.due_on,
            fits: home.fits,
        }
    }
}

/// Homes that wait.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingHomes {
    /// In the order they are walked.
    homes: Vec<WaitingHomeView>,
}

/// Which homes are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WaitingQuery {
    /// Residential groups, by id, with commas between them.
    groups: String,
    /// Kinds of referral, with commas between them; `POLICE_MOBILE` without it.
    kinds: Option<String>,
    /// How many homes the evening takes, 1 to 60; 12 without it.
    capacity: Option<usize>,
}

fn list<T: serde::de::DeserializeOwned>(text: &str, pointer: &str) -> Result<Vec<T>, Problem> {
    let one = |word: &str| serde_json::from_value(serde_json::json!(word));
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(|word| one(word).map_err(|_| Problem::invalid(pointer))).collect()
}

/// The homes of some residential groups that wait for an evening, in the order they are walked.
#[utoipa::path(
    tag = "police",
    params(WaitingQuery),
    responses(
        (status = 200, description = "The homes", body = WaitingHomes),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/mobile-sessions/waiting")]
pub async fn waiting(
    app: State,
    caller: Caller,
    query: web::Query<WaitingQuery>,
) -> Result<web::Json<WaitingHomes>, Problem> {
    caller.may(Action::PlanMobile)?;
    let groups: BTreeSet<GroupId> = list(&query.groups, "?groups")?.into_iter().collect();
    let kinds = query.kinds.as_deref().unwrap_or("POLICE_MOBILE");
    let kinds: Vec<ReferralKind> = list(kinds, "?kinds")?;
    if !kinds.iter().all(|kind| kind.of_police()) {
        return Err(Problem::invalid("?kinds"));
    }
    let capacity = query.capacity.unwrap_or(USUAL_HOMES);
    if !(1..=MAX_HOMES).contains(&capacity) {
        return Err(Problem::invalid("?capacity"));
    }
    let homes = app.store.waiting_homes(caller.ward()?, &groups, &kinds, capacity).await?;
    Ok(web::Json(WaitingHomes { homes: homes.into_iter().map(Into::into).collect() }))
}

/// An evening to be planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MobileSessionRequest {
    /// Made by the desk: sent again, it sets the evening anew.
    id: MobileSessionId,
    /// From today on, 60 days ahead at most.
    day: Day,
    /// When it begins, in minutes since midnight.
    from_minute: i32,
    /// When it ends, in minutes since midnight, 21:30 at the latest.
    to_minute: i32,
    /// Where the officers meet, 1 to 80 characters.
    place: String,
    /// How many homes fit into it, 1 to 60.
    capacity: u32,
    /// Its homes by their referrals, in any order: they are walked along the alleys.
    homes: Vec<ReferralId>,
    /// Codes of the kit that is packed.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    packed: BTreeSet<String>,
}

/// What changes about an evening; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MobileSessionChange {
    /// From today on, 60 days ahead at most.
    day: Option<Day>,
    /// When it begins, in minutes since midnight.
    from_minute: Option<i32>,
    /// When it ends, in minutes since midnight, 21:30 at the latest.
    to_minute: Option<i32>,
    /// Where the officers meet, 1 to 80 characters.
    place: Option<String>,
    /// How many homes fit into it, 1 to 60.
    capacity: Option<u32>,
    /// Its homes by their referrals; those of which something was said stay.
    homes: Option<Vec<ReferralId>>,
    /// Codes of the kit that is packed.
    #[schema(value_type = Option<Vec<String>>)]
    packed: Option<BTreeSet<String>>,
}

fn may_be_on(day: Day, today: Day) -> Result<Day, Problem> {
    let fits = day.date().is_some() && day >= today && day <= today.plus(APPOINTMENT_DAYS);
    if fits { Ok(day) } else { Err(Problem::invalid("/day")) }
}

fn place(typed: &str) -> Result<String, Problem> {
    meeting_place(typed).ok_or_else(|| Problem::invalid("/place"))
}

fn capacity(homes: u32) -> Result<u32, Problem> {
    let fits = (1..=MAX_HOMES).contains(&(homes as usize));
    if fits { Ok(homes) } else { Err(Problem::invalid("/capacity")) }
}

/// An evening as it stands, or why it does not: every fault names its field.
fn told(planned: Planned) -> Result<web::Json<MobileSessionView>, Problem> {
    let at = |places: Vec<usize>, what| {
        let homes = places.into_iter().map(|place| format!("/homes/{place}"));
        homes.fold(Problem::new(Code::Conflict), |problem, home| problem.also(home, what))
    };
    match planned {
        Planned::Done(view) => Ok(web::Json(view)),
        Planned::Full => Err(Problem::field(Code::InvalidField, "/homes", "too_many")),
        Planned::Taken(places) => Err(at(places, "taken")),
        Planned::NotWaiting(places) => Err(at(places, "changed")),
        Planned::UnknownKit => Err(Problem::invalid("/packed")),
        Planned::NoTime => Err(Problem::invalid("/to_minute")),
        Planned::Over => Err(Problem::field(Code::Conflict, "/id", "changed")),
    }
}

/// Plans an evening, or sets a planned one anew. Who asked for its homes is told the day.
#[utoipa::path(
    tag = "police",
    request_body = MobileSessionRequest,
    responses(
        (status = 200, description = "The evening, its homes in the order they are walked", body = MobileSessionView),
        (status = "4XX", description = "Refused: `taken` at a home of another planned evening, `changed` at one that does not wait", body = ProblemBody),
    ),
)]
#[post("/mobile-sessions")]
pub async fn plan(
    app: State,
    caller: Caller,
    body: Body<MobileSessionRequest>,
) -> Result<web::Json<MobileSessionView>, Problem> {
    caller.may(Action::PlanMobile)?;
    let Body(wish) = body;
    if !may_last(wish.from_minute, wish.to_minute) {
        return Err(Problem::invalid("/to_minute"));
    }
    let evening = Evening {
        id: wish.id,
        day: may_be_on(wish.day, app.now().day())?,
        minutes: (wish.from_minute, wish.to_minute),
        place: place(&wish.place)?,
        capacity: capacity(wish.capacity)?,
        homes: wish.homes,
        packed: wish.packed,
    };
    let (ward, by) = (caller.ward()?, caller.0.account);
    told(app.store.plan_evening(ward, &evening, by, app.now()).await?)
}

/// Changes a planned evening.
#[utoipa::path(
    tag = "police",
    params(("id" = MobileSessionId, Path, description = "The evening")),
    request_body = MobileSessionChange,
    responses(
        (status = 200, description = "The evening as it stands now", body = MobileSessionView),
        (status = "4XX", description = "Refused, as when it is planned", body = ProblemBody),
    ),
)]
#[post("/mobile-sessions/{id}")]
pub async fn change(
    app: State,
    caller: Caller,
    id: web::Path<MobileSessionId>,
    body: Body<MobileSessionChange>,
) -> Result<web::Json<MobileSessionView>, Problem> {
    caller.may(Action::PlanMobile)?;
    let Body(wish) = body;
    let today = app.now().day();
    if wish.from_minute.is_some_and(|from| !may_last(from, from + 1)) {
        return Err(Problem::invalid("/from_minute"));
    }
    if wish.to_minute.is_some_and(|to| !may_last(0, to)) {
        return Err(Problem::invalid("/to_minute"));
    }
    let change = EveningChange {
        day: wish.day.map(|day| may_be_on(day, today)).transpose()?,
        from: wish.from_minute,
        to: wish.to_minute,
        place: wish.place.as_deref().map(place).transpose()?,
        capacity: wish.capacity.map(capacity).transpose()?,
        homes: wish.homes,
        packed: wish.packed,
    };
    let (ward, by) = (caller.ward()?, caller.0.account);
    told(app.store.change_evening(ward, *id, change, by, app.now()).await?)
}

/// Calls an evening off: its homes wait again. Twice is once.
#[utoipa::path(
    tag = "police",
    params(("id" = MobileSessionId, Path, description = "The evening")),
    responses(
        (status = 204, description = "Called off"),
        (status = "4XX", description = "Refused; a conflict when it is over", body = ProblemBody),
    ),
)]
#[post("/mobile-sessions/{id}/cancel")]
pub async fn cancel(
    app: State,
    caller: Caller,
    id: web::Path<MobileSessionId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::PlanMobile)?;
    app.store.cancel_evening(caller.ward()?, *id, caller.0.account, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
