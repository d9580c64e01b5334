//! One thing an import changed, kept for as long as the import can be taken back.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "register_import_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    pub what: String,
    /// A residential group, an alley or a household.
    pub target_id: Uuid,
    /// As it stood before.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub was: Option<Json>,
    /// As the import left it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub became: Option<Json>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
