//! What `gen up` looks at after a run besides the schema.

use sea_gen::schema::Product;
use serde_json::Value;

use super::project::Project;
use crate::support::on_each;

on_each!(queries_of_the_file_and_of_the_command_line_must_find_no_row, numbers_of_rows_are_compared,);

fn with_note(project: &Project, line: &str) {
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'a@b', 30), (2, 'c@d', NULL)");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    project.change_newest(|text| text.replace("-- UP\n", &format!("-- UP\n\n{line}\n\n")));
    project.run(&["check", "--lock"]).with(0);
}

fn queries_of_the_file_and_of_the_command_line_must_find_no_row(product: Product) {
    let project = Project::settled(product);
    with_note(&project, "-- verify: SELECT id, email FROM person WHERE age IS NULL;");
    let said = project.run(&["up"]).with(1);
    let said = said
        .mentions("`SELECT id, email FROM person WHERE age IS NULL` of `")
        .mentions("finds rows that must not be there");
    let said = said.mentions("the 1 migration of the run is applied").mentions("2, c@d").mentions("`gen down 1`");
    assert!(said.out.contains("applied"), "{}", said.out);
    project.run(&["status"]).with(0).mentions("matches the snapshot");
    project.run(&["down", "--allow", "*"]).with(0);
    project.database.execute("UPDATE person SET age = 1 WHERE age IS NULL");
    project.run(&["up"]).with(0).mentions("verified: 1 check of the data");

    let said = project.run(&["up", "--json", "--verify-data", "SELECT 1 FROM person WHERE id > 1"]).with(1);
    let report: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!((&report["data"][0]["holds"], &report["data"][0]["rows"][0]), (&Value::Bool(false), &Value::from("1")));
    let said = project.run(&["up", "--verify-data", "DELETE FROM person"]).with(1);
    said.mentions("the database refuses `DELETE FROM person`").mentions("nothing was run");
    assert_eq!(project.database.query("SELECT id FROM person").len(), 2, "a check only reads");
    project.run(&["up", "--verify-data", "SELECT 1 FROM person WHERE id > 5"]).with(0);
}

/// A table that no migration names, and that a trigger changes.
fn numbers_of_rows_are_compared(product: Product) {
    let project = Project::settled(product);
    project.entity("visit", &super::project::PERSON.replace("\"person\"", "\"visit\""));
    project.run(&["migration", "AddVisit"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO visit (id, email) VALUES (1, 'x')");
    let body = match product {
        Product::Postgres => {
            "CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO visit (id, email) VALUES (2, 'y'); RETURN NEW; END $$;\n\
             CREATE TRIGGER seen AFTER UPDATE ON person FOR EACH ROW EXECUTE FUNCTION seen();\n"
        }
        Product::MySql | Product::MariaDb => {
            "CREATE TRIGGER seen AFTER UPDATE ON person FOR EACH ROW INSERT INTO visit (id, email) VALUES (2, 'y');\n"
        }
        Product::Sqlite => {
            "CREATE TRIGGER seen AFTER UPDATE ON person BEGIN INSERT INTO visit (id, email) VALUES (2, 'y'); END;\n"
        }
    };
    std::fs::create_dir_all(project.path().join("migrations/repeatable")).expect("a folder");
    std::fs::write(project.path().join("migrations/repeatable/seen.sql"), body).expect("a file");
    project.run(&["lock"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email) VALUES (1, 'a@b')");
    project.edit("person", "    pub age: Option<i32>,", "    pub age: Option<i32>,\n    pub note: Option<String>,");
    project.run(&["migration", "AddNote"]).with(0);
    let written = project.written();
    let (path, text) = written
        .iter()
        .rfind(|(path, _)| path.starts_with("migrations") && path.contains("add_note"))
        .expect("the migration");
    let text = text.replace("-- UP\n", "-- UP\n\nUPDATE person SET age = 1;\n\n");
    std::fs::write(project.path().join(path), text).expect("a written file");
    project.run(&["lock"]).with(0);
    project.run(&["up", "--unproven"]).with(0).mentions("`visit` 1 → 2");
    if product == Product::Postgres {
        project.database.execute("DELETE FROM visit WHERE id = 2; INSERT INTO visit (id, email) VALUES (500, 'z')");
        project.database.execute("CREATE TABLE other (id integer)");
        project.database.execute("DROP TABLE other");
        project.run(&["down", "--allow", "*"]).with(0);
        project.run(&["up", "--unproven"]).with(0).mentions("and `visit.id` has values up to 500");
    }
}
