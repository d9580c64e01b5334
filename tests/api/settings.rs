//! What an administrator of a ward keeps: accounts, the campaign, targets.

use gocua_domain::account::{Action, Lockout, Role};
use gocua_domain::id::AccountId;
use gocua_store::Account;
use gocua_tests::fixture::{self, GROUP_1, PASSWORD, STAFF, TEAM_1, VOLUNTEER, WARD};
use gocua_tests::{Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

const NEW_PASSWORD: &str = "bốn con gà trống";

/// An administrator of the fixture's ward, signed in.
async fn admin(app: &TestApp, login: &str) -> (AccountId, Phone) {
    let id = AccountId(fresh_id());
    let account = Account {
        id,
        ward: Some(WARD.into()),
        team: None,
        group: None,
        login: login.into(),
        name: format!("Người {login}"),
        role: Role::Admin,
        password_hash: fixture::password_hash(),
        disabled: false,
        lockout: Lockout::default(),
        created_at: app.now(),
    };
    app.store().add_accounts(vec![account]).await.expect("written");
    (id, app.signed_in(login).await)
}

async fn line(phone: &Phone, id: &str) -> Value {
    let all = phone.get("/api/v1/accounts").await.json();
    let found = all["accounts"].as_array().expect("accounts").iter().find(|a| a["id"] == id);
    found.cloned().expect("the account")
}

async fn open(
    phone: &mut Phone,
    code: &str,
    login: Option<&str>,
    password: &str,
) -> gocua_tests::Answer {
    let mut body = phone.login_body("", password);
    body["code"] = json!(code);
    body["login"] = json!(login);
    phone.send(phone.request("POST", "/api/v1/auth/open").json(&body)).await
}

on_both! {
    async fn an_administrator_with_a_ward_does_all_that_the_desk_does(app: &TestApp) {
        let (_, phone) = admin(app, "ward.admin").await;
        for path in ["coverage", "coverage/boundary", "teams", "phones", "inbox", "withdrawals", "invites"] {
            assert_eq!(phone.get(&format!("/api/v1/{path}")).await.status, 200, "{path}");
        }
        // One without a ward, and the desk without an administrator's work, keep no accounts.
        for login in ["admin", STAFF] {
            let other = app.signed_in(login).await;
            for path in ["accounts", "campaign"] {
                assert_eq!(other.get(&format!("/api/v1/{path}")).await.code(), "forbidden", "{login} {path}");
            }
        }
        assert!(Action::ALL.contains(&Action::ManageAccounts));
    }

    async fn somebody_appointed_chooses_login_and_password_and_nobody_else_knows_them(app: &TestApp) {
        let (_, phone) = admin(app, "ward.admin").await;
        let id = fresh_id();
        let body = json!({"id": id, "name": "Lê Thử", "role": "team_lead", "team_id": TEAM_1});
        let made = phone.post("/api/v1/accounts", &body).await;
        assert_eq!(made.status, 200, "{}", made.text());
        let code = made.json()["code"].as_str().expect("a code").to_owned();
        assert_eq!(code.len(), 10);
        let shown = line(&phone, &id.to_string()).await;
        assert_eq!((&shown["login"], &shown["team"]), (&Value::Null, &json!("Đội 1")));
        assert!(shown["code_until"].is_i64());
        assert_eq!(phone.post("/api/v1/accounts", &body).await.code(), "conflict", "the same id");

        let mut theirs = app.phone();
        let look = json!({"code": code.to_lowercase(), "device_id": theirs.device});
        let owner = theirs.post("/api/v1/auth/code", &look).await.json();
        assert_eq!((&owner["name"], &owner["ward"]), (&json!("Lê Thử"), &json!("Phường Thử")));
        for (login, password, pointer, why) in [
            (None, NEW_PASSWORD, "/login", "too_short"),
            (Some("lê thử"), NEW_PASSWORD, "/login", "not_a_login"),
            (Some(STAFF), NEW_PASSWORD, "/login", "login_taken"),
            (Some("le.thu"), "12345678901", "/password", "too_common"),
        ] {
            let refused = open(&mut theirs, &code, login, password).await;
            let body = refused.json();
            assert_eq!(
                (refused.status, &body["errors"][0]["pointer"], &body["errors"][0]["code"]),
                (422, &json!(pointer), &json!(why)), "{}", refused.text()
            );
        }
        let opened = open(&mut theirs, &code, Some("Le.Thu"), NEW_PASSWORD).await;
        assert_eq!(opened.status, 200, "{}", opened.text());
        assert_eq!(opened.json()["account"]["login"], "le.thu");
        assert_eq!(app.phone().login("le.thu", NEW_PASSWORD).await.status, 200);
        // A code serves once.
        let mut thief = app.phone();
        assert_eq!(open(&mut thief, &code, Some("ke.gian"), NEW_PASSWORD).await.code(), "code_unknown");
        assert_eq!(line(&phone, &id.to_string()).await["code_until"], Value::Null);
    }

    async fn a_code_runs_out_and_guesses_at_it_are_slowed_down(app: &TestApp) {
        let (_, phone) = admin(app, "ward.admin").await;
        let body = json!({"id": fresh_id(), "name": "Lê Thử", "role": "police"});
        let code = phone.post("/api/v1/accounts", &body).await.json()["code"].clone();
        app.pass(10 * 86_400_000);
        let look = json!({"code": code, "device_id": fresh_id()});
        assert_eq!(app.phone().post("/api/v1/auth/code", &look).await.code(), "code_unknown");
        let look = json!({"code": "AAAAAAAAAA", "device_id": fresh_id()});
        let mut last = 0;
        for _ in 0..8 {
            last = app.phone().post("/api/v1/auth/code", &look).await.status;
        }
        assert_eq!(last, 429);
    }

    async fn who_is_appointed_to_what_is_checked(app: &TestApp) {
        let (_, phone) = admin(app, "ward.admin").await;
        for (body, pointer) in [
            (json!({"name": "Lan 1234", "role": "police"}), "/name"),
            (json!({"name": "Lan", "role": "volunteer", "team_id": TEAM_1}), "/role"),
            (json!({"name": "Lan", "role": "school"}), "/role"),
            (json!({"name": "Lan", "role": "team_lead"}), "/team_id"),
            (json!({"name": "Lan", "role": "police", "team_id": TEAM_1}), "/team_id"),
            (json!({"name": "Lan", "role": "tdp_coordinator"}), "/group_id"),
        ] {
            let mut body = body;
            body["id"] = json!(fresh_id());
            let refused = phone.post("/api/v1/accounts", &body).await;
            assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
        }
        let unknown = json!({"id": fresh_id(), "name": "Lan", "role": "team_lead", "team_id": fresh_id()});
        assert_eq!(phone.post("/api/v1/accounts", &unknown).await.code(), "not_found");
        let good = json!({"id": fresh_id(), "name": "Lan", "role": "tdp_coordinator", "group_id": GROUP_1});
        assert_eq!(phone.post("/api/v1/accounts", &good).await.status, 200);
    }

    async fn a_lost_password_is_replaced_at_the_console(app: &TestApp) {
        let (id, phone) = admin(app, "ward.admin").await;
        let code = "MNPQRSTUVW";
        let new = gocua_store::NewCode {
            tag: app.state.auth.account_tag(code),
            good_until: app.now().plus(60_000),
        };
        app.store().console_code(id, &new, app.now()).await.expect("written");
        assert_eq!(phone.get("/api/v1/me").await.status, 200, "until a new one is chosen");
        let mut theirs = app.phone();
        let opened = open(&mut theirs, code, None, NEW_PASSWORD).await;
        assert_eq!(opened.status, 200, "{}", opened.text());
        assert_eq!(phone.get("/api/v1/me").await.status, 401);
        assert_eq!(app.phone().login("ward.admin", PASSWORD).await.code(), "invalid_credentials");
        assert_eq!(app.phone().login("ward.admin", NEW_PASSWORD).await.status, 200);
    }

    async fn a_new_password_ends_every_session(app: &TestApp) {
        let (own, phone) = admin(app, "ward.admin").await;
        let staff = app.signed_in(STAFF).await;
        let id = fixture::account(STAFF);
        let code = phone.post(&format!("/api/v1/accounts/{id}/code"), &json!({})).await;
        assert_eq!(code.status, 200, "{}", code.text());
        assert_eq!(staff.get("/api/v1/me").await.status, 401, "at once");
        assert_eq!(app.phone().login(STAFF, PASSWORD).await.code(), "invalid_credentials");
        let code = code.json()["code"].as_str().expect("a code").to_owned();
        let mut theirs = app.phone();
        let opened = open(&mut theirs, &code, Some("ten.khac"), NEW_PASSWORD).await;
        // The login stays: the book knows it by now.
        assert_eq!(opened.json()["account"]["login"], STAFF);
        assert_eq!(app.phone().login(STAFF, NEW_PASSWORD).await.status, 200);
        let myself = phone.post(&format!("/api/v1/accounts/{own}/code"), &json!({})).await;
        assert_eq!(myself.code(), "conflict");
    }

    async fn access_is_taken_and_given_back_but_one_administrator_stays(app: &TestApp) {
        let (own, phone) = admin(app, "ward.admin").await;
        let (other, second) = admin(app, "second.admin").await;
        let turn = |id: AccountId, how: &'static str| format!("/api/v1/accounts/{id}/{how}");
        let volunteer = app.signed_in(VOLUNTEER).await;
        let id = fixture::account(VOLUNTEER);
        for _ in 0..2 {
            assert_eq!(phone.post(&turn(id, "disable"), &json!({})).await.status, 204);
        }
        assert_eq!(volunteer.get("/api/v1/me").await.code(), "account_disabled");
        assert_eq!(phone.post(&turn(id, "enable"), &json!({})).await.status, 204);
        app.signed_in(VOLUNTEER).await;

        assert_eq!(phone.post(&turn(own, "disable"), &json!({})).await.code(), "conflict", "himself");
        let (a, b) = (turn(other, "disable"), turn(own, "disable"));
        let nothing = json!({});
        let (a, b) = tokio::join!(phone.post(&a, &nothing), second.post(&b, &nothing));
        assert!([a.status, b.status].contains(&204), "{} {}", a.text(), b.text());
        // What was read of a session while it ended is believed for half a minute.
        app.pass(31_000);
        let left = [phone.get("/api/v1/accounts").await.status, second.get("/api/v1/accounts").await.status];
        assert_eq!(left.iter().filter(|s| **s == 200).count(), 1, "{left:?}");
        // The machine's administrator is no account of the ward.
        let (phone, other) = if left[0] == 200 { (phone, other) } else { (second, own) };
        let machine = fixture::account("admin");
        assert_eq!(phone.post(&turn(machine, "disable"), &json!({})).await.code(), "not_found");
        assert_eq!(phone.post(&turn(other, "enable"), &json!({})).await.status, 204);
        let told = phone.get("/api/v1/campaign").await.json();
        let told: Vec<_> = told["changes"].as_array().expect("changes").iter()
            .map(|c| c["becomes"].as_str().unwrap_or_default().to_owned()).collect();
        assert_eq!(told.iter().filter(|t| *t == "disabled").count(), 2, "once each: {told:?}");
    }

    async fn the_campaign_changes_with_a_reason_and_everybody_hears_of_it(app: &TestApp) {
        let (_, phone) = admin(app, "ward.admin").await;
        let before = phone.get("/api/v1/coverage").await.json();
        let change = |ends: i32, reason: &str| json!({"name": "Chiến dịch mới",
            "starts_on": 20261101, "ends_on": ends, "reason": reason});
        let refused = phone.post("/api/v1/campaign", &change(20261231, " ")).await.json();
        assert_eq!(refused["errors"][0], json!({"pointer": "/reason", "code": "missing_field"}));
        let refused = phone.post("/api/v1/campaign", &change(20261031, "x")).await.json();
        assert_eq!(refused["errors"][0], json!({"pointer": "/ends_on", "code": "before_start"}));
        assert_eq!(phone.post("/api/v1/campaign", &change(20261231, "theo công văn")).await.status, 204);
        let after = phone.get("/api/v1/coverage").await.json();
        assert_eq!(after["campaign"]["ends_on"], 20261231);
        assert!(after["seq"].as_i64() > before["seq"].as_i64());
        let told = phone.get("/api/v1/campaign").await.json();
        let moved = told["changes"].as_array().expect("changes").iter()
            .find(|c| c["kind"] == "campaign_ends_on").cloned().expect("the day");
        assert_eq!(
            (&moved["was"], &moved["becomes"], &moved["reason"], &moved["by"]),
            (&json!("20261220"), &json!("20261231"), &json!("theo công văn"), &json!("Người ward.admin"))
        );
        // Unmoved, it needs no reason.
        assert_eq!(phone.post("/api/v1/campaign", &change(20261231, "")).await.status, 204);
    }

    async fn targets_are_set_changed_and_removed_with_their_history(app: &TestApp) {
        let (_, phone) = admin(app, "ward.admin").await;
        let id = Uuid::from_u128(0x7a11);
        let path = format!("/api/v1/targets/{id}");
        let target = |value: f64| json!({"indicator": "MODEL_N", "value": value,
            "due_on": 20261231, "source": "Công văn"});
        assert_eq!(phone.post(&path, &target(2.0)).await.status, 204);
        assert_eq!(phone.post(&path, &target(2.0)).await.status, 204, "the same again");
        assert_eq!(phone.post(&path, &target(3.0)).await.status, 204);
        let refused = phone.post(&path, &target(2.5)).await.json();
        assert_eq!(refused["errors"][0], json!({"pointer": "/value", "code": "out_of_range"}));
        let shown = phone.get("/api/v1/coverage").await.json();
        let models = shown["targets"].as_array().expect("targets").iter()
            .find(|t| t["indicator"] == "MODEL_N").cloned().expect("the target");
        assert_eq!((&models["value"], &models["unit"]), (&json!(3.0), &json!("count")));
        let gone = gocua_tests::phone::finish(phone.request("DELETE", &path)).await;
        assert_eq!(gone.status, 204);
        assert_eq!(gocua_tests::phone::finish(phone.request("DELETE", &path)).await.status, 404);
        let told = phone.get("/api/v1/campaign").await.json();
        let told: Vec<_> = told["changes"].as_array().expect("changes").iter()
            .map(|c| (c["was"].clone(), c["becomes"].clone())).collect();
        let text = |v: f64| json!(format!("{v}|count|20261231|Công văn"));
        assert_eq!(told, [
            (text(3.0), Value::Null),
            (text(2.0), text(3.0)),
            (Value::Null, text(2.0)),
        ]);
    }
}
