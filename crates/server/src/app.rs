//! What every request passes: the application's state, its routes, and the edge around them.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::{Compress, Next, from_fn};
use actix_web::web::{Data, PathConfig, QueryConfig, get, head};
use actix_web::{HttpRequest, HttpResponse};
use gocua_domain::time::Millis;
use gocua_store::Store;
use rand::TryRng;
use rand::rngs::SysRng;
use utoipa_actix_web::AppExt;
use uuid::{Builder, Uuid};

use crate::api::coverage::CoverageCache;
use crate::api::docs::Docs;
use crate::api::extract::{path_fault, query_fault};
use crate::api::gate::{Bounds, Gate};
use crate::api::problem::{Code, Problem};
use crate::auth::Auth;
use crate::auth::secrets::Secrets;
use crate::auth::setup::Setup;
use crate::basemap::{self, Basemap};
use crate::intake::Reader;
use crate::leases::Leases;
use crate::public::{CheckBounds, Public};
use crate::{api, ogc, public, web};

/// The state as handlers take it in.
pub type State = Data<App>;

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Millis + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is wired")]
    pub fn system() -> Self {
        Self::new(|| Millis::from_utc(chrono::Utc::now()))
    }

    /// Another clock: tests move time by hand.
    pub fn new(now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    pub fn now(&self) -> Millis {
        self.0()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Where randomness comes from.
#[derive(Clone, Copy, Debug)]
pub struct Entropy(fn(&mut [u8]));

impl Entropy {
    /// The operating system's.
    pub fn system() -> Self {
        Self(|bytes| {
            // Without randomness no secret can be made: going on would be worse than stopping.
            SysRng.try_fill_bytes(bytes).expect("the operating system gives random bytes");
        })
    }

    /// Another source.
    pub fn new(fill: fn(&mut [u8])) -> Self {
        Self(fill)
    }

    /// So many random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.0)(&mut bytes);
        bytes
    }

    /// Dice: throws a number from 0 to n - 1, all alike.
    pub fn dice(self) -> impl FnMut(u64) -> u64 + Send {
        move |n| u64::from_le_bytes(self.bytes()) % n.max(1)
    }
}

/// The running application.
#[derive(Debug)]
pub struct App {
    /// The ward's book.
    pub store: Store,
    /// Signing in.
    pub auth: Auth,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub entropy: Entropy,
    /// Finished coverage answers.
    pub coverage: CoverageCache,
    /// The door of the phones' calls.
    pub gate: Gate,
    /// Who stands at which door.
    pub leases: Leases,
    /// The page at which everybody may ask who was sent.
    pub public: Public,
    /// What reads strangers' files.
    pub reader: Reader,
    /// How far its set-up has come.
    pub setup: Setup,
    /// The description of the API.
    pub docs: Docs,
    /// The base map under the groups, if the house has one.
    pub basemap: Option<Basemap>,
    secure: bool,
    authority: Option<String>,
}

impl App {
    /// Puts the application together.
    pub fn new(store: Store, secrets: Secrets, clock: Clock, entropy: Entropy) -> Self {
        let auth = Auth::new(secrets, entropy.bytes());
        let docs = Docs::new(&api::describe());
        Self {
            store,
            auth,
            clock,
            entropy,
            coverage: CoverageCache::default(),
            gate: Gate::default(),
            leases: Leases::default(),
            public: Public::default(),
            reader: Reader::child(),
            setup: Setup::default(),
            docs,
            basemap: None,
            secure: false,
            authority: None,
        }
    }

    /// Says how often one phone may sync.
    #[must_use]
    pub fn bounded(mut self, bounds: Bounds) -> Self {
        self.gate = Gate::new(bounds);
        self
    }

    /// Says how often one address may ask who was sent, and which front proxy's word about the address
    /// is taken.
    #[must_use]
    pub fn asked_by(mut self, bounds: CheckBounds, proxy: Option<IpAddr>) -> Self {
        self.public = Public::new(bounds, proxy);
        self
    }

    /// Says what reads strangers' files.
    #[must_use]
    pub fn reading_with(mut self, reader: Reader) -> Self {
        self.reader = reader;
        self
    }

    /// Says that nobody has set this server up, and with which code it may be.
    #[must_use]
    pub fn to_be_set_up(mut self, code: &str) -> Self {
        self.setup = Setup::waiting(self.auth.setup_tag(code));
        self
    }

    /// Says that there is a base map.
    #[must_use]
    pub fn on_basemap(mut self, basemap: Option<Basemap>) -> Self {
        self.basemap = basemap;
        self
    }

    /// Says that this server itself speaks TLS, and with which certificate authority of its own
    /// (PEM), if it made one.
    #[must_use]
    pub fn over_tls(mut self, authority: Option<String>) -> Self {
        self.secure = true;
        self.authority = authority;
        self
    }

    /// The time.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// A new UUIDv7.
    pub fn new_id(&self) -> Uuid {
        let millis = u64::try_from(self.now().0).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.entropy.bytes::<10>()).into_uuid()
    }

    /// The certificate authority to trust on the local network, if this server made one.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }
}

/// The application as actix serves it, one instance a worker.
pub fn build(
    state: State,
) -> actix_web::App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    actix_web::App::new()
        .app_data(state)
        .app_data(QueryConfig::default().error_handler(query_fault))
        .app_data(PathConfig::default().error_handler(path_fault))
        .into_utoipa_app()
        .service(utoipa_actix_web::scope("/api/v1").configure(api::routes))
        .into_app()
        .route("/api/docs", get().to(api::docs::page))
        .route("/api/docs.css", get().to(api::docs::style))
        .route(basemap::PATH, get().to(basemap::serve))
        .route(basemap::PATH, head().to(basemap::serve))
        .service(actix_web::web::scope("/ogc").configure(ogc::routes))
        .configure(public::routes)
        .default_service(actix_web::web::to(fallback))
        .wrap(Compress::default())
        .wrap(from_fn(edge))
}

/// What no route took: a file of the app, or nothing.
async fn fallback(req: HttpRequest, app: State) -> Result<HttpResponse, Problem> {
    if req.path() == "/api" || req.path().starts_with("/api/") {
        return Err(app.docs.absent(req.path()));
    }
    Ok(web::answer(&req, app.authority()))
}

/// The header a page of another site cannot send without asking first.
const CALLER_HEADER: &str = "x-gocua";
/// Paths of the API that anybody may read, as a link too.
const OPEN_PATHS: [&str; 2] = ["/api/v1/health", "/api/v1/openapi.json"];

/// Around everything: gives the request its id, refuses other sites' pages, turns every refusal
/// into problem+json, puts the security headers on every answer, and logs one line without
/// anybody's data: neither the path as sent nor the query, only the route.
async fn edge(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = req.app_data::<State>().cloned() else {
        return Err(Problem::internal("no application state").into());
    };
    let started = app.now();
    let id = app.new_id();
    let method = req.method().clone();
    let api = req.path().starts_with("/api/") || req.path().starts_with("/ogc");
    let response = match foreign(&req) {
        Some(problem) => req.error_response(problem),
        None => next.call(req).await?.map_into_boxed_body(),
    };
    let route = response.request().match_pattern().unwrap_or_else(|| "-".into());
    let mut response = explained(response, api, id);
    harden(response.headers_mut(), api, app.secure, id);
    let ms = app.now().0 - started.0;
    tracing::info!(request_id = %id, %method, route, status = response.status().as_u16(), ms);
    Ok(response)
}

/// Refuses calls that a page of another site may have caused.
fn foreign(req: &ServiceRequest) -> Option<Problem> {
    if !req.path().starts_with("/api/v1/") || OPEN_PATHS.contains(&req.path()) {
        return None;
    }
    let header = |name: &str| req.headers().get(name).map(HeaderValue::as_bytes);
    if header("sec-fetch-site") == Some(b"cross-site") {
        return Some(Problem::new(Code::Forbidden).detail("Calls from other sites are refused"));
    }
    if header(CALLER_HEADER) != Some(b"1") {
        return Some(Problem::new(Code::Forbidden).detail("The header X-Gocua: 1 is missing"));
    }
    None
}

/// Gives a refusal its body, whoever made it, and its cause to the log.
fn explained(response: ServiceResponse<BoxBody>, api: bool, id: Uuid) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let framework;
    let problem = match response.response().error().map(actix_web::Error::as_error::<Problem>) {
        Some(Some(problem)) => problem,
        _ if api && (status.is_client_error() || status.is_server_error()) => {
            framework = Problem::new(Code::of_status(status));
            &framework
        }
        _ => return response,
    };
    if let Some(cause) = problem.cause() {
        tracing::error!(request_id = %id, cause, "request failed");
    }
    let answer = problem.respond(Some(id.to_string()));
    response.into_response(answer)
}

/// What a page of ours may load and do. WebAssembly is for the stretching of the phone's PIN; it
/// opens no way to text run as code. `svelte-trusted-html` and `sw-url` are the two Trusted
/// Types policies the app makes.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; \
    manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types svelte-trusted-html sw-url map-worker";
/// Of the phone only the camera may be asked for, and only by our own pages: they read the code of a
/// team off a poster, keep no picture and send none. No place, no microphone.
const PERMISSIONS: &str = "geolocation=(self), camera=(self), microphone=(), payment=(), usb=(), \
    serial=(), midi=(), display-capture=(), browsing-topics=()";

fn harden(headers: &mut HeaderMap, api: bool, secure: bool, id: Uuid) {
    // A page may be stricter with itself than the app is.
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
    ] {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if secure {
        set(STRICT_TRANSPORT_SECURITY, "max-age=63072000");
    }
    if api && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_that_speaks_tls_pins_it() {
        for secure in [false, true] {
            let mut headers = HeaderMap::new();
            harden(&mut headers, true, secure, Uuid::nil());
            assert_eq!(headers.contains_key(STRICT_TRANSPORT_SECURITY), secure);
        }
    }

    #[test]
    fn an_answer_that_says_how_it_may_be_kept_is_left_alone() {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        harden(&mut headers, true, false, Uuid::nil());
        let kept: Vec<_> = headers.get_all(CACHE_CONTROL).collect();
        assert_eq!(kept, [&HeaderValue::from_static("private, no-cache")]);
    }
}
