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
    what_goes_along_with_something_else_is_counted,
    rows_that_a_check_counts_can_be_looked_at,
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
    project.run(&["redo"]).with(0).keeps_silent_on("note: drops");
    project.run(&["down", "2"]).with(0).mentions("note: drops table person and its rows (1 row)");
    project.run(&["up"]).with(0);
    project.run(&["down", "2"]).with(0).keeps_silent_on("note: drops");
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
        let said = said.mentions("would lose data").mentions("(1 ");
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
    project.run(&["down"]).with(0).keeps_silent_on("its values");
}

/// Each way back names something else than what it throws away.
fn what_goes_along_with_something_else_is_counted(product: Product) {
    let cases: &[(&str, &str, &str, &str)] = match product {
        Product::Postgres => &[
            (
                "CREATE TYPE spirits AS ENUM ('high');\nALTER TABLE person ADD COLUMN spirit spirits;",
                "DROP TYPE spirits CASCADE;",
                "UPDATE person SET spirit = 'high'",
                "drops column person.spirit and its values (1 value)",
            ),
            (
                "ALTER TABLE person ALTER COLUMN age TYPE text;",
                "ALTER TABLE person ALTER COLUMN age TYPE integer USING 0;",
                "UPDATE person SET age = '7'",
                "overwrites the values of column person.age (1 value)",
            ),
            ("CREATE TABLE log (id int) PARTITION BY LIST (id);", "DROP TABLE log;", "ANALYZE log", "DROP TABLE log"),
            (
                "CREATE TABLE log_1 PARTITION OF log FOR VALUES IN (1);",
                "ALTER TABLE log DETACH PARTITION log_1;\nALTER TABLE log_1 RENAME TO old;\nDROP TABLE old;",
                "INSERT INTO log VALUES (1)",
                "drops partition log_1 and its rows (1 row)",
            ),
            (
                "CREATE TABLE note (id int);",
                "MERGE INTO note USING person ON note.id = person.id WHEN MATCHED THEN DELETE;\nDROP TABLE note;",
                "INSERT INTO note VALUES (1)",
                "rows go by what they match, so it is not known what it deletes",
            ),
        ],
        Product::MySql | Product::MariaDb => &[
            (
                "CREATE TABLE log (id int) PARTITION BY LIST (id) (PARTITION one VALUES IN (1), PARTITION two VALUES IN (2));",
                "CREATE TABLE old (id int);\nALTER TABLE log EXCHANGE PARTITION one WITH TABLE old;\nDROP TABLE old;\n\
                 ALTER TABLE log DROP PARTITION one;\nDROP TABLE log;",
                "INSERT INTO log VALUES (1), (2)",
                "drops partition one of log and its rows",
            ),
            (
                "ALTER TABLE person ADD COLUMN town varchar(9);",
                "-- changes data: ages are not wanted\nUPDATE person SET age = 0 WHERE true;\nALTER TABLE person DROP COLUMN town;",
                "UPDATE person SET age = 7",
                "overwrites the values of column person.age (1 value)",
            ),
        ],
        Product::Sqlite => &[],
    };
    let project = Project::settled(product);
    project.database.execute("INSERT INTO person (id, email) VALUES (1, 'a@example.org')");
    for (number, (up, down, fill, expected)) in (1..).zip(cases) {
        project.by_hand(&format!("Case{number}"), up, down);
        project.run(&["up"]).with(0);
        project.database.execute(fill);
        project.run(&["down", "--dry-run"]).with(0).mentions(expected);
        project.run(&["down"]).with(0);
        project.run(&["up"]).with(0);
    }
}

fn rows_that_a_check_counts_can_be_looked_at(product: Product) {
    let project = Project::new(product);
    let mood = |values: &str| {
        let values =
            values.split(' ').map(|it| format!("#[sea_orm(string_value = \"{it}\")] {it},")).collect::<String>();
        format!(
            "#[derive(Clone, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]\n\
             #[sea_orm(rs_type = \"String\", db_type = \"Enum\", enum_name = \"mood\")]\npub enum Mood {{ {values} }}\n"
        )
    };
    let entity = |values: &str| {
        let text = super::project::PERSON.replace("pub age: Option<i32>", "pub mood: Option<Mood>");
        project.entity("person", &text.replace("#[sea_orm::model]", &format!("{}\n#[sea_orm::model]", mood(values))));
    };
    entity("Glad");
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    entity("Glad Lost");
    project.run(&["migration", "Lost"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email, mood) VALUES (1, 'x', 'Lost')");
    let said = project.run(&["down"]);
    if product == Product::Sqlite {
        return;
    }
    let said = said.with(1).mentions("hint: these rows: `SELECT * FROM");
    let query =
        said.talk.split("these rows: `").nth(1).and_then(|rest| rest.split_once("` LIMIT").or(rest.rsplit_once('`')));
    let (query, _) = query.expect("a query");
    assert_eq!(project.database.query(query).len(), 1, "{query}");
    entity("Glad");
    let said = project.run(&["migration", "Glad"]).with(1);
    said.mentions("or replace the removed value, for example: `--replace person.mood:Lost=Glad`");
    project.run(&["migration", "Glad", "--replace", "person.mood:Lost=Glad"]).with(0);
}
