//! Counts of one residential group in one part of the week; written by `rollup` only.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rollup_hour")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: Uuid,
    /// `M`, `A` or `E`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub band: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub weekend: bool,
    pub ward: String,
    pub visits: i64,
    pub contacts: i64,
    pub missed: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
