//! The phone's two calls: push what it wrote, pull what it may hold.

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, get, post, web};
use serde::Deserialize;

use gocua_domain::account::{Action, Role};
use gocua_domain::id::{AccountId, TeamId};
use gocua_domain::pull::{Cursor, PullAnswer};
use gocua_domain::sync::{MAX_OPS, PushAnswer, PushRequest, Sender, Sent};
use gocua_store::{Batch, Puller};

use super::extract::{Body, Caller};
use super::gate;
use super::problem::{Code, Problem, ProblemBody};
use crate::app::{App, State};

/// The largest batch taken in, unpacked, in bytes.
const MAX_PUSH: usize = 1024 * 1024;

/// Take in a batch of operations. The answer comes after the book is durable.
#[utoipa::path(
    tag = "sync",
    request_body = PushRequest,
    responses(
        (status = 200, description = "One result for each operation, in the order sent", body = PushAnswer),
        (status = "4XX", description = "Refused as a whole, nothing written", body = ProblemBody),
        (status = 503, description = "Later, after Retry-After; nothing written", body = ProblemBody),
    ),
)]
#[post("/sync/push", wrap = "from_fn(gate::push)")]
pub async fn push(
    app: State,
    caller: Caller,
    body: Body<PushRequest, MAX_PUSH>,
) -> Result<web::Json<PushAnswer>, Problem> {
    caller.may(Action::SyncPush)?;
    let Body(push) = body;
    if push.device_id != caller.0.device {
        return Err(Problem::new(Code::DeviceMismatch));
    }
    if push.ops.len() > MAX_OPS {
        return Err(Problem::invalid("/ops".to_owned()));
    }
    let sender = Sender {
        account: caller.0.account,
        device: caller.0.device,
        team: caller.0.team,
        disabled: false,
    };
    let ward = caller.ward()?.to_owned();
    if let Some(team) = caller.0.team {
        still_there(&app, (team, caller.0.account), &push);
    }
    let batch = Batch { ward, sender, push, now: app.now(), carried: false };
    Ok(web::Json(app.store.push(batch).await?))
}

/// A visit at the door somebody stands at is a sign of life: the lease goes on.
fn still_there(app: &App, who: (TeamId, AccountId), batch: &PushRequest) {
    let Some(lease) = app.leases.of(who.0, who.1, app.now()) else { return };
    let door = serde_json::json!(lease.household);
    let here = batch.ops.iter().any(|sent| match sent {
        Sent::Op(op) => op.kind == "visit.record" && op.payload["household_id"] == door,
        Sent::Broken { .. } => false,
    });
    if here {
        app.leases.renew(who, app.now());
    }
}

/// Where the phone has read to.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PullQuery {
    /// The cursor of the last answer; everything without one.
    cursor: Option<String>,
}

/// Everything in the caller's reach that is newer than the cursor.
#[utoipa::path(
    tag = "sync",
    params(PullQuery),
    responses(
        (status = 200, description = "Rows newer than the cursor", body = PullAnswer),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/sync/pull", wrap = "from_fn(gate::pull)")]
pub async fn pull(
    app: State,
    caller: Caller,
    query: web::Query<PullQuery>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::SyncPull)?;
    // A cursor of an older protocol is no fault of the phone's: it gets everything again.
    let cursor = query.cursor.as_deref().and_then(|c| c.parse::<Cursor>().ok());
    let who = Puller {
        ward: caller.ward()?.to_owned(),
        account: caller.0.account,
        team: caller.0.team,
        officer: caller.0.role == Role::Police,
    };
    let mut answer = app.store.pull(&who, cursor, app.now()).await?;
    // With the first page of whatever is new: an answer with nothing new stays tiny.
    let news = cursor.is_none_or(|c| c.page.is_none() && c.seq != answer.seq);
    if let Some(team) = who.team.filter(|_| news || answer.reset) {
        answer.badge = app.auth.badge(team, app.now().day());
    }
    Ok(HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(answer))
}
