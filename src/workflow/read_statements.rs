//! The statements of a migration as the rules on statements take them.
//!
//! Must not know which rules there are.

use sea_gen_runner::migration::Migration;
use sea_gen_runner::reading::Reading;

use crate::dialect::{Statement, reading};
use crate::lint::script::Line;

/// The statements of a migration, up and down, as the rules judge them.
pub(crate) fn lines(migration: &Migration) -> (Vec<Line>, Vec<Line>) {
    let product = migration.product;
    let read =
        |statements: &[Statement]| -> Vec<_> { statements.iter().map(|it| reading::read(product, &it.sql)).collect() };
    let (mut up, mut down) = (read(&migration.up), read(&migration.down));
    reading::pair(product, &mut up, &mut down);
    let lines = |statements: &[Statement], readings: Vec<Reading>| -> Vec<Line> {
        let line = |(it, reading): (&Statement, Reading)| {
            Line::new(reading, it.transactional, it.step.is_some(), it.note.as_deref())
        };
        statements.iter().zip(readings).map(line).collect()
    };
    (lines(&migration.up, up), lines(&migration.down, down))
}
