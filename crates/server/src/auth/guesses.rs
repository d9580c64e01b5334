//! Attempts that no row of the book counts: unknown logins, and known devices.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use gocua_domain::account::Lockout;
use gocua_domain::time::Millis;

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

#[cfg(test)]
mod tests {
    use super::*;

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
