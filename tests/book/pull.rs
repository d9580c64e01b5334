//! Pulls: everything in reach, nothing else, and nothing skipped.

use gocua_domain::id::AlleyId;
use gocua_tests::fixture::{
    FAR_LANE, GROUP_1, GROUP_2, HOUSEHOLDS, LANE, STAFF, STREET, TEAM_1, TEAM_2, VOLUNTEER,
};
use gocua_tests::{Answer, on_both};
use serde_json::{Value, json};

fn alleys(pulled: &Value) -> Vec<Value> {
    pulled["alleys"].as_array().into_iter().flatten().map(|a| a["id"].clone()).collect()
}

fn cursor(answer: &Answer) -> String {
    answer.json()["cursor"].as_str().expect("a cursor").to_owned()
}

fn ids(alleys: &[AlleyId]) -> Vec<Value> {
    alleys.iter().map(|a| json!(a)).collect()
}

on_both! {
    async fn a_first_pull_brings_the_teams_alleys_and_nobody_elses(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let answer = phone.pull(None).await;
        let pulled = answer.json();
        assert_eq!(pulled["reset"], true);
        assert_eq!(pulled["me"]["team"]["name"], "Đội 1");
        let mut mine = alleys(&pulled);
        mine.sort_by_key(Value::to_string);
        let mut expected = ids(&[STREET, LANE]);
        expected.sort_by_key(Value::to_string);
        assert_eq!(mine, expected);
        assert_eq!(pulled["skills"][0]["code"], "SEC-01");
        assert_eq!(pulled["groups"].as_array().map(Vec::len), Some(1));
        let text = answer.text();
        assert!(!text.contains(&HOUSEHOLDS[4].to_string()) && !text.contains(&FAR_LANE.to_string()));
        // The board's roles hold no doors.
        let desk = app.signed_in(STAFF).await.pull(None).await;
        assert_eq!(desk.code(), "forbidden");
    }

    async fn a_pull_with_nothing_new_is_tiny(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let first = phone.pull(None).await;
        let second = phone.pull(Some(&cursor(&first))).await;
        assert!(second.body.len() < 300, "{} bytes", second.body.len());
        assert_eq!(second.json()["reset"], false);
        assert_eq!(second.json().as_object().map(serde_json::Map::len), Some(4));
    }

    async fn a_mates_visit_arrives_as_one_door_and_a_withdrawn_one_leaves(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let since = cursor(&phone.pull(None).await);
        let mut mate = app.signed_in("team_lead").await;
        mate.knock(HOUSEHOLDS[2], app.now()).await;
        let delta = phone.pull(Some(&since)).await;
        let doors = delta.json()["doors"].clone();
        assert_eq!(doors.as_array().map(Vec::len), Some(1));
        assert_eq!(doors[0]["id"], json!(HOUSEHOLDS[2]));
        assert_eq!(doors[0]["alley_id"], json!(LANE));
        assert_eq!(doors[0]["visits"][0]["outcome"], "NOT_HOME");
        assert_eq!(doors[0]["visits"][0]["mine"], Value::Null, "left out when false");
        assert!(delta.json()["alleys"].is_null());
        // The same delta again, from the same cursor: nothing depends on having been read.
        assert_eq!(phone.pull(Some(&since)).await.json()["doors"], doors);
        assert!(phone.pull(Some(&cursor(&delta))).await.json()["doors"].is_null());

        let undo = json!({ "device_id": mate.device, "app_version": "0", "sent_at": app.now(), "queued": 1,
            "ops": [{ "op_id": gocua_tests::fresh_id(), "device_seq": 2, "made_at": app.now(),
                      "kind": "visit.withdraw", "payload": { "visit_id": doors[0]["visits"][0]["id"] } }] });
        assert_eq!(mate.post("/api/v1/sync/push", &undo).await.json()["results"][0]["outcome"], "applied");
        let undone = phone.pull(Some(&cursor(&delta))).await.json();
        assert!(undone["doors"][0]["visits"].is_null(), "{undone}");
    }

    async fn a_change_of_scope_moves_alleys_and_nothing_more(app: &TestApp) {
        let one = app.signed_in(VOLUNTEER).await;
        let two = app.signed_in("volunteer2").await;
        let (one_since, two_since) = (cursor(&one.pull(None).await), cursor(&two.pull(None).await));
        let desk = app.signed_in(STAFF).await;
        let path = format!("/api/v1/alleys/{LANE}/assignment");
        assert_eq!(desk.post(&path, &json!({ "team_id": TEAM_2 })).await.status, 200);
        let lost = one.pull(Some(&one_since)).await;
        assert_eq!(lost.json()["gone"]["alleys"], json!([LANE]));
        assert!(lost.json()["alleys"].is_null());
        let won = two.pull(Some(&two_since)).await;
        assert_eq!(alleys(&won.json()), ids(&[LANE]));
        assert_eq!(won.json()["alleys"][0]["doors"].as_array().map(Vec::len), Some(2));
        assert_eq!(won.json()["reset"], false);
        // And back again, between two pulls: the alley comes as new and is not gone.
        assert_eq!(desk.post(&path, &json!({ "team_id": TEAM_1 })).await.status, 200);
        let back = one.pull(Some(&cursor(&lost))).await;
        assert_eq!(alleys(&back.json()), ids(&[LANE]));
        assert!(back.json()["gone"].is_null());
        let both = one.pull(Some(&one_since)).await;
        assert_eq!((alleys(&both.json()), both.json()["gone"].is_null()), (ids(&[LANE]), true));
    }

    async fn taking_a_street_brings_its_lanes_along_unless_told_otherwise(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let two = app.signed_in("volunteer2").await;
        let path = format!("/api/v1/alleys/{STREET}/assignment");
        desk.post(&path, &json!({ "team_id": TEAM_2, "with_children": false })).await;
        assert_eq!(alleys(&two.pull(None).await.json()).len(), 2);
        desk.post(&path, &json!({ "team_id": TEAM_2 })).await;
        assert_eq!(alleys(&two.pull(None).await.json()).len(), 3);
        let back = desk.post(&path, &json!({ "team_id": null })).await;
        assert!(back.json()["alley"]["team"].is_null());
        assert_eq!(alleys(&two.pull(None).await.json()), ids(&[FAR_LANE]));
        let nowhere = format!("/api/v1/alleys/{}/assignment", gocua_tests::fresh_id());
        assert_eq!(desk.post(&nowhere, &json!({ "team_id": null })).await.code(), "not_found");
        let nobody = json!({ "team_id": gocua_tests::fresh_id() });
        assert_eq!(desk.post(&path, &nobody).await.code(), "not_found");
    }

    async fn a_group_that_swallowed_another_is_sent_to_those_who_held_it_before(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let first = phone.pull(None).await;
        let outline = |pulled: &Value| pulled["groups"][0]["outline"].as_array().map(Vec::len);
        assert_eq!(outline(&first.json()), Some(1));
        let desk = app.signed_in(STAFF).await;
        let path = format!("/api/v1/groups/{GROUP_2}/merge");
        assert_eq!(desk.post(&path, &json!({ "into": GROUP_1, "reason": "sắp xếp lại" })).await.status, 200);
        let news = phone.pull(Some(&cursor(&first))).await;
        assert_eq!((alleys(&news.json()).len(), outline(&news.json())), (0, Some(2)));
        let quiet = phone.pull(Some(&cursor(&news))).await.json();
        assert!(quiet["groups"].is_null(), "{quiet}");
    }

    async fn a_cursor_of_nonsense_or_of_a_newer_book_begins_again(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let team = cursor(&phone.pull(None).await).rsplit('.').next().map(str::to_owned).expect("a team");
        for wrong in ["nonsense".to_owned(), format!("1.999999.{team}"), "9.9.9".to_owned()] {
            let answer = phone.pull(Some(&wrong)).await.json();
            assert_eq!(answer["reset"], true, "{wrong}");
            assert_eq!(alleys(&answer).len(), 2);
        }
    }
}
