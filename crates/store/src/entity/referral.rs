//! A call for somebody else's help.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "referral")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    /// Empty for one that was not opened at a door.
    pub household_id: Option<Uuid>,
    pub learner_id: Option<Uuid>,
    pub kind: String,
    pub state: String,
    pub opened_at: i64,
    pub due_on: Option<i32>,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    pub device_id: Uuid,
    pub seq: i64,
    pub source: String,
    pub group_id: Option<Uuid>,
    pub age_band: Option<String>,
    pub slip: Option<String>,
    pub accepted_by: Option<Uuid>,
    /// Place of the last act of an officer among all: an older one that arrives later changes nothing.
    pub acted_at: Option<i64>,
    pub acted_op: Option<Uuid>,
    pub appointment_on: Option<i32>,
    pub appointment_minute: Option<i32>,
    pub why: Option<String>,
    pub closed_on: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
