//! A household's status: always derived from its visits, never typed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::time::{Day, Millis};
use crate::visit::{Comeback, Outcome, VisitFact};

/// Where a household stands in the campaign.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Nobody has knocked (or only found that the address is wrong).
    #[default]
    NotVisited,
    /// Knocked, nobody met yet.
    Attempted,
    /// At least [`UNREACHABLE_TRIES`] misses in two bands on two days, and nobody ever met.
    Unreachable,
    /// An adult was met, nobody coached yet.
    Contacted,
    /// Somebody was coached.
    Served,
    /// The last adult met declined.
    Declined,
    /// The last knock found the house empty or moved out; the ward confirms.
    Vacant,
}

/// Misses after which a household may be called unreachable.
pub const UNREACHABLE_TRIES: usize = 3;

/// After a refusal nobody knocks again for so many days.
pub const QUIET_DAYS: i64 = 90;

impl Status {
    /// The code in the book and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotVisited => "not_visited",
            Self::Attempted => "attempted",
            Self::Unreachable => "unreachable",
            Self::Contacted => "contacted",
            Self::Served => "served",
            Self::Declined => "declined",
            Self::Vacant => "vacant",
        }
    }
}

/// Everything derived about a household from its visits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HouseholdState {
    /// The derived status.
    pub status: Status,
    /// Visits that were not withdrawn.
    pub visits: i64,
    /// Outcome of the latest visit.
    pub last_outcome: Option<Outcome>,
    /// Instant of the latest visit.
    pub last_visit_at: Option<Millis>,
    /// Day of the first visit that counts the household as visited.
    pub first_visited: Option<Day>,
    /// Day an adult was first met.
    pub first_contacted: Option<Day>,
    /// Day somebody was first coached.
    pub first_served: Option<Day>,
    /// What the latest contact agreed for coming back, if anything.
    pub comeback: Option<Comeback>,
    /// Should somebody come back? (missed, or met with the work unfinished)
    pub revisit: bool,
}

impl HouseholdState {
    /// Derives the state from the visits of one household, in any order.
    pub fn derive(visits: &[VisitFact]) -> Self {
        let mut seen: Vec<&VisitFact> = visits.iter().filter(|v| !v.withdrawn).collect();
        seen.sort_by_key(|v| (v.made_at, v.id));
        let first = |test: fn(Outcome) -> bool| {
            seen.iter().find(|v| test(v.outcome)).map(|v| v.made_at.day())
        };
        let last = seen.last();
        let contact = seen.iter().rev().find(|v| v.outcome.contact());
        let served = first(Outcome::served);
        let status = match (last, contact) {
            (None, _) => Status::NotVisited,
            (Some(last), _) if last.outcome.empty() => Status::Vacant,
            (_, Some(met)) if met.outcome == Outcome::MetDeclined => Status::Declined,
            (_, Some(_)) if served.is_some() => Status::Served,
            (_, Some(_)) => Status::Contacted,
            (_, None) if unreachable(&seen) => Status::Unreachable,
            (_, None) if seen.iter().any(|v| v.outcome.visited()) => Status::Attempted,
            (_, None) => Status::NotVisited,
        };
        let revisit = match status {
            Status::Attempted | Status::Unreachable => true,
            Status::Contacted => contact.is_some_and(|v| v.outcome != Outcome::MetNoNeed),
            Status::Served => contact
                .is_some_and(|v| matches!(v.outcome, Outcome::Partial | Outcome::Appointment)),
            Status::NotVisited | Status::Declined | Status::Vacant => false,
        };
        Self {
            status,
            visits: seen.len() as i64,
            last_outcome: last.map(|v| v.outcome),
            last_visit_at: last.map(|v| v.made_at),
            first_visited: first(Outcome::visited),
            first_contacted: first(Outcome::contact),
            first_served: served,
            comeback: contact.and_then(|v| v.comeback),
            revisit,
        }
    }
}

/// The first day on which a household whose last adult met declined may be thought of again.
///
/// `None` when it did not decline, or somebody opened since. What was tried in between (a knock that
/// nobody answered) neither shortens nor lengthens the quiet.
pub fn quiet_until(visits: &[VisitFact]) -> Option<Day> {
    let met = visits
        .iter()
        .filter(|v| !v.withdrawn && v.outcome.contact())
        .max_by_key(|v| (v.made_at, v.id))?;
    (met.outcome == Outcome::MetDeclined).then(|| met.made_at.day().plus(QUIET_DAYS))
}

/// Three misses, in two bands, on two days (scenario "vắng nhà ban ngày").
fn unreachable(seen: &[&VisitFact]) -> bool {
    let misses: Vec<_> = seen.iter().filter(|v| v.outcome.missed()).collect();
    let bands: BTreeSet<_> = misses.iter().map(|v| v.made_at.band()).collect();
    let days: BTreeSet<_> = misses.iter().map(|v| v.made_at.day()).collect();
    misses.len() >= UNREACHABLE_TRIES && bands.len() >= 2 && days.len() >= 2
}
