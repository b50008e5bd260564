//! The option of commands that work on every tenant of the configuration.
//!
//! Must not know the commands.

use clap::{ArgAction, Args};

/// Whether a command is for tenants, and for which.
#[derive(Clone, Debug, Args)]
pub(in super::super) struct OfTenants {
    /// For all tenants of the configuration, or for these (separate by commas)
    #[arg(long, value_name = "NAME", num_args = 0..=1, value_delimiter = ',', action = ArgAction::Append)]
    pub(in super::super) tenants: Option<Vec<String>>,
}
