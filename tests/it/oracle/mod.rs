//! SeaORM itself as the oracle of the model reader, on real databases, both ways.
//!
//! SeaORM creates a schema from compiled entities, and what is read from their text must differ in nothing. Then what is read
//! is created, and SeaORM's own synchronisation must find nothing to do.

mod sets;

use std::sync::{Arc, Mutex};

use sea_gen::dialect::{self, Forms, Product};
use sea_gen::diff::diff;
use sea_gen::entity::{Context, Severity, read_with};
use sea_gen::introspect::{Scope, introspect};
use sea_gen::schema::{Name, Normalized, Origins, Undeclared};
use sea_gen::state::{Policy, reconcile};
use sea_gen_runner::session::Session;
use sea_orm::sea_query::TableCreateStatement;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbErr, SchemaBuilder};

use crate::support::Scratch;

use sets::Set;

/// The features the fixtures are compiled with: those of `oracle-entities`.
const FEATURES: [&str; 5] = ["default", "postgres-array", "postgres-vector", "with-bigdecimal", "with-ipnetwork"];

/// Holds one set against SeaORM on one database.
fn agrees(set: &Set, product: Product) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let there = runtime.block_on(created_by_seaorm(set, product));
    let back = runtime.block_on(created_by_us(set, product));
    assert!(
        there.is_empty() && back.is_empty(),
        "{} on {product}\nread otherwise: {there:#?}\nSeaORM still does: {back:#?}",
        set.root
    );
}

/// What would have to change for the database that SeaORM makes to be what the reader says.
async fn created_by_seaorm(set: &Set, product: Product) -> Vec<String> {
    let scratch = Scratch::create(product).await.expect("a scratch database");
    let mut session = scratch.connect().await.expect("a session");
    prepare(set, &mut session).await;
    for schema in &set.schemas {
        session.execute(&format!("CREATE SCHEMA {schema}")).await.expect("a schema");
    }
    let connection = connect(&scratch, product).await;
    let outcome = match set.is_circular() && product != Product::Sqlite {
        true => create_in_parts(set, &connection).await,
        false => builder(set, &connection).apply(&connection).await,
    };
    connection.close().await.expect("SeaORM lets go");
    outcome.unwrap_or_else(|error| panic!("SeaORM creates {} on {product}: {error}", set.root));
    let live = catalog(set, &mut session).await;
    session.close().await;
    scratch.remove().await.expect("the scratch database goes");
    let target = target(set, product, &live);
    let lines = diff(&live, &target, &[]).ops().iter().map(ToString::to_string).collect::<Vec<_>>();
    lines.into_iter().filter(|line| !is_known(line, product)).collect()
}

/// Beginnings of statements that change nothing. SeaORM's synchronisation does not see plain indexes on PostgreSQL, so it
/// sends their creation each time, and the database skips it (SeaQL/sea-schema reads constraints only).
const HARMLESS: [&str; 4] = ["SELECT", "PRAGMA", "SHOW", "CREATE INDEX IF NOT EXISTS"];

/// What SeaORM's synchronisation does to the database that we make.
async fn created_by_us(set: &Set, product: Product) -> Vec<String> {
    let scratch = Scratch::create(product).await.expect("a scratch database");
    let mut session = scratch.connect().await.expect("a session");
    prepare(set, &mut session).await;
    let nothing = dialect::nothing();
    let target = target(set, product, &nothing);
    let plan = diff(&nothing, &target, &[]);
    for statement in
        dialect::statements(dialect::of(product), Forms::Offline, &plan, nothing.schema()).expect("statements")
    {
        let sql = statement.sql.clone();
        session.execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    session.close().await;
    let mut connection = connect(&scratch, product).await;
    let done = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&done);
    connection.set_metric_callback(move |info| {
        let sql = info.statement.sql.clone();
        if !HARMLESS.iter().any(|beginning| sql.trim_start().to_uppercase().starts_with(beginning)) {
            record.lock().expect("the record").push(sql);
        }
    });
    let outcome = builder(set, &connection).sync(&connection).await;
    connection.close().await.expect("SeaORM lets go");
    let mut session = scratch.connect().await.expect("a session");
    let after = catalog(set, &mut session).await;
    session.close().await;
    scratch.remove().await.expect("the scratch database goes");
    let mut done = done.lock().expect("the record").clone();
    done.extend(diff(&target, &after, &[]).ops().iter().map(ToString::to_string));
    done.extend(outcome.err().map(|error| error.to_string()));
    done
}

/// What a database has.
async fn catalog(set: &Set, session: &mut Session) -> Normalized {
    let scope = Scope { schemas: set.schemas.iter().map(|name| (*name).into()).collect(), ..Scope::default() };
    let mut catalog = introspect(session, &scope).await.expect("a catalog");
    // What was prepared is nobody's wish.
    let is_prepared = |name: &Name| set.extensions.iter().any(|extension| name.as_str().starts_with(extension));
    catalog.schema.definitions.retain(|id, _| !is_prepared(&id.name.name));
    catalog.schema.routines.retain(|name, _| !is_prepared(&name.name));
    dialect::of(session.product()).normalize(catalog.schema).expect("a schema")
}

/// What SeaORM is known to leave out.
fn is_known(line: &str, product: Product) -> bool {
    // SeaQuery writes no comments for PostgreSQL: SeaQL/sea-query issue 761.
    product == Product::Postgres && line.contains("comment none → ")
        // What `renamed_from` says stands in a comment where there are comments; the model holds it as a rename.
        || line.contains("comment 'renamed_from ")
}

/// Makes what entities need, and neither SeaORM nor the entities create.
async fn prepare(set: &Set, session: &mut Session) {
    for extension in &set.extensions {
        let known = format!("SELECT name FROM pg_available_extensions WHERE name = '{extension}'");
        let statements = match session.query(&known).await.expect("the server's extensions").is_empty() {
            false => vec![format!("CREATE EXTENSION {extension}")],
            true => STAND_IN.iter().map(|sql| sql.replace("{type}", extension)).collect(),
        };
        for sql in statements {
            session.execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        }
    }
}

/// A base type of the name an extension would give one, with a number in parentheses: a catalog tells no difference, and few
/// servers have pgvector.
const STAND_IN: [&str; 6] = [
    "CREATE TYPE {type}",
    "CREATE FUNCTION {type}_in(cstring, oid, integer) RETURNS {type} AS 'varcharin' LANGUAGE internal IMMUTABLE STRICT",
    "CREATE FUNCTION {type}_out({type}) RETURNS cstring AS 'varcharout' LANGUAGE internal IMMUTABLE STRICT",
    "CREATE FUNCTION {type}_typmod_in(cstring[]) RETURNS integer AS 'varchartypmodin' LANGUAGE internal IMMUTABLE STRICT",
    "CREATE FUNCTION {type}_typmod_out(integer) RETURNS cstring AS 'varchartypmodout' LANGUAGE internal IMMUTABLE STRICT",
    "CREATE TYPE {type} (INPUT = {type}_in, OUTPUT = {type}_out, TYPMOD_IN = {type}_typmod_in, \
     TYPMOD_OUT = {type}_typmod_out, LIKE = varchar)",
];

/// Creates tables that refer to each other, which `apply` cannot: SeaORM writes foreign keys into the tables.
async fn create_in_parts(set: &Set, connection: &DatabaseConnection) -> Result<(), DbErr> {
    let schema = sea_orm::Schema::new(connection.get_database_backend());
    let parts: Vec<_> = set.entities.iter().map(|entity| (entity.statements)(&schema)).collect();
    let mut enums = Vec::new();
    for statement in parts.iter().flat_map(|part| &part.enums) {
        let sql = connection.get_database_backend().build(statement);
        if !enums.contains(&sql) {
            connection.execute(statement).await?;
            enums.push(sql);
        }
    }
    for part in &parts {
        connection.execute(&without_foreign_keys(&part.table)).await?;
    }
    for part in &parts {
        for statement in part.table.get_foreign_key_create_stmts() {
            connection.execute(statement).await?;
        }
        for statement in &part.indexes {
            connection.execute(statement).await?;
        }
    }
    Ok(())
}

fn without_foreign_keys(table: &TableCreateStatement) -> TableCreateStatement {
    let mut bare = TableCreateStatement::new();
    bare.table(table.get_table_name().expect("a name").clone());
    for column in table.get_columns() {
        bare.col(column.clone());
    }
    for index in table.get_indexes() {
        bare.index(&mut index.clone());
    }
    if let Some(comment) = table.get_comment() {
        bare.comment(comment);
    }
    bare
}

fn builder(set: &Set, connection: &DatabaseConnection) -> SchemaBuilder {
    let schema = sea_orm::Schema::new(connection.get_database_backend());
    set.entities.iter().fold(SchemaBuilder::new(schema), |builder, entity| (entity.register)(builder))
}

async fn connect(scratch: &Scratch, product: Product) -> DatabaseConnection {
    let url = match product {
        Product::MariaDb => scratch.url.replacen("mariadb:", "mysql:", 1),
        Product::Sqlite | Product::Postgres | Product::MySql => scratch.url.clone(),
    };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("SeaORM connects")
}

/// What the reader says of the set's text, as it would be on this database: only names nobody gave are taken from there.
fn target(set: &Set, product: Product, base: &Normalized) -> Normalized {
    let context = Context { features: Some(FEATURES.map(str::to_owned).to_vec()), ..Context::default() };
    let (model, diagnostics) = read_with(&set.files, product, &context);
    let errors: Vec<_> = diagnostics.iter().filter(|said| said.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let origins = Origins::default();
    reconcile(dialect::of(product), &model, base, &origins, &Policy::default().undeclared(Undeclared::Drop))
        .expect("a target")
        .schema
}

/// One test a set and a database.
macro_rules! on_every_database {
    ($($set:ident),+ $(,)?) => {$(
        mod $set {
            use sea_gen::dialect::Product;

            #[apply(test)]
            fn sqlite() {
                super::agrees(&super::sets::$set(), Product::Sqlite);
            }

            #[apply(test_on_postgres)]
            fn postgres() {
                super::agrees(&super::sets::$set(), Product::Postgres);
            }

            #[apply(test_on_mariadb)]
            fn mariadb() {
                super::agrees(&super::sets::$set(), Product::MariaDb);
            }

            #[apply(test_on_mysql)]
            fn mysql() {
                super::agrees(&super::sets::$set(), Product::MySql);
            }
        }
    )+};
}

on_every_database! {
    bookshop, bakery_chain, bakery_dense, blogger, blogger_mono, blogger_legacy, blogger_legacy_mono, film_store,
    film_store_mono, film_store_compact, features, forms_of_types, forms_of_attributes, forms_of_enums, forms_of_values,
    forms_of_features, forms_of_relations,
}

/// What SeaORM writes for PostgreSQL only.
macro_rules! on_postgres {
    ($($set:ident),+ $(,)?) => {$(
        #[apply(test_on_postgres)]
        fn $set() {
            agrees(&sets::$set(), Product::Postgres);
        }
    )+};
}

on_postgres! { features_of_postgres, features_expanded, features_embedding, forms_of_postgres, forms_of_extensions }

#[apply(test)]
fn forms_of_sqlite() {
    agrees(&sets::forms_of_sqlite(), Product::Sqlite);
}

#[apply(test_on_mariadb)]
fn forms_of_mysql_on_mariadb() {
    agrees(&sets::forms_of_mysql(), Product::MariaDb);
}

#[apply(test_on_mysql)]
fn forms_of_mysql_on_mysql() {
    agrees(&sets::forms_of_mysql(), Product::MySql);
}

#[apply(test)]
fn forms_of_unsigned_keys_on_sqlite() {
    agrees(&sets::forms_of_unsigned_keys(), Product::Sqlite);
}

#[apply(test_on_mariadb)]
fn forms_of_unsigned_keys_on_mariadb() {
    agrees(&sets::forms_of_unsigned_keys(), Product::MariaDb);
}

#[apply(test_on_mysql)]
fn forms_of_unsigned_keys_on_mysql() {
    agrees(&sets::forms_of_unsigned_keys(), Product::MySql);
}

/// `collection` holds arrays of enums. SeaORM makes no type for an enum that stands in an array only, and says so by failing;
/// what is read of it is created all the same, and SeaORM then finds every column there.
#[apply(test_on_postgres)]
fn what_seaorm_cannot_create() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let set = sets::features_collection();
    runtime.block_on(async {
        let scratch = Scratch::create(Product::Postgres).await.expect("a scratch database");
        let mut session = scratch.connect().await.expect("a session");
        prepare(&set, &mut session).await;
        session.close().await;
        let connection = connect(&scratch, Product::Postgres).await;
        let outcome = builder(&set, &connection).apply(&connection).await;
        connection.close().await.expect("SeaORM lets go");
        scratch.remove().await.expect("the scratch database goes");
        let error = outcome.expect_err("SeaORM 2.0.4 makes no type for the enum of an array").to_string();
        assert!(error.contains("type \"tea[]\" does not exist"), "{error}");
    });
    let left = runtime.block_on(created_by_us(&set, Product::Postgres));
    assert!(left.is_empty(), "SeaORM still does: {left:#?}");
}

#[apply(test)]
fn every_entity_that_is_compiled_is_in_a_set() {
    let sets = sets::all();
    let named: Vec<&str> = sets.iter().flat_map(|set| set.entities.iter().map(|entity| entity.path)).collect();
    let compiled = inventory::iter::<sea_orm::EntityRegistry>()
        .filter_map(|entity| entity.module_path.strip_prefix("oracle_entities::"))
        // What `gen entities --write` writes is compared in `states::written`.
        .filter(|path| !path.starts_with("written::"));
    let missing: Vec<&str> = compiled.filter(|path| !named.contains(path)).collect();
    assert!(missing.is_empty(), "in no set: {missing:#?}");
}
