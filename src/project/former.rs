//! The snapshots as they were before each of the newest migrations, in `.gen/former/`, which git ignores: so a migration is taken
//! back without git and without a database.
//!
//! Must not know what an object of a snapshot is. What is kept is a help only: whoever uses it compares fingerprints.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sea_gen_runner::Result;
use sea_gen_runner::checksum::sha256;
use sea_gen_runner::files::{list, read_text, read_text_if_there};
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::MigrationId;
use serde::{Deserialize, Serialize};

use crate::schema::Product;

use super::{Batch, Project, Snapshot};

/// The project's folder for what is of use on this machine alone.
const OWN: &str = ".gen";

/// How many files are kept at most.
const MOST: usize = 60;

/// The files of a snapshot: their texts, by path in its folder.
pub type SnapshotTexts = BTreeMap<PathBuf, String>;

/// The snapshots as they were before a migration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Former {
    /// A digest of the migrations before it: a merge of branches can put others there, and then nothing that is kept fits.
    #[serde(default)]
    pub follows: String,
    /// The fingerprints of the snapshots.
    pub fingerprints: BTreeMap<Product, String>,
    /// The files that have changed since, by path in the folder of the snapshot, each with its text; `None` if there was no such file.
    pub files: BTreeMap<Product, BTreeMap<PathBuf, Option<String>>>,
    /// What writing the migration did to the file of the application's `Migrator`.
    pub migrator: Option<MigratorEdit>,
}

/// A change of the file of the application's `Migrator`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigratorEdit {
    /// The file.
    pub path: PathBuf,
    /// Its text before.
    pub before: String,
    /// Its text afterwards.
    pub after: String,
}

/// A digest of the migrations of a lock that are older than one.
fn before_digest(lock: &Lock, id: &MigrationId) -> String {
    let lines = lock.dialects.iter().flat_map(|(product, locked)| {
        let older = locked.migrations.iter().filter(|line| line.id < *id);
        older.map(|line| format!("{} {} {}\n", product.key(), line.id, line.checksum))
    });
    sha256(&lines.collect::<String>())
}

impl Former {
    /// Adds what is known of a later time: it holds for the files that did not change in between.
    fn followed_by(&mut self, later: Self) {
        for (product, fingerprint) in later.fingerprints {
            self.fingerprints.entry(product).or_insert(fingerprint);
        }
        for (product, files) in later.files {
            let own = self.files.entry(product).or_default();
            for (path, text) in files {
                own.entry(path).or_insert(text);
            }
        }
    }

    fn text(&self, product: Product, path: &Path) -> Option<&Option<String>> {
        self.files.get(&product)?.get(path)
    }
}

impl Project {
    /// The snapshots as they were before the newest migrations of a lock, oldest first: the fingerprint and the files of each dialect.
    /// `None` if that was not kept, or when other migrations were before them.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn former(
        &self,
        lock: &Lock,
        ids: &[MigrationId],
    ) -> Result<Option<BTreeMap<Product, (String, SnapshotTexts)>>> {
        let Some(former) = self.kept_before(ids, &Batch::new(&self.root))? else { return Ok(None) };
        if ids.first().is_none_or(|oldest| former.follows != before_digest(lock, oldest)) {
            return Ok(None);
        }
        let mut found = BTreeMap::new();
        for (product, fingerprint) in former.fingerprints {
            let mut texts = self.snapshot_texts(product)?;
            for (path, text) in former.files.get(&product).into_iter().flatten() {
                match text {
                    Some(text) => texts.insert(path.clone(), text.clone()),
                    None => texts.remove(path),
                };
            }
            found.insert(product, (fingerprint, texts));
        }
        Ok(Some(found))
    }

    /// The files of the snapshot of a dialect.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn snapshot_texts(&self, product: Product) -> Result<SnapshotTexts> {
        let folder = self.snapshot_folder(product);
        let text = |path: PathBuf| Ok((path.strip_prefix(&folder).unwrap_or(&path).to_owned(), read_text(&path)?));
        Snapshot::files(&folder)?.into_iter().map(text).collect()
    }

    /// The text of a migration as it was generated, if it was kept.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn generated(&self, product: Product, id: &MigrationId) -> Result<Option<String>> {
        read_text_if_there(&self.root.join(generated_path(product, id)))
    }

    /// The file of that text, from the project's folder.
    pub fn generated_path(&self, product: Product, id: &MigrationId) -> PathBuf {
        generated_path(product, id)
    }

    /// Adds to a batch the text of a migration as it was generated, so that edits by hand can be told from it.
    pub fn keep_generated(&self, product: Product, id: &MigrationId, text: String, batch: &mut Batch) {
        batch.keep(generated_path(product, id), Some(text.into_bytes()));
    }

    /// Adds to a batch that takes a migration back the text of its file. Returns the path.
    pub fn keep_taken_back(&self, product: Product, id: &MigrationId, text: String, batch: &mut Batch) -> PathBuf {
        let path = Path::new(OWN).join("undone").join(format!("{id}.{}.sql", product.key()));
        batch.keep(&path, Some(text.into_bytes()));
        batch.keep(Path::new(OWN).join(".gitignore"), Some(b"*\n".to_vec()));
        path
    }

    /// Adds to a batch how the snapshots were before a migration of a lock, where that is known from elsewhere.
    pub fn keep_before(
        &self,
        (lock, id): (&Lock, &MigrationId),
        before: &BTreeMap<Product, (String, SnapshotTexts)>,
        batch: &mut Batch,
    ) -> Result<()> {
        let mut former = Former { follows: before_digest(lock, id), ..Former::default() };
        for (product, (fingerprint, texts)) in before {
            let now = self.snapshot_texts(*product)?;
            let paths: BTreeSet<&PathBuf> = now.keys().chain(texts.keys()).collect();
            let changed = paths.into_iter().filter(|path| now.get(*path) != texts.get(*path));
            let files = changed.map(|path| (path.clone(), texts.get(path).cloned())).collect();
            former.files.insert(*product, files);
            former.fingerprints.insert(*product, fingerprint.clone());
        }
        write(id, &former, batch);
        Ok(())
    }

    /// Adds to a batch the text that the file of the `Migrator` had before some migrations, oldest first, if nobody has changed it
    /// since. Call it before the files that were kept are taken out of the batch's project.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn restore_migrator(&self, ids: &[MigrationId], batch: &mut Batch) -> Result<()> {
        let mut restored: Option<(PathBuf, String)> = None;
        for id in ids.iter().rev() {
            let former = self.read_former(id, &Batch::new(&self.root))?;
            let Some(MigratorEdit { path, before, after }) = former.and_then(|former| former.migrator) else {
                continue;
            };
            let text = match &restored {
                Some((_, text)) => Some(text.clone()),
                None => read_text_if_there(&path)?,
            };
            if text.as_ref() != Some(&after) {
                return Ok(());
            }
            restored = Some((path, before));
        }
        if let Some((path, text)) = restored {
            batch.write(path, text);
        }
        Ok(())
    }

    /// Adds to a batch how the snapshots that it changes were before the newest migrations. Call it when all the rest of the batch is
    /// there.
    ///
    /// # Errors
    /// A file cannot be read.
    pub fn keep_former(&self, lock: &Lock, migrator: Option<MigratorEdit>, batch: &mut Batch) -> Result<()> {
        // While branches are merged the lock on disk may be in conflict.
        let Ok(Some(before)) = Lock::read(&self.lock_path()) else { return Ok(()) };
        let (old, new) = (ids(&before), ids(lock));
        let shared = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
        let (gone, added) = (old.get(shared..).unwrap_or_default(), new.get(shared..).unwrap_or_default());
        let is_moved = before.dialects.len() == 1 && lock.dialects.len() > 1;
        let earlier = self.kept_before(gone, batch)?;
        for id in gone.iter().filter(|id| !added.contains(id)) {
            batch.keep(former_path(id), None);
            for product in Product::ALL {
                batch.keep(generated_path(product, id), None);
            }
        }
        // Of a state that nobody has kept, nothing is said.
        if is_moved || earlier.is_none() && !gone.is_empty() {
            old.iter().for_each(|id| batch.keep(former_path(id), None));
            return Ok(());
        }
        let earlier = earlier.unwrap_or_default();
        let (id, mut former) = match (added.first(), new.get(..shared).and_then(<[_]>::last)) {
            (Some(id), _) => {
                let own = before.dialects.iter().map(|(product, locked)| (*product, locked.fingerprint.clone()));
                let mut former = Former { fingerprints: earlier.fingerprints.clone(), ..Former::default() };
                former.followed_by(Former { fingerprints: own.collect(), ..Former::default() });
                former.migrator = migrator;
                former.follows = before_digest(lock, id);
                (id, former)
            }
            (None, Some(id)) => match self.read_former(id, batch)? {
                Some(former) => (id, former),
                None => return Ok(()),
            },
            (None, None) => return Ok(()),
        };
        let kept = former.clone();
        for product in lock.dialects.keys() {
            let files = former.files.entry(*product).or_default();
            for (path, text) in self.changed(*product, &earlier, batch)? {
                files.entry(path).or_insert(text);
            }
        }
        if former != kept || !added.is_empty() {
            write(id, &former, batch);
        }
        self.prune(batch)
    }

    /// The files of a snapshot that are going to differ from how they were at an earlier time, with their texts then.
    fn changed(&self, product: Product, earlier: &Former, batch: &Batch) -> Result<Vec<(PathBuf, Option<String>)>> {
        let folder = self.snapshot_folder(product);
        let mut paths: BTreeSet<PathBuf> =
            batch.paths().filter_map(|path| path.strip_prefix(&folder).ok().map(Path::to_owned)).collect();
        paths.extend(earlier.files.get(&product).into_iter().flat_map(|files| files.keys().cloned()));
        let mut changed = Vec::new();
        for path in paths {
            let whole = folder.join(&path);
            let now = read_text_if_there(&whole)?;
            let then = earlier.text(product, &path).cloned().unwrap_or_else(|| now.clone());
            let later = match batch.content(&whole) {
                Some(content) => content.map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
                None => now,
            };
            if then != later {
                changed.push((path, then));
            }
        }
        Ok(changed)
    }

    /// What is known of the time before some migrations, oldest first; `None` if nothing was kept of the oldest.
    fn kept_before(&self, ids: &[MigrationId], batch: &Batch) -> Result<Option<Former>> {
        let Some((oldest, later)) = ids.split_first() else { return Ok(None) };
        let Some(mut former) = self.read_former(oldest, batch)? else { return Ok(None) };
        for id in later {
            former.followed_by(self.read_former(id, batch)?.unwrap_or_default());
        }
        Ok(Some(former))
    }

    fn read_former(&self, id: &MigrationId, batch: &Batch) -> Result<Option<Former>> {
        let path = self.root.join(former_path(id));
        let text = match batch.content(&path) {
            Some(content) => content.map(|bytes| String::from_utf8_lossy(bytes).into_owned()),
            None => read_text_if_there(&path)?,
        };
        // One that another version has written, or somebody has changed, is as good as none.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Deletes the oldest files.
    fn prune(&self, batch: &mut Batch) -> Result<()> {
        let mut kept = list(&self.root.join(OWN).join("former"))?;
        kept.sort();
        let old = kept.len().saturating_sub(MOST);
        kept.into_iter().take(old).for_each(|path| batch.keep(path, None));
        Ok(())
    }
}

/// The ids of a lock's migrations, oldest first, those of all dialects together.
fn ids(lock: &Lock) -> Vec<MigrationId> {
    let ids: BTreeSet<&MigrationId> =
        lock.dialects.values().flat_map(|locked| locked.migrations.iter().map(|line| &line.id)).collect();
    ids.into_iter().cloned().collect()
}

fn former_path(id: &MigrationId) -> PathBuf {
    Path::new(OWN).join("former").join(format!("{id}.json"))
}

fn generated_path(product: Product, id: &MigrationId) -> PathBuf {
    Path::new(OWN).join("former").join(format!("{id}.{}.sql", product.key()))
}

fn write(id: &MigrationId, former: &Former, batch: &mut Batch) {
    if let Ok(text) = serde_json::to_vec(former) {
        batch.keep(former_path(id), Some(text));
        batch.keep(Path::new(OWN).join(".gitignore"), Some(b"*\n".to_vec()));
    }
}
