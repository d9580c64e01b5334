//! Keys for map programs: read-only, aggregates only, made and taken back at the desk.

use actix_web::{HttpResponse, delete, get, post, web};
use gocua_domain::account::Action;
use gocua_domain::id::LayerKeyId;
use gocua_domain::invite::code_from;
use gocua_domain::time::Millis;
use gocua_store::{LayerKeyLine, NewLayerKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::{App, State};

/// The longest label, in characters.
const LABEL_MAX: usize = 60;
/// Keys a ward may have in force: one a machine that shows the map.
const MOST_KEYS: usize = 20;
/// Pieces of a key; six letters and digits each, about 118 bits together.
const PIECES: usize = 4;

/// A key in force.
#[derive(Debug, Serialize, ToSchema)]
pub struct LayerKeyView {
    id: LayerKeyId,
    /// What it is for.
    label: String,
    /// The name to sign in under.
    login: String,
    made_at: Millis,
}

impl From<LayerKeyLine> for LayerKeyView {
    fn from(k: LayerKeyLine) -> Self {
        Self { id: k.id, label: k.label, login: k.login, made_at: k.made_at }
    }
}

/// The keys in force, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LayerKeysView {
    keys: Vec<LayerKeyView>,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerKeyRequest {
    /// What it is for, 1 to 60 characters.
    label: String,
}

/// A key just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewLayerKeyView {
    id: LayerKeyId,
    label: String,
    /// The name to sign in under (HTTP Basic).
    login: String,
    /// The key, shown this once: the password of HTTP Basic.
    key: String,
    made_at: Millis,
}

/// The keys under which map programs read the ward's coverage.
#[utoipa::path(
    tag = "ground",
    responses(
        (status = 200, description = "Keys in force", body = LayerKeysView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/layer-keys")]
pub async fn layer_keys(app: State, caller: Caller) -> Result<web::Json<LayerKeysView>, Problem> {
    caller.may(Action::KeepLayerKeys)?;
    let keys = app.store.layer_keys(caller.ward()?).await?;
    Ok(web::Json(LayerKeysView { keys: keys.into_iter().map(Into::into).collect() }))
}

fn piece(app: &App) -> Result<String, Problem> {
    (0..5)
        .find_map(|_| code_from(&app.entropy.bytes::<32>()))
        .ok_or_else(|| Problem::internal("no random letters"))
}

/// Makes a key. It is shown this once; the book keeps a keyed hash.
#[utoipa::path(
    tag = "ground",
    request_body = LayerKeyRequest,
    responses(
        (status = 200, description = "Made; the key is shown this once", body = NewLayerKeyView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/layer-keys")]
pub async fn make_layer_key(
    app: State,
    caller: Caller,
    body: Body<LayerKeyRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::KeepLayerKeys)?;
    let ward = caller.ward()?;
    let label = body.0.label.split_whitespace().collect::<Vec<_>>().join(" ");
    if label.is_empty() || label.chars().count() > LABEL_MAX {
        return Err(Problem::invalid("/label"));
    }
    if app.store.layer_keys(ward).await?.len() >= MOST_KEYS {
        return Err(Problem::new(Code::Conflict).detail("Too many keys: take one back first"));
    }
    let key = (0..PIECES).map(|_| piece(&app)).collect::<Result<Vec<_>, _>>()?.join("-");
    let login = format!("ban-do-{}", piece(&app)?.to_lowercase());
    let new = NewLayerKey {
        id: LayerKeyId(app.new_id()),
        ward: ward.to_owned(),
        label,
        key_tag: app.auth.layer_tag(&login, &key),
        login,
        by: caller.0.account,
        now: app.now(),
    };
    app.store.add_layer_key(&new).await?;
    let NewLayerKey { id, label, login, now, .. } = new;
    Ok(HttpResponse::Ok()
        // A body that holds a secret is not packed.
        .insert_header(actix_web::http::header::ContentEncoding::Identity)
        .json(NewLayerKeyView { id, label, login, key, made_at: now }))
}

/// Takes a key back: nothing is read under it any more.
#[utoipa::path(
    tag = "ground",
    responses(
        (status = 204, description = "Taken back"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[delete("/layer-keys/{id}")]
pub async fn revoke_layer_key(
    app: State,
    caller: Caller,
    id: web::Path<LayerKeyId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::KeepLayerKeys)?;
    app.store.revoke_layer_key(caller.ward()?, id.into_inner(), app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
