//! What stops a run before anything runs.

use sea_gen::dialect::Product;
use sea_gen_runner::run::Target;

use super::support::{Database, Files, block, said};
use super::{ONE, THREE, TWO, ids, on_each};

on_each![
    a_changed_file_stops,
    a_missing_file_stops,
    an_older_file_stops,
    a_migration_without_a_way_back_stops_before_anything_runs,
    the_wrong_dialect_stops,
];

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
    let error = database.up(&files).await.unwrap_err();
    assert!(error.to_string().contains(&format!("the file of migration `{TWO}` is missing")), "{}", said(&error));
    assert!(error.hints().iter().any(|hint| hint.contains("--diff-filter=D")), "{}", said(&error));
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
    assert!(error.to_string().contains(&format!("`{ONE}` cannot be reverted")), "{}", said(&error));
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

#[apply(test)]
fn transactions_are_the_runners() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await;
        let files = Files::new(Product::Sqlite).with(ONE, &["CREATE TABLE one (id integer)", "COMMIT"], &[]);
        let text = said(&database.up(&files).await.unwrap_err());
        assert!(text.contains("statement 2 of migration `20260101_000000_one` is `COMMIT`"), "{text}");
        assert!(database.tables().await.is_empty());
        database.remove().await;
    });
}
