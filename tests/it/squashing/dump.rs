//! Schema and rows of a database in the words of its product: `pg_dump`, `SHOW CREATE`, `sqlite_schema`.
//!
//! Must not know how the database was made.

use std::process::Command;

use sea_gen::schema::Product;
use sea_gen_runner::session::Row;

use crate::states::project::Database;

/// The dump, without what belongs to the runner.
pub fn dump(database: &Database) -> Vec<String> {
    match database.product {
        Product::Postgres => postgres(database),
        Product::MySql | Product::MariaDb => mysql(database),
        Product::Sqlite => sqlite(database),
    }
}

fn postgres(database: &Database) -> Vec<String> {
    let arguments = ["--no-owner", "--inserts", "--column-inserts", "-T", "sea_gen_*"];
    let output = Command::new("pg_dump").args(arguments).arg(&database.url).output().expect("pg_dump");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // Newer versions print a token that differs each time.
    text.lines().filter(|line| !line.starts_with('\\')).map(str::to_owned).collect()
}

fn mysql(database: &Database) -> Vec<String> {
    let names = database.query("SHOW TABLES");
    let mut dump = Vec::new();
    for name in names.iter().map(|row| row.text(0).to_owned()).filter(|name| !name.starts_with("sea_gen_")) {
        let shown = database.query(&format!("SHOW CREATE TABLE `{name}`"));
        let text = shown.first().expect("a table").text(1).to_owned();
        // The order of columns counts, that of keys does not.
        let (mut keys, columns): (Vec<&str>, Vec<&str>) =
            text.lines().map(|line| line.trim_end_matches(',')).partition(|line| line.contains("KEY `"));
        keys.sort_unstable();
        dump.extend(columns.into_iter().chain(keys).map(str::to_owned));
        dump.extend(rows(database, &format!("SELECT * FROM `{name}` ORDER BY 1")));
    }
    dump
}

fn sqlite(database: &Database) -> Vec<String> {
    let listed = database.query(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sea_gen_%' AND name NOT LIKE 'sqlite_%' ORDER BY type, name",
    );
    let mut dump = Vec::new();
    for row in &listed {
        let text = row.get(2).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        dump.push(text.replace("( ", "(").replace(" )", ")"));
        if row.text(0) == "table" {
            dump.extend(rows(database, &format!("SELECT * FROM \"{}\" ORDER BY 1", row.text(1))));
        }
    }
    dump.extend(rows(database, "SELECT name, seq FROM sqlite_sequence WHERE name NOT LIKE 'sea_gen_%' ORDER BY name"));
    dump
}

fn rows(database: &Database, sql: &str) -> Vec<String> {
    let found = database.query(sql);
    let values = |row: Row<'_>| (0..8).map(|at| row.get(at).unwrap_or("NULL")).collect::<Vec<_>>().join("|");
    found.iter().map(values).collect()
}
