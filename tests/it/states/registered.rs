//! `format = "seaorm"`: migrations in the application's `Migrator`, beside those that `sea-orm-cli` generates.
//!
//! Must not know how the text of a `Migrator` is edited.

use std::collections::BTreeSet;

use sea_gen::schema::Product;

use super::project::{Database, PERSON, Project};
use crate::support::on_each;

on_each!(
    migrations_are_registered_in_the_migrator,
    both_histories_are_kept_in_line,
    the_history_of_another_application_is_left_alone,
    a_baseline_stands_for_migrations_of_any_name,
    modules_in_rust_follow_their_files_until_somebody_changes_them,
    one_migration_is_written_in_another_format,
    the_history_of_the_migrator_is_made_for_modules_in_rust,
    a_module_that_somebody_changed_stays_and_is_named,
);

/// A project with the migration crate that `sea-orm-cli migrate init` writes.
fn with_migrator(product: Product) -> Project {
    let project = Project::new(product);
    sea_orm_cli::run_migrate_init(&crate_of(&project)).expect("a migration crate");
    project
}

fn crate_of(project: &Project) -> String {
    project.path().join("migration").display().to_string()
}

fn lib(project: &Project) -> String {
    read(project, "lib")
}

fn read(project: &Project, module: &str) -> String {
    std::fs::read_to_string(project.path().join(format!("migration/src/{module}.rs"))).unwrap_or_default()
}

/// The ids of the migrations, oldest first.
fn ids(project: &Project) -> Vec<String> {
    let written = project.written().into_keys();
    written.filter_map(|path| Some(path.strip_prefix("migrations/")?.strip_suffix(".sql")?.to_owned())).collect()
}

/// Changes the text of the `Migrator`.
fn edit(project: &Project, from: &str, to: &str) {
    let text = lib(project);
    assert!(text.contains(from), "{text}");
    std::fs::write(project.path().join("migration/src/lib.rs"), text.replace(from, to)).expect("the file");
}

/// The modules in the list, in its order.
fn listed(project: &Project) -> Vec<String> {
    let text = lib(project);
    let entries = text.split("Box::new(").skip(1).filter_map(|entry| entry.split_once("::Migration)"));
    entries.map(|(module, _)| module.to_owned()).collect()
}

fn migrations_are_registered_in_the_migrator(product: Product) {
    let project = with_migrator(product);
    project.entity("person", PERSON);
    project
        .run(&["init", "--format", "seaorm"])
        .with(0)
        .mentions("the `Migrator` has 1 migration of its own, and no database of theirs is adopted");
    assert_eq!(listed(&project), ["m20220101_000001_create_table"]);
    project.run(&["migration", "Initial"]).with(0).mentions("migration/src/lib.rs");
    let first = format!("m{}", ids(&project)[0]);
    assert_eq!(listed(&project), ["m20220101_000001_create_table", first.as_str()]);
    assert!(
        lib(&project)
            .contains("sea_gen_runner::embed!(\"../migrations\", \"../schema.lock.json\");\n\npub struct Migrator;")
    );
    assert!(read(&project, &first).contains(&format!("sea_orm_migration!(super::MIGRATIONS, \"{}\");", &first[1..])));
    project.run(&["check", "--lock"]).with(0);

    // SeaORM's own command replaces the list by the modules that it finds.
    sea_orm_cli::run_migrate_generate(&crate_of(&project), "add_hall", true).expect("a migration");
    assert_eq!(listed(&project).len(), 3);
    project.run(&["check", "--lock"]).with(0);
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    let names = listed(&project);
    assert!(names.len() == 4 && names[3].ends_with("_add_note"), "{names:?}");
    syn::parse_file(&lib(&project)).expect("Rust");

    // Somebody removes a line, or a migration.
    let entry = format!("            Box::new({first}::Migration),\n");
    edit(&project, &entry, "");
    project.run(&["check", "--lock"]).with(2).mentions(&format!("`migration/src/lib.rs` does not list `{first}`"));
    project.run(&["lock", "--no-verify"]).with(0);
    // Modules of one second have no order.
    assert_eq!(BTreeSet::from_iter(listed(&project)), BTreeSet::from_iter(names));
    let noted = ids(&project).pop().expect("a migration");
    std::fs::remove_file(project.path().join(format!("migrations/{noted}.sql"))).expect("the file goes");
    project.run(&["lock"]).with(0);
    let gone = format!("m{noted}");
    assert!(!lib(&project).contains(&gone) && read(&project, &gone).is_empty());
    assert_eq!(listed(&project).len(), 3);

    edit(&project, "vec![", "other![");
    project.run(&["lock", "--no-verify"]).with(1).mentions("does not return one list `vec![…]`");
}

fn both_histories_are_kept_in_line(product: Product) {
    let project = with_migrator(product);
    project
        .database
        .execute("CREATE TABLE person (id integer NOT NULL PRIMARY KEY, email varchar(255) NOT NULL, age integer)");
    project.database.execute(
        "CREATE TABLE seaql_migrations (version varchar(255) NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
    );
    project.database.execute("INSERT INTO seaql_migrations VALUES ('m20220101_000001_create_table', 1640995201)");
    project.entity("person", &PERSON.replace("pub id: i32", "#[sea_orm(auto_increment = false)]\n    pub id: i32"));
    project.run(&["init", "--format", "seaorm"]).with(0).keeps_silent_on("not applied here");
    let baseline = listed(&project).pop().expect("the baseline");
    assert!(read(&project, &baseline).contains("baseline \""), "{}", read(&project, &baseline));
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    let noted = listed(&project).pop().expect("a migration");
    project.run(&["status"]).with(0).mentions("lacks migrations that are applied");
    project.run(&["up"]).with(0);
    assert_eq!(versions(&project.database), ["m20220101_000001_create_table", baseline.as_str(), noted.as_str()]);
    project.run(&["status"]).with(0).mentions("3 migrations in seaql_migrations").mentions("agrees with the history");
    project.run(&["down", "1"]).with(0);
    assert_eq!(versions(&project.database), ["m20220101_000001_create_table", baseline.as_str()]);

    // What only SeaORM's history has would never run.
    project.database.execute(&format!("INSERT INTO seaql_migrations VALUES ('{noted}', 0)"));
    project.run(&["status"]).with(0).mentions(&noted).mentions("is not applied according to `gen`");
    project.run(&["up"]).with(0);
    project.run(&["status"]).with(0).mentions("agrees with the history");
    // A migration in Rust that ran later.
    project.database.execute("INSERT INTO seaql_migrations VALUES ('m20300101_000000_add_hall', 1893456000)");
    project
        .run(&["status"])
        .with(0)
        .mentions("1 migration ran after the baseline")
        .mentions("m20300101_000000_add_hall");

    let fresh = Database::create(product);
    let expected = ["m20220101_000001_create_table", baseline.as_str(), noted.as_str()];
    project.run(&["up", "--database-url", &fresh.url]).with(0);
    assert_eq!(versions(&fresh), expected);
    // What a migration that is no more had made is gone, and so is its row.
    fresh.execute("INSERT INTO seaql_migrations VALUES ('m20290101_000000_add_wing', 1893456000)");
    project.run(&["fresh", "--database-url", &fresh.url]).with(0);
    assert_eq!(versions(&fresh), expected);
}

fn the_history_of_another_application_is_left_alone(product: Product) {
    let project = with_migrator(product);
    project.entity("person", PERSON);
    project.run(&["init", "--format", "seaorm"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.database.execute(
        "CREATE TABLE seaql_migrations (version varchar(255) NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
    );
    project.database.execute("INSERT INTO seaql_migrations VALUES ('m20210101_000001_other', 1640995201)");
    project.run(&["up"]).with(0);
    assert_eq!(versions(&project.database), ["m20210101_000001_other"]);
    project.run(&["status"]).with(0).keeps_silent_on("seaql_migrations");
}

fn a_baseline_stands_for_migrations_of_any_name(product: Product) {
    let project = with_migrator(product);
    edit(&project, "m20220101_000001_create_table", "create_person");
    project
        .database
        .execute("CREATE TABLE person (id integer NOT NULL PRIMARY KEY, email varchar(255) NOT NULL, age integer)");
    project.entity("person", &PERSON.replace("pub id: i32", "#[sea_orm(auto_increment = false)]\n    pub id: i32"));
    project.run(&["init", "--format", "seaorm"]).with(0);
    let names = listed(&project);
    assert!(names.len() == 2 && names[0] == "create_person", "{names:?}");
    assert!(read(&project, &names[1]).contains("baseline \""));
}

fn modules_in_rust_follow_their_files_until_somebody_changes_them(product: Product) {
    let project = with_migrator(product);
    project.entity("person", PERSON);
    project.run(&["init", "--format", "rust"]).with(0);
    project.run(&["migration", "Initial"]).with(0).mentions("migration/src/lib.rs");
    let id = ids(&project).pop().expect("a migration");
    let module = format!("m{id}");
    let text = read(&project, &module);
    for part in [
        ".create_table(",
        ".drop_table(",
        "#[derive(DeriveMigrationName)]",
        "migrator::applied(&MIGRATIONS, self, manager)",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    syn::parse_file(&text).expect("Rust");
    project.run(&["check", "--lock"]).with(0);

    let file = project.path().join(format!("migrations/{id}.sql"));
    let add = |sql: &str| {
        let before = std::fs::read_to_string(&file).expect("the file");
        std::fs::write(&file, before.replace("-- DOWN", &format!("{sql};\n\n-- DOWN"))).expect("the file");
    };
    add("UPDATE person SET age = 1");
    project.run(&["lock", "--no-verify"]).with(0);
    assert!(read(&project, &module).contains(".execute_unprepared(\"UPDATE person SET age = 1\")"));
    project.run(&["check", "--lock"]).with(0);

    let path = project.path().join(format!("migration/src/{module}.rs"));
    std::fs::write(&path, read(&project, &module).replace("age = 1", "age = 3")).expect("the module");
    project.run(&["check", "--lock"]).with(0);
    add("UPDATE person SET age = 2");
    project.run(&["lock", "--no-verify"]).with(0);
    assert!(read(&project, &module).contains("age = 3"));
    project.run(&["check", "--lock"]).with(2).mentions("was changed by hand, and its SQL file later");
    std::fs::remove_file(&path).expect("the module goes");
    project.run(&["lock", "--no-verify"]).with(0);
    assert!(read(&project, &module).contains("age = 2"));
    project.run(&["check", "--lock"]).with(0);
}

fn a_module_that_somebody_changed_stays_and_is_named(product: Product) {
    let project = with_migrator(product);
    project.entity("person", PERSON);
    project.run(&["init", "--format", "rust"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    let name = format!("m{}", ids(&project).pop().expect("a migration"));
    let path = project.path().join(format!("migration/src/{name}.rs"));
    std::fs::write(&path, format!("{}\n// Ours.\n", read(&project, &name))).expect("the file");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    let said = project.run(&["migration", "--amend"]).with(0);
    said.mentions(&format!("`migration/src/{name}.rs` was changed by hand and is not written again"));
    project.run(&["undo"]).with(0).mentions(&format!("`migration/src/{name}.rs` was changed by hand and stays"));
    assert!(read(&project, &name).ends_with("// Ours.\n") && !lib(&project).contains(&name));

    let text = lib(&project);
    std::fs::write(project.path().join("migration/src/lib.rs"), format!("<<<<<<< ours\n{text}>>>>>>> theirs\n"))
        .expect("the file");
    let refused = project.run(&["migration", "Again"]).with(1);
    refused.mentions("two branches have changed it: keep one side, `git checkout --ours migration/src/lib.rs`");
}

fn one_migration_is_written_in_another_format(product: Product) {
    let project = with_migrator(product);
    project.entity("person", PERSON);
    project.run(&["init", "--format", "seaorm"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote", "--format", "rust"]).with(0);
    let modules: Vec<String> = ids(&project).iter().map(|id| read(&project, &format!("m{id}"))).collect();
    let [first, second] = modules.as_slice() else { panic!("{modules:?}") };
    // sea-query has no word for the algorithm of MySQL and MariaDB.
    let sent = match product {
        Product::MySql | Product::MariaDb => "ADD COLUMN `note` varchar(255), ALGORITHM=INSTANT",
        Product::Postgres | Product::Sqlite => ".alter_table(",
    };
    assert!(first.contains("sea_orm_migration!(") && second.contains(sent), "{first}\n{second}");
    project.run(&["lock", "--no-verify"]).with(0);
    let after: Vec<String> = ids(&project).iter().map(|id| read(&project, &format!("m{id}"))).collect();
    assert_eq!(after, modules);
    project.run(&["check", "--lock"]).with(0);
    let refused = project.run(&["migration", "Again", "--format", "sql"]).with(1);
    refused.mentions("the `Migrator` runs every migration, and would not know this one");
}

fn the_history_of_the_migrator_is_made_for_modules_in_rust(product: Product) {
    let project = with_migrator(product);
    project.entity("person", PERSON);
    project.run(&["init", "--format", "rust"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    let module = format!("m{}", ids(&project).pop().expect("a migration"));
    assert_eq!(versions(&project.database), [module]);
    project.run(&["down", "1", "--allow", "data-loss"]);
    project.run(&["status"]).with(0).keeps_silent_on("contradicts");
}

fn versions(database: &Database) -> Vec<String> {
    let rows = database.query("SELECT version FROM seaql_migrations ORDER BY version");
    rows.iter().map(|row| row.text(0).to_owned()).collect()
}
