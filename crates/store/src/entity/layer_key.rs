//! A key under which a map program reads the ward's coverage, nothing else.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "layer_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    /// What it is for, in the ward's words.
    pub label: String,
    /// The name it signs in under; no secret.
    #[sea_orm(unique)]
    pub login: String,
    /// Keyed hash of the key.
    pub key_tag: String,
    pub made_by: Uuid,
    pub made_at: i64,
    pub revoked_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
