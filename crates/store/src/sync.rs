//! The visit's way into the book.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait,
    FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

use gocua_domain::edit::{EditFate, Field, HouseholdEdit, PastEdit};
use gocua_domain::ground::RegisterChange;
use gocua_domain::id::{AccountId, AlleyId, DeviceId, GroupId, HouseholdId, OpId, TeamId, VisitId};
use gocua_domain::proposal::{Propose, SameAs};
use gocua_domain::quality::Explain;
use gocua_domain::shift::{CloseShift, OpenShift};
use gocua_domain::skill::Skill;
use gocua_domain::sync::{
    Book, Chain, Correct, Door, Effects, Flag, Held, HeldOp, NewVisit, Op, OpOutcome, OpResult,
    PushAnswer, PushRequest, Reason, Sender, Sent, StoredOp, Withdraw, decide,
};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::{Comeback, Outcome, PersonCoached, VisitFact, VisitRecord};

use crate::db::{Store, StoreError, chunks, lock_ward, set_seq};
use crate::details::{details_of, set_details};
use crate::entity::{
    assignment, device, held_op, household, household_edit, op, quarantine, skill, team_stay, visit,
};
use crate::ledger::{self, Act, Line};
use crate::people;
use crate::police;
use crate::quality;
use crate::register::bring_back;
use crate::rollup::{self, LastVisits, Place};
use crate::team;

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
pub(crate) fn decode<T: DeserializeOwned>(what: &str, code: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(code.to_owned()))
        .map_err(|_| corrupt(&format!("{what} {code:?}")))
}

pub(crate) fn corrupt(what: &str) -> StoreError {
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
    replaced_by: Option<Uuid>,
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
            C::ReplacedBy,
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
            // A version that was replaced counts like one that was taken back.
            withdrawn: self.withdrawn_at.is_some() || self.replaced_by.is_some(),
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
        self.apply_over(ward, batches, |_| ()).await
    }

    /// The same over a book from which something is left out first.
    async fn apply_over(
        &self,
        ward: &str,
        batches: &[Batch],
        leave_out: impl FnOnce(&mut Book) + Send,
    ) -> Result<Vec<PushAnswer>, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await?;
        let mut book = load(&tx, ward, seq, batches).await?;
        leave_out(&mut book);
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
    async fn apply_op(&self, batch: &Batch, sent: &Sent) -> Result<OpResult, StoreError> {
        let mut alone = batch.clone();
        alone.push.ops = vec![sent.clone()];
        // What waits for it may be the very thing the database refuses: that one is judged when it
        // comes again or with the device's next push, and takes nothing along with it.
        let itself = |held: &HeldOp| matches!(sent, Sent::Op(op) if op.op_id == held.op.op_id);
        let leave_out =
            |book: &mut Book| book.held.values_mut().for_each(|waiting| waiting.retain(itself));
        match self.apply_over(&batch.ward, std::slice::from_ref(&alone), leave_out).await {
            Ok(answers) => answers
                .into_iter()
                .next()
                .and_then(|a| a.results.into_iter().next())
                .ok_or(StoreError::NotFound),
            Err(StoreError::Busy) => Err(StoreError::Busy),
            Err(cause) => {
                let Sent::Op(sent) = sent else { return Err(cause) };
                tracing::error!(%cause, kind = %sent.kind, "operation refused by the database");
                self.book_refusal(batch, sent).await
            }
        }
    }

    async fn book_refusal(&self, batch: &Batch, sent: &Op) -> Result<OpResult, StoreError> {
        let tx = self.begin().await?;
        lock_ward(&tx, self.engine(), &batch.ward).await?;
        // Its number is taken all the same: what was written after it must not wait for ever.
        let taken = op::Entity::find()
            .filter(op::Column::DeviceId.eq(batch.sender.device.0))
            .filter(op::Column::DeviceSeq.eq(sent.device_seq))
            .one(&tx)
            .await?
            .is_some();
        held_op::Entity::delete_by_id(sent.op_id.0).exec(&tx).await?;
        op::Entity::insert(op::ActiveModel {
            op_id: Set(sent.op_id.0),
            ward: Set(batch.ward.clone()),
            device_id: Set(batch.sender.device.0),
            device_seq: Set((!taken).then_some(sent.device_seq)),
            account_id: Set(batch.sender.account.0),
            kind: Set(plain(&sent.kind, 64)),
            fingerprint: Set(gocua_domain::sync::fingerprint(sent)),
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
            op_id: sent.op_id,
            outcome: OpOutcome::Rejected,
            seq: None,
            reason: Some(Reason::Refused),
            flags: Vec::new(),
        })
    }

    /// Goes on without what never came: takes in the operations of a ward that have waited longer
    /// than [`HOLD_MS`](gocua_domain::sync::HOLD_MS). Returns how many were settled.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; the rest is tried again by the next call.
    pub async fn release_held(&self, ward: &str, now: Millis) -> Result<usize, StoreError> {
        let old = held_op::Entity::find()
            .filter(held_op::Column::Ward.eq(ward))
            .filter(held_op::Column::ReceivedAt.lt(now.plus(-gocua_domain::sync::HOLD_MS).0))
            .order_by_asc(held_op::Column::DeviceSeq)
            .all(&self.read)
            .await?;
        let mut settled = 0;
        for row in old {
            let Some(held) = held_of(row) else { continue };
            let mut sent = held.op;
            sent.after = None;
            let push = PushRequest {
                device_id: held.sender.device,
                app_version: String::new(),
                sent_at: held.sent_at,
                queued: 0,
                failed: 0,
                ops: vec![sent.into()],
            };
            let ward = ward.to_owned();
            let batch = Batch { ward, sender: held.sender, push, now, carried: true };
            settled += self.push(batch).await?.results.len();
        }
        Ok(settled)
    }

    /// The ward has looked at an operation and lets it count: it is decided again as if it had just
    /// come. A household that was removed before its edit arrived is restored first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when no such operation waits for a decision.
    pub async fn release_quarantined(
        &self,
        ward: &str,
        op_id: OpId,
        by: AccountId,
        now: Millis,
    ) -> Result<OpResult, StoreError> {
        let tx = self.begin().await?;
        let seq = lock_ward(&tx, self.engine(), ward).await? + 1;
        let row = quarantine::Entity::find_by_id(op_id.0)
            .filter(quarantine::Column::Ward.eq(ward))
            .filter(quarantine::Column::Decision.is_null())
            .one(&tx)
            .await?
            .ok_or(StoreError::NotFound)?;
        let sent: Op = serde_json::from_value(row.op.clone())
            .map_err(|_| corrupt(&format!("quarantined operation {op_id}")))?;
        op::Entity::delete_by_id(op_id.0).exec(&tx).await?;
        let sender = Sender {
            account: AccountId(row.account_id),
            device: DeviceId(row.device_id),
            team: row.team_id.map(TeamId),
            disabled: false,
        };
        let push = PushRequest {
            device_id: sender.device,
            app_version: String::new(),
            sent_at: Millis(row.sent_at),
            queued: 0,
            failed: 0,
            ops: vec![sent.into()],
        };
        let ward_code = ward.to_owned();
        // The clock is corrected by what it showed when the operation came, not by today's.
        let came = Millis(row.received_at);
        let batch = Batch { ward: ward_code, sender, push, now: came, carried: true };
        let mut book = load(&tx, ward, seq, std::slice::from_ref(&batch)).await?;
        let mut effects = Effects::default();
        let mut results = decide(&mut book, &mut effects, &sender, &batch.push, came);
        // Whatever it was kept for: if its household has left the register, that one comes back first.
        let gone = effects.quarantined.first().and_then(|q| q.household);
        if let Some(household) = gone {
            restore_household(&tx, ward, household.0, &Act::of(by, now), seq).await?;
            book = load(&tx, ward, seq, std::slice::from_ref(&batch)).await?;
            effects = Effects::default();
            results = decide(&mut book, &mut effects, &sender, &batch.push, came);
        }
        let result = results.pop().ok_or(StoreError::NotFound)?;
        write(&tx, ward, &book, effects, now).await?;
        let kept = crate::people::kept_after(&row.kind, &row.op);
        let mut decided: quarantine::ActiveModel = row.into();
        decided.op = Set(kept);
        decided.decision = Set(Some("released".to_owned()));
        decided.decided_by = Set(Some(by.0));
        decided.decided_at = Set(Some(now.0));
        decided.update(&tx).await?;
        let groups: BTreeSet<GroupId> = book.doors.values().map(|d| d.group).collect();
        let groups: Vec<GroupId> = groups.into_iter().collect();
        rollup::recount_groups(&tx, ward, &groups, book.seq).await?;
        set_seq(&tx, ward, book.seq).await?;
        tx.commit().await?;
        self.writers.announce(ward, book.seq);
        Ok(result)
    }
}

/// Brings a removed household back into the register; its rollups are the caller's to count again.
async fn restore_household(
    tx: &DatabaseTransaction,
    ward: &str,
    household: Uuid,
    act: &Act,
    seq: i64,
) -> Result<(), StoreError> {
    let gone = household::Entity::find_by_id(household)
        .one(tx)
        .await?
        .filter(|h| h.ward == ward && h.deleted_at.is_some());
    let Some(gone) = gone else { return Ok(()) };
    let line = Line::new(gone.id, gone.group_id, i32::from(!gone.active));
    ledger::note(tx, ward, seq, RegisterChange::Restored, act, [line]).await?;
    bring_back(tx, [household], seq).await
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
    accounts: BTreeSet<Uuid>,
    devices: BTreeSet<Uuid>,
    remarks: BTreeSet<Uuid>,
    device_seqs: BTreeSet<(Uuid, i64)>,
    households: BTreeSet<Uuid>,
    edited: BTreeSet<Uuid>,
    visits: BTreeSet<Uuid>,
    teams: BTreeSet<Uuid>,
    alleys: BTreeSet<Uuid>,
    shifts: BTreeSet<Uuid>,
    coaching: bool,
    people: people::Spoken,
    police: police::Spoken,
}

impl Spoken {
    fn of(batches: &[Batch]) -> Self {
        let mut spoken = Self::default();
        for batch in batches {
            for sent in &batch.push.ops {
                match sent {
                    Sent::Op(op) => spoken.add(&batch.sender, op),
                    Sent::Broken { op_id, device_seq, .. } => {
                        spoken.ops.extend(op_id.map(|id| id.0));
                        let device = batch.sender.device.0;
                        spoken.devices.insert(device);
                        spoken.device_seqs.extend(device_seq.map(|seq| (device, seq)));
                    }
                }
            }
        }
        spoken
    }

    fn add(&mut self, sender: &Sender, op: &Op) {
        self.teams.extend(sender.team.map(|t| t.0));
        self.accounts.insert(sender.account.0);
        self.devices.insert(sender.device.0);
        self.ops.insert(op.op_id.0);
        self.device_seqs.insert((sender.device.0, op.device_seq));
        self.device_seqs.extend(op.after.map(|after| (sender.device.0, after)));
        match op.kind.as_str() {
            "visit.record" => {
                if let Ok(record) = VisitRecord::deserialize(&op.payload) {
                    self.record(&record);
                }
            }
            "visit.correct" => {
                if let Ok(correct) = Correct::deserialize(&op.payload) {
                    self.record(&correct.record);
                    self.visits.insert(correct.visit_id.0);
                }
            }
            "visit.withdraw" => {
                if let Ok(w) = Withdraw::deserialize(&op.payload) {
                    self.visits.insert(w.visit_id.0);
                    self.ops.insert(w.visit_id.0);
                }
            }
            "household.edit" => {
                if let Ok(edit) = HouseholdEdit::deserialize(&op.payload) {
                    self.households.insert(edit.household_id.0);
                    self.edited.insert(edit.household_id.0);
                }
            }
            "household.propose" => {
                if let Ok(p) = Propose::deserialize(&op.payload) {
                    self.households.insert(p.household_id.0);
                    self.alleys.insert(p.alley_id.0);
                }
            }
            "household.same_as" => {
                if let Ok(pair) = SameAs::deserialize(&op.payload) {
                    self.households.extend([pair.household_id.0, pair.of.0]);
                }
            }
            "quality.explain" => {
                let said = Explain::deserialize(&op.payload);
                self.remarks.extend(said.map(|said| said.flag_id.0));
            }
            "shift.open" => {
                let shift = OpenShift::deserialize(&op.payload);
                self.shifts.extend(shift.map(|shift| shift.shift_id.0));
            }
            "shift.close" => {
                let shift = CloseShift::deserialize(&op.payload);
                self.shifts.extend(shift.map(|shift| shift.shift_id.0));
            }
            _ if self.police.of(op, &mut self.people) => self.ops.extend(self.police.ops()),
            _ => self.households.extend(self.people.of(op)),
        }
    }

    fn record(&mut self, record: &VisitRecord) {
        self.coaching |= !record.people.is_empty();
        self.people
            .learners
            .extend(record.people.iter().filter_map(|p| p.learner_id).map(|id| id.0));
        self.households.insert(record.household_id.0);
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
    load_held(tx, &mut spoken, &mut book).await?;
    if spoken.coaching {
        book.skills = skills(tx, ward).await?.into_iter().collect();
    }
    load_ops(tx, &spoken, &mut book).await?;
    load_chains(tx, ward, &mut spoken, &mut book).await?;
    police::name(tx, &spoken.police, &mut spoken.people, &mut spoken.households).await?;
    load_doors(tx, ward, &spoken, &mut book).await?;
    load_edits(tx, &spoken, &mut book).await?;
    people::load(tx, ward, &spoken.people, &mut book).await?;
    police::load(tx, ward, &spoken.police, &spoken.accounts, &mut book).await?;
    team::load(tx, ward, (&spoken.alleys, &spoken.shifts), &mut book).await?;
    quality::load(tx, ward, &spoken.remarks, &mut book).await?;
    load_stays(tx, &mut spoken, &mut book).await?;
    load_reach(tx, &spoken, &mut book).await?;
    Ok(book)
}

/// The teams the senders walked with before: what they wrote then is those teams' work.
async fn load_stays(
    tx: &DatabaseTransaction,
    spoken: &mut Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    if spoken.accounts.is_empty() {
        return Ok(());
    }
    let rows = team_stay::Entity::find()
        .filter(team_stay::Column::AccountId.is_in(spoken.accounts.iter().copied()))
        .order_by_asc(team_stay::Column::UntilAt)
        .all(tx)
        .await?;
    for row in rows {
        spoken.teams.insert(row.team_id);
        let stay = (Millis(row.until_at), TeamId(row.team_id));
        book.stays.entry(AccountId(row.account_id)).or_default().push(stay);
    }
    Ok(())
}

/// What waits on the sending devices: it may be its turn now, so its own facts are needed too.
async fn load_held(
    tx: &DatabaseTransaction,
    spoken: &mut Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    let devices: Vec<Uuid> = spoken.devices.iter().copied().collect();
    let rows = held_op::Entity::find()
        .filter(held_op::Column::DeviceId.is_in(devices))
        .order_by_asc(held_op::Column::DeviceSeq)
        .all(tx)
        .await?;
    for row in rows {
        let after = (DeviceId(row.device_id), row.after_seq);
        let op_id = row.op_id;
        let held = held_of(row).ok_or_else(|| corrupt(&format!("held operation {op_id}")))?;
        spoken.add(&held.sender, &held.op);
        book.held.entry(after).or_default().push(held);
    }
    Ok(())
}

fn held_of(row: held_op::Model) -> Option<HeldOp> {
    Some(HeldOp {
        sender: Sender {
            account: AccountId(row.account_id),
            device: DeviceId(row.device_id),
            team: row.team_id.map(TeamId),
            disabled: false,
        },
        op: serde_json::from_value(row.op).ok()?,
        fingerprint: row.fingerprint,
        sent_at: Millis(row.sent_at),
        received_at: Millis(row.received_at),
    })
}

async fn load_ops(
    tx: &DatabaseTransaction,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    let mut known = Condition::any().add(op::Column::OpId.is_in(spoken.ops.iter().copied()));
    for device in &spoken.devices {
        let seqs = spoken.device_seqs.iter().filter(|(d, _)| d == device).map(|(_, s)| *s);
        known = known.add(op::Column::DeviceId.eq(*device).and(op::Column::DeviceSeq.is_in(seqs)));
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

/// A version of a visit, for finding the others.
#[derive(FromQueryResult)]
struct VersionRow {
    id: Uuid,
    household_id: Uuid,
    device_id: Uuid,
    corrects: Option<Uuid>,
    version: i32,
    replaced_by: Option<Uuid>,
    near: Option<String>,
}

async fn versions(
    tx: &DatabaseTransaction,
    ward: &str,
    ids: BTreeSet<Uuid>,
) -> Result<Vec<VersionRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    use visit::Column as C;
    Ok(visit::Entity::find()
        .select_only()
        .columns([C::Id, C::HouseholdId, C::DeviceId, C::Corrects, C::Version, C::ReplacedBy])
        .column(C::Near)
        .filter(C::Ward.eq(ward))
        .filter(C::Id.is_in(ids))
        .into_model()
        .all(tx)
        .await?)
}

/// The versions of the visits that are corrected or taken back. The first version knows the newest,
/// so three looks by id find both from any version, however many there are.
async fn load_chains(
    tx: &DatabaseTransaction,
    ward: &str,
    spoken: &mut Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    let named = versions(tx, ward, spoken.visits.clone()).await?;
    let firsts = named.iter().filter_map(|v| v.corrects).collect();
    let mut found: HashMap<Uuid, VersionRow> = HashMap::new();
    found.extend(versions(tx, ward, firsts).await?.into_iter().map(|v| (v.id, v)));
    found.extend(named.into_iter().map(|v| (v.id, v)));
    let newest: BTreeSet<Uuid> = found
        .values()
        .filter(|v| v.corrects.is_none())
        .filter_map(|v| v.replaced_by)
        .filter(|id| !found.contains_key(id))
        .collect();
    found.extend(versions(tx, ward, newest).await?.into_iter().map(|v| (v.id, v)));
    for first in found.values().filter(|v| v.corrects.is_none()) {
        let Some(latest) = found.get(&first.replaced_by.unwrap_or(first.id)) else { continue };
        let chain = Chain {
            latest: VisitId(latest.id),
            versions: latest.version,
            device: DeviceId(latest.device_id),
            near: latest.near.as_deref().map(|near| decode("near", near)).transpose()?,
        };
        book.chains.insert(VisitId(first.id), chain);
        spoken.households.insert(latest.household_id);
    }
    let later = found.values().filter_map(|v| Some((VisitId(v.id), VisitId(v.corrects?))));
    book.roots.extend(later);
    Ok(())
}

/// The place of a household and what it was merged into.
type DoorRow = (Uuid, String, Uuid, Uuid, bool, Option<i64>, Option<Uuid>, bool, Option<i32>);

/// Households by id, with the doubles merged into them.
async fn door_rows(
    tx: &DatabaseTransaction,
    ward: &str,
    ids: &BTreeSet<Uuid>,
) -> Result<Vec<DoorRow>, StoreError> {
    use household::Column as C;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    // The ward is compared here and not in the query: with it SQLite would rather read every
    // household of the ward by the ward's index than look these few up by their ids.
    let rows: Vec<DoorRow> = household::Entity::find()
        .select_only()
        .columns([C::Id, C::Ward, C::GroupId, C::AlleyId, C::Active, C::DeletedAt, C::MergedInto])
        .columns([C::Proposed, C::LeftOn])
        .filter(
            C::Id
                .is_in(ids.iter().copied())
                .or(C::MergedInto.is_not_null().and(C::MergedInto.is_in(ids.iter().copied()))),
        )
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().filter(|(_, of, ..)| of == ward).collect())
}

async fn load_doors(
    tx: &DatabaseTransaction,
    ward: &str,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    let mut rows = door_rows(tx, ward, &spoken.households).await?;
    let here: BTreeSet<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let into: BTreeSet<Uuid> =
        rows.iter().filter_map(|row| row.6).filter(|id| !here.contains(id)).collect();
    rows.extend(
        door_rows(tx, ward, &into).await?.into_iter().filter(|(id, ..)| !here.contains(id)),
    );
    for (id, _, group, alley, active, deleted_at, merged_into, proposed, left_on) in &rows {
        if let Some(into) = merged_into {
            book.merged.insert(HouseholdId(*id), HouseholdId(*into));
            book.double_alleys.insert(HouseholdId(*id), AlleyId(*alley));
            continue;
        }
        let door = Door {
            group: GroupId(*group),
            alley: AlleyId(*alley),
            active: *active,
            left_on: left_on.map(Day),
            proposed: *proposed,
            deleted: deleted_at.is_some(),
            visits: Vec::new(),
        };
        book.doors.insert(HouseholdId(*id), door);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let visits = visit::Entity::find()
        .filter(visit::Column::HouseholdId.is_in(rows.iter().map(|(id, ..)| *id)));
    for row in FactRow::select(visits).into_model::<FactRow>().all(tx).await? {
        let named = HouseholdId(row.household_id);
        let household = book.merged.get(&named).copied().unwrap_or(named);
        book.visits.insert(VisitId(row.id), household);
        if let Some(door) = book.doors.get_mut(&household) {
            door.visits.push((AccountId(row.account_id), row.fact()?));
        }
    }
    Ok(())
}

/// The details of the households that are edited, and every earlier edit of them.
async fn load_edits(
    tx: &DatabaseTransaction,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    let edited: BTreeSet<Uuid> = spoken
        .edited
        .iter()
        .map(|id| book.merged.get(&HouseholdId(*id)).map_or(*id, |into| into.0))
        .collect();
    if edited.is_empty() {
        return Ok(());
    }
    let rows = household::Entity::find()
        .filter(household::Column::Id.is_in(edited.iter().copied()))
        .all(tx)
        .await?;
    for row in rows {
        book.details.insert(HouseholdId(row.id), details_of(&row));
    }
    let rows = household_edit::Entity::find()
        .filter(household_edit::Column::HouseholdId.is_in(edited))
        .all(tx)
        .await?;
    for row in rows {
        let field = Field::from_code(&row.field).ok_or_else(|| corrupt("field of an edit"))?;
        let past = PastEdit {
            op: OpId(row.op_id),
            account: AccountId(row.account_id),
            device: DeviceId(row.device_id),
            device_seq: row.device_seq,
            stamp: Millis(row.stamp),
            value: serde_json::from_value(row.value.unwrap_or_default())
                .map_err(|_| corrupt("value of an edit"))?,
            fate: decode::<EditFate>("fate", &row.fate)?,
        };
        book.edits.entry((HouseholdId(row.household_id), field)).or_default().push(past);
    }
    Ok(())
}

async fn load_reach(
    tx: &DatabaseTransaction,
    spoken: &Spoken,
    book: &mut Book,
) -> Result<(), StoreError> {
    let doors = book.doors.values().map(|door| &door.alley);
    let alleys: BTreeSet<Uuid> =
        doors.chain(book.double_alleys.values()).chain(book.alleys.keys()).map(|a| a.0).collect();
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
    // First: visits at a house proposed in the same batch refer to it.
    team::write(tx, ward, &effects).await?;
    let mut last = LastVisits::default();
    let visits: Vec<_> = effects
        .visits
        .iter()
        .map(|v| {
            let door = book.merged.get(&v.household).unwrap_or(&v.household);
            if let Some(door) = book.doors.get(door).filter(|door| !door.proposed) {
                last.see(door.group, door.alley, v.fact.made_at);
            }
            let withdrawn = effects.withdrawn.get(&v.fact.id).map(|(at, _)| at.0);
            visit_row(ward, v, withdrawn, effects.replaced.get(&v.fact.id).copied(), now)
        })
        .collect();
    let fresh: HashSet<VisitId> = effects.visits.iter().map(|v| v.fact.id).collect();
    for rows in chunks(visits, 27) {
        visit::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    for (id, (at, _)) in effects.withdrawn.iter().filter(|(id, _)| !fresh.contains(id)) {
        visit::Entity::update_many()
            .col_expr(visit::Column::WithdrawnAt, Expr::value(at.0))
            .filter(visit::Column::Id.eq(id.0))
            .exec(tx)
            .await?;
    }
    for (id, by) in effects.replaced.iter().filter(|(id, _)| !fresh.contains(id)) {
        visit::Entity::update_many()
            .col_expr(visit::Column::ReplacedBy, Expr::value(by.0))
            .filter(visit::Column::Id.eq(id.0))
            .exec(tx)
            .await?;
    }
    quality::write(tx, &effects).await?;
    write_ops(tx, ward, &effects, now).await?;
    write_waiting(tx, ward, &effects, now).await?;
    write_edits(tx, ward, &effects).await?;
    people::write(tx, ward, &effects.people, book.seq, now).await?;
    police::write(tx, ward, &effects.police).await?;
    let states = effects.states.into_iter().filter_map(|(id, (state, seq))| {
        let door = book.doors.get(&id)?;
        Some((id, Place { group: door.group, alley: door.alley }, state, seq))
    });
    rollup::write_states(tx, ward, states).await?;
    rollup::add(tx, ward, effects.coverage, &last, book.seq).await
}

async fn write_ops(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &Effects,
    now: Millis,
) -> Result<(), StoreError> {
    let ops: Vec<_> = effects
        .ops
        .iter()
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
    Ok(())
}

/// Operations that are kept without counting: held for an earlier one, or for the ward to look at.
async fn write_waiting(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &Effects,
    now: Millis,
) -> Result<(), StoreError> {
    if !effects.released.is_empty() {
        held_op::Entity::delete_many()
            .filter(held_op::Column::OpId.is_in(effects.released.iter().map(|id| id.0)))
            .exec(tx)
            .await?;
    }
    let rows: Vec<_> = effects
        .held
        .values()
        .map(|h| held_op::ActiveModel {
            op_id: Set(h.op.op_id.0),
            ward: Set(ward.to_owned()),
            device_id: Set(h.sender.device.0),
            device_seq: Set(h.op.device_seq),
            after_seq: Set(h.op.after.unwrap_or_default()),
            account_id: Set(h.sender.account.0),
            team_id: Set(h.sender.team.map(|t| t.0)),
            op: Set(kept(&h.op)),
            fingerprint: Set(h.fingerprint),
            sent_at: Set(h.sent_at.0),
            received_at: Set(h.received_at.0),
        })
        .collect();
    for rows in chunks(rows, 11) {
        held_op::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    let rows: Vec<_> = effects
        .quarantined
        .iter()
        .map(|q| quarantine::ActiveModel {
            op_id: Set(q.op.op_id.0),
            ward: Set(ward.to_owned()),
            device_id: Set(q.sender.device.0),
            account_id: Set(q.sender.account.0),
            team_id: Set(q.sender.team.map(|t| t.0)),
            household_id: Set(q.household.map(|h| h.0)),
            why: Set(q.why.code()),
            kind: Set(plain(&q.op.kind, 64)),
            op: Set(kept(&q.op)),
            made_at: Set(q.op.made_at.0),
            sent_at: Set(q.sent_at.0),
            received_at: Set(now.0),
            seq: Set(q.seq),
            decision: Set(None),
            decided_by: Set(None),
            decided_at: Set(None),
        })
        .collect();
    for rows in chunks(rows, 16) {
        quarantine::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// An operation as it is kept, word for word.
fn kept(op: &Op) -> serde_json::Value {
    serde_json::to_value(op).unwrap_or_default()
}

async fn write_edits(
    tx: &DatabaseTransaction,
    ward: &str,
    effects: &Effects,
) -> Result<(), StoreError> {
    let json = |value| serde_json::to_value(value).unwrap_or_default();
    let rows: Vec<_> = effects
        .edits
        .iter()
        .map(|e| household_edit::ActiveModel {
            op_id: Set(e.op_id.0),
            field: Set(e.field.code().to_owned()),
            ward: Set(ward.to_owned()),
            household_id: Set(e.household.0),
            value: Set(Some(json(&e.value))),
            was: Set(e.was.as_ref().map(json)),
            stamp: Set(e.stamp.0),
            device_id: Set(e.sender.device.0),
            device_seq: Set(e.device_seq),
            account_id: Set(e.sender.account.0),
            team_id: Set(e.sender.team.map(|t| t.0)),
            seq: Set(e.seq),
            fate: Set(code(&e.fate)),
            decided_by: Set(None),
            decided_at: Set(None),
        })
        .collect();
    for rows in chunks(rows, 15) {
        household_edit::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    for (household, (details, seq)) in &effects.details {
        set_details(tx, household.0, details, *seq).await?;
    }
    Ok(())
}

fn visit_row(
    ward: &str,
    v: &NewVisit,
    withdrawn_at: Option<i64>,
    replaced_by: Option<VisitId>,
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
        corrects: Set(v.corrects.map(|(first, _)| first.0)),
        version: Set(v.version),
        replaced_by: Set(replaced_by.map(|id| id.0)),
        why: Set(v.corrects.map(|(_, why)| code(&why))),
        extra: Set(v.extra.clone()),
        near: Set(v.record.near.map(|near| code(&near))),
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
                failed: Set(i32::try_from(b.push.failed).unwrap_or(i32::MAX)),
                clear_at: Set(None),
                revoked_at: Set(None),
                revoked_by: Set(None),
                wiped_at: Set(None),
                wiped_unsent: Set(None),
            }
        })
        .collect();
    for rows in chunks(rows, 14) {
        device::Entity::insert_many(rows)
            .on_conflict(
                sea_orm::sea_query::OnConflict::column(device::Column::Id)
                    .update_columns([
                        device::Column::AppVersion,
                        device::Column::Queued,
                        device::Column::Failed,
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
