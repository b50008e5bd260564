//! The integration tests: one binary, one module for each database.

mod sqlite;
