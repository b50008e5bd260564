//! Foreign keys on SQLite, which a migration runs without.

use sea_gen::dialect::Product;

use super::support::{Database, Files, block, said};
use super::{ONE, THREE, TWO};

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
#[apply(test)]
fn children_survive_the_rebuild_of_their_parent() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await;
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
#[apply(test)]
fn a_new_violation_is_rolled_back_and_an_old_one_is_not() {
    block(async {
        let mut database = Database::create(Product::Sqlite, "").await;
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
