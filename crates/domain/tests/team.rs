//! What a team tells the ward besides visits: proposed houses, doubles, shifts.

use gocua_domain::id::{
    AccountId, AlleyId, DeviceId, GroupId, HouseholdId, OpId, ShiftId, TeamId, VisitId,
};
use gocua_domain::sync::{
    Book, Door, Effects, Flag, Held, Op, OpOutcome, OpResult, PushRequest, Reason, Sender, decide,
};
use gocua_domain::time::Millis;
use serde_json::{Value, json};
use uuid::Uuid;

const NOW: Millis = Millis(1_794_881_400_000);

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn sender(device: u128) -> Sender {
    Sender {
        account: AccountId(id(device)),
        device: DeviceId(id(device)),
        team: Some(TeamId(id(3))),
        disabled: false,
    }
}

/// Alley 50 is the team's with household 10, alley 52 another team's with household 30.
fn book() -> Book {
    let mut book = Book::default();
    for (alley, household) in [(50, 10), (52, 30)] {
        book.alleys.insert(AlleyId(id(alley)), GroupId(id(70)));
        let door = Door {
            group: GroupId(id(70)),
            alley: AlleyId(id(alley)),
            active: true,
            left_on: None,
            proposed: false,
            deleted: false,
            visits: Vec::new(),
        };
        book.doors.insert(HouseholdId(id(household)), door);
    }
    let held = vec![Held { from: Millis(0), to: None }];
    book.reach.insert((TeamId(id(3)), AlleyId(id(50))), held);
    book
}

struct Desk {
    book: Book,
    effects: Effects,
    made: u128,
}

impl Desk {
    fn new() -> Self {
        Self { book: book(), effects: Effects::default(), made: 0 }
    }

    fn send(&mut self, device: u128, kind: &str, payload: Value) -> OpResult {
        self.made += 1;
        let op = Op {
            op_id: OpId(id(1_000 + self.made)),
            device_seq: self.made as i64,
            after: None,
            made_at: NOW,
            kind: kind.into(),
            payload,
        };
        let sender = sender(device);
        let push = PushRequest {
            device_id: sender.device,
            app_version: String::new(),
            sent_at: NOW,
            queued: 1,
            failed: 0,
            ops: vec![op.into()],
        };
        decide(&mut self.book, &mut self.effects, &sender, &push, NOW).remove(0)
    }

    fn propose(&mut self, device: u128, household: u128, alley: u128, no: &str) -> OpResult {
        let payload =
            json!({ "household_id": id(household), "alley_id": id(alley), "house_no": no });
        self.send(device, "household.propose", payload)
    }
}

fn fate(result: &OpResult) -> (OpOutcome, Option<Reason>) {
    (result.outcome, result.reason)
}

const APPLIED: (OpOutcome, Option<Reason>) = (OpOutcome::Applied, None);
const KNOWN: (OpOutcome, Option<Reason>) = (OpOutcome::Superseded, Some(Reason::NothingToChange));

fn rejected(reason: Reason) -> (OpOutcome, Option<Reason>) {
    (OpOutcome::Rejected, Some(reason))
}

#[test]
fn a_visit_at_a_proposed_house_is_taken_and_counts_nothing() {
    let mut desk = Desk::new();
    assert_eq!(fate(&desk.propose(1, 40, 50, "12B")), APPLIED);
    let visit = desk.send(
        1,
        "visit.record",
        json!({ "household_id": id(40), "outcome": "SERVED",
                "people": [{ "age_band": "60-79", "skills": [] }] }),
    );
    assert_eq!((fate(&visit), visit.flags), (APPLIED, vec![]));
    assert_eq!(desk.effects.visits.len(), 1);
    assert_eq!(desk.effects.states[&HouseholdId(id(40))].0.visits, 1);
    let mut coverage = desk.effects.coverage.clone();
    coverage.drop_zeros();
    assert!(coverage.groups.is_empty() && coverage.alleys.is_empty() && coverage.days.is_empty());
    // Moved to a house that counts, it counts; moved back, it does not.
    let visit = VisitId(visit.op_id.0);
    for (to, counted) in [(10, 1), (40, 0)] {
        let record = json!({ "household_id": id(to), "outcome": "MET_NO_NEED" });
        let payload = json!({ "visit_id": visit, "why": "wrong_door", "record": record });
        assert_eq!(fate(&desk.send(1, "visit.correct", payload)), APPLIED);
        assert_eq!(desk.effects.coverage.groups[&GroupId(id(70))].visits, counted);
    }
}

#[test]
fn both_phones_that_propose_one_house_come_before_the_ward() {
    let mut desk = Desk::new();
    assert_eq!(fate(&desk.propose(1, 40, 50, "12B")), APPLIED);
    assert_eq!(fate(&desk.propose(2, 41, 50, "12B")), APPLIED);
    let ids: Vec<_> = desk.effects.proposals.iter().map(|p| p.household.0).collect();
    assert_eq!(ids, [id(40), id(41)]);
    // The same id once more is the same house.
    assert_eq!(fate(&desk.propose(1, 40, 50, "12C")), KNOWN);
    assert_eq!(desk.effects.proposals.len(), 2);
}

#[test]
fn a_house_is_proposed_within_reach_and_with_words_to_find_it_by() {
    let mut desk = Desk::new();
    let refused = [
        (40, 52, "1", Reason::OutOfReach),
        (40, 99, "1", Reason::OutOfReach),
        // Another team's household is as unknown as one nobody has.
        (30, 50, "1", Reason::OutOfReach),
        (40, 50, " ", Reason::MalformedPayload),
    ];
    for (household, alley, no, reason) in refused {
        assert_eq!(fate(&desk.propose(1, household, alley, no)), rejected(reason), "{reason:?}");
    }
    let number = "1".repeat(9);
    assert_eq!(fate(&desk.propose(1, 40, 50, &number)), rejected(Reason::NumberInText));
    let unknown = json!({ "household_id": id(40), "alley_id": id(50), "house_no": "1", "lat": 1 });
    assert_eq!(fate(&desk.send(1, "household.propose", unknown)), rejected(Reason::UnknownField));
    assert!(desk.effects.proposals.is_empty());
    // The alley was taken back meanwhile: taken all the same, with a remark.
    let gone = vec![Held { from: Millis(0), to: Some(NOW.plus(-1)) }];
    desk.book.reach.insert((TeamId(id(3)), AlleyId(id(50))), gone);
    assert_eq!(desk.propose(1, 40, 50, "1").flags, [Flag::LateScope]);
}

#[test]
fn a_pair_of_doubles_is_listed_and_changes_nothing() {
    let mut desk = Desk::new();
    desk.propose(1, 40, 50, "12B");
    let mut pair = |of: u128| {
        desk.send(1, "household.same_as", json!({ "household_id": id(40), "of": id(of) }))
    };
    assert_eq!(fate(&pair(10)), APPLIED);
    assert_eq!(fate(&pair(40)), KNOWN);
    assert_eq!(fate(&pair(30)), rejected(Reason::OutOfReach));
    assert_eq!(fate(&pair(99)), rejected(Reason::OutOfReach));
    assert_eq!(desk.effects.pairs.len(), 1);
    assert!(desk.effects.states.is_empty());
}

#[test]
fn a_shift_has_one_beginning_and_one_end_and_one_owner() {
    let mut desk = Desk::new();
    let open = |people: u8| json!({ "shift_id": id(5), "people": people });
    let close = json!({ "shift_id": id(5) });
    assert_eq!(fate(&desk.send(1, "shift.close", close.clone())), KNOWN);
    assert_eq!(fate(&desk.send(1, "shift.open", open(0))), rejected(Reason::OutOfRange));
    assert_eq!(fate(&desk.send(1, "shift.open", open(10))), rejected(Reason::OutOfRange));
    assert_eq!(fate(&desk.send(1, "shift.open", open(2))), APPLIED);
    assert_eq!(fate(&desk.send(1, "shift.open", open(2))), KNOWN);
    assert_eq!(fate(&desk.send(2, "shift.open", open(2))), rejected(Reason::NotYours));
    assert_eq!(fate(&desk.send(2, "shift.close", close.clone())), rejected(Reason::NotYours));
    assert_eq!(fate(&desk.send(1, "shift.close", close.clone())), APPLIED);
    assert_eq!(fate(&desk.send(1, "shift.close", close)), KNOWN);
    let shift = desk.effects.shifts[&ShiftId(id(5))];
    assert_eq!((shift.opened_at, shift.closed_at), (NOW, Some(NOW)));
}
