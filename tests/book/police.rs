//! The police desk in the book: help counted, referrals answered, numbers to call back deleted.

use gocua_domain::id::HouseholdId;
use gocua_tests::fixture::{self, GROUP_1, HOUSEHOLDS, VOLUNTEER};
use gocua_tests::{Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::people::{book, consent, count, door, of, one, op, push};

const DAY: i64 = 86_400_000;
const OFFICER: &str = "police";
/// A number nobody has.
pub(crate) const NUMBER: &str = "0000 000 123";

/// An officer's phone with its place in the row of operations.
pub(crate) struct Officer {
    pub phone: Phone,
    seq: i64,
}

impl Officer {
    pub async fn new(app: &TestApp) -> Self {
        Self { phone: app.signed_in(OFFICER).await, seq: 0 }
    }

    /// Signs in again after days.
    pub async fn back(&mut self) {
        let answer = self.phone.login(OFFICER, fixture::PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }

    /// Writes one operation, and gives its id and its fate.
    pub async fn says(&mut self, app: &TestApp, kind: &str, payload: Value) -> (Value, String) {
        self.said_at(app, app.now().0, kind, payload).await
    }

    pub async fn said_at(
        &mut self,
        app: &TestApp,
        at: i64,
        kind: &str,
        payload: Value,
    ) -> (Value, String) {
        self.seq += 1;
        let op = op(self.seq, at, kind, payload);
        let id = op["op_id"].clone();
        (id, push(app, &self.phone, &[op]).await.remove(0))
    }

    /// All it holds.
    pub async fn book(&self) -> Value {
        self.phone.pull(None).await.json()["police"].clone()
    }

    /// The queue it holds.
    pub async fn queue(&self) -> Vec<Value> {
        self.book().await["queue"].as_array().expect("a queue").clone()
    }

    /// A referral of the queue.
    pub async fn item(&self, id: &Value) -> Option<Value> {
        self.queue().await.into_iter().find(|item| item["id"] == *id)
    }
}

/// A resident of a household who agrees to all that is asked.
pub(crate) async fn agrees(
    app: &TestApp,
    phone: &Phone,
    seq: i64,
    learner: Uuid,
    home: HouseholdId,
) {
    let all = json!({ "household_id": home, "purposes": ["learn", "refer", "call"] });
    let fate = one(app, phone, seq, "consent.give", consent(learner, all)).await;
    assert_eq!(fate, "applied");
}

/// A referral to the police, by its id.
pub(crate) async fn refer(app: &TestApp, phone: &Phone, seq: i64, payload: Value) -> Value {
    let op = op(seq, app.now().0, "referral.open", payload);
    let id = op["op_id"].clone();
    assert_eq!(push(app, phone, &[op]).await, ["applied"]);
    id
}

fn tap(kind: &str) -> Value {
    json!({ "kind": kind, "channel": "office", "result": "done" })
}

on_both! {
    async fn a_thousand_taps_are_a_thousand_counts(app: &TestApp) {
        let officer = Officer::new(app).await;
        let kinds = ["H01", "H03", "H04", "H10"];
        let taps: Vec<Value> = (1..=1_000)
            .map(|n| {
                let mut tap = op(n, app.now().0 + n, "help.log", tap(kinds[n as usize % 4]));
                tap["after"] = json!(n - 1);
                tap
            })
            .collect();
        app.pass(60_000);
        // The batches overlap, and the second half comes before the first.
        for at in [5, 6, 7, 8, 9, 0, 1, 2, 3, 4] {
            let batch = &taps[at * 100..(at * 100 + 150).min(1_000)];
            push(app, &officer.phone, batch).await;
        }
        let again = push(app, &officer.phone, &taps[..100]).await;
        assert!(again.iter().all(|fate| fate == "duplicate"), "{again:?}");
        assert_eq!(count(app, "SELECT count(*) FROM help_log WHERE taken_back_at IS NULL").await, 1_000);
        assert_eq!(count(app, "SELECT count(*) FROM held_op").await, 0);
        let days = officer.book().await["days"].clone();
        let of: Vec<i64> = days.as_array().expect("days").iter().map(|d| d["n"].as_i64().expect("n")).collect();
        assert_eq!(of, [250; 4]);
    }

    async fn a_count_may_be_taken_back_by_who_made_it_and_once(app: &TestApp) {
        let mut officer = Officer::new(app).await;
        let (id, fate) = officer.says(app, "help.log", tap("H03")).await;
        assert_eq!(fate, "applied");
        let (other, _) = officer.says(app, "help.log", tap("H03")).await;
        let back = json!({ "help_id": id });
        let volunteer = app.signed_in(VOLUNTEER).await;
        assert_eq!(one(app, &volunteer, 1, "help.take_back", back.clone()).await, "rejected not_yours_to_set");
        assert_eq!(one(app, &volunteer, 2, "help.log", tap("H03")).await, "rejected not_yours_to_set");
        assert_eq!(officer.says(app, "help.take_back", back.clone()).await.1, "applied");
        assert_eq!(officer.says(app, "help.take_back", back).await.1, "superseded nothing_to_withdraw");
        assert_eq!(officer.says(app, "help.take_back", json!({ "help_id": fresh_id() })).await.1, "rejected out_of_reach");
        assert_eq!(officer.book().await["days"][0]["n"], 1);
        app.pass(31 * DAY + 1);
        officer.back().await;
        assert_eq!(officer.says(app, "help.take_back", json!({ "help_id": other })).await.1, "rejected too_late_to_withdraw");
    }

    async fn what_is_no_count_is_refused_and_says_why(app: &TestApp) {
        let mut officer = Officer::new(app).await;
        for (with, fate) in [
            (json!({ "kind": "H99" }), "rejected unknown_help"),
            (json!({ "result": "not_done" }), "rejected malformed_payload"),
            (json!({ "people": 2 }), "rejected too_many_people"),
            (json!({ "minutes": 601 }), "rejected out_of_range"),
            (json!({ "day": 20261123 }), "rejected no_such_day"),
            (json!({ "group_id": fresh_id() }), "rejected out_of_reach"),
            (json!({ "referral_id": fresh_id() }), "rejected out_of_reach"),
            (json!({ "name": "bác Lan" }), "rejected unknown_field"),
            (json!({ "kind": "H14", "people": 25, "group_id": GROUP_1, "day": 20261121 }), "applied"),
        ] {
            let mut payload = tap("H03");
            for (key, value) in with.as_object().expect("fields") {
                payload[key] = value.clone();
            }
            assert_eq!(officer.says(app, "help.log", payload).await.1, fate, "{with}");
        }
        assert_eq!(count(app, "SELECT count(*) FROM help_log").await, 1);
    }

    async fn a_referral_goes_through_the_queue(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let mut officer = Officer::new(app).await;
        let lan = fresh_id();
        agrees(app, &volunteer, 1, lan, HOUSEHOLDS[2]).await;
        let call = json!({ "household_id": HOUSEHOLDS[2], "learner_id": lan, "kind": "POLICE_L2", "phone": NUMBER });
        let id = refer(app, &volunteer, 2, call).await;
        let house = refer(app, &volunteer, 3, json!({ "household_id": HOUSEHOLDS[0], "kind": "POLICE_SCAM" })).await;
        refer(app, &volunteer, 4, json!({ "household_id": HOUSEHOLDS[0], "kind": "BANK_QR" })).await;
        let queue = officer.queue().await;
        let order: Vec<&Value> = queue.iter().map(|item| &item["id"]).collect();
        assert_eq!(order, [&house, &id], "what is due today is first, and the bank's is not theirs");
        let item = &queue[1];
        assert_eq!(item["person"]["call_name"], "bác Lan");
        assert_eq!(item["person"]["phone"], "0000000123");
        assert_eq!((&item["due_on"], &item["state"], &item["source"]), (&json!(20261126), &json!("new"), &json!("door")));
        assert_eq!((&item["door"]["alley"], &item["door"]["house"]), (&json!("Ngõ 12, Đường Thử"), &json!("5")));
        assert_eq!((&item["door"]["team"], &item["group_id"]), (&json!("Đội 1"), &json!(GROUP_1)));
        assert!(queue[0]["door"]["sort"].as_str() < item["door"]["sort"].as_str(), "a street before its alley");

        let cursor = officer.phone.pull(None).await.json()["cursor"].clone();
        let accept = json!({ "referral_id": id, "appointment": { "on": 20261125, "minute": 540 } });
        assert_eq!(officer.says(app, "referral.accept", accept).await.1, "applied");
        let news = officer.phone.pull(cursor.as_str()).await.json();
        let item = news["police"]["queue"].as_array().expect("a queue").iter().find(|item| item["id"] == id).expect("there").clone();
        assert_eq!((&item["state"], &item["mine"]), (&json!("accepted"), &json!(true)));
        let told = door(&volunteer, HOUSEHOLDS[2]).await["referrals"][0].clone();
        assert_eq!(told["appointment"], json!({ "on": 20261125, "minute": 540 }));
        assert_eq!((&told["state"], &told["answered_on"]), (&json!("accepted"), &json!(20261122)));
        assert_eq!(one(app, &volunteer, 5, "referral.cancel", json!({ "household_id": HOUSEHOLDS[2], "referral_id": id })).await, "rejected too_late_to_withdraw");
        let back = json!({ "referral_id": house, "why": "not_reached" });
        assert_eq!(officer.says(app, "referral.return", back).await.1, "applied");
        let told = door(&volunteer, HOUSEHOLDS[0]).await["referrals"].clone();
        let told = told.as_array().expect("referrals").iter().find(|r| r["id"] == house).expect("there").clone();
        assert_eq!((&told["state"], &told["why"]), (&json!("returned"), &json!("not_reached")));
        // Nothing new of theirs: their book does not come again.
        let cursor = officer.phone.pull(None).await.json()["cursor"].clone();
        assert_eq!(one(app, &volunteer, 6, "household.flags", json!({ "household_id": HOUSEHOLDS[1], "flags": [] })).await, "applied");
        assert_eq!(officer.phone.pull(cursor.as_str()).await.json()["police"], Value::Null);
    }

    async fn the_latest_act_stands_whatever_order_they_come_in(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let open = json!({ "household_id": HOUSEHOLDS[0], "kind": "POLICE_DATA" });
        let (one, other) = (refer(app, &volunteer, 1, open.clone()).await, refer(app, &volunteer, 2, open).await);
        let mut officer = Officer::new(app).await;
        app.pass(10_000);
        let at = app.now().0 - 5_000;
        let acts = |id: &Value| [
            (at, "referral.accept", json!({ "referral_id": id, "appointment": { "on": 20261124 } })),
            (at + 1_000, "referral.return", json!({ "referral_id": id, "why": "papers_first" })),
            (at + 2_000, "referral.accept", json!({ "referral_id": id })),
            (at + 3_000, "referral.done", json!({ "referral_id": id })),
        ];
        for (at, kind, payload) in acts(&one) {
            assert_eq!(officer.said_at(app, at, kind, payload).await.1, "applied");
        }
        for (n, (at, kind, payload)) in acts(&other).into_iter().rev().enumerate() {
            let fate = if n == 0 { "applied" } else { "applied lost_to_newer" };
            assert_eq!(officer.said_at(app, at, kind, payload).await.1, fate);
        }
        let (mut a, mut b) = (officer.item(&one).await.expect("one"), officer.item(&other).await.expect("other"));
        for item in [&mut a, &mut b] {
            item["id"] = Value::Null;
        }
        assert_eq!(a, b);
        assert_eq!(a["state"], "done");
    }

    async fn what_the_team_took_back_is_nobodys_to_answer(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let id = refer(app, &volunteer, 1, json!({ "household_id": HOUSEHOLDS[0], "kind": "POLICE_L2" })).await;
        let bank = refer(app, &volunteer, 2, json!({ "household_id": HOUSEHOLDS[0], "kind": "BANK_QR" })).await;
        assert_eq!(one(app, &volunteer, 3, "referral.cancel", json!({ "household_id": HOUSEHOLDS[0], "referral_id": id })).await, "applied");
        let mut officer = Officer::new(app).await;
        assert_eq!(officer.queue().await, [] as [Value; 0]);
        for (kind, more) in [("referral.accept", json!({})), ("referral.done", json!({})), ("referral.return", json!({ "why": "other" }))] {
            let mut payload = json!({ "referral_id": id });
            for (key, value) in more.as_object().expect("fields") {
                payload[key] = value.clone();
            }
            assert_eq!(officer.says(app, kind, payload.clone()).await.1, "superseded nothing_to_withdraw");
            payload["referral_id"] = bank.clone();
            assert_eq!(officer.says(app, kind, payload.clone()).await.1, "rejected out_of_reach");
            assert_eq!(one(app, &volunteer, officer.seq + 10, kind, payload).await, "rejected not_yours_to_set");
        }
        for (on, minute, fate) in [(20270201, 0, "no_such_day"), (20261131, 0, "no_such_day"), (20261125, 1440, "out_of_range")] {
            let accept = json!({ "referral_id": id, "appointment": { "on": on, "minute": minute } });
            assert_eq!(officer.says(app, "referral.accept", accept).await.1, format!("rejected {fate}"));
        }
    }

    async fn a_number_is_kept_with_consent_and_for_days(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let lan = fresh_id();
        let call = |learner: Option<Uuid>, kind: &str, phone: &str| {
            let mut payload = json!({ "household_id": HOUSEHOLDS[0], "kind": kind, "phone": phone });
            if let Some(learner) = learner {
                payload["learner_id"] = json!(learner);
            }
            payload
        };
        assert_eq!(one(app, &volunteer, 1, "consent.give", consent(lan, json!({}))).await, "applied");
        for (seq, payload, fate) in [
            (2, call(Some(lan), "POLICE_L2", NUMBER), "rejected consent_needed"),
            (3, call(None, "POLICE_L2", NUMBER), "rejected consent_needed"),
            (4, call(Some(lan), "BANK_QR", NUMBER), "rejected consent_needed"),
            (5, call(Some(lan), "POLICE_L2", "0000 000 000 12"), "rejected not_a_number"),
        ] {
            assert_eq!(one(app, &volunteer, seq, "referral.open", payload).await, fate);
        }
        agrees(app, &volunteer, 6, lan, HOUSEHOLDS[0]).await;
        assert_eq!(one(app, &volunteer, 7, "referral.open", call(Some(lan), "POLICE_L2", "0000000000 12")).await, "rejected not_a_number");
        assert!(!book(app).await.contains("00000012"), "a refused number is kept nowhere");
        let id = refer(app, &volunteer, 8, call(Some(lan), "POLICE_L2", NUMBER)).await;
        let mut officer = Officer::new(app).await;
        let accept = json!({ "referral_id": id, "appointment": { "on": 20261125 } });
        assert_eq!(officer.says(app, "referral.accept", accept).await.1, "applied");
        assert_eq!(count(app, "SELECT CAST(until AS BIGINT) FROM referral_phone").await, 20_261_128);
        app.pass(5 * DAY);
        officer.back().await;
        assert_eq!(app.store().forget_phones("99999", app.now()).await.expect("looks"), 0);
        assert_eq!(officer.item(&id).await.expect("there")["person"]["phone"], "0000000123");
        app.pass(2 * DAY);
        officer.back().await;
        let cursor = officer.phone.pull(None).await.json()["cursor"].clone();
        assert_eq!(officer.item(&id).await.expect("there")["person"]["phone"], Value::Null, "whoever has not looked yet");
        assert_eq!(app.store().overdue_phones("99999", app.now().day()).await.expect("counts"), 1);
        assert_eq!(app.store().forget_phones("99999", app.now()).await.expect("looks"), 1);
        assert_eq!(app.store().overdue_phones("99999", app.now().day()).await.expect("counts"), 0);
        assert!(officer.phone.pull(cursor.as_str()).await.json()["police"].is_object(), "every phone hears of it");
        assert!(!book(app).await.contains("0000000123"));
    }

    async fn a_number_goes_with_the_consent(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let mut officer = Officer::new(app).await;
        let mut seq = 0;
        // Less is agreed to, the police are no longer told, and everything is withdrawn.
        for (kind, payload, named, state) in [
            ("consent.give", json!({ "purposes": ["learn", "refer"] }), true, "accepted"),
            ("consent.give", json!({ "purposes": ["learn", "call"] }), false, "accepted"),
            ("consent.withdraw", json!({}), false, "accepted"),
        ] {
            let lan = fresh_id();
            agrees(app, &volunteer, seq + 1, lan, HOUSEHOLDS[0]).await;
            let call = json!({ "household_id": HOUSEHOLDS[0], "learner_id": lan, "kind": "POLICE_L2", "phone": NUMBER });
            let id = refer(app, &volunteer, seq + 2, call).await;
            assert_eq!(officer.says(app, "referral.accept", json!({ "referral_id": id })).await.1, "applied");
            assert_eq!(officer.item(&id).await.expect("there")["person"]["phone"], "0000000123");
            let cursor = officer.phone.pull(None).await.json()["cursor"].clone();
            app.pass(1_000);
            let payload = if kind == "consent.give" { consent(lan, payload) } else { of(lan, payload) };
            assert_eq!(one(app, &volunteer, seq + 3, kind, payload).await, "applied");
            seq += 3;
            let news = officer.phone.pull(cursor.as_str()).await.json()["police"].clone();
            assert!(news.is_object(), "{kind}");
            let item = news["queue"].as_array().expect("a queue").iter().find(|item| item["id"] == id).expect("there").clone();
            assert_eq!((item["person"]["call_name"] == "bác Lan", item["state"].as_str()), (named, Some(state)));
            assert_eq!(count(app, "SELECT count(*) FROM referral_phone").await, 0);
            assert!(!book(app).await.contains("0000000123"));
        }
    }

    async fn a_withdrawal_in_the_same_breath_leaves_no_number(app: &TestApp) {
        let volunteer = app.signed_in(VOLUNTEER).await;
        let lan = fresh_id();
        let call = json!({ "household_id": HOUSEHOLDS[0], "learner_id": lan, "kind": "POLICE_L2", "phone": NUMBER });
        let all = json!({ "purposes": ["learn", "refer", "call"] });
        let at = app.now().0;
        let ops = [
            op(1, at, "consent.give", consent(lan, all)),
            op(2, at + 1, "referral.open", call.clone()),
            op(3, at + 2, "consent.withdraw", of(lan, json!({}))),
        ];
        app.pass(1_000);
        assert_eq!(push(app, &volunteer, &ops).await, ["applied"; 3]);
        assert_eq!(count(app, "SELECT count(*) FROM referral_phone").await, 0);
        assert_eq!(Officer::new(app).await.queue().await, [] as [Value; 0]);
    }
}
