//! The door of the phone's calls: one phone must not make the others wait.
//!
//! A phone pushes, pulls and carries once at a time and not too often; pulls of everything wait in one
//! line. What fails is counted by phone, and what phones say of themselves is kept, both in memory:
//! [`Gate::write_down`] brings them into the book in batches, so that no sync writes for the sake of
//! counting.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use bytes::Bytes;
use gocua_domain::account::Principal;
use gocua_domain::id::DeviceId;
use gocua_domain::pull::Cursor;
use gocua_domain::time::Millis;
use gocua_store::{Fault, FaultCount, PhoneNote, Store, StoreError};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::extract::{Caller, bearer, device_proof};
use super::problem::{Code, Problem};
use crate::app::State;
use crate::auth;

/// How often one phone may sync.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Requests at once: a day without a network in batches, and the pages of a first pull.
    pub burst: u32,
    /// Requests a second after that.
    pub per_second: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { burst: 40, per_second: 2 }
    }
}

/// Full pulls the book answers at the same time: each reads a team's whole turf.
const FULL_AT_ONCE: usize = 2;
/// Full pulls that wait for one of those.
const FULL_WAITING: usize = 128;
/// How long one waits before it is told to come back.
const FULL_PATIENCE: Duration = Duration::from_secs(10);
/// After this long an answer still on its way stands in no later call's way: its phone may be out of
/// reach, and a dead line shows only after many minutes.
const STALLED_MS: i64 = 15_000;
/// A phone that asks too often is told so this much later: a loop that does not listen would otherwise
/// ask again at once, and to refuse it hundreds of times a second is work too.
const SLOW_DOWN: Duration = Duration::from_millis(250);
/// More phones than a city has; those at rest are forgotten first.
const KEPT: usize = 20_000;
/// The longest account of itself a phone is listened to.
const WORDS: usize = 120;

/// The phones' places at the door, and what there is to write down.
#[derive(Debug)]
pub struct Gate {
    bounds: Bounds,
    places: Mutex<HashMap<DeviceId, Place>>,
    full: Semaphore,
    line: Semaphore,
    notes: Mutex<Notes>,
}

/// What a phone calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Push,
    Pull,
    Carry,
}

/// One phone's place.
#[derive(Debug)]
struct Place {
    push: Option<Held>,
    pull: Option<Held>,
    carry: Option<Held>,
    /// Thousandths of requests the phone may still make.
    allowance: i64,
    counted_at: Millis,
    calls: u64,
}

/// A call at work: its number among the phone's calls, and since when its answer is on its way.
#[derive(Clone, Copy, Debug)]
struct Held {
    call: u64,
    answering: Option<Millis>,
}

#[derive(Debug, Default)]
struct Notes {
    faults: HashMap<(DeviceId, Fault), FaultCount>,
    phones: HashMap<DeviceId, PhoneNote>,
}

impl Default for Gate {
    fn default() -> Self {
        Self::new(Bounds::default())
    }
}

impl Gate {
    /// A gate nobody has passed.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            places: Mutex::default(),
            full: Semaphore::new(FULL_AT_ONCE),
            line: Semaphore::new(FULL_WAITING),
            notes: Mutex::default(),
        }
    }

    /// Brings what was noticed since the last time into the book. What cannot be written now is kept
    /// for the next time.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn write_down(&self, store: &Store) -> Result<(), StoreError> {
        let Notes { faults, phones } = self.notes(std::mem::take);
        let faults: Vec<_> = faults.into_values().collect();
        let phones: Vec<_> = phones.into_values().collect();
        let counted = store.note_faults(&faults).await;
        let heard = store.note_phones(&phones).await;
        self.notes(|notes| {
            if counted.is_err() {
                faults.into_iter().for_each(|f| notes.count(f));
            }
            if heard.is_err() {
                for note in phones {
                    notes.phones.entry(note.device).or_insert(note);
                }
            }
        });
        counted?;
        heard.map(drop)
    }

    /// Lets a call in, or says after how many milliseconds it may try again.
    fn enter(&self, device: DeviceId, call: Call, now: Millis) -> Result<u64, Option<i64>> {
        let full = i64::from(self.bounds.burst) * 1000;
        let speed = i64::from(self.bounds.per_second);
        self.places(|places| {
            if places.len() >= KEPT && !places.contains_key(&device) {
                places.retain(|_, place| place.busy() || place.refilled(full, speed, now) < full);
            }
            let place = places.entry(device).or_insert_with(|| Place::new(full, now));
            place.allowance = place.refilled(full, speed, now);
            place.counted_at = now;
            if place.allowance < 1000 {
                return Err(Some((1000 - place.allowance) / speed.max(1)));
            }
            place.allowance -= 1000;
            let at_work = place.held(call).is_some_and(|held| {
                held.answering.is_none_or(|since| now.0 - since.0 < STALLED_MS)
            });
            if at_work {
                return Err(None);
            }
            place.calls += 1;
            let number = place.calls;
            *place.held(call) = Some(Held { call: number, answering: None });
            Ok(number)
        })
    }

    fn answering(&self, device: DeviceId, call: Call, number: u64, now: Millis) {
        self.held(device, call, number, |held| {
            if let Some(held) = held {
                held.answering = Some(now);
            }
        });
    }

    fn leave(&self, device: DeviceId, call: Call, number: u64) {
        self.held(device, call, number, |held| *held = None);
    }

    /// The phone's place for a call, if this very call still has it.
    fn held(&self, device: DeviceId, call: Call, number: u64, act: impl FnOnce(&mut Option<Held>)) {
        self.places(|places| {
            let held = places.get_mut(&device).map(|place| place.held(call));
            if let Some(held) = held.filter(|h| h.is_some_and(|h| h.call == number)) {
                act(held);
            }
        });
    }

    /// Waits for a turn to pull everything; none when too many wait or the wait is too long.
    async fn full_pull(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(permit) = self.full.try_acquire() {
            return Some(permit);
        }
        let _place = self.line.try_acquire().ok()?;
        tokio::time::timeout(FULL_PATIENCE, self.full.acquire()).await.ok()?.ok()
    }

    fn hear(&self, said: Option<PhoneNote>) {
        if let Some(note) = said {
            self.notes(|notes| notes.phones.insert(note.device, note));
        }
    }

    fn count(&self, who: &Who, fault: Fault, now: Millis) {
        let (device, ward) = (who.device, who.ward.clone());
        self.notes(|notes| notes.count(FaultCount { device, ward, fault, count: 1, last_at: now }));
    }

    fn places<T>(&self, act: impl FnOnce(&mut HashMap<DeviceId, Place>) -> T) -> T {
        act(&mut self.places.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn notes<T>(&self, act: impl FnOnce(&mut Notes) -> T) -> T {
        act(&mut self.notes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Place {
    fn new(allowance: i64, now: Millis) -> Self {
        Self { push: None, pull: None, carry: None, allowance, counted_at: now, calls: 0 }
    }

    fn held(&mut self, call: Call) -> &mut Option<Held> {
        match call {
            Call::Push => &mut self.push,
            Call::Pull => &mut self.pull,
            Call::Carry => &mut self.carry,
        }
    }

    fn busy(&self) -> bool {
        self.push.is_some() || self.pull.is_some() || self.carry.is_some()
    }

    /// The allowance by now. A clock set back gives nothing and takes nothing.
    fn refilled(&self, full: i64, speed: i64, now: Millis) -> i64 {
        let passed = now.0.saturating_sub(self.counted_at.0).max(0);
        self.allowance.saturating_add(passed.saturating_mul(speed)).min(full)
    }
}

impl Notes {
    fn count(&mut self, more: FaultCount) {
        self.faults
            .entry((more.device, more.fault))
            .and_modify(|known| {
                known.count += more.count;
                known.last_at = known.last_at.max(more.last_at);
            })
            .or_insert(more);
    }
}

/// A phone whose account belongs to a ward.
#[derive(Clone, Debug)]
pub struct Who {
    device: DeviceId,
    /// Code of the ward.
    pub ward: String,
}

impl Who {
    fn of(principal: &Principal) -> Option<Self> {
        Some(Self { device: principal.device, ward: principal.ward.clone()? })
    }
}

/// Around `sync/push`.
///
/// # Errors
/// None of its own: refusals are answers.
pub async fn push(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    pass(Call::Push, req, next).await
}

/// Around `sync/pull`.
///
/// # Errors
/// None of its own: refusals are answers.
pub async fn pull(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    pass(Call::Pull, req, next).await
}

/// Around `sync/carry`, which a phone may also call by its own signature: it then finds [`Who`] that
/// is among what the request bears. Nothing of the body is read for a stranger.
///
/// # Errors
/// None of its own: refusals are answers.
pub async fn carry(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(proof) = device_proof(req.request()).map(str::to_owned) else {
        return pass(Call::Carry, req, next).await;
    };
    let Some(app) = req.app_data::<State>().cloned() else {
        return Ok(req.error_response(Problem::internal("no application state")));
    };
    match auth::courier(&app, &proof).await {
        Ok((device, ward)) => {
            let who = Who { device, ward };
            req.extensions_mut().insert(who.clone());
            at_the_gate(app, Call::Carry, who, false, req, next).await
        }
        Err(problem) => Ok(req.error_response(problem)),
    }
}

async fn pass(
    call: Call,
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let Some(app) = req.app_data::<State>().cloned() else {
        return Ok(req.error_response(Problem::internal("no application state")));
    };
    let now = app.now();
    let caller = match req.extract::<Caller>().await {
        Ok(Caller(principal)) => principal,
        Err(problem) => {
            let known = bearer(req.request()).and_then(|token| auth::remembered(&app, token));
            let known = known.as_ref().and_then(Who::of);
            if let (Some(who), Some(fault)) = (known, fault_of(problem.code())) {
                app.gate.count(&who, fault, now);
            }
            return Ok(req.error_response(problem));
        }
    };
    // An account without a ward has no book to sync with; the handler says so.
    let Some(who) = Who::of(&caller) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let all = call == Call::Pull && wants_all(req.request(), &caller);
    at_the_gate(app, call, who, all, req, next).await
}

/// A call of a phone that is known: let in when it is its turn, and `all` when everything is to be
/// pulled.
async fn at_the_gate(
    app: State,
    call: Call,
    who: Who,
    all: bool,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let now = app.now();
    let said = words(req.request(), who.device, now);
    if call == Call::Pull {
        app.gate.hear(said.clone());
    }
    let number = match app.gate.enter(who.device, call, now) {
        Ok(number) => number,
        Err(wait) => {
            app.gate.hear(said);
            app.gate.count(&who, Fault::TooMany, now);
            let problem = Problem::new(Code::TooManyRequests);
            let problem = match wait {
                Some(ms) => {
                    tokio::time::sleep(SLOW_DOWN).await;
                    problem.retry_after_ms(ms)
                }
                None => problem.detail("The last call of this kind is still at work"),
            };
            return Ok(req.error_response(problem));
        }
    };
    let mut turn = Turn { app: app.clone(), who, call, number, over: false };
    let mut full = None;
    if all {
        full = app.gate.full_pull().await;
        if full.is_none() {
            turn.end(Some(Fault::Busy));
            return Ok(req.error_response(Problem::new(Code::Unavailable)));
        }
    }
    let response = next.call(req).await?;
    drop(full);
    let refusal = response.response().error().map(|e| e.as_error::<Problem>().map(Problem::code));
    if let Some(code) = refusal {
        app.gate.hear(said);
        turn.end(fault_of(code.unwrap_or(Code::Internal)));
        return Ok(response.map_into_boxed_body());
    }
    app.gate.answering(turn.who.device, call, number, app.now());
    Ok(response.map_body(|_, body| BoxBody::new(Sent { body: BoxBody::new(body), turn })))
}

/// As what a refusal counts; nothing when it is part of everyday life, like an access token that has
/// run out.
fn fault_of(code: Code) -> Option<Fault> {
    match code {
        Code::Unavailable => Some(Fault::Busy),
        Code::TooManyRequests => Some(Fault::TooMany),
        Code::PayloadTooLarge
        | Code::NotJson
        | Code::MalformedJson
        | Code::UnknownField
        | Code::InvalidField => Some(Fault::Malformed),
        Code::SessionExpired
        | Code::AccountDisabled
        | Code::DeviceMismatch
        | Code::DeviceRevoked => Some(Fault::RefusedSession),
        Code::Timeout => Some(Fault::Aborted),
        Code::Internal => Some(Fault::Internal),
        _ => None,
    }
}

/// Will this pull be answered with everything?
fn wants_all(req: &HttpRequest, caller: &Principal) -> bool {
    let cursor = req.query_string().split('&').find_map(|part| part.strip_prefix("cursor="));
    match cursor.and_then(|cursor| cursor.parse::<Cursor>().ok()) {
        Some(cursor) => caller.team.is_some_and(|team| team != cursor.team),
        None => true,
    }
}

/// What a phone says of itself in `X-Gocua-Phone: v=0.2.0; q=12; f=3; r=0`. What cannot be read is not
/// said: this must never be a reason to refuse work.
fn words(req: &HttpRequest, device: DeviceId, at: Millis) -> Option<PhoneNote> {
    let text = req.headers().get("x-gocua-phone")?.to_str().ok()?;
    // Only visible ASCII is a text here, so any byte is the end of a character.
    parse_words(&text[..text.len().min(WORDS)], device, at)
}

fn parse_words(text: &str, device: DeviceId, at: Millis) -> Option<PhoneNote> {
    let mut note =
        PhoneNote { device, app_version: None, queued: None, failed: None, rejected: None, at };
    for (name, value) in text.split(';').filter_map(|part| part.split_once('=')) {
        let (name, value) = (name.trim(), value.trim());
        let number = || value.parse::<i32>().ok().filter(|n| *n >= 0);
        match name {
            "v" if !value.is_empty() && value.len() <= 32 => {
                note.app_version = Some(value.to_owned());
            }
            "q" => note.queued = number(),
            "f" => note.failed = number(),
            "r" => note.rejected = number(),
            _ => {}
        }
    }
    let numbers = [note.queued, note.failed, note.rejected];
    (note.app_version.is_some() || numbers.iter().any(Option::is_some)).then_some(note)
}

/// A call at work. However it ends, the place becomes free; if nobody said how it ended, its phone
/// hung up.
struct Turn {
    app: State,
    who: Who,
    call: Call,
    number: u64,
    over: bool,
}

impl Turn {
    fn end(&mut self, fault: Option<Fault>) {
        if let Some(fault) = fault.filter(|_| !self.over) {
            self.app.gate.count(&self.who, fault, self.app.now());
        }
        self.over = true;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.app.gate.leave(self.who.device, self.call, self.number);
        self.end(Some(Fault::Aborted));
    }
}

/// An answer on its way: taken to its end, or left lying when the phone is gone.
struct Sent {
    body: BoxBody,
    turn: Turn,
}

impl MessageBody for Sent {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        let piece = Pin::new(&mut this.body).poll_next(cx);
        match &piece {
            Poll::Ready(None) => this.turn.end(None),
            Poll::Ready(Some(Err(_))) => this.turn.end(Some(Fault::Internal)),
            _ => {}
        }
        piece
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Millis = Millis(1_795_312_800_000);

    fn phone(n: u128) -> DeviceId {
        DeviceId(Uuid::from_u128(n))
    }

    /// A whole call; whether it was let in.
    fn call(gate: &Gate, device: DeviceId, call: Call, now: Millis) -> bool {
        let entered = gate.enter(device, call, now);
        if let Ok(number) = entered {
            gate.leave(device, call, number);
        }
        entered.is_ok()
    }

    #[test]
    fn a_long_day_goes_through_at_once_and_a_loop_does_not() {
        let gate = Gate::default();
        let made = (0..100).filter(|_| call(&gate, phone(1), Call::Push, NOW)).count();
        assert_eq!(made, 40);
        assert_eq!(gate.enter(phone(1), Call::Pull, NOW), Err(Some(500)));
        assert!(call(&gate, phone(2), Call::Push, NOW), "another phone does not feel it");
        let later = (1..=10_000).filter(|ms| call(&gate, phone(1), Call::Push, NOW.plus(*ms)));
        assert_eq!(later.count(), 20, "two a second");
        assert!(!call(&gate, phone(1), Call::Push, NOW), "a clock set back gives nothing");
        let rested = NOW.plus(86_400_000);
        assert_eq!((0..100).filter(|_| call(&gate, phone(1), Call::Pull, rested)).count(), 40);
    }

    #[test]
    fn one_of_each_kind_at_a_time() {
        let gate = Gate::default();
        let push = gate.enter(phone(1), Call::Push, NOW).expect("let in");
        assert_eq!(gate.enter(phone(1), Call::Push, NOW), Err(None));
        assert!(call(&gate, phone(1), Call::Pull, NOW));
        assert!(call(&gate, phone(1), Call::Carry, NOW));
        gate.leave(phone(1), Call::Push, push);
        assert!(call(&gate, phone(1), Call::Push, NOW));
    }

    #[test]
    fn an_answer_nobody_takes_gives_way_and_its_end_frees_nothing() {
        let gate = Gate::default();
        let lost = gate.enter(phone(1), Call::Pull, NOW).expect("let in");
        assert_eq!(gate.enter(phone(1), Call::Pull, NOW.plus(STALLED_MS)), Err(None), "at work");
        gate.answering(phone(1), Call::Pull, lost, NOW);
        assert_eq!(gate.enter(phone(1), Call::Pull, NOW.plus(STALLED_MS - 1)), Err(None));
        let next = gate.enter(phone(1), Call::Pull, NOW.plus(STALLED_MS)).expect("let in");
        gate.leave(phone(1), Call::Pull, lost);
        assert_eq!(gate.enter(phone(1), Call::Pull, NOW.plus(STALLED_MS)), Err(None));
        gate.leave(phone(1), Call::Pull, next);
        assert!(call(&gate, phone(1), Call::Pull, NOW.plus(STALLED_MS)));
    }

    #[test]
    fn phones_at_rest_are_forgotten_and_those_at_work_are_not() {
        let gate = Gate::default();
        gate.enter(phone(0), Call::Push, NOW).expect("let in");
        for n in 1..=2 * KEPT as u128 {
            assert!(call(&gate, phone(n), Call::Pull, NOW.plus(n as i64)));
        }
        let kept = gate.places(|places| places.len());
        assert!(kept <= KEPT + 2_000, "{kept}");
        assert_eq!(gate.enter(phone(0), Call::Push, NOW.plus(1)), Err(None));
    }

    #[actix_web::test]
    async fn full_pulls_wait_in_a_line_of_bounded_length() {
        let gate = Gate::default();
        let mut turns = Vec::new();
        for _ in 0..FULL_AT_ONCE {
            turns.push(gate.full_pull().await.expect("a turn"));
        }
        let places: Vec<_> = (0..FULL_WAITING).map(|_| gate.line.try_acquire()).collect();
        assert!(gate.full_pull().await.is_none(), "the line is full");
        drop(places);
        let waiting = gate.full_pull();
        turns.pop();
        assert!(waiting.await.is_some());
    }

    #[test]
    fn what_a_phone_says_of_itself_is_read_with_patience() {
        let read = |text: &str| {
            let note = parse_words(text, phone(1), NOW)?;
            Some((note.app_version, note.queued, note.failed, note.rejected))
        };
        let v = |text: &str| Some(text.to_owned());
        assert_eq!(read("v=0.2.0; q=12; f=3"), Some((v("0.2.0"), Some(12), Some(3), None)));
        assert_eq!(read("q=12"), Some((None, Some(12), None, None)));
        assert_eq!(read("r=0"), Some((None, None, None, Some(0))));
        assert_eq!(read(" f = 1 ;x=9;; v=1 "), Some((v("1"), None, Some(1), None)));
        assert_eq!(read("q=-1; f=many; r=; v=1"), Some((v("1"), None, None, None)));
        assert_eq!(read("q=99999999999"), None);
        assert_eq!(read(&format!("v={}", "9".repeat(33))), None);
        assert_eq!(read(""), None);
        assert_eq!(read("?"), None);
    }
}
