//! A household list from a stranger's file to the book, and back out of it.

use gocua_domain::address::Address;
use gocua_domain::id::ImportId;
use gocua_store::{Act, ImportOptions, ImportRow};
use gocua_tests::fixture::{GROUP_1, HOUSEHOLDS, STAFF, VOLUNTEER, WARD};
use gocua_tests::phone::finish;
use gocua_tests::{Answer, Engine, Phone, TestApp, fresh_id, on_both};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Row};

use crate::logs;

const DAY_MS: i64 = 86_400_000;

/// A list as a group leader keeps it: of the ward's first group, with what nobody may keep, and dirty.
fn list() -> String {
    let mut text = String::from(
        "DANH SÁCH HỘ\n\
         STT,Họ và tên chủ hộ,Năm sinh,Số CCCD,SĐT,Dân tộc,Địa chỉ,Số nhân khẩu,Tổ dân phố,Toạ độ\n",
    );
    let [card, phone, birth, people] = planted();
    let rows = [
        // Known with other numbers; known with another head.
        ("Nguyễn Văn Thử", "1 Đường Thử", "6", "TDP 1", ""),
        ("Trần Thị Khác", "3 Đường Thử", "2", "Tổ dân phố 1", ""),
        // New, in ways nobody walks yet; one of them twice.
        ("Ngô Văn Thêm", "27 Đường Mới", "2", "Tổ dân phố 1", ""),
        ("LÊ VĂN MỚI", "8 Đường Mới", "3", "Tổ dân phố 1", "\"21.005, 106.005\""),
        ("Đỗ Thị Ngõ", "18 bis ngõ 4O Đường Mới", "5", "Tổ dân phố 1", ""),
        ("Đỗ Thị Ngõ", "18 bis ngõ 4O Đường Mới", "5", "Tổ dân phố 1", ""),
        ("Phạm Thị Mốc", "cạnh nhà văn hóa", "1", "Tổ dân phố 1", ""),
        // A group the ward does not have, and none at all.
        ("Bùi Văn Xa", "2 Đường Xa Lạ", "4", "Hoa Sen", ""),
        ("Vũ Thị Lạc", "9 Đường Thử", "4", "", ""),
    ];
    for (n, (head, address, members, group, point)) in rows.into_iter().enumerate() {
        text += &format!(
            "{},{head},{birth},{card},{phone},{people},{address},{members},{group},{point}\n",
            n + 1
        );
    }
    // The card in the wrong column.
    text + &format!("10,{card},,,,,11 Đường Thử,3,Tổ dân phố 1,\n")
}

/// An identity card, a telephone, a year of birth and an ethnic group that are nobody's. Put together
/// here, because no such number stands in the tree.
fn planted() -> [String; 4] {
    let card = format!("0312{}", "7".repeat(8));
    let phone = format!("09{}", "6".repeat(8));
    [card, phone, "1957-chim".to_owned(), "Người Chim Yến".to_owned()]
}

async fn send(desk: &Phone, path: &str, head: &Value, file: &[u8]) -> Answer {
    let mut body = head.to_string().into_bytes();
    body.push(b'\n');
    body.extend_from_slice(file);
    let request = desk.request("POST", path).header("content-type", "application/octet-stream");
    finish(request.body(body)).await
}

async fn keep(desk: &Phone, file: &str) -> ImportId {
    let id = ImportId(fresh_id());
    let answer =
        send(desk, "/api/v1/imports", &json!({"id": id, "name": "ho.csv"}), file.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    id
}

async fn draft(desk: &Phone, id: ImportId, show: &str) -> Value {
    let answer = desk.get(&format!("/api/v1/imports/{id}?show={show}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn act(desk: &Phone, id: ImportId, at: usize, act: Value) -> Value {
    let answer = desk.post(&format!("/api/v1/imports/{id}/rows/{at}?show=all"), &act).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

/// Settles what has to be settled: the row without a group gets one, the unread one is left out, the
/// strange group is founded, the letter becomes a digit.
async fn settled(desk: &Phone, file: &str) -> ImportId {
    let id = keep(desk, file).await;
    let group = json!({"act": "write", "address": "9 Đường Thử", "group": "Tổ dân phố 1",
        "head": "Vũ Thị Lạc", "members": 4, "adults": null});
    act(desk, id, 8, group).await;
    act(desk, id, 9, json!({"act": "leave_out"})).await;
    for (at, written) in [(4, "18 bis ngõ 40 Đường Mới"), (5, "18 bis ngõ 40 Đường Mới")]
    {
        let meant = json!({"act": "write", "address": written, "group": "Tổ dân phố 1",
            "head": "Đỗ Thị Ngõ", "members": 5, "adults": null});
        act(desk, id, at, meant).await;
    }
    let founded =
        desk.post(&format!("/api/v1/imports/{id}/groups"), &json!({"groups": ["Hoa Sen"]})).await;
    assert_eq!(founded.status, 200, "{}", founded.text());
    id
}

async fn commit(desk: &Phone, id: ImportId) -> Value {
    let answer = desk.post(&format!("/api/v1/imports/{id}/commit"), &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn total(app: &TestApp) -> i64 {
    app.store().coverage(WARD).await.expect("coverage").total.hh_total
}

/// Every row of some tables as text.
async fn dump(app: &TestApp, tables: &[&str]) -> Vec<String> {
    let mut rows = Vec::new();
    for table in tables {
        rows.extend(rows_of(app, table).await.into_iter().map(|row| format!("{table} {row}")));
    }
    rows.sort();
    rows
}

async fn rows_of(app: &TestApp, table: &str) -> Vec<String> {
    let url = app.database_url();
    match app.store().engine() {
        Engine::Sqlite => {
            let mut db = sqlx::SqliteConnection::connect(url).await.expect("opens");
            let columns = format!("SELECT name FROM pragma_table_info('{table}')");
            let columns = sqlx::query(AssertSqlSafe(columns)).fetch_all(&mut db).await;
            let columns: Vec<String> = columns
                .expect("columns")
                .iter()
                .map(|row| row.get::<String, _>(0))
                .filter(|name| name != "seq")
                .map(|name| format!("quote(\"{name}\")"))
                .collect();
            let all = format!("SELECT {} FROM \"{table}\"", columns.join(" || '|' || "));
            let rows = sqlx::query(AssertSqlSafe(all)).fetch_all(&mut db).await.expect("rows");
            rows.iter().map(|row| row.get(0)).collect()
        }
        Engine::Postgres => {
            let mut db = sqlx::PgConnection::connect(url).await.expect("opens");
            let all = format!("SELECT (to_jsonb(t) - 'seq')::text FROM \"{table}\" t");
            let rows = sqlx::query(AssertSqlSafe(all)).fetch_all(&mut db).await.expect("rows");
            rows.iter().map(|row| row.get(0)).collect()
        }
    }
}

async fn tables(app: &TestApp) -> Vec<String> {
    let url = app.database_url();
    let rows = match app.store().engine() {
        Engine::Sqlite => {
            let mut db = sqlx::SqliteConnection::connect(url).await.expect("opens");
            let all = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'");
            let rows = all.fetch_all(&mut db).await.expect("tables");
            rows.iter().map(|row| row.get(0)).collect::<Vec<String>>()
        }
        Engine::Postgres => {
            let mut db = sqlx::PgConnection::connect(url).await.expect("opens");
            let all =
                sqlx::query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'");
            let rows = all.fetch_all(&mut db).await.expect("tables");
            rows.iter().map(|row| row.get(0)).collect()
        }
    };
    assert!(rows.len() > 40, "all tables are looked into");
    rows
}

const REGISTER: [&str; 4] = ["residential_group", "alley", "household", "household_state"];
const COUNTS: [&str; 3] = ["rollup_group", "rollup_alley", "rollup_day"];

on_both! {
    async fn a_list_is_read_looked_through_and_brought_in(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let answer = send(&desk, "/api/v1/imports/read", &json!({"name": "ho.csv"}), list().as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let sheet = &answer.json()["sheets"][0];
        assert_eq!((&sheet["header"], &sheet["households"]), (&json!([2, 2]), &json!(9)), "{sheet}");
        let columns = sheet["columns"].as_array().expect("columns");
        for (label, why) in [("Năm sinh", "birth"), ("Số CCCD", "identity_number"), ("SĐT", "contact"), ("Dân tộc", "ethnicity")] {
            let column = columns.iter().find(|c| c["label"] == label).expect(label);
            assert_eq!((&column["why"], &column["forbidden"]), (&json!(why), &json!(true)));
            assert_eq!(column["samples"], json!([]), "of what is not read nothing is shown");
        }
        let heads = columns.iter().find(|c| c["field"] == "head_name").expect("heads");
        assert_eq!(heads["samples"][0], "Nguyễn Văn Thử");
        assert_eq!(columns[9]["field"], "coordinates");
        assert_eq!(desk.get("/api/v1/imports").await.json(), json!({"drafts": [], "imports": []}), "to look keeps nothing");

        let id = keep(&desk, &list()).await;
        let seen = draft(&desk, id, "look").await;
        let counts = &seen["counts"];
        assert_eq!(counts, &json!({"all": 10, "look": 7, "new": 4, "updated": 1, "same": 0, "confirmed": 0,
            "head_differs": 1, "repeated": 1, "left_out": 0, "blocked": 3, "absent": 2}), "{seen}");
        assert_eq!(seen["unknown_groups"], json!(["Hoa Sen"]));
        let rows = seen["rows"].as_array().expect("rows");
        let of = |at: i64| rows.iter().find(|r| r["at"] == at).unwrap_or_else(|| panic!("row {at}: {seen}"));
        assert_eq!(of(1)["book"]["household"]["head"], "Nguyễn Văn Thử");
        assert_eq!((&of(4)["doubts"], &of(4)["suggestions"]), (&json!(["letter_for_digit"]), &json!(["18 bis ngõ 40 Đường Mới"])));
        assert_eq!((&of(5)["fate"], &of(5)["first"]["row"]), (&json!("repeated"), &json!(7)));
        assert_eq!(of(6)["doubts"], json!(["no_number"]));
        assert_eq!(of(6)["steps"], json!(["mốc: cạnh nhà văn hóa"]));
        assert_eq!((&of(9)["fate"], &of(9)["head"], &of(9)["doubts"]), (&json!("unread"), &json!(null), &json!(["identity_number"])));
        let updated = &draft(&desk, id, "updated").await["rows"][0];
        assert_eq!((&updated["members"], &updated["book"]["members"]), (&json!(6), &json!(4)));
        let new = &draft(&desk, id, "new").await["rows"][1];
        assert_eq!((&new["head"], &new["point"]), (&json!("Lê Văn Mới"), &json!([106.005, 21.005])));
        assert_eq!(draft(&desk, id, "absent").await["absent"].as_array().map(Vec::len), Some(2));

        let before = total(app).await;
        let refused = desk.post(&format!("/api/v1/imports/{id}/commit"), &json!({})).await;
        assert_eq!((refused.status, total(app).await), (409, before), "three rows would be lost");

        // Many at once, and one that cannot be kept.
        let many = desk.post(&format!("/api/v1/imports/{id}/rows"), &json!({"act": "settle", "doubt": "no_number"})).await.json();
        assert_eq!(many["counts"]["look"], 6);
        let wrong = json!({"act": "write", "address": planted()[1], "group": null, "head": null, "members": null, "adults": null});
        let wrong = desk.post(&format!("/api/v1/imports/{id}/rows/3"), &wrong).await;
        assert_eq!((wrong.status, &wrong.json()["errors"][0]["pointer"]), (422, &json!("/address")));

        let id = settled(&desk, &list()).await;
        let ready = draft(&desk, id, "all").await;
        assert_eq!((&ready["counts"]["blocked"], &ready["founds"]), (&json!(0), &json!(["Hoa Sen"])), "{ready}");
        let done = commit(&desk, id).await;
        assert_eq!((&done["added"], &done["updated"], &done["unchanged"], &done["heads_differ"]), (&json!(6), &json!(1), &json!(0), &json!(1)), "{done}");
        assert_eq!((&done["repeated"], &done["left_out"], &done["groups"]), (&json!(1), &json!(1), &json!(1)));
        assert_eq!(total(app).await, before + 6);
        assert_eq!(commit(&desk, id).await, done, "twice is once");
        assert_eq!(total(app).await, before + 6);
        assert_eq!(desk.get(&format!("/api/v1/imports/{id}")).await.status, 404, "the draft is gone");
        let again = send(&desk, "/api/v1/imports", &json!({"id": id, "name": "x"}), list().as_bytes()).await;
        assert_eq!(again.status, 409, "its id is taken");
    }

    async fn what_nobody_may_keep_is_nowhere(app: &TestApp) {
        let log = logs::log();
        let desk = app.signed_in(STAFF).await;
        let name = format!("ho {}.csv", planted()[1]);
        let head = json!({"id": fresh_id(), "name": name});
        let body = send(&desk, "/api/v1/imports/read", &head, list().as_bytes()).await.text();
        let kept = send(&desk, "/api/v1/imports", &head, list().as_bytes()).await;
        assert_eq!(kept.status, 200);
        let id = settled(&desk, &list()).await;
        let drafted = draft(&desk, id, "all").await.to_string();
        let mut rows = Vec::new();
        for round in 0..2 {
            for table in tables(app).await {
                rows.extend(rows_of(app, &table).await);
            }
            if round == 0 {
                assert!(rows.iter().any(|row| row.contains("Lê Văn Mới")), "what may be kept is");
                commit(&desk, id).await;
            }
        }
        let log = log.text();
        assert!(log.contains("/api/v1/imports"), "the log is being listened to");
        for secret in planted() {
            for text in rows.iter().map(String::as_str).chain([body.as_str(), &drafted, &log]) {
                assert!(!text.contains(&secret), "{secret} in {text}");
            }
        }
        assert!(!log.contains("Lê Văn"), "nor anybody's name in the log");
    }

    async fn what_a_person_knows_better_goes_before_the_guess(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let [card, ..] = planted();
        let file = format!("Bảng của tổ\nA1,Người,Ai đó,Số CCCD\n8 Đường Mới,x,Lê Văn Mới,{card}\n");
        let read = async |sheet: Value| {
            let head = json!({"name": "ho.csv", "sheets": {"0": sheet}});
            let answer = send(&desk, "/api/v1/imports/read", &head, file.as_bytes()).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            answer.json()["sheets"][0].clone()
        };
        assert_eq!(read(json!({})).await["faults"], json!(["header_not_found"]));
        let said = json!({"header_row": 2, "group_name": "Tổ dân phố 1",
            "columns": {"0": "address", "2": "head_name", "3": "code", "1": null}});
        let sheet = read(said).await;
        assert_eq!((&sheet["header"], &sheet["households"], &sheet["group"]), (&json!([2, 2]), &json!(1), &json!("Tổ 1")));
        let fields: Vec<&Value> = sheet["columns"].as_array().expect("columns").iter().map(|c| &c["field"]).collect();
        assert_eq!(fields, [&json!("address"), &json!(null), &json!("head_name"), &json!(null)]);
        assert_eq!(sheet["columns"][3]["why"], "identity_number", "forbidden whatever is said");
        assert_eq!(sheet["columns"][1]["why"], "by_hand");
        // A household taken for the header is not repeated as one.
        let taken = read(json!({"header_row": 3})).await;
        assert_eq!(taken["columns"][2]["label"], "C", "{taken}");
        // No header: columns are called by their letters, and only what is said is read.
        let bare = read(json!({"header_row": 0, "columns": {"0": "address"}})).await;
        assert_eq!((&bare["header"], &bare["columns"][0]["label"]), (&json!(null), &json!("A")));
        assert_eq!(read(json!({"skip": true})).await["taken"], false);
        let unknown = send(&desk, "/api/v1/imports/read", &json!({"name": "x", "sheet": 1}), b"a").await;
        assert_eq!(unknown.status, 400);
    }

    async fn other_files_are_refused_with_a_reason(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let head = json!({"id": fresh_id(), "name": "x"});
        for (bytes, why) in [
            (&b""[..], "empty_file"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old_excel"),
            (b"%PDF-1.7 ...", "pdf"),
            (b"PK\x03\x04 broken", "damaged"),
            ("Xin chào\nkhông phải danh sách\n".as_bytes(), "no_households"),
        ] {
            let answer = send(&desk, "/api/v1/imports", &head, bytes).await;
            assert_eq!(answer.status, 422, "{why}: {}", answer.text());
            let body = answer.json();
            assert_eq!((&body["code"], &body["errors"][0]["code"]), (&json!("unreadable_file"), &json!(why)));
        }
        let large = vec![b'a'; 10 * 1024 * 1024 + 1];
        assert_eq!(send(&desk, "/api/v1/imports", &head, &large).await.status, 413);
        assert_eq!(send(&app.signed_in(VOLUNTEER).await, "/api/v1/imports", &head, b"a").await.status, 403);
    }

    async fn an_import_nobody_touched_is_taken_back_exactly(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let before = dump(app, &[&REGISTER[..], &COUNTS[..]].concat()).await;
        // Nothing of it in an alley that a team walks: no phone can have heard of it.
        let file = list().replace("9 Đường Thử", "9 Đường Mới");
        let id = keep(&desk, &file).await;
        let group = json!({"act": "write", "address": "9 Đường Mới", "group": "Tổ dân phố 1", "head": null, "members": 4, "adults": 3});
        act(&desk, id, 8, group).await;
        desk.post(&format!("/api/v1/imports/{id}/groups"), &json!({"groups": ["Hoa Sen"]})).await;
        let left = desk.post(&format!("/api/v1/imports/{id}/rows"), &json!({"act": "leave_out"})).await.json();
        assert_eq!(left["counts"]["left_out"], 1);
        commit(&desk, id).await;
        assert_ne!(dump(app, &REGISTER).await, before);
        let outlook = desk.get(&format!("/api/v1/imports/{id}/undo")).await.json();
        assert_eq!((&outlook["households"], &outlook["counts"], &outlook["groups"], &outlook["staying"]), (&json!(6), &json!(1), &json!(1), &json!(0)), "{outlook}");
        let undone = desk.post(&format!("/api/v1/imports/{id}/undo"), &json!({})).await;
        assert_eq!(undone.status, 200, "{}", undone.text());
        assert_eq!(undone.json()["undone"]["stayed"], 0);
        assert_eq!(dump(app, &[&REGISTER[..], &COUNTS[..]].concat()).await, before, "as if it had never been");
        let twice = desk.post(&format!("/api/v1/imports/{id}/undo"), &json!({})).await;
        assert_eq!((twice.status, twice.json()), (200, undone.json()));
        assert_eq!(dump(app, &["register_import_change"]).await, Vec::<String>::new());

        // And in again, as at first.
        let id = settled(&desk, &list()).await;
        assert_eq!(commit(&desk, id).await["added"], 6);
    }

    async fn what_was_visited_since_stays(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let mut phone = app.signed_in(VOLUNTEER).await;
        let cursor = phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
        let before = total(app).await;
        let file = "Họ và tên chủ hộ,Địa chỉ,Số nhân khẩu,Tổ dân phố\n\
            Lê Văn Một,21 Đường Thử,3,Tổ dân phố 1\nLê Văn Hai,23 Đường Thử,3,Tổ dân phố 1\n\
            Lê Văn Ba,25 Đường Thử,3,Tổ dân phố 1\nNguyễn Văn Thử,1 Đường Thử,7,Tổ dân phố 1\n\
            Lê Văn Bốn,2 ngõ 40 Đường Mới,1,Tổ dân phố 1\n";
        let id = keep(&desk, file).await;
        let done = commit(&desk, id).await;
        assert_eq!((&done["added"], &done["updated"], &done["alleys"]), (&json!(4), &json!(1), &json!(2)));
        let pulled = phone.pull(Some(&cursor)).await.json();
        let doors = pulled["doors"].as_array().expect("doors");
        let door = |no: &str| {
            let door = doors.iter().find(|d| d["no"] == no).expect("the team's phone has the door");
            serde_json::from_value(door["id"].clone()).expect("an id")
        };
        let [one, two]: [gocua_domain::id::HouseholdId; 2] = [door("21"), door("23")];
        assert_eq!(phone.knock(one, app.now()).await.status, 200);
        // The desk gave another number of people meanwhile, by a later list.
        let later = keep(&desk, "Họ và tên chủ hộ,Địa chỉ,Số nhân khẩu,Tổ dân phố\nNguyễn Văn Thử,1 Đường Thử,5,Tổ dân phố 1\n").await;
        commit(&desk, later).await;

        let outlook = desk.get(&format!("/api/v1/imports/{id}/undo")).await.json();
        assert_eq!((&outlook["households"], &outlook["counts"], &outlook["staying"]), (&json!(3), &json!(0), &json!(2)), "{outlook}");
        let mut why: Vec<(&Value, &Value)> = outlook["stays"].as_array().expect("stays").iter().map(|s| (&s["household"]["no"], &s["why"])).collect();
        why.sort_by_key(|(no, _)| no.as_str());
        assert_eq!(why, [(&json!("1"), &json!("changed")), (&json!("21"), &json!("visited"))]);
        assert_eq!(total(app).await, before + 4, "to look takes nothing back");

        let cursor = phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
        let undone = desk.post(&format!("/api/v1/imports/{id}/undo"), &json!({})).await.json();
        assert_eq!(undone["undone"]["stayed"], 2);
        let coverage = app.store().coverage(WARD).await.expect("coverage").total;
        assert_eq!((coverage.hh_total, coverage.hh_visited), (before + 1, 1));
        let gone = phone.pull(Some(&cursor)).await.json()["gone"]["households"].clone();
        assert!(gone.as_array().is_some_and(|g| g.len() == 2 && g.contains(&json!(two))), "{gone}");
        let left = dump(app, &["household"]).await;
        assert!(!left.iter().any(|row| row.contains("Lê Văn Hai")), "an empty row stays, nobody's name");
        assert!(!dump(app, &["alley"]).await.iter().any(|row| row.contains("Đường Mới")));

        // A visit that was on its way finds where it belongs.
        let late = phone.knock(two, app.now()).await.json();
        assert_eq!(late["results"][0]["outcome"], "applied", "{late}");
        // What went with its import is in nobody's list, and comes in again under its number.
        let out = desk.post("/api/v1/households/search", &json!({"state": "removed"})).await.json();
        assert_eq!(out["households"], json!([]));
        let again = keep(&desk, file).await;
        let again = commit(&desk, again).await;
        assert_eq!((&again["added"], &again["unchanged"]), (&json!(3), &json!(1)), "{again}");
    }

    async fn homes_stand_again_where_they_stood_before(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let list = |point: &str| format!("Họ và tên chủ hộ,Địa chỉ,Số nhân khẩu,Tổ dân phố,Tọa độ\n\
            Nguyễn Văn Thử,1 Đường Thử,,Tổ dân phố 1,\"{point}\"\nNguyễn Văn Thử,3 Đường Thử,,Tổ dân phố 1,\"{point}\"\n");
        let points = async || {
            let all = app.store().door_marks(WARD, GROUP_1).await.expect("doors").doors;
            let mut points: Vec<(String, [f64; 2])> = all.into_iter().map(|d| (d.house_no, d.at)).collect();
            points.sort_by(|a, b| a.0.cmp(&b.0));
            points
        };
        assert_eq!(points().await, []);
        let first = keep(&desk, &list("21.001, 106.001")).await;
        commit(&desk, first).await;
        assert_eq!(points().await.len(), 2);
        let second = keep(&desk, &list("21.002, 106.002")).await;
        commit(&desk, second).await;
        let undo = async |id: ImportId| {
            let outlook = desk.get(&format!("/api/v1/imports/{id}/undo")).await.json();
            let answer = desk.post(&format!("/api/v1/imports/{id}/undo"), &json!({})).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            (outlook["points"].clone(), outlook["staying"].clone())
        };
        assert_eq!(undo(second).await, (json!(2), json!(0)));
        assert!(points().await.iter().all(|(_, at)| *at == [106.001, 21.001]), "where the first list put them");
        // The desk knows one of them better meanwhile.
        app.store().place_door(WARD, HOUSEHOLDS[0], [106.009, 21.009]).await.expect("placed");
        assert_eq!(undo(first).await, (json!(1), json!(1)));
        assert_eq!(points().await, [("1".to_owned(), [106.009, 21.009])], "that stays, the other stands nowhere");
        // And no list moves what the desk has placed.
        let third = keep(&desk, &list("21.003, 106.003")).await;
        commit(&desk, third).await;
        assert_eq!(points().await[0], ("1".to_owned(), [106.009, 21.009]));
        assert_eq!(undo(third).await, (json!(1), json!(0)));
    }

    async fn a_list_from_the_command_line_is_taken_back_at_the_desk(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let before = dump(app, &[&REGISTER[..], &COUNTS[..]].concat()).await;
        let row = |place: &str, group: &str, address: &str| ImportRow {
            place: place.to_owned(),
            group: Some(group.to_owned()),
            address: Address::parse(address),
            head_name: Some(format!("Lê Văn {place}")),
            members: Some(3),
            adults: None,
            code: None,
            point: Some((106.001, 21.001)),
        };
        let rows = [row("Một", "Hoa Sen", "2 Đường Xa Lạ"), row("Một", "Hoa Sen", "2 Đường Xa Lạ"), row("Hai", "Tổ dân phố 1", "21 Đường Mới")];
        let options = ImportOptions {
            act: Act::program(app.now()),
            commit: true,
            new_groups: true,
            file: "tổ 1.xlsx".to_owned(),
        };
        app.store().import(WARD, &rows, options).await.expect("imported");
        let line = desk.get("/api/v1/imports").await.json()["imports"][0].clone();
        assert_eq!((&line["file"], &line["by"], &line["added"], &line["repeated"]), (&json!("tổ 1.xlsx"), &json!("gocua import"), &json!(2), &json!(1)), "{line}");
        let path = format!("/api/v1/imports/{}/undo", line["id"].as_str().expect("an id"));
        assert_eq!(desk.get(&path).await.json()["households"], 2);
        let undone = desk.post(&path, &json!({})).await.json();
        assert_eq!((&undone["undone"]["stayed"], &undone["by"]), (&json!(0), &json!("gocua import")));
        assert_eq!(dump(app, &[&REGISTER[..], &COUNTS[..]].concat()).await, before, "as if it had never been");
    }

    async fn a_proposal_that_was_confirmed_waits_again(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let phone = app.signed_in(VOLUNTEER).await;
        let house = fresh_id();
        let push = json!({"device_id": phone.device, "app_version": "0.4.0", "sent_at": app.now(), "queued": 1,
            "ops": [{"op_id": fresh_id(), "device_seq": 1, "made_at": app.now(), "kind": "household.propose",
                "payload": {"household_id": house, "alley_id": gocua_tests::fixture::STREET, "house_no": "9b"}}]});
        assert_eq!(phone.post("/api/v1/sync/push", &push).await.json()["results"][0]["outcome"], "applied");
        let before = dump(app, &["household"]).await;
        let id = keep(&desk, "Họ và tên chủ hộ,Địa chỉ,Số nhân khẩu,Tổ dân phố\nLê Thị Mới,9B Đường Thử,3,Tổ dân phố 1\n").await;
        assert_eq!(draft(&desk, id, "confirmed").await["counts"]["confirmed"], 1);
        assert_eq!(commit(&desk, id).await["confirmed"], 1);
        assert_eq!(total(app).await, 7);
        let undone = desk.post(&format!("/api/v1/imports/{id}/undo"), &json!({})).await;
        assert_eq!(undone.status, 200, "{}", undone.text());
        assert_eq!((dump(app, &["household"]).await, total(app).await), (before, 6));
        let waiting = desk.get("/api/v1/inbox/doors").await.json();
        assert_eq!(waiting["doors"].as_array().map(Vec::len), Some(1));
    }

    async fn terms_run_out(app: &TestApp) {
        let desk = app.signed_in(STAFF).await;
        let waits = keep(&desk, &list()).await;
        let id = settled(&desk, &list()).await;
        commit(&desk, id).await;
        assert_eq!(desk.get("/api/v1/imports").await.json()["drafts"].as_array().map(Vec::len), Some(1));
        app.pass(31 * DAY_MS);
        let desk = app.signed_in(STAFF).await;
        let lists = desk.get("/api/v1/imports").await.json();
        assert_eq!((&lists["drafts"], &lists["imports"][0]["undo_until"]), (&json!([]), &json!(null)));
        assert_eq!(desk.get(&format!("/api/v1/imports/{waits}")).await.status, 404);
        assert_eq!(desk.get(&format!("/api/v1/imports/{id}/undo")).await.status, 409);
        assert_eq!(desk.post(&format!("/api/v1/imports/{id}/undo"), &json!({})).await.status, 409);
        app.store().forget_old_imports(app.now()).await.expect("forgets");
        let left = dump(app, &["register_draft", "register_draft_row", "register_import_change"]).await;
        assert_eq!(left, Vec::<String>::new());
        assert_eq!(total(app).await, 12, "what is in the book stays there");

        // One that somebody does not want is gone at once.
        let unwanted = keep(&desk, &list()).await;
        let answer = desk.request("DELETE", &format!("/api/v1/imports/{unwanted}"));
        assert_eq!(finish(answer).await.json()["drafts"], json!([]));
        assert_eq!(dump(app, &["register_draft_row"]).await, Vec::<String>::new());
        let nobody = desk.request("DELETE", &format!("/api/v1/imports/{}", fresh_id()));
        assert_eq!(finish(nobody).await.status, 200, "what is not there is forgotten already");
    }
}
