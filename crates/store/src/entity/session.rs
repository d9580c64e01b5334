//! One login of one account on one device.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: Option<String>,
    pub account_id: Uuid,
    pub device_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub public_key: String,
    pub secret: String,
    pub rotation: i32,
    pub rotated_at: i64,
    pub last_proof: Option<String>,
    pub created_at: i64,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
    pub ended_why: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
