//! What the servers do to a table beyond what a statement says: literals in its expressions are folded, and MySQL has room for so
//! many versions of its rows.

use sea_gen::dialect::Statement;
use sea_gen::diff::diff;
use sea_gen_runner::run::{self, DEFAULT_WAIT};

use super::scratch::{Scratch, execute, on_each};

on_each![folded_literals_are_no_difference, used_up_versions_stop_no_column];

/// Checks and generated columns are what they were, after whatever alteration the server folds their literals at.
async fn folded_literals_are_no_difference(scratch: Scratch) {
    let mut session = scratch.database("one").await;
    let table = "CREATE TABLE t (id int PRIMARY KEY, price int, s tinyint, name varchar(9), m decimal(9,2), \
                 g int AS (price < 1e6) STORED, \
                 CONSTRAINT c1 CHECK (price BETWEEN 0 AND 1e6), CONSTRAINT c2 CHECK (price < 0x10 OR price > 1.5 AND price <> '7'), \
                 CONSTRAINT c3 CHECK (1e2 >= price AND name <> 'a' AND name <> '7'), CONSTRAINT c4 CHECK (price + 1 < 1e2), \
                 CONSTRAINT c5 CHECK (price IN (1.5, 1e3)), CONSTRAINT c6 CHECK (price < b'11' AND price > -1e1), \
                 CONSTRAINT c7 CHECK (m < 1e2 AND m <> '7'), CONSTRAINT c8 CHECK (s < 1.0 AND price < 1e20))";
    execute(&mut session, &[table]).await;
    let first = scratch.read(&mut session).await;
    let shown = |rows: sea_gen_runner::session::Rows| rows.first().unwrap().text(1).to_owned();
    let before = shown(session.query("SHOW CREATE TABLE t").await.unwrap());
    for alteration in [
        "ADD COLUMN z int",
        "DROP COLUMN z",
        "MODIFY price bigint",
        "MODIFY price int",
        "ADD INDEX i (price)",
        "DROP INDEX i",
    ] {
        execute(&mut session, &[&format!("ALTER TABLE t {alteration}")]).await;
    }
    let after = shown(session.query("SHOW CREATE TABLE t").await.unwrap());
    assert!(before.contains("0x10") && !after.contains("0x10"), "the server folds: {after}");
    scratch.expect(&mut session, &first, "after alterations").await;

    // Another value is another check.
    execute(&mut session, &["ALTER TABLE t DROP CONSTRAINT c1, ADD CONSTRAINT c1 CHECK (price BETWEEN 0 AND 1e7)"])
        .await;
    let other = scratch.read(&mut session).await;
    assert!(!diff(&first, &other, &[]).is_empty());
}

/// MySQL refuses the next column that comes at once; then the table is rebuilt by the same statement.
async fn used_up_versions_stop_no_column(scratch: Scratch) {
    let mut session = scratch.database("one").await;
    execute(&mut session, &["CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)"]).await;
    let (come, go) =
        ("ALTER TABLE t ADD COLUMN x int, ALGORITHM=INSTANT", "ALTER TABLE t DROP COLUMN x, ALGORITHM=INSTANT");
    let mut sent = come;
    let mut room = 600;
    while room > 0 && session.execute(sent).await.is_ok() {
        sent = if sent == come { go } else { come };
        room -= 1;
    }
    assert_eq!(room == 0, scratch.is_mariadb(), "MariaDB has no such limit");
    run::execute(&mut session, &[Statement::new(sent)], DEFAULT_WAIT).await.unwrap();
    let columns = session.query("SHOW COLUMNS FROM t").await.unwrap();
    assert_eq!(columns.len(), if sent == come { 2 } else { 1 });
}
