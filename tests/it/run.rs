//! The runner on all four databases.

mod checks;
mod connect;
mod failure;
mod foreign_keys;
mod lock;
mod order;
mod support;

use sea_gen::run;

/// One test for each database that is there.
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            use super::super::support::{Database, block};
            use sea_gen::dialect::Product;

            async fn on(product: Product) {
                let Some(database) = Database::create(product, stringify!($test)).await else { return };
                super::$test(database, product).await;
            }

            #[test]
            fn sqlite() {
                block(on(Product::Sqlite));
            }

            #[test]
            fn postgres() {
                block(on(Product::Postgres));
            }

            #[test]
            fn mysql() {
                block(on(Product::MySql));
            }

            #[test]
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
