//! What is read from the servers' words, and how divisions become each other.
//!
//! Must not know a server: the live tests do.

use super::*;
use crate::schema::{Column, Type};

const MYSQL: &str = "CREATE TABLE `pt` (\n  `id` int NOT NULL COMMENT ')'\n) ENGINE=InnoDB\n/*!50100 PARTITION BY RANGE (year(`d`))\n\
SUBPARTITION BY HASH (`id`)\nSUBPARTITIONS 2\n(PARTITION p1 VALUES LESS THAN (2020) COMMENT = 'x' ENGINE = InnoDB,\n \
PARTITION `p max` VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */";

fn normal(clause: &str) -> String {
    let mut columns = Columns::default();
    for name in ["id", "d", "a", "y", "r"] {
        columns.insert(Column::new(name, Type::Integer));
    }
    super::normal(Product::MySql, clause, &columns)
}

fn by(division: &str, parts: &[&str]) -> String {
    normal(&format!("{division} ({})", parts.join(", ")))
}

fn clauses(from: &str, to: &str) -> Vec<String> {
    match change(Some(from), Some(to)) {
        None => Vec::new(),
        Some(Change::Anew(clause)) => vec![clause],
        Some(Change::InPlace(steps)) => steps.into_iter().map(|step| step.clause).collect(),
    }
}

#[test]
fn the_clause_is_read_from_the_servers_words() {
    assert_eq!(
        clause(MYSQL).map(|it| normal(&it)).as_deref(),
        Some(
            "RANGE (year(`d`))\nSUBPARTITION BY HASH (`id`)\nSUBPARTITIONS 2\n(PARTITION `p1` VALUES LESS THAN (2020) COMMENT = 'x',\n \
             PARTITION `p max` VALUES LESS THAN MAXVALUE)"
        )
    );
    let key = "CREATE TABLE `k` (\n  `id` int\n) ENGINE=InnoDB\n/*!50100 PARTITION BY KEY */ /*!50611 ALGORITHM = 1 */ /*!50100 ()\nPARTITIONS 3 */";
    assert_eq!(clause(key).map(|it| normal(&it)).as_deref(), Some("KEY ALGORITHM = 1 ()\nPARTITIONS 3"));
    assert_eq!(clause("CREATE TABLE `k` (\n  `id` int\n) ENGINE=InnoDB"), None);
}

#[test]
fn a_clause_has_one_form() {
    for clause in
        [normal(&clause(MYSQL).unwrap_or_default()), "HASH (`a`)".to_owned(), "KEY ()\nPARTITIONS 3".to_owned()]
    {
        assert_eq!(normal(&clause), clause);
    }
}

#[test]
fn ranges_are_divided_where_they_differ() {
    let range = |parts: &[&str]| by("RANGE (y)", parts);
    let (a, b, c, max) = (
        "PARTITION `a` VALUES LESS THAN (1)",
        "PARTITION `b` VALUES LESS THAN (2)",
        "PARTITION `c` VALUES LESS THAN (3)",
        "PARTITION `m` VALUES LESS THAN MAXVALUE",
    );
    assert_eq!(clauses(&range(&[a, b]), &range(&[a, b, c])), [format!("ADD PARTITION ({c})")]);
    assert_eq!(clauses(&range(&[a, b, c]), &range(&[a, b])), ["DROP PARTITION `c`"]);
    assert_eq!(
        clauses(&range(&[a, max]), &range(&[a, b, max])),
        [format!("REORGANIZE PARTITION `m` INTO ({b}, {max})")]
    );
    assert_eq!(clauses(&range(&[a, b, max]), &range(&[b, max])), [format!("REORGANIZE PARTITION `a`, `b` INTO ({b})")]);
    let shorter = "PARTITION `b` VALUES LESS THAN (1)";
    assert_eq!(
        clauses(&range(&[b, max]), &range(&[shorter, max])),
        [format!("REORGANIZE PARTITION `b`, `m` INTO ({shorter}, {max})")]
    );
    let other = "PARTITION `x` VALUES LESS THAN (2)";
    assert_eq!(
        clauses(&range(&[a, b, c]), &range(&[other, c])),
        [format!("REORGANIZE PARTITION `a`, `b` INTO ({other})")]
    );
    assert_eq!(clauses(&range(&[a, c]), &range(&[a, b])), [format!("PARTITION BY {}", range(&[a, b]))]);
    assert_eq!(clauses(&range(&[a]), &range(&[a])), [""; 0]);
}

#[test]
fn lists_are_told_apart_by_their_values() {
    let list = |parts: &[&str]| by("LIST (r)", parts);
    let (a, b, both) =
        ("PARTITION `a` VALUES IN (1,2)", "PARTITION `b` VALUES IN (3)", "PARTITION `c` VALUES IN (2,3,1)");
    assert_eq!(clauses(&list(&[a]), &list(&[a, b])), [format!("ADD PARTITION ({b})")]);
    assert_eq!(clauses(&list(&[a, b]), &list(&[a])), ["DROP PARTITION `b`"]);
    assert_eq!(clauses(&list(&[a, b]), &list(&[both])), [format!("REORGANIZE PARTITION `a`, `b` INTO ({both})")]);
    assert_eq!(clauses(&list(&[a]), &list(&[b])), [format!("PARTITION BY {}", list(&[b]))]);
    let Some(Change::InPlace(steps)) = change(Some(&list(&[a, b])), Some(&list(&[a]))) else {
        panic!("a partition is dropped in place")
    };
    assert_eq!(steps.iter().flat_map(|step| &step.deletes).collect::<Vec<_>>(), ["`b`"]);
}

#[test]
fn numbers_of_partitions_grow_and_shrink() {
    assert_eq!(clauses("HASH (a)\nPARTITIONS 2", "HASH (a)\nPARTITIONS 5"), ["ADD PARTITION PARTITIONS 3"]);
    assert_eq!(clauses("HASH (a)\nPARTITIONS 5", "HASH (a)"), ["COALESCE PARTITION 4"]);
    assert_eq!(clauses("HASH (a)", "KEY (a)"), ["PARTITION BY KEY (a)"]);
    assert_eq!(change(None, Some("HASH (a)")), Some(Change::Anew("PARTITION BY HASH (a)".to_owned())));
    assert_eq!(change(Some("HASH (a)"), None), Some(Change::Anew("REMOVE PARTITIONING".to_owned())));
}
