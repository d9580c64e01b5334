//! Every operation ends with exactly one outcome, and the book changes by it alone.

use gocua_domain::coverage::Tally;
use gocua_domain::id::{AccountId, AlleyId, DeviceId, GroupId, HouseholdId, OpId, TeamId, VisitId};
use gocua_domain::skill::Skill;
use gocua_domain::sync::{
    Book, Door, Effects, Flag, Held, Op, OpOutcome, OpResult, PushRequest, Reason, Sender, Sent,
    decide,
};
use gocua_domain::time::{Day, Millis};
use serde_json::{Value, json};
use uuid::Uuid;

const NOW: Millis = Millis(1_795_339_200_000);
const DAY: i64 = 86_400_000;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn sender() -> Sender {
    Sender {
        account: AccountId(id(1)),
        device: DeviceId(id(2)),
        team: Some(TeamId(id(3))),
        disabled: false,
    }
}

/// A book with three doors of the sender's alley, one lately taken back, one never given.
fn book() -> Book {
    let mut book = Book { seq: 100, ..Book::default() };
    book.skills = ["SEC-01", "PAY-01"]
        .map(|code| Skill {
            code: code.to_owned(),
            vi: String::new(),
            en: String::new(),
            core: true,
            quick: true,
        })
        .into_iter()
        .collect();
    let door = |alley| Door {
        group: GroupId(id(70)),
        alley: AlleyId(id(alley)),
        active: true,
        deleted: false,
        visits: Vec::new(),
    };
    for n in 0..3 {
        book.doors.insert(HouseholdId(id(10 + n)), door(50));
    }
    book.doors.insert(HouseholdId(id(20)), door(51));
    book.doors.insert(HouseholdId(id(30)), door(52));
    let held = |to| vec![Held { from: NOW.plus(-30 * DAY), to }];
    book.reach.insert((TeamId(id(3)), AlleyId(id(50))), held(None));
    book.reach.insert((TeamId(id(3)), AlleyId(id(51))), held(Some(NOW.plus(-DAY))));
    book
}

fn op(n: u128, seq: i64, kind: &str, payload: Value) -> Op {
    Op {
        op_id: OpId(id(n)),
        device_seq: seq,
        after: None,
        made_at: NOW.plus(-60_000),
        kind: kind.to_owned(),
        payload,
    }
}

fn record(n: u128, seq: i64, household: u128, outcome: &str) -> Op {
    op(n, seq, "visit.record", json!({ "household_id": id(household), "outcome": outcome }))
}

fn push(ops: Vec<Op>) -> PushRequest {
    PushRequest {
        device_id: sender().device,
        app_version: "0.1.0".to_owned(),
        sent_at: NOW,
        queued: ops.len() as u32,
        failed: 0,
        ops: ops.into_iter().map(Into::into).collect(),
    }
}

fn set_made_at(batch: &mut PushRequest, at: Millis) {
    match &mut batch.ops[0] {
        Sent::Op(op) => op.made_at = at,
        Sent::Broken { .. } => panic!("an operation"),
    }
}

fn run(book: &mut Book, ops: Vec<Op>) -> (Vec<OpResult>, Effects) {
    let mut effects = Effects::default();
    let results = decide(book, &mut effects, &sender(), &push(ops), NOW);
    (results, effects)
}

fn fate(result: &OpResult) -> (OpOutcome, Option<i64>, Option<Reason>) {
    (result.outcome, result.seq, result.reason)
}

#[test]
fn a_knock_enters_the_book_once_and_moves_coverage_by_one() {
    let mut book = book();
    let knock = record(1000, 1, 10, "NOT_HOME");
    let (results, effects) = run(&mut book, vec![knock.clone(), knock.clone()]);
    assert_eq!(fate(&results[0]), (OpOutcome::Applied, Some(101), None));
    assert_eq!(fate(&results[1]), (OpOutcome::Duplicate, Some(101), None));
    assert_eq!((effects.visits.len(), effects.ops.len()), (1, 1));
    let moved = Tally { hh_visited: 1, hh_revisit: 1, visits: 1, ..Tally::default() };
    assert_eq!(effects.coverage.groups[&GroupId(id(70))], moved);
    assert_eq!(effects.coverage.alleys[&AlleyId(id(50))], moved);

    // The same batch again, in a later transaction.
    let (results, effects) = run(&mut book, vec![knock]);
    assert_eq!(fate(&results[0]), (OpOutcome::Duplicate, Some(101), None));
    assert!(effects.visits.is_empty() && effects.ops.is_empty());
}

#[test]
fn one_poisonous_operation_stops_no_other() {
    let mut book = book();
    let ops = vec![
        record(1, 1, 10, "SERVED"),
        op(2, 2, "visit.teleport", json!({})),
        op(3, 3, "visit.withdraw", json!({ "visit_id": id(1), "cccd": 1 })),
        op(4, 4, "visit.record", json!({ "household_id": id(10) })),
        op(5, 5, "visit.record", json!("nonsense")),
        record(6, 6, 30, "SERVED"),
        record(7, 7, 999, "SERVED"),
        op(8, 8, "visit.record", json!({ "household_id": id(10), "outcome": "APPOINTMENT" })),
        op(
            9,
            9,
            "visit.record",
            json!({ "household_id": id(10), "outcome": "NOT_HOME",
            "people": [{ "age_band": "60-79", "skills": [] }] }),
        ),
        op(
            10,
            10,
            "visit.record",
            json!({ "household_id": id(10), "outcome": "SERVED",
            "people": [{ "age_band": "60-79", "skills": [{ "skill": "XXX-01", "level": 1 }] }] }),
        ),
        op(
            11,
            11,
            "visit.record",
            json!({ "household_id": id(10), "outcome": "SERVED",
            "people": [{ "age_band": "60-79", "skills": [{ "skill": "SEC-01", "level": 5 }] }] }),
        ),
        record(12, 12, 11, "MET_DECLINED"),
    ];
    let (results, effects) = run(&mut book, ops);
    let reasons: Vec<_> = results.iter().map(|r| r.reason).collect();
    assert_eq!(
        reasons,
        [
            None,
            Some(Reason::UnknownKind),
            Some(Reason::UnknownField),
            Some(Reason::MalformedPayload),
            Some(Reason::MalformedPayload),
            Some(Reason::OutOfReach),
            Some(Reason::OutOfReach),
            Some(Reason::ComebackMismatch),
            Some(Reason::PeopleWithoutService),
            Some(Reason::UnknownSkill),
            Some(Reason::LevelOutOfRange),
            None,
        ]
    );
    assert_eq!(effects.visits.len(), 2);
    assert_eq!(effects.ops.len(), 12, "a rejected operation has its outcome in the book too");
    assert_eq!((results[0].seq, results[11].seq), (Some(101), Some(102)), "numbers without gaps");
}

#[test]
fn ids_and_device_numbers_are_never_used_twice() {
    let mut book = book();
    run(&mut book, vec![record(1, 1, 10, "SERVED")]);
    let (results, effects) =
        run(&mut book, vec![record(1, 1, 11, "SERVED"), record(2, 1, 11, "SERVED")]);
    assert_eq!(results[0].reason, Some(Reason::OpIdReused));
    assert_eq!(results[1].reason, Some(Reason::DeviceSeqReused));
    assert!(effects.visits.is_empty());
    assert_eq!(effects.ops[0].device_seq, None, "the number stays with its first owner");
}

#[test]
fn a_clock_three_days_off_is_corrected_and_said() {
    for skew in [-3 * DAY, 3 * DAY] {
        let mut book = book();
        let mut batch = push(vec![record(1, 1, 10, "SERVED")]);
        batch.sent_at = NOW.plus(skew);
        set_made_at(&mut batch, NOW.plus(skew - 3_600_000));
        let mut effects = Effects::default();
        let results = decide(&mut book, &mut effects, &sender(), &batch, NOW);
        assert_eq!(results[0].flags, [Flag::ClockCorrected]);
        assert_eq!(effects.visits[0].fact.made_at, NOW.plus(-3_600_000));
        assert_eq!(effects.visits[0].device_made_at, NOW.plus(skew - 3_600_000));
    }
    // A clock that jumped between the knock and the sending: the time of arrival stands.
    for jump in [3 * DAY, -20_000 * DAY] {
        let mut book = book();
        let mut batch = push(vec![record(1, 1, 10, "SERVED")]);
        set_made_at(&mut batch, NOW.plus(jump));
        let mut effects = Effects::default();
        let results = decide(&mut book, &mut effects, &sender(), &batch, NOW);
        assert_eq!(results[0].flags, [Flag::ClockClamped]);
        assert_eq!(effects.visits[0].fact.made_at, NOW);
    }
}

#[test]
fn work_under_an_assignment_taken_back_meanwhile_is_accepted_and_flagged() {
    let mut book = book();
    let mut before = record(1, 1, 20, "SERVED");
    before.made_at = NOW.plus(-2 * DAY);
    let (results, _) = run(&mut book, vec![before, record(2, 2, 20, "NOT_HOME")]);
    assert_eq!((results[0].outcome, results[0].flags.len()), (OpOutcome::Applied, 0));
    assert_eq!(
        (results[1].outcome, results[1].flags.as_slice()),
        (OpOutcome::Applied, &[Flag::LateScope][..])
    );
}

#[test]
fn a_household_that_left_the_register_keeps_its_visits_and_is_not_counted() {
    let mut book = book();
    book.doors.get_mut(&HouseholdId(id(10))).expect("door").active = false;
    let (results, effects) = run(&mut book, vec![record(1, 1, 10, "SERVED")]);
    assert_eq!(results[0].flags, [Flag::HouseholdGone]);
    let moved = effects.coverage.groups[&GroupId(id(70))];
    assert_eq!((moved.visits, moved.hh_served, moved.hh_total), (1, 0, 0));
}

#[test]
fn undo_takes_back_ones_own_visit_once_and_in_time() {
    let withdraw =
        |n, seq, visit: u128| op(n, seq, "visit.withdraw", json!({ "visit_id": id(visit) }));
    let mut book = book();
    let (results, effects) =
        run(&mut book, vec![record(1, 1, 10, "SERVED"), withdraw(2, 2, 1), withdraw(3, 3, 1)]);
    assert_eq!(fate(&results[1]), (OpOutcome::Applied, Some(102), None));
    assert_eq!(
        fate(&results[2]),
        (OpOutcome::Superseded, Some(102), Some(Reason::NothingToWithdraw))
    );
    let mut coverage = effects.coverage.clone();
    coverage.drop_zeros();
    assert!(coverage.groups.is_empty() && coverage.alleys.is_empty() && coverage.days.is_empty());
    assert!(effects.withdrawn.contains_key(&VisitId(id(1))));

    // Of a record that was rejected there is nothing to take back; of an unknown one nothing to say.
    let (results, _) =
        run(&mut book, vec![record(4, 4, 999, "SERVED"), withdraw(5, 5, 4), withdraw(6, 6, 77)]);
    assert_eq!(results[1].outcome, OpOutcome::Superseded);
    assert_eq!(results[2].reason, Some(Reason::OutOfReach));

    // Somebody else's, and too late.
    run(&mut book, vec![record(7, 7, 11, "SERVED")]);
    let other = Sender { account: AccountId(id(9)), device: DeviceId(id(8)), ..sender() };
    let mut effects = Effects::default();
    let mut batch = push(vec![withdraw(8, 1, 7)]);
    batch.device_id = other.device;
    let results = decide(&mut book, &mut effects, &other, &batch, NOW);
    assert_eq!(results[0].reason, Some(Reason::NotYours));
    let mut late = withdraw(9, 8, 7);
    late.made_at = NOW.plus(9 * 60_000);
    let mut batch = push(vec![late]);
    batch.sent_at = NOW.plus(11 * 60_000);
    let results = decide(&mut book, &mut effects, &sender(), &batch, NOW.plus(11 * 60_000));
    assert_eq!(
        results[0].outcome,
        OpOutcome::Applied,
        "ten minutes count from the knock, not the sending"
    );
    run(&mut book, vec![record(20, 9, 11, "SERVED")]);
    let mut late = withdraw(21, 10, 20);
    late.made_at = NOW.plus(20 * 60_000);
    let mut batch = push(vec![late]);
    batch.sent_at = NOW.plus(20 * 60_000);
    let results = decide(&mut book, &mut effects, &sender(), &batch, NOW.plus(20 * 60_000));
    assert_eq!(results[0].reason, Some(Reason::TooLateToWithdraw));
}

#[test]
fn two_teams_at_one_door_count_one_household_and_two_visits() {
    let mut book = book();
    book.reach
        .insert((TeamId(id(4)), AlleyId(id(50))), vec![Held { from: NOW.plus(-DAY), to: None }]);
    let other = Sender {
        account: AccountId(id(9)),
        device: DeviceId(id(8)),
        team: Some(TeamId(id(4))),
        disabled: false,
    };
    let mut effects = Effects::default();
    decide(&mut book, &mut effects, &sender(), &push(vec![record(1, 1, 10, "SERVED")]), NOW);
    let mut batch = push(vec![record(2, 1, 10, "SERVED")]);
    batch.device_id = other.device;
    let results = decide(&mut book, &mut effects, &other, &batch, NOW);
    assert_eq!(results[0].outcome, OpOutcome::Applied);
    let moved = effects.coverage.groups[&GroupId(id(70))];
    assert_eq!((moved.hh_served, moved.hh_visited, moved.visits), (1, 1, 2));
    assert_eq!(effects.states[&HouseholdId(id(10))].0.first_served, Some(NOW.day()));
    assert_ne!(NOW.day(), Day(0));
}

#[test]
fn without_a_team_nothing_is_in_reach() {
    let mut book = book();
    let alone = Sender { team: None, ..sender() };
    let mut effects = Effects::default();
    let results =
        decide(&mut book, &mut effects, &alone, &push(vec![record(1, 1, 10, "SERVED")]), NOW);
    assert_eq!(results[0].reason, Some(Reason::OutOfReach));
}
