//! SQL beside the entities: what was undeclared, written as declarations.
//!
//! Must not know how statements are found or run.

mod objects;
mod sidecar;

pub use sidecar::{Declaration, declarations};
