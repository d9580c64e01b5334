//! Pushes: every operation ends with exactly one outcome, whatever surrounds it.

use futures_util::future::join_all;
use gocua_domain::coverage::Tally;
use gocua_domain::id::HouseholdId;
use gocua_tests::fixture::{self, GROUP_1, HOUSEHOLDS, LANE, STAFF, TEAM_2, VOLUNTEER, WARD};
use gocua_tests::{Engine, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn op(seq: i64, at: i64, kind: &str, payload: Value) -> Value {
    json!({ "op_id": fresh_id(), "device_seq": seq, "made_at": at, "kind": kind, "payload": payload })
}

fn knock(seq: i64, at: i64, household: HouseholdId, outcome: &str) -> Value {
    op(seq, at, "visit.record", json!({ "household_id": household, "outcome": outcome }))
}

fn batch(phone: &Phone, sent_at: i64, ops: &[Value]) -> Value {
    json!({
        "device_id": phone.device, "app_version": "0.1.0", "sent_at": sent_at,
        "queued": ops.len(), "ops": ops
    })
}

/// Pushes, and gives `outcome reason flags` of each result.
async fn push(app: &TestApp, phone: &Phone, ops: &[Value]) -> Vec<String> {
    let answer = phone.post("/api/v1/sync/push", &batch(phone, app.now().0, ops)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    fates(&answer.json())
}

fn fates(answer: &Value) -> Vec<String> {
    let word = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    answer["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|r| {
            let flags: Vec<String> =
                r["flags"].as_array().into_iter().flatten().map(word).collect();
            [word(&r["outcome"]), word(&r["reason"]), flags.join(" ")]
                .join(" ")
                .trim_end()
                .to_owned()
        })
        .collect()
}

async fn tally(app: &TestApp) -> Tally {
    let book = app.store().coverage(WARD).await.expect("coverage");
    book.groups.into_iter().find(|g| g.id == GROUP_1).expect("the group").tally
}

on_both! {
    async fn a_lost_answer_costs_nothing_and_doubles_nothing(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let ops = [
            knock(1, app.now().0, HOUSEHOLDS[0], "NOT_HOME"),
            knock(2, app.now().0, HOUSEHOLDS[2], "MET_DECLINED"),
        ];
        assert_eq!(push(app, &phone, &ops).await, ["applied", "applied"]);
        for _ in 0..3 {
            assert_eq!(push(app, &phone, &ops).await, ["duplicate", "duplicate"]);
        }
        let counted = tally(app).await;
        let once = Tally {
            hh_total: 4, hh_visited: 2, hh_contacted: 1, hh_revisit: 1, hh_declined: 1, visits: 2,
            ..Tally::default()
        };
        assert_eq!(counted, once);
    }

    async fn many_phones_sending_the_same_operations_at_once_write_them_once(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let ops: Vec<Value> =
            (1..=20).map(|n| knock(n, app.now().0, HOUSEHOLDS[(n % 4) as usize], "SERVED")).collect();
        let body = batch(&phone, app.now().0, &ops);
        let mut answers = join_all((0..8).map(|_| phone.post("/api/v1/sync/push", &body))).await;
        // One phone pushes once at a time: those who were told to come back come back in turn.
        for answer in &mut answers {
            if answer.status == 429 {
                *answer = phone.post("/api/v1/sync/push", &body).await;
            }
        }
        let mut applied = 0;
        let mut receipts = std::collections::BTreeSet::new();
        for answer in answers {
            for (fate, result) in fates(&answer.json()).iter().zip(answer.json()["results"].as_array().expect("results")) {
                applied += usize::from(fate == "applied");
                assert!(fate == "applied" || fate == "duplicate", "{fate}");
                receipts.insert(result["seq"].as_i64().expect("a receipt"));
            }
        }
        assert_eq!(applied, 20);
        assert_eq!(receipts, (2..=21).collect(), "one receipt an operation, without a gap");
        assert_eq!(tally(app).await.visits, 20);
    }

    async fn one_bad_operation_stops_no_other(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let at = app.now().0;
        let reused = knock(1, at, HOUSEHOLDS[0], "NOT_HOME");
        let mut other_body = reused.clone();
        other_body["payload"]["outcome"] = json!("SERVED");
        let ops = [
            reused,
            op(2, at, "visit.teleport\u{0}", json!({})),
            op(3, at, "visit.record", json!({ "household_id": HOUSEHOLDS[0], "outcome": "SERVED", "note": "x" })),
            op(4, at, "visit.record", json!({ "household_id": HOUSEHOLDS[0], "outcome": "KISSED" })),
            knock(5, at, HOUSEHOLDS[4], "SERVED"),
            knock(6, at, HouseholdId(fresh_id()), "SERVED"),
            other_body,
            knock(1, at, HOUSEHOLDS[1], "SERVED"),
            op(7, at, "visit.record", json!({ "household_id": HOUSEHOLDS[1], "outcome": "SERVED",
                "people": [{ "age_band": "60-79", "skills": [{ "skill": "SEC-01", "level": 3 }] }] })),
        ];
        assert_eq!(push(app, &phone, &ops).await, [
            "applied",
            "rejected unknown_kind",
            "applied  unknown_field",
            "rejected malformed_payload",
            "rejected out_of_reach",
            "rejected out_of_reach",
            "rejected op_id_reused",
            "rejected device_seq_reused",
            "applied",
        ]);
        // A rejection is an outcome too: asked again it is the same one.
        assert_eq!(push(app, &phone, &ops[1..2]).await, ["rejected unknown_kind"]);
        let counted = tally(app).await;
        assert_eq!((counted.visits, counted.coach_occ, counted.coach_people_60), (3, 1, 1));
    }

    async fn what_the_database_refuses_is_done_again_one_by_one(app: &TestApp) {
        poison(app).await;
        let phone = app.signed_in(VOLUNTEER).await;
        let at = app.now().0;
        let ops = [
            knock(1, at, HOUSEHOLDS[0], "SERVED"),
            knock(2, at, HOUSEHOLDS[1], "UNSAFE"),
            knock(3, at, HOUSEHOLDS[2], "SERVED"),
        ];
        assert_eq!(push(app, &phone, &ops).await, ["applied", "rejected refused", "applied"]);
        assert_eq!(push(app, &phone, &ops).await, ["duplicate", "rejected refused", "duplicate"]);
        assert_eq!(tally(app).await.visits, 2);
    }

    async fn a_database_that_is_away_means_later_and_refuses_nothing(app: &TestApp) {
        use sqlx::{Connection, Executor};
        let phone = app.signed_in(VOLUNTEER).await;
        let ops = [knock(1, app.now().0, HOUSEHOLDS[0], "SERVED")];
        let body = batch(&phone, app.now().0, &ops);
        let mut answer;
        if app.store().engine() == Engine::Postgres {
            let mut db = sqlx::PgConnection::connect(app.database_url()).await.expect("connects");
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await
            .expect("every connection of the server is cut");
            answer = phone.post("/api/v1/sync/push", &body).await;
        } else {
            let mut db = sqlx::SqliteConnection::connect(app.database_url()).await.expect("connects");
            db.execute("BEGIN IMMEDIATE").await.expect("the writer's place is taken");
            answer = phone.post("/api/v1/sync/push", &body).await;
            assert_eq!((answer.status, answer.code()), (503, "unavailable".into()));
            db.execute("ROLLBACK").await.expect("given back");
        }
        // As a phone does: the same batch again until it is answered. Dead connections of a pool are
        // found out one at a time, so a few more refusals may come first.
        for _ in 0..30 {
            if answer.status == 200 {
                break;
            }
            assert_eq!(answer.code(), "unavailable");
            assert!(!answer.header("retry-after").is_empty());
            answer = phone.post("/api/v1/sync/push", &body).await;
        }
        let fate = fates(&answer.json()).remove(0);
        assert!(fate == "applied" || fate == "duplicate", "{fate}");
        assert_eq!(tally(app).await.visits, 1);
    }

    async fn a_phone_three_days_off_is_corrected_and_told(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        for (n, skew) in [(1, 3 * DAY), (2, -3 * DAY)] {
            let wrong = app.now().0 + skew;
            let ops = [knock(n, wrong - HOUR, HOUSEHOLDS[0], "NOT_HOME")];
            let answer = phone.post("/api/v1/sync/push", &batch(&phone, wrong, &ops)).await;
            assert_eq!(fates(&answer.json()), ["applied  clock_corrected"]);
            assert_eq!(answer.json()["received_at"], json!(app.now()));
        }
        // An operation from the future on a phone whose clock is right now.
        let ops = [knock(3, app.now().0 + 3 * DAY, HOUSEHOLDS[0], "NOT_HOME")];
        assert_eq!(push(app, &phone, &ops).await, ["applied  clock_clamped"]);
        let pulled = phone.pull(None).await.json();
        let visits = door(&pulled, HOUSEHOLDS[0])["visits"].clone();
        let times: Vec<i64> = visits.as_array().expect("visits").iter().map(|v| v["at"].as_i64().expect("at")).collect();
        assert_eq!(times, [app.now().0 - HOUR, app.now().0 - HOUR, app.now().0]);
    }

    async fn work_done_offline_under_an_assignment_taken_back_is_kept(app: &TestApp) {
        let knocked_at = app.now().0;
        app.pass(HOUR);
        let desk = app.signed_in(STAFF).await;
        let path = format!("/api/v1/alleys/{LANE}/assignment");
        let given = desk.post(&path, &json!({ "team_id": TEAM_2 })).await;
        assert_eq!(given.json()["alley"]["team"]["id"], json!(TEAM_2), "{}", given.text());
        app.pass(HOUR);
        let phone = app.signed_in(VOLUNTEER).await;
        let ops = [
            knock(1, knocked_at, HOUSEHOLDS[2], "SERVED"),
            knock(2, app.now().0, HOUSEHOLDS[3], "NOT_HOME"),
        ];
        assert_eq!(push(app, &phone, &ops).await, ["applied", "applied  late_scope"]);
        assert_eq!(tally(app).await.visits, 2);
    }

    async fn undo_takes_a_visit_back_and_everything_it_counted(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let before = tally(app).await;
        let visit = knock(1, app.now().0, HOUSEHOLDS[0], "MET_DECLINED");
        let undo = op(2, app.now().0 + 5_000, "visit.withdraw", json!({ "visit_id": visit["op_id"] }));
        assert_eq!(push(app, &phone, std::slice::from_ref(&visit)).await, ["applied"]);
        assert_eq!(tally(app).await.visits, 1);
        app.pass(6_000);
        assert_eq!(push(app, &phone, std::slice::from_ref(&undo)).await, ["applied"]);
        assert_eq!(tally(app).await, before);
        let again = op(3, app.now().0, "visit.withdraw", json!({ "visit_id": visit["op_id"] }));
        assert_eq!(push(app, &phone, &[again]).await, ["superseded nothing_to_withdraw"]);
        let other = app.signed_in("team_lead").await;
        let theirs = knock(1, app.now().0, HOUSEHOLDS[1], "SERVED");
        assert_eq!(push(app, &other, std::slice::from_ref(&theirs)).await, ["applied"]);
        let meddle = op(4, app.now().0, "visit.withdraw", json!({ "visit_id": theirs["op_id"] }));
        assert_eq!(push(app, &phone, &[meddle]).await, ["rejected not_yours"]);
    }

    async fn two_teams_at_one_door_are_both_kept_and_counted_once(app: &TestApp) {
        let first = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        assert_eq!(push(app, &first, &[knock(1, app.now().0, HOUSEHOLDS[2], "SERVED")]).await, ["applied"]);
        desk.post(&format!("/api/v1/alleys/{LANE}/assignment"), &json!({ "team_id": TEAM_2 })).await;
        let second = app.signed_in("volunteer2").await;
        assert_eq!(push(app, &second, &[knock(1, app.now().0 + 20 * 60_000, HOUSEHOLDS[2], "SERVED")]).await.len(), 1);
        let counted = tally(app).await;
        assert_eq!((counted.hh_served, counted.visits), (1, 2));
    }

    async fn a_request_that_is_no_batch_is_refused_whole(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let at = app.now().0;
        let good = knock(1, at, HOUSEHOLDS[0], "SERVED");
        let mut other_device = batch(&phone, at, std::slice::from_ref(&good));
        other_device["device_id"] = json!(fresh_id());
        assert_eq!(phone.post("/api/v1/sync/push", &other_device).await.code(), "device_mismatch");
        let many: Vec<Value> = (1..=201).map(|n| knock(n, at, HOUSEHOLDS[0], "SERVED")).collect();
        assert_eq!(phone.post("/api/v1/sync/push", &batch(&phone, at, &many)).await.status, 422);
        assert_eq!(tally(app).await.visits, 0, "nothing half-written");
        // What a newer app adds to the envelope or to an operation is passed over.
        let mut newer = good;
        newer["mood"] = json!("glad");
        let mut newer = batch(&phone, at, &[newer]);
        newer["extra"] = json!(1);
        let answer = phone.post("/api/v1/sync/push", &newer).await;
        assert_eq!(fates(&answer.json()), ["applied"]);
    }

    async fn an_operation_that_is_none_is_refused_by_itself(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let at = app.now().0;
        let mut broken = knock(2, at, HOUSEHOLDS[0], "SERVED");
        broken["device_seq"] = json!("two");
        let mut nobody = knock(3, at, HOUSEHOLDS[0], "SERVED");
        nobody["op_id"] = json!("");
        let ops = [knock(1, at, HOUSEHOLDS[0], "SERVED"), broken, nobody, json!(7), knock(4, at, HOUSEHOLDS[1], "SERVED")];
        let answer = phone.post("/api/v1/sync/push", &batch(&phone, at, &ops)).await.json();
        assert_eq!(fates(&answer), [
            "applied",
            "rejected malformed_payload",
            "rejected malformed_payload",
            "rejected malformed_payload",
            "applied",
        ]);
        assert_eq!(answer["results"][1]["op_id"], ops[1]["op_id"]);
        assert_eq!(tally(app).await.visits, 2);
    }

    async fn what_follows_something_missing_is_kept_and_then_taken_in_order(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let at = app.now().0;
        let follows = |mut op: Value, after: i64| {
            op["after"] = json!(after);
            op
        };
        let first = follows(knock(1, at, HOUSEHOLDS[0], "SERVED"), 0);
        let second = follows(knock(2, at, HOUSEHOLDS[1], "SERVED"), 1);
        let third = follows(op(3, at, "visit.withdraw", json!({ "visit_id": second["op_id"] })), 2);
        let later = [second.clone(), third.clone()];
        assert_eq!(push(app, &phone, &later).await, ["held waits_for_earlier"; 2]);
        assert_eq!(push(app, &phone, &later).await, ["held waits_for_earlier"; 2]);
        assert_eq!(tally(app).await.visits, 0);
        assert_eq!(push(app, &phone, &[first]).await, ["applied"]);
        assert_eq!(push(app, &phone, &later).await, ["duplicate"; 2]);
        assert_eq!(tally(app).await.visits, 1);

        // The phone no longer has what came before; or never comes back at all.
        let mut alone = follows(knock(9, at, HOUSEHOLDS[2], "SERVED"), 8);
        assert_eq!(push(app, &phone, std::slice::from_ref(&alone)).await, ["held waits_for_earlier"]);
        alone.as_object_mut().expect("an operation").remove("after");
        assert_eq!(push(app, &phone, &[alone]).await, ["applied  gap"]);
        let waits = follows(knock(12, at, HOUSEHOLDS[3], "SERVED"), 11);
        assert_eq!(push(app, &phone, std::slice::from_ref(&waits)).await, ["held waits_for_earlier"]);
        assert_eq!(app.store().release_held(fixture::WARD, app.now()).await.expect("looks"), 0);
        app.pass(73 * 3_600_000);
        assert_eq!(app.store().release_held(fixture::WARD, app.now()).await.expect("looks"), 1);
        assert_eq!(tally(app).await.visits, 3);
    }

    async fn what_the_database_refuses_takes_nothing_along_that_it_waited_for(app: &TestApp) {
        poison(app).await;
        let phone = app.signed_in(VOLUNTEER).await;
        let follows = |seq, outcome: &str, after: i64| {
            let mut op = knock(seq, app.now().0, HOUSEHOLDS[seq as usize], outcome);
            op["after"] = json!(after);
            op
        };
        let (good, bad) = (follows(1, "SERVED", 0), follows(2, "UNSAFE", 1));
        let last = follows(3, "NOT_HOME", 2);
        let later = [bad, last];
        assert_eq!(push(app, &phone, &later).await, ["held waits_for_earlier"; 2]);
        assert_eq!(push(app, &phone, std::slice::from_ref(&good)).await, ["applied"]);
        assert_eq!(push(app, &phone, &later).await, ["rejected refused", "duplicate"]);
        assert_eq!(push(app, &phone, &[good]).await, ["duplicate"]);
        assert_eq!(tally(app).await.visits, 2);
    }

    async fn a_correction_counts_instead_of_what_it_corrects(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let at = app.now().0;
        let wrong = knock(1, at, HOUSEHOLDS[0], "SERVED");
        assert_eq!(push(app, &phone, std::slice::from_ref(&wrong)).await, ["applied"]);
        let since = phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
        app.pass(3 * 86_400_000);
        let right = |n, household: HouseholdId, outcome: &str| op(n, app.now().0, "visit.correct", json!({
            "visit_id": wrong["op_id"], "why": "wrong_door",
            "record": { "household_id": household, "outcome": outcome } }));
        let phone = app.signed_in(VOLUNTEER).await;
        let ops = [right(2, HOUSEHOLDS[0], "NOT_HOME"), right(3, HOUSEHOLDS[2], "MET_NO_NEED")];
        assert_eq!(push(app, &phone, &ops).await, ["applied  corrected_elsewhere", "applied"]);
        let counted = tally(app).await;
        assert_eq!((counted.visits, counted.hh_visited, counted.hh_contacted, counted.hh_served), (1, 1, 1, 0));
        let delta = phone.pull(Some(&since)).await.json();
        let visits = |id: HouseholdId| delta["doors"].as_array().expect("doors").iter()
            .find(|d| d["id"] == json!(id)).expect("the door")["visits"].clone();
        assert!(visits(HOUSEHOLDS[0]).as_array().is_none_or(Vec::is_empty));
        let moved = visits(HOUSEHOLDS[2]);
        assert_eq!(moved[0]["of"], wrong["op_id"]);
        assert_eq!((moved[0]["versions"].as_i64(), moved[0]["at"].as_i64()), (Some(3), Some(at)));
    }

    async fn details_are_edited_and_identity_waits_for_the_ward(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let at = app.now().0;
        let since = phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
        let edit = |n, set: Value| op(n, at, "household.edit", json!({ "household_id": HOUSEHOLDS[0], "set": set }));
        let ops = [
            edit(1, json!({ "members": 7, "landmark": "cổng xanh" })),
            edit(2, json!({ "head": "Người Khác" })),
            edit(3, json!({ "members": 500 })),
            edit(4, json!({ "salary": 5 })),
        ];
        assert_eq!(push(app, &phone, &ops).await, [
            "applied", "applied  to_inbox", "rejected out_of_range", "rejected unknown_field",
        ]);
        let delta = phone.pull(Some(&since)).await.json();
        let door = &delta["doors"][0];
        assert_eq!((door["members"].as_i64(), door["landmark"].as_str()), (Some(7), Some("cổng xanh")));
        assert_ne!(door["head"], "Người Khác");
    }

    async fn an_ended_session_costs_no_work(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let ops = [knock(1, app.now().0, HOUSEHOLDS[0], "NOT_HOME")];
        app.pass(16 * 60_000);
        let expired = phone.post("/api/v1/sync/push", &batch(&phone, app.now().0, &ops)).await;
        assert_eq!((expired.status, expired.code()), (401, "token_invalid".into()));
        phone.post("/api/v1/auth/logout", &json!({})).await;
        assert_eq!(phone.login(VOLUNTEER, fixture::PASSWORD).await.status, 200);
        assert_eq!(push(app, &phone, &ops).await, ["applied"]);
    }
}

/// The door of a household in a pull.
fn door(pulled: &Value, household: HouseholdId) -> Value {
    pulled["alleys"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|a| a["doors"].as_array().into_iter().flatten())
        .find(|d| d["id"] == json!(household))
        .cloned()
        .expect("the door")
}

/// Makes the database refuse one kind of visit, behind the store's back.
async fn poison(app: &TestApp) {
    use sqlx::{Connection, Executor};
    if app.store().engine() == Engine::Postgres {
        let mut db = sqlx::PgConnection::connect(app.database_url()).await.expect("connects");
        db.execute("ALTER TABLE visit ADD CONSTRAINT poison CHECK (outcome <> 'UNSAFE')")
            .await
            .expect("poisoned");
    } else {
        let mut db = sqlx::SqliteConnection::connect(app.database_url()).await.expect("connects");
        db.execute(
            "CREATE TRIGGER poison BEFORE INSERT ON visit WHEN NEW.outcome = 'UNSAFE' \
             BEGIN SELECT RAISE(ABORT, 'poison'); END",
        )
        .await
        .expect("poisoned");
    }
}
