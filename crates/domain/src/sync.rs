//! The wire of the phone, and the one decision that turns operations into the ward's book.
//!
//! [`decide`] is pure: the store loads a [`Book`] with one query a table, `decide` folds a phone's
//! operations over it in memory, and the store writes the [`Effects`] with one statement a table.
//! Every operation ends with exactly one outcome; a bad one never stops its neighbours.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::coverage::{Counted, Coverage};
use crate::household::HouseholdState;
use crate::id::{AccountId, AlleyId, DeviceId, GroupId, HouseholdId, OpId, TeamId, VisitId};
use crate::skill::Skills;
use crate::time::Millis;
use crate::visit::{VisitFact, VisitFault, VisitRecord};

/// The most operations one push may carry; a phone sends up to 100.
pub const MAX_OPS: usize = 200;
/// A phone clock further off than this is corrected by the difference it showed when sending.
pub const CLOCK_TOLERANCE_MS: i64 = 120_000;
/// An operation older than this carries an impossible date (a phone reset to 1970).
pub const OLDEST_OP_MS: i64 = 400 * 86_400_000;
/// How long after a knock its author may take it back; later changes are corrections.
pub const WITHDRAW_WINDOW_MS: i64 = 10 * 60_000;

/// One operation written by a phone, before anybody else knew of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Op {
    /// UUIDv7 made on the phone; the key of exactly-once delivery.
    pub op_id: OpId,
    /// 1, 2, 3 .. without gaps on one device.
    pub device_seq: i64,
    /// When the thing happened, by the phone's clock.
    pub made_at: Millis,
    /// `visit.record` or `visit.withdraw`.
    pub kind: String,
    /// A [`VisitRecord`] or a [`Withdraw`].
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub payload: serde_json::Value,
}

/// Payload of `visit.withdraw`: the author takes a visit back within ten minutes (undo).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The visit, which is the id of the operation that recorded it.
    pub visit_id: VisitId,
}

/// A batch of operations, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PushRequest {
    /// The device the operations were written on; must be the session's.
    pub device_id: DeviceId,
    /// Version of the app, e.g. `0.1.0`.
    pub app_version: String,
    /// The phone's clock at sending; its difference to the server's corrects `made_at`.
    pub sent_at: Millis,
    /// Operations still on the phone, these included.
    pub queued: u32,
    /// At most [`MAX_OPS`].
    pub ops: Vec<Op>,
}

/// What became of a batch. Sent only after the book is durable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushAnswer {
    /// The server's clock.
    pub received_at: Millis,
    /// One result for each operation, in the order sent.
    pub results: Vec<OpResult>,
}

/// What became of one operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpResult {
    /// The operation.
    pub op_id: OpId,
    /// Its fate.
    pub outcome: OpOutcome,
    /// The receipt: the ward's sequence number under which the book holds it. Absent when rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
    /// Why it was rejected or superseded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Remarks that do not change the fate.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
}

/// The fate of an operation. All but `rejected` mean: the phone may show *đã vào sổ*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OpOutcome {
    /// Written to the book now.
    Applied,
    /// Written before; this is the receipt of then.
    Duplicate,
    /// Nothing was left to do (an undo of what is already undone).
    Superseded,
    /// Not written; the phone keeps it and shows the reason.
    Rejected,
}

/// Why an operation did not enter the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// This server knows no such kind of operation.
    UnknownKind,
    /// The payload is not what the kind needs.
    MalformedPayload,
    /// The payload has a field this server does not know.
    UnknownField,
    /// The household does not exist, or was never given to the sender's team.
    OutOfReach,
    /// The id was used before for something else.
    OpIdReused,
    /// The device used this sequence number before for something else.
    DeviceSeqReused,
    /// More than ten minutes have passed since the knock.
    TooLateToWithdraw,
    /// Somebody else's visit.
    NotYours,
    /// The visit never entered the book, or was withdrawn already.
    NothingToWithdraw,
    /// People coached on a visit whose outcome says nobody was.
    PeopleWithoutService,
    /// More people than one visit may coach.
    TooManyPeople,
    /// A skill the campaign does not have.
    UnknownSkill,
    /// One skill twice for one person.
    SkillTwice,
    /// A level above 4.
    LevelOutOfRange,
    /// An appointment without a day, or a day where none belongs.
    ComebackMismatch,
    /// A day that is not in the calendar.
    NoSuchDay,
    /// The database refused it; the server's log has the cause.
    Refused,
}

impl Reason {
    /// The code on the wire and in the book.
    pub fn code(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(code)) => code,
            _ => String::new(),
        }
    }

    /// The reason of a code, or `None`.
    pub fn from_code(code: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
    }
}

impl From<VisitFault> for Reason {
    fn from(fault: VisitFault) -> Self {
        match fault {
            VisitFault::PeopleWithoutService => Self::PeopleWithoutService,
            VisitFault::TooManyPeople => Self::TooManyPeople,
            VisitFault::UnknownSkill => Self::UnknownSkill,
            VisitFault::SkillTwice => Self::SkillTwice,
            VisitFault::LevelOutOfRange => Self::LevelOutOfRange,
            VisitFault::ComebackMismatch => Self::ComebackMismatch,
            VisitFault::NoSuchDay => Self::NoSuchDay,
        }
    }
}

/// A remark on an operation that was accepted all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The phone's clock is off; the time was corrected by what it showed when sending.
    ClockCorrected,
    /// Even so the time was impossible; the time of arrival stands instead.
    ClockClamped,
    /// Knocked after the alley had been taken back from the team, before the phone knew.
    LateScope,
    /// The household had left the register; kept in the book, not counted as a household.
    HouseholdGone,
}

/// Who is sending.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// The signed-in account.
    pub account: AccountId,
    /// Its device.
    pub device: DeviceId,
    /// Its team; without one no household is in reach.
    pub team: Option<TeamId>,
}

/// One period in which a team held an alley.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Given at.
    pub from: Millis,
    /// Taken back at, if it was.
    pub to: Option<Millis>,
}

/// An operation already in the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOp {
    /// Fingerprint of what was sent.
    pub fingerprint: i64,
    /// The first fate.
    pub outcome: OpOutcome,
    /// Its receipt.
    pub seq: Option<i64>,
    /// Its reason.
    pub reason: Option<Reason>,
    /// Its remarks.
    pub flags: Vec<Flag>,
}

/// One household as the book knows it, with all its visits.
#[derive(Clone, Debug)]
pub struct Door {
    /// Its residential group.
    pub group: GroupId,
    /// Its alley.
    pub alley: AlleyId,
    /// In the denominator?
    pub active: bool,
    /// Its visits with their authors.
    pub visits: Vec<(AccountId, VisitFact)>,
}

/// The facts of one ward that a set of batches needs.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// The last sequence number given out in the ward.
    pub seq: i64,
    /// The campaign's skills.
    pub skills: Skills,
    /// Operations of the batches that are in the book already, by id.
    pub ops: HashMap<OpId, StoredOp>,
    /// Sequence numbers of the sending devices that are taken.
    pub device_seqs: HashMap<(DeviceId, i64), OpId>,
    /// The households the batches speak of.
    pub doors: HashMap<HouseholdId, Door>,
    /// Which household a visit belongs to.
    pub visits: HashMap<VisitId, HouseholdId>,
    /// Which team held which alley, and when.
    pub reach: HashMap<(TeamId, AlleyId), Vec<Held>>,
}

/// An operation to be written.
#[derive(Clone, Debug)]
pub struct NewOp {
    /// Its author.
    pub account: AccountId,
    /// Its device.
    pub device: DeviceId,
    /// Its place on the device; `None` when the number was taken (the outcome says so).
    pub device_seq: Option<i64>,
    /// Its id.
    pub op_id: OpId,
    /// Its kind, as sent.
    pub kind: String,
    /// What is kept of it.
    pub stored: StoredOp,
}

/// A visit to be written.
#[derive(Clone, Debug)]
pub struct NewVisit {
    /// The door.
    pub household: HouseholdId,
    /// Its group at the time.
    pub group: GroupId,
    /// Its alley at the time.
    pub alley: AlleyId,
    /// The author.
    pub account: AccountId,
    /// The device.
    pub device: DeviceId,
    /// When, by the phone's own clock.
    pub device_made_at: Millis,
    /// The receipt number.
    pub seq: i64,
    /// What was recorded.
    pub record: VisitRecord,
    /// What coverage depends on.
    pub fact: VisitFact,
    /// Remarks.
    pub flags: Vec<Flag>,
}

/// What a set of batches changes in the book.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// Operations to insert.
    pub ops: Vec<NewOp>,
    /// Visits to insert.
    pub visits: Vec<NewVisit>,
    /// Visits to mark as withdrawn, with the instant and the receipt number.
    pub withdrawn: BTreeMap<VisitId, (Millis, i64)>,
    /// Households whose state changed: the new state and the number under which it changed.
    pub states: BTreeMap<HouseholdId, (HouseholdState, i64)>,
    /// The change of the rollups.
    pub coverage: Coverage,
}

/// Fingerprint of what an operation says (FNV-1a over its JSON): tells a replay from a reuse of an
/// id by accident. It is no defence against an attacker, who could only harm his own records.
pub fn fingerprint(op: &Op) -> i64 {
    let text = format!("{}|{}|{}|{}", op.device_seq, op.made_at.0, op.kind, op.payload);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    i64::from_ne_bytes(hash.to_ne_bytes())
}

/// Folds one phone's batch over the book. Changes the book so that further batches of the same
/// transaction see it, and gathers what must be written in `effects`.
pub fn decide(
    book: &mut Book,
    effects: &mut Effects,
    sender: &Sender,
    push: &PushRequest,
    now: Millis,
) -> Vec<OpResult> {
    let skew = now.0 - push.sent_at.0;
    push.ops
        .iter()
        .map(|op| {
            let print = fingerprint(op);
            if let Some(known) = book.ops.get(&op.op_id) {
                return replay(op.op_id, print, known);
            }
            let taken = book.device_seqs.contains_key(&(sender.device, op.device_seq));
            let fate = if taken {
                Err(Reason::DeviceSeqReused)
            } else {
                apply(book, effects, sender, op, corrected(op.made_at, skew, now))
            };
            let stored = match fate {
                Ok(Fate { outcome, reason, flags }) => {
                    StoredOp { fingerprint: print, outcome, seq: Some(book.seq), reason, flags }
                }
                Err(reason) => StoredOp {
                    fingerprint: print,
                    outcome: OpOutcome::Rejected,
                    seq: None,
                    reason: Some(reason),
                    flags: Vec::new(),
                },
            };
            book.ops.insert(op.op_id, stored.clone());
            book.device_seqs.entry((sender.device, op.device_seq)).or_insert(op.op_id);
            let result = OpResult {
                op_id: op.op_id,
                outcome: stored.outcome,
                seq: stored.seq,
                reason: stored.reason,
                flags: stored.flags.clone(),
            };
            effects.ops.push(NewOp {
                account: sender.account,
                device: sender.device,
                device_seq: (!taken).then_some(op.device_seq),
                op_id: op.op_id,
                kind: op.kind.clone(),
                stored,
            });
            result
        })
        .collect()
}

/// The answer to an operation the book knows: the first fate, or a complaint about the id.
fn replay(op_id: OpId, print: i64, known: &StoredOp) -> OpResult {
    if known.fingerprint != print {
        return OpResult {
            op_id,
            outcome: OpOutcome::Rejected,
            seq: None,
            reason: Some(Reason::OpIdReused),
            flags: Vec::new(),
        };
    }
    let outcome = match known.outcome {
        OpOutcome::Applied => OpOutcome::Duplicate,
        other => other,
    };
    OpResult { op_id, outcome, seq: known.seq, reason: known.reason, flags: known.flags.clone() }
}

struct Fate {
    outcome: OpOutcome,
    reason: Option<Reason>,
    flags: Vec<Flag>,
}

/// The instant of a knock by the server's clock, and a remark when it had to be mended.
fn corrected(made_at: Millis, skew: i64, now: Millis) -> (Millis, Millis, Option<Flag>) {
    let wrong_clock = skew.abs() > CLOCK_TOLERANCE_MS;
    let at = if wrong_clock { made_at.plus(skew) } else { made_at };
    if at.0 > now.0.saturating_add(CLOCK_TOLERANCE_MS) || now.0 - at.0 > OLDEST_OP_MS {
        return (now, made_at, Some(Flag::ClockClamped));
    }
    // A few seconds of drift may still point past now; nothing in the book is later than its arrival.
    (at.min(now), made_at, wrong_clock.then_some(Flag::ClockCorrected))
}

fn apply(
    book: &mut Book,
    effects: &mut Effects,
    sender: &Sender,
    op: &Op,
    at: (Millis, Millis, Option<Flag>),
) -> Result<Fate, Reason> {
    match op.kind.as_str() {
        "visit.record" => record(book, effects, sender, op, at),
        "visit.withdraw" => withdraw(book, effects, sender, op, at.0),
        _ => Err(Reason::UnknownKind),
    }
}

fn parse<T: serde::de::DeserializeOwned>(payload: &serde_json::Value) -> Result<T, Reason> {
    T::deserialize(payload).map_err(|e| {
        // serde has no error kinds; its wording for this one is stable and tested below.
        if e.to_string().starts_with("unknown field") {
            Reason::UnknownField
        } else {
            Reason::MalformedPayload
        }
    })
}

fn record(
    book: &mut Book,
    effects: &mut Effects,
    sender: &Sender,
    op: &Op,
    (made_at, device_made_at, clock): (Millis, Millis, Option<Flag>),
) -> Result<Fate, Reason> {
    let record: VisitRecord = parse(&op.payload)?;
    record.check(&book.skills)?;
    // An unknown household and another team's are the same answer: ids must not be guessable.
    let door = book.doors.get(&record.household_id).ok_or(Reason::OutOfReach)?;
    let team = sender.team.ok_or(Reason::OutOfReach)?;
    let held = book.reach.get(&(team, door.alley)).ok_or(Reason::OutOfReach)?;
    let mut flags: Vec<Flag> = clock.into_iter().collect();
    let in_time = |h: &Held| h.to.is_none_or(|to| made_at <= to);
    if !held.iter().any(in_time) {
        flags.push(Flag::LateScope);
    }
    if !door.active {
        flags.push(Flag::HouseholdGone);
    }
    let fact = VisitFact {
        id: VisitId(op.op_id.0),
        made_at,
        outcome: record.outcome,
        team: Some(team),
        coach_occ: record.coach_occ(),
        people: record.people.len() as i64,
        people_60: record.people.iter().filter(|p| p.age_band.from_60()).count() as i64,
        comeback: record.comeback,
        withdrawn: false,
    };
    let (group, alley, household) = (door.group, door.alley, record.household_id);
    book.seq += 1;
    effects.visits.push(NewVisit {
        household,
        group,
        alley,
        account: sender.account,
        device: sender.device,
        device_made_at,
        seq: book.seq,
        record,
        fact: fact.clone(),
        flags: flags.clone(),
    });
    book.visits.insert(fact.id, household);
    let author = sender.account;
    change(book, effects, household, |visits| visits.push((author, fact)));
    Ok(Fate { outcome: OpOutcome::Applied, reason: None, flags })
}

fn withdraw(
    book: &mut Book,
    effects: &mut Effects,
    sender: &Sender,
    op: &Op,
    at: Millis,
) -> Result<Fate, Reason> {
    let Withdraw { visit_id } = parse(&op.payload)?;
    let nothing = Fate {
        outcome: OpOutcome::Superseded,
        reason: Some(Reason::NothingToWithdraw),
        flags: vec![],
    };
    let Some(&household) = book.visits.get(&visit_id) else {
        let never_entered =
            book.ops.get(&OpId(visit_id.0)).is_some_and(|o| o.outcome == OpOutcome::Rejected);
        return if never_entered { Ok(nothing) } else { Err(Reason::OutOfReach) };
    };
    let visits = &book.doors.get(&household).ok_or(Reason::OutOfReach)?.visits;
    let (author, fact) = visits.iter().find(|(_, v)| v.id == visit_id).ok_or(Reason::OutOfReach)?;
    if *author != sender.account {
        return Err(Reason::NotYours);
    }
    if fact.withdrawn {
        return Ok(nothing);
    }
    if at.0 - fact.made_at.0 > WITHDRAW_WINDOW_MS {
        return Err(Reason::TooLateToWithdraw);
    }
    book.seq += 1;
    effects.withdrawn.insert(visit_id, (at, book.seq));
    change(book, effects, household, |visits| {
        for (_, v) in visits.iter_mut().filter(|(_, v)| v.id == visit_id) {
            v.withdrawn = true;
        }
    });
    Ok(Fate { outcome: OpOutcome::Applied, reason: None, flags: Vec::new() })
}

/// Changes a household's visits, and takes the difference to its state and to coverage.
fn change(
    book: &mut Book,
    effects: &mut Effects,
    household: HouseholdId,
    with: impl FnOnce(&mut Vec<(AccountId, VisitFact)>),
) {
    let seq = book.seq;
    let Some(door) = book.doors.get_mut(&household) else { return };
    let count = |coverage: &mut Coverage, door: &Door, sign| {
        let visits: Vec<VisitFact> = door.visits.iter().map(|(_, v)| v.clone()).collect();
        let counted =
            Counted { group: door.group, alley: door.alley, active: door.active, visits: &visits };
        coverage.count(&counted, sign);
        HouseholdState::derive(&visits)
    };
    count(&mut effects.coverage, door, -1);
    with(&mut door.visits);
    let state = count(&mut effects.coverage, door, 1);
    effects.states.insert(household, (state, seq));
}
