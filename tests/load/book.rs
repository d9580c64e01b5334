//! Books to measure on: one ward made once, copied for every round, so that each begins the same.

use std::path::{Path, PathBuf};

use gocua_demo::{DemoWard, Scale, WardSource};
use gocua_domain::time::Millis;
use gocua_server::commands::demo;
use gocua_store::{Engine, Store};
use gocua_tests::fixture;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, SqliteConnection};

use crate::machine;
use crate::raw::VISIT_COLUMNS;

/// Code of the ward.
pub const WARD: &str = "10549";
/// The password of every account in it.
pub const PASSWORD: &str = fixture::PASSWORD;
/// The book every other is copied from.
const TEMPLATE: &str = "template";

/// Everything of one engine.
pub struct Shelf {
    /// Which database.
    pub engine: Engine,
    dir: PathBuf,
    cluster: Option<String>,
    names: std::sync::atomic::AtomicU32,
}

impl Shelf {
    /// Makes the ward. `cluster` is the URL of a PostgreSQL superuser.
    pub async fn make(
        engine: Engine,
        dir: &Path,
        cluster: &str,
        ward: &DemoWard,
        now: Millis,
    ) -> Self {
        let shelf = Self {
            engine,
            dir: dir.to_owned(),
            cluster: (engine == Engine::Postgres).then(|| cluster.to_owned()),
            names: 0.into(),
        };
        if engine == Engine::Postgres {
            shelf.admin(&format!("CREATE DATABASE {TEMPLATE}")).await;
        }
        let store = shelf.open(TEMPLATE).await;
        demo::load(&store, ward.clone(), &fixture::password_hash(), now)
            .await
            .expect("the ward is written");
        shelf
    }

    /// The URL of a book.
    pub fn url(&self, book: &str) -> String {
        match &self.cluster {
            None => format!("sqlite:{}", self.dir.join(format!("{book}.sqlite")).display()),
            Some(cluster) => {
                let base = cluster.rsplit_once('/').map_or(cluster.as_str(), |(base, _)| base);
                format!("{base}/{book}")
            }
        }
    }

    /// Opens a book without a server.
    pub async fn open(&self, book: &str) -> Store {
        let store = Store::open(&self.url(book)).await.expect("the book opens");
        store.migrate().await.expect("the schema is made");
        store
    }

    /// A fresh copy of the ward's book.
    pub async fn copy(&self) -> String {
        self.copy_of(TEMPLATE).await
    }

    fn name(&self) -> String {
        format!("book{}", self.names.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }

    /// A book without a schema.
    pub async fn empty(&self) -> String {
        let book = self.name();
        if self.engine == Engine::Postgres {
            self.admin(&format!("CREATE DATABASE {book}")).await;
        }
        book
    }

    /// A fresh copy of a book nobody has open.
    pub async fn copy_of(&self, of: &str) -> String {
        let book = self.name();
        match self.engine {
            Engine::Sqlite => {
                let file = self.dir.join(format!("{book}.sqlite"));
                let mut from = SqliteConnection::connect(&self.url(of)).await.expect("opens");
                let sql = format!("VACUUM INTO '{}'", file.display());
                from.execute(AssertSqlSafe(sql)).await.expect("is copied");
                from.close().await.expect("closes");
            }
            Engine::Postgres => {
                // Connections of a pool that was dropped close a little later.
                self.admin(&format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{of}'"
                ))
                .await;
                self.admin(&format!("CREATE DATABASE {book} TEMPLATE {of}")).await;
            }
        }
        book
    }

    /// Removes a book.
    pub async fn remove(&self, book: &str) {
        match self.engine {
            Engine::Sqlite => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(self.dir.join(format!("{book}.sqlite{end}")));
                }
            }
            Engine::Postgres => {
                self.admin(&format!("DROP DATABASE IF EXISTS {book} WITH (FORCE)")).await;
            }
        }
    }

    /// Multiplies the visits of a book until there are at least so many, each at its household and
    /// on its day, and counts the rollups again.
    pub async fn grow(&self, book: &str, to: usize) {
        let url = self.url(book);
        let copies = |have: i64| (to as i64 - have).div_euclid(have.max(1)) + 1;
        let columns = VISIT_COLUMNS.iter().map(|(name, _)| *name);
        let names = columns.clone().collect::<Vec<_>>().join(", ");
        let values = |id: &str| {
            let value = |c: &str| match c {
                "id" => id.to_owned(),
                "made_at" => "v.made_at + n.i * 1000".to_owned(),
                c => format!("v.{c}"),
            };
            columns.clone().map(value).collect::<Vec<_>>().join(", ")
        };
        match self.engine {
            Engine::Sqlite => {
                let mut db = SqliteConnection::connect(&url).await.expect("opens");
                let have: i64 =
                    db.fetch_one("SELECT count(*) FROM visit").await.expect("counts").get(0);
                let sql = format!(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) \
                     INSERT INTO visit ({names}) SELECT {} FROM n, visit v",
                    copies(have),
                    values("randomblob(16)")
                );
                db.execute(AssertSqlSafe(sql)).await.expect("grows");
                db.close().await.expect("closes");
            }
            Engine::Postgres => {
                let mut db = PgConnection::connect(&url).await.expect("opens");
                let have: i64 =
                    db.fetch_one("SELECT count(*) FROM visit").await.expect("counts").get(0);
                let sql = format!(
                    "INSERT INTO visit ({names}) SELECT {} FROM generate_series(1, {}) n(i), visit v",
                    values("gen_random_uuid()"),
                    copies(have)
                );
                db.execute(AssertSqlSafe(sql)).await.expect("grows");
                db.execute("ANALYZE").await.expect("analyses");
                db.close().await.expect("closes");
            }
        }
        self.open(book).await.rebuild(WARD).await.expect("the rollups are counted");
    }

    /// Size of a book on disk in MB.
    pub async fn size(&self, book: &str) -> f64 {
        let bytes: i64 = match self.engine {
            Engine::Sqlite => {
                let file = self.dir.join(format!("{book}.sqlite"));
                std::fs::metadata(file).map(|m| m.len() as i64).unwrap_or(0)
            }
            Engine::Postgres => {
                let mut db = PgConnection::connect(&self.url(book)).await.expect("opens");
                let sql = "SELECT pg_database_size(current_database())";
                db.fetch_one(sql).await.expect("measures").get(0)
            }
        };
        bytes as f64 / 1e6
    }

    /// The first process of the cluster.
    pub async fn postmaster(&self) -> Option<u32> {
        let mut db = PgConnection::connect(self.cluster.as_ref()?).await.expect("answers");
        let dir: String = db.fetch_one("SHOW data_directory").await.expect("tells").get(0);
        let file = std::fs::read_to_string(Path::new(&dir).join("postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }

    async fn admin(&self, sql: &str) {
        let url = self.cluster.as_ref().expect("a cluster");
        let mut db = PgConnection::connect(url).await.expect("the cluster answers");
        db.execute(AssertSqlSafe(sql)).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }
}

/// The demonstration ward at a scale.
pub fn ward(scale: f64, now: Millis) -> DemoWard {
    let source = WardSource::by_code(WARD).expect("the demonstration ward");
    gocua_demo::build(source, 2026, Scale::new(scale).expect("a scale"), now)
}

/// A folder on a disk: figures of durability from a file system in memory would be worth nothing.
pub fn disk() -> tempfile::TempDir {
    let places = [std::env::temp_dir(), "/var/tmp".into(), ".".into()];
    let place = places
        .iter()
        .find(|p| !matches!(machine::file_system(p).as_str(), "tmpfs" | "ramfs" | ""))
        .expect("a folder on a disk: set TMPDIR to one");
    tempfile::Builder::new().prefix("gocua-bench").tempdir_in(place).expect("a folder")
}
