//! People and consent: nobody is remembered without agreeing, and who changes his mind is forgotten
//! everywhere.

use gocua_domain::coverage::Tally;
use gocua_domain::id::{DeviceId, HouseholdId, OpId};
use gocua_domain::notice;
use gocua_domain::sync::{Op, OpOutcome, PushRequest, Sender};
use gocua_domain::time::Millis;
use gocua_store::Batch;
use gocua_tests::fixture::{
    self, GROUP_1, HOUSEHOLDS, STAFF, STREET, TEAM_1, TEAM_2, VOLUNTEER, WARD,
};
use gocua_tests::{Engine, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

const DAY: i64 = 86_400_000;
/// A team mate of the volunteer.
const MATE: &str = "team_lead";
/// A volunteer of the other team.
const OTHER: &str = "volunteer2";

pub(crate) fn op(seq: i64, at: i64, kind: &str, payload: Value) -> Value {
    json!({ "op_id": fresh_id(), "device_seq": seq, "made_at": at, "kind": kind, "payload": payload })
}

/// A consent that asks for nothing special; fields of `with` are replaced.
pub(crate) fn consent(learner: Uuid, with: Value) -> Value {
    let shown = &notice::published()[0];
    let mut payload = json!({
        "household_id": HOUSEHOLDS[0], "learner_id": learner, "call_name": "bác Lan",
        "age_band": "60-79", "purposes": ["learn", "refer"], "notice_version": shown.version,
        "notice_hash": shown.hash, "language": "vi", "method": "tap"
    });
    for (key, value) in with.as_object().expect("fields") {
        payload[key] = value.clone();
    }
    payload
}

pub(crate) fn of(learner: Uuid, with: Value) -> Value {
    let mut payload = json!({ "household_id": HOUSEHOLDS[0], "learner_id": learner });
    for (key, value) in with.as_object().expect("fields") {
        payload[key] = value.clone();
    }
    payload
}

pub(crate) fn served(learner: Uuid, level: u8) -> Value {
    json!({ "household_id": HOUSEHOLDS[0], "outcome": "SERVED", "people": [
        { "age_band": "60-79", "skills": [{ "skill": "SEC-01", "level": level }], "learner_id": learner }
    ] })
}

fn note(text: &str) -> Value {
    json!({ "household_id": HOUSEHOLDS[0], "text": text })
}

/// Pushes, and gives `outcome reason flags` of each result.
pub(crate) async fn push(app: &TestApp, phone: &Phone, ops: &[Value]) -> Vec<String> {
    let body = json!({
        "device_id": phone.device, "app_version": "0.3.0", "sent_at": app.now(),
        "queued": ops.len(), "ops": ops
    });
    let answer = phone.post("/api/v1/sync/push", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let word = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let fate = |r: &Value| {
        let flags: Vec<String> = r["flags"].as_array().into_iter().flatten().map(word).collect();
        let parts = [word(&r["outcome"]), word(&r["reason"]), flags.join(" ")];
        parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
    };
    answer.json()["results"].as_array().expect("results").iter().map(fate).collect()
}

pub(crate) async fn one(
    app: &TestApp,
    phone: &Phone,
    seq: i64,
    kind: &str,
    payload: Value,
) -> String {
    push(app, phone, &[op(seq, app.now().0, kind, payload)]).await.remove(0)
}

/// A door of the first pull of a phone.
pub(crate) async fn door(phone: &Phone, household: HouseholdId) -> Value {
    let pulled = phone.pull(None).await.json();
    let doors = pulled["alleys"].as_array().expect("alleys").iter();
    let mut doors = doors.flat_map(|a| a["doors"].as_array().expect("doors"));
    doors.find(|d| d["id"] == json!(household)).expect("the door").clone()
}

pub(crate) async fn cursor(phone: &Phone) -> String {
    phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned()
}

/// Every row of the book as text.
pub(crate) async fn book(app: &TestApp) -> String {
    use sqlx::{Connection, Row};
    let mut all = String::new();
    if app.store().engine() == Engine::Postgres {
        let mut db = sqlx::PgConnection::connect(app.database_url()).await.expect("connects");
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
        for table in sqlx::query(tables).fetch_all(&mut db).await.expect("tables") {
            let table: String = table.get(0);
            let sql = sqlx::AssertSqlSafe(format!("SELECT t::text FROM \"{table}\" t"));
            for row in sqlx::query(sql).fetch_all(&mut db).await.expect("rows") {
                all += &row.get::<String, _>(0);
            }
        }
    } else {
        let mut db = sqlx::SqliteConnection::connect(app.database_url()).await.expect("connects");
        let columns = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c \
                       WHERE m.type = 'table'";
        for row in sqlx::query(columns).fetch_all(&mut db).await.expect("columns") {
            let (table, column): (String, String) = (row.get(0), row.get(1));
            let sql = format!("SELECT COALESCE(CAST(\"{column}\" AS TEXT), '') FROM \"{table}\"");
            for row in sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut db).await.expect("rows")
            {
                let bytes: Vec<u8> = row.try_get_unchecked(0).unwrap_or_default();
                all += &String::from_utf8_lossy(&bytes);
            }
        }
    }
    all
}

pub(crate) async fn tally(app: &TestApp) -> Tally {
    let book = app.store().coverage(WARD).await.expect("coverage");
    book.groups.into_iter().find(|g| g.id == GROUP_1).expect("the group").tally
}

pub(crate) async fn count(app: &TestApp, sql: &'static str) -> i64 {
    use sqlx::{Connection, Row};
    if app.store().engine() == Engine::Postgres {
        let mut db = sqlx::PgConnection::connect(app.database_url()).await.expect("connects");
        sqlx::query(sql).fetch_one(&mut db).await.expect("a count").get(0)
    } else {
        let mut db = sqlx::SqliteConnection::connect(app.database_url()).await.expect("connects");
        sqlx::query(sql).fetch_one(&mut db).await.expect("a count").get(0)
    }
}

/// Changes the book behind the store's back.
pub(crate) async fn run(app: &TestApp, sql: &'static str) {
    use sqlx::{Connection, Executor};
    if app.store().engine() == Engine::Postgres {
        let mut db = sqlx::PgConnection::connect(app.database_url()).await.expect("connects");
        db.execute(sql).await.expect("runs");
    } else {
        let mut db = sqlx::SqliteConnection::connect(app.database_url()).await.expect("connects");
        db.execute(sql).await.expect("runs");
    }
}

/// An operation as a parcel brings it from the phone of an account disabled since.
pub(crate) async fn from_disabled(app: &TestApp, kind: &str, payload: Value) -> (Value, OpOutcome) {
    from_disabled_at(app, app.now(), kind, payload).await
}

async fn from_disabled_at(
    app: &TestApp,
    made_at: Millis,
    kind: &str,
    payload: Value,
) -> (Value, OpOutcome) {
    let (device, op_id) = (DeviceId(fresh_id()), OpId(fresh_id()));
    let kind = kind.to_owned();
    let op = Op { op_id, device_seq: 1, made_at, after: None, kind, payload };
    let account = fixture::account("disabled");
    let push = PushRequest {
        device_id: device,
        app_version: "0.3.0".into(),
        sent_at: app.now(),
        queued: 0,
        failed: 0,
        ops: vec![op.into()],
    };
    let sender = Sender { account, device, team: Some(TEAM_1), disabled: true };
    let batch = Batch { ward: WARD.into(), sender, push, now: app.now(), carried: true };
    let answer = app.store().push(batch).await.expect("pushed");
    (json!(op_id), answer.results[0].outcome)
}

on_both! {
    async fn the_first_pull_brings_the_notices_and_what_is_promised(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let first = phone.pull(None).await.json();
        assert_eq!(first["notices"], serde_json::to_value(notice::published()).expect("notices"));
        let kinds = first["referral_kinds"].as_array().expect("kinds");
        assert_eq!(kinds.len(), 11);
        assert_eq!(kinds[0], json!({ "code": "POLICE_L2", "unit": "working_days", "amount": 3 }));
        let again = phone.pull(Some(first["cursor"].as_str().expect("a cursor"))).await.json();
        assert!(again.get("notices").is_none() && again.get("referral_kinds").is_none());
    }

    /// Scenario 2.
    async fn an_old_lady_without_a_smartphone_is_coached_and_her_family_asked(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let ops = [
            op(1, at, "consent.give", consent(learner, json!({}))),
            op(2, at, "visit.record", served(learner, 2)),
            op(3, at, "learner.eid", of(learner, json!({ "state": "L2_ISSUED",
                "evidence": "seen_on_screen", "device": "feature", "blockers": ["NO_DEVICE"] }))),
            op(4, at, "learner.eid", of(learner, json!({ "state": "L2_ACTIVE", "evidence": "self_report" }))),
            op(5, at, "referral.open", of(learner, json!({ "kind": "FAMILY_HELPER" }))),
            // It cannot have been seen to open: she has nothing it opens on, said or left out.
            op(6, at, "learner.eid", of(learner, json!({ "state": "L2_ACTIVE",
                "evidence": "seen_on_screen", "device": "feature" }))),
            op(7, at, "learner.eid", of(learner, json!({ "state": "L2_ACTIVE",
                "evidence": "seen_on_screen", "before": true }))),
        ];
        let no = "rejected needs_smartphone";
        let fates =
            ["applied", "applied", "applied", "rejected weaker_evidence", "applied", no, no];
        assert_eq!(push(app, &phone, &ops).await, fates);
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert_eq!(seen["people"], json!([{
            "id": learner, "call_name": "bác Lan", "age_band": "60-79",
            "purposes": ["learn", "refer"], "agreed_at": at,
            "skills": [{ "skill": "SEC-01", "level": 2, "at": at }],
            "eid": { "id": ops[2]["op_id"], "state": "L2_ISSUED", "evidence": "seen_on_screen",
                "at": at, "device": "feature", "blockers": ["NO_DEVICE"], "ours": true }
        }]));
        assert_eq!(seen["referrals"], json!([{
            "id": ops[4]["op_id"], "learner_id": learner, "kind": "FAMILY_HELPER", "state": "new",
            "opened_at": at, "due_on": 20_261_206
        }]));
        let tally = tally(app).await;
        assert_eq!((tally.hh_served, tally.coach_occ, tally.coach_people_60), (1, 1, 1));
        // Asked again, everything is as it was.
        let again =
            ["duplicate", "duplicate", "duplicate", "rejected weaker_evidence", "duplicate", no, no];
        assert_eq!(push(app, &phone, &ops).await, again);
        assert_eq!(door(&phone, HOUSEHOLDS[0]).await, seen);
        assert_eq!(count(app, "SELECT count(*) FROM consent_event").await, 1);
    }

    /// Scenario 6.
    async fn a_sim_in_anothers_name_is_referred_and_later_seen_to_work(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let eid = |state: &str, with: Value| {
            let mut payload = of(learner, json!({ "state": state, "evidence": "seen_on_screen" }));
            for (key, value) in with.as_object().expect("fields") {
                payload[key] = value.clone();
            }
            payload
        };
        let blocked = json!({ "sim": "relative_name", "blockers": ["SIM_OTHER_NAME"] });
        let ops = [
            op(1, at, "consent.give", consent(learner, json!({}))),
            op(2, at, "learner.eid", eid("L2_ISSUED", blocked)),
            op(3, at, "referral.open", of(learner, json!({ "kind": "TELCO_SIM" }))),
            op(4, at, "referral.open", of(learner, json!({ "kind": "POLICE_DATA" }))),
            op(5, at + 1, "learner.eid", eid("L2_ACTIVE", json!({ "sim": "own_name" }))),
        ];
        assert_eq!(push(app, &phone, &ops).await, ["applied"; 5]);
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert_eq!(seen["people"][0]["eid"], json!({
            "id": ops[4]["op_id"], "state": "L2_ACTIVE", "evidence": "seen_on_screen",
            "at": at + 1, "sim": "own_name", "ours": true,
            "back": { "id": ops[1]["op_id"], "state": "L2_ISSUED", "evidence": "seen_on_screen",
                "at": at, "sim": "relative_name", "blockers": ["SIM_OTHER_NAME"] }
        }), "what is no longer in the way is gone");
        // Two working days after Sunday; Tuesday is a holiday.
        let due: Vec<_> = seen["referrals"].as_array().expect("referrals").iter().map(|r| r["due_on"].clone()).collect();
        assert!(due.contains(&json!(20_261_129)) && due.contains(&json!(20_261_125)), "{due:?}");
    }

    async fn a_mistaken_rung_is_taken_back_the_next_day_by_the_team_that_said_it(app: &TestApp) {
        let mut phone = app.signed_in(VOLUNTEER).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let rung = |state: &str, device: &str| of(learner, json!({
            "state": state, "evidence": "seen_on_screen", "before": true, "device": device }));
        let ops = [
            op(1, at, "consent.give", consent(learner, json!({}))),
            op(2, at, "learner.eid", rung("LEVEL1", "shared_smartphone")),
            op(3, at + 1, "learner.eid", rung("L2_ACTIVE", "own_smartphone")),
        ];
        assert_eq!(push(app, &phone, &ops).await, ["applied"; 3]);
        app.pass(DAY);
        assert_eq!(phone.login(VOLUNTEER, fixture::PASSWORD).await.status, 200);
        let since = cursor(&phone).await;
        let back = |n: usize| of(learner, json!({ "eid_id": ops[n]["op_id"], "why": "mistap" }));
        // Not without a reason, and not by a team that does not reach the door.
        let bare = of(learner, json!({ "eid_id": ops[2]["op_id"] }));
        assert_eq!(one(app, &phone, 4, "learner.eid_withdraw", bare).await, "rejected malformed_payload");
        let other = app.signed_in(OTHER).await;
        assert_eq!(one(app, &other, 1, "learner.eid_withdraw", back(2)).await, "rejected out_of_reach");

        // A mate of the team does it, on another phone; twice is once.
        let mate = app.signed_in(MATE).await;
        let taken = op(1, app.now().0, "learner.eid_withdraw", back(2));
        assert_eq!(push(app, &mate, std::slice::from_ref(&taken)).await, ["applied"]);
        assert_eq!(push(app, &mate, std::slice::from_ref(&taken)).await, ["duplicate"]);
        assert_eq!(one(app, &phone, 5, "learner.eid_withdraw", back(2)).await, "superseded nothing_to_withdraw");
        let stands = json!({ "id": ops[1]["op_id"], "state": "LEVEL1", "evidence": "seen_on_screen",
            "at": at, "device": "shared_smartphone", "ours": true });
        let delta = phone.pull(Some(&since)).await.json();
        assert_eq!(delta["doors"][0]["people"][0]["eid"], stands, "every phone of the team hears of it");
        // The ladder goes on from there: it is news again.
        let next = op(6, app.now().0, "learner.eid", of(learner, json!({
            "state": "L2_ISSUED", "evidence": "seen_on_screen" })));
        assert_eq!(push(app, &phone, &[next]).await, ["rejected no_such_step"]);
        // The history keeps all of it, with the reason.
        assert_eq!(count(app, "SELECT count(*) FROM learner_eid").await, 3);
        assert!(book(app).await.contains("mistap"));

        // The first word too: then nothing is known.
        assert_eq!(one(app, &phone, 7, "learner.eid_withdraw", back(1)).await, "applied");
        assert!(door(&phone, HOUSEHOLDS[0]).await["people"][0].get("eid").is_none());
        // Who changes his mind is forgotten with the mistakes made about him.
        assert_eq!(one(app, &phone, 8, "consent.withdraw", of(learner, json!({}))).await, "applied");
        assert_eq!(count(app, "SELECT count(*) FROM learner_eid").await, 0);
        assert_eq!(one(app, &phone, 9, "learner.eid_withdraw", back(1)).await, "rejected no_such_learner");
        let report = app.store().verify(WARD).await.expect("verifies");
        assert!(report.drifts.is_empty(), "{:?}", report.drifts);
    }

    async fn what_another_team_or_the_police_said_is_not_taken_back(app: &TestApp) {
        use gocua_domain::time::Millis;
        let phone = app.signed_in(VOLUNTEER).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let rung = |state: &str| of(learner, json!({
            "state": state, "evidence": "seen_on_screen", "before": true }));
        let said = op(2, at, "learner.eid", rung("LEVEL1"));
        let ops = [op(1, at, "consent.give", consent(learner, json!({}))), said.clone()];
        assert_eq!(push(app, &phone, &ops).await, ["applied"; 2]);
        // The alley goes to another team.
        app.pass(60_000);
        let by = fixture::account(STAFF);
        app.store().assign(WARD, STREET, Some(TEAM_2), true, by, Millis(app.now().0)).await.expect("assigned");
        let other = app.signed_in(OTHER).await;
        let back = |of_op: &Value| of(learner, json!({ "eid_id": of_op["op_id"], "why": "mistap" }));
        assert_eq!(one(app, &other, 1, "learner.eid_withdraw", back(&said)).await, "rejected not_yours");
        assert!(door(&other, HOUSEHOLDS[0]).await["people"][0]["eid"].get("ours").is_none());
        // What they say since stands, whatever the first team takes back; it was said before that.
        let newer = op(2, app.now().0, "learner.eid", rung("L2_ACTIVE"));
        assert_eq!(push(app, &other, std::slice::from_ref(&newer)).await, ["applied"]);
        let late = op(3, app.now().0 - 70_000, "learner.eid_withdraw", back(&said));
        assert_eq!(push(app, &phone, &[late]).await, ["applied lost_to_newer"]);
        let eid = door(&other, HOUSEHOLDS[0]).await["people"][0]["eid"].clone();
        assert_eq!((&eid["id"], &eid["state"], eid.get("ours")), (&newer["op_id"], &json!("L2_ACTIVE"), Some(&json!(true))));
    }

    /// Scenario 7.
    async fn a_lost_password_is_referred_and_the_promise_counts_from_the_door(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let learner = fresh_id();
        // The phone's clock is three days ahead, and the knock was two hours ago.
        let wrong = app.now().0 + 3 * DAY;
        let ops = [
            op(1, wrong - 7_200_000, "consent.give", consent(learner, json!({}))),
            op(2, wrong - 7_200_000, "learner.eid", of(learner, json!({
                "state": "L2_IN_USE", "evidence": "self_report" }))),
            op(3, wrong - 7_200_000, "learner.eid", of(learner, json!({
                "state": "ACCESS_LOST", "evidence": "self_report",
                "blockers": ["OLD_DEVICE_CODE", "NFC_FAIL"] }))),
            op(4, wrong - 7_200_000, "referral.open", of(learner, json!({ "kind": "POLICE_RECOVERY" }))),
        ];
        let body = json!({ "device_id": phone.device, "app_version": "0.3.0", "sent_at": wrong,
            "queued": 4, "ops": ops });
        let answer = phone.post("/api/v1/sync/push", &body).await.json();
        for result in answer["results"].as_array().expect("results") {
            assert_eq!((&result["outcome"], &result["flags"]), (&json!("applied"), &json!(["clock_corrected"])));
        }
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert_eq!(seen["people"][0]["eid"]["state"], "ACCESS_LOST");
        let referral = &seen["referrals"][0];
        assert_eq!(referral["opened_at"], json!(app.now().0 - 7_200_000));
        assert_eq!(referral["due_on"], 20_261_126);
    }

    /// Scenarios 9 and 10.
    async fn no_child_is_registered_and_a_youth_only_with_a_parent(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let (child, youth, at) = (fresh_id(), fresh_id(), app.now().0);
        let ops = [
            op(1, at, "visit.record", json!({ "household_id": HOUSEHOLDS[0], "outcome": "ONLY_MINOR" })),
            op(2, at, "consent.give", consent(child, json!({ "age_band": "6-13", "guardian": true, "call_name": "cháu Tí" }))),
            op(3, at, "consent.give", consent(youth, json!({ "age_band": "14-17", "call_name": "em Na" }))),
            op(4, at, "visit.record", served(youth, 3)),
            op(5, at, "consent.give", consent(youth, json!({ "age_band": "14-17", "guardian": true, "call_name": "em Na" }))),
            op(6, at, "visit.record", served(youth, 3)),
        ];
        assert_eq!(push(app, &phone, &ops).await, [
            "applied", "rejected too_young", "rejected guardian_needed",
            "applied learner_unknown", "applied", "applied",
        ]);
        assert_eq!(door(&phone, HOUSEHOLDS[0]).await["people"].as_array().map(Vec::len), Some(1));
        assert!(!book(app).await.contains("cháu Tí"), "a refused name is nowhere");
    }

    /// Scenario 8, as far as a volunteer goes.
    async fn only_the_police_capture_and_lock(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let eid = |n, state: &str, evidence: &str| {
            op(n, at, "learner.eid", of(learner, json!({ "state": state, "evidence": evidence, "before": true })))
        };
        let ops = [
            op(1, at, "consent.give", consent(learner, json!({}))),
            eid(2, "L2_CAPTURED", "seen_on_screen"),
            eid(3, "LOCKED", "seen_on_screen"),
            eid(4, "LEVEL1", "police_confirmed"),
            op(5, at, "household.flags", json!({ "household_id": HOUSEHOLDS[0], "flags": ["NEED_HOME"] })),
            op(6, at, "household.flags", json!({ "household_id": HOUSEHOLDS[0], "flags": ["BEDRIDDEN"] })),
            op(7, at, "referral.open", of(learner, json!({ "kind": "POLICE_MOBILE" }))),
        ];
        let no = "rejected not_yours_to_set";
        assert_eq!(push(app, &phone, &ops).await, [
            "applied", no, no, no, "applied", "rejected unknown_field", "applied",
        ]);
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert!(seen["people"][0].get("eid").is_none());
        assert_eq!(seen["flags"], json!([{ "code": "NEED_HOME", "until": 20_270_521 }]));
        app.pass(181 * DAY);
        let mut phone = phone;
        assert_eq!(phone.login(VOLUNTEER, fixture::PASSWORD).await.status, 200);
        assert!(door(&phone, HOUSEHOLDS[0]).await.get("flags").is_none(), "forgotten by then");
    }

    /// Scenario 17.
    async fn who_changes_his_mind_is_forgotten_on_every_phone_and_the_counts_stay(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let open = op(4, at, "referral.open", of(learner, json!({ "kind": "POLICE_L2" })));
        let ops = [
            op(1, at, "consent.give", consent(learner, json!({ "call_name": "bà Lụa" }))),
            op(2, at, "visit.record", served(learner, 3)),
            op(3, at, "learner.eid", of(learner, json!({ "state": "LEVEL1", "evidence": "self_report" }))),
            open,
        ];
        assert_eq!(push(app, &phone, &ops).await, ["applied"; 4]);
        let before = tally(app).await;
        let since = cursor(&mate).await;
        assert_eq!(door(&mate, HOUSEHOLDS[0]).await["people"][0]["call_name"], "bà Lụa");
        assert!(book(app).await.contains("bà Lụa"));
        app.pass(60_000);
        let away = op(1, app.now().0, "consent.withdraw", of(learner, json!({})));
        assert_eq!(push(app, &mate, std::slice::from_ref(&away)).await, ["applied"]);
        assert_eq!(push(app, &mate, std::slice::from_ref(&away)).await, ["duplicate"]);
        let again = one(app, &mate, 2, "consent.withdraw", of(learner, json!({}))).await;
        assert_eq!(again, "superseded nothing_to_withdraw");
        // The other phone's next pull brings the door, and nobody in it.
        for phone in [&phone, &mate] {
            let delta = phone.pull(Some(&since)).await.json();
            assert_eq!(delta["doors"].as_array().map(Vec::len), Some(1));
            let seen = &delta["doors"][0];
            assert_eq!(seen["id"], json!(HOUSEHOLDS[0]));
            assert!(seen.get("people").is_none());
            assert_eq!(seen["visits"].as_array().map(Vec::len), Some(1));
            assert_eq!(seen["referrals"][0]["state"], "cancelled");
            assert!(seen["referrals"][0].get("learner_id").is_none());
        }
        let text = book(app).await;
        assert!(!text.contains("bà Lụa"));
        assert_eq!(count(app, "SELECT count(*) FROM learner").await, 0);
        assert_eq!(count(app, "SELECT count(*) FROM learner_eid").await, 0);
        assert_eq!(count(app, "SELECT count(*) FROM visit_learner").await, 0);
        assert_eq!(count(app, "SELECT count(*) FROM consent_event").await, 2, "the proof stays");
        assert_eq!(tally(app).await, before);
        // What is sent for a person who is forgotten finds nobody; a visit counts all the same.
        assert_eq!(one(app, &phone, 5, "visit.record", served(learner, 4)).await, "applied learner_unknown");
        let eid = of(learner, json!({ "state": "CARD_ONLY", "evidence": "self_report" }));
        assert_eq!(one(app, &phone, 6, "learner.eid", eid).await, "rejected no_such_learner");
        let open = of(learner, json!({ "kind": "CLASS" }));
        assert_eq!(one(app, &phone, 7, "referral.open", open).await, "rejected no_such_learner");
        // She may agree again, and begins anew.
        app.pass(60_000);
        let give = consent(learner, json!({ "purposes": ["learn"] }));
        assert_eq!(one(app, &phone, 8, "consent.give", give).await, "applied");
        let seen = door(&mate, HOUSEHOLDS[0]).await;
        assert!(seen["people"][0].get("skills").is_none() && seen["people"][0].get("eid").is_none());
    }

    async fn a_consent_that_arrives_after_its_withdrawal_stores_no_name(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let learner = fresh_id();
        let give = op(1, app.now().0 - 60_000, "consent.give", consent(learner, json!({ "call_name": "bà Lụa" })));
        let away = of(learner, json!({}));
        assert_eq!(one(app, &mate, 1, "consent.withdraw", away).await, "applied");
        assert_eq!(push(app, &phone, &[give]).await, ["applied lost_to_newer"]);
        assert!(!book(app).await.contains("bà Lụa"));
        assert!(door(&phone, HOUSEHOLDS[0]).await.get("people").is_none());
        assert_eq!(count(app, "SELECT count(*) FROM consent_event").await, 2);
    }

    async fn each_purpose_is_needed_for_what_it_is_for(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let eid = json!({ "state": "CARD_ONLY", "evidence": "self_report" });
        let ops = [
            op(1, at, "consent.give", consent(learner, json!({ "purposes": ["learn"] }))),
            op(2, at, "visit.record", served(learner, 3)),
            op(3, at, "learner.eid", of(learner, eid.clone())),
            op(4, at, "referral.open", of(learner, json!({ "kind": "POLICE_L2" }))),
            op(5, at, "referral.open", of(learner, json!({ "kind": "CLASS" }))),
            op(6, at, "referral.open", json!({ "household_id": HOUSEHOLDS[0], "kind": "POLICE_SCAM" })),
            // The other purpose instead: what was learned is forgotten.
            op(7, at + 1, "consent.give", consent(learner, json!({ "purposes": ["refer"] }))),
            op(8, at + 2, "learner.eid", of(learner, eid)),
            op(9, at + 2, "referral.open", of(learner, json!({ "kind": "POLICE_L2" }))),
            // And back: the police are no longer to be told.
            op(10, at + 3, "consent.give", consent(learner, json!({ "purposes": ["learn"] }))),
        ];
        assert_eq!(push(app, &phone, &ops).await, [
            "applied", "applied", "applied", "rejected consent_needed", "applied", "applied",
            "applied", "rejected consent_needed", "applied", "applied",
        ]);
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert!(seen["people"][0].get("skills").is_none() && seen["people"][0].get("eid").is_none());
        let states: Vec<_> = seen["referrals"].as_array().expect("referrals").iter()
            .map(|r| (r["kind"].as_str().unwrap_or_default(), r["state"].as_str().unwrap_or_default(), r.get("learner_id").is_some()))
            .collect();
        for expected in [("CLASS", "new", true), ("POLICE_SCAM", "new", false), ("POLICE_L2", "cancelled", false)] {
            assert!(states.contains(&expected), "{states:?}");
        }
    }

    async fn a_refused_note_is_kept_nowhere(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let at = app.now().0;
        let mut held = op(9, at, "household.note", note("mật khẩu là hoasen77"));
        held["after"] = json!(8);
        let ops = [
            op(1, at, "household.note", note("OTP 482913 của bác")),
            op(2, at, "household.note", note("gọi 111 222 333 nhé")),
            op(3, at, "household.note", note(&"dài".repeat(70))),
            op(4, at, "household.note", json!({ "household_id": HOUSEHOLDS[0], "text": ["hoasen77"] })),
            held,
            op(5, at, "household.note", note("gõ cửa sau")),
        ];
        assert_eq!(push(app, &phone, &ops).await, [
            "rejected secret_in_text", "rejected secret_in_text", "rejected text_too_long",
            "rejected malformed_payload", "rejected secret_in_text", "applied",
        ]);
        let (_, outcome) = from_disabled(app, "household.note", note("passcode hoasen77")).await;
        assert_eq!(outcome, OpOutcome::Rejected, "not even for the ward to look at");
        let text = book(app).await;
        for refused in ["482913", "222 333", "dàidài", "hoasen77"] {
            assert!(!text.contains(refused), "{refused}");
        }
        assert!(text.contains("gõ cửa sau"), "the search looks where notes are");
        assert_eq!(door(&phone, HOUSEHOLDS[0]).await["note"], json!({ "text": "gõ cửa sau", "at": at, "mine": true }));
    }

    async fn a_note_is_the_teams_own_and_goes_when_it_is_emptied(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        assert_eq!(one(app, &phone, 1, "household.note", note("có chó dữ")).await, "applied");
        assert_eq!(door(&mate, HOUSEHOLDS[0]).await["note"]["mine"], false);
        // The alley goes to the other team: people go with it, notes do not.
        let learner = fresh_id();
        assert_eq!(one(app, &phone, 2, "consent.give", consent(learner, json!({}))).await, "applied");
        let desk = app.signed_in(STAFF).await;
        let path = format!("/api/v1/alleys/{STREET}/assignment");
        let given = desk.post(&path, &json!({ "team_id": TEAM_2 })).await;
        assert_eq!(given.status, 200, "{}", given.text());
        let other = app.signed_in(OTHER).await;
        let theirs = door(&other, HOUSEHOLDS[0]).await;
        assert_eq!(theirs["people"].as_array().map(Vec::len), Some(1));
        assert!(theirs.get("note").is_none());
        assert!(!phone.pull(None).await.text().contains("bác Lan"), "no longer theirs to see");
        assert_eq!(one(app, &other, 1, "household.note", note("hẹn tối thứ ba")).await, "applied");
        assert_eq!(one(app, &other, 2, "household.note", note(" ")).await, "applied");
        assert!(door(&other, HOUSEHOLDS[0]).await.get("note").is_none());
        assert!(!book(app).await.contains("hẹn tối thứ ba"));
    }

    async fn two_phones_in_either_order_end_with_the_same_needs_and_note(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let at = app.now().0;
        let written = |household: HouseholdId, seq: i64, when: i64, flag: &str, text: &str| [
            op(seq, when, "household.flags", json!({ "household_id": household, "flags": [flag] })),
            op(seq + 1, when, "household.note", json!({ "household_id": household, "text": text })),
        ];
        // The same two hands write at two doors; their work arrives in one order at one, in the
        // other at the other.
        let [first, second] = [HOUSEHOLDS[0], HOUSEHOLDS[1]];
        push(app, &phone, &written(first, 1, at - 2_000, "PREF_SLOW", "cũ")).await;
        push(app, &mate, &written(first, 1, at - 1_000, "NO_INTERNET", "mới")).await;
        push(app, &mate, &written(second, 3, at - 1_000, "NO_INTERNET", "mới")).await;
        let late = push(app, &phone, &written(second, 3, at - 2_000, "PREF_SLOW", "cũ")).await;
        assert_eq!(late, ["applied lost_to_newer"; 2]);
        for household in [first, second] {
            let seen = door(&phone, household).await;
            assert_eq!(seen["flags"][0]["code"], "NO_INTERNET");
            assert_eq!(seen["note"]["text"], "mới");
        }
        let none = json!({ "household_id": first, "flags": [] });
        assert_eq!(one(app, &phone, 5, "household.flags", none).await, "applied");
        assert!(door(&mate, first).await.get("flags").is_none());
    }

    async fn a_referral_is_taken_back_by_its_own_team_only(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let open = op(1, app.now().0, "referral.open", json!({ "household_id": HOUSEHOLDS[0], "kind": "BANK_QR" }));
        assert_eq!(push(app, &phone, std::slice::from_ref(&open)).await, ["applied"]);
        let cancel = |household: HouseholdId, id: &Value| json!({ "household_id": household, "referral_id": id });
        let id = &open["op_id"];
        let desk = app.signed_in(STAFF).await;
        let path = format!("/api/v1/alleys/{STREET}/assignment");
        assert_eq!(desk.post(&path, &json!({ "team_id": TEAM_2 })).await.status, 200);
        let other = app.signed_in(OTHER).await;
        assert_eq!(one(app, &other, 1, "referral.cancel", cancel(HOUSEHOLDS[0], id)).await, "rejected not_yours");
        assert_eq!(one(app, &other, 2, "referral.cancel", cancel(HOUSEHOLDS[4], id)).await, "rejected out_of_reach");
        app.pass(1_000);
        assert_eq!(one(app, &mate, 1, "referral.cancel", cancel(HOUSEHOLDS[0], id)).await, "applied late_scope");
        assert_eq!(one(app, &mate, 2, "referral.cancel", cancel(HOUSEHOLDS[0], id)).await, "superseded nothing_to_withdraw");
        assert_eq!(door(&other, HOUSEHOLDS[0]).await["referrals"][0]["state"], "cancelled");
    }

    async fn what_is_out_of_reach_is_refused_and_no_id_is_guessed(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let other = app.signed_in(OTHER).await;
        let learner = fresh_id();
        assert_eq!(one(app, &phone, 1, "consent.give", consent(learner, json!({}))).await, "applied");
        let far = |payload: Value| { let mut p = payload; p["household_id"] = json!(HOUSEHOLDS[4]); p };
        let eid = json!({ "state": "CARD_ONLY", "evidence": "self_report" });
        let at = app.now().0;
        let ops = [
            op(1, at, "consent.give", consent(fresh_id(), json!({}))),
            op(2, at, "household.flags", json!({ "household_id": HOUSEHOLDS[0], "flags": [] })),
            op(3, at, "household.note", note("x")),
            op(4, at, "referral.open", of(learner, json!({ "kind": "CLASS" }))),
            op(5, at, "learner.eid", of(learner, eid.clone())),
            op(6, at, "consent.withdraw", of(learner, json!({}))),
            // Another household's resident, named at a door within reach.
            op(7, at, "consent.give", far(consent(learner, json!({})))),
            op(8, at, "consent.withdraw", far(of(learner, json!({})))),
            op(9, at, "learner.eid", far(of(learner, eid))),
            op(10, at, "visit.record", far(served(learner, 1))),
        ];
        let no = "rejected out_of_reach";
        assert_eq!(push(app, &other, &ops).await, [
            no, no, no, no, no, no, no, no, "rejected no_such_learner", "applied learner_unknown",
        ]);
        assert_eq!(door(&phone, HOUSEHOLDS[0]).await["people"].as_array().map(Vec::len), Some(1));
    }

    async fn a_consent_kept_for_the_ward_shows_no_name_and_counts_once_released(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let phone = app.signed_in(VOLUNTEER).await;
        let learner = fresh_id();
        let give = consent(learner, json!({ "call_name": "bà Lụa" }));
        let (consent_op, outcome) = from_disabled(app, "consent.give", give).await;
        assert_eq!(outcome, OpOutcome::Quarantined);
        let (note_op, _) = from_disabled(app, "household.note", note("cổng xanh lam")).await;
        let inbox = desk.get("/api/v1/inbox").await;
        assert!(!inbox.text().contains("bà Lụa") && !inbox.text().contains("cổng xanh lam"));
        assert_eq!(inbox.json()["quarantine"][0]["kind"], "consent.give");
        assert_eq!(app.signed_in(MATE).await.get("/api/v1/inbox").await.status, 403);
        assert!(door(&phone, HOUSEHOLDS[0]).await.get("people").is_none());
        let decide = async |op: &Value, decision: &str| {
            let body = json!({ "op_id": op, "decision": decision });
            desk.post("/api/v1/inbox/quarantine", &body).await.status
        };
        assert_eq!(decide(&consent_op, "release").await, 200);
        assert_eq!(decide(&note_op, "dismiss").await, 200);
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert_eq!(seen["people"][0]["call_name"], "bà Lụa");
        assert!(seen.get("note").is_none());
        assert!(!book(app).await.contains("cổng xanh lam"), "what was dismissed is gone");
        let away = of(learner, json!({}));
        assert_eq!(one(app, &phone, 1, "consent.withdraw", away).await, "applied");
        assert!(!book(app).await.contains("bà Lụa"), "nor does the quarantine keep the name");
    }

    async fn a_withdrawal_reaches_a_consent_that_waits_for_the_ward(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let desk = app.signed_in(STAFF).await;
        let learner = fresh_id();
        let give = consent(learner, json!({ "call_name": "bà Lụa" }));
        from_disabled(app, "consent.give", give).await;
        assert_eq!(one(app, &phone, 1, "consent.withdraw", of(learner, json!({}))).await, "applied");
        assert!(!book(app).await.contains("bà Lụa"));
        assert_eq!(desk.get("/api/v1/inbox").await.json()["quarantine"], json!([]));
    }

    /// Two phones without a network: what one wrote a minute after the other had heard the withdrawal
    /// reaches the book first.
    async fn nothing_of_who_has_withdrawn_stays_whatever_was_written_later(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let eid = json!({ "state": "CARD_ONLY", "evidence": "self_report" });
        let ops = [
            op(1, at - 60_000, "consent.give", consent(learner, json!({}))),
            op(2, at, "visit.record", served(learner, 2)),
            op(3, at, "learner.eid", of(learner, eid)),
            op(4, at, "referral.open", of(learner, json!({ "kind": "POLICE_L2" }))),
        ];
        assert_eq!(push(app, &phone, &ops).await, ["applied"; 4]);
        let away = op(1, at - 30_000, "consent.withdraw", of(learner, json!({})));
        assert_eq!(push(app, &mate, &[away]).await, ["applied"]);
        assert_eq!(count(app, "SELECT count(*) FROM learner_eid").await, 0);
        assert_eq!(count(app, "SELECT count(*) FROM visit_learner").await, 0);
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert!(seen.get("people").is_none());
        assert_eq!(seen["referrals"][0]["state"], "cancelled");
        assert!(seen["referrals"][0].get("learner_id").is_none());
    }

    /// Who withdrew and agreed anew began anew: what comes late from before is not his any more.
    async fn what_was_forgotten_does_not_come_back_with_a_late_phone(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let words = [
            op(1, at - 60_000, "consent.give", consent(learner, json!({}))),
            op(2, at - 30_000, "consent.withdraw", of(learner, json!({}))),
            op(3, at - 10_000, "consent.give", consent(learner, json!({}))),
        ];
        assert_eq!(push(app, &phone, &words).await, ["applied"; 3]);
        let eid = json!({ "state": "L2_ACTIVE", "evidence": "seen_on_screen" });
        let late = [
            op(1, at - 40_000, "learner.eid", of(learner, eid)),
            op(2, at - 40_000, "visit.record", served(learner, 2)),
            op(3, at - 40_000, "referral.open", of(learner, json!({ "kind": "CLASS" }))),
        ];
        let fates = ["applied lost_to_newer", "applied learner_unknown", "applied lost_to_newer"];
        assert_eq!(push(app, &mate, &late).await, fates);
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert!(seen["people"][0].get("eid").is_none() && seen["people"][0].get("skills").is_none());
        assert_eq!(seen["referrals"][0]["state"], "cancelled");
        assert!(seen["referrals"][0].get("learner_id").is_none());
        // What is written now is kept, also by who wrote the words and has a clock set back since.
        let eid = json!({ "state": "CARD_ONLY", "evidence": "self_report" });
        let now = [op(4, at - 35_000, "learner.eid", of(learner, eid))];
        assert_eq!(push(app, &phone, &now).await, ["applied"]);
        assert_eq!(door(&phone, HOUSEHOLDS[0]).await["people"][0]["eid"]["state"], "CARD_ONLY");
    }

    async fn a_narrower_choice_forgets_the_same_when_it_comes_late(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let eid = json!({ "state": "CARD_ONLY", "evidence": "self_report" });
        let ops = [
            op(1, at - 60_000, "consent.give", consent(learner, json!({}))),
            op(2, at - 50_000, "learner.eid", of(learner, eid)),
            op(3, at - 10_000, "consent.give", consent(learner, json!({}))),
        ];
        assert_eq!(push(app, &phone, &ops).await, ["applied"; 3]);
        let give = consent(learner, json!({ "purposes": ["refer"] }));
        let narrow = op(1, at - 30_000, "consent.give", give);
        assert_eq!(push(app, &mate, &[narrow]).await, ["applied lost_to_newer"]);
        let seen = door(&phone, HOUSEHOLDS[0]).await;
        assert_eq!(seen["people"][0]["purposes"], json!(["learn", "refer"]));
        assert!(seen["people"][0].get("eid").is_none());
    }

    /// The consent is kept for the ward; the phone's clock was five days ahead.
    async fn no_clock_keeps_a_name_in_quarantine(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let phone = app.signed_in(VOLUNTEER).await;
        let mate = app.signed_in(MATE).await;
        let gone = json!({ "ids": [HOUSEHOLDS[0]], "why": "demolished" });
        assert_eq!(desk.post("/api/v1/households/remove", &gone).await.status, 200);
        let (learner, wrong) = (fresh_id(), app.now().0 + 5 * DAY);
        let give = consent(learner, json!({ "call_name": "bà Lụa" }));
        let body = json!({ "device_id": phone.device, "app_version": "0.3.0", "sent_at": wrong,
            "queued": 1, "ops": [op(1, wrong, "consent.give", give.clone())] });
        let answer = phone.post("/api/v1/sync/push", &body).await.json();
        assert_eq!(answer["results"][0]["outcome"], "quarantined");
        app.pass(60_000);
        assert_eq!(one(app, &mate, 1, "consent.withdraw", of(learner, json!({}))).await, "applied household_gone");
        assert!(!book(app).await.contains("bà Lụa"));
        // Nor does one enter that was taken back before it came, from whomever.
        let late = op(2, app.now().0 - 60_000, "consent.give", give.clone());
        assert_eq!(push(app, &phone, &[late]).await, ["applied household_gone lost_to_newer"]);
        let at = Millis(app.now().0 - 60_000);
        let (_, outcome) = from_disabled_at(app, at, "consent.give", give.clone()).await;
        assert_eq!(outcome, OpOutcome::Applied);
        assert!(!book(app).await.contains("bà Lụa"));
        // A newer word waits like any other.
        app.pass(60_000);
        assert_eq!(one(app, &phone, 3, "consent.give", give).await, "quarantined household_deleted");
        assert!(book(app).await.contains("bà Lụa"));
    }

    async fn what_a_disabled_account_wrote_at_a_removed_home_can_be_released(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let (op, outcome) = from_disabled(app, "household.note", note("cổng xanh lam")).await;
        assert_eq!(outcome, OpOutcome::Quarantined);
        let gone = json!({ "ids": [HOUSEHOLDS[0]], "why": "demolished" });
        assert_eq!(desk.post("/api/v1/households/remove", &gone).await.status, 200);
        let body = json!({ "op_id": op, "decision": "release" });
        let answer = desk.post("/api/v1/inbox/quarantine", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let mate = app.signed_in(MATE).await;
        assert_eq!(door(&mate, HOUSEHOLDS[0]).await["note"]["text"], "cổng xanh lam");
    }

    async fn a_correction_moves_the_skills_with_the_visit(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let (learner, at) = (fresh_id(), app.now().0);
        let visit = op(2, at, "visit.record", served(learner, 1));
        let level = async |phone: &Phone| {
            door(phone, HOUSEHOLDS[0]).await["people"][0]["skills"][0]["level"].clone()
        };
        let give = op(1, at, "consent.give", consent(learner, json!({})));
        assert_eq!(push(app, &phone, &[give, visit.clone()]).await, ["applied"; 2]);
        assert_eq!(level(&phone).await, 1);
        let correct = json!({ "visit_id": visit["op_id"], "why": "mistap", "record": served(learner, 4) });
        assert_eq!(one(app, &phone, 3, "visit.correct", correct).await, "applied");
        assert_eq!(level(&phone).await, 4);
        let undo = json!({ "visit_id": visit["op_id"] });
        assert_eq!(one(app, &phone, 4, "visit.withdraw", undo).await, "applied");
        assert_eq!(level(&phone).await, Value::Null);
    }
}
