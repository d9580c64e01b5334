//! What happens to the promises when things break: the program or the database is killed at a bad
//! moment, the disk is full, one phone behaves badly while everybody syncs.
//!
//! The program under test is the real one, in a process of its own; this program plays the phones.
//! `GOCUA_SEED` chooses what they do and when something breaks, `GOCUA_KILLS`, `GOCUA_PHONES`,
//! `GOCUA_EVENING` and `GOCUA_FULL` how much of it (`scripts/soak.sh` sets them). Without them it is the small measure of
//! `make test`.

mod audit;
mod book;
mod crowd;
mod fair;
mod full;
mod kills;
mod program;

use std::str::FromStr;
use std::time::Instant;

/// A number the environment may set.
fn setting<T: FromStr>(name: &str, otherwise: T) -> T {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")),
        Err(_) => otherwise,
    }
}

/// Where all chance begins.
fn seed() -> u64 {
    setting("GOCUA_SEED", 2026)
}

/// The clock of reports and patience.
#[expect(clippy::disallowed_methods, reason = "shows how long something took; decides nothing")]
fn tick() -> Instant {
    Instant::now()
}
