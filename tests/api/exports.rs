//! Files that leave the desk: figures that add up, lists behind a purpose and a password, and the log.

use gocua_tests::fixture::{self, GROUP_1, GROUP_2, HOUSEHOLDS, STAFF, VOLUNTEER};
use gocua_tests::{Answer, Phone, TestApp, on_both};
use serde_json::{Value, json};

const PASSWORD: &str = "bốn từ ghép lại";

async fn take(who: &Phone, wish: Value) -> Answer {
    who.post("/api/v1/exports", &wish).await
}

/// The rows of a file of comma-separated text, by the names of its columns.
fn rows(answer: &Answer) -> Vec<Vec<(String, String)>> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    let text = text.strip_prefix('\u{feff}').expect("a mark, so that letters are read");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<String> =
        reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let row = |record: Result<csv::StringRecord, _>| {
        let record = record.expect("a row");
        names.iter().cloned().zip(record.iter().map(str::to_owned)).collect()
    };
    reader.records().map(row).collect()
}

fn sum(rows: &[Vec<(String, String)>], column: &str) -> i64 {
    let cell = |row: &Vec<(String, String)>| {
        let (_, value) = row.iter().find(|(name, _)| name == column).expect("the column");
        value.parse::<i64>().expect("a count")
    };
    rows.iter().map(cell).sum()
}

fn list() -> Value {
    json!({
        "export": "households", "format": "xlsx", "purpose": "check_register",
        "words": "đối chiếu với sổ bác tổ trưởng", "password": PASSWORD
    })
}

/// Visits at some doors: one served with two people, one not at home.
async fn knock(app: &TestApp) {
    let phone = app.signed_in(VOLUNTEER).await;
    let mut served = fixture::visit(phone.device, 1, HOUSEHOLDS[0], app.now());
    served["ops"][0]["payload"] = json!({
        "household_id": HOUSEHOLDS[0], "outcome": "SERVED",
        "people": [
            {"age_band": "60-79", "skills": [{"skill": "SEC-01", "level": 2}]},
            {"age_band": "18-59", "skills": [{"skill": "SEC-01", "level": 3}]}
        ]
    });
    let answer = phone.post("/api/v1/sync/push", &served).await;
    assert_eq!(answer.json()["results"][0]["outcome"], "applied", "{}", answer.text());
    let away = fixture::visit(phone.device, 2, HOUSEHOLDS[2], app.now());
    let answer = phone.post("/api/v1/sync/push", &away).await;
    assert_eq!(answer.json()["results"][0]["outcome"], "applied", "{}", answer.text());
}

on_both! {
    async fn the_tables_add_up_to_the_board_at_every_level(app: &TestApp) {
        knock(app).await;
        let desk = app.signed_in(STAFF).await;
        let total = desk.get("/api/v1/coverage").await.json()["total"].clone();
        for export in ["groups", "alleys"] {
            let rows = rows(&take(&desk, json!({"export": export, "format": "csv"})).await);
            for (column, field) in [
                ("Tổng số hộ", "hh_total"),
                ("Hộ đã đến", "hh_visited"),
                ("Hộ đã được hướng dẫn", "hh_served"),
                ("Lượt đến hộ", "visits"),
                ("Lượt hướng dẫn", "coach_occ"),
                ("Người từ 60 tuổi được hướng dẫn", "coach_people_60"),
            ] {
                assert_eq!(sum(&rows, column), total[field], "{export}: {column}");
            }
        }
        let days = rows(&take(&desk, json!({"export": "days", "format": "csv"})).await);
        assert_eq!(sum(&days, "Lượt đến hộ"), total["visits"]);
        assert_eq!(sum(&days, "Hộ đã đến lần đầu"), total["hh_visited"]);
        assert_eq!(sum(&days, "Hộ đã được hướng dẫn lần đầu"), total["hh_served"]);
        let of_one = json!({"export": "groups", "format": "csv", "groups": [GROUP_2]});
        assert_eq!(rows(&take(&desk, of_one).await).len(), 1);
    }

    async fn readers_outside_the_desk_see_no_few_people_and_no_alleys(app: &TestApp) {
        knock(app).await;
        let board = app.signed_in("party_board").await;
        let rows = rows(&take(&board, json!({"export": "groups", "format": "csv"})).await);
        let people = |row: &Vec<(String, String)>| {
            row.iter().find(|(name, _)| name == "Người được hướng dẫn").expect("it").1.clone()
        };
        let cells: Vec<_> = rows.iter().map(people).collect();
        assert_eq!(cells, ["1–4", "0"]);
        for export in ["alleys", "households"] {
            let mut wish = list();
            wish["export"] = json!(export);
            let answer = take(&board, wish).await;
            assert_eq!((answer.status, answer.code()), (403, "forbidden".to_owned()), "{export}");
        }
    }

    async fn a_list_of_people_needs_all_it_needs_and_says_what_is_missing(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        for (field, value, pointer) in [
            ("purpose", Value::Null, "/purpose"),
            ("words", json!("vì cần"), "/words"),
            ("words", json!("gửi mật khẩu cho người ta"), "/words"),
            ("password", json!("ngắn"), "/password"),
            ("password", Value::Null, "/password"),
            ("format", json!("csv"), "/format"),
            ("groups", json!([gocua_tests::fresh_id()]), "/groups"),
        ] {
            let mut wish = list();
            wish[field] = value;
            let answer = take(&desk, wish).await;
            assert_eq!(answer.status, 422, "{field}: {}", answer.text());
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
        }
        let log = desk.get("/api/v1/access-log").await.json();
        assert_eq!(log["lines"], json!([]), "nothing left, nothing is told");
    }

    async fn a_list_leaves_locked_and_leaves_a_line(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut wish = list();
        wish["groups"] = json!([GROUP_1]);
        let answer = take(&desk, wish).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let begins: [u8; 8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
        assert!(answer.body.starts_with(&begins), "an encrypted workbook, no zip");
        assert!(answer.header("content-disposition").contains("gocua-households-"));
        take(&desk, json!({"export": "groups", "format": "xlsx"})).await;
        let dpo = app.signed_in("dpo").await;
        let log = dpo.get("/api/v1/access-log").await.json();
        let lines = log["lines"].as_array().expect("lines");
        assert_eq!(lines.len(), 2);
        assert_eq!((&lines[0]["export"], &lines[0]["words"]), (&json!("groups"), &Value::Null));
        assert_eq!(lines[1], json!({
            "at": app.now(), "by": "Người ward_staff", "what": "export", "export": "households",
            "format": "xlsx", "groups": ["Tổ dân phố 1"], "rows": 4, "purpose": "check_register",
            "words": "đối chiếu với sổ bác tổ trưởng"
        }));
        assert!(!log.to_string().contains(PASSWORD));
    }

    async fn every_figure_of_the_book_has_a_definition(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let known = desk.get("/api/v1/indicators").await.json();
        let codes: Vec<_> = known["indicators"].as_array().expect("them").iter().map(|i| i["code"].clone()).collect();
        for code in ["HH_TOTAL", "COV_SERVED", "COACH_PER"] {
            assert!(codes.contains(&json!(code)), "{code}");
        }
    }
}
