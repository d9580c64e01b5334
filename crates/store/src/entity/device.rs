//! One installation of the app.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "device")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub ward: Option<String>,
    pub account_id: Uuid,
    pub name: String,
    pub app_version: Option<String>,
    pub queued: i32,
    pub last_seen_at: i64,
    pub created_at: i64,
    /// Syncs that failed since the last that succeeded, as the phone counted them.
    pub failed: i32,
    /// When it last said that nothing rejected lies on it any more; empty when something does, or
    /// when it never said.
    pub clear_at: Option<i64>,
    /// When it was shut out, and by whom.
    pub revoked_at: Option<i64>,
    pub revoked_by: Option<Uuid>,
    /// When it proved, by its own clock, that it had wiped itself, and how much unsent work it held.
    pub wiped_at: Option<i64>,
    pub wiped_unsent: Option<i32>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
