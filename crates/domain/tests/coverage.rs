//! Status and coverage do not depend on the order in which work arrives.

use gocua_domain::coverage::{Counted, Coverage, Tally};
use gocua_domain::household::{HouseholdState, Status};
use gocua_domain::id::{AlleyId, GroupId, VisitId};
use gocua_domain::time::{Day, Millis, TimeBand};
use gocua_domain::visit::{Comeback, Outcome, VisitFact};
use proptest::prelude::*;
use uuid::Uuid;

/// 2026-11-17, a Tuesday, 09:10 in Viet Nam.
const TUESDAY: i64 = 1_794_881_400_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn visit(id: u128, at: i64, outcome: Outcome) -> VisitFact {
    VisitFact {
        id: VisitId(Uuid::from_u128(id)),
        made_at: Millis(at),
        outcome,
        team: None,
        coach_occ: 0,
        people: 0,
        people_60: 0,
        comeback: None,
        withdrawn: false,
    }
}

#[test]
fn three_misses_in_two_bands_on_two_days_make_a_household_unreachable() {
    assert_eq!(Millis(TUESDAY).day(), Day(20261117));
    let morning = visit(1, TUESDAY, Outcome::NotHome);
    let next_morning = visit(2, TUESDAY + DAY + HOUR, Outcome::NotHome);
    let afternoon = visit(3, TUESDAY + 2 * DAY + 6 * HOUR, Outcome::NotHome);
    let status = |visits: &[&VisitFact]| {
        let visits: Vec<VisitFact> = visits.iter().map(|v| (*v).clone()).collect();
        HouseholdState::derive(&visits).status
    };
    assert_eq!(status(&[]), Status::NotVisited);
    assert_eq!(status(&[&morning, &next_morning]), Status::Attempted);
    assert_eq!(status(&[&morning, &next_morning, &afternoon]), Status::Unreachable);
    // Three in one band, or all on one day, are only attempts.
    let third_morning = visit(4, TUESDAY + 2 * DAY, Outcome::NotHome);
    assert_eq!(status(&[&morning, &next_morning, &third_morning]), Status::Attempted);
    let noon = visit(5, TUESDAY + 5 * HOUR, Outcome::NotHome);
    let evening = visit(6, TUESDAY + 9 * HOUR, Outcome::NotHome);
    assert_eq!(status(&[&morning, &noon, &evening]), Status::Attempted);
    // Whoever was met once is not unreachable.
    let met = visit(7, TUESDAY - DAY, Outcome::MetNoNeed);
    assert_eq!(status(&[&met, &morning, &next_morning, &afternoon]), Status::Contacted);
}

#[test]
fn the_last_word_of_an_adult_decides_and_a_wrong_address_is_no_visit() {
    let served = visit(1, TUESDAY, Outcome::Served);
    let declined = visit(2, TUESDAY + DAY, Outcome::MetDeclined);
    let missed = visit(3, TUESDAY + 2 * DAY, Outcome::NotHome);
    let state = HouseholdState::derive(&[missed.clone(), declined, served.clone()]);
    assert_eq!((state.status, state.revisit), (Status::Declined, false));
    assert_eq!(state.first_served, Some(Day(20261117)));

    let empty = visit(4, TUESDAY + 3 * DAY, Outcome::Moved);
    assert_eq!(HouseholdState::derive(&[served, empty]).status, Status::Vacant);

    let lost = HouseholdState::derive(&[visit(5, TUESDAY, Outcome::NotFound)]);
    assert_eq!((lost.status, lost.first_visited, lost.visits), (Status::NotVisited, None, 1));
    let tally = Tally::of_household(true, &lost);
    assert_eq!((tally.hh_total, tally.hh_visited), (1, 0));
    assert!(Tally::of_household(false, &lost).is_zero());
    assert!(!HouseholdState::derive(&[missed]).status.code().is_empty());
}

#[test]
fn a_comeback_asks_for_another_visit_until_it_is_kept() {
    let mut half = visit(1, TUESDAY, Outcome::Partial);
    let comeback = Comeback { on: Day(20261119), band: TimeBand::Evening };
    half.comeback = Some(comeback);
    let state = HouseholdState::derive(std::slice::from_ref(&half));
    assert_eq!(
        (state.status, state.revisit, state.comeback),
        (Status::Served, true, Some(comeback))
    );
    let done = visit(2, TUESDAY + 2 * DAY, Outcome::Served);
    let state = HouseholdState::derive(&[half, done]);
    assert_eq!((state.status, state.revisit, state.comeback), (Status::Served, false, None));
}

fn any_visit() -> impl Strategy<Value = VisitFact> {
    (0..14_usize, 0..20 * 24_i64, any::<bool>(), 0..4_i64, 0..1_000_u128).prop_map(
        |(outcome, hour, withdrawn, people, id)| {
            let outcome = Outcome::ALL[outcome];
            let people = if outcome.served() { people } else { 0 };
            VisitFact {
                people,
                people_60: people / 2,
                coach_occ: people * 2,
                withdrawn,
                ..visit(id, TUESDAY + hour * HOUR, outcome)
            }
        },
    )
}

proptest! {
    #[test]
    fn the_state_is_the_same_in_any_order(
        visits in prop::collection::vec(any_visit(), 0..8),
        turns in prop::collection::vec(any::<prop::sample::Index>(), 8),
    ) {
        // Ties of time and id cannot happen in the book: ids are unique.
        let mut visits = visits;
        visits.sort_by_key(|v| v.id);
        visits.dedup_by_key(|v| v.id);
        let state = HouseholdState::derive(&visits);
        let mut shuffled = visits.clone();
        for (i, turn) in turns.iter().enumerate().take(shuffled.len()) {
            let j = turn.index(shuffled.len());
            shuffled.swap(i, j);
        }
        prop_assert_eq!(HouseholdState::derive(&shuffled), state);
    }

    #[test]
    fn the_sum_of_the_deltas_is_the_recount(
        events in prop::collection::vec((0..6_usize, any_visit(), any::<bool>()), 0..40),
    ) {
        let group = |h: usize| GroupId(Uuid::from_u128(h as u128 / 3));
        let alley = |h: usize| AlleyId(Uuid::from_u128(h as u128 / 2));
        let mut doors: Vec<Vec<VisitFact>> = vec![Vec::new(); 6];
        let mut running = Coverage::default();
        let count = |coverage: &mut Coverage, h: usize, visits: &[VisitFact], sign| {
            coverage.count(&Counted { group: group(h), alley: alley(h), active: h < 4, left_on: (h == 4).then_some(Day(20261110)), proposed: h == 3, visits }, sign);
        };
        for (h, visits) in doors.iter().enumerate() {
            count(&mut running, h, visits, 1);
        }
        for (h, visit, take_back) in events {
            let mut delta = Coverage::default();
            count(&mut delta, h, &doors[h], -1);
            if take_back {
                if let Some(last) = doors[h].last_mut() { last.withdrawn = true; }
            } else {
                doors[h].push(visit);
            }
            count(&mut delta, h, &doors[h], 1);
            delta.drop_zeros();
            for (id, t) in delta.groups { *running.groups.entry(id).or_default() += t; }
            for (id, t) in delta.alleys { *running.alleys.entry(id).or_default() += t; }
            for (id, t) in delta.days { *running.days.entry(id).or_default() += t; }
            for (id, t) in delta.hours { *running.hours.entry(id).or_default() += t; }
        }
        let mut recount = Coverage::default();
        for (h, visits) in doors.iter().enumerate() {
            count(&mut recount, h, visits, 1);
        }
        running.drop_zeros();
        recount.drop_zeros();
        // Every visit has its hour: the hours add up to the group's visits.
        for (group, tally) in &recount.groups {
            let hours = recount.hours.iter().filter(|((g, _), _)| g == group);
            prop_assert_eq!(hours.map(|(_, t)| t.visits).sum::<i64>(), tally.visits);
        }
        prop_assert_eq!(running, recount);
    }
}
