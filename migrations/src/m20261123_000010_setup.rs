//! What a ward sets for itself: codes with which people of the ward choose a password, and who changed
//! which setting when.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds tables; nothing that stands in the book changes.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn tables() -> Vec<TableCreateStatement> {
    let mut code = Table::create();
    code.table("account_code")
        .col(uuid("account_id").primary_key().take())
        .col(string("ward"))
        .col(string("code_tag"))
        .col(big_integer("good_until"))
        .col(uuid("created_by"))
        .col(big_integer("created_at"));
    let mut change = Table::create();
    change
        .table("setting_change")
        .col(pk_uuid("id"))
        .col(string("ward"))
        .col(big_integer("at"))
        .col(uuid("by_account"))
        .col(string("kind"))
        .col(string_null("subject"))
        .col(string_null("was"))
        .col(string_null("becomes"))
        .col(string("reason"));
    vec![code, change]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let tags = Index::create()
            .name("idx-account_code-code_tag")
            .table("account_code")
            .col("code_tag")
            .unique()
            .take();
        manager.create_index(tags).await?;
        let ward = Index::create()
            .name("idx-setting_change-ward-at")
            .table("setting_change")
            .col("ward")
            .col("at")
            .take();
        manager.create_index(ward).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).to_owned()).await?;
        }
        Ok(())
    }
}
