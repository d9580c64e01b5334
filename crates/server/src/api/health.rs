//! Is the server there?

use actix_web::get;
use actix_web::web::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::State;

/// The server answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; a server that cannot answer does not.
    pub status: &'static str,
    /// Version of the server.
    pub version: &'static str,
    /// Whether it has a ward; one that has none waits for `POST /setup`.
    pub set_up: bool,
}

/// Whether the server answers, and which version it is. Needs no sign-in.
#[utoipa::path(tag = "server", security(()), responses((status = 200, body = Health)))]
#[get("/health")]
pub async fn health(app: State) -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION"), set_up: !app.setup.waits() })
}
