//! Two teams at one home. Scenario 11.

use gocua_tests::fixture::{HOUSEHOLDS, LANE, STAFF, STREET, TEAM_1, TEAM_2, VOLUNTEER};
use gocua_tests::{Phone, TestApp, on_both};
use serde_json::{Value, json};

use crate::people::{op, push, tally};

const MINUTE: i64 = 60_000;
/// A volunteer of the other team.
const OTHER: &str = "volunteer2";
/// The lead of the first team.
const LEAD: &str = "team_lead";

fn served(household: usize) -> Value {
    json!({ "household_id": HOUSEHOLDS[household], "outcome": "SERVED", "people": [
        { "age_band": "60-79", "skills": [{ "skill": "SEC-01", "level": 2 }] }
    ] })
}

/// Both teams log the first home, twenty minutes apart, each while it holds the street.
async fn meet(app: &TestApp, phone: &Phone, other: &Phone, desk: &Phone) {
    let at = app.now().0;
    let path = format!("/api/v1/alleys/{STREET}/assignment");
    assert_eq!(desk.post(&path, &json!({ "team_id": TEAM_2 })).await.status, 200);
    let later = op(1, at, "visit.record", served(0));
    assert_eq!(push(app, other, &[later]).await, ["applied"]);
    // The first team's phone was without signal and comes last.
    let first = op(1, at - 20 * MINUTE, "visit.record", served(0));
    assert_eq!(push(app, phone, &[first]).await[0].split(' ').next(), Some("applied"));
}

async fn told(reader: &Phone) -> Value {
    let answer = reader.get("/api/v1/overlaps").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["overlaps"].clone()
}

on_both! {
    /// Scenario 11.
    async fn both_visits_count_and_both_sides_hear_of_it(app: &TestApp) {
        let (phone, other) = (app.signed_in(VOLUNTEER).await, app.signed_in(OTHER).await);
        let (lead, desk) = (app.signed_in(LEAD).await, app.signed_in(STAFF).await);
        assert_eq!(told(&lead).await, json!([]));
        let at = app.now().0;
        meet(app, &phone, &other, &desk).await;
        let counted = tally(app).await;
        assert_eq!((counted.hh_served, counted.visits), (1, 2));
        let meeting = told(&lead).await;
        assert_eq!(meeting.as_array().map(Vec::len), Some(1));
        assert_eq!(meeting[0]["household"]["id"], json!(HOUSEHOLDS[0]));
        assert_eq!((&meeting[0]["first"]["team"]["id"], &meeting[0]["first"]["at"]), (&json!(TEAM_1), &json!(at - 20 * MINUTE)));
        assert_eq!(
            (&meeting[0]["second"]["team"]["id"], &meeting[0]["second"]["at"]),
            (&json!(TEAM_2), &json!(at))
        );
        assert_eq!(told(&desk).await, meeting, "the desk hears of all");
        assert_eq!(app.store().overlaps(gocua_tests::fixture::WARD, Some(TEAM_2), app.now()).await.expect("read").len(), 1);

        let known = json!({ "household_id": HOUSEHOLDS[0], "upto": at });
        assert_eq!(lead.post("/api/v1/overlaps/known", &known).await.status, 204);
        assert_eq!(lead.post("/api/v1/overlaps/known", &known).await.status, 204, "twice is once");
        assert_eq!(told(&lead).await, json!([]), "the team knows");
        assert_eq!(told(&desk).await[0]["seen_by"], json!([TEAM_1]));
        let theirs = app.store().overlaps(gocua_tests::fixture::WARD, Some(TEAM_2), app.now()).await.expect("read");
        assert_eq!(theirs.len(), 1, "the other team is still to be told");
        assert_eq!(tally(app).await, counted, "no count moved");
        // Another visit at that home is news again.
        app.pass(MINUTE);
        let again = op(2, app.now().0, "visit.record", served(0));
        assert_eq!(push(app, &other, &[again]).await, ["applied"]);
        assert_eq!(told(&lead).await.as_array().map(Vec::len), Some(1));
        // After two weeks it is told no more.
        app.pass(15 * 24 * 60 * MINUTE);
        let desk = app.signed_in(STAFF).await;
        assert_eq!(told(&desk).await, json!([]));
    }

    async fn a_visit_taken_back_met_nobody(app: &TestApp) {
        let (phone, other) = (app.signed_in(VOLUNTEER).await, app.signed_in(OTHER).await);
        let desk = app.signed_in(STAFF).await;
        let visit = op(1, app.now().0, "visit.record", served(0));
        assert_eq!(push(app, &phone, std::slice::from_ref(&visit)).await, ["applied"]);
        let path = format!("/api/v1/alleys/{STREET}/assignment");
        assert_eq!(desk.post(&path, &json!({ "team_id": TEAM_2 })).await.status, 200);
        let theirs = op(1, app.now().0, "visit.record", served(0));
        assert_eq!(push(app, &other, &[theirs]).await, ["applied"]);
        assert_eq!(told(&desk).await.as_array().map(Vec::len), Some(1));
        let back = op(2, app.now().0, "visit.withdraw", json!({ "visit_id": visit["op_id"] }));
        assert_eq!(push(app, &phone, &[back]).await[0].split(' ').next(), Some("applied"));
        assert_eq!(told(&desk).await, json!([]));
    }

    async fn two_entries_that_are_one_home_are_one_home(app: &TestApp) {
        let (phone, other) = (app.signed_in(VOLUNTEER).await, app.signed_in(OTHER).await);
        let desk = app.signed_in(STAFF).await;
        let lane = format!("/api/v1/alleys/{LANE}/assignment");
        assert_eq!(push(app, &phone, &[op(1, app.now().0, "visit.record", served(0))]).await, ["applied"]);
        assert_eq!(desk.post(&lane, &json!({ "team_id": TEAM_2 })).await.status, 200);
        let street = format!("/api/v1/alleys/{STREET}/assignment");
        assert_eq!(desk.post(&street, &json!({ "team_id": TEAM_2 })).await.status, 200);
        assert_eq!(push(app, &other, &[op(1, app.now().0, "visit.record", served(1))]).await, ["applied"]);
        assert_eq!(told(&desk).await, json!([]), "two homes");
        let merge = format!("/api/v1/households/{}/merge", HOUSEHOLDS[0]);
        assert_eq!(desk.post(&merge, &json!({ "into": HOUSEHOLDS[1] })).await.status, 200);
        assert_eq!(told(&desk).await[0]["household"]["id"], json!(HOUSEHOLDS[1]));
    }

    async fn only_a_team_that_was_there_can_say_it_knows(app: &TestApp) {
        let (phone, other) = (app.signed_in(VOLUNTEER).await, app.signed_in(OTHER).await);
        let (lead, desk) = (app.signed_in(LEAD).await, app.signed_in(STAFF).await);
        meet(app, &phone, &other, &desk).await;
        let known = |household: usize| json!({ "household_id": HOUSEHOLDS[household], "upto": app.now() });
        assert_eq!(lead.post("/api/v1/overlaps/known", &known(1)).await.status, 404);
        assert_eq!(desk.post("/api/v1/overlaps/known", &known(0)).await.status, 404, "no team's word");
        assert_eq!(phone.post("/api/v1/overlaps/known", &known(0)).await.status, 403);
        assert_eq!(phone.get("/api/v1/overlaps").await.status, 403);
        assert_eq!(told(&lead).await.as_array().map(Vec::len), Some(1));
    }
}
