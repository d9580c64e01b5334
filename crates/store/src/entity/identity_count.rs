//! The police's counts of a residential group and month; a later version stands for the earlier.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "identity_count")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ward: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub month: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub from_14: i64,
    pub l2_issued: i64,
    pub activated: i64,
    pub as_of: i32,
    pub source: String,
    pub entered_by: Uuid,
    pub entered_at: i64,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
