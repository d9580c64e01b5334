//! One count of identity help. It has no column for a person.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "help_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub day: i32,
    pub made_at: i64,
    pub kind: String,
    pub channel: String,
    pub group_id: Option<Uuid>,
    pub age_band: Option<String>,
    pub result: String,
    pub why: Option<String>,
    pub minutes: Option<i32>,
    pub people: i32,
    pub referral_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub account_id: Uuid,
    pub device_id: Uuid,
    pub taken_back_at: Option<i64>,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
