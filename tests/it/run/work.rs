//! How much the server is asked grows as the migrations do, and no faster: counted by the servers that count for a session.

use sea_gen::dialect::Product;
use sea_gen_runner::run::{self, Target};

use super::support::{Database, Files, WAIT, block};

/// How many statements the server got, and how many bytes it sent, while so many migrations went up and down.
async fn asked(product: Product, count: usize) -> [u64; 2] {
    let mut database = Database::create(product, &format!("work_{count}")).await;
    let files = (0..count).fold(Files::new(product), |files, number| {
        files.with(&format!("20260101_00{:02}{:02}_step", number / 60, number % 60), &["SELECT 1"], &["SELECT 1"])
    });
    let before = counters(&mut database).await;
    run::go(&mut database.session, &files.all(), run::Course::Up(&Target::All), WAIT, &mut |_| ()).await.unwrap();
    run::go(&mut database.session, &files.all(), run::Course::Down(&Target::All), WAIT, &mut |_| ()).await.unwrap();
    let after = counters(&mut database).await;
    database.remove().await;
    [after[0] - before[0], after[1] - before[1]]
}

async fn counters(database: &mut Database) -> [u64; 2] {
    let mut found = [0; 2];
    for (counter, name) in found.iter_mut().zip(["Questions", "Bytes_sent"]) {
        let rows = database.query(&format!("SHOW SESSION STATUS LIKE '{name}'")).await;
        *counter = rows.first().unwrap().text(1).parse().unwrap();
    }
    found
}

fn work_grows_as_the_migrations_do(product: Product) {
    block(async {
        let (few, many) = (asked(product, 10).await, asked(product, 40).await);
        for (few, many) in few.into_iter().zip(many) {
            assert!(many < few * 5, "four times the migrations: {few}, then {many}");
        }
    });
}

#[apply(test_on_mysql)]
fn work_grows_as_the_migrations_do_on_mysql() {
    work_grows_as_the_migrations_do(Product::MySql);
}

#[apply(test_on_mariadb)]
fn work_grows_as_the_migrations_do_on_mariadb() {
    work_grows_as_the_migrations_do(Product::MariaDb);
}
