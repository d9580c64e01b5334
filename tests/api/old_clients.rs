//! Every released app, as it was recorded, against today's server: see `tests/fixtures/releases`.

use std::collections::BTreeMap;
use std::path::Path;

use gocua_tests::fixture::{HOUSEHOLDS, LANE, PASSWORD, STAFF, VOLUNTEER};
use gocua_tests::phone::COOKIE;
use gocua_tests::{Answer, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

/// The recordings, by release.
fn releases() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/releases");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the recordings")
        .map(|entry| entry.expect("an entry").path().join("traffic.json"))
        .filter(|file| file.exists())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| serde_json::from_slice(&std::fs::read(file).expect("readable")).expect("JSON"))
        .collect()
}

/// Who of the fixture stands in for an account of the made-up ward, and the doors of its team.
fn stand_in(login: &str) -> (&'static str, &'static [gocua_domain::id::HouseholdId]) {
    match login {
        "tnv1" => (VOLUNTEER, &HOUSEHOLDS[..4]),
        "tnv4" => ("team_lead", &HOUSEHOLDS[..4]),
        "tnv2" => ("volunteer2", &HOUSEHOLDS[4..]),
        other => panic!("nobody stands in for {other}"),
    }
}

/// Plays one recording call by call.
struct Replay<'a> {
    app: &'a TestApp,
    release: String,
    phones: BTreeMap<String, Phone>,
    /// Who is signed in on a phone.
    login: BTreeMap<String, String>,
    /// What a recorded household is called here.
    doors: BTreeMap<(bool, String), Value>,
    /// Visits in the book: booked and not taken back.
    standing: i64,
}

impl Replay<'_> {
    async fn call(&mut self, call: &Value) {
        let name = text(&call["phone"]);
        let path = text(&call["path"]);
        let app = self.app;
        if let Some(login) = call["sent"]["login"].as_str() {
            self.login.insert(name.clone(), login.to_owned());
        }
        let phone = self.phones.entry(name.clone()).or_insert_with(|| app.phone());
        // The app sends no more than this, and what it sends is no more than it was.
        for (header, value) in call["headers"].as_object().expect("headers") {
            assert!(header != "x-gocua" || value == "1", "{header}: {value}");
        }
        match path.strip_prefix("/api/v1").expect("the API") {
            "/auth/login" => {
                let mut body = call["sent"].clone();
                body["login"] = json!(stand_in(&self.login[&name]).0);
                body["password"] = json!(PASSWORD);
                body["device"]["device_id"] = json!(phone.device);
                body["device"]["public_key"] = phone.key.public();
                let answer = phone.send(phone.request("POST", &path).json(&body)).await;
                signed_in(phone, &answer);
            }
            "/auth/refresh" => {
                assert_eq!(keys(&call["sent"]), ["proof"]);
                let body = json!({ "proof": phone.proof() });
                let answer = phone.send(phone.request("POST", &path).json(&body)).await;
                signed_in(phone, &answer);
            }
            "/auth/logout" => {
                let answer = phone.send(phone.request("POST", &path).json(&call["sent"])).await;
                assert_eq!(answer.status, 204, "{}", answer.text());
                assert!(phone.cookie.is_none(), "{COOKIE} is gone");
            }
            "/sync/push" => self.push(&name, call).await,
            pull if pull.starts_with("/sync/pull") => {
                let answer = phone.get(&path).await;
                assert_eq!(answer.status, 200, "{path}: {}", answer.text());
                readable(&answer.json(), !pull.contains('?'));
            }
            other => panic!("{other} is not replayed yet"),
        }
    }

    async fn push(&mut self, name: &str, call: &Value) {
        let said = call["said"]["results"].as_array().expect("results");
        let mut body = call["sent"].clone();
        body["device_id"] = json!(self.phones[name].device);
        let (_, reach) = stand_in(&self.login[name]);
        for (op, then) in body["ops"].as_array_mut().expect("ops").iter_mut().zip(said) {
            let far = then["reason"] == "out_of_reach";
            // A proposed house brings its own id, into an alley that is here.
            if let Some(alley) = op.pointer_mut("/payload/alley_id") {
                *alley = json!(LANE);
                // Played on one book: a house is called by the end of its id, which is alike in all releases.
                let minor = self.release.split('.').nth(1).expect("a release");
                let id = text(&op["payload"]["household_id"]);
                op["payload"]["household_id"] =
                    json!(id.replace("-8000-a00", &format!("-8000-a0{minor}")));
                continue;
            }
            for payload in ["/payload", "/payload/record"] {
                let Some(id) = op.pointer_mut(&format!("{payload}/household_id")) else { continue };
                let next = reach[self.doors.len() % reach.len()];
                let here = self.doors.entry((far, text(id)));
                *id = here
                    .or_insert_with(|| if far { json!(fresh_id()) } else { json!(next) })
                    .clone();
            }
        }
        let arrived = call["said"]["received_at"].as_i64().expect("a time");
        self.app.pass((arrived - self.app.now().0).max(0));
        let phone = &self.phones[name];
        let answer = match call["headers"]["content-encoding"].as_str() {
            Some("gzip") => phone.push_packed(body.to_string().as_bytes()).await,
            None => phone.post("/api/v1/sync/push", &body).await,
            Some(other) => panic!("{other} is not replayed yet"),
        };
        assert_eq!(answer.status, 200, "{}: {}", self.release, answer.text());
        let today = answer.json();
        let today = today["results"].as_array().expect("results");
        assert_eq!(today.len(), said.len());
        for ((now, then), op) in today.iter().zip(said).zip(body["ops"].as_array().expect("ops")) {
            assert_eq!(fate(now), fate(then), "{}: {op}", self.release);
            if now["outcome"] == "applied" {
                self.standing += match text(&op["kind"]).as_str() {
                    "visit.record" => 1,
                    "visit.withdraw" => -1,
                    _ => 0,
                };
            }
        }
    }
}

/// All of a result but the number of the receipt.
fn fate(result: &Value) -> Value {
    let mut fate = result.clone();
    fate["seq"] = json!(result["seq"].is_i64());
    fate
}

fn signed_in(phone: &mut Phone, answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let session = answer.json();
    assert!(session["expires_at"].is_i64() && session["session_id"].is_string(), "{session}");
    for field in ["id", "login", "name", "role"] {
        assert!(session["account"][field].is_string(), "{field}: {session}");
    }
    phone.access = session["access_token"].as_str().map(str::to_owned);
    assert!(phone.cookie.is_some(), "{COOKIE} is set");
}

/// What the first released app needs in order to apply a pull.
fn readable(pull: &Value, whole: bool) {
    assert!(pull["cursor"].is_string() && pull["seq"].is_i64(), "{pull}");
    assert!(pull["server_time"].is_i64() && pull["reset"].is_boolean(), "{pull}");
    if whole {
        assert_eq!(pull["reset"], true);
        assert!(pull["me"]["account_id"].is_string() && pull["skills"].is_array(), "{pull}");
    }
    let doors = |of: &Value| of.as_array().cloned().unwrap_or_default();
    for alley in doors(&pull["alleys"]) {
        for field in ["id", "group_id", "kind", "name", "sort"] {
            assert!(alley[field].is_string(), "{field}: {alley}");
        }
        doors(&alley["doors"]).iter().for_each(door);
    }
    for changed in doors(&pull["doors"]) {
        assert!(changed["alley_id"].is_string(), "{changed}");
        door(&changed);
    }
}

fn door(door: &Value) {
    for field in ["id", "code", "sort"] {
        assert!(door[field].is_string(), "{field}: {door}");
    }
    assert!(door["active"].is_boolean(), "{door}");
    for visit in door["visits"].as_array().into_iter().flatten() {
        assert!(visit["id"].is_string() && visit["at"].is_i64(), "{visit}");
        assert!(visit["outcome"].is_string(), "{visit}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

on_both! {
    async fn every_released_app_is_answered_as_it_was(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let releases = releases();
        assert!(releases.iter().any(|r| r["release"] == "0.1.0"), "the first release is there");
        let mut standing = 0;
        for recording in releases {
            let mut replay = Replay {
                app,
                release: text(&recording["release"]),
                phones: BTreeMap::new(),
                login: BTreeMap::new(),
                doors: BTreeMap::new(),
                standing: 0,
            };
            let calls = recording["calls"].as_array().expect("calls");
            let pushes = calls.iter().filter(|c| text(&c["path"]).ends_with("/sync/push")).count();
            assert!(pushes >= 3, "{} holds pushes", replay.release);
            for call in calls {
                replay.call(call).await;
            }
            standing += replay.standing;
        }
        assert!(standing > 10);
        let coverage = desk.get("/api/v1/coverage").await.json();
        assert_eq!(coverage["total"]["visits"], standing);
    }
}
