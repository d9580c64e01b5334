//! Volunteers with signed-in phones, and what they push.

use std::collections::HashMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use futures_util::future::join_all;
use gocua_demo::DemoWard;
use gocua_domain::id::{HouseholdId, TeamId};
use gocua_domain::time::Millis;
use gocua_domain::visit::VisitRecord;
use gocua_server::app::Clock;
use gocua_tests::Phone;
use gocua_tests::phone::{Answer, finish};
use reqwest::header;
use serde_json::{Value, json};
use uuid::{Builder, Uuid};

use crate::book::PASSWORD;
use crate::figures::Figures;
use crate::machine::{Meter, Ours, Spent, tick};

/// A new version 7 id of an instant, as phones make them.
pub fn op_id(at: Millis) -> Uuid {
    let mut random = [0; 10];
    random.copy_from_slice(&Uuid::new_v4().as_bytes()[..10]);
    Builder::from_unix_timestamp_millis(at.0.unsigned_abs(), &random).into_uuid()
}

/// Signs a login in on a phone of its own.
pub async fn sign_in(url: &str, login: &str) -> Phone {
    let mut phone = Phone::new(url);
    // Phones of several runs over one book must not share an id.
    phone.device = Uuid::new_v4();
    let answer = phone.login(login, PASSWORD).await;
    assert_eq!(answer.status, 200, "{login} signs in: {}", answer.text());
    phone
}

/// A volunteer at work.
pub struct Walker {
    /// The phone.
    pub phone: Phone,
    team: TeamId,
    device_seq: i64,
    /// Where on the turf the walk goes on.
    door: usize,
}

/// What each phone does in one measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Load {
    /// Phones that push at the same time.
    pub phones: usize,
    /// Visits in a push.
    pub batch: usize,
    /// Pushes of each phone, one after the other.
    pub pushes: usize,
}

impl Load {
    /// All visits.
    pub fn visits(&self) -> usize {
        self.phones * self.batch * self.pushes
    }
}

/// What was measured.
#[derive(Debug)]
pub struct Pushed {
    /// Times.
    pub spent: Spent,
    /// Milliseconds of each push, from the first byte sent to the last received.
    pub latency: Figures,
}

/// Volunteers of one ward.
pub struct Crew {
    walkers: Vec<Walker>,
    turf: HashMap<TeamId, Vec<HouseholdId>>,
    records: Vec<VisitRecord>,
    next_record: usize,
}

impl Crew {
    /// Signs in so many volunteers, over the teams in turn. The team of the demonstration group is
    /// left out: its turf is small, so that the first pull of `tnv1` is one of ordinary size.
    pub async fn gather(url: &str, ward: &DemoWard, size: usize) -> Self {
        Self::of(url, ward, size, false).await
    }

    /// The other volunteer of the demonstration group, whose doors `tnv1` holds too.
    pub async fn home(url: &str, ward: &DemoWard) -> Self {
        Self::of(url, ward, 2, true).await.without_first()
    }

    fn without_first(mut self) -> Self {
        self.walkers.remove(0);
        self
    }

    async fn of(url: &str, ward: &DemoWard, size: usize, home: bool) -> Self {
        let holder: HashMap<_, _> =
            ward.assignments.iter().map(|a| (a.alley_id, a.team_id)).collect();
        let mut turf: HashMap<TeamId, Vec<HouseholdId>> = HashMap::new();
        for door in &ward.households {
            if let Some(team) = holder.get(&door.alley_id) {
                turf.entry(*team).or_default().push(door.id);
            }
        }
        let small = ward.teams.first().map(|t| t.id);
        let volunteers = ward.accounts.iter().filter(|a| a.role == "volunteer");
        let mut walkers = Vec::new();
        for account in volunteers.filter(|a| (a.team_id == small) == home).take(size) {
            walkers.push(Walker {
                phone: sign_in(url, &account.login).await,
                team: account.team_id.expect("a volunteer has a team"),
                device_seq: 0,
                door: 0,
            });
        }
        let records = ward.visits.iter().map(|v| v.record.clone()).collect();
        Self { walkers, turf, records, next_record: 0 }
    }

    /// One push of a walker: the next doors of its share of the turf.
    fn body(&mut self, walker: usize, share: &[HouseholdId], batch: usize, now: Millis) -> Vec<u8> {
        let walker = &mut self.walkers[walker];
        let ops: Vec<Value> = (0..batch)
            .map(|n| {
                let mut record = self.records[self.next_record % self.records.len()].clone();
                self.next_record += 1;
                record.household_id = share[walker.door % share.len()];
                walker.door += 1;
                walker.device_seq += 1;
                // A minute a door, the last one just now.
                let made_at = now.plus(-60_000 * (batch - n) as i64);
                json!({"op_id": op_id(made_at), "device_seq": walker.device_seq,
                       "made_at": made_at, "kind": "visit.record", "payload": record})
            })
            .collect();
        let push = json!({"device_id": walker.phone.device, "app_version": "0.1.0",
                          "sent_at": now, "queued": ops.len(), "ops": ops});
        let mut gz = GzEncoder::new(Vec::new(), Compression::default());
        gz.write_all(push.to_string().as_bytes()).expect("in memory");
        gz.finish().expect("in memory")
    }

    /// Pushes, and checks that every operation was applied.
    pub async fn push(&mut self, load: Load, ours: Ours) -> Pushed {
        let now = Clock::system().now();
        let team_of = |n: usize| self.walkers[n].team;
        let shares: Vec<Vec<HouseholdId>> = (0..load.phones)
            .map(|n| {
                // Phones of one team that push now share its doors, so that all doors differ.
                let mates: Vec<_> =
                    (0..load.phones).filter(|m| team_of(*m) == team_of(n)).collect();
                let place = mates.iter().position(|m| *m == n).unwrap_or(0);
                let doors = &self.turf[&team_of(n)];
                let size = doors.len() / mates.len();
                doors[place * size..(place + 1) * size].to_vec()
            })
            .collect();
        let mut bodies: Vec<Vec<Vec<u8>>> = Vec::new();
        for (n, share) in shares.iter().enumerate() {
            bodies.push((0..load.pushes).map(|_| self.body(n, share, load.batch, now)).collect());
        }
        let phones = self.walkers.iter().map(|w| &w.phone);
        join_all(phones.clone().take(load.phones).map(connect)).await;
        let meter = Meter::start(ours);
        let walks = join_all(phones.zip(bodies).map(|(phone, bodies)| async move {
            let mut answers = Vec::with_capacity(bodies.len());
            for body in bodies {
                let began = tick();
                let answer = send(phone, body).await;
                answers.push((began.elapsed().as_secs_f64() * 1e3, answer));
            }
            answers
        }))
        .await;
        let spent = meter.stop();
        let mut latency = Figures::default();
        for (ms, answer) in walks.into_iter().flatten() {
            latency.add(ms);
            assert_eq!(applied(&answer), load.batch, "every visit is in the book");
        }
        Pushed { spent, latency }
    }
}

/// Makes sure of an open connection: the server closes those that have been idle.
async fn connect(phone: &Phone) {
    while phone.request("GET", "/api/v1/health").send().await.is_err() {}
}

/// Sends a packed push as the app does.
async fn send(phone: &Phone, body: Vec<u8>) -> Answer {
    let request = phone
        .request("POST", "/api/v1/sync/push")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_ENCODING, "gzip")
        .header(header::ACCEPT_ENCODING, "gzip, deflate")
        .body(body);
    finish(request).await
}

/// Operations of a push that were applied.
fn applied(answer: &Answer) -> usize {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut body = Vec::new();
    match answer.header("content-encoding") {
        "gzip" => {
            GzDecoder::new(answer.body.as_slice()).read_to_end(&mut body).expect("gzip");
        }
        _ => body.clone_from(&answer.body),
    }
    let body: Value = serde_json::from_slice(&body).expect("JSON");
    let results = body["results"].as_array().expect("results");
    let refused = results.iter().find(|r| r["outcome"] != "applied");
    assert!(refused.is_none(), "not applied: {refused:?}");
    results.len()
}
