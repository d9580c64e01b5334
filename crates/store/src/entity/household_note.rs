//! The note of a team about a household that stands; empty once it was taken away.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "household_note")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub team_id: Uuid,
    pub ward: String,
    #[sea_orm(column_type = "Text")]
    pub text: String,
    pub op_id: Uuid,
    pub account_id: Uuid,
    pub device_id: Uuid,
    pub device_seq: i64,
    pub stamp: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
