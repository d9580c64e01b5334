//! The book's schema, step by step. Rules for writers are in `README.md` beside this crate.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261122_000001_house;
mod m20261122_000002_sync;
mod m20261122_000003_people;
mod m20261122_000004_team;
mod m20261122_000005_rights;
mod m20261123_000006_import;
mod m20261123_000007_register;
mod m20261123_000008_teams;
mod m20261123_000009_ground;
mod m20261123_000010_setup;
mod m20261123_000011_board;
mod m20261123_000012_exports;
mod m20261123_000013_quality;
mod m20261123_000014_police;
mod m20261123_000015_identity;
mod m20261123_000016_trust;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_house::Migration),
            Box::new(m20261122_000002_sync::Migration),
            Box::new(m20261122_000003_people::Migration),
            Box::new(m20261122_000004_team::Migration),
            Box::new(m20261122_000005_rights::Migration),
            Box::new(m20261123_000006_import::Migration),
            Box::new(m20261123_000007_register::Migration),
            Box::new(m20261123_000008_teams::Migration),
            Box::new(m20261123_000009_ground::Migration),
            Box::new(m20261123_000010_setup::Migration),
            Box::new(m20261123_000011_board::Migration),
            Box::new(m20261123_000012_exports::Migration),
            Box::new(m20261123_000013_quality::Migration),
            Box::new(m20261123_000014_police::Migration),
            Box::new(m20261123_000015_identity::Migration),
            Box::new(m20261123_000016_trust::Migration),
        ]
    }
}
