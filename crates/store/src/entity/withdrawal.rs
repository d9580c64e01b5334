//! A resident's request to be forgotten. It never says who: that stands in the ledger, without a name.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "withdrawal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: String,
    /// Counted in the ward from 1.
    pub number: i32,
    pub household_id: Uuid,
    pub channel: String,
    pub received_on: i32,
    pub opened_by: Uuid,
    pub opened_at: i64,
    pub answer_due: Option<i32>,
    pub stop_due: Option<i32>,
    pub answered_by: Option<Uuid>,
    pub answered_at: Option<i64>,
    pub ending: Option<String>,
    pub ended_by: Option<Uuid>,
    pub ended_at: Option<i64>,
    /// Visits that keep their counts and name nobody any more.
    pub visits: i32,
    /// Steps with VNeID that were erased.
    pub rungs: i32,
    /// Referrals that name nobody any more.
    pub referrals: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
