//! The proportions of the values of a column: how many are NULL, and how many differ.
//!
//! Must not know where they were measured.

use super::chance::Chance;

/// The proportions of one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likeness {
    /// Which part of the rows has NULL, from 0 to 1.
    pub nulls: f64,
    /// How many different values the column gets; `None` if that is not known.
    pub distinct: Option<usize>,
}

impl Likeness {
    /// Whether the next value is NULL; one in ten is where nothing is known.
    pub(super) fn is_null(of: Option<&Self>, chance: &mut Chance) -> bool {
        match of {
            None => chance.percent(10),
            Some(it) => (chance.below(10_000) as f64) < it.nulls * 10_000.0,
        }
    }
}
