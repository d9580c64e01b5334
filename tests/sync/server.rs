//! The real server in this thread: its routes, its store, its writer, on a runtime of its own that
//! can be torn down at any moment, as a process is killed.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicI64, AtomicIsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::Data;
use futures_util::future::{self, LocalBoxFuture};
use gocua_domain::id::AccountId;
use gocua_domain::time::Millis;
use gocua_server::api::coverage::CoverageCache;
use gocua_server::api::gate::Gate;
use gocua_server::app::{App, Clock, Entropy, State, build};
use gocua_server::leases::Leases;
use gocua_store::Store;
use gocua_tests::phone::COOKIE;
use gocua_tests::secrets;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

use crate::dice::Dice;

/// A request on the wire.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    pub get: bool,
    pub path: String,
    pub token: Option<String>,
    pub cookie: Option<String>,
    /// The header by which a phone says how it is.
    pub state: Option<String>,
    pub body: Option<Vec<u8>>,
}

impl Ask {
    pub fn get(path: String, token: &str) -> Self {
        Self { get: true, path, token: Some(token.to_owned()), ..Self::default() }
    }

    pub fn post(path: &str, token: Option<&str>, body: &Value) -> Self {
        Self {
            path: path.to_owned(),
            token: token.map(str::to_owned),
            body: Some(body.to_string().into_bytes()),
            ..Self::default()
        }
    }

    fn request(self) -> TestRequest {
        let mut request = if self.get { TestRequest::get() } else { TestRequest::post() };
        request = request.uri(&self.path).insert_header(("x-gocua", "1"));
        if let Some(token) = self.token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        if let Some(cookie) = self.cookie {
            request = request.insert_header(("cookie", format!("{COOKIE}={cookie}")));
        }
        if let Some(state) = self.state {
            request = request.insert_header(("x-gocua-phone", state));
        }
        if let Some(body) = self.body {
            request = request.insert_header(("content-type", "application/json")).set_payload(body);
        }
        request
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub cookie: Option<String>,
}

type Call = Rc<dyn Fn(Ask) -> LocalBoxFuture<'static, Answer>>;

/// Counts how often the server's thread ran out of work, which is how often it waited for the
/// database: a kill falls at such a moment and the seed says at which.
#[derive(Default)]
struct Brake {
    left: AtomicIsize,
    waker: Mutex<Option<Waker>>,
}

impl Brake {
    fn parked(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1
            && let Ok(waker) = self.waker.lock()
            && let Some(waker) = waker.as_ref()
        {
            waker.wake_by_ref();
        }
    }

    async fn pulled(&self) {
        future::poll_fn(|cx| {
            if let Ok(mut waker) = self.waker.lock() {
                *waker = Some(cx.waker().clone());
            }
            if self.left.load(Ordering::SeqCst) <= 0 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// The waker holds the runtime, and the runtime holds this: let go, or no runtime ever ends.
    fn let_go(&self) {
        if let Ok(mut waker) = self.waker.lock() {
            *waker = None;
        }
    }
}

/// What outlives a server: the program, so to speak.
pub struct Program {
    clock: Arc<AtomicI64>,
    accounts: Vec<AccountId>,
    /// The application of the last run. Making one hashes a password and describes the API, too slow
    /// to do at each start; what it remembers in memory is thrown away instead.
    spare: Option<App>,
}

thread_local! {
    static ENTROPY: RefCell<Dice> = RefCell::new(Dice::new(0));
}

impl Program {
    pub fn new(clock: Arc<AtomicI64>, accounts: Vec<AccountId>) -> Self {
        Self { clock, accounts, spare: None }
    }

    /// From here on the server's randomness comes out of this seed.
    pub fn reseed(&self, seed: u64) {
        ENTROPY.with(|dice| *dice.borrow_mut() = Dice::new(seed ^ 0xe27));
    }

    fn app(&mut self, store: Store) -> App {
        match self.spare.take() {
            Some(mut app) => {
                app.store = store;
                app.coverage = CoverageCache::default();
                app.gate = Gate::default();
                app.leases = Leases::default();
                self.accounts.iter().for_each(|a| app.auth.drop_account(*a));
                app
            }
            None => {
                let clock = Arc::clone(&self.clock);
                let clock = Clock::new(move || Millis(clock.load(Ordering::SeqCst)));
                let entropy = Entropy::new(|bytes| {
                    ENTROPY.with(|dice| {
                        let mut dice = dice.borrow_mut();
                        bytes.iter_mut().for_each(|b| *b = dice.next() as u8);
                    });
                });
                App::new(store, secrets(), clock, entropy)
            }
        }
    }

    /// Somebody new has an account: what the server remembers of it ends with the server too.
    pub fn met(&mut self, account: AccountId) {
        self.accounts.push(account);
    }

    /// Starts a server over the database of a URL.
    pub fn start(&mut self, url: &str) -> Server {
        let brake = Arc::new(Brake::default());
        let on_park = Arc::clone(&brake);
        let runtime = Builder::new_current_thread()
            .enable_all()
            .on_thread_park(move || on_park.parked())
            .build()
            .expect("a runtime");
        let local = LocalSet::new();
        let store = local.block_on(&runtime, Store::open(url)).expect("the book opens");
        let state = State::new(self.app(store));
        let service = Rc::new(local.block_on(&runtime, init_service(build(state.clone()))));
        let call: Call = Rc::new(move |ask: Ask| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let response = service.call(ask.request().to_request()).await;
                let response = response.expect("the edge turns faults into answers");
                let status = response.status().as_u16();
                let cookie = response.response().cookies().find(|c| c.name() == COOKIE);
                let cookie = cookie.map(|c| c.value().to_owned());
                let bytes = to_bytes(response.into_body()).await.unwrap_or_default();
                let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
                Answer { status, body, cookie }
            })
        });
        Server { runtime, local, call, state, brake }
    }
}

/// A running server.
pub struct Server {
    runtime: Runtime,
    local: LocalSet,
    call: Call,
    state: State,
    brake: Arc<Brake>,
}

impl Server {
    /// An account was disabled or enabled from the command line, and this process has noticed.
    pub fn forget_account(&self, account: AccountId) {
        self.state.auth.drop_account(account);
    }

    /// Runs something on the server's own runtime.
    pub fn run<T>(&self, what: impl Future<Output = T>) -> T {
        self.local.block_on(&self.runtime, what)
    }

    pub fn store(&self) -> Store {
        self.state.store.clone()
    }

    /// One request and its answer.
    pub fn ask(&self, ask: Ask) -> Answer {
        self.run((self.call)(ask))
    }

    /// Requests that arrive together.
    pub fn ask_together(&self, asks: Vec<Ask>) -> Vec<Answer> {
        self.run(future::join_all(asks.into_iter().map(|ask| (self.call)(ask))))
    }

    /// Requests that arrive together, and something else that happens when the server has waited for
    /// the database so many times, if it has not answered by then.
    pub fn ask_with(
        &self,
        asks: Vec<Ask>,
        waits: isize,
        then: impl Future<Output = ()>,
    ) -> Vec<Answer> {
        self.brake.left.store(waits, Ordering::SeqCst);
        let calls = asks.into_iter().map(|ask| (self.call)(ask));
        let calls = Box::pin(future::join_all(calls));
        let brake = Box::pin(self.brake.pulled());
        let answers = self.run(async {
            match future::select(calls, brake).await {
                future::Either::Left((answers, _)) => answers,
                future::Either::Right(((), calls)) => {
                    then.await;
                    calls.await
                }
            }
        });
        self.brake.let_go();
        answers
    }

    /// Kills the server while requests are under way: when it has waited for the database so many
    /// times. Answers that left before are given back.
    pub fn kill(self, program: &mut Program, asks: Vec<Ask>, waits: isize) -> Vec<Option<Answer>> {
        let answers: Rc<RefCell<Vec<Option<Answer>>>> =
            Rc::new(RefCell::new(vec![None; asks.len()]));
        self.brake.left.store(waits, Ordering::SeqCst);
        let calls = asks.into_iter().enumerate().map(|(n, ask)| {
            let (call, answers) = ((self.call)(ask), Rc::clone(&answers));
            async move {
                let answer = call.await;
                answers.borrow_mut()[n] = Some(answer);
            }
        });
        let calls = Box::pin(future::join_all(calls));
        let killed = Box::pin(self.brake.pulled());
        self.local.block_on(&self.runtime, async {
            drop(future::select(calls, killed).await);
        });
        self.brake.let_go();
        let Self { runtime, local, call, state, .. } = self;
        {
            // What is dropped gives its connection back to a pool, which needs a runtime to do it on.
            let _inside = runtime.enter();
            drop(call);
            drop(local);
        }
        runtime.shutdown_background();
        program.spare = Arc::try_unwrap(Data::into_inner(state)).ok();
        Rc::try_unwrap(answers).map(RefCell::into_inner).unwrap_or_default()
    }
}
