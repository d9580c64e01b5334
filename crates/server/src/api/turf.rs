//! Turfs at the desk: the ward's ground at once, proposals, alleys given in one act, printed sheets.

use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use gocua_domain::account::Action;
use gocua_domain::address::Side;
use gocua_domain::household::Status;
use gocua_domain::id::{AlleyId, GroupId, HouseholdId, TeamId};
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::{Day, Millis};
use gocua_domain::turf::{
    Scope, Sharing, TurfAlley, TurfLeft, TurfLoad, TurfMove, TurfTeam, TurfWhy, halve, share,
};
use gocua_store::{
    Batched, GivenBatch, Hand, SheetAlley, SheetDoor, TurfBoard, TurfBoardAlley, TurfBoardTeam,
};

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// Alleys one act moves and one print shows at most: more than any ward has.
const MAX_ALLEYS: usize = 3_000;
/// Bytes of a list of so many.
const LIST_LIMIT: usize = 1024 * 1024;

/// One alley as the desk shares the ward out.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurfAlleyView {
    id: AlleyId,
    group_id: GroupId,
    parent_id: Option<AlleyId>,
    kind: AlleyKind,
    name: String,
    sort: String,
    /// Active households.
    households: i64,
    /// Of these, those on which somebody has still to knock.
    remaining: i64,
    /// Work left, in half knocks.
    work: i64,
    team_id: Option<TeamId>,
}

impl From<TurfBoardAlley> for TurfAlleyView {
    fn from(a: TurfBoardAlley) -> Self {
        Self {
            id: a.turf.id,
            group_id: a.turf.group,
            parent_id: a.turf.parent,
            kind: a.kind,
            name: a.name,
            sort: a.turf.sort,
            households: a.households,
            remaining: a.remaining,
            work: a.turf.work,
            team_id: a.turf.held,
        }
    }
}

/// One team as the desk shares the ward out.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurfTeamView {
    id: TeamId,
    name: String,
    /// People in it who may sign in.
    people: i64,
    /// Name of its lead.
    lead: Option<String>,
    /// Homes one of them knocks at of an evening.
    doors_per_evening: i64,
    /// Evenings planned from today on; the ward's figure where none is.
    evenings: i64,
    /// What it can do in these, in half knocks.
    capacity: i64,
}

impl From<TurfBoardTeam> for TurfTeamView {
    fn from(t: TurfBoardTeam) -> Self {
        let TurfTeam { id, capacity } = t.turf();
        Self {
            id,
            capacity,
            name: t.name,
            people: t.people,
            lead: t.lead,
            doors_per_evening: t.doors_per_evening,
            evenings: t.evenings,
        }
    }
}

/// Alleys that changed hands in one act.
#[derive(Debug, Serialize, ToSchema)]
pub struct GivenView {
    id: Uuid,
    at: Millis,
    alleys: i64,
}

impl From<GivenBatch> for GivenView {
    fn from(b: GivenBatch) -> Self {
        Self { id: b.id, at: b.made_at, alleys: b.alleys }
    }
}

/// The ward's ground and its teams.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurfView {
    /// The number it reaches.
    seq: i64,
    /// Every alley, group after group in walking order.
    alleys: Vec<TurfAlleyView>,
    /// Teams that are not closed, by name.
    teams: Vec<TurfTeamView>,
    /// The last act, unless it has been taken back.
    last: Option<GivenView>,
}

/// The ward's ground: every alley with its work and its team, every team with what it can do.
#[utoipa::path(
    tag = "territory",
    responses(
        (status = 200, description = "The ground", body = TurfView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/turf")]
pub async fn board(app: State, caller: Caller) -> Result<web::Json<TurfView>, Problem> {
    caller.may(Action::AssignAlley)?;
    let TurfBoard { seq, alleys, teams, last } =
        app.store.turf_board(caller.ward()?, app.now()).await?;
    Ok(web::Json(TurfView {
        seq,
        alleys: alleys.into_iter().map(Into::into).collect(),
        teams: teams.into_iter().map(Into::into).collect(),
        last: last.map(Into::into),
    }))
}

/// A turf to be cut in two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HalveRequest {
    /// Whose turf.
    team_id: TeamId,
    /// Who would take the second half.
    other_id: TeamId,
}

/// What is to be proposed: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalRequest {
    /// Share the whole ward.
    scope: Option<Scope>,
    /// Cut one turf in two.
    halve: Option<HalveRequest>,
}

/// An alley that would change hands.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurfMoveView {
    alley_id: AlleyId,
    from: Option<TeamId>,
    to: TeamId,
    why: TurfWhy,
}

impl From<TurfMove> for TurfMoveView {
    fn from(m: TurfMove) -> Self {
        Self { alley_id: m.alley, from: m.from, to: m.to, why: m.why }
    }
}

/// An alley that would stay with nobody.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurfLeftView {
    alley_id: AlleyId,
    why: TurfLeft,
}

/// What a team has to do, in half knocks.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurfLoadView {
    team_id: TeamId,
    /// Its fair share of all that is left to do.
    share: i64,
    before: i64,
    /// After the moves.
    after: i64,
    /// After the moves, when every question is answered with yes.
    with_questions: i64,
}

impl From<TurfLoad> for TurfLoadView {
    fn from(l: TurfLoad) -> Self {
        Self {
            team_id: l.team,
            share: l.share,
            before: l.before,
            after: l.after,
            with_questions: l.with_questions,
        }
    }
}

/// A proposal; nothing of it is written.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProposalView {
    /// The number it was reckoned at.
    seq: i64,
    moves: Vec<TurfMoveView>,
    /// Alleys that would go to a team from another group: only if the desk says yes.
    questions: Vec<TurfMoveView>,
    left: Vec<TurfLeftView>,
    loads: Vec<TurfLoadView>,
}

/// Propose who takes which alleys. Nothing is written.
#[utoipa::path(
    tag = "territory",
    request_body = ProposalRequest,
    responses(
        (status = 200, description = "A proposal", body = ProposalView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/assignments/proposal")]
pub async fn propose(
    app: State,
    caller: Caller,
    body: Body<ProposalRequest>,
) -> Result<web::Json<ProposalView>, Problem> {
    caller.may(Action::AssignAlley)?;
    let Body(wish) = body;
    let ground = app.store.turf_board(caller.ward()?, app.now()).await?;
    let alleys: Vec<TurfAlley> = ground.alleys.into_iter().map(|a| a.turf).collect();
    let teams: Vec<TurfTeam> = ground.teams.iter().map(TurfBoardTeam::turf).collect();
    let told = match (wish.scope, wish.halve) {
        (Some(scope), None) => {
            // The threads of the handlers are for those who wait on them.
            let reckoned = web::block(move || share(&alleys, &teams, scope)).await;
            reckoned.map_err(Problem::internal)?
        }
        (None, Some(HalveRequest { team_id, other_id })) => {
            let known = |id: TeamId| teams.iter().any(|t| t.id == id);
            if !known(team_id) || !known(other_id) {
                return Err(Problem::new(Code::NotFound));
            }
            if team_id == other_id {
                return Err(Problem::invalid("/halve/other_id"));
            }
            Sharing { moves: halve(&alleys, team_id, other_id), ..Sharing::default() }
        }
        _ => return Err(Problem::invalid("/scope")),
    };
    Ok(web::Json(ProposalView {
        seq: ground.seq,
        moves: told.moves.into_iter().map(Into::into).collect(),
        questions: told.questions.into_iter().map(Into::into).collect(),
        left: told.left.into_iter().map(|(alley_id, why)| TurfLeftView { alley_id, why }).collect(),
        loads: told.loads.into_iter().map(Into::into).collect(),
    }))
}

/// An alley that shall change hands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandRequest {
    alley_id: AlleyId,
    /// Who holds it, as the desk believes; none: nobody.
    from: Option<TeamId>,
    /// Who shall; none takes it back.
    to: Option<TeamId>,
}

/// Alleys that shall change hands in one act.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GiveRequest {
    /// Made by the desk: the same act sent again is done once.
    id: Uuid,
    /// 1 to 3,000.
    hands: Vec<HandRequest>,
}

/// An act that is done.
#[derive(Debug, Serialize, ToSchema)]
pub struct GaveView {
    id: Uuid,
    /// The ward's number of it.
    seq: i64,
}

/// The answer to an act; a refusal names the places in the list.
fn answer(id: Uuid, fate: Batched) -> Result<web::Json<GaveView>, Problem> {
    let at = |problem: Problem, places: Vec<usize>, what: &'static str| {
        places.into_iter().fold(problem, |p, n| p.also(format!("/hands/{n}"), what))
    };
    match fate {
        Batched::Done(seq) => Ok(web::Json(GaveView { id, seq })),
        Batched::Changed(places) => Err(at(Problem::new(Code::Conflict), places, "changed")),
        Batched::Unknown(places) => {
            Err(at(Problem::new(Code::InvalidField), places, "invalid_field"))
        }
    }
}

/// Give and take back alleys in one act: all of it, or nothing. An alley that is in other hands than
/// the desk believes refuses it (`changed` at `/hands/n`).
#[utoipa::path(
    tag = "territory",
    request_body = GiveRequest,
    responses(
        (status = 200, description = "Done", body = GaveView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/assignments")]
pub async fn give(
    app: State,
    caller: Caller,
    body: Body<GiveRequest, LIST_LIMIT>,
) -> Result<web::Json<GaveView>, Problem> {
    caller.may(Action::AssignAlley)?;
    let Body(GiveRequest { id, hands }) = body;
    if !(1..=MAX_ALLEYS).contains(&hands.len()) {
        return Err(Problem::invalid("/hands"));
    }
    let hands: Vec<Hand> =
        hands.into_iter().map(|h| Hand { alley: h.alley_id, from: h.from, to: h.to }).collect();
    answer(id, app.store.give(caller.ward()?, id, &hands, caller.0.account, app.now()).await?)
}

/// Take the last act back, as long as nothing contradicts it. Twice is once.
#[utoipa::path(
    tag = "territory",
    params(("id" = Uuid, Path, description = "The act")),
    responses(
        (status = 200, description = "Taken back", body = GaveView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/assignments/{id}/undo")]
pub async fn undo(
    app: State,
    caller: Caller,
    id: web::Path<Uuid>,
) -> Result<web::Json<GaveView>, Problem> {
    caller.may(Action::AssignAlley)?;
    let id = id.into_inner();
    match answer(id, app.store.undo_give(caller.ward()?, id, caller.0.account, app.now()).await?) {
        // A team closed since is no fault of the request: things have moved on.
        Err(problem) if problem.code() == Code::InvalidField => Err(Problem::new(Code::Conflict)),
        other => other,
    }
}

/// The alleys to be printed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SheetsRequest {
    /// 1 to 3,000.
    alley_ids: Vec<AlleyId>,
}

/// One house of a sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetDoorView {
    id: HouseholdId,
    code: String,
    /// House number.
    no: Option<String>,
    /// Odd or even side.
    #[schema(value_type = Option<String>)]
    side: Option<Side>,
    sort: String,
    landmark: Option<String>,
    head: Option<String>,
    status: Status,
    /// Visits that count.
    visits: i64,
    /// Should somebody come back?
    revisit: bool,
    /// Nobody knocks before this day.
    quiet_until: Option<Day>,
}

impl From<SheetDoor> for SheetDoorView {
    fn from(d: SheetDoor) -> Self {
        Self {
            id: d.id,
            code: d.code,
            no: Some(d.house_no).filter(|no| !no.is_empty()),
            side: d.side,
            sort: d.sort,
            landmark: d.landmark,
            head: d.head,
            status: d.status,
            visits: d.visits,
            revisit: d.revisit,
            quiet_until: d.quiet_until,
        }
    }
}

/// One alley of a sheet, with its active houses in walking order.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetView {
    id: AlleyId,
    parent_id: Option<AlleyId>,
    kind: AlleyKind,
    name: String,
    mouth: Option<String>,
    sort: String,
    /// Name of its residential group.
    group: String,
    /// Name of the team that holds it.
    team: Option<String>,
    doors: Vec<SheetDoorView>,
}

impl From<SheetAlley> for SheetView {
    fn from(a: SheetAlley) -> Self {
        Self {
            id: a.id,
            parent_id: a.parent,
            kind: a.kind,
            name: a.name,
            mouth: a.mouth,
            sort: a.sort,
            group: a.group,
            team: a.team,
            doors: a.doors.into_iter().map(Into::into).collect(),
        }
    }
}

/// Sheets, in walking order.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetsView {
    sheets: Vec<SheetView>,
}

/// What is printed of some alleys: what the paper of a phone of their team shows, and nothing else.
#[utoipa::path(
    tag = "territory",
    request_body = SheetsRequest,
    responses(
        (status = 200, description = "Sheets", body = SheetsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/sheets")]
pub async fn sheets(
    app: State,
    caller: Caller,
    body: Body<SheetsRequest, LIST_LIMIT>,
) -> Result<web::Json<SheetsView>, Problem> {
    caller.may(Action::AssignAlley)?;
    let Body(SheetsRequest { alley_ids }) = body;
    if !(1..=MAX_ALLEYS).contains(&alley_ids.len()) {
        return Err(Problem::invalid("/alley_ids"));
    }
    let sheets = app.store.sheets(caller.ward()?, &alley_ids, app.now()).await?;
    Ok(web::Json(SheetsView { sheets: sheets.into_iter().map(Into::into).collect() }))
}
