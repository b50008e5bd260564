//! Which migrations created and changed each table and column, from the history of all objects.
//!
//! Must not know where migrations are read from, or what shows it.

use crate::page::ChangeLog;

use super::object_history::{History, Key, Kind};

/// The migrations behind each table that is there. A table that was dropped and created again begins with its last creation.
pub(super) fn change_log(history: &History) -> ChangeLog {
    let mut log = ChangeLog::default();
    for (key, events) in &history.events {
        if !matches!(key.kind, Kind::Table | Kind::Column | Kind::Part) {
            continue;
        }
        let begin =
            history.events.get(&Key::table(&key.owner)).and_then(|events| events.iter().rfind(|it| it.is_creation()));
        let of_it = events.iter().filter(|event| begin.is_none_or(|begin| event.migration >= begin.migration));
        let migrations: Vec<String> = of_it.map(|event| event.migration.to_string()).collect();
        if key.kind == Kind::Column {
            let made = events.iter().rfind(|event| event.is_creation()).map(|event| event.migration.to_string());
            log.columns.extend(made.map(|id| ((key.owner.clone(), key.part.clone()), id)));
        }
        log.tables.entry(key.owner.clone()).or_default().extend(migrations);
    }
    log
}

#[cfg(test)]
mod tests {
    use crate::dialect::Product;

    use super::*;

    fn log_of(migrations: &[(&str, &[&str])]) -> ChangeLog {
        let mut history = History::default();
        for (id, statements) in migrations {
            let read: Vec<_> =
                statements.iter().map(|sql| crate::dialect::reading::read(Product::Sqlite, sql)).collect();
            history.follow(&id.parse().unwrap(), &read);
        }
        change_log(&history)
    }

    /// A table that SQLite makes anew keeps the migration that created it and its columns.
    #[test]
    fn the_migrations_behind_a_table_are_found_in_their_statements() {
        let [begin, more, name, anew] =
            ["20260101_000001_begin", "20260101_000002_more", "20260101_000003_name", "20260101_000004_anew"];
        let log = log_of(&[
            (begin, &["CREATE TABLE a (id integer PRIMARY KEY, n text)", "CREATE TABLE b (id integer)"]),
            (more, &["ALTER TABLE a ADD COLUMN m text", "UPDATE b SET id = 1"]),
            (name, &["ALTER TABLE a RENAME COLUMN m TO k"]),
            (
                anew,
                &[
                    "CREATE TABLE new_a (id integer PRIMARY KEY, n text NOT NULL, k text, z text)",
                    "INSERT INTO new_a (id, n, k) SELECT id, n, k FROM a",
                    "DROP TABLE a",
                    "ALTER TABLE new_a RENAME TO a",
                ],
            ),
        ]);
        assert_eq!(log.of_table("a"), [begin, more, name, anew]);
        assert_eq!(log.of_table("b"), [begin]);
        let columns = ["id", "n", "k", "z"].map(|name| log.of_column("a", name).unwrap_or_default());
        assert_eq!(columns, [begin, begin, more, anew]);
    }

    #[test]
    fn a_table_of_a_dropped_name_has_no_part_in_its_past() {
        let [begin, gone, back] = ["20260101_000001_begin", "20260101_000002_gone", "20260101_000003_back"];
        let log = log_of(&[
            (begin, &["CREATE TABLE a (id integer)"]),
            (gone, &["DROP TABLE a"]),
            (back, &["CREATE TABLE a (id integer, n text)"]),
        ]);
        assert_eq!(log.of_table("a"), [back]);
        assert_eq!(log.of_column("a", "id"), Some(back));
    }
}
