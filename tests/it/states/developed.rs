//! A program in development that synchronises its database with `sea_gen::develop`, on a connection of SeaORM.
//!
//! Must not know how synchronising works.

use sea_gen::develop::{Settings, SynchronizeError, synchronize_with};
use sea_gen::schema::Product;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};

use super::project::{PERSON, Project};
use crate::support::on_each;

on_each!(a_program_in_development_brings_its_database_along, a_loss_is_refused_and_the_connection_stays_good);

/// Synchronises through a pool of one connection, which must be good afterwards.
async fn synchronised(
    project: &Project,
    database: &DatabaseConnection,
    allow: &[&str],
) -> Result<Vec<String>, SynchronizeError> {
    let allow = allow.iter().map(|allow| allow.parse().expect("a rule")).collect();
    let settings = Settings { folder: Some(project.path().to_owned()), allow };
    let done = synchronize_with(database, settings).await;
    database.execute_unprepared("SELECT 1").await.expect("a connection that is good");
    done
}

async fn connected(url: &str, product: Product) -> DatabaseConnection {
    let create = if product == Product::Sqlite { "?mode=rwc" } else { "" };
    let mut options = ConnectOptions::new(format!("{}{create}", url.replacen("mariadb://", "mysql://", 1)));
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("a connection")
}

fn run(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work);
}

fn a_program_in_development_brings_its_database_along(product: Product) {
    let project = Project::new(product);
    project.entity("person", PERSON);
    run(async {
        let database = connected(&project.database.url, product).await;
        let done = synchronised(&project, &database, &[]).await.expect("no refusal");
        assert_eq!(done, ["+ person: table (3 columns)"]);
        assert_eq!(synchronised(&project, &database, &[]).await.expect("no refusal"), Vec::<String>::new());
        project.edit("person", "pub age: Option<i32>,", "pub age: Option<i32>,\n    pub nickname: Option<String>,");
        let done = synchronised(&project, &database, &[]).await.expect("no refusal");
        assert_eq!(done.len(), 1, "{done:?}");
        let insert = "INSERT INTO person (id, email, nickname) VALUES (1, 'a@example.com', 'a')";
        database.execute_unprepared(insert).await.expect("a row");
        database.close().await.expect("the end of the connection");
    });
    // The migrations take over from there.
    project.run(&["init", "--empty", "--dialect", product.key()]).with(0);
    project.run(&["migration", "Initial"]).with(0);
    assert_eq!(project.json(&["up"])["migrations"][0]["status"], "recognised");
    project.run(&["freeze", "v1"]).with(0);
    run(async {
        let database = connected(&project.database.url, product).await;
        let refused = synchronised(&project, &database, &[]).await;
        let Err(SynchronizeError::Frozen { release }) = &refused else { panic!("{refused:?}") };
        assert_eq!(release, "v1");
        database.close().await.expect("the end of the connection");
    });
}

fn a_loss_is_refused_and_the_connection_stays_good(product: Product) {
    let project = Project::settled(product);
    run(async {
        let database = connected(&project.database.url, product).await;
        let insert = "INSERT INTO person (id, email, age) VALUES (1, 'a@example.com', 5)";
        database.execute_unprepared(insert).await.expect("a row");
        project.edit("person", "    pub age: Option<i32>,\n", "");
        let refused = synchronised(&project, &database, &[]).await;
        let Err(SynchronizeError::Loss { losses }) = &refused else { panic!("{refused:?}") };
        assert!(losses[0].contains("person.age"), "{losses:?}");
        database.execute_unprepared("UPDATE person SET age = 6").await.expect("the column is there");
        let done = synchronised(&project, &database, &["drop-column:person.age"]).await.expect("no refusal");
        assert_eq!(done.len(), 1, "{done:?}");
        project.edit("person", "pub email: String", "pub email: Unheard");
        let refused = synchronised(&project, &database, &[]).await;
        assert!(matches!(refused, Err(SynchronizeError::Failed(_))), "{refused:?}");
        database.close().await.expect("the end of the connection");
    });
}

#[apply(test)]
fn a_database_in_memory_outlives_a_refusal() {
    let project = Project::new(Product::Sqlite);
    project.entity("person", PERSON);
    run(async {
        let database = Database::connect(ConnectOptions::new("sqlite::memory:").max_connections(1).to_owned())
            .await
            .expect("a connection");
        synchronised(&project, &database, &[]).await.expect("no refusal");
        database.execute_unprepared("INSERT INTO person (id, email, age) VALUES (1, 'a', 5)").await.expect("a row");
        project.edit("person", "pub email: String", "pub email: Unheard");
        synchronised(&project, &database, &[]).await.expect_err("a type that nobody knows");
        let changed = database.execute_unprepared("UPDATE person SET age = 6").await.expect("the table is there");
        assert_eq!(changed.rows_affected(), 1);
    });
}

#[apply(test)]
fn a_database_elsewhere_is_refused_before_it_is_touched() {
    let project = Project::new(Product::Postgres);
    project.entity("person", PERSON);
    let url = "postgres://me:secret@db.example.com/shop";
    run(async {
        // Nobody answers there, so an attempt to connect would end in another error.
        let options = ConnectOptions::new(url).connect_lazy(true).to_owned();
        let database = Database::connect(options).await.expect("a pool");
        let settings = Settings { folder: Some(project.path().to_owned()), ..Settings::default() };
        let refused = synchronize_with(&database, settings).await;
        let Err(SynchronizeError::NotForDevelopment { database }) = &refused else { panic!("{refused:?}") };
        assert!(database.contains("db.example.com") && !database.contains("secret"), "{database}");
    });
}
