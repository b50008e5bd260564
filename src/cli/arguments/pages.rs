//! Arguments of commands that write pages.
//!
//! Must not know the commands.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `gen docs`.
#[derive(Debug, Args)]
pub(in super::super) struct Docs {
    /// The form of the document
    #[arg(long, value_enum, default_value_t = DocsFormat::Html, value_name = "FORMAT")]
    pub(in super::super) format: DocsFormat,
    /// Write to a file, or into a folder, instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(in super::super) out: Option<PathBuf>,
    /// entities, snapshot, database, git:<rev>, file:<path.sql>, or a database URL
    #[arg(long, value_name = "STATE", default_value = "snapshot")]
    pub(in super::super) of: String,
    /// Only this dialect, if the project has several; mermaid, dbml and tbls describe the first otherwise
    #[arg(long, value_name = "DIALECT")]
    pub(in super::super) dialect: Option<crate::schema::Product>,
}

/// The form of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum DocsFormat {
    /// A page for a browser: one file that loads nothing
    Html,
    /// One file, with a diagram of Mermaid
    Markdown,
    /// An entity relationship diagram
    Mermaid,
    /// The language of dbdiagram.io
    Dbml,
    /// The JSON of tbls, which Liam ERD reads
    Tbls,
}

/// `gen review`.
#[derive(Debug, Args)]
pub(in super::super) struct Review {
    /// The revision to compare with; otherwise where this branch left origin/main, main or master
    #[arg(long, value_name = "REVISION")]
    pub(in super::super) base: Option<String>,
    /// The form of the review
    #[arg(long, value_enum, default_value_t = ReviewFormat::Markdown, value_name = "FORMAT")]
    pub(in super::super) format: ReviewFormat,
    /// Write to a file, or into a folder, instead of stdout
    #[arg(long, value_name = "FILE")]
    pub(in super::super) out: Option<PathBuf>,
    /// Print as JSON; the same as --format json
    #[arg(long, conflicts_with = "format")]
    pub(in super::super) json: bool,
}

/// The form of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum ReviewFormat {
    /// A page for a browser: one file that loads nothing
    Html,
    /// For a comment on the pull request, with a diagram of Mermaid
    Markdown,
    /// JSON
    Json,
    /// The findings as SARIF 2.1.0, for code scanning
    Sarif,
}
