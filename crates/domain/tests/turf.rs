//! A sharing of turfs: whole alleys, nobody's ground without asking, the same answer every time.

use std::collections::{BTreeMap, BTreeSet};

use gocua_domain::coverage::Tally;
use gocua_domain::id::{AlleyId, GroupId, TeamId};
use gocua_domain::turf::{
    Scope, Sharing, TurfAlley, TurfLeft, TurfTeam, TurfWhy, capacity, halve, remaining, share, work,
};
use proptest::prelude::*;
use uuid::Uuid;

fn alley_id(n: usize) -> AlleyId {
    AlleyId(Uuid::from_u128(0xa000 + n as u128))
}

fn team_id(n: usize) -> TeamId {
    TeamId(Uuid::from_u128(0x7000 + n as u128))
}

fn group_id(n: usize) -> GroupId {
    GroupId(Uuid::from_u128(0x6000 + n as u128))
}

fn alley(
    n: usize,
    group: usize,
    parent: Option<usize>,
    work: i64,
    held: Option<usize>,
) -> TurfAlley {
    TurfAlley {
        id: alley_id(n),
        group: group_id(group),
        group_order: group as i64,
        at: Some([group as f64, 0.0]),
        parent: parent.map(alley_id),
        sort: format!("{n:05}"),
        work,
        held: held.map(team_id),
    }
}

fn teams(capacities: &[i64]) -> Vec<TurfTeam> {
    capacities.iter().enumerate().map(|(n, c)| TurfTeam { id: team_id(n), capacity: *c }).collect()
}

/// Who holds what after the moves, and after the questions too when they are answered with yes.
fn after(alleys: &[TurfAlley], told: &Sharing, yes: bool) -> BTreeMap<AlleyId, TeamId> {
    let mut held: BTreeMap<AlleyId, TeamId> =
        alleys.iter().filter_map(|a| Some((a.id, a.held?))).collect();
    for step in told.moves.iter().chain(told.questions.iter().filter(|_| yes)) {
        assert_eq!(held.insert(step.alley, step.to), step.from, "from where it is");
    }
    held
}

#[test]
fn a_home_not_visited_is_more_work_than_one_to_come_back_to() {
    let tally = Tally { hh_total: 10, hh_visited: 6, hh_revisit: 2, ..Tally::default() };
    assert_eq!((remaining(&tally), work(&tally)), (6, 4 * 3 + 2 * 2));
    let done = Tally { hh_total: 5, hh_visited: 5, ..Tally::default() };
    assert_eq!((remaining(&done), work(&done)), (0, 0));
    // Twelve homes each, six people, five evenings: 360 knocks.
    assert_eq!(capacity(6, 12, 5), 720);
    assert_eq!(capacity(-1, 12, 5), 0);
}

#[test]
fn what_nobody_holds_goes_to_the_team_of_the_group_with_what_turns_off_it() {
    let alleys = [
        alley(1, 1, None, 30, Some(0)),
        alley(2, 1, Some(1), 30, None),
        alley(3, 1, Some(2), 12, None),
        alley(4, 2, None, 70, Some(1)),
    ];
    let told = share(&alleys, &teams(&[100, 100]), Scope::Fill);
    assert_eq!(told.questions, []);
    assert_eq!(
        told.moves.iter().map(|m| (m.alley, m.to, m.why)).collect::<Vec<_>>(),
        [
            (alley_id(2), team_id(0), TurfWhy::WithNeighbours),
            (alley_id(3), team_id(0), TurfWhy::WithNeighbours),
        ]
    );
    let load = told.loads[0];
    assert_eq!((load.share, load.before, load.after, load.with_questions), (71, 30, 72, 72));
}

#[test]
fn an_alley_of_another_teams_group_is_a_question() {
    let mut alleys = vec![alley(0, 2, None, 10, Some(1))];
    alleys.extend((1..9).map(|n| alley(n, 1, None, 60, if n < 5 { Some(0) } else { None })));
    let told = share(&alleys, &teams(&[100, 100]), Scope::Fill);
    assert!(told.moves.iter().all(|m| m.to == team_id(0)), "{told:?}");
    assert!(!told.questions.is_empty() && told.questions.iter().all(|m| m.to == team_id(1)));
    for asked in &told.questions {
        assert!(told.left.contains(&(asked.alley, TurfLeft::Asked)), "said to be with nobody");
    }
    let [one, other] = [told.loads[0], told.loads[1]];
    assert!(other.with_questions > other.after && one.with_questions == one.after);
}

#[test]
fn a_group_of_nobody_goes_whole_and_not_across_the_ward() {
    let mut alleys = vec![alley(0, 1, None, 90, Some(0)), alley(1, 9, None, 90, Some(1))];
    alleys.extend((2..6).map(|n| alley(n, 2, None, 5, None)));
    let told = share(&alleys, &teams(&[100, 100]), Scope::Fill);
    assert_eq!(told.moves.len(), 4);
    assert!(
        told.moves.iter().all(|m| m.to == team_id(0) && m.why == TurfWhy::FreeGroup),
        "{told:?}"
    );
}

#[test]
fn nobody_who_could_go_and_nothing_to_do_are_said() {
    let alleys = [alley(1, 1, None, 30, None), alley(2, 1, None, 0, None)];
    let told = share(&alleys, &teams(&[0]), Scope::Fill);
    assert_eq!(told.left, [(alley_id(1), TurfLeft::NoTeam), (alley_id(2), TurfLeft::NothingLeft)]);
    assert_eq!(share(&[], &[], Scope::Balance), Sharing::default());
    // Where its neighbour goes, an empty way goes too: a house may still be found there.
    let told = share(&alleys, &teams(&[10]), Scope::Fill);
    assert_eq!((told.moves.len(), told.left.len()), (2, 0));
    // Far from everybody it stays.
    let told = share(&[alley(2, 1, None, 0, None)], &teams(&[10]), Scope::Fill);
    assert_eq!(told.left, [(alley_id(2), TurfLeft::NothingLeft)]);
}

#[test]
fn a_turf_is_halved_along_its_ways() {
    let alleys = [
        alley(1, 1, None, 10, Some(0)),
        alley(2, 1, Some(1), 20, Some(0)),
        alley(3, 1, Some(1), 20, Some(0)),
        alley(4, 2, None, 50, Some(0)),
        alley(5, 2, None, 70, Some(1)),
    ];
    let moves = halve(&alleys, team_id(0), team_id(1));
    assert_eq!(
        moves.iter().map(|m| (m.alley, m.to)).collect::<Vec<_>>(),
        [(alley_id(4), team_id(1))]
    );
    assert_eq!(halve(&alleys[4..], team_id(1), team_id(0)), [], "one alley is not cut");
    assert_eq!(halve(&[], team_id(0), team_id(1)), []);
}

/// A ward by chance: groups of trees, some of it held.
fn ground() -> impl Strategy<Value = (Vec<TurfAlley>, Vec<TurfTeam>)> {
    let one = (0_usize..5, 0_usize..4, 0_i64..60, 0_usize..7);
    (proptest::collection::vec(one, 1..60), proptest::collection::vec(0_i64..400, 1..5)).prop_map(
        |(raw, capacities)| {
            let count = capacities.len();
            let alleys = raw
                .iter()
                .enumerate()
                .map(|(n, (group, up, work, held))| {
                    let parent = n.checked_sub(up + 1).filter(|p| *up > 0 && raw[*p].0 == *group);
                    alley(n, *group, parent, *work, Some(*held).filter(|h| *h < count))
                })
                .collect();
            (alleys, teams(&capacities))
        },
    )
}

proptest! {
    #[test]
    fn every_open_alley_has_one_team_or_a_reason((alleys, teams) in ground(), balance: bool) {
        let scope = if balance { Scope::Balance } else { Scope::Fill };
        let told = share(&alleys, &teams, scope);
        let sure = after(&alleys, &told, false);
        let left: BTreeMap<_, _> = told.left.iter().copied().collect();
        prop_assert_eq!(left.len(), told.left.len(), "said once");
        for alley in &alleys {
            prop_assert_eq!(sure.contains_key(&alley.id), !left.contains_key(&alley.id));
            if alley.work > 0 && left.contains_key(&alley.id) {
                prop_assert_ne!(left[&alley.id], TurfLeft::NothingLeft);
            }
        }
        let named: BTreeSet<_> = told.moves.iter().chain(&told.questions).map(|m| m.alley).collect();
        prop_assert_eq!(named.len(), told.moves.len() + told.questions.len(), "one step an alley");
        // The figures are those of the steps.
        for yes in [false, true] {
            let held = after(&alleys, &told, yes);
            for load in &told.loads {
                let sum: i64 =
                    alleys.iter().filter(|a| held.get(&a.id) == Some(&load.team)).map(|a| a.work).sum();
                prop_assert_eq!(sum, if yes { load.with_questions } else { load.after });
            }
        }
    }

    #[test]
    fn nobody_is_given_anothers_ground_without_asking((alleys, teams) in ground(), balance: bool) {
        let scope = if balance { Scope::Balance } else { Scope::Fill };
        let told = share(&alleys, &teams, scope);
        let mut home: BTreeMap<GroupId, BTreeSet<TeamId>> = BTreeMap::new();
        for alley in &alleys {
            home.entry(alley.group).or_default().extend(alley.held);
        }
        let group: BTreeMap<_, _> = alleys.iter().map(|a| (a.id, a.group)).collect();
        for step in &told.moves {
            let home = &home[&group[&step.alley]];
            prop_assert!(home.is_empty() || home.contains(&step.to));
        }
        for step in &told.questions {
            prop_assert!(!home[&group[&step.alley]].contains(&step.to));
        }
        let able: BTreeSet<_> = teams.iter().filter(|t| t.capacity > 0).map(|t| t.id).collect();
        for step in told.moves.iter().chain(&told.questions) {
            prop_assert!(able.contains(&step.to), "nothing for who can do nothing");
        }
    }

    #[test]
    fn what_is_given_stays_unless_all_is_shared_anew((alleys, teams) in ground()) {
        let told = share(&alleys, &teams, Scope::Fill);
        prop_assert!(told.moves.iter().chain(&told.questions).all(|m| m.from.is_none()));
    }

    #[test]
    fn the_answer_is_always_the_same((alleys, teams) in ground(), balance: bool) {
        let scope = if balance { Scope::Balance } else { Scope::Fill };
        let told = share(&alleys, &teams, scope);
        let mut turned = alleys.clone();
        turned.reverse();
        prop_assert_eq!(share(&turned, &teams, scope), told);
    }

    #[test]
    fn half_a_turf_is_whole_alleys_of_it((alleys, _) in ground()) {
        let moves = halve(&alleys, team_id(0), team_id(1));
        let held: BTreeSet<_> =
            alleys.iter().filter(|a| a.held == Some(team_id(0))).map(|a| a.id).collect();
        prop_assert!(moves.iter().all(|m| held.contains(&m.alley) && m.from == Some(team_id(0))));
        prop_assert_eq!(moves.is_empty(), held.len() < 2, "something stays, something goes");
        prop_assert!(moves.len() < held.len().max(1));
    }
}
