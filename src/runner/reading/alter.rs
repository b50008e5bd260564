//! The clauses of an `ALTER TABLE`.
//!
//! Must not know the other clauses of the migration.

use crate::Product;
use crate::sql::Kind;

use super::deed::Deed;
use super::model::{Clause, Feature, Reading};
use super::words::{Hand, Word};
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
pub(super) fn table(product: Product, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    hand.take("IF EXISTS");
    hand.take("ONLY");
    let table = hand.object();
    reading.features.extend(algorithm(hand));
    if hand.take("DROP PARTITION") {
        hand.take("IF EXISTS");
        let names = hand.parts().into_iter().map(|mut part| part.name());
        reading.features.extend(names.map(|name| Feature::Drops("PARTITION".to_owned(), name)));
        reading.clauses.push(clause(Deed::Other, table, ""));
        return true;
    }
    let mut all = true;
    for part in hand.parts() {
        all &= one(product, &table, part, reading);
    }
    all
}

/// What the statement says of algorithm and lock.
pub(super) fn algorithm(hand: Hand<'_>) -> Vec<Feature> {
    let value = |key: &str| {
        let mut after = hand.after(key)?;
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

fn one(product: Product, table: &str, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    let mut push = |deed: Deed, part: String| reading.clauses.push(clause(deed, table, part));
    if hand.take("ADD") {
        return add(product, table, hand, reading);
    }
    if hand.take("DROP") {
        if hand.holds("CASCADE") {
            reading.features.push(Feature::Cascade);
        }
        if hand.take("SYSTEM VERSIONING") {
            reading.features.push(Feature::LosesUnnamed("the history of its rows goes"));
            push(Deed::Other, String::new());
            return true;
        }
        let (deed, part) = dropped(hand);
        reading.clauses.push(clause(deed, table, part));
        return true;
    }
    if hand.take("ALTER INDEX") || hand.take("ALTER CONSTRAINT") {
        push(Deed::Setting, hand.name());
        return true;
    }
    if hand.take("ALTER") {
        hand.take("COLUMN");
        let column = hand.name();
        return column_change(table, column, hand, reading);
    }
    if hand.take("MODIFY") {
        hand.take("COLUMN");
        let column = hand.name();
        push(Deed::RetypeFromUnknown, column.clone());
        columns::column(table, column, hand, reading);
        return true;
    }
    if hand.take("CHANGE") {
        hand.take("COLUMN");
        let (old, new) = (hand.name(), hand.name());
        if old != new {
            reading.features.push(Feature::RenamesColumn(table.to_owned(), old.clone(), new.clone()));
            reading.clauses.push(clause(Deed::RenameColumn, table, old));
        }
        let mut push = |deed: Deed, part: String| reading.clauses.push(clause(deed, table, part));
        push(Deed::RetypeFromUnknown, new.clone());
        reading.names.push(new.clone());
        columns::column(table, new, hand, reading);
        return true;
    }
    if hand.take("RENAME") {
        return renamed(table, hand, reading);
    }
    if hand.take("VALIDATE CONSTRAINT") {
        push(Deed::Validate, hand.name());
        return true;
    }
    setting(table, hand, reading)
}

fn dropped(mut hand: Hand<'_>) -> (Deed, String) {
    let deed = match hand.take_any(&["CONSTRAINT", "PRIMARY KEY", "FOREIGN KEY", "INDEX", "KEY", "CHECK", "COLUMN"]) {
        Some("CONSTRAINT" | "CHECK") => Deed::DropConstraint,
        Some("PRIMARY KEY") => Deed::DropPrimaryKey,
        Some("FOREIGN KEY") => Deed::DropForeignKey,
        Some("INDEX" | "KEY") => Deed::DropIndex,
        Some(_) | None => Deed::DropColumn,
    };
    hand.take("IF EXISTS");
    (deed, hand.name())
}

fn column_change(table: &str, column: String, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    let deed = if hand.take("SET NOT NULL") {
        Deed::SetNotNull
    } else if hand.take("DROP NOT NULL") {
        Deed::DropNotNull
    } else if hand.take("SET DEFAULT") || hand.take("DROP DEFAULT") {
        Deed::SetDefault
    } else if hand.take("TYPE") || hand.take("SET DATA TYPE") {
        columns::column(table, column.clone(), hand, reading);
        Deed::RetypeFromUnknown
    } else if hand.take("SET STATISTICS") || hand.take("SET (") || hand.take("RESET (") {
        Deed::Setting
    } else if hand
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
        Deed::SetDefault
    } else {
        return false;
    };
    reading.clauses.push(clause(deed, table, column));
    true
}

fn renamed(table: &str, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    let (deed, part) = if hand.take("TO") || hand.take("AS") {
        (Deed::RenameTable, hand.object())
    } else if hand.take("CONSTRAINT") {
        (Deed::RenameConstraint, hand.name())
    } else if hand.take("INDEX") || hand.take("KEY") {
        (Deed::RenameIndex, hand.name())
    } else if hand.take("COLUMN") || hand.holds("TO") {
        (Deed::RenameColumn, hand.name())
    } else {
        // MySQL and MariaDB need no `TO` before the name of a table.
        (Deed::RenameTable, hand.object())
    };
    let new = if deed == Deed::RenameTable { Some(part.clone()) } else { hand.after("TO").map(|mut to| to.name()) };
    if let Some(new) = new.as_ref().filter(|_| deed == Deed::RenameColumn) {
        reading.features.push(Feature::RenamesColumn(table.to_owned(), part.clone(), new.clone()));
    }
    reading.names.extend(new);
    reading.clauses.push(clause(deed, table, part));
    true
}

fn add(product: Product, table: &str, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    let name = if hand.take("CONSTRAINT") { hand.name() } else { String::new() };
    if !name.is_empty() {
        reading.names.push(name.clone());
    }
    let on_index = hand.holds("USING INDEX") && product == Product::Postgres;
    let unchecked = hand.holds("NOT VALID") || hand.holds("NOT ENFORCED");
    let mut push = |deed: Deed| reading.clauses.push(clause(deed, table, name.clone()));
    if hand.take("PRIMARY KEY") {
        push(if on_index { Deed::AddPrimaryKeyReady } else { Deed::AddPrimaryKey });
        columns::key(table, hand, reading);
    } else if hand.take("FOREIGN KEY") {
        push(if unchecked { Deed::AddForeignKeyUnchecked } else { Deed::AddForeignKey });
        columns::reference(table, hand, reading);
    } else if hand.take("EXCLUDE") {
        push(Deed::AddExclusion);
    } else if hand.take("CHECK") {
        push(if unchecked { Deed::AddCheckUnchecked } else { Deed::AddCheck });
        if let Some(column) = hand.inside().and_then(no_null) {
            reading.features.push(Feature::ProvesNoNull(column, name));
        }
    } else if hand.take("NOT NULL") {
        push(if unchecked { Deed::AddCheckUnchecked } else { Deed::SetNotNull });
    } else if hand.take("UNIQUE") {
        push(if on_index { Deed::AddUniqueReady } else { Deed::AddUnique });
        if !on_index {
            columns::key(table, hand, reading);
            while hand.take_any(&["KEY", "INDEX"]).is_some() {}
            let own = if hand.is_at("(") { name } else { hand.name() };
            reading.names.push(own.clone());
            reading.clauses.push(clause(Deed::AddsUniqueness, table, own));
        }
    } else if let Some(kind) = hand.take_any(&["FULLTEXT", "SPATIAL", "INDEX", "KEY"]) {
        while hand.take_any(&["KEY", "INDEX"]).is_some() {}
        let own = hand.name();
        reading.names.push(own.clone());
        columns::key(table, hand, reading);
        if let Some(columns) = hand.inside() {
            reading.features.push(Feature::Columns(columns.parts().len()));
        }
        let special = matches!(kind, "FULLTEXT" | "SPATIAL");
        reading.clauses.push(clause(if special { Deed::CreateSpecialIndex } else { Deed::CreateIndex }, table, own));
    } else if hand.take_any(&["PARTITION", "PERIOD", "SYSTEM VERSIONING"]).is_some() {
        push(Deed::Other);
    } else {
        hand.take("COLUMN");
        hand.take("IF NOT EXISTS");
        if hand.is_at("(") {
            for part in hand.inside().map(|inside| inside.parts()).unwrap_or_default() {
                column(product, table, part, reading);
            }
            return true;
        }
        column(product, table, hand, reading);
    }
    true
}

/// The column of `c IS NOT NULL`.
fn no_null(mut hand: Hand<'_>) -> Option<String> {
    while hand.take("(") {}
    let column = hand.name();
    (hand.take("IS NOT NULL") && hand.rest().iter().all(|word| word.text == ")")).then_some(column)
}

/// A column that comes, with what comes with it.
fn column(product: Product, table: &str, mut hand: Hand<'_>, reading: &mut Reading) {
    let name = hand.name();
    reading.names.push(name.clone());
    columns::column(table, name.clone(), hand, reading);
    let push = |clauses: &mut Vec<Clause>, deed: Deed| clauses.push(clause(deed, table, name.clone()));
    let (numbered, computed) = (columns::is_numbered(hand), columns::is_computed(hand));
    let default = hand.after("DEFAULT");
    let required = hand.holds("NOT NULL") || (hand.holds("PRIMARY KEY") && !numbered);
    let deed = if numbered {
        Deed::AddColumnNumbered
    } else if computed {
        let stored = hand.holds("STORED") || hand.holds("PERSISTENT");
        if stored { Deed::AddColumnStored } else { Deed::AddColumnVirtual }
    } else if default.is_some_and(|default| differs_by_row(default.rest())) {
        Deed::AddColumnFilled
    } else {
        Deed::AddColumn
    };
    push(&mut reading.clauses, deed);
    if required && default.is_none() && !numbered && !computed {
        reading.features.push(Feature::NoValueFor(name.clone()));
    }
    if hand.holds("UNIQUE") {
        push(&mut reading.clauses, Deed::AddUnique);
    }
    if hand.holds("PRIMARY KEY") {
        push(&mut reading.clauses, Deed::AddPrimaryKey);
    }
    // A column without values refers to nothing, so nothing is looked up.
    if hand.holds("REFERENCES") && product == Product::Postgres {
        push(&mut reading.clauses, if default.is_some() { Deed::AddForeignKey } else { Deed::AddForeignKeyUnchecked });
    }
    if hand.holds("CHECK") {
        push(&mut reading.clauses, Deed::AddCheck);
    }
}

/// Whether a default calls a function that may give every row another value.
fn differs_by_row(words: &[Word]) -> bool {
    words.windows(2).any(|pair| match pair {
        [word, next] => {
            word.kind == Kind::Word
                && next.text == "("
                && next.kind == Kind::Symbol
                && !STEADY.contains(&word.text.as_str())
                && !["CHECK", "REFERENCES", "KEY", "AS", "IN", "AND", "OR"].contains(&word.text.as_str())
        }
        _ => false,
    })
}

/// Everything about a table that is not about its columns, keys and indexes.
fn setting(table: &str, mut hand: Hand<'_>, reading: &mut Reading) -> bool {
    let Some(head) = hand.take_any(&[
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
    let deed = match head {
        "ALGORITHM" | "LOCK" => return true,
        "COMMENT" => Deed::Comment,
        "ENGINE" | "FORCE" | "ROW_FORMAT" | "ORDER BY" | "SET LOGGED" | "SET UNLOGGED" | "SET TABLESPACE"
        | "KEY_BLOCK_SIZE" => Deed::Repack,
        "CONVERT TO" => Deed::ConvertCharacters,
        "SET SCHEMA" => {
            let bare = table.rsplit_once('.').map_or(table, |(_, bare)| bare);
            let moved = format!("{}.{bare}", hand.name());
            reading.clauses.push(clause(Deed::RenameTable, table, moved));
            return true;
        }
        "FORCE ROW LEVEL" | "NO FORCE ROW LEVEL" | "ENABLE ROW LEVEL" | "DISABLE ROW LEVEL" => Deed::RowSecurity,
        "DISABLE TRIGGER" => {
            reading.features.push(Feature::ChecksOff);
            Deed::CreateTrigger
        }
        "TRUNCATE" => Deed::Truncate,
        "EXCHANGE PARTITION" | "CONVERT PARTITION" => {
            let partition = hand.name();
            if let Some(mut other) = hand.after("TABLE") {
                reading.features.push(Feature::TakesPartition(other.object(), partition));
            }
            Deed::Other
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
        | "WITH SYSTEM" => Deed::Other,
        _ => Deed::Setting,
    };
    reading.clauses.push(clause(deed, table, ""));
    true
}
