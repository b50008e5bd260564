//! The data of the HTML page of a schema: rows of numbers, most of which stand for a text in one list.
//!
//! Thousands of tables repeat the same names and types, so each text is there once. Zeros at the end of a row are left out; the
//! first text is empty. `schema.js` names the fields in the same order. Must not know how the data is shown.

use indexmap::IndexSet;
use serde_json::{Value, json};

use crate::plan::type_name;
use crate::schema::{Column, Facet, ForeignKey, Index, Origin, Part, Place, Table, View};

use super::{Documented, facts};

/// What a column's flags mean.
const NULLABLE: usize = 1;
const PRIMARY: usize = 2;
/// What a foreign key's flags mean.
const ONCE: usize = 1;
const OPTIONAL: usize = 2;

/// The data of a page.
pub(super) fn data(title: &str, all: &[Documented<'_>]) -> Value {
    let mut rows = Rows { texts: IndexSet::from([String::new()]) };
    let dialects: Vec<Value> = all.iter().map(|it| rows.dialect(it)).collect();
    json!({ "title": title, "dialects": dialects, "texts": rows.texts.into_iter().collect::<Vec<_>>() })
}

struct Rows {
    texts: IndexSet<String>,
}

/// A row without the zeros and empty lists at its end.
fn row(mut fields: Vec<Value>) -> Value {
    let is_nothing = |field: &Value| field.as_u64() == Some(0) || field.as_array().is_some_and(Vec::is_empty);
    while fields.last().is_some_and(is_nothing) {
        fields.pop();
    }
    Value::Array(fields)
}

impl Rows {
    fn text(&mut self, text: impl AsRef<str>) -> Value {
        let text = text.as_ref();
        let known = self.texts.get_index_of(text);
        json!(known.unwrap_or_else(|| self.texts.insert_full(text.to_owned()).0))
    }

    fn texts<T: ToString>(&mut self, texts: impl IntoIterator<Item = T>) -> Value {
        texts.into_iter().map(|it| self.text(it.to_string())).collect()
    }

    fn dialect(&mut self, documented: &Documented<'_>) -> Value {
        let schema = documented.schema;
        let tables: Vec<Value> = schema.tables.values().map(|it| self.table(documented, it)).collect();
        let views: Vec<Value> = schema.views.values().map(|it| self.view(documented, it)).collect();
        let enums = schema.enums.values().map(|it| {
            let mut fields = self.head(documented, &it.name, it.comment.as_deref(), &Place::Enum(it.name.clone()));
            fields.push(self.texts(&it.values));
            row(fields)
        });
        let enums: Vec<Value> = enums.collect();
        let routines = schema.routines.values().map(|it| {
            let mut fields = self.head(documented, &it.name, None, &Place::Routine(it.name.clone()));
            fields.extend([self.text("routine"), self.text(it.definition.text())]);
            row(fields)
        });
        let mut others: Vec<Value> = routines.collect();
        for it in schema.definitions.values() {
            let name = it.id.on.as_ref().map_or(it.id.name.to_string(), |on| format!("{on}.{}", it.id.name));
            let place = Place::Definition(it.id.clone());
            let mut fields = self.head(documented, &name, it.comment.as_deref(), &place);
            fields.extend([self.text(it.id.kind.to_string()), self.text(it.create.text())]);
            others.push(row(fields));
        }
        let (key, name) = (documented.product.key(), documented.product.to_string());
        let declared = documented.origins.is_some();
        json!({ "key": key, "name": name, "declared": declared, "tables": tables, "views": views, "enums": enums, "others": others })
    }

    /// What every object begins with: its name, its comment, and who declares it.
    fn head(
        &mut self,
        documented: &Documented<'_>,
        name: impl ToString,
        comment: Option<&str>,
        place: &Place,
    ) -> Vec<Value> {
        let source = documented.sources.get(place);
        vec![
            self.text(name.to_string()),
            self.text(comment.unwrap_or_default()),
            self.text(source.map(|it| it.file.as_str()).unwrap_or_default()),
            json!(source.map(|it| it.line).unwrap_or_default()),
            origin(documented, place),
        ]
    }

    fn view(&mut self, documented: &Documented<'_>, view: &View) -> Value {
        let place = Place::View(view.name.clone());
        let mut fields = self.head(documented, &view.name, view.comment.as_deref(), &place);
        fields.push(self.text(view.query.text()));
        fields.push(json!(usize::from(view.materialized)));
        fields.push(self.texts(facts::reads(documented.schema, view)));
        row(fields)
    }

    fn table(&mut self, documented: &Documented<'_>, table: &Table) -> Value {
        let name = table.name.to_string();
        let mut fields = self.head(documented, &table.name, table.comment.as_deref(), &Place::table(&table.name));
        let adopted = |part: Part| origin(documented, &Place::Table(table.name.clone(), part));
        fields.push(self.texts(documented.log.of_table(&name)));
        fields.push(table.columns.values().map(|it| self.column(documented, table, it)).collect());
        let primary = table.primary_key.as_ref();
        fields.push(self.texts(primary.map(|key| key.columns.as_slice()).unwrap_or_default()));
        let uniques = table.uniques.values().map(|it| {
            let options = facts::said(&it.options).unwrap_or_default();
            let (name, columns, options) = (self.text(it.name.as_str()), self.texts(&it.columns), self.text(options));
            row(vec![name, columns, options, adopted(Part::Unique(it.name.clone()))])
        });
        fields.push(uniques.collect());
        fields.push(table.foreign_keys.values().map(|it| self.key(table, it, &adopted)).collect());
        let checks = table.checks.values().map(|it| {
            let options = facts::said(&it.options).unwrap_or_default();
            let (name, text) = (self.text(it.name.as_str()), self.text(it.expression.text()));
            row(vec![name, text, self.text(options), adopted(Part::Check(it.name.clone()))])
        });
        fields.push(checks.collect());
        fields.push(table.indexes.values().map(|it| self.index(it, &adopted)).collect());
        let triggers = table.triggers.values().map(|it| {
            let (name, text) = (self.text(it.name.as_str()), self.text(it.definition.text()));
            row(vec![name, text, adopted(Part::Trigger(it.name.clone()))])
        });
        fields.push(triggers.collect());
        fields.push(self.text(facts::said(&table.options).unwrap_or_default()));
        fields.push(json!(table.rows.as_ref().map(|rows| rows.rows.len()).unwrap_or_default()));
        row(fields)
    }

    fn column(&mut self, documented: &Documented<'_>, table: &Table, column: &Column) -> Value {
        let place = Place::column(&table.name, &column.name);
        let (source, whole) = (documented.sources.get(&place), documented.sources.get(&Place::table(&table.name)));
        let (of_table, of_column) = (table.name.to_string(), column.name.to_string());
        let made = documented.log.of_column(&of_table, &of_column);
        // A column that was created with its table says nothing of its own.
        let made = made.filter(|id| documented.log.of_table(&of_table).first().is_none_or(|first| first != id));
        let elsewhere = source.filter(|it| whole.is_none_or(|whole| whole.file != it.file));
        let nullable = if column.nullable { NULLABLE } else { 0 };
        let further: Vec<String> = [facts::further(column)]
            .into_iter()
            .chain(documented.personal(&place))
            .filter(|it| !it.is_empty())
            .collect();
        let primary = if facts::is_primary(table, &column.name) { PRIMARY } else { 0 };
        row(vec![
            self.text(of_column),
            self.text(type_name(&column.data_type)),
            json!(nullable | primary),
            json!(source.map(|it| it.line).unwrap_or_default()),
            self.text(facts::default(column)),
            self.text(made.unwrap_or_default()),
            self.text(facts::identity(column)),
            self.text(facts::generated(column)),
            self.text(column.comment.as_deref().unwrap_or_default()),
            self.text(further.join(", ")),
            self.text(elsewhere.map(|it| it.file.as_str()).unwrap_or_default()),
            origin(documented, &place),
        ])
    }

    fn key(&mut self, table: &Table, key: &ForeignKey, adopted: &impl Fn(Part) -> Value) -> Value {
        let once = if facts::refers_once(table, key) { ONCE } else { 0 };
        let optional = if facts::refers_optionally(table, key) { OPTIONAL } else { 0 };
        row(vec![
            self.text(key.name.as_str()),
            self.texts(&key.columns),
            self.text(key.references.to_string()),
            self.texts(&key.referenced_columns),
            self.text(facts::key_further(key)),
            json!(once | optional),
            adopted(Part::ForeignKey(key.name.clone(), Facet::Whole)),
        ])
    }

    fn index(&mut self, index: &Index, adopted: &impl Fn(Part) -> Value) -> Value {
        row(vec![
            self.text(index.name.as_str()),
            self.text(facts::index_parts(index)),
            json!(usize::from(index.unique)),
            self.text(facts::index_further(index)),
            self.text(index.comment.as_deref().unwrap_or_default()),
            adopted(Part::Index(index.name.clone())),
        ])
    }
}

/// 0 an entity or unknown, 1 an SQL file, 2 adopted.
fn origin(documented: &Documented<'_>, place: &Place) -> Value {
    json!(match documented.origins.map(|origins| origins.of(place)) {
        Some(Origin::Entity) | None => 0,
        Some(Origin::Sidecar) => 1,
        Some(Origin::Adopted) => 2,
    })
}
