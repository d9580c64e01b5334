//! Opening the book and listening.

use std::fs::DirBuilder;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::Server;
use anyhow::Context;
use gocua_store::{Engine, Store, StoreError};
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use rustls::ServerConfig;
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

use crate::api::gate::Bounds;
use crate::app::{self, App, Clock, Entropy, State};
use crate::auth::secrets::Secrets;
use crate::auth::setup;
use crate::basemap::{self, Basemap};
use crate::commands::demo;
use crate::config::{BookArgs, DemoArgs, ServeArgs};
use crate::public::CheckBounds;
use crate::{tls, web};

/// How often what was noticed of phones is brought into the book.
const WRITE_DOWN: Duration = Duration::from_secs(5);
/// How long a server that stops tries to write the last of it.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// How often operations that wait are looked at: they wait for days.
const LOOK_AT_WAITING: Duration = Duration::from_secs(3_600);
/// How often the latest records are looked through. Nothing waits for it.
const LOOK_THROUGH: Duration = Duration::from_secs(300);

/// Opens the book of the command line and brings its schema up to date.
///
/// # Errors
/// When the database cannot be opened, is too old to trust, or a migration fails.
pub async fn open_book(args: &BookArgs) -> anyhow::Result<Store> {
    if let Some(dir) = args.sqlite_file().as_deref().and_then(Path::parent) {
        make_private_dir(dir)?;
    }
    let store = Store::open(&args.database_url).await.context("opening the book")?;
    store.migrate().await.context("bringing the book's schema up to date")?;
    Ok(store)
}

/// Serves until the process is told to stop; requests under way are finished first.
///
/// # Errors
/// When the book, the secrets, a certificate or the port cannot be had.
pub async fn serve(book: &BookArgs, args: &ServeArgs) -> anyhow::Result<()> {
    let store = open_book(book).await?;
    if args.demo && store.wards().await?.is_empty() {
        demo::run(&store, &DemoArgs::default()).await?;
    }
    let made_up = store.demo_wards().await?;
    let dir = book.secret_file.parent().unwrap_or(Path::new("."));
    make_private_dir(dir)?;
    let (clock, entropy) = (Clock::system(), Entropy::system());
    let secrets = Secrets::open(&book.secret_file, entropy)?;
    let mut listen = args.listen;
    let mut tls = None;
    let bounds = Bounds { burst: args.sync_burst, per_second: args.sync_per_second };
    let empty = store.is_empty().await?;
    let asking = CheckBounds {
        burst: args.check_burst,
        per_minute: args.check_per_minute,
        miss_burst: args.check_misses,
        miss_per_minute: args.check_misses_per_minute,
    };
    let mut app = App::new(store, secrets, clock.clone(), entropy)
        .bounded(bounds)
        .asked_by(asking, args.trusted_proxy);
    let mut code = None;
    if empty {
        let made = setup::new_code(entropy).context("drawing the set-up code")?;
        app = app.to_be_set_up(&made);
        code = Some(made);
    }
    app = app.on_basemap(basemap(args, dir)?);
    if args.lan {
        let lan = tls::for_lan(dir, clock.now())?;
        listen = SocketAddr::from((Ipv4Addr::UNSPECIFIED, listen.port()));
        announce_lan(SocketAddr::from((lan.address, listen.port())), &lan.fingerprint);
        app = app.over_tls(Some(lan.authority));
        tls = Some(lan.tls);
    } else if let (Some(cert), Some(key)) = (&args.tls_cert, &args.tls_key) {
        tls = Some(tls::from_files(cert, key)?);
        app = app.over_tls(None);
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    let listener = TcpListener::bind(listen).with_context(|| format!("listening on {listen}"))?;
    println!("Gõ Cửa: {scheme}://{}", listener.local_addr()?);
    if !made_up.is_empty() {
        demo::print_logins();
    }
    if let Some(code) = code {
        announce_setup(&code);
    }
    let state = State::new(app);
    let (stop, stopped) = oneshot::channel();
    let writing =
        tokio::spawn(write_down(state.clone(), book_of_its_own(&state, book).await?, stopped));
    let waiting = tokio::spawn(go_on_without(state.clone()));
    let watching = tokio::spawn(watch_quality(state.clone()));
    run(state.clone(), listener, tls, None)?.await?;
    waiting.abort();
    watching.abort();
    // It is asked and not aborted: half-way through it would not know what is written.
    let _ = stop.send(());
    let _ = tokio::time::timeout(LAST_WORDS, writing).await;
    tracing::info!("stopped");
    Ok(())
}

/// The base map that is named, or the one that lies in the server's directory.
fn basemap(args: &ServeArgs, dir: &Path) -> anyhow::Result<Option<Basemap>> {
    let beside = dir.join(basemap::FILE);
    let Some(path) = args.basemap.clone().or_else(|| beside.exists().then_some(beside)) else {
        return Ok(None);
    };
    let basemap = Basemap::open(&path).with_context(|| format!("base map {}", path.display()))?;
    Ok(Some(basemap))
}

/// The book over connections that no worker opened. Those to PostgreSQL die with the worker that
/// opened them, and one that dies between a commit and its answer leaves it unknown whether what it
/// carried was counted.
async fn book_of_its_own(state: &State, args: &BookArgs) -> anyhow::Result<Store> {
    match state.store.engine() {
        Engine::Sqlite => Ok(state.store.clone()),
        Engine::Postgres => Ok(Store::open(&args.database_url).await?),
    }
}

/// Brings into the book from time to time, and once more at the end, what was noticed of phones.
async fn write_down(state: State, book: Store, mut stopped: oneshot::Receiver<()>) {
    let mut beat = tokio::time::interval(WRITE_DOWN);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut over = false;
    while !over {
        tokio::select! {
            _ = beat.tick() => {}
            _ = &mut stopped => over = true,
        }
        if let Err(cause) = state.gate.write_down(&book).await {
            tracing::warn!(%cause, "what phones said could not be written down");
        }
    }
}

/// Takes in from time to time the operations that have waited too long for an earlier one, and forgets
/// household lists nobody finished and numbers to call back whose day is over.
async fn go_on_without(state: State) {
    let mut beat = tokio::time::interval(LOOK_AT_WAITING);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(cause) = release_held(&state).await {
            tracing::warn!(%cause, "operations that waited too long wait until the next time");
        }
        if let Err(cause) = state.store.forget_old_imports(state.now()).await {
            tracing::warn!(%cause, "old drafts of household lists wait until the next time");
        }
        if let Err(cause) = forget_phones(&state).await {
            tracing::warn!(%cause, "numbers to call back wait until the next time");
        }
    }
}

async fn release_held(state: &State) -> Result<(), StoreError> {
    for ward in state.store.wards().await? {
        let settled = state.store.release_held(&ward, state.now()).await?;
        if settled > 0 {
            tracing::warn!(ward, settled, "operations no longer wait for what never came");
        }
    }
    Ok(())
}

/// Numbers to call back go when their day is over, whoever has called.
async fn forget_phones(state: &State) -> Result<(), StoreError> {
    for ward in state.store.wards().await? {
        let gone = state.store.forget_phones(&ward, state.now()).await?;
        if gone > 0 {
            tracing::info!(ward, gone, "numbers to call back are deleted");
        }
    }
    Ok(())
}

/// Looks through from time to time what came in, beside the pushes and never in them, and draws once
/// a day which households are asked again.
async fn watch_quality(state: State) {
    let mut beat = tokio::time::interval(LOOK_THROUGH);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(cause) = look_through(&state).await {
            tracing::warn!(%cause, "the latest records wait until the next time");
        }
    }
}

async fn look_through(state: &State) -> Result<(), StoreError> {
    for ward in state.store.wards().await? {
        let mut dice = state.entropy.dice();
        state.store.watch_quality(&ward, state.now(), &mut dice).await?;
    }
    Ok(())
}

/// The server over a listener that is open already: the program's, or a test's on a free port.
///
/// # Errors
/// When the listener cannot be used.
pub fn run(
    state: State,
    listener: TcpListener,
    tls: Option<ServerConfig>,
    workers: Option<usize>,
) -> std::io::Result<Server> {
    let mut server = HttpServer::new(move || app::build(state.clone()))
        .client_request_timeout(Duration::from_secs(5))
        // A packed answer leaves in pieces; without this a later piece waits 40 ms for the receipt of
        // the first.
        .tcp_nodelay(true)
        .keep_alive(Duration::from_secs(15))
        // A phone that closes its line wants no answer any more: its place becomes free at once, and
        // the sync counts as one that broke off.
        .h1_allow_half_closed(false)
        .shutdown_timeout(10);
    if let Some(workers) = workers {
        // A server beside others in one process leaves the signals to them.
        server = server.workers(workers).disable_signals();
    }
    Ok(match tls {
        Some(tls) => server.listen_rustls_0_23(listener, tls)?.run(),
        None => server.listen(listener)?.run(),
    })
}

fn make_private_dir(dir: &Path) -> anyhow::Result<()> {
    if dir.as_os_str().is_empty() || dir.exists() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).with_context(|| format!("making {}", dir.display()))
}

/// Says how an empty server is set up. The code stands here and nowhere else, not in the log either: the
/// first on the network must not become its administrator.
fn announce_setup(code: &str) {
    println!(
        "\nMáy chủ này chưa được cài đặt · this server is not set up yet\n\
         \x20 Mã cài đặt · set-up code: {}\n\
         \x20 Mở địa chỉ ở trên và nhập mã này. Mã chỉ hiện ở đây, dùng một lần; chạy lại thì có mã mới.\n\
         \x20 Open the address above and enter it. It is shown only here and serves once.",
        setup::spelled(code)
    );
}

/// Says how a phone on the network gets in, and what it lacks until it trusts the certificate.
fn announce_lan(at: SocketAddr, fingerprint: &str) {
    let url = format!("https://{at}/");
    println!("Gõ Cửa trên mạng nội bộ · on the local network: {url}");
    if let Ok(code) = QrCode::new(&url) {
        println!("{}", code.render::<Dense1x2>().quiet_zone(true).build());
    }
    println!(
        "1. Chứng chỉ cần tin cậy trên điện thoại · certificate to trust on the phone: https://{at}{}\n   SHA-256 {fingerprint}",
        web::AUTHORITY_PATH
    );
    println!("2. Mở lại địa chỉ trên, đăng nhập · open the address again and sign in");
    println!(
        "Chưa tin cậy chứng chỉ thì không cài được ứng dụng và không làm việc ngoại tuyến được.\n\
         Until the certificate is trusted the app cannot be installed and does not work offline:\n\
         the browser warns, and refuses the service worker."
    );
}
