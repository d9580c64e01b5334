//! What the ward has decided about asking again.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_term")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub ward: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub term: String,
    pub amount: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
