//! Merges the migrations of two branches: those of the branch that comes second are put behind those of the other, if either order
//! leads to the same schema; otherwise what disagrees is told.
//!
//! Must not know arguments, terminals or what is printed.

mod against;
mod chain;
mod lines;
mod settled;
mod sides;
mod squashed;
mod statements;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::{self, Migration, MigrationId};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::{self, Product};
use crate::plan::Plan;
use crate::project::{Branches, Project, Revision, Side, Snapshot, fingerprint};
use crate::proof::Verdict;
use crate::schema::{Normalized, Origins};
use crate::state::{self, Disagreement, Together};

use super::sealed::forked;
use super::{Failure, Open, Workspace, current_folder};

use chain::{AnyOrder, Chain, File, State, renames};
use lines::Lines;
use settled::Settled;
use sides::{first_side, locked, side};
use squashed::{SquashedSince, before_squash};
use statements::{Work, dependences};

pub use crate::state::Disagreement as ObjectDisagreement;
pub use against::against;
pub use chain::{Moved, OtherOrder};
pub use statements::Dependence;
pub use write::write;

/// What is merged, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Two branches; otherwise those that git merges.
    pub named: Option<(String, String)>,
    /// The branch whose migrations come first; otherwise the one that is on the main branch, else ours.
    pub first: Option<Side>,
    /// Whether the order of statements whose effect on rows is not known, or that change the same rows, does not matter.
    pub assume_independent: bool,
    /// Whether nothing is proven on scratch databases.
    pub no_verify: bool,
    /// Whether the migrations of the later branch are removed, to be made again.
    pub remake: bool,
}

/// The result of merging.
pub enum Outcome {
    /// The project's files are in order: there is nothing to merge.
    InOrder,
    /// The branches disagree.
    Disagreed(Conflict),
    /// They can be merged.
    Planned(Box<Planned>),
}

/// What disagrees, in each dialect.
pub struct Conflict {
    /// The names of the branches: ours, theirs.
    pub names: [String; 2],
    /// The changes of schemas.
    pub objects: Vec<(Product, Disagreement)>,
    /// The statements of which the order may matter.
    pub rows: Vec<(Product, Dependence)>,
    /// The branch whose migrations come first.
    pub first: Side,
    /// The migrations of the other.
    pub later: BTreeSet<MigrationId>,
}

/// A merge that is not written yet.
pub struct Planned {
    /// The branches.
    pub branches: Branches,
    /// The branch whose migrations come first.
    pub first: Side,
    /// What is written for each dialect.
    pub dialects: Vec<Merged>,
    /// The new lock.
    pub lock: Lock,
    /// The migrations that are removed, to be made again.
    pub removed: BTreeSet<MigrationId>,
}

/// The merged migrations of one dialect.
pub struct Merged {
    /// The dialect.
    pub product: Product,
    /// The migrations of the first branch that the other did not have.
    pub earlier: Vec<MigrationId>,
    /// The migrations of the other, behind them.
    pub moved: Vec<Moved>,
    /// Where the earlier ones lead if they follow the moved ones.
    pub order: OtherOrder,
    /// What the changes of both lead to.
    pub together: Together,
    /// The texts of the migrations that keep their places.
    kept: BTreeMap<MigrationId, String>,
    /// The texts of those that a branch has squashed.
    replaced: BTreeMap<MigrationId, String>,
}

/// Both branches of one dialect.
struct Pair {
    product: Product,
    base: State,
    first: State,
    later: State,
    lines: Lines,
    /// The migrations of the first branch.
    kept: BTreeMap<MigrationId, File>,
    /// The migrations that only the later branch has or that both have, and the base does not.
    files: Vec<File>,
    squashed: SquashedSince,
}

impl Pair {
    fn earlier(&self) -> Vec<&Migration> {
        self.lines.earlier.iter().filter_map(|id| self.kept.get(id)).map(|file| &file.migration).collect()
    }

    fn added(&self) -> Vec<&Migration> {
        let is_added = |file: &&File| self.lines.added.iter().any(|line| chain::is_of(line, file));
        self.files.iter().filter(is_added).map(|file| &file.migration).collect()
    }

    /// The texts of the migrations that keep their places, and of those that a branch has squashed.
    fn keeping(&self) -> (BTreeMap<MigrationId, String>, BTreeMap<MigrationId, String>) {
        let is_kept = |id: &MigrationId| !self.squashed.replaces(id);
        let kept = self.kept.iter().filter(|(id, _)| is_kept(id)).chain(&self.squashed.files);
        let kept = kept.map(|(id, file)| (id.clone(), file.text.clone())).collect();
        (kept, self.squashed.replaced.clone())
    }

    /// All that the first branch does, and all that the later one does.
    fn plans(&self) -> [Plan; 2] {
        let kept: Vec<&Migration> = self.kept.values().map(|file| &file.migration).collect();
        let new =
            kept.into_iter().filter(|it| self.lines.earlier.contains(&it.id) || self.lines.common.contains(&it.id));
        let of_first = renames(&new.collect::<Vec<_>>());
        let of_later = renames(&self.files.iter().map(|file| &file.migration).collect::<Vec<_>>());
        [
            state::changes(&self.base.schema, self.first.with(&of_first)),
            state::changes(&self.base.schema, self.later.with(&of_later)),
        ]
    }

    fn together(&self) -> Result<Result<Together, Vec<Disagreement>>, Failure> {
        let of_first = renames(&self.earlier());
        let of_later = renames(&self.files.iter().map(|file| &file.migration).collect::<Vec<_>>());
        let sides = (self.first.with(&of_first), self.later.with(&of_later));
        let is_common = !self.lines.common.is_empty();
        Ok(state::together(dialect::of(self.product), self.base.with(&[]), sides, is_common)?)
    }
}

/// Opens a project whose lock may be in conflict, and finds the branches.
pub(super) fn open(open: impl Into<Open>, named: Option<(&str, &str)>) -> Result<(Workspace, Branches), Failure> {
    let open = open.into();
    let start = match &open.folder {
        Some(folder) => folder.clone(),
        None => current_folder()?,
    };
    let mut project = Project::discover_unlocked(&start)?;
    if !project.config.projects.is_empty() {
        return Err(Error::new(format!("`{}` lists projects and is none itself", project.root.display()))
            .hint("go to the folder of one of them, or name it: `gen merge --project <FOLDER>`")
            .into());
    }
    let branches = match named {
        Some((ours, theirs)) => project.branches(ours, theirs)?,
        None => project.branches_of_merge()?,
    };
    let lock = branches.ours.lock.clone().or_else(|| branches.theirs.lock.clone());
    project.follow_lock(lock.as_ref());
    Ok((Workspace::of(project, lock, open, None)?, branches))
}

/// Plans the merge. The files are not touched.
///
/// # Errors
/// There is no merge, or git does not know the branches; a branch is not as it was sealed; the schema is frozen; a moved migration
/// fails its proof.
pub async fn plan(open: impl Into<Open>, request: &Request) -> Result<(Workspace, Outcome), Failure> {
    let open = open.into();
    if request.named.is_none()
        && let Ok(workspace) = Workspace::open(open.clone())
        && is_in_order(&workspace)
    {
        return Ok((workspace, Outcome::InOrder));
    }
    let named = request.named.as_ref().map(|(ours, theirs)| (ours.as_str(), theirs.as_str()));
    let (workspace, branches) = self::open(open, named)?;
    let writer = workspace.writer("gen merge")?;
    let workspace = workspace.with_writer(writer);
    let outcome = merge(&workspace, branches, request).await?;
    Ok((workspace, outcome))
}

/// Whether lock, migrations and snapshots agree, and no migration starts from what another one has left.
fn is_in_order(workspace: &Workspace) -> bool {
    let Some(lock) = &workspace.lock else { return false };
    lock.dialects.keys().all(|product| {
        workspace.migrations(*product).is_ok_and(|migrations| {
            workspace.unsealed(*product, &migrations).is_ok_and(|found| found.is_empty())
                && forked(&migrations).is_none()
        }) && workspace.sealed_if_here(*product).is_ok()
    })
}

async fn merge(workspace: &Workspace, branches: Branches, request: &Request) -> Result<Outcome, Failure> {
    let pairs = |first: Side| pairs(workspace, &branches, first);
    let first = request.first.unwrap_or_else(|| first_side(&branches));
    let pairs = pairs(first)?;
    let lock = locked(&branches, first)?;
    let later: BTreeSet<MigrationId> =
        pairs.iter().flat_map(|pair| &pair.lines.added).map(|line| line.id.clone()).collect();
    let is_first_frozen = side(&branches, first).lock.as_ref().is_some_and(|lock| lock.frozen.is_some());
    let adds_before = !is_first_frozen && pairs.iter().any(|pair| !pair.lines.earlier.is_empty());
    if let Some(release) = lock.release().filter(|_| adds_before || !later.is_empty() && !request.remake) {
        return Err(Error::new(format!("the schema is frozen for release {release}, and a branch adds migrations"))
            .of(ErrorKind::Refused)
            .hint("unfreeze it on the branch that froze it (`gen thaw`), or leave the other branch unmerged until the release is out")
            .into());
    }
    if request.remake {
        refuse_applied(workspace, &later).await?;
        return Ok(Outcome::Planned(Box::new(remade(branches, first, pairs, lock, later))));
    }
    let (mut objects, mut rows, mut found) = (Vec::new(), Vec::new(), Vec::new());
    for pair in pairs {
        let [plan, other] = pair.plans();
        let (earlier, added) = (pair.earlier(), pair.added());
        if !request.assume_independent {
            let one = Work { migrations: &earlier, plan: &plan, schema: pair.first.schema.schema() };
            let two = Work { migrations: &added, plan: &other, schema: pair.later.schema.schema() };
            let told = if first == Side::Ours { dependences(one, two) } else { dependences(two, one) };
            rows.extend(told.into_iter().map(|it| (pair.product, it)));
        }
        match pair.together()? {
            Ok(together) => found.push((pair, together)),
            Err(disagreements) if disagreements.is_empty() => {
                return Err(Error::new(format!(
                    "the changes of the branches lead to different schemas of {}, depending on their order",
                    pair.product
                ))
                .of(ErrorKind::Refused)
                .hint("keep the migrations of one branch, and make those of the other again: `gen merge --remake`")
                .into());
            }
            Err(disagreements) => objects.extend(disagreements.into_iter().map(|it| {
                let Disagreement { subject, one, other, because } = it;
                let (one, other) = if first == Side::Ours { (one, other) } else { (other, one) };
                (pair.product, Disagreement { subject, one, other, because })
            })),
        }
    }
    if !objects.is_empty() || !rows.is_empty() {
        let names = [branches.ours.name.clone(), branches.theirs.name.clone()];
        return Ok(Outcome::Disagreed(Conflict { names, objects, rows, first, later }));
    }
    let ids = lines::new_ids(found.iter().map(|(pair, _)| &pair.lines))?;
    let mut dialects = Vec::new();
    for (pair, together) in found {
        dialects.push(merged(workspace, pair, together, &ids, request).await?);
    }
    let lock = write::lock(lock, &dialects, &branches, first);
    Ok(Outcome::Planned(Box::new(Planned { branches, first, dialects, lock, removed: BTreeSet::new() })))
}

async fn merged(
    workspace: &Workspace,
    pair: Pair,
    together: Together,
    ids: &BTreeMap<MigrationId, MigrationId>,
    request: &Request,
) -> Result<Merged, Failure> {
    let server = match request.no_verify {
        true => None,
        false => workspace.scratch_server(pair.product)?,
    };
    let _phase = workspace.phase(format!("proving on a scratch database of {}", pair.product));
    let chain = Chain {
        workspace,
        product: pair.product,
        server,
        base: &pair.base,
        first: &pair.first,
        later: &pair.later,
        together: &together,
        lines: &pair.lines,
        files: &pair.files,
    };
    let earlier: Vec<Migration> = pair.earlier().into_iter().cloned().collect();
    let order = chain.other_order(&earlier).await?;
    let any_order = AnyOrder { order, with: pair.lines.earlier.iter().cloned().collect() };
    let moved = chain.moved(ids, &any_order).await?;
    refuse_refuted(pair.product, &moved)?;
    let (kept, replaced) = pair.keeping();
    let Pair { product, lines, .. } = pair;
    Ok(Merged { product, earlier: lines.earlier, moved, order, together, kept, replaced })
}

/// Refuses a migration that fails its proof behind those of the other branch.
fn refuse_refuted(product: Product, moved: &[Moved]) -> Result<(), Failure> {
    for moved in moved {
        let Some(Verdict::Refuted(refuted)) = &moved.verdict else { continue };
        let (id, name) = (&moved.was, moved.was.title());
        return Err(Error::new(format!(
            "`{id}`, put behind the migrations of the other branch, fails its proof on {product}, so nothing was written: {}",
            refuted.what
        ))
        .of(ErrorKind::Refused)
        .because(refuted.lines.join("\n"))
        .hint(format!("make it again from the merged entities: `gen merge --remake`, then `gen migration {name}`"))
        .hint("or write it anyway (`gen merge --no-verify`), correct the file, then `gen lock` and `gen verify`")
        .into());
    }
    Ok(())
}

/// The migrations of the first branch alone.
fn remade(branches: Branches, first: Side, pairs: Vec<Pair>, lock: Lock, removed: BTreeSet<MigrationId>) -> Planned {
    let dialects = pairs.into_iter().map(|pair| {
        let (kept, replaced) = pair.keeping();
        Merged {
            product: pair.product,
            earlier: pair.lines.earlier,
            moved: Vec::new(),
            order: OtherOrder::Untried,
            together: Together { schema: pair.first.schema, origins: pair.first.origins },
            kept,
            replaced,
        }
    });
    Planned { first, dialects: dialects.collect(), lock, removed, branches }
}

/// Refuses to remove migrations that are applied on the database at hand.
async fn refuse_applied(workspace: &Workspace, ids: &BTreeSet<MigrationId>) -> Result<(), Failure> {
    if workspace.database_is_absent() {
        return Ok(());
    }
    let live = workspace.live(sea_gen_runner::session::Missing::Refuse).await.map_err(|error| {
        Error::new("it is not known whether your database has the migrations that would be removed")
            .hint("start it, or name none if it does not have them: unset `DATABASE_URL`")
            .because(error)
    })?;
    let Some(live) = live else { return Ok(()) };
    let applied = ids.iter().find(|id| live.history.iter().any(|record| record.id == id.as_str()));
    let error = applied.map(|id| {
        Error::new(format!("migration `{id}` is applied on your database, so it cannot be made again"))
            .of(ErrorKind::Refused)
            .hint("revert it on the branch that has it: `git merge --abort`, `gen down`, then merge again")
    });
    live.session.close().await;
    error.map_or(Ok(()), |error| Err(error.into()))
}

fn pairs(workspace: &Workspace, branches: &Branches, first: Side) -> Result<Vec<Pair>, Failure> {
    let (one, other) = match first {
        Side::Ours => (&branches.ours, &branches.theirs),
        Side::Theirs => (&branches.theirs, &branches.ours),
    };
    let locks = [&one.lock, &other.lock];
    let products: BTreeSet<Product> =
        locks.into_iter().flatten().flat_map(|lock| lock.dialects.keys().copied()).collect();
    products.into_iter().map(|product| pair(workspace, branches, (one, other), product)).collect()
}

fn pair(
    workspace: &Workspace,
    branches: &Branches,
    (one, other): (&Revision, &Revision),
    product: Product,
) -> Result<Pair, Failure> {
    let base = branches.base.as_ref();
    let state = |revision: Option<&Revision>| state_of(workspace, revision, product);
    let line =
        |revision: &Revision| revision.lock.as_ref().map(|lock| lock.migrations(product).to_vec()).unwrap_or_default();
    // A branch that does not have the dialect has not removed its migrations.
    let begun = |revision: &Revision| revision.lock.as_ref().is_some_and(|lock| lock.dialects.contains_key(&product));
    let [mut of_one, mut of_other] = [one, other].map(line);
    let of_base = base.map(line).unwrap_or_default();
    let [mut first, mut later] = [state(Some(one))?, state(Some(other))?];
    let base = state(base)?;
    if !begun(one) {
        (of_one, first) = (of_base.clone(), base.clone());
    }
    if !begun(other) {
        (of_other, later) = (of_base.clone(), base.clone());
    }
    let squashed = SquashedSince::read(one, product, (&of_one, &of_base))?.and(SquashedSince::read(
        other,
        product,
        (&of_other, &of_base),
    )?)?;
    (of_one, of_other) = (before_squash(&of_one, &of_base), before_squash(&of_other, &of_base));
    // What an earlier merge has put behind others is the same migration on both branches.
    let settled = Settled::read(product, &of_base, [(one, &of_one), (other, &of_other)])?;
    of_one = settled.lines(&of_one);
    let mut lines = Lines::new(&of_base, &of_one, &settled.lines(&of_other))?;
    squashed.refuse_apart(&lines)?;
    lines.squashed = squashed.files.keys().cloned().collect();
    let files =
        |revision: &Revision, lines: &[sea_gen_runner::lock_file::LockedMigration]| -> Result<Vec<File>, Failure> {
            let mut texts = revision.migration_texts(product)?;
            texts.extend(squashed.replaced.clone());
            texts.extend(settled.texts.clone());
            let mut files = Vec::new();
            for line in lines {
                let text = texts.get(&line.id).ok_or_else(|| {
                    Error::new(format!("the lock of {} lists `{}`, and its file is not there", revision.name, line.id))
                        .of(ErrorKind::Missing)
                        .hint("correct that branch first: `gen check` there shows what is wrong")
                })?;
                let migration = migration::parse(line.id.clone(), product, text)?;
                if migration.checksum() != line.checksum {
                    return Err(Error::new(format!("`{}` of {} is not sealed as it is", line.id, revision.name))
                        .of(ErrorKind::Changed)
                        .hint("seal it on that branch first: `gen lock`, then merge again")
                        .into());
                }
                files.push(File { migration, text: text.clone() });
            }
            Ok(files)
        };
    let is_kept = |line: &&sea_gen_runner::lock_file::LockedMigration| lines.kept.contains(line);
    let (of_first, of_later): (Vec<_>, Vec<_>) =
        (of_one.iter().filter(is_kept).cloned().collect(), of_other.iter().filter(is_kept).cloned().collect());
    let mut kept: BTreeMap<MigrationId, File> = BTreeMap::new();
    for file in files(other, &of_later)?.into_iter().chain(files(one, &of_first)?) {
        kept.insert(file.migration.id.clone(), file);
    }
    let new = of_other.iter().filter(|line| lines.added.contains(line) || lines.common.contains(settled.id(&line.id)));
    let new: Vec<_> = new.cloned().collect();
    let files = files(other, &new)?;
    Ok(Pair { product, base, first, later, lines, kept, files, squashed })
}

/// The state of a dialect in a revision.
fn state_of(workspace: &Workspace, revision: Option<&Revision>, product: Product) -> Result<State, Failure> {
    let nothing = || State { schema: dialect::nothing(), origins: Origins::default() };
    let Some(revision) = revision else { return Ok(nothing()) };
    let Some(locked) = revision.lock.as_ref().and_then(|lock| lock.dialects.get(&product)) else {
        return Ok(nothing());
    };
    let Snapshot { schema, origins } = revision.snapshot(product)?.unwrap_or_default();
    let schema: Normalized = workspace.tables.normalize(product, schema)?;
    if fingerprint(schema.schema()) != locked.fingerprint {
        return Err(Error::new(format!("the snapshot of {} does not match its lock", revision.name))
            .hint("correct that branch first: `gen check` there shows what is wrong")
            .into());
    }
    Ok(State { schema, origins })
}
