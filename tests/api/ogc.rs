//! The ward's coverage as a layer: by the letter of OGC API - Features, and as GDAL reads it.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gocua_tests::fixture::{GROUP_1, HOUSEHOLDS, STAFF, VOLUNTEER};
use gocua_tests::phone::finish;
use gocua_tests::{Answer, Phone, TestApp, on_both};
use serde_json::json;

/// A key just made: id, login, key.
async fn key(desk: &Phone) -> (String, String, String) {
    let made =
        desk.post("/api/v1/layer-keys", &json!({ "label": "  QGIS   phòng địa chính " })).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let made = made.json();
    assert_eq!(made["label"], "QGIS phòng địa chính");
    let text = |name: &str| made[name].as_str().expect("text").to_owned();
    (text("id"), text("login"), text("key"))
}

/// As a map program asks: no header of ours, name and key in the place HTTP has for them.
async fn ask(app: &TestApp, path: &str, login: &str, key: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("{login}:{key}")));
    let request = reqwest::Client::new().get(format!("{}{path}", app.url));
    finish(request.header("Authorization", basic)).await
}

/// What GDAL's program says of a layer; it is a process of its own.
async fn ogrinfo(app: &TestApp, login: &str, key: &str, options: &[&str], layer: &str) -> String {
    let mut command = Command::new("ogrinfo");
    command.args(["-oo", &format!("USERPWD={login}:{key}"), "-ro"]).args(options);
    command.arg(format!("OAPIF:{}/ogc", app.url));
    command.args(Some(layer).filter(|l| !l.is_empty()));
    let out = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("ran")
        .expect("ogrinfo: apt-get install gdal-bin");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

on_both! {
    async fn the_layers_are_described_and_read(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let (_, login, key) = key(&desk).await;
        let landing = ask(app, "/ogc", &login, &key).await;
        assert_eq!(landing.status, 200, "{}", landing.text());
        let links = landing.json()["links"].clone();
        let rel = |r: &str| {
            let all = links.as_array().expect("links");
            all.iter().find(|l| l["rel"] == r).expect("the link")["href"].as_str().expect("text").to_owned()
        };
        for (name, member) in [("service-desc", "openapi"), ("conformance", "conformsTo"), ("data", "collections")] {
            let path = rel(name).strip_prefix(&app.url).expect("on this server").to_owned();
            let told = ask(app, &path, &login, &key).await.json();
            assert!(!told[member].is_null(), "{name}");
        }
        let one = ask(app, "/ogc/collections/groups", &login, &key).await.json();
        assert_eq!(one["crs"][0], "http://www.opengis.net/def/crs/OGC/1.3/CRS84");
        assert_eq!(ask(app, "/ogc/collections/people", &login, &key).await.status, 404);

        let page = ask(app, "/ogc/collections/groups/items?limit=1", &login, &key).await;
        assert_eq!(page.header("content-type"), "application/geo+json");
        let page = page.json();
        assert_eq!((&page["numberMatched"], &page["numberReturned"]), (&json!(2), &json!(1)));
        let next = page["links"].as_array().expect("links").iter().find(|l| l["rel"] == "next");
        let next = next.expect("a next page")["href"].as_str().expect("text");
        let last = ask(app, next.strip_prefix(&app.url).expect("here"), &login, &key).await.json();
        assert_eq!(last["numberReturned"], 1);
        assert!(last["links"].as_array().expect("links").iter().all(|l| l["rel"] != "next"));
        assert_ne!(last["features"][0]["id"], page["features"][0]["id"]);

        // The second group lies from 106.01 on.
        let west = ask(app, "/ogc/collections/groups/items?bbox=106.001,21.001,106.002,21.002", &login, &key).await;
        let west = west.json();
        assert_eq!(west["numberMatched"], 1);
        assert_eq!(west["features"][0]["id"], json!(GROUP_1));
        for wrong in ["bbox=1,2,3", "limit=0", "limit=x", "f=html"] {
            let refused = ask(app, &format!("/ogc/collections/groups/items?{wrong}"), &login, &key).await;
            assert_eq!(refused.status, 422, "{wrong}");
        }
        let path = format!("/ogc/collections/groups/items/{GROUP_1}");
        let feature = ask(app, &path, &login, &key).await.json();
        assert_eq!(feature["properties"]["code"], "TDP1");
        assert_eq!(feature["properties"]["hh_total"], 4);
        assert_eq!(ask(app, "/ogc/collections/ward/items/nowhere", &login, &key).await.status, 404);
    }

    async fn counts_of_few_people_are_kept_from_the_layer(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let served = gocua_tests::fixture::visit(phone.device, 1, HOUSEHOLDS[0], app.now());
        assert_eq!(phone.post("/api/v1/sync/push", &served).await.status, 200);
        let desk = app.signed_in(STAFF).await;
        let (_, login, key) = key(&desk).await;
        let path = format!("/ogc/collections/groups/items/{GROUP_1}");
        let properties = ask(app, &path, &login, &key).await.json()["properties"].clone();
        let full = desk.get("/api/v1/coverage").await.json()["groups"][0]["tally"].clone();
        assert_eq!(properties["hh_visited"], 1);
        assert_eq!(properties["cov_visit_percent"], 25.0);
        for few in ["coach_occ", "coach_people", "coach_people_60"] {
            let shown = &properties[few];
            let kept = full[few].as_i64().is_some_and(|n| (1..5).contains(&n));
            assert_eq!(shown.is_null(), kept, "{few}: {shown} of {}", full[few]);
        }
    }

    async fn a_key_opens_the_layers_and_nothing_else_until_it_is_taken_back(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let (id, login, key) = key(&desk).await;
        let listed = desk.get("/api/v1/layer-keys").await;
        assert!(!listed.text().contains(&key), "shown once");
        assert_eq!(listed.json()["keys"][0]["login"], login.as_str());
        for path in ["/api/v1/coverage", "/api/v1/ground"] {
            assert_eq!(ask(app, path, &login, &key).await.status, 403, "{path}");
        }
        let none = finish(reqwest::Client::new().get(format!("{}/ogc", app.url))).await;
        assert_eq!((none.status, none.header("www-authenticate").starts_with("Basic ")), (401, true));
        let wrong = ask(app, "/ogc", &login, "AAAAAA-AAAAAA-AAAAAA-AAAAAA").await;
        assert_eq!((wrong.status, wrong.code().as_str()), (401, "invalid_credentials"));
        let token = desk.request("GET", "/ogc");
        assert_eq!(finish(token).await.status, 401, "a session is no key");
        // An empty label, and one too long.
        for label in ["  ".to_owned(), "x".repeat(61)] {
            assert_eq!(desk.post("/api/v1/layer-keys", &json!({ "label": label })).await.status, 422);
        }
        let path = format!("/api/v1/layer-keys/{id}");
        assert_eq!(finish(desk.request("DELETE", &path)).await.status, 204);
        assert_eq!(ask(app, "/ogc", &login, &key).await.status, 401);
        assert_eq!(finish(desk.request("DELETE", &path)).await.status, 404);
        assert_eq!(desk.get("/api/v1/layer-keys").await.json()["keys"], json!([]));
    }

    async fn guesses_at_a_key_have_to_wait(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let (_, login, key) = key(&desk).await;
        for _ in 0..6 {
            assert_eq!(ask(app, "/ogc", &login, "guess").await.status, 401);
        }
        let locked = ask(app, "/ogc", &login, "guess").await;
        assert_eq!((locked.status, locked.code().as_str()), (429, "account_locked"));
        assert_eq!(ask(app, "/ogc", &login, &key).await.status, 429, "the right one too");
        app.pass(61_000);
        assert_eq!(ask(app, "/ogc", &login, &key).await.status, 200);
    }

    async fn gdal_reads_the_coverage_by_its_address(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let (_, login, key) = key(&desk).await;
        let list = ogrinfo(app, &login, &key, &[], "").await;
        assert!(list.contains("groups") && list.contains("ward"), "{list}");
        let all = ogrinfo(app, &login, &key, &[], "groups").await;
        assert!(all.contains("Feature Count: 2"), "{all}");
        assert!(all.contains("hh_total (Integer) = 4"), "{all}");
        assert!(all.contains("name (String) = Tổ dân phố 1"), "{all}");
        assert!(all.contains("POLYGON ((106"), "{all}");
        let west = ogrinfo(app, &login, &key, &["-spat", "106.001", "21.001", "106.002", "21.002"], "groups").await;
        assert!(west.contains("Feature Count: 1"), "{west}");
    }
}
