//! The DDL of SQLite's objects as text, over as many lines as read well.
//!
//! Must not know steps or operations.

use sea_gen_runner::sql::{self, TokenKind};

use crate::dialect::{Product, Statement};
use crate::schema::{
    Action, Check, Column, DefaultValue, ForeignKey, Index, IndexTarget, Literal, Name, ObjectName, Options, Table,
    Unique, View,
};

use super::words::words;

/// The prefix of a view's option that holds a trigger on the view.
pub(super) const VIEW_TRIGGER: &str = "trigger ";
/// The view's option that holds its column list, quoted and comma-separated.
pub(super) const VIEW_COLUMNS: &str = "columns";

/// Quotes an identifier.
pub(super) fn quote(name: &Name) -> String {
    sql::quote(Product::Sqlite, name.as_str())
}

/// Writes a literal.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => sql::literal(Product::Sqlite, text),
        Literal::Number(number) => number.clone(),
        Literal::Boolean(true) => "TRUE".to_owned(),
        Literal::Boolean(false) => "FALSE".to_owned(),
    }
}

pub(super) fn object(name: &ObjectName) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quote(schema), quote(&name.name)),
        None => quote(&name.name),
    }
}

/// Names in a list.
pub(super) fn quoted(names: &[Name]) -> String {
    names.iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// A table with its indexes and triggers.
pub(super) fn create_table_whole(table: &Table) -> Vec<Statement> {
    let mut statements = vec![Statement::new(create_table(table, &table.name.name))];
    statements.extend(belongings(table));
    statements
}

/// What belongs to a table and is created after it.
pub(super) fn belongings(table: &Table) -> impl Iterator<Item = Statement> + '_ {
    let indexes = table.indexes.values().map(|index| create_index(&table.name, index, index.wording.text()));
    let triggers = table.triggers.values().map(|trigger| trigger.definition.text().to_owned());
    indexes.chain(triggers).map(Statement::new)
}

/// The option of a table or a view that holds its stored text, where it was read.
pub(super) const STORED: &str = "stored";

/// A table by itself, under this name.
pub(super) fn create_table(table: &Table, name: &Name) -> String {
    if let Some(stored) = table.options.get(STORED).filter(|_| *name == table.name.name) {
        return stored.clone();
    }
    let key = table.primary_key.as_ref();
    let alone = key.filter(|key| key.columns.len() == 1 && !table.options.contains_key("primary_key_collations"));
    let mut lines: Vec<String> = Vec::new();
    for column in table.columns.values() {
        let inline = alone.is_some_and(|key| key.columns.first() == Some(&column.name));
        lines.push(column_definition(column, inline.then_some(&table.options)));
    }
    if let Some(key) = key.filter(|_| alone.is_none()) {
        let option = |name: &str| table.options.get(name).map(String::as_str);
        let parts = key_parts(&key.columns, option("primary_key_collations"), option("primary_key_orders"));
        lines.push(format!("PRIMARY KEY ({parts}){}", on_conflict(option("primary_key_on_conflict"))));
    }
    lines.extend(table.uniques.values().map(unique_definition));
    lines.extend(table.checks.values().map(check_definition));
    lines.extend(table.foreign_keys.values().map(foreign_key_definition));
    let mut options = Vec::new();
    if table.options.contains_key("strict") {
        options.push("STRICT");
    }
    if table.options.contains_key("without_rowid") {
        options.push("WITHOUT ROWID");
    }
    let options = if options.is_empty() { String::new() } else { format!(" {}", options.join(", ")) };
    format!("CREATE TABLE {} (\n  {}\n){options}", quote(name), lines.join(",\n  "))
}

/// A column; `key` holds the table's options where the column alone is the primary key.
pub(super) fn column_definition(column: &Column, key: Option<&Options>) -> String {
    let mut text = quote(&column.name);
    match column.wording.text() {
        Some("") => {}
        Some(words) => text.push_str(&format!(" {words}")),
        None => text.push_str(&facets(column)),
    }
    if let Some(options) = key {
        text.push_str(" PRIMARY KEY");
        if options.contains_key("primary_key_orders") {
            text.push_str(" DESC");
        }
        text.push_str(&on_conflict(options.get("primary_key_on_conflict").map(String::as_str)));
        if column.identity.is_some() {
            text.push_str(" AUTOINCREMENT");
        }
    }
    text
}

/// What a column is beside its name and its key.
pub(super) fn facets(column: &Column) -> String {
    let mut text = String::new();
    if let crate::schema::Type::Native(spelling) = &column.data_type
        && !spelling.is_empty()
    {
        text.push_str(&format!(" {spelling}"));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {}", quote(&Name::from(collation.as_str()))));
    }
    if !column.nullable {
        text.push_str(" NOT NULL");
        text.push_str(&on_conflict(column.options.get("not_null_on_conflict").map(String::as_str)));
    }
    if let Some(DefaultValue::Expression(expression)) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default(expression.text())));
    }
    if let Some(generated) = &column.generated {
        let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
        text.push_str(&format!(" GENERATED ALWAYS AS ({}) {kind}", generated.expression.text()));
    }
    text
}

/// A default stands in parentheses unless it is a constant.
fn default(text: &str) -> String {
    if is_constant(text) || is_current(text) { text.to_owned() } else { format!("({text})") }
}

/// A number, a string, a blob or a truth value.
pub(super) fn is_constant(text: &str) -> bool {
    let tokens = words(text);
    match tokens.as_slice() {
        [only] => matches!(only.kind, TokenKind::String | TokenKind::Number) || only.is_any(&["TRUE", "FALSE", "NULL"]),
        [sign, number] => (sign.is_symbol('-') || sign.is_symbol('+')) && number.kind == TokenKind::Number,
        _ => false,
    }
}

/// The present moment.
fn is_current(text: &str) -> bool {
    ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn on_conflict(action: Option<&str>) -> String {
    action.map(|action| format!(" ON CONFLICT {}", action.to_ascii_uppercase())).unwrap_or_default()
}

/// The columns of a key with the collations and orders its options list by position.
fn key_parts(columns: &[Name], collations: Option<&str>, orders: Option<&str>) -> String {
    let mut collations = collations.unwrap_or_default().split(',');
    let mut orders = orders.unwrap_or_default().split(',');
    let part = |column: &Name| {
        let mut text = quote(column);
        if let Some(collation) = collations.next().filter(|collation| !collation.is_empty()) {
            text.push_str(&format!(" COLLATE {}", quote(&Name::from(collation))));
        }
        if orders.next() == Some("desc") {
            text.push_str(" DESC");
        }
        text
    };
    columns.iter().map(part).collect::<Vec<_>>().join(", ")
}

fn unique_definition(unique: &Unique) -> String {
    let option = |name: &str| unique.options.get(name).map(String::as_str);
    let parts = key_parts(&unique.columns, option("collations"), option("orders"));
    format!("CONSTRAINT {} UNIQUE ({parts}){}", quote(&unique.name), on_conflict(option("on_conflict")))
}

fn check_definition(check: &Check) -> String {
    format!("CONSTRAINT {} CHECK ({})", quote(&check.name), check.expression.text())
}

fn foreign_key_definition(key: &ForeignKey) -> String {
    let mut text = format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {}",
        quote(&key.name),
        quoted(&key.columns),
        quote(&key.references.name)
    );
    if !key.referenced_columns.is_empty() {
        text.push_str(&format!(" ({})", quoted(&key.referenced_columns)));
    }
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        let action = match action {
            None => continue,
            Some(Action::Restrict) => "RESTRICT",
            Some(Action::Cascade) => "CASCADE",
            Some(Action::SetNull) => "SET NULL",
            Some(Action::SetDefault) => "SET DEFAULT",
        };
        text.push_str(&format!(" ON {event} {action}"));
    }
    if let Some(matching) = key.options.get("match") {
        text.push_str(&format!(" MATCH {}", matching.to_ascii_uppercase()));
    }
    if key.options.contains_key("deferrable") {
        text.push_str(" DEFERRABLE");
    }
    if key.options.contains_key("initially_deferred") {
        text.push_str(" INITIALLY DEFERRED");
    }
    text
}

/// An index, in these words where there are any.
pub(super) fn create_index(table: &ObjectName, index: &Index, wording: Option<&str>) -> String {
    if let Some(wording) = wording {
        return wording.to_owned();
    }
    let part = |part: &crate::schema::IndexPart| {
        let mut text = match &part.target {
            IndexTarget::Column(name) => quote(name),
            IndexTarget::Expression(expression) => expression.text().to_owned(),
        };
        if let Some(collation) = part.options.get("collation") {
            text.push_str(&format!(" COLLATE {}", quote(&Name::from(collation.as_str()))));
        }
        if part.descending {
            text.push_str(" DESC");
        }
        text
    };
    let parts = index.parts.iter().map(part).collect::<Vec<_>>().join(", ");
    let unique = if index.unique { "UNIQUE " } else { "" };
    let mut text = format!("CREATE {unique}INDEX {} ON {} ({parts})", quote(&index.name), quote(&table.name));
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!("\nWHERE {}", predicate.text()));
    }
    text
}

/// A view with its own triggers.
pub(super) fn create_view(view: &View) -> Vec<Statement> {
    let columns = view.options.get(VIEW_COLUMNS).map(|columns| format!(" ({columns})")).unwrap_or_default();
    let written = || format!("CREATE VIEW {}{columns} AS\n{}", object(&view.name), view.query.text());
    let create = view.options.get(STORED).cloned().unwrap_or_else(written);
    let triggers = view.options.iter().filter(|(key, _)| key.starts_with(VIEW_TRIGGER));
    std::iter::once(create).chain(triggers.map(|(_, definition)| definition.clone())).map(Statement::new).collect()
}
