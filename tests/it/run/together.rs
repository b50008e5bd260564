//! Squashes, migrations that wait for the former version of a program to go, repeatable files and hooks in one run.

use sea_gen::dialect::Product;
use sea_gen_runner::hook::Hook;
use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::run::{self, Course, OnAhead, Outcome, Target};
use sea_gen_runner::sql_file::SqlFile;
use sea_gen_runner::{Migrations, Readiness};

use super::support::{Database, Files, WAIT, said};
use super::{ids, on_each};

on_each![
    what_waits_runs_behind_a_squashed_first_half,
    files_run_while_a_migration_waits,
    files_run_behind_a_squash_that_is_completed,
    an_older_program_leaves_the_files_of_a_newer_one,
    a_squash_that_is_only_recorded_runs_no_hook,
    a_squash_whose_files_are_gone_is_missing,
];

const FIRST: &str = "20260101_000000_first";
const EXPAND: &str = "20260102_000000_expand";
const ALL: &str = "20260102_000001_all";
const AGAIN: &str = "20260102_000002_again";
const CONTRACT: &str = "20260103_000000_contract";

const UP: &Target = &Target::All;

type File = (Migration, String);

fn file(product: Product, id: &str, text: &str) -> File {
    let migration = migration::parse(id.parse().unwrap(), product, text).unwrap();
    let checksum = migration.checksum();
    (migration, checksum)
}

fn first(product: Product) -> File {
    let up = "CREATE TABLE club (id integer NOT NULL PRIMARY KEY, former integer)";
    file(product, FIRST, &format!("-- UP\n{up};\n-- DOWN\nDROP TABLE club;\n"))
}

fn expand(product: Product) -> File {
    let text = "-- UP\nALTER TABLE club ADD COLUMN later integer;\n-- DOWN\nALTER TABLE club DROP COLUMN later;\n";
    file(product, EXPAND, text)
}

fn contract(product: Product) -> File {
    let text = "-- UP\nALTER TABLE club DROP COLUMN former;\n-- DOWN\nALTER TABLE club ADD COLUMN former integer;\n";
    file(product, CONTRACT, &format!("-- contract of {EXPAND}\n{text}"))
}

fn squash_text(of: &[&File]) -> String {
    let lines: String = of.iter().map(|(it, checksum)| format!("-- replaces {} {checksum}\n", it.id)).collect();
    let create = "CREATE TABLE club (id integer NOT NULL PRIMARY KEY, former integer, later integer)";
    format!("{lines}\n-- UP\n{create};\n-- DOWN\nDROP TABLE club;\n")
}

fn squash(product: Product, id: &str, of: &[&File]) -> File {
    file(product, id, &squash_text(of))
}

fn files(product: Product, migrations: impl IntoIterator<Item = File>) -> Files {
    Files { product, migrations: migrations.into_iter().collect() }
}

fn view(product: Product, number: u32) -> SqlFile {
    let query = format!("SELECT id, {number} AS n FROM club");
    let text = match product {
        Product::Sqlite => format!("DROP VIEW IF EXISTS v; CREATE VIEW v AS {query};"),
        Product::Postgres | Product::MySql | Product::MariaDb => format!("CREATE OR REPLACE VIEW v AS {query};"),
    };
    SqlFile::parse("repeatable/v.sql", product, &text).unwrap()
}

async fn go(
    database: &mut Database,
    files: &Files,
    (repeatables, hooks): (&[SqlFile], &[Hook]),
    course: Course<'_>,
) -> Vec<Outcome> {
    let migrations = files.all();
    let files = run::Files { migrations: &migrations, repeatables, hooks, environment: "" };
    let outcomes = run::go(&mut database.session, files, course, WAIT, &mut |_| ()).await;
    outcomes.unwrap_or_else(|error| panic!("{}", said(&error)))
}

async fn what_waits_runs_behind_a_squashed_first_half(mut database: Database, product: Product) {
    let (one, two) = (first(product), expand(product));
    go(&mut database, &files(product, [one.clone(), two.clone()]), (&[], &[]), Course::Up(UP)).await;
    let all = squash(product, ALL, &[&one, &two]);
    // Squashed once more: the name of the first half is in no header of a file that counts.
    let again = squash(product, AGAIN, &[&all]);
    let whole = files(product, [one, two, all, again, contract(product)]);
    let ran = go(&mut database, &whole, (&[], &[]), Course::Up(UP)).await;
    assert_eq!(ids(&ran), [ALL, AGAIN]);
    assert!(go(&mut database, &whole, (&[], &[]), Course::Up(UP)).await.is_empty(), "it waits");
    let ran = go(&mut database, &whole, (&[], &[]), Course::UpContracting(UP)).await;
    assert_eq!(ids(&ran), [CONTRACT]);
    database.remove().await;
}

async fn files_run_while_a_migration_waits(mut database: Database, product: Product) {
    let whole = files(product, [first(product), expand(product), contract(product)]);
    go(&mut database, &whole, (&[], &[]), Course::Up(&Target::Count(1))).await;
    let ran = go(&mut database, &whole, (&[view(product, 1)], &[]), Course::Up(UP)).await;
    assert_eq!(ids(&ran), [EXPAND, "repeatable/v.sql"]);
    let ran = go(&mut database, &whole, (&[view(product, 2)], &[]), Course::Up(UP)).await;
    assert_eq!(ids(&ran), ["repeatable/v.sql"]);
    database.remove().await;
}

async fn files_run_behind_a_squash_that_is_completed(mut database: Database, product: Product) {
    let (one, two) = (first(product), expand(product));
    go(&mut database, &files(product, [one.clone()]), (&[], &[]), Course::Up(UP)).await;
    let all = squash(product, ALL, &[&one, &two]);
    let whole = files(product, [one, two, all]);
    let ran = go(&mut database, &whole, (&[view(product, 1)], &[]), Course::Up(UP)).await;
    assert_eq!(ids(&ran), [EXPAND, ALL, "repeatable/v.sql"]);
    database.remove().await;
}

async fn an_older_program_leaves_the_files_of_a_newer_one(mut database: Database, product: Product) {
    let newer = files(product, [first(product), expand(product)]);
    go(&mut database, &newer, (&[view(product, 2)], &[]), Course::Up(UP)).await;
    database.session.execute("INSERT INTO club (id) VALUES (1)").await.unwrap();
    let (older, course) = (files(product, [first(product)]), Course::UpOnAhead(UP, OnAhead::Ignore));
    assert!(go(&mut database, &older, (&[view(product, 1)], &[]), course).await.is_empty());
    assert_eq!(database.value("SELECT n FROM v").await, "2");
    database.remove().await;
}

async fn a_squash_that_is_only_recorded_runs_no_hook(mut database: Database, product: Product) {
    let (one, two) = (first(product), expand(product));
    go(&mut database, &files(product, [one.clone(), two.clone()]), (&[], &[]), Course::Up(UP)).await;
    let whole = files(product, [one.clone(), two.clone(), squash(product, ALL, &[&one, &two])]);
    let text = "INSERT INTO club (id) VALUES (1);";
    let after: Vec<Hook> = Hook::parse("hooks/after_up.sql", product, text).unwrap().into_iter().collect();
    assert_eq!(ids(&go(&mut database, &whole, (&[], &after), Course::Up(UP)).await), [ALL]);
    assert_eq!(database.value("SELECT count(*) FROM club").await, "0");
    database.remove().await;
}

async fn a_squash_whose_files_are_gone_is_missing(mut database: Database, product: Product) {
    let (one, two) = (first(product), expand(product));
    go(&mut database, &files(product, [one.clone()]), (&[], &[]), Course::Up(UP)).await;
    let text = squash_text(&[&one, &two]);
    let migrations = Migrations::parse(product, [(ALL, text.as_str())]).unwrap();
    let found = migrations.readiness(database.url.as_str()).await.unwrap();
    assert_eq!(found, Readiness::Missing { id: FIRST.to_owned() });
    database.remove().await;
}
