//! Rollups: household states and coverage counts. The only file that writes their tables.
//!
//! The arithmetic is `domain::coverage`; this file adds deltas in the visit's own transaction, and
//! can count everything again from the visits to prove (`verify`) or mend (`rebuild`) the rows.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::TryStreamExt;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    QueryFilter, QuerySelect, QueryTrait, Set, StreamTrait, TransactionTrait,
};

use gocua_domain::coverage::{Counted, Coverage, DayTally, HourTally, Slot, Tally};
use gocua_domain::household::HouseholdState;
use gocua_domain::id::{AlleyId, GroupId, HouseholdId};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::VisitFact;

use crate::db::{Store, StoreError, chunks};
use crate::entity::{
    alley, household, household_state, rollup_alley, rollup_day, rollup_group, rollup_hour, visit,
};
use crate::sync::FactRow;

/// One row that does not say what the visits say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Table of the row.
    pub table: &'static str,
    /// Key of the row.
    pub key: String,
    /// What the row says.
    pub stored: String,
    /// What the visits say.
    pub counted: String,
}

/// What a recount found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// Households counted.
    pub households: usize,
    /// Visits counted, withdrawn ones included.
    pub visits: usize,
    /// Rows that differ; none when all is well.
    pub drifts: Vec<Drift>,
}

/// Latest visit by residential group and by alley, withdrawn visits included.
#[derive(Debug, Default)]
pub(crate) struct LastVisits {
    pub groups: BTreeMap<GroupId, Millis>,
    pub alleys: BTreeMap<AlleyId, Millis>,
}

impl LastVisits {
    pub fn see(&mut self, group: GroupId, alley: AlleyId, at: Millis) {
        let group = self.groups.entry(group).or_insert(at);
        *group = at.max(*group);
        let alley = self.alleys.entry(alley).or_insert(at);
        *alley = at.max(*alley);
    }
}

/// A household's place, for writing its state.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub group: GroupId,
    pub alley: AlleyId,
}

/// Writes the states that changed.
pub(crate) async fn write_states(
    tx: &impl ConnectionTrait,
    ward: &str,
    states: impl Iterator<Item = (HouseholdId, Place, HouseholdState, i64)>,
) -> Result<(), StoreError> {
    use household_state::Column as C;
    let rows: Vec<_> = states
        .map(|(household, place, state, seq)| household_state::ActiveModel {
            household_id: Set(household.0),
            ward: Set(ward.to_owned()),
            group_id: Set(place.group.0),
            alley_id: Set(place.alley.0),
            status: Set(state.status.code().to_owned()),
            revisit: Set(state.revisit),
            visits: Set(state.visits),
            last_outcome: Set(state.last_outcome.map(|o| o.code().to_owned())),
            last_visit_at: Set(state.last_visit_at.map(|t| t.0)),
            first_visited: Set(state.first_visited.map(|d| d.0)),
            first_contacted: Set(state.first_contacted.map(|d| d.0)),
            first_served: Set(state.first_served.map(|d| d.0)),
            comeback_on: Set(state.comeback.map(|c| c.on.0)),
            comeback_band: Set(state.comeback.map(|c| crate::sync::code(&c.band))),
            seq: Set(seq),
        })
        .collect();
    for rows in chunks(rows, 15) {
        household_state::Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(C::HouseholdId)
                    .update_columns([
                        C::GroupId,
                        C::AlleyId,
                        C::Status,
                        C::Revisit,
                        C::Visits,
                        C::LastOutcome,
                        C::LastVisitAt,
                        C::FirstVisited,
                        C::FirstContacted,
                        C::FirstServed,
                        C::ComebackOn,
                        C::ComebackBand,
                        C::Seq,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

macro_rules! add_tallies {
    ($name:ident, $entity:ident, $table:literal, $id:ident, $key:ident, $column:ident, $last:ident) => {
        async fn $name(
            tx: &impl ConnectionTrait,
            ward: &str,
            delta: &BTreeMap<$id, Tally>,
            last: &LastVisits,
            seq: i64,
        ) -> Result<(), StoreError> {
            use $entity::Column as C;
            let rows: Vec<_> = delta
                .iter()
                .map(|(id, t)| $entity::ActiveModel {
                    $key: Set(id.0),
                    ward: Set(ward.to_owned()),
                    seq: Set(seq),
                    last_visit_at: Set(last.$last.get(id).map(|at| at.0)),
                    hh_total: Set(t.hh_total),
                    hh_visited: Set(t.hh_visited),
                    hh_contacted: Set(t.hh_contacted),
                    hh_served: Set(t.hh_served),
                    hh_revisit: Set(t.hh_revisit),
                    hh_declined: Set(t.hh_declined),
                    hh_unreachable: Set(t.hh_unreachable),
                    hh_vacant: Set(t.hh_vacant),
                    visits: Set(t.visits),
                    coach_occ: Set(t.coach_occ),
                    coach_people: Set(t.coach_people),
                    coach_people_60: Set(t.coach_people_60),
                })
                .collect();
            let mut merge = OnConflict::column(C::$column);
            merge.update_column(C::Seq);
            for field in Tally::FIELDS {
                merge.value(*field, Expr::cust(format!("{0}.{field} + excluded.{field}", $table)));
            }
            merge.value(
                C::LastVisitAt,
                Expr::cust(format!(
                    "CASE WHEN {0}.last_visit_at IS NULL OR excluded.last_visit_at > {0}.last_visit_at \
                     THEN excluded.last_visit_at ELSE {0}.last_visit_at END",
                    $table
                )),
            );
            for rows in chunks(rows, 16) {
                $entity::Entity::insert_many(rows)
                    .on_conflict(merge.clone())
                    .exec_without_returning(tx)
                    .await?;
            }
            Ok(())
        }
    };
}

add_tallies!(add_groups, rollup_group, "rollup_group", GroupId, group_id, GroupId, groups);
add_tallies!(add_alleys, rollup_alley, "rollup_alley", AlleyId, alley_id, AlleyId, alleys);

/// Adds a change of coverage to the rollups.
pub(crate) async fn add(
    tx: &impl ConnectionTrait,
    ward: &str,
    mut delta: Coverage,
    last: &LastVisits,
    seq: i64,
) -> Result<(), StoreError> {
    delta.drop_zeros();
    // A visit may leave every count as it was and still be the latest one.
    for group in last.groups.keys() {
        delta.groups.entry(*group).or_default();
    }
    for alley in last.alleys.keys() {
        delta.alleys.entry(*alley).or_default();
    }
    add_groups(tx, ward, &delta.groups, last, seq).await?;
    add_alleys(tx, ward, &delta.alleys, last, seq).await?;

    use rollup_day::Column as C;
    let rows: Vec<_> = delta
        .days
        .iter()
        .map(|((group, day), t)| rollup_day::ActiveModel {
            group_id: Set(group.0),
            day: Set(day.0),
            ward: Set(ward.to_owned()),
            visits: Set(t.visits),
            hh_visited: Set(t.hh_visited),
            hh_served: Set(t.hh_served),
        })
        .collect();
    let mut merge = OnConflict::columns([C::GroupId, C::Day]);
    for field in ["visits", "hh_visited", "hh_served"] {
        merge.value(field, Expr::cust(format!("rollup_day.{field} + excluded.{field}")));
    }
    for rows in chunks(rows, 6) {
        rollup_day::Entity::insert_many(rows)
            .on_conflict(merge.clone())
            .exec_without_returning(tx)
            .await?;
    }
    add_hours(tx, ward, &delta.hours).await
}

async fn add_hours(
    tx: &impl ConnectionTrait,
    ward: &str,
    delta: &BTreeMap<(GroupId, Slot), HourTally>,
) -> Result<(), StoreError> {
    use rollup_hour::Column as C;
    let rows: Vec<_> = delta
        .iter()
        .map(|((group, slot), t)| rollup_hour::ActiveModel {
            group_id: Set(group.0),
            band: Set(crate::sync::code(&slot.band)),
            weekend: Set(slot.weekend),
            ward: Set(ward.to_owned()),
            visits: Set(t.visits),
            contacts: Set(t.contacts),
            missed: Set(t.missed),
        })
        .collect();
    let mut merge = OnConflict::columns([C::GroupId, C::Band, C::Weekend]);
    for field in ["visits", "contacts", "missed"] {
        merge.value(field, Expr::cust(format!("rollup_hour.{field} + excluded.{field}")));
    }
    for rows in chunks(rows, 7) {
        rollup_hour::Entity::insert_many(rows)
            .on_conflict(merge.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// A visit with the people packed in it.
#[derive(Debug, FromQueryResult)]
struct RecountRow {
    #[sea_orm(nested)]
    fact: FactRow,
    people: Option<serde_json::Value>,
}

/// Everything the visits say, counted from nothing.
struct Recount {
    coverage: Coverage,
    last: LastVisits,
    states: HashMap<HouseholdId, (Place, HouseholdState)>,
    households: usize,
    visits: usize,
    /// Visits whose counted columns differ from the people packed beside them.
    columns: Vec<Drift>,
}

/// Reads every visit of a ward, row after row: a ward's years of visits need not fit in memory as
/// rows, only as the facts that are counted. Tells how many there are, and where the counts beside
/// the packed people are wrong.
async fn read_visits(
    db: &(impl ConnectionTrait + StreamTrait),
    which: Condition,
    merged: &HashMap<HouseholdId, HouseholdId>,
    visits: &mut HashMap<HouseholdId, Vec<VisitFact>>,
) -> Result<(usize, Vec<Drift>), StoreError> {
    let (mut total, mut columns) = (0, Vec::new());
    let mut rows = FactRow::select(visit::Entity::find().filter(which))
        .column(visit::Column::People)
        .into_model::<RecountRow>()
        .stream(db)
        .await?;
    while let Some(row) = rows.try_next().await? {
        total += 1;
        let mut fact = row.fact.fact()?;
        let stored = (fact.coach_occ, fact.people, fact.people_60);
        // The packed people are the source; the columns beside them are only their counts.
        let counted = crate::sync::count_people(row.people.as_ref());
        if stored != counted {
            let (stored, text) = (format!("{stored:?}"), format!("{counted:?}"));
            differ(&mut columns, "visit", row.fact.id.to_string(), stored, text);
        }
        (fact.coach_occ, fact.people, fact.people_60) = counted;
        let named = HouseholdId(row.fact.household_id);
        visits.entry(merged.get(&named).copied().unwrap_or(named)).or_default().push(fact);
    }
    Ok((total, columns))
}

/// The place of a household, and how it counts.
type DoorRow = (uuid::Uuid, uuid::Uuid, uuid::Uuid, bool, Option<uuid::Uuid>, bool, Option<i32>);

/// How a household counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counting {
    /// In the denominator?
    pub active: bool,
    /// The day it left it from.
    pub left_on: Option<Day>,
    /// Waiting for the ward, or refused?
    pub proposed: bool,
}

/// Takes the difference to coverage that a household makes when it comes to count in another way,
/// with all its visits.
pub(crate) async fn restand(
    tx: &DatabaseTransaction,
    ward: &str,
    (household, place): (HouseholdId, Place),
    (was, is): (Counting, Counting),
    seq: i64,
) -> Result<(), StoreError> {
    let doubles: Vec<uuid::Uuid> = household::Entity::find()
        .select_only()
        .column(household::Column::Id)
        .filter(household::Column::MergedInto.eq(household.0))
        .into_tuple()
        .all(tx)
        .await?;
    let ids = doubles.into_iter().chain([household.0]);
    let visits = visit::Entity::find().filter(visit::Column::HouseholdId.is_in(ids));
    let rows = FactRow::select(visits).into_model::<FactRow>().all(tx).await?;
    let visits: Vec<VisitFact> = rows.iter().map(FactRow::fact).collect::<Result<_, _>>()?;
    let mut delta = Coverage::default();
    let (Place { group, alley }, mut last) = (place, LastVisits::default());
    for (Counting { active, left_on, proposed }, sign) in [(was, -1), (is, 1)] {
        delta.count(&Counted { group, alley, active, left_on, proposed, visits: &visits }, sign);
    }
    for fact in visits.iter().filter(|_| !is.proposed) {
        last.see(group, alley, fact.made_at);
    }
    add(tx, ward, delta, &last, seq).await
}

/// Counts a ward again, or only some of its residential groups. A double's visits count for the
/// household it was merged into, wherever that one stands.
async fn recount(
    db: &(impl ConnectionTrait + StreamTrait),
    ward: &str,
    groups: Option<&[GroupId]>,
) -> Result<Recount, StoreError> {
    use household::Column as C;
    let doors: Vec<DoorRow> = household::Entity::find()
        .select_only()
        .columns([C::Id, C::GroupId, C::AlleyId, C::Active, C::MergedInto, C::Proposed, C::LeftOn])
        .filter(C::Ward.eq(ward))
        .apply_if(groups, |q, groups| q.filter(C::GroupId.is_in(groups.iter().map(|g| g.0))))
        .into_tuple()
        .all(db)
        .await?;
    let merged: Vec<(uuid::Uuid, Option<uuid::Uuid>)> = household::Entity::find()
        .select_only()
        .columns([C::Id, C::MergedInto])
        .filter(C::MergedInto.is_not_null())
        .filter(C::Ward.eq(ward))
        .into_tuple()
        .all(db)
        .await?;
    let merged: HashMap<HouseholdId, HouseholdId> = merged
        .into_iter()
        .filter_map(|(id, into)| Some((HouseholdId(id), HouseholdId(into?))))
        .collect();
    let mut visits: HashMap<HouseholdId, Vec<VisitFact>> = HashMap::with_capacity(doors.len());
    let (mut total, mut columns) = (0, Vec::new());
    if groups.is_some() {
        let here: HashSet<uuid::Uuid> = doors.iter().map(|(id, ..)| *id).collect();
        let doubles = merged.iter().filter(|(_, into)| here.contains(&into.0)).map(|(id, _)| id.0);
        let ids: Vec<uuid::Uuid> = here.iter().copied().chain(doubles).collect();
        for part in ids.chunks(10_000) {
            let which =
                Condition::all().add(visit::Column::HouseholdId.is_in(part.iter().copied()));
            let (n, wrong) = read_visits(db, which, &merged, &mut visits).await?;
            total += n;
            columns.extend(wrong);
        }
    } else {
        let which = Condition::all().add(visit::Column::Ward.eq(ward));
        (total, columns) = read_visits(db, which, &merged, &mut visits).await?;
    }
    let mut all = Recount {
        coverage: Coverage::default(),
        last: LastVisits::default(),
        states: HashMap::new(),
        households: doors.len(),
        visits: total,
        columns,
    };
    for (id, group, alley, active, merged_into, proposed, left_on) in doors {
        if merged_into.is_some() {
            continue;
        }
        let (group, alley) = (GroupId(group), AlleyId(alley));
        let seen = visits.remove(&HouseholdId(id)).unwrap_or_default();
        let left_on = left_on.map(Day);
        let counted = Counted { group, alley, active, left_on, proposed, visits: &seen };
        all.coverage.count(&counted, 1);
        for fact in seen.iter().filter(|_| !proposed) {
            all.last.see(group, alley, fact.made_at);
        }
        if !seen.is_empty() {
            let state = HouseholdState::derive(&seen);
            all.states.insert(HouseholdId(id), (Place { group, alley }, state));
        }
    }
    Ok(all)
}

/// Counts some residential groups again and replaces their rows, inside a write that holds the ward's
/// lock: for changes of the register, which move whole households. Every group that a household
/// left or came to must be named.
pub(crate) async fn recount_groups(
    tx: &DatabaseTransaction,
    ward: &str,
    groups: &[GroupId],
    seq: i64,
) -> Result<(), StoreError> {
    let all = recount(tx, ward, Some(groups)).await?;
    let ids = || groups.iter().map(|g| g.0);
    // The alleys of these groups as they stand now, and those counted for them until now.
    let alleys: Vec<uuid::Uuid> = alley::Entity::find()
        .select_only()
        .column(alley::Column::Id)
        .filter(alley::Column::GroupId.is_in(ids()))
        .into_tuple()
        .all(tx)
        .await?;
    rollup_group::Entity::delete_many()
        .filter(rollup_group::Column::GroupId.is_in(ids()))
        .exec(tx)
        .await?;
    rollup_alley::Entity::delete_many()
        .filter(rollup_alley::Column::AlleyId.is_in(alleys))
        .exec(tx)
        .await?;
    rollup_day::Entity::delete_many()
        .filter(rollup_day::Column::GroupId.is_in(ids()))
        .exec(tx)
        .await?;
    rollup_hour::Entity::delete_many()
        .filter(rollup_hour::Column::GroupId.is_in(ids()))
        .exec(tx)
        .await?;
    household_state::Entity::delete_many()
        .filter(household_state::Column::GroupId.is_in(ids()))
        .exec(tx)
        .await?;
    write_recount(tx, ward, all, seq).await
}

async fn write_recount(
    tx: &DatabaseTransaction,
    ward: &str,
    all: Recount,
    seq: i64,
) -> Result<(), StoreError> {
    let states = all.states.into_iter().map(|(id, (place, state))| (id, place, state, seq));
    write_states(tx, ward, states).await?;
    add(tx, ward, all.coverage, &all.last, seq).await
}

/// Counts a ward again and replaces its rollup rows, inside a write that holds the ward's lock.
pub(crate) async fn rebuild_in(
    tx: &DatabaseTransaction,
    ward: &str,
    seq: i64,
) -> Result<(), StoreError> {
    let all = recount(tx, ward, None).await?;
    rollup_group::Entity::delete_many()
        .filter(rollup_group::Column::Ward.eq(ward))
        .exec(tx)
        .await?;
    rollup_alley::Entity::delete_many()
        .filter(rollup_alley::Column::Ward.eq(ward))
        .exec(tx)
        .await?;
    rollup_day::Entity::delete_many().filter(rollup_day::Column::Ward.eq(ward)).exec(tx).await?;
    rollup_hour::Entity::delete_many().filter(rollup_hour::Column::Ward.eq(ward)).exec(tx).await?;
    household_state::Entity::delete_many()
        .filter(household_state::Column::Ward.eq(ward))
        .exec(tx)
        .await?;
    write_recount(tx, ward, all, seq).await
}

impl Store {
    /// Counts a ward's visits again and compares every rollup row and household state.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; a difference is not an error but a [`Drift`].
    pub async fn verify(&self, ward: &str) -> Result<VerifyReport, StoreError> {
        // One snapshot: a visit that lands between two reads must not look like a drift.
        let tx = self.snapshot().await?;
        let all = recount(&tx, ward, None).await?;
        let mut drifts = all.columns.clone();
        compare_tallies(&tx, ward, &all, &mut drifts).await?;
        compare_days(&tx, ward, &all, &mut drifts).await?;
        compare_hours(&tx, ward, &all, &mut drifts).await?;
        compare_states(&tx, ward, &all, &mut drifts).await?;
        crate::people::prove(&tx, ward, &mut drifts).await?;
        crate::police::prove(&tx, ward, &mut drifts).await?;
        crate::withdrawal::prove(&tx, ward, &mut drifts).await?;
        crate::ledger::prove(&tx, ward, &mut drifts).await?;
        crate::quality::prove(&tx, ward, &mut drifts).await?;
        tx.rollback().await?;
        Ok(VerifyReport { households: all.households, visits: all.visits, drifts })
    }

    /// Replaces a ward's rollups by a recount: the repair for a drift, and the end of a bulk load.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; then nothing has changed.
    pub async fn rebuild(&self, ward: &str) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = crate::db::lock_ward(&tx, self.engine(), ward).await? + 1;
        rebuild_in(&tx, ward, seq).await?;
        crate::db::set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn snapshot(&self) -> Result<DatabaseTransaction, StoreError> {
        let isolation = match self.engine() {
            crate::Engine::Postgres => Some(sea_orm::IsolationLevel::RepeatableRead),
            crate::Engine::Sqlite => None,
        };
        Ok(self.read.begin_with_config(isolation, None).await?)
    }
}

fn differ(
    drifts: &mut Vec<Drift>,
    table: &'static str,
    key: String,
    stored: String,
    counted: String,
) {
    if stored != counted {
        drifts.push(Drift { table, key, stored, counted });
    }
}

async fn compare_tallies(
    db: &impl ConnectionTrait,
    ward: &str,
    all: &Recount,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    let row = |t: &Tally, last: Option<i64>| format!("{:?} last {last:?}", t.values());
    let mut groups: BTreeMap<GroupId, String> = BTreeMap::new();
    for r in
        rollup_group::Entity::find().filter(rollup_group::Column::Ward.eq(ward)).all(db).await?
    {
        groups.insert(GroupId(r.group_id), row(&group_tally(&r), r.last_visit_at));
    }
    for (id, tally) in &all.coverage.groups {
        let counted = row(tally, all.last.groups.get(id).map(|t| t.0));
        let stored = groups.remove(id).unwrap_or_else(|| row(&Tally::default(), None));
        differ(drifts, "rollup_group", id.to_string(), stored, counted);
    }
    let nothing = row(&Tally::default(), None);
    for (id, stored) in groups {
        differ(drifts, "rollup_group", id.to_string(), stored, nothing.clone());
    }
    let mut alleys: BTreeMap<AlleyId, String> = BTreeMap::new();
    for r in
        rollup_alley::Entity::find().filter(rollup_alley::Column::Ward.eq(ward)).all(db).await?
    {
        alleys.insert(AlleyId(r.alley_id), row(&alley_tally(&r), r.last_visit_at));
    }
    for (id, tally) in &all.coverage.alleys {
        let counted = row(tally, all.last.alleys.get(id).map(|t| t.0));
        let stored = alleys.remove(id).unwrap_or_else(|| nothing.clone());
        differ(drifts, "rollup_alley", id.to_string(), stored, counted);
    }
    for (id, stored) in alleys {
        differ(drifts, "rollup_alley", id.to_string(), stored, nothing.clone());
    }
    Ok(())
}

async fn compare_days(
    db: &impl ConnectionTrait,
    ward: &str,
    all: &Recount,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    let mut days: BTreeMap<(GroupId, Day), DayTally> = BTreeMap::new();
    for r in rollup_day::Entity::find().filter(rollup_day::Column::Ward.eq(ward)).all(db).await? {
        let tally = DayTally { visits: r.visits, hh_visited: r.hh_visited, hh_served: r.hh_served };
        days.insert((GroupId(r.group_id), Day(r.day)), tally);
    }
    let text = |t: DayTally| format!("{t:?}");
    for (key, counted) in &all.coverage.days {
        let stored = days.remove(key).unwrap_or_default();
        differ(drifts, "rollup_day", format!("{key:?}"), text(stored), text(*counted));
    }
    for (key, stored) in days {
        differ(drifts, "rollup_day", format!("{key:?}"), text(stored), text(DayTally::default()));
    }
    Ok(())
}

/// The hours of a ward's groups, as the rollup has them.
pub(crate) async fn hours(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<BTreeMap<(GroupId, Slot), HourTally>, StoreError> {
    let rows =
        rollup_hour::Entity::find().filter(rollup_hour::Column::Ward.eq(ward)).all(db).await?;
    rows.into_iter()
        .map(|r| {
            let slot = Slot { band: crate::sync::decode("band", &r.band)?, weekend: r.weekend };
            let tally = HourTally { visits: r.visits, contacts: r.contacts, missed: r.missed };
            Ok(((GroupId(r.group_id), slot), tally))
        })
        .collect()
}

async fn compare_hours(
    db: &impl ConnectionTrait,
    ward: &str,
    all: &Recount,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    let mut stored = hours(db, ward).await?;
    let text = |t: HourTally| format!("{t:?}");
    for (key, counted) in &all.coverage.hours {
        let stored = stored.remove(key).unwrap_or_default();
        differ(drifts, "rollup_hour", format!("{key:?}"), text(stored), text(*counted));
    }
    for (key, stored) in stored {
        let nothing = text(HourTally::default());
        differ(drifts, "rollup_hour", format!("{key:?}"), text(stored), nothing);
    }
    Ok(())
}

async fn compare_states(
    db: &impl ConnectionTrait,
    ward: &str,
    all: &Recount,
    drifts: &mut Vec<Drift>,
) -> Result<(), StoreError> {
    let mut stored: HashMap<HouseholdId, String> = HashMap::new();
    let rows = household_state::Entity::find()
        .filter(household_state::Column::Ward.eq(ward))
        .all(db)
        .await?;
    for r in rows {
        stored.insert(
            HouseholdId(r.household_id),
            format!(
                "{} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
                r.status,
                r.revisit,
                r.visits,
                r.last_outcome,
                r.last_visit_at,
                r.first_visited,
                r.first_contacted,
                r.first_served,
                r.comeback_on,
                r.comeback_band
            ),
        );
    }
    for (id, (_, s)) in &all.states {
        let counted = format!(
            "{} {} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            s.status.code(),
            s.revisit,
            s.visits,
            s.last_outcome.map(|o| o.code()),
            s.last_visit_at.map(|t| t.0),
            s.first_visited.map(|d| d.0),
            s.first_contacted.map(|d| d.0),
            s.first_served.map(|d| d.0),
            s.comeback.map(|c| c.on.0),
            s.comeback.map(|c| crate::sync::code(&c.band))
        );
        let stored = stored.remove(id).unwrap_or_else(|| "missing".to_owned());
        differ(drifts, "household_state", id.to_string(), stored, counted);
    }
    for (id, row) in stored {
        differ(drifts, "household_state", id.to_string(), row, "missing".to_owned());
    }
    Ok(())
}

macro_rules! tally_of {
    ($name:ident, $entity:ident) => {
        /// The counts of a rollup row.
        pub(crate) fn $name(r: &$entity::Model) -> Tally {
            Tally {
                hh_total: r.hh_total,
                hh_visited: r.hh_visited,
                hh_contacted: r.hh_contacted,
                hh_served: r.hh_served,
                hh_revisit: r.hh_revisit,
                hh_declined: r.hh_declined,
                hh_unreachable: r.hh_unreachable,
                hh_vacant: r.hh_vacant,
                visits: r.visits,
                coach_occ: r.coach_occ,
                coach_people: r.coach_people,
                coach_people_60: r.coach_people_60,
            }
        }
    };
}

tally_of!(group_tally, rollup_group);
tally_of!(alley_tally, rollup_alley);
