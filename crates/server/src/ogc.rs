//! OGC API - Features: the ward's coverage as a layer that QGIS opens by its address.
//!
//! A map program cannot sign in as a phone does, so it shows a key of the desk (HTTP Basic) and gets
//! what the party board gets: counts by group, small counts of people hidden.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat};
use gocua_domain::account::Reach;
use gocua_domain::time::Millis;
use gocua_ground::Shape;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api::coverage::{Rates, TallyView};
use crate::api::problem::{Code, Problem};
use crate::app::State;

/// Features of one answer unless the asker says otherwise.
const USUAL_LIMIT: usize = 100;
/// Features of one answer at most.
const MOST: usize = 1_000;
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";
const GEOJSON: &str = "application/geo+json";

/// Routes under `/ogc`.
pub fn routes(at: &mut web::ServiceConfig) {
    let get = web::get;
    at.route("", get().to(landing))
        .route("/", get().to(landing))
        .route("/conformance", get().to(conformance))
        .route("/api", get().to(api))
        .route("/collections", get().to(collections))
        .route("/collections/{id}", get().to(collection))
        .route("/collections/{id}/items", get().to(items))
        .route("/collections/{id}/items/{fid}", get().to(item))
        .default_service(web::to(|| async { Problem::new(Code::NotFound).respond(None) }));
}

/// The ward whose key a request shows.
#[derive(Clone, Debug)]
struct Reader {
    ward: String,
}

impl FromRequest for Reader {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = req.app_data::<State>().cloned();
        let shown = basic(req);
        Box::pin(async move {
            let app = app.ok_or_else(|| Problem::internal("no application state"))?;
            let (login, key) =
                shown.ok_or_else(|| Problem::new(Code::InvalidCredentials).basic())?;
            let ward = crate::auth::layer_ward(&app, &login, &key).await?;
            Ok(Self { ward })
        })
    }
}

/// Name and key out of `Authorization: Basic`.
fn basic(req: &HttpRequest) -> Option<(String, String)> {
    let packed = req.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(packed.trim()).ok()?).ok()?;
    let (login, key) = text.split_once(':')?;
    Some((login.to_owned(), key.to_owned()))
}

/// Where this server is, as the asker sees it.
fn root(req: &HttpRequest) -> String {
    let seen = req.connection_info();
    format!("{}://{}/ogc", seen.scheme(), seen.host())
}

fn link(href: String, rel: &str, kind: &str, title: &str) -> Value {
    json!({ "href": href, "rel": rel, "type": kind, "title": title })
}

fn answer(kind: &str, body: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("Cache-Control", "private, no-cache"))
        .content_type(kind.to_owned())
        .body(body.to_string())
}

async fn landing(req: HttpRequest, _reader: Reader) -> HttpResponse {
    let root = root(&req);
    let json = "application/json";
    answer(
        json,
        &json!({
            "title": "Gõ Cửa",
            "description": "Độ phủ của chiến dịch theo tổ dân phố, chỉ đọc, chỉ số liệu tổng hợp.",
            "links": [
                link(root.clone(), "self", json, "Trang đầu"),
                link(format!("{root}/api"), "service-desc", "application/vnd.oai.openapi+json;version=3.0", "Mô tả"),
                link(format!("{root}/conformance"), "conformance", json, "Chuẩn đáp ứng"),
                link(format!("{root}/collections"), "data", json, "Các lớp"),
            ],
        }),
    )
}

async fn conformance(_reader: Reader) -> HttpResponse {
    let part = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf";
    let classes = ["core", "oas30", "geojson"].map(|class| format!("{part}/{class}"));
    answer("application/json", &json!({ "conformsTo": classes }))
}

async fn api(req: HttpRequest, _reader: Reader) -> HttpResponse {
    let path = |summary: &str, kind: &str, parameters: Value| {
        json!({ "get": {
            "summary": summary,
            "parameters": parameters,
            "responses": { "200": { "description": "OK", "content": { kind: {} } } },
        } })
    };
    let id = json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "enum": ["groups", "ward"] } });
    let fid =
        json!({ "name": "fid", "in": "path", "required": true, "schema": { "type": "string" } });
    let limit = json!({ "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT } });
    let offset = json!({ "name": "offset", "in": "query", "schema": { "type": "integer", "minimum": 0, "default": 0 } });
    let bbox = json!({ "name": "bbox", "in": "query", "style": "form", "explode": false, "schema": { "type": "array", "minItems": 4, "maxItems": 6, "items": { "type": "number" } } });
    let json = "application/json";
    answer(
        "application/vnd.oai.openapi+json;version=3.0",
        &json!({
            "openapi": "3.0.3",
            "info": { "title": "Gõ Cửa: OGC API - Features", "version": env!("CARGO_PKG_VERSION") },
            "servers": [{ "url": root(&req) }],
            "security": [{ "key": [] }],
            "components": { "securitySchemes": { "key": { "type": "http", "scheme": "basic" } } },
            "paths": {
                "/": path("Landing page", json, json!([])),
                "/conformance": path("Conformance classes", json, json!([])),
                "/collections": path("Collections", json, json!([])),
                "/collections/{id}": path("One collection", json, json!([id])),
                "/collections/{id}/items": path("Features", GEOJSON, json!([id, limit, offset, bbox])),
                "/collections/{id}/items/{fid}": path("One feature", GEOJSON, json!([id, fid])),
            },
        }),
    )
}

/// What there is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    /// Coverage by residential group.
    Groups,
    /// The outline of the ward.
    Ward,
}

impl Layer {
    const ALL: [Self; 2] = [Self::Groups, Self::Ward];

    fn id(self) -> &'static str {
        match self {
            Self::Groups => "groups",
            Self::Ward => "ward",
        }
    }

    fn of(id: &str) -> Result<Self, Problem> {
        Self::ALL.into_iter().find(|l| l.id() == id).ok_or_else(|| Problem::new(Code::NotFound))
    }

    fn describe(self, root: &str, bounds: [f64; 4]) -> Value {
        let (title, about) = match self {
            Self::Groups => {
                ("Độ phủ theo tổ dân phố", "Mẫu số của mọi tỷ lệ là HH_TOTAL: số hộ đang ở.")
            }
            Self::Ward => ("Ranh giới phường", "Ranh giới phường."),
        };
        let at = format!("{root}/collections/{}", self.id());
        json!({
            "id": self.id(),
            "title": title,
            "description": about,
            "itemType": "feature",
            "crs": [CRS84],
            "extent": { "spatial": { "bbox": [bounds], "crs": CRS84 } },
            "links": [
                link(at.clone(), "self", "application/json", title),
                link(format!("{at}/items"), "items", GEOJSON, title),
            ],
        })
    }
}

async fn bounds(app: &State, ward: &str) -> Result<[f64; 4], Problem> {
    let outline = app.store.ward_outline(ward).await?;
    let shape = Shape::read(&outline).map_err(|fault| Problem::internal(fault.to_string()))?;
    Ok(shape.bounds().unwrap_or([-180.0, -90.0, 180.0, 90.0]))
}

async fn collections(
    app: State,
    req: HttpRequest,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let root = root(&req);
    let bounds = bounds(&app, &reader.ward).await?;
    Ok(answer(
        "application/json",
        &json!({
            "links": [link(format!("{root}/collections"), "self", "application/json", "Các lớp")],
            "collections": Layer::ALL.map(|l| l.describe(&root, bounds)),
        }),
    ))
}

async fn collection(
    app: State,
    req: HttpRequest,
    id: web::Path<String>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let layer = Layer::of(&id)?;
    let bounds = bounds(&app, &reader.ward).await?;
    Ok(answer("application/json", &layer.describe(&root(&req), bounds)))
}

fn instant(at: Millis) -> Option<String> {
    let at = DateTime::from_timestamp_millis(at.0)?;
    Some(at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// All features of a layer, each with its bounds.
async fn features(app: &State, layer: Layer, ward: &str) -> Result<Vec<Value>, Problem> {
    let book = app.store.boundaries(ward).await?;
    if layer == Layer::Ward {
        return Ok(vec![json!({
            "type": "Feature",
            "id": book.ward.code,
            "geometry": book.outline,
            "properties": { "code": book.ward.code, "name": book.ward.name },
        })]);
    }
    let mut outlines: HashMap<_, _> = book.groups.into_iter().map(|g| (g.id, g)).collect();
    let coverage = app.store.coverage(ward).await?;
    Ok(coverage
        .groups
        .into_iter()
        .map(|g| {
            let outline = outlines.remove(&g.id);
            let mut properties = Map::new();
            properties.insert("code".into(), json!(g.code));
            properties.insert("name".into(), json!(g.name));
            let tally = TallyView::of(&g.tally, Reach::WardAggregates);
            let rates = Rates::of(&tally);
            if let Ok(Value::Object(counts)) = serde_json::to_value(tally) {
                properties.extend(counts);
            }
            let percent = |rate| json!(Rates::percent(rate));
            properties.insert("cov_visit_percent".into(), percent(rates.visited));
            properties.insert("cov_served_percent".into(), percent(rates.served));
            properties.insert("last_visit_at".into(), json!(g.last_visit_at.and_then(instant)));
            let source = outline.as_ref().and_then(|o| o.source).map(|s| s.code());
            properties.insert("outline_source".into(), json!(source));
            json!({
                "type": "Feature",
                "id": g.id,
                "geometry": outline.map(|o| o.geometry),
                "properties": properties,
            })
        })
        .collect())
}

/// Which features are wanted.
#[derive(Debug, Deserialize)]
struct ItemsQuery {
    limit: Option<usize>,
    offset: Option<usize>,
    bbox: Option<String>,
    /// Of the standard; only the one answer there is may be asked for.
    f: Option<String>,
}

/// West, south, east, north; heights are passed over.
fn read_bbox(text: &str) -> Option<[f64; 4]> {
    let numbers: Vec<f64> =
        text.split(',').map(|n| n.trim().parse().ok()).collect::<Option<_>>()?;
    let box_ = match numbers.as_slice() {
        [west, south, east, north] => [*west, *south, *east, *north],
        [west, south, _, east, north, _] => [*west, *south, *east, *north],
        _ => return None,
    };
    (box_.iter().all(|n| n.is_finite()) && box_[1] <= box_[3]).then_some(box_)
}

/// Does the feature's box meet the one asked for? One without a geometry meets none.
fn meets(feature: &Value, asked: [f64; 4]) -> bool {
    let bounds = Shape::read(&feature["geometry"]).ok().and_then(|shape| shape.bounds());
    bounds.is_some_and(|[west, south, east, north]| {
        west <= asked[2] && east >= asked[0] && south <= asked[3] && north >= asked[1]
    })
}

async fn items(
    app: State,
    req: HttpRequest,
    id: web::Path<String>,
    query: web::Query<ItemsQuery>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let layer = Layer::of(&id)?;
    let ItemsQuery { limit, offset, bbox, f } = query.into_inner();
    if f.is_some_and(|f| f != "json" && f != "geojson") {
        return Err(Problem::invalid("?f"));
    }
    let limit = limit.unwrap_or(USUAL_LIMIT).min(MOST);
    if limit == 0 {
        return Err(Problem::invalid("?limit"));
    }
    let asked = match &bbox {
        Some(text) => Some(read_bbox(text).ok_or_else(|| Problem::invalid("?bbox"))?),
        None => None,
    };
    let mut found = features(&app, layer, &reader.ward).await?;
    if let Some(asked) = asked {
        found.retain(|feature| meets(feature, asked));
    }
    let (matched, offset) = (found.len(), offset.unwrap_or(0));
    let page: Vec<Value> = found.into_iter().skip(offset).take(limit).collect();
    let here = format!("{}/collections/{}/items", root(&req), layer.id());
    let at = |offset: usize| {
        let bbox = bbox.as_ref().map_or(String::new(), |b| format!("&bbox={}", b.replace(' ', "")));
        format!("{here}?limit={limit}&offset={offset}{bbox}")
    };
    let mut links = vec![link(at(offset), "self", GEOJSON, "Trang này")];
    if offset + page.len() < matched && !page.is_empty() {
        links.push(link(at(offset + limit), "next", GEOJSON, "Trang sau"));
    }
    Ok(answer(
        GEOJSON,
        &json!({
            "type": "FeatureCollection",
            "timeStamp": instant(app.now()),
            "numberMatched": matched,
            "numberReturned": page.len(),
            "links": links,
            "features": page,
        }),
    ))
}

async fn item(
    app: State,
    req: HttpRequest,
    path: web::Path<(String, String)>,
    reader: Reader,
) -> Result<HttpResponse, Problem> {
    let (id, fid) = path.into_inner();
    let layer = Layer::of(&id)?;
    let found = features(&app, layer, &reader.ward).await?;
    let mut feature = found
        .into_iter()
        .find(|f| f["id"].as_str() == Some(fid.as_str()))
        .ok_or_else(|| Problem::new(Code::NotFound))?;
    let at = format!("{}/collections/{}", root(&req), layer.id());
    feature["links"] = json!([
        link(format!("{at}/items/{fid}"), "self", GEOJSON, "Đối tượng này"),
        link(at, "collection", "application/json", "Lớp"),
    ]);
    Ok(answer(GEOJSON, &feature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_has_four_numbers_or_six() {
        assert_eq!(read_bbox("1, 2,3,4"), Some([1.0, 2.0, 3.0, 4.0]));
        assert_eq!(read_bbox("1,2,0,3,4,9"), Some([1.0, 2.0, 3.0, 4.0]));
        for wrong in ["", "1,2,3", "1,2,3,x", "1,4,3,2", "1,2,3,inf"] {
            assert_eq!(read_bbox(wrong), None, "{wrong}");
        }
    }
}
