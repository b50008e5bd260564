//! The jobs of the tool, one file each: values in, values out.
//!
//! Must not know arguments, terminals or what is printed.

mod recognise;

pub use recognise::{Known, recognisable, recognise};
