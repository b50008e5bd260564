//! Snapshots: a schema and its origins on disk, one JSON file an object, so that a pull request shows what changed.
//!
//! Must not know how expressions are compared; the caller has a dialect normalise a snapshot.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sea_gen_runner::files::{list, read_text};
use sea_gen_runner::{Error, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::schema::{
    Acceptance, Definition, DefinitionId, DefinitionKind, EnumType, Name, ObjectName, Origin, Origins, Part,
    PersonalData, Place, Routine, Schema, SharedTable, Table, View,
};

use super::compact::CompactJson;
use super::{Batch, json, parallel};

mod accepted;
mod personal;
mod single;

pub(super) use single::{is_object, is_valid};
mod stem;

use stem::stem_of;

/// The key under which an object's file holds its origins.
const ORIGINS: &str = "origins";

/// The schema that the migrations produce, and the origins of its objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The schema.
    pub schema: Schema,
    /// The origins of its objects.
    pub origins: Origins,
}

/// The parts of one object that no entity declares.
#[derive(Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// The kinds of objects, each with a separate folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ObjectKind {
    Table,
    Enum,
    View,
    Routine,
    Definition(DefinitionKind),
}

/// The key of an object's file: its kind, the object that it belongs to if its name is local to that, and its name.
type Key<'a> = (ObjectKind, Option<&'a ObjectName>, &'a ObjectName);

impl ObjectKind {
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
        let mut paths = Vec::new();
        for kind in ObjectKind::all() {
            paths.extend(object_files(&folder.join(kind.folder()))?.into_iter().map(|path| (kind, path)));
        }
        let read = |(kind, path): (ObjectKind, PathBuf)| {
            let object = Object::read(kind, &path);
            (kind, path, object)
        };
        Self::assembled(parallel::map(paths, read), (accepted::read(folder)?, personal::read(folder)?))
    }

    /// Reads a snapshot from the texts of its files, by path in its folder, as [`Snapshot::read`] does.
    ///
    /// # Errors
    /// A text is not as it was written.
    pub fn parse(texts: &BTreeMap<PathBuf, String>) -> Result<Option<Self>> {
        let mut objects = Vec::new();
        for kind in ObjectKind::all() {
            let of_kind = texts.iter().filter(|(path, _)| path.parent() == Some(Path::new(kind.folder())));
            objects.extend(of_kind.map(|(path, text)| (kind, path.clone(), Object::parse(kind, path, text))));
        }
        Self::assembled(objects, (accepted::of_texts(texts)?, personal::of_texts(texts)?))
    }

    fn assembled(
        objects: Vec<ReadObject>,
        (accepted, personal): (BTreeMap<Place, Acceptance>, BTreeMap<Place, PersonalData>),
    ) -> Result<Option<Self>> {
        let mut found = Found { snapshot: Self::default(), paths: BTreeMap::new() };
        for (kind, path, object) in objects {
            found.add(kind, path, object?)?;
        }
        if found.paths.is_empty() && accepted.is_empty() {
            return Ok(None);
        }
        found.snapshot.origins = found.snapshot.origins.with_accepted(accepted).with_personal(personal);
        let stems = stems(&found.snapshot.schema);
        for ((kind, on, name), path) in &found.paths {
            let Some(stem) = stems.get(&(*kind, on.as_ref(), name)) else { continue };
            if path.file_stem().is_none_or(|found| found != stem.as_str()) {
                return Err(Error::new(format!("`{}` holds `{name}`, whose file is `{stem}.json`", path.display()))
                    .hint(restore(path)));
            }
        }
        Ok(Some(found.snapshot))
    }

    /// The files of the snapshot in a folder.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for kind in ObjectKind::all() {
            paths.extend(object_files(&folder.join(kind.folder()))?);
        }
        paths.extend(accepted::path(folder));
        paths.extend(personal::path(folder));
        Ok(paths)
    }

    /// The names of the schemas besides the default one in the snapshot of a folder.
    ///
    /// # Errors
    /// A file cannot be read, or is not as it was written.
    pub fn schemas(folder: &Path) -> Result<Vec<Name>> {
        let kind = ObjectKind::Definition(DefinitionKind::Schema);
        let mut found = Found { snapshot: Self::default(), paths: BTreeMap::new() };
        for path in object_files(&folder.join(kind.folder()))? {
            let object = Object::read(kind, &path)?;
            found.add(kind, path, object)?;
        }
        Ok(found.snapshot.schema.definitions.into_keys().map(|id| id.name.name).collect())
    }

    /// The files the snapshot would consist of, by path within its folder.
    ///
    /// # Errors
    /// An object that cannot be written as JSON.
    pub fn texts(&self) -> Result<BTreeMap<PathBuf, String>> {
        let origins = listed(&self.origins);
        let texts = stems(&self.schema).into_iter().map(|(key, stem)| {
            let path = Path::new(key.0.folder()).join(format!("{stem}.json"));
            Ok((path, json::pretty(&value(key, &self.schema, origins.get(&key))?)))
        });
        let mut texts = texts.collect::<Result<BTreeMap<_, _>>>()?;
        texts.extend(accepted::text(self.origins.accepted())?);
        texts.extend(personal::text(self.origins.personal())?);
        Ok(texts)
    }

    /// Adds to `batch` the changes that make the files in `folder` those of this snapshot. `before` is the result of
    /// [`Snapshot::read`], normalised; the file of an equal object is kept, and that of a removed object is deleted.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn write(&self, folder: &Path, before: Option<&Self>, batch: &mut Batch) -> Result<()> {
        let mut stale = BTreeSet::new();
        for kind in ObjectKind::all() {
            stale.extend(object_files(&folder.join(kind.folder()))?);
        }
        let nothing = Self::default();
        let before = before.unwrap_or(&nothing);
        let (old_stems, old_origins, origins) = (stems(&before.schema), listed(&before.origins), listed(&self.origins));
        for (key, stem) in stems(&self.schema) {
            let path = folder.join(key.0.folder()).join(format!("{stem}.json"));
            let there = stale.remove(&path) && old_stems.get(&key) == Some(&stem);
            if !(there && same(key, &self.schema, &before.schema) && origins.get(&key) == old_origins.get(&key)) {
                batch.write(path, json::pretty(&value(key, &self.schema, origins.get(&key))?));
            }
        }
        for path in stale {
            batch.delete(path);
        }
        accepted::write(folder, self.origins.accepted(), before.origins.accepted(), batch)?;
        personal::write(folder, self.origins.personal(), before.origins.personal(), batch)
    }
}

/// A file of a snapshot, and what was read in it.
type ReadObject = (ObjectKind, PathBuf, Result<(Object, Listed)>);

struct Found {
    snapshot: Snapshot,
    paths: BTreeMap<(ObjectKind, Option<ObjectName>, ObjectName), PathBuf>,
}

impl Found {
    /// Takes an object in, and refuses a second file for it.
    fn add(&mut self, kind: ObjectKind, path: PathBuf, (object, origins): (Object, Listed)) -> Result<()> {
        let schema = &mut self.snapshot.schema;
        let (on, name) = object.found_by();
        match object {
            Object::Table(table) => drop(schema.tables.insert(name.clone(), table)),
            Object::Enum(value) => drop(schema.enums.insert(name.clone(), value)),
            Object::View(view) => drop(schema.views.insert(name.clone(), view)),
            Object::Routine(routine) => drop(schema.routines.insert(name.clone(), routine)),
            Object::Definition(definition) => drop(schema.definitions.insert(definition.id.clone(), definition)),
        }
        for (origin, parts) in [(Origin::Adopted, origins.adopted), (Origin::Sidecar, origins.sidecar)] {
            for part in parts {
                let place = kind.place(on.as_ref(), &name, part).ok_or_else(|| {
                    Error::new(format!("`{}`: only a table has parts", path.display())).hint(restore(&path))
                })?;
                self.snapshot.origins.set(place, origin);
            }
        }
        match self.paths.entry((kind, on, name)) {
            Entry::Vacant(free) => {
                free.insert(path);
                Ok(())
            }
            Entry::Occupied(taken) => {
                let (here, first, name) = (path.display(), taken.get().display(), &taken.key().2);
                Err(Error::new(format!("`{here}` holds `{name}`, and so does `{first}`"))
                    .hint(format!("remove the copy: `git clean -n {here}`")))
            }
        }
    }
}

/// The content of one file.
enum Object {
    Table(Arc<SharedTable>),
    Enum(EnumType),
    View(View),
    Routine(Routine),
    Definition(Definition),
}

impl Object {
    fn read(kind: ObjectKind, path: &Path) -> Result<(Self, Listed)> {
        Self::parse(kind, path, &read_text(path)?)
    }

    fn parse(kind: ObjectKind, path: &Path, text: &str) -> Result<(Self, Listed)> {
        Ok(match kind {
            ObjectKind::Table => {
                object::<Table>(path, text).map(|(object, origins)| (Self::Table(object.into()), origins))?
            }
            ObjectKind::Enum => object(path, text).map(|(object, origins)| (Self::Enum(object), origins))?,
            ObjectKind::View => object(path, text).map(|(object, origins)| (Self::View(object), origins))?,
            ObjectKind::Routine => object(path, text).map(|(object, origins)| (Self::Routine(object), origins))?,
            ObjectKind::Definition(own) => {
                let (object, origins): (Definition, Listed) = object(path, text)?;
                if object.id.kind != own {
                    let held = object.id.kind;
                    return Err(Error::new(format!("`{}` holds a {held}", path.display())).hint(restore(path)));
                }
                (Self::Definition(object), origins)
            }
        })
    }

    /// The object that it belongs to if its name is local to that, and its name.
    fn found_by(&self) -> (Option<ObjectName>, ObjectName) {
        match self {
            Self::Table(table) => (None, table.name.clone()),
            Self::Enum(value) => (None, value.name.clone()),
            Self::View(view) => (None, view.name.clone()),
            Self::Routine(routine) => (None, routine.name.clone()),
            Self::Definition(definition) => (definition.id.on.clone(), definition.id.name.clone()),
        }
    }
}

/// The JSON files in a folder, sorted.
fn object_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = list(folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    Ok(paths)
}

/// Reads one object strictly: a property that would not be written is an error.
fn object<T: Serialize + DeserializeOwned>(path: &Path, text: &str) -> Result<(T, Listed)> {
    let object: T = match serde_json::from_str(text) {
        Ok(object) => object,
        Err(_) => match conflict(path, text) {
            Some(conflict) => return Err(conflict),
            None => sea_gen_runner::json::read(path, text, &restore(path))?,
        },
    };
    // A missing property is read as its default, so a file with as many properties as would be written has no unknown ones.
    let (mut line, own) = (CompactJson::default(), origins(text));
    let listed: Option<Listed> = own.and_then(|own| serde_json::from_str(own).ok());
    if line.write(&object).is_ok() && own.is_some() == listed.is_some() {
        let written = json::properties(&line.text) + own.map_or(0, |own| 1 + json::properties(own));
        if json::properties(text) == written {
            return Ok((object, listed.unwrap_or_default()));
        }
    }
    let mut found: Value = sea_gen_runner::json::read(path, text, &restore(path))?;
    if let Value::Object(properties) = &mut found {
        properties.remove(ORIGINS);
    }
    if let Some(key) = json::stray(&found, &to_value(&object)?) {
        let line = text.lines().position(|line| line.contains(&format!("\"{key}\":"))).unwrap_or_default() + 1;
        return Err(
            Error::new(format!("`{}`, line {line}: `{key}` does not belong there", path.display())).hint(restore(path))
        );
    }
    let WithOrigins { origins } = sea_gen_runner::json::read(path, text, &restore(path))?;
    Ok((object, origins))
}

/// The text of the origins, if they are formatted as they would be written.
fn origins(text: &str) -> Option<&str> {
    // A string contains no line break, so these are lines of the JSON.
    let (_, rest) = text.split_once("\n  \"origins\": ")?;
    let end = rest.find("\n  }").map(|end| end + "\n  }".len()).filter(|_| rest.starts_with("{\n"));
    rest.get(..end.or_else(|| rest.find('}').map(|end| end + 1))?)
}

fn conflict(path: &Path, text: &str) -> Option<Error> {
    let line = sea_gen_runner::json::conflict(text)?;
    let shown = path.display();
    let error = Error::new(format!("`{shown}`, line {line}: two branches have changed the same object"));
    Some(error.hint("put the changes of both together, or see what disagrees: `gen merge`"))
}

fn restore(path: &Path) -> String {
    format!("take it from the last commit: `git checkout -- {}`", path.display())
}

fn to_value<T: Serialize>(object: &T) -> Result<Value> {
    serde_json::to_value(object).map_err(|error| Error::new("an object has no JSON form").because(error))
}

/// What no entity declares, by object.
fn listed(origins: &Origins) -> BTreeMap<Key<'_>, Listed> {
    let mut listed: BTreeMap<Key<'_>, Listed> = BTreeMap::new();
    for (place, origin) in origins.listed() {
        let (key, part) = match place {
            Place::Table(name, part) => ((ObjectKind::Table, None, name), part.clone()),
            Place::Enum(name) => ((ObjectKind::Enum, None, name), Part::Whole),
            Place::View(name) => ((ObjectKind::View, None, name), Part::Whole),
            Place::Routine(name) => ((ObjectKind::Routine, None, name), Part::Whole),
            Place::Definition(id) => (key(id), Part::Whole),
        };
        let listed = listed.entry(key).or_default();
        match origin {
            Origin::Adopted => listed.adopted.push(part),
            Origin::Sidecar => listed.sidecar.push(part),
            Origin::Entity => {}
        }
    }
    listed
}

/// One object with its origins.
fn value(key: Key<'_>, schema: &Schema, origins: Option<&Listed>) -> Result<Value> {
    let (kind, _, name) = key;
    let mut value = match kind {
        ObjectKind::Table => to_value(&schema.tables.get(name)),
        ObjectKind::Enum => to_value(&schema.enums.get(name)),
        ObjectKind::View => to_value(&schema.views.get(name)),
        ObjectKind::Routine => to_value(&schema.routines.get(name)),
        ObjectKind::Definition(kind) => to_value(&schema.definitions.get(&id(kind, key))),
    }?;
    if let (Some(origins), Value::Object(properties)) = (origins, &mut value) {
        properties.insert(ORIGINS.to_owned(), to_value(origins)?);
    }
    Ok(value)
}

/// Whether two schemas have the same object.
fn same(key: Key<'_>, one: &Schema, other: &Schema) -> bool {
    let (kind, _, name) = key;
    match kind {
        ObjectKind::Table => one.tables.get(name) == other.tables.get(name),
        ObjectKind::Enum => one.enums.get(name) == other.enums.get(name),
        ObjectKind::View => one.views.get(name) == other.views.get(name),
        ObjectKind::Routine => one.routines.get(name) == other.routines.get(name),
        ObjectKind::Definition(kind) => {
            let id = id(kind, key);
            one.definitions.get(&id) == other.definitions.get(&id)
        }
    }
}

/// The file name of every object, without `.json`.
///
/// Names that a file system blind to case would take for one have their capitals encoded.
fn stems(schema: &Schema) -> BTreeMap<Key<'_>, String> {
    let Schema { tables, enums, views, routines, definitions, kept: _ } = schema;
    let keys = (tables.keys().map(|name| (ObjectKind::Table, None, name)))
        .chain(enums.keys().map(|name| (ObjectKind::Enum, None, name)))
        .chain(views.keys().map(|name| (ObjectKind::View, None, name)))
        .chain(routines.keys().map(|name| (ObjectKind::Routine, None, name)))
        .chain(definitions.keys().map(key));
    let mut stems: BTreeMap<Key<'_>, String> = keys.map(|key| (key, stem_of(key, false))).collect();
    // No two stems are the same: of two that differ in case only, one at least has a capital.
    if !stems.values().any(|stem| stem.bytes().any(|byte| byte.is_ascii_uppercase())) {
        return stems;
    }
    let mut folded: BTreeMap<(ObjectKind, String), usize> = BTreeMap::new();
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
    (ObjectKind::Definition(id.kind), id.on.as_ref(), &id.name)
}

fn id(kind: DefinitionKind, (_, on, name): Key<'_>) -> DefinitionId {
    DefinitionId { kind, on: on.cloned(), name: name.clone() }
}

#[cfg(test)]
mod tests;
