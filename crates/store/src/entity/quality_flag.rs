//! A remark about how somebody records.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "quality_flag")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    pub kind: String,
    pub count: i32,
    pub out_of: i32,
    pub from_day: i32,
    pub to_day: i32,
    pub raised_at: i64,
    /// When the desk sees it, unless it is explained before.
    pub desk_from: i64,
    pub because: Option<String>,
    pub words: Option<String>,
    pub explained_at: Option<i64>,
    pub explained_op: Option<Uuid>,
    pub verdict: Option<String>,
    pub verdict_words: Option<String>,
    pub closed_by: Option<Uuid>,
    pub closed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
