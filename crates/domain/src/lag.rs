//! Cause does a residential group lag, and what would help? One dominant reason, from counts alone.
//!
//! Each household that nobody has coached yet is put down to one cause; the cause with the most
//! households is the reason. What can be done about a cause decides how much it would gain: nobody
//! is sent to a household that declined.

use serde::{Deserialize, Serialize};

use crate::coverage::{Slot, Tally};
use crate::hours::{self, Hour};

/// Days without a visit after which a group that has a team counts as left alone.
pub const IDLE_DAYS: i64 = 4;
/// Misses that an hour is judged by at least.
pub const ENOUGH_MISSES: i64 = 20;
/// Of a hundred misses, so many in one part of the week are "always at that hour".
pub const ONE_HOUR_PERCENT: i64 = 60;

/// Cause households of a group are not coached yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Never tried, and no team holds the alley.
    Unassigned,
    /// A team holds it, and nobody has come for [`IDLE_DAYS`] days.
    Idle,
    /// Never tried; the teams are on their way.
    NeverTried,
    /// Tried, mostly at an hour when few are at home, while another hour does better.
    WrongHour,
    /// Tried, nobody at home so far.
    NobodyHome,
    /// Reported empty or moved, or proposed on foot: the ward has to answer.
    WaitsForWard,
    /// Three misses in two bands on two days.
    Unreachable,
    /// Somebody was met and nobody coached yet.
    MetOnly,
    /// The last adult met declined.
    Declined,
    /// Every household is coached, or there is none.
    Nothing,
}

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Give its alleys to a team, or to one more.
    Assign,
    /// Ask the team why nobody comes.
    CallTeam,
    /// Go at the hour named.
    GoAt,
    /// Go at another hour; which is best is not known yet.
    OtherHour,
    /// Answer what waits.
    Decide,
    /// Keep the appointments.
    ComeBack,
    /// Go on.
    KeepOn,
    /// Nothing: whoever declined is left in peace.
    LeaveInPeace,
}

/// What is known of a residential group.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Its counts.
    pub tally: Tally,
    /// Its hours.
    pub hours: &'a [Hour],
    /// The ward's hours, for what the group itself has not tried.
    pub ward_hours: &'a [Hour],
    /// Households never visited, in alleys that no team holds.
    pub untried_unassigned: i64,
    /// Does a team hold anything of it?
    pub assigned: bool,
    /// Whole days since the last visit, or since the first alley was given when there was none.
    pub idle_days: Option<i64>,
    /// Doors of it about which the ward is asked, besides those reported empty.
    pub asked: i64,
}

/// Households by cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The cause.
    pub why: Cause,
    /// Households.
    pub households: i64,
}

/// Cause a group lags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lag {
    /// The dominant reason.
    pub why: Cause,
    /// What to do.
    pub step: Step,
    /// When to go, if the step is to go at another hour.
    pub at: Option<Slot>,
    /// Where most misses happened, if the hour is the reason.
    pub missed_at: Option<Slot>,
    /// Households that the step could gain.
    pub gain: i64,
    /// Every cause with its households, the largest first.
    pub shares: Vec<Share>,
}

/// The part of the week in which most misses happened, with its share of a hundred.
pub fn mostly_missed(hours: &[Hour]) -> Option<(Slot, i64)> {
    let all: i64 = hours.iter().map(|hour| hour.tally.missed).sum();
    let most = hours.iter().max_by_key(|hour| hour.tally.missed)?;
    (all >= ENOUGH_MISSES).then(|| (most.slot, most.tally.missed * 100 / all))
}

/// The hour that is always tried and seldom answers, and the better one.
///
/// Both intervals must lie apart: the upper end of the one below the lower end of the other.
fn wrong_hour(facts: &Facts<'_>) -> Option<(Slot, Slot)> {
    let (tried, share) = mostly_missed(facts.hours)?;
    let (_, (_, high)) = facts.hours.iter().find(|hour| hour.slot == tried)?.rate()?;
    let better = |hours| {
        let best = hours::best(hours)?;
        let (_, (low, _)) = best.rate()?;
        (best.slot != tried && low > high).then_some(best.slot)
    };
    let slot = better(facts.hours).or_else(|| better(facts.ward_hours))?;
    (share >= ONE_HOUR_PERCENT).then_some((tried, slot))
}

/// Cause the group lags.
pub fn lag(facts: &Facts<'_>) -> Lag {
    let t = &facts.tally;
    let untried = (t.hh_total - t.hh_visited).max(0);
    let unassigned = facts.untried_unassigned.clamp(0, untried);
    let held = untried - unassigned;
    let idle = facts.assigned && facts.idle_days.is_some_and(|days| days >= IDLE_DAYS);
    // Whoever was met before the house was found empty is counted as empty.
    let missed = (t.hh_visited - t.hh_contacted - t.hh_unreachable - t.hh_vacant).max(0);
    let met = (t.hh_contacted - t.hh_served - t.hh_declined).max(0);
    let wrong = wrong_hour(facts);

    let tried = if wrong.is_some() { Cause::WrongHour } else { Cause::NobodyHome };
    // Alleys that a team holds and nobody comes to: what was tried there waits with the rest.
    let (left, again) = if idle { (held + missed, 0) } else { (0, missed) };
    let mut shares = vec![
        Share { why: Cause::Unassigned, households: unassigned },
        Share { why: Cause::Idle, households: left },
        Share { why: Cause::NeverTried, households: if idle { 0 } else { held } },
        Share { why: tried, households: again },
        Share { why: Cause::WaitsForWard, households: t.hh_vacant + facts.asked },
        Share { why: Cause::Unreachable, households: t.hh_unreachable },
        Share { why: Cause::MetOnly, households: met },
        Share { why: Cause::Declined, households: t.hh_declined },
    ];
    shares.retain(|share| share.households > 0);
    // The order above is kept among equals: what is easier to mend comes first.
    shares.sort_by_key(|share| std::cmp::Reverse(share.households));

    let Some(first) = shares.first().copied() else {
        let (why, step) = (Cause::Nothing, Step::KeepOn);
        return Lag { why, step, at: None, missed_at: None, gain: 0, shares };
    };
    let best = hours::best(facts.hours).or_else(|| hours::best(facts.ward_hours)).map(|h| h.slot);
    let (step, at) = match first.why {
        Cause::Unassigned => (Step::Assign, None),
        Cause::Idle => (Step::CallTeam, None),
        Cause::NeverTried => (Step::KeepOn, None),
        Cause::WrongHour => (Step::GoAt, wrong.map(|(_, better)| better)),
        Cause::NobodyHome | Cause::Unreachable => match best {
            Some(slot) => (Step::GoAt, Some(slot)),
            None => (Step::OtherHour, None),
        },
        Cause::WaitsForWard => (Step::Decide, None),
        Cause::MetOnly => (Step::ComeBack, None),
        Cause::Declined => (Step::LeaveInPeace, None),
        Cause::Nothing => (Step::KeepOn, None),
    };
    Lag {
        why: first.why,
        step,
        at,
        missed_at: wrong.map(|(tried, _)| tried).filter(|_| first.why == Cause::WrongHour),
        gain: if first.why == Cause::Declined { 0 } else { first.households },
        shares,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coverage::HourTally;

    fn hour(at: usize, visits: i64, contacts: i64) -> Hour {
        let tally = HourTally { visits, contacts, missed: visits - contacts };
        Hour { slot: Slot::ALL[at], tally }
    }

    fn facts(tally: Tally) -> Facts<'static> {
        let (hours, ward_hours) = (&[] as &[Hour], &[] as &[Hour]);
        let (assigned, idle_days) = (true, Some(0));
        Facts { tally, hours, ward_hours, untried_unassigned: 0, assigned, idle_days, asked: 0 }
    }

    fn tally(total: i64, visited: i64, contacted: i64, served: i64) -> Tally {
        Tally {
            hh_total: total,
            hh_visited: visited,
            hh_contacted: contacted,
            hh_served: served,
            ..Tally::default()
        }
    }

    #[test]
    fn alleys_without_a_team_come_before_those_that_have_one() {
        let base = facts(tally(200, 40, 30, 25));
        let none = lag(&Facts { untried_unassigned: 160, assigned: false, ..base });
        assert_eq!((none.why, none.step, none.gain), (Cause::Unassigned, Step::Assign, 160));
        let half = lag(&Facts { untried_unassigned: 80, ..base });
        assert_eq!(half.why, Cause::Unassigned, "of two equals the one that is mended more easily");
        let few = lag(&Facts { untried_unassigned: 30, ..base });
        assert_eq!((few.why, few.step, few.gain), (Cause::NeverTried, Step::KeepOn, 130));
        // More than there are cannot be untried.
        let wrong = lag(&Facts { untried_unassigned: 900, ..base });
        assert_eq!(wrong.gain, 160);
    }

    #[test]
    fn a_team_that_does_not_come_is_asked_why() {
        let base = facts(tally(200, 40, 30, 25));
        let idle = lag(&Facts { idle_days: Some(IDLE_DAYS), ..base });
        assert_eq!((idle.why, idle.step, idle.gain), (Cause::Idle, Step::CallTeam, 170));
        let lately = lag(&Facts { idle_days: Some(IDLE_DAYS - 1), ..base });
        assert_eq!(lately.why, Cause::NeverTried);
        let nobody = lag(&Facts { idle_days: Some(9), assigned: false, ..base });
        assert_eq!(nobody.why, Cause::NeverTried);
    }

    #[test]
    fn the_wrong_hour_needs_proof() {
        let t = tally(200, 180, 60, 50);
        let hours = [hour(0, 120, 24), hour(2, 40, 30)];
        let found = lag(&Facts { hours: &hours, ..facts(t) });
        assert_eq!((found.why, found.step, found.gain), (Cause::WrongHour, Step::GoAt, 120));
        assert_eq!((found.missed_at, found.at), (Some(Slot::ALL[0]), Some(Slot::ALL[2])));
        // Tried at one hour only: the ward knows a better one.
        let (own, ward) = ([hour(0, 120, 24)], [hour(0, 900, 200), hour(5, 400, 300)]);
        let found = lag(&Facts { hours: &own, ward_hours: &ward, ..facts(t) });
        assert_eq!((found.why, found.at), (Cause::WrongHour, Some(Slot::ALL[5])));
        // The intervals touch; misses are spread; too few misses.
        for hours in [
            [hour(0, 120, 40), hour(2, 40, 15)],
            [hour(0, 60, 20), hour(2, 60, 25)],
            [hour(0, 12, 2), hour(2, 12, 11)],
        ] {
            let found = lag(&Facts { hours: &hours, ..facts(t) });
            assert_eq!(found.why, Cause::NobodyHome, "{hours:?}");
            assert_eq!(found.missed_at, None);
        }
        let blind = lag(&facts(t));
        assert_eq!((blind.step, blind.at), (Step::OtherHour, None));
    }

    #[test]
    fn the_other_causes_have_their_steps() {
        let with = |change: fn(&mut Tally)| {
            let mut t = tally(100, 100, 60, 50);
            change(&mut t);
            lag(&facts(t))
        };
        let unreachable = with(|t| t.hh_unreachable = 40);
        assert_eq!((unreachable.why, unreachable.step), (Cause::Unreachable, Step::OtherHour));
        let vacant = with(|t| t.hh_vacant = 40);
        assert_eq!((vacant.why, vacant.step, vacant.gain), (Cause::WaitsForWard, Step::Decide, 40));
        let asked = lag(&Facts { asked: 90, ..facts(tally(100, 100, 60, 50)) });
        assert_eq!(asked.why, Cause::WaitsForWard);
        let declined = with(|t| {
            (t.hh_contacted, t.hh_declined) = (100, 45);
        });
        assert_eq!((declined.why, declined.gain), (Cause::Declined, 0));
        let met = with(|t| t.hh_contacted = 100);
        assert_eq!((met.why, met.step, met.gain), (Cause::MetOnly, Step::ComeBack, 50));
        assert_eq!(with(|t| (t.hh_contacted, t.hh_served) = (100, 100)).why, Cause::Nothing);
        assert_eq!(lag(&facts(Tally::default())).why, Cause::Nothing);
    }

    #[test]
    fn where_people_are_missed_is_told_only_of_enough() {
        let few = [hour(0, 19, 0)];
        assert_eq!(mostly_missed(&few), None);
        let hours = [hour(0, 68, 0), hour(1, 20, 0), hour(2, 42, 30)];
        assert_eq!(mostly_missed(&hours), Some((Slot::ALL[0], 68)));
    }

    proptest! {
        #[test]
        fn every_household_has_one_cause(
            total in 0..500_i64, a in 0..500_i64, b in 0..500_i64, c in 0..500_i64,
            unassigned in 0..500_i64, idle in proptest::option::of(0..9_i64), asked in 0..20_i64,
        ) {
            let visited = a.min(total);
            let contacted = b.min(visited);
            let served = c.min(contacted);
            let rest = facts(tally(total, visited, contacted, served));
            let found =
                lag(&Facts { untried_unassigned: unassigned, idle_days: idle, asked, ..rest });
            let sum: i64 = found.shares.iter().map(|share| share.households).sum();
            prop_assert_eq!(sum, total - served + asked);
            prop_assert!(found.shares.iter().all(|share| share.households > 0));
            prop_assert!(found.gain <= sum);
            prop_assert_eq!(found.shares.is_empty(), found.why == Cause::Nothing);
        }
    }
}
