//! `make bench`: figures of this machine, printed as a report in Markdown.
//!
//! The program under test is the shipped one, in a process of its own, over SQLite on a disk and
//! over PostgreSQL; this program plays the phones and the desk on the same machine. Engines, loads
//! and the raw databases take turns, so that whatever else runs disturbs all alike; what else ran is
//! in the report. Everything stays on the loopback and is bounded in count.

mod book;
mod figures;
mod machine;
mod phones;
mod public;
mod raw;
mod reads;
mod server;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use gocua_demo::DemoWard;
use gocua_domain::time::Millis;
use gocua_server::app::Clock;
use gocua_store::Engine;
use gocua_tests::Phone;
use reqwest::header;
use serde_json::{Value, json};

use book::{Shelf, WARD};
use figures::{Figures, Table, whole};
use machine::{Ours, tick};
use phones::{Crew, Load, sign_in};
use reads::{Asked, ask, ask_with};
use server::{Server, command};

/// How much is measured.
struct Plan {
    rounds: usize,
    scale: f64,
    /// Divides the pushes and calls of each measurement.
    share: usize,
    million: usize,
    parts: Vec<String>,
}

impl Plan {
    fn of_command_line() -> Self {
        let mut plan = Self {
            rounds: 5,
            scale: 1.0,
            share: 1,
            million: 1_000_000,
            parts: ["push", "desk", "start", "public"].map(str::to_owned).to_vec(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let mut next = || words.next().expect("a value");
            match word.as_str() {
                "--rounds" => plan.rounds = next().parse().expect("a number of rounds"),
                "--only" => plan.parts = next().split(',').map(str::to_owned).collect(),
                // To try this program out: the figures say nothing.
                "--small" => {
                    (plan.rounds, plan.scale, plan.share, plan.million) = (2, 0.7, 4, 20_000);
                }
                // What `cargo bench` adds.
                "--bench" => {}
                other => {
                    panic!(
                        "unknown option {other}: --rounds N, --only push,desk,start,public, --small"
                    )
                }
            }
        }
        plan
    }

    fn has(&self, part: &str) -> bool {
        self.parts.iter().any(|p| p == part)
    }

    fn times(&self, count: usize) -> usize {
        (count / self.share).max(2)
    }

    /// Phones × visits a push × pushes of each.
    fn loads(&self) -> Vec<Load> {
        let all = [
            (1, 1, 100),
            (8, 1, 50),
            (32, 1, 30),
            (1, 50, 10),
            (8, 50, 10),
            (32, 50, 3),
            (1, 100, 5),
            (8, 100, 5),
            (32, 100, 2),
        ];
        all.map(|(phones, batch, pushes)| Load { phones, batch, pushes: self.times(pushes) })
            .to_vec()
    }
}

/// The load the raw databases are compared with.
const COMPARED: (usize, usize) = (8, 50);

/// Everything measured on one engine.
#[derive(Default)]
struct Results {
    rate: HashMap<Load, Figures>,
    latency: HashMap<Load, Figures>,
    cpu: HashMap<Load, Figures>,
    cpu_server: HashMap<Load, Figures>,
    raw: Figures,
    ratio: Figures,
    replay: Figures,
    pulls: HashMap<&'static str, Asked>,
    rss_idle: Figures,
    rss_signed_in: Figures,
    rss_loaded: Figures,
    rss_peak: Figures,
    foreign: Figures,
    phones_cpu: Figures,
    visit_bytes: Figures,
}

struct Bench {
    plan: Plan,
    ward: DemoWard,
    now: Millis,
    program: PathBuf,
    dir: PathBuf,
}

/// Visits the measurement of pulls writes.
const PULLS_PUSHED: usize = 150;
const PULLS: [(&str, &str); 6] = [
    ("first pull, identity", "identity"),
    ("first pull, gzip", "gzip"),
    ("first pull, brotli", "br"),
    ("nothing new, ward quiet", "gzip"),
    ("nothing new, others wrote", "gzip"),
    ("50 changed doors", "gzip"),
];

#[actix_web::main]
async fn main() {
    let plan = Plan::of_command_line();
    let disk = book::disk();
    let now = Clock::system().now();
    let ward = book::ward(plan.scale, now);
    let bench = Bench { plan, ward, now, program: server::program(), dir: disk.path().to_owned() };
    let cluster = std::env::var("GOCUA_TEST_PG")
        .expect("GOCUA_TEST_PG: run this under scripts/with-postgres.sh, or `make bench`");
    bench.print_head();
    note("the ward, on both engines");
    let mut shelves = Vec::new();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        shelves.push(Shelf::make(engine, &bench.dir, &cluster, &bench.ward, bench.now).await);
    }
    if bench.plan.has("push") {
        bench.push_part(&shelves).await;
    }
    if bench.plan.has("desk") {
        bench.desk_part(&shelves).await;
    }
    if bench.plan.has("start") {
        bench.start_part(&shelves).await;
    }
    if bench.plan.has("public") {
        bench.public_part(&shelves).await;
    }
    println!("Load average at the end: {}", machine::load());
}

/// A line for the person who waits.
fn note(what: &str) {
    eprintln!("  … {what}");
}

fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

fn two(figure: f64) -> String {
    format!("{figure:.2}")
}

fn micros(spent: Duration, visits: usize) -> f64 {
    spent.as_secs_f64() * 1e6 / visits as f64
}

impl Bench {
    fn print_head(&self) {
        println!("# Figures\n");
        println!("Machine: {}", machine::describe());
        println!("Books on: {}", machine::file_system(&self.dir));
        println!("Program: {}", self.program.display());
        println!(
            "Ward: {} households, {} teams, {} visits before; {} rounds",
            self.ward.households.len(),
            self.ward.teams.len(),
            self.ward.visits.len(),
            self.plan.rounds
        );
        println!("Load average at the beginning: {}\n", machine::load());
    }

    /// Pushing, replaying, pulling, and the memory of it.
    async fn push_part(&self, shelves: &[Shelf]) {
        let mut results: Vec<Results> = shelves.iter().map(|_| Results::default()).collect();
        let visits = self.plan.times(40) * 50;
        let batches = raw::batches(&self.ward, 50, visits / 50, self.now);
        for round in 0..self.plan.rounds {
            for (shelf, results) in shelves.iter().zip(&mut results) {
                note(&format!("round {} on {}", round + 1, name(shelf.engine)));
                let raw = visits as f64 / raw::write(shelf, &batches).await.as_secs_f64();
                self.push_round(shelf, round, raw, results).await;
            }
        }
        for (shelf, results) in shelves.iter().zip(&results) {
            self.print_push(shelf.engine, results);
        }
        for (shelf, results) in shelves.iter().zip(&results) {
            print_pulls(shelf.engine, results);
        }
        print_memory(shelves, &results);
    }

    async fn push_round(&self, shelf: &Shelf, round: usize, raw: f64, to: &mut Results) {
        let book = shelf.copy().await;
        let size_before = shelf.size(&book).await;
        let server = Server::start(&self.program, &shelf.url(&book), &self.dir);
        to.rss_idle.add(machine::memory(server.pid()).0);
        let ours = Ours { server: Some(server.pid()), cluster: shelf.postmaster().await };
        self.pulls(&server, to).await;
        let mut crew = Crew::gather(&server.url, &self.ward, 32).await;
        to.rss_signed_in.add(machine::memory(server.pid()).0);

        let mut loads = self.plan.loads();
        // Another order each round: the book grows, and what runs beside us comes and goes.
        let places = loads.len();
        loads.rotate_left(round * 2 % places);
        let mut pushed = PULLS_PUSHED;
        for load in loads {
            let done = crew.push(load, ours).await;
            pushed += load.visits();
            let rate = load.visits() as f64 / done.spent.wall.as_secs_f64();
            to.rate.entry(load).or_default().add(rate);
            to.latency.entry(load).or_default().extend(&done.latency);
            let server = micros(done.spent.server, load.visits());
            to.cpu_server.entry(load).or_default().add(server);
            let cluster = micros(done.spent.cluster, load.visits());
            to.cpu.entry(load).or_default().add(server + cluster);
            to.phones_cpu.add(micros(done.spent.phones, load.visits()));
            to.foreign.add(done.spent.foreign());
            if (load.phones, load.batch) == COMPARED {
                to.raw.add(raw);
                to.ratio.add(rate / raw);
            }
        }
        // 500 visits of an afternoon without a network: five pushes of a hundred, one after another.
        let afternoon = Load { phones: 1, batch: 100, pushes: 5 };
        let done = crew.push(afternoon, ours).await;
        pushed += afternoon.visits();
        to.replay.add(done.spent.wall.as_secs_f64() * 1e3);
        let (resident, peak) = machine::memory(server.pid());
        to.rss_loaded.add(resident);
        to.rss_peak.add(peak);
        drop(server);

        let store = shelf.open(&book).await;
        let report = store.verify(WARD).await.expect("verifies");
        assert!(report.drifts.is_empty(), "{:?}", report.drifts.first());
        assert_eq!(report.visits, self.ward.visits.len() + pushed, "nothing lost, nothing twice");
        drop(store);
        let grown = shelf.size(&book).await - size_before;
        to.visit_bytes.add(grown * 1e6 / pushed as f64);
        shelf.remove(&book).await;
    }

    async fn pulls(&self, server: &Server, to: &mut Results) {
        const PULL: &str = "/api/v1/sync/pull";
        let phone = sign_in(&server.url, "tnv1").await;
        let mut others = Crew::gather(&server.url, &self.ward, 1).await;
        let mut own = Crew::home(&server.url, &self.ward).await;
        let times = self.plan.times(10);
        for (what, packing) in PULLS.into_iter().take(3) {
            to.pulls.entry(what).or_default().again(times, &phone, PULL, packing).await;
        }
        let path = at_cursor(&phone).await;
        let quiet = to.pulls.entry("nothing new, ward quiet").or_default();
        quiet.again(times * 2, &phone, &path, "gzip").await;
        others.push(Load { phones: 1, batch: 50, pushes: 2 }, Ours::default()).await;
        let wrote = to.pulls.entry("nothing new, others wrote").or_default();
        wrote.again(times * 2, &phone, &path, "gzip").await;
        own.push(Load { phones: 1, batch: 50, pushes: 1 }, Ours::default()).await;
        let changed = to.pulls.entry("50 changed doors").or_default();
        changed.again(times, &phone, &path, "gzip").await;
    }

    fn print_push(&self, engine: Engine, results: &Results) {
        println!("## Visits into the book, {}\n", name(engine));
        let mut table = Table::new(&[
            "phones",
            "visits a push",
            "visits/s, median (least..most)",
            "push p50 ms",
            "p99 ms",
            "CPU µs a visit",
            "of it the server's",
        ]);
        for load in self.plan.loads() {
            let (rate, latency) = (&results.rate[&load], &results.latency[&load]);
            table.row(&[
                load.phones.to_string(),
                load.batch.to_string(),
                format!("{} ({})", whole(rate.median()), rate.span()),
                two(latency.median()),
                two(latency.p99()),
                whole(results.cpu[&load].median()),
                whole(results.cpu_server[&load].median()),
            ]);
        }
        println!("{}", table.text());
        println!(
            "The database alone, the same rows in batches of 50 on one connection: {} visits/s \
             ({}); 8 phones in batches of 50 through everything reach {} of it. The phones of this \
             program took {} µs a visit beside it; everybody else {} % of the machine ({}).\n\n\
             500 visits of one phone, five pushes of a hundred: {} ms ({}).\n",
            whole(results.raw.median()),
            results.raw.span(),
            two(results.ratio.median()),
            whole(results.phones_cpu.median()),
            whole(results.foreign.median()),
            results.foreign.span(),
            whole(results.replay.median()),
            results.replay.span(),
        );
    }
}

async fn at_cursor(phone: &Phone) -> String {
    let cursor = phone.pull(None).await.json()["cursor"].as_str().expect("a cursor").to_owned();
    format!("/api/v1/sync/pull?cursor={cursor}")
}

fn print_pulls(engine: Engine, results: &Results) {
    println!("## Pulls, {}\n", name(engine));
    let mut table = Table::new(&["what", "body bytes", "p50 ms", "p99 ms"]);
    for (what, _) in PULLS {
        let asked = &results.pulls[what];
        let bytes = whole(asked.bytes as f64);
        table.row(&[what.to_owned(), bytes, two(asked.ms.median()), two(asked.ms.p99())]);
    }
    println!("{}", table.text());
}

fn print_memory(shelves: &[Shelf], results: &[Results]) {
    println!("## Memory of the server and bytes on disk, medians\n");
    let mut table = Table::new(&[
        "engine",
        "idle MB",
        "32 signed in MB",
        "after the load MB",
        "most MB",
        "bytes a visit",
    ]);
    for (shelf, r) in shelves.iter().zip(results) {
        table.row(&[
            name(shelf.engine).to_owned(),
            whole(r.rss_idle.median()),
            whole(r.rss_signed_in.median()),
            whole(r.rss_loaded.median()),
            whole(r.rss_peak.median()),
            whole(r.visit_bytes.median()),
        ]);
    }
    println!("{}", table.text());
}

const COVERAGE: [(&str, &str); 4] = [
    ("JSON", "/api/v1/coverage"),
    ("board", "/api/v1/board"),
    ("GeoJSON", "/api/v1/coverage?format=geojson"),
    ("trend", "/api/v1/coverage/trend"),
];

/// What the desk's other rooms read when they are entered.
const ROOMS: [(&str, &str); 7] = [
    ("groups", "/api/v1/groups"),
    ("outlines", "/api/v1/ground"),
    ("indicators", "/api/v1/indicators"),
    ("ledger", "/api/v1/register/ledger?from=20260101&to=20261231"),
    ("doubles", "/api/v1/register/doubles"),
    ("turf", "/api/v1/turf"),
    ("teams", "/api/v1/roster"),
];

/// What they ask with a body.
fn questions() -> [(&'static str, &'static str, Value); 3] {
    [
        ("households, first page", "/api/v1/households/list", json!({})),
        ("households, by name", "/api/v1/households/list", json!({ "q": "nguyen thi" })),
        ("proposed turfs", "/api/v1/assignments/proposal", json!({ "scope": "balance" })),
    ]
}

/// A book of one size under a server, with a desk and a volunteer.
struct Desk {
    server: Server,
    book: String,
    desk: Phone,
    crew: Crew,
    visits: usize,
    asked: HashMap<String, Asked>,
}

impl Bench {
    /// Coverage over a small and a large book, and the proof of the large one.
    async fn desk_part(&self, shelves: &[Shelf]) {
        for shelf in shelves {
            note(&format!("a book of {} visits on {}", self.plan.million, name(shelf.engine)));
            let large = shelf.copy().await;
            shelf.grow(&large, self.plan.million).await;
            self.verify(shelf, &large).await;
            let mut desks = Vec::new();
            for book in [shelf.copy().await, large] {
                desks.push(self.desk(shelf, book).await);
            }
            for round in 0..self.plan.rounds {
                note(&format!("desk, round {} on {}", round + 1, name(shelf.engine)));
                for desk in &mut desks {
                    self.desk_round(desk).await;
                    self.rooms_round(desk).await;
                }
            }
            print_desks(shelf.engine, &desks);
            for desk in desks {
                drop(desk.server);
                shelf.remove(&desk.book).await;
            }
        }
    }

    /// The public page under many browsers.
    async fn public_part(&self, shelves: &[Shelf]) {
        println!("## Who was sent: the public page\n");
        let mut table = Table::new(&[
            "engine",
            "browsers",
            "answers/s, median (least..most)",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "CPU µs an answer, server and database",
            "everybody else %",
        ]);
        for shelf in shelves {
            let book = shelf.copy().await;
            let server = Server::start(&self.program, &shelf.url(&book), &self.dir);
            let ours = Ours { server: Some(server.pid()), cluster: shelf.postmaster().await };
            let desk = sign_in(&server.url, "canbo1").await;
            let questions = public::questions(&desk, Clock::system().now()).await;
            for browsers in [1, 8, 32] {
                let times = self.plan.times(4_000 / browsers);
                let mut rate = Figures::default();
                let (mut latency, mut cpu, mut foreign) = Default::default();
                for round in 0..self.plan.rounds {
                    note(&format!(
                        "public, {browsers} browsers, round {} on {}",
                        round + 1,
                        name(shelf.engine)
                    ));
                    let done = public::ask(&server.url, &questions, browsers, times, ours).await;
                    assert!(done.bytes < 20 * 1024, "{} bytes", done.bytes);
                    rate.add((browsers * times) as f64 / done.spent.wall.as_secs_f64());
                    Figures::extend(&mut latency, &done.latency);
                    let spent = done.spent.server + done.spent.cluster;
                    Figures::add(&mut cpu, micros(spent, browsers * times));
                    Figures::add(&mut foreign, done.spent.foreign());
                }
                table.row(&[
                    name(shelf.engine).to_owned(),
                    browsers.to_string(),
                    format!("{} ({})", whole(rate.median()), rate.span()),
                    two(latency.median()),
                    two(latency.at(0.95)),
                    two(latency.p99()),
                    whole(cpu.median()),
                    foreign.span(),
                ]);
            }
            drop(server);
            shelf.remove(&book).await;
        }
        println!("{}", table.text());
    }

    async fn desk(&self, shelf: &Shelf, book: String) -> Desk {
        let server = Server::start(&self.program, &shelf.url(&book), &self.dir);
        let desk = sign_in(&server.url, "canbo1").await;
        let crew = Crew::gather(&server.url, &self.ward, 1).await;
        let (answer, _) = ask(&desk, "/api/v1/coverage", "identity", None).await;
        let visits = answer.json()["total"]["visits"].as_u64().unwrap_or(0) as usize;
        Desk { server, book, desk, crew, visits, asked: HashMap::new() }
    }

    async fn desk_round(&self, desk: &mut Desk) {
        let one = Load { phones: 1, batch: 1, pushes: 1 };
        let times = self.plan.times(20);
        for (what, path) in COVERAGE {
            for _ in 0..times {
                // Every visit makes the kept answer stale.
                desk.crew.push(one, Ours::default()).await;
                let changed = desk.asked.entry(format!("{what}, after a visit")).or_default();
                changed.again(1, &desk.desk, path, "identity").await;
            }
            let kept = desk.asked.entry(format!("{what}, unchanged")).or_default();
            kept.again(times, &desk.desk, path, "identity").await;
            let packed = desk.asked.entry(format!("{what}, unchanged, brotli")).or_default();
            packed.again(times, &desk.desk, path, "br").await;
            if what == "trend" {
                continue;
            }
            let (answer, _) = ask(&desk.desk, path, "identity", None).await;
            let tag = answer.header("etag").to_owned();
            let known = desk.asked.entry(format!("{what}, 304")).or_default();
            for _ in 0..times {
                let (answer, ms) = ask(&desk.desk, path, "identity", Some(&tag)).await;
                assert_eq!(answer.status, 304, "{}", header::IF_NONE_MATCH);
                known.ms.add(ms);
                known.bytes = answer.body.len();
            }
        }
    }

    /// The other rooms after a visit each, and a group's doors on the map.
    async fn rooms_round(&self, desk: &mut Desk) {
        let one = Load { phones: 1, batch: 1, pushes: 1 };
        let (groups, _) = ask(&desk.desk, "/api/v1/groups", "identity", None).await;
        let group = groups.json()["groups"][0]["id"].as_str().expect("a group").to_owned();
        let doors = ("doors of a group", format!("/api/v1/groups/{group}/doors"));
        let rooms = ROOMS.map(|(what, path)| (what, path.to_owned()));
        for (what, path) in rooms.into_iter().chain([doors]) {
            for _ in 0..self.plan.times(10) {
                desk.crew.push(one, Ours::default()).await;
                let asked = desk.asked.entry(what.to_owned()).or_default();
                asked.again(1, &desk.desk, &path, "identity").await;
            }
        }
        for (what, path, body) in questions() {
            let asked = desk.asked.entry(what.to_owned()).or_default();
            for _ in 0..self.plan.times(10) {
                let (bytes, ms) = ask_with(&desk.desk, path, &body).await;
                asked.ms.add(ms);
                asked.bytes = bytes;
            }
        }
    }

    /// `gocua verify` over a book, as an operator runs it.
    async fn verify(&self, shelf: &Shelf, book: &str) {
        let (mut seconds, mut cpu, mut most) = (Figures::default(), Figures::default(), 0.0_f64);
        let mut said = String::new();
        for _ in 0..self.plan.rounds.min(3) {
            let began = tick();
            let mut child = command(&self.program, &shelf.url(book), &self.dir)
                .args(["verify", "--ward", WARD])
                .stdout(Stdio::piped())
                .spawn()
                .expect("the program starts");
            let mut spent = Duration::ZERO;
            while child.try_wait().expect("runs").is_none() {
                let (_, peak) = machine::memory(child.id());
                // A process that has ended but was not waited for shows neither.
                most = if peak.is_nan() { most } else { most.max(peak) };
                spent = spent.max(machine::cpu(child.id()));
                std::thread::sleep(Duration::from_millis(5));
            }
            seconds.add(began.elapsed().as_secs_f64());
            cpu.add(spent.as_secs_f64());
            let output = child.wait_with_output().expect("ends");
            said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
            assert!(output.status.success(), "the book verifies: {said}");
        }
        println!(
            "`gocua verify` on {}: {} s (CPU {} s, most memory {} MB): {said}; {} MB on disk\n",
            name(shelf.engine),
            two(seconds.median()),
            two(cpu.median()),
            whole(most),
            whole(shelf.size(book).await),
        );
    }

    /// How soon a server answers.
    async fn start_part(&self, shelves: &[Shelf]) {
        println!("## Start: the program's first answer\n");
        let mut table = Table::new(&["book", "ms, median", "least..most"]);
        for shelf in shelves {
            let empty = shelf.empty().await;
            let full = shelf.copy().await;
            let (mut founds, mut opens) = (Figures::default(), Figures::default());
            for round in 0..self.plan.rounds.max(5) {
                if round < 2 {
                    let server = Server::start(&self.program, &shelf.url(&empty), &self.dir);
                    if round == 0 {
                        founds.add(server.first_answer.as_secs_f64() * 1e3);
                    }
                }
                let server = Server::start(&self.program, &shelf.url(&full), &self.dir);
                opens.add(server.first_answer.as_secs_f64() * 1e3);
            }
            for (what, ms) in [("empty, schema made", founds), ("the ward's", opens)] {
                let what = format!("{}, {what}", name(shelf.engine));
                table.row(&[what, whole(ms.median()), ms.span()]);
            }
            shelf.remove(&empty).await;
            shelf.remove(&full).await;
        }
        println!("{}", table.text());
        let beside = self.program.parent().and_then(Path::parent).unwrap_or(Path::new("target"));
        for profile in ["measure", "quick", "release"] {
            if let Ok(file) = std::fs::metadata(beside.join(profile).join("gocua")) {
                println!(
                    "Size of the program, profile {profile}: {:.1} MB",
                    file.len() as f64 / 1e6
                );
            }
        }
    }
}

fn print_desks(engine: Engine, desks: &[Desk]) {
    let [small, large] = desks else { return };
    println!("## The desk's reading, {}\n", name(engine));
    let (few, many) = (whole(small.visits as f64), whole(large.visits as f64));
    let mut table = Table::new(&[
        "what",
        "body bytes",
        &format!("{few} visits: p50 ms"),
        "p99 ms",
        &format!("{many} visits: p50 ms"),
        "p99 ms",
        "p50 ratio",
    ]);
    let mut kinds: Vec<_> = small.asked.keys().collect();
    kinds.sort();
    for what in kinds {
        let (a, b) = (&small.asked[what], &large.asked[what]);
        table.row(&[
            what.clone(),
            whole(a.bytes as f64),
            two(a.ms.median()),
            two(a.ms.p99()),
            two(b.ms.median()),
            two(b.ms.p99()),
            two(b.ms.median() / a.ms.median()),
        ]);
    }
    println!("{}", table.text());
}
