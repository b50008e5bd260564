//! What is recognised is decided before the lock is had, and holds only if nothing has changed under it.

use sea_gen::dialect::{self, Product};
use sea_gen::introspect::{Scope, introspect};
use sea_gen::project::fingerprint;
use sea_gen::schema::Normalized;
use sea_gen::workflow::{self, Known};
use sea_gen_runner::run::{self, Applicable, State};

use super::support::{Database, Files, WAIT};
use super::{ONE, TWO, on_each};

on_each![recognised_only_if_nothing_has_changed];

async fn recognised_only_if_nothing_has_changed(mut database: Database, product: Product) {
    let files = Files::three(product);
    let all = files.all();
    run::go(&mut database.session, &all, run::Course::Up(&run::Target::Count(1)), WAIT, &mut |_| ()).await.unwrap();
    let history = database.history().await;
    let schema = read(&mut database).await;
    let before = database.tables().await;

    // Somebody applies the next one.
    run::go(&mut database.another().await, &all, run::Course::Up(&run::Target::Count(1)), WAIT, &mut |_| ())
        .await
        .unwrap();
    assert!(!recognise(&mut database, &history, &schema, &[&all[1], &all[2]]).await);
    let of = |history: Vec<run::Record>| history.into_iter().map(|it| (it.id, it.status)).collect::<Vec<_>>();
    let applied = |id: &str| (id.to_owned(), State::Applied);
    assert_eq!(of(database.history().await), [applied(ONE), applied(TWO)]);

    // Somebody changes the schema.
    let history = database.history().await;
    assert!(!recognise(&mut database, &history, &schema, &[&all[2]]).await);
    assert_eq!(of(database.history().await), [applied(ONE), applied(TWO)]);

    // Nobody has changed anything.
    let schema = read(&mut database).await;
    assert!(recognise(&mut database, &history, &schema, &[&all[2]]).await);
    assert_eq!(database.history().await.last().map(|it| it.status), Some(State::Recognised));
    assert_eq!(database.tables().await.len(), before.len() + 1, "it was not run");
    database.remove().await;
}

async fn read(database: &mut Database) -> Normalized {
    let catalog = introspect(&mut database.session, &Scope::default()).await.unwrap();
    dialect::of(database.session.product()).normalize(catalog.schema).unwrap()
}

async fn recognise(
    database: &mut Database,
    history: &[run::Record],
    schema: &Normalized,
    files: &[&Applicable<'_>],
) -> bool {
    let fingerprints = [fingerprint(schema.schema())];
    let known = Known { history, schema: schema.schema(), fingerprints: &fingerprints };
    let files = (files, State::Recognised);
    workflow::recognise(&mut database.session, files, known, &Scope::default(), WAIT, &mut |_| ()).await.unwrap()
}
