//! The harness: a real server on a real port over a real database, a clock that tests move, and a
//! phone to call it with.
//!
//! A [`TestApp`] checks the ward's book when it is dropped, so every test guards the rollups.

pub mod fixture;
pub mod phone;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use actix_web::dev::ServerHandle;
use gocua_domain::time::Millis;
use gocua_server::app::{App, Clock, Entropy, State};
use gocua_server::auth::secrets::Secrets;
use gocua_server::intake::Reader;
use gocua_server::serve;
use gocua_store::Store;
use tempfile::TempDir;
use uuid::Uuid;

pub use gocua_store::Engine;
pub use phone::{Answer, Phone};

/// Sunday 22 November 2026, 09:00 in Viet Nam: when every test begins.
pub const START: Millis = Millis(1_795_312_800_000);

/// What the console of a server under test shows when its book is empty.
pub const SETUP_CODE: &str = "ABCDEFGHJK";

/// A UUID no other call of this process got.
pub fn fresh_id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    Uuid::from_u128(0x7e57_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
}

/// The keys of every server under test.
pub fn secrets() -> Secrets {
    Secrets::from_bytes(&[0x5a; 64])
}

/// A running server with the fixture's ward.
pub struct TestApp {
    /// Its state: the store, and the insides a test wants to look at.
    pub state: State,
    /// Where it listens, without a slash at the end.
    pub url: String,
    clock: Arc<AtomicI64>,
    server: ServerHandle,
    database: Database,
}

impl TestApp {
    /// Starts a server over a fresh database.
    pub async fn start(engine: Engine) -> Self {
        Self::start_with(engine, |app| app).await
    }

    /// The same, with an application that was told something more.
    pub async fn start_with(engine: Engine, tell: impl FnOnce(App) -> App) -> Self {
        let (database, store) = Self::book(engine).await;
        fixture::fill(&store).await;
        Self::over(database, store, tell)
    }

    /// Starts a server over an empty book, to be set up with [`SETUP_CODE`].
    pub async fn start_empty(engine: Engine) -> Self {
        let (database, store) = Self::book(engine).await;
        Self::over(database, store, |app| app.to_be_set_up(SETUP_CODE))
    }

    async fn book(engine: Engine) -> (Database, Store) {
        let database = Database::make(engine).await;
        let store = Store::open(&database.url).await.expect("the database opens");
        store.migrate().await.expect("the schema is made");
        (database, store)
    }

    fn over(database: Database, store: Store, tell: impl FnOnce(App) -> App) -> Self {
        let clock = Arc::new(AtomicI64::new(START.0));
        let time = Arc::clone(&clock);
        let clock_of_app = Clock::new(move || Millis(time.load(Ordering::SeqCst)));
        // The reader of a real server is the server's own program, which a test is not.
        let app = App::new(store, secrets(), clock_of_app, Entropy::system())
            .reading_with(Reader::here());
        let state = State::new(tell(app));
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let server = serve::run(state.clone(), listener, None, Some(1)).expect("listens");
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { state, url, clock, server: handle, database }
    }

    /// URL of the database, for a test that must spoil it behind the store's back.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// The book.
    pub fn store(&self) -> &Store {
        &self.state.store
    }

    /// The time.
    pub fn now(&self) -> Millis {
        Millis(self.clock.load(Ordering::SeqCst))
    }

    /// Moves the clock.
    pub fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    /// A phone nobody has signed in on.
    pub fn phone(&self) -> Phone {
        Phone::new(&self.url)
    }

    /// A phone on which this login of the fixture has signed in.
    pub async fn signed_in(&self, login: &str) -> Phone {
        let mut phone = self.phone();
        let answer = phone.login(login, fixture::PASSWORD).await;
        assert_eq!(answer.status, 200, "{login} signs in: {}", answer.text());
        phone
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The future of a stop need not be waited for: the command is on its way.
        drop(self.server.stop(false));
        let url = self.database.url.clone();
        let check = !std::thread::panicking();
        let admin = self.database.admin.clone();
        let name = self.database.name.clone();
        let done = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async move {
                if check {
                    verify(&url).await;
                }
                if let (Some(admin), Some(name)) = (admin, name) {
                    postgres::run(&admin, &format!("DROP DATABASE \"{name}\" WITH (FORCE)")).await;
                }
            });
        });
        let verified = done.join().is_ok();
        assert!(verified || !check, "the ward's book does not verify");
    }
}

/// Counts everything again: what the rollups say must be what the visits say.
async fn verify(url: &str) {
    let store = Store::open(url).await.expect("the database opens once more");
    for ward in store.wards().await.expect("wards") {
        let report = store.verify(&ward).await.expect("verifies");
        assert!(report.drifts.is_empty(), "{ward}: {:?}", report.drifts);
    }
}

/// A database of one test, gone with it.
struct Database {
    url: String,
    admin: Option<String>,
    name: Option<String>,
    _dir: Option<TempDir>,
}

impl Database {
    async fn make(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => {
                // A file, not memory: WAL and the separate writer exist only there.
                let dir = TempDir::new().expect("a temporary directory");
                let url = format!("sqlite:{}", dir.path().join("book.sqlite").display());
                Self { url, admin: None, name: None, _dir: Some(dir) }
            }
            Engine::Postgres => {
                let admin = std::env::var("GOCUA_TEST_PG").expect(
                    "GOCUA_TEST_PG must hold the URL of a superuser on a throw-away PostgreSQL \
                     cluster: run the tests with `make test`, or under scripts/with-postgres.sh",
                );
                let name = format!("t_{}_{}", std::process::id(), fresh_id().simple());
                postgres::run(&admin, &format!("CREATE DATABASE \"{name}\"")).await;
                let base = admin.rsplit_once('/').map_or(admin.as_str(), |(base, _)| base);
                let url = format!("{base}/{name}");
                Self { url, admin: Some(admin), name: Some(name), _dir: None }
            }
        }
    }
}

mod postgres {
    use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

    /// Runs one statement that no transaction may hold.
    pub async fn run(url: &str, sql: &str) {
        let mut connection = PgConnection::connect(url).await.expect("GOCUA_TEST_PG answers");
        connection.execute(AssertSqlSafe(sql)).await.expect("a database is made or dropped");
    }
}

/// Makes two tests of each case: one on SQLite, one on PostgreSQL. The book is the fixture's; behind
/// `from start_empty;` it is one nobody has set up.
#[macro_export]
macro_rules! on_both {
    (from $start:ident;
     $($(#[doc = $doc:literal])* async fn $name:ident($app:ident: &TestApp) $case:block)+) => {$(
        $(#[doc = $doc])*
        mod $name {
            use super::*;

            async fn case($app: &$crate::TestApp) $case

            #[actix_web::test]
            async fn sqlite() {
                case(&$crate::TestApp::$start($crate::Engine::Sqlite).await).await;
            }

            #[actix_web::test]
            async fn postgres() {
                case(&$crate::TestApp::$start($crate::Engine::Postgres).await).await;
            }
        }
    )+};
    ($($cases:tt)+) => { $crate::on_both! { from start; $($cases)+ } };
}
