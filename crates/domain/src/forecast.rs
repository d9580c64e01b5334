//! When will the goal be reached, if things go on as they do? A day and the days around it.
//!
//! Method: the daily counts of the last [`WINDOW_DAYS`] complete days are drawn from again and again
//! (the bootstrap: B. Efron and R. J. Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 6
//! and 8), weekdays and weekends apart, since a ward's evenings and its Saturdays are two different
//! campaigns. Each of [`FUTURES`] futures first draws a past of its own and then the days to come from
//! that past: so it carries both how uneven the days are and how little the past says of the speed.
//! Counts of days are far more uneven than chance alone would make them (a team comes or does not);
//! drawing whole days keeps days off, full days and everything between without a formula for them.
//! A small sample is narrower than what it was drawn from by √((n-1)/n); the deviations are widened
//! back by as much.
//!
//! The dice are thrown by a number made of the counts themselves: the same days give the same answer,
//! on every machine.
//!
//! What it does not know: that the last homes are the hardest, that a holiday comes, that a team is
//! given or taken. It answers "if it goes on like this" and nothing else.

use crate::time::Day;

/// The past that is drawn from: four weeks hold each weekday four times, and are not yet another
/// season of the campaign.
pub const WINDOW_DAYS: i64 = 28;
/// Fewer complete days than this are no past; ten hold a weekend.
pub const FEWEST_DAYS: i64 = 10;
/// Farther than a year nobody plans by such a forecast.
pub const FARTHEST_DAYS: i64 = 366;
/// Futures drawn. The 10th of a hundred is known to about one hundredth.
pub const FUTURES: usize = 1_000;
/// Days of the future told for a drawing.
const TOLD_DAYS: usize = 120;

/// Numbers from a number: Sebastiano Vigna's SplitMix64 (public domain), small and good enough for
/// drawing days; nothing secret hangs on it.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that always fall the same for the same numbers.
    pub fn of(numbers: impl IntoIterator<Item = i64>) -> Self {
        let mut dice = Self(0);
        for number in numbers {
            dice.0 ^= number as u64;
            dice.0 = dice.next();
        }
        dice
    }

    /// Other dice, made of these and a number.
    fn aside(mut self, number: i64) -> Self {
        self.0 ^= number as u64;
        Self(self.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to, but not including, 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of so many, from 0. 0 when there is none.
    fn one_of(&mut self, many: usize) -> usize {
        ((self.share() * many as f64) as usize).min(many.saturating_sub(1))
    }
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Campaign<'a> {
    /// Counts by day, oldest first; days without any may be left out.
    pub days: &'a [(Day, i64)],
    /// The first day of the campaign.
    pub starts_on: Day,
    /// The day of the question, which is not over yet.
    pub today: Day,
    /// Reached so far, today's included.
    pub done: i64,
    /// To be reached.
    pub goal: i64,
    /// No more than this can ever be reached.
    pub whole: i64,
    /// The deadline: the last day that counts.
    pub due: Day,
}

/// Why there is no forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoForecast {
    /// The campaign begins later, or nothing has been counted yet.
    NotBegun,
    /// The goal is reached.
    Reached,
    /// The past is too short.
    TooFewDays {
        /// Complete days so far.
        have: i64,
        /// Complete days needed.
        need: i64,
    },
    /// Nothing was reached lately: at that pace never.
    NoPace,
}

/// The 10th, 50th and 90th of a hundred futures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Middle<T> {
    /// One in ten is below.
    pub p10: T,
    /// Half are below.
    pub p50: T,
    /// One in ten is above.
    pub p90: T,
}

/// What the futures say.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// Complete days drawn from.
    pub days: i64,
    /// Mean of these days.
    pub daily: f64,
    /// When the goal is reached; `None` beyond [`FARTHEST_DAYS`].
    pub reached: Middle<Option<Day>>,
    /// What is reached by the end of the deadline; `None` once it has passed.
    pub at_due: Option<Middle<i64>>,
    /// What is reached by the end of each day from today on.
    pub path: Vec<(Day, Middle<i64>)>,
}

/// One past: counts of weekdays and of weekends.
#[derive(Clone, Debug, Default)]
struct Past([Vec<f64>; 2]);

impl Past {
    fn of(days: impl Iterator<Item = (Day, i64)>) -> Self {
        let mut past = Self::default();
        for (day, count) in days {
            past.0[usize::from(day.weekend())].push(count.max(0) as f64);
        }
        // As uneven as what they were drawn from.
        for kind in &mut past.0 {
            let n = kind.len() as f64;
            if n > 1.0 {
                let mean = kind.iter().sum::<f64>() / n;
                let widen = (n / (n - 1.0)).sqrt();
                kind.iter_mut().for_each(|count| *count = mean + (*count - mean) * widen);
            }
        }
        past
    }

    fn drawn_again(&self, dice: &mut Dice) -> Self {
        let again = |kind: &Vec<f64>, dice: &mut Dice| {
            (0..kind.len()).map(|_| kind[dice.one_of(kind.len())]).collect()
        };
        Self([again(&self.0[0], dice), again(&self.0[1], dice)])
    }

    fn draw(&self, weekend: bool, dice: &mut Dice) -> f64 {
        let kind = &self.0[usize::from(weekend)];
        if kind.is_empty() { 0.0 } else { kind[dice.one_of(kind.len())] }
    }
}

/// The complete days the forecast draws from: from the first on which anything was counted, since
/// before it nobody walked.
fn window(asked: &Campaign<'_>) -> Vec<(Day, i64)> {
    let first =
        asked.days.iter().find(|(day, n)| *n > 0 && *day < asked.today).map(|(day, _)| *day);
    let Some(first) = first else { return Vec::new() };
    let from = first.max(asked.starts_on).max(asked.today.plus(-WINDOW_DAYS));
    let mut days = Vec::new();
    let mut day = from;
    while day < asked.today {
        let count = asked.days.iter().filter(|(at, _)| *at == day).map(|(_, n)| n).sum();
        days.push((day, count));
        let next = day.plus(1);
        if next == day {
            break; // No real day.
        }
        day = next;
    }
    days
}

/// The forecast.
///
/// # Errors
/// [`NoForecast`] says why there is none.
pub fn forecast(asked: &Campaign<'_>) -> Result<Forecast, NoForecast> {
    if asked.done >= asked.goal {
        return Err(NoForecast::Reached);
    }
    let counted = asked.days.iter().any(|(_, n)| *n > 0);
    if asked.today < asked.starts_on || !counted {
        return Err(NoForecast::NotBegun);
    }
    let window = window(asked);
    let have = window.len() as i64;
    if have < FEWEST_DAYS {
        return Err(NoForecast::TooFewDays { have, need: FEWEST_DAYS });
    }
    let sum: i64 = window.iter().map(|(_, n)| n.max(&0)).sum();
    if sum == 0 {
        return Err(NoForecast::NoPace);
    }
    let numbers = window.iter().flat_map(|(day, n)| [i64::from(day.0), *n]);
    let seed = Dice::of(numbers.chain([i64::from(asked.today.0)]));
    let past = Past::of(window.iter().copied());
    let today_so_far: i64 =
        asked.days.iter().filter(|(day, _)| *day == asked.today).map(|(_, n)| n.max(&0)).sum();
    let base = (asked.done - today_so_far) as f64;

    let ahead: Vec<Day> = (0..FARTHEST_DAYS).map(|n| asked.today.plus(n)).collect();
    let weekends: Vec<bool> = ahead.iter().map(|day| day.weekend()).collect();
    let due_at = ahead.iter().position(|day| *day == asked.due);
    let told = due_at.map_or(0, |at| at + 1).max(TOLD_DAYS).min(ahead.len());
    let mut totals: Vec<Vec<f64>> = vec![Vec::with_capacity(FUTURES); told];
    let mut reached: Vec<usize> = Vec::with_capacity(FUTURES);
    for future in 0..FUTURES {
        // Dice of its own: where one future ends changes nothing of the next.
        let mut dice = seed.clone().aside(future as i64);
        let own = past.drawn_again(&mut dice);
        let (mut total, mut most, mut hit) = (base, asked.done as f64, None);
        for (at, weekend) in weekends.iter().enumerate() {
            let count = own.draw(*weekend, &mut dice);
            // Of today some is known already.
            total += if at == 0 { count.max(today_so_far as f64) } else { count };
            most = most.max(total.min(asked.whole as f64));
            if hit.is_none() && most >= asked.goal as f64 {
                hit = Some(at);
            }
            match totals.get_mut(at) {
                Some(day) => day.push(most),
                None if hit.is_some() => break,
                None => {}
            }
        }
        reached.push(hit.unwrap_or(usize::MAX));
    }

    let when = |share| ahead.get(nth(&mut reached.clone(), share, usize::cmp)).copied();
    let reached = Middle { p10: when(0.1), p50: when(0.5), p90: when(0.9) };
    let path: Vec<(Day, Middle<i64>)> = totals
        .iter_mut()
        .zip(&ahead)
        .map(|(totals, day)| {
            let mut at = |share| nth(totals, share, f64::total_cmp).round() as i64;
            (*day, Middle { p10: at(0.1), p50: at(0.5), p90: at(0.9) })
        })
        .collect();
    let at_due = due_at.and_then(|at| path.get(at)).map(|(_, middle)| *middle);
    Ok(Forecast { days: have, daily: sum as f64 / have as f64, reached, at_due, path })
}

fn nth<T: Copy>(all: &mut [T], share: f64, order: impl FnMut(&T, &T) -> std::cmp::Ordering) -> T {
    let at = ((all.len() as f64 * share) as usize).min(all.len() - 1);
    *all.select_nth_unstable_by(at, order).1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Day = Day(20261001);

    fn series(counts: &[i64]) -> Vec<(Day, i64)> {
        counts.iter().enumerate().map(|(n, count)| (START.plus(n as i64), *count)).collect()
    }

    fn asked<'a>(days: &'a [(Day, i64)], goal: i64, due: Day) -> Campaign<'a> {
        let done = days.iter().map(|(_, n)| n).sum();
        let today = days.last().map_or(START, |(day, _)| day.plus(1));
        Campaign { days, starts_on: START, today, done, goal, whole: goal * 2, due }
    }

    #[test]
    fn a_campaign_like_a_clock_is_foretold_to_the_day() {
        let days = series(&[10; 20]);
        // 200 done, 300 to go: thirty days, the first of them today.
        let found = forecast(&asked(&days, 500, Day(20261130))).expect("a forecast");
        let day = Some(START.plus(20 + 29));
        assert_eq!(found.reached, Middle { p10: day, p50: day, p90: day });
        assert_eq!((found.days, found.daily), (20, 10.0));
        let at_due = found.at_due.expect("the deadline lies ahead");
        assert_eq!(at_due, Middle { p10: 610, p50: 610, p90: 610 });
        assert_eq!(found.path[0], (START.plus(20), Middle { p10: 210, p50: 210, p90: 210 }));
    }

    #[test]
    fn it_says_why_it_says_nothing() {
        let days = series(&[10; 20]);
        let due = Day(20261130);
        assert_eq!(forecast(&asked(&days, 200, due)), Err(NoForecast::Reached));
        let short = series(&[0, 0, 0, 10, 10, 10, 10, 10, 10, 10, 10]);
        // The days before anybody walked are no past.
        let too_few = NoForecast::TooFewDays { have: 8, need: 10 };
        assert_eq!(forecast(&asked(&short, 500, due)), Err(too_few));
        let still = series(&[10; 10].iter().chain(&[0; 28]).copied().collect::<Vec<_>>());
        assert_eq!(forecast(&asked(&still, 500, due)), Err(NoForecast::NoPace));
        assert_eq!(forecast(&asked(&[], 500, due)), Err(NoForecast::NotBegun));
        let early = Campaign { today: START.plus(-3), ..asked(&days, 500, due) };
        assert_eq!(forecast(&early), Err(NoForecast::NotBegun));
    }

    #[test]
    fn a_deadline_that_has_passed_and_a_goal_beyond_a_year() {
        let days = series(&[10; 20]);
        let late = forecast(&asked(&days, 500, START.plus(5))).expect("a forecast");
        assert!(late.at_due.is_none() && late.reached.p50.is_some());
        let never = forecast(&asked(&days, 100_000, Day(20261130))).expect("a forecast");
        assert_eq!(never.reached, Middle { p10: None, p50: None, p90: None });
        assert!(never.at_due.is_some());
    }

    #[test]
    fn what_today_has_brought_already_is_not_counted_twice() {
        let mut days = series(&[10; 20]);
        let before = forecast(&asked(&days, 500, Day(20261130))).expect("a forecast");
        let today = START.plus(20);
        days.push((today, 4));
        let morning = Campaign { today, ..asked(&days, 500, Day(20261130)) };
        let morning = forecast(&morning).expect("a forecast");
        assert_eq!(before.reached, morning.reached);
        // A better day than usual counts.
        days[20].1 = 25;
        let good = Campaign { today, ..asked(&days, 500, Day(20261130)) };
        assert_eq!(forecast(&good).expect("a forecast").path[0].1.p50, 225);
    }

    #[test]
    fn weekends_keep_their_own_pace() {
        // Only weekends: 2026-10-01 is a Thursday.
        let counts: Vec<i64> =
            (0..28).map(|n| if START.plus(n).weekend() { 50 } else { 0 }).collect();
        let days = series(&counts);
        let found = forecast(&asked(&days, 600, Day(20261130))).expect("a forecast");
        // 400 done; four weekend days more, the second weekend's Sunday.
        assert_eq!(found.reached.p50, Some(Day(20261108)));
        assert!(Day(20261108).weekend() && found.reached.p10 == found.reached.p90);
    }

    /// Gamma by Marsaglia and Tsang's method, good for shapes from 1.
    fn gamma(shape: f64, dice: &mut Dice) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let angle = std::f64::consts::TAU * dice.share();
            let x = (-2.0 * (1.0 - dice.share()).ln()).sqrt() * angle.cos();
            let v = (1.0 + c * x).powi(3);
            let room = 0.5 * x * x + d - d * v + d * v.max(1e-300).ln();
            if v > 0.0 && (1.0 - dice.share()).ln() < room {
                return d * v;
            }
        }
    }

    fn poisson(mean: f64, dice: &mut Dice) -> i64 {
        let (limit, mut n, mut product) = ((-mean).exp(), 0, dice.share());
        while product > limit {
            n += 1;
            product *= dice.share();
        }
        n
    }

    /// One day of a made-up campaign: no team comes one day in eight, weekends bring more, and a day
    /// is far more uneven than chance (negative binomial, variance 1 + mean / 4 times the mean).
    fn a_day(day: Day, dice: &mut Dice) -> i64 {
        if dice.share() < 0.125 {
            return 0;
        }
        let mean = if day.weekend() { 45.0 } else { 25.0 };
        poisson(mean / 4.0 * gamma(4.0, dice), dice)
    }

    #[test]
    fn eight_of_ten_campaigns_end_within_their_interval() {
        let mut dice = Dice::of([80, 100]);
        for past in [14_i64, 21, 40] {
            let (mut by_day, mut by_count, rounds) = (0, 0, 150);
            for _ in 0..rounds {
                let days: Vec<(Day, i64)> =
                    (0..past).map(|n| (START.plus(n), a_day(START.plus(n), &mut dice))).collect();
                let done: i64 = days.iter().map(|(_, n)| n).sum();
                let due = START.plus(past + 27);
                let asked = asked(&days, done + 800, due);
                let Ok(found) = forecast(&asked) else { continue };
                let (mut total, mut at, mut hit, mut at_due) = (done, asked.today, None, 0);
                while hit.is_none() || at <= due {
                    total += a_day(at, &mut dice);
                    hit = hit.or((total >= asked.goal).then_some(at));
                    if at == due {
                        at_due = total.min(asked.whole);
                    }
                    at = at.plus(1);
                }
                let within = |m: Middle<Option<Day>>| {
                    m.p10.is_some_and(|d| Some(d) <= hit) && m.p90.is_none_or(|d| hit <= Some(d))
                };
                by_day += i32::from(within(found.reached));
                let m = found.at_due.expect("the deadline lies ahead");
                by_count += i32::from(m.p10 <= at_due && at_due <= m.p90);
            }
            let share = |n: i32| f64::from(n) / f64::from(rounds);
            // Whole days make the interval of days a little wide.
            assert!((0.72..=0.90).contains(&share(by_day)), "{past}: {}", share(by_day));
            assert!((0.72..=0.88).contains(&share(by_count)), "{past}: {}", share(by_count));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn more_done_is_never_later_and_the_order_holds(
            counts in prop::collection::vec(0..40_i64, 12..40), gift in 0..50_i64,
        ) {
            let days = series(&counts);
            let plain = asked(&days, counts.iter().sum::<i64>() + 200, Day(20261220));
            let ahead = Campaign { done: plain.done + gift, ..plain };
            let (Ok(one), Ok(two)) = (forecast(&plain), forecast(&ahead)) else { return Ok(()) };
            prop_assert_eq!(&one, &forecast(&plain).expect("the same"));
            let far = |day: Option<Day>| day.unwrap_or(Day(i32::MAX));
            for (a, b) in [
                (one.reached.p10, two.reached.p10),
                (one.reached.p50, two.reached.p50),
                (one.reached.p90, two.reached.p90),
            ] {
                prop_assert!(far(b) <= far(a), "{:?} {:?}", a, b);
            }
            let Middle { p10, p50, p90 } = one.reached;
            prop_assert!(far(p10) <= far(p50) && far(p50) <= far(p90));
            for pair in one.path.windows(2) {
                prop_assert!(pair[0].1.p10 <= pair[1].1.p10 && pair[0].1.p90 <= pair[1].1.p90);
            }
            for (_, m) in &one.path {
                prop_assert!(m.p10 <= m.p50 && m.p50 <= m.p90 && m.p90 <= plain.whole);
            }
        }
    }
}
