//! `gen init --import`: the files that it writes lead to the database they were written from, without any entity.
//!
//! Must not know how a statement is written or read.

use std::process::Command;

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

/// What hangs on an object: comments of every kind, states of a table, clauses of keys, columns of other tables.
const ATTACHED: &str = r#"CREATE TYPE mood AS ENUM ('calm', 'dull');
COMMENT ON TYPE mood IS 'it''s a mood \ or two';
CREATE DOMAIN positive AS integer CONSTRAINT above CHECK (value > 0);
COMMENT ON DOMAIN positive IS 'above zero';
COMMENT ON CONSTRAINT above ON DOMAIN positive IS 'not below';
CREATE TYPE pair AS (a integer, b text);
COMMENT ON TYPE pair IS 'two';
COMMENT ON COLUMN pair.a IS 'the first';
CREATE TABLE base (id serial CONSTRAINT base_key PRIMARY KEY, no integer NOT NULL, note text DEFAULT 'a', said text,
    CONSTRAINT once UNIQUE (no) INCLUDE (note) WITH (fillfactor = 70), CONSTRAINT positive_no CHECK (no > 0));
CREATE INDEX by_note ON base (note) INCLUDE (said);
COMMENT ON CONSTRAINT base_key ON base IS 'the key';
COMMENT ON CONSTRAINT once ON base IS 'only once';
COMMENT ON CONSTRAINT positive_no ON base IS 'above zero';
COMMENT ON INDEX base_key IS 'of the key';
COMMENT ON INDEX once IS 'of the constraint';
COMMENT ON INDEX by_note IS 'by note';
ALTER TABLE base CLUSTER ON by_note;
ALTER TABLE base REPLICA IDENTITY USING INDEX base_key;
CREATE TABLE heir (extra integer DEFAULT 3, CONSTRAINT heir_key PRIMARY KEY (id)) INHERITS (base);
ALTER TABLE heir ALTER COLUMN note SET DEFAULT 'x', ALTER COLUMN said SET NOT NULL;
ALTER TABLE heir REPLICA IDENTITY FULL;
CREATE TABLE aaa_grandchild () INHERITS (heir);
CREATE TABLE pairs (x integer, y integer, CONSTRAINT pairs_key PRIMARY KEY (x, y) INCLUDE (z), z integer);
CREATE TABLE of_pairs (a integer, b integer, span int4range, CONSTRAINT refers FOREIGN KEY (a, b) REFERENCES pairs (x, y) ON DELETE SET NULL (b),
    CONSTRAINT apart EXCLUDE USING gist (span WITH &&));
COMMENT ON CONSTRAINT refers ON of_pairs IS 'to pairs';
COMMENT ON CONSTRAINT apart ON of_pairs IS 'apart';
CREATE FUNCTION stay(integer, text DEFAULT 'a') RETURNS integer LANGUAGE sql RETURN 1;
COMMENT ON FUNCTION stay(integer, text) IS 'stays';
CREATE FUNCTION far(double precision, character varying) RETURNS integer LANGUAGE sql RETURN 1;
COMMENT ON FUNCTION far(double precision, character varying) IS 'far';
CREATE PROCEDURE go_on() LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
COMMENT ON PROCEDURE go_on() IS 'goes on';
CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER told BEFORE INSERT ON base FOR EACH ROW EXECUTE FUNCTION fires();
COMMENT ON TRIGGER told ON base IS 'tells';
ALTER TABLE base DISABLE TRIGGER told;
CREATE RULE quiet AS ON DELETE TO pairs DO INSTEAD NOTHING;
COMMENT ON RULE quiet ON pairs IS 'says nothing';
ALTER TABLE pairs DISABLE RULE quiet;
CREATE POLICY mine ON pairs USING (x > 0);
COMMENT ON POLICY mine ON pairs IS 'mine';
CREATE VIEW shown AS SELECT id, no FROM base;
COMMENT ON VIEW shown IS 'a view';
COMMENT ON COLUMN shown.no IS 'its number';
CREATE MATERIALIZED VIEW counted AS SELECT no, count(*) AS n FROM base GROUP BY no;
CREATE INDEX counted_no ON counted (no);
COMMENT ON INDEX counted_no IS 'of a view';
CREATE SEQUENCE free;
COMMENT ON SEQUENCE free IS 'free';
CREATE TABLE split (id integer, day date) PARTITION BY RANGE (day);
CREATE TABLE split_rest PARTITION OF split DEFAULT;
COMMENT ON TABLE split_rest IS 'the rest';
COMMENT ON COLUMN split_rest.day IS 'a day';
CREATE SCHEMA other;
COMMENT ON SCHEMA other IS 'another';
CREATE TABLE other."Odd name" (id integer PRIMARY KEY, "A b" text);
COMMENT ON TABLE other."Odd name" IS 'odd';
COMMENT ON COLUMN other."Odd name"."A b" IS 'odder';
CREATE INDEX "Odd index" ON other."Odd name" ("A b");
COMMENT ON INDEX other."Odd index" IS 'oddest';
ALTER TABLE other."Odd name" CLUSTER ON "Odd index";"#;

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

/// A database as `pg_dump` prints it, without what belongs to the runner.
fn dumped(database: &Database) -> Vec<String> {
    let dump = Command::new("pg_dump").args(["-s", "--no-owner", &database.url]).output().expect("pg_dump runs");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let text = String::from_utf8(dump.stdout).expect("UTF-8");
    let lines = text.lines().filter(|line| !line.starts_with("--") && !line.starts_with('\\'));
    let text = lines.collect::<Vec<_>>().join("\n");
    text.split(";\n").map(str::trim).filter(|sql| !sql.contains("sea_gen_")).map(str::to_owned).collect()
}

#[apply(test_on_postgres)]
fn what_hangs_on_an_object_is_written_and_read_back() {
    let project = Project::new(Product::Postgres);
    project.database.execute(ATTACHED);
    let (fresh, report) = made_again(&project, "schemas = [\"other\"]\n");
    assert_eq!(report["not_imported"].as_array().map(Vec::len), Some(0), "{report:#}");
    assert_eq!(dumped(&fresh.database), dumped(&project.database));
    // Nothing of it is anybody's wish to change something.
    project.finds_nothing();
    fresh.finds_nothing();
}

#[apply(test_on_postgres)]
fn a_comment_of_the_default_schema_is_listed() {
    let project = Project::new(Product::Postgres);
    project.database.execute("CREATE TABLE one (id integer PRIMARY KEY)");
    project.database.execute("COMMENT ON SCHEMA public IS 'ours'");
    project.run(&["init"]).with(0).mentions("unmanaged  comment of schema public");
}

#[apply(test)]
fn triggers_of_a_view_are_written_and_read_back_on_sqlite() {
    let project = Project::new(Product::Sqlite);
    project.database.execute("CREATE TABLE one (id integer PRIMARY KEY, said text)");
    project.database.execute("CREATE VIEW shown AS SELECT id, said FROM one");
    let insert = "INSTEAD OF INSERT ON shown BEGIN INSERT INTO one (said) VALUES (new.said || ';'); END";
    project.database.execute(&format!("CREATE TRIGGER on_insert {insert}"));
    let (fresh, report) = made_again(&project, "");
    assert_eq!(report["not_imported"].as_array().map(Vec::len), Some(0), "{report:#}");
    let stored = |database: &Database| {
        let rows = database.query("SELECT sql FROM sqlite_schema WHERE type = 'trigger'");
        rows.iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(stored(&fresh.database), stored(&project.database));
    project.run(&["diff", "--from", &fresh.database.url, "--to", &project.database.url, "--exit-code"]).with(0);
}

#[apply(test_on_mariadb)]
fn a_sequence_is_written_and_read_back_on_mariadb() {
    let project = Project::new(Product::MariaDb);
    project.database.execute("CREATE SEQUENCE numbers START WITH 7 INCREMENT BY 3");
    let (fresh, report) = made_again(&project, "");
    assert_eq!(report["not_imported"].as_array().map(Vec::len), Some(0), "{report:#}");
    let shown =
        |database: &Database| database.query("SHOW CREATE SEQUENCE numbers").first().expect("a row").text(1).to_owned();
    assert_eq!(shown(&fresh.database), shown(&project.database));
}

/// What a file says is a wish, also where it is a comment or a state.
#[apply(test_on_postgres)]
fn a_declared_comment_and_a_declared_state_are_kept_up() {
    let project = Project::new(Product::Postgres);
    project.entity("pair", PAIR);
    let declare = |sql: &str| {
        std::fs::write(project.path().join("entities/pair.postgres.sql"), sql).expect("a written file");
    };
    declare(
        "CREATE INDEX by_no ON pair (no);
         COMMENT ON INDEX by_no IS 'by number';
         ALTER TABLE pair CLUSTER ON by_no;
         ALTER TABLE pair REPLICA IDENTITY FULL;",
    );
    project.run(&["init"]).with(0);
    project.run(&["migration", "Initial"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    project.holds();
    project.finds_nothing();
    let identity = || {
        let rows = project.database.query("SELECT relreplident::text FROM pg_class WHERE relname = 'pair'");
        rows.first().expect("the table").text(0).to_owned()
    };
    assert_eq!(identity(), "f");
    declare("CREATE INDEX by_no ON pair (no);\nCOMMENT ON INDEX by_no IS 'of the number';");
    project.run(&["migration", "Less"]).with(0).mentions("proven");
    project.run(&["up"]).with(0);
    assert_eq!(identity(), "d");
    project.holds();
    project.finds_nothing();
    declare("COMMENT ON INDEX nowhere IS 'lost';");
    project.run(&["migration", "Lost"]).with(1).mentions("nothing of this name is declared before");
    declare("ALTER TABLE pair CLUSTER ON by_no, REPLICA IDENTITY FULL;");
    project.run(&["migration", "Two"]).with(1).mentions("one state in a statement");
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
