//! Bodies that are refused: how, and at which size.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use gocua_tests::fixture::{HOUSEHOLDS, VOLUNTEER};
use gocua_tests::on_both;
use gocua_tests::phone::finish;
use serde_json::{Value, json};

const LOGIN: &str = "/api/v1/auth/login";
const PUSH: &str = "/api/v1/sync/push";
const MIB: usize = 1024 * 1024;

on_both! {
    async fn only_json_is_read(app: &TestApp) {
        let phone = app.phone();
        for kind in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
            "multipart/form-data; boundary=x", "application/problem+json"]
        {
            let request = phone.request("POST", LOGIN).header("content-type", kind).body("{}");
            let answer = finish(request).await;
            assert_eq!((answer.status, answer.code()), (415, "not_json".into()), "{kind}");
        }
        let spelled = phone.request("POST", LOGIN)
            .header("content-type", "Application/JSON; charset=utf-8").body("{}");
        assert_eq!(finish(spelled).await.code(), "invalid_field");
        let packed = phone.request("POST", LOGIN).header("content-encoding", "br").json(&json!({}));
        assert_eq!(finish(packed).await.code(), "not_json");
    }

    async fn what_is_no_json_is_malformed(app: &TestApp) {
        let phone = app.phone();
        for body in ["", "{", "[", "nul", "{\"login\":", "\u{feff}{}", "{'login':1}", "\0"] {
            let request = phone.request("POST", LOGIN).header("content-type", "application/json");
            let answer = finish(request.body(body.to_owned())).await;
            assert_eq!((answer.status, answer.code()), (400, "malformed_json".into()), "{body:?}");
        }
        let deep = "[".repeat(100_000);
        let request = phone.request("POST", PUSH).header("content-type", "application/json");
        assert_eq!(finish(request.body(deep)).await.code(), "token_invalid");
    }

    async fn an_unknown_field_is_named_by_its_place(app: &TestApp) {
        let phone = app.phone();
        let mut body = phone.login_body(VOLUNTEER, gocua_tests::fixture::PASSWORD);
        let place = |answer: gocua_tests::Answer| {
            assert_eq!(answer.status, 422);
            (answer.code(), answer.json()["errors"].clone())
        };
        body["device"]["note"] = json!("Trần Thị Lan");
        let answer = phone.post(LOGIN, &body).await;
        assert!(!answer.text().contains("Lan"), "{}", answer.text());
        let errors = json!([{"pointer": "/device/note", "code": "unknown_field"}]);
        assert_eq!(place(answer), ("unknown_field".into(), errors));
        body["device"].as_object_mut().expect("a device").remove("note");
        body["device"]["device_id"] = json!(1);
        let errors = json!([{"pointer": "/device/device_id", "code": "invalid_field"}]);
        assert_eq!(place(phone.post(LOGIN, &body).await), ("invalid_field".into(), errors));
        body["device"].as_object_mut().expect("a device").remove("device_id");
        let errors = json!([{"pointer": "/device/device_id", "code": "missing_field"}]);
        assert_eq!(place(phone.post(LOGIN, &body).await), ("invalid_field".into(), errors));
    }

    async fn a_body_over_the_limit_is_refused(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let large = |bytes: usize| json!({"pad": "x".repeat(bytes)});
        let answer = phone.post(PUSH, &large(MIB)).await;
        assert_eq!((answer.status, answer.code()), (413, "payload_too_large".into()));
        // Just under the limit it is read, and then found wanting.
        assert_eq!(phone.post(PUSH, &large(MIB - 100)).await.code(), "invalid_field");
        // Nobody needs a megabyte to sign in.
        assert_eq!(app.phone().post(LOGIN, &large(64 * 1024)).await.code(), "payload_too_large");
    }

    async fn a_body_without_a_length_is_counted_too(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let chunks = (0..40).map(|_| Ok::<_, std::io::Error>(vec![b' '; MIB / 20]));
        let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
        let request = phone.request("POST", PUSH).header("content-type", "application/json").body(body);
        assert_eq!(finish(request).await.code(), "payload_too_large");
    }

    async fn a_packed_push_is_taken_and_a_bomb_is_not(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let answer = phone.knock(HOUSEHOLDS[0], app.now()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["results"][0]["outcome"], "applied");

        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        for _ in 0..256 {
            bomb.write_all(&vec![b' '; MIB]).expect("in memory");
        }
        let bomb = bomb.finish().expect("in memory");
        assert!(bomb.len() < MIB / 2, "{}", bomb.len());
        let request = phone.request("POST", PUSH)
            .header("content-type", "application/json")
            .header("content-encoding", "gzip")
            .body(bomb);
        let answer = finish(request).await;
        assert_eq!((answer.status, answer.code()), (413, "payload_too_large".into()));

        assert_eq!(phone.push_packed(&vec![b' '; MIB + 1]).await.code(), "payload_too_large");
        let broken = phone.request("POST", PUSH).header("content-encoding", "gzip").json(&Value::Null);
        assert_eq!(finish(broken).await.code(), "malformed_json");
    }

    async fn another_device_than_the_sessions_may_not_push(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let push = gocua_tests::fixture::visit(gocua_tests::fresh_id(), 1, HOUSEHOLDS[0], app.now());
        let answer = phone.post(PUSH, &push).await;
        assert_eq!((answer.status, answer.code()), (403, "device_mismatch".into()));
    }
}
