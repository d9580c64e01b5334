//! Is the campaign on the line that leads to its target? The desk's map has a twin in TypeScript;
//! `tests/vectors/pace.json` holds both to the same answers.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// Complete days the present speed is taken over: each weekday once.
pub const SPEED_DAYS: i64 = 7;

/// Where the campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnTime {
    /// No target was set, or there is nothing to count.
    NoTarget,
    /// The first day lies ahead.
    NotStarted,
    /// The target is reached.
    Reached,
    /// A day or more ahead of the line.
    Ahead,
    /// Less than a day off the line.
    OnTrack,
    /// A day or more behind the line.
    Behind,
    /// The deadline has passed.
    Overdue,
}

/// A target: a share of the households by the end of a day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aim {
    /// Percent, 0 to 100.
    pub percent: f64,
    /// The last day that counts.
    pub due: Day,
}

/// What is known of the campaign.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Course {
    /// The target, if there is one.
    pub aim: Option<Aim>,
    /// The first day.
    pub starts_on: Day,
    /// The day of the question.
    pub today: Day,
    /// Households done so far.
    pub done: i64,
    /// Households in all.
    pub whole: i64,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Where it stands.
    pub verdict: OnTime,
    /// Households the target asks for; 0 without one.
    pub goal: i64,
    /// Households still missing.
    pub missing: i64,
    /// Whole days off the line; before the first day, days until it; past the deadline, days since.
    pub days: i64,
    /// Households a day from tomorrow on; `None` when no day is left or nothing is missing.
    pub needed: Option<i64>,
}

/// How many days `to` lies after `from`; 0 when either is no real day.
pub fn days_between(from: Day, to: Day) -> i64 {
    match (from.date(), to.date()) {
        (Some(from), Some(to)) => to.signed_duration_since(from).num_days(),
        _ => 0,
    }
}

/// Households a percentage asks for, rounded up.
fn goal(percent: f64, whole: i64) -> i64 {
    (percent * whole as f64 / 100.0 - 1e-9).ceil() as i64
}

/// Mean of the last complete days. Today is left out: a morning would look like a collapse; on the
/// first day there is nothing else.
pub fn speed(days: &[(Day, i64)], starts_on: Day, today: Day) -> f64 {
    let sum = |from: Day, to: Day| -> i64 {
        days.iter().filter(|(day, _)| *day >= from && *day <= to).map(|(_, n)| n).sum()
    };
    let before = days_between(starts_on, today);
    if before < 1 {
        return sum(today, today) as f64;
    }
    let span = SPEED_DAYS.min(before);
    sum(today.plus(-span), today.plus(-1)) as f64 / span as f64
}

/// Where the campaign stands on the line from nothing on its first day to the goal on its last.
pub fn pace(course: &Course) -> Pace {
    let nothing = Pace { verdict: OnTime::NoTarget, goal: 0, missing: 0, days: 0, needed: None };
    let Some(aim) = course.aim.filter(|_| course.whole > 0) else { return nothing };
    let goal = goal(aim.percent, course.whole);
    let missing = (goal - course.done).max(0);
    let length = days_between(course.starts_on, aim.due).max(1);
    let elapsed = days_between(course.starts_on, course.today);
    let left = days_between(course.today, aim.due);
    let needed = (missing > 0 && left > 0).then(|| (missing + left - 1) / left);
    let at = |verdict, days| Pace { verdict, goal, missing, days, needed };
    if missing == 0 {
        return at(OnTime::Reached, 0);
    }
    if elapsed < 0 {
        return at(OnTime::NotStarted, -elapsed);
    }
    if left < 0 {
        return at(OnTime::Overdue, -left);
    }
    // Where on the line would this count belong? The distance to today, in days, is the delay.
    let lag = elapsed as f64 - (course.done * length) as f64 / goal as f64;
    if lag >= 1.0 {
        at(OnTime::Behind, lag.floor() as i64)
    } else if lag <= -1.0 {
        at(OnTime::Ahead, (-lag).floor() as i64)
    } else {
        at(OnTime::OnTrack, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Case {
        what: String,
        percent: Option<f64>,
        due: Day,
        starts_on: Day,
        today: Day,
        done: i64,
        whole: i64,
        days: Vec<(Day, i64)>,
        verdict: OnTime,
        goal: i64,
        missing: i64,
        off: i64,
        needed: Option<i64>,
        speed: f64,
    }

    #[test]
    fn the_shared_cases_hold() {
        let text = include_str!("../../../tests/vectors/pace.json");
        let cases: Vec<Case> = serde_json::from_str(text).expect("cases");
        assert!(cases.len() >= 10);
        for case in cases {
            let aim = case.percent.map(|percent| Aim { percent, due: case.due });
            let Case { starts_on, today, done, whole, .. } = case;
            let found = pace(&Course { aim, starts_on, today, done, whole });
            let Case { verdict, goal, missing, needed, .. } = case;
            let expected = Pace { verdict, goal, missing, days: case.off, needed };
            assert_eq!(found, expected, "{}", case.what);
            let speed = speed(&case.days, starts_on, today);
            assert!((speed - case.speed).abs() < 1e-9, "{}: {speed}", case.what);
        }
    }
}
