//! The database of one test: made once with the ward in it, set back before each schedule.

use std::path::PathBuf;

use gocua_store::{Engine, Store};
use gocua_tests::START;
use sqlx::{
    AssertSqlSafe, Connection, Executor, FromRow, PgConnection, SqliteConnection, postgres::PgRow,
    sqlite::SqliteRow,
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

use crate::world;

/// A database that every schedule finds as new.
pub struct Bed {
    runtime: Runtime,
    kind: Kind,
}

enum Kind {
    Sqlite { dir: TempDir, made: usize },
    Postgres { admin: String, name: String, url: String, reset: String },
}

/// A look at the book past the store: what the oracle believes.
pub enum Eye {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Memory instead of a disk, where there is such a thing: a killed process loses nothing that was
/// written, so the schedules need no disk, and hundreds of them a minute wait for none.
fn fast_dir() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.expect("a temporary directory")
}

impl Bed {
    pub fn make(engine: Engine) -> Self {
        let runtime =
            Builder::new_current_thread().enable_all().build().expect("a runtime of the tests");
        let kind = runtime.block_on(async {
            match engine {
                Engine::Sqlite => sqlite().await,
                Engine::Postgres => postgres().await,
            }
        });
        Self { runtime, kind }
    }

    /// Sets the database back; gives its URL and an eye on it.
    pub fn fresh(&mut self) -> (String, Eye) {
        let Self { runtime, kind } = self;
        match kind {
            Kind::Sqlite { dir, made } => {
                for suffix in ["", "-wal", "-shm"] {
                    let old = dir.path().join(format!("book{made}.sqlite{suffix}"));
                    // Absent before the first schedule, and in part after any other.
                    drop(std::fs::remove_file(old));
                }
                *made += 1;
                let book = dir.path().join(format!("book{made}.sqlite"));
                std::fs::copy(dir.path().join("template.sqlite"), &book).expect("copied");
                let url = format!("sqlite:{}", book.display());
                let eye = runtime.block_on(SqliteConnection::connect(&url)).expect("opens");
                (url, Eye::Sqlite(eye))
            }
            Kind::Postgres { admin, name, url, reset } => runtime.block_on(async {
                let mut eye = PgConnection::connect(url).await.expect("connects");
                eye.execute("SET application_name = 'eye'").await.expect("named");
                loop {
                    let left: i64 = sqlx::query_scalar(AssertSqlSafe(format!(
                        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                         WHERE datname = '{name}' AND pid <> pg_backend_pid()"
                    )))
                    .fetch_one(&mut eye)
                    .await
                    .expect("asks who is connected");
                    if left == 0 {
                        break;
                    }
                }
                let _ = admin;
                eye.execute(AssertSqlSafe(reset.as_str())).await.expect("set back");
                (url.clone(), Eye::Postgres(eye))
            }),
        }
    }

    /// Runs a statement that answers nothing.
    pub fn execute(&self, eye: &mut Eye, sql: &str) {
        let sql = AssertSqlSafe(sql);
        self.runtime.block_on(async {
            match eye {
                Eye::Sqlite(db) => drop(db.execute(sql).await.expect("runs")),
                Eye::Postgres(db) => drop(db.execute(sql).await.expect("runs")),
            }
        });
    }

    /// From here on the database refuses one kind of visit.
    pub fn poison(&self, eye: &mut Eye) {
        let sql = match eye {
            Eye::Sqlite(_) => {
                "CREATE TRIGGER poison BEFORE INSERT ON visit WHEN NEW.outcome = 'UNSAFE' \
                 BEGIN SELECT RAISE(ABORT, 'poison'); END"
            }
            Eye::Postgres(_) => {
                "ALTER TABLE visit ADD CONSTRAINT poison CHECK (outcome <> 'UNSAFE')"
            }
        };
        self.execute(eye, sql);
    }

    /// Reads rows.
    pub fn rows<T>(&self, eye: &mut Eye, sql: &str) -> Vec<T>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let sql = AssertSqlSafe(sql);
        self.runtime.block_on(async {
            match eye {
                Eye::Sqlite(db) => sqlx::query_as(sql).fetch_all(db).await.expect("reads"),
                Eye::Postgres(db) => sqlx::query_as(sql).fetch_all(db).await.expect("reads"),
            }
        })
    }

    /// Cuts every connection of the server, as a restarted database does. PostgreSQL only.
    pub async fn cut(url: &str) {
        let mut db = PgConnection::connect(url).await.expect("connects");
        db.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = \
             'client backend' AND datname = current_database() AND pid <> pg_backend_pid() \
             AND application_name <> 'eye'",
        )
        .await
        .expect("cut");
    }
}

impl Eye {
    /// An id as the database writes it.
    pub fn id(&self, id: Uuid) -> String {
        match self {
            Self::Sqlite(_) => format!("x'{}'", id.simple()),
            Self::Postgres(_) => format!("'{id}'::uuid"),
        }
    }

    pub fn ids(&self, ids: impl IntoIterator<Item = Uuid>) -> String {
        ids.into_iter().map(|id| self.id(id)).collect::<Vec<_>>().join(",")
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        if let Kind::Postgres { admin, name, .. } = &self.kind {
            let drop_it = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
            self.runtime.block_on(async {
                if let Ok(mut admin) = PgConnection::connect(admin).await {
                    // A failed test must not hide behind a failed clean-up; the cluster is thrown away.
                    drop(admin.execute(AssertSqlSafe(drop_it)).await);
                }
            });
        }
    }
}

async fn fill(url: &str) {
    let store = Store::open(url).await.expect("the database opens");
    store.migrate().await.expect("the schema is made");
    store.found(&world::ward(), START, |_| {}).await.expect("the ward is written");
}

async fn sqlite() -> Kind {
    let dir = fast_dir();
    let first = format!("sqlite:{}", dir.path().join("first.sqlite").display());
    fill(&first).await;
    let mut db = SqliteConnection::connect(&first).await.expect("opens");
    let copy = dir.path().join("template.sqlite");
    db.execute(AssertSqlSafe(format!("VACUUM INTO '{}'", copy.display()))).await.expect("copied");
    Kind::Sqlite { dir, made: 0 }
}

async fn postgres() -> Kind {
    let admin = std::env::var("GOCUA_TEST_PG").expect(
        "GOCUA_TEST_PG must hold the URL of a superuser on a throw-away PostgreSQL cluster: run the \
         tests with `make test`, or under scripts/with-postgres.sh",
    );
    let name = format!("sim_{}_{}", std::process::id(), gocua_tests::fresh_id().simple());
    let mut root = PgConnection::connect(&admin).await.expect("GOCUA_TEST_PG answers");
    root.execute(AssertSqlSafe(format!("CREATE DATABASE \"{name}\""))).await.expect("made");
    let no_jit = format!("ALTER DATABASE \"{name}\" SET jit = off");
    root.execute(AssertSqlSafe(no_jit)).await.expect("set");
    let base = admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base);
    let url = format!("{base}/{name}");
    fill(&url).await;
    let mut db = PgConnection::connect(&url).await.expect("connects");
    let tables: Vec<(String,)> = sqlx::query_as(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' \
         AND tablename NOT LIKE 'seaql%' ORDER BY tablename",
    )
    .fetch_all(&mut db)
    .await
    .expect("reads");
    db.execute("CREATE SCHEMA template").await.expect("made");
    // Deleting and copying a few rows is ten times faster than truncating or making a database anew.
    let mut reset = String::from(
        "BEGIN; SELECT seq FROM ward FOR UPDATE; SET LOCAL session_replication_role = replica; \
         ALTER TABLE visit DROP CONSTRAINT IF EXISTS poison;",
    );
    for (table,) in &tables {
        let copy = format!("CREATE TABLE template.\"{table}\" AS TABLE public.\"{table}\"");
        db.execute(AssertSqlSafe(copy)).await.expect("copied");
        reset.push_str(&format!(
            "DELETE FROM public.\"{table}\"; \
             INSERT INTO public.\"{table}\" SELECT * FROM template.\"{table}\";"
        ));
    }
    reset.push_str("COMMIT");
    Kind::Postgres { admin, name, url, reset }
}
