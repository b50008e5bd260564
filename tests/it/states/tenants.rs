//! Many tenants with the same migrations: a schema each, a database each, a file each.
//!
//! Must not know how they are found or migrated.

mod bad_input;
mod beside;
mod downwards;
mod observed;
mod tenancy;

use sea_gen::schema::Product;
use sea_gen_runner::Migrations;
use serde_json::{Value, json};

use super::project::block;
use crate::support::on_each;
use tenancy::{Tenancy, numbered};

on_each!(
    fifty_tenants_of_which_one_fails,
    a_canary_that_fails_leaves_the_others_untouched,
    names_are_quoted,
    the_shared_project_comes_first,
    what_is_known_of_each_is_reported,
);

/// The lines that `--json` prints, and the exit code.
fn lines(tenancy: &Tenancy, arguments: &[&str], code: i32) -> (Vec<Value>, Value) {
    let said = tenancy.run(&[arguments, &["--json"]].concat()).with(code);
    let mut lines: Vec<Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}\n{line}")))
        .collect();
    let summary = lines.pop().unwrap_or_else(|| panic!("no summary: {}", said.talk));
    (lines, summary)
}

fn fifty_tenants_of_which_one_fails(product: Product) {
    let names = numbered(50);
    let tenancy = Tenancy::create(product, &names);
    tenancy.configure("parallel = 1");
    tenancy.run(&["up", "--tenants", "--dry-run"]).with(0).mentions("-- 50 tenants: t01, t02").mentions("CREATE TABLE");
    assert_eq!(tenancy.applied("t25"), 0, "a dry run changes nothing");
    tenancy.run(&["up", "--tenants"]).with(0).mentions("applied t25  1 migration").mentions("50 done");
    tenancy.unique_email();
    // A row that violates what is next, in the middle.
    tenancy.twice("t25");
    let said = tenancy.run(&["up", "--tenants"]).with(1);
    let said =
        said.mentions("applied t24").mentions("failed t25").mentions("1 of 50 tenants failed, and 25 were not begun");
    said.mentions("to go on: `gen up --tenants`").keeps_silent_on("applied t26");
    assert_eq!([24, 25, 26].map(|at| tenancy.applied(&names[at - 1])), [2, 1, 1]);
    // The others go on without it, several at once, and those that are done are left alone.
    tenancy.configure("parallel = 8\non-failure = \"continue\"");
    let (ended, summary) = lines(&tenancy, &["up", "--tenants"], 1);
    assert_eq!(ended.len(), 26, "{ended:#?}");
    let failed: Vec<&Value> = ended.iter().filter(|line| line["status"] == "failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["tenant"], "t25");
    assert!(failed[0]["error"].as_str().expect("an error").contains("person"), "{failed:?}");
    for (key, value) in [
        ("tenants", json!(50)),
        ("current", json!(24)),
        ("done", json!(25)),
        ("failed", json!(1)),
        ("not_begun", json!([])),
    ] {
        assert_eq!(summary[key], value, "{key}: {summary}");
    }
    assert_eq!(summary["next"], "gen up --tenants");
    // Once the row is right, the same command does the one that is left.
    tenancy.execute("t25", "DELETE FROM person");
    let (ended, summary) = lines(&tenancy, &["up", "--tenants"], 0);
    assert_eq!(ended.iter().map(|line| &line["tenant"]).collect::<Vec<_>>(), ["t25"]);
    assert_eq!((&summary["current"], &summary["next"]), (&json!(49), &Value::Null));
    tenancy.run(&["up", "--tenants"]).with(0).mentions("50 had nothing to do");
    assert!(names.iter().all(|name| tenancy.applied(name) == 2));
}

fn a_canary_that_fails_leaves_the_others_untouched(product: Product) {
    let names = numbered(4);
    let tenancy = Tenancy::create(product, &names);
    tenancy.configure("canaries = [\"t03\", \"t02\"]\non-failure = \"continue\"");
    let (ended, _) = lines(&tenancy, &["up", "--tenants"], 0);
    let order: Vec<&str> = ended.iter().filter_map(|line| line["tenant"].as_str()).collect();
    assert_eq!(order[..2], ["t03", "t02"], "canaries in their order, then the others");
    assert_eq!(ended[0]["verified"], true, "{ended:#?}");
    assert_eq!(ended[2]["verified"], Value::Null);
    tenancy.unique_email();
    tenancy.twice("t03");
    let said = tenancy.run(&["up", "--tenants"]).with(1);
    said.mentions("failed t03 (canary)").mentions("1 of 4 tenants failed, and 3 were not begun");
    assert!(names.iter().all(|name| tenancy.applied(name) == 1));
    // What migrates well, and ends as something else than the snapshot, stops the others too.
    tenancy.execute("t03", "DELETE FROM person");
    tenancy.execute("t03", "CREATE TABLE stray (id integer PRIMARY KEY)");
    let said = tenancy.run(&["up", "--tenants"]).with(1);
    said.mentions("the canary `t03` does not have the schema").mentions("gen drift --tenants t03");
    assert_eq!(tenancy.applied("t02"), 1);
    tenancy.execute("t03", "DROP TABLE stray");
    tenancy.run(&["up", "--tenants"]).with(0).mentions("t02 (canary)").mentions("3 done");
}

fn names_are_quoted(product: Product) {
    let names = ["o'clock", "say \"hi\"", "back`tick", "Größe ∆", "select", "semi;colon"].map(str::to_owned);
    let tenancy = Tenancy::create(product, &names);
    tenancy.configure("canaries = 1");
    tenancy.run(&["up", "--tenants"]).with(0).mentions("6 done");
    tenancy.run(&["check", "--database", "--tenants"]).with(0).mentions("for 6 of 6 tenants");
    tenancy.run(&["drift", "--tenants"]).with(0).mentions("no drift: 6 tenants");
    tenancy.run(&["up", "--tenants", "say \"hi\",o'clock"]).with(0).mentions("2 had nothing to do");
    tenancy.execute("say \"hi\"", "CREATE TABLE stray (id integer PRIMARY KEY)");
    tenancy
        .run(&["drift", "--tenants"])
        .with(2)
        .mentions("say \"hi\"")
        .mentions("stray")
        .mentions("no drift: 5 tenants");
    tenancy.run(&["check", "--database", "--tenants"]).with(2).mentions("for 5 of 6 tenants").mentions("say \"hi\"");
    tenancy.run(&["down", "--tenants"]).with(0).mentions("6 done");
    assert!(names.iter().all(|name| tenancy.applied(name) == 0));
}

/// The list of the tenants is a table that the shared project makes.
fn the_shared_project_comes_first(product: Product) {
    let names = numbered(2);
    let tenancy = Tenancy::create(product, &names);
    tenancy.shared("tenant");
    tenancy.settings("query = \"SELECT name FROM tenant ORDER BY name\"\nshared = \"shared\"");
    let said = tenancy.run(&["up", "--tenants"]).with(1);
    said.mentions("(shared)").mentions("there are no tenants: `SELECT name FROM tenant ORDER BY name` gives no row");
    for name in &names {
        tenancy.execute_at_home(&format!("INSERT INTO tenant (name) VALUES ('{name}')"));
    }
    let (lines, summary) = lines(&tenancy, &["up", "--tenants"], 0);
    assert_eq!(lines[0], json!({ "shared": true, "migrations": [] }));
    assert_eq!((lines.len(), &summary["done"]), (3, &json!(2)));
    assert!(names.iter().all(|name| tenancy.applied(name) == 1));
    // A failure there leaves all tenants as they are.
    tenancy.unique_email();
    tenancy.execute_at_home("DROP TABLE tenant");
    tenancy.run(&["up", "--tenants"]).with(1).mentions("the query of `[tenants]` fails");
    assert!(names.iter().all(|name| tenancy.applied(name) == 1));
}

fn what_is_known_of_each_is_reported(product: Product) {
    let names = numbered(22);
    let tenancy = Tenancy::create(product, &names);
    tenancy.run(&["up", "--tenants"]).with(0);
    tenancy.unique_email();
    tenancy.run(&["up", "--tenants", "t07,t08"]).with(0).mentions("2 tenants: 0 had nothing to do, 2 done");
    tenancy.execute("t09", "UPDATE sea_gen_history SET checksum = 'another'");
    let few = tenancy.run(&["status", "--tenants", "t07,t09,t10"]).with(0);
    let few = few.mentions("nothing pending").mentions("1 migration pending");
    assert_eq!(few.out.lines().count(), 3, "{}", few.out);
    let many = tenancy.run(&["status", "--tenants"]).with(0);
    many.mentions("19 tenants").mentions("2 tenants").mentions("t07, t08").mentions("1 tenant");
    let found = tenancy.json(&["status", "--tenants"]);
    let state = |name: &str| {
        let all = found["tenants"].as_array().expect("tenants").iter();
        all.clone().find(|it| it["tenant"] == name).cloned().expect("a tenant")
    };
    assert_eq!(state("t07")["pending"], json!([]));
    assert_eq!(state("t10")["applied"], 1);
    assert!(state("t09")["obstacle"].as_str().expect("an obstacle").contains("was changed"), "{found:#}");
    // What is wrong with one is known before the others begin.
    tenancy.run(&["up", "--tenants"]).with(1).mentions("failed t09").mentions("19 were not begun");
    let report = tenancy.run(&["check", "--tenants", "--json"]).with(2);
    let report: Value = serde_json::from_str(&report.out).expect("JSON");
    let of = |name: &str| {
        let all = report["checks"].as_array().expect("checks").iter();
        all.clone().filter(|it| it["tenant"] == name).map(|it| it["verdict"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((of("t07"), of("t10")), (vec![json!("holds")], vec![json!("fails")]));
    tenancy.run(&["seed", "--tenants", "t07,t08", "--rows", "5"]).with(0).mentions("seeded t08  5 rows");
    tenancy.run(&["seed", "--tenants", "t07", "--rows", "5"]).with(1).mentions("t07: the tables already contain rows");
    // Which rows they get, the environment says.
    let folder = tenancy.path().join("migrations").join("demonstration");
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(folder.join("shop.sql"), "INSERT INTO person (id, email) VALUES (1, 'anna');\n").expect("a file");
    tenancy.configure(&format!("[env.staging]\ndatabase-url = \"{}\"\nseed = \"demonstration\"", tenancy.url));
    tenancy.run(&["seed", "--env", "staging", "--tenants", "t11"]).with(0).mentions("seeded t11  1 row");
}

/// An application brings up the schema of a tenant that it has made, and `gen` finds it so.
#[apply(test_on_postgres)]
fn an_application_makes_a_tenant() {
    let names = ["old".to_owned(), "new one".to_owned()];
    let tenancy = Tenancy::create(Product::Postgres, &names);
    tenancy.run(&["up", "--tenants", "old"]).with(0);
    let migrations = Migrations::read(tenancy.path().join("migrations"), tenancy.path().join("schema.lock.json"));
    let migrations = migrations.expect("migrations");
    block(async {
        let mut options = sea_orm::ConnectOptions::new(&tenancy.url);
        options.set_schema_search_path("\"t_new one\"").max_connections(1);
        let database = sea_orm::Database::connect(options).await.expect("a connection");
        migrations.up(&database).await.expect("applied");
        migrations.ensure_current(&database).await.expect("current");
        database.close().await.expect("closed");
    });
    assert_eq!(tenancy.applied("new one"), 1);
    tenancy.run(&["up", "--tenants"]).with(0).mentions("2 had nothing to do");
    tenancy.run(&["check", "--database", "--tenants"]).with(0).mentions("for 2 of 2 tenants");
}
