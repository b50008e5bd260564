//! The command line arguments.
//!
//! Must not know the commands.

mod adopting;
mod running;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::project::DatabaseUrl;

pub(super) use adopting::{Entities, Init, Takeover};
pub(super) use running::{
    Baseline, Down, Emptying, Flags, Goto, GrantedWork, Grants, Others, Redo, Resolve, Reverting, Run, Sync, Unlock, Up,
};

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
    /// The command.
    #[command(subcommand)]
    pub(super) command: Command,
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
    /// Show the difference between any two states
    Diff(Diff),
    /// Leave differences between the entities and the database as they are for now
    Accept(Accept),
    /// Show entities, snapshot and database, and how they compare
    Status(Status),
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
    /// Correct the history: a migration was applied, reverted or interrupted by other means
    Resolve(Resolve),
    /// Record that a database has everything up to a migration already
    Baseline(Baseline),
    /// Take the migrations over from the application's `Migrator`, or give them back
    Takeover(Takeover),
    /// Show who runs migrations on the database, and end it
    Unlock(Unlock),
    /// Print the privileges that a role needs, as SQL
    Grants(Grants),
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
    /// Fill a development database, or a file, with test data that satisfies every constraint
    Seed(Seed),
    /// Seal the current migration files, after editing them or writing them by hand
    Lock {
        /// Seal without a scratch database: the snapshot is not updated with the results of the files
        #[arg(long)]
        no_verify: bool,
    },
    /// Freeze the schema under a release name; no migration can be added until it is thawed
    Freeze(Freeze),
    /// Thaw a frozen schema
    Thaw,
    /// Print a completion script for a shell
    Completions(Completions),
}

/// `gen migration`.
#[derive(Debug, Args)]
pub(super) struct Migration {
    /// The migration's name, such as AddEmailIndex
    pub(super) name: String,
    /// The state to start from; otherwise chosen by comparing database and snapshot
    #[arg(long, value_enum, value_name = "STATE")]
    pub(super) from: Option<From>,
    /// Write a migration with empty sections, to be filled by hand
    #[arg(long, conflicts_with_all = ["renames", "backfills", "conversions", "news", "replacements", "keep", "allow", "answers"])]
    pub(super) empty: bool,
    /// Print the files instead of writing them
    #[arg(long)]
    pub(super) dry_run: bool,
    /// With --dry-run: exit with 2 if there is a migration to write
    #[arg(long, requires = "dry_run")]
    pub(super) exit_code: bool,
    /// Treat undeclared objects as an error
    #[arg(long)]
    pub(super) strict: bool,
    /// Do not prove the migration on a scratch database first
    #[arg(long)]
    pub(super) no_verify: bool,
    /// Treat as a rename: `user:account`, `user.mail:email`, `index:user.old:new` (repeat for more)
    #[arg(long = "rename", value_name = "OLD:NEW")]
    pub(super) renames: Vec<String>,
    /// Value for existing rows of a new NOT NULL column: `user.years=0`, any SQL expression (repeat for more)
    #[arg(long = "backfill", value_name = "COLUMN=VALUE")]
    pub(super) backfills: Vec<String>,
    /// Conversion to a column's new type if the default cast is not enough: `user.age=length(age)` (repeat for more)
    #[arg(long = "using", value_name = "COLUMN=EXPRESSION")]
    pub(super) conversions: Vec<String>,
    /// Treat as new, not as renamed: `user.first_name`, a column or a table (repeat for more)
    #[arg(long = "new", value_name = "NAME")]
    pub(super) news: Vec<String>,
    /// Replacement for a removed enum value: `book.mood:dull=calm` (repeat for more)
    #[arg(long = "replace", value_name = "COLUMN:OLD=NEW")]
    pub(super) replacements: Vec<String>,
    /// Park dropped tables and columns with their data under a dated name; `gen purge` drops them
    #[arg(long)]
    pub(super) keep: bool,
    /// Allow losing data or failing on existing rows: a rule (drop-table, drop-column, *), for everything or for one
    /// object (drop-table:orders); repeat it for more
    #[arg(long, value_name = "RULE[:OBJECT]")]
    pub(super) allow: Vec<crate::lint::allow::Allow>,
    /// A JSON file with answers to open questions, in the format in which they are printed
    #[arg(long, value_name = "FILE")]
    pub(super) answers: Option<std::path::PathBuf>,
    /// Never ask; unanswered questions are printed and exit with code 1
    #[arg(long)]
    pub(super) no_interactive: bool,
    /// Write plain DDL, which may lock large tables for a long time, for a database without other users
    #[arg(long)]
    pub(super) offline_forms: bool,
    /// The format of the migration file
    #[arg(long, value_enum, default_value_t = FileFormat::Sql, value_name = "FORMAT")]
    pub(super) format: FileFormat,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `gen purge`.
#[derive(Debug, Args)]
pub(super) struct Purge {
    /// The migration's name
    #[arg(default_value = crate::workflow::purge::USUAL_NAME)]
    pub(super) name: String,
    /// Drop only objects parked at least this long ago: `30d`, or a number of days
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub(super) older_than: Option<i64>,
    /// Drop only this: a table, or a column `orders.note`, by its original or its parked name; * and ? are wildcards
    /// (repeat for more)
    #[arg(long, value_name = "NAME")]
    pub(super) only: Vec<String>,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
    /// Print the files instead of writing them
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not prove the migration on a scratch database first
    #[arg(long)]
    pub(super) no_verify: bool,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

fn days(text: &str) -> Result<i64, String> {
    let number = text.strip_suffix('d').unwrap_or(text);
    match number.parse() {
        Ok(days) if days >= 0 => Ok(days),
        _ => Err("a number of days is expected, such as `30d`".to_owned()),
    }
}

/// The form of a migration file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FileFormat {
    /// SQL with `-- UP` and `-- DOWN`
    Sql,
}

/// The state a migration starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum From {
    /// The database
    Database,
    /// The snapshot
    Snapshot,
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
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
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

/// `gen check`. Without a flag everything is checked.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// For every project that the configuration lists
    #[arg(long)]
    pub(super) all: bool,
    /// The snapshot has everything that the entities declare
    #[arg(long)]
    pub(super) entities: bool,
    /// The compiled entities, created by SeaORM on a scratch database, match the parsed source text; builds them with
    /// cargo, and is not part of a plain `gen check`
    #[arg(long)]
    pub(super) against_compiled: bool,
    /// The lock is intact, and the migration files match it
    #[arg(long)]
    pub(super) lock: bool,
    /// The migrations, replayed on a scratch database, lead to the snapshot
    #[arg(long)]
    pub(super) replay: bool,
    /// The database matches the snapshot
    #[arg(long)]
    pub(super) database: bool,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `gen verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Which ones (id, name, or an unambiguous prefix); otherwise those that are not proven yet
    #[arg(value_name = "ID")]
    pub(super) targets: Vec<String>,
    /// All of them, also those proven before
    #[arg(long, conflicts_with = "targets")]
    pub(super) all: bool,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `gen lint`.
#[derive(Debug, Args)]
pub(super) struct Lint {
    /// Which ones (id, name, or an unambiguous prefix); otherwise pending ones
    #[arg(value_name = "ID")]
    pub(super) targets: Vec<String>,
    /// All of them, also those applied already
    #[arg(long, conflicts_with = "targets")]
    pub(super) all: bool,
    /// Findings in down also decide the exit code
    #[arg(long)]
    pub(super) down: bool,
    /// List the rules
    #[arg(long, conflicts_with_all = ["targets", "all"])]
    pub(super) rules: bool,
    /// Explain one rule, with a statement that it reports and one that it does not
    #[arg(long, value_name = "RULE", conflicts_with_all = ["targets", "all", "rules"])]
    pub(super) explain: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = LintFormat::Text, value_name = "FORMAT")]
    pub(super) format: LintFormat,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
}

/// The format of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LintFormat {
    /// Human-readable
    Text,
    /// JSON
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// SARIF 2.1.0
    Sarif,
}

/// `gen seed`.
#[derive(Debug, Args)]
pub(super) struct Seed {
    /// Random seed: the same number gives the same rows
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub(super) seed: u64,
    /// How many rows each table gets
    #[arg(long, default_value_t = 100, value_name = "ROWS")]
    pub(super) rows: usize,
    /// How many rows one table gets instead (repeat)
    #[arg(long = "table", value_name = "TABLE=ROWS", value_parser = rows_of)]
    pub(super) tables: Vec<(String, usize)>,
    /// Only these tables (repeat or separate by commas)
    #[arg(long, value_delimiter = ',', value_name = "TABLE", conflicts_with = "except")]
    pub(super) only: Vec<String>,
    /// All tables but these (repeat or separate by commas)
    #[arg(long, value_delimiter = ',', value_name = "TABLE")]
    pub(super) except: Vec<String>,
    /// Write to a file, .sql or .json, instead of the database
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// The dialect of the file, if the project has several and no database is connected
    #[arg(long, requires = "out", value_name = "DIALECT")]
    pub(super) dialect: Option<crate::schema::Product>,
    /// Also fill tables that have rows already
    #[arg(long, conflicts_with = "out")]
    pub(super) append: bool,
    /// Confirm that a database on another host is a development database
    #[arg(long)]
    pub(super) development: bool,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `book=500`.
fn rows_of(text: &str) -> Result<(String, usize), String> {
    let parts = text.rsplit_once('=').and_then(|(table, rows)| Some((table.to_owned(), rows.trim().parse().ok()?)));
    parts.ok_or_else(|| "write a table and a number of rows, such as book=500".to_owned())
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
