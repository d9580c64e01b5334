//! The demonstration ward, shared out: fair turfs of whole alleys.

use std::collections::BTreeMap;

use gocua_demo::{DemoWard, Scale, WardSource, build};
use gocua_domain::coverage::{Counted, Coverage};
use gocua_domain::id::{AlleyId, HouseholdId, TeamId};
use gocua_domain::time::Millis;
use gocua_domain::turf::{FAIR, Scope, TurfAlley, TurfTeam, capacity, share, work};
use gocua_domain::visit::VisitFact;

/// 2026-11-22 20:15 in Viet Nam, a Sunday.
const NOW: Millis = Millis(1_795_353_300_000);

fn ground(ward: &DemoWard, held: bool) -> (Vec<TurfAlley>, Vec<TurfTeam>) {
    let mut facts: BTreeMap<HouseholdId, Vec<VisitFact>> = BTreeMap::new();
    for visit in &ward.visits {
        facts.entry(visit.record.household_id).or_default().push(VisitFact {
            id: visit.id,
            made_at: visit.made_at,
            outcome: visit.record.outcome,
            team: Some(visit.team_id),
            coach_occ: 0,
            people: 0,
            people_60: 0,
            comeback: visit.record.comeback,
            withdrawn: false,
        });
    }
    let mut coverage = Coverage::default();
    for home in &ward.households {
        let visits = facts.get(&home.id).map_or(&[][..], Vec::as_slice);
        let counted = Counted {
            group: home.group_id,
            alley: home.alley_id,
            active: true,
            left_on: None,
            proposed: false,
            visits,
        };
        coverage.count(&counted, 1);
    }
    let holders: BTreeMap<AlleyId, TeamId> =
        ward.assignments.iter().map(|a| (a.alley_id, a.team_id)).collect();
    let groups: BTreeMap<_, _> =
        ward.groups.iter().map(|g| (g.id, (i64::from(g.ordinal), g.label_point))).collect();
    let alleys = ward
        .alleys
        .iter()
        .map(|a| TurfAlley {
            id: a.id,
            group: a.group_id,
            group_order: groups[&a.group_id].0,
            at: Some(groups[&a.group_id].1),
            parent: a.parent_id,
            sort: a.sort_key.clone(),
            work: coverage.alleys.get(&a.id).map_or(0, work),
            held: holders.get(&a.id).copied().filter(|_| held),
        })
        .collect();
    let people = |team: TeamId| ward.accounts.iter().filter(|a| a.team_id == Some(team)).count();
    let teams = ward
        .teams
        .iter()
        .map(|t| TurfTeam { id: t.id, capacity: capacity(people(t.id) as i64, 12, 5) });
    (alleys, teams.collect())
}

#[test]
fn the_turfs_of_the_ward_are_fair() {
    for (seed, factor) in [(42, 1.0), (7, 0.3)] {
        let ward = build(WardSource::CHU_VAN_AN, seed, Scale::new(factor).expect("a scale"), NOW);
        for held in [true, false] {
            let (alleys, teams) = ground(&ward, held);
            let told = share(&alleys, &teams, Scope::Balance);
            for load in &told.loads {
                let off = (load.with_questions - load.share) as f64 / load.share as f64;
                assert!(off.abs() <= FAIR, "seed {seed}, held {held}: {load:?} is {off:.3} off");
            }
            assert!(held || told.questions.is_empty(), "nobody's ground asks nobody");
            assert_eq!(share(&alleys, &teams, Scope::Balance), told);
        }
    }
}

#[test]
fn what_is_given_in_the_ward_stays_and_the_rest_finds_a_team() {
    let ward = build(WardSource::CHU_VAN_AN, 42, Scale::new(1.0).expect("a scale"), NOW);
    let (alleys, teams) = ground(&ward, true);
    let told = share(&alleys, &teams, Scope::Fill);
    let free = alleys.iter().filter(|a| a.held.is_none() && a.work > 0).count();
    assert!(free > 0, "the ward has alleys nobody holds");
    assert!(told.moves.iter().chain(&told.questions).all(|m| m.from.is_none()));
    let open = |id: AlleyId| alleys.iter().any(|a| a.id == id && a.work > 0);
    let named = told.moves.iter().chain(&told.questions).filter(|m| open(m.alley)).count();
    assert_eq!(named, free);
}
