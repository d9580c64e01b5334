//! The ground at the desk: outlines from three sources, doors on the map, days, and the base map.

use gocua_domain::id::{GroupId, HouseholdId};
use gocua_server::basemap::Basemap;
use gocua_store::Store;
use gocua_tests::fixture::{GROUP_1, GROUP_2, HOUSEHOLDS, STAFF, VOLUNTEER, WARD, visit};
use gocua_tests::phone::finish;
use gocua_tests::{Phone, TestApp, on_both};
use serde_json::{Value, json};

fn square(west: f64, south: f64, side: f64) -> Value {
    let (east, north) = (west + side, south + side);
    json!({
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    })
}

fn feature(name: &str, geometry: Value) -> Value {
    json!({ "type": "Feature", "geometry": geometry, "properties": { "ten": name } })
}

fn file(features: &[Value]) -> Value {
    json!({ "type": "FeatureCollection", "features": features })
}

async fn ground(desk: &Phone) -> Value {
    let answer = desk.get("/api/v1/ground").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Source of each group's outline.
async fn sources(desk: &Phone) -> Vec<Value> {
    let told = ground(desk).await;
    told["groups"].as_array().expect("groups").iter().map(|g| g["source"].clone()).collect()
}

async fn put(desk: &Phone, group: GroupId, geometry: &Value) -> (u16, Value) {
    let path = format!("/api/v1/groups/{group}/outline");
    let request = desk.request("PUT", &path).json(&json!({ "geometry": geometry }));
    let answer = finish(request).await;
    (answer.status, answer.json())
}

async fn erase(desk: &Phone, group: GroupId) {
    let path = format!("/api/v1/groups/{group}/outline");
    let answer = finish(desk.request("DELETE", &path)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

async fn knock(app: &TestApp, phone: &Phone, seq: i64, door: HouseholdId, outcome: &str) {
    let mut push = visit(phone.device, seq, door, app.now());
    push["ops"][0]["payload"]["outcome"] = json!(outcome);
    let answer = phone.post("/api/v1/sync/push", &push).await;
    assert_eq!(answer.json()["results"][0]["outcome"], "applied", "{}", answer.text());
}

/// Gives the first five of the fixture's six doors a place; the fifth stands in the other group.
async fn place_doors(app: &TestApp) {
    let store: &Store = app.store();
    let west = [106.001, 106.003, 106.005, 106.007, 106.009];
    for (n, x) in west.into_iter().enumerate() {
        let point = [x, 21.002 + n as f64 / 1_000.0];
        store.place_door(WARD, HOUSEHOLDS[n], point).await.expect("placed");
    }
}

on_both! {
    async fn outlines_are_derived_from_doors_where_nobody_gave_one(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        assert_eq!(sources(&desk).await, ["uploaded", "uploaded"]);
        place_doors(app).await;
        let told = ground(&desk).await;
        assert_eq!((&told["groups"][0]["doors"], &told["groups"][0]["placed"]), (&json!(4), &json!(4)));
        assert_eq!((&told["groups"][1]["doors"], &told["groups"][1]["placed"]), (&json!(2), &json!(1)));
        let before = desk.get("/api/v1/coverage/boundary").await.json();

        let derived = desk.post("/api/v1/ground/derive", &json!({})).await.json();
        assert_eq!(derived["kept"], json!([GROUP_1, GROUP_2]), "what came from a file is left alone");
        assert_eq!(desk.get("/api/v1/coverage/boundary").await.json(), before);

        erase(&desk, GROUP_1).await;
        erase(&desk, GROUP_2).await;
        assert_eq!(sources(&desk).await, [Value::Null, Value::Null]);
        let derived = desk.post("/api/v1/ground/derive", &json!({})).await.json();
        assert_eq!(derived["derived"], json!([GROUP_1, GROUP_2]));
        assert_eq!(derived["astray_count"], 0, "{derived}");
        let told = ground(&desk).await;
        let area = |v: &Value| v["area_m2"].as_f64().expect("an area");
        let groups = told["groups"].as_array().expect("groups");
        let sum: f64 = groups.iter().map(area).sum();
        assert!((sum / area(&told) - 1.0).abs() < 1e-3, "{sum} of {told}");
        assert_eq!(sources(&desk).await, ["derived", "derived"]);
        let shown = desk.get("/api/v1/coverage/boundary").await.json();
        assert_eq!(shown["features"][1]["properties"]["source"], "derived");
        assert!(shown["features"][1]["properties"]["label"].is_array());

        let again = desk.post("/api/v1/ground/derive", &json!({})).await.json();
        assert_eq!(again["derived"], json!([]), "nothing moved");
        let (status, _) = put(&desk, GROUP_2, &square(106.0, 21.0, 0.0025)).await;
        assert_eq!(status, 200);
        let derived = desk.post("/api/v1/ground/derive", &json!({})).await.json();
        assert_eq!((&derived["kept"], &derived["derived"]), (&json!([GROUP_2]), &json!([GROUP_1])));
        assert_eq!(derived["astray"], json!(["THU-0000"]), "its door stands on ground given to another");
        assert_eq!(sources(&desk).await, ["derived", "drawn"]);
    }

    async fn a_drawn_outline_is_told_what_is_wrong_with_it(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let bow = json!({ "type": "Polygon", "coordinates": [
            [[106.001, 21.001], [106.004, 21.004], [106.004, 21.001], [106.001, 21.004], [106.001, 21.001]]
        ] });
        for (geometry, fault) in [
            (json!(null), "not_polygon"),
            (bow, "crosses_itself"),
            (square(105.0, 20.0, 0.01), "outside_ward"),
        ] {
            let (status, body) = put(&desk, GROUP_1, &geometry).await;
            assert_eq!((status, &body["errors"][0]["pointer"]), (422, &json!("/geometry")));
            assert_eq!(body["errors"][0]["code"], fault);
        }
        assert_eq!(sources(&desk).await, ["uploaded", "uploaded"], "nothing was written");
        let nobody = GroupId(gocua_tests::fresh_id());
        assert_eq!(put(&desk, nobody, &square(106.0, 21.0, 0.004)).await.0, 404);
    }

    async fn a_file_is_looked_at_before_it_is_taken_over_and_never_by_half(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let ask = |body: Value| {
            let desk = &desk;
            async move { desk.post("/api/v1/ground/file", &body).await }
        };
        let good = file(&[
            feature("TDP 1", square(106.0, 21.0, 0.005)),
            feature("Xóm Đồi", square(106.005, 21.0, 0.005)),
        ]);
        let look = ask(json!({ "file": good })).await.json();
        assert_eq!(look["features"][0]["fate"], "matched");
        assert_eq!(look["features"][0]["groups"], json!([GROUP_1]));
        assert_eq!(look["features"][0]["replaces"], "uploaded");
        assert_eq!(look["features"][1]["fate"], "unmatched");
        assert_eq!((&look["missing"], &look["written"]), (&json!([GROUP_2]), &json!(false)));

        let picks = json!([{ "place": 1, "group": GROUP_2 }]);
        let refused = ask(json!({ "file": good, "picks": picks, "commit": true })).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"), "somebody's would be lost");
        let done = ask(json!({ "file": good, "picks": picks, "commit": true, "replace": true })).await;
        assert_eq!(done.json()["written"], true, "{}", done.text());
        let first = ground(&desk).await;

        let half = file(&[
            feature("TDP 1", square(106.0, 21.0, 0.002)),
            feature("TDP 2", square(108.0, 21.0, 0.005)),
        ]);
        let refused = ask(json!({ "file": half, "commit": true, "replace": true })).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.json()["errors"][0], json!({ "pointer": "/file/features/1", "code": "outside_ward" }));
        assert_eq!(ground(&desk).await, first, "the first one was not written either");

        for wrong in [json!({ "file": [] }), json!({ "file": file(&[]) })] {
            assert_eq!(ask(wrong).await.status, 422);
        }
        let none = file(&[feature("Xóm Đồi", square(106.0, 21.0, 0.005))]);
        assert_eq!(ask(json!({ "file": none, "commit": true })).await.status, 422);
    }

    async fn doors_on_the_map_have_a_number_and_a_status_and_nothing_else(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        place_doors(app).await;
        let phone = app.signed_in(VOLUNTEER).await;
        knock(app, &phone, 1, HOUSEHOLDS[0], "NOT_HOME").await;
        let shown = desk.get(&format!("/api/v1/groups/{GROUP_1}/doors")).await;
        assert_eq!(shown.header("content-type"), "application/geo+json");
        assert!(!shown.text().contains("Nguyễn Văn Thử"), "no names");
        let shown = shown.json();
        let of = |kind: &str| -> Vec<Value> {
            let all = shown["features"].as_array().expect("features");
            all.iter().filter(|f| f["properties"]["kind"] == kind).cloned().collect()
        };
        let (doors, ways) = (of("door"), of("way"));
        assert_eq!((doors.len(), ways.len(), &shown["unplaced"]), (4, 2, &json!(0)));
        let knocked = doors.iter().find(|d| d["properties"]["no"] == "1").expect("number 1");
        assert_eq!(knocked["properties"], json!({
            "kind": "door", "no": "1", "status": "attempted", "way": "Đường Thử"
        }));
        assert!(knocked.get("id").is_none());
        assert_eq!(knocked["geometry"]["coordinates"], json!([106.001, 21.002]));
        assert_eq!(ways[0]["geometry"]["type"], "LineString");
        let other = desk.get(&format!("/api/v1/groups/{GROUP_2}/doors")).await.json();
        assert_eq!(other["unplaced"], 1);
        for role in ["party_board", "dpo", "admin", VOLUNTEER] {
            let who = app.signed_in(role).await;
            let refused = who.get(&format!("/api/v1/groups/{GROUP_1}/doors")).await;
            assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{role}");
        }
    }

    async fn days_say_what_the_map_of_an_earlier_day_showed(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let phone = app.signed_in(VOLUNTEER).await;
        knock(app, &phone, 1, HOUSEHOLDS[0], "NOT_HOME").await;
        knock(app, &phone, 2, HOUSEHOLDS[1], "MET_NO_NEED").await;
        let days = desk.get("/api/v1/coverage/days").await;
        let told = days.json();
        assert_eq!(told["groups"], json!([GROUP_1]));
        assert_eq!(told["days"][0]["counts"], json!([[0, 2, 2, 1, 0]]));
        let coverage = desk.get("/api/v1/coverage").await.json();
        assert_eq!(coverage["total"]["hh_contacted"], 1, "the sum of the days is the map of today");
        let tag = days.header("etag").to_owned();
        let again = desk.request("GET", "/api/v1/coverage/days").header("If-None-Match", tag);
        assert_eq!(finish(again).await.status, 304);
        let board = app.signed_in("party_board").await;
        assert_eq!(board.get("/api/v1/coverage/days").await.status, 200);
    }
}

#[actix_web::test]
async fn the_base_map_is_read_in_parts() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("basemap.pmtiles");
    std::fs::write(&path, b"no archive").expect("written");
    assert!(Basemap::open(&path).is_err());
    let mut bytes = b"PMTiles\x03".to_vec();
    bytes.extend((8..200_000_u32).map(|n| (n % 251) as u8));
    std::fs::write(&path, &bytes).expect("written");

    let app = TestApp::start(gocua_tests::Engine::Sqlite).await;
    let phone = app.phone();
    assert_eq!(phone.get("/basemap.pmtiles").await.status, 404, "nothing without a file");
    let desk = app.signed_in(STAFF).await;
    let plain = desk.get("/api/v1/coverage/boundary").await.json();
    assert_eq!(plain["features"][0]["properties"]["basemap"], Value::Null);

    let app = TestApp::start_with(gocua_tests::Engine::Sqlite, |app| {
        app.on_basemap(Some(Basemap::open(&path).expect("an archive")))
    })
    .await;
    let (phone, desk) = (app.phone(), app.signed_in(STAFF).await);
    let told = desk.get("/api/v1/coverage/boundary").await.json();
    let address =
        told["features"][0]["properties"]["basemap"].as_str().expect("an address").to_owned();
    let ask = |range: &str| finish(phone.request("GET", &address).header("Range", range));
    let whole = phone.get(&address).await;
    assert_eq!((whole.status, whole.body.as_slice()), (200, bytes.as_slice()));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let tag = whole.header("etag").to_owned();
    let part = ask("bytes=100000-199999").await;
    assert_eq!((part.status, part.body.as_slice()), (206, &bytes[100_000..200_000]));
    assert_eq!(part.header("content-range"), "bytes 100000-199999/200000");
    assert_eq!(ask("bytes=-3").await.body.as_slice(), &bytes[199_997..]);
    let beyond = ask("bytes=200000-").await;
    assert_eq!((beyond.status, beyond.header("content-range")), (416, "bytes */200000"));
    let old =
        phone.request("GET", &address).header("Range", "bytes=0-6").header("If-Range", "\"old\"");
    assert_eq!(finish(old).await.status, 200, "another file: all of it");
    let same = phone.request("GET", &address).header("Range", "bytes=0-6").header("If-Range", &tag);
    assert_eq!(finish(same).await.body.as_slice(), &b"PMTiles"[..]);
    let known = phone.request("GET", &address).header("If-None-Match", &tag);
    assert_eq!(finish(known).await.status, 304);
    let head = finish(phone.request("HEAD", &address)).await;
    assert_eq!((head.status, head.header("content-length")), (200, "200000"));
    std::fs::remove_file(&path).expect("removed");
    assert_eq!(phone.get(&address).await.status, 404);
}
