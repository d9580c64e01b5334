//! Do the tables have the columns this program expects? Asked by the schema test and by a person
//! whose upgrade went wrong.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, EntityName, IdenStatic, Iterable, Statement};

use crate::db::{Engine, Store, StoreError};
use crate::entity;

macro_rules! tables {
    ($($table:ident),+ $(,)?) => {
        vec![$((
            entity::$table::Entity.table_name(),
            entity::$table::Column::iter().map(|c| c.as_str().to_owned()).collect(),
        )),+]
    };
}

impl Store {
    /// Columns that are expected and missing (`-`), or there and unknown (`+`).
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn schema_drift(&self) -> Result<Vec<String>, StoreError> {
        let expected: Vec<(&str, BTreeSet<String>)> = tables![
            account,
            account_code,
            alley,
            assignment,
            assignment_batch,
            assignment_move,
            badge,
            campaign,
            code_epoch,
            consent_event,
            device,
            door_decision,
            door_pair,
            export_log,
            ground_change,
            group_alias,
            held_op,
            help_log,
            help_type,
            household,
            household_edit,
            household_flags,
            household_note,
            household_state,
            identity_count,
            kit_item,
            layer_key,
            learner,
            learner_eid,
            invite,
            mobile_home,
            mobile_session,
            not_double,
            op,
            overlap_seen,
            proposal,
            quality_check,
            quality_day,
            quality_flag,
            quality_look,
            quality_term,
            quarantine,
            referral,
            referral_kind,
            referral_phone,
            register_draft,
            register_draft_row,
            register_import,
            register_import_change,
            register_change,
            residential_group,
            rollup_alley,
            rollup_day,
            rollup_group,
            rollup_hour,
            scam_alert,
            session,
            setting_change,
            shift,
            shift_plan,
            skill,
            sync_fault,
            target,
            team,
            team_stay,
            trust_term,
            turf_term,
            visit,
            visit_learner,
            ward,
            withdrawal,
            withdrawal_look,
            withdrawal_term,
        ];
        let mut drift = Vec::new();
        for (table, columns) in expected {
            let there = self.columns(table).await?;
            drift.extend(columns.difference(&there).map(|c| format!("- {table}.{c}")));
            drift.extend(there.difference(&columns).map(|c| format!("+ {table}.{c}")));
        }
        Ok(drift)
    }

    async fn columns(&self, table: &str) -> Result<BTreeSet<String>, StoreError> {
        let sql = match self.engine() {
            Engine::Sqlite => "SELECT name FROM pragma_table_info($1)",
            Engine::Postgres => {
                "SELECT column_name::text FROM information_schema.columns \
                 WHERE table_schema = current_schema() AND table_name = $1"
            }
        };
        let backend = self.read.get_database_backend();
        let rows = self
            .read
            .query_all_raw(Statement::from_sql_and_values(backend, sql, [table.into()]))
            .await?;
        Ok(rows.iter().map(|r| r.try_get_by_index(0)).collect::<Result<_, _>>()?)
    }
}
