//! Arguments of `gen seed`.
//!
//! Must not know the command.

use std::path::PathBuf;

use clap::Args;

use super::OfTenants;

/// `gen seed`.
#[derive(Debug, Args)]
pub(in super::super) struct Seed {
    /// Random seed: the same number gives the same rows
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub(in super::super) seed: u64,
    /// How many rows each table gets; with --like, the largest one
    #[arg(long, default_value_t = 100, value_name = "ROWS")]
    pub(in super::super) rows: usize,
    /// How many rows one table gets instead (repeat)
    #[arg(long = "table", value_name = "TABLE=ROWS", value_parser = rows_of)]
    pub(in super::super) tables: Vec<(String, usize)>,
    /// Only these tables (repeat or separate by commas)
    #[arg(long, value_delimiter = ',', value_name = "TABLE", conflicts_with = "except")]
    pub(in super::super) only: Vec<String>,
    /// All tables but these (repeat or separate by commas)
    #[arg(long, value_delimiter = ',', value_name = "TABLE")]
    pub(in super::super) except: Vec<String>,
    /// Let the first rows hold the smallest and greatest values, the longest texts and NULLs
    #[arg(long)]
    pub(in super::super) extremes: bool,
    /// Where images are: an address with or without {number}, or cloudinary:CLOUD
    #[arg(long, value_name = "BASE")]
    pub(in super::super) images: Option<String>,
    /// Give tables and columns the proportions of another database, measured by --measure
    #[arg(long, value_name = "FILE")]
    pub(in super::super) like: Option<PathBuf>,
    /// Write the proportions of the database to the file of --out, and no value; reads whole tables
    #[arg(long, requires = "out", conflicts_with_all = ["like", "append", "dialect", "extremes", "images"])]
    pub(in super::super) measure: bool,
    /// Write to a file, .sql or .json, instead of the database
    #[arg(long, value_name = "FILE")]
    pub(in super::super) out: Option<PathBuf>,
    /// The dialect of the file, if the project has several and no database is connected
    #[arg(long, requires = "out", value_name = "DIALECT")]
    pub(in super::super) dialect: Option<crate::schema::Product>,
    #[command(flatten)]
    pub(in super::super) of: OfTenants,
    /// Also fill tables that have rows already
    #[arg(long, conflicts_with = "out")]
    pub(in super::super) append: bool,
    /// Confirm that a database on another host is a development database
    #[arg(long)]
    pub(in super::super) development: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// `book=500`.
fn rows_of(text: &str) -> Result<(String, usize), String> {
    let parts = text.rsplit_once('=').and_then(|(table, rows)| Some((table.to_owned(), rows.trim().parse().ok()?)));
    parts.ok_or_else(|| "write a table and a number of rows, such as book=500".to_owned())
}
