//! A project's files as they were in a git revision.
//!
//! Must not know how git is run.

#![allow(clippy::disallowed_methods, reason = "this is one of the places that touch files")]

use std::collections::BTreeMap;
use std::path::Path;

use sea_gen_runner::files::cannot;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::MigrationId;
use sea_gen_runner::{Error, Result};

use crate::schema::Product;

use super::{Project, Snapshot, files, git};

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

    /// The snapshot of a dialect as it was in `revision`, in the folder that it had then; `None` where the revision has none.
    ///
    /// # Errors
    /// No git, no repository, no such revision; a snapshot that cannot be read.
    pub fn snapshot_at(&self, revision: &str, product: Product) -> Result<Option<Snapshot>> {
        let commit = self.commit(revision)?;
        let lock = git::git(&self.root, &["show", &format!("{commit}:./{}", self.config.lock.display())]);
        let lock = lock.and_then(|text| Lock::parse(&self.lock_path(), &text)).ok();
        self.laid_out(revision, commit, lock).snapshot(product)
    }
}

impl Revision {
    /// The snapshot of a dialect; `None` where it has none.
    ///
    /// # Errors
    /// Git's refusal; a snapshot that cannot be read.
    pub fn snapshot(&self, product: Product) -> Result<Option<Snapshot>> {
        let root = self.project.root.as_path();
        let folder = self.project.snapshot_folder(product);
        let folder = self.project.shown(&folder);
        let scratch = tempfile::tempdir().map_err(|error| cannot("create", &std::env::temp_dir(), error))?;
        for (path, text) in git::files(root, &self.commit, folder, "json")? {
            let path = scratch.path().join(path);
            files::make_folder(path.parent().unwrap_or(scratch.path()))?;
            std::fs::write(&path, text).map_err(|error| cannot("write", &path, error))?;
        }
        Snapshot::read(&scratch.path().join(folder))
    }

    /// The texts of the migrations of a dialect.
    ///
    /// # Errors
    /// Git's refusal.
    pub fn migration_texts(&self, product: Product) -> Result<BTreeMap<MigrationId, String>> {
        let folder = self.project.migrations_folder(product);
        let folder = self.project.shown(&folder).to_owned();
        let files = git::files(&self.project.root, &self.commit, &folder, "sql")?;
        let id = |path: &str| {
            let path = Path::new(path).strip_prefix(&folder).ok()?;
            path.file_stem().filter(|_| path.components().count() == 1)?.to_str()?.parse().ok()
        };
        Ok(files.into_iter().filter_map(|(path, text)| Some((id(&path)?, text))).collect())
    }
}
