//! Answers of checks that were erased, by the day they were drawn on.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_day")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ward: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub why: String,
    pub agree: i32,
    pub differ: i32,
    pub unknown: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
