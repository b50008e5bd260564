//! Failures halfway, and statements that know no transaction.

use sea_gen::dialect::{Product, Role};
use sea_gen_runner::run::{self, Direction, State, Target};
use sea_gen_runner::{ErrorKind, Migrations, Runner};

use super::support::{Database, Files, WAIT, block, said};
use super::{ONE, TWO, ids, on_each};

on_each![
    a_failing_statement_in_the_middle,
    a_refused_first_statement_leaves_it_pending,
    rows_that_were_filled_are_told,
    portions_go_on_behind_the_last_key,
    rows_that_are_done_are_not_changed_by_a_corrected_statement,
    rows_without_a_key_are_no_portion,
    a_key_is_not_trusted_without_transactions,
    a_refused_commit_is_tried_again,
    a_failing_way_back,
    a_cut_connection_leaves_a_running_row_only_where_it_must,
    an_update_that_no_rollback_takes_back_is_not_run_twice,
];

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
            assert_eq!(records[0].status, State::Applied);
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
            assert_eq!((records[1].status, records[1].statements), (State::Failed, 2));
            let error = database.down(&files, Target::Count(1)).await.unwrap_err();
            let text = said(&error);
            assert!(text.contains("is partially applied: a statement failed, 2 of its statements are done"), "{text}");
            assert!(text.ends_with("hint: `gen up` goes on from there"), "{text}");
            // The statements that are done must stay as they are; the others may be corrected.
            let mut changed = files.clone();
            changed.migrations[1].0.up[1].sql = "INSERT INTO two VALUES (2)".to_owned();
            let error = database.up(&changed).await.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Changed, "{}", said(&error));
            let mut mended = files.clone();
            mended.migrations[1].0.up[2].sql = "INSERT INTO one VALUES (1)".to_owned();
            mended.migrations[1].1 = "checksum of the mended file".to_owned();
            assert_eq!(ids(&database.up(&mended).await.unwrap()), [TWO]);
            assert_eq!(database.value("SELECT count(*) FROM two").await, "1");
            let record = &database.history().await[1];
            assert_eq!((record.status, record.checksum.as_str()), (State::Applied, "checksum of the mended file"));
            assert!(database.up(&mended).await.unwrap().is_empty());
        }
    }
    database.remove().await;
}

async fn a_refused_first_statement_leaves_it_pending(mut database: Database, product: Product) {
    let build = match product {
        Product::Postgres => "!CREATE UNIQUE INDEX CONCURRENTLY one_id ON one (id)",
        Product::MySql | Product::MariaDb => "CREATE UNIQUE INDEX one_id ON one (id)",
        // Everything is one transaction.
        Product::Sqlite => return database.remove().await,
    };
    let drop = match product {
        Product::Postgres => "!DROP INDEX CONCURRENTLY one_di",
        _ => "DROP INDEX one_di ON one",
    };
    database.session.execute("CREATE TABLE one (id integer)").await.unwrap();
    database.session.execute("INSERT INTO one VALUES (1), (1)").await.unwrap();
    let files = Files::new(product).with(ONE, &[build, "DELETE FROM one"], &[drop, "CREATE TABLE two (id integer)"]);
    let text = said(&database.up(&files).await.unwrap_err());
    assert!(text.contains("failed at statement 1 of 2") && text.contains("it changed nothing"), "{text}");
    assert!(database.history().await.is_empty());
    database.session.execute("DELETE FROM one").await.unwrap();
    assert_eq!(ids(&database.up(&files).await.unwrap()), [ONE]);
    // The way back stumbles in the same way.
    let text = said(&database.down(&files, Target::All).await.unwrap_err());
    assert!(text.contains("it changed nothing"), "{text}");
    let records = database.history().await;
    assert_eq!((records[0].status, records[0].direction, records[0].statements), (State::Applied, Direction::Up, 2));
    let rename = match product {
        Product::Postgres => "ALTER INDEX one_id RENAME TO one_di",
        _ => "ALTER TABLE one RENAME INDEX one_id TO one_di",
    };
    database.session.execute(rename).await.unwrap();
    assert_eq!(ids(&database.down(&files, Target::All).await.unwrap()), [ONE]);
    database.remove().await;
}

/// Each batch is a transaction of its own: a later one that fails leaves those before it.
async fn rows_that_were_filled_are_told(mut database: Database, product: Product) {
    let fill = match product {
        Product::Postgres => "!UPDATE one SET a = id * 16000 WHERE id = (SELECT min(id) FROM one WHERE a IS NULL)",
        Product::MySql | Product::MariaDb => "UPDATE one SET a = id * 16000 WHERE a IS NULL ORDER BY id LIMIT 1",
        // Everything is one transaction.
        Product::Sqlite => return database.remove().await,
    };
    database.session.execute("CREATE TABLE one (id integer, a smallint)").await.unwrap();
    database.session.execute("INSERT INTO one (id) VALUES (1), (2), (3)").await.unwrap();
    let mut files = Files::new(product).with(ONE, &[fill, "DELETE FROM one"], &[]);
    files.migrations[0].0.up[0].role = Role::Batches;
    let text = said(&database.up(&files).await.unwrap_err());
    assert!(text.contains("; 2 rows are filled and stay so, it changed nothing else"), "{text}");
    assert_eq!(database.value("SELECT count(a) FROM one").await, "2");
    assert!(database.history().await.is_empty());
    database.remove().await;
}

/// A migration of one statement, sent in portions by `id`.
fn in_portions(product: Product, sql: &str) -> Files {
    let mut files = Files::new(product).with(ONE, &[&format!("!{sql}")], &[]);
    files.migrations[0].0.up[0].role = Role::BatchesBy("id".to_owned());
    files
}

/// 15,000 rows, of which one stops a later portion.
async fn with_an_obstacle(database: &mut Database, product: Product, options: &str) {
    let numbers = match product {
        Product::Postgres => "SELECT n, 0, 1 FROM generate_series(1, 15000) AS n",
        Product::MySql | Product::MariaDb => {
            "WITH RECURSIVE d AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM d WHERE n < 149) \
             SELECT a.n * 100 + b.n + 1, 0, 1 FROM d AS a, d AS b WHERE b.n < 100"
        }
        Product::Sqlite => {
            "WITH RECURSIVE d AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM d WHERE n < 15000) SELECT n, 0, 1 FROM d"
        }
    };
    let create =
        format!("CREATE TABLE one (id integer PRIMARY KEY, a integer, most integer, CHECK (a <= most)){options}");
    database.session.execute(&create).await.unwrap();
    database.session.execute(&format!("INSERT INTO one {numbers}")).await.unwrap();
    database.session.execute("UPDATE one SET most = 0 WHERE id = 12000").await.unwrap();
}

/// The number behind some words.
fn number_after(text: &str, words: &str) -> u32 {
    let digits = text.split_once(words).and_then(|(_, rest)| rest.split(' ').next());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or_else(|| panic!("`{words}` and a number in {text}"))
}

async fn rows_that_are_done_are_not_changed_by_a_corrected_statement(mut database: Database, product: Product) {
    with_an_obstacle(&mut database, product, "").await;
    database.up(&in_portions(product, "UPDATE one SET a = a + 1 WHERE id > 0")).await.unwrap_err();
    let corrected = in_portions(product, "UPDATE one SET a = a + 1 WHERE id > 0 AND most > 0");
    let text = said(&database.up(&corrected).await.unwrap_err());
    let key = number_after(&text, "its rows up to the key ");
    assert!(text.contains(" are done by its former text") && (1..12_000).contains(&key), "{text}");
    assert_eq!(database.value("SELECT sum(a) FROM one").await, key.to_string());
    let mut repeatable = in_portions(product, "UPDATE one SET a = 1 WHERE id > 0 AND most > 0");
    repeatable.migrations[0].0.up[0].repeatable = true;
    assert_eq!(ids(&database.up(&repeatable).await.unwrap()), [ONE]);
    assert_eq!(database.value("SELECT sum(a) FROM one").await, "14999");
    database.remove().await;
}

async fn rows_without_a_key_are_no_portion(mut database: Database, product: Product) {
    database.session.execute("CREATE TABLE one (id integer, a integer)").await.unwrap();
    database.session.execute("INSERT INTO one VALUES (1, 0), (NULL, 0)").await.unwrap();
    let files = in_portions(product, "UPDATE one SET a = 1 WHERE a = 0");
    let text = said(&database.up(&files).await.unwrap_err());
    assert!(text.contains("rows of the table have no key"), "{text}");
    assert_eq!(database.value("SELECT sum(a) FROM one").await, "0");
    database.session.execute("DELETE FROM one WHERE id IS NULL").await.unwrap();
    assert_eq!(ids(&database.up(&files).await.unwrap()), [ONE]);
    database.remove().await;
}

async fn a_key_is_not_trusted_without_transactions(mut database: Database, product: Product) {
    if !matches!(product, Product::MySql | Product::MariaDb) {
        return database.remove().await;
    }
    with_an_obstacle(&mut database, product, " ENGINE=MyISAM").await;
    let files = in_portions(product, "UPDATE one SET a = a + 1 WHERE id > 0");
    database.up(&files).await.unwrap_err();
    // The portion that failed has changed some rows, and nothing takes them back.
    let sum = database.value("SELECT sum(a) FROM one").await;
    assert!(sum.parse::<u32>().unwrap() > 10_000, "{sum}");
    database.session.execute("UPDATE one SET most = 1").await.unwrap();
    let text = said(&database.up(&files).await.unwrap_err());
    assert!(text.contains("its table has no transactions"), "{text}");
    assert_eq!(database.value("SELECT sum(a) FROM one").await, sum);
    database.remove().await;
}

/// A transaction that is refused at its end, because another session was preferred to it, has done nothing.
async fn a_refused_commit_is_tried_again(mut database: Database, product: Product) {
    if product != Product::Postgres {
        return database.remove().await;
    }
    for sql in [
        "CREATE TABLE one (id integer PRIMARY KEY, a integer)",
        "INSERT INTO one VALUES (1, 0)",
        // A sequence keeps its value when the transaction is rolled back.
        "CREATE SEQUENCE commits",
        "CREATE FUNCTION prefer_another() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF nextval('commits') < 3 THEN \
         RAISE EXCEPTION 'another session was preferred' USING ERRCODE = 'serialization_failure'; END IF; RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER at_the_end AFTER UPDATE ON one DEFERRABLE INITIALLY DEFERRED FOR EACH ROW \
         EXECUTE FUNCTION prefer_another()",
    ] {
        database.session.execute(sql).await.unwrap();
    }
    let change = "UPDATE one SET a = a + 1 WHERE id > 0";
    let in_groups = ["!CREATE INDEX CONCURRENTLY one_a ON one (a)", change];
    for (count, files) in [
        Files::new(product).with(ONE, &[change], &[]),
        Files::new(product).with(TWO, &in_groups, &[]),
        in_portions(product, change),
    ]
    .iter()
    .enumerate()
    {
        database.session.execute("DELETE FROM sea_gen_history").await.ok();
        database.session.execute("ALTER SEQUENCE commits RESTART").await.unwrap();
        assert_eq!(database.up(files).await.map(|outcomes| outcomes.len()).map_err(|error| said(&error)), Ok(1));
        assert_eq!(database.value("SELECT a FROM one").await, (count + 1).to_string());
        assert_eq!(database.value("SELECT last_value FROM commits").await, "3");
    }
    database.remove().await;
}

/// Each portion is a transaction with the history, so no row is changed twice, whatever the statement does.
async fn portions_go_on_behind_the_last_key(mut database: Database, product: Product) {
    let numbers = match product {
        Product::Postgres => "SELECT n FROM generate_series(1, 25000) AS n",
        Product::MySql | Product::MariaDb => {
            "WITH RECURSIVE d AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM d WHERE n < 249) \
             SELECT a.n * 100 + b.n + 1 FROM d AS a, d AS b WHERE b.n < 100"
        }
        Product::Sqlite => {
            "WITH RECURSIVE d AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM d WHERE n < 25000) SELECT n FROM d"
        }
    };
    let create =
        "CREATE TABLE one (id integer PRIMARY KEY, a integer DEFAULT 0, most integer DEFAULT 1, CHECK (a <= most))";
    database.session.execute(create).await.unwrap();
    database.session.execute(&format!("INSERT INTO one (id) {numbers}")).await.unwrap();
    database.session.execute("UPDATE one SET most = 0 WHERE id = 15000").await.unwrap();
    let mut files = Files::new(product).with(ONE, &["!UPDATE one SET a = a + 1 WHERE id > 0"], &[]);
    files.migrations[0].0.up[0].role = Role::BatchesBy("id".to_owned());
    let text = said(&database.up(&files).await.unwrap_err());
    let key = number_after(&text, "of the next one, ");
    assert!((1..15_000).contains(&key), "{text}");
    assert_eq!(database.value("SELECT sum(a) FROM one").await, key.to_string());
    assert!(database.value("SELECT journal FROM sea_gen_history").await.contains(&format!("\"key\":\"{key}\"")));
    database.session.execute("UPDATE one SET most = 1 WHERE id = 15000").await.unwrap();
    assert_eq!(ids(&database.up(&files).await.unwrap()), [ONE]);
    assert_eq!(database.value("SELECT count(*) FROM one WHERE a = 1").await, "25000");
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
            assert_eq!((records[0].status, records[0].direction), (State::Applied, Direction::Up));
        }
        Product::MySql | Product::MariaDb => {
            assert_eq!(database.tables().await, ["one"]);
            let record = &records[0];
            assert_eq!((record.status, record.direction, record.statements), (State::Failed, Direction::Down, 1));
            // Applying it again needs the way back first, which goes on where it stopped.
            let text = said(&database.up(&files).await.unwrap_err());
            assert!(text.contains(&format!("reverting migration `{ONE}` failed at statement 2 of 3")), "{text}");
            database.session.execute("CREATE TABLE nowhere (id integer)").await.unwrap();
            assert_eq!(ids(&database.up(&files).await.unwrap()), [ONE, ONE]);
            assert_eq!(database.tables().await, ["one", "uno"]);
        }
    }
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
    let text =
        said(&run::go(&mut runner, &files.all(), run::Course::Up(&Target::All), WAIT, &mut |_| ()).await.unwrap_err());
    assert!(text.contains("the connection is gone"), "{text}");
    let records = database.history().await;
    match product {
        Product::Postgres | Product::Sqlite => {
            assert!(records.is_empty() && database.tables().await.is_empty(), "{records:?}");
        }
        Product::MySql | Product::MariaDb => {
            // No catalog shows whether a connection was cut off: a person says so.
            assert_eq!((records[0].status, records[0].statements), (State::Running, 1));
            let mut mended = files.clone();
            let error = database.up(&files).await.unwrap_err();
            let text = said(&error);
            assert!(text.contains(&format!("it is not known whether `{cut}` was done")), "{text}");
            assert_eq!(error.kind(), &ErrorKind::Interrupted);
            let resolved = run::resolve(&mut database.session, &files.all()[0], false, WAIT).await;
            assert_eq!(resolved.unwrap(), (1, Direction::Up));
            mended.migrations[0].0.up[1].sql = "INSERT INTO one VALUES (1)".to_owned();
            assert_eq!(ids(&database.up(&mended).await.unwrap()), [ONE]);
            assert_eq!(database.value("SELECT count(*) FROM one").await, "1");
        }
    }
    database.remove().await;
}

/// A migration that is not one transaction: what is done stays done, and the row says how far it got.
#[apply(test)]
fn statements_outside_transactions_on_sqlite() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await;
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

/// An index without a name that could not be built is dropped, and so is one that a run left behind which was cut off.
#[apply(test_on_postgres)]
fn an_index_without_a_name_leaves_nothing_behind() {
    block(async {
        let mut database = Database::create(Product::Postgres, "unnamed").await;
        let build = "CREATE UNIQUE INDEX CONCURRENTLY ON one (id)";
        let files = Files::new(Product::Postgres).with(ONE, &[&format!("!{build}")], &[]);
        let count = "SELECT count(*) || ' ' || count(*) FILTER (WHERE indisvalid) FROM pg_index WHERE indrelid = 'one'::regclass";
        database.session.execute("CREATE TABLE one (id integer)").await.unwrap();
        database.session.execute("INSERT INTO one VALUES (1), (1)").await.unwrap();
        assert!(database.up(&files).await.is_err());
        assert_eq!(database.value(count).await, "0 0");
        assert!(database.session.execute(build).await.is_err());
        assert_eq!(database.value(count).await, "1 0");
        database.session.execute("TRUNCATE one").await.unwrap();
        database.up(&files).await.unwrap();
        assert_eq!(database.value(count).await, "1 1");
        database.remove().await;
    });
}

#[apply(test_on_postgres)]
fn an_index_built_concurrently() {
    block(async {
        let mut database = Database::create(Product::Postgres, "concurrently").await;
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
        assert_eq!(database.history().await[0].status, State::Applied);
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
        assert_eq!((records[1].status, records[1].statements), (State::Failed, 1));
        run::forget(&mut database.session, TWO, WAIT).await.unwrap();
        assert_eq!(database.down(&files, Target::All).await.unwrap().len(), 1);
        assert_eq!(database.tables().await, ["two"]);
        database.remove().await;
    });
}

/// A constraint that is deferred fails at the commit, which is no statement of the file.
#[apply(test_on_postgres)]
fn a_failing_commit() {
    block(async {
        let mut database = Database::create(Product::Postgres, "failing_commit").await;
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

/// A table of an engine without transactions keeps what an update did before the check of it failed.
async fn an_update_that_no_rollback_takes_back_is_not_run_twice(mut database: Database, product: Product) {
    if !matches!(product, Product::MySql | Product::MariaDb) {
        return;
    }
    let text = "-- UP\nUPDATE old SET n = n + 1;\n-- gen: check rows are left\nSELECT count(*) FROM old;\n-- DOWN\n";
    let migrations = Migrations::parse(product, [(ONE, text)]).unwrap();
    for (engine, second, n) in [
        ("InnoDB", ErrorKind::Failed { id: ONE.to_owned(), statement: Some(2) }, "1"),
        ("MyISAM", ErrorKind::Interrupted, "2"),
    ] {
        database.session.execute("DROP TABLE IF EXISTS old").await.unwrap();
        database.session.execute(&format!("CREATE TABLE old (n int) ENGINE={engine}")).await.unwrap();
        database.session.execute("INSERT INTO old VALUES (1)").await.unwrap();
        let mut runner = Runner::connect(database.url.as_str(), &migrations).await.unwrap();
        let first = runner.up(&Target::All).await.unwrap_err();
        assert_eq!(
            first.kind(),
            &ErrorKind::Failed { id: ONE.to_owned(), statement: Some(2) },
            "{engine}: {}",
            said(&first)
        );
        assert_eq!(runner.up(&Target::All).await.unwrap_err().kind(), &second, "{engine}");
        runner.close().await;
        assert_eq!(database.value("SELECT n FROM old").await, n, "{engine}");
    }
    database.remove().await;
}
