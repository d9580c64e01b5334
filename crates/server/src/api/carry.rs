//! Unsent work of a phone that cannot send it: brought by another one, or by the phone itself, which
//! has no session any more and signs for itself.

use actix_web::dev::Payload;
use actix_web::middleware::from_fn;
use actix_web::{FromRequest, HttpMessage, HttpRequest, post, web};
use futures_util::future::LocalBoxFuture;
use gocua_domain::account::{Action, Principal, may};
use gocua_domain::id::SessionId;
use gocua_domain::sync::{OpOutcome, OpResult, Sender};
use gocua_store::Batch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::{Body, Caller};
use super::gate;
use super::problem::{Problem, ProblemBody};
use crate::app::{App, State};
use crate::auth::seal::{Refused, Sealed};

/// The most parcels one call brings.
const MAX_PARCELS: usize = 5;
/// The largest call, unpacked, in bytes.
const MAX_CARRY: usize = 1024 * 1024;

/// Parcels, in any order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CarryRequest {
    /// At most 5.
    pub parcels: Vec<Sealed>,
}

/// Who brings parcels: somebody of the ward who may push, or a phone of the ward by its signature.
#[derive(Debug)]
pub struct Bringer {
    ward: String,
}

impl FromRequest for Bringer {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // The gate has taken the proof, which serves once.
        let proven = req.extensions().get::<gate::Who>().map(|who| who.ward.clone());
        let caller = Caller::from_request(req, payload);
        Box::pin(async move {
            if let Some(ward) = proven {
                return Ok(Self { ward });
            }
            let caller = caller.await?;
            caller.may(Action::SyncPush)?;
            Ok(Self { ward: caller.ward()?.to_owned() })
        })
    }
}

/// What became of parcels.
#[derive(Debug, Serialize, ToSchema)]
pub struct CarryAnswer {
    /// One fate for each parcel, in the order sent.
    pub parcels: Vec<Fate>,
}

/// What became of one parcel. The carrier learns nothing else of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Fate {
    /// Opened.
    Counts(Counts),
    /// Not opened, or not taken; nothing was written.
    Refusal {
        /// Why.
        refused: Refused,
    },
}

/// How many operations of a parcel met which end.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Counts {
    /// Written to the book now.
    pub taken: usize,
    /// In the book before.
    pub again: usize,
    /// In the ward's quarantine list, which decides.
    pub kept: usize,
    /// Not written; the author's phone will learn why.
    pub rejected: usize,
    /// Kept until an earlier operation of the same phone arrives.
    pub held: usize,
}

/// Takes in sealed work of phones of the ward. Each parcel has its own fate.
///
/// A phone that has no session, revoked or not, calls it with `Authorization: Device ` and a proof:
/// compact JWS, ES256, `typ` `gocua-deliver+jwt`, claims `aud` (`gocua-deliver`), `device_id` and
/// `jti` (a UUID that serves once). The ward is then the one the phone was last used in.
#[utoipa::path(
    tag = "sync",
    security(("bearer" = []), ("device" = [])),
    request_body = CarryRequest,
    responses(
        (status = 200, description = "One fate for each parcel, in the order sent", body = CarryAnswer),
        (status = "4XX", description = "Refused as a whole, nothing written", body = ProblemBody),
        (status = 503, description = "Later, after Retry-After; the same parcels may be sent again", body = ProblemBody),
    ),
)]
#[post("/sync/carry", wrap = "from_fn(gate::carry)")]
pub async fn carry(
    app: State,
    by: Bringer,
    body: Body<CarryRequest, MAX_CARRY>,
) -> Result<web::Json<CarryAnswer>, Problem> {
    let Body(CarryRequest { parcels: sealed }) = body;
    if sealed.len() > MAX_PARCELS {
        return Err(Problem::invalid("/parcels"));
    }
    let mut parcels = Vec::with_capacity(sealed.len());
    for one in &sealed {
        parcels.push(match batch(&app, &by.ward, one).await? {
            Ok(batch) => Fate::Counts(count(&app.store.push(batch).await?.results)),
            Err(refused) => Fate::Refusal { refused },
        });
    }
    Ok(web::Json(CarryAnswer { parcels }))
}

/// The batch in a parcel, as its author's phone would have pushed it.
async fn batch(app: &App, ward: &str, sealed: &Sealed) -> Result<Result<Batch, Refused>, Problem> {
    let opened = match app.auth.seal().open(sealed) {
        Ok(opened) => opened,
        Err(refused) => return Ok(Err(refused)),
    };
    let Some(origin) = app.store.origin(opened.device, opened.account).await? else {
        return Ok(Err(Refused::NotSigned));
    };
    let push = match opened.signed(&origin.public_keys, app.now()) {
        Ok(push) => push,
        Err(refused) => return Ok(Err(refused)),
    };
    // The ward is looked at after the signature: a stranger must not learn who works where.
    if origin.ward.as_deref() != Some(ward) {
        return Ok(Err(Refused::OtherWard));
    }
    let author = Principal {
        account: opened.account,
        role: origin.role,
        ward: origin.ward,
        team: origin.team,
        group: None,
        device: opened.device,
        session: SessionId(Uuid::nil()),
    };
    if may(&author, Action::SyncPush).is_none() {
        return Ok(Err(Refused::NotSigned));
    }
    let sender = Sender {
        account: opened.account,
        device: opened.device,
        team: origin.team,
        disabled: origin.disabled,
    };
    Ok(Ok(Batch { ward: ward.to_owned(), sender, push, now: app.now(), carried: true }))
}

fn count(results: &[OpResult]) -> Counts {
    let mut counts = Counts::default();
    for result in results {
        match result.outcome {
            OpOutcome::Applied => counts.taken += 1,
            OpOutcome::Duplicate | OpOutcome::Superseded => counts.again += 1,
            OpOutcome::Rejected => counts.rejected += 1,
            OpOutcome::Held => counts.held += 1,
            OpOutcome::Quarantined => counts.kept += 1,
        }
    }
    counts
}
