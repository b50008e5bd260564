//! Snapshots: a schema and its origins on disk, one JSON file an object, so that a pull request shows what changed.
//!
//! Must not know how expressions are made comparable; whoever reads a snapshot has a dialect normalise it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fingerprint::canonical;
use super::{Batch, files, json, sha256};
use crate::error::{Error, Result};
use crate::schema::{DefinitionId, DefinitionKind, ObjectName, Origin, Origins, Part, Place, Schema};

/// The key under which an object's file holds its origins.
const ORIGINS: &str = "origins";

/// The longest file name every file system takes, without `.json`.
const LONGEST_STEM: usize = 200;

/// What the migrations produce, and who declared what of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The schema.
    pub schema: Schema,
    /// Who declared what of it.
    pub origins: Origins,
}

/// What no entity declares of one object.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    adopted: Vec<Part>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sidecar: Vec<Part>,
}

#[derive(Default, Deserialize)]
struct WithOrigins {
    #[serde(default)]
    origins: Listed,
}

/// The kinds of objects, each with a folder of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Table,
    Enum,
    View,
    Routine,
    Definition(DefinitionKind),
}

/// What an object's file is found by: its kind, what it belongs to where its name is known only there, its name.
type Key<'a> = (Kind, Option<&'a ObjectName>, &'a ObjectName);

impl Kind {
    fn all() -> impl Iterator<Item = Self> {
        let definitions = DefinitionKind::ALL.into_iter().map(Self::Definition);
        [Self::Table, Self::Enum, Self::View, Self::Routine].into_iter().chain(definitions)
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Table => "tables",
            Self::Enum => "enums",
            Self::View => "views",
            Self::Routine => "routines",
            Self::Definition(kind) => kind.folder(),
        }
    }

    fn place(self, on: Option<&ObjectName>, name: &ObjectName, part: Part) -> Option<Place> {
        Some(match (self, part) {
            (Self::Table, part) => Place::Table(name.clone(), part),
            (Self::Enum, Part::Whole) => Place::Enum(name.clone()),
            (Self::View, Part::Whole) => Place::View(name.clone()),
            (Self::Routine, Part::Whole) => Place::Routine(name.clone()),
            (Self::Definition(kind), Part::Whole) => {
                Place::Definition(DefinitionId { kind, on: on.cloned(), name: name.clone() })
            }
            (Self::Enum | Self::View | Self::Routine | Self::Definition(_), _) => return None,
        })
    }
}

impl Snapshot {
    /// Reads a snapshot; `None` when the folder holds none. Expressions are not normalised.
    ///
    /// # Errors
    /// A file cannot be read, or is not as it was written.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let mut found = Found { snapshot: Self::default(), paths: BTreeMap::new() };
        for kind in Kind::all() {
            for path in object_files(&folder.join(kind.folder()))? {
                let text = files::read_text(&path)?;
                let schema = &mut found.snapshot.schema;
                match kind {
                    Kind::Table => {
                        let table: crate::schema::Table = object(&path, &text)?;
                        let name = table.name.clone();
                        schema.tables.insert(name.clone(), table);
                        found.add((kind, None, name), path, &text)?;
                    }
                    Kind::Enum => {
                        let value: crate::schema::EnumType = object(&path, &text)?;
                        let name = value.name.clone();
                        schema.enums.insert(name.clone(), value);
                        found.add((kind, None, name), path, &text)?;
                    }
                    Kind::View => {
                        let view: crate::schema::View = object(&path, &text)?;
                        let name = view.name.clone();
                        schema.views.insert(name.clone(), view);
                        found.add((kind, None, name), path, &text)?;
                    }
                    Kind::Routine => {
                        let routine: crate::schema::Routine = object(&path, &text)?;
                        let name = routine.name.clone();
                        schema.routines.insert(name.clone(), routine);
                        found.add((kind, None, name), path, &text)?;
                    }
                    Kind::Definition(own) => {
                        let definition: crate::schema::Definition = object(&path, &text)?;
                        let id = definition.id.clone();
                        if id.kind != own {
                            return Err(
                                Error::new(format!("`{}` holds a {}", path.display(), id.kind)).hint(restore(&path))
                            );
                        }
                        schema.definitions.insert(id.clone(), definition);
                        found.add((kind, id.on, id.name), path, &text)?;
                    }
                }
            }
        }
        if found.paths.is_empty() {
            return Ok(None);
        }
        let stems = stems(&found.snapshot.schema);
        for ((kind, on, name), path) in &found.paths {
            let Some(stem) = stems.get(&(*kind, on.as_ref(), name)) else { continue };
            if path.file_stem().is_none_or(|found| found.to_string_lossy() != stem.as_str()) {
                return Err(Error::new(format!("`{}` holds `{name}`, whose file is `{stem}.json`", path.display()))
                    .hint(restore(path)));
            }
        }
        Ok(Some(found.snapshot))
    }

    /// The files the snapshot would consist of, by path within its folder.
    ///
    /// # Errors
    /// An object that cannot be written as JSON.
    pub fn texts(&self) -> Result<BTreeMap<PathBuf, String>> {
        let objects = objects(&self.schema, &self.origins)?;
        Ok(objects.into_iter().map(|(path, object)| (path, json::pretty(&object))).collect())
    }

    /// Adds to `batch` what makes the files in `folder` those of this snapshot. `before` is what [`Snapshot::read`] gave,
    /// normalised; an object equal to what it was keeps its file as it is. Files of objects that are gone are deleted.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn write(&self, folder: &Path, before: Option<&Self>, batch: &mut Batch) -> Result<()> {
        let normal = |snapshot: &Self| objects(&canonical(&snapshot.schema), &snapshot.origins);
        let old = before.map(normal).transpose()?.unwrap_or_default();
        let new = normal(self)?;
        let mut stale = BTreeSet::new();
        for kind in Kind::all() {
            stale.extend(object_files(&folder.join(kind.folder()))?);
        }
        for (path, object) in objects(&self.schema, &self.origins)? {
            let there = stale.remove(&folder.join(&path));
            if !(there && old.contains_key(&path) && old.get(&path) == new.get(&path)) {
                batch.write(folder.join(path), json::pretty(&object));
            }
        }
        for path in stale {
            batch.delete(path);
        }
        Ok(())
    }
}

struct Found {
    snapshot: Snapshot,
    paths: BTreeMap<(Kind, Option<ObjectName>, ObjectName), PathBuf>,
}

impl Found {
    /// Takes an object's origins in, and refuses a second file for it.
    fn add(&mut self, key: (Kind, Option<ObjectName>, ObjectName), path: PathBuf, text: &str) -> Result<()> {
        let (kind, on, name) = &key;
        let WithOrigins { origins } = json::read(&path, text, &restore(&path))?;
        for (origin, parts) in [(Origin::Adopted, origins.adopted), (Origin::Sidecar, origins.sidecar)] {
            for part in parts {
                let place = kind.place(on.as_ref(), name, part).ok_or_else(|| {
                    Error::new(format!("`{}`: only a table has parts", path.display())).hint(restore(&path))
                })?;
                self.snapshot.origins.set(place, origin);
            }
        }
        let message = format!("`{}` holds `{name}`", path.display());
        match self.paths.insert(key, path.clone()) {
            None => Ok(()),
            Some(first) => Err(Error::new(format!("{message}, and so does `{}`", first.display()))
                .hint(format!("remove the copy: `git clean -n {}`", path.display()))),
        }
    }
}

/// The JSON files in a folder, sorted.
fn object_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = files::list(folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    Ok(paths)
}

/// Reads one object strictly: what it would not be written with is an error, not ignored.
fn object<T: Serialize + DeserializeOwned>(path: &Path, text: &str) -> Result<T> {
    if let Some(line) = json::conflict(text) {
        return Err(Error::new(format!(
            "`{}`, line {line}: two branches have changed the same object",
            path.display()
        ))
        .hint(format!(
            "keep the other branch's snapshots and lock, `git checkout MERGE_HEAD -- {}`, delete your migration, and \
                 make it again with `gen migration`",
            path.display()
        )));
    }
    let object: T = json::read(path, text, &restore(path))?;
    let mut found: Value = json::read(path, text, &restore(path))?;
    if let Value::Object(properties) = &mut found {
        properties.remove(ORIGINS);
    }
    if let Some(key) = json::stray(&found, &to_value(&object)?) {
        let line = text.lines().position(|line| line.contains(&format!("\"{key}\":"))).unwrap_or_default() + 1;
        return Err(
            Error::new(format!("`{}`, line {line}: `{key}` does not belong there", path.display())).hint(restore(path))
        );
    }
    Ok(object)
}

fn restore(path: &Path) -> String {
    format!("take it from the last commit: `git checkout -- {}`", path.display())
}

fn to_value<T: Serialize>(object: &T) -> Result<Value> {
    serde_json::to_value(object).map_err(|error| Error::new("an object has no JSON form").because(error))
}

/// Every object with its origins, under the path of its file.
fn objects(schema: &Schema, origins: &Origins) -> Result<BTreeMap<PathBuf, Value>> {
    let mut listed: BTreeMap<Key<'_>, Listed> = BTreeMap::new();
    for (place, origin) in origins.listed() {
        let (key, part) = match place {
            Place::Table(name, part) => ((Kind::Table, None, name), part.clone()),
            Place::Enum(name) => ((Kind::Enum, None, name), Part::Whole),
            Place::View(name) => ((Kind::View, None, name), Part::Whole),
            Place::Routine(name) => ((Kind::Routine, None, name), Part::Whole),
            Place::Definition(id) => (key(id), Part::Whole),
        };
        let listed = listed.entry(key).or_default();
        match origin {
            Origin::Adopted => listed.adopted.push(part),
            Origin::Sidecar => listed.sidecar.push(part),
            Origin::Entity => {}
        }
    }
    let Schema { tables, enums, views, routines, definitions } = schema;
    let mut values: BTreeMap<Key<'_>, Value> = BTreeMap::new();
    for (name, table) in tables {
        values.insert((Kind::Table, None, name), to_value(table)?);
    }
    for (name, value) in enums {
        values.insert((Kind::Enum, None, name), to_value(value)?);
    }
    for (name, view) in views {
        values.insert((Kind::View, None, name), to_value(view)?);
    }
    for (name, routine) in routines {
        values.insert((Kind::Routine, None, name), to_value(routine)?);
    }
    for (id, definition) in definitions {
        values.insert(key(id), to_value(definition)?);
    }
    let mut stems = stems(schema);
    let mut objects = BTreeMap::new();
    for (key, mut value) in values {
        if let (Some(listed), Value::Object(properties)) = (listed.get(&key), &mut value) {
            properties.insert(ORIGINS.to_owned(), to_value(listed)?);
        }
        let stem = stems.remove(&key).unwrap_or_default();
        objects.insert(Path::new(key.0.folder()).join(format!("{stem}.json")), value);
    }
    Ok(objects)
}

/// The file name of every object, without `.json`.
///
/// Names that a file system blind to case would take for one have their capitals encoded.
fn stems(schema: &Schema) -> BTreeMap<Key<'_>, String> {
    let Schema { tables, enums, views, routines, definitions } = schema;
    let keys = (tables.keys().map(|name| (Kind::Table, None, name)))
        .chain(enums.keys().map(|name| (Kind::Enum, None, name)))
        .chain(views.keys().map(|name| (Kind::View, None, name)))
        .chain(routines.keys().map(|name| (Kind::Routine, None, name)))
        .chain(definitions.keys().map(key));
    let mut stems: BTreeMap<Key<'_>, String> = keys.map(|key| (key, stem_of(key, false))).collect();
    let mut folded: BTreeMap<(Kind, String), usize> = BTreeMap::new();
    for ((kind, ..), stem) in &stems {
        *folded.entry((*kind, stem.to_ascii_lowercase())).or_default() += 1;
    }
    for (key, found) in &mut stems {
        if folded.get(&(key.0, found.to_ascii_lowercase())).is_some_and(|count| *count > 1) {
            *found = stem_of(*key, true);
        }
    }
    stems
}

fn key(id: &DefinitionId) -> Key<'_> {
    (Kind::Definition(id.kind), id.on.as_ref(), &id.name)
}

/// A file name for any object: `name`, `schema.name`, and for what belongs to a table `name@table`.
fn stem_of((_, on, name): Key<'_>, encode_capitals: bool) -> String {
    match on {
        None => stem(name, encode_capitals),
        Some(owner) => clipped(format!("{}@{}", stem(name, encode_capitals), stem(owner, encode_capitals))),
    }
}

/// A file name for any identifier. A dot stands between schema and name and nowhere else.
fn stem(name: &ObjectName, encode_capitals: bool) -> String {
    let encode = |text: &str| -> String {
        let kept = |byte: &u8| match byte {
            b'A'..=b'Z' => !encode_capitals,
            _ => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
        };
        text.bytes()
            .map(|byte| if kept(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect()
    };
    // SQLite takes an empty name; a file has to have one.
    let mut stem = if name.name.as_str().is_empty() { "~".to_owned() } else { encode(name.name.as_str()) };
    match &name.schema {
        Some(schema) => stem = format!("{}.{stem}", encode(schema.as_str())),
        None if is_reserved(&stem) => {
            stem = format!("%{:02X}{}", stem.as_bytes().first().unwrap_or(&b'_'), &stem.get(1..).unwrap_or_default())
        }
        None => {}
    }
    clipped(stem)
}

/// What is too long for a file system ends in a digest of all of it.
fn clipped(mut stem: String) -> String {
    if stem.len() > LONGEST_STEM {
        let digest = sha256(&stem);
        stem.truncate(LONGEST_STEM - 20);
        stem.push('~');
        stem.push_str(digest.get(..16).unwrap_or_default());
    }
    stem
}

/// Names that Windows keeps for devices.
fn is_reserved(stem: &str) -> bool {
    let stem = stem.to_ascii_lowercase();
    let numbered = ["com", "lpt"].iter().any(|device| {
        stem.strip_prefix(device)
            .is_some_and(|number| number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit()))
    });
    numbered || matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
}

#[cfg(test)]
mod tests;
