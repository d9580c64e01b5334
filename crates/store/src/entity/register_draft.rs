//! A household register that is being looked through.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "register_draft")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub account_id: Uuid,
    /// Name of the file, without long numbers.
    pub file: String,
    /// How each sheet was read.
    #[sea_orm(column_type = "JsonBinary")]
    pub sheets: Json,
    /// Residential groups that may be founded with it, by name.
    #[sea_orm(column_type = "JsonBinary")]
    pub founds: Json,
    pub created_at: i64,
    pub touched_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
