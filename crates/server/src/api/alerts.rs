//! Warnings of frauds that are about: the ward publishes them and takes them back.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, post, web};
use gocua_domain::account::Action;
use gocua_domain::alert::{AlertFault, AlertView, ScamKind, checked};
use gocua_domain::id::{AlertId, GroupId};
use gocua_domain::time::{Day, Millis};
use gocua_store::{AlertLine, NewAlert, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// A warning as the desk keeps it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertLine)]
pub struct AlertLineView {
    #[serde(flatten)]
    alert: AlertView,
    /// Name of who published it.
    by: String,
    published_at: Millis,
    /// When it was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<Millis>,
}

impl From<AlertLine> for AlertLineView {
    fn from(line: AlertLine) -> Self {
        let AlertLine { alert, by, published_at, withdrawn_at } = line;
        Self { alert, by, published_at, withdrawn_at }
    }
}

/// Warnings, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertsView {
    /// Those in force, and those that were over within 30 days.
    alerts: Vec<AlertLineView>,
}

/// The ward's warnings.
#[utoipa::path(
    tag = "trust",
    responses(
        (status = 200, description = "Warnings", body = AlertsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/alerts")]
pub async fn alerts(app: State, caller: Caller) -> Result<web::Json<AlertsView>, Problem> {
    caller.may(Action::PublishAlert)?;
    let alerts = app.store.alerts(caller.ward()?, app.now()).await?;
    Ok(web::Json(AlertsView { alerts: alerts.into_iter().map(Into::into).collect() }))
}

/// A warning to be published.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishRequest {
    /// Made by the desk.
    id: AlertId,
    kind: ScamKind,
    /// At most 400 characters, without anybody's number.
    words: String,
    /// The residential groups it is about; empty: the whole ward.
    #[serde(default)]
    #[schema(value_type = Vec<GroupId>)]
    groups: BTreeSet<GroupId>,
    /// The last day it is shown, at most 60 days away.
    until: Day,
}

fn refused(fault: AlertFault) -> Problem {
    match fault {
        AlertFault::Empty => Problem::field(Code::InvalidField, "/words", "missing_field"),
        AlertFault::TextTooLong => Problem::field(Code::InvalidField, "/words", "text_too_long"),
        AlertFault::NumberInText => Problem::field(Code::InvalidField, "/words", "number_in_text"),
        AlertFault::NoSuchDay => Problem::invalid("/until"),
    }
}

/// Publishes a warning: phones hear of it with their next sync, the public page shows it at once. The
/// same twice is once.
#[utoipa::path(
    tag = "trust",
    request_body = PublishRequest,
    responses(
        (status = 204, description = "Published"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/alerts")]
pub async fn publish(
    app: State,
    caller: Caller,
    body: Body<PublishRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::PublishAlert)?;
    let Body(PublishRequest { id, kind, words, groups, until }) = body;
    let words = checked(&words, until, app.now().day()).map_err(refused)?;
    let new = NewAlert { id, kind, words, groups, until };
    match app.store.publish_alert(caller.ward()?, &new, caller.0.account, app.now()).await {
        Err(StoreError::NotFound) => Err(Problem::invalid("/groups")),
        other => Ok(other.map(|()| HttpResponse::NoContent().finish())?),
    }
}

/// Takes a warning back. Twice is once.
#[utoipa::path(
    tag = "trust",
    responses(
        (status = 204, description = "Taken back"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/alerts/{id}/withdraw")]
pub async fn withdraw(
    app: State,
    caller: Caller,
    id: web::Path<AlertId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::PublishAlert)?;
    app.store.withdraw_alert(caller.ward()?, *id, caller.0.account, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
