//! Badges and the codes of residential groups: given, changed, revoked, and what the desk sees.

use gocua_tests::fixture::{
    FAR_LANE, GROUP_1, GROUP_2, LANE, STAFF, TEAM_1, TEAM_2, VOLUNTEER, WARD, account,
};
use gocua_tests::phone::finish;
use gocua_tests::{Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

use crate::people::{op, push};

async fn trust(desk: &Phone) -> Value {
    let answer = desk.get("/api/v1/trust").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// The badge of a login that is in force, as the desk lists it.
fn badge_of(seen: &Value, login: &str) -> Value {
    let of = |b: &&Value| b["account_id"] == json!(account(login)) && b["revoked_at"].is_null();
    seen["badges"].as_array().expect("badges").iter().find(of).cloned().unwrap_or_default()
}

async fn act(desk: &Phone, badge: &Value, what: &str) -> u16 {
    let id = badge["id"].as_str().expect("an id");
    desk.post(&format!("/api/v1/trust/badges/{id}/{what}"), &json!({})).await.status
}

/// A group's codes of the next seven days.
async fn week(desk: &Phone, group: impl std::fmt::Display) -> Vec<Value> {
    let answer = desk.get(&format!("/api/v1/trust/leaflet?group={group}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["codes"].as_array().expect("codes").clone()
}

fn stale(seen: &Value, group: impl serde::Serialize) -> Value {
    let groups = seen["groups"].as_array().expect("groups");
    groups.iter().find(|g| g["id"] == json!(group)).expect("the group")["stale_from"].clone()
}

async fn plan(desk: &Phone, app: &TestApp) {
    let tonight = json!({
        "id": fresh_id(), "team_id": TEAM_1, "day": app.now().day(), "from": 1170, "to": 1260,
        "place": "Nhà văn hóa"
    });
    assert_eq!(desk.post("/api/v1/shift-plans", &tonight).await.status, 204);
}

on_both! {
    async fn everybody_who_walks_has_a_number_of_their_own(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let me = phone.pull(None).await.json()["me"].clone();
        let seen = trust(&app.signed_in(STAFF).await).await;
        let badges = seen["badges"].as_array().expect("badges");
        assert_eq!(badges.len(), 3, "two volunteers and a lead; nobody who is shut out");
        let mine = badge_of(&seen, VOLUNTEER);
        assert_eq!((&me["badge_no"], &me["badge_token"]), (&mine["number"], &mine["token"]));
        let numbers: std::collections::BTreeSet<_> = badges.iter().map(|b| b["number"].to_string()).collect();
        assert_eq!(numbers.len(), 3);
        assert!(mine["number"].as_str().is_some_and(|n| n.len() == 6 && n.bytes().all(|b| b.is_ascii_digit())));
        assert!(mine["token"].as_str().is_some_and(|t| t.len() >= 16));
        assert_eq!((&mine["name"], &mine["team_id"]), (&json!("Người volunteer"), &json!(TEAM_1)));
        assert_eq!(trust(&app.signed_in("police").await).await["badges"], seen["badges"], "made once");
        let seq = app.store().ward_seq(WARD).await.expect("a number");
        phone.pull(None).await;
        assert_eq!(app.store().ward_seq(WARD).await.expect("a number"), seq, "nothing more to make");
    }

    async fn a_revoked_badge_changes_the_codes_of_its_groups_from_tomorrow(app: &TestApp) {
        let (phone, far) = (app.signed_in(VOLUNTEER).await, app.signed_in("volunteer2").await);
        let desk = app.signed_in("police").await;
        let pulled = phone.pull(None).await.json();
        far.pull(None).await;
        let mine = badge_of(&trust(&desk).await, VOLUNTEER);
        let (before, other) = (week(&desk, GROUP_1).await, week(&desk, GROUP_2).await);
        assert_eq!(before.len(), 7);
        assert_eq!(before[..5], *pulled["codes"].as_array().expect("codes"), "the phone says what is posted");
        for _ in 0..2 {
            assert_eq!(act(&desk, &mine, "revoke").await, 204, "twice is once");
        }
        let after = week(&desk, GROUP_1).await;
        assert_eq!(after[0], before[0], "what is posted for today stays true");
        assert!((1..7).all(|n| after[n] != before[n]), "{after:?}");
        assert_eq!(week(&desk, GROUP_2).await, other);
        let seen = trust(&desk).await;
        assert_eq!((stale(&seen, GROUP_1), stale(&seen, GROUP_2)), (json!(20261123), json!(null)));
        assert_eq!(badge_of(&seen, VOLUNTEER), json!(null));
        // A mate's phone hears of the new codes, the holder's shows no number any more.
        let cursor = pulled["cursor"].as_str().expect("a cursor");
        let mate = app.signed_in("team_lead").await;
        assert_eq!(mate.pull(Some(cursor)).await.json()["codes"].as_array().expect("codes")[..], after[..5]);
        assert_eq!(phone.pull(None).await.json()["me"]["badge_no"], json!(null));
        let printed = json!({ "group_ids": [GROUP_1] });
        assert_eq!(desk.post("/api/v1/trust/leaflets/printed", &printed).await.status, 204);
        assert_eq!(stale(&trust(&desk).await, GROUP_1), json!(null));

        // Taken back: the number is the same, the codes stay changed.
        for _ in 0..2 {
            assert_eq!(act(&desk, &mine, "restore").await, 204, "twice is once");
        }
        assert_eq!(badge_of(&trust(&desk).await, VOLUNTEER)["number"], mine["number"]);
        assert_eq!(week(&desk, GROUP_1).await, after);
        // Another one: the old number is nobody's from here on, and cannot come back beside it.
        assert_eq!(act(&desk, &mine, "replace").await, 204);
        let new = badge_of(&trust(&desk).await, VOLUNTEER);
        assert!(new["number"] != mine["number"] && new["token"] != mine["token"]);
        assert_eq!(act(&desk, &mine, "restore").await, 409);
        assert!(week(&desk, GROUP_1).await[1] != after[1], "twice on one day is another time");
        assert_eq!(stale(&trust(&desk).await, GROUP_1), json!(20261123));
        assert_eq!(act(&desk, &json!({ "id": fresh_id() }), "revoke").await, 404);
    }

    async fn a_lost_phone_takes_its_holders_badge_and_the_codes_with_it(app: &TestApp) {
        let (phone, desk) = (app.signed_in(VOLUNTEER).await, app.signed_in(STAFF).await);
        phone.pull(None).await;
        // It still holds the codes of a lane its team gave back yesterday.
        let lane = format!("/api/v1/alleys/{FAR_LANE}/assignment");
        for team in [json!(TEAM_1), json!(TEAM_2)] {
            assert_eq!(desk.post(&lane, &json!({ "team_id": team })).await.status, 200);
        }
        let before = (week(&desk, GROUP_1).await, week(&desk, GROUP_2).await);
        let lost = format!("/api/v1/phones/{}/revoke", phone.device);
        assert_eq!(desk.post(&lost, &json!({})).await.status, 204);
        assert_eq!(badge_of(&trust(&desk).await, VOLUNTEER), json!(null));
        let after = (week(&desk, GROUP_1).await, week(&desk, GROUP_2).await);
        assert!(after.0[1] != before.0[1] && after.1[1] != before.1[1]);
        assert_eq!(desk.post(&lost, &json!({})).await.status, 204);
        assert_eq!(week(&desk, GROUP_1).await, after.0, "twice is once");
    }

    async fn whoever_left_leaves_no_badge_in_force(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        assert_ne!(badge_of(&trust(&desk).await, VOLUNTEER), json!(null));
        let before = week(&desk, GROUP_1).await;
        let left = format!("/api/v1/members/{}/leave", account(VOLUNTEER));
        assert_eq!(desk.post(&left, &json!({})).await.status, 204);
        assert_eq!(badge_of(&trust(&desk).await, VOLUNTEER), json!(null));
        assert_ne!(week(&desk, GROUP_1).await[1], before[1]);
    }

    async fn the_rota_is_who_is_planned_or_out_today(app: &TestApp) {
        let (phone, desk) = (app.signed_in("volunteer2").await, app.signed_in(STAFF).await);
        assert_eq!(trust(&desk).await["tonight"], json!([]));
        plan(&desk, app).await;
        let shift = fresh_id();
        let open = op(1, app.now().0, "shift.open", json!({ "shift_id": shift, "people": 2 }));
        assert_eq!(push(app, &phone, &[open]).await, ["applied"]);
        let tonight = trust(&desk).await["tonight"].clone();
        assert_eq!(tonight, json!([
            { "id": TEAM_1, "name": "Đội 1", "out": false, "group_ids": [GROUP_1],
              "plans": [{ "from": 1170, "to": 1260, "place": "Nhà văn hóa" }] },
            { "id": TEAM_2, "name": "Đội 2", "out": true, "group_ids": [GROUP_2], "plans": [] },
        ]));
        let close = op(2, app.now().0, "shift.close", json!({ "shift_id": shift }));
        assert_eq!(push(app, &phone, &[close]).await, ["applied"]);
        assert_eq!(trust(&desk).await["tonight"].as_array().map(Vec::len), Some(1));
        // Both of its alleys gone to another team: it is announced and expected nowhere.
        let lane = format!("/api/v1/alleys/{LANE}/assignment");
        assert_eq!(desk.post(&lane, &json!({ "team_id": TEAM_2 })).await.status, 200);
        assert_eq!(trust(&desk).await["tonight"][0]["group_ids"], json!([GROUP_1]), "the street is left");
    }

    async fn terms_and_leaflets_say_what_is_wrong(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let set = async |phone: &str| {
            finish(desk.request("PUT", "/api/v1/trust/terms").json(&json!({ "duty_phone": phone }))).await
        };
        assert_eq!(set(" 156 ").await.status, 204);
        assert_eq!(trust(&desk).await["terms"], json!({ "duty_phone": "156" }));
        let refused = set("gọi phường").await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/duty_phone")));
        assert_eq!(set("").await.status, 204);
        assert_eq!(trust(&desk).await["terms"], json!({ "duty_phone": "" }));
        let ahead = format!("/api/v1/trust/leaflet?group={GROUP_1}&from=20261206");
        assert_eq!(desk.get(&ahead).await.json()["codes"][0]["day"], 20261206);
        for from in [20261121, 20261207, 20261131] {
            let refused = desk.get(&format!("/api/v1/trust/leaflet?group={GROUP_1}&from={from}")).await;
            assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("?from")));
        }
        let nowhere = desk.get(&format!("/api/v1/trust/leaflet?group={}", fresh_id())).await;
        assert_eq!(nowhere.status, 404);
    }
}
