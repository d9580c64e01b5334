//! Households of the register at the desk: the list, one household, its details, its alley; likely
//! doubles; and what moved the denominator.

use actix_web::{get, post, web};
use gocua_domain::account::Action;
use gocua_domain::coverage::Reached;
use gocua_domain::desk::Standing;
use gocua_domain::doubles::Likeness;
use gocua_domain::edit::{Details, EditFate, EditFault, Field, HouseholdEdit, Value};
use gocua_domain::ground::RegisterChange;
use gocua_domain::household::Status;
use gocua_domain::id::{AlleyId, GroupId, HouseholdId, OpId};
use gocua_domain::time::{Day, Millis};
use gocua_store::{
    Act, DeskEdit, DeskEdited, HouseholdDeed, HouseholdFilter, HouseholdLine, Ledger, LedgerLine,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Body, Caller};
use super::groups::act;
use super::problem::{Code, Problem, ProblemBody};
use super::register::{DoneView, GroupName, HouseholdCode, MAX_QUERY, RegisterHousehold};
use crate::app::State;

/// The most households of one page.
const MOST: u64 = 100;

/// Which households to list. In a body, as it names people.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseholdsFilter {
    /// Words of a name, an address, a code or a group, with or without marks.
    #[serde(default)]
    q: String,
    group: Option<GroupId>,
    /// Its households in walking order; all others come by code.
    alley: Option<AlleyId>,
    status: Option<Status>,
    /// That this count of households counts: the households behind a number.
    reached: Option<Reached>,
    /// How they stand in the register; those that are counted when not said.
    state: Option<Standing>,
    /// Without a house number.
    #[serde(default)]
    no_number: bool,
    /// About which a phone asks something.
    #[serde(default)]
    asked: bool,
    /// That have doubles.
    #[serde(default)]
    doubled: bool,
    /// Changed in the register from this day on.
    changed_since: Option<Day>,
    /// Where the page begins: `next` of the page before.
    after: Option<String>,
    /// How many, 50 when not said, at most 100.
    limit: Option<u64>,
}

/// One household of the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ListedHousehold {
    #[serde(flatten)]
    household: RegisterHousehold,
    /// Where the campaign stands with it.
    status: Status,
    /// Proposed by a phone and not answered.
    proposed: bool,
    members: Option<i32>,
    /// Members from 14 years.
    adults: Option<i32>,
}

impl From<HouseholdLine> for ListedHousehold {
    fn from(h: HouseholdLine) -> Self {
        Self {
            household: h.entry.into(),
            status: h.status,
            proposed: h.proposed,
            members: h.members,
            adults: h.adults,
        }
    }
}

/// A page of households.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdPageView {
    /// Households that fit, on all pages.
    total: i64,
    households: Vec<ListedHousehold>,
    /// Where the next page begins.
    next: Option<String>,
}

/// Households of the register, page by page.
#[utoipa::path(
    tag = "register",
    request_body = HouseholdsFilter,
    responses(
        (status = 200, description = "Households", body = HouseholdPageView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/households/list")]
pub async fn list(
    app: State,
    caller: Caller,
    body: Body<HouseholdsFilter>,
) -> Result<web::Json<HouseholdPageView>, Problem> {
    caller.may(Action::SearchRegister)?;
    let Body(wish) = body;
    if wish.q.chars().count() > MAX_QUERY {
        return Err(Problem::invalid("/q"));
    }
    let most = wish.limit.unwrap_or(50);
    if !(1..=MOST).contains(&most) {
        return Err(Problem::invalid("/limit"));
    }
    let filter = HouseholdFilter {
        words: wish.q,
        group: wish.group,
        alley: wish.alley,
        status: wish.status,
        reached: wish.reached,
        standing: wish.state,
        no_number: wish.no_number,
        asked: wish.asked,
        doubled: wish.doubled,
        changed_since: wish.changed_since,
    };
    let after = wish.after.as_deref();
    let page = app.store.list_households(caller.ward()?, &filter, after, most).await?;
    Ok(web::Json(HouseholdPageView {
        total: page.total,
        households: page.households.into_iter().map(Into::into).collect(),
        next: page.next,
    }))
}

/// One detail that was set.
#[derive(Debug, Serialize, ToSchema)]
pub struct DetailSet {
    field: Field,
    was: Value,
    value: Value,
    /// Did it become the value? Otherwise it waits for the ward, or something else stands.
    stands: bool,
    /// Does it wait for the ward?
    asked: bool,
}

/// What was done to a household.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdDeedView {
    /// What the ward did; nothing for details that a phone set.
    what: Option<RegisterChange>,
    set: Vec<DetailSet>,
    /// What it was about: the code of the other household, the alleys, a code of why.
    note: Option<String>,
    reason: Option<String>,
    by: Option<String>,
    at: Millis,
    /// The day it is in force from.
    day: Day,
}

impl From<HouseholdDeed> for HouseholdDeedView {
    fn from(d: HouseholdDeed) -> Self {
        let set = d.set.into_iter().map(|(field, was, value, fate)| DetailSet {
            field,
            was,
            value,
            stands: matches!(fate, EditFate::Won | EditFate::Same | EditFate::Accepted),
            asked: fate == EditFate::Asked,
        });
        Self {
            what: d.what,
            set: set.collect(),
            note: d.note,
            reason: d.reason,
            by: d.by,
            at: d.at,
            day: d.day,
        }
    }
}

/// A household with all that was done to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdCardView {
    household: ListedHousehold,
    last_visit_at: Option<Millis>,
    /// The day it left the denominator from.
    left_on: Option<Day>,
    /// Its doubles.
    doubles: Vec<HouseholdCode>,
    /// What was done to it, the latest first.
    deeds: Vec<HouseholdDeedView>,
}

/// One household of the register.
#[utoipa::path(
    tag = "register",
    params(("id" = HouseholdId, Path, description = "The household")),
    responses(
        (status = 200, description = "The household", body = HouseholdCardView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/households/{id}")]
pub async fn card(
    app: State,
    caller: Caller,
    id: web::Path<HouseholdId>,
) -> Result<web::Json<HouseholdCardView>, Problem> {
    caller.may(Action::SearchRegister)?;
    let card = app.store.household_card(caller.ward()?, *id).await?;
    Ok(web::Json(HouseholdCardView {
        household: card.line.into(),
        last_visit_at: card.last_visit_at,
        left_on: card.left_on,
        doubles: card.doubles.into_iter().map(Into::into).collect(),
        deeds: card.deeds.into_iter().map(Into::into).collect(),
    }))
}

/// Details set at the desk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseholdDetails {
    /// Made by the desk: sent twice it is once.
    edit_id: OpId,
    /// The new values; nothing takes a landmark or a count away.
    #[schema(value_type = Object)]
    set: Details,
    /// What the desk showed of the same fields.
    #[serde(default)]
    #[schema(value_type = Object)]
    was: Details,
    /// Why.
    reason: String,
}

/// Set details of a household. What somebody else set meanwhile is not written over: 409 names the
/// field, and nothing is written.
#[utoipa::path(
    tag = "register",
    params(("id" = HouseholdId, Path, description = "The household")),
    request_body = HouseholdDetails,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "Somebody set one of them meanwhile, or it is merged or removed", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/households/{id}/edit")]
pub async fn edit(
    app: State,
    caller: Caller,
    id: web::Path<HouseholdId>,
    body: Body<HouseholdDetails>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(wish) = body;
    let act = act(&app, &caller, &wish.reason, None)?;
    let sent = HouseholdEdit { household_id: *id, set: wish.set, was: wish.was };
    let set = sent.checked().map_err(|fault| fault_of(&sent, fault))?;
    let device = caller.0.device;
    let edit = DeskEdit { id: wish.edit_id, set, was: sent.was, device };
    match app.store.edit_household(caller.ward()?, *id, &edit, &act).await? {
        DeskEdited::Done(seq) => Ok(web::Json(DoneView { seq })),
        DeskEdited::Overtaken(field) => {
            Err(Problem::field(Code::Conflict, format!("/set/{}", field.code()), "overtaken"))
        }
    }
}

/// The fault with the field that is at fault.
fn fault_of(sent: &HouseholdEdit, fault: EditFault) -> Problem {
    let alone = |field: &Field| {
        let set = sent.set.iter().filter(|(f, _)| *f == field);
        let set: Details = set.map(|(f, v)| (*f, v.clone())).collect();
        HouseholdEdit { set, was: Details::new(), ..sent.clone() }.checked() == Err(fault)
    };
    let field = sent.set.keys().find(|field| alone(field));
    Problem::invalid(field.map_or("/set".to_owned(), |field| format!("/set/{}", field.code())))
}

/// Where a household goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveHousehold {
    /// The alley it stands on.
    alley_id: AlleyId,
    /// Why.
    reason: String,
}

/// Move a household to another alley, and to that alley's group.
#[utoipa::path(
    tag = "register",
    params(("id" = HouseholdId, Path, description = "The household")),
    request_body = MoveHousehold,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "It is merged or removed", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/households/{id}/move")]
pub async fn relocate(
    app: State,
    caller: Caller,
    id: web::Path<HouseholdId>,
    body: Body<MoveHousehold>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(MoveHousehold { alley_id, reason }) = body;
    let act = act(&app, &caller, &reason, None)?;
    let seq = app.store.move_household(caller.ward()?, *id, alley_id, &act).await?;
    Ok(web::Json(DoneView { seq }))
}

/// Two households that may be one.
#[derive(Debug, Serialize, ToSchema)]
pub struct LikelyDouble {
    one: RegisterHousehold,
    other: RegisterHousehold,
    /// How much speaks for it, up to 100.
    score: u8,
    /// What speaks for it: the name first, then the place.
    reasons: Vec<Likeness>,
}

/// Likely doubles, the likeliest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LikelyDoublesView {
    /// How many there are in all.
    total: usize,
    /// At most 100 of them.
    pairs: Vec<LikelyDouble>,
}

/// Households that look like one written twice, of which the ward has not said that they are two.
#[utoipa::path(
    tag = "register",
    responses(
        (status = 200, description = "Pairs", body = LikelyDoublesView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/register/doubles")]
pub async fn doubles(app: State, caller: Caller) -> Result<web::Json<LikelyDoublesView>, Problem> {
    caller.may(Action::SearchRegister)?;
    let (total, pairs) = app.store.likely_doubles(caller.ward()?).await?;
    let pairs = pairs.into_iter().map(|p| LikelyDouble {
        one: p.one.into(),
        other: p.other.into(),
        score: p.score,
        reasons: p.reasons,
    });
    Ok(web::Json(LikelyDoublesView { total, pairs: pairs.collect() }))
}

/// What the ward says of two households.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApartRequest {
    one: HouseholdId,
    other: HouseholdId,
    /// Are they two? Otherwise they may be asked about again.
    apart: bool,
}

/// Say that two households are two, or take that back.
#[utoipa::path(
    tag = "register",
    request_body = ApartRequest,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/register/doubles/apart")]
pub async fn apart(
    app: State,
    caller: Caller,
    body: Body<ApartRequest>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(ApartRequest { one, other, apart }) = body;
    if one == other {
        return Err(Problem::invalid("/other"));
    }
    let act = Act::of(caller.0.account, app.now());
    let seq = app.store.set_apart(caller.ward()?, (one, other), apart, &act).await?;
    Ok(web::Json(DoneView { seq }))
}

/// Of which days, and of which group.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LedgerQuery {
    /// The first day.
    from: Day,
    /// The last day.
    to: Day,
    group: Option<GroupId>,
}

/// One act that changed the denominator of one group.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerLineView {
    /// The ward's number of the act.
    seq: i64,
    what: RegisterChange,
    group: GroupName,
    /// Households gained, or lost when negative.
    delta: i64,
    /// The day it is in force from.
    day: Day,
    at: Millis,
    /// Who; a program when nobody.
    by: Option<String>,
    reason: Option<String>,
}

impl From<LedgerLine> for LedgerLineView {
    fn from(l: LedgerLine) -> Self {
        Self {
            seq: l.seq,
            what: l.what,
            group: l.group.into(),
            delta: l.delta,
            day: l.day,
            at: l.at,
            by: l.by,
            reason: l.reason,
        }
    }
}

/// What moved the denominator.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerView {
    /// Households at the end of the day before the first.
    before: i64,
    /// Households at the end of the last day.
    after: i64,
    /// What lies between, the latest first: the lines add up to the difference, unless there are more.
    lines: Vec<LedgerLineView>,
    /// Are there more than these 500?
    more: bool,
}

/// What moved the number of households from one day to another: of the ward, or of one group.
#[utoipa::path(
    tag = "register",
    params(LedgerQuery),
    responses(
        (status = 200, description = "Lines", body = LedgerView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/register/ledger")]
pub async fn ledger(
    app: State,
    caller: Caller,
    query: web::Query<LedgerQuery>,
) -> Result<web::Json<LedgerView>, Problem> {
    caller.may(Action::SearchRegister)?;
    let LedgerQuery { from, to, group } = query.into_inner();
    if from.date().is_none() || to.date().is_none() || from > to {
        return Err(Problem::invalid("/from"));
    }
    let Ledger { before, after, lines, more } =
        app.store.ledger(caller.ward()?, group, (from, to)).await?;
    let lines = lines.into_iter().map(Into::into).collect();
    Ok(web::Json(LedgerView { before, after, lines, more }))
}
