//! A project's files as they were in a git revision, and the revision that a branch began at.
//!
//! Must not know how git is run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::MigrationId;
use sea_gen_runner::{Error, Result};

use crate::schema::Product;

use super::{Project, Snapshot, SnapshotTexts, git};

/// A commit of the repository.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Its name, as it was given.
    pub name: String,
    /// Its full id.
    pub commit: String,
    /// The lock, if it has one.
    pub lock: Option<Lock>,
    /// The project, with its files where they are in the commit.
    project: Project,
}

impl Project {
    /// The commit that is checked out, as 40 digits, with `-dirty` behind it if a file differs from it. `None` without git, a
    /// repository or a commit.
    pub fn checked_out(&self) -> Option<String> {
        git::asked(&self.root, &["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"])
    }

    /// The top folder of the repository that the project is in; its own root, where there is none.
    pub fn repository(&self) -> PathBuf {
        let top = self.root.ancestors().find(|folder| folder.join(".git").exists());
        top.unwrap_or(&self.root).to_owned()
    }

    /// The files of the project in a git revision, as paths from the root.
    ///
    /// # Errors
    /// No git, no repository, no such revision.
    pub fn files_at(&self, revision: &str) -> Result<BTreeSet<PathBuf>> {
        let commit = self.commit(revision)?;
        let listing = git::git(&self.root, &["ls-tree", "-r", "-z", "--name-only", &commit])?;
        Ok(listing.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect())
    }

    /// A revision of the repository.
    ///
    /// # Errors
    /// No git, no repository, no such revision; a lock that is not as it was written.
    pub fn revision(&self, name: &str) -> Result<Revision> {
        let commit = self.commit(name)?;
        let path = self.config.lock.display();
        let lock = git::git(&self.root, &["show", &format!("{commit}:./{path}")]).ok();
        let lock = lock.map(|text| Lock::parse(&self.lock_path(), &text)).transpose().map_err(|error| {
            let hints = error.hints().to_vec();
            hints.into_iter().fold(Error::new(format!("in {name}: {error}")), Error::hint)
        })?;
        Ok(self.laid_out(name, commit, lock))
    }

    fn laid_out(&self, name: &str, commit: String, lock: Option<Lock>) -> Revision {
        let mut project = self.clone();
        if lock.is_some() {
            project.choose(self.dialects.clone(), lock.as_ref());
        }
        Revision { name: name.to_owned(), commit, lock, project }
    }

    fn commit(&self, name: &str) -> Result<String> {
        let root = self.root.as_path();
        if name.starts_with('-') {
            return Err(
                Error::new(format!("`{name}` is no git revision")).hint("choose one: `git log --oneline --all`")
            );
        }
        let wanted = format!("{name}^{{commit}}");
        let known = git::git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        match known {
            Ok(commit) => Ok(commit.trim().to_owned()),
            Err(_) if git::git(root, &["rev-parse", "--git-dir"]).is_ok() => {
                Err(Error::new(format!("`{name}` is no commit, branch or tag of this repository"))
                    .hint("choose one: `git log --oneline --all`"))
            }
            Err(error) => Err(error),
        }
    }

    /// The revision that this branch began at, as git says it for people: where it left the main branch of the remote, or of this
    /// repository; otherwise the last commit. `None` without a commit.
    pub fn base_revision(&self) -> Option<Base> {
        let root = self.root.as_path();
        let of = |branch: &&str| {
            let commit = git::git(root, &["merge-base", "HEAD", branch]).ok()?;
            let short = git::git(root, &["rev-parse", "--short", commit.trim()]).ok()?;
            let name = git::git(root, &["rev-parse", "--abbrev-ref", branch]).ok();
            let name = name.map(|it| it.trim().to_owned()).unwrap_or_else(|| (*branch).to_owned());
            Some(Base { commit: commit.trim().to_owned(), shown: format!("{name} ({})", short.trim()) })
        };
        MAIN_BRANCHES.iter().find_map(of)
    }

    /// The snapshot of a dialect as it was in `revision`, in the folder that it had then; `None` where the revision has none.
    ///
    /// # Errors
    /// No git, no repository, no such revision; a snapshot that cannot be read.
    pub fn snapshot_at(&self, revision: &str, product: Product) -> Result<Option<Snapshot>> {
        self.at(revision)?.snapshot(product)
    }

    /// The files of the snapshot of a dialect as they were in a commit, in the folder that it had then.
    ///
    /// # Errors
    /// No git, no such commit.
    pub fn snapshot_texts_at(&self, revision: &str, product: Product) -> Result<SnapshotTexts> {
        self.at(revision)?.snapshot_texts(product)
    }

    /// A revision whose lock counts where it can be read.
    fn at(&self, revision: &str) -> Result<Revision> {
        let commit = self.commit(revision)?;
        let lock = self.lock_at(&commit);
        Ok(self.laid_out(revision, commit, lock))
    }

    /// The newest commit whose lock file fits, among the last that changed it, and that lock.
    pub fn commit_with(&self, fits: impl Fn(&Lock) -> bool) -> Option<(String, Lock)> {
        let path = self.config.lock.display().to_string();
        let found = git::git(&self.root, &["log", "--format=%H", "-n", "200", "--", &path]).ok()?;
        let mut commits = found.lines().filter_map(|commit| Some((commit.to_owned(), self.lock_at(commit)?)));
        commits.find(|(_, lock)| fits(lock))
    }

    /// A remote-tracking branch that has a file, or had it.
    pub fn remote_branch_with(&self, path: &Path) -> Option<String> {
        let path = self.shown(path).display().to_string();
        let commit = git::git(&self.root, &["rev-list", "--remotes", "-n", "1", "--", &path]).ok()?;
        let branches =
            git::git(&self.root, &["branch", "-r", "--format=%(refname:short)", "--contains", commit.trim()]);
        branches.ok()?.lines().next().map(|branch| branch.trim().to_owned())
    }

    /// A branch that has a file, or had it: a local one where there is one.
    pub fn branch_with(&self, path: &Path) -> Option<String> {
        let path = self.shown(path).display().to_string();
        let commit = git::git(&self.root, &["rev-list", "--all", "-n", "1", "--", &path]).ok()?;
        let branches =
            git::git(&self.root, &["branch", "-a", "--format=%(refname:short)", "--contains", commit.trim()]);
        branches.ok()?.lines().next().map(|branch| branch.trim().to_owned())
    }

    /// The name of the user, as git has it.
    pub fn author(&self) -> Option<String> {
        let name = git::git(&self.root, &["config", "user.name"]).ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// Who added each migration in a commit, and on which day, by its id.
    pub fn added_migrations(&self) -> BTreeMap<String, (String, String)> {
        let folder = self.config.migrations.display().to_string();
        let arguments = ["log", "--diff-filter=A", "--format=%x00%an%x00%as%x00", "--name-only", "--", &folder];
        let Ok(found) = git::git(&self.root, &arguments) else { return BTreeMap::new() };
        let mut added = BTreeMap::new();
        let mut parts = found.split('\0').skip(1);
        while let (Some(author), Some(date), Some(paths)) = (parts.next(), parts.next(), parts.next()) {
            for path in paths.lines().map(Path::new) {
                if let Some(id) = path.file_stem().filter(|_| path.extension().is_some_and(|it| it == "sql")) {
                    added.insert(id.to_string_lossy().into_owned(), (author.to_owned(), date.to_owned()));
                }
            }
        }
        added
    }

    /// The text of a file in the last commit, if it has the file.
    pub fn committed(&self, path: &Path) -> Option<String> {
        git::git(&self.root, &["show", &format!("HEAD:./{}", self.shown(path).display())]).ok()
    }

    fn lock_at(&self, revision: &str) -> Option<Lock> {
        let text = git::git(&self.root, &["show", &format!("{revision}:./{}", self.config.lock.display())]).ok()?;
        Lock::parse(&self.lock_path(), &text).ok()
    }
}

/// The main branch, by the names that it usually has.
const MAIN_BRANCHES: [&str; 6] = ["origin/HEAD", "origin/main", "origin/master", "main", "master", "HEAD"];

/// The revision that a branch began at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The commit.
    pub commit: String,
    /// The branch it is on, and the commit in short.
    pub shown: String,
}

impl Revision {
    /// The snapshot of a dialect; `None` where it has none.
    ///
    /// # Errors
    /// Git's refusal; a snapshot that cannot be read.
    pub fn snapshot(&self, product: Product) -> Result<Option<Snapshot>> {
        Snapshot::parse(&self.snapshot_texts(product)?)
    }

    /// The files of the snapshot of a dialect, by their paths in its folder.
    ///
    /// # Errors
    /// Git's refusal.
    pub fn snapshot_texts(&self, product: Product) -> Result<SnapshotTexts> {
        let folder = self.project.snapshot_folder(product);
        let folder = self.project.shown(&folder);
        let files = git::files(&self.project.root, &self.commit, folder, "json")?;
        let inside = |path: String| Path::new(&path).strip_prefix(folder).unwrap_or(Path::new(&path)).to_owned();
        Ok(files.into_iter().map(|(path, text)| (inside(path), text)).collect())
    }

    /// The texts of the migrations of a dialect.
    ///
    /// # Errors
    /// Git's refusal.
    pub fn migration_texts(&self, product: Product) -> Result<BTreeMap<MigrationId, String>> {
        self.texts_in(&self.project.migrations_folder(product))
    }

    /// The texts of the migrations of a dialect that were squashed, as far as their files are kept.
    ///
    /// # Errors
    /// Git's refusal.
    pub fn replaced_texts(&self, product: Product) -> Result<BTreeMap<MigrationId, String>> {
        self.texts_in(&self.project.replaced_folder(product))
    }

    fn texts_in(&self, folder: &Path) -> Result<BTreeMap<MigrationId, String>> {
        let folder = self.project.shown(folder).to_owned();
        let files = git::files(&self.project.root, &self.commit, &folder, "sql")?;
        let id = |path: &str| {
            let path = Path::new(path).strip_prefix(&folder).ok()?;
            path.file_stem().filter(|_| path.components().count() == 1)?.to_str()?.parse().ok()
        };
        Ok(files.into_iter().filter_map(|(path, text)| Some((id(&path)?, text))).collect())
    }
}
