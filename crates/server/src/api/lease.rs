//! Telling team-mates at which door one stands.

use actix_web::{post, web};
use gocua_domain::account::Action;
use gocua_domain::id::HouseholdId;
use gocua_domain::time::Millis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Caller};
use super::problem::{Problem, ProblemBody};
use crate::app::State;
use crate::leases::Lease;

/// The door the caller stands at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseRequest {
    /// The household; none when at no door.
    #[serde(default)]
    household_id: Option<HouseholdId>,
}

/// A team-mate at a door.
#[derive(Debug, Serialize, ToSchema)]
pub struct MateView {
    household_id: HouseholdId,
    /// The team-mate's display name.
    name: String,
    /// When the lease ends by itself.
    until: Millis,
}

impl From<Lease> for MateView {
    fn from(l: Lease) -> Self {
        Self { household_id: l.household, name: l.name, until: l.until }
    }
}

/// The caller's lease and those of the team.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeaseView {
    /// When the caller's own lease ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Millis>,
    /// Team-mates at doors.
    others: Vec<MateView>,
}

/// Says at which door the caller stands, for ten minutes, and hears the same of the team-mates. It
/// decides nothing: two visits at one door are both kept. Kept in memory only.
#[utoipa::path(
    tag = "sync",
    request_body = LeaseRequest,
    responses(
        (status = 200, description = "The leases of the team", body = LeaseView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/sync/lease")]
pub async fn lease(
    app: State,
    caller: Caller,
    body: Body<LeaseRequest>,
) -> Result<web::Json<LeaseView>, Problem> {
    caller.may(Action::ShareDoor)?;
    let Some(team) = caller.0.team else {
        return Ok(web::Json(LeaseView { until: None, others: Vec::new() }));
    };
    let (who, now) = ((team, caller.0.account), app.now());
    let at = match body.0.household_id {
        Some(household) => {
            let name = match app.leases.of(team, caller.0.account, now) {
                Some(lease) => lease.name,
                None => app.store.profile(caller.0.account).await?.account.name,
            };
            Some((household, name))
        }
        None => None,
    };
    let until = app.leases.stand(who, at, now);
    let others = app.leases.others(team, caller.0.account, now);
    Ok(web::Json(LeaseView { until, others: others.into_iter().map(Into::into).collect() }))
}
