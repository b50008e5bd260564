//! Proofs are made where they can be, and what they say counts.
//!
//! Must not know how a scratch database is filled.

use sea_gen::schema::Product;

use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(
    what_a_view_over_a_neighbour_reads_is_built_along,
    what_a_trigger_or_a_policy_names_is_built_along,
    what_is_refuted_is_not_applied,
    proofs_without_rows_are_counted,
);

impl Project {
    pub fn declare_in_sql(&self, sql: &str) {
        let path = self.path().join("entities").join(format!("beside.{}.sql", self.product.key()));
        std::fs::write(path, sql).expect("a written file");
    }
}

fn what_a_view_over_a_neighbour_reads_is_built_along(product: Product) {
    let project = Project::new(product);
    project.entity("person", PERSON);
    let relation =
        "#[sea_orm(belongs_to, from = \"age\", to = \"id\")]\n    pub friend: HasOne<super::person::Entity>,\n}";
    for table in ["bill", "review"] {
        let entity = PERSON.replace("\"person\"", &format!("{table:?}"));
        project.entity(
            table,
            &entity.replace("pub age: Option<i32>,\n}", &format!("pub age: Option<i32>,\n    {relation}")),
        );
    }
    project.declare_in_sql(
        "CREATE VIEW revenue AS SELECT person.id, count(*) AS n FROM person JOIN bill ON bill.age = person.id GROUP BY person.id;",
    );
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.edit("review", "pub email: String", "pub stars: Option<i32>,\n    pub email: String");
    project.run(&["migration", "Stars"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.run(&["verify", "--all"]).with(0);
    project.holds();
}

fn what_a_trigger_or_a_policy_names_is_built_along(product: Product) {
    let project = Project::settled(product);
    project.database.execute("CREATE TABLE journal (what varchar(200))");
    let made: &[&str] = match product {
        Product::Sqlite => {
            &["CREATE TRIGGER told AFTER INSERT ON person BEGIN INSERT INTO journal VALUES (NEW.email); END"]
        }
        Product::MySql | Product::MariaDb => {
            &["CREATE TRIGGER told AFTER INSERT ON person FOR EACH ROW INSERT INTO journal VALUES (NEW.email)"]
        }
        Product::Postgres => &[
            "CREATE FUNCTION allowed() RETURNS text LANGUAGE sql STABLE AS $$ SELECT max(what) FROM journal $$",
            "ALTER TABLE person ENABLE ROW LEVEL SECURITY",
            "CREATE POLICY own ON person USING (email = allowed())",
        ],
    };
    made.iter().for_each(|sql| project.database.execute(sql));
    project.run(&["drift", "adopt"]).with(0);
    project.edit("person", "pub age", "#[sea_orm(unique)]\n    pub nick: Option<String>,\n    pub age");
    project.run(&["migration", "Nick"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
}

fn what_is_refuted_is_not_applied(product: Product) {
    let project = Project::settled(product);
    project.run(&["migration", "Wrong", "--empty"]).with(0);
    let folder = project.path().join("migrations");
    let newest = std::fs::read_dir(&folder).expect("migrations").map(|it| it.expect("one").path()).max().expect("one");
    let text = std::fs::read_to_string(&newest).expect("a text");
    let placeholder = "-- write the up statements here, each ending with a semicolon\n";
    std::fs::write(&newest, text.replacen(placeholder, "INSERT INTO nowhere VALUES (1);\n", 1))
        .expect("a written file");
    project.run(&["lock"]);
    let said = project.run(&["verify"]).with(2);
    said.mentions("refuted").mentions("on the scratch database").keeps_silent_on("your database");
    project.run(&["up"]).with(1).mentions("failed its proof").mentions("gen up --unproven").keeps_silent_on("INSERT");
    project.run(&["up", "--unproven"]).with(1).mentions("INSERT INTO nowhere");
    // Where a statement that fails is not taken back with the others, somebody has to look first.
    if matches!(product, Product::MySql | Product::MariaDb) {
        return;
    }
    // What was corrected has another checksum, and no proof stands against it.
    let corrected = std::fs::read_to_string(&newest)
        .expect("a text")
        .replace("nowhere VALUES (1)", "person (id, email) VALUES (9, 'nine')");
    std::fs::write(&newest, corrected).expect("a written file");
    project.run(&["lock"]);
    project.run(&["up"]).with(0);
}

fn proofs_without_rows_are_counted(product: Product) {
    let project = Project::settled(product);
    let twice = "ALTER TABLE person ADD COLUMN note varchar(9);\n-- changes data: none of them is new\nINSERT INTO person (id, email) SELECT id, email FROM person;";
    project.by_hand("Twice", twice, "ALTER TABLE person DROP COLUMN note;");
    let said = project.run(&["verify", "--all"]).with(0);
    said.mentions("proven without rows; with generated rows").mentions("note: 1 of 2 proofs went without rows");
}
