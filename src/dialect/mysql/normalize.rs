//! Brings a schema to the form in which these servers' catalogs report it.
//!
//! Must not know how a schema is read or written.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::sql::{Token, TokenKind};

use crate::dialect::expression::{canonical_expression, canonical_query};
use crate::dialect::{Unsupported, rows};
use crate::schema::{
    Action, Column, Columns, DefaultValue, Definition, DefinitionKind, EnumType, Expression, Facet, ForeignKey,
    Identity, Index, IndexPart, IndexTarget, Name, Normalized, ObjectName, Options, Part, Place, Schema, Table, Type,
    Unique, View,
};

use super::folded::folded;
use super::render::{POSITION, TABLE_OPTIONS, VIEW_COLUMNS};
use super::types::{self, Family, family};
use super::words::{bare, canonical_statement, string, without_introducers, words};
use super::{Flavor, defaults, names, partitions, periods, versioning};

pub(super) fn normalize(flavor: Flavor, mut schema: Schema) -> Result<Normalized, Unsupported> {
    let enums = std::mem::take(&mut schema.enums);
    schema.tables = schema.tables.normalized(flavor.product(), |table| normalize_table(flavor, &enums, table))?;
    schema.tables.note_normal_for(flavor.product());
    let tables = &schema.tables;
    let columns_of = |name: &ObjectName| {
        let table = tables.get(name)?;
        Some(table.columns.keys().map(|column| column.as_str().to_owned()).collect())
    };
    for view in schema.views.values_mut() {
        normalize_view(flavor, view, &columns_of)?;
    }
    for routine in schema.routines.values_mut() {
        let definition = statement(flavor, &routine.definition);
        let canonical = without_display_widths(definition.canonical());
        routine.definition = definition.with_canonical(canonical);
    }
    for definition in schema.definitions.values_mut() {
        normalize_definition(flavor, definition)?;
    }
    rows::value::normalize(flavor.product(), &mut schema);
    Ok(Normalized::by_dialect(schema))
}

/// An object that these servers do not support.
fn refuse(flavor: Flavor, place: Place, reason: impl Into<String>, hint: impl Into<String>) -> Unsupported {
    Unsupported { product: flavor.product(), place, reason: reason.into(), hint: hint.into() }
}

/// The hint for a feature of another database.
fn elsewhere(flavor: Flavor) -> String {
    format!("declare it in an SQL file for the other database alone, so that it is not read for {}", flavor.product())
}

/// Refuses every option that is not `known`.
fn known_options(flavor: Flavor, place: &Place, options: &Options, known: &[&str]) -> Result<(), Unsupported> {
    match options.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(refuse(flavor, place.clone(), format!("there is no option `{key}`"), elsewhere(flavor))),
    }
}

/// An expression without outer parentheses, with its canonical form.
fn expression(flavor: Flavor, expression: &Expression) -> Expression {
    if expression.is_normal() {
        return expression.clone();
    }
    let text = without_introducers(bare(expression.text()));
    let canonical = canonical_expression(flavor.product(), &text);
    Expression::new(text).with_canonical(canonical)
}

/// The same for an expression over a table's columns.
fn expression_over(flavor: Flavor, over: &Columns, expression: &Expression) -> Expression {
    if expression.is_normal() {
        return expression.clone();
    }
    let text = without_introducers(bare(expression.text()));
    let canonical = canonical_expression(flavor.product(), &folded(&text, over));
    Expression::new(text).with_canonical(canonical)
}

fn statement(flavor: Flavor, definition: &Expression) -> Expression {
    if definition.is_normal() {
        return definition.clone();
    }
    let text = definition.text().trim().trim_end_matches(';').trim_end();
    Expression::new(text).with_canonical(canonical_statement(flavor, text))
}

/// MariaDB prints types of parameters and results with default display widths.
fn without_display_widths(canonical: &str) -> String {
    const WIDTHS: [(&str, &str); 9] = [
        ("tinyint ( 4 )", "tinyint"),
        ("tinyint ( 3 ) unsigned", "tinyint unsigned"),
        ("smallint ( 6 )", "smallint"),
        ("smallint ( 5 ) unsigned", "smallint unsigned"),
        ("mediumint ( 9 )", "mediumint"),
        ("mediumint ( 8 ) unsigned", "mediumint unsigned"),
        ("bigint ( 20 )", "bigint"),
        ("int ( 11 )", "int"),
        ("int ( 10 ) unsigned", "int unsigned"),
    ];
    WIDTHS.iter().fold(canonical.to_owned(), |text, (printed, written)| text.replace(printed, written))
}

/// Events, and the sequences of the one server that has them.
fn normalize_definition(flavor: Flavor, definition: &mut Definition) -> Result<(), Unsupported> {
    let place = Place::Definition(definition.id.clone());
    let what = match definition.id.kind {
        DefinitionKind::Event => "EVENT",
        DefinitionKind::Sequence if flavor.has_sequences() => "SEQUENCE",
        kind => return Err(refuse(flavor, place, format!("a {kind} is not supported"), elsewhere(flavor))),
    };
    definition.create = statement(flavor, &definition.create);
    if definition.id.kind == DefinitionKind::Event {
        definition.create = event(&definition.create);
    }
    definition.drop = format!("DROP {what} {}", super::quote::object(&definition.id.name));
    said(&mut definition.comment);
    Ok(())
}

/// An event without defaults and without clauses about executing the statement itself.
fn event(create: &Expression) -> Expression {
    const USUAL: [&[&str]; 3] = [&["IF", "NOT", "EXISTS"], &["ON", "COMPLETION", "NOT", "PRESERVE"], &["ENABLE"]];
    let canonical = create.canonical();
    let words = words(canonical);
    let end = words.iter().position(|word| word.is_word("DO")).unwrap_or(words.len());
    let (mut kept, mut at) = (Vec::new(), 0);
    while let Some(word) = words.get(at).filter(|_| at < end) {
        let begins = |usual: &&[&str]| {
            usual.iter().enumerate().all(|(ahead, text)| words.get(at + ahead).is_some_and(|it| it.is_word(text)))
        };
        match USUAL.into_iter().find(begins) {
            Some(usual) => {
                at += usual.len();
                continue;
            }
            None => at += 1,
        }
        let next = words.get(at).filter(|next| next.kind == TokenKind::String);
        if word.is_word("COMMENT") && next.is_some_and(|next| string(next.text).is_some_and(|it| it.is_empty())) {
            at += 1;
        } else if !(word.is_word("TIMESTAMP") && next.is_some()) {
            kept.push(word.text.to_owned());
        }
        if word.is_word("EVERY")
            && let Some((interval, taken)) = interval(words.get(at..end).unwrap_or_default())
        {
            kept.push(interval);
            at += taken;
        }
    }
    let body = words.get(end).and_then(|word| canonical.get(word.start..)).unwrap_or_default();
    create.clone().with_canonical(format!("{} {body}", kept.join(" ")))
}

/// The number in front of a unit, and how many tokens it has.
fn interval(words: &[Token<'_>]) -> Option<(String, usize)> {
    let taken =
        words.iter().position(|word| word.kind == TokenKind::Word && !word.is_word("DIV") && !word.is_word("MOD"))?;
    let written = words.get(..taken)?;
    let number = match written {
        [text] if text.kind == TokenKind::String => string(text.text)?.parse().ok(),
        _ => partitions::number(written),
    };
    Some((number?.to_string(), taken))
}

fn said(comment: &mut Option<String>) {
    comment.take_if(|comment| comment.is_empty());
}

fn normalize_table(
    flavor: Flavor,
    enums: &BTreeMap<ObjectName, EnumType>,
    table: &mut Table,
) -> Result<(), Unsupported> {
    let name = table.name.clone();
    table_options(flavor, table)?;
    said(&mut table.comment);
    let collation = table.options.get("collation").cloned();
    for column in table.columns.values_mut() {
        normalize_column(flavor, enums, &name, column)?;
        column.collation.take_if(|own| Some(&*own) == collation.as_ref());
    }
    if table.columns.values().any(|column| column.generated.is_some()) {
        let over = table.columns.clone();
        for generated in table.columns.values_mut().filter_map(|column| column.generated.as_mut()) {
            generated.expression = expression_over(flavor, &over, &generated.expression);
        }
    }
    if let Some(key) = &mut table.primary_key {
        key.name = None;
        key.options.retain(|setting, value| setting != "comment" || !value.is_empty());
        known_options(
            flavor,
            &Place::Table(name.clone(), Part::PrimaryKey),
            &key.options,
            &["comment", periods::WITHOUT_OVERLAPS],
        )?;
        for column in &key.columns {
            if let Some(column) = table.columns.get_mut(column) {
                column.nullable = false;
            }
        }
    }
    for (_, unique) in std::mem::take(&mut table.uniques) {
        insert_unique(flavor, table, unique)?;
    }
    names::shorten(table);
    if let Some((place, _)) = places(table).into_iter().find(|(_, name)| names::is_too_long(name)) {
        return Err(refuse(flavor, place, "the name is longer than 64 characters", "give it a shorter name"));
    }
    for index in table.indexes.values_mut() {
        normalize_index(flavor, &name, table.options.get("engine").map(String::as_str), &table.columns, index)?;
    }
    for key in table.foreign_keys.values_mut() {
        let place = Place::Table(name.clone(), Part::ForeignKey(key.name.clone(), Facet::Whole));
        known_options(flavor, &place, &key.options, &["on_update", "on_delete"])?;
        // Both actions behave the same; the servers only store the keyword.
        key.on_delete.take_if(|action| *action == Action::Restrict);
        key.on_update.take_if(|action| *action == Action::Restrict);
    }
    for check in table.checks.values_mut() {
        let place = Place::Table(name.clone(), Part::Check(check.name.clone()));
        check.options.retain(|key, value| !(key == "not_enforced" && value == "false"));
        let known: &[&str] = if flavor.has_unenforced_checks() { &["not_enforced"] } else { &[] };
        known_options(flavor, &place, &check.options, known)?;
        check.expression = expression_over(flavor, &table.columns, &check.expression);
    }
    for trigger in table.triggers.values_mut() {
        trigger.definition = statement(flavor, &trigger.definition);
    }
    cover_foreign_keys(table);
    Ok(())
}

/// The objects whose names are checked, without parts that have none.
fn places(table: &Table) -> Vec<(Place, &Name)> {
    let place = |part| Place::Table(table.name.clone(), part);
    let columns = table.columns.keys().map(|name| (Place::column(&table.name, name), name));
    let indexes = table.indexes.keys().map(|name| (place(Part::Index(name.clone())), name));
    let keys = table.foreign_keys.keys().map(|name| (place(Part::ForeignKey(name.clone(), Facet::Whole)), name));
    let checks = table.checks.keys().map(|name| (place(Part::Check(name.clone())), name));
    let own = std::iter::once((Place::table(&table.name), &table.name.name));
    own.chain(columns).chain(indexes).chain(keys).chain(checks).collect()
}

fn table_options(flavor: Flavor, table: &mut Table) -> Result<(), Unsupported> {
    let place = Place::table(&table.name);
    let charset = table.options.remove("charset").or_else(|| table.options.remove("character_set"));
    if let (Some(charset), None) = (charset, table.options.get("collation")) {
        let Some(collation) = flavor.collation_of(&charset) else {
            let reason = format!("the collation of the character set `{charset}` is not known");
            return Err(refuse(flavor, place, reason, "name the collation instead: `COLLATE = …`"));
        };
        table.options.insert("collation".to_owned(), collation.to_owned());
    }
    table.options.retain(|key, value| !(key == "engine" && value.eq_ignore_ascii_case("innodb")));
    if let Some(clause) = table.options.get_mut(crate::schema::PARTITION_BY) {
        *clause = partitions::normal(flavor.product(), clause, &table.columns);
    }
    known_options(flavor, &place, &table.options, TABLE_OPTIONS)
}

fn normalize_column(
    flavor: Flavor,
    enums: &BTreeMap<ObjectName, EnumType>,
    table: &ObjectName,
    column: &mut Column,
) -> Result<(), Unsupported> {
    let place = |facet| Place::Table(table.clone(), Part::Column(column.name.clone(), facet));
    let known = ["invisible", "srid", versioning::OPTION, periods::START, periods::END];
    known_options(flavor, &place(Facet::Options), &column.options, &known)?;
    let spelled = types::native(flavor, &column.data_type, enums)
        .map_err(|missing| refuse(flavor, place(Facet::Type), missing.reason, missing.hint))?;
    column.options.retain(|key, value| !(key == "invisible" && value == "false"));
    if let Some(collation) = spelled.collation {
        column.collation.get_or_insert(collation);
    }
    if !matches!(family(&spelled.text), Family::Text | Family::Choice) {
        column.collation = None;
    }
    column.default = column
        .default
        .take()
        .and_then(|default| defaults::normal(flavor, &spelled.text, default))
        .map(DefaultValue::Expression);
    if let Some(identity) = &mut column.identity {
        *identity = Identity::AutoIncrement;
        column.nullable = false;
    }
    if column.generated.is_some() && !flavor.has_required_generated_columns() {
        column.nullable = true;
    }
    if let Some(update) = &mut column.on_update {
        *update = Expression::new(defaults::moment(bare(update.text())).unwrap_or_else(|| update.text().to_owned()));
    }
    said(&mut column.comment);
    column.data_type = Type::Native(spelled.text);
    Ok(())
}

/// A unique constraint is a unique index here, under the same name.
fn insert_unique(flavor: Flavor, table: &mut Table, unique: Unique) -> Result<(), Unsupported> {
    let place = Place::Table(table.name.clone(), Part::Unique(unique.name.clone()));
    known_options(flavor, &place, &unique.options, &[])?;
    let mut index = Index::on(unique.name.clone(), unique.columns);
    index.unique = true;
    if table.indexes.get(&index.name).is_some_and(|other| *other == index) {
        return Ok(());
    }
    index.name = free_name(table, &index.name);
    table.indexes.insert(index.name.clone(), index);
    Ok(())
}

/// The name, or the name with the first number that makes it free, as the servers choose it.
fn free_name(table: &Table, name: &Name) -> Name {
    let mut candidates = std::iter::once(name.clone()).chain((2..).map(|number| Name::new(format!("{name}_{number}"))));
    candidates.find(|candidate| !table.indexes.contains_key(candidate)).unwrap_or_else(|| name.clone())
}

fn normalize_index(
    flavor: Flavor,
    table: &ObjectName,
    engine: Option<&str>,
    columns: &Columns,
    index: &mut Index,
) -> Result<(), Unsupported> {
    let place = Place::Table(table.clone(), Part::Index(index.name.clone()));
    if index.predicate.is_some() {
        return Err(refuse(flavor, place, "there are no partial indexes", elsewhere(flavor)));
    }
    if !index.include.is_empty() {
        return Err(refuse(flavor, place, "indexes have no included columns", elsewhere(flavor)));
    }
    index.options.retain(|key, value| !(key == "invisible" && value == "false"));
    let known = ["invisible", "parser", "using", "distance", "m", periods::WITHOUT_OVERLAPS, POSITION];
    known_options(flavor, &place, &index.options, &known)?;
    // Where BTREE is not the default, the method already says so.
    index.options.retain(|key, value| key != "using" || default_method(engine) == value);
    // Without hash indexes, `USING HASH` creates a BTREE.
    index.method.take_if(|method| method.eq_ignore_ascii_case("hash"));
    index.method =
        index.method.take().map(|method| method.to_lowercase()).filter(|method| method != default_method(engine));
    let is_known = |method: &str| match method {
        "btree" | "hash" | "fulltext" | "spatial" => true,
        "vector" => flavor.has_vector_indexes(),
        _ => false,
    };
    if index.method.as_deref().is_some_and(|method| !is_known(method)) {
        return Err(refuse(flavor, place, "there is no such index method", elsewhere(flavor)));
    }
    let whole = matches!(index.method.as_deref(), Some("fulltext" | "spatial" | "vector"));
    for part in &mut index.parts {
        known_options(flavor, &place, &part.options, &["prefix"])?;
        match &mut part.target {
            IndexTarget::Column(name) => {
                let native = columns.get(name).and_then(|column| match &column.data_type {
                    Type::Native(native) => types::length(native),
                    _ => None,
                });
                let native = native.map(|length| length.to_string());
                part.options.retain(|_, prefix| !whole && native.as_ref() != Some(prefix));
            }
            IndexTarget::Expression(_) if !flavor.has_expression_indexes() => {
                let hint = "index a generated column that holds the expression";
                return Err(refuse(flavor, place, "there are no expression indexes", hint));
            }
            IndexTarget::Expression(target) => *target = expression(flavor, target),
        }
    }
    said(&mut index.comment);
    Ok(())
}

/// The default method of an index; for MEMORY it is HASH, which the catalog then omits.
fn default_method(engine: Option<&str>) -> &'static str {
    if engine.is_some_and(|engine| engine.eq_ignore_ascii_case("memory")) { "hash" } else { "btree" }
}

/// The server creates an index for a foreign key that has none. Here it is made explicit, so that the plan contains it
/// like any other.
fn cover_foreign_keys(table: &mut Table) {
    let bare: Vec<ForeignKey> = table.foreign_keys.values().filter(|key| !is_covered(table, key)).cloned().collect();
    for key in bare {
        if !is_covered(table, &key) {
            let name = free_name(table, &key.name);
            table.indexes.insert(name.clone(), Index::on(name, key.columns));
        }
    }
}

/// Whether the table has an index that the server uses for this foreign key.
pub(super) fn is_covered(table: &Table, key: &ForeignKey) -> bool {
    let primary = table.primary_key.iter().any(|primary| primary.columns.starts_with(&key.columns));
    primary || table.indexes.values().any(|index| covers(index, key))
}

/// Whether the server uses this index for this foreign key.
pub(super) fn covers(index: &Index, key: &ForeignKey) -> bool {
    let columns: Vec<&Name> = index
        .parts
        .iter()
        .map_while(|part: &IndexPart| match &part.target {
            IndexTarget::Column(name) if part.options.is_empty() => Some(name),
            IndexTarget::Column(_) | IndexTarget::Expression(_) => None,
        })
        .take(key.columns.len())
        .collect();
    let is_ordered = !matches!(index.method.as_deref(), Some("fulltext" | "spatial" | "vector" | "hash"));
    is_ordered && !index.options.contains_key("invisible") && columns.into_iter().eq(key.columns.iter())
}

fn normalize_view(
    flavor: Flavor,
    view: &mut View,
    columns_of: &dyn Fn(&ObjectName) -> Option<Vec<String>>,
) -> Result<(), Unsupported> {
    let place = Place::View(view.name.clone());
    if view.materialized {
        return Err(refuse(flavor, place, "a view does not store its rows", elsewhere(flavor)));
    }
    said(&mut view.comment);
    if view.comment.is_some() {
        return Err(refuse(flavor, place, "a view has no comment", elsewhere(flavor)));
    }
    for (_, value) in view.options.iter_mut().filter(|(key, _)| *key != VIEW_COLUMNS) {
        *value = value.to_lowercase();
    }
    view.options.retain(|key, value| {
        !matches!(
            (key.as_str(), value.as_str()),
            ("security", "definer") | ("algorithm", "undefined") | ("check_option", "none")
        )
    });
    known_options(
        flavor,
        &place,
        &view.options,
        &["check_option", "security", "algorithm", "connection", VIEW_COLUMNS],
    )?;
    let text = view.query.text().trim().trim_end_matches(';').trim_end().to_owned();
    let (canonical, reads): (String, BTreeSet<ObjectName>) = canonical_query(flavor.product(), &text, columns_of);
    if !reads.is_empty() {
        view.reads = reads;
    }
    view.query = Expression::new(text).with_canonical(canonical);
    Ok(())
}

#[cfg(test)]
mod tests;
