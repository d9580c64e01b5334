//! Residents who ask at the one-stop desk or in a class, passed on to the police.

use actix_web::{get, post, web};
use gocua_domain::account::Action;
use gocua_domain::id::{GroupId, ReferralId};
use gocua_domain::invite::code_from;
use gocua_domain::referral::{Appointment, ReferralKind, ReferralSource, ReferralState, ReturnWhy};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::AgeBand;
use gocua_store::{NewDeskReferral, OpenedReferral, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// Slips drawn for one referral; one that an open referral has already is passed over.
const SLIPS: usize = 8;

/// A resident passed on, as the desk sees it: nobody's name is in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskReferralView {
    id: ReferralId,
    kind: ReferralKind,
    source: ReferralSource,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<GroupId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_band: Option<AgeBand>,
    state: ReferralState,
    opened_at: Millis,
    /// The last day of the promise, if a day is promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_on: Option<Day>,
    /// What the resident brings: six capital letters and digits, none taken for another.
    slip: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment: Option<Appointment>,
    /// Why it was given back.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<ReturnWhy>,
}

impl From<OpenedReferral> for DeskReferralView {
    fn from(r: OpenedReferral) -> Self {
        Self {
            id: r.id,
            kind: r.kind,
            source: r.source,
            group_id: r.group,
            age_band: r.age_band,
            state: r.state,
            opened_at: r.opened_at,
            due_on: r.due_on,
            slip: r.slip,
            appointment: r.appointment,
            why: r.why,
        }
    }
}

/// Residents passed on.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskReferrals {
    /// Those of the last 30 days, the latest first.
    referrals: Vec<DeskReferralView>,
    /// The ward's residential groups, to choose from.
    groups: Vec<DeskGroup>,
}

/// A residential group a resident may say he lives in.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeskGroup {
    id: GroupId,
    code: String,
    name: String,
}

/// Residents whom desks and classes have passed on to the police in the last 30 days.
#[utoipa::path(
    tag = "police",
    responses(
        (status = 200, description = "The latest first", body = DeskReferrals),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/referrals")]
pub async fn referrals(app: State, caller: Caller) -> Result<web::Json<DeskReferrals>, Problem> {
    caller.may(Action::OpenReferral)?;
    let rows = app.store.desk_referrals(caller.ward()?, app.now()).await?;
    let groups = app.store.desk_groups(caller.ward()?).await?;
    let groups = groups.into_iter().map(|g| DeskGroup { id: g.id, code: g.code, name: g.name });
    Ok(web::Json(DeskReferrals {
        referrals: rows.into_iter().map(Into::into).collect(),
        groups: groups.collect(),
    }))
}

/// A resident to be passed on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeskReferralRequest {
    /// Made by the desk: sent again it is the same one. The server makes one when it is left out.
    id: Option<ReferralId>,
    /// One of those that go to the police.
    kind: ReferralKind,
    /// `one_stop` or `class`.
    source: ReferralSource,
    /// The resident's residential group.
    group_id: GroupId,
    /// Age band, if told.
    age_band: Option<AgeBand>,
}

/// Passes a resident on to the police. He brings the slip; who he is nobody writes down.
#[utoipa::path(
    tag = "police",
    request_body = DeskReferralRequest,
    responses(
        (status = 200, description = "Passed on, with its slip", body = DeskReferralView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/referrals")]
pub async fn open(
    app: State,
    caller: Caller,
    body: Body<DeskReferralRequest>,
) -> Result<web::Json<DeskReferralView>, Problem> {
    caller.may(Action::OpenReferral)?;
    let Body(wish) = body;
    if !wish.kind.of_police() {
        return Err(Problem::invalid("/kind"));
    }
    if wish.source == ReferralSource::Door {
        return Err(Problem::invalid("/source"));
    }
    let drawn = (0..SLIPS).filter_map(|_| code_from(&app.entropy.bytes::<32>()));
    let new = NewDeskReferral {
        id: wish.id.unwrap_or_else(|| ReferralId(app.new_id())),
        kind: wish.kind,
        source: wish.source,
        group: wish.group_id,
        age_band: wish.age_band,
        by: caller.0.account,
        device: caller.0.device,
        slips: drawn.collect(),
    };
    match app.store.open_desk_referral(caller.ward()?, &new, app.now()).await {
        Err(StoreError::NotFound) => Err(Problem::invalid("/group_id")),
        Err(StoreError::Conflict(_)) => Err(Problem::field(Code::Conflict, "/id", "changed")),
        told => Ok(web::Json(told?.into())),
    }
}
