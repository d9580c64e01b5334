//! Quality at the desk: what may be said, and what is refused.

use gocua_domain::indicator::definitions;
use gocua_domain::quality::QualityTerms;
use gocua_tests::fixture::STAFF;
use gocua_tests::phone::finish;
use gocua_tests::{Answer, Phone, fresh_id, on_both};
use serde_json::{Value, json};

fn terms() -> Value {
    serde_json::to_value(QualityTerms::default()).expect("terms")
}

async fn set(desk: &Phone, terms: &Value) -> Answer {
    finish(desk.request("PUT", "/api/v1/quality/terms").json(terms)).await
}

on_both! {
    async fn a_new_ward_has_the_terms_of_the_book_and_may_change_them(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let seen = desk.get("/api/v1/quality").await.json();
        assert_eq!(seen["terms"], terms());
        assert_eq!((&seen["flags"], &seen["checks"], &seen["waiting_first"]), (&json!([]), &json!([]), &json!(0)));
        let mut other = terms();
        other["checks_a_day"] = json!(8);
        assert_eq!(set(&desk, &other).await.status, 204);
        assert_eq!(desk.get("/api/v1/quality").await.json()["terms"], other);
        for (name, amount) in [
            ("random_percent", 0), ("checks_a_day", 201), ("days_before_desk", 15),
            ("from_minute", -1), ("to_minute", 479),
        ] {
            let mut wrong = terms();
            wrong[name] = json!(amount);
            let answer = set(&desk, &wrong).await;
            assert_eq!((answer.status, answer.code()), (422, "invalid_field".into()));
            assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{name}"));
        }
        assert_eq!(desk.get("/api/v1/quality").await.json()["terms"], other, "nothing is half-written");
    }

    async fn words_obey_the_rules_of_notes(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        for (path, body) in [
            (format!("/api/v1/quality/flags/{}", fresh_id()), json!({ "verdict": "fine" })),
            (format!("/api/v1/quality/checks/{}", fresh_id()), json!({ "answer": "agree" })),
        ] {
            assert_eq!(desk.post(&path, &body).await.code(), "not_found");
            for (words, why) in [("mật khẩu abc".to_owned(), "secret_in_text"), ("a".repeat(201), "text_too_long")] {
                let mut wrong = body.clone();
                wrong["words"] = json!(words);
                let answer = desk.post(&path, &wrong).await;
                assert_eq!(answer.status, 422);
                assert_eq!(answer.json()["errors"], json!([{ "pointer": "/words", "code": why }]));
            }
        }
    }

    async fn the_agreement_stands_among_the_indicators(app: &TestApp) {
        let known = app.signed_in(STAFF).await.get("/api/v1/indicators").await.json();
        let codes = known["indicators"].as_array().expect("a list");
        assert_eq!(codes.len(), definitions().count());
        assert_eq!(codes.iter().filter(|known| known["code"] == "CHECK_AGREE").count(), 1);
        assert_eq!(known["check_agree"], json!({ "agree": 0, "differ": 0, "unknown": 0 }));
        let group = app.signed_in("tdp_coordinator").await.get("/api/v1/indicators").await.json();
        assert_eq!(group["check_agree"], Value::Null, "of the whole ward");
    }
}
