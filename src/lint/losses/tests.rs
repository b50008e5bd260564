//! What statements lose, by their text.

use super::*;
use crate::dialect::casts::Casts;
use crate::dialect::{self, Product, reading};
use crate::schema::{Definition, Options};

/// Tables `t` and `u`, both with texts `id`, `a` and `b`, a number and a mood. On PostgreSQL, `t` has columns of an enum type
/// and of a domain too, and `u` refers to it.
fn schema(product: Product) -> Schema {
    let mut schema = Schema::default();
    let is_server = matches!(product, Product::MySql | Product::MariaDb);
    for name in ["t", "u"] {
        let mut table = Table::new(ObjectName::local(name));
        let mut column = |name: &str, words: &str| {
            table.columns.insert(Column::new(name, Type::Custom(words.to_owned())));
        };
        ["id", "a", "b"].iter().for_each(|name| column(name, "text"));
        column("n", "decimal(12, 2)");
        column("mood", if is_server { "enum('glad','lost')" } else { "text" });
        schema.tables.insert(table.name.clone(), table);
    }
    if product == Product::Postgres {
        let id = DefinitionId::new(DefinitionKind::Partition, ObjectName::local("part"));
        let part = Definition::new(id.clone(), "CREATE TABLE part PARTITION OF t DEFAULT");
        schema.definitions.insert(id, part);
    }
    let mut schema = dialect::of(product).normalize(schema).expect("a schema").schema().clone();
    if product == Product::Postgres {
        let (t, u) = (ObjectName::local("t"), ObjectName::local("u"));
        let columns = &mut schema.tables.get_mut(&t).expect("a table").columns;
        columns.insert(Column::new("spirit", Type::Enum(ObjectName::local("spirits"))));
        columns.insert(Column::new("wit", Type::Native("wit[]".to_owned())));
        let key = ForeignKey {
            name: "u_id".into(),
            columns: vec!["id".into()],
            references: t,
            referenced_columns: vec!["id".into()],
            on_update: None,
            on_delete: Some(Action::Cascade),
            options: Options::new(),
        };
        schema.tables.get_mut(&u).expect("a table").foreign_keys.insert(key.name.clone(), key);
    }
    schema
}

#[track_caller]
fn lost(product: Product, statements: &[&str], expected: &[&str]) {
    let readings: Vec<Reading> = statements.iter().map(|sql| reading::read(product, sql)).collect();
    let (schema, dialect) = (schema(product), dialect::of(product));
    let types = Casts { dialect, from: &schema, to: &schema };
    let found: Vec<String> = losses(&readings, &schema, "public", &types).0.into_iter().map(|it| it.message).collect();
    assert_eq!(found, expected, "{statements:?}");
}

#[test]
fn what_is_there_and_goes_is_lost() {
    let both = ["drops column t.a and its values", "drops column t.b and its values"];
    lost(Product::Postgres, &["ALTER TABLE \"t\" DROP COLUMN \"a\", DROP COLUMN b"], &both);
    lost(Product::MySql, &["ALTER TABLE `t`\n  DROP COLUMN `a`,\n  DROP COLUMN `b`,\n  ALGORITHM=COPY"], &both);
    lost(Product::Postgres, &["DROP TABLE t"], &["drops table t and its rows"]);
    lost(Product::Postgres, &["TRUNCATE t"], &["empties table t"]);
    lost(Product::Postgres, &["DROP TABLE public.t"], &["drops table t and its rows"]);
    lost(Product::Postgres, &["DROP TABLE other.t"], &[]);
    lost(Product::Postgres, &["ALTER TABLE \"public\".t DROP COLUMN a"], &both[..1]);
    lost(Product::Postgres, &["TRUNCATE public.t, part"], &["empties table t", "empties partition part"]);
    lost(Product::MySql, &["DROP TABLES t, u"], &["drops table t and its rows", "drops table u and its rows"]);
    lost(Product::MySql, &["/*!50000 DROP TABLE t */"], &["drops table t and its rows"]);
    lost(Product::MariaDb, &["CREATE OR REPLACE TABLE t (id int)"], &["drops table t and its rows"]);
    lost(Product::Postgres, &["ALTER TABLE t DROP CONSTRAINT a, ADD COLUMN c int"], &[]);
    lost(Product::Postgres, &["CREATE TABLE w (id int)", "DROP TABLE w"], &[]);
    lost(Product::Postgres, &["ALTER TABLE t ADD COLUMN c int", "ALTER TABLE t DROP COLUMN c"], &[]);
}

#[test]
fn a_partition_takes_its_rows_along() {
    lost(Product::MySql, &["ALTER TABLE t DROP PARTITION `p`"], &["drops partition p of t and its rows"]);
    lost(Product::MariaDb, &["ALTER TABLE t REORGANIZE PARTITION p INTO (PARTITION q VALUES IN (1))"], &[]);
    lost(Product::Postgres, &["DROP TABLE part"], &["drops partition part and its rows"]);
    lost(Product::Postgres, &["ALTER TABLE t DETACH PARTITION part"], &[]);
    let renamed = ["ALTER TABLE t DETACH PARTITION part", "ALTER TABLE part RENAME TO old", "DROP TABLE old"];
    lost(Product::Postgres, &renamed, &["drops partition part and its rows"]);
    let several = ["drops partition p of t and its rows", "drops partition q of t and its rows"];
    lost(Product::MySql, &["ALTER TABLE t DROP PARTITION p, q"], &several);
    let exchange = "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE w WITHOUT VALIDATION";
    lost(Product::MySql, &["CREATE TABLE w LIKE t", exchange], &[]);
    lost(Product::MySql, &["CREATE TABLE w LIKE t", exchange, "DROP TABLE w"], &several[..1]);
    let onto = ["ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", "RENAME TABLE u TO v", "TRUNCATE TABLE v"];
    lost(Product::MySql, &onto, &several[..1]);
    lost(Product::MariaDb, &["ALTER TABLE t CONVERT PARTITION p TO TABLE w", "DROP TABLE w"], &several[..1]);
}

#[test]
fn what_was_renamed_is_known_by_the_name_it_had() {
    let renamed = ["ALTER TABLE t RENAME TO w", "ALTER TABLE w RENAME COLUMN a TO c", "ALTER TABLE w DROP COLUMN c"];
    lost(Product::Postgres, &renamed, &["drops column t.a and its values"]);
    lost(Product::MySql, &["RENAME TABLE `t` TO `w`", "DROP TABLE `w`"], &["drops table t and its rows"]);
    let then = ["ALTER TABLE t RENAME COLUMN a TO c", "ALTER TABLE t RENAME TO w", "ALTER TABLE w DROP COLUMN c"];
    lost(Product::Postgres, &then, &["drops column t.a and its values"]);
}

#[test]
fn a_table_made_anew_loses_the_columns_it_has_no_more() {
    let statements = [
        "CREATE TABLE \"_new_t\" (\n  \"id\" text NOT NULL PRIMARY KEY,\n  \"a\" text,\n  CHECK (\"a\" <> ''),\n  n decimal(12, 2), mood text)",
        "INSERT INTO \"_new_t\" (\"id\", \"a\", n, mood) SELECT \"id\", \"a\", n, mood FROM \"t\"",
        "DROP TABLE \"t\"",
        "ALTER TABLE \"_new_t\" RENAME TO \"t\"",
    ];
    lost(Product::Sqlite, &statements, &["drops column t.b and its values"]);
}

#[test]
fn a_table_made_anew_twice_loses_what_each_leaves_out() {
    let anew = |name: &str, columns: &str, of: &str| {
        [
            format!("CREATE TABLE {name} ({})", columns.replace(", n", ", n decimal(12, 2)")),
            format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {of}"),
            format!("DROP TABLE {of}"),
            format!("ALTER TABLE {name} RENAME TO {of}"),
        ]
    };
    let (one, two) = (anew("one", "id, a, n, mood", "t"), anew("two", "id, n, mood", "t"));
    let both: Vec<&str> = one.iter().chain(&two).map(String::as_str).collect();
    lost(Product::Sqlite, &both, &["drops column t.b and its values", "drops column t.a and its values"]);
}

#[test]
fn values_that_another_type_has_no_room_for_are_lost() {
    let narrows = "column t.n becomes numeric(10,0), and values are lost in rows where it has values with more than 10 integer or 0 fractional digits";
    lost(Product::Postgres, &["ALTER TABLE t ALTER COLUMN n TYPE numeric(10, 0)"], &[narrows]);
    lost(Product::Postgres, &["ALTER TABLE t ALTER n TYPE numeric(10, 0) USING n::numeric(10, 0)"], &[narrows]);
    lost(Product::Postgres, &["ALTER TABLE t ALTER COLUMN n TYPE numeric(14, 2)"], &[]);
    lost(Product::Postgres, &["ALTER TABLE t ALTER COLUMN n TYPE numeric(10, 0) USING n / 100"], &[]);
    let decimal = narrows.replace("numeric", "decimal");
    lost(Product::MySql, &["ALTER TABLE t MODIFY COLUMN n decimal(10, 0) NOT NULL"], &[&decimal]);
    lost(Product::MariaDb, &["ALTER TABLE t CHANGE n m decimal(10, 0)"], &[&decimal]);
    lost(Product::MariaDb, &["UPDATE t SET n = 0 WHERE n > 9", "ALTER TABLE t MODIFY n decimal(10, 0)"], &[]);
    let other = ["UPDATE t AS x SET x.a = 'n = 0', b = 'y' WHERE n > 9", "ALTER TABLE t MODIFY n decimal(10, 0)"];
    lost(Product::MariaDb, &other, &[&decimal]);
    let renamed = [
        "ALTER TABLE t RENAME COLUMN n TO m",
        "UPDATE t SET (a, m) = ('x', 0)",
        "ALTER TABLE t ALTER m TYPE numeric(10, 0)",
    ];
    let overwritten = ["overwrites the values of column t.a", "overwrites the values of column t.n"];
    lost(Product::Postgres, &renamed, &overwritten);
    let fewer = "removes lost from column t.mood";
    lost(Product::MySql, &["ALTER TABLE t MODIFY mood enum('glad')"], &[fewer]);
}

#[test]
fn values_that_give_way_to_computed_ones_are_lost() {
    let computed = "computes column t.a and drops its values";
    for (product, statement) in [
        (Product::MySql, "ALTER TABLE t MODIFY a int GENERATED ALWAYS AS (b * 2) STORED"),
        (Product::MariaDb, "ALTER TABLE t MODIFY a int AS (b * 2) PERSISTENT COMMENT 'x'"),
    ] {
        lost(product, &[statement], &[computed]);
    }
    lost(Product::MySql, &["ALTER TABLE t MODIFY a text COMMENT 'as (b)'"], &[]);
    let rebuilt = |columns: &str| {
        [
            format!("CREATE TABLE new_t (id text, n decimal(12, 2), mood text, {columns})"),
            "INSERT INTO new_t (id, n, mood, b) SELECT id, n, mood, b FROM t".to_owned(),
            "DROP TABLE t".to_owned(),
            "ALTER TABLE new_t RENAME TO t".to_owned(),
        ]
    };
    let computes = rebuilt("a text AS (b || b) STORED, b text");
    lost(Product::Sqlite, &computes.each_ref().map(String::as_str), &[computed]);
    // It comes anew, and nothing is copied into it.
    let empty = rebuilt("a text DEFAULT 'x', b text");
    lost(Product::Sqlite, &empty.each_ref().map(String::as_str), &["drops column t.a and its values"]);
}

#[test]
fn rows_that_nobody_copies_are_lost() {
    let drops = "drops table t and its rows";
    let swap = ["CREATE TABLE w (id int)", "DROP TABLE t", "ALTER TABLE w RENAME TO t"];
    lost(Product::Postgres, &swap, &[drops]);
    let archive = ["CREATE TABLE w (id int)", "INSERT INTO w SELECT id FROM t", "DROP TABLE t"];
    lost(Product::Postgres, &archive, &[drops]);
    let aside = [
        "ALTER TABLE u RENAME TO u_old",
        "CREATE TABLE u (id text, a text, n numeric(12, 2), mood text)",
        "INSERT INTO u SELECT id, a, n, mood FROM u_old",
        "DROP TABLE u_old",
    ];
    lost(Product::Postgres, &aside, &["drops column u.b and its values"]);
    lost(Product::Sqlite, &["DELETE FROM t"], &["empties table t"]);
    lost(Product::Sqlite, &["DELETE FROM t WHERE id = 1"], &[]);
}

#[test]
fn what_goes_along_with_something_else_is_lost() {
    let product = Product::Postgres;
    lost(product, &["DROP TYPE public.spirits CASCADE"], &["drops column t.spirit and its values"]);
    lost(product, &["DROP DOMAIN wit, spirits CASCADE"], &["drops column t.wit and its values"]);
    lost(product, &["DROP TYPE spirits"], &[]);
    let both = ["drops table t and its rows", "drops table u and its rows"];
    lost(product, &["DROP SCHEMA IF EXISTS public CASCADE"], &both);
    lost(product, &["ALTER TABLE t SET SCHEMA away", "DROP SCHEMA public CASCADE"], &both[1..]);
    lost(product, &["ALTER TABLE t SET SCHEMA away", "DROP TABLE away.t"], &both[..1]);
    lost(Product::MySql, &["DROP DATABASE public"], &both);
    let empties = ["empties table t", "empties table u"];
    lost(product, &["TRUNCATE t"], &empties[..1]);
    lost(product, &["TRUNCATE t CASCADE"], &empties);
    lost(product, &["DELETE FROM t WHERE true"], &empties);
    lost(product, &["DELETE FROM u WHERE 1 = 1"], &empties[1..]);
    for (sql, why) in [
        ("DROP OWNED BY somebody", Some("all that the role owns goes")),
        ("DROP EXTENSION citext CASCADE", Some("columns that depend on it go too")),
        ("DROP EXTENSION citext", None),
        ("MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE", Some("rows go by what they match")),
        ("MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN UPDATE SET a = u.a", None),
    ] {
        assert_eq!(reading::read(product, sql).unnamed(), why, "{sql}");
    }
    assert!(reading::read(Product::MariaDb, "ALTER TABLE t DROP SYSTEM VERSIONING").unnamed().is_some());
    assert!(reading::read(Product::MariaDb, "DELETE HISTORY FROM t").unnamed().is_some());
}

#[test]
fn values_that_others_take_the_place_of_are_lost() {
    let overwritten = "overwrites the values of column t.a";
    lost(Product::Postgres, &["ALTER TABLE t ALTER COLUMN a TYPE int USING 0"], &[overwritten]);
    lost(Product::Postgres, &["ALTER TABLE t ALTER a SET DATA TYPE int USING length(b)"], &[overwritten]);
    lost(Product::Postgres, &["ALTER TABLE t ALTER a TYPE int USING length(t.a)"], &[]);
    lost(Product::Postgres, &["ALTER TABLE public.t ALTER a TYPE int USING of_row(t)"], &[]);
    lost(Product::MySql, &["UPDATE t SET a = 'x', b = concat(b, 'y')"], &[overwritten]);
    lost(Product::MySql, &["UPDATE t SET a = 'x' WHERE a IS NULL"], &[]);
}
