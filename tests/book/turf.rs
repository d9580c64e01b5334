//! Turfs: alleys given in one act and taken back in one, proposals that write nothing, sheets, and
//! phones that are offline meanwhile.

use gocua_tests::fixture::{
    FAR_LANE, GROUP_1, HOUSEHOLDS, LANE, STAFF, STREET, TEAM_1, TEAM_2, VOLUNTEER, WARD,
};
use gocua_tests::{Answer, Phone, fresh_id, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::{door, op, push, tally};

const MINUTE: i64 = 60_000;

fn hand(alley: impl serde::Serialize, from: Value, to: Value) -> Value {
    json!({ "alley_id": alley, "from": from, "to": to })
}

async fn give(desk: &Phone, id: Uuid, hands: &[Value]) -> Answer {
    desk.post("/api/v1/assignments", &json!({ "id": id, "hands": hands })).await
}

async fn undo(desk: &Phone, id: Uuid) -> Answer {
    desk.post(&format!("/api/v1/assignments/{id}/undo"), &json!({})).await
}

async fn board(desk: &Phone) -> Value {
    let answer = desk.get("/api/v1/turf").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The teams of street, lane and far lane.
async fn holders(desk: &Phone) -> [Value; 3] {
    let board = board(desk).await;
    let alleys = board["alleys"].as_array().expect("alleys").clone();
    [STREET, LANE, FAR_LANE].map(|id| {
        let found: Vec<_> = alleys.iter().filter(|a| a["id"] == json!(id)).collect();
        assert_eq!(found.len(), 1, "every alley once");
        found[0]["team_id"].clone()
    })
}

fn knock(seq: i64, at: i64, household: usize) -> Value {
    let payload = json!({ "household_id": HOUSEHOLDS[household], "outcome": "NOT_HOME" });
    op(seq, at, "visit.record", payload)
}

on_both! {
    async fn the_ground_tells_what_is_left_to_do_and_who_can_do_it(app: &TestApp) {
        let (phone, desk) = (app.signed_in(VOLUNTEER).await, app.signed_in(STAFF).await);
        assert_eq!(push(app, &phone, &[knock(1, app.now().0, 0)]).await, ["applied"]);
        let board = board(&desk).await;
        let street = &board["alleys"][0];
        assert_eq!((&street["id"], &street["group_id"]), (&json!(STREET), &json!(GROUP_1)));
        // One home to come back to, one that nobody has knocked at.
        assert_eq!(
            (&street["households"], &street["remaining"], &street["work"]),
            (&json!(2), &json!(2), &json!(5))
        );
        let team = &board["teams"][0];
        // Volunteer and lead; whoever has no access any more goes nowhere. Twelve homes, five evenings.
        assert_eq!((&team["people"], &team["capacity"]), (&json!(2), &json!(2 * 2 * 12 * 5)));
        assert_eq!(board["last"], Value::Null);
    }

    async fn an_act_is_done_whole_and_once(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let (id, hands) = (fresh_id(), [
            hand(STREET, json!(TEAM_1), json!(TEAM_2)),
            hand(LANE, json!(TEAM_1), Value::Null),
        ]);
        let seq = app.store().ward_seq(WARD).await.expect("a number");
        let first = give(&desk, id, &hands).await;
        assert_eq!((first.status, first.json()["seq"].as_i64()), (200, Some(seq + 1)), "{}", first.text());
        assert_eq!(holders(&desk).await, [json!(TEAM_2), Value::Null, json!(TEAM_2)]);
        // The answer was lost.
        let again = give(&desk, id, &hands).await;
        assert_eq!(again.json(), first.json());
        assert_eq!(app.store().ward_seq(WARD).await.expect("a number"), seq + 1);
        // The same id for something else is no act.
        assert_eq!(give(&desk, id, &hands[..1]).await.code(), "conflict");
        assert_eq!(board(&desk).await["last"]["alleys"], json!(2));
    }

    async fn what_changed_meanwhile_stops_all_of_it_and_is_named(app: &TestApp) {
        let (desk, other) = (app.signed_in(STAFF).await, app.signed_in(STAFF).await);
        give(&other, fresh_id(), &[hand(LANE, json!(TEAM_1), json!(TEAM_2))]).await;
        let refused = give(&desk, fresh_id(), &[
            hand(STREET, json!(TEAM_1), json!(TEAM_2)),
            hand(LANE, json!(TEAM_1), Value::Null),
        ]).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));
        assert_eq!(refused.json()["errors"], json!([{ "pointer": "/hands/1", "code": "changed" }]));
        assert_eq!(holders(&desk).await, [json!(TEAM_1), json!(TEAM_2), json!(TEAM_2)], "nothing done");

        let unknown = give(&desk, fresh_id(), &[
            hand(STREET, json!(TEAM_1), json!(fresh_id())),
            hand(fresh_id(), Value::Null, json!(TEAM_1)),
            hand(FAR_LANE, json!(TEAM_2), Value::Null),
            hand(FAR_LANE, json!(TEAM_2), Value::Null),
        ]).await;
        let told = unknown.json();
        let named: Vec<&Value> =
            told["errors"].as_array().expect("errors").iter().map(|e| &e["pointer"]).collect();
        assert_eq!(unknown.status, 422);
        assert_eq!(named, ["/hands/0", "/hands/1", "/hands/3"]);
        assert_eq!(give(&desk, fresh_id(), &[]).await.status, 422);
    }

    async fn the_last_act_is_taken_back_as_long_as_nothing_contradicts(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let (first, second) = (fresh_id(), fresh_id());
        give(&desk, first, &[hand(STREET, json!(TEAM_1), Value::Null)]).await;
        give(&desk, second, &[
            hand(STREET, Value::Null, json!(TEAM_2)),
            hand(LANE, json!(TEAM_1), json!(TEAM_2)),
        ]).await;
        assert_eq!(undo(&desk, first).await.code(), "conflict", "another came after it");
        let back = undo(&desk, second).await;
        assert_eq!(back.status, 200, "{}", back.text());
        assert_eq!(holders(&desk).await, [Value::Null, json!(TEAM_1), json!(TEAM_2)]);
        assert_eq!(undo(&desk, second).await.json(), back.json(), "twice is once");
        assert_eq!(board(&desk).await["last"], Value::Null, "one step, not all of history");
        assert_eq!(undo(&desk, fresh_id()).await.status, 404);

        let third = fresh_id();
        give(&desk, third, &[hand(STREET, Value::Null, json!(TEAM_1))]).await;
        let path = format!("/api/v1/alleys/{STREET}/assignment");
        assert_eq!(desk.post(&path, &json!({ "team_id": TEAM_2 })).await.status, 200);
        let refused = undo(&desk, third).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "conflict"));
        assert_eq!(refused.json()["errors"][0]["code"], "changed");
        assert_eq!(holders(&desk).await[0], json!(TEAM_2), "nothing is lost of what came later");
    }

    async fn a_hand_over_while_the_phone_is_offline_loses_no_door_and_no_visit(app: &TestApp) {
        let knocked = app.now().0;
        let (losing, winning) = (app.signed_in(VOLUNTEER).await, app.signed_in("volunteer2").await);
        let cursor = losing.pull(None).await.json()["cursor"].as_str().map(str::to_owned);
        app.pass(MINUTE);
        let desk = app.signed_in(STAFF).await;
        // All of the team's alleys to another, in one act.
        let all = [STREET, LANE].map(|alley| hand(alley, json!(TEAM_1), json!(TEAM_2)));
        assert_eq!(give(&desk, fresh_id(), &all).await.status, 200);
        app.pass(MINUTE);
        // The phone in the alley heard nothing: before and after, its work counts.
        let ops = [knock(1, knocked, 0), knock(2, app.now().0, 2)];
        assert_eq!(push(app, &losing, &ops).await, ["applied", "applied late_scope"]);
        assert_eq!(tally(app).await.visits, 2);
        // The doors are the other team's, with what was done there, and leave this phone.
        for household in [0, 2] {
            let seen = door(&winning, HOUSEHOLDS[household]).await;
            assert_eq!(seen["visits"].as_array().map(Vec::len), Some(1), "{seen}");
            assert_eq!(seen["visits"][0]["team"], "Đội 1", "history stays with its author's team");
        }
        let gone = losing.pull(cursor.as_deref()).await.json()["gone"]["alleys"].clone();
        assert_eq!(gone.as_array().map(Vec::len), Some(2), "{gone}");
        assert_eq!(holders(&desk).await, [json!(TEAM_2), json!(TEAM_2), json!(TEAM_2)]);
    }

    async fn a_proposal_writes_nothing(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        give(&desk, fresh_id(), &[hand(LANE, json!(TEAM_1), Value::Null)]).await;
        let seq = app.store().ward_seq(WARD).await.expect("a number");
        let fill = desk.post("/api/v1/assignments/proposal", &json!({ "scope": "fill" })).await.json();
        assert_eq!(
            fill["moves"],
            json!([{ "alley_id": LANE, "from": null, "to": TEAM_1, "why": "with_neighbours" }])
        );
        assert_eq!((&fill["questions"], &fill["left"]), (&json!([]), &json!([])));
        assert_eq!(fill["loads"].as_array().map(Vec::len), Some(2));
        let balance = desk.post("/api/v1/assignments/proposal", &json!({ "scope": "balance" })).await;
        assert_eq!(balance.status, 200);
        let halves = json!({ "halve": { "team_id": TEAM_1, "other_id": TEAM_2 } });
        let cut = desk.post("/api/v1/assignments/proposal", &halves).await.json();
        assert_eq!(cut["moves"], json!([]), "one alley is not cut in two");
        assert_eq!(app.store().ward_seq(WARD).await.expect("a number"), seq);
        assert_eq!(holders(&desk).await[1], Value::Null);
        for (bad, status) in [
            (json!({}), 422),
            (json!({ "halve": { "team_id": TEAM_1, "other_id": TEAM_1 } }), 422),
            (json!({ "halve": { "team_id": TEAM_1, "other_id": fresh_id() } }), 404),
        ] {
            assert_eq!(desk.post("/api/v1/assignments/proposal", &bad).await.status, status, "{bad}");
        }
    }

    async fn a_sheet_holds_what_a_phones_paper_shows(app: &TestApp) {
        let (phone, desk) = (app.signed_in(VOLUNTEER).await, app.signed_in(STAFF).await);
        let declined = json!({ "household_id": HOUSEHOLDS[1], "outcome": "MET_DECLINED" });
        push(app, &phone, &[knock(1, app.now().0, 0), op(2, app.now().0, "visit.record", declined)]).await;
        let asked = json!({ "alley_ids": [FAR_LANE, STREET, fresh_id()] });
        let sheets = desk.post("/api/v1/sheets", &asked).await.json()["sheets"].clone();
        let names: Vec<&Value> =
            sheets.as_array().expect("sheets").iter().map(|s| &s["id"]).collect();
        assert_eq!(names, [&json!(STREET), &json!(FAR_LANE)], "in walking order");
        let doors = &sheets[0]["doors"];
        assert_eq!((&doors[0]["no"], &doors[0]["side"], &doors[0]["revisit"]), (&json!("1"), &json!("odd"), &json!(true)));
        assert_eq!((&doors[1]["status"], &doors[1]["quiet_until"]), (&json!("declined"), &json!(20270220)));
        assert_eq!(sheets[0]["team"], "Đội 1");
        assert_eq!(desk.post("/api/v1/sheets", &json!({ "alley_ids": [] })).await.status, 422);
    }
}
