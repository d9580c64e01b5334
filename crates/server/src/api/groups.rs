//! Residential groups and alleys over time: named, founded, merged, cut, and put back.

use actix_web::{get, post, web};
use gocua_domain::account::Action;
use gocua_domain::edit::holds_number;
use gocua_domain::ground::{GroundChange, HouseRange, MAX_ALIASES, MAX_NAME};
use gocua_domain::id::{AlleyId, GroupId};
use gocua_domain::proposal::{MAX_REASON, leaves_on};
use gocua_domain::time::{Day, Millis};
use gocua_store::{Act, Cut, GroundDeed, GroupLine, Naming};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::extract::{Body, Caller};
use super::problem::{Problem, ProblemBody};
use super::register::{DoneView, GroupName};
use crate::app::State;

/// The most alleys and ranges of one cut.
const MOST_WAYS: usize = 500;

/// The ward's words for something it does: not empty, in one line, and nobody's number.
pub(super) fn words(reason: &str) -> Result<String, Problem> {
    let reason = reason.trim();
    let plain = !reason.chars().any(char::is_control);
    if reason.is_empty() || reason.chars().count() > MAX_REASON || holds_number(reason) || !plain {
        return Err(Problem::invalid("/reason"));
    }
    Ok(reason.to_owned())
}

/// An act of the caller with its reason, in force from a day that is not ahead.
pub(super) fn act(
    app: &State,
    caller: &Caller,
    reason: &str,
    day: Option<Day>,
) -> Result<Act, Problem> {
    let now = app.now();
    let day = leaves_on(day, now.day()).ok_or_else(|| Problem::invalid("/day"))?;
    Ok(Act::of(caller.0.account, now).because(words(reason)?).from_day(Some(day)))
}

/// A name as it is kept: trimmed, in one line, nobody's number.
fn name(text: &str, pointer: &'static str) -> Result<String, Problem> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = !text.is_empty() && text.chars().count() <= MAX_NAME && !holds_number(&text);
    if fits { Ok(text) } else { Err(Problem::invalid(pointer)) }
}

/// Which groups to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct GroupsQuery {
    /// Those in force on this day, as they were called then; today when not said.
    on: Option<Day>,
    /// Those that have ended too.
    #[serde(default)]
    all: bool,
}

/// A residential group of the register.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterGroup {
    id: GroupId,
    code: String,
    /// Its name on the day asked for.
    name: String,
    /// Other names that lead to it.
    aliases: Vec<String>,
    /// The ward it belonged to before the merger.
    former_ward: Option<String>,
    /// The first day it was in force; unknown for those the ward began with.
    valid_from: Option<Day>,
    /// The first day it was in force no more.
    valid_to: Option<Day>,
    /// The group it became part of.
    merged_into: Option<GroupId>,
    /// Households in the denominator now.
    households: i64,
    /// Its alleys now.
    alleys: i64,
}

impl From<GroupLine> for RegisterGroup {
    fn from(g: GroupLine) -> Self {
        Self {
            id: g.id,
            code: g.code,
            name: g.name,
            aliases: g.aliases,
            former_ward: g.former_ward,
            valid_from: g.valid_from,
            valid_to: g.valid_to,
            merged_into: g.merged_into,
            households: g.households,
            alleys: g.alleys,
        }
    }
}

/// Residential groups in the ward's order.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupsView {
    groups: Vec<RegisterGroup>,
}

/// The residential groups in force on a day, with their other names and what they count now.
#[utoipa::path(
    tag = "register",
    params(GroupsQuery),
    responses(
        (status = 200, description = "Groups", body = GroupsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/groups")]
pub async fn groups(
    app: State,
    caller: Caller,
    query: web::Query<GroupsQuery>,
) -> Result<web::Json<GroupsView>, Problem> {
    caller.may(Action::SearchRegister)?;
    let on = query.on.unwrap_or_else(|| app.now().day());
    let groups = app.store.groups_on(caller.ward()?, on, query.all).await?;
    Ok(web::Json(GroupsView { groups: groups.into_iter().map(Into::into).collect() }))
}

/// What a group is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupNaming {
    name: String,
    /// Other names that lead to it, at most 12; a name it had is kept by itself.
    #[serde(default)]
    aliases: Vec<String>,
    /// The ward it belonged to before the merger.
    former_ward: Option<String>,
    /// Why.
    reason: String,
    /// From which day on; today when not said, never later.
    day: Option<Day>,
}

impl GroupNaming {
    fn checked(&self) -> Result<Naming, Problem> {
        if self.aliases.len() > MAX_ALIASES {
            return Err(Problem::invalid("/aliases"));
        }
        let former = self.former_ward.as_deref().map(str::trim).filter(|ward| !ward.is_empty());
        let aliases = self.aliases.iter().filter(|alias| !alias.trim().is_empty());
        Ok(Naming {
            name: name(&self.name, "/name")?,
            aliases: aliases.map(|alias| name(alias, "/aliases")).collect::<Result<_, _>>()?,
            former_ward: former.map(|ward| name(ward, "/former_ward")).transpose()?,
        })
    }
}

/// A group was founded.
#[derive(Debug, Serialize, ToSchema)]
pub struct FoundedView {
    id: GroupId,
    /// The ward's number of the change.
    seq: i64,
}

/// Found a residential group without alleys.
#[utoipa::path(
    tag = "register",
    request_body = GroupNaming,
    responses(
        (status = 200, description = "Done", body = FoundedView),
        (status = 409, description = "A group in force is called so", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/groups")]
pub async fn found(
    app: State,
    caller: Caller,
    body: Body<GroupNaming>,
) -> Result<web::Json<FoundedView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(wish) = body;
    let act = act(&app, &caller, &wish.reason, wish.day)?;
    let (id, seq) = app.store.found_group(caller.ward()?, &wish.checked()?, &act).await?;
    Ok(web::Json(FoundedView { id, seq }))
}

/// Set what a group is called. The name it had stays as one that leads to it.
#[utoipa::path(
    tag = "register",
    params(("id" = GroupId, Path, description = "The group")),
    request_body = GroupNaming,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "It has ended, or another group in force is called so", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/groups/{id}/name")]
pub async fn rename(
    app: State,
    caller: Caller,
    id: web::Path<GroupId>,
    body: Body<GroupNaming>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(wish) = body;
    let act = act(&app, &caller, &wish.reason, wish.day)?;
    let seq = app.store.name_group(caller.ward()?, *id, &wish.checked()?, &act).await?;
    Ok(web::Json(DoneView { seq }))
}

/// Which group a group becomes part of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeGroup {
    /// The group that stays.
    into: GroupId,
    /// Why.
    reason: String,
    /// From which day on; today when not said, never later.
    day: Option<Day>,
}

/// Make a residential group part of another: its alleys and households go along, its names lead there.
#[utoipa::path(
    tag = "register",
    params(("id" = GroupId, Path, description = "The group that ends")),
    request_body = MergeGroup,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "One of them is part of another group already", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/groups/{id}/merge")]
pub async fn merge(
    app: State,
    caller: Caller,
    id: web::Path<GroupId>,
    body: Body<MergeGroup>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(wish) = body;
    if *id == wish.into {
        return Err(Problem::invalid("/into"));
    }
    let act = act(&app, &caller, &wish.reason, wish.day)?;
    let seq = app.store.merge_groups(caller.ward()?, *id, wish.into, &act).await?;
    Ok(web::Json(DoneView { seq }))
}

/// What is cut out of a group.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitGroup {
    /// What the new group is called.
    name: String,
    /// Alleys that go along whole.
    #[serde(default)]
    alleys: Vec<AlleyId>,
    /// Houses of other alleys that go along.
    #[serde(default)]
    ranges: Vec<HouseRange>,
    /// Why.
    reason: String,
    /// From which day on; today when not said, never later.
    day: Option<Day>,
}

/// Cut a new residential group out of another: whole alleys, or some houses of an alley.
#[utoipa::path(
    tag = "register",
    params(("id" = GroupId, Path, description = "The group that is cut")),
    request_body = SplitGroup,
    responses(
        (status = 200, description = "Done", body = FoundedView),
        (status = 409, description = "It has ended, a group in force is called so, no house would go or none would stay", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/groups/{id}/split")]
pub async fn split(
    app: State,
    caller: Caller,
    id: web::Path<GroupId>,
    body: Body<SplitGroup>,
) -> Result<web::Json<FoundedView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(wish) = body;
    if !(1..=MOST_WAYS).contains(&(wish.alleys.len() + wish.ranges.len())) {
        return Err(Problem::invalid("/alleys"));
    }
    let act = act(&app, &caller, &wish.reason, wish.day)?;
    let cut = Cut { name: name(&wish.name, "/name")?, alleys: wish.alleys, ranges: wish.ranges };
    let (id, seq) = app.store.split_group(caller.ward()?, *id, &cut, &act).await?;
    Ok(web::Json(FoundedView { id, seq }))
}

/// What was done to a group or an alley.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroundChangeView {
    id: Uuid,
    kind: GroundChange,
    /// The day it is in force from.
    day: Day,
    group: GroupName,
    /// Of a merge the group that stayed, of a split the new one.
    other: Option<GroupName>,
    alley: Option<AlleyId>,
    /// The name before.
    was: Option<String>,
    /// The name after.
    became: Option<String>,
    reason: String,
    by: String,
    at: Millis,
    undone_at: Option<Millis>,
    /// Can it be taken back now?
    undoable: bool,
}

impl From<GroundDeed> for GroundChangeView {
    fn from(c: GroundDeed) -> Self {
        Self {
            id: c.id,
            kind: c.kind,
            day: c.day,
            group: c.group.into(),
            other: c.other.map(Into::into),
            alley: c.alley,
            was: c.was,
            became: c.became,
            reason: c.reason,
            by: c.by,
            at: c.at,
            undone_at: c.undone_at,
            undoable: c.undoable,
        }
    }
}

/// What was done to the ward's groups and alleys, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroundChangesView {
    changes: Vec<GroundChangeView>,
}

/// What was done to the ward's groups and alleys: the latest 200.
#[utoipa::path(
    tag = "register",
    responses(
        (status = 200, description = "Changes", body = GroundChangesView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/register/changes")]
pub async fn changes(app: State, caller: Caller) -> Result<web::Json<GroundChangesView>, Problem> {
    caller.may(Action::SearchRegister)?;
    let changes = app.store.ground_changes(caller.ward()?).await?;
    Ok(web::Json(GroundChangesView { changes: changes.into_iter().map(Into::into).collect() }))
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithReason {
    reason: String,
}

/// Take a merge or a split of groups back: everything is where it was.
#[utoipa::path(
    tag = "register",
    params(("id" = Uuid, Path, description = "The change")),
    request_body = WithReason,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "A later change touched the same groups", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/register/changes/{id}/undo")]
pub async fn undo(
    app: State,
    caller: Caller,
    id: web::Path<Uuid>,
    body: Body<WithReason>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(WithReason { reason }) = body;
    let act = act(&app, &caller, &reason, None)?;
    let seq = app.store.undo_ground(caller.ward()?, *id, &act).await?;
    Ok(web::Json(DoneView { seq }))
}

/// What an alley is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlleyNaming {
    name: String,
    /// Why.
    reason: String,
}

/// Set what an alley is called.
#[utoipa::path(
    tag = "register",
    params(("id" = AlleyId, Path, description = "The alley")),
    request_body = AlleyNaming,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/alleys/{id}/name")]
pub async fn rename_alley(
    app: State,
    caller: Caller,
    id: web::Path<AlleyId>,
    body: Body<AlleyNaming>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepRegister)?;
    let Body(wish) = body;
    let act = act(&app, &caller, &wish.reason, None)?;
    let called = name(&wish.name, "/name")?;
    let seq = app.store.name_alley(caller.ward()?, *id, &called, &act).await?;
    Ok(web::Json(DoneView { seq }))
}
