//! Numbered columns: identities, serials and the sequences behind them.
//!
//! Must not know anything else about a column.

use crate::dialect::Statement;
use crate::schema::{Change, Column, Identity, Literal, Name, ObjectName};

use super::super::names;
use super::spelling::type_name;
use super::{literal, quote, quote_object};

/// A `serial` whose sequence is not just as the pseudo-type would make it, so that it is created by hand.
pub(super) fn has_own_sequence(column: &Column) -> bool {
    column.identity == Some(Identity::Serial)
        && (column.nullable
            || column.options.contains_key("sequence")
            || column.options.contains_key("sequence_options")
            || serial_word(column).is_none())
}

fn serial_word(column: &Column) -> Option<&'static str> {
    match type_name(&column.data_type).as_str() {
        "smallint" => Some("smallserial"),
        "integer" => Some("serial"),
        "bigint" => Some("bigserial"),
        _ => None,
    }
}

/// The pseudo-type a plain serial column is written with.
pub(super) fn serial_type(column: &Column) -> Option<&'static str> {
    if column.identity == Some(Identity::Serial) && !has_own_sequence(column) { serial_word(column) } else { None }
}

/// The sequence behind a numbered column, quoted.
pub(super) fn sequence(table: &ObjectName, column: &Column) -> String {
    if let Some(sequence) = column.options.get("sequence") {
        return sequence.clone();
    }
    quote_object(&ObjectName { schema: table.schema.clone(), name: names::sequence_of(table, &column.name) })
}

/// What a column definition says about its numbering, after the type.
pub(super) fn clause(column: &Column) -> String {
    let kind = match column.identity {
        None | Some(Identity::Serial) => return String::new(),
        Some(Identity::Always) => "ALWAYS",
        Some(Identity::ByDefault | Identity::AutoIncrement) => "BY DEFAULT",
    };
    let name = column.options.get("sequence").map(|name| format!("SEQUENCE NAME {name}"));
    let parts: Vec<String> = name.into_iter().chain(column.options.get("sequence_options").cloned()).collect();
    let settings = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(" ")) };
    format!(" GENERATED {kind} AS IDENTITY{settings}")
}

/// `CREATE SEQUENCE` for a serial column whose sequence is not the usual one.
pub(super) fn create_sequence(table: &ObjectName, column: &Column) -> Statement {
    let settings = column.options.get("sequence_options").map(String::as_str).unwrap_or_default();
    let mut sql = format!("CREATE SEQUENCE {}", sequence(table, column));
    if !settings.starts_with("AS ") {
        sql.push_str(&format!(" AS {}", type_name(&column.data_type)));
    }
    if !settings.is_empty() {
        sql.push_str(&format!(" {settings}"));
    }
    Statement::new(sql)
}

/// The default and the ownership of a sequence created by hand.
pub(super) fn own_sequence(table: &ObjectName, column: &Column) -> Vec<Statement> {
    if !has_own_sequence(column) {
        return Vec::new();
    }
    adopt_sequence(table, column)
}

fn adopt_sequence(table: &ObjectName, column: &Column) -> Vec<Statement> {
    let (owner, name) = (quote_object(table), quote(&column.name));
    let sequence = sequence(table, column);
    let next = literal(&Literal::Text(sequence.clone()));
    vec![
        Statement::new(format!("ALTER TABLE {owner} ALTER COLUMN {name} SET DEFAULT nextval({next}::regclass)")),
        Statement::new(format!("ALTER SEQUENCE {sequence} OWNED BY {owner}.{name}")),
    ]
}

/// Statements before and after the column's other changes.
pub(super) fn change(table: &ObjectName, change: &Change<Column>) -> (Vec<Statement>, Vec<Statement>) {
    let (from, to) = (&change.from, &change.to);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    if from.identity == to.identity {
        if from.identity.is_some() {
            after.extend(change_sequence(table, change));
        }
        return (before, after);
    }
    let target = format!("ALTER TABLE {} ALTER COLUMN {}", quote_object(table), quote(&to.name));
    let is_identity = |column: &Column| {
        matches!(column.identity, Some(Identity::Always | Identity::ByDefault | Identity::AutoIncrement))
    };
    if is_identity(from) && is_identity(to) {
        let kind = if to.identity == Some(Identity::Always) { "ALWAYS" } else { "BY DEFAULT" };
        after.push(Statement::new(format!("{target} SET GENERATED {kind}")));
        after.extend(change_sequence(table, change));
        return (before, after);
    }
    let drop_identity = || Statement::new(format!("{target} DROP IDENTITY"));
    let drop_default = || Statement::new(format!("{target} DROP DEFAULT"));
    let old = sequence(table, from);
    match (from.identity, to.identity) {
        (None, None) => {}
        (Some(Identity::Serial), None) => {
            before.extend([drop_default(), Statement::new(format!("DROP SEQUENCE {old}"))]);
        }
        (Some(_), None) => before.push(drop_identity()),
        (None, Some(Identity::Serial)) => {
            after.push(create_sequence(table, to));
            after.extend(adopt_sequence(table, to));
            after.push(continue_after_rows(table, to));
        }
        (None, Some(_)) => {
            after.push(Statement::new(format!("{target} ADD{}", clause(to))));
            after.push(continue_after_rows(table, to));
        }
        (Some(Identity::Serial), Some(_)) => {
            before.push(drop_default());
            after.push(Statement::new(format!("{target} ADD{}", clause(to))));
            after.push(count_on(table, change, &old));
            after.push(Statement::new(format!("DROP SEQUENCE {old}")));
        }
        (Some(_), Some(_)) => {
            // Before the column's other changes: an identity takes no NULL.
            before.push(create_sequence(table, to));
            before.push(count_on(table, change, &old));
            before.push(drop_identity());
            after.extend(adopt_sequence(table, to));
        }
    }
    (before, after)
}

/// A new sequence counts on where the old one stands, if it can.
fn count_on(table: &ObjectName, change: &Change<Column>, old: &str) -> Statement {
    let (from, to) = (&change.from, &change.to);
    let settings = |column: &Column| column.options.get("sequence_options").cloned();
    let widens = from.data_type == to.data_type || serial_word(to) == Some("bigserial");
    if settings(from) != settings(to) || !widens {
        return continue_after_rows(table, to);
    }
    let new = literal(&Literal::Text(sequence(table, to)));
    Statement::new(format!("SELECT setval({new}, last_value, is_called) FROM {old}"))
        .with_note("numbering goes on where it stands")
}

/// A new sequence starts after the existing rows.
fn continue_after_rows(table: &ObjectName, column: &Column) -> Statement {
    let (owner, name) = (quote_object(table), quote(&column.name));
    let sequence = literal(&Literal::Text(sequence(table, column)));
    Statement::new(format!("SELECT setval({sequence}, max({name})) FROM {owner} HAVING max({name}) > 0"))
        .with_note("numbering goes on after the rows that are there")
}

/// The same kind of numbering, on a sequence that has another name, type or settings.
fn change_sequence(table: &ObjectName, change: &Change<Column>) -> Vec<Statement> {
    let (from, to) = (&change.from, &change.to);
    let mut statements = Vec::new();
    let (old, new) = (sequence(table, from), sequence(table, to));
    if old != new {
        let bare = |name: &str| super::super::words::name_path(name).pop().map(Name::new);
        if let Some(bare) = bare(&new).filter(|name| bare(&old).as_ref() != Some(name)) {
            statements.push(Statement::new(format!("ALTER SEQUENCE {old} RENAME TO {}", quote(&bare))));
        }
    }
    let settings = |column: &Column| column.options.get("sequence_options").cloned().unwrap_or_default();
    let retyped = from.identity == Some(Identity::Serial) && from.data_type != to.data_type;
    if settings(from) != settings(to) || retyped {
        let settings = settings(to);
        let mut clauses = Vec::new();
        if !settings.contains("AS ") {
            clauses.push(format!("AS {}", type_name(&to.data_type)));
        }
        for (key, usual) in [
            ("START WITH", "START WITH 1"),
            ("INCREMENT BY", "INCREMENT BY 1"),
            ("MINVALUE", "MINVALUE 1"),
            ("MAXVALUE", "NO MAXVALUE"),
            ("CACHE", "CACHE 1"),
            ("CYCLE", "NO CYCLE"),
        ] {
            if !settings.contains(key) {
                clauses.push(usual.to_owned());
            }
        }
        if !settings.is_empty() {
            clauses.push(settings);
        }
        let rebounded = ["MINVALUE", "MAXVALUE"].iter().any(|key| bound(from, key) != bound(to, key));
        if rebounded {
            // The next number may lie outside the new bounds.
            clauses.push("RESTART".to_owned());
        }
        statements.push(Statement::new(format!("ALTER SEQUENCE {new} {}", clauses.join(" "))));
        if rebounded {
            statements.push(continue_after_rows(table, to));
        }
    }
    statements
}

/// A bound among the settings of a column's sequence.
fn bound<'a>(column: &'a Column, key: &str) -> Option<&'a str> {
    let settings = column.options.get("sequence_options")?;
    settings.split_once(key)?.1.split_whitespace().next()
}
