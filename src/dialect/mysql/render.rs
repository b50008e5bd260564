//! Steps in SQL.
//!
//! `quote` and `literal` are the only places that quote. The text is written for the SQL mode sessions are pinned to, in
//! which a backslash escapes. Must not know why a step is taken.

mod alter;

use crate::dialect::rows::RowStep;
use crate::dialect::{Statement, Step, Unsupported, rows};
use crate::plan::{Alter, Object, Op, Rename};
use crate::schema::{
    Action, Change, Check, Column, DefaultValue, Definition, DefinitionKind, ForeignKey, Index, IndexPart, IndexTarget,
    Name, ObjectName, PrimaryKey, RoutineKind, Table, Type, View,
};

pub(super) use super::quote::{literal, object, quote, text_literal};
use super::types::{family, is_large};
use super::{Flavor, defaults, mode, periods, versioning};

/// The options of a table that are managed.
pub(super) const TABLE_OPTIONS: &[&str] = &[
    "engine",
    "collation",
    "row_format",
    "key_block_size",
    "stats_persistent",
    "stats_auto_recalc",
    "stats_sample_pages",
    "checksum",
    "delay_key_write",
    "pack_keys",
    "min_rows",
    "max_rows",
    "avg_row_length",
    crate::schema::PARTITION_BY,
    versioning::OPTION,
    "page_compressed",
    "page_compression_level",
    "encrypted",
    "encryption_key_id",
    "transactional",
    "page_checksum",
    "compression",
    "encryption",
];

/// The options that are no `KEY=value`.
const CLAUSES: &[&str] = &[crate::schema::PARTITION_BY, versioning::OPTION];

pub(super) fn render(flavor: Flavor, step: &Step) -> Result<Vec<Statement>, Unsupported> {
    match step {
        Step::Direct(op) => render_op(flavor, op),
        Step::Rows(rows) => Ok(rows::statements(&super::MySql(flavor), rows)),
        Step::Apart(op) | Step::Attach(op) => Err(foreign(flavor, op)),
        Step::Validate(table, _) => {
            Err(foreign(flavor, &Op::Alter(Alter::Comment(table.clone(), Change::new(None, None)))))
        }
        Step::Together(table, ops) => alter::table(flavor, table, ops),
        Step::Online(table, ops, online) => Ok(alter::online(alter::table(flavor, table, ops)?, online)),
        Step::Keep(_) | Step::GiveBack => Ok(Vec::new()),
        Step::Rebuild(rebuild) => Err(foreign(flavor, &Op::Create(Object::Table(rebuild.to.clone())))),
        Step::Repartition(it) => Err(foreign(flavor, &Op::Create(Object::Table(it.to.clone())))),
        Step::AttachPartition(it) | Step::DetachPartition(it) => {
            Err(foreign(flavor, &Op::Create(Object::Definition(it.clone()))))
        }
        Step::SwapEnum(change, ..) => Err(foreign(flavor, &Op::Alter(Alter::Enum(change.clone())))),
    }
}

/// DDL commits whatever transaction is open. The runner knows that of these servers, so no statement needs to be marked.
fn ddl(sql: impl Into<String>) -> Statement {
    Statement::new(sql)
}

/// An operation `lower` does not let through.
fn foreign(flavor: Flavor, op: &Op) -> Unsupported {
    Unsupported {
        product: flavor.product(),
        place: op.place(),
        reason: "there is no such object or step".to_owned(),
        hint: "normalise both schemas for this database before comparing them".to_owned(),
    }
}

fn render_op(flavor: Flavor, op: &Op) -> Result<Vec<Statement>, Unsupported> {
    Ok(match op {
        Op::Create(Object::Table(table)) => create_table(flavor, table),
        Op::Drop(Object::Table(table)) => vec![ddl(format!("DROP TABLE {}", object(&table.name)))],
        Op::Create(Object::View(view)) => create_view(view),
        Op::Drop(Object::View(view)) => vec![ddl(format!("DROP VIEW {}", object(&view.name)))],
        Op::Create(Object::Trigger(_, trigger)) => mode::statements(flavor, &trigger.definition),
        Op::Drop(Object::Trigger(table, trigger)) => {
            let name = ObjectName { schema: table.schema.clone(), name: trigger.name.clone() };
            vec![ddl(format!("DROP TRIGGER {}", object(&name)))]
        }
        Op::Create(Object::Routine(routine)) => mode::statements(flavor, &routine.definition),
        Op::Drop(Object::Routine(routine)) => vec![ddl(drop_routine(routine.kind, &routine.name))],
        Op::Alter(Alter::Routine(change)) => {
            let mut statements = vec![ddl(drop_routine(change.from.kind, &change.from.name))];
            statements.extend(mode::statements(flavor, &change.to.definition));
            statements
        }
        Op::Alter(Alter::Rows(change)) => rows::statements(&super::MySql(flavor), &RowStep::Reference(change.clone())),
        Op::Create(Object::Definition(definition)) => mode::statements(flavor, &definition.create),
        Op::Drop(Object::Definition(definition)) => vec![ddl(&definition.drop)],
        Op::Alter(Alter::Definition(change)) => alter_definition(flavor, change),
        Op::Rename(Rename::Table(change)) => {
            vec![ddl(format!("RENAME TABLE {} TO {}", object(&change.from), object(&change.to)))]
        }
        Op::Rename(Rename::Column(table, change)) => {
            let (from, to) = (quote(&change.from), quote(&change.to));
            vec![ddl(format!("ALTER TABLE {} RENAME COLUMN {from} TO {to}", object(table)))]
        }
        Op::Rename(Rename::Index(table, change) | Rename::Unique(table, change)) => {
            let (from, to) = (quote(&change.from), quote(&change.to));
            vec![ddl(format!("ALTER TABLE {} RENAME INDEX {from} TO {to}", object(table)))]
        }
        Op::Create(
            Object::Column(table, _)
            | Object::PrimaryKey(table, _)
            | Object::Unique(table, _)
            | Object::ForeignKey(table, _)
            | Object::Check(table, _)
            | Object::Index(table, _),
        )
        | Op::Drop(
            Object::Column(table, _)
            | Object::PrimaryKey(table, _)
            | Object::Unique(table, _)
            | Object::ForeignKey(table, _)
            | Object::Check(table, _)
            | Object::Index(table, _),
        )
        | Op::Alter(
            Alter::Column(table, _) | Alter::PrimaryKey(table, _) | Alter::Comment(table, _) | Alter::Options(table, _),
        ) => alter::table(flavor, table, std::slice::from_ref(op))?,
        Op::Create(Object::Enum(_))
        | Op::Drop(Object::Enum(_))
        | Op::Alter(Alter::Enum(_))
        | Op::Rename(Rename::ForeignKey(..) | Rename::Check(..) | Rename::Enum(_) | Rename::EnumValue(..)) => {
            return Err(foreign(flavor, op));
        }
    })
}

fn names(columns: &[Name]) -> String {
    columns.iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// The check a column carries itself, where the server has such checks: the one named as a column's check is named.
pub(super) fn is_column_check(flavor: Flavor, table: &ObjectName, column: &Name, check: &Name) -> bool {
    flavor.has_column_checks() && check.as_str() == column_check(&table.name, column)
}

/// The name of a column's check nobody named.
pub(super) fn column_check(table: &Name, column: &Name) -> String {
    format!("{table}_{column}_check")
}

/// The option of a view that holds the names of its columns, if they are not those of its query.
pub(super) const VIEW_COLUMNS: &str = "columns";

/// The options of an index of vectors.
pub(super) const VECTOR_OPTIONS: [&str; 2] = ["distance", "m"];

/// The option of an index that holds its position in the table, where it was read.
pub(super) const POSITION: &str = "position";

/// The indexes of a table by their position, if it was read.
fn in_order(table: &Table) -> Vec<&Index> {
    let mut indexes: Vec<&Index> = table.indexes.values().collect();
    indexes.sort_by_key(|index| index.options.get(POSITION).and_then(|position| position.parse::<usize>().ok()));
    indexes
}

fn create_table(flavor: Flavor, table: &Table) -> Vec<Statement> {
    let mut lines = Vec::new();
    let mut inline = Vec::new();
    for column in table.columns.values() {
        let check = table.checks.values().find(|it| is_column_check(flavor, &table.name, &column.name, &it.name));
        inline.extend(check.map(|check| &check.name));
        lines.push(column_definition(flavor, column, check));
    }
    lines.extend(table.primary_key.iter().map(primary_key));
    lines.extend(in_order(table).into_iter().map(|index| index_definition(flavor, index)));
    let checks = table.checks.values().filter(|check| !inline.contains(&&check.name));
    lines.extend(checks.map(check_definition));
    lines.extend(versioning::period_of(table));
    lines.extend(periods::of_table(table));
    let mut sql = format!("CREATE TABLE {} (\n  {}\n)", object(&table.name), lines.join(",\n  "));
    for (key, value) in table.options.iter().filter(|(key, _)| !CLAUSES.contains(&key.as_str())) {
        sql = format!("{sql} {}", option(key, value));
    }
    if let Some(comment) = &table.comment {
        sql = format!("{sql} COMMENT={}", text_literal(comment));
    }
    if table.options.contains_key(versioning::OPTION) {
        sql.push_str(" WITH SYSTEM VERSIONING");
    }
    if let Some(clause) = table.options.get(crate::schema::PARTITION_BY) {
        sql = format!("{sql}\nPARTITION BY {clause}");
    }
    let mut statements = vec![ddl(sql)];
    statements.extend(table.triggers.values().flat_map(|trigger| mode::statements(flavor, &trigger.definition)));
    statements
}

/// One option of a table as it is set.
fn option(key: &str, value: &str) -> String {
    match key {
        "collation" => format!("DEFAULT CHARACTER SET={} COLLATE={value}", mode::charset_of(value)),
        "encrypted" => format!("{key}={}", text_literal(value)),
        "compression" | "encryption" => format!("{}={}", key.to_uppercase(), text_literal(value)),
        // What an engine defines is kept as it is written.
        "page_compressed" | "page_compression_level" | "encryption_key_id" => format!("{key}={value}"),
        key => format!("{}={}", key.to_uppercase(), value),
    }
}

fn column_definition(flavor: Flavor, column: &Column, check: Option<&Check>) -> String {
    let native = match &column.data_type {
        Type::Native(native) => native.as_str(),
        // `normalize` leaves no other type.
        _ => "text",
    };
    let mut sql = format!("{} {native}", quote(&column.name));
    let mut add = |text: String| {
        sql.push(' ');
        sql.push_str(&text);
    };
    if let Some(collation) = &column.collation {
        add(format!("CHARACTER SET {} COLLATE {collation}", mode::charset_of(collation)));
    }
    if let Some(time) = versioning::row_time(column) {
        add(format!("GENERATED ALWAYS AS {time}"));
    } else if let Some(generated) = &column.generated {
        let kind = if generated.stored { "STORED" } else { "VIRTUAL" };
        add(format!("GENERATED ALWAYS AS ({}) {kind}", generated.expression.text()));
    }
    if !column.nullable && (column.generated.is_none() || flavor.has_required_generated_columns()) {
        add("NOT NULL".to_owned());
    } else if native.starts_with("timestamp") && column.generated.is_none() {
        // A timestamp is NOT NULL where nothing is said, on servers with the older of two settings.
        add("NULL".to_owned());
    }
    if let Some(srid) = column.options.get("srid") {
        add(format!("SRID {srid}"));
    }
    if column.options.contains_key("invisible") {
        add("INVISIBLE".to_owned());
    }
    if column.options.contains_key(versioning::OPTION) {
        add("WITHOUT SYSTEM VERSIONING".to_owned());
    }
    if let Some(default) = &column.default {
        add(format!("DEFAULT {}", default_value(flavor, native, default)));
    }
    if let Some(update) = &column.on_update {
        add(format!("ON UPDATE {}", update.text()));
    }
    if column.identity.is_some() {
        add("AUTO_INCREMENT".to_owned());
    }
    if let Some(comment) = &column.comment {
        add(format!("COMMENT {}", text_literal(comment)));
    }
    if let Some(check) = check {
        add(format!("CHECK ({})", check.expression.text()));
    }
    sql
}

fn default_value(flavor: Flavor, native: &str, default: &DefaultValue) -> String {
    let text = match default {
        DefaultValue::Literal(value) => literal(value),
        DefaultValue::Expression(expression) => expression.text().to_owned(),
    };
    let is_plain = match defaults::moment(&text) {
        Some(_) => matches!(family(native), super::types::Family::Moment),
        None => {
            let wraps = flavor.wraps_large_defaults() && (is_large(native) || defaults::is_introduced(&text));
            defaults::is_constant(&text) && !wraps
        }
    };
    if is_plain { text } else { format!("({text})") }
}

fn primary_key(key: &PrimaryKey) -> String {
    let comment = key.options.get("comment").map(|comment| format!(" COMMENT {}", text_literal(comment)));
    let columns = key.columns.iter().map(quote).collect();
    format!("PRIMARY KEY ({}){}", periods::key(columns, &key.options), comment.unwrap_or_default())
}

fn index_definition(flavor: Flavor, index: &Index) -> String {
    let method = index.method.as_deref();
    let kind = match method {
        Some("fulltext") => "FULLTEXT INDEX",
        Some("spatial") => "SPATIAL INDEX",
        Some("vector") => "VECTOR INDEX",
        _ if index.unique => "UNIQUE INDEX",
        _ => "INDEX",
    };
    let parts: Vec<String> = index.parts.iter().map(index_part).collect();
    let mut sql = format!("{kind} {} ({})", quote(&index.name), periods::key(parts, &index.options));
    if let Some(method) = method.filter(|it| *it == "btree").or(index.options.get("using").map(String::as_str)) {
        sql = format!("{sql} USING {}", method.to_uppercase());
    }
    if let Some(parser) = index.options.get("parser") {
        sql = format!("{sql} WITH PARSER {parser}");
    }
    if let Some(comment) = &index.comment {
        sql = format!("{sql} COMMENT {}", text_literal(comment));
    }
    if index.options.contains_key("invisible") {
        sql = format!("{sql} {}", flavor.unused_index());
    }
    for (option, value) in index.options.iter().filter(|(option, _)| VECTOR_OPTIONS.contains(&option.as_str())) {
        sql = format!("{sql} {}={value}", option.to_uppercase());
    }
    sql
}

fn index_part(part: &IndexPart) -> String {
    let mut sql = match &part.target {
        IndexTarget::Column(name) => quote(name),
        IndexTarget::Expression(expression) => format!("({})", expression.text()),
    };
    if let Some(prefix) = part.options.get("prefix") {
        sql = format!("{sql}({prefix})");
    }
    if part.descending {
        sql.push_str(" DESC");
    }
    sql
}

fn check_definition(check: &Check) -> String {
    let enforced = if check.options.contains_key("not_enforced") { " NOT ENFORCED" } else { "" };
    format!("CONSTRAINT {} CHECK ({}){enforced}", quote(&check.name), check.expression.text())
}

fn foreign_key_definition(key: &ForeignKey) -> String {
    let mut sql = format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
        quote(&key.name),
        names(&key.columns),
        object(&key.references),
        names(&key.referenced_columns)
    );
    for (event, action) in [("ON DELETE", key.on_delete), ("ON UPDATE", key.on_update)] {
        if let Some(action) = action {
            let action = match action {
                Action::Restrict => "RESTRICT",
                Action::Cascade => "CASCADE",
                Action::SetNull => "SET NULL",
                Action::SetDefault => "SET DEFAULT",
            };
            sql = format!("{sql} {event} {action}");
        }
    }
    for (event, option) in [("ON DELETE", "on_delete"), ("ON UPDATE", "on_update")] {
        if let Some(action) = key.options.get(option) {
            sql = format!("{sql} {event} {action}");
        }
    }
    sql
}

fn create_view(view: &View) -> Vec<Statement> {
    let mut sql = "CREATE ".to_owned();
    if let Some(algorithm) = view.options.get("algorithm") {
        sql = format!("{sql}ALGORITHM={} ", algorithm.to_uppercase());
    }
    if let Some(security) = view.options.get("security") {
        sql = format!("{sql}SQL SECURITY {} ", security.to_uppercase());
    }
    let columns = view.options.get(VIEW_COLUMNS).map(|columns| format!(" ({columns})")).unwrap_or_default();
    sql = format!("{sql}VIEW {}{columns} AS\n{}", object(&view.name), view.query.text());
    if let Some(option) = view.options.get("check_option") {
        sql = format!("{sql}\nWITH {} CHECK OPTION", option.to_uppercase());
    }
    match view.options.get("connection") {
        None => vec![ddl(sql)],
        // Text in a view has the collation of the connection that made the view.
        Some(collation) => {
            let names = format!("SET NAMES {} COLLATE {collation}", mode::charset_of(collation));
            vec![ddl(names), ddl(sql), ddl("SET NAMES utf8mb4")]
        }
    }
}

/// A sequence is altered, because it remembers where it is.
fn alter_definition(flavor: Flavor, change: &Change<Definition>) -> Vec<Statement> {
    match (change.to.id.kind, change.to.create.text().get(..6)) {
        (DefinitionKind::Sequence, Some(create)) if create.eq_ignore_ascii_case("create") => {
            vec![ddl(format!("ALTER{}", change.to.create.text().get(6..).unwrap_or_default()))]
        }
        _ => {
            let mut statements = vec![ddl(&change.from.drop)];
            statements.extend(mode::statements(flavor, &change.to.create));
            statements
        }
    }
}

fn drop_routine(kind: RoutineKind, name: &ObjectName) -> String {
    let kind = match kind {
        RoutineKind::Function => "FUNCTION",
        RoutineKind::Procedure => "PROCEDURE",
    };
    format!("DROP {kind} {}", object(name))
}

#[cfg(test)]
mod tests;
