//! What a team tells the ward besides visits: houses the register lacks, doubles, and its shifts.

use super::super::{NewPair, NewProposal};
use super::{
    Book, Came, Door, Effects, Fate, Flag, Op, Reason, When, canonical, parse, reachable, was_given,
};
use crate::proposal::{Propose, SameAs};
use crate::shift::{CloseShift, MOST_PEOPLE, OpenShift, Shift};
use crate::time::Millis;

/// A house the register does not have: there at once for its team, and counted by nobody before the
/// ward has approved it. Two phones may propose the same house: both come before the ward.
pub(super) fn propose(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let sent: Propose = parse(&op.payload)?;
    let words = sent.checked()?;
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    let household = sent.household_id;
    if book.doors.contains_key(&canonical(book, household)) {
        reachable(book, &came.sender, household, when.at, &mut flags)?;
        return Ok(Fate::superseded(Reason::NothingToChange));
    }
    let group = *book.alleys.get(&sent.alley_id).ok_or(Reason::OutOfReach)?;
    was_given(book, &came.sender, [sent.alley_id].into_iter(), when.at, &mut flags)?;
    book.seq += 1;
    let door = Door {
        group,
        alley: sent.alley_id,
        active: false,
        left_on: None,
        proposed: true,
        deleted: false,
        visits: Vec::new(),
    };
    book.doors.insert(household, door);
    effects.proposals.push(NewProposal {
        op_id: op.op_id,
        sender: came.sender,
        household,
        alley: sent.alley_id,
        group,
        words,
        at: when.at,
        seq: book.seq,
    });
    Ok(Fate::applied(flags))
}

/// Two entries that look like one house: the ward decides, nothing else changes.
pub(super) fn same_as(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let sent: SameAs = parse(&op.payload)?;
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    reachable(book, &came.sender, sent.of, when.at, &mut flags)?;
    reachable(book, &came.sender, sent.household_id, when.at, &mut flags)?;
    flags.sort();
    flags.dedup();
    let (household, of) = (canonical(book, sent.household_id), canonical(book, sent.of));
    if household == of {
        return Ok(Fate::superseded(Reason::NothingToChange));
    }
    book.seq += 1;
    effects.pairs.push(NewPair {
        op_id: op.op_id,
        sender: came.sender,
        household,
        of,
        at: when.at,
        seq: book.seq,
    });
    Ok(Fate::applied(flags))
}

/// Notes what became of a shift.
fn note(
    book: &mut Book,
    effects: &mut Effects,
    id: crate::id::ShiftId,
    shift: Shift,
    when: When,
) -> Fate {
    book.seq += 1;
    book.shifts.insert(id, shift);
    effects.shifts.insert(id, shift);
    Fate::applied(when.remark.into_iter().collect())
}

pub(super) fn open_shift(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let OpenShift { shift_id, people } = parse(&op.payload)?;
    if !(1..=MOST_PEOPLE).contains(&people) {
        return Err(Reason::OutOfRange);
    }
    let account = came.sender.account;
    match book.shifts.get(&shift_id) {
        Some(shift) if shift.account != account => Err(Reason::NotYours),
        Some(_) => Ok(Fate::superseded(Reason::NothingToChange)),
        None => {
            let shift = Shift { account, opened_at: when.at, closed_at: None };
            Ok(note(book, effects, shift_id, shift, when))
        }
    }
}

/// Ends a shift. One that never began in the book, or has ended, leaves nothing to end.
pub(super) fn close_shift(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let CloseShift { shift_id } = parse(&op.payload)?;
    match book.shifts.get(&shift_id).copied() {
        Some(shift) if shift.account != came.sender.account => Err(Reason::NotYours),
        Some(shift) if shift.closed_at.is_none() => {
            // A clock set back in between must not end a shift before it began.
            let end: Millis = when.at.max(shift.opened_at);
            Ok(note(book, effects, shift_id, Shift { closed_at: Some(end), ..shift }, when))
        }
        _ => Ok(Fate::superseded(Reason::NothingToChange)),
    }
}
