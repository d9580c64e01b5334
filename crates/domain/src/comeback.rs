//! Coming back: what a door asks for next, when an alley is at home, whom to see tonight and who is
//! about to forget what.
//!
//! Everything here is derived from visits and never stored, so two phones with the same visits plan
//! the same evening. The phone's twin is `pwa/src/lib/domain/comeback.ts`; both run the cases of
//! `tests/vectors/comeback.json`. Why these models and no others: `docs/adr/0010-coming-back.md`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::household::{HouseholdState, Status, quiet_until};
use crate::time::{Day, KNOCK_FROM, KNOCK_TO, Millis, TimeBand};
use crate::visit::{AgeBand, Comeback, Outcome, VisitFact};

/// What a door asks for next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    /// Nobody has knocked yet.
    Untouched,
    /// A day was agreed and has not passed.
    Appointment,
    /// A day was agreed, it has passed, and nobody of ours came.
    Late,
    /// Met, with the work unfinished and no day agreed.
    Finish,
    /// Nobody met: another band.
    Retry,
    /// Three misses in two bands on two days; a band is left that was never tried.
    Unreachable,
    /// Refused: nothing until the day in [`Proposal::on`].
    Quiet,
    /// For the team lead to decide: unsafe, refused long ago, or tried in every band.
    Lead,
    /// For the ward to look at: moved out, empty, or not a home at that address.
    Office,
    /// Nothing is open.
    Done,
}

/// When to knock next, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// What the door asks for.
    pub next: Next,
    /// The day; of [`Next::Quiet`] the first day after the quiet.
    pub on: Option<Day>,
    /// The band; none when nobody should knock.
    pub band: Option<TimeBand>,
    /// Bands in which nobody was met since an adult last was, each once.
    pub tried: Vec<TimeBand>,
}

/// The next proposal for a door. `best` is the band in which its alley is most often at home.
///
/// A day that was agreed stays as it was made. After a miss the band with the fewest misses is next,
/// never the one that just failed; among equals the alley's best, then evening and weekend, whichever
/// comes first, then afternoon and morning.
pub fn propose(visits: &[VisitFact], now: Millis, best: Option<TimeBand>) -> Proposal {
    let mut seen: Vec<&VisitFact> = visits.iter().filter(|v| !v.withdrawn).collect();
    seen.sort_by_key(|v| (v.made_at, v.id));
    let met = seen.iter().rposition(|v| v.outcome.contact());
    let since = &seen[met.map_or(0, |at| at + 1)..];
    let misses: Vec<TimeBand> =
        since.iter().filter(|v| v.outcome.missed()).map(|v| v.made_at.band()).collect();
    let tried: BTreeSet<TimeBand> = misses.iter().copied().collect();
    let tried: Vec<TimeBand> = tried.into_iter().collect();
    let plain = |next, on| Proposal { next, on, band: None, tried: tried.clone() };
    let at = |next, (on, band): (Day, TimeBand)| Proposal {
        next,
        on: Some(on),
        band: Some(band),
        tried: tried.clone(),
    };

    let Some(last) = seen.last() else { return plain(Next::Untouched, None) };
    if last.outcome.empty() || !last.outcome.visited() {
        return plain(Next::Office, None);
    }
    if let Some(day) = quiet_until(visits) {
        return if now.day() < day {
            plain(Next::Quiet, Some(day))
        } else {
            plain(Next::Lead, None)
        };
    }
    // Whoever warned of the door is believed until somebody was let in again.
    if since.iter().any(|v| v.outcome == Outcome::Unsafe) {
        return plain(Next::Lead, None);
    }
    let state = HouseholdState::derive(visits);
    if !state.revisit {
        return plain(Next::Done, None);
    }
    if state.status == Status::Unreachable {
        return if tried.len() < TimeBand::ALL.len() {
            at(Next::Unreachable, another_band(&misses, now, best))
        } else {
            plain(Next::Lead, None)
        };
    }
    let Some(met) = met.map(|at| seen[at]) else {
        return at(Next::Retry, another_band(&misses, now, best));
    };
    match met.comeback {
        // Somebody came on the day or after it and met nobody: the next try is another band.
        Some(agreed)
            if since.iter().any(|v| v.outcome.missed() && v.made_at.day() >= agreed.on) =>
        {
            at(Next::Retry, another_band(&misses, now, best))
        }
        Some(agreed) if over(agreed, now) => at(Next::Late, soonest(agreed.band, now)),
        Some(agreed) => at(Next::Appointment, (agreed.on, agreed.band)),
        None if misses.is_empty() => {
            // Not again on the same day: learning wants a night in between.
            let from = met.made_at.day().plus(1).max(now.day());
            at(Next::Finish, (first_day(met.made_at.band(), from, now), met.made_at.band()))
        }
        None => at(Next::Retry, another_band(&misses, now, best)),
    }
}

/// Has the agreed band passed?
fn over(agreed: Comeback, now: Millis) -> bool {
    agreed.on < now.day() || (agreed.on == now.day() && now.minute() >= agreed.band.ends())
}

/// Today as long as somebody may knock, else tomorrow; in the band agreed if that day has it.
fn soonest(agreed: TimeBand, now: Millis) -> (Day, TimeBand) {
    let on = if now.minute() < KNOCK_TO { now.day() } else { now.day().plus(1) };
    let open = |band: TimeBand| on > now.day() || now.minute() < band.ends();
    let band = match (on.weekend(), agreed) {
        (true, _) => TimeBand::Weekend,
        (false, TimeBand::Weekend) => TimeBand::Evening,
        (false, band) if open(band) => band,
        (false, _) => TimeBand::Evening,
    };
    (on, band)
}

/// The first day from `from` on that still has the band.
fn first_day(band: TimeBand, from: Day, now: Millis) -> Day {
    let mut on = from;
    for _ in 0..8 {
        let fits = on.weekend() == (band == TimeBand::Weekend);
        if fits && (on > now.day() || now.minute() < band.ends()) {
            break;
        }
        on = on.plus(1);
    }
    on
}

fn another_band(misses: &[TimeBand], now: Millis, best: Option<TimeBand>) -> (Day, TimeBand) {
    let failed = misses.last().copied();
    let daytime = |band| matches!(band, TimeBand::Morning | TimeBand::Afternoon);
    [TimeBand::Evening, TimeBand::Weekend, TimeBand::Afternoon, TimeBand::Morning]
        .into_iter()
        .filter(|band| Some(*band) != failed)
        .map(|band| (first_day(band, now.day(), now), band))
        .min_by_key(|(on, band)| {
            let tries = misses.iter().filter(|b| *b == band).count();
            let later = if daytime(*band) { 0 } else { on.0 };
            (tries, Some(*band) != best, daytime(*band), later)
        })
        .unwrap_or((first_day(TimeBand::Evening, now.day(), now), TimeBand::Evening))
}

/// A knock, as far as it says who is at home when.
#[derive(Clone, Copy, Debug)]
pub struct Knock<'a> {
    /// The alley.
    pub alley: &'a str,
    /// The alley's residential group.
    pub group: &'a str,
    /// When.
    pub at: Millis,
    /// What happened.
    pub outcome: Outcome,
}

/// Knocks, and those of them at which an adult was met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// An adult was met.
    pub met: u32,
    /// Somebody knocked at a home and could have met somebody.
    pub of: u32,
}

impl Met {
    fn add(&mut self, met: bool) {
        self.met += u32::from(met);
        self.of += 1;
    }

    /// The rate of meeting somebody, drawn towards `prior` as if [`PRIOR_KNOCKS`] knocks had been
    /// made at it: the mean of the beta posterior.
    pub fn rate(self, prior: f64) -> f64 {
        (f64::from(self.met) + PRIOR_KNOCKS * prior) / (f64::from(self.of) + PRIOR_KNOCKS)
    }
}

/// How many knocks the experience of the larger area is worth: about one side of an alley. An
/// assumption; with it an alley speaks mostly for itself after some ten knocks in a band.
pub const PRIOR_KNOCKS: f64 = 8.0;

/// Below so many knocks of its own in the best band an alley gets no hint.
pub const HINT_KNOCKS: u32 = 5;

/// Below so many knocks of its own in all bands an alley gets no hint.
pub const HINT_KNOCKS_ALL: u32 = 10;

/// The best band must beat the mean of the others by so much, or there is nothing to say.
pub const HINT_MARGIN: f64 = 0.1;

/// What is known of one band of an alley.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BandRate {
    /// The band.
    pub band: TimeBand,
    /// The alley's own count.
    pub own: Met,
    /// The shrunk rate: what to expect of the next knock.
    pub rate: f64,
}

/// In which band an alley is most often at home.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hint {
    /// The best band.
    pub band: TimeBand,
    /// Its best hour (20 is 20:00-20:59), when the alley has enough knocks in that hour.
    pub hour: Option<u8>,
    /// All four bands, in the order of the day and the week.
    pub bands: Vec<BandRate>,
}

/// What a turf's own history says about when people are at home.
#[derive(Clone, Debug, Default)]
pub struct Hours {
    turf: BTreeMap<TimeBand, Met>,
    groups: BTreeMap<(String, TimeBand), Met>,
    alleys: BTreeMap<(String, TimeBand), Met>,
    hours: BTreeMap<(String, TimeBand, u8), Met>,
    group_of: BTreeMap<String, String>,
}

impl Hours {
    /// Counts knocks in any order. Those outside 08:00-21:00, and those that could meet nobody
    /// (empty, wrong address, unsafe), say nothing.
    pub fn of<'a>(knocks: impl IntoIterator<Item = Knock<'a>>) -> Self {
        let mut hours = Self::default();
        for Knock { alley, group, at, outcome } in knocks {
            let minute = at.minute();
            if !(outcome.contact() || outcome.missed()) || !(KNOCK_FROM..KNOCK_TO).contains(&minute)
            {
                continue;
            }
            let (band, hour, met) = (at.band(), (minute / 60) as u8, outcome.contact());
            hours.turf.entry(band).or_default().add(met);
            hours.groups.entry((group.to_owned(), band)).or_default().add(met);
            hours.alleys.entry((alley.to_owned(), band)).or_default().add(met);
            hours.hours.entry((alley.to_owned(), band, hour)).or_default().add(met);
            hours.group_of.insert(alley.to_owned(), group.to_owned());
        }
        hours
    }

    /// The rate of a band in the whole turf, drawn towards the rate of all bands.
    pub fn turf_rate(&self, band: TimeBand) -> f64 {
        let mut all = Met::default();
        for one in self.turf.values() {
            all.met += one.met;
            all.of += one.of;
        }
        // Laplace: nothing known is one in two.
        let prior = f64::from(all.met + 1) / f64::from(all.of + 2);
        self.turf.get(&band).copied().unwrap_or_default().rate(prior)
    }

    /// The rate of a band in a group, drawn towards the turf's.
    pub fn group_rate(&self, group: &str, band: TimeBand) -> f64 {
        let own = self.groups.get(&(group.to_owned(), band)).copied().unwrap_or_default();
        own.rate(self.turf_rate(band))
    }

    /// The hint for an alley, or `None` when its own history is too thin or its bands are alike.
    pub fn hint(&self, alley: &str) -> Option<Hint> {
        let group = self.group_of.get(alley)?;
        let bands: Vec<BandRate> = TimeBand::ALL
            .into_iter()
            .map(|band| {
                let own = self.alleys.get(&(alley.to_owned(), band)).copied().unwrap_or_default();
                BandRate { band, own, rate: own.rate(self.group_rate(group, band)) }
            })
            .collect();
        if bands.iter().map(|b| b.own.of).sum::<u32>() < HINT_KNOCKS_ALL {
            return None;
        }
        let mut best: Option<&BandRate> = None;
        for one in bands.iter().filter(|b| b.own.of >= HINT_KNOCKS) {
            if best.is_none_or(|b| one.rate > b.rate) {
                best = Some(one);
            }
        }
        let best = *best?;
        let others: f64 = bands.iter().filter(|b| b.band != best.band).map(|b| b.rate).sum();
        if best.rate - others / 3.0 < HINT_MARGIN {
            return None;
        }
        let mut hour: Option<(u8, f64)> = None;
        for ((_, _, h), own) in self
            .hours
            .range((alley.to_owned(), best.band, 0)..=(alley.to_owned(), best.band, 23))
            .filter(|(_, own)| own.of >= HINT_KNOCKS)
        {
            let rate = own.rate(best.rate);
            if hour.is_none_or(|(_, r)| rate > r) {
                hour = Some((*h, rate));
            }
        }
        Some(Hint { band: best.band, hour: hour.map(|(h, _)| h), bands })
    }
}

/// One coached skill as the phone knows it: nobody's name, only a household and an age band.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lesson {
    /// The household.
    pub household: String,
    /// Age band of the learner. Two learners of one band in one home cannot be told apart.
    pub age_band: AgeBand,
    /// Skill code.
    pub skill: String,
    /// Proficiency 0-4 at the end.
    pub level: u8,
    /// The day.
    pub on: Day,
}

/// A visit at which somebody was coached and the phone does not know what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// The household.
    pub household: String,
    /// The day.
    pub on: Day,
}

/// The numbers of the forgetting model. Data, not code: a ward that measures may put in its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Days after which half have forgotten what they learned once, by level reached 1-4.
    pub half_life: [f64; 4],
    /// How much longer each further successful session makes it last.
    pub growth: f64,
    /// Factor for the age bands 60-79 and 80+.
    pub older: [f64; 2],
    /// Nothing is taken to last longer than so many days.
    pub longest: f64,
    /// Somebody is about to forget when the chance to still be able falls below this.
    pub threshold: f64,
    /// The rule when nothing is known but the day.
    pub plain_days: i64,
}

impl Memory {
    /// Assumptions of the campaign, not measurements. The form (the chance halves every half-life,
    /// and each success multiplies the half-life by a constant) is that of published spaced-practice
    /// models; doubling is their usual first guess. The half-lives are set so that level 2 ("can do
    /// it when reminded") meets the plain rule of 14 days; a level more doubles them. That older
    /// people forget new steps sooner is well known, how much is guessed.
    pub const ASSUMED: Self = Self {
        half_life: [7.0, 14.0, 28.0, 56.0],
        growth: 2.0,
        older: [0.8, 0.65],
        longest: 180.0,
        threshold: 0.5,
        plain_days: 14,
    };

    /// Days until half have forgotten, after `sessions` successful sessions ending at `level` (1-4).
    pub fn half_life_days(&self, level: u8, age: AgeBand, sessions: u32) -> f64 {
        let base = self.half_life[usize::from(level.clamp(1, 4)) - 1];
        let age = match age {
            AgeBand::Senior => self.older[0],
            AgeBand::Elder => self.older[1],
            _ => 1.0,
        };
        let mut days = base * age;
        for _ in 1..sessions {
            days = (days * self.growth).min(self.longest);
        }
        days.min(self.longest)
    }

    /// The chance to still be able after `days` days.
    pub fn chance(&self, half_life: f64, days: f64) -> f64 {
        (-days / half_life).exp2()
    }

    /// Whole days for which the chance stays at or above the threshold.
    pub fn lasts(&self, half_life: f64) -> i64 {
        // Numbers written as decimals meet their own border: a hair is not a day.
        (half_life * -self.threshold.log2() + 1e-9).floor() as i64
    }

    /// Who is about to forget what, soonest first: one line for each household, age band and skill,
    /// and one without a skill for a household of which only the day is known.
    ///
    /// A session counts as successful when the level is no lower than the time before; after a lower
    /// one counting begins again. Level 0 was not learned and cannot be forgotten. A later visit
    /// about which nothing is known puts a household off by the plain rule, at least.
    pub fn fading(&self, lessons: &[Lesson], untold: &[Untold]) -> Vec<Fading> {
        let mut days: BTreeMap<(&str, AgeBand, &str), BTreeMap<Day, u8>> = BTreeMap::new();
        for lesson in lessons {
            let key = (lesson.household.as_str(), lesson.age_band, lesson.skill.as_str());
            let level = days.entry(key).or_default().entry(lesson.on).or_insert(lesson.level);
            *level = (*level).min(lesson.level);
        }
        let mut plain: BTreeMap<&str, Day> = BTreeMap::new();
        for visit in untold {
            let day = plain.entry(visit.household.as_str()).or_insert(visit.on);
            *day = (*day).max(visit.on);
        }
        let mut found = Vec::new();
        let mut told = BTreeSet::new();
        for ((household, age_band, skill), levels) in days {
            let mut sessions = 0;
            let mut before = 0;
            let mut last = Day(0);
            for (day, level) in levels {
                sessions = if level == 0 {
                    0
                } else if level >= before {
                    sessions + 1
                } else {
                    1
                };
                before = level;
                last = day;
            }
            if sessions == 0 {
                continue;
            }
            told.insert(household);
            let due = last.plus(self.lasts(self.half_life_days(before, age_band, sessions)));
            let put_off = plain
                .get(household)
                .filter(|day| **day > last)
                .map_or(due, |day| day.plus(self.plain_days));
            found.push(Fading {
                household: household.to_owned(),
                skill: Some(skill.to_owned()),
                age_band: Some(age_band),
                due: due.max(put_off),
            });
        }
        for (household, day) in plain.into_iter().filter(|(h, _)| !told.contains(h)) {
            found.push(Fading {
                household: household.to_owned(),
                skill: None,
                age_band: None,
                due: day.plus(self.plain_days),
            });
        }
        found.sort_by(|a, b| {
            (a.due, &a.household, &a.skill, a.age_band).cmp(&(
                b.due,
                &b.household,
                &b.skill,
                b.age_band,
            ))
        });
        found
    }
}

/// Somebody in a household is about to forget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fading {
    /// The household.
    pub household: String,
    /// Skill code; none by the plain rule.
    pub skill: Option<String>,
    /// Age band; none by the plain rule.
    pub age_band: Option<AgeBand>,
    /// The last day on which the chance is not below the threshold.
    pub due: Day,
}

/// A door as the evening is planned, in walking order with the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// The household.
    pub id: String,
    /// Its alley.
    pub alley: String,
    /// What it asks for.
    pub next: Next,
    /// The proposed day.
    #[serde(default)]
    pub on: Option<Day>,
    /// The proposed band.
    #[serde(default)]
    pub band: Option<TimeBand>,
    /// When somebody here is about to forget.
    #[serde(default)]
    pub fades: Option<Day>,
    /// The alley's best band.
    #[serde(default)]
    pub best: Option<TimeBand>,
}

/// Why a stop is in the plan, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// An agreed day passed and nobody came.
    Late,
    /// Agreed for this day and band.
    Appointment,
    /// The work of last time is unfinished.
    Finish,
    /// Somebody is about to forget.
    Fading,
    /// Nobody met so far: this band is next.
    Retry,
    /// Hard to meet: this band was never tried.
    Unreachable,
    /// Nobody has knocked yet: fills what time is left.
    Untouched,
}

/// The time there is, and what a stop costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evening {
    /// The day.
    pub on: Day,
    /// First minute since midnight.
    pub from: i32,
    /// The minute at which the last stop is over.
    pub to: i32,
    /// Minutes a door takes.
    pub per_door: i32,
    /// Minutes from one alley to another.
    pub per_alley: i32,
}

/// A door takes about so long, minutes, those where nobody opens among them.
pub const PER_DOOR: i32 = 10;

/// From one alley to the next, minutes.
pub const PER_ALLEY: i32 = 5;

/// The usual evening begins at 18:00.
pub const EVENING_FROM: i32 = 1080;

impl Evening {
    /// 18:00 to 21:00 of today, or what is left of it; of tomorrow when no door fits any more.
    pub fn usual(now: Millis) -> Self {
        let from = now.minute().max(EVENING_FROM);
        let over = from + PER_DOOR > KNOCK_TO;
        Self {
            on: if over { now.day().plus(1) } else { now.day() },
            from: if over { EVENING_FROM } else { from },
            to: KNOCK_TO,
            per_door: PER_DOOR,
            per_alley: PER_ALLEY,
        }
    }

    fn band(&self) -> TimeBand {
        if self.on.weekend() { TimeBand::Weekend } else { TimeBand::Evening }
    }

    fn why(&self, door: &Candidate) -> Option<Why> {
        let now = door.on.is_some_and(|on| on <= self.on) && door.band == Some(self.band());
        match door.next {
            // It has waited long enough, whatever band it was.
            Next::Late => Some(Why::Late),
            Next::Appointment if now => Some(Why::Appointment),
            Next::Finish if now => Some(Why::Finish),
            Next::Retry if now => Some(Why::Retry),
            Next::Unreachable if now => Some(Why::Unreachable),
            Next::Done if door.fades.is_some_and(|due| due <= self.on) => Some(Why::Fading),
            Next::Untouched => Some(Why::Untouched),
            _ => None,
        }
    }

    /// The stops of the evening, in walking order, as many as fit. `doors` come in that order, alley
    /// by alley.
    ///
    /// What presses most is chosen first, and of equals what stands in an alley that is usually at
    /// home now. Untouched doors fill the time that is left: first where the plan leads anyway, then
    /// in alleys of their own.
    pub fn plan(&self, doors: &[Candidate]) -> Vec<Stop> {
        let rank = |door: &Candidate| match door.best {
            Some(band) if band == self.band() => 0,
            None => 1,
            Some(_) => 2,
        };
        let mut wanted: Vec<(Why, i32, usize)> = doors
            .iter()
            .enumerate()
            .filter_map(|(at, door)| Some((self.why(door)?, rank(door), at)))
            .collect();
        wanted.sort_unstable();
        let mut chosen: BTreeMap<usize, Why> = BTreeMap::new();
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        let mut leads: BTreeSet<&str> = BTreeSet::new();
        for (filling, opening) in [(false, true), (true, false), (true, true)] {
            for (why, _, at) in &wanted {
                let door = &doors[*at];
                let known = opening || leads.contains(door.alley.as_str());
                if (*why == Why::Untouched) != filling || !known || ids.contains(door.id.as_str()) {
                    continue;
                }
                chosen.insert(*at, *why);
                if self.walk(doors, &chosen).1 > self.to {
                    chosen.remove(at);
                    continue;
                }
                ids.insert(&door.id);
                leads.insert(&door.alley);
            }
        }
        self.walk(doors, &chosen).0
    }

    /// The chosen doors with the time of each, and when the last is over.
    fn walk(&self, doors: &[Candidate], chosen: &BTreeMap<usize, Why>) -> (Vec<Stop>, i32) {
        let mut at = self.from;
        let mut alley: Option<&str> = None;
        let mut stops = Vec::with_capacity(chosen.len());
        for (place, why) in chosen {
            let door = &doors[*place];
            if alley.is_some_and(|before| before != door.alley) {
                at += self.per_alley;
            }
            alley = Some(&door.alley);
            stops.push(Stop { id: door.id.clone(), why: *why, at });
            at += self.per_door;
        }
        (stops, at)
    }
}

/// One stop of the evening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The household.
    pub id: String,
    /// Why it is in the plan.
    pub why: Why,
    /// About when, in minutes since midnight.
    pub at: i32,
}
