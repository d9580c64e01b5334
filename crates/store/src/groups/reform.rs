//! Merging groups, cutting them, and taking either back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use gocua_domain::ground::{GroundChange, HouseRange, RegisterChange};
use gocua_domain::id::{AlleyId, GroupId};
use gocua_domain::time::Day;

use super::{Change, Naming, Step, branch_of};
use crate::db::{Store, StoreError, chunks};
use crate::entity::{account, alley, assignment, ground_change, household, residential_group};
use crate::ledger::Act;
use crate::register::{refused, union};

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

/// What a merge or a cut moved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Moved {
    /// Alleys, each with the way it turned off before.
    #[serde(default)]
    alleys: BTreeMap<Uuid, Option<Uuid>>,
    /// Of a cut: alleys of the new group that stand for one that stayed.
    #[serde(default)]
    pub copies: BTreeMap<Uuid, Uuid>,
    /// Who looked after the group that went.
    #[serde(default)]
    accounts: Vec<Uuid>,
    /// The outline of the group that stayed, as it was.
    #[serde(default)]
    outline: Option<Value>,
}

/// What a change kept of what it moved.
pub(crate) fn moved(change: ground_change::Model) -> Option<Moved> {
    serde_json::from_value(change.moved?).ok()
}

impl Store {
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
        let step = self.step(ward, act).await?;
        let of = step.group(from).await?;
        let to = step.group(into).await?;
        if of.merged_into == Some(to.id) {
            return Ok(step.seq - 1);
        }
        if of.id == to.id {
            return refused("a group is no part of itself");
        }
        if of.merged_into.is_some() || to.merged_into.is_some() {
            return refused("a merged group cannot be merged again");
        }
        step.end(of.id, Some(to.id), Some(act.day())).await?;
        step.set_outline(to.id, union(to.boundary.clone(), of.boundary)).await?;
        let alleys = step.alleys_of(of.id).await?;
        let moved = Moved {
            alleys: alleys.iter().map(|a| (a.id, a.parent_id)).collect(),
            accounts: step.carry_accounts(None, of.id, to.id).await?,
            outline: to.boundary,
            ..Moved::default()
        };
        let alleys = alleys.iter().map(|a| a.id).collect();
        step.carry(RegisterChange::GroupMerged, &alleys, (of.id, to.id)).await?;
        step.write_down(Change::of(GroundChange::Merged, of.id).with(to.id, &moved)).await?;
        step.recount(&[from, into]).await?;
        self.done(step).await
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
        let step = self.step(ward, act).await?;
        let of = step.live(id).await?;
        let alleys: HashMap<Uuid, alley::Model> =
            step.alleys_of(of.id).await?.into_iter().map(|a| (a.id, a)).collect();
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
            .all(&step.tx)
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
        let new = step.found(&naming).await?;
        let mut plan =
            CutPlan { step: &step, new, alleys: &alleys, whole: &whole, copies: BTreeMap::new() };
        let mut moved = Moved::default();
        for id in &whole {
            let Some(row) = alleys.get(id) else { continue };
            moved.alleys.insert(*id, row.parent_id);
            let parent = match row.parent_id {
                Some(parent) => Some(plan.here(parent).await?),
                None => None,
            };
            step.set_parent(*id, parent).await?;
        }
        // Cut through: the houses that go stand in the alley's other half.
        let mut by_alley: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for h in going.iter().filter(|h| !whole.contains(&h.alley_id)) {
            by_alley.entry(h.alley_id).or_default().push(h.id);
        }
        for (alley, houses) in by_alley {
            let half = plan.copy(alley).await?;
            plan.copy_holders(alley, half).await?;
            step.put_in_alley(household::Column::Id.is_in(houses), half).await?;
            step.set_alleys([alley], []).await?;
        }
        moved.copies = plan.copies.iter().map(|(of, copy)| (*copy, *of)).collect();
        let all: BTreeSet<Uuid> =
            whole.iter().copied().chain(moved.copies.keys().copied()).collect();
        step.carry(RegisterChange::GroupSplit, &all, (of.id, new)).await?;
        let change = Change::of(GroundChange::Split, of.id).with(new, &moved);
        step.write_down(change.named(None, &cut.name)).await?;
        step.recount(&[id, GroupId(new)]).await?;
        Ok((GroupId(new), self.done(step).await?))
    }

    /// Takes a merge or a cut of groups back: every alley and household is where it was. What came to
    /// the moved alleys meanwhile goes along.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown change, [`StoreError::Conflict`] when it is none that can
    /// be taken back, was taken back, or a later one touched the same groups.
    pub async fn undo_ground(&self, ward: &str, id: Uuid, act: &Act) -> Result<i64, StoreError> {
        use ground_change::Column as C;
        let step = self.step(ward, act).await?;
        let change = ground_change::Entity::find_by_id(id)
            .one(&step.tx)
            .await?
            .filter(|c| c.ward == ward)
            .ok_or(StoreError::NotFound)?;
        let kind = GroundChange::from_code(&change.kind).filter(|kind| kind.moves());
        let (Some(kind), Some(other)) = (kind, change.other_id) else {
            return refused("nothing to take back");
        };
        if change.undone_at.is_some() {
            return Ok(step.seq - 1);
        }
        let both = [change.group_id, other];
        let moving = GroundChange::ALL.into_iter().filter(|k| k.moves()).map(GroundChange::code);
        let later = ground_change::Entity::find()
            .filter(C::Ward.eq(ward))
            .filter(C::Seq.gt(change.seq))
            .filter(C::UndoneAt.is_null())
            .filter(C::Kind.is_in(moving))
            .filter(Condition::any().add(C::GroupId.is_in(both)).add(C::OtherId.is_in(both)))
            .count(&step.tx)
            .await?;
        if later > 0 {
            return refused("a later change touched these groups");
        }
        let Some(moved) = moved(change) else { return refused("nothing kept of it") };
        match kind {
            GroundChange::Merged => step.unmerge(both, &moved).await?,
            _ => step.unsplit(both, &moved).await?,
        }
        ground_change::Entity::update_many()
            .col_expr(C::UndoneAt, Expr::value(act.at.0))
            .col_expr(C::UndoneBy, Expr::value(act.by.map(|by| by.0)))
            .filter(C::Id.eq(id))
            .exec(&step.tx)
            .await?;
        step.recount(&both.map(GroupId)).await?;
        self.done(step).await
    }
}

impl Step<'_> {
    /// Ends a group, its ways and names leading to another from a day on; without one, it is in force
    /// again.
    async fn end(
        &self,
        group: Uuid,
        into: Option<Uuid>,
        day: Option<Day>,
    ) -> Result<(), StoreError> {
        use residential_group::Column as C;
        let end = [(C::MergedInto, into.into()), (C::ValidTo, day.map(|day| day.0).into())];
        self.set_group(group, end).await
    }

    async fn set_outline(&self, group: Uuid, outline: Option<Value>) -> Result<(), StoreError> {
        self.set_group(group, [(residential_group::Column::Boundary, outline.into())]).await
    }

    async fn set_parent(&self, alley: Uuid, parent: Option<Uuid>) -> Result<(), StoreError> {
        self.set_alleys([alley], [(alley::Column::ParentId, parent.into())]).await
    }

    async fn put_in_alley(&self, which: Expr, alley: Uuid) -> Result<(), StoreError> {
        use household::Column as C;
        self.set_households(which, [(C::AlleyId, alley.into()), (C::Seq, self.seq.into())]).await
    }

    /// Whoever looked after one group looks after another: all of them, or these.
    async fn carry_accounts(
        &self,
        only: Option<&[Uuid]>,
        from: Uuid,
        to: Uuid,
    ) -> Result<Vec<Uuid>, StoreError> {
        use account::Column as C;
        let mut found = account::Entity::find()
            .select_only()
            .column(C::Id)
            .filter(C::Ward.eq(self.ward))
            .filter(C::GroupId.eq(from));
        if let Some(only) = only {
            found = found.filter(C::Id.is_in(only.iter().copied()));
        }
        let ids: Vec<Uuid> = found.into_tuple().all(&self.tx).await?;
        account::Entity::update_many()
            .col_expr(C::GroupId, Expr::value(to))
            .filter(C::Id.is_in(ids.iter().copied()))
            .exec(&self.tx)
            .await?;
        Ok(ids)
    }

    /// The reverse of a merge.
    async fn unmerge(&self, [of, into]: [Uuid; 2], moved: &Moved) -> Result<(), StoreError> {
        self.end(of, None, None).await?;
        self.set_outline(into, moved.outline.clone()).await?;
        self.carry_accounts(Some(&moved.accounts), into, of).await?;
        let ways = self.alleys_of(into).await?;
        let here: BTreeSet<Uuid> =
            ways.iter().map(|a| a.id).filter(|id| moved.alleys.contains_key(id)).collect();
        let all = branch_of(&here, &ways);
        self.carry(RegisterChange::GroupRestored, &all, (into, of)).await
    }

    /// The reverse of a cut. The new group was never in force.
    async fn unsplit(&self, [of, new]: [Uuid; 2], moved: &Moved) -> Result<(), StoreError> {
        let row = residential_group::Entity::find_by_id(new).one(&self.tx).await?;
        let first = row.and_then(|g| g.valid_from).map(Day);
        self.carry_accounts(None, new, of).await?;
        let ways = self.alleys_of(new).await?;
        let own: Vec<&alley::Model> =
            ways.iter().filter(|a| !moved.copies.contains_key(&a.id)).collect();
        for way in &own {
            // As it was; what was founded meanwhile turns off what the copy stood for.
            let parent = match moved.alleys.get(&way.id) {
                Some(parent) => *parent,
                None => way.parent_id.map(|p| moved.copies.get(&p).copied().unwrap_or(p)),
            };
            self.set_parent(way.id, parent).await?;
        }
        for (copy, original) in &moved.copies {
            self.put_in_alley(household::Column::AlleyId.eq(*copy), *original).await?;
        }
        // The copies stay where nobody looks, for the visits that were made there.
        let own = own.iter().map(|a| a.id).collect();
        let here = Condition::all().add(household::Column::GroupId.eq(new));
        self.carry_some(RegisterChange::GroupRestored, &own, here, (new, of)).await?;
        self.set_alleys(moved.copies.values().copied(), []).await?;
        assignment::Entity::update_many()
            .col_expr(assignment::Column::ToAt, Expr::value(self.act.at.0))
            .col_expr(assignment::Column::ToSeq, Expr::value(self.seq))
            .filter(assignment::Column::AlleyId.is_in(moved.copies.keys().copied()))
            .filter(assignment::Column::ToAt.is_null())
            .exec(&self.tx)
            .await?;
        self.end(new, Some(of), first).await
    }
}

/// A cut under way.
struct CutPlan<'a> {
    step: &'a Step<'a>,
    new: Uuid,
    /// Alleys of the group that is cut.
    alleys: &'a HashMap<Uuid, alley::Model>,
    /// Those that go along whole.
    whole: &'a BTreeSet<Uuid>,
    /// Alleys that stay, and what stands for them in the new group.
    copies: BTreeMap<Uuid, Uuid>,
}

impl CutPlan<'_> {
    /// Does the alley stay, so that a copy has to stand for it? One of another group needs none.
    fn stays(&self, way: Uuid) -> bool {
        !self.whole.contains(&way) && self.alleys.contains_key(&way)
    }

    /// The way that stands in the new group for one of the old: itself, or its copy.
    async fn here(&mut self, way: Uuid) -> Result<Uuid, StoreError> {
        if self.stays(way) { self.copy(way).await } else { Ok(way) }
    }

    /// A copy of an alley in the new group, with what leads to it.
    async fn copy(&mut self, of: Uuid) -> Result<Uuid, StoreError> {
        let mut trail = vec![of];
        while let Some(parent) =
            trail.last().and_then(|id| self.alleys.get(id)).and_then(|a| a.parent_id)
        {
            if !self.stays(parent) || trail.contains(&parent) {
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
                group_id: Set(self.new),
                parent_id: Set(parent),
                seq: Set(self.step.seq),
                ..row.clone().into()
            };
            alley::Entity::insert(new).exec_without_returning(&self.step.tx).await?;
            self.copies.insert(id, copy);
        }
        self.copies.get(&of).copied().ok_or(StoreError::NotFound)
    }

    /// Whoever held an alley, then and now, holds its other half as well: nobody's work is out of reach
    /// for a cut on paper.
    async fn copy_holders(&self, of: Uuid, copy: Uuid) -> Result<(), StoreError> {
        let (tx, seq) = (&self.step.tx, self.step.seq);
        let held =
            assignment::Entity::find().filter(assignment::Column::AlleyId.eq(of)).all(tx).await?;
        let rows: Vec<_> = held
            .into_iter()
            .map(|a| assignment::ActiveModel {
                id: Set(Uuid::now_v7()),
                alley_id: Set(copy),
                from_seq: Set(seq),
                to_seq: Set(a.to_seq.map(|_| seq)),
                ..a.into()
            })
            .collect();
        for rows in chunks(rows, 9) {
            assignment::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        Ok(())
    }
}
