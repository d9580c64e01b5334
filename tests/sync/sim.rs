//! One schedule: people, phones, the wire, the desk, the server and everything that goes wrong
//! between them, thrown from one seed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use gocua_domain::id::AccountId;
use gocua_domain::time::Millis;
use gocua_store::StoreError;
use gocua_tests::START;
use gocua_tests::phone::DeviceKey;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::acts::{Joined, Parcel};
use crate::bed::{Bed, Eye};
use crate::dice::Dice;
use crate::oracle::Ledger;
use crate::phone::{Disk, Mark, Op, Phone, Turf, Waiting};
use crate::server::{Answer, Ask, Program, Server};
use crate::world::{self, WARD};

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;
/// A batch of the model, small so that a queue takes several.
const BATCH: usize = 6;
/// The app keeps booked records for some days; here for hours, so that it happens.
const KEEP_MS: i64 = 3 * HOUR;

/// A rule that did not hold.
#[derive(Clone, Debug)]
pub struct Broken {
    /// `I1` .. `I14`, or `HTTP`.
    pub rule: &'static str,
    pub what: String,
    pub step: usize,
}

/// What is broken on purpose, to see that it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    Nothing,
    /// The phone calls booked what it has only sent.
    PhoneBooksWhatItSends,
    /// The phone loses its last unanswered record when it is killed.
    PhoneForgetsOnKill,
    /// The phone keeps the doors of alleys taken back.
    PhoneKeepsRevoked,
    /// The phone never gives up waiting for an operation it has lost.
    PhoneWaitsForEver,
    /// The server answers and then does nothing.
    ServerAnswersFirst,
    /// The server takes every delivery for a new one.
    ServerForgetsIds,
    /// The server loses a visit after the receipt.
    ServerLosesAVisit,
    /// The server leaves changed doors out of its answers.
    ServerSkipsDoors,
    /// The server gives one number to two receipts.
    ServerRepeatsANumber,
    /// The rollups count one visit too many.
    ServerMiscounts,
    /// The last edit to arrive wins, whenever it was made.
    ServerTakesTheLastEdit,
    /// The phone goes on showing who has withdrawn.
    PhoneKeepsTheWithdrawn,
    /// The book remembers who has withdrawn.
    ServerRemembersTheWithdrawn,
    /// A rung of the ladder is lost after the receipt.
    ServerLosesARung,
    /// The server shows a team the note of another.
    ServerShowsANote,
    /// A proposed house counts before the ward has said so.
    ServerCountsAProposal,
    /// A shift is lost after the receipt.
    ServerForgetsAShift,
    /// Parcels are thrown away by whoever carries them.
    CarrierThrowsAway,
    /// A phone that is shut out keeps what it has.
    PhoneKeepsAllWhenShutOut,
}

/// What a schedule went through.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    pub schedules: u64,
    pub steps: u64,
    pub ops: u64,
    pub requests: u64,
    pub counts: BTreeMap<&'static str, u64>,
}

impl Stats {
    pub fn add(&mut self, other: &Self) {
        self.schedules += other.schedules;
        self.steps += other.steps;
        self.ops += other.ops;
        self.requests += other.requests;
        for (what, n) in &other.counts {
            *self.counts.entry(what).or_default() += n;
        }
    }
}

/// What a request asks for.
#[derive(Clone, Debug)]
pub enum What {
    /// With the ids sent, in order.
    Push(Vec<Uuid>),
    /// With the cursor asked with.
    Pull(Option<String>),
}

/// Something on its way.
#[derive(Clone)]
pub struct Message {
    pub id: u64,
    pub phone: usize,
    pub account: usize,
    pub what: What,
    pub load: Load,
}

#[derive(Clone)]
pub enum Load {
    Request(Ask),
    /// With the alleys in reach when the server made it.
    Answer(Answer, BTreeSet<Uuid>),
}

/// How bad the network of a schedule is, in percent.
struct Weather {
    drop: usize,
    again: usize,
    kill: usize,
    crash: usize,
}

pub struct Sim<'a> {
    pub bed: &'a mut Bed,
    program: &'a mut Program,
    server: Option<Server>,
    url: String,
    pub eye: Eye,
    clock: Arc<AtomicI64>,
    pub dice: Dice,
    weather: Weather,
    pub phones: Vec<Phone>,
    wire: Vec<Message>,
    next_message: u64,
    desk: Option<String>,
    /// Who has come with a code, and how the server calls them.
    pub joined: Vec<Joined>,
    pub joined_ids: Vec<Option<AccountId>>,
    /// What the server's seal is closed with.
    pub seal: Value,
    /// Sealed work that lies about.
    pub parcels: Vec<Parcel>,
    /// Phones that have just heard that they are shut out.
    shut: Vec<usize>,
    pub ledger: Ledger,
    pub stats: Stats,
    pub log: Vec<String>,
    pub sabotage: Sabotage,
    /// Whether the sabotage has had its chance.
    pub sabotaged: bool,
    pub step: usize,
}

impl<'a> Sim<'a> {
    pub fn new(
        bed: &'a mut Bed,
        program: &'a mut Program,
        clock: &Arc<AtomicI64>,
        seed: u64,
        sabotage: Sabotage,
    ) -> Self {
        clock.store(START.0, Ordering::SeqCst);
        program.reseed(seed);
        let (url, eye) = bed.fresh();
        let server = program.start(&url);
        let mut dice = Dice::new(seed);
        let weather = Weather {
            drop: [0, 10, 25, 40][dice.below(4)],
            again: [0, 10, 30][dice.below(3)],
            kill: [0, 4, 10][dice.below(3)],
            crash: [0, 4, 10][dice.below(3)],
        };
        // A connection to PostgreSQL is a process: deaths cost ten times what they cost on SQLite.
        let often = if matches!(eye, Eye::Postgres(_)) { 3 } else { 1 };
        let mut sim = Self {
            bed,
            program,
            server: Some(server),
            url,
            eye,
            clock: Arc::clone(clock),
            weather: Weather { crash: weather.crash / often, ..weather },
            phones: Vec::new(),
            wire: Vec::new(),
            next_message: 0,
            desk: None,
            joined: Vec::new(),
            joined_ids: Vec::new(),
            seal: Value::Null,
            parcels: Vec::new(),
            shut: Vec::new(),
            ledger: Ledger::default(),
            stats: Stats { schedules: 1, ..Stats::default() },
            log: Vec::new(),
            sabotage,
            sabotaged: false,
            step: 0,
            dice: dice.clone(),
        };
        sim.ledger.began = sim.ward_seq();
        sim.ledger.active = sim.active();
        if dice.percent(20) {
            sim.bed.poison(&mut sim.eye);
        }
        let phones = dice.between(2, 5);
        let home = dice.below(world::TEAMS);
        for n in 0..phones as usize {
            let phone = sim.new_phone(n, home, &mut dice);
            sim.phones.push(phone);
            let first = sim.phones[n].people[0];
            sim.sign_in(n, first);
        }
        sim
    }

    fn new_phone(&mut self, n: usize, home: usize, dice: &mut Dice) -> Phone {
        let mut people = Vec::new();
        for _ in 0..dice.between(1, 3) {
            // Most of them walk with one team, so that they meet at its doors.
            let mate = home + world::TEAMS * dice.below(world::VOLUNTEERS / world::TEAMS);
            let who = if dice.percent(65) { mate } else { dice.below(world::VOLUNTEERS) };
            if !people.contains(&who) {
                people.push(who);
            }
        }
        let off = if dice.percent(25) { dice.between(-5, 5) * DAY } else { 0 };
        Phone {
            disk: Disk {
                device: dice.id(START.0 + n as i64),
                key: DeviceKey::new(),
                next_seq: 1,
                outbox: Vec::new(),
                turfs: BTreeMap::new(),
                last: BTreeMap::new(),
                user: None,
            },
            access: None,
            waiting: None,
            off,
            steady: true,
            old: dice.percent(15),
            chaotic: dice.percent(20),
            failed: 0,
            people,
            out: false,
        }
    }

    pub fn now(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub fn pass(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("a server runs between two steps")
    }

    /// How often the server dies, in percent.
    pub fn crash(&self) -> usize {
        self.weather.crash
    }

    pub fn note(&mut self, what: impl FnOnce() -> String) {
        if self.log.len() < 20_000 {
            let line =
                format!("{:>3} +{:>6}s {}", self.step, (self.now() - START.0) / 1000, what());
            self.log.push(line);
        }
    }

    pub fn count(&mut self, what: &'static str) {
        *self.stats.counts.entry(what).or_default() += 1;
    }

    pub fn broken<T>(&self, rule: &'static str, what: impl Into<String>) -> Result<T, Broken> {
        Err(Broken { rule, what: what.into(), step: self.step })
    }

    pub fn ward_seq(&mut self) -> i64 {
        let rows: Vec<(i64,)> =
            self.bed.rows(&mut self.eye, &format!("SELECT seq FROM ward WHERE code = '{WARD}'"));
        rows[0].0
    }

    /// A call that is repeated while the server says later: after a cut the dead connections of its
    /// pool are found out one at a time.
    pub fn ask(&self, ask: &Ask) -> Answer {
        let mut answer = self.server().ask(ask.clone());
        for _ in 0..30 {
            if answer.status != 503 {
                break;
            }
            answer = self.server().ask(ask.clone());
        }
        answer
    }

    /// The same for a call of the store.
    pub fn patiently<T, F>(&self, call: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let mut result = self.server().run(call());
        for _ in 0..30 {
            if !matches!(result, Err(StoreError::Busy)) {
                break;
            }
            result = self.server().run(call());
        }
        result
    }

    // ---------------------------------------------------------------- signing in

    /// Types login and password, or the code once more. The one who worked here before is parked.
    /// False: the server lets this person, or this phone, in no more.
    pub fn sign_in(&mut self, n: usize, account: usize) -> bool {
        if self.phones[n].out {
            return false;
        }
        let phone = &self.phones[n];
        let device = json!({"device_id": phone.disk.device, "name": "Máy thử",
            "public_key": phone.disk.key.public()});
        let place = account.checked_sub(world::ACCOUNTS);
        let ask = match place.map(|place| &self.joined[place]) {
            Some(Joined { code, name, .. }) => {
                let body = json!({"code": code, "name": name, "device": device});
                Ask::post("/api/v1/auth/join", None, &body)
            }
            None => {
                let body = json!({"login": world::login(account), "password": world::PASSWORD,
                    "device": device});
                Ask::post("/api/v1/auth/login", None, &body)
            }
        };
        let answer = self.ask(&ask);
        let phone = &mut self.phones[n];
        phone.waiting = None;
        phone.unsend();
        if answer.status != 200 {
            phone.disk.user = None;
            phone.access = None;
            match answer.body["code"].as_str() {
                Some("device_revoked") => self.shut.push(n),
                Some("account_disabled") if self.ledger.disabled.contains(&account) => {
                    self.count("disabled at the door");
                }
                _ => panic!("signs in: {}", answer.body),
            }
            return false;
        }
        phone.disk.user = answer.cookie.map(|cookie| (account, cookie));
        phone.access = answer.body["access_token"].as_str().map(str::to_owned);
        self.seal = answer.body["seal"].clone();
        if let Some(place) = place
            && let Ok(id) = serde_json::from_value(answer.body["account"]["id"].clone())
        {
            self.joined_ids[place] = Some(id);
            self.program.met(id);
        }
        true
    }

    /// An access token: the one in memory, a refreshed one, or after a new login.
    pub fn token(&mut self, n: usize, dice: &mut Dice) -> Option<String> {
        let phone = &self.phones[n];
        let (user, cookie) = phone.disk.user.clone()?;
        if phone.access.is_none() {
            let claims = json!({"aud": "gocua-refresh", "device_id": phone.disk.device,
                "jti": dice.id(self.now())});
            let proof = phone.disk.key.sign("gocua-refresh+jwt", &claims);
            let mut ask = Ask::post("/api/v1/auth/refresh", None, &json!({"proof": proof}));
            ask.cookie = Some(cookie);
            let answer = self.ask(&ask);
            if let (200, Some(cookie)) = (answer.status, answer.cookie) {
                let phone = &mut self.phones[n];
                phone.disk.user = Some((user, cookie));
                phone.access = answer.body["access_token"].as_str().map(str::to_owned);
            } else {
                self.sign_in(n, user);
            }
        }
        self.phones[n].access.clone()
    }

    /// A call of the ward desk; the ledger notes which of the ward's numbers it took.
    pub fn desk(&mut self, body: Option<&Value>, path: &str) -> Answer {
        let before = self.ward_seq();
        let mut answer = None;
        for _ in 0..2 {
            if self.desk.is_none() {
                let login = json!({"login": world::STAFF, "password": world::PASSWORD, "device": {
                    "device_id": Uuid::from_u128(0xde5c), "name": "Bàn phường",
                    "public_key": self.phones[0].disk.key.public() }});
                let login = self.ask(&Ask::post("/api/v1/auth/login", None, &login));
                self.desk = login.body["access_token"].as_str().map(str::to_owned);
            }
            let token = self.desk.clone();
            let ask = match body {
                Some(body) => Ask::post(path, token.as_deref(), body),
                None => Ask::get(path.to_owned(), token.as_deref().unwrap_or_default()),
            };
            let given = self.ask(&ask);
            let again = given.status == 401;
            answer = Some(given);
            if !again {
                break;
            }
            self.desk = None;
        }
        let after = self.ward_seq();
        self.ledger.desk.push((before, after));
        self.ledger.active = self.active();
        answer.expect("asked at least once")
    }

    // ---------------------------------------------------------------- the phone's engine

    /// The engine wakes: a push while something is unanswered, then a pull.
    fn wake(&mut self, n: usize, dice: &mut Dice) {
        if self.phones[n].waiting.is_some() {
            return;
        }
        let Some(account) = self.phones[n].user() else { return };
        let Some(token) = self.token(n, dice) else { return };
        let push = self.phones[n].queue(account).next().is_some() && dice.percent(80);
        let message = if push {
            self.push_of(n, account, &token, dice)
        } else {
            self.pull_of(n, account, &token)
        };
        self.note(|| format!("phone {n} sends {} {:?}", message.id, message.what));
        self.phones[n].waiting = Some(Waiting { message: message.id });
        self.wire.push(message);
    }

    fn message(&mut self, phone: usize, account: usize, what: What, ask: Ask) -> Message {
        self.next_message += 1;
        Message { id: self.next_message, phone, account, what, load: Load::Request(ask) }
    }

    fn state_header(phone: &Phone, account: usize) -> Option<String> {
        let queued = phone.queue(account).count();
        (!phone.old).then(|| format!("v=0.2.0; q={queued}; f={}", phone.failed))
    }

    fn push_of(&mut self, n: usize, account: usize, token: &str, dice: &mut Dice) -> Message {
        let now = self.now();
        let phone = &mut self.phones[n];
        let mut batch: Vec<Op> = phone.queue(account).cloned().collect();
        let queued = batch.len();
        if phone.chaotic && !phone.old && dice.percent(60) {
            // A later operation before an earlier one: the server holds it.
            dice.shuffle(&mut batch);
            batch.truncate(1 + dice.below(queued));
        }
        batch.truncate(BATCH);
        let ids: Vec<Uuid> = batch.iter().map(|op| op.op_id).collect();
        let mut body = json!({
            "device_id": phone.disk.device, "app_version": if phone.old { "0.1.0" } else { "0.2.0" },
            "sent_at": now + phone.off, "queued": queued,
            "ops": batch.iter().map(|op| phone.wire(op)).collect::<Vec<_>>(),
        });
        if !phone.old && phone.failed > 0 {
            body["failed"] = json!(phone.failed);
        }
        if self.sabotage == Sabotage::PhoneWaitsForEver && !phone.old {
            for (wire, op) in body["ops"].as_array_mut().into_iter().flatten().zip(&batch) {
                self.sabotaged |= wire.get("after").is_none();
                wire["after"] = json!(op.after);
            }
        }
        for op in &mut phone.disk.outbox {
            if ids.contains(&op.op_id) && op.mark == Mark::Local {
                op.mark = Mark::Sent;
            }
        }
        let mut ask = Ask::post("/api/v1/sync/push", Some(token), &body);
        ask.state = Self::state_header(phone, account);
        if self.sabotage == Sabotage::PhoneBooksWhatItSends {
            self.sabotaged = true;
            for op in phone.disk.outbox.iter_mut().filter(|op| ids.contains(&op.op_id)) {
                op.mark = Mark::Booked(0);
            }
        }
        self.message(n, account, What::Push(ids), ask)
    }

    fn pull_of(&mut self, n: usize, account: usize, token: &str) -> Message {
        let phone = &self.phones[n];
        let cursor = phone.disk.turfs.get(&account).and_then(|t| t.cursor.clone());
        let path = match &cursor {
            Some(cursor) => format!("/api/v1/sync/pull?cursor={cursor}"),
            None => "/api/v1/sync/pull".to_owned(),
        };
        let mut ask = Ask::get(path, token);
        ask.state = Self::state_header(phone, account);
        self.message(n, account, What::Pull(cursor), ask)
    }

    // ---------------------------------------------------------------- the wire

    /// One request reaches the server, alone or with others, or the server dies over it.
    fn deliver(&mut self, first: usize, dice: &mut Dice) -> Result<(), Broken> {
        let mut picks = vec![first];
        if dice.percent(20) {
            let others = self.wire.iter().enumerate();
            picks.extend(
                others
                    .filter(|(n, m)| *n != first && matches!(m.load, Load::Request(_)))
                    .map(|(n, _)| n)
                    .take(3),
            );
            self.count("together");
        }
        let mut messages: Vec<Message> = picks.iter().map(|n| self.wire[*n].clone()).collect();
        picks.sort_unstable();
        for n in picks.into_iter().rev() {
            if dice.percent(self.weather.again) {
                // A copy stays on the way and comes once more, whenever.
                self.count("request doubled");
            } else {
                self.wire.remove(n);
            }
        }
        let mut asks: Vec<Ask> = messages.iter().filter_map(|m| m.ask().cloned()).collect();
        let mut renamed = BTreeMap::new();
        if self.sabotage == Sabotage::ServerForgetsIds {
            asks.iter_mut().for_each(|ask| rename(ask, &mut renamed, dice, self.now()));
        }
        let ids: Vec<u64> = messages.iter().map(|m| m.id).collect();
        if self.sabotage == Sabotage::ServerAnswersFirst
            && let Some(answer) = empty_promise(&asks[0], self.ward_seq(), self.now())
        {
            self.sabotaged = true;
            messages.truncate(1);
            return self.answered(messages, vec![Some(answer)]);
        }
        self.stats.requests += asks.len() as u64;
        let answers: Vec<Option<Answer>> = if dice.percent(self.weather.crash) {
            let waits = dice.between(0, 24) as isize;
            self.count("server killed in flight");
            self.note(|| format!("server dies over {ids:?} after {waits} waits"));
            self.restart(asks, waits)?
        } else if dice.percent(2) && self.cuttable() {
            let waits = dice.between(0, 24) as isize;
            self.count("database cut in flight");
            self.note(|| format!("database cut over {ids:?} after {waits} waits"));
            let answers = self.server().ask_with(asks, waits, Bed::cut(&self.url));
            answers.into_iter().map(Some).collect()
        } else if dice.percent(2) {
            self.count("busy");
            let busy = Answer { status: 503, body: Value::Null, cookie: None };
            asks.iter().map(|_| Some(busy.clone())).collect()
        } else if asks.len() == 1 {
            vec![Some(self.server().ask(asks.remove(0)))]
        } else {
            self.server().ask_together(asks).into_iter().map(Some).collect()
        };
        let mut answers = answers;
        for answer in answers.iter_mut().flatten() {
            for result in answer.body["results"].as_array_mut().into_iter().flatten() {
                let id = result["op_id"].as_str().unwrap_or_default();
                if let Some(first) = renamed.get(id) {
                    result["op_id"] = json!(first);
                    self.sabotaged = true;
                }
            }
        }
        self.answered(messages, answers)
    }

    /// Does the database run beside the server, so that it can go away alone?
    fn cuttable(&self) -> bool {
        matches!(self.eye, Eye::Postgres(_))
    }

    /// Answers leave the server: the oracle hears them, and they go on the wire.
    fn answered(
        &mut self,
        messages: Vec<Message>,
        answers: Vec<Option<Answer>>,
    ) -> Result<(), Broken> {
        for (message, answer) in messages.into_iter().zip(answers) {
            let Some(mut answer) = answer else { continue };
            self.tamper(&message, &mut answer);
            self.note(|| format!("server answers {}: {}", message.id, brief(&answer)));
            let team = world::team(self.team_of(message.account)).0;
            let device = self.phones[message.phone].disk.device;
            if answer.status == 200 && self.ledger.revoked.contains(&device) {
                return self.broken("I14", format!("phone {} is still let in", message.phone));
            }
            let reach = self.reach(team);
            if answer.status == 200
                && let What::Push(sent) = &message.what
            {
                self.hear(message.phone, message.account, sent, &answer.body)?;
            }
            if !matches!(answer.status, 200 | 401 | 403 | 408 | 429 | 503) {
                return self.broken("HTTP", format!("{}: {}", answer.status, answer.body));
            }
            self.wire.push(Message { load: Load::Answer(answer, reach), ..message });
        }
        Ok(())
    }

    /// The answers of a server broken on purpose.
    fn tamper(&mut self, message: &Message, answer: &mut Answer) {
        match (self.sabotage, &message.what) {
            (Sabotage::ServerSkipsDoors, What::Pull(Some(_))) => {
                if let Some(doors) = answer.body.as_object_mut().and_then(|o| o.remove("doors")) {
                    self.sabotaged |= doors.as_array().is_some_and(|d| !d.is_empty());
                }
            }
            (Sabotage::ServerShowsANote, What::Pull(_)) => {
                self.sabotaged |= self.slip_in_a_note(message.account, &mut answer.body);
            }
            (Sabotage::ServerRepeatsANumber, What::Push(_)) => {
                for result in answer.body["results"].as_array_mut().into_iter().flatten() {
                    if result["outcome"] == "applied" {
                        result["seq"] = json!(self.ledger.began + 1);
                        self.sabotaged = true;
                    }
                }
            }
            _ => {}
        }
    }

    /// The alleys a team holds now.
    fn reach(&mut self, team: Uuid) -> BTreeSet<Uuid> {
        let sql = format!(
            "SELECT alley_id FROM assignment WHERE to_seq IS NULL AND team_id = {}",
            self.eye.id(team)
        );
        let rows: Vec<(Uuid,)> = self.bed.rows(&mut self.eye, &sql);
        rows.into_iter().map(|(id,)| id).collect()
    }

    /// An answer reaches the phone.
    fn arrive(&mut self, message: &Message, dice: &mut Dice) -> Result<(), Broken> {
        let Load::Answer(answer, reach) = &message.load else { return Ok(()) };
        let n = message.phone;
        let awaited = self.phones[n].waiting.as_ref().is_some_and(|w| w.message == message.id);
        if !awaited && !dice.percent(30) {
            // The app hung up on this one long ago.
            self.count("answer too late");
            return Ok(());
        }
        if awaited {
            self.phones[n].waiting = None;
            self.phones[n].unsend();
        }
        if self.phones[n].user() != Some(message.account) {
            return Ok(());
        }
        if dice.percent(self.weather.kill) {
            // The answer was read and nothing of it written.
            self.count("phone killed with an answer in hand");
            self.kill_phone(n);
            return Ok(());
        }
        match answer.status {
            200 => {}
            401 | 403 => {
                self.phones[n].access = None;
                return Ok(());
            }
            _ => {
                self.phones[n].failed += 1;
                return Ok(());
            }
        }
        self.phones[n].failed = 0;
        match &message.what {
            What::Push(sent) => {
                let results = answer.body["results"].as_array().cloned().unwrap_or_default();
                let (booked, _) = self.phones[n].settle(message.account, sent, &results);
                self.note(|| format!("phone {n} books {}", booked.len()));
                self.check_booked(n, &booked)
            }
            What::Pull(asked) => {
                self.pulled(n, message.account, asked.as_deref(), &answer.body, reach)
            }
        }
    }

    fn pulled(
        &mut self,
        n: usize,
        account: usize,
        asked: Option<&str>,
        answer: &Value,
        reach: &BTreeSet<Uuid>,
    ) -> Result<(), Broken> {
        let mut answer = answer.clone();
        if self.sabotage == Sabotage::PhoneKeepsRevoked
            && let Some(gone) = answer["gone"].as_object_mut()
        {
            self.sabotaged |= gone.remove("alleys").is_some();
        }
        let turf = self.phones[n].disk.turfs.entry(account).or_default();
        if self.sabotage == Sabotage::PhoneKeepsTheWithdrawn {
            for door in answer["doors"].as_array_mut().into_iter().flatten() {
                let id = door["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or_default();
                let shown = turf.doors.get(&id).map(|(_, shown)| shown["people"].clone());
                if let Some(people) = shown.filter(Value::is_array)
                    && door.get("people").is_none()
                {
                    door["people"] = people;
                    self.sabotaged = true;
                }
            }
        }
        let before = turf.seq;
        if !turf.apply(asked, &answer) {
            return Ok(());
        }
        let (after, more) = (turf.seq, turf.more);
        let held: BTreeSet<Uuid> = turf.alleys.keys().copied().collect();
        let inside = turf.doors.values().all(|(alley, _)| held.contains(alley));
        if after < before {
            return self
                .broken("I6", format!("phone {n}: pull goes back from {before} to {after}"));
        }
        if !more && (&held != reach || !inside) {
            return self.broken("I7", format!("phone {n} holds {held:?}, its reach is {reach:?}"));
        }
        if !more {
            self.check_shown(n, account)?;
        }
        let old = self.now() + self.phones[n].off - KEEP_MS;
        for op in self.phones[n].prune(account, old, after) {
            self.count("record put away");
            self.ledger.put_away(op);
        }
        Ok(())
    }

    /// Something on the wire moves.
    fn network(&mut self, dice: &mut Dice) -> Result<(), Broken> {
        let idle: Vec<usize> =
            (0..self.phones.len()).filter(|n| self.phones[*n].waiting.is_none()).collect();
        if self.wire.is_empty() || (!idle.is_empty() && dice.percent(40)) {
            if let Some(n) = dice.pick(&idle) {
                self.wake(*n, dice);
            } else {
                // Everybody waits for what was dropped.
                let n = dice.below(self.phones.len());
                self.give_up(n);
            }
            return Ok(());
        }
        let n = dice.below(self.wire.len());
        let request = self.wire[n].ask().is_some();
        if dice.percent(self.weather.drop) {
            let message = self.wire.remove(n);
            self.count(if request { "request dropped" } else { "answer dropped" });
            self.note(|| format!("{} is dropped", message.id));
            if self.phones[message.phone].waiting.as_ref().is_some_and(|w| w.message == message.id)
                && dice.percent(50)
            {
                self.give_up(message.phone);
            }
            return Ok(());
        }
        if request {
            return self.deliver(n, dice);
        }
        let message = if dice.percent(self.weather.again) {
            self.count("answer doubled");
            self.wire[n].clone()
        } else {
            self.wire.remove(n)
        };
        self.arrive(&message, dice)
    }

    /// The phone stops waiting; what is on the way may still arrive.
    fn give_up(&mut self, n: usize) {
        if self.phones[n].waiting.take().is_some() {
            self.count("given up");
            self.phones[n].failed += 1;
            self.phones[n].unsend();
        }
    }

    fn kill_phone(&mut self, n: usize) {
        self.note(|| format!("phone {n} is killed"));
        self.phones[n].killed();
        if self.sabotage == Sabotage::PhoneForgetsOnKill {
            let outbox = &mut self.phones[n].disk.outbox;
            if let Some(last) = outbox.iter().rposition(|op| op.unanswered()) {
                outbox.remove(last);
                self.sabotaged = true;
            }
        }
    }

    /// Kills the server over some requests and starts another over the same database.
    pub fn restart(&mut self, asks: Vec<Ask>, waits: isize) -> Result<Vec<Option<Answer>>, Broken> {
        let server = self.server.take().expect("runs");
        let answers = server.kill(self.program, asks, waits);
        self.server = Some(self.program.start(&self.url));
        self.desk = None;
        self.check_honoured()?;
        Ok(answers)
    }

    // ---------------------------------------------------------------- what happens in the ward

    /// Something happens, and the wire moves a little.
    fn step(&mut self) -> Result<(), Broken> {
        let mut dice = self.dice.fork(self.step as u64 + 1);
        self.pass(match dice.below(20) {
            0 => dice.between(0, 3) * HOUR,
            1..=4 => dice.between(0, 20) * MINUTE,
            _ => dice.between(0, 40_000),
        });
        let n = dice.below(self.phones.len());
        match dice.below(100) {
            0..=15 => self.knock(n, &mut dice),
            16..=18 => self.withdraw(n, &mut dice),
            19..=23 => self.correct(n, &mut dice),
            24..=30 => self.edit(n, &mut dice),
            31..=50 => self.people(n, &mut dice),
            51..=57 => self.team(n, &mut dice)?,
            58..=60 => {}
            61..=64 => {
                self.count("phone killed");
                self.kill_phone(n);
            }
            65..=67 => self.change_user(n, &mut dice),
            68..=69 => self.clock_jumps(n, &mut dice),
            70 => self.lose(n, &mut dice),
            71..=73 => self.reassign(&mut dice)?,
            74..=79 => self.keep_register(&mut dice)?,
            80..=82 => self.decide_doors(&mut dice)?,
            83..=85 if !self.cuttable() || dice.percent(30) => {
                self.count("server restarted");
                self.note(|| "server restarts".into());
                self.restart(Vec::new(), 0)?;
            }
            86..=88 => self.poison(n, &mut dice),
            89..=90 => self.meddle(n, &mut dice)?,
            91..=94 => self.carry(n, &mut dice)?,
            95 => self.shut_out(n, &mut dice)?,
            96 => self.joins(n, &mut dice)?,
            _ => self.give_up(n),
        }
        self.hear_of_it()?;
        for _ in 0..dice.between(1, 4) {
            self.network(&mut dice)?;
        }
        self.hear_of_it()?;
        self.strike(&mut dice);
        self.stats.steps += 1;
        self.check_denominator()
    }

    /// Phones that were told so wipe themselves.
    fn hear_of_it(&mut self) -> Result<(), Broken> {
        while let Some(n) = self.shut.pop() {
            if !self.phones[n].out {
                self.wipe(n)?;
            }
        }
        Ok(())
    }

    /// A fault in the book itself, for the oracle to find.
    fn strike(&mut self, dice: &mut Dice) {
        if self.sabotage == Sabotage::ServerTakesTheLastEdit {
            let sql = "SELECT household_id, field, CAST(value AS TEXT) FROM household_edit \
                WHERE fate = 'lost' AND value IS NOT NULL ORDER BY seq DESC";
            let lost: Vec<(Uuid, String, String)> = self.bed.rows(&mut self.eye, sql);
            for (door, field, value) in lost {
                let (door, value) = (self.eye.id(door), value.replace('"', "'"));
                let sql = format!("UPDATE household SET {field} = {value} WHERE id = {door}");
                self.bed.execute(&mut self.eye, &sql);
                self.sabotaged = true;
            }
        }
        if self.sabotaged || !dice.percent(10) {
            return;
        }
        match self.sabotage {
            Sabotage::ServerLosesAVisit => {
                let Some(id) = self.ledger.acknowledged_visit() else { return };
                let sql = format!("DELETE FROM visit WHERE id = {}", self.eye.id(id));
                self.bed.execute(&mut self.eye, &sql);
                self.sabotaged = true;
            }
            Sabotage::ServerMiscounts => {
                let sql = "UPDATE rollup_alley SET visits = visits + 1";
                self.bed.execute(&mut self.eye, sql);
                self.sabotaged = self.ledger.acknowledged_visit().is_some();
            }
            Sabotage::ServerRemembersTheWithdrawn => self.spoil(
                "SELECT op_id FROM consent_event c WHERE event = 'withdrawn' AND NOT EXISTS \
                 (SELECT 1 FROM learner l WHERE l.id = c.learner_id)",
                "INSERT INTO learner (id, ward, household_id, call_name, age_band, purposes, \
                 agreed_at) SELECT learner_id, ward, household_id, 'bác Thử', '60-79', 'learn', \
                 made_at FROM consent_event WHERE op_id = {}",
            ),
            Sabotage::ServerLosesARung => self
                .spoil("SELECT op_id FROM learner_eid", "DELETE FROM learner_eid WHERE op_id = {}"),
            Sabotage::ServerCountsAProposal => self.spoil(
                "SELECT id FROM household WHERE proposed AND deleted_at IS NULL",
                "UPDATE household SET active = TRUE, proposed = FALSE WHERE id = {}",
            ),
            Sabotage::ServerForgetsAShift => {
                self.spoil("SELECT id FROM shift", "DELETE FROM shift WHERE id = {}")
            }
            _ => {}
        }
    }

    /// Changes one row of the book behind the server's back, if there is one.
    fn spoil(&mut self, which: &str, how: &str) {
        let rows: Vec<(Uuid,)> = self.bed.rows(&mut self.eye, which);
        let Some((id,)) = rows.first() else { return };
        let sql = how.replace("{}", &self.eye.id(*id));
        self.bed.execute(&mut self.eye, &sql);
        self.sabotaged = true;
    }

    pub fn write(
        &mut self,
        n: usize,
        kind: &'static str,
        payload: Value,
        honest: bool,
        dice: &mut Dice,
    ) {
        let now = self.now();
        let phone = &mut self.phones[n];
        let made_at = now + phone.off;
        let op_id = dice.id(now);
        if phone.write(op_id, made_at, kind, payload.clone()) {
            let account = phone.user().unwrap_or_default();
            self.ledger.written(op_id, n, account, kind, payload, honest);
            *self.stats.counts.entry(kind).or_default() += 1;
            self.stats.ops += 1;
            self.note(|| format!("phone {n} writes {kind} {op_id}"));
        }
    }

    /// A door on the phone.
    pub fn door(&self, n: usize, dice: &mut Dice) -> Option<(Uuid, Value)> {
        let turf: &Turf = self.phones[n].turf()?;
        let doors: Vec<_> = turf.doors.iter().collect();
        dice.pick(&doors).map(|(id, (_, door))| (**id, door.clone()))
    }

    pub fn record(household: Uuid, dice: &mut Dice) -> Value {
        match dice.below(8) {
            0..=2 => json!({"household_id": household, "outcome": "NOT_HOME"}),
            3 => json!({"household_id": household, "outcome": "MET_DECLINED"}),
            4 => json!({"household_id": household, "outcome": "APPOINTMENT",
                "comeback": {"on": 20261130, "band": "E"}}),
            5 => json!({"household_id": household, "outcome": "VACANT"}),
            _ => json!({"household_id": household, "outcome": "SERVED", "people": [
                {"age_band": "60-79", "skills": [{"skill": "SEC-01", "level": dice.below(5)}]}]}),
        }
    }

    fn knock(&mut self, n: usize, dice: &mut Dice) {
        for _ in 0..dice.between(1, 3) {
            let Some((door, _)) = self.door(n, dice) else { return };
            let payload = Self::record(door, dice);
            self.write(n, "visit.record", payload, true, dice);
        }
    }

    /// A visit of the one who holds the phone: made on it, or pulled.
    fn own_visit(&self, n: usize, dice: &mut Dice) -> Option<Uuid> {
        let phone = &self.phones[n];
        let user = phone.user()?;
        let here = phone.disk.outbox.iter().rev();
        let mut own: Vec<Uuid> = here
            .filter(|op| op.account == user && op.kind == "visit.record")
            .map(|op| op.op_id)
            .take(5)
            .collect();
        for (_, door) in phone.turf()?.doors.values() {
            for visit in door["visits"].as_array().into_iter().flatten() {
                let root = visit.get("of").unwrap_or(&visit["id"]);
                if visit["mine"] == json!(true)
                    && let Some(id) = root.as_str().and_then(|s| s.parse().ok())
                {
                    own.push(id);
                }
            }
        }
        dice.pick(&own).copied()
    }

    fn withdraw(&mut self, n: usize, dice: &mut Dice) {
        if let Some(visit) = self.own_visit(n, dice) {
            self.write(n, "visit.withdraw", json!({"visit_id": visit}), true, dice);
        }
    }

    /// The author says what really happened, here or at another door.
    fn correct(&mut self, n: usize, dice: &mut Dice) {
        if self.phones[n].old {
            return;
        }
        let (Some(visit), Some((door, _))) = (self.own_visit(n, dice), self.door(n, dice)) else {
            return;
        };
        let door = if dice.percent(30) { door } else { self.door_of(n, visit).unwrap_or(door) };
        let why = ["mistap", "wrong_door", "learned_more", "other"][dice.below(4)];
        let payload = json!({"visit_id": visit, "why": why, "record": Self::record(door, dice)});
        self.write(n, "visit.correct", payload, true, dice);
    }

    /// The door of a visit made on this phone.
    fn door_of(&self, n: usize, visit: Uuid) -> Option<Uuid> {
        let op = self.phones[n].disk.outbox.iter().find(|op| op.op_id == visit)?;
        op.payload["household_id"].as_str()?.parse().ok()
    }

    /// Details of a door, a few of them at once, from few values so that two phones may agree.
    fn edit(&mut self, n: usize, dice: &mut Dice) {
        if self.phones[n].old {
            return;
        }
        // Often the same doors: edits that never meet prove nothing.
        let Some(turf) = self.phones[n].turf() else { return };
        let first = turf.doors.iter().next().map(|(id, (_, door))| (*id, door.clone()));
        let any = self.door(n, dice);
        let Some((id, door)) = (if dice.percent(60) { first } else { any }) else { return };
        let (mut set, mut was) = (json!({}), json!({}));
        for _ in 0..dice.between(1, 3) {
            let (field, shown, value) = match dice.below(6) {
                0 | 1 => (
                    "landmark",
                    "landmark",
                    [json!("cổng xanh"), json!("cạnh quán phở"), json!(null)][dice.below(3)]
                        .clone(),
                ),
                2 => ("members", "members", json!(dice.between(1, 9))),
                3 => (
                    "adults",
                    "adults",
                    [json!(dice.between(0, 4)), json!(null)][dice.below(2)].clone(),
                ),
                4 => ("house_no", "no", json!(format!("{}A", dice.between(1, 3)))),
                _ => ("head", "head", json!(["Trần Thị Thử", "Lê Văn Thử"][dice.below(2)])),
            };
            set[field] = value;
            was[field] = door.get(shown).cloned().unwrap_or(Value::Null);
        }
        let payload = json!({"household_id": id, "set": set, "was": was});
        self.write(n, "household.edit", payload, true, dice);
    }

    /// One record that nobody has answered vanishes from the phone; those after it stay.
    fn lose(&mut self, n: usize, dice: &mut Dice) {
        let outbox = &mut self.phones[n].disk.outbox;
        let waiting: Vec<usize> =
            (0..outbox.len()).filter(|place| outbox[*place].unanswered()).collect();
        let Some(place) = dice.pick(&waiting) else { return };
        let op = outbox.remove(*place);
        self.ledger.lost.insert(op.op_id);
        self.count("record lost from a phone");
        self.note(|| format!("phone {n} loses {}", op.op_id));
    }

    /// The desk merges, parts, removes, restores, and empties its inbox.
    fn keep_register(&mut self, dice: &mut Dice) -> Result<(), Broken> {
        let door = world::household(dice.below(world::HOUSEHOLDS));
        let of_door = |what: &str| format!("/api/v1/households/{door}/{what}");
        let (what, path, body) = match dice.below(12) {
            0..=2 => {
                // Mostly the neighbour: two doors of one alley.
                let near = world::household(dice.below(world::HOUSEHOLDS / 4) * 4);
                ("doubles merged", of_door("merge"), json!({"into": near}))
            }
            3 | 4 => ("doubles told apart", of_door("unmerge"), json!({})),
            5 | 6 => {
                let body = json!({"ids": [door], "why": "demolished"});
                ("household removed", "/api/v1/households/remove".to_owned(), body)
            }
            7 | 8 => {
                let ids: Vec<_> = (0..world::HOUSEHOLDS).map(world::household).collect();
                let some = ids.into_iter().filter(|_| dice.percent(40)).collect::<Vec<_>>();
                if some.is_empty() {
                    return Ok(());
                }
                let path = "/api/v1/households/restore".to_owned();
                ("households restored", path, json!({"ids": some}))
            }
            9 => {
                let (from, into) = (dice.below(world::GROUPS), dice.below(world::GROUPS));
                let path = format!("/api/v1/groups/{}/merge", world::group(from));
                (
                    "groups merged",
                    path,
                    json!({"into": world::group(into), "reason": "sắp xếp lại"}),
                )
            }
            _ => return self.empty_inbox(dice),
        };
        let answer = self.desk(Some(&body), &path);
        self.note(|| format!("desk: {what} {path} {body}: {}", brief(&answer)));
        match answer.status {
            200 => {
                self.count(what);
                if what == "doubles merged" {
                    let into = body["into"].as_str().and_then(|id| id.parse().ok());
                    self.ledger.doubled.extend([Some(door.0), into].into_iter().flatten());
                }
            }
            // Merged before, part of something, itself: the desk is told so.
            409 | 422 => self.count("desk refused"),
            _ => return self.must(&answer),
        }
        Ok(())
    }

    /// The desk decides what lies in its inbox.
    fn empty_inbox(&mut self, dice: &mut Dice) -> Result<(), Broken> {
        let inbox = self.desk(None, "/api/v1/inbox");
        self.must(&inbox)?;
        for asked in inbox.body["two_values"].as_array().into_iter().flatten() {
            let keep = ["book", "phone"][dice.below(2)];
            let body = json!({"op_id": asked["op_id"], "field": asked["field"], "keep": keep});
            let answer = self.desk(Some(&body), "/api/v1/inbox/two-values");
            self.must(&answer)?;
            self.count("two values decided");
        }
        for kept in inbox.body["quarantine"].as_array().into_iter().flatten() {
            let decision = ["release", "dismiss"][dice.below(2)];
            let body = json!({"op_id": kept["op_id"], "decision": decision});
            let answer = self.desk(Some(&body), "/api/v1/inbox/quarantine");
            self.note(|| format!("desk: {decision} {}: {}", kept["op_id"], brief(&answer)));
            self.must(&answer)?;
            self.count("quarantine decided");
            if let Some(id) = kept["op_id"].as_str().and_then(|id| id.parse().ok()) {
                self.ledger.decided(id, decision == "release");
            }
        }
        Ok(())
    }

    fn change_user(&mut self, n: usize, dice: &mut Dice) {
        let people = self.phones[n].people.clone();
        if let Some(who) = dice.pick(&people) {
            self.count("user changed");
            self.note(|| format!("phone {n}: volunteer {who} signs in"));
            self.sign_in(n, *who);
        }
    }

    fn clock_jumps(&mut self, n: usize, dice: &mut Dice) {
        self.count("clock jumped");
        let off = [0, dice.between(-5, 5) * DAY, dice.between(-90, 90) * MINUTE, -40 * 365 * DAY];
        self.phones[n].off = off[dice.below(4)];
        self.phones[n].steady = false;
        let off = self.phones[n].off;
        self.note(|| format!("phone {n}: clock off by {off} ms"));
    }

    fn reassign(&mut self, dice: &mut Dice) -> Result<(), Broken> {
        let alley = world::alley(dice.below(world::ALLEYS));
        let team = (!dice.percent(15)).then(|| world::team(dice.below(world::TEAMS)));
        self.count("alley given to a team");
        let path = format!("/api/v1/alleys/{alley}/assignment");
        let answer = self.desk(Some(&json!({"team_id": team})), &path);
        self.note(|| format!("desk: {alley} to {team:?}: {}", answer.status));
        self.must(&answer)
    }

    pub fn must(&self, answer: &Answer) -> Result<(), Broken> {
        if answer.status == 200 {
            return Ok(());
        }
        self.broken("HTTP", format!("the desk gets {}: {}", answer.status, answer.body))
    }

    /// Nonsense that stands in the outbox among good work.
    fn poison(&mut self, n: usize, dice: &mut Dice) {
        self.count("poison");
        if dice.percent(40)
            && let Some((door, _)) = self.door(n, dice)
        {
            // Nothing is wrong with it but that the database of some schedules refuses it.
            let payload = json!({"household_id": door, "outcome": "UNSAFE"});
            self.write(n, "visit.record", payload, false, dice);
            return;
        }
        let (kind, payload) = match dice.below(5) {
            0 => ("visit.teleport", json!({})),
            1 => ("visit.record", json!({"household_id": 5})),
            2 => ("visit.record", json!({"household_id": dice.id(0), "outcome": "SERVED"})),
            3 => ("visit.withdraw", json!({"visit_id": dice.id(0)})),
            _ => ("visit.record", json!(null)),
        };
        self.write(n, kind, payload, false, dice);
    }

    /// An id or a number used again for something else, sent past the outbox.
    fn meddle(&mut self, n: usize, dice: &mut Dice) -> Result<(), Broken> {
        let Some(user) = self.phones[n].user() else { return Ok(()) };
        let answered: Vec<Op> = self.phones[n]
            .disk
            .outbox
            .iter()
            .filter(|op| op.account == user && matches!(op.mark, Mark::Booked(_)))
            .cloned()
            .collect();
        let (Some(op), Some(token)) = (dice.pick(&answered).cloned(), self.token(n, dice)) else {
            return Ok(());
        };
        let now = self.now();
        let mut wire = json!({
            "op_id": op.op_id, "device_seq": op.device_seq, "made_at": op.made_at,
            "kind": "visit.record", "payload": Self::record(world::household(0).0, dice),
        });
        wire["payload"]["outcome"] = json!("NON_RESIDENTIAL");
        wire["payload"]["people"] = json!([]);
        if let Some(payload) = wire["payload"].as_object_mut() {
            payload.remove("comeback");
        }
        let (fault, want) = match dice.below(3) {
            0 => ("id used again", "op_id_reused"),
            1 => {
                let id = dice.id(now);
                wire["op_id"] = json!(id);
                self.ledger.stranger(id);
                ("number used again", "device_seq_reused")
            }
            _ => {
                wire = [json!({"op_id": 7}), json!(null), json!([1]), json!("?")][dice.below(4)]
                    .clone();
                ("no operation at all", "malformed_payload")
            }
        };
        self.count(fault);
        let body = json!({
            "device_id": self.phones[n].disk.device, "app_version": "0.2.0", "sent_at": now,
            "queued": 1, "ops": [wire],
        });
        let answer = self.ask(&Ask::post("/api/v1/sync/push", Some(&token), &body));
        if answer.status == 401 {
            self.phones[n].access = None;
            return Ok(());
        }
        if answer.body["results"][0]["reason"] != want {
            return self.broken("I1", format!("a reuse is answered {}", answer.body));
        }
        Ok(())
    }

    // ---------------------------------------------------------------- a whole schedule

    /// So many steps, then peace, then the last look.
    pub fn run(&mut self, steps: usize) -> Result<(), Broken> {
        for n in 0..self.phones.len() {
            let mut dice = self.dice.fork(0xf157 + n as u64);
            self.sync_whole(n, &mut dice)?;
        }
        for _ in 0..steps {
            self.step += 1;
            self.step()?;
        }
        self.step += 1;
        self.quiesce()?;
        self.check_all()
    }

    pub fn steps_of(seed: u64) -> usize {
        Dice::new(seed).fork(0x57e9).between(30, 150) as usize
    }

    /// The network is whole: one phone pushes and pulls until nothing is left.
    fn sync_whole(&mut self, n: usize, dice: &mut Dice) -> Result<(), Broken> {
        let Some(account) = self.phones[n].user() else { return Ok(()) };
        self.give_up(n);
        for _ in 0..60 {
            let Some(token) = self.token(n, dice) else { return Ok(()) };
            let waiting = self.phones[n].queue(account).count();
            let push = waiting > 0;
            let message = if push {
                self.push_of(n, account, &token, dice)
            } else {
                self.pull_of(n, account, &token)
            };
            let Load::Request(ask) = message.load.clone() else { return Ok(()) };
            self.stats.requests += 1;
            // Slower than the pace at which the server asks a phone to wait.
            self.pass(1_000);
            self.phones[n].waiting = Some(Waiting { message: message.id });
            let answer = self.server().ask(ask);
            let status = answer.status;
            self.answered(vec![message], vec![Some(answer)])?;
            if let Some(message) = self.wire.pop() {
                let kill = std::mem::replace(&mut self.weather.kill, 0);
                let arrived = self.arrive(&message, dice);
                self.weather.kill = kill;
                arrived?;
            }
            let more = self.phones[n].turf().is_some_and(|t| t.more);
            if status == 200 && !push && !more {
                return Ok(());
            }
        }
        let left: Vec<_> = self.phones[n].queue(account).cloned().collect();
        self.broken("I8", format!("phone {n} never gets rid of {left:?}"))
    }

    /// Everything that is under way is lost; everybody comes back to every phone and syncs.
    fn quiesce(&mut self) -> Result<(), Broken> {
        self.note(|| "peace".into());
        self.wire.clear();
        let mut dice = self.dice.fork(0xface);
        // Twice: what the last phone brought, the first one sees too; and in between the server stops
        // waiting for what a phone has lost and nobody will ever send.
        for round in 0..2 {
            if round == 1 {
                self.bring_the_rest(&mut dice)?;
                self.hear_of_it()?;
                self.pass(4 * DAY);
                let (store, now) = (self.server().store(), Millis(self.now()));
                let released = self.patiently(|| store.release_held(WARD, now));
                if let Err(cause) = released {
                    return self.broken("I8", format!("what waits too long: {cause}"));
                }
            }
            for n in 0..self.phones.len() {
                let mut people = self.phones[n].people.clone();
                people.sort_unstable();
                for who in people {
                    if !self.sign_in(n, who) {
                        self.hear_of_it()?;
                        continue;
                    }
                    self.sync_whole(n, &mut dice)?;
                    if round == 1 {
                        self.compare(n, who)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// I4: what the phone has is what a phone out of the box would get.
    fn compare(&mut self, n: usize, account: usize) -> Result<(), Broken> {
        let token = self.phones[n].access.clone().unwrap_or_default();
        let mut fresh = Turf::default();
        while fresh.cursor.is_none() || fresh.more {
            let asked = fresh.cursor.clone();
            let question = asked.as_ref().map(|c| format!("?cursor={c}")).unwrap_or_default();
            let path = format!("/api/v1/sync/pull{question}");
            self.pass(1_000);
            let answer = self.ask(&Ask::get(path, &token));
            if answer.status != 200 || !fresh.apply(asked.as_deref(), &answer.body) {
                return self.broken("HTTP", format!("a first pull: {}", answer.body));
            }
        }
        self.converged(n, account, &fresh)
    }

    /// Stops the server, so that the next schedule may have the database.
    pub fn end(mut self) {
        if let Some(server) = self.server.take() {
            server.kill(self.program, Vec::new(), 0);
        }
    }
}

impl Message {
    fn ask(&self) -> Option<&Ask> {
        match &self.load {
            Load::Request(ask) => Some(ask),
            Load::Answer(..) => None,
        }
    }
}

/// Every operation of a push under a new id, as a server that remembers none would see it.
fn rename(ask: &mut Ask, names: &mut BTreeMap<String, String>, dice: &mut Dice, now: i64) {
    let Some(body) = &ask.body else { return };
    let Ok(mut push) = serde_json::from_slice::<Value>(body) else { return };
    for op in push["ops"].as_array_mut().into_iter().flatten() {
        let id = dice.id(now).to_string();
        names.insert(id.clone(), op["op_id"].as_str().unwrap_or_default().to_owned());
        op["op_id"] = json!(id);
        op["device_seq"] = json!(dice.below(1 << 30));
        op.as_object_mut().map(|op| op.remove("after"));
    }
    ask.body = Some(push.to_string().into_bytes());
}

/// Receipts for a push that nobody applied.
fn empty_promise(ask: &Ask, seq: i64, now: i64) -> Option<Answer> {
    let push: Value = serde_json::from_slice(ask.body.as_ref()?).ok()?;
    let ops = push["ops"].as_array()?;
    let results: Vec<Value> = ops
        .iter()
        .enumerate()
        .map(|(n, op)| {
            json!({"op_id": op["op_id"], "outcome": "applied", "seq": seq + 1 + n as i64,
                "flags": []})
        })
        .collect();
    let body = json!({"received_at": now, "results": results});
    Some(Answer { status: 200, body, cookie: None })
}

fn brief(answer: &Answer) -> String {
    if let Some(results) = answer.body["results"].as_array() {
        let word = |r: &Value| {
            format!("{} {} {}", r["outcome"], r["reason"], r["seq"]).replace(['"', '\\'], "")
        };
        return results.iter().map(word).collect::<Vec<_>>().join("; ");
    }
    let mut text = format!("{} {}", answer.status, answer.body);
    if text.len() > 200 {
        let cut = (0..=200).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
        text.truncate(cut);
    }
    text
}
