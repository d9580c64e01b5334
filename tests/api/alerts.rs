//! Warnings of frauds: what may be said, who hears of it, and when it is over.

use gocua_tests::fixture::{GROUP_1, GROUP_2, STAFF, VOLUNTEER};
use gocua_tests::{Phone, fresh_id, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

const DAY: i64 = 86_400_000;

fn warning(id: Uuid, groups: &Value) -> Value {
    json!({
        "id": id, "kind": "fake_officer", "groups": groups, "until": 20261124,
        "words": " Có người giả công an đòi mã OTP.  Bác cúp máy, gọi 156. ",
    })
}

/// What a phone is told with everything: the words of each warning.
async fn told(phone: &Phone) -> Vec<String> {
    let pulled = phone.pull(None).await.json();
    let alerts = pulled["alerts"].as_array().expect("a list, also of none").iter();
    alerts.map(|a| a["words"].as_str().expect("words").to_owned()).collect()
}

on_both! {
    async fn a_warning_reaches_the_phones_it_is_about_with_the_next_pull(app: &TestApp) {
        let desk = app.signed_in("police").await;
        let (near, far) = (app.signed_in(VOLUNTEER).await, app.signed_in("volunteer2").await);
        let first = near.pull(None).await.json();
        assert_eq!(first["alerts"], json!([]));
        let cursor = first["cursor"].as_str().expect("a cursor");
        assert_eq!(near.pull(Some(cursor)).await.json()["alerts"], json!(null), "nothing new");

        let id = fresh_id();
        for _ in 0..2 {
            let said = desk.post("/api/v1/alerts", &warning(id, &json!([GROUP_1]))).await;
            assert_eq!(said.status, 204, "twice is once: {}", said.text());
        }
        let heard = near.pull(Some(cursor)).await.json();
        assert_eq!(heard["alerts"], json!([{
            "id": id, "kind": "fake_officer", "groups": [GROUP_1], "from": 20261122, "until": 20261124,
            "words": "Có người giả công an đòi mã OTP. Bác cúp máy, gọi 156.",
        }]));
        assert_eq!(told(&far).await, Vec::<String>::new(), "it is about another group");
        let all = warning(fresh_id(), &json!([]));
        assert_eq!(desk.post("/api/v1/alerts", &all).await.status, 204);
        assert_eq!((told(&near).await.len(), told(&far).await.len()), (2, 1));

        let listed = app.signed_in(STAFF).await.get("/api/v1/alerts").await.json();
        assert_eq!(listed["alerts"].as_array().map(Vec::len), Some(2));
        assert_eq!(listed["alerts"][1]["by"], "Người police");

        let cursor = heard["cursor"].as_str().expect("a cursor");
        for _ in 0..2 {
            assert_eq!(desk.post(&format!("/api/v1/alerts/{id}/withdraw"), &json!({})).await.status, 204);
        }
        let gone = near.pull(Some(cursor)).await.json();
        assert_eq!(gone["alerts"].as_array().map(Vec::len), Some(1), "what is there replaces what was");
        let listed = desk.get("/api/v1/alerts").await.json();
        let one = listed["alerts"].as_array().expect("a list").iter().find(|a| a["id"] == json!(id));
        assert_eq!(one.expect("still listed")["withdrawn_at"], json!(app.now()));

        app.pass(3 * DAY);
        let near = app.signed_in(VOLUNTEER).await;
        assert_eq!(told(&near).await, Vec::<String>::new(), "over after its last day");
    }

    async fn a_warning_is_checked_and_what_stands_is_not_rewritten(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let good = warning(fresh_id(), &json!([]));
        for (name, value, pointer, why) in [
            ("words", json!("  "), "/words", "missing_field"),
            ("words", json!("a".repeat(401)), "/words", "text_too_long"),
            ("words", json!("gọi 0000 000 001"), "/words", "number_in_text"),
            ("until", json!(20261121), "/until", "invalid_field"),
            ("until", json!(20270301), "/until", "invalid_field"),
            ("groups", json!([GROUP_1, fresh_id()]), "/groups", "invalid_field"),
            ("kind", json!("no_such"), "/kind", "invalid_field"),
        ] {
            let mut wrong = good.clone();
            wrong[name] = value;
            let answer = desk.post("/api/v1/alerts", &wrong).await;
            assert_eq!(answer.status, 422, "{name}: {}", answer.text());
            assert_eq!(answer.json()["errors"], json!([{ "pointer": pointer, "code": why }]));
        }
        assert_eq!(desk.get("/api/v1/alerts").await.json(), json!({ "alerts": [] }), "nothing half-written");
        assert_eq!(desk.post("/api/v1/alerts", &good).await.status, 204);
        let mut other = good.clone();
        other["groups"] = json!([GROUP_2]);
        assert_eq!(desk.post("/api/v1/alerts", &other).await.code(), "conflict");
        let nowhere = format!("/api/v1/alerts/{}/withdraw", fresh_id());
        assert_eq!(desk.post(&nowhere, &json!({})).await.status, 404);
    }
}
