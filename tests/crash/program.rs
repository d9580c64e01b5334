//! The program itself, in a process of its own, to be killed.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use crate::book::Book;

/// Bounds so wide that only the thing under test limits the phones.
pub const UNBOUNDED: [(&str, &str); 2] =
    [("GOCUA_SYNC_BURST", "4000000"), ("GOCUA_SYNC_PER_SECOND", "4000000")];

/// A running server. It is killed when dropped.
pub struct Server {
    child: Child,
    /// Where it listens, without a slash at the end.
    pub url: String,
}

impl Server {
    /// Starts the program over a book and waits until it listens.
    pub fn start(book: &Book, settings: &[(&str, &str)]) -> Self {
        let mut child = Self::spawn(book, settings);
        let mut said = String::new();
        let stdout = child.stdout.as_mut().expect("its output");
        BufReader::new(stdout).read_line(&mut said).expect("it says where it listens");
        let Some((_, place)) = said.split_once("http://") else {
            panic!("the server did not start: {}", Self::log(book));
        };
        Self { child, url: format!("http://{}", place.trim()) }
    }

    /// Starts the program and waits for nothing.
    pub fn spawn(book: &Book, settings: &[(&str, &str)]) -> Child {
        let log = File::options().create(true).append(true).open(log_of(book)).expect("a log");
        // A shell that ignores the signal of a file grown too large, as PostgreSQL does by itself:
        // with it a limit on file sizes is to the program what a full disk is.
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"])
            .arg(program())
            .args(["--database-url", &book.url, "--secret-file"])
            .arg(book.dir().join("secret"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("RUST_LOG", "warn")
            .envs(settings.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log);
        command.spawn().expect("the program starts")
    }

    /// What servers over this book have logged.
    pub fn log(book: &Book) -> String {
        fs::read_to_string(log_of(book)).unwrap_or_default()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut or the system's memory guard would: without a word.
    pub fn kill(&mut self) {
        self.child.kill().expect("is killed");
        self.child.wait().expect("is gone");
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self, book: &Book) {
        signal("TERM", self.pid());
        let status = self.child.wait().expect("is gone");
        assert!(status.success(), "it stops in order: {status}\n{}", Self::log(book));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn log_of(book: &Book) -> PathBuf {
    book.dir().join("server.log")
}

/// Sends a signal to a process.
pub fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status();
    assert!(sent.is_ok_and(|s| s.success()), "{pid} gets {name}");
}

/// The program: `GOCUA_BIN`, else the debug build, brought up to date.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(program) = std::env::var_os("GOCUA_BIN") {
            return program.into();
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo).args(["build", "-q", "-p", "gocua-server"]).status();
        assert!(built.is_ok_and(|s| s.success()), "the program builds");
        let own = std::env::current_exe().expect("this program");
        own.ancestors().nth(2).expect("a target folder").join("gocua")
    })
}
