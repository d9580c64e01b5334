//! Whether whoever stands at the door was sent: badges, codes that change, warnings.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

fn table(
    name: &'static str,
    key: &[&'static str],
    columns: Vec<ColumnDef>,
) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    table.primary_key(&mut primary);
    table
}

fn index(table: &'static str, columns: &[&'static str], unique: bool) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("idx-{table}-{}", columns.join("-"))).table(table);
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    index
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "badge",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                uuid("account_id"),
                string("number"),
                string("token"),
                big_integer("made_at"),
                big_integer_null("revoked_at"),
                uuid_null("revoked_by"),
            ],
        ),
        table(
            "code_epoch",
            &["ward", "group_id", "from_day"],
            vec![
                string("ward"),
                uuid("group_id"),
                integer("from_day"),
                integer("epoch"),
                big_integer("raised_at"),
                big_integer_null("printed_at"),
            ],
        ),
        table(
            "scam_alert",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                string("kind"),
                string("words"),
                json_binary("groups"),
                integer("from_day"),
                integer("until_day"),
                uuid("by_account"),
                big_integer("published_at"),
                big_integer_null("withdrawn_at"),
                uuid_null("withdrawn_by"),
                big_integer("seq"),
            ],
        ),
        table(
            "trust_term",
            &["ward", "term"],
            vec![string("ward"), string("term"), string("value")],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("badge", &["ward", "number"], true),
        index("badge", &["token"], true),
        index("badge", &["account_id"], false),
        index("scam_alert", &["ward", "until_day"], false),
        index("shift", &["ward", "opened_at"], false),
    ]
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
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexed = Index::drop().name("idx-shift-ward-opened_at").table("shift").to_owned();
        manager.drop_index(indexed).await?;
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).to_owned()).await?;
        }
        Ok(())
    }
}
