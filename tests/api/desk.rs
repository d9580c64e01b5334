//! The ward desk's care for phones, and how its calls refuse.

use gocua_domain::account::{Lockout, Role};
use gocua_domain::id::{AccountId, DeviceId};
use gocua_store::{Account, Fault, FaultCount};
use gocua_tests::fixture::{HOUSEHOLDS, STAFF, TEAM_1, TEAM_2, VOLUNTEER, WARD};
use gocua_tests::{Phone, TestApp, fixture, fresh_id, on_both};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;

/// Pushes operations of a phone that says how many it holds and how often it failed.
async fn push(app: &TestApp, phone: &Phone, queued: i64, failed: i64, ops: Value) -> Value {
    let body = json!({
        "device_id": phone.device, "app_version": "0.2.0", "sent_at": app.now(), "queued": queued,
        "failed": failed, "ops": ops
    });
    let answer = phone.post("/api/v1/sync/push", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["results"].clone()
}

fn op(app: &TestApp, seq: i64, kind: &str) -> Value {
    json!({
        "op_id": fresh_id(), "device_seq": seq, "made_at": app.now(), "kind": kind,
        "payload": { "household_id": HOUSEHOLDS[0], "outcome": "NOT_HOME" }
    })
}

async fn phones(who: &Phone) -> Vec<Value> {
    let answer = who.get("/api/v1/phones").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["phones"].as_array().cloned().expect("phones")
}

fn needs(phones: &[Value]) -> Vec<(Value, &str)> {
    let word = |p: &'_ Value| p["device_id"].clone();
    phones.iter().map(|p| (word(p), p["needs"].as_str().expect("a need"))).collect()
}

on_both! {
    async fn a_phone_is_listed_with_all_that_is_known_of_it(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        assert!(phones(&desk).await.is_empty(), "a desk is no phone");
        let phone = app.signed_in(VOLUNTEER).await;
        let mut waits = op(app, 9, "visit.record");
        waits["after"] = json!(8);
        let ops = json!([
            op(app, 1, "visit.record"), op(app, 2, "visit.teleport"), op(app, 3, "visit.teleport"), waits
        ]);
        let results = push(app, &phone, 11, 2, ops).await;
        assert_eq!(results[3]["outcome"], "held");
        let fault = |fault, last_at| FaultCount {
            device: DeviceId(phone.device), ward: WARD.into(), fault, count: 1, last_at,
        };
        let faults = [fault(Fault::Busy, app.now().plus(-HOUR)), fault(Fault::Aborted, app.now())];
        app.store().note_faults(&faults).await.expect("noted");
        assert_eq!(phones(&desk).await, [json!({
            "device_id": phone.device, "name": "Máy thử",
            "account": { "id": fixture::account(VOLUNTEER), "name": "Người volunteer" },
            "team": { "id": TEAM_1, "name": "Đội 1" },
            "app_version": "0.2.0", "last_seen_at": app.now(), "queued": 7, "held": 1, "kept": 0,
            "rejected": [{ "reason": "unknown_kind", "count": 2 }],
            "failed": 2, "last_failed_at": app.now(), "last_failure": "aborted", "needs": "rejected",
            "revoked_at": null, "wiped_at": null, "wiped_unsent": null
        })]);
        app.pass(30 * 24 * HOUR);
        let desk = app.signed_in(STAFF).await;
        assert_eq!(phones(&desk).await[0]["rejected"], json!([]), "old ones are history");
    }

    async fn the_phone_in_the_worst_state_comes_first(app: &TestApp) {
        let silent = app.signed_in(VOLUNTEER).await;
        push(app, &silent, 3, 0, json!([])).await;
        app.pass(23 * HOUR);
        let desk = app.signed_in(STAFF).await;
        let well = app.signed_in(VOLUNTEER).await;
        push(app, &well, 0, 0, json!([])).await;
        let failing = app.signed_in("volunteer2").await;
        push(app, &failing, 1, 3, json!([])).await;
        let full = app.signed_in("team_lead").await;
        push(app, &full, 400, 0, json!([])).await;
        let listed = phones(&desk).await;
        assert_eq!(needs(&listed), [
            (json!(failing.device), "failing"),
            (json!(full.device), "queue"),
            (json!(silent.device), "queue"),
            (json!(well.device), "nothing"),
        ]);
        app.pass(HOUR + 1);
        let listed = phones(&app.signed_in(STAFF).await).await;
        assert_eq!(needs(&listed)[0], (json!(silent.device), "silent"));
    }

    /// A phone that is not let in cannot say that it fails: the server has seen it knock.
    async fn a_phone_whose_session_is_refused_is_failing(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let phone = app.signed_in(VOLUNTEER).await;
        push(app, &phone, 0, 0, json!([])).await;
        app.pass(60_000);
        let refused = FaultCount {
            device: DeviceId(phone.device), ward: WARD.into(), fault: Fault::RefusedSession,
            count: 1, last_at: app.now(),
        };
        app.store().note_faults(&[refused]).await.expect("noted");
        assert_eq!(needs(&phones(&desk).await), [(json!(phone.device), "failing")]);
        app.pass(1);
        push(app, &phone, 0, 0, json!([])).await;
        assert_eq!(needs(&phones(&desk).await), [(json!(phone.device), "nothing")]);
    }

    async fn a_lead_sees_the_phones_of_the_own_team_and_no_other(app: &TestApp) {
        let mine = app.signed_in(VOLUNTEER).await;
        let theirs = app.signed_in("volunteer2").await;
        let lead = app.signed_in("team_lead").await;
        let desk = app.signed_in(STAFF).await;
        let devices = async |who: &Phone| {
            let mut seen: Vec<String> =
                phones(who).await.iter().map(|p| p["device_id"].to_string()).collect();
            seen.sort();
            seen
        };
        let sorted = |all: &[&Phone]| {
            let mut all: Vec<String> = all.iter().map(|p| json!(p.device).to_string()).collect();
            all.sort();
            all
        };
        assert_eq!(devices(&lead).await, sorted(&[&mine, &lead]));
        assert_eq!(devices(&desk).await, sorted(&[&mine, &theirs, &lead]));
        assert!(phones(&lead).await.iter().all(|p| p["team"]["id"] == json!(TEAM_1)));
        assert!(phones(&desk).await.iter().any(|p| p["team"]["id"] == json!(TEAM_2)));

        // Taken off the team, a lead looks after nobody's phone.
        app.store().add_accounts(vec![Account {
            id: AccountId(fresh_id()),
            ward: Some(WARD.into()),
            team: None,
            group: None,
            login: "lead_without_team".into(),
            name: "Đội trưởng cũ".into(),
            role: Role::TeamLead,
            password_hash: fixture::password_hash(),
            disabled: false,
            lockout: Lockout::default(),
            created_at: app.now(),
        }]).await.expect("added");
        let without = app.signed_in("lead_without_team").await;
        assert!(phones(&without).await.is_empty());
    }

    async fn a_fault_in_what_the_desk_asks_is_named_by_its_place(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let id = fresh_id();
        let many: Vec<_> = (0..501).map(|_| fresh_id()).collect();
        for (path, body, pointer) in [
            ("/households/remove", json!({ "ids": [], "why": "error" }), "/ids"),
            ("/households/remove", json!({ "ids": many, "why": "error" }), "/ids"),
            ("/households/remove", json!({ "ids": ["x"], "why": "error" }), "/ids/0"),
            ("/households/remove", json!({ "ids": [id], "why": "ugly" }), "/why"),
            ("/households/remove", json!({ "ids": [id] }), "/why"),
            ("/households/restore", json!({ "ids": [] }), "/ids"),
            ("/households/restore", json!({ "ids": [id], "why": "error" }), "/why"),
            ("/inbox/two-values", json!({ "op_id": id, "field": "head", "keep": "both" }), "/keep"),
            ("/inbox/two-values", json!({ "op_id": id, "field": "wish", "keep": "book" }), "/field"),
            ("/inbox/two-values", json!({ "op_id": 7, "field": "head", "keep": "book" }), "/op_id"),
            ("/inbox/quarantine", json!({ "op_id": id, "decision": "wait" }), "/decision"),
            ("/households/search", json!({ "q": "x".repeat(101) }), "/q"),
            ("/households/search", json!({ "q": "a", "page": 2 }), "/page"),
            ("/households/search", json!({ "q": "a", "state": "removed" }), "/state"),
        ] {
            let answer = desk.post(&format!("/api/v1{path}"), &body).await;
            assert_eq!(answer.status, 422, "{path} {}", answer.text());
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{path} {body}");
        }
    }
}
