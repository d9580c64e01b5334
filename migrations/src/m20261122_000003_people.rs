//! People and consent: the ledger of consents, residents who agreed to be remembered, what they
//! learned and how far they are with VNeID; needs and notes of households; referrals and what the
//! ward promises about them.

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
            "consent_event",
            &["op_id"],
            vec![
                uuid("op_id"),
                string("ward"),
                uuid("household_id"),
                uuid("learner_id"),
                string("event"),
                string("purposes"),
                string_null("notice_version"),
                string_null("notice_hash"),
                string_null("language"),
                string_null("method"),
                boolean("guardian"),
                big_integer("stamp"),
                big_integer("device_made_at"),
                big_integer("made_at"),
                big_integer("received_at"),
                uuid("device_id"),
                big_integer("device_seq"),
                uuid("account_id"),
                uuid_null("team_id"),
                big_integer("seq"),
            ],
        ),
        table(
            "learner",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                uuid("household_id"),
                string("call_name"),
                string("age_band"),
                string("purposes"),
                big_integer("agreed_at"),
            ],
        ),
        table(
            "learner_eid",
            &["op_id"],
            vec![
                uuid("op_id"),
                string("ward"),
                uuid("learner_id"),
                string("state"),
                string("evidence"),
                boolean("before"),
                json_binary("details"),
                big_integer("stamp"),
                uuid("device_id"),
                big_integer("device_seq"),
                uuid("account_id"),
                uuid_null("team_id"),
                big_integer("seq"),
            ],
        ),
        table(
            "visit_learner",
            &["visit_id", "learner_id"],
            vec![
                uuid("visit_id"),
                uuid("learner_id"),
                string("ward"),
                big_integer("made_at"),
                json_binary("skills"),
            ],
        ),
        table(
            "household_flags",
            &["household_id"],
            vec![
                uuid("household_id"),
                string("ward"),
                string("flags"),
                uuid("op_id"),
                uuid("account_id"),
                uuid("device_id"),
                big_integer("device_seq"),
                big_integer("stamp"),
            ],
        ),
        table(
            "household_note",
            &["household_id", "team_id"],
            vec![
                uuid("household_id"),
                uuid("team_id"),
                string("ward"),
                text("text"),
                uuid("op_id"),
                uuid("account_id"),
                uuid("device_id"),
                big_integer("device_seq"),
                big_integer("stamp"),
            ],
        ),
        table(
            "referral",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                uuid("household_id"),
                uuid_null("learner_id"),
                string("kind"),
                string("state"),
                big_integer("opened_at"),
                integer_null("due_on"),
                uuid("account_id"),
                uuid_null("team_id"),
                uuid("device_id"),
                big_integer("seq"),
            ],
        ),
        table(
            "referral_kind",
            &["ward", "code"],
            vec![
                string("ward"),
                string("code"),
                integer("position"),
                string("unit"),
                integer("amount"),
            ],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    [
        ("consent_event", "learner_id"),
        ("learner", "household_id"),
        ("learner_eid", "learner_id"),
        ("visit_learner", "learner_id"),
        ("referral", "household_id"),
        ("referral", "learner_id"),
    ]
    .into_iter()
    .map(|(table, column)| {
        Index::create().name(format!("idx-{table}-{column}")).table(table).col(column).take()
    })
    .collect()
}

/// What a ward that stood before promises: kind, unit, amount. A ward founded later brings its own.
const PROMISES: [(&str, &str, i32); 11] = [
    ("POLICE_L2", "working_days", 3),
    ("POLICE_MOBILE", "days", 15),
    ("POLICE_RECOVERY", "working_days", 3),
    ("POLICE_DATA", "working_days", 2),
    ("POLICE_SCAM", "same_day", 0),
    ("TELCO_SIM", "days", 7),
    ("BANK_QR", "days", 7),
    ("ONE_STOP", "working_days", 2),
    ("CLASS", "next_class", 0),
    ("FAMILY_HELPER", "days", 14),
    ("OTHER", "days", 7),
];

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
        for (position, (code, unit, amount)) in (1..).zip(PROMISES) {
            let sql = format!(
                "INSERT INTO referral_kind (ward, code, position, unit, amount) \
                 SELECT code, '{code}', {position}, '{unit}', {amount} FROM ward"
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
