//! Every operation of the document, as every role and as nobody.
//!
//! An operation without a row here fails, and so does a row without an operation: an endpoint is
//! added together with the decision who may use it.

use gocua_domain::account::{Action, Principal, Role, may};
use gocua_domain::id::{DeviceId, SessionId};
use gocua_tests::fixture::{self, HOUSEHOLDS, VOLUNTEER};
use gocua_tests::{Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

use Access::{Act, Open, SignedIn};

/// Who may use an operation.
#[derive(Clone, Copy, Debug)]
enum Access {
    /// Anybody.
    Open,
    /// Whoever has signed in.
    SignedIn,
    /// Whom the policy permits this.
    Act(Action),
}

const ROWS: [(&str, &str, Access); 137] = [
    ("POST", "/api/v1/auth/login", Open),
    ("POST", "/api/v1/auth/refresh", Open),
    ("POST", "/api/v1/auth/join", Open),
    ("POST", "/api/v1/auth/wiped", Open),
    ("POST", "/api/v1/auth/code", Open),
    ("POST", "/api/v1/auth/open", Open),
    ("POST", "/api/v1/setup/code", Open),
    ("POST", "/api/v1/setup/check", Open),
    ("POST", "/api/v1/setup", Open),
    ("GET", "/api/v1/health", Open),
    ("GET", "/api/v1/openapi.json", Open),
    ("GET", "/api/v1/me", Act(Action::ReadMe)),
    ("POST", "/api/v1/sync/push", Act(Action::SyncPush)),
    ("GET", "/api/v1/sync/pull", Act(Action::SyncPull)),
    ("POST", "/api/v1/sync/carry", Act(Action::SyncPush)),
    ("POST", "/api/v1/sync/lease", Act(Action::ShareDoor)),
    ("GET", "/api/v1/invites", Act(Action::InviteToTeam)),
    ("POST", "/api/v1/invites", Act(Action::InviteToTeam)),
    ("DELETE", "/api/v1/invites/{id}", Act(Action::InviteToTeam)),
    ("GET", "/api/v1/coverage", Act(Action::ReadCoverage)),
    ("GET", "/api/v1/coverage/boundary", Act(Action::ReadBoundary)),
    ("GET", "/api/v1/coverage/trend", Act(Action::ReadTrend)),
    ("GET", "/api/v1/board", Act(Action::ReadBoard)),
    ("GET", "/api/v1/groups/{id}/alleys", Act(Action::ReadAlleys)),
    ("GET", "/api/v1/teams", Act(Action::ReadTeams)),
    ("POST", "/api/v1/alleys/{id}/assignment", Act(Action::AssignAlley)),
    ("GET", "/api/v1/turf", Act(Action::AssignAlley)),
    ("POST", "/api/v1/assignments/proposal", Act(Action::AssignAlley)),
    ("POST", "/api/v1/assignments", Act(Action::AssignAlley)),
    ("POST", "/api/v1/assignments/{id}/undo", Act(Action::AssignAlley)),
    ("POST", "/api/v1/sheets", Act(Action::AssignAlley)),
    ("GET", "/api/v1/roster", Act(Action::ManageTeams)),
    ("POST", "/api/v1/teams", Act(Action::ManageTeams)),
    ("POST", "/api/v1/teams/{id}", Act(Action::ManageTeams)),
    ("POST", "/api/v1/teams/{id}/close", Act(Action::ManageTeams)),
    ("POST", "/api/v1/members/{id}", Act(Action::ManageTeams)),
    ("POST", "/api/v1/members/{id}/leave", Act(Action::ManageTeams)),
    ("POST", "/api/v1/members/{id}/return", Act(Action::ManageTeams)),
    ("POST", "/api/v1/shift-plans", Act(Action::ManageTeams)),
    ("DELETE", "/api/v1/shift-plans/{id}", Act(Action::ManageTeams)),
    ("POST", "/api/v1/turf/terms", Act(Action::ManageTeams)),
    ("GET", "/api/v1/events", Act(Action::WatchEvents)),
    ("GET", "/api/v1/phones", Act(Action::ReadPhones)),
    ("POST", "/api/v1/phones/{id}/revoke", Act(Action::RevokePhone)),
    ("GET", "/api/v1/inbox", Act(Action::KeepInbox)),
    ("POST", "/api/v1/inbox/two-values", Act(Action::KeepInbox)),
    ("POST", "/api/v1/inbox/quarantine", Act(Action::KeepInbox)),
    ("GET", "/api/v1/inbox/doors", Act(Action::KeepInbox)),
    ("POST", "/api/v1/inbox/doors/{id}/decide", Act(Action::KeepInbox)),
    ("GET", "/api/v1/withdrawals", Act(Action::AnswerResidents)),
    ("POST", "/api/v1/withdrawals", Act(Action::AnswerResidents)),
    ("POST", "/api/v1/withdrawals/{id}/residents", Act(Action::AnswerResidents)),
    ("POST", "/api/v1/withdrawals/{id}/answer", Act(Action::AnswerResidents)),
    ("POST", "/api/v1/withdrawals/{id}/carry-out", Act(Action::AnswerResidents)),
    ("POST", "/api/v1/withdrawals/{id}/close", Act(Action::AnswerResidents)),
    ("GET", "/api/v1/overlaps", Act(Action::ReadOverlaps)),
    ("POST", "/api/v1/overlaps/known", Act(Action::ReadOverlaps)),
    ("GET", "/api/v1/quality", Act(Action::ReadQuality)),
    ("POST", "/api/v1/quality/flags/{id}", Act(Action::WriteQuality)),
    ("POST", "/api/v1/quality/checks/{id}", Act(Action::WriteQuality)),
    ("PUT", "/api/v1/quality/terms", Act(Action::WriteQuality)),
    ("GET", "/api/v1/trust", Act(Action::KeepTrust)),
    ("POST", "/api/v1/trust/badges/{id}/revoke", Act(Action::KeepTrust)),
    ("POST", "/api/v1/trust/badges/{id}/restore", Act(Action::KeepTrust)),
    ("POST", "/api/v1/trust/badges/{id}/replace", Act(Action::KeepTrust)),
    ("PUT", "/api/v1/trust/terms", Act(Action::KeepTrust)),
    ("GET", "/api/v1/trust/leaflet", Act(Action::KeepTrust)),
    ("POST", "/api/v1/trust/leaflets/printed", Act(Action::KeepTrust)),
    ("GET", "/api/v1/alerts", Act(Action::PublishAlert)),
    ("POST", "/api/v1/alerts", Act(Action::PublishAlert)),
    ("POST", "/api/v1/alerts/{id}/withdraw", Act(Action::PublishAlert)),
    ("POST", "/api/v1/households/search", Act(Action::SearchRegister)),
    ("POST", "/api/v1/households/{id}/merge", Act(Action::KeepRegister)),
    ("POST", "/api/v1/households/{id}/unmerge", Act(Action::KeepRegister)),
    ("POST", "/api/v1/households/remove", Act(Action::KeepRegister)),
    ("POST", "/api/v1/households/restore", Act(Action::KeepRegister)),
    ("POST", "/api/v1/inbox/doors/decide", Act(Action::KeepInbox)),
    ("POST", "/api/v1/households/list", Act(Action::SearchRegister)),
    ("GET", "/api/v1/households/{id}", Act(Action::SearchRegister)),
    ("POST", "/api/v1/households/{id}/edit", Act(Action::KeepRegister)),
    ("POST", "/api/v1/households/{id}/move", Act(Action::KeepRegister)),
    ("GET", "/api/v1/register/doubles", Act(Action::SearchRegister)),
    ("POST", "/api/v1/register/doubles/apart", Act(Action::KeepRegister)),
    ("GET", "/api/v1/register/ledger", Act(Action::SearchRegister)),
    ("GET", "/api/v1/groups", Act(Action::SearchRegister)),
    ("POST", "/api/v1/groups", Act(Action::KeepRegister)),
    ("POST", "/api/v1/groups/{id}/name", Act(Action::KeepRegister)),
    ("POST", "/api/v1/groups/{id}/merge", Act(Action::KeepRegister)),
    ("GET", "/api/v1/identity/counts", Act(Action::ReadIdentity)),
    ("PUT", "/api/v1/identity/counts", Act(Action::KeepIdentityCounts)),
    ("GET", "/api/v1/identity/counts/history", Act(Action::ReadIdentity)),
    ("POST", "/api/v1/identity/report", Act(Action::ReadIdentity)),
    ("GET", "/api/v1/indicators", Act(Action::ReadCoverage)),
    ("POST", "/api/v1/exports", Act(Action::ExportFigures)),
    ("GET", "/api/v1/access-log", Act(Action::ReadAccessLog)),
    ("GET", "/api/v1/imports", Act(Action::ImportRegister)),
    ("POST", "/api/v1/imports", Act(Action::ImportRegister)),
    ("POST", "/api/v1/imports/read", Act(Action::ImportRegister)),
    ("POST", "/api/v1/imports/address", Act(Action::ImportRegister)),
    ("GET", "/api/v1/imports/{id}", Act(Action::ImportRegister)),
    ("DELETE", "/api/v1/imports/{id}", Act(Action::ImportRegister)),
    ("POST", "/api/v1/imports/{id}/rows", Act(Action::ImportRegister)),
    ("POST", "/api/v1/imports/{id}/rows/{at}", Act(Action::ImportRegister)),
    ("POST", "/api/v1/imports/{id}/groups", Act(Action::ImportRegister)),
    ("POST", "/api/v1/imports/{id}/commit", Act(Action::ImportRegister)),
    ("GET", "/api/v1/imports/{id}/undo", Act(Action::ImportRegister)),
    ("POST", "/api/v1/imports/{id}/undo", Act(Action::ImportRegister)),
    ("GET", "/api/v1/accounts", Act(Action::ManageAccounts)),
    ("POST", "/api/v1/accounts", Act(Action::ManageAccounts)),
    ("POST", "/api/v1/accounts/{id}/code", Act(Action::ManageAccounts)),
    ("POST", "/api/v1/accounts/{id}/disable", Act(Action::ManageAccounts)),
    ("POST", "/api/v1/accounts/{id}/enable", Act(Action::ManageAccounts)),
    ("GET", "/api/v1/campaign", Act(Action::ManageCampaign)),
    ("POST", "/api/v1/campaign", Act(Action::ManageCampaign)),
    ("POST", "/api/v1/targets/{id}", Act(Action::ManageCampaign)),
    ("DELETE", "/api/v1/targets/{id}", Act(Action::ManageCampaign)),
    ("POST", "/api/v1/groups/{id}/split", Act(Action::KeepRegister)),
    ("GET", "/api/v1/register/changes", Act(Action::SearchRegister)),
    ("POST", "/api/v1/register/changes/{id}/undo", Act(Action::KeepRegister)),
    ("POST", "/api/v1/alleys/{id}/name", Act(Action::KeepRegister)),
    ("GET", "/api/v1/coverage/days", Act(Action::ReadTrend)),
    ("GET", "/api/v1/ground", Act(Action::KeepGround)),
    ("POST", "/api/v1/ground/derive", Act(Action::KeepGround)),
    ("POST", "/api/v1/ground/file", Act(Action::KeepGround)),
    ("PUT", "/api/v1/groups/{id}/outline", Act(Action::KeepGround)),
    ("DELETE", "/api/v1/groups/{id}/outline", Act(Action::KeepGround)),
    ("GET", "/api/v1/groups/{id}/doors", Act(Action::ReadDoorMap)),
    ("GET", "/api/v1/layer-keys", Act(Action::KeepLayerKeys)),
    ("POST", "/api/v1/layer-keys", Act(Action::KeepLayerKeys)),
    ("DELETE", "/api/v1/layer-keys/{id}", Act(Action::KeepLayerKeys)),
    ("GET", "/api/v1/referrals", Act(Action::OpenReferral)),
    ("POST", "/api/v1/referrals", Act(Action::OpenReferral)),
    ("GET", "/api/v1/mobile-sessions/waiting", Act(Action::PlanMobile)),
    ("POST", "/api/v1/mobile-sessions", Act(Action::PlanMobile)),
    ("POST", "/api/v1/mobile-sessions/{id}", Act(Action::PlanMobile)),
    ("POST", "/api/v1/mobile-sessions/{id}/cancel", Act(Action::PlanMobile)),
    // Last: it ends the session the others are asked in.
    ("POST", "/api/v1/auth/logout", SignedIn),
];

/// A body the operation can read, so that only the caller decides.
fn body(path: &str, phone: &Phone, app: &TestApp) -> Option<Value> {
    match path {
        "/api/v1/auth/login" => Some(phone.login_body("nobody", "wrong")),
        "/api/v1/auth/refresh" => Some(json!({"proof": "x"})),
        "/api/v1/auth/join" => Some(phone.join_body("AAAAAA", "Lan")),
        "/api/v1/auth/wiped" => Some(json!({
            "device_id": phone.device, "at": app.now(), "accounts": 1, "unsent": 0, "proof": "x"
        })),
        "/api/v1/auth/code" => Some(json!({"code": "AAAAA-AAAAA", "device_id": phone.device})),
        "/api/v1/auth/open" => {
            let mut body = phone.login_body("x", "bốn con gà trống");
            body["code"] = json!("AAAAA-AAAAA");
            Some(body)
        }
        "/api/v1/setup/code" | "/api/v1/setup/check" => {
            Some(json!({"code": "AAAAA-AAAAA", "device_id": phone.device}))
        }
        "/api/v1/setup" => Some(crate::setup::body(phone, "AAAAA-AAAAA")),
        "/api/v1/sync/lease" => Some(json!({"household_id": HOUSEHOLDS[0]})),
        "/api/v1/inbox/doors/{id}/decide" => Some(json!({"decision": "refuse", "reason": "thử"})),
        "/api/v1/sync/push" => Some(fixture::visit(phone.device, 1, HOUSEHOLDS[0], app.now())),
        "/api/v1/sync/carry" => Some(json!({"parcels": []})),
        "/api/v1/alleys/{id}/assignment" => Some(json!({"team_id": null})),
        "/api/v1/assignments/proposal" => Some(json!({"scope": "fill"})),
        "/api/v1/assignments" => Some(json!({
            "id": fresh_id(), "hands": [{"alley_id": fresh_id(), "from": null, "to": null}]
        })),
        "/api/v1/sheets" => Some(json!({"alley_ids": [fresh_id()]})),
        "/api/v1/teams/{id}" => Some(json!({"name": "Đội thử"})),
        "/api/v1/teams/{id}/close" | "/api/v1/members/{id}" => Some(json!({})),
        "/api/v1/shift-plans" => Some(json!({
            "id": fresh_id(), "team_id": fresh_id(), "day": 20261123, "from": 1170, "to": 1260,
            "place": "nhà văn hóa"
        })),
        "/api/v1/turf/terms" => Some(json!({"doors_per_evening": 12, "evenings": 5})),
        "/api/v1/inbox/two-values" => {
            Some(json!({"op_id": fresh_id(), "field": "head", "keep": "book"}))
        }
        "/api/v1/inbox/quarantine" => Some(json!({"op_id": fresh_id(), "decision": "dismiss"})),
        "/api/v1/households/{id}/merge" => Some(json!({"into": fresh_id()})),
        "/api/v1/groups/{id}/merge" => Some(json!({"into": fresh_id(), "reason": "thử"})),
        "/api/v1/inbox/doors/decide" => Some(json!({
            "doors": [{"id": fresh_id(), "question": "moved", "at": app.now()}],
            "decision": "refuse", "reason": "thử"
        })),
        "/api/v1/households/list" => Some(json!({})),
        "/api/v1/households/{id}/edit" => {
            Some(json!({"edit_id": fresh_id(), "set": {"members": 3}, "reason": "thử"}))
        }
        "/api/v1/households/{id}/move" => Some(json!({"alley_id": fresh_id(), "reason": "thử"})),
        "/api/v1/register/doubles/apart" => {
            Some(json!({"one": fresh_id(), "other": fresh_id(), "apart": true}))
        }
        "/api/v1/groups/{id}/name" | "/api/v1/alleys/{id}/name" => {
            Some(json!({"name": "Thử", "reason": "thử"}))
        }
        "/api/v1/groups/{id}/split" => {
            Some(json!({"name": "Thử mới", "alleys": [fresh_id()], "reason": "thử"}))
        }
        "/api/v1/register/changes/{id}/undo" => Some(json!({"reason": "thử"})),
        "/api/v1/withdrawals/{id}/carry-out" => Some(json!({"learner_id": fresh_id()})),
        "/api/v1/withdrawals/{id}/close" => Some(json!({"reason": "mistake"})),
        "/api/v1/overlaps/known" => Some(json!({"household_id": HOUSEHOLDS[0], "upto": app.now()})),
        "/api/v1/quality/flags/{id}" => Some(json!({"verdict": "fine"})),
        "/api/v1/quality/checks/{id}" => Some(json!({"answer": "agree"})),
        "/api/v1/quality/terms" => Some(json!({
            "random_percent": 5, "checks_a_day": 20, "days_before_desk": 2, "from_minute": 420,
            "to_minute": 1260
        })),
        "/api/v1/trust/terms" => Some(json!({ "duty_phone": "" })),
        "/api/v1/trust/leaflets/printed" => Some(json!({ "group_ids": [] })),
        "/api/v1/identity/report" => {
            Some(json!({"from": 20_261_101, "to": 20_261_122, "format": "json"}))
        }
        "/api/v1/exports" => Some(json!({"export": "groups", "format": "csv"})),
        "/api/v1/ground/file" => Some(json!({"file": null})),
        "/api/v1/households/search" => Some(json!({"q": "thu"})),
        "/api/v1/households/remove" => Some(json!({"ids": [fresh_id()], "why": "error"})),
        "/api/v1/imports/address" => Some(json!({"text": "12 ngõ 5"})),
        "/api/v1/imports/{id}/rows" => Some(json!({"act": "settle"})),
        "/api/v1/imports/{id}/rows/{at}" => Some(json!({"act": "settle"})),
        "/api/v1/imports/{id}/groups" => Some(json!({"groups": []})),
        "/api/v1/households/restore" => Some(json!({"ids": [fresh_id()]})),
        "/api/v1/mobile-sessions" => Some(json!({
            "id": fresh_id(), "day": 20261123, "from_minute": 1110, "to_minute": 1260,
            "place": "nhà văn hóa", "capacity": 6, "homes": []
        })),
        "/api/v1/mobile-sessions/{id}" => Some(json!({"packed": []})),
        _ => None,
    }
}

/// Status and code; the body of an answer that is no refusal is not waited for, it may have no end.
async fn ask(app: &TestApp, phone: &Phone, method: &str, path: &str) -> (u16, String) {
    let mut address = path.replace("{id}", &fresh_id().to_string()).replace("{at}", "0");
    if path == "/api/v1/register/ledger" {
        address.push_str("?from=20261101&to=20261122");
    }
    if path == "/api/v1/mobile-sessions/waiting" {
        address.push_str("?groups=");
    }
    if ["/api/v1/trust/leaflet", "/api/v1/identity/counts/history"].contains(&path) {
        address.push_str(&format!("?group={}", fixture::GROUP_1));
    }
    let mut request = phone.request(method, &address);
    // A path may be read with one method and written with another.
    let body = if path == "/api/v1/accounts" && method == "POST" {
        Some(json!({"id": fresh_id(), "name": "Lan", "role": "police"}))
    } else if path == "/api/v1/referrals" && method == "POST" {
        Some(json!({"kind": "POLICE_L2", "source": "one_stop", "group_id": fixture::GROUP_1}))
    } else if path == "/api/v1/campaign" && method == "POST" {
        Some(json!({"name": "a", "starts_on": 20261101, "ends_on": 20261220, "reason": "thử"}))
    } else if path == "/api/v1/targets/{id}" && method == "POST" {
        Some(json!({"indicator": "MODEL_N", "value": 2, "due_on": 20261231, "source": ""}))
    } else if path == "/api/v1/alerts" && method == "POST" {
        Some(json!({
            "id": fresh_id(), "kind": "other", "words": "Cẩn thận", "until": 20261130
        }))
    } else if path == "/api/v1/identity/counts" && method == "PUT" {
        Some(json!({"month": 202_611, "as_of": 20_261_122, "source": "thử", "rows": []}))
    } else if path == "/api/v1/layer-keys" && method == "POST" {
        Some(json!({ "label": "QGIS" }))
    } else if path == "/api/v1/groups/{id}/outline" && method == "PUT" {
        Some(json!({ "geometry": null }))
    } else if path == "/api/v1/invites" && method == "POST" {
        Some(json!({ "team_id": fixture::TEAM_1 }))
    } else if path == "/api/v1/groups" && method == "POST" {
        Some(json!({ "name": "Tổ thử", "reason": "thử" }))
    } else if path == "/api/v1/withdrawals" && method == "POST" {
        Some(json!({ "id": fresh_id(), "household_id": HOUSEHOLDS[0], "channel": "phone" }))
    } else if path == "/api/v1/teams" && method == "POST" {
        Some(
            json!({ "id": fresh_id(), "name": format!("Đội {}", fresh_id().simple().to_string().split_off(28)) }),
        )
    } else {
        body(path, phone, app)
    };
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.expect("answers");
    let status = response.status().as_u16();
    if status < 400 {
        return (status, String::new());
    }
    let body: Value = response.json().await.expect("a problem");
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

fn principal(role: Role) -> Principal {
    Principal {
        account: fixture::account(role.code()),
        role,
        // The fixture's administrator runs the machine alone; one with a ward is in `settings`.
        ward: (role != Role::Admin).then(|| fixture::WARD.to_owned()),
        team: matches!(role, Role::Volunteer | Role::TeamLead).then_some(fixture::TEAM_1),
        group: (role == Role::TdpCoordinator).then_some(fixture::GROUP_1),
        device: DeviceId(fresh_id()),
        session: SessionId(fresh_id()),
    }
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let mut described = crate::openapi::operations();
    let mut rows: Vec<_> =
        ROWS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    described.sort();
    rows.sort();
    assert_eq!(described, rows);
}

on_both! {
    async fn every_role_meets_every_operation(app: &TestApp) {
        for role in Role::ALL {
            let phone = app.signed_in(role.code()).await;
            for (method, path, access) in ROWS {
                let (status, code) = ask(app, &phone, method, path).await;
                let what = format!("{role:?} {method} {path}: {status} {code}");
                let permitted = match access {
                    Open | SignedIn => true,
                    Act(action) => may(&principal(role), action).is_some(),
                };
                assert!(status < 500, "{what}");
                match (permitted, access) {
                    (false, _) => assert_eq!((status, code.as_str()), (403, "forbidden"), "{what}"),
                    // Open operations refuse what they are asked, not who asks.
                    (true, Open) => assert_ne!(status, 403, "{what}"),
                    (true, _) => assert!(![401, 403].contains(&status), "{what}"),
                }
            }
        }
    }

    async fn nobody_meets_closed_doors(app: &TestApp) {
        let mut phone = app.phone();
        for (method, path, access) in ROWS {
            let (status, code) = ask(app, &phone, method, path).await;
            match access {
                Open => assert_ne!(code, "token_invalid", "{method} {path}"),
                _ => assert_eq!((status, code.as_str()), (401, "token_invalid"), "{method} {path}"),
            }
        }
        // The cookie alone is no way in either: it only refreshes.
        phone.cookie = app.signed_in(VOLUNTEER).await.cookie;
        for (method, path, access) in ROWS {
            if !matches!(access, Open) {
                assert_eq!(ask(app, &phone, method, path).await.0, 401, "{method} {path}");
            }
        }
    }

    async fn an_account_taken_away_meets_closed_doors(app: &TestApp) {
        let phone = app.signed_in(VOLUNTEER).await;
        app.store().set_disabled(fixture::account(VOLUNTEER), true, app.now()).await.expect("disabled");
        app.state.auth.drop_account(fixture::account(VOLUNTEER));
        for (method, path, access) in ROWS {
            if !matches!(access, Open) {
                let (status, code) = ask(app, &phone, method, path).await;
                assert_eq!((status, code.as_str()), (403, "account_disabled"), "{method} {path}");
            }
        }
    }
}
