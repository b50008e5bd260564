//! `ALTER TABLE`: columns in place, and the table's own settings.
//!
//! Must not know constraints or indexes.

use crate::dialect::{Product, Statement, Unsupported};
use crate::schema::{Change, Column, ObjectName, Options, Part, Place, Type};

use super::super::{types, words};
use super::spelling::{type_name, written_collation};
use super::{alter_table, casts, create, not_null, numbering, quote};

/// Adds a column with its comment.
pub(super) fn add_column(table: &ObjectName, column: &Column) -> Vec<Statement> {
    if create::is_inherited(column) {
        return Vec::new();
    }
    let mut statements = Vec::new();
    if numbering::has_own_sequence(column) {
        statements.push(numbering::create_sequence(table, column));
        // Existing rows are numbered too, so the default must exist when the column is added.
        let mut numbered = column.clone();
        let next = crate::schema::Literal::Text(numbering::sequence(table, column));
        let next = format!("nextval({}::regclass)", super::literal(&next));
        numbered.default = Some(crate::schema::DefaultValue::Expression(crate::schema::Expression::new(next)));
        statements.push(alter_table(table, &[format!("ADD COLUMN {}", create::definition(&numbered))]));
    } else {
        statements.push(alter_table(table, &[format!("ADD COLUMN {}", create::definition(column))]));
    }
    statements.extend(create::after_column(table, column));
    if column.comment.is_some() {
        statements.push(create::column_comment(table, column));
    }
    statements
}

/// Drops a column.
pub(super) fn drop_column(table: &ObjectName, column: &Column) -> Vec<Statement> {
    if create::is_inherited(column) {
        return Vec::new();
    }
    vec![alter_table(table, &[format!("DROP COLUMN {}", quote(&column.name))])]
}

/// Changes a column in place.
///
/// # Errors
/// A column that becomes generated; lowering makes it anew.
pub(super) fn column(table: &ObjectName, change: &Change<Column>) -> Result<Vec<Statement>, Unsupported> {
    let (from, to) = (&change.from, &change.to);
    if to.generated.is_some() && from.generated != to.generated {
        return Err(Unsupported {
            product: Product::Postgres,
            place: Place::column(table, &to.name),
            reason: "a column that is there cannot become generated".to_owned(),
            hint: "drop the column and create it again".to_owned(),
        });
    }
    let (mut statements, numbering) = numbering::change(table, change);
    let clauses = clauses(change);
    if !clauses.is_empty() {
        statements.push(alter_table(table, &clauses));
    }
    statements.extend(not_null::change(table, change));
    statements.extend(numbering);
    if from.comment != to.comment {
        statements.push(create::column_comment(table, to));
    }
    Ok(statements)
}

fn clauses(change: &Change<Column>) -> Vec<String> {
    let (from, to) = (&change.from, &change.to);
    let target = format!("ALTER COLUMN {}", quote(&to.name));
    let mut clauses = Vec::new();
    if from.generated.is_some() && to.generated.is_none() {
        clauses.push(format!("{target} DROP EXPRESSION"));
    }
    let retyped = from.data_type != to.data_type;
    // The database converts a default with its column only in part; it is set again instead.
    let converts = retyped && !same_base(&from.data_type, &to.data_type);
    let default_differs = from.default != to.default || (converts && from.default.is_some());
    if from.default.is_some() && default_differs && (converts || to.default.is_none()) {
        clauses.push(format!("{target} DROP DEFAULT"));
    }
    if retyped || from.collation != to.collation {
        clauses.push(format!("{target} {}", retype(change)));
    }
    // An identity takes no NULL from the start, so the column must not when it becomes one.
    clauses.extend(not_null::clauses(change));
    if let Some(default) = create::default(to).filter(|_| default_differs && to.identity.is_none()) {
        clauses.push(format!("{target} SET DEFAULT {default}"));
    }
    for (key, clause, usual) in [
        ("storage", "STORAGE", None),
        ("statistics", "STATISTICS", Some("-1")),
        ("compression", "COMPRESSION", Some("default")),
    ] {
        let (old, new) = (from.options.get(key), to.options.get(key));
        if old != new {
            let value = new.map(String::as_str).or(usual).unwrap_or_else(|| usual_storage(&to.data_type));
            clauses.push(format!("{target} SET {clause} {value}"));
        }
    }
    clauses
}

/// PostgreSQL 16 has `SET STORAGE DEFAULT`; older ones must be told which it is.
fn usual_storage(data_type: &Type) -> &'static str {
    match data_type {
        Type::Native(spelling) if types::base(spelling) == "numeric" => "main",
        _ => "extended",
    }
}

fn same_base(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Native(from), Type::Native(to)) => types::base(from) == types::base(to),
        _ => from == to,
    }
}

fn retype(change: &Change<Column>) -> String {
    let (from, to) = (&change.from, &change.to);
    let mut sql = format!("TYPE {}", type_name(&to.data_type));
    // Without the clause PostgreSQL takes the type's own collation.
    if let Some(collation) = &to.collation {
        sql.push_str(&format!(" COLLATE {}", written_collation(collation)));
    }
    if from.data_type != to.data_type
        && let Some(using) = casts::using(&quote(&to.name), &from.data_type, &to.data_type)
    {
        sql.push_str(&format!(" USING {using}"));
    }
    sql
}

/// Changes the table's own settings. How a table is partitioned is changed by making it anew.
pub(super) fn options(table: &ObjectName, change: &Change<Options>) -> Result<Vec<Statement>, Unsupported> {
    let mut statements = Vec::new();
    let mut keys: Vec<&String> = change.from.keys().chain(change.to.keys()).collect();
    keys.sort();
    keys.dedup();
    for key in keys {
        let (from, to) = (change.from.get(key), change.to.get(key));
        if from == to {
            continue;
        }
        match key.as_str() {
            "unlogged" => {
                let clause = if to.is_some() { "SET UNLOGGED" } else { "SET LOGGED" };
                statements.push(alter_table(table, &[clause.to_owned()]));
            }
            "row_security" => {
                let clause = if to.is_some() { "ENABLE" } else { "DISABLE" };
                statements.push(alter_table(table, &[format!("{clause} ROW LEVEL SECURITY")]));
            }
            "force_row_security" => {
                let clause = if to.is_some() { "FORCE" } else { "NO FORCE" };
                statements.push(alter_table(table, &[format!("{clause} ROW LEVEL SECURITY")]));
            }
            "with" => statements.extend(storage(table, from, to)),
            "inherits" => statements.extend(inheritance(table, from, to)),
            _ => {
                return Err(Unsupported {
                    product: Product::Postgres,
                    place: Place::Table(table.clone(), Part::Option(key.as_str().into())),
                    reason: "a table that is there cannot change this".to_owned(),
                    hint: "create a new table, copy the rows, and drop the old one".to_owned(),
                });
            }
        }
    }
    Ok(statements)
}

pub(super) fn storage(table: &ObjectName, from: Option<&String>, to: Option<&String>) -> Vec<Statement> {
    let split = |text: Option<&String>| -> Vec<String> {
        text.map(|text| text.split(',').map(|part| part.trim().to_owned()).collect()).unwrap_or_default()
    };
    let (old, new) = (split(from), split(to));
    let key = |part: &String| part.split('=').next().unwrap_or_default().trim().to_owned();
    let kept: Vec<String> = new.iter().map(key).collect();
    let gone: Vec<String> = old.iter().map(key).filter(|name| !kept.contains(name)).collect();
    let set: Vec<String> = new.into_iter().filter(|part| !old.contains(part)).collect();
    let mut clauses = Vec::new();
    if !gone.is_empty() {
        clauses.push(format!("RESET ({})", gone.join(", ")));
    }
    if !set.is_empty() {
        clauses.push(format!("SET ({})", set.join(", ")));
    }
    if clauses.is_empty() { Vec::new() } else { vec![alter_table(table, &clauses)] }
}

fn inheritance(table: &ObjectName, from: Option<&String>, to: Option<&String>) -> Vec<Statement> {
    // Parents are written quoted, and a comma inside quotes does not separate.
    let parents =
        |text: Option<&String>| -> Vec<String> { text.map(|text| words::split_list(text)).unwrap_or_default() };
    let (old, new) = (parents(from), parents(to));
    let gone = old.iter().filter(|parent| !new.contains(parent)).map(|parent| format!("NO INHERIT {parent}"));
    let come = new.iter().filter(|parent| !old.contains(parent)).map(|parent| format!("INHERIT {parent}"));
    gone.chain(come).map(|clause| alter_table(table, &[clause])).collect()
}
