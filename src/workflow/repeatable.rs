//! Repeatable files of a project: what they make, whether the lock seals them, and trying them out.
//!
//! Must not know how one is run.

use sea_gen_runner::hook::{self, Hook};
use sea_gen_runner::lock_file::{FileMismatch, LockedFile};
use sea_gen_runner::migration::{Migration, MigrationId};
use sea_gen_runner::run::{self, DEFAULT_WAIT, Direction, DueFile, Files, Outcome, State, Target};
use sea_gen_runner::session::Session;
use sea_gen_runner::sql_file::SqlFile;
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::Product;
use crate::dialect::made_by_files::{MadeByFile, MadeByFiles};
use crate::introspect::{self, Scope};
use crate::proof::{self, NO_SERVER, Scratch};
use crate::schema::Schema;
use crate::state::nearest;

use super::apply::{Bench, Chosen, Course};
use super::text::with_reasons;
use super::{Failure, Workspace, applicables};

impl Workspace {
    /// The repeatable files of a dialect, by name.
    ///
    /// # Errors
    /// One that cannot be read, with its path.
    pub fn repeatables(&self, product: Product) -> Result<Vec<SqlFile>, Failure> {
        Ok(self.project.repeatables(product)?)
    }

    /// The hooks for a dialect in the environment at hand.
    ///
    /// # Errors
    /// One that cannot be read, with its path.
    pub fn hooks(&self, product: Product) -> Result<Vec<Hook>, Failure> {
        let environment = self.environment.as_ref().and_then(|environment| environment.name.as_deref());
        Ok(hook::of_environment(self.project.hooks(product)?, environment))
    }

    /// Notes the hooks of environments that the configuration does not have: a misspelt one runs nowhere.
    ///
    /// # Errors
    /// One that cannot be read, with its path.
    pub(super) fn note_unknown_environments(&self, product: Product) -> Result<(), Failure> {
        let known: Vec<String> = self.project.config.environments.keys().cloned().collect();
        for hook in self.project.hooks(product)? {
            let Some(name) = hook.environment.filter(|name| !known.contains(name)) else { continue };
            let which = match (nearest(&name, &known), known.is_empty()) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, true) => "it has none".to_owned(),
                (None, false) => format!("it has {}", known.join(", ")),
            };
            self.note(&format!(
                "note: {} runs in the environment `{name}` only, which the configuration does not have ({which}); an application is of it by \
                 `in_environment(\"{name}\")`",
                hook.file.path
            ));
        }
        Ok(())
    }

    /// The name of the environment at hand; empty without one.
    pub(super) fn environment_name(&self) -> &str {
        self.environment.as_ref().and_then(|environment| environment.name.as_deref()).unwrap_or_default()
    }

    /// The files beside the migrations of a dialect that the lock seals, by path: repeatable files and the hooks of every environment.
    pub(super) fn sealed_files(&self, product: Product) -> Result<Vec<LockedFile>, Failure> {
        let hooks = self.project.hooks(product)?.into_iter().map(|hook| hook.file);
        let files = self.repeatables(product)?.into_iter().chain(hooks);
        let mut files: Vec<LockedFile> = files.map(|file| locked_file(&file)).collect();
        files.sort();
        Ok(files)
    }

    /// What the repeatable files of all dialects make. One that cannot be read makes nothing; whoever runs it reports it.
    pub(super) fn made_by_files(&self) -> MadeByFiles {
        let files = self.products().iter().flat_map(|product| self.project.repeatables(*product).unwrap_or_default());
        let mut made: Vec<MadeByFile> = files
            .flat_map(|file| run::made(&file))
            .map(|made| MadeByFile { kind: made.kind, name: made.name, on: made.on })
            .collect();
        made.sort();
        made.dedup();
        MadeByFiles(made)
    }

    /// How the files beside the migrations differ from the lock.
    pub(super) fn unsealed_files(&self, product: Product) -> Result<Vec<FileMismatch>, Failure> {
        let files = self.sealed_files(product)?;
        let found = files.iter().map(|file| (file.file.as_str(), file.checksum.as_str()));
        Ok(self.sealed_lock()?.verify_sql_files(product, found))
    }

    /// Refuses files beside the migrations that differ from the lock.
    pub(super) fn refuse_unsealed_files(&self, product: Product) -> Result<(), Failure> {
        let lines: Vec<String> = self.unsealed_files(product)?.iter().map(words).collect();
        if lines.is_empty() {
            return Ok(());
        }
        Err(Error::new("the files beside the migrations do not match schema.lock.json")
            .of(ErrorKind::Changed)
            .because(lines.join("\n"))
            .hint("if the files are correct, seal them: `gen lock`")
            .into())
    }
}

/// A difference between a file beside the migrations and the lock, in words.
pub(super) fn words(mismatch: &FileMismatch) -> String {
    match mismatch {
        FileMismatch::Changed(path) => format!("{path} was edited after it was sealed"),
        FileMismatch::Missing(path) => format!("{path} is in schema.lock.json, but its file is missing"),
        FileMismatch::Unlisted(path) => format!("{path} is not sealed"),
    }
}

/// The lock's line of a file beside the migrations.
fn locked_file(file: &SqlFile) -> LockedFile {
    LockedFile { file: file.path.clone(), checksum: file.checksum.clone() }
}

/// The schema of a database with what repeatable files made, for whoever empties it.
pub(super) async fn whole_schema(session: &mut Session, workspace: &Workspace) -> Result<Schema, Failure> {
    let scope = Scope { by_files: MadeByFiles::default(), ..workspace.scope() };
    let catalog = introspect::introspect(session, &scope).await;
    Ok(catalog.map_err(|error| Error::new("cannot read the catalog").because(error))?.schema)
}

/// The result of trying out the repeatable files of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// They run behind the migrations, and once more.
    Works(usize),
    /// They do not, for these reasons.
    Fails(Vec<String>),
    /// Nobody knows, for this reason.
    Unknown(String),
}

/// Runs every migration and every repeatable file on a scratch database, and the repeatable files once more. `None` without such files.
///
/// # Errors
/// The scratch database cannot be removed.
pub async fn try_out(workspace: &Workspace, product: Product) -> Result<Option<Tried>, Failure> {
    let (migrations, repeatables) = (workspace.migrations(product)?, workspace.repeatables(product)?);
    if repeatables.is_empty() {
        return Ok(None);
    }
    let Some(server) = workspace.scratch_server(product)? else {
        return Ok(Some(Tried::Unknown(NO_SERVER.to_owned())));
    };
    if let Some(reason) = migrations.iter().find_map(run::reaches_beyond) {
        return Ok(Some(Tried::Unknown(reason)));
    }
    let _phase = workspace.phase(format!("running the repeatable files on a scratch database of {product}"));
    let (scratch, mut session) = match Scratch::create(&server).await {
        Ok(made) => made,
        Err(error) => return Ok(Some(Tried::Unknown(error.to_string()))),
    };
    let outcome = async {
        let sealed = workspace.sealed_if_here(product)?;
        let schema = sealed.map(|sealed| sealed.schema.schema().clone()).unwrap_or_default();
        proof::build_beside(&mut session, &schema, &migrations).await?;
        let applicables = applicables(&migrations);
        let files = Files { migrations: &applicables, repeatables: &repeatables, ..Files::default() };
        let course = run::Course::Up(&Target::All);
        run::go(&mut session, files, course, DEFAULT_WAIT, &mut |_| ()).await?;
        run::forget_files(&mut session, DEFAULT_WAIT).await?;
        run::go(&mut session, files, course, DEFAULT_WAIT, &mut |_| ()).await?;
        Ok::<_, Failure>(())
    }
    .await;
    session.close().await;
    scratch.drop().await?;
    match outcome {
        Ok(()) => Ok(Some(Tried::Works(repeatables.len()))),
        Err(Failure::Error(error)) => Ok(Some(Tried::Fails(with_reasons(&error)))),
        Err(failure) => Err(failure),
    }
}

impl Bench {
    /// The repeatable files that a course runs behind its migrations, in order, and why. None while migrations stay pending, unless they
    /// wait for the former version of the program to go.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn due(
        &mut self,
        course: &Course,
        chosen: &[Chosen],
        recognised: &[Outcome],
    ) -> Result<Vec<DueFile>, Failure> {
        let is_applied = |at: usize, migration: &Migration| {
            let id = migration.id.as_str();
            chosen.contains(&(at, Direction::Up))
                || recognised.iter().any(|outcome| outcome.id == id)
                || self
                    .live
                    .history
                    .iter()
                    .any(|record| record.id == id || record.status == State::Baseline && *record.id > *id)
        };
        let all: Vec<&Migration> = self.all.iter().collect();
        let is_standing = |id: &MigrationId| self.migrations.iter().position(|migration| migration.id == *id);
        let is_expanded = |expand: &MigrationId| {
            let mut having = run::having(&all, expand).into_iter();
            having.any(|it| is_standing(&it.id).is_some_and(|at| is_applied(at, it)))
        };
        let waits = |migration: &Migration| migration.contracts.as_ref().is_some_and(is_expanded);
        let is_ready = |(at, migration): (usize, &Migration)| is_applied(at, migration) || waits(migration);
        let leads_to_all = self.migrations.iter().enumerate().all(is_ready);
        let goes_up = match course {
            Course::Up { .. } | Course::Redo => true,
            Course::Down(_) => false,
            Course::Goto(_) => !chosen.iter().any(|(_, direction)| *direction == Direction::Down),
        };
        if self.repeatables.is_empty() || !leads_to_all || !goes_up {
            return Ok(Vec::new());
        }
        Ok(run::repeatables(&mut self.live.session, &self.repeatables).await?.due)
    }

    /// The ids and paths of what is going to be run, in order.
    pub fn planned(&self, chosen: &[Chosen], due: &[DueFile]) -> Vec<String> {
        let ids = self.migrations_at(chosen).into_iter().map(|(migration, _)| migration.id.to_string());
        ids.chain(due.iter().map(|due| due.path.clone())).collect()
    }
}
