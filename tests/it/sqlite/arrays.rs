//! How the catalog passes from SQLite to here: in arrays of rows, whatever the rows hold and however many there are.

use super::*;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// A row's values.
type Values = [Option<String>; 3];

/// What SQLite writes as JSON is read as it was. It cuts a text at the first NUL, as it does everywhere.
#[apply(test)]
fn any_text_comes_through_an_array_of_rows() {
    let text = prop_oneof![any::<String>(), "[\\x01-\\x1f\"\\\\/'\u{7f}\u{2028}é🦀]{0,6}"];
    let text = prop::option::of(text.prop_map(|text| text.replace('\0', "")));
    let rows = vec([text.clone(), text.clone(), text], 0..5);
    let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
    let passed = runner.run(&rows, |rows| {
        run(passes(rows));
        Ok(())
    });
    passed.unwrap_or_else(|error| panic!("{error}"));
}

async fn passes(expected: Vec<Values>) {
    let mut session = with("CREATE TABLE t (id integer PRIMARY KEY, a text, b text, c text)").await;
    for row in &expected {
        let values: Vec<Option<&str>> = row.iter().map(Option::as_deref).collect();
        session.execute_with("INSERT INTO t (a, b, c) VALUES (?, ?, ?)", &values).await.expect("a row");
    }
    let plain = session.query("SELECT a, b, c FROM t ORDER BY id").await.expect("the rows");
    let mut arrays = Vec::new();
    let sql = "SELECT json_group_array(json_array(a, b, c) ORDER BY id) FROM t";
    session.query_arrays(sql, |rows| arrays.push(rows)).await.expect("the rows as an array");
    assert_eq!(arrays, [plain]);
    let read: Vec<Values> =
        arrays[0].iter().map(|row| [0, 1, 2].map(|index| row.get(index).map(str::to_owned))).collect();
    assert_eq!(read, expected);
}

/// The list of objects is read in parts, and has gaps where something was dropped.
#[apply(test)]
fn no_object_is_lost_between_two_parts() {
    run(async {
        let mut session = memory().await;
        let mut left = Vec::new();
        for number in 0..700 {
            let name = format!("t{number:03}");
            session.execute(&format!("CREATE TABLE {name} (a text, b text)")).await.expect("a table");
            session.execute(&format!("CREATE INDEX i_{name} ON {name} (b, a DESC)")).await.expect("its index");
            match number {
                50..60 | 99 | 100 | 150..420 => drop(session.execute(&format!("DROP TABLE {name}")).await.unwrap()),
                _ => left.push(name),
            }
        }
        let schema = read(&mut session).await;
        let tables = &schema.schema().tables;
        assert_eq!(tables.keys().map(ToString::to_string).collect::<Vec<_>>(), left);
        for table in tables.values() {
            assert_eq!(table.columns.len(), 2, "{}", table.name);
            let index = table.indexes.get(format!("i_{}", table.name).as_str()).expect("its index");
            assert_eq!(index.parts.iter().map(|part| part.descending).collect::<Vec<_>>(), [false, true]);
        }
    });
}

#[apply(test)]
fn what_is_no_array_of_rows_is_an_error_and_the_session_goes_on() {
    run(async {
        let mut session = memory().await;
        for sql in ["SELECT 'text'", "SELECT NULL", "SELECT '[[1]]' UNION ALL SELECT '[[1'"] {
            assert!(session.query_arrays(sql, drop).await.is_err(), "{sql}");
        }
        assert_eq!(session.query("SELECT 7").await.unwrap().first().unwrap().text(0), "7");
    });
}
