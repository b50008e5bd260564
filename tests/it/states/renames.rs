//! Renames: by option, by an answers file, by the code; never by guessing. What is in the table stays in it, there and back.
//!
//! Must not know how candidates are scored.

use sea_gen::schema::Product;
use serde_json::Value;

use super::adoption::adopted;
use super::catalog::{catalog, only};
use super::project::Project;
use crate::support::on_each;

on_each!(
    a_renamed_column_keeps_its_values,
    a_question_is_answered_by_a_file,
    the_code_says_what_it_was_called,
    a_table_and_its_column_are_renamed_together_and_change_type,
    two_columns_swap_their_names,
    a_swap_is_not_said_by_attributes,
    what_nobody_declares_goes_along,
    a_table_whose_name_changes_its_case_keeps_its_rows,
    triggers_of_other_tables_name_the_renamed_table,
    a_trigger_of_another_table_does_not_keep_the_old_name_of_a_column,
    what_the_database_rewrites_for_a_rename_by_hand_is_in_the_snapshot,
);

/// A person in the table.
fn peopled(product: Product) -> Project {
    let project = Project::settled(product);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'ann@example.org', 33)");
    project
}

impl Project {
    #[track_caller]
    fn has(&self, sql: &str, value: &str) {
        assert_eq!(self.database.query(sql).first().unwrap().text(0), value, "{sql}");
    }
}

fn a_renamed_column_keeps_its_values(product: Product) {
    let project = peopled(product);
    let there = catalog(&project.database);
    project.edit("person", "pub email: String", "pub mail: String");
    let before = project.written();
    let said =
        project.run(&["migration", "Mail"]).with(1).mentions("column person.mail is new: was it renamed from email?");
    let said = said.mentions("--rename person.email:mail");
    let asked: Value = serde_json::from_str(&said.out).expect("the open questions");
    assert_eq!(asked["renames"][0]["candidates"][0]["from"], "email");
    assert_eq!(project.written(), before, "nothing is written while a question is open");

    project.run(&["migration", "Mail", "--rename", "person.email:mail"]).with(0).mentions("email → mail");
    project.run(&["up"]).with(0);
    project.has("SELECT mail FROM person", "ann@example.org");
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    project.has("SELECT email FROM person", "ann@example.org");
    assert_eq!(catalog(&project.database), there);
    project.run(&["up"]).with(0);
    project.has("SELECT mail FROM person", "ann@example.org");
}

fn a_question_is_answered_by_a_file(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub email: String", "pub mail: String");
    project.edit("person", "pub age: Option<i32>", "pub years: Option<i32>");
    let said = project.run(&["migration", "Mail", "--no-interactive"]).with(1);
    let mut answers: Value = serde_json::from_str(&said.out).expect("the open questions");
    let answers_file = project.path().join("answers.json");
    for question in answers["renames"].as_array_mut().expect("questions") {
        question["renamed_from"] = match question["name"].as_str() {
            Some("mail") => "email".into(),
            _ => false.into(),
        };
    }
    std::fs::write(&answers_file, answers.to_string()).expect("a file");
    let path = answers_file.to_str().expect("a path");
    let allow = "drop-column:person.age";
    let said = project.run(&["migration", "Mail", "--answers", path, "--allow", allow]).with(0);
    said.mentions("email → mail").mentions("years");
    project.run(&["up"]).with(0);
    project.has("SELECT mail FROM person WHERE years IS NULL", "ann@example.org");
    project.holds();

    project.edit("person", "pub mail: String", "pub address: String");
    let wrong = r#"{"renames": [{"kind": "column", "table": "person", "name": "address", "renamed_from": "nothing"}]}"#;
    std::fs::write(&answers_file, wrong).expect("a file");
    project.run(&["migration", "Address", "--answers", path]).with(1).mentions("cannot have been `nothing`");
    std::fs::write(&answers_file, r#"{"renamed": []}"#).expect("a file");
    project.run(&["migration", "Address", "--answers", path]).with(1).mentions("does not hold answers");
    project.run(&["migration", "Address", "--rename", "person"]).with(1).mentions("cannot be read");
}

/// And may go on saying so when the old name is long gone.
fn the_code_says_what_it_was_called(product: Product) {
    let project = peopled(product);
    project.edit("person", "pub email: String", "#[sea_orm(indexed, renamed_from = \"email\")]\n    pub mail: String");
    project.run(&["migration", "Mail"]).with(0).mentions("email → mail");
    project.run(&["up"]).with(0);
    project.has("SELECT mail FROM person", "ann@example.org");
    project.finds_nothing();
    project.edit("person", "pub age", "#[sea_orm(indexed)]\n    pub age");
    project.run(&["migration", "Age"]).with(0).keeps_silent_on("mail");
    project.run(&["up"]).with(0);
    project.holds();

    // An index named after its column follows, and so it does on the way back.
    project.edit("person", "pub age", "#[sea_orm(renamed_from = \"age\")]\n    pub years");
    project.run(&["migration", "Years"]).with(0).mentions("idx-person-age → idx-person-years");
    project.run(&["up"]).with(0);
    project.holds();
    project.run(&["down", "3"]).with(0);
    project.has("SELECT email FROM person WHERE age = 33", "ann@example.org");
}

fn a_table_and_its_column_are_renamed_together_and_change_type(product: Product) {
    let project = peopled(product);
    let there = catalog(&project.database);
    project.edit("person", "table_name = \"person\"", "table_name = \"human\"");
    project.edit("person", "pub age: Option<i32>", "pub years: Option<i64>");
    project.run(&["migration", "Human"]).with(1).mentions("table human is new: was it renamed from person?");
    let arguments = ["migration", "Human", "--rename", "person:human", "--rename", "person.age:years"];
    project.run(&arguments).with(0).mentions("person → human").mentions("age → years");
    project.run(&["up"]).with(0);
    project.has("SELECT email FROM human WHERE years = 33", "ann@example.org");
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    project.has("SELECT email FROM person WHERE age = 33", "ann@example.org");
    assert_eq!(catalog(&project.database), there);
    project.run(&["up"]).with(0);
    project.holds();
}

fn two_columns_swap_their_names(product: Product) {
    let project = Project::new(product);
    project.entity("person", &super::project::PERSON.replace("pub age: Option<i32>", "pub nick: String"));
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, nick) VALUES (1, 'an address', 'a nick')");
    let arguments = ["migration", "Swap", "--rename", "person.email:nick", "--rename", "person.nick:email"];
    project.run(&arguments).with(0);
    project.run(&["up"]).with(0);
    project.has("SELECT email FROM person", "a nick");
    project.has("SELECT nick FROM person", "an address");
    project.holds();
    project.run(&["down"]).with(0);
    project.has("SELECT email FROM person", "an address");
}

/// An attribute stays in the code, and would swap the names again with every migration.
fn a_swap_is_not_said_by_attributes(product: Product) {
    let project = Project::new(product);
    project.entity("person", &super::project::PERSON.replace("pub age: Option<i32>", "pub nick: String"));
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    let before = project.written();
    project.edit("person", "pub email: String", "#[sea_orm(renamed_from = \"nick\")]\n    pub email: String");
    project.edit("person", "pub nick", "#[sea_orm(renamed_from = \"email\")]\n    pub nick");
    let said = project.run(&["migration", "Swap"]).with(1);
    said.mentions("leads round in a circle").mentions("`gen migration <Name> --rename person.");
    for command in [&["sync"][..], &["diff"], &["diff", "--from", "database"], &["check"]] {
        project.run(command).with(1).mentions("leads round in a circle");
    }
    assert_eq!(project.written().keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
}

fn what_nobody_declares_goes_along(product: Product) {
    let project = adopted(product);
    let there = catalog(&project.database);
    // A view that nobody declares names the column: only who made it knows what it should be.
    project.edit("book", "pub stock: i32", "pub amount: i32");
    project
        .run(&["migration", "Amount", "--rename", "book.stock:amount"])
        .with(1)
        .mentions("in_stock")
        .mentions("declare it");
    project.edit("book", "pub amount: i32", "pub stock: i32");

    project.edit("book", "pub shelf: i32", "pub board: i32");
    project.run(&["migration", "Board", "--rename", "book.shelf:board"]).with(0).mentions("shelf → board");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    let gone = only(&there, &catalog(&project.database));
    assert!(gone.iter().all(|line| line.contains("shelf")), "{gone:#?}");
    project.run(&["down"]).with(0);
    assert_eq!(catalog(&project.database), there);
    project.run(&["up"]).with(0);

    let here = catalog(&project.database);
    project.edit("book", "table_name = \"book\"", "table_name = \"volume\"");
    project.run(&["migration", "Volume", "--rename", "book:volume"]).with(0).mentions("book → volume");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    assert_eq!(catalog(&project.database), here);
}

/// SQLite sees one table; for the others it is a question like any.
fn a_table_whose_name_changes_its_case_keeps_its_rows(product: Product) {
    let project = peopled(product);
    let there = catalog(&project.database);
    project.edit("person", "table_name = \"person\"", "table_name = \"Person\"");
    let quote = if matches!(product, Product::MySql | Product::MariaDb) { '`' } else { '"' };
    let rows = format!("SELECT email FROM {quote}Person{quote} WHERE age = 33");
    if product == Product::Sqlite {
        project.run(&["migration", "Case"]).with(0).mentions("person → Person");
    } else {
        project.run(&["migration", "Case"]).with(1).mentions("table Person is new: was it renamed from person?");
        project.run(&["migration", "Case", "--rename", "person:Person"]).with(0).mentions("person → Person");
    }
    project.run(&["up"]).with(0);
    project.has(&rows, "ann@example.org");
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    assert_eq!(catalog(&project.database), there);
    project.run(&["up"]).with(0);
    project.has(&rows, "ann@example.org");
}

const LOG: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub said: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

/// Two tables that nobody declares more of than their columns, and what names the first one, made by hand.
fn logged(product: Product, more: &[&str]) -> Project {
    let project = Project::new(product);
    let number = match product {
        Product::Postgres => "serial",
        Product::MySql | Product::MariaDb => "int AUTO_INCREMENT",
        Product::Sqlite => "integer",
    };
    project.database.execute(&format!(
        "CREATE TABLE person (id {number} PRIMARY KEY NOT NULL, email varchar(80) NOT NULL, age int);
         CREATE TABLE log (id int PRIMARY KEY NOT NULL, said varchar(80) NOT NULL)"
    ));
    more.iter().for_each(|sql| project.database.execute(sql));
    project.entity("person", super::project::PERSON);
    project.entity("log", LOG);
    project.run(&["init"]).with(0);
    project.database.execute("INSERT INTO person (id, email, age) VALUES (1, 'ann@example.org', 33)");
    project
}

/// The triggers of PostgreSQL call functions, whose texts are not part of them.
fn on_log(product: Product) -> Option<&'static str> {
    match product {
        Product::Postgres => None,
        Product::MySql | Product::MariaDb => Some(
            "CREATE TRIGGER on_log AFTER INSERT ON log FOR EACH ROW UPDATE person SET email = NEW.said WHERE person.age = 33",
        ),
        Product::Sqlite => Some(
            "CREATE TRIGGER on_log AFTER INSERT ON log BEGIN UPDATE person SET email = new.said WHERE person.age = 33; END",
        ),
    }
}

fn triggers_of_other_tables_name_the_renamed_table(product: Product) {
    let Some(trigger) = on_log(product) else { return };
    let project = logged(product, &[trigger]);
    let there = catalog(&project.database);
    project.edit("person", "table_name = \"person\"", "table_name = \"human\"");
    project.run(&["migration", "Human", "--rename", "person:human"]).with(0).mentions("trigger on_log");
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO log (id, said) VALUES (1, 'bob@example.org')");
    project.has("SELECT email FROM human", "bob@example.org");
    project.holds();
    project.finds_nothing();
    project.run(&["down"]).with(0);
    assert_eq!(catalog(&project.database), there);
}

fn a_trigger_of_another_table_does_not_keep_the_old_name_of_a_column(product: Product) {
    let Some(trigger) = on_log(product) else { return };
    let project = logged(product, &[trigger]);
    project.edit("person", "pub email: String", "pub mail: String");
    let rename = ["migration", "Mail", "--rename", "person.email:mail"];
    project.run(&rename).with(1).mentions("on_log").mentions("declare it");
    let path = project.path().join("entities").join(format!("log.{}.sql", product.key()));
    std::fs::write(&path, format!("{};\n", trigger.replace("email", "mail"))).expect("a written file");
    project.run(&rename).with(0).mentions("trigger on_log");
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO log (id, said) VALUES (1, 'bob@example.org')");
    project.has("SELECT mail FROM person", "bob@example.org");
    project.holds();
    project.finds_nothing();
}

/// SQLite rewrites its texts, PostgreSQL prints what it stores parsed with the current names; the others rewrite nothing.
fn what_the_database_rewrites_for_a_rename_by_hand_is_in_the_snapshot(product: Product) {
    let more: &[&str] = match product {
        Product::MySql | Product::MariaDb => return,
        Product::Postgres => &[
            "ALTER TABLE log ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY known ON log USING (EXISTS (SELECT 1 FROM person WHERE person.email = log.said))",
            "CREATE RULE told AS ON DELETE TO log DO ALSO UPDATE person SET email = old.said",
            "CREATE FUNCTION mails() RETURNS SETOF varchar LANGUAGE sql BEGIN ATOMIC SELECT email FROM person; END",
            "CREATE VIEW mail_of AS SELECT id, email FROM person",
        ],
        Product::Sqlite => &[
            "CREATE TRIGGER on_log AFTER INSERT ON log BEGIN UPDATE person SET email = new.said WHERE person.age = 33; END",
            "CREATE TRIGGER own AFTER UPDATE OF email ON person BEGIN INSERT INTO log VALUES (1, new.email); END",
            "CREATE VIEW said AS SELECT said FROM log",
            "CREATE TRIGGER on_said INSTEAD OF INSERT ON said BEGIN UPDATE person SET email = new.said; END",
            "CREATE VIEW mail_of AS SELECT id, email FROM person",
        ],
    };
    let project = logged(product, more);
    project.edit("person", "pub email: String", "pub mail: String");
    let (up, down) = ("RENAME COLUMN email TO mail", "RENAME COLUMN mail TO email");
    project.by_hand("Mail", &format!("ALTER TABLE person {up};"), &format!("ALTER TABLE person {down};"));
    project.run(&["up"]).with(0);
    project.holds();
    project.run(&["drift"]).with(0).mentions("no drift");
    project.run(&["migration", "Nothing"]).with(0).mentions("nothing to do");

    project.edit("person", "table_name = \"person\"", "table_name = \"human\"");
    project.by_hand("Human", "ALTER TABLE person RENAME TO human;", "ALTER TABLE human RENAME TO person;");
    project.run(&["up"]).with(0);
    project.holds();
    project.run(&["drift"]).with(0).mentions("no drift");
    project.run(&["migration", "Nothing"]).with(0).mentions("nothing to do");
    project.run(&["down", "2"]).with(0);
    project.has("SELECT email FROM person", "ann@example.org");
    project.run(&["up"]).with(0);
    project.holds();
}

#[apply(test)]
fn sqlite_needs_no_expand_and_contract() {
    let project = Project::settled(Product::Sqlite);
    project.edit("person", "pub email: String", "#[sea_orm(renamed_from = \"email\")]\n    pub mail: String");
    project.run(&["migration", "Change", "--expand-contract"]).with(1).mentions("a plain one is what it needs");
}
