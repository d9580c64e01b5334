//! Coverage as the desk reads it.

use std::time::Duration;

use futures_util::StreamExt;
use gocua_tests::fixture::{GROUP_1, GROUP_2, HOUSEHOLDS, STAFF, VOLUNTEER};
use gocua_tests::on_both;
use serde_json::json;

on_both! {
    async fn a_visit_moves_exactly_its_own_group(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let before = desk.get("/api/v1/coverage").await;
        assert_eq!(before.json()["total"]["hh_total"], 6);
        assert_eq!(before.json()["targets"][0]["value"], 80.0);
        let mut phone = app.signed_in(VOLUNTEER).await;
        phone.knock(HOUSEHOLDS[0], app.now()).await;
        let after = desk.get("/api/v1/coverage").await;
        assert_ne!(before.header("etag"), after.header("etag"));
        let group = |answer: &gocua_tests::Answer, id| {
            let groups = answer.json()["groups"].as_array().cloned().expect("groups");
            groups.into_iter().find(|g| g["id"] == json!(id)).expect("the group")
        };
        assert_eq!(group(&after, GROUP_1)["tally"]["hh_visited"], 1);
        assert_eq!(group(&after, GROUP_1)["last_visit_at"], json!(app.now()));
        assert_eq!(group(&before, GROUP_2), group(&after, GROUP_2));
        let days = desk.get("/api/v1/coverage/trend").await.json();
        assert_eq!(days, json!({ "days": [{ "day": 20261122, "visits": 1, "hh_visited": 1, "hh_served": 0 }] }));
        let alleys = desk.get(&format!("/api/v1/groups/{GROUP_1}/alleys")).await.json();
        let counts: i64 = alleys["alleys"].as_array().expect("alleys").iter()
            .map(|a| a["tally"]["visits"].as_i64().expect("visits")).sum();
        assert_eq!(counts, 1);
        assert_eq!(desk.get("/api/v1/teams").await.json()["teams"][0]["households"], 4);
    }

    async fn another_wards_figures_do_not_exist_for_this_desk(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        for path in ["coverage", "coverage/trend"] {
            let own = desk.get(&format!("/api/v1/{path}?ward={}", gocua_tests::fixture::WARD)).await;
            assert_eq!(own.status, 200, "{path}");
            let other = desk.get(&format!("/api/v1/{path}?ward=10549")).await;
            assert_eq!(other.code(), "not_found", "{path}");
        }
    }

    async fn unchanged_coverage_is_not_sent_again(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let first = desk.get("/api/v1/coverage").await;
        let again = gocua_tests::phone::finish(
            desk.request("GET", "/api/v1/coverage").header("If-None-Match", first.header("etag")),
        ).await;
        assert_eq!((again.status, again.body.len()), (304, 0));
        let geo = desk.get("/api/v1/coverage?format=geojson").await;
        assert_eq!(geo.header("content-type"), "application/geo+json");
        assert_ne!(geo.header("etag"), first.header("etag"));
        assert_eq!(geo.json()["features"].as_array().map(Vec::len), Some(2));
        assert_eq!(geo.json()["features"][0]["geometry"]["type"], "Polygon");
        assert_eq!(geo.json()["features"][0]["properties"]["cov_served"], 0.0);
    }

    async fn the_party_board_sees_no_count_of_one_to_four_people(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let push = json!({ "device_id": phone.device, "app_version": "0", "sent_at": app.now(), "queued": 1,
            "ops": [{ "op_id": gocua_tests::fresh_id(), "device_seq": 1, "made_at": app.now(), "kind": "visit.record",
                "payload": { "household_id": HOUSEHOLDS[0], "outcome": "SERVED",
                    "people": [{ "age_band": "80+", "skills": [{ "skill": "SEC-01", "level": 2 }] }] } }] });
        assert_eq!(phone.post("/api/v1/sync/push", &push).await.status, 200);
        phone.refresh().await;
        let desk = app.signed_in(STAFF).await.get("/api/v1/coverage").await.json();
        let board = app.signed_in("party_board").await.get("/api/v1/coverage").await.json();
        assert_eq!(desk["total"]["coach_people"], 1);
        assert_eq!((desk["suppressed"].clone(), board["suppressed"].clone()), (json!(false), json!(true)));
        assert_eq!(board["total"]["coach_people"], json!(null));
        assert_eq!(board["total"]["coach_people_60"], json!(null));
        assert_eq!(board["total"]["hh_served"], 1);
        let group = &board["groups"][0]["tally"];
        assert_eq!((group["coach_occ"].clone(), board["groups"][1]["tally"]["coach_occ"].clone()), (json!(null), json!(0)));
    }

    async fn an_open_desk_hears_of_a_sync_without_asking(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let response = desk.request("GET", "/api/v1/events").send().await.expect("answers");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut lines = response.bytes_stream();
        let next = async |lines: &mut (dyn futures_util::Stream<Item = reqwest::Result<_>> + Unpin)| {
            let piece = tokio::time::timeout(Duration::from_secs(10), lines.next()).await;
            let piece: Vec<u8> = piece.expect("in time").expect("open").map(|b: bytes::Bytes| b.to_vec()).expect("read");
            String::from_utf8(piece).expect("text")
        };
        assert_eq!(next(&mut lines).await, "event: seq\ndata: {\"seq\":1}\n\n");
        let mut phone = app.signed_in(VOLUNTEER).await;
        phone.knock(HOUSEHOLDS[0], app.now()).await;
        assert_eq!(next(&mut lines).await, "event: seq\ndata: {\"seq\":2}\n\n");
        // Another process on the same book, as `gocua import` beside a running server.
        let other = gocua_store::Store::open(app.database_url()).await.expect("opens");
        other.rebuild(gocua_tests::fixture::WARD).await.expect("writes");
        assert_eq!(next(&mut lines).await, "event: seq\ndata: {\"seq\":3}\n\n");
    }
}
