//! Whether whoever stands at the door was sent: the desk's side. Badges, the evening's rota, the codes
//! of residential groups and their leaflets.

use actix_web::{HttpResponse, get, post, put, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gocua_domain::account::{Action, Role};
use gocua_domain::id::{AccountId, BadgeId, GroupId, TeamId};
use gocua_domain::pull::{DoorCode, TeamRef};
use gocua_domain::time::{Day, Millis};
use gocua_domain::trust::{BADGE_NUMBERS, LEAFLET_AHEAD, LEAFLET_DAYS, LEAST_BADGE, duty_phone};
use gocua_store::{BadgeLine, FreshBadge, GroupCodes, TeamTonight};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Body, Caller};
use super::problem::{Problem, ProblemBody};
use crate::app::{App, Entropy, State};

/// What draws the numbers of badges and what their codes lead to.
pub(super) fn badge_maker(entropy: Entropy) -> impl FnMut() -> FreshBadge + Send {
    let mut dice = entropy.dice();
    move || FreshBadge {
        number: (LEAST_BADGE + dice(BADGE_NUMBERS)).to_string(),
        token: URL_SAFE_NO_PAD.encode(entropy.bytes::<16>()),
    }
}

/// A badge of somebody who walks with a team.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Badge)]
pub struct BadgeView {
    id: BadgeId,
    account_id: AccountId,
    /// Its holder.
    name: String,
    /// `volunteer` or `team_lead`.
    role: &'static str,
    /// The team its holder walks with now.
    #[serde(skip_serializing_if = "Option::is_none")]
    team_id: Option<TeamId>,
    /// Six digits.
    number: String,
    /// What the code on it leads to: the end of the address `/kiem-tra/t/`.
    token: String,
    made_at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Millis>,
    /// Name of who revoked it.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_by: Option<String>,
    /// Its holder may not sign in any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
}

impl From<BadgeLine> for BadgeView {
    fn from(b: BadgeLine) -> Self {
        let (revoked_at, revoked_by) = b.revoked.unzip();
        Self {
            id: b.id,
            account_id: b.account,
            name: b.name,
            role: Role::code(b.role),
            team_id: b.team,
            number: b.number,
            token: b.token,
            made_at: b.made_at,
            revoked_at,
            revoked_by,
            disabled: b.disabled,
        }
    }
}

/// An evening of today.
#[derive(Debug, Serialize, ToSchema)]
pub struct EveningView {
    /// When it begins, in minutes since midnight.
    from: i32,
    /// When it ends, in minutes since midnight.
    to: i32,
    /// Where they meet.
    place: String,
}

/// A team residents may expect today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TeamTonight)]
pub struct TeamTonightView {
    id: TeamId,
    name: String,
    /// Its planned evenings of today.
    plans: Vec<EveningView>,
    /// One of it has begun a shift today that is not over.
    out: bool,
    /// The residential groups it holds alleys in.
    group_ids: Vec<GroupId>,
}

impl From<TeamTonight> for TeamTonightView {
    fn from(t: TeamTonight) -> Self {
        let plans = t.plans.into_iter().map(|(from, to, place)| EveningView { from, to, place });
        Self { id: t.id, name: t.name, plans: plans.collect(), out: t.out, group_ids: t.groups }
    }
}

/// A residential group with its code of today.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupCodeView {
    id: GroupId,
    name: String,
    code: DoorCode,
    /// The day from which leaflets printed before are wrong; absent when they are right.
    #[serde(skip_serializing_if = "Option::is_none")]
    stale_from: Option<Day>,
}

/// What the ward tells residents who ask.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustTerms {
    /// The ward's duty phone as residents read it; empty when there is none.
    duty_phone: String,
}

/// All the desk sees of badges, codes and the evening.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrustView {
    /// The day it is of.
    today: Day,
    /// Teams announced for today, by name.
    tonight: Vec<TeamTonightView>,
    /// All teams, by name.
    teams: Vec<TeamRef>,
    /// Badges of everybody who walks, by name.
    badges: Vec<BadgeView>,
    /// The ward's residential groups, in its order.
    groups: Vec<GroupCodeView>,
    terms: TrustTerms,
}

fn group_code(app: &App, ward: &str, group: GroupCodes, today: Day) -> Option<GroupCodeView> {
    let code = app.auth.door_codes(ward, (group.id, &group.epochs), today, 1).pop()?;
    Some(GroupCodeView { id: group.id, name: group.name, code, stale_from: group.stale_from })
}

/// Tonight's rota, badges, today's codes, the ward's terms. Whoever walks and has no badge gets one.
#[utoipa::path(
    tag = "trust",
    responses(
        (status = 200, description = "Rota, badges, codes, terms", body = TrustView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/trust")]
pub async fn trust(app: State, caller: Caller) -> Result<web::Json<TrustView>, Problem> {
    caller.may(Action::KeepTrust)?;
    let (ward, now) = (caller.ward()?, app.now());
    app.store.make_badges(ward, &mut badge_maker(app.entropy), now).await?;
    let desk = app.store.trust_desk(ward, now).await?;
    let today = now.day();
    let groups = desk.groups.into_iter().filter_map(|g| group_code(&app, ward, g, today));
    Ok(web::Json(TrustView {
        today,
        tonight: desk.tonight.into_iter().map(Into::into).collect(),
        teams: desk.teams.into_iter().map(|(id, name)| TeamRef { id, name }).collect(),
        badges: desk.badges.into_iter().map(Into::into).collect(),
        groups: groups.collect(),
        terms: TrustTerms { duty_phone: desk.duty_phone },
    }))
}

/// Revokes a badge: residents are answered no from the next question on, and from tomorrow the codes
/// of its holder's groups are other ones. Twice is once.
#[utoipa::path(
    tag = "trust",
    responses(
        (status = 204, description = "Revoked"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/trust/badges/{id}/revoke")]
pub async fn revoke_badge(
    app: State,
    caller: Caller,
    id: web::Path<BadgeId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::KeepTrust)?;
    app.store.revoke_badge(caller.ward()?, *id, caller.0.account, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a revocation back, when its holder has no other badge in force. Twice is once.
#[utoipa::path(
    tag = "trust",
    responses(
        (status = 204, description = "In force again"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/trust/badges/{id}/restore")]
pub async fn restore_badge(
    app: State,
    caller: Caller,
    id: web::Path<BadgeId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::KeepTrust)?;
    app.store.restore_badge(caller.ward()?, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives the holder of a badge a new one; the old one is revoked.
#[utoipa::path(
    tag = "trust",
    responses(
        (status = 204, description = "Made"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/trust/badges/{id}/replace")]
pub async fn replace_badge(
    app: State,
    caller: Caller,
    id: web::Path<BadgeId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::KeepTrust)?;
    let mut make = badge_maker(app.entropy);
    let by = caller.0.account;
    app.store.replace_badge(caller.ward()?, *id, &mut make, by, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sets what the ward tells residents who ask.
#[utoipa::path(
    tag = "trust",
    request_body = TrustTerms,
    responses(
        (status = 204, description = "Written"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[put("/trust/terms")]
pub async fn terms(
    app: State,
    caller: Caller,
    body: Body<TrustTerms>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::KeepTrust)?;
    let Body(TrustTerms { duty_phone: typed }) = body;
    let phone = duty_phone(&typed).ok_or_else(|| Problem::invalid("/duty_phone"))?;
    app.store.set_duty_phone(caller.ward()?, &phone).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whose codes, from which day on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct LeafletQuery {
    /// The residential group.
    #[param(value_type = String)]
    group: GroupId,
    /// The first day; today without one.
    #[param(value_type = Option<i32>)]
    from: Option<Day>,
}

/// A group's codes of seven days, to be posted in its house of culture.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeafletView {
    group_id: GroupId,
    group_name: String,
    /// One a day.
    codes: Vec<DoorCode>,
}

/// The codes of a residential group for a leaflet: seven days, the first not past and at most 14 days
/// away.
#[utoipa::path(
    tag = "trust",
    params(LeafletQuery),
    responses(
        (status = 200, description = "Codes", body = LeafletView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/trust/leaflet")]
pub async fn leaflet(
    app: State,
    caller: Caller,
    query: web::Query<LeafletQuery>,
) -> Result<web::Json<LeafletView>, Problem> {
    caller.may(Action::KeepTrust)?;
    let today = app.now().day();
    let from = query.from.unwrap_or(today);
    if from.date().is_none() || from < today || from > today.plus(LEAFLET_AHEAD) {
        return Err(Problem::invalid("?from"));
    }
    let (ward, group_id) = (caller.ward()?, query.group);
    let (group_name, epochs) = app.store.group_codes(ward, group_id).await?;
    let codes = app.auth.door_codes(ward, (group_id, &epochs), from, LEAFLET_DAYS);
    Ok(web::Json(LeafletView { group_id, group_name, codes }))
}

/// Leaflets that were printed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintedRequest {
    /// Of which residential groups.
    group_ids: Vec<GroupId>,
}

/// Notes that leaflets were printed: those of these groups are right again.
#[utoipa::path(
    tag = "trust",
    request_body = PrintedRequest,
    responses(
        (status = 204, description = "Noted"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/trust/leaflets/printed")]
pub async fn printed(
    app: State,
    caller: Caller,
    body: Body<PrintedRequest>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::KeepTrust)?;
    app.store.leaflets_printed(caller.ward()?, &body.0.group_ids, app.now()).await?;
    Ok(HttpResponse::NoContent().finish())
}
