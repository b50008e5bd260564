//! Backups before a run, and databases made from them.
//!
//! Must not know how a database is copied.

use std::path::PathBuf;

use sea_gen::schema::Product;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(
    a_backup_brings_back_rows_and_schema,
    an_old_backup_ends_at_the_schema_of_today,
    an_environment_can_require_a_backup,
    what_is_no_backup_changes_nothing,
    what_the_project_does_not_manage_counts,
    what_repeatable_files_made_goes_and_comes_back,
);

fn backups(project: &Project, folder: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(project.path().join(folder)) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn name_of(database: &Database) -> String {
    let name = database.url.rsplit('/').next().expect("a name");
    name.trim_end_matches(".db").split('?').next().expect("a name").to_owned()
}

/// A project with rows in its database, and a pending migration.
fn with_rows(product: Product) -> Project {
    let project = Project::settled(product);
    project.database.execute("INSERT INTO person (email, age) VALUES ('ada@example.com', 36), ('it''s \\ me', NULL)");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    project
}

fn emails(project: &Project) -> Vec<String> {
    let rows = project.database.query("SELECT email FROM person ORDER BY id");
    rows.iter().map(|row| row.text(0).to_owned()).collect()
}

fn a_backup_brings_back_rows_and_schema(product: Product) {
    let project = with_rows(product);
    let before = emails(&project);
    let said = project.run(&["up", "--backup"]).with(0).mentions("it was restored into a scratch database");
    let files = backups(&project, ".gen/backups");
    assert_eq!(files.len(), 1, "{files:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&files[0]).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may read it: {mode:o}");
    }
    let name = name_of(&project.database);
    said.mentions(&format!("--replace {name} --no-up`"));
    // Nothing is pending, so there is nothing to go back from.
    project.run(&["up", "--backup"]).with(0).mentions("nothing to do").keeps_silent_on("backup");

    project.database.execute("DELETE FROM person");
    let file = files[0].display().to_string();
    project.run(&["restore", &file]).with(1).mentions("is not empty; nothing was changed").mentions("--replace");
    project.run(&["restore", &file, "--replace", "another"]).with(1).mentions("`another` was to be replaced");
    assert!(emails(&project).is_empty());
    project.run(&["restore", &file, "--replace", &name, "--no-up"]).with(0).mentions("restored");
    assert_eq!(emails(&project), before);
    project.run(&["status"]).with(0).mentions("1 migration pending");
}

fn an_old_backup_ends_at_the_schema_of_today(product: Product) {
    let project = with_rows(product);
    let before = emails(&project);
    project.run(&["up", "--backup=old"]).with(0);
    let file = backups(&project, "old").pop().expect("a backup").display().to_string();
    let empty = Database::create(product);
    let on = |arguments: &[&str]| project.run(&[arguments, &["--database-url", &empty.url]].concat());
    on(&["restore", &file]).with(0).mentions("restored").mentions("applied");
    on(&["status"]).with(0).mentions("matches the snapshot");
    let rows = empty.query("SELECT email FROM person ORDER BY id");
    assert_eq!(rows.iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>(), before);
    // The numbers go on behind those of the rows.
    empty.execute("INSERT INTO person (email) VALUES ('third')");
}

fn an_environment_can_require_a_backup(product: Product) {
    let project = with_rows(product);
    let path = project.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let text = format!("{text}\n[env.live]\ndatabase-url = {:?}\nbackup = \"required\"\n", project.database.url);
    std::fs::write(&path, text).expect("a written file");
    if product != Product::Sqlite {
        let missing = project.run_with(&["up", "--env", "live"], &[("PATH", "/nowhere")]).with(1);
        missing.mentions("is not installed").mentions("apt-get install");
        project.run(&["status"]).with(0).mentions("1 migration pending");
        assert!(backups(&project, ".gen/backups").is_empty());
    }
    project.run(&["up", "--env", "live"]).with(0).mentions("backup .gen/backups/");
    assert_eq!(backups(&project, ".gen/backups").len(), 1);
}

fn what_is_no_backup_changes_nothing(product: Product) {
    let project = with_rows(product);
    let before = emails(&project);
    let name = name_of(&project.database);
    let restore = |text: &[u8]| {
        let file = project.path().join("file");
        std::fs::write(&file, text).expect("a written file");
        project.run(&["restore", &file.display().to_string(), "--replace", &name])
    };
    restore(b"").with(1).mentions("is no backup");
    restore(b"SELECT 1;").with(1).mentions("is no backup");
    let (own, other): (&[u8], &[u8]) = match product {
        Product::Postgres => (b"PGDMP and so on", b"SQLite format 3\0"),
        Product::MySql | Product::MariaDb => (b"-- MySQL dump\nCREATE TABLE broken (;\n", b"PGDMP"),
        Product::Sqlite => (b"SQLite format 3\0 and so on", b"PGDMP"),
    };
    restore(other).with(1).mentions("is a backup of");
    restore(own).with(1);
    if matches!(product, Product::MySql | Product::MariaDb) {
        let other = format!("-- MySQL dump\nUSE `{name}`;\nDROP TABLE person;\n");
        restore(other.as_bytes()).with(1).mentions("leads to another database").mentions("without `--databases`");
        // A command of the client.
        let marker = project.path().join("ran");
        restore(format!("-- MySQL dump\n\\! touch {}\n", marker.display()).as_bytes()).with(1);
        assert!(!marker.exists());
    }
    assert_eq!(emails(&project), before);
    project.run(&["restore", "/nowhere/file"]).with(1).mentions("cannot read `/nowhere/file`");
}

/// Objects that are excluded are no reason to call a database empty, and on PostgreSQL nothing is dropped where they would stay.
fn what_the_project_does_not_manage_counts(product: Product) {
    let project = with_rows(product);
    project.run(&["up", "--backup=kept"]).with(0);
    let file = backups(&project, "kept").pop().expect("a backup").display().to_string();
    let path = project.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    std::fs::write(&path, format!("exclude = [\"legacy\"]\n{text}")).expect("a written file");
    let other = Database::create(product);
    other.execute("CREATE TABLE legacy (id INT)");
    let on = |arguments: &[&str]| project.run(&[arguments, &["--database-url", &other.url]].concat());
    on(&["restore", &file]).with(1).mentions("is not empty; nothing was changed");
    let name = name_of(&other);
    let replaced = on(&["restore", &file, "--replace", &name, "--no-up"]);
    if product == Product::Postgres {
        replaced.with(1).mentions("they would stay: public.legacy").mentions("nothing was changed");
        other.query("SELECT * FROM legacy");
        other.execute("DROP TABLE legacy");
        on(&["restore", &file]).with(0);
        other.execute("CREATE TABLE legacy (id INT)");
        on(&["restore", &file, "--replace", &name]).with(1).mentions("public.legacy");
        assert_eq!(other.query("SELECT email FROM person").iter().count(), 2);
    } else {
        replaced.with(0).mentions("restored");
    }
}

/// A view of a repeatable file keeps no table from being dropped, and one that the backup does not have is gone afterwards: a view
/// without its table would keep MariaDB from making the next backup.
fn what_repeatable_files_made_goes_and_comes_back(product: Product) {
    let project = with_rows(product);
    let write = |name: &str, select: &str| {
        let folder = project.path().join("migrations/repeatable");
        std::fs::create_dir_all(&folder).expect("a folder");
        let text = match product {
            Product::Sqlite => format!("DROP VIEW IF EXISTS {name};\nCREATE VIEW {name} AS {select};\n"),
            _ => format!("CREATE OR REPLACE VIEW {name} AS {select};\n"),
        };
        std::fs::write(folder.join(format!("{name}.sql")), text).expect("a written file");
        project.run(&["lock"]).with(0);
    };
    write("named", "SELECT email FROM person");
    project.run(&["up", "--backup=first"]).with(0);
    project.run(&["down"]).with(0);
    write("noted", "SELECT age FROM person WHERE age > 30");
    project.run(&["up"]).with(0).mentions("noted");

    let file = backups(&project, "first").pop().expect("a backup").display().to_string();
    let name = name_of(&project.database);
    project.run(&["restore", &file, "--replace", &name, "--no-up"]).with(0).mentions("restored");
    let views = match product {
        Product::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'view'",
        Product::Postgres => "SELECT viewname FROM pg_catalog.pg_views WHERE schemaname = 'public'",
        Product::MySql | Product::MariaDb => {
            "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE()"
        }
    };
    // The backup was made before the files ran for the first time.
    assert!(project.database.query(views).is_empty());
    project.run(&["up", "--backup=second"]).with(0).mentions("run repeatable/named.sql");
    assert_eq!(project.database.query("SELECT email FROM named").len(), 2);

    let second = backups(&project, "second").pop().expect("a backup").display().to_string();
    project.database.execute("DELETE FROM person");
    project.run(&["restore", &second, "--replace", &name]).with(0);
    assert_eq!(project.database.query("SELECT email FROM named").len(), 2);
    assert_eq!(project.database.query("SELECT * FROM noted").len(), 1);
}

/// What is written by others and not yet in the file itself is copied too, and the file stays where a link leads and as it was.
#[apply(test)]
fn an_sqlite_file_is_replaced_where_it_is() {
    use std::os::unix::fs::PermissionsExt as _;

    let project = with_rows(Product::Sqlite);
    project.run(&["up", "--backup=kept"]).with(0);
    let file = backups(&project, "kept").pop().expect("a backup").display().to_string();
    let target = project.path().join("target.db");
    std::fs::write(&target, "").expect("a written file");
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o640)).expect("permissions");
    let link = project.path().join("link.db");
    std::os::unix::fs::symlink(&target, &link).expect("a link");
    let url = format!("sqlite:{}", link.display());
    project.run(&["restore", &file, "--database-url", &url]).with(0).mentions("restored");
    assert!(std::fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(std::fs::metadata(&target).expect("a file").permissions().mode() & 0o777, 0o640);
    project.run(&["status", "--database-url", &url]).with(0).mentions("matches the snapshot");
}
