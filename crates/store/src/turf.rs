//! Turfs at the desk: the whole ward's ground at once, alleys given in one act and taken back in one,
//! and the sheets that are printed of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};
use uuid::Uuid;

use gocua_domain::address::Side;
use gocua_domain::household::{HouseholdState, Status, quiet_until};
use gocua_domain::id::{AccountId, AlleyId, GroupId, HouseholdId, TeamId};
use gocua_domain::territory::AlleyKind;
use gocua_domain::time::{Day, Millis};
use gocua_domain::turf::{Term, TurfAlley, TurfTeam, capacity, remaining, work};
use gocua_domain::visit::VisitFact;

use crate::db::{Store, StoreError, chunks, lock_ward, set_seq};
use crate::entity::{
    alley, assignment, assignment_batch, assignment_move, household, residential_group,
    rollup_alley, shift_plan, team, turf_term, visit,
};
use crate::register::doubles_of;
use crate::sync::{FactRow, code, decode};
use crate::territory::assignment_row;

/// One alley of the board.
#[derive(Clone, Debug)]
pub struct TurfBoardAlley {
    /// As a sharing sees it.
    pub turf: TurfAlley,
    /// Its kind.
    pub kind: AlleyKind,
    /// Its name.
    pub name: String,
    /// Active households.
    pub households: i64,
    /// Of these, those on which somebody has still to knock.
    pub remaining: i64,
}

/// One team of the board.
#[derive(Clone, Debug)]
pub struct TurfBoardTeam {
    /// The team.
    pub id: TeamId,
    /// Its name.
    pub name: String,
    /// People in it who may sign in.
    pub people: i64,
    /// Name of its lead.
    pub lead: Option<String>,
    /// Homes one of them knocks at of an evening.
    pub doors_per_evening: i64,
    /// Evenings planned from today on; the ward's word where none is.
    pub evenings: i64,
}

impl TurfBoardTeam {
    /// As a sharing sees it.
    pub fn turf(&self) -> TurfTeam {
        let capacity = capacity(self.people, self.doors_per_evening, self.evenings);
        TurfTeam { id: self.id, capacity }
    }
}

/// Alleys that changed hands in one act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GivenBatch {
    /// The act.
    pub id: Uuid,
    /// When.
    pub made_at: Millis,
    /// Alleys.
    pub alleys: i64,
}

/// The ward's ground and its teams.
#[derive(Clone, Debug)]
pub struct TurfBoard {
    /// The number it reaches.
    pub seq: i64,
    /// Every alley, group after group in walking order.
    pub alleys: Vec<TurfBoardAlley>,
    /// The teams that are not closed, by name.
    pub teams: Vec<TurfBoardTeam>,
    /// The last act that has not been taken back.
    pub last: Option<GivenBatch>,
}

/// An alley that shall change hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hand {
    /// The alley.
    pub alley: AlleyId,
    /// Who holds it, as the desk believes.
    pub from: Option<TeamId>,
    /// Who shall.
    pub to: Option<TeamId>,
}

/// What became of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batched {
    /// Done, now or when the same act came before; the ward's number of it.
    Done(i64),
    /// These alleys are in other hands than the desk believes; nothing is done. Places in the list.
    Changed(Vec<usize>),
    /// These alleys or their teams are not of the ward, or the team is closed; nothing is done.
    Unknown(Vec<usize>),
}

/// One house of a printed sheet: what a phone's paper shows, and nothing else.
#[derive(Clone, Debug)]
pub struct SheetDoor {
    /// The household.
    pub id: HouseholdId,
    /// Register code.
    pub code: String,
    /// House number; empty without one.
    pub house_no: String,
    /// Side of the alley.
    pub side: Option<Side>,
    /// Order along the alley.
    pub sort: String,
    /// Landmark.
    pub landmark: Option<String>,
    /// Name of the head.
    pub head: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Visits that count.
    pub visits: i64,
    /// Should somebody come back?
    pub revisit: bool,
    /// Nobody knocks before this day.
    pub quiet_until: Option<Day>,
}

/// One alley of a printed sheet.
#[derive(Clone, Debug)]
pub struct SheetAlley {
    /// The alley.
    pub id: AlleyId,
    /// The way it turns off.
    pub parent: Option<AlleyId>,
    /// Its kind.
    pub kind: AlleyKind,
    /// Its name.
    pub name: String,
    /// House number at its mouth.
    pub mouth: Option<String>,
    /// Order among its siblings.
    pub sort: String,
    /// Name of its residential group.
    pub group: String,
    /// Name of the team that holds it.
    pub team: Option<String>,
    /// Its active houses, in walking order.
    pub doors: Vec<SheetDoor>,
}

/// What a new ward begins with.
pub(crate) async fn found(tx: &DatabaseTransaction, ward: &str) -> Result<(), StoreError> {
    let rows = Term::DEFAULTS.map(|(term, amount)| turf_term::ActiveModel {
        ward: Set(ward.to_owned()),
        term: Set(code(&term)),
        amount: Set(amount),
    });
    turf_term::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}

/// What the ward has decided about its evenings.
pub(crate) async fn terms(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<BTreeMap<Term, i32>, StoreError> {
    let rows = turf_term::Entity::find().filter(turf_term::Column::Ward.eq(ward)).all(db).await?;
    rows.into_iter().map(|row| Ok((decode("term of a ward", &row.term)?, row.amount))).collect()
}

/// Evenings planned from a day on, by team; two on one day are two.
pub(crate) async fn evenings(
    db: &impl ConnectionTrait,
    ward: &str,
    today: Day,
) -> Result<HashMap<Uuid, i64>, StoreError> {
    let teams: Vec<Uuid> = shift_plan::Entity::find()
        .select_only()
        .column(shift_plan::Column::TeamId)
        .filter(shift_plan::Column::Ward.eq(ward))
        .filter(shift_plan::Column::Day.gte(today.0))
        .into_tuple()
        .all(db)
        .await?;
    let mut count = HashMap::new();
    for team in teams {
        *count.entry(team).or_default() += 1;
    }
    Ok(count)
}

impl Store {
    /// The ward's ground: every alley with its work and its team, every team with what it can do.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn turf_board(&self, ward: &str, now: Millis) -> Result<TurfBoard, StoreError> {
        let db = &self.read;
        let seq = self.ward_seq(ward).await?;
        let groups: HashMap<Uuid, (i64, Option<[f64; 2]>)> = residential_group::Entity::find()
            .select_only()
            .columns([
                residential_group::Column::Id,
                residential_group::Column::Position,
                residential_group::Column::LabelLon,
                residential_group::Column::LabelLat,
            ])
            .filter(residential_group::Column::Ward.eq(ward))
            .into_tuple::<(Uuid, i32, Option<f64>, Option<f64>)>()
            .all(db)
            .await?
            .into_iter()
            .map(|(id, place, lon, lat)| {
                (id, (i64::from(place), lon.zip(lat).map(|(x, y)| [x, y])))
            })
            .collect();
        let mut rollups: HashMap<Uuid, rollup_alley::Model> = rollup_alley::Entity::find()
            .filter(rollup_alley::Column::Ward.eq(ward))
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.alley_id, row))
            .collect();
        let holders = self.holders(ward).await?;
        let rows = alley::Entity::find().filter(alley::Column::Ward.eq(ward)).all(db).await?;
        let mut alleys: Vec<TurfBoardAlley> = rows
            .into_iter()
            .map(|row| {
                let tally = rollups
                    .remove(&row.id)
                    .as_ref()
                    .map(crate::rollup::alley_tally)
                    .unwrap_or_default();
                let (group_order, at) = groups.get(&row.group_id).copied().unwrap_or_default();
                let turf = TurfAlley {
                    id: AlleyId(row.id),
                    group: GroupId(row.group_id),
                    group_order,
                    at,
                    parent: row.parent_id.map(AlleyId),
                    sort: row.sort,
                    work: work(&tally),
                    held: holders.get(&row.id).map(|team| team.id),
                };
                TurfBoardAlley {
                    turf,
                    kind: AlleyKind::from_code(&row.kind).unwrap_or(AlleyKind::Lane),
                    name: row.name,
                    households: tally.hh_total,
                    remaining: remaining(&tally),
                }
            })
            .collect();
        alleys.sort_by(|a, b| {
            let place = |a: &TurfBoardAlley| (a.turf.group_order, a.turf.sort.clone(), a.turf.id);
            place(a).cmp(&place(b))
        });
        let terms = terms(db, ward).await?;
        let term = |term| i64::from(terms.get(&term).copied().unwrap_or_default());
        let planned = evenings(db, ward, now.day()).await?;
        let own: HashMap<Uuid, Option<i32>> = team::Entity::find()
            .select_only()
            .columns([team::Column::Id, team::Column::DoorsPerEvening])
            .filter(team::Column::Ward.eq(ward))
            .into_tuple()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let teams = self.teams(ward).await?.into_iter().map(|t| TurfBoardTeam {
            doors_per_evening: own
                .get(&t.id.0)
                .copied()
                .flatten()
                .map_or_else(|| term(Term::DoorsPerEvening), i64::from),
            evenings: planned.get(&t.id.0).copied().unwrap_or_else(|| term(Term::Evenings)),
            id: t.id,
            name: t.name,
            people: t.members,
            lead: t.lead,
        });
        Ok(TurfBoard { seq, alleys, teams: teams.collect(), last: last_batch(db, ward).await? })
    }

    /// Gives and takes back alleys in one act. The act has an id made by the desk: the same one again
    /// does nothing more. An alley that is in other hands than the desk believes stops all of it.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another act has this id.
    pub async fn give(
        &self,
        ward: &str,
        id: Uuid,
        hands: &[Hand],
        by: AccountId,
        now: Millis,
    ) -> Result<Batched, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        if let Some(known) = assignment_batch::Entity::find_by_id(id).one(&tx).await? {
            return same_act(&tx, ward, &known, hands).await;
        }
        let unknown = unknown_hands(&tx, ward, hands).await?;
        if !unknown.is_empty() {
            return Ok(Batched::Unknown(unknown));
        }
        let changed = changed_hands(&tx, hands).await?;
        if !changed.is_empty() {
            return Ok(Batched::Changed(changed));
        }
        write_batch(&tx, (ward, id, seq), hands, by, now).await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(Batched::Done(seq))
    }

    /// Takes the last act back, as long as every alley of it is still where it went and the teams are
    /// still there.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the ward has no such act, [`StoreError::Conflict`] when another
    /// one came after it.
    pub async fn undo_give(
        &self,
        ward: &str,
        id: Uuid,
        by: AccountId,
        now: Millis,
    ) -> Result<Batched, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let act = assignment_batch::Entity::find_by_id(id)
            .filter(assignment_batch::Column::Ward.eq(ward))
            .one(&tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        if let Some(undone) = act.undone_seq {
            return Ok(Batched::Done(undone));
        }
        if last_batch(&tx, ward).await?.is_none_or(|last| last.id != id) {
            return Err(StoreError::Conflict("a later act".into()));
        }
        let back: Vec<Hand> = moves_of(&tx, id)
            .await?
            .into_iter()
            .map(|hand| Hand { alley: hand.alley, from: hand.to, to: hand.from })
            .collect();
        let unknown = unknown_hands(&tx, ward, &back).await?;
        if !unknown.is_empty() {
            return Ok(Batched::Unknown(unknown));
        }
        let changed = changed_hands(&tx, &back).await?;
        if !changed.is_empty() {
            return Ok(Batched::Changed(changed));
        }
        move_hands(&tx, (ward, seq), &back, by, now).await?;
        assignment_batch::Entity::update_many()
            .col_expr(assignment_batch::Column::UndoneSeq, Expr::value(seq))
            .filter(assignment_batch::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        set_seq(&tx, ward, seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, seq);
        Ok(Batched::Done(seq))
    }

    /// What is printed of some alleys, in walking order. Alleys of another ward are left out.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn sheets(
        &self,
        ward: &str,
        alleys: &[AlleyId],
        now: Millis,
    ) -> Result<Vec<SheetAlley>, StoreError> {
        let db = &self.read;
        let rows = alley::Entity::find()
            .filter(alley::Column::Ward.eq(ward))
            .filter(alley::Column::Id.is_in(alleys.iter().map(|a| a.0)))
            .all(db)
            .await?;
        let groups: HashMap<Uuid, (i32, String)> = residential_group::Entity::find()
            .select_only()
            .columns([
                residential_group::Column::Id,
                residential_group::Column::Position,
                residential_group::Column::Name,
            ])
            .filter(residential_group::Column::Ward.eq(ward))
            .into_tuple::<(Uuid, i32, String)>()
            .all(db)
            .await?
            .into_iter()
            .map(|(id, place, name)| (id, (place, name)))
            .collect();
        let holders = self.holders(ward).await?;
        let mut doors = sheet_doors(db, rows.iter().map(|a| a.id).collect(), now.day()).await?;
        let mut sheets: Vec<(i32, SheetAlley)> = rows
            .into_iter()
            .map(|row| {
                let (place, group) = groups.get(&row.group_id).cloned().unwrap_or_default();
                let sheet = SheetAlley {
                    id: AlleyId(row.id),
                    parent: row.parent_id.map(AlleyId),
                    kind: AlleyKind::from_code(&row.kind).unwrap_or(AlleyKind::Lane),
                    name: row.name,
                    mouth: row.mouth,
                    sort: row.sort,
                    group,
                    team: holders.get(&row.id).map(|team| team.name.clone()),
                    doors: doors.remove(&row.id).unwrap_or_default(),
                };
                (place, sheet)
            })
            .collect();
        sheets.sort_by(|(a, x), (b, y)| (a, &x.sort, x.id).cmp(&(b, &y.sort, y.id)));
        Ok(sheets.into_iter().map(|(_, sheet)| sheet).collect())
    }
}

async fn sheet_doors(
    db: &impl ConnectionTrait,
    alleys: Vec<Uuid>,
    today: Day,
) -> Result<HashMap<Uuid, Vec<SheetDoor>>, StoreError> {
    let homes = household::Entity::find()
        .filter(household::Column::AlleyId.is_in(alleys.iter().copied()))
        .filter(household::Column::Active.eq(true))
        .filter(household::Column::DeletedAt.is_null())
        .filter(household::Column::MergedInto.is_null())
        .order_by_asc(household::Column::Sort)
        .order_by_asc(household::Column::Id)
        .all(db)
        .await?;
    let facts = visits_behind(db, &homes).await?;
    let mut doors: HashMap<Uuid, Vec<SheetDoor>> = HashMap::new();
    for home in homes {
        let visits: &[VisitFact] = facts.get(&home.id).map_or(&[], Vec::as_slice);
        let state = HouseholdState::derive(visits);
        doors.entry(home.alley_id).or_default().push(SheetDoor {
            id: HouseholdId(home.id),
            code: home.code,
            house_no: home.house_no,
            side: match home.side.as_deref() {
                Some("odd") => Some(Side::Odd),
                Some("even") => Some(Side::Even),
                _ => None,
            },
            sort: home.sort,
            landmark: home.landmark,
            head: home.head_name,
            status: state.status,
            visits: state.visits,
            revisit: state.revisit,
            quiet_until: quiet_until(visits).filter(|day| today < *day),
        });
    }
    Ok(doors)
}

/// The visits that count at some households, those of doubles merged into them included.
async fn visits_behind(
    db: &impl ConnectionTrait,
    homes: &[household::Model],
) -> Result<HashMap<Uuid, Vec<VisitFact>>, StoreError> {
    let mut found: HashMap<Uuid, Vec<VisitFact>> = HashMap::new();
    // Within the limit of bound values, whatever the size of the turf.
    for part in homes.chunks(10_000) {
        let doubles = doubles_of(db, part.iter().map(|h| h.id)).await?;
        let ids = part.iter().map(|h| h.id).chain(doubles.keys().copied());
        let visits = visit::Entity::find()
            .filter(visit::Column::HouseholdId.is_in(ids))
            .filter(visit::Column::WithdrawnAt.is_null())
            .filter(visit::Column::ReplacedBy.is_null());
        for row in FactRow::select(visits).into_model::<FactRow>().all(db).await? {
            let home = doubles.get(&row.household_id).copied().unwrap_or(row.household_id);
            found.entry(home).or_default().push(row.fact()?);
        }
    }
    Ok(found)
}

/// The last act of a ward that has not been taken back.
async fn last_batch(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Option<GivenBatch>, StoreError> {
    let last = assignment_batch::Entity::find()
        .filter(assignment_batch::Column::Ward.eq(ward))
        .order_by_desc(assignment_batch::Column::Seq)
        .one(db)
        .await?
        .filter(|act| act.undone_seq.is_none());
    let Some(act) = last else { return Ok(None) };
    let alleys = moves_of(db, act.id).await?.len() as i64;
    Ok(Some(GivenBatch { id: act.id, made_at: Millis(act.made_at), alleys }))
}

async fn moves_of(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Hand>, StoreError> {
    let rows = assignment_move::Entity::find()
        .filter(assignment_move::Column::BatchId.eq(id))
        .order_by_asc(assignment_move::Column::AlleyId)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hand {
            alley: AlleyId(row.alley_id),
            from: row.from_team.map(TeamId),
            to: row.to_team.map(TeamId),
        })
        .collect())
}

/// The same act once more: its first fate, or a complaint about the id.
async fn same_act(
    tx: &DatabaseTransaction,
    ward: &str,
    known: &assignment_batch::Model,
    hands: &[Hand],
) -> Result<Batched, StoreError> {
    let mut sent = hands.to_vec();
    sent.sort_by_key(|hand| hand.alley);
    let mut kept = moves_of(tx, known.id).await?;
    kept.sort_by_key(|hand| hand.alley);
    if known.ward != ward || kept != sent {
        return Err(StoreError::Conflict("another act of this id".into()));
    }
    Ok(Batched::Done(known.seq))
}

/// Places of hands that name no alley of the ward, the same alley twice, or no team that is open.
async fn unknown_hands(
    tx: &DatabaseTransaction,
    ward: &str,
    hands: &[Hand],
) -> Result<Vec<usize>, StoreError> {
    let alleys: BTreeSet<Uuid> = alley::Entity::find()
        .select_only()
        .column(alley::Column::Id)
        .filter(alley::Column::Ward.eq(ward))
        .filter(alley::Column::Id.is_in(hands.iter().map(|h| h.alley.0)))
        .into_tuple::<Uuid>()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let teams: BTreeSet<Uuid> = team::Entity::find()
        .select_only()
        .column(team::Column::Id)
        .filter(team::Column::Ward.eq(ward))
        .filter(team::Column::ClosedAt.is_null())
        .into_tuple::<Uuid>()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let mut seen = BTreeSet::new();
    let known = |hand: &Hand| {
        alleys.contains(&hand.alley.0) && hand.to.is_none_or(|team| teams.contains(&team.0))
    };
    Ok(hands
        .iter()
        .enumerate()
        .filter(|(_, hand)| !seen.insert(hand.alley) || !known(hand))
        .map(|(n, _)| n)
        .collect())
}

/// Places of hands whose alley is in other hands than they say.
async fn changed_hands(tx: &DatabaseTransaction, hands: &[Hand]) -> Result<Vec<usize>, StoreError> {
    let held: HashMap<Uuid, Uuid> = assignment::Entity::find()
        .select_only()
        .columns([assignment::Column::AlleyId, assignment::Column::TeamId])
        .filter(assignment::Column::AlleyId.is_in(hands.iter().map(|h| h.alley.0)))
        .filter(assignment::Column::ToAt.is_null())
        .into_tuple::<(Uuid, Uuid)>()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    let differs = |hand: &Hand| held.get(&hand.alley.0).copied() != hand.from.map(|team| team.0);
    Ok(hands.iter().enumerate().filter(|(_, hand)| differs(hand)).map(|(n, _)| n).collect())
}

/// Writes an act down and carries it out.
pub(crate) async fn write_batch(
    tx: &DatabaseTransaction,
    (ward, id, seq): (&str, Uuid, i64),
    hands: &[Hand],
    by: AccountId,
    now: Millis,
) -> Result<(), StoreError> {
    let act = assignment_batch::ActiveModel {
        id: Set(id),
        ward: Set(ward.to_owned()),
        seq: Set(seq),
        by_account: Set(by.0),
        made_at: Set(now.0),
        undone_seq: Set(None),
    };
    assignment_batch::Entity::insert(act).exec_without_returning(tx).await?;
    let rows: Vec<_> = hands
        .iter()
        .map(|hand| assignment_move::ActiveModel {
            batch_id: Set(id),
            alley_id: Set(hand.alley.0),
            from_team: Set(hand.from.map(|team| team.0)),
            to_team: Set(hand.to.map(|team| team.0)),
        })
        .collect();
    for rows in chunks(rows, 4) {
        assignment_move::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    move_hands(tx, (ward, seq), hands, by, now).await
}

/// Closes the periods that end and opens those that begin. The period is closed, not deleted: work
/// done under it stays acceptable.
async fn move_hands(
    tx: &DatabaseTransaction,
    (ward, seq): (&str, i64),
    hands: &[Hand],
    by: AccountId,
    now: Millis,
) -> Result<(), StoreError> {
    let moving: Vec<&Hand> = hands.iter().filter(|hand| hand.from != hand.to).collect();
    if moving.is_empty() {
        return Ok(());
    }
    assignment::Entity::update_many()
        .col_expr(assignment::Column::ToAt, Expr::value(now.0))
        .col_expr(assignment::Column::ToSeq, Expr::value(seq))
        .filter(assignment::Column::AlleyId.is_in(moving.iter().map(|h| h.alley.0)))
        .filter(assignment::Column::ToAt.is_null())
        .exec(tx)
        .await?;
    let rows: Vec<_> = moving
        .iter()
        .filter_map(|hand| Some(assignment_row(ward, hand.alley, hand.to?, now, seq, Some(by))))
        .collect();
    for rows in chunks(rows, 9) {
        assignment::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The alleys a team holds now, as hands to another.
pub(crate) async fn hands_of(
    tx: &DatabaseTransaction,
    team: TeamId,
    to: Option<TeamId>,
) -> Result<Vec<Hand>, StoreError> {
    let alleys: Vec<Uuid> = assignment::Entity::find()
        .select_only()
        .column(assignment::Column::AlleyId)
        .filter(assignment::Column::TeamId.eq(team.0))
        .filter(assignment::Column::ToAt.is_null())
        .into_tuple()
        .all(tx)
        .await?;
    Ok(alleys
        .into_iter()
        .map(|alley| Hand { alley: AlleyId(alley), from: Some(team), to })
        .collect())
}
