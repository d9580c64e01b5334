//! The first book: ground, people, visits, rollups.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Creates every table of the first release.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The counts of a rollup row, in the order of `domain::coverage::Tally`.
const TALLY: [&str; 12] = [
    "hh_total",
    "hh_visited",
    "hh_contacted",
    "hh_served",
    "hh_revisit",
    "hh_declined",
    "hh_unreachable",
    "hh_vacant",
    "visits",
    "coach_occ",
    "coach_people",
    "coach_people_60",
];

fn table(name: &'static str, columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    table
}

fn references(
    table: &mut TableCreateStatement,
    name: &'static str,
    column: &'static str,
    target: &'static str,
    key: &'static str,
) {
    table.foreign_key(
        ForeignKey::create().name(format!("fk-{name}-{column}")).from(name, column).to(target, key),
    );
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

fn rollup(name: &'static str, key: &'static str) -> TableCreateStatement {
    let mut columns =
        vec![uuid(key), string("ward"), big_integer("seq"), big_integer_null("last_visit_at")];
    columns.extend(TALLY.map(big_integer));
    let mut table = table(name, columns);
    table.primary_key(Index::create().col(key));
    table
}

fn tables() -> Vec<TableCreateStatement> {
    let mut ward = table(
        "ward",
        vec![
            string("code"),
            string("name"),
            string("city"),
            json_binary("boundary"),
            big_integer("seq"),
            boolean("demo"),
            big_integer("created_at"),
        ],
    );
    ward.primary_key(Index::create().col("code"));

    let mut campaign = table(
        "campaign",
        vec![
            pk_uuid("id"),
            string("ward"),
            string("name"),
            integer("starts_on"),
            integer("ends_on"),
        ],
    );
    references(&mut campaign, "campaign", "ward", "ward", "code");

    let mut target = table(
        "target",
        vec![
            pk_uuid("id"),
            string("ward"),
            string("indicator"),
            double("value"),
            string("unit"),
            integer("due_on"),
            string("source"),
        ],
    );
    references(&mut target, "target", "ward", "ward", "code");

    let mut skill = table(
        "skill",
        vec![
            string("ward"),
            string("code"),
            string("vi"),
            string("en"),
            boolean("core"),
            boolean("quick"),
            integer("position"),
            big_integer("seq"),
        ],
    );
    skill.primary_key(Index::create().col("ward").col("code"));
    references(&mut skill, "skill", "ward", "ward", "code");

    let mut group = table(
        "residential_group",
        vec![
            pk_uuid("id"),
            string("ward"),
            string("code"),
            string("name"),
            string("search_key"),
            integer("position"),
            json_binary_null("boundary"),
            double_null("label_lon"),
            double_null("label_lat"),
            big_integer("seq"),
        ],
    );
    references(&mut group, "residential_group", "ward", "ward", "code");

    let mut team = table(
        "team",
        vec![pk_uuid("id"), string("ward"), string("name"), big_integer("created_at")],
    );
    references(&mut team, "team", "ward", "ward", "code");

    let mut alley = table(
        "alley",
        vec![
            pk_uuid("id"),
            string("ward"),
            uuid("group_id"),
            uuid_null("parent_id"),
            string("kind"),
            string("name"),
            string_null("mouth"),
            string("sort"),
            big_integer("seq"),
        ],
    );
    references(&mut alley, "alley", "ward", "ward", "code");
    references(&mut alley, "alley", "group_id", "residential_group", "id");

    let mut assignment = table(
        "assignment",
        vec![
            pk_uuid("id"),
            string("ward"),
            uuid("alley_id"),
            uuid("team_id"),
            big_integer("from_at"),
            big_integer("from_seq"),
            big_integer_null("to_at"),
            big_integer_null("to_seq"),
            uuid_null("by_account"),
        ],
    );
    references(&mut assignment, "assignment", "alley_id", "alley", "id");
    references(&mut assignment, "assignment", "team_id", "team", "id");

    let mut household = table(
        "household",
        vec![
            pk_uuid("id"),
            string("ward"),
            uuid("group_id"),
            uuid("alley_id"),
            string("code"),
            string("house_no"),
            string("sort"),
            string_null("side"),
            string_null("landmark"),
            string_null("head_name"),
            integer_null("members"),
            integer_null("adults"),
            string("search_key"),
            boolean("active"),
            big_integer_null("deleted_at"),
            big_integer("seq"),
        ],
    );
    references(&mut household, "household", "alley_id", "alley", "id");

    let mut state = table(
        "household_state",
        vec![
            uuid("household_id"),
            string("ward"),
            uuid("group_id"),
            uuid("alley_id"),
            string("status"),
            boolean("revisit"),
            big_integer("visits"),
            string_null("last_outcome"),
            big_integer_null("last_visit_at"),
            integer_null("first_visited"),
            integer_null("first_contacted"),
            integer_null("first_served"),
            integer_null("comeback_on"),
            string_null("comeback_band"),
            big_integer("seq"),
        ],
    );
    state.primary_key(Index::create().col("household_id"));
    references(&mut state, "household_state", "household_id", "household", "id");

    let mut account = table(
        "account",
        vec![
            pk_uuid("id"),
            string_null("ward"),
            uuid_null("team_id"),
            uuid_null("group_id"),
            string("login"),
            string("name"),
            string("role"),
            string("password_hash"),
            boolean("disabled"),
            integer("failures"),
            big_integer_null("locked_until"),
            big_integer("created_at"),
        ],
    );
    references(&mut account, "account", "ward", "ward", "code");
    references(&mut account, "account", "team_id", "team", "id");

    let mut device = table(
        "device",
        vec![
            pk_uuid("id"),
            string_null("ward"),
            uuid("account_id"),
            string("name"),
            string_null("app_version"),
            integer("queued"),
            big_integer("last_seen_at"),
            big_integer("created_at"),
        ],
    );
    references(&mut device, "device", "account_id", "account", "id");

    let mut session = table(
        "session",
        vec![
            pk_uuid("id"),
            string_null("ward"),
            uuid("account_id"),
            uuid("device_id"),
            text("public_key"),
            string("secret"),
            integer("rotation"),
            big_integer("rotated_at"),
            string_null("last_proof"),
            big_integer("created_at"),
            big_integer("expires_at"),
            big_integer_null("ended_at"),
            string_null("ended_why"),
        ],
    );
    references(&mut session, "session", "account_id", "account", "id");

    let mut visit = table(
        "visit",
        vec![
            pk_uuid("id"),
            string("ward"),
            uuid("household_id"),
            uuid("group_id"),
            uuid("alley_id"),
            uuid_null("team_id"),
            uuid("account_id"),
            uuid("device_id"),
            string("outcome"),
            big_integer("made_at"),
            big_integer("device_made_at"),
            big_integer("received_at"),
            integer("coach_occ"),
            integer("people_count"),
            integer("people_60"),
            json_binary_null("people"),
            integer_null("comeback_on"),
            string_null("comeback_band"),
            string("flags"),
            big_integer_null("withdrawn_at"),
            big_integer("seq"),
        ],
    );
    references(&mut visit, "visit", "household_id", "household", "id");

    let mut op = table(
        "op",
        vec![
            uuid("op_id"),
            string("ward"),
            uuid("device_id"),
            big_integer_null("device_seq"),
            uuid("account_id"),
            string("kind"),
            big_integer("fingerprint"),
            string("outcome"),
            big_integer_null("seq"),
            string_null("reason"),
            string("flags"),
            big_integer("received_at"),
        ],
    );
    op.primary_key(Index::create().col("op_id"));

    let mut day = table(
        "rollup_day",
        vec![
            uuid("group_id"),
            integer("day"),
            string("ward"),
            big_integer("visits"),
            big_integer("hh_visited"),
            big_integer("hh_served"),
        ],
    );
    day.primary_key(Index::create().col("group_id").col("day"));

    vec![
        ward,
        campaign,
        target,
        skill,
        group,
        team,
        alley,
        assignment,
        household,
        state,
        account,
        device,
        session,
        visit,
        op,
        rollup("rollup_group", "group_id"),
        rollup("rollup_alley", "alley_id"),
        day,
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("campaign", &["ward"], false),
        index("target", &["ward"], false),
        index("residential_group", &["ward", "code"], true),
        index("team", &["ward", "name"], true),
        index("alley", &["group_id"], false),
        index("alley", &["ward", "seq"], false),
        index("assignment", &["team_id"], false),
        index("assignment", &["alley_id"], false),
        index("household", &["ward", "code"], true),
        index("household", &["alley_id", "seq"], false),
        index("household_state", &["alley_id", "seq"], false),
        index("account", &["login"], true),
        index("session", &["account_id"], false),
        index("session", &["device_id"], false),
        index("visit", &["household_id"], false),
        index("op", &["device_id", "device_seq"], true),
        index("rollup_group", &["ward"], false),
        index("rollup_alley", &["ward"], false),
        index("rollup_day", &["ward", "day"], false),
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
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).to_owned()).await?;
        }
        Ok(())
    }
}
