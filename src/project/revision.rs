//! Snapshots as they were in a git revision.
//!
//! Must not know git beyond listing and printing files of a revision.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::{Error, Result};

use crate::schema::Product;

use super::{Project, Snapshot, SnapshotTexts};

impl Project {
    /// The snapshot of a dialect as it was in `revision`, in the folder that it had then; `None` where the revision has none.
    ///
    /// # Errors
    /// No git, no repository, no such revision; a snapshot that cannot be read.
    pub fn snapshot_at(&self, revision: &str, product: Product) -> Result<Option<Snapshot>> {
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
        let texts = self.snapshot_texts_at(revision, product)?;
        Snapshot::parse(&texts)
    }

    /// The files of the snapshot of a dialect as they were in a commit, in the folder that it had then.
    ///
    /// # Errors
    /// No git, no such commit.
    pub fn snapshot_texts_at(&self, revision: &str, product: Product) -> Result<SnapshotTexts> {
        let root = self.root.as_path();
        let mut then = self.clone();
        if let Some(lock) = self.lock_at(revision) {
            then.choose(self.dialects.clone(), Some(&lock));
        }
        let folder = then.snapshot_folder(product);
        let folder = self.shown(&folder);
        let listing =
            git(root, &["ls-tree", "-r", "-z", "--name-only", revision, "--", &format!("{}/", folder.display())])?;
        let mut texts = SnapshotTexts::new();
        for path in listing.split('\0').filter(|path| path.ends_with(".json")) {
            let text = git(root, &["show", &format!("{revision}:./{path}")])?;
            texts.insert(Path::new(path).strip_prefix(folder).unwrap_or(Path::new(path)).to_owned(), text);
        }
        Ok(texts)
    }

    /// The newest commit whose lock file fits, among the last that changed it, and that lock.
    pub fn commit_with(&self, fits: impl Fn(&Lock) -> bool) -> Option<(String, Lock)> {
        let path = self.config.lock.display().to_string();
        let found = git(&self.root, &["log", "--format=%H", "-n", "200", "--", &path]).ok()?;
        let mut commits = found.lines().filter_map(|commit| Some((commit.to_owned(), self.lock_at(commit)?)));
        commits.find(|(_, lock)| fits(lock))
    }

    /// A remote-tracking branch that has a file, or had it.
    pub fn remote_branch_with(&self, path: &Path) -> Option<String> {
        let path = self.shown(path).display().to_string();
        let commit = git(&self.root, &["rev-list", "--remotes", "-n", "1", "--", &path]).ok()?;
        let branches = git(&self.root, &["branch", "-r", "--format=%(refname:short)", "--contains", commit.trim()]);
        branches.ok()?.lines().next().map(|branch| branch.trim().to_owned())
    }

    /// A branch that has a file, or had it: a local one where there is one.
    pub fn branch_with(&self, path: &Path) -> Option<String> {
        let path = self.shown(path).display().to_string();
        let commit = git(&self.root, &["rev-list", "--all", "-n", "1", "--", &path]).ok()?;
        let branches = git(&self.root, &["branch", "-a", "--format=%(refname:short)", "--contains", commit.trim()]);
        branches.ok()?.lines().next().map(|branch| branch.trim().to_owned())
    }

    /// The name of the user, as git has it.
    pub fn author(&self) -> Option<String> {
        let name = git(&self.root, &["config", "user.name"]).ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// Who added each migration in a commit, and on which day, by its id.
    pub fn added_migrations(&self) -> BTreeMap<String, (String, String)> {
        let folder = self.config.migrations.display().to_string();
        let arguments = ["log", "--diff-filter=A", "--format=%x00%an%x00%as%x00", "--name-only", "--", &folder];
        let Ok(found) = git(&self.root, &arguments) else { return BTreeMap::new() };
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
        git(&self.root, &["show", &format!("HEAD:./{}", self.shown(path).display())]).ok()
    }

    fn lock_at(&self, revision: &str) -> Option<Lock> {
        let text = git(&self.root, &["show", &format!("{revision}:./{}", self.config.lock.display())]).ok()?;
        Lock::parse(&self.lock_path(), &text).ok()
    }
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
