//! SQL files beside the entities: the keys, checks and foreign keys of a table.
//!
//! Must not know files, or how a statement is read.

use crate::plan::action_name;
use crate::schema::{Action, Check, Column, ForeignKey, Name, Options, PrimaryKey, Unique};

use super::sidecar::Writer;

impl Writer<'_> {
    pub(super) fn primary_key(&self, key: &PrimaryKey) -> String {
        let name = key.name.as_ref().map(|name| format!("CONSTRAINT {} ", self.dialect.quote(name)));
        let columns = self.names(&key.columns);
        format!(
            "{}PRIMARY KEY ({columns}{}){}{}",
            name.unwrap_or_default(),
            overlaps(&key.options),
            clauses(&key.options),
            deferral(&key.options)
        )
    }

    pub(super) fn unique(&self, unique: &Unique) -> String {
        let nulls = if unique.options.contains_key("nulls_not_distinct") { " NULLS NOT DISTINCT" } else { "" };
        let (name, columns) = (self.dialect.quote(&unique.name), self.names(&unique.columns));
        let (clauses, deferral) = (clauses(&unique.options), deferral(&unique.options));
        format!("CONSTRAINT {name} UNIQUE{nulls} ({columns}{}){clauses}{deferral}", overlaps(&unique.options))
    }

    pub(super) fn check(&self, check: &Check) -> String {
        let option =
            |key: &str, words: &str| if check.options.contains_key(key) { words.to_owned() } else { String::new() };
        format!(
            "CONSTRAINT {} CHECK ({}){}{}{}",
            self.dialect.quote(&check.name),
            check.expression.text(),
            option("no_inherit", " NO INHERIT"),
            option("not_enforced", " NOT ENFORCED"),
            option("not_valid", " NOT VALID"),
        )
    }

    pub(super) fn foreign_key(&self, key: &ForeignKey) -> String {
        let mut sql = format!(
            "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({})",
            self.dialect.quote(&key.name),
            self.referring(&key.columns, &key.options),
            self.object(&key.references),
            self.referring(&key.referenced_columns, &key.options)
        );
        if let Some(kind) = key.options.get("match") {
            sql.push_str(&format!(" MATCH {}", kind.to_uppercase()));
        }
        let mut act = |event: &str, action: Option<Action>, columns: Option<&String>| {
            if let Some(action) = action {
                let columns = columns.map(|columns| format!(" ({columns})")).unwrap_or_default();
                sql.push_str(&format!(" ON {event} {}{columns}", action_name(action).to_uppercase()));
            }
        };
        act("DELETE", key.on_delete, key.options.get("on_delete_columns"));
        act("UPDATE", key.on_update, None);
        sql.push_str(deferral(&key.options));
        if key.options.contains_key("not_enforced") {
            sql.push_str(" NOT ENFORCED");
        } else if key.options.contains_key("not_valid") {
            sql.push_str(" NOT VALID");
        }
        sql
    }

    /// The columns of either side of a foreign key, of which the last may hold a period.
    fn referring(&self, columns: &[Name], options: &Options) -> String {
        match columns.split_last() {
            Some((period, others)) if options.contains_key("period") => {
                let written = others.iter().map(|name| self.dialect.quote(name));
                written.chain([format!("PERIOD {}", self.dialect.quote(period))]).collect::<Vec<_>>().join(", ")
            }
            _ => self.names(columns),
        }
    }

    /// The constraint of a column that takes no NULL, where it says more than that, and the column's options say nothing else.
    pub(super) fn not_null(&self, column: &Column) -> Option<String> {
        let says = |option: &str| column.options.contains_key(option);
        if column.options.is_empty() || !column.options.keys().all(|option| option.starts_with("not_null")) {
            return None;
        }
        let name = column.options.get("not_null").map(|name| self.dialect.quote(&Name::new(name.as_str())));
        Some(format!(
            "{}NOT NULL {}{}{}",
            name.map(|name| format!("CONSTRAINT {name} ")).unwrap_or_default(),
            self.dialect.quote(&column.name),
            if says("not_null_no_inherit") { " NO INHERIT" } else { "" },
            if says("not_null_not_valid") { " NOT VALID" } else { "" },
        ))
    }
}

/// What stands behind the last column of a key over a period (PostgreSQL).
fn overlaps(options: &Options) -> &'static str {
    if options.get("without_overlaps").is_some_and(|value| value == "true") { " WITHOUT OVERLAPS" } else { "" }
}

/// What a key has beside its columns.
fn clauses(options: &Options) -> String {
    let clause = |key: &str, word: &str| options.get(key).map(|list| format!(" {word} ({list})")).unwrap_or_default();
    format!("{}{}", clause("include", "INCLUDE"), clause("with", "WITH"))
}

/// When a constraint is checked, where that is not at once.
fn deferral(options: &Options) -> &'static str {
    match (options.contains_key("deferrable"), options.contains_key("initially_deferred")) {
        (_, true) => " DEFERRABLE INITIALLY DEFERRED",
        (true, false) => " DEFERRABLE",
        (false, false) => "",
    }
}
