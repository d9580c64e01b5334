//! One line of the ledger of consents. Lines are added, never changed or taken away.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consent_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub op_id: Uuid,
    pub ward: String,
    pub household_id: Uuid,
    pub learner_id: Uuid,
    /// `given` or `withdrawn`.
    pub event: String,
    /// Codes with a space between; empty when withdrawn.
    pub purposes: String,
    pub notice_version: Option<String>,
    pub notice_hash: Option<String>,
    pub language: Option<String>,
    pub method: Option<String>,
    pub guardian: bool,
    /// Its place among the words of the resident.
    pub stamp: i64,
    /// By the phone's own clock.
    pub device_made_at: i64,
    /// Corrected.
    pub made_at: i64,
    /// By the server's clock.
    pub received_at: i64,
    pub device_id: Uuid,
    pub device_seq: i64,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    pub seq: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
