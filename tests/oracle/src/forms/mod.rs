//! One of every form there is: each Rust type, each attribute, each way to write a relation.
//!
//! Must not hold what only one database can: that is in `postgres`, `mysql` and `sqlite`.

pub mod attributes;
pub mod enums;
pub mod features;
pub mod mysql;
pub mod postgres;
pub mod relations;
pub mod sqlite;
pub mod types;
pub mod values;
