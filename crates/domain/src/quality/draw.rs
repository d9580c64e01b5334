//! Which visits are asked about again. The dice are an argument: they are thrown once, by the one who
//! writes the result down.

use super::{CheckWhy, QualityTerms};
use crate::id::VisitId;

/// What the desk's word to ask the households of somebody again weighs, beside one for each remark
/// that stands.
pub const VERDICT_WEIGHT: u32 = 3;
/// Of a hundred visits with a weight, how many are asked about for it: enough to know soon, few enough
/// that honest people are not asked after everywhere.
const WEIGHTED_PERCENT: u64 = 30;

/// One part in so many of the day is kept for visits with a weight.
const KEPT_FOR_WEIGHTED: usize = 4;

/// A visit of a day that is over, at whose home somebody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The visit.
    pub visit: VisitId,
    /// 0 when nothing speaks for it but chance.
    pub weight: u32,
}

/// The visits of one day to ask about, with why. `below(n)` throws a number from 0 to n - 1.
///
/// The random part is drawn first and from all, so that it stays a picture of the whole: neither which
/// visits it takes nor how many depends on weights. A quarter of the day is kept from it, so that a busy
/// ward, where chance alone would fill the day, still asks where a remark stands.
pub fn draw(
    candidates: &[Candidate],
    terms: &QualityTerms,
    below: &mut dyn FnMut(u64) -> u64,
) -> Vec<(VisitId, CheckWhy)> {
    let most = usize::try_from(terms.checks_a_day).unwrap_or(0);
    let percent = u64::try_from(terms.random_percent).unwrap_or(0);
    let mut left = candidates.to_vec();
    let mut drawn = Vec::new();
    for _ in 0..share(left.len(), percent, below).min(most - most / KEPT_FOR_WEIGHTED) {
        let at = below(left.len() as u64) as usize;
        drawn.push((left.swap_remove(at).visit, CheckWhy::Random));
    }
    left.retain(|c| c.weight > 0);
    for _ in 0..share(left.len(), WEIGHTED_PERCENT, below).min(most - drawn.len()) {
        let total: u64 = left.iter().map(|c| u64::from(c.weight)).sum();
        let mut at = below(total);
        let hit = left.iter().position(|c| {
            let here = at < u64::from(c.weight);
            at = at.saturating_sub(u64::from(c.weight));
            here
        });
        let Some(hit) = hit else { break };
        drawn.push((left.swap_remove(hit).visit, CheckWhy::Weighted));
    }
    drawn
}

/// So many percent of a number; what is left of a whole one decides the dice, so that a ward with few
/// visits a day is asked about too.
fn share(of: usize, percent: u64, below: &mut dyn FnMut(u64) -> u64) -> usize {
    let hundredths = of as u64 * percent;
    let more = u64::from(below(100) < hundredths % 100);
    ((hundredths / 100 + more) as usize).min(of)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn dice(seed: u64) -> impl FnMut(u64) -> u64 {
        let mut state = seed;
        move |n| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (z ^ (z >> 31)) % n.max(1)
        }
    }

    fn day(visits: usize, weighted: usize) -> Vec<Candidate> {
        (0..visits)
            .map(|n| Candidate {
                visit: VisitId(Uuid::from_u128(n as u128)),
                weight: u32::from(n < weighted),
            })
            .collect()
    }

    fn counts(drawn: &[(VisitId, CheckWhy)]) -> (usize, usize) {
        let random = drawn.iter().filter(|(_, why)| *why == CheckWhy::Random).count();
        (random, drawn.len() - random)
    }

    #[test]
    fn one_in_twenty_and_a_third_of_the_doubtful() {
        let terms = QualityTerms::default();
        assert_eq!(counts(&draw(&day(200, 0), &terms, &mut dice(1))), (10, 0));
        let (random, weighted) = counts(&draw(&day(200, 20), &terms, &mut dice(1)));
        assert_eq!(random, 10);
        assert!((5..=6).contains(&weighted), "{weighted}");
        assert!(draw(&[], &terms, &mut dice(1)).is_empty());
    }

    #[test]
    fn a_busy_day_leaves_room_for_the_doubtful() {
        let terms = QualityTerms::default();
        assert_eq!(counts(&draw(&day(2_000, 0), &terms, &mut dice(1))), (15, 0));
        assert_eq!(counts(&draw(&day(2_000, 100), &terms, &mut dice(1))), (15, 5));
    }

    #[test]
    fn a_small_day_is_asked_about_now_and_then() {
        let mut throw = dice(7);
        let asked: usize =
            (0..1_000).map(|_| draw(&day(4, 0), &QualityTerms::default(), &mut throw).len()).sum();
        assert!((150..250).contains(&asked), "a fifth of a visit a day: {asked} in 1000 days");
    }

    #[test]
    fn the_doubtful_are_drawn_by_weight() {
        let mut day = day(60, 60);
        day[0].weight = 30;
        let terms = QualityTerms { random_percent: 1, checks_a_day: 1, ..Default::default() };
        let mut throw = dice(3);
        let heavy = (0..2_000)
            .flat_map(|_| draw(&day, &terms, &mut throw))
            .filter(|(_, why)| *why == CheckWhy::Weighted)
            .filter(|(visit, _)| *visit == day[0].visit)
            .count();
        assert!((200..450).contains(&heavy), "30 of 89, when chance left room: {heavy}");
    }

    proptest! {
        #[test]
        fn the_random_part_does_not_depend_on_weights_and_nothing_exceeds_the_day(
            visits in 0..400_usize, weighted in 0..400_usize, most in 0..60_i32, seed: u64,
        ) {
            let terms = QualityTerms { checks_a_day: most, ..Default::default() };
            let plain = draw(&day(visits, 0), &terms, &mut dice(seed));
            let drawn = draw(&day(visits, weighted), &terms, &mut dice(seed));
            let random: Vec<_> =
                drawn.iter().copied().filter(|(_, why)| *why == CheckWhy::Random).collect();
            prop_assert_eq!(plain, random);
            prop_assert!(drawn.len() <= most as usize);
            let different: BTreeSet<VisitId> = drawn.iter().map(|(visit, _)| *visit).collect();
            prop_assert_eq!(different.len(), drawn.len(), "nobody is asked twice about a visit");
        }
    }
}
