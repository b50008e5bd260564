//! Reading files with errors that name them, and writing several files all or not at all.
//!
//! Must not know their content.

#![allow(clippy::disallowed_methods, reason = "this is the one place that touches files")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use indexmap::IndexMap;
use sea_gen_runner::files::cannot;
use sea_gen_runner::{Error, Result};
use tempfile::TempPath;

use super::parallel;

/// The change of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileChange {
    /// The file is new.
    Created,
    /// The content changed.
    Changed,
    /// The file was deleted.
    Deleted,
}

/// Files to be written and deleted together.
///
/// They are renamed into place in the order in which they were added. The lock file comes last, so that it reveals an
/// interrupted commit.
#[derive(Debug)]
pub struct Batch {
    root: PathBuf,
    contents: IndexMap<PathBuf, Option<Vec<u8>>>,
    /// Folders that files are moved or removed from; those that are empty then are removed.
    left: BTreeSet<PathBuf>,
    /// Files that are not among the changes that a commit returns.
    quiet: BTreeSet<PathBuf>,
}

impl Batch {
    /// An empty batch; it never writes outside `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), contents: IndexMap::new(), left: BTreeSet::new(), quiet: BTreeSet::new() }
    }

    /// Adds a file to be written; a relative path starts at the root.
    pub fn write(&mut self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) {
        self.contents.insert(self.root.join(path), Some(content.into()));
    }

    /// Adds a file to be deleted; it need not exist.
    pub fn delete(&mut self, path: impl AsRef<Path>) {
        self.contents.insert(self.root.join(path), None);
    }

    /// Adds a file to be deleted with the folders above it that are empty then.
    pub fn remove(&mut self, path: impl AsRef<Path>) {
        let path = self.root.join(path);
        self.left.extend(path.ancestors().skip(1).take_while(|folder| *folder != self.root).map(Path::to_owned));
        self.contents.insert(path, None);
    }

    /// Adds a file that is kept for this program alone: it is not among the changes that a commit returns. `None` deletes it.
    pub fn keep(&mut self, path: impl AsRef<Path>, content: Option<Vec<u8>>) {
        let path = self.root.join(path);
        self.quiet.insert(path.clone());
        self.contents.insert(path, content);
    }

    /// The content that a file is to have: `None` for one that the batch does not change, `Some(None)` for one that it deletes.
    pub fn content(&self, path: &Path) -> Option<Option<&[u8]>> {
        self.contents.get(path).map(|content| content.as_deref())
    }

    /// The files that it writes and deletes.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.contents.keys().map(PathBuf::as_path)
    }

    /// The text of a file that is to be written; `None` if it is not.
    pub fn text(&self, path: &Path) -> Option<&str> {
        let content = self.contents.get(&self.root.join(path))?.as_ref()?;
        std::str::from_utf8(content).ok()
    }

    /// Adds a file to be moved. The folder that it leaves is removed if it is empty then.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn relocate(&mut self, from: &Path, to: impl AsRef<Path>) -> Result<()> {
        let content = fs::read(from).map_err(|error| cannot("read", from, error))?;
        self.write(to, content);
        self.delete(from);
        self.left.extend(from.parent().map(Path::to_owned));
        Ok(())
    }

    /// Writes every new content to a temporary file beside its target, and makes sure that all of them are on the disk. No target is
    /// touched, and dropping the result leaves everything as it was.
    ///
    /// # Errors
    /// A file could not be put in place, as far as that can be known before.
    pub fn stage(self) -> Result<Staged> {
        let root = self.root.canonicalize().map_err(|error| cannot("find", &self.root, error))?;
        let (left, quiet) = (self.left, self.quiet);
        let mut staged = Staged { items: Vec::new(), folders: Vec::new(), left, quiet };
        for (path, content) in self.contents {
            let target = confine(&root, &self.root, &path, content.is_some())?;
            let before = match fs::read(&target) {
                Ok(bytes) => Some(bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(cannot("write", &path, error)),
            };
            if before == content {
                continue;
            }
            let temporary = match &content {
                Some(content) => Some(staged.write(&path, &target, content)?),
                None => None,
            };
            staged.items.push(Item { path, target, before, temporary });
        }
        staged.make_durable()?;
        Ok(staged)
    }

    /// Stages everything and puts it in place. Returns the changes, in order.
    ///
    /// # Errors
    /// A file cannot be written; everything is as it was.
    pub fn commit(self) -> Result<Vec<(PathBuf, FileChange)>> {
        self.stage()?.commit()
    }
}

/// Files that are synced to the disk, beside their targets.
#[derive(Debug)]
pub struct Staged {
    items: Vec<Item>,
    folders: Vec<PathBuf>,
    left: BTreeSet<PathBuf>,
    quiet: BTreeSet<PathBuf>,
}

#[derive(Debug)]
struct Item {
    path: PathBuf,
    target: PathBuf,
    before: Option<Vec<u8>>,
    temporary: Option<TempPath>,
}

impl Staged {
    fn write(&mut self, path: &Path, target: &Path, content: &[u8]) -> Result<TempPath> {
        let folder = target.parent().unwrap_or(target);
        let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).map_err(|error| cannot("write", path, error))?;
            self.folders.push(folder.to_owned());
        }
        temporary(target, content).map_err(|error| cannot("write", path, error))
    }

    /// Syncs every content to the disk: all of them together, because syncing one after the other waits for the disk once for
    /// each file.
    fn make_durable(&self) -> Result<()> {
        let written = self.items.iter().filter_map(|item| Some((item, item.temporary.as_ref()?)));
        let sync = |(item, temporary): (&Item, &TempPath)| {
            sync(temporary, &item.target).map_err(|error| cannot("write", &item.path, error))
        };
        parallel::wait_for(written.collect(), sync).into_iter().collect()
    }

    /// Puts the files in place. Returns the changes, in order.
    ///
    /// # Errors
    /// A file cannot be put in place; everything is restored.
    pub fn commit(mut self) -> Result<Vec<(PathBuf, FileChange)>> {
        let mut items = std::mem::take(&mut self.items);
        // On a file system that takes `User.json` and `user.json` for one file, deleting the one after writing the other
        // would delete what was just written.
        let folded = |item: &Item| item.target.to_string_lossy().to_lowercase();
        let written: BTreeSet<String> = items.iter().filter(|item| item.temporary.is_some()).map(folded).collect();
        items.sort_by_key(|item| match item.temporary {
            None if written.contains(&folded(item)) => 0,
            Some(_) => 1,
            None => 2,
        });

        let mut placed: Vec<Placed> = Vec::new();
        for item in items {
            let change = match (&item.before, &item.temporary) {
                (None, _) => FileChange::Created,
                (Some(_), Some(_)) => FileChange::Changed,
                (Some(_), None) => FileChange::Deleted,
            };
            let outcome = match item.temporary {
                Some(temporary) => temporary.persist(&item.target).map_err(|error| error.error),
                None => fs::remove_file(&item.target),
            };
            if let Err(error) = outcome {
                return Err(put_back(placed, cannot("write", &item.path, error)));
            }
            placed.push(Placed { path: item.path, target: item.target, before: item.before, change });
        }
        if let Err((path, error)) = sync_folders(&placed, &self.folders) {
            return Err(put_back(placed, cannot("write", &path, error)));
        }
        self.folders.clear();
        // The deepest first.
        for folder in self.left.iter().rev() {
            // It may contain other files.
            let _ = fs::remove_dir(folder);
        }
        let told = placed.into_iter().filter(|placed| !self.quiet.contains(&placed.path));
        Ok(told.map(|placed| (placed.path, placed.change)).collect())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        self.items.clear();
        for folder in self.folders.iter().rev() {
            // A folder that contains other files by now stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Writes one text to a file, or under a name into a folder: one that exists, or a path that ends with a separator. A relative path
/// starts at `base`. Folders are created. A device or a pipe is written to and stays what it is. Returns the path of the file.
///
/// # Errors
/// It cannot be written; a file is as it was.
pub fn write_text(base: &Path, path: &Path, name: &str, text: &str) -> Result<PathBuf> {
    let whole = base.join(path);
    let is_folder = whole.is_dir() || path.to_string_lossy().ends_with(std::path::is_separator);
    let (shown, whole) = if is_folder { (path.join(name), whole.join(name)) } else { (path.to_owned(), whole) };
    if whole.exists() && !whole.is_file() {
        fs::write(&whole, text).map_err(|error| cannot("write", &shown, error))?;
        return Ok(shown);
    }
    let there = whole.ancestors().skip(1).find(|folder| folder.is_dir()).unwrap_or(base);
    let root = there.canonicalize().map_err(|error| cannot("find", there, error))?;
    let below = whole.strip_prefix(there).unwrap_or(&whole);
    let mut batch = Batch::new(&root);
    batch.write(root.join(below), text);
    batch.commit()?;
    Ok(shown)
}

struct Placed {
    path: PathBuf,
    target: PathBuf,
    before: Option<Vec<u8>>,
    change: FileChange,
}

/// Gives a temporary file the permissions of its target, and syncs it to the disk.
fn sync(temporary: &Path, target: &Path) -> io::Result<()> {
    // On other systems only a writable file can be synced.
    let file = fs::File::options().read(true).write(cfg!(not(unix))).open(temporary)?;
    if let Ok(metadata) = fs::metadata(target) {
        file.set_permissions(metadata.permissions())?;
    }
    file.sync_all()
}

/// A temporary file beside `target` with its content.
fn temporary(target: &Path, content: &[u8]) -> io::Result<TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".gen-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // A temporary file is private by default; the umask decides, as it does for any other file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(target.parent().unwrap_or(target))?;
    file.write_all(content)?;
    Ok(file.into_temp_path())
}

/// Syncs the folders, so that renames survive a power failure.
fn sync_folders(placed: &[Placed], made: &[PathBuf]) -> Result<(), (PathBuf, io::Error)> {
    let touched = placed.iter().map(|placed| placed.target.as_path()).chain(made.iter().map(PathBuf::as_path));
    let folders: BTreeSet<&Path> = touched.filter_map(Path::parent).collect();
    for folder in folders {
        // On other systems a folder cannot be opened, and renaming is durable by itself.
        #[cfg(unix)]
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| (folder.to_owned(), error))?;
        #[cfg(not(unix))]
        let _ = folder;
    }
    Ok(())
}

/// Restores the files that were put in place, and adds to the error those that could not be restored.
fn put_back(placed: Vec<Placed>, error: Error) -> Error {
    let mut stuck = Vec::new();
    for placed in placed.into_iter().rev() {
        let outcome = match &placed.before {
            Some(before) => temporary(&placed.target, before).and_then(|temporary| {
                sync(&temporary, &placed.target)?;
                temporary.persist(&placed.target).map_err(|error| error.error)
            }),
            None => fs::remove_file(&placed.target),
        };
        if outcome.is_err() {
            stuck.push(format!("`{}`", placed.path.display()));
        }
    }
    if stuck.is_empty() {
        return error.hint("every file is as it was");
    }
    error.hint(format!("{} could not be put back: `git status` shows what is left over", stuck.join(", ")))
}

/// The path with all links resolved, which must be under the root.
fn confine(root: &Path, named_root: &Path, path: &Path, follow: bool) -> Result<PathBuf> {
    let outside = || {
        Error::new(format!("`{}` is outside of the project `{}`", path.display(), named_root.display()))
            .hint("write to a folder of the project, without links that lead out of it")
    };
    if path.components().any(|component| component == Component::ParentDir) {
        return Err(outside());
    }
    // Deleting a link deletes the link, not its target.
    let (mut known, mut rest) = match path.parent() {
        Some(parent) if !follow => (parent, path.file_name().map(PathBuf::from).unwrap_or_default()),
        _ => (path, PathBuf::new()),
    };
    while fs::symlink_metadata(known).is_err() {
        let (Some(parent), Some(name)) = (known.parent(), known.file_name()) else { return Err(outside()) };
        rest = if rest.as_os_str().is_empty() { PathBuf::from(name) } else { Path::new(name).join(rest) };
        known = parent;
    }
    let mut real = known.canonicalize().map_err(|error| cannot("follow the link", known, error))?;
    if !rest.as_os_str().is_empty() {
        real.push(rest);
    }
    if real.starts_with(root) && real != root { Ok(real) } else { Err(outside()) }
}

/// Creates a folder and its parents if they do not exist.
///
/// # Errors
/// It cannot be made.
pub fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|error| cannot("create", folder, error))
}

/// The files in the folder of a pattern such as `tenants/*.db`, as paths from `root`, sorted; none without the folder.
///
/// # Errors
/// The folder cannot be read.
pub fn files_like(root: &Path, pattern: &str) -> Result<Vec<String>> {
    let folder = pattern.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = root.join(folder);
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(&path).map_err(|error| cannot("read", &path, error))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| cannot("read", &path, error))?;
        if entry.path().is_file() {
            let name = entry.file_name().to_string_lossy().into_owned();
            names.push(if folder.is_empty() { name } else { format!("{folder}/{name}") });
        }
    }
    names.sort();
    Ok(names)
}
