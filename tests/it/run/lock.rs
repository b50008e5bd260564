//! One runner at a time.

use std::time::Duration;

use sea_gen::dialect::Product;
use sea_gen_runner::run::{self, Target};
use sea_gen_runner::session::{Missing, Session};

use super::support::{Database, Files, Log, WAIT, block, said};
use super::{THREE, TWO, ids, on_each};

on_each![two_runners_at_once, a_held_lock_is_waited_for_and_then_named,];

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
        run::go(&mut first, &first_files, run::Course::Up(&Target::All), WAIT, &mut quiet),
        run::go(&mut second, &second_files, run::Course::Up(&Target::All), WAIT, &mut silent),
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
        Product::Postgres => format!("SELECT pg_try_advisory_lock({})", i64::from_be_bytes(*b"sea_gen\0")),
        Product::MySql | Product::MariaDb => {
            "SELECT GET_LOCK(CONCAT('sea_gen_', LEFT(SHA2(LOWER(DATABASE()), 256), 40)), 0)".to_owned()
        }
        Product::Sqlite => "BEGIN IMMEDIATE".to_owned(),
    };
    holder.query(&take).await.unwrap();
    let short = Duration::from_millis(120);
    let error =
        run::go(&mut database.session, &all, run::Course::Up(&Target::All), short, &mut log.watch()).await.unwrap_err();
    let text = said(&error);
    match product {
        Product::Sqlite => assert!(text.contains("another process is writing to this database"), "{text}"),
        Product::Postgres => {
            let pid = holder.query("SELECT pg_backend_pid()").await.unwrap().first().unwrap().text(0).to_owned();
            assert!(text.contains(&format!("(process {pid}, user postgres, application sea-gen")), "{text}");
            assert!(text.contains("`gen unlock --force`"), "{text}");
            assert!(log.lines()[0].starts_with(&format!("waiting for process {pid}")), "{:?}", log.lines());
        }
        Product::MySql | Product::MariaDb => {
            let id = holder.query("SELECT connection_id()").await.unwrap().first().unwrap().text(0).to_owned();
            assert!(text.contains(&format!("(connection {id}, user root")), "{text}");
            assert!(text.contains("`gen unlock --force`"), "{text}");
        }
    }
    assert!(database.tables().await.is_empty());
    if product != Product::Sqlite {
        assert!(run::end_holder(&mut database.session).await.unwrap().is_some());
    }
    holder.close().await;
    assert_eq!(database.up(&files).await.unwrap().len(), 3, "the lock goes with its connection");
    database.remove().await;
}

/// A row that says "running" may be another runner's: it is waited for. If nobody writes any more, its runner is gone.
#[apply(test)]
fn a_running_row_is_waited_for_on_sqlite() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await;
        let files = Files::three(Product::Sqlite);
        let all = files.all();
        run::go(&mut database.session, &all, run::Course::Up(&Target::Count(1)), WAIT, &mut |_| ()).await.unwrap();
        database.session.execute("UPDATE sea_gen_history SET status = 'running'").await.unwrap();
        let short = Duration::from_millis(120);
        let text = said(
            &run::go(&mut database.session, &all, run::Course::Up(&Target::All), short, &mut |_| ()).await.unwrap_err(),
        );
        assert!(text.contains("another process is writing to this database"), "{text}");
        let mut other = database.another().await;
        let log = Log::default();
        let mut watch = log.watch();
        let mut told = 0;
        let mut release = |progress: run::Progress<'_>| {
            told += usize::from(matches!(progress, run::Progress::Waiting { .. }));
            watch(progress);
        };
        let waiting = run::go(&mut database.session, &all, run::Course::Up(&Target::All), WAIT, &mut release);
        let ending = async {
            while log.lines().is_empty() {
                tokio::task::yield_now().await;
            }
            other.execute("UPDATE sea_gen_history SET status = 'applied'").await.unwrap();
        };
        let both = async { tokio::join!(waiting, ending) };
        let (outcomes, ()) = tokio::time::timeout(WAIT, both).await.expect("the one that waits says so");
        assert_eq!(ids(&outcomes.unwrap()), [TWO, THREE]);
        assert_eq!(told, 1);
        other.execute("UPDATE sea_gen_history SET status = 'running', statements = 0").await.unwrap();
        other.execute("DROP TABLE three").await.unwrap();
        database.session.execute("DELETE FROM sea_gen_history WHERE id <> '20260103_000000_three'").await.unwrap();
        let files = Files { product: Product::Sqlite, migrations: vec![files.migrations[2].clone()] };
        assert_eq!(ids(&database.up(&files).await.unwrap()), [THREE], "the runner that nobody hears of is gone");
        other.close().await;
        database.remove().await;
    });
}

/// A holder of the lock can be recognised by its application, and keeps the name it was given.
#[apply(test_on_postgres)]
fn a_session_is_named() {
    block(async {
        let database = Database::create(Product::Postgres, "named").await;
        let mut named = Session::connect(
            &crate::support::connection(&format!("{}?application_name=mine", database.url)),
            Missing::Refuse,
        )
        .await
        .unwrap();
        assert_eq!(named.query("SHOW application_name").await.unwrap().first().unwrap().text(0), "mine");
        named.close().await;
        database.remove().await;
    });
}
