//! The three states end to end: the built `gen` binary, files on disk, and a real database of each product.
//!
//! Must not know how a situation is found out or a migration is planned; it looks at what is said, written and done.

mod adoption;
mod catalog;
mod drift;
mod history;
mod project;
mod renames;
mod sides;
mod situations;
mod synchronised;
mod wild;
mod words;

/// One test for each database; a server that the environment does not name shows as ignored.
macro_rules! on_each {
    ($($test:ident),* $(,)?) => {$(
        mod $test {
            use sea_gen::schema::Product;

            #[test]
            fn sqlite() {
                super::$test(Product::Sqlite);
            }

            #[test_with::env(DATABASE_URL_POSTGRES)]
            #[test]
            fn postgres() {
                super::$test(Product::Postgres);
            }

            #[test_with::env(DATABASE_URL_MYSQL)]
            #[test]
            fn mysql() {
                super::$test(Product::MySql);
            }

            #[test_with::env(DATABASE_URL_MARIADB)]
            #[test]
            fn mariadb() {
                super::$test(Product::MariaDb);
            }
        }
    )*};
}

use on_each;
