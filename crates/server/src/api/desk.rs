//! The ward desk's care for phones: which need help, and what they ask the ward to decide.

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use gocua_domain::account::{Action, Reach};
use gocua_domain::desk::{Keep, Needs, Verdict};
use gocua_domain::edit::Field;
use gocua_domain::id::{AccountId, DeviceId, HouseholdId, OpId};
use gocua_domain::pull::TeamRef;
use gocua_domain::time::Millis;
use gocua_store::{HouseholdRef, PhoneLine, QuarantinedOp, TwoValues};

use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use super::register::DoneView;
use crate::app::State;

/// An account by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountName {
    id: AccountId,
    name: String,
}

/// Operations rejected for one reason.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedCount {
    /// Reason code, as in a push answer.
    reason: String,
    count: i64,
}

/// One phone, as the desk looks after it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhoneView {
    device_id: DeviceId,
    /// What its holder calls it.
    name: String,
    /// Who signed in on it last.
    account: AccountName,
    team: Option<TeamRef>,
    app_version: Option<String>,
    /// When it was last heard of.
    last_seen_at: Millis,
    /// Operations that waited on it then.
    queued: i64,
    /// Operations the server holds until an earlier one comes.
    held: i64,
    /// Operations waiting for the ward's decision.
    kept: i64,
    /// Operations rejected in the last 30 days.
    rejected: Vec<RejectedCount>,
    /// Syncs that failed since the last that succeeded, as the phone counts them.
    failed: i64,
    /// The last failed sync the server saw.
    last_failed_at: Option<Millis>,
    /// How it failed: `busy`, `too_many`, `malformed`, `refused_session`, `aborted`, `internal`.
    last_failure: Option<String>,
    /// The worst thing that is true of it; nothing once it has been shut out.
    needs: Needs,
    /// When it was shut out.
    revoked_at: Option<Millis>,
    /// When it proved that it had wiped itself.
    wiped_at: Option<Millis>,
    /// Operations it had not sent then; parcels of them may still come.
    wiped_unsent: Option<i64>,
}

impl From<PhoneLine> for PhoneView {
    fn from(p: PhoneLine) -> Self {
        let (last_failed_at, last_failure) = p.last_failure.unzip();
        let (wiped_at, wiped_unsent) = p.wiped.unzip();
        Self {
            device_id: p.device,
            name: p.name,
            account: AccountName { id: p.account.0, name: p.account.1 },
            team: p.team,
            app_version: p.app_version,
            last_seen_at: p.facts.last_seen_at,
            queued: p.facts.queued,
            held: p.facts.held,
            kept: p.kept,
            rejected: p
                .rejected
                .into_iter()
                .map(|(reason, count)| RejectedCount { reason, count })
                .collect(),
            failed: p.facts.failed,
            last_failed_at,
            last_failure,
            needs: p.needs,
            revoked_at: p.revoked_at,
            wiped_at,
            wiped_unsent,
        }
    }
}

/// Phones, those that need the ward most first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PhonesView {
    phones: Vec<PhoneView>,
}

/// The phones of the ward (of a team lead: of the own team), with what each needs.
#[utoipa::path(
    tag = "desk",
    responses(
        (status = 200, description = "Phones", body = PhonesView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/phones")]
pub async fn phones(app: State, caller: Caller) -> Result<web::Json<PhonesView>, Problem> {
    let reach = caller.may(Action::ReadPhones)?;
    let (ward, team) = (caller.ward()?, caller.0.team);
    let phones = match (reach, team) {
        (Reach::Ward, _) => app.store.phones(ward, None, app.now()).await?,
        (_, Some(team)) => app.store.phones(ward, Some(team), app.now()).await?,
        (_, None) => Vec::new(),
    };
    Ok(web::Json(PhonesView { phones: phones.into_iter().map(Into::into).collect() }))
}

/// Shuts a phone of the ward (of a team lead: of the own team) out: its sessions end at once, nobody
/// signs in on it again, and it wipes itself when it hears of it. Sealed parcels of its work are still
/// taken. Twice is once.
#[utoipa::path(
    tag = "desk",
    responses(
        (status = 204, description = "Shut out"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/phones/{id}/revoke")]
pub async fn revoke_phone(
    app: State,
    caller: Caller,
    id: web::Path<DeviceId>,
) -> Result<HttpResponse, Problem> {
    let reach = caller.may(Action::RevokePhone)?;
    let team = match (reach, caller.0.team) {
        (Reach::Ward, _) => None,
        (_, Some(team)) => Some(team),
        (_, None) => return Err(Problem::new(Code::NotFound)),
    };
    let (device, by) = (id.into_inner(), caller.0.account);
    app.store.revoke_phone(caller.ward()?, team, device, by, app.now()).await?;
    app.auth.drop_device(device);
    Ok(HttpResponse::NoContent().finish())
}

/// A household by name and place.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdPlace {
    id: HouseholdId,
    code: String,
    /// House number.
    no: Option<String>,
    /// Name of its alley.
    alley: String,
    /// Name of its residential group.
    group: String,
}

impl From<HouseholdRef> for HouseholdPlace {
    fn from(h: HouseholdRef) -> Self {
        Self {
            id: h.id,
            code: h.code,
            no: Some(h.house_no).filter(|no| !no.is_empty()),
            alley: h.alley,
            group: h.group,
        }
    }
}

/// A field for which the book and a phone say different things.
#[derive(Debug, Serialize, ToSchema)]
pub struct TwoValuesView {
    op_id: OpId,
    /// `house_no` or `head`.
    field: Field,
    household: HouseholdPlace,
    /// What the book says.
    book: Option<String>,
    /// What the phone says.
    phone: Option<String>,
    /// Name of the team of whoever wrote it.
    team: Option<String>,
    at: Millis,
}

impl From<TwoValues> for TwoValuesView {
    fn from(t: TwoValues) -> Self {
        Self {
            op_id: t.op_id,
            field: t.field,
            household: t.household.into(),
            book: t.book,
            phone: t.phone,
            team: t.team,
            at: t.at,
        }
    }
}

/// What a quarantined operation is about.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineSummary {
    household: Option<HouseholdPlace>,
    /// Outcome of the visit it records.
    outcome: Option<String>,
    /// Details it sets.
    #[schema(value_type = Option<Object>)]
    set: Option<serde_json::Value>,
}

/// An operation the ward must look at before it may count.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuarantineView {
    op_id: OpId,
    /// `household_deleted` or `account_disabled`.
    why: String,
    /// Kind of the operation.
    kind: String,
    summary: QuarantineSummary,
    account_name: String,
    /// Name of the team of whoever wrote it.
    team: Option<String>,
    at: Millis,
}

impl From<QuarantinedOp> for QuarantineView {
    fn from(q: QuarantinedOp) -> Self {
        Self {
            op_id: q.op_id,
            why: q.why,
            kind: q.kind,
            summary: QuarantineSummary {
                household: q.household.map(Into::into),
                outcome: q.outcome,
                set: q.set,
            },
            account_name: q.account_name,
            team: q.team,
            at: q.at,
        }
    }
}

/// What phones ask the ward to decide, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxView {
    /// The number it reaches.
    seq: i64,
    two_values: Vec<TwoValuesView>,
    quarantine: Vec<QuarantineView>,
}

/// What waits for the ward's decision.
#[utoipa::path(
    tag = "desk",
    responses(
        (status = 200, description = "The inbox", body = InboxView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/inbox")]
pub async fn inbox(app: State, caller: Caller) -> Result<web::Json<InboxView>, Problem> {
    caller.may(Action::KeepInbox)?;
    let inbox = app.store.inbox(caller.ward()?).await?;
    Ok(web::Json(InboxView {
        seq: inbox.seq,
        two_values: inbox.two_values.into_iter().map(Into::into).collect(),
        quarantine: inbox.quarantine.into_iter().map(Into::into).collect(),
    }))
}

/// Which of two values stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TwoValuesDecision {
    op_id: OpId,
    /// `house_no` or `head`.
    field: Field,
    keep: Keep,
}

/// Keep the book's value, or write the phone's. The same decision twice changes nothing more.
#[utoipa::path(
    tag = "desk",
    request_body = TwoValuesDecision,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "Decided otherwise before", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/inbox/two-values")]
pub async fn decide_two_values(
    app: State,
    caller: Caller,
    body: Body<TwoValuesDecision>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepInbox)?;
    let Body(TwoValuesDecision { op_id, field, keep }) = body;
    let by = caller.0.account;
    let question = (op_id, field);
    let seq = app.store.decide_two_values(caller.ward()?, question, keep, by, app.now()).await?;
    Ok(web::Json(DoneView { seq }))
}

/// What becomes of a quarantined operation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarantineDecision {
    op_id: OpId,
    decision: Verdict,
}

/// Let a quarantined operation count after all (a removed household comes back for it), or keep it
/// out of the book. The same decision twice changes nothing more.
#[utoipa::path(
    tag = "desk",
    request_body = QuarantineDecision,
    responses(
        (status = 200, description = "Done", body = DoneView),
        (status = 409, description = "Decided otherwise before", body = ProblemBody),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/inbox/quarantine")]
pub async fn decide_quarantine(
    app: State,
    caller: Caller,
    body: Body<QuarantineDecision>,
) -> Result<web::Json<DoneView>, Problem> {
    caller.may(Action::KeepInbox)?;
    let Body(QuarantineDecision { op_id, decision }) = body;
    let by = caller.0.account;
    let seq = app.store.decide_quarantine(caller.ward()?, op_id, decision, by, app.now()).await?;
    Ok(web::Json(DoneView { seq }))
}
