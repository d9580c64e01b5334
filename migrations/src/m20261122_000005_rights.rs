//! What residents ask the ward about themselves: requests to be forgotten with the days they are due,
//! who looked at names for them, and the ward's terms. And which team knows that another was at its
//! door.

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
            "withdrawal",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                integer("number"),
                uuid("household_id"),
                string("channel"),
                integer("received_on"),
                uuid("opened_by"),
                big_integer("opened_at"),
                integer_null("answer_due"),
                integer_null("stop_due"),
                uuid_null("answered_by"),
                big_integer_null("answered_at"),
                string_null("ending"),
                uuid_null("ended_by"),
                big_integer_null("ended_at"),
                integer("visits").default(0).take(),
                integer("rungs").default(0).take(),
                integer("referrals").default(0).take(),
            ],
        ),
        table(
            "withdrawal_look",
            &["withdrawal_id", "account_id", "looked_at"],
            vec![
                uuid("withdrawal_id"),
                uuid("account_id"),
                big_integer("looked_at"),
                string("ward"),
                integer("shown"),
            ],
        ),
        table(
            "withdrawal_term",
            &["ward", "duty"],
            vec![string("ward"), string("duty"), string("unit"), integer("amount")],
        ),
        table(
            "overlap_seen",
            &["household_id", "team_id"],
            vec![
                uuid("household_id"),
                uuid("team_id"),
                string("ward"),
                big_integer("upto"),
                uuid("account_id"),
                big_integer("seen_at"),
            ],
        ),
    ]
}

/// What a ward that stood before owes: duty, unit, amount. A ward founded later brings its own.
const TERMS: [(&str, &str, i32); 2] = [("answer", "working_days", 2), ("stop", "days", 15)];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let numbers = Index::create()
            .name("idx-withdrawal-ward-number")
            .table("withdrawal")
            .col("ward")
            .col("number")
            .unique()
            .take();
        manager.create_index(numbers).await?;
        for (duty, unit, amount) in TERMS {
            let sql = format!(
                "INSERT INTO withdrawal_term (ward, duty, unit, amount) \
                 SELECT code, '{duty}', '{unit}', {amount} FROM ward"
            );
            manager.get_connection().execute_unprepared(&sql).await?;
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
