//! Repeatable files: when they run, in which order, what is recorded, and what happens when one fails.

use sea_gen::dialect::Product;
use sea_gen_runner::run::{self, Course, Outcome, Progress, Reason, Target};
use sea_gen_runner::sql_file::SqlFile;
use sea_gen_runner::{ErrorKind, Migrations, Readiness, Runner};

use super::support::{Database, Files, Log, WAIT, said};
use super::{ONE, TWO, ids, on_each};

on_each![
    what_changed_runs_again_in_the_order_of_its_needs,
    what_is_missing_is_made_again,
    a_failed_file_is_run_again_and_those_before_it_are_not,
    a_run_that_is_cut_between_two_files_goes_on,
    files_wait_for_pending_migrations,
    a_migration_changes_what_a_view_reads,
    a_removed_file_leaves_what_it_made,
    an_application_runs_its_files,
];

const BOOK: &[&str] = &["CREATE TABLE book (id integer PRIMARY KEY, title varchar(50), pages integer)"];

fn view(product: Product, name: &str, query: &str) -> String {
    match product {
        Product::Sqlite => format!("DROP VIEW IF EXISTS {name}; CREATE VIEW {name} AS {query};"),
        _ => format!("CREATE OR REPLACE VIEW {name} AS {query};"),
    }
}

fn file(product: Product, name: &str, text: &str) -> SqlFile {
    SqlFile::parse(&format!("repeatable/{name}"), product, text).expect("a file")
}

async fn go(
    database: &mut Database,
    files: &Files,
    repeatables: &[SqlFile],
    course: Course<'_>,
) -> sea_gen_runner::Result<Vec<Outcome>> {
    let migrations = files.all();
    let files = run::Files { migrations: &migrations, repeatables, ..run::Files::default() };
    run::go(&mut database.session, files, course, WAIT, &mut |_| ()).await
}

async fn up(database: &mut Database, files: &Files, repeatables: &[SqlFile]) -> Vec<String> {
    let outcomes = go(database, files, repeatables, Course::Up(&Target::All)).await;
    outcomes.unwrap_or_else(|error| panic!("{}", said(&error))).into_iter().map(|outcome| outcome.id).collect()
}

async fn due(database: &mut Database, repeatables: &[SqlFile]) -> Vec<(String, Reason)> {
    let found = run::repeatables(&mut database.session, repeatables).await.unwrap();
    found.due.into_iter().map(|due| (due.path, due.reason)).collect()
}

async fn what_changed_runs_again_in_the_order_of_its_needs(mut database: Database, product: Product) {
    let files = Files::new(product).with(ONE, BOOK, &["DROP TABLE book"]);
    let long = view(product, "long_book", "SELECT id, title FROM book WHERE pages > 500");
    let titles = view(product, "a_title", "SELECT title FROM long_book");
    let both = [file(product, "a.sql", &titles), file(product, "z.sql", &long)];
    let ran = up(&mut database, &files, &both).await;
    assert_eq!(ran, [ONE, "repeatable/z.sql", "repeatable/a.sql"]);
    assert_eq!(database.value("SELECT count(*) FROM a_title").await, "0");
    assert!(up(&mut database, &files, &both).await.is_empty(), "the second run finds nothing");
    assert_eq!(ids_of(&mut database).await, [ONE], "the rows of files are none of migrations");

    // Comments and line endings are no change.
    let commented = format!("-- why\r\n{}\r\n", titles.replace(" AS ", " AS\r\n"));
    let same = [file(product, "a.sql", &commented), both[1].clone()];
    assert!(up(&mut database, &files, &same).await.is_empty());

    let shorter = view(product, "long_book", "SELECT id, title FROM book WHERE pages > 300");
    let changed = [both[0].clone(), file(product, "z.sql", &shorter)];
    assert_eq!(due(&mut database, &changed).await, [("repeatable/z.sql".to_owned(), Reason::Changed)]);
    let ran = up(&mut database, &files, &changed).await;
    // What is dropped and made anew, others that name it have to follow.
    match product {
        Product::Sqlite => assert_eq!(ran, ["repeatable/z.sql", "repeatable/a.sql"]),
        _ => assert_eq!(ran, ["repeatable/z.sql"]),
    }
    let records = run::repeatables(&mut database.session, &changed).await.unwrap().records;
    assert_eq!(
        records.iter().map(|it| (it.path.as_str(), it.is_done())).collect::<Vec<_>>(),
        [("repeatable/a.sql", true), ("repeatable/z.sql", true)]
    );
    assert_eq!(records[1].checksum, changed[1].checksum);
    assert!(records[1].applied_at.ends_with('Z'));
    database.remove().await;
}

async fn ids_of(database: &mut Database) -> Vec<String> {
    database.history().await.into_iter().map(|record| record.id).collect()
}

async fn what_is_missing_is_made_again(mut database: Database, product: Product) {
    let files = Files::new(product).with(ONE, BOOK, &[]);
    let both = [
        file(product, "v.sql", &view(product, "v", "SELECT id FROM book")),
        file(product, "w.sql", &view(product, "w", "SELECT id FROM v")),
    ];
    up(&mut database, &files, &both).await;
    database.session.execute("DROP VIEW w").await.unwrap();
    database.session.execute("DROP VIEW v").await.unwrap();
    let reasons: Vec<String> = due(&mut database, &both).await.iter().map(|(_, reason)| reason.to_string()).collect();
    assert_eq!(reasons, ["view v does not exist", "view w does not exist"]);
    assert_eq!(up(&mut database, &files, &both).await, ["repeatable/v.sql", "repeatable/w.sql"]);
    assert_eq!(database.value("SELECT count(*) FROM w").await, "0");
    database.remove().await;
}

async fn a_failed_file_is_run_again_and_those_before_it_are_not(mut database: Database, product: Product) {
    let files = Files::new(product).with(ONE, BOOK, &[]);
    let insert = "INSERT INTO book (id) SELECT count(*) FROM book;";
    let wrong = file(product, "b.sql", &format!("{insert} INSERT INTO nothing VALUES (1);"));
    let both = [file(product, "a.sql", &view(product, "v", "SELECT id FROM book")), wrong];
    let error = go(&mut database, &files, &both, Course::Up(&Target::All)).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Failed { id: "repeatable/b.sql".to_owned(), statement: Some(2) });
    let text = said(&error);
    assert!(
        text.starts_with("`repeatable/b.sql` failed at statement 2 of 2, `INSERT INTO nothing VALUES (1)`;"),
        "{text}"
    );
    assert!(text.contains("hint: correct the file, seal it with `gen lock`"), "{text}");
    assert_eq!(ids_of(&mut database).await, [ONE]);
    let reason = match product {
        // It was announced before its first statement.
        Product::MySql | Product::MariaDb => Reason::Unfinished,
        Product::Postgres | Product::Sqlite => {
            assert_eq!(database.value("SELECT count(*) FROM book").await, "0", "it was rolled back");
            Reason::New
        }
    };
    assert_eq!(due(&mut database, &both).await, [("repeatable/b.sql".to_owned(), reason)]);
    let corrected = [both[0].clone(), file(product, "b.sql", insert)];
    assert_eq!(up(&mut database, &files, &corrected).await, ["repeatable/b.sql"]);
    assert!(up(&mut database, &files, &corrected).await.is_empty());
    database.remove().await;
}

/// The payload of a panic that ends a run.
struct Cut;

/// The runner stops after the first file, as a killed one does: its future is dropped.
async fn a_run_that_is_cut_between_two_files_goes_on(mut database: Database, product: Product) {
    let files = Files::new(product).with(ONE, BOOK, &[]);
    let both = [
        file(product, "a.sql", "INSERT INTO book (id) VALUES (1);"),
        file(product, "b.sql", "INSERT INTO book (id) VALUES (2);"),
    ];
    {
        let migrations = files.all();
        let mut session = database.another().await;
        let mut watch = |progress: Progress<'_>| {
            if matches!(progress, Progress::Started { id: "repeatable/b.sql", .. }) {
                std::panic::resume_unwind(Box::new(Cut));
            }
        };
        let files = run::Files { migrations: &migrations, repeatables: &both, ..run::Files::default() };
        let course = Course::Up(&Target::All);
        let mut run = Box::pin(run::go(&mut session, files, course, WAIT, &mut watch));
        let cut = std::future::poll_fn(|context| {
            let polled = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.as_mut().poll(context)));
            match polled {
                Ok(std::task::Poll::Pending) => std::task::Poll::Pending,
                Ok(std::task::Poll::Ready(result)) => panic!("{result:?}"),
                Err(payload) if payload.is::<Cut>() => std::task::Poll::Ready(()),
                Err(payload) => std::panic::resume_unwind(payload),
            }
        });
        cut.await;
        drop(run);
        drop(session);
    }
    assert_eq!(up(&mut database, &files, &both).await, ["repeatable/b.sql"]);
    assert_eq!(database.value("SELECT count(*) FROM book").await, "2");
    database.remove().await;
}

async fn files_wait_for_pending_migrations(mut database: Database, product: Product) {
    let files = Files::new(product).with(ONE, BOOK, &["DROP TABLE book"]).with(
        TWO,
        &["ALTER TABLE book ADD COLUMN note integer"],
        &["ALTER TABLE book DROP COLUMN note"],
    );
    let one = [file(product, "v.sql", &view(product, "v", "SELECT note FROM book"))];
    let ran = go(&mut database, &files, &one, Course::Up(&Target::Count(1))).await.unwrap();
    assert_eq!(ids(&ran), [ONE]);
    assert_eq!(up(&mut database, &files, &one).await, [TWO, "repeatable/v.sql"]);
    // The view makes way, and going down runs nothing that is written for the newest schema.
    let (log, migrations) = (Log::default(), files.all());
    let all = run::Files { migrations: &migrations, repeatables: &one, ..run::Files::default() };
    let course = Course::Down(&Target::Count(1));
    let ran = run::go(&mut database.session, all, course, WAIT, &mut log.watch()).await.unwrap();
    assert_eq!(ids(&ran), [TWO]);
    let told = "note: view v does not exist now; the next `gen up` makes it again from `repeatable/v.sql`";
    let stays = matches!(product, Product::MySql | Product::MariaDb);
    assert_eq!(log.lines().iter().any(|line| line == told), !stays, "{:?}", log.lines());
    let ran = up(&mut database, &files, &one).await;
    match product {
        Product::MySql | Product::MariaDb => assert_eq!(ran, [TWO]),
        Product::Postgres | Product::Sqlite => assert_eq!(ran, [TWO, "repeatable/v.sql"]),
    }
    assert_eq!(database.value("SELECT count(*) FROM v").await, "0");
    database.remove().await;
}

/// PostgreSQL refuses to retype or drop a column that a view reads, and SQLite to replace a table that one names.
async fn a_migration_changes_what_a_view_reads(mut database: Database, product: Product) {
    let before = Files::new(product).with(ONE, BOOK, &[]);
    let reader = |name: &str, of: &str| view(product, name, &format!("SELECT id, pages FROM {of}"));
    let trigger = match product {
        Product::Sqlite => {
            "DROP TRIGGER IF EXISTS counted; CREATE TRIGGER counted AFTER INSERT ON book BEGIN UPDATE book SET pages = 0 WHERE pages IS NULL; END;"
        }
        _ => "SELECT 1;",
    };
    let three = [
        file(product, "v.sql", &reader("v", "book")),
        file(product, "w.sql", &reader("w", "v")),
        file(product, "x.sql", trigger),
    ];
    up(&mut database, &before, &three).await;
    database.session.execute("INSERT INTO book (id, title) VALUES (1, 'x')").await.unwrap();
    let (retype, drop): (&[&str], &str) = match product {
        Product::Postgres => {
            (&["ALTER TABLE book ALTER COLUMN pages TYPE bigint"], "ALTER TABLE book DROP COLUMN title")
        }
        Product::MySql | Product::MariaDb => {
            (&["ALTER TABLE book MODIFY COLUMN pages bigint"], "ALTER TABLE book DROP COLUMN title")
        }
        Product::Sqlite => (
            &[
                "CREATE TABLE other (id integer PRIMARY KEY, title varchar(50), pages bigint)",
                "INSERT INTO other SELECT id, title, pages FROM book",
                "DROP TABLE book",
                "ALTER TABLE other RENAME TO book",
            ],
            "ALTER TABLE book DROP COLUMN title",
        ),
    };
    let after = before.with(TWO, &[retype, &[drop]].concat(), &[]);
    let ran = up(&mut database, &after, &three).await;
    match product {
        Product::Postgres => assert_eq!(ran, [TWO, "repeatable/v.sql", "repeatable/w.sql"]),
        Product::Sqlite => assert_eq!(ran, [TWO, "repeatable/v.sql", "repeatable/w.sql", "repeatable/x.sql"]),
        Product::MySql | Product::MariaDb => assert_eq!(ran, [TWO]),
    }
    assert_eq!(database.value("SELECT count(*) FROM w").await, "1");
    if product == Product::Sqlite {
        database.session.execute("INSERT INTO book (id) VALUES (2)").await.unwrap();
        assert_eq!(database.value("SELECT pages FROM w WHERE id = 2").await, "0", "the trigger is there again");
    }
    database.remove().await;
}

async fn a_removed_file_leaves_what_it_made(mut database: Database, product: Product) {
    let files = Files::new(product).with(ONE, BOOK, &[]);
    let one = [file(product, "v.sql", &view(product, "v", "SELECT id FROM book")), file(product, "x.sql", "SELECT 1;")];
    up(&mut database, &files, &one).await;
    assert!(up(&mut database, &files, &one[1..]).await.is_empty());
    let found = run::repeatables(&mut database.session, &one[1..]).await.unwrap();
    let gone: Vec<String> = found.gone(&one[1..]).map(|it| format!("{}: {}", it.path, it.made[0])).collect();
    assert_eq!(gone, ["repeatable/v.sql: view v"]);
    assert_eq!(database.value("SELECT count(*) FROM v").await, "0", "nothing is dropped");
    // Once it is gone, so is its row.
    database.session.execute("DROP VIEW v").await.unwrap();
    let changed = [file(product, "x.sql", "SELECT 2;")];
    up(&mut database, &files, &changed).await;
    let left = run::repeatables(&mut database.session, &changed).await.unwrap().records;
    assert_eq!(left.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["repeatable/x.sql"]);
    // The log tells every run of a file, and nobody has to tell that its row is gone.
    let (lines, history) = (run::log(&mut database.session).await.unwrap(), database.history().await);
    assert!(lines.iter().any(|line| line.id == "repeatable/v.sql"), "{lines:?}");
    let flaws = run::flaws(&lines, &history, None);
    assert!(flaws.is_empty(), "{flaws:?}");
    database.remove().await;
}

/// The files that `gen lock` seals are those of the program.
async fn an_application_runs_its_files(database: Database, product: Product) {
    let folder = tempfile::tempdir().unwrap();
    let (migrations, lock) = (folder.path().join("migrations"), folder.path().join("schema.lock.json"));
    std::fs::create_dir_all(migrations.join("repeatable")).unwrap();
    let create = format!("-- UP\n{};\n-- DOWN\nDROP TABLE book;\n", BOOK[0]);
    std::fs::write(migrations.join(format!("{ONE}.sql")), &create).unwrap();
    let text = view(product, "v", "SELECT id FROM book");
    std::fs::write(migrations.join("repeatable/v.sql"), &text).unwrap();
    let sealed = sea_gen_runner::migration::parse(ONE.parse().unwrap(), product, &create).unwrap();
    let mut written = sea_gen_runner::lock_file::Lock::new(&[product], "0");
    let line = sea_gen_runner::lock_file::LockedMigration {
        id: ONE.parse().unwrap(),
        checksum: sealed.checksum(),
        from: None,
        to: None,
        replaces: Vec::new(),
        proof: None,
        refuted: false,
    };
    written.append(product, line, "0".to_owned());
    std::fs::write(&lock, written.text()).unwrap();
    let error = Migrations::read(&migrations, &lock).unwrap_err();
    assert!(said(&error).contains("repeatable/v.sql` is not in"), "{}", said(&error));
    let checksum = file(product, "v.sql", &text).checksum;
    let beside = sea_gen_runner::lock_file::LockedFile { file: "repeatable/v.sql".to_owned(), checksum };
    written.reseal_sql_files(product, vec![beside]);
    std::fs::write(&lock, written.text()).unwrap();
    let migrations = Migrations::read(&migrations, &lock).unwrap();

    let mut runner = Runner::connect(database.url.as_str(), &migrations).await.unwrap();
    assert_eq!(runner.status().await.unwrap().repeatable, ["repeatable/v.sql"]);
    let report = runner.up(&Target::All).await.unwrap();
    assert_eq!(ids(&report.outcomes), [ONE, "repeatable/v.sql"]);
    runner.ensure_current().await.unwrap();
    assert!(runner.up(&Target::All).await.unwrap().outcomes.is_empty());
    runner.close().await;
    let mut session = database.another().await;
    session.execute("DROP VIEW v").await.unwrap();
    session.close().await;
    let mut runner = Runner::connect(database.url.as_str(), &migrations).await.unwrap();
    let error = runner.ensure_current().await.unwrap_err();
    assert_eq!(error.to_string(), "`repeatable/v.sql` has to be run again");
    let behind = Readiness::Behind { pending: vec!["repeatable/v.sql".to_owned()] };
    assert_eq!(runner.readiness().await.unwrap(), behind);
    runner.up(&Target::All).await.unwrap();
    assert_eq!(runner.readiness().await.unwrap(), Readiness::Ready);
    runner.close().await;
    database.remove().await;
}
