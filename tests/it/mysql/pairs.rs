//! Pairs of databases: from one to the other and back, each time read back equal and as the server shows it.

use sea_gen::diff::diff;
use sea_gen::introspect::{Scope, Spelling, introspect};
use sea_gen::schema::Normalized;
use sea_gen_runner::session::Session;

use super::scratch::{Scratch, attempt, execute, on_each, shown};

on_each![every_pair_goes_there_and_back, what_is_spelled_out_is_spelled_again];

/// What it is about, the statements for the old and for the new state; statements end with `;`.
const PAIRS: &[(&str, &str, &str)] = &[
    ("add a column", "CREATE TABLE t (a int)", "CREATE TABLE t (a int, b varchar(9) NOT NULL DEFAULT 'x')"),
    ("another type", "CREATE TABLE t (a int, b varchar(9))", "CREATE TABLE t (a bigint, b text)"),
    ("nullable", "CREATE TABLE t (a int NULL)", "CREATE TABLE t (a int NOT NULL)"),
    ("another default", "CREATE TABLE t (a int DEFAULT 1)", "CREATE TABLE t (a int DEFAULT 2)"),
    ("a comment", "CREATE TABLE t (a int)", "CREATE TABLE t (a int COMMENT 'x') COMMENT 'y'"),
    (
        "a column numbers itself",
        "CREATE TABLE t (a int NOT NULL, b int)",
        "CREATE TABLE t (a int AUTO_INCREMENT PRIMARY KEY, b int)",
    ),
    (
        "a new column numbers itself",
        "CREATE TABLE t (b int)",
        "CREATE TABLE t (b int, a bigint AUTO_INCREMENT, KEY k (a))",
    ),
    (
        "a primary key says more",
        "CREATE TABLE t (a int PRIMARY KEY)",
        "CREATE TABLE t (a int, PRIMARY KEY (a) COMMENT 'the number')",
    ),
    (
        "the index that orders the rows goes",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, c int, UNIQUE KEY u (a))",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, KEY u (a))",
    ),
    (
        "two full-text indexes",
        "CREATE TABLE t (a text, b text)",
        "CREATE TABLE t (a text, b text, FULLTEXT KEY f (a), FULLTEXT KEY g (b))",
    ),
    (
        "another primary key",
        "CREATE TABLE t (a int, b int NOT NULL, PRIMARY KEY (a))",
        "CREATE TABLE t (a int NOT NULL, b int, PRIMARY KEY (b, a))",
    ),
    (
        "another primary key under a foreign key",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (a), UNIQUE KEY u (a)); CREATE TABLE c (x int, CONSTRAINT f FOREIGN KEY (x) REFERENCES t (a))",
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, PRIMARY KEY (b), UNIQUE KEY u (a)); CREATE TABLE c (x int, CONSTRAINT f FOREIGN KEY (x) REFERENCES t (a))",
    ),
    (
        "the index under a foreign key",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, KEY one (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, KEY two (a, b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
    ),
    (
        "the server's own index under a foreign key",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, KEY two (a, b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
    ),
    (
        "one more index over the server's own",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, b int, KEY f (a), KEY two (a, b), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
    ),
    (
        "a unique index a foreign key refers to",
        "CREATE TABLE p (id int PRIMARY KEY, u int, UNIQUE KEY one (u)); CREATE TABLE t (a int, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (u))",
        "CREATE TABLE p (id int PRIMARY KEY, u int, UNIQUE KEY two (u)); CREATE TABLE t (a int, KEY k (a), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (u))",
    ),
    (
        "a foreign key",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int)",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE)",
    ),
    (
        "another action",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE)",
        "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE SET NULL)",
    ),
    (
        "a wider key on both sides",
        "CREATE TABLE p (id int AUTO_INCREMENT PRIMARY KEY); CREATE TABLE t (a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE)",
        "CREATE TABLE p (id bigint AUTO_INCREMENT PRIMARY KEY); CREATE TABLE t (a bigint, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id) ON DELETE CASCADE)",
    ),
    (
        "a circle",
        "CREATE TABLE a (id int PRIMARY KEY)",
        "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int, CONSTRAINT f1 FOREIGN KEY (a) REFERENCES a (id));
         ALTER TABLE a ADD CONSTRAINT f2 FOREIGN KEY (b) REFERENCES b (id)",
    ),
    (
        "indexes",
        "CREATE TABLE t (a varchar(20), b int, KEY one (a(3)), UNIQUE KEY two (b))",
        "CREATE TABLE t (a varchar(20), b int, KEY one (a(5)), KEY two (b DESC), FULLTEXT KEY three (a))",
    ),
    (
        "drop a column with its index",
        "CREATE TABLE t (a int, b int, c int, KEY k (a, b))",
        "CREATE TABLE t (a int, c int, KEY k (a, c))",
    ),
    (
        "checks",
        "CREATE TABLE t (a int, CONSTRAINT c1 CHECK (a > 0), CONSTRAINT c2 CHECK (a < 9))",
        "CREATE TABLE t (a int, CONSTRAINT c1 CHECK (a > 1), CONSTRAINT c3 CHECK (a < 9))",
    ),
    (
        "a check changes its table",
        "CREATE TABLE t (a int, b int, CONSTRAINT c1 CHECK (a > 0), KEY k (b)); CREATE TABLE u (a int, KEY k (a))",
        "CREATE TABLE t (a int, b int, KEY j (b)); CREATE TABLE u (a int, CONSTRAINT c1 CHECK (a > 0), KEY j (a))",
    ),
    ("a column's check", "CREATE TABLE t (a int CHECK (a > 0), b int)", "CREATE TABLE t (a int CHECK (a > 5), b int)"),
    ("a column loses its check", "CREATE TABLE t (a int CHECK (a > 0), b int)", "CREATE TABLE t (a int, b int)"),
    (
        "a column keeps its check",
        "CREATE TABLE t (a int CHECK (a > 0), b int)",
        "CREATE TABLE t (a bigint DEFAULT 5 CHECK (a > 0), b int)",
    ),
    ("a column comes with a check", "CREATE TABLE t (b int)", "CREATE TABLE t (b int, a int CHECK (a > 0))"),
    ("json", "CREATE TABLE t (a json, b text)", "CREATE TABLE t (a longtext, b json)"),
    ("an enum", "CREATE TABLE t (a enum('x','y'))", "CREATE TABLE t (a enum('x','z''','y') DEFAULT 'y')"),
    ("a stored column", "CREATE TABLE t (a int, b int)", "CREATE TABLE t (a int, b int AS (a + 1) STORED)"),
    ("a virtual column", "CREATE TABLE t (a int, b int, KEY k (b))", "CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL, KEY k (b))"),
    (
        "stored and virtual",
        "CREATE TABLE t (a int, b int AS (a + 1) STORED, c int AS (a) VIRTUAL, KEY k (b, c))",
        "CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL, c int AS (a) STORED, KEY k (b, c))",
    ),
    ("another expression", "CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL)", "CREATE TABLE t (a int, b int AS (a + 2) VIRTUAL)"),
    (
        "collations",
        "CREATE TABLE t (a varchar(9), b text COLLATE utf8mb4_bin, c enum('x'), KEY k (a))",
        "CREATE TABLE t (a varchar(9), b text COLLATE utf8mb4_general_ci, c enum('x'), KEY k (a)) COLLATE latin1_swedish_ci",
    ),
    (
        "a collation under a foreign key",
        "CREATE TABLE p (id varchar(9) PRIMARY KEY); CREATE TABLE t (a varchar(9), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id))",
        "CREATE TABLE p (id varchar(9) PRIMARY KEY) COLLATE utf8mb4_bin; CREATE TABLE t (a varchar(9), CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)) COLLATE utf8mb4_bin",
    ),
    ("options", "CREATE TABLE t (a int) STATS_PERSISTENT=1", "CREATE TABLE t (a int) ENGINE=MyISAM ROW_FORMAT=FIXED"),
    (
        "on update",
        "CREATE TABLE t (a timestamp NULL)",
        "CREATE TABLE t (a timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP)",
    ),
    ("invisible", "CREATE TABLE t (a int, b int)", "CREATE TABLE t (a int, b int INVISIBLE)"),
    ("views", "CREATE TABLE t (a int); CREATE VIEW v AS SELECT a FROM t", "CREATE TABLE t (a int, b int); CREATE VIEW v AS SELECT b FROM t WHERE a > 1 WITH LOCAL CHECK OPTION"),
    (
        "triggers and routines",
        "CREATE TABLE t (a int); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET new.a = 1; CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1",
        "CREATE TABLE t (a int); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET new.a = 2; CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 2",
    ),
];

async fn every_pair_goes_there_and_back(scratch: Scratch) {
    all_there_and_back(&scratch, PAIRS.iter()).await;
}

/// All pairs, also those after one that fails.
pub async fn all_there_and_back(
    scratch: &Scratch,
    pairs: impl Iterator<Item = &(&'static str, &'static str, &'static str)>,
) {
    let mut failed = Vec::new();
    for pair in pairs {
        if attempt(there_and_back(scratch, pair, &[])).await.is_none() {
            failed.push(pair.0);
        }
    }
    assert!(failed.is_empty(), "{}: {failed:#?}", scratch.product);
}

/// One pair, with rows in the old state; gives back what `read` then finds in the new one.
pub async fn there_and_back(scratch: &Scratch, (topic, old, new): &(&str, &str, &str), read: &[&str]) -> Vec<String> {
    let mut one = scratch.database("old").await;
    let mut other = scratch.database("new").await;
    execute(&mut one, &statements(old)).await;
    execute(&mut other, &statements(new)).await;
    let (from, to) = (scratch.read(&mut one).await, scratch.read(&mut other).await);
    assert_ne!(from, to, "{topic}");
    let before = definitions(shown(&mut one).await);
    let plan = scratch.migrate(&mut one, &from, &to).await;
    scratch.expect(&mut one, &to, &format!("{topic}, up")).await;
    assert_eq!(definitions(shown(&mut one).await), definitions(shown(&mut other).await), "{topic}");
    let mut found = Vec::new();
    for sql in read {
        found.extend(one.query(sql).await.unwrap().iter().map(|row| row.text(0).to_owned()));
    }
    scratch.run(&mut one, &plan.inverse(from.schema()), &to).await;
    scratch.expect(&mut one, &from, &format!("{topic}, down")).await;
    assert_eq!(definitions(shown(&mut one).await), before, "{topic}");
    found
}

/// What means nothing to the server and is remembered all the same, and what connection a view was made by.
const SPELLED_OUT: &[&str] = &[
    "CREATE TABLE p (id int PRIMARY KEY, s varchar(20))",
    "CREATE TABLE t (a int, b int, c int, d int, KEY (a) USING BTREE, KEY (b), KEY (c), KEY (d),
        CONSTRAINT f1 FOREIGN KEY (a) REFERENCES p (id), CONSTRAINT f2 FOREIGN KEY (b) REFERENCES p (id) ON DELETE NO ACTION,
        CONSTRAINT f3 FOREIGN KEY (c) REFERENCES p (id) ON DELETE RESTRICT,
        CONSTRAINT f4 FOREIGN KEY (d) REFERENCES p (id) ON DELETE CASCADE ON UPDATE RESTRICT)",
    "CREATE VIEW own AS SELECT concat(s, 'ü') AS x FROM p",
    "SET NAMES utf8mb3",
    "CREATE VIEW v AS SELECT id, concat(s, _utf8mb3' AS ', _latin1'x') AS `as` FROM p WHERE s <> _binary'y' WITH LOCAL CHECK OPTION",
    "SET NAMES latin1 COLLATE latin1_bin",
    "CREATE VIEW w AS SELECT concat(s, 'x') AS x FROM p",
    "SET NAMES utf8mb4",
];

async fn what_is_spelled_out_is_spelled_again(scratch: Scratch) {
    let mut one = scratch.database("old").await;
    let mut other = scratch.database("new").await;
    execute(&mut one, &["CREATE TABLE p (id int PRIMARY KEY, s varchar(20))"]).await;
    execute(&mut other, SPELLED_OUT).await;
    let (before, wanted) = (connections(&mut one).await, connections(&mut other).await);
    assert!(wanted.contains(&"latin1_bin".to_owned()), "{wanted:?}");
    let (from, to) = (spelled(&scratch, &mut one).await, spelled(&scratch, &mut other).await);
    let plan = diff(&from, &to, &[]);
    scratch.run(&mut one, &plan, &from).await;
    assert_eq!(connections(&mut one).await, wanted);
    assert_eq!(spelled(&scratch, &mut one).await, to);
    scratch.run(&mut one, &plan.inverse(from.schema()), &to).await;
    assert_eq!(connections(&mut one).await, before);
}

async fn spelled(scratch: &Scratch, session: &mut Session) -> Normalized {
    let scope = Scope { spelling: Spelling::Explicit, ..Scope::default() };
    scratch.normalize(introspect(session, &scope).await.unwrap().schema)
}

/// What the server shows, and the collations of the views' connections.
async fn connections(session: &mut Session) -> Vec<String> {
    let mut found: Vec<String> = definitions(shown(session).await).into_iter().flatten().collect();
    let views =
        "SELECT collation_connection FROM information_schema.views WHERE table_schema = DATABASE() ORDER BY table_name";
    found.extend(session.query(views).await.unwrap().iter().map(|row| row.text(0).to_owned()));
    found
}

pub fn statements(script: &str) -> Vec<&str> {
    script.split(';').map(str::trim).filter(|sql| !sql.is_empty()).collect()
}

/// Lines without their order and final commas: columns are added at the end, keys in the order of their making; and
/// without what the server remembers but does not heed.
pub fn definitions(shown: Vec<String>) -> Vec<Vec<String>> {
    let lines = |text: String| {
        let mut lines: Vec<String> = text
            .lines()
            .map(|line| {
                line.trim_end_matches(',').replace(" AUTO_INCREMENT=1", "").replace(" STATS_PERSISTENT=DEFAULT", "")
            })
            .collect();
        lines.sort();
        lines
    };
    shown.into_iter().map(lines).collect()
}
