//! One rung in the history of a resident's VNeID.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "learner_eid")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub op_id: Uuid,
    pub ward: String,
    pub learner_id: Uuid,
    pub state: String,
    pub evidence: String,
    pub before: bool,
    #[sea_orm(column_type = "JsonBinary")]
    pub details: Json,
    pub stamp: i64,
    pub device_id: Uuid,
    pub device_seq: i64,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
