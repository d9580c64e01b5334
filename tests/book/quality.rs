//! Quality without surveillance: remarks that the volunteer hears of first, households asked again.

use gocua_domain::quality::QualityTerms;
use gocua_store::Watched;
use gocua_tests::fixture::{HOUSEHOLDS, STAFF, VOLUNTEER, WARD};
use gocua_tests::{Phone, TestApp, on_both};
use serde_json::{Value, json};

use crate::people::{book, op, push, run};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
/// A team mate of the volunteer, and somebody of another team.
const MATE: &str = "team_lead";
const OTHER: &str = "volunteer2";

/// Visits of the evening before, one after the other in no pattern; `with` adds to each payload.
fn visits(app: &TestApp, many: usize, with: &Value) -> Vec<Value> {
    // Every test begins on a Sunday at nine: the evening before is fourteen hours ago.
    let mut at = app.now().0 - 14 * 60 * MINUTE;
    (0..many)
        .map(|n| {
            at += (4 + n as i64 * n as i64 % 7) * MINUTE;
            let mut payload =
                json!({ "household_id": HOUSEHOLDS[n % 4], "outcome": "MET_NO_NEED" });
            for (key, value) in with.as_object().expect("fields") {
                payload[key] = value.clone();
            }
            op(n as i64 + 1, at, "visit.record", payload)
        })
        .collect()
}

async fn knock(app: &TestApp, phone: &Phone, ops: &[Value]) {
    let fates = push(app, phone, ops).await;
    assert!(fates.iter().all(|fate| fate == "applied"), "{fates:?}");
}

/// A look with dice that fall one after the other.
async fn look(app: &TestApp) -> Watched {
    let mut thrown = 0;
    let mut dice = move |n: u64| {
        thrown += 7;
        thrown % n.max(1)
    };
    app.store().watch_quality(WARD, app.now(), &mut dice).await.expect("looks")
}

async fn told(phone: &Phone) -> Value {
    phone.pull(None).await.json()["quality"].clone()
}

async fn desk(app: &TestApp) -> Value {
    let answer = app.signed_in(STAFF).await.get("/api/v1/quality").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// What waits for the desk on the board: remarks, checks.
async fn waits(app: &TestApp) -> (i64, i64) {
    let board = app.signed_in(STAFF).await.get("/api/v1/board").await.json();
    let count = |what: &str| {
        let open = board["open"].as_array().expect("a list").iter();
        open.filter(|open| open["what"] == what).map(|open| open["count"].as_i64()).next()
    };
    (count("quality").flatten().expect("a count"), count("checks").flatten().expect("a count"))
}

fn explain(flag: &Value, because: &str, words: Option<&str>) -> Value {
    json!({ "flag_id": flag["id"], "because": because, "words": words })
}

on_both! {
    async fn the_volunteer_hears_of_it_first_and_has_the_first_word(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let (mate, other) = (app.signed_in(MATE).await, app.signed_in(OTHER).await);
        assert_eq!(told(&phone).await, json!([]), "nothing is said as a list of nothing");
        knock(app, &phone, &visits(app, 20, &json!({ "near": "elsewhere" }))).await;
        let before = app.store().ward_seq(WARD).await.expect("a number");
        let done = look(app).await;
        assert_eq!((done.looked_at, done.raised, done.drawn), (1, 1, 0));
        assert_eq!(app.store().ward_seq(WARD).await.expect("a number"), before + 1, "a pull notices");
        assert_eq!(look(app).await.raised, 0, "it stands already");

        let own = told(&phone).await;
        let flag = own[0].clone();
        assert_eq!(own.as_array().map(Vec::len), Some(1));
        assert_eq!((&flag["kind"], &flag["count"], &flag["of"]), (&json!("far_away"), &json!(20), &json!(20)));
        assert_eq!((&flag["from_day"], &flag["to_day"]), (&json!(20_261_121), &json!(20_261_121)));
        assert_eq!(flag["desk_from"], json!(app.now().0 + 2 * DAY));
        assert_eq!(told(&mate).await, json!([]), "a team mate hears nothing");
        assert_eq!(told(&other).await, json!([]));

        let seen = desk(app).await;
        assert_eq!((&seen["flags"], &seen["waiting_first"]), (&json!([]), &json!(1)));
        assert_eq!(waits(app).await, (0, 0));
        let path = format!("/api/v1/quality/flags/{}", flag["id"].as_str().expect("an id"));
        let staff = app.signed_in(STAFF).await;
        assert_eq!(staff.post(&path, &json!({ "verdict": "fine" })).await.status, 404, "not yet");

        let not_theirs = op(1, app.now().0, "quality.explain", explain(&flag, "other", None));
        assert_eq!(push(app, &other, &[not_theirs]).await, ["rejected not_yours"]);
        let unheard_of = explain(&json!({ "id": gocua_tests::fresh_id() }), "other", None);
        let unheard_of = op(21, app.now().0, "quality.explain", unheard_of);
        let secret = op(22, app.now().0, "quality.explain", explain(&flag, "other", Some("mật khẩu bimat77")));
        let long = op(23, app.now().0, "quality.explain", explain(&flag, "other", Some(&"a".repeat(201))));
        let said = op(24, app.now().0, "quality.explain", explain(&flag, "phone_wrong", Some("GPS kém")));
        let late = op(25, app.now().0 - MINUTE, "quality.explain", explain(&flag, "mistake", None));
        let better = op(26, app.now().0, "quality.explain", explain(&flag, "recorded_later", Some("ghi sau ngõ")));
        assert_eq!(
            push(app, &phone, &[unheard_of, secret, long, said, late, better]).await,
            [
                "rejected not_yours", "rejected secret_in_text", "rejected text_too_long",
                "applied", "applied lost_to_newer", "applied",
            ]
        );
        assert!(!book(app).await.contains("bimat77"), "what is refused is kept nowhere");
        assert!(told(&phone).await[0]["explained_at"].is_i64());

        let seen = desk(app).await;
        assert_eq!(seen["waiting_first"], 0);
        let line = &seen["flags"][0];
        assert_eq!((&line["because"], &line["words"]), (&json!("recorded_later"), &json!("ghi sau ngõ")));
        assert_eq!(line["account_name"], "Người volunteer");
        assert_eq!(line["team_name"], "Đội 1");
        assert_eq!(waits(app).await.0, 1);

        let before = app.store().ward_seq(WARD).await.expect("a number");
        assert_eq!(staff.post(&path, &json!({ "verdict": "talked", "words": "đã gặp" })).await.status, 204);
        assert_eq!(staff.post(&path, &json!({ "verdict": "talked" })).await.status, 204, "twice is once");
        assert_eq!(staff.post(&path, &json!({ "verdict": "fine" })).await.code(), "conflict");
        assert_eq!(app.store().ward_seq(WARD).await.expect("a number"), before + 1);
        assert_eq!(told(&phone).await[0]["verdict"], "talked");
        let after = op(27, app.now().0, "quality.explain", explain(&flag, "other", None));
        assert_eq!(push(app, &phone, &[after]).await, ["superseded nothing_to_change"]);
        assert_eq!(desk(app).await["flags"][0]["verdict_words"], "đã gặp");
        assert_eq!(waits(app).await.0, 0);
        app.pass(11 * MINUTE);
        assert_eq!(look(app).await.raised, 0, "what was spoken about is not brought up again");
        // A week later the phone forgets it, a month later the book.
        app.pass(8 * DAY);
        assert_eq!(told(&app.signed_in(VOLUNTEER).await).await, json!([]));
        assert_eq!(desk(app).await["flags"].as_array().map(Vec::len), Some(1));
        app.pass(23 * DAY);
        assert_eq!(look(app).await.erased, 1);
        assert!(!book(app).await.contains("ghi sau ngõ"));
    }

    async fn what_nobody_explains_the_desk_sees_after_two_days(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        knock(app, &phone, &visits(app, 20, &json!({ "near": "elsewhere" }))).await;
        assert_eq!(look(app).await.raised, 1);
        app.pass(2 * DAY - 1);
        assert_eq!((desk(app).await["flags"].clone(), waits(app).await.0), (json!([]), 0));
        app.pass(1);
        let seen = desk(app).await;
        assert_eq!(seen["flags"].as_array().map(Vec::len), Some(1));
        assert_eq!((&seen["flags"][0]["because"], &seen["waiting_first"]), (&Value::Null, &json!(0)));
        // The board's answer is kept for minutes.
        app.pass(6 * MINUTE);
        assert_eq!(waits(app).await.0, 1);
        for reader in ["party_board", "dpo"] {
            let board = app.signed_in(reader).await.get("/api/v1/board").await.json();
            let open = board["open"].as_array().expect("a list").clone();
            assert!(open.iter().all(|open| open["what"] != "quality" && open["what"] != "checks"));
        }
    }

    async fn the_word_of_the_phone_is_kept_and_a_correction_keeps_it(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let mut ops = visits(app, 15, &json!({ "near": "elsewhere" }));
        let corrected = json!({
            "visit_id": ops[3]["op_id"], "why": "mistap",
            "record": { "household_id": HOUSEHOLDS[3], "outcome": "NOT_HOME" }
        });
        ops.push(op(16, app.now().0, "visit.correct", corrected));
        knock(app, &phone, &ops).await;
        let words = [json!("on_the_moon"), json!(7), json!("unknown")].map(|near| {
            json!({ "household_id": HOUSEHOLDS[0], "outcome": "NOT_HOME", "near": near })
        });
        let at = app.now().0 - 5 * 60 * MINUTE;
        let more: Vec<Value> =
            words.into_iter().zip(17..).map(|(word, n)| op(n, at, "visit.record", word)).collect();
        assert_eq!(
            push(app, &phone, &more).await,
            ["applied unknown_field", "applied unknown_field", "applied"],
            "no word sends a visit back"
        );
        assert_eq!(look(app).await.raised, 1);
        let flag = told(&phone).await[0].clone();
        assert_eq!((&flag["kind"], &flag["count"], &flag["of"]), (&json!("far_away"), &json!(15), &json!(15)));
        assert!(book(app).await.contains("on_the_moon"), "for the server that will know");
    }

    async fn households_are_asked_again_without_saying_who_was_there(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        knock(app, &phone, &visits(app, 20, &json!({ "near": "elsewhere" }))).await;
        assert_eq!(look(app).await.drawn, 0, "the day is not over");
        app.pass(DAY);
        let drawn = look(app).await.drawn;
        assert_eq!(look(app).await, Watched::default(), "a day is drawn from once");
        let staff = app.signed_in(STAFF).await;
        let answer = staff.get("/api/v1/quality").await;
        assert!(!answer.text().contains("Người volunteer"), "{}", answer.text());
        let seen = answer.json();
        let checks = seen["checks"].as_array().expect("a list").clone();
        let of = |why: &str| checks.iter().filter(|check| check["why"] == why).count();
        assert_eq!((checks.len(), of("random")), (drawn, 1), "one in twenty by chance alone");
        assert!((5..=6).contains(&of("weighted")), "and a third for the remark");
        assert_eq!(waits(app).await.1, drawn as i64);
        let check = checks.iter().find(|check| check["why"] == "random").expect("one");
        assert_eq!((&check["day"], &check["drawn_on"]), (&json!(20_261_121), &json!(20_261_123)));
        assert_eq!((&check["outcome"], &check["band"]), (&json!("MET_NO_NEED"), &json!("W")));
        assert_eq!(check["group_name"], "Tổ dân phố 1");
        let path = format!("/api/v1/quality/checks/{}", check["id"].as_str().expect("an id"));
        assert_eq!(staff.post(&path, &json!({ "answer": "agree" })).await.status, 204);
        let differs = json!({ "answer": "differ", "words": "chưa ai đến" });
        assert_eq!(staff.post(&path, &differs).await.status, 204, "the latest word stands");
        let seen = desk(app).await;
        assert_eq!(seen["agreement"]["random"], json!({ "agree": 0, "differ": 1, "unknown": 0 }));
        assert_eq!(seen["agreement"]["weighted"], json!({ "agree": 0, "differ": 0, "unknown": 0 }));
        let last = seen["checks"].as_array().and_then(|checks| checks.last()).expect("one");
        assert_eq!((&last["words"], &last["answered_on"]), (&json!("chưa ai đến"), &json!(20_261_123)));
        assert_eq!(waits(app).await.1, drawn as i64 - 1);
        // After a month only the count is left.
        app.pass(31 * DAY);
        assert_eq!(look(app).await.erased, 1);
        assert!(!book(app).await.contains("chưa ai đến"));
        let seen = desk(app).await;
        assert_eq!(seen["agreement"]["random"], json!({ "agree": 0, "differ": 1, "unknown": 0 }));
        assert!(seen["checks"].as_array().expect("a list").iter().all(|c| c["why"] == "weighted"));
    }

    async fn a_ward_may_ask_nobody(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let terms = QualityTerms { checks_a_day: 0, days_before_desk: 0, ..QualityTerms::default() };
        app.store().set_quality_terms(WARD, &terms).await.expect("written");
        knock(app, &phone, &visits(app, 20, &json!({ "near": "elsewhere" }))).await;
        assert_eq!(look(app).await.raised, 1);
        assert_eq!(desk(app).await["flags"].as_array().map(Vec::len), Some(1), "at once");
        app.pass(DAY);
        assert_eq!(look(app).await.drawn, 0);
    }

    async fn a_check_goes_with_its_visit(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let terms = QualityTerms { random_percent: 50, ..QualityTerms::default() };
        app.store().set_quality_terms(WARD, &terms).await.expect("written");
        let visits = visits(app, 2, &json!({}));
        knock(app, &phone, &visits).await;
        app.pass(DAY);
        assert_eq!(look(app).await.drawn, 1);
        let asked = desk(app).await["checks"][0].clone();
        let visit = visits.iter().find(|v| v["payload"]["household_id"] == asked["household_id"]);
        let visit = visit.expect("the visit").clone();
        let phone = app.signed_in(VOLUNTEER).await;
        let correct = json!({ "visit_id": visit["op_id"], "why": "wrong_door", "record": {
            "household_id": HOUSEHOLDS[3], "outcome": "MET_DECLINED"
        } });
        let correct = op(1, app.now().0, "visit.correct", correct);
        assert_eq!(push(app, &phone, &[correct]).await, ["applied corrected_elsewhere"]);
        let now = desk(app).await["checks"][0].clone();
        assert_eq!(now["id"], asked["id"]);
        assert_eq!((&now["household_id"], &now["outcome"]), (&json!(HOUSEHOLDS[3]), &json!("MET_DECLINED")));
        // Taken back at the door, by a phone that was without signal since.
        let at = visit["made_at"].as_i64().expect("a time") + MINUTE;
        let withdraw = op(2, at, "visit.withdraw", json!({ "visit_id": visit["op_id"] }));
        knock(app, &phone, &[withdraw]).await;
        assert_eq!(desk(app).await["checks"], json!([]));
    }

    async fn verify_says_what_does_not_hold(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        let ops = visits(app, 20, &json!({ "near": "elsewhere" }));
        knock(app, &phone, &ops).await;
        app.pass(DAY);
        let done = look(app).await;
        assert!(done.raised == 1 && done.drawn > 1);
        let drifts = || async { app.store().verify(WARD).await.expect("verifies").drifts };
        assert_eq!(drifts().await, []);
        let twice = "INSERT INTO quality_flag (id, ward, account_id, kind, count, out_of, from_day, \
            to_day, raised_at, desk_from) SELECT account_id, ward, account_id, kind, count, out_of, \
            from_day, to_day, raised_at, desk_from FROM quality_flag";
        run(app, twice).await;
        assert_eq!(drifts().await.iter().map(|d| d.table).collect::<Vec<_>>(), ["quality_flag"]);
        run(app, "DELETE FROM quality_flag").await;
        run(app, "UPDATE visit SET withdrawn_at = made_at").await;
        let open = drifts().await.iter().filter(|d| d.table == "quality_check").count();
        assert_eq!(open, done.drawn);
        run(app, "UPDATE visit SET withdrawn_at = NULL").await;
        run(app, "UPDATE quality_check SET answer = 'agree'").await;
        assert_eq!(drifts().await.len(), done.drawn, "answered, and nobody knows when");
        run(app, "UPDATE quality_check SET answer = NULL").await;
    }

    async fn a_phone_gets_the_place_of_a_door_rounded(app: &TestApp) {
        run(app, "UPDATE household SET lon = 106.123456, lat = 21.000049 WHERE code = 'THU-0000'").await;
        let phone = app.signed_in(VOLUNTEER).await;
        let pulled = phone.pull(None).await.json();
        let alleys = pulled["alleys"].as_array().expect("alleys").iter();
        let doors: Vec<&Value> = alleys.flat_map(|a| a["doors"].as_array().expect("doors")).collect();
        let at = |n: usize| doors.iter().find(|d| d["id"] == json!(HOUSEHOLDS[n])).map(|d| d["at"].clone());
        assert_eq!(at(0), Some(json!([106.1235, 21.0])));
        assert_eq!(at(1), Some(Value::Null));
    }
}
