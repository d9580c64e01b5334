//! Residential groups and alleys over time: founded, named, merged, cut, and put back as they were.
//!
//! What carries the history is `ground_change`: each merge and each cut keeps what it moved, so that it
//! can be taken back exactly as long as no later one touched the same groups. Visits stay where their
//! households are: coverage always counts under the groups in force now.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use gocua_domain::desk::{rekey, renumber};
use gocua_domain::ground::{
    GroundChange, HouseRange, RegisterChange, group_key, in_force, way_name,
};
use gocua_domain::id::{AlleyId, GroupId, HouseholdId};
use gocua_domain::search::search_key;
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError, chunks, lock_ward};
use crate::entity::{
    account, alley, assignment, ground_change, group_alias, household, residential_group,
    rollup_group,
};
use crate::ledger::{self, Act, Line, crossing};
use crate::names::{account_names, group_names};
use crate::register::{entry, refused, waits};
use crate::rollup;

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

/// The names of a group.
#[derive(Clone, Debug)]
pub struct Naming {
    /// What it is called.
    pub name: String,
    /// Other names it is known by.
    pub aliases: Vec<String>,
    /// The ward it belonged to before.
    pub former_ward: Option<String>,
}

/// A group to be cut out of another.
#[derive(Clone, Debug)]
pub struct Cut {
    /// What the new group is called.
    pub name: String,
    /// Alleys that go along whole.
    pub alleys: Vec<AlleyId>,
    /// Houses of other alleys that go along.
    pub ranges: Vec<HouseRange>,
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

/// What a merge or a cut moved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Moved {
    /// Alleys, each with the way it turned off before.
    #[serde(default)]
    alleys: BTreeMap<Uuid, Option<Uuid>>,
    /// Of a cut: alleys of the new group that stand for one that stayed.
    #[serde(default)]
    copies: BTreeMap<Uuid, Uuid>,
    /// Who looked after the group that went.
    #[serde(default)]
    accounts: Vec<Uuid>,
    /// The outline of the group that stayed, as it was.
    #[serde(default)]
    outline: Option<Value>,
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

    /// Founds a residential group without alleys.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a group in force is called so.
    pub async fn found_group(
        &self,
        ward: &str,
        naming: &Naming,
        act: &Act,
    ) -> Result<(GroupId, i64), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let id = found(&tx, ward, naming, act, seq).await?;
        let change = Change::of(GroundChange::Founded, id).named(None, &naming.name);
        write_down(&tx, ward, seq, change, act).await?;
        Ok((GroupId(id), self.close(tx, ward, seq).await?))
    }

    /// Sets what a group is called, its other names, and the ward it came from. A name it had stays as
    /// an alias: lists that still use it find their way.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not in the ward, [`StoreError::Conflict`] when it has ended or
    /// another group in force is called so.
    pub async fn name_group(
        &self,
        ward: &str,
        id: GroupId,
        naming: &Naming,
        act: &Act,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let of = live(&tx, ward, id).await?;
        free_name(&tx, ward, &naming.name, Some(of.id)).await?;
        residential_group::Entity::update_many()
            .col_expr(residential_group::Column::Name, Expr::value(naming.name.clone()))
            .col_expr(residential_group::Column::SearchKey, Expr::value(search_key(&naming.name)))
            .col_expr(
                residential_group::Column::FormerWard,
                Expr::value(naming.former_ward.clone()),
            )
            .col_expr(residential_group::Column::Seq, Expr::value(seq))
            .filter(residential_group::Column::Id.eq(of.id))
            .exec(&tx)
            .await?;
        let renamed = of.name != naming.name;
        let old = renamed.then(|| of.name.clone());
        write_aliases(&tx, ward, of.id, naming, old.as_ref()).await?;
        if let Some(old) = old {
            let change = Change::of(GroundChange::Renamed, of.id).named(Some(old), &naming.name);
            write_down(&tx, ward, seq, change, act).await?;
        }
        self.close(tx, ward, seq).await
    }

    /// Makes one residential group part of another: its alleys, households, outline and whoever looks
    /// after it go along, and its names lead to the other one. Visits keep the group they were made in.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is not in the ward, [`StoreError::Conflict`] when one
    /// has ended already or both are the same.
    pub async fn merge_groups(
        &self,
        ward: &str,
        from: GroupId,
        into: GroupId,
        act: &Act,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let of = group(&tx, ward, from).await?;
        let to = group(&tx, ward, into).await?;
        if of.merged_into == Some(to.id) {
            return Ok(seq - 1);
        }
        if of.id == to.id {
            return refused("a group is no part of itself");
        }
        if of.merged_into.is_some() || to.merged_into.is_some() {
            return refused("a merged group cannot be merged again");
        }
        end(&tx, of.id, to.id, act.day(), seq).await?;
        let outline = crate::register::union(to.boundary.clone(), of.boundary);
        set_outline(&tx, to.id, outline, seq).await?;
        let alleys = alleys_of(&tx, of.id).await?;
        let moved = Moved {
            alleys: alleys.iter().map(|a| (a.id, a.parent_id)).collect(),
            accounts: carry_accounts(&tx, ward, None, of.id, to.id).await?,
            outline: to.boundary,
            ..Moved::default()
        };
        let alleys = alleys.iter().map(|a| a.id).collect();
        carry(&tx, ward, (RegisterChange::GroupMerged, act), &alleys, of.id, to.id, seq).await?;
        let change = Change::of(GroundChange::Merged, of.id).with(to.id, &moved);
        write_down(&tx, ward, seq, change, act).await?;
        rollup::recount_groups(&tx, ward, &[from, into], seq).await?;
        self.close(tx, ward, seq).await
    }

    /// Cuts a new residential group out of another: whole alleys, and houses of an alley that is cut
    /// through. What leads to them, and the alley that is cut, stands in both groups afterwards.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the group or one of the alleys is not in it,
    /// [`StoreError::Conflict`] when it has ended, a group in force is called so, no house would go along,
    /// or none would stay.
    pub async fn split_group(
        &self,
        ward: &str,
        id: GroupId,
        cut: &Cut,
        act: &Act,
    ) -> Result<(GroupId, i64), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let of = live(&tx, ward, id).await?;
        let alleys: HashMap<Uuid, alley::Model> =
            alleys_of(&tx, of.id).await?.into_iter().map(|a| (a.id, a)).collect();
        let whole: BTreeSet<Uuid> = cut.alleys.iter().map(|a| a.0).collect();
        let ranged = || cut.ranges.iter().map(|range| range.alley.0);
        if !whole.iter().copied().chain(ranged()).all(|id| alleys.contains_key(&id)) {
            return Err(StoreError::NotFound);
        }
        if ranged().any(|id| whole.contains(&id)) {
            return refused("an alley goes along whole or cut, not both");
        }
        let rows = household::Entity::find()
            .filter(household::Column::Ward.eq(ward))
            .filter(household::Column::GroupId.eq(of.id))
            .all(&tx)
            .await?;
        let goes = |h: &&household::Model| {
            whole.contains(&h.alley_id)
                || cut.ranges.iter().any(|r| r.alley.0 == h.alley_id && r.holds(&h.house_no))
        };
        let (going, staying): (Vec<_>, Vec<_>) = rows.iter().partition(goes);
        if going.is_empty() || staying.is_empty() {
            return refused("somebody goes and somebody stays");
        }
        let naming =
            Naming { name: cut.name.clone(), aliases: Vec::new(), former_ward: of.former_ward };
        let new = found(&tx, ward, &naming, act, seq).await?;
        let mut plan =
            CutPlan { ward, new, seq, alleys: &alleys, whole: &whole, copies: BTreeMap::new() };
        let mut moved = Moved::default();
        for id in &whole {
            let Some(row) = alleys.get(id) else { continue };
            moved.alleys.insert(*id, row.parent_id);
            let parent = match row.parent_id {
                Some(parent) => plan.here(&tx, parent).await?,
                None => None,
            };
            set_parent(&tx, *id, parent, seq).await?;
        }
        // Cut through: the houses that go stand in the alley's other half.
        let mut by_alley: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for h in going.iter().filter(|h| !whole.contains(&h.alley_id)) {
            by_alley.entry(h.alley_id).or_default().push(h.id);
        }
        for (alley, houses) in &by_alley {
            let half = plan.copy(&tx, *alley, true).await?;
            put_in_alley(&tx, houses, half, of.id, seq).await?;
            touch_alleys(&tx, [*alley], seq).await?;
        }
        moved.copies = plan.copies.iter().map(|(of, copy)| (*copy, *of)).collect();
        let all: BTreeSet<Uuid> =
            whole.iter().copied().chain(moved.copies.keys().copied()).collect();
        carry(&tx, ward, (RegisterChange::GroupSplit, act), &all, of.id, new, seq).await?;
        let change =
            Change::of(GroundChange::Split, of.id).with(new, &moved).named(None, &cut.name);
        write_down(&tx, ward, seq, change, act).await?;
        rollup::recount_groups(&tx, ward, &[id, GroupId(new)], seq).await?;
        Ok((GroupId(new), self.close(tx, ward, seq).await?))
    }

    /// Takes a merge or a cut of groups back: every alley and household is where it was. What came to
    /// the moved alleys meanwhile goes along.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown change, [`StoreError::Conflict`] when it is none that can
    /// be taken back, was taken back, or a later one touched the same groups.
    pub async fn undo_ground(&self, ward: &str, id: Uuid, act: &Act) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let change = ground_change::Entity::find_by_id(id)
            .one(&tx)
            .await?
            .filter(|c| c.ward == ward)
            .ok_or(StoreError::NotFound)?;
        let kind = GroundChange::from_code(&change.kind).filter(|kind| kind.moves());
        let (Some(kind), Some(other)) = (kind, change.other_id) else {
            return refused("nothing to take back");
        };
        if change.undone_at.is_some() {
            return Ok(seq - 1);
        }
        let both = [change.group_id, other];
        let moving = GroundChange::ALL.into_iter().filter(|k| k.moves()).map(GroundChange::code);
        let later = ground_change::Entity::find()
            .filter(ground_change::Column::Ward.eq(ward))
            .filter(ground_change::Column::Seq.gt(change.seq))
            .filter(ground_change::Column::UndoneAt.is_null())
            .filter(ground_change::Column::Kind.is_in(moving))
            .filter(
                Condition::any()
                    .add(ground_change::Column::GroupId.is_in(both))
                    .add(ground_change::Column::OtherId.is_in(both)),
            )
            .count(&tx)
            .await?;
        if later > 0 {
            return refused("a later change touched these groups");
        }
        let moved: Moved = serde_json::from_value(change.moved.unwrap_or_default())
            .map_err(|_| StoreError::Conflict("nothing kept of it".to_owned()))?;
        match kind {
            GroundChange::Merged => {
                unmerge(&tx, ward, (change.group_id, other), &moved, act, seq).await?;
            }
            _ => unsplit(&tx, ward, (change.group_id, other), &moved, act, seq).await?,
        }
        ground_change::Entity::update_many()
            .col_expr(ground_change::Column::UndoneAt, Expr::value(act.at.0))
            .col_expr(ground_change::Column::UndoneBy, Expr::value(act.by.map(|by| by.0)))
            .filter(ground_change::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        rollup::recount_groups(&tx, ward, &both.map(GroupId), seq).await?;
        self.close(tx, ward, seq).await
    }

    /// Sets what an alley is called: households on it and on what turns off it are found by the new
    /// name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not in the ward.
    pub async fn name_alley(
        &self,
        ward: &str,
        id: AlleyId,
        name: &str,
        act: &Act,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let of = alley_in(&tx, ward, id).await?;
        if of.name == name {
            return Ok(seq - 1);
        }
        alley::Entity::update_many()
            .col_expr(alley::Column::Name, Expr::value(name))
            .col_expr(alley::Column::Seq, Expr::value(seq))
            .filter(alley::Column::Id.eq(of.id))
            .exec(&tx)
            .await?;
        let ways = alleys_of(&tx, of.group_id).await?;
        let below = branch_of(&[of.id].into(), &ways);
        reword(&tx, &below, &way_name(&of.name), &way_name(name)).await?;
        let mut change =
            Change::of(GroundChange::AlleyRenamed, of.group_id).named(Some(of.name), name);
        change.alley = Some(of.id);
        write_down(&tx, ward, seq, change, act).await?;
        self.close(tx, ward, seq).await
    }

    /// Moves a household to another alley, and with it to that alley's group.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is not in the ward, [`StoreError::Conflict`] for a
    /// merged or removed household.
    pub async fn move_household(
        &self,
        ward: &str,
        id: HouseholdId,
        to: AlleyId,
        act: &Act,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let of = entry(&tx, ward, id).await?;
        let way = alley_in(&tx, ward, to).await?;
        let from = alley_in(&tx, ward, AlleyId(of.alley_id)).await?;
        if of.alley_id == way.id {
            return Ok(seq - 1);
        }
        if of.merged_into.is_some() || of.deleted_at.is_some() {
            return refused("a merged or removed household cannot be moved");
        }
        // Its place along the alley follows the neighbours', which know the ways that lead there.
        let neighbour = household::Entity::find()
            .filter(household::Column::AlleyId.eq(way.id))
            .filter(household::Column::HouseNo.ne(""))
            .order_by_asc(household::Column::Sort)
            .one(&tx)
            .await?;
        let sort = match neighbour.filter(|_| !of.house_no.is_empty()) {
            Some(n) => renumber(&n.house_no, &n.sort, &of.house_no).0,
            None => of.sort.clone(),
        };
        let key = rekey(&of.search_key, &way_name(&from.name), &way_name(&way.name));
        household::Entity::update_many()
            .col_expr(household::Column::AlleyId, Expr::value(way.id))
            .col_expr(household::Column::GroupId, Expr::value(way.group_id))
            .col_expr(household::Column::Sort, Expr::value(sort))
            .col_expr(household::Column::SearchKey, Expr::value(key))
            .col_expr(household::Column::Seq, Expr::value(seq))
            .filter(household::Column::Id.eq(of.id))
            .exec(&tx)
            .await?;
        // Whoever holds the alley it left is told by getting that alley again, without it.
        touch_alleys(&tx, [from.id, way.id], seq).await?;
        let said = format!("{} → {}", from.name, way.name);
        let mut lines = if of.group_id == way.group_id || !of.active {
            vec![Line::new(of.id, way.group_id, 0)]
        } else {
            crossing([of.id], of.group_id, way.group_id)
        };
        for line in &mut lines {
            line.note = Some(said.clone());
        }
        ledger::note(&tx, ward, seq, RegisterChange::Moved, act, lines).await?;
        let groups: BTreeSet<GroupId> = [GroupId(of.group_id), GroupId(way.group_id)].into();
        let groups: Vec<GroupId> = groups.into_iter().collect();
        if !waits(&of) || groups.len() > 1 {
            rollup::recount_groups(&tx, ward, &groups, seq).await?;
        }
        self.close(tx, ward, seq).await
    }
}

/// A change to be written down.
struct Change {
    kind: GroundChange,
    group: Uuid,
    other: Option<Uuid>,
    alley: Option<Uuid>,
    was: Option<String>,
    became: Option<String>,
    moved: Option<Value>,
}

impl Change {
    fn of(kind: GroundChange, group: Uuid) -> Self {
        Self { kind, group, other: None, alley: None, was: None, became: None, moved: None }
    }

    fn named(mut self, was: Option<String>, became: &str) -> Self {
        self.was = was;
        self.became = Some(became.to_owned());
        self
    }

    fn with(mut self, other: Uuid, moved: &Moved) -> Self {
        self.other = Some(other);
        self.moved = Some(json!(moved));
        self
    }
}

async fn write_down(
    tx: &DatabaseTransaction,
    ward: &str,
    seq: i64,
    change: Change,
    act: &Act,
) -> Result<(), StoreError> {
    let row = ground_change::ActiveModel {
        id: Set(Uuid::now_v7()),
        ward: Set(ward.to_owned()),
        seq: Set(seq),
        kind: Set(change.kind.code().to_owned()),
        day: Set(act.day().0),
        group_id: Set(change.group),
        other_id: Set(change.other),
        alley_id: Set(change.alley),
        was: Set(change.was),
        became: Set(change.became),
        moved: Set(change.moved),
        reason: Set(act.reason.clone().unwrap_or_default()),
        by_account: Set(act.by.map(|by| by.0).unwrap_or_default()),
        at: Set(act.at.0),
        undone_by: Set(None),
        undone_at: Set(None),
    };
    ground_change::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// A group of the ward.
async fn group(
    tx: &DatabaseTransaction,
    ward: &str,
    id: GroupId,
) -> Result<residential_group::Model, StoreError> {
    let found = residential_group::Entity::find_by_id(id.0).one(tx).await?;
    found.filter(|g| g.ward == ward).ok_or(StoreError::NotFound)
}

/// A group of the ward that is in force.
async fn live(
    tx: &DatabaseTransaction,
    ward: &str,
    id: GroupId,
) -> Result<residential_group::Model, StoreError> {
    let of = group(tx, ward, id).await?;
    if of.merged_into.is_some() { refused("the group has ended") } else { Ok(of) }
}

async fn alley_in(
    tx: &DatabaseTransaction,
    ward: &str,
    id: AlleyId,
) -> Result<alley::Model, StoreError> {
    let found = alley::Entity::find_by_id(id.0).one(tx).await?;
    found.filter(|a| a.ward == ward).ok_or(StoreError::NotFound)
}

async fn alleys_of(tx: &DatabaseTransaction, group: Uuid) -> Result<Vec<alley::Model>, StoreError> {
    Ok(alley::Entity::find().filter(alley::Column::GroupId.eq(group)).all(tx).await?)
}

/// Two groups in force are never called alike.
async fn free_name(
    tx: &DatabaseTransaction,
    ward: &str,
    name: &str,
    own: Option<Uuid>,
) -> Result<(), StoreError> {
    let rows: Vec<(Uuid, String)> = residential_group::Entity::find()
        .select_only()
        .columns([residential_group::Column::Id, residential_group::Column::Name])
        .filter(residential_group::Column::Ward.eq(ward))
        .filter(residential_group::Column::MergedInto.is_null())
        .into_tuple()
        .all(tx)
        .await?;
    let key = group_key(name);
    if rows.iter().any(|(id, other)| Some(*id) != own && group_key(other) == key) {
        return refused("another group is called so");
    }
    Ok(())
}

async fn found(
    tx: &DatabaseTransaction,
    ward: &str,
    naming: &Naming,
    act: &Act,
    seq: i64,
) -> Result<Uuid, StoreError> {
    free_name(tx, ward, &naming.name, None).await?;
    let rows: Vec<(String, i32)> = residential_group::Entity::find()
        .select_only()
        .columns([residential_group::Column::Code, residential_group::Column::Position])
        .filter(residential_group::Column::Ward.eq(ward))
        .into_tuple()
        .all(tx)
        .await?;
    let short = group_key(&naming.name).replace([' ', '/'], "").to_uppercase();
    let taken = |code: &str| rows.iter().any(|(known, _)| known == code);
    let code = std::iter::once(short.clone())
        .chain((2..).map(|n| format!("{short}{n}")))
        .find(|code| !taken(code))
        .unwrap_or(short);
    let id = Uuid::now_v7();
    let row = residential_group::ActiveModel {
        id: Set(id),
        ward: Set(ward.to_owned()),
        code: Set(code),
        name: Set(naming.name.clone()),
        search_key: Set(search_key(&naming.name)),
        position: Set(rows.iter().map(|(_, at)| *at).max().unwrap_or_default() + 1),
        boundary: Set(None),
        label_lon: Set(None),
        label_lat: Set(None),
        seq: Set(seq),
        merged_into: Set(None),
        valid_from: Set(Some(act.day().0)),
        valid_to: Set(None),
        former_ward: Set(naming.former_ward.clone()),
        boundary_source: Set(None),
        boundary_at: Set(None),
    };
    residential_group::Entity::insert(row).exec_without_returning(tx).await?;
    write_aliases(tx, ward, id, naming, None).await?;
    Ok(id)
}

async fn write_aliases(
    tx: &DatabaseTransaction,
    ward: &str,
    group: Uuid,
    naming: &Naming,
    old: Option<&String>,
) -> Result<(), StoreError> {
    group_alias::Entity::delete_many()
        .filter(group_alias::Column::GroupId.eq(group))
        .exec(tx)
        .await?;
    let own = group_key(&naming.name);
    let rows: BTreeMap<String, &String> = naming
        .aliases
        .iter()
        .chain(old)
        .map(|name| (group_key(name), name))
        .filter(|(key, _)| !key.is_empty() && *key != own)
        .collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(key, name)| group_alias::ActiveModel {
            group_id: Set(group),
            search_key: Set(key),
            ward: Set(ward.to_owned()),
            name: Set(name.clone()),
        })
        .collect();
    for rows in chunks(rows, 4) {
        group_alias::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Ends a group, its ways and names leading to another from a day on; without one, it is in force again.
async fn end(
    tx: &DatabaseTransaction,
    group: Uuid,
    into: impl Into<Option<Uuid>>,
    day: impl Into<Option<Day>>,
    seq: i64,
) -> Result<(), StoreError> {
    let (into, day) = (into.into(), day.into());
    residential_group::Entity::update_many()
        .col_expr(residential_group::Column::MergedInto, Expr::value(into))
        .col_expr(residential_group::Column::ValidTo, Expr::value(day.map(|day| day.0)))
        .col_expr(residential_group::Column::Seq, Expr::value(seq))
        .filter(residential_group::Column::Id.eq(group))
        .exec(tx)
        .await?;
    Ok(())
}

async fn set_outline(
    tx: &DatabaseTransaction,
    group: Uuid,
    outline: Option<Value>,
    seq: i64,
) -> Result<(), StoreError> {
    residential_group::Entity::update_many()
        .col_expr(residential_group::Column::Boundary, Expr::value(outline))
        .col_expr(residential_group::Column::Seq, Expr::value(seq))
        .filter(residential_group::Column::Id.eq(group))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whoever looked after one group looks after another: all of them, or these.
async fn carry_accounts(
    tx: &DatabaseTransaction,
    ward: &str,
    only: Option<&[Uuid]>,
    from: Uuid,
    to: Uuid,
) -> Result<Vec<Uuid>, StoreError> {
    let mut found = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Ward.eq(ward))
        .filter(account::Column::GroupId.eq(from));
    if let Some(only) = only {
        found = found.filter(account::Column::Id.is_in(only.iter().copied()));
    }
    let ids: Vec<Uuid> = found.into_tuple().all(tx).await?;
    account::Entity::update_many()
        .col_expr(account::Column::GroupId, Expr::value(to))
        .filter(account::Column::Id.is_in(ids.iter().copied()))
        .exec(tx)
        .await?;
    Ok(ids)
}

/// Carries alleys with all their households from one group to another.
async fn carry(
    tx: &DatabaseTransaction,
    ward: &str,
    what: (RegisterChange, &Act),
    alleys: &BTreeSet<Uuid>,
    from: Uuid,
    to: Uuid,
    seq: i64,
) -> Result<(), StoreError> {
    let here = household::Column::AlleyId.is_in(alleys.iter().copied());
    carry_some(tx, ward, what, (alleys, Condition::all().add(here)), (from, to), seq).await
}

/// Carries alleys from one group to another, and all households of the group along.
async fn carry_group(
    tx: &DatabaseTransaction,
    ward: &str,
    what: (RegisterChange, &Act),
    alleys: &BTreeSet<Uuid>,
    from: Uuid,
    to: Uuid,
    seq: i64,
) -> Result<(), StoreError> {
    let here = household::Column::GroupId.eq(from);
    carry_some(tx, ward, what, (alleys, Condition::all().add(here)), (from, to), seq).await
}

/// With the alleys' numbers every phone gets them again, with their new group.
async fn carry_some(
    tx: &DatabaseTransaction,
    ward: &str,
    (what, act): (RegisterChange, &Act),
    (alleys, households): (&BTreeSet<Uuid>, Condition),
    (from, to): (Uuid, Uuid),
    seq: i64,
) -> Result<(), StoreError> {
    alley::Entity::update_many()
        .col_expr(alley::Column::GroupId, Expr::value(to))
        .col_expr(alley::Column::Seq, Expr::value(seq))
        .filter(alley::Column::Id.is_in(alleys.iter().copied()))
        .exec(tx)
        .await?;
    let counted: Vec<Uuid> = household::Entity::find()
        .select_only()
        .column(household::Column::Id)
        .filter(household::Column::Ward.eq(ward))
        .filter(households.clone())
        .filter(household::Column::Active.eq(true))
        .into_tuple()
        .all(tx)
        .await?;
    ledger::note(tx, ward, seq, what, act, crossing(counted, from, to)).await?;
    household::Entity::update_many()
        .col_expr(household::Column::GroupId, Expr::value(to))
        .filter(household::Column::Ward.eq(ward))
        .filter(households)
        .exec(tx)
        .await?;
    Ok(())
}

async fn set_parent(
    tx: &DatabaseTransaction,
    alley: Uuid,
    parent: Option<Uuid>,
    seq: i64,
) -> Result<(), StoreError> {
    alley::Entity::update_many()
        .col_expr(alley::Column::ParentId, Expr::value(parent))
        .col_expr(alley::Column::Seq, Expr::value(seq))
        .filter(alley::Column::Id.eq(alley))
        .exec(tx)
        .await?;
    Ok(())
}

/// Phones that hold these alleys get them again, whole.
async fn touch_alleys(
    tx: &DatabaseTransaction,
    alleys: impl IntoIterator<Item = Uuid>,
    seq: i64,
) -> Result<(), StoreError> {
    alley::Entity::update_many()
        .col_expr(alley::Column::Seq, Expr::value(seq))
        .filter(alley::Column::Id.is_in(alleys))
        .exec(tx)
        .await?;
    Ok(())
}

async fn put_in_alley(
    tx: &DatabaseTransaction,
    houses: &[Uuid],
    alley: Uuid,
    group: Uuid,
    seq: i64,
) -> Result<(), StoreError> {
    household::Entity::update_many()
        .col_expr(household::Column::AlleyId, Expr::value(alley))
        .col_expr(household::Column::GroupId, Expr::value(group))
        .col_expr(household::Column::Seq, Expr::value(seq))
        .filter(household::Column::Id.is_in(houses.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

/// These alleys with everything that turns off them.
fn branch_of(roots: &BTreeSet<Uuid>, ways: &[alley::Model]) -> BTreeSet<Uuid> {
    let mut all = roots.clone();
    loop {
        let before = all.len();
        for way in ways {
            if way.parent_id.is_some_and(|parent| all.contains(&parent)) {
                all.insert(way.id);
            }
        }
        if all.len() == before {
            return all;
        }
    }
}

/// Households on these alleys are found by another word.
async fn reword(
    tx: &DatabaseTransaction,
    alleys: &BTreeSet<Uuid>,
    old: &str,
    new: &str,
) -> Result<(), StoreError> {
    let rows: Vec<(Uuid, String)> = household::Entity::find()
        .select_only()
        .columns([household::Column::Id, household::Column::SearchKey])
        .filter(household::Column::AlleyId.is_in(alleys.iter().copied()))
        .into_tuple()
        .all(tx)
        .await?;
    for (id, key) in rows {
        household::Entity::update_many()
            .col_expr(household::Column::SearchKey, Expr::value(rekey(&key, old, new)))
            .filter(household::Column::Id.eq(id))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// A cut under way.
struct CutPlan<'a> {
    ward: &'a str,
    new: Uuid,
    seq: i64,
    /// Alleys of the group that is cut.
    alleys: &'a HashMap<Uuid, alley::Model>,
    /// Those that go along whole.
    whole: &'a BTreeSet<Uuid>,
    /// Alleys that stay, and what stands for them in the new group.
    copies: BTreeMap<Uuid, Uuid>,
}

impl CutPlan<'_> {
    /// The way that stands in the new group for one of the old: itself, or its copy.
    async fn here(
        &mut self,
        tx: &DatabaseTransaction,
        way: Uuid,
    ) -> Result<Option<Uuid>, StoreError> {
        if self.whole.contains(&way) {
            return Ok(Some(way));
        }
        if !self.alleys.contains_key(&way) {
            // It lay in another group already.
            return Ok(Some(way));
        }
        self.copy(tx, way, false).await.map(Some)
    }

    /// A copy of an alley in the new group, with what leads to it; `held` by whoever holds the alley,
    /// so that nobody's work is out of reach for a cut on paper.
    async fn copy(
        &mut self,
        tx: &DatabaseTransaction,
        of: Uuid,
        held: bool,
    ) -> Result<Uuid, StoreError> {
        let mut trail = vec![of];
        while let Some(parent) =
            trail.last().and_then(|id| self.alleys.get(id)).and_then(|a| a.parent_id)
        {
            if self.whole.contains(&parent)
                || !self.alleys.contains_key(&parent)
                || trail.contains(&parent)
            {
                break;
            }
            trail.push(parent);
        }
        for id in trail.into_iter().rev() {
            if self.copies.contains_key(&id) {
                continue;
            }
            let Some(row) = self.alleys.get(&id) else { continue };
            let parent = row.parent_id.map(|p| self.copies.get(&p).copied().unwrap_or(p));
            let copy = Uuid::now_v7();
            let new = alley::ActiveModel {
                id: Set(copy),
                ward: Set(self.ward.to_owned()),
                group_id: Set(self.new),
                parent_id: Set(parent),
                kind: Set(row.kind.clone()),
                name: Set(row.name.clone()),
                mouth: Set(row.mouth.clone()),
                sort: Set(row.sort.clone()),
                seq: Set(self.seq),
            };
            alley::Entity::insert(new).exec_without_returning(tx).await?;
            self.copies.insert(id, copy);
        }
        let copy = self.copies.get(&of).copied().ok_or(StoreError::NotFound)?;
        if held {
            copy_holders(tx, of, copy, self.seq).await?;
        }
        Ok(copy)
    }
}

/// Whoever held an alley, then and now, holds its other half as well.
async fn copy_holders(
    tx: &DatabaseTransaction,
    of: Uuid,
    copy: Uuid,
    seq: i64,
) -> Result<(), StoreError> {
    let held =
        assignment::Entity::find().filter(assignment::Column::AlleyId.eq(of)).all(tx).await?;
    let rows: Vec<_> = held
        .into_iter()
        .map(|a| assignment::ActiveModel {
            id: Set(Uuid::now_v7()),
            ward: Set(a.ward),
            alley_id: Set(copy),
            team_id: Set(a.team_id),
            from_at: Set(a.from_at),
            from_seq: Set(seq),
            to_at: Set(a.to_at),
            to_seq: Set(a.to_seq.map(|_| seq)),
            by_account: Set(a.by_account),
        })
        .collect();
    for rows in chunks(rows, 9) {
        assignment::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The reverse of a merge.
async fn unmerge(
    tx: &DatabaseTransaction,
    ward: &str,
    (of, into): (Uuid, Uuid),
    moved: &Moved,
    act: &Act,
    seq: i64,
) -> Result<(), StoreError> {
    end(tx, of, None, None, seq).await?;
    set_outline(tx, into, moved.outline.clone(), seq).await?;
    carry_accounts(tx, ward, Some(&moved.accounts), into, of).await?;
    let ways = alleys_of(tx, into).await?;
    let here: BTreeSet<Uuid> =
        ways.iter().map(|a| a.id).filter(|id| moved.alleys.contains_key(id)).collect();
    let all = branch_of(&here, &ways);
    carry(tx, ward, (RegisterChange::GroupRestored, act), &all, into, of, seq).await
}

/// The reverse of a cut. The new group was never in force.
async fn unsplit(
    tx: &DatabaseTransaction,
    ward: &str,
    (of, new): (Uuid, Uuid),
    moved: &Moved,
    act: &Act,
    seq: i64,
) -> Result<(), StoreError> {
    let row = residential_group::Entity::find_by_id(new).one(tx).await?;
    let first = row.and_then(|g| g.valid_from).map(Day);
    carry_accounts(tx, ward, None, new, of).await?;
    let ways = alleys_of(tx, new).await?;
    let own: Vec<&alley::Model> =
        ways.iter().filter(|a| !moved.copies.contains_key(&a.id)).collect();
    for way in &own {
        // As it was; what was founded meanwhile turns off what the copy stood for.
        let parent = match moved.alleys.get(&way.id) {
            Some(parent) => *parent,
            None => way.parent_id.map(|p| moved.copies.get(&p).copied().unwrap_or(p)),
        };
        set_parent(tx, way.id, parent, seq).await?;
    }
    for (copy, original) in &moved.copies {
        household::Entity::update_many()
            .col_expr(household::Column::AlleyId, Expr::value(*original))
            .col_expr(household::Column::Seq, Expr::value(seq))
            .filter(household::Column::AlleyId.eq(*copy))
            .exec(tx)
            .await?;
    }
    // The copies stay where nobody looks, for the visits that were made there.
    let own = own.iter().map(|a| a.id).collect();
    carry_group(tx, ward, (RegisterChange::GroupRestored, act), &own, new, of, seq).await?;
    touch_alleys(tx, moved.copies.values().copied(), seq).await?;
    let copies = || moved.copies.keys().copied();
    assignment::Entity::update_many()
        .col_expr(assignment::Column::ToAt, Expr::value(act.at.0))
        .col_expr(assignment::Column::ToSeq, Expr::value(seq))
        .filter(assignment::Column::AlleyId.is_in(copies()))
        .filter(assignment::Column::ToAt.is_null())
        .exec(tx)
        .await?;
    end(tx, new, of, first, seq).await
}

/// The name of a way, and how its number is written at its mouth.
pub(crate) type Way = (AlleyKind, String, Option<String>, Option<Uuid>);

/// All ways of a ward, by id.
pub(crate) async fn ways(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<HashMap<Uuid, Way>, StoreError> {
    let rows = alley::Entity::find().filter(alley::Column::Ward.eq(ward)).all(db).await?;
    Ok(rows
        .into_iter()
        .filter_map(|a| {
            Some((a.id, (AlleyKind::from_code(&a.kind)?, a.name, a.mouth, a.parent_id)))
        })
        .collect())
}
