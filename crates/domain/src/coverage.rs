//! Coverage: the counts a ward is judged by, and the only arithmetic that changes them.
//!
//! A rollup row is a [`Tally`]. It is never counted on the way in: whatever changes a household or
//! adds a visit yields the difference of two tallies, and the sum of the differences equals the
//! recount, in any order (see the property test). `gocua verify` holds the store to it.

use std::collections::BTreeMap;
use std::ops::{AddAssign, Sub};

use serde::{Deserialize, Serialize};

use crate::household::{HouseholdState, Status};
use crate::id::{AlleyId, GroupId};
use crate::time::{Day, TimeBand};
use crate::visit::VisitFact;

macro_rules! tally {
    ($($(#[$doc:meta])* $field:ident),+ $(,)?) => {
        /// The counts of one residential group, alley or ward (households unless said otherwise).
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct Tally {
            $($(#[$doc])* pub $field: i64,)+
        }

        impl Tally {
            /// Column names, in the order of [`Tally::values`].
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];

            /// The counts in the order of [`Tally::FIELDS`].
            pub fn values(&self) -> Vec<i64> {
                vec![$(self.$field),+]
            }
        }

        impl AddAssign for Tally {
            fn add_assign(&mut self, other: Self) {
                $(self.$field += other.$field;)+
            }
        }

        impl Sub for Tally {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self { $($field: self.$field - other.$field),+ }
            }
        }
    };
}

tally! {
    /// HH_TOTAL: active households, the denominator.
    hh_total,
    /// HH_VISITED: with a visit other than not found, duplicate or non-residential.
    hh_visited,
    /// HH_CONTACTED: with an adult met.
    hh_contacted,
    /// HH_SERVED: with somebody coached.
    hh_served,
    /// To come back to: nobody met, or met with the work unfinished.
    hh_revisit,
    /// HH_DECLINED: the last adult met declined.
    hh_declined,
    /// HH_UNREACH: three misses in two bands on two days.
    hh_unreachable,
    /// Reported empty or moved, waiting for the ward.
    hh_vacant,
    /// VISITS: visits, withdrawn ones left out.
    visits,
    /// COACH_OCC: coaching occurrences, person by skill.
    coach_occ,
    /// People coached without a name; the same person may be counted again.
    coach_people,
    /// Of these, from 60 years.
    coach_people_60,
}

/// A count of households by what was ever reached, whatever happened since: of these the households
/// behind the number can be listed. The other counts of a [`Tally`] are a [`Status`] each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// HH_VISITED.
    Visited,
    /// HH_CONTACTED.
    Contacted,
    /// HH_SERVED.
    Served,
    /// HH_REVISIT.
    Revisit,
}

impl Reached {
    /// Does an active household in this state count?
    pub fn counts(self, state: &HouseholdState) -> bool {
        match self {
            Self::Visited => state.first_visited.is_some(),
            Self::Contacted => state.first_contacted.is_some(),
            Self::Served => state.first_served.is_some(),
            Self::Revisit => state.revisit,
        }
    }
}

impl Tally {
    /// What one household adds: nothing when it is not active (the ward approved its leaving).
    pub fn of_household(active: bool, state: &HouseholdState) -> Self {
        if !active {
            return Self::default();
        }
        let one = |yes: bool| i64::from(yes);
        Self {
            hh_total: 1,
            hh_visited: one(Reached::Visited.counts(state)),
            hh_contacted: one(Reached::Contacted.counts(state)),
            hh_served: one(Reached::Served.counts(state)),
            hh_revisit: one(Reached::Revisit.counts(state)),
            hh_declined: one(state.status == Status::Declined),
            hh_unreachable: one(state.status == Status::Unreachable),
            hh_vacant: one(state.status == Status::Vacant),
            ..Self::default()
        }
    }

    /// What one visit adds: nothing once withdrawn.
    pub fn of_visit(visit: &VisitFact) -> Self {
        if visit.withdrawn {
            return Self::default();
        }
        Self {
            visits: 1,
            coach_occ: visit.coach_occ,
            coach_people: visit.people,
            coach_people_60: visit.people_60,
            ..Self::default()
        }
    }

    /// Is there nothing to add?
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }
}

/// One household as coverage sees it.
#[derive(Clone, Debug)]
pub struct Counted<'a> {
    /// Its residential group.
    pub group: GroupId,
    /// Its alley.
    pub alley: AlleyId,
    /// Is it in the denominator?
    pub active: bool,
    /// The day it left the denominator from, with the ward's approval: before it, it counted.
    pub left_on: Option<Day>,
    /// Does it wait for the ward's approval (or was that refused)? Then nothing of it counts, its
    /// visits neither.
    pub proposed: bool,
    /// Its visits, in any order.
    pub visits: &'a [VisitFact],
}

/// Counts of one residential group on one business day, for the trend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayTally {
    /// Visits made that day.
    pub visits: i64,
    /// Active households first visited that day, less those that had been and left from that day on.
    pub hh_visited: i64,
    /// Active households first served that day, less those that had been and left from that day on.
    pub hh_served: i64,
}

impl Sub for DayTally {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self {
            visits: self.visits - other.visits,
            hh_visited: self.hh_visited - other.hh_visited,
            hh_served: self.hh_served - other.hh_served,
        }
    }
}

impl AddAssign for DayTally {
    fn add_assign(&mut self, other: Self) {
        self.visits += other.visits;
        self.hh_visited += other.hh_visited;
        self.hh_served += other.hh_served;
    }
}

/// A part of the week in which doors are knocked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Slot {
    /// Morning, afternoon or evening; never the weekend itself.
    pub band: TimeBand,
    /// On a Saturday or a Sunday?
    pub weekend: bool,
}

impl Slot {
    /// All of them, in the order of the week and the day.
    pub const ALL: [Self; 6] = {
        use TimeBand::{Afternoon, Evening, Morning};
        [
            Self { band: Morning, weekend: false },
            Self { band: Afternoon, weekend: false },
            Self { band: Evening, weekend: false },
            Self { band: Morning, weekend: true },
            Self { band: Afternoon, weekend: true },
            Self { band: Evening, weekend: true },
        ]
    };
}

/// Counts of one residential group in one part of the week: CONTACT_RATE is contacts / visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HourTally {
    /// Visits, withdrawn ones left out.
    pub visits: i64,
    /// Of these, with an adult met.
    pub contacts: i64,
    /// Of these, nobody (or only a child) at home.
    pub missed: i64,
}

impl HourTally {
    fn of_visit(visit: &VisitFact, sign: i64) -> Self {
        Self {
            visits: sign,
            contacts: if visit.outcome.contact() { sign } else { 0 },
            missed: if visit.outcome.missed() { sign } else { 0 },
        }
    }
}

impl AddAssign for HourTally {
    fn add_assign(&mut self, other: Self) {
        self.visits += other.visits;
        self.contacts += other.contacts;
        self.missed += other.missed;
    }
}

/// Coverage of a ward, or the change of it, by residential group, alley, day and part of the week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By residential group.
    pub groups: BTreeMap<GroupId, Tally>,
    /// By alley.
    pub alleys: BTreeMap<AlleyId, Tally>,
    /// By residential group and business day.
    pub days: BTreeMap<(GroupId, Day), DayTally>,
    /// By residential group and part of the week.
    pub hours: BTreeMap<(GroupId, Slot), HourTally>,
}

impl Coverage {
    /// Adds (`sign` 1) or takes away (`sign` -1) one household with all its visits.
    ///
    /// A change is written as: take the household away as it was, add it as it is.
    pub fn count(&mut self, household: &Counted<'_>, sign: i64) {
        if household.proposed {
            return;
        }
        let state = HouseholdState::derive(household.visits);
        let mut tally = Tally::of_household(household.active, &state);
        for visit in household.visits {
            tally += Tally::of_visit(visit);
        }
        let signed = if sign < 0 { Tally::default() - tally } else { tally };
        *self.groups.entry(household.group).or_default() += signed;
        *self.alleys.entry(household.alley).or_default() += signed;

        let mut day = |day: Day, add: DayTally| {
            *self.days.entry((household.group, day)).or_default() += add;
        };
        for visit in household.visits.iter().filter(|v| !v.withdrawn) {
            day(visit.made_at.day(), DayTally { visits: sign, ..DayTally::default() });
            let slot = Slot { band: visit.made_at.part_of_day(), weekend: visit.made_at.weekend() };
            *self.hours.entry((household.group, slot)).or_default() +=
                HourTally::of_visit(visit, sign);
        }
        let (visited, served) = (
            DayTally { hh_visited: sign, ..DayTally::default() },
            DayTally { hh_served: sign, ..DayTally::default() },
        );
        for (first, one) in [(state.first_visited, visited), (state.first_served, served)] {
            match (first, household.left_on) {
                (Some(first), None) if household.active => day(first, one),
                // It counted until it left: what was reported of earlier days stays as it was.
                (Some(first), Some(left)) if first < left => {
                    day(first, one);
                    day(left, DayTally::default() - one);
                }
                _ => {}
            }
        }
    }

    /// Drops rows that say nothing, so that a delta writes only what changed.
    pub fn drop_zeros(&mut self) {
        self.groups.retain(|_, t| !t.is_zero());
        self.alleys.retain(|_, t| !t.is_zero());
        self.days.retain(|_, t| *t != DayTally::default());
        self.hours.retain(|_, t| *t != HourTally::default());
    }
}
