//! How often one address may ask: nobody lists the ward's badges by trying numbers, and nobody who has
//! a visitor at the door waits.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use gocua_domain::time::Millis;

/// How often one address may ask.
#[derive(Clone, Copy, Debug)]
pub struct CheckBounds {
    /// Pages at once.
    pub burst: u32,
    /// Pages a minute after that.
    pub per_minute: u32,
    /// Questions answered with no, at once.
    pub miss_burst: u32,
    /// Questions a minute answered with no after that.
    pub miss_per_minute: u32,
}

impl Default for CheckBounds {
    fn default() -> Self {
        // A house of culture asks through one address; of 900,000 numbers one that is given to
        // somebody is found by chance once in days.
        Self { burst: 60, per_minute: 60, miss_burst: 12, miss_per_minute: 4 }
    }
}

/// More addresses than a ward has homes; those at rest are forgotten first.
const KEPT: usize = 50_000;
/// What one request costs; so many a minute come back at a whole number each millisecond.
const ONE: i64 = 60_000;

/// What each address may still ask.
#[derive(Debug)]
pub(super) struct Buckets {
    bounds: CheckBounds,
    places: Mutex<HashMap<IpAddr, Place>>,
}

/// One address: what it still has of pages and of misses.
#[derive(Clone, Copy, Debug)]
struct Place {
    pages: i64,
    misses: i64,
    at: Millis,
}

impl Buckets {
    pub(super) fn new(bounds: CheckBounds) -> Self {
        Self { bounds, places: Mutex::default() }
    }

    /// Takes a page; a question takes a miss too, until it is answered with yes. Refused: the
    /// milliseconds to wait.
    pub(super) fn enter(&self, who: IpAddr, question: bool, now: Millis) -> Result<(), i64> {
        let who = network(who);
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.len() >= KEPT && !places.contains_key(&who) {
            places.retain(|_, place| !self.full(self.filled(*place, now)));
        }
        let place = places.entry(who).or_insert_with(|| self.fresh(now));
        *place = self.filled(*place, now);
        let short = |has: i64, per_minute: u32| {
            (has < ONE).then(|| (ONE - has) / i64::from(per_minute.max(1)))
        };
        let pages = short(place.pages, self.bounds.per_minute);
        let misses = short(place.misses, self.bounds.miss_per_minute).filter(|_| question);
        if let Some(wait) = pages.max(misses) {
            return Err(wait);
        }
        place.pages -= ONE;
        place.misses -= if question { ONE } else { 0 };
        Ok(())
    }

    /// The question was no guess.
    pub(super) fn no_miss(&self, who: IpAddr) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = places.get_mut(&network(who)) {
            place.misses = (place.misses + ONE).min(i64::from(self.bounds.miss_burst) * ONE);
        }
    }

    fn fresh(&self, now: Millis) -> Place {
        let full = |burst: u32| i64::from(burst) * ONE;
        Place { pages: full(self.bounds.burst), misses: full(self.bounds.miss_burst), at: now }
    }

    /// What it has by now. A clock set back gives nothing and takes nothing.
    fn filled(&self, place: Place, now: Millis) -> Place {
        let passed = now.0.saturating_sub(place.at.0).clamp(0, 86_400_000);
        let full = self.fresh(now);
        let more = |has: i64, per_minute: u32, most: i64| {
            has.saturating_add(passed * i64::from(per_minute)).min(most)
        };
        Place {
            pages: more(place.pages, self.bounds.per_minute, full.pages),
            misses: more(place.misses, self.bounds.miss_per_minute, full.misses),
            at: now,
        }
    }

    fn full(&self, place: Place) -> bool {
        let full = self.fresh(place.at);
        place.pages >= full.pages && place.misses >= full.misses
    }
}

/// Whoever has one IPv6 address has as many as there are in its network.
fn network(who: IpAddr) -> IpAddr {
    match who.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_312_800_000);

    fn who(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn guesses_run_dry_long_before_honest_questions() {
        let buckets = Buckets::new(CheckBounds::default());
        let (guesser, home) = (who("192.0.2.1"), who("192.0.2.2"));
        let asked = (0..100).filter(|_| buckets.enter(guesser, true, NOW).is_ok()).count();
        assert_eq!(asked, 12);
        assert_eq!(buckets.enter(guesser, true, NOW), Err(15_000), "four a minute");
        assert!(buckets.enter(guesser, false, NOW).is_ok(), "the page itself is still there");
        for _ in 0..60 {
            assert!(buckets.enter(home, true, NOW).is_ok(), "what is answered with yes costs none");
            buckets.no_miss(home);
        }
        assert!(buckets.enter(home, true, NOW).is_err(), "but is no way to load the server");
        let later = (1..=60).filter(|s| buckets.enter(guesser, true, NOW.plus(s * 1_000)).is_ok());
        assert_eq!(later.count(), 4);
        assert!(buckets.enter(guesser, true, NOW).is_err(), "a clock set back gives nothing");
    }

    #[test]
    fn a_network_of_addresses_is_one_asker() {
        let buckets = Buckets::new(CheckBounds { miss_burst: 1, ..CheckBounds::default() });
        assert!(buckets.enter(who("2001:db8:1:2::1"), true, NOW).is_ok());
        assert!(buckets.enter(who("2001:db8:1:2:ffff::9"), true, NOW).is_err());
        assert!(buckets.enter(who("2001:db8:1:3::1"), true, NOW).is_ok());
        assert!(buckets.enter(who("192.0.2.7"), true, NOW).is_ok());
        assert!(buckets.enter(who("::ffff:192.0.2.7"), true, NOW).is_err());
    }

    #[test]
    fn addresses_at_rest_are_forgotten() {
        let buckets = Buckets::new(CheckBounds::default());
        for n in 0..u32::try_from(KEPT).expect("small") + 10 {
            let one = IpAddr::V4(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n));
            assert!(buckets.enter(one, true, NOW.plus(i64::from(n) * 20)).is_ok());
        }
        assert!(buckets.places.lock().expect("not poisoned").len() <= KEPT);
    }
}
