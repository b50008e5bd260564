//! The two branches of a merge, and the commit that they have in common: of a merge, a rebase or a cherry-pick that git has begun, of
//! the last commit, if that is a merge, or of two revisions.
//!
//! Must not know what the branches contain.

use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::{Error, Result};

use super::{Project, Revision, git};

/// One side of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The branch that is checked out: HEAD. In a rebase that is what the commits are put on.
    Ours,
    /// The branch that is merged in, or the commit that is put on top.
    Theirs,
}

impl Side {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Ours => Self::Theirs,
            Self::Theirs => Self::Ours,
        }
    }
}

/// Two branches.
#[derive(Clone, Debug)]
pub struct Branches {
    /// The commit that both start from, if they have one.
    pub base: Option<Revision>,
    /// The branch that is checked out.
    pub ours: Revision,
    /// The branch that is merged in.
    pub theirs: Revision,
    /// Whether git puts single commits on top of ours, so that ours comes first.
    pub is_on_top: bool,
    /// The main branches of the repository that there are, the most important one first.
    pub main: Vec<Revision>,
    /// Whether git has begun the merge, and waits for it to be completed.
    pub is_begun: bool,
}

/// The names of main branches.
const MAIN: &[&str] = &["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// What git keeps while it puts commits on top of others: the name of the commit, and that of the one it is compared with.
const ON_TOP: &[(&str, &str, &str)] = &[
    ("REBASE_HEAD", "REBASE_HEAD", "REBASE_HEAD^"),
    ("CHERRY_PICK_HEAD", "CHERRY_PICK_HEAD", "CHERRY_PICK_HEAD^"),
    ("REVERT_HEAD", "REVERT_HEAD^", "REVERT_HEAD"),
];

impl Project {
    /// The branches of the merge that git has begun, or that the last commit is.
    ///
    /// # Errors
    /// No git or no repository; there is no such merge; a lock of one of the commits cannot be read.
    pub fn branches_of_merge(&self) -> Result<Branches> {
        let root = self.root.as_path();
        git::git(root, &["rev-parse", "--git-dir"]).map_err(|error| {
            Error::new("the branches that were merged cannot be read")
                .hint("a copy without its repository cannot be merged: do it where `git merge` was run")
                .hint(format!(
                    "or take lock and snapshots of one branch (`{}`, `{}/`), delete the migrations of the other, and make them again: `gen migration`",
                    self.config.lock.display(),
                    self.config.snapshots.display()
                ))
                .because(error)
        })?;
        let is_there = |name: &str| self.revision_id(name).is_some();
        if is_there("MERGE_HEAD") {
            return Ok(Branches { is_begun: true, ..self.branches("HEAD", "MERGE_HEAD")? });
        }
        if let Some((_, theirs, base)) = ON_TOP.iter().find(|(begun, ..)| is_there(begun)) {
            return self.on_top(theirs, base);
        }
        let unmerged = self.unmerged();
        if !unmerged.is_empty() {
            // Nothing but what git has left says whether a stash is being applied, or an old one is just there.
            let is_of_stash =
                |(id, path): &(String, String)| self.revision_id(&format!("stash@{{0}}:./{path}")).as_ref() == Some(id);
            if unmerged.iter().all(is_of_stash) {
                return self.on_top("stash@{0}", "stash@{0}^1");
            }
            return Err(Error::new(
                "git has left conflicts in the lock or the snapshots, and does not say what it merges",
            )
            .hint("name the two branches: `gen merge main my-branch`"));
        }
        if is_there("HEAD^2") {
            let mut branches = self.branches("HEAD^1", "HEAD^2")?;
            // A main branch that is this merge does not tell which side came first.
            let merge = self.revision_id("HEAD");
            branches.main.retain(|main| Some(&main.commit) != merge.as_ref());
            return Ok(branches);
        }
        let last = git::asked(root, &["log", "--merges", "-n", "1", "--format=%h", "HEAD"]);
        let error = Error::new("git is not merging, and the last commit is no merge");
        Err(match last {
            Some(merge) => error.hint(format!(
                "if it was merged before, in {merge}: `gen merge {merge}^1 {merge}^2`, which leaves out what was committed since"
            )),
            None => error,
        }
        .hint("merge first (`git merge`, `git rebase`, `git cherry-pick`), or name two branches: `gen merge main my-branch`"))
    }

    /// Two branches by their names.
    ///
    /// # Errors
    /// No git, no repository, no such revision; a lock of one of the commits cannot be read.
    pub fn branches(&self, ours: &str, theirs: &str) -> Result<Branches> {
        let [ours, theirs] = [self.revision(ours)?, self.revision(theirs)?];
        let base = git::asked(&self.root, &["merge-base", &ours.commit, &theirs.commit]);
        let base = base.map(|commit| self.revision(&commit)).transpose()?;
        let is_shallow = || git::asked(&self.root, &["rev-parse", "--is-shallow-repository"]);
        if base.is_none() && is_shallow().is_some_and(|said| said == "true") {
            return Err(Error::new(format!(
                "this clone is shallow, so the commit that {} and {} have in common is not known",
                ours.name, theirs.name
            ))
            .hint("fetch the history: `git fetch --unshallow`, or `fetch-depth: 0` where a CI job checks it out"));
        }
        let [ours, theirs] = [self.named(ours), self.named(theirs)];
        Ok(Branches { base, ours, theirs, is_on_top: false, main: self.main_branches(), is_begun: false })
    }

    fn on_top(&self, theirs: &str, base: &str) -> Result<Branches> {
        let base = Some(self.revision(base)?);
        let [ours, theirs] = [self.revision("HEAD")?, self.revision(theirs)?].map(|it| self.named(it));
        Ok(Branches { base, ours, theirs, is_on_top: true, main: self.main_branches(), is_begun: true })
    }

    /// A revision by the name of its branch, or else its short id, where git's own name for it was given.
    fn named(&self, mut revision: Revision) -> Revision {
        let is_own = revision.name.contains("HEAD") || revision.name.contains('@');
        if !is_own {
            return revision;
        }
        let root = self.root.as_path();
        let current = || git::asked(root, &["symbolic-ref", "--quiet", "--short", "HEAD"]);
        let pointing = || {
            let format = "--format=%(refname:short)";
            let points = format!("--points-at={}", revision.commit);
            let names = git::asked(root, &["for-each-ref", &points, format, "refs/heads", "refs/remotes"])?;
            names.lines().next().map(str::to_owned)
        };
        let name = if revision.name == "HEAD" { current().or_else(pointing) } else { pointing() };
        let short = revision.commit.get(..9).unwrap_or(&revision.commit).to_owned();
        revision.name = name.unwrap_or(short);
        revision
    }

    fn main_branches(&self) -> Vec<Revision> {
        MAIN.iter().filter_map(|name| self.revision(name).ok()).collect()
    }

    fn revision_id(&self, name: &str) -> Option<String> {
        git::asked(&self.root, &["rev-parse", "--verify", "--quiet", name])
    }

    /// The files of the lock and the snapshots in which git has left conflicts: what is merged in, by its id, and the path.
    fn unmerged(&self) -> Vec<(String, String)> {
        let [lock, snapshots] = [&self.config.lock, &self.config.snapshots].map(|path| path.display().to_string());
        let arguments = ["ls-files", "--unmerged", "-z", "--", &lock, &snapshots];
        let listing = git::asked(&self.root, &arguments).unwrap_or_default();
        let entries = listing.split('\0').filter_map(|entry| entry.split_once('\t'));
        let theirs = entries.filter_map(|(head, path)| {
            let id = head.strip_suffix(" 3")?.split(' ').nth(1)?;
            Some((id.to_owned(), path.to_owned()))
        });
        theirs.collect()
    }

    /// Takes over the dialects of a lock, as if it were that of the project.
    pub fn follow_lock(&mut self, lock: Option<&Lock>) {
        let configured = self.config.dialects.clone();
        let locked = || lock.iter().flat_map(|lock| lock.dialects.keys().copied()).collect();
        self.choose(if configured.is_empty() { locked() } else { configured }, lock);
    }
}
