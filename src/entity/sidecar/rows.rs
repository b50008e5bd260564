//! `role.rows.json`: the reference rows of a table.
//!
//! Must not know what a database holds in a column: values are taken as they are written, and judged where types are known.

use std::fmt;
use std::path::Path;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::schema::{
    Name, ObjectName, Origin, Part, Place, Product, ReferenceRow, ReferenceRows, RowValue, Table, Type,
};

use super::super::source::{Output, SourceError, SourceLocation};
use super::super::{ROWS_FILE, SourceFile};

/// The greatest number of rows of a table. More are data, which belongs into no declaration.
pub const MOST_ROWS: usize = 1000;

/// Whether the file holds the rows of a table for a product: `role.rows.json`, or `role.postgres.rows.json` for one.
pub(in super::super) fn is_meant_for(path: &Path, product: Product) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some(stem) = name.strip_suffix(ROWS_FILE) else { return false };
    match stem.rsplit_once('.').map(|(_, key)| key.parse::<Product>()) {
        Some(Ok(meant)) => meant == product,
        Some(Err(_)) | None => true,
    }
}

/// The content of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written<'t> {
    #[serde(borrow)]
    table: &'t RawValue,
    #[serde(borrow, default)]
    key: Option<&'t RawValue>,
    #[serde(borrow)]
    rows: Vec<&'t RawValue>,
}

/// The values of a row in the order in which they are written.
struct Values<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Values<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl<'de> Visitor<'de> for Of {
            type Value = Values<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object with the values of a row")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = map.next_entry()? {
                    values.push(value);
                }
                Ok(Values(values))
            }
        }
        deserializer.deserialize_map(Of)
    }
}

/// The text, for the places of its parts.
struct Text<'t> {
    path: &'t Path,
    text: &'t str,
}

impl Text<'_> {
    fn spot(&self, part: &RawValue) -> SourceLocation {
        let start = part.get().as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        self.spot_at(start, part.get().len())
    }

    fn spot_at(&self, start: usize, length: usize) -> SourceLocation {
        let start = start.min(self.text.len());
        let line = self.text.get(..start).map_or(1, |before| before.matches('\n').count() + 1);
        SourceLocation { file: self.path.into(), span: start..(start + length).min(self.text.len()), line }
    }

    fn trouble(&self, error: &serde_json::Error, within: usize) -> SourceError {
        let text = self.text.get(within..).unwrap_or_default();
        let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
        let spot = self.spot_at(within + before + error.column().saturating_sub(1), 1);
        SourceError::new(spot, format!("this is no file of reference rows: {message}"), "not understood")
            .hint(r#"{"table": "role", "key": ["id"], "rows": [{"id": 1, "name": "admin"}]}"#)
    }
}

/// Reads the rows into their table.
pub(in super::super) fn read(file: &SourceFile, output: &mut Output) {
    if let Err(trouble) = rows(&Text { path: &file.path, text: &file.text }, output) {
        output.error(trouble);
    }
    output.flush_places();
}

fn rows(text: &Text<'_>, output: &mut Output) -> Result<(), SourceError> {
    let start = text.text.len() - text.text.trim_start_matches('\u{feff}').len();
    let written: Written<'_> = serde_json::from_str(text.text.get(start..).unwrap_or_default())
        .map_err(|error| text.trouble(&error, start))?;
    let name: String = part(text, written.table)?;
    let (path, at_table) = (text.path, text.spot(written.table));
    output.flush_places();
    let schema = &output.model.schema;
    let Some(table) = schema.tables.values().find(|table| table.name.to_string() == name) else {
        let trouble = SourceError::new(at_table, format!("no entity declares a table `{name}`"), "not found");
        return Err(trouble.hint("declare the table by an entity, or correct its name"));
    };
    if table.rows.is_some() {
        let known = output.model.sources.get(&Place::Table(table.name.clone(), Part::Rows));
        let known = known.map(|source| format!("{}:{}", source.file.display(), source.line)).unwrap_or_default();
        let trouble = SourceError::new(at_table, format!("the rows of `{name}` are declared twice"), "the second");
        return Err(trouble.hint(format!("the first are at {known}: put all into one file")));
    }
    let key: Vec<Name> = match written.key {
        Some(key) => part::<Vec<String>>(text, key)?.into_iter().map(Name::from).collect(),
        None => table.primary_key.iter().flat_map(|key| key.columns.clone()).collect(),
    };
    if key.is_empty() {
        let trouble = SourceError::new(at_table, format!("table `{name}` has no primary key"), "rows without a key");
        return Err(trouble.hint("name the columns of a unique key: `\"key\": [\"code\"]`"));
    }
    if let Some(row) = written.rows.get(MOST_ROWS) {
        let count = written.rows.len();
        let message = format!("`{name}` has {count} reference rows, and no more than {MOST_ROWS} are taken");
        return Err(SourceError::new(text.spot(row), message, "one too many")
            .hint("write so many rows in a migration by hand: `gen migration <Name> --empty`"));
    }
    let (mut all, mut lines) = (ReferenceRows { key, rows: Vec::new() }, Vec::new());
    for raw in &written.rows {
        let row = row(text, table, &all, raw)?;
        if let Some(at) = all.rows.iter().position(|other| all.key.iter().all(|name| other.get(name) == row.get(name)))
        {
            let first = lines.get(at).copied().unwrap_or_default();
            let trouble = SourceError::new(text.spot(raw), "two rows have the same key", "the second");
            return Err(trouble.hint(format!("the first is at {}:{first}", path.display())));
        }
        lines.push(text.spot(raw).line);
        all.rows.push(row);
    }
    let name: ObjectName = table.name.clone();
    if let Some(table) = output.model.schema.tables.get_mut(&name).filter(|_| !all.rows.is_empty()) {
        table.rows = Some(all);
        output.declare(Place::Table(name.clone(), Part::Rows), &at_table, Origin::Sidecar);
        output.model.row_lines.insert(name, lines);
    }
    Ok(())
}

fn part<'t, T: Deserialize<'t>>(text: &Text<'_>, raw: &'t RawValue) -> Result<T, SourceError> {
    serde_json::from_str(raw.get()).map_err(|error| text.trouble(&error, text.spot(raw).span.start))
}

fn row(text: &Text<'_>, table: &Table, known: &ReferenceRows, raw: &RawValue) -> Result<ReferenceRow, SourceError> {
    let Values(values) = part(text, raw)?;
    let mut row = ReferenceRow::new();
    for (name, value) in values {
        let column = Name::from(name.as_str());
        let is_json = table
            .columns
            .get(&column)
            .is_none_or(|column| matches!(column.data_type, Type::Json | Type::JsonBinary | Type::Native(_)));
        let one = match value.get().as_bytes().first() {
            Some(b'n') => RowValue::Null,
            Some(b't') => RowValue::Boolean(true),
            Some(b'f') => RowValue::Boolean(false),
            Some(b'"') => RowValue::Text(part(text, value)?),
            Some(b'{' | b'[') if is_json => RowValue::Text(value.get().to_owned()),
            Some(b'{' | b'[') => {
                let message = format!("`{name}` is no JSON column, and holds no object or list");
                return Err(SourceError::new(text.spot(value), message, "not a value of the column")
                    .hint("write the value in quotes, as the database prints it"));
            }
            _ => RowValue::Number(value.get().to_owned()),
        };
        if row.insert(column, one).is_some() {
            let message = format!("a row has two values of `{name}`");
            return Err(SourceError::new(text.spot(value), message, "the second").hint("remove one of them"));
        }
    }
    if let Some(name) = known.key.iter().find(|name| matches!(row.get(*name), None | Some(RowValue::Null))) {
        let message = format!("a row has no value of `{name}`, which belongs to the key of the rows");
        return Err(SourceError::new(text.spot(raw), message, "no key").hint(format!("add `\"{name}\": …`")));
    }
    let first = known.rows.first().unwrap_or(&row);
    let unlike = first.keys().find(|name| !row.contains_key(*name)).map(|name| (name, "lacks"));
    let unlike = unlike.or_else(|| row.keys().find(|name| !first.contains_key(*name)).map(|name| (name, "has")));
    if let Some((name, verb)) = unlike {
        let message = format!("this row {verb} a value of `{name}`, unlike the first one");
        return Err(SourceError::new(text.spot(raw), message, "other columns")
            .hint(format!("all rows have the same columns: `\"{name}\": null` where there is no value")));
    }
    Ok(row)
}
