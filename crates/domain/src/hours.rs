//! When people are at home: the rate of contacts by part of the week, with what it is worth.

use crate::coverage::{HourTally, Slot};

/// Fewer visits than this say nothing about an hour: the interval would be wider than 40 points.
pub const ENOUGH_VISITS: i64 = 20;

/// Standard deviations of a 95 % interval.
pub const Z_95: f64 = 1.959_964;

/// The 95 % interval of a share, 0 to 1; `None` of nothing.
///
/// E. B. Wilson's score interval (Journal of the American Statistical Association 22, 1927,
/// 209-212): unlike the textbook interval it stays within 0 and 1 and keeps its word for small counts
/// and for shares near an end.
pub fn wilson(part: i64, whole: i64) -> Option<(f64, f64)> {
    if whole <= 0 {
        return None;
    }
    let (n, z2) = (whole as f64, Z_95 * Z_95);
    let p = part.clamp(0, whole) as f64 / n;
    let middle = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z_95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    Some(((middle - half).max(0.0), (middle + half).min(1.0)))
}

/// What is known of one part of the week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hour {
    /// When.
    pub slot: Slot,
    /// What was counted.
    pub tally: HourTally,
}

impl Hour {
    /// The contact rate with its interval; `None` below [`ENOUGH_VISITS`].
    pub fn rate(&self) -> Option<(f64, (f64, f64))> {
        let HourTally { visits, contacts, .. } = self.tally;
        let interval = wilson(contacts, visits).filter(|_| visits >= ENOUGH_VISITS)?;
        Some((contacts as f64 / visits as f64, interval))
    }
}

/// The part of the week in which people are met most surely: the highest lower bound, so that a
/// lucky handful does not win. `None` when no part has enough visits.
pub fn best(hours: &[Hour]) -> Option<&Hour> {
    let low = |hour: &Hour| hour.rate().map(|(_, (low, _))| low);
    hours
        .iter()
        .filter(|hour| hour.rate().is_some())
        .max_by(|a, b| low(a).partial_cmp(&low(b)).unwrap_or(std::cmp::Ordering::Equal))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hour(at: usize, contacts: i64, visits: i64) -> Hour {
        let tally = HourTally { visits, contacts, missed: visits - contacts };
        Hour { slot: Slot::ALL[at], tally }
    }

    #[test]
    fn the_interval_is_that_of_the_paper() {
        // By hand: p 0.3, n 50, z² 3.8415: middle (0.3 + 0.038415) / 1.07683, half 0.12332.
        let (low, high) = wilson(15, 50).expect("something");
        assert!((low - 0.1910).abs() < 1e-4 && (high - 0.4375).abs() < 1e-4, "{low} {high}");
        let (low, high) = wilson(0, 20).expect("something");
        assert!(low == 0.0 && (high - 0.1611).abs() < 1e-4, "{high}");
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn few_visits_say_nothing_and_luck_does_not_win() {
        assert_eq!(hour(0, 19, 19).rate(), None);
        assert!(hour(0, 20, 20).rate().is_some());
        let hours = [hour(0, 30, 100), hour(2, 18, 20), hour(5, 900, 1000), hour(3, 5, 5)];
        assert_eq!(best(&hours).map(|h| h.slot), Some(Slot::ALL[5]));
        assert_eq!(best(&[hour(0, 5, 5)]), None);
        assert_eq!(best(&[]), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_narrows(part in 0..500_i64, more in 0..500_i64) {
            let whole = part + more;
            if let Some((low, high)) = wilson(part, whole) {
                let p = part as f64 / whole as f64;
                prop_assert!(0.0 <= low && low <= p + 1e-9 && p <= high + 1e-9 && high <= 1.0);
                let (low_4, high_4) = wilson(4 * part, 4 * whole).expect("something");
                prop_assert!(high_4 - low_4 < high - low);
            }
        }
    }
}
