//! `gen review`: a page about the migrations of a pull request.
//!
//! Must not know what is reviewed, or the forms of a page.

use sea_gen_runner::Error;

use crate::page::review::{review_html, review_markdown};
use crate::project::write_text;
use crate::workflow::review::{Reviewed, review};
use crate::workflow::{Failure, current_folder};

use super::arguments::{Common, Review, ReviewFormat};
use super::paint::{self, Ink, ink};
use super::{Ending, lint};

pub(super) async fn run(common: &Common, command: &Review) -> Result<Ending, Failure> {
    let reviewed = review(common, command.base.as_deref()).await?;
    let format = if command.json { ReviewFormat::Json } else { command.format };
    let unwritable = |error| Error::new("the review cannot be written as JSON").because(error);
    let (text, name) = match format {
        ReviewFormat::Html => (review_html(&reviewed.review).map_err(unwritable)?, "review.html"),
        ReviewFormat::Markdown => (review_markdown(&reviewed.review), "review.md"),
        ReviewFormat::Json => {
            let text = serde_json::to_string_pretty(&reviewed.review).map_err(unwritable)?;
            (format!("{text}\n"), "review.json")
        }
        ReviewFormat::Sarif => (sarif(&reviewed)?, "review.sarif"),
    };
    match &command.out {
        None => paint::exact(&text),
        Some(path) => {
            let written = write_text(&current_folder()?, path, name, &text)?;
            paint::result(&format!("{} {}\n", ink(Ink::Green, "wrote"), written.display()));
        }
    }
    if reviewed.migrations.iter().all(|(_, migrations)| migrations.is_empty()) {
        paint::talk(format!("no migration is new since {}", reviewed.review.base));
    }
    Ok(Ending::Done)
}

fn sarif(reviewed: &Reviewed) -> Result<String, Failure> {
    let of_product = reviewed.migrations.iter().flat_map(|(product, all)| all.iter().map(move |it| (*product, it)));
    lint::sarif(&reviewed.workspace, of_product)
}
