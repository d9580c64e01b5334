//! The page at which everybody may ask who was sent: strangers' browsers, all at once.

use futures_util::future::join_all;
use gocua_domain::time::Millis;
use gocua_tests::Phone;
use gocua_tests::phone::finish;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::figures::Figures;
use crate::machine::{Meter, Ours, Spent, tick};

/// A stranger's request: a path, and a form if it is sent with one.
pub struct Question {
    path: String,
    form: Option<String>,
    /// What the answer must hold.
    says: &'static str,
}

/// What was measured.
pub struct Answered {
    /// Times.
    pub spent: Spent,
    /// Milliseconds of each answer at the browser.
    pub latency: Figures,
    /// Bytes of the last page.
    pub bytes: usize,
}

/// Announces a team for today, and makes the questions residents ask about its people: scanned codes,
/// numbers with group and code, numbers nobody has, and the empty form.
pub async fn questions(desk: &Phone, now: Millis) -> Vec<Question> {
    let seen = desk.get("/api/v1/trust").await.json();
    let mut badges = seen["badges"].as_array().expect("badges").iter();
    let badge = badges.rfind(|b| b["revoked_at"].is_null()).expect("a badge").clone();
    let plan = json!({
        "id": Uuid::new_v4(), "team_id": badge["team_id"], "day": now.day(), "from": 1170,
        "to": 1260, "place": "Nhà văn hóa"
    });
    assert_eq!(desk.post("/api/v1/shift-plans", &plan).await.status, 204);
    let seen = desk.get("/api/v1/trust").await.json();
    let tonight = seen["tonight"].as_array().expect("teams").iter();
    let team = tonight.into_iter().find(|t| t["id"] == badge["team_id"]).expect("announced");
    let group = team["group_ids"][0].as_str().expect("a group");
    let code = seen["groups"].as_array().expect("groups").iter();
    let code = code.into_iter().find(|g| g["id"] == group).expect("the group")["code"].clone();
    let text = |value: &Value, name: &str| value[name].as_str().expect("text").to_owned();
    let number = text(&badge, "number");
    let (digits, animal) = (text(&code, "digits"), text(&code, "animal"));
    let form = |form: String, says| Question { path: "/kiem-tra".into(), form: Some(form), says };
    let get = |path: String, says| Question { path, form: None, says };
    vec![
        get(format!("/kiem-tra/t/{}", text(&badge, "token")), "✓ CÓ"),
        form(format!("so={number}&to={group}&ma={digits}&vat={animal}"), "✓ CÓ"),
        form("so=100001".into(), "✕ KHÔNG"),
        get("/kiem-tra".into(), "<form"),
    ]
}

/// So many browsers ask one after the other, each `times`.
pub async fn ask(
    url: &str,
    questions: &[Question],
    browsers: usize,
    times: usize,
    ours: Ours,
) -> Answered {
    let meter = Meter::start(ours);
    let asking = (0..browsers).map(|browser| async move {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let (mut latency, mut bytes) = (Figures::default(), 0);
        for n in 0..times {
            let question = &questions[(browser + n) % questions.len()];
            let address = format!("{url}{}", question.path);
            let request = match &question.form {
                Some(form) => client
                    .post(address)
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form.clone()),
                None => client.get(address),
            };
            let began = tick();
            let answer = finish(request).await;
            latency.add(began.elapsed().as_secs_f64() * 1e3);
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert!(answer.text().contains(question.says), "{}", question.path);
            bytes = answer.body.len();
        }
        (latency, bytes)
    });
    let all = join_all(asking).await;
    let spent = meter.stop();
    let mut latency = Figures::default();
    all.iter().for_each(|(one, _)| latency.extend(one));
    Answered { spent, latency, bytes: all.last().map_or(0, |(_, bytes)| *bytes) }
}
