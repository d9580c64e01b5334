//! The register in the desk's hands: finding households, merging doubles, removing and restoring.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use gocua_domain::account::Action;
use gocua_domain::desk::{RemovalReason, Standing};
use gocua_domain::id::{AlleyId, GroupId, HouseholdId};
use gocua_store::{Act, RegisterEntry, Removal};

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// The longest query.
pub(super) const MAX_QUERY: usize = 100;
/// The most households one call removes or restores.
const MAX_HOUSEHOLDS: usize = 500;

/// What to look for. In a body: an address of a page that names people would stand in the logs of
/// whatever lies between.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HouseholdQuery {
    /// Words of a name, an address or a register code, with or without marks.
    #[serde(default)]
    q: String,
    /// Without words: `merged` or `removed` lists the latest 100 that left the register this way.
    state: Option<Standing>,
}

/// An alley by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlleyName {
    id: AlleyId,
    name: String,
}

/// A residential group by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupName {
    id: GroupId,
    name: String,
}

/// A household by its code.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdCode {
    id: HouseholdId,
    code: String,
}

/// A household of the register.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterHousehold {
    id: HouseholdId,
    code: String,
    /// House number.
    no: Option<String>,
    alley: AlleyName,
    group: GroupName,
    head: Option<String>,
    landmark: Option<String>,
    /// Visits that count for it, those of its doubles included; of a double, its own.
    visits: i64,
    state: Standing,
    /// Of a double: the household it was merged into.
    merged_into: Option<HouseholdCode>,
}

impl From<(HouseholdId, String)> for HouseholdCode {
    fn from((id, code): (HouseholdId, String)) -> Self {
        Self { id, code }
    }
}

impl From<(GroupId, String)> for GroupName {
    fn from((id, name): (GroupId, String)) -> Self {
        Self { id, name }
    }
}

impl From<RegisterEntry> for RegisterHousehold {
    fn from(h: RegisterEntry) -> Self {
        Self {
            id: h.id,
            code: h.code,
            no: Some(h.house_no).filter(|no| !no.is_empty()),
            alley: AlleyName { id: h.alley.0, name: h.alley.1 },
            group: h.group.into(),
            head: h.head,
            landmark: h.landmark,
            visits: h.visits,
            state: h.standing,
            merged_into: h.merged_into.map(Into::into),
        }
    }
}

/// Households found.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdsView {
    households: Vec<RegisterHousehold>,
}

/// Households whose name, address or code hold every word asked for: at most 20, those in force first.
/// Without words, those that were merged or removed.
#[utoipa::path(
    tag = "register",
    request_body = HouseholdQuery,
    responses(
        (status = 200, description = "Households", body = HouseholdsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/households/search")]
pub async fn find(
    app: State,
    caller: Caller,
    body: Body<HouseholdQuery>,
) -> Result<web::Json<HouseholdsView>, Problem> {
    caller.may(Action::SearchRegister)?;
    let Body(query) = body;
    if query.q.chars().count() > MAX_QUERY {
        return Err(Problem::invalid("/q"));
    }
    let ward = caller.ward()?;
    let found = match query.state {
        Some(state) if query.q.is_empty() => app.store.households_out(ward, state).await?,
        // Words and a state together are not asked by anybody, and would need a meaning.
        Some(_) => return Err(Problem::invalid("/state")),
        None => app.store.find_households(ward, &query.q).await?,
    };
    Ok(web::Json(HouseholdsView { households: found.into_iter().map(Into::into).collect() }))
}

/// A change of the register or the inbox is in the book.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoneView {
    /// The ward's number of the change; the number of now when there was nothing left to change.
    pub(super) seq: i64,
}

/// Of which household a double is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeHousehold {
    /// The household that stays.
    into: HouseholdId,
}

/// Merge a double into another household: its visits count there from now on.
#[utoipa::path(
    tag = "register",
    params(("id" = HouseholdId, Path, description = "The double")),
    request_body = MergeHousehold,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "One of them is removed or merged elsewhere, or the double has doubles of its own", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/households/{id}/merge")]
pub async fn merge(
    app: State,
    caller: Caller,
    id: web::Path<HouseholdId>,
    body: Body<MergeHousehold>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(MergeHousehold { into }) = body;
    if *id == into {
        return Err(Problem::invalid("/into"));
    }
    let seq = app.store.merge_households(caller.ward()?, *id, into, &here(&app, &caller)).await?;
    Ok(web::Json(DoneView { seq }))
}

/// Tell a double apart again: everything is as it was before the merge.
#[utoipa::path(
    tag = "register",
    params(("id" = HouseholdId, Path, description = "The double")),
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/households/{id}/unmerge")]
pub async fn unmerge(
    app: State,
    caller: Caller,
    id: web::Path<HouseholdId>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let seq = app.store.unmerge_household(caller.ward()?, *id, &here(&app, &caller)).await?;
    Ok(web::Json(DoneView { seq }))
}

/// Households that leave the register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveHouseholds {
    /// At most 500.
    ids: Vec<HouseholdId>,
    /// Why.
    why: RemovalReason,
}

/// Take households out of the register, all of them or none.
#[utoipa::path(
    tag = "register",
    request_body = RemoveHouseholds,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "One of them is a merged double", body = ProblemBody),
        (status = 422, description = "`mass_removal`: more than 20 households and more than 2 % of the ward within 24 hours", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/households/remove")]
pub async fn remove(
    app: State,
    caller: Caller,
    body: Body<RemoveHouseholds>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(RemoveHouseholds { ids, why }) = body;
    let act = here(&app, &caller);
    let removed = app.store.remove_households(caller.ward()?, some(&ids)?, why, &act).await?;
    match removed {
        Removal::Done(seq) => Ok(web::Json(DoneView { seq })),
        Removal::TooMany => Err(Problem::new(Code::MassRemoval)),
    }
}

/// Households that come back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreHouseholds {
    /// At most 500.
    ids: Vec<HouseholdId>,
}

/// Bring removed households back, all of them or none.
#[utoipa::path(
    tag = "register",
    request_body = RestoreHouseholds,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/households/restore")]
pub async fn restore(
    app: State,
    caller: Caller,
    body: Body<RestoreHouseholds>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(RestoreHouseholds { ids }) = body;
    let seq =
        app.store.restore_households(caller.ward()?, some(&ids)?, &here(&app, &caller)).await?;
    Ok(web::Json(DoneView { seq }))
}

/// An act of the caller, now.
fn here(app: &State, caller: &Caller) -> Act {
    Act::of(caller.0.account, app.now())
}

fn some(ids: &[HouseholdId]) -> Result<&[HouseholdId], Problem> {
    if (1..=MAX_HOUSEHOLDS).contains(&ids.len()) { Ok(ids) } else { Err(Problem::invalid("/ids")) }
}
