//! Reading what a statement of a migration file does, whoever wrote it.
//!
//! What a statement does is told by its first words, in every database alike; where those are none we know, that is said.
//! Must not know who judges it, or files.

mod alter;
mod columns;
pub mod deed;
mod model;
mod rows;
mod words;

use crate::Product;
use crate::sql::Kind;

use deed::Deed;
use rows::rows;

pub use model::{Clause, ColumnRead, Feature, Reading, Reference};
pub use words::{Hand, Word, words};

/// The statement of PostgreSQL that gives owner and privileges back to what is made anew: what an earlier query has put into a
/// setting of the session. It fails in a session that has not read them, rather than leaving them out.
pub const GIVE_BACK: &str =
    "DO $$ BEGIN EXECUTE current_setting('gen.kept'); PERFORM set_config('gen.kept', '', false); END $$";

/// Reads one statement. What its first words do not tell is [`Reading::unread`].
pub fn read(product: Product, sql: &str) -> Reading {
    let Some(words) = words(product, sql) else {
        return Reading { unread: Some("a quote in it never ends".to_owned()), ..Reading::default() };
    };
    let mut reading = Reading::default();
    if product == Product::Postgres && sql == GIVE_BACK {
        return reading;
    }
    let strings = words.iter().filter(|word| word.kind == Kind::String);
    reading.strings = strings.map(|word| word.text.trim_matches('\'').replace("''", "'")).collect();
    let hand = Hand::new(&words);
    if !statement(product, hand, &mut reading) {
        reading.unread = Some(UNKNOWN.to_owned());
    }
    reading
}

/// Why a statement is not read whose first words are none that are known.
pub const UNKNOWN: &str = "no parser at hand understands it";

fn clause(deed: Deed, table: impl Into<String>, part: impl Into<String>) -> Clause {
    Clause { deed, table: table.into(), part: part.into() }
}

/// Reads a statement; whether its first words are known.
fn statement(product: Product, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
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
    if hand.take("CREATE") {
        return create(hand, reading);
    }
    if hand.take("ALTER") {
        return alter(product, hand, reading);
    }
    if hand.take("DROP") {
        return drop(product, hand, reading);
    }
    if hand.take("WITH") {
        return with(hand, reading);
    }
    if hand.take("GRANT") {
        let mut on = hand.after("ON");
        if let Some(on) = &mut on {
            on.take_any(&["TABLE", "FUNCTION", "PROCEDURE", "SEQUENCE", "TYPE", "DOMAIN"]);
            reading.features.push(Feature::Grants(on.object()));
        }
        return true;
    }
    if hand.take("SET") || hand.take("PRAGMA") {
        setting(hand, reading);
        return true;
    }
    if hand.take_any(NOTHING).is_some() {
        return true;
    }
    if hand.take("ROLLBACK") {
        if !hand.holds("TO") {
            reading.features.push(Feature::ControlsTransaction);
        }
        return true;
    }
    if hand.take_any(&["BEGIN", "COMMIT", "END", "ABORT", "START TRANSACTION"]).is_some() {
        reading.features.push(Feature::ControlsTransaction);
        return true;
    }
    rows(hand, reading) || upkeep(hand, reading)
}

/// Queries in front of a statement, each of which may change rows too.
fn with(mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    hand.take("RECURSIVE");
    loop {
        hand.name();
        if hand.is_at("(") {
            hand.pass();
        }
        hand.take("AS");
        hand.take("NOT");
        hand.take("MATERIALIZED");
        if let Some(query) = hand.inside() {
            part(query, reading);
        }
        hand.pass();
        if !hand.take(",") {
            break;
        }
    }
    part(hand, reading)
}

/// A query of a statement, whether it reads rows or changes them.
fn part(mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    if hand.take("WITH") {
        return with(hand, reading);
    }
    hand.is_at("SELECT") || hand.is_at("VALUES") || hand.is_at("(") || hand.is_at("TABLE") || rows(hand, reading)
}

/// Statements on whole tables and indexes, and blocks nobody looks into.
fn upkeep(mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    if hand.take("TRUNCATE") {
        hand.take("TABLE");
        hand.take("ONLY");
        if hand.holds("CASCADE") {
            reading.features.push(Feature::Cascade);
        }
        for mut part in hand.parts() {
            reading.clauses.push(clause(Deed::Truncate, part.object(), ""));
        }
    } else if hand.take("REINDEX") {
        let concurrently = hand.holds("CONCURRENTLY");
        let deed = if concurrently { Deed::ReindexConcurrently } else { Deed::Reindex };
        while hand.take_any(&["INDEX", "TABLE", "SCHEMA", "DATABASE", "CONCURRENTLY"]).is_some() {}
        if concurrently {
            reading.features.push(Feature::Concurrently);
        }
        let name = hand.object();
        reading.clauses.push(clause(deed, name.clone(), name));
    } else if hand.take("CLUSTER") || hand.take("VACUUM FULL") || hand.take("OPTIMIZE TABLE") {
        reading.clauses.push(clause(Deed::Repack, hand.object(), ""));
    } else if hand.take("VACUUM") {
        if hand.rest().is_empty() {
            reading.clauses.push(clause(Deed::Repack, "", ""));
        }
    } else if hand.take("COMMENT ON") {
        let kind = hand.take_any(&["TABLE", "COLUMN"]);
        let name = hand.object();
        let table = match kind {
            Some("COLUMN") => name.rsplit_once('.').map_or(name.clone(), |(table, _)| table.to_owned()),
            Some(_) => name,
            None => String::new(),
        };
        reading.clauses.push(clause(Deed::Comment, table, ""));
    } else if hand.take("RENAME TABLE") {
        for mut part in hand.parts() {
            let table = part.object();
            part.take("TO");
            let name = part.object();
            reading.names.push(name.clone());
            reading.clauses.push(clause(Deed::RenameTable, table, name));
        }
    } else if hand.take("LOCK") {
        reading.features.push(Feature::LocksTable);
    } else if hand.take("UNLOCK") {
    } else if hand.take("DO") {
        reading.unread = Some("the block is not looked into".to_owned());
    } else {
        return false;
    }
    true
}

fn create(mut hand: Hand<'_>, reading: &mut Reading) -> bool {
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
    let replaces = hand.take("OR REPLACE");
    if hand.take("TEMPORARY") || hand.take("TEMP") {
        // What belongs to the session concerns nobody else.
        return true;
    }
    hand.take("UNLOGGED");
    if hand.take("TABLE") {
        hand.take("IF NOT EXISTS");
        let table = hand.object();
        if replaces {
            reading.clauses.push(clause(Deed::DropTable, table.clone(), ""));
        }
        reading.names.push(table.clone());
        for mut part in hand.inside().map(|inside| inside.parts()).unwrap_or_default() {
            const NAMELESS: &[&str] =
                &["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE", "KEY", "INDEX", "LIKE", "FULLTEXT", "PERIOD"];
            columns::part(&table, part, reading);
            part.take("CONSTRAINT");
            if !NAMELESS.iter().any(|word| part.is_at(word)) {
                reading.names.push(part.name());
            }
        }
        reading.clauses.push(clause(Deed::CreateTable, table, ""));
        return true;
    }
    if let Some(index) = index(hand, reading) {
        reading.clauses.push(index);
        return true;
    }
    if hand.after("TRIGGER").is_some() && KINDS.iter().all(|kind| !hand.is_at(kind)) {
        let table = hand.after("ON").map(|mut on| on.object()).unwrap_or_default();
        reading.clauses.push(clause(Deed::CreateTrigger, table, ""));
        return true;
    }
    let Some((kind, mut named)) = KINDS.iter().find_map(|kind| Some((*kind, hand.after(kind)?))) else { return false };
    named.take("IF NOT EXISTS");
    reading.features.push(Feature::Creates(kind.to_owned(), named.object()));
    true
}

fn index(mut hand: Hand<'_>, reading: &mut Reading) -> Option<Clause> {
    let kind = hand.take_any(&["UNIQUE", "FULLTEXT", "SPATIAL"]);
    if !hand.take("INDEX") {
        return None;
    }
    let concurrently = hand.take("CONCURRENTLY");
    if hand.take("IF NOT EXISTS") {
        reading.features.push(Feature::IfNotExists);
    }
    let name = if hand.is_at("ON") { String::new() } else { hand.object() };
    let mut on = hand.after("ON")?;
    on.take("ONLY");
    let table = on.object();
    if concurrently {
        reading.features.push(Feature::Concurrently);
    }
    columns::key(&table, on, reading);
    if kind.is_none() {
        reading.features.push(Feature::Columns(on.inside().map_or(1, |columns| columns.parts().len())));
    }
    reading.features.extend(alter::algorithm(on));
    if !name.is_empty() {
        reading.names.push(name.clone());
    }
    if kind == Some("UNIQUE") {
        reading.clauses.push(clause(Deed::AddsUniqueness, table.clone(), name.clone()));
    }
    let deed = match (concurrently, kind) {
        (true, _) => Deed::CreateIndexConcurrently,
        (false, Some("FULLTEXT" | "SPATIAL")) => Deed::CreateSpecialIndex,
        (false, _) => Deed::CreateIndex,
    };
    Some(clause(deed, table, name))
}

fn alter(product: Product, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    if hand.take("TABLE") {
        return alter::table(product, hand, reading);
    }
    if hand.take("TYPE") {
        hand.object();
        if hand.take("ADD VALUE") {
            hand.take("IF NOT EXISTS");
            let value = hand.rest().first().map(|word| word.text.trim_matches('\'').to_owned());
            reading.features.extend(value.map(Feature::AddsValue));
        } else if hand.take("RENAME VALUE") {
            let value = hand.rest().first().map(|word| word.text.trim_matches('\'').to_owned());
            reading.features.extend(value.map(Feature::RenamesValue));
        }
        return true;
    }
    if hand.take("INDEX") {
        hand.take("IF EXISTS");
        let name = hand.object();
        let deed = if hand.take("RENAME") { Deed::RenameIndex } else { Deed::Setting };
        reading.clauses.push(clause(deed, "", name));
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
    .any(|kind| hand.is_at(kind))
}

fn drop(product: Product, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    if hand.holds("CASCADE") {
        reading.features.push(Feature::Cascade);
    }
    if hand.take("TEMPORARY") {
        return true;
    }
    if hand.take_any(&["TABLE", "TABLES"]).is_some() {
        hand.take("IF EXISTS");
        for mut part in hand.parts() {
            reading.clauses.push(clause(Deed::DropTable, part.object(), ""));
        }
    } else if hand.take("INDEX") {
        let concurrently = hand.take("CONCURRENTLY");
        hand.take("IF EXISTS");
        let deed = if concurrently { Deed::DropIndexConcurrently } else { Deed::DropIndex };
        if concurrently {
            reading.features.push(Feature::Concurrently);
        }
        let name = hand.object();
        let table = hand.after("ON").map(|mut on| on.object()).unwrap_or_default();
        reading.features.extend(alter::algorithm(hand));
        reading.clauses.push(clause(deed, table, name));
    } else if hand.take("TRIGGER") {
        hand.take("IF EXISTS");
        let name = hand.object();
        let table = hand.after("ON").map(|mut on| on.object()).unwrap_or_default();
        reading.clauses.push(clause(Deed::DropTrigger, table, name));
    } else if let Some(kind) = hand.take_any(&["DATABASE", "SCHEMA"]) {
        hand.take("IF EXISTS");
        // Without CASCADE PostgreSQL drops an empty one only; to MySQL and MariaDB it is a database.
        if kind == "DATABASE" || product != Product::Postgres || hand.holds("CASCADE") {
            reading.features.extend([Feature::DropsDatabase, Feature::LosesUnnamed("all that is in it goes")]);
            let schemas = hand.parts().into_iter().map(|mut part| part.name());
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
        let Some(kind) = hand.take_any(KINDS) else { return false };
        let kind = if kind == "MATERIALIZED" { "VIEW" } else { kind };
        hand.take("VIEW");
        hand.take("IF EXISTS");
        if kind == "OWNED" {
            reading.features.push(Feature::LosesUnnamed("all that the role owns goes"));
        } else if ["TYPE", "DOMAIN", "EXTENSION", "COLLATION"].contains(&kind) && hand.holds("CASCADE") {
            reading.features.push(Feature::LosesUnnamed("columns that depend on it go too"));
        }
        let names = hand.parts().into_iter().map(|mut part| part.object());
        reading.features.extend(names.map(|name| Feature::Drops(kind.to_owned(), name)));
    }
    true
}

fn setting(mut hand: Hand<'_>, reading: &mut Reading) {
    while hand.take_any(&["SESSION", "LOCAL", "GLOBAL", "@", "@@SESSION", "."]).is_some() {}
    let name = hand.name().to_lowercase();
    hand.take("=");
    hand.take("TO");
    let value = hand.rest().first().map(|word| word.text.trim_matches('\'').to_lowercase()).unwrap_or_default();
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
