//! Doors that phones ask the ward about: what counts before the answer, and what after.

use gocua_domain::id::HouseholdId;
use gocua_tests::fixture::{FAR_LANE, GROUP_1, HOUSEHOLDS, LANE, STAFF, STREET, VOLUNTEER, WARD};
use gocua_tests::{Answer, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;
/// The day every test begins on.
const TODAY: i64 = 20_261_122;

/// A phone that counts its operations.
struct Walker {
    phone: Phone,
    seq: i64,
}

impl Walker {
    async fn of(app: &TestApp, login: &str) -> Self {
        Self { phone: app.signed_in(login).await, seq: 0 }
    }

    async fn send(&mut self, app: &TestApp, kind: &str, payload: Value) -> Value {
        let op = self.op(app, kind, payload);
        self.push(app, &op).await
    }

    fn op(&mut self, app: &TestApp, kind: &str, payload: Value) -> Value {
        self.seq += 1;
        json!({ "op_id": fresh_id(), "device_seq": self.seq, "made_at": app.now(), "kind": kind,
                "payload": payload })
    }

    async fn push(&self, app: &TestApp, op: &Value) -> Value {
        let body = json!({ "device_id": self.phone.device, "app_version": "0.3.0",
            "sent_at": app.now(), "queued": 1, "ops": [op] });
        let answer = self.phone.post("/api/v1/sync/push", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["results"][0].clone()
    }

    async fn propose(&mut self, app: &TestApp, no: &str) -> HouseholdId {
        let id = HouseholdId(fresh_id());
        let payload = json!({ "household_id": id, "alley_id": STREET, "house_no": no });
        let result = self.send(app, "household.propose", payload).await;
        assert_eq!(result["outcome"], "applied", "{result}");
        id
    }

    async fn visit(&mut self, app: &TestApp, household: HouseholdId, outcome: &str) -> Value {
        let payload = json!({ "household_id": household, "outcome": outcome });
        self.send(app, "visit.record", payload).await
    }

    /// The door as the phone is given it.
    async fn door(&self, household: HouseholdId) -> Option<Value> {
        let pulled = self.phone.pull(None).await.json();
        let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
        list(&pulled["alleys"])
            .iter()
            .flat_map(|alley| list(&alley["doors"]))
            .find(|door| door["id"] == json!(household))
    }
}

/// Time goes by, and both sides stay signed in.
async fn pass(app: &TestApp, ms: i64, walker: &mut Walker, desk: &mut Phone) {
    app.pass(ms);
    for phone in [&mut walker.phone, desk] {
        assert_eq!(phone.refresh().await.status, 200);
    }
}

async fn asked(desk: &Phone) -> Vec<Value> {
    let answer = desk.get("/api/v1/inbox/doors").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["doors"].as_array().expect("doors").clone()
}

/// What is asked, in short: number of the house and the question.
async fn questions(desk: &Phone) -> Vec<(String, String)> {
    let word = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    asked(desk).await.iter().map(|d| (word(&d["household"]["no"]), word(&d["question"]))).collect()
}

async fn answer(desk: &Phone, household: HouseholdId, body: Value) -> Answer {
    desk.post(&format!("/api/v1/inbox/doors/{household}/decide"), &body).await
}

async fn decide(desk: &Phone, household: HouseholdId, decision: &str) -> Answer {
    answer(desk, household, json!({ "decision": decision, "reason": "tổ trưởng xác nhận" })).await
}

/// Denominator, served households, visits of the ward.
async fn totals(desk: &Phone) -> (i64, i64, i64) {
    let total = desk.get("/api/v1/coverage").await.json()["total"].clone();
    let n = |name: &str| total[name].as_i64().expect("a count");
    (n("hh_total"), n("hh_served"), n("visits"))
}

async fn trend(desk: &Phone) -> Value {
    desk.get("/api/v1/coverage/trend").await.json()["days"].clone()
}

fn pair(no: &str, question: &str) -> (String, String) {
    (no.to_owned(), question.to_owned())
}

async fn verified(app: &TestApp) {
    let report = app.store().verify(WARD).await.expect("verifies");
    assert!(report.drifts.is_empty(), "{:?}", report.drifts);
}

on_both! {
    async fn a_proposed_house_counts_nothing_until_the_ward_approves_it(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut walker = Walker::of(app, VOLUNTEER).await;
        let cursor = walker.phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
        let house = walker.propose(app, "1B").await;
        let delta = walker.phone.pull(Some(&cursor)).await.json();
        assert_eq!(delta["doors"][0]["id"], json!(house), "the own team has it at once");
        let visit = walker.visit(app, house, "SERVED").await;
        assert_eq!((&visit["outcome"], &visit["flags"]), (&json!("applied"), &json!(null)));
        let door = walker.door(house).await.expect("the door");
        assert_eq!((&door["proposed"], &door["active"], &door["side"]), (&json!(true), &json!(false), &json!("odd")));
        assert_eq!(door["visits"][0]["outcome"], "SERVED");
        assert_eq!(totals(&desk).await, (6, 0, 0));
        assert_eq!(trend(&desk).await, json!([]));
        verified(app).await;
        app.store().rebuild(WARD).await.expect("rebuilt");
        assert_eq!(totals(&desk).await, (6, 0, 0));

        let waiting = asked(&desk).await;
        assert_eq!(waiting, [json!({
            "household": { "id": house, "code": door["code"], "no": "1B", "alley": "Đường Thử", "group": "Tổ dân phố 1" },
            "question": "new_house", "of": null, "landmark": null, "head": null, "visits": 1, "account_name": "Người volunteer", "team": "Đội 1", "at": app.now()
        })]);
        assert!(app.store().find_households(WARD, "1B").await.expect("found").is_empty(), "not yet in the register");
        let done = decide(&desk, house, "approve").await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(totals(&desk).await, (7, 1, 1));
        assert_eq!(trend(&desk).await, json!([{ "day": TODAY, "visits": 1, "hh_visited": 1, "hh_served": 1 }]));
        verified(app).await;
        assert_eq!(asked(&desk).await, [] as [Value; 0]);
        assert_eq!(app.store().find_households(WARD, "1B").await.expect("found").len(), 1);
        let door = walker.door(house).await.expect("the door");
        assert_eq!((&door["proposed"], &door["active"]), (&json!(null), &json!(true)));

        let seq = app.store().ward_seq(WARD).await.expect("seq");
        assert_eq!(decide(&desk, house, "approve").await.json(), json!({ "seq": seq }), "once is enough");
        assert_eq!(decide(&desk, house, "refuse").await.code(), "conflict");
        assert_eq!(totals(&desk).await, (7, 1, 1));
    }

    async fn a_refused_house_leaves_the_phones_and_keeps_its_visits_uncounted(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut walker = Walker::of(app, VOLUNTEER).await;
        let house = walker.propose(app, "1B").await;
        walker.visit(app, house, "SERVED").await;
        let cursor = walker.phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
        assert_eq!(decide(&desk, house, "refuse").await.status, 200);
        assert_eq!(walker.phone.pull(Some(&cursor)).await.json()["gone"]["households"], json!([house]));
        let late = walker.visit(app, house, "MET_NO_NEED").await;
        assert_eq!((&late["outcome"], &late["flags"]), (&json!("applied"), &json!(["household_gone"])));
        assert_eq!(totals(&desk).await, (6, 0, 0));
        verified(app).await;
        assert_eq!(decide(&desk, house, "refuse").await.status, 200);
        assert_eq!(decide(&desk, house, "approve").await.code(), "conflict");
        // A slip of the hand is mended where everything that left the register is brought back.
        let back = desk.post("/api/v1/households/restore", &json!({ "ids": [house] })).await;
        assert_eq!(back.status, 200, "{}", back.text());
        assert_eq!(totals(&desk).await, (7, 1, 2));
        verified(app).await;
    }

    async fn two_phones_propose_the_same_house_and_the_ward_makes_it_one(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let (mut one, mut other) = (Walker::of(app, VOLUNTEER).await, Walker::of(app, "team_lead").await);
        let first = one.propose(app, "1B").await;
        let second = other.propose(app, "1B").await;
        one.visit(app, first, "SERVED").await;
        other.visit(app, second, "NOT_HOME").await;
        assert_eq!(questions(&desk).await, [pair("1B", "new_house"), pair("1B", "new_house")]);
        // The same operation again, as a lost answer brings it, changes nothing.
        let again = one.op(app, "household.propose", json!({ "household_id": first, "alley_id": STREET, "house_no": "1B" }));
        assert_eq!(one.push(app, &again).await["outcome"], "superseded");
        assert_eq!(one.push(app, &again).await["outcome"], "superseded");
        let same = other.send(app, "household.same_as", json!({ "household_id": second, "of": first })).await;
        assert_eq!(same["outcome"], "applied");
        assert_eq!(questions(&desk).await.len(), 2, "into a house that waits itself nothing is merged");
        assert_eq!(decide(&desk, first, "approve").await.status, 200);
        let waiting = asked(&desk).await;
        assert_eq!((waiting.len(), &waiting[0]["question"], &waiting[0]["of"]["id"]), (1, &json!("double"), &json!(first)));
        let body = json!({ "decision": "approve", "reason": "một nhà", "question": "double", "at": waiting[0]["at"] });
        assert_eq!(answer(&desk, second, body.clone()).await.status, 200);
        assert_eq!(totals(&desk).await, (7, 1, 2));
        assert_eq!(answer(&desk, second, body).await.status, 200, "once is enough");
        assert!(one.door(second).await.is_none());
        assert_eq!(one.door(first).await.expect("the door")["visits"].as_array().map(Vec::len), Some(2));
        verified(app).await;
    }

    async fn no_double_after_all_is_still_a_new_house(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut walker = Walker::of(app, VOLUNTEER).await;
        let house = walker.propose(app, "1B").await;
        walker.send(app, "household.same_as", json!({ "household_id": house, "of": HOUSEHOLDS[0] })).await;
        let waiting = asked(&desk).await;
        assert_eq!(waiting[0]["question"], "double");
        let refuse = json!({ "decision": "refuse", "reason": "hai nhà", "question": "double", "at": waiting[0]["at"] });
        assert_eq!(answer(&desk, house, refuse.clone()).await.status, 200);
        assert_eq!(questions(&desk).await, [pair("1B", "new_house")]);
        // The answer was lost and is sent again: it must not refuse the house.
        assert_eq!(answer(&desk, house, refuse).await.status, 200);
        assert_eq!(questions(&desk).await, [pair("1B", "new_house")]);
    }

    async fn a_household_that_moved_leaves_from_a_day_and_earlier_days_stay(app: &TestApp) {
        let mut desk = app.signed_in(STAFF).await;
        let mut walker = Walker::of(app, VOLUNTEER).await;
        walker.visit(app, HOUSEHOLDS[0], "SERVED").await;
        walker.visit(app, HOUSEHOLDS[1], "SERVED").await;
        pass(app, 3 * DAY, &mut walker, &mut desk).await;
        walker.visit(app, HOUSEHOLDS[0], "MOVED").await;
        let before = trend(&desk).await;
        assert_eq!(totals(&desk).await, (6, 2, 3), "nothing leaves before the ward says so");
        assert_eq!(questions(&desk).await, [pair("1", "moved")]);
        let with = |date: Value| json!({ "decision": "approve", "reason": "chủ mới", "date": date });
        for date in [json!(TODAY + 4), json!(20_260_231)] {
            assert_eq!(answer(&desk, HOUSEHOLDS[0], with(date)).await.code(), "invalid_field");
        }
        assert_eq!(answer(&desk, HOUSEHOLDS[0], with(json!(TODAY + 2))).await.status, 200);
        assert_eq!(totals(&desk).await, (5, 1, 3), "its visits were made all the same");
        let after = trend(&desk).await;
        assert_eq!(after[0], before[0], "what was reported of earlier days stays");
        assert_eq!(after[1], json!({ "day": TODAY + 2, "visits": 0, "hh_visited": -1, "hh_served": -1 }));
        verified(app).await;
        app.store().rebuild(WARD).await.expect("rebuilt");
        assert_eq!(trend(&desk).await, after);
        assert!(asked(&desk).await.is_empty());
        assert_eq!(walker.door(HOUSEHOLDS[0]).await.expect("the door stands")["active"], false);
        let late = walker.visit(app, HOUSEHOLDS[0], "SERVED").await;
        assert_eq!(late["flags"], json!(["household_gone"]));
        assert_eq!(totals(&desk).await, (5, 1, 4));
        assert!(asked(&desk).await.is_empty());
        assert_eq!(decide(&desk, HOUSEHOLDS[0], "approve").await.status, 200);
        assert_eq!(decide(&desk, HOUSEHOLDS[0], "refuse").await.code(), "conflict");
        // The way back.
        assert_eq!(desk.post("/api/v1/households/restore", &json!({ "ids": [HOUSEHOLDS[0]] })).await.status, 200);
        assert_eq!(totals(&desk).await, (6, 2, 4));
        verified(app).await;
    }

    async fn a_refusal_leaves_it_and_only_a_later_visit_asks_again(app: &TestApp) {
        let mut desk = app.signed_in(STAFF).await;
        let mut walker = Walker::of(app, VOLUNTEER).await;
        for (household, outcome) in HOUSEHOLDS.into_iter().zip(["MOVED", "VACANT", "NOT_FOUND", "DUPLICATE"]) {
            walker.visit(app, household, outcome).await;
            app.pass(1_000);
        }
        let four = ["moved", "vacant", "not_found", "double"];
        let nos = ["1", "3", "5", "7"];
        let all: Vec<_> = nos.iter().zip(four).map(|(no, question)| pair(no, question)).collect();
        assert_eq!(questions(&desk).await, all);
        let totals_before = totals(&desk).await;
        assert_eq!(decide(&desk, HOUSEHOLDS[0], "refuse").await.status, 200);
        assert_eq!(totals(&desk).await, totals_before);
        assert_eq!(questions(&desk).await, all[1..]);
        // Somebody opened meanwhile: nothing is left to ask.
        walker.visit(app, HOUSEHOLDS[1], "SERVED").await;
        assert_eq!(questions(&desk).await, all[2..]);
        // Knocked again and found the same: asked again, and the old answer does not answer it.
        pass(app, DAY, &mut walker, &mut desk).await;
        walker.visit(app, HOUSEHOLDS[0], "NON_RESIDENTIAL").await;
        assert_eq!(questions(&desk).await.last(), Some(&pair("1", "non_residential")));
        let stale = json!({ "decision": "refuse", "reason": "lần trước", "question": "moved" });
        assert_eq!(answer(&desk, HOUSEHOLDS[0], stale).await.status, 200);
        assert_eq!(questions(&desk).await.len(), 3);
        assert_eq!(decide(&desk, HOUSEHOLDS[0], "approve").await.status, 200);
        assert_eq!(questions(&desk).await.len(), 2);
        for household in [HOUSEHOLDS[5], HouseholdId(fresh_id())] {
            assert_eq!(decide(&desk, household, "approve").await.code(), "not_found");
        }
        let number = "1".repeat(9);
        for reason in ["", "  ", &number, &"a".repeat(201)] {
            let body = json!({ "decision": "approve", "reason": reason });
            assert_eq!(answer(&desk, HOUSEHOLDS[2], body).await.code(), "invalid_field", "{reason}");
        }
        verified(app).await;
    }

    async fn a_merged_double_is_not_asked_about_at_its_other_half(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut walker = Walker::of(app, VOLUNTEER).await;
        walker.visit(app, HOUSEHOLDS[0], "SERVED").await;
        app.pass(1_000);
        walker.visit(app, HOUSEHOLDS[1], "DUPLICATE").await;
        walker.send(app, "household.same_as", json!({ "household_id": HOUSEHOLDS[1], "of": HOUSEHOLDS[0] })).await;
        assert_eq!(asked(&desk).await.len(), 1, "one question a door");
        assert_eq!(decide(&desk, HOUSEHOLDS[1], "approve").await.status, 200);
        assert_eq!(totals(&desk).await.0, 5);
        assert!(asked(&desk).await.is_empty());
        verified(app).await;
    }

    async fn a_house_is_proposed_within_reach_only(app: &TestApp) {
        let mut walker = Walker::of(app, VOLUNTEER).await;
        for alley in [json!(FAR_LANE), json!(fresh_id())] {
            let payload = json!({ "household_id": fresh_id(), "alley_id": alley, "house_no": "9" });
            assert_eq!(walker.send(app, "household.propose", payload).await["reason"], "out_of_reach");
        }
        let taken = json!({ "household_id": HOUSEHOLDS[4], "alley_id": LANE, "house_no": "9" });
        assert_eq!(walker.send(app, "household.propose", taken).await["reason"], "out_of_reach");
        let mut other = Walker::of(app, "volunteer2").await;
        let house = walker.propose(app, "1B").await;
        assert_eq!(other.visit(app, house, "SERVED").await["reason"], "out_of_reach");
        assert!(other.door(house).await.is_none(), "another team's");
        // A landmark will do, and the words may be put right while the ward thinks.
        let id = fresh_id();
        let payload = json!({ "household_id": id, "alley_id": STREET, "landmark": "sau nhà văn hóa", "head": "Lê Thị Mới" });
        assert_eq!(walker.send(app, "household.propose", payload).await["outcome"], "applied");
        let edit = json!({ "household_id": id, "set": { "members": 3 } });
        assert_eq!(walker.send(app, "household.edit", edit).await["outcome"], "applied");
        let door = walker.door(HouseholdId(id)).await.expect("the door");
        assert_eq!((&door["members"], &door["landmark"]), (&json!(3), &json!("sau nhà văn hóa")));
        verified(app).await;
    }

    async fn a_visit_of_a_proposed_house_may_come_in_the_same_batch(app: &TestApp) {
        let mut walker = Walker::of(app, VOLUNTEER).await;
        let house = HouseholdId(fresh_id());
        let propose = walker.op(app, "household.propose", json!({ "household_id": house, "alley_id": STREET, "house_no": "1B" }));
        let visit = walker.op(app, "visit.record", json!({ "household_id": house, "outcome": "SERVED" }));
        let open = walker.op(app, "shift.open", json!({ "shift_id": house, "people": 2 }));
        let close = walker.op(app, "shift.close", json!({ "shift_id": house }));
        let body = json!({ "device_id": walker.phone.device, "app_version": "0.3.0", "sent_at": app.now(),
            "queued": 4, "ops": [propose, visit, open, close] });
        let results = walker.phone.post("/api/v1/sync/push", &body).await.json();
        for result in results["results"].as_array().expect("results") {
            assert_eq!(result["outcome"], "applied", "{result}");
        }
        let again = walker.phone.post("/api/v1/sync/push", &body).await.json();
        for result in again["results"].as_array().expect("results") {
            assert_eq!(result["outcome"], "duplicate", "{result}");
        }
        let once_more = walker.send(app, "shift.close", json!({ "shift_id": house })).await;
        assert_eq!(once_more["outcome"], "superseded");
    }

    async fn what_waits_for_the_ward_is_not_removed_behind_its_back(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut walker = Walker::of(app, VOLUNTEER).await;
        let house = walker.propose(app, "1B").await;
        let body = json!({ "ids": [house], "why": "error" });
        assert_eq!(desk.post("/api/v1/households/remove", &body).await.code(), "conflict");
        // A group that is counted again still leaves it out.
        walker.visit(app, house, "SERVED").await;
        let body = json!({ "ids": [HOUSEHOLDS[1]], "why": "error" });
        assert_eq!(desk.post("/api/v1/households/remove", &body).await.status, 200);
        assert_eq!(totals(&desk).await, (5, 0, 0));
        let alleys = desk.get(&format!("/api/v1/groups/{GROUP_1}/alleys")).await.json();
        let counted: i64 = alleys["alleys"].as_array().expect("alleys").iter()
            .map(|a| a["tally"]["hh_total"].as_i64().expect("households")).sum();
        assert_eq!(counted, 3);
        verified(app).await;
    }
}
