//! Sidecars: writes undeclared objects as declarations, and rows as files of reference rows.
//!
//! Must not know how statements are read or executed.

mod constraints;
mod inherited;
mod objects;
mod rows;
mod sidecar;

pub use rows::rows_text;
pub use sidecar::{Declaration, declarations};
