//! How far the ward's records have been looked through.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_look")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ward: String,
    /// What was received up to here has been looked at.
    pub looked_at: i64,
    /// The last day from whose visits some were drawn.
    pub drawn_to: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
