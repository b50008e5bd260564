//! `gen docs`: a schema as a page, or in a format that other viewers read.
//!
//! Must not know the formats.

use crate::project::write_text;
use crate::workflow::document::{Format, Request, document};
use crate::workflow::{Failure, current_folder};

use super::Ending;
use super::arguments::{Common, Docs, DocsFormat};
use super::paint::{self, Ink, ink};

pub(super) async fn run(common: &Common, command: &Docs) -> Result<Ending, Failure> {
    let format = match command.format {
        DocsFormat::Html => Format::Html,
        DocsFormat::Markdown => Format::Markdown,
        DocsFormat::Mermaid => Format::Mermaid,
        DocsFormat::Dbml => Format::Dbml,
        DocsFormat::Tbls => Format::Tbls,
    };
    let request = Request { of: command.of.parse()?, product: command.dialect, format };
    let text = document(common, &request).await?;
    match &command.out {
        None => paint::exact(&text),
        Some(path) => {
            let written = write_text(&current_folder()?, path, format.file_name(), &text)?;
            paint::result(&format!("{} {}\n", ink(Ink::Green, "wrote"), written.display()));
        }
    }
    Ok(Ending::Done)
}
