//! Signing in, and everything that keeps somebody from it.

use gocua_server::auth::PASSWORD_MAX;
use gocua_tests::fixture::{self, PASSWORD, VOLUNTEER, account};
use gocua_tests::on_both;
use serde_json::json;

on_both! {
    async fn a_volunteer_signs_in_and_reads_who_they_are(app: &TestApp) {
        let mut phone = app.phone();
        // Capitals and spaces around the login do not matter.
        let answer = phone.login(" Volunteer ", PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let view = json!({
            "id": account(VOLUNTEER), "login": "volunteer", "name": "Người volunteer",
            "role": "volunteer", "ward": {"code": fixture::WARD, "name": "Phường Thử"},
            "team": {"id": fixture::TEAM_1, "name": "Đội 1"}
        });
        assert_eq!(answer.json()["account"], view);
        assert_eq!(answer.json()["expires_at"], json!(app.now().plus(15 * 60_000)));
        assert_eq!(phone.get("/api/v1/me").await.json(), view);
        let admin = app.signed_in("admin").await.get("/api/v1/me").await;
        assert_eq!((admin.json()["ward"].is_null(), admin.status), (true, 200));
    }

    async fn the_cookie_is_for_this_host_and_no_script(app: &TestApp) {
        let answer = app.phone().login(VOLUNTEER, PASSWORD).await;
        let set = answer.header("set-cookie");
        assert!(set.starts_with("__Host-gocua="), "{set}");
        for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/", "Max-Age=7776000"] {
            assert!(set.split("; ").any(|p| p == part), "{part} in {set}");
        }
        assert!(!set.contains("Domain"), "{set}");
        // What is in the cookie is nowhere in the body.
        assert!(!answer.text().contains(&answer.cookie().expect("a cookie")));
    }

    async fn a_wrong_password_and_an_unknown_login_are_the_same_answer(app: &TestApp) {
        let known = app.phone().login(VOLUNTEER, "wrong").await;
        let unknown = app.phone().login("nobody", "wrong").await;
        assert_eq!((known.status, known.code()), (401, "invalid_credentials".into()));
        let alike = |answer: &gocua_tests::Answer| {
            let mut body = answer.json();
            body["request_id"] = json!(null);
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            (answer.status, body, names)
        };
        assert_eq!(alike(&known), alike(&unknown));
        // A disabled account says so only to somebody who knows its password.
        assert_eq!(app.phone().login("disabled", "wrong").await.code(), "invalid_credentials");
        assert_eq!(app.phone().login("disabled", PASSWORD).await.code(), "account_disabled");
    }

    async fn wrong_passwords_lock_for_a_while_and_never_for_good(app: &TestApp) {
        for login in [VOLUNTEER, "nobody"] {
            for _ in 0..6 {
                assert_eq!(app.phone().login(login, "wrong").await.code(), "invalid_credentials");
            }
            let locked = app.phone().login(login, PASSWORD).await;
            assert_eq!((locked.status, locked.code()), (429, "account_locked".into()), "{login}");
            assert_eq!(locked.header("retry-after"), "60");
            assert_eq!(locked.json()["retry_after"], 60);
        }
        app.pass(60_000);
        assert_eq!(app.phone().login(VOLUNTEER, "wrong").await.code(), "invalid_credentials");
        assert_eq!(app.phone().login(VOLUNTEER, "wrong").await.header("retry-after"), "120");
        app.pass(120_000);
        assert_eq!(app.phone().login(VOLUNTEER, PASSWORD).await.status, 200);
        // A success forgets the failures.
        assert_eq!(app.phone().login(VOLUNTEER, "wrong").await.code(), "invalid_credentials");
    }

    async fn a_stranger_cannot_lock_out_a_phone_that_is_known(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        for _ in 0..7 {
            app.phone().login(VOLUNTEER, "wrong").await;
        }
        assert_eq!(app.phone().login(VOLUNTEER, PASSWORD).await.code(), "account_locked");
        assert_eq!(phone.login(VOLUNTEER, PASSWORD).await.status, 200);
        // The known phone has a count of its own.
        for _ in 0..6 {
            assert_eq!(phone.login(VOLUNTEER, "wrong").await.code(), "invalid_credentials");
        }
        assert_eq!(phone.login(VOLUNTEER, PASSWORD).await.code(), "account_locked");
    }

    async fn guesses_sent_at_once_do_not_share_a_free_attempt(app: &TestApp) {
        let phones: Vec<_> = (0..20).map(|_| app.phone()).collect();
        let sent: Vec<_> = phones
            .iter()
            .map(|phone| {
                let body = phone.login_body(VOLUNTEER, "wrong");
                let request = phone.request("POST", "/api/v1/auth/login").json(&body);
                actix_web::rt::spawn(gocua_tests::phone::finish(request))
            })
            .collect();
        let mut tried = 0;
        for answer in sent {
            let code = answer.await.expect("answered").code();
            match code.as_str() {
                "invalid_credentials" => tried += 1,
                "account_locked" => {}
                other => panic!("{other}"),
            }
        }
        assert_eq!(tried, 6);
    }

    async fn a_device_id_belongs_to_the_key_that_brought_it(app: &TestApp) {
        let owner = app.signed_in(VOLUNTEER).await;
        let mut thief = app.phone();
        thief.device = owner.device;
        let refused = thief.login("volunteer2", PASSWORD).await;
        assert_eq!((refused.status, refused.code()), (403, "device_mismatch".into()));
        assert_eq!(owner.get("/api/v1/me").await.status, 200);
    }

    async fn one_browser_has_one_session(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let before = phone.access.clone();
        assert_eq!(phone.login("volunteer2", PASSWORD).await.status, 200);
        assert_eq!(phone.get("/api/v1/me").await.json()["login"], "volunteer2");
        phone.access = before;
        assert_eq!(phone.get("/api/v1/me").await.code(), "session_expired");
    }

    async fn the_form_is_looked_at_before_the_password(app: &TestApp) {
        let phone = app.phone();
        let send = async |pointer: &str, value: serde_json::Value| {
            let mut body = phone.login_body(VOLUNTEER, PASSWORD);
            *body.pointer_mut(pointer).expect("in the form") = value;
            let answer = phone.post("/api/v1/auth/login", &body).await;
            assert_eq!((answer.status, answer.code()), (422, "invalid_field".into()), "{pointer}");
            answer.json()["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(send("/password", json!("x".repeat(PASSWORD_MAX + 1))).await, "/password");
        assert_eq!(send("/login", json!("x".repeat(101))).await, "/login");
        assert_eq!(send("/device/name", json!("x".repeat(101))).await, "/device/name");
        assert_eq!(send("/device/device_id", json!("no uuid")).await, "/device/device_id");
        for (member, value) in [("kty", "RSA"), ("crv", "P-384"), ("x", "AA"), ("y", "\"}")] {
            let pointer = format!("/device/public_key/{member}");
            assert_eq!(send(&pointer, json!(value)).await, "/device/public_key");
        }
        let longest = phone.login_body(VOLUNTEER, &"x".repeat(PASSWORD_MAX));
        assert_eq!(phone.post("/api/v1/auth/login", &longest).await.code(), "invalid_credentials");
    }
}
