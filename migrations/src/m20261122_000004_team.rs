//! What arriving and teams need: invitations, phones shut out and wiped, shifts, houses that phones
//! propose, and what the ward has decided about doors.

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
            "invite",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                uuid("team_id"),
                string("code_tag"),
                integer("expires_on"),
                integer("uses_left"),
                uuid("created_by"),
                big_integer("created_at"),
                big_integer_null("revoked_at"),
            ],
        ),
        table(
            "shift",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                uuid("account_id"),
                big_integer("opened_at"),
                big_integer_null("closed_at"),
            ],
        ),
        table(
            "proposal",
            &["household_id"],
            vec![
                uuid("household_id"),
                string("ward"),
                uuid("op_id"),
                uuid("account_id"),
                uuid_null("team_id"),
                big_integer("made_at"),
            ],
        ),
        table(
            "door_pair",
            &["op_id"],
            vec![
                uuid("op_id"),
                string("ward"),
                uuid("household_id"),
                uuid("of_id"),
                uuid("account_id"),
                uuid_null("team_id"),
                big_integer("made_at"),
                big_integer_null("decided_at"),
            ],
        ),
        table(
            "door_decision",
            &["household_id", "seq"],
            vec![
                uuid("household_id"),
                big_integer("seq"),
                string("ward"),
                string("question"),
                string("verdict"),
                string("reason"),
                integer_null("day"),
                big_integer_null("about"),
                uuid("decided_by"),
                big_integer("decided_at"),
            ],
        ),
    ]
}

/// Columns added to earlier tables, by table.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("household", boolean("proposed").default(false).take()),
        ("household", integer_null("left_on")),
        ("account", uuid_null("invite_id")),
        ("device", big_integer_null("revoked_at")),
        ("device", uuid_null("revoked_by")),
        ("device", big_integer_null("wiped_at")),
        ("device", integer_null("wiped_unsent")),
    ]
}

/// Indexes over the few rows that are anything but ordinary: they cost the others nothing.
const PARTIAL: [(&str, &str, &str, &str); 4] = [
    ("idx-household-proposed", "household", "ward", "proposed"),
    ("idx-household-left_on", "household", "ward", "left_on IS NOT NULL"),
    ("idx-door_pair-open", "door_pair", "ward", "decided_at IS NULL"),
    (
        "idx-household_state-asks",
        "household_state",
        "ward",
        "last_outcome IN ('MOVED', 'VACANT', 'NOT_FOUND', 'NON_RESIDENTIAL', 'DUPLICATE')",
    ),
];

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |table: &'static str, column: &'static str| {
        Index::create().name(format!("idx-{table}-{column}")).table(table).col(column).take()
    };
    vec![
        index("invite", "code_tag").unique().take(),
        index("invite", "team_id"),
        index("shift", "account_id"),
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
