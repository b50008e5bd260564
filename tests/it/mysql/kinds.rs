//! Kinds of objects and facets only these servers have: partitions, events, sequences, versioned rows.

use sea_gen::dialect::Product;

use super::pairs::{all_there_and_back, there_and_back};
use super::scratch::{Scratch, execute, on_each, shown};

on_each![
    every_kind_goes_there_and_back,
    a_partition_split_or_merged_keeps_its_rows,
    a_column_that_changes_its_case_keeps_its_values,
    a_sequence_goes_on_where_it_was,
    a_period_and_its_keys_stay,
    an_index_of_vectors_goes_there_and_back,
];

const ON_BOTH: &[(&str, &str, &str)] = &[
    (
        "a range is added at the end",
        "CREATE TABLE t (d int NOT NULL) PARTITION BY RANGE (d) (PARTITION a VALUES LESS THAN (10))",
        "CREATE TABLE t (d int NOT NULL, x int) PARTITION BY RANGE (d) (PARTITION a VALUES LESS THAN (10), PARTITION `b c` VALUES LESS THAN (20))",
    ),
    (
        "a range is divided again",
        "CREATE TABLE t (id int NOT NULL, d int NOT NULL) PARTITION BY RANGE (d) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION a VALUES LESS THAN (10), PARTITION m VALUES LESS THAN MAXVALUE)",
        "CREATE TABLE t (id int NOT NULL, d int NOT NULL) PARTITION BY RANGE (d) SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION a VALUES LESS THAN (10) COMMENT 'x', PARTITION b VALUES LESS THAN (20), PARTITION m VALUES LESS THAN MAXVALUE)",
    ),
    (
        "lists of several columns",
        "CREATE TABLE t (a int, b varchar(9)) PARTITION BY LIST COLUMNS(a, b) (PARTITION p0 VALUES IN ((1, 'x'), (3, NULL)))",
        "CREATE TABLE t (a int, b varchar(9)) PARTITION BY LIST COLUMNS(a, b) (PARTITION p0 VALUES IN ((1, 'x'), (3, NULL)), PARTITION p1 VALUES IN ((5, 'it''s')))",
    ),
    (
        "lists take each other's values",
        "CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (3))",
        "CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1), PARTITION p1 VALUES IN (2, 3))",
    ),
    (
        "more partitions of a hash",
        "CREATE TABLE t (a int NOT NULL) PARTITION BY LINEAR HASH (a) PARTITIONS 2",
        "CREATE TABLE t (a int NOT NULL) PARTITION BY LINEAR HASH (a) PARTITIONS 5",
    ),
    (
        "a table is divided by its key",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (b))",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a)) PARTITION BY KEY () PARTITIONS 3",
    ),
    (
        "another method, and another key for it",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a)) PARTITION BY HASH (a)",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (b)) PARTITION BY RANGE (b) (PARTITION p VALUES LESS THAN MAXVALUE)",
    ),
    (
        "events",
        "CREATE TABLE t (a int); CREATE EVENT changes ON SCHEDULE EVERY 1 DAY STARTS '2036-01-01 00:00:00' DISABLE DO DELETE FROM t; CREATE EVENT goes ON SCHEDULE AT '2036-01-01 00:00:00' DO SET @x = 1",
        "CREATE TABLE t (a int); CREATE EVENT changes ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2036-01-01 00:00:00' ENDS '2037-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE COMMENT 'it''s' DO DELETE FROM t; CREATE EVENT `it``s new` ON SCHEDULE AT '2036-01-01 10:00:00' DO SET @x = 2",
    ),
    (
        "a foreign key nobody named refers to another table",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (id int PRIMARY KEY); CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES p (id))",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE q (id int PRIMARY KEY); CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES q (id))",
    ),
    (
        "joins by name and from the right",
        "CREATE TABLE a (id int PRIMARY KEY, x int); CREATE TABLE b (id int PRIMARY KEY, y int)",
        "CREATE TABLE a (id int PRIMARY KEY, x int); CREATE TABLE b (id int PRIMARY KEY, y int); \
         CREATE VIEW v1 AS SELECT * FROM a JOIN b USING (id); CREATE VIEW v2 AS SELECT a.id, b.y FROM a RIGHT JOIN b ON a.id = b.id; \
         CREATE VIEW v3 AS SELECT id FROM a NATURAL LEFT JOIN b; CREATE SQL SECURITY INVOKER VIEW v4 AS SELECT (SELECT count(*) FROM v1) n, 'ü' u",
    ),
    (
        "a view's algorithm",
        "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t",
        "CREATE TABLE t (a int); CREATE ALGORITHM=TEMPTABLE VIEW v AS SELECT a FROM t; CREATE ALGORITHM=MERGE VIEW `it``s` AS SELECT a FROM t",
    ),
    (
        "a default with its character set",
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int, j json DEFAULT (_utf8mb4'{}'), v varchar(9) CHARACTER SET latin1 DEFAULT 'x', e enum('a','it''s') DEFAULT 'a') COLLATE utf8mb4_bin",
    ),
];

const ON_MYSQL: &[(&str, &str, &str)] = &[
    (
        "the parser of a full-text index",
        "CREATE TABLE t (a text, FULLTEXT KEY f (a))",
        "CREATE TABLE t (a text, FULLTEXT KEY f (a) WITH PARSER ngram COMMENT 'x')",
    ),
    ("an invisible index", "CREATE TABLE t (a int, KEY k (a))", "CREATE TABLE t (a int, KEY k (a) INVISIBLE)"),
    (
        "a functional index",
        "CREATE TABLE t (a int, j json)",
        "CREATE TABLE t (a int, j json, KEY k ((a + 1) DESC), KEY m ((CAST(j->'$.x' AS UNSIGNED ARRAY))))",
    ),
    ("compression", "CREATE TABLE t (a int)", "CREATE TABLE t (a int) COMPRESSION='ZLIB'"),
];

const ON_MARIADB: &[(&str, &str, &str)] = &[
    (
        "sequences",
        "CREATE SEQUENCE s1 START 5; CREATE SEQUENCE s3 START 7",
        "CREATE SEQUENCE s1 START 5 INCREMENT 3 MAXVALUE 1000 CYCLE; CREATE SEQUENCE s2 START 3; CREATE TABLE t (a int DEFAULT nextval(s2))",
    ),
    (
        "a table keeps its history",
        "CREATE TABLE t (a int PRIMARY KEY, b int)",
        "CREATE TABLE t (a int PRIMARY KEY, b int) WITH SYSTEM VERSIONING",
    ),
    (
        "a table with a history changes",
        "CREATE TABLE t (a int PRIMARY KEY, b int) WITH SYSTEM VERSIONING",
        "CREATE TABLE t (a int PRIMARY KEY, b bigint, c int WITHOUT SYSTEM VERSIONING, KEY k (b)) WITH SYSTEM VERSIONING",
    ),
    (
        "a history with columns of its own",
        "CREATE TABLE t (a int, b int)",
        "CREATE TABLE t (a int, b int, s timestamp(6) GENERATED ALWAYS AS ROW START INVISIBLE, e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING",
    ),
    (
        "a history apart from the present",
        "CREATE TABLE t (a int) WITH SYSTEM VERSIONING",
        "CREATE TABLE t (a int) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME (PARTITION h HISTORY, PARTITION c CURRENT)",
    ),
    (
        "a period and its keys",
        "CREATE TABLE t (id int PRIMARY KEY, a date, b date, x int)",
        "CREATE TABLE t (id int, a date, b date, x int, PERIOD FOR `p``1` (a, b), PRIMARY KEY (id, `p``1` WITHOUT OVERLAPS), UNIQUE u (x, `p``1` WITHOUT OVERLAPS))",
    ),
    (
        "a period comes with its columns",
        "CREATE TABLE t (id int PRIMARY KEY)",
        "CREATE TABLE t (id int, a date, b date, PERIOD FOR p (a, b), PRIMARY KEY (id, p WITHOUT OVERLAPS))",
    ),
    (
        "a period and its columns change",
        "CREATE TABLE t (id int, a date, b date, PERIOD FOR p (a, b), PRIMARY KEY (id, p WITHOUT OVERLAPS))",
        "CREATE TABLE t (id int, a datetime, b datetime, PERIOD FOR q (a, b), PRIMARY KEY (id, q WITHOUT OVERLAPS))",
    ),
    ("compressed columns", "CREATE TABLE t (a text)", "CREATE TABLE t (a text COMPRESSED, b varchar(9) COMPRESSED)"),
    ("compressed pages", "CREATE TABLE t (a text)", "CREATE TABLE t (a text) page_compressed=1"),
    (
        "a list for everything else",
        "CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1))",
        "CREATE TABLE t (a int) PARTITION BY LIST (a) (PARTITION p VALUES IN (1), PARTITION other DEFAULT)",
    ),
    (
        "its own types",
        "CREATE TABLE t (a int)",
        "CREATE TABLE t (a int, u uuid DEFAULT uuid(), i inet4, x inet6 NOT NULL DEFAULT '::1', KEY k (a) IGNORED)",
    ),
];

async fn every_kind_goes_there_and_back(scratch: Scratch) {
    let own = if scratch.is_mariadb() { ON_MARIADB } else { ON_MYSQL };
    all_there_and_back(&scratch, ON_BOTH.iter().chain(own)).await;
}

async fn a_partition_split_or_merged_keeps_its_rows(scratch: Scratch) {
    const ROWS: &str = "INSERT INTO t VALUES (1), (12), (99)";
    let (two, three) = (
        "CREATE TABLE t (d int) PARTITION BY RANGE (d) (PARTITION b VALUES LESS THAN (20), PARTITION m VALUES LESS THAN MAXVALUE)",
        "CREATE TABLE t (d int) PARTITION BY RANGE (d) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20), PARTITION m VALUES LESS THAN MAXVALUE)",
    );
    for (topic, old, new) in [("split", two, three), ("merged", three, two)] {
        let old = format!("{old}; {ROWS}");
        let found = there_and_back(&scratch, &(topic, &old, new), &["SELECT d FROM t ORDER BY d"]).await;
        assert_eq!(found, ["1", "12", "99"], "{topic}");
    }
}

async fn a_column_that_changes_its_case_keeps_its_values(scratch: Scratch) {
    let pair = (
        "case",
        "CREATE TABLE t (Id int PRIMARY KEY, Name varchar(9), KEY k (Name)); INSERT INTO t VALUES (1, 'x')",
        "CREATE TABLE t (id int PRIMARY KEY, name varchar(20) NOT NULL, KEY k (name))",
    );
    let found = there_and_back(&scratch, &pair, &["SELECT name FROM t", "SELECT id FROM t"]).await;
    assert_eq!(found, ["x", "1"]);
}

async fn a_sequence_goes_on_where_it_was(scratch: Scratch) {
    if !scratch.is_mariadb() {
        return;
    }
    let pair = (
        "sequence",
        "CREATE SEQUENCE s START 5 NOCACHE; CREATE TABLE t (a int); INSERT INTO t VALUES (nextval(s))",
        "CREATE SEQUENCE s START 5 INCREMENT 2 NOCACHE; CREATE TABLE t (a int)",
    );
    let found = there_and_back(&scratch, &pair, &["SELECT a FROM t", "SELECT CAST(nextval(s) AS CHAR)"]).await;
    assert_eq!(found[0], "5");
    assert!(found[1].parse::<i64>().unwrap() > 5, "{found:?}");
}

/// A table with a period changes and its columns get other names; the period and its keys stay.
async fn a_period_and_its_keys_stay(scratch: Scratch) {
    if !scratch.is_mariadb() {
        return;
    }
    let mut session = scratch.database("now").await;
    let create = "CREATE TABLE t (id int, a date, b date, x int, CONSTRAINT less CHECK (id < x), PERIOD FOR `valid``1`(a, b), \
                  PRIMARY KEY (id, `valid``1` WITHOUT OVERLAPS), UNIQUE u (x, `valid``1` WITHOUT OVERLAPS))";
    execute(&mut session, &[create, "CREATE TABLE u (a int, b int, CONSTRAINT less CHECK (a < b))"]).await;
    let catalog = scratch.catalog(&mut session).await;
    let unmanaged: Vec<_> = catalog.unmanaged.iter().map(|it| it.object.as_str()).collect();
    assert_eq!(unmanaged, Vec::<&str>::new());
    let from = scratch.read(&mut session).await;
    for table in from.schema().tables.values() {
        assert_eq!(table.checks.keys().map(ToString::to_string).collect::<Vec<_>>(), ["less"], "{}", table.name);
    }
    execute(&mut session, &["ALTER TABLE t RENAME COLUMN a TO `from`"]).await;
    let from = scratch.read(&mut session).await;
    let mut without = from.schema().clone();
    for table in without.tables.values_mut() {
        table.checks.clear();
    }
    let to = scratch.normalize(without);
    scratch.migrate(&mut session, &from, &to).await;
    scratch.expect(&mut session, &to, "without checks").await;
    let shown = shown(&mut session).await.concat();
    for line in ["PERIOD FOR `valid``1` (`from`, `b`)", "(`id`,`valid``1` WITHOUT OVERLAPS)"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

/// From MariaDB 11.7 on.
const VECTORS: &[(&str, &str, &str)] = &[
    (
        "an index of vectors",
        "CREATE TABLE t (id int PRIMARY KEY, e vector(3) NOT NULL, VECTOR INDEX gone (e))",
        "CREATE TABLE t (id int PRIMARY KEY, e vector(3) NOT NULL, f vector(5), VECTOR INDEX v (e) DISTANCE=cosine M=8 COMMENT 'x')",
    ),
    (
        "the options of an index of vectors",
        "CREATE TABLE t (id int PRIMARY KEY, e vector(3) NOT NULL, VECTOR INDEX v (e) M=8)",
        "CREATE TABLE t (id int PRIMARY KEY, e vector(3) NOT NULL, VECTOR INDEX v (e) DISTANCE=euclidean)",
    ),
];

async fn an_index_of_vectors_goes_there_and_back(scratch: Scratch) {
    let session = scratch.database("now").await;
    let version: Vec<u32> = session.version().split(['.', '-']).map_while(|it| it.parse().ok()).take(2).collect();
    match scratch.product {
        Product::MariaDb if version >= vec![11, 7] => all_there_and_back(&scratch, VECTORS.iter()).await,
        // An older server knows no such type, and MySQL no such index.
        product => eprintln!("not tested on {product} {}: an index of vectors", session.version()),
    }
}
