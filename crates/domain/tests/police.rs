//! What the book makes of officers' operations, whatever order they arrive in.

use std::collections::BTreeMap;

use gocua_domain::eid::standing;
use gocua_domain::help;
use gocua_domain::id::{
    AccountId, AlleyId, DeviceId, GroupId, HelpId, HouseholdId, LearnerId, MobileSessionId, OpId,
    ReferralId, TeamId,
};
use gocua_domain::mobile::{MobileResult, MobileState};
use gocua_domain::notice;
use gocua_domain::referral::ReferralState;
use gocua_domain::sync::{
    Book, Door, Effects, EveningFact, Flag, Held, HomeFact, Op, OpOutcome, OpResult, PushRequest,
    Reason, Sender, decide, fingerprint, without_words,
};
use gocua_domain::time::Millis;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

const NOW: Millis = Millis(1_795_339_200_000);
const REFERRAL: u128 = 60;
const SESSION: u128 = 80;
const LEARNER: u128 = 5;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn walker() -> Sender {
    let (account, device) = (AccountId(id(101)), DeviceId(id(1)));
    Sender { account, device, team: Some(TeamId(id(3))), disabled: false }
}

fn officer(device: u128) -> Sender {
    let (account, device) = (AccountId(id(200 + device)), DeviceId(id(device)));
    Sender { account, device, team: None, disabled: false }
}

/// One door, two officers, a resident who agreed to all and a referral of his on a planned evening.
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
    book.police.officers.extend([officer(11).account, officer(12).account]);
    book.police.help_types = help::defaults();
    book.police.groups.insert(GroupId(id(70)));
    let home = HomeFact { position: 1, said: None };
    let homes = BTreeMap::from([(ReferralId(id(REFERRAL)), home)]);
    let evening = EveningFact { state: MobileState::Planned, homes };
    book.police.evenings.insert(MobileSessionId(id(SESSION)), evening);
    let mut effects = Effects::default();
    let opened = NOW.plus(-3_600_000);
    let ops = vec![
        op(40, 1, opened, "consent.give", give(&["learn", "refer", "call"])),
        op(REFERRAL, 2, opened.plus(1), "referral.open", open(Some(LEARNER), Some("0000 000 123"))),
    ];
    let fates = push(&mut book, &mut effects, &walker(), ops);
    assert!(fates.iter().all(|r| r.outcome == OpOutcome::Applied), "{fates:?}");
    assert_eq!(effects.police.phones[&ReferralId(id(REFERRAL))].0, "0000000123");
    book
}

fn op(n: u128, device_seq: i64, at: Millis, kind: &str, payload: Value) -> Op {
    let kind = kind.to_owned();
    Op { op_id: OpId(id(n)), device_seq, after: None, made_at: at, kind, payload }
}

fn give(purposes: &[&str]) -> Value {
    let shown = &notice::published()[0];
    json!({
        "household_id": id(10), "learner_id": id(LEARNER), "call_name": "bác Lan",
        "age_band": "80+", "purposes": purposes, "notice_version": shown.version,
        "notice_hash": shown.hash, "language": "vi", "method": "paper"
    })
}

fn open(learner: Option<u128>, phone: Option<&str>) -> Value {
    let mut payload = json!({ "household_id": id(10), "kind": "POLICE_MOBILE" });
    if let Some(learner) = learner {
        payload["learner_id"] = json!(id(learner));
    }
    if let Some(phone) = phone {
        payload["phone"] = json!(phone);
    }
    payload
}

fn report(result: &str) -> Value {
    let mut payload = json!({
        "session_id": id(SESSION), "referral_id": id(REFERRAL), "result": result, "people": 2
    });
    if result == "not_done" {
        (payload["people"], payload["why"]) = (json!(0), json!("absent"));
    }
    payload
}

fn push(book: &mut Book, effects: &mut Effects, sender: &Sender, ops: Vec<Op>) -> Vec<OpResult> {
    let push = PushRequest {
        device_id: sender.device,
        app_version: String::new(),
        sent_at: NOW,
        queued: 0,
        failed: 0,
        ops: ops.into_iter().map(Into::into).collect(),
    };
    decide(book, effects, sender, &push, NOW)
}

fn one(sender: &Sender, kind: &str, payload: Value) -> (Book, Effects, OpResult) {
    let (mut book, mut effects) = (book(), Effects::default());
    let ops = vec![op(9, 9, NOW, kind, payload)];
    let fate = push(&mut book, &mut effects, sender, ops).remove(0);
    (book, effects, fate)
}

#[test]
fn a_number_leaves_no_trace_in_the_operation() {
    let print = |phone| fingerprint(&op(1, 1, NOW, "referral.open", open(Some(LEARNER), phone)));
    assert_eq!(print(Some("0000000123")), print(None));
    let kept = without_words("referral.open", &open(Some(LEARNER), Some("0000000123")));
    assert_eq!(kept, open(Some(LEARNER), None));
    let disabled = Sender { disabled: true, ..walker() };
    let sent = open(Some(LEARNER), Some("0000000123"));
    let (_, effects, fate) = one(&disabled, "referral.open", sent);
    assert_eq!(fate.outcome, OpOutcome::Quarantined);
    assert_eq!(effects.quarantined[0].op.payload, open(Some(LEARNER), None));
}

#[test]
fn a_refused_number_is_neither_held_nor_quarantined() {
    for (payload, reason) in [
        (open(Some(LEARNER), Some("12345")), Reason::NotANumber),
        (open(Some(LEARNER), Some(concat!("000000", "000012"))), Reason::NotANumber),
        (open(None, Some("0000000123")), Reason::ConsentNeeded),
    ] {
        for disabled in [false, true] {
            let (mut book, mut effects) = (book(), Effects::default());
            let mut waits = op(9, 9, NOW, "referral.open", payload.clone());
            waits.after = Some(7);
            let sender = Sender { disabled, ..walker() };
            let fate = push(&mut book, &mut effects, &sender, vec![waits]).remove(0);
            assert_eq!(fate.reason, Some(reason));
            assert!(effects.held.is_empty() && effects.quarantined.is_empty());
            assert!(effects.police.phones.is_empty());
        }
    }
}

#[test]
fn nobody_else_writes_what_officers_write() {
    let all = [
        ("help.log", json!({ "kind": "H03", "channel": "office", "result": "done" })),
        ("help.take_back", json!({ "help_id": id(1) })),
        ("referral.accept", json!({ "referral_id": id(REFERRAL) })),
        ("referral.return", json!({ "referral_id": id(REFERRAL), "why": "other" })),
        ("referral.done", json!({ "referral_id": id(REFERRAL) })),
        ("mobile.result", report("captured")),
        (
            "eid.confirm",
            json!({ "referral_id": id(REFERRAL), "learner_id": id(LEARNER), "state": "LEVEL1" }),
        ),
    ];
    for (kind, payload) in all {
        let (_, _, fate) = one(&walker(), kind, payload.clone());
        assert_eq!(fate.reason, Some(Reason::NotYoursToSet), "{kind}");
        let (_, _, fate) = one(&officer(11), kind, payload.clone());
        assert_ne!(fate.reason, Some(Reason::NotYoursToSet), "{kind}");
        let mut more = payload;
        more["name"] = json!("bác Lan");
        let (_, _, fate) = one(&officer(11), kind, more);
        assert_eq!(fate.reason, Some(Reason::UnknownField), "{kind}");
    }
    // And officers write at no door.
    let (_, _, fate) = one(&officer(11), "referral.open", open(None, None));
    assert_eq!(fate.reason, Some(Reason::OutOfReach));
}

#[test]
fn the_police_go_up_the_ladder_or_say_why() {
    let confirm = |state: &str, why: Option<&str>| {
        let mut payload = json!({
            "referral_id": id(REFERRAL), "learner_id": id(LEARNER), "state": state
        });
        if let Some(why) = why {
            payload["why"] = json!(why);
        }
        payload
    };
    let (mut book, mut effects) = (book(), Effects::default());
    for (n, state, why, reason) in [
        (1, "LEVEL1", None, None),
        (2, "L2_ACTIVE", None, Some(Reason::NoSuchStep)),
        (3, "L2_CAPTURED", None, None),
        (4, "L2_CAPTURED", None, None),
        (5, "LOCKED", None, Some(Reason::NoSuchStep)),
        (6, "LOCKED", Some("learned_more"), None),
    ] {
        let ops = vec![op(
            90 + n,
            9 + n as i64,
            NOW.plus(n as i64 - 9),
            "eid.confirm",
            confirm(state, why),
        )];
        let fate = push(&mut book, &mut effects, &officer(11), ops).remove(0);
        assert_eq!(fate.reason, reason, "{state} {why:?}");
    }
    assert_eq!(effects.people.eids.len(), 4, "all of it stays in the history");
    // Whoever no longer agrees that the police are told is not spoken of.
    push(
        &mut book,
        &mut effects,
        &walker(),
        vec![op(41, 3, NOW, "consent.give", give(&["learn"]))],
    );
    let ops = vec![op(99, 30, NOW, "eid.confirm", confirm("L2_ACTIVE", None))];
    let fate = push(&mut book, &mut effects, &officer(11), ops).remove(0);
    assert_eq!(
        fate.reason,
        Some(Reason::NothingToWithdraw),
        "nobody had taken it up: it is cancelled"
    );
}

#[test]
fn a_count_is_taken_back_in_time_or_not_at_all() {
    let tap = json!({ "kind": "H03", "channel": "office", "result": "done" });
    let (mut book, mut effects) = (book(), Effects::default());
    push(&mut book, &mut effects, &officer(11), vec![op(90, 1, NOW, "help.log", tap)]);
    let back = |n| op(n, n as i64, NOW, "help.take_back", json!({ "help_id": id(90) }));
    let fate = push(&mut book, &mut effects, &officer(12), vec![back(91)]).remove(0);
    assert_eq!(fate.reason, Some(Reason::NotYours));
    let fates = push(&mut book, &mut effects, &officer(11), vec![back(92), back(93)]);
    assert_eq!((fates[0].outcome, fates[1].outcome), (OpOutcome::Applied, OpOutcome::Superseded));
    assert_eq!(effects.police.help.len(), 1);
    assert!(effects.police.taken_back.contains_key(&HelpId(id(90))));
}

/// What stands in the end, without what depends on the order of arrival: numbers and remarks.
fn end(book: &Book, effects: &Effects) -> Value {
    let known = &book.people.referrals[&ReferralId(id(REFERRAL))];
    let act = effects.police.acts.get(&ReferralId(id(REFERRAL)));
    let counts: Vec<_> = effects
        .police
        .help
        .iter()
        .filter(|(id, _)| !effects.police.taken_back.contains_key(id))
        .map(|(id, new)| json!([id, new.log]))
        .collect();
    let history = book.people.eids.get(&LearnerId(id(LEARNER))).cloned().unwrap_or_default();
    let home =
        &book.police.evenings[&MobileSessionId(id(SESSION))].homes[&ReferralId(id(REFERRAL))];
    json!({
        "state": known.state, "appointment": known.appointment,
        "by": act.map(|act| act.by), "why": act.map(|act| act.why),
        "closed_on": act.map(|act| act.closed_on),
        "counts": counts, "stands": standing(&history),
        "home": home.said.map(|(said, (at, _))| (said, at)),
    })
}

fn acts() -> Vec<(Sender, Op)> {
    let at = |n: i64| NOW.plus(n * 1_000 - 60_000);
    let referral = json!({ "referral_id": id(REFERRAL) });
    let mut agreed = referral.clone();
    agreed["appointment"] = json!({ "on": 20261125 });
    let mut back = referral.clone();
    back["why"] = json!("not_reached");
    vec![
        (officer(11), op(110, 1, at(1), "referral.accept", agreed)),
        (officer(12), op(111, 1, at(2), "referral.return", back)),
        (officer(11), op(112, 2, at(3), "referral.accept", referral.clone())),
        (officer(12), op(113, 2, at(4), "mobile.result", report("captured"))),
        (officer(11), op(114, 3, at(5), "mobile.result", report("pending"))),
        (officer(12), op(115, 3, at(6), "mobile.result", report("not_done"))),
        (officer(11), op(116, 4, at(7), "referral.done", referral)),
    ]
}

proptest! {
    #[test]
    fn what_officers_say_does_not_depend_on_the_order_of_arrival(
        order in Just((0..7_usize).collect::<Vec<_>>()).prop_shuffle(),
        twice in prop::collection::vec(0..7_usize, 0..4),
        many in 1..=7_usize,
    ) {
        let all = acts();
        // Of any of them, the same stands as in the order in which they were said.
        let chosen: Vec<usize> = order.iter().copied().take(many).collect();
        let mut sorted = chosen.clone();
        sorted.sort_unstable();
        let run = |which: &[usize]| {
            let (mut book, mut effects) = (book(), Effects::default());
            for n in which {
                let (sender, op) = &all[*n];
                let fate = push(&mut book, &mut effects, sender, vec![op.clone()]).remove(0);
                assert!(matches!(fate.outcome, OpOutcome::Applied | OpOutcome::Duplicate), "{fate:?}");
            }
            end(&book, &effects)
        };
        let mut arrived = chosen.clone();
        arrived.extend(twice.into_iter().filter(|n| chosen.contains(n)));
        prop_assert_eq!(run(&arrived), run(&sorted));
    }
}

#[test]
fn an_older_act_is_remembered_and_changes_nothing() {
    let (mut book, mut effects) = (book(), Effects::default());
    let mut all = acts();
    all.reverse();
    for (n, (sender, op)) in all.into_iter().enumerate() {
        let act = op.kind.starts_with("referral.");
        let fate = push(&mut book, &mut effects, &sender, vec![op]).remove(0);
        assert_eq!(fate.outcome, OpOutcome::Applied);
        assert_eq!(fate.flags.contains(&Flag::LostToNewer), act && n > 0 || n == 2 || n == 3);
    }
    let known = &book.people.referrals[&ReferralId(id(REFERRAL))];
    assert_eq!(known.state, ReferralState::Done);
    let evening = &book.police.evenings[&MobileSessionId(id(SESSION))];
    assert_eq!(evening.state, MobileState::Held);
    let said = evening.homes[&ReferralId(id(REFERRAL))].said.map(|(said, _)| said);
    assert_eq!(said, Some(MobileResult::NotDone));
}

#[test]
fn who_withdraws_is_gone_from_the_queue_with_the_number() {
    for purposes in [Some(&["learn", "refer"][..]), Some(&["learn", "call"][..]), None] {
        let (mut book, mut effects) = (book(), Effects::default());
        let referral = ReferralId(id(REFERRAL));
        let accept =
            op(90, 1, NOW.plus(-10), "referral.accept", json!({ "referral_id": referral }));
        push(&mut book, &mut effects, &officer(11), vec![accept]);
        let word = match purposes {
            Some(purposes) => op(91, 3, NOW, "consent.give", give(purposes)),
            None => {
                let all = json!({ "household_id": id(10), "learner_id": id(LEARNER) });
                op(91, 3, NOW, "consent.withdraw", all)
            }
        };
        push(&mut book, &mut effects, &walker(), vec![word]);
        // The number goes with either of the two it needs.
        let gone = effects.people.forgotten.iter().any(|less| less.call || less.police);
        assert!(gone, "{purposes:?}");
        let told = purposes.is_some_and(|purposes| purposes.contains(&"refer"));
        let known = &book.people.referrals[&referral];
        assert_eq!(known.learner.is_some(), told, "{purposes:?}");
        assert_eq!(known.state, ReferralState::Accepted);
    }
}
