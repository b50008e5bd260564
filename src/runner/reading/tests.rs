//! Statements of every kind, and what is understood of them.

use super::*;

fn deeds(product: Product, sql: &str) -> Vec<(Deed, String, String)> {
    let reading = read(product, sql);
    assert_eq!(reading.unread, None, "{sql}");
    reading.clauses.into_iter().map(|it| (it.deed, it.table, it.part)).collect()
}

fn one(product: Product, sql: &str) -> Deed {
    let found = deeds(product, sql);
    found.first().map_or(Deed::Other, |(deed, _, _)| *deed)
}

#[test]
fn clauses_are_told_by_their_first_words() {
    use Product::{MySql, Postgres};
    for (product, sql, deed) in [
        (Postgres, "create index concurrently i on t (a)", Deed::CreateIndexConcurrently),
        (Postgres, "CREATE INDEX ON t (a)", Deed::CreateIndex),
        (Postgres, "DROP INDEX CONCURRENTLY IF EXISTS i", Deed::DropIndexConcurrently),
        (Postgres, "ALTER TABLE ONLY s.t ADD CONSTRAINT u UNIQUE USING INDEX i", Deed::AddUniqueReady),
        (
            Postgres,
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) NOT VALID",
            Deed::AddForeignKeyUnchecked,
        ),
        (Postgres, "ALTER TABLE t ADD c uuid DEFAULT gen_random_uuid()", Deed::AddColumnFilled),
        (Postgres, "ALTER TABLE t ADD c timestamptz DEFAULT now()", Deed::AddColumn),
        (Postgres, "ALTER TABLE t ADD COLUMN c varchar(10) DEFAULT 'x'", Deed::AddColumn),
        (Postgres, "ALTER TABLE t ADD c int GENERATED ALWAYS AS (a + 1) STORED", Deed::AddColumnStored),
        (Postgres, "ALTER TABLE t ADD c int GENERATED ALWAYS AS IDENTITY", Deed::AddColumnNumbered),
        (Postgres, "ALTER TABLE t ALTER c TYPE bigint USING c::bigint", Deed::RetypeFromUnknown),
        (Postgres, "ALTER TABLE t DROP c", Deed::DropColumn),
        (MySql, "ALTER TABLE t ADD UNIQUE KEY k (a)", Deed::AddUnique),
        (MySql, "ALTER TABLE t DROP KEY k, ALGORITHM=INPLACE, LOCK=NONE", Deed::DropIndex),
        (MySql, "ALTER TABLE t MODIFY a bigint", Deed::RetypeFromUnknown),
        (MySql, "ALTER TABLE t ENGINE=InnoDB", Deed::Repack),
        (MySql, "CREATE FULLTEXT INDEX f ON t (a)", Deed::CreateSpecialIndex),
    ] {
        let found: Vec<Deed> =
            deeds(product, sql).into_iter().map(|it| it.0).filter(|it| *it != Deed::AddsUniqueness).collect();
        assert_eq!(found.first(), Some(&deed), "{sql}");
    }
    assert_eq!(one(Postgres, "SELECT 1"), Deed::Other);
}

#[test]
fn clauses_are_cut_at_commas_outside_parentheses() {
    let found = deeds(Product::Postgres, "ALTER TABLE t ADD a numeric(3, 2), DROP COLUMN \"B\", ALTER c SET NOT NULL");
    let text = |text: &str| text.to_owned();
    assert_eq!(
        found,
        [
            (Deed::AddColumn, text("t"), text("a")),
            (Deed::DropColumn, text("t"), text("B")),
            (Deed::SetNotNull, text("t"), text("c")),
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
        [Feature::ProvesNoNull("c".to_owned(), "x".to_owned())]
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
