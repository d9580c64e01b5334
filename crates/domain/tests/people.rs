//! What the book makes of operations about people, whatever order they arrive in.

use std::collections::HashMap;

use gocua_domain::eid::words_now;
use gocua_domain::id::{
    AccountId, AlleyId, DeviceId, GroupId, HouseholdId, LearnerId, OpId, TeamId, WithdrawalId,
};
use gocua_domain::notice;
use gocua_domain::sync::{
    Book, Door, Effects, Held, OnBehalf, Op, OpOutcome, PushRequest, Reason, Sender, decide,
    fingerprint, withdraw_on_behalf,
};
use gocua_domain::time::Millis;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const NOW: Millis = Millis(1_795_339_200_000);

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn sender(device: u128) -> Sender {
    let account = AccountId(id(100 + device));
    Sender { account, device: DeviceId(id(device)), team: Some(TeamId(id(3))), disabled: false }
}

/// One door within reach of everybody.
fn book() -> Book {
    let mut book = Book { seq: 1, ..Book::default() };
    let door = Door {
        group: GroupId(id(70)),
        alley: AlleyId(id(50)),
        active: true,
        proposed: false,
        left_on: None,
        deleted: false,
        visits: Vec::new(),
    };
    book.doors.insert(HouseholdId(id(10)), door);
    let held = vec![Held { from: NOW.plus(-86_400_000), to: None }];
    book.reach.insert((TeamId(id(3)), AlleyId(id(50))), held);
    book
}

fn op(n: u128, device_seq: i64, at: Millis, kind: &str, payload: Value) -> Op {
    let kind = kind.to_owned();
    Op { op_id: OpId(id(n)), device_seq, after: None, made_at: at, kind, payload }
}

fn give(purposes: &[&str]) -> Value {
    let shown = &notice::published()[0];
    json!({
        "household_id": id(10), "learner_id": id(5), "call_name": "bác Lan", "age_band": "80+",
        "purposes": purposes, "notice_version": shown.version, "notice_hash": shown.hash,
        "language": "vi", "method": "paper"
    })
}

fn push(book: &mut Book, effects: &mut Effects, sender: &Sender, ops: Vec<Op>) -> Vec<OpOutcome> {
    let push = PushRequest {
        device_id: sender.device,
        app_version: String::new(),
        sent_at: NOW,
        queued: 0,
        failed: 0,
        ops: ops.into_iter().map(Into::into).collect(),
    };
    decide(book, effects, sender, &push, NOW).into_iter().map(|r| r.outcome).collect()
}

#[test]
fn the_fingerprint_keeps_no_trace_of_names_and_notes() {
    let note = |household: u128, text: &str| {
        let payload = json!({ "household_id": id(household), "text": text });
        fingerprint(&op(1, 1, NOW, "household.note", payload))
    };
    assert_eq!(note(10, "OTP 482913"), note(10, "OTP 482914"));
    assert_ne!(note(10, "x"), note(11, "x"));
    let named = |name: &str, band: &str| {
        let mut payload = give(&["learn"]);
        payload["call_name"] = json!(name);
        payload["age_band"] = json!(band);
        fingerprint(&op(1, 1, NOW, "consent.give", payload))
    };
    assert_eq!(named("bác Lan", "80+"), named("bác Hoa", "80+"));
    assert_ne!(named("bác Lan", "80+"), named("bác Lan", "18-59"));
}

#[test]
fn a_refused_text_is_neither_held_nor_quarantined() {
    let note = json!({ "household_id": id(10), "text": "OTP" });
    let mut child = give(&["learn"]);
    child["age_band"] = json!("6-13");
    for (kind, payload, reason) in [
        ("household.note", note, Reason::SecretInText),
        ("consent.give", child, Reason::TooYoung),
        ("consent.give", json!({ "call_name": "bác Lan" }), Reason::MalformedPayload),
    ] {
        for disabled in [false, true] {
            let (mut book, mut effects) = (book(), Effects::default());
            let sender = Sender { disabled, ..sender(1) };
            let mut waits = op(9, 5, NOW, kind, payload.clone());
            waits.after = Some(4);
            let fates = push(&mut book, &mut effects, &sender, vec![waits]);
            assert_eq!(fates, [OpOutcome::Rejected], "{kind}");
            assert!(effects.held.is_empty() && effects.quarantined.is_empty());
            assert_eq!(effects.ops[0].stored.reason, Some(reason));
            // Its number is taken: what was written after it waits for nothing.
            let mut next = op(10, 6, NOW, "consent.give", give(&["learn"]));
            next.after = Some(5);
            let fate = push(&mut book, &mut effects, &sender, vec![next]);
            assert_ne!(fate, [OpOutcome::Held]);
        }
    }
}

#[test]
fn what_one_batch_says_and_takes_back_leaves_only_the_ledger() {
    let (mut book, mut effects) = (book(), Effects::default());
    let learner = json!({ "household_id": id(10), "learner_id": id(5) });
    let mut eid = learner.clone();
    eid["state"] = json!("LEVEL1");
    eid["evidence"] = json!("self_report");
    let mut open = learner.clone();
    open["kind"] = json!("POLICE_L2");
    let visit = json!({ "household_id": id(10), "outcome": "SERVED",
        "people": [{ "age_band": "80+", "skills": [], "learner_id": id(5) }] });
    let ops = vec![
        op(1, 1, NOW, "consent.give", give(&["learn", "refer"])),
        op(2, 2, NOW, "learner.eid", eid),
        op(3, 3, NOW, "referral.open", open),
        op(4, 4, NOW, "visit.record", visit),
        op(5, 5, NOW, "consent.withdraw", learner),
    ];
    let fates = push(&mut book, &mut effects, &sender(1), ops);
    assert_eq!(fates, [OpOutcome::Applied; 5]);
    let people = &effects.people;
    assert_eq!(people.ledger.len(), 2);
    assert!(people.ledger.iter().flat_map(|l| &l.given).all(|given| given.call_name.is_empty()));
    assert!(people.coached.is_empty() && people.eids.is_empty());
    assert!(people.referrals.values().all(|r| r.learner.is_none()));
    assert!(people.learners[&LearnerId(id(5))].is_none());
    assert!(effects.visits[0].record.people[0].learner_id.is_none(), "the visit keeps a count");
    assert_eq!(effects.visits[0].fact.people, 1);
}

/// What stands after words of three phones have arrived in an order: who agreed to what, which needs,
/// which note.
fn arrive(words: &[(u128, i64, u8)], order: &[usize]) -> (Option<Vec<String>>, String, String) {
    let (mut book, mut effects) = (book(), Effects::default());
    let mut sent: HashMap<u128, usize> = HashMap::new();
    for wanted in order {
        // A phone sends what it wrote first.
        let device = words[*wanted].0;
        let mine: Vec<usize> = (0..words.len()).filter(|n| words[*n].0 == device).collect();
        let next = sent.entry(device).or_default();
        let n = mine[*next];
        *next += 1;
        let what = words[n].2;
        // One hand after the other: a phone's own words are never of the same instant.
        let spent: i64 = mine.iter().filter(|m| **m <= n).map(|m| words[*m].1).sum();
        let at = NOW.plus(spent - 1_000);
        let (seq, key) = (n as i64 * 3 + 1, 1_000 + n as u128 * 3);
        let person = match what % 4 {
            0 => ("consent.withdraw", json!({ "household_id": id(10), "learner_id": id(5) })),
            1 => ("consent.give", give(&["learn"])),
            2 => ("consent.give", give(&["refer"])),
            _ => ("consent.give", give(&["learn", "refer"])),
        };
        let flag = ["NEED_HOME", "PREF_SLOW", "NO_INTERNET"][usize::from(what % 3)];
        let ops = vec![
            op(key, seq, at, person.0, person.1),
            op(
                key + 1,
                seq + 1,
                at,
                "household.flags",
                json!({ "household_id": id(10), "flags": [flag] }),
            ),
            op(
                key + 2,
                seq + 2,
                at,
                "household.note",
                json!({ "household_id": id(10), "text": format!("lời {n}") }),
            ),
        ];
        for outcome in push(&mut book, &mut effects, &sender(device), ops) {
            assert!(matches!(outcome, OpOutcome::Applied | OpOutcome::Superseded));
        }
    }
    let people = &effects.people;
    let agreed = people.learners.get(&LearnerId(id(5))).and_then(|l| l.as_ref());
    let purposes = agreed.map(|l| l.purposes.iter().map(|p| p.code().to_owned()).collect());
    let remembered = book.people.learners.contains_key(&LearnerId(id(5)));
    assert_eq!(remembered, agreed.is_some(), "the book and what is written say the same");
    let needs = people.needs.values().map(|s| format!("{:?}", s.what)).collect();
    let note = people.notes.values().map(|s| s.what.clone()).collect();
    (purposes, needs, note)
}

proptest! {
    #[test]
    fn what_stands_in_the_end_does_not_depend_on_the_order_of_arrival(
        words in prop::collection::vec((1u128..4, 1i64..40, 0u8..12), 1..16),
        seed in any::<u64>(),
    ) {
        let forward: Vec<usize> = (0..words.len()).collect();
        let mut shuffled = forward.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(arrive(&words, &forward), arrive(&words, &shuffled));
    }

    #[test]
    fn where_a_resident_stands_does_not_depend_on_the_order_of_arrival(
        words in prop::collection::vec((1u128..4, 1i64..40, 0u8..8, any::<prop::sample::Index>()), 1..14),
        seed in any::<u64>(),
    ) {
        let forward: Vec<usize> = (0..words.len()).collect();
        let mut shuffled = forward.clone();
        let mut state = seed | 1;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        prop_assert_eq!(ladder(&words, &forward), ladder(&words, &shuffled));
    }
}

/// The words that hold in the end, after steps and mistakes of three phones of one team have arrived
/// in an order. Every second word takes back another, which may not have come yet.
fn ladder(words: &[(u128, i64, u8, prop::sample::Index)], order: &[usize]) -> Vec<OpId> {
    let (mut book, mut effects) = (book(), Effects::default());
    let asked = op(1, 1, NOW.plus(-9_000), "consent.give", give(&["learn"]));
    push(&mut book, &mut effects, &sender(9), vec![asked]);
    let of = json!({ "household_id": id(10), "learner_id": id(5) });
    let mut sent: HashMap<u128, usize> = HashMap::new();
    for wanted in order {
        let device = words[*wanted].0;
        let mine: Vec<usize> = (0..words.len()).filter(|n| words[*n].0 == device).collect();
        let next = sent.entry(device).or_default();
        let n = mine[*next];
        *next += 1;
        let spent: i64 = mine.iter().filter(|m| **m <= n).map(|m| words[*m].1).sum();
        let (what, other) = (words[n].2, words[n].3.index(words.len()));
        let mut payload = of.clone();
        let kind = if what.is_multiple_of(2) {
            payload["eid_id"] = json!(id(1_000 + other as u128));
            payload["why"] = json!("mistap");
            "learner.eid_withdraw"
        } else {
            let rung = ["CARD_ONLY", "LEVEL1", "L2_ISSUED", "L2_ACTIVE"][usize::from(what / 2)];
            payload["state"] = json!(rung);
            payload["evidence"] = json!("seen_on_screen");
            payload["before"] = json!(true);
            "learner.eid"
        };
        let at = NOW.plus(spent - 1_000);
        let ops = vec![op(1_000 + n as u128, n as i64 + 1, at, kind, payload)];
        let fates = push(&mut book, &mut effects, &sender(device), ops.clone());
        // A word that takes back what itself takes back something is no word about a rung.
        let odd = words[other].2.is_multiple_of(2);
        assert!(
            matches!(fates[0], OpOutcome::Applied | OpOutcome::Superseded)
                || (odd && fates[0] == OpOutcome::Rejected),
            "{fates:?}"
        );
    }
    let now = words_now(&book.people.eids[&LearnerId(id(5))]);
    now.into_iter().map(|(past, _)| past.mark.op).collect()
}

/// What the desk does for a resident, over a book in which he agreed with this instant and number.
fn desk(book: &mut Book, effects: &mut Effects, household: u128) -> Result<bool, Reason> {
    let asked = OnBehalf {
        request: WithdrawalId(id(1)),
        account: AccountId(id(900)),
        device: DeviceId(id(901)),
        household: HouseholdId(id(household)),
        learner: LearnerId(id(5)),
        at: NOW,
    };
    withdraw_on_behalf(book, effects, &asked)
}

#[test]
fn the_desk_has_the_last_word_whatever_clock_wrote_the_one_before() {
    // The consent has the desk's own instant and a higher id: between two phones it would stand.
    let (mut book, mut effects) = (book(), Effects::default());
    let agreed = op(9, 1, NOW, "consent.give", give(&["learn"]));
    assert_eq!(push(&mut book, &mut effects, &sender(1), vec![agreed]), [OpOutcome::Applied]);
    let seq = book.seq;
    assert_eq!(desk(&mut book, &mut effects, 10), Ok(true), "remembered until now");
    assert_eq!(book.seq, seq + 1, "phones hear of it");
    assert!(!book.people.learners.contains_key(&LearnerId(id(5))));
    assert_eq!(effects.people.learners[&LearnerId(id(5))].as_ref().map(|l| &l.call_name), None);
    let line = effects.people.ledger.last().expect("a line");
    assert!(line.on_behalf && line.given.is_none() && line.sender.team.is_none());
    assert_eq!(line.mark.op, OpId(id(1)), "the line has the request's id");
    assert!(line.mark.stamp > NOW && line.at == NOW);
    // A phone's word in between is history to it, and so is a second one of the desk.
    let late = op(20, 2, NOW.plus(-1), "consent.give", give(&["learn"]));
    assert_eq!(push(&mut book, &mut effects, &sender(1), vec![late]), [OpOutcome::Applied]);
    assert!(!book.people.learners.contains_key(&LearnerId(id(5))));
    assert_eq!(desk(&mut book, &mut effects, 10), Ok(false), "nobody was there any more");
}

#[test]
fn the_desk_forgets_nobody_of_another_household() {
    let (mut book, mut effects) = (book(), Effects::default());
    let agreed = op(9, 1, NOW, "consent.give", give(&["learn"]));
    push(&mut book, &mut effects, &sender(1), vec![agreed]);
    let lines = effects.people.ledger.len();
    assert_eq!(desk(&mut book, &mut effects, 11), Err(Reason::OutOfReach));
    assert!(book.people.learners.contains_key(&LearnerId(id(5))));
    assert_eq!(effects.people.ledger.len(), lines);
}
