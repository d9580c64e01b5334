//! The six rules. Each looks at somebody's latest records and says, if at all, how many of how many are
//! worth a question. Every threshold stands here once, with why; `tests/quality.rs` of this crate
//! measures what they do to honest teams and to invented records.

use std::collections::BTreeMap;

use super::{QualityKind, QualityTerms};
use crate::coverage::{HourTally, Slot};
use crate::hours::{ENOUGH_VISITS, wilson};
use crate::id::AlleyId;
use crate::time::{Day, Millis};
use crate::visit::{Near, Outcome};

const MINUTE: i64 = 60_000;

/// The latest records that are looked at: four or five evenings, enough for every rule's sample.
pub const MOST_KNOCKS: usize = 60;
/// Older records are not looked at: what was a month ago nobody remembers to explain.
pub const WINDOW_DAYS: i64 = 30;

/// What the shortest coaching takes, the way to the next door included, when two people walk together
/// with one phone: greet, show one thing, wish a good evening takes one person eight minutes.
const LEAST_SERVED_MS: i64 = 4 * MINUTE;
/// What may have been done before the first record of an evening: an alley is walked first and recorded
/// at its end.
const AHEAD_MS: i64 = 25 * MINUTE;
/// The most time that can be saved up between records: a long alley before it is recorded.
const SAVED_MS: i64 = 90 * MINUTE;
/// Homes coached, before pace says anything.
const LEAST_SERVED: i64 = 15;
/// Of these, coached in time that was not there: fewer are a clock or a forgotten record.
const LEAST_TOO_FAST: i64 = 4;
/// And of a hundred.
const TOO_FAST_PERCENT: i64 = 15;

/// After the last hour a home may be visited the records of the last alley are still written.
const WRITING_UP_MINUTES: i32 = 30;
/// Records outside the hours, and evenings with at least [`LEAST_OF_A_NIGHT`] of them: one late evening
/// is a late evening.
const LEAST_ODD: i64 = 8;
const LEAST_NIGHTS: usize = 2;
const LEAST_OF_A_NIGHT: i64 = 3;
/// And of a hundred records: who writes an alley up at home now and then stays below.
const ODD_PERCENT: i64 = 30;

/// Gaps shorter than this are typing, one door after the other, after the walk; longer ones a rest.
const GAP_MS: std::ops::Range<i64> = 2 * MINUTE..30 * MINUTE;
/// Gaps, before their likeness says anything.
const LEAST_GAPS: i64 = 15;
/// As like as this are gaps that differ from the middle one by a tenth. People at a door take three
/// minutes or thirty: of theirs one in six is.
const ALIKE_PERCENT: i64 = 10;
/// And of a hundred gaps.
const SAME_GAPS_PERCENT: i64 = 60;

/// Records of unmet homes of one alley closer together than this were written in one go: a row of doors
/// in one tap, a locked dormitory room by room.
const ROW_MS: i64 = 90_000;
/// Such a row counts as so many, however long it is: it says one thing about one place.
const ROW_COUNTS: i64 = 3;
/// Records (rows shortened), before the share of unmet homes says anything.
const LEAST_TRIED: i64 = 20;
/// The lower bound of the share lies this far above what others find in the same hours: chance, a
/// difficult alley and a little bad luck together do not reach it.
const ABOVE_USUAL: f64 = 0.15;
/// The share taken for usual while the ward knows too little.
const UNKNOWN_USUAL: f64 = 0.4;

/// Two records further apart in time than this do not tell how one got from one place to the other.
const JUMP_WITHIN_MS: i64 = 10 * MINUTE;
/// Metres one gets in a second through alleys on a motorbike, as who comes back to a home does.
const RIDDEN_A_SECOND: f64 = 4.0;
/// Seconds one stands at the least at a door: where somebody was coached, met, or not met.
const LEAST_STAY: [f64; 3] = [180.0, 45.0, 15.0];
/// What is nearer, in metres, is no jump: the point of a door may be off, and one calls across.
const LEAST_JUMP: f64 = 120.0;
/// Metres from one door of an alley to the next where the register knows no points: a narrow house
/// has four, a wide one ten.
const DOOR_METRES: f64 = 6.0;
/// Metres to another alley where the register knows no points; often it is only the corner, so that a
/// change of alley takes half a minute.
const ALLEY_METRES: f64 = 130.0;
/// Steps from record to record, before jumps say anything.
const LEAST_STEPS: i64 = 20;
/// Jumps among them: who writes up three alleys makes two.
const LEAST_JUMPS: i64 = 8;
/// And of a hundred steps.
const JUMPS_PERCENT: i64 = 30;

/// Records whose phone could tell where it was, before the place says anything.
const LEAST_KNOWN: i64 = 15;
/// Of these, elsewhere.
const LEAST_ELSEWHERE: i64 = 8;
/// The lower bound of their share: a phone that is wrong now and then, and an alley written up at home
/// now and then, stay below.
const ELSEWHERE: f64 = 0.3;

const DAY_MS: i64 = 86_400_000;

/// Where a door is, as far as the register knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// The alley.
    pub alley: AlleyId,
    /// Its place along the alley: 0, 1, 2 ..
    pub order: i64,
    /// Longitude, latitude in degrees.
    pub at: Option<[f64; 2]>,
}

/// One record that counts, as far as the rules depend on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knock {
    /// When, corrected for the phone's clock.
    pub at: Millis,
    /// Which door.
    pub spot: Spot,
    /// What happened.
    pub outcome: Outcome,
    /// Where the phone was, by its own word.
    pub near: Option<Near>,
}

/// What others of the ward find, by part of the week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usual(pub BTreeMap<Slot, HourTally>);

impl Usual {
    /// The share of visits at which nobody of age is met in a part of the week.
    fn unmet(&self, slot: Slot) -> f64 {
        let share = |t: &HourTally| {
            let enough = t.visits >= ENOUGH_VISITS;
            enough.then(|| 1.0 - t.contacts as f64 / t.visits as f64)
        };
        let mut all = HourTally::default();
        self.0.values().for_each(|tally| all += *tally);
        self.0.get(&slot).and_then(share).or_else(|| share(&all)).unwrap_or(UNKNOWN_USUAL)
    }
}

/// Something worth a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    /// What.
    pub kind: QualityKind,
    /// Records it is made of.
    pub count: i64,
    /// Out of how many looked at.
    pub of: i64,
    /// Day of the first record looked at.
    pub from_day: Day,
    /// Day of the last.
    pub to_day: Day,
}

/// What in somebody's records is worth a question by `now`. `spoken(kind)` is when the desk last closed
/// a remark of the kind: what was before that has been spoken about.
pub fn signs(
    knocks: &[Knock],
    spoken: impl Fn(QualityKind) -> Option<Millis>,
    terms: &QualityTerms,
    usual: &Usual,
    now: Millis,
) -> Vec<Sign> {
    let mut knocks = knocks.to_vec();
    // Of one instant the doors follow each other as they stand: a row in one tap is walked in order.
    knocks.sort_by_key(|k| (k.at, k.spot.alley, k.spot.order));
    let oldest = now.0 - WINDOW_DAYS * DAY_MS;
    QualityKind::ALL
        .into_iter()
        .filter_map(|kind| {
            let since = spoken(kind).map_or(oldest, |at| at.0.max(oldest));
            let from = knocks.partition_point(|k| k.at.0 <= since);
            let knocks = &knocks[from.max(knocks.len().saturating_sub(MOST_KNOCKS))..];
            let (first, last) = (knocks.first()?, knocks.last()?);
            let (count, of) = match kind {
                QualityKind::TooFast => too_fast(knocks),
                QualityKind::OddHours => odd_hours(knocks, terms),
                QualityKind::SameGaps => same_gaps(knocks),
                QualityKind::NoEntry => no_entry(knocks, usual),
                QualityKind::Jumps => jumps(knocks),
                QualityKind::FarAway => far_away(knocks),
            }?;
            Some(Sign { kind, count, of, from_day: first.at.day(), to_day: last.at.day() })
        })
        .collect()
}

fn percent(count: i64, of: i64, least: i64) -> bool {
    count * 100 >= of * least
}

/// Time is earned by the clock and spent by homes coached. Unmet homes cost nothing: a row of them is
/// one tap.
fn too_fast(knocks: &[Knock]) -> Option<(i64, i64)> {
    let (mut saved, mut before): (i64, Option<Millis>) = (0, None);
    let (mut quick, mut served) = (0, 0);
    for knock in knocks {
        saved = match before {
            Some(at) if at.day() == knock.at.day() => SAVED_MS.min(saved + knock.at.0 - at.0),
            _ => AHEAD_MS,
        };
        before = Some(knock.at);
        if knock.outcome.served() {
            served += 1;
            saved -= LEAST_SERVED_MS;
            if saved < 0 {
                quick += 1;
                saved = 0;
            }
        }
    }
    let enough = served >= LEAST_SERVED && quick >= LEAST_TOO_FAST;
    (enough && percent(quick, served, TOO_FAST_PERCENT)).then_some((quick, served))
}

fn odd_hours(knocks: &[Knock], terms: &QualityTerms) -> Option<(i64, i64)> {
    let hours = terms.from_minute..terms.to_minute + WRITING_UP_MINUTES;
    let mut nights: BTreeMap<Day, i64> = BTreeMap::new();
    for knock in knocks.iter().filter(|k| !hours.contains(&k.at.minute())) {
        // What is written after midnight belongs to the evening before.
        let evening = knock.at.plus(-i64::from(terms.from_minute) * MINUTE).day();
        *nights.entry(evening).or_default() += 1;
    }
    let (odd, all) = (nights.values().sum::<i64>(), knocks.len() as i64);
    let several = nights.values().filter(|n| **n >= LEAST_OF_A_NIGHT).count() >= LEAST_NIGHTS;
    (several && odd >= LEAST_ODD && percent(odd, all, ODD_PERCENT)).then_some((odd, all))
}

fn same_gaps(knocks: &[Knock]) -> Option<(i64, i64)> {
    let mut gaps: Vec<i64> = knocks
        .windows(2)
        .map(|two| two[1].at.0 - two[0].at.0)
        .filter(|gap| GAP_MS.contains(gap))
        .collect();
    gaps.sort_unstable();
    let middle = *gaps.get(gaps.len() / 2)?;
    let alike = |gap: &&i64| (**gap - middle).abs() * 100 <= middle * ALIKE_PERCENT;
    let (same, all) = (gaps.iter().filter(alike).count() as i64, gaps.len() as i64);
    (all >= LEAST_GAPS && percent(same, all, SAME_GAPS_PERCENT)).then_some((same, all))
}

fn no_entry(knocks: &[Knock], usual: &Usual) -> Option<(i64, i64)> {
    let (mut unmet, mut tried, mut expected) = (0, 0, 0.0);
    let mut row: Option<(Knock, i64)> = None;
    for knock in knocks.iter().filter(|k| k.outcome.unmet() || k.outcome.contact()) {
        let counts = if knock.outcome.unmet() {
            let written = match row {
                Some((last, n))
                    if last.spot.alley == knock.spot.alley && knock.at.0 - last.at.0 < ROW_MS =>
                {
                    n + 1
                }
                _ => 1,
            };
            row = Some((*knock, written));
            unmet += i64::from(written <= ROW_COUNTS);
            written <= ROW_COUNTS
        } else {
            row = None;
            true
        };
        if counts {
            tried += 1;
            let slot = Slot { band: knock.at.part_of_day(), weekend: knock.at.weekend() };
            expected += usual.unmet(slot);
        }
    }
    if tried < LEAST_TRIED {
        return None;
    }
    let (low, _) = wilson(unmet, tried)?;
    (low > expected / tried as f64 + ABOVE_USUAL).then_some((unmet, tried))
}

/// Metres between two doors, on a plane: right to a percent within a ward.
fn metres(a: &Spot, b: &Spot) -> f64 {
    const DEGREE: f64 = 111_320.0;
    match (a.at, b.at) {
        (Some([x, y]), Some([to_x, to_y])) => {
            let shrink = y.to_radians().cos();
            ((to_x - x) * DEGREE * shrink).hypot((to_y - y) * DEGREE)
        }
        _ if a.alley == b.alley => (a.order - b.order).abs() as f64 * DOOR_METRES,
        _ => ALLEY_METRES,
    }
}

fn jumps(knocks: &[Knock]) -> Option<(i64, i64)> {
    let (mut jumps, mut steps) = (0, 0);
    for two in knocks.windows(2) {
        let took = two[1].at.0 - two[0].at.0;
        if took > JUMP_WITHIN_MS {
            continue;
        }
        steps += 1;
        let far = metres(&two[0].spot, &two[1].spot);
        let outcome = two[1].outcome;
        let [coached, met, unmet] = LEAST_STAY;
        let stay = match (outcome.served(), outcome.contact()) {
            (true, _) => coached,
            (_, true) => met,
            _ => unmet,
        };
        let needed = stay + far / RIDDEN_A_SECOND;
        jumps += i64::from(far >= LEAST_JUMP && (took as f64 / 1_000.0) < needed);
    }
    let enough = steps >= LEAST_STEPS && jumps >= LEAST_JUMPS;
    (enough && percent(jumps, steps, JUMPS_PERCENT)).then_some((jumps, steps))
}

fn far_away(knocks: &[Knock]) -> Option<(i64, i64)> {
    let known = |near: Option<Near>| near.filter(|near| *near != Near::Unknown);
    let of = knocks.iter().filter(|k| known(k.near).is_some()).count() as i64;
    let far = knocks.iter().filter(|k| k.near == Some(Near::Elsewhere)).count() as i64;
    if of < LEAST_KNOWN || far < LEAST_ELSEWHERE {
        return None;
    }
    let (low, _) = wilson(far, of)?;
    (low > ELSEWHERE).then_some((far, of))
}
