//! The random numbers, all derived from the seed.
//!
//! Must not know the values that are drawn. Counts are drawn as 64-bit numbers, so that every machine draws the same.

use fake::rand::rngs::ChaCha8Rng;
use fake::rand::{Rng, SeedableRng};

/// The random numbers of one table.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    /// The random numbers of a table: adding or removing a table does not change the rows of others.
    pub(super) fn new(seed: u64, table: &str) -> Self {
        // FNV-1a: short, and the same everywhere, which the standard library's hasher does not promise to be.
        let hash = table
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(ChaCha8Rng::seed_from_u64(seed ^ hash))
    }

    /// A number below `end`; 0 if there is none.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.0.next_u64() % end }
    }

    /// A number from `first` to `last`, both included.
    pub(super) fn between(&mut self, first: i128, last: i128) -> i128 {
        if last <= first {
            return first;
        }
        let span = u128::try_from(last - first).unwrap_or(u128::MAX - 1) + 1;
        let drawn = (u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64())) % span;
        first + i128::try_from(drawn).unwrap_or_default()
    }

    /// True in this percentage of calls.
    pub(super) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several; `None` if there are none.
    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let index = self.below(all.len() as u64);
        all.get(usize::try_from(index).unwrap_or_default())
    }

    /// The generator itself, for the faker crate.
    pub(super) fn source(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }
}
