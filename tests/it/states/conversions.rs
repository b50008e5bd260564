//! What stands on a column whose values are converted goes with the old column and comes back on the new one.
//!
//! Must not know how the statements are put together.

use sea_gen::schema::Product;

use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(what_stands_on_a_converted_column_comes_back, what_is_computed_from_a_renamed_column_can_go_with_the_rename);

const EVERYWHERE: &str = "CREATE UNIQUE INDEX person_email ON person (email);
CREATE INDEX person_both ON person (age, email);
ALTER TABLE person ADD CONSTRAINT said CHECK (email IS NOT NULL OR age > 0);
CREATE VIEW addresses AS SELECT id, email FROM person;
CREATE VIEW some_addresses AS SELECT email FROM addresses;
";

const MYSQL: &str = "ALTER TABLE person ADD COLUMN size int GENERATED ALWAYS AS (length(email)) STORED;
CREATE INDEX person_size ON person (size);
CREATE TRIGGER touched BEFORE UPDATE ON person FOR EACH ROW SET NEW.email = NEW.email;
";

const POSTGRES: &str = "ALTER TABLE person ADD COLUMN size int GENERATED ALWAYS AS (length(email::text)) STORED;
CREATE INDEX person_part ON person (age) WHERE email IS NOT NULL;
CREATE INDEX person_covering ON person (age) INCLUDE (email);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER touched BEFORE UPDATE OF email ON person FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER changed BEFORE UPDATE ON person FOR EACH ROW WHEN (OLD.email IS DISTINCT FROM NEW.email)
    EXECUTE FUNCTION touch();
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON person USING (email IS NOT NULL);
CREATE MATERIALIZED VIEW counted AS SELECT email, count(*) AS n FROM person GROUP BY email;
CREATE STATISTICS of_both ON email, age FROM person;
";

const SQLITE: &str = "CREATE INDEX person_part ON person (age) WHERE email IS NOT NULL;
CREATE INDEX person_sum ON person (age + email);
CREATE TRIGGER touched AFTER UPDATE OF email ON person BEGIN SELECT 1; END;
CREATE TABLE log (what text);
CREATE TRIGGER logged AFTER INSERT ON log BEGIN UPDATE person SET age = 1 WHERE person.email = NEW.what; END;
CREATE TRIGGER copied BEFORE DELETE ON log BEGIN INSERT INTO person (email) SELECT email FROM person; END;
CREATE VIEW logs AS SELECT what FROM log;
CREATE VIEW some_logs AS SELECT what FROM logs;
CREATE TRIGGER seen INSTEAD OF INSERT ON logs BEGIN UPDATE person SET email = NEW.what; END;
";

fn what_stands_on_a_converted_column_comes_back(product: Product) {
    let project = Project::new(product);
    project.entity(
        "person",
        &PERSON.replace("pub email", "#[sea_orm(column_type = \"String(StringLen::N(20))\")]\n    pub email"),
    );
    let (own, number) = match product {
        Product::Postgres => (POSTGRES, "cast(email as integer)"),
        Product::MySql | Product::MariaDb => (MYSQL, "cast(email as signed)"),
        Product::Sqlite => (SQLITE, "cast(email as integer)"),
    };
    std::fs::write(project.path().join("entities/person.sql"), format!("{EVERYWHERE}{own}")).expect("a written file");
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.database.execute("INSERT INTO person (id, email) VALUES (1, '10'), (2, '20')");
    project.edit(
        "person",
        "    #[sea_orm(column_type = \"String(StringLen::N(20))\")]\n    pub email: String",
        "    pub email: i32",
    );
    project.run(&["migration", "Number", "--using", &format!("person.email={number}")]).with(0).mentions("proven");
    for way in ["up", "down", "up"] {
        project.run(&[way]).with(0);
        let found = project.database.query("SELECT CAST(email AS char(9)) FROM some_addresses ORDER BY 1");
        let found: Vec<&str> = found.iter().map(|row| row.text(0).trim()).collect();
        assert_eq!(found, ["10", "20"], "{way}");
    }
    project.holds();
    project.finds_nothing();
}

fn what_is_computed_from_a_renamed_column_can_go_with_the_rename(product: Product) {
    let project = Project::new(product);
    let size = "pub email: String,\n    #[sea_orm(extra = \"GENERATED ALWAYS AS (length(email)) STORED\")]\n    pub size: Option<i32>,";
    project.entity("person", &PERSON.replace("pub email: String,", size));
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.edit("person", size, "pub address: String,");
    let said = project.run(&["migration", "Address", "--rename", "person.email:address", "--no-interactive"]);
    said.with(0).mentions("proven");
    for way in ["up", "down", "up"] {
        project.run(&[way]).with(0);
    }
    project.holds();
}
