//! One rule in many words: the database says that they mean the same, the snapshot takes the words of the code, and from
//! then on nobody has to be asked.
//!
//! Must not know how the database is asked.

use sea_gen::schema::Product;

use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(
    a_database_is_adopted_in_the_words_of_the_code,
    a_rule_is_said_in_other_words_later,
    what_means_something_else_is_a_change,
);

/// A rule, the same rule, and another rule; the first two are beyond a parser where the product prints what it read.
fn rules(product: Product) -> [&'static str; 3] {
    match product {
        Product::Postgres => ["born > '2000-01-01'", "born > '2000-01-01 00:00'", "born > '2001-01-01'"],
        Product::MySql | Product::MariaDb => ["WEEKOFYEAR(born) > 1", "WEEK(born, 3) > 1", "WEEK(born, 3) > 2"],
        // The text is kept as it is, and so is compared by parsing.
        Product::Sqlite => ["born > '2000-01-01'", "(\"born\") > '2000-01-01'", "born > '2001-01-01'"],
    }
}

fn declare(project: &Project, rule: &str) {
    project.entity("person", &PERSON.replace("pub age: Option<i32>", "pub born: DateTime"));
    let path = format!("entities/person.{}.sql", project.product.key());
    let text = format!("ALTER TABLE person ADD CONSTRAINT grown CHECK ({rule});\n");
    std::fs::write(project.path().join(path), text).expect("a written file");
}

/// Whether a snapshot has the rule in these very words.
#[track_caller]
fn snapshot_says(project: &Project, rule: &str) {
    let words = rule.replace('"', "\\\"");
    let said = project.written().iter().any(|(path, text)| path.starts_with("snapshots") && text.contains(&words));
    assert!(said || project.product == Product::Sqlite, "{rule}\n{:#?}", project.written());
}

/// Nothing differs: with the database, and without it.
#[track_caller]
fn agree(project: &Project) {
    project.finds_nothing();
    assert_eq!(project.situation(), "current");
    project.run(&["drift"]).with(0);
    project.holds();
    let before = project.written();
    project.run(&["migration", "Nothing", "--from", "snapshot"]).with(0).mentions("nothing to do");
    project.run(&["diff", "--exit-code"]).with(0);
    project.run(&["diff", "--from", "snapshot", "--to", "database", "--exit-code"]).with(0);
    project.run(&["diff", "--from", "database", "--to", "entities", "--exit-code"]).with(0);
    project.run(&["sync", "--dry-run"]).with(0).keeps_silent_on("grown");
    assert_eq!(project.written(), before);
}

fn a_database_is_adopted_in_the_words_of_the_code(product: Product) {
    let [other, one, _] = rules(product);
    let writer = Project::new(product);
    declare(&writer, one);
    writer.run(&["init"]).with(0);
    writer.run(&["migration", "Initial"]).with(0);
    writer.run(&["up"]).with(0);
    agree(&writer);
    let reader = Project::new(product);
    declare(&reader, other);
    reader.configure(&writer.database.url);
    writer.database.execute("DROP TABLE sea_gen_history");
    reader.run(&["init"]).with(0);
    snapshot_says(&reader, other);
    agree(&reader);
    let spared = std::fs::read_to_string(reader.path().join("schema.lock.json")).expect("a lock");
    reader.run(&["migration", "Nothing"]).with(0).mentions("nothing to do");
    assert_eq!(std::fs::read_to_string(reader.path().join("schema.lock.json")).expect("a lock"), spared);
}

fn a_rule_is_said_in_other_words_later(product: Product) {
    let [one, other, _] = rules(product);
    let project = Project::new(product);
    declare(&project, one);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    declare(&project, other);
    project.run(&["check", "--entities"]).with(if product == Product::Sqlite { 0 } else { 2 });
    project.run(&["check"]).with(0);
    project.run(&["migration", "Nothing"]).with(0).mentions("nothing to do");
    snapshot_says(&project, other);
    agree(&project);
    // The history was written when the snapshot had other words, and still leads to it.
    project.edit("person", "pub email", "#[sea_orm(indexed)]\n    pub email");
    project.run(&["migration", "AddEmailIndex"]).with(0).keeps_silent_on("check grown");
    assert_eq!(project.situation(), "behind");
    project.run(&["up"]).with(0).mentions("applied");
    agree(&project);
    project.run(&["down"]).with(0);
    assert_eq!(project.situation(), "behind");
}

fn what_means_something_else_is_a_change(product: Product) {
    let [one, _, another] = rules(product);
    let project = Project::new(product);
    declare(&project, one);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    declare(&project, another);
    project.run(&["check"]).with(2).mentions("grown");
    project.run(&["diff", "--exit-code"]).with(2).mentions("grown");
    project.run(&["migration", "GrowLater"]).with(0).mentions("grown");
    // The old rule stands in nobody's words but the database's, and that is no drift.
    assert_eq!(project.situation(), "behind");
    project.run(&["up"]).with(0);
    agree(&project);
    project.run(&["down"]).with(0);
    assert_eq!(project.situation(), "behind");
}
