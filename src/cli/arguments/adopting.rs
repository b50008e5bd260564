//! Arguments of the commands that read entities and adopt databases: `init`, `entities`.
//!
//! Must not know what the commands do.

use clap::{Args, ValueEnum};

use crate::write::entities;

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
    /// What is written for a migration besides its SQL file: a module in the application's `Migrator` that runs the file (`seaorm`), or that says in Rust what the file does (`rust`)
    #[arg(long, value_name = "FORMAT")]
    pub(in super::super) format: Option<crate::project::Format>,
    /// Stop at errors in the entities, instead of adopting the rest
    #[arg(long)]
    pub(in super::super) strict: bool,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// `gen takeover`.
#[derive(Debug, Args)]
pub(in super::super) struct Takeover {
    /// Whose migrations these are
    #[arg(value_enum)]
    pub(in super::super) other: Other,
    /// Give them back: fill `seaql_migrations` with what is applied, so that the `Migrator` goes on by itself
    #[arg(long, conflicts_with = "format")]
    pub(in super::super) back: bool,
    /// As in `gen init`
    #[arg(long, value_name = "FORMAT")]
    pub(in super::super) format: Option<crate::project::Format>,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// Another migration tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Other {
    /// `sea-orm-migration`: the `Migrator` of the application
    Seaorm,
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
    /// Write entities for the tables of the database, and SQL files for what entities cannot say; what is there stays
    #[arg(long, conflicts_with_all = ["dialect", "why", "reference_data"])]
    pub(in super::super) write: bool,
    /// The format of new entities
    #[arg(long, value_enum, default_value_t = Format::Dense, requires = "write")]
    pub(in super::super) format: Format,
    /// What new entities derive of serde
    #[arg(long, value_enum, default_value_t = Serde::None, requires = "write")]
    pub(in super::super) with_serde: Serde,
    /// The crate of dates and times in new entities
    #[arg(long, value_enum, default_value_t = DateTimeCrate::Chrono, requires = "write")]
    pub(in super::super) date_time_crate: DateTimeCrate,
    /// The folder of new entities; otherwise where the entities are
    #[arg(long, short, value_name = "FOLDER", requires = "write")]
    pub(in super::super) output_dir: Option<std::path::PathBuf>,
    /// Print as JSON
    #[arg(long)]
    pub(in super::super) json: bool,
}

/// The format of entities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Format {
    /// `#[sea_orm::model]`: relations are fields
    Dense,
    /// `DeriveEntityModel`, and an enum of relations
    Compact,
    /// Every type and trait written out
    Expanded,
}

/// What entities derive of serde.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum Serde {
    /// Nothing
    None,
    /// `Serialize`
    Serialize,
    /// `Deserialize`
    Deserialize,
    /// Both
    Both,
}

/// The crate of dates and times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum DateTimeCrate {
    /// chrono
    Chrono,
    /// time
    Time,
}

impl Entities {
    /// How entities are written.
    pub(in super::super) fn style(&self) -> entities::EntityStyle {
        entities::EntityStyle {
            format: match self.format {
                Format::Dense => entities::EntityFormat::Dense,
                Format::Compact => entities::EntityFormat::Compact,
                Format::Expanded => entities::EntityFormat::Expanded,
            },
            serde: match self.with_serde {
                Serde::None => entities::Serde::None,
                Serde::Serialize => entities::Serde::Serialize,
                Serde::Deserialize => entities::Serde::Deserialize,
                Serde::Both => entities::Serde::Both,
            },
            date_time: match self.date_time_crate {
                DateTimeCrate::Chrono => entities::DateTimeCrate::Chrono,
                DateTimeCrate::Time => entities::DateTimeCrate::Time,
            },
        }
    }
}
