//! The police's counts by the wire: faults by their cell, who may do what, what the map is told, and the
//! files.

use std::io::{Cursor, Read};

use gocua_tests::fixture::{GROUP_1, GROUP_2, STAFF};
use gocua_tests::phone::finish;
use gocua_tests::{Answer, Phone, on_both};
use serde_json::{Value, json};

const COUNTS: &str = "/api/v1/identity/counts";

async fn put(who: &Phone, body: &Value) -> Answer {
    finish(who.request("PUT", COUNTS).json(body)).await
}

fn row(group: impl serde::Serialize, from_14: i64, l2_issued: i64, activated: i64) -> Value {
    json!({ "group_id": group, "from_14": from_14, "l2_issued": l2_issued, "activated": activated })
}

fn grid(rows: Vec<Value>) -> Value {
    json!({ "month": 202_611, "as_of": 20_261_120, "source": "Báo cáo tháng 11", "rows": rows })
}

fn errors(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status, 422, "{}", answer.text());
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let all = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    all.iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
}

async fn report(who: &Phone, format: &str) -> Answer {
    let body = json!({ "from": 20_261_101, "to": 20_261_122, "format": format });
    who.post("/api/v1/identity/report", &body).await
}

on_both! {
    async fn every_fault_is_told_by_its_cell_and_nothing_is_written(app: &TestApp) {
        let police = app.signed_in("police").await;
        let strange = gocua_tests::fresh_id();
        let body = grid(vec![
            row(GROUP_1, 100, 120, 130),
            row(GROUP_2, 100, 90, 80),
            row(strange, 1, 1, 1),
            row(GROUP_2, -1, 0, 0),
        ]);
        let told: Vec<_> = errors(&put(&police, &body).await);
        let told: Vec<(&str, &str)> = told.iter().map(|(p, c)| (p.as_str(), c.as_str())).collect();
        assert_eq!(
            told,
            [
                ("/rows/0/l2_issued", "more_than_whole"),
                ("/rows/0/activated", "more_than_whole"),
                ("/rows/2/group_id", "invalid_field"),
                ("/rows/3/group_id", "twice"),
                ("/rows/3/from_14", "out_of_range"),
                ("/rows/3/l2_issued", "more_than_whole"),
            ]
        );
        let seen = police.get(COUNTS).await.json();
        assert_eq!((&seen["months"], &seen["sum"]["lacking"]), (&json!([]), &json!(2)));
        for (field, value, pointer, code) in [
            ("month", json!(202_612), "/month", "invalid_field"),
            ("as_of", json!(20_261_123), "/as_of", "invalid_field"),
            ("source", json!(" "), "/source", "missing_field"),
            ("source", json!("mật khẩu"), "/source", "secret_in_text"),
            ("source", json!("a".repeat(201)), "/source", "text_too_long"),
        ] {
            let mut body = grid(vec![row(GROUP_1, 3, 2, 1)]);
            body[field] = value;
            assert_eq!(errors(&put(&police, &body).await), [(pointer.to_owned(), code.to_owned())]);
        }
        assert_eq!(errors(&police.get(&format!("{COUNTS}?month=202613")).await)[0].0, "?month");
    }

    async fn counts_reach_the_map_and_a_board_is_not_told_of_few(app: &TestApp) {
        let (police, staff) = (app.signed_in("police").await, app.signed_in(STAFF).await);
        let before = staff.get("/api/v1/coverage").await;
        let saved = put(&police, &grid(vec![row(GROUP_1, 100, 80, 60), row(GROUP_2, 9, 6, 3)])).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        assert_eq!(saved.json()["sum"]["counts"], json!({ "from_14": 109, "l2_issued": 86, "activated": 63 }));
        assert_eq!(saved.json()["groups"][0]["own"]["by"], "Người police");
        let after = staff.get("/api/v1/coverage").await;
        assert_ne!(before.header("etag"), after.header("etag"), "the map notices");
        let told = json!({
            "from_14": 100, "l2_issued": 80, "activated": 60, "month": 202_611, "as_of": 20_261_120,
            "source": "Báo cáo tháng 11"
        });
        assert_eq!(after.json()["groups"][0]["identity"], told);
        let features = staff.get("/api/v1/coverage?format=geojson").await.json();
        assert_eq!(features["features"][0]["properties"]["eid_act_rate"], 0.75);
        let board = app.signed_in("party_board").await;
        let few = board.get("/api/v1/coverage").await.json()["groups"][1]["identity"].clone();
        assert_eq!((&few["l2_issued"], &few["activated"]), (&json!(6), &Value::Null));
        let file = json!({ "export": "groups", "format": "csv" });
        let rows = board.post("/api/v1/exports", &file).await.text();
        assert!(rows.contains("9,6,1–4,—,2026-11-20"), "{rows}");
        let path = format!("{COUNTS}/history?group={GROUP_1}");
        let versions = staff.get(&path).await.json()["versions"].clone();
        assert_eq!((versions.as_array().map(Vec::len), &versions[0]["version"]), (Some(1), &json!(1)));
        let nobody = format!("{COUNTS}/history?group={}", gocua_tests::fresh_id());
        assert_eq!(staff.get(&nobody).await.status, 404);
    }

    async fn a_report_is_figures_a_workbook_and_a_word_file(app: &TestApp) {
        let police = app.signed_in("police").await;
        put(&police, &grid(vec![row(GROUP_1, 100, 80, 60)])).await;
        let seen = report(&police, "json").await;
        assert_eq!(seen.status, 200, "{}", seen.text());
        let seen = seen.json();
        assert_eq!(seen["rows"][0]["counts"]["activated"], 60);
        assert_eq!((&seen["rows"][1]["counts"], &seen["sum"]["lacking"]), (&Value::Null, &json!(1)));
        assert_eq!(seen["help_types"].as_array().map(Vec::len), Some(15));
        let codes: Vec<_> = seen["definitions"].as_array().expect("them").iter().map(|d| d["code"].clone()).collect();
        for code in ["EID_14", "EID_L2", "EID_ACT", "EID_ACT_RATE", "EID_HELP", "MOBILE_SES", "MOBILE_PER", "REF_OPEN", "REF_SLA"] {
            assert!(codes.contains(&json!(code)), "{code}");
        }
        let book = report(&police, "xlsx").await;
        assert!(book.header("content-disposition").contains("gocua-dinh-danh-so-20261122.xlsx"));
        let strings = part(&book.body, "xl/sharedStrings.xml");
        for words in ["BIỂU ĐỊNH DANH SỐ", "Số liệu tính đến ngày 22/11/2026", "Lý do tồn", "Tổ dân phố 1"] {
            assert!(strings.contains(words), "{words}");
        }
        let word = report(&police, "docx").await;
        assert_eq!(word.header("cache-control"), "no-store");
        let text = part(&word.body, "word/document.xml");
        for words in ["CÔNG AN THÀNH PHỐ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "/BC-CAP", "BÁO CÁO", "Nơi nhận:", "75,0%"] {
            assert!(text.contains(words), "{words}");
        }
        assert!(!text.contains("đã ký") && !text.contains("Người police"), "nobody has signed");
        for (from, to, pointer) in [(20_261_101, 20_261_123, "/to"), (20_251_001, 20_261_122, "/from"), (20_261_131, 20_261_122, "/from")] {
            let body = json!({ "from": from, "to": to, "format": "json" });
            assert_eq!(errors(&police.post("/api/v1/identity/report", &body).await)[0].0, pointer);
        }
        for other in ["volunteer", "party_board", "one_stop_helper"] {
            assert_eq!(report(&app.signed_in(other).await, "docx").await.status, 403, "{other}");
        }
    }
}

fn part(file: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).expect("a zip");
    let mut text = String::new();
    archive.by_name(name).expect("the part").read_to_string(&mut text).expect("UTF-8");
    text
}
