//! Operations about residents and about what a household needs: consents, the VNeID ladder, needs,
//! notes and referrals.
//!
//! The ledger of consents only grows. Everything else about a person hangs on the last word in it:
//! of several words of one resident the latest by [`Mark`] stands, whatever order they arrive in, and
//! a withdrawal forgets all that was written up to its own instant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::decide::{Came, Fate, When, canonical, parse, quarantine, reachable, when};
use super::{Book, Effects, Flag, Op, Reason, Sender, Why, police};
use crate::consent::{ConsentGive, ConsentWithdraw, LastWord, Purpose};
use crate::edit::Mark;
use crate::eid::{
    EidDetails, EidSaid, EidState, EidWithdraw, Known, LearnerEid, PastEid, Standing, known_before,
    words_now,
};
use crate::id::{
    AccountId, DeviceId, HouseholdId, LearnerId, OpId, ReferralId, TeamId, VisitId, WithdrawalId,
};
use crate::need::{HouseholdFlags, Need};
use crate::note::HouseholdNote;
use crate::quality::Explain;
use crate::referral::{
    ReferralCancel, ReferralFact, ReferralKind, ReferralOpen, ReferralState, Sla, phone_until,
};
use crate::time::{Day, Millis};
use crate::visit::{AgeBand, SkillCoached, VisitRecord};

/// A resident as the next operation needs to know him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnerFact {
    /// The household, doubles followed.
    pub household: HouseholdId,
    /// What was agreed to.
    pub purposes: Vec<Purpose>,
}

/// An earlier word of a resident, as far as later operations depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastWord {
    /// Its place in time.
    pub mark: Mark,
    /// Did he agree at all?
    pub given: bool,
    /// That what he learns is kept?
    pub learn: bool,
    /// That the police are told?
    pub refer: bool,
    /// That a number to call back is kept?
    pub call: bool,
}

impl PastWord {
    /// A word with its place in time; without purposes he withdrew.
    pub fn new(mark: Mark, purposes: &[Purpose]) -> Self {
        let to = |purpose| purposes.contains(&purpose);
        Self {
            mark,
            given: !purposes.is_empty(),
            learn: to(Purpose::Learn),
            refer: to(Purpose::Refer),
            call: to(Purpose::Call),
        }
    }
}

/// What the book knows of the residents and households that the batches speak of.
#[derive(Clone, Debug, Default)]
pub struct PeopleFacts {
    /// Residents who are remembered.
    pub learners: HashMap<LearnerId, LearnerFact>,
    /// The last word of every resident who ever agreed.
    pub words: HashMap<LearnerId, LastWord>,
    /// All words of these residents, in any order. What was written before a word that forgets it is
    /// forgotten too when it arrives after it.
    pub past: HashMap<LearnerId, Vec<PastWord>>,
    /// The ladder of each resident, in any order.
    pub eids: HashMap<LearnerId, Vec<PastEid>>,
    /// Whose needs stand.
    pub needs: HashMap<HouseholdId, Mark>,
    /// Whose note of a team stands.
    pub notes: HashMap<(HouseholdId, TeamId), Mark>,
    /// Referrals.
    pub referrals: HashMap<ReferralId, ReferralFact>,
    /// What the ward promises.
    pub slas: HashMap<ReferralKind, Sla>,
}

/// A line for the ledger of consents. It holds no name.
#[derive(Clone, Debug)]
pub struct NewConsent {
    /// Its place in time.
    pub mark: Mark,
    /// Who wrote it down.
    pub sender: Sender,
    /// The door.
    pub household: HouseholdId,
    /// The resident.
    pub learner: LearnerId,
    /// What was agreed to; `None` when all was withdrawn. Its name is empty.
    pub given: Option<ConsentGive>,
    /// Did the ward desk write it down for a resident who asked there?
    pub on_behalf: bool,
    /// When, by the phone's own clock.
    pub device_made_at: Millis,
    /// When, corrected.
    pub at: Millis,
    /// The receipt number.
    pub seq: i64,
}

/// A resident to be remembered.
#[derive(Clone, Debug)]
pub struct NewLearner {
    /// The household.
    pub household: HouseholdId,
    /// What he is called.
    pub call_name: String,
    /// Age band.
    pub age_band: AgeBand,
    /// What was agreed to.
    pub purposes: Vec<Purpose>,
    /// When.
    pub agreed_at: Millis,
}

/// What a resident no longer agrees to. If his last word is that he does not, everything of it goes;
/// if he has agreed anew since, what was written up to this word.
#[derive(Clone, Copy, Debug)]
pub struct Forgotten {
    /// The resident.
    pub learner: LearnerId,
    /// The household.
    pub household: HouseholdId,
    /// Up to when, this instant included.
    pub upto: Millis,
    /// The instant of the word itself.
    pub said: Millis,
    /// The ladder and the skills learned?
    pub learning: bool,
    /// Referrals that tell the police of him, as far as nobody has taken them up?
    pub police: bool,
    /// The number to call back?
    pub call: bool,
    /// All of it, other referrals included?
    pub all: bool,
}

/// Skills a resident was coached in on a visit.
#[derive(Clone, Debug)]
pub struct NewCoached {
    /// The visit.
    pub visit: VisitId,
    /// The resident.
    pub learner: LearnerId,
    /// When the door was knocked.
    pub at: Millis,
    /// The skills with their levels.
    pub skills: Vec<SkillCoached>,
}

/// A word about a rung to be written.
#[derive(Clone, Debug)]
pub struct NewEid {
    /// Its place in time.
    pub mark: Mark,
    /// Who wrote it.
    pub sender: Sender,
    /// The resident.
    pub learner: LearnerId,
    /// What is said.
    pub what: NewEidWord,
    /// The receipt number.
    pub seq: i64,
}

/// What a word for the history of a resident says.
#[derive(Clone, Debug)]
pub enum NewEidWord {
    /// Where he stands.
    Stands {
        /// The rung, and how one knows.
        standing: Standing,
        /// Was it a jump to what had been before?
        before: bool,
        /// What belongs to it.
        details: EidDetails,
    },
    /// Where he stands by the word of the police.
    Confirms {
        /// The rung.
        state: EidState,
        /// Why, when it corrects what was known.
        why: Option<Why>,
    },
    /// An earlier word was a mistake.
    TakesBack {
        /// That word.
        word: OpId,
        /// Why.
        why: Why,
    },
}

/// Needs or a note to be written over what stood.
#[derive(Clone, Debug)]
pub struct Stands<T> {
    /// Its place in time.
    pub mark: Mark,
    /// What stands.
    pub what: T,
}

/// A referral to be written.
#[derive(Clone, Debug)]
pub struct NewReferral {
    /// Who opened it.
    pub sender: Sender,
    /// The door.
    pub household: HouseholdId,
    /// The resident, if it is about one.
    pub learner: Option<LearnerId>,
    /// Whose help, for what.
    pub kind: ReferralKind,
    /// How far it has come.
    pub state: ReferralState,
    /// When it was opened: the promise counts from here.
    pub opened_at: Millis,
    /// The last day of the promise.
    pub due_on: Option<Day>,
    /// The receipt number.
    pub seq: i64,
}

/// What changes about residents and households. What is forgotten goes first.
#[derive(Clone, Debug, Default)]
pub struct PeopleEffects {
    /// Lines for the ledger.
    pub ledger: Vec<NewConsent>,
    /// What of the book is to be forgotten.
    pub forgotten: Vec<Forgotten>,
    /// Residents as they are now; `None`: remembered no more.
    pub learners: BTreeMap<LearnerId, Option<NewLearner>>,
    /// Skills coached.
    pub coached: Vec<NewCoached>,
    /// Rungs.
    pub eids: Vec<NewEid>,
    /// Needs that stand now.
    pub needs: BTreeMap<HouseholdId, Stands<BTreeSet<Need>>>,
    /// Notes that stand now.
    pub notes: BTreeMap<(HouseholdId, TeamId), Stands<String>>,
    /// Referrals to insert.
    pub referrals: BTreeMap<ReferralId, NewReferral>,
    /// Referrals of the book that were taken back.
    pub cancelled: BTreeSet<ReferralId>,
    /// Households that every phone in reach must be given anew.
    pub changed: BTreeSet<HouseholdId>,
}

/// A payload without the words that may be forgotten or refused: the name of a consent, what a note
/// says, the number of a referral. Other kinds have none.
pub fn without_words(kind: &str, payload: &Value) -> Value {
    let keeps = |key: &str| match kind {
        "household.note" => key == "household_id",
        "consent.give" => key != "call_name",
        "quality.explain" => key != "words",
        "referral.open" => key != "phone",
        _ => true,
    };
    match payload {
        Value::Object(map) => Value::Object(
            map.iter().filter(|(k, _)| keeps(k)).map(|(k, v)| (k.clone(), v.clone())).collect(),
        ),
        _ if ["household.note", "consent.give", "quality.explain", "referral.open"]
            .contains(&kind) =>
        {
            Value::Null
        }
        other => other.clone(),
    }
}

/// Refuses by the payload alone, before an operation could be held for an earlier one or kept for the
/// ward: a refused name or note is stored nowhere.
pub(super) fn screen(op: &Op) -> Result<(), Reason> {
    match op.kind.as_str() {
        "household.flags" => parse::<HouseholdFlags>(&op.payload).map(drop),
        "household.note" => Ok(parse::<HouseholdNote>(&op.payload)?.checked().map(drop)?),
        "consent.give" => Ok(parse::<ConsentGive>(&op.payload)?.checked().map(drop)?),
        "consent.withdraw" => parse::<ConsentWithdraw>(&op.payload).map(drop),
        "learner.eid" => Ok(parse::<LearnerEid>(&op.payload)?.checked()?),
        "learner.eid_withdraw" => parse::<EidWithdraw>(&op.payload).map(drop),
        "referral.open" => police::callable(&parse::<ReferralOpen>(&op.payload)?).map(drop),
        "referral.cancel" => parse::<ReferralCancel>(&op.payload).map(drop),
        "quality.explain" => Ok(parse::<Explain>(&op.payload)?.checked().map(drop)?),
        _ => police::screen(op),
    }
}

/// The household as the book knows it, if the sender may write at it; and whether it has left the
/// register.
fn door(
    book: &Book,
    sender: &Sender,
    household: HouseholdId,
    when: &When,
) -> Result<(HouseholdId, bool, Vec<Flag>), Reason> {
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    let deleted = reachable(book, sender, household, when.at, &mut flags)?.deleted;
    Ok((canonical(book, household), deleted, flags))
}

pub(super) fn mark(op: &Op, came: &Came, when: &When) -> Mark {
    let Sender { account, device, .. } = came.sender;
    Mark { op: op.op_id, account, device, device_seq: op.device_seq, stamp: when.at }
}

pub(super) fn number(book: &mut Book, effects: &mut Effects, household: HouseholdId) -> i64 {
    book.seq += 1;
    effects.people.changed.insert(household);
    book.seq
}

pub(super) fn give(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let mut sent: ConsentGive = parse(&op.payload)?;
    let call_name = sent.checked()?;
    let (household, deleted, mut flags) = door(book, &came.sender, sent.household_id, &when)?;
    if deleted && !withdrawn_since(book, op, came) {
        return quarantine(book, effects, op, came, Some(household), Reason::HouseholdDeleted);
    }
    let learner = sent.learner_id;
    let last = book.people.words.get(&learner).copied();
    // An id of another household's resident is as unknown here as any.
    if last.is_some_and(|word| word.household != household) {
        return Err(Reason::OutOfReach);
    }
    let mark = said(book, learner, mark(op, came, &when), |_| true);
    let seq = number(book, effects, household);
    sent.call_name.clear();
    let (age_band, purposes) = (sent.age_band, sent.purposes.clone());
    ledger(effects, (mark, seq), came, &when, (household, learner), sent);
    book.people.past.entry(learner).or_default().push(PastWord::new(mark, &purposes));
    let word = LastWord { household, mark, given: true };
    let lost = last.is_some_and(|last| last.key() > word.key());
    let not = |purpose| !purposes.contains(&purpose);
    let (learning, police) = (not(Purpose::Learn), not(Purpose::Refer));
    // Whoever speaks for the first time has no number that could go.
    let call = not(Purpose::Call) && last.is_some();
    if learning || police || call {
        let (upto, said) = (until(lost, mark), mark.stamp);
        let less = Forgotten { learner, household, upto, said, learning, police, call, all: false };
        forget(book, effects, less);
    }
    if lost {
        flags.push(Flag::LostToNewer);
        return Ok(Fate::applied(flags));
    }
    book.people.words.insert(learner, word);
    let fact = LearnerFact { household, purposes: purposes.clone() };
    book.people.learners.insert(learner, fact);
    let agreed_at = when.at;
    let new = NewLearner { household, call_name, age_band, purposes, agreed_at };
    effects.people.learners.insert(learner, Some(new));
    Ok(Fate::applied(flags))
}

/// A writing about a resident, with its stamp set right by those of his words that its author wrote
/// down before and after it on the same phone: of a clock set back nothing is forgotten that was
/// written after he had agreed anew.
fn said(book: &Book, learner: LearnerId, mark: Mark, which: impl Fn(&PastWord) -> bool) -> Mark {
    let words = book.people.past.get(&learner).into_iter().flatten();
    mark.among(words.filter(|word| which(word)).map(|word| &word.mark))
}

/// Up to when a word forgets: everything if it is the last, else what was written up to it.
fn until(lost: bool, mark: Mark) -> Millis {
    if lost { mark.stamp } else { Millis(i64::MAX) }
}

/// Has the resident said since an instant that something shall be forgotten?
fn forgotten_since(
    book: &Book,
    learner: LearnerId,
    at: Millis,
    keeps: impl Fn(&PastWord) -> bool,
) -> bool {
    let words = book.people.past.get(&learner).into_iter().flatten();
    words.filter(|word| !keeps(word)).any(|word| word.mark.stamp >= at)
}

/// Is this a consent that was taken back before it arrived? It is not kept for the ward: its name
/// would be.
pub(super) fn withdrawn_since(book: &Book, op: &Op, came: &Came) -> bool {
    op.kind == "consent.give"
        && parse::<ConsentGive>(&op.payload).is_ok_and(|give| {
            let mark = said(book, give.learner_id, mark(op, came, &when(op, came)), |_| true);
            let word = LastWord { household: give.household_id, mark, given: true };
            let last = book.people.words.get(&give.learner_id);
            last.is_some_and(|last| !last.given && last.key() > word.key())
        })
}

fn ledger(
    effects: &mut Effects,
    (mark, seq): (Mark, i64),
    came: &Came,
    when: &When,
    (household, learner): (HouseholdId, LearnerId),
    given: ConsentGive,
) {
    effects.people.ledger.push(NewConsent {
        mark,
        sender: came.sender,
        household,
        learner,
        given: Some(given),
        on_behalf: false,
        device_made_at: when.device,
        at: when.at,
        seq,
    });
}

/// A withdrawal waits for nothing: neither for the household to be in the register, nor for the
/// consent it takes back, which may arrive later and then finds itself withdrawn.
pub(super) fn withdraw(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let ConsentWithdraw { household_id, learner_id: learner } = parse(&op.payload)?;
    let (household, _, mut flags) = door(book, &came.sender, household_id, &when)?;
    let last = book.people.words.get(&learner).copied();
    if last.is_some_and(|word| word.household != household) {
        return Err(Reason::OutOfReach);
    }
    if last.is_some_and(|word| !word.given && word.mark.stamp >= when.at) {
        return Ok(Fate::superseded(Reason::NothingToWithdraw));
    }
    let mark = said(book, learner, mark(op, came, &when), |_| true);
    let times = (when.device, when.at);
    let withdrawn = Withdrawn { mark, sender: came.sender, times, on_behalf: false };
    flags.extend(take_back(book, effects, &withdrawn, household, learner));
    Ok(Fate::applied(flags))
}

/// A withdrawal that the ward desk carries out for a resident who asked there.
#[derive(Clone, Copy, Debug)]
pub struct OnBehalf {
    /// The request; the line in the ledger gets its id.
    pub request: WithdrawalId,
    /// Who carries it out.
    pub account: AccountId,
    /// On which device.
    pub device: DeviceId,
    /// The door, doubles followed.
    pub household: HouseholdId,
    /// The resident.
    pub learner: LearnerId,
    /// When.
    pub at: Millis,
}

/// Withdraws for a resident who asked the ward to. Answers whether he was remembered until now: a
/// phone may have been first.
///
/// The desk acts knowing all that stands in the book: whatever clock wrote the last word, this one
/// comes after it.
///
/// # Errors
/// [`Reason::OutOfReach`] when the resident is another household's.
pub fn withdraw_on_behalf(
    book: &mut Book,
    effects: &mut Effects,
    asked: &OnBehalf,
) -> Result<bool, Reason> {
    let OnBehalf { account, device, household, learner, .. } = *asked;
    let last = book.people.words.get(&learner).copied();
    if last.is_some_and(|word| word.household != household) {
        return Err(Reason::OutOfReach);
    }
    let at = last.map_or(asked.at, |word| asked.at.max(word.mark.stamp.plus(1)));
    let op = OpId(asked.request.0);
    let mark = Mark { op, account, device, device_seq: 0, stamp: at };
    let sender = Sender { account, device, team: None, disabled: false };
    let withdrawn = Withdrawn { mark, sender, times: (asked.at, asked.at), on_behalf: true };
    let remembered = book.people.learners.contains_key(&learner);
    take_back(book, effects, &withdrawn, household, learner);
    Ok(remembered)
}

/// How a resident withdrew.
struct Withdrawn {
    mark: Mark,
    sender: Sender,
    /// By the device's own clock, and corrected.
    times: (Millis, Millis),
    on_behalf: bool,
}

/// The one way a resident leaves the book, whoever took his word down: the line in the ledger, and what
/// was written of him goes. A remark when a newer word of his stands.
fn take_back(
    book: &mut Book,
    effects: &mut Effects,
    withdrawn: &Withdrawn,
    household: HouseholdId,
    learner: LearnerId,
) -> Option<Flag> {
    let Withdrawn { mark, sender, times: (device_made_at, at), on_behalf } = *withdrawn;
    let seq = number(book, effects, household);
    effects.people.ledger.push(NewConsent {
        mark,
        sender,
        household,
        learner,
        given: None,
        on_behalf,
        device_made_at,
        at,
        seq,
    });
    book.people.past.entry(learner).or_default().push(PastWord::new(mark, &[]));
    let word = LastWord { household, mark, given: false };
    let lost = book.people.words.get(&learner).is_some_and(|last| last.key() > word.key());
    let (upto, said) = (until(lost, mark), mark.stamp);
    let (learning, police, call, all) = (true, true, true, true);
    let everything = Forgotten { learner, household, upto, said, learning, police, call, all };
    forget(book, effects, everything);
    if lost {
        return Some(Flag::LostToNewer);
    }
    book.people.words.insert(learner, word);
    book.people.learners.remove(&learner);
    effects.people.learners.insert(learner, None);
    None
}

/// Takes out of the effects gathered so far what is to be forgotten, and notes it for the book.
fn forget(book: &mut Book, effects: &mut Effects, what: Forgotten) {
    let Forgotten { learner, upto, .. } = what;
    let people = &mut effects.people;
    if what.learning {
        people.coached.retain(|c| c.learner != learner || c.at > upto);
        people.eids.retain(|e| e.learner != learner || e.mark.stamp > upto);
        if let Some(history) = book.people.eids.get_mut(&learner) {
            history.retain(|past| past.mark.stamp > upto);
        }
    }
    for (id, known) in &mut book.people.referrals {
        if known.learner != Some(learner) || known.opened_at > upto {
            continue;
        }
        if what.call || what.police || what.all {
            effects.police.phones.remove(id);
        }
        if what.all || (what.police && known.kind.of_police()) {
            known.learner = None;
            if known.state == ReferralState::New {
                known.state = ReferralState::Cancelled;
            }
            if let Some(referral) = people.referrals.get_mut(id) {
                (referral.learner, referral.state) = (None, known.state);
            }
        }
    }
    people.forgotten.push(what);
}

pub(super) fn eid(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let sent: LearnerEid = parse(&op.payload)?;
    sent.checked()?;
    let (household, deleted, mut flags) = door(book, &came.sender, sent.household_id, &when)?;
    if deleted {
        return quarantine(book, effects, op, came, Some(household), Reason::HouseholdDeleted);
    }
    let learner = sent.learner_id;
    agreed(book, household, learner, Purpose::Learn)?;
    let Some(mark) = on_ladder(book, learner, mark(op, came, &when)) else {
        return Ok(too_late(book, flags));
    };
    let history = book.people.eids.entry(learner).or_default();
    let standing = sent.after(known_before(history, mark.key()))?;
    let known = Known { standing, device: sent.device };
    let past = PastEid { mark, team: came.sender.team, said: EidSaid::Stands(known) };
    history.push(past);
    if words_now(history).last().is_none_or(|(last, _)| last.mark != mark) {
        flags.push(Flag::LostToNewer);
    }
    let seq = number(book, effects, household);
    let (before, details) = (sent.before, sent.details());
    let what = NewEidWord::Stands { standing, before, details };
    effects.people.eids.push(NewEid { mark, sender: came.sender, learner, what, seq });
    Ok(Fate::applied(flags))
}

/// The team says that a word of its own was a mistake. What others have said since stands, and so does
/// what the police say. A word that is not in the book may still come, and then finds itself taken
/// back.
pub(super) fn eid_withdraw(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let EidWithdraw { household_id, learner_id: learner, eid_id: word, why } = parse(&op.payload)?;
    let (household, deleted, mut flags) = door(book, &came.sender, household_id, &when)?;
    if deleted {
        return quarantine(book, effects, op, came, Some(household), Reason::HouseholdDeleted);
    }
    agreed(book, household, learner, Purpose::Learn)?;
    let Some(mark) = on_ladder(book, learner, mark(op, came, &when)) else {
        return Ok(too_late(book, flags));
    };
    let history = book.people.eids.entry(learner).or_default();
    if let Some(past) = history.iter().find(|past| past.mark.op == word) {
        if !past.yields_to(came.sender.team) {
            return Err(Reason::NotYours);
        }
        if past.taken_back(history.iter()) {
            return Ok(Fate::superseded(Reason::NothingToWithdraw));
        }
    }
    let stood = words_now(history).last().is_some_and(|(past, _)| past.mark.op == word);
    if !stood {
        flags.push(Flag::LostToNewer);
    }
    history.push(PastEid { mark, team: came.sender.team, said: EidSaid::TakesBack(word) });
    let seq = number(book, effects, household);
    let what = NewEidWord::TakesBack { word, why };
    effects.people.eids.push(NewEid { mark, sender: came.sender, learner, what, seq });
    Ok(Fate::applied(flags))
}

/// The place of a writing on a resident's ladder; `None` when a word has forgotten it since: arrived
/// earlier it would be gone by now.
pub(super) fn on_ladder(book: &Book, learner: LearnerId, mark: Mark) -> Option<Mark> {
    let words = book.people.past.get(&learner).into_iter().flatten();
    let words = words.filter(|word| !word.learn).map(|word| &word.mark);
    let rungs = book.people.eids.get(&learner).into_iter().flatten().map(|past| &past.mark);
    let mark = mark.among(words.chain(rungs));
    (!forgotten_since(book, learner, mark.stamp, |word| word.learn)).then_some(mark)
}

/// It enters the book, and nothing of it stays.
pub(super) fn too_late(book: &mut Book, mut flags: Vec<Flag>) -> Fate {
    flags.push(Flag::LostToNewer);
    book.seq += 1;
    Fate::applied(flags)
}

/// Has this resident of the household agreed to the purpose?
pub(super) fn agreed(
    book: &Book,
    household: HouseholdId,
    learner: LearnerId,
    purpose: Purpose,
) -> Result<(), Reason> {
    let fact = known(book, household, learner).ok_or(Reason::NoSuchLearner)?;
    if fact.purposes.contains(&purpose) { Ok(()) } else { Err(Reason::ConsentNeeded) }
}

fn known(book: &Book, household: HouseholdId, learner: LearnerId) -> Option<&LearnerFact> {
    book.people.learners.get(&learner).filter(|fact| fact.household == household)
}

/// Parts a visit from the residents it names: the visit keeps counts, the book keeps who learned what
/// beside it, and forgets it without touching the visit. A visit is never refused for whom it names.
/// `mark` is the place of a knock that is told for the first time.
pub(super) fn coached(
    book: &Book,
    effects: &mut Effects,
    record: &mut VisitRecord,
    (visit, knocked): (VisitId, Millis),
    mark: Option<Mark>,
    flags: &mut Vec<Flag>,
) {
    let household = canonical(book, record.household_id);
    let mut seen = BTreeSet::new();
    let mut unknown = false;
    for person in &mut record.people {
        let Some(learner) = person.learner_id.take() else { continue };
        let at = mark.map_or(knocked, |mark| said(book, learner, mark, |w| !w.learn).stamp);
        let forgotten = forgotten_since(book, learner, at, |word| word.learn);
        let known = agreed(book, household, learner, Purpose::Learn).is_ok() && !forgotten;
        if !known || !seen.insert(learner) {
            unknown = true;
            continue;
        }
        let skills = person.skills.clone();
        effects.people.coached.push(NewCoached { visit, learner, at, skills });
    }
    flags.extend(unknown.then_some(Flag::LearnerUnknown));
}

pub(super) fn flags(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let sent: HouseholdFlags = parse(&op.payload)?;
    let (household, deleted, mut flags) = door(book, &came.sender, sent.household_id, &when)?;
    if deleted {
        return quarantine(book, effects, op, came, Some(household), Reason::HouseholdDeleted);
    }
    let stands = book.people.needs.get(&household);
    let mark = mark(op, came, &when).among(stands);
    if stands.is_some_and(|m| m.key() > mark.key()) {
        flags.push(Flag::LostToNewer);
        book.seq += 1;
        return Ok(Fate::applied(flags));
    }
    book.people.needs.insert(household, mark);
    effects.people.needs.insert(household, Stands { mark, what: sent.flags });
    number(book, effects, household);
    Ok(Fate::applied(flags))
}

pub(super) fn note(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let sent: HouseholdNote = parse(&op.payload)?;
    let text = sent.checked()?;
    let (household, deleted, mut flags) = door(book, &came.sender, sent.household_id, &when)?;
    if deleted {
        return quarantine(book, effects, op, came, Some(household), Reason::HouseholdDeleted);
    }
    let place = (household, came.sender.team.ok_or(Reason::OutOfReach)?);
    let stands = book.people.notes.get(&place);
    let mark = mark(op, came, &when).among(stands);
    if stands.is_some_and(|m| m.key() > mark.key()) {
        flags.push(Flag::LostToNewer);
        book.seq += 1;
        return Ok(Fate::applied(flags));
    }
    book.people.notes.insert(place, mark);
    effects.people.notes.insert(place, Stands { mark, what: text });
    number(book, effects, household);
    Ok(Fate::applied(flags))
}

pub(super) fn open(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let sent: ReferralOpen = parse(&op.payload)?;
    let phone = police::callable(&sent)?;
    let ReferralOpen { household_id, learner_id: learner, kind, .. } = sent;
    let (household, deleted, mut flags) = door(book, &came.sender, household_id, &when)?;
    if deleted {
        return quarantine(book, effects, op, came, Some(household), Reason::HouseholdDeleted);
    }
    if let Some(learner) = learner {
        if kind.of_police() {
            agreed(book, household, learner, Purpose::Refer)?;
        } else {
            known(book, household, learner).ok_or(Reason::NoSuchLearner)?;
        }
        if phone.is_some() {
            agreed(book, household, learner, Purpose::Call)?;
        }
    }
    let keeps = |word: &PastWord| word.given && (word.refer || !kind.of_police());
    let at = learner
        .map_or(when.at, |l| said(book, l, mark(op, came, &when), |word| !keeps(word)).stamp);
    // Arrived earlier it would have been cancelled by now, and its resident forgotten.
    let forgotten = learner.is_some_and(|l| forgotten_since(book, l, at, keeps));
    // And so would the number alone.
    let calls = |word: &PastWord| word.given && word.call;
    let hung_up = learner.is_some_and(|l| {
        let at = said(book, l, mark(op, came, &when), |word| !calls(word)).stamp;
        forgotten_since(book, l, at, calls)
    });
    let phone = phone.filter(|_| !forgotten && !hung_up);
    let learner = learner.filter(|_| !forgotten);
    let id = ReferralId(op.op_id.0);
    let state = if forgotten { ReferralState::Cancelled } else { ReferralState::New };
    flags.extend(forgotten.then_some(Flag::LostToNewer));
    let due_on = book.people.slas.get(&kind).and_then(|sla| sla.due(when.at));
    let (sender, opened_at) = (came.sender, at);
    let fact = ReferralFact {
        kind,
        household: Some(household),
        group: None,
        learner,
        team: sender.team,
        state,
        opened_at,
        appointment: None,
        acted: None,
    };
    book.people.referrals.insert(id, fact);
    let seq = number(book, effects, household);
    let new = NewReferral { sender, household, learner, kind, state, opened_at, due_on, seq };
    effects.people.referrals.insert(id, new);
    let until = phone_until(when.at.day(), None, None);
    effects.police.phones.extend(phone.map(|digits| (id, (digits, until))));
    Ok(Fate::applied(flags))
}

pub(super) fn cancel(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let ReferralCancel { household_id, referral_id: id } = parse(&op.payload)?;
    let (household, _, flags) = door(book, &came.sender, household_id, &when)?;
    let known = book.people.referrals.get_mut(&id).filter(|r| r.household == Some(household));
    let known = known.ok_or(Reason::OutOfReach)?;
    if known.team != came.sender.team {
        return Err(Reason::NotYours);
    }
    match known.state {
        ReferralState::New => {}
        ReferralState::Cancelled => return Ok(Fate::superseded(Reason::NothingToWithdraw)),
        _ => return Err(Reason::TooLateToWithdraw),
    }
    known.state = ReferralState::Cancelled;
    effects.police.phones.remove(&id);
    match effects.people.referrals.get_mut(&id) {
        Some(new) => new.state = ReferralState::Cancelled,
        None => {
            effects.people.cancelled.insert(id);
        }
    }
    number(book, effects, household);
    Ok(Fate::applied(flags))
}
