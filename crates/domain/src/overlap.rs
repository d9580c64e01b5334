//! Two teams at one home within a day: nobody's fault, both visits count, and both leads should know.

use crate::id::{HouseholdId, TeamId};
use crate::time::Millis;

/// How far apart two visits may lie for the teams to have met at the home.
pub const WITHIN_MS: i64 = 24 * 3_600_000;
/// How far back meetings are told.
pub const WINDOW_MS: i64 = 14 * 86_400_000;

/// A team at a home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Knock {
    /// When.
    pub at: Millis,
    /// Which team.
    pub team: TeamId,
}

/// Two teams at one home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The home, doubles followed.
    pub household: HouseholdId,
    /// Who came first, and when.
    pub first: Knock,
    /// Who came after.
    pub second: Knock,
}

impl Overlap {
    /// Is this team one of the two?
    pub fn concerns(&self, team: TeamId) -> bool {
        self.first.team == team || self.second.team == team
    }
}

/// The last meeting of each two teams at a home, the latest first, from the visits that count there,
/// whatever order they come in.
pub fn met(household: HouseholdId, mut knocks: Vec<Knock>) -> Vec<Overlap> {
    knocks.sort_unstable();
    let mut found: Vec<Overlap> = Vec::new();
    for (i, second) in knocks.iter().enumerate().rev() {
        // The nearest visit of each other team before this one.
        for first in knocks[..i].iter().rev() {
            if second.at.0 - first.at.0 > WITHIN_MS {
                break;
            }
            let two = |o: &Overlap| o.concerns(first.team) && o.concerns(second.team);
            if first.team != second.team && !found.iter().any(two) {
                found.push(Overlap { household, first: *first, second: *second });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const HOME: HouseholdId = HouseholdId(Uuid::from_u128(1));

    fn knock(team: u128, at: i64) -> Knock {
        Knock { at: Millis(at), team: TeamId(Uuid::from_u128(team)) }
    }

    /// Scenario 11.
    #[test]
    fn two_teams_twenty_minutes_apart_met_whoever_is_heard_first() {
        let (one, other) = (knock(7, 0), knock(8, 20 * 60_000));
        let meeting = [Overlap { household: HOME, first: one, second: other }];
        assert_eq!(met(HOME, vec![one, other]), meeting);
        assert_eq!(met(HOME, vec![other, one]), meeting);
        assert!(meeting[0].concerns(one.team) && meeting[0].concerns(other.team));
        assert!(!meeting[0].concerns(knock(9, 0).team));
    }

    #[test]
    fn a_day_apart_is_a_meeting_and_a_moment_more_is_none() {
        assert_eq!(met(HOME, vec![knock(7, 0), knock(8, WITHIN_MS)]).len(), 1);
        assert!(met(HOME, vec![knock(7, 0), knock(8, WITHIN_MS + 1)]).is_empty());
    }

    #[test]
    fn one_team_alone_meets_nobody() {
        assert!(met(HOME, vec![knock(7, 0), knock(7, 1), knock(7, 2)]).is_empty());
        assert!(met(HOME, Vec::new()).is_empty());
    }

    #[test]
    fn of_each_two_teams_the_last_meeting_is_told() {
        let knocks = vec![knock(7, 0), knock(8, 10), knock(7, 20), knock(9, 30)];
        let told: Vec<_> =
            met(HOME, knocks).iter().map(|o| (o.first.at.0, o.second.at.0)).collect();
        // 7 and 9, 8 and 9, 8 and 7.
        assert_eq!(told, [(20, 30), (10, 30), (10, 20)]);
    }
}
