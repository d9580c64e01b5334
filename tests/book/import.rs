//! The two shipped registers, from the file to the book.

use std::path::PathBuf;

use gocua_domain::time::Millis;
use gocua_paper::{ColumnHints, Limits, interpret, read_workbook};
use gocua_server::commands::import::import_row;
use gocua_store::{ImportOptions, ImportRow, Refusal, Store};
use gocua_tests::fixture::WARD;
use gocua_tests::on_both;

/// Rows of a shipped register.
fn register(name: &str) -> Vec<ImportRow> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(name);
    let bytes = std::fs::read(path).expect("the shipped register");
    let sheets = read_workbook(&bytes, &Limits::default()).expect("a workbook");
    let register = interpret(sheets, &ColumnHints::default());
    assert!(!register.dropped.is_empty(), "columns the campaign may not hold are named");
    register.households().map(|row| import_row(row, Some("Trại Sen"))).collect()
}

const DRY: ImportOptions = ImportOptions { commit: false, new_groups: true };
const WET: ImportOptions = ImportOptions { commit: true, new_groups: true };

async fn total(store: &Store) -> i64 {
    store.coverage(WARD).await.expect("coverage").total.hh_total
}

on_both! {
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
                wet.added + wet.updated + wet.unchanged + wet.heads_differ.len() + wet.refused.len(),
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
        let strict = ImportOptions { commit: true, new_groups: false };
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
