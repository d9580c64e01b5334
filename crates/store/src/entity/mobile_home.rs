//! A home of such an evening, and what came of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mobile_home")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub session_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub referral_id: Uuid,
    pub ward: String,
    pub position: i32,
    pub result: Option<String>,
    pub why: Option<String>,
    pub people: Option<i32>,
    pub resulted_at: Option<i64>,
    pub resulted_op: Option<Uuid>,
    pub by_account: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
