//! Statements that are known to leave every row and value as it is.
//!
//! Must not know which tables have rows.

use crate::{Product, sql};

use super::clause_kind::ClauseKind;
use super::{Feature, read};

/// Statements without a clause on a table that change definitions, privileges or the session.
const PLAIN: [&str; 7] = ["CREATE", "COMMENT", "SET", "GRANT", "REVOKE", "RESET", "SAVEPOINT"];

/// The kinds of objects that hold no rows and no values of columns.
const WITHOUT_ROWS: [&str; 9] =
    ["VIEW", "FUNCTION", "PROCEDURE", "ROUTINE", "POLICY", "RULE", "EVENT", "STATISTICS", "TYPE"];

/// Whether a statement is known to leave every row and value as it is. False for one that is not understood.
pub fn keeps_rows(product: Product, text: &str) -> bool {
    let reading = read(product, text);
    let is_known = reading.features.iter().all(|feature| match feature {
        Feature::Drops(kind, _) => WITHOUT_ROWS.contains(&kind.as_str()),
        Feature::DropsDatabase | Feature::TakesPartition(..) | Feature::Cascade => false,
        _ => true,
    });
    if !is_known || reading.unnamed().is_some() {
        return false;
    }
    let words = sql::words(product, text);
    let begins = |list: &[&str]| words.first().is_some_and(|word| word.is_any(list));
    match reading.clauses.as_slice() {
        [] => {
            let drops = reading.features.iter().any(|feature| matches!(feature, Feature::Drops(..)));
            begins(&PLAIN) || (drops && begins(&["DROP"]))
        }
        clauses => clauses.iter().all(|clause| is_kept_by(clause.kind)),
    }
}

/// Whether clauses of this kind keep rows and values.
fn is_kept_by(kind: ClauseKind) -> bool {
    use ClauseKind as Kind;
    matches!(
        kind,
        Kind::CreateTable
            | Kind::RenameTable
            | Kind::AddColumn
            | Kind::AddColumnVirtual
            | Kind::RenameColumn
            | Kind::SetNotNull
            | Kind::SetNotNullProven
            | Kind::DropNotNull
            | Kind::SetDefault
            | Kind::Widen
            | Kind::AppendValue
            | Kind::AddForeignKey
            | Kind::AddForeignKeyUnchecked
            | Kind::AddCheck
            | Kind::AddCheckUnchecked
            | Kind::AddExclusion
            | Kind::AddUnique
            | Kind::AddUniqueReady
            | Kind::AddsUniqueness
            | Kind::Validate
            | Kind::DropForeignKey
            | Kind::DropConstraint
            | Kind::RenameConstraint
            | Kind::CreateIndex
            | Kind::CreateIndexConcurrently
            | Kind::CreateSpecialIndex
            | Kind::DropIndex
            | Kind::DropIndexConcurrently
            | Kind::RenameIndex
            | Kind::Comment
            | Kind::CreateTrigger
            | Kind::DropTrigger
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_remove_or_change_a_row_is_told_from_what_cannot() {
        for sql in [
            "DROP INDEX book_id",
            "DROP VIEW recent",
            "DROP TRIGGER t ON book",
            "DROP FUNCTION f(integer)",
            "ALTER TABLE book RENAME COLUMN a TO b",
            "ALTER TABLE book DROP CONSTRAINT c",
            "ALTER TABLE book ALTER COLUMN a DROP NOT NULL",
            "ALTER TABLE book ADD COLUMN a integer",
            "CREATE VIEW recent AS SELECT 1",
            "COMMENT ON TABLE book IS 'a'",
            "REVOKE SELECT ON book FROM reader",
        ] {
            assert!(keeps_rows(Product::Postgres, sql), "{sql}");
        }
        for sql in [
            "DROP TABLE book",
            "ALTER TABLE book DROP COLUMN a",
            "TRUNCATE book",
            "DELETE FROM book WHERE a = 1",
            "UPDATE book SET a = 1",
            "INSERT INTO book VALUES (1)",
            "INSERT INTO book (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1",
            "ALTER TABLE book ALTER COLUMN a TYPE smallint",
            "ALTER TABLE book DETACH PARTITION p",
            "CALL p()",
            "SELECT f()",
            "DO $$ BEGIN DELETE FROM book; END $$",
            "DROP SCHEMA old CASCADE",
            "DROP TYPE mood CASCADE",
            "DROP SEQUENCE s",
            "DROP EXTENSION hstore",
            "VACUUM FULL book",
            "nobody knows this",
        ] {
            assert!(!keeps_rows(Product::Postgres, sql), "{sql}");
        }
        for sql in [
            "ALTER TABLE book DROP PARTITION p",
            "ALTER TABLE book EXCHANGE PARTITION p WITH TABLE q",
            "REPLACE INTO book VALUES (1)",
            "DROP DATABASE shop",
        ] {
            assert!(!keeps_rows(Product::MariaDb, sql), "{sql}");
        }
    }
}
