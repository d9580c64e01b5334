//! The disk is full: later, says the server, and nothing is lost, half-written or sent back.
//!
//! By default files may not grow any more, as under a quota; with `GOCUA_FULL=disk` the rows are on a
//! real disk of a few megabytes that is filled up, for which one must be root.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use futures_util::future::join_all;
use gocua_store::Engine;
use tempfile::TempDir;

use crate::audit;
use crate::book::Book;
use crate::crowd::{Delivery, Walker, gather, reads};
use crate::program::{Server, UNBOUNDED};
use crate::{seed, tick};

const PHONES: usize = 4;
const SCALE: f64 = 0.05;
/// Times each phone is told to come later before there is room again.
const TOLD: usize = 3;
/// Knocks of one phone that fill whatever room was left.
const MOST: usize = 8_000;
/// What may still be written when room gets scarce.
const LEFT: u64 = 300 * 1024;
/// PostgreSQL's log comes in files of a megabyte, which must not be what hits the limit. Half a page
/// more, so that a page is cut as a full disk cuts it.
const ROWS_LIMIT: u64 = 1024 * 1024 + 4096;

/// How room is made scarce.
enum Room {
    Limit,
    Disk(Disk),
}

impl Room {
    fn of_environment(engine: Engine) -> Self {
        match std::env::var("GOCUA_FULL").as_deref() {
            Err(_) | Ok("limit") => Self::Limit,
            // The ward takes more room in PostgreSQL, which keeps much of its own.
            Ok("disk") if engine == Engine::Postgres => Self::Disk(Disk::mount(48)),
            Ok("disk") => Self::Disk(Disk::mount(12)),
            Ok(other) => panic!("GOCUA_FULL is limit or disk, not {other}"),
        }
    }

    fn rows(&self) -> Option<&Path> {
        match self {
            Self::Limit => None,
            Self::Disk(disk) => Some(disk.dir.path()),
        }
    }

    async fn take(&self, book: &Book, server: &Server) {
        match self {
            Self::Disk(disk) => disk.fill(),
            Self::Limit => limit(book, server, &limit_of(book).to_string()).await,
        }
    }

    async fn give_back(&self, book: &Book, server: &Server) {
        match self {
            Self::Disk(disk) => fs::remove_file(disk.ballast()).expect("there is room again"),
            Self::Limit => limit(book, server, "unlimited").await,
        }
    }
}

fn limit_of(book: &Book) -> u64 {
    match book.engine {
        Engine::Sqlite => {
            let size = |end: &str| fs::metadata(book.file(end)).map_or(0, |m| m.len());
            size("").max(size("-wal")) + LEFT
        }
        Engine::Postgres => ROWS_LIMIT,
    }
}

/// No file that the server writes, or PostgreSQL for it, may grow beyond so many bytes.
async fn limit(book: &Book, server: &Server, bytes: &str) {
    let mut pids = Vec::new();
    match book.engine {
        Engine::Sqlite => pids.push(i64::from(server.pid())),
        Engine::Postgres => {
            pids.push(i64::from(book.cluster().postmaster()));
            let backends = "SELECT pid::bigint FROM pg_stat_activity \
                            WHERE backend_type = 'client backend'";
            pids.extend(book.numbers(backends).await);
        }
    }
    for pid in pids {
        // As its owner, who may do so without being anybody special.
        let mut set = book.as_owner("prlimit");
        set.args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:")]);
        // The one that asked for the list is gone by now.
        let done = set.stderr(Stdio::null()).status().is_ok_and(|s| s.success());
        assert!(done || !Path::new(&format!("/proc/{pid}")).exists(), "{pid} is limited");
    }
}

/// A disk in memory, of a few megabytes; gone with the test.
struct Disk {
    dir: TempDir,
}

impl Disk {
    fn mount(megabytes: usize) -> Self {
        let dir = tempfile::Builder::new().prefix("gocua-disk").tempdir().expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(dir.path())
            .status();
        assert!(
            mounted.is_ok_and(|s| s.success()),
            "a disk is mounted: GOCUA_FULL=disk needs root"
        );
        Self { dir }
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.dir.path().join("ballast")
    }

    fn free(&self) -> u64 {
        let asked =
            Command::new("df").args(["-B1", "--output=avail"]).arg(self.dir.path()).output();
        let said = String::from_utf8(asked.expect("df runs").stdout).expect("text");
        said.lines().nth(1).and_then(|n| n.trim().parse().ok()).expect("bytes free")
    }

    fn fill(&self) {
        let mut ballast = File::create(self.ballast()).expect("a file");
        let bytes = self.free().saturating_sub(LEFT);
        for _ in 0..bytes / 4096 {
            ballast.write_all(&[1; 4096]).expect("is written");
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l"]).arg(self.dir.path()).status();
    }
}

async fn a_full_disk_means_later(engine: Engine) {
    let began = tick();
    let room = Room::of_environment(engine);
    let book = Book::make_in(engine, SCALE, room.rows()).await;
    let mut server = Server::start(&book, &UNBOUNDED);
    let mut walkers = gather(&server.url, &book.ward, PHONES, seed()).await;
    for walker in &mut walkers {
        walker.knock_at(10);
        assert_eq!(walker.deliver().await, Delivery::Answered);
    }

    room.take(&book, &server).await;
    join_all(walkers.iter_mut().map(until_told)).await;
    assert_eq!(audit::faults(&book).await, Vec::<String>::new(), "nothing is half-written");
    for walker in &walkers {
        assert!(reads(&walker.phone).await, "reading goes on");
        assert!(!walker.is_idle(), "what was refused is still on the phone");
    }

    room.give_back(&book, &server).await;
    let faults = audit::look(&book, &mut walkers).await;
    assert!(faults.is_empty(), "{faults:#?}\n{}", Server::log(&book));
    // What was promised since is on the disk, and not only in the memory of a server whose database
    // had been through this.
    server.kill();
    let server = Server::start(&book, &UNBOUNDED);
    walkers.iter_mut().for_each(|walker| walker.moves_to(&server.url));
    let broken = join_all(walkers.iter_mut().map(Walker::hold_to_all_promises)).await;
    assert_eq!(broken.concat(), Vec::<String>::new());
    assert_eq!(audit::faults(&book).await, Vec::<String>::new());
    let sum = |of: fn(&Walker) -> usize| walkers.iter().map(of).sum::<usize>();
    let (wrote, later) = (sum(Walker::wrote), sum(|w| w.later));
    assert!(walkers.iter().flat_map(|w| w.receipts.values()).all(|receipt| receipt.booked()));
    assert_eq!(audit::applied(&book).await, wrote as i64, "everything is in the book");
    let how = if room.rows().is_some() { "disk" } else { "limit" };
    let took = began.elapsed().as_secs_f64();
    println!("| {engine:?} | {how} | {} | {wrote} | {later} | {took:.0} s |", seed());
    server.stop(&book);
}

/// Knocks and pushes until the phone was told often enough to come later.
async fn until_told(walker: &mut Walker) {
    while walker.later < TOLD {
        if walker.is_idle() {
            walker.knock_at(100);
        }
        let _ = walker.deliver().await;
        assert!(walker.wrote() < MOST, "the room that was left is used up");
    }
}

#[actix_web::test]
async fn a_full_disk_means_later_sqlite() {
    a_full_disk_means_later(Engine::Sqlite).await;
}

#[actix_web::test]
async fn a_full_disk_means_later_postgres() {
    a_full_disk_means_later(Engine::Postgres).await;
}
