//! Homes where two teams met.

use actix_web::{HttpResponse, get, post, web};
use gocua_domain::account::{Action, Reach};
use gocua_domain::id::{HouseholdId, TeamId};
use gocua_domain::pull::TeamRef;
use gocua_domain::time::Millis;
use gocua_store::OverlapLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::desk::HouseholdPlace;
use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// A team at a home.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnockView {
    team: TeamRef,
    /// When the door was knocked.
    at: Millis,
}

impl From<(TeamRef, Millis)> for KnockView {
    fn from((team, at): (TeamRef, Millis)) -> Self {
        Self { team, at }
    }
}

/// Two teams at one home within a day. Both visits count.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverlapView {
    household: HouseholdPlace,
    first: KnockView,
    second: KnockView,
    /// Those of the two teams that have said they know.
    seen_by: Vec<TeamId>,
}

impl From<OverlapLine> for OverlapView {
    fn from(line: OverlapLine) -> Self {
        Self {
            household: line.household.into(),
            first: line.first.into(),
            second: line.second.into(),
            seen_by: line.seen_by,
        }
    }
}

/// Homes where two teams met, the latest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverlapsView {
    overlaps: Vec<OverlapView>,
}

/// Homes of the last 14 days at which two teams came within a day of each other. A team lead reads
/// those of the own team that it has not said it knows of; the ward desk reads all.
#[utoipa::path(
    tag = "team",
    responses(
        (status = 200, description = "Homes", body = OverlapsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/overlaps")]
pub async fn overlaps(app: State, caller: Caller) -> Result<web::Json<OverlapsView>, Problem> {
    let reach = caller.may(Action::ReadOverlaps)?;
    let (ward, team, now) = (caller.ward()?, caller.0.team, app.now());
    let lines = match (reach, team) {
        (Reach::Ward, _) => app.store.overlaps(ward, None, now).await?,
        (_, Some(team)) => app.store.overlaps(ward, Some(team), now).await?,
        (_, None) => Vec::new(),
    };
    Ok(web::Json(OverlapsView { overlaps: lines.into_iter().map(Into::into).collect() }))
}

/// Up to which visit a team knows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlapKnown {
    household_id: HouseholdId,
    /// When the later of the two knocked.
    upto: Millis,
}

/// A team lead says that the team knows: the home is not told to it again before another visit. No
/// count changes. Only the own team's word can be given: the ward desk has none to give.
#[utoipa::path(
    tag = "team",
    request_body = OverlapKnown,
    responses(
        (status = 204, description = "Written down"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/overlaps/known")]
pub async fn known(
    app: State,
    caller: Caller,
    body: Body<OverlapKnown>,
) -> Result<HttpResponse, Problem> {
    let reach = caller.may(Action::ReadOverlaps)?;
    let Body(OverlapKnown { household_id, upto }) = body;
    let own = caller.0.team.filter(|_| reach == Reach::OwnTeam);
    let team = own.ok_or_else(|| Problem::new(Code::NotFound))?;
    let word = (team, caller.0.account);
    app.store.overlap_known(caller.ward()?, (household_id, upto), word, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
