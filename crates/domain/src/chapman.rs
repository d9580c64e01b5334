//! How many homes are probably in no list: two lists of the same homes, compared.
//!
//! One list is the register; the other is made of the doors that were found on foot. What both know
//! tells how much of the whole each knows, hence how much neither does.
//!
//! Estimate and variance: D. G. Chapman, University of California Publications in Statistics 1 (1951),
//! 131-160; G. A. F. Seber, "The Estimation of Animal Abundance", 2nd ed. 1982, section 3.1.
//! Interval: A. Chao, Biometrics 43 (1987), 783-791: the number in neither list is taken for
//! log-normal, so the interval never begins below the number of homes already known.
//!
//! It assumes that no home comes or goes between the lists, that a home is recognised in both, and
//! that being in one list makes it neither more nor less likely to be in the other. Whoever walks
//! with the register in hand finds its homes more easily: then the estimate is too low. Whoever walks
//! only the alleys the register is good at is misled the same way.

use crate::coverage::Tally;
use crate::hours::Z_95;

/// Fewer homes than this in both lists say nothing. Below seven the estimate itself is biased
/// (D. S. Robson and H. A. Regier, Transactions of the American Fisheries Society 93, 1964, 215-226).
pub const FEWEST_IN_BOTH: i64 = 7;

/// Two lists of homes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// In the register.
    pub register: i64,
    /// Found on foot.
    pub on_foot: i64,
    /// In both.
    pub both: i64,
}

/// Homes that phones proposed and the ward did not refuse: found on foot, wherever else they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnFoot {
    /// Taken into the register because of the proposal.
    pub approved: i64,
    /// Of these, visited.
    pub approved_visited: i64,
    /// Waiting for the ward.
    pub waiting: i64,
    /// Named by a register that came later, and not visited yet.
    pub confirmed_unvisited: i64,
}

impl std::ops::AddAssign for OnFoot {
    fn add_assign(&mut self, other: Self) {
        self.approved += other.approved;
        self.approved_visited += other.approved_visited;
        self.waiting += other.waiting;
        self.confirmed_unvisited += other.confirmed_unvisited;
    }
}

impl Lists {
    /// The two lists of a residential group or a ward.
    ///
    /// The register is every household that counts, without those that only a proposal brought there.
    /// On foot were found: doors of the register that were visited (HH_VISITED: not those that nobody
    /// could find, that are no home, or that are another's double), and the homes proposed.
    pub fn of(tally: &Tally, found: &OnFoot) -> Self {
        let both = tally.hh_visited - found.approved_visited + found.confirmed_unvisited;
        Self {
            register: tally.hh_total - found.approved,
            on_foot: both + found.approved + found.waiting,
            both,
        }
    }

    /// Homes known to either list.
    pub fn known(&self) -> i64 {
        self.register + self.on_foot - self.both
    }
}

impl std::ops::AddAssign for Lists {
    fn add_assign(&mut self, other: Self) {
        self.register += other.register;
        self.on_foot += other.on_foot;
        self.both += other.both;
    }
}

/// How many homes there are, and how many of them no list knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Homes in all.
    pub homes: f64,
    /// Variance of `homes`; 0 when nothing new was found, or everything was walked.
    pub variance: f64,
    /// In neither list.
    pub missing: f64,
    /// 95 % interval of `missing`.
    pub between: (f64, f64),
}

/// Why there is no estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoEstimate {
    /// Too few homes are in both lists.
    TooFewInBoth {
        /// So many are.
        have: i64,
        /// So many must be.
        need: i64,
    },
    /// More homes in both lists than in one of them: the lists were not counted alike.
    Contradiction,
}

/// The estimate of two lists.
///
/// # Errors
/// [`NoEstimate`] says why there is none.
pub fn estimate(lists: Lists) -> Result<Estimate, NoEstimate> {
    let Lists { register, on_foot, both } = lists;
    if both > register.min(on_foot) || both < 0 {
        return Err(NoEstimate::Contradiction);
    }
    if both < FEWEST_IN_BOTH {
        return Err(NoEstimate::TooFewInBoth { have: both, need: FEWEST_IN_BOTH });
    }
    let (n1, n2, m) = (register as f64, on_foot as f64, both as f64);
    let homes = (n1 + 1.0) * (n2 + 1.0) / (m + 1.0) - 1.0;
    let variance =
        (n1 + 1.0) * (n2 + 1.0) * (n1 - m) * (n2 - m) / ((m + 1.0) * (m + 1.0) * (m + 2.0));
    let missing = (homes - lists.known() as f64).max(0.0);
    let between = if missing > 1e-9 {
        let spread = (Z_95 * (1.0 + variance / (missing * missing)).ln().sqrt()).exp();
        (missing / spread, missing * spread)
    } else {
        // Nothing new among the doors found so far. With so many tries and no hit, 5 % of the doors'
        // share is the most that a chance of 1 in 20 leaves room for; it is unknown only of the part
        // of the register that nobody has walked yet.
        let least_known = 0.05_f64.powf(1.0 / m);
        (0.0, (n1 - m) * (1.0 / least_known - 1.0))
    };
    Ok(Estimate { homes, variance, missing, between })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::forecast::Dice;

    fn lists(register: i64, on_foot: i64, both: i64) -> Lists {
        Lists { register, on_foot, both }
    }

    #[test]
    fn the_numbers_are_those_worked_out_by_hand() {
        // (201 × 151) / 51 − 1; 201 × 151 × 150 × 100 / (51² × 52); 300 known.
        let found = estimate(lists(200, 150, 50)).expect("an estimate");
        assert!((found.homes - 594.1176).abs() < 1e-3, "{found:?}");
        assert!((found.variance - 3366.05).abs() < 0.05, "{found:?}");
        assert!((found.missing - 294.1176).abs() < 1e-3, "{found:?}");
        // v / f² = 0.038912, spread e^(1.96 × √ln 1.038912) = 1.4666.
        assert!((found.between.0 - 200.5).abs() < 0.5, "{found:?}");
        assert!((found.between.1 - 431.4).abs() < 0.5, "{found:?}");
    }

    #[test]
    fn a_home_is_in_the_list_that_found_it() {
        let tally = Tally { hh_total: 110, hh_visited: 48, ..Tally::default() };
        let found =
            OnFoot { approved: 10, approved_visited: 8, waiting: 3, confirmed_unvisited: 1 };
        let seen = Lists::of(&tally, &found);
        assert_eq!(seen, lists(100, 54, 41));
        assert_eq!(seen.known(), 113, "all that count, and those that wait");
    }

    #[test]
    fn it_refuses_to_guess() {
        let few = NoEstimate::TooFewInBoth { have: 6, need: 7 };
        assert_eq!(estimate(lists(600, 9, 6)), Err(few));
        assert!(estimate(lists(600, 9, 7)).is_ok());
        assert_eq!(estimate(lists(5, 9, 7)), Err(NoEstimate::Contradiction));
        assert_eq!(estimate(lists(9, 5, 7)), Err(NoEstimate::Contradiction));
        let nothing = NoEstimate::TooFewInBoth { have: 0, need: 7 };
        assert_eq!(estimate(lists(0, 0, 0)), Err(nothing));
    }

    #[test]
    fn a_register_walked_from_end_to_end_leaves_nothing_open() {
        let all = estimate(lists(100, 104, 100)).expect("an estimate");
        assert!((all.homes - 104.0).abs() < 1e-9 && all.missing.abs() < 1e-9);
        assert_eq!(all.between, (0.0, 0.0));
    }

    #[test]
    fn nothing_new_so_far_is_not_nothing_at_all() {
        // 60 doors walked, all of them in the register: 1 in 20 that 4.87 % of the doors are in no list.
        let none = estimate(lists(300, 60, 60)).expect("an estimate");
        assert!((none.homes - 300.0).abs() < 1e-9 && none.missing.abs() < 1e-9);
        assert!(none.between.0 == 0.0 && (none.between.1 - 12.29).abs() < 0.1, "{none:?}");
    }

    /// A ward of a known number of homes, each in the register and found on foot by chance.
    #[test]
    fn the_interval_holds_the_truth_about_as_often_as_it_says() {
        let mut dice = Dice::of([4, 1951]);
        let (mut held, rounds) = (0, 1_000);
        for _ in 0..rounds {
            let (homes, in_register, walked) = (600, 0.9, 0.45);
            let mut seen = Lists::default();
            for _ in 0..homes {
                let (one, other) = (dice.share() < in_register, dice.share() < walked);
                seen.register += i64::from(one);
                seen.on_foot += i64::from(other);
                seen.both += i64::from(one && other);
            }
            let found = estimate(seen).expect("an estimate");
            let truth = (homes - seen.known()) as f64;
            held += i32::from(found.between.0 <= truth && truth <= found.between.1);
        }
        assert!((920..=985).contains(&held), "{held} of {rounds}");
    }

    proptest! {
        #[test]
        fn it_never_says_less_than_is_known(
            register in 0..5_000_i64, new in 0..500_i64, both in 0..5_000_i64,
        ) {
            let seen = lists(register, both + new, both);
            match estimate(seen) {
                Ok(found) => {
                    prop_assert!(found.homes + 1e-6 >= seen.known() as f64, "{:?}", found);
                    prop_assert!(found.variance >= 0.0);
                    let (low, high) = found.between;
                    prop_assert!(0.0 <= low && low <= found.missing + 1e-6);
                    prop_assert!(found.missing <= high + 1e-6 && high.is_finite());
                }
                Err(NoEstimate::Contradiction) => prop_assert!(both > register),
                Err(NoEstimate::TooFewInBoth { have, .. }) => prop_assert!(have < FEWEST_IN_BOTH),
            }
        }
    }
}
