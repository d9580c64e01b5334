//! The page at which everybody may ask who was sent: yes or no, and nothing of anybody.

use std::net::{IpAddr, Ipv4Addr};

use gocua_server::public::CheckBounds;
use gocua_tests::fixture::{GROUP_1, GROUP_2, STAFF, TEAM_1, TEAM_2, VOLUNTEER, account};
use gocua_tests::phone::finish;
use gocua_tests::{Answer, Engine, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000;
const PAGE: &str = "/kiem-tra";
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// A browser of somebody who has nothing to do with the app: no header of ours.
fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

async fn open(app: &TestApp, path: &str) -> Answer {
    finish(client().get(format!("{}{path}", app.url))).await
}

async fn ask(app: &TestApp, fields: &[(&str, &str)]) -> Answer {
    let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let request = client().post(format!("{}{PAGE}", app.url));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    finish(request.body(body.join("&"))).await
}

/// What the page says: `Some(true)` for yes; nothing when it gives no answer.
fn said(answer: &Answer) -> Option<bool> {
    let text = answer.text();
    match (text.contains("<b>✓ CÓ</b>"), text.contains("<b>✕ KHÔNG</b>")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
        (true, true) => panic!("both: {text}"),
    }
}

/// The badge of a login, and the ward's desk.
async fn badge(app: &TestApp, login: &str) -> Value {
    let seen = app.signed_in(STAFF).await.get("/api/v1/trust").await.json();
    let of = |b: &&Value| b["account_id"] == json!(account(login)) && b["revoked_at"].is_null();
    seen["badges"].as_array().expect("badges").iter().find(of).expect("a badge").clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("text")
}

async fn announce(app: &TestApp, desk: &Phone) {
    let tonight = json!({
        "id": fresh_id(), "team_id": TEAM_1, "day": app.now().day(), "from": 1170, "to": 1260,
        "place": "Nhà văn hóa"
    });
    assert_eq!(desk.post("/api/v1/shift-plans", &tonight).await.status, 204);
}

/// Nothing here tries to list anybody: the bucket is in the way of the other tests.
async fn patient(engine: Engine) -> TestApp {
    let bounds =
        CheckBounds { burst: 9_000, per_minute: 9_000, miss_burst: 9_000, miss_per_minute: 9_000 };
    TestApp::start_with(engine, |app| app.asked_by(bounds, None)).await
}

async fn yes_needs_everything(app: &TestApp) {
    let desk = app.signed_in(STAFF).await;
    let mine = badge(app, VOLUNTEER).await;
    let (number, link) = (text(&mine, "number"), format!("{PAGE}/t/{}", text(&mine, "token")));
    let (here, there) = (GROUP_1.to_string(), GROUP_2.to_string());
    let by_number = async |fields: &[(&str, &str)]| {
        let mut all = vec![("so", number)];
        all.extend(fields);
        said(&ask(app, &all).await)
    };
    assert_eq!(said(&open(app, &link).await), Some(false), "nobody is announced yet");
    assert_eq!(by_number(&[]).await, Some(false));
    announce(app, &desk).await;
    assert_eq!(said(&open(app, &link).await), Some(true), "from the very next question on");
    assert_eq!(by_number(&[]).await, Some(true));
    assert_eq!(by_number(&[("to", &here)]).await, Some(true));
    assert_eq!(by_number(&[("to", &there)]).await, Some(false), "its team walks elsewhere");
    assert_eq!(by_number(&[("to", "no-such-group")]).await, Some(false));

    let code = |seen: &Value| (text(seen, "digits").to_owned(), text(seen, "animal").to_owned());
    let week = desk.get(&format!("/api/v1/trust/leaflet?group={GROUP_1}")).await.json();
    let (today, tomorrow) = (code(&week["codes"][0]), code(&week["codes"][1]));
    assert_eq!(by_number(&[("to", &here), ("ma", &today.0)]).await, Some(true));
    assert_eq!(by_number(&[("to", &here), ("ma", &today.0), ("vat", &today.1)]).await, Some(true));
    let other = if today.1 == "cat" { "dog" } else { "cat" };
    assert_eq!(by_number(&[("to", &here), ("ma", &today.0), ("vat", other)]).await, Some(false));
    assert_eq!(by_number(&[("to", &here), ("ma", &tomorrow.0)]).await, Some(false));

    // The next day the code of today is worth nothing, even beside a good badge.
    app.pass(DAY);
    let desk = app.signed_in(STAFF).await;
    assert_eq!(by_number(&[]).await, Some(false), "the evening was yesterday's");
    announce(app, &desk).await;
    assert_eq!(by_number(&[("to", &here), ("ma", &today.0)]).await, Some(false), "a replay");
    assert_eq!(by_number(&[("to", &here), ("ma", &tomorrow.0)]).await, Some(true));
}

async fn every_way_out_is_a_no_at_once(app: &TestApp) {
    let desk = app.signed_in(STAFF).await;
    announce(app, &desk).await;
    let phone = app.signed_in(VOLUNTEER).await;
    let says = async || {
        let mine = badge(app, VOLUNTEER).await;
        (format!("{PAGE}/t/{}", text(&mine, "token")), text(&mine, "id").to_owned())
    };
    let post = async |path: &str| {
        let done = desk.post(path, &json!({})).await;
        assert_eq!(done.status, 204, "{path}: {}", done.text());
    };
    let (link, id) = says().await;
    let now = async || said(&open(app, &link).await);
    assert_eq!(now().await, Some(true));
    post(&format!("/api/v1/trust/badges/{id}/revoke")).await;
    assert_eq!(now().await, Some(false), "revoked");
    post(&format!("/api/v1/trust/badges/{id}/restore")).await;
    assert_eq!(now().await, Some(true), "given back");
    app.store().set_disabled(account(VOLUNTEER), true, app.now()).await.expect("disabled");
    assert_eq!(now().await, Some(false), "may not sign in");
    app.store().set_disabled(account(VOLUNTEER), false, app.now()).await.expect("enabled");
    assert_eq!(now().await, Some(true));
    let moved = format!("/api/v1/members/{}", account(VOLUNTEER));
    for (team, expected) in [(TEAM_2, Some(false)), (TEAM_1, Some(true))] {
        assert_eq!(desk.post(&moved, &json!({ "team_id": team })).await.status, 204);
        assert_eq!(now().await, expected, "in a team that stays at home, and back");
    }
    post(&format!("/api/v1/phones/{}/revoke", phone.device)).await;
    assert_eq!(now().await, Some(false), "the phone is lost");
    post(&format!("/api/v1/trust/badges/{id}/replace")).await;
    assert_eq!(now().await, Some(false), "the old code stays a no");
    let (new, _) = says().await;
    assert_eq!(said(&open(app, &new).await), Some(true), "another badge");
    post(&format!("/api/v1/members/{}/leave", account(VOLUNTEER))).await;
    assert_eq!(said(&open(app, &new).await), Some(false), "has left");
}

async fn yes_and_no_differ_in_the_answer_alone(app: &TestApp) {
    let desk = app.signed_in(STAFF).await;
    let mine = badge(app, VOLUNTEER).await;
    let stays = badge(app, "volunteer2").await;
    announce(app, &desk).await;
    let yes = ask(app, &[("so", text(&mine, "number"))]).await;
    let off_duty = ask(app, &[("so", text(&stays, "number"))]).await;
    let unknown = ask(app, &[("so", "123456")]).await;
    let id = text(&mine, "id");
    assert_eq!(
        desk.post(&format!("/api/v1/trust/badges/{id}/revoke"), &json!({})).await.status,
        204
    );
    let revoked = ask(app, &[("so", text(&mine, "number"))]).await;
    let token = open(app, &format!("{PAGE}/t/{}", text(&mine, "token"))).await;
    let no_token = open(app, &format!("{PAGE}/t/AAAAAAAAAAAAAAAAAAAAAA")).await;
    assert_eq!((said(&yes), said(&unknown)), (Some(true), Some(false)));
    for no in [&off_duty, &revoked, &token, &no_token] {
        assert_eq!(no.body, unknown.body, "every no is the same to the byte");
    }
    assert_eq!(yes.body.len(), unknown.body.len());
    let names = |answer: &Answer| {
        let mut all: Vec<_> = answer.headers.keys().map(|k| k.as_str().to_owned()).collect();
        all.sort();
        all
    };
    assert_eq!((yes.status, names(&yes)), (unknown.status, names(&unknown)));
    for answer in [&yes, &unknown] {
        let page = answer.text();
        let of = |badge: &Value| ["name", "number", "token"].map(|key| text(badge, key).to_owned());
        for secret in of(&mine).iter().chain(&of(&stays)) {
            assert!(!page.contains(secret.as_str()), "{secret} is on the page");
        }
    }
}

async fn anybody_may_open_it_and_nothing_comes_along(app: &TestApp) {
    let desk = app.signed_in(STAFF).await;
    let terms = json!({ "duty_phone": "0000 111" });
    assert_eq!(finish(desk.request("PUT", "/api/v1/trust/terms").json(&terms)).await.status, 204);
    let warning = json!({
        "id": fresh_id(), "kind": "fake_officer", "groups": [GROUP_1], "until": 20261130,
        "words": "Có người <b>giả</b> công an đòi mã OTP."
    });
    assert_eq!(desk.post("/api/v1/alerts", &warning).await.status, 204);
    let style = open(app, "/kiem-tra/kieu.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    let cross = client().get(format!("{}{PAGE}", app.url)).header("Sec-Fetch-Site", "cross-site");
    for answer in [
        open(app, PAGE).await,
        finish(cross).await,
        ask(app, &[("so", "123456")]).await,
        open(app, "/kiem-tra/t/x").await,
        ask(app, &[("so", "12")]).await,
    ] {
        assert!(matches!(answer.status, 200 | 422));
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("content-security-policy"), POLICY);
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert_eq!(answer.header("set-cookie"), "");
        let page = answer.text();
        assert!(page.len() + style.body.len() <= 20 * 1024, "{} bytes", page.len());
        for foreign in ["<script", "<img", "<iframe", "style=", "http://", "https://", "onclick"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        assert!(
            page.contains("Có người &lt;b&gt;giả&lt;/b&gt; công an")
                && page.contains("Tổ dân phố 1. Đến hết 30/11/2026")
        );
        assert!(page.contains("<a href=\"tel:0000111\">0000 111</a>"));
        for never in ["mật khẩu, mã OTP", "cầm điện thoại của bác", "chụp căn cước"]
        {
            assert!(page.contains(never), "{never}");
        }
    }
    app.pass(9 * DAY);
    assert!(!open(app, PAGE).await.text().contains("giả"), "over after its last day");
    assert_eq!(finish(client().put(format!("{}{PAGE}", app.url))).await.status, 405);
    assert_eq!(finish(client().head(format!("{}{PAGE}", app.url))).await.status, 200);
}

async fn what_was_typed_stays_when_something_is_wrong(app: &TestApp) {
    let here = GROUP_1.to_string();
    for (fields, kept, why) in [
        (vec![("so", "41 72"), ("to", here.as_str())], "value=\"41 72\"", "Số thẻ có 6 chữ số"),
        (
            vec![("so", "417208"), ("to", here.as_str()), ("ma", "12")],
            "value=\"12\"",
            "Mã hôm nay có 4 chữ số",
        ),
        (
            vec![("so", "417208"), ("ma", "1234"), ("vat", "cat")],
            "value=\"cat\" selected",
            "Bác chọn tổ dân phố",
        ),
        (vec![("so", "%22%3E%3Cb%3E")], "value=\"&quot;&gt;&lt;b&gt;\"", "Số thẻ có 6 chữ số"),
    ] {
        let answer = ask(app, &fields).await;
        let page = answer.text();
        assert_eq!((answer.status, said(&answer)), (422, None));
        assert!(page.contains(kept) && page.contains(why), "{page}");
    }
    // What is no form at all is an empty one.
    let request = client().post(format!("{}{PAGE}", app.url)).body("{}");
    assert_eq!(finish(request).await.status, 422);
}

macro_rules! of_a_patient_page {
    ($($case:ident),+ $(,)?) => {$(
        mod $case {
            #[actix_web::test]
            async fn sqlite() {
                super::$case(&super::patient(super::Engine::Sqlite).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                super::$case(&super::patient(super::Engine::Postgres).await).await;
            }
        }
    )+};
}

of_a_patient_page! {
    yes_needs_everything,
    every_way_out_is_a_no_at_once,
    yes_and_no_differ_in_the_answer_alone,
    anybody_may_open_it_and_nothing_comes_along,
    what_was_typed_stays_when_something_is_wrong,
}

on_both! {
    async fn whoever_tries_numbers_is_slowed_down_and_told_what_to_do(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mine = badge(app, VOLUNTEER).await;
        announce(app, &desk).await;
        let mut answers = 0;
        let refused = loop {
            let answer = ask(app, &[("so", &format!("{}", 100_000 + answers))]).await;
            if answer.status == 429 {
                break answer;
            }
            answers += 1;
        };
        assert_eq!(answers, 12);
        assert!(refused.text().contains("Bác chờ") && refused.text().contains("nhà văn hóa"));
        assert_eq!(refused.header("retry-after"), "15");
        assert_eq!(refused.header("content-security-policy"), POLICY);
        assert_eq!(ask(app, &[("so", text(&mine, "number"))]).await.status, 429, "a hit would tell too");
        assert_eq!(open(app, PAGE).await.status, 200);
        app.pass(15_000);
        assert_eq!(said(&ask(app, &[("so", text(&mine, "number"))]).await), Some(true));
        assert_eq!(said(&ask(app, &[("so", text(&mine, "number"))]).await), Some(true), "a yes costs no miss");
    }
}

#[actix_web::test]
async fn only_the_named_proxy_says_who_asks() {
    let one = CheckBounds { miss_burst: 1, ..CheckBounds::default() };
    let from = async |app: &TestApp, by: &str| {
        let request =
            client().get(format!("{}/kiem-tra/t/x", app.url)).header("X-Forwarded-For", by);
        finish(request).await.status
    };
    let open = TestApp::start_with(Engine::Sqlite, |app| app.asked_by(one, None)).await;
    assert_eq!((from(&open, "192.0.2.1").await, from(&open, "192.0.2.2").await), (200, 429));
    let proxy = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let behind = TestApp::start_with(Engine::Sqlite, |app| app.asked_by(one, proxy)).await;
    assert_eq!((from(&behind, "192.0.2.1").await, from(&behind, "192.0.2.2").await), (200, 200));
    assert_eq!(
        from(&behind, "198.51.100.7, 192.0.2.1").await,
        429,
        "the last is the proxy's own word"
    );
}

#[actix_web::test]
async fn a_book_without_a_ward_says_so() {
    let app = TestApp::start_empty(Engine::Sqlite).await;
    for answer in [
        open(&app, PAGE).await,
        ask(&app, &[("so", "123456")]).await,
        open(&app, "/kiem-tra/t/x").await,
    ] {
        assert_eq!(said(&answer), None);
        assert!(answer.text().contains("chưa có phường nào"));
    }
}
