//! The teams room of the desk: teams, who is in them, the evenings they plan.

use actix_web::{HttpResponse, delete, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use gocua_domain::account::{Action, Role};
use gocua_domain::id::{AccountId, TeamId};
use gocua_domain::roster::{may_last, may_plan_on, meeting_place, team_name};
use gocua_domain::time::{Day, Millis};
use gocua_domain::turf::Term;
use gocua_store::{
    CloseTeam, Closed, Member, MemberPhone, NewTeam, Roster, ShiftPlan, TeamChange, TeamLine,
};

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// A team as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterTeamView {
    id: TeamId,
    name: String,
    /// Alleys it holds.
    alleys: i64,
    /// Active households on them.
    households: i64,
    /// Homes one of its people knocks at of an evening, where it is not the ward's figure.
    doors_per_evening: Option<i32>,
    /// Evenings planned from today on.
    evenings: i64,
}

impl From<TeamLine> for RosterTeamView {
    fn from(t: TeamLine) -> Self {
        Self {
            id: t.id,
            name: t.name,
            alleys: t.alleys,
            households: t.households,
            doors_per_evening: t.doors_per_evening,
            evenings: t.evenings,
        }
    }
}

/// A phone of somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberPhoneView {
    /// What its holder calls it.
    name: String,
    /// When it was last heard of.
    last_seen_at: Millis,
    /// What it still held then.
    queued: i64,
    /// Has it been shut out?
    revoked: bool,
}

impl From<MemberPhone> for MemberPhoneView {
    fn from(p: MemberPhone) -> Self {
        Self { name: p.name, last_seen_at: p.last_seen_at, queued: p.queued, revoked: p.revoked }
    }
}

/// Somebody who walks.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberView {
    id: AccountId,
    name: String,
    /// `volunteer` or `team_lead`.
    role: Role,
    team_id: Option<TeamId>,
    /// May they not sign in any more?
    disabled: bool,
    /// The last heard of first.
    phones: Vec<MemberPhoneView>,
}

impl From<Member> for MemberView {
    fn from(m: Member) -> Self {
        Self {
            id: m.id,
            name: m.name,
            role: m.role,
            team_id: m.team,
            disabled: m.disabled,
            phones: m.phones.into_iter().map(Into::into).collect(),
        }
    }
}

/// An evening a team means to go out.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShiftPlanView {
    id: Uuid,
    team_id: TeamId,
    day: Day,
    /// Minutes since midnight.
    from: i32,
    /// Minutes since midnight.
    to: i32,
    /// Where they meet.
    place: String,
}

impl From<ShiftPlan> for ShiftPlanView {
    fn from(p: ShiftPlan) -> Self {
        let (from, to) = p.minutes;
        Self { id: p.id, team_id: p.team, day: p.day, from, to, place: p.place }
    }
}

/// What the ward has decided about its evenings.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TurfTerms {
    /// Homes one person knocks at of an evening, 1 to 60.
    doors_per_evening: i32,
    /// Evenings of a team that has none planned, 1 to 60.
    evenings: i32,
}

/// The teams room.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterView {
    /// Teams that are not closed, by name.
    teams: Vec<RosterTeamView>,
    /// Who walks: those with access first, leads before others, by name.
    members: Vec<MemberView>,
    /// Evenings from today on, the earliest first.
    plans: Vec<ShiftPlanView>,
    terms: TurfTerms,
}

impl From<Roster> for RosterView {
    fn from(r: Roster) -> Self {
        Self {
            teams: r.teams.into_iter().map(Into::into).collect(),
            members: r.members.into_iter().map(Into::into).collect(),
            plans: r.plans.into_iter().map(Into::into).collect(),
            terms: TurfTerms { doors_per_evening: r.doors_per_evening, evenings: r.evenings },
        }
    }
}

/// The ward's teams, who is in them, and the evenings they plan.
#[utoipa::path(
    tag = "team",
    responses(
        (status = 200, description = "Teams", body = RosterView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/roster")]
pub async fn roster(app: State, caller: Caller) -> Result<web::Json<RosterView>, Problem> {
    caller.may(Action::ManageTeams)?;
    Ok(web::Json(app.store.roster(caller.ward()?, app.now()).await?.into()))
}

/// A team to be founded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamRequest {
    /// Made by the desk: the same team sent again is founded once.
    id: TeamId,
    /// 1 to 60 characters; no other open team of the ward has it.
    name: String,
}

/// Found a team.
#[utoipa::path(
    tag = "team",
    request_body = TeamRequest,
    responses(
        (status = 204, description = "Founded"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/teams")]
pub async fn found(
    app: State,
    caller: Caller,
    body: Body<TeamRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    let Body(TeamRequest { id, name }) = body;
    let name = team_name(&name).ok_or_else(|| Problem::invalid("/name"))?;
    app.store.found_team(caller.ward()?, &NewTeam { id, name }, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A team as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamChangeRequest {
    /// 1 to 60 characters.
    name: String,
    /// Homes one of its people knocks at of an evening, 1 to 60; none: the ward's figure.
    doors_per_evening: Option<i32>,
}

/// Rename a team, or say what it can do of an evening.
#[utoipa::path(
    tag = "team",
    params(("id" = TeamId, Path, description = "The team")),
    request_body = TeamChangeRequest,
    responses(
        (status = 204, description = "Changed"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/teams/{id}")]
pub async fn change(
    app: State,
    caller: Caller,
    id: web::Path<TeamId>,
    body: Body<TeamChangeRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    let Body(wish) = body;
    let name = team_name(&wish.name).ok_or_else(|| Problem::invalid("/name"))?;
    if wish.doors_per_evening.is_some_and(|n| !Term::DoorsPerEvening.allows(n)) {
        return Err(Problem::invalid("/doors_per_evening"));
    }
    let change = TeamChange { name: Some(name), doors_per_evening: Some(wish.doors_per_evening) };
    app.store.change_team(caller.ward()?, *id, &change).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who takes the alleys of a team that closes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlleysTo {
    /// None takes them back: they are with nobody then.
    team_id: Option<TeamId>,
}

/// How a team is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseTeamRequest {
    /// Who takes its alleys; needed when it holds any.
    alleys_to: Option<AlleysTo>,
    /// The team its people go on with; needed when it has any.
    members_to: Option<TeamId>,
}

/// Close a team: its alleys and people go where it is said, its invitations and planned evenings end.
/// Refused as a conflict with `missing_field` at what it still holds. What it did stays its own.
#[utoipa::path(
    tag = "team",
    params(("id" = TeamId, Path, description = "The team")),
    request_body = CloseTeamRequest,
    responses(
        (status = 204, description = "Closed"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/teams/{id}/close")]
pub async fn close(
    app: State,
    caller: Caller,
    id: web::Path<TeamId>,
    body: Body<CloseTeamRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    let Body(wish) = body;
    let close = CloseTeam {
        id: *id,
        alleys_to: wish.alleys_to.map(|to| to.team_id),
        members_to: wish.members_to,
        act: app.new_id(),
    };
    let (by, ward) = (caller.0.account, caller.ward()?);
    let missing = |pointer| Problem::field(Code::Conflict, pointer, "missing_field");
    match app.store.close_team(ward, &close, by, app.now()).await? {
        Closed::Done => {}
        Closed::HoldsAlleys => return Err(missing("/alleys_to")),
        Closed::HasMembers => return Err(missing("/members_to")),
        Closed::OtherTeam => return Err(Problem::invalid("/members_to")),
    }
    // Whoever was in it walks with another team from now on.
    app.auth.drop_all();
    Ok(HttpResponse::NoContent().finish())
}

/// What changes about somebody; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRequest {
    /// The team they go on with.
    team_id: Option<TeamId>,
    /// `volunteer` or `team_lead`.
    role: Option<Role>,
}

/// Move somebody to another team, or make a lead of them and back. Work of theirs that is not sent yet
/// counts for the team they walked with when they did it.
#[utoipa::path(
    tag = "team",
    params(("id" = AccountId, Path, description = "The person")),
    request_body = MemberRequest,
    responses(
        (status = 204, description = "Changed"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/members/{id}")]
pub async fn member(
    app: State,
    caller: Caller,
    id: web::Path<AccountId>,
    body: Body<MemberRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    let Body(MemberRequest { team_id, role }) = body;
    if role.is_some_and(|role| !matches!(role, Role::Volunteer | Role::TeamLead)) {
        return Err(Problem::invalid("/role"));
    }
    let (ward, by) = (caller.ward()?, caller.0.account);
    app.store.change_member(ward, *id, team_id, role, by, app.now()).await?;
    app.auth.drop_account(*id);
    Ok(HttpResponse::NoContent().finish())
}

/// Take the access of somebody who left away; their phones are shut out and wipe themselves when they
/// hear of it. Sealed parcels of their work are still taken. Twice is once.
#[utoipa::path(
    tag = "team",
    params(("id" = AccountId, Path, description = "The person")),
    responses(
        (status = 204, description = "Done"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/members/{id}/leave")]
pub async fn left(
    app: State,
    caller: Caller,
    id: web::Path<AccountId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    let phones = app.store.member_left(caller.ward()?, *id, caller.0.account, app.now()).await?;
    app.auth.drop_account(*id);
    phones.into_iter().for_each(|phone| app.auth.drop_device(phone));
    Ok(HttpResponse::NoContent().finish())
}

/// Give somebody who left their access back. Their old phones stay shut out.
#[utoipa::path(
    tag = "team",
    params(("id" = AccountId, Path, description = "The person")),
    responses(
        (status = 204, description = "Done"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/members/{id}/return")]
pub async fn back(
    app: State,
    caller: Caller,
    id: web::Path<AccountId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    app.store.member_back(caller.ward()?, *id).await?;
    app.auth.drop_account(*id);
    Ok(HttpResponse::NoContent().finish())
}

/// An evening to be planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShiftPlanRequest {
    /// Made by the desk: sent again, it changes the evening.
    id: Uuid,
    team_id: TeamId,
    /// From today on, a year ahead at most.
    day: Day,
    /// Minutes since midnight.
    from: i32,
    /// Minutes since midnight, later than `from`, 21:30 at the latest.
    to: i32,
    /// Where they meet, 1 to 80 characters.
    place: String,
}

/// Plan an evening of a team, or change one.
#[utoipa::path(
    tag = "team",
    request_body = ShiftPlanRequest,
    responses(
        (status = 204, description = "Planned"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/shift-plans")]
pub async fn plan(
    app: State,
    caller: Caller,
    body: Body<ShiftPlanRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    let Body(wish) = body;
    if !may_plan_on(wish.day, app.now().day()) {
        return Err(Problem::invalid("/day"));
    }
    if !may_last(wish.from, wish.to) {
        return Err(Problem::invalid("/to"));
    }
    let plan = ShiftPlan {
        id: wish.id,
        team: wish.team_id,
        day: wish.day,
        minutes: (wish.from, wish.to),
        place: meeting_place(&wish.place).ok_or_else(|| Problem::invalid("/place"))?,
    };
    app.store.plan_shift(caller.ward()?, &plan, caller.0.account, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Call a planned evening off. Twice is once.
#[utoipa::path(
    tag = "team",
    params(("id" = Uuid, Path, description = "The evening")),
    responses(
        (status = 204, description = "Called off"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[delete("/shift-plans/{id}")]
pub async fn call_off(
    app: State,
    caller: Caller,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    app.store.call_off_shift(caller.ward()?, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Say what a person does of an evening, and how many evenings a team goes out that has none planned.
#[utoipa::path(
    tag = "team",
    request_body = TurfTerms,
    responses(
        (status = 204, description = "Written"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/turf/terms")]
pub async fn terms(
    app: State,
    caller: Caller,
    body: Body<TurfTerms>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageTeams)?;
    let Body(TurfTerms { doors_per_evening, evenings }) = body;
    let all = [
        (Term::DoorsPerEvening, doors_per_evening, "/doors_per_evening"),
        (Term::Evenings, evenings, "/evenings"),
    ];
    for (term, amount, pointer) in all {
        if !term.allows(amount) {
            return Err(Problem::invalid(pointer));
        }
    }
    let to = all.map(|(term, amount, _)| (term, amount));
    app.store.set_turf_terms(caller.ward()?, &to).await?;
    Ok(HttpResponse::NoContent().finish())
}
