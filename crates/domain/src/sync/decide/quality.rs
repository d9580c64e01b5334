//! What a volunteer says to a remark about the own recording, before the desk sees it.

use super::{Book, Came, Effects, Fate, Flag, Op, Reason, When, parse};
use crate::quality::{Explain, Explained};

/// A word about an own open remark. Of two the later stands, until the desk has closed it. An id
/// nobody knows and another's are the same answer: ids must not be guessable.
pub(super) fn explain(
    book: &mut Book,
    effects: &mut Effects,
    op: &Op,
    came: &Came,
    when: When,
) -> Result<Fate, Reason> {
    let sent: Explain = parse(&op.payload)?;
    let words = sent.checked()?;
    let fact = book.remarks.get_mut(&sent.flag_id).ok_or(Reason::NotYours)?;
    if fact.account != came.sender.account {
        return Err(Reason::NotYours);
    }
    if fact.closed {
        return Ok(Fate::superseded(Reason::NothingToChange));
    }
    let mut flags: Vec<Flag> = when.remark.into_iter().collect();
    let place = (when.at, op.op_id);
    book.seq += 1;
    if fact.explained.is_some_and(|stands| stands > place) {
        flags.push(Flag::LostToNewer);
        return Ok(Fate::applied(flags));
    }
    fact.explained = Some(place);
    let said = Explained { because: sent.because, words, at: when.at, op: op.op_id };
    effects.explained.insert(sent.flag_id, said);
    Ok(Fate::applied(flags))
}
