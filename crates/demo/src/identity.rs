//! What the police counted of each group: more people activated from month to month.

use gocua_domain::identity::{Counts, Month};
use gocua_domain::time::Day;

use crate::dice::{Dice, Stream};
use crate::{Group, Household, IdentityCount};

/// Months that were counted, with the present one.
const MONTHS: i32 = 3;

pub(crate) fn count(
    groups: &[Group],
    households: &[Household],
    today: Day,
    seed: u64,
) -> Vec<IdentityCount> {
    let mut all = Vec::new();
    for group in groups.iter().filter(|g| g.ordinal % 9 != 0) {
        let mut dice = Dice::new(seed, u64::from(group.ordinal), Stream::Identity);
        let own = households.iter().filter(|h| h.group_id == group.id);
        let adults: u32 = own.map(|h| u32::from(h.adult_count)).sum();
        let (mut issued, mut activated) = (dice.fraction(0.72, 0.9), dice.fraction(0.55, 0.9));
        for back in (0..MONTHS).rev() {
            let month = Month::of(today).plus(-back);
            // Some are late with this month.
            if back == 0 && group.ordinal % 5 == 0 {
                continue;
            }
            let of = |whole: u32, share: f64| (f64::from(whole) * share) as u32;
            let from_14 = adults + dice.between(0, 3);
            let l2_issued = of(from_14, issued);
            let counts = Counts {
                from_14: i64::from(from_14),
                l2_issued: i64::from(l2_issued),
                activated: i64::from(of(l2_issued, activated)),
            };
            let as_of = Ord::min(month.last(), today);
            all.push(IdentityCount { group_id: group.id, month, as_of, counts });
            issued = f64::min(issued + dice.fraction(0.0, 0.02), 0.99);
            activated = f64::min(activated + dice.fraction(0.0, 0.03), 0.99);
        }
    }
    all.sort_by_key(|count| count.month);
    all
}
