//! Snapshots and files as they were in a git revision.
//!
//! Must not know git beyond listing and printing files of a revision.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use sea_gen_runner::files::cannot;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::{Error, Result};

use crate::schema::Product;

use super::{Batch, Project, Snapshot};

impl Project {
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
        refuse_unknown(&self.root, revision)?;
        let listing = git(&self.root, &["ls-tree", "-r", "-z", "--name-only", revision])?;
        Ok(listing.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect())
    }

    /// The snapshot of a dialect as it was in `revision`, in the folder that it had then; `None` where the revision has none.
    ///
    /// # Errors
    /// No git, no repository, no such revision; a snapshot that cannot be read.
    pub fn snapshot_at(&self, revision: &str, product: Product) -> Result<Option<Snapshot>> {
        let root = self.root.as_path();
        refuse_unknown(root, revision)?;
        let mut then = self.clone();
        let lock = git(root, &["show", &format!("{revision}:./{}", self.config.lock.display())]);
        if let Ok(lock) = lock.and_then(|text| Lock::parse(&self.lock_path(), &text)) {
            then.choose(self.dialects.clone(), Some(&lock));
        }
        let folder = then.snapshot_folder(product);
        let folder = self.shown(&folder);
        let listing =
            git(root, &["ls-tree", "-r", "-z", "--name-only", revision, "--", &format!("{}/", folder.display())])?;
        let scratch = tempfile::tempdir().map_err(|error| cannot("create", &std::env::temp_dir(), error))?;
        let mut batch = Batch::new(scratch.path());
        for path in listing.split('\0').filter(|path| path.ends_with(".json")) {
            batch.write(path, git(root, &["show", &format!("{revision}:./{path}")])?);
        }
        batch.commit()?;
        Snapshot::read(&scratch.path().join(folder))
    }
}

/// Refuses what is no revision of the repository.
fn refuse_unknown(root: &Path, revision: &str) -> Result<()> {
    if revision.starts_with('-') {
        return Err(
            Error::new(format!("`{revision}` is no git revision")).hint("choose one: `git log --oneline --all`")
        );
    }
    let known = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")]);
    if known.is_err() && git(root, &["rev-parse", "--git-dir"]).is_ok() {
        return Err(Error::new(format!("`{revision}` is no commit, branch or tag of this repository"))
            .hint("choose one: `git log --oneline --all`"));
    }
    Ok(())
}

/// What git prints, run in a folder.
///
/// # Errors
/// No git, no repository, or git fails.
pub(super) fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").env("LC_ALL", "C").arg("-C").arg(root).args(arguments).output();
    let output = output.map_err(|error| {
        Error::new("git cannot be run")
            .hint("install git; without it a revision's snapshot cannot be read")
            .because(error)
    })?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let error = Error::new(format!("`git {}` failed", arguments.join(" ")));
        let error = match reason.contains("not a git repository") {
            true => Error::new(format!("`{}` is in no git repository", root.display())).hint("begin one: `git init`"),
            false => error.hint(format!("see for yourself: `git -C {} status`", root.display())),
        };
        return Err(error.because(reason));
    }
    String::from_utf8(output.stdout)
        .map_err(|error| Error::new("git printed something that is not UTF-8").because(error))
}
