//! Statements, and whether a schema shows that they ran.

use super::*;
use crate::schema::{Column, Table, Type};

/// Tables with a column that takes no NULL and one that does.
fn reached() -> Schema {
    let mut schema = Schema::default();
    for name in ["t", "u"] {
        let mut table = Table::new(ObjectName::local(name));
        table.columns.insert(Column::new("full", Type::Text));
        table.columns.insert(Column { nullable: true, ..Column::new("open", Type::Text) });
        schema.tables.insert(table.name.clone(), table);
    }
    schema
}

#[track_caller]
fn is_shown(product: Product, statements: &[&str]) -> bool {
    let statements: Vec<Statement> = statements.iter().map(|sql| Statement::new(*sql)).collect();
    unseen(product, &statements, &reached()).is_none()
}

#[test]
fn what_changes_the_schema_alone_is_shown() {
    for (product, sql) in [
        (Product::Postgres, "CREATE TABLE t (id int, a text GENERATED ALWAYS AS (lower(b)) STORED)"),
        (Product::Postgres, "ALTER TABLE t ADD COLUMN a int NOT NULL DEFAULT 1, ALTER COLUMN b DROP DEFAULT"),
        (Product::Postgres, "ALTER TABLE t ALTER COLUMN kind TYPE kind USING kind::text::public.kind"),
        (Product::Postgres, "ALTER TABLE t ALTER COLUMN price TYPE numeric(10, 2) USING price::numeric(10, 2)"),
        (Product::Postgres, "CREATE INDEX CONCURRENTLY t_a ON t USING gin (a)"),
        (Product::Postgres, "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ UPDATE t SET a = 1 $$ LANGUAGE sql"),
        (Product::Postgres, "CREATE MATERIALIZED VIEW v AS SELECT 1"),
        (Product::Postgres, "ALTER TYPE kind ADD VALUE 'x'"),
        (Product::Postgres, "COMMENT ON TABLE t IS 'DELETE FROM t'"),
        (Product::Postgres, "SET LOCAL lock_timeout = '5s'"),
        (Product::Postgres, "UPDATE t SET \"full\" = 7 WHERE \"full\" IS NULL AND ctid = ANY (ARRAY(SELECT 1))"),
        (Product::MySql, "UPDATE `t` SET `full` = 7, at = at WHERE `full` IS NULL AND (7) IS NOT NULL LIMIT 10"),
        (Product::MySql, "ALTER TABLE t MODIFY COLUMN id int NOT NULL AUTO_INCREMENT, ALGORITHM=COPY"),
        (Product::MySql, "CREATE DEFINER = `root`@`%` VIEW v AS SELECT 1"),
        (Product::Sqlite, "PRAGMA legacy_alter_table = ON"),
    ] {
        assert!(is_shown(product, &[sql]), "{sql}");
    }
}

#[test]
fn what_changes_rows_is_not_shown() {
    for (product, sql) in [
        (Product::Postgres, "INSERT INTO t VALUES (1)"),
        (Product::Postgres, "UPDATE t SET open = 7 WHERE open IS NULL"),
        (Product::Postgres, "UPDATE t SET \"full\" = 7 WHERE \"full\" IS NULL OR true"),
        (Product::Postgres, "UPDATE t SET open = 1 WHERE \"full\" IS NULL"),
        (Product::Postgres, "UPDATE gone SET \"full\" = 7 WHERE \"full\" IS NULL"),
        (Product::Postgres, "DELETE FROM t WHERE a = 1"),
        (Product::Postgres, "TRUNCATE t"),
        (Product::Postgres, "WITH gone AS (DELETE FROM t RETURNING *) SELECT * FROM gone"),
        (Product::Postgres, "CREATE TABLE kept AS SELECT * FROM t"),
        (Product::MySql, "CREATE TABLE kept (id int) SELECT 1 AS id"),
        (Product::Postgres, "ALTER TABLE t ALTER COLUMN kind TYPE kind USING lower(kind)::kind"),
        (Product::Postgres, "ALTER TABLE t ALTER COLUMN a TYPE int USING a::int + 1"),
        (Product::Postgres, "ALTER SEQUENCE s RESTART WITH 100"),
        (Product::MySql, "ALTER TABLE t AUTO_INCREMENT = 100"),
        (Product::Postgres, "SELECT setval('s', 100)"),
        (Product::MySql, "CALL tidy()"),
        (Product::Postgres, "DO $$ BEGIN DELETE FROM t; END $$"),
        (Product::MySql, "SET @a = (SELECT tidy())"),
        (Product::Postgres, "GRANT SELECT ON t TO reader"),
        (Product::Postgres, "ALTER TABLE t OWNER TO somebody"),
        (Product::Postgres, "REFRESH MATERIALIZED VIEW v"),
        (Product::MySql, "LOAD DATA INFILE 'x' INTO TABLE t"),
        (Product::Sqlite, "PRAGMA user_version = 7"),
    ] {
        assert!(!is_shown(product, &[sql]), "{sql}");
    }
    assert_eq!(
        unseen(Product::Sqlite, &["DROP TABLE a", "DELETE FROM t"].map(Statement::new), &reached()),
        Some(1),
        "the first of them is named"
    );
    assert_eq!(unseen(Product::Sqlite, &[Statement::check("SELECT count(*) FROM t", "no row")], &reached()), None);
}

#[test]
fn a_table_made_anew_with_its_rows_as_they_are_is_shown() {
    let made_anew = |copy: &str| {
        let statements = [
            "CREATE TABLE \"_new_t\" (id integer, a text)",
            copy,
            "DELETE FROM sqlite_sequence WHERE name = '_new_t'",
            "DROP TABLE \"t\"",
            "ALTER TABLE \"_new_t\" RENAME TO \"t\"",
        ];
        is_shown(Product::Sqlite, &statements)
    };
    assert!(made_anew("INSERT INTO \"_new_t\" (\"id\", \"a\")\nSELECT \"id\", \"a\"\nFROM \"t\""));
    assert!(!made_anew("INSERT INTO \"_new_t\" (\"id\", \"a\") SELECT \"id\", lower(\"a\") FROM \"t\""), "changed");
    assert!(!made_anew("INSERT INTO \"_new_t\" (\"id\", \"a\") SELECT \"a\", \"id\" FROM \"t\""), "swapped");
    assert!(!made_anew("INSERT INTO \"_new_t\" (\"id\", \"a\") SELECT \"id\", \"a\" FROM \"t\" WHERE id > 3"), "some");
    assert!(!made_anew("INSERT INTO \"_new_t\" (\"id\", \"a\") SELECT \"id\", \"a\" FROM \"u\""), "from elsewhere");
}
