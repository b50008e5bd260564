//! One honest migration, and the ways it can go wrong.

use sea_gen::dialect::Product;
use sea_gen::proof::{Proven, Refuted, Verdict};

use super::{Case, block, verdict};
use crate::support::on_each;

const BEFORE: &[&str] = &[
    "CREATE TABLE author (id integer NOT NULL PRIMARY KEY, name varchar(80) NOT NULL, age integer CHECK (age > 0))",
    "CREATE TABLE book (id integer NOT NULL PRIMARY KEY, author_id integer NOT NULL REFERENCES author (id), title varchar(40), note varchar(20))",
    "CREATE INDEX book_title ON book (title)",
];

fn honest(product: Product) -> Case {
    let drop_index = match product {
        Product::Postgres | Product::Sqlite => "DROP INDEX book_title",
        Product::MySql | Product::MariaDb => "DROP INDEX book_title ON book",
    };
    Case {
        before: BEFORE,
        up: vec![
            drop_index,
            "ALTER TABLE author ADD COLUMN born integer",
            "CREATE UNIQUE INDEX author_name ON author (name)",
        ],
        down: vec![
            match product {
                Product::Postgres | Product::Sqlite => "DROP INDEX author_name",
                Product::MySql | Product::MariaDb => "DROP INDEX author_name ON author",
            },
            "ALTER TABLE author DROP COLUMN born",
            "CREATE INDEX book_title ON book (title)",
        ],
    }
}

fn proven(product: Product, case: &Case) -> Proven {
    match block(verdict(product, &honest(product), case)) {
        Verdict::Proven(proven) => proven,
        other => panic!("{product}: {other:#?}"),
    }
}

fn refuted(product: Product, case: &Case) -> Refuted {
    match block(verdict(product, &honest(product), case)) {
        Verdict::Refuted(refuted) => refuted,
        other => panic!("{product}: {other:#?}"),
    }
}

/// Every table has rows, and a unique index on values that were free before finds no two of the same.
fn what_is_right_is_proven(product: Product) {
    let Proven { engine, rows, notes, .. } = proven(product, &honest(product));
    assert_eq!((engine, rows, notes), (product, 80, Vec::new()));
}

fn a_forgotten_index_is_found(product: Product) {
    let mut case = honest(product);
    case.down.pop();
    let found = refuted(product, &case);
    assert_eq!(found.what, "on the scratch database, down does not lead to what was there before");
    assert!(found.lines.len() == 1 && found.lines[0].contains("book_title"), "{found:?}");
}

fn values_cut_short_are_found(product: Product) {
    let mut case = honest(product);
    case.up.push("UPDATE book SET title = substr(title, 1, 3)");
    let found = refuted(product, &case);
    assert_eq!(found.what, "on the scratch database, up changes values that it should keep");
    assert!(found.lines[0].starts_with("book (id "), "{found:?}");
    assert!(found.statements.iter().any(|sql| sql.starts_with("UPDATE book")), "{found:?}");
    // Said to be meant, it is none of the proof's business; only that table is left out.
    case.up.pop();
    case.up.push("-- note: changes data: titles are codes now\nUPDATE book SET title = substr(title, 1, 3)");
    let notes = proven(product, &case).notes;
    assert!(notes.len() == 1 && notes[0].contains("`book` are changed intentionally"), "{notes:?}");
}

fn values_lost_on_the_way_back_are_found(product: Product) {
    let mut case = honest(product);
    case.down.push("UPDATE author SET age = NULL");
    let found = refuted(product, &case);
    assert_eq!(found.what, "on the scratch database, down changes values that it should keep");
    assert!(found.lines[0].contains("`age` was"), "{found:?}");
    case.down.pop();
    case.down.push("DELETE FROM book");
    let found = refuted(product, &case);
    assert!(found.lines[0].contains("the row is missing"), "{found:?}");
}

fn a_statement_that_fails_is_shown(product: Product) {
    let mut case = honest(product);
    case.down.insert(0, "DROP TABLE nothing");
    let found = refuted(product, &case);
    assert!(found.what.contains("at statement 1 of 4, `DROP TABLE nothing`"), "{found:?}");
}

on_each!(
    what_is_right_is_proven,
    a_forgotten_index_is_found,
    values_cut_short_are_found,
    values_lost_on_the_way_back_are_found,
    a_statement_that_fails_is_shown,
    a_default_of_a_function_that_is_not_there_is_found,
    a_unique_index_on_an_expression_is_proven,
    made_up_rows_refute_nothing,
);

/// SQLite alone takes such a default, and refuses every row from then on.
fn a_default_of_a_function_that_is_not_there_is_found(product: Product) {
    if product != Product::Sqlite {
        return;
    }
    let case = Case {
        before: &[],
        up: vec!["CREATE TABLE token (id integer PRIMARY KEY NOT NULL, value text DEFAULT (gen_random_uuid()))"],
        down: vec!["DROP TABLE token"],
    };
    let Verdict::Refuted(refuted) = block(verdict(product, &case, &case)) else { panic!("it is not refuted") };
    assert!(refuted.what.contains("the default of token.value cannot be evaluated"), "{refuted:#?}");
    assert!(refuted.lines[0].contains("gen_random_uuid"), "{refuted:#?}");
}

/// An expression may make the same of rows that are made up.
fn a_unique_index_on_an_expression_is_proven(product: Product) {
    if product == Product::MariaDb {
        return;
    }
    let case = Case {
        before: BEFORE,
        up: vec!["CREATE UNIQUE INDEX initial ON author ((substr(name, 1, 1)))"],
        down: vec![match product {
            Product::Postgres | Product::Sqlite => "DROP INDEX initial",
            Product::MySql | Product::MariaDb => "DROP INDEX initial ON author",
        }],
    };
    let verdict = block(verdict(product, &case, &case));
    let Verdict::Proven(proven) = verdict else { panic!("{product}: {verdict:#?}") };
    let words = "without rows; with generated rows, up fails";
    assert!(proven.notes.iter().any(|note| note.contains(words)), "{product}: {proven:#?}");
}

/// What fails on every row there is and on none when there are none: the words name the statement and the error.
fn made_up_rows_refute_nothing(product: Product) {
    let mut case = honest(product);
    case.up.push("INSERT INTO author (id, name) SELECT id, name FROM author");
    let Proven { rows, notes, .. } = proven(product, &case);
    let said = "proven without rows; with generated rows, up fails at statement 4 of 4, `INSERT INTO author (id, name) SELECT id, name FROM author`: ";
    assert!(rows == 0 && notes.iter().any(|note| note.starts_with(said) && note.len() > said.len()), "{notes:?}");
}
