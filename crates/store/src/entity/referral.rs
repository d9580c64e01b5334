//! A call for somebody else's help.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "referral")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub household_id: Uuid,
    pub learner_id: Option<Uuid>,
    pub kind: String,
    pub state: String,
    pub opened_at: i64,
    pub due_on: Option<i32>,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    pub device_id: Uuid,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
