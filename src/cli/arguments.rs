//! The command line arguments.
//!
//! Must not know the commands.

mod running;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use running::{Down, Emptying, Goto, Reverting, Run, Sync, Up};

/// Reviewed, reversible migrations from SeaORM entities.
#[derive(Debug, Parser)]
#[command(name = "gen", version, about, max_term_width = 100)]
pub(super) struct Arguments {
    /// Where and against what.
    #[command(flatten)]
    pub(super) common: Common,
    /// When to colour.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
    /// What to do.
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

/// What every command takes.
#[derive(Debug, Args)]
pub(super) struct Common {
    /// The database (postgres://, mysql://, mariadb://, sqlite://); otherwise DATABASE_URL, .env, or the configuration
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database_url: Option<String>,
    /// The project's folder; otherwise the nearest one at or above the current folder
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) project: Option<PathBuf>,
    /// Let cargo build and run the entities of this checkout, where the compiled reader is configured; remembered
    #[arg(long, global = true)]
    pub(super) run_cargo: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Set a project up: folders, first snapshot, lock; adopts what an existing database already has
    Init(Init),
    /// List what was read from the entities and the SQL files beside them
    Entities(Entities),
    /// Write the migration that brings the schema to what the entities declare
    #[command(visible_alias = "generate")]
    Migration(Migration),
    /// Show the difference between any two states
    Diff(Diff),
    /// Show entities, snapshot and database, and how they stand to each other
    Status(Report),
    /// Write the migration that drops what `gen migration --keep` has parked
    Purge(Purge),
    /// Apply pending migrations
    Up(Up),
    /// Revert applied migrations
    Down(Down),
    /// Revert the last applied migration and apply it again
    Redo(Reverting),
    /// Apply or revert until exactly the named migration is the last one applied
    Goto(Goto),
    /// Empty a development database and apply every migration
    Fresh(Emptying),
    /// Revert every migration on a development database
    Reset(Emptying),
    /// List what the database has that the migrations do not account for, and the reverse
    Drift(Drift),
    /// Bring a development database to what the entities declare, without a migration
    Sync(Sync),
    /// Check for CI: entities, snapshot, lock, migrations and database agree
    Check(Check),
    /// Prove migrations on a scratch database: up, down and up again, with rows in it
    Verify(Verify),
    /// Look for hazards in pending or named migrations, also in those written by hand
    Lint(Lint),
    /// Fill a development database, or a file, with test data that holds every constraint
    Seed(Seed),
    /// Seal the migration files as they are now, after editing them or writing them by hand
    Lock {
        /// Seal without a scratch database: what the files make is not known then, and the snapshot stays as it is
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

/// `gen init`.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Dialects of the project, where the database does not say it (repeat or separate by commas)
    #[arg(long = "dialect", value_delimiter = ',', value_name = "DIALECT")]
    pub(super) dialects: Vec<crate::schema::Product>,
    /// Write what no entity declares into SQL files beside the entities, instead of adopting it
    #[arg(long)]
    pub(super) import: bool,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `gen entities`.
#[derive(Debug, Args)]
pub(super) struct Entities {
    /// The dialect to read them for; otherwise the project's first
    #[arg(long, value_name = "DIALECT")]
    pub(super) dialect: Option<crate::schema::Product>,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `gen migration`.
#[derive(Debug, Args)]
pub(super) struct Migration {
    /// The migration's name, such as AddEmailIndex
    pub(super) name: String,
    /// The state to start from; otherwise chosen from how the database stands to the snapshot
    #[arg(long, value_enum, value_name = "STATE")]
    pub(super) from: Option<From>,
    /// Write a migration with empty sections, to be filled by hand
    #[arg(long, conflicts_with_all = ["renames", "backfills", "conversions", "news", "replacements", "keep", "allow", "answers"])]
    pub(super) empty: bool,
    /// Print what would be written, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// With --dry-run: exit with 2 when there is something to write
    #[arg(long, requires = "dry_run")]
    pub(super) exit_code: bool,
    /// Treat what nobody declares as an error
    #[arg(long)]
    pub(super) strict: bool,
    /// Do not prove the migration on a scratch database first
    #[arg(long)]
    pub(super) no_verify: bool,
    /// What was called otherwise before: `user:account`, `user.mail:email`, `index:user.old:new` (repeat for more)
    #[arg(long = "rename", value_name = "OLD:NEW")]
    pub(super) renames: Vec<String>,
    /// What rows that are there get in a column that takes no NULL: `user.years=0`, any SQL expression (repeat for more)
    #[arg(long = "backfill", value_name = "COLUMN=VALUE")]
    pub(super) backfills: Vec<String>,
    /// How values become values of a column's new type, where the database's own cast will not do: `user.age=length(age)`
    /// (repeat for more)
    #[arg(long = "using", value_name = "COLUMN=EXPRESSION")]
    pub(super) conversions: Vec<String>,
    /// What is new, though something that goes looks like it: `user.first_name`, a column or a table (repeat for more)
    #[arg(long = "new", value_name = "NAME")]
    pub(super) news: Vec<String>,
    /// What takes the place of an enum type's value that goes: `book.mood:dull=calm` (repeat for more)
    #[arg(long = "replace", value_name = "COLUMN:OLD=NEW")]
    pub(super) replacements: Vec<String>,
    /// Do not drop tables and columns but park them, with their rows and values, under a dated name; `gen purge` drops them
    #[arg(long)]
    pub(super) keep: bool,
    /// Allow what loses rows or values, or fails on rows that are there: a rule (drop-table, drop-column, *), for everything
    /// or for one object (drop-table:orders); repeat it for more
    #[arg(long, value_name = "RULE[:OBJECT]")]
    pub(super) allow: Vec<crate::lint::allow::Allow>,
    /// A JSON file with the answers to open questions, in the form they are printed in
    #[arg(long, value_name = "FILE")]
    pub(super) answers: Option<std::path::PathBuf>,
    /// Never ask; questions without an answer are printed and end with 1
    #[arg(long)]
    pub(super) no_interactive: bool,
    /// Write the short forms, which lock tables for as long as they are large, for a database nobody else works with
    #[arg(long)]
    pub(super) offline_forms: bool,
    /// The form of the migration file
    #[arg(long, value_enum, default_value_t = FileFormat::Sql, value_name = "FORMAT")]
    pub(super) format: FileFormat,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// What a migration of `gen purge` is called where nobody says it.
pub(super) const USUAL_PURGE: &str = "PurgeParked";

/// `gen purge`.
#[derive(Debug, Args)]
pub(super) struct Purge {
    /// The migration's name
    #[arg(default_value = USUAL_PURGE)]
    pub(super) name: String,
    /// Drop only what was parked at least so long ago: `30d`, or a number of days
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub(super) older_than: Option<i64>,
    /// Drop only this: a table, or a column `orders.note`, by the name it had or by the one it is parked under; * and ? are
    /// wildcards (repeat for more)
    #[arg(long, value_name = "NAME")]
    pub(super) only: Vec<String>,
    /// Do not ask
    #[arg(long)]
    pub(super) yes: bool,
    /// Print what would be written, and write nothing
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
    /// What the database has
    Database,
    /// What the snapshot says
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
    /// The way back instead of the way there
    #[arg(long)]
    pub(super) down: bool,
    /// Write SQL in the short forms, which lock tables for as long as they are large
    #[arg(long)]
    pub(super) offline_forms: bool,
    /// Exit with 2 when there is a difference
    #[arg(long)]
    pub(super) exit_code: bool,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) scope: ScopeOf,
}

/// What of the states is looked at.
#[derive(Debug, Args)]
pub(super) struct ScopeOf {
    /// Look at these objects only: a name, or a pattern with * and ?; with a dot, for schema and name (repeat or
    /// separate by commas)
    #[arg(long, value_delimiter = ',', value_name = "PATTERN")]
    pub(super) include: Vec<String>,
    /// Leave these objects out, on both sides alike
    #[arg(long, value_delimiter = ',', value_name = "PATTERN")]
    pub(super) exclude: Vec<String>,
}

/// How a difference is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For eyes
    Text,
    /// Statements to run
    Sql,
    /// Operations as data
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

/// `gen drift`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Drift {
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// What to do about it; otherwise it is listed.
    #[command(subcommand)]
    pub(super) way: Option<DriftWay>,
}

/// The ways out of drift.
#[derive(Debug, Subcommand)]
pub(super) enum DriftWay {
    /// Write what has drifted as a migration, which this database is recorded as having
    Adopt(Adopt),
    /// Bring the database back to what the snapshot says
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
    /// The entities declare nothing that the snapshot does not have
    #[arg(long)]
    pub(super) entities: bool,
    /// The entities, compiled and created by SeaORM on a scratch database, are what their source text was read as; builds
    /// them with cargo, and is not part of a plain `gen check`
    #[arg(long)]
    pub(super) against_compiled: bool,
    /// The lock is whole, and the migration files are the ones it lists
    #[arg(long)]
    pub(super) lock: bool,
    /// The migrations, replayed on a scratch database, lead to the snapshot
    #[arg(long)]
    pub(super) replay: bool,
    /// The database has exactly what the snapshot says
    #[arg(long)]
    pub(super) database: bool,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// `gen verify`.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Which ones (id, name, or an unambiguous beginning); otherwise those that are not proven yet
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
    /// Which ones (id, name, or an unambiguous beginning); otherwise those the database does not have yet
    #[arg(value_name = "ID")]
    pub(super) targets: Vec<String>,
    /// All of them, also those applied already
    #[arg(long, conflicts_with = "targets")]
    pub(super) all: bool,
    /// What the way back says decides the exit code too
    #[arg(long)]
    pub(super) down: bool,
    /// List the rules
    #[arg(long, conflicts_with_all = ["targets", "all"])]
    pub(super) rules: bool,
    /// Explain one rule, with a statement that it finds and one that it does not
    #[arg(long, value_name = "RULE", conflicts_with_all = ["targets", "all", "rules"])]
    pub(super) explain: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = LintFormat::Text, value_name = "FORMAT")]
    pub(super) format: LintFormat,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(super) json: bool,
}

/// How remarks on migrations are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LintFormat {
    /// For eyes
    Text,
    /// As data
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// For whatever reads SARIF 2.1.0
    Sarif,
}

/// `gen seed`.
#[derive(Debug, Args)]
pub(super) struct Seed {
    /// The number everything follows from: the same number gives the same rows
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
    /// The dialect of the file, where the project has several and no database is at hand
    #[arg(long, requires = "out", value_name = "DIALECT")]
    pub(super) dialect: Option<crate::schema::Product>,
    /// Also fill tables that have rows already
    #[arg(long, conflicts_with = "out")]
    pub(super) append: bool,
    /// Vouch that a database on another host is a development database
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
