//! A period in which a team holds an alley.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "assignment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub alley_id: Uuid,
    pub team_id: Uuid,
    pub from_at: i64,
    pub from_seq: i64,
    pub to_at: Option<i64>,
    pub to_seq: Option<i64>,
    pub by_account: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
