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
        left_on: None,
        proposed: false,
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

/// An operation that follows another of its account.
fn after(mut op: Op, seq: i64) -> Op {
    op.after = Some(seq);
    op
}

fn outcomes(results: &[OpResult]) -> Vec<OpOutcome> {
    results.iter().map(|r| r.outcome).collect()
}

#[test]
fn what_comes_before_its_turn_waits_and_is_then_taken_in_order() {
    let mut book = book();
    let third = after(op(3, 3, "visit.withdraw", json!({ "visit_id": id(2) })), 2);
    let second = after(record(2, 2, 10, "SERVED"), 1);
    let first = after(record(1, 1, 10, "NOT_HOME"), 0);

    let (results, effects) = run(&mut book, vec![third.clone(), second.clone()]);
    assert_eq!(outcomes(&results), [OpOutcome::Held, OpOutcome::Held]);
    assert!(results.iter().all(|r| r.seq.is_none() && r.reason == Some(Reason::WaitsForEarlier)));
    assert_eq!((effects.held.len(), effects.ops.len(), effects.visits.len()), (2, 0, 0));
    assert_eq!(book.seq, 100);

    // Asked again it still waits, and is written once.
    let (results, effects) = run(&mut book, vec![second.clone()]);
    assert_eq!(outcomes(&results), [OpOutcome::Held]);
    assert!(effects.held.is_empty());

    let (results, effects) = run(&mut book, vec![first, second, third]);
    assert_eq!(
        outcomes(&results),
        [OpOutcome::Applied, OpOutcome::Duplicate, OpOutcome::Duplicate]
    );
    assert_eq!(
        results.iter().map(|r| r.seq).collect::<Vec<_>>(),
        [Some(101), Some(102), Some(103)]
    );
    assert_eq!(effects.released.len(), 2);
    assert!(effects.withdrawn.contains_key(&VisitId(id(2))) && effects.held.is_empty());
}

#[test]
fn in_one_batch_out_of_order_nothing_is_left_waiting() {
    let mut book = book();
    let ops = vec![after(record(2, 2, 10, "SERVED"), 1), after(record(1, 1, 10, "NOT_HOME"), 0)];
    let (results, effects) = run(&mut book, ops);
    assert_eq!(outcomes(&results), [OpOutcome::Held, OpOutcome::Applied]);
    assert_eq!((effects.visits.len(), effects.ops.len()), (2, 2));
    assert!(effects.held.is_empty() && effects.released.is_empty());
}

#[test]
fn a_phone_that_has_lost_the_earlier_one_says_so_and_is_not_held_up() {
    let mut book = book();
    let waits = after(record(2, 2, 10, "SERVED"), 1);
    run(&mut book, vec![waits.clone()]);
    // Something else under the id of what waits is no replay of it.
    let (results, _) = run(&mut book, vec![after(record(2, 2, 11, "SERVED"), 1)]);
    assert_eq!(results[0].reason, Some(Reason::OpIdReused));

    let mut alone = waits;
    alone.after = None;
    // By now the phone's clock was set; the first arrival tells the time.
    let mut batch = push(vec![alone.clone()]);
    batch.sent_at = NOW.plus(5 * DAY);
    let mut effects = Effects::default();
    let results = decide(&mut book, &mut effects, &sender(), &batch, NOW.plus(DAY));
    assert_eq!(
        (results[0].outcome, results[0].flags.as_slice()),
        (OpOutcome::Applied, &[Flag::Gap][..])
    );
    assert_eq!(effects.visits[0].fact.made_at, alone.made_at);
    assert!(effects.released.contains(&alone.op_id));
}

#[test]
fn an_earlier_one_that_was_refused_is_no_reason_to_wait() {
    let mut book = book();
    let ops =
        vec![after(op(1, 1, "visit.teleport", json!({})), 0), after(record(2, 2, 10, "SERVED"), 1)];
    let (results, _) = run(&mut book, ops);
    assert_eq!(outcomes(&results), [OpOutcome::Rejected, OpOutcome::Applied]);
}

#[test]
fn what_is_no_operation_at_all_is_refused_by_itself() {
    let broken = [
        json!({"op_id": id(1), "device_seq": "one", "made_at": 1, "kind": "visit.record", "payload": {}}),
        json!({"op_id": "nobody", "device_seq": 2}),
        json!(7),
    ];
    let mut batch = push(Vec::new());
    batch.ops = broken
        .iter()
        .map(|b| serde_json::from_value(b.clone()).expect("anything is taken"))
        .collect();
    batch.ops.push(after(record(4, 4, 10, "SERVED"), 3).into());
    let mut book = book();
    book.device_seqs.insert((sender().device, 3), OpId(id(90)));
    let mut effects = Effects::default();
    let results = decide(&mut book, &mut effects, &sender(), &batch, NOW);
    let ids: Vec<_> = results.iter().map(|r| r.op_id.0.as_u128()).collect();
    assert_eq!(ids, [1, 0, 0, 4]);
    assert!(results[..3].iter().all(|r| r.reason == Some(Reason::MalformedPayload)));
    assert_eq!(results[3].outcome, OpOutcome::Applied);
    assert_eq!(effects.ops.len(), 2, "what has no id cannot be remembered");
    let again = decide(&mut book, &mut effects, &sender(), &batch, NOW);
    assert_eq!(again[0].reason, Some(Reason::MalformedPayload));
}

fn correct(n: u128, seq: i64, visit: u128, household: u128, outcome: &str) -> Op {
    let record = json!({ "household_id": id(household), "outcome": outcome });
    op(n, seq, "visit.correct", json!({ "visit_id": id(visit), "why": "mistap", "record": record }))
}

#[test]
fn a_correction_is_a_new_version_and_only_the_newest_counts() {
    let mut book = book();
    let ops = vec![
        record(1, 1, 10, "SERVED"),
        correct(2, 2, 1, 10, "NOT_HOME"),
        correct(3, 3, 1, 11, "MET_NO_NEED"),
        // By the id of a later version it is the same visit.
        correct(4, 4, 3, 11, "APPOINTMENT"),
    ];
    let (results, effects) = run(&mut book, ops);
    assert_eq!(
        results.iter().map(|r| r.reason).collect::<Vec<_>>(),
        [None, None, None, Some(Reason::ComebackMismatch)]
    );
    let versions: Vec<_> =
        effects.visits.iter().map(|v| (v.version, v.household.0.as_u128())).collect();
    assert_eq!(versions, [(1, 10), (2, 10), (3, 11)]);
    assert!(effects.visits.iter().all(|v| v.fact.made_at == effects.visits[0].fact.made_at));
    assert_eq!(effects.replaced[&VisitId(id(1))], VisitId(id(3)), "the first knows the newest");
    assert_eq!(effects.replaced[&VisitId(id(2))], VisitId(id(3)));
    let moved = effects.coverage.groups[&GroupId(id(70))];
    assert_eq!((moved.visits, moved.hh_visited, moved.hh_contacted, moved.hh_served), (1, 1, 1, 0));
    assert_eq!(effects.states[&HouseholdId(id(10))].0.visits, 0);

    let (results, effects) =
        run(&mut book, vec![op(5, 5, "visit.withdraw", json!({ "visit_id": id(1) }))]);
    assert_eq!(results[0].outcome, OpOutcome::Applied, "undo by the first id takes back the visit");
    assert!(effects.withdrawn.contains_key(&VisitId(id(3))));
    let (results, _) = run(&mut book, vec![correct(6, 6, 1, 10, "SERVED")]);
    assert_eq!(results[0].reason, Some(Reason::VisitWithdrawn));
}

#[test]
fn only_the_author_corrects_and_only_within_reach() {
    let mut book = book();
    run(&mut book, vec![record(1, 1, 10, "SERVED")]);
    let (results, _) =
        run(&mut book, vec![correct(2, 2, 1, 30, "SERVED"), correct(3, 3, 77, 10, "SERVED")]);
    assert!(results.iter().all(|r| r.reason == Some(Reason::OutOfReach)));
    let other = Sender { account: AccountId(id(9)), device: DeviceId(id(8)), ..sender() };
    let mut batch = push(vec![correct(4, 1, 1, 10, "NOT_HOME")]);
    batch.device_id = other.device;
    let results = decide(&mut book, &mut Effects::default(), &other, &batch, NOW);
    assert_eq!(results[0].reason, Some(Reason::NotYours));
    // The same person on another phone may, and it is said.
    let elsewhere = Sender { device: DeviceId(id(8)), ..sender() };
    let mut batch = push(vec![correct(5, 2, 1, 10, "NOT_HOME")]);
    batch.device_id = elsewhere.device;
    let results = decide(&mut book, &mut Effects::default(), &elsewhere, &batch, NOW);
    assert_eq!(results[0].flags, [Flag::CorrectedElsewhere]);
}

#[test]
fn one_s_own_visit_may_be_set_right_after_the_alley_was_taken_back() {
    let mut book = book();
    let mut knock = record(1, 1, 20, "SERVED");
    knock.made_at = NOW.plus(-2 * DAY);
    let (results, _) = run(&mut book, vec![knock, correct(2, 2, 1, 20, "NOT_HOME")]);
    assert_eq!((results[1].outcome, results[1].flags.len()), (OpOutcome::Applied, 0));
}

fn edit(n: u128, seq: i64, household: u128, set: Value) -> Op {
    op(n, seq, "household.edit", json!({ "household_id": id(household), "set": set }))
}

#[test]
fn details_go_to_the_later_writer_and_identity_to_the_ward() {
    use gocua_domain::edit::{EditFate, Field, Value as Detail};
    let mut book = book();
    let head = |name: &str| Detail::Text(name.to_owned());
    book.details.insert(HouseholdId(id(10)), [(Field::Head, head("Hoa"))].into());
    let mut early = edit(2, 2, 10, json!({ "members": 9, "landmark": "cổng xanh" }));
    early.made_at = NOW.plus(-3 * 3_600_000);
    let ops = vec![
        edit(1, 1, 10, json!({ "members": 4, "head": "Lan" })),
        early,
        edit(3, 3, 10, json!({ "head": "Hoa", "house_no": "12A" })),
    ];
    let (results, effects) = run(&mut book, ops);
    assert_eq!(results[0].flags, [Flag::ToInbox]);
    // The clock went back on the same phone: what it wrote later is still later.
    assert!(results[1].flags.is_empty());
    let fates: Vec<_> = effects.edits.iter().map(|e| (e.field, e.fate)).collect();
    assert_eq!(
        fates,
        [
            (Field::Members, EditFate::Won),
            (Field::Head, EditFate::Asked),
            (Field::Landmark, EditFate::Won),
            (Field::Members, EditFate::Won),
            (Field::HouseNo, EditFate::Won),
            (Field::Head, EditFate::Same),
        ]
    );
    let (details, seq) = &effects.details[&HouseholdId(id(10))];
    assert_eq!(details[&Field::Members], Detail::Number(9));
    assert_eq!((details.get(&Field::Head), *seq), (None, 103));
    assert_eq!(book.details[&HouseholdId(id(10))][&Field::Head], head("Hoa"), "never overwritten");

    // An older value of another phone is remembered and does not win.
    let other = Sender { account: AccountId(id(9)), device: DeviceId(id(8)), ..sender() };
    let mut old = edit(4, 1, 10, json!({ "members": 1 }));
    old.made_at = NOW.plus(-DAY);
    let mut batch = push(vec![old]);
    batch.device_id = other.device;
    let results = decide(&mut book, &mut Effects::default(), &other, &batch, NOW);
    assert_eq!(results[0].flags, [Flag::LostToNewer]);
    assert_eq!(book.details[&HouseholdId(id(10))][&Field::Members], Detail::Number(9));
}

#[test]
fn an_edit_of_a_removed_household_is_kept_for_the_ward_and_stops_nothing() {
    let mut book = book();
    let door = book.doors.get_mut(&HouseholdId(id(10))).expect("door");
    (door.deleted, door.active) = (true, false);
    let (results, effects) =
        run(&mut book, vec![edit(1, 1, 10, json!({ "members": 4 })), record(2, 2, 11, "SERVED")]);
    assert_eq!(
        fate(&results[0]),
        (OpOutcome::Quarantined, Some(101), Some(Reason::HouseholdDeleted))
    );
    assert_eq!(results[1].outcome, OpOutcome::Applied);
    assert_eq!((effects.quarantined.len(), effects.edits.len()), (1, 0));
    let (again, _) = run(&mut book, vec![edit(1, 1, 10, json!({ "members": 4 }))]);
    assert_eq!(fate(&again[0]), fate(&results[0]));
}

#[test]
fn a_disabled_account_s_work_waits_for_the_ward() {
    let mut book = book();
    let gone = Sender { disabled: true, ..sender() };
    let mut effects = Effects::default();
    let results =
        decide(&mut book, &mut effects, &gone, &push(vec![record(1, 1, 10, "SERVED")]), NOW);
    assert_eq!(results[0].reason, Some(Reason::AccountDisabled));
    assert_eq!(effects.quarantined[0].household, Some(HouseholdId(id(10))));
    assert!(effects.visits.is_empty());
}

#[test]
fn a_double_s_visits_count_for_the_household_it_was_merged_into() {
    let mut book = book();
    book.doors.remove(&HouseholdId(id(11)));
    book.merged.insert(HouseholdId(id(11)), HouseholdId(id(10)));
    let (results, effects) =
        run(&mut book, vec![record(1, 1, 10, "NOT_HOME"), record(2, 2, 11, "SERVED")]);
    assert_eq!(outcomes(&results), [OpOutcome::Applied; 2]);
    assert_eq!(effects.visits[1].household, HouseholdId(id(11)), "the book says what was knocked");
    let moved = effects.coverage.groups[&GroupId(id(70))];
    assert_eq!((moved.visits, moved.hh_visited, moved.hh_served), (2, 1, 1));
    assert_eq!(effects.states.len(), 1);
}

#[test]
fn fields_of_a_newer_app_are_kept_unless_they_may_be_a_persons() {
    let mut book = book();
    let with = |n, seq, extra: Value| {
        let mut payload = json!({ "household_id": id(10), "outcome": "SERVED", "people": [
            { "age_band": "60-79", "skills": [{ "skill": "SEC-01", "level": 2 }] }] });
        payload.as_object_mut().expect("object").extend(extra.as_object().expect("object").clone());
        op(n, seq, "visit.record", payload)
    };
    let mut nested = with(2, 2, json!({}));
    nested.payload["people"][0]["aid"] = json!("glasses");
    let ops = vec![
        with(1, 1, json!({ "mood": "glad", "none": null, "list": [] })),
        nested,
        with(3, 3, json!({ "cccd": "x" })),
        with(4, 4, json!({ "note": "gọi 111222333" })),
        with(5, 5, json!({ "long": "x".repeat(2_000) })),
        with(6, 6, json!({})),
    ];
    let (results, effects) = run(&mut book, ops);
    assert!(results.iter().all(|r| r.outcome == OpOutcome::Applied));
    assert!(results[..5].iter().all(|r| r.flags == [Flag::UnknownField]));
    assert!(results[5].flags.is_empty());
    let kept: Vec<_> = effects.visits.iter().map(|v| v.extra.clone()).collect();
    assert_eq!(kept[0], Some(json!({ "mood": "glad" })));
    assert_eq!(kept[1], Some(json!({ "people": [{ "aid": "glasses" }] })));
    assert!(kept[2..].iter().all(Option::is_none));
}
