//! Runs that end in the middle, and the next one, which goes on.

use sea_gen::dialect::{Product, Statement};
use sea_gen_runner::run::{self, Applicable, Course, Direction, Progress, State, Target};
use sea_gen_runner::{ErrorKind, sql};

use super::support::{Database, Files, WAIT, block, said};
use super::{ONE, THREE, TWO, ids, on_each};

on_each![
    cut_off_at_each_statement_it_goes_on_there,
    cut_off_at_each_statement_of_the_way_back_it_goes_on_there,
    a_table_of_an_earlier_version_is_brought_up_to_date,
    the_way_back_outlives_its_file,
    an_older_migration_runs_if_asked,
    a_renamed_file_is_known_by_its_checksum,
];

/// Statements of many kinds that count on each other, each of which shows if it was done twice or not at all, and their way back.
fn chain(product: Product) -> Files {
    let (up, down): (&[&str], &[&str]) = match product {
        Product::Postgres => (
            &[
                "CREATE TABLE one (id int PRIMARY KEY, n int)",
                "INSERT INTO one VALUES (1, 1)",
                "!UPDATE one SET n = n + 1",
                "!CREATE INDEX CONCURRENTLY one_n ON one (n)",
                "!DROP INDEX CONCURRENTLY one_n",
                "!CREATE INDEX CONCURRENTLY ON one (n)",
                "!SELECT pg_catalog.set_config('sea_gen.added', '5', false)",
                "!VACUUM one",
                "INSERT INTO one VALUES (2, current_setting('sea_gen.added')::int)",
                "ALTER TABLE one RENAME TO two",
                "!REINDEX TABLE CONCURRENTLY two",
                "UPDATE two SET n = n + 2",
            ],
            &[
                "!UPDATE two SET n = n - 4",
                "!DROP INDEX CONCURRENTLY one_n_idx",
                "DELETE FROM two WHERE n = 0",
                "!VACUUM two",
            ],
        ),
        Product::MySql | Product::MariaDb => (
            &[
                "CREATE TABLE one (id int PRIMARY KEY, n int)",
                "INSERT INTO one VALUES (1, 1)",
                "UPDATE one SET n = n + 1",
                "ALTER TABLE one ADD COLUMN a int",
                "CREATE INDEX one_n ON one (n)",
                "CREATE VIEW seen AS SELECT id FROM one",
                "SET @added = 5",
                "RENAME TABLE one TO two",
                "CREATE TRIGGER one_more BEFORE INSERT ON two FOR EACH ROW SET NEW.n = NEW.n + 1",
                "DROP VIEW seen",
                "ALTER TABLE two DROP COLUMN a",
                "INSERT INTO two (id, n) VALUES (2, @added - 1)",
                "DROP TRIGGER one_more",
                "UPDATE two SET n = n + 2",
            ],
            &[
                "UPDATE two SET n = n - 4",
                "DROP INDEX one_n ON two",
                "DELETE FROM two WHERE n = 0",
                "ALTER TABLE two ADD COLUMN b int",
            ],
        ),
        Product::Sqlite => (
            &[
                "CREATE TABLE one (id int PRIMARY KEY, n int)",
                "INSERT INTO one VALUES (1, 1)",
                "!UPDATE one SET n = n + 1",
                "!VACUUM",
                "INSERT INTO one VALUES (2, 5)",
                "ALTER TABLE one RENAME TO two",
                "!VACUUM",
                "UPDATE two SET n = n + 2",
            ],
            &["!UPDATE two SET n = n - 4", "!VACUUM", "DELETE FROM two WHERE n = 0"],
        ),
    };
    Files::new(product).with(ONE, up, down)
}

/// The statements to cut a run off at. On SQLite the next one waits for seconds, so there are few.
fn places(product: Product, statements: usize) -> impl Iterator<Item = usize> {
    (1..=statements).filter(move |at| product != Product::Sqlite || at % 4 == 3)
}

/// The payload of a panic that ends a run.
struct Cut;

/// Drops a run when it comes to a statement; the server may do the statement nevertheless.
async fn cut_off(database: &Database, files: &[Applicable<'_>], course: Course<'_>, at: usize) {
    let mut session = database.another().await;
    let reached = tokio::sync::Notify::new();
    // SQLite may have done the rest before anybody looks: there the statement is not sent.
    let is_cut_here = session.product() == Product::Sqlite;
    let mut watch = |progress: Progress<'_>| {
        if matches!(progress, Progress::Statement { number, .. } if number == at) {
            reached.notify_one();
            if is_cut_here {
                std::panic::resume_unwind(Box::new(Cut));
            }
        }
    };
    let mut run = Box::pin(run::go(&mut session, files, course, WAIT, &mut watch));
    let run = std::future::poll_fn(|context| {
        let poll = std::panic::AssertUnwindSafe(|| run.as_mut().poll(context));
        match std::panic::catch_unwind(poll) {
            Ok(polled) => polled,
            Err(payload) if payload.is::<Cut>() => std::task::Poll::Pending,
            Err(payload) => std::panic::resume_unwind(payload),
        }
    });
    tokio::select! {
        biased;
        () = reached.notified() => {}
        done = run => panic!("it came to its end: {done:?}"),
    }
}

async fn rows(database: &mut Database) -> String {
    let sql = match database.session.product() {
        Product::Postgres => "SELECT string_agg(id || ':' || n, ' ' ORDER BY id) FROM two",
        Product::MySql | Product::MariaDb => "SELECT GROUP_CONCAT(id, ':', n ORDER BY id SEPARATOR ' ') FROM two",
        Product::Sqlite => "SELECT group_concat(id || ':' || n, ' ') FROM two",
    };
    database.value(sql).await
}

/// The number of indexes, views and triggers.
async fn objects(database: &mut Database) -> String {
    let sql = match database.session.product() {
        Product::Postgres => "SELECT count(*) || '' FROM pg_index WHERE indrelid = 'two'::regclass AND indisvalid",
        Product::MySql | Product::MariaDb => {
            "SELECT CONCAT((SELECT count(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = 'two'), \
             (SELECT count(*) FROM information_schema.views WHERE table_schema = DATABASE()), \
             (SELECT count(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()))"
        }
        Product::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'two'",
    };
    database.value(sql).await
}

/// Empties the database but for its history table.
async fn empty(database: &mut Database) {
    for table in ["one", "two"] {
        database.session.execute(&format!("DROP TABLE IF EXISTS {table}")).await.unwrap();
    }
    if matches!(database.session.product(), Product::MySql | Product::MariaDb) {
        database.session.execute("DROP VIEW IF EXISTS seen").await.unwrap();
    }
    run::forget_all(&mut database.session, WAIT).await.unwrap();
}

async fn cut_off_at_each_statement_it_goes_on_there(mut database: Database, product: Product) {
    let files = chain(product);
    database.up(&files).await.unwrap();
    let (expected, kept) = (rows(&mut database).await, objects(&mut database).await);
    assert!(expected.starts_with("1:4 2:7"), "{expected}");
    for at in places(product, files.migrations[0].0.up.len()) {
        empty(&mut database).await;
        cut_off(&database, &files.all(), Course::Up(&Target::All), at).await;
        let again = database.up(&files).await.unwrap_or_else(|error| panic!("statement {at}: {}", said(&error)));
        // What the server did is done and recorded, or neither.
        assert!(ids(&again) == [ONE] || product != Product::Sqlite && again.is_empty(), "statement {at}");
        assert_eq!(
            (rows(&mut database).await, objects(&mut database).await),
            (expected.clone(), kept.clone()),
            "statement {at}"
        );
        let records = database.history().await;
        assert_eq!((records.len(), records[0].status), (1, State::Applied), "statement {at}");
    }
    database.remove().await;
}

async fn cut_off_at_each_statement_of_the_way_back_it_goes_on_there(mut database: Database, product: Product) {
    let files = chain(product);
    database.up(&files).await.unwrap();
    for at in places(product, files.migrations[0].0.down.len()) {
        cut_off(&database, &files.all(), Course::Down(&Target::All), at).await;
        database.down(&files, Target::All).await.unwrap_or_else(|error| panic!("statement {at}: {}", said(&error)));
        assert_eq!(rows(&mut database).await, "2:3", "statement {at}");
        assert!(database.history().await.is_empty(), "statement {at}");
        empty(&mut database).await;
        database.up(&files).await.unwrap();
    }
    // Applying a migration that is partially reverted takes the way back to its end, and applies it again.
    if files.migrations[0].0.down[0].transactional && matches!(product, Product::MySql | Product::MariaDb) {
        let wrong =
            files.clone().with(TWO, &["CREATE TABLE three (id int)"], &["DROP TABLE three", "DROP TABLE nowhere"]);
        database.up(&wrong).await.unwrap();
        assert!(database.down(&wrong, Target::Count(1)).await.is_err());
        assert_eq!(database.history().await[1].direction, Direction::Down);
        database.session.execute("CREATE TABLE nowhere (id int)").await.unwrap();
        assert_eq!(ids(&database.up(&wrong).await.unwrap()), [TWO, TWO]);
    }
    database.remove().await;
}

/// The first version's table had fewer columns.
async fn a_table_of_an_earlier_version_is_brought_up_to_date(mut database: Database, product: Product) {
    let files = Files::three(product);
    run::go(&mut database.session, &files.all(), Course::Up(&Target::Count(2)), WAIT, &mut |_| ()).await.unwrap();
    for column in ["owner", "journal", "down"] {
        database.session.execute(&format!("ALTER TABLE sea_gen_history DROP COLUMN {column}")).await.unwrap();
    }
    assert_eq!(database.history().await.len(), 2);
    assert_eq!(ids(&database.up(&files).await.unwrap()), [THREE]);
    assert_eq!(database.down(&files, Target::All).await.unwrap().len(), 3);
    database.remove().await;
}

async fn the_way_back_outlives_its_file(mut database: Database, product: Product) {
    let files = Files::three(product);
    database.up(&files).await.unwrap();
    let mut fewer = files.clone();
    fewer.migrations.truncate(1);
    assert_eq!(database.up(&fewer).await.unwrap_err().kind(), &ErrorKind::Missing);
    assert_eq!(ids(&database.down(&fewer, Target::Id(ONE.to_owned())).await.unwrap()), [THREE, TWO]);
    assert_eq!(database.tables().await, ["one"]);
    database.remove().await;
}

async fn an_older_migration_runs_if_asked(mut database: Database, product: Product) {
    let all = Files::three(product);
    let mut some = all.clone();
    some.migrations.remove(1);
    database.up(&some).await.unwrap();
    let error = database.up(&all).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::OutOfOrder);
    assert!(error.hints().iter().any(|hint| hint.contains("`gen up --out-of-order`")), "{}", said(&error));
    let ran = run::go(&mut database.session, &all.all(), Course::OutOfOrder(&Target::All), WAIT, &mut |_| ()).await;
    assert_eq!(ids(&ran.unwrap()), [TWO]);
    assert!(database.up(&all).await.unwrap().is_empty());
    database.remove().await;
}

async fn a_renamed_file_is_known_by_its_checksum(mut database: Database, product: Product) {
    let files = Files::three(product);
    database.up(&files).await.unwrap();
    let mut renamed = files.clone();
    renamed.migrations[2].0.id = "20260104_000000_tres".parse().unwrap();
    let error = database.up(&renamed).await.unwrap_err();
    let text = said(&error);
    assert!(
        text.contains(&format!("`{THREE}` is applied here, and its file is now called `20260104_000000_tres`")),
        "{text}"
    );
    database.remove().await;
}

/// What no transaction holds and no catalog shows is named, so that it can be marked.
#[apply(test)]
fn statements_that_no_crash_may_hit_are_found() {
    for (product, undecidable, sound) in [
        (
            Product::Postgres,
            &["CALL p()", "DO $$ BEGIN COMMIT; END $$"][..],
            &[
                "UPDATE t SET a = a + 1",
                "ALTER TYPE t ADD VALUE 'a'",
                "CREATE INDEX CONCURRENTLY i ON t (a)",
                "VACUUM t",
                "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
            ][..],
        ),
        (
            Product::MariaDb,
            &["CALL p()", "ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", "EXECUTE s", "CREATE USER a"][..],
            &[
                "UPDATE t SET a = a + 1",
                "INSERT INTO t SELECT 1",
                "ALTER TABLE t ADD a int",
                "DROP TABLE a, b",
                "RENAME TABLE a TO b, b TO c",
                "GRANT SELECT ON t TO u",
                "CREATE OR REPLACE VIEW v AS SELECT 1",
                "CREATE DEFINER=`a`@`b` TRIGGER t BEFORE INSERT ON u FOR EACH ROW SET @a = 1",
            ][..],
        ),
        (Product::Sqlite, &[][..], &["VACUUM", "PRAGMA user_version = 1", "UPDATE t SET a = a + 1"][..]),
    ] {
        let alone = |sql: &&str| Statement { transactional: false, ..Statement::new(*sql) };
        for sql in undecidable {
            assert_eq!(run::undecidable(product, &[alone(sql)]), [0], "{product}: {}", sql::first_line(sql));
            let marked = Statement { repeatable: true, ..alone(sql) };
            assert!(run::undecidable(product, &[marked]).is_empty(), "{product}: {sql}");
        }
        for sql in sound {
            assert!(run::undecidable(product, &[alone(sql)]).is_empty(), "{product}: {sql}");
        }
    }
}

/// A statement that fails inside a transaction of the file's own takes the whole transaction back.
#[apply(test_on_mariadb)]
fn a_transaction_of_the_file_is_begun_again() {
    block(async {
        let mut database = Database::create(Product::MariaDb, "own_transaction").await;
        let files = Files::new(Product::MariaDb).with(
            ONE,
            &[
                "CREATE TABLE two (id int PRIMARY KEY, n int)",
                "INSERT INTO two VALUES (1, 1)",
                "START TRANSACTION",
                "UPDATE two SET n = n + 1",
                "INSERT INTO nowhere VALUES (1)",
                "COMMIT",
                "UPDATE two SET n = n + 10",
            ],
            &[],
        );
        let text = said(&database.up(&files).await.unwrap_err());
        assert!(text.contains("the first 2 of its statements are in the database"), "{text}");
        assert_eq!(rows(&mut database).await, "1:1");
        database.session.execute("CREATE TABLE nowhere (id int)").await.unwrap();
        assert_eq!(ids(&database.up(&files).await.unwrap()), [ONE]);
        assert_eq!(rows(&mut database).await, "1:12");
        database.remove().await;
    });
}

/// What is done must stay as it is in the file, checks in front of it included; the way back of the corrected file is kept.
#[apply(test_on_mariadb)]
fn the_rest_of_a_file_may_be_corrected() {
    block(async {
        let mut database = Database::create(Product::MariaDb, "corrected").await;
        let up = [
            "CREATE TABLE two (id int PRIMARY KEY, n int)",
            "INSERT INTO two VALUES (1, 1)",
            "INSERT INTO nowhere VALUES (1)",
        ];
        let files = Files::new(Product::MariaDb).with(ONE, &up, &["DROP TABLE nowhere"]);
        assert!(database.up(&files).await.is_err());
        let mut checked = files.clone();
        checked.migrations[0].0.up.insert(0, Statement::check("SELECT 0", "none"));
        assert_eq!(database.up(&checked).await.unwrap_err().kind(), &ErrorKind::Changed);
        let resolved = run::resolve(&mut database.session, &checked.all()[0], true, WAIT).await;
        assert_eq!(resolved.unwrap_err().kind(), &ErrorKind::Changed);
        let corrected =
            Files::new(Product::MariaDb).with(ONE, &[up[0], up[1], "UPDATE two SET n = 2"], &["DROP TABLE two"]);
        assert_eq!(ids(&database.up(&corrected).await.unwrap()), [ONE]);
        assert_eq!(rows(&mut database).await, "1:2");
        let none = Files::new(Product::MariaDb);
        assert_eq!(ids(&database.down(&none, Target::All).await.unwrap()), [ONE]);
        assert!(database.tables().await.is_empty());
        let locked = Files::new(Product::MariaDb).with(ONE, &["LOCK TABLES two WRITE", "UNLOCK TABLES"], &[]);
        assert_eq!(database.up(&locked).await.unwrap_err().kind(), &ErrorKind::Refused);
        database.remove().await;
    });
}

/// Two branches that start from the same schema: the second one runs if asked, although it does not follow the first.
#[apply(test)]
fn a_branch_that_is_merged_later_runs_if_asked() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await;
        let mut files = Files::three(Product::Sqlite);
        for (at, (from, to)) in [("a", "b"), ("b", "c"), ("b", "d")].into_iter().enumerate() {
            files.migrations[at].0.from = Some(from.to_owned());
            files.migrations[at].0.to = Some(to.to_owned());
        }
        let mut first = files.clone();
        first.migrations.remove(1);
        database.up(&first).await.unwrap();
        let ran =
            run::go(&mut database.session, &files.all(), Course::OutOfOrder(&Target::All), WAIT, &mut |_| ()).await;
        assert_eq!(ids(&ran.unwrap()), [TWO]);
        database.remove().await;
    });
}

/// A transaction that a file begins and does not end is committed with the record, and the next migration is not part of it.
#[apply(test_on_mariadb)]
fn a_transaction_that_is_not_ended_is_committed() {
    block(async {
        let mut database = Database::create(Product::MariaDb, "not_ended").await;
        let insert = "INSERT INTO two VALUES (2, 2)";
        let files = Files::new(Product::MariaDb)
            .with(
                ONE,
                &[
                    "CREATE TABLE two (id int PRIMARY KEY, n int)",
                    "SET autocommit = 0",
                    "INSERT INTO two VALUES (1, 1)",
                ],
                &[],
            )
            .with(TWO, &["START TRANSACTION", insert], &[]);
        let mut runner = database.another().await;
        run::go(&mut runner, &files.all(), Course::Up(&Target::All), WAIT, &mut |_| ()).await.unwrap();
        drop(runner);
        assert_eq!(rows(&mut database).await, "1:1 2:2");
        assert_eq!(database.history().await.iter().filter(|record| record.status == State::Applied).count(), 2);
        database.remove().await;
    });
}

/// Between a crash and the next run somebody else has changed the table: that does not count as the statement.
#[apply(test_on_mysql)]
fn a_change_by_somebody_else_is_not_taken_for_the_statement() {
    block(async {
        let mut database = Database::create(Product::MySql, "somebody_else").await;
        let files = Files::new(Product::MySql).with(
            ONE,
            &["CREATE TABLE two (id int PRIMARY KEY, n int)", "ALTER TABLE two ADD COLUMN a int"],
            &[],
        );
        cut_off(&database, &files.all(), Course::Up(&Target::All), 2).await;
        while run::holder(&mut database.session).await.is_some() {
            tokio::task::yield_now().await;
        }
        let _ = database.session.execute("ALTER TABLE two DROP COLUMN a").await;
        database.session.execute("ALTER TABLE two ADD COLUMN other int").await.unwrap();
        let text = said(&database.up(&files).await.unwrap_err());
        assert!(text.contains("looks different now, and not as it should afterwards"), "{text}");
        run::resolve(&mut database.session, &files.all()[0], false, WAIT).await.unwrap();
        assert_eq!(ids(&database.up(&files).await.unwrap()), [ONE]);
        database.remove().await;
    });
}
