//! A schema as one Markdown file: a list of tables, a Mermaid diagram, and a section for each table, view and enum type.
//!
//! With several products, the types of each column are listed for each; everything else is that of the first. Must not know the
//! other formats but Mermaid.

use std::collections::BTreeSet;

use crate::plan::type_name;
use crate::schema::{Column, Name, ObjectName, Part, Place, Table};

use super::{Documented, facts, mermaid};

/// The greatest number of tables of which a diagram is readable.
const MOST_IN_DIAGRAM: usize = 60;

/// The Markdown of a schema for one or several products; empty for none.
pub fn markdown(title: &str, all: &[Documented<'_>]) -> String {
    let Some(first) = all.first() else { return String::new() };
    let schema = first.schema;
    let products: Vec<String> = all.iter().map(|it| it.product.to_string()).collect();
    let mut text = format!("# {}\n\n{}", cell(title), cell(&products.join(", ")));
    if all.len() > 1 {
        text.push_str(&format!(": types for each; everything else is that of {}", first.product));
    }
    text.push_str(".\n");
    let names: BTreeSet<&ObjectName> = all.iter().flat_map(|it| it.schema.tables.keys()).collect();
    text.push_str("\n## Tables\n\n| table | columns | |\n|---|--:|---|\n");
    for name in &names {
        let Some((_, table)) = find(all, name) else { continue };
        let comment = cell(table.comment.as_deref().unwrap_or_default());
        text.push_str(&format!("| {} | {} | {comment} |\n", link(name), table.columns.len()));
    }
    if (1..=MOST_IN_DIAGRAM).contains(&schema.tables.len()) {
        text.push_str(&format!("\n```mermaid\n{}```\n", mermaid::mermaid(schema)));
    }
    for name in &names {
        if let Some((documented, table)) = find(all, name) {
            text.push_str(&table_section(all, documented, table));
        }
    }
    text.push_str(&others(first));
    text
}

fn find<'d>(all: &'d [Documented<'_>], name: &ObjectName) -> Option<(&'d Documented<'d>, &'d Table)> {
    all.iter().find_map(|it| Some((it, it.schema.tables.get(name)?)))
}

fn table_section(all: &[Documented<'_>], documented: &Documented<'_>, table: &Table) -> String {
    let mut text = format!("\n## {}\n\n", cell(&table.name.to_string()));
    text.extend(table.comment.as_ref().map(|comment| format!("{}\n\n", cell(comment))));
    let declared = documented.declared(&Place::table(&table.name));
    let mut origin: Vec<String> = declared.iter().map(|it| format!("declared: {}", cell(it))).collect();
    let migrations = documented.log.of_table(&table.name.to_string());
    origin.extend((!migrations.is_empty()).then(|| {
        let ids: Vec<String> = migrations.iter().map(|id| code(id)).collect();
        format!("migrations: {}", ids.join(", "))
    }));
    text.extend((!origin.is_empty()).then(|| format!("{}\n\n", origin.join("; "))));
    text.push_str(&columns(all, documented, table));
    text.push_str(&keys(documented, table));
    text
}

fn columns(all: &[Documented<'_>], documented: &Documented<'_>, table: &Table) -> String {
    let names: Vec<&Documented<'_>> = all.iter().filter(|it| it.schema.tables.contains_key(&table.name)).collect();
    let heads: Vec<String> = match names.as_slice() {
        [_] => vec!["type".to_owned()],
        several => several.iter().map(|it| it.product.to_string()).collect(),
    };
    let mut text = format!("| column | {} | null | default | |\n|---|", heads.join(" | "));
    text.push_str(&"---|".repeat(heads.len() + 3));
    text.push('\n');
    for column in table.columns.values() {
        let types: Vec<String> = names
            .iter()
            .map(|it| it.schema.tables.get(&table.name).and_then(|table| table.columns.get(&column.name)))
            .map(|column| column.map(|column| code(&type_name(&column.data_type))).unwrap_or_default())
            .collect();
        let key = if facts::is_primary(table, &column.name) { " 🔑" } else { "" };
        let null = if column.nullable { "null" } else { "" };
        let default = facts::default(column);
        let default = if default.is_empty() { default } else { code(&default) };
        let name = format!("{}{key}", code(column.name.as_str()));
        text.push_str(&format!(
            "| {name} | {} | {null} | {default} | {} |\n",
            types.join(" | "),
            remarks(documented, table, column)
        ));
    }
    text
}

fn remarks(documented: &Documented<'_>, table: &Table, column: &Column) -> String {
    let facts = [facts::identity(column).to_owned(), facts::generated(column), facts::further(column)];
    let mut words: Vec<String> = facts.into_iter().filter(|it| !it.is_empty()).map(|it| cell(&it)).collect();
    for key in table.foreign_keys.values().filter(|key| key.columns.contains(&column.name)) {
        words.push(format!("→ {}", link(&key.references)));
    }
    let place = Place::column(&table.name, &column.name);
    words.extend(documented.is_adopted(&place).then(|| "adopted".to_owned()));
    words.extend(documented.personal(&place).map(|it| cell(&it)));
    words.extend(column.comment.as_ref().map(|comment| cell(comment)));
    words.join("; ")
}

/// Keys, indexes, checks and triggers, one line each.
fn keys(documented: &Documented<'_>, table: &Table) -> String {
    let on = |names: &[Name]| cell(&facts::list(names));
    let mut lines = Vec::new();
    lines.extend(table.primary_key.iter().map(|key| format!("primary key ({})", on(&key.columns))));
    let named = |what: &str, name: &Name, text: String, part: Part| {
        let place = Place::Table(table.name.clone(), part);
        let adopted = if documented.is_adopted(&place) { " (adopted)" } else { "" };
        format!("{what} {} {text}{adopted}", code(name.as_str()))
    };
    for unique in table.uniques.values() {
        let text = format!("({})", on(&unique.columns));
        lines.push(named("unique", &unique.name, text, Part::Unique(unique.name.clone())));
    }
    for key in table.foreign_keys.values() {
        let further = facts::key_further(key);
        let to = format!("({}) → {} ({})", on(&key.columns), link(&key.references), on(&key.referenced_columns));
        let text = format!("{to} {}", cell(&further)).trim_end().to_owned();
        lines.push(named(
            "foreign key",
            &key.name,
            text,
            Part::ForeignKey(key.name.clone(), crate::schema::Facet::Whole),
        ));
    }
    for check in table.checks.values() {
        lines.push(named("check", &check.name, code(check.expression.text()), Part::Check(check.name.clone())));
    }
    for index in table.indexes.values() {
        let what = if index.unique { "unique index" } else { "index" };
        let text = format!("({}) {}", cell(&facts::index_parts(index)), cell(&facts::index_further(index)));
        lines.push(named(what, &index.name, text.trim_end().to_owned(), Part::Index(index.name.clone())));
    }
    for trigger in table.triggers.values() {
        lines.push(named("trigger", &trigger.name, String::new(), Part::Trigger(trigger.name.clone())));
    }
    if lines.is_empty() {
        return String::new();
    }
    let lines: String = lines.iter().map(|line| format!("- {}\n", line.trim_end())).collect();
    format!("\n{lines}")
}

/// Views, enum types and routines.
fn others(documented: &Documented<'_>) -> String {
    let schema = documented.schema;
    let mut text = String::new();
    if !schema.views.is_empty() {
        text.push_str("\n## Views\n");
    }
    for view in schema.views.values() {
        text.push_str(&format!("\n### {}\n\n", cell(&view.name.to_string())));
        text.extend(view.comment.as_ref().map(|comment| format!("{}\n\n", cell(comment))));
        let reads: Vec<String> = facts::reads(schema, view).into_iter().map(link).collect();
        text.extend((!reads.is_empty()).then(|| format!("Reads {}.\n\n", reads.join(", "))));
        text.push_str(&fenced(view.query.text()));
    }
    if !schema.enums.is_empty() {
        text.push_str("\n## Enum types\n\n| type | values |\n|---|---|\n");
    }
    for it in schema.enums.values() {
        let values: Vec<String> = it.values.iter().map(|value| code(value)).collect();
        text.push_str(&format!("| {} | {} |\n", cell(&it.name.to_string()), values.join(", ")));
    }
    if !schema.routines.is_empty() {
        text.push_str("\n## Functions and procedures\n");
    }
    for routine in schema.routines.values() {
        text.push_str(&format!("\n### {}\n\n{}", cell(&routine.name.to_string()), fenced(routine.definition.text())));
    }
    text
}

/// SQL between fences that it does not contain.
pub(super) fn fenced(sql: &str) -> String {
    let longest = sql.split(|it| it != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}sql\n{}\n{fence}\n", sql.trim_end())
}

/// A link to the section of a table, by the anchor that GitHub and others give it.
fn link(name: &ObjectName) -> String {
    let name = name.to_string();
    let slug: String = name
        .to_lowercase()
        .chars()
        .filter(|it| it.is_alphanumeric() || matches!(it, ' ' | '-' | '_'))
        .map(|it| if it == ' ' { '-' } else { it })
        .collect();
    format!("[{}](#{slug})", cell(&name))
}

/// A text in a cell of a table, or in a heading: nothing in it is markup.
pub(super) fn cell(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '<' | '>' | '&' => escaped.extend(['\\', it]),
            '\n' | '\r' | '\t' => escaped.push(' '),
            it => escaped.push(it),
        }
    }
    escaped
}

/// A text as code in a cell of a table.
pub(super) fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ").replace('|', "\\|");
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}
