//! `accepted.json` beside the objects of a snapshot: the differences that are left as they are for now.
//!
//! Must not know what a difference is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sea_gen_runner::files::read_text;
use sea_gen_runner::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::schema::{Acceptance, Place};

use super::{Batch, json, restore, to_value};

const FILE: &str = "accepted.json";

/// One entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    place: Place,
    says: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    since: String,
    because: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
}

/// The file of a snapshot, if it has one.
pub(super) fn path(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(FILE)).filter(|path| path.exists())
}

pub(super) fn read(folder: &Path) -> Result<BTreeMap<Place, Acceptance>> {
    let Some(path) = path(folder) else { return Ok(BTreeMap::new()) };
    parse(&path, &read_text(&path)?)
}

/// The same from the texts of a snapshot's files, by path in its folder.
pub(super) fn of_texts(texts: &BTreeMap<PathBuf, String>) -> Result<BTreeMap<Place, Acceptance>> {
    let path = Path::new(FILE);
    texts.get(path).map_or_else(|| Ok(BTreeMap::new()), |text| parse(path, text))
}

fn parse(path: &Path, text: &str) -> Result<BTreeMap<Place, Acceptance>> {
    if let Some(line) = sea_gen_runner::json::conflict(text) {
        return Err(Error::new(format!("`{}`, line {line}: two branches have changed this file", path.display()))
            .hint("remove the marker lines and keep the entries of both, with a comma between two"));
    }
    let entries: Vec<Accepted> = sea_gen_runner::json::read(path, text, &restore(path))?;
    let acceptance =
        |Accepted { place, says, text, since, because, rule }| (place, Acceptance { says, text, since, because, rule });
    Ok(entries.into_iter().map(acceptance).collect())
}

/// Adds the file to a batch, where it is to change.
pub(super) fn write(
    folder: &Path,
    accepted: &BTreeMap<Place, Acceptance>,
    before: &BTreeMap<Place, Acceptance>,
    batch: &mut Batch,
) -> Result<()> {
    let path = folder.join(FILE);
    if accepted == before && path.exists() != accepted.is_empty() {
        return Ok(());
    }
    match text(accepted)? {
        Some((_, text)) => batch.write(path, text),
        None => batch.delete(path),
    }
    Ok(())
}

/// The file with its text, by path in the folder of the snapshot; `None` if nothing is accepted.
pub(super) fn text(accepted: &BTreeMap<Place, Acceptance>) -> Result<Option<(PathBuf, String)>> {
    if accepted.is_empty() {
        return Ok(None);
    }
    let entry = |(place, it): (&Place, &Acceptance)| {
        let Acceptance { says, text, since, because, rule } = it.clone();
        Accepted { place: place.clone(), says, text, since, because, rule }
    };
    let entries: Vec<Accepted> = accepted.iter().map(entry).collect();
    Ok(Some((PathBuf::from(FILE), json::pretty(&to_value(&entries)?))))
}
