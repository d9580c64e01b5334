//! The badge of somebody who goes from door to door.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "badge")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub account_id: Uuid,
    /// Six digits, never given twice in a ward.
    pub number: String,
    /// What the code on it leads to.
    pub token: String,
    pub made_at: i64,
    pub revoked_at: Option<i64>,
    pub revoked_by: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
