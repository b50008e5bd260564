//! Triggers, routines and events keep their bytes from the catalog through a migration's file to another database, and one text
//! is one statement.

use sea_gen::dialect::{self, Forms, Statement};
use sea_gen::diff::diff;
use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::session::Session;

use super::scratch::{Scratch, execute, on_each};

on_each![bodies_keep_their_bytes, one_text_is_one_statement];

/// Texts that would be others with their escapes resolved.
const TEXTS: [&str; 3] = ["'it''s'", "'it\\'s; \\\\'", "\"a\\\"; -- \""];

const SHOWN: [(&str, usize); 4] = [("TRIGGER tr", 2), ("FUNCTION f", 2), ("PROCEDURE p", 2), ("EVENT e", 3)];

/// What the server shows of everything with a body: the mode, and the text.
async fn shown(session: &mut Session) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (what, text) in SHOWN {
        let rows = session.query(&format!("SHOW CREATE {what}")).await.unwrap();
        let row = rows.first().unwrap();
        found.push((row.text(1).to_owned(), row.text(text).to_owned()));
    }
    found
}

fn bodies(text: &str) -> [(String, String); 4] {
    [
        (
            "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW".to_owned(),
            format!("BEGIN\n  SET NEW.a = {text}; -- ; {text}\n  SET @end = 1;\nEND"),
        ),
        (
            "CREATE FUNCTION f(begin int) RETURNS varchar(90) READS SQL DATA".to_owned(),
            format!("RETURN /* ; */ {text}"),
        ),
        ("CREATE PROCEDURE p()".to_owned(), format!("l: BEGIN SELECT {text}; SELECT 'it''s;'; END")),
        ("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO".to_owned(), format!("SET @a = {text}")),
    ]
}

async fn bodies_keep_their_bytes(scratch: Scratch) {
    {
        for text in TEXTS {
            let mut one = scratch.database("one").await;
            let tables = ["CREATE TABLE t (a varchar(90) PRIMARY KEY)", "CREATE TABLE `it\\'s` (`a;` int PRIMARY KEY)"];
            execute(&mut one, &tables).await;
            let bodies = bodies(text);
            for (head, body) in &bodies {
                execute(&mut one, &[&format!("{head} {body}")]).await;
            }
            let (adopted, expected) = (scratch.read(&mut one).await, shown(&mut one).await);

            let plan = diff(&scratch.empty(), &adopted, &[]);
            let up = dialect::statements(scratch.dialect(), Forms::Offline, &plan, scratch.empty().schema()).unwrap();
            let id = "20260101_000000_a".parse().unwrap();
            let migration = Migration {
                id,
                product: scratch.product,
                from: None,
                to: None,
                merged: Default::default(),
                contracts: None,
                up,
                down: Vec::<Statement>::new(),
            };
            let file = migration::text(&migration);
            let read = migration::parse(migration.id.clone(), scratch.product, &file).unwrap();
            assert_eq!(read.up, migration.up, "{file}");
            let mut other = scratch.database("other").await;
            for statement in &read.up {
                if let Err(error) = other.execute(&statement.sql).await {
                    panic!("{error}\n{}", statement.sql);
                }
            }
            assert_eq!(shown(&mut other).await.len(), expected.len());
            for ((_, made), (_, body)) in shown(&mut other).await.iter().zip(&bodies) {
                assert!(
                    made.ends_with(body.as_str()),
                    "{made}
{body}"
                );
            }
            scratch.expect(&mut other, &adopted, "made by the file").await;
        }
    }
}

async fn one_text_is_one_statement(scratch: Scratch) {
    let mut session = scratch.database("one").await;
    execute(&mut session, &["CREATE TABLE t (a varchar(90) PRIMARY KEY)"]).await;
    let both = "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 'x\\''; DROP TABLE t; -- ';";
    for several in ["SELECT 1; DROP TABLE t", both, "CREATE PROCEDURE p() BEGIN END; DROP TABLE t"] {
        let several = several.replace("'x\\''", "'x'");
        assert!(session.execute(&several).await.is_err(), "{several}");
        assert!(session.query(&several).await.is_err(), "{several}");
    }
    execute(&mut session, &["INSERT INTO t VALUES ('a;')", "CREATE PROCEDURE q() BEGIN SELECT ';'; END;"]).await;
    assert_eq!(session.query("SELECT a FROM t WHERE a = 'a;'").await.unwrap().len(), 1);
}
