//! How the walkers of the demonstration record: where their phones say they are, and three habits worth
//! a question, so that the desk and one volunteer's phone have something to show.

use std::collections::BTreeMap;

use gocua_domain::time::{Day, Millis};
use gocua_domain::visit::Near;

use crate::boundary::WardSource;
use crate::dice::{Dice, Stream};
use crate::teams::Crew;
use crate::visits::Knock;

/// `tnv1` has recorded from elsewhere for so many days.
const LATELY_MS: i64 = 7 * 86_400_000;

/// Gives every record the phone's word, and three walkers their habits. Nothing is counted differently.
pub(crate) fn settle(
    knocks: &mut [Knock],
    crew: &Crew,
    source: &WardSource,
    now: Millis,
    seed: u64,
) {
    let mut dice = Dice::new(seed, source.salt(), Stream::Habits);
    let walker = |team: usize, place: usize| crew.walkers.get(team)?.get(place).copied();
    let (first, regular, home) = (walker(0, 0), walker(1, 1), walker(2, 1));
    if let Some(walker) = regular {
        even_out(knocks, walker);
    }
    for knock in knocks {
        let lately = Some(knock.walker) == first && now.0 - knock.made_at.0 < LATELY_MS;
        let far = lately || Some(knock.walker) == home;
        knock.record.near = Some(dice.weighted(&[
            (Near::AtDoor, if far { 6 } else { 70 }),
            (Near::InAlley, if far { 6 } else { 17 }),
            (Near::Elsewhere, if far { 80 } else { 4 }),
            (Near::Unknown, 9),
        ]));
    }
}

/// The records of an outing get the same time between them.
fn even_out(knocks: &mut [Knock], walker: usize) {
    let mut outings: BTreeMap<(Day, bool), Vec<&mut Knock>> = BTreeMap::new();
    for knock in knocks.iter_mut().filter(|knock| knock.walker == walker) {
        // Morning and afternoon of one day are two outings.
        let early = knock.made_at.minute() < 12 * 60;
        outings.entry((knock.made_at.day(), early)).or_default().push(knock);
    }
    for mut outing in outings.into_values() {
        outing.sort_by_key(|knock| knock.made_at);
        let [first, .., last] = &outing[..] else { continue };
        let (from, to) = (first.made_at.0, last.made_at.0);
        let gaps = outing.len() as i64 - 1;
        for (knock, n) in outing.into_iter().zip(0..) {
            knock.made_at = Millis(from + (to - from) / gaps * n);
        }
    }
}
