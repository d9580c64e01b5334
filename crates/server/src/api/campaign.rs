//! The campaign and its targets: data of the ward, with a history.

use actix_web::{HttpResponse, delete, get, post, web};
use gocua_domain::account::Action;
use gocua_domain::campaign::{self, INDICATORS, SUGGESTED, TARGETS_MAX};
use gocua_domain::pull::CampaignRef;
use gocua_domain::time::{Day, Millis};
use gocua_store::{Changed, Target, TargetRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use super::setup::SuggestionView;
use crate::app::State;

/// A campaign as somebody types it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignFields {
    /// Its name, at most 120 characters.
    name: String,
    /// First day.
    starts_on: Day,
    /// Last day.
    ends_on: Day,
}

impl CampaignFields {
    /// The campaign as the book keeps it; faults name their field below `at`.
    pub(super) fn read(&self, at: &str) -> Result<CampaignRef, Problem> {
        campaign::campaign(&self.name, self.starts_on, self.ends_on).map_err(|f| fault(at, f))
    }
}

/// A target as somebody types it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetFields {
    /// Code of the indicator.
    indicator: String,
    /// The value: percent from 0 to 100, or a whole number of things.
    value: f64,
    /// By the end of which day.
    due_on: Day,
    /// The document it comes from, at most 200 characters; may be empty.
    source: String,
}

impl TargetFields {
    /// The target as the book keeps it; faults name their field below `at`.
    pub(super) fn read(&self, at: &str) -> Result<Target, Problem> {
        let (unit, source) =
            campaign::target(&self.indicator, self.value, self.due_on, &self.source)
                .map_err(|f| fault(at, f))?;
        Ok(Target {
            indicator: self.indicator.clone(),
            value: self.value,
            unit: unit.code().to_owned(),
            due_on: self.due_on,
            source,
        })
    }
}

fn fault(at: &str, (field, why): campaign::Fault) -> Problem {
    Problem::field(Code::InvalidField, format!("{at}/{field}"), why)
}

/// A target that is set.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetTarget {
    id: Uuid,
    indicator: String,
    value: f64,
    /// `percent` or `count`.
    unit: String,
    due_on: Day,
    source: String,
}

impl From<TargetRow> for SetTarget {
    fn from(TargetRow { id, target }: TargetRow) -> Self {
        let Target { indicator, value, unit, due_on, source } = target;
        Self { id, indicator, value, unit, due_on, source }
    }
}

/// An indicator a target can be set for.
#[derive(Debug, Serialize, ToSchema)]
pub struct IndicatorView {
    code: &'static str,
    /// `percent` or `count`.
    unit: &'static str,
}

/// Who changed what, when, from what to what.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    at: Millis,
    /// Name of who did it.
    by: String,
    /// `campaign_name`, `campaign_starts_on`, `campaign_ends_on`, `target` or `account`.
    kind: String,
    /// The indicator of a target, the name of an account.
    subject: Option<String>,
    /// A target stands as `value|unit|day|source`.
    was: Option<String>,
    becomes: Option<String>,
    reason: String,
}

impl From<Changed> for ChangeView {
    fn from(c: Changed) -> Self {
        let Changed { at, by, kind, subject, was, becomes, reason } = c;
        Self { at, by, kind, subject, was, becomes, reason }
    }
}

/// The campaign, its targets and their history.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignView {
    campaign: Option<CampaignRef>,
    targets: Vec<SetTarget>,
    /// The latest 200 changes of the ward's settings, the newest first.
    changes: Vec<ChangeView>,
    /// Indicators a target can be set for.
    indicators: Vec<IndicatorView>,
    /// Targets that may be taken over.
    suggested: Vec<SuggestionView>,
}

/// A change of the campaign.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignChange {
    name: String,
    starts_on: Day,
    ends_on: Day,
    /// Why; needed when the last day moves.
    reason: String,
}

/// The ward's campaign, its targets, and who changed them.
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 200, description = "The campaign", body = CampaignView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/campaign")]
pub async fn settings(app: State, caller: Caller) -> Result<web::Json<CampaignView>, Problem> {
    caller.may(Action::ManageCampaign)?;
    let kept = app.store.settings(caller.ward()?).await?;
    Ok(web::Json(CampaignView {
        campaign: kept.campaign,
        targets: kept.targets.into_iter().map(Into::into).collect(),
        changes: kept.changes.into_iter().map(Into::into).collect(),
        indicators: INDICATORS.map(|(code, unit)| IndicatorView { code, unit: unit.code() }).into(),
        suggested: SUGGESTED.map(Into::into).into(),
    }))
}

/// Changes the campaign; what changed is kept with the reason.
#[utoipa::path(
    tag = "settings",
    request_body = CampaignChange,
    responses(
        (status = 204, description = "Changed"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/campaign")]
pub async fn change(
    app: State,
    caller: Caller,
    body: Body<CampaignChange>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageCampaign)?;
    let CampaignChange { name, starts_on, ends_on, reason } = body.0;
    let after = CampaignFields { name, starts_on, ends_on }.read("")?;
    let before = app.store.running_campaign(caller.ward()?).await?;
    let judged = before.as_ref().unwrap_or(&after);
    let reason = campaign::reason(judged, &after, &reason).map_err(|f| fault("", f))?;
    app.store
        .change_campaign(
            caller.ward()?,
            before.as_ref(),
            &after,
            &reason,
            caller.0.account,
            app.now(),
        )
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sets a target: a new one, or in the place of the one with this id. The old values are kept in the
/// history.
#[utoipa::path(
    tag = "settings",
    request_body = TargetFields,
    responses(
        (status = 204, description = "Set"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/targets/{id}")]
pub async fn set_target(
    app: State,
    caller: Caller,
    id: web::Path<Uuid>,
    body: Body<TargetFields>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageCampaign)?;
    let row = TargetRow { id: *id, target: body.0.read("")? };
    let known = app.store.settings(caller.ward()?).await?.targets;
    if known.len() >= TARGETS_MAX && known.iter().all(|t| t.id != row.id) {
        return Err(Problem::field(Code::InvalidField, "/indicator", "too_many"));
    }
    app.store.set_target(caller.ward()?, &row, caller.0.account, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Removes a target; it stays in the history.
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 204, description = "Removed"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[delete("/targets/{id}")]
pub async fn drop_target(
    app: State,
    caller: Caller,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageCampaign)?;
    app.store.drop_target(caller.ward()?, *id, caller.0.account, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
