//! Household registers on their way in: drafts that are looked through, and what each import changed,
//! so that it can be taken back.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds tables; nothing that stands in the book changes.
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

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "register_draft",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                uuid("account_id"),
                string("file"),
                json_binary("sheets"),
                json_binary("founds"),
                big_integer("created_at"),
                big_integer("touched_at"),
            ],
        ),
        table(
            "register_draft_row",
            &["draft_id", "position"],
            vec![uuid("draft_id"), integer("position"), json_binary("body")],
        ),
        table(
            "register_import",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                uuid("account_id"),
                string("file"),
                big_integer("committed_at"),
                big_integer("seq"),
                integer("added"),
                integer("confirmed"),
                integer("updated"),
                integer("unchanged"),
                integer("heads_differ"),
                integer("repeated"),
                integer("left_out"),
                integer("groups"),
                integer("alleys"),
                uuid_null("undone_by"),
                big_integer_null("undone_at"),
                integer_null("stayed"),
            ],
        ),
        table(
            "register_import_change",
            &["import_id", "position"],
            vec![
                uuid("import_id"),
                integer("position"),
                string("what"),
                uuid("target_id"),
                json_binary_null("was"),
                json_binary_null("became"),
            ],
        ),
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
        for name in ["register_draft", "register_import"] {
            let index =
                Index::create().name(format!("idx-{name}-ward")).table(name).col("ward").take();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).to_owned()).await?;
        }
        Ok(())
    }
}
