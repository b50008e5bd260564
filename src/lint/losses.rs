//! Existing rows and values that the statements of a file destroy, generated or not.
//!
//! Judges statements before they run, as the other rules judge a plan before it is written, so that the same options
//! allow both. Must not know SQL, or the number of rows.

mod names;

use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, ColumnRead, Feature, Reading};

use crate::plan::cast::{Stake, Types};
use crate::plan::{Alter, Object, Op, Plan};
use crate::schema::{
    Action, Change, Column, DefinitionId, DefinitionKind, Expression, ForeignKey, Generated, Name, ObjectName, Place,
    Schema, Table, Type,
};

use super::casts::{IMPOSSIBLE_CAST, LOSSY_CAST};
use super::destructive::{DROP_COLUMN, DROP_PARTITION, DROP_TABLE, DROP_VALUE};
use super::{Context, Finding, Level, lint};

use names::Names;

/// The rules on losses of existing rows or values.
const LOSING: [&str; 6] =
    [DROP_TABLE.id, DROP_PARTITION.id, DROP_COLUMN.id, DROP_VALUE.id, LOSSY_CAST.id, IMPOSSIBLE_CAST.id];

/// The findings about data that the statements delete from a database with this schema, and the operations that delete
/// it, with the current names of tables and columns. Objects that the statements create have no data to lose.
///
/// `home` is the schema or the database of unqualified names.
pub fn losses(readings: &[Reading], schema: &Schema, home: &str, types: &dyn Types) -> (Vec<Finding>, Plan) {
    let readings: Vec<Reading> = readings.iter().cloned().map(|reading| reading.at_home(home)).collect();
    let readings = readings.as_slice();
    let (mut names, mut emptied, mut parts, mut ops) = (Names::default(), Vec::new(), Vec::new(), Vec::new());
    // Columns whose current values differ from the ones that could be counted.
    let mut updated: Vec<(&ObjectName, Name)> = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        for clause in &reading.clauses {
            let found = names.table(&clause.table).and_then(|name| schema.tables.get(&name));
            match (clause.kind, found) {
                (ClauseKind::RenameTable, _) => names.rename_table(&clause.table, &clause.part),
                (ClauseKind::RenameColumn, _) => names.rename_column(clause, reading),
                // The table's rows, if any, are in the partition.
                (ClauseKind::DropTable | ClauseKind::Truncate, _) if names.taken(&clause.table).is_some() => {
                    let taken = names.taken(&clause.table).and_then(|(of, part)| Some((schema.tables.get(of)?, part)));
                    parts.extend(taken.map(|(table, part)| dropped(table, part)));
                }
                // A table that replaces a dropped one has the copied rows.
                (ClauseKind::DropTable, Some(table)) => match replacement(&names, table, clause, readings, at) {
                    Some(made) => {
                        ops.extend(made.losses(table, &clause.table, &names, types));
                        // It is that table from here on, and may be rebuilt again.
                        let (into, former) = (made.into.to_owned(), names.former(&clause.table));
                        names.tables.insert(into, Some(former));
                    }
                    None => ops.push(Op::Drop(Object::Table(table.clone()))),
                },
                (ClauseKind::Truncate, Some(table)) => {
                    let cascades = |_: &ForeignKey| reading.has(&Feature::Cascade);
                    emptied.extend(with_referring(schema, table, cascades).into_iter().map(empties));
                }
                (ClauseKind::Truncate, None) => {
                    let partition = partition(schema, &names.former(&clause.table)).map(|op| Finding {
                        rule: DROP_PARTITION.id,
                        level: Level::Danger,
                        place: op.place(),
                        message: format!("empties partition {}", clause.table),
                        stake: Stake::Rows,
                    });
                    emptied.extend(partition);
                }
                (ClauseKind::Delete, Some(table)) if reading.has(&Feature::EveryRow) => {
                    let cascades = |key: &ForeignKey| key.on_delete == Some(Action::Cascade);
                    emptied.extend(with_referring(schema, table, cascades).into_iter().map(empties));
                }
                (ClauseKind::Update, Some(table)) => {
                    let own = |name: &str| table.columns.get(&names.column(&clause.table, name)?);
                    emptied.extend(reading.overwritten().filter_map(own).map(|column| overwrites(table, column)));
                    let columns = reading.written().filter_map(|column| names.column(&clause.table, column));
                    updated.extend(columns.map(|column| (&table.name, column)));
                }
                (ClauseKind::DropTable, None) => ops.extend(partition(schema, &names.former(&clause.table))),
                (ClauseKind::Other, Some(table)) => {
                    parts.extend(reading.dropped("PARTITION").map(|name| dropped(table, name)));
                    for (other, partition) in reading.taken_partitions() {
                        names.take_partition(other, &table.name, partition);
                    }
                }
                (ClauseKind::DropColumn, Some(table)) => {
                    let column = names.column(&clause.table, &clause.part).and_then(|name| table.columns.get(&name));
                    ops.extend(column.map(|column| Op::Drop(Object::Column(table.name.clone(), column.clone()))));
                }
                (ClauseKind::RetypeFromUnknown, Some(table)) => {
                    let is_read = |column: &&Column| !updated.contains(&(&table.name, column.name.clone()));
                    let column = names.column(&clause.table, &clause.part).and_then(|name| table.columns.get(&name));
                    let of_it = |read: &&ColumnRead| read.table == clause.table && read.name == clause.part;
                    let read = reading.columns().find(of_it);
                    let replaced = column.filter(|_| read.is_some_and(|read| read.replaced));
                    emptied.extend(replaced.map(|column| overwrites(table, column)));
                    ops.extend(
                        column.filter(is_read).zip(read).and_then(|(column, read)| changed(table, column, read, types)),
                    );
                }
                (ClauseKind::CreateTable, _) => names.create_table(clause),
                _ => {}
            }
        }
        if reading.unnamed().is_some() {
            ops.extend(unnamed(reading, schema, &names, home));
        }
    }
    let mut each: Vec<Op> = Vec::new();
    ops.into_iter().for_each(|op| {
        if !each.contains(&op) {
            each.push(op)
        }
    });
    let plan = Plan::new(each);
    let mut findings = lint(&Context { plan: &plan, from: schema, to: schema, types });
    findings.retain(|finding| LOSING.contains(&finding.rule));
    findings.extend(emptied.into_iter().chain(parts));
    (findings, plan)
}

/// The objects that are dropped with an object that is not a table, according to the schema: the tables in a schema,
/// the columns of a type.
fn unnamed(reading: &Reading, schema: &Schema, names: &Names, home: &str) -> Vec<Op> {
    let goes = |kind: &str, name: &ObjectName| reading.dropped(kind).any(|gone| object(gone) == *name);
    let is_inside = |table: &&Table| {
        let now = names.now(&table.name);
        reading.dropped("SCHEMA").any(|gone| now.schema.as_ref().map_or(home, Name::as_str) == gone)
    };
    let tables = schema.tables.values().filter(is_inside).map(|table| Op::Drop(Object::Table(table.clone())));
    let has_it = |column: &Column| match &column.data_type {
        Type::Native(spelling) => {
            let name = object(&spelling.trim_end_matches("[]").replace('"', ""));
            goes("DOMAIN", &name) || goes("TYPE", &name) || goes("EXTENSION", &name)
        }
        other => other.enum_name().is_some_and(|name| goes("TYPE", name)),
    };
    let columns = schema.tables.values().flat_map(|table| {
        let typed = table.columns.values().filter(|column| has_it(column));
        typed.map(|column| Op::Drop(Object::Column(table.name.clone(), column.clone())))
    });
    tables.chain(columns).collect()
}

/// A table, and the tables whose rows are deleted with it.
fn with_referring<'s>(schema: &'s Schema, table: &'s Table, goes_too: impl Fn(&ForeignKey) -> bool) -> Vec<&'s Table> {
    let mut found = vec![table];
    let mut at = 0;
    while let Some(parent) = found.get(at) {
        let refers = |it: &&Table| it.foreign_keys.values().any(|key| key.references == parent.name && goes_too(key));
        let more: Vec<&Table> = schema
            .tables
            .values()
            .filter(|it| !found.iter().any(|known| known.name == it.name))
            .filter(refers)
            .collect();
        found.extend(more);
        at += 1;
    }
    found
}

/// The drop of a partition that is not a table in the model, as an operation.
fn partition(schema: &Schema, name: &str) -> Option<Op> {
    let id = DefinitionId::new(DefinitionKind::Partition, object(name));
    schema.definitions.get(&id).map(|it| Op::Drop(Object::Definition(it.clone())))
}

/// A partition in a table's options.
fn dropped(table: &Table, name: &str) -> Finding {
    Finding {
        rule: DROP_PARTITION.id,
        message: format!("drops partition {name} of {} and its rows", table.name),
        stake: Stake::Nothing,
        ..empties(table)
    }
}

fn empties(table: &Table) -> Finding {
    Finding {
        rule: DROP_TABLE.id,
        level: Level::Danger,
        place: Place::table(&table.name),
        message: format!("empties table {}", table.name),
        stake: Stake::Rows,
    }
}

fn overwrites(table: &Table, column: &Column) -> Finding {
    Finding {
        rule: DROP_COLUMN.id,
        level: Level::Danger,
        place: Place::column(&table.name, &column.name),
        message: format!("overwrites the values of column {}.{}", table.name, column.name),
        stake: Stake::Values,
    }
}

/// The change of a column by a statement, if it is understood.
fn changed(table: &Table, from: &Column, read: &ColumnRead, types: &dyn Types) -> Option<Op> {
    let mut to = from.clone();
    if read.computed {
        to.generated = Some(Generated { expression: Expression::new(""), stored: true });
    } else if !read.converted {
        to.data_type = types.read(&read.data_type)?;
    }
    Some(Op::Alter(Alter::Column(table.name.clone(), Change::new(from.clone(), to))))
}

/// A table that replaces another.
struct Made<'r> {
    into: &'r str,
    columns: Vec<&'r ColumnRead>,
    /// The columns into which rows are copied.
    filled: &'r [String],
}

impl Made<'_> {
    /// The lost values of a table, whose current name is `now`.
    fn losses(&self, table: &Table, now: &str, names: &Names, types: &dyn Types) -> Vec<Op> {
        let of = |column: &Column| {
            let is_it = |name: &str| names.column(now, name).is_some_and(|former| former == column.name);
            let read = self.columns.iter().find(|read| is_it(&read.name));
            let is_filled = self.filled.is_empty() || self.filled.iter().any(|name| is_it(name));
            match read {
                Some(read) if is_filled || read.computed => changed(table, column, read, types),
                _ => Some(Op::Drop(Object::Column(table.name.clone(), column.clone()))),
            }
        };
        table.columns.values().filter_map(of).collect()
    }
}

/// The table that gets the rows and finally the name of a dropped one: a rebuilt table.
fn replacement<'r>(
    names: &Names,
    table: &Table,
    dropped: &Clause,
    readings: &'r [Reading],
    at: usize,
) -> Option<Made<'r>> {
    let (before, after) = readings.split_at_checked(at)?;
    let copies = before.iter().filter_map(|reading| {
        let into = reading.clauses.iter().find(|it| it.kind == ClauseKind::Insert)?;
        let copied = |feature: &'r Feature| match feature {
            Feature::Copies { from, columns } if *from == dropped.table => Some(columns.as_slice()),
            _ => None,
        };
        Some((into.table.as_str(), reading.features.iter().find_map(copied)?))
    });
    let renames = || after.iter().flat_map(|reading| &reading.clauses).filter(|it| it.kind == ClauseKind::RenameTable);
    let takes_its_name = |into: &str| {
        let name = renames().find(|it| it.table == into).map_or(into, |it| it.part.as_str());
        name == dropped.table || object(name) == table.name
    };
    let (into, filled) = copies.into_iter().find(|(into, _)| names.is_new(into) && takes_its_name(into))?;
    let columns = before.iter().flat_map(Reading::columns).filter(|read| read.table == into).collect();
    Some(Made { into, columns, filled })
}

/// The named object of a statement.
fn object(name: &str) -> ObjectName {
    match name.split_once('.') {
        Some((schema, name)) => ObjectName::qualified(schema, name),
        None => ObjectName::local(name),
    }
}

#[cfg(test)]
mod tests;
