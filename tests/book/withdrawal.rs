//! Residents who ask the ward to be forgotten. Scenario 17.

use gocua_domain::sync::OpOutcome;
use gocua_tests::fixture::{HOUSEHOLDS, STAFF, VOLUNTEER};
use gocua_tests::{Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::{
    book, consent, count, cursor, door, from_disabled, of, one, op, push, served, tally,
};

const DAY: i64 = 86_400_000;
/// A team mate of the volunteer.
const MATE: &str = "team_lead";

fn request(id: Uuid, with: Value) -> Value {
    let mut body = json!({ "id": id, "household_id": HOUSEHOLDS[0], "channel": "phone" });
    for (key, value) in with.as_object().expect("fields") {
        body[key] = value.clone();
    }
    body
}

/// Opens a request about the first household.
async fn open(desk: &Phone) -> Uuid {
    let id = fresh_id();
    let answer = desk.post("/api/v1/withdrawals", &request(id, json!({}))).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    id
}

async fn act(desk: &Phone, id: Uuid, what: &str, body: Value) -> (u16, Value) {
    let answer = desk.post(&format!("/api/v1/withdrawals/{id}/{what}"), &body).await;
    (answer.status, answer.json())
}

async fn carry_out(desk: &Phone, id: Uuid, learner: Uuid) -> (u16, Value) {
    act(desk, id, "carry-out", json!({ "learner_id": learner })).await
}

async fn list(desk: &Phone) -> Value {
    desk.get("/api/v1/withdrawals").await.json()["withdrawals"].clone()
}

/// Somebody who agreed, learned, stands on the ladder and waits for the police.
async fn remembered(app: &TestApp, phone: &Phone, name: &str) -> Uuid {
    let (learner, at) = (fresh_id(), app.now().0);
    let ops = [
        op(1, at, "consent.give", consent(learner, json!({ "call_name": name }))),
        op(2, at, "visit.record", served(learner, 2)),
        op(
            3,
            at,
            "learner.eid",
            of(learner, json!({ "state": "L2_ISSUED", "evidence": "seen_on_screen" })),
        ),
        op(4, at, "referral.open", of(learner, json!({ "kind": "POLICE_L2" }))),
    ];
    assert_eq!(push(app, phone, &ops).await, ["applied"; 4]);
    learner
}

on_both! {
    /// Scenario 17.
    async fn the_desk_withdraws_for_a_resident_who_phones(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let learner = remembered(app, &phone, "bà Lụa").await;
        let (before, since) = (tally(app).await, cursor(&phone).await);
        let id = open(&desk).await;
        let asked = list(&desk).await;
        assert_eq!(asked[0]["number"], 1);
        // Sunday: two working days over the day of culture, fifteen days of the calendar.
        assert_eq!((&asked[0]["answer_due"], &asked[0]["stop_due"]), (&json!(20_261_125), &json!(20_261_207)));
        assert_eq!((&asked[0]["late"], &asked[0]["end"]), (&json!(false), &Value::Null));
        assert_eq!(asked[0]["looks"], json!([]), "nobody has looked at a name yet");

        let (status, seen) = act(&desk, id, "residents", json!({})).await;
        assert_eq!(status, 200);
        assert_eq!(seen, json!({ "residents": [
            { "learner_id": learner, "call_name": "bà Lụa", "age_band": "60-79" }
        ] }), "what she is called and her age band, and nothing else");
        let told = list(&desk).await;
        assert_eq!(told[0]["looks"][0]["at"], json!(app.now()), "the look is written down");
        assert!(!told.to_string().contains("bà Lụa"));

        app.pass(60_000);
        assert_eq!(act(&desk, id, "answer", json!({})).await.1["answered"]["at"], json!(app.now()));
        app.pass(60_000);
        let (status, done) = carry_out(&desk, id, learner).await;
        assert_eq!(status, 200, "{done}");
        assert_eq!(done["end"], json!({
            "ending": "erased", "by": done["end"]["by"], "at": app.now(),
            "visits": 1, "rungs": 1, "referrals": 1
        }));

        // The phone's next pull brings the door with its visit, and nobody in it.
        let delta = phone.pull(Some(&since)).await.json();
        let seen = &delta["doors"][0];
        assert_eq!(seen["id"], json!(HOUSEHOLDS[0]));
        assert!(seen.get("people").is_none());
        assert_eq!(seen["visits"].as_array().map(Vec::len), Some(1));
        assert_eq!(seen["referrals"][0]["state"], "cancelled");
        assert_eq!(tally(app).await, before, "what was counted stays");
        assert!(!book(app).await.contains("bà Lụa"), "nor does the request keep the name");
        for gone in [
            "SELECT count(*) FROM learner",
            "SELECT count(*) FROM learner_eid",
            "SELECT count(*) FROM visit_learner",
        ] {
            assert_eq!(count(app, gone).await, 0, "{gone}");
        }
        let line = "SELECT count(*) FROM consent_event WHERE event = 'withdrawn' \
                    AND method = 'on_behalf' AND team_id IS NULL";
        assert_eq!(count(app, line).await, 1, "the ledger says that the desk did it");
    }

    async fn done_twice_is_once_whoever_was_first(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let (desk, other) = (app.signed_in(STAFF).await, app.signed_in(STAFF).await);
        let learner = remembered(app, &phone, "bà Lụa").await;
        let id = open(&desk).await;
        // The page sends it again: still one request.
        assert_eq!(desk.post("/api/v1/withdrawals", &request(id, json!({}))).await.status, 200);
        assert_eq!(list(&desk).await.as_array().map(Vec::len), Some(1));
        let elsewhere = request(id, json!({ "household_id": HOUSEHOLDS[1] }));
        assert_eq!(desk.post("/api/v1/withdrawals", &elsewhere).await.status, 409);
        let (mine, theirs) = tokio::join!(carry_out(&desk, id, learner), carry_out(&other, id, learner));
        assert_eq!((mine.0, theirs.0), (200, 200));
        assert_eq!(mine.1["end"], theirs.1["end"], "both hear how it ended");
        assert_eq!(count(app, "SELECT count(*) FROM consent_event").await, 2);
        // Another ending, or another person, is no repetition.
        assert_eq!(act(&other, id, "close", json!({ "reason": "mistake" })).await.0, 409);
        assert_eq!(carry_out(&other, id, fresh_id()).await.0, 409);
        assert_eq!(act(&other, id, "residents", json!({})).await.0, 409, "no look after the end");
        assert_eq!(act(&other, id, "answer", json!({})).await.0, 200);
    }

    async fn a_phone_that_was_first_is_said_plainly(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let desk = app.signed_in(STAFF).await;
        let learner = remembered(app, &phone, "bà Lụa").await;
        let id = open(&desk).await;
        assert_eq!(act(&desk, id, "residents", json!({})).await.0, 200);
        app.pass(120_000);
        assert_eq!(one(app, &mate, 1, "consent.withdraw", of(learner, json!({}))).await, "applied");
        let (status, done) = carry_out(&desk, id, learner).await;
        assert_eq!((status, &done["end"]["ending"]), (200, &json!("already_gone")));
        assert_eq!(carry_out(&desk, id, learner).await.1["end"], done["end"]);
        // And the other way round: the phone hears that there is nothing left to do.
        let again = one(app, &mate, 2, "consent.withdraw", of(learner, json!({}))).await;
        assert_eq!(again, "superseded nothing_to_withdraw");
        // What a phone wrote before the desk acted, and sends after, brings nobody back.
        let late = op(9, app.now().0 - 60_000, "consent.give", consent(learner, json!({ "call_name": "bà Lụa" })));
        assert_eq!(push(app, &phone, &[late]).await, ["applied lost_to_newer"]);
        assert!(!book(app).await.contains("bà Lụa"));
        // She may agree again.
        app.pass(60_000);
        assert_eq!(one(app, &phone, 10, "consent.give", consent(learner, json!({}))).await, "applied");
        assert_eq!(door(&mate, HOUSEHOLDS[0]).await["people"].as_array().map(Vec::len), Some(1));
    }

    async fn only_who_lives_there_is_forgotten(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let learner = remembered(app, &phone, "bà Lụa").await;
        let id = fresh_id();
        let elsewhere = request(id, json!({ "household_id": HOUSEHOLDS[1] }));
        assert_eq!(desk.post("/api/v1/withdrawals", &elsewhere).await.status, 200);
        assert_eq!(act(&desk, id, "residents", json!({})).await.1, json!({ "residents": [] }));
        assert_eq!(carry_out(&desk, id, learner).await.0, 404);
        assert_eq!(carry_out(&desk, id, fresh_id()).await.0, 404);
        assert_eq!(carry_out(&desk, fresh_id(), learner).await.0, 404, "no such request");
        let nowhere = request(fresh_id(), json!({ "household_id": fresh_id() }));
        assert_eq!(desk.post("/api/v1/withdrawals", &nowhere).await.status, 404);
        assert_eq!(door(&phone, HOUSEHOLDS[0]).await["people"].as_array().map(Vec::len), Some(1));
        let (status, closed) = act(&desk, id, "close", json!({ "reason": "nobody_here" })).await;
        assert_eq!((status, &closed["end"]["ending"]), (200, &json!("nobody_here")));
        assert_eq!(act(&desk, id, "close", json!({ "reason": "nobody_here" })).await.1, closed);
        assert_eq!(act(&desk, id, "close", json!({ "reason": "keeps_consent" })).await.0, 409);
        let wrong = desk.post(&format!("/api/v1/withdrawals/{id}/close"), &json!({ "reason": "erased" })).await;
        assert_eq!((wrong.status, &wrong.json()["errors"][0]["pointer"]), (422, &json!("/reason")));
        assert_eq!(count(app, "SELECT count(*) FROM consent_event").await, 1);
    }

    async fn the_days_count_from_when_the_ward_heard_of_it(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        for (day, status) in [(20_261_123, 422), (20_261_022, 422), (20_261_131, 422), (20_261_119, 200)] {
            let body = request(fresh_id(), json!({ "channel": "letter", "received_on": day }));
            let answer = desk.post("/api/v1/withdrawals", &body).await;
            assert_eq!(answer.status, status, "{day}");
            if status == 422 {
                assert_eq!(answer.json()["errors"][0]["pointer"], "/received_on");
            }
        }
        // Thursday: Friday and Monday; the Tuesday after is the first late day.
        let letter = list(&desk).await[0].clone();
        assert_eq!((&letter["answer_due"], &letter["stop_due"]), (&json!(20_261_123), &json!(20_261_204)));
        let today = open(&desk).await;
        assert_eq!(list(&desk).await[0]["id"], letter["id"], "what is due first stands first");
        app.pass(DAY);
        let desk = app.signed_in(STAFF).await;
        let (soon, far) = (list(&desk).await[0].clone(), list(&desk).await[1].clone());
        assert_eq!((&soon["late"], &far["late"]), (&json!(false), &json!(false)), "the last day is in time");
        app.pass(DAY);
        let desk = app.signed_in(STAFF).await;
        assert_eq!(list(&desk).await[0]["late"], true);
        // Told, it is the end that is owed, and that is not late yet.
        let id: Uuid = letter["id"].as_str().expect("an id").parse().expect("an id");
        assert_eq!(act(&desk, id, "answer", json!({})).await.1["late"], false);
        assert_eq!(list(&desk).await[0]["id"], json!(today));
    }

    async fn a_double_and_a_house_that_left_hide_nobody(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let learner = remembered(app, &phone, "bà Lụa").await;
        let merge = format!("/api/v1/households/{}/merge", HOUSEHOLDS[0]);
        assert_eq!(desk.post(&merge, &json!({ "into": HOUSEHOLDS[1] })).await.status, 200);
        for household in [HOUSEHOLDS[0], HOUSEHOLDS[1]] {
            let id = fresh_id();
            let body = request(id, json!({ "household_id": household }));
            assert_eq!(desk.post("/api/v1/withdrawals", &body).await.status, 200);
            let seen = act(&desk, id, "residents", json!({})).await.1;
            assert_eq!(seen["residents"][0]["learner_id"], json!(learner), "{household}");
        }
        let remove = json!({ "ids": [HOUSEHOLDS[1]], "why": "demolished" });
        assert_eq!(desk.post("/api/v1/households/remove", &remove).await.status, 200);
        let first: Uuid = list(&desk).await[0]["id"].as_str().expect("an id").parse().expect("an id");
        assert_eq!(carry_out(&desk, first, learner).await.1["end"]["ending"], "erased");
        assert!(!book(app).await.contains("bà Lụa"));
    }

    async fn a_consent_that_waits_for_the_ward_is_found_and_forgotten(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let learner = fresh_id();
        let give = consent(learner, json!({ "call_name": "bà Lụa" }));
        assert_eq!(from_disabled(app, "consent.give", give).await.1, OpOutcome::Quarantined);
        let id = open(&desk).await;
        let seen = act(&desk, id, "residents", json!({})).await.1;
        assert_eq!(seen["residents"][0]["learner_id"], json!(learner));
        assert_eq!(carry_out(&desk, id, learner).await.1["end"]["ending"], "erased");
        assert!(!book(app).await.contains("bà Lụa"));
        assert_eq!(desk.get("/api/v1/inbox").await.json()["quarantine"], json!([]));
    }

    async fn nobody_but_the_desk_looks_or_acts(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let learner = remembered(app, &phone, "bà Lụa").await;
        let id = open(&desk).await;
        for who in [VOLUNTEER, MATE, "dpo", "party_board", "police", "admin"] {
            let caller = app.signed_in(who).await;
            assert_eq!(act(&caller, id, "residents", json!({})).await.0, 403, "{who}");
            assert_eq!(carry_out(&caller, id, learner).await.0, 403, "{who}");
        }
        assert_eq!(list(&desk).await[0]["looks"], json!([]));
        assert_eq!(door(&phone, HOUSEHOLDS[0]).await["people"].as_array().map(Vec::len), Some(1));
    }

    async fn verify_tells_of_a_request_carried_out_without_its_line(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let learner = remembered(app, &phone, "bà Lụa").await;
        let id = open(&desk).await;
        assert_eq!(carry_out(&desk, id, learner).await.0, 200);
        let drifts = async || app.store().verify(gocua_tests::fixture::WARD).await.expect("verifies").drifts;
        assert!(drifts().await.is_empty());
        crate::people::run(app, "UPDATE consent_event SET method = 'paper' WHERE event = 'withdrawn'").await;
        let found = drifts().await;
        assert_eq!((found.len(), found[0].table), (1, "withdrawal"));
        crate::people::run(app, "UPDATE consent_event SET method = 'on_behalf' WHERE event = 'withdrawn'").await;
    }
}
