//! The lock and the snapshots as they were in a git revision, and the revision that a branch began at.
//!
//! Must not know git beyond listing and printing files of a revision.

use std::path::Path;
use std::process::Command;

use sea_gen_runner::files::cannot;
use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::{Error, Result};

use crate::schema::Product;

use super::{Batch, Project, Snapshot};

impl Project {
    /// The snapshot of a dialect as it was in `revision`, in the folder that it had then; `None` where the revision has none.
    ///
    /// # Errors
    /// No git, no repository, no such revision; a snapshot that cannot be read.
    pub fn snapshot_at(&self, revision: &str, product: Product) -> Result<Option<Snapshot>> {
        let root = self.root.as_path();
        self.refuse_unknown(revision)?;
        let mut then = self.clone();
        if let Ok(Some(lock)) = self.lock_at(revision) {
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

    /// The lock as it was in `revision`; `None` where the revision has none.
    ///
    /// # Errors
    /// No git, no repository, no such revision; a lock that cannot be read.
    pub fn lock_at(&self, revision: &str) -> Result<Option<Lock>> {
        self.refuse_unknown(revision)?;
        let text = git(&self.root, &["show", &format!("{revision}:./{}", self.config.lock.display())]);
        text.ok().map(|text| Lock::parse(&self.lock_path(), &text)).transpose()
    }

    /// The revision that this branch began at, as git says it for people: where it left the main branch of the remote, or of this
    /// repository; otherwise the last commit. `None` without a commit.
    pub fn base_revision(&self) -> Option<Base> {
        let root = self.root.as_path();
        let of = |branch: &&str| {
            let commit = git(root, &["merge-base", "HEAD", branch]).ok()?;
            let short = git(root, &["rev-parse", "--short", commit.trim()]).ok()?;
            let name = git(root, &["rev-parse", "--abbrev-ref", branch]).ok();
            let name = name.map(|it| it.trim().to_owned()).unwrap_or_else(|| (*branch).to_owned());
            Some(Base { commit: commit.trim().to_owned(), shown: format!("{name} ({})", short.trim()) })
        };
        MAIN_BRANCHES.iter().find_map(of)
    }

    fn refuse_unknown(&self, revision: &str) -> Result<()> {
        let root = self.root.as_path();
        if revision.starts_with('-') {
            return Err(
                Error::new(format!("`{revision}` is no git revision")).hint("choose one: `git log --oneline --all`")
            );
        }
        let known =
            git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")]);
        if known.is_err() && git(root, &["rev-parse", "--git-dir"]).is_ok() {
            return Err(Error::new(format!("`{revision}` is no commit, branch or tag of this repository"))
                .hint("choose one: `git log --oneline --all`"));
        }
        Ok(())
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

fn git(root: &Path, arguments: &[&str]) -> Result<String> {
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
