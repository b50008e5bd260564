//! The runner on all four databases.

use std::time::Duration;

use sea_gen::dialect::Product;
use sea_gen::dialect::session::{Missing, Session};
use sea_gen::run::{self, Direction, Scratch, Status, Target};

use crate::run_support::{Database, Files, Log, WAIT, block, said};

/// One test for each database that is there.
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            use super::*;

            async fn on(product: Product) {
                let Some(database) = Database::create(product, stringify!($test)).await else { return };
                super::$test(database, product).await;
            }

            #[test]
            fn sqlite() {
                block(on(Product::Sqlite));
            }

            #[test]
            fn postgres() {
                block(on(Product::Postgres));
            }

            #[test]
            fn mysql() {
                block(on(Product::MySql));
            }

            #[test]
            fn mariadb() {
                block(on(Product::MariaDb));
            }
        }
    )*};
}

on_each![
    up_down_and_back,
    history_says_what_happened,
    targets,
    redo_and_goto,
    a_changed_file_stops,
    a_missing_file_stops,
    an_older_file_stops,
    a_migration_without_a_way_back_stops_before_anything_runs,
    the_wrong_dialect_stops,
    a_failing_statement_in_the_middle,
    a_failing_way_back,
    marks_and_baselines,
    two_runners_at_once,
    a_held_lock_is_waited_for_and_then_named,
    history_needs_only_reading,
    a_migration_may_leave_the_session_elsewhere,
    scratch_databases_come_and_go,
    a_cut_connection_leaves_a_running_row_only_where_it_must,
];

fn ids(outcomes: &[run::Outcome]) -> Vec<&str> {
    outcomes.iter().map(|outcome| outcome.id.as_str()).collect()
}

const ONE: &str = "20260101_000000_one";
const TWO: &str = "20260102_000000_two";
const THREE: &str = "20260103_000000_three";

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
    run::up(&mut database.session, &files.all(), &Target::All, WAIT, &mut log.watch()).await.unwrap();
    let records = database.history().await;
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.id.as_str(), record.name.as_str()), (ONE, "one"));
    assert_eq!(record.checksum, format!("checksum of {ONE}"));
    assert_eq!(record.fingerprint, Some(format!("after {ONE}")));
    assert_eq!((record.status, record.direction, record.statements), (Status::Applied, Direction::Up, 2));
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
    assert_eq!(ids(&run::up(session, &all, &Target::Count(1), WAIT, quiet).await.unwrap()), [ONE]);
    assert_eq!(ids(&run::up(session, &all, &Target::Id(TWO.into()), WAIT, quiet).await.unwrap()), [TWO]);
    assert!(run::up(session, &all, &Target::Id(ONE.into()), WAIT, quiet).await.unwrap().is_empty());
    let error = run::up(session, &all, &Target::Id("20260109_000000_nine".into()), WAIT, quiet).await.unwrap_err();
    assert!(said(&error).contains("no migration `20260109_000000_nine`"), "{}", said(&error));
    run::up(session, &all, &Target::All, WAIT, quiet).await.unwrap();
    // The one that is named stays.
    assert_eq!(ids(&run::down(session, &all, &Target::Id(ONE.into()), WAIT, quiet).await.unwrap()), [THREE, TWO]);
    let error = run::down(session, &all, &Target::Id(THREE.into()), WAIT, quiet).await.unwrap_err();
    assert!(said(&error).contains("is not applied"), "{}", said(&error));
    run::up(session, &all, &Target::All, WAIT, quiet).await.unwrap();
    assert_eq!(ids(&run::down(session, &all, &Target::Count(2), WAIT, quiet).await.unwrap()), [THREE, TWO]);
    assert_eq!(database.tables().await, ["one"]);
    database.remove().await;
}

async fn redo_and_goto(mut database: Database, product: Product) {
    let mut files = Files::three(product);
    database.up(&files).await.unwrap();
    let quiet = &mut |_: run::Progress<'_>| ();
    let outcomes = run::redo(&mut database.session, &files.all(), 2, WAIT, quiet).await.unwrap();
    assert_eq!(ids(&outcomes), [THREE, TWO, TWO, THREE]);
    assert_eq!(database.tables().await, ["one", "three", "two"]);
    let outcomes = run::goto(&mut database.session, &files.all(), ONE, WAIT, quiet).await.unwrap();
    assert_eq!(ids(&outcomes), [THREE, TWO]);
    let outcomes = run::goto(&mut database.session, &files.all(), TWO, WAIT, quiet).await.unwrap();
    assert_eq!(ids(&outcomes), [TWO]);
    // What cannot come back up is not taken down.
    files.migrations[0].1 = "changed".to_owned();
    let error = run::redo(&mut database.session, &files.all(), 1, WAIT, quiet).await.unwrap_err();
    assert!(said(&error).contains(ONE), "{}", said(&error));
    assert_eq!(database.tables().await, ["one", "two"]);
    database.remove().await;
}

async fn a_changed_file_stops(mut database: Database, product: Product) {
    let mut files = Files::three(product);
    database.up(&files).await.unwrap();
    files.migrations[1].1 = "another checksum".to_owned();
    files = files.with("20260104_000000_four", &["CREATE TABLE four (id integer)"], &["DROP TABLE four"]);
    let error = database.up(&files).await.unwrap_err();
    assert!(error.to_string().contains(&format!("`{TWO}` was changed after it was applied")), "{}", said(&error));
    assert!(error.hints().iter().any(|hint| hint.contains("git log -p")), "{}", said(&error));
    assert_eq!(database.tables().await.len(), 3);
    // The newest is untouched and may be reverted; the changed one may not.
    assert_eq!(database.down(&files, Target::Count(1)).await.unwrap().len(), 1);
    assert!(database.down(&files, Target::Count(1)).await.is_err());
    assert_eq!(database.tables().await, ["one", "two"]);
    database.remove().await;
}

async fn a_missing_file_stops(mut database: Database, product: Product) {
    let mut files = Files::three(product);
    database.up(&files).await.unwrap();
    files.migrations.remove(1);
    for error in [database.up(&files).await.unwrap_err(), database.down(&files, Target::All).await.unwrap_err()] {
        assert!(error.to_string().contains(&format!("the file of migration `{TWO}` is missing")), "{}", said(&error));
        assert!(error.hints().iter().any(|hint| hint.contains("--diff-filter=D")), "{}", said(&error));
    }
    assert_eq!(database.tables().await.len(), 3);
    database.remove().await;
}

async fn an_older_file_stops(mut database: Database, product: Product) {
    let files = Files::three(product);
    let mut without = files.clone();
    without.migrations.remove(1);
    database.up(&without).await.unwrap();
    let error = database.up(&files).await.unwrap_err();
    assert!(error.to_string().contains(&format!("`{TWO}` is out of order")), "{}", said(&error));
    assert_eq!(database.tables().await, ["one", "three"]);
    // One of the ways out that the hint names.
    database.down(&files, Target::Count(1)).await.unwrap();
    assert_eq!(ids(&database.up(&files).await.unwrap()), [TWO, THREE]);
    database.remove().await;
}

async fn a_migration_without_a_way_back_stops_before_anything_runs(mut database: Database, product: Product) {
    let files = Files::new(product).with(ONE, &["CREATE TABLE one (id integer)"], &[]).with(
        TWO,
        &["CREATE TABLE two (id integer)"],
        &["DROP TABLE two"],
    );
    database.up(&files).await.unwrap();
    let error = database.down(&files, Target::All).await.unwrap_err();
    assert!(error.to_string().contains(&format!("`{ONE}` has no way back")), "{}", said(&error));
    assert_eq!(database.tables().await, ["one", "two"]);
    database.remove().await;
}

async fn the_wrong_dialect_stops(mut database: Database, product: Product) {
    let other = if product == Product::Postgres { Product::Sqlite } else { Product::Postgres };
    let error = database.up(&Files::three(other)).await.unwrap_err();
    assert!(error.to_string().contains(&format!("is written for {other}")), "{}", said(&error));
    assert!(database.tables().await.is_empty());
    database.remove().await;
}

async fn a_failing_statement_in_the_middle(mut database: Database, product: Product) {
    let create = ["CREATE TABLE two (id integer)", "INSERT INTO two VALUES (1)", "INSERT INTO\n  nowhere VALUES (1)"];
    let files = Files::new(product).with(ONE, &["CREATE TABLE one (id integer)"], &["DROP TABLE one"]).with(
        TWO,
        &[create[0], create[1], create[2], "CREATE TABLE never (id integer)"],
        &["DROP TABLE two"],
    );
    let error = database.up(&files).await.unwrap_err();
    let text = said(&error);
    assert!(text.contains(&format!("migration `{TWO}` failed at statement 3 of 4, `INSERT INTO …`")), "{text}");
    assert!(text.split("because ").nth(1).is_some_and(|reason| reason.contains("nowhere")), "{text}");
    let records = database.history().await;
    match product {
        Product::Sqlite | Product::Postgres => {
            assert!(text.contains("it was rolled back"), "{text}");
            assert_eq!(database.tables().await, ["one"]);
            assert_eq!(records.len(), 1);
            assert_eq!(records[0].status, Status::Applied);
            // Nothing is in the way of a mended file.
            let mended = Files::three(product);
            let mut files = files.clone();
            files.migrations[1] = mended.migrations[1].clone();
            assert_eq!(ids(&database.up(&files).await.unwrap()), [TWO]);
        }
        Product::MySql | Product::MariaDb => {
            assert!(text.contains("the first 2 of its statements are in the database and stay there"), "{text}");
            assert_eq!(database.tables().await, ["one", "two"]);
            assert_eq!(database.value("SELECT count(*) FROM two").await, "1");
            assert_eq!((records[1].status, records[1].statements), (Status::Failed, 2));
            let error = database.up(&files).await.unwrap_err();
            let text = said(&error);
            assert!(text.contains("is half applied: a statement failed, 2 of its statements are done"), "{text}");
            assert!(database.down(&files, Target::Count(1)).await.is_err());
            // The hint is a statement that works.
            let hint = error.hints().iter().find_map(|hint| hint.split('`').nth(1)).unwrap().to_owned();
            database.session.execute(&hint).await.unwrap();
            assert!(database.up(&files).await.unwrap().is_empty(), "{hint}");
        }
    }
    database.remove().await;
}

async fn a_failing_way_back(mut database: Database, product: Product) {
    let files = Files::new(product).with(
        ONE,
        &["CREATE TABLE one (id integer)", "CREATE TABLE uno (id integer)"],
        &["DROP TABLE uno", "DROP TABLE nowhere", "DROP TABLE one"],
    );
    database.up(&files).await.unwrap();
    let text = said(&database.down(&files, Target::All).await.unwrap_err());
    assert!(text.contains(&format!("reverting migration `{ONE}` failed at statement 2 of 3")), "{text}");
    let records = database.history().await;
    match product {
        Product::Sqlite | Product::Postgres => {
            assert_eq!(database.tables().await, ["one", "uno"]);
            assert_eq!((records[0].status, records[0].direction), (Status::Applied, Direction::Up));
        }
        Product::MySql | Product::MariaDb => {
            assert_eq!(database.tables().await, ["one"]);
            let record = &records[0];
            assert_eq!((record.status, record.direction, record.statements), (Status::Failed, Direction::Down, 1));
            let text = said(&database.up(&files).await.unwrap_err());
            assert!(text.contains("half reverted"), "{text}");
        }
    }
    database.remove().await;
}

async fn marks_and_baselines(mut database: Database, product: Product) {
    let files = Files::three(product);
    let all = files.all();
    run::mark(&mut database.session, &all[1], Status::Baseline, Some("print"), WAIT).await.unwrap();
    let records = database.history().await;
    assert_eq!((records[0].id.as_str(), records[0].status), (TWO, Status::Baseline));
    assert_eq!(records[0].fingerprint.as_deref(), Some("print"));
    // What is older than the baseline is covered by it.
    assert_eq!(ids(&database.up(&files).await.unwrap()), [THREE]);
    assert_eq!(database.tables().await, ["three"]);
    let error = database.down(&files, Target::All).await.unwrap_err();
    assert!(error.to_string().contains("is the baseline"), "{}", said(&error));
    assert_eq!(database.tables().await, ["three"]);
    run::mark(&mut database.session, &all[1], Status::Recognised, None, WAIT).await.unwrap();
    let records = database.history().await;
    assert_eq!((records.len(), records[0].status), (2, Status::Recognised));
    assert_eq!(records[0].fingerprint, None);
    run::forget(&mut database.session, THREE, WAIT).await.unwrap();
    assert_eq!(database.history().await.len(), 1);
    database.remove().await;
}

async fn two_runners_at_once(mut database: Database, product: Product) {
    // Each migration adds a row for having run, so a second run of one shows even where nothing else would.
    let mut files = Files::new(product).with("20260101_000000_log", &["CREATE TABLE log (id integer)"], &[]);
    for number in 10..30 {
        let insert = format!("INSERT INTO log VALUES ({number})");
        files = files.with(&format!("202601{number}_000000_row"), &[&insert], &[]);
    }
    if product == Product::Postgres {
        files = files.with("20260201_000000_index", &["!CREATE INDEX CONCURRENTLY log_id ON log (id)"], &[]);
    }
    let (first_files, second_files) = (files.all(), files.all());
    let (mut first, mut second) = (database.another().await, database.another().await);
    let (mut quiet, mut silent) = (|_: run::Progress<'_>| (), |_: run::Progress<'_>| ());
    let (first, second) = tokio::join!(
        run::up(&mut first, &first_files, &Target::All, WAIT, &mut quiet),
        run::up(&mut second, &second_files, &Target::All, WAIT, &mut silent),
    );
    let (first, second) = (first.unwrap(), second.unwrap());
    let mut applied = ids(&first);
    applied.extend(ids(&second));
    applied.sort_unstable();
    let expected: Vec<String> = files.all().iter().map(run::Applicable::id).collect();
    assert_eq!(applied, expected);
    let rows = database.query("SELECT id FROM log ORDER BY id").await;
    assert_eq!(
        rows.iter().map(|row| row.text(0)).collect::<Vec<_>>(),
        (10..30).map(|n| n.to_string()).collect::<Vec<_>>()
    );
    assert_eq!(database.history().await.len(), files.migrations.len());
    database.remove().await;
}

async fn a_held_lock_is_waited_for_and_then_named(mut database: Database, product: Product) {
    let files = Files::three(product);
    let all = files.all();
    let mut holder = database.another().await;
    // A migration of the holder's own, in the middle of which the other one tries.
    let log = Log::default();
    let take = match product {
        Product::Postgres => "SELECT pg_try_advisory_lock(8315161629830114560)".to_owned(),
        Product::MySql | Product::MariaDb => {
            "SELECT GET_LOCK(CONCAT('sea_gen_', LEFT(SHA2(LOWER(DATABASE()), 256), 40)), 0)".to_owned()
        }
        Product::Sqlite => "BEGIN IMMEDIATE".to_owned(),
    };
    holder.query(&take).await.unwrap();
    let short = Duration::from_millis(120);
    let error = run::up(&mut database.session, &all, &Target::All, short, &mut log.watch()).await.unwrap_err();
    let text = said(&error);
    match product {
        Product::Sqlite => assert!(text.contains("somebody else is writing to this database"), "{text}"),
        Product::Postgres => {
            let pid = holder.query("SELECT pg_backend_pid()").await.unwrap()[0].text(0).to_owned();
            assert!(text.contains(&format!("(process {pid}, user postgres, application sea-gen")), "{text}");
            assert!(text.contains(&format!("pg_terminate_backend({pid})")), "{text}");
            assert!(log.lines()[0].starts_with(&format!("waiting for process {pid}")), "{:?}", log.lines());
        }
        Product::MySql | Product::MariaDb => {
            let id = holder.query("SELECT connection_id()").await.unwrap()[0].text(0).to_owned();
            assert!(text.contains(&format!("(connection {id}, user root")), "{text}");
            assert!(text.contains(&format!("`KILL {id}`")), "{text}");
        }
    }
    assert!(database.tables().await.is_empty());
    holder.close().await;
    assert_eq!(database.up(&files).await.unwrap().len(), 3, "the lock goes with its connection");
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
    assert!(run::up(&mut reader, &files.all(), &Target::All, WAIT, &mut |_| ()).await.unwrap().is_empty());
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

async fn scratch_databases_come_and_go(database: Database, product: Product) {
    let (scratch, mut session) = Scratch::create(&database.url).await.unwrap();
    let (other, other_session) = Scratch::create(&database.url).await.unwrap();
    assert_eq!(session.product(), product);
    session.execute("CREATE TABLE inside (id integer)").await.unwrap();
    let mut names = database.another().await;
    let listed = match product {
        Product::Sqlite => "",
        Product::Postgres => "SELECT datname FROM pg_database",
        Product::MySql | Product::MariaDb => "SELECT schema_name FROM information_schema.schemata",
    };
    let name = scratch.name().to_owned();
    if product == Product::Sqlite {
        assert_eq!(name, ":memory:");
    } else {
        assert!(name.starts_with("sea_gen_scratch_") && name.len() <= 63 && name != other.name(), "{name}");
        assert!(names.query(listed).await.unwrap().iter().any(|row| row.text(0) == name));
    }
    session.close().await;
    scratch.drop().await.unwrap();
    // A session that is still open does not keep a scratch database alive.
    other.drop().await.unwrap();
    drop(other_session);
    if product != Product::Sqlite {
        assert!(!names.query(listed).await.unwrap().iter().any(|row| row.text(0) == name));
    }
    names.close().await;
    database.remove().await;
}

async fn a_cut_connection_leaves_a_running_row_only_where_it_must(mut database: Database, product: Product) {
    let cut = match product {
        Product::Postgres => "SELECT pg_terminate_backend(pg_backend_pid())",
        Product::MySql | Product::MariaDb => "KILL CONNECTION_ID()",
        // Nobody can cut a file off.
        Product::Sqlite => return database.remove().await,
    };
    let files = Files::new(product).with(ONE, &["CREATE TABLE one (id integer)", cut], &["DROP TABLE one"]);
    let mut runner = database.another().await;
    let text = said(&run::up(&mut runner, &files.all(), &Target::All, WAIT, &mut |_| ()).await.unwrap_err());
    assert!(text.contains("the connection is gone"), "{text}");
    let records = database.history().await;
    match product {
        Product::Postgres | Product::Sqlite => {
            assert!(records.is_empty() && database.tables().await.is_empty(), "{records:?}");
        }
        Product::MySql | Product::MariaDb => {
            assert_eq!((records[0].status, records[0].statements), (Status::Running, 1));
            let text = said(&database.up(&files).await.unwrap_err());
            assert!(text.contains("ended without a word, 1 of its statements is done"), "{text}");
        }
    }
    database.remove().await;
}

const PARENT: [&str; 3] = [
    "CREATE TABLE parent (id integer PRIMARY KEY, name text)",
    "CREATE TABLE child (id integer PRIMARY KEY, parent_id integer NOT NULL REFERENCES parent (id) ON DELETE CASCADE)",
    "INSERT INTO parent VALUES (1, 'a'), (2, 'b')",
];
const REBUILD: [&str; 4] = [
    "CREATE TABLE new_parent (id integer PRIMARY KEY, name text NOT NULL)",
    "INSERT INTO new_parent SELECT id, name FROM parent",
    "DROP TABLE parent",
    "ALTER TABLE new_parent RENAME TO parent",
];

/// With foreign keys enforced, dropping the old parent would delete every child.
#[test]
fn children_survive_the_rebuild_of_their_parent() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await.unwrap();
        let files = Files::new(Product::Sqlite)
            .with(ONE, &[PARENT[0], PARENT[1], PARENT[2], "INSERT INTO child VALUES (1, 1), (2, 2)"], &[])
            .with(TWO, &REBUILD, &[]);
        database.up(&files).await.unwrap();
        assert_eq!(database.value("SELECT count(*) FROM child").await, "2");
        assert!(
            database.value("SELECT sql FROM sqlite_schema WHERE name = 'parent'").await.contains("name text NOT NULL")
        );
        assert_eq!(database.value("PRAGMA foreign_keys").await, "1", "the setting is back");
        let error = database.session.execute("INSERT INTO child VALUES (3, 3)").await.unwrap_err();
        assert!(error.message.contains("FOREIGN KEY"), "{error}");
        database.remove().await;
    });
}

/// What a migration leaves dangling is rolled back; what dangled before is not its fault.
#[test]
fn a_new_violation_is_rolled_back_and_an_old_one_is_not() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await.unwrap();
        let mut files = Files::new(Product::Sqlite).with(ONE, &PARENT, &[]);
        database.up(&files).await.unwrap();
        database.session.execute("PRAGMA foreign_keys = OFF").await.unwrap();
        database.session.execute("INSERT INTO child VALUES (7, 70)").await.unwrap();
        files = files.with(TWO, &REBUILD, &[]);
        assert_eq!(database.up(&files).await.unwrap().len(), 1, "an old violation is in nobody's way");
        assert_eq!(database.value("PRAGMA foreign_keys").await, "0", "the setting is what it was");
        files = files.with(THREE, &["INSERT INTO child VALUES (8, 1)", "INSERT INTO child VALUES (9, 90)"], &[]);
        let text = said(&database.up(&files).await.unwrap_err());
        assert!(text.contains("when foreign keys were checked at its end; it was rolled back"), "{text}");
        assert!(text.contains("row 9 of `child` refers to a row of `parent` that is not there"), "{text}");
        assert_eq!(database.value("SELECT group_concat(id) FROM child").await, "7");
        assert_eq!(database.history().await.len(), 2);
        database.remove().await;
    });
}

#[test]
fn transactions_are_the_runners() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await.unwrap();
        let files = Files::new(Product::Sqlite).with(ONE, &["CREATE TABLE one (id integer)", "COMMIT"], &[]);
        let text = said(&database.up(&files).await.unwrap_err());
        assert!(text.contains("statement 2 of migration `20260101_000000_one` is `COMMIT`"), "{text}");
        assert!(database.tables().await.is_empty());
        database.remove().await;
    });
}

/// A migration that is not one transaction: what is done stays done, and the row says how far it got.
#[test]
fn statements_outside_transactions_on_sqlite() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await.unwrap();
        let files = Files::new(Product::Sqlite).with(
            ONE,
            &[
                "CREATE TABLE one (id integer)",
                "!VACUUM",
                "CREATE TABLE two (id integer)",
                "INSERT INTO nowhere VALUES (1)",
            ],
            &[],
        );
        let text = said(&database.up(&files).await.unwrap_err());
        assert!(text.contains("the first 2 of its statements are in the database"), "{text}");
        assert_eq!(database.tables().await, ["one"]);
        assert_eq!(database.history().await[0].statements, 2);
        database.remove().await;
    });
}

/// A row that says "running" may be another runner's: it is waited for, and only then called broken.
#[test]
fn a_running_row_is_waited_for_on_sqlite() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await.unwrap();
        let files = Files::three(Product::Sqlite);
        let all = files.all();
        run::up(&mut database.session, &all, &Target::Count(1), WAIT, &mut |_| ()).await.unwrap();
        database.session.execute("UPDATE sea_gen_history SET status = 'running'").await.unwrap();
        let short = Duration::from_millis(120);
        let text = said(&run::up(&mut database.session, &all, &Target::All, short, &mut |_| ()).await.unwrap_err());
        assert!(text.contains("ended without a word"), "{text}");
        let mut other = database.another().await;
        let log = Log::default();
        let mut watch = log.watch();
        let mut told = 0;
        let mut release = |progress: run::Progress<'_>| {
            told += usize::from(matches!(progress, run::Progress::Waiting { .. }));
            watch(progress);
        };
        let waiting = run::up(&mut database.session, &all, &Target::All, WAIT, &mut release);
        let ending = async {
            while log.lines().is_empty() {
                tokio::task::yield_now().await;
            }
            other.execute("UPDATE sea_gen_history SET status = 'applied'").await.unwrap();
        };
        let (outcomes, ()) = tokio::join!(waiting, ending);
        assert_eq!(ids(&outcomes.unwrap()), [TWO, THREE]);
        assert_eq!(told, 1);
        other.close().await;
        database.remove().await;
    });
}

#[test]
fn an_index_built_concurrently() {
    block(async {
        let Some(mut database) = Database::create(Product::Postgres, "concurrently").await else { return };
        let files = Files::new(Product::Postgres).with(
            ONE,
            &[
                "CREATE TABLE one (id integer, name text)",
                "INSERT INTO one VALUES (1, 'a'), (2, 'a')",
                "!CREATE INDEX CONCURRENTLY one_id ON one (id)",
                "COMMENT ON TABLE one IS 'indexed'",
            ],
            &["!DROP INDEX CONCURRENTLY one_id", "DROP TABLE one"],
        );
        database.up(&files).await.unwrap();
        let valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'one_id'::regclass";
        assert_eq!(database.value(valid).await, "t");
        assert_eq!(database.value("SELECT obj_description('one'::regclass)").await, "indexed");
        assert_eq!(database.history().await[0].status, Status::Applied);
        let files = files.with(
            TWO,
            &["CREATE TABLE two (id integer)", "!CREATE UNIQUE INDEX CONCURRENTLY one_name ON one (name)"],
            &[],
        );
        let text = said(&database.up(&files).await.unwrap_err());
        assert!(text.contains("failed at statement 2 of 2"), "{text}");
        assert!(text.contains("the first of its statements is in the database"), "{text}");
        assert_eq!(database.tables().await, ["one", "two"]);
        let records = database.history().await;
        assert_eq!((records[1].status, records[1].statements), (Status::Failed, 1));
        run::forget(&mut database.session, TWO, WAIT).await.unwrap();
        assert_eq!(database.down(&files, Target::All).await.unwrap().len(), 1);
        assert_eq!(database.tables().await, ["two"]);
        database.remove().await;
    });
}

/// A constraint that is deferred fails at the commit, which is no statement of the file.
#[test]
fn a_failing_commit() {
    block(async {
        let Some(mut database) = Database::create(Product::Postgres, "failing_commit").await else { return };
        let files = Files::new(Product::Postgres).with(
            ONE,
            &[
                "CREATE TABLE one (id integer PRIMARY KEY)",
                "CREATE TABLE two (id integer REFERENCES one DEFERRABLE INITIALLY DEFERRED)",
                "INSERT INTO two VALUES (1)",
            ],
            &[],
        );
        let text = said(&database.up(&files).await.unwrap_err());
        assert!(text.contains("failed when it was committed; it was rolled back"), "{text}");
        assert!(database.tables().await.is_empty() && database.history().await.is_empty());
        database.remove().await;
    });
}

/// Whatever keeps a connection from being made has its own words and a way out, and the password is in none of them.
#[test]
fn obstacles_are_told_apart() {
    block(async {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name).display().to_string();
        std::fs::write(path("text.db"), "no database, but long enough to have a header".repeat(10)).unwrap();
        let mut cases = vec![
            ("sqlite://".to_owned() + &path("none.db"), "does not exist"),
            ("sqlite://".to_owned() + &path("none/none.db"), "the directory"),
            ("sqlite://".to_owned() + &path(""), "is a directory"),
            ("sqlite://".to_owned() + &path("text.db"), "is not an SQLite database"),
            ("postgres://me:hush@127.0.0.1:1/x".to_owned(), "nobody answers at 127.0.0.1:1"),
            ("mysql://me:hush@127.0.0.1:1/x".to_owned(), "nobody answers at 127.0.0.1:1"),
            ("postgres://me:hush@host.invalid/x".to_owned(), "there is no host `host.invalid`"),
            ("mysql://me:hush@host.invalid/x".to_owned(), "there is no host `host.invalid`"),
            ("oracle://me:hush@localhost/x".to_owned(), "the database URL cannot be read"),
            ("hush".to_owned(), "the database URL cannot be read"),
            ("postgres://me:hush@localhost:port/x".to_owned(), "the database URL cannot be read"),
        ];
        let at = |variable: &str| std::env::var(variable).ok().and_then(|url| url::Url::parse(&url).ok());
        for (variable, scheme) in [
            ("DATABASE_URL_POSTGRES", "postgres"),
            ("DATABASE_URL_MYSQL", "mysql"),
            ("DATABASE_URL_MARIADB", "mariadb"),
        ] {
            let Some(mut url) = at(variable) else { continue };
            url.set_path("there_is_no_such");
            cases.push((url.to_string(), "has no database `there_is_no_such`"));
            let host = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
            if scheme != "postgres" {
                cases.push((format!("{scheme}://nobody:hush@{host}/x"), "does not accept the user `nobody`"));
            }
        }
        for (url, expected) in cases {
            let Err(error) = run::connect(&url, Missing::Refuse).await else { panic!("{expected}: connected") };
            let text = said(&error);
            assert!(error.to_string().contains(expected), "{expected}: {text}");
            assert!(!text.contains("hush"), "{text}");
            assert!(!error.hints().is_empty(), "{text}");
        }
    });
}

/// A role that may not create databases is told so, and how it may.
#[test]
fn scratch_without_the_right_to_create() {
    block(async {
        let Some(mut database) = Database::create(Product::Postgres, "scratch_right").await else { return };
        database.session.execute("DROP ROLE IF EXISTS run_plain").await.unwrap();
        database.session.execute("CREATE ROLE run_plain LOGIN PASSWORD 'hush'").await.unwrap();
        let mut url = url::Url::parse(&database.url).unwrap();
        url.set_username("run_plain").unwrap();
        url.set_password(Some("hush")).unwrap();
        let Err(error) = Scratch::create(url.as_str()).await else { panic!("created") };
        let text = said(&error);
        assert!(text.contains("`run_plain` could not create a scratch database"), "{text}");
        assert!(text.contains("ALTER ROLE \"run_plain\" CREATEDB") && !text.contains("hush"), "{text}");
        database.session.execute("DROP ROLE run_plain").await.unwrap();
        database.remove().await;
    });
}

/// The session that waits for the lock must not hold a snapshot, or the index of the one that has it would never be done.
#[test]
fn a_session_is_named() {
    block(async {
        let Some(database) = Database::create(Product::Postgres, "named").await else { return };
        let mut named =
            Session::connect(&format!("{}?application_name=mine", database.url), Missing::Refuse).await.unwrap();
        assert_eq!(named.query("SHOW application_name").await.unwrap()[0].text(0), "mine");
        named.close().await;
        database.remove().await;
    });
}
