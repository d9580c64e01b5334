//! What left the desk as a file: who took what, when, what for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds a table; nothing that stands in the book changes.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("export_log");
        for column in [
            uuid("id"),
            string("ward"),
            uuid("account_id"),
            big_integer("at"),
            string("export"),
            string("format"),
            json_binary("groups"),
            integer("rows"),
            string_null("purpose"),
            string_null("words"),
        ] {
            table.col(column);
        }
        table.primary_key(Index::create().col("id"));
        manager.create_table(table).await?;
        let newest = Index::create()
            .name("idx-export_log-ward-at")
            .table("export_log")
            .col("ward")
            .col("at")
            .take();
        manager.create_index(newest).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("export_log").take()).await
    }
}
