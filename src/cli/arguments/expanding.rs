//! Arguments of changes that are done in two migrations.
//!
//! Must not know the commands.

use clap::Args;

/// How `gen migration` writes a change in two migrations.
#[derive(Debug, Args)]
pub(in super::super) struct TwoSteps {
    /// Write two migrations, between which the former and the next version of a program both work: renamed columns, also of
    /// another type, and columns that stop taking NULL
    #[arg(long, conflicts_with_all = ["amend", "empty", "keep", "offline_forms"])]
    pub(in super::super) expand_contract: bool,
    /// With --expand-contract: what the former column is when only the new one is written, if the default cast is not enough:
    /// `order.total=least(total_cents, 2147483647)` (repeat for more)
    #[arg(long = "back", value_name = "COLUMN=EXPRESSION", requires = "expand_contract")]
    pub(in super::super) backs: Vec<String>,
}

/// What `gen up` does with the second of two such migrations.
#[derive(Debug, Args)]
pub(in super::super) struct Contracting {
    /// Also apply migrations that remove what the former version of the program uses, when it runs nowhere any more; refused
    /// while the server sees statements that name it
    #[arg(long, conflicts_with = "out_of_order")]
    pub(in super::super) contract: bool,
    /// With --contract: also if statements were seen that name the old shape
    #[arg(long, requires = "contract")]
    pub(in super::super) ignore_readers: bool,
}
