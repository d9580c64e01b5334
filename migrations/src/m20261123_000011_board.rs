//! When people are at home: visits, contacts and misses by residential group and part of the week.
//! Books that stand get theirs counted from their visits.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

/// Adds a table and fills it; nothing that stands in the book changes.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// Minutes since midnight in Viet Nam (UTC+7 all year).
const MINUTE: &str = "((v.made_at / 1000 + 25200) % 86400) / 60";
/// 0 is Sunday: 1 January 1970 was a Thursday.
const WEEKDAY: &str = "((v.made_at / 1000 + 25200) / 86400 + 4) % 7";
/// Somebody was met.
const MET: &str =
    "'SERVED', 'PARTIAL', 'SERVED_NO_DATA', 'MET_NO_NEED', 'MET_DECLINED', 'APPOINTMENT'";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("rollup_hour");
        for column in [
            uuid("group_id"),
            string("band"),
            boolean("weekend"),
            string("ward"),
            big_integer("visits"),
            big_integer("contacts"),
            big_integer("missed"),
        ] {
            table.col(column);
        }
        table.primary_key(Index::create().col("group_id").col("band").col("weekend"));
        manager.create_table(table).await?;
        let by_ward =
            Index::create().name("idx-rollup_hour-ward").table("rollup_hour").col("ward").take();
        manager.create_index(by_ward).await?;
        let db = manager.get_connection();
        // A double's visits count where the other stands; what waits for the ward counts nowhere.
        let sql = format!(
            "INSERT INTO rollup_hour (group_id, band, weekend, ward, visits, contacts, missed) \
             SELECT k.group_id, \
                CASE WHEN {MINUTE} < 750 THEN 'M' WHEN {MINUTE} < 1065 THEN 'A' ELSE 'E' END, \
                {WEEKDAY} IN (0, 6), k.ward, COUNT(*), \
                SUM(CASE WHEN v.outcome IN ({MET}) THEN 1 ELSE 0 END), \
                SUM(CASE WHEN v.outcome IN ('NOT_HOME', 'ONLY_MINOR') THEN 1 ELSE 0 END) \
             FROM visit v \
             JOIN household h ON h.id = v.household_id \
             JOIN household k ON k.id = COALESCE(h.merged_into, h.id) \
             WHERE v.withdrawn_at IS NULL AND v.replaced_by IS NULL AND NOT k.proposed \
             GROUP BY 1, 2, 3, 4"
        );
        db.execute_unprepared(&sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("rollup_hour").to_owned()).await
    }
}
