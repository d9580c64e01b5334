//! The shared cases of coming back (the phone's twin runs the same file), and what holds for any visits.

use gocua_domain::comeback::{
    Candidate, Evening, Fading, Hint, Hours, Knock, Lesson, Memory, Next, Proposal, Stop, Untold,
    propose,
};
use gocua_domain::household::quiet_until;
use gocua_domain::id::VisitId;
use gocua_domain::time::{Day, Millis, TimeBand};
use gocua_domain::visit::{AgeBand, Comeback, Outcome, VisitFact};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    quiet: Vec<Quiet>,
    proposals: Vec<Proposed>,
    hints: Vec<Hinted>,
    memories: Vec<Remembered>,
    evenings: Vec<Usual>,
    plans: Vec<Planned>,
}

#[derive(Deserialize)]
struct Visit {
    id: VisitId,
    at: Millis,
    outcome: Outcome,
    #[serde(default)]
    withdrawn: bool,
    comeback: Option<Comeback>,
}

#[derive(Deserialize)]
struct Quiet {
    name: String,
    visits: Vec<Visit>,
    until: Option<Day>,
}

#[derive(Deserialize)]
struct Proposed {
    name: String,
    now: Millis,
    visits: Vec<Visit>,
    best: Option<TimeBand>,
    #[serde(flatten)]
    proposal: Proposal,
}

#[derive(Deserialize)]
struct Hinted {
    name: String,
    knocks: Vec<Knocked>,
    alley: String,
    hint: Option<Hint>,
}

#[derive(Deserialize)]
struct Knocked {
    alley: String,
    group: String,
    at: Millis,
    outcome: Outcome,
}

#[derive(Deserialize)]
struct Remembered {
    name: String,
    lessons: Vec<Lesson>,
    untold: Vec<Untold>,
    fading: Vec<Fading>,
}

#[derive(Deserialize)]
struct Usual {
    name: String,
    now: Millis,
    on: Day,
    from: i32,
}

#[derive(Deserialize)]
struct Planned {
    name: String,
    evening: Evening,
    doors: Vec<Candidate>,
    stops: Vec<Stop>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../tests/vectors/comeback.json")).expect("cases")
}

fn fact(id: VisitId, made_at: Millis, outcome: Outcome, comeback: Option<Comeback>) -> VisitFact {
    VisitFact {
        id,
        made_at,
        outcome,
        team: None,
        coach_occ: 0,
        people: 0,
        people_60: 0,
        comeback,
        withdrawn: false,
    }
}

fn facts(visits: Vec<Visit>) -> Vec<VisitFact> {
    visits
        .into_iter()
        .map(|v| VisitFact { withdrawn: v.withdrawn, ..fact(v.id, v.at, v.outcome, v.comeback) })
        .collect()
}

#[test]
fn shared_cases_of_proposals() {
    let Vectors { quiet, proposals, .. } = vectors();
    assert!(quiet.len() >= 5 && proposals.len() >= 40);
    for case in quiet {
        assert_eq!(quiet_until(&facts(case.visits)), case.until, "{}", case.name);
    }
    for case in proposals {
        let found = propose(&facts(case.visits), case.now, case.best);
        assert_eq!(found, case.proposal, "{}", case.name);
    }
}

#[test]
fn shared_cases_of_hints() {
    for case in vectors().hints {
        let knocks = case.knocks.iter().map(|k| Knock {
            alley: &k.alley,
            group: &k.group,
            at: k.at,
            outcome: k.outcome,
        });
        let found = Hours::of(knocks).hint(&case.alley);
        assert_eq!(found.is_some(), case.hint.is_some(), "{}: {found:?}", case.name);
        let (Some(found), Some(wanted)) = (found, case.hint) else { continue };
        assert_eq!((found.band, found.hour), (wanted.band, wanted.hour), "{}", case.name);
        for (one, other) in found.bands.iter().zip(&wanted.bands) {
            assert_eq!((one.band, one.own), (other.band, other.own), "{}", case.name);
            assert!((one.rate - other.rate).abs() < 1e-12, "{}: {one:?} {other:?}", case.name);
        }
    }
}

#[test]
fn shared_cases_of_forgetting() {
    for case in vectors().memories {
        let found = Memory::ASSUMED.fading(&case.lessons, &case.untold);
        assert_eq!(found, case.fading, "{}", case.name);
    }
}

#[test]
fn shared_cases_of_evenings() {
    let Vectors { evenings, plans, .. } = vectors();
    for case in evenings {
        let found = Evening::usual(case.now);
        assert_eq!((found.on, found.from), (case.on, case.from), "{}", case.name);
    }
    for case in plans {
        assert_eq!(case.evening.plan(&case.doors), case.stops, "{}", case.name);
    }
}

/// Tuesday 17/11/2026 00:00 in Viet Nam; four weeks from there.
const START: i64 = 1_794_848_400_000;

fn instant() -> impl Strategy<Value = Millis> {
    (0..28 * 24 * 60_i64).prop_map(|minute| Millis(START + minute * 60_000))
}

fn band() -> impl Strategy<Value = TimeBand> {
    prop::sample::select(TimeBand::ALL.to_vec())
}

fn visits() -> impl Strategy<Value = Vec<VisitFact>> {
    let one =
        (instant(), prop::sample::select(Outcome::ALL.to_vec()), any::<bool>(), instant(), band());
    prop::collection::vec(one, 0..8).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(i, (at, outcome, withdrawn, on, band))| {
                let agreed = outcome == Outcome::Appointment
                    || (outcome == Outcome::Partial && at.0 % 2 == 0);
                let comeback = agreed.then_some(Comeback { on: on.day(), band });
                let id = VisitId(uuid::Uuid::from_u128(i as u128 + 1));
                VisitFact { withdrawn, ..fact(id, at, outcome, comeback) }
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn proposals_do_not_depend_on_the_order_of_arrival(
        (all, shuffled) in visits().prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle())),
        now in instant(),
    ) {
        prop_assert_eq!(propose(&all, now, None), propose(&shuffled, now, None));
    }

    #[test]
    fn proposals_lie_ahead_and_never_in_the_quiet(
        all in visits(), now in instant(), best in prop::option::of(band()),
    ) {
        let found = propose(&all, now, best);
        if quiet_until(&all).is_some() {
            prop_assert_eq!(found.band, None);
        }
        if let (Some(on), Some(band)) = (found.on, found.band) {
            prop_assert!(on >= now.day());
            prop_assert!(on > now.day() || now.minute() < band.ends());
            if found.next != Next::Appointment {
                prop_assert_eq!(on.weekend(), band == TimeBand::Weekend);
            }
        }
    }

    #[test]
    fn one_more_met_never_lowers_a_rate(
        all in prop::collection::vec((instant(), 0..3_usize, any::<bool>()), 0..80),
        at in instant(),
    ) {
        const ALLEYS: [&str; 3] = ["a", "b", "c"];
        let knock = |(at, alley, met): (Millis, usize, bool)| Knock {
            alley: ALLEYS[alley],
            group: "g",
            at,
            outcome: if met { Outcome::Served } else { Outcome::NotHome },
        };
        let before = Hours::of(all.iter().copied().map(knock));
        let after = Hours::of(all.iter().copied().chain([(at, 0, true)]).map(knock));
        let worse = Hours::of(all.iter().copied().chain([(at, 0, false)]).map(knock));
        for band in TimeBand::ALL {
            prop_assert!(after.group_rate("g", band) >= before.group_rate("g", band) - 1e-12);
            prop_assert!(worse.group_rate("g", band) <= before.group_rate("g", band) + 1e-12);
        }
    }

    #[test]
    fn one_more_successful_session_never_shortens_the_memory(
        levels in prop::collection::vec((0..=4_u8, 1..30_i64), 1..8), days in 1..60_i64,
    ) {
        let mut on = Day(20261117);
        let mut lessons = Vec::new();
        for (level, gap) in levels {
            on = on.plus(gap);
            let household = "h".to_owned();
            lessons.push(Lesson { household, age_band: AgeBand::Senior, skill: "A".to_owned(), level, on });
        }
        let before = Memory::ASSUMED.fading(&lessons, &[]);
        let mut again = lessons[lessons.len() - 1].clone();
        again.on = again.on.plus(days);
        lessons.push(again);
        let after = Memory::ASSUMED.fading(&lessons, &[]);
        prop_assert_eq!(before.len(), after.len());
        for (one, other) in before.iter().zip(&after) {
            prop_assert!(other.due > one.due);
        }
    }
}
