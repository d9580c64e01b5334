//! A visit about which the household is asked again.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_check")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    /// The newest version of the visit.
    pub visit_id: Uuid,
    pub why: String,
    pub drawn_on: i32,
    pub answer: Option<String>,
    pub words: Option<String>,
    pub answered_by: Option<Uuid>,
    pub answered_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
