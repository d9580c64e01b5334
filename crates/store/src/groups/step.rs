//! One change of the ground under way: what is the same in all of them.

use std::collections::BTreeSet;

use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Set, Value,
};
use serde_json::json;
use uuid::Uuid;

use gocua_domain::ground::{GroundChange, RegisterChange};
use gocua_domain::id::{AlleyId, GroupId};

use super::Moved;
use crate::db::{Store, StoreError, lock_ward};
use crate::entity::{alley, ground_change, household, residential_group};
use crate::ledger::{self, Act, crossing};
use crate::register::refused;
use crate::rollup;

/// A transaction that holds the ward's lock, with the number the change will have.
pub(crate) struct Step<'a> {
    pub tx: DatabaseTransaction,
    pub ward: &'a str,
    pub act: &'a Act,
    pub seq: i64,
}

/// A change to be written down.
pub(crate) struct Change {
    kind: GroundChange,
    group: Uuid,
    other: Option<Uuid>,
    alley: Option<Uuid>,
    was: Option<String>,
    became: Option<String>,
    moved: Option<serde_json::Value>,
}

impl Change {
    pub fn of(kind: GroundChange, group: Uuid) -> Self {
        Self { kind, group, other: None, alley: None, was: None, became: None, moved: None }
    }

    pub fn named(mut self, was: Option<String>, became: &str) -> Self {
        self.was = was;
        self.became = Some(became.to_owned());
        self
    }

    pub fn with(mut self, other: Uuid, moved: &Moved) -> Self {
        self.other = Some(other);
        self.moved = Some(json!(moved));
        self
    }

    pub fn at(mut self, alley: Uuid) -> Self {
        self.alley = Some(alley);
        self
    }
}

impl Store {
    pub(crate) async fn step<'a>(
        &self,
        ward: &'a str,
        act: &'a Act,
    ) -> Result<Step<'a>, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        Ok(Step { tx, ward, act, seq })
    }

    /// Ends a change; returns the ward's number of it.
    pub(crate) async fn done(&self, step: Step<'_>) -> Result<i64, StoreError> {
        self.close(step.tx, step.ward, step.seq).await
    }
}

impl Step<'_> {
    /// A group of the ward.
    pub async fn group(&self, id: GroupId) -> Result<residential_group::Model, StoreError> {
        let found = residential_group::Entity::find_by_id(id.0).one(&self.tx).await?;
        found.filter(|g| g.ward == self.ward).ok_or(StoreError::NotFound)
    }

    /// A group of the ward that is in force.
    pub async fn live(&self, id: GroupId) -> Result<residential_group::Model, StoreError> {
        let of = self.group(id).await?;
        if of.merged_into.is_some() { refused("the group has ended") } else { Ok(of) }
    }

    /// An alley of the ward.
    pub async fn alley(&self, id: AlleyId) -> Result<alley::Model, StoreError> {
        let found = alley::Entity::find_by_id(id.0).one(&self.tx).await?;
        found.filter(|a| a.ward == self.ward).ok_or(StoreError::NotFound)
    }

    pub async fn alleys_of(&self, group: Uuid) -> Result<Vec<alley::Model>, StoreError> {
        let all = alley::Entity::find().filter(alley::Column::GroupId.eq(group));
        Ok(all.all(&self.tx).await?)
    }

    pub async fn set_group(
        &self,
        id: Uuid,
        to: impl IntoIterator<Item = (residential_group::Column, Value)>,
    ) -> Result<(), StoreError> {
        use residential_group::Column as C;
        let mut update = residential_group::Entity::update_many().filter(C::Id.eq(id));
        for (column, value) in to.into_iter().chain([(C::Seq, self.seq.into())]) {
            update = update.col_expr(column, Expr::value(value));
        }
        update.exec(&self.tx).await?;
        Ok(())
    }

    /// With the alleys' numbers every phone gets them again, whole.
    pub async fn set_alleys(
        &self,
        ids: impl IntoIterator<Item = Uuid>,
        to: impl IntoIterator<Item = (alley::Column, Value)>,
    ) -> Result<(), StoreError> {
        use alley::Column as C;
        let mut update = alley::Entity::update_many().filter(C::Id.is_in(ids));
        for (column, value) in to.into_iter().chain([(C::Seq, self.seq.into())]) {
            update = update.col_expr(column, Expr::value(value));
        }
        update.exec(&self.tx).await?;
        Ok(())
    }

    pub async fn set_households(
        &self,
        which: impl IntoCondition,
        to: impl IntoIterator<Item = (household::Column, Value)>,
    ) -> Result<(), StoreError> {
        let mut update = household::Entity::update_many().filter(which.into_condition());
        for (column, value) in to {
            update = update.col_expr(column, Expr::value(value));
        }
        update.exec(&self.tx).await?;
        Ok(())
    }

    /// Carries alleys with all their households from one group to another.
    pub async fn carry(
        &self,
        what: RegisterChange,
        alleys: &BTreeSet<Uuid>,
        groups: (Uuid, Uuid),
    ) -> Result<(), StoreError> {
        let here = household::Column::AlleyId.is_in(alleys.iter().copied());
        self.carry_some(what, alleys, here.into_condition(), groups).await
    }

    /// Carries alleys from one group to another, and these households of the ward along.
    pub async fn carry_some(
        &self,
        what: RegisterChange,
        alleys: &BTreeSet<Uuid>,
        households: Condition,
        (from, to): (Uuid, Uuid),
    ) -> Result<(), StoreError> {
        use household::Column as C;
        self.set_alleys(alleys.iter().copied(), [(alley::Column::GroupId, to.into())]).await?;
        let here = households.add(C::Ward.eq(self.ward));
        let counted: Vec<Uuid> = household::Entity::find()
            .select_only()
            .column(C::Id)
            .filter(here.clone())
            .filter(C::Active.eq(true))
            .into_tuple()
            .all(&self.tx)
            .await?;
        let lines = crossing(counted, from, to);
        ledger::note(&self.tx, self.ward, self.seq, what, self.act, lines).await?;
        self.set_households(here, [(C::GroupId, to.into())]).await
    }

    pub async fn recount(&self, groups: &[GroupId]) -> Result<(), StoreError> {
        rollup::recount_groups(&self.tx, self.ward, groups, self.seq).await
    }

    /// Writes the change into the history of the ground.
    pub async fn write_down(&self, change: Change) -> Result<(), StoreError> {
        let act = self.act;
        let row = ground_change::ActiveModel {
            id: Set(Uuid::now_v7()),
            ward: Set(self.ward.to_owned()),
            seq: Set(self.seq),
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
        ground_change::Entity::insert(row).exec_without_returning(&self.tx).await?;
        Ok(())
    }
}

/// These alleys with everything that turns off them.
pub(crate) fn branch_of(roots: &BTreeSet<Uuid>, ways: &[alley::Model]) -> BTreeSet<Uuid> {
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
