//! Chance that can be replayed: every choice of the generator comes from one seed.
//!
//! Only `+ - * / sqrt` are used on fractions anywhere in this crate, so the same seed gives the same
//! bytes on every machine (`exp` or `sin` may differ in the last bit between C libraries).

use gocua_domain::time::Millis;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::{Builder, Uuid};

/// What a stream of chance is for. Streams are independent: more visits change nobody's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Seeds = 1,
    Edges,
    Streets,
    Ids,
    Groups,
    Alleys,
    Households,
    Teams,
    Visits,
    Points,
    Habits,
    Identity,
}

/// A source of chance.
#[derive(Clone, Debug)]
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of one purpose; `salt` parts wards (and repetitions) that share a seed.
    pub(crate) fn new(seed: u64, salt: u64, stream: Stream) -> Self {
        // An odd factor keeps all 64 bits of the salt apart.
        let mut rng = ChaCha8Rng::seed_from_u64(seed ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        rng.set_stream(stream as u64);
        Self(rng)
    }

    /// True with probability `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.0.random_bool(p.clamp(0.0, 1.0))
    }

    /// A whole number from `lo` to `hi`, both included.
    pub(crate) fn between(&mut self, lo: u32, hi: u32) -> u32 {
        self.0.random_range(lo..=hi.max(lo))
    }

    /// A fraction in `lo..hi`.
    pub(crate) fn fraction(&mut self, lo: f64, hi: f64) -> f64 {
        lo + (hi - lo) * self.0.random::<f64>()
    }

    /// Any of `items`, all alike.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// A place in a list of `len`.
    pub(crate) fn index(&mut self, len: usize) -> usize {
        self.0.random_range(0..len as u32) as usize
    }

    /// Any of `items`, by their weights.
    pub(crate) fn weighted<T: Copy>(&mut self, items: &[(T, u32)]) -> T {
        let total: u32 = items.iter().map(|(_, w)| w).sum();
        let mut at = self.0.random_range(0..total);
        for &(item, weight) in items {
            if at < weight {
                return item;
            }
            at -= weight;
        }
        items[0].0
    }

    /// Puts `items` in an order of chance.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            let other = self.index(end + 1);
            items.swap(end, other);
        }
    }

    /// A random (version 4) identifier.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// A time-ordered (version 7) identifier, as a phone makes them for its operations.
    pub(crate) fn uuid_at(&mut self, at: Millis) -> Uuid {
        let mut bytes = [0; 10];
        self.0.fill_bytes(&mut bytes);
        Builder::from_unix_timestamp_millis(at.0.max(0) as u64, &bytes).into_uuid()
    }
}
