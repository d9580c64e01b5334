//! What came of a home on an evening, and the word of the police on the ladder.

use super::super::decide::{Came, Fate, When, canonical, parse};
use super::super::people::{NewEid, NewEidWord, agreed, mark, number, on_ladder, too_late};
use super::super::{Book, Effects, Flag, Op, Reason, Why};
use super::{Answer, HomeFact, NewHome, act, count, numbered, officer, passed_on};
use crate::consent::Purpose;
use crate::edit::Mark;
use crate::eid::{
    EidConfirm, EidSaid, EidState, Evidence, Known, PastEid, standing, standing_before,
};
use crate::help::{Channel, HelpLog, HelpResult};
use crate::id::{HelpId, LearnerId, OpId};
use crate::mobile::{ENROLMENT, MobileReport, MobileResult, MobileState};
use crate::referral::ReferralState;

/// Of several results of one home the latest stands: its count, its word on the ladder. What an
/// earlier one wrote is taken back, and a late older one writes nothing.
pub(in super::super) fn result(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    officer(book, came)?;
    let report: MobileReport = parse(&op.payload)?;
    if !report.fits() {
        return Err(Reason::MalformedPayload);
    }
    let (session, referral) = (report.session_id, report.referral_id);
    let known = passed_on(book, referral)?;
    let household = known.household.ok_or(Reason::OutOfReach)?;
    let evening = book.police.evenings.get(&session).ok_or(Reason::OutOfReach)?;
    if known.state == ReferralState::Cancelled {
        return Ok(Fate::superseded(Reason::NothingToWithdraw));
    }
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    let key = (when.at, op.op_id);
    let home = evening.homes.get(&referral);
    let before = home.and_then(|home| home.said);
    if before.is_some_and(|(_, said)| said > key) {
        flags.push(Flag::LostToNewer);
        book.seq += 1;
        return Ok(Fate::applied(flags));
    }
    // The desk may have taken it out of the evening while somebody stood at its door.
    let last = evening.homes.values().map(|home| home.position).max().unwrap_or_default();
    let position = home.map_or(last + 1, |home| home.position);
    if let Some((_, (_, earlier))) = before {
        let seq = number(book, effects, household);
        effects.police.taken_back.insert(HelpId(earlier.0), (when.at, seq));
        unsay(book, effects, known.learner, earlier);
    }
    let log = HelpLog {
        kind: ENROLMENT.into(),
        channel: Channel::Home,
        group_id: book.doors.get(&canonical(book, household)).map(|door| door.group),
        age_band: None,
        result: match report.result {
            MobileResult::Captured => HelpResult::Done,
            MobileResult::Pending => HelpResult::Waiting,
            MobileResult::NotDone => HelpResult::NotDone,
        },
        why: report.why,
        minutes: None,
        people: report.people.max(1),
        day: None,
        referral_id: Some(referral),
    };
    let day = (when.at.day(), Some(session));
    count(book, effects, (came, &when), HelpId(op.op_id.0), log, day, Some(known));
    if report.result != MobileResult::NotDone
        && let Some(learner) = known.learner
        && agreed(book, household, learner, Purpose::Refer).is_ok()
        && let Some(mark) = on_ladder(book, learner, mark(op, came, &when))
    {
        stand(book, effects, came, mark, learner, EidState::L2Captured, None);
        number(book, effects, household);
    }
    let answer = match report.result {
        MobileResult::Captured => Answer::Done,
        MobileResult::Pending | MobileResult::NotDone => Answer::TakenUp(None),
    };
    act(book, effects, referral, key, came.sender.account, answer);
    let said = Some((report.result, key));
    let by = came.sender.account;
    effects.police.homes.insert((session, referral), NewHome { position, report, key, by });
    let seq = numbered(book, effects, None);
    if let Some(evening) = book.police.evenings.get_mut(&session) {
        evening.homes.insert(referral, HomeFact { position, said });
        let over = evening.homes.values().all(|home| home.said.is_some());
        if over && evening.state == MobileState::Planned {
            evening.state = MobileState::Held;
        }
        effects.police.evenings.insert(session, (evening.state, seq));
    }
    Ok(Fate::applied(flags))
}

/// An officer says where the resident of a referral stands. Off the ladder he says why.
pub(in super::super) fn confirm(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    officer(book, came)?;
    let EidConfirm { referral_id, learner_id: learner, state, why } = parse(&op.payload)?;
    let known = passed_on(book, referral_id)?;
    if known.state == ReferralState::Cancelled {
        return Ok(Fate::superseded(Reason::NothingToWithdraw));
    }
    let household = known.household.filter(|_| known.learner == Some(learner));
    let household = canonical(book, household.ok_or(Reason::NoSuchLearner)?);
    agreed(book, household, learner, Purpose::Refer)?;
    let flags: Vec<Flag> = when.remark.into_iter().collect();
    let Some(mark) = on_ladder(book, learner, mark(op, came, &when)) else {
        return Ok(too_late(book, flags));
    };
    let history = book.people.eids.get(&learner).map(Vec::as_slice).unwrap_or_default();
    let stood = standing_before(history, mark.key());
    let step = stood.is_none_or(|((from, _), _)| from == state || from.leads_to(state));
    if !step && why.is_none() {
        return Err(Reason::NoSuchStep);
    }
    number(book, effects, household);
    let newest = stand(book, effects, came, mark, learner, state, why.filter(|_| !step));
    let mut flags = flags;
    flags.extend((!newest).then_some(Flag::LostToNewer));
    Ok(Fate::applied(flags))
}

/// Writes a word of the police down. Says whether it is where the resident stands now.
fn stand(
    book: &mut Book,
    effects: &mut Effects,
    came: &Came,
    mark: Mark,
    learner: LearnerId,
    state: EidState,
    why: Option<Why>,
) -> bool {
    let history = book.people.eids.entry(learner).or_default();
    let said = Known { standing: (state, Evidence::PoliceConfirmed), device: None };
    history.push(PastEid { mark, team: None, said: EidSaid::Stands(said) });
    let newest = standing(history).is_some_and(|(_, at)| at == mark.stamp);
    let what = NewEidWord::Confirms { state, why };
    effects.people.eids.push(NewEid { mark, sender: came.sender, learner, what, seq: book.seq });
    newest
}

/// What an earlier result of a home said on the ladder goes with it: only the latest ever said it. The
/// count it wrote stays in the book as taken back.
fn unsay(book: &mut Book, effects: &mut Effects, learner: Option<LearnerId>, word: OpId) {
    let Some(history) = learner.and_then(|learner| book.people.eids.get_mut(&learner)) else {
        return;
    };
    history.retain(|past| past.mark.op != word);
    effects.people.eids.retain(|new| new.mark.op != word);
    effects.police.unsaid.insert(word);
}
