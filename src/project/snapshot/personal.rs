//! `personal.json` beside the objects of a snapshot: what is said of columns about personal data.
//!
//! Must not know who says it, or what is done with such a column.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sea_gen_runner::files::read_text;
use sea_gen_runner::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::schema::{Facet, Name, ObjectName, Part, PersonalData, PersonalKind, Place};

use super::{Batch, json, restore, to_value};

const FILE: &str = "personal.json";

/// One entry.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    table: ObjectName,
    column: Name,
    kind: PersonalKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

/// The file of a snapshot, if it has one.
pub(super) fn path(folder: &Path) -> Option<PathBuf> {
    Some(folder.join(FILE)).filter(|path| path.exists())
}

pub(super) fn read(folder: &Path) -> Result<BTreeMap<Place, PersonalData>> {
    let Some(path) = path(folder) else { return Ok(BTreeMap::new()) };
    parse(&path, &read_text(&path)?)
}

/// The same from the texts of a snapshot's files, by path in its folder.
pub(super) fn of_texts(texts: &BTreeMap<PathBuf, String>) -> Result<BTreeMap<Place, PersonalData>> {
    let path = Path::new(FILE);
    texts.get(path).map_or_else(|| Ok(BTreeMap::new()), |text| parse(path, text))
}

fn parse(path: &Path, text: &str) -> Result<BTreeMap<Place, PersonalData>> {
    if let Some(line) = sea_gen_runner::json::conflict(text) {
        return Err(Error::new(format!("`{}`, line {line}: two branches have changed this file", path.display()))
            .hint("remove the marker lines and keep the entries of both, with a comma between two"));
    }
    let entries: Vec<Entry> = sea_gen_runner::json::read(path, text, &restore(path))?;
    let of = |Entry { table, column, kind, region }| (Place::column(&table, &column), PersonalData { kind, region });
    Ok(entries.into_iter().map(of).collect())
}

/// Adds the file to a batch, where it is to change.
pub(super) fn write(
    folder: &Path,
    personal: &BTreeMap<Place, PersonalData>,
    before: &BTreeMap<Place, PersonalData>,
    batch: &mut Batch,
) -> Result<()> {
    let path = folder.join(FILE);
    if personal == before && path.exists() != personal.is_empty() {
        return Ok(());
    }
    match text(personal)? {
        Some((_, text)) => batch.write(path, text),
        None => batch.delete(path),
    }
    Ok(())
}

/// The file with its text, by path in the folder of the snapshot; `None` if nothing is said.
pub(super) fn text(personal: &BTreeMap<Place, PersonalData>) -> Result<Option<(PathBuf, String)>> {
    if personal.is_empty() {
        return Ok(None);
    }
    let entry = |(place, data): (&Place, &PersonalData)| match place {
        Place::Table(table, Part::Column(column, Facet::Whole)) => {
            let PersonalData { kind, region } = data.clone();
            Some(Entry { table: table.clone(), column: column.clone(), kind, region })
        }
        Place::Table(..) | Place::Enum(_) | Place::View(_) | Place::Routine(_) | Place::Definition(_) => None,
    };
    let entries: Vec<Entry> = personal.iter().filter_map(entry).collect();
    Ok(Some((PathBuf::from(FILE), json::pretty(&to_value(&entries)?))))
}
