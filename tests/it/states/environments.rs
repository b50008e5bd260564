//! Named environments: which database a command takes, what a protected one refuses, and what one requires of another.
//!
//! Must not know how migrations are executed.

use sea_gen::schema::Product;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(a_protected_environment_is_changed_by_its_name_only, a_migration_is_promoted_from_one_environment_to_the_next);

/// A project with a pending migration, and the databases of two environments.
fn with_environments(product: Product) -> (Project, Database, Database) {
    let project = Project::settled(product);
    let (staging, production) = (Database::create(product), Database::create(product));
    let path = project.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let environments = format!(
        "{text}\n[env.staging]\ndatabase-url = {:?}\n\n[env.production]\ndatabase-url = {:?}\nprotected = true\n\
         requires = \"staging\"\n\n[env.nowhere]\ndatabase-url = \"postgres://nobody@127.0.0.1:9/none\"\n",
        staging.url, production.url
    );
    std::fs::write(path, environments).expect("a written file");
    (project, staging, production)
}

fn a_protected_environment_is_changed_by_its_name_only(product: Product) {
    let (project, _staging, production) = with_environments(product);
    project.run(&["up", "--env", "staging"]).with(0).mentions("applied");
    project.run(&["up", "--env", "production", "--dry-run"]).with(0).mentions("CREATE TABLE");
    let id = project.json(&["status"])["migrations"][0]["id"].as_str().expect("an id").to_owned();
    for command in
        [vec!["up"], vec!["goto", &id], vec!["resolve", &id, "--applied"], vec!["baseline"], vec!["unlock", "--force"]]
    {
        let refused = project.run(&[&command[..], &["--env", "production"]].concat()).with(1);
        refused.mentions("the environment `production` is protected").mentions("--yes-protected production");
        let other = project.run(&[&command[..], &["--env", "production", "--yes-protected", "staging"]].concat());
        let other = other.with(1).mentions("the environment is `production`, and `staging` was confirmed");
        other.mentions("hint: confirm it by its name: `--yes-protected production`");
    }
    for command in [&["fresh"][..], &["reset"], &["sync"], &["seed"]] {
        let refused = project.run(&[command, &["--env", "production", "--development"]].concat()).with(1);
        refused.mentions("the environment `production` is protected, so it is not for development");
    }
    assert!(production.query(count_of_tables(product)).first().is_some_and(|row| row.text(0) == "0"));
    project.run(&["up", "--env", "production", "--yes-protected", "production"]).with(0).mentions("applied");
    project.run(&["down", "--env", "production"]).with(1).mentions("--yes-protected production");
    project.run(&["status", "--env", "production"]).with(0).mentions("matches the snapshot");
    // The guards hold for the database, however it is named.
    let by_url = |arguments: &[&str]| project.run(&[arguments, &["--database-url", &production.url]].concat());
    by_url(&["down"]).with(1).mentions("the environment `production` is protected");
    by_url(&["fresh", "--development"]).with(1).mentions("the environment `production` is protected");
    let other = project.run(&["up", "--env", "staging", "--yes-protected", "production"]).with(1);
    other.mentions("`production` was confirmed, and the command works on the environment `staging`");
    project.run(&["up", "--env", "all"]).with(1).mentions("names one environment");
    project.run(&["up", "--env", "prod"]).with(1).mentions("the environments are nowhere, production, staging");
}

fn count_of_tables(product: Product) -> &'static str {
    match product {
        Product::Postgres => "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = 'public'",
        Product::MySql | Product::MariaDb => {
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()"
        }
        Product::Sqlite => "SELECT count(*) FROM sqlite_schema",
    }
}

fn a_migration_is_promoted_from_one_environment_to_the_next(product: Product) {
    let (project, staging, _production) = with_environments(product);
    let up = |name: &str| project.run(&["up", "--env", name, "--yes-protected", name]);
    up("production")
        .with(1)
        .mentions("is not applied in `staging`, which `production` requires")
        .mentions("gen up --env staging");
    up("staging").with(0);
    up("production").with(0).mentions("applied");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    up("staging").with(0);
    staging.execute("UPDATE sea_gen_history SET checksum = 'another' WHERE name = 'add_note'");
    up("production").with(1).mentions("was applied with another text in `staging`");

    let table = project.run(&["status", "--env", "all"]).with(0);
    let line = |name: &str| table.out.lines().find(|line| line.starts_with(name)).expect("a line").to_owned();
    assert!(line("production (protected)").ends_with("pending: `gen up --env production`"), "{}", table.out);
    assert!(line("staging").contains("_add_note"), "{}", table.out);
    assert!(line("nowhere").contains("cannot connect to 127.0.0.1:9"), "{}", table.out);
    let json = project.json(&["status", "--env", "all"]);
    assert_eq!(json.as_array().map(Vec::len), Some(3), "{json:#}");
    assert_eq!(json[1]["environment"], "production");
}

/// Tables belong to the role of the environment, not to the user who connects.
#[apply(test_on_postgres)]
fn a_session_takes_the_role_of_its_environment() {
    let project = Project::settled(Product::Postgres);
    let database = Database::create(Product::Postgres);
    let role = format!("owner_{}", std::process::id());
    database.execute(&format!("CREATE ROLE {role}; GRANT ALL ON SCHEMA public TO {role}"));
    let path = project.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    let text = format!("{text}\n[env.live]\ndatabase-url = {:?}\nrole = \"{role}\"\n", database.url);
    std::fs::write(&path, &text).expect("a written file");
    project.run(&["up", "--env", "live"]).with(0);
    let owners = database.query("SELECT DISTINCT tableowner FROM pg_catalog.pg_tables WHERE schemaname = 'public'");
    let owners: Vec<String> = owners.iter().map(|row| row.text(0).to_owned()).collect();
    database.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
    assert_eq!(owners, [role]);
    std::fs::write(&path, text.replace("role = \"owner_", "role = \"nobody_")).expect("a written file");
    project.run(&["up", "--env", "live"]).with(1).mentions("nobody_");
}
