//! Statements of every kind, and what is understood of them.

use super::*;

fn kinds(product: Product, sql: &str) -> Vec<(ClauseKind, String, String)> {
    let reading = read(product, sql);
    assert_eq!(reading.unread, None, "{sql}");
    reading.clauses.into_iter().map(|it| (it.kind, it.table, it.part)).collect()
}

fn one(product: Product, sql: &str) -> ClauseKind {
    let found = kinds(product, sql);
    found.first().map_or(ClauseKind::Other, |(kind, _, _)| *kind)
}

#[test]
fn clauses_are_told_by_their_first_words() {
    use Product::{MySql, Postgres};
    for (product, sql, kind) in [
        (Postgres, "create index concurrently i on t (a)", ClauseKind::CreateIndexConcurrently),
        (Postgres, "CREATE INDEX ON t (a)", ClauseKind::CreateIndex),
        (Postgres, "DROP INDEX CONCURRENTLY IF EXISTS i", ClauseKind::DropIndexConcurrently),
        (Postgres, "ALTER TABLE ONLY s.t ADD CONSTRAINT u UNIQUE USING INDEX i", ClauseKind::AddUniqueReady),
        (
            Postgres,
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) NOT VALID",
            ClauseKind::AddForeignKeyUnchecked,
        ),
        (Postgres, "ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()", ClauseKind::AddColumnFilled),
        (Postgres, "ALTER TABLE t ADD c timestamptz DEFAULT now()", ClauseKind::AddColumn),
        (Postgres, "ALTER TABLE t ADD COLUMN c varchar(10) DEFAULT 'x'", ClauseKind::AddColumn),
        (Postgres, "ALTER TABLE t ADD c int GENERATED ALWAYS AS (a + 1) STORED", ClauseKind::AddColumnStored),
        (Postgres, "ALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY", ClauseKind::AddColumnNumbered),
        (Postgres, "ALTER TABLE t ALTER c TYPE bigint USING c::bigint", ClauseKind::RetypeFromUnknown),
        (Postgres, "ALTER TABLE t DROP c", ClauseKind::DropColumn),
        (MySql, "ALTER TABLE t ADD UNIQUE KEY k (a)", ClauseKind::AddUnique),
        (MySql, "ALTER TABLE t DROP KEY k, ALGORITHM=INPLACE, LOCK=NONE", ClauseKind::DropIndex),
        (MySql, "ALTER TABLE t MODIFY a bigint", ClauseKind::RetypeFromUnknown),
        (MySql, "ALTER TABLE t ENGINE=InnoDB", ClauseKind::Repack),
        (MySql, "CREATE FULLTEXT INDEX f ON t (a)", ClauseKind::CreateSpecialIndex),
    ] {
        let found: Vec<ClauseKind> =
            kinds(product, sql).into_iter().map(|it| it.0).filter(|it| *it != ClauseKind::AddsUniqueness).collect();
        assert_eq!(found.first(), Some(&kind), "{sql}");
    }
    assert_eq!(one(Postgres, "SELECT 1"), ClauseKind::Other);
}

#[test]
fn clauses_are_cut_at_commas_outside_parentheses() {
    let found = kinds(Product::Postgres, "ALTER TABLE t ADD a numeric(3, 2), DROP COLUMN \"B\", ALTER c SET NOT NULL");
    let text = |text: &str| text.to_owned();
    assert_eq!(
        found,
        [
            (ClauseKind::AddColumn, text("t"), text("a")),
            (ClauseKind::DropColumn, text("t"), text("B")),
            (ClauseKind::SetNotNull, text("t"), text("c")),
        ]
    );
}

#[test]
fn features_are_seen() {
    let features = |product, sql: &str| read(product, sql).features;
    assert_eq!(features(Product::Postgres, "SET lock_timeout = 0"), [Feature::NoLockTimeout]);
    assert_eq!(features(Product::Postgres, "SET LOCAL lock_timeout TO '5s'"), [Feature::LockTimeout]);
    assert_eq!(features(Product::MySql, "SET foreign_key_checks=0"), [Feature::ChecksOff]);
    let writes = |column: &str| Feature::Writes(column.to_owned());
    assert_eq!(features(Product::Postgres, "UPDATE t SET a = a + 1"), [writes("a"), Feature::EveryRow]);
    let overwrites = Feature::Overwrites("a".to_owned());
    assert_eq!(features(Product::Postgres, "UPDATE t SET a = 1"), [overwrites, writes("a"), Feature::EveryRow]);
    assert_eq!(features(Product::Postgres, "UPDATE t SET a = 1 WHERE b"), [writes("a")]);
    assert_eq!(features(Product::Postgres, "DELETE FROM t"), [Feature::EveryRow]);
    assert_eq!(features(Product::Postgres, "ROLLBACK TO SAVEPOINT s"), []);
    assert_eq!(features(Product::Postgres, "COMMIT"), [Feature::ControlsTransaction]);
    assert_eq!(
        features(Product::Postgres, "ALTER TABLE t ADD CONSTRAINT x CHECK (\"c\" IS NOT NULL) NOT VALID"),
        [
            Feature::Names { kind: ClauseKind::AddCheck, table: "t".to_owned(), name: "x".to_owned() },
            Feature::ProvesNoNull("c".to_owned(), "x".to_owned()),
        ]
    );
    let of_rows = |sql: &str| {
        let mut found = features(Product::Postgres, sql);
        found.retain(|feature| !matches!(feature, Feature::Column(_)));
        found
    };
    assert_eq!(of_rows("ALTER TABLE t ADD c int NOT NULL"), [Feature::NoValueFor("c".to_owned())]);
    assert_eq!(of_rows("ALTER TABLE t ADD c int NOT NULL DEFAULT 1"), []);
    assert_eq!(features(Product::Sqlite, "INSERT INTO t VALUES (1)"), [Feature::HoldsRows]);
    assert_eq!(features(Product::Sqlite, "INSERT INTO t SELECT 1"), []);
}

#[test]
fn what_is_not_understood_is_said_so() {
    assert!(read(Product::Postgres, "FROBNICATE t").unread.is_some());
    assert!(read(Product::Postgres, "DO $$ BEGIN END $$").unread.is_some());
    assert!(read(Product::Postgres, "ALTER TABLE t FROBNICATE").unread.is_some());
}
