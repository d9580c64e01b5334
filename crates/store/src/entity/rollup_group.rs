//! Coverage counts; written by `rollup` only.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "rollup_group")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub group_id: Uuid,
    pub ward: String,
    pub seq: i64,
    pub last_visit_at: Option<i64>,
    pub hh_total: i64,
    pub hh_visited: i64,
    pub hh_contacted: i64,
    pub hh_served: i64,
    pub hh_revisit: i64,
    pub hh_declined: i64,
    pub hh_unreachable: i64,
    pub hh_vacant: i64,
    pub visits: i64,
    pub coach_occ: i64,
    pub coach_people: i64,
    pub coach_people_60: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
