//! A pooler between the runner and PostgreSQL: found out before anything is sent, and nothing is left in its sessions.

use sea_gen_runner::session::{self, Missing, Session};
use sea_gen_runner::{ErrorKind, Migrations, Product, Runner, Target, run};

use crate::pooler::Pooler;
use crate::support::connection;

use super::support::{Database, Files, WAIT, block, said};
use super::{ONE, THREE, TWO, ids};

/// What pgbouncer gives to a session of the server for each client, and takes back.
const OF_CLIENTS: &str =
    "'application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings'";

const IGNORES: &str = "ignore_startup_parameters = extra_float_digits";

async fn connect(url: &str) -> Session {
    session::connect(&connection(url), Missing::Refuse).await.unwrap_or_else(|error| panic!("{}", said(&error)))
}

/// The settings that somebody has made in the sessions of the pool, as its next client finds them.
async fn left_in_the_pool(url: &str) -> Vec<String> {
    let settings = format!(
        "SELECT name FROM pg_settings WHERE source = 'session' AND name NOT IN ({OF_CLIENTS}) \
         UNION ALL SELECT 'a lock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() \
         UNION ALL SELECT name FROM pg_prepared_statements"
    );
    let mut clients = Vec::new();
    // Each has a session of its own as long as its transaction is open.
    for _ in 0..3 {
        let mut client = connect(url).await;
        client.begin().await.unwrap();
        clients.push(client);
    }
    let mut found = Vec::new();
    for mut client in clients {
        found.extend(client.query(&settings).await.unwrap().iter().map(|row| row.text(0).to_owned()));
        client.rollback().await.unwrap();
        client.close().await;
    }
    found
}

/// Whatever way the pool hands out its sessions.
#[apply(test_behind_pgbouncer)]
fn a_pool_of_transactions_is_refused_before_anything_is_sent() {
    block(async {
        let mut database = Database::create(Product::Postgres, "pool_of_transactions").await;
        let files = Files::three(Product::Postgres);
        for way in
            ["server_round_robin = 0", "server_round_robin = 1", "default_pool_size = 1", "pool_mode = statement"]
        {
            let pooler = Pooler::start(&["pool_mode = transaction", IGNORES, way]);
            let url = pooler.url("run_pool_of_transactions");
            let mut session = connect(&url).await;
            let refused = run::go(&mut session, &files.all(), run::Course::Up(&Target::All), WAIT, &mut |_| ())
                .await
                .unwrap_err();
            assert_eq!(refused.kind(), &ErrorKind::Refused, "{way}");
            assert!(refused.to_string().ends_with("neither a lock nor a setting holds; nothing was run"), "{refused}");
            let direct = run::execute(&mut session, &files.migrations[0].0.up, WAIT).await.unwrap_err();
            assert_eq!(direct.to_string(), refused.to_string(), "{way}");
            session.close().await;
            let scratch = sea_gen::proof::Scratch::create(&connection(&url)).await.map(drop).unwrap_err();
            assert_eq!(scratch.to_string(), refused.to_string(), "{way}");
        }
        assert!(database.tables().await.is_empty());
        assert!(database.history().await.is_empty());
        database.remove().await;
    });
}

/// An application asks at its start whether it may serve, through the pool that it works with.
#[apply(test_behind_pgbouncer)]
fn an_application_asks_through_a_pool_of_transactions_and_leaves_nothing_in_it() {
    block(async {
        let database = Database::create(Product::Postgres, "pool_asked").await;
        let pooler = Pooler::start(&["pool_mode = transaction", IGNORES]);
        let (url, direct) = (pooler.url("run_pool_asked"), database.url.clone());
        let text = "-- UP\nCREATE TABLE one (id integer);\n-- DOWN\nDROP TABLE one;\n";
        let migrations = Migrations::parse(Product::Postgres, [(ONE, text)]).unwrap();
        let pending = migrations.ensure_current(&url).await.unwrap_err();
        assert!(pending.to_string().contains("is pending"), "{pending}");
        let mut runner = Runner::connect(&url, &migrations).await.unwrap();
        assert_eq!(runner.up(&Target::All).await.unwrap_err().kind(), &ErrorKind::Refused);
        runner.close().await;
        assert!(left_in_the_pool(&url).await.is_empty(), "{:?}", left_in_the_pool(&url).await);
        migrations.up(&direct).await.unwrap();
        for _ in 0..3 {
            migrations.ensure_current(&url).await.unwrap();
        }
        assert!(left_in_the_pool(&url).await.is_empty(), "{:?}", left_in_the_pool(&url).await);
        drop(pooler);
        database.remove().await;
    });
}

/// A pool that gives each client a session for itself is as good as the server, even if it has only one.
#[apply(test_behind_pgbouncer)]
fn a_pool_of_sessions_is_used_and_gets_them_back_as_they_were() {
    block(async {
        let mut database = Database::create(Product::Postgres, "pool_of_sessions").await;
        let files = Files::three(Product::Postgres);
        for size in [1, 3] {
            let size = format!("default_pool_size = {size}");
            let pooler = Pooler::start(&["pool_mode = session", IGNORES, &size]);
            let url = pooler.url("run_pool_of_sessions");
            let mut session = connect(&url).await;
            let course = run::Course::Up(&Target::All);
            let outcomes = run::go(&mut session, &files.all(), course, WAIT, &mut |_| ()).await.unwrap();
            assert_eq!(ids(&outcomes), [ONE, TWO, THREE], "{size}");
            session.close().await;
            let mut next = connect(&url).await;
            next.restore_settings().await.unwrap();
            next.close().await;
            assert_eq!(database.down(&files, Target::All).await.unwrap().len(), 3);
        }
        let pooler = Pooler::start(&["pool_mode = session", IGNORES]);
        let url = pooler.url("run_pool_of_sessions");
        let mut session = connect(&url).await;
        run::go(&mut session, &files.all(), run::Course::Up(&Target::All), WAIT, &mut |_| ()).await.unwrap();
        session.close().await;
        drop(pooler);
        database.remove().await;
    });
}

/// pgbouncer as it is installed takes no setting that it does not know.
#[apply(test_behind_pgbouncer)]
fn a_pooler_that_refuses_a_setting_is_named() {
    block(async {
        let pooler = Pooler::start(&["pool_mode = session"]);
        let Err(error) = session::connect(&connection(&pooler.url("postgres")), Missing::Refuse).await else {
            panic!("connected")
        };
        let text = said(&error);
        assert!(text.starts_with("a pooler at 127.0.0.1:"), "{text}");
        assert!(text.contains("`ignore_startup_parameters = extra_float_digits`"), "{text}");
    });
}
