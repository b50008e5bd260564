//! The jobs of the tool, one file each: values in, values out. Each command of `gen` is one of them and what it prints, and a
//! program of one's own can do the same.
//!
//! ```no_run
//! use sea_gen::workflow::check::{Verdict, Wanted, check};
//! use sea_gen::workflow::generate::{self, Content, Request};
//! use sea_gen::workflow::{Open, Workspace};
//!
//! # async fn generate() -> Result<(), sea_gen::workflow::Failure> {
//! let mut workspace = Workspace::open_to_write(Open::default(), "my program")?;
//! let planned = generate::plan(&mut workspace, &Request::new("AddEmailIndex")).await?;
//! for draft in &planned.drafts {
//!     println!("{}: {} operations", draft.product, draft.plan.ops().len());
//! }
//! let files = generate::write(&workspace, &planned)?;
//! let lines = check(&workspace, Wanted { entities: true, ..Wanted::default() }).await?;
//! assert!(lines.iter().all(|line| !matches!(line.verdict, Verdict::Fails(_))), "{files:?}");
//! # Ok(()) }
//! ```
//!
//! Must not know arguments, terminals or what is printed.

pub mod accept;
pub mod adopt;
pub mod afterwards;
mod amend;
pub mod answers;
pub mod apply;
mod attribution;
pub mod audit;
pub mod backup;
mod baseline;
pub mod blame;
mod change_log;
pub mod check;
pub mod ci;
mod clients;
pub mod compare;
pub(crate) mod compiled;
pub mod contract;
mod course;
mod database;
#[cfg(feature = "sea-orm")]
pub mod develop;
pub mod document;
pub mod drift;
pub mod entities;
pub mod environments;
mod excluded;
mod explain;
mod failure;
mod former;
pub mod fresh;
pub mod generate;
pub mod grants;
pub mod handwritten;
mod hints;
pub mod histories;
pub mod hook_commands;
pub mod import;
mod impossible_keys;
pub mod join;
pub mod lint_code;
pub mod lint_house;
mod listener;
pub mod log;
pub mod merge;
pub(crate) mod object_history;
mod occupied;
mod partitions;
pub mod personal;
mod projects;
pub mod prove;
pub mod purge;
pub mod read_statements;
mod recognise;
pub mod reference_data;
pub(crate) mod refuted;
pub mod repeatable;
pub mod resolve;
pub mod review;
pub mod seal;
mod sealed;
pub mod seaorm;
pub mod seed;
mod shared_tables;
pub(crate) mod side;
mod situation;
mod sizes;
pub mod squash;
pub(crate) mod stakes;
pub mod status;
pub mod synchronise;
mod taken;
pub mod takeover;
pub mod tenants;
pub(crate) mod text;
mod together;
pub mod undo;
pub mod webhooks;
mod wording;
mod workspace;
pub mod write_entities;

pub use database::scratch_server;
pub use explain::Explained;
pub use failure::Failure;
use listener::Phase;
pub use listener::{Choice, Listener, Silent};
pub use projects::projects;
pub use recognise::{Known, recognisable, recognise};
pub use sealed::Sealed;
pub use shared_tables::read;
pub use wording::reworded;
pub use workspace::{Declared, Live, Open, Workspace, applicable, applicables, current_folder, locked};
