//! The page at which everybody may ask whether the visitor at the door was sent by the ward: without
//! signing in, without a cookie, without a script, without anybody else's server. It answers yes or
//! no, and nothing of anybody (ADR 29).
//!
//! Every no is made by the same work and in the same words, whether a number was never given, was
//! revoked, or belongs to somebody who stays at home today.

mod bucket;
mod page;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, RETRY_AFTER,
};
use actix_web::{HttpRequest, HttpResponse, web};
use gocua_domain::id::GroupId;
use gocua_domain::time::{Day, Millis};
use gocua_domain::trust::{Animal, BADGE_DIGITS, CODE_DIGITS, ReadCode, Visitor, digits};
use gocua_store::{KnownBadge, Shown, StoreError, TrustBoard, WardNow};
use serde::Deserialize;
use uuid::Uuid;

use bucket::Buckets;
pub use bucket::CheckBounds;
use page::{Typed, Wrong};

use crate::app::{App, State};

/// Where the page is.
pub const PATH: &str = "/kiem-tra";
/// Where its look is.
const STYLE_PATH: &str = "/kiem-tra/kieu.css";
/// Its look.
const STYLE: &str = include_str!("public/kieu.css");
/// Stricter than the app's: nothing runs here, and nothing is loaded but the look.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";
/// Nothing of the phone may be asked for.
const PERMISSIONS: &str = "geolocation=(), camera=(), microphone=(), payment=(), usb=(), serial=(), \
    midi=(), display-capture=(), browsing-topics=()";
/// After this long a ward's board is read anew, even when its number has not moved.
const FRESH_MS: i64 = 5_000;

/// What the page remembers, all of it in memory.
#[derive(Debug)]
pub struct Public {
    buckets: Buckets,
    proxy: Option<IpAddr>,
    boards: Mutex<HashMap<String, (Millis, Arc<TrustBoard>)>>,
}

impl Default for Public {
    fn default() -> Self {
        Self::new(CheckBounds::default(), None)
    }
}

impl Public {
    /// A page nobody has asked. `proxy` is the address of a front proxy whose word about who asks is
    /// taken.
    pub fn new(bounds: CheckBounds, proxy: Option<IpAddr>) -> Self {
        Self { buckets: Buckets::new(bounds), proxy, boards: Mutex::default() }
    }

    /// Who asks: the other end of the line, or whom the front proxy names last.
    fn asker(&self, req: &HttpRequest) -> IpAddr {
        let peer = req.peer_addr().map_or(IpAddr::from([0; 4]), |at| at.ip());
        if self.proxy != Some(peer.to_canonical()) {
            return peer;
        }
        let named = req.headers().get_all("x-forwarded-for").last();
        let named =
            named.and_then(|all| all.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
        named.unwrap_or(peer)
    }
}

/// Routes of the page.
pub fn routes(at: &mut web::ServiceConfig) {
    at.service(
        web::resource([PATH, "/kiem-tra/"])
            .route(web::get().to(form))
            .route(web::head().to(form))
            .route(web::post().to(asked)),
    )
    .service(
        web::resource("/kiem-tra/t/{token}")
            .route(web::get().to(scanned))
            .route(web::head().to(scanned)),
    )
    .route(STYLE_PATH, web::get().to(style));
}

/// Which ward the form is of.
#[derive(Debug, Default, Deserialize)]
struct FormQuery {
    #[serde(default)]
    phuong: String,
}

async fn form(req: HttpRequest, app: State) -> HttpResponse {
    let now = app.now();
    if let Err(wait) = app.public.buckets.enter(app.public.asker(&req), false, now) {
        return limited(wait);
    }
    let query = web::Query::<FormQuery>::from_query(req.query_string());
    let typed = Typed { phuong: query.map(|q| q.0.phuong).unwrap_or_default(), ..Typed::default() };
    shown(form_page(&app, &typed, None, now).await)
}

async fn form_page(
    app: &App,
    typed: &Typed,
    wrong: Option<Wrong>,
    now: Millis,
) -> Result<HttpResponse, StoreError> {
    let wards = app.store.wards_now().await?;
    let Some(ward) = chosen(&wards, &typed.phuong) else {
        return Ok(html(StatusCode::OK).body(page::wards(&wards)));
    };
    let board = board(app, ward, now).await?;
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(html(status).body(page::form(ward, &board, typed, wrong)))
}

/// The ward that is named, or the only one there is.
fn chosen<'a>(wards: &'a [WardNow], code: &str) -> Option<&'a WardNow> {
    match wards {
        [only] => Some(only),
        several => several.iter().find(|ward| ward.code == code),
    }
}

/// A question out of the form, with what can be said of it before the book is opened.
struct Question {
    number: String,
    group: Option<GroupId>,
    code: Option<ReadCode>,
}

fn read(typed: &Typed) -> Result<Question, Wrong> {
    let number = digits(&typed.so, BADGE_DIGITS).ok_or(Wrong::Number)?;
    // A group nobody has is one in which nobody is expected.
    let group = Some(&typed.to).filter(|to| !to.is_empty());
    let group = group.map(|to| to.parse().unwrap_or(GroupId(Uuid::nil())));
    let code = match typed.ma.trim() {
        "" => None,
        ma => {
            let digits = digits(ma, CODE_DIGITS).ok_or(Wrong::Code)?;
            Some(ReadCode { digits, animal: Animal::from_code(&typed.vat) })
        }
    };
    if code.is_some() && group.is_none() {
        return Err(Wrong::NoGroup);
    }
    Ok(Question { number, group, code })
}

async fn asked(
    req: HttpRequest,
    app: State,
    typed: Result<web::Form<Typed>, actix_web::Error>,
) -> HttpResponse {
    let (now, who) = (app.now(), app.public.asker(&req));
    if let Err(wait) = app.public.buckets.enter(who, true, now) {
        return limited(wait);
    }
    let typed = typed.map(web::Form::into_inner).unwrap_or_default();
    match read(&typed) {
        Ok(question) => shown(by_number(&app, who, &typed, &question, now).await),
        Err(wrong) => {
            app.public.buckets.no_miss(who);
            shown(form_page(&app, &typed, Some(wrong), now).await)
        }
    }
}

async fn by_number(
    app: &App,
    who: IpAddr,
    typed: &Typed,
    question: &Question,
    now: Millis,
) -> Result<HttpResponse, StoreError> {
    let wards = app.store.wards_now().await?;
    let Some(ward) = chosen(&wards, &typed.phuong) else {
        app.public.buckets.no_miss(who);
        return Ok(html(StatusCode::OK).body(page::wards(&wards)));
    };
    let board = board(app, ward, now).await?;
    let badge = app.store.shown_badge(Shown::Number(&ward.code, &question.number)).await?;
    let yes = expected(app, ward, &board, badge.as_ref(), (question.group, question.code.as_ref()));
    Ok(answered(app, who, Some((ward, &board)), yes, now))
}

async fn scanned(req: HttpRequest, app: State, token: web::Path<String>) -> HttpResponse {
    let (now, who) = (app.now(), app.public.asker(&req));
    if let Err(wait) = app.public.buckets.enter(who, true, now) {
        return limited(wait);
    }
    shown(by_token(&app, who, &token, now).await)
}

async fn by_token(
    app: &App,
    who: IpAddr,
    token: &str,
    now: Millis,
) -> Result<HttpResponse, StoreError> {
    let wards = app.store.wards_now().await?;
    let badge = app.store.shown_badge(Shown::Token(token)).await?;
    // The same is read whether the badge is known or not.
    let of = badge.as_ref().map_or("", |badge| &badge.ward);
    let named = wards.iter().find(|ward| ward.code == of);
    let Some(ward) = named.or(wards.first()) else {
        return Ok(html(StatusCode::OK).body(page::wards(&wards)));
    };
    let board = board(app, ward, now).await?;
    let yes = expected(app, ward, &board, badge.as_ref(), (None, None));
    // Among several wards a no does not say of which one the badge once was.
    let told = Some((ward, &*board)).filter(|_| yes || wards.len() == 1);
    Ok(answered(app, who, told, yes, now))
}

/// Is somebody with this badge expected? All of it is worked out, also when the first thing is a no.
fn expected(
    app: &App,
    ward: &WardNow,
    board: &TrustBoard,
    badge: Option<&KnownBadge>,
    (group, code): (Option<GroupId>, Option<&ReadCode>),
) -> bool {
    let team = badge.and_then(|badge| badge.team);
    let groups = team.and_then(|team| board.announced.get(&team));
    let asked = group.unwrap_or(GroupId(Uuid::nil()));
    let epochs = board.epochs.get(&asked).cloned().unwrap_or_default();
    let of_today = app.auth.door_codes(&ward.code, (asked, &epochs), board.today, 1);
    let visitor = Visitor {
        badge: badge.is_some_and(|badge| badge.good),
        member: team.is_some(),
        announced: groups.is_some(),
        in_group: group.map(|group| groups.is_some_and(|groups| groups.contains(&group))),
        code: code.map(|code| of_today.iter().any(|today| code.is(today))),
    };
    visitor.expected()
}

fn answered(
    app: &App,
    who: IpAddr,
    ward: Option<(&WardNow, &TrustBoard)>,
    yes: bool,
    now: Millis,
) -> HttpResponse {
    if yes {
        app.public.buckets.no_miss(who);
    }
    // A count, and nothing of who asked or about whom.
    tracing::info!(yes, "a visitor was asked about");
    let at = format!("{:02}:{:02}, {}", now.minute() / 60, now.minute() % 60, page::day(now.day()));
    // Packed, a yes would be of another length than a no.
    let plain = (CONTENT_ENCODING, "identity");
    html(StatusCode::OK).insert_header(plain).body(page::answer(ward, yes, &at))
}

/// The ward's board, read again when anything of the ward has changed.
async fn board(app: &App, ward: &WardNow, now: Millis) -> Result<Arc<TrustBoard>, StoreError> {
    let today: Day = now.day();
    let known = boards(app, |boards| boards.get(&ward.code).cloned());
    let fresh = |(at, board): &(Millis, Arc<TrustBoard>)| {
        board.seq >= ward.seq && board.today == today && (0..FRESH_MS).contains(&(now.0 - at.0))
    };
    if let Some((_, board)) = known.filter(fresh) {
        return Ok(board);
    }
    let board = Arc::new(app.store.trust_board(&ward.code, now).await?);
    boards(app, |boards| boards.insert(ward.code.clone(), (now, Arc::clone(&board))));
    Ok(board)
}

fn boards<T>(
    app: &App,
    act: impl FnOnce(&mut HashMap<String, (Millis, Arc<TrustBoard>)>) -> T,
) -> T {
    act(&mut app.public.boards.lock().unwrap_or_else(PoisonError::into_inner))
}

fn html(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((HeaderName::from_static("permissions-policy"), PERMISSIONS));
    answer
}

fn limited(wait_ms: i64) -> HttpResponse {
    let seconds = (wait_ms + 999) / 1_000;
    html(StatusCode::TOO_MANY_REQUESTS)
        .insert_header((RETRY_AFTER, seconds.to_string()))
        .body(page::slow_down(seconds))
}

fn shown(page: Result<HttpResponse, StoreError>) -> HttpResponse {
    page.unwrap_or_else(|cause| {
        tracing::error!(%cause, "the public page could not answer");
        html(StatusCode::SERVICE_UNAVAILABLE)
            .insert_header((RETRY_AFTER, "60"))
            .body(page::not_now())
    })
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((HeaderName::from_static("permissions-policy"), PERMISSIONS))
        .body(STYLE)
}
