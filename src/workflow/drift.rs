//! Drift: the differences between the database and the snapshot, and the two ways to resolve them.
//!
//! Must not know how it is reported.

use std::path::PathBuf;

use sea_gen_runner::Error;
use sea_gen_runner::migration::{self, Merged, Migration};
use sea_gen_runner::run::{self, State};
use sea_gen_runner::session::Missing;

use crate::dialect::casts::Casts;
use crate::dialect::reprint::ComparedForms;
use crate::dialect::{self, Forms, Statement};
use crate::diff::diff;
use crate::introspect;
use crate::lint::allow::{Allow, refused};
use crate::lint::{Context, Finding, Level, lint};
use crate::plan::Plan;
use crate::project::{Batch, Snapshot, fingerprint};
use crate::state::{self, Situation, Stakes};

use super::generate::next_id;
use super::{Failure, Live, Sealed, Workspace, applicable, applicables, histories, locked, reworded, stakes, text};

/// The snapshot, the database, and the plan from the one to the other.
pub struct Drift {
    /// The project.
    pub workspace: Workspace,
    /// The snapshot, with the expression texts of the code.
    pub sealed: Sealed,
    /// The database.
    pub live: Live,
    /// From the snapshot to the database. Empty if the database matches its last applied migration.
    pub plan: Plan,
    /// Whether it matches its last applied migration, and others are pending.
    pub is_behind: bool,
}

/// The plan from the database back to the snapshot.
pub struct Revert {
    /// The operations.
    pub plan: Plan,
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// The refused findings.
    pub refused: Vec<Finding>,
    /// The queries that count the losses.
    pub stakes: Stakes,
}

impl Drift {
    /// Reads the snapshot and the database, and compares them.
    ///
    /// # Errors
    /// There is no snapshot; the database cannot be read.
    pub async fn open(workspace: Workspace) -> Result<Self, Failure> {
        workspace.sealed_lock()?;
        let mut live = workspace.required(Missing::Refuse).await?;
        let sealed = workspace.sealed(live.product())?;
        let mut sealed = sealed.ok_or_else(|| Error::new("there is no snapshot yet").hint("run `gen init`"))?;
        live.unify_expressions(Some(&mut sealed), None).await?;
        let mut plan = diff(&sealed.schema, &live.schema, &[]);
        let mut is_behind = false;
        if !plan.is_empty() {
            let standing = workspace.standing(live.product(), &live.history)?;
            let headings: Vec<_> = standing.iter().map(Migration::heading).collect();
            // What is pending is no drift, nor is what the second of two migrations is to remove.
            if workspace.situation(Some(&sealed), Some(&live), None, &headings)? == Situation::Behind {
                (plan, is_behind) = (Plan::default(), true);
            }
        }
        Ok(Self { workspace, sealed, live, plan, is_behind })
    }

    /// The migrations, all of them applied: drift cannot be distinguished from pending migrations.
    pub fn migrations(&self) -> Result<Vec<Migration>, Failure> {
        let migrations = self.workspace.migrations(self.live.product())?;
        self.workspace.refuse_unsealed(self.live.product(), &migrations)?;
        let standing = self.workspace.standing(self.live.product(), &self.live.history)?;
        let pending = run::pending(&self.live.history, &applicables(&standing))?.len();
        if pending > 0 {
            let count = text::plural(pending, "migration");
            let error = Error::new(format!(
                "{count} pending on this database, so drift cannot be distinguished from what they change"
            ));
            return Err(error.hint("apply them first: `gen up`").into());
        }
        Ok(migrations)
    }

    /// The migration that reproduces the drift on other databases.
    pub fn migration(&self, name: &str) -> Result<Migration, Failure> {
        let Self { workspace, sealed, live, plan, .. } = self;
        let (dialect, forms) = (dialect::of(live.product()), workspace.forms(false));
        let inverse = plan.inverse(sealed.schema.schema());
        Ok(Migration {
            id: next_id(workspace, name)?,
            product: live.product(),
            from: Some(fingerprint(sealed.schema.schema())),
            to: Some(fingerprint(live.schema.schema())),
            merged: Merged::default(),
            contracts: None,
            up: dialect::statements(dialect, forms, plan, sealed.schema.schema())?,
            down: dialect::statements(dialect, forms, &inverse, live.schema.alone().schema())?,
        })
    }

    /// Writes the migration, the snapshot and the lock, and records the migration as applied in this database. Returns
    /// the files.
    pub async fn adopt(&mut self, migration: &Migration) -> Result<Vec<PathBuf>, Failure> {
        let Self { workspace, sealed, live, .. } = self;
        workspace.refuse_without_writer()?;
        workspace.refuse_protected()?;
        let product = live.product();
        // Objects of the snapshot keep their origin: if the code declares otherwise, so will the next migration.
        let origins = state::found(live.schema.schema(), sealed.schema.schema(), &sealed.origins);
        workspace.refuse_unadopted(&[product])?;
        let mut lock = workspace.sealed_lock()?.clone();
        lock.append(product, locked(migration), fingerprint(live.schema.schema()));
        let project = &mut workspace.project;
        let mut batch = Batch::new(&project.root);
        project.lay_out(&lock, &mut batch)?;
        let text = migration::text(migration);
        project.keep_generated(product, &migration.id, text.clone(), &mut batch);
        batch.write(project.migration_path(product, &migration.id), text);
        let before = Snapshot { schema: sealed.schema.schema().clone(), origins: sealed.origins.clone() };
        let after = Snapshot { schema: live.schema.schema().clone(), origins };
        after.write(&project.snapshot_folder(product), Some(&before), &mut batch)?;
        project.write_lock(&lock, &mut batch)?;
        let written = batch.commit()?.into_iter().map(|(path, _)| path).collect();
        let (file, to) = (applicable(migration), migration.to.as_deref());
        workspace.attribute(&mut live.session);
        let marked = run::mark(&mut live.session, &file, State::Recognised, to, run::DEFAULT_WAIT).await;
        marked.map_err(|error| {
            error.hint(
                "the files are written; once the role may write the history table, `gen up` records the migration",
            )
        })?;
        histories::follow(&mut live.session, workspace).await?;
        Ok(written)
    }

    /// The losses of the migration where it is applied.
    pub fn losses(&self) -> Vec<Finding> {
        let (from, to) = (self.sealed.schema.schema(), self.live.schema.schema());
        let types = Casts { dialect: dialect::of(self.live.product()), from, to };
        let mut findings = lint(&Context { plan: &self.plan, from, to, types: &types });
        findings.retain(|finding| finding.level == Level::Danger);
        findings
    }

    /// The plan from the database back to the snapshot.
    ///
    /// # Errors
    /// An `allow` option that matches no finding.
    pub fn way_back(&self, allow: &[Allow]) -> Result<Revert, Failure> {
        let Self { sealed, live, .. } = self;
        let dialect = dialect::of(live.product());
        // A plan must start from the database's schema, so this is not the inverse of the drift.
        let plan = diff(&live.schema, &sealed.schema, &[]);
        let statements = dialect::statements(dialect, Forms::Offline, &plan, live.schema.schema())?;
        let (from, to) = (live.schema.schema(), sealed.schema.schema());
        let findings = lint(&Context { plan: &plan, from, to, types: &Casts { dialect, from, to } });
        let at_stake = state::stakes(dialect, &live.schema, &sealed.schema, &plan);
        stakes::refuse_unfit(&findings, allow)?;
        let refused = refused(&findings, allow).into_iter().cloned().collect();
        Ok(Revert { plan, statements, refused, stakes: at_stake })
    }

    /// Reverts the database. Returns the remaining drift according to the catalog.
    pub async fn revert(&mut self, revert: &Revert) -> Result<Vec<String>, Failure> {
        self.workspace.refuse_protected()?;
        if !revert.refused.is_empty() {
            let refused: Vec<&Finding> = revert.refused.iter().collect();
            let lines = stakes::lines(&refused, &revert.stakes, Some(&mut self.live.session)).await;
            let what = "reverting the drift would lose data";
            return Err(stakes::refusal(what, "gen drift revert", &lines, &refused)
                .hint("or keep it: `gen drift adopt` writes it as a migration")
                .into());
        }
        run::execute(&mut self.live.session, &revert.statements, run::DEFAULT_WAIT).await?;
        left(&self.workspace, &self.sealed, &mut self.live).await
    }
}

/// The remaining drift according to the catalog.
async fn left(workspace: &Workspace, sealed: &Sealed, live: &mut Live) -> Result<Vec<String>, Failure> {
    let catalog = introspect::introspect(&mut live.session, &workspace.scope()).await;
    let catalog = catalog.map_err(|error| Error::new("cannot read the catalog again").because(error))?;
    let reached = dialect::of(live.product()).normalize(catalog.schema)?;
    let worded =
        reworded(&mut live.session, &mut live.comparison, &reached, &sealed.schema, ComparedForms::Canonical).await?;
    let reached = worded.unwrap_or(reached);
    let rows = introspect::reference_rows(&mut live.session, &reached, sealed.schema.schema(), &[]).await;
    let rows = rows.map_err(|error| Error::new("cannot read the reference rows again").because(error))?;
    let plan = diff(&sealed.schema, &reached.with_rows(rows), &[]);
    Ok(plan.ops().iter().map(ToString::to_string).collect())
}
