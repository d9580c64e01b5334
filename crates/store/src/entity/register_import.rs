//! A household register that came into the book.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "register_import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub account_id: Uuid,
    /// Name of the file, without long numbers.
    pub file: String,
    pub committed_at: i64,
    /// The ward's number of it.
    pub seq: i64,
    pub added: i32,
    pub confirmed: i32,
    pub updated: i32,
    pub unchanged: i32,
    pub heads_differ: i32,
    pub repeated: i32,
    pub left_out: i32,
    pub groups: i32,
    pub alleys: i32,
    pub undone_by: Option<Uuid>,
    pub undone_at: Option<i64>,
    /// Of an import taken back: what stayed, because it had been touched since.
    pub stayed: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
