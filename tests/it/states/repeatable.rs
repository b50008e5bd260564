//! Repeatable files of a project: sealed, run, kept out of snapshots, and told by every command.

use sea_gen::schema::Product;

use super::project::{Database, Project};
use crate::support::on_each;

on_each!(
    a_repeatable_file_from_its_first_line_to_its_removal,
    a_migration_of_an_entity_works_beside_a_view_that_reads_it,
    what_a_file_makes_is_no_drift_and_goes_with_fresh,
    verify_runs_the_files,
    a_file_is_due_while_a_migration_waits,
);

fn view(product: Product, name: &str, query: &str) -> String {
    match product {
        Product::Sqlite => {
            format!("-- Read by the report.\nDROP VIEW IF EXISTS {name};\nCREATE VIEW {name} AS {query};\n")
        }
        _ => format!("-- Read by the report.\nCREATE OR REPLACE VIEW {name} AS {query};\n"),
    }
}

fn write(project: &Project, name: &str, text: &str) {
    let folder = project.path().join("migrations/repeatable");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), text).expect("a written file");
}

const GROWN: &str = "SELECT id, email FROM person WHERE age > 17";

fn a_repeatable_file_from_its_first_line_to_its_removal(product: Product) {
    let project = Project::settled(product);
    write(&project, "grown.sql", &view(product, "grown", GROWN));
    project.run(&["up"]).with(1).mentions("repeatable/grown.sql is not sealed").mentions("`gen lock`");
    project.run(&["check", "--lock"]).with(2).mentions("repeatable/grown.sql is not sealed");
    project.run(&["lock"]).with(0).mentions("sealed repeatable/grown.sql");
    project.run(&["status"]).with(0).mentions("to run     repeatable/grown.sql  it was not run here yet");
    project
        .run(&["check", "--database"])
        .with(2)
        .mentions("repeatable/grown.sql has to be run: it was not run here yet");
    project.run(&["up", "--dry-run"]).with(0).mentions("-- repeatable/grown.sql\n").mentions("VIEW grown AS");
    project.run(&["up"]).with(0).mentions("run repeatable/grown.sql").mentions("verified");
    assert_eq!(
        project.database.query("SELECT count(*) FROM grown").first().map(|row| row.text(0).to_owned()).as_deref(),
        Some("0")
    );
    project.run(&["up"]).with(0).mentions("nothing to do");
    project.run(&["status"]).with(0).mentions("run        repeatable/grown.sql").mentions("matches the snapshot");
    project.run(&["check"]).with(0);

    write(&project, "grown.sql", &view(product, "grown", "SELECT id, email FROM person WHERE age > 20"));
    project.run(&["check", "--lock"]).with(2).mentions("repeatable/grown.sql was edited after it was sealed");
    project.run(&["lock"]).with(0);
    let said = project.run(&["up", "--json"]).with(0);
    let report: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(report["repeatable"][0]["id"], "repeatable/grown.sql");
    assert_eq!(report["migrations"], serde_json::json!([]));

    std::fs::remove_file(project.path().join("migrations/repeatable/grown.sql")).expect("a file");
    project.run(&["up"]).with(1).mentions("repeatable/grown.sql is in schema.lock.json, but its file is missing");
    project.run(&["lock"]).with(0).mentions("forgot repeatable/grown.sql");
    project.run(&["up"]).with(0);
    project
        .run(&["status"])
        .with(0)
        .mentions("removed    repeatable/grown.sql  its file is gone, and view grown stays");
    project.database.query("SELECT * FROM grown");
}

fn a_migration_of_an_entity_works_beside_a_view_that_reads_it(product: Product) {
    let project = Project::settled(product);
    write(&project, "grown.sql", &view(product, "grown", GROWN));
    write(&project, "named.sql", &view(product, "all_grown", "SELECT email FROM grown"));
    project.run(&["lock"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'a@b', 30)");
    // On SQLite an integer is as long as it needs to be.
    let number = if product == Product::Sqlite { "f64" } else { "i64" };
    project.edit("person", "    pub age: Option<i32>,", &format!("    pub age: Option<{number}>,"));
    project.run(&["migration", "LongerAge", "--allow", "*"]).with(0);
    project.run(&["up"]).with(0).mentions("verified");
    assert_eq!(project.database.query("SELECT email FROM all_grown").len(), 1);
    project.run(&["check"]).with(0);
    project.run(&["down", "1", "--allow", "lossy-cast"]);
    project.run(&["up"]).with(0);
    assert_eq!(project.database.query("SELECT email FROM all_grown").len(), 1);
}

fn what_a_file_makes_is_no_drift_and_goes_with_fresh(product: Product) {
    let project = Project::settled(product);
    write(&project, "grown.sql", &view(product, "grown", GROWN));
    let routine = match product {
        Product::Postgres => {
            "CREATE OR REPLACE FUNCTION is_grown(age integer) RETURNS boolean LANGUAGE sql AS $$ SELECT age > 17 $$;\n\
             CREATE OR REPLACE FUNCTION older() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.age := NEW.age + 1; RETURN NEW; END $$;\n\
             CREATE OR REPLACE TRIGGER older BEFORE INSERT ON person FOR EACH ROW EXECUTE FUNCTION older();\n"
        }
        Product::MySql | Product::MariaDb => {
            "DROP FUNCTION IF EXISTS is_grown;\n\
             CREATE FUNCTION is_grown(age integer) RETURNS integer DETERMINISTIC NO SQL RETURN age > 17;\n\
             DROP TRIGGER IF EXISTS older;\n\
             CREATE TRIGGER older BEFORE INSERT ON person FOR EACH ROW SET NEW.age = NEW.age + 1;\n"
        }
        Product::Sqlite => {
            "DROP TRIGGER IF EXISTS older;\n\
             CREATE TRIGGER older AFTER INSERT ON person BEGIN UPDATE person SET age = NEW.age + 1 WHERE id = NEW.id; END;\n"
        }
    };
    write(&project, "routine.sql", routine);
    project.run(&["lock"]).with(0);
    project.run(&["up"]).with(0).mentions("verified");
    project.run(&["drift"]).with(0);
    project.run(&["check"]).with(0);
    project.run(&["migration", "Nothing"]).mentions("nothing to do");
    let insert = "INSERT INTO person (id, email, age) VALUES (1, 'a@b', 17)";
    project.database.execute(insert);
    assert_eq!(project.database.query("SELECT * FROM grown").len(), 1, "the trigger has run");
    project.run(&["fresh", "--development"]).with(0).mentions("run repeatable/grown.sql");
    project.database.execute(insert);
    assert_eq!(project.database.query("SELECT * FROM grown").len(), 1);
    project.run(&["reset", "--development"]).with(0);
}

fn verify_runs_the_files(product: Product) {
    let project = Project::settled(product);
    write(&project, "grown.sql", &view(product, "grown", GROWN));
    project.run(&["lock"]).with(0);
    project.run(&["verify"]).with(0).mentions("1 repeatable file, behind the migrations and once more");
    write(&project, "grown.sql", &format!("CREATE VIEW grown AS {GROWN};\n"));
    project.run(&["lock"]).with(0);
    project
        .run(&["verify"])
        .with(2)
        .mentions("the repeatable files")
        .mentions("`repeatable/grown.sql` failed at statement 1 of 1");
    write(&project, "grown.sql", &view(product, "grown", "SELECT nothing FROM person"));
    project.run(&["lock"]).with(0);
    project.run(&["check", "--replay"]).with(2).mentions("repeatable/grown.sql");
    let other = Database::create(product);
    let said = project.run(&["up", "--database-url", &other.url]).with(1).mentions("`repeatable/grown.sql` failed");
    assert!(said.out.contains("applied"), "what was done before is told: {}", said.out);
}

fn a_file_is_due_while_a_migration_waits(product: Product) {
    let project = Project::settled(product);
    let add = |field: &str, name: &str| {
        let age = "    pub age: Option<i32>,";
        project.edit("person", age, &format!("{age}\n    pub {field}: Option<String>,"));
        project.run(&["migration", name]).with(0);
    };
    add("note", "AddNote");
    project.run(&["up"]).with(0);
    let files = std::fs::read_dir(project.path().join("migrations")).expect("a folder");
    let names = files.map(|it| it.expect("an entry").file_name().to_string_lossy().into_owned());
    let expand = names.filter(|name| name.ends_with(".sql")).max().expect("a migration");
    add("more", "AddMore");
    project.change_newest(|text| format!("-- contract of {}\n{text}", expand.trim_end_matches(".sql")));
    project.run(&["up"]).with(0).mentions("waits: it removes");
    project.run(&["check", "--database"]).with(0);
    write(&project, "grown.sql", &view(product, "grown", GROWN));
    project.run(&["lock"]).with(0);
    project.run(&["check", "--database"]).with(2).mentions("repeatable/grown.sql has to be run");
    project.run(&["up", "--dry-run"]).with(0).mentions("-- repeatable/grown.sql\n");
    project.run(&["up"]).with(0).mentions("run repeatable/grown.sql");
    project.run(&["check", "--database"]).with(0);
}
