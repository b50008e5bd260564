//! The bookshop as it is checked in: one change ahead of its last migration, and otherwise whole, on every database.
//!
//! Must not write into the repository: it works on a copy.

use std::path::Path;

use tempfile::TempDir;

use crate::support;

/// A copy of what the repository ships, without its database.
fn shop() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for part in ["entities", "migrations", "snapshots"] {
        copy(&root.join(part), &folder.path().join(part));
    }
    for file in ["Cargo.toml", "schema.lock.json"] {
        std::fs::copy(root.join(file), folder.path().join(file)).expect(file);
    }
    folder
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file");
        }
    }
}

/// Runs `gen` against one database and gives back its exit code and what it printed to stdout.
fn run(shop: &TempDir, url: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let mut all = vec!["--database-url", url];
    all.extend(arguments);
    let output = support::generate(shop.path(), &all).expect("gen runs");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the README promises, with every command a newcomer would type.
fn the_readme_holds(url: &str) {
    let shop = shop();
    let (code, up) = run(&shop, url, &["up"]);
    assert_eq!((code, up.lines().count()), (Some(0), 1), "{up}");
    let (code, ahead) = run(&shop, url, &["migration", "AddEmailIndex", "--dry-run", "--exit-code", "--json"]);
    let ahead: serde_json::Value = serde_json::from_str(&ahead).expect("JSON");
    let migrations = ahead["migrations"].as_array().expect("a list");
    assert_eq!((code, migrations.len()), (Some(2), 4));
    for migration in migrations {
        let plan = migration["plan"].as_array().expect("a list");
        assert_eq!(plan.len(), 1, "{plan:?}");
        assert_eq!(plan[0]["summary"], "+ customer: index idx-customer-email (email)");
        assert_eq!(plan[0]["source"], "entities/customer.rs:11");
    }
    let (code, _) = run(&shop, url, &["migration", "AddEmailIndex"]);
    assert_eq!(code, Some(0));
    let (code, up) = run(&shop, url, &["up"]);
    assert_eq!((code, up.lines().count()), (Some(0), 1), "{up}");
    let (code, status) = run(&shop, url, &["status"]);
    assert!(code == Some(0) && status.contains("matches the snapshot"), "{status}");
    let (code, report) = run(&shop, url, &["check"]);
    assert_eq!(code, Some(0), "{report}");
    let (code, down) = run(&shop, url, &["down", "2"]);
    assert_eq!((code, down.lines().count()), (Some(0), 2), "{down}");
    std::fs::write(shop.path().join("empty.sql"), "").expect("a file");
    let (code, drift) = run(&shop, url, &["diff", "--from", "database", "--to", "file:empty.sql", "--exit-code"]);
    assert_eq!(code, Some(0), "nothing is left: {drift}");
}

/// On a scratch database of a server.
fn on_server(product: sea_gen::schema::Product) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let scratch = runtime.block_on(support::Scratch::create(product)).expect("a scratch database");
    the_readme_holds(&scratch.url);
    runtime.block_on(scratch.remove()).expect("it goes");
}

#[apply(test)]
fn sqlite() {
    the_readme_holds("sqlite://.gen/bookshop.db");
}

#[apply(test_on_postgres)]
fn postgres() {
    on_server(sea_gen::schema::Product::Postgres);
}

#[apply(test_on_mariadb)]
fn mariadb() {
    on_server(sea_gen::schema::Product::MariaDb);
}

#[apply(test_on_mysql)]
fn mysql() {
    on_server(sea_gen::schema::Product::MySql);
}
