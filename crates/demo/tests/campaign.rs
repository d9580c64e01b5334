//! Teams, accounts and three weeks of visits.

use std::collections::{BTreeMap, BTreeSet};

use gocua_demo::{DemoWard, Scale, Unit, WardSource, build, default_skills};
use gocua_domain::household::{HouseholdState, Status};
use gocua_domain::id::HouseholdId;
use gocua_domain::skill::Skills;
use gocua_domain::time::{Day, Millis, TimeBand};
use gocua_domain::visit::{Outcome, VisitFact};

/// 2026-11-22 20:15 in Viet Nam, a Sunday.
const NOW: Millis = Millis(1_795_353_300_000);
const MINUTE: i64 = 60_000;

fn chu_van_an(seed: u64, factor: f64, now: Millis) -> DemoWard {
    build(WardSource::CHU_VAN_AN, seed, Scale::new(factor).expect("a scale"), now)
}

fn states(ward: &DemoWard) -> BTreeMap<HouseholdId, HouseholdState> {
    let mut facts: BTreeMap<HouseholdId, Vec<VisitFact>> = BTreeMap::new();
    for visit in &ward.visits {
        facts.entry(visit.record.household_id).or_default().push(VisitFact {
            id: visit.id,
            made_at: visit.made_at,
            outcome: visit.record.outcome,
            team: Some(visit.team_id),
            coach_occ: visit.record.coach_occ(),
            people: visit.record.people.len() as i64,
            people_60: visit.record.people.iter().filter(|p| p.age_band.from_60()).count() as i64,
            comeback: visit.record.comeback,
            withdrawn: false,
        });
    }
    ward.households
        .iter()
        .map(|h| (h.id, HouseholdState::derive(facts.get(&h.id).map_or(&[][..], Vec::as_slice))))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_other_people() {
    let text = |seed| format!("{:?}", chu_van_an(seed, 0.3, NOW));
    assert_eq!(text(42), text(42));
    let (one, other) = (chu_van_an(42, 0.3, NOW), chu_van_an(43, 0.3, NOW));
    let same = one
        .households
        .iter()
        .zip(&other.households)
        .filter(|(a, b)| a.head_name == b.head_name)
        .count();
    assert!(same < one.households.len() / 10, "{same} heads share a name");
    let ids: BTreeSet<_> = one.households.iter().map(|h| h.id).collect();
    assert!(other.households.iter().all(|h| !ids.contains(&h.id)));
    // Nor do two wards of one seed share anybody.
    let ward = build(WardSource::CHI_LINH, 42, Scale::new(0.3).expect("a scale"), NOW);
    assert!(ward.households.iter().all(|h| !ids.contains(&h.id)));
}

#[test]
fn the_catalogue_has_27_skills_and_six_quick_ones() {
    let skills = default_skills();
    assert_eq!(skills.len(), 27);
    assert_eq!(skills.iter().map(|s| &s.code).collect::<BTreeSet<_>>().len(), 27);
    let quick: Vec<&str> = skills.iter().filter(|s| s.quick).map(|s| s.code.as_str()).collect();
    assert_eq!(quick, ["DEV-01", "IDN-01", "DVC-01", "PAY-01", "SEC-01", "SEC-02"]);
    assert!(skills.iter().filter(|s| s.core).count() == 9);
}

#[test]
fn every_visit_could_have_been_made() {
    for (seed, factor, now) in [
        (1, 1.0, NOW),
        (2, 0.1, Millis(NOW.0 - 9 * 60 * MINUTE)),
        (3, 0.02, NOW.plus(86_400_000 * 60)),
    ] {
        let ward = chu_van_an(seed, factor, now);
        let skills: Skills = ward.skills.iter().cloned().collect();
        let held: BTreeMap<_, _> = ward.assignments.iter().map(|a| (a.alley_id, a)).collect();
        assert_eq!(held.len(), ward.assignments.len(), "an alley has one team");
        let doors: BTreeMap<_, _> = ward.households.iter().map(|h| (h.id, h)).collect();
        let accounts: BTreeMap<_, _> = ward.accounts.iter().map(|a| (a.id, a)).collect();
        let mut minutes = BTreeSet::new();
        let mut last: BTreeMap<_, (i64, Millis)> = BTreeMap::new();
        let mut ids = BTreeSet::new();
        assert!(ward.visits.is_sorted_by_key(|v| v.made_at));
        assert!(!ward.visits.is_empty());
        for visit in &ward.visits {
            assert_eq!(visit.record.check(&skills), Ok(()));
            assert!(visit.made_at <= now, "in the future");
            assert!(ids.insert(visit.id));
            let local = (visit.made_at.0 + 7 * 60 * MINUTE).rem_euclid(86_400_000) / MINUTE;
            assert!((8 * 60..21 * 60).contains(&local), "at minute {local}");
            assert!(visit.made_at.day() >= ward.campaign.starts_on);

            let household = doors[&visit.record.household_id];
            let assignment = held.get(&household.alley_id).expect("an alley somebody holds");
            assert_eq!(assignment.team_id, visit.team_id);
            assert!(assignment.since <= visit.made_at);
            let account = accounts[&visit.account_id];
            assert_eq!(account.team_id, Some(visit.team_id));
            assert_eq!(account.device_id, Some(visit.device_id));
            assert!(matches!(account.role, "volunteer" | "team_lead"));
            assert!(visit.record.people.len() <= usize::from(household.adult_count));

            assert!(
                minutes.insert((visit.account_id, visit.made_at.0 / MINUTE)),
                "two knocks in one minute"
            );
            let (seq, at) = last.get(&visit.device_id).copied().unwrap_or((0, Millis(0)));
            assert_eq!(visit.device_seq, seq + 1);
            assert!(visit.made_at > at);
            last.insert(visit.device_id, (visit.device_seq, visit.made_at));
        }
    }
}

#[test]
fn served_visits_coach_one_to_three_people_in_one_to_three_skills() {
    let ward = chu_van_an(4, 0.3, NOW);
    for visit in &ward.visits {
        let record = &visit.record;
        assert_eq!(record.outcome.served(), !record.people.is_empty());
        assert!(record.people.len() <= 3);
        assert!(record.people.iter().all(|p| (1..=3).contains(&p.skills.len())));
        if let Some(comeback) = record.comeback {
            assert!(comeback.on >= visit.made_at.day());
            let weekend = comeback.on.start().is_some_and(|s| s.band() == TimeBand::Weekend);
            assert_eq!(weekend, comeback.band == TimeBand::Weekend);
        }
    }
}

#[test]
fn coverage_is_what_a_campaign_shows_after_three_weeks() {
    for seed in [1, 2, 3] {
        let ward = chu_van_an(seed, 1.0, NOW);
        let states = states(&ward);
        let mut groups: BTreeMap<_, (f64, f64)> = BTreeMap::new();
        for household in &ward.households {
            let group = groups.entry(household.group_id).or_default();
            group.0 += f64::from(u8::from(states[&household.id].first_visited.is_some()));
            group.1 += 1.0;
        }
        let visited: f64 = groups.values().map(|g| g.0).sum::<f64>() / ward.households.len() as f64;
        assert!((0.5..0.6).contains(&visited), "{visited} visited");
        let shares: Vec<f64> = groups.values().map(|g| g.0 / g.1).collect();
        let least = shares.iter().copied().fold(1.0, f64::min);
        let most = shares.iter().copied().fold(0.0, f64::max);
        assert!((0.08..0.11).contains(&least), "the least covered group: {least}");
        assert!((0.90..0.96).contains(&most), "the most covered group: {most}");

        let reached = visited * ward.households.len() as f64;
        let count =
            |status| states.values().filter(|s| s.status == status).count() as f64 / reached;
        assert!(
            (0.035..0.065).contains(&count(Status::Declined)),
            "{} declined",
            count(Status::Declined)
        );
        assert!((0.02..0.045).contains(&count(Status::Vacant)), "{} vacant", count(Status::Vacant));
        assert!(count(Status::Served) > 0.55, "{} served", count(Status::Served));
        assert!(count(Status::Unreachable) > 0.0);

        let away = |band| {
            let knocks: Vec<_> = ward.visits.iter().filter(|v| v.made_at.band() == band).collect();
            let away = knocks.iter().filter(|v| v.record.outcome == Outcome::NotHome).count();
            (knocks.len(), away as f64 / knocks.len() as f64)
        };
        let (morning, evening, weekend) =
            (away(TimeBand::Morning), away(TimeBand::Evening), away(TimeBand::Weekend));
        assert!(
            morning.1 > evening.1 + 0.1,
            "away: {morning:?} in the morning, {evening:?} in the evening"
        );
        assert!(evening.0 + weekend.0 > ward.visits.len() * 3 / 4, "mostly evenings and weekends");
    }
}

#[test]
fn the_demonstration_lane_looks_like_its_strip_map() {
    for (seed, factor) in [(1, 1.0), (2, 0.02)] {
        let ward = chu_van_an(seed, factor, NOW);
        let states = states(&ward);
        let lane = ward.alleys.iter().find(|a| a.label == "Ngõ 34, Nguyễn Trãi").expect("ngõ 34");
        let count = |test: &dyn Fn(&HouseholdState) -> bool| {
            ward.households.iter().filter(|h| h.alley_id == lane.id && test(&states[&h.id])).count()
        };
        assert_eq!(count(&|s| s.status == Status::Served), 19);
        assert_eq!(count(&|s| s.revisit), 4);
        assert_eq!(count(&|s| s.status == Status::Declined), 1);
        assert_eq!(count(&|s| s.status == Status::Vacant), 1);
        assert_eq!(count(&|s| s.status == Status::NotVisited), 21);
        // Somebody is expected this very evening.
        assert_eq!(count(&|s| s.comeback.is_some_and(|c| c.on == NOW.day())), 1);
    }
}

#[test]
fn teams_hold_whole_groups_where_they_can() {
    let ward = chu_van_an(1, 1.0, NOW);
    assert_eq!(ward.teams.len(), 14);
    let assigned = ward.assignments.len() as f64 / ward.alleys.len() as f64;
    assert!((0.75..0.85).contains(&assigned), "{assigned} of the alleys assigned");
    let names: BTreeSet<&str> = ward.teams.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names.len(), ward.teams.len());

    let tnv1 = ward.accounts.iter().find(|a| a.login == "tnv1").expect("tnv1");
    let held: BTreeSet<_> = ward
        .assignments
        .iter()
        .filter(|a| Some(a.team_id) == tnv1.team_id)
        .map(|a| a.alley_id)
        .collect();
    let home: BTreeSet<_> =
        ward.alleys.iter().filter(|a| a.group_id == ward.groups[0].id).map(|a| a.id).collect();
    assert_eq!(held, home, "tnv1's team holds one group and nothing else");
}

#[test]
fn the_fixed_logins_are_there() {
    for factor in [0.02, 1.0] {
        let ward = chu_van_an(1, factor, NOW);
        let logins: BTreeMap<&str, _> =
            ward.accounts.iter().map(|a| (a.login.as_str(), a)).collect();
        assert_eq!(logins.len(), ward.accounts.len());
        for (login, role) in [
            ("tnv1", "volunteer"),
            ("tnv2", "volunteer"),
            ("doitruong1", "team_lead"),
            ("congan1", "police"),
            ("canbo1", "ward_staff"),
            ("bxd1", "party_board"),
            ("dpo1", "dpo"),
            ("totruong1", "tdp_coordinator"),
            ("motcua1", "one_stop_helper"),
            ("admin", "admin"),
        ] {
            assert_eq!(logins[login].role, role);
        }
        assert_ne!(logins["tnv1"].team_id, logins["tnv2"].team_id);
        assert_eq!(logins["tnv1"].team_id, logins["doitruong1"].team_id);
        assert_eq!(logins["totruong1"].group_id, Some(ward.groups[0].id));
        for team in &ward.teams {
            let lead = ward.accounts.iter().find(|a| a.id == team.lead_id).expect("the lead");
            assert_eq!((lead.role, lead.team_id), ("team_lead", Some(team.id)));
        }
    }
}

#[test]
fn the_campaign_runs_three_weeks_and_says_what_is_a_sample() {
    let ward = chu_van_an(1, 0.02, NOW);
    assert_eq!(ward.campaign.starts_on, Day(20261101));
    assert_eq!(ward.campaign.ends_on, Day(20261220));
    let late = chu_van_an(1, 0.02, NOW.plus(86_400_000 * 40));
    assert_eq!(late.campaign.ends_on, Day(20270129));
    let coverage =
        ward.targets.iter().find(|t| t.indicator == "COV_SERVED").expect("a target of coverage");
    assert_eq!((coverage.value, coverage.unit, coverage.source), (80.0, Unit::Percent, "mẫu"));
    assert_eq!(coverage.due_on, ward.campaign.ends_on);
    assert!(ward.targets.iter().all(|t| t.due_on.date().is_some()));
}
