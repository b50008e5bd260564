//! Parses what a statement of a migration file does.
//!
//! The first keywords of a statement determine its kind, on every database; unknown ones are reported as such. Must not know
//! the lint rules, or files.

mod alter;
pub mod clause_kind;
mod columns;
mod cursor;
mod keeping;
mod model;
mod rows;

use crate::Product;
use crate::sql::TokenKind;

use clause_kind::ClauseKind;
use rows::rows;

pub use cursor::{Cursor, Word, words};
pub use keeping::keeps_rows;
pub use model::{Clause, ColumnRead, Feature, Reading, Reference};

/// The statement of PostgreSQL that gives owner and privileges back to what is made anew: what an earlier query has put into a
/// setting of the session. It fails in a session that has not read them, rather than leaving them out.
pub const GIVE_BACK: &str =
    "DO $$ BEGIN EXECUTE current_setting('gen.kept'); PERFORM set_config('gen.kept', '', false); END $$";

/// Parses one statement. If its first keywords are not known, the reason is in [`Reading::unread`].
pub fn read(product: Product, sql: &str) -> Reading {
    let Some(words) = words(product, sql) else {
        return Reading { unread: Some("a quote in it never ends".to_owned()), ..Reading::default() };
    };
    let mut reading = Reading::default();
    if words.is_empty() && sql.starts_with("-- gen: rust ") {
        reading.unread = Some("a function of the program is called here".to_owned());
        return reading;
    }
    if product == Product::Postgres && sql == GIVE_BACK {
        return reading;
    }
    let strings = words.iter().filter(|word| word.kind == TokenKind::String);
    reading.strings = strings.map(|word| word.text.trim_matches('\'').replace("''", "'")).collect();
    let cursor = Cursor::new(&words);
    if !statement(product, cursor, &mut reading) {
        reading.unread = Some(UNKNOWN.to_owned());
    }
    reading
}

/// Why a statement is not read whose first words are none that are known.
pub const UNKNOWN: &str = "no parser at hand understands it";

fn clause(kind: ClauseKind, table: impl Into<String>, part: impl Into<String>) -> Clause {
    Clause { kind, table: table.into(), part: part.into() }
}

/// Reads a statement; whether its first words are known.
fn statement(product: Product, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    const NOTHING: &[&str] = &[
        "SELECT",
        "REVOKE",
        "ANALYZE",
        "NOTIFY",
        "CALL",
        "PREPARE",
        "EXECUTE",
        "DEALLOCATE",
        "USE",
        "SAVEPOINT",
        "RELEASE",
        "REFRESH",
        "SECURITY",
        "RESET",
    ];
    if cursor.take("CREATE") {
        return create(cursor, reading);
    }
    if cursor.take("ALTER") {
        return alter(product, cursor, reading);
    }
    if cursor.take("DROP") {
        return drop(product, cursor, reading);
    }
    if cursor.take("WITH") {
        return with(cursor, reading);
    }
    if cursor.take("GRANT") {
        let mut on = cursor.after("ON");
        if let Some(on) = &mut on {
            on.take_any(&["TABLE", "FUNCTION", "PROCEDURE", "SEQUENCE", "TYPE", "DOMAIN"]);
            reading.features.push(Feature::Grants(on.object()));
        }
        return true;
    }
    if cursor.take("SET") || cursor.take("PRAGMA") {
        setting(cursor, reading);
        return true;
    }
    if cursor.take_any(NOTHING).is_some() {
        return true;
    }
    if cursor.take("ROLLBACK") {
        if !cursor.holds("TO") {
            reading.features.push(Feature::ControlsTransaction);
        }
        return true;
    }
    if cursor.take_any(&["BEGIN", "COMMIT", "END", "ABORT", "START TRANSACTION"]).is_some() {
        reading.features.push(Feature::ControlsTransaction);
        return true;
    }
    rows(cursor, reading) || upkeep(cursor, reading)
}

/// Queries in front of a statement, each of which may change rows too.
fn with(mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    cursor.take("RECURSIVE");
    loop {
        cursor.name();
        if cursor.is_at("(") {
            cursor.pass();
        }
        cursor.take("AS");
        cursor.take("NOT");
        cursor.take("MATERIALIZED");
        if let Some(query) = cursor.inside() {
            part(query, reading);
        }
        cursor.pass();
        if !cursor.take(",") {
            break;
        }
    }
    part(cursor, reading)
}

/// A query of a statement, whether it reads rows or changes them.
fn part(mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    if cursor.take("WITH") {
        return with(cursor, reading);
    }
    cursor.is_at("SELECT")
        || cursor.is_at("VALUES")
        || cursor.is_at("(")
        || cursor.is_at("TABLE")
        || rows(cursor, reading)
}

/// Statements on whole tables and indexes, and blocks that are not parsed.
fn upkeep(mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    if cursor.take("TRUNCATE") {
        cursor.take("TABLE");
        cursor.take("ONLY");
        if cursor.holds("CASCADE") {
            reading.features.push(Feature::Cascade);
        }
        for mut part in cursor.parts() {
            reading.clauses.push(clause(ClauseKind::Truncate, part.object(), ""));
        }
    } else if cursor.take("REINDEX") {
        let concurrently = cursor.holds("CONCURRENTLY");
        let kind = if concurrently { ClauseKind::ReindexConcurrently } else { ClauseKind::Reindex };
        while cursor.take_any(&["INDEX", "TABLE", "SCHEMA", "DATABASE", "CONCURRENTLY"]).is_some() {}
        if concurrently {
            reading.features.push(Feature::Concurrently);
        }
        let name = cursor.object();
        reading.clauses.push(clause(kind, name.clone(), name));
    } else if cursor.take("CLUSTER") || cursor.take("VACUUM FULL") || cursor.take("OPTIMIZE TABLE") {
        reading.clauses.push(clause(ClauseKind::Repack, cursor.object(), ""));
    } else if cursor.take("VACUUM") {
        if cursor.rest().is_empty() {
            reading.clauses.push(clause(ClauseKind::Repack, "", ""));
        }
    } else if cursor.take("COMMENT ON") {
        let kind = cursor.take_any(&["TABLE", "COLUMN"]);
        let name = cursor.object();
        let table = match kind {
            Some("COLUMN") => name.rsplit_once('.').map_or(name.clone(), |(table, _)| table.to_owned()),
            Some(_) => name,
            None => String::new(),
        };
        reading.clauses.push(clause(ClauseKind::Comment, table, ""));
    } else if cursor.take("RENAME TABLE") {
        for mut part in cursor.parts() {
            let table = part.object();
            part.take("TO");
            let name = part.object();
            reading.names.push(name.clone());
            reading.clauses.push(clause(ClauseKind::RenameTable, table, name));
        }
    } else if cursor.take("LOCK") {
        reading.features.push(Feature::LocksTable);
    } else if cursor.take("UNLOCK") {
    } else if cursor.take("DO") {
        reading.unread = Some("the block is not looked into".to_owned());
    } else {
        return false;
    }
    true
}

fn create(mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    const KINDS: &[&str] = &[
        "FUNCTION",
        "PROCEDURE",
        "EVENT",
        "VIEW",
        "TYPE",
        "DOMAIN",
        "EXTENSION",
        "SCHEMA",
        "DATABASE",
        "SEQUENCE",
        "ROLE",
        "USER",
        "POLICY",
        "RULE",
        "COLLATION",
        "OPERATOR",
        "AGGREGATE",
        "STATISTICS",
        "PUBLICATION",
        "CAST",
        "SERVER",
    ];
    let replaces = cursor.take("OR REPLACE");
    if cursor.take("TEMPORARY") || cursor.take("TEMP") {
        // Session objects are invisible to other sessions.
        return true;
    }
    cursor.take("UNLOGGED");
    if cursor.take("TABLE") {
        cursor.take("IF NOT EXISTS");
        let table = cursor.object();
        if replaces {
            reading.clauses.push(clause(ClauseKind::DropTable, table.clone(), ""));
        }
        reading.names.push(table.clone());
        for mut part in cursor.inside().map(|inside| inside.parts()).unwrap_or_default() {
            const NAMELESS: &[&str] =
                &["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE", "KEY", "INDEX", "LIKE", "FULLTEXT", "PERIOD"];
            columns::part(&table, part, reading);
            part.take("CONSTRAINT");
            if !NAMELESS.iter().any(|word| part.is_at(word)) {
                reading.names.push(part.name());
            }
        }
        reading.clauses.push(clause(ClauseKind::CreateTable, table, ""));
        return true;
    }
    if let Some(index) = index(cursor, reading) {
        reading.clauses.push(index);
        return true;
    }
    if cursor.after("TRIGGER").is_some() && KINDS.iter().all(|kind| !cursor.is_at(kind)) {
        let table = cursor.after("ON").map(|mut on| on.object()).unwrap_or_default();
        reading.clauses.push(clause(ClauseKind::CreateTrigger, table, ""));
        return true;
    }
    let Some((kind, mut named)) = KINDS.iter().find_map(|kind| Some((*kind, cursor.after(kind)?))) else {
        return false;
    };
    named.take("IF NOT EXISTS");
    reading.features.push(Feature::Creates(kind.to_owned(), named.object()));
    true
}

fn index(mut cursor: Cursor<'_>, reading: &mut Reading) -> Option<Clause> {
    let kind = cursor.take_any(&["UNIQUE", "FULLTEXT", "SPATIAL"]);
    if !cursor.take("INDEX") {
        return None;
    }
    let concurrently = cursor.take("CONCURRENTLY");
    if cursor.take("IF NOT EXISTS") {
        reading.features.push(Feature::IfNotExists);
    }
    let name = if cursor.is_at("ON") { String::new() } else { cursor.object() };
    let mut on = cursor.after("ON")?;
    on.take("ONLY");
    let table = on.object();
    if concurrently {
        reading.features.push(Feature::Concurrently);
    }
    let named = if kind == Some("UNIQUE") { ClauseKind::AddsUniqueness } else { ClauseKind::CreateIndex };
    columns::named(named, &table, &name, reading);
    columns::key(&table, on, reading);
    if kind.is_none() {
        reading.features.push(Feature::Columns(on.inside().map_or(1, |columns| columns.parts().len())));
    }
    reading.features.extend(alter::algorithm(on));
    if !name.is_empty() {
        reading.names.push(name.clone());
    }
    if kind == Some("UNIQUE") {
        reading.clauses.push(clause(ClauseKind::AddsUniqueness, table.clone(), name.clone()));
    }
    let kind = match (concurrently, kind) {
        (true, _) => ClauseKind::CreateIndexConcurrently,
        (false, Some("FULLTEXT" | "SPATIAL")) => ClauseKind::CreateSpecialIndex,
        (false, _) => ClauseKind::CreateIndex,
    };
    Some(clause(kind, table, name))
}

fn alter(product: Product, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    if cursor.take("TABLE") {
        return alter::table(product, cursor, reading);
    }
    if cursor.take("TYPE") {
        cursor.object();
        if cursor.take("ADD VALUE") {
            cursor.take("IF NOT EXISTS");
            let value = cursor.rest().first().map(|word| word.text.trim_matches('\'').to_owned());
            reading.features.extend(value.map(Feature::AddsValue));
        } else if cursor.take("RENAME VALUE") {
            let value = cursor.rest().first().map(|word| word.text.trim_matches('\'').to_owned());
            reading.features.extend(value.map(Feature::RenamesValue));
        }
        return true;
    }
    if cursor.take("INDEX") {
        cursor.take("IF EXISTS");
        let name = cursor.object();
        let kind = if cursor.take("RENAME") { ClauseKind::RenameIndex } else { ClauseKind::Setting };
        if kind == ClauseKind::RenameIndex && cursor.take("TO") {
            reading.names.push(cursor.name());
        }
        reading.clauses.push(clause(kind, "", name));
        return true;
    }
    [
        "VIEW",
        "MATERIALIZED",
        "SEQUENCE",
        "FUNCTION",
        "PROCEDURE",
        "DOMAIN",
        "SCHEMA",
        "DATABASE",
        "ROLE",
        "USER",
        "POLICY",
        "EXTENSION",
        "DEFAULT",
        "TRIGGER",
        "EVENT",
        "COLLATION",
        "PUBLICATION",
        "SYSTEM",
    ]
    .iter()
    .any(|kind| cursor.is_at(kind))
}

fn drop(product: Product, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    if cursor.holds("CASCADE") {
        reading.features.push(Feature::Cascade);
    }
    if cursor.take("TEMPORARY") {
        return true;
    }
    if cursor.take_any(&["TABLE", "TABLES"]).is_some() {
        cursor.take("IF EXISTS");
        for mut part in cursor.parts() {
            reading.clauses.push(clause(ClauseKind::DropTable, part.object(), ""));
        }
    } else if cursor.take("INDEX") {
        let concurrently = cursor.take("CONCURRENTLY");
        cursor.take("IF EXISTS");
        let kind = if concurrently { ClauseKind::DropIndexConcurrently } else { ClauseKind::DropIndex };
        if concurrently {
            reading.features.push(Feature::Concurrently);
        }
        let name = cursor.object();
        let table = cursor.after("ON").map(|mut on| on.object()).unwrap_or_default();
        reading.features.extend(alter::algorithm(cursor));
        reading.clauses.push(clause(kind, table, name));
    } else if cursor.take("TRIGGER") {
        cursor.take("IF EXISTS");
        let name = cursor.object();
        let table = cursor.after("ON").map(|mut on| on.object()).unwrap_or_default();
        reading.clauses.push(clause(ClauseKind::DropTrigger, table, name));
    } else if let Some(kind) = cursor.take_any(&["DATABASE", "SCHEMA"]) {
        cursor.take("IF EXISTS");
        // Without CASCADE PostgreSQL drops an empty one only; to MySQL and MariaDB it is a database.
        if kind == "DATABASE" || product != Product::Postgres || cursor.holds("CASCADE") {
            reading.features.extend([Feature::DropsDatabase, Feature::LosesUnnamed("all that is in it goes")]);
            let schemas = cursor.parts().into_iter().map(|mut part| part.name());
            reading.features.extend(schemas.map(|name| Feature::Drops("SCHEMA".to_owned(), name)));
        }
    } else {
        const KINDS: &[&str] = &[
            "FUNCTION",
            "PROCEDURE",
            "VIEW",
            "MATERIALIZED",
            "TYPE",
            "DOMAIN",
            "EXTENSION",
            "SEQUENCE",
            "ROLE",
            "USER",
            "POLICY",
            "RULE",
            "EVENT",
            "COLLATION",
            "OPERATOR",
            "AGGREGATE",
            "STATISTICS",
            "OWNED",
            "PUBLICATION",
            "PREPARE",
            "ROUTINE",
            "CAST",
            "SERVER",
        ];
        let Some(kind) = cursor.take_any(KINDS) else { return false };
        let kind = if kind == "MATERIALIZED" { "VIEW" } else { kind };
        cursor.take("VIEW");
        cursor.take("IF EXISTS");
        if kind == "OWNED" {
            reading.features.push(Feature::LosesUnnamed("all that the role owns goes"));
        } else if ["TYPE", "DOMAIN", "EXTENSION", "COLLATION"].contains(&kind) && cursor.holds("CASCADE") {
            reading.features.push(Feature::LosesUnnamed("columns that depend on it go too"));
        }
        let names = cursor.parts().into_iter().map(|mut part| part.object());
        reading.features.extend(names.map(|name| Feature::Drops(kind.to_owned(), name)));
    }
    true
}

fn setting(mut cursor: Cursor<'_>, reading: &mut Reading) {
    while cursor.take_any(&["SESSION", "LOCAL", "GLOBAL", "@", "@@SESSION", "."]).is_some() {}
    let name = cursor.name().to_lowercase();
    cursor.take("=");
    cursor.take("TO");
    let value = cursor.rest().first().map(|word| word.text.trim_matches('\'').to_lowercase()).unwrap_or_default();
    let is_off = matches!(value.as_str(), "0" | "off" | "false" | "0s" | "0ms");
    match name.as_str() {
        "lock_timeout" | "lock_wait_timeout" => {
            reading.features.push(if is_off { Feature::NoLockTimeout } else { Feature::LockTimeout });
        }
        "foreign_key_checks" | "foreign_keys" | "unique_checks" | "check_constraint_checks" if is_off => {
            reading.features.push(Feature::ChecksOff);
        }
        "session_replication_role" if value == "replica" => reading.features.push(Feature::ChecksOff),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
