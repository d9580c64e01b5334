//! One field of one edit of a household, with what became of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "household_edit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub op_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub field: String,
    pub ward: String,
    pub household_id: Uuid,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub value: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub was: Option<Json>,
    /// When, by the server's clock and never backwards within one account on one device.
    pub stamp: i64,
    pub device_id: Uuid,
    pub device_seq: i64,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    pub seq: i64,
    pub fate: String,
    pub decided_by: Option<Uuid>,
    pub decided_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
