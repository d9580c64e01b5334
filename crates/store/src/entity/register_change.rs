//! What was done to one household in the register, and what the denominator gained or lost by it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "register_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: Uuid,
    pub ward: String,
    pub what: String,
    /// 1: the group counts one household more; -1: one less; 0: as many as before.
    pub delta: i32,
    /// The day it is in force from.
    pub day: i32,
    /// What it was about: a code, an alley.
    pub note: Option<String>,
    pub reason: Option<String>,
    pub by_account: Option<Uuid>,
    pub at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
