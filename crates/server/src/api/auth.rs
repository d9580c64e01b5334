//! Signing in and out, and staying signed in.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::http::header::ContentEncoding;
use actix_web::{HttpRequest, HttpResponse, post};
use gocua_domain::account::SESSION_MAX_MS;
use gocua_domain::id::{DeviceId, SessionId};
use gocua_domain::time::Millis;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account::AccountView;
use super::extract::{Body, Caller};
use super::problem::Problem;
use crate::app::{App, State};
use crate::auth::seal::SealView;
use crate::auth::token::DeviceKey;
use crate::auth::{self, Attempt, Issued};

/// `__Host-`: only over TLS (or to this machine itself), for this host alone, for all of it.
const COOKIE: &str = "__Host-gocua";

/// A login, on a device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// The account's name.
    pub login: String,
    /// Its password, at most 256 bytes.
    pub password: String,
    /// The browser profile it is typed in.
    pub device: LoginDevice,
}

/// A browser profile.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginDevice {
    /// Made once per browser profile.
    pub device_id: DeviceId,
    /// Public half of a non-extractable ECDSA P-256 key made once per browser profile (JWK).
    pub public_key: DeviceKey,
    /// What a person would call it.
    pub name: String,
}

/// The device's signature that it is the device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// Compact JWS, ES256, `typ` `gocua-refresh+jwt`, claims `aud` (`gocua-refresh`), `device_id`
    /// and `jti` (a UUID that serves once).
    pub proof: String,
}

/// A session to work in. The refresh token travels in the cookie only.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// For `Authorization: Bearer`; keep it in memory only.
    pub access_token: String,
    /// When the access token ends.
    pub expires_at: Millis,
    /// The session.
    pub session_id: SessionId,
    /// Who signed in.
    pub account: AccountView,
    /// For sealing unsent work that another phone shall carry.
    pub seal: SealView,
}

/// Signs in on a device and begins a session.
#[utoipa::path(tag = "auth", security(()), request_body = LoginRequest,
    responses((status = 200, body = SessionView, description = "Signed in; sets the refresh cookie")))]
#[post("/auth/login")]
pub async fn login(app: State, body: Body<LoginRequest>) -> Result<HttpResponse, Problem> {
    let LoginRequest { login, password, device } = body.0;
    if !device.public_key.plausible() {
        return Err(Problem::invalid("/device/public_key"));
    }
    let attempt = Attempt {
        login,
        password,
        device: device.device_id,
        device_name: device.name,
        key: device.public_key,
    };
    let issued = auth::sign_in(&app, attempt).await?;
    answer(&app, issued).await
}

/// Trades the refresh cookie and a fresh proof of the device for a new access token.
///
/// When the answer was lost, the same call with a new proof within five minutes gives the same
/// successor. Any other use of an old cookie ends the session.
#[utoipa::path(tag = "auth", security(()), request_body = RefreshRequest,
    responses((status = 200, body = SessionView, description = "Refreshed; sets the next refresh cookie")))]
#[post("/auth/refresh")]
pub async fn refresh(
    app: State,
    req: HttpRequest,
    body: Body<RefreshRequest>,
) -> Result<HttpResponse, Problem> {
    let cookie = req.cookie(COOKIE).map(|c| c.value().to_owned());
    let issued = auth::refresh(&app, cookie, &body.0.proof).await?;
    answer(&app, issued).await
}

/// Ends the session.
#[utoipa::path(tag = "auth", responses((status = 204, description = "Ended; removes the refresh cookie")))]
#[post("/auth/logout")]
pub async fn logout(app: State, caller: Caller) -> Result<HttpResponse, Problem> {
    auth::sign_out(&app, caller.0.session).await?;
    Ok(HttpResponse::NoContent().cookie(cookie(String::new(), Duration::ZERO)).finish())
}

pub(super) async fn answer(app: &App, issued: Issued) -> Result<HttpResponse, Problem> {
    let account = app.store.profile(issued.account).await?.into();
    Ok(HttpResponse::Ok()
        .cookie(cookie(issued.refresh, Duration::milliseconds(SESSION_MAX_MS)))
        // A body that holds a secret is not packed: its packed size would speak of its content.
        .insert_header(ContentEncoding::Identity)
        .json(SessionView {
            access_token: issued.access,
            expires_at: issued.access_until,
            session_id: issued.session,
            account,
            seal: app.auth.seal().view(),
        }))
}

fn cookie(value: String, life: Duration) -> Cookie<'static> {
    Cookie::build(COOKIE, value)
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Strict)
        .max_age(life)
        .finish()
}
