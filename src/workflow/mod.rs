//! The jobs of the tool, one file each: values in, values out.
//!
//! Must not know arguments, terminals or what is printed.

pub(crate) mod adopt;
pub(crate) mod answers;
pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod compiled;
mod database;
pub(crate) mod drift;
mod excluded;
mod failure;
pub(crate) mod generate;
pub(crate) mod handwritten;
mod hints;
pub(crate) mod import;
mod listener;
pub(crate) mod occupied;
mod partitions;
pub(crate) mod prove;
pub(crate) mod read_statements;
mod recognise;
pub(crate) mod refuted;
pub(crate) mod seal;
mod sealed;
pub(crate) mod side;
mod situation;
mod sizes;
pub(crate) mod stakes;
pub(crate) mod synchronise;
pub(crate) mod text;
mod wording;
mod workspace;

pub(crate) use database::scratch_server;
pub use failure::Failure;
pub use listener::{Choice, Listener, Silent};
pub use recognise::{Known, recognisable, recognise};
pub(crate) use sealed::Sealed;
pub(crate) use wording::reworded;
pub(crate) use workspace::{Live, Open, Workspace, applicable, applicables, current_folder, locked, read};
