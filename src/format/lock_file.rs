//! `schema.lock.json`: the migrations, the schemas they lead to, and whether the schema is frozen; sealed against manual edits.
//!
//! Must not know anything of a migration but its id and checksum.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json as value};

use crate::checksum::sha256;
use crate::error::{Error, Result};
use crate::migration::MigrationId;
use crate::{Product, files, json};

/// The version of the format.
const VERSION: u64 = 1;

/// The lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// The name of the project's own history, where several projects have their migrations in one database.
    pub history: Option<String>,
    /// The release the schema is frozen for, if it is.
    pub frozen: Option<Frozen>,
    /// The locked state of each dialect of the project.
    pub dialects: BTreeMap<Product, Locked>,
}

/// A frozen schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// The release it is frozen for.
    pub release: String,
}

/// The locked state of one dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locked {
    /// The fingerprint of the snapshot.
    pub fingerprint: String,
    /// The migrations, in the order of their ids.
    pub migrations: Vec<LockedMigration>,
    /// The repeatable files and the hooks, in the order of their paths.
    pub files: Vec<LockedFile>,
}

/// One migration, one line of the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LockedMigration {
    /// Its id.
    pub id: MigrationId,
    /// The checksum of its statements.
    pub checksum: String,
    /// The fingerprint of the schema it starts from, if known.
    pub from: Option<String>,
    /// The fingerprint of the schema it leads to, if known.
    pub to: Option<String>,
    /// Where it was proven, if it was.
    pub proof: Option<Proof>,
    /// Whether it failed its proof.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub refuted: bool,
    /// The lines of the migrations that were squashed into it, as they were, in the order of their ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<LockedMigration>,
}

/// Where a migration was proven: up, down and up again on a scratch database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The database that ran it.
    pub engine: String,
    /// Its version.
    pub version: String,
}

/// A difference between the migration files and the lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockMismatch {
    /// The file's statements are not those that were locked.
    Changed(MigrationId),
    /// The lock lists it, and there is no file.
    Missing(MigrationId),
    /// There is a file that the lock does not list.
    Unlisted(MigrationId),
}

/// The file as it is read. `chain` of each line covers it and every line before it, `seal` everything else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(rename = "version")]
    _version: u64,
    #[serde(default)]
    history: Option<String>,
    #[serde(default)]
    frozen: Option<Frozen>,
    dialects: Vec<Product>,
    fingerprints: BTreeMap<Product, String>,
    migrations: BTreeMap<Product, Vec<LockEntry>>,
    #[serde(default)]
    files: BTreeMap<Product, Vec<LockedFile>>,
    seal: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LockEntry {
    id: MigrationId,
    checksum: String,
    chain: String,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    proof: ProofEntry,
    #[serde(default)]
    replaces: Vec<ReplacedEntry>,
}

/// A migration that was squashed into another one, whose chain covers it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplacedEntry {
    id: MigrationId,
    checksum: String,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    proof: ProofEntry,
    #[serde(default)]
    replaces: Vec<ReplacedEntry>,
}

impl From<ReplacedEntry> for LockedMigration {
    fn from(entry: ReplacedEntry) -> Self {
        let ReplacedEntry { id, checksum, from, to, proof, replaces } = entry;
        let refuted = proof.is_refuted();
        let replaces = replaces.into_iter().map(Self::from).collect();
        Self { id, checksum, from, to, proof: proof.into(), refuted, replaces }
    }
}

/// The proof as an entry of the lock file records it. The word is for readers: a missing value means the same.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum ProofEntry {
    Proven(Proof),
    Unproven(Word),
    #[default]
    Unsaid,
}

#[derive(Deserialize)]
enum Word {
    #[serde(rename = "unproven")]
    Unproven,
    #[serde(rename = "refuted")]
    Refuted,
}

impl ProofEntry {
    fn is_refuted(&self) -> bool {
        matches!(self, Self::Unproven(Word::Refuted))
    }
}

impl From<ProofEntry> for Option<Proof> {
    fn from(standing: ProofEntry) -> Self {
        match standing {
            ProofEntry::Proven(proof) => Some(proof),
            ProofEntry::Unproven(Word::Unproven | Word::Refuted) | ProofEntry::Unsaid => None,
        }
    }
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

impl Lock {
    /// Reads and verifies the lock at `path`, if there is one.
    ///
    /// # Errors
    /// It cannot be read, or is not as it was written.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        files::read_text_if_there(path)?.map(|text| Self::parse(path, &text)).transpose()
    }

    /// Reads and verifies the text of a lock; `path` is for messages.
    ///
    /// # Errors
    /// It is not as it was written.
    pub fn parse(path: &Path, text: &str) -> Result<Self> {
        let shown = path.display();
        let restore = format!("take it from the last commit: `git checkout -- {shown}`");
        if let Some(line) = json::conflict(text) {
            return Err(Error::new(format!("`{shown}`, line {line}: two branches have each added a migration"))
                .hint("put one behind the other: `gen merge`"));
        }
        if union::is_unfinished(text) {
            return Err(Error::new(format!(
                "`{shown}`: two branches are merged, and their migrations are not in order yet"
            ))
            .hint("put those of one behind those of the other: `gen merge`"));
        }
        let Version { version } = json::read(path, text, &restore)?;
        if version != VERSION {
            return Err(Error::new(format!("`{shown}` has version {version}, this gen knows version {VERSION}"))
                .hint("`cargo install sea-gen`"));
        }
        let form: Form = json::read(path, text, &restore)?;
        let broken = |what: String| Error::new(format!("`{shown}` was changed by hand: {what}")).hint(&restore);

        let mut lock = Self { history: form.history, frozen: form.frozen, dialects: BTreeMap::new() };
        let (mut fingerprints, mut migrations, mut files) = (form.fingerprints, form.migrations, form.files);
        for product in form.dialects {
            let Some(fingerprint) = fingerprints.remove(&product) else {
                return Err(broken(format!("the fingerprint of {} is missing", product.key())));
            };
            let lines = migrations.remove(&product).unwrap_or_default();
            let mut chain = String::new();
            let files = files.remove(&product).unwrap_or_default();
            let mut locked = Locked { fingerprint, migrations: Vec::new(), files };
            for line in lines {
                let LockEntry { id, checksum, chain: sealed, from, to, proof, replaces } = line;
                if locked.migrations.last().is_some_and(|before| before.id >= id) {
                    return Err(broken(format!("`{id}` of {} is not in its place", product.key())));
                }
                let refuted = proof.is_refuted();
                let replaces = replaces.into_iter().map(LockedMigration::from).collect();
                let migration = LockedMigration { id, checksum, from, to, proof: proof.into(), refuted, replaces };
                chain = link(&chain, &migration);
                if sealed != chain {
                    let what = format!("`{}` of {}, or what stood before it", migration.id, product.key());
                    return Err(broken(what).hint("if branches were merged: `gen merge`"));
                }
                locked.migrations.push(migration);
            }
            lock.dialects.insert(product, locked);
        }
        if let Some(product) = fingerprints.keys().chain(migrations.keys()).chain(files.keys()).next() {
            return Err(broken(format!("{} is not among the dialects", product.key())));
        }
        if form.seal != lock.seal() {
            return Err(broken(
                "the dialects, the history, the release, a fingerprint, the end of a list of migrations, or another file".to_owned(),
            ));
        }
        Ok(lock)
    }

    /// The text of the lock: the same for the same lock, one line a migration.
    pub fn text(&self) -> String {
        let dialects: Vec<&str> = self.dialects.keys().map(|product| product.key()).collect();
        let mut text =
            format!("{{\n  \"version\": {VERSION},\n  \"dialects\": {},\n", json::compact(&value!(dialects)));
        if let Some(history) = &self.history {
            text.push_str(&format!("  \"history\": {},\n", json::compact(&value!(history))));
        }
        if let Some(frozen) = &self.frozen {
            text.push_str(&format!("  \"frozen\": {},\n", json::compact(&value!(frozen))));
        }
        text.push_str("  \"fingerprints\": {");
        let fingerprints = self.dialects.iter().map(|(product, locked)| {
            format!("\n    \"{}\": {}", product.key(), json::compact(&value!(locked.fingerprint)))
        });
        text.push_str(&fingerprints.collect::<Vec<_>>().join(","));
        text.push_str("\n  },\n  \"migrations\": {");
        let migrations = self.dialects.iter().map(|(product, locked)| {
            let lines = lines(locked);
            let end = if lines.is_empty() { "" } else { "\n    " };
            format!("\n    \"{}\": [{}{end}]", product.key(), lines.join(","))
        });
        text.push_str(&migrations.collect::<Vec<_>>().join(","));
        text.push_str(&sql_files::text(&self.dialects));
        text.push_str(&format!("\n  }},\n  \"seal\": \"{}\"\n}}\n", self.seal()));
        text
    }

    /// Compares the migration files of a dialect, given by id and checksum, with the lock. In the order of the ids.
    pub fn verify_files<'a>(
        &self,
        product: Product,
        files: impl IntoIterator<Item = (&'a MigrationId, String)>,
    ) -> Vec<LockMismatch> {
        let files: BTreeMap<&MigrationId, String> = files.into_iter().collect();
        let locked: BTreeMap<&MigrationId, &str> = self.dialects.get(&product).map_or_else(BTreeMap::new, |locked| {
            locked.migrations.iter().map(|migration| (&migration.id, migration.checksum.as_str())).collect()
        });
        let ids: std::collections::BTreeSet<&MigrationId> = files.keys().chain(locked.keys()).copied().collect();
        ids.into_iter()
            .filter_map(|id| match (files.get(id), locked.get(id)) {
                (Some(file), Some(locked)) => (file != locked).then(|| LockMismatch::Changed(id.clone())),
                (None, _) => Some(LockMismatch::Missing(id.clone())),
                (Some(_), None) => Some(LockMismatch::Unlisted(id.clone())),
            })
            .collect()
    }

    /// The checksum of everything that the chains do not cover: the ends of the lists and all other fields.
    fn seal(&self) -> String {
        let mut covered = vec![value!(VERSION), value!(self.frozen)];
        covered.extend(self.history.as_ref().map(|history| value!({ "history": history })));
        for (product, locked) in &self.dialects {
            let chain = locked.migrations.iter().fold(String::new(), |chain, migration| link(&chain, migration));
            covered.push(value!([product, locked.fingerprint, locked.migrations.len(), chain]));
            if !locked.files.is_empty() {
                covered.push(value!({ "files": locked.files }));
            }
        }
        short(&json::compact(&Value::Array(covered)))
    }
}

/// The chain after one more migration.
fn link(chain: &str, migration: &LockedMigration) -> String {
    short(&json::compact(&value!([chain, migration])))
}

fn short(text: &str) -> String {
    let mut digits = sha256(text);
    digits.truncate(32);
    digits
}

fn lines(locked: &Locked) -> Vec<String> {
    let mut chain = String::new();
    let line = |migration: &LockedMigration| {
        chain = link(&chain, migration);
        format!("\n      {}", entry(migration, Some(&chain), 6))
    };
    locked.migrations.iter().map(line).collect()
}

/// One migration as a line, and a line more for each that it replaces, `depth` spaces deep.
fn entry(migration: &LockedMigration, chain: Option<&str>, depth: usize) -> String {
    let LockedMigration { id, checksum, from, to, proof, refuted, replaces } = migration;
    let mut line = format!("{{\"id\": {}, \"checksum\": {}", value!(id), value!(checksum));
    for (key, text) in [("chain", chain), ("from", from.as_deref()), ("to", to.as_deref())] {
        if let Some(text) = text {
            line.push_str(&format!(", \"{key}\": {}", value!(text)));
        }
    }
    match proof {
        Some(Proof { engine, version }) => {
            line.push_str(&format!(", \"proof\": {{\"engine\": {}, \"version\": {}}}", value!(engine), value!(version)))
        }
        None if *refuted => line.push_str(", \"proof\": \"refuted\""),
        None => line.push_str(", \"proof\": \"unproven\""),
    }
    if !replaces.is_empty() {
        let (inner, outer) = (" ".repeat(depth + 2), " ".repeat(depth));
        let entries: Vec<String> =
            replaces.iter().map(|it| format!("\n{inner}{}", entry(it, None, depth + 2))).collect();
        line.push_str(&format!(", \"replaces\": [{}\n{outer}]", entries.join(",")));
    }
    line.push('}');
    line
}

mod seal;
mod sql_files;
#[cfg(test)]
mod tests;
mod union;

pub use seal::Resealed;
pub use sql_files::{FileMismatch, LockedFile, ResealedFiles};
