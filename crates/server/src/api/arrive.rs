//! Arriving with a code instead of a password, and the last word of a phone that wiped itself.

use actix_web::{HttpResponse, post};
use gocua_domain::id::DeviceId;
use gocua_domain::time::Millis;
use serde::Deserialize;
use utoipa::ToSchema;

use super::auth::{LoginDevice, SessionView, answer};
use super::extract::Body;
use super::problem::{Problem, ProblemBody};
use crate::app::State;
use crate::auth::{self, Arrival};

/// A volunteer comes with the code of a team.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct JoinRequest {
    /// Six letters and digits; capitals, spaces and dashes do not matter.
    pub code: String,
    /// What the team calls this person: 1 to 40 characters, no number of four digits or more.
    pub name: String,
    /// The browser profile it is typed in.
    pub device: LoginDevice,
}

/// Joins a team: makes a volunteer's account that belongs to this device's key and has no password,
/// and begins its session. The same call again (the answer was lost) goes on with the same account.
#[utoipa::path(tag = "auth", security(()), request_body = JoinRequest,
    responses(
        (status = 200, body = SessionView, description = "Joined; sets the refresh cookie"),
        (status = 404, body = ProblemBody, description = "`code_unknown`: no such code, or too old, used up or taken back"),
        (status = "4XX", body = ProblemBody, description = "Refused"),
    ))]
#[post("/auth/join")]
pub async fn join(app: State, body: Body<JoinRequest>) -> Result<HttpResponse, Problem> {
    let JoinRequest { code, name, device } = body.0;
    if !device.public_key.plausible() {
        return Err(Problem::invalid("/device/public_key"));
    }
    let arrival = Arrival {
        code,
        name,
        device: device.device_id,
        device_name: device.name,
        key: device.public_key,
    };
    let issued = auth::join(&app, arrival).await?;
    answer(&app, issued).await
}

/// A phone says that it has wiped itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WipedRequest {
    /// The phone.
    pub device_id: DeviceId,
    /// When, by its clock. The list of phones shows when the proof came.
    pub at: Millis,
    /// How many accounts it held.
    pub accounts: u32,
    /// Operations it had not sent; sealed parcels of them may still come.
    pub unsent: u32,
    /// Signed by the device key, exactly as for a refresh: it serves once, for one or the other.
    pub proof: String,
}

/// Takes a phone's proof that it has wiped itself. The same proof again changes nothing.
#[utoipa::path(tag = "auth", security(()), request_body = WipedRequest,
    responses(
        (status = 204, description = "Noted"),
        (status = "4XX", body = ProblemBody, description = "Refused"),
    ))]
#[post("/auth/wiped")]
pub async fn wiped(app: State, body: Body<WipedRequest>) -> Result<HttpResponse, Problem> {
    let WipedRequest { device_id, unsent, proof, .. } = body.0;
    auth::wiped(&app, device_id, &proof, unsent).await?;
    Ok(HttpResponse::NoContent().finish())
}
