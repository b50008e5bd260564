//! Arguments of commands about hooks.
//!
//! Must not know the commands.

use clap::{Args, ValueEnum};

/// `gen hooks`.
#[derive(Debug, Args)]
pub(in super::super) struct Hooks {
    /// Allow the commands of `[hooks]` on this machine as they are now, or deny them; otherwise list them
    #[arg(value_name = "allow|deny")]
    pub(in super::super) consent: Option<Consent>,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// What is done about the commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Consent {
    /// They run
    Allow,
    /// They do not run
    Deny,
}
