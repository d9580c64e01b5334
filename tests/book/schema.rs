//! Migrations: up, down and up again, and the tables the entities expect.

use gocua_store::Store;
use gocua_tests::fixture::WARD;
use gocua_tests::on_both;

on_both! {
    async fn the_schema_goes_up_down_and_up(app: &TestApp) {
        let store: &Store = app.store();
        assert_eq!(store.wards().await.expect("wards"), [WARD]);
        store.migrate().await.expect("nothing to do");
        store.migrate_down().await.expect("down");
        assert!(store.wards().await.is_err(), "no table is left");
        store.migrate().await.expect("up again");
        assert!(store.wards().await.expect("an empty book").is_empty());
    }

    async fn entities_and_migrations_name_the_same_columns(app: &TestApp) {
        let drift = app.store().schema_drift().await.expect("compared");
        assert!(drift.is_empty(), "{drift:#?}");
    }
}
