//! Residential groups over time: what they are called, what became of them, and what was done to them.
//!
//! What carries the history is `ground_change`: each merge and each cut keeps what it moved, so that it
//! can be taken back exactly as long as no later one touched the same groups. Visits stay where their
//! households are: coverage always counts under the groups in force now.

mod naming;
mod reform;
mod step;

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use gocua_domain::ground::{GroundChange, in_force};
use gocua_domain::id::{AlleyId, GroupId};
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError};
use crate::entity::{alley, ground_change, group_alias, residential_group, rollup_group};
use crate::names::{account_names, group_names};

pub use naming::Naming;
pub use reform::Cut;
pub(crate) use reform::{Moved, moved};
pub(crate) use step::{Change, Step, branch_of};

/// The most changes listed.
const LISTED: u64 = 200;

/// A residential group as the register keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupLine {
    /// The group.
    pub id: GroupId,
    /// Short code.
    pub code: String,
    /// Its name on the day asked for.
    pub name: String,
    /// Other names it is known by.
    pub aliases: Vec<String>,
    /// The ward it belonged to before.
    pub former_ward: Option<String>,
    /// The first day it was in force, if known.
    pub valid_from: Option<Day>,
    /// The first day it was in force no more.
    pub valid_to: Option<Day>,
    /// The group it became part of.
    pub merged_into: Option<GroupId>,
    /// Households in the denominator now.
    pub households: i64,
    /// Its alleys now.
    pub alleys: i64,
}

/// What was done to a group or an alley.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundDeed {
    /// The change.
    pub id: Uuid,
    /// The ward's number of it.
    pub seq: i64,
    /// What was done.
    pub kind: GroundChange,
    /// The day it is in force from.
    pub day: Day,
    /// The group it was done to, with its name of now.
    pub group: (GroupId, String),
    /// Of a merge the group that stayed, of a split the new one.
    pub other: Option<(GroupId, String)>,
    /// The alley, if it was one.
    pub alley: Option<AlleyId>,
    /// The name before.
    pub was: Option<String>,
    /// The name after.
    pub became: Option<String>,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Millis,
    /// When it was taken back.
    pub undone_at: Option<Millis>,
    /// Can it be taken back now?
    pub undoable: bool,
}

impl Store {
    /// The residential groups in force on a day, in the ward's order; today's with their names of now.
    /// `all` lists those that ended too.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn groups_on(
        &self,
        ward: &str,
        on: Day,
        all: bool,
    ) -> Result<Vec<GroupLine>, StoreError> {
        let rows = residential_group::Entity::find()
            .filter(residential_group::Column::Ward.eq(ward))
            .order_by_asc(residential_group::Column::Position)
            .all(&self.read)
            .await?;
        let mut aliases: HashMap<Uuid, Vec<String>> = HashMap::new();
        let found = group_alias::Entity::find()
            .filter(group_alias::Column::Ward.eq(ward))
            .order_by_asc(group_alias::Column::Name)
            .all(&self.read);
        for row in found.await? {
            aliases.entry(row.group_id).or_default().push(row.name);
        }
        // What it was called then is what the first renaming after that day changed.
        let renamed = ground_change::Entity::find()
            .filter(ground_change::Column::Ward.eq(ward))
            .filter(ground_change::Column::Kind.eq(GroundChange::Renamed.code()))
            .filter(ground_change::Column::Day.gt(on.0))
            .order_by_desc(ground_change::Column::Day)
            .order_by_desc(ground_change::Column::Seq)
            .all(&self.read)
            .await?;
        let then: HashMap<Uuid, String> =
            renamed.into_iter().filter_map(|c| Some((c.group_id, c.was?))).collect();
        let households: Vec<(Uuid, i64)> = rollup_group::Entity::find()
            .select_only()
            .columns([rollup_group::Column::GroupId, rollup_group::Column::HhTotal])
            .filter(rollup_group::Column::Ward.eq(ward))
            .into_tuple()
            .all(&self.read)
            .await?;
        let households: HashMap<Uuid, i64> = households.into_iter().collect();
        let alleys: Vec<(Uuid, i64)> = alley::Entity::find()
            .select_only()
            .column(alley::Column::GroupId)
            .column_as(alley::Column::Id.count(), "n")
            .filter(alley::Column::Ward.eq(ward))
            .group_by(alley::Column::GroupId)
            .into_tuple()
            .all(&self.read)
            .await?;
        let alleys: HashMap<Uuid, i64> = alleys.into_iter().collect();
        Ok(rows
            .into_iter()
            .filter(|g| {
                all || in_force(g.valid_from.map(Day), g.valid_to.map(Day), on)
                    && (g.merged_into.is_none() || g.valid_to.is_some())
            })
            .map(|g| GroupLine {
                id: GroupId(g.id),
                code: g.code,
                name: then.get(&g.id).cloned().unwrap_or(g.name),
                aliases: aliases.remove(&g.id).unwrap_or_default(),
                former_ward: g.former_ward,
                valid_from: g.valid_from.map(Day),
                valid_to: g.valid_to.map(Day),
                merged_into: g.merged_into.map(GroupId),
                households: households.get(&g.id).copied().unwrap_or_default(),
                alleys: alleys.get(&g.id).copied().unwrap_or_default(),
            })
            .collect())
    }

    /// What was done to the groups and alleys of a ward, the latest first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn ground_changes(&self, ward: &str) -> Result<Vec<GroundDeed>, StoreError> {
        let rows = ground_change::Entity::find()
            .filter(ground_change::Column::Ward.eq(ward))
            .order_by_desc(ground_change::Column::Seq)
            .limit(LISTED)
            .all(&self.read)
            .await?;
        let names = account_names(&self.read, rows.iter().map(|c| c.by_account)).await?;
        let groups = group_names(&self.read, ward).await?;
        let group = |id: Uuid| (GroupId(id), groups.get(&id).cloned().unwrap_or_default());
        let mut touched: BTreeSet<Uuid> = BTreeSet::new();
        Ok(rows
            .into_iter()
            .filter_map(|c| {
                let kind = GroundChange::from_code(&c.kind)?;
                let stands = kind.moves() && c.undone_at.is_none();
                let both = [Some(c.group_id), c.other_id];
                let free = both.iter().flatten().all(|id| !touched.contains(id));
                if stands {
                    touched.extend(both.into_iter().flatten());
                }
                Some(GroundDeed {
                    id: c.id,
                    seq: c.seq,
                    kind,
                    day: Day(c.day),
                    group: group(c.group_id),
                    other: c.other_id.map(group),
                    alley: c.alley_id.map(AlleyId),
                    was: c.was,
                    became: c.became,
                    reason: c.reason,
                    by: names.get(&c.by_account).cloned().unwrap_or_default(),
                    at: Millis(c.at),
                    undone_at: c.undone_at.map(Millis),
                    undoable: stands && free,
                })
            })
            .collect())
    }
}
