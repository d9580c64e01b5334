//! What phones ask the ward to decide, and what becomes of it.

use gocua_domain::id::{DeviceId, HouseholdId, OpId};
use gocua_domain::sync::{Op, OpOutcome, PushRequest, Sender};
use gocua_store::Batch;
use gocua_tests::fixture::{self, HOUSEHOLDS, STAFF, STREET, TEAM_1, VOLUNTEER, WARD};
use gocua_tests::{Answer, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

/// Pushes one operation; its id and what became of it.
async fn push(
    app: &TestApp,
    phone: &Phone,
    seq: i64,
    kind: &str,
    payload: Value,
) -> (Value, Value) {
    let op = json!({
        "op_id": fresh_id(), "device_seq": seq, "made_at": app.now(), "kind": kind, "payload": payload
    });
    let body = json!({
        "device_id": phone.device, "app_version": "0.2.0", "sent_at": app.now(), "queued": 1,
        "ops": [op]
    });
    let answer = phone.post("/api/v1/sync/push", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (op["op_id"].clone(), answer.json()["results"][0].clone())
}

async fn edit(
    app: &TestApp,
    phone: &Phone,
    seq: i64,
    household: HouseholdId,
    set: Value,
) -> (Value, Value) {
    push(app, phone, seq, "household.edit", json!({ "household_id": household, "set": set })).await
}

async fn inbox(desk: &Phone) -> Value {
    let answer = desk.get("/api/v1/inbox").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn keep(desk: &Phone, op: &Value, field: &str, keep: &str) -> Answer {
    let body = json!({ "op_id": op, "field": field, "keep": keep });
    desk.post("/api/v1/inbox/two-values", &body).await
}

async fn decide(desk: &Phone, op: &Value, decision: &str) -> Answer {
    desk.post("/api/v1/inbox/quarantine", &json!({ "op_id": op, "decision": decision })).await
}

async fn remove(desk: &Phone, household: HouseholdId) {
    let body = json!({ "ids": [household], "why": "error" });
    assert_eq!(desk.post("/api/v1/households/remove", &body).await.status, 200);
}

/// The doors of a street, in walking order: number, head, landmark.
async fn doors(phone: &Phone) -> Vec<(String, String, Value)> {
    let pulled = phone.pull(None).await.json();
    let alleys = pulled["alleys"].as_array().expect("alleys");
    let street = alleys.iter().find(|a| a["id"] == json!(STREET)).expect("the street");
    let word = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut doors: Vec<_> = street["doors"]
        .as_array()
        .expect("doors")
        .iter()
        .map(|d| (word(&d["sort"]), (word(&d["no"]), word(&d["head"]), d["landmark"].clone())))
        .collect();
    doors.sort_by(|a, b| a.0.cmp(&b.0));
    doors.into_iter().map(|(_, door)| door).collect()
}

/// A visit of an account that has been disabled, as a parcel brings it: the operation's id.
async fn disabled_visit(app: &TestApp) -> Value {
    let (device, op_id) = (DeviceId(fresh_id()), OpId(fresh_id()));
    let op = Op {
        op_id,
        device_seq: 1,
        made_at: app.now(),
        after: None,
        kind: "visit.record".into(),
        payload: json!({ "household_id": HOUSEHOLDS[0], "outcome": "SERVED" }),
    };
    let account = fixture::account("disabled");
    let sender = Sender { account, device, team: Some(TEAM_1), disabled: true };
    let push = PushRequest {
        device_id: device,
        app_version: "0.2.0".into(),
        sent_at: app.now(),
        queued: 0,
        failed: 0,
        ops: vec![op.into()],
    };
    let batch = Batch { ward: WARD.into(), sender, push, now: app.now(), carried: true };
    let answer = app.store().push(batch).await.expect("pushed");
    assert_eq!(answer.results[0].outcome, OpOutcome::Quarantined);
    json!(op_id)
}

on_both! {
    async fn a_new_head_waits_for_the_ward_and_is_then_found_everywhere(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let set = json!({ "head": "Lê Thị Mới", "members": 2 });
        let (op, result) = edit(app, &phone, 1, HOUSEHOLDS[0], set).await;
        assert_eq!((&result["outcome"], &result["flags"]), (&json!("applied"), &json!(["to_inbox"])));
        let waiting = inbox(&desk).await;
        assert_eq!(waiting["seq"], json!(app.store().ward_seq(WARD).await.expect("seq")));
        assert_eq!(waiting["two_values"], json!([{
            "op_id": op, "field": "head",
            "household": {
                "id": HOUSEHOLDS[0], "code": "THU-0000", "no": "1", "alley": "Đường Thử",
                "group": "Tổ dân phố 1"
            },
            "book": "Nguyễn Văn Thử", "phone": "Lê Thị Mới", "team": "Đội 1", "at": app.now()
        }]));
        assert_eq!(waiting["quarantine"], json!([]));

        app.pass(60_000);
        let since = phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
        let taken = keep(&desk, &op, "head", "phone").await;
        assert_eq!(taken.status, 200, "{}", taken.text());
        assert_eq!(inbox(&desk).await["two_values"], json!([]));
        let delta = phone.pull(Some(&since)).await.json();
        assert_eq!(delta["doors"][0]["head"], "Lê Thị Mới");
        let by_new = app.store().find_households(WARD, "le thi moi").await.expect("found");
        assert_eq!(by_new.iter().map(|h| h.id).collect::<Vec<_>>(), [HOUSEHOLDS[0]]);
        let by_old = app.store().find_households(WARD, "nguyen van thu").await.expect("found");
        assert!(by_old.iter().all(|h| h.id != HOUSEHOLDS[0]), "{by_old:?}");

        assert_eq!(keep(&desk, &op, "head", "phone").await.json(), taken.json(), "once is enough");
        assert_eq!(keep(&desk, &op, "head", "book").await.code(), "conflict");
        for (op, field) in [(&json!(fresh_id()), "head"), (&op, "house_no"), (&op, "members")] {
            assert_eq!(keep(&desk, op, field, "phone").await.code(), "not_found", "{field}");
        }
        // What lost is history, what won can be proposed again.
        let (_, again) = edit(app, &phone, 2, HOUSEHOLDS[0], json!({ "head": "Nguyễn Văn Thử" })).await;
        assert_eq!(again["flags"], json!(["to_inbox"]));
    }

    async fn the_books_value_stays_when_the_ward_says_so(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let before = doors(&phone).await;
        let (op, _) = edit(app, &phone, 1, HOUSEHOLDS[0], json!({ "head": "Lê Thị Mới" })).await;
        let declined = keep(&desk, &op, "head", "book").await;
        assert_eq!(declined.status, 200);
        assert_eq!(doors(&phone).await, before);
        assert_eq!(inbox(&desk).await["two_values"], json!([]));
        assert_eq!(keep(&desk, &op, "head", "book").await.json(), declined.json());
        assert_eq!(keep(&desk, &op, "head", "phone").await.code(), "conflict");
        assert_eq!(doors(&phone).await, before);
    }

    async fn a_new_number_moves_the_door_along_its_alley(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let numbers = async || {
            doors(&phone).await.into_iter().map(|(no, ..)| no).collect::<Vec<_>>()
        };
        assert_eq!(numbers().await, ["1", "3"]);
        let set = json!({ "house_no": "10", "head": "Lê Thị Mới" });
        let (op, _) = edit(app, &phone, 1, HOUSEHOLDS[0], set).await;
        let fields: Vec<Value> = inbox(&desk).await["two_values"].as_array().expect("questions")
            .iter().map(|q| q["field"].clone()).collect();
        assert_eq!(fields, ["head", "house_no"], "two questions, decided one by one");
        assert_eq!(keep(&desk, &op, "house_no", "phone").await.status, 200);
        assert_eq!(numbers().await, ["3", "10"]);
        assert_eq!(inbox(&desk).await["two_values"][0]["household"]["no"], "10");
        assert_eq!(keep(&desk, &op, "head", "book").await.status, 200);
    }

    async fn an_edit_of_a_removed_household_waits_and_brings_it_back(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        remove(&desk, HOUSEHOLDS[0]).await;
        let (op, result) = edit(app, &phone, 1, HOUSEHOLDS[0], json!({ "landmark": "cổng xanh" })).await;
        assert_eq!((&result["outcome"], &result["reason"]), (&json!("quarantined"), &json!("household_deleted")));
        let waiting = inbox(&desk).await;
        assert_eq!(waiting["quarantine"], json!([{
            "op_id": op, "why": "household_deleted", "kind": "household.edit",
            "summary": {
                "household": {
                    "id": HOUSEHOLDS[0], "code": "THU-0000", "no": "1", "alley": "Đường Thử",
                    "group": "Tổ dân phố 1"
                },
                "outcome": null, "set": { "landmark": "cổng xanh" }
            },
            "account_name": "Người volunteer", "team": "Đội 1", "at": app.now()
        }]));
        let phones = desk.get("/api/v1/phones").await.json();
        assert_eq!(phones["phones"][0]["kept"], 1);
        assert_eq!(app.store().coverage(WARD).await.expect("coverage").total.hh_total, 5);

        app.pass(60_000);
        let released = decide(&desk, &op, "release").await;
        assert_eq!(released.status, 200, "{}", released.text());
        assert_eq!(inbox(&desk).await["quarantine"], json!([]));
        assert_eq!(app.store().coverage(WARD).await.expect("coverage").total.hh_total, 6);
        assert!(doors(&phone).await.contains(&("1".into(), "Nguyễn Văn Thử".into(), json!("cổng xanh"))));
        assert_eq!(decide(&desk, &op, "release").await.json(), released.json(), "once is enough");
        assert_eq!(decide(&desk, &op, "dismiss").await.code(), "conflict");
        assert_eq!(decide(&desk, &json!(fresh_id()), "release").await.code(), "not_found");
        assert_eq!(decide(&desk, &json!(fresh_id()), "dismiss").await.code(), "not_found");
    }

    async fn an_edit_let_in_late_passes_nothing_its_author_wrote_after_it(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        remove(&desk, HOUSEHOLDS[0]).await;
        let (early, result) = edit(app, &phone, 1, HOUSEHOLDS[0], json!({ "landmark": "cổng xanh" })).await;
        assert_eq!(result["outcome"], "quarantined");
        let back = desk.post("/api/v1/households/restore", &json!({ "ids": [HOUSEHOLDS[0]] })).await;
        assert_eq!(back.status, 200, "{}", back.text());
        app.pass(60_000);
        let (_, result) = edit(app, &phone, 2, HOUSEHOLDS[0], json!({ "landmark": "cổng đỏ" })).await;
        assert_eq!(result["outcome"], "applied");
        let released = decide(&desk, &early, "release").await;
        assert_eq!(released.status, 200, "{}", released.text());
        assert!(doors(&phone).await.contains(&("1".into(), "Nguyễn Văn Thử".into(), json!("cổng đỏ"))));
    }

    async fn a_dismissed_operation_stays_out_of_the_book(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        remove(&desk, HOUSEHOLDS[0]).await;
        let (op, _) = edit(app, &phone, 1, HOUSEHOLDS[0], json!({ "landmark": "cổng xanh" })).await;
        let dismissed = decide(&desk, &op, "dismiss").await;
        assert_eq!(dismissed.status, 200);
        assert_eq!(inbox(&desk).await["quarantine"], json!([]));
        assert_eq!(app.store().coverage(WARD).await.expect("coverage").total.hh_total, 5);
        assert_eq!(decide(&desk, &op, "dismiss").await.json(), dismissed.json());
        assert_eq!(decide(&desk, &op, "release").await.code(), "conflict");
        assert_eq!(doors(&phone).await.len(), 1, "the household stays away");
    }

    async fn work_of_a_disabled_account_counts_once_the_ward_says_so(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let op = disabled_visit(app).await;
        let waiting = inbox(&desk).await;
        let line = &waiting["quarantine"][0];
        assert_eq!((&line["why"], &line["summary"]["outcome"]), (&json!("account_disabled"), &json!("SERVED")));
        assert_eq!(line["account_name"], "Người disabled");
        assert_eq!(line["summary"]["household"]["code"], "THU-0000");
        assert_eq!(app.store().coverage(WARD).await.expect("coverage").total.visits, 0);
        assert_eq!(decide(&desk, &op, "release").await.status, 200);
        let counted = app.store().coverage(WARD).await.expect("coverage").total;
        assert_eq!((counted.visits, counted.hh_served), (1, 1));
    }

    /// Whether a removed household comes back is asked only where it is the question.
    async fn releasing_a_disabled_accounts_work_brings_no_household_back(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let op = disabled_visit(app).await;
        remove(&desk, HOUSEHOLDS[0]).await;
        assert_eq!(decide(&desk, &op, "release").await.status, 200);
        let counted = app.store().coverage(WARD).await.expect("coverage").total;
        assert_eq!((counted.hh_total, counted.visits, counted.hh_served), (5, 1, 0));
    }
}
