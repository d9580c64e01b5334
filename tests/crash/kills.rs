//! Killed at a bad moment: the program on both databases, and PostgreSQL under it.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::join_all;
use gocua_store::Engine;
use rand::RngExt;
use tokio::sync::Notify;

use crate::audit;
use crate::book::Book;
use crate::crowd::{self, Delivery, Walker, dice, forged, gather};
use crate::program::{Server, UNBOUNDED};
use crate::{seed, setting, tick};

const PHONES: usize = 6;
const SCALE: f64 = 0.1;
/// Access tokens are renewed when so many kills were made under them: they last fifteen minutes.
const RENEW_EVERY: usize = 20;

/// What the phones and their tormentor tell each other in one round.
#[derive(Default)]
struct Round {
    answers: Cell<usize>,
    refusals: Cell<usize>,
    over: Cell<bool>,
    news: Notify,
}

impl Round {
    fn one_more(&self, of: &Cell<usize>) {
        of.set(of.get() + 1);
        self.news.notify_one();
    }

    /// Waits until there are so many.
    async fn until(&self, of: &Cell<usize>, count: usize) {
        while of.get() < count {
            self.news.notified().await;
        }
    }
}

/// Writes and pushes until the line breaks, or the round is over and everything is answered.
async fn work(walker: &mut Walker, round: &Round) {
    loop {
        if walker.is_idle() {
            if round.over.get() {
                return;
            }
            let count = walker.roll(1..20);
            walker.write(count);
        }
        let delivery = match walker.roll(0..8) {
            0 => walker.deliver_out_of_order().await,
            _ => walker.deliver().await,
        };
        match delivery {
            Delivery::Answered => round.one_more(&round.answers),
            Delivery::Later => round.one_more(&round.refusals),
            Delivery::Lost => return,
        }
    }
}

/// What a run of kills came to.
#[derive(Debug, Default)]
struct Tally {
    program: usize,
    starting: usize,
    database: usize,
}

struct Run {
    book: Book,
    server: Option<Server>,
    walkers: Vec<Walker>,
    tally: Tally,
}

impl Run {
    async fn begin(engine: Engine) -> Self {
        let book = Book::make(engine, SCALE).await;
        let server = Server::start(&book, &UNBOUNDED);
        let walkers = gather(&server.url, &book.ward, PHONES, seed()).await;
        Self { book, server: Some(server), walkers, tally: Tally::default() }
    }

    /// The program is killed while the phones push.
    async fn kill_program(&mut self, answers: usize, delay: Duration) {
        let round = Round::default();
        let mut server = self.server.take().expect("a server");
        let kill = async {
            round.until(&round.answers, answers).await;
            tokio::time::sleep(delay).await;
            server.kill();
        };
        let walks = join_all(self.walkers.iter_mut().map(|walker| work(walker, &round)));
        tokio::join!(kill, walks);
        self.tally.program += 1;
    }

    /// PostgreSQL is killed while the phones push, and comes back; the program stays.
    async fn kill_database(&mut self, answers: usize, delay: Duration) {
        let round = Round::default();
        let (cluster, phones) = (self.book.cluster(), self.walkers.len());
        let kill = async {
            round.until(&round.answers, answers).await;
            tokio::time::sleep(delay).await;
            cluster.kill();
            let told = round.refusals.get();
            round.until(&round.refusals, told + phones).await;
            cluster.start();
            let answered = round.answers.get();
            round.until(&round.answers, answered + phones).await;
            round.over.set(true);
        };
        let walks = join_all(self.walkers.iter_mut().map(|walker| work(walker, &round)));
        tokio::join!(kill, walks);
        assert!(self.walkers.iter().all(Walker::is_idle), "the program outlives its database");
        self.tally.database += 1;
    }

    /// The program is killed while it starts.
    async fn kill_start(&mut self, delay: Duration) {
        let mut child = Server::spawn(&self.book, &UNBOUNDED);
        tokio::time::sleep(delay).await;
        child.kill().expect("is killed");
        child.wait().expect("is gone");
        self.tally.starting += 1;
    }

    /// Starts the program if it is gone.
    fn start(&mut self) {
        if self.server.is_none() {
            let server = Server::start(&self.book, &UNBOUNDED);
            self.walkers.iter_mut().for_each(|walker| walker.moves_to(&server.url));
            self.server = Some(server);
        }
    }

    async fn look(&mut self) -> Vec<String> {
        audit::look(&self.book, &mut self.walkers).await
    }

    async fn renew(&mut self) {
        for walker in &mut self.walkers {
            let answer = walker.phone.refresh().await;
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
    }
}

async fn kill_again_and_again(engine: Engine, kills: usize) {
    let began = tick();
    let mut chance = dice(seed(), u64::MAX);
    let mut run = Run::begin(engine).await;
    for kill in 0..kills {
        let answers = chance.random_range(1..4 * PHONES);
        let delay = Duration::from_micros(chance.random_range(0..20_000));
        if engine == Engine::Postgres && kill % 2 == 1 {
            run.kill_database(answers, delay).await;
        } else {
            run.kill_program(answers, delay).await;
            if kill % 4 == 2 {
                run.kill_start(Duration::from_micros(chance.random_range(0..200_000))).await;
            }
        }
        run.start();
        let faults = run.look().await;
        let log = || Server::log(&run.book);
        assert!(faults.is_empty(), "after kill {kill}, seed {}: {faults:#?}\n{}", seed(), log());
        if kill % RENEW_EVERY == RENEW_EVERY - 1 {
            run.renew().await;
        }
    }
    let again: Vec<Vec<String>> =
        join_all(run.walkers.iter_mut().map(Walker::hold_to_all_promises)).await;
    let broken: Vec<_> = again.into_iter().flatten().collect();
    assert!(broken.is_empty(), "{broken:#?}");
    run.server.take().expect("a server").stop(&run.book);
    let sum = |of: fn(&Walker) -> usize| run.walkers.iter().map(of).sum::<usize>();
    println!(
        "| {engine:?} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} s |",
        seed(),
        run.tally.program,
        run.tally.starting,
        run.tally.database,
        sum(Walker::wrote),
        sum(|w| w.receipts.len()),
        sum(|w| w.recovered),
        sum(|w| w.later),
        began.elapsed().as_secs_f64(),
    );
    assert!(sum(|w| w.receipts.len()) > kills * PHONES, "the phones did push");
}

#[actix_web::test]
async fn no_promise_is_broken_by_a_kill_sqlite() {
    kill_again_and_again(Engine::Sqlite, setting("GOCUA_KILLS", 8)).await;
}

#[actix_web::test]
async fn no_promise_is_broken_by_a_kill_postgres() {
    kill_again_and_again(Engine::Postgres, setting("GOCUA_KILLS", 4)).await;
}

/// The control: what must be found is found.
async fn what_must_be_found_is_found(engine: Engine) {
    let mut run = Run::begin(engine).await;
    for walker in &mut run.walkers {
        walker.knock_at(5);
    }
    assert_eq!(run.look().await, Vec::<String>::new(), "a sound book");

    // A receipt that no server gave, for an operation that was never sent.
    let forger = &mut run.walkers[0];
    forger.knock_at(1);
    let never_sent = forger.unanswered().expect("one");
    forger.keep(never_sent, forged());
    let faults = run.look().await;
    assert!(faults.iter().any(|f| f.contains(&never_sent.to_string())), "{faults:#?}");

    let some = |of: &str| format!("(SELECT min({of}) FROM visit)");
    let spoilt = [
        (
            "operations without their visit",
            format!("DELETE FROM visit WHERE seq = {}", some("seq")),
        ),
        ("visits without their operation", format!("DELETE FROM op WHERE seq = {}", some("seq"))),
        ("numbers beyond the ward's", "UPDATE ward SET seq = 1".to_owned()),
        (
            "numbers given twice",
            "UPDATE op SET seq = (SELECT max(seq) FROM visit) WHERE seq = \
             (SELECT min(seq) FROM op WHERE outcome = 'applied')"
                .to_owned(),
        ),
        (
            "undos more or fewer than visits taken back",
            format!("UPDATE visit SET withdrawn_at = 1 WHERE seq = {}", some("seq")),
        ),
    ];
    for (what, sql) in spoilt {
        run.book.spoil(&sql).await;
        let faults = audit::faults(&run.book).await;
        assert!(faults.iter().any(|f| f.starts_with(what)), "{what}: {faults:#?}");
    }
    let drifts = audit::faults(&run.book).await;
    assert!(drifts.iter().any(|f| f.contains("Drift")), "the recount differs: {drifts:#?}");
    let gone = crowd::reads(&run.walkers[0].phone).await;
    assert!(gone, "reading goes on");
}

#[actix_web::test]
async fn what_must_be_found_is_found_sqlite() {
    what_must_be_found_is_found(Engine::Sqlite).await;
}

#[actix_web::test]
async fn what_must_be_found_is_found_postgres() {
    what_must_be_found_is_found(Engine::Postgres).await;
}
