//! Staying signed in: rotation, lost answers, theft, ends.

use gocua_domain::account::{REFRESH_GRACE_MS, SESSION_IDLE_MS};
use gocua_tests::fixture::{PASSWORD, VOLUNTEER, account};
use gocua_tests::phone::DeviceKey;
use gocua_tests::{fresh_id, on_both};
use serde_json::json;

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

on_both! {
    async fn an_access_token_ends_and_a_refresh_brings_the_next(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let first = (phone.access.clone(), phone.cookie.clone());
        app.pass(15 * MINUTE);
        let expired = phone.get("/api/v1/me").await;
        assert_eq!((expired.status, expired.code()), (401, "token_invalid".into()));
        assert_eq!(expired.header("www-authenticate"), "Bearer");
        let answer = phone.refresh().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["account"]["login"], VOLUNTEER);
        assert_ne!(first, (phone.access.clone(), phone.cookie.clone()));
        assert_eq!(phone.get("/api/v1/me").await.status, 200);
    }

    /// The answer of a refresh is lost on the way: the phone still holds the old cookie, asks again
    /// with a new proof, and gets the very same successor.
    async fn a_lost_answer_may_be_asked_again(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let lost = phone.refresh_with(&phone.proof()).await;
        assert_eq!(lost.status, 200);
        for _ in 0..3 {
            app.pass(MINUTE);
            let again = phone.refresh_with(&phone.proof()).await;
            assert_eq!(again.status, 200, "{}", again.text());
            assert_eq!(again.cookie(), lost.cookie());
        }
        phone.cookie = lost.cookie();
        assert_eq!(phone.refresh().await.status, 200);
        assert_eq!(phone.get("/api/v1/me").await.status, 200);
    }

    /// Tabs that refresh at the same moment all hold the same cookie: none of them is a thief.
    async fn refreshes_at_once_all_get_the_same_successor(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let sent: Vec<_> = (0..8)
            .map(|_| {
                let body = json!({"proof": phone.proof()});
                let request = phone.request("POST", "/api/v1/auth/refresh").json(&body);
                actix_web::rt::spawn(gocua_tests::phone::finish(request))
            })
            .collect();
        let mut successors = std::collections::BTreeSet::new();
        for answer in sent {
            let answer = answer.await.expect("answered");
            assert_eq!(answer.status, 200, "{}", answer.text());
            successors.extend(answer.cookie());
        }
        assert_eq!(successors.len(), 1, "{successors:?}");
        phone.cookie = successors.pop_first();
        assert_eq!(phone.refresh().await.status, 200);
    }

    async fn after_five_minutes_an_old_token_is_theft(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        assert_eq!(phone.refresh_with(&phone.proof()).await.status, 200);
        app.pass(REFRESH_GRACE_MS);
        assert_eq!(phone.refresh_with(&phone.proof()).await.status, 200);
        app.pass(1);
        assert_eq!(phone.refresh_with(&phone.proof()).await.code(), "refresh_reused");
    }

    /// A thief has the cookie and not the key. The old cookie ends the session, at once and for both.
    async fn a_stolen_token_with_another_key_ends_the_session(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let mut thief = app.phone();
        thief.device = phone.device;
        thief.cookie = phone.cookie.clone();
        assert_eq!(phone.refresh().await.status, 200);
        assert_eq!(phone.get("/api/v1/me").await.status, 200);
        let theft = thief.refresh().await;
        assert_eq!((theft.status, theft.code()), (401, "refresh_reused".into()));
        assert!(theft.cookie().is_none());
        assert_eq!(phone.get("/api/v1/me").await.code(), "session_expired");
        assert_eq!(phone.refresh().await.code(), "session_expired");
        // The owner signs in again on the same phone and goes on.
        assert_eq!(phone.login(VOLUNTEER, PASSWORD).await.status, 200);
    }

    async fn an_older_token_ends_the_session_even_with_the_right_key(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let old = phone.cookie.clone();
        phone.refresh().await;
        phone.refresh().await;
        let newest = std::mem::replace(&mut phone.cookie, old);
        assert_eq!(phone.refresh_with(&phone.proof()).await.code(), "refresh_reused");
        phone.cookie = newest;
        assert_eq!(phone.refresh().await.code(), "session_expired");
    }

    async fn a_proof_serves_once(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let jti = fresh_id();
        let first = phone.refresh_with(&phone.proof_with(jti)).await;
        assert_eq!(first.status, 200);
        // The very same request again (an HTTP stack may do that) gains nothing and ends nothing.
        let replay = phone.refresh_with(&phone.proof_with(jti)).await;
        assert_eq!((replay.status, replay.code()), (401, "proof_invalid".into()));
        phone.cookie = first.cookie();
        assert_eq!(phone.refresh_with(&phone.proof_with(jti)).await.code(), "proof_invalid");
        let answer = phone.refresh().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(phone.refresh_with(&phone.proof_with(jti)).await.code(), "proof_invalid");
    }

    async fn a_proof_is_the_devices_own_and_about_a_refresh(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let claims = json!({"aud": "gocua-refresh", "device_id": phone.device, "jti": fresh_id()});
        let with = |name: &str, value: serde_json::Value| {
            let mut changed = claims.clone();
            changed[name] = value;
            changed
        };
        let without = |name: &str| {
            let mut changed = claims.clone();
            changed.as_object_mut().expect("claims").remove(name);
            changed
        };
        let typ = "gocua-refresh+jwt";
        let wrong = [
            DeviceKey::new().sign(typ, &claims),
            phone.key.sign("JWT", &claims),
            phone.key.sign("at+jwt", &claims),
            phone.key.sign(typ, &with("aud", json!("gocua-api"))),
            phone.key.sign(typ, &with("device_id", json!(fresh_id()))),
            phone.key.sign(typ, &with("jti", json!("once"))),
            phone.key.sign(typ, &without("aud")),
            phone.key.sign(typ, &without("device_id")),
            phone.key.sign(typ, &without("jti")),
            String::new(),
            "a.b.c".into(),
            "x".repeat(10_000),
            phone.access.clone().expect("signed in"),
        ];
        for proof in wrong {
            let answer = phone.refresh_with(&proof).await;
            assert_eq!((answer.status, answer.code()), (401, "proof_invalid".into()), "{proof}");
        }
        // None of it harmed the session.
        assert_eq!(phone.refresh_with(&phone.proof()).await.status, 200);
    }

    async fn a_refresh_token_cannot_be_made_up(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let good = phone.cookie.clone().expect("signed in");
        let parts: Vec<&str> = good.split('.').collect();
        let other = app.signed_in("volunteer2").await.cookie.expect("signed in");
        let wrong = [
            String::new(),
            "x".into(),
            "..".into(),
            good.replace(".0.", ".1."),
            good.replace(".0.", ".-1."),
            good.replace(".0.", ".99999999999."),
            good[..good.len() - 2].to_owned(),
            format!("{good}00"),
            format!("{good}.0"),
            format!("{}.0.{}", fresh_id().simple(), parts[2]),
            format!("{}.0.{}", parts[0], "00".repeat(32)),
            format!("{}.0.", parts[0]),
            format!("{}.0.{}", parts[0], &other[other.len() - 64..]),
        ];
        for cookie in wrong {
            phone.cookie = Some(cookie.clone());
            let answer = phone.refresh_with(&phone.proof()).await;
            assert_eq!((answer.status, answer.code()), (401, "token_invalid".into()), "{cookie}");
        }
        // Another session's cookie is real, but this phone cannot prove to be its device.
        phone.cookie = Some(other);
        assert_eq!(phone.refresh_with(&phone.proof()).await.code(), "proof_invalid");
        phone.cookie = None;
        assert_eq!(phone.refresh_with(&phone.proof()).await.code(), "session_expired");
        phone.cookie = Some(good);
        assert_eq!(phone.refresh().await.status, 200);
    }

    async fn an_idle_session_ends_after_fourteen_days(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        app.pass(SESSION_IDLE_MS);
        assert_eq!(phone.refresh().await.status, 200);
        app.pass(SESSION_IDLE_MS + 1);
        assert_eq!(phone.refresh().await.code(), "refresh_expired");
        // It is ended in the book too, not only refused.
        assert_eq!(phone.refresh().await.code(), "session_expired");
    }

    async fn no_session_outlives_ninety_days(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        for _ in 0..9 {
            app.pass(10 * DAY - MINUTE);
            assert_eq!(phone.refresh().await.status, 200);
        }
        app.pass(9 * MINUTE);
        assert_eq!(phone.get("/api/v1/me").await.code(), "session_expired");
        assert_eq!(phone.refresh().await.code(), "refresh_expired");
    }

    async fn logging_out_counts_at_once(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        assert_eq!(phone.get("/api/v1/me").await.status, 200);
        let kept = phone.cookie.clone();
        let answer = phone.send(phone.request("POST", "/api/v1/auth/logout")).await;
        assert_eq!(answer.status, 204);
        assert_eq!(answer.cookie().as_deref(), Some(""));
        assert!(answer.header("set-cookie").contains("Max-Age=0"));
        assert_eq!(phone.cookie, None);
        assert_eq!(phone.get("/api/v1/me").await.code(), "session_expired");
        phone.cookie = kept;
        assert_eq!(phone.refresh().await.code(), "session_expired");
    }

    async fn taking_access_away_reaches_every_phone(app: &TestApp) {
        let mut phones = Vec::new();
        for _ in 0..3 {
            phones.push(app.signed_in(VOLUNTEER).await);
        }
        for phone in &phones {
            assert_eq!(phone.get("/api/v1/me").await.status, 200);
        }
        // As another process would do it: this one's memory of the sessions is not told.
        app.store().set_disabled(account(VOLUNTEER), true, app.now()).await.expect("disabled");
        assert_eq!(phones[0].refresh().await.code(), "account_disabled");
        app.pass(30_000);
        for phone in &phones {
            let answer = phone.get("/api/v1/me").await;
            assert_eq!((answer.status, answer.code()), (403, "account_disabled".into()));
        }
        // As this process does it: at once.
        app.store().set_disabled(account(VOLUNTEER), false, app.now()).await.expect("enabled");
        app.state.auth.drop_account(account(VOLUNTEER));
        assert_eq!(phones[0].get("/api/v1/me").await.code(), "session_expired");
    }
}
