//! The book's schema, step by step. Rules for writers are in `README.md` beside this crate.

pub use sea_orm_migration::prelude::MigratorTrait;
use sea_orm_migration::prelude::*;

mod m20261122_000001_house;
mod m20261122_000002_sync;
mod m20261122_000003_people;
mod m20261122_000004_team;
mod m20261122_000005_rights;
mod m20261123_000009_ground;

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
            Box::new(m20261123_000009_ground::Migration),
        ]
    }
}
