//! Is the server there?

use actix_web::get;
use actix_web::web::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// The server answers.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; a server that cannot answer does not.
    pub status: &'static str,
    /// Version of the server.
    pub version: &'static str,
}

/// Whether the server answers, and which version it is. Needs no sign-in.
#[utoipa::path(tag = "server", security(()), responses((status = 200, body = Health)))]
#[get("/health")]
pub async fn health() -> Json<Health> {
    Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
