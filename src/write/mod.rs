//! Sidecars: writes undeclared objects as declarations.
//!
//! Must not know how statements are read or executed.

mod objects;
mod sidecar;

pub use sidecar::{Declaration, declarations};
