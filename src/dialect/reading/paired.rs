//! Compares the up and down sections of a file: a column's type before a change is the one that the other section restores.
//!
//! Must not know how the change is judged.

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{ColumnRead, Feature, Reading};

use crate::dialect::casts::{grade, native};
use crate::dialect::{self, Dialect, Product};
use crate::plan::cast::Grade;
use crate::schema::Schema;

/// Adds to every type change whose previous type is in the other section whether it rewrites the table and whether
/// every value survives.
pub fn pair(product: Product, up: &mut [Reading], down: &mut [Reading]) {
    let (there, back) = (columns(up), columns(down));
    let dialect = dialect::of(product);
    up.iter_mut().for_each(|reading| resolve_former_types(dialect, reading, &back));
    down.iter_mut().for_each(|reading| resolve_former_types(dialect, reading, &there));
}

fn columns(readings: &[Reading]) -> Vec<ColumnRead> {
    readings.iter().flat_map(Reading::columns).cloned().collect()
}

fn resolve_former_types(dialect: &dyn Dialect, reading: &mut Reading, others: &[ColumnRead]) {
    let own: Vec<ColumnRead> = reading.columns().cloned().collect();
    for clause in reading.clauses.iter_mut().filter(|clause| clause.kind == ClauseKind::RetypeFromUnknown) {
        let of = |columns: &[ColumnRead]| {
            columns.iter().rev().find(|it| it.table == clause.table && it.name == clause.part).cloned()
        };
        let (Some(new), Some(old)) = (of(&own), of(others)) else { continue };
        let server = matches!(dialect.product(), Product::MySql | Product::MariaDb);
        if server && new.rest != old.rest {
            continue;
        }
        let (Some(before), Some(after)) = (native(dialect, &old.data_type), native(dialect, &new.data_type)) else {
            continue;
        };
        clause.kind = if dialect.rewrites(&before, &after) { ClauseKind::Retype } else { ClauseKind::Widen };
        let nothing = Schema::default();
        if grade(dialect, "c", (&nothing, &before), (&nothing, &after)) == Grade::Keeps {
            reading.features.push(Feature::KeepsValues(clause.part.clone()));
        }
    }
}
