//! One knock on one door.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "visit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub household_id: Uuid,
    pub group_id: Uuid,
    pub alley_id: Uuid,
    pub team_id: Option<Uuid>,
    pub account_id: Uuid,
    pub device_id: Uuid,
    pub outcome: String,
    pub made_at: i64,
    pub device_made_at: i64,
    pub received_at: i64,
    pub coach_occ: i32,
    pub people_count: i32,
    pub people_60: i32,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub people: Option<Json>,
    pub comeback_on: Option<i32>,
    pub comeback_band: Option<String>,
    pub flags: String,
    pub withdrawn_at: Option<i64>,
    pub seq: i64,
    /// First version of the visit, when this row is a later one.
    pub corrects: Option<Uuid>,
    /// 1 for the first version.
    pub version: i32,
    /// The newest version, when this row is an older one: such a row counts nowhere.
    pub replaced_by: Option<Uuid>,
    /// Why it was corrected.
    pub why: Option<String>,
    /// Fields of a newer app that this server did not know.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub extra: Option<Json>,
    /// Where the phone was, by its own word.
    pub near: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
