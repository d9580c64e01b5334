//! An operation that came before one it follows: kept until that one comes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "held_op")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub op_id: Uuid,
    pub ward: String,
    pub device_id: Uuid,
    pub device_seq: i64,
    /// Number of the operation it waits for.
    pub after_seq: i64,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub op: Json,
    pub fingerprint: i64,
    pub sent_at: i64,
    pub received_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
