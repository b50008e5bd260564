//! `gen init --import`: the files that it writes lead to the database they were written from, without any entity.
//!
//! Must not know how a statement is written or read.

use sea_gen::schema::Product;

use super::project::{Database, Project};

const PAIR: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pair")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub no: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

/// What no entity can say, a statement or two for each kind.
const DEFINED: &[&str] = &[
    "CREATE EXTENSION citext",
    "CREATE SCHEMA audit",
    "CREATE DOMAIN positive AS integer DEFAULT 1 CONSTRAINT above_zero CHECK (value > 0)",
    "CREATE TYPE point_of AS (a integer, b text)",
    "CREATE TYPE span AS RANGE (SUBTYPE = integer)",
    "CREATE SEQUENCE free INCREMENT 3 MAXVALUE 100 START 5 CYCLE",
    "CREATE TABLE account (id integer CONSTRAINT pk_account PRIMARY KEY, email citext NOT NULL, n positive, p point_of,
        s span, owner text DEFAULT current_user, numbered integer DEFAULT nextval('free'))",
    "ALTER TABLE account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "CREATE POLICY mine ON account AS RESTRICTIVE FOR SELECT USING (owner = current_user)",
    "CREATE TABLE audit.log (id integer GENERATED ALWAYS AS IDENTITY (START WITH 7), no integer NOT NULL, said tstzrange,
        CONSTRAINT log_key PRIMARY KEY (no, id), CONSTRAINT apart EXCLUDE USING gist (said WITH &&))",
    "CREATE SEQUENCE audit.owned OWNED BY audit.log.no",
    "CREATE RULE quiet AS ON DELETE TO audit.log DO INSTEAD NOTHING",
    "CREATE STATISTICS together (dependencies) ON no, id FROM audit.log",
    "CREATE MATERIALIZED VIEW audit.counted AS SELECT no, count(*) AS n FROM audit.log GROUP BY no",
    "CREATE UNIQUE INDEX counted_no ON audit.counted (no)",
    "CREATE TABLE part (id integer NOT NULL, day date NOT NULL, CONSTRAINT part_key PRIMARY KEY (id, day))
        PARTITION BY RANGE (day)",
    "CREATE TABLE part_rest PARTITION OF part DEFAULT",
    "CREATE TABLE kept (a integer CONSTRAINT kept_key PRIMARY KEY, b integer, CONSTRAINT one_b UNIQUE (b))",
    "CREATE TABLE late (c integer, CONSTRAINT one_c UNIQUE (c) DEFERRABLE INITIALLY DEFERRED)",
    "CREATE INDEX by_b ON kept USING brin (b) WITH (pages_per_range = 16)",
    "CREATE TABLE child (a integer, CONSTRAINT full_key FOREIGN KEY (a) REFERENCES kept (a) MATCH FULL,
        CONSTRAINT again FOREIGN KEY (a) REFERENCES kept (a) ON DELETE CASCADE)",
    "ALTER TABLE child ADD CONSTRAINT unchecked FOREIGN KEY (a) REFERENCES kept (b) NOT VALID",
    "GRANT SELECT ON account TO PUBLIC",
];

/// The import of a project's database, and a fresh database that its files alone lead to.
fn made_again(project: &Project, lines: &str) -> (Project, serde_json::Value) {
    let path = project.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    std::fs::write(&path, format!("{text}{lines}")).expect("a written file");
    let report = project.json(&["init", "--import"]);
    let fresh = Project::new(project.product);
    let path = fresh.path().join("gen.toml");
    let text = std::fs::read_to_string(&path).expect("a configuration");
    std::fs::write(&path, format!("{text}{lines}")).expect("a written file");
    for entry in std::fs::read_dir(project.path().join("entities")).expect("entities") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, fresh.path().join("entities").join(path.file_name().expect("a name"))).expect("a copy");
    }
    fresh.run(&["init"]).with(0);
    fresh.run(&["migration", "Initial"]).with(0);
    fresh.run(&["up"]).with(0);
    fresh.holds();
    (fresh, report)
}

#[apply(test_on_postgres)]
fn what_is_held_as_its_own_statement_is_written_and_read_back() {
    let project = Project::new(Product::Postgres);
    DEFINED.iter().for_each(|sql| project.database.execute(sql));
    let (fresh, report) = made_again(&project, "schemas = [\"audit\"]\nprivileges = \"declared\"\n");
    assert_eq!(report["not_imported"].as_array().map(Vec::len), Some(0), "{report:#}");
    project.run(&["diff", "--from", &fresh.database.url, "--to", &project.database.url, "--exit-code"]).with(0);
}

#[apply(test)]
fn types_of_several_words_are_read_back_on_sqlite() {
    let project = Project::new(Product::Sqlite);
    project.database.execute(
        "CREATE TABLE odd (id integer PRIMARY KEY, a BLOB SUB_TYPE TEXT, b VARYING CHARACTER(20) NOT NULL, c DECIMAL(10,5), d DOUBLE PRECISION)",
    );
    let (fresh, report) = made_again(&project, "");
    assert_eq!(report["not_imported"].as_array().map(Vec::len), Some(0), "{report:#}");
    project.run(&["diff", "--from", &fresh.database.url, "--to", &project.database.url, "--exit-code"]).with(0);
}

#[apply(test_on_postgres)]
fn a_column_may_be_called_like_a_kind_of_index() {
    let project = Project::new(Product::Postgres);
    project.database.execute("CREATE TABLE film (id integer PRIMARY KEY, fulltext tsvector, spatial point)");
    project.database.execute("CREATE INDEX film_words ON film USING gist (fulltext, spatial)");
    let (fresh, report) = made_again(&project, "");
    assert_eq!(report["not_imported"].as_array().map(Vec::len), Some(0), "{report:#}");
    project.run(&["diff", "--from", &fresh.database.url, "--to", &project.database.url, "--exit-code"]).with(0);
}

#[apply(test_on_postgres)]
fn the_key_of_an_entity_has_the_name_and_the_order_of_the_database() {
    let project = Project::new(Product::Postgres);
    project.database.execute("CREATE TABLE pair (id integer, no integer, CONSTRAINT by_no PRIMARY KEY (no, id))");
    project.entity("pair", PAIR);
    let (fresh, _) = made_again(&project, "");
    let files = std::fs::read_to_string(project.path().join("entities/pair.postgres.sql")).expect("a sidecar");
    assert_eq!(files, "ALTER TABLE \"pair\" ADD CONSTRAINT \"by_no\" PRIMARY KEY (\"no\", \"id\");\n");
    project.run(&["diff", "--from", &fresh.database.url, "--to", &project.database.url, "--exit-code"]).with(0);

    // Another name in the file is a wish, and other columns are a mistake.
    let path = fresh.path().join("entities/pair.postgres.sql");
    std::fs::write(&path, files.replace("by_no", "by_both")).expect("a written file");
    fresh.run(&["migration", "Name"]).with(0).mentions("by_both");
    fresh.run(&["up"]).with(0);
    fresh.holds();
    let named = Database::create(Product::Postgres);
    named.execute("CREATE TABLE pair (id integer, no integer, CONSTRAINT by_both PRIMARY KEY (no, id))");
    fresh.run(&["diff", "--from", &fresh.database.url, "--to", &named.url, "--exit-code"]).with(0);
    std::fs::write(&path, "ALTER TABLE pair ADD CONSTRAINT by_no PRIMARY KEY (no);\n").expect("a written file");
    fresh.run(&["migration", "Less"]).with(1).mentions("help: PRIMARY KEY (id, no)");
}
