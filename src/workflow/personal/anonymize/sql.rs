//! The statements that replace values: a table with the new value of each old one, and updates that join it.
//!
//! Must not know how new values are made, or when a statement is sent.

use sea_gen_runner::checksum::sha256;
use sea_gen_runner::sql;

use crate::dialect::catalog::REPLACEMENTS_TABLE;
use crate::dialect::{self, Dialect};
use crate::plan::type_name;
use crate::schema::{Check, Column, ForeignKey, Name, ObjectName, Product, Table};

use super::columns::{Key, class_of};
use super::values::ValueClass;

/// The statements of one product.
#[derive(Clone, Copy)]
pub(super) struct Sql {
    pub(super) product: Product,
    dialect: &'static dyn Dialect,
}

impl Sql {
    pub(super) fn of(product: Product) -> Self {
        Self { product, dialect: dialect::of(product) }
    }

    pub(super) fn is_sqlite(self) -> bool {
        self.product == Product::Sqlite
    }

    /// The table of new values. On servers the old ones are in it as hashes only, so that they are as short as an index takes them,
    /// and no letter is taken for another one.
    pub(super) fn create(self) -> Vec<String> {
        let table = REPLACEMENTS_TABLE;
        let (text, source, end) = match self.product {
            Product::Postgres | Product::Sqlite => ("text", "text", ""),
            Product::MySql | Product::MariaDb => {
                ("longtext", "varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", " CHARACTER SET utf8mb4")
            }
        };
        vec![
            format!(
                "CREATE TABLE {table} (part integer NOT NULL, number integer NOT NULL, source {source} NOT NULL, made {text}, PRIMARY KEY (part, source)){end}"
            ),
            format!("CREATE INDEX {table}_number ON {table} (part, number)"),
        ]
    }

    pub(super) fn drop(self) -> String {
        format!("DROP TABLE {REPLACEMENTS_TABLE}")
    }

    /// The rows of a part: number, source, new value.
    pub(super) fn part(self, part: usize) -> String {
        format!("SELECT number, source, made FROM {REPLACEMENTS_TABLE} WHERE part = {part} ORDER BY number")
    }

    pub(super) fn size(self, part: usize) -> String {
        let text = if self.product == Product::Postgres { "::text" } else { "" };
        format!("SELECT count(*){text} FROM {REPLACEMENTS_TABLE} WHERE part = {part}")
    }

    pub(super) fn insert(self, part: usize, rows: &[(usize, String, String)]) -> String {
        let row = |(number, source, made): &(usize, String, String)| {
            format!("({part}, {number}, {}, {})", self.literal(source), self.literal(made))
        };
        let rows: Vec<String> = rows.iter().map(row).collect();
        format!("INSERT INTO {REPLACEMENTS_TABLE} (part, number, source, made) VALUES {}", rows.join(", "))
    }

    pub(super) fn change(self, part: usize, source: &str, made: &str) -> String {
        let (made, source) = (self.literal(made), self.literal(source));
        format!("UPDATE {REPLACEMENTS_TABLE} SET made = {made} WHERE part = {part} AND source = {source}")
    }

    pub(super) fn literal(self, text: &str) -> String {
        sql::literal(self.product, text)
    }

    /// The form in which a value is in the table of new values.
    pub(super) fn source_of(self, value: &str) -> String {
        if self.product == Product::Sqlite { value.to_owned() } else { sha256(value) }
    }

    /// The same as an expression on a column.
    fn source(self, column: &str) -> String {
        match self.product {
            Product::Postgres => format!("encode(sha256(convert_to(({column})::text, 'UTF8')), 'hex')"),
            Product::MySql | Product::MariaDb => format!(
                "CONVERT(SHA2(CONVERT(CAST({column} AS CHAR) USING utf8mb4), 256) USING utf8mb4) COLLATE utf8mb4_bin"
            ),
            Product::Sqlite => format!("CAST({column} AS TEXT)"),
        }
    }

    pub(super) fn quoted(self, name: &Name) -> String {
        self.dialect.quote(name)
    }

    pub(super) fn table(self, name: &ObjectName) -> String {
        self.dialect.quote_object(name)
    }

    /// The different values of a column, as text.
    pub(super) fn values(self, (table, column): &Key) -> String {
        let column = self.quoted(column);
        let text = match self.product {
            Product::Postgres => format!("({column})::text"),
            // A column's own collation takes some letters for others, and most take no notice of spaces at the end.
            Product::MySql => format!("CAST({column} AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_0900_bin"),
            Product::MariaDb => format!("CAST({column} AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_nopad_bin"),
            Product::Sqlite => format!("CAST({column} AS TEXT)"),
        };
        format!("SELECT DISTINCT {text} FROM {} WHERE {column} IS NOT NULL", self.table(table))
    }

    /// How many rows have a value in a column.
    pub(super) fn count(self, (table, column): &Key) -> String {
        let text = if self.product == Product::Postgres { "::text" } else { "" };
        format!("SELECT count({}){text} FROM {}", self.quoted(column), self.table(table))
    }

    /// Keeps others from writing to these tables until the end of the transaction, where a statement of its own does that.
    pub(super) fn lock(self, tables: &[&ObjectName]) -> Option<String> {
        let tables: Vec<String> = tables.iter().map(|table| self.table(table)).collect();
        match self.product {
            Product::Postgres => Some(format!("LOCK TABLE {} IN SHARE MODE", tables.join(", "))),
            // Their rows are locked as they are read; SQLite has one writer, which is this transaction.
            Product::MySql | Product::MariaDb | Product::Sqlite => None,
        }
    }

    /// A query that sees what others have committed, and keeps them from changing it until the end of the transaction.
    pub(super) fn locked(self, query: &str) -> String {
        match self.product {
            Product::MySql | Product::MariaDb => format!("{query} LOCK IN SHARE MODE"),
            Product::Postgres | Product::Sqlite => query.to_owned(),
        }
    }

    /// The new values of a part, as they are printed in a column.
    pub(super) fn made(self, part: usize, column: &Column) -> String {
        // An integer is printed as it is made, and one that was made for a wider column does not fit into this one.
        let made = match self.product {
            Product::Postgres if class_of(self.product, &column.data_type) != ValueClass::Integer => {
                format!("{}::text", self.value("made", column))
            }
            _ => "made".to_owned(),
        };
        format!("SELECT source, {made} FROM {REPLACEMENTS_TABLE} WHERE part = {part}")
    }

    /// Replaces the values with these numbers in a column.
    pub(super) fn update(self, part: usize, (from, to): (usize, usize), table: &Table, column: &Column) -> String {
        let (name, owner) = (self.quoted(&column.name), self.table(&table.name));
        let source = self.source(&format!("t.{name}"));
        let joined = format!("m.part = {part} AND m.number BETWEEN {from} AND {to} AND m.source = {source}");
        match self.product {
            Product::Postgres => {
                let value = self.value("m.made", column);
                format!("UPDATE {owner} AS t SET {name} = {value} FROM {REPLACEMENTS_TABLE} AS m WHERE {joined}")
            }
            // By the plus, SQLite finds the value of a row by its primary key, and does not read the whole batch for each row.
            Product::Sqlite => {
                let joined = joined.replace("m.number", "+m.number");
                format!("UPDATE {owner} AS t SET {name} = m.made FROM {REPLACEMENTS_TABLE} AS m WHERE {joined}")
            }
            Product::MySql | Product::MariaDb => {
                // That a person's name was replaced does not make the row newer.
                let others = table.columns.values().filter(|it| it.on_update.is_some() && it.name != column.name);
                let others: String = others.map(|it| format!(", t.{0} = t.{0}", self.quoted(&it.name))).collect();
                format!(
                    "UPDATE {owner} AS t JOIN {REPLACEMENTS_TABLE} AS m FORCE INDEX (PRIMARY) ON {joined} SET t.{name} = m.made{others}"
                )
            }
        }
    }

    /// A text as a value of a column.
    fn value(self, text: &str, column: &Column) -> String {
        match self.product {
            Product::Postgres => format!("CAST({text} AS {})", type_name(&column.data_type)),
            Product::MySql | Product::MariaDb | Product::Sqlite => text.to_owned(),
        }
    }

    /// Removes the values of a column.
    pub(super) fn remove(self, table: &Table, column: &Name) -> String {
        let name = self.quoted(column);
        let kept = table.columns.values().filter(|it| it.on_update.is_some() && it.name != *column);
        let kept: String = kept.map(|it| format!(", {0} = {0}", self.quoted(&it.name))).collect();
        format!("UPDATE {} SET {name} = NULL{kept} WHERE {name} IS NOT NULL", self.table(&table.name))
    }

    /// The sources of the new values with which rows would break a check: one column for each of `parts`.
    pub(super) fn broken(self, table: &Table, check: &Check, parts: &[(&Name, usize)], removed: &[&Name]) -> String {
        let mut columns = Vec::new();
        let mut joins = String::new();
        for column in table.columns.values() {
            let name = self.quoted(&column.name);
            let own = format!("t.{name}");
            if let Some(at) = parts.iter().position(|(part, _)| **part == column.name) {
                let Some((_, part)) = parts.get(at) else { continue };
                let source = self.source(&own);
                joins.push_str(&format!(
                    " LEFT JOIN {REPLACEMENTS_TABLE} m{at} ON m{at}.part = {part} AND m{at}.source = {source}"
                ));
                let made = self.value(&format!("m{at}.made"), column);
                columns.push(format!("COALESCE({made}, {own}) AS {name}, m{at}.source AS sea_gen_source_{at}"));
            } else if removed.contains(&&column.name) {
                let null = self.value("NULL", column);
                columns.push(format!("{null} AS {name}"));
            } else {
                columns.push(format!("{own} AS {name}"));
            }
        }
        let sources: Vec<String> = (0..parts.len()).map(|at| format!("sea_gen_source_{at}")).collect();
        format!(
            "SELECT DISTINCT {} FROM (SELECT {} FROM {} t{joins}) AS replaced WHERE NOT ({})",
            sources.join(", "),
            columns.join(", "),
            self.table(&table.name),
            check.expression.text()
        )
    }

    /// What lets the rows of a transaction refer to each other only at its end: before all transactions, in each, and behind all.
    pub(super) fn deferred(self) -> (Option<&'static str>, Option<&'static str>, Option<&'static str>) {
        match self.product {
            Product::Postgres => (None, Some("SET CONSTRAINTS ALL DEFERRED"), None),
            Product::MySql | Product::MariaDb => {
                (Some("SET SESSION foreign_key_checks = 0"), None, Some("SET SESSION foreign_key_checks = 1"))
            }
            Product::Sqlite => (None, Some("PRAGMA defer_foreign_keys = ON"), None),
        }
    }

    /// Lets a foreign key be checked at the end of a transaction, and takes that back.
    pub(super) fn defer(self, table: &ObjectName, key: &ForeignKey) -> Option<(String, String)> {
        if self.product != Product::Postgres || key.options.contains_key("deferrable") {
            return None;
        }
        let alter = format!("ALTER TABLE {} ALTER CONSTRAINT {}", self.table(table), self.quoted(&key.name));
        Some((format!("{alter} DEFERRABLE INITIALLY IMMEDIATE"), format!("{alter} NOT DEFERRABLE")))
    }
}
