//! The clauses of an `ALTER TABLE`.
//!
//! Must not know the other clauses of the migration.

use crate::Product;
use crate::sql::TokenKind;

use super::clause_kind::ClauseKind;
use super::cursor::{Cursor, Word};
use super::model::{Clause, Feature, Reading};
use super::{clause, columns};

/// Functions that give every row of a statement the same value.
const STEADY: &[&str] = &[
    "NOW",
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "CURRENT_USER",
    "TRANSACTION_TIMESTAMP",
    "STATEMENT_TIMESTAMP",
    "CURDATE",
    "CURTIME",
    "UTC_TIMESTAMP",
    "DATE",
    "VARCHAR",
    "NUMERIC",
    "DECIMAL",
    "CHAR",
    "JSON_ARRAY",
    "JSON_OBJECT",
    "JSONB_BUILD_OBJECT",
    "LOWER",
    "UPPER",
    "CONCAT",
    "CAST",
    "COALESCE",
];

/// Reads what follows `ALTER TABLE`; whether all of it is known.
pub(super) fn table(product: Product, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    cursor.take("IF EXISTS");
    cursor.take("ONLY");
    let table = cursor.object();
    reading.features.extend(algorithm(cursor));
    if cursor.take("DROP PARTITION") {
        cursor.take("IF EXISTS");
        let names = cursor.parts().into_iter().map(|mut part| part.name());
        reading.features.extend(names.map(|name| Feature::Drops("PARTITION".to_owned(), name)));
        reading.clauses.push(clause(ClauseKind::Other, table, ""));
        return true;
    }
    let mut all = true;
    for part in cursor.parts() {
        all &= one(product, &table, part, reading);
    }
    all
}

/// The `ALGORITHM` and `LOCK` clauses of the statement.
pub(super) fn algorithm(cursor: Cursor<'_>) -> Vec<Feature> {
    let value = |key: &str| {
        let mut after = cursor.after(key)?;
        after.take("=");
        after.rest().first().map(|word| word.text.clone())
    };
    let (algorithm, lock) = (value("ALGORITHM"), value("LOCK"));
    let mut features = Vec::new();
    if algorithm.is_some() {
        features.push(Feature::NamesAlgorithm);
    }
    if algorithm.as_deref() == Some("INSTANT") || lock.as_deref() == Some("NONE") {
        features.push(Feature::Online);
    }
    features
}

fn one(product: Product, table: &str, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    let mut push = |kind: ClauseKind, part: String| reading.clauses.push(clause(kind, table, part));
    if cursor.take("ADD") {
        return add(product, table, cursor, reading);
    }
    if cursor.take("DROP") {
        if cursor.holds("CASCADE") {
            reading.features.push(Feature::Cascade);
        }
        if cursor.take("SYSTEM VERSIONING") {
            reading.features.push(Feature::LosesUnnamed("the history of its rows goes"));
            push(ClauseKind::Other, String::new());
            return true;
        }
        let (kind, part) = dropped(cursor);
        reading.clauses.push(clause(kind, table, part));
        return true;
    }
    if cursor.take("ALTER INDEX") || cursor.take("ALTER CONSTRAINT") {
        push(ClauseKind::Setting, cursor.name());
        return true;
    }
    if cursor.take("ALTER") {
        cursor.take("COLUMN");
        let column = cursor.name();
        return column_change(table, column, cursor, reading);
    }
    if cursor.take("MODIFY") {
        cursor.take("COLUMN");
        let column = cursor.name();
        push(ClauseKind::RetypeFromUnknown, column.clone());
        columns::column(table, column, cursor, reading);
        return true;
    }
    if cursor.take("CHANGE") {
        cursor.take("COLUMN");
        let (old, new) = (cursor.name(), cursor.name());
        if old != new {
            reading.features.push(Feature::RenamesColumn(table.to_owned(), old.clone(), new.clone()));
            reading.clauses.push(clause(ClauseKind::RenameColumn, table, old));
        }
        let mut push = |kind: ClauseKind, part: String| reading.clauses.push(clause(kind, table, part));
        push(ClauseKind::RetypeFromUnknown, new.clone());
        reading.names.push(new.clone());
        columns::column(table, new, cursor, reading);
        return true;
    }
    if cursor.take("RENAME") {
        return renamed(table, cursor, reading);
    }
    if cursor.take("VALIDATE CONSTRAINT") {
        push(ClauseKind::Validate, cursor.name());
        return true;
    }
    setting(table, cursor, reading)
}

fn dropped(mut cursor: Cursor<'_>) -> (ClauseKind, String) {
    let kind = match cursor.take_any(&["CONSTRAINT", "PRIMARY KEY", "FOREIGN KEY", "INDEX", "KEY", "CHECK", "COLUMN"]) {
        Some("CONSTRAINT" | "CHECK") => ClauseKind::DropConstraint,
        Some("PRIMARY KEY") => ClauseKind::DropPrimaryKey,
        Some("FOREIGN KEY") => ClauseKind::DropForeignKey,
        Some("INDEX" | "KEY") => ClauseKind::DropIndex,
        Some(_) | None => ClauseKind::DropColumn,
    };
    cursor.take("IF EXISTS");
    (kind, cursor.name())
}

fn column_change(table: &str, column: String, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    let kind = if cursor.take("SET NOT NULL") {
        ClauseKind::SetNotNull
    } else if cursor.take("DROP NOT NULL") {
        ClauseKind::DropNotNull
    } else if cursor.take("SET DEFAULT") || cursor.take("DROP DEFAULT") {
        ClauseKind::SetDefault
    } else if cursor.take("TYPE") || cursor.take("SET DATA TYPE") {
        columns::column(table, column.clone(), cursor, reading);
        ClauseKind::RetypeFromUnknown
    } else if cursor.take("SET STATISTICS") || cursor.take("SET (") || cursor.take("RESET (") {
        ClauseKind::Setting
    } else if cursor
        .take_any(&[
            "ADD GENERATED",
            "DROP IDENTITY",
            "DROP EXPRESSION",
            "SET STORAGE",
            "SET COMPRESSION",
            "SET GENERATED",
            "RESTART",
            "SET INCREMENT",
            "SET CACHE",
            "SET VISIBLE",
            "SET INVISIBLE",
        ])
        .is_some()
    {
        // Only the catalog changes, as it does for a default.
        ClauseKind::SetDefault
    } else {
        return false;
    };
    reading.clauses.push(clause(kind, table, column));
    true
}

fn renamed(table: &str, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    let (kind, part) = if cursor.take("TO") || cursor.take("AS") {
        (ClauseKind::RenameTable, cursor.object())
    } else if cursor.take("CONSTRAINT") {
        (ClauseKind::RenameConstraint, cursor.name())
    } else if cursor.take("INDEX") || cursor.take("KEY") {
        (ClauseKind::RenameIndex, cursor.name())
    } else if cursor.take("COLUMN") || cursor.holds("TO") {
        (ClauseKind::RenameColumn, cursor.name())
    } else {
        // MySQL and MariaDB need no `TO` before the name of a table.
        (ClauseKind::RenameTable, cursor.object())
    };
    let new =
        if kind == ClauseKind::RenameTable { Some(part.clone()) } else { cursor.after("TO").map(|mut to| to.name()) };
    if let Some(new) = new.as_ref().filter(|_| kind == ClauseKind::RenameColumn) {
        reading.features.push(Feature::RenamesColumn(table.to_owned(), part.clone(), new.clone()));
    }
    reading.names.extend(new);
    reading.clauses.push(clause(kind, table, part));
    true
}

fn add(product: Product, table: &str, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    let name = if cursor.take("CONSTRAINT") { cursor.name() } else { String::new() };
    if !name.is_empty() {
        reading.names.push(name.clone());
    }
    let on_index = cursor.holds("USING INDEX") && product == Product::Postgres;
    let unchecked = cursor.holds("NOT VALID") || cursor.holds("NOT ENFORCED");
    let mut push = |kind: ClauseKind| reading.clauses.push(clause(kind, table, name.clone()));
    if cursor.take("PRIMARY KEY") {
        push(if on_index { ClauseKind::AddPrimaryKeyReady } else { ClauseKind::AddPrimaryKey });
        columns::named(ClauseKind::AddPrimaryKey, table, &name, reading);
        columns::key(table, cursor, reading);
    } else if cursor.take("FOREIGN KEY") {
        push(if unchecked { ClauseKind::AddForeignKeyUnchecked } else { ClauseKind::AddForeignKey });
        columns::named(ClauseKind::AddForeignKey, table, &name, reading);
        columns::reference(table, cursor, reading);
    } else if cursor.take("EXCLUDE") {
        push(ClauseKind::AddExclusion);
    } else if cursor.take("CHECK") {
        push(if unchecked { ClauseKind::AddCheckUnchecked } else { ClauseKind::AddCheck });
        columns::named(ClauseKind::AddCheck, table, &name, reading);
        if let Some(column) = cursor.inside().and_then(no_null) {
            reading.features.push(Feature::ProvesNoNull(column, name));
        }
    } else if cursor.take("NOT NULL") {
        push(if unchecked { ClauseKind::AddCheckUnchecked } else { ClauseKind::SetNotNull });
    } else if cursor.take("UNIQUE") {
        push(if on_index { ClauseKind::AddUniqueReady } else { ClauseKind::AddUnique });
        if !on_index {
            while cursor.take_any(&["KEY", "INDEX"]).is_some() {}
            let own = if cursor.is_at("(") { name } else { cursor.name() };
            columns::named(ClauseKind::AddUnique, table, &own, reading);
            columns::key(table, cursor, reading);
            reading.names.push(own.clone());
            reading.clauses.push(clause(ClauseKind::AddsUniqueness, table, own));
        }
    } else if let Some(kind) = cursor.take_any(&["FULLTEXT", "SPATIAL", "INDEX", "KEY"]) {
        while cursor.take_any(&["KEY", "INDEX"]).is_some() {}
        let own = cursor.name();
        reading.names.push(own.clone());
        columns::named(ClauseKind::CreateIndex, table, &own, reading);
        columns::key(table, cursor, reading);
        if let Some(columns) = cursor.inside() {
            reading.features.push(Feature::Columns(columns.parts().len()));
        }
        let special = matches!(kind, "FULLTEXT" | "SPATIAL");
        reading.clauses.push(clause(
            if special { ClauseKind::CreateSpecialIndex } else { ClauseKind::CreateIndex },
            table,
            own,
        ));
    } else if cursor.take_any(&["PARTITION", "PERIOD", "SYSTEM VERSIONING"]).is_some() {
        push(ClauseKind::Other);
    } else {
        cursor.take("COLUMN");
        cursor.take("IF NOT EXISTS");
        if cursor.is_at("(") {
            for part in cursor.inside().map(|inside| inside.parts()).unwrap_or_default() {
                column(product, table, part, reading);
            }
            return true;
        }
        column(product, table, cursor, reading);
    }
    true
}

/// The column of `c IS NOT NULL`.
fn no_null(mut cursor: Cursor<'_>) -> Option<String> {
    while cursor.take("(") {}
    let column = cursor.name();
    (cursor.take("IS NOT NULL") && cursor.rest().iter().all(|word| word.text == ")")).then_some(column)
}

/// An added column, with its constraints.
fn column(product: Product, table: &str, mut cursor: Cursor<'_>, reading: &mut Reading) {
    let name = cursor.name();
    reading.names.push(name.clone());
    columns::column(table, name.clone(), cursor, reading);
    let push = |clauses: &mut Vec<Clause>, kind: ClauseKind| clauses.push(clause(kind, table, name.clone()));
    let (numbered, computed) = (columns::is_numbered(cursor), columns::is_computed(cursor));
    let default = cursor.after("DEFAULT");
    let required = cursor.holds("NOT NULL") || (cursor.holds("PRIMARY KEY") && !numbered);
    let kind = if numbered {
        ClauseKind::AddColumnNumbered
    } else if computed {
        let stored = cursor.holds("STORED") || cursor.holds("PERSISTENT");
        if stored { ClauseKind::AddColumnStored } else { ClauseKind::AddColumnVirtual }
    } else if default.is_some_and(|default| differs_by_row(default.rest())) {
        ClauseKind::AddColumnFilled
    } else {
        ClauseKind::AddColumn
    };
    push(&mut reading.clauses, kind);
    if required && default.is_none() && !numbered && !computed {
        reading.features.push(Feature::NoValueFor(name.clone()));
    }
    if cursor.holds("UNIQUE") {
        push(&mut reading.clauses, ClauseKind::AddUnique);
    }
    if cursor.holds("PRIMARY KEY") {
        push(&mut reading.clauses, ClauseKind::AddPrimaryKey);
    }
    // A column without values refers to nothing, so nothing is looked up.
    if cursor.holds("REFERENCES") && product == Product::Postgres {
        push(
            &mut reading.clauses,
            if default.is_some() { ClauseKind::AddForeignKey } else { ClauseKind::AddForeignKeyUnchecked },
        );
    }
    if cursor.holds("CHECK") {
        push(&mut reading.clauses, ClauseKind::AddCheck);
    }
}

/// Whether a default calls a function that may give every row another value.
fn differs_by_row(words: &[Word]) -> bool {
    words.windows(2).any(|pair| match pair {
        [word, next] => {
            word.kind == TokenKind::Word
                && next.text == "("
                && next.kind == TokenKind::Symbol
                && !STEADY.contains(&word.text.as_str())
                && !["CHECK", "REFERENCES", "KEY", "AS", "IN", "AND", "OR"].contains(&word.text.as_str())
        }
        _ => false,
    })
}

/// Everything about a table that is not about its columns, keys and indexes.
fn setting(table: &str, mut cursor: Cursor<'_>, reading: &mut Reading) -> bool {
    let Some(head) = cursor.take_any(&[
        "ALGORITHM",
        "LOCK",
        "COMMENT",
        "ENGINE",
        "FORCE ROW LEVEL",
        "FORCE",
        "ROW_FORMAT",
        "AUTO_INCREMENT",
        "CONVERT TO",
        "DEFAULT",
        "CHARACTER SET",
        "CHARSET",
        "COLLATE",
        "ORDER BY",
        "SET LOGGED",
        "SET UNLOGGED",
        "SET SCHEMA",
        "SET TABLESPACE",
        "SET WITHOUT CLUSTER",
        "SET",
        "RESET",
        "CLUSTER ON",
        "ENABLE ROW LEVEL",
        "DISABLE ROW LEVEL",
        "NO FORCE ROW LEVEL",
        "DISABLE TRIGGER",
        "ENABLE",
        "DISABLE KEYS",
        "OWNER TO",
        "REPLICA IDENTITY",
        "NO INHERIT",
        "INHERIT",
        "ATTACH PARTITION",
        "DETACH PARTITION",
        "PARTITION",
        "REMOVE PARTITIONING",
        "REORGANIZE",
        "EXCHANGE PARTITION",
        "CONVERT PARTITION",
        "TRUNCATE",
        "STATS_PERSISTENT",
        "STATS_AUTO_RECALC",
        "STATS_SAMPLE_PAGES",
        "KEY_BLOCK_SIZE",
        "COMPRESSION",
        "ENCRYPTION",
        "PAGE_COMPRESSED",
        "PACK_KEYS",
        "WITH SYSTEM",
    ]) else {
        return false;
    };
    let kind = match head {
        "ALGORITHM" | "LOCK" => return true,
        "COMMENT" => ClauseKind::Comment,
        "ENGINE" | "FORCE" | "ROW_FORMAT" | "ORDER BY" | "SET LOGGED" | "SET UNLOGGED" | "SET TABLESPACE"
        | "KEY_BLOCK_SIZE" => ClauseKind::Repack,
        "CONVERT TO" => ClauseKind::ConvertCharacters,
        "SET SCHEMA" => {
            let bare = table.rsplit_once('.').map_or(table, |(_, bare)| bare);
            let moved = format!("{}.{bare}", cursor.name());
            reading.clauses.push(clause(ClauseKind::RenameTable, table, moved));
            return true;
        }
        "FORCE ROW LEVEL" | "NO FORCE ROW LEVEL" | "ENABLE ROW LEVEL" | "DISABLE ROW LEVEL" => ClauseKind::RowSecurity,
        "DISABLE TRIGGER" => {
            reading.features.push(Feature::ChecksOff);
            ClauseKind::CreateTrigger
        }
        "TRUNCATE" => ClauseKind::Truncate,
        "EXCHANGE PARTITION" | "CONVERT PARTITION" => {
            let partition = cursor.name();
            if let Some(mut other) = cursor.after("TABLE") {
                reading.features.push(Feature::TakesPartition(other.object(), partition));
            }
            ClauseKind::Other
        }
        "OWNER TO"
        | "REPLICA IDENTITY"
        | "NO INHERIT"
        | "INHERIT"
        | "ATTACH PARTITION"
        | "DETACH PARTITION"
        | "PARTITION"
        | "REMOVE PARTITIONING"
        | "REORGANIZE"
        | "WITH SYSTEM" => ClauseKind::Other,
        _ => ClauseKind::Setting,
    };
    reading.clauses.push(clause(kind, table, ""));
    true
}
