//! Three weeks on foot: who knocked when, who opened, and what was learnt.
//!
//! Each team has sessions (an evening, half a day at the weekend) and a queue of doors. A session takes
//! doors that are due again and new ones from one group, in walking order. Nobody is in two places at
//! once: a walker's sessions do not overlap, and within one the knocks have slots of their own.

use std::collections::{BTreeMap, VecDeque};

use chrono::{Datelike, Days, Weekday};
use gocua_domain::id::VisitId;
use gocua_domain::time::{Day, Millis, TimeBand};
use gocua_domain::visit::{AgeBand, Comeback, Outcome, PersonCoached, SkillCoached, VisitRecord};

use crate::alleys::{HOME_LANE, Layout};
use crate::boundary::WardSource;
use crate::catalogue::{Campaign, DAYS_RUN};
use crate::dice::{Dice, Stream};
use crate::groups::{HOME, Plan};
use crate::households::Roll;
use crate::teams::Crew;
use crate::{Visit, default_skills, habits};

const MINUTE_MS: i64 = 60_000;
/// Minutes between two knocks of one walker, on the average of a session; and never fewer than this.
const USUAL_PACE: f64 = 11.0;
const LEAST_PACE: f64 = 3.0;
/// Visits made for each door reached, come-backs included, as far as sessions are planned.
const VISITS_A_DOOR: f64 = 1.3;
/// Days before today on whose evenings `tnv1` walked the demonstration lane.
const HOME_EVENINGS: [u64; 3] = [6, 3, 1];

/// A stretch of time one walker is out.
struct Session {
    day: Day,
    /// Minutes after local midnight.
    from: u32,
    to: u32,
    walker: usize,
}

impl Session {
    fn at(&self, minute: u32) -> Millis {
        self.day.start().unwrap_or(Millis(0)).plus(i64::from(minute) * MINUTE_MS)
    }

    fn minutes(&self) -> u32 {
        self.to - self.from
    }
}

/// A door to knock at again.
struct Again {
    household: usize,
    misses: u32,
    not_before: Day,
    /// After a miss: any band but this.
    avoid: Option<TimeBand>,
    /// After an agreement: this day and band, or any later time.
    agreed: Option<Comeback>,
}

/// A knock before it has an identity.
pub(crate) struct Knock {
    pub(crate) made_at: Millis,
    /// Place of who knocked in the accounts.
    pub(crate) walker: usize,
    team: usize,
    pub(crate) record: VisitRecord,
}

/// Walks the ward until `now`.
#[expect(
    clippy::too_many_arguments,
    reason = "the last step of the build needs everything made before it"
)]
pub(crate) fn walk(
    source: &WardSource,
    plan: &Plan,
    layout: &Layout,
    roll: &Roll,
    crew: &Crew,
    campaign: &Campaign,
    now: Millis,
    seed: u64,
) -> Vec<Visit> {
    let mut dice = Dice::new(seed, source.salt(), Stream::Visits);
    let skills: Vec<(String, u32)> =
        default_skills().into_iter().map(|s| (s.code, if s.quick { 12 } else { 2 })).collect();
    let mut hand = Hand { roll, skills: &skills, dice: &mut dice };
    let mut knocks = Vec::new();
    for team in 0..crew.teams.len() {
        walk_turf(team, plan, layout, crew, campaign, now, &mut hand, &mut knocks);
    }
    walk_home_lane(layout, crew, now, &mut hand, &mut knocks);
    habits::settle(&mut knocks, crew, source, now, seed);
    knocks.sort_by_key(|k| (k.made_at, k.walker));

    let mut sent: BTreeMap<usize, i64> = BTreeMap::new();
    knocks
        .into_iter()
        .filter_map(|k| {
            let seq = sent.entry(k.walker).or_default();
            *seq += 1;
            let account = &crew.accounts[k.walker];
            Some(Visit {
                id: VisitId(dice.uuid_at(k.made_at)),
                account_id: account.id,
                team_id: crew.teams[k.team].id,
                device_id: account.device_id?,
                device_seq: *seq,
                made_at: k.made_at,
                record: k.record,
            })
        })
        .collect()
}

/// Walks the turf of one team.
#[expect(clippy::too_many_arguments, reason = "one team's share of the arguments of `walk`")]
fn walk_turf(
    team: usize,
    plan: &Plan,
    layout: &Layout,
    crew: &Crew,
    campaign: &Campaign,
    now: Millis,
    hand: &mut Hand<'_>,
    knocks: &mut Vec<Knock>,
) {
    let mut queues: Vec<VecDeque<usize>> = crew.turf[team]
        .iter()
        .map(|(group, alleys)| {
            let mut aim = (f64::from(plan.sizes[*group]) * crew.aims[*group]).round() as usize;
            if *group == HOME {
                aim = aim.saturating_sub(HOME_LANE.1 as usize / 2);
            }
            let alleys = alleys.iter().copied().filter(|&a| a != layout.home_lane);
            doors_to_reach(alleys, aim, hand)
        })
        .collect();
    let doors: usize = queues.iter().map(VecDeque::len).sum();
    let sessions = sessions(&crew.walkers[team], doors, campaign.starts_on, now, hand.dice);
    let total: u32 = sessions.iter().map(Session::minutes).sum();

    let mut again: Vec<Again> = Vec::new();
    let (mut walked, mut reached) = (0, 0);
    for session in &sessions {
        walked += session.minutes();
        let most = (f64::from(session.minutes()) / LEAST_PACE) as usize;
        // New doors in step with the time: the last session reaches the last door.
        let due = (doors as f64 * f64::from(walked) / f64::from(total)).round() as usize;
        let fresh = due.saturating_sub(reached).min(most);
        reached += fresh;
        let mut round: Vec<Again> = Vec::with_capacity(most);
        let band = session.at(session.from).band();
        let mut spare = (most - fresh).min(fresh.max(2));
        again.retain_mut(|door| {
            let due = spare > 0 && door.is_due(session.day, band);
            if due {
                spare -= 1;
                round.push(Again { household: door.household, ..*door });
            }
            !due
        });
        for _ in 0..fresh {
            // One session stays in the group that has most left to do.
            let queue = queues.iter_mut().max_by_key(|q| q.len());
            if let Some(household) = queue.and_then(VecDeque::pop_front) {
                round.push(Again {
                    household,
                    misses: 0,
                    not_before: session.day,
                    avoid: None,
                    agreed: None,
                });
            }
        }
        // As one walks: alley after alley, in the order of the doors.
        round.sort_by_key(|door| door.household);
        let slot = f64::from(session.minutes()) / round.len().max(1) as f64;
        for (i, door) in round.into_iter().enumerate() {
            let minute = session.from
                + (slot * i as f64) as u32
                + hand.dice.between(0, slot as u32 - 1).min(slot as u32 / 2);
            let made_at = session.at(minute).plus(i64::from(hand.dice.between(0, 59)) * 1_000);
            let (record, next) = hand.knock(&door, made_at);
            again.extend(next);
            knocks.push(Knock { made_at, walker: session.walker, team, record });
        }
    }
}

impl Again {
    fn is_due(&self, day: Day, band: TimeBand) -> bool {
        match self.agreed {
            Some(agreed) => day > agreed.on || day == agreed.on && band == agreed.band,
            None => day >= self.not_before && self.avoid != Some(band),
        }
    }
}

/// The first `aim` doors of the alleys in walking order, a few left out here and there.
fn doors_to_reach(
    alleys: impl Iterator<Item = usize>,
    aim: usize,
    hand: &mut Hand<'_>,
) -> VecDeque<usize> {
    let all: Vec<usize> = alleys.flat_map(|a| hand.roll.of_alley[a].clone()).collect();
    let mut leave_out = all.len().saturating_sub(aim) / 3;
    let mut doors = VecDeque::with_capacity(aim);
    for &door in &all {
        if doors.len() == aim {
            break;
        }
        if leave_out > 0 && hand.dice.chance(0.08) {
            leave_out -= 1;
        } else {
            doors.push_back(door);
        }
    }
    doors
}

/// When the walkers of a team were out, oldest first: mostly evenings and weekends.
fn sessions(
    walkers: &[usize],
    doors: usize,
    start: Day,
    now: Millis,
    dice: &mut Dice,
) -> Vec<Session> {
    let mut sessions = Vec::new();
    for ago in (0..=DAYS_RUN).rev() {
        let day = days_before(now.day(), ago);
        if day < start {
            continue;
        }
        let home_evening = HOME_EVENINGS.contains(&ago);
        for &walker in walkers {
            // The first walker of the first team keeps these days for the demonstration lane.
            if home_evening && walker == walkers[0] {
                continue;
            }
            let weekend = is_weekend(day);
            let times: &[(u32, u32, f64)] = if weekend {
                &[
                    (8 * 60 + 30, 11 * 60, 0.34),
                    (14 * 60 + 30, 17 * 60, 0.3),
                    (18 * 60 + 30, 20 * 60 + 40, 0.3),
                ]
            } else {
                &[
                    (8 * 60 + 30, 10 * 60 + 50, 0.06),
                    (14 * 60 + 30, 16 * 60 + 50, 0.06),
                    (18 * 60 + 10, 20 * 60 + 50, 0.42),
                ]
            };
            for &(from, to, chance) in times {
                if dice.chance(chance) {
                    sessions.push(Session { day, from: from + dice.between(0, 15), to, walker });
                }
            }
        }
    }
    // Not after now, and not more people out than there is to do.
    sessions.retain_mut(|s| {
        while s.to > s.from && s.at(s.to) > now {
            s.to -= 1;
        }
        s.minutes() >= 20
    });
    let total: u32 = sessions.iter().map(Session::minutes).sum();
    let keep = doors as f64 * VISITS_A_DOOR * USUAL_PACE / f64::from(total.max(1));
    sessions.retain(|_| dice.chance(keep));
    sessions.sort_by_key(|s| (s.day, s.from, s.walker));
    sessions
}

/// The demonstration lane as its strip map shows it: 19 served, 4 to come back to, one declined, one
/// empty, 21 untouched.
fn walk_home_lane(
    layout: &Layout,
    crew: &Crew,
    now: Millis,
    hand: &mut Hand<'_>,
    knocks: &mut Vec<Knock>,
) {
    let Some(&walker) = crew.walkers[0].first() else { return };
    let lane = hand.roll.of_alley[layout.home_lane].clone();
    let evenings = [11..20, 20..30, 0..6];
    for (ago, doors) in HOME_EVENINGS.into_iter().zip(evenings) {
        let day = days_before(now.day(), ago);
        let session = Session { day, from: 18 * 60 + 10, to: 20 * 60 + 40, walker };
        let slot = session.minutes() / doors.len() as u32;
        for (i, door) in doors.enumerate() {
            let minute = session.from + slot * i as u32 + hand.dice.between(0, slot / 2);
            let made_at = session.at(minute).plus(i64::from(hand.dice.between(0, 59)) * 1_000);
            let outcome = match door {
                3 | 24 => Outcome::Appointment,
                4 => Outcome::MetDeclined,
                5 => Outcome::Vacant,
                14 | 21 => Outcome::NotHome,
                _ => Outcome::Served,
            };
            let comeback = (outcome == Outcome::Appointment).then(|| {
                let on = days_after(now.day(), u32::from(door != 3));
                Comeback { on, band: evening_of(on) }
            });
            let record = hand.record(lane.start + door, outcome, comeback);
            knocks.push(Knock { made_at, walker, team: 0, record });
        }
    }
}

fn days_before(day: Day, ago: u64) -> Day {
    day.date().and_then(|d| d.checked_sub_days(Days::new(ago))).map_or(day, Day::from_date)
}

fn days_after(day: Day, days: u32) -> Day {
    day.date()
        .and_then(|d| d.checked_add_days(Days::new(u64::from(days))))
        .map_or(day, Day::from_date)
}

fn is_weekend(day: Day) -> bool {
    day.date().is_some_and(|d| matches!(d.weekday(), Weekday::Sat | Weekday::Sun))
}

fn evening_of(day: Day) -> TimeBand {
    if is_weekend(day) { TimeBand::Weekend } else { TimeBand::Evening }
}

/// What writes the records.
struct Hand<'a> {
    roll: &'a Roll,
    skills: &'a [(String, u32)],
    dice: &'a mut Dice,
}

impl Hand<'_> {
    /// Knocks once: the record, and whether to come back.
    fn knock(&mut self, door: &Again, made_at: Millis) -> (VisitRecord, Option<Again>) {
        let (band, day) = (made_at.band(), made_at.day());
        let outcome = self.outcome(door, band);
        let comeback = match outcome {
            Outcome::Appointment => Some(self.agree(day)),
            Outcome::Partial if self.dice.chance(0.7) => Some(self.agree(day)),
            _ => None,
        };
        let next = if outcome.missed() {
            // Three misses make a household unreachable; some doors are never tried again.
            (door.misses < 2 && self.dice.chance(0.85)).then(|| Again {
                household: door.household,
                misses: door.misses + 1,
                not_before: days_after(day, self.dice.between(1, 4)),
                avoid: Some(band),
                agreed: None,
            })
        } else {
            comeback.map(|agreed| Again {
                household: door.household,
                misses: door.misses,
                not_before: agreed.on,
                avoid: None,
                agreed: Some(agreed),
            })
        };
        (self.record(door.household, outcome, comeback), next)
    }

    fn outcome(&mut self, door: &Again, band: TimeBand) -> Outcome {
        let first = door.misses == 0 && door.agreed.is_none();
        if first {
            let found = self.dice.weighted(&[
                (None, 954),
                (Some(Outcome::Vacant), 27),
                (Some(Outcome::Moved), 5),
                (Some(Outcome::NotFound), 4),
                (Some(Outcome::NonResidential), 6),
                (Some(Outcome::Duplicate), 2),
                (Some(Outcome::Unsafe), 2),
            ]);
            if let Some(found) = found {
                return found;
            }
        }
        let away = match band {
            _ if door.agreed.is_some() => 0.08,
            TimeBand::Morning => 0.46,
            TimeBand::Afternoon => 0.38,
            TimeBand::Evening => 0.15,
            TimeBand::Weekend => 0.21,
        };
        if self.dice.chance(away) {
            return Outcome::NotHome;
        }
        if self.dice.chance(if band == TimeBand::Afternoon { 0.03 } else { 0.008 }) {
            return Outcome::OnlyMinor;
        }
        if door.agreed.is_some() {
            return self.dice.weighted(&[
                (Outcome::Served, 86),
                (Outcome::Partial, 8),
                (Outcome::MetDeclined, 6),
            ]);
        }
        self.dice.weighted(&[
            (Outcome::Served, 655),
            (Outcome::Partial, 80),
            (Outcome::ServedNoData, 60),
            (Outcome::MetNoNeed, 80),
            (Outcome::Appointment, 72),
            (Outcome::MetDeclined, 53),
        ])
    }

    /// A day and band within the week, mostly an evening.
    fn agree(&mut self, day: Day) -> Comeback {
        let on = days_after(day, self.dice.between(1, 6));
        let band = if !is_weekend(on) && self.dice.chance(0.15) {
            TimeBand::Afternoon
        } else {
            evening_of(on)
        };
        Comeback { on, band }
    }

    fn record(
        &mut self,
        household: usize,
        outcome: Outcome,
        comeback: Option<Comeback>,
    ) -> VisitRecord {
        let home = &self.roll.rows[household];
        let people = if outcome.served() {
            let count =
                self.dice.weighted(&[(1, 68), (2, 25), (3, 7)]).min(u32::from(home.adult_count));
            (0..count).map(|_| self.person()).collect()
        } else {
            Vec::new()
        };
        VisitRecord { household_id: home.id, outcome, people, comeback, near: None }
    }

    /// One person with one to three skills, each at most once.
    fn person(&mut self) -> PersonCoached {
        let age_band = self.dice.weighted(&[
            (AgeBand::Youth, 4),
            (AgeBand::Adult, 47),
            (AgeBand::Senior, 40),
            (AgeBand::Elder, 9),
        ]);
        let mut places: Vec<(usize, u32)> =
            self.skills.iter().enumerate().map(|(i, s)| (i, s.1)).collect();
        let count = self.dice.weighted(&[(1, 45), (2, 40), (3, 15)]);
        let skills = (0..count)
            .map(|_| {
                let place = self.dice.weighted(&places);
                places.retain(|p| p.0 != place);
                let level = self.dice.weighted(&[(1, 27), (2, 43), (3, 26), (4, 4)]);
                SkillCoached { skill: self.skills[place].0.clone(), level }
            })
            .collect();
        PersonCoached { age_band, skills, learner_id: None }
    }
}
