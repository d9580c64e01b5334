//! A volunteer team.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "team")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub name: String,
    pub created_at: i64,
    pub closed_at: Option<i64>,
    /// Homes one of its people knocks at of an evening; empty where the ward's word holds.
    pub doors_per_evening: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
