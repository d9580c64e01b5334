//! Arriving with a code, being shut out, and standing at a door: who may, and what the edges do.

use futures_util::StreamExt;
use gocua_domain::account::FREE_FAILURES;
use gocua_tests::fixture::{self, GROUP_1, GROUP_2, HOUSEHOLDS, STAFF, TEAM_1, TEAM_2, VOLUNTEER};
use gocua_tests::{Answer, Phone, fresh_id, on_both};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
const LEAD: &str = "team_lead";

async fn invite(by: &Phone, body: Value) -> Value {
    let answer = by.post("/api/v1/invites", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn code(invite: &Value) -> &str {
    invite["code"].as_str().expect("a code")
}

async fn uses_left(by: &Phone, invite: &Value) -> Option<i64> {
    let listed = by.get("/api/v1/invites").await.json();
    let all = listed["invites"].as_array().expect("invites").clone();
    all.iter().find(|i| i["id"] == invite["id"])?["uses_left"].as_i64()
}

async fn revoke(by: &Phone, phone: &Phone) -> Answer {
    by.post(&format!("/api/v1/phones/{}/revoke", phone.device), &json!({})).await
}

async fn wiped(by: &Phone, of: &Phone, proof: &str) -> Answer {
    let body =
        json!({ "device_id": of.device, "at": 1, "accounts": 1, "unsent": 12, "proof": proof });
    by.post("/api/v1/auth/wiped", &body).await
}

async fn line(by: &Phone, phone: &Phone) -> Value {
    let listed = by.get("/api/v1/phones").await.json();
    let all = listed["phones"].as_array().expect("phones").clone();
    all.into_iter().find(|p| p["device_id"] == json!(phone.device)).expect("the phone is listed")
}

async fn stand(phone: &Phone, at: Value) -> Value {
    let answer = phone.post("/api/v1/sync/lease", &json!({ "household_id": at })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

on_both! {
    async fn a_code_brings_a_volunteer_into_the_team_and_nowhere_else(app: &TestApp) {
        let lead = app.signed_in(LEAD).await;
        let made = invite(&lead, json!({ "days": 1, "uses": 2 })).await;
        assert_eq!((&made["team"]["name"], &made["expires_on"], &made["uses_left"]),
            (&json!("Đội 1"), &json!(20_261_123), &json!(2)));
        let mut phone = app.phone();
        let spoken = format!(" {}-{} ", &code(&made)[..3].to_lowercase(), &code(&made)[3..]);
        let joined = phone.join(&spoken, "  Lan  Anh ").await;
        assert_eq!(joined.status, 200, "{}", joined.text());
        let account = joined.json()["account"].clone();
        assert_eq!((&account["name"], &account["role"], &account["team"]["name"]),
            (&json!("Lan Anh"), &json!("volunteer"), &json!("Đội 1")));
        assert_eq!(phone.knock(HOUSEHOLDS[0], app.now()).await.json()["results"][0]["outcome"], "applied");
        assert_eq!(phone.refresh().await.status, 200);
        assert_eq!(uses_left(&lead, &made).await, Some(1));
        // There is no password to be guessed, whatever is typed.
        let login = account["login"].as_str().expect("a login");
        for password in ["", "!", "Lan Anh", code(&made)] {
            assert_eq!(app.phone().login(login, password).await.code(), "invalid_credentials");
        }
    }

    async fn a_lost_answer_takes_no_second_place_and_another_person_does(app: &TestApp) {
        let lead = app.signed_in(LEAD).await;
        let made = invite(&lead, json!({ "uses": 2 })).await;
        let mut phone = app.phone();
        let first = phone.join(code(&made), "Lan").await.json();
        let again = phone.join(code(&made), "lan").await.json();
        assert_eq!(first["account"]["id"], again["account"]["id"]);
        assert_eq!(uses_left(&lead, &made).await, Some(1));
        let other = phone.join(code(&made), "Hùng").await.json();
        assert_ne!(first["account"]["id"], other["account"]["id"]);
        assert_eq!(uses_left(&lead, &made).await, Some(0));
        // Used up: only who came with it comes again.
        assert_eq!(phone.join(code(&made), "Lan").await.json()["account"]["id"], first["account"]["id"]);
        assert_eq!(app.phone().join(code(&made), "Lan").await.code(), "code_unknown");
        // A session that has expired goes on with a new code and the same account.
        app.pass(15 * DAY);
        let lead = app.signed_in(LEAD).await;
        let fresh = invite(&lead, json!({ "uses": 1 })).await;
        assert_eq!(phone.refresh().await.code(), "refresh_expired");
        assert_eq!(phone.join(code(&fresh), "Lan").await.json()["account"]["id"], first["account"]["id"]);
        assert_eq!(uses_left(&lead, &fresh).await, Some(0));
        // Another team's code is another team's account.
        let desk = app.signed_in(STAFF).await;
        let far = invite(&desk, json!({ "team_id": TEAM_2 })).await;
        let there = phone.join(code(&far), "Lan").await.json();
        assert_ne!(there["account"]["id"], first["account"]["id"]);
        assert_eq!(there["account"]["team"]["name"], "Đội 2");
    }

    async fn unknown_expired_used_up_and_taken_back_are_one_answer(app: &TestApp) {
        let lead = app.signed_in(LEAD).await;
        let short = invite(&lead, json!({ "days": 1 })).await;
        let used = invite(&lead, json!({ "days": 60, "uses": 1 })).await;
        let back = invite(&lead, json!({ "days": 60 })).await;
        assert_eq!(app.phone().join(code(&used), "Lan").await.status, 200);
        let path = format!("/api/v1/invites/{}", back["id"].as_str().expect("an id"));
        for _ in 0..2 {
            let gone = gocua_tests::phone::finish(lead.request("DELETE", &path)).await;
            assert_eq!(gone.status, 204);
        }
        app.pass(DAY);
        assert_eq!(app.phone().join(code(&short), "Lan").await.status, 200, "its last day");
        app.pass(DAY);
        let mut answers = std::collections::BTreeSet::new();
        for typed in [code(&short), code(&used), code(&back), "ZZZZZZ", "", "O0O0O0", "toolongforacode"] {
            let refused = app.phone().join(typed, "Lan").await;
            let mut body = refused.json();
            body["request_id"] = json!(null);
            answers.insert((refused.status, body.to_string()));
        }
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(answers.first().is_some_and(|(status, body)| *status == 404 && body.contains("code_unknown")));
    }

    async fn guesses_cost_what_wrong_passwords_cost(app: &TestApp) {
        let lead = app.signed_in(LEAD).await;
        let made = invite(&lead, json!({})).await;
        let mut phone = app.phone();
        for _ in 0..=FREE_FAILURES {
            assert_eq!(phone.join("ZZZZZZ", "Lan").await.code(), "code_unknown");
        }
        let locked = phone.join(code(&made), "Lan").await;
        assert_eq!((locked.status, locked.code()), (429, "account_locked".into()));
        assert_eq!(locked.header("retry-after"), "60");
        assert_eq!(app.phone().join(code(&made), "Hùng").await.status, 200, "others do not feel it");
        app.pass(MINUTE);
        assert_eq!(phone.join(code(&made), "Lan").await.status, 200);
        // Made-up devices do not multiply the guesses.
        let mut answers = Vec::new();
        for _ in 0..210 {
            answers.push(app.phone().join("ZZZZZZ", "Lan").await.status);
        }
        assert_eq!(answers.iter().filter(|status| **status == 429).count(), 10 + usize::from(answers[0] == 429));
    }

    async fn names_and_keys_are_looked_at_before_the_code(app: &TestApp) {
        let lead = app.signed_in(LEAD).await;
        let made = invite(&lead, json!({ "uses": 1 })).await;
        for name in ["", " ", "Lan 0123", &"a".repeat(41), "Lan\u{0}"] {
            let refused = app.phone().join(code(&made), name).await;
            assert_eq!((refused.status, refused.code()), (422, "invalid_field".into()), "{name}");
        }
        let mut body = app.phone().join_body(code(&made), "Lan");
        body["device"]["public_key"]["crv"] = json!("P-384");
        assert_eq!(app.phone().post("/api/v1/auth/join", &body).await.code(), "invalid_field");
        // A device that is another browser's.
        let known = app.signed_in(VOLUNTEER).await;
        let mut body = app.phone().join_body(code(&made), "Lan");
        body["device"]["device_id"] = json!(known.device);
        assert_eq!(app.phone().post("/api/v1/auth/join", &body).await.code(), "device_mismatch");
        assert_eq!(uses_left(&lead, &made).await, Some(1), "none of it took a place");
    }

    async fn invitations_are_their_own_teams_business(app: &TestApp) {
        let (lead, desk) = (app.signed_in(LEAD).await, app.signed_in(STAFF).await);
        let own = invite(&lead, json!({ "team_id": TEAM_1 })).await;
        let far = invite(&desk, json!({ "team_id": TEAM_2 })).await;
        let refused = |body: Value| { let lead = &lead; async move { lead.post("/api/v1/invites", &body).await.code() } };
        assert_eq!(refused(json!({ "team_id": TEAM_2 })).await, "not_found");
        assert_eq!(refused(json!({ "days": 61 })).await, "invalid_field");
        assert_eq!(refused(json!({ "days": 0 })).await, "invalid_field");
        assert_eq!(refused(json!({ "uses": 101 })).await, "invalid_field");
        assert_eq!(desk.post("/api/v1/invites", &json!({})).await.code(), "invalid_field");
        assert_eq!(desk.post("/api/v1/invites", &json!({ "team_id": fresh_id() })).await.code(), "not_found");
        assert_eq!(uses_left(&lead, &far).await, None);
        assert_eq!(uses_left(&desk, &own).await, Some(20));
        let path = format!("/api/v1/invites/{}", far["id"].as_str().expect("an id"));
        assert_eq!(gocua_tests::phone::finish(lead.request("DELETE", &path)).await.code(), "not_found");
        assert_eq!(gocua_tests::phone::finish(desk.request("DELETE", &path)).await.status, 204);
        // The book holds no code: not even who reads it can come in.
        let listed = desk.get("/api/v1/invites").await.text();
        assert!(!listed.contains(code(&own)) && !listed.contains("code"), "{listed}");
    }

    async fn a_phone_shut_out_hears_it_at_once_and_its_account_lives_on(app: &TestApp) {
        let (lead, desk) = (app.signed_in(LEAD).await, app.signed_in(STAFF).await);
        let mut lost = app.signed_in(VOLUNTEER).await;
        let mut other = app.signed_in(VOLUNTEER).await;
        assert_eq!(lost.pull(None).await.status, 200);
        for _ in 0..2 {
            assert_eq!(revoke(&lead, &lost).await.status, 204);
        }
        let refused = lost.pull(None).await;
        assert_eq!((refused.status, refused.code()), (401, "device_revoked".into()));
        assert_eq!(lost.knock(HOUSEHOLDS[0], app.now()).await.code(), "device_revoked");
        assert_eq!(lost.refresh().await.code(), "device_revoked");
        assert_eq!(lost.login(VOLUNTEER, fixture::PASSWORD).await.code(), "device_revoked");
        let made = invite(&lead, json!({ "uses": 1 })).await;
        assert_eq!(lost.join(code(&made), "Lan").await.code(), "device_revoked");
        assert_eq!(uses_left(&lead, &made).await, Some(1));
        assert_eq!(other.pull(None).await.status, 200, "another phone of the same person");
        assert_eq!(other.refresh().await.status, 200);
        let shown = line(&desk, &lost).await;
        assert_eq!((&shown["revoked_at"], &shown["wiped_at"], &shown["needs"]),
            (&json!(app.now()), &json!(null), &json!("nothing")));
    }

    async fn a_phone_is_shut_out_by_its_own_team_or_the_ward(app: &TestApp) {
        let (lead, desk) = (app.signed_in(LEAD).await, app.signed_in(STAFF).await);
        let far = app.signed_in("volunteer2").await;
        assert_eq!(revoke(&lead, &far).await.code(), "not_found");
        assert_eq!(revoke(&lead, &app.phone()).await.code(), "not_found");
        assert_eq!(far.pull(None).await.status, 200);
        assert_eq!(revoke(&desk, &far).await.status, 204);
        assert_eq!(far.pull(None).await.code(), "device_revoked");
        // As another process hears of it: within half a minute.
        let near = app.signed_in(VOLUNTEER).await;
        assert_eq!(near.pull(None).await.status, 200);
        let device = gocua_domain::id::DeviceId(near.device);
        app.store().revoke_phone(fixture::WARD, None, device, fixture::account(STAFF), app.now()).await.expect("revoked");
        app.pass(30_000);
        assert_eq!(near.pull(None).await.code(), "device_revoked");
    }

    async fn a_desk_shut_out_hears_no_more_events(app: &TestApp) {
        let (desk, other) = (app.signed_in(STAFF).await, app.signed_in(STAFF).await);
        let response = desk.request("GET", "/api/v1/events").send().await.expect("answers");
        let mut events = response.bytes_stream();
        let first = events.next().await.expect("an event").expect("bytes");
        assert!(first.starts_with(b"event: seq"));
        assert_eq!(revoke(&other, &desk).await.status, 204);
        assert!(events.next().await.is_none(), "the line ends");
    }

    async fn a_wipe_is_proven_once_by_the_devices_own_key(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut lost = app.signed_in(VOLUNTEER).await;
        let used = lost.proof();
        assert_eq!(lost.refresh_with(&used).await.status, 200);
        revoke(&desk, &lost).await;
        let nobody = app.phone();
        let stranger = app.signed_in(VOLUNTEER).await;
        for wrong in [nobody.proof(), stranger.proof(), used, "x".into()] {
            assert_eq!(wiped(&nobody, &lost, &wrong).await.code(), "proof_invalid");
        }
        assert_eq!(wiped(&nobody, &nobody, &nobody.proof()).await.code(), "proof_invalid");
        assert_eq!(line(&desk, &lost).await["wiped_at"], json!(null));
        let proof = lost.proof();
        assert_eq!(wiped(&nobody, &lost, &proof).await.status, 204);
        let at = app.now();
        app.pass(MINUTE);
        assert_eq!(wiped(&nobody, &lost, &proof).await.status, 204, "the answer was lost");
        let shown = line(&desk, &lost).await;
        assert_eq!((&shown["wiped_at"], &shown["wiped_unsent"]), (&json!(at), &json!(12)));
        // It refreshes nothing, on this phone or another.
        lost.cookie = stranger.cookie.clone();
        assert_eq!(lost.refresh_with(&proof).await.code(), "proof_invalid");
    }

    async fn who_signs_in_on_a_wiped_phone_fills_it_again(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut phone = app.signed_in(VOLUNTEER).await;
        assert_eq!(wiped(&app.phone(), &phone, &phone.proof()).await.status, 204);
        assert_eq!(phone.pull(None).await.code(), "session_expired");
        assert_eq!(line(&desk, &phone).await["wiped_at"], json!(app.now()));
        assert_eq!(phone.login(VOLUNTEER, fixture::PASSWORD).await.status, 200);
        assert_eq!(line(&desk, &phone).await["wiped_at"], json!(null));
    }

    async fn team_mates_hear_where_somebody_stands_for_ten_minutes(app: &TestApp) {
        let (one, two) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let far = app.signed_in("volunteer2").await;
        let mine = stand(&one, json!(HOUSEHOLDS[0])).await;
        assert_eq!(mine, json!({ "until": app.now().plus(10 * MINUTE), "others": [] }));
        let there = json!([{ "household_id": HOUSEHOLDS[0], "name": "Người volunteer", "until": app.now().plus(10 * MINUTE) }]);
        assert_eq!(stand(&two, json!(null)).await, json!({ "others": there }));
        assert_eq!(stand(&far, json!(null)).await["others"], json!([]), "another team");
        // It decides nothing: both visits are kept.
        let mut two = two;
        assert_eq!(two.knock(HOUSEHOLDS[0], app.now()).await.json()["results"][0]["outcome"], "applied");
        app.pass(9 * MINUTE);
        let mut one = one;
        assert_eq!(one.knock(HOUSEHOLDS[0], app.now()).await.json()["results"][0]["outcome"], "applied");
        app.pass(9 * MINUTE);
        for phone in [&mut one, &mut two] {
            assert_eq!(phone.refresh().await.status, 200);
        }
        assert_eq!(stand(&two, json!(null)).await["others"].as_array().map(Vec::len), Some(1), "a visit is a sign of life");
        app.pass(MINUTE);
        assert_eq!(stand(&two, json!(null)).await["others"], json!([]));
    }

    async fn a_phone_has_its_groups_codes_for_five_days_and_another_team_has_others(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let pulled = phone.pull(None).await.json();
        assert_eq!(pulled["badge"], json!(null), "the team's own code of before is gone");
        let codes = pulled["codes"].as_array().expect("codes").clone();
        let days: Vec<_> = codes.iter().map(|b| b["day"].as_i64().expect("a day")).collect();
        assert_eq!(days, [20_261_122, 20_261_123, 20_261_124, 20_261_125, 20_261_126]);
        assert!(codes.iter().all(|c| c["group_id"] == json!(GROUP_1)));
        assert!(codes.iter().all(|c| c["digits"].as_str().is_some_and(|c| c.len() == 4)));
        assert!(codes.iter().all(|c| c["animal"].as_str().is_some_and(|c| c.is_ascii())));
        // They come with whatever is new in the ward, too: a phone may go for weeks without a reset.
        let cursor = pulled["cursor"].as_str().expect("a cursor");
        assert_eq!(phone.pull(Some(cursor)).await.json()["codes"], json!(null));
        let mut far = app.signed_in("volunteer2").await;
        far.knock(HOUSEHOLDS[4], app.now()).await;
        assert_eq!(phone.pull(Some(cursor)).await.json()["codes"], pulled["codes"]);
        assert_eq!(app.signed_in(LEAD).await.pull(None).await.json()["codes"], pulled["codes"]);
        let other = app.signed_in("volunteer2").await.pull(None).await.json();
        assert_eq!(other["codes"][0]["group_id"], json!(GROUP_2));
        assert_ne!(other["codes"][0]["digits"], codes[0]["digits"]);
        app.pass(DAY);
        let tomorrow = app.signed_in(VOLUNTEER).await.pull(None).await.json();
        assert_eq!(tomorrow["codes"][0], codes[1]);
    }
}
