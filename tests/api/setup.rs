//! Setting an empty server up: who may, once, all or nothing.

use gocua_tests::fixture::{self, VOLUNTEER};
use gocua_tests::{Answer, Phone, SETUP_CODE, TestApp, on_both};
use serde_json::{Value, json};

/// A password the fixture's people do not have.
const PASSWORD: &str = "bốn con gà trống";

/// A whole set-up, with this code.
pub fn body(phone: &Phone, code: &str) -> Value {
    json!({
        "code": code,
        "ward": {"code": "10549"},
        "admin": {"name": "Người Thử", "login": "quan.tri.1", "password": PASSWORD},
        "campaign": {"name": "Đi từng ngõ", "starts_on": 20261122, "ends_on": 20261220},
        "targets": [
            {"indicator": "COV_SERVED", "value": 80.0, "due_on": 20261220, "source": "mẫu"}
        ],
        "teams": ["Đội một", "Đội hai"],
        "device": phone.login_body("", "")["device"],
    })
}

fn with(phone: &Phone, pointer: &str, value: Value) -> Value {
    let mut body = body(phone, SETUP_CODE);
    *body.pointer_mut(pointer).expect("a field of the set-up") = value;
    body
}

async fn set_up(phone: &mut Phone, body: &Value) -> Answer {
    let answer = phone.send(phone.request("POST", "/api/v1/setup").json(body)).await;
    if answer.status == 200 {
        phone.access = answer.json()["access_token"].as_str().map(str::to_owned);
    }
    answer
}

async fn waits(app: &TestApp) -> bool {
    let health = app.phone().get("/api/v1/health").await.json();
    health["set_up"] == json!(false)
}

fn said(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    (answer.status, text(&body["errors"][0]["pointer"]), text(&body["errors"][0]["code"]))
}

on_both! {
    from start_empty;

    async fn an_empty_server_is_set_up_once_and_its_administrator_is_in(app: &TestApp) {
        assert!(waits(app).await);
        let mut phone = app.phone();
        let look = json!({"code": "abcde fghjk", "device_id": phone.device});
        let choices = phone.post("/api/v1/setup/code", &look).await;
        assert_eq!(choices.status, 200, "{}", choices.text());
        let choices = choices.json();
        assert_eq!(choices["wards"].as_array().map(Vec::len), Some(3));
        assert_eq!(choices["wards"][0]["boundary"]["type"], "Polygon");
        assert!(choices["suggested"].as_array().is_some_and(|s| !s.is_empty()));

        let mine = body(&phone, SETUP_CODE);
        let answer = set_up(&mut phone, &mine).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(!waits(app).await);
        let me = phone.get("/api/v1/me").await.json();
        assert_eq!((me["role"].as_str(), me["ward"]["code"].as_str()), (Some("admin"), Some("10549")));
        let coverage = phone.get("/api/v1/coverage").await.json();
        assert_eq!(coverage["campaign"]["name"], "Đi từng ngõ");
        assert_eq!(coverage["targets"][0]["value"], 80.0);
        let teams = phone.get("/api/v1/teams").await.json();
        assert_eq!(teams["teams"].as_array().map(Vec::len), Some(2));

        // The answer was lost: the same call goes on. Anybody else's is refused, with the code too.
        let again = set_up(&mut phone, &mine).await;
        assert_eq!(again.status, 200, "{}", again.text());
        let mut other = app.phone();
        let theirs = with(&other, "/admin/login", json!("nguoi.khac"));
        assert_eq!(set_up(&mut other, &theirs).await.code(), "conflict");
        let look = json!({"code": SETUP_CODE, "device_id": other.device});
        assert_eq!(other.post("/api/v1/setup/code", &look).await.code(), "conflict");
        assert_eq!(other.post("/api/v1/setup/check", &look).await.code(), "conflict");
        let me = phone.get("/api/v1/me").await;
        assert_eq!(me.status, 200, "the first is still in");
    }

    async fn a_wrong_code_is_refused_and_guesses_are_slowed_down(app: &TestApp) {
        let mut phone = app.phone();
        let wrong = body(&phone, "ABCDE-FGHJM");
        let mut answers = Vec::new();
        for _ in 0..8 {
            answers.push(set_up(&mut phone, &wrong).await);
        }
        let statuses: Vec<u16> = answers.iter().map(|a| a.status).collect();
        assert_eq!(statuses, [404, 404, 404, 404, 404, 404, 429, 429]);
        assert_eq!(answers[0].code(), "code_unknown");
        assert_eq!(answers[7].code(), "account_locked");
        // The right code has to wait as well, or the lock would tell which it is.
        let right = body(&phone, SETUP_CODE);
        assert_eq!(set_up(&mut phone, &right).await.status, 429);
        assert!(waits(app).await);
        // Made-up devices multiply no guesses.
        let mut last = 0;
        for _ in 0..230 {
            let stranger = app.phone();
            let look = json!({"code": "AAAAAAAAAA", "device_id": stranger.device});
            last = stranger.post("/api/v1/setup/code", &look).await.status;
        }
        assert_eq!(last, 429);
        app.pass(16 * 60_000);
        assert_eq!(set_up(&mut phone, &right).await.status, 200);
    }

    async fn of_two_at_once_one_wins(app: &TestApp) {
        let (mut one, mut two) = (app.phone(), app.phone());
        let first = body(&one, SETUP_CODE);
        let mut second = with(&two, "/ward/code", json!("10546"));
        second["admin"]["login"] = json!("nguoi.khac");
        let (a, b) = tokio::join!(set_up(&mut one, &first), set_up(&mut two, &second));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", a.text(), b.text());
        assert_eq!(app.store().wards().await.expect("wards").len(), 1);
    }

    async fn what_is_wrong_names_its_field_and_nothing_is_written(app: &TestApp) {
        let mut phone = app.phone();
        let square = |side: f64| json!({"type": "Polygon", "coordinates":
            [[[106.0, 21.0], [106.0 + side, 21.0], [106.0 + side, 21.0 + side], [106.0, 21.0]]]});
        let bow = json!({"type": "Polygon", "coordinates":
            [[[106.0, 21.0], [106.02, 21.02], [106.02, 21.0], [106.0, 21.02], [106.0, 21.0]]]});
        let own = |boundary: Value| json!({"name": "Phường Mơ", "city": "Thử", "boundary": boundary});
        for (at, value, pointer, code) in [
            ("/ward/code", json!("10000"), "/ward/code", "unknown_ward"),
            ("/ward", json!({"name": "Phường Mơ", "city": "Thử"}), "/ward/boundary", "not_polygon"),
            ("/ward", own(square(0.0001)), "/ward/boundary", "too_small"),
            ("/ward", own(bow), "/ward/boundary", "crosses_itself"),
            ("/ward", json!({"name": "", "city": "a", "boundary": {}}), "/ward/name", "missing_field"),
            ("/admin/name", json!("Lan 0000"), "/admin/name", "invalid_field"),
            ("/admin/login", json!("lan@thu.vn"), "/admin/login", "not_a_login"),
            ("/admin/password", json!("ngắn quá"), "/admin/password", "too_short"),
            ("/admin/password", json!("quan.tri.1 quan"), "/admin/password", "has_login"),
            ("/campaign/ends_on", json!(20261121), "/campaign/ends_on", "before_start"),
            ("/targets/0/value", json!(101), "/targets/0/value", "out_of_range"),
            ("/teams/1", json!("đội MỘT"), "/teams/1", "twice"),
        ] {
            let body = with(&phone, at, value);
            let answer = set_up(&mut phone, &body).await;
            assert_eq!(said(&answer), (422, pointer.to_owned(), code.to_owned()), "{}", answer.text());
        }
        assert!(app.store().is_empty().await.expect("read"));
        assert!(waits(app).await);
        // A part alone is looked over by the same rules.
        let part = json!({"code": SETUP_CODE, "device_id": phone.device,
            "admin": {"name": "Lan", "login": "lan.anh", "password": "1234567890"}});
        let answer = phone.post("/api/v1/setup/check", &part).await;
        assert_eq!(said(&answer), (422, "/admin/password".into(), "too_common".into()));
        let good = with(&phone, "/ward", own(square(0.03)));
        let part = json!({"code": SETUP_CODE, "device_id": phone.device, "ward": good["ward"]});
        assert_eq!(phone.post("/api/v1/setup/check", &part).await.status, 204);
        assert_eq!(set_up(&mut phone, &good).await.status, 200);
        assert_eq!(app.store().wards().await.expect("wards"), ["phuong-mo"]);
    }

    async fn nobody_signs_in_before(app: &TestApp) {
        let mut phone = app.phone();
        for (login, password) in [
            ("admin", "admin"), ("admin", "di-tung-ngo-go-tung-nha"), ("admin", SETUP_CODE), ("", "")
        ] {
            assert_eq!(phone.login(login, password).await.status, 401, "{login}");
        }
    }
}

on_both! {
    async fn a_server_with_a_ward_cannot_be_set_up(app: &TestApp) {
        assert!(!waits(app).await);
        let mut phone = app.phone();
        let mine = body(&phone, SETUP_CODE);
        assert_eq!(set_up(&mut phone, &mine).await.code(), "conflict");
        // Not by somebody who is in either.
        let mut phone = app.signed_in(VOLUNTEER).await;
        assert_eq!(set_up(&mut phone, &mine).await.code(), "conflict");
        assert_eq!(app.store().wards().await.expect("wards"), [fixture::WARD]);
    }

    async fn a_ward_that_came_in_by_another_way_ends_the_set_up(app: &TestApp) {
        let code = "MNPQRSTUVW";
        let other = gocua_server::app::App::new(
            app.store().clone(),
            gocua_tests::secrets(),
            gocua_server::app::Clock::new(|| gocua_tests::START),
            gocua_server::app::Entropy::system(),
        )
        .to_be_set_up(code);
        assert!(other.setup.waits());
        let founder = gocua_server::auth::setup::Founder {
            login: "quan.tri.1".into(),
            password: PASSWORD.into(),
            device: gocua_domain::id::DeviceId(gocua_tests::fresh_id()),
            device_name: "Máy thử".into(),
            key: serde_json::from_value(app.phone().key.public()).expect("a key"),
        };
        let refused = gocua_server::auth::setup::set_up(&other, code, founder, |_| fixture::ward()).await;
        assert_eq!(refused.expect_err("refused").code().as_str(), "conflict");
        assert!(!other.setup.waits());
    }
}
