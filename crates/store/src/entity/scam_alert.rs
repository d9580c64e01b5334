//! A warning of a fraud that is about.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scam_alert")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub kind: String,
    pub words: String,
    /// Ids of residential groups; none: the whole ward.
    #[sea_orm(column_type = "JsonBinary")]
    pub groups: Json,
    pub from_day: i32,
    pub until_day: i32,
    pub by_account: Uuid,
    pub published_at: i64,
    pub withdrawn_at: Option<i64>,
    pub withdrawn_by: Option<Uuid>,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
