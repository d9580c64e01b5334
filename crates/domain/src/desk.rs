//! What the ward desk goes by: which phones need a call, what it may answer to what phones ask, and
//! when a removal is too large to be meant.

use serde::{Deserialize, Serialize};

use crate::address::{Address, Side};
use crate::search::search_key;
use crate::time::Millis;

/// A phone that still holds work and was not heard of for longer than this is silent.
pub const SILENT_AFTER_MS: i64 = 24 * 3_600_000;
/// A phone in coverage empties its queue within minutes; after this long something is in the way.
pub const STUCK_AFTER_MS: i64 = 3_600_000;
/// More operations than one push carries do not wait on a phone that syncs as it should.
pub const LONG_QUEUE: i64 = 100;
/// Fewer failed syncs in a row are a stairwell without coverage.
pub const FAILURES_THAT_COUNT: i64 = 3;
/// How far back rejected operations are shown.
pub const REJECTED_WINDOW_MS: i64 = 30 * 86_400_000;

/// What a phone needs from the ward, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// All is well.
    Nothing,
    /// Something it sent waits for something it has not sent.
    Held,
    /// Something it sent was rejected; its holder must look.
    Rejected,
    /// Work stays on it although it was heard of today.
    Queue,
    /// It tries to sync and cannot.
    Failing,
    /// It holds work and was not heard of for a day.
    Silent,
}

/// What the book knows of one phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneFacts {
    /// When it was last heard of.
    pub last_seen_at: Millis,
    /// Operations that waited on it then.
    pub queued: i64,
    /// Operations the server holds until an earlier one comes.
    pub held: i64,
    /// Operations rejected lately.
    pub rejected: i64,
    /// Syncs that failed since the last that succeeded, as the phone counts them.
    pub failed: i64,
    /// When its session was last refused: then the server does not hear what it says of itself.
    pub refused_at: Option<Millis>,
}

impl PhoneFacts {
    /// The worst thing that is true of the phone.
    pub fn needs(&self, now: Millis) -> Needs {
        let silence = now.0.saturating_sub(self.last_seen_at.0);
        let waits = self.queued > 0;
        let shut_out = self.refused_at.is_some_and(|at| {
            at > self.last_seen_at && now.0.saturating_sub(at.0) <= SILENT_AFTER_MS
        });
        if waits && silence > SILENT_AFTER_MS {
            Needs::Silent
        } else if shut_out || self.failed >= FAILURES_THAT_COUNT {
            Needs::Failing
        } else if self.queued > LONG_QUEUE || (waits && silence > STUCK_AFTER_MS) {
            Needs::Queue
        } else if self.rejected > 0 {
            Needs::Rejected
        } else if self.held > 0 {
            Needs::Held
        } else {
            Needs::Nothing
        }
    }
}

/// Why a household leaves the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RemovalReason {
    /// The house is gone.
    Demolished,
    /// It was never there.
    Error,
    /// Nobody lives there: a shop, an office.
    NotResidential,
    /// Anything else.
    Other,
}

impl RemovalReason {
    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Demolished => "demolished",
            Self::Error => "error",
            Self::NotResidential => "not_residential",
            Self::Other => "other",
        }
    }
}

/// Removals within this time are judged together.
pub const REMOVAL_WINDOW_MS: i64 = 24 * 3_600_000;
/// This many may always be removed.
const REMOVALS_FREE: i64 = 20;
/// Of a hundred households, so many may be removed.
const REMOVALS_PERCENT: i64 = 2;

/// Would this removal be a mass removal? Streets do not vanish overnight: more than that is a slip of
/// the hand, or a hand that should not be there.
///
/// `active` is the ward's households before the removal, `lately` those removed within
/// [`REMOVAL_WINDOW_MS`] and not brought back, `now` those to be removed. The share is taken of what
/// stood before any of them went, so that the limit does not shrink while it is used up.
pub fn mass_removal(active: i64, lately: i64, now: i64) -> bool {
    let removed = lately.saturating_add(now);
    let stood = active.saturating_add(lately);
    removed > REMOVALS_FREE && removed.saturating_mul(100) > stood.saturating_mul(REMOVALS_PERCENT)
}

/// Where a household stands in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Counted.
    Active,
    /// A double: what is known of it counts at another.
    Merged,
    /// Taken out of the register.
    Removed,
}

/// The order key along the alley and the side of it that follow from a door's new number. The key
/// begins with the ways that lead to the door; they are taken over from the key it had, since the
/// number alone does not tell them.
pub fn renumber(old_no: &str, old_sort: &str, new_no: &str) -> (String, Option<Side>) {
    let (old, new) = (Address::parse(old_no), Address::parse(new_no));
    let key = new.sort_key();
    let ways = old_sort
        .strip_suffix(old.sort_key().get(1..).unwrap_or_default())
        .and_then(|kept| kept.get(1..))
        .filter(|_| old.house.is_some() && new.house.is_some())
        .unwrap_or_default();
    let (kind, door) = key.split_at_checked(1).unwrap_or((&key, ""));
    // `12/34` on the door of a lane at 12 says the lane a second time.
    let ways = if door.starts_with(ways) { "" } else { ways };
    (format!("{kind}{ways}{door}"), new.side())
}

/// The text a household is searched by, after one of its words has changed.
pub fn rekey(key: &str, old: &str, new: &str) -> String {
    let (old, new) = (search_key(old), search_key(new));
    let (spaced, wanted) = (format!(" {key} "), format!(" {old} "));
    let changed = match spaced.find(&wanted).filter(|_| !old.is_empty()) {
        Some(at) => format!("{} {new} {}", &spaced[..at], &spaced[at + wanted.len()..]),
        None => format!("{new} {key}"),
    };
    changed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Which of two values stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// What the book says.
    Book,
    /// What the phone says.
    Phone,
}

/// What becomes of a quarantined operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It counts after all.
    Release,
    /// It stays out of the book.
    Dismiss,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_312_800_000);

    fn phone() -> PhoneFacts {
        PhoneFacts {
            last_seen_at: NOW,
            queued: 0,
            held: 0,
            rejected: 0,
            failed: 0,
            refused_at: None,
        }
    }

    fn ago(ms: i64) -> Millis {
        NOW.plus(-ms)
    }

    #[test]
    fn a_phone_is_silent_only_while_it_holds_work() {
        let quiet = PhoneFacts { last_seen_at: ago(SILENT_AFTER_MS + 1), ..phone() };
        assert_eq!(quiet.needs(NOW), Needs::Nothing, "nothing waits on it: a day off");
        assert_eq!(PhoneFacts { queued: 1, ..quiet }.needs(NOW), Needs::Silent);
        let on_the_dot = PhoneFacts { last_seen_at: ago(SILENT_AFTER_MS), queued: 1, ..phone() };
        assert_eq!(on_the_dot.needs(NOW), Needs::Queue);
        // A clock set back must not turn a phone just heard of into a silent one.
        let ahead = PhoneFacts { last_seen_at: NOW.plus(SILENT_AFTER_MS), queued: 1, ..phone() };
        assert_eq!(ahead.needs(NOW), Needs::Nothing);
    }

    #[test]
    fn a_queue_is_worth_a_look_when_it_is_old_or_long() {
        let busy = PhoneFacts { queued: LONG_QUEUE, ..phone() };
        assert_eq!(busy.needs(NOW), Needs::Nothing);
        assert_eq!(PhoneFacts { queued: LONG_QUEUE + 1, ..busy }.needs(NOW), Needs::Queue);
        let stuck = PhoneFacts { queued: 1, last_seen_at: ago(STUCK_AFTER_MS), ..phone() };
        assert_eq!(stuck.needs(NOW), Needs::Nothing);
        let stuck = PhoneFacts { last_seen_at: ago(STUCK_AFTER_MS + 1), ..stuck };
        assert_eq!(stuck.needs(NOW), Needs::Queue);
    }

    #[test]
    fn a_few_failures_are_a_stairwell() {
        let few = PhoneFacts { failed: FAILURES_THAT_COUNT - 1, ..phone() };
        assert_eq!(few.needs(NOW), Needs::Nothing);
        assert_eq!(PhoneFacts { failed: FAILURES_THAT_COUNT, ..few }.needs(NOW), Needs::Failing);
    }

    #[test]
    fn a_phone_that_knocks_with_an_ended_session_is_failing_until_it_is_heard_again() {
        let out = PhoneFacts { last_seen_at: ago(60_000), refused_at: Some(NOW), ..phone() };
        assert_eq!(out.needs(NOW), Needs::Failing);
        assert_eq!(PhoneFacts { last_seen_at: NOW, ..out }.needs(NOW), Needs::Nothing);
        // It has given up knocking: nobody walks with it.
        assert_eq!(out.needs(NOW.plus(SILENT_AFTER_MS)), Needs::Failing);
        assert_eq!(out.needs(NOW.plus(SILENT_AFTER_MS + 1)), Needs::Nothing);
        let waiting = PhoneFacts { queued: 1, ..out };
        assert_eq!(waiting.needs(NOW.plus(SILENT_AFTER_MS)), Needs::Silent);
    }

    #[test]
    fn the_worst_is_named() {
        let mut all = PhoneFacts {
            last_seen_at: ago(SILENT_AFTER_MS + 1),
            queued: LONG_QUEUE + 1,
            held: 1,
            rejected: 1,
            failed: FAILURES_THAT_COUNT,
            refused_at: None,
        };
        let mut named = vec![all.needs(NOW)];
        all.last_seen_at = NOW;
        named.push(all.needs(NOW));
        all.failed = 0;
        named.push(all.needs(NOW));
        all.queued = 0;
        named.push(all.needs(NOW));
        all.rejected = 0;
        named.push(all.needs(NOW));
        all.held = 0;
        named.push(all.needs(NOW));
        use Needs::{Failing, Held, Nothing, Queue, Rejected, Silent};
        assert_eq!(named, [Silent, Failing, Queue, Rejected, Held, Nothing]);
        assert!(named.windows(2).all(|pair| pair[0] > pair[1]), "worse is greater");
    }

    #[test]
    fn twenty_households_or_two_in_a_hundred_may_go_in_a_day() {
        // (active now, removed lately, to be removed) -> refused?
        for (active, lately, now, refused) in [
            (100, 0, 20, false),
            (100, 0, 21, true),
            (82, 18, 2, false),
            (82, 18, 3, true),
            (1_000, 0, 20, false),
            (1_000, 0, 21, true),
            (2_000, 0, 40, false),
            (2_000, 0, 41, true),
            // Two in a hundred of 1,074 are 21.48: 21 may go, 22 may not.
            (1_074, 0, 21, false),
            (1_074, 0, 22, true),
            // The share is of what stood before: half of it used up leaves the other half.
            (1_980, 20, 20, false),
            (1_980, 20, 21, true),
            (0, 0, 0, false),
            (i64::MAX, 0, 21, false),
        ] {
            assert_eq!(mass_removal(active, lately, now), refused, "{active} {lately} {now}");
        }
    }

    #[test]
    fn a_new_number_keeps_the_ways_that_lead_to_the_door() {
        for (address, old, new, like) in [
            ("34 ngõ 12 Nguyễn Trãi", "34", "36", "36 ngõ 12 Nguyễn Trãi"),
            ("34 ngõ 12 Nguyễn Trãi", "34", "12/36", "12/36 Nguyễn Trãi"),
            ("12/34 Nguyễn Trãi", "12/34", "12/36", "12/36 Nguyễn Trãi"),
            ("5 ngách 2 ngõ 34 Nguyễn Trãi", "5", "11A", "11A ngách 2 ngõ 34 Nguyễn Trãi"),
            ("34 ngõ Giếng Mát", "34", "35A", "35A ngõ Giếng Mát"),
            ("7 Nguyễn Trãi", "7", "số 9", "9 Nguyễn Trãi"),
            ("cạnh nhà văn hóa", "", "9", "9"),
        ] {
            let (sort, _) = renumber(old, &Address::parse(address).sort_key(), new);
            assert_eq!(sort, Address::parse(like).sort_key(), "{address}: {new}");
        }
        let seven = Address::parse("7").sort_key();
        assert_eq!(renumber("7", &seven, "8").1, Some(Side::Even));
        assert_eq!(renumber("7", &seven, "cạnh đình").1, None);
    }

    #[test]
    fn a_household_is_found_by_its_new_word_and_by_the_words_that_stayed() {
        let key = search_key("Trần Thị Lan Số 12, ngõ 34, Nguyễn Trãi Thái Học 2");
        assert_eq!(
            rekey(&key, "Trần Thị Lan", "Lê Văn Đức"),
            "le van duc so 12 ngo 34 nguyen trai thai hoc 2"
        );
        assert_eq!(rekey(&key, "12", "14A"), "tran thi lan so 14a ngo 34 nguyen trai thai hoc 2");
        assert_eq!(rekey(&key, "2", "14"), "tran thi lan so 12 ngo 34 nguyen trai thai hoc 14");
        assert_eq!(rekey("so 12", "", "Lan"), "lan so 12");
        assert_eq!(rekey("so 12/3", "12", "5"), "5 so 12/3", "half a word is no word");
    }

    #[test]
    fn reasons_are_spelled_alike_in_the_book_and_on_the_wire() {
        use RemovalReason::{Demolished, Error, NotResidential, Other};
        for reason in [Demolished, Error, NotResidential, Other] {
            assert_eq!(serde_json::to_value(reason).expect("a word"), reason.code());
        }
    }
}
