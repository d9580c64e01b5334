//! An operation the ward must look at before it may count.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quarantine")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub op_id: Uuid,
    pub ward: String,
    pub device_id: Uuid,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    pub household_id: Option<Uuid>,
    pub why: String,
    pub kind: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub op: Json,
    pub made_at: i64,
    pub sent_at: i64,
    pub received_at: i64,
    pub seq: i64,
    pub decision: Option<String>,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
