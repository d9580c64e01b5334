//! An evening on which the police come to homes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "mobile_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub day: i32,
    pub from_minute: i32,
    pub to_minute: i32,
    pub place: String,
    pub capacity: i32,
    pub state: String,
    pub packed: String,
    pub by_account: Uuid,
    pub made_at: i64,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
