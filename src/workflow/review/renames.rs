//! The renames that the statements of migrations make: between two snapshots nothing else tells them from a drop and an addition.
//!
//! Must not know how schemas are compared.

use std::collections::BTreeSet;

use sea_gen_runner::reading::Reading;
use sea_gen_runner::reading::clause_kind::ClauseKind;

use crate::dialect::Product;
use crate::plan::Rename;
use crate::schema::{Change, Name, ObjectName, Schema};
use crate::state;

/// The renames in the order in which the statements make them.
pub(super) fn of(ups: &[Reading], product: Product, from: &Schema, to: &Schema) -> Vec<Rename> {
    let mut renames = state::in_another_case(product, to, from);
    // A table that the statements create is no renamed one: SQLite makes tables anew in this way.
    let mut created: BTreeSet<&str> = BTreeSet::new();
    for reading in ups {
        for clause in &reading.clauses {
            match clause.kind {
                ClauseKind::CreateTable => drop(created.insert(&clause.table)),
                ClauseKind::RenameTable if !created.contains(clause.table.as_str()) => {
                    let change = Change::new(named(&clause.table), named(&clause.part));
                    renames.push(Rename::Table(change));
                }
                _ => {}
            }
        }
        for (table, old, new) in reading.renamed_columns().filter(|(table, ..)| !created.contains(table)) {
            renames.push(Rename::Column(named(table), Change::new(Name::from(old), Name::from(new))));
        }
    }
    renames
}

/// A name as statements are read: with its schema in front.
fn named(text: &str) -> ObjectName {
    match text.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::local(text),
    }
}
