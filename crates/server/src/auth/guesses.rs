//! Attempts that no row of the book counts: unknown logins, known devices, and proofs of deliveries.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use gocua_domain::account::Lockout;
use gocua_domain::id::DeviceId;
use gocua_domain::time::Millis;
use uuid::Uuid;

/// What is counted, as a keyed hash: neither logins nor devices stay in memory.
pub type Tag = [u8; 32];

/// The most that is remembered; a flood of made-up logins pushes out what is not locked first.
const KEPT: usize = 10_000;

/// Attempts in a row, by tag. Lost on restart: that gives five more free guesses, no more.
#[derive(Debug, Default)]
pub struct Guesses(Mutex<HashMap<Tag, Lockout>>);

impl Guesses {
    /// Milliseconds to wait before the next attempt.
    pub fn wait(&self, tag: &Tag, now: Millis) -> Option<i64> {
        self.with(|all| all.get(tag).and_then(|lockout| lockout.wait(now)))
    }

    /// Counts an attempt, unless it has to wait.
    pub fn attempt(&self, tag: Tag, now: Millis) -> Option<i64> {
        self.with(|all| {
            if all.len() >= KEPT && !all.contains_key(&tag) {
                all.retain(|_, lockout| lockout.wait(now).is_some());
            }
            if all.len() >= KEPT && !all.contains_key(&tag) {
                all.clear();
            }
            let lockout = all.entry(tag).or_default();
            let wait = lockout.wait(now);
            if wait.is_none() {
                *lockout = lockout.attempt(now);
            }
            wait
        })
    }

    /// Forgets the attempts after a success.
    pub fn forget(&self, tag: &Tag) {
        self.with(|all| all.remove(tag));
    }

    fn with<T>(&self, act: impl FnOnce(&mut HashMap<Tag, Lockout>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Wrong codes at once that cost nobody anything: a hall of people typing from one poster.
const FLOOD_BURST: i64 = 200;
/// Milliseconds until one more wrong code is looked at.
const FLOOD_MS: i64 = 1_000;

/// Tries of something that no account stands behind, all together: made-up devices must not multiply
/// anybody's guesses.
#[derive(Debug)]
pub struct Flood(Mutex<(i64, Millis)>);

impl Default for Flood {
    fn default() -> Self {
        Self(Mutex::new((FLOOD_BURST * FLOOD_MS, Millis(0))))
    }
}

impl Flood {
    /// Counts a try, or says after how many milliseconds one may be made.
    pub fn attempt(&self, now: Millis) -> Option<i64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.0.saturating_sub(state.1.0).max(0);
        let left = state.0.saturating_add(passed).min(FLOOD_BURST * FLOOD_MS);
        *state = (left, now);
        if left < FLOOD_MS {
            return Some(FLOOD_MS - left);
        }
        state.0 = left - FLOOD_MS;
        None
    }

    /// The try was no guess.
    pub fn forget(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 = (state.0 + FLOOD_MS).min(FLOOD_BURST * FLOOD_MS);
    }
}

/// How many proofs of one phone are remembered.
const SPENT: usize = 64;
/// Of how many phones; those that delivered longest ago are forgotten first.
const SPENT_PHONES: usize = 1_000;

/// Proofs that have brought a delivery. Only proofs with a good signature come here, so nobody but the
/// phone itself pushes its own out. Forgotten (by a restart, too), one brings the same delivery once
/// more, which the book knows already.
#[derive(Debug, Default)]
pub struct Spent(Mutex<VecDeque<(DeviceId, VecDeque<Uuid>)>>);

impl Spent {
    /// Whether this proof comes for the first time; from now on it does not.
    pub fn first(&self, device: DeviceId, proof: Uuid) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|(id, _)| *id == device);
        let (_, mut proofs) =
            at.and_then(|at| all.remove(at)).unwrap_or_else(|| (device, VecDeque::new()));
        let first = !proofs.contains(&proof);
        if first {
            proofs.push_back(proof);
        }
        if proofs.len() > SPENT {
            proofs.pop_front();
        }
        all.push_back((device, proofs));
        if all.len() > SPENT_PHONES {
            all.pop_front();
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_proven_once_and_no_other_phone_makes_room_for_it_again() {
        let spent = Spent::default();
        let (mine, other) = (DeviceId(Uuid::from_u128(1)), DeviceId(Uuid::from_u128(2)));
        let proof = |n: usize| Uuid::from_u128(n as u128);
        assert!(spent.first(mine, proof(0)));
        assert!(!spent.first(mine, proof(0)));
        for n in 0..1_000 {
            assert!(spent.first(other, proof(n)));
        }
        assert!(!spent.first(mine, proof(0)));
        assert!(!spent.first(other, proof(999)));
        for n in 0..2 * SPENT_PHONES {
            spent.first(DeviceId(Uuid::from_u128(10 + n as u128)), proof(0));
        }
        assert_eq!(spent.0.lock().expect("whole").len(), SPENT_PHONES);
        assert!(spent.first(mine, proof(0)), "forgotten");
    }

    #[test]
    fn a_flood_of_codes_is_let_through_one_a_second() {
        let flood = Flood::default();
        let now = Millis(1_000_000);
        assert_eq!((0..1_000).filter(|_| flood.attempt(now).is_none()).count(), 200);
        assert_eq!(flood.attempt(now.plus(400)), Some(600));
        assert_eq!(flood.attempt(now.plus(1_000)), None);
        assert_eq!(flood.attempt(now), Some(1_000), "a clock set back gives nothing");
        flood.forget();
        assert_eq!(flood.attempt(now), None);
        let rested = now.plus(86_400_000);
        assert_eq!((0..1_000).filter(|_| flood.attempt(rested).is_none()).count(), 200);
    }

    #[test]
    fn a_flood_of_made_up_logins_stays_small() {
        let guesses = Guesses::default();
        let now = Millis(0);
        for n in 0..(3 * KEPT as u32) {
            let mut tag = [0; 32];
            tag[..4].copy_from_slice(&n.to_be_bytes());
            assert_eq!(guesses.attempt(tag, now), None);
        }
        assert!(guesses.with(|all| all.len()) <= KEPT);
    }

    #[test]
    fn the_sixth_attempt_in_a_row_locks_and_a_success_forgets() {
        let guesses = Guesses::default();
        let now = Millis(0);
        let tag = [1; 32];
        for _ in 0..6 {
            assert_eq!(guesses.attempt(tag, now), None);
        }
        assert_eq!(guesses.attempt(tag, now), Some(60_000));
        assert_eq!(guesses.wait(&tag, now.plus(60_000)), None);
        guesses.forget(&tag);
        assert_eq!(guesses.attempt(tag, now), None);
    }
}
