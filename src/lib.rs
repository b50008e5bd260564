//! Entity-diffing migrations for SeaORM.

pub mod cli;
pub mod dialect;
pub mod diff;
pub mod entity;
pub mod error;
pub mod introspect;
pub mod lint;
pub mod plan;
pub mod project;
pub mod run;
pub mod schema;
pub mod state;
pub mod write;
