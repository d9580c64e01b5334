//! The accounts of a ward. An administrator never knows another's password: a code is handed over, and
//! its owner chooses login and password on the own device.

use actix_web::http::header::ContentEncoding;
use actix_web::{HttpResponse, get, post, web};
use gocua_domain::account::{Action, Kept, Role};
use gocua_domain::id::{AccountId, DeviceId, GroupId, TeamId};
use gocua_domain::invite::{display_name, long_code_from};
use gocua_domain::time::Millis;
use gocua_store::{AccountLine, Appointment, NewCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{LoginDevice, SessionView, answer};
use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::{App, State};
use crate::auth::{self, Opening};

/// How long a code for an account is good: a week of work and the weekend around it.
const CODE_DAYS: i64 = 9;
/// Draws of random bytes before giving up.
const TRIES: usize = 5;

/// An account of the ward.
#[derive(Debug, Serialize, ToSchema)]
pub struct WardAccount {
    id: AccountId,
    /// What is typed to sign in; none before it was chosen, and for who came with a team's code.
    login: Option<String>,
    name: String,
    role: Role,
    /// Name of the team.
    team: Option<String>,
    /// Name of the residential group.
    group: Option<String>,
    disabled: bool,
    /// A code for it is good before this instant.
    code_until: Option<Millis>,
    created_at: Millis,
}

impl From<AccountLine> for WardAccount {
    fn from(a: AccountLine) -> Self {
        Self {
            id: a.id,
            login: a.login,
            name: a.name,
            role: a.role,
            team: a.team,
            group: a.group,
            disabled: a.disabled,
            code_until: a.code_until,
            created_at: a.created_at,
        }
    }
}

/// The accounts of the ward by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct WardAccounts {
    accounts: Vec<WardAccount>,
}

/// Somebody to be given an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppointmentRequest {
    /// Made by the caller, so that the same call again is seen to be the same.
    id: AccountId,
    /// The person's name, at most 40 characters.
    name: String,
    /// One of those that are appointed; a volunteer comes with a team's code.
    role: Role,
    /// The team, for a role that works with one.
    team_id: Option<TeamId>,
    /// The residential group, for a role that looks after one.
    group_id: Option<GroupId>,
}

/// A code, shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountCode {
    id: AccountId,
    /// Ten letters and digits. The link is `{origin}/join#CODE`.
    code: String,
    /// It is good before this instant.
    good_until: Millis,
}

/// A code somebody was given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeLook {
    /// Spaces, dashes and small letters are forgiven.
    code: String,
    /// The browser profile it is typed in.
    device_id: DeviceId,
}

/// Whose account a code opens.
#[derive(Debug, Serialize, ToSchema)]
pub struct CodeOwner {
    name: String,
    role: Role,
    /// What is typed to sign in, where it was chosen before.
    login: Option<String>,
    /// Name of the ward.
    ward: String,
}

/// What somebody with a code has chosen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenRequest {
    code: String,
    /// Needed where none was chosen before.
    login: Option<String>,
    /// Ten characters or more.
    password: String,
    device: LoginDevice,
}

/// Whose account a code opens, before a password is chosen.
#[utoipa::path(tag = "auth", security(()), request_body = CodeLook,
    responses((status = 200, body = CodeOwner, description = "The code is good")))]
#[post("/auth/code")]
pub async fn look(app: State, body: Body<CodeLook>) -> Result<web::Json<CodeOwner>, Problem> {
    let found = auth::look_at_code(&app, &body.0.code, body.0.device_id).await?;
    Ok(web::Json(CodeOwner {
        name: found.name,
        role: found.role,
        login: found.login,
        ward: found.ward,
    }))
}

/// Opens an account with its code: sets login and password, and signs in. A code serves once.
#[utoipa::path(tag = "auth", security(()), request_body = OpenRequest,
    responses((status = 200, body = SessionView, description = "Signed in; sets the refresh cookie")))]
#[post("/auth/open")]
pub async fn open(app: State, body: Body<OpenRequest>) -> Result<HttpResponse, Problem> {
    let OpenRequest { code, login, password, device } = body.0;
    if !device.public_key.plausible() {
        return Err(Problem::invalid("/device/public_key"));
    }
    let opening = Opening {
        code,
        login,
        password,
        device: device.device_id,
        device_name: device.name,
        key: device.public_key,
    };
    let issued = auth::open_account(&app, opening).await?;
    answer(&app, issued).await
}

/// The accounts of the ward.
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 200, description = "Accounts", body = WardAccounts),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/accounts")]
pub async fn accounts(app: State, caller: Caller) -> Result<web::Json<WardAccounts>, Problem> {
    caller.may(Action::ManageAccounts)?;
    let accounts = app.store.accounts(caller.ward()?, app.now()).await?;
    Ok(web::Json(WardAccounts { accounts: accounts.into_iter().map(Into::into).collect() }))
}

/// Gives somebody an account; its code is in this answer and in no other.
#[utoipa::path(
    tag = "settings",
    request_body = AppointmentRequest,
    responses(
        (status = 200, description = "Made; the code is shown this once", body = AccountCode),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/accounts")]
pub async fn appoint(
    app: State,
    caller: Caller,
    body: Body<AppointmentRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageAccounts)?;
    let AppointmentRequest { id, name, role, team_id, group_id } = body.0;
    if !Role::APPOINTED.contains(&role) {
        return Err(Problem::field(Code::InvalidField, "/role", "not_appointed"));
    }
    let name = display_name(&name).ok_or_else(|| Problem::invalid("/name"))?;
    if role.has_team() != team_id.is_some() {
        return Err(Problem::field(Code::InvalidField, "/team_id", "missing_field"));
    }
    if role.has_group() != group_id.is_some() {
        return Err(Problem::field(Code::InvalidField, "/group_id", "missing_field"));
    }
    let (code, new) = new_code(&app)?;
    let appointment = Appointment { id, name, role, team: team_id, group: group_id };
    app.store.appoint(caller.ward()?, &appointment, &new, caller.0.account, app.now()).await?;
    Ok(shown_once(AccountCode { id, code, good_until: new.good_until }))
}

/// Has an account's owner choose a new password: sessions end, the old password opens nothing, and the
/// code in this answer takes its place.
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 200, description = "A code, shown this once", body = AccountCode),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/accounts/{id}/code")]
pub async fn recode(
    app: State,
    caller: Caller,
    id: web::Path<AccountId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageAccounts)?;
    let (code, new) = new_code(&app)?;
    let done = app.store.recode(caller.ward()?, *id, &new, caller.0.account, app.now()).await?;
    done.map_err(kept)?;
    app.auth.drop_account(*id);
    Ok(shown_once(AccountCode { id: *id, code, good_until: new.good_until }))
}

/// Takes an account's access away; its sessions end. Twice is once.
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 204, description = "Disabled"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/accounts/{id}/disable")]
pub async fn disable(
    app: State,
    caller: Caller,
    id: web::Path<AccountId>,
) -> Result<HttpResponse, Problem> {
    set_access(&app, &caller, *id, true).await
}

/// Gives an account's access back. Twice is once.
#[utoipa::path(
    tag = "settings",
    responses(
        (status = 204, description = "Enabled"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/accounts/{id}/enable")]
pub async fn enable(
    app: State,
    caller: Caller,
    id: web::Path<AccountId>,
) -> Result<HttpResponse, Problem> {
    set_access(&app, &caller, *id, false).await
}

async fn set_access(
    app: &App,
    caller: &Caller,
    id: AccountId,
    disabled: bool,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ManageAccounts)?;
    let done =
        app.store.set_access(caller.ward()?, id, disabled, caller.0.account, app.now()).await?;
    done.map_err(kept)?;
    app.auth.drop_account(id);
    Ok(HttpResponse::NoContent().finish())
}

fn kept(why: Kept) -> Problem {
    Problem::new(Code::Conflict).detail(match why {
        Kept::Own => "Nobody shuts himself out",
        Kept::LastAdmin => "The last administrator stays",
    })
}

fn new_code(app: &App) -> Result<(String, NewCode), Problem> {
    let code = (0..TRIES)
        .find_map(|_| long_code_from(&app.entropy.bytes::<32>()))
        .ok_or_else(|| Problem::internal("no code could be drawn"))?;
    let new = NewCode {
        tag: app.auth.account_tag(&code),
        good_until: app.now().plus(CODE_DAYS * 86_400_000),
    };
    Ok((code, new))
}

fn shown_once(view: AccountCode) -> HttpResponse {
    HttpResponse::Ok()
        // A body that holds a secret is not packed.
        .insert_header(ContentEncoding::Identity)
        .json(view)
}
