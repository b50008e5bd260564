//! Operations in words, one line each, for people: `+ index idx-customer-email (email)`.
//!
//! Must not know SQL, colours or where the lines are printed.

use std::fmt::{self, Write as _};

use crate::schema::{
    Action, Change, Column, DefaultValue, Definition, ForeignKey, Identity, Index, IndexPart, IndexTarget, Literal,
    Name, ObjectName, Options, PrimaryKey, ReferenceRow, ReferenceRows, RowValue, Table, Type,
};

use super::rows::RowDifference;
use super::{Alter, Object, Op, Rename};

/// The effect of an operation on its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// The object is created.
    Plus,
    /// The object is dropped.
    Minus,
    /// The object changes.
    Tilde,
}

impl fmt::Display for Sign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_char(match self {
            Self::Plus => '+',
            Self::Minus => '-',
            Self::Tilde => '~',
        })
    }
}

impl Op {
    /// Comes, goes or changes.
    pub fn sign(&self) -> Sign {
        match self {
            Self::Create(_) => Sign::Plus,
            Self::Drop(_) => Sign::Minus,
            Self::Alter(_) | Self::Rename(_) => Sign::Tilde,
        }
    }

    /// The table the operation belongs to, or the object itself: what lines are grouped by.
    pub fn subject(&self) -> ObjectName {
        self.place().object().clone()
    }

    /// What happens, without the sign and without the subject: `index idx-customer-email (email)`.
    pub fn summary(&self) -> String {
        match self {
            Self::Create(object) | Self::Drop(object) => object_summary(object),
            Self::Alter(alter) => alter_summary(alter),
            Self::Rename(rename) => rename_summary(rename),
        }
    }
}

/// One line, sign, subject and all: `+ customer: index idx-customer-email (email)`.
impl fmt::Display for Op {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.sign(), self.subject(), self.summary())
    }
}

fn object_summary(object: &Object) -> String {
    match object {
        Object::Table(table) => format!("table ({})", contents(table)),
        Object::Column(_, column) => format!("column {}", column_summary(column)),
        Object::PrimaryKey(_, key) => format!("primary key ({})", list(&key.columns)),
        Object::Unique(_, unique) => format!("unique {} ({})", unique.name, list(&unique.columns)),
        Object::ForeignKey(_, key) => foreign_key_summary(key),
        Object::Check(_, check) => format!("check {} ({})", check.name, check.expression.text()),
        Object::Index(_, index) => index_summary(index),
        Object::Trigger(_, trigger) => format!("trigger {}", trigger.name),
        Object::Enum(enum_type) => format!("enum ({})", quoted(&enum_type.values)),
        Object::View(view) if view.materialized => "materialized view".to_owned(),
        Object::View(_) => "view".to_owned(),
        Object::Routine(_) => "routine".to_owned(),
        Object::Definition(definition) => definition_summary(definition),
    }
}

/// A definition's kind, with its name where the subject of the line is what it belongs to.
fn definition_summary(definition: &Definition) -> String {
    match definition.id.on {
        Some(_) => format!("{} {}", definition.id.kind, definition.id.name),
        None => definition.id.kind.to_string(),
    }
}

/// The parts that are created or dropped with a table: `6 columns, 1 unique constraint, 2 indexes`.
fn contents(table: &Table) -> String {
    let counts = [
        (table.columns.len(), "column", "columns"),
        (table.uniques.len(), "unique constraint", "unique constraints"),
        (table.checks.len(), "check", "checks"),
        (table.indexes.len(), "index", "indexes"),
        (table.triggers.len(), "trigger", "triggers"),
    ];
    let there = counts.into_iter().filter(|(count, ..)| *count > 0);
    let words = there.map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }));
    words.collect::<Vec<_>>().join(", ")
}

fn alter_summary(alter: &Alter) -> String {
    match alter {
        Alter::Column(_, change) => format!("column {}: {}", change.to.name, column_change(&change.from, &change.to)),
        Alter::PrimaryKey(_, change) if change.from.is_only_renamed(&change.to) => {
            let name = |key: &PrimaryKey| key.name.as_ref().map(Name::to_string).unwrap_or_default();
            format!("primary key {} → {}", name(&change.from), name(&change.to))
        }
        Alter::PrimaryKey(_, change) => {
            format!("primary key ({}) → ({})", list(&change.from.columns), list(&change.to.columns))
        }
        Alter::Comment(_, change) => format!("comment {} → {}", text(&change.from), text(&change.to)),
        Alter::Options(_, change) => format!("options {} → {}", options(&change.from), options(&change.to)),
        Alter::Enum(change) => format!("enum ({}) → ({})", quoted(&change.from.values), quoted(&change.to.values)),
        Alter::Routine(_) => "routine body".to_owned(),
        Alter::Definition(change) => {
            let summary = definition_summary(&change.to);
            let differs = differing(change.from.create.text(), change.to.create.text());
            differs.map_or(summary.clone(), |(from, to)| format!("{summary}: {from} → {to}"))
        }
        Alter::Rows(change) => rows_summary(&change.rows),
    }
}

/// The rows that come, change and go, each by its key: `rows + id 4; ~ id 1: name 'a' → 'b'; - id 3`.
fn rows_summary(change: &Change<Option<ReferenceRows>>) -> String {
    /// How many rows are listed.
    const SHOWN: usize = 8;
    let mut lines: Vec<String> = RowDifference::all(change)
        .iter()
        .filter_map(|it| match it {
            RowDifference::Added(rows, row) => Some(format!("+ {}", row_name(rows, row))),
            RowDifference::Removed(rows, row) => Some(format!("- {}", row_name(rows, row))),
            RowDifference::Changed(rows, row, values) => {
                let one = |(name, from, to): &(&Name, Option<&RowValue>, &RowValue)| match from {
                    Some(from) => format!("{name} {} → {}", shortened(from), shortened(to)),
                    None => format!("{name} {}", shortened(to)),
                };
                let values: Vec<String> = values.iter().map(one).collect();
                (!values.is_empty()).then(|| format!("~ {}: {}", row_name(rows, row), values.join(", ")))
            }
        })
        .collect();
    if lines.is_empty() {
        return "reference rows: other columns are declared".to_owned();
    }
    if lines.len() > SHOWN {
        let more = lines.len() - SHOWN;
        lines.truncate(SHOWN);
        lines.push(format!("and {more} more"));
    }
    format!("reference rows {}", lines.join("; "))
}

fn row_name(rows: &ReferenceRows, row: &ReferenceRow) -> String {
    let value = |name: &Name| row.get(name).map(|value| format!("{name} {}", shortened(value)));
    rows.key.iter().filter_map(value).collect::<Vec<_>>().join(", ")
}

fn shortened(value: &RowValue) -> String {
    /// The greatest number of characters shown of a value.
    const LONG: usize = 40;
    let text = value.to_string();
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// The words in which two texts differ, from the first to the last of them.
fn differing(from: &str, to: &str) -> Option<(String, String)> {
    /// Truncates a text to what fits on the line.
    const LONG: usize = 60;
    let (from, to): (Vec<&str>, Vec<&str>) = (from.split_whitespace().collect(), to.split_whitespace().collect());
    let head = from.iter().zip(&to).take_while(|(old, new)| old == new).count();
    let (old, new) = (from.get(head..)?, to.get(head..)?);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let shown = |words: &[&str]| {
        let mut text = words.get(..words.len() - tail).unwrap_or_default().join(" ");
        // A word may close what one before it has opened.
        while text.ends_with(')') && text.matches(')').count() > text.matches('(').count() {
            text.pop();
        }
        match text.char_indices().nth(LONG) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None if text.is_empty() => "none".to_owned(),
            None => text,
        }
    };
    let (old, new) = (shown(old), shown(new));
    (old != new).then_some((old, new))
}

fn rename_summary(rename: &Rename) -> String {
    match rename {
        Rename::Table(change) => format!("table {} → {}", change.from, change.to),
        Rename::Column(_, change) => format!("column {} → {}", change.from, change.to),
        Rename::Index(_, change) => format!("index {} → {}", change.from, change.to),
        Rename::Unique(_, change) => format!("unique {} → {}", change.from, change.to),
        Rename::ForeignKey(_, change) => format!("foreign key {} → {}", change.from, change.to),
        Rename::Check(_, change) => format!("check {} → {}", change.from, change.to),
        Rename::Enum(change) => format!("enum {} → {}", change.from, change.to),
        Rename::EnumValue(_, change) => format!("value '{}' → '{}'", change.from, change.to),
    }
}

fn list(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

fn quoted(values: &[String]) -> String {
    values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(", ")
}

/// Product-specific options in words: `fillfactor 70, unlogged`; `none` where there are none.
pub fn options(options: &Options) -> String {
    let words = options.iter().map(|(key, value)| match (key.as_str(), value.as_str()) {
        (key, "true") => key.to_owned(),
        // PostgreSQL's storage parameters, which name themselves.
        ("with", value) => value.to_owned(),
        (key, value) => format!("{key} {value}"),
    });
    let words = words.collect::<Vec<_>>().join(", ");
    if words.is_empty() { "none".to_owned() } else { words }
}

fn text(comment: &Option<String>) -> String {
    comment.as_ref().map_or_else(|| "none".to_owned(), |comment| format!("'{comment}'"))
}

/// A part of an index as a person reads it: `lower(email) desc`.
pub fn index_part(part: &IndexPart) -> String {
    let mut words = match &part.target {
        IndexTarget::Column(name) => name.to_string(),
        IndexTarget::Expression(expression) => format!("({})", expression.text()),
    };
    for (key, value) in &part.options {
        words.push_str(&match key.as_str() {
            "opclass" => format!(" {value}"),
            "nulls" => String::new(),
            key => format!(" {key} {value}"),
        });
    }
    if part.descending {
        words.push_str(" desc");
    }
    if let Some(nulls) = part.options.get("nulls") {
        words.push_str(&format!(" nulls {nulls}"));
    }
    words
}

fn index_summary(index: &Index) -> String {
    let parts = index.parts.iter().map(index_part);
    let unique = if index.unique { "unique " } else { "" };
    let method = index.method.as_ref().map(|method| format!(" using {method}")).unwrap_or_default();
    let mut line = format!("{unique}index {}{method} ({})", index.name, parts.collect::<Vec<_>>().join(", "));
    if !index.include.is_empty() {
        line.push_str(&format!(" include ({})", list(&index.include)));
    }
    if !index.options.is_empty() {
        line.push_str(&format!(" with {}", options(&index.options)));
    }
    if let Some(comment) = &index.comment {
        line.push_str(&format!(" comment '{comment}'"));
    }
    if let Some(predicate) = &index.predicate {
        line.push_str(&format!(" where {}", predicate.text()));
    }
    line
}

fn foreign_key_summary(key: &ForeignKey) -> String {
    let mut line = format!(
        "foreign key {} ({}) → {} ({})",
        key.name,
        list(&key.columns),
        key.references,
        list(&key.referenced_columns)
    );
    for (event, action) in [("delete", key.on_delete), ("update", key.on_update)] {
        if let Some(action) = action {
            line.push_str(&format!(" on {event} {}", action_name(action)));
        }
    }
    line
}

/// What a deletion or an update does, in words.
pub fn action_name(action: Action) -> &'static str {
    match action {
        Action::Restrict => "restrict",
        Action::Cascade => "cascade",
        Action::SetNull => "set null",
        Action::SetDefault => "set default",
    }
}

fn column_summary(column: &Column) -> String {
    let mut line = format!("{} {}", column.name, type_name(&column.data_type));
    if !column.nullable {
        line.push_str(" not null");
    }
    if let Some(default) = &column.default {
        line.push_str(&format!(" default {}", default_text(default)));
    }
    if column.identity.is_some() {
        line.push_str(" auto increment");
    }
    if let Some(generated) = &column.generated {
        line.push_str(&format!(" generated as ({})", generated.expression.text()));
    }
    line
}

/// A type as a person reads it; native types are the database's own words.
pub fn type_name(data_type: &Type) -> String {
    match data_type {
        Type::Native(name) | Type::Custom(name) => name.clone(),
        Type::Enum(name) => name.to_string(),
        Type::Array(element) => format!("{}[]", type_name(element)),
        declared => format!("{declared:?}"),
    }
}

/// A default as a person reads it.
pub fn default_text(default: &DefaultValue) -> String {
    match default {
        DefaultValue::Expression(expression) => expression.text().to_owned(),
        DefaultValue::Literal(Literal::Text(text)) => format!("'{text}'"),
        DefaultValue::Literal(Literal::Number(number)) => number.clone(),
        DefaultValue::Literal(Literal::Boolean(truth)) => truth.to_string(),
    }
}

/// What differs between a column and itself, facet by facet.
fn column_change(from: &Column, to: &Column) -> String {
    let mut changes = Vec::new();
    let mut note = |what: &str, from: String, to: String| {
        if from != to {
            changes.push(format!("{what}{from} → {to}"));
        }
    };
    let nullability = |column: &Column| if column.nullable { "null" } else { "not null" }.to_owned();
    let default = |column: &Column| column.default.as_ref().map_or_else(|| "none".to_owned(), default_text);
    let identity = |column: &Column| match column.identity {
        None => "none",
        Some(Identity::AutoIncrement) => "auto increment",
        Some(Identity::ByDefault) => "by default",
        Some(Identity::Always) => "always",
        Some(Identity::Serial) => "serial",
    };
    let generated = |column: &Column| match &column.generated {
        None => "none".to_owned(),
        Some(it) => format!("({}){}", it.expression.text(), if it.stored { " stored" } else { "" }),
    };
    note("", type_name(&from.data_type), type_name(&to.data_type));
    note("", nullability(from), nullability(to));
    if from.default != to.default {
        note("default ", default(from), default(to));
    }
    note("identity ", identity(from).to_owned(), identity(to).to_owned());
    if from.generated != to.generated {
        note("generated ", generated(from), generated(to));
    }
    let collation = |column: &Column| column.collation.clone().unwrap_or_else(|| "none".to_owned());
    note("collation ", collation(from), collation(to));
    let on_update =
        |column: &Column| column.on_update.as_ref().map_or_else(|| "none".to_owned(), |it| it.text().to_owned());
    note("on update ", on_update(from), on_update(to));
    note("comment ", text(&from.comment), text(&to.comment));
    if from.options != to.options {
        note("options ", options(&from.options), options(&to.options));
    }
    changes.join(", ")
}
