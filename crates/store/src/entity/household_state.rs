//! What the visits say of a household; written by `rollup` only.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "household_state")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_id: Uuid,
    pub ward: String,
    pub group_id: Uuid,
    pub alley_id: Uuid,
    pub status: String,
    pub revisit: bool,
    pub visits: i64,
    pub last_outcome: Option<String>,
    pub last_visit_at: Option<i64>,
    pub first_visited: Option<i32>,
    pub first_contacted: Option<i32>,
    pub first_served: Option<i32>,
    pub comeback_on: Option<i32>,
    pub comeback_band: Option<String>,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
