//! The command line arguments.
//!
//! Must not know the commands.

mod adopting;
mod auditing;
mod expanding;
mod hooks;
mod judging;
mod merging;
mod pages;
mod personal;
mod running;
mod seeding;
mod squashing;
mod team;
mod tenants;
#[cfg(test)]
mod tests;
mod writing;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::project::DatabaseUrl;

pub(super) use adopting::{Entities, Init, Takeover};
pub(super) use auditing::{AuditFormat, AuditReport, History, Webhook};
pub(super) use hooks::{Consent, Hooks};
pub(super) use judging::{Lint, LintFormat, Verify};
pub(super) use merging::{Check, First, Git, Merge, MergeDriver};
pub(super) use pages::{Docs, DocsFormat, Review, ReviewFormat};
pub(super) use personal::{Anonymize, AnonymizeFormat, Personal, PersonalFormat, Subject, SubjectWork};
pub(super) use running::{
    Baseline, Down, Emptying, Flags, Goto, GrantedWork, Grants, Others, Redo, Resolve, Restore, Reverting, Run, Sync,
    Unlock, Up,
};
pub(super) use seeding::Seed;
pub(super) use squashing::Squash;
pub(super) use team::{Blame, Ci, CiHost};
pub(super) use tenants::OfTenants;
pub(super) use writing::{From, Migration, Purge, Undo};

/// Reviewed, reversible migrations from SeaORM entities.
#[derive(Debug, Parser)]
#[command(name = "gen", version, about, max_term_width = 100)]
pub(super) struct Arguments {
    /// Project and database.
    #[command(flatten)]
    pub(super) common: Common,
    /// When to colour.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
    /// How to write messages to stderr; results stay as they are.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub(super) log_format: LogFormat,
    /// The command.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Arguments of every command.
#[derive(Clone, Debug, Args)]
pub(super) struct Common {
    /// The database (postgres://, mysql://, mariadb://, sqlite://); otherwise DATABASE_URL, .env, or the configuration
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database_url: Vec<DatabaseUrl>,
    /// The environment `[env.NAME]` of the configuration; otherwise that of GEN_ENV
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) env: Option<String>,
    /// Change the database of this protected environment
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) yes_protected: Option<String>,
    /// The project's folder; otherwise the nearest one at or above the current folder
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) project: Option<PathBuf>,
    /// Let cargo build and run the entities of this checkout, where the compiled reader is configured; remembered
    #[arg(long, global = true)]
    pub(super) run_cargo: bool,
}

/// The command.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Set a project up: folders, first snapshot, lock; adopts an existing database
    Init(Init),
    /// List what the entities and the SQL files declare, or write them from a database
    Entities(Entities),
    /// Write the migration from the snapshot to the entities
    #[command(visible_alias = "generate")]
    Migration(Migration),
    /// Take the last migrations back, as if they had never been written
    Undo(Undo),
    /// Show the difference between any two states
    Diff(Diff),
    /// Leave differences between the entities and the database as they are for now
    Accept(Accept),
    /// Show entities, snapshot and database, and how they compare
    Status(Status),
    /// List all migrations, the newest first: why, by whom, where proven, whether applied
    Log(Report),
    /// List what was done to the database, by whom, from which commit; find tampering
    History(History),
    /// Write an audit report of the last runs: what ran, who, where, proofs, deviations
    Report(AuditReport),
    /// Write the migration that drops what `gen migration --keep` parked
    Purge(Purge),
    /// Apply pending migrations
    Up(Up),
    /// Revert applied migrations
    Down(Down),
    /// Revert the last applied migration and apply it again
    Redo(Redo),
    /// Apply or revert until the named migration is the last one applied
    Goto(Goto),
    /// Empty a development database and apply every migration
    Fresh(Emptying),
    /// Revert every migration on a development database
    Reset(Emptying),
    /// Make a database from a backup, and apply what is pending then
    Restore(Restore),
    /// Correct the history: a migration was applied, reverted or interrupted by other means
    Resolve(Resolve),
    /// Record that a database has everything up to a migration already
    Baseline(Baseline),
    /// Take the migrations over from the application's `Migrator`, or give them back
    Takeover(Takeover),
    /// Show who runs migrations on the database, and end it
    Unlock(Unlock),
    /// Call the webhook that is told of failures and drift
    #[command(subcommand)]
    Webhook(Webhook),
    /// Print the privileges that a role needs, as SQL
    Grants(Grants),
    /// List the hooks, and allow their commands on this machine
    Hooks(Hooks),
    /// List the differences between the database and the migrations
    Drift(Drift),
    /// Synchronise a development database with the entities, without a migration
    Sync(Sync),
    /// Check for CI: entities, snapshot, lock, migrations and database agree
    Check(Check),
    /// Prove migrations on a scratch database: up, down and up again, with rows in it
    Verify(Verify),
    /// Report hazards in pending or named migrations, generated or not
    Lint(Lint),
    /// Show who made a table or column: migrations, line of the code, author, commit
    Blame(Blame),
    /// Write the workflow by which GitHub or GitLab checks every change of the schema
    Ci(Ci),
    /// Write a page about the migrations of a pull request: the change, its locks, what is at stake
    Review(Review),
    /// Write the schema as a page to browse, or as Markdown, Mermaid, DBML or tbls
    Docs(Docs),
    /// Fill a development database, or a file, with test data that satisfies every constraint
    Seed(Seed),
    /// List the columns with personal data, and those of which nobody has said so
    Personal(Personal),
    /// Replace the personal data in a copy of a database
    Anonymize(Anonymize),
    /// Export or delete the rows of one person, along foreign keys
    Subject(Subject),
    /// Seal the current migration files, after editing them or writing them by hand
    Lock {
        /// Seal without a scratch database: the snapshot is not updated with the results of the files
        #[arg(long)]
        no_verify: bool,
        /// Make a lock file that is lost anew from the files, without the proofs
        #[arg(long)]
        rebuild: bool,
    },
    /// Put one migration in the place of several
    Squash(Squash),
    /// Put the migrations of one branch behind those of another, after a git merge, rebase or cherry-pick
    Merge(Merge),
    /// Merge one file for git
    #[command(hide = true)]
    MergeDriver(MergeDriver),
    /// Set git up for lock and snapshots
    #[command(subcommand)]
    Git(Git),
    /// Freeze the schema under a release name; no migration can be added until it is thawed
    Freeze(Freeze),
    /// Thaw a frozen schema
    Thaw,
    /// Print a completion script for a shell
    Completions(Completions),
}

/// `gen diff`.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// entities, snapshot, database, git:<rev>, file:<path.sql>, or a database URL
    #[arg(long, value_name = "STATE", default_value = "snapshot")]
    pub(super) from: String,
    /// entities, snapshot, database, git:<rev>, file:<path.sql>, or a database URL
    #[arg(long, value_name = "STATE", default_value = "entities")]
    pub(super) to: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, value_name = "FORMAT")]
    pub(super) format: DiffFormat,
    /// Show down instead of up
    #[arg(long)]
    pub(super) down: bool,
    /// Write plain DDL, which may lock large tables for a long time
    #[arg(long)]
    pub(super) offline_forms: bool,
    /// Exit with 2 if there is a difference
    #[arg(long)]
    pub(super) exit_code: bool,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) scope: ScopeOf,
}

/// The compared objects.
#[derive(Debug, Args)]
pub(super) struct ScopeOf {
    /// Compare only these objects: a name, or a pattern with * and ?; with a dot, for schema and name (repeat or
    /// separate by commas)
    #[arg(long, value_delimiter = ',', value_name = "PATTERN")]
    pub(super) include: Vec<String>,
    /// Exclude these objects on both sides
    #[arg(long, value_delimiter = ',', value_name = "PATTERN")]
    pub(super) exclude: Vec<String>,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// Human-readable
    Text,
    /// Statements to run
    Sql,
    /// Operations as JSON
    Json,
    /// For a pull request
    Markdown,
    /// A unified diff of the snapshots
    Patch,
}

/// A command that only reports.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `gen status`.
#[derive(Debug, Args)]
pub(super) struct Status {
    /// Also list the differences that are accepted; the same for every project that the configuration lists
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) of: OfTenants,
    /// How to print it
    #[arg(long, value_enum, default_value_t = StatusFormat::Text, value_name = "FORMAT")]
    pub(super) format: StatusFormat,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
}

/// How a status is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum StatusFormat {
    /// Human-readable
    Text,
    /// For programs
    Json,
    /// Metrics for the textfile collector
    Prometheus,
}

/// `gen accept`.
#[derive(Debug, Args)]
pub(super) struct Accept {
    /// What to accept: `"bill.status type"`, or all that is in `bill`; none lists what there is
    #[arg(value_name = "PLACE")]
    pub(super) names: Vec<String>,
    /// The reason, for whoever reads it later
    #[arg(long, value_name = "TEXT", default_value = "not yet")]
    pub(super) because: String,
    /// Take it back
    #[arg(long, requires = "names")]
    pub(super) undo: bool,
}

/// `gen drift`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Drift {
    #[command(flatten)]
    pub(super) of: OfTenants,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// How to resolve it; otherwise it is listed.
    #[command(subcommand)]
    pub(super) way: Option<DriftWay>,
}

/// How to resolve drift.
#[derive(Debug, Subcommand)]
pub(super) enum DriftWay {
    /// Write the drift as a migration that is recorded as applied in this database
    Adopt(Adopt),
    /// Revert the database to the snapshot
    Revert(Reverting),
}

/// `gen drift adopt`.
#[derive(Debug, Args)]
pub(super) struct Adopt {
    /// The migration's name
    #[arg(default_value = "AdoptDrift")]
    pub(super) name: String,
    #[command(flatten)]
    pub(super) run: Run,
}

/// `gen freeze`.
#[derive(Debug, Args)]
pub(super) struct Freeze {
    /// The release, such as 1.4.0
    pub(super) release: String,
}

/// `gen completions`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}
