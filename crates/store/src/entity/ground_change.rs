//! What was done to residential groups and alleys: enough to undo it exactly.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ground_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    pub seq: i64,
    pub kind: String,
    /// The day it is in force from.
    pub day: i32,
    /// The group it was done to: of a merge the one that ended, of a split the one that was cut.
    pub group_id: Uuid,
    /// Of a merge the group that stayed, of a split the new one.
    pub other_id: Option<Uuid>,
    pub alley_id: Option<Uuid>,
    /// The name before.
    pub was: Option<String>,
    /// The name after.
    pub became: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub moved: Option<Json>,
    pub reason: String,
    pub by_account: Uuid,
    pub at: i64,
    pub undone_by: Option<Uuid>,
    pub undone_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
