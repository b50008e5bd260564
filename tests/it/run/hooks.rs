//! Hooks: when they run, what they are told, and what their failure means.

use sea_gen::dialect::Product;
use sea_gen_runner::ErrorKind;
use sea_gen_runner::hook::{Hook, in_order, of_environment};
use sea_gen_runner::run::{self, Course, Outcome, Target};
use sea_gen_runner::sql_file::SqlFile;

use super::support::{Database, Files, Log, WAIT, said};
use super::{ONE, TWO, ids, on_each};

on_each![
    every_moment_is_told,
    a_failed_hook_before_up_runs_nothing,
    a_failed_hook_after_a_revert_says_what_was_reverted,
    a_failed_hook_after_each_says_where_the_migration_stands,
    a_transaction_in_a_file_is_refused_before_anything_runs,
    a_failure_is_told_and_stays_the_error,
];

/// What a hook may read, as SQL.
fn told(product: Product, name: &str) -> String {
    match product {
        Product::Postgres => format!("current_setting('gen.{name}')"),
        Product::MySql | Product::MariaDb => format!("@gen_{name}"),
        Product::Sqlite => format!("(SELECT {name} FROM temp.gen_hook)"),
    }
}

fn noting(product: Product) -> String {
    let [event, migration, direction, environment] =
        ["event", "migration", "direction", "environment"].map(|name| told(product, name));
    format!(
        "INSERT INTO noted (event, migration, direction, environment) SELECT {event}, {migration}, {direction}, {environment};"
    )
}

fn hooks(product: Product, files: &[(&str, String)]) -> Vec<Hook> {
    let parse = |(name, text): &(&str, String)| Hook::parse(&format!("hooks/{name}"), product, text).unwrap();
    let mut hooks: Vec<Hook> = files.iter().filter_map(parse).collect();
    in_order(&mut hooks);
    of_environment(hooks, Some("production"))
}

/// A database with the table that hooks write to.
async fn noted(database: &mut Database) {
    let number = match database.session.product() {
        Product::Postgres => "serial",
        Product::MySql | Product::MariaDb => "integer AUTO_INCREMENT",
        Product::Sqlite => "integer",
    };
    let text = "varchar(500)";
    let create = format!(
        "CREATE TABLE noted (id {number} PRIMARY KEY, event {text}, migration {text}, direction {text}, environment {text})"
    );
    database.session.execute(&create).await.unwrap();
}

async fn notes(database: &mut Database) -> Vec<String> {
    let rows = database.query("SELECT event, migration, direction FROM noted ORDER BY id").await;
    rows.iter().map(|row| format!("{} {} {}", row.text(0), row.text(1), row.text(2))).collect()
}

async fn go(
    database: &mut Database,
    files: &Files,
    (repeatables, hooks): (&[SqlFile], &[Hook]),
    course: Course<'_>,
    log: &Log,
) -> sea_gen_runner::Result<Vec<Outcome>> {
    let migrations = files.all();
    let files = run::Files { migrations: &migrations, repeatables, hooks, environment: "production" };
    run::go(&mut database.session, files, course, WAIT, &mut log.watch()).await
}

const ALL: Course<'static> = Course::Up(&Target::All);

async fn every_moment_is_told(mut database: Database, product: Product) {
    noted(&mut database).await;
    let files = Files::new(product).with(ONE, &["CREATE TABLE one (id integer)"], &["DROP TABLE one"]).with(
        TWO,
        &["CREATE TABLE two (id integer)"],
        &["DROP TABLE two"],
    );
    let other = if product == Product::Postgres { "mysql" } else { "postgres" };
    let of_other = format!("before_up.{other}.sql");
    let named: Vec<(&str, String)> = [
        "before_up.sql",
        "before_up.production.sql",
        "before_up.staging.sql",
        &of_other,
        "before_each.sql",
        "after_each.sql",
        "after_up.sql",
        "before_down.sql",
        "after_down.sql",
        "on_failure.sql",
    ]
    .into_iter()
    .map(|name| (name, noting(product)))
    .collect();
    let hooks = hooks(product, &named);
    let repeatable = [SqlFile::parse("repeatable/r.sql", product, "INSERT INTO one VALUES (1);").unwrap()];
    let ran = go(&mut database, &files, (&repeatable, &hooks), ALL, &Log::default()).await.unwrap();
    assert_eq!(ids(&ran), [ONE, TWO, "repeatable/r.sql"]);
    let up = [
        "before_up  up".to_owned(),
        "before_up  up".to_owned(),
        format!("before_each {ONE} up"),
        format!("after_each {ONE} up"),
        format!("before_each {TWO} up"),
        format!("after_each {TWO} up"),
        "after_up  up".to_owned(),
    ];
    assert_eq!(notes(&mut database).await, up);
    let of_production = "SELECT count(*) FROM noted WHERE environment = 'production'";
    assert_eq!(database.value(of_production).await, up.len().to_string());
    // Nothing to do, no hook.
    assert!(go(&mut database, &files, (&repeatable, &hooks), ALL, &Log::default()).await.unwrap().is_empty());
    assert_eq!(notes(&mut database).await.len(), up.len());
    let down = Course::Down(&Target::Count(1));
    go(&mut database, &files, (&repeatable, &hooks), down, &Log::default()).await.unwrap();
    let last = [
        "before_down  down".to_owned(),
        format!("before_each {TWO} down"),
        format!("after_each {TWO} down"),
        "after_down  down".to_owned(),
    ];
    assert_eq!(notes(&mut database).await[up.len()..], last);
    database.remove().await;
}

async fn a_failed_hook_before_up_runs_nothing(mut database: Database, product: Product) {
    let files = Files::three(product);
    let hooks = hooks(product, &[("before_up.sql", "SELECT 1;\nSELECT * FROM nothing;".to_owned())]);
    let error = go(&mut database, &files, (&[], &hooks), ALL, &Log::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "the hook `hooks/before_up.sql` failed; nothing was run");
    let text = said(&error);
    assert!(text.contains("at statement 2 of 2, `SELECT * FROM nothing`"), "{text}");
    assert!(text.contains("hint: correct the file, seal it with `gen lock`, then `gen up` again"), "{text}");
    assert!(database.tables().await.is_empty() && database.history().await.is_empty());
    assert_eq!(go(&mut database, &files, (&[], &[]), ALL, &Log::default()).await.unwrap().len(), 3);
    database.remove().await;
}

async fn a_failed_hook_after_a_revert_says_what_was_reverted(mut database: Database, product: Product) {
    let files = Files::three(product);
    go(&mut database, &files, (&[], &[]), ALL, &Log::default()).await.unwrap();
    let hooks = hooks(product, &[("before_up.sql", "SELECT * FROM nothing;".to_owned())]);
    let error = go(&mut database, &files, (&[], &hooks), Course::Redo(1), &Log::default()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the hook `hooks/before_up.sql` failed; what was reverted before it stays so, and nothing was applied"
    );
    assert_eq!(database.history().await.len(), 2);
    database.remove().await;
}

async fn a_transaction_in_a_file_is_refused_before_anything_runs(mut database: Database, product: Product) {
    let files = Files::three(product);
    let last = hooks(product, &[("after_up.sql", "SELECT 1;\nCOMMIT;".to_owned())]);
    let repeatable = [SqlFile::parse("repeatable/r.sql", product, "BEGIN;\nSELECT 1;\nCOMMIT;").unwrap()];
    let cases: [(&[SqlFile], &[Hook]); 2] = [(&[], &last), (&repeatable, &[])];
    // There every statement is a transaction of its own.
    if !matches!(product, Product::MySql | Product::MariaDb) {
        for (repeatable, hooks) in cases {
            let error = go(&mut database, &files, (repeatable, hooks), ALL, &Log::default()).await.unwrap_err();
            assert_eq!(error.kind(), &ErrorKind::Refused);
            assert!(error.to_string().ends_with("transactions are the runner's; nothing was run"), "{error}");
            assert!(database.tables().await.is_empty());
        }
    }
    database.remove().await;
}

async fn a_failed_hook_after_each_says_where_the_migration_stands(mut database: Database, product: Product) {
    let files = Files::three(product);
    let hooks = hooks(product, &[("after_each.sql", "INSERT INTO two VALUES (1);".to_owned())]);
    let error = go(&mut database, &files, (&[], &hooks), ALL, &Log::default()).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(
        text,
        format!("the hook `hooks/after_each.sql` failed; `{ONE}` is applied and stays so, nothing was run after it")
    );
    let text = said(&error);
    assert!(text.contains("do by hand what it was to do") && !text.contains("again: "), "{text}");
    assert_eq!(database.tables().await, ["one"]);
    assert_eq!(database.history().await.len(), 1);
    assert_eq!(go(&mut database, &files, (&[], &[]), ALL, &Log::default()).await.unwrap().len(), 2);
    database.remove().await;
}

async fn a_failure_is_told_and_stays_the_error(mut database: Database, product: Product) {
    noted(&mut database).await;
    let files =
        Files::new(product).with(ONE, &["CREATE TABLE one (id integer)", "INSERT INTO nothing VALUES (1)"], &[]);
    let error = told(product, "error");
    let text = format!("{} UPDATE noted SET environment = {error};", noting(product));
    let writes = hooks(product, &[("on_failure.sql", text)]);
    let failed = go(&mut database, &files, (&[], &writes), ALL, &Log::default()).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Failed { id: ONE.to_owned(), statement: Some(2) });
    assert_eq!(notes(&mut database).await, [format!("on_failure {ONE} ")]);
    let noted = database.value("SELECT environment FROM noted").await;
    assert!(noted.starts_with(&format!("migration `{ONE}` failed at statement 2 of 2")), "{noted}");
    assert!(noted.contains("nothing"), "the reason is told too: {noted}");
    // Its own failure is a note.
    let (wrong, log) = (hooks(product, &[("on_failure.sql", "SELECT * FROM nowhere;".to_owned())]), Log::default());
    let again = go(&mut database, &files, (&[], &wrong), ALL, &log).await.unwrap_err();
    assert_eq!(again.kind(), failed.kind());
    let lines = log.lines();
    assert!(lines.iter().any(|line| line.starts_with("note: the hook `hooks/on_failure.sql` failed")), "{lines:?}");
    database.remove().await;
}
