//! Evenings on which the police come to homes, as the desk plans them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Set,
    sea_query::OnConflict,
};
use uuid::Uuid;

use gocua_domain::id::{AccountId, GroupId, MobileSessionId, OpId, ReferralId};
use gocua_domain::mobile::{
    MobileResult, MobileSessionView, MobileState, Waiting, Way, in_walking_order, proposed,
};
use gocua_domain::officer::QueueDoor;
use gocua_domain::referral::{Appointment, ReferralKind, ReferralState, phone_until};
use gocua_domain::sync::{Act, PoliceEffects};
use gocua_domain::time::{Day, Millis};

use crate::db::{Store, StoreError, chunks, lock_ward, set_seq};
use crate::entity::{household, kit_item, mobile_home, mobile_session, referral};
use crate::sync::{code, decode};

use super::queue::{Doors, homes_of, view, ways};
use super::{of_police, write_acts, write_until};

/// An evening as it shall be.
#[derive(Clone, Debug)]
pub struct Evening {
    /// Identity, made by the desk.
    pub id: MobileSessionId,
    /// The day.
    pub day: Day,
    /// When it begins and ends, in minutes since midnight.
    pub minutes: (i32, i32),
    /// Where the officers meet.
    pub place: String,
    /// How many homes fit into it.
    pub capacity: u32,
    /// Its homes, in any order.
    pub homes: Vec<ReferralId>,
    /// Codes of the kit that is packed.
    pub packed: BTreeSet<String>,
}

/// What changes about an evening; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct EveningChange {
    /// The day.
    pub day: Option<Day>,
    /// When it begins, in minutes since midnight.
    pub from: Option<i32>,
    /// When it ends.
    pub to: Option<i32>,
    /// Where the officers meet.
    pub place: Option<String>,
    /// How many homes fit into it.
    pub capacity: Option<u32>,
    /// Its homes.
    pub homes: Option<Vec<ReferralId>>,
    /// Codes of the kit that is packed.
    pub packed: Option<BTreeSet<String>>,
}

/// What became of a plan.
#[derive(Clone, Debug)]
pub enum Planned {
    /// It stands.
    Done(MobileSessionView),
    /// More homes than fit into it.
    Full,
    /// Homes that are part of another planned evening, by their places in the list.
    Taken(Vec<usize>),
    /// Homes that do not wait for the police, or are at no door, by their places in the list.
    NotWaiting(Vec<usize>),
    /// Something that is in no kit of the ward.
    UnknownKit,
    /// It ends before it begins.
    NoTime,
    /// It is over, or was called off.
    Over,
}

/// A home that waits for an evening.
#[derive(Clone, Debug)]
pub struct WaitingHome {
    /// The referral that asks for it.
    pub referral: ReferralId,
    /// For what.
    pub kind: ReferralKind,
    /// How far it has come.
    pub state: ReferralState,
    /// Its residential group.
    pub group: GroupId,
    /// Its door.
    pub door: QueueDoor,
    /// Since when it waits.
    pub opened_at: Millis,
    /// The last day of the promise.
    pub due_on: Option<Day>,
    /// Does it find a place on an evening of the capacity asked for?
    pub fits: bool,
}

/// The homes that wait, in walking order.
pub type WaitingHomes = Vec<WaitingHome>;

impl Store {
    /// The homes of some residential groups that wait for an evening, in walking order; those that are
    /// due first fit into one of the capacity.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn waiting_homes(
        &self,
        ward: &str,
        groups: &BTreeSet<GroupId>,
        kinds: &[ReferralKind],
        capacity: usize,
    ) -> Result<WaitingHomes, StoreError> {
        use referral::Column as C;
        let db = &self.read;
        let open = [ReferralState::New, ReferralState::Accepted].map(|state| code(&state));
        let rows = referral::Entity::find()
            .filter(C::Ward.eq(ward))
            .filter(C::State.is_in(open))
            .filter(C::Kind.is_in(kinds.iter().map(code)))
            .filter(C::HouseholdId.is_not_null())
            .all(db)
            .await?;
        let taken = taken(db, ward, None).await?;
        let rows: Vec<_> = rows.into_iter().filter(|row| !taken.contains(&row.id)).collect();
        let households = rows.iter().filter_map(|row| row.household_id).collect();
        let doors = Doors::read(db, ward, households).await?;
        let mut homes: HashMap<ReferralId, WaitingHome> = HashMap::new();
        for row in rows {
            let Some((group, door)) = row.household_id.and_then(|id| doors.door(id)) else {
                continue;
            };
            if !groups.contains(&group) {
                continue;
            }
            let home = WaitingHome {
                referral: ReferralId(row.id),
                kind: decode("kind of a referral", &row.kind)?,
                state: decode("state of a referral", &row.state)?,
                group,
                door,
                opened_at: Millis(row.opened_at),
                due_on: row.due_on.map(Day),
                fits: false,
            };
            homes.insert(home.referral, home);
        }
        let ways: Vec<Way> = ways(db, ward).await?.into_iter().map(|(way, _)| way).collect();
        let waiting: Vec<Waiting> = homes.values().map(waiting).collect();
        let fit: BTreeSet<ReferralId> = proposed(&ways, waiting.clone(), capacity)
            .into_iter()
            .map(|home| home.referral)
            .collect();
        let order = in_walking_order(&ways, waiting);
        let home = |waiting: Waiting| {
            let home = homes.remove(&waiting.referral)?;
            Some(WaitingHome { fits: fit.contains(&home.referral), ..home })
        };
        Ok(order.into_iter().filter_map(home).collect())
    }

    /// Plans an evening, or sets one that is planned anew. Its homes are told the day.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the id is another ward's.
    pub async fn plan_evening(
        &self,
        ward: &str,
        evening: &Evening,
        by: AccountId,
        now: Millis,
    ) -> Result<Planned, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = mobile_session::Entity::find_by_id(evening.id.0).one(&tx).await?;
        if known.as_ref().is_some_and(|known| known.ward != ward) {
            return Err(StoreError::Conflict("evening".into()));
        }
        self.set_evening(tx, (ward, seq), known, evening, by, now).await
    }

    /// Changes an evening that is planned.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such evening.
    pub async fn change_evening(
        &self,
        ward: &str,
        id: MobileSessionId,
        change: EveningChange,
        by: AccountId,
        now: Millis,
    ) -> Result<Planned, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = of_ward(&tx, ward, id).await?;
        let homes = homes_of(&tx, [id.0]).await?;
        let evening = Evening {
            id,
            day: change.day.unwrap_or(Day(known.day)),
            minutes: (
                change.from.unwrap_or(known.from_minute),
                change.to.unwrap_or(known.to_minute),
            ),
            place: change.place.unwrap_or_else(|| known.place.clone()),
            capacity: change.capacity.unwrap_or(known.capacity.unsigned_abs()),
            homes: change
                .homes
                .unwrap_or_else(|| homes.iter().map(|home| ReferralId(home.referral_id)).collect()),
            packed: change
                .packed
                .unwrap_or_else(|| known.packed.split_whitespace().map(str::to_owned).collect()),
        };
        self.set_evening(tx, (ward, seq), Some(known), &evening, by, now).await
    }

    /// Calls an evening off: its homes wait again. Twice is once.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such evening, [`StoreError::Conflict`] when it is
    /// over.
    pub async fn cancel_evening(
        &self,
        ward: &str,
        id: MobileSessionId,
        by: AccountId,
        now: Millis,
    ) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let known = of_ward(&tx, ward, id).await?;
        if known.state == code(&MobileState::Cancelled) {
            return Ok(());
        }
        if known.state != code(&MobileState::Planned) {
            return Err(StoreError::Conflict("an evening that is over".into()));
        }
        mobile_session::Entity::update_many()
            .col_expr(mobile_session::Column::State, Expr::value(code(&MobileState::Cancelled)))
            .col_expr(mobile_session::Column::Seq, Expr::value(seq))
            .filter(mobile_session::Column::Id.eq(id.0))
            .exec(&tx)
            .await?;
        let homes = homes_of(&tx, [id.0]).await?;
        let left = homes.iter().filter(|home| home.result.is_none()).map(|home| home.referral_id);
        tell(&tx, left.collect(), None, (id, by, now, seq)).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(())
    }

    async fn set_evening(
        &self,
        tx: DatabaseTransaction,
        (ward, seq): (&str, i64),
        known: Option<mobile_session::Model>,
        evening: &Evening,
        by: AccountId,
        now: Millis,
    ) -> Result<Planned, StoreError> {
        if known.as_ref().is_some_and(|known| known.state != code(&MobileState::Planned)) {
            return Ok(Planned::Over);
        }
        if evening.minutes.0 >= evening.minutes.1 {
            return Ok(Planned::NoTime);
        }
        let kit: Vec<String> = kit_item::Entity::find()
            .select_only()
            .column(kit_item::Column::Code)
            .filter(kit_item::Column::Ward.eq(ward))
            .into_tuple()
            .all(&tx)
            .await?;
        if !evening.packed.iter().all(|item| kit.contains(item)) {
            return Ok(Planned::UnknownKit);
        }
        let before = homes_of(&tx, [evening.id.0]).await?;
        let said = |home: &&mobile_home::Model| home.result.is_some();
        // What was said of a home stays said, whoever forgot it on the list.
        let mut ids = evening.homes.clone();
        ids.extend(before.iter().filter(said).map(|home| ReferralId(home.referral_id)));
        let mut seen = BTreeSet::new();
        ids.retain(|id| seen.insert(*id));
        if ids.len() > evening.capacity as usize {
            return Ok(Planned::Full);
        }
        let taken = taken(&tx, ward, Some(evening.id)).await?;
        let places = |wrong: &dyn Fn(&ReferralId) -> bool| -> Vec<usize> {
            let of = evening.homes.iter().enumerate();
            of.filter(|(_, id)| wrong(id)).map(|(at, _)| at).collect()
        };
        let elsewhere = places(&|id| taken.contains(&id.0));
        if !elsewhere.is_empty() {
            return Ok(Planned::Taken(elsewhere));
        }
        let rows: BTreeMap<Uuid, referral::Model> = referral::Entity::find()
            .filter(referral::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .filter(referral::Column::Ward.eq(ward))
            .filter(referral::Column::Kind.is_in(of_police()))
            .filter(referral::Column::HouseholdId.is_not_null())
            .all(&tx)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let open = [ReferralState::New, ReferralState::Accepted].map(|state| code(&state));
        let here: BTreeSet<Uuid> = before.iter().map(|home| home.referral_id).collect();
        let none = places(&|id| {
            let row = rows.get(&id.0);
            !row.is_some_and(|row| open.contains(&row.state) || here.contains(&id.0))
        });
        if !none.is_empty() {
            return Ok(Planned::NotWaiting(none));
        }
        let households = rows.values().filter_map(|row| row.household_id).collect();
        let doors = Doors::read(&tx, ward, households).await?;
        let order = self.walked(&tx, ward, &ids, &rows, &doors).await?;
        let row = mobile_session::ActiveModel {
            id: Set(evening.id.0),
            ward: Set(ward.to_owned()),
            day: Set(evening.day.0),
            from_minute: Set(evening.minutes.0),
            to_minute: Set(evening.minutes.1),
            place: Set(evening.place.clone()),
            capacity: Set(i32::try_from(evening.capacity).unwrap_or(i32::MAX)),
            state: Set(code(&MobileState::Planned)),
            packed: Set(evening.packed.iter().cloned().collect::<Vec<_>>().join(" ")),
            by_account: Set(by.0),
            made_at: Set(known.as_ref().map_or(now.0, |known| known.made_at)),
            seq: Set(seq),
        };
        use mobile_session::Column as S;
        let again = OnConflict::column(S::Id)
            .update_columns([S::Day, S::FromMinute, S::ToMinute, S::Place, S::Capacity, S::Packed])
            .update_column(S::Seq)
            .to_owned();
        mobile_session::Entity::insert(row).on_conflict(again).exec_without_returning(&tx).await?;
        write_homes(&tx, ward, evening.id, &order).await?;
        let told = (evening.id, by, now, seq);
        let gone: BTreeSet<Uuid> =
            here.iter().filter(|id| !seen.contains(&ReferralId(**id))).copied().collect();
        tell(&tx, gone, None, told).await?;
        let agreed = Appointment { on: evening.day, minute: Some(evening.minutes.0) };
        let anew = known.as_ref().is_some_and(|known| {
            (known.day, known.from_minute) != (evening.day.0, evening.minutes.0)
        });
        let answered: BTreeSet<Uuid> =
            before.iter().filter(said).map(|home| home.referral_id).collect();
        let come: BTreeSet<Uuid> = order
            .iter()
            .filter(|id| !answered.contains(*id) && (anew || !here.contains(*id)))
            .copied()
            .collect();
        tell(&tx, come, Some(agreed), told).await?;
        let homes = homes_of(&tx, [evening.id.0]).await?;
        let row = of_ward(&tx, ward, evening.id).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        let household = |id: ReferralId| rows.get(&id.0).and_then(|row| row.household_id);
        let group = |id| household(id).and_then(|id| doors.door(id)).map(|(group, _)| group);
        Ok(Planned::Done(view(row, &homes, group)?))
    }

    /// Homes in the order they are walked.
    async fn walked(
        &self,
        tx: &DatabaseTransaction,
        ward: &str,
        ids: &[ReferralId],
        rows: &BTreeMap<Uuid, referral::Model>,
        doors: &Doors,
    ) -> Result<Vec<Uuid>, StoreError> {
        let ways: Vec<Way> = ways(tx, ward).await?.into_iter().map(|(way, _)| way).collect();
        let homes = ids.iter().filter_map(|id| {
            let row = rows.get(&id.0)?;
            let (_, door) = doors.door(row.household_id?)?;
            Some(Waiting {
                referral: *id,
                alley: door.alley_id,
                sort: door.sort,
                due_on: row.due_on.map(Day),
                opened_at: Millis(row.opened_at),
            })
        });
        let order = in_walking_order(&ways, homes.collect());
        Ok(order.into_iter().map(|home| home.referral.0).collect())
    }
}

fn waiting(home: &WaitingHome) -> Waiting {
    Waiting {
        referral: home.referral,
        alley: home.door.alley_id,
        sort: home.door.sort.clone(),
        due_on: home.due_on,
        opened_at: home.opened_at,
    }
}

async fn of_ward(
    tx: &DatabaseTransaction,
    ward: &str,
    id: MobileSessionId,
) -> Result<mobile_session::Model, StoreError> {
    mobile_session::Entity::find_by_id(id.0)
        .filter(mobile_session::Column::Ward.eq(ward))
        .one(tx)
        .await?
        .ok_or(StoreError::NotFound)
}

/// The referrals that are part of a planned evening, another than this one.
async fn taken(
    db: &impl ConnectionTrait,
    ward: &str,
    but: Option<MobileSessionId>,
) -> Result<BTreeSet<Uuid>, StoreError> {
    let planned: Vec<Uuid> = mobile_session::Entity::find()
        .select_only()
        .column(mobile_session::Column::Id)
        .filter(mobile_session::Column::Ward.eq(ward))
        .filter(mobile_session::Column::State.eq(code(&MobileState::Planned)))
        .into_tuple()
        .all(db)
        .await?;
    let planned = planned.into_iter().filter(|id| but.is_none_or(|but| but.0 != *id));
    let not_done = code(&MobileResult::NotDone);
    let homes = homes_of(db, planned).await?;
    let there = homes.into_iter().filter(|home| home.result.as_ref() != Some(&not_done));
    Ok(there.map(|home| home.referral_id).collect())
}

/// The homes of an evening as they shall be; what was said of one stays.
async fn write_homes(
    tx: &DatabaseTransaction,
    ward: &str,
    id: MobileSessionId,
    order: &[Uuid],
) -> Result<(), StoreError> {
    use mobile_home::Column as C;
    mobile_home::Entity::delete_many()
        .filter(C::SessionId.eq(id.0))
        .filter(C::ReferralId.is_not_in(order.iter().copied()))
        .exec(tx)
        .await?;
    let rows: Vec<_> = (1..)
        .zip(order)
        .map(|(position, referral)| mobile_home::ActiveModel {
            session_id: Set(id.0),
            referral_id: Set(*referral),
            ward: Set(ward.to_owned()),
            position: Set(position),
            ..Default::default()
        })
        .collect();
    for rows in chunks(rows, 4) {
        let again = OnConflict::columns([C::SessionId, C::ReferralId])
            .update_column(C::Position)
            .to_owned();
        mobile_home::Entity::insert_many(rows)
            .on_conflict(again)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Tells who asked for these homes when the police come, or that they wait again. An appointment that
/// an officer agreed on since stays.
async fn tell(
    tx: &DatabaseTransaction,
    referrals: BTreeSet<Uuid>,
    agreed: Option<Appointment>,
    (id, by, now, seq): (MobileSessionId, AccountId, Millis, i64),
) -> Result<(), StoreError> {
    let rows =
        referral::Entity::find().filter(referral::Column::Id.is_in(referrals)).all(tx).await?;
    let mut effects = PoliceEffects::default();
    let mut households = BTreeSet::new();
    for row in rows {
        if agreed.is_none() && row.acted_op != Some(id.0) {
            continue;
        }
        households.extend(row.household_id);
        let act = Act {
            key: (now.max(Millis(row.acted_at.unwrap_or_default())), OpId(id.0)),
            by,
            state: ReferralState::Accepted,
            appointment: agreed,
            why: None,
            closed_on: None,
            seq,
        };
        let until = phone_until(Millis(row.opened_at).day(), agreed.map(|a| a.on), None);
        effects.acts.insert(ReferralId(row.id), act);
        effects.until.insert(ReferralId(row.id), until);
    }
    write_acts(tx, &effects).await?;
    write_until(tx, &effects).await?;
    let merged: Vec<Option<Uuid>> = household::Entity::find()
        .select_only()
        .column(household::Column::MergedInto)
        .filter(household::Column::Id.is_in(households.iter().copied()))
        .into_tuple()
        .all(tx)
        .await?;
    households.extend(merged.into_iter().flatten());
    household::Entity::update_many()
        .col_expr(household::Column::Seq, Expr::value(seq))
        .filter(household::Column::Id.is_in(households))
        .exec(tx)
        .await?;
    Ok(())
}
