//! The integration tests, one binary.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test may fail on the spot, print, and touch files"
)]

#[macro_use(apply)]
extern crate macro_rules_attribute;

#[macro_use]
mod harness;

mod architecture;
mod bookshop;
mod browser;
mod casts;
mod cli;
mod clients;
mod entity;
mod examples;
mod expression;
mod files;
mod guide;
mod ignored;
mod merging;
mod mysql;
mod oracle;
mod pages;
mod pooler;
mod postgres;
mod run;
mod seed;
mod sqlite;
mod squashing;
mod states;
mod support;
mod verify;
mod workflow;

fn main() -> std::process::ExitCode {
    // A test may start this program as a replica of an application.
    run::replica().unwrap_or_else(harness::run)
}
