//! The test harness: tests that need a server are ignored, by name, when the program runs without the URL of that server.
//!
//! The harness of `rustc` decides at compile time what is ignored, so the attributes here register a function with one that
//! decides at run time. A plain `#[test]` would not be compiled: `harness = false` turns it off.
//!
//! Must not know what is tested.

use libtest_mimic::{Arguments, Trial};
use sea_gen::schema::Product;

use crate::support;

/// A function with one of the attributes below.
pub struct Test {
    pub path: &'static str,
    /// The product whose server it needs.
    pub server: Option<Product>,
    pub run: fn(),
}

inventory::collect!(Test);

/// `#[apply(test)]`: a test that needs no server.
macro_rules! test {
    ($($function:tt)*) => { register!(None, $($function)*); };
}

/// `#[apply(test_on_postgres)]`: a test that needs a server; ignored when the environment names none.
macro_rules! test_on_postgres {
    ($($function:tt)*) => { register!(Some(sea_gen::schema::Product::Postgres), $($function)*); };
}

#[allow(unused_macros, reason = "not every program that includes this file has such a test")]
macro_rules! test_on_mysql {
    ($($function:tt)*) => { register!(Some(sea_gen::schema::Product::MySql), $($function)*); };
}

macro_rules! test_on_mariadb {
    ($($function:tt)*) => { register!(Some(sea_gen::schema::Product::MariaDb), $($function)*); };
}

macro_rules! register {
    ($server:expr, $(#[$attribute:meta])* fn $name:ident() $body:block) => {
        $(#[$attribute])*
        fn $name() $body

        inventory::submit! {
            $crate::harness::Test { path: concat!(module_path!(), "::", stringify!($name)), server: $server, run: $name }
        }
    };
    ($server:expr, $(#[$attribute:meta])* async fn $name:ident() $body:block) => {
        register! {
            $server,
            $(#[$attribute])*
            fn $name() {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async $body)
            }
        }
    };
}

/// Runs the registered tests that the arguments select.
pub fn run() -> std::process::ExitCode {
    let mut trials: Vec<Trial> = inventory::iter::<Test>
        .into_iter()
        .map(|test| {
            // As `rustc` names them: without the crate.
            let name = test.path.split_once("::").map_or(test.path, |(_, name)| name);
            let run = test.run;
            let trial = Trial::test(name, move || {
                run();
                Ok(())
            });
            trial.with_ignored_flag(test.server.is_some_and(|product| !support::is_at_hand(product)))
        })
        .collect();
    trials.sort_by(|one, other| one.name().cmp(other.name()));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
