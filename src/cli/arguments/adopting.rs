//! Arguments of the commands that read entities and adopt databases: `init`, `entities`.
//!
//! Must not know what the commands do.

use clap::Args;

/// `gen init`.
#[derive(Debug, Args)]
pub(in super::super) struct Init {
    /// Dialects of the project, if the database does not determine it (repeat or separate by commas)
    #[arg(long = "dialect", value_delimiter = ',', value_name = "DIALECT")]
    pub(in super::super) dialects: Vec<crate::schema::Product>,
    /// The databases of these dialects start empty: adopt none
    #[arg(long, requires = "dialects", conflicts_with = "import")]
    pub(in super::super) empty: bool,
    /// Write undeclared objects into SQL files beside the entities, instead of adopting them
    #[arg(long)]
    pub(in super::super) import: bool,
    /// Write the rows of these tables into files beside the entities, which migrations keep up (repeat or separate by commas)
    #[arg(long, value_delimiter = ',', value_name = "TABLE")]
    pub(in super::super) reference_data: Vec<String>,
    /// Let the baseline fill `seaql_migrations` where it runs, as it is here; done if that table exists
    #[arg(long, conflicts_with_all = ["empty", "no_seaql"])]
    pub(in super::super) with_seaql: bool,
    /// Leave `seaql_migrations` out of the baseline
    #[arg(long)]
    pub(in super::super) no_seaql: bool,
    /// What is written for a migration besides its SQL file: `seaorm` adds it to the application's `Migrator`
    #[arg(long, value_name = "FORMAT")]
    pub(in super::super) format: Option<crate::project::Format>,
    /// Stop at errors in the entities, instead of adopting the rest
    #[arg(long)]
    pub(in super::super) strict: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// `gen entities`.
#[derive(Debug, Args)]
pub(in super::super) struct Entities {
    /// The dialect to read them for; otherwise the project's first
    #[arg(long, value_name = "DIALECT")]
    pub(in super::super) dialect: Option<crate::schema::Product>,
    /// Print why a file is read for entities or not
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dialect", "json"])]
    pub(in super::super) why: Option<std::path::PathBuf>,
    /// Write the rows that these tables have in the database into files beside the entities
    #[arg(long, value_delimiter = ',', value_name = "TABLE", conflicts_with_all = ["dialect", "json", "why"])]
    pub(in super::super) reference_data: Vec<String>,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}
