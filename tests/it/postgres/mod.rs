//! The PostgreSQL dialect against a server: what `pg_dump` says is the oracle.

mod counting;
mod database;
mod declared;
mod objects;
mod pairs;
mod versions;

use sea_gen::dialect::{self, Forms, Product, statements};
use sea_gen::diff::diff;
use sea_gen::schema::{Name, Normalized, Schema};

use crate::support;

use database::Database;

/// The dialect under test.
pub fn dialect() -> &'static dyn dialect::Dialect {
    dialect::of(Product::Postgres)
}

/// Normalises what must be supported.
pub fn normalize(schema: Schema) -> Normalized {
    dialect().normalize(schema).unwrap_or_else(|refused| panic!("{refused}"))
}

/// Leads a database from one schema to another.
pub fn migrate(database: &mut Database, from: &Normalized, to: &Normalized) {
    let plan = diff(from, to, &[]);
    let statements =
        statements(dialect(), Forms::Offline, &plan, from.schema()).unwrap_or_else(|refused| panic!("{refused}"));
    database.run(&statements);
}

/// Leads a database back the way it came.
pub fn migrate_back(database: &mut Database, from: &Normalized, to: &Normalized) {
    let plan = diff(from, to, &[]).inverse(from.schema());
    let statements =
        statements(dialect(), Forms::Offline, &plan, to.schema()).unwrap_or_else(|refused| panic!("{refused}"));
    database.run(&statements);
}

#[apply(test_on_postgres)]
fn a_rich_schema_makes_the_whole_trip() {
    let url = support::url("DATABASE_URL_POSTGRES");
    let mut first = Database::create(&url, "rich_first");
    first.psql(&versions::without_newer(first.version(), include_str!("rich.sql")));
    let schemas = [Name::from("app")];
    let catalog = first.introspect(&schemas);
    let mut unmanaged: Vec<String> = catalog.unmanaged.iter().map(|left| left.object.clone()).collect();
    unmanaged.sort();
    assert_eq!(unmanaged, Vec::<String>::new());
    let found = normalize(catalog.schema);

    let mut second = Database::create(&url, "rich_second");
    let nothing = normalize(Schema::default());
    let empty_dump = second.dump();
    migrate(&mut second, &nothing, &found);
    assert_same(&first.dump(), &second.dump());
    assert_eq!(normalize(second.introspect(&schemas).schema), found);

    migrate_back(&mut second, &nothing, &found);
    assert_same(&empty_dump, &second.dump());
    assert!(second.introspect(&schemas).schema.is_empty());
}

/// Two dumps, shown by what only one of them has.
pub fn assert_same(left: &[String], right: &[String]) {
    let only = |these: &[String], those: &[String]| -> String {
        these.iter().filter(|chunk| !those.contains(chunk)).cloned().collect::<Vec<_>>().join("\n----\n")
    };
    let (left_only, right_only) = (only(left, right), only(right, left));
    assert!(left == right, "only left:\n{left_only}\n\n======== only right:\n{right_only}");
}

#[apply(test_on_postgres)]
fn the_number_of_queries_does_not_depend_on_the_number_of_tables() {
    let url = support::url("DATABASE_URL_POSTGRES");
    let mut database = Database::create(&url, "count");
    database.psql("CREATE TABLE one (id integer PRIMARY KEY)");
    let few = database.queries_of_introspection();
    let many: String = (0..40)
        .map(|number| {
            format!("CREATE TABLE t{number} (id serial PRIMARY KEY, e text CHECK (e <> '') UNIQUE); CREATE INDEX ON t{number} (lower(e));")
        })
        .collect();
    database.psql(&many);
    assert_eq!(database.queries_of_introspection(), few);
    assert!(few <= 18, "{few} queries");
}

#[apply(test_on_postgres)]
fn what_is_not_ours_is_left_alone() {
    let url = support::url("DATABASE_URL_POSTGRES");
    let mut database = Database::create(&url, "foreign");
    database.psql(
        "CREATE EXTENSION citext; CREATE EXTENSION btree_gist; 
         CREATE TABLE ours (id integer PRIMARY KEY, c citext, during tstzrange,
             CONSTRAINT never_twice EXCLUDE USING gist (id WITH =, during WITH &&));
         CREATE TABLE seaql_migrations (version text);
         CREATE TABLE refers (id integer PRIMARY KEY, v integer);
         CREATE SEQUENCE free_sequence; CREATE DOMAIN positive AS integer CHECK (value > 0);
         CREATE TYPE compound AS (a integer, b text); CREATE TYPE span AS RANGE (subtype = float8);
         CREATE TABLE parted (day date) PARTITION BY RANGE (day);
         CREATE TABLE parted_default PARTITION OF parted DEFAULT;
         ALTER TABLE ours ENABLE ROW LEVEL SECURITY; CREATE POLICY everyone ON ours USING (true);
         COMMENT ON CONSTRAINT ours_pkey ON ours IS 'x';
         CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
         CREATE TRIGGER noted BEFORE INSERT ON ours FOR EACH ROW EXECUTE FUNCTION noted();
         COMMENT ON FUNCTION noted IS 'x'; COMMENT ON TRIGGER noted ON ours IS 'x';
         CREATE RULE quiet AS ON DELETE TO refers DO INSTEAD NOTHING;
         CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.theirs (id integer PRIMARY KEY);
         ALTER TABLE refers ADD CONSTRAINT away FOREIGN KEY (v) REFERENCES elsewhere.theirs;
         CREATE ROLE sea_gen_reader_of_postgres;
         GRANT sea_gen_reader_of_postgres TO current_user;",
    );
    // Any role can read the catalog.
    let as_reader = database.introspect_as("sea_gen_reader_of_postgres");
    database.psql("DROP ROLE sea_gen_reader_of_postgres");
    let catalog = database.introspect(&[]);
    assert_eq!(as_reader.schema, catalog.schema);
    let tables: Vec<String> = catalog.schema.tables.keys().map(ToString::to_string).collect();
    assert_eq!(tables, ["ours", "parted", "refers"]);
    assert!(catalog.schema.views.is_empty() && catalog.schema.enums.is_empty());
    let definitions: Vec<String> = catalog.schema.definitions.keys().map(ToString::to_string).collect();
    let expected = [
        "extension btree_gist",
        "extension citext",
        "domain positive",
        "composite type compound",
        "range type span",
        "sequence free_sequence",
        "partition parted_default",
        "ours.exclusion constraint never_twice",
        "ours.policy everyone",
        "refers.rule quiet",
        "comment function noted()",
        "ours.comment primary key",
        "ours.comment trigger noted",
    ];
    assert_eq!(definitions, expected);
    let unmanaged: Vec<&str> = catalog.unmanaged.iter().map(|left| left.object.as_str()).collect();
    assert!(unmanaged.is_empty(), "{unmanaged:?}");
    let refers = catalog.schema.tables.values().find(|table| table.name.name.as_str() == "refers").expect("a table");
    assert!(refers.foreign_keys.values().any(|key| key.name.as_str() == "away"), "a key that leads out is kept");
}
