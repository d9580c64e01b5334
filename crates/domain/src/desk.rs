//! What the ward desk goes by: which phones need a call, what it may answer to what phones ask, and
//! when a removal is too large to be meant.

use serde::{Deserialize, Serialize};

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
    /// Syncs that failed since the last that succeeded.
    pub failed: i64,
}

impl PhoneFacts {
    /// The worst thing that is true of the phone.
    pub fn needs(&self, now: Millis) -> Needs {
        let silence = now.0.saturating_sub(self.last_seen_at.0);
        let waits = self.queued > 0;
        if waits && silence > SILENT_AFTER_MS {
            Needs::Silent
        } else if self.failed >= FAILURES_THAT_COUNT {
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
        PhoneFacts { last_seen_at: NOW, queued: 0, held: 0, rejected: 0, failed: 0 }
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
    fn the_worst_is_named() {
        let mut all = PhoneFacts {
            last_seen_at: ago(SILENT_AFTER_MS + 1),
            queued: LONG_QUEUE + 1,
            held: 1,
            rejected: 1,
            failed: FAILURES_THAT_COUNT,
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
    fn reasons_are_spelled_alike_in_the_book_and_on_the_wire() {
        use RemovalReason::{Demolished, Error, NotResidential, Other};
        for reason in [Demolished, Error, NotResidential, Other] {
            assert_eq!(serde_json::to_value(reason).expect("a word"), reason.code());
        }
    }
}
