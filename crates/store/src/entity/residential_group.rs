//! A residential group (tổ dân phố).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "residential_group")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub code: String,
    pub name: String,
    pub search_key: String,
    pub position: i32,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub boundary: Option<Json>,
    pub label_lon: Option<f64>,
    pub label_lat: Option<f64>,
    pub seq: i64,
    /// The group it became part of.
    pub merged_into: Option<Uuid>,
    /// The first day it was in force; unknown for those the ward began with.
    pub valid_from: Option<i32>,
    /// The first day it was in force no more.
    pub valid_to: Option<i32>,
    /// The ward it belonged to before the merger of 2025, as people still say.
    pub former_ward: Option<String>,
    /// Who made the outline: a person, a file, or the doors.
    pub boundary_source: Option<String>,
    pub boundary_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
