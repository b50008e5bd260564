//! The runner on all four databases.

mod application;
mod chain;
mod checks;
mod connect;
mod discovery;
mod embedded;
mod failure;
mod foreign_keys;
mod hooks;
mod lock;
mod migrator;
mod order;
mod pooler;
mod recognise;
mod repeatable;
mod replicas;
mod resume;
mod squashed;
mod support;
mod testing;
mod together;
mod work;

pub use replicas::replica;

use sea_gen_runner::run;

/// One test for each database; ignored if its server is missing.
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            use super::super::support::{Database, block};
            use sea_gen::dialect::Product;

            async fn on(product: Product) {
                super::$test(Database::create(product, stringify!($test)).await, product).await;
            }

            #[apply(test)]
            fn sqlite() {
                block(on(Product::Sqlite));
            }

            #[apply(test_on_postgres)]
            fn postgres() {
                block(on(Product::Postgres));
            }

            #[apply(test_on_mysql)]
            fn mysql() {
                block(on(Product::MySql));
            }

            #[apply(test_on_mariadb)]
            fn mariadb() {
                block(on(Product::MariaDb));
            }
        }
    )*};
}

use on_each;

fn ids(outcomes: &[run::Outcome]) -> Vec<&str> {
    outcomes.iter().map(|outcome| outcome.id.as_str()).collect()
}

const ONE: &str = "20260101_000000_one";
const TWO: &str = "20260102_000000_two";
const THREE: &str = "20260103_000000_three";
