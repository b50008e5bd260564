//! `CREATE TABLE`: one column a line, constraints after, everything else in statements of its own.
//!
//! Must not know how a table is altered.

use crate::dialect::Statement;
use crate::schema::{Column, Identity, Name, ObjectName, Options, Table, Unique};

use super::super::words;
use super::spelling::{type_name, written_collation};
use super::{alter_table, comment, not_null, numbering, objects, quote, quote_object};

/// Creates a table with everything in it but foreign keys.
pub(super) fn table(table: &Table) -> Vec<Statement> {
    let mut statements: Vec<Statement> = table
        .columns
        .values()
        .filter(|column| numbering::has_own_sequence(column))
        .map(|column| numbering::create_sequence(&table.name, column))
        .collect();
    statements.push(Statement::new(create(table)));
    for column in table.columns.values() {
        statements.extend(after_column(&table.name, column));
    }
    for unique in table.uniques.values() {
        if is_taken_for_another(unique, table) {
            statements.extend(objects::create_unique(&table.name, unique));
        } else {
            statements.extend(objects::constraint_comment(&table.name, &unique.name, &unique.options));
        }
    }
    for check in table.checks.values() {
        if written_inside(check) {
            statements.extend(objects::constraint_comment(&table.name, &check.name, &check.options));
        } else {
            statements.extend(objects::create_check(&table.name, check));
        }
    }
    for index in table.indexes.values() {
        statements.extend(objects::create_index(&table.name, index, ""));
    }
    if table.comment.is_some() {
        statements.push(comment(&format!("TABLE {}", quote_object(&table.name)), table.comment.as_deref()));
    }
    for column in table.columns.values().filter(|column| column.comment.is_some()) {
        statements.push(column_comment(&table.name, column));
    }
    for (key, clause) in [("row_security", "ENABLE"), ("force_row_security", "FORCE")] {
        if table.options.contains_key(key) {
            statements.push(alter_table(&table.name, &[format!("{clause} ROW LEVEL SECURITY")]));
        }
    }
    statements.extend(table.triggers.values().map(|trigger| Statement::new(trigger.definition.text())));
    statements
}

/// In `CREATE TABLE` PostgreSQL takes every check for validated.
fn written_inside(check: &crate::schema::Check) -> bool {
    !check.options.contains_key("not_valid") || check.options.contains_key("not_enforced")
}

/// Of several keys that forbid the same rows PostgreSQL makes only one when one statement says them all.
fn is_taken_for_another(unique: &Unique, table: &Table) -> bool {
    let alike = |columns: &[Name], options: &Options| {
        let settings = ["include", "nulls_not_distinct", "deferrable", "initially_deferred"];
        columns == unique.columns && settings.iter().all(|key| options.get(*key) == unique.options.get(*key))
    };
    let earlier = table.uniques.values().take_while(|other| other.name != unique.name);
    table.primary_key.iter().any(|key| alike(&key.columns, &key.options))
        || earlier.into_iter().any(|other| alike(&other.columns, &other.options))
}

fn create(table: &Table) -> String {
    let mut lines: Vec<String> =
        table.columns.values().filter(|column| !is_inherited(column)).map(definition).collect();
    if let Some(key) = &table.primary_key {
        lines.push(objects::primary_key(key));
    }
    lines.extend(table.uniques.values().filter(|unique| !is_taken_for_another(unique, table)).map(objects::unique));
    lines.extend(table.checks.values().filter(|check| written_inside(check)).map(objects::check));
    let unlogged = if table.options.contains_key("unlogged") { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}TABLE {} (", quote_object(&table.name));
    if !lines.is_empty() {
        sql.push_str("\n    ");
        sql.push_str(&lines.join(",\n    "));
        sql.push('\n');
    }
    sql.push(')');
    for (key, before, after) in [
        ("inherits", "\nINHERITS (", ")"),
        (crate::schema::PARTITION_BY, "\nPARTITION BY ", ""),
        ("with", "\nWITH (", ")"),
    ] {
        if let Some(value) = table.options.get(key) {
            sql.push_str(&format!("{before}{value}{after}"));
        }
    }
    sql
}

/// Whether the column comes from the parent table and is written there.
pub(super) fn is_inherited(column: &Column) -> bool {
    column.options.contains_key("inherited")
}

/// A column as it is written in `CREATE TABLE` and `ADD COLUMN`.
pub(super) fn definition(column: &Column) -> String {
    let mut sql = format!("{} {}", quote(&column.name), written_type(column));
    if let Some(collation) = &column.collation {
        sql.push_str(&format!(" COLLATE {}", written_collation(collation)));
    }
    if let Some(generated) = &column.generated {
        let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
        let expression = words::without_parentheses(generated.expression.text());
        sql.push_str(&format!(" GENERATED ALWAYS AS ({expression}) {kind}"));
    }
    sql.push_str(&numbering::clause(column));
    if let Some(default) = default(column) {
        sql.push_str(&format!(" DEFAULT {default}"));
    }
    // Identities and serials take no NULL by themselves.
    let by_itself = column.identity.is_some() && !numbering::has_own_sequence(column);
    if !column.nullable && (!by_itself || not_null::is_constraint(column)) {
        sql.push_str(&not_null::of_column(column));
    }
    sql
}

fn written_type(column: &Column) -> String {
    match numbering::serial_type(column) {
        Some(serial) => serial.to_owned(),
        None => type_name(&column.data_type),
    }
}

/// The default's text, with the `nextval` of a sequence that is created by hand.
pub(super) fn default(column: &Column) -> Option<String> {
    use crate::schema::DefaultValue;
    match &column.default {
        Some(DefaultValue::Expression(expression)) => Some(standing_alone(expression.text())),
        Some(DefaultValue::Literal(literal)) => Some(super::literal(literal)),
        None => None,
    }
}

/// Behind `DEFAULT` the grammar takes no operator that is a word (`now() AT TIME ZONE 'utc'`) unless it is in parentheses.
fn standing_alone(text: &str) -> String {
    let operators =
        ["at", "and", "or", "not", "like", "ilike", "similar", "between", "in", "is", "collate", "overlaps"];
    if operators.iter().any(|operator| words::mentions(text, operator)) {
        return format!("({text})");
    }
    text.to_owned()
}

/// What can only be said once the column is there.
pub(super) fn after_column(table: &ObjectName, column: &Column) -> Vec<Statement> {
    let mut statements = Vec::new();
    let target = format!("ALTER TABLE {} ALTER COLUMN {}", quote_object(table), quote(&column.name));
    if column.identity == Some(Identity::Serial) {
        statements.extend(numbering::own_sequence(table, column));
        if column.nullable {
            statements.push(Statement::new(format!("{target} DROP NOT NULL")));
        }
    }
    if not_null::is_added_later(column) {
        statements.push(alter_table(table, &[not_null::set(column)]));
    }
    for (key, clause) in [("storage", "STORAGE"), ("statistics", "STATISTICS"), ("compression", "COMPRESSION")] {
        if let Some(value) = column.options.get(key) {
            statements.push(Statement::new(format!("{target} SET {clause} {value}")));
        }
    }
    statements
}

/// `COMMENT ON COLUMN`.
pub(super) fn column_comment(table: &ObjectName, column: &Column) -> Statement {
    let target = format!("COLUMN {}.{}", quote_object(table), quote(&column.name));
    comment(&target, column.comment.as_deref())
}
