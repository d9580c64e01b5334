//! What sync needs beyond the first book: versions of visits, operations that wait, edits of
//! households field by field, doubles merged, what is quarantined, and what phones fail at.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds columns and tables; nothing that stands in the book changes.
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
            "held_op",
            &["op_id"],
            vec![
                uuid("op_id"),
                string("ward"),
                uuid("device_id"),
                big_integer("device_seq"),
                big_integer("after_seq"),
                uuid("account_id"),
                uuid_null("team_id"),
                json_binary("op"),
                big_integer("fingerprint"),
                big_integer("sent_at"),
                big_integer("received_at"),
            ],
        ),
        table(
            "household_edit",
            &["op_id", "field"],
            vec![
                uuid("op_id"),
                string("field"),
                string("ward"),
                uuid("household_id"),
                json_binary_null("value"),
                json_binary_null("was"),
                big_integer("stamp"),
                uuid("device_id"),
                big_integer("device_seq"),
                uuid("account_id"),
                uuid_null("team_id"),
                big_integer("seq"),
                string("fate"),
                uuid_null("decided_by"),
                big_integer_null("decided_at"),
            ],
        ),
        table(
            "quarantine",
            &["op_id"],
            vec![
                uuid("op_id"),
                string("ward"),
                uuid("device_id"),
                uuid("account_id"),
                uuid_null("team_id"),
                uuid_null("household_id"),
                string("why"),
                string("kind"),
                json_binary("op"),
                big_integer("made_at"),
                big_integer("sent_at"),
                big_integer("received_at"),
                big_integer("seq"),
                string_null("decision"),
                uuid_null("decided_by"),
                big_integer_null("decided_at"),
            ],
        ),
        table(
            "sync_fault",
            &["device_id", "kind"],
            vec![
                uuid("device_id"),
                string("kind"),
                string("ward"),
                big_integer("count"),
                big_integer("last_at"),
            ],
        ),
    ]
}

/// Columns added to tables of the first book, by table.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    let zero = |name| integer(name).default(0).take();
    vec![
        ("visit", uuid_null("corrects")),
        ("visit", integer("version").default(1).take()),
        ("visit", uuid_null("replaced_by")),
        ("visit", string_null("why")),
        ("visit", json_binary_null("extra")),
        ("household", uuid_null("merged_into")),
        ("household", string_null("removed_why")),
        ("residential_group", uuid_null("merged_into")),
        ("device", zero("failed")),
        ("device", big_integer_null("clear_at")),
    ]
}

/// Indexes over the few rows that are anything but ordinary: they cost the others nothing.
const PARTIAL: [(&str, &str, &str, &str); 2] = [
    ("idx-op-rejected", "op", "device_id", "outcome = 'rejected'"),
    ("idx-household-merged_into", "household", "merged_into", "merged_into IS NOT NULL"),
];

fn indexes() -> Vec<IndexCreateStatement> {
    [("held_op", "device_id"), ("household_edit", "household_id"), ("quarantine", "ward")]
        .into_iter()
        .map(|(table, column)| {
            Index::create().name(format!("idx-{table}-{column}")).table(table).col(column).take()
        })
        .collect()
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
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        for (name, table, column, rows) in PARTIAL {
            let sql = format!("CREATE INDEX \"{name}\" ON \"{table}\" (\"{column}\") WHERE {rows}");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, ..) in PARTIAL {
            manager.get_connection().execute_unprepared(&format!("DROP INDEX \"{name}\"")).await?;
        }
        for (table, column) in columns().into_iter().rev() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).take()).await?;
        }
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).to_owned()).await?;
        }
        Ok(())
    }
}
