//! Partitions: tables that belong to a partitioned table.
//!
//! Must not know how they are read or created.

mod placed;

use std::collections::BTreeSet;

use sea_gen_runner::sql;

use crate::dialect::expression::canonical_expression;
use crate::dialect::{Expected, Product};
use crate::schema::{
    Definition, DefinitionId, DefinitionKind, ObjectName, Options, PARTITION_BY, Part, Place, Schema, Table,
};

use super::words;

pub(super) use placed::in_default;

/// The parent of a partition: a table or another partition.
pub(super) fn parent(definition: &Definition) -> Option<&ObjectName> {
    fn divided(need: &Place) -> Option<&ObjectName> {
        match need {
            Place::Table(table, Part::Whole) => Some(table),
            Place::Definition(id) if id.kind == DefinitionKind::Partition => Some(&id.name),
            Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => None,
        }
    }
    (definition.id.kind == DefinitionKind::Partition).then(|| definition.needs.iter().find_map(divided))?
}

/// The topmost table above a partition.
pub(super) fn divided<'s>(schema: &'s Schema, partition: &Definition) -> Option<&'s Table> {
    let parent = parent(partition)?;
    match schema.tables.get(parent) {
        Some(table) => Some(table),
        None => divided(schema, schema.relation_beside(parent).filter(|it| it.id != partition.id)?),
    }
}

/// The partition key as the catalog prints it: expressions in parentheses, columns without.
pub(super) fn normal_key(key: &str) -> String {
    let Some((strategy, rest)) = key.split_once('(') else { return key.to_owned() };
    let Some(list) = rest.trim_end().strip_suffix(')') else { return key.to_owned() };
    let parts: Vec<String> = words::items(list).into_iter().map(normal_part).collect();
    format!("{} ({})", strategy.trim().to_uppercase(), parts.join(", "))
}

/// One part of a key, without a default operator class.
fn normal_part(part: &str) -> String {
    let (value, behind) = cut_part(part);
    let is_name = words::cut_name(value).is_some_and(|(_, rest)| rest.trim().is_empty());
    let value = match is_name {
        true => words::plain(value),
        false => {
            let inside = canonical_expression(Product::Postgres, words::without_parentheses(value));
            let is_call = value.ends_with(')') && !value.starts_with('(');
            if is_call { inside } else { format!("({inside})") }
        }
    };
    let behind = words::plain(behind).replace(" . ", ".");
    let (collation, class) = match behind.rsplit_once(' ') {
        Some(("collate", _)) => (behind.as_str(), ""),
        Some((collation, class)) => (collation, class),
        None => ("", behind.as_str()),
    };
    let bare = class.strip_prefix("pg_catalog.").unwrap_or(class);
    let class = if USUAL_CLASSES.contains(&bare) { "" } else { class };
    let said = [value.as_str(), collation, class];
    said.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Splits a part of a key into its value and its collation and operator class.
fn cut_part(part: &str) -> (&str, &str) {
    let (value, behind) = part.trim().split_at(words::end_of_value(part.trim()));
    (value.trim(), behind.trim())
}

/// Operator classes that are the default of every type they accept.
const USUAL_CLASSES: &[&str] = &[
    "array_ops",
    "bit_ops",
    "bool_ops",
    "bpchar_ops",
    "bytea_ops",
    "char_ops",
    "date_ops",
    "enum_ops",
    "float4_ops",
    "float8_ops",
    "inet_ops",
    "int2_ops",
    "int4_ops",
    "int8_ops",
    "interval_ops",
    "jsonb_ops",
    "macaddr8_ops",
    "macaddr_ops",
    "money_ops",
    "multirange_ops",
    "name_ops",
    "numeric_ops",
    "oid_ops",
    "pg_lsn_ops",
    "range_ops",
    "record_ops",
    "text_ops",
    "time_ops",
    "timestamp_ops",
    "timestamptz_ops",
    "timetz_ops",
    "uuid_ops",
    "varbit_ops",
];

/// A partition's text in the catalog's layout, and its canonical form.
pub(super) fn normal(text: &str) -> Option<(String, String)> {
    let of = words::after_word(text, "OF")?;
    let head = words::clauses(text, &["PARTITION"]).first()?.1.to_owned() + " PARTITION OF";
    let (parent, rest) = words::cut_name(of.trim_start())?;
    let mut clauses = words::clauses(rest, &["PARTITION", "WITH", "TABLESPACE"]).into_iter().peekable();
    let (_, mut bounds) = clauses.next().map(|(word, body)| (word, body.to_owned()))?;
    // `FOR VALUES WITH (modulus …)` has the keyword too.
    if bounds.to_uppercase().ends_with("VALUES") {
        let (_, body) = clauses.next_if(|(word, _)| word == "WITH")?;
        bounds = format!("{bounds} WITH {body}");
    }
    let bounds = folded(&bounds);
    let compared = words::plain(&format!("{head} {parent} {}", without_midnight(&bounds)));
    let (mut layout, mut canonical) = (format!("{head} {parent}\n    {bounds}"), compared);
    for (word, body) in clauses {
        let clause = match word.as_str() {
            "PARTITION" => format!("PARTITION BY {}", normal_key(words::after_word(body, "BY")?.trim())),
            _ => format!("{word} {body}"),
        };
        canonical.push_str(&format!(" {}", words::plain(&clause)));
        layout.push_str(&format!("\n    {clause}"));
    }
    Some((layout, canonical))
}

/// The bounds of a range with timestamps in their shortest form: the catalog also prints midnight and the session's
/// time zone. Only in UTC does a bound without a zone mean the same everywhere.
fn without_midnight(bounds: &str) -> String {
    if !bounds.starts_with("FOR VALUES FROM") {
        return bounds.to_owned();
    }
    let short = |token: &sql::Token<'_>| {
        let text = token.value(Product::Postgres.into())?;
        let is_date = |date: &str| date.parse::<jiff::civil::Date>().is_ok() && date.len() == 10;
        let (date, time) = text.split_at_checked(10).filter(|(date, _)| is_date(date))?;
        let time = time.strip_suffix("+00").or(time.strip_suffix('Z')).unwrap_or(time);
        let time = if matches!(time, " 00:00" | " 00:00:00" | "T00:00:00") { "" } else { time };
        Some(format!("'{date}{time}'"))
    };
    let found = sql::words(Product::Postgres, bounds);
    found.iter().map(|token| short(token).unwrap_or_else(|| token.text.to_owned())).collect::<Vec<_>>().join(" ")
}

/// Bounds with keywords in the catalog's spelling.
fn folded(bounds: &str) -> String {
    let mut text = String::new();
    for token in sql::words(Product::Postgres, bounds) {
        let word = match token.text.to_uppercase() {
            upper
                if ["FOR", "VALUES", "FROM", "TO", "IN", "WITH", "DEFAULT", "MINVALUE", "MAXVALUE"]
                    .contains(&upper.as_str()) =>
            {
                upper
            }
            _ if token.is_any(&["MODULUS", "REMAINDER", "TRUE", "FALSE", "NULL"]) => token.text.to_lowercase(),
            _ => token.text.to_owned(),
        };
        let is_tight = matches!(word.as_str(), ")" | ",") || word.starts_with(':');
        let tight = is_tight || text.is_empty() || text.ends_with(['(', ':']);
        if !tight {
            text.push(' ');
        }
        text.push_str(&word);
    }
    text
}

/// The bounds of a partition: `FOR VALUES …` or `DEFAULT`.
pub(super) fn bounds(partition: &Definition) -> Option<&str> {
    let (_, rest) = partition.create.text().split_once("\n    ")?;
    let end = [KEY, SETTINGS].iter().filter_map(|mark| rest.rfind(mark)).min();
    rest.get(..end.unwrap_or(rest.len()))
}

/// The partition key of a partition that is partitioned itself.
pub(super) fn key(partition: &Definition) -> Option<&str> {
    let text = partition.create.text();
    let rest = text.get(text.rfind(KEY)? + KEY.len()..)?;
    rest.get(..rest.rfind(SETTINGS).unwrap_or(rest.len()))
}

/// The storage parameters of a partition.
pub(super) fn options(partition: &Definition) -> Options {
    let text = partition.create.text();
    let mut options = Options::new();
    if let Some(key) = key(partition) {
        options.insert(PARTITION_BY.to_owned(), key.to_owned());
    }
    if text.get(..UNLOGGED.len()).is_some_and(|head| head.eq_ignore_ascii_case(UNLOGGED)) {
        options.insert("unlogged".to_owned(), "true".to_owned());
    }
    let settings = text.rfind(SETTINGS).and_then(|at| text.get(at + SETTINGS.len()..)?.strip_suffix(')'));
    if let Some(settings) = settings {
        let mut settings: Vec<&str> = words::items(settings);
        settings.sort_unstable();
        options.insert("with".to_owned(), settings.join(", "));
    }
    options
}

const UNLOGGED: &str = "CREATE UNLOGGED ";

/// The clauses after the bounds in a normalised statement that creates a partition.
const KEY: &str = "\n    PARTITION BY ";
const SETTINGS: &str = "\n    WITH (";

/// The partitions of a table and their partitions, each after its parent.
pub(super) fn of_table(schema: &Schema, table: &ObjectName) -> Vec<Definition> {
    let mut found: Vec<Definition> = Vec::new();
    loop {
        let belongs = |need: &Place| match need {
            Place::Table(owner, Part::Whole) => owner == table,
            Place::Definition(id) => found.iter().any(|other| other.id == *id),
            Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) => false,
        };
        let new = schema.definitions.values().filter(|it| {
            it.id.kind == DefinitionKind::Partition
                && it.needs.iter().any(belongs)
                && !found.iter().any(|other| other.id == it.id)
        });
        let new: Vec<Definition> = new.cloned().collect();
        if new.is_empty() {
            return found;
        }
        found.extend(new);
    }
}

/// Removes partitions that are neither in `known` nor expected, from tables with the same partitioning in both schemas,
/// together with their dependents.
pub(super) fn leave_out_new(schema: &mut Schema, known: &Schema, expected: &Expected<'_>) -> bool {
    let is_partition = |id: &DefinitionId| id.kind == DefinitionKind::Partition;
    let is_new = |id: &DefinitionId| !known.definitions.contains_key(id) && !expected(id.name.name.as_str());
    if !schema.definitions.keys().any(|id| is_partition(id) && is_new(id)) {
        return false;
    }
    let key = |schema: &Schema, table: &ObjectName| {
        schema.tables.get(table).and_then(|table| table.options.get(PARTITION_BY).cloned())
    };
    let divided = schema.tables.keys().filter(|name| {
        let key_now = key(schema, name);
        key_now.is_some() && key_now == key(known, name)
    });
    let partitions = divided.flat_map(|table| of_table(schema, table));
    let mut gone: BTreeSet<DefinitionId> = partitions.map(|it| it.id).filter(is_new).collect();
    let found = !gone.is_empty();
    loop {
        let belongs = |it: &&Definition| {
            let on_one = it.id.on.iter().any(|owner| gone.iter().any(|id| is_partition(id) && id.name == *owner));
            let stands_on_one = |need: &Place| matches!(need, Place::Definition(id) if gone.contains(id));
            !gone.contains(&it.id) && (on_one || it.needs.iter().any(stands_on_one))
        };
        let more: Vec<DefinitionId> = schema.definitions.values().filter(belongs).map(|it| it.id.clone()).collect();
        if more.is_empty() {
            break;
        }
        gone.extend(more);
    }
    schema.definitions.retain(|id, _| !gone.contains(id));
    found
}
