//! The migrations of the later branch, put behind those of the other one: what they start from and lead to there, their texts, and
//! their proofs.
//!
//! Must not know git, or which files are written.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{self, Migration, MigrationId};
use sea_gen_runner::session::ConnectionOptions;

use crate::dialect::{self, Forms, Product, Role, Statement};
use crate::plan::Rename;
use crate::project::fingerprint;
use crate::proof::{Claim, Reached, Renames, Verdict, prove, reached};
use crate::schema::{Change, Name, Normalized, ObjectName, Origins};
use crate::state::{self, BranchState, TargetSchema, Together, Values};

use super::lines::Lines;
use super::{Failure, Workspace};

/// A schema, and who declares its objects.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) schema: Normalized,
    pub(super) origins: Origins,
}

impl State {
    pub(super) fn with<'s>(&'s self, renames: &'s [Rename]) -> BranchState<'s> {
        BranchState { schema: &self.schema, origins: &self.origins, renames }
    }
}

/// A migration with the text of its file.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) migration: Migration,
    pub(super) text: String,
}

/// A migration that is put behind those of the other branch.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The migration as it is now.
    pub migration: Migration,
    /// The id that it had.
    pub was: MigrationId,
    /// The text of its file.
    pub text: String,
    /// Whether its statements are written anew, because it was as `gen` wrote it and starts from another schema now.
    pub is_rewritten: bool,
    /// The result of its proof, if it was tried.
    pub verdict: Option<Verdict>,
}

/// Where the migrations of the first branch lead if they run after those of the later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherOrder {
    /// To the same schema.
    Same,
    /// Elsewhere, or they fail: their statements restate what the later branch has changed.
    Different,
    /// It was not tried, because there is no scratch database.
    Untried,
}

/// The migrations of the first branch, and where they lead after the others.
pub(super) struct AnyOrder {
    pub(super) order: OtherOrder,
    pub(super) with: BTreeSet<MigrationId>,
}

/// The two branches of one dialect, and where they lead together.
pub(super) struct Chain<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) product: Product,
    pub(super) server: Option<ConnectionOptions>,
    pub(super) base: &'a State,
    pub(super) first: &'a State,
    pub(super) later: &'a State,
    pub(super) together: &'a Together,
    pub(super) lines: &'a Lines,
    /// The migrations of the later branch that the base does not have, in order.
    pub(super) files: &'a [File],
}

/// Where a migration leads, on its own branch or behind the other one; the ends that are known.
struct Step {
    from: Option<Normalized>,
    to: Option<Normalized>,
}

impl Chain<'_> {
    /// Puts the migrations behind those of the first branch, under their new ids.
    ///
    /// # Errors
    /// A scratch database that could not be dropped; a state that the database cannot hold.
    pub(super) async fn moved(
        &self,
        ids: &BTreeMap<MigrationId, MigrationId>,
        any_order: &AnyOrder,
    ) -> Result<Vec<Moved>, Failure> {
        let own = self.own_steps().await?;
        let is_added = |file: &File| self.lines.added.iter().any(|line| is_of(line, file));
        let last = self.files.iter().rposition(is_added);
        let mut current = Some(self.first.schema.clone());
        let mut moved = Vec::new();
        for (at, file) in self.files.iter().enumerate().filter(|(_, file)| is_added(file)) {
            let known = own.get(at);
            let next = match known {
                _ if Some(at) == last => Some(self.together.schema.clone()),
                Some(step) => self.next(step, current.as_ref())?,
                None => None,
            };
            let step = Step { from: current, to: next.clone() };
            moved.push(self.put(file, known, &step, (ids, any_order)).await?);
            current = next;
        }
        Ok(moved)
    }

    /// The steps of the migrations on their own branch, as far as they are known.
    async fn own_steps(&self) -> Result<Vec<Step>, Failure> {
        let mut steps = Vec::new();
        if !self.lines.rewritten.is_empty() {
            return Ok(steps);
        }
        let mut at = self.base.schema.clone();
        for (index, file) in self.files.iter().enumerate() {
            let to = if index + 1 == self.files.len() {
                Some(self.later.schema.clone())
            } else {
                let Some(server) = &self.server else { break };
                let scope = self.workspace.scope();
                match reached(server, &file.migration, &at, &self.later.schema, &scope).await? {
                    Reached::Known(to) => Some(*to),
                    Reached::Unknown(_) | Reached::Fails(_) => None,
                }
            };
            let next = to.clone();
            steps.push(Step { from: Some(at), to });
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        Ok(steps)
    }

    /// The schema after a step of the branch, behind the other branch.
    fn next(&self, own: &Step, current: Option<&Normalized>) -> Result<Option<Normalized>, Failure> {
        let (Some(from), Some(to), Some(current)) = (&own.from, &own.to, current) else { return Ok(None) };
        let none = Origins::default();
        let of = |schema| BranchState { schema, origins: &none, renames: &[] };
        let found = state::together(dialect::of(self.product), of(from), (of(current), of(to)), false)?;
        Ok(found.ok().map(|together| together.schema))
    }

    async fn put(
        &self,
        file: &File,
        own: Option<&Step>,
        step: &Step,
        (ids, any_order): (&BTreeMap<MigrationId, MigrationId>, &AnyOrder),
    ) -> Result<Moved, Failure> {
        let was = file.migration.id.clone();
        let id = ids.get(&was).cloned().unwrap_or_else(|| was.clone());
        let [from, to] = [&step.from, &step.to].map(|schema| schema.as_ref().map(|it| fingerprint(it.schema())));
        let contracts = file.migration.contracts.as_ref().map(|expand| ids.get(expand).unwrap_or(expand).clone());
        let mut migration = Migration { id, from, to, contracts, ..file.migration.clone() };
        let rewritten = own.and_then(|own| self.written_anew(&file.migration, own, step));
        let is_rewritten = rewritten.is_some();
        if let Some((up, down)) = rewritten {
            (migration.up, migration.down) = (up, down);
        }
        if any_order.order == OtherOrder::Same {
            migration.merged.any_order.extend(any_order.with.iter().cloned());
        }
        // A database in the other order has to go back by the statements that it was brought there by.
        let can_follow = !is_rewritten || any_order.order == OtherOrder::Same;
        if !can_follow {
            migration.merged.formerly.clear();
        } else if migration.id != was || is_rewritten {
            let now = migration.checksum();
            migration.merged.rename(was.clone(), &file.migration.checksum(), &now);
        }
        let text = match is_rewritten {
            true => migration::text(&migration),
            false => migration.restated(&file.text),
        };
        let verdict = self.verdict(&migration, step).await?;
        Ok(Moved { migration, was, text, is_rewritten, verdict })
    }

    /// The statements of a migration that is as `gen` wrote it, for the schema that it starts from now, if they differ. An edited one
    /// is kept as it is.
    fn written_anew(&self, file: &Migration, own: &Step, now: &Step) -> Option<(Vec<Statement>, Vec<Statement>)> {
        let forms = [self.workspace.forms(false), Forms::Safe, Forms::Offline];
        let renames = renames(&[file]);
        let is_as_written = |forms: &Forms| {
            let (up, down) = self.written(*forms, own, &renames)?;
            let written = Migration { up, down, ..file.clone() };
            (written.checksum() == file.checksum()).then_some(*forms)
        };
        let forms = forms.iter().find_map(is_as_written)?;
        let (up, down) = self.written(forms, now, &renames)?;
        let written = Migration { up, down, ..file.clone() };
        (written.checksum() != file.checksum()).then_some((written.up, written.down))
    }

    /// The statements that lead from a schema to another.
    fn written(&self, forms: Forms, step: &Step, renames: &[Rename]) -> Option<(Vec<Statement>, Vec<Statement>)> {
        let (Some(from), Some(to)) = (&step.from, &step.to) else { return None };
        let dialect = dialect::of(self.product);
        let plan = crate::diff::diff(from, to, renames);
        let target = TargetSchema::of(to, renames);
        let for_several = self.workspace.products().len() > 1;
        let values = Values { for_several, in_batches: forms == Forms::Safe, ..Values::default() };
        let steps = state::migration_steps(dialect, forms, from, &target, &plan, &values).ok()?;
        Some((dialect::text(dialect, &steps.up).ok()?, dialect::text(dialect, &steps.down).ok()?))
    }

    /// Proves a migration at its new place. One that runs in batches may not end with generated rows.
    async fn verdict(&self, migration: &Migration, step: &Step) -> Result<Option<Verdict>, Failure> {
        let (Some(server), Some(from), Some(to)) = (&self.server, &step.from, &step.to) else { return Ok(None) };
        let mut statements = migration.up.iter().chain(&migration.down);
        if from == to || statements.any(|it| matches!(it.role, Role::Batches | Role::BatchesBy(_))) {
            return Ok(None);
        }
        let renames = Renames::written(migration);
        let scope = self.workspace.scope();
        let claim = Claim { migration, from, to: Some(to), renames: &renames, scope: &scope };
        Ok(Some(prove(server, claim).await?))
    }

    /// Whether the migrations of the first branch lead to the same schema if they run after those of the later one, as on a database
    /// that has those already.
    ///
    /// # Errors
    /// A scratch database that could not be dropped.
    pub(super) async fn other_order(&self, first: &[Migration]) -> Result<OtherOrder, Failure> {
        let Some(one) = first.first().filter(|_| !self.lines.added.is_empty()) else { return Ok(OtherOrder::Same) };
        let Some(server) = &self.server else { return Ok(OtherOrder::Untried) };
        let up = first.iter().flat_map(|migration| migration.up.clone()).collect();
        let all = Migration { up, down: Vec::new(), ..one.clone() };
        let (scope, wanted) = (self.workspace.scope(), &self.together.schema);
        let reached = reached(server, &all, &self.later.schema, wanted, &scope).await?;
        Ok(match reached {
            Reached::Known(found) if *found == *wanted => OtherOrder::Same,
            Reached::Known(_) | Reached::Fails(_) => OtherOrder::Different,
            Reached::Unknown(_) => OtherOrder::Untried,
        })
    }
}

pub(super) fn is_of(line: &LockedMigration, file: &File) -> bool {
    line.id == file.migration.id && line.checksum == file.migration.checksum()
}

/// The renames in the statements of migrations.
pub(super) fn renames(migrations: &[&Migration]) -> Vec<Rename> {
    let mut all = Vec::new();
    for migration in migrations {
        let Renames { tables, columns } = Renames::written(migration);
        let now = |table: &ObjectName| tables.get(table).unwrap_or(table).clone();
        let column = |((table, from), to): (&(ObjectName, Name), &Name)| {
            Rename::Column(now(table), Change::new(from.clone(), to.clone()))
        };
        let of_columns: Vec<Rename> = columns.iter().map(column).collect();
        all.extend(tables.iter().map(|(from, to)| Rename::Table(Change::new(from.clone(), to.clone()))));
        all.extend(of_columns);
    }
    all
}
