//! Safe forms of small plans, word for word.

use crate::dialect::{Forms, Product, of, statements};
use crate::diff::diff;
use crate::schema::{Column, Index, Name, ObjectName, Schema, Table, Type};

fn item(columns: &[(&str, &str, bool)], indexed: &[&str]) -> Schema {
    let mut table = Table::new(ObjectName::local("item"));
    for (name, native, nullable) in columns {
        let mut column = Column::new(*name, Type::Native((*native).to_owned()));
        column.nullable = *nullable;
        table.columns.insert(column);
    }
    for column in indexed {
        let name = format!("by_{column}");
        table.indexes.insert(name.as_str().into(), Index::on(name.as_str(), [Name::from(*column)]));
    }
    Schema { tables: [(table.name.clone(), table)].into(), ..Schema::default() }
}

fn up(product: Product, from: Schema, to: Schema) -> Vec<String> {
    let (from, to) = (of(product).normalize(from).expect("supported"), of(product).normalize(to).expect("supported"));
    let dialect = of(product);
    let statements = statements(dialect, Forms::Safe, &diff(&from, &to, &[]), from.schema()).expect("supported");
    let line = |sql: String| sql.split_whitespace().collect::<Vec<_>>().join(" ");
    statements.into_iter().map(|statement| line(statement.sql)).collect()
}

const ID: (&str, &str, bool) = ("id", "int", false);

#[test]
fn what_is_done_at_once_does_not_wait_for_what_is_not() {
    let from = || item(&[ID, ("a", "int", true), ("b", "varchar(10)", true)], &[]);
    let to = || item(&[ID, ("a", "bigint", true), ("b", "varchar(10)", true), ("c", "int", true)], &["b"]);
    assert_eq!(
        up(Product::MySql, from(), to()),
        [
            "ALTER TABLE `item` ADD COLUMN `c` int, ALGORITHM=INSTANT",
            "ALTER TABLE `item` MODIFY COLUMN `a` bigint, ALGORITHM=COPY, LOCK=SHARED",
            "ALTER TABLE `item` ADD INDEX `by_b` (`b`), ALGORITHM=INPLACE, LOCK=NONE",
        ]
    );
    assert!(up(Product::MariaDb, from(), to()).iter().any(|sql| sql.ends_with("ALGORITHM=COPY")));
}

#[test]
fn what_belongs_to_one_column_stays_together() {
    let from = item(&[ID], &[]);
    let to = item(&[ID, ("a", "int", true)], &["a"]);
    assert_eq!(
        up(Product::MySql, from, to),
        ["ALTER TABLE `item` ADD COLUMN `a` int, ADD INDEX `by_a` (`a`), ALGORITHM=INPLACE, LOCK=NONE"]
    );
}

#[test]
fn a_length_is_kept_in_one_byte_or_two() {
    let change = |before: &str, after: &str| {
        let sides = [before, after].map(|native| item(&[ID, ("a", native, true)], &[]));
        let [from, to] = sides;
        let statements = up(Product::MariaDb, from, to);
        statements.first().and_then(|sql| sql.split("ALGORITHM=").nth(1)).map(str::to_owned)
    };
    assert_eq!(change("varchar(10)", "varchar(60)").as_deref(), Some("INSTANT"));
    assert_eq!(change("varchar(300)", "varchar(600)").as_deref(), Some("INSTANT"));
    // One byte or two: that depends on the characters, which nobody tells.
    assert_eq!(change("varchar(60)", "varchar(64)"), None);
    assert_eq!(change("enum('a','b')", "enum('a','b','c')").as_deref(), Some("INSTANT"));
    assert_eq!(change("enum('a','b')", "enum('a','c','b')").as_deref(), Some("COPY"));
}

#[test]
fn nothing_is_said_of_a_table_out_of_the_ordinary() {
    let with = |column: bool| {
        let mut schema = item(&[ID, ("a", "text", true)], &[]);
        let table = schema.tables.values_mut().next().expect("it is there");
        let mut words = Index::on("words", [Name::from("a")]);
        words.method = Some("fulltext".to_owned());
        table.indexes.insert(words.name.clone(), words);
        if column {
            let mut column = Column::new("b", Type::Native("int".to_owned()));
            column.nullable = true;
            table.columns.insert(column);
        }
        schema
    };
    assert_eq!(up(Product::MySql, with(false), with(true)), ["ALTER TABLE `item` ADD COLUMN `b` int"]);
}

/// MariaDB makes a hash of what is too long for an index, in a computed column; then it does not say beforehand how.
#[test]
fn nothing_is_said_of_a_unique_index_on_long_columns() {
    for (native, said) in [("varchar(20)", true), ("varchar(769)", false), ("text", false), ("tinyblob", false)] {
        let (from, mut to) = (item(&[ID, ("a", native, true)], &[]), item(&[ID, ("a", native, true)], &["a"]));
        for table in to.tables.values_mut() {
            table.indexes.values_mut().for_each(|index| index.unique = true);
        }
        let sql = up(Product::MariaDb, from, to).join("; ");
        assert_eq!(sql.contains("ALGORITHM"), said, "{sql}");
    }
}

/// A unique index of columns without NULL orders the rows of a table that has no primary key: it goes by a copy.
#[test]
fn nothing_is_said_where_another_index_comes_to_order_the_rows() {
    let unique = |nullable: bool, unique: bool| {
        let mut schema = item(&[("a", "int", nullable), ("b", "int", true)], &["a"]);
        for index in schema.tables.values_mut().flat_map(|table| table.indexes.values_mut()) {
            index.unique = unique;
        }
        schema
    };
    let algorithms = |from: Schema, to: Schema| {
        let statements = up(Product::MySql, from, to);
        statements.iter().filter(|sql| sql.contains("ALGORITHM")).count()
    };
    assert_eq!(algorithms(unique(false, true), unique(false, false)), 0);
    assert_eq!(algorithms(unique(false, true), unique(true, true)), 0);
    assert_eq!(algorithms(unique(true, true), unique(true, false)), 1);
}
