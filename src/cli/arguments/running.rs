//! Arguments of commands that run migrations or otherwise change a database.
//!
//! Must not know the commands.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::project::backups::BACKUPS;

use super::OfTenants;

/// Arguments of every command that runs migrations.
#[derive(Debug, Args)]
pub(in super::super) struct Run {
    /// Print the SQL, and run nothing
    #[arg(long)]
    pub(in super::super) dry_run: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// Arguments of every command that applies or reverts migrations: how another runner is waited for.
#[derive(Debug, Args)]
pub(in super::super) struct Others {
    /// How many seconds to wait for another runner [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub(in super::super) lock_timeout: Option<u64>,
    /// Copy the database into a new file of a folder before anything runs, and restore it into a scratch database to check it
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = BACKUPS)]
    pub(in super::super) backup: Option<PathBuf>,
    /// End the session of another runner whose client is gone, and the statement that the server still runs for it
    #[arg(long)]
    pub(in super::super) end_orphans: bool,
    /// Run no command of `[hooks]`; hooks in SQL run nevertheless
    #[arg(long)]
    pub(in super::super) no_hooks: bool,
}

/// Arguments of every command that reverts migrations.
#[derive(Debug, Args)]
pub(in super::super) struct Reverting {
    /// Allow losing data: a rule (drop-table, drop-column, *), for everything or for one object (drop-table:orders);
    /// repeat it for more
    #[arg(long, value_name = "RULE[:OBJECT]")]
    pub(in super::super) allow: Vec<crate::lint::allow::Allow>,
    #[command(flatten)]
    pub(in super::super) run: Run,
}

/// `gen up`.
#[derive(Debug, Args)]
pub(in super::super) struct Up {
    /// How many, or up to and including which one (id, name, or an unambiguous prefix); otherwise all
    #[arg(value_name = "N|ID")]
    pub(in super::super) target: Option<String>,
    /// If the database has the resulting schema of pending migrations, record them as applied even if they change rows
    #[arg(long)]
    pub(in super::super) recognise: bool,
    /// Also apply migrations that failed their proof on a scratch database
    #[arg(long)]
    pub(in super::super) unproven: bool,
    /// Also apply migrations that are older than an applied one
    #[arg(long)]
    pub(in super::super) out_of_order: bool,
    /// For every project that the configuration lists, in that order, until one fails
    #[arg(long, conflicts_with = "target")]
    pub(in super::super) all: bool,
    /// A query that must find no row after the run; repeat it for more. A migration's file has its own as `-- verify: SELECT …`
    #[arg(long, value_name = "SELECT", conflicts_with_all = ["tenants", "dry_run"])]
    pub(in super::super) verify_data: Vec<String>,
    #[command(flatten)]
    pub(in super::super) contracting: super::expanding::Contracting,
    #[command(flatten)]
    pub(in super::super) of: OfTenants,
    #[command(flatten)]
    pub(in super::super) others: Others,
    #[command(flatten)]
    pub(in super::super) run: Run,
}

/// `gen restore`.
#[derive(Debug, Args)]
pub(in super::super) struct Restore {
    /// The backup: a file of `gen up --backup`, `pg_dump -Fc` or `mysqldump`, or an SQLite database
    #[arg(value_name = "FILE")]
    pub(in super::super) file: PathBuf,
    /// Replace what is in the database of this name
    #[arg(long, value_name = "NAME")]
    pub(in super::super) replace: Option<String>,
    /// Leave the database as the backup has it: apply no pending migration
    #[arg(long)]
    pub(in super::super) no_up: bool,
}

/// `gen down`.
#[derive(Debug, Args)]
pub(in super::super) struct Down {
    /// How many (otherwise one), or back to just after which one (id, name, or an unambiguous prefix)
    #[arg(value_name = "N|ID")]
    pub(in super::super) target: Option<String>,
    #[command(flatten)]
    pub(in super::super) of: OfTenants,
    #[command(flatten)]
    pub(in super::super) others: Others,
    #[command(flatten)]
    pub(in super::super) reverting: Reverting,
}

/// `gen redo`.
#[derive(Debug, Args)]
pub(in super::super) struct Redo {
    #[command(flatten)]
    pub(in super::super) others: Others,
    #[command(flatten)]
    pub(in super::super) reverting: Reverting,
}

/// `gen goto`.
#[derive(Debug, Args)]
pub(in super::super) struct Goto {
    /// The migration to migrate to (id, name, or an unambiguous prefix)
    #[arg(value_name = "ID")]
    pub(in super::super) target: String,
    #[command(flatten)]
    pub(in super::super) others: Others,
    #[command(flatten)]
    pub(in super::super) reverting: Reverting,
}

/// `gen sync`.
#[derive(Debug, Args)]
pub(in super::super) struct Sync {
    /// Confirm that a database on another host is a development database
    #[arg(long)]
    pub(in super::super) development: bool,
    /// Allow losing data: a rule (lossy-cast, drop-column, *), for everything or for one object
    /// (lossy-cast:orders.amount); repeat it for more
    #[arg(long, value_name = "RULE[:OBJECT]")]
    pub(in super::super) allow: Vec<crate::lint::allow::Allow>,
    #[command(flatten)]
    pub(in super::super) run: Run,
}

/// `gen fresh` and `gen reset`.
#[derive(Debug, Args)]
pub(in super::super) struct Emptying {
    /// Confirm that a database on another host is a development database
    #[arg(long)]
    pub(in super::super) development: bool,
    #[command(flatten)]
    pub(in super::super) run: Run,
}

/// `gen resolve`.
#[derive(Debug, Args)]
pub(in super::super) struct Resolve {
    /// The migration (id, name, or an unambiguous prefix of its id)
    #[arg(value_name = "MIGRATION")]
    pub(in super::super) migration: String,
    #[command(flatten)]
    pub(in super::super) verdict: Flags,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(in super::super) struct Flags {
    /// It is applied: record it as applied
    #[arg(long)]
    pub(in super::super) applied: bool,
    /// It was reverted: remove its row
    #[arg(long)]
    pub(in super::super) reverted: bool,
    /// It was never applied: remove its row
    #[arg(long)]
    pub(in super::super) not_applied: bool,
    /// It was interrupted, and the statement in hand was done: it goes on after it
    #[arg(long)]
    pub(in super::super) done: bool,
    /// It was interrupted, and the statement in hand was not done: it goes on with it
    #[arg(long)]
    pub(in super::super) not_done: bool,
}

/// `gen baseline`.
#[derive(Debug, Args)]
pub(in super::super) struct Baseline {
    /// The last migration that this database has; by default the newest one
    #[arg(value_name = "MIGRATION")]
    pub(in super::super) migration: Option<String>,
    /// Record it although the schema of the database is another one
    #[arg(long)]
    pub(in super::super) force: bool,
}

/// `gen unlock`.
#[derive(Debug, Args)]
pub(in super::super) struct Unlock {
    /// End the session that holds the lock, and with it the statement that it runs
    #[arg(long)]
    pub(in super::super) force: bool,
}

/// `gen grants`.
#[derive(Debug, Args)]
pub(in super::super) struct Grants {
    /// What the role is used for
    #[arg(long = "for", value_enum, value_name = "WORK")]
    pub(in super::super) work: GrantedWork,
    /// The role; on MySQL and MariaDB `user` or `user@host`
    #[arg(long, value_name = "ROLE")]
    pub(in super::super) to: String,
}

/// What a role does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum GrantedWork {
    /// Applying migrations
    Migrate,
    /// Running the application
    Run,
    /// Reading the history and the catalog
    Status,
}
