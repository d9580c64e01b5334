//! The program itself, as it is shipped, in a process of its own.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::machine::tick;

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server. It is killed when dropped.
pub struct Server {
    child: Child,
    /// Where it listens, without a slash at the end.
    pub url: String,
    /// From the start of the program to its first answer.
    pub first_answer: Duration,
}

impl Server {
    /// Starts the program over a book and waits for its first answer.
    pub fn start(program: &Path, database: &str, dir: &Path) -> Self {
        let log = File::options().create(true).append(true).open(dir.join("server.log"));
        let began = tick();
        let mut child = command(program, database, dir)
            .args(["serve", "--listen", "127.0.0.1:0"])
            // What is measured here is the server, not its patience with one phone.
            .args(["--sync-burst", "4000000", "--sync-per-second", "4000000"])
            .args(["--check-burst", "4000000", "--check-per-minute", "4000000"])
            .args(["--check-misses", "4000000", "--check-misses-per-minute", "4000000"])
            .stdout(Stdio::piped())
            .stderr(log.expect("a log"))
            .spawn()
            .expect("the program starts");
        let mut said = String::new();
        let stdout = child.stdout.as_mut().expect("its output");
        BufReader::new(stdout).read_line(&mut said).expect("it says where it listens");
        let place = said.split("http://").nth(1).expect("an address").trim().to_owned();
        while !answers(&place) {
            assert!(began.elapsed() < PATIENCE, "the server answers");
            std::thread::sleep(Duration::from_millis(1));
        }
        let first_answer = began.elapsed();
        Self { child, url: format!("http://{place}"), first_answer }
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program with a book.
pub fn command(program: &Path, database: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--database-url", database, "--secret-file"])
        .arg(dir.join("secret"))
        .env_remove("RUST_LOG");
    command
}

fn answers(place: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(place) else { return false };
    let ask = "GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut answer = String::new();
    stream.write_all(ask.as_bytes()).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// The program to measure: `GOCUA_BENCH_SERVER`, else the one beside this program.
pub fn program() -> PathBuf {
    std::env::var_os("GOCUA_BENCH_SERVER").map(PathBuf::from).unwrap_or_else(|| {
        let own = std::env::current_exe().expect("this program");
        own.ancestors().nth(2).expect("a target folder").join("gocua")
    })
}
