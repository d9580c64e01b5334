//! What an officer's phone is given: referrals in the order they are due, evenings, the own counts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use gocua_domain::eid::standing;
use gocua_domain::help::HelpDay;
use gocua_domain::id::{AlleyId, GroupId, HouseholdId, LearnerId, MobileSessionId, ReferralId};
use gocua_domain::mobile::{
    KitItem, MobileHome, MobileResult, MobileSessionView, MobileState, Way, walk,
};
use gocua_domain::officer::{
    CLOSED_DAYS, GroupName, OWN_DAYS, OfficerBook, OfficerEid, QueueDoor, QueueItem, QueuePerson,
};
use gocua_domain::referral::ReferralState;
use gocua_domain::time::{Day, Millis};
use gocua_domain::workday;

use crate::alert::alerts_in_force;
use crate::db::StoreError;
use crate::entity::{
    alley, help_log, household, household_state, kit_item, learner, learner_eid, mobile_home,
    mobile_session, referral, referral_phone, residential_group, scam_alert,
};
use crate::names::team_names;
use crate::people::past_eid;
use crate::pull::Puller;
use crate::sync::{code, decode};

use super::{appointment, help_types, of_police};

/// All an officer holds, if anything of it is newer than a number; all of it without one.
pub(crate) async fn book(
    db: &impl ConnectionTrait,
    who: &Puller,
    since: Option<i64>,
    now: Millis,
) -> Result<Option<OfficerBook>, StoreError> {
    if let Some(since) = since
        && !changed(db, who, since).await?
    {
        return Ok(None);
    }
    let ward = who.ward.as_str();
    let today = now.day();
    let groups = residential_group::Entity::find()
        .filter(residential_group::Column::Ward.eq(ward))
        .filter(residential_group::Column::MergedInto.is_null())
        .order_by_asc(residential_group::Column::Position)
        .all(db)
        .await?;
    let kit = kit_item::Entity::find()
        .filter(kit_item::Column::Ward.eq(ward))
        .order_by_asc(kit_item::Column::Position)
        .all(db)
        .await?;
    let rows = mobile_session::Entity::find()
        .filter(mobile_session::Column::Ward.eq(ward))
        .filter(mobile_session::Column::Day.gte(today.plus(-CLOSED_DAYS).0))
        .order_by_asc(mobile_session::Column::Day)
        .order_by_asc(mobile_session::Column::FromMinute)
        .order_by_asc(mobile_session::Column::Id)
        .all(db)
        .await?;
    let homes = homes_of(db, rows.iter().map(|row| row.id)).await?;
    let mut queue = queue(db, who, &homes, today).await?;
    let sessions = sessions(rows, homes, &mut queue)?;
    Ok(Some(OfficerBook {
        groups: groups
            .into_iter()
            .map(|g| GroupName { id: GroupId(g.id), code: g.code, name: g.name })
            .collect(),
        help_types: help_types(db, ward).await?,
        kit: kit
            .into_iter()
            .map(|item| KitItem { code: item.code, vi: item.vi, en: item.en })
            .collect(),
        holidays: workday::free_days(today.0 / 10_000),
        queue,
        sessions,
        days: own_days(db, who, today).await?,
        alerts: alerts_in_force(db, ward, None, today).await?,
    }))
}

/// Referrals that wait for an answer.
fn open_ones(ward: &str) -> Condition {
    let open = [ReferralState::New, ReferralState::Accepted].map(|state| code(&state));
    Condition::all()
        .add(referral::Column::Ward.eq(ward))
        .add(referral::Column::State.is_in(open))
        .add(referral::Column::Kind.is_in(of_police()))
}

/// Is anything of an officer's book newer than a number? Asked of each table by its numbers alone.
async fn changed(db: &impl ConnectionTrait, who: &Puller, since: i64) -> Result<bool, StoreError> {
    let ward = who.ward.as_str();
    let doors: SelectStatement = Query::select()
        .column(referral::Column::HouseholdId)
        .from(referral::Entity)
        .cond_where(open_ones(ward))
        .and_where(referral::Column::HouseholdId.is_not_null())
        .take();
    Ok(any::<referral::Entity>(
        db,
        referral::Column::Ward.eq(ward).and(referral::Column::Seq.gt(since)),
    )
    .await?
        || any::<help_log::Entity>(
            db,
            help_log::Column::Ward
                .eq(ward)
                .and(help_log::Column::Seq.gt(since))
                .and(help_log::Column::AccountId.eq(who.account.0)),
        )
        .await?
        || any::<mobile_session::Entity>(
            db,
            mobile_session::Column::Ward.eq(ward).and(mobile_session::Column::Seq.gt(since)),
        )
        .await?
        || any::<scam_alert::Entity>(
            db,
            scam_alert::Column::Ward.eq(ward).and(scam_alert::Column::Seq.gt(since)),
        )
        .await?
        || any::<residential_group::Entity>(
            db,
            residential_group::Column::Ward.eq(ward).and(residential_group::Column::Seq.gt(since)),
        )
        .await?
        || any::<household::Entity>(
            db,
            household::Column::Id.in_subquery(doors.clone()).and(household::Column::Seq.gt(since)),
        )
        .await?
        || any::<household_state::Entity>(
            db,
            household_state::Column::HouseholdId
                .in_subquery(doors)
                .and(household_state::Column::Seq.gt(since)),
        )
        .await?)
}

async fn any<E: EntityTrait>(db: &impl ConnectionTrait, rows: Expr) -> Result<bool, StoreError> {
    let one: Option<i32> = E::find()
        .select_only()
        .expr(Expr::value(1))
        .filter(rows)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(one.is_some())
}

/// The homes of some evenings in the order they are walked.
pub(super) async fn homes_of(
    db: &impl ConnectionTrait,
    sessions: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<mobile_home::Model>, StoreError> {
    Ok(mobile_home::Entity::find()
        .filter(mobile_home::Column::SessionId.is_in(sessions))
        .order_by_asc(mobile_home::Column::Position)
        .order_by_asc(mobile_home::Column::ReferralId)
        .all(db)
        .await?)
}

/// A household with its alley, wherever a double was merged into.
#[derive(FromQueryResult)]
struct DoorRow {
    id: Uuid,
    group_id: Uuid,
    alley_id: Uuid,
    house_no: String,
    landmark: Option<String>,
    sort: String,
    merged_into: Option<Uuid>,
}

async fn door_rows(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, DoorRow>, StoreError> {
    use household::Column as C;
    let rows: Vec<DoorRow> = household::Entity::find()
        .select_only()
        .columns([C::Id, C::GroupId, C::AlleyId, C::HouseNo, C::Landmark, C::Sort, C::MergedInto])
        .filter(C::Id.is_in(ids))
        .into_model()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Doors of the ward by household: where they are, and in which order one walks past them.
pub(super) struct Doors {
    rows: HashMap<Uuid, DoorRow>,
    alleys: HashMap<Uuid, String>,
    places: HashMap<AlleyId, usize>,
    visited: HashMap<Uuid, Day>,
}

impl Doors {
    /// Reads the doors of some households, with a fixed number of queries.
    pub async fn read(
        db: &impl ConnectionTrait,
        ward: &str,
        households: BTreeSet<Uuid>,
    ) -> Result<Self, StoreError> {
        let mut rows = door_rows(db, households).await?;
        let into: BTreeSet<Uuid> = rows.values().filter_map(|row| row.merged_into).collect();
        let into = into.into_iter().filter(|id| !rows.contains_key(id)).collect::<Vec<_>>();
        rows.extend(door_rows(db, into).await?);
        let ways = ways(db, ward).await?;
        let last: Vec<(Uuid, Option<i64>)> = household_state::Entity::find()
            .select_only()
            .columns([household_state::Column::HouseholdId, household_state::Column::LastVisitAt])
            .filter(household_state::Column::HouseholdId.is_in(rows.keys().copied()))
            .into_tuple()
            .all(db)
            .await?;
        let visited =
            last.into_iter().filter_map(|(id, at)| Some((id, Millis(at?).day()))).collect();
        let places = walk(&ways.iter().map(|(way, _)| way.clone()).collect::<Vec<_>>());
        let alleys = ways.into_iter().map(|(way, name)| (way.id.0, name)).collect();
        Ok(Self { rows, alleys, places, visited })
    }

    fn row(&self, household: Uuid) -> Option<&DoorRow> {
        let named = self.rows.get(&household)?;
        Some(named.merged_into.and_then(|into| self.rows.get(&into)).unwrap_or(named))
    }

    /// The group of a household, and its door as officers see it.
    pub fn door(&self, household: Uuid) -> Option<(GroupId, QueueDoor)> {
        let row = self.row(household)?;
        let alley_id = AlleyId(row.alley_id);
        let place = self.places.get(&alley_id).copied().unwrap_or(99_999);
        let number = Some(row.house_no.as_str()).filter(|no| !no.is_empty());
        let door = QueueDoor {
            household_id: HouseholdId(row.id),
            alley_id,
            alley: self.alleys.get(&row.alley_id).cloned().unwrap_or_default(),
            house: number.or(row.landmark.as_deref()).unwrap_or_default().to_owned(),
            sort: format!("{place:05} {}", row.sort),
            team: None,
            visited_on: self.visited.get(&row.id).copied(),
        };
        Some((GroupId(row.group_id), door))
    }
}

/// The stretches of a ward with their names.
pub(super) async fn ways(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Vec<(Way, String)>, StoreError> {
    use alley::Column as C;
    let rows: Vec<(Uuid, Option<Uuid>, String, String)> = alley::Entity::find()
        .select_only()
        .columns([C::Id, C::ParentId, C::Sort, C::Name])
        .filter(C::Ward.eq(ward))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, parent, sort, name)| {
            (Way { id: AlleyId(id), parent: parent.map(AlleyId), sort }, name)
        })
        .collect())
}

/// The referrals an officer sees: what is due first comes first, what is closed last.
async fn queue(
    db: &impl ConnectionTrait,
    who: &Puller,
    homes: &[mobile_home::Model],
    today: Day,
) -> Result<Vec<QueueItem>, StoreError> {
    use referral::Column as C;
    let closed = [ReferralState::Done, ReferralState::Returned].map(|state| code(&state));
    let lately = Condition::any()
        .add(C::ClosedOn.gte(today.plus(-CLOSED_DAYS).0))
        .add(C::Id.is_in(homes.iter().map(|home| home.referral_id)));
    let shown = Condition::all()
        .add(C::Ward.eq(&who.ward))
        .add(C::Kind.is_in(of_police()))
        .add(C::State.is_in(closed))
        .add(lately);
    let rows = referral::Entity::find()
        .filter(Condition::any().add(open_ones(&who.ward)).add(shown))
        .all(db)
        .await?;
    let households = rows.iter().filter_map(|row| row.household_id).collect();
    let doors = Doors::read(db, &who.ward, households).await?;
    let teams = team_names(db, &who.ward).await?;
    let mut people = people_of(db, &rows, today).await?;
    let mut queue = rows
        .into_iter()
        .map(|row| {
            let door = row.household_id.and_then(|id| doors.door(id)).map(|(group, mut door)| {
                door.team = row.team_id.and_then(|id| teams.get(&id).cloned());
                (group, door)
            });
            let appointment = appointment(&row);
            let group = door.as_ref().map(|(group, _)| *group).or(row.group_id.map(GroupId));
            Ok(QueueItem {
                id: ReferralId(row.id),
                kind: decode("kind of a referral", &row.kind)?,
                source: decode("source of a referral", &row.source)?,
                state: decode("state of a referral", &row.state)?,
                opened_at: Millis(row.opened_at),
                due_on: row.due_on.map(Day),
                group_id: group,
                slip: row.slip,
                door: door.map(|(_, door)| door),
                person: people.remove(&row.id),
                age_band: row.age_band.map(|band| decode("age band", &band)).transpose()?,
                appointment,
                why: row.why.map(|why| decode("answer to a referral", &why)).transpose()?,
                acted_at: row.acted_at.map(Millis),
                mine: row.accepted_by == Some(who.account.0),
                session_id: None,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    let open =
        |item: &QueueItem| matches!(item.state, ReferralState::New | ReferralState::Accepted);
    let due = |item: &QueueItem| item.due_on.unwrap_or(Day(i32::MAX));
    queue.sort_by_key(|item| (!open(item), due(item), item.opened_at, item.id));
    Ok(queue)
}

/// The residents of referrals who are remembered, by referral.
async fn people_of(
    db: &impl ConnectionTrait,
    referrals: &[referral::Model],
    today: Day,
) -> Result<HashMap<Uuid, QueuePerson>, StoreError> {
    let ids: BTreeSet<Uuid> = referrals.iter().filter_map(|row| row.learner_id).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let learners = learner::Entity::find()
        .filter(learner::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let learners: HashMap<Uuid, learner::Model> =
        learners.into_iter().map(|row| (row.id, row)).collect();
    let mut words: HashMap<Uuid, Vec<_>> = HashMap::new();
    let rows = learner_eid::Entity::find()
        .filter(learner_eid::Column::LearnerId.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    for row in rows {
        words.entry(row.learner_id).or_default().push(past_eid(&row)?);
    }
    let phones: HashMap<Uuid, String> = referral_phone::Entity::find()
        .select_only()
        .columns([referral_phone::Column::ReferralId, referral_phone::Column::Phone])
        .filter(referral_phone::Column::ReferralId.is_in(referrals.iter().map(|row| row.id)))
        .filter(referral_phone::Column::Until.gte(today.0))
        .into_tuple::<(Uuid, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let mut people = HashMap::new();
    for row in referrals {
        let Some(learner) = row.learner_id.and_then(|id| learners.get(&id)) else { continue };
        let said = words.get(&learner.id).and_then(|words| standing(words));
        let person = QueuePerson {
            learner_id: LearnerId(learner.id),
            call_name: learner.call_name.clone(),
            age_band: decode("age band", &learner.age_band)?,
            phone: phones.get(&row.id).cloned(),
            eid: said.map(|((state, evidence), at)| OfficerEid { state, evidence, at }),
        };
        people.insert(row.id, person);
    }
    Ok(people)
}

/// A home as officers see it.
fn home_view(row: &mobile_home::Model) -> Result<MobileHome, StoreError> {
    Ok(MobileHome {
        referral_id: ReferralId(row.referral_id),
        result: row.result.as_deref().map(|r| decode("result of a home", r)).transpose()?,
        why: row.why.as_deref().map(|why| decode("why not at a home", why)).transpose()?,
        people: row.people.map(i32::unsigned_abs),
        at: row.resulted_at.map(Millis),
    })
}

/// An evening as officers see it; `group_of` knows where its homes lie.
pub(super) fn view(
    row: mobile_session::Model,
    homes: &[mobile_home::Model],
    group_of: impl Fn(ReferralId) -> Option<GroupId>,
) -> Result<MobileSessionView, StoreError> {
    let homes: Vec<MobileHome> = homes
        .iter()
        .filter(|home| home.session_id == row.id)
        .map(home_view)
        .collect::<Result<_, _>>()?;
    let mut seen = HashSet::new();
    let groups = homes.iter().filter_map(|home| group_of(home.referral_id));
    Ok(MobileSessionView {
        id: MobileSessionId(row.id),
        day: Day(row.day),
        from_minute: row.from_minute,
        to_minute: row.to_minute,
        place: row.place,
        capacity: row.capacity.unsigned_abs(),
        state: decode("state of an evening", &row.state)?,
        groups: groups.filter(|group| seen.insert(*group)).collect(),
        packed: row.packed.split_whitespace().map(str::to_owned).collect(),
        homes,
    })
}

/// The evenings, and in the queue which evening each home is part of.
fn sessions(
    rows: Vec<mobile_session::Model>,
    homes: Vec<mobile_home::Model>,
    queue: &mut [QueueItem],
) -> Result<Vec<MobileSessionView>, StoreError> {
    let groups: BTreeMap<ReferralId, GroupId> =
        queue.iter().filter_map(|item| Some((item.id, item.group_id?))).collect();
    let sessions = rows
        .into_iter()
        .map(|row| view(row, &homes, |id| groups.get(&id).copied()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut part: BTreeMap<ReferralId, MobileSessionId> = BTreeMap::new();
    for session in sessions.iter().filter(|session| session.state != MobileState::Cancelled) {
        let there = session.homes.iter().filter(|home| home.result != Some(MobileResult::NotDone));
        part.extend(there.map(|home| (home.referral_id, session.id)));
    }
    for item in queue {
        item.session_id = part.get(&item.id).copied();
    }
    Ok(sessions)
}

#[derive(FromQueryResult)]
struct DayRow {
    day: i32,
    kind: String,
    channel: String,
    result: String,
    n: i64,
    people: i64,
    minutes: Option<i64>,
}

/// What the reader counted, day by day.
async fn own_days(
    db: &impl ConnectionTrait,
    who: &Puller,
    today: Day,
) -> Result<Vec<HelpDay>, StoreError> {
    use help_log::Column as C;
    let rows: Vec<DayRow> = help_log::Entity::find()
        .select_only()
        .columns([C::Day, C::Kind, C::Channel, C::Result])
        .column_as(C::Id.count(), "n")
        .column_as(C::People.sum(), "people")
        .column_as(C::Minutes.sum(), "minutes")
        .filter(C::AccountId.eq(who.account.0))
        .filter(C::Ward.eq(&who.ward))
        .filter(C::Day.gte(today.plus(-OWN_DAYS).0))
        .filter(C::TakenBackAt.is_null())
        .group_by(C::Day)
        .group_by(C::Kind)
        .group_by(C::Channel)
        .group_by(C::Result)
        .order_by_asc(C::Day)
        .order_by_asc(C::Kind)
        .order_by_asc(C::Channel)
        .order_by_asc(C::Result)
        .into_model()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(HelpDay {
                day: Day(row.day),
                kind: row.kind,
                channel: decode("channel", &row.channel)?,
                result: decode("result of help", &row.result)?,
                n: row.n,
                people: row.people,
                minutes: row.minutes.unwrap_or_default(),
            })
        })
        .collect()
}
