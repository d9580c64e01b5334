//! Teams as the desk keeps them: what one is called, and when and where it means to go out.

use crate::time::{Day, KNOCK_TO};

/// The longest name of a team, in characters.
pub const MAX_TEAM_NAME: usize = 60;
/// The longest place to meet, in characters.
pub const MAX_PLACE: usize = 80;
/// Evenings are planned at most so many days ahead: a campaign is over before.
pub const MAX_DAYS_AHEAD: i64 = 366;
/// So many digits in a row may be somebody's number, and are no part of a name or a place.
const NUMBER_DIGITS: usize = 6;

/// A name as the book keeps it, or `None` when it is empty, too long or holds what may be a number of
/// somebody's.
pub fn team_name(typed: &str) -> Option<String> {
    plain(typed, MAX_TEAM_NAME)
}

/// A place to meet as the book keeps it, or `None`.
pub fn meeting_place(typed: &str) -> Option<String> {
    plain(typed, MAX_PLACE)
}

fn plain(typed: &str, most: usize) -> Option<String> {
    let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut run = 0;
    let number = text.chars().any(|c| {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        run >= NUMBER_DIGITS
    });
    let fits = (1..=most).contains(&text.chars().count());
    (fits && !number && !text.chars().any(char::is_control)).then_some(text)
}

/// May a team plan to go out on this day? Not in the past, not years ahead.
pub fn may_plan_on(day: Day, today: Day) -> bool {
    day.start().is_some() && day >= today && day <= today.plus(MAX_DAYS_AHEAD)
}

/// May an evening last from one minute of the day to another? Nobody knocks from 21:00 on; half an
/// hour is left to come together again.
pub fn may_last(from: i32, to: i32) -> bool {
    (0..to).contains(&from) && to <= KNOCK_TO + 30
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_without_anybodys_number() {
        assert_eq!(team_name("  Chi đoàn   tổ 5 ").as_deref(), Some("Chi đoàn tổ 5"));
        for bad in ["", "   ", "a\u{0}b", "gọi 098765 4321", &"x".repeat(61)] {
            assert_eq!(team_name(bad), None, "{bad:?}");
        }
        assert!(meeting_place(&"x".repeat(80)).is_some());
    }

    #[test]
    fn an_evening_lies_ahead_and_ends_in_time() {
        let today = Day(20261122);
        assert!(may_plan_on(today, today) && may_plan_on(Day(20270101), today));
        for bad in [Day(20261121), Day(20261131), Day(20281122)] {
            assert!(!may_plan_on(bad, today), "{bad:?}");
        }
        assert!(may_last(1170, 1260) && may_last(1170, 1290));
        for (from, to) in [(1260, 1170), (1170, 1170), (-1, 60), (1170, 1291)] {
            assert!(!may_last(from, to), "{from} {to}");
        }
    }
}
