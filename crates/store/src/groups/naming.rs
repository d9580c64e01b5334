//! Founding groups, and what they are called.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Set};
use uuid::Uuid;

use gocua_domain::ground::{GroundChange, group_key};
use gocua_domain::id::GroupId;
use gocua_domain::search::search_key;

use super::{Change, Step};
use crate::db::{Store, StoreError, chunks};
use crate::entity::{group_alias, residential_group};
use crate::ledger::Act;
use crate::register::refused;

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

impl Store {
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
        let step = self.step(ward, act).await?;
        let id = step.found(naming).await?;
        step.write_down(Change::of(GroundChange::Founded, id).named(None, &naming.name)).await?;
        Ok((GroupId(id), self.done(step).await?))
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
        use residential_group::Column as C;
        let step = self.step(ward, act).await?;
        let of = step.live(id).await?;
        step.free_name(&naming.name, Some(of.id)).await?;
        let names = [
            (C::Name, naming.name.clone().into()),
            (C::SearchKey, search_key(&naming.name).into()),
            (C::FormerWard, naming.former_ward.clone().into()),
        ];
        step.set_group(of.id, names).await?;
        let old = (of.name != naming.name).then_some(of.name);
        step.write_aliases(of.id, naming, old.as_ref()).await?;
        if let Some(old) = old {
            let change = Change::of(GroundChange::Renamed, of.id);
            step.write_down(change.named(Some(old), &naming.name)).await?;
        }
        self.done(step).await
    }
}

impl Step<'_> {
    /// Two groups in force are never called alike.
    async fn free_name(&self, name: &str, own: Option<Uuid>) -> Result<(), StoreError> {
        use residential_group::Column as C;
        let rows: Vec<(Uuid, String)> = residential_group::Entity::find()
            .select_only()
            .columns([C::Id, C::Name])
            .filter(C::Ward.eq(self.ward))
            .filter(C::MergedInto.is_null())
            .into_tuple()
            .all(&self.tx)
            .await?;
        let key = group_key(name);
        if rows.iter().any(|(id, other)| Some(*id) != own && group_key(other) == key) {
            return refused("another group is called so");
        }
        Ok(())
    }

    /// A new group, after all others, with a code of its own.
    pub(super) async fn found(&self, naming: &Naming) -> Result<Uuid, StoreError> {
        use residential_group::Column as C;
        self.free_name(&naming.name, None).await?;
        let rows: Vec<(String, i32)> = residential_group::Entity::find()
            .select_only()
            .columns([C::Code, C::Position])
            .filter(C::Ward.eq(self.ward))
            .into_tuple()
            .all(&self.tx)
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
            ward: Set(self.ward.to_owned()),
            code: Set(code),
            name: Set(naming.name.clone()),
            search_key: Set(search_key(&naming.name)),
            position: Set(rows.iter().map(|(_, at)| *at).max().unwrap_or_default() + 1),
            boundary: Set(None),
            label_lon: Set(None),
            label_lat: Set(None),
            seq: Set(self.seq),
            merged_into: Set(None),
            valid_from: Set(Some(self.act.day().0)),
            valid_to: Set(None),
            former_ward: Set(naming.former_ward.clone()),
            boundary_source: Set(None),
            boundary_at: Set(None),
        };
        residential_group::Entity::insert(row).exec_without_returning(&self.tx).await?;
        self.write_aliases(id, naming, None).await?;
        Ok(id)
    }

    async fn write_aliases(
        &self,
        group: Uuid,
        naming: &Naming,
        old: Option<&String>,
    ) -> Result<(), StoreError> {
        group_alias::Entity::delete_many()
            .filter(group_alias::Column::GroupId.eq(group))
            .exec(&self.tx)
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
                ward: Set(self.ward.to_owned()),
                name: Set(name.clone()),
            })
            .collect();
        for rows in chunks(rows, 4) {
            group_alias::Entity::insert_many(rows).exec_without_returning(&self.tx).await?;
        }
        Ok(())
    }
}
