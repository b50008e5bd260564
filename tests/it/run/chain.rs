//! The log: a line for everything that was done to the history, and whoever changes or removes one is found.

use sea_gen::dialect::Product;
use sea_gen_runner::Attribution;
use sea_gen_runner::run::{self, Anchor, Course, Flaw, Line, State, Target};

use super::support::{Database, Files, WAIT};
use super::{ONE, THREE, TWO, ids, on_each};

on_each![
    whatever_is_done_to_the_history_is_a_line,
    a_line_says_who_did_what_and_how_much,
    a_line_that_was_changed_or_removed_is_found,
    an_older_history_begins_with_what_is_found_in_it,
    what_failed_is_in_the_log_and_so_is_its_second_try,
    runners_at_once_write_one_chain,
];

async fn lines(database: &mut Database) -> Vec<Line> {
    run::log(&mut database.session).await.unwrap()
}

async fn told(database: &mut Database) -> Vec<String> {
    lines(database).await.into_iter().map(|line| format!("{} {}", line.event, line.id)).collect()
}

async fn flaws(database: &mut Database, anchor: Option<&Anchor>) -> Vec<String> {
    let (lines, history) = (lines(database).await, database.history().await);
    run::flaws(&lines, &history, anchor).into_iter().map(|Flaw { what, .. }| what).collect()
}

async fn whatever_is_done_to_the_history_is_a_line(mut database: Database, product: Product) {
    let files = Files::three(product);
    assert!(lines(&mut database).await.is_empty());
    database.up(&files).await.unwrap();
    database.down(&files, Target::Count(1)).await.unwrap();
    let all = files.all();
    let session = &mut database.session;
    run::mark(session, &all[2], State::Applied, None, WAIT).await.unwrap();
    run::forget(session, THREE, WAIT).await.unwrap();
    run::mark(session, &all[2], State::Baseline, None, WAIT).await.unwrap();
    run::forget_all(session, WAIT).await.unwrap();
    let expected = [
        format!("applied {ONE}"),
        format!("applied {TWO}"),
        format!("applied {THREE}"),
        format!("reverted {THREE}"),
        format!("marked {THREE}"),
        format!("forgotten {THREE}"),
        format!("baseline {THREE}"),
        format!("forgotten {ONE}"),
        format!("forgotten {TWO}"),
        format!("forgotten {THREE}"),
    ];
    assert_eq!(told(&mut database).await, expected);
    assert_eq!(flaws(&mut database, None).await, Vec::<String>::new());
    database.remove().await;
}

async fn a_line_says_who_did_what_and_how_much(mut database: Database, product: Product) {
    let up =
        ["CREATE TABLE one (id integer)", "INSERT INTO one VALUES (1), (2), (3)", "UPDATE one SET id = 4 WHERE id > 1"];
    let files = Files::new(product).with(ONE, &up, &["DELETE FROM one", "DROP TABLE one"]);
    let mut by = Attribution::of_process();
    by.os_user = Some("Zoë \u{1f980} \\ '\"".to_owned());
    by.commit = Some("0123abc".to_owned());
    by.exceptions = vec!["--out-of-order".to_owned()];
    database.session.attribute(by.clone());
    let outcomes = database.up(&files).await.unwrap();
    assert_eq!((outcomes[0].statements, outcomes[0].rows), (3, 5));
    database.down(&files, Target::Count(1)).await.unwrap();
    let found = lines(&mut database).await;
    let [up, down] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((up.number, up.details.statements, up.details.rows), (1, 3, 5));
    assert_eq!((down.number, down.details.statements, down.details.rows), (2, 2, 3));
    assert_eq!(up.details.checksum, Some(format!("checksum of {ONE}")));
    assert_eq!(up.details.by, by);
    assert_eq!(up.details.tool_version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert!(up.details.run.is_some() && up.details.run != down.details.run, "{found:?}");
    let user = database.value(match product {
        Product::Postgres => "SELECT session_user",
        Product::MySql | Product::MariaDb => "SELECT current_user()",
        Product::Sqlite => "SELECT ''",
    });
    let user = user.await;
    assert_eq!(up.details.database_user.as_deref().unwrap_or_default(), user);
    assert_eq!(flaws(&mut database, None).await, Vec::<String>::new());
    database.remove().await;
}

async fn a_line_that_was_changed_or_removed_is_found(mut database: Database, product: Product) {
    let files = Files::three(product);
    database.up(&files).await.unwrap();
    database.down(&files, Target::Count(1)).await.unwrap();
    database.up(&files).await.unwrap();
    let known = lines(&mut database).await;
    let last = known.last().unwrap();
    let anchor = Anchor { number: last.number, hash: last.hash[..12].to_owned() };
    assert_eq!(flaws(&mut database, Some(&anchor)).await, Vec::<String>::new());
    let log = "sea_gen_history_log";
    let tampering = [
        (format!("UPDATE {log} SET id = 'another' WHERE number = 2"), "line 2 was changed"),
        (format!("UPDATE {log} SET event = 'reverted' WHERE number = 1"), "line 1 was changed"),
        (format!("UPDATE {log} SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE number = 5"), "line 5 was changed"),
        (format!("UPDATE {log} SET details = '{{}}' WHERE number = 3"), "line 3 was changed"),
        (format!("UPDATE {log} SET hash = previous WHERE number = 3"), "line 3 was changed"),
        (format!("UPDATE {log} SET number = 9 WHERE number = 5"), "lines 5 to 8 are missing"),
        (format!("DELETE FROM {log} WHERE number = 1"), "line 1 is missing"),
        (format!("DELETE FROM {log} WHERE number IN (2, 3)"), "lines 2 to 3 are missing"),
        (format!("DELETE FROM {log} WHERE number = 5"), "no line tells it"),
        (format!("DELETE FROM {log}"), "no line tells it"),
        (format!("DELETE FROM sea_gen_history WHERE id = '{ONE}'"), "no line tells that it was removed"),
    ];
    for (table, copy) in [(log, "kept_log"), ("sea_gen_history", "kept_history")] {
        database.session.execute(&format!("CREATE TABLE {copy} AS SELECT * FROM {table}")).await.unwrap();
    }
    for (sql, expected) in tampering {
        database.session.execute(&sql).await.unwrap();
        let found = flaws(&mut database, None).await;
        assert!(found.iter().any(|flaw| flaw.contains(expected)), "{sql}: {found:?}");
        for (table, copy) in [(log, "kept_log"), ("sea_gen_history", "kept_history")] {
            database.session.execute(&format!("DELETE FROM {table}")).await.unwrap();
            database.session.execute(&format!("INSERT INTO {table} SELECT * FROM {copy}")).await.unwrap();
        }
        assert_eq!(flaws(&mut database, None).await, Vec::<String>::new(), "{sql}");
    }
    // Whoever takes back both the last lines and what they tell is found by a line that was written down elsewhere.
    database.session.execute(&format!("DELETE FROM {log} WHERE number > 4")).await.unwrap();
    database.session.execute(&format!("DELETE FROM sea_gen_history WHERE id = '{THREE}'")).await.unwrap();
    assert_eq!(flaws(&mut database, None).await, Vec::<String>::new());
    let found = flaws(&mut database, Some(&anchor)).await;
    assert_eq!(found, ["line 5 is missing, and the log ends with line 4"]);
    database.remove().await;
}

/// A version that knows no log leaves a history without one, and later writes to the history only.
async fn an_older_history_begins_with_what_is_found_in_it(mut database: Database, product: Product) {
    let files = Files::three(product);
    let two = Target::Id(TWO.to_owned());
    run::go(&mut database.session, &files.all(), Course::Up(&two), WAIT, &mut |_| ()).await.unwrap();
    database.session.execute("DROP TABLE sea_gen_history_log").await.unwrap();
    assert!(lines(&mut database).await.is_empty());
    assert_eq!(ids(&database.up(&files).await.unwrap()), [THREE]);
    let found = [format!("found {ONE}"), format!("found {TWO}"), format!("applied {THREE}")];
    assert_eq!(told(&mut database).await, found);
    assert_eq!(flaws(&mut database, None).await, Vec::<String>::new());

    database.session.execute(&format!("DELETE FROM sea_gen_history WHERE id = '{THREE}'")).await.unwrap();
    database.session.execute("DROP TABLE three").await.unwrap();
    assert_eq!(flaws(&mut database, None).await.len(), 1);
    database.up(&files).await.unwrap();
    let then = [format!("lost {THREE}"), format!("applied {THREE}")];
    assert_eq!(told(&mut database).await, [&found[..], &then[..]].concat());
    assert_eq!(flaws(&mut database, None).await, Vec::<String>::new());
    database.remove().await;
}

async fn what_failed_is_in_the_log_and_so_is_its_second_try(mut database: Database, product: Product) {
    let files =
        Files::new(product).with(ONE, &["CREATE TABLE one (id integer)", "INSERT INTO nowhere VALUES (1)"], &[]);
    database.up(&files).await.unwrap_err();
    let found = lines(&mut database).await;
    let [failed] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((failed.event.as_str(), failed.details.statement), ("failed", Some(2)));
    let code = match product {
        Product::Postgres => "42P01",
        Product::MySql | Product::MariaDb => "42S02",
        Product::Sqlite => "1",
    };
    assert_eq!(failed.details.code.as_deref(), Some(code));
    database.session.execute("CREATE TABLE nowhere (id integer)").await.unwrap();
    database.up(&files).await.unwrap();
    let expected = match product {
        Product::MySql | Product::MariaDb => &["failed", "resumed", "applied"][..],
        Product::Postgres | Product::Sqlite => &["failed", "applied"],
    };
    let events: Vec<String> = lines(&mut database).await.into_iter().map(|line| line.event).collect();
    assert_eq!(events, expected);
    assert_eq!(flaws(&mut database, None).await, Vec::<String>::new());
    database.remove().await;
}

async fn runners_at_once_write_one_chain(mut database: Database, product: Product) {
    let files = Files::three(product);
    let mut others = [database.another().await, database.another().await];
    let [one, two] = &mut others;
    let (all, course) = (files.all(), Course::Up(&Target::All));
    let mut quiet = [|_: run::Progress<'_>| (); 3];
    let [a, b, c] = &mut quiet;
    let done = tokio::join!(
        run::go(&mut database.session, &all, course, WAIT, a),
        run::go(one, &all, course, WAIT, b),
        run::go(two, &all, course, WAIT, c),
    );
    let applied: usize = [done.0, done.1, done.2].into_iter().map(|done| done.unwrap().len()).sum();
    assert_eq!(applied, 3);
    assert_eq!(told(&mut database).await, [ONE, TWO, THREE].map(|id| format!("applied {id}")));
    assert_eq!(flaws(&mut database, None).await, Vec::<String>::new());
    for session in others {
        session.close().await;
    }
    database.remove().await;
}
