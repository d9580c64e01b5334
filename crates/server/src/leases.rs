//! At which door each member of a team stands, so that two do not knock at one.
//!
//! In memory only: a lease lasts ten minutes, decides nothing, and is never part of the book. After a
//! restart, or on another server of the same ward, nobody stands anywhere until the next call.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use gocua_domain::id::{AccountId, HouseholdId, TeamId};
use gocua_domain::time::Millis;

/// How long a lease lasts after the last sign of its holder.
pub const LEASE_MS: i64 = 10 * 60_000;

/// Somebody at a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The door.
    pub household: HouseholdId,
    /// Display name of who stands there.
    pub name: String,
    /// When it ends.
    pub until: Millis,
}

type Team = BTreeMap<AccountId, Lease>;

/// Leases by team; one a person, so that nobody can hoard doors.
#[derive(Debug, Default)]
pub struct Leases(Mutex<HashMap<TeamId, Team>>);

impl Leases {
    /// Moves a person to a door, or away from any. When the lease ends.
    pub fn stand(
        &self,
        (team, account): (TeamId, AccountId),
        at: Option<(HouseholdId, String)>,
        now: Millis,
    ) -> Option<Millis> {
        let until = now.plus(LEASE_MS);
        self.with(now, |teams| match at {
            Some((household, name)) => {
                let lease = Lease { household, name, until };
                teams.entry(team).or_default().insert(account, lease);
                Some(until)
            }
            None => {
                teams.get_mut(&team).map(|team| team.remove(&account));
                None
            }
        })
    }

    /// The lease of a person.
    pub fn of(&self, team: TeamId, account: AccountId, now: Millis) -> Option<Lease> {
        self.with(now, |teams| teams.get(&team)?.get(&account).cloned())
    }

    /// A person is still at the door the lease is for.
    pub fn renew(&self, (team, account): (TeamId, AccountId), now: Millis) {
        self.with(now, |teams| {
            if let Some(lease) = teams.get_mut(&team).and_then(|team| team.get_mut(&account)) {
                lease.until = now.plus(LEASE_MS);
            }
        });
    }

    /// The leases of the others of a team.
    pub fn others(&self, team: TeamId, account: AccountId, now: Millis) -> Vec<Lease> {
        self.with(now, |teams| {
            let team = teams.get(&team).into_iter().flatten();
            team.filter(|(who, _)| **who != account).map(|(_, lease)| lease.clone()).collect()
        })
    }

    /// The leases in force. What has ended goes with whoever asks next: a ward's leases are as many as
    /// its people out of doors, a few hundred.
    fn with<T>(&self, now: Millis, act: impl FnOnce(&mut HashMap<TeamId, Team>) -> T) -> T {
        let mut teams = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock set back must not make a lease longer than any can be.
        let holds = |lease: &Lease| (1..=LEASE_MS).contains(&(lease.until.0 - now.0));
        teams.retain(|_, team| {
            team.retain(|_, lease| holds(lease));
            !team.is_empty()
        });
        act(&mut teams)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Millis = Millis(1_795_312_800_000);

    fn at(n: u128) -> Option<(HouseholdId, String)> {
        Some((HouseholdId(Uuid::from_u128(n)), "Lan".to_owned()))
    }

    #[test]
    fn a_person_stands_at_one_door_and_a_team_hears_only_of_its_own() {
        let leases = Leases::default();
        let (team, other) = (TeamId(Uuid::from_u128(1)), TeamId(Uuid::from_u128(2)));
        let (lan, hung) = (AccountId(Uuid::from_u128(3)), AccountId(Uuid::from_u128(4)));
        assert_eq!(leases.stand((team, lan), at(10), NOW), Some(NOW.plus(LEASE_MS)));
        leases.stand((team, lan), at(11), NOW);
        let seen = leases.others(team, hung, NOW);
        assert_eq!(seen.iter().map(|l| l.household.0.as_u128()).collect::<Vec<_>>(), [11]);
        assert!(leases.others(team, lan, NOW).is_empty());
        assert!(leases.others(other, hung, NOW).is_empty());
        assert_eq!(leases.stand((team, lan), None, NOW), None);
        assert!(leases.others(team, hung, NOW).is_empty());
    }

    #[test]
    fn a_lease_ends_after_ten_minutes_unless_renewed() {
        let leases = Leases::default();
        let (team, lan) = (TeamId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(3)));
        leases.stand((team, lan), at(10), NOW);
        leases.renew((team, lan), NOW.plus(LEASE_MS - 1));
        assert!(leases.of(team, lan, NOW.plus(2 * LEASE_MS - 2)).is_some());
        assert_eq!(leases.of(team, lan, NOW.plus(2 * LEASE_MS - 1)), None);
        leases.renew((team, lan), NOW.plus(2 * LEASE_MS));
        assert_eq!(leases.of(team, lan, NOW.plus(2 * LEASE_MS)), None, "what has ended stays so");
        leases.stand((team, lan), at(10), NOW);
        assert_eq!(leases.of(team, lan, NOW.plus(-1)), None, "a clock set back");
    }
}
