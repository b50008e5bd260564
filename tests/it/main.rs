//! Tests against real databases, in one binary.

mod run;
mod run_support;
mod sqlite;
