//! The two shipped registers, from the file to the book.

use std::path::PathBuf;

use gocua_domain::address::Address;
use gocua_domain::id::HouseholdId;
use gocua_domain::time::Millis;
use gocua_paper::{ColumnHints, Limits, interpret, read_workbook};
use gocua_server::commands::import::import_row;
use gocua_store::{Act, ImportOptions, ImportRow, Refusal, Store};
use gocua_tests::fixture::{LANE, STAFF, STREET, VOLUNTEER, WARD};
use gocua_tests::{Phone, START, TestApp, fresh_id, on_both};
use serde_json::{Value, json};

/// Rows of a shipped register.
fn register(name: &str) -> Vec<ImportRow> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(name);
    let bytes = std::fs::read(path).expect("the shipped register");
    let sheets = read_workbook(&bytes, &Limits::default()).expect("a workbook");
    let register = interpret(sheets, &ColumnHints::default());
    assert!(!register.dropped.is_empty(), "columns the campaign may not hold are named");
    register.households().map(|row| import_row(row, Some("Trại Sen"))).collect()
}

const DRY: ImportOptions = ImportOptions {
    act: Act::program(START),
    commit: false,
    new_groups: true,
    file: String::new(),
};
const WET: ImportOptions =
    ImportOptions { act: Act::program(START), commit: true, new_groups: true, file: String::new() };

async fn total(store: &Store) -> i64 {
    store.coverage(WARD).await.expect("coverage").total.hh_total
}

/// A row of a register as its group leader would write it.
fn row(place: &str, address: &str, head: Option<&str>) -> ImportRow {
    ImportRow {
        place: place.to_owned(),
        group: Some("Tổ dân phố 1".to_owned()),
        address: Address::parse(address),
        head_name: head.map(str::to_owned),
        members: Some(3),
        adults: Some(2),
        code: None,
        point: None,
    }
}

async fn send(app: &TestApp, phone: &Phone, seq: i64, kind: &str, payload: Value) {
    let body = json!({ "device_id": phone.device, "app_version": "0.3.0", "sent_at": app.now(),
        "queued": 1, "ops": [{ "op_id": fresh_id(), "device_seq": seq, "made_at": app.now(),
            "kind": kind, "payload": payload }] });
    let answer = phone.post("/api/v1/sync/push", &body).await.json();
    assert_eq!(answer["results"][0]["outcome"], "applied", "{answer}");
}

/// A house found at the door; fields of `with` say how it was written down.
async fn propose(app: &TestApp, phone: &Phone, seq: i64, with: Value) -> HouseholdId {
    let id = HouseholdId(fresh_id());
    let mut payload = json!({ "household_id": id, "alley_id": STREET });
    for (key, value) in with.as_object().expect("fields") {
        payload[key] = value.clone();
    }
    send(app, phone, seq, "household.propose", payload).await;
    id
}

async fn at_the_door(phone: &Phone, household: HouseholdId) -> Value {
    let pulled = phone.pull(None).await.json();
    let alleys = pulled["alleys"].as_array().expect("alleys").iter();
    let mut doors = alleys.flat_map(|a| a["doors"].as_array().expect("doors"));
    doors.find(|d| d["id"] == json!(household)).expect("the door").clone()
}

async fn waiting(app: &TestApp) -> usize {
    let desk = app.signed_in(STAFF).await;
    desk.get("/api/v1/inbox/doors").await.json()["doors"].as_array().expect("doors").len()
}

async fn verified(app: &TestApp) {
    let report = app.store().verify(WARD).await.expect("verifies");
    assert!(report.drifts.is_empty(), "{:?}", report.drifts);
}

on_both! {
    async fn a_house_found_at_the_door_and_named_by_the_register_is_one_household(app: &TestApp) {
        let store = app.store();
        let phone = app.signed_in(VOLUNTEER).await;
        let house = propose(app, &phone, 1, json!({ "house_no": "9b" })).await;
        send(app, &phone, 2, "visit.record", json!({ "household_id": house, "outcome": "SERVED" })).await;
        assert_eq!((total(store).await, waiting(app).await), (6, 1));
        let code = at_the_door(&phone, house).await["code"].clone();

        let rows = [row("1!2", "9B Đường Thử", Some("Lê Thị Mới")), row("1!3", "9B Đường Thử", Some("Lê Thị Mới"))];
        let dry = store.import(WARD, &rows, DRY).await.expect("dry run");
        assert_eq!((total(store).await, waiting(app).await), (6, 1), "a dry run writes nothing");
        let wet = store.import(WARD, &rows, WET).await.expect("import");
        assert_eq!(wet, dry);
        assert_eq!((wet.added, wet.confirmed, wet.updated, wet.alleys_added), (0, 1, 0, 0), "{wet:?}");
        assert_eq!(wet.refused, [("1!3".to_owned(), Refusal::Repeated)]);

        let coverage = store.coverage(WARD).await.expect("coverage").total;
        assert_eq!((coverage.hh_total, coverage.hh_served, coverage.visits), (7, 1, 1), "with its visit");
        assert_eq!(waiting(app).await, 0, "nobody is asked any more");
        let door = at_the_door(&phone, house).await;
        assert_eq!((&door["proposed"], &door["active"]), (&json!(null), &json!(true)));
        assert_eq!((&door["no"], &door["head"], &door["members"]), (&json!("9B"), &json!("Lê Thị Mới"), &json!(3)));
        assert_ne!(door["code"], code);
        assert!(door["code"].as_str().is_some_and(|code| code.starts_with("THU-TDP1-")), "{door}");
        verified(app).await;

        let again = store.import(WARD, &rows[..1], WET).await.expect("import again");
        assert_eq!((again.added, again.confirmed, again.unchanged), (0, 0, 1), "{again:?}");
        assert_eq!(total(store).await, 7);
    }

    async fn a_house_up_a_lane_is_the_same_however_its_number_is_written(app: &TestApp) {
        let store = app.store();
        let phone = app.signed_in(VOLUNTEER).await;
        let seq = store.ward_seq(WARD).await.expect("seq");
        store.import(WARD, &[row("1!1", "12/30 Đường Thử", Some("Trần Văn Cũ"))], WET).await.expect("import");
        assert!(store.ward_seq(WARD).await.expect("seq") > seq);
        let lane = store.group_alleys(WARD, gocua_tests::fixture::GROUP_1).await.expect("alleys").into_iter()
            .find(|a| a.id != STREET && a.id != LANE).expect("the lane at 12").id;
        let by = gocua_tests::fixture::account(STAFF);
        let team = gocua_tests::fixture::TEAM_1;
        store.assign(WARD, lane, Some(team), true, by, Millis(app.now().0)).await.expect("assigned");
        let house = propose(app, &phone, 1, json!({ "alley_id": lane, "house_no": "34" })).await;
        let rows = [row("1!2", "12/34 Đường Thử", Some("Lê Thị Mới"))];
        let report = store.import(WARD, &rows, WET).await.expect("import");
        assert_eq!((report.added, report.confirmed), (0, 1), "{report:?}");
        assert_eq!(at_the_door(&phone, house).await["active"], json!(true));
        let again = store.import(WARD, &rows, WET).await.expect("import again");
        assert_eq!((again.added, again.confirmed, again.unchanged), (0, 0, 1), "{again:?}");
        verified(app).await;
    }

    async fn another_head_at_a_proposed_door_is_asked_about(app: &TestApp) {
        let store = app.store();
        let phone = app.signed_in(VOLUNTEER).await;
        let named = propose(app, &phone, 1, json!({ "house_no": "9B", "head": "Bùi Thị Khác" })).await;
        // One with a number only in words, beside a house that stands in the register.
        let behind = propose(app, &phone, 2, json!({ "landmark": "sau nhà văn hóa" })).await;
        let flat = propose(app, &phone, 3, json!({ "house_no": "1" })).await;
        let rows = [
            row("1!2", "9B Đường Thử", Some("Lê Thị Mới")),
            row("1!3", "sau nhà văn hóa, Đường Thử", Some("Đỗ Văn Sau")),
            row("1!4", "1 Đường Thử", Some("Nguyễn Văn Thử")),
            row("1!5", "1 Đường Thử", Some("Vũ Thị Hai")),
        ];
        let report = store.import(WARD, &rows, WET).await.expect("import");
        assert_eq!(report.heads_differ, ["1!2"]);
        assert_eq!((report.added, report.confirmed), (0, 2), "{report:?}");
        assert_eq!(at_the_door(&phone, named).await["proposed"], json!(true), "it waits for the ward");
        assert_eq!(at_the_door(&phone, behind).await["head"], json!("Đỗ Văn Sau"));
        assert_eq!(at_the_door(&phone, flat).await["head"], json!("Vũ Thị Hai"), "the second family of the house");
        assert_eq!((total(store).await, waiting(app).await), (8, 1));
        verified(app).await;
    }

    async fn a_refused_house_is_brought_back_by_no_file(app: &TestApp) {
        let store = app.store();
        let phone = app.signed_in(VOLUNTEER).await;
        let house = propose(app, &phone, 1, json!({ "house_no": "9B" })).await;
        let desk = app.signed_in(STAFF).await;
        let answer = json!({ "decision": "refuse", "reason": "không có nhà này" });
        assert_eq!(desk.post(&format!("/api/v1/inbox/doors/{house}/decide"), &answer).await.status, 200);
        let rows = [row("1!2", "9B Đường Thử", Some("Lê Thị Mới"))];
        let report = store.import(WARD, &rows, WET).await.expect("import");
        assert_eq!((report.added, report.confirmed), (0, 0), "{report:?}");
        assert_eq!(total(store).await, 6);
        verified(app).await;
    }

    async fn both_registers_import_once_and_only_once(app: &TestApp) {
        let store = app.store();
        for name in ["to-truong-thai-hoc-2.xlsx", "to-truong-trai-sen.csv"] {
            let rows = register(name);
            let before = total(store).await;
            let seq = store.ward_seq(WARD).await.expect("seq");

            let dry = store.import(WARD, &rows, DRY).await.expect("dry run");
            assert_eq!(total(store).await, before, "{name}: a dry run writes nothing");
            assert_eq!(store.ward_seq(WARD).await.expect("seq"), seq);
            assert!(dry.added > 50 && !dry.groups_added.is_empty(), "{name}: {dry:?}");

            let wet = store.import(WARD, &rows, WET).await.expect("import");
            assert_eq!(wet, dry, "{name}: the dry run said what would happen");
            assert_eq!(total(store).await, before + wet.added as i64);
            assert_eq!(
                wet.added + wet.confirmed + wet.updated + wet.unchanged + wet.heads_differ.len() + wet.refused.len(),
                rows.len(),
                "{name}: every row has its fate"
            );

            let again = store.import(WARD, &rows, WET).await.expect("import again");
            assert_eq!((again.added, again.updated, again.alleys_added), (0, 0, 0), "{name}: {again:?}");
            assert_eq!(again.unchanged, wet.added);
            assert!(again.groups_added.is_empty());
            assert_eq!(total(store).await, before + wet.added as i64);
        }
    }

    async fn an_unknown_group_is_refused_unless_it_may_be_founded(app: &TestApp) {
        let rows = register("to-truong-trai-sen.csv");
        let strict = ImportOptions { act: Act::program(START), commit: true, new_groups: false, file: String::new() };
        let report = app.store().import(WARD, &rows, strict).await.expect("import");
        assert_eq!(report.added, 0);
        assert!(report.refused.iter().all(|(_, why)| *why == Refusal::UnknownGroup));
        assert_eq!(total(app.store()).await, 6);
        assert!(app.store().import("00000", &rows, WET).await.is_err(), "no such ward");
    }

    async fn numbers_of_people_follow_the_register_and_names_do_not(app: &TestApp) {
        let store = app.store();
        let mut rows = register("to-truong-trai-sen.csv");
        store.import(WARD, &rows, WET).await.expect("import");
        let mut numbered = rows.iter_mut().filter(|r| r.address.house.is_some());
        if let (Some(grown), Some(other)) = (numbered.next(), numbered.next()) {
            grown.members = Some(9);
            other.members = Some(9);
            other.head_name = Some("Người Khác".to_owned());
        }
        let report = store.import(WARD, &rows, WET).await.expect("import");
        assert_eq!((report.added, report.updated, report.heads_differ.len()), (0, 1, 1), "{report:?}");
    }

    async fn an_imported_household_is_a_door_on_the_phone_of_its_team(app: &TestApp) {
        let store = app.store();
        store.import(WARD, &register("to-truong-trai-sen.csv"), WET).await.expect("import");
        let group = store.coverage(WARD).await.expect("coverage").groups.pop().expect("the new group");
        let alley = store.group_alleys(WARD, group.id).await.expect("alleys").remove(0);
        let by = gocua_tests::fixture::account("ward_staff");
        let team = gocua_tests::fixture::TEAM_1;
        store.assign(WARD, alley.id, Some(team), true, by, Millis(app.now().0)).await.expect("assigned");
        let mut phone = app.signed_in(gocua_tests::fixture::VOLUNTEER).await;
        let pulled = phone.pull(None).await.json();
        let doors = pulled["alleys"].as_array().expect("alleys").iter()
            .find(|a| a["id"] == serde_json::json!(alley.id)).expect("the alley")["doors"].clone();
        let door: gocua_domain::id::HouseholdId =
            serde_json::from_value(doors[0]["id"].clone()).expect("a door");
        let answer = phone.knock(door, app.now()).await;
        assert_eq!(answer.json()["results"][0]["outcome"], "applied");
        assert_eq!(store.coverage(WARD).await.expect("coverage").total.visits, 1);
    }
}
