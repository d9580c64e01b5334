//! The ground at the desk: outlines of residential groups, doors on the map, days of the slider.

use std::collections::{BTreeMap, HashMap};

use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use gocua_domain::account::Action;
use gocua_domain::id::GroupId;
use gocua_domain::territory::{GroupName, Match, OutlineSource, match_groups};
use gocua_domain::time::{Day, Millis};
use gocua_ground::{Fault, LARGEST_FILE, Shape, Whose, check, features};
use gocua_store::{DayLine, GroundLine, GroundReport, GroundTold, NewOutline};

use super::coverage::matches;
use super::extract::{Body, Caller};
use super::problem::{Code, Problem, ProblemBody};
use crate::app::State;

/// A residential group and its outline.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroundGroupView {
    id: GroupId,
    code: String,
    name: String,
    /// Who made its outline; `null` without one.
    source: Option<OutlineSource>,
    /// When; `null` for what the ward began with.
    made_at: Option<Millis>,
    /// Square metres; 0 without an outline.
    area_m2: f64,
    /// Active households.
    doors: i64,
    /// Of these, with a place.
    placed: i64,
}

impl From<GroundLine> for GroundGroupView {
    fn from(g: GroundLine) -> Self {
        Self {
            id: g.id,
            code: g.code,
            name: g.name,
            source: g.source,
            made_at: g.made_at,
            area_m2: g.area_m2.round(),
            doors: g.doors,
            placed: g.placed,
        }
    }
}

/// The outlines of the ward, as the desk keeps them.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroundView {
    seq: i64,
    /// Square metres of the ward.
    area_m2: f64,
    groups: Vec<GroundGroupView>,
}

impl From<GroundTold> for GroundView {
    fn from(g: GroundTold) -> Self {
        let groups = g.groups.into_iter().map(Into::into).collect();
        Self { seq: g.seq, area_m2: g.area_m2.round(), groups }
    }
}

/// Who made each group's outline, and how many of its doors have a place.
#[utoipa::path(
    tag = "ground",
    responses(
        (status = 200, description = "Outlines", body = GroundView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/ground")]
pub async fn ground(app: State, caller: Caller) -> Result<web::Json<GroundView>, Problem> {
    caller.may(Action::KeepGround)?;
    Ok(web::Json(app.store.ground(caller.ward()?).await?.into()))
}

/// What deriving outlines did.
#[derive(Debug, Serialize, ToSchema)]
pub struct DerivedView {
    /// Groups whose outline is new or another now.
    derived: Vec<GroupId>,
    /// Groups whose outline somebody gave: left alone.
    kept: Vec<GroupId>,
    /// Groups without an outline: none of their doors has a place.
    without: Vec<GroupId>,
    /// Register codes of doors outside their group's outline, at most a hundred.
    astray: Vec<String>,
    /// How many there are.
    astray_count: usize,
}

impl From<GroundReport> for DerivedView {
    fn from(r: GroundReport) -> Self {
        let astray_count = r.astray.len();
        let astray = r.astray.into_iter().take(100).collect();
        let GroundReport { derived, kept, without, .. } = r;
        Self { derived, kept, without, astray, astray_count }
    }
}

/// Derives the outline of every group nobody gave one: each place goes to the group of the nearest door.
#[utoipa::path(
    tag = "ground",
    responses(
        (status = 200, description = "Done", body = DerivedView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/ground/derive")]
pub async fn derive(app: State, caller: Caller) -> Result<web::Json<DerivedView>, Problem> {
    caller.may(Action::KeepGround)?;
    let report = app.store.derive_outlines(caller.ward()?, app.now()).await?;
    Ok(web::Json(report.into()))
}

/// The ward's number once an outline was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutlineWritten {
    seq: i64,
}

/// An outline drawn at the desk.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutlineRequest {
    /// GeoJSON Polygon or MultiPolygon, longitude and latitude.
    #[schema(value_type = Object)]
    geometry: Value,
}

async fn ward_shape(app: &State, ward: &str) -> Result<Shape, Problem> {
    let outline = app.store.ward_outline(ward).await?;
    Shape::read(&outline).map_err(|fault| Problem::internal(format!("ward outline: {fault}")))
}

/// Gives a group the outline drawn for it; what it had is replaced. Faults are told as the code of the
/// field `/geometry`.
#[utoipa::path(
    tag = "ground",
    params(("id" = GroupId, Path, description = "The residential group")),
    request_body = OutlineRequest,
    responses(
        (status = 200, description = "Written", body = OutlineWritten),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[put("/groups/{id}/outline")]
pub async fn draw(
    app: State,
    caller: Caller,
    id: web::Path<GroupId>,
    body: Body<OutlineRequest, { 512 * 1024 }>,
) -> Result<web::Json<OutlineWritten>, Problem> {
    caller.may(Action::KeepGround)?;
    let ward = caller.ward()?;
    let shape = check(&body.0.geometry, Whose::GroupOf(&ward_shape(&app, ward).await?))
        .map_err(|fault| Problem::field(Code::InvalidField, "/geometry", fault.code()))?;
    let outline = NewOutline { group: *id, shape };
    let seq = app.store.set_outlines(ward, &[outline], OutlineSource::Drawn, app.now()).await?;
    Ok(web::Json(OutlineWritten { seq }))
}

/// Takes a group's outline away; the next deriving makes one out of its doors.
#[utoipa::path(
    tag = "ground",
    params(("id" = GroupId, Path, description = "The residential group")),
    responses(
        (status = 200, description = "Taken away", body = OutlineWritten),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[delete("/groups/{id}/outline")]
pub async fn erase(
    app: State,
    caller: Caller,
    id: web::Path<GroupId>,
) -> Result<web::Json<OutlineWritten>, Problem> {
    caller.may(Action::KeepGround)?;
    let seq = app.store.drop_outline(caller.ward()?, *id, app.now()).await?;
    Ok(web::Json(OutlineWritten { seq }))
}

/// The desk's word on one feature.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeaturePick {
    /// Its place in the file.
    place: usize,
    /// The group it is; `null` leaves the feature out.
    group: Option<GroupId>,
}

/// A file of outlines, to be looked at or taken over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutlineFile {
    /// A GeoJSON feature collection in longitude and latitude.
    #[schema(value_type = Object)]
    file: Value,
    /// Which feature is which group, where names leave it open.
    #[serde(default)]
    picks: Vec<FeaturePick>,
    /// Write it; otherwise it is only looked at.
    #[serde(default)]
    commit: bool,
    /// May outlines that were drawn or brought before be replaced?
    #[serde(default)]
    replace: bool,
}

/// How a feature of the file was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FeatureFate {
    /// It is this group's outline.
    Matched,
    /// No group is called so.
    Unmatched,
    /// Several groups are called so, or several features name this group.
    Ambiguous,
    /// The desk leaves it out.
    LeftOut,
}

/// One feature of the file.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeatureView {
    /// Its place in the file.
    place: usize,
    /// What it is called there.
    called: Vec<String>,
    fate: FeatureFate,
    /// The groups it may be; one when matched.
    groups: Vec<GroupId>,
    /// Why it cannot be an outline, if it cannot: `not_polygon`, `not_closed`, `crosses_itself`,
    /// `outside_ward`, `too_many_corners`, `too_small`.
    fault: Option<&'static str>,
    /// Square metres.
    area_m2: f64,
    /// Who made the outline it would replace.
    replaces: Option<OutlineSource>,
}

/// How a file of outlines was understood, and whether it was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct OutlineFileView {
    features: Vec<FeatureView>,
    /// Groups of the ward that no feature is for.
    missing: Vec<GroupId>,
    /// Was it written? All matched features, or none.
    written: bool,
}

/// Features a file may have: a ward has a few dozen groups.
const MOST_FEATURES: usize = 500;

/// Reads a file of outlines: which feature is which group's, what is wrong with it. With `commit` the
/// matched ones are written, all or none.
#[utoipa::path(
    tag = "ground",
    request_body = OutlineFile,
    responses(
        (status = 200, description = "Understood", body = OutlineFileView),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[post("/ground/file")]
pub async fn file(
    app: State,
    caller: Caller,
    body: Body<OutlineFile, LARGEST_FILE>,
) -> Result<web::Json<OutlineFileView>, Problem> {
    caller.may(Action::KeepGround)?;
    let Body(sent) = body;
    let ward = caller.ward()?;
    let outline = ward_shape(&app, ward).await?;
    let groups = app.store.ground(ward).await?.groups;
    let (commit, replace) = (sent.commit, sent.replace);
    let (view, outlines) = web::block(move || understand(&sent, &outline, &groups))
        .await
        .map_err(Problem::internal)??;
    if !commit {
        return Ok(web::Json(view));
    }
    let matched = || view.features.iter().filter(|f| f.fate == FeatureFate::Matched);
    if let Some(bad) = matched().find_map(|f| f.fault.map(|fault| (f.place, fault))) {
        let pointer = format!("/file/features/{}", bad.0);
        return Err(Problem::field(Code::InvalidField, pointer, bad.1));
    }
    if outlines.is_empty() {
        return Err(Problem::invalid("/file/features").detail("No feature is matched with a group"));
    }
    let given = matched().any(|f| f.replaces.is_some_and(OutlineSource::is_given));
    if given && !replace {
        return Err(
            Problem::new(Code::Conflict).detail("Outlines that somebody gave would be lost")
        );
    }
    app.store.set_outlines(ward, &outlines, OutlineSource::Uploaded, app.now()).await?;
    Ok(web::Json(OutlineFileView { written: true, ..view }))
}

fn understand(
    sent: &OutlineFile,
    ward: &Shape,
    groups: &[GroundLine],
) -> Result<(OutlineFileView, Vec<NewOutline>), Problem> {
    let features = features(&sent.file)
        .map_err(|_| Problem::field(Code::InvalidField, "/file", "invalid_field"))?;
    if features.is_empty() || features.len() > MOST_FEATURES {
        return Err(Problem::invalid("/file/features"));
    }
    let names: Vec<GroupName<'_>> =
        groups.iter().map(|g| GroupName { id: g.id, code: &g.code, name: &g.name }).collect();
    let called: Vec<&[String]> = features.iter().map(|f| f.called.as_slice()).collect();
    let picks = sent.picks.iter().map(|p| (p.place, p.group)).collect();
    let fates = match_groups(&called, &names, &picks);
    let sources: HashMap<GroupId, Option<OutlineSource>> =
        groups.iter().map(|g| (g.id, g.source)).collect();
    let mut views = Vec::with_capacity(features.len());
    let mut outlines = Vec::new();
    for (place, (feature, fate)) in features.into_iter().zip(fates).enumerate() {
        let checked = check(&feature.geometry, Whose::GroupOf(ward));
        let (fate, groups) = match fate {
            Match::One(group) => (FeatureFate::Matched, vec![group]),
            Match::None => (FeatureFate::Unmatched, Vec::new()),
            Match::Several(groups) => (FeatureFate::Ambiguous, groups),
            Match::LeftOut => (FeatureFate::LeftOut, Vec::new()),
        };
        let one = groups.first().copied().filter(|_| fate == FeatureFate::Matched);
        views.push(FeatureView {
            place,
            called: feature.called.into_iter().take(3).collect(),
            fate,
            groups,
            fault: checked.as_ref().err().copied().map(Fault::code),
            area_m2: checked.as_ref().map_or(0.0, |s| s.area_m2().round()),
            replaces: one.and_then(|g| sources.get(&g).copied().flatten()),
        });
        if let (Some(group), Ok(shape)) = (one, checked) {
            outlines.push(NewOutline { group, shape });
        }
    }
    let missing = groups
        .iter()
        .map(|g| g.id)
        .filter(|id| !views.iter().any(|v| v.fate == FeatureFate::Matched && v.groups[0] == *id))
        .collect();
    Ok((OutlineFileView { features: views, missing, written: false }, outlines))
}

/// The doors of a group that have a place (`kind` door: number and status), and its alleys (`kind` way).
/// No names, no ids of homes.
#[utoipa::path(
    tag = "ground",
    params(("id" = GroupId, Path, description = "The residential group")),
    responses(
        (status = 200, description = "A feature collection", content_type = "application/geo+json", body = Object),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/groups/{id}/doors")]
pub async fn doors(
    app: State,
    caller: Caller,
    id: web::Path<GroupId>,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ReadDoorMap)?;
    let marks = app.store.door_marks(caller.ward()?, *id).await?;
    let ways = marks.ways.iter().map(|w| {
        let geometry = match w.line.as_slice() {
            [one] => json!({ "type": "Point", "coordinates": one }),
            line => json!({ "type": "LineString", "coordinates": line }),
        };
        json!({
            "type": "Feature",
            "geometry": geometry,
            "properties": { "kind": "way", "id": w.id, "alley_kind": w.kind, "name": w.name },
        })
    });
    let doors = marks.doors.iter().map(|d| {
        json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": d.at },
            "properties": {
                "kind": "door", "no": d.house_no, "status": d.status, "way": marks.ways[d.way].name,
            },
        })
    });
    let features: Vec<Value> = ways.chain(doors).collect();
    let body =
        json!({ "type": "FeatureCollection", "unplaced": marks.unplaced, "features": features });
    Ok(HttpResponse::Ok().content_type("application/geo+json").body(body.to_string()))
}

/// Counts of one day by residential group; groups in the order of `groups`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayCounts {
    day: Day,
    /// Place of the group in `groups`, visits, households first visited, first contacted and first
    /// served that day. Groups on which nothing happened are left out.
    counts: Vec<[i64; 5]>,
}

/// Coverage day by day and group by group, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct DaysView {
    seq: i64,
    groups: Vec<GroupId>,
    days: Vec<DayCounts>,
}

impl DaysView {
    fn of(seq: i64, lines: Vec<DayLine>) -> Self {
        let mut places: BTreeMap<GroupId, i64> = BTreeMap::new();
        let mut groups = Vec::new();
        let mut list: Vec<DayCounts> = Vec::new();
        for line in lines {
            let place = *places.entry(line.group).or_insert_with(|| {
                groups.push(line.group);
                groups.len() as i64 - 1
            });
            if list.last().is_none_or(|d| d.day != line.day) {
                list.push(DayCounts { day: line.day, counts: Vec::new() });
            }
            let DayLine { visits, hh_visited, hh_contacted, hh_served, .. } = line;
            if let Some(day) =
                list.last_mut().filter(|_| [visits, hh_visited, hh_contacted, hh_served] != [0; 4])
            {
                day.counts.push([place, visits, hh_visited, hh_contacted, hh_served]);
            }
        }
        list.retain(|d| !d.counts.is_empty());
        Self { seq, groups, days: list }
    }
}

/// Coverage of the whole ward day by day and group by group, for the map of an earlier day. The
/// denominator is today's.
#[utoipa::path(
    tag = "coverage",
    responses(
        (status = 200, description = "Days, with the ward's number as ETag", body = DaysView),
        (status = 304, description = "Nothing changed since the ETag sent"),
        (status = "4XX", description = "Refused", body = ProblemBody),
    ),
)]
#[get("/coverage/days")]
pub async fn days(
    app: State,
    caller: Caller,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    caller.may(Action::ReadTrend)?;
    let ward = caller.ward()?;
    let seq = app.store.ward_seq(ward).await?;
    let tag = format!("\"{seq}-d\"");
    if matches(&request, &tag) {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, tag)).finish());
    }
    let view = DaysView::of(seq, app.store.days(ward).await?);
    Ok(HttpResponse::Ok()
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .json(view))
}
