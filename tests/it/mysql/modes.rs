//! The `sql_mode` that triggers, routines and events are made under goes with them, and the session's own does not.

use sea_gen::dialect::{self, Forms, Statement};
use sea_gen::diff::diff;
use sea_gen::entity;
use sea_gen::schema::Origins;
use sea_gen::state::{Policy, reconcile};
use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::session::Session;

use super::scratch::{Scratch, execute, on_each};

on_each![modes_go_with_what_is_made, the_mode_of_the_session_does_not, a_mode_is_kept_unless_the_code_says_another];

const OBJECTS: [&str; 4] = ["TRIGGER tr", "FUNCTION f", "PROCEDURE p", "EVENT e"];

/// The mode of everything with a body.
async fn modes(session: &mut Session) -> Vec<String> {
    let mut found = Vec::new();
    for what in OBJECTS {
        let rows = session.query(&format!("SHOW CREATE {what}")).await.unwrap();
        found.push(rows.first().unwrap().text(1).to_owned());
    }
    found
}

async fn make(session: &mut Session, text: &str) {
    execute(session, &["CREATE TABLE t (a varchar(90) PRIMARY KEY)"]).await;
    for head in [
        "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a =",
        "CREATE FUNCTION f() RETURNS varchar(90) NO SQL COMMENT 'it\\s' RETURN",
        "CREATE PROCEDURE p() SELECT",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SET @a =",
    ] {
        execute(session, &[&format!("{head} {text}")]).await;
    }
}

async fn modes_go_with_what_is_made(scratch: Scratch) {
    for (mode, text) in [
        ("", "'a' || 'b'"),
        ("PIPES_AS_CONCAT", "'a' || 'b'"),
        ("ANSI_QUOTES,NO_ENGINE_SUBSTITUTION", "CONCAT('\"', 'it''s;')"),
        ("NO_BACKSLASH_ESCAPES", "'\\'"),
        ("TRADITIONAL", "'a\\'b'"),
    ] {
        let mut one = scratch.database("one").await;
        execute(&mut one, &[&format!("SET sql_mode = '{mode}'")]).await;
        make(&mut one, text).await;
        one.restore_settings().await.unwrap();
        let (adopted, expected) = (scratch.read(&mut one).await, modes(&mut one).await);

        let plan = diff(&scratch.empty(), &adopted, &[]);
        let up = dialect::statements(scratch.dialect(), Forms::Offline, &plan, scratch.empty().schema()).unwrap();
        let id = "20260101_000000_a".parse().unwrap();
        let down = Vec::<Statement>::new();
        let migration = Migration {
            id,
            product: scratch.product,
            from: None,
            to: None,
            merged: Default::default(),
            contracts: None,
            up,
            down,
        };
        let file = migration::text(&migration);
        let read = migration::parse(migration.id.clone(), scratch.product, &file).unwrap();
        assert_eq!(read.up, migration.up, "{file}");
        let mut other = scratch.database("other").await;
        let own = other.query("SELECT @@sql_mode").await.unwrap().first().unwrap().text(0).to_owned();
        for statement in &read.up {
            execute(&mut other, &[&statement.sql]).await;
        }
        assert_eq!(other.query("SELECT @@sql_mode").await.unwrap().first().unwrap().text(0), own);
        assert_eq!(modes(&mut other).await, expected, "{file}");
        scratch.expect(&mut other, &adopted, "made by the file").await;
    }
}

async fn the_mode_of_the_session_does_not(scratch: Scratch) {
    let mut session = scratch.database("one").await;
    make(&mut session, "'a'").await;
    let mode = |rows: sea_gen_runner::session::Rows| rows.first().unwrap().text(0).to_owned();
    let default = mode(session.query("SELECT @@GLOBAL.sql_mode").await.unwrap());
    assert_eq!(modes(&mut session).await, [&default; 4].map(String::clone));
    assert_ne!(mode(session.query("SELECT @@SESSION.sql_mode").await.unwrap()), default);
    let definition = &scratch.read(&mut session).await.schema().routines.values().next().unwrap().definition.clone();
    assert!(definition.text().starts_with("CREATE "), "{}", definition.text());
}

async fn a_mode_is_kept_unless_the_code_says_another(scratch: Scratch) {
    let mut session = scratch.database("one").await;
    execute(&mut session, &["SET sql_mode = 'ANSI_QUOTES'", "CREATE PROCEDURE p() SELECT 1"]).await;
    let base = scratch.read(&mut session).await;
    let target = |sql: &str| {
        let path = format!("p.{}.sql", scratch.product.key()).into();
        let file = entity::SourceFile { path, text: sql.to_owned() };
        let (model, troubles) = entity::read(&[file], scratch.product);
        assert!(troubles.is_empty(), "{troubles:?}");
        let target = reconcile(scratch.dialect(), &model, &base, &Origins::default(), &Policy::default()).unwrap();
        target.schema
    };
    let silent = "CREATE PROCEDURE p() SELECT 1;";
    assert_eq!(target(silent), base);
    assert_eq!(target(&format!("SET sql_mode = 'ANSI_QUOTES';\n{silent}")), base);
    assert_ne!(target(&format!("SET sql_mode = '';\n{silent}")), base);
    let said = target(&format!("SET sql_mode = 'NO_BACKSLASH_ESCAPES';\n{silent}\nSET sql_mode = DEFAULT;"));
    let plan = diff(&base, &said, &[]);
    for statement in dialect::statements(scratch.dialect(), Forms::Offline, &plan, base.schema()).unwrap() {
        execute(&mut session, &[&statement.sql]).await;
    }
    let rows = session.query("SHOW CREATE PROCEDURE p").await.unwrap();
    assert_eq!(rows.first().unwrap().text(1), "NO_BACKSLASH_ESCAPES");
    scratch.expect(&mut session, &said, "as the code says").await;
}
