//! The days on which offices work in Viet Nam. Holidays are data, not a rule: which days bridge a
//! holiday is announced year by year.
//!
//! Source of `data/holidays.json`: Labour Code 45/2019/QH14, article 112 (New Year; Tết, 5 days;
//! Hùng Kings, 10th of the 3rd lunar month; 30 April; 1 May; National Day, 2 days; a holiday on a
//! weekend is made up for on the next working day) and, for 24 November, the Viet Nam Culture Day of
//! resolution 80-NQ/TW of 7 January 2026. `announced` is false for a year whose bridging days the
//! government had not named when the year was entered: its Tết and National Day follow the usual
//! choice (the eve and four days; the day after). Saturdays worked in exchange are not counted as
//! working days: a promise must not fall due on one.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::time::Day;

#[derive(Deserialize)]
struct Year {
    days: Vec<Day>,
}

fn holidays() -> &'static BTreeSet<Day> {
    static HOLIDAYS: OnceLock<BTreeSet<Day>> = OnceLock::new();
    HOLIDAYS.get_or_init(|| {
        let years: Vec<Year> =
            serde_json::from_str(include_str!("../data/holidays.json")).unwrap_or_default();
        years.into_iter().flat_map(|year| year.days).collect()
    })
}

/// Do offices work on this day? Outside the years of the data only weekends are free.
pub fn works(day: Day) -> bool {
    !day.weekend() && !holidays().contains(&day)
}

/// The days of a year and the one after it on which offices do not work, weekends left out.
pub fn free_days(year: i32) -> Vec<Day> {
    let named = holidays().iter().filter(|day| (year..=year + 1).contains(&(day.0 / 10_000)));
    named.filter(|day| !day.weekend()).copied().collect()
}

/// The `n`th working day after a day.
pub fn after(day: Day, n: u32) -> Day {
    let (mut at, mut left) = (day, n);
    while left > 0 {
        let next = at.plus(1);
        if next == at {
            break; // No real day.
        }
        at = next;
        left -= u32::from(works(at));
    }
    at
}

/// A promise further away than this is not counted day by day.
const FAR: u32 = 370;

/// Working days from one day to another: 0 on the day itself, negative when it is past. Another day is
/// never 0 days away: a promise that ran out on Friday is late on Saturday.
pub fn between(from: Day, to: Day) -> i64 {
    if from == to || from.date().is_none() || to.date().is_none() {
        return 0;
    }
    let (first, last) = if from < to { (from, to) } else { (to, from) };
    let (mut at, mut n, mut left) = (first, 0_i64, FAR);
    while at < last && left > 0 {
        at = at.plus(1);
        left -= 1;
        n += i64::from(works(at));
    }
    n.max(1) * if from < to { 1 } else { -1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Works {
        day: Day,
        works: bool,
    }
    #[derive(Deserialize)]
    struct After {
        day: Day,
        n: u32,
        is: Day,
    }
    #[derive(Deserialize)]
    struct Between {
        from: Day,
        to: Day,
        is: i64,
    }
    #[derive(Deserialize)]
    struct Cases {
        holidays: Vec<Day>,
        works: Vec<Works>,
        after: Vec<After>,
        between: Vec<Between>,
    }

    /// The phone runs the same cases, with the holidays they name.
    #[test]
    fn counts_as_the_phone_does() {
        let cases: Cases =
            serde_json::from_str(include_str!("../../../tests/vectors/workday.json"))
                .expect("cases");
        for day in &cases.holidays {
            assert!(!works(*day), "{day:?}");
        }
        for case in &cases.works {
            assert_eq!(works(case.day), case.works, "{:?}", case.day);
        }
        for case in &cases.after {
            assert_eq!(after(case.day, case.n), case.is, "{:?} + {}", case.day, case.n);
        }
        for case in &cases.between {
            assert_eq!(between(case.from, case.to), case.is, "{:?} to {:?}", case.from, case.to);
        }
    }

    #[test]
    fn the_data_is_whole_and_in_order() {
        let years: Vec<serde_json::Value> =
            serde_json::from_str(include_str!("../data/holidays.json")).expect("data");
        let named: Vec<_> = years.iter().map(|y| y["year"].as_i64()).collect();
        assert_eq!(named, [Some(2026), Some(2027)]);
        for year in &years {
            let days: Vec<i64> =
                year["days"].as_array().expect("days").iter().filter_map(|d| d.as_i64()).collect();
            assert!(days.len() >= 11 && days.is_sorted(), "{days:?}");
            for day in days {
                assert_eq!(Some(day / 10_000), year["year"].as_i64());
                let day = Day(day as i32);
                assert!(day.date().is_some() && !works(day), "{day:?}");
            }
        }
    }

    #[test]
    fn two_years_of_free_days_hold_no_weekend() {
        let days = free_days(2026);
        assert!(days.contains(&Day(20261124)) && days.contains(&Day(20270101)));
        assert!(days.is_sorted() && days.iter().all(|day| !works(*day) && !day.weekend()));
        assert!(free_days(2027).iter().all(|day| day.0 > 20270000));
        assert_eq!(free_days(1999), []);
    }

    #[test]
    fn a_promise_waits_for_the_offices() {
        // Sunday 22 November 2026: Monday, (Tuesday is the day of culture), Wednesday, Thursday.
        assert_eq!(after(Day(20261122), 3), Day(20261126));
        assert_eq!(after(Day(20261127), 1), Day(20261130), "over a weekend");
        assert_eq!(after(Day(20260213), 1), Day(20260223), "over Tết");
        assert_eq!(after(Day(20261231), 1), Day(20270104), "over New Year");
        assert_eq!(after(Day(20270204), 2), Day(20270215), "over the next Tết");
        assert_eq!(after(Day(20260424), 1), Day(20260428), "the Hùng Kings on a Sunday");
        assert_eq!(after(Day(20261122), 0), Day(20261122));
        assert_eq!(after(Day(20260231), 2), Day(20260231), "no real day");
    }
}
