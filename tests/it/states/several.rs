//! A project for several databases: each is adopted, at once or one after the other, and the files of each get their own folder.
//!
//! Must not know how a dialect joins a project.

use sea_gen::schema::Product;
use sea_gen_runner::Migrations;

use super::project::{Database, PERSON, Project};

fn create_person(database: &Database) {
    let person = match database.product {
        Product::Sqlite => "id integer NOT NULL PRIMARY KEY AUTOINCREMENT, email varchar NOT NULL, age integer",
        Product::Postgres => "id serial PRIMARY KEY, email varchar NOT NULL, age integer",
        _ => "id integer NOT NULL AUTO_INCREMENT PRIMARY KEY, email varchar(255) NOT NULL, age integer",
    };
    database.execute(&format!("CREATE TABLE person ({person})"));
}

/// A project with a database of a server and one of SQLite, both with the table of its entity.
fn two_databases(product: Product, configuration: &str) -> (Project, Database) {
    let project = Project::new(product);
    configure(&project, configuration);
    project.entity("person", PERSON);
    let other = Database::create(Product::Sqlite);
    create_person(&project.database);
    create_person(&other);
    (project, other)
}

fn configure(project: &Project, configuration: &str) {
    std::fs::write(project.path().join("gen.toml"), configuration).expect("a written file");
}

/// The paths of what `gen` writes, without the time in them.
fn paths(project: &Project) -> Vec<String> {
    let paths = project.written().into_keys();
    paths
        .map(|path| {
            path.split('/')
                .map(|part| part.get(15..).filter(|_| part.ends_with(".sql")).unwrap_or(part))
                .collect::<Vec<_>>()
                .join("/")
        })
        .collect()
}

/// The ids that an application with the runner reads.
fn embedded(project: &Project, product: Product) -> usize {
    let read = Migrations::read(project.path().join("migrations"), project.path().join("schema.lock.json"));
    read.expect("migrations").ids(product).count()
}

fn with_a_column_in_both(project: &Project, other: &Database) {
    project.edit("person", "pub age: Option<i32>,", "pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "Note"]).with(0);
    for text in project.migrations().iter().filter(|text| text.contains("-- Note")) {
        assert!(text.contains("ADD COLUMN") && !text.contains("CREATE TABLE"), "{text}");
    }
    for url in [&project.database.url, &other.url] {
        project.run(&["up", "--database-url", url]).with(0);
        project.run(&["migration", "Again", "--database-url", url]).with(0).mentions("nothing to do");
        project.run(&["check", "--database-url", url]).with(0);
    }
}

fn each_database_is_adopted_in_turn(product: Product) {
    let key = product.key();
    let (project, other) = two_databases(product, &format!("# ours\ndialects = [\"{key}\"] # one\n"));
    project.run(&["init", "--database-url", &project.database.url]).with(0).mentions(&format!("set up for {key}"));
    assert_eq!(paths(&project), ["migrations/_baseline.sql", "schema.lock.json", "snapshots/tables/person.json"]);
    assert_eq!(embedded(&project, product), 1);
    project.run(&["status", "--database-url", &other.url]).with(1).mentions("this database joins it: `gen init");

    let said = project.run(&["init", "--database-url", &other.url]).with(0);
    said.mentions("set up for sqlite").mentions(&format!("moved      the migrations and the snapshot of {key}"));
    let mut expected = vec![
        format!("migrations/{key}/_baseline.sql"),
        "migrations/sqlite/_baseline.sql".to_owned(),
        "schema.lock.json".to_owned(),
        format!("snapshots/{key}/tables/person.json"),
        "snapshots/sqlite/tables/person.json".to_owned(),
    ];
    expected.sort();
    assert_eq!(paths(&project), expected);
    assert!(!project.path().join("snapshots/tables").exists());
    assert_eq!((embedded(&project, product), embedded(&project, Product::Sqlite)), (1, 1));
    let configuration = std::fs::read_to_string(project.path().join("gen.toml")).expect("a configuration");
    assert_eq!(configuration, format!("# ours\ndialects = [\"{key}\", \"sqlite\"] # one\n"));
    for url in [&project.database.url, &other.url] {
        assert_eq!(project.json(&["status", "--database-url", url])["situation"], "current");
        project.run(&["init", "--database-url", url]).with(1).mentions("is set up already");
    }
    with_a_column_in_both(&project, &other);
}

fn several_databases_are_adopted_at_once(product: Product) {
    let (project, other) = two_databases(product, "");
    let urls = ["--database-url", &project.database.url, "--database-url", &other.url];
    project.run(&[&["status"][..], &urls].concat()).with(1).mentions("`--database-url` is given more than once");
    let reports = project.json(&[&["init"][..], &urls].concat());
    assert_eq!(reports[0]["dialects"][0], product.key());
    assert_eq!(reports[1]["dialects"][0], "sqlite");
    assert_eq!((embedded(&project, product), embedded(&project, Product::Sqlite)), (1, 1));
    with_a_column_in_both(&project, &other);
}

fn nothing_is_created_where_a_database_is_still_to_be_adopted(product: Product) {
    let key = product.key();
    let (project, other) = two_databases(product, &format!("dialects = [\"{key}\", \"sqlite\"]\n"));
    let url = project.database.url.clone();
    let refused = |arguments: &[&str]| {
        let before = project.written();
        let said = project.run(arguments).with(1).mentions("error: the project has no SQLite database yet");
        said.mentions("hint: adopt its database: `gen init --database-url sqlite://app.db`")
            .mentions("hint: if it starts empty: `gen init --dialect sqlite --empty`")
            .mentions("hint: or leave `sqlite` out of `dialects` in the configuration");
        assert_eq!(project.written(), before);
    };
    // Even the first migration does not adopt one database and create the tables of the other.
    refused(&["migration", "Note", "--database-url", &url]);
    let said = project.run(&["init", "--database-url", &url]).with(0).mentions(&format!("set up for {key}\n"));
    said.mentions("next: SQLite has no database yet: `gen init --database-url sqlite://app.db` adopts it");
    assert_eq!(embedded(&project, product), 1);
    refused(&["migration", "Note"]);
    refused(&["migration", "Note", "--database-url", &url]);
    refused(&["migration", "Note", "--empty"]);
    refused(&["up", "--database-url", &other.url]);
    assert_eq!(project.json(&["status", "--database-url", &other.url])["situation"], "adoptable");
    project.run(&["check", "--database-url", &url]).with(0);
    project.run(&["lock"]).with(0);

    let said = project.run(&["init", "--dialect", "sqlite", "--empty"]).with(0).mentions("set up for sqlite");
    said.keeps_silent_on("adopted");
    project.run(&["migration", "Initial"]).with(0);
    let created = project.written().into_iter().find(|(path, _)| path.starts_with("migrations/sqlite/"));
    assert!(created.is_some_and(|(_, text)| text.contains("CREATE TABLE")));
    let empty = Database::create(Product::Sqlite);
    project.run(&["up", "--database-url", &empty.url]).with(0);
}

mod each_database_is_adopted_in_turn {
    crate::support::on_servers!(each_database_is_adopted_in_turn);
}

mod several_databases_are_adopted_at_once {
    crate::support::on_servers!(several_databases_are_adopted_at_once);
}

mod nothing_is_created_where_a_database_is_still_to_be_adopted {
    crate::support::on_servers!(nothing_is_created_where_a_database_is_still_to_be_adopted);
}

#[apply(test)]
fn a_product_is_adopted_from_one_database() {
    let (project, other) = two_databases(Product::Sqlite, "");
    let said = project.run(&["init", "--database-url", &project.database.url, "--database-url", &other.url]).with(1);
    said.mentions("are both SQLite").mentions("hint: name one database of each product");
    assert!(project.written().is_empty());
}

#[apply(test)]
fn a_dialect_that_joins_with_a_migration_gets_its_own_folder() {
    let project = Project::settled(Product::Sqlite);
    let git = |arguments: &[&str]| {
        let who = ["-c", "user.name=a", "-c", "user.email=a@b"];
        let output = std::process::Command::new("git").args(who).args(arguments).current_dir(project.path()).output();
        assert!(output.expect("git").status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one dialect"]);
    configure(
        &project,
        &format!("dialects = [\"sqlite\", \"postgres\"]\ndatabase-url = \"{}\"\n", project.database.url),
    );
    assert_eq!(project.json(&["status"])["situation"], "current");
    project.run(&["migration", "Postgres", "--no-verify"]).with(0);
    let expected = [
        "migrations/postgres/_postgres.sql",
        "migrations/sqlite/_initial.sql",
        "schema.lock.json",
        "snapshots/postgres/tables/person.json",
        "snapshots/sqlite/tables/person.json",
    ];
    assert_eq!(paths(&project), expected);
    assert_eq!((embedded(&project, Product::Sqlite), embedded(&project, Product::Postgres)), (1, 1));
    assert_eq!(project.json(&["status"])["situation"], "current");
    // In the revision before, the snapshot was in the folder itself.
    project.run(&["diff", "--from", "git:HEAD", "--to", "snapshot"]).with(0).keeps_silent_on("person");
    // A dialect that is configured no more leaves the files where they are.
    project.configure(&project.database.url);
    assert_eq!(project.json(&["status"])["situation"], "current");
}
