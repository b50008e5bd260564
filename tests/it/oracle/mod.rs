//! SeaORM itself as the oracle of the model reader, on real databases, both ways.
//!
//! SeaORM creates a schema from compiled entities, and what is read from their text must differ in nothing. Then what is read
//! is created, and SeaORM's own synchronisation must find nothing to do.

mod sets;

use std::sync::{Arc, Mutex};

use sea_gen::diff::diff;
use sea_gen::dialect::{self, Product};
use sea_gen::entity::{Model, Severity, read};
use sea_gen::introspect::{Scope, introspect};
use sea_gen::schema::Normalized;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, SchemaBuilder};

use crate::support::Scratch;
use sets::Set;

/// Holds one set against SeaORM on one database.
fn agrees(set: &Set, product: Product) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let there = runtime.block_on(created_by_seaorm(set, product));
    let back = runtime.block_on(created_by_us(set, product));
    assert!(there.is_empty() && back.is_empty(), "{} on {product}\nread otherwise: {there:#?}\nSeaORM still does: {back:#?}", set.root);
}

/// What would have to change for the database that SeaORM makes to be what the reader says.
async fn created_by_seaorm(set: &Set, product: Product) -> Vec<String> {
    let scratch = Scratch::create(product).await.expect("a scratch database");
    let mut session = scratch.connect().await.expect("a session");
    for schema in schemas(set, product) {
        session.execute(&format!("CREATE SCHEMA {schema}")).await.expect("a schema");
    }
    let connection = connect(&scratch, product).await;
    let outcome = builder(set, &connection).apply(&connection).await;
    connection.close().await.expect("SeaORM lets go");
    outcome.unwrap_or_else(|error| panic!("SeaORM creates {} on {product}: {error}", set.root));
    let scope = Scope { schemas: schemas(set, product).into_iter().map(Into::into).collect(), ..Scope::default() };
    let catalog = introspect(&mut session, &scope).await.expect("a catalog");
    let live = dialect::of(product).normalize(catalog.schema).expect("a schema");
    session.close().await;
    scratch.remove().await.expect("the scratch database goes");
    let declared = declared(set, product);
    diff(&live, &declared, &[]).ops().iter().map(ToString::to_string).collect()
}

/// What SeaORM's synchronisation does to the database that we make.
async fn created_by_us(set: &Set, product: Product) -> Vec<String> {
    let scratch = Scratch::create(product).await.expect("a scratch database");
    let mut session = scratch.connect().await.expect("a session");
    for schema in schemas(set, product) {
        session.execute(&format!("CREATE SCHEMA {schema}")).await.expect("a schema");
    }
    let declared = declared(set, product);
    let nothing = dialect::nothing();
    let plan = diff(&nothing, &declared, &[]);
    for statement in dialect::statements(dialect::of(product), &plan, nothing.schema()).expect("statements") {
        let sql = statement.sql.clone();
        session.execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    session.close().await;
    let mut connection = connect(&scratch, product).await;
    let done = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&done);
    connection.set_metric_callback(move |info| {
        let sql = info.statement.sql.clone();
        if !["SELECT", "PRAGMA", "SHOW"].iter().any(|word| sql.trim_start().to_uppercase().starts_with(word)) {
            record.lock().expect("the record").push(sql);
        }
    });
    let outcome = builder(set, &connection).sync(&connection).await;
    connection.close().await.expect("SeaORM lets go");
    scratch.remove().await.expect("the scratch database goes");
    let mut done = done.lock().expect("the record").clone();
    done.extend(outcome.err().map(|error| error.to_string()));
    done
}

/// The schemas the entities name, which SeaORM does not create.
fn schemas(set: &Set, product: Product) -> Vec<&'static str> {
    match (set.root, product) {
        ("features", Product::Postgres) if set.entities.iter().any(|entity| entity.module == "collection_expanded") => {
            vec!["schema_name"]
        }
        _ => Vec::new(),
    }
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

/// What the reader says of the set's text, in the database's form.
fn declared(set: &Set, product: Product) -> Normalized {
    let (model, diagnostics) = read(&set.files, product);
    let errors: Vec<_> = diagnostics.iter().filter(|said| said.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let Model { mut schema, .. } = model;
    let _ = &mut schema;
    dialect::of(product).normalize(schema).expect("a schema")
}

/// One test a set and a database.
macro_rules! on_every_database {
    ($($set:ident),+ $(,)?) => {$(
        mod $set {
            use sea_gen::dialect::Product;

            #[test]
            fn sqlite() {
                super::agrees(&super::sets::$set(), Product::Sqlite);
            }

            #[test_with::env(DATABASE_URL_POSTGRES)]
            #[test]
            fn postgres() {
                super::agrees(&super::sets::$set(), Product::Postgres);
            }

            #[test_with::env(DATABASE_URL_MARIADB)]
            #[test]
            fn mariadb() {
                super::agrees(&super::sets::$set(), Product::MariaDb);
            }

            #[test_with::env(DATABASE_URL_MYSQL)]
            #[test]
            fn mysql() {
                super::agrees(&super::sets::$set(), Product::MySql);
            }
        }
    )+};
}

on_every_database! {
    bookshop, bakery_chain, bakery_dense, blogger, blogger_mono, blogger_legacy, blogger_legacy_mono, film_store,
    film_store_mono, film_store_compact, features,
}
