//! A file that left the desk.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "export_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub account_id: Uuid,
    pub at: i64,
    /// `domain::export::Export`.
    pub export: String,
    pub format: String,
    /// Ids of the residential groups it was limited to; empty for the whole ward.
    #[sea_orm(column_type = "JsonBinary")]
    pub groups: Json,
    /// How many rows it held.
    pub rows: i32,
    /// `domain::export::Purpose`.
    pub purpose: Option<String>,
    pub words: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
