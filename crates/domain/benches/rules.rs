//! What the rules cost, without a database or a network.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use gocua_domain::address::Address;
use gocua_domain::household::HouseholdState;
use gocua_domain::id::{AccountId, AlleyId, DeviceId, GroupId, HouseholdId, OpId, TeamId, VisitId};
use gocua_domain::search::search_key;
use gocua_domain::skill::Skill;
use gocua_domain::sync::{Book, Door, Effects, Held, Op, PushRequest, Sender, decide};
use gocua_domain::time::Millis;
use gocua_domain::visit::{Outcome, VisitFact};
use serde_json::json;
use uuid::Uuid;

const NOW: Millis = Millis(1_795_339_200_000);
/// Operations of the push that is decided.
const OPS: usize = 50;

fn id(n: usize) -> Uuid {
    Uuid::from_u128(n as u128)
}

fn sender() -> Sender {
    Sender {
        account: AccountId(id(1)),
        device: DeviceId(id(2)),
        team: Some(TeamId(id(3))),
        disabled: false,
    }
}

fn fact(n: usize, outcome: Outcome) -> VisitFact {
    VisitFact {
        id: VisitId(id(1000 + n)),
        made_at: NOW.plus(n as i64 * 40_000_000 - 1_000_000_000),
        outcome,
        team: sender().team,
        coach_occ: 0,
        people: 0,
        people_60: 0,
        comeback: None,
        withdrawn: false,
    }
}

/// Fifty doors that were knocked at twice, all in the sender's reach.
fn book() -> Book {
    let skill = |code: &str| Skill {
        code: code.to_owned(),
        vi: String::new(),
        en: String::new(),
        core: true,
        quick: true,
    };
    let mut book = Book {
        skills: [skill("SEC-01"), skill("PAY-01")].into_iter().collect(),
        ..Book::default()
    };
    for n in 0..OPS {
        let visits = [Outcome::NotHome, Outcome::MetNoNeed]
            .into_iter()
            .enumerate()
            .map(|(v, outcome)| (sender().account, fact(2 * n + v, outcome)))
            .collect();
        let alley = AlleyId(id(50 + n / 10));
        book.doors.insert(
            HouseholdId(id(100 + n)),
            Door {
                group: GroupId(id(70)),
                alley,
                active: true,
                left_on: None,
                proposed: false,
                deleted: false,
                visits,
            },
        );
        let held = vec![Held { from: Millis(0), to: None }];
        book.reach.insert((TeamId(id(3)), alley), held);
    }
    book
}

/// A push of one visit at each door, two people coached at every second.
fn push() -> PushRequest {
    let ops = (0..OPS)
        .map(|n| {
            let door = HouseholdId(id(100 + n));
            let payload = if n % 2 == 0 {
                json!({"household_id": door, "outcome": "NOT_HOME"})
            } else {
                json!({"household_id": door, "outcome": "SERVED", "people": [
                    {"age_band": "60-79", "skills": [{"skill": "SEC-01", "level": 2}]},
                    {"age_band": "18-59", "skills": [{"skill": "SEC-01", "level": 3},
                                                     {"skill": "PAY-01", "level": 1}]}]})
            };
            Op {
                op_id: OpId(id(10_000 + n)),
                device_seq: n as i64 + 1,
                after: Some(n as i64),
                made_at: NOW.plus(-60_000),
                kind: "visit.record".to_owned(),
                payload,
            }
            .into()
        })
        .collect();
    PushRequest {
        device_id: sender().device,
        app_version: "0.1.0".to_owned(),
        sent_at: NOW,
        queued: OPS as u32,
        failed: 0,
        ops,
    }
}

fn rules(c: &mut Criterion) {
    let mut group = c.benchmark_group("sync");
    group.throughput(Throughput::Elements(OPS as u64));
    let (book, push) = (book(), push());
    group.bench_function("decide, 50 visits", |b| {
        b.iter_batched_ref(
            || (book.clone(), Effects::default()),
            |(book, effects)| decide(book, effects, &sender(), black_box(&push), NOW),
            BatchSize::SmallInput,
        );
    });
    group.finish();

    let visits: Vec<VisitFact> = [Outcome::NotHome, Outcome::NotHome, Outcome::Partial]
        .into_iter()
        .enumerate()
        .map(|(n, outcome)| fact(n, outcome))
        .collect();
    c.bench_function("HouseholdState::derive, 3 visits", |b| {
        b.iter(|| HouseholdState::derive(black_box(&visits)));
    });

    c.bench_function("search_key, a name", |b| {
        b.iter(|| search_key(black_box("Nguyễn Thị Thuý Hoà")));
    });
    let address = "Số 12/3 ngách 34/5 ngõ 34 đường Nguyễn Trãi, tổ dân phố Thái Học 2";
    c.bench_function("Address::parse, ngách in a ngõ", |b| {
        b.iter(|| Address::parse(black_box(address)));
    });
}

criterion_group!(benches, rules);
criterion_main!(benches);
