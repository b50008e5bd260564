//! Builds tables and their parts from catalog rows.
//!
//! Must not know the queries beyond the order of their columns, which each query states in its header.

use std::collections::{BTreeSet, HashMap};

use sea_gen_runner::session::Row;

use crate::dialect::catalog::{Catalog, Scope, Spelling};
use crate::schema::{
    Action, Check, Column, DefaultValue, Expression, ForeignKey, Generated, Identity, Index, IndexPart, IndexTarget,
    Name, ObjectName, Options, PrimaryKey, Schema, Table, Trigger, Type,
};

use super::super::quote::{quote, text_literal};
use super::super::render::{TABLE_OPTIONS, column_check};
use super::super::types::{Family, family};
use super::super::versioning;
use super::super::words::{bare, without_database};
use super::bodies::{BodyKind, HIDDEN};
use super::{Answers, Flavor, expression, local, unmanaged};

/// Builds the tables. Moves long texts out of the answers.
pub(super) fn read(flavor: Flavor, answers: &mut Answers, scope: &Scope, catalog: &mut Catalog) {
    for row in answers.tables.iter().filter(|row| !scope.is_history(row.text(0))) {
        if matches!(row.text(1), "BASE TABLE" | "SYSTEM VERSIONED") {
            table(row, scope, catalog);
        }
    }
    let schema = &mut catalog.schema;
    let database = answers.tables.first().map(|row| row.text(7)).unwrap_or_default();
    let sequences = answers.tables.iter().filter(|row| row.text(1) == "SEQUENCE");
    let sequences: BTreeSet<String> = sequences.map(|row| row.text(0).to_owned()).collect();
    let collations: HashMap<&str, Option<&str>> = answers.tables.iter().map(|row| (row.text(0), row.get(3))).collect();
    for row in &std::mem::take(&mut answers.columns) {
        if let Some(table) = of(schema, row) {
            let mut column = column(flavor, row, collations.get(row.text(0)).copied().flatten());
            if let Some(DefaultValue::Expression(default)) = &mut column.default
                && !sequences.is_empty()
            {
                *default = Expression::new(without_database(default.text(), database, &sequences).0);
            }
            table.columns.insert(column);
        }
    }
    for row in &std::mem::take(&mut answers.indexes) {
        if let Some(table) = of(schema, row) {
            index_part(flavor, table, row);
        }
    }
    let foreign_keys = std::mem::take(&mut answers.foreign_keys);
    // A key's row is followed by those of its columns.
    let mut own = None;
    for row in &foreign_keys {
        if row.get(2).is_none() {
            own = Some(row);
        } else if let Some(own) = own.filter(|own| (own.text(0), own.text(1)) == (row.text(0), row.text(1)))
            && let Some(table) = of(schema, row)
        {
            foreign_key(flavor, scope, table, own, row);
        }
    }
    for row in &std::mem::take(&mut answers.checks) {
        if let Some(table) = of(schema, row) {
            check(flavor, table, row);
        }
    }
    triggers(flavor, answers, catalog);
}

/// The table of a row, if it is in scope. Its name is the first column of every row.
fn of<'a>(schema: &'a mut Schema, row: Row<'_>) -> Option<&'a mut Table> {
    schema.tables.get_mut(&local(row.text(0)))
}

fn table(row: Row<'_>, scope: &Scope, catalog: &mut Catalog) {
    let mut table = Table::new(ObjectName::local(row.text(0)));
    if row.text(1) == "SYSTEM VERSIONED" {
        table.options.insert(versioning::OPTION.to_owned(), "true".to_owned());
    }
    table.comment = Some(row.text(4).to_owned());
    table.options.insert("engine".to_owned(), row.text(2).to_owned());
    if row.get(3) != row.get(6) {
        table.options.insert("collation".to_owned(), row.text(3).to_owned());
    }
    for option in row.text(5).split_whitespace() {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        let key = key.trim_matches(['`', '"']).to_lowercase();
        if TABLE_OPTIONS.contains(&key.as_str()) {
            let value = value.trim_matches(['\'', '"']);
            table.options.insert(key, value.to_uppercase());
        } else if key != "partitioned" && !scope.excludes(row.text(0)) {
            let reason = "this option is unmanaged";
            unmanaged(catalog, format!("option {option} of table {}", table.name), reason);
        }
    }
    catalog.schema.tables.insert(table.name.clone(), table);
}

fn column(flavor: Flavor, row: Row<'_>, table_collation: Option<&str>) -> Column {
    let native = row.text(2);
    let extra = row.text(5).to_lowercase();
    let mut column = Column::new(row.text(1), Type::Native(native.to_owned()));
    column.nullable = row.is_true(3);
    column.default = row.get(4).map(|text| DefaultValue::Expression(default_value(flavor, native, text, &extra)));
    if extra.contains("auto_increment") {
        column.identity = Some(Identity::AutoIncrement);
    }
    if extra.contains("stored generated") || extra.contains("persistent") || extra.contains("virtual generated") {
        let stored = !extra.contains("virtual generated");
        column.generated = Some(Generated { expression: expression(flavor, row.text(6)), stored });
        column.default = None;
    }
    if let Some((_, update)) = extra.split_once("on update ") {
        let end = update.find([',', ' ']).unwrap_or(update.len());
        column.on_update = update.get(..end).map(Expression::new);
    }
    if extra.contains("without system versioning") {
        column.options.insert(versioning::OPTION.to_owned(), versioning::WITHOUT.to_owned());
    }
    if extra.contains("invisible") {
        column.options.insert("invisible".to_owned(), "true".to_owned());
    }
    if let Some(reference) = row.get(9) {
        column.options.insert("srid".to_owned(), reference.to_owned());
    }
    column.collation = row.get(7).filter(|own| Some(*own) != table_collation).map(str::to_owned);
    column.comment = Some(row.text(8).to_owned());
    column
}

/// MySQL prints a constant default as a value and marks expressions.
fn default_value(flavor: Flavor, native: &str, text: &str, extra: &str) -> Expression {
    if flavor.prints_defaults_as_sql() {
        return Expression::new(text);
    }
    if extra.contains("default_generated") {
        return expression(flavor, text);
    }
    match family(native) {
        Family::Bit => Expression::new(text),
        Family::Bytes if text.starts_with("0x") => Expression::new(text),
        _ => Expression::new(text_literal(text)),
    }
}

fn index_part(flavor: Flavor, table: &mut Table, row: Row<'_>) {
    if row.text(1) == "PRIMARY" {
        let key = table.primary_key.get_or_insert_with(|| PrimaryKey::new(None, Vec::new()));
        key.columns.push(Name::new(row.text(3)));
        if !row.text(7).is_empty() {
            key.options.insert("comment".to_owned(), row.text(7).to_owned());
        }
        return;
    }
    let index = table.indexes.get_or_insert_with(Name::new(row.text(1)), || {
        let mut index = Index::on(row.text(1), []);
        index.unique = !row.is_true(2);
        index.method = match row.text(6) {
            "FULLTEXT" => Some("fulltext".to_owned()),
            "SPATIAL" => Some("spatial".to_owned()),
            "VECTOR" => Some("vector".to_owned()),
            "BTREE" => Some("btree".to_owned()),
            // The default of the MEMORY engine, and of MariaDB indexes too long for a BTREE.
            _ => None,
        };
        index.comment = Some(row.text(7).to_owned());
        if !row.is_true(8) {
            index.options.insert("invisible".to_owned(), "true".to_owned());
        }
        index
    });
    let target = match row.get(9) {
        Some(text) => IndexTarget::Expression(expression(flavor, text)),
        None => IndexTarget::Column(Name::new(row.text(3))),
    };
    let mut options = Options::new();
    if let Some(prefix) = row.get(5) {
        options.insert("prefix".to_owned(), prefix.to_owned());
    }
    index.parts.push(IndexPart { target, descending: row.text(4) == "D", options });
}

fn foreign_key(flavor: Flavor, scope: &Scope, table: &mut Table, own: Row<'_>, row: Row<'_>) {
    let rules = [("on_update", own.text(6)), ("on_delete", own.text(7))];
    let named =
        rules.iter().filter(|(_, rule)| scope.spelling >= Spelling::Explicit && *rule == flavor.named_refusal());
    let key = table.foreign_keys.get_or_insert_with(Name::new(row.text(1)), || ForeignKey {
        name: Name::new(row.text(1)),
        columns: Vec::new(),
        references: ObjectName { schema: row.get(3).map(Name::new), name: Name::new(row.text(4)) },
        referenced_columns: Vec::new(),
        on_update: action(own.text(6)),
        on_delete: action(own.text(7)),
        options: named.map(|(event, rule)| ((*event).to_owned(), (*rule).to_owned())).collect(),
    });
    key.columns.push(Name::new(row.text(2)));
    key.referenced_columns.push(Name::new(row.text(5)));
}

fn action(rule: &str) -> Option<Action> {
    match rule {
        "RESTRICT" => Some(Action::Restrict),
        "CASCADE" => Some(Action::Cascade),
        "SET NULL" => Some(Action::SetNull),
        "SET DEFAULT" => Some(Action::SetDefault),
        _ => None,
    }
}

fn check(flavor: Flavor, table: &mut Table, row: Row<'_>) {
    let mut name = Name::new(row.text(1));
    if row.text(2) == "Column" {
        // A column's own check has the column's name in the catalog. The schema names it like an unnamed check.
        let column = table.columns.get_mut(&name);
        if let Some(column) = column.filter(|_| flavor.json_is_text() && is_json_check(row.text(3), &name)) {
            column.data_type = Type::Native("json".to_owned());
            column.collation = None;
            return;
        }
        name = Name::new(column_check(&table.name.name, &name));
    }
    let mut options = Options::new();
    if !row.is_true(4) {
        options.insert("not_enforced".to_owned(), "true".to_owned());
    }
    table.checks.insert(name.clone(), Check { name, expression: expression(flavor, row.text(3)), options });
}

fn is_json_check(clause: &str, column: &Name) -> bool {
    bare(clause) == format!("json_valid({})", quote(column))
}

fn triggers(flavor: Flavor, answers: &Answers, catalog: &mut Catalog) {
    let mut disordered = Vec::new();
    let mut before: Option<Row<'_>> = None;
    for row in &answers.triggers {
        let same_event = |other: &Row<'_>| (0..4).filter(|at| *at != 1).all(|at| other.get(at) == row.get(at));
        if before.filter(same_event).is_some_and(|other| other.text(1) > row.text(1)) {
            disordered.push(row.text(1).to_owned());
        }
        before = Some(row);
        let Some(table) = of(&mut catalog.schema, row) else { continue };
        let name = Name::new(row.text(1));
        let head = format!(
            "CREATE TRIGGER {} {} {} ON {}\nFOR EACH ROW ",
            quote(&name),
            row.text(2),
            row.text(3),
            quote(&table.name.name),
        );
        let Some(definition) = answers.bodies.definition(flavor, BodyKind::Trigger, row.text(1), |_| head) else {
            unmanaged(catalog, format!("trigger {name}"), HIDDEN);
            continue;
        };
        table.triggers.insert(name.clone(), Trigger { name, definition: Expression::new(definition) });
    }
    for name in disordered {
        unmanaged(
            catalog,
            format!("order of trigger {name}"),
            "triggers of one event are created in the order of their names",
        );
    }
}
