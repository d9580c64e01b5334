//! The ward's board: one answer from counts that follow every change, and nobody's name for those who
//! read counts only.

use gocua_domain::id::HouseholdId;
use gocua_tests::fixture::{self, FAR_LANE, GROUP_1, GROUP_2, HOUSEHOLDS, STAFF, VOLUNTEER, WARD};
use gocua_tests::{Answer, Engine, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn op(seq: i64, at: i64, kind: &str, payload: Value) -> Value {
    json!({ "op_id": fresh_id(), "device_seq": seq, "made_at": at, "kind": kind, "payload": payload })
}

fn knock(seq: i64, at: i64, household: HouseholdId, outcome: &str) -> Value {
    op(seq, at, "visit.record", json!({ "household_id": household, "outcome": outcome }))
}

async fn push(app: &TestApp, phone: &Phone, ops: &[Value]) {
    let body = json!({
        "device_id": phone.device, "app_version": "0.4.0", "sent_at": app.now(),
        "queued": ops.len(), "ops": ops
    });
    let answer = phone.post("/api/v1/sync/push", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    for result in answer.json()["results"].as_array().expect("results") {
        assert_eq!(result["outcome"], "applied", "{result}");
    }
}

async fn board(phone: &Phone) -> Value {
    let answer = phone.get("/api/v1/board").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn group(board: &Value, id: impl serde::Serialize) -> Value {
    let groups = board["groups"].as_array().cloned().expect("groups");
    groups.into_iter().find(|g| g["id"] == json!(id)).expect("the group")
}

/// `band weekend visits contacts missed`, those that were tried.
fn hours(of: &Value) -> Vec<String> {
    let hours = of["hours"].as_array().expect("hours");
    let line = |h: &Value| {
        let day = if h["weekend"] == true { "weekend" } else { "weekday" };
        format!(
            "{} {day} {} {} {}",
            h["band"].as_str().expect("a band"),
            h["visits"],
            h["contacts"],
            h["missed"]
        )
    };
    hours.iter().map(line).collect()
}

async fn verified(app: &TestApp) {
    let report = app.store().verify(WARD).await.expect("verifies");
    assert!(report.drifts.is_empty(), "{:#?}", report.drifts);
}

async fn sql(app: &TestApp, text: &'static str) {
    use sqlx::{Connection, Executor};
    if app.store().engine() == Engine::Postgres {
        let mut db = sqlx::PgConnection::connect(app.database_url()).await.expect("connects");
        db.execute(text).await.expect("done");
    } else {
        let mut db = sqlx::SqliteConnection::connect(app.database_url()).await.expect("connects");
        db.execute(text).await.expect("done");
    }
}

/// Some visits at other hours, with one taken back, one corrected, and one at a wrong door.
async fn a_week(app: &TestApp, backwards: bool) {
    let phone = app.signed_in(VOLUNTEER).await;
    // Sunday 22 November 2026, about noon in Viet Nam, and the days before.
    let now = app.now().0;
    let mut ops = vec![
        (now - 5 * DAY, HOUSEHOLDS[0], "NOT_HOME"),
        (now - 4 * DAY + 7 * HOUR, HOUSEHOLDS[0], "SERVED"),
        (now - 3 * DAY + 3 * HOUR, HOUSEHOLDS[1], "MET_DECLINED"),
        (now - DAY, HOUSEHOLDS[2], "ONLY_MINOR"),
        (now - HOUR, HOUSEHOLDS[3], "NOT_HOME"),
        (now - 5_000, HOUSEHOLDS[3], "NOT_FOUND"),
    ];
    if backwards {
        ops.reverse();
    }
    let knocks: Vec<Value> =
        (1..).zip(&ops).map(|(seq, (at, door, outcome))| knock(seq, *at, *door, outcome)).collect();
    push(app, &phone, &knocks).await;
    let of = |outcome: &str| {
        let at = ops.iter().position(|(.., o)| *o == outcome).expect("there");
        knocks[at]["op_id"].clone()
    };
    let withdraw = op(7, now, "visit.withdraw", json!({ "visit_id": of("NOT_FOUND") }));
    let correct = op(
        8,
        now,
        "visit.correct",
        json!({ "visit_id": of("MET_DECLINED"), "why": "mistap", "record": { "household_id": HOUSEHOLDS[1], "outcome": "NOT_HOME" } }),
    );
    push(app, &phone, &[withdraw, correct]).await;
}

on_both! {
    async fn hours_follow_every_change(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        assert_eq!(board(&desk).await["hours"], json!([]));
        a_week(app, false).await;
        let told = board(&desk).await;
        let tried = hours(&told);
        let sum: i64 = told["hours"].as_array().expect("hours").iter().map(|h| h["visits"].as_i64().expect("a count")).sum();
        assert_eq!(sum, 5, "one was taken back, and the corrected one counts once: {tried:?}");
        assert_eq!(told["total"]["visits"], 5);
        assert_eq!(hours(&group(&told, GROUP_1)), tried, "all of it in one group");
        verified(app).await;

        // A double's visits count where the other stands, and come back with it.
        let merge = format!("/api/v1/households/{}/merge", HOUSEHOLDS[0]);
        let merged = desk.post(&merge, &json!({ "into": HOUSEHOLDS[5] })).await;
        assert_eq!(merged.status, 200, "{}", merged.text());
        let apart = board(&desk).await;
        assert_eq!(hours(&apart), tried, "the ward's stay");
        let far: i64 = group(&apart, GROUP_2)["hours"].as_array().expect("hours").iter().map(|h| h["visits"].as_i64().expect("a count")).sum();
        assert_eq!(far, 2);
        verified(app).await;
        let back = desk.post(&format!("/api/v1/households/{}/unmerge", HOUSEHOLDS[0]), &json!({})).await;
        assert_eq!(back.status, 200, "{}", back.text());
        assert_eq!(hours(&group(&board(&desk).await, GROUP_1)), tried);
        verified(app).await;

        app.store().rebuild(WARD).await.expect("recounted");
        assert_eq!(hours(&group(&board(&desk).await, GROUP_1)), tried, "the recount says the same");
    }

    async fn the_order_of_arrival_changes_no_hour(app: &TestApp) {
        a_week(app, true).await;
        let other = TestApp::start(app.store().engine()).await;
        a_week(&other, false).await;
        let [one, two] = [app, &other].map(|app| async { board(&app.signed_in(STAFF).await).await });
        assert_eq!(hours(&one.await), hours(&two.await));
    }

    async fn a_book_that_stood_before_gets_its_hours_counted(app: &TestApp) {
        a_week(app, false).await;
        let desk = app.signed_in(STAFF).await;
        let merge = format!("/api/v1/households/{}/merge", HOUSEHOLDS[0]);
        assert_eq!(desk.post(&merge, &json!({ "into": HOUSEHOLDS[5] })).await.status, 200);
        let before = board(&desk).await;
        sql(app, "DROP TABLE rollup_hour").await;
        sql(app, "DELETE FROM seaql_migrations WHERE version LIKE '%_board'").await;
        app.store().migrate().await.expect("the table is made and filled");
        verified(app).await;
        app.store().rebuild(WARD).await.expect("recounted");
        assert_eq!(hours(&board(&desk).await), hours(&before));
    }

    async fn a_rollup_that_lies_is_found(app: &TestApp) {
        a_week(app, false).await;
        sql(app, "UPDATE rollup_hour SET contacts = contacts + 1").await;
        let report = app.store().verify(WARD).await.expect("verifies");
        assert!(!report.drifts.is_empty() && report.drifts.iter().all(|d| d.table == "rollup_hour"));
        app.store().rebuild(WARD).await.expect("mended");
        verified(app).await;
    }

    async fn the_board_says_where_it_stands_and_why(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let empty = board(&desk).await;
        assert_eq!((&empty["pace"]["verdict"], &empty["pace"]["goal"]), (&json!("behind"), &json!(5)));
        assert_eq!(empty["no_forecast"]["why"], "not_begun");
        assert_eq!(empty["total"]["hh_total"], 6);
        let first = group(&empty, GROUP_1);
        assert_eq!((&first["lag"]["why"], &first["lag"]["gain"]), (&json!("never_tried"), &json!(4)));
        assert_eq!(first["lag"]["shares"], json!([{ "why": "never_tried", "households": 4 }]));
        assert_eq!(first["walkers"], 2, "a volunteer and the lead");
        assert_eq!(empty["groups"][0]["id"], json!(GROUP_1), "what gains most comes first");

        // An alley without a team, and one to which nobody comes.
        let taken = desk.post(&format!("/api/v1/alleys/{FAR_LANE}/assignment"), &json!({ "team_id": null })).await;
        assert_eq!(taken.status, 200, "{}", taken.text());
        app.pass(4 * DAY);
        let desk = app.signed_in(STAFF).await;
        let later = board(&desk).await;
        assert_eq!(group(&later, GROUP_2)["lag"]["why"], "unassigned");
        assert_eq!(group(&later, GROUP_2)["lag"]["step"], "assign");
        assert_eq!(group(&later, GROUP_1)["lag"]["why"], "idle");

        let phone = app.signed_in(VOLUNTEER).await;
        let now = app.now().0;
        let visits = [knock(1, now, HOUSEHOLDS[0], "VACANT"), knock(2, now, HOUSEHOLDS[1], "VACANT"), knock(3, now, HOUSEHOLDS[2], "VACANT"), knock(4, now, HOUSEHOLDS[3], "SERVED")];
        push(app, &phone, &visits).await;
        let told = board(&desk).await;
        let first = group(&told, GROUP_1);
        assert_eq!((&first["lag"]["why"], &first["lag"]["step"]), (&json!("waits_for_ward"), &json!("decide")));
        let doors = told["open"].as_array().expect("what waits").iter().find(|o| o["what"] == "doors").cloned().expect("doors");
        assert_eq!(doors, json!({ "what": "doors", "count": 3, "oldest_at": now, "overdue": 0 }));
        assert_eq!(told["register"]["register"], 6);
        assert_eq!((&told["register"]["on_foot"], &told["register"]["both"]), (&json!(4), &json!(4)));
        assert_eq!(told["register"]["missing"], json!(null), "four homes in both say nothing");
    }

    async fn a_house_found_on_foot_is_in_the_second_list_only(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let house = fresh_id();
        let propose = op(1, app.now().0, "household.propose", json!({ "household_id": house, "alley_id": fixture::STREET, "house_no": "1B" }));
        push(app, &phone, &[propose, knock(2, app.now().0, HOUSEHOLDS[0], "SERVED")]).await;
        let lists = |b: &Value| ["register", "on_foot", "both", "approved", "waiting"].map(|k| b["register"][k].as_i64().expect("a count"));
        let waiting = board(&desk).await;
        assert_eq!(lists(&waiting), [6, 2, 1, 0, 1]);
        assert_eq!(waiting["open"][0]["count"], 1);
        let yes = desk.post(&format!("/api/v1/inbox/doors/{house}/decide"), &json!({ "decision": "approve", "reason": "đã xem" })).await;
        assert_eq!(yes.status, 200, "{}", yes.text());
        let approved = board(&desk).await;
        assert_eq!(lists(&approved), [6, 2, 1, 1, 0]);
        assert_eq!(approved["total"]["hh_total"], 7);
        assert!(approved["decided_at"].is_i64());
    }

    async fn who_reads_counts_sees_nobody(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let push = json!({ "device_id": phone.device, "app_version": "0.4.0", "sent_at": app.now(), "queued": 9, "failed": 9,
            "ops": [knock(1, app.now().0, HOUSEHOLDS[0], "NOT_HOME")] });
        assert_eq!(phone.post("/api/v1/sync/push", &push).await.status, 200);
        app.pass(2 * DAY);
        let own = board(&app.signed_in(STAFF).await).await;
        assert_eq!(own["suppressed"], false);
        assert_eq!((&own["phones"]["silent"], &own["phones"]["queued"]), (&json!(1), &json!(8)));
        assert_eq!(own["phones"]["named"][0]["account"], "Người volunteer");
        assert_eq!(group(&own, GROUP_1)["walkers"], 2);
        for role in ["party_board", "dpo"] {
            let told = board(&app.signed_in(role).await).await;
            assert_eq!(told["suppressed"], true, "{role}");
            assert_eq!(told["phones"]["named"], json!([]), "{role}");
            for kept in ["phones", "silent", "help"] {
                assert_eq!(told["phones"][kept], json!(null), "{role} {kept}: 1 to 4 people");
            }
            assert_eq!(group(&told, GROUP_1)["walkers"], json!(null), "{role}");
            assert_eq!(group(&told, GROUP_1)["lag"], group(&own, GROUP_1)["lag"], "{role}: households are no people");
            assert!(!told.to_string().contains("Người "), "{role}");
        }
        for role in ["volunteer", "team_lead", "tdp_coordinator", "police", "admin"] {
            let answer = app.signed_in(role).await.get("/api/v1/board").await;
            assert_eq!(answer.status, 403, "{role}");
        }
    }

    async fn an_unchanged_board_is_not_sent_again(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let first = desk.get("/api/v1/board").await;
        let again = async |tag: &str| -> Answer {
            let request = desk.request("GET", "/api/v1/board").header("If-None-Match", tag);
            gocua_tests::phone::finish(request).await
        };
        let same = again(first.header("etag")).await;
        assert_eq!((same.status, same.body.len()), (304, 0));
        let mut phone = app.signed_in(VOLUNTEER).await;
        phone.knock(HOUSEHOLDS[0], app.now()).await;
        let moved = again(first.header("etag")).await;
        assert_eq!(moved.status, 200);
        assert_eq!(moved.json()["total"]["hh_visited"], 1);
        // A phone that falls silent moves no number: the answer grows old by itself.
        let tag = moved.header("etag").to_owned();
        app.pass(6 * 60_000);
        assert_eq!(again(&tag).await.status, 200);
        let other = desk.get("/api/v1/board?ward=10549").await;
        assert_eq!(other.code(), "not_found");
    }
}
