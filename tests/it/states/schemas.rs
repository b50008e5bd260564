//! Schemas of PostgreSQL besides the default one: what they are called, who names them, and what is read of them.
//!
//! Must not know how a plan is ordered or how a catalog is read.

use sea_gen::schema::Product;

use super::project::{Database, Project};

const LOG: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "audit", table_name = "log")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i32,
    pub said: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

impl Project {
    fn configured(&self, line: &str) {
        let path = self.path().join("gen.toml");
        let text = std::fs::read_to_string(&path).expect("a configuration");
        std::fs::write(&path, format!("{text}{line}\n")).expect("a written file");
    }
}

#[apply(test_on_postgres)]
fn a_schema_may_have_the_name_of_a_table_in_it() {
    let project = Project::new(Product::Postgres);
    project.configured("schemas = [\"tenant\", \"shop\"]");
    for sql in [
        "CREATE SCHEMA tenant",
        "CREATE FUNCTION tenant.next() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE tenant.tenant (id integer PRIMARY KEY DEFAULT tenant.next())",
        "CREATE TABLE tenant.member (id integer PRIMARY KEY)",
        "CREATE VIEW tenant.shop AS SELECT id FROM tenant.tenant",
        "CREATE TABLE shop (id integer PRIMARY KEY)",
        "CREATE SCHEMA shop",
        "CREATE TABLE shop.shop (id integer PRIMARY KEY REFERENCES public.shop (id))",
    ] {
        project.database.execute(sql);
    }
    project.entity("log", LOG);
    project.run(&["init"]).with(0);
    let second = Database::create(Product::Postgres);
    for direction in ["up", "down", "up"] {
        project.run(&[direction, "--database-url", &second.url]).with(0);
    }
    project.run(&["diff", "--from", &second.url, "--to", &project.database.url, "--exit-code"]).with(0);
}

#[apply(test_on_postgres)]
fn a_schema_is_created_before_a_table_moves_there() {
    let project = Project::new(Product::Postgres);
    project.entity("log", &LOG.replace("schema_name = \"audit\", ", ""));
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.entity("log", LOG);
    project.run(&["migration", "Move", "--rename", "table:log:audit.log"]).with(0).mentions("audit");
    project.run(&["up"]).with(0);
    for direction in ["down", "up"] {
        project.run(&[direction]).with(0);
    }
    project.finds_nothing();
}

#[apply(test_on_postgres)]
fn a_schema_that_an_entity_names_is_read_and_one_whose_objects_are_excluded_is_not_created() {
    let project = Project::new(Product::Postgres);
    project.entity("log", LOG);
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    project.run(&["up"]).with(0);
    project.finds_nothing();
    project.holds();
    project.database.execute("CREATE TABLE audit.other (id integer)");
    project.run(&["drift"]).mentions("audit.other");

    let second = Project::new(Product::Postgres);
    second.entity("log", LOG);
    second.entity("note", &LOG.replace("schema_name = \"audit\", table_name = \"log\"", "table_name = \"note\""));
    second.configured("exclude = [\"audit.*\"]");
    second.run(&["init"]).with(0);
    second.run(&["migration", "Initial"]).with(0);
    assert!(!second.newest().contains("SCHEMA"), "{}", second.newest());
    second.run(&["up"]).with(0);
    second.holds();
}

#[apply(test_on_postgres)]
fn what_a_server_prints_in_another_way_after_a_dump_is_the_same() {
    let (written, restored) = (Database::create(Product::Postgres), Database::create(Product::Postgres));
    written.execute("CREATE TABLE t (state varchar(9) NOT NULL, CONSTRAINT c CHECK (state IN ('A', 'B')))");
    written.execute("CREATE INDEX i ON t (state) WHERE state IN ('A', 'B')");
    let list = "state::text = ANY ((ARRAY['A'::character varying, 'B'::character varying])::text[])";
    restored.execute(&format!("CREATE TABLE t (state varchar(9) NOT NULL, CONSTRAINT c CHECK ({list}))"));
    restored.execute(&format!("CREATE INDEX i ON t (state) WHERE {list}"));
    let project = Project::new(Product::Postgres);
    project.run(&["diff", "--from", &written.url, "--to", &restored.url, "--exit-code"]).with(0);
    restored.execute("ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (state IN ('A', 'C'))");
    project.run(&["diff", "--from", &written.url, "--to", &restored.url, "--exit-code"]).with(2).mentions("check c");
}

const ACCOUNT: &str = r#"use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    #[sea_orm(column_type = "custom(\"citext\")")]
    pub email: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
"#;

/// A database in which extensions have a schema of their own that the search path leads to.
fn with_extensions_on_the_path(schemas: &str) -> Project {
    let project = Project::new(Product::Postgres);
    project.configured(schemas);
    let name = project.database.url.rsplit('/').next().and_then(|name| name.split('?').next()).expect("a name");
    for sql in [
        "CREATE SCHEMA extensions",
        "CREATE EXTENSION citext SCHEMA extensions",
        &format!("ALTER DATABASE \"{name}\" SET search_path = public, extensions"),
    ] {
        project.database.execute(sql);
    }
    project.entity("account", ACCOUNT);
    project
}

#[apply(test_on_postgres)]
fn a_type_that_the_search_path_leads_to_is_the_type_in_that_schema() {
    for schemas in ["", "schemas = [\"extensions\"]"] {
        let project = with_extensions_on_the_path(schemas);
        project.database.execute("CREATE TABLE account (id integer PRIMARY KEY, email citext NOT NULL)");
        let report = project.json(&["init"]);
        assert_eq!(report["contradictions"].as_array().map(Vec::len), Some(0), "{report:#}");
        project.finds_nothing();
        project.edit(
            "account",
            "    pub email: String",
            "    pub email: String,\n    #[sea_orm(column_type = \"custom(\\\"citext\\\")\")]\n    pub other: Option<String>",
        );
        project.run(&["migration", "Other"]).with(0).mentions("proven on PostgreSQL");
        project.run(&["up"]).with(0);
        project.finds_nothing();
        project.holds();
    }
}

#[apply(test_on_postgres)]
fn the_first_table_with_a_type_of_the_search_path_is_created_with_it() {
    let project = with_extensions_on_the_path("");
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0).mentions("proven on PostgreSQL");
    project.run(&["up"]).with(0);
    project.finds_nothing();
    project.holds();
}
