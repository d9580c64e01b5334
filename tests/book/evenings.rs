//! Evenings of the police at homes, the ladder they move, and how little of it a volunteer is told.

use gocua_domain::id::HouseholdId;
use gocua_tests::fixture::{GROUP_1, GROUP_2, HOUSEHOLDS, STAFF, VOLUNTEER};
use gocua_tests::{Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::{count, door, of, one, served};
use crate::police::{NUMBER, Officer, agrees, refer};

const DAY: i64 = 86_400_000;
const PLACE: &str = "Sân đình Thử";

/// An evening of these homes, as the desk of the police plans it.
fn evening(id: Uuid, homes: &[Value]) -> Value {
    json!({
        "id": id, "day": 20261123, "from_minute": 1110, "to_minute": 1260, "place": PLACE,
        "capacity": 6, "homes": homes, "packed": ["CAMERA"]
    })
}

fn report(session: Uuid, home: &Value, result: &str) -> Value {
    let mut said =
        json!({ "session_id": session, "referral_id": home, "result": result, "people": 1 });
    if result == "not_done" {
        (said["people"], said["why"]) = (json!(0), json!("absent"));
    }
    said
}

/// Six residents of one group who asked for the police to come, and their referrals.
async fn six(app: &TestApp, phone: &Phone) -> Vec<(Uuid, Value)> {
    let mut asked = Vec::new();
    // Told in the wrong order: three of an alley before three of its street.
    for (n, home) in [3, 3, 2, 1, 0, 0].into_iter().enumerate() {
        let (learner, seq) = (fresh_id(), 1 + 2 * n as i64);
        agrees(app, phone, seq, learner, HOUSEHOLDS[home]).await;
        let payload = json!({ "household_id": HOUSEHOLDS[home], "learner_id": learner, "kind": "POLICE_MOBILE" });
        asked.push((learner, refer(app, phone, seq + 1, payload).await));
    }
    asked
}

fn ids(homes: &[(Uuid, Value)]) -> Vec<Value> {
    homes.iter().map(|(_, id)| id.clone()).collect()
}

async fn rung(officer: &Officer, id: &Value) -> Value {
    officer.item(id).await.expect("in the queue")["person"]["eid"].clone()
}

async fn referral(phone: &Phone, household: HouseholdId, id: &Value) -> Value {
    let all = door(phone, household).await["referrals"].clone();
    all.as_array().expect("referrals").iter().find(|r| r["id"] == *id).expect("there").clone()
}

on_both! {
    // Scenario 8.
    async fn six_homes_of_one_group_are_walked_on_one_evening(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let homes = six(app, &volunteer).await;
        let mut officer = Officer::new(app).await;
        let waiting = format!("/api/v1/mobile-sessions/waiting?groups={GROUP_1}&capacity=6");
        let found = officer.phone.get(&waiting).await.json()["homes"].clone();
        let found: Vec<Value> = found.as_array().expect("homes").iter().map(|h| {
            assert_eq!((&h["fits"], &h["group_id"]), (&json!(true), &json!(GROUP_1)));
            h["referral_id"].clone()
        }).collect();
        let order: Vec<Value> = [4, 5, 3, 2, 0, 1].map(|n: usize| homes[n].1.clone()).into();
        assert_eq!(found.len(), 6);
        assert_eq!(found[2..4], order[2..4], "street before alley, number after number");
        let other = format!("/api/v1/mobile-sessions/waiting?groups={GROUP_2}");
        assert_eq!(officer.phone.get(&other).await.json()["homes"], json!([]));

        let session = fresh_id();
        let planned = officer.phone.post("/api/v1/mobile-sessions", &evening(session, &ids(&homes))).await;
        assert_eq!(planned.status, 200, "{}", planned.text());
        let walked: Vec<Value> = planned.json()["homes"].as_array().expect("homes").iter().map(|h| h["referral_id"].clone()).collect();
        assert_eq!(walked, found);
        assert_eq!(planned.json()["groups"], json!([GROUP_1]));
        assert_eq!(officer.phone.get(&waiting).await.json()["homes"], json!([]));
        let told = referral(&volunteer, HOUSEHOLDS[2], &homes[2].1).await;
        assert_eq!((&told["state"], &told["appointment"]), (&json!("accepted"), &json!({ "on": 20261123, "minute": 1110 })));

        // A volunteer says it himself, by either way: refused.
        let captured = json!({ "household_id": HOUSEHOLDS[2], "state": "L2_CAPTURED", "evidence": "seen_on_screen" });
        assert_eq!(one(app, &volunteer, 20, "learner.eid", of(homes[2].0, captured)).await, "rejected not_yours_to_set");
        let confirm = json!({ "referral_id": homes[2].1, "learner_id": homes[2].0, "state": "L2_CAPTURED" });
        assert_eq!(one(app, &volunteer, 21, "eid.confirm", confirm).await, "rejected not_yours_to_set");
        assert_eq!(one(app, &volunteer, 22, "mobile.result", report(session, &homes[2].1, "captured")).await, "rejected not_yours_to_set");
        assert_eq!(rung(&officer, &homes[2].1).await, Value::Null);

        app.pass(DAY + 10 * 3_600_000);
        officer.phone.refresh().await;
        for (n, (_, id)) in homes.iter().enumerate() {
            assert_eq!(officer.book().await["sessions"][0]["state"], "planned", "home {n}");
            assert_eq!(officer.says(app, "mobile.result", report(session, id, "captured")).await.1, "applied");
            let rung = rung(&officer, id).await;
            assert_eq!((&rung["state"], &rung["evidence"]), (&json!("L2_CAPTURED"), &json!("police_confirmed")));
        }
        let book = officer.book().await;
        assert_eq!(book["sessions"][0]["state"], "held");
        assert_eq!(book["days"], json!([{ "day": 20261123, "kind": "H02", "channel": "home", "result": "done", "n": 6, "people": 6, "minutes": 0 }]));
        assert!(book["queue"].as_array().expect("a queue").iter().all(|item| item["state"] == "done"));
        let mut volunteer = volunteer;
        volunteer.refresh().await;
        assert_eq!(door(&volunteer, HOUSEHOLDS[2]).await["helped_on"], 20261123);
        let rows = "SELECT count(*) FROM help_log WHERE kind = 'H02' AND session_id IS NOT NULL AND group_id IS NOT NULL";
        assert_eq!(count(app, rows).await, 6);
    }

    async fn an_evening_keeps_to_its_room_and_a_home_to_one_evening(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let homes = six(app, &volunteer).await;
        let officer = Officer::new(app).await;
        let (first, second) = (fresh_id(), fresh_id());
        let ask = async |body: &Value| officer.phone.post("/api/v1/mobile-sessions", body).await;
        let mut full = evening(first, &ids(&homes));
        full["capacity"] = json!(5);
        let refused = ask(&full).await;
        assert_eq!((refused.status, refused.json()["errors"].clone()), (422, json!([{ "pointer": "/homes", "code": "too_many" }])));
        for (field, value, pointer) in [
            ("day", json!(20261121), "/day"), ("day", json!(20270301), "/day"), ("to_minute", json!(1110), "/to_minute"),
            ("to_minute", json!(1320), "/to_minute"), ("place", json!(" "), "/place"), ("capacity", json!(0), "/capacity"),
            ("packed", json!(["SWORD"]), "/packed"),
        ] {
            let mut wrong = evening(first, &ids(&homes));
            wrong[field] = value;
            let refused = ask(&wrong).await;
            assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].as_str()), (422, Some(pointer)));
        }
        assert_eq!(count(app, "SELECT count(*) FROM mobile_session").await, 0);
        assert_eq!(ask(&evening(first, &ids(&homes[..3]))).await.status, 200);
        let twice = ask(&evening(second, &ids(&homes[2..]))).await;
        assert_eq!((twice.status, twice.json()["errors"].clone()), (409, json!([{ "pointer": "/homes/0", "code": "taken" }])));
        let unknown = ask(&evening(second, &[json!(fresh_id())])).await;
        assert_eq!((unknown.status, unknown.json()["errors"].clone()), (409, json!([{ "pointer": "/homes/0", "code": "changed" }])));
        assert_eq!(ask(&evening(second, &ids(&homes[3..]))).await.status, 200);

        // One home changes evenings; the other evening is called off.
        let change = format!("/api/v1/mobile-sessions/{first}");
        let moved = officer.phone.post(&change, &json!({ "homes": ids(&homes[..2]), "day": 20261125, "packed": ["CAMERA", "FORMS"] })).await;
        assert_eq!(moved.status, 200, "{}", moved.text());
        assert_eq!(moved.json()["homes"].as_array().map(Vec::len), Some(2));
        assert_eq!(moved.json()["packed"], json!(["CAMERA", "FORMS"]));
        assert_eq!(referral(&volunteer, HOUSEHOLDS[3], &homes[0].1).await["appointment"]["on"], 20261125);
        assert_eq!(referral(&volunteer, HOUSEHOLDS[2], &homes[2].1).await["appointment"], Value::Null);
        let cancel = format!("/api/v1/mobile-sessions/{second}/cancel");
        for _ in 0..2 {
            assert_eq!(officer.phone.post(&cancel, &json!({})).await.status, 204);
        }
        assert_eq!(referral(&volunteer, HOUSEHOLDS[0], &homes[4].1).await["appointment"], Value::Null);
        let again = officer.phone.post(&format!("/api/v1/mobile-sessions/{second}"), &json!({ "packed": [] })).await;
        assert_eq!((again.status, again.code()), (409, "conflict".into()));
        let waiting = format!("/api/v1/mobile-sessions/waiting?groups={GROUP_1}&capacity=1");
        let homes = officer.phone.get(&waiting).await.json()["homes"].clone();
        let fits: Vec<bool> = homes.as_array().expect("homes").iter().map(|h| h["fits"] == true).collect();
        assert_eq!(fits.len(), 4);
        assert_eq!(fits.iter().filter(|fits| **fits).count(), 1);
        for path in ["?groups=x", "?groups=&kinds=BANK_QR", "?groups=&capacity=61"] {
            let refused = officer.phone.get(&format!("/api/v1/mobile-sessions/waiting{path}")).await;
            assert_eq!((refused.status, refused.code()), (422, "invalid_field".into()), "{path}");
        }
    }

    async fn the_latest_result_of_a_home_stands(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let homes = six(app, &volunteer).await;
        let mut officer = Officer::new(app).await;
        let session = fresh_id();
        let planned = officer.phone.post("/api/v1/mobile-sessions", &evening(session, &ids(&homes[..2]))).await;
        assert_eq!(planned.status, 200);
        app.pass(60_000);
        let at = app.now().0 - 30_000;
        let said = [(at, "captured"), (at + 1_000, "pending"), (at + 2_000, "not_done")];
        for (at, result) in said {
            let fate = officer.said_at(app, at, "mobile.result", report(session, &homes[0].1, result)).await.1;
            assert_eq!(fate, "applied");
        }
        for (n, (at, result)) in said.into_iter().rev().enumerate() {
            let fate = officer.said_at(app, at, "mobile.result", report(session, &homes[1].1, result)).await.1;
            assert_eq!(fate, if n == 0 { "applied" } else { "applied lost_to_newer" });
        }
        for n in [0, 1] {
            let item = officer.item(&homes[n].1).await.expect("there");
            assert_eq!((&item["state"], &item["person"]["eid"]), (&json!("accepted"), &Value::Null), "{n}");
            assert_eq!(item["session_id"], Value::Null, "it waits again");
        }
        let rows = "SELECT count(*) FROM help_log WHERE taken_back_at IS NULL";
        assert_eq!(count(app, rows).await, 2);
        assert_eq!(officer.book().await["sessions"][0]["state"], "held");
        // It may be part of another evening, and be done there.
        let next = fresh_id();
        assert_eq!(officer.phone.post("/api/v1/mobile-sessions", &evening(next, &ids(&homes[..1]))).await.status, 200);
        assert_eq!(officer.says(app, "mobile.result", report(next, &homes[0].1, "captured")).await.1, "applied");
        let item = officer.item(&homes[0].1).await.expect("there");
        assert_eq!((&item["state"], &item["session_id"]), (&json!("done"), &json!(next)));
        let misfit = json!({ "session_id": next, "referral_id": homes[0].1, "result": "captured", "people": 0 });
        assert_eq!(officer.says(app, "mobile.result", misfit).await.1, "rejected malformed_payload");
        assert_eq!(officer.says(app, "mobile.result", report(fresh_id(), &homes[0].1, "captured")).await.1, "rejected out_of_reach");
    }

    // Scenario 6.
    async fn what_is_seen_on_the_screen_goes_on_from_what_the_police_confirmed(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let mut officer = Officer::new(app).await;
        let lan = fresh_id();
        agrees(app, &volunteer, 1, lan, HOUSEHOLDS[0]).await;
        let issued = json!({ "state": "L2_ISSUED", "evidence": "seen_on_screen", "blockers": ["SIM_OTHER_NAME"] });
        assert_eq!(one(app, &volunteer, 2, "learner.eid", of(lan, issued)).await, "applied");
        let telco = json!({ "household_id": HOUSEHOLDS[0], "learner_id": lan, "kind": "TELCO_SIM" });
        refer(app, &volunteer, 3, telco).await;
        let police = json!({ "household_id": HOUSEHOLDS[0], "learner_id": lan, "kind": "POLICE_DATA" });
        let id = refer(app, &volunteer, 4, police).await;
        assert_eq!(officer.queue().await.len(), 1, "the network's business is not theirs");
        let h07 = json!({ "kind": "H07", "channel": "office", "result": "done", "referral_id": id });
        assert_eq!(officer.says(app, "help.log", h07).await.1, "applied");
        assert_eq!(officer.says(app, "referral.done", json!({ "referral_id": id })).await.1, "applied");
        assert_eq!(door(&volunteer, HOUSEHOLDS[0]).await["helped_on"], Value::Null, "not at the home");
        let confirm = json!({ "referral_id": id, "learner_id": lan, "state": "L2_ISSUED" });
        assert_eq!(officer.says(app, "eid.confirm", confirm).await.1, "applied");
        assert_eq!(rung(&officer, &id).await["evidence"], "police_confirmed");
        app.pass(1_000);
        let active = json!({ "state": "L2_ACTIVE", "evidence": "seen_on_screen" });
        assert_eq!(one(app, &volunteer, 5, "learner.eid", of(lan, active)).await, "applied");
        let rung = rung(&officer, &id).await;
        assert_eq!((&rung["state"], &rung["evidence"]), (&json!("L2_ACTIVE"), &json!("seen_on_screen")));
    }

    // Scenario 7.
    async fn the_promise_counts_from_the_phones_clock_set_right(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let mut officer = Officer::new(app).await;
        let lan = fresh_id();
        agrees(app, &volunteer, 1, lan, HOUSEHOLDS[0]).await;
        let lost = json!({ "state": "ACCESS_LOST", "evidence": "self_report", "blockers": ["OLD_DEVICE_CODE"] });
        assert_eq!(one(app, &volunteer, 2, "learner.eid", of(lan, lost)).await, "applied");
        // Written on Sunday, an hour before it is sent, by a clock that is three days ahead.
        let wrong = 3 * DAY;
        let open = crate::people::op(3, app.now().0 + wrong - 3_600_000, "referral.open",
            json!({ "household_id": HOUSEHOLDS[0], "learner_id": lan, "kind": "POLICE_RECOVERY" }));
        let push = json!({
            "device_id": volunteer.device, "app_version": "0.6.0", "sent_at": app.now().0 + wrong,
            "queued": 1, "ops": [open]
        });
        let answer = volunteer.post("/api/v1/sync/push", &push).await.json();
        assert_eq!(answer["results"][0]["flags"], json!(["clock_corrected"]));
        let item = officer.item(&open["op_id"]).await.expect("in the queue");
        assert_eq!(item["opened_at"], app.now().0 - 3_600_000);
        assert_eq!(item["due_on"], 20261126, "three working days, a holiday left out");
        assert_eq!(item["person"]["eid"]["state"], "ACCESS_LOST");
        // Off the ladder only with a reason, and both words stay.
        let confirm = json!({ "referral_id": item["id"], "learner_id": lan, "state": "CARD_ONLY" });
        assert_eq!(officer.says(app, "eid.confirm", confirm.clone()).await.1, "rejected no_such_step");
        let mut correction = confirm;
        correction["why"] = json!("learned_more");
        assert_eq!(officer.says(app, "eid.confirm", correction).await.1, "applied");
        assert_eq!(rung(&officer, &item["id"]).await["state"], "CARD_ONLY");
        assert_eq!(count(app, "SELECT count(*) FROM learner_eid").await, 2);
        let stranger = json!({ "referral_id": item["id"], "learner_id": fresh_id(), "state": "LEVEL1" });
        assert_eq!(officer.says(app, "eid.confirm", stranger).await.1, "rejected no_such_learner");
    }

    async fn what_the_police_say_is_in_no_volunteers_phone_and_no_visit_in_theirs(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let lead = app.signed_in("team_lead").await;
        let mut officer = Officer::new(app).await;
        let lan = fresh_id();
        agrees(app, &volunteer, 1, lan, HOUSEHOLDS[0]).await;
        let level = json!({ "state": "LEVEL1", "evidence": "self_report" });
        assert_eq!(one(app, &volunteer, 2, "learner.eid", of(lan, level)).await, "applied");
        let payload = json!({ "household_id": HOUSEHOLDS[0], "learner_id": lan, "kind": "POLICE_MOBILE", "phone": NUMBER });
        let id = refer(app, &volunteer, 3, payload).await;
        assert_eq!(one(app, &volunteer, 4, "visit.record", served(lan, 3)).await, "applied");
        assert_eq!(one(app, &volunteer, 5, "household.note", json!({ "household_id": HOUSEHOLDS[0], "text": "nhà có chó dữ" })).await, "applied");
        assert_eq!(one(app, &volunteer, 6, "household.flags", json!({ "household_id": HOUSEHOLDS[0], "flags": ["NEED_HOME"] })).await, "applied");
        let session = fresh_id();
        assert_eq!(officer.phone.post("/api/v1/mobile-sessions", &evening(session, std::slice::from_ref(&id))).await.status, 200);
        assert_eq!(officer.says(app, "mobile.result", report(session, &id, "captured")).await.1, "applied");
        let locked = json!({ "referral_id": id, "learner_id": lan, "state": "LOCKED", "why": "learned_more" });
        assert_eq!(officer.says(app, "eid.confirm", locked).await.1, "applied");

        let at_home = door(&volunteer, HOUSEHOLDS[0]).await;
        assert_eq!(at_home["helped_on"], 20261122);
        let eid = &at_home["people"][0]["eid"];
        assert_eq!((&eid["state"], &eid["ours"]), (&json!("LEVEL1"), &json!(true)), "as if they had said nothing");
        let cursor = volunteer.pull(None).await.json()["cursor"].clone();
        for phone in [&volunteer, &lead] {
            for said in [phone.pull(None).await.text(), phone.pull(cursor.as_str()).await.text()] {
                for word in ["L2_CAPTURED", "LOCKED", "police_confirmed", "H02", "H01", "0000000123", NUMBER,
                    "Người police", PLACE, "\"police\"", &session.to_string()] {
                    assert!(!said.contains(word), "{word}");
                }
            }
        }
        let book = officer.phone.pull(None).await.text();
        for word in ["visits", "SERVED", "chó dữ", "note", "NEED_HOME", "Nguyễn Văn Thử", "people_60"] {
            assert!(!book.contains(word), "{word}");
        }
        let mine: Value = serde_json::from_str(&book).expect("JSON");
        assert_eq!(mine["police"]["queue"][0]["door"]["visited_on"], 20261122);
        assert!(!mine["police"].to_string().contains("SEC-01"), "the catalogue is everybody's, what was learned is not");
        assert_eq!(app.signed_in(STAFF).await.pull(None).await.status, 403);
    }

    async fn a_slip_has_six_characters_and_nobody(app: &TestApp) {
        let desk = app.signed_in("one_stop_helper").await;
        let mut officer = Officer::new(app).await;
        let ask = json!({ "id": fresh_id(), "kind": "POLICE_RECOVERY", "source": "one_stop", "group_id": GROUP_1, "age_band": "60-79" });
        let opened = desk.post("/api/v1/referrals", &ask).await.json();
        assert_eq!(desk.post("/api/v1/referrals", &ask).await.json(), opened, "the same twice is once");
        let slip = opened["slip"].as_str().expect("a slip");
        assert!(slip.len() == 6 && !slip.contains(['0', '1', 'O', 'I', 'L']), "{slip}");
        assert_eq!((&opened["state"], &opened["due_on"]), (&json!("new"), &json!(20261126)));
        for (field, value) in [
            ("kind", json!("BANK_QR")), ("source", json!("door")), ("group_id", json!(fresh_id())),
        ] {
            let mut wrong = ask.clone();
            (wrong["id"], wrong[field]) = (json!(fresh_id()), value);
            let refused = desk.post("/api/v1/referrals", &wrong).await;
            assert_eq!((refused.status, refused.json()["errors"][0]["pointer"].clone()), (422, json!(format!("/{field}"))));
        }
        let mut named = ask.clone();
        named["name"] = json!("bác Lan");
        assert_eq!(desk.post("/api/v1/referrals", &named).await.code(), "unknown_field");
        let item = officer.queue().await.remove(0);
        assert_eq!((&item["slip"], &item["source"], &item["group_id"], &item["age_band"]),
            (&opened["slip"], &json!("one_stop"), &json!(GROUP_1), &json!("60-79")));
        assert_eq!((&item["door"], &item["person"]), (&Value::Null, &Value::Null));
        let back = json!({ "referral_id": item["id"], "why": "come_to_office" });
        assert_eq!(officer.says(app, "referral.return", back).await.1, "applied");
        let list = desk.get("/api/v1/referrals").await.json();
        let row = &list["referrals"][0];
        assert_eq!((&row["state"], &row["why"], &row["slip"]), (&json!("returned"), &json!("come_to_office"), &opened["slip"]));
        assert_eq!(list["referrals"].as_array().map(Vec::len), Some(1));
    }
}
