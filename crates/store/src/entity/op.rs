//! One operation received, with its one fate.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "op")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub op_id: Uuid,
    pub ward: String,
    pub device_id: Uuid,
    pub device_seq: Option<i64>,
    pub account_id: Uuid,
    pub kind: String,
    pub fingerprint: i64,
    pub outcome: String,
    pub seq: Option<i64>,
    pub reason: Option<String>,
    pub flags: String,
    pub received_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
