//! Builds tables, views and columns from catalog rows.
//!
//! Must not know constraints or indexes.

use std::collections::BTreeSet;

use sea_gen_runner::session::Row;

use crate::schema::{
    Column, DefaultValue, Expression, Generated, Identity, Name, ObjectName, Options, Place, Table, Type, View,
};

use super::super::render::not_null;
use super::super::{names, render};
use super::{CatalogReader, Relation, column_key, list};

impl CatalogReader<'_> {
    pub(super) fn relation(&mut self, row: Row<'_>) {
        let (oid, schema, bare) = (row.text(0).to_owned(), row.text(1), row.text(2));
        if self.scope.is_history(bare) {
            return;
        }
        let name = self.object_name(schema, bare);
        match row.text(3) {
            // Foreign tables and partitions are definitions.
            "f" => {}
            "r" | "p" if row.is_true(5) => {}
            "r" | "p" => {
                let mut table = Table::new(name.clone());
                table.comment = row.get(9).map(str::to_owned);
                table.options = self.table_options(row);
                self.relations.insert(oid, Relation::Table(name.clone()));
                self.catalog.schema.tables.insert(name, table);
            }
            kind => {
                let view = View {
                    name: name.clone(),
                    query: Expression::new(row.text(10).trim().trim_end_matches(';')),
                    reads: self.pairs(row.get(11)).into_iter().collect::<BTreeSet<_>>(),
                    materialized: kind == "m",
                    comment: row.get(9).map(str::to_owned),
                    options: storage(&list(row.get(8))),
                };
                self.relations.insert(oid, Relation::View(name.clone()));
                self.catalog.schema.views.insert(name, view);
            }
        }
    }

    fn table_options(&self, row: Row<'_>) -> Options {
        let mut options = storage(&list(row.get(8)));
        if row.text(4) == "u" {
            options.insert("unlogged".to_owned(), "true".to_owned());
        }
        for (key, on) in [("row_security", row.is_true(12)), ("force_row_security", row.is_true(13))] {
            if on {
                options.insert(key.to_owned(), "true".to_owned());
            }
        }
        if let Some(key) = row.get(6) {
            options.insert(crate::schema::PARTITION_BY.to_owned(), key.to_owned());
        }
        let parents: Vec<String> = self.pairs(row.get(7)).iter().map(render::quote_object).collect();
        if !parents.is_empty() {
            options.insert("inherits".to_owned(), parents.join(", "));
        }
        options
    }

    /// A JSON array of `[schema, name]`.
    fn pairs(&self, json: Option<&str>) -> Vec<ObjectName> {
        let pairs: Vec<(String, String)> = json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        pairs.iter().map(|(schema, name)| self.object_name(schema, name)).collect()
    }

    pub(super) fn column(&mut self, row: Row<'_>) {
        let name = Name::new(row.text(1));
        match self.relations.get(row.text(0)).cloned() {
            Some(Relation::Table(owner)) => {
                let column = self.column_of(&owner, name.clone(), row);
                self.columns.extend(column_key(row.text(0), row.text(20)).map(|key| (key, name.clone())));
                if let Some(sequence) = row.get(21) {
                    self.places.insert(("pg_class".to_owned(), sequence.to_owned()), Place::column(&owner, &name));
                }
                if let Some(table) = self.catalog.schema.tables.get_mut(&owner) {
                    table.columns.insert(column);
                }
            }
            Some(Relation::View(owner)) => {
                if let Some(view) = self.catalog.schema.views.get_mut(&owner) {
                    view.options.insert(format!("comment:{name}"), row.text(8).to_owned());
                }
            }
            Some(Relation::Beside(_)) | None => {}
        }
    }

    fn column_of(&self, owner: &ObjectName, name: Name, row: Row<'_>) -> Column {
        let mut column = Column::new(name, self.column_type(row));
        column.nullable = !row.is_true(3);
        column.collation = row.get(7).map(str::to_owned);
        column.comment = row.get(8).map(str::to_owned);
        let expression = row.get(4).map(Expression::new);
        column.identity = match row.text(5) {
            "a" => Some(Identity::Always),
            "d" => Some(Identity::ByDefault),
            _ if row.text(18) == "a" && matches!(row.text(2), "smallint" | "integer" | "bigint") => {
                Some(Identity::Serial)
            }
            _ => None,
        };
        match (row.text(6), expression) {
            ("s" | "v", Some(expression)) => {
                column.generated = Some(Generated { expression, stored: row.text(6) == "s" });
            }
            (_, Some(expression)) if column.identity.is_none() => {
                column.default = Some(DefaultValue::Expression(expression));
            }
            _ => {}
        }
        if column.identity.is_some() {
            self.sequence_options(owner, &mut column, row);
        }
        if row.is_true(12) {
            column.options.insert("inherited".to_owned(), "true".to_owned());
        }
        for (key, value) in [("storage", row.get(13)), ("statistics", row.get(14))] {
            if let Some(value) = value {
                column.options.insert(key.to_owned(), value.to_owned());
            }
        }
        let compression = match row.text(15) {
            "p" => Some("pglz"),
            "l" => Some("lz4"),
            _ => None,
        };
        if let Some(compression) = compression {
            column.options.insert("compression".to_owned(), compression.to_owned());
        }
        not_null_options(owner, &mut column, row);
        column
    }

    /// An enum type of the schema, an array of one, or the catalog's spelling.
    fn column_type(&self, row: Row<'_>) -> Type {
        if let (Some(schema), Some(name)) = (row.get(9), row.get(10)) {
            let name = self.object_name(schema, name);
            if self.catalog.schema.enums.contains_key(&name) {
                let element = Type::Enum(name);
                return if row.is_true(11) { Type::Array(Box::new(element)) } else { element };
            }
        }
        Type::Native(row.text(2).to_owned())
    }

    /// The non-default settings of a numbered column's sequence.
    fn sequence_options(&self, owner: &ObjectName, column: &mut Column, row: Row<'_>) {
        let name = self.object_name(row.text(16), row.text(17));
        let chosen = ObjectName { schema: owner.schema.clone(), name: names::sequence_of(owner, &column.name) };
        if name != chosen {
            column.options.insert("sequence".to_owned(), render::quote_object(&name));
        }
        let facts: serde_json::Value = row.get(19).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        let fact = |key: &str| facts.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let integer = fact("type");
        let mut clauses = Vec::new();
        if integer != row.text(2) {
            clauses.push(format!("AS {integer}"));
        }
        let most = match integer {
            "smallint" => "32767",
            "integer" => "2147483647",
            _ => "9223372036854775807",
        };
        for (clause, key, usual) in [
            ("START WITH", "start", "1"),
            ("INCREMENT BY", "increment", "1"),
            ("MINVALUE", "minimum", "1"),
            ("MAXVALUE", "maximum", most),
            ("CACHE", "cache", "1"),
        ] {
            if fact(key) != usual {
                clauses.push(format!("{clause} {}", fact(key)));
            }
        }
        if facts.get("cycle").and_then(serde_json::Value::as_bool) == Some(true) {
            clauses.push("CYCLE".to_owned());
        }
        if !clauses.is_empty() {
            column.options.insert("sequence_options".to_owned(), clauses.join(" "));
        }
    }
}

/// What the constraint of a column that takes no NULL says beyond that.
fn not_null_options(owner: &ObjectName, column: &mut Column, row: Row<'_>) {
    let Some(name) = row.get(22).filter(|_| !column.nullable) else { return };
    if *name != *not_null::generated_name(owner, &column.name).as_str() {
        column.options.insert(not_null::NAME.to_owned(), name.to_owned());
    }
    for (key, on) in [(not_null::NOT_VALID, !row.is_true(23)), (not_null::NO_INHERIT, row.is_true(24))] {
        if on {
            column.options.insert(key.to_owned(), "true".to_owned());
        }
    }
}

/// Storage parameters as one option: `fillfactor=70, autovacuum_enabled=false`.
pub(super) fn storage(parameters: &[String]) -> Options {
    if parameters.is_empty() {
        return Options::new();
    }
    let mut parameters = parameters.to_vec();
    parameters.sort();
    [("with".to_owned(), parameters.join(", "))].into()
}
