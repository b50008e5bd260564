//! One of every form there is: each Rust type, each attribute, each way to write a relation.
//!
//! Must not hold what only one database can: that is in `postgres`.

pub mod attributes;
pub mod enums;
pub mod postgres;
pub mod relations;
pub mod types;
pub mod values;
