//! Volunteers with signed-in phones: what they write, what they send again, and what they were
//! promised.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use gocua_demo::DemoWard;
use gocua_domain::id::HouseholdId;
use gocua_tests::Phone;
use gocua_tests::fixture::PASSWORD;
use gocua_tests::phone::{Answer, finish};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use crate::book::now;

/// Operations the app sends in one push.
pub const BATCH: usize = 100;
/// A phone told to come later waits this long instead of the seconds it was told, to have more
/// happen in the same time.
const LATER: Duration = Duration::from_millis(20);

/// Lines in a row that may break while the server is there.
const LOST: usize = 3;

/// What a phone was told of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    outcome: String,
    seq: Option<i64>,
    reason: Option<String>,
}

impl Receipt {
    fn read(result: &Value) -> Self {
        Self {
            outcome: result["outcome"].as_str().unwrap_or_default().to_owned(),
            seq: result["seq"].as_i64(),
            reason: result["reason"].as_str().map(str::to_owned),
        }
    }

    /// What every later answer to the same operation must be.
    fn again(&self) -> Self {
        let mut again = self.clone();
        if again.outcome == "applied" {
            again.outcome = "duplicate".into();
        }
        again
    }

    /// The operation is in the book.
    pub fn booked(&self) -> bool {
        self.outcome == "applied" || self.outcome == "duplicate"
    }
}

/// How a push ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Everything sent was answered.
    Answered,
    /// Told to come later.
    Later,
    /// No answer came.
    Lost,
}

/// A volunteer at work.
pub struct Walker {
    /// The phone.
    pub phone: Phone,
    doors: Vec<HouseholdId>,
    next_door: usize,
    device_seq: i64,
    dice: ChaCha8Rng,
    /// Every operation as it was written.
    written: HashMap<Uuid, Value>,
    /// Operations without an answer, oldest first.
    unanswered: Vec<Uuid>,
    /// What was promised.
    pub receipts: HashMap<Uuid, Receipt>,
    /// Operations answered since the last look.
    fresh: Vec<Uuid>,
    /// Operations the server keeps until an earlier one comes.
    held: HashSet<Uuid>,
    /// Visits that may be taken back.
    own: Vec<Uuid>,
    /// Answers that must never come.
    pub faults: Vec<String>,
    /// Operations that were in the book already when the first answer came.
    pub recovered: usize,
    /// Times it was told to come later.
    pub later: usize,
}

impl Walker {
    fn new(phone: Phone, doors: Vec<HouseholdId>, dice: ChaCha8Rng) -> Self {
        Self {
            phone,
            doors,
            next_door: 0,
            device_seq: 0,
            dice,
            written: HashMap::new(),
            unanswered: Vec::new(),
            receipts: HashMap::new(),
            fresh: Vec::new(),
            held: HashSet::new(),
            own: Vec::new(),
            faults: Vec::new(),
            recovered: 0,
            later: 0,
        }
    }

    /// The phone finds the server at another place; all else it keeps.
    pub fn moves_to(&mut self, url: &str) {
        let mut phone = Phone::new(url);
        std::mem::swap(&mut phone, &mut self.phone);
        self.phone.device = phone.device;
        self.phone.key = phone.key;
        self.phone.cookie = phone.cookie;
        self.phone.access = phone.access;
    }

    /// A number of the walker's own dice.
    pub fn roll(&mut self, range: std::ops::Range<usize>) -> usize {
        self.dice.random_range(range)
    }

    /// Writes so many operations: knocks mostly, now and then an undo, a correction, a detail of a home,
    /// or a door out of reach.
    pub fn write(&mut self, count: usize) {
        for _ in 0..count {
            let (kind, payload) = match (self.roll(0..100), self.own.last().copied()) {
                (0..8, Some(last)) => {
                    self.own.pop();
                    ("visit.withdraw", json!({"visit_id": last}))
                }
                (8..16, Some(last)) => {
                    let record = self.knock(2);
                    let correct = json!({"visit_id": last, "why": "mistap", "record": record});
                    ("visit.correct", correct)
                }
                (n @ 16..24, _) => {
                    let door = self.doors[self.next_door % self.doors.len()];
                    let edit = json!({"household_id": door, "set": {"members": n % 7},
                                      "was": {"members": null}});
                    ("household.edit", edit)
                }
                (24..28, _) => {
                    let nowhere = Uuid::from_u128(self.dice.random());
                    ("visit.record", json!({"household_id": nowhere, "outcome": "NOT_HOME"}))
                }
                (n, _) => ("visit.record", self.knock(n)),
            };
            self.add(kind, payload);
        }
    }

    /// Writes so many knocks that nothing speaks against.
    pub fn knock_at(&mut self, count: usize) {
        for _ in 0..count {
            let n = self.roll(0..100);
            let knock = self.knock(n);
            self.add("visit.record", knock);
        }
    }

    fn knock(&mut self, n: usize) -> Value {
        self.next_door += 1;
        let door = self.doors[self.next_door % self.doors.len()];
        match n % 4 {
            0 => json!({"household_id": door, "outcome": "SERVED",
                        "people": [{"age_band": "60-79", "skills": [{"skill": "SEC-01", "level": 2}]}]}),
            1 => json!({"household_id": door, "outcome": "MET_NO_NEED"}),
            _ => json!({"household_id": door, "outcome": "NOT_HOME"}),
        }
    }

    fn add(&mut self, kind: &str, payload: Value) {
        self.device_seq += 1;
        let made_at = now();
        let millis = made_at.0.unsigned_abs();
        let id = Builder::from_unix_timestamp_millis(millis, &self.dice.random()).into_uuid();
        let op = json!({"op_id": id, "device_seq": self.device_seq, "after": self.device_seq - 1,
                        "made_at": made_at, "kind": kind, "payload": payload});
        self.written.insert(id, op);
        self.unanswered.push(id);
    }

    /// Nothing waits for an answer.
    pub fn is_idle(&self) -> bool {
        self.unanswered.is_empty()
    }

    /// The oldest operation without an answer.
    pub fn unanswered(&self) -> Option<Uuid> {
        self.unanswered.first().copied()
    }

    /// Operations written so far.
    pub fn wrote(&self) -> usize {
        self.written.len()
    }

    /// Sends the oldest operations without an answer, and keeps the receipts.
    pub async fn deliver(&mut self) -> Delivery {
        self.deliver_from(0).await
    }

    /// The same without the oldest one, if there are more: what follows it must wait in the book.
    pub async fn deliver_out_of_order(&mut self) -> Delivery {
        self.deliver_from(usize::from(self.unanswered.len() > 1)).await
    }

    async fn deliver_from(&mut self, first: usize) -> Delivery {
        let ids: Vec<_> = self.unanswered.iter().skip(first).take(BATCH).copied().collect();
        let Some(answer) = self.send(&ids).await else { return Delivery::Lost };
        match answer.status {
            200 => {
                for (id, receipt) in self.read(&ids, &answer) {
                    if receipt.outcome == "held" {
                        self.held.insert(id);
                    } else {
                        self.keep(id, receipt);
                    }
                }
                Delivery::Answered
            }
            429 | 503 => {
                self.later += 1;
                if answer.header("retry-after").is_empty() {
                    self.faults.push(format!("{} without Retry-After", answer.status));
                }
                // Looks at the form of the refusal, too.
                let code = answer.code();
                if !["unavailable", "too_many_requests"].contains(&code.as_str()) {
                    self.faults.push(format!("answered {} {code}", answer.status));
                }
                tokio::time::sleep(LATER).await;
                Delivery::Later
            }
            other => {
                self.faults.push(format!("answered {other}: {}", answer.text()));
                Delivery::Later
            }
        }
    }

    /// Delivers until nothing waits; false when the line breaks again and again though the server is
    /// there. Once is no wonder: it closes lines that have been idle.
    pub async fn deliver_all(&mut self) -> bool {
        let mut lost = 0;
        while !self.is_idle() {
            lost += usize::from(self.deliver().await == Delivery::Lost);
            if lost == LOST {
                return false;
            }
        }
        true
    }

    async fn send(&self, ids: &[Uuid]) -> Option<Answer> {
        let ops: Vec<_> = ids.iter().map(|id| &self.written[id]).collect();
        let body = json!({"device_id": self.phone.device, "app_version": "0.2.0", "sent_at": now(),
                          "queued": self.unanswered.len(), "ops": ops});
        // Not `finish`: here a line that breaks is an everyday thing.
        let sent = self.phone.request("POST", "/api/v1/sync/push").json(&body).send().await.ok()?;
        let (status, headers) = (sent.status().as_u16(), sent.headers().clone());
        Some(Answer { status, headers, body: sent.bytes().await.ok()?.to_vec() })
    }

    /// The receipts of an answer, in the order sent.
    fn read(&mut self, ids: &[Uuid], answer: &Answer) -> Vec<(Uuid, Receipt)> {
        let body = answer.json();
        let results = body["results"].as_array().cloned().unwrap_or_default();
        let named = |r: &Value| r["op_id"].as_str().and_then(|id| id.parse().ok());
        if !results.iter().map(named).eq(ids.iter().map(|id| Some(*id))) {
            self.faults.push("the answer speaks of other operations than those sent".into());
            return Vec::new();
        }
        ids.iter().copied().zip(results.iter().map(Receipt::read)).collect()
    }

    /// Keeps a receipt as given.
    pub fn keep(&mut self, id: Uuid, receipt: Receipt) {
        self.unanswered.retain(|waiting| *waiting != id);
        if receipt.outcome == "applied" && self.written[&id]["kind"] == "visit.record" {
            self.own.push(id);
        }
        let waited = self.held.remove(&id);
        self.recovered += usize::from(receipt.outcome == "duplicate" && !waited);
        self.fresh.push(id);
        self.receipts.insert(id, receipt);
    }

    /// Sends everything answered since the last look once more: each must be answered as the receipt
    /// promised. Answers what was not.
    pub async fn hold_to_promise(&mut self) -> Vec<String> {
        let ids = std::mem::take(&mut self.fresh);
        self.ask_again(ids).await
    }

    /// The same with everything ever answered.
    pub async fn hold_to_all_promises(&mut self) -> Vec<String> {
        let ids = self.receipts.keys().copied().collect();
        self.ask_again(ids).await
    }

    async fn ask_again(&mut self, ids: Vec<Uuid>) -> Vec<String> {
        let mut broken = Vec::new();
        for ids in ids.chunks(2 * BATCH) {
            let mut answer = None;
            for _ in 0..LOST {
                answer = self.send(ids).await.filter(|a| a.status == 200);
                if answer.is_some() {
                    break;
                }
            }
            let Some(answer) = answer else {
                broken.push("no answer to the question again".to_owned());
                continue;
            };
            for (id, now) in self.read(ids, &answer) {
                let promised = self.receipts[&id].again();
                if now != promised {
                    broken.push(format!("{id}: promised {promised:?}, now {now:?}"));
                }
            }
        }
        broken
    }
}

/// A receipt no server gave: for the control that must fail.
pub fn forged() -> Receipt {
    Receipt { outcome: "applied".into(), seq: Some(1), reason: None }
}

/// So many volunteers of a ward, over the teams in turn, all signed in. More phones than volunteers
/// share the accounts.
pub async fn gather(url: &str, ward: &DemoWard, size: usize, seed: u64) -> Vec<Walker> {
    let holder: HashMap<_, _> = ward.assignments.iter().map(|a| (a.alley_id, a.team_id)).collect();
    let mut turf: HashMap<_, Vec<HouseholdId>> = HashMap::new();
    for door in &ward.households {
        if let Some(team) = holder.get(&door.alley_id) {
            turf.entry(*team).or_default().push(door.id);
        }
    }
    let volunteers = ward.accounts.iter().filter(|a| a.role == "volunteer");
    let mut walkers = Vec::new();
    for (n, account) in volunteers.cycle().take(size).enumerate() {
        let phone = sign_in(url, &account.login, seed, n as u64).await;
        let doors = turf[&account.team_id.expect("a volunteer has a team")].clone();
        let mut dice = dice(seed, n as u64);
        let start = dice.random_range(0..doors.len());
        let mut walker = Walker::new(phone, doors, dice);
        walker.next_door = start;
        walkers.push(walker);
    }
    walkers
}

/// Signs a login in on a phone of its own.
pub async fn sign_in(url: &str, login: &str, seed: u64, n: u64) -> Phone {
    let mut phone = Phone::new(url);
    phone.device = Builder::from_random_bytes(dice(!seed, n).random()).into_uuid();
    let answer = phone.login(login, PASSWORD).await;
    assert_eq!(answer.status, 200, "{login} signs in: {}", answer.text());
    phone
}

/// Dice of one's own.
pub fn dice(seed: u64, whose: u64) -> ChaCha8Rng {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    dice.set_stream(whose);
    dice
}

/// Whether the phone can read: everything it may hold.
pub async fn reads(phone: &Phone) -> bool {
    finish(phone.request("GET", "/api/v1/sync/pull")).await.status == 200
}
