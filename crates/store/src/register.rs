//! The register in the ward's hands: doubles merged and told apart again, households removed and
//! brought back, and the search that finds them.
//!
//! Nothing here touches a visit: what counts where follows from the register, so that every one of
//! these changes can be taken back and leaves the book as it was.

use std::collections::{BTreeSet, HashMap};

use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use gocua_domain::desk::{REMOVAL_WINDOW_MS, RemovalReason, Standing, mass_removal};
use gocua_domain::ground::{RegisterChange, group_key};
use gocua_domain::id::{AlleyId, GroupId, HouseholdId};
use gocua_domain::search::{search_key, second_chance};

use crate::alleys::once_called;
use crate::db::{Store, StoreError, lock_ward, set_seq};
use crate::entity::{alley, group_alias, household, residential_group, visit};
use crate::import::{UNDONE, undone};
use crate::ledger::{self, Act, Line};
use crate::rollup;

/// The most households one search gives.
const FOUND: u64 = 20;
/// The most households listed that are out of the register: the latest, as the way back.
const LISTED: u64 = 100;

/// A household as the desk finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterEntry {
    /// The household.
    pub id: HouseholdId,
    /// Register code.
    pub code: String,
    /// House number; empty without one.
    pub house_no: String,
    /// Its alley, with its name.
    pub alley: (AlleyId, String),
    /// Its residential group, with its name.
    pub group: (GroupId, String),
    /// Name of the head.
    pub head: Option<String>,
    /// Landmark.
    pub landmark: Option<String>,
    /// Visits that count for it, those of its doubles included; of a double, its own.
    pub visits: i64,
    /// Where it stands.
    pub standing: Standing,
    /// Of a double: the household it was merged into, with its code.
    pub merged_into: Option<(HouseholdId, String)>,
}

/// What became of a wish to remove households.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// They are out of the register; the ward's number of it.
    Done(i64),
    /// More than a day may take: nothing was removed.
    TooMany,
}

pub(crate) fn refused<T>(why: &str) -> Result<T, StoreError> {
    Err(StoreError::Conflict(why.to_owned()))
}

impl Store {
    /// Merges a double into another household of the ward: it leaves the denominator, and its visits
    /// count for the other one. Its own rows stay as they are. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one of them is not in the ward. [`StoreError::Conflict`] when one
    /// of them is removed or merged elsewhere, when the double has doubles of its own (chains would
    /// leave no way back), or when both are the same.
    pub async fn merge_households(
        &self,
        ward: &str,
        double: HouseholdId,
        into: HouseholdId,
        act: &Act,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let of = entry(&tx, ward, double).await?;
        if of.merged_into == Some(into.0) {
            return Ok(seq - 1);
        }
        merge_in(&tx, ward, of, into, act, seq).await?;
        self.close(tx, ward, seq).await
    }

    /// Tells a double apart again: exactly the reverse of [`Store::merge_households`].
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not in the ward.
    pub async fn unmerge_household(
        &self,
        ward: &str,
        double: HouseholdId,
        act: &Act,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let of = entry(&tx, ward, double).await?;
        let Some(into) = of.merged_into else { return Ok(seq - 1) };
        let to = entry(&tx, ward, HouseholdId(into)).await?;
        household::Entity::update_many()
            .col_expr(household::Column::MergedInto, Expr::value(None::<Uuid>))
            .col_expr(household::Column::Active, Expr::value(true))
            .filter(household::Column::Id.eq(of.id))
            .exec(&tx)
            .await?;
        let line = line_of(&of, 1).about(&to.code);
        ledger::note(&tx, ward, seq, RegisterChange::Unmerged, act, [line]).await?;
        changed(&tx, ward, &[of, to], seq).await?;
        self.close(tx, ward, seq).await
    }

    /// Takes households out of the register, all of them or none. Those removed before stay as they
    /// were removed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one is not in the ward, [`StoreError::Conflict`] when one is a
    /// merged double.
    pub async fn remove_households(
        &self,
        ward: &str,
        ids: &[HouseholdId],
        why: RemovalReason,
        act: &Act,
    ) -> Result<Removal, StoreError> {
        let now = act.at;
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let rows = entries(&tx, ward, ids).await?;
        if rows.iter().any(|h| h.merged_into.is_some()) {
            return refused("a merged household must be told apart first");
        }
        if rows.iter().any(waits) {
            return refused("a proposed household is approved or refused");
        }
        let rows: Vec<_> = rows.into_iter().filter(|h| h.deleted_at.is_none()).collect();
        if rows.is_empty() {
            return Ok(Removal::Done(seq - 1));
        }
        let of_ward = || household::Entity::find().filter(household::Column::Ward.eq(ward));
        let active = of_ward().filter(household::Column::Active.eq(true)).count(&tx).await?;
        let lately = of_ward()
            .filter(household::Column::DeletedAt.gt(now.0 - REMOVAL_WINDOW_MS))
            // A refused proposal was never counted.
            .filter(household::Column::Proposed.eq(false))
            .filter(not_undone())
            .count(&tx)
            .await?;
        if mass_removal(active as i64, lately as i64, rows.len() as i64) {
            return Ok(Removal::TooMany);
        }
        household::Entity::update_many()
            .col_expr(household::Column::DeletedAt, Expr::value(now.0))
            .col_expr(household::Column::RemovedWhy, Expr::value(why.code()))
            .col_expr(household::Column::Active, Expr::value(false))
            .filter(household::Column::Id.is_in(rows.iter().map(|h| h.id)))
            .exec(&tx)
            .await?;
        let gone = rows.iter().map(|h| line_of(h, -i32::from(h.active)).about(why.code()));
        ledger::note(&tx, ward, seq, RegisterChange::Removed, act, gone).await?;
        changed(&tx, ward, &rows, seq).await?;
        Ok(Removal::Done(self.close(tx, ward, seq).await?))
    }

    /// Brings households back that were removed ([`Store::remove_households`]) or left the
    /// denominator; a refused proposal comes into the register.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when one is not in the ward.
    pub async fn restore_households(
        &self,
        ward: &str,
        ids: &[HouseholdId],
        act: &Act,
    ) -> Result<i64, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let mut rows = entries(&tx, ward, ids).await?;
        rows.retain(|h| (h.deleted_at.is_some() || h.left_on.is_some()) && !undone(h));
        if rows.is_empty() {
            return Ok(seq - 1);
        }
        bring_back(&tx, rows.iter().map(|h| h.id), seq).await?;
        let back = rows.iter().map(|h| line_of(h, i32::from(!h.active)));
        ledger::note(&tx, ward, seq, RegisterChange::Restored, act, back).await?;
        changed(&tx, ward, &rows, seq).await?;
        self.close(tx, ward, seq).await
    }

    /// Households whose words hold every word of the query, by code; those in force first.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn find_households(
        &self,
        ward: &str,
        query: &str,
    ) -> Result<Vec<RegisterEntry>, StoreError> {
        let mut found = self.with_words(ward, &search_key(query)).await?;
        if found.is_empty()
            && let Some(decoded) = second_chance(query)
        {
            found = self.with_words(ward, &decoded).await?;
        }
        self.register_entries(found).await
    }

    /// Households that left the register this way, the latest change first; of those in force none.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn households_out(
        &self,
        ward: &str,
        standing: Standing,
    ) -> Result<Vec<RegisterEntry>, StoreError> {
        use household::Column as C;
        let out = match standing {
            Standing::Active => return Ok(Vec::new()),
            Standing::Merged => C::MergedInto.is_not_null(),
            Standing::Removed => {
                C::MergedInto.is_null().and(C::DeletedAt.is_not_null().or(C::LeftOn.is_not_null()))
            }
        };
        let rows = household::Entity::find()
            .filter(C::Ward.eq(ward))
            .filter(not_undone())
            .filter(out)
            .order_by_desc(C::Seq)
            .order_by_asc(C::Code)
            .limit(LISTED)
            .all(&self.read)
            .await?;
        self.register_entries(rows).await
    }

    async fn with_words(
        &self,
        ward: &str,
        words: &str,
    ) -> Result<Vec<household::Model>, StoreError> {
        use household::Column as C;
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let every = self.holding_words(ward, words).await?;
        Ok(household::Entity::find()
            .filter(C::Ward.eq(ward))
            // A house that waits for the ward stands in the inbox, not yet in the register.
            .filter(C::Proposed.eq(false).or(C::DeletedAt.is_not_null()))
            .filter(not_undone())
            .filter(every)
            .order_by_desc(C::Active)
            .order_by_asc(C::Code)
            .limit(FOUND)
            .all(&self.read)
            .await?)
    }

    /// Households that hold every one of some folded words: in their name, their address, their code,
    /// or in one of the names of their group or of the ways to them, old ones included.
    pub(crate) async fn holding_words(
        &self,
        ward: &str,
        words: &str,
    ) -> Result<Condition, StoreError> {
        use household::Column as C;
        let groups = self.called(ward).await?;
        let alleys = once_called(&self.read, ward).await?;
        // A folded word is letters, digits and slashes: nothing in it means anything to LIKE.
        Ok(words.split(' ').fold(Condition::all(), |every, word| {
            let like = format!("%{word}%");
            let code = Expr::expr(Func::lower(Expr::col(C::Code))).like(&like);
            let called: BTreeSet<Uuid> =
                groups.iter().filter(|(key, _)| names(key, word)).map(|(_, id)| *id).collect();
            let mut any = Condition::any().add(C::SearchKey.like(&like)).add(code);
            if !called.is_empty() {
                any = any.add(C::GroupId.is_in(called));
            }
            let once: BTreeSet<Uuid> = alleys
                .iter()
                .filter(|(key, _)| names(key, word))
                .flat_map(|(_, ids)| ids.iter().copied())
                .collect();
            if !once.is_empty() {
                any = any.add(C::AlleyId.is_in(once));
            }
            every.add(any)
        }))
    }

    /// What the groups in force are called, by every name that leads to them.
    async fn called(&self, ward: &str) -> Result<Vec<(String, Uuid)>, StoreError> {
        use residential_group::Column as G;
        let rows: Vec<(Uuid, String, Option<Uuid>)> = residential_group::Entity::find()
            .select_only()
            .columns([G::Id, G::Name, G::MergedInto])
            .filter(G::Ward.eq(ward))
            .into_tuple()
            .all(&self.read)
            .await?;
        let into: HashMap<Uuid, Option<Uuid>> =
            rows.iter().map(|(id, _, into)| (*id, *into)).collect();
        let now = |id: Uuid| {
            std::iter::successors(Some(id), |id| into.get(id).copied().flatten())
                .take(into.len())
                .last()
                .unwrap_or(id)
        };
        let aliases = group_alias::Entity::find().filter(group_alias::Column::Ward.eq(ward));
        let aliases = aliases.all(&self.read).await?;
        let aliases = aliases.into_iter().map(|alias| (alias.search_key, now(alias.group_id)));
        Ok(rows.iter().map(|(id, name, _)| (group_key(name), now(*id))).chain(aliases).collect())
    }

    /// Households of the ward by their ids, in the order of the ids.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn households_by_id(
        &self,
        ward: &str,
        ids: &[HouseholdId],
    ) -> Result<Vec<RegisterEntry>, StoreError> {
        let rows = household::Entity::find()
            .filter(household::Column::Ward.eq(ward))
            .filter(household::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .order_by_asc(household::Column::Id)
            .all(&self.read)
            .await?;
        self.register_entries(rows).await
    }

    pub(crate) async fn register_entries(
        &self,
        rows: Vec<household::Model>,
    ) -> Result<Vec<RegisterEntry>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let places = self.places(&rows).await?;
        let targets = household::Entity::find()
            .select_only()
            .columns([household::Column::Id, household::Column::Code])
            .filter(household::Column::Id.is_in(rows.iter().filter_map(|h| h.merged_into)))
            .into_tuple::<(Uuid, String)>()
            .all(&self.read);
        let targets: HashMap<Uuid, String> = targets.await?.into_iter().collect();
        let visits = self.visits_counted(&rows).await?;
        Ok(rows
            .into_iter()
            .map(|h| RegisterEntry {
                id: HouseholdId(h.id),
                alley: (AlleyId(h.alley_id), places.alley(h.alley_id)),
                group: (GroupId(h.group_id), places.group(h.group_id)),
                visits: visits.get(&h.id).copied().unwrap_or_default(),
                standing: if h.merged_into.is_some() {
                    Standing::Merged
                } else if h.deleted_at.is_some() || h.left_on.is_some() {
                    Standing::Removed
                } else {
                    Standing::Active
                },
                merged_into: h
                    .merged_into
                    .map(|id| (HouseholdId(id), targets.get(&id).cloned().unwrap_or_default())),
                code: h.code,
                house_no: h.house_no,
                head: h.head_name,
                landmark: h.landmark,
            })
            .collect())
    }

    /// Names of the alleys and groups that households lie in.
    pub(crate) async fn places(&self, rows: &[household::Model]) -> Result<Places, StoreError> {
        let alleys = alley::Entity::find()
            .select_only()
            .columns([alley::Column::Id, alley::Column::Name])
            .filter(alley::Column::Id.is_in(rows.iter().map(|h| h.alley_id)))
            .into_tuple::<(Uuid, String)>()
            .all(&self.read);
        let groups = residential_group::Entity::find()
            .select_only()
            .columns([residential_group::Column::Id, residential_group::Column::Name])
            .filter(residential_group::Column::Id.is_in(rows.iter().map(|h| h.group_id)))
            .into_tuple::<(Uuid, String)>()
            .all(&self.read);
        Ok(Places {
            alleys: alleys.await?.into_iter().collect(),
            groups: groups.await?.into_iter().collect(),
        })
    }

    /// Visits of each household that count, those of its doubles added.
    pub(crate) async fn visits_counted(
        &self,
        rows: &[household::Model],
    ) -> Result<HashMap<Uuid, i64>, StoreError> {
        let into = doubles_of(&self.read, rows.iter().map(|h| h.id)).await?;
        let asked = rows.iter().map(|h| h.id).chain(into.keys().copied());
        let own: Vec<(Uuid, i64)> = visit::Entity::find()
            .select_only()
            .column(visit::Column::HouseholdId)
            .column_as(visit::Column::Id.count(), "visits")
            .filter(visit::Column::HouseholdId.is_in(asked))
            .filter(visit::Column::WithdrawnAt.is_null())
            .filter(visit::Column::ReplacedBy.is_null())
            .group_by(visit::Column::HouseholdId)
            .into_tuple()
            .all(&self.read)
            .await?;
        let mut counted: HashMap<Uuid, i64> = HashMap::new();
        for (id, visits) in own {
            *counted.entry(id).or_default() += visits;
            if let Some(target) = into.get(&id) {
                *counted.entry(*target).or_default() += visits;
            }
        }
        Ok(counted)
    }

    /// Commits a change under its number and tells whoever watches.
    pub(crate) async fn close(
        &self,
        tx: DatabaseTransaction,
        ward: &str,
        seq: i64,
    ) -> Result<i64, StoreError> {
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(seq)
    }
}

/// The merge itself, inside a write that holds the ward's lock.
pub(crate) async fn merge_in(
    tx: &DatabaseTransaction,
    ward: &str,
    of: household::Model,
    into: HouseholdId,
    act: &Act,
    seq: i64,
) -> Result<(), StoreError> {
    let to = entry(tx, ward, into).await?;
    if of.id == to.id {
        return refused("a household is no double of itself");
    }
    if !(of.active || waits(&of)) || !to.active {
        return refused("a merged or removed household cannot be merged");
    }
    let has_doubles =
        household::Entity::find().filter(household::Column::MergedInto.eq(of.id)).count(tx);
    if has_doubles.await? > 0 {
        return refused("the household has doubles of its own");
    }
    household::Entity::update_many()
        .col_expr(household::Column::MergedInto, Expr::value(to.id))
        .col_expr(household::Column::Active, Expr::value(false))
        // To be a double of something in the register is to be in the register.
        .col_expr(household::Column::Proposed, Expr::value(false))
        .filter(household::Column::Id.eq(of.id))
        .exec(tx)
        .await?;
    let line = line_of(&of, -i32::from(of.active)).about(&to.code);
    ledger::note(tx, ward, seq, RegisterChange::Merged, act, [line]).await?;
    changed(tx, ward, &[of, to], seq).await
}

/// The doubles of these households, each with the one it was merged into.
pub(crate) async fn doubles_of(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Uuid>, StoreError> {
    use household::Column as C;
    let rows: Vec<(Uuid, Option<Uuid>)> = household::Entity::find()
        .select_only()
        .columns([C::Id, C::MergedInto])
        .filter(C::MergedInto.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(|(id, into)| Some((id, into?))).collect())
}

/// Puts removed households back into force; their lines and rollups are the caller's.
pub(crate) async fn bring_back(
    tx: &DatabaseTransaction,
    ids: impl IntoIterator<Item = Uuid>,
    seq: i64,
) -> Result<(), StoreError> {
    use household::Column as C;
    household::Entity::update_many()
        .col_expr(C::DeletedAt, Expr::value(None::<i64>))
        .col_expr(C::RemovedWhy, Expr::value(None::<String>))
        .col_expr(C::Active, Expr::value(true))
        .col_expr(C::Proposed, Expr::value(false))
        .col_expr(C::LeftOn, Expr::value(None::<i32>))
        .col_expr(C::Seq, Expr::value(seq))
        .filter(C::Id.is_in(ids))
        .exec(tx)
        .await?;
    Ok(())
}

/// Does a name hold a word, or begin one of its own with it? Short words must be whole: half of all
/// names hold an `a`.
fn names(key: &str, word: &str) -> bool {
    key.split(' ').any(|own| own == word || (word.len() > 2 && own.starts_with(word)))
}

/// What an act did to a household in its group.
fn line_of(h: &household::Model, delta: i32) -> Line {
    Line::new(h.id, h.group_id, delta)
}

/// Ends a change of some households: phones get or drop them, their groups are counted again.
async fn changed(
    tx: &DatabaseTransaction,
    ward: &str,
    rows: &[household::Model],
    seq: i64,
) -> Result<(), StoreError> {
    household::Entity::update_many()
        .col_expr(household::Column::Seq, Expr::value(seq))
        .filter(household::Column::Id.is_in(rows.iter().map(|h| h.id)))
        .exec(tx)
        .await?;
    let groups: BTreeSet<GroupId> = rows.iter().map(|h| GroupId(h.group_id)).collect();
    let groups: Vec<GroupId> = groups.into_iter().collect();
    rollup::recount_groups(tx, ward, &groups, seq).await
}

/// Names of alleys and groups.
pub(crate) struct Places {
    alleys: HashMap<Uuid, String>,
    groups: HashMap<Uuid, String>,
}

impl Places {
    /// Name of an alley.
    pub fn alley(&self, id: Uuid) -> String {
        self.alleys.get(&id).cloned().unwrap_or_default()
    }

    /// Name of a residential group.
    pub fn group(&self, id: Uuid) -> String {
        self.groups.get(&id).cloned().unwrap_or_default()
    }
}

/// Was it proposed by a phone, and does it wait for the ward?
pub(crate) fn waits(h: &household::Model) -> bool {
    h.proposed && h.deleted_at.is_none()
}

/// What went with the import that had brought it is nobody's to see or to bring back.
pub(crate) fn not_undone() -> Condition {
    let why = household::Column::RemovedWhy;
    Condition::any().add(why.is_null()).add(why.ne(UNDONE))
}

/// A household of the ward.
pub(crate) async fn entry(
    tx: &DatabaseTransaction,
    ward: &str,
    id: HouseholdId,
) -> Result<household::Model, StoreError> {
    let found = household::Entity::find_by_id(id.0).one(tx).await?;
    found.filter(|h| h.ward == ward).ok_or(StoreError::NotFound)
}

/// Households of the ward, each once; all of them or none.
async fn entries(
    tx: &DatabaseTransaction,
    ward: &str,
    ids: &[HouseholdId],
) -> Result<Vec<household::Model>, StoreError> {
    let ids: BTreeSet<Uuid> = ids.iter().map(|id| id.0).collect();
    let wanted = ids.len();
    let mut rows =
        household::Entity::find().filter(household::Column::Id.is_in(ids)).all(tx).await?;
    rows.retain(|h| h.ward == ward);
    if rows.len() == wanted { Ok(rows) } else { Err(StoreError::NotFound) }
}

/// Two outlines as one geometry: the polygons of both, side by side.
pub(crate) fn union(one: Option<Value>, other: Option<Value>) -> Option<Value> {
    let (Some(one), Some(other)) = (&one, &other) else { return one.or(other) };
    let polygons = |geometry: &Value| match geometry["type"].as_str() {
        Some("Polygon") => vec![geometry["coordinates"].clone()],
        Some("MultiPolygon") => geometry["coordinates"].as_array().cloned().unwrap_or_default(),
        _ => Vec::new(),
    };
    let all = [polygons(one), polygons(other)].concat();
    Some(json!({"type": "MultiPolygon", "coordinates": all}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outline_of_a_merged_group_is_that_of_both() {
        let square = |x: i32| json!([[[x, 0], [x + 1, 0], [x + 1, 1], [x, 0]]]);
        let polygon = |x| Some(json!({"type": "Polygon", "coordinates": square(x)}));
        let both = union(polygon(0), polygon(5));
        assert_eq!(
            both,
            Some(json!({"type": "MultiPolygon", "coordinates": [square(0), square(5)]}))
        );
        let three = union(both, polygon(9)).expect("an outline");
        assert_eq!(three["coordinates"], json!([square(0), square(5), square(9)]));
        assert_eq!(union(None, polygon(1)), polygon(1));
        assert_eq!(union(polygon(1), None), polygon(1));
        assert_eq!(union(None, None), None);
    }
}
