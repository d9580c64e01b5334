//! The fold of operations over the book.

mod quality;
mod team;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
    Book, CLOCK_TOLERANCE_MS, Chain, Correct, Door, Effects, Flag, Held, HeldOp, MAX_EXTRA,
    NewEdit, NewOp, NewVisit, OLDEST_OP_MS, Op, OpOutcome, OpResult, PushRequest, Quarantined,
    Reason, Sender, Sent, StoredOp, WITHDRAW_WINDOW_MS, Withdraw, fingerprint, people, police,
    without_words,
};
use crate::coverage::{Counted, Coverage};
use crate::edit::{self, EditFate, HouseholdEdit, PastEdit};
use crate::household::HouseholdState;
use crate::id::{AccountId, AlleyId, DeviceId, HouseholdId, OpId, VisitId};
use crate::time::Millis;
use crate::visit::{Near, VisitFact, VisitRecord};

/// Folds one phone's batch over the book. Changes the book so that further batches of the same
/// transaction see it, and gathers what must be written in `effects`.
pub fn decide(
    book: &mut Book,
    effects: &mut Effects,
    sender: &Sender,
    push: &PushRequest,
    now: Millis,
) -> Vec<OpResult> {
    ripen(book, effects, sender.device);
    push.ops
        .iter()
        .map(|sent| match sent {
            Sent::Op(op) => {
                let came = Came { sender: *sender, sent_at: push.sent_at, at: now };
                take(book, effects, op, &came)
            }
            Sent::Broken { op_id, device_seq, fingerprint } => {
                broken(book, effects, sender, *op_id, *device_seq, *fingerprint)
            }
        })
        .collect()
}

/// How an operation came.
#[derive(Clone, Copy)]
pub(super) struct Came {
    pub sender: Sender,
    /// The phone's clock at sending.
    pub sent_at: Millis,
    /// The server's clock at arrival.
    pub at: Millis,
}

/// What became of an operation that the book did not know.
pub(super) struct Fate {
    pub outcome: OpOutcome,
    pub reason: Option<Reason>,
    pub flags: Vec<Flag>,
}

impl Fate {
    pub(super) fn applied(flags: Vec<Flag>) -> Self {
        Self { outcome: OpOutcome::Applied, reason: None, flags }
    }

    /// The book is already as the operation wants it, for this reason.
    pub(super) fn superseded(reason: Reason) -> Self {
        Self { outcome: OpOutcome::Superseded, reason: Some(reason), flags: Vec::new() }
    }
}

fn answer(op_id: OpId, outcome: OpOutcome, reason: Option<Reason>) -> OpResult {
    OpResult { op_id, outcome, seq: None, reason, flags: Vec::new() }
}

fn take(book: &mut Book, effects: &mut Effects, op: &Op, came: &Came) -> OpResult {
    let print = fingerprint(op);
    if let Some(known) = book.ops.get(&op.op_id) {
        return replay(op.op_id, print, known);
    }
    if let Err(reason) = people::screen(op) {
        return turn_away(book, effects, op, print, came, reason);
    }
    let device = came.sender.device;
    let waiting = waiting(book, came, op.op_id);
    if waiting.as_ref().is_some_and(|held| held.fingerprint != print) {
        return answer(op.op_id, OpOutcome::Rejected, Some(Reason::OpIdReused));
    }
    let taken = book.device_seqs.contains_key(&(device, op.device_seq));
    let earlier = op.after.filter(|after| *after > 0 && *after < op.device_seq);
    let missing = earlier.filter(|after| !book.device_seqs.contains_key(&(device, *after)));
    if let (Some(after), false) = (missing, taken) {
        if waiting.is_none() {
            let held = HeldOp {
                sender: came.sender,
                op: op.clone(),
                fingerprint: print,
                sent_at: came.sent_at,
                received_at: came.at,
            };
            effects.held.insert(op.op_id, held.clone());
            book.held.entry((device, after)).or_default().push(held);
        }
        return answer(op.op_id, OpOutcome::Held, Some(Reason::WaitsForEarlier));
    }
    // It waited, and now comes without naming what it waited for: the phone has lost that one. Its
    // first arrival tells the time: the phone's clock may have been set since.
    let waited = waiting.is_some();
    let first = waiting.map_or(*came, |held| {
        no_longer_held(book, effects, came, op.op_id);
        Came { sender: held.sender, sent_at: held.sent_at, at: held.received_at }
    });
    let result = settle(book, effects, op, print, &first, waited && op.after.is_none());
    follow(book, effects, came.sender.device, op.device_seq);
    result
}

/// Refuses an operation before it could be held or quarantined: what it says may be kept nowhere.
fn turn_away(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    print: i64,
    came: &Came,
    reason: Reason,
) -> OpResult {
    let device = came.sender.device;
    if waiting(book, came, op.op_id).is_some() {
        no_longer_held(book, effects, came, op.op_id);
    }
    let taken = book.device_seqs.contains_key(&(device, op.device_seq));
    let number = (!taken).then_some(op.device_seq);
    let stored = refused(print, reason);
    let result = note(book, effects, &came.sender, op.op_id, number, &op.kind, stored);
    follow(book, effects, device, op.device_seq);
    result
}

/// Decides an operation for good and notes it in the book.
fn settle(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    print: i64,
    came: &Came,
    gap: bool,
) -> OpResult {
    let sender = &came.sender;
    let taken = book.device_seqs.contains_key(&(sender.device, op.device_seq));
    let fate = if taken {
        Err(Reason::DeviceSeqReused)
    } else if sender.disabled && !people::withdrawn_since(book, op, came) {
        quarantine(book, effects, op, came, None, Reason::AccountDisabled)
    } else {
        apply(book, effects, op, came)
    };
    let stored = match fate {
        Ok(Fate { outcome, reason, mut flags }) => {
            flags.extend(gap.then_some(Flag::Gap));
            StoredOp { fingerprint: print, outcome, seq: Some(book.seq), reason, flags }
        }
        Err(reason) => refused(print, reason),
    };
    let number = (!taken).then_some(op.device_seq);
    note(book, effects, sender, op.op_id, number, &op.kind, stored)
}

fn refused(fingerprint: i64, reason: Reason) -> StoredOp {
    StoredOp {
        fingerprint,
        outcome: OpOutcome::Rejected,
        seq: None,
        reason: Some(reason),
        flags: Vec::new(),
    }
}

/// Writes an operation's fate to the book and answers it.
fn note(
    book: &mut Book,
    effects: &mut Effects,
    sender: &Sender,
    op_id: OpId,
    device_seq: Option<i64>,
    kind: &str,
    stored: StoredOp,
) -> OpResult {
    book.ops.insert(op_id, stored.clone());
    if let Some(seq) = device_seq {
        book.device_seqs.entry((sender.device, seq)).or_insert(op_id);
    }
    let result = OpResult {
        op_id,
        outcome: stored.outcome,
        seq: stored.seq,
        reason: stored.reason,
        flags: stored.flags.clone(),
    };
    effects.ops.push(NewOp {
        account: sender.account,
        device: sender.device,
        device_seq,
        op_id,
        kind: kind.to_owned(),
        stored,
    });
    result
}

/// What waits for a number that is known has nothing to wait for: the one before it was booked
/// without a look at what followed (a refusal of the database).
fn ripen(book: &mut Book, effects: &mut Effects, device: DeviceId) {
    let known: Vec<i64> = book
        .held
        .keys()
        .filter(|key| key.0 == device && book.device_seqs.contains_key(*key))
        .map(|key| key.1)
        .collect();
    for seq in known {
        follow(book, effects, device, seq);
    }
}

/// The operations that waited for this number, and those that waited for them.
fn follow(book: &mut Book, effects: &mut Effects, device: DeviceId, device_seq: i64) {
    let mut arrived = vec![device_seq];
    while let Some(seq) = arrived.pop() {
        for held in book.held.remove(&(device, seq)).unwrap_or_default() {
            if effects.held.remove(&held.op.op_id).is_none() {
                effects.released.insert(held.op.op_id);
            }
            let first = Came { sender: held.sender, sent_at: held.sent_at, at: held.received_at };
            settle(book, effects, &held.op, held.fingerprint, &first, false);
            arrived.push(held.op.device_seq);
        }
    }
}

/// The operation as it waits, if it does.
fn waiting(book: &Book, came: &Came, op_id: OpId) -> Option<HeldOp> {
    let of_device = |key: &&(DeviceId, i64)| key.0 == came.sender.device;
    let keys = book.held.keys().filter(of_device);
    keys.flat_map(|key| &book.held[key]).find(|held| held.op.op_id == op_id).cloned()
}

fn no_longer_held(book: &mut Book, effects: &mut Effects, came: &Came, op_id: OpId) {
    for ((device, _), waiting) in &mut book.held {
        if *device == came.sender.device {
            waiting.retain(|held| held.op.op_id != op_id);
        }
    }
    if effects.held.remove(&op_id).is_none() {
        effects.released.insert(op_id);
    }
}

/// The answer to an operation the book knows: the first fate, or a complaint about the id.
fn replay(op_id: OpId, print: i64, known: &StoredOp) -> OpResult {
    if known.fingerprint != print {
        return answer(op_id, OpOutcome::Rejected, Some(Reason::OpIdReused));
    }
    let outcome = match known.outcome {
        OpOutcome::Applied => OpOutcome::Duplicate,
        other => other,
    };
    OpResult { op_id, outcome, seq: known.seq, reason: known.reason, flags: known.flags.clone() }
}

/// What could not be read as an operation: refused by itself, and remembered if it has an id.
fn broken(
    book: &mut Book,
    effects: &mut Effects,
    sender: &Sender,
    op_id: Option<OpId>,
    device_seq: Option<i64>,
    print: i64,
) -> OpResult {
    let Some(op_id) = op_id else {
        let nobody = OpId(uuid::Uuid::nil());
        return answer(nobody, OpOutcome::Rejected, Some(Reason::MalformedPayload));
    };
    if let Some(known) = book.ops.get(&op_id) {
        return replay(op_id, print, known);
    }
    let free = |seq: &i64| !book.device_seqs.contains_key(&(sender.device, *seq));
    let number = device_seq.filter(free);
    let stored = refused(print, Reason::MalformedPayload);
    let result = note(book, effects, sender, op_id, number, "", stored);
    if let Some(seq) = number {
        follow(book, effects, sender.device, seq);
    }
    result
}

/// An instant by the server's clock, the phone's own, and a remark when it had to be mended.
pub(super) struct When {
    pub at: Millis,
    pub device: Millis,
    pub remark: Option<Flag>,
}

/// When an operation was made, by the server's clock.
pub(super) fn when(op: &Op, came: &Came) -> When {
    by_server(op.made_at, came.sent_at, came.at)
}

/// When something was made, by the server's clock, of which the phone's clock tells when it was made
/// and when it was sent, and the server's when it came.
pub fn made_at(made_at: Millis, sent_at: Millis, received_at: Millis) -> Millis {
    by_server(made_at, sent_at, received_at).at
}

fn by_server(made_at: Millis, sent_at: Millis, now: Millis) -> When {
    let skew = now.0.saturating_sub(sent_at.0);
    let wrong_clock = skew.saturating_abs() > CLOCK_TOLERANCE_MS;
    let at = if wrong_clock { made_at.plus(skew) } else { made_at };
    if at.0 > now.0.saturating_add(CLOCK_TOLERANCE_MS) || now.0.saturating_sub(at.0) > OLDEST_OP_MS
    {
        return When { at: now, device: made_at, remark: Some(Flag::ClockClamped) };
    }
    // A few seconds of drift may still point past now; nothing in the book is later than its arrival.
    let remark = wrong_clock.then_some(Flag::ClockCorrected);
    When { at: at.min(now), device: made_at, remark }
}

/// The sender as of the moment of writing: who has changed teams since wrote for the one before.
fn back_then(book: &Book, sender: &Sender, at: Millis) -> Sender {
    let stays = book.stays.get(&sender.account).into_iter().flatten();
    let then = stays.filter(|(until, _)| at <= *until).min_by_key(|(until, _)| *until);
    Sender { team: then.map_or(sender.team, |(_, team)| Some(*team)), ..*sender }
}

fn apply(book: &mut Book, effects: &mut Effects, op: &Op, came: &Came) -> Result<Fate, Reason> {
    let when = when(op, came);
    let came = &Came { sender: back_then(book, &came.sender, when.at), ..*came };
    match op.kind.as_str() {
        "visit.record" => record(book, effects, op, came, when),
        "visit.correct" => correct(book, effects, op, came, when),
        "visit.withdraw" => withdraw(book, effects, op, came, when.at),
        "household.edit" => edit(book, effects, op, came, when),
        "household.flags" => people::flags(book, effects, op, came, when),
        "household.note" => people::note(book, effects, op, came, when),
        "consent.give" => people::give(book, effects, op, came, when),
        "consent.withdraw" => people::withdraw(book, effects, op, came, when),
        "learner.eid" => people::eid(book, effects, op, came, when),
        "learner.eid_withdraw" => people::eid_withdraw(book, effects, op, came, when),
        "referral.open" => people::open(book, effects, op, came, when),
        "referral.cancel" => people::cancel(book, effects, op, came, when),
        "household.propose" => team::propose(book, effects, op, came, when),
        "household.same_as" => team::same_as(book, effects, op, came, when),
        "shift.open" => team::open_shift(book, effects, op, came, when),
        "shift.close" => team::close_shift(book, effects, op, came, when),
        "quality.explain" => quality::explain(book, effects, op, came, when),
        "help.log" => police::log_help(book, effects, op, came, when),
        "help.take_back" => police::take_help_back(book, effects, op, came, when),
        "referral.accept" => police::accept(book, effects, op, came, when),
        "referral.return" => police::give_back(book, effects, op, came, when),
        "referral.done" => police::done(book, effects, op, came, when),
        "mobile.result" => police::result(book, effects, op, came, when),
        "eid.confirm" => police::confirm(book, effects, op, came, when),
        _ => Err(Reason::UnknownKind),
    }
}

pub(crate) fn parse<T: DeserializeOwned>(payload: &Value) -> Result<T, Reason> {
    T::deserialize(payload).map_err(|e| {
        // serde has no error kinds; its wording for these is stable and tested below.
        let text = e.to_string();
        if text.starts_with("unknown field") || text.starts_with("unknown variant") {
            Reason::UnknownField
        } else {
            Reason::MalformedPayload
        }
    })
}

/// Names of fields nobody may keep, whatever app invents them.
const NEVER_KEPT: [&str; 8] = ["cccd", "cmnd", "otp", "pass", "phone", "sdt", "photo", "name"];

/// What a payload says that this server does not know: kept for the server that will, within limits.
struct Extra {
    kept: Option<Value>,
    flag: Option<Flag>,
}

/// A payload, and what of it this server does not know. That much is never a reason to send a visit
/// back; but what is too long, or may be a person's number, is not kept.
fn parse_kindly<T: DeserializeOwned + serde::Serialize>(
    payload: &Value,
) -> Result<(T, Extra), Reason> {
    let known = T::deserialize(payload).map_err(|_| Reason::MalformedPayload)?;
    let understood = serde_json::to_value(&known).unwrap_or_default();
    let extra = beyond(payload, &understood);
    let flag = extra.is_some().then_some(Flag::UnknownField);
    let kept = extra.filter(|extra| {
        let text = extra.to_string();
        text.len() <= MAX_EXTRA && !edit::holds_number(&text) && !names_something_private(extra)
    });
    Ok((known, Extra { kept, flag }))
}

fn names_something_private(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(key, value)| {
            let key = key.to_lowercase();
            NEVER_KEPT.iter().any(|word| key.contains(word)) || names_something_private(value)
        }),
        Value::Array(list) => list.iter().any(names_something_private),
        _ => false,
    }
}

/// The parts of `sent` that are not in `known`: what a newer app said and we did not understand.
/// Nothing, an empty list and a default say nothing.
fn beyond(sent: &Value, known: &Value) -> Option<Value> {
    match (sent, known) {
        (Value::Object(sent), Value::Object(known)) => {
            let extra: serde_json::Map<String, Value> = sent
                .iter()
                .filter_map(|(key, value)| {
                    let more = match known.get(key) {
                        Some(known) => beyond(value, known),
                        None => says_something(value).then(|| value.clone()),
                    };
                    more.map(|more| (key.clone(), more))
                })
                .collect();
            (!extra.is_empty()).then_some(Value::Object(extra))
        }
        (Value::Array(sent), Value::Array(known)) => {
            let extra: Vec<Option<Value>> =
                sent.iter().zip(known).map(|(s, k)| beyond(s, k)).collect();
            extra
                .iter()
                .any(Option::is_some)
                .then(|| Value::Array(extra.into_iter().map(Option::unwrap_or_default).collect()))
        }
        _ => None,
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}

/// The household an id stands for: itself, or the one it was merged into.
pub(super) fn canonical(book: &Book, household: HouseholdId) -> HouseholdId {
    book.merged.get(&household).copied().unwrap_or(household)
}

/// Was one of these alleys ever the sender's team's? Remarks when it had been taken back by then.
fn was_given(
    book: &Book,
    sender: &Sender,
    alleys: impl Iterator<Item = AlleyId>,
    at: Millis,
    flags: &mut Vec<Flag>,
) -> Result<(), Reason> {
    let team = sender.team.ok_or(Reason::OutOfReach)?;
    let held: Vec<Held> =
        alleys.filter_map(|alley| book.reach.get(&(team, alley))).flatten().copied().collect();
    if held.is_empty() {
        return Err(Reason::OutOfReach);
    }
    if !held.iter().any(|h| h.to.is_none_or(|to| at <= to)) {
        flags.push(Flag::LateScope);
    }
    Ok(())
}

/// The door a team may write at, or the one refusal for all it may not. An unknown household and
/// another team's are the same answer: ids must not be guessable.
pub(super) fn reachable<'a>(
    book: &'a Book,
    sender: &Sender,
    household: HouseholdId,
    at: Millis,
    flags: &mut Vec<Flag>,
) -> Result<&'a Door, Reason> {
    let door = book.doors.get(&canonical(book, household)).ok_or(Reason::OutOfReach)?;
    // A double is reached by the team of its own alley too: it may not have heard of the merge.
    let alleys = [Some(door.alley), book.double_alleys.get(&household).copied()];
    was_given(book, sender, alleys.into_iter().flatten(), at, flags)?;
    let waiting = door.proposed && !door.deleted;
    if !door.active && !waiting {
        flags.push(Flag::HouseholdGone);
    }
    Ok(door)
}

fn fact_of(id: VisitId, made_at: Millis, record: &VisitRecord) -> VisitFact {
    VisitFact {
        id,
        made_at,
        outcome: record.outcome,
        team: None,
        coach_occ: record.coach_occ(),
        people: record.people.len() as i64,
        people_60: record.people.iter().filter(|p| p.age_band.from_60()).count() as i64,
        comeback: record.comeback,
        withdrawn: false,
    }
}

fn record(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let (mut record, extra): (VisitRecord, _) = parse_kindly(&op.payload)?;
    record.check(&book.skills)?;
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    let door = reachable(book, &came.sender, record.household_id, when.at, &mut flags)?;
    let (group, alley, household) = (door.group, door.alley, record.household_id);
    flags.extend(extra.flag);
    let visit = (VisitId(op.op_id.0), when.at);
    let mark = people::mark(op, came, &when);
    people::coached(book, effects, &mut record, visit, Some(mark), &mut flags);
    let mut fact = fact_of(VisitId(op.op_id.0), when.at, &record);
    fact.team = came.sender.team;
    let near = record.near;
    book.seq += 1;
    effects.visits.push(NewVisit {
        household,
        group,
        alley,
        account: came.sender.account,
        device: came.sender.device,
        device_made_at: when.device,
        seq: book.seq,
        record,
        fact: fact.clone(),
        flags: flags.clone(),
        corrects: None,
        version: 1,
        extra: extra.kept,
    });
    add_visit(book, effects, household, came, fact, near);
    Ok(Fate::applied(flags))
}

fn add_visit(
    book: &mut Book,
    effects: &mut Effects,
    household: HouseholdId,
    came: &Came,
    fact: VisitFact,
    near: Option<Near>,
) {
    let door = canonical(book, household);
    let chain = Chain { latest: fact.id, versions: 1, device: came.sender.device, near };
    book.visits.insert(fact.id, door);
    book.chains.entry(fact.id).or_insert(chain);
    let author = came.sender.account;
    change(book, effects, door, |visits| visits.push((author, fact)));
}

/// The newest version of a visit and the door it counts for.
fn newest(book: &Book, visit: VisitId) -> Option<(VisitId, Chain, HouseholdId)> {
    let root = book.roots.get(&visit).copied().unwrap_or(visit);
    let chain = *book.chains.get(&root)?;
    Some((root, chain, *book.visits.get(&chain.latest)?))
}

/// The author's own visit, for changing it.
fn own<'a>(
    book: &'a Book,
    sender: &Sender,
    household: HouseholdId,
    visit: VisitId,
) -> Result<&'a VisitFact, Reason> {
    let visits = &book.doors.get(&household).ok_or(Reason::OutOfReach)?.visits;
    let (author, fact) = visits.iter().find(|(_, v)| v.id == visit).ok_or(Reason::OutOfReach)?;
    if *author == sender.account { Ok(fact) } else { Err(Reason::NotYours) }
}

fn correct(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let (Correct { visit_id, why, mut record }, extra): (Correct, _) = parse_kindly(&op.payload)?;
    record.check(&book.skills)?;
    let (root, chain, from) = newest(book, visit_id).ok_or(Reason::OutOfReach)?;
    let before = own(book, &came.sender, from, chain.latest)?.clone();
    if before.withdrawn {
        return Err(Reason::VisitWithdrawn);
    }
    let to = canonical(book, record.household_id);
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    // One's own visit may be set right for ever; another door must be within reach.
    let door = if to == from {
        book.doors.get(&to).ok_or(Reason::OutOfReach)?
    } else {
        reachable(book, &came.sender, record.household_id, before.made_at, &mut flags)?
    };
    let (group, alley, household) = (door.group, door.alley, record.household_id);
    flags.extend(extra.flag);
    flags.extend((chain.device != came.sender.device).then_some(Flag::CorrectedElsewhere));
    let id = VisitId(op.op_id.0);
    people::coached(book, effects, &mut record, (id, before.made_at), None, &mut flags);
    let mut fact = fact_of(id, before.made_at, &record);
    fact.team = before.team;
    // Set right at home it was still knocked where it was knocked.
    record.near = record.near.or(chain.near);
    let near = record.near;
    book.seq += 1;
    effects.visits.push(NewVisit {
        household,
        group,
        alley,
        account: came.sender.account,
        device: came.sender.device,
        device_made_at: when.device,
        seq: book.seq,
        record,
        fact: fact.clone(),
        flags: flags.clone(),
        corrects: Some((root, why)),
        version: chain.versions + 1,
        extra: extra.kept,
    });
    effects.replaced.insert(chain.latest, id);
    // The first version always knows the newest: the way there is two steps however long the chain.
    effects.replaced.insert(root, id);
    no_longer_counts(book, effects, from, chain.latest);
    add_visit(book, effects, household, came, fact, near);
    book.roots.insert(id, root);
    let device = came.sender.device;
    book.chains.insert(root, Chain { latest: id, versions: chain.versions + 1, device, near });
    Ok(Fate::applied(flags))
}

fn no_longer_counts(
    book: &mut Book,
    effects: &mut Effects,
    household: HouseholdId,
    visit: VisitId,
) {
    change(book, effects, household, |visits| {
        for (_, v) in visits.iter_mut().filter(|(_, v)| v.id == visit) {
            v.withdrawn = true;
        }
    });
}

fn withdraw(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    at: Millis,
) -> Result<Fate, Reason> {
    let Withdraw { visit_id } = parse(&op.payload)?;
    let nothing = Fate::superseded(Reason::NothingToWithdraw);
    let Some((_, chain, household)) = newest(book, visit_id) else {
        let never_entered =
            book.ops.get(&OpId(visit_id.0)).is_some_and(|o| o.outcome == OpOutcome::Rejected);
        return if never_entered { Ok(nothing) } else { Err(Reason::OutOfReach) };
    };
    let fact = own(book, &came.sender, household, chain.latest)?;
    if fact.withdrawn {
        return Ok(nothing);
    }
    if at.0 - fact.made_at.0 > WITHDRAW_WINDOW_MS {
        return Err(Reason::TooLateToWithdraw);
    }
    book.seq += 1;
    effects.withdrawn.insert(chain.latest, (at, book.seq));
    no_longer_counts(book, effects, household, chain.latest);
    Ok(Fate::applied(Vec::new()))
}

fn edit(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let sent: HouseholdEdit = parse(&op.payload)?;
    let set = sent.checked()?;
    let household = canonical(book, sent.household_id);
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    let door = reachable(book, &came.sender, sent.household_id, when.at, &mut flags)?;
    if door.deleted {
        return quarantine(book, effects, op, came, Some(household), Reason::HouseholdDeleted);
    }
    book.seq += 1;
    let seq = book.seq;
    let details = book.details.entry(household).or_default();
    for (field, value) in set {
        let history = book.edits.entry((household, field)).or_default();
        let (account, device) = (came.sender.account, came.sender.device);
        let device_seq = op.device_seq;
        let stamp = edit::stamp(when.at, (account, device), device_seq, history);
        let held = details.entry(field).or_default();
        let fate = edit::decide_field(field, &value, (stamp, op.op_id), held, history);
        let op_id = op.op_id;
        let past = value.clone();
        history.push(PastEdit { op: op_id, account, device, device_seq, stamp, value: past, fate });
        match fate {
            EditFate::Won => {
                *held = value.clone();
                effects.details.entry(household).or_default().0.insert(field, value.clone());
            }
            EditFate::Lost => flags.push(Flag::LostToNewer),
            EditFate::Asked => flags.push(Flag::ToInbox),
            EditFate::Same | EditFate::Accepted | EditFate::Declined => {}
        }
        let was = sent.was.get(&field).cloned();
        let sender = came.sender;
        effects.edits.push(NewEdit {
            op_id,
            sender,
            device_seq,
            household,
            field,
            value,
            was,
            stamp,
            fate,
            seq,
        });
    }
    if let Some((_, changed)) = effects.details.get_mut(&household) {
        *changed = seq;
    }
    flags.sort();
    flags.dedup();
    Ok(Fate::applied(flags))
}

/// Keeps an operation for the ward to look at.
pub(super) fn quarantine(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    household: Option<HouseholdId>,
    why: Reason,
) -> Result<Fate, Reason> {
    book.seq += 1;
    let mut op = op.clone();
    // Nobody calls back on a number that lies with the ward's doubtful cases.
    if op.kind == "referral.open" {
        op.payload = without_words(&op.kind, &op.payload);
    }
    effects.quarantined.push(Quarantined {
        sender: came.sender,
        household: household.or_else(|| named(&op.payload)),
        why,
        op,
        sent_at: came.sent_at,
        seq: book.seq,
    });
    Ok(Fate { outcome: OpOutcome::Quarantined, reason: Some(why), flags: Vec::new() })
}

/// The household a payload names.
fn named(payload: &Value) -> Option<HouseholdId> {
    let at = |value: &Value| serde_json::from_value(value["household_id"].clone()).ok();
    at(payload).or_else(|| at(&payload["record"]))
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
        let counted = Counted {
            group: door.group,
            alley: door.alley,
            active: door.active,
            left_on: door.left_on,
            proposed: door.proposed,
            visits: &visits,
        };
        coverage.count(&counted, sign);
        HouseholdState::derive(&visits)
    };
    count(&mut effects.coverage, door, -1);
    with(&mut door.visits);
    let state = count(&mut effects.coverage, door, 1);
    effects.states.insert(household, (state, seq));
}
