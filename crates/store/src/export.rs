//! What leaves the desk as a file, and the log of it and of every look at names.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

use gocua_domain::export::{Export, ExportPurpose, Format};
use gocua_domain::id::{AccountId, GroupId, HouseholdId};
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError};
use crate::entity::{
    alley, export_log, household, household_state, residential_group, withdrawal, withdrawal_look,
};
use crate::names::{account_names, group_names};

/// An active household as a list has it.
#[derive(Clone, Debug)]
pub struct ListLine {
    /// The household.
    pub id: HouseholdId,
    /// Register code.
    pub code: String,
    /// Name of its residential group.
    pub group: String,
    /// The name of its alley.
    pub way: String,
    /// House number; empty without one.
    pub house_no: String,
    /// Landmark.
    pub landmark: Option<String>,
    /// Name of the head.
    pub head: Option<String>,
    /// Members.
    pub members: Option<i32>,
    /// Members from 14 years.
    pub adults: Option<i32>,
    /// Code of its derived status.
    pub status: String,
    /// Visits that count.
    pub visits: i64,
    /// Latest knock.
    pub last_visit_at: Option<Millis>,
    /// Day of the first visit with somebody coached.
    pub first_served: Option<Day>,
}

/// A file that is about to leave.
#[derive(Clone, Debug)]
pub struct ExportNote {
    /// Who takes it.
    pub by: AccountId,
    /// When.
    pub at: Millis,
    /// What of.
    pub export: Export,
    /// In which form.
    pub format: Format,
    /// The residential groups it is limited to; none for the whole ward.
    pub groups: Vec<GroupId>,
    /// How many rows it holds.
    pub rows: usize,
    /// What for; of lists that name people only.
    pub purpose: Option<ExportPurpose>,
    /// What for, in words.
    pub words: Option<String>,
}

/// What somebody did with the ward's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessWhat {
    /// A file left the desk.
    Export {
        /// Code of what was exported.
        export: String,
        /// Its form.
        format: String,
        /// Names of the groups it was limited to.
        groups: Vec<String>,
        /// How many rows it held.
        rows: i32,
        /// Code of the purpose.
        purpose: Option<String>,
        /// The purpose in words.
        words: Option<String>,
    },
    /// Names of a household were looked at for a resident's request.
    Look {
        /// The request's number.
        request: i32,
        /// How many people were shown.
        shown: i32,
    },
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessLine {
    /// When.
    pub at: Millis,
    /// Display name of the account.
    pub by: String,
    /// What.
    pub what: AccessWhat,
}

impl Store {
    /// The active households of a ward or some of its groups, in the order of the walk.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when a group is not one of the ward's.
    pub async fn households_to_export(
        &self,
        ward: &str,
        groups: &[GroupId],
    ) -> Result<Vec<ListLine>, StoreError> {
        let known: HashMap<Uuid, (i32, String)> = residential_group::Entity::find()
            .select_only()
            .columns([
                residential_group::Column::Id,
                residential_group::Column::Position,
                residential_group::Column::Name,
            ])
            .filter(residential_group::Column::Ward.eq(ward))
            .into_tuple::<(Uuid, i32, String)>()
            .all(&self.read)
            .await?
            .into_iter()
            .map(|(id, position, name)| (id, (position, name)))
            .collect();
        if groups.iter().any(|g| !known.contains_key(&g.0)) {
            return Err(StoreError::NotFound);
        }
        let ways: HashMap<Uuid, (String, String)> = alley::Entity::find()
            .select_only()
            .columns([alley::Column::Id, alley::Column::Sort, alley::Column::Name])
            .filter(alley::Column::Ward.eq(ward))
            .into_tuple::<(Uuid, String, String)>()
            .all(&self.read)
            .await?
            .into_iter()
            .map(|(id, sort, name)| (id, (sort, name)))
            .collect();
        let of: Vec<Uuid> = groups.iter().map(|g| g.0).collect();
        let mut rows = household::Entity::find()
            .filter(household::Column::Ward.eq(ward))
            .filter(household::Column::Active.eq(true));
        let mut states =
            household_state::Entity::find().filter(household_state::Column::Ward.eq(ward));
        if !of.is_empty() {
            rows = rows.filter(household::Column::GroupId.is_in(of.iter().copied()));
            states = states.filter(household_state::Column::GroupId.is_in(of));
        }
        let mut rows = rows.all(&self.read).await?;
        let mut states: HashMap<Uuid, household_state::Model> =
            states.all(&self.read).await?.into_iter().map(|s| (s.household_id, s)).collect();
        let place = |h: &household::Model| {
            (
                known.get(&h.group_id).map_or(i32::MAX, |(position, _)| *position),
                ways.get(&h.alley_id).map(|(sort, _)| sort.clone()).unwrap_or_default(),
                h.sort.clone(),
                h.code.clone(),
            )
        };
        rows.sort_by_cached_key(place);
        Ok(rows
            .into_iter()
            .map(|h| (states.remove(&h.id), h))
            .map(|(state, h)| ListLine {
                id: HouseholdId(h.id),
                code: h.code,
                group: known.get(&h.group_id).map(|(_, name)| name.clone()).unwrap_or_default(),
                way: ways.get(&h.alley_id).map(|(_, name)| name.clone()).unwrap_or_default(),
                house_no: h.house_no,
                landmark: h.landmark,
                head: h.head_name,
                members: h.members,
                adults: h.adults,
                status: state.as_ref().map_or("not_visited", |s| s.status.as_str()).to_owned(),
                visits: state.as_ref().map_or(0, |s| s.visits),
                last_visit_at: state.as_ref().and_then(|s| s.last_visit_at).map(Millis),
                first_served: state.and_then(|s| s.first_served).map(Day),
            })
            .collect())
    }

    /// Writes down that a file leaves; it may go once this has returned.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails: then nothing may leave.
    pub async fn note_export(&self, ward: &str, note: &ExportNote) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        export_log::ActiveModel {
            id: Set(Uuid::now_v7()),
            ward: Set(ward.to_owned()),
            account_id: Set(note.by.0),
            at: Set(note.at.0),
            export: Set(note.export.code().to_owned()),
            format: Set(note.format.code().to_owned()),
            groups: Set(serde_json::json!(note.groups)),
            rows: Set(i32::try_from(note.rows).unwrap_or(i32::MAX)),
            purpose: Set(note.purpose.map(|p| p.code().to_owned())),
            words: Set(note.words.clone()),
        }
        .insert(&tx)
        .await?;
        Ok(tx.commit().await?)
    }

    /// What was exported and who looked at names, the latest first, before an instant.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn access_log(
        &self,
        ward: &str,
        before: Option<Millis>,
        most: u64,
    ) -> Result<Vec<AccessLine>, StoreError> {
        let until = before.map_or(i64::MAX, |at| at.0);
        let exports = export_log::Entity::find()
            .filter(export_log::Column::Ward.eq(ward))
            .filter(export_log::Column::At.lt(until))
            .order_by_desc(export_log::Column::At)
            .limit(most)
            .all(&self.read)
            .await?;
        let looks = withdrawal_look::Entity::find()
            .filter(withdrawal_look::Column::Ward.eq(ward))
            .filter(withdrawal_look::Column::LookedAt.lt(until))
            .order_by_desc(withdrawal_look::Column::LookedAt)
            .limit(most)
            .all(&self.read)
            .await?;
        let of: Vec<Uuid> = looks.iter().map(|look| look.withdrawal_id).collect();
        let requests: HashMap<Uuid, i32> = withdrawal::Entity::find()
            .select_only()
            .columns([withdrawal::Column::Id, withdrawal::Column::Number])
            .filter(withdrawal::Column::Id.is_in(of))
            .into_tuple::<(Uuid, i32)>()
            .all(&self.read)
            .await?
            .into_iter()
            .collect();
        let hands = exports.iter().map(|row| row.account_id);
        let hands = hands.chain(looks.iter().map(|look| look.account_id));
        let people = account_names(&self.read, hands).await?;
        let groups = group_names(&self.read, ward).await?;
        let by = |id: Uuid| people.get(&id).cloned().unwrap_or_default();
        let named = |ids: serde_json::Value| {
            let ids: Vec<Uuid> = serde_json::from_value(ids).unwrap_or_default();
            ids.iter().filter_map(|id| groups.get(id).cloned()).collect()
        };
        let mut lines: Vec<AccessLine> = exports
            .into_iter()
            .map(|row| AccessLine {
                at: Millis(row.at),
                by: by(row.account_id),
                what: AccessWhat::Export {
                    export: row.export,
                    format: row.format,
                    groups: named(row.groups),
                    rows: row.rows,
                    purpose: row.purpose,
                    words: row.words,
                },
            })
            .chain(looks.into_iter().filter_map(|look| {
                let request = *requests.get(&look.withdrawal_id)?;
                let what = AccessWhat::Look { request, shown: look.shown };
                Some(AccessLine { at: Millis(look.looked_at), by: by(look.account_id), what })
            }))
            .collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.at));
        lines.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(lines)
    }
}
