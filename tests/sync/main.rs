//! Simulated campaigns: phones that lose power, networks that lose and repeat, servers that die in
//! the middle of a write, clocks that lie, residents who change their minds, work in other people's
//! pockets, phones that are shut out, and a desk that changes the ward meanwhile. Everything is
//! thrown from one seed; after each step and at the end the book and the phones are held against
//! the rules of `oracle.rs` and `census.rs`.
//!
//! - `GOCUA_SEED=n` runs that seed alone and prints its story; `GOCUA_STEPS=k` stops after k steps.
//! - `GOCUA_SCHEDULES=n` runs n seeds, a tenth of them on PostgreSQL, instead of 192 on SQLite and 48
//!   on PostgreSQL.
//! - `GOCUA_FIRST_SEED=n` begins there.

mod acts;
mod bed;
mod census;
mod dice;
mod oracle;
mod phone;
mod server;
mod sim;
mod world;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicI64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use gocua_store::Engine;
use gocua_tests::START;

use bed::Bed;
use server::Program;
use sim::{Broken, Sabotage, Sim, Stats};

/// Schedules of an ordinary run: the same rules decide on both databases, and PostgreSQL takes ten
/// times as long over them.
const fn schedules(engine: Engine) -> u64 {
    match engine {
        Engine::Sqlite => 192,
        Engine::Postgres => 48,
    }
}
/// Broken seeds after which a test looks no further.
const ENOUGH: usize = 5;
/// Tests they are dealt to, on each database, so that they run side by side.
const PARTS: u64 = 4;

/// What all schedules of this process went through, and how many parts are done.
static TOTAL: Mutex<(Option<Stats>, u64)> = Mutex::new((None, 0));

#[expect(clippy::disallowed_methods, reason = "how long a soak takes is part of its report")]
fn tick() -> Instant {
    Instant::now()
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, not {text:?}")))
}

/// One test's database and program, for many schedules.
struct Stand {
    engine: Engine,
    bed: Bed,
    program: Program,
    clock: Arc<AtomicI64>,
}

/// What became of one schedule.
struct Ran {
    stats: Stats,
    log: Vec<String>,
    broken: Option<Broken>,
    sabotaged: bool,
}

impl Stand {
    fn new(engine: Engine) -> Self {
        let clock = Arc::new(AtomicI64::new(START.0));
        let accounts = (0..=world::VOLUNTEERS).map(world::account).collect();
        let program = Program::new(Arc::clone(&clock), accounts);
        Self { engine, bed: Bed::make(engine), program, clock }
    }

    fn run(&mut self, seed: u64, steps: usize, sabotage: Sabotage) -> Ran {
        let mut sim = Sim::new(&mut self.bed, &mut self.program, &self.clock, seed, sabotage);
        // A fault of the harness or a panic in the server is told with its seed like any other.
        let run = catch_unwind(AssertUnwindSafe(|| sim.run(steps)));
        let broken = match run {
            Ok(Ok(())) => None,
            Ok(Err(broken)) => Some(broken),
            Err(panic) => Some(Broken { rule: "panic", what: words(&*panic), step: sim.step }),
        };
        let ran = Ran {
            stats: std::mem::take(&mut sim.stats),
            log: std::mem::take(&mut sim.log),
            sabotaged: sim.sabotaged,
            broken,
        };
        sim.end();
        ran
    }

    /// Runs a seed; a rule that breaks is told with everything needed to see it again.
    fn hold(&mut self, seed: u64) -> Result<Stats, String> {
        let steps = number("GOCUA_STEPS").map_or_else(|| Sim::steps_of(seed), |n| n as usize);
        let ran = self.run(seed, steps, Sabotage::Nothing);
        if number("GOCUA_SEED").is_some() {
            println!("{}", ran.log.join("\n"));
        }
        let Some(broken) = ran.broken else { return Ok(ran.stats) };
        let (steps, broken) = self.shortest(seed, steps.min(broken.step), broken);
        let test = match self.engine {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
        };
        Err(format!(
            "seed {seed} breaks {}: {}\nat step {} of {steps}. To see it again:\n  \
             GOCUA_SEED={seed} GOCUA_STEPS={steps} scripts/with-postgres.sh cargo test -p gocua-tests \
             --test sync {test}::part_0 -- --nocapture",
            broken.rule, broken.what, broken.step
        ))
    }

    /// The fewest steps after which the same rule breaks.
    fn shortest(&mut self, seed: u64, most: usize, first: Broken) -> (usize, Broken) {
        let (mut low, mut high, mut found) = (0, most, first);
        while low < high {
            let half = low.midpoint(high);
            match self.run(seed, half, Sabotage::Nothing).broken {
                Some(broken) if broken.rule == found.rule => (high, found) = (half, broken),
                _ => low = half + 1,
            }
        }
        (high, found)
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default()
}

/// A share of the schedules.
fn part(engine: Engine, part: u64) {
    if let Some(seed) = number("GOCUA_SEED") {
        if part == 0
            && let Err(broken) = Stand::new(engine).hold(seed)
        {
            panic!("{broken}");
        }
        return;
    }
    let ordinary = schedules(engine);
    let schedules = number("GOCUA_SCHEDULES").map_or(ordinary, |n| match engine {
        Engine::Sqlite => n - n / 10,
        Engine::Postgres => n / 10,
    });
    let first = number("GOCUA_FIRST_SEED").unwrap_or(1);
    let began = tick();
    let mut stand = Stand::new(engine);
    let mut stats = Stats::default();
    let mut broken = Vec::new();
    for seed in (0..schedules).filter(|n| n % PARTS == part) {
        match stand.hold(first + seed) {
            Ok(one) => stats.add(&one),
            Err(one) => broken.push(one),
        }
        if broken.len() >= ENOUGH {
            break;
        }
        if schedules > ordinary && stats.schedules.is_multiple_of(100) {
            println!(
                "{engine:?} part {part}: {} schedules, {} operations, {} s",
                stats.schedules,
                stats.ops,
                began.elapsed().as_secs()
            );
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
    assert!(stats.ops > 0 || schedules < PARTS, "schedules without work prove nothing");
    report(&format!("{engine:?} part {part}"), &stats, began);
    let mut total = TOTAL.lock().unwrap_or_else(PoisonError::into_inner);
    total.0.get_or_insert_default().add(&stats);
    total.1 += 1;
    if total.1 == 2 * PARTS
        && let Some(all) = &total.0
    {
        report("all", all, began);
    }
}

/// What was gone through. A schedule that loses, doubles or parts from the others ends the run, so
/// these three are zero wherever this is printed.
fn report(what: &str, stats: &Stats, began: Instant) {
    let counts: Vec<String> = stats.counts.iter().map(|(k, n)| format!("{k} {n}")).collect();
    println!(
        "{what}: {} schedules, {} steps, {} operations, {} requests; lost 0, doubled 0, divergent 0; \
         {:.1} s\n  {}",
        stats.schedules,
        stats.steps,
        stats.ops,
        stats.requests,
        began.elapsed().as_secs_f64(),
        counts.join(", ")
    );
}

/// What is broken on purpose is found, under the rule it breaks.
fn caught(engine: Engine, sabotage: Sabotage, rules: &[&str]) {
    let mut stand = Stand::new(engine);
    let mut chances = 0;
    for seed in 1..=40 {
        let ran = stand.run(seed, Sim::steps_of(seed).max(80), sabotage);
        chances += u32::from(ran.sabotaged);
        if let Some(broken) = ran.broken {
            assert!(ran.sabotaged, "seed {seed} fails without the sabotage: {broken:?}");
            assert!(rules.contains(&broken.rule), "{sabotage:?} is found under {broken:?}");
            return;
        }
    }
    panic!("{sabotage:?} stays unseen in 40 schedules, {chances} of them sabotaged");
}

macro_rules! on {
    ($($name:ident $engine:ident)+) => {$(
        mod $name {
            use super::*;

            #[test]
            fn part_0() {
                part(Engine::$engine, 0);
            }

            #[test]
            fn part_1() {
                part(Engine::$engine, 1);
            }

            #[test]
            fn part_2() {
                part(Engine::$engine, 2);
            }

            #[test]
            fn part_3() {
                part(Engine::$engine, 3);
            }
        }
    )+};
}

on! { sqlite Sqlite postgres Postgres }

macro_rules! controls {
    ($($name:ident $sabotage:ident $rules:expr;)+) => {
        /// The oracle must see what is broken on purpose, or its silence means nothing.
        mod controls {
            use super::*;

            $(#[test]
            fn $name() {
                caught(Engine::Sqlite, Sabotage::$sabotage, &$rules);
            })+
        }
    };
}

controls! {
    a_phone_that_books_what_it_sends PhoneBooksWhatItSends ["I1", "I5"];
    a_phone_that_forgets_when_killed PhoneForgetsOnKill ["I1"];
    a_phone_that_keeps_what_was_taken_back PhoneKeepsRevoked ["I7"];
    a_server_that_answers_first ServerAnswersFirst ["I2", "I5"];
    a_server_that_forgets_ids ServerForgetsIds ["I1", "I2", "I5", "I10"];
    a_server_that_loses_a_visit ServerLosesAVisit ["I2", "I5"];
    a_server_that_skips_doors ServerSkipsDoors ["I4", "I11"];
    a_server_that_repeats_a_number ServerRepeatsANumber ["I6"];
    a_server_that_miscounts ServerMiscounts ["I3"];
    a_phone_that_waits_for_ever PhoneWaitsForEver ["I8"];
    a_server_that_takes_the_last_edit ServerTakesTheLastEdit ["I9"];
    a_phone_that_keeps_the_withdrawn PhoneKeepsTheWithdrawn ["I11"];
    a_server_that_remembers_the_withdrawn ServerRemembersTheWithdrawn ["I11"];
    a_server_that_loses_a_rung ServerLosesARung ["I11"];
    a_server_that_shows_anothers_note ServerShowsANote ["I13"];
    a_server_that_counts_a_proposal ServerCountsAProposal ["I12"];
    a_server_that_forgets_a_shift ServerForgetsAShift ["I12"];
    a_carrier_that_throws_away CarrierThrowsAway ["I1"];
    a_phone_that_keeps_all_when_shut_out PhoneKeepsAllWhenShutOut ["I14"];
}
