//! The files of a project of `sea-gen`: migrations, the lock file that seals them, and the tokens of SQL that reading them needs.
//!
//! `sea-gen-runner` and the macro in it read the same files by the same code, one when a program runs, the other when it is
//! compiled. This package is theirs: nothing in it is stable between versions. Must not know a connection.

pub mod checksum;
pub mod files;
pub mod hook;
pub mod json;
pub mod lock_file;
pub mod migration;
pub mod sealed;
pub mod sql;
pub mod sql_file;

mod error;
mod product;

pub use error::{Error, ErrorKind, Result};
pub use migration::{LineNumber, Role, Statement};
pub use product::Product;
