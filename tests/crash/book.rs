//! Books to break: a file of SQLite, or a database in a PostgreSQL cluster of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use gocua_demo::{DemoWard, Scale, WardSource};
use gocua_domain::time::Millis;
use gocua_server::app::Clock;
use gocua_server::commands::demo;
use gocua_store::{Engine, Store};
use gocua_tests::fixture;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};
use tempfile::TempDir;

use crate::program::signal;
use crate::tick;

/// Code of the ward.
pub const WARD: &str = "10549";
/// How long a database may take to come back.
const PATIENCE: Duration = Duration::from_secs(60);

/// A book.
pub struct Book {
    /// Which database.
    pub engine: Engine,
    /// Its URL.
    pub url: String,
    /// The ward in it: nobody has knocked yet.
    pub ward: DemoWard,
    cluster: Option<Cluster>,
    dir: TempDir,
}

/// The time.
pub fn now() -> Millis {
    Clock::system().now()
}

impl Book {
    /// A book with a ward of this size.
    pub async fn make(engine: Engine, scale: f64) -> Self {
        Self::make_in(engine, scale, None).await
    }

    /// The same with its rows in a folder of their own, e.g. on a small disk.
    pub async fn make_in(engine: Engine, scale: f64, rows: Option<&Path>) -> Self {
        let dir = tempfile::Builder::new().prefix("gocua-crash").tempdir().expect("a folder");
        let (cluster, url) = match engine {
            Engine::Sqlite => {
                let file = rows.unwrap_or(dir.path()).join("book.sqlite");
                (None, format!("sqlite:{}", file.display()))
            }
            Engine::Postgres => {
                let cluster = Cluster::make();
                let mut create = "CREATE DATABASE crash".to_owned();
                if let Some(rows) = rows {
                    cluster.give(rows);
                    let space = format!("CREATE TABLESPACE small LOCATION '{}'", rows.display());
                    cluster.run("postgres", &space).await;
                    create.push_str(" TABLESPACE small");
                }
                cluster.run("postgres", &create).await;
                let url = cluster.url("crash");
                (Some(cluster), url)
            }
        };
        let source = WardSource::by_code(WARD).expect("the demonstration ward");
        let scale = Scale::new(scale).expect("a scale");
        let mut ward = gocua_demo::build(source, 2026, scale, now());
        ward.visits.clear();
        let book = Self { engine, url, ward, cluster, dir };
        let store = book.open().await;
        store.migrate().await.expect("the schema is made");
        demo::load(&store, book.ward.clone(), &fixture::password_hash(), now())
            .await
            .expect("the ward is written");
        book
    }

    /// Opens it beside the server.
    pub async fn open(&self) -> Store {
        Store::open(&self.url).await.expect("the book opens")
    }

    /// Where its server keeps its things.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The file of an SQLite book, or one beside it: `-wal`, `-shm`.
    pub fn file(&self, end: &str) -> PathBuf {
        let file = self.url.strip_prefix("sqlite:").expect("a book in SQLite");
        PathBuf::from(format!("{file}{end}"))
    }

    /// A program as the account to which the processes belong that write this book.
    pub fn as_owner(&self, program: &str) -> Command {
        match &self.cluster {
            Some(cluster) => cluster.as_owner(Path::new(program)),
            None => Command::new(program),
        }
    }

    /// Its PostgreSQL cluster.
    pub fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("a book in PostgreSQL")
    }

    /// The first column of each row, as a number, of a query that both databases understand.
    pub async fn numbers(&self, sql: &str) -> Vec<i64> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.engine {
            Engine::Sqlite => {
                let mut db = SqliteConnection::connect(&self.url).await.expect("opens");
                let rows = db.fetch_all(sql).await.expect("reads");
                db.close().await.expect("closes");
                rows.iter().map(|row| row.get(0)).collect()
            }
            Engine::Postgres => {
                let mut db = PgConnection::connect(&self.url).await.expect("opens");
                let rows = db.fetch_all(sql).await.expect("reads");
                rows.iter().map(|row| row.get(0)).collect()
            }
        }
    }

    /// The one number of such a query.
    pub async fn number(&self, sql: &str) -> i64 {
        *self.numbers(sql).await.first().expect("a row")
    }

    /// Changes something behind the store's back.
    pub async fn spoil(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        match self.engine {
            Engine::Sqlite => {
                let mut db = SqliteConnection::connect(&self.url).await.expect("opens");
                db.execute("PRAGMA foreign_keys = OFF").await.expect("is set");
                db.execute(sql).await.expect("is spoilt");
            }
            Engine::Postgres => {
                let mut db = PgConnection::connect(&self.url).await.expect("opens");
                db.execute(sql).await.expect("is spoilt");
            }
        }
    }
}

/// A PostgreSQL cluster of one test, to be killed. Reached by a socket in its folder: no port to
/// share with others. Gone with the test.
pub struct Cluster {
    dir: TempDir,
    bin: PathBuf,
}

impl Cluster {
    fn make() -> Self {
        let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL: `make tools`");
        let version = |dir: &Path| dir.file_name()?.to_str()?.parse::<u32>().ok();
        let bin = versions
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|dir| dir.join("bin/initdb").exists())
            .max_by_key(|dir| version(dir))
            .expect("PostgreSQL's binaries: `make tools`")
            .join("bin");
        let dir = tempfile::Builder::new().prefix("gocua-pg").tempdir().expect("a folder");
        let cluster = Self { dir, bin };
        cluster.give(cluster.dir.path());
        let data = cluster.data();
        // Segments of a megabyte: a limit on file sizes must meet the rows before the log.
        let made = cluster
            .tool("initdb")
            .args(["-U", "gocua", "-A", "trust", "-E", "UTF8", "--locale=C", "--wal-segsize=1"])
            .args(["--no-sync", "-D"])
            .arg(data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        cluster.start();
        cluster
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Its program of this name, as somebody it agrees to be run by.
    fn tool(&self, name: &str) -> Command {
        self.as_owner(&self.bin.join(name))
    }

    /// Any program as the account that PostgreSQL runs as.
    fn as_owner(&self, program: &Path) -> Command {
        if root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program).current_dir(self.dir.path());
            command
        } else {
            Command::new(program)
        }
    }

    /// Gives a folder to the account that PostgreSQL runs as.
    fn give(&self, dir: &Path) {
        if root() {
            let given = Command::new("chown").arg("postgres").arg(dir).status();
            assert!(given.is_ok_and(|s| s.success()), "{} is given away", dir.display());
        }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://gocua@localhost/{database}?host={}", self.dir.path().display())
    }

    async fn run(&self, database: &str, sql: &str) {
        let mut db = PgConnection::connect(&self.url(database)).await.expect("the cluster answers");
        db.execute(AssertSqlSafe(sql.to_owned())).await.expect("is done");
    }

    /// Starts it, as often as it takes: what a killed one leaves behind goes a moment later.
    pub fn start(&self) {
        let options =
            format!("-k {} -c listen_addresses= -c max_connections=100", self.dir.path().display());
        let began = tick();
        loop {
            let started = self
                .tool("pg_ctl")
                .args(["-w", "-D"])
                .arg(self.data())
                .arg("-l")
                .arg(self.dir.path().join("log"))
                .args(["-o", &options, "start"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("pg_ctl runs");
            if started.success() {
                return;
            }
            let log = std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
            assert!(began.elapsed() < PATIENCE, "PostgreSQL starts: {log}");
        }
    }

    /// The first process of it.
    pub fn postmaster(&self) -> u32 {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).expect("it runs");
        file.lines().next().and_then(|pid| pid.trim().parse().ok()).expect("a process id")
    }

    /// Ends its first process without a word; the others notice and go.
    pub fn kill(&self) {
        signal("KILL", self.postmaster());
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.tool("pg_ctl");
        stop.args(["-m", "immediate", "-w", "-D"]).arg(self.data()).arg("stop");
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

fn root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0)
}
