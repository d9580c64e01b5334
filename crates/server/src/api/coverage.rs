//! Coverage for the ward's desk: figures, outlines, days, alleys.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, VARY};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use gocua_domain::account::{Action, Reach};
use gocua_domain::coverage::Tally;
use gocua_domain::id::{AlleyId, GroupId, TeamId};
use gocua_domain::indicator::of_few;
use gocua_domain::pull::{CampaignRef, TeamRef, WardRef};
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::{Day, Millis};
use gocua_store::{AlleyCoverage, Target, TeamLoad, WardCoverage};

use super::extract::{Body, Caller};
use super::identity::StandingView;
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;
use crate::auth::secrets::hex;
use crate::basemap::Basemap;

/// A count of people, unless it is one of 1 to 4 and the reader sees aggregates only.
pub(super) fn people(n: i64, reach: Reach) -> Option<i64> {
    if reach == Reach::WardAggregates { of_few(n) } else { Some(n) }
}

/// The counts of one residential group, alley or ward (households unless said otherwise).
///
/// Counts of people are `null` where 1 to 4 are kept from the reader.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct TallyView {
    /// HH_TOTAL: active households, the denominator.
    hh_total: i64,
    /// HH_VISITED.
    hh_visited: i64,
    /// HH_CONTACTED: an adult was met.
    hh_contacted: i64,
    /// HH_SERVED: somebody was coached.
    hh_served: i64,
    /// To come back to.
    hh_revisit: i64,
    /// HH_DECLINED.
    hh_declined: i64,
    /// HH_UNREACH: three misses in two bands on two days.
    hh_unreachable: i64,
    /// Reported empty or moved, waiting for the ward.
    hh_vacant: i64,
    /// VISITS.
    visits: i64,
    /// COACH_OCC: person by skill.
    coach_occ: Option<i64>,
    /// People coached; the same person may be counted again.
    coach_people: Option<i64>,
    /// Of these, from 60 years.
    coach_people_60: Option<i64>,
}

impl TallyView {
    /// As a reader of this reach sees it.
    pub fn of(tally: &Tally, reach: Reach) -> Self {
        let people = |n| people(n, reach);
        Self {
            hh_total: tally.hh_total,
            hh_visited: tally.hh_visited,
            hh_contacted: tally.hh_contacted,
            hh_served: tally.hh_served,
            hh_revisit: tally.hh_revisit,
            hh_declined: tally.hh_declined,
            hh_unreachable: tally.hh_unreachable,
            hh_vacant: tally.hh_vacant,
            visits: tally.visits,
            coach_occ: people(tally.coach_occ),
            coach_people: people(tally.coach_people),
            coach_people_60: people(tally.coach_people_60),
        }
    }
}

/// One residential group's coverage.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroupCoverageView {
    id: GroupId,
    code: String,
    name: String,
    tally: TallyView,
    last_visit_at: Option<Millis>,
    alleys: i64,
    alleys_assigned: i64,
    teams: Vec<String>,
    /// The police's latest counts of it; none where it was never counted.
    identity: Option<StandingView>,
}

/// A figure to reach, with its source.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetView {
    /// Indicator code, e.g. `COV_SERVED`.
    indicator: String,
    value: f64,
    /// `percent` or `count`.
    unit: String,
    due_on: Day,
    source: String,
}

/// A ward's coverage by residential group.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageView {
    ward: WardRef,
    campaign: Option<CampaignRef>,
    /// The number the figures reach.
    seq: i64,
    /// When they were read.
    as_of: Millis,
    total: TallyView,
    groups: Vec<GroupCoverageView>,
    targets: Vec<TargetView>,
    /// Are counts of 1 to 4 people kept from this reader?
    suppressed: bool,
}

impl From<Target> for TargetView {
    fn from(t: Target) -> Self {
        Self {
            indicator: t.indicator,
            value: t.value,
            unit: t.unit,
            due_on: t.due_on,
            source: t.source,
        }
    }
}

impl CoverageView {
    fn of(book: WardCoverage, reach: Reach, own: Option<GroupId>, now: Millis) -> Self {
        let mut total = Tally::default();
        let groups: Vec<_> = book
            .groups
            .into_iter()
            .filter(|g| reach != Reach::OwnGroup || Some(g.id) == own)
            .map(|g| {
                total += g.tally;
                GroupCoverageView {
                    id: g.id,
                    code: g.code,
                    name: g.name,
                    tally: TallyView::of(&g.tally, reach),
                    last_visit_at: g.last_visit_at,
                    alleys: g.alleys,
                    alleys_assigned: g.alleys_assigned,
                    teams: g.teams,
                    identity: g.identity.map(|s| StandingView::of(&s, reach)),
                }
            })
            .collect();
        Self {
            ward: book.ward,
            campaign: book.campaign,
            seq: book.seq,
            as_of: now,
            total: TallyView::of(&total, reach),
            groups,
            targets: book.targets.into_iter().map(TargetView::from).collect(),
            suppressed: reach == Reach::WardAggregates,
        }
    }
}

/// Finished answers of the newest number, so that a hundred open desks cost one reading.
#[derive(Debug, Default)]
pub struct CoverageCache(Mutex<HashMap<String, (String, Bytes)>>);

impl CoverageCache {
    pub(super) fn get(&self, key: &str, tag: &str) -> Option<Bytes> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(key).filter(|(at, _)| at == tag).map(|(_, body)| body.clone())
    }

    pub(super) fn put(&self, key: String, tag: String, body: Bytes) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(key, (tag, body));
    }
}

/// What shape coverage is wanted in.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CoverageQuery {
    /// Code of the caller's own ward; may be left out.
    ward: Option<String>,
    /// `geojson` for a feature a group; JSON otherwise. `Accept: application/geo+json` does the same.
    format: Option<String>,
}

/// Coverage of the caller's ward by residential group, as JSON or GeoJSON.
#[utoipa::path(
    tag = "coverage",
    params(CoverageQuery),
    responses(
        (status = 200, description = "Figures, with the ward's number as ETag", body = CoverageView),
        (status = 304, description = "Nothing changed since the ETag sent"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/coverage")]
pub async fn coverage(
    app: State,
    caller: Caller,
    request: HttpRequest,
    query: web::Query<CoverageQuery>,
) -> Result<HttpResponse, Problem> {
    let reach = caller.may(Action::ReadCoverage)?;
    let ward = own_ward(&caller, query.ward.as_deref())?;
    let accept = request.headers().get("Accept").and_then(|v| v.to_str().ok()).unwrap_or("");
    let geojson = query.format.as_deref() == Some("geojson") || accept.contains("geo+json");
    let seq = app.store.ward_seq(ward).await?;
    let own = caller.0.group.filter(|_| reach == Reach::OwnGroup);
    let key = format!("{ward} {reach:?} {own:?} {geojson}");
    let tag_of = |seq: i64| format!("\"{seq}-{reach:?}-{}\"", if geojson { "g" } else { "j" });
    let tag = tag_of(seq);
    if matches(&request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let body = match app.coverage.get(&key, &tag) {
        Some(body) => body,
        None => {
            let view = CoverageView::of(app.store.coverage(ward).await?, reach, own, app.now());
            // The reading may be newer than the number asked for; it is kept under its own.
            let read = tag_of(view.seq);
            let body = if geojson {
                Bytes::from(features(&app, ward, &view).await?.to_string())
            } else {
                Bytes::from(serde_json::to_vec(&view).unwrap_or_default())
            };
            app.coverage.put(key, read, body.clone());
            body
        }
    };
    let kind = if geojson { "application/geo+json" } else { "application/json" };
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((VARY, "Accept, Authorization"))
        .content_type(kind)
        .body(body))
}

/// The caller's ward; another ward's figures are answered as if there were none.
pub(super) fn own_ward<'a>(caller: &'a Caller, asked: Option<&str>) -> Result<&'a str, Problem> {
    let own = caller.ward()?;
    match asked {
        Some(other) if other != own => Err(Problem::new(Code::NotFound)),
        _ => Ok(own),
    }
}

pub(super) fn matches(request: &HttpRequest, tag: &str) -> bool {
    let sent = request.headers().get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    // A compressing proxy weakens the tag; the comparison of GET is the weak one.
    sent.is_some_and(|s| s.split(',').any(|t| t.trim().trim_start_matches("W/") == tag))
}

/// Shares of households, `None` where there is none to share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// COV_VISIT.
    pub visited: Option<f64>,
    /// COV_SERVED.
    pub served: Option<f64>,
}

impl Rates {
    /// The shares of a tally.
    pub fn of(tally: &TallyView) -> Self {
        let of = |part: i64| (tally.hh_total != 0).then(|| part as f64 / tally.hh_total as f64);
        Self { visited: of(tally.hh_visited), served: of(tally.hh_served) }
    }

    /// A share in percent with one decimal.
    pub fn percent(rate: Option<f64>) -> Option<f64> {
        rate.map(|r| (r * 1000.0).round() / 10.0)
    }
}

/// One GeoJSON feature a group, its figures flat in the properties.
async fn features(app: &State, ward: &str, view: &CoverageView) -> Result<Value, Problem> {
    let outlines: HashMap<GroupId, Value> =
        app.store.boundaries(ward).await?.groups.into_iter().map(|g| (g.id, g.geometry)).collect();
    let features: Vec<Value> = view
        .groups
        .iter()
        .map(|g| {
            let mut properties = serde_json::to_value(g.tally).unwrap_or_default();
            properties["id"] = json!(g.id);
            properties["code"] = json!(g.code);
            properties["name"] = json!(g.name);
            properties["last_visit_at"] = json!(g.last_visit_at);
            let rates = Rates::of(&g.tally);
            properties["cov_visited"] = json!(rates.visited);
            properties["cov_served"] = json!(rates.served);
            let eid = g.identity.as_ref();
            properties["eid_act_rate"] = json!(eid.and_then(StandingView::rate));
            properties["eid_as_of"] = json!(eid.map(StandingView::as_of));
            json!({
                "type": "Feature",
                "id": g.id,
                "geometry": outlines.get(&g.id).cloned().unwrap_or(Value::Null),
                "properties": properties,
            })
        })
        .collect();
    Ok(json!({
        "type": "FeatureCollection",
        "seq": view.seq,
        "as_of": view.as_of,
        "features": features,
    }))
}

/// The outlines of the ward (`kind` ward) and its groups (`kind` group), as GeoJSON.
#[utoipa::path(
    tag = "coverage",
    responses(
        (status = 200, description = "A feature collection", content_type = "application/geo+json", body = Object),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/coverage/boundary")]
pub async fn boundary(
    app: State,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let reach = caller.may(Action::ReadBoundary)?;
    let book = app.store.boundaries(caller.ward()?).await?;
    let mut features = vec![json!({
        "type": "Feature",
        "geometry": book.outline,
        "properties": {
            "kind": "ward", "code": book.ward.code, "name": book.ward.name,
            "basemap": app.basemap.as_ref().and_then(Basemap::address),
        },
    })];
    let own = caller.0.group;
    features.extend(
        book.groups
            .into_iter()
            .filter(|g| reach != Reach::OwnGroup || Some(g.id) == own)
            .map(|g| {
                json!({
                    "type": "Feature",
                    "id": g.id,
                    "geometry": g.geometry,
                    "properties": {
                        "kind": "group", "id": g.id, "code": g.code, "name": g.name, "label": g.label,
                        "source": g.source,
                    },
                })
            }),
    );
    let body = json!({ "type": "FeatureCollection", "features": features }).to_string();
    // Outlines change seldom, but when one was drawn the next look must show it.
    let tag = format!("\"{}\"", hex(&Sha256::digest(&body)[..16]));
    if matches(&request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((VARY, "Authorization"))
        .content_type("application/geo+json")
        .body(body))
}

/// Which group's days are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TrendQuery {
    /// Code of the caller's own ward; may be left out.
    ward: Option<String>,
    /// A residential group of the ward; the whole ward without one.
    group: Option<GroupId>,
}

/// Counts of one business day.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrendDay {
    day: Day,
    /// Visits made that day.
    visits: i64,
    /// Households first visited that day.
    hh_visited: i64,
    /// Households first served that day.
    hh_served: i64,
}

/// Counts by business day, oldest first; days on which nothing happened are left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrendView {
    days: Vec<TrendDay>,
}

/// Coverage day by day.
#[utoipa::path(
    tag = "coverage",
    params(TrendQuery),
    responses(
        (status = 200, description = "Days", body = TrendView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/coverage/trend")]
pub async fn trend(
    app: State,
    caller: Caller,
    query: web::Query<TrendQuery>,
) -> Result<web::Json<TrendView>, Problem> {
    let reach = caller.may(Action::ReadTrend)?;
    let group = if reach == Reach::OwnGroup { caller.0.group } else { query.group };
    let ward = own_ward(&caller, query.ward.as_deref())?;
    let days = app.store.trend(ward, group).await?;
    Ok(web::Json(TrendView {
        days: days
            .into_iter()
            .map(|(day, t)| TrendDay {
                day,
                visits: t.visits,
                hh_visited: t.hh_visited,
                hh_served: t.hh_served,
            })
            .collect(),
    }))
}

/// One alley with its coverage and its team.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlleyCoverageView {
    id: AlleyId,
    parent_id: Option<AlleyId>,
    kind: AlleyKind,
    name: String,
    sort: String,
    /// Active households.
    households: i64,
    tally: TallyView,
    last_visit_at: Option<Millis>,
    team: Option<TeamRef>,
}

impl AlleyCoverageView {
    fn of(a: AlleyCoverage, reach: Reach) -> Self {
        Self {
            id: a.id,
            parent_id: a.parent_id,
            kind: a.kind,
            name: a.name,
            sort: a.sort,
            households: a.tally.hh_total,
            tally: TallyView::of(&a.tally, reach),
            last_visit_at: a.last_visit_at,
            team: a.team,
        }
    }
}

/// The alleys of a group in walking order.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlleysView {
    alleys: Vec<AlleyCoverageView>,
}

/// The alleys of a residential group, with coverage and team.
#[utoipa::path(
    tag = "territory",
    params(("id" = GroupId, Path, description = "The residential group")),
    responses(
        (status = 200, description = "Alleys", body = AlleysView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/groups/{id}/alleys")]
pub async fn group_alleys(
    app: State,
    caller: Caller,
    id: web::Path<GroupId>,
) -> Result<web::Json<AlleysView>, Problem> {
    let reach = caller.may(Action::ReadAlleys)?;
    let alleys = app.store.group_alleys(caller.ward()?, *id).await?;
    let alleys = alleys.into_iter().map(|a| AlleyCoverageView::of(a, reach)).collect();
    Ok(web::Json(AlleysView { alleys }))
}

/// A team with its load.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamLoadView {
    id: TeamId,
    name: String,
    /// Accounts in it that may sign in.
    members: i64,
    /// Name of its lead.
    lead: Option<String>,
    /// Alleys it holds.
    alleys: i64,
    /// Active households on them.
    households: i64,
}

impl From<TeamLoad> for TeamLoadView {
    fn from(t: TeamLoad) -> Self {
        Self {
            id: t.id,
            name: t.name,
            members: t.members,
            lead: t.lead,
            alleys: t.alleys,
            households: t.households,
        }
    }
}

/// The ward's teams by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct TeamsView {
    teams: Vec<TeamLoadView>,
}

/// The teams of the ward that are not closed, with what they hold.
#[utoipa::path(
    tag = "territory",
    responses(
        (status = 200, description = "Teams", body = TeamsView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/teams")]
pub async fn teams(app: State, caller: Caller) -> Result<web::Json<TeamsView>, Problem> {
    caller.may(Action::ReadTeams)?;
    let teams = app.store.teams(caller.ward()?).await?;
    Ok(web::Json(TeamsView { teams: teams.into_iter().map(TeamLoadView::from).collect() }))
}

/// Who shall hold an alley.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentRequest {
    /// The team; none takes the alley back.
    team_id: Option<TeamId>,
    /// Do the alleys that turn off it come along? Yes unless said otherwise.
    #[serde(default = "yes")]
    with_children: bool,
}

fn yes() -> bool {
    true
}

/// The alley as it now is.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignmentView {
    alley: AlleyCoverageView,
    /// The ward's number of the change.
    seq: i64,
}

/// Give an alley to a team, or take it back.
#[utoipa::path(
    tag = "territory",
    params(("id" = AlleyId, Path, description = "The alley")),
    request_body = AssignmentRequest,
    responses(
        (status = 200, description = "Done", body = AssignmentView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/alleys/{id}/assignment")]
pub async fn assign(
    app: State,
    caller: Caller,
    id: web::Path<AlleyId>,
    body: Body<AssignmentRequest>,
) -> Result<web::Json<AssignmentView>, Problem> {
    let reach = caller.may(Action::AssignAlley)?;
    let Body(wish) = body;
    let (alley, seq) = app
        .store
        .assign(caller.ward()?, *id, wish.team_id, wish.with_children, caller.0.account, app.now())
        .await?;
    Ok(web::Json(AssignmentView { alley: AlleyCoverageView::of(alley, reach), seq }))
}
