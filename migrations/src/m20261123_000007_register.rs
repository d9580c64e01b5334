//! What the register needs over time: groups with days of validity and other names, what was done to
//! groups and alleys, what was done to each household, and which two households are not one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::DatabaseBackend;

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
            "group_alias",
            &["group_id", "search_key"],
            vec![uuid("group_id"), string("search_key"), string("ward"), string("name")],
        ),
        table(
            "ground_change",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                big_integer("seq"),
                string("kind"),
                integer("day"),
                uuid("group_id"),
                uuid_null("other_id"),
                uuid_null("alley_id"),
                string_null("was"),
                string_null("became"),
                json_binary_null("moved"),
                string("reason"),
                uuid("by_account"),
                big_integer("at"),
                uuid_null("undone_by"),
                big_integer_null("undone_at"),
            ],
        ),
        table(
            "register_change",
            &["household_id", "seq", "group_id"],
            vec![
                uuid("household_id"),
                big_integer("seq"),
                uuid("group_id"),
                string("ward"),
                string("what"),
                integer("delta"),
                integer("day"),
                string_null("note"),
                string_null("reason"),
                uuid_null("by_account"),
                big_integer("at"),
            ],
        ),
        table(
            "not_double",
            &["one_id", "other_id"],
            vec![
                uuid("one_id"),
                uuid("other_id"),
                string("ward"),
                uuid("by_account"),
                big_integer("at"),
            ],
        ),
    ]
}

/// Columns added to earlier tables, by table.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("residential_group", integer_null("valid_from")),
        ("residential_group", integer_null("valid_to")),
        ("residential_group", string_null("former_ward")),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |table: &'static str, columns: &[&'static str]| {
        let mut index = Index::create();
        index.name(format!("idx-{table}-{}", columns.join("-"))).table(table);
        for column in columns {
            index.col(*column);
        }
        index
    };
    vec![
        index("group_alias", &["ward"]),
        index("ground_change", &["ward", "seq"]),
        index("register_change", &["ward", "seq"]),
        index("not_double", &["ward"]),
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
        // What was counted before anybody wrote down why: one line a household, on the day its ward's
        // book began, so that the lines add up to the denominator from the first day on.
        let day = match manager.get_database_backend() {
            DatabaseBackend::Postgres => {
                "CAST(to_char(to_timestamp((w.created_at + 25200000) / 1000) AT TIME ZONE 'UTC', 'YYYYMMDD') AS INTEGER)"
            }
            _ => {
                "CAST(strftime('%Y%m%d', (w.created_at + 25200000) / 1000, 'unixepoch') AS INTEGER)"
            }
        };
        let opening = format!(
            "INSERT INTO register_change (household_id, seq, group_id, ward, what, delta, day, at) \
             SELECT h.id, 0, h.group_id, h.ward, 'opening', 1, {day}, w.created_at \
             FROM household h JOIN ward w ON w.code = h.ward WHERE h.active"
        );
        manager.get_connection().execute_unprepared(&opening).await?;
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
