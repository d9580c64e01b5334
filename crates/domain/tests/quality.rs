//! What the six rules do to honest teams with all their habits, and to invented records. Seeded: the
//! numbers are the same on every machine and stand in ADR 25.

use std::collections::{BTreeMap, HashMap};

use gocua_domain::coverage::{HourTally, Slot};
use gocua_domain::id::AlleyId;
use gocua_domain::quality::{Knock, QualityKind, QualityTerms, Spot, Usual, signs};
use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::{Near, Outcome};
use uuid::Uuid;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const RUNS: u64 = 400;

/// SplitMix64: the same throws on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn between(&mut self, from: i64, to: i64) -> i64 {
        from + (self.next() % (to - from + 1) as u64) as i64
    }

    fn percent(&mut self, percent: i64) -> bool {
        self.between(0, 99) < percent
    }

    fn one_of<T: Copy>(&mut self, weighted: &[(T, i64)]) -> T {
        let total: i64 = weighted.iter().map(|(_, weight)| weight).sum();
        let mut at = self.between(0, total - 1);
        for (thing, weight) in weighted {
            if at < *weight {
                return *thing;
            }
            at -= weight;
        }
        weighted[0].0
    }
}

/// Eight alleys off one street, sixty metres apart, with twelve doors each, seven metres apart.
const ALLEYS: i64 = 8;
const DOORS: i64 = 12;

fn spot(door: i64, mapped: bool) -> Spot {
    let (alley, order) = (door / DOORS % ALLEYS, door % DOORS);
    let metres = |m: i64| m as f64 / 111_320.0;
    let at = [106.0 + metres(60 * alley), 21.0 + metres(7 * order)];
    Spot { alley: AlleyId(Uuid::from_u128(alley as u128)), order, at: mapped.then_some(at) }
}

/// A Monday.
fn evening(n: i64, minute: i64) -> Millis {
    Day(20_261_102).plus(n).start().expect("a day").plus(minute * MINUTE)
}

/// What the ward finds: a fifth unmet of an evening, half of a morning.
fn usual() -> Usual {
    let tally = |slot: Slot| {
        let contacts = match (slot.band, slot.weekend) {
            (gocua_domain::time::TimeBand::Evening, _) => 780,
            (_, true) => 720,
            _ => 520,
        };
        (slot, HourTally { visits: 1_000, contacts, missed: 950 - contacts })
    };
    Usual(Slot::ALL.into_iter().map(tally).collect())
}

fn outcome(away: i64, dice: &mut Dice) -> Outcome {
    if dice.percent(away) {
        return Outcome::NotHome;
    }
    dice.one_of(&[
        (Outcome::Served, 62),
        (Outcome::Partial, 8),
        (Outcome::ServedNoData, 6),
        (Outcome::MetNoNeed, 8),
        (Outcome::Appointment, 7),
        (Outcome::MetDeclined, 5),
        (Outcome::Vacant, 3),
        (Outcome::OnlyMinor, 1),
    ])
}

/// How long somebody stands at a door.
fn stay(outcome: Outcome, dice: &mut Dice) -> i64 {
    let seconds = if outcome.served() {
        // Six minutes at least, often ten, now and then forty.
        let slow = dice.between(0, 100);
        360 + 9 * slow + slow * slow * slow / 1_000
    } else if outcome.contact() {
        dice.between(90, 360)
    } else {
        dice.between(40, 120)
    };
    seconds * SECOND
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Habit {
    /// Records at each door.
    AtOnce,
    /// Records a row of not-homes in one tap.
    Rows,
    /// Records all doors of an alley after it.
    AfterAlley,
    /// Two walk, one writes for both.
    Two,
    /// Goes on weekday mornings, when half the ward is out.
    Mornings,
    /// Has a locked dormitory on the round.
    Dormitory,
    /// Comes back to homes all over the turf, on a motorbike.
    ComeBacks,
    /// The same as after the alley, in a ward whose register has no points.
    Unmapped,
}

const HABITS: [Habit; 8] = [
    Habit::AtOnce,
    Habit::Rows,
    Habit::AfterAlley,
    Habit::Two,
    Habit::Mornings,
    Habit::Dormitory,
    Habit::ComeBacks,
    Habit::Unmapped,
];

/// An honest outing: doors in walking order, from where the last one ended.
fn honest(habit: Habit, n: i64, next: &mut i64, dice: &mut Dice) -> Vec<Knock> {
    let mapped = habit != Habit::Unmapped;
    let (from, to) = match habit {
        Habit::Mornings => (8 * 60 + 15, 11 * 60),
        _ => (18 * 60, 20 * 60 + 45),
    };
    let away = if habit == Habit::Mornings { 45 } else { 18 };
    let mut hands = vec![evening(n, from + dice.between(0, 20))];
    if habit == Habit::Two {
        hands.push(hands[0].plus(dice.between(5, 90) * SECOND));
    }
    let end = evening(n, to);
    let mut knocks: Vec<Knock> = Vec::new();
    while let Some(hand) = hands.iter_mut().min().filter(|hand| **hand < end) {
        let any = dice.between(0, ALLEYS * DOORS - 1);
        let door = if habit == Habit::ComeBacks { any } else { *next };
        let here = spot(door, mapped);
        *next += 1;
        // Thirty rooms behind one gate, once.
        if habit == Habit::Dormitory && door == 20 {
            for room in 0..30 {
                *hand = hand.plus(dice.between(4, 20) * SECOND);
                let here = Spot { order: room, ..here };
                let outcome = if dice.percent(80) { Outcome::NotHome } else { Outcome::Vacant };
                knocks.push(Knock { at: *hand, spot: here, outcome, near: Some(Near::AtDoor) });
            }
            continue;
        }
        let outcome = outcome(away, dice);
        let corner = if here.order == 0 || habit == Habit::ComeBacks {
            dice.between(40, 240)
        } else {
            dice.between(10, 40)
        };
        *hand = hand.plus(corner * SECOND + stay(outcome, dice));
        let near = dice.one_of(&[
            (Some(Near::AtDoor), 70),
            (Some(Near::InAlley), 18),
            (Some(Near::Elsewhere), 4),
            (Some(Near::Unknown), 6),
            (None, 2),
        ]);
        knocks.push(Knock { at: *hand, spot: here, outcome, near });
    }
    knocks.sort_by_key(|k| k.at);
    match habit {
        Habit::Rows => in_rows(&mut knocks),
        Habit::AfterAlley | Habit::Unmapped => after_the_alley(&mut knocks, dice),
        _ => {}
    }
    knocks
}

/// Not-homes take the time of the next door at which somebody was met: one tap for all of them.
fn in_rows(knocks: &mut [Knock]) {
    for at in (0..knocks.len().saturating_sub(1)).rev() {
        if knocks[at].outcome == Outcome::NotHome && knocks[at + 1].outcome == Outcome::NotHome {
            knocks[at].at = knocks[at + 1].at;
        }
    }
}

/// All doors of an alley are written at its end, one after the other; sometimes from the tea stall.
fn after_the_alley(knocks: &mut [Knock], dice: &mut Dice) {
    for row in knocks.chunk_by_mut(|a, b| a.spot.alley == b.spot.alley) {
        let mut at = row.last().expect("a door").at;
        let near = dice.one_of(&[
            (Some(Near::InAlley), 65),
            (Some(Near::AtDoor), 10),
            (Some(Near::Elsewhere), 15),
            (Some(Near::Unknown), 10),
        ]);
        for knock in row {
            at = at.plus(dice.between(4, 25) * SECOND);
            knock.at = at;
            knock.near = near;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    /// One home after the other, as fast as it can be typed.
    Fast,
    /// Every so many minutes.
    Regular,
    /// At night.
    Night,
    /// Nobody let him in.
    NotLetIn,
    /// Whichever home comes to mind.
    Jumping,
    /// Plausible in all of it, but at home: the phone says so now and then.
    Careful,
    /// A bit of each, one evening this, one evening that.
    Mixed,
}

const STYLES: [(Style, Option<QualityKind>); 7] = [
    (Style::Fast, Some(QualityKind::TooFast)),
    (Style::Regular, Some(QualityKind::SameGaps)),
    (Style::Night, Some(QualityKind::OddHours)),
    (Style::NotLetIn, Some(QualityKind::NoEntry)),
    (Style::Jumping, Some(QualityKind::Jumps)),
    (Style::Careful, Some(QualityKind::FarAway)),
    (Style::Mixed, None),
];

/// An evening at home with the list: so many records.
fn invented(style: Style, n: i64, records: i64, next: &mut i64, dice: &mut Dice) -> Vec<Knock> {
    let style = match style {
        Style::Mixed if n % 2 == 0 => Style::Fast,
        Style::Mixed => Style::Careful,
        other => other,
    };
    let begin = match style {
        Style::Night => 22 * 60 + dice.between(0, 30),
        _ => 18 * 60 + dice.between(0, 30),
    };
    let every = dice.between(3, 6) * 60;
    let mut at = evening(n, begin);
    (0..records)
        .map(|_| {
            let gap = match style {
                Style::Fast => dice.between(30, 100),
                Style::Regular => every + dice.between(-12, 12),
                Style::Night => dice.between(60, 480),
                Style::NotLetIn => dice.between(60, 360),
                Style::Jumping => dice.between(20, 90),
                Style::Careful | Style::Mixed => dice.between(180, 600),
            };
            at = at.plus(gap * SECOND);
            let door = if style == Style::Jumping {
                dice.between(0, ALLEYS * DOORS - 1)
            } else {
                *next += 1;
                *next
            };
            let outcome = match style {
                Style::NotLetIn if dice.percent(75) => dice.one_of(&[
                    (Outcome::NotHome, 50),
                    (Outcome::OnlyMinor, 20),
                    (Outcome::Vacant, 20),
                    (Outcome::Unsafe, 10),
                ]),
                Style::Fast => outcome(8, dice),
                _ => outcome(18, dice),
            };
            let near = match style {
                Style::Careful => dice.one_of(&[
                    (Some(Near::Elsewhere), 45),
                    (Some(Near::InAlley), 20),
                    (Some(Near::Unknown), 35),
                ]),
                _ => dice.one_of(&[(Some(Near::Unknown), 60), (None, 40)]),
            };
            Knock { at, spot: spot(door, true), outcome, near }
        })
        .collect()
}

/// The remarks raised over several outings, when every one of them is closed at once: each kind may be
/// raised again by what comes after.
fn raised(outings: impl Iterator<Item = Vec<Knock>>) -> (usize, Vec<QualityKind>) {
    let (terms, usual) = (QualityTerms::default(), usual());
    let mut spoken: HashMap<QualityKind, Millis> = HashMap::new();
    let (mut all, mut kinds) = (Vec::new(), Vec::new());
    for outing in outings {
        all.extend(outing);
        let Some(now) = all.last().map(|k: &Knock| k.at.plus(MINUTE)) else { continue };
        for sign in signs(&all, |kind| spoken.get(&kind).copied(), &terms, &usual, now) {
            spoken.insert(sign.kind, now);
            kinds.push(sign.kind);
        }
    }
    (all.len(), kinds)
}

#[test]
fn honest_teams_are_left_alone_with_all_their_habits() {
    for habit in HABITS {
        let (mut visits, mut remarks) = (0, BTreeMap::<QualityKind, usize>::new());
        for run in 0..RUNS {
            let mut dice = Dice(0xC0FF_EE00 + run);
            let mut next = 0;
            let (n, kinds) = raised((0..12).map(|n| honest(habit, n, &mut next, &mut dice)));
            visits += n;
            for kind in kinds {
                *remarks.entry(kind).or_default() += 1;
            }
        }
        let sum: usize = remarks.values().sum();
        let per_hundred = sum as f64 * 100.0 / visits as f64;
        println!("{habit:?}: {sum} in {visits}: {per_hundred:.3} of 100; {remarks:?}");
        assert!(visits > 20_000, "{habit:?}: {visits} visits say little");
        assert!(per_hundred <= 1.0, "{habit:?}: {remarks:?} in {visits} visits");
    }
}

#[test]
fn invented_records_are_noticed_within_sixty() {
    for (style, meant) in STYLES {
        let (mut noticed, mut as_meant) = (0, 0);
        for run in 0..RUNS {
            let mut dice = Dice(0xBAD_0000 + run);
            let (mut next, mut left, mut n) = (dice.between(0, 90), 60, 0);
            let outings = std::iter::from_fn(|| {
                let records = dice.between(14, 26).min(left);
                left -= records;
                n += 1;
                (records > 0).then(|| invented(style, n, records, &mut next, &mut dice))
            });
            let (visits, kinds) = raised(outings);
            assert_eq!(visits, 60);
            noticed += u64::from(!kinds.is_empty());
            as_meant += u64::from(meant.is_some_and(|meant| kinds.contains(&meant)));
        }
        println!("{style:?}: {noticed} of {RUNS}, {as_meant} as {meant:?}");
        assert!(noticed * 100 >= RUNS * 90, "{style:?}: {noticed} of {RUNS}");
    }
}

fn row(outcome: Outcome, gaps: &[i64]) -> Vec<Knock> {
    let mut at = evening(0, 18 * 60 + 30);
    gaps.iter()
        .zip(0..)
        .map(|(seconds, door)| {
            at = at.plus(seconds * SECOND);
            Knock { at, spot: spot(door, true), outcome, near: None }
        })
        .collect()
}

fn kinds_of(knocks: &[Knock]) -> Vec<QualityKind> {
    let now = knocks.last().map_or(Millis(0), |k| k.at);
    let found = signs(knocks, |_| None, &QualityTerms::default(), &usual(), now);
    found.into_iter().map(|sign| sign.kind).collect()
}

#[test]
fn too_few_records_say_nothing_whatever_they_look_like() {
    assert!(kinds_of(&[]).is_empty());
    assert!(kinds_of(&row(Outcome::Served, &[60; 11])).is_empty(), "eleven in eleven minutes");
    assert_eq!(kinds_of(&row(Outcome::Served, &[60; 30])), [QualityKind::TooFast]);
    assert!(kinds_of(&row(Outcome::NotHome, &[300; 14])).is_empty());
}

#[test]
fn what_the_phone_did_not_say_never_counts() {
    let near = |near: &[Option<Near>]| {
        let mut knocks = row(Outcome::MetNoNeed, &vec![700; near.len()]);
        // Gaps of no pattern.
        for (knock, n) in knocks.iter_mut().zip(0_i64..) {
            knock.at = knock.at.plus(n * n % 7 * 50 * SECOND);
        }
        knocks.iter_mut().zip(near).for_each(|(knock, near)| knock.near = *near);
        kinds_of(&knocks).contains(&QualityKind::FarAway)
    };
    let far = Some(Near::Elsewhere);
    assert!(near(&[far; 15]));
    assert!(!near(&[far; 14]), "fourteen are too few");
    assert!(!near(&[Some(Near::Unknown); 40]));
    assert!(!near(&[None; 40]));
    let mut some = vec![Some(Near::Unknown); 40];
    some.extend([far; 15]);
    assert!(near(&some), "and dilutes nothing");
}

#[test]
fn what_was_spoken_about_is_not_brought_up_again() {
    let knocks = row(Outcome::Served, &[60; 30]);
    let now = knocks[29].at;
    let again = |closed: Millis| {
        let spoken = |_| Some(closed);
        !signs(&knocks, spoken, &QualityTerms::default(), &usual(), now).is_empty()
    };
    assert!(!again(now));
    assert!(again(knocks[0].at.plus(-1)), "what came after is new");
}

#[test]
fn a_remark_says_what_it_is_made_of() {
    let knocks = row(Outcome::Served, &[60; 30]);
    let now = knocks[29].at;
    let found = signs(&knocks, |_| None, &QualityTerms::default(), &usual(), now);
    let sign = found[0];
    assert_eq!((sign.from_day, sign.to_day), (Day(20_261_102), Day(20_261_102)));
    // Twenty-five minutes ahead pay for eight homes at three minutes each beside the clock's one.
    assert_eq!((sign.count, sign.of), (22, 30));
}

#[test]
fn a_ward_that_keeps_other_hours_says_so() {
    let mut knocks = row(Outcome::MetNoNeed, &[420; 20]);
    for (knock, n) in knocks.iter_mut().zip(0_i64..) {
        *knock = Knock {
            at: evening(n / 7, 6 * 60 + 15 + n % 7 * 6).plus(n * n % 5 * MINUTE),
            ..*knock
        };
    }
    let now = knocks[19].at;
    let odd = |terms: &QualityTerms| {
        signs(&knocks, |_| None, terms, &usual(), now)
            .iter()
            .any(|sign| sign.kind == QualityKind::OddHours)
    };
    assert!(odd(&QualityTerms::default()));
    assert!(!odd(&QualityTerms { from_minute: 6 * 60, ..QualityTerms::default() }));
}

#[test]
fn older_than_a_month_is_not_looked_at() {
    let knocks = row(Outcome::Served, &[60; 30]);
    let later = knocks[29].at.plus(31 * 86_400_000);
    assert!(signs(&knocks, |_| None, &QualityTerms::default(), &usual(), later).is_empty());
}
