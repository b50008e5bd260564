//! SeaORM's own history table in an adopted database: neither touched nor listed.
//!
//! Must not know how it is left out.

use sea_gen::schema::Product;

use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(the_history_of_seaorm_is_left_alone, what_is_said_of_the_migrator_is_true);

fn the_history_of_seaorm_is_left_alone(product: Product) {
    let project = Project::new(product);
    let person = match product {
        Product::Sqlite => "id integer NOT NULL PRIMARY KEY AUTOINCREMENT, email varchar NOT NULL, age integer",
        Product::Postgres => "id serial PRIMARY KEY, email varchar NOT NULL, age integer",
        _ => "id integer NOT NULL AUTO_INCREMENT PRIMARY KEY, email varchar(255) NOT NULL, age integer",
    };
    project.database.execute(&format!("CREATE TABLE person ({person})"));
    project.database.execute(
        "CREATE TABLE seaql_migrations (version varchar(255) NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
    );
    project.database.execute("INSERT INTO seaql_migrations VALUES ('m20220101_000001_create_table', 1640995200)");
    project.entity("person", PERSON);
    let untouched = |project: &Project| {
        let rows = project.database.query("SELECT version FROM seaql_migrations");
        let versions: Vec<&str> = rows.iter().map(|row| row.text(0)).collect();
        assert_eq!(versions, ["m20220101_000001_create_table"]);
        let mentions = |(path, text): (String, String)| format!("{path}{text}").contains("seaql").then_some(path);
        assert_eq!(project.written().into_iter().find_map(mentions), None);
    };

    assert_eq!(project.situation(), "adoptable");
    let said = project.run(&["init", "--no-seaql"]).with(0).mentions("1 table");
    said.mentions(
        "built by 1 migration of its own, the last m20220101_000001_create_table; seaql_migrations is left alone",
    );
    untouched(&project);
    assert_eq!(project.situation(), "current");
    project.finds_nothing();
    project.holds();
    for arguments in [&["status"][..], &["status", "--json"], &["drift"], &["diff", "--from", "database"]] {
        project.run(arguments).with(0).keeps_silent_on("seaql");
    }

    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    project.run(&["sync", "--dry-run"]).with(0).mentions("email").keeps_silent_on("seaql");
    project.run(&["migration", "AddEmailIndex"]).with(0).keeps_silent_on("seaql");
    project.run(&["up"]).with(0);
    untouched(&project);
    project.run(&["down"]).with(0);
    untouched(&project);
    // Even where everything undeclared goes, this is not ours to drop.
    let config = format!(
        "undeclared = \"drop\"\ndialects = [\"{}\"]\ndatabase-url = \"{}\"\n",
        product.key(),
        project.database.url
    );
    std::fs::write(project.path().join("gen.toml"), config).expect("a written file");
    project.run(&["up"]).with(0);
    project.finds_nothing();
    untouched(&project);
}

/// Writes a crate of migrations whose migrator lists `listed`, and files for all of `modules`.
fn write_migrator(project: &Project, folder: &str, modules: &[&str], listed: &[&str]) {
    let source = project.path().join(folder).join("src");
    std::fs::create_dir_all(&source).expect("a folder");
    let boxed: String = listed.iter().map(|name| format!("Box::new({name}::Migration), ")).collect();
    let text = format!(
        "pub use sea_orm_migration::prelude::*;\n\
         impl MigratorTrait for Migrator {{ fn migrations() -> Vec<Box<dyn MigrationTrait>> {{ vec![{boxed}] }} }}\n"
    );
    std::fs::write(source.join("lib.rs"), text).expect("a written file");
    for module in modules {
        let derived = "#[derive(DeriveMigrationName)]\npub struct Migration;\n";
        std::fs::write(source.join(format!("{module}.rs")), derived).expect("a written file");
    }
}

fn what_is_said_of_the_migrator_is_true(product: Product) {
    let project = Project::new(product);
    let id = if product == Product::Sqlite { "id integer NOT NULL PRIMARY KEY" } else { "id integer PRIMARY KEY" };
    project.database.execute(&format!("CREATE TABLE person ({id}, email varchar(255) NOT NULL, age integer)"));
    project.database.execute(
        "CREATE TABLE seaql_migrations (version varchar(255) NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
    );
    project.database.execute(
        "INSERT INTO seaql_migrations VALUES ('m20220101_000001_create', 1640995200), ('m20220102_first_seed', 1640995200)",
    );
    project.entity("person", PERSON);
    // The migrator is in a crate of its own; one module is a folder, one names itself, one is listed by nobody.
    let [create, seed, pending, draft] =
        ["m20220101_000001_create", "m20220102_000001_seed", "m20220103_000001_pending", "m20220104_000001_draft"];
    write_migrator(&project, "crates/schema", &[create, seed, draft], &[create, seed, pending]);
    let source = project.path().join("crates/schema/src");
    let named = "impl MigrationName for Migration { fn name(&self) -> &str { \"m20220102_first_seed\" } }";
    std::fs::write(source.join(format!("{seed}.rs")), named).expect("a written file");
    std::fs::create_dir_all(source.join(pending)).expect("a folder");
    std::fs::write(source.join(pending).join("mod.rs"), "pub struct Migration;").expect("a written file");
    std::fs::write(source.join("m20220105_000001_data.sql"), "SELECT 1;").expect("a written file");
    // Another migrator is for another database.
    write_migrator(&project, "crates/other/migration", &["m20230101_000001_other"], &["m20230101_000001_other"]);

    let report = project.json(&["init"]);
    assert_eq!(report["seaql_migrations"]["pending"], serde_json::json!([pending]), "{report:#}");
}
