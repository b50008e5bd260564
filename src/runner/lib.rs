//! Runs the migrations that `sea-gen` writes: from inside an application or behind `gen up`, one runner at a time.
//!
//! Must not know schemas, plans or entities.

pub mod checksum;
pub mod error;
pub mod files;
pub mod json;
pub mod lock_file;
pub mod migration;
pub mod outside;
mod product;
pub mod reading;
pub mod run;
pub mod session;
pub mod sql;

pub use error::{Error, Result};
pub use migration::{Line, Role, Statement};
pub use product::Product;
pub use run::HISTORY_TABLE;
