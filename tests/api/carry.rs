//! Parcels: unsent work of one phone, sealed and signed by it, brought by another.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use futures_util::future::join_all;
use gocua_domain::account::Role;
use gocua_domain::id::{AccountId, HouseholdId, TeamId};
use gocua_store::{NewAccount, NewWard};
use gocua_tests::fixture::{self, HOUSEHOLDS, STAFF, VOLUNTEER, WARD};
use gocua_tests::{Answer, Phone, TestApp, fresh_id, on_both, secrets};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable, Kem, OpModeS, Serializable, single_shot_seal_with_rng};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const LEAD: &str = "team_lead";
/// The ward's number before anything was written in its book.
const FOUNDED: i64 = 1;

fn knock(seq: i64, at: i64, household: HouseholdId) -> Value {
    json!({
        "op_id": fresh_id(), "device_seq": seq, "made_at": at, "kind": "visit.record",
        "payload": {"household_id": household, "outcome": "NOT_HOME"}
    })
}

/// What a phone signs.
fn claims(phone: &Phone, login: &str, at: i64, ops: &[Value]) -> Value {
    json!({
        "aud": "gocua-parcel", "device_id": phone.device, "account_id": fixture::account(login),
        "sent_at": at, "clock_off": 0, "app_version": "0.2.0", "ops": ops
    })
}

/// What the app is told at sign-in.
async fn seal_key(app: &TestApp) -> Value {
    let answer = app.phone().login(STAFF, fixture::PASSWORD).await;
    answer.json()["seal"].clone()
}

/// Seals as the app does.
fn seal(key: &Value, content: &str) -> Value {
    let kid = key["kid"].as_str().expect("a kid");
    let point = BASE64.decode(key["key"].as_str().expect("a key")).expect("base64url");
    let to = <DhP256HkdfSha256 as Kem>::PublicKey::from_bytes(&point).expect("a point");
    let seed = u64::try_from(fresh_id().as_u128() & u128::from(u64::MAX)).expect("64 bits");
    let (enc, ct) = single_shot_seal_with_rng::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
        &OpModeS::Base,
        &to,
        b"gocua-parcel-1",
        content.as_bytes(),
        kid.as_bytes(),
        &mut StdRng::seed_from_u64(seed),
    )
    .expect("seals");
    json!({"kid": kid, "enc": BASE64.encode(enc.to_bytes()), "ct": BASE64.encode(ct)})
}

/// A parcel with this work, as the app makes it.
async fn parcel(app: &TestApp, phone: &Phone, login: &str, ops: &[Value]) -> Value {
    let signed = phone.key.sign("gocua-parcel+jwt", &claims(phone, login, app.now().0, ops));
    seal(&seal_key(app).await, &signed)
}

async fn carry(by: &Phone, parcels: &[Value]) -> Vec<Value> {
    let answer = by.post("/api/v1/sync/carry", &json!({"parcels": parcels})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let fates = answer.json()["parcels"].as_array().expect("fates").clone();
    assert_eq!(fates.len(), parcels.len());
    fates
}

/// Without a session: the phone signs for itself.
async fn deliver(by: &Phone, parcels: &[Value]) -> Vec<Value> {
    let body = json!({"parcels": parcels});
    let answer = by.post_proven("/api/v1/sync/carry", &by.delivery_proof(), &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["parcels"].as_array().expect("fates").clone()
}

async fn push(app: &TestApp, phone: &Phone, ops: &[Value]) -> Answer {
    let body = json!({
        "device_id": phone.device, "app_version": "0.2.0", "sent_at": app.now().0,
        "queued": ops.len(), "ops": ops
    });
    phone.post("/api/v1/sync/push", &body).await
}

fn counts(taken: u64, again: u64, kept: u64, rejected: u64, held: u64) -> Value {
    json!({"taken": taken, "again": again, "kept": kept, "rejected": rejected, "held": held})
}

fn refused(why: &str) -> Value {
    json!({"refused": why})
}

/// Every visit in the book, with its time, as the lead of the team sees them.
async fn visits(app: &TestApp) -> Vec<(String, i64)> {
    let pulled = app.signed_in(LEAD).await.pull(None).await.json();
    let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let mut all: Vec<(String, i64)> = list(&pulled["alleys"])
        .iter()
        .flat_map(|alley| list(&alley["doors"]))
        .flat_map(|door| list(&door["visits"]))
        .map(|v| (v["id"].as_str().expect("an id").to_owned(), v["at"].as_i64().expect("a time")))
        .collect();
    all.sort_by_key(|(_, at)| *at);
    all
}

async fn nothing_written(app: &TestApp) {
    // Before anybody looks: a team's first look at its alleys makes its badges.
    assert_eq!(app.store().ward_seq(WARD).await.expect("the ward"), FOUNDED);
    assert_eq!(visits(app).await, []);
}

fn id(op: &Value) -> String {
    op["op_id"].as_str().expect("an id").to_owned()
}

on_both! {
    /// A lost phone is shut out; what it sealed before is not lost with it.
    async fn work_of_a_phone_shut_out_is_taken_from_its_parcels(app: &TestApp) {
        let lost = app.signed_in(VOLUNTEER).await;
        let carrier = app.signed_in(LEAD).await;
        let op = knock(1, app.now().0, HOUSEHOLDS[0]);
        let sealed = parcel(app, &lost, VOLUNTEER, std::slice::from_ref(&op)).await;
        let path = format!("/api/v1/phones/{}/revoke", lost.device);
        assert_eq!(carrier.post(&path, &json!({})).await.status, 204);
        assert_eq!(push(app, &lost, std::slice::from_ref(&op)).await.code(), "device_revoked");
        assert_eq!(carry(&carrier, std::slice::from_ref(&sealed)).await, [counts(1, 0, 0, 0, 0)]);
        assert_eq!(carry(&carrier, &[sealed]).await, [counts(0, 1, 0, 0, 0)]);
        assert_eq!(visits(app).await.len(), 1);
    }

    /// Nobody signs in on it any more, and nobody has to.
    async fn a_phone_shut_out_delivers_by_its_own_signature(app: &TestApp) {
        let (lost, desk) = (app.signed_in(VOLUNTEER).await, app.signed_in(STAFF).await);
        let ops = [knock(1, app.now().0, HOUSEHOLDS[0]), knock(2, app.now().0, HOUSEHOLDS[1])];
        let sealed = parcel(app, &lost, VOLUNTEER, &ops).await;
        let revoke = format!("/api/v1/phones/{}/revoke", lost.device);
        assert_eq!(desk.post(&revoke, &json!({})).await.status, 204);
        let before = app.store().ward_seq(WARD).await.expect("the ward");
        assert_eq!(deliver(&lost, std::slice::from_ref(&sealed)).await, [counts(2, 0, 0, 0, 0)]);
        assert_eq!(deliver(&lost, std::slice::from_ref(&sealed)).await, [counts(0, 2, 0, 0, 0)]);
        assert_eq!(carry(&app.signed_in(LEAD).await, std::slice::from_ref(&sealed)).await, [counts(0, 2, 0, 0, 0)]);
        assert_eq!(app.store().ward_seq(WARD).await.expect("the ward"), before + 2);
        assert_eq!(visits(app).await.len(), 2);
        // Before and after it has wiped itself; the list of phones says what it said then.
        let wiped = json!({
            "device_id": lost.device, "at": 1, "accounts": 1, "unsent": 2, "proof": lost.proof()
        });
        assert_eq!(app.phone().post("/api/v1/auth/wiped", &wiped).await.status, 204);
        let more = parcel(app, &lost, VOLUNTEER, &[knock(3, app.now().0, HOUSEHOLDS[2])]).await;
        assert_eq!(deliver(&lost, &[more]).await, [counts(1, 0, 0, 0, 0)]);
        // It has got nothing but that for it.
        assert_eq!(lost.pull(None).await.code(), "device_revoked");
        assert_eq!(lost.post_proven("/api/v1/sync/push", &lost.delivery_proof(),
            &fixture::visit(lost.device, 4, HOUSEHOLDS[0], app.now())).await.code(), "token_invalid");
    }

    async fn a_phone_whose_sessions_ended_delivers_what_all_its_users_wrote(app: &TestApp) {
        let mut shared = app.signed_in(VOLUNTEER).await;
        assert_eq!(shared.login("volunteer2", fixture::PASSWORD).await.status, 200);
        assert_eq!(shared.post("/api/v1/auth/logout", &json!({})).await.status, 204);
        let sealed = [
            parcel(app, &shared, VOLUNTEER, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await,
            parcel(app, &shared, "volunteer2", &[knock(2, app.now().0, HOUSEHOLDS[4])]).await,
        ];
        assert_eq!(deliver(&shared, &sealed).await, [counts(1, 0, 0, 0, 0), counts(1, 0, 0, 0, 0)]);
        // What it carries of another phone goes along.
        let other = app.signed_in(LEAD).await;
        let foreign = parcel(app, &other, LEAD, &[knock(1, app.now().0, HOUSEHOLDS[1])]).await;
        assert_eq!(deliver(&shared, &[foreign]).await, [counts(1, 0, 0, 0, 0)]);
    }

    async fn a_disabled_account_s_phone_delivers_for_the_ward_to_judge(app: &TestApp) {
        let origin = app.signed_in(VOLUNTEER).await;
        let sealed = parcel(app, &origin, VOLUNTEER, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await;
        app.store().set_disabled(fixture::account(VOLUNTEER), true, app.now()).await.expect("disabled");
        assert_eq!(deliver(&origin, &[sealed]).await, [counts(0, 0, 1, 0, 0)]);
        assert_eq!(visits(app).await, []);
    }

    /// Whoever cannot sign as a phone we know hears one and the same, and nothing of the body is read.
    async fn only_the_phone_itself_delivers_as_the_phone(app: &TestApp) {
        let origin = app.signed_in(VOLUNTEER).await;
        let (stranger, neighbour) = (app.phone(), app.signed_in(LEAD).await);
        let sealed = parcel(app, &origin, VOLUNTEER, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await;
        let body = json!({ "parcels": [sealed] });
        let typ = "gocua-deliver+jwt";
        let fair = json!({ "aud": "gocua-deliver", "device_id": origin.device, "jti": fresh_id() });
        let with = |name: &str, value: Value| {
            let mut changed = fair.clone();
            changed[name] = value;
            changed
        };
        let good = origin.key.sign(typ, &fair);
        let (text, _) = good.rsplit_once('.').expect("a signature");
        let wrong = [
            stranger.delivery_proof(),
            stranger.key.sign(typ, &fair),
            neighbour.key.sign(typ, &fair),
            // Made for something else.
            origin.proof(),
            origin.key.sign("gocua-refresh+jwt", &fair),
            origin.key.sign("gocua-parcel+jwt", &fair),
            origin.key.sign(typ, &with("aud", json!("gocua-refresh"))),
            origin.key.sign(typ, &with("device_id", json!(neighbour.device))),
            origin.key.sign(typ, &with("jti", json!("x"))),
            format!("{text}."),
            format!("{text}.{}", BASE64.encode([0; 64])),
            "a.b.c".into(),
            "A".repeat(4_000),
        ];
        let mut answers = Vec::new();
        for proof in &wrong {
            let answer = stranger.post_proven("/api/v1/sync/carry", proof, &body).await;
            let mut told = answer.json();
            told.as_object_mut().expect("a problem").remove("request_id");
            assert_eq!((answer.status, answer.code().as_str()), (401, "proof_invalid"), "{proof}");
            answers.push(told);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        let huge = json!({"parcels": "A".repeat(2 * 1024 * 1024)});
        let unread = stranger.post_proven("/api/v1/sync/carry", &stranger.delivery_proof(), &huge).await;
        assert_eq!(unread.code(), "proof_invalid");
        nothing_written(app).await;
        let deliver = async || origin.post_proven("/api/v1/sync/carry", &good, &body).await;
        assert_eq!(deliver().await.json()["parcels"], json!([counts(1, 0, 0, 0, 0)]));
        assert_eq!(deliver().await.code(), "proof_invalid", "it serves once");
        // And for nothing else.
        let fresh = origin.delivery_proof();
        assert_eq!(origin.refresh_with(&fresh).await.code(), "proof_invalid");
        let wiped = json!({
            "device_id": origin.device, "at": 1, "accounts": 1, "unsent": 0, "proof": fresh
        });
        assert_eq!(stranger.post("/api/v1/auth/wiped", &wiped).await.code(), "proof_invalid");
        let as_token = stranger.request("GET", "/api/v1/me").bearer_auth(&fresh).send().await.expect("answers");
        assert_eq!(as_token.status().as_u16(), 401);
        assert_eq!(origin.pull(None).await.status, 200, "its session lives");
    }

    async fn a_phone_delivers_nothing_of_another_ward_and_within_bounds(app: &TestApp) {
        let stranger = other_ward(app).await;
        let far = app.signed_in("stranger").await;
        let near = app.signed_in(VOLUNTEER).await;
        let mut claims = claims(&near, VOLUNTEER, app.now().0, &[knock(1, app.now().0, HOUSEHOLDS[0])]);
        let good = near.key.sign("gocua-parcel+jwt", &claims);
        let key = seal_key(app).await;
        let sealed = seal(&key, &good);
        assert_eq!(deliver(&far, std::slice::from_ref(&sealed)).await, [refused("other_ward")]);
        claims["account_id"] = json!(stranger);
        let forged = seal(&key, &near.key.sign("gocua-parcel+jwt", &claims));
        assert_eq!(deliver(&near, &[forged]).await, [refused("not_signed")]);
        let desk = app.signed_in(STAFF).await;
        let own = parcel(app, &desk, STAFF, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await;
        assert_eq!(deliver(&near, &[own]).await, [refused("not_signed")]);
        let ask = async |body: Value| {
            near.post_proven("/api/v1/sync/carry", &near.delivery_proof(), &body).await.code()
        };
        assert_eq!(ask(json!({"parcels": vec![sealed.clone(); 6]})).await, "invalid_field");
        assert_eq!(ask(json!({"parcels": [{"kid": "x", "enc": "x", "ct": "A".repeat(1024 * 1024)}]})).await, "payload_too_large");
        nothing_written(app).await;
        // As often as a session may, and no more.
        let mut told = 0;
        let nothing = json!({"parcels": []});
        for _ in 0..60 {
            let answer = near.post_proven("/api/v1/sync/carry", &near.delivery_proof(), &nothing).await;
            told += usize::from(answer.status == 429);
        }
        assert!(told > 10, "{told}");
        app.pass(MINUTE);
        assert_eq!(deliver(&near, &[sealed]).await, [counts(1, 0, 0, 0, 0)]);
    }

    /// However the work arrives first, it is counted once, and its phone gets its receipts.
    async fn each_operation_counts_once_in_every_order(app: &TestApp) {
        let origin = app.signed_in(VOLUNTEER).await;
        let (first, second) = (app.signed_in(LEAD).await, app.signed_in("volunteer2").await);
        let now = app.now().0;
        let work = |from: i64| [knock(from, now, HOUSEHOLDS[0]), knock(from + 1, now, HOUSEHOLDS[2])];

        // By two carriers, then by its own phone.
        let ops = work(1);
        let sealed = parcel(app, &origin, VOLUNTEER, &ops).await;
        assert_eq!(carry(&first, std::slice::from_ref(&sealed)).await, [counts(2, 0, 0, 0, 0)]);
        assert_eq!(carry(&second, &[sealed]).await, [counts(0, 2, 0, 0, 0)]);
        let answer = push(app, &origin, &ops).await.json();
        for (n, result) in answer["results"].as_array().expect("results").iter().enumerate() {
            assert_eq!(result["outcome"], "duplicate");
            assert_eq!(result["seq"].as_i64(), Some(FOUNDED + n as i64 + 1), "the receipt of then");
        }

        // By its own phone, then by a carrier.
        let ops = work(3);
        let sealed = parcel(app, &origin, VOLUNTEER, &ops).await;
        assert_eq!(push(app, &origin, &ops).await.json()["results"][1]["outcome"], "applied");
        assert_eq!(carry(&first, &[sealed]).await, [counts(0, 2, 0, 0, 0)]);

        // By a carrier, then by its own phone with more; and twice within one call.
        let mut ops = work(5).to_vec();
        let sealed = parcel(app, &origin, VOLUNTEER, &ops).await;
        let twice = [sealed.clone(), sealed];
        assert_eq!(carry(&first, &twice).await, [counts(2, 0, 0, 0, 0), counts(0, 2, 0, 0, 0)]);
        ops.push(knock(7, now, HOUSEHOLDS[1]));
        let answer = push(app, &origin, &ops).await.json();
        let outcomes: Vec<_> =
            answer["results"].as_array().expect("results").iter().map(|r| r["outcome"].clone()).collect();
        assert_eq!(outcomes, ["duplicate", "duplicate", "applied"]);
        assert_eq!(visits(app).await.len(), 7);
    }

    async fn all_at_once_counts_once(app: &TestApp) {
        let origin = app.signed_in(VOLUNTEER).await;
        let (first, second) = (app.signed_in(LEAD).await, app.signed_in("volunteer2").await);
        let ops: Vec<Value> =
            (1..=20).map(|n| knock(n, app.now().0, HOUSEHOLDS[(n % 4) as usize])).collect();
        let sealed = parcel(app, &origin, VOLUNTEER, &ops).await;
        let (a, b, own) = tokio::join!(
            carry(&first, std::slice::from_ref(&sealed)),
            carry(&second, std::slice::from_ref(&sealed)),
            push(app, &origin, &ops),
        );
        let results = own.json()["results"].as_array().expect("results").clone();
        let own = results.iter().filter(|r| r["outcome"] == "applied").count() as u64;
        let taken = |fate: &Value| fate["taken"].as_u64().expect("a count");
        assert_eq!(taken(&a[0]) + taken(&b[0]) + own, 20);
        assert_eq!(visits(app).await.len(), 20);
    }

    /// The work is the author's, not the carrier's: of his account, his device and his team.
    async fn the_author_keeps_the_work(app: &TestApp) {
        let origin = app.signed_in(VOLUNTEER).await;
        let carrier = app.signed_in("volunteer2").await;
        let op = knock(1, app.now().0, HOUSEHOLDS[0]);
        // The carrier's team does not reach this door.
        let sealed = parcel(app, &origin, VOLUNTEER, std::slice::from_ref(&op)).await;
        assert_eq!(carry(&carrier, &[sealed]).await, [counts(1, 0, 0, 0, 0)]);
        let mine = origin.pull(None).await.json();
        let of = |pulled: &Value| {
            let alleys = pulled["alleys"].as_array().expect("alleys").clone();
            let mut doors = alleys.iter().flat_map(|a| a["doors"].as_array().expect("doors").clone());
            doors.find_map(|door| door["visits"].as_array().map(|v| v[0].clone())).expect("a visit")
        };
        assert_eq!(of(&mine)["mine"], true);
        assert_eq!(of(&mine)["team"], "Đội 1");
        // The next number of the author's own device is free, the carried one is taken.
        let again = knock(1, app.now().0, HOUSEHOLDS[1]);
        let answer = push(app, &origin, &[again, knock(2, app.now().0, HOUSEHOLDS[1])]).await.json();
        assert_eq!(answer["results"][0]["reason"], "device_seq_reused");
        assert_eq!(answer["results"][1]["outcome"], "applied");
    }

    /// What the desk sees of a phone is what the phone itself said, whoever carried its work.
    async fn a_carried_phone_was_not_seen(app: &TestApp) {
        let origin = app.signed_in(VOLUNTEER).await;
        let body = json!({
            "device_id": origin.device, "app_version": "0.2.0", "sent_at": app.now().0,
            "queued": 12, "ops": [knock(1, app.now().0, HOUSEHOLDS[0])]
        });
        assert_eq!(origin.post("/api/v1/sync/push", &body).await.status, 200);
        let line = async || {
            let phones = app.signed_in(STAFF).await.get("/api/v1/phones").await.json();
            let all = phones["phones"].as_array().expect("phones").clone();
            all.into_iter().find(|p| p["device_id"] == origin.device.to_string()).expect("the phone")
        };
        let before = line().await;
        assert_eq!(before["queued"], 11);
        app.pass(HOUR);
        let sealed = parcel(app, &origin, VOLUNTEER, &[knock(2, app.now().0, HOUSEHOLDS[1])]).await;
        let carrier = app.signed_in(LEAD).await;
        assert_eq!(carry(&carrier, &[sealed]).await, [counts(1, 0, 0, 0, 0)]);
        let after = line().await;
        assert_eq!((&after["queued"], &after["last_seen_at"]), (&before["queued"], &before["last_seen_at"]));
    }

    async fn sessions_that_ended_still_sign(app: &TestApp) {
        let mut origin = app.signed_in(VOLUNTEER).await;
        let carrier = app.signed_in(LEAD).await;
        assert_eq!(origin.post("/api/v1/auth/logout", &json!({})).await.status, 204);
        let sealed = parcel(app, &origin, VOLUNTEER, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await;
        assert_eq!(carry(&carrier, &[sealed]).await, [counts(1, 0, 0, 0, 0)]);
        // Parked work: another account signed in on the same phone meanwhile.
        assert_eq!(origin.login("volunteer2", fixture::PASSWORD).await.status, 200);
        let sealed = parcel(app, &origin, VOLUNTEER, &[knock(2, app.now().0, HOUSEHOLDS[1])]).await;
        assert_eq!(carry(&carrier, &[sealed]).await, [counts(1, 0, 0, 0, 0)]);
    }

    /// A parcel lies about for hours; that does not make its times wrong.
    async fn the_age_of_a_parcel_moves_no_visit(app: &TestApp) {
        let origin = app.signed_in(VOLUNTEER).await;
        let at = app.now().0 - 5 * MINUTE;
        let sealed = parcel(app, &origin, VOLUNTEER, &[knock(1, at, HOUSEHOLDS[0])]).await;
        app.pass(26 * HOUR);
        let carrier = app.signed_in(LEAD).await;
        assert_eq!(carry(&carrier, &[sealed]).await, [counts(1, 0, 0, 0, 0)]);
        assert_eq!(visits(app).await[0].1, at);
    }

    /// A clock that was off when the phone last spoke to the server is corrected by that much; one
    /// that seals in the future by as much as shows.
    async fn a_wrong_clock_is_corrected(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let key = seal_key(app).await;
        let true_at = app.now().0 - 10 * MINUTE;
        let cases = [
            // (the phone's clock is ahead by, what it knows of it)
            (3 * HOUR, Some(-3 * HOUR)),
            (-2 * HOUR, Some(2 * HOUR)),
            (4 * HOUR, None),
        ];
        for (n, (ahead, known)) in cases.into_iter().enumerate() {
            let op = knock(n as i64 + 1, true_at + n as i64 + ahead, HOUSEHOLDS[n]);
            let mut claims = claims(&origin, VOLUNTEER, app.now().0 + ahead, &[op]);
            match known {
                Some(off) => claims["clock_off"] = json!(off),
                None => drop(claims.as_object_mut().expect("claims").remove("clock_off")),
            }
            let sealed = seal(&key, &origin.key.sign("gocua-parcel+jwt", &claims));
            assert_eq!(carry(&carrier, &[sealed]).await, [counts(1, 0, 0, 0, 0)]);
        }
        let times: Vec<i64> = visits(app).await.into_iter().map(|(_, at)| at - true_at).collect();
        assert_eq!(times, [0, 1, 2]);
    }

    async fn impossible_clocks_are_no_fault_of_the_servers(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let key = seal_key(app).await;
        let edges = [i64::MIN, -1, 0, i64::MAX];
        let mut seq = 0;
        for sent_at in edges {
            for off in edges {
                seq += 1;
                let op = knock(seq, if seq % 2 == 0 { i64::MAX } else { i64::MIN }, HOUSEHOLDS[0]);
                let mut claims = claims(&origin, VOLUNTEER, sent_at, &[op]);
                claims["clock_off"] = json!(off);
                let sealed = seal(&key, &origin.key.sign("gocua-parcel+jwt", &claims));
                assert_eq!(carry(&carrier, &[sealed]).await, [counts(1, 0, 0, 0, 0)], "{sent_at} {off}");
            }
        }
        assert!(visits(app).await.iter().all(|(_, at)| *at == app.now().0));
    }

    async fn work_of_a_disabled_account_is_the_wards_to_judge(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let ops = [knock(1, app.now().0, HOUSEHOLDS[0]), knock(2, app.now().0, HOUSEHOLDS[1])];
        let sealed = parcel(app, &origin, VOLUNTEER, &ops).await;
        app.store().set_disabled(fixture::account(VOLUNTEER), true, app.now()).await.expect("disabled");
        assert_eq!(carry(&carrier, std::slice::from_ref(&sealed)).await, [counts(0, 0, 2, 0, 0)]);
        assert_eq!(visits(app).await, []);
        let inbox = app.signed_in(STAFF).await.get("/api/v1/inbox").await.json();
        let list: Vec<_> = inbox["quarantine"].as_array().expect("a list").iter()
            .map(|q| (q["op_id"].as_str().expect("an id").to_owned(), q["why"].clone()))
            .collect();
        assert_eq!(list.len(), 2);
        assert!(list.iter().all(|(op, why)| why == "account_disabled" && ops.iter().any(|o| id(o) == *op)));
        // Brought again it is there once.
        assert_eq!(carry(&carrier, &[sealed]).await, [counts(0, 0, 2, 0, 0)]);
        let inbox = app.signed_in(STAFF).await.get("/api/v1/inbox").await.json();
        assert_eq!(inbox["quarantine"].as_array().expect("a list").len(), 2);
    }

    async fn each_end_of_an_operation_is_counted(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let now = app.now().0;
        let known = knock(1, now, HOUSEHOLDS[0]);
        assert_eq!(push(app, &origin, std::slice::from_ref(&known)).await.status, 200);
        let mut waits = knock(9, now, HOUSEHOLDS[1]);
        waits["after"] = json!(8);
        let ops = [
            known,
            knock(2, now, HOUSEHOLDS[1]),
            knock(3, now, HOUSEHOLDS[4]),
            json!({"op_id": fresh_id(), "nonsense": true}),
            waits,
        ];
        let sealed = parcel(app, &origin, VOLUNTEER, &ops).await;
        assert_eq!(carry(&carrier, &[sealed]).await, [counts(1, 1, 0, 2, 1)]);
    }

    async fn every_parcel_has_its_own_fate(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let good = parcel(app, &origin, VOLUNTEER, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await;
        let also = parcel(app, &origin, VOLUNTEER, &[knock(2, app.now().0, HOUSEHOLDS[1])]).await;
        let mut torn = parcel(app, &origin, VOLUNTEER, &[knock(3, app.now().0, HOUSEHOLDS[1])]).await;
        torn["ct"] = json!("AAAA");
        let mut foreign = good.clone();
        foreign["kid"] = json!("0123456789abcdef");
        assert_eq!(
            carry(&carrier, &[torn, good, foreign, also]).await,
            [refused("unreadable"), counts(1, 0, 0, 0, 0), refused("unknown_key"), counts(1, 0, 0, 0, 0)]
        );
        assert_eq!(visits(app).await.len(), 2);
    }

    async fn what_was_changed_on_the_way_is_unreadable(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let good = parcel(app, &origin, VOLUNTEER, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await;
        let flip = |name: &str, at: usize| {
            let mut bytes = BASE64.decode(good[name].as_str().expect("text")).expect("base64url");
            let at = at % bytes.len();
            bytes[at] ^= 1;
            let mut changed = good.clone();
            changed[name] = json!(BASE64.encode(bytes));
            changed
        };
        let set = |name: &str, value: &str| {
            let mut changed = good.clone();
            changed[name] = json!(value);
            changed
        };
        let other = parcel(app, &origin, VOLUNTEER, &[knock(2, app.now().0, HOUSEHOLDS[0])]).await;
        let long = "A".repeat(512 * 1024 + 4);
        let spoiled: Vec<Value> = (0..40)
            .map(|n| flip("ct", n * 97))
            .chain((0..10).map(|n| flip("enc", n * 7)))
            .chain([
                set("enc", ""), set("enc", "AAAA"), set("enc", "not base64!"),
                set("enc", other["enc"].as_str().expect("text")),
                set("ct", ""), set("ct", "AAAA"), set("ct", "not base64!"), set("ct", &long),
                set("enc", &BASE64.encode([0; 65])), set("enc", &BASE64.encode([4; 65])),
            ])
            .collect();
        for some in spoiled.chunks(5) {
            for fate in carry(&carrier, some).await {
                assert_eq!(fate, refused("unreadable"));
            }
        }
        nothing_written(app).await;
    }

    /// Sealed well, but not what a phone seals.
    async fn what_no_phone_seals_is_unreadable(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let key = seal_key(app).await;
        let now = app.now().0;
        let of = |ops: &[Value]| claims(&origin, VOLUNTEER, now, ops);
        let many: Vec<Value> = (1..=201).map(|n| knock(n, now, HOUSEHOLDS[0])).collect();
        let mut contents: Vec<String> = ["", "a", "a.b", "a.b.c", "....", "e30.e30.", "\u{0}"]
            .into_iter().map(str::to_owned).collect();
        for claims in [of(&[]), of(&many), json!({}), json!([]), json!({"device_id": "x", "account_id": 7})] {
            contents.push(origin.key.sign("gocua-parcel+jwt", &claims));
        }
        for content in contents {
            let fate = carry(&carrier, &[seal(&key, &content)]).await;
            assert_eq!(fate, [refused("unreadable")], "{content}");
        }
        nothing_written(app).await;
    }

    async fn only_the_authors_phone_signs_for_the_author(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let stranger = app.phone();
        let key = seal_key(app).await;
        let ops = [knock(1, app.now().0, HOUSEHOLDS[0])];
        let fair = claims(&origin, VOLUNTEER, app.now().0, &ops);
        let with = |name: &str, value: Value| {
            let mut changed = fair.clone();
            changed[name] = value;
            changed
        };
        let typ = "gocua-parcel+jwt";
        let good = origin.key.sign(typ, &fair);
        let (text, _) = good.rsplit_once('.').expect("a signature");
        let forged = [
            // Another phone's key, and the carrier's own.
            stranger.key.sign(typ, &fair),
            carrier.key.sign(typ, &fair),
            // The author's phone, for an account that never signed in on it, or that is nobody's.
            origin.key.sign(typ, &with("account_id", json!(fixture::account(LEAD)))),
            origin.key.sign(typ, &with("account_id", json!(fresh_id()))),
            // A phone nobody knows.
            origin.key.sign(typ, &with("device_id", json!(fresh_id()))),
            // Signed for something else.
            origin.key.sign("gocua-refresh+jwt", &fair),
            origin.key.sign("JWT", &fair),
            origin.key.sign(typ, &with("aud", json!("gocua-refresh"))),
            // Without a signature, or with one of zeros.
            format!("{text}."),
            format!("{text}.{}", BASE64.encode([0; 64])),
            // Claims that are no phone's.
            origin.key.sign(typ, &with("app_version", json!(7))),
            origin.key.sign(typ, &with("sent_at", json!("now"))),
        ];
        for content in forged {
            let fate = carry(&carrier, &[seal(&key, &content)]).await;
            assert_eq!(fate, [refused("not_signed")], "{content}");
        }
        nothing_written(app).await;
        assert_eq!(carry(&carrier, &[seal(&key, &good)]).await, [counts(1, 0, 0, 0, 0)]);
    }

    async fn a_replay_under_another_account_is_refused(app: &TestApp) {
        let origin = app.signed_in(VOLUNTEER).await;
        let carrier = app.signed_in(LEAD).await;
        let ops = [knock(1, app.now().0, HOUSEHOLDS[0])];
        let signed = origin.key.sign("gocua-parcel+jwt", &claims(&origin, VOLUNTEER, app.now().0, &ops));
        // The carrier cannot open it; but were it so, it could not sign it as its own.
        let mut parts = signed.split('.');
        let (head, _, signature) =
            (parts.next().expect("a head"), parts.next(), parts.next().expect("a signature"));
        let stolen = claims(&carrier, LEAD, app.now().0, &ops);
        let spliced = format!("{head}.{}.{signature}", BASE64.encode(stolen.to_string()));
        let key = seal_key(app).await;
        assert_eq!(carry(&carrier, &[seal(&key, &spliced)]).await, [refused("not_signed")]);
        nothing_written(app).await;
    }

    async fn work_of_another_ward_stays_out(app: &TestApp) {
        let stranger = other_ward(app).await;
        let origin = app.signed_in("stranger").await;
        let carrier = app.signed_in(VOLUNTEER).await;
        let mut claims = claims(&origin, VOLUNTEER, app.now().0, &[knock(1, app.now().0, HOUSEHOLDS[0])]);
        claims["account_id"] = json!(stranger);
        let sealed = seal(&seal_key(app).await, &origin.key.sign("gocua-parcel+jwt", &claims));
        assert_eq!(carry(&carrier, std::slice::from_ref(&sealed)).await, [refused("other_ward")]);
        nothing_written(app).await;
        // Without its signature nobody learns even that.
        let forged = seal(&seal_key(app).await, &carrier.key.sign("gocua-parcel+jwt", &claims));
        assert_eq!(carry(&carrier, &[forged]).await, [refused("not_signed")]);
        // At home it is looked at like any other; there is no such door.
        assert_eq!(carry(&origin, &[sealed]).await, [counts(0, 0, 0, 1, 0)]);
    }

    async fn who_may_not_push_is_no_author(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(STAFF).await, app.signed_in(LEAD).await);
        let sealed = parcel(app, &origin, STAFF, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await;
        assert_eq!(carry(&carrier, &[sealed]).await, [refused("not_signed")]);
        nothing_written(app).await;
    }

    async fn a_call_is_bounded(app: &TestApp) {
        let (origin, carrier) = (app.signed_in(VOLUNTEER).await, app.signed_in(LEAD).await);
        let one = parcel(app, &origin, VOLUNTEER, &[knock(1, app.now().0, HOUSEHOLDS[0])]).await;
        let ask = async |body: Value| {
            let answer = carrier.post("/api/v1/sync/carry", &body).await;
            (answer.status, answer.code(), answer.json()["errors"][0]["pointer"].clone())
        };
        let six = vec![one.clone(); 6];
        assert_eq!(ask(json!({"parcels": six})).await, (422, "invalid_field".into(), json!("/parcels")));
        let mut more = one.clone();
        more["note"] = json!("x");
        assert_eq!(
            ask(json!({"parcels": [more]})).await,
            (422, "unknown_field".into(), json!("/parcels/0/note"))
        );
        assert_eq!(
            ask(json!({"parcels": [{"kid": "x", "enc": "x"}]})).await,
            (422, "invalid_field".into(), json!("/parcels/0/ct"))
        );
        let huge = json!({"parcels": [{"kid": "x", "enc": "x", "ct": "A".repeat(1024 * 1024)}]});
        let answer = carrier.post("/api/v1/sync/carry", &huge).await;
        assert_eq!((answer.status, answer.code().as_str()), (413, "payload_too_large"));
        assert_eq!(carry(&carrier, &[]).await, Vec::<Value>::new());
        nothing_written(app).await;
    }

    /// Many parcels of many phones at once, as at the end of a day without a network.
    async fn an_evening_of_parcels_arrives_whole(app: &TestApp) {
        let carrier = app.signed_in(LEAD).await;
        let mut sealed = Vec::new();
        for n in 0..5_i64 {
            let origin = app.signed_in(VOLUNTEER).await;
            let ops: Vec<Value> =
                (1..=40).map(|seq| knock(seq, app.now().0 - n, HOUSEHOLDS[(seq % 4) as usize])).collect();
            sealed.push(parcel(app, &origin, VOLUNTEER, &ops).await);
        }
        // One phone brings one load at a time; four bring the same.
        let more = [app.signed_in("volunteer2").await, app.signed_in(LEAD).await, app.signed_in(LEAD).await];
        let all = join_all(more.iter().chain([&carrier]).map(|by| carry(by, &sealed))).await;
        let taken: u64 = all.iter().flatten().map(|f| f["taken"].as_u64().expect("a count")).sum();
        let again: u64 = all.iter().flatten().map(|f| f["again"].as_u64().expect("a count")).sum();
        assert_eq!((taken, again), (200, 600));
        assert_eq!(visits(app).await.len(), 200);
    }

    async fn login_and_refresh_tell_the_same_key(app: &TestApp) {
        let mut phone = app.phone();
        let told = phone.login(VOLUNTEER, fixture::PASSWORD).await.json()["seal"].clone();
        let point = BASE64.decode(told["key"].as_str().expect("a key")).expect("base64url");
        assert_eq!((point.len(), point[0]), (65, 4), "an uncompressed point");
        assert_eq!(told["kid"].as_str().expect("a kid").len(), 16);
        assert_eq!(phone.refresh().await.json()["seal"], told);
        assert_eq!(seal_key(app).await, told);
    }

    /// The vector that the app's own code made: see pwa/test/safety-parcel.test.ts.
    async fn a_parcel_of_the_app_opens(app: &TestApp) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/parcel.json");
        let vector: Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("the vector")).expect("JSON");
        assert_eq!(seal_key(app).await, vector["seal"], "the key of {:?}", secrets());
        let login = json!({"login": VOLUNTEER, "password": fixture::PASSWORD, "device": {
            "device_id": vector["device"]["device_id"], "public_key": vector["device"]["key"], "name": "Máy thử"
        }});
        assert_eq!(app.phone().post("/api/v1/auth/login", &login).await.status, 200);
        let carrier = app.signed_in(LEAD).await;
        let fates = carry(&carrier, &[vector["sealed"].clone(), vector["sealed"].clone()]).await;
        assert_eq!(fates, [counts(3, 0, 0, 0, 0), counts(0, 3, 0, 0, 0)]);
        let expected: Vec<(String, i64)> = vector["ops"].as_array().expect("ops").iter()
            .filter(|op| op["kind"] == "visit.record")
            .map(|op| (id(op), op["made_at"].as_i64().expect("a time")))
            .collect();
        assert_eq!(visits(app).await, expected);
    }
}

/// A second ward in the same book, with one volunteer.
async fn other_ward(app: &TestApp) -> AccountId {
    let (account, team) = (AccountId(fresh_id()), TeamId(fresh_id()));
    let ward = NewWard {
        code: "88888".into(),
        name: "Phường Khác".into(),
        city: "Thành phố Thử".into(),
        boundary: json!({"type": "Polygon", "coordinates": [[
            [107.0, 21.0], [107.1, 21.0], [107.1, 21.1], [107.0, 21.1], [107.0, 21.0]
        ]]}),
        demo: true,
        groups: Vec::new(),
        alleys: Vec::new(),
        households: Vec::new(),
        teams: vec![(team, "Đội khác".into())],
        accounts: vec![NewAccount {
            id: account,
            login: "stranger".into(),
            name: "Người khác".into(),
            role: Role::Volunteer.code().to_owned(),
            team: Some(team),
            group: None,
            password_hash: fixture::password_hash(),
        }],
        assignments: Vec::new(),
        skills: Vec::new(),
        campaign: None,
        targets: Vec::new(),
        visits: Vec::new(),
    };
    app.store().found(&ward, app.now(), |_| {}).await.expect("the second ward is written");
    account
}
