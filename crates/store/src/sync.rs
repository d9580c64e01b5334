//! The visit's way into the book.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult,
    QueryFilter, QueryOrder, QuerySelect, Select, Set,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use gocua_domain::id::{AccountId, AlleyId, DeviceId, GroupId, HouseholdId, OpId, TeamId, VisitId};
use gocua_domain::skill::Skill;
use gocua_domain::sync::{
    Book, Door, Effects, Flag, Held, OpOutcome, OpResult, PushAnswer, PushRequest, Reason, Sender,
    StoredOp, Withdraw, decide,
};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::{Comeback, Outcome, PersonCoached, VisitFact, VisitRecord};

use crate::db::{Store, StoreError, chunks, lock_ward, set_seq};
use crate::entity::{assignment, device, household, op, skill, visit};
use crate::rollup::{self, LastVisits, Place};

/// Operations one transaction takes in at most; more wait for the next.
const OPS_A_COMMIT: usize = 2_000;
/// Pushes waiting for one ward before further ones are told to come back later.
const QUEUE: usize = 256;

/// One phone's batch, authenticated.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The ward of the sender.
    pub ward: String,
    /// Who sends.
    pub sender: Sender,
    /// What was sent.
    pub push: PushRequest,
    /// When it arrived.
    pub now: Millis,
    /// Brought by another phone, sealed: it says nothing of where the sender's own phone is today.
    pub carried: bool,
}

struct Job {
    batch: Batch,
    answer: oneshot::Sender<Result<PushAnswer, StoreError>>,
}

/// The coalescing writers, one a ward, and the newest committed number of each ward.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writers(Arc<Mutex<HashMap<String, Lane>>>);

#[derive(Clone, Debug)]
struct Lane {
    jobs: Option<mpsc::Sender<Job>>,
    seq: watch::Sender<i64>,
}

impl Writers {
    fn lane<T>(&self, ward: &str, with: impl FnOnce(&mut Lane) -> T) -> T {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes
            .entry(ward.to_owned())
            .or_insert_with(|| Lane { jobs: None, seq: watch::Sender::new(0) });
        with(lane)
    }

    /// Tells the watchers of a ward that its book has reached `seq`.
    pub fn announce(&self, ward: &str, seq: i64) {
        self.lane(ward, |lane| {
            lane.seq.send_if_modified(|known| {
                let newer = seq > *known;
                if newer {
                    *known = seq;
                }
                newer
            });
        });
    }
}

/// Text of a one-word serde value, e.g. a time band.
pub(crate) fn code<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

/// The value of a code, or an error that names the column.
fn decode<T: DeserializeOwned>(what: &str, code: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(code.to_owned()))
        .map_err(|_| corrupt(&format!("{what} {code:?}")))
}

fn corrupt(what: &str) -> StoreError {
    StoreError::Db(sea_orm::DbErr::Custom(format!("unreadable row: {what}")))
}

/// A client's word as it may enter a text column: short, and without the control characters that
/// PostgreSQL refuses (NUL) and a terminal obeys.
fn plain(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}

fn flags_text(flags: &[Flag]) -> String {
    flags.iter().map(code).collect::<Vec<_>>().join(" ")
}

fn flags_of(text: &str) -> Result<Vec<Flag>, StoreError> {
    text.split_whitespace().map(|f| decode("flag", f)).collect()
}

fn comeback_of(on: Option<i32>, band: Option<&str>) -> Result<Option<Comeback>, StoreError> {
    match (on, band) {
        (Some(on), Some(band)) => Ok(Some(Comeback { on: Day(on), band: decode("band", band)? })),
        _ => Ok(None),
    }
}

/// The columns of a visit that coverage depends on: a third of a row. The packed people, which must
/// be parsed, and the texts that nobody asks for here stay in the database.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct FactRow {
    pub id: Uuid,
    pub household_id: Uuid,
    pub account_id: Uuid,
    pub team_id: Option<Uuid>,
    outcome: String,
    made_at: i64,
    coach_occ: i32,
    people_count: i32,
    people_60: i32,
    comeback_on: Option<i32>,
    comeback_band: Option<String>,
    withdrawn_at: Option<i64>,
}

impl FactRow {
    /// Narrows a query of visits to these columns.
    pub fn select(visits: Select<visit::Entity>) -> Select<visit::Entity> {
        use visit::Column as C;
        visits.select_only().columns([
            C::Id,
            C::HouseholdId,
            C::AccountId,
            C::TeamId,
            C::Outcome,
            C::MadeAt,
            C::CoachOcc,
            C::PeopleCount,
            C::People60,
            C::ComebackOn,
            C::ComebackBand,
            C::WithdrawnAt,
        ])
    }

    /// What coverage needs of the visit.
    pub fn fact(&self) -> Result<VisitFact, StoreError> {
        Ok(VisitFact {
            id: VisitId(self.id),
            made_at: Millis(self.made_at),
            outcome: Outcome::from_code(&self.outcome)
                .ok_or_else(|| corrupt(&format!("outcome {:?}", self.outcome)))?,
            team: self.team_id.map(TeamId),
            coach_occ: i64::from(self.coach_occ),
            people: i64::from(self.people_count),
            people_60: i64::from(self.people_60),
            comeback: comeback_of(self.comeback_on, self.comeback_band.as_deref())?,
            withdrawn: self.withdrawn_at.is_some(),
        })
    }
}

/// Coaching occurrences, people, and people from 60 in the people packed in a visit row.
pub(crate) fn count_people(people: Option<&serde_json::Value>) -> (i64, i64, i64) {
    let people: Vec<PersonCoached> =
        people.and_then(|p| Vec::deserialize(p).ok()).unwrap_or_default();
    (
        people.iter().map(|p| p.skills.len() as i64).sum(),
        people.len() as i64,
        people.iter().filter(|p| p.age_band.from_60()).count() as i64,
    )
}

impl Store {
    /// Takes one phone's batch into the book and answers when it is durable.
    ///
    /// Batches of one ward that wait at the same time share a transaction, so that small pushes
    /// share a commit. If the database refuses a shared transaction it is done again batch by batch,
    /// and a batch that still fails operation by operation, so one poisonous operation stops no other.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when too many batches wait or the database is away: nothing was written,
    /// the same batch may be sent again.
    pub async fn push(&self, batch: Batch) -> Result<PushAnswer, StoreError> {
        let (answer, result) = oneshot::channel();
        let jobs = self.writers.lane(&batch.ward, |lane| match &lane.jobs {
            Some(jobs) if !jobs.is_closed() => jobs.clone(),
            _ => {
                let (jobs, queue) = mpsc::channel(QUEUE);
                lane.jobs = Some(jobs.clone());
                tokio::spawn(work(self.clone(), batch.ward.clone(), queue));
                jobs
            }
        });
        jobs.try_send(Job { batch, answer }).map_err(|_| StoreError::Busy)?;
        result.await.map_err(|_| StoreError::Busy)?
    }

    /// A watch on the newest committed number of a ward. Starts at the number in the book.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for an unknown ward.
    pub async fn watch_seq(&self, ward: &str) -> Result<watch::Receiver<i64>, StoreError> {
        let seq = self.ward_seq(ward).await?;
        self.writers.announce(ward, seq);
        Ok(self.writers.lane(ward, |lane| lane.seq.subscribe()))
    }

    /// Applies batches of one ward in one transaction.
    async fn apply(&self, ward: &str, batches: &[Batch]) -> Result<Vec<PushAnswer>, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await?;
        let mut book = load(&tx, ward, seq, batches).await?;
        let mut effects = Effects::default();
        let answers: Vec<_> = batches
            .iter()
            .map(|b| PushAnswer {
                received_at: b.now,
                results: decide(&mut book, &mut effects, &b.sender, &b.push, b.now),
            })
            .collect();
        let now = batches.iter().map(|b| b.now).max().unwrap_or(Millis(0));
        write(&tx, ward, &book, effects, now).await?;
        seen(&tx, ward, batches).await?;
        if book.seq > seq {
            set_seq(&tx, ward, book.seq).await?;
        }
        tx.commit().await?;
        if book.seq > seq {
            self.writers.announce(ward, book.seq);
        }
        Ok(answers)
    }

    /// Applies one batch, and its operations one by one if the database refuses it as a whole.
    async fn apply_alone(&self, batch: &Batch) -> Result<PushAnswer, StoreError> {
        match self.apply(&batch.ward, std::slice::from_ref(batch)).await {
            Ok(mut answers) => answers.pop().ok_or(StoreError::NotFound),
            Err(StoreError::Busy) => Err(StoreError::Busy),
            Err(cause) => {
                tracing::error!(%cause, ops = batch.push.ops.len(), "batch refused, going one by one");
                let mut results = Vec::with_capacity(batch.push.ops.len());
                for op in &batch.push.ops {
                    results.push(self.apply_op(batch, op).await?);
                }
                Ok(PushAnswer { received_at: batch.now, results })
            }
        }
    }

    /// Applies one operation; if the database refuses it, books the refusal as its outcome.
    async fn apply_op(
        &self,
        batch: &Batch,
        op: &gocua_domain::sync::Op,
    ) -> Result<OpResult, StoreError> {
        let mut alone = batch.clone();
        alone.push.ops = vec![op.clone()];
        match self.apply(&batch.ward, std::slice::from_ref(&alone)).await {
            Ok(answers) => answers
                .into_iter()
                .next()
                .and_then(|a| a.results.into_iter().next())
                .ok_or(StoreError::NotFound),
            Err(StoreError::Busy) => Err(StoreError::Busy),
            Err(cause) => {
                tracing::error!(%cause, kind = %op.kind, "operation refused by the database");
                let tx = self.begin().await?;
                op::Entity::insert(op::ActiveModel {
                    op_id: Set(op.op_id.0),
                    ward: Set(batch.ward.clone()),
                    device_id: Set(batch.sender.device.0),
                    device_seq: Set(None),
                    account_id: Set(batch.sender.account.0),
                    kind: Set(plain(&op.kind, 64)),
                    fingerprint: Set(gocua_domain::sync::fingerprint(op)),
                    outcome: Set(code(&OpOutcome::Rejected)),
                    seq: Set(None),
                    reason: Set(Some(Reason::Refused.code())),
                    flags: Set(String::new()),
                    received_at: Set(batch.now.0),
                })
                .exec_without_returning(&tx)
                .await?;
                tx.commit().await?;
                Ok(OpResult {
                    op_id: op.op_id,
                    outcome: OpOutcome::Rejected,
                    seq: None,
                    reason: Some(Reason::Refused),
                    flags: Vec::new(),
                })
            }
        }
    }
}

/// One ward's writer: takes what waits, commits it together, answers each.
async fn work(store: Store, ward: String, mut queue: mpsc::Receiver<Job>) {
    while let Some(first) = queue.recv().await {
        let mut ops = first.batch.push.ops.len();
        let mut jobs = vec![first];
        while ops < OPS_A_COMMIT {
            let Ok(job) = queue.try_recv() else { break };
            ops += job.batch.push.ops.len();
            jobs.push(job);
        }
        let (batches, answers): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|j| (j.batch, j.answer)).unzip();
        match store.apply(&ward, &batches).await {
            Ok(done) => {
                for (answer, result) in answers.into_iter().zip(done) {
                    // A phone that hung up asks again and gets the stored outcome.
                    let _ = answer.send(Ok(result));
                }
            }
            Err(StoreError::Busy) => {
                for answer in answers {
                    let _ = answer.send(Err(StoreError::Busy));
                }
            }
            Err(_) => {
                for (answer, batch) in answers.into_iter().zip(&batches) {
                    let _ = answer.send(store.apply_alone(batch).await);
                }
            }
        }
    }
}

/// What the batches speak of, as ids, read leniently: `decide` judges the payloads.
#[derive(Default)]
struct Spoken {
    ops: BTreeSet<Uuid>,
    device_seqs: BTreeSet<(Uuid, i64)>,
    households: BTreeSet<Uuid>,
    visits: BTreeSet<Uuid>,
    teams: BTreeSet<Uuid>,
    coaching: bool,
}

impl Spoken {
    fn of(batches: &[Batch]) -> Self {
        let mut spoken = Self::default();
        for batch in batches {
            spoken.teams.extend(batch.sender.team.map(|t| t.0));
            for op in &batch.push.ops {
                spoken.ops.insert(op.op_id.0);
                spoken.device_seqs.insert((batch.sender.device.0, op.device_seq));
                match op.kind.as_str() {
                    "visit.record" => {
                        if let Ok(record) =
                            serde_json::from_value::<VisitRecord>(op.payload.clone())
                        {
                            spoken.coaching |= !record.people.is_empty();
                            spoken.households.insert(record.household_id.0);
                        }
                    }
                    "visit.withdraw" => {
                        if let Ok(w) = serde_json::from_value::<Withdraw>(op.payload.clone()) {
                            spoken.visits.insert(w.visit_id.0);
                            spoken.ops.insert(w.visit_id.0);
                        }
                    }
                    _ => {}
                }
            }
        }
        spoken
    }
}

/// Loads the facts of the batches with one query a table.
async fn load(
    tx: &DatabaseTransaction,
    ward: &str,
    seq: i64,
    batches: &[Batch],
) -> Result<Book, StoreError> {
    let mut spoken = Spoken::of(batches);
    let mut book = Book { seq, ..Book::default() };
    if spoken.coaching {
        book.skills = skills(tx, ward).await?.into_iter().collect();
    }
    load_ops(tx, &spoken, &mut book).await?;
    if !spoken.visits.is_empty() {
        let found: Vec<(Uuid, Uuid)> = visit::Entity::find()
            .select_only()
            .columns([visit::Column::Id, visit::Column::HouseholdId])
            .filter(visit::Column::Ward.eq(ward))
            .filter(visit::Column::Id.is_in(spoken.visits.iter().copied()))
            .into_tuple()
            .all(tx)
            .await?;
        spoken.households.extend(found.iter().map(|(_, household)| *household));
    }
    load_doors(tx, ward, &spoken, &mut book).await?;
    load_reach(tx, &spoken, &mut book).await?;
    Ok(book)
}

async fn load_ops(
    tx: &DatabaseTransaction,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    let devices: HashSet<Uuid> = spoken.device_seqs.iter().map(|(d, _)| *d).collect();
    let mut known = Condition::any().add(op::Column::OpId.is_in(spoken.ops.iter().copied()));
    for device in devices {
        let seqs = spoken.device_seqs.iter().filter(|(d, _)| *d == device).map(|(_, s)| *s);
        known = known.add(op::Column::DeviceId.eq(device).and(op::Column::DeviceSeq.is_in(seqs)));
    }
    for row in op::Entity::find().filter(known).all(tx).await? {
        let id = OpId(row.op_id);
        if let Some(device_seq) = row.device_seq {
            book.device_seqs.insert((DeviceId(row.device_id), device_seq), id);
        }
        book.ops.insert(
            id,
            StoredOp {
                fingerprint: row.fingerprint,
                outcome: decode("outcome", &row.outcome)?,
                seq: row.seq,
                reason: row.reason.as_deref().and_then(Reason::from_code),
                flags: flags_of(&row.flags)?,
            },
        );
    }
    Ok(())
}

async fn load_doors(
    tx: &DatabaseTransaction,
    ward: &str,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    if spoken.households.is_empty() {
        return Ok(());
    }
    // The ward is compared here and not in the query: with it SQLite would rather read every
    // household of the ward by the ward's index than look these few up by their ids.
    let rows: Vec<(Uuid, String, Uuid, Uuid, bool)> = household::Entity::find()
        .select_only()
        .columns([
            household::Column::Id,
            household::Column::Ward,
            household::Column::GroupId,
            household::Column::AlleyId,
            household::Column::Active,
        ])
        .filter(household::Column::Id.is_in(spoken.households.iter().copied()))
        .into_tuple()
        .all(tx)
        .await?;
    for (id, _, group, alley, active) in rows.into_iter().filter(|(_, of, ..)| of == ward) {
        book.doors.insert(
            HouseholdId(id),
            Door { group: GroupId(group), alley: AlleyId(alley), active, visits: Vec::new() },
        );
    }
    let visits = visit::Entity::find()
        .filter(visit::Column::HouseholdId.is_in(spoken.households.iter().copied()));
    for row in FactRow::select(visits).into_model::<FactRow>().all(tx).await? {
        let household = HouseholdId(row.household_id);
        book.visits.insert(VisitId(row.id), household);
        if let Some(door) = book.doors.get_mut(&household) {
            door.visits.push((AccountId(row.account_id), row.fact()?));
        }
    }
    Ok(())
}

async fn load_reach(
    tx: &DatabaseTransaction,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    let alleys: BTreeSet<Uuid> = book.doors.values().map(|d| d.alley.0).collect();
    if alleys.is_empty() || spoken.teams.is_empty() {
        return Ok(());
    }
    let rows = assignment::Entity::find()
        .filter(assignment::Column::TeamId.is_in(spoken.teams.iter().copied()))
        .filter(assignment::Column::AlleyId.is_in(alleys))
        .all(tx)
        .await?;
    for row in rows {
        book.reach
            .entry((TeamId(row.team_id), AlleyId(row.alley_id)))
            .or_default()
            .push(Held { from: Millis(row.from_at), to: row.to_at.map(Millis) });
    }
    Ok(())
}

/// Writes the effects with one statement a table.
async fn write(
    tx: &DatabaseTransaction,
    ward: &str,
    book: &Book,
    effects: Effects,
    now: Millis,
) -> Result<(), StoreError> {
    let mut last = LastVisits::default();
    let visits: Vec<_> = effects
        .visits
        .iter()
        .map(|v| {
            last.see(v.group, v.alley, v.fact.made_at);
            visit_row(ward, v, effects.withdrawn.get(&v.fact.id).map(|(at, _)| at.0), now)
        })
        .collect();
    let fresh: HashSet<VisitId> = effects.visits.iter().map(|v| v.fact.id).collect();
    for rows in chunks(visits, 26) {
        visit::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    for (id, (at, _)) in effects.withdrawn.iter().filter(|(id, _)| !fresh.contains(id)) {
        visit::Entity::update_many()
            .col_expr(visit::Column::WithdrawnAt, sea_orm::sea_query::Expr::value(at.0))
            .filter(visit::Column::Id.eq(id.0))
            .exec(tx)
            .await?;
    }
    let ops: Vec<_> = effects
        .ops
        .into_iter()
        .map(|o| op::ActiveModel {
            op_id: Set(o.op_id.0),
            ward: Set(ward.to_owned()),
            device_id: Set(o.device.0),
            device_seq: Set(o.device_seq),
            account_id: Set(o.account.0),
            kind: Set(plain(&o.kind, 64)),
            fingerprint: Set(o.stored.fingerprint),
            outcome: Set(code(&o.stored.outcome)),
            seq: Set(o.stored.seq),
            reason: Set(o.stored.reason.map(Reason::code)),
            flags: Set(flags_text(&o.stored.flags)),
            received_at: Set(now.0),
        })
        .collect();
    for rows in chunks(ops, 12) {
        op::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let states = effects.states.into_iter().filter_map(|(id, (state, seq))| {
        let door = book.doors.get(&id)?;
        Some((id, Place { group: door.group, alley: door.alley }, state, seq))
    });
    rollup::write_states(tx, ward, states).await?;
    rollup::add(tx, ward, effects.coverage, &last, book.seq).await
}

fn visit_row(
    ward: &str,
    v: &gocua_domain::sync::NewVisit,
    withdrawn_at: Option<i64>,
    now: Millis,
) -> visit::ActiveModel {
    let people = (!v.record.people.is_empty())
        .then(|| serde_json::to_value(&v.record.people).unwrap_or_default());
    visit::ActiveModel {
        id: Set(v.fact.id.0),
        ward: Set(ward.to_owned()),
        household_id: Set(v.household.0),
        group_id: Set(v.group.0),
        alley_id: Set(v.alley.0),
        team_id: Set(v.fact.team.map(|t| t.0)),
        account_id: Set(v.account.0),
        device_id: Set(v.device.0),
        outcome: Set(v.fact.outcome.code().to_owned()),
        made_at: Set(v.fact.made_at.0),
        device_made_at: Set(v.device_made_at.0),
        received_at: Set(now.0),
        coach_occ: Set(v.fact.coach_occ as i32),
        people_count: Set(v.fact.people as i32),
        people_60: Set(v.fact.people_60 as i32),
        people: Set(people),
        comeback_on: Set(v.record.comeback.map(|c| c.on.0)),
        comeback_band: Set(v.record.comeback.map(|c| code(&c.band))),
        flags: Set(flags_text(&v.flags)),
        withdrawn_at: Set(withdrawn_at),
        seq: Set(v.seq),
        corrects: Set(None),
        version: Set(1),
        replaced_by: Set(None),
        why: Set(None),
        extra: Set(None),
    }
}

/// Notes when each phone was last heard of and what it still holds.
async fn seen(tx: &DatabaseTransaction, ward: &str, batches: &[Batch]) -> Result<(), StoreError> {
    let latest: HashMap<Uuid, &Batch> =
        batches.iter().filter(|b| !b.carried).map(|b| (b.sender.device.0, b)).collect();
    let rows: Vec<_> = latest
        .into_values()
        .map(|b| {
            let left = (b.push.queued as usize).saturating_sub(b.push.ops.len());
            device::ActiveModel {
                id: Set(b.sender.device.0),
                ward: Set(Some(ward.to_owned())),
                account_id: Set(b.sender.account.0),
                name: Set(String::new()),
                app_version: Set(Some(plain(&b.push.app_version, 32))),
                queued: Set(i32::try_from(left).unwrap_or(i32::MAX)),
                last_seen_at: Set(b.now.0),
                created_at: Set(b.now.0),
                failed: Set(0),
            }
        })
        .collect();
    for rows in chunks(rows, 9) {
        device::Entity::insert_many(rows)
            .on_conflict(
                sea_orm::sea_query::OnConflict::column(device::Column::Id)
                    .update_columns([
                        device::Column::AppVersion,
                        device::Column::Queued,
                        device::Column::LastSeenAt,
                    ])
                    .to_owned(),
            )
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// The ward's catalogue, in its own order.
pub(crate) async fn skills(
    db: &impl ConnectionTrait,
    ward: &str,
) -> Result<Vec<Skill>, StoreError> {
    let rows = skill::Entity::find()
        .filter(skill::Column::Ward.eq(ward))
        .order_by_asc(skill::Column::Position)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| Skill { code: r.code, vi: r.vi, en: r.en, core: r.core, quick: r.quick })
        .collect())
}
