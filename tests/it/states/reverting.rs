//! Going back throws away what the migrations brought: it is counted, and refused where the database is no development one.
//!
//! Must not know how it is found out.

use sea_gen::schema::Product;
use url::Url;

use super::project::Project;
use crate::support::on_each;

on_each!(
    what_is_done_before_a_failure_is_told,
    going_back_says_what_it_throws_away_in_development,
    going_back_is_refused_elsewhere_until_it_is_allowed,
    values_that_give_way_to_computed_ones_are_counted,
);

/// A person with a nickname, in a column that the second migration brought.
fn nicknamed(product: Product) -> Project {
    let project = Project::settled(product);
    project.edit("person", "pub age: Option<i32>,", "pub age: Option<i32>,\n    pub nickname: Option<String>,");
    project.run(&["migration", "AddNickname"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, nickname) VALUES (1, 'a@example.org', 'x')");
    project
}

fn going_back_says_what_it_throws_away_in_development(product: Product) {
    let project = nicknamed(product);
    project.run(&["redo", "--dry-run"]).with(0).mentions("drops column person.nickname and its values (1 value)");
    project.run(&["redo"]).with(0).mentions("note: drops column person.nickname and its values (1 value)");
    project.run(&["redo"]).with(0).keeps_silent_on("note:");
    project.run(&["down", "2"]).with(0).mentions("note: drops table person and its rows (1 row)");
    project.run(&["up"]).with(0);
    project.run(&["down", "2"]).with(0).keeps_silent_on("note:");
}

/// Of several migrations that run, those before the one that fails are told.
fn what_is_done_before_a_failure_is_told(product: Product) {
    let project = nicknamed(product);
    project.database.execute("INSERT INTO person (id, email, nickname) VALUES (2, 'b@example.org', 'x')");
    let gone = if matches!(product, Product::MySql | Product::MariaDb) {
        "DROP INDEX single ON person;"
    } else {
        "DROP INDEX single;"
    };
    project.by_hand("Index", "CREATE INDEX person_age ON person (age);", &gone.replace("single", "person_age"));
    project.by_hand("Unique", "CREATE UNIQUE INDEX single ON person (nickname);", gone);
    let said = project.run(&["up"]).with(1);
    said.mentions("applied").mentions("_index").mentions("_unique` failed");
}

fn going_back_is_refused_elsewhere_until_it_is_allowed(product: Product) {
    // An SQLite file is always on this machine.
    if product == Product::Sqlite {
        return;
    }
    let project = nicknamed(product);
    let mut url = Url::parse(&project.database.url).expect("a URL");
    url.set_host(Some("0.0.0.0")).expect("a host");
    project.configure(url.as_str());
    let there = || project.database.query("SELECT nickname FROM person").len();
    for command in [vec!["down"], vec!["redo"], vec!["goto", "initial"], vec!["down", "2"]] {
        let said = project.run(&command).with(1);
        let said = said.mentions("would lose what cannot be brought back").mentions("(1 ");
        said.mentions(&format!("`gen {} --allow drop-", command.join(" ")));
        assert_eq!(there(), 1, "{command:?}");
    }
    project.run(&["down", "--dry-run"]).with(0).mentions("needs `--allow drop-column:person.nickname`");
    project.run(&["down", "--allow", "drop-column:person.age"]).with(1);
    project.run(&["down", "--allow", "drop-column:person.nickname"]).with(0).mentions("reverted");
    project.run(&["down"]).with(1).mentions("drops table person and its rows (1 row)");
    project.database.execute("DELETE FROM person");
    project.run(&["down"]).with(0).mentions("reverted");
}

fn values_that_give_way_to_computed_ones_are_counted(product: Product) {
    let project = Project::settled(product);
    let computed = "#[sea_orm(extra = \"GENERATED ALWAYS AS (age * 2) STORED\")]\n    pub twice: Option<i32>,";
    project.edit("person", "pub age: Option<i32>,", &format!("pub age: Option<i32>,\n    {computed}"));
    project.run(&["migration", "Computed"]).with(0);
    project.edit("person", computed, "pub twice: Option<i32>,");
    project.run(&["migration", "Plain"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, age, twice) VALUES (1, 'a@example.org', 1, 777)");
    project.run(&["down"]).with(0).mentions("column person.twice and").mentions("its values (1 value)");
    project.run(&["up"]).with(0);
    project.database.execute("UPDATE person SET twice = NULL");
    project.run(&["down"]).with(0).keeps_silent_on("note:");
}
