//! Arguments of commands about personal data.
//!
//! Must not know the commands.

use clap::{Args, ValueEnum};

/// `gen personal`.
#[derive(Debug, Args)]
pub(in super::super) struct Personal {
    /// The form of the inventory
    #[arg(long, value_enum, default_value_t = PersonalFormat::Text, value_name = "FORMAT")]
    pub(in super::super) format: PersonalFormat,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(in super::super) json: bool,
    /// Exit with 2 if a column looks personal and nobody has said whether it is
    #[arg(long)]
    pub(in super::super) exit_code: bool,
}

/// The form of the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum PersonalFormat {
    /// A table
    Text,
    /// A table in Markdown
    Markdown,
    /// JSON
    Json,
}

/// `gen anonymize`.
#[derive(Debug, Args)]
pub(in super::super) struct Anonymize {
    /// Confirm which database is changed: the name of its environment, otherwise that of the database
    #[arg(long, value_name = "NAME")]
    pub(in super::super) yes: Option<String>,
    /// The same salt gives the same values; otherwise that of GEN_SALT, or one that nobody knows
    #[arg(long, value_name = "TEXT")]
    pub(in super::super) salt: Option<String>,
    /// How many different values are replaced in one transaction
    #[arg(long, value_name = "VALUES", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(in super::super) batch: u32,
    /// Only show the columns, their rules and how many rows they have
    #[arg(long)]
    pub(in super::super) dry_run: bool,
    /// Print something else instead: the labels of PostgreSQL Anonymizer
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with_all = ["yes", "dry_run"])]
    pub(in super::super) format: Option<AnonymizeFormat>,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// What is printed instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum AnonymizeFormat {
    /// `SECURITY LABEL FOR anon …` for each column
    AnonLabels,
}

/// `gen subject`.
#[derive(Debug, Args)]
pub(in super::super) struct Subject {
    /// The table in which the person has a row
    pub(in super::super) table: String,
    /// The primary key of that row, or column=value, of several columns: a=1,b=2
    pub(in super::super) key: String,
    /// What is done with the person's rows
    #[arg(value_enum)]
    pub(in super::super) work: SubjectWork,
    /// Delete the rows, in one transaction; otherwise the statements are printed
    #[arg(long)]
    pub(in super::super) apply: bool,
    /// Print the queries of an export instead of the rows
    #[arg(long)]
    pub(in super::super) sql: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// What is done with a person's rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum SubjectWork {
    /// Print them as JSON
    Export,
    /// Print the SQL that deletes them
    Delete,
}
