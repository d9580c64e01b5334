//! Teams as the desk keeps them: which are closed, what they can do of an evening, which evenings are
//! planned, who walked with another team before; and assignments given in one act, so that the last
//! can be taken back.

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
            "turf_term",
            &["ward", "term"],
            vec![string("ward"), string("term"), integer("amount")],
        ),
        table(
            "shift_plan",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                uuid("team_id"),
                integer("day"),
                integer("from_minute"),
                integer("to_minute"),
                string("place"),
                uuid("by_account"),
                big_integer("made_at"),
            ],
        ),
        table(
            "team_stay",
            &["account_id", "until_at"],
            vec![
                uuid("account_id"),
                big_integer("until_at"),
                string("ward"),
                uuid("team_id"),
                uuid("by_account"),
            ],
        ),
        table(
            "assignment_batch",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                big_integer("seq"),
                uuid("by_account"),
                big_integer("made_at"),
                big_integer_null("undone_seq"),
            ],
        ),
        table(
            "assignment_move",
            &["batch_id", "alley_id"],
            vec![uuid("batch_id"), uuid("alley_id"), uuid_null("from_team"), uuid_null("to_team")],
        ),
    ]
}

/// Columns added to earlier tables, by table.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![("team", big_integer_null("closed_at")), ("team", integer_null("doors_per_evening"))]
}

/// What a ward that stood before begins with. A ward founded later brings its own.
const TERMS: [(&str, i32); 2] = [("doors_per_evening", 12), ("evenings", 5)];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            ("idx-shift_plan-ward-day", "shift_plan", ["ward", "day"]),
            ("idx-assignment_batch-ward-seq", "assignment_batch", ["ward", "seq"]),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        for (table, column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
        }
        for (term, amount) in TERMS {
            let sql = format!(
                "INSERT INTO turf_term (ward, term, amount) SELECT code, '{term}', {amount} FROM ward"
            );
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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
