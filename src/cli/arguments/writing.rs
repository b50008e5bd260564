//! Arguments of commands that write migrations, or take them back.
//!
//! Must not know the commands.

use clap::{Args, ValueEnum};

/// `gen migration`.
#[derive(Debug, Args)]
pub(in super::super) struct Migration {
    /// The migration's name, such as AddEmailIndex
    #[arg(required_unless_present = "amend")]
    pub(in super::super) name: Option<String>,
    /// Make the last migration again with what the entities say now, under its name or a new one; edits of its file are
    /// carried over
    #[arg(long, conflicts_with = "empty")]
    pub(in super::super) amend: bool,
    /// Why it is written; stands in the header of the file with author and date, and in `gen log`
    #[arg(short, long, value_name = "WHY")]
    pub(in super::super) message: Option<String>,
    /// With --amend: also if it is on a remote branch, or if the database does not answer
    #[arg(long, requires = "amend")]
    pub(in super::super) force: bool,
    /// The state to start from; otherwise chosen by comparing database and snapshot
    #[arg(long, value_enum, value_name = "STATE")]
    pub(in super::super) from: Option<From>,
    /// Write a migration with empty sections, to be filled by hand
    #[arg(long, conflicts_with_all = ["renames", "backfills", "conversions", "news", "replacements", "keep", "allow", "answers"])]
    pub(in super::super) empty: bool,
    /// Print the files instead of writing them
    #[arg(long)]
    pub(in super::super) dry_run: bool,
    /// With --dry-run: exit with 2 if there is a migration to write
    #[arg(long, requires = "dry_run")]
    pub(in super::super) exit_code: bool,
    /// Treat undeclared objects as an error
    #[arg(long)]
    pub(in super::super) strict: bool,
    /// Do not prove the migration on a scratch database first
    #[arg(long)]
    pub(in super::super) no_verify: bool,
    /// Treat as a rename: `user:account`, `user.mail:email`, `index:user.old:new` (repeat for more)
    #[arg(long = "rename", value_name = "OLD:NEW")]
    pub(in super::super) renames: Vec<String>,
    /// Value for existing rows of a new NOT NULL column: `user.years=0`, any SQL expression (repeat for more)
    #[arg(long = "backfill", value_name = "COLUMN=VALUE")]
    pub(in super::super) backfills: Vec<String>,
    /// Conversion to a column's new type if the default cast is not enough: `user.age=length(age)` (repeat for more)
    #[arg(long = "using", value_name = "COLUMN=EXPRESSION")]
    pub(in super::super) conversions: Vec<String>,
    #[command(flatten)]
    pub(in super::super) two_steps: super::expanding::TwoSteps,
    /// Treat as new, not as renamed: `user.first_name`, a column or a table (repeat for more)
    #[arg(long = "new", value_name = "NAME")]
    pub(in super::super) news: Vec<String>,
    /// Replacement for a removed enum value: `book.mood:dull=calm` (repeat for more)
    #[arg(long = "replace", value_name = "COLUMN:OLD=NEW")]
    pub(in super::super) replacements: Vec<String>,
    /// Park dropped tables and columns with their data under a dated name; `gen purge` drops them
    #[arg(long)]
    pub(in super::super) keep: bool,
    /// Allow losing data or failing on existing rows: a rule (drop-table, drop-column, *), for everything or for one
    /// object (drop-table:orders); repeat it for more
    #[arg(long, value_name = "RULE[:OBJECT]")]
    pub(in super::super) allow: Vec<crate::lint::allow::Allow>,
    /// A JSON file with answers to open questions, in the format in which they are printed
    #[arg(long, value_name = "FILE")]
    pub(in super::super) answers: Option<std::path::PathBuf>,
    /// Never ask; unanswered questions are printed and exit with code 1
    #[arg(long)]
    pub(in super::super) no_interactive: bool,
    /// Write plain DDL, which may lock large tables for a long time, for a database without other users
    #[arg(long)]
    pub(in super::super) offline_forms: bool,
    /// What is written for this migration besides its SQL file, where the project has a `Migrator`: a module that runs the
    /// file (`seaorm`), or that says in Rust what the file does (`rust`)
    #[arg(long, value_name = "FORMAT")]
    pub(in super::super) format: Option<crate::project::Format>,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// `gen purge`.
#[derive(Debug, Args)]
pub(in super::super) struct Purge {
    /// The migration's name
    #[arg(default_value = crate::workflow::purge::USUAL_NAME)]
    pub(in super::super) name: String,
    /// Drop only objects parked at least this long ago: `30d`, or a number of days
    #[arg(long, value_name = "DAYS", value_parser = days)]
    pub(in super::super) older_than: Option<i64>,
    /// Drop only this: a table, or a column `orders.note`, by its original or its parked name; * and ? are wildcards
    /// (repeat for more)
    #[arg(long, value_name = "NAME")]
    pub(in super::super) only: Vec<String>,
    /// Do not ask
    #[arg(long)]
    pub(in super::super) yes: bool,
    /// Print the files instead of writing them
    #[arg(long)]
    pub(in super::super) dry_run: bool,
    /// Do not prove the migration on a scratch database first
    #[arg(long)]
    pub(in super::super) no_verify: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

fn days(text: &str) -> Result<i64, String> {
    let number = text.strip_suffix('d').unwrap_or(text);
    match number.parse() {
        Ok(days) if days >= 0 => Ok(days),
        _ => Err("a number of days is expected, such as `30d`".to_owned()),
    }
}

/// The state a migration starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum From {
    /// The database
    Database,
    /// The snapshot
    Snapshot,
}

/// `gen undo`.
#[derive(Debug, Args)]
pub(in super::super) struct Undo {
    /// How many (otherwise one), or which one: it must be the last (id, name, or an unambiguous prefix)
    #[arg(value_name = "N|ID")]
    pub(in super::super) target: Option<String>,
    /// Revert it first, if it is applied on the database at hand
    #[arg(long)]
    pub(in super::super) down: bool,
    /// With --down: allow losing data, as for `gen down` (repeat for more)
    #[arg(long, value_name = "RULE[:OBJECT]", requires = "down")]
    pub(in super::super) allow: Vec<crate::lint::allow::Allow>,
    /// Also if it is on a remote branch, if its file was edited after it was sealed, or if the database does not answer
    #[arg(long)]
    pub(in super::super) force: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}
