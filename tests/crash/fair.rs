//! An evening at which everybody syncs, and three phones misbehave: one pulls everything in eight
//! loops at once, one pushes nonsense in the largest batches as fast as it can, one opens lines, sends
//! or reads a byte now and then, and hangs up.

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::{join, join_all};
use gocua_store::{Engine, Fault};
use gocua_tests::Phone;
use gocua_tests::phone::finish;
use rand::RngExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use uuid::Uuid;

use crate::audit;
use crate::book::{Book, WARD, now};
use crate::crowd::{Walker, dice, gather, sign_in};
use crate::program::Server;
use crate::{seed, setting, tick};

/// Knocks each phone brings.
const KNOCKS: usize = 20;
/// Pulls of everything that one phone asks for at once.
const LOOPS: usize = 8;
/// Lines that one phone keeps opening at once.
const LINES: usize = 8;

/// How large the evening is.
struct Evening {
    phones: usize,
    scale: f64,
    /// Arrivals are spread over so many seconds.
    seconds: u64,
    /// A slow phone's time for a byte.
    a_byte: Duration,
}

impl Evening {
    fn of_environment() -> Self {
        let seconds = setting("GOCUA_EVENING", 0);
        Self {
            phones: setting("GOCUA_PHONES", 40),
            scale: if seconds > 0 { 1.0 } else { 0.1 },
            seconds,
            a_byte: Duration::from_millis(if seconds > 0 { 1_000 } else { 20 }),
        }
    }
}

/// What a misbehaving phone was told, by status.
#[derive(Default)]
struct Told {
    taken: Cell<usize>,
    later: Cell<usize>,
    refused: Cell<usize>,
}

impl Told {
    fn note(&self, status: u16) {
        let of = match status {
            200 => &self.taken,
            429 | 503 => &self.later,
            _ => &self.refused,
        };
        of.set(of.get() + 1);
        assert_ne!(status, 500, "the server's fault");
    }
}

/// One ordinary sync: everything out, then what is new in. Answers how long it took and how often it
/// was told to come later.
async fn sync(walker: &mut Walker, cursor: &str, after: Duration) -> (f64, usize) {
    tokio::time::sleep(after).await;
    walker.knock_at(KNOCKS);
    let began = tick();
    assert!(walker.deliver_all().await, "the server answers");
    let mut told = walker.later;
    loop {
        let words = ("X-Gocua-Phone", "v=0.2.0; q=0; f=0");
        let path = format!("/api/v1/sync/pull?cursor={cursor}");
        let pull = finish(walker.phone.request("GET", &path).header(words.0, words.1)).await;
        match pull.status {
            200 => return (began.elapsed().as_secs_f64(), told),
            429 | 503 => {
                told += 1;
                let wait = pull.header("retry-after").parse().expect("how long to wait");
                tokio::time::sleep(Duration::from_secs(wait)).await;
            }
            other => panic!("a pull was answered {other}: {}", pull.text()),
        }
    }
}

/// The cursor after everything was read once, some evening before.
async fn first_pull(phone: &Phone) -> String {
    let mut path = "/api/v1/sync/pull".to_owned();
    loop {
        let pull = phone.get(&path).await;
        if pull.status != 200 {
            assert!([429, 503].contains(&pull.status), "{}", pull.text());
            let wait = pull.header("retry-after").parse().expect("how long to wait");
            tokio::time::sleep(Duration::from_secs(wait)).await;
            continue;
        }
        let page = pull.json();
        let cursor = page["cursor"].as_str().expect("a cursor").to_owned();
        if page["more"] != true {
            return cursor;
        }
        path = format!("/api/v1/sync/pull?cursor={cursor}");
    }
}

/// Pulls everything, as fast as it is let.
async fn glutton(phone: &Phone, over: &Cell<bool>, told: &Told) {
    join_all((0..LOOPS).map(|_| async {
        while !over.get() || told.later.get() == 0 {
            told.note(phone.pull(None).await.status);
        }
    }))
    .await;
}

/// Pushes nonsense: doors of nobody, unknown kinds, texts without end, things that are no operation,
/// and now and then no batch at all.
async fn poisoner(phone: &Phone, over: &Cell<bool>, told: &Told) {
    let mut dice = dice(seed(), 1 << 40);
    let mut batch = 0;
    while !over.get() || told.later.get() == 0 || told.refused.get() == 0 {
        let ops: Vec<Value> = (0..200)
            .map(|n| {
                let id = Uuid::from_u128(dice.random());
                let payload = match n % 4 {
                    0 => json!({"household_id": id, "outcome": "NOT_HOME"}),
                    1 => json!({"household_id": id, "outcome": "x".repeat(500)}),
                    2 => json!([[[[]]]]),
                    _ => json!({"visit_id": id, "why": "other", "record": null}),
                };
                let kind = ["visit.record", "visit.correct", "poison", "visit.withdraw"][n % 4];
                match n % 7 {
                    6 => json!("no operation"),
                    _ => json!({"op_id": id, "device_seq": batch * 1000 + n, "made_at": now(),
                                "kind": kind, "payload": payload}),
                }
            })
            .collect();
        let ops = if batch % 5 == 4 { json!("no list") } else { json!(ops) };
        let push = json!({"device_id": phone.device, "app_version": "0.2.0", "sent_at": now(),
                          "queued": 200, "ops": ops});
        told.note(phone.post("/api/v1/sync/push", &push).await.status);
        batch += 1;
    }
}

/// Opens lines, sends or reads a byte now and then, and hangs up in the middle.
async fn dawdler(
    phone: &Phone,
    url: &str,
    over: &Cell<bool>,
    a_byte: Duration,
    lines: &Cell<usize>,
) {
    let place = url.strip_prefix("http://").expect("plain").parse().expect("an address");
    let access = phone.access.as_deref().expect("signed in");
    join_all((0..LINES).map(|n| async move {
        while !over.get() || lines.get() < LINES {
            let socket = TcpSocket::new_v4().expect("a socket");
            // A narrow line: what is not read stays with the server.
            socket.set_recv_buffer_size(2048).expect("is set");
            let Ok(mut line) = socket.connect(place).await else { continue };
            let (method, path, more) = match n % 2 {
                0 => ("POST", "push", "Content-Type: application/json\r\nContent-Length: 9999\r\n"),
                _ => ("GET", "pull", ""),
            };
            let head = format!(
                "{method} /api/v1/sync/{path} HTTP/1.1\r\nHost: {place}\r\nX-Gocua: 1\r\n\
                 Authorization: Bearer {access}\r\n{more}\r\n"
            );
            let mut alive = line.write_all(head.as_bytes()).await.is_ok();
            for _ in 0..3 {
                tokio::time::sleep(a_byte).await;
                alive = alive
                    && match n % 2 {
                        0 => line.write_all(b"{").await.is_ok(),
                        _ => line.read(&mut [0]).await.is_ok(),
                    };
            }
            drop(line);
            lines.set(lines.get() + 1);
        }
    }))
    .await;
}

fn share(sorted: &[f64], share: f64) -> f64 {
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted[place.saturating_sub(1).min(sorted.len() - 1)]
}

async fn one_phone_does_not_make_the_others_wait(engine: Engine) {
    let evening = Evening::of_environment();
    let book = Book::make(engine, evening.scale).await;
    // As it is shipped: with the bounds of every day.
    let server = Server::start(&book, &[]);
    let mut walkers = gather(&server.url, &book.ward, evening.phones, seed()).await;
    let mut cursors = Vec::new();
    for walker in &walkers {
        cursors.push(first_pull(&walker.phone).await);
    }
    let bad = |n: u64| sign_in(&server.url, "tnv2", seed(), (1 << 50) + n);
    let (greedy, poisonous, slow) = (bad(1).await, bad(2).await, bad(3).await);
    let (full, nonsense, lines) = (Told::default(), Told::default(), Cell::new(0));
    let over = Cell::new(false);

    let mut chance = dice(seed(), 1 << 41);
    let mut arrivals = Vec::new();
    for _ in 0..walkers.len() {
        arrivals.push(Duration::from_millis(chance.random_range(0..=evening.seconds * 1000)));
    }
    let syncs = async {
        let all = walkers.iter_mut().zip(&cursors).zip(arrivals);
        let done = join_all(all.map(|((w, cursor), after)| sync(w, cursor, after))).await;
        over.set(true);
        done
    };
    let misbehave = join_all([
        boxed(glutton(&greedy, &over, &full)),
        boxed(poisoner(&poisonous, &over, &nonsense)),
        boxed(dawdler(&slow, &server.url, &over, evening.a_byte, &lines)),
    ]);
    let (done, _) = join(syncs, misbehave).await;

    // When it stops, what was counted and not yet written goes into the book.
    server.stop(&book);
    let faults = book.open().await.sync_faults(WARD).await.expect("reads");
    let counted = |phone: &Phone, fault| {
        let of = |f: &&gocua_store::FaultCount| f.device.0 == phone.device && f.fault == fault;
        faults.iter().find(of).map_or(0, |f| f.count)
    };
    let put_off = |phone| counted(phone, Fault::TooMany) + counted(phone, Fault::Busy);
    assert_eq!(put_off(&greedy), full.later.get() as i64);
    assert_eq!(put_off(&poisonous), nonsense.later.get() as i64);
    assert!(counted(&greedy, Fault::TooMany) > 0 && counted(&poisonous, Fault::TooMany) > 0);
    assert_eq!(counted(&poisonous, Fault::Malformed), nonsense.refused.get() as i64);
    assert!(counted(&slow, Fault::Aborted) > 0, "{faults:?}");
    let hurried: Vec<_> =
        walkers.iter().filter(|w| counted(&w.phone, Fault::TooMany) > 0).collect();
    assert!(
        hurried.is_empty(),
        "{} ordinary phones were told that they ask too often",
        hurried.len()
    );

    assert!(walkers.iter().all(|w| w.receipts.len() == KNOCKS));
    assert!(walkers.iter().flat_map(|w| w.receipts.values()).all(|receipt| receipt.booked()));
    assert_eq!(audit::applied(&book).await, (walkers.len() * KNOCKS) as i64);
    assert_eq!(audit::faults(&book).await, Vec::<String>::new());

    let mut took: Vec<f64> = done.iter().map(|(seconds, _)| *seconds).collect();
    took.sort_by(f64::total_cmp);
    let later: usize = done.iter().map(|(_, told)| told).sum();
    println!(
        "| {engine:?} | {} | {} | {} s | {:.2} s | {:.2} s | {:.2} s | {later} | {}/{} | {}/{} | {} |",
        seed(),
        walkers.len(),
        evening.seconds,
        share(&took, 0.5),
        share(&took, 0.95),
        share(&took, 1.0),
        full.taken.get(),
        full.later.get(),
        nonsense.taken.get(),
        nonsense.later.get(),
        lines.get(),
    );
    // A figure of a quiet machine: asked for in the soak only.
    if evening.seconds > 0 {
        assert!(share(&took, 0.95) < 3.0, "an ordinary sync takes less than three seconds");
    }
}

fn boxed<'a>(
    it: impl Future<Output = ()> + 'a,
) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>> {
    Box::pin(it)
}

#[actix_web::test]
async fn one_phone_does_not_make_the_others_wait_sqlite() {
    one_phone_does_not_make_the_others_wait(Engine::Sqlite).await;
}

#[actix_web::test]
async fn one_phone_does_not_make_the_others_wait_postgres() {
    one_phone_does_not_make_the_others_wait(Engine::Postgres).await;
}
