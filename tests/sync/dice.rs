//! Chance out of one number: the same seed gives the same schedule on every machine.

use uuid::{Builder, Uuid};

/// SplitMix64. A step throws its own dice, so what one step uses up moves no later choice.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x60c0_a5ee_d000_0001)
    }

    /// Dice of their own for a part of the schedule.
    pub fn fork(&self, part: u64) -> Self {
        let mut dice = Self(self.0 ^ part.wrapping_mul(0xd134_2543_de82_ef95));
        dice.next();
        dice
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `n` - 1; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % (n.max(1) as u64)) as usize
    }

    /// Both ends included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1) as usize) as i64
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }

    /// A UUIDv7 as a phone makes it.
    pub fn id(&mut self, at: i64) -> Uuid {
        let mut tail = [0; 10];
        tail[..8].copy_from_slice(&self.next().to_be_bytes());
        tail[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        Builder::from_unix_timestamp_millis(at.max(0) as u64, &tail).into_uuid()
    }
}
