//! Invitations: how a team grows without anybody handing out passwords.

use actix_web::{HttpResponse, delete, get, post, web};
use gocua_domain::account::{Action, Reach};
use gocua_domain::id::{InviteId, TeamId};
use gocua_domain::invite::{MAX_USES, USUAL_DAYS, USUAL_USES, code_from, expires_on};
use gocua_domain::pull::TeamRef;
use gocua_domain::time::{Day, Millis};
use gocua_store::{InviteLine, NewInvite, StoreError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// Codes tried before giving up; two of the same are one in millions.
const TRIES: usize = 5;

/// An invitation in force. Its code is shown once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct InviteView {
    id: InviteId,
    team: TeamRef,
    /// The last day it is good on.
    expires_on: Day,
    /// People it may still bring.
    uses_left: i32,
    created_at: Millis,
}

impl From<InviteLine> for InviteView {
    fn from(i: InviteLine) -> Self {
        Self {
            id: i.id,
            team: i.team,
            expires_on: i.expires_on,
            uses_left: i.uses_left,
            created_at: i.created_at,
        }
    }
}

/// Invitations in force, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvitesView {
    invites: Vec<InviteView>,
}

/// For whom an invitation shall be good.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// The team; a team lead's is the own one.
    team_id: Option<TeamId>,
    /// Days it is good for, 1 to 60; 14 when not said.
    days: Option<i64>,
    /// People it brings, 1 to 100; 20 when not said.
    uses: Option<i32>,
}

/// An invitation just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewInviteView {
    id: InviteId,
    /// Six letters and digits, shown this once. The link is `{origin}/join#CODE`.
    code: String,
    team: TeamRef,
    /// The last day it is good on.
    expires_on: Day,
    /// People it may bring.
    uses_left: i32,
}

/// The team the caller is confined to; `None` for the ward desk.
fn scope(caller: &Caller) -> Result<Option<TeamId>, Problem> {
    match caller.may(Action::InviteToTeam)? {
        Reach::Ward => Ok(None),
        // A lead without a team invites to none: nil is nobody's.
        _ => Ok(Some(caller.0.team.unwrap_or(TeamId(Uuid::nil())))),
    }
}

/// The invitations of the ward (of a team lead: of the own team) that are in force.
#[utoipa::path(
    tag = "team",
    responses(
        (status = 200, description = "Invitations", body = InvitesView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/invites")]
pub async fn invites(app: State, caller: Caller) -> Result<web::Json<InvitesView>, Problem> {
    let team = scope(&caller)?;
    let invites = app.store.invites(caller.ward()?, team, app.now().day()).await?;
    Ok(web::Json(InvitesView { invites: invites.into_iter().map(Into::into).collect() }))
}

/// Makes an invitation to a team.
#[utoipa::path(
    tag = "team",
    request_body = InviteRequest,
    responses(
        (status = 200, description = "Made; the code is shown this once", body = NewInviteView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/invites")]
pub async fn invite(
    app: State,
    caller: Caller,
    body: Body<InviteRequest>,
) -> Result<HttpResponse, Problem> {
    let own = scope(&caller)?;
    let Body(InviteRequest { team_id, days, uses }) = body;
    let team = team_id.or(own).ok_or_else(|| Problem::invalid("/team_id"))?;
    // Another's team is as unknown as one nobody has.
    if own.is_some_and(|own| own != team) {
        return Err(Problem::new(Code::NotFound));
    }
    let today = app.now().day();
    let expires_on = expires_on(today, days.unwrap_or(USUAL_DAYS));
    let expires_on = expires_on.ok_or_else(|| Problem::invalid("/days"))?;
    let uses = uses.unwrap_or(USUAL_USES);
    if !(1..=MAX_USES).contains(&uses) {
        return Err(Problem::invalid("/uses"));
    }
    for _ in 0..TRIES {
        let Some(code) = code_from(&app.entropy.bytes::<32>()) else { continue };
        let new = NewInvite {
            id: InviteId(app.new_id()),
            ward: caller.ward()?.to_owned(),
            team,
            code_tag: app.auth.invite_tag(&code),
            expires_on,
            uses,
            by: caller.0.account,
            now: app.now(),
        };
        match app.store.add_invite(&new).await {
            Ok(team) => {
                let id = new.id;
                let view = NewInviteView { id, code, team, expires_on, uses_left: uses };
                return Ok(HttpResponse::Ok()
                    // A body that holds a secret is not packed.
                    .insert_header(actix_web::http::header::ContentEncoding::Identity)
                    .json(view));
            }
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Problem::internal("no free invitation code"))
}

/// Takes an invitation back: its code brings nobody in any more. Whoever came with it stays.
#[utoipa::path(
    tag = "team",
    responses(
        (status = 204, description = "Taken back"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[delete("/invites/{id}")]
pub async fn revoke(
    app: State,
    caller: Caller,
    id: web::Path<InviteId>,
) -> Result<HttpResponse, Problem> {
    let team = scope(&caller)?;
    app.store.revoke_invite(caller.ward()?, team, id.into_inner(), app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
