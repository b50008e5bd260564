//! Applying, reverting, and what the history says of it.

use sea_gen::dialect::Product;
use sea_gen_runner::run::{self, Direction, State, Target};

use super::support::{Database, Files, Log, WAIT, said};
use super::{ONE, THREE, TWO, ids, on_each};

on_each![
    up_down_and_back,
    history_says_what_happened,
    targets,
    redo_and_goto,
    marks_and_baselines,
    history_needs_only_reading,
    a_migration_may_leave_the_session_elsewhere,
];

async fn up_down_and_back(mut database: Database, product: Product) {
    let files = Files::three(product);
    assert_eq!(ids(&database.up(&files).await.unwrap()), [ONE, TWO, THREE]);
    assert_eq!(database.tables().await, ["one", "three", "two"]);
    assert!(database.up(&files).await.unwrap().is_empty(), "the second run finds nothing");
    let outcomes = database.down(&files, Target::All).await.unwrap();
    assert_eq!(ids(&outcomes), [THREE, TWO, ONE]);
    assert!(outcomes.iter().all(|outcome| outcome.direction == Direction::Down && outcome.status.is_none()));
    assert!(database.tables().await.is_empty());
    assert!(database.history().await.is_empty());
    assert_eq!(database.up(&files).await.unwrap().len(), 3);
    assert_eq!(database.tables().await.len(), 3);
    database.remove().await;
}

async fn history_says_what_happened(mut database: Database, product: Product) {
    let files = Files::new(product).with(ONE, &["CREATE TABLE one (id integer)", "CREATE TABLE uno (id integer)"], &[]);
    let log = Log::default();
    run::go(&mut database.session, &files.all(), run::Course::Up(&Target::All), WAIT, &mut log.watch()).await.unwrap();
    let records = database.history().await;
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.id.as_str(), record.name.as_str()), (ONE, "one"));
    assert_eq!(record.checksum, format!("checksum of {ONE}"));
    assert_eq!(record.fingerprint, Some(format!("after {ONE}")));
    assert_eq!((record.status, record.direction, record.statements), (State::Applied, Direction::Up, 2));
    assert_eq!(record.tool_version, env!("CARGO_PKG_VERSION"));
    let shape: String =
        record.applied_at.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
    let server = database.value(match product {
        Product::Postgres => "SELECT extract(year FROM now() AT TIME ZONE 'UTC')::int",
        Product::MySql | Product::MariaDb => "SELECT YEAR(UTC_TIMESTAMP())",
        Product::Sqlite => "SELECT strftime('%Y', 'now')",
    });
    assert_eq!(record.applied_at[..4], server.await);
    assert_eq!(
        log.lines(),
        [
            format!("up {ONE} (2)"),
            "1/2 CREATE TABLE one (id integer)".to_owned(),
            "2/2 CREATE TABLE uno (id integer)".to_owned(),
            format!("done {ONE}"),
        ]
    );
    database.remove().await;
}

async fn targets(mut database: Database, product: Product) {
    let files = Files::three(product);
    let all = files.all();
    let session = &mut database.session;
    let quiet = &mut |_: run::Progress<'_>| ();
    assert_eq!(ids(&run::go(session, &all, run::Course::Up(&Target::Count(1)), WAIT, quiet).await.unwrap()), [ONE]);
    assert_eq!(
        ids(&run::go(session, &all, run::Course::Up(&Target::Id(TWO.into())), WAIT, quiet).await.unwrap()),
        [TWO]
    );
    assert!(run::go(session, &all, run::Course::Up(&Target::Id(ONE.into())), WAIT, quiet).await.unwrap().is_empty());
    let error = run::go(session, &all, run::Course::Up(&Target::Id("20260109_000000_nine".into())), WAIT, quiet)
        .await
        .unwrap_err();
    assert!(said(&error).contains("no migration `20260109_000000_nine`"), "{}", said(&error));
    run::go(session, &all, run::Course::Up(&Target::All), WAIT, quiet).await.unwrap();
    // The one that is named stays.
    assert_eq!(
        ids(&run::go(session, &all, run::Course::Down(&Target::Id(ONE.into())), WAIT, quiet).await.unwrap()),
        [THREE, TWO]
    );
    let error = run::go(session, &all, run::Course::Down(&Target::Id(THREE.into())), WAIT, quiet).await.unwrap_err();
    assert!(said(&error).contains("is not applied"), "{}", said(&error));
    run::go(session, &all, run::Course::Up(&Target::All), WAIT, quiet).await.unwrap();
    assert_eq!(
        ids(&run::go(session, &all, run::Course::Down(&Target::Count(2)), WAIT, quiet).await.unwrap()),
        [THREE, TWO]
    );
    assert_eq!(database.tables().await, ["one"]);
    database.remove().await;
}

async fn redo_and_goto(mut database: Database, product: Product) {
    let mut files = Files::three(product);
    database.up(&files).await.unwrap();
    let quiet = &mut |_: run::Progress<'_>| ();
    let outcomes = run::go(&mut database.session, &files.all(), run::Course::Redo(2), WAIT, quiet).await.unwrap();
    assert_eq!(ids(&outcomes), [THREE, TWO, TWO, THREE]);
    assert_eq!(database.tables().await, ["one", "three", "two"]);
    let outcomes = run::go(&mut database.session, &files.all(), run::Course::Goto(ONE), WAIT, quiet).await.unwrap();
    assert_eq!(ids(&outcomes), [THREE, TWO]);
    let outcomes = run::go(&mut database.session, &files.all(), run::Course::Goto(TWO), WAIT, quiet).await.unwrap();
    assert_eq!(ids(&outcomes), [TWO]);
    // What cannot come back up is not taken down.
    files.migrations[0].1 = "changed".to_owned();
    let error = run::go(&mut database.session, &files.all(), run::Course::Redo(1), WAIT, quiet).await.unwrap_err();
    assert!(said(&error).contains(ONE), "{}", said(&error));
    assert_eq!(database.tables().await, ["one", "two"]);
    database.remove().await;
}

async fn marks_and_baselines(mut database: Database, product: Product) {
    let files = Files::three(product);
    let all = files.all();
    run::mark(&mut database.session, &all[1], State::Baseline, Some("print"), WAIT).await.unwrap();
    let records = database.history().await;
    assert_eq!((records[0].id.as_str(), records[0].status), (TWO, State::Baseline));
    assert_eq!(records[0].fingerprint.as_deref(), Some("print"));
    // What is older than the baseline is covered by it.
    let quiet = &mut |_: run::Progress<'_>| ();
    let error = run::go(&mut database.session, &all, run::Course::Goto(ONE), WAIT, quiet).await.unwrap_err();
    assert!(error.to_string().contains("older than the baseline"), "{}", said(&error));
    assert_eq!(ids(&database.up(&files).await.unwrap()), [THREE]);
    assert_eq!(database.tables().await, ["three"]);
    let error = database.down(&files, Target::All).await.unwrap_err();
    assert!(error.to_string().contains("is the baseline"), "{}", said(&error));
    assert_eq!(database.tables().await, ["three"]);
    run::mark(&mut database.session, &all[1], State::Recognised, None, WAIT).await.unwrap();
    let records = database.history().await;
    assert_eq!((records.len(), records[0].status), (2, State::Recognised));
    assert_eq!(records[0].fingerprint, None);
    run::forget(&mut database.session, THREE, WAIT).await.unwrap();
    assert_eq!(database.history().await.len(), 1);
    database.remove().await;
}

async fn history_needs_only_reading(mut database: Database, product: Product) {
    let files = Files::three(product);
    assert!(database.history().await.is_empty());
    let histories = match product {
        Product::Postgres => "SELECT count(*) FROM pg_class WHERE relname = 'sea_gen_history'",
        Product::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE name = 'sea_gen_history'",
        _ => {
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'sea_gen_history'"
        }
    };
    assert_eq!(database.value(histories).await, "0", "reading creates nothing");
    database.up(&files).await.unwrap();
    let read_only = match product {
        Product::Sqlite => "PRAGMA query_only = ON",
        Product::Postgres => "SET default_transaction_read_only = on",
        Product::MySql | Product::MariaDb => "SET SESSION TRANSACTION READ ONLY",
    };
    let mut reader = database.another().await;
    reader.execute(read_only).await.unwrap();
    assert!(reader.execute("CREATE TABLE x (id integer)").await.is_err(), "the reader cannot write");
    assert_eq!(run::history(&mut reader).await.unwrap().len(), 3);
    // Nothing to apply needs no more either.
    assert!(
        run::go(&mut reader, &files.all(), run::Course::Up(&Target::All), WAIT, &mut |_| ()).await.unwrap().is_empty()
    );
    reader.close().await;
    database.remove().await;
}

async fn a_migration_may_leave_the_session_elsewhere(mut database: Database, product: Product) {
    let away = match product {
        Product::Postgres => "SELECT pg_catalog.set_config('search_path', '', false)",
        Product::MySql | Product::MariaDb => "USE information_schema",
        Product::Sqlite => "SELECT 1",
    };
    let mut files = Files::three(product);
    files.migrations[0].0.up.push(sea_gen::dialect::Statement::new(away));
    assert_eq!(database.up(&files).await.unwrap().len(), 3);
    assert_eq!(database.tables().await, ["one", "three", "two"]);
    assert_eq!(database.history().await.len(), 3);
    database.remove().await;
}
