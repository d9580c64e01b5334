//! A household as the register knows it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "household")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub group_id: Uuid,
    pub alley_id: Uuid,
    pub code: String,
    pub house_no: String,
    pub sort: String,
    pub side: Option<String>,
    pub landmark: Option<String>,
    pub head_name: Option<String>,
    pub members: Option<i32>,
    pub adults: Option<i32>,
    pub search_key: String,
    pub active: bool,
    pub deleted_at: Option<i64>,
    pub seq: i64,
    /// The household of which this one was found to be a double.
    pub merged_into: Option<Uuid>,
    pub removed_why: Option<String>,
    /// Proposed by a phone: nothing of it counts until the ward approves it.
    pub proposed: bool,
    /// The day it left the denominator from, with the ward's approval.
    pub left_on: Option<i32>,
    /// Where its door is, in degrees; both or neither.
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub point_source: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
