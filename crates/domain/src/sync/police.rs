//! Operations of officers: identity help counted, referrals answered, evenings at homes, and the word
//! of the police on the ladder.
//!
//! Officers walk with no team: what they may write about is what was passed on to the police. Of
//! several acts on one referral the latest by instant and operation stands, whatever it follows and
//! whatever order they arrive in; an older one is remembered as done and changes nothing.

mod evening;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::decide::{Came, Fate, When, parse};
use super::people::number;
use super::{Book, Effects, Flag, Op, OpOutcome, Reason};
use crate::eid::EidConfirm;
use crate::help::{HelpLog, HelpTakeBack, HelpType, OLDEST_DAYS};
use crate::id::{
    AccountId, DeviceId, GroupId, HelpId, HouseholdId, MobileSessionId, OpId, ReferralId,
};
use crate::mobile::{MobileReport, MobileResult, MobileState};
use crate::referral::{
    Appointment, ReferralAccept, ReferralDone, ReferralFact, ReferralOpen, ReferralReturn,
    ReferralState, ReturnWhy, phone_digits, phone_until,
};
use crate::time::{Day, Millis};

pub(super) use evening::{confirm, result};

/// How long after it was made a count may be taken back.
const TAKE_BACK_MS: i64 = OLDEST_DAYS * 86_400_000;

/// A count of help as far as taking it back depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HelpFact {
    /// Who counted.
    pub account: AccountId,
    /// When.
    pub at: Millis,
    /// Was it taken back?
    pub taken_back: bool,
    /// Was it counted with what came of a home? Then it goes with that.
    pub of_evening: bool,
    /// The referral it answers.
    pub referral: Option<ReferralId>,
}

/// A home of an evening, by what was last said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HomeFact {
    /// Place among the homes of the evening.
    pub position: i32,
    /// What came of it, with the place of the operation that said so.
    pub said: Option<(MobileResult, (Millis, OpId))>,
}

/// An evening as the next result depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EveningFact {
    /// How far it has come.
    pub state: MobileState,
    /// Its homes.
    pub homes: BTreeMap<ReferralId, HomeFact>,
}

/// What the book knows that officers' operations depend on.
#[derive(Clone, Debug, Default)]
pub struct PoliceFacts {
    /// The senders who are officers.
    pub officers: HashSet<AccountId>,
    /// Kinds of help the ward counts.
    pub help_types: Vec<HelpType>,
    /// The residential groups that are named.
    pub groups: HashSet<GroupId>,
    /// The counts that are taken back.
    pub help: HashMap<HelpId, HelpFact>,
    /// The evenings of which something is told.
    pub evenings: HashMap<MobileSessionId, EveningFact>,
}

/// A count to be written.
#[derive(Clone, Debug)]
pub struct NewHelp {
    /// What was counted.
    pub log: HelpLog,
    /// The day it belongs to.
    pub day: Day,
    /// When it was made.
    pub at: Millis,
    /// Who counted.
    pub account: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// The evening, when it was counted there.
    pub session: Option<MobileSessionId>,
    /// The receipt number.
    pub seq: i64,
}

/// What an officer last did about a referral: all of it, so that nothing of an earlier act is left.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Its place among the acts.
    pub key: (Millis, OpId),
    /// Who.
    pub by: AccountId,
    /// How far the referral has come by it.
    pub state: ReferralState,
    /// The appointment that stands.
    pub appointment: Option<Appointment>,
    /// Why it was given back.
    pub why: Option<ReturnWhy>,
    /// The day it was closed.
    pub closed_on: Option<Day>,
    /// The receipt number.
    pub seq: i64,
}

/// What came of a home, to be written.
#[derive(Clone, Debug)]
pub struct NewHome {
    /// Place among the homes of the evening.
    pub position: i32,
    /// What was said.
    pub report: MobileReport,
    /// Its place among what was said.
    pub key: (Millis, OpId),
    /// Who said it.
    pub by: AccountId,
}

/// What officers' operations change.
#[derive(Clone, Debug, Default)]
pub struct PoliceEffects {
    /// Counts to insert.
    pub help: BTreeMap<HelpId, NewHelp>,
    /// Counts that were mistakes: since when, and under which number.
    pub taken_back: BTreeMap<HelpId, (Millis, i64)>,
    /// Words on the ladder that a later result of the same home stands for.
    pub unsaid: BTreeSet<OpId>,
    /// The last act on each referral.
    pub acts: BTreeMap<ReferralId, Act>,
    /// Numbers to call back, with the last day they may be held.
    pub phones: BTreeMap<ReferralId, (String, Day)>,
    /// The last day on which the number of a referral may be held now, if there is one.
    pub until: BTreeMap<ReferralId, Day>,
    /// What came of homes.
    pub homes: BTreeMap<(MobileSessionId, ReferralId), NewHome>,
    /// Evenings of which something was told: how far they have come, and under which number.
    pub evenings: BTreeMap<MobileSessionId, (MobileState, i64)>,
}

/// The number a resident may be called back on, as it is kept: about somebody by name and to the
/// police only, which is what he is asked for.
pub(super) fn callable(open: &ReferralOpen) -> Result<Option<String>, Reason> {
    let Some(phone) = &open.phone else { return Ok(None) };
    if open.learner_id.is_none() || !open.kind.of_police() {
        return Err(Reason::ConsentNeeded);
    }
    phone_digits(phone).map(Some).ok_or(Reason::NotANumber)
}

/// Refuses by the payload alone what cannot be held or kept.
pub(super) fn screen(op: &Op) -> Result<(), Reason> {
    match op.kind.as_str() {
        "help.log" => parse::<HelpLog>(&op.payload).map(drop),
        "help.take_back" => parse::<HelpTakeBack>(&op.payload).map(drop),
        "referral.accept" => parse::<ReferralAccept>(&op.payload).map(drop),
        "referral.return" => parse::<ReferralReturn>(&op.payload).map(drop),
        "referral.done" => parse::<ReferralDone>(&op.payload).map(drop),
        "mobile.result" => {
            let fits = parse::<MobileReport>(&op.payload)?.fits();
            if fits { Ok(()) } else { Err(Reason::MalformedPayload) }
        }
        "eid.confirm" => parse::<EidConfirm>(&op.payload).map(drop),
        _ => Ok(()),
    }
}

/// Only officers write what officers write.
fn officer(book: &Book, came: &Came) -> Result<(), Reason> {
    let known = book.police.officers.contains(&came.sender.account);
    if known { Ok(()) } else { Err(Reason::NotYoursToSet) }
}

/// A referral to the police. Any other is as unknown to them as one that does not exist.
fn passed_on(book: &Book, id: ReferralId) -> Result<ReferralFact, Reason> {
    let known = book.people.referrals.get(&id).filter(|known| known.kind.of_police());
    known.copied().ok_or(Reason::OutOfReach)
}

/// The next number; the household of a referral is given anew to the phones that hold it.
fn numbered(book: &mut Book, effects: &mut Effects, household: Option<HouseholdId>) -> i64 {
    match household {
        Some(household) => number(book, effects, household),
        None => {
            book.seq += 1;
            book.seq
        }
    }
}

pub(super) fn log_help(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    officer(book, came)?;
    let log: HelpLog = parse(&op.payload)?;
    let day = log.checked(&book.police.help_types, when.at)?;
    if log.group_id.is_some_and(|group| !book.police.groups.contains(&group)) {
        return Err(Reason::OutOfReach);
    }
    let of = log.referral_id.map(|id| passed_on(book, id)).transpose()?;
    count(book, effects, (came, &when), HelpId(op.op_id.0), log, (day, None), of);
    Ok(Fate::applied(when.remark.into_iter().collect()))
}

/// Writes a count.
fn count(
    book: &mut Book,
    effects: &mut Effects,
    (came, when): (&Came, &When),
    id: HelpId,
    log: HelpLog,
    (day, session): (Day, Option<MobileSessionId>),
    of: Option<ReferralFact>,
) {
    let (account, device, at) = (came.sender.account, came.sender.device, when.at);
    let seq = numbered(book, effects, of.and_then(|of| of.household));
    let (of_evening, referral) = (session.is_some(), log.referral_id);
    let fact = HelpFact { account, at, taken_back: false, of_evening, referral };
    book.police.help.insert(id, fact);
    effects.police.help.insert(id, NewHelp { log, day, at, account, device, session, seq });
}

pub(super) fn take_help_back(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    officer(book, came)?;
    let HelpTakeBack { help_id: id } = parse(&op.payload)?;
    let Some(fact) = book.police.help.get_mut(&id) else {
        let refused = |known: &super::StoredOp| known.outcome == OpOutcome::Rejected;
        let never = book.ops.get(&OpId(id.0)).is_some_and(refused);
        let nothing = Fate::superseded(Reason::NothingToWithdraw);
        return if never { Ok(nothing) } else { Err(Reason::OutOfReach) };
    };
    if fact.account != came.sender.account || fact.of_evening {
        return Err(Reason::NotYours);
    }
    if fact.taken_back {
        return Ok(Fate::superseded(Reason::NothingToWithdraw));
    }
    if when.at.0 - fact.at.0 > TAKE_BACK_MS {
        return Err(Reason::TooLateToWithdraw);
    }
    fact.taken_back = true;
    let of = fact.referral;
    let household = of.and_then(|of| book.people.referrals.get(&of)).and_then(|of| of.household);
    let seq = numbered(book, effects, household);
    effects.police.taken_back.insert(id, (when.at, seq));
    Ok(Fate::applied(when.remark.into_iter().collect()))
}

/// What an officer says about a referral.
#[derive(Clone, Copy)]
enum Answer {
    TakenUp(Option<Appointment>),
    GivenBack(ReturnWhy),
    Done,
}

pub(super) fn accept(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let ReferralAccept { referral_id, appointment } = parse(&op.payload)?;
    if let Some(appointment) = appointment {
        appointment.checked(when.at.day())?;
    }
    answer(book, effects, op, (came, when), referral_id, Answer::TakenUp(appointment))
}

pub(super) fn give_back(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let ReferralReturn { referral_id, why } = parse(&op.payload)?;
    answer(book, effects, op, (came, when), referral_id, Answer::GivenBack(why))
}

pub(super) fn done(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let ReferralDone { referral_id } = parse(&op.payload)?;
    answer(book, effects, op, (came, when), referral_id, Answer::Done)
}

fn answer(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    (came, when): (&Came, When),
    id: ReferralId,
    answer: Answer,
) -> Result<Fate, Reason> {
    officer(book, came)?;
    let known = passed_on(book, id)?;
    if known.state == ReferralState::Cancelled {
        return Ok(Fate::superseded(Reason::NothingToWithdraw));
    }
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    let key = (when.at, op.op_id);
    if !act(book, effects, id, key, came.sender.account, answer) {
        flags.push(Flag::LostToNewer);
        book.seq += 1;
    }
    Ok(Fate::applied(flags))
}

/// The one way a referral is answered. Says whether the act stands: a newer one may have arrived
/// before it.
fn act(
    book: &mut Book,
    effects: &mut Effects,
    id: ReferralId,
    key: (Millis, OpId),
    by: AccountId,
    answer: Answer,
) -> bool {
    let Some(known) = book.people.referrals.get_mut(&id) else { return false };
    if known.acted.is_some_and(|acted| acted > key) {
        return false;
    }
    let today = key.0.day();
    let (state, appointment, why, closed_on) = match answer {
        Answer::TakenUp(appointment) => (ReferralState::Accepted, appointment, None, None),
        Answer::GivenBack(why) => (ReferralState::Returned, None, Some(why), Some(today)),
        Answer::Done => (ReferralState::Done, None, None, Some(today)),
    };
    // An appointment that is over by being kept still says until when the number was needed.
    let agreed = appointment.or(known.appointment.filter(|_| closed_on.is_some()));
    let until = phone_until(known.opened_at.day(), agreed.map(|agreed| agreed.on), closed_on);
    (known.state, known.appointment, known.acted) = (state, appointment, Some(key));
    let household = known.household;
    let seq = numbered(book, effects, household);
    let act = Act { key, by, state, appointment, why, closed_on, seq };
    effects.police.acts.insert(id, act);
    match effects.police.phones.get_mut(&id) {
        Some((_, held)) => *held = until,
        None => {
            effects.police.until.insert(id, until);
        }
    }
    true
}
