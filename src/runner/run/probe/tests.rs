//! Probes: what a statement changes in its session and in the catalog.
//!
//! Must not know a database.

use super::*;

fn change(product: Product, sql: &str) -> SessionChange {
    session_change(product, &Statement::new(sql))
}

#[test]
fn what_a_session_loses_is_told_from_what_can_be_made_again() {
    let (my, pg) = (Product::MariaDb, Product::Postgres);
    for (product, sql) in [
        (my, "SET @a = 5"),
        (my, "SET NAMES utf8mb4"),
        (my, "SET sql_mode = CONCAT(@@sql_mode, ',ANSI')"),
        (my, "USE shop"),
        (pg, "SET search_path = a"),
        (pg, "SELECT pg_catalog.set_config('search_path', '', false)"),
        (Product::Sqlite, "PRAGMA foreign_keys = ON"),
    ] {
        assert_eq!(change(product, sql), SessionChange::Setting, "{sql}");
    }
    for (sql, name) in [
        ("SET @id = LAST_INSERT_ID()", "id"),
        ("SELECT max(id) INTO @top FROM t", "top"),
        ("SELECT @top := max(id) FROM t", "top"),
        ("CREATE TEMPORARY TABLE gone AS SELECT 1", "gone"),
    ] {
        assert!(
            matches!(change(my, sql), SessionChange::Lost(_, lost) if lost == name),
            "{sql}: {:?}",
            change(my, sql)
        );
    }
    for sql in ["SET STATEMENT max_statement_time = 0 FOR INSERT INTO t VALUES (1)", "SET GLOBAL a = 1", "SELECT 1"] {
        assert_eq!(change(my, sql), SessionChange::None, "{sql}");
    }
}

#[test]
fn settings_for_one_statement_and_blocks_are_judged_by_what_they_do() {
    let probe = |sql: &str| probe(Product::MariaDb, &Statement::new(sql));
    assert_eq!(probe("BEGIN NOT ATOMIC INSERT INTO t VALUES (1); END"), Probe::Unknown);
    assert_eq!(probe("BEGIN"), Probe::Repeatable);
    assert_eq!(probe("SET STATEMENT max_statement_time = 0 FOR CALL p()"), Probe::Unknown);
    let insert = Statement::new("SET STATEMENT max_statement_time = 0 FOR INSERT INTO t VALUES (1)");
    assert_eq!(enclosure(Product::MariaDb, &insert), Enclosure::Own);
    assert_eq!(enclosure(Product::MariaDb, &Statement::new("SELECT filled()")), Enclosure::Own);
}

#[test]
fn a_rename_is_told_by_what_has_the_names() {
    let before = |names: &[(&str, &str)]| -> Descriptions {
        names.iter().map(|(name, columns)| (format!("NAME {name}"), (*columns).to_owned())).collect()
    };
    let telling = |sql: &str, names: &[(&str, &str)]| is_telling(Product::MySql, sql, &before(names));
    let swap = "RENAME TABLE a TO t, b TO a, t TO b";
    assert!(!telling(swap, &[("a", "id int"), ("b", "id int"), ("t", "")]));
    assert!(telling(swap, &[("a", "id int"), ("b", "id bigint"), ("t", "")]));
    let shift = "RENAME TABLE t TO t_old, t_new TO t";
    assert!(telling(shift, &[("t", "id int"), ("t_old", ""), ("t_new", "id int")]));
    assert!(telling("ALTER TABLE a ADD b int", &[("a", "id int")]));
}

#[test]
fn a_drop_of_several_is_done_when_none_is_left() {
    let of = |names: &[(&str, &str)]| -> Descriptions {
        names.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    };
    let before = of(&[("a", ""), ("b", "x"), ("c", "y")]);
    let compare = |now: &[(&str, &str)]| compare(Product::MariaDb, "DROP TABLE IF EXISTS a, b, c", &before, &of(now));
    assert_eq!(compare(&[("a", ""), ("b", "x"), ("c", "y")]), Finding::NotDone);
    assert_eq!(compare(&[("a", ""), ("b", ""), ("c", "y")]), Finding::Partly);
    assert_eq!(compare(&[("a", ""), ("b", ""), ("c", "")]), Finding::Done);
    let lenient = lenient_drop(Product::MariaDb, "DROP TABLE b, c");
    assert_eq!(lenient.as_deref(), Some("DROP TABLE IF EXISTS b, c"));
}
