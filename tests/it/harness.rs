//! The test harness: tests that need a server are ignored, by name, when the program runs without the URL of that server, and
//! those behind a pooler or in a browser when pgbouncer or Chromium is not installed.
//!
//! The harness of `rustc` decides at compile time what is ignored, so the attributes here register a function with one that
//! decides at run time. A plain `#[test]` would not be compiled: `harness = false` turns it off.
//!
//! Must not know what is tested.

use libtest_mimic::{Arguments, Trial};

/// A function with one of the attributes below.
pub struct Test {
    pub path: &'static str,
    /// Whether what it needs is there.
    pub is_ready: fn() -> bool,
    pub run: fn(),
}

inventory::collect!(Test);

/// `#[apply(test)]`: a test that needs no server.
macro_rules! test {
    ($($function:tt)*) => { register!(|| true, $($function)*); };
}

/// `#[apply(test_on_postgres)]`: a test that needs a server; ignored when the environment names none.
macro_rules! test_on_postgres {
    ($($function:tt)*) => { register!(|| $crate::support::is_at_hand(sea_gen::schema::Product::Postgres), $($function)*); };
}

#[allow(unused_macros, reason = "not every program that includes this file has such a test")]
macro_rules! test_on_mysql {
    ($($function:tt)*) => { register!(|| $crate::support::is_at_hand(sea_gen::schema::Product::MySql), $($function)*); };
}

macro_rules! test_on_mariadb {
    ($($function:tt)*) => { register!(|| $crate::support::is_at_hand(sea_gen::schema::Product::MariaDb), $($function)*); };
}

/// `#[apply(test_behind_pgbouncer)]`: a test that starts pgbouncer in front of PostgreSQL's server.
#[allow(unused_macros, reason = "not every program that includes this file has such a test")]
macro_rules! test_behind_pgbouncer {
    ($($function:tt)*) => { register!($crate::pooler::is_at_hand, $($function)*); };
}

/// `#[apply(test_in_browser)]`: a test that opens a page in Chromium; ignored where it is not installed.
#[allow(unused_macros, reason = "not every program that includes this file has such a test")]
macro_rules! test_in_browser {
    ($($function:tt)*) => { register!($crate::browser::is_at_hand, $($function)*); };
}

macro_rules! register {
    ($is_ready:expr, $(#[$attribute:meta])* fn $name:ident() $body:block) => {
        $(#[$attribute])*
        fn $name() $body

        inventory::submit! {
            $crate::harness::Test { path: concat!(module_path!(), "::", stringify!($name)), is_ready: $is_ready, run: $name }
        }
    };
    ($is_ready:expr, $(#[$attribute:meta])* async fn $name:ident() $body:block) => {
        register! {
            $is_ready,
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
            trial.with_ignored_flag(!(test.is_ready)())
        })
        .collect();
    trials.sort_by(|one, other| one.name().cmp(other.name()));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}
