//! Teams: founded, renamed, closed; people who change teams, lead, leave and come back; evenings.

use gocua_tests::fixture::{HOUSEHOLDS, LANE, STAFF, TEAM_1, TEAM_2, VOLUNTEER, WARD, account};
use gocua_tests::{Phone, fresh_id, on_both};
use serde_json::{Value, json};

use crate::people::{count, door, op, push, tally};

const MINUTE: i64 = 60_000;

async fn roster(desk: &Phone) -> Value {
    let answer = desk.get("/api/v1/roster").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn one(list: &Value, id: impl serde::Serialize) -> Value {
    let found = list.as_array().expect("a list").iter().find(|row| row["id"] == json!(id));
    found.cloned().unwrap_or_default()
}

async fn change(desk: &Phone, login: &str, to: &Value) -> u16 {
    desk.post(&format!("/api/v1/members/{}", account(login)), to).await.status
}

fn knock(seq: i64, at: i64, household: usize) -> Value {
    let payload = json!({ "household_id": HOUSEHOLDS[household], "outcome": "NOT_HOME" });
    op(seq, at, "visit.record", payload)
}

on_both! {
    async fn a_team_is_founded_renamed_and_found_by_everybody(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let id = fresh_id();
        let new = json!({ "id": id, "name": "  Chi đoàn   tổ 9 " });
        for _ in 0..2 {
            assert_eq!(desk.post("/api/v1/teams", &new).await.status, 204, "twice is once");
        }
        assert_eq!(one(&roster(&desk).await["teams"], id)["name"], "Chi đoàn tổ 9");
        let same = json!({ "id": fresh_id(), "name": "CHI ĐOÀN TỔ 9" });
        assert_eq!(desk.post("/api/v1/teams", &same).await.code(), "conflict", "nobody tells them apart");
        let bad = desk.post("/api/v1/teams", &json!({ "id": fresh_id(), "name": " " })).await;
        assert_eq!((bad.status, &bad.json()["errors"][0]["pointer"]), (422, &json!("/name")));
        let path = format!("/api/v1/teams/{id}");
        let renamed = json!({ "name": "Chi đoàn tổ 10", "doors_per_evening": 8 });
        assert_eq!(desk.post(&path, &renamed).await.status, 204);
        let line = one(&roster(&desk).await["teams"], id);
        assert_eq!((&line["name"], &line["doors_per_evening"]), (&json!("Chi đoàn tổ 10"), &json!(8)));
        let much = json!({ "name": "Chi đoàn tổ 10", "doors_per_evening": 61 });
        assert_eq!(desk.post(&path, &much).await.json()["errors"][0]["pointer"], "/doors_per_evening");
        assert_eq!(desk.post(&path, &json!({ "name": "Đội 1" })).await.code(), "conflict");
        let nowhere = format!("/api/v1/teams/{}", fresh_id());
        assert_eq!(desk.post(&nowhere, &json!({ "name": "Đội 3" })).await.status, 404);
    }

    async fn a_team_closes_when_its_alleys_and_people_have_somewhere_to_go(app: &TestApp) {
        let (phone, desk) = (app.signed_in(VOLUNTEER).await, app.signed_in(STAFF).await);
        let invited = desk.post("/api/v1/invites", &json!({ "team_id": TEAM_1 })).await;
        assert_eq!(invited.status, 200);
        let path = format!("/api/v1/teams/{TEAM_1}/close");
        let pointer = |a: &gocua_tests::Answer| a.json()["errors"][0]["pointer"].clone();
        let bare = desk.post(&path, &json!({})).await;
        assert_eq!((bare.status, pointer(&bare)), (409, json!("/alleys_to")));
        let alone = desk.post(&path, &json!({ "alleys_to": { "team_id": null } })).await;
        assert_eq!((alone.status, pointer(&alone)), (409, json!("/members_to")));
        let itself = json!({ "alleys_to": { "team_id": TEAM_1 }, "members_to": TEAM_2 });
        assert_eq!(desk.post(&path, &itself).await.status, 422);
        assert_eq!(one(&roster(&desk).await["teams"], TEAM_1)["alleys"], json!(2), "nothing is half-done");

        let whole = json!({ "alleys_to": { "team_id": TEAM_2 }, "members_to": TEAM_2 });
        for _ in 0..2 {
            assert_eq!(desk.post(&path, &whole).await.status, 204, "twice is once");
        }
        let after = roster(&desk).await;
        assert_eq!(one(&after["teams"], TEAM_1), Value::Null);
        assert_eq!(one(&after["teams"], TEAM_2)["alleys"], json!(3));
        assert_eq!(one(&after["members"], account(VOLUNTEER))["team_id"], json!(TEAM_2));
        assert_eq!(desk.get("/api/v1/invites").await.json()["invites"], json!([]));
        // The phone goes on with the team that took its people, with the same doors.
        assert_eq!(door(&phone, HOUSEHOLDS[0]).await["id"], json!(HOUSEHOLDS[0]));
        let assign = format!("/api/v1/alleys/{LANE}/assignment");
        assert_eq!(desk.post(&assign, &json!({ "team_id": TEAM_1 })).await.status, 404);
        assert_eq!(desk.post("/api/v1/invites", &json!({ "team_id": TEAM_1 })).await.status, 404);
    }

    async fn unsent_work_of_somebody_who_changed_teams_is_the_old_teams(app: &TestApp) {
        let (phone, desk) = (app.signed_in(VOLUNTEER).await, app.signed_in(STAFF).await);
        let before = app.now().0;
        app.pass(MINUTE);
        assert_eq!(change(&desk, VOLUNTEER, &json!({ "team_id": TEAM_2 })).await, 204);
        app.pass(MINUTE);
        // A door of the old team, written before; one of the new team, after; one of the old, after.
        let ops = [knock(1, before, 0), knock(2, app.now().0, 4), knock(3, app.now().0, 1)];
        assert_eq!(push(app, &phone, &ops).await, ["applied", "applied", "rejected out_of_reach"]);
        assert_eq!(tally(app).await.visits, 1);
        let mate = app.signed_in("team_lead").await;
        let seen = door(&mate, HOUSEHOLDS[0]).await;
        assert_eq!(seen["visits"][0]["team"], "Đội 1", "it counts for the team it was made in");
        let pulled = phone.pull(None).await.json();
        assert_eq!(pulled["me"]["team"]["id"], json!(TEAM_2));
        assert_eq!(pulled["alleys"].as_array().map(Vec::len), Some(1));
        // Back again: what was written meanwhile is the other team's still.
        let between = app.now().0;
        app.pass(MINUTE);
        assert_eq!(change(&desk, VOLUNTEER, &json!({ "team_id": TEAM_1 })).await, 204);
        app.pass(MINUTE);
        let ops = [knock(4, between, 5), knock(5, app.now().0, 1)];
        assert_eq!(push(app, &phone, &ops).await, ["applied", "applied"]);
        // Already there: nothing changes, nothing is written down.
        assert_eq!(change(&desk, VOLUNTEER, &json!({ "team_id": TEAM_1 })).await, 204);
        assert_eq!(count(app, "SELECT COUNT(*) FROM team_stay").await, 2);
    }

    async fn a_lead_is_made_and_unmade(app: &TestApp) {
        let (phone, desk) = (app.signed_in(VOLUNTEER).await, app.signed_in(STAFF).await);
        assert_eq!(phone.get("/api/v1/phones").await.status, 403);
        assert_eq!(change(&desk, VOLUNTEER, &json!({ "role": "team_lead" })).await, 204);
        assert_eq!(phone.get("/api/v1/phones").await.status, 200, "from the next call on");
        assert_eq!(change(&desk, VOLUNTEER, &json!({ "role": "volunteer" })).await, 204);
        assert_eq!(phone.get("/api/v1/phones").await.status, 403);
        assert_eq!(change(&desk, VOLUNTEER, &json!({ "role": "ward_staff" })).await, 422);
        assert_eq!(change(&desk, "police", &json!({ "role": "team_lead" })).await, 404, "the police lead no team");
        assert_eq!(change(&desk, VOLUNTEER, &json!({ "team_id": fresh_id() })).await, 404);
    }

    async fn whoever_left_has_no_access_and_the_phone_hears_of_it(app: &TestApp) {
        let (phone, desk) = (app.signed_in(VOLUNTEER).await, app.signed_in(STAFF).await);
        let listed = one(&roster(&desk).await["members"], account(VOLUNTEER));
        assert_eq!((&listed["disabled"], listed["phones"].as_array().map(Vec::len)), (&json!(false), Some(1)));
        let path = format!("/api/v1/members/{}", account(VOLUNTEER));
        for _ in 0..2 {
            assert_eq!(desk.post(&format!("{path}/leave"), &json!({})).await.status, 204, "twice is once");
        }
        assert_eq!(phone.pull(None).await.code(), "device_revoked", "it seals, wipes and says so");
        let listed = one(&roster(&desk).await["members"], account(VOLUNTEER));
        assert_eq!((&listed["disabled"], &listed["phones"][0]["revoked"]), (&json!(true), &json!(true)));
        let mut again = app.phone();
        assert_eq!(again.login(VOLUNTEER, gocua_tests::fixture::PASSWORD).await.code(), "account_disabled");
        assert_eq!(desk.post(&format!("{path}/return"), &json!({})).await.status, 204);
        assert_eq!(again.login(VOLUNTEER, gocua_tests::fixture::PASSWORD).await.status, 200);
        let staff = format!("/api/v1/members/{}/leave", account(STAFF));
        assert_eq!(desk.post(&staff, &json!({})).await.status, 404, "nobody shuts the desk out here");
    }

    async fn evenings_are_planned_and_count(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let id = fresh_id();
        let evening = |day: i64, from: i64, to: i64, place: &str| json!({
            "id": id, "team_id": TEAM_1, "day": day, "from": from, "to": to, "place": place
        });
        for place in ["Nhà văn hóa tổ 5", "Cổng chợ"] {
            let planned = desk.post("/api/v1/shift-plans", &evening(20261124, 1170, 1260, place)).await;
            assert_eq!(planned.status, 204, "{}", planned.text());
        }
        let plans = roster(&desk).await["plans"].clone();
        assert_eq!(plans, json!([{
            "id": id, "team_id": TEAM_1, "day": 20261124, "from": 1170, "to": 1260, "place": "Cổng chợ"
        }]));
        let team = one(&desk.get("/api/v1/turf").await.json()["teams"], TEAM_1);
        assert_eq!((&team["evenings"], &team["capacity"]), (&json!(1), &json!(2 * 2 * 12)));
        for (bad, pointer) in [
            (evening(20261121, 1170, 1260, "x"), "/day"),
            (evening(20261124, 1260, 1170, "x"), "/to"),
            (evening(20261124, 1170, 1260, " "), "/place"),
        ] {
            let refused = desk.post("/api/v1/shift-plans", &bad).await;
            assert_eq!(refused.json()["errors"][0]["pointer"], json!(pointer));
        }
        // The team's phones hear of it, the other team's do not; and of what changes, without a reset.
        let (mine, theirs) = (app.signed_in(VOLUNTEER).await, app.signed_in("volunteer2").await);
        let first = mine.pull(None).await.json();
        let said = |day: i64| json!({ "day": day, "from_minute": 1170, "to_minute": 1260, "place": "Cổng chợ" });
        assert_eq!(first["me"]["next_evening"], said(20261124));
        assert_eq!(theirs.pull(None).await.json()["me"]["next_evening"], json!(null));
        let sooner = fresh_id();
        let mut other = evening(20261123, 1170, 1260, "Cổng chợ");
        other["id"] = json!(sooner);
        assert_eq!(desk.post("/api/v1/shift-plans", &other).await.status, 204);
        let next = mine.pull(first["cursor"].as_str()).await.json();
        assert_eq!((&next["reset"], &next["me"]["next_evening"]), (&json!(false), &said(20261123)));
        let off = desk.request("DELETE", &format!("/api/v1/shift-plans/{sooner}")).send().await.expect("answers");
        assert_eq!(off.status().as_u16(), 204);
        let last = mine.pull(next["cursor"].as_str()).await.json();
        assert_eq!(last["me"]["next_evening"], said(20261124));
        assert_eq!(mine.pull(last["cursor"].as_str()).await.json()["me"], json!(null), "nothing new is tiny");
        // What is over is not the next one any more.
        assert_eq!(desk.post("/api/v1/shift-plans", &evening(20261122, 0, 1, "Cổng chợ")).await.status, 204);
        assert_eq!(mine.pull(last["cursor"].as_str()).await.json()["me"]["next_evening"], json!(null));
        assert_eq!(desk.post("/api/v1/shift-plans", &evening(20261124, 1170, 1260, "Cổng chợ")).await.status, 204);
        let terms = json!({ "doors_per_evening": 10, "evenings": 4 });
        assert_eq!(desk.post("/api/v1/turf/terms", &terms).await.status, 204);
        assert_eq!(roster(&desk).await["terms"], terms);
        let team = one(&desk.get("/api/v1/turf").await.json()["teams"], TEAM_2);
        assert_eq!((&team["evenings"], &team["doors_per_evening"]), (&json!(4), &json!(10)));
        let none = json!({ "doors_per_evening": 0, "evenings": 4 });
        assert_eq!(desk.post("/api/v1/turf/terms", &none).await.status, 422);
        let gone = desk.request("DELETE", &format!("/api/v1/shift-plans/{id}")).send().await.expect("answers");
        assert_eq!(gone.status().as_u16(), 204);
        assert_eq!(roster(&desk).await["plans"], json!([]));
    }

    async fn a_desk_that_watches_hears_of_every_change(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let seq = app.store().ward_seq(WARD).await.expect("a number");
        desk.post("/api/v1/teams", &json!({ "id": fresh_id(), "name": "Đội 3" })).await;
        change(&desk, VOLUNTEER, &json!({ "team_id": TEAM_2 })).await;
        assert_eq!(app.store().ward_seq(WARD).await.expect("a number"), seq + 2);
    }
}
