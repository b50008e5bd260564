//! Connections that cannot be made, and databases that exist for a while.

use sea_gen::dialect::Product;
use sea_gen::proof::Scratch;
use sea_gen_runner::session::{self, Missing};

use crate::support::connection;

use super::on_each;
use super::support::{Database, block, said};

on_each![scratch_databases_come_and_go,];

async fn scratch_databases_come_and_go(database: Database, product: Product) {
    // Left behind by somebody, and told apart from one that is in use.
    let mut names = database.another().await;
    let left = "sea_gen_scratch_0_0_left";
    if product != Product::Sqlite {
        names.execute(&format!("DROP DATABASE IF EXISTS {left}")).await.unwrap();
        names.execute(&format!("CREATE DATABASE {left}")).await.unwrap();
    }
    let (scratch, mut session) = Scratch::create(&connection(&database.url)).await.unwrap();
    let (other, other_session) = Scratch::create(&connection(&database.url)).await.unwrap();
    assert_eq!(session.product(), product);
    session.execute("CREATE TABLE inside (id integer)").await.unwrap();
    assert_eq!(other.leftovers().iter().any(|name| name == left), product != Product::Sqlite);
    assert!(!other.leftovers().iter().any(|name| name == scratch.name()));
    let listed = match product {
        Product::Sqlite => "",
        Product::Postgres => "SELECT datname FROM pg_database",
        Product::MySql | Product::MariaDb => "SELECT schema_name FROM information_schema.schemata",
    };
    let name = scratch.name().to_owned();
    if product == Product::Sqlite {
        assert_eq!(name, ":memory:");
    } else {
        assert!(name.starts_with("sea_gen_scratch_") && name.len() <= 63 && name != other.name(), "{name}");
        assert!(names.query(listed).await.unwrap().iter().any(|row| row.text(0) == name));
    }
    session.close().await;
    scratch.drop().await.unwrap();
    // A session that is still open does not keep a scratch database alive.
    other.drop().await.unwrap();
    drop(other_session);
    if product != Product::Sqlite {
        assert!(!names.query(listed).await.unwrap().iter().any(|row| row.text(0) == name));
    }
    if product != Product::Sqlite {
        names.execute(&format!("DROP DATABASE {left}")).await.unwrap();
    }
    names.close().await;
    database.remove().await;
}

/// Whatever keeps a connection from being made has its own words and a way out, and the password is in none of them.
#[apply(test)]
fn obstacles_are_told_apart() {
    block(async {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name).display().to_string();
        std::fs::write(path("text.db"), "no database, but long enough to have a header".repeat(10)).unwrap();
        let cases = [
            ("sqlite://".to_owned() + &path("none.db"), "does not exist"),
            ("sqlite://".to_owned() + &path("none/none.db"), "the directory"),
            ("sqlite://".to_owned() + &path(""), "is a directory"),
            ("sqlite://".to_owned() + &path("text.db"), "is not an SQLite database"),
            ("postgres://me:hush@127.0.0.1:1/x".to_owned(), "cannot connect to 127.0.0.1:1"),
            ("mysql://me:hush@127.0.0.1:1/x".to_owned(), "cannot connect to 127.0.0.1:1"),
            ("postgres://me:hush@host.invalid/x".to_owned(), "there is no host `host.invalid`"),
            ("mysql://me:hush@host.invalid/x".to_owned(), "there is no host `host.invalid`"),
        ];
        for (url, expected) in cases {
            obstructed(&url, expected).await;
        }
    });
}

#[apply(test_on_postgres)]
fn a_missing_database_is_an_obstacle_on_postgres() {
    block(obstructed(&elsewhere("DATABASE_URL_POSTGRES", None), "has no database `there_is_no_such`"));
}

#[apply(test_on_mysql)]
fn a_missing_database_is_an_obstacle_on_mysql() {
    block(obstructed(&elsewhere("DATABASE_URL_MYSQL", None), "has no database `there_is_no_such`"));
}

#[apply(test_on_mariadb)]
fn a_missing_database_and_a_stranger_are_obstacles_on_mariadb() {
    block(obstructed(&elsewhere("DATABASE_URL_MARIADB", None), "has no database `there_is_no_such`"));
    block(obstructed(&elsewhere("DATABASE_URL_MARIADB", Some("nobody")), "does not accept the user `nobody`"));
}

/// A database a server does not have, asked for by the server's own user or by somebody else.
fn elsewhere(variable: &str, user: Option<&str>) -> String {
    let mut url = url::Url::parse(&crate::support::url(variable)).unwrap();
    url.set_path("there_is_no_such");
    if let Some(user) = user {
        url.set_username(user).unwrap();
        url.set_password(Some("hush")).unwrap();
    }
    url.into()
}

async fn obstructed(url: &str, expected: &str) {
    let Err(error) = session::connect(&connection(url), Missing::Refuse).await else { panic!("{expected}: connected") };
    let text = said(&error);
    assert!(error.to_string().contains(expected), "{expected}: {text}");
    assert!(!text.contains("hush"), "{text}");
    assert!(!error.hints().is_empty(), "{text}");
}

/// A role that may not create databases is told so, and how it may.
#[apply(test_on_postgres)]
fn scratch_without_the_right_to_create() {
    block(async {
        let mut database = Database::create(Product::Postgres, "scratch_right").await;
        database.session.execute("DROP ROLE IF EXISTS run_plain").await.unwrap();
        database.session.execute("CREATE ROLE run_plain LOGIN PASSWORD 'hush'").await.unwrap();
        let mut url = url::Url::parse(&database.url).unwrap();
        url.set_username("run_plain").unwrap();
        url.set_password(Some("hush")).unwrap();
        let Err(error) = Scratch::create(&connection(url.as_str())).await else { panic!("created") };
        let text = said(&error);
        assert!(text.contains("`run_plain` could not create a scratch database"), "{text}");
        assert!(text.contains("ALTER ROLE \"run_plain\" CREATEDB") && !text.contains("hush"), "{text}");
        database.session.execute("DROP ROLE run_plain").await.unwrap();
        database.remove().await;
    });
}
