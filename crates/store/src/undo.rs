//! Taking an import back: exactly what nobody has touched since, and nothing else.
//!
//! A household that was visited, written about, merged, or named by a later list stays, with all that
//! belongs to it. One that goes leaves no row when no phone can have heard of it; where its alley is or
//! was a team's, an empty row stays behind as removed, so that phones drop the door and a visit that is
//! still on its way finds where it belongs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use gocua_domain::ground::RegisterChange;
use gocua_domain::id::{AccountId, GroupId, HouseholdId, ImportId};
use gocua_domain::import::rolls_back_until;
use gocua_domain::proposal::proposal_code;
use gocua_domain::time::Millis;

use crate::db::{Store, StoreError, lock_ward, set_each};
use crate::draft::{ImportLine, Proposed, import_line, unreadable, what};
use crate::entity::{
    account, alley, assignment, consent_event, door_decision, door_pair, ground_change,
    group_alias, household, household_edit, household_flags, household_note, learner, not_double,
    overlap_seen, quarantine, referral, register_import, register_import_change, residential_group,
    visit, withdrawal,
};
use crate::import::{Count, Place, UNDONE, place};
use crate::ledger::{self, Act, Line};
use crate::names::account_names;
use crate::rollup;

/// Why something an import brought stays when the import is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stay {
    /// Somebody was at its door.
    Visited,
    /// Somebody changed it, or wrote something about it.
    Changed,
    /// A later list names it too.
    NamedAgain,
}

/// What stays, and why.
pub type Stays = Vec<(HouseholdId, Stay)>;

/// What taking an import back does, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The import.
    pub import: ImportLine,
    /// Households that go.
    pub households: usize,
    /// Households whose numbers of people go back.
    pub counts: usize,
    /// Households that stand where they stood before.
    pub points: usize,
    /// Proposals that wait for the ward again.
    pub proposals: usize,
    /// Streets and lanes that go.
    pub alleys: usize,
    /// Residential groups that go.
    pub groups: usize,
    /// Households that stay as they are.
    pub stays: Stays,
}

impl Store {
    /// What taking an import back would do.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such import, [`StoreError::Conflict`] when it can
    /// no longer be taken back.
    pub async fn undo_outlook(
        &self,
        ward: &str,
        id: ImportId,
        now: Millis,
    ) -> Result<Undo, StoreError> {
        // In a write that is dropped: what is told must be of one moment.
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let undo = take_back(&tx, ward, id, seq, &Act::program(now)).await?;
        tx.rollback().await?;
        Ok(undo)
    }

    /// Takes an import back, in one transaction. Asked again, it changes nothing more.
    ///
    /// # Errors
    /// As [`Store::undo_outlook`].
    pub async fn undo_import(
        &self,
        ward: &str,
        id: ImportId,
        by: AccountId,
        now: Millis,
    ) -> Result<ImportLine, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let found = register_import::Entity::find_by_id(id.0).one(&tx).await?;
        let import = found.filter(|i| i.ward == ward).ok_or(StoreError::NotFound)?;
        if import.undone_at.is_none() {
            let undo = take_back(&tx, ward, id, seq, &Act::of(by, now)).await?;
            let stayed = i32::try_from(undo.stays.len()).unwrap_or(i32::MAX);
            use register_import::Column as C;
            register_import::Entity::update_many()
                .col_expr(C::UndoneBy, Expr::value(by.0))
                .col_expr(C::UndoneAt, Expr::value(now.0))
                .col_expr(C::Stayed, Expr::value(stayed))
                .filter(C::Id.eq(id.0))
                .exec(&tx)
                .await?;
            register_import_change::Entity::delete_many()
                .filter(register_import_change::Column::ImportId.eq(id.0))
                .exec(&tx)
                .await?;
            let found = register_import::Entity::find_by_id(id.0).one(&tx).await?;
            let import = found.ok_or(StoreError::NotFound)?;
            let names = account_names(
                &tx,
                [Some(import.account_id), import.undone_by].into_iter().flatten(),
            )
            .await?;
            self.close(tx, ward, seq).await?;
            return Ok(import_line(import, &names));
        }
        let names =
            account_names(&tx, [Some(import.account_id), import.undone_by].into_iter().flatten())
                .await?;
        Ok(import_line(import, &names))
    }
}

/// Takes an import back inside a transaction that is still open.
async fn take_back(
    tx: &DatabaseTransaction,
    ward: &str,
    id: ImportId,
    seq: i64,
    act: &Act,
) -> Result<Undo, StoreError> {
    let now = act.at;
    let found = register_import::Entity::find_by_id(id.0).one(tx).await?;
    let import = found.filter(|i| i.ward == ward).ok_or(StoreError::NotFound)?;
    if import.undone_at.is_some() || now > rolls_back_until(Millis(import.committed_at)) {
        return Err(StoreError::Conflict("the import can no longer be taken back".to_owned()));
    }
    let changes = register_import_change::Entity::find()
        .filter(register_import_change::Column::ImportId.eq(id.0))
        .all(tx)
        .await?;
    let of = |kind: &'static str| changes.iter().filter(move |c| c.what == kind);
    let targets: Vec<Uuid> = [what::HOUSEHOLD, what::COUNT, what::PROPOSAL, what::POINT]
        .into_iter()
        .flat_map(|kind| of(kind).map(|c| c.target_id))
        .collect();
    let touched = Touched::read(tx, &import, &targets).await?;
    let mut stays = Stays::new();

    let mut goes: Vec<&household::Model> = Vec::new();
    for change in of(what::HOUSEHOLD) {
        let Some(row) = touched.rows.get(&change.target_id) else { continue };
        match touched.since_added(row) {
            Some(why) => stays.push((HouseholdId(row.id), why)),
            None => goes.push(row),
        }
    }
    let mut back: Vec<(&household::Model, Proposed)> = Vec::new();
    for change in of(what::PROPOSAL) {
        let Some(row) = touched.rows.get(&change.target_id) else { continue };
        match touched.since_named(row) {
            Some(why) => stays.push((HouseholdId(row.id), why)),
            None => back.push((row, kept::<Proposed>(&change.was)?)),
        }
    }
    let mut counts: Vec<(&household::Model, Count)> = Vec::new();
    for change in of(what::COUNT) {
        let Some(row) = touched.rows.get(&change.target_id) else { continue };
        let why = if (row.members, row.adults) != kept::<Count>(&change.became)?
            || touched.counted.contains(&row.id)
        {
            Some(Stay::Changed)
        } else {
            touched.named_again(row.id)
        };
        match why {
            Some(why) => stays.push((HouseholdId(row.id), why)),
            None => counts.push((row, kept::<Count>(&change.was)?)),
        }
    }

    let mut points: Vec<(HouseholdId, Option<Place>)> = Vec::new();
    let staying: HashSet<HouseholdId> = stays.iter().map(|(id, _)| *id).collect();
    for change in of(what::POINT) {
        let Some(row) = touched.rows.get(&change.target_id) else { continue };
        let id = HouseholdId(row.id);
        // What stays for another reason stays whole.
        if staying.contains(&id) {
            continue;
        }
        let at = kept::<[f64; 2]>(&change.became)?;
        let here = Place::of(row).is_some_and(|now| now.at == at && !now.by_desk());
        match touched.named_again(row.id).or((!here).then_some(Stay::Changed)) {
            Some(why) => stays.push((id, why)),
            None => {
                let was = change.was.is_some().then(|| kept::<Place>(&change.was)).transpose()?;
                points.push((id, was));
            }
        }
    }

    let groups: BTreeSet<GroupId> =
        goes.iter().chain(back.iter().map(|(row, _)| row)).map(|h| GroupId(h.group_id)).collect();
    let gone = goes.iter().map(|h| Line::new(h.id, h.group_id, -1));
    let waiting = back.iter().map(|(h, _)| Line::new(h.id, h.group_id, -1));
    let lines = gone.chain(waiting);
    ledger::note(tx, ward, seq, RegisterChange::ImportUndone, act, lines).await?;
    take_out(tx, &goes, seq, now).await?;
    for (row, was) in &back {
        propose_again(tx, row.id, was, seq).await?;
    }
    use household::Column as C;
    let rows: Vec<_> = counts
        .iter()
        .map(|(row, was)| (row.id.into(), vec![was.0.into(), was.1.into(), seq.into()]))
        .collect();
    let columns = [C::Members, C::Adults, C::Seq];
    set_each(tx, household::Entity::update_many(), C::Id, &columns, &rows).await?;
    let placed = points.len();
    place(tx, points).await?;
    // While the alleys still stand: only then are their counts found and taken away.
    let groups: Vec<GroupId> = groups.into_iter().collect();
    rollup::recount_groups(tx, ward, &groups, seq).await?;
    let alleys = drop_alleys(tx, of(what::ALLEY).map(|c| c.target_id).collect()).await?;
    let groups = drop_groups(tx, of(what::GROUP).map(|c| c.target_id).collect()).await?;

    stays.sort_unstable();
    let names = account_names(tx, [import.account_id]).await?;
    Ok(Undo {
        households: goes.len(),
        counts: counts.len(),
        points: placed,
        proposals: back.len(),
        alleys,
        groups,
        stays,
        import: import_line(import, &names),
    })
}

/// What an import kept of how something was.
fn kept<T: DeserializeOwned>(value: &Option<serde_json::Value>) -> Result<T, StoreError> {
    let value = value.clone().ok_or_else(unreadable)?;
    serde_json::from_value(value).map_err(|_| unreadable())
}

/// Bound values of one statement: well below either database's limit.
const AT_ONCE: usize = 10_000;

/// Households of a table's rows that satisfy a condition.
macro_rules! of_table {
    ($tx:expr, $ids:expr, $entity:ident, $column:ident $(, $filter:expr)?) => {{
        let mut found: HashSet<Uuid> = HashSet::new();
        for part in $ids.chunks(AT_ONCE) {
            let query = $entity::Entity::find()
                .select_only()
                .column($entity::Column::$column)
                .filter($entity::Column::$column.is_in(part.iter().copied()))
                $(.filter($filter))?;
            found.extend(query.into_tuple::<Uuid>().all($tx).await?);
        }
        found
    }};
}

/// What happened to the households of an import since.
struct Touched {
    seq: i64,
    rows: HashMap<Uuid, household::Model>,
    /// With a visit, at any time.
    visited: HashSet<Uuid>,
    /// With a visit that came, or was changed, after the import.
    visited_since: HashSet<Uuid>,
    /// With anything else that speaks of them, at any time.
    spoken_of: HashSet<Uuid>,
    /// The same, after the import.
    spoken_of_since: HashSet<Uuid>,
    /// Whose numbers of people somebody edited after the import.
    counted: HashSet<Uuid>,
    /// Named by an import that came later and stands.
    named: HashSet<Uuid>,
}

impl Touched {
    async fn read(
        tx: &DatabaseTransaction,
        import: &register_import::Model,
        ids: &[Uuid],
    ) -> Result<Self, StoreError> {
        let (seq, at) = (import.seq, import.committed_at);
        let mut rows = HashMap::with_capacity(ids.len());
        for part in ids.chunks(AT_ONCE) {
            let found = household::Entity::find()
                .filter(household::Column::Id.is_in(part.iter().copied()))
                .all(tx)
                .await?;
            rows.extend(found.into_iter().map(|row| (row.id, row)));
        }
        let mut spoken_of = of_table!(tx, ids, household_edit, HouseholdId);
        spoken_of.extend(of_table!(tx, ids, household_flags, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, household_note, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, consent_event, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, learner, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, referral, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, door_pair, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, door_pair, OfId));
        spoken_of.extend(of_table!(tx, ids, door_decision, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, quarantine, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, withdrawal, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, overlap_seen, HouseholdId));
        spoken_of.extend(of_table!(tx, ids, household, MergedInto));
        spoken_of.extend(of_table!(tx, ids, not_double, OneId));
        spoken_of.extend(of_table!(tx, ids, not_double, OtherId));
        let edited = household_edit::Column::Seq.gt(seq);
        let mut spoken_of_since = of_table!(tx, ids, household_edit, HouseholdId, edited.clone());
        spoken_of_since.extend(of_table!(
            tx,
            ids,
            consent_event,
            HouseholdId,
            consent_event::Column::Seq.gt(seq)
        ));
        spoken_of_since.extend(of_table!(
            tx,
            ids,
            referral,
            HouseholdId,
            referral::Column::Seq.gt(seq)
        ));
        spoken_of_since.extend(of_table!(
            tx,
            ids,
            door_pair,
            HouseholdId,
            door_pair::Column::MadeAt.gt(at)
        ));
        spoken_of_since.extend(of_table!(
            tx,
            ids,
            door_pair,
            OfId,
            door_pair::Column::MadeAt.gt(at)
        ));
        spoken_of_since.extend(of_table!(
            tx,
            ids,
            door_decision,
            HouseholdId,
            door_decision::Column::Seq.gt(seq)
        ));
        spoken_of_since.extend(of_table!(
            tx,
            ids,
            quarantine,
            HouseholdId,
            quarantine::Column::Seq.gt(seq)
        ));
        spoken_of_since.extend(of_table!(
            tx,
            ids,
            withdrawal,
            HouseholdId,
            withdrawal::Column::OpenedAt.gt(at)
        ));
        let counts = household_edit::Column::Field.is_in(["members", "adults"]).and(edited);
        let later: Vec<Uuid> = register_import::Entity::find()
            .select_only()
            .column(register_import::Column::Id)
            .filter(register_import::Column::Ward.eq(&import.ward))
            .filter(register_import::Column::Seq.gt(seq))
            .filter(register_import::Column::UndoneAt.is_null())
            .into_tuple()
            .all(tx)
            .await?;
        Ok(Self {
            seq,
            rows,
            visited: of_table!(tx, ids, visit, HouseholdId),
            visited_since: of_table!(tx, ids, visit, HouseholdId, visit::Column::Seq.gt(seq)),
            spoken_of,
            spoken_of_since,
            counted: of_table!(tx, ids, household_edit, HouseholdId, counts.clone()),
            named: of_table!(
                tx,
                ids,
                register_import_change,
                TargetId,
                register_import_change::Column::ImportId.is_in(later.iter().copied())
            ),
        })
    }

    fn named_again(&self, id: Uuid) -> Option<Stay> {
        self.named.contains(&id).then_some(Stay::NamedAgain)
    }

    /// Why a household the import added stays.
    fn since_added(&self, row: &household::Model) -> Option<Stay> {
        let moved = Place::of(row).is_some_and(|place| place.by_desk());
        let changed = moved || row.seq != self.seq || row.merged_into.is_some() || !row.active;
        if self.visited.contains(&row.id) {
            Some(Stay::Visited)
        } else if let Some(named) = self.named_again(row.id) {
            Some(named)
        } else {
            (changed || self.spoken_of.contains(&row.id)).then_some(Stay::Changed)
        }
    }

    /// Why a proposal the import confirmed stays confirmed.
    fn since_named(&self, row: &household::Model) -> Option<Stay> {
        let changed = row.seq != self.seq || row.merged_into.is_some() || !row.active;
        if self.visited_since.contains(&row.id) {
            Some(Stay::Visited)
        } else if let Some(named) = self.named_again(row.id) {
            Some(named)
        } else {
            (changed || self.spoken_of_since.contains(&row.id)).then_some(Stay::Changed)
        }
    }
}

/// Takes households out: without a trace where no phone can know them, else emptied and removed.
async fn take_out(
    tx: &DatabaseTransaction,
    goes: &[&household::Model],
    seq: i64,
    now: Millis,
) -> Result<(), StoreError> {
    use household::Column as C;
    let alleys: BTreeSet<Uuid> = goes.iter().map(|h| h.alley_id).collect();
    let alleys: Vec<Uuid> = alleys.into_iter().collect();
    let walked = of_table!(tx, alleys, assignment, AlleyId);
    let (known, unknown): (Vec<&household::Model>, Vec<_>) =
        goes.iter().partition(|h| walked.contains(&h.alley_id));
    for part in unknown.chunks(AT_ONCE) {
        household::Entity::delete_many()
            .filter(C::Id.is_in(part.iter().map(|h| h.id)))
            .exec(tx)
            .await?;
    }
    for part in known.chunks(AT_ONCE) {
        household::Entity::update_many()
            .col_expr(C::Active, Expr::value(false))
            .col_expr(C::DeletedAt, Expr::value(now.0))
            .col_expr(C::RemovedWhy, Expr::value(UNDONE))
            .col_expr(C::HeadName, Expr::value(None::<String>))
            .col_expr(C::Landmark, Expr::value(None::<String>))
            .col_expr(C::Members, Expr::value(None::<i32>))
            .col_expr(C::Adults, Expr::value(None::<i32>))
            .col_expr(C::SearchKey, Expr::value(""))
            .col_expr(C::Lon, Expr::value(None::<f64>))
            .col_expr(C::Lat, Expr::value(None::<f64>))
            .col_expr(C::PointSource, Expr::value(None::<String>))
            .col_expr(C::Seq, Expr::value(seq))
            .filter(C::Id.is_in(part.iter().map(|h| h.id)))
            .exec(tx)
            .await?;
    }
    // Its number in the register is free for the next household.
    let codes: Vec<_> = known
        .iter()
        .map(|h| (h.id.into(), vec![proposal_code(HouseholdId(h.id)).into()]))
        .collect();
    set_each(tx, household::Entity::update_many(), C::Id, &[C::Code], &codes).await
}

async fn propose_again(
    tx: &DatabaseTransaction,
    id: Uuid,
    was: &Proposed,
    seq: i64,
) -> Result<(), StoreError> {
    use household::Column as C;
    household::Entity::update_many()
        .col_expr(C::Code, Expr::value(was.code.as_str()))
        .col_expr(C::HouseNo, Expr::value(was.house_no.as_str()))
        .col_expr(C::Sort, Expr::value(was.sort.as_str()))
        .col_expr(C::Side, Expr::value(was.side.clone()))
        .col_expr(C::Landmark, Expr::value(was.landmark.clone()))
        .col_expr(C::HeadName, Expr::value(was.head_name.clone()))
        .col_expr(C::Members, Expr::value(was.members))
        .col_expr(C::Adults, Expr::value(was.adults))
        .col_expr(C::SearchKey, Expr::value(was.search_key.as_str()))
        .col_expr(C::Active, Expr::value(was.active))
        .col_expr(C::LeftOn, Expr::value(was.left_on))
        .col_expr(C::Proposed, Expr::value(true))
        .col_expr(C::Seq, Expr::value(seq))
        .filter(C::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Alleys the import founded that nobody holds and nothing stands in: the innermost go first.
async fn drop_alleys(tx: &DatabaseTransaction, founded: Vec<Uuid>) -> Result<usize, StoreError> {
    let mut used = of_table!(tx, founded, assignment, AlleyId);
    used.extend(of_table!(tx, founded, household, AlleyId));
    let parents: BTreeMap<Uuid, Option<Uuid>> = alley::Entity::find()
        .select_only()
        .columns([alley::Column::Id, alley::Column::ParentId])
        .filter(
            alley::Column::ParentId
                .is_in(founded.iter().copied())
                .or(alley::Column::Id.is_in(founded.iter().copied())),
        )
        .into_tuple::<(Uuid, Option<Uuid>)>()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    // Whatever turns off an alley keeps it, and so on outwards.
    let ours: HashSet<Uuid> = founded.iter().copied().collect();
    for (child, parent) in &parents {
        if used.contains(child) || !ours.contains(child) {
            let mut at = *parent;
            while let Some(id) = at.filter(|id| ours.contains(id)) {
                used.insert(id);
                at = parents.get(&id).copied().flatten();
            }
        }
    }
    let goes: Vec<Uuid> = founded.into_iter().filter(|id| !used.contains(id)).collect();
    let gone = alley::Entity::delete_many()
        .filter(alley::Column::Id.is_in(goes.iter().copied()))
        .exec(tx)
        .await?;
    Ok(usize::try_from(gone.rows_affected).unwrap_or(usize::MAX))
}

/// Groups the import founded that nothing is in and nobody looks after.
async fn drop_groups(tx: &DatabaseTransaction, founded: Vec<Uuid>) -> Result<usize, StoreError> {
    let mut used = of_table!(tx, founded, alley, GroupId);
    used.extend(of_table!(tx, founded, household, GroupId));
    used.extend(of_table!(tx, founded, account, GroupId));
    used.extend(of_table!(tx, founded, residential_group, MergedInto));
    // What was renamed, cut or called otherwise since has a history of its own.
    used.extend(of_table!(tx, founded, ground_change, GroupId));
    used.extend(of_table!(tx, founded, group_alias, GroupId));
    let goes: Vec<Uuid> = founded.into_iter().filter(|id| !used.contains(id)).collect();
    let gone = residential_group::Entity::delete_many()
        .filter(residential_group::Column::Id.is_in(goes.iter().copied()))
        .exec(tx)
        .await?;
    Ok(usize::try_from(gone.rows_affected).unwrap_or(usize::MAX))
}
