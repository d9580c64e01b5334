//! The police's monthly counts of residential groups: how many people are from 14, hold level 2, use it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds one table; nothing that stands in the book changes.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut key = Index::create();
        for column in ["ward", "group_id", "month", "version"] {
            key.col(column);
        }
        let mut table = Table::create();
        table.table("identity_count").primary_key(&mut key);
        for column in [
            string("ward"),
            uuid("group_id"),
            integer("month"),
            integer("version"),
            big_integer("from_14"),
            big_integer("l2_issued"),
            big_integer("activated"),
            integer("as_of"),
            string("source"),
            uuid("entered_by"),
            big_integer("entered_at"),
            big_integer("seq"),
        ] {
            table.col(column);
        }
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("identity_count").take()).await
    }
}
