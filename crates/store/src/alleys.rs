//! Alleys: what they are called now and were called before, and households that move between them.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use gocua_domain::desk::{rekey, renumber};
use gocua_domain::ground::{GroundChange, RegisterChange, way_name};
use gocua_domain::id::{AlleyId, GroupId, HouseholdId};
use gocua_domain::search::search_key;
use gocua_domain::territory::AlleyKind;

use crate::db::{Store, StoreError, set_each};
use crate::entity::{alley, ground_change, household};
use crate::groups::{Change, Step, branch_of, moved};
use crate::ledger::{self, Act, Line, crossing};
use crate::register::{entry, refused, waits};

impl Store {
    /// Sets what an alley is called: households on it and on what turns off it are found by the new
    /// name. The old one still leads there: see [`former_names`].
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
        let step = self.step(ward, act).await?;
        let of = step.alley(id).await?;
        if of.name == name {
            return Ok(step.seq - 1);
        }
        step.set_alleys([of.id], [(alley::Column::Name, name.into())]).await?;
        let ways = step.alleys_of(of.group_id).await?;
        let below = branch_of(&[of.id].into(), &ways);
        step.reword(&below, &way_name(&of.name), &way_name(name)).await?;
        let change = Change::of(GroundChange::AlleyRenamed, of.group_id).at(of.id);
        step.write_down(change.named(Some(of.name), name)).await?;
        self.done(step).await
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
        use household::Column as C;
        let step = self.step(ward, act).await?;
        let of = entry(&step.tx, ward, id).await?;
        let way = step.alley(to).await?;
        let from = step.alley(AlleyId(of.alley_id)).await?;
        if of.alley_id == way.id {
            return Ok(step.seq - 1);
        }
        if of.merged_into.is_some() || of.deleted_at.is_some() {
            return refused("a merged or removed household cannot be moved");
        }
        // Its place along the alley follows the neighbours', which know the ways that lead there.
        let neighbour = household::Entity::find()
            .filter(C::AlleyId.eq(way.id))
            .filter(C::HouseNo.ne(""))
            .order_by_asc(C::Sort)
            .one(&step.tx)
            .await?;
        let sort = match neighbour.filter(|_| !of.house_no.is_empty()) {
            Some(n) => renumber(&n.house_no, &n.sort, &of.house_no).0,
            None => of.sort.clone(),
        };
        let key = rekey(&of.search_key, &way_name(&from.name), &way_name(&way.name));
        let there = [
            (C::AlleyId, way.id.into()),
            (C::GroupId, way.group_id.into()),
            (C::Sort, sort.into()),
            (C::SearchKey, key.into()),
            (C::Seq, step.seq.into()),
        ];
        step.set_households(C::Id.eq(of.id), there).await?;
        // Whoever holds the alley it left is told by getting that alley again, without it.
        step.set_alleys([from.id, way.id], []).await?;
        let said = format!("{} → {}", from.name, way.name);
        let mut lines = if of.group_id == way.group_id || !of.active {
            vec![Line::new(of.id, way.group_id, 0)]
        } else {
            crossing([of.id], of.group_id, way.group_id)
        };
        for line in &mut lines {
            line.note = Some(said.clone());
        }
        ledger::note(&step.tx, ward, step.seq, RegisterChange::Moved, act, lines).await?;
        let groups: BTreeSet<GroupId> = [GroupId(of.group_id), GroupId(way.group_id)].into();
        let groups: Vec<GroupId> = groups.into_iter().collect();
        if !waits(&of) || groups.len() > 1 {
            step.recount(&groups).await?;
        }
        self.done(step).await
    }
}

impl Step<'_> {
    /// Households on these alleys are found by another word.
    async fn reword(
        &self,
        alleys: &BTreeSet<Uuid>,
        old: &str,
        new: &str,
    ) -> Result<(), StoreError> {
        use household::Column as C;
        let rows: Vec<(Uuid, String)> = household::Entity::find()
            .select_only()
            .columns([C::Id, C::SearchKey])
            .filter(C::AlleyId.is_in(alleys.iter().copied()))
            .into_tuple()
            .all(&self.tx)
            .await?;
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(id, key)| (id.into(), vec![rekey(&key, old, new).into()]))
            .collect();
        set_each(&self.tx, household::Entity::update_many(), C::Id, &[C::SearchKey], &rows).await
    }
}

/// Names that alleys of a ward had before, the oldest first, out of the history of the ground. The half
/// of an alley that a cut put into another group went by them too.
pub(crate) async fn former_names(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Vec<(Uuid, String)>, StoreError> {
    use ground_change::Column as C;
    let kinds = [GroundChange::AlleyRenamed, GroundChange::Split].map(GroundChange::code);
    let changes = ground_change::Entity::find()
        .filter(C::Ward.eq(ward))
        .filter(C::Kind.is_in(kinds))
        .order_by_asc(C::Seq)
        .all(db)
        .await?;
    let mut names: Vec<(Uuid, String)> = Vec::new();
    for change in changes {
        if let Some((alley, was)) = change.alley_id.zip(change.was.clone()) {
            names.push((alley, was));
        } else if let Some(moved) = moved(change) {
            let halves: Vec<_> = moved
                .copies
                .iter()
                .flat_map(|(copy, of)| {
                    let of_it = names.iter().filter(move |(alley, _)| alley == of);
                    of_it.map(|(_, was)| (*copy, was.clone()))
                })
                .collect();
            names.extend(halves);
        }
    }
    Ok(names)
}

/// Former names of alleys, folded, each with the alley and all that turns off it.
pub(crate) async fn once_called(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Vec<(String, BTreeSet<Uuid>)>, StoreError> {
    let names = former_names(db, ward).await?;
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let ways = alley::Entity::find().filter(alley::Column::Ward.eq(ward)).all(db).await?;
    Ok(names
        .into_iter()
        .map(|(alley, was)| (search_key(&was), branch_of(&[alley].into(), &ways)))
        .collect())
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
