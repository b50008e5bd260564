//! What is excluded is still there: what refers to it, and what it refers to, comes through.
//!
//! Must not know how it is remembered.

use sea_gen::schema::Product;

use super::catalog::catalog;
use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(
    keys_to_an_excluded_table_come_through,
    what_an_excluded_table_depends_on_is_not_changed_under_it,
    a_table_excluded_later_is_neither_dropped_nor_made,
    views_over_excluded_tables_are_proven,
    excluded_names_are_not_made_up,
);

/// `person` refers to `audit`, which is excluded, and `note`, which is excluded too, to `person`.
fn adopted(product: Product) -> Project {
    let project = Project::new(product);
    let (number, text) = match product {
        Product::Sqlite => ("integer PRIMARY KEY AUTOINCREMENT NOT NULL", "varchar"),
        Product::Postgres => ("serial PRIMARY KEY", "varchar"),
        Product::MySql | Product::MariaDb => ("int NOT NULL AUTO_INCREMENT PRIMARY KEY", "varchar(255)"),
    };
    let number_only = if product == Product::Sqlite { "integer" } else { "int" };
    for sql in [
        format!("CREATE TABLE audit (id {number}, what {text} NOT NULL)"),
        format!(
            "CREATE TABLE person (id {number}, email {text} NOT NULL, age {number_only}, \
             CONSTRAINT to_audit FOREIGN KEY (age) REFERENCES audit (id) ON DELETE CASCADE)"
        ),
        format!(
            "CREATE TABLE note (id {number}, person_id {number_only}, \
             CONSTRAINT to_person FOREIGN KEY (person_id) REFERENCES person (id))"
        ),
        "INSERT INTO audit (id, what) VALUES (7, 'seven')".to_owned(),
        "INSERT INTO person (id, email, age) VALUES (1, '12', 7)".to_owned(),
        "INSERT INTO note (id, person_id) VALUES (1, 1)".to_owned(),
    ] {
        project.database.execute(&sql);
    }
    project.entity("person", PERSON);
    project.exclude("\"audit\", \"note\", \"*_log\"");
    project
}

impl Project {
    fn exclude(&self, patterns: &str) {
        let path = self.path().join("gen.toml");
        let text = std::fs::read_to_string(&path).expect("a configuration");
        let text: String =
            text.lines().filter(|line| !line.starts_with("exclude")).map(|line| format!("{line}\n")).collect();
        std::fs::write(path, format!("exclude = [{patterns}]\n{text}")).expect("a written file");
    }

    /// Both foreign keys are there, that of the excluded table too.
    #[track_caller]
    fn has_both_keys(&self) {
        let there = catalog(&self.database);
        for (from, to) in [("person", "audit"), ("note", "person")] {
            let is_it = |line: &&String| {
                ["key ", "constraint "].iter().any(|kind| line.starts_with(&format!("{kind}{from}.")))
                    && line.contains(to)
            };
            assert!(there.iter().any(|line| is_it(&line)), "{from} to {to}:\n{}", there.join("\n"));
        }
    }

    fn count(&self, sql: &str) -> String {
        self.database.query(sql).first().expect("a row").text(0).to_owned()
    }
}

fn keys_to_an_excluded_table_come_through(product: Product) {
    let project = adopted(product);
    project.run(&["init"]).with(0);
    project.finds_nothing();
    project.holds();
    let there = catalog(&project.database);
    project.has_both_keys();
    project.edit("person", "pub email: String", "#[sea_orm(unique)]\n    pub email: String");
    project.run(&["migration", "Unique"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.has_both_keys();
    project.holds();
    project.finds_nothing();
    project.run(&["verify", "--all"]).with(0);
    project.run(&["down"]).with(0);
    assert_eq!(catalog(&project.database), there);
    // A type that changes under the key, and a new name.
    project.run(&["up"]).with(0);
    project.edit("person", "pub age: Option<i32>", "#[sea_orm(column_name = \"years\")]\n    pub age: Option<i32>");
    project.run(&["migration", "Years", "--rename", "person.age:years"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.has_both_keys();
    assert_eq!(project.count("SELECT count(*) FROM person WHERE years = 7"), "1");
    project.holds();
}

fn what_an_excluded_table_depends_on_is_not_changed_under_it(product: Product) {
    let project = adopted(product);
    project.run(&["init"]).with(0);
    std::fs::remove_file(project.path().join("entities/person.rs")).expect("an entity less");
    let before = project.written();
    let refused = project.run(&["migration", "Less", "--allow", "drop-table"]).with(1);
    refused.mentions("a foreign key of table note depends on it").mentions("exclude");
    assert_eq!(project.written(), before);
    drop(project);

    let project = adopted(product);
    project.database.execute("CREATE VIEW person_log AS SELECT id, email FROM person");
    project.run(&["init"]).with(0);
    project.edit("person", "    pub email: String,\n", "");
    project.run(&["migration", "Less", "--allow", "drop-column"]).with(1).mentions("view person_log depends on it");
}

fn a_table_excluded_later_is_neither_dropped_nor_made(product: Product) {
    let project = Project::settled(product);
    project.entity("tag", &PERSON.replace("\"person\"", "\"tag\""));
    project.run(&["migration", "Tag"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO tag (id, email) VALUES (1, 'a')");
    project.exclude("\"tag\"");
    project.finds_nothing();
    project.holds();
    project.edit("person", "pub age", "pub note: Option<String>,\n    pub age");
    project.run(&["migration", "Note"]).with(0).keeps_silent_on("tag").mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    assert_eq!(project.count("SELECT count(*) FROM tag"), "1");
    std::fs::remove_file(project.path().join("entities/tag.rs")).expect("an entity less");
    project.finds_nothing();
    project.run(&["down"]).with(0);
    project.run(&["up"]).with(0);
    assert_eq!(project.count("SELECT count(*) FROM tag"), "1");
}

fn views_over_excluded_tables_are_proven(product: Product) {
    let project = adopted(product);
    let view = "CREATE VIEW seen AS SELECT person.id, audit.what FROM person JOIN audit ON audit.id = person.age;\n";
    let path = project.path().join("entities").join(format!("person.{}.sql", product.key()));
    std::fs::write(path, view).expect("a written file");
    project.run(&["init"]).with(0);
    project.run(&["migration", "Seen"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.edit(
        "person",
        "pub email: String",
        "pub nick: Option<String>,\n    #[sea_orm(unique)]\n    pub email: String",
    );
    project.run(&["migration", "Nick"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(project.count("SELECT what FROM seen"), "seven");
    project.finds_nothing();
}

fn excluded_names_are_not_made_up(product: Product) {
    let project = adopted(product);
    project.database.execute("CREATE TABLE _new_person (id int)");
    project.exclude("\"audit\", \"note\", \"_new_*\"");
    project.run(&["init"]).with(0);
    project.edit("person", "pub email: String", "#[sea_orm(unique)]\n    pub email: String");
    project.run(&["migration", "Unique"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
}
