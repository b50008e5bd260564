//! What stands in the folder of the entities, from a schema: entities, sidecars with what entities cannot say, files of reference
//! rows. And migrations as modules in Rust, from their statements.
//!
//! Must not know how statements are read or executed.

pub mod column_type;
mod constraints;
pub mod entities;
mod inherited;
pub mod migration_code;
mod objects;
mod rows;
mod sidecar;

pub use rows::rows_text;
pub use sidecar::{Declaration, declarations};
