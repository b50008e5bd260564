//! Converts the statements of a migration for the rules on statements.
//!
//! Must not know the rules.

use sea_gen_runner::migration::Migration;
use sea_gen_runner::reading::Reading;
use sea_gen_runner::run;

use crate::dialect::{Statement, reading};
use crate::lint::script::ScriptStatement;

/// The statements of a migration, up and down, for the rules.
pub fn lines(migration: &Migration) -> (Vec<ScriptStatement>, Vec<ScriptStatement>) {
    let product = migration.product;
    let read =
        |statements: &[Statement]| -> Vec<_> { statements.iter().map(|it| reading::read(product, &it.sql)).collect() };
    let (mut up, mut down) = (read(&migration.up), read(&migration.down));
    reading::pair(product, &mut up, &mut down);
    let lines = |statements: &[Statement], readings: Vec<Reading>| -> Vec<ScriptStatement> {
        let undecidable = run::undecidable(product, statements);
        let line = |(at, (it, reading)): (usize, (&Statement, Reading))| ScriptStatement {
            undecidable: undecidable.contains(&at),
            ..ScriptStatement::new(reading, it.transactional, it.step.is_some(), it.note.as_deref())
        };
        statements.iter().zip(readings).enumerate().map(line).collect()
    };
    (lines(&migration.up, up), lines(&migration.down, down))
}
