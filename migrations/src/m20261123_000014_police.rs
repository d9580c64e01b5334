//! The police desk: identity help counted, referrals answered, evenings at homes.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds tables; a referral may come from elsewhere than a door, and is answered.
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

fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("idx-{table}-{}", columns.join("-"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "help_type",
            &["ward", "code"],
            vec![
                string("ward"),
                string("code"),
                string("vi"),
                string("en"),
                boolean("quick"),
                boolean("crowd"),
                integer("position"),
            ],
        ),
        table(
            "help_log",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                integer("day"),
                big_integer("made_at"),
                string("kind"),
                string("channel"),
                uuid_null("group_id"),
                string_null("age_band"),
                string("result"),
                string_null("why"),
                integer_null("minutes"),
                integer("people"),
                uuid_null("referral_id"),
                uuid_null("session_id"),
                uuid("account_id"),
                uuid("device_id"),
                big_integer_null("taken_back_at"),
                big_integer("seq"),
            ],
        ),
        table(
            "referral_phone",
            &["referral_id"],
            vec![uuid("referral_id"), string("ward"), string("phone"), integer("until")],
        ),
        table(
            "kit_item",
            &["ward", "code"],
            vec![string("ward"), string("code"), string("vi"), string("en"), integer("position")],
        ),
        table(
            "mobile_session",
            &["id"],
            vec![
                uuid("id"),
                string("ward"),
                integer("day"),
                integer("from_minute"),
                integer("to_minute"),
                string("place"),
                integer("capacity"),
                string("state"),
                string("packed"),
                uuid("by_account"),
                big_integer("made_at"),
                big_integer("seq"),
            ],
        ),
        table(
            "mobile_home",
            &["session_id", "referral_id"],
            vec![
                uuid("session_id"),
                uuid("referral_id"),
                string("ward"),
                integer("position"),
                string_null("result"),
                string_null("why"),
                integer_null("people"),
                big_integer_null("resulted_at"),
                uuid_null("resulted_op"),
                uuid_null("by_account"),
            ],
        ),
    ]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("help_log", &["ward", "day"]),
        index("help_log", &["ward", "seq"]),
        index("help_log", &["account_id", "day"]),
        index("help_log", &["referral_id"]),
        index("mobile_session", &["ward", "day"]),
        index("mobile_home", &["referral_id"]),
        index("referral", &["ward", "seq"]),
        index("referral", &["ward", "state"]),
        index("referral", &["slip"]),
    ]
}

/// The columns a referral had before.
const BEFORE: &str = "id, ward, household_id, learner_id, kind, state, opened_at, due_on, account_id, \
                      team_id, device_id, seq";

/// The table of referrals: before this step each came from a door and was never answered.
fn referrals(answered: bool) -> TableCreateStatement {
    let mut columns = vec![uuid("id"), string("ward")];
    columns.push(if answered { uuid_null("household_id") } else { uuid("household_id") });
    columns.extend([
        uuid_null("learner_id"),
        string("kind"),
        string("state"),
        big_integer("opened_at"),
        integer_null("due_on"),
        uuid("account_id"),
        uuid_null("team_id"),
        uuid("device_id"),
        big_integer("seq"),
    ]);
    if answered {
        let source = string("source").default("door").take();
        columns.extend([
            source,
            uuid_null("group_id"),
            string_null("age_band"),
            string_null("slip"),
            uuid_null("accepted_by"),
            big_integer_null("acted_at"),
            uuid_null("acted_op"),
            integer_null("appointment_on"),
            integer_null("appointment_minute"),
            string_null("why"),
            integer_null("closed_on"),
        ]);
    }
    table("referral_anew", &["id"], columns)
}

/// SQLite cannot let a column become empty: the table is written anew, on both alike.
async fn rewrite(manager: &SchemaManager<'_>, answered: bool) -> Result<(), DbErr> {
    manager.create_table(referrals(answered)).await?;
    let copy = format!(
        "INSERT INTO referral_anew ({BEFORE}) SELECT {BEFORE} FROM referral \
         WHERE household_id IS NOT NULL"
    );
    manager.get_connection().execute_unprepared(&copy).await?;
    manager.drop_table(Table::drop().table("referral").take()).await?;
    manager.rename_table(Table::rename().table("referral_anew", "referral").take()).await?;
    for column in ["household_id", "learner_id"] {
        manager.create_index(index("referral", &[column])).await?;
    }
    Ok(())
}

/// What a ward that stood before counts and brings; one founded later brings its own.
const HELP_TYPES: [(&str, &str, &str, bool, bool); 15] = [
    ("H01", "Thu nhận mức 2 tại trụ sở", "Level 2 enrolment at the station", true, false),
    ("H02", "Thu nhận lưu động tại nhà", "Mobile enrolment at home", true, false),
    ("H03", "Kích hoạt tài khoản", "Activation", true, false),
    ("H04", "Lấy lại mật khẩu", "Password or passcode recovery", true, false),
    ("H05", "Đổi thiết bị", "Change of device", true, false),
    ("H06", "Khóa, mở khóa tài khoản", "Lock or unlock", false, false),
    ("H07", "Đổi số điện thoại tài khoản", "Change of the account''s phone", false, false),
    ("H08", "Cấp, đổi thẻ căn cước", "Identity card issued or renewed", false, false),
    ("H09", "Điều chỉnh thông tin dân cư", "Correction of resident data", false, false),
    ("H10", "Tích hợp giấy tờ", "Papers brought into the app", true, false),
    ("H11", "Thủ tục cư trú trực tuyến", "Online residence procedures", true, false),
    ("H12", "Tài khoản cho trẻ dưới 14", "Account of a child under 14", false, false),
    ("H13", "Tư vấn nghi lừa đảo", "Advice on a suspected fraud", true, false),
    ("H14", "Tuyên truyền an toàn", "Awareness session", false, true),
    ("H15", "Hướng dẫn SIM chính chủ", "SIM in one''s own name", false, false),
];
const KIT: [(&str, &str, &str); 8] = [
    ("CAMERA", "Máy ảnh, phông nền", "Camera and backdrop"),
    ("FINGERPRINT", "Máy lấy vân tay", "Fingerprint reader"),
    ("CARD_READER", "Máy đọc thẻ căn cước", "Card reader"),
    ("LAPTOP", "Máy tính, sạc đầy", "Laptop, charged"),
    ("NETWORK", "Bộ phát mạng", "Mobile network"),
    ("FORMS", "Phiếu thu nhận, bút", "Forms and pens"),
    ("BADGE", "Thẻ ngành, giấy giới thiệu", "Service card and letter"),
    ("LEAFLET", "Tờ rơi chữ to", "Large-print leaflets"),
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
        rewrite(manager, true).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let db = manager.get_connection();
        for (position, (code, vi, en, quick, crowd)) in (1..).zip(HELP_TYPES) {
            let sql = format!(
                "INSERT INTO help_type (ward, code, vi, en, quick, crowd, position) \
                 SELECT code, '{code}', '{vi}', '{en}', {quick}, {crowd}, {position} FROM ward"
            );
            db.execute_unprepared(&sql).await?;
        }
        for (position, (code, vi, en)) in (1..).zip(KIT) {
            let sql = format!(
                "INSERT INTO kit_item (ward, code, vi, en, position) \
                 SELECT code, '{code}', '{vi}', '{en}', {position} FROM ward"
            );
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rewrite(manager, false).await?;
        for table in tables().iter().rev().filter_map(TableCreateStatement::get_table_name) {
            manager.drop_table(Table::drop().table(table.clone()).to_owned()).await?;
        }
        Ok(())
    }
}
