//! Every clause SQLite's grammar has, read from a text as the catalog holds it.
//!
//! Must not know the catalog.

use super::*;

fn column(sql: &str) -> (ColumnText, TableText) {
    let table = read(&format!("CREATE TABLE t ({sql})")).unwrap();
    (table.columns[0].clone(), table)
}

#[test]
fn a_bare_table() {
    let table = read("CREATE TABLE \"a (b\" (x, \"y z\" INT)").unwrap();
    assert_eq!(table.columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["x", "y z"]);
    assert_eq!(table.columns[1].data_type, "INT");
}

#[test]
fn every_clause_of_a_column() {
    let (column, table) = column(
        "a VARCHAR ( 10 , 2 ) CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT REPLACE AUTOINCREMENT NOT NULL ON CONFLICT IGNORE \
         CONSTRAINT u UNIQUE ON CONFLICT FAIL CONSTRAINT c CHECK (a <> ')' AND (a > 1)) DEFAULT (1, ')') DEFAULT -5 \
         COLLATE \"NOCASE\" CONSTRAINT f REFERENCES p (x) ON DELETE SET NULL ON UPDATE NO ACTION MATCH FULL \
         DEFERRABLE INITIALLY DEFERRED GENERATED ALWAYS AS (a + (1)) STORED",
    );
    assert_eq!(column.data_type, "VARCHAR(10 , 2)");
    assert_eq!(column.collation.as_deref(), Some("NOCASE"));
    assert_eq!(column.not_null_on_conflict.as_deref(), Some("ignore"));
    assert_eq!(column.generated.as_deref(), Some("a + (1)"));
    assert!(column.autoincrement);
    let key = table.primary_key.unwrap();
    assert_eq!((key.name, key.on_conflict.as_deref(), key.inline), (Some("pk".into()), Some("replace"), true));
    assert!(key.parts[0].descending);
    assert_eq!(table.uniques[0].name, Some("u".into()));
    assert_eq!(table.checks[0].expression, "a <> ')' AND (a > 1)");
    let reference = &table.foreign_keys[0];
    assert_eq!((&reference.name, reference.matching.as_deref()), (&Some("f".into()), Some("full")));
    assert!(reference.deferrable && reference.initially_deferred);
}

#[test]
fn every_clause_of_a_table() {
    let table = read(
        "CREATE TABLE t (a int, b int, CONSTRAINT k PRIMARY KEY (a COLLATE rtrim DESC, b) ON CONFLICT ABORT \
         CONSTRAINT u UNIQUE (b, a ASC), CHECK (a > b), FOREIGN KEY (a, b) REFERENCES p NOT DEFERRABLE) WITHOUT ROWID, STRICT",
    )
    .unwrap();
    assert!(table.without_rowid && table.strict);
    let key = table.primary_key.unwrap();
    assert_eq!(key.on_conflict, None);
    assert_eq!(key.parts[0], KeyPart { column: "a".into(), collation: Some("rtrim".into()), descending: true });
    assert_eq!(table.uniques[0].parts.len(), 2);
    assert_eq!(table.checks[0].column, None);
    assert_eq!(table.foreign_keys[0].columns, [Name::from("a"), Name::from("b")]);
    assert!(!table.foreign_keys[0].deferrable);
}

#[test]
fn a_constraint_keeps_its_own_name_only() {
    let (_, table) = column("a int CONSTRAINT n NOT NULL CONSTRAINT c CHECK (a > 0) CHECK (a < 9)");
    let names: Vec<_> = table.checks.iter().map(|check| check.name.clone()).collect();
    assert_eq!(names, [Some("c".into()), None]);
}

#[test]
fn a_name_for_something_nameless_is_not_handed_on() {
    let (_, table) = column("a int CONSTRAINT n NOT NULL UNIQUE");
    assert_eq!(table.uniques[0].name, None);
}

#[test]
fn what_cannot_be_followed_is_not_read() {
    for sql in [
        "CREATE TABLE t",
        "CREATE TABLE t (a int",
        "CREATE TABLE t (a int) SOMETHING",
        "CREATE TABLE t (a int UNIQUE 5)",
    ] {
        assert_eq!(read(sql), None, "{sql}");
    }
}

#[test]
fn an_index() {
    let index = read_index(
        "CREATE UNIQUE INDEX \"i (\" ON t (a, lower(b, ')') COLLATE nocase DESC, \"c d\" ASC) WHERE a > 1 -- remark\n AND b = ';';",
    )
    .unwrap();
    let parts: Vec<_> = index.parts.iter().map(|part| part.expression.as_str()).collect();
    assert_eq!(parts, ["a", "lower(b, ')')", "\"c d\""]);
    assert_eq!(index.parts[1].collation.as_deref(), Some("nocase"));
    assert_eq!(index.predicate.as_deref(), Some("a > 1 AND b = ';'"));
}

#[test]
fn a_view() {
    let (columns, query) = read_view("CREATE VIEW \"v\" (\"a b\", c) AS SELECT 1, ';' ; ").unwrap();
    assert_eq!(columns, Some(vec!["a b".into(), "c".into()]));
    assert_eq!(query, "SELECT 1, ';'");
    assert_eq!(read_view("CREATE VIEW v AS WITH x AS (SELECT 1) SELECT * FROM x").unwrap().0, None);
}

#[test]
fn a_tables_own_name_is_left_out_of_its_expressions() {
    assert_eq!(without_qualifier("t.a > \"T\" . b AND u.t > 't.a'", &"t".into()), "a >  b AND u.t > 't.a'");
}
