//! The last migration, which is made again with what the entities say now: it counts as not written, and what somebody has changed in
//! its file is carried over.
//!
//! Must not know how a migration is planned or written.

mod merge;

use std::collections::BTreeMap;
use std::sync::Arc;

use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::migration::{self, About, Migration, MigrationId};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::project::{Batch, Snapshot, renamed_id};
use crate::proof::{Reached, reached};
use crate::schema::Normalized;
use crate::state::{self, MigrationSteps, TargetSchema, Values};

use super::former::Former;
use super::generate::MigrationDraft;
use super::squash::refuse_squashed;
use super::{Failure, Sealed, Workspace, undo};

/// The last migration, which is made again.
#[derive(Debug)]
pub(super) struct Amended {
    id: MigrationId,
    /// The state before it.
    former: Former,
    /// What its files say, by dialect.
    files: BTreeMap<Product, File>,
    /// Why it was written, by whom and when.
    about: About,
}

#[derive(Debug)]
struct File {
    text: String,
    migration: Migration,
    /// As it was generated, if that is known.
    generated: Option<Migration>,
    /// The schema it led to.
    to: Normalized,
}

impl Workspace {
    /// The project before its last migration, which is made again. `force` amends one that others may have, or that may be applied.
    ///
    /// # Errors
    /// There is none; the schema is frozen; it is applied on the database at hand, or on a remote branch; the state before it is not
    /// known.
    pub async fn amending(mut self, force: bool) -> Result<Self, Failure> {
        const COMMAND: &str = "gen migration --amend";
        self.refuse_frozen()?;
        let Some(id) = undo::ids(&self)?.pop() else {
            return Err(Error::new("there is no migration to make again")
                .of(ErrorKind::Refused)
                .hint("write one: `gen migration <Name>`")
                .into());
        };
        let ids = [id];
        undo::refuse_baseline(&ids)?;
        refuse_squashed(&self, &ids, COMMAND)?;
        undo::refuse_unsealed(&self, &ids)?;
        if !force {
            undo::refuse_pushed(&self, &ids, COMMAND)?;
        }
        undo::refuse_applied(&undo::applied(&self, &ids, force, COMMAND).await?, "gen down")?;
        let former = Former::find(&self, &ids).await?;
        let [id] = ids;
        let (mut files, mut about) = (BTreeMap::new(), About::default());
        for product in self.sealed_lock()?.dialects.keys() {
            let path = self.project.migration_path(*product, &id);
            let Some(text) = read_text_if_there(&path)? else { continue };
            about = About::read(&text);
            let parse = |text: &str| migration::parse(id.clone(), *product, text);
            let shown = self.project.shown(&path).display();
            let migration = parse(&text).map_err(|error| Error::new(format!("`{shown}`: {error}")))?;
            if let Some(expand) = &migration.contracts {
                return Err(Error::new(format!("`{id}` is the second half of a change, and `{expand}` the first"))
                    .of(ErrorKind::Refused)
                    .hint("take both back, and write them again: `gen undo 2`, then `gen migration <Name> --expand-contract`")
                    .into());
            }
            let generated = self.project.generated(*product, &id)?.and_then(|text| parse(&text).ok());
            let to = self.sealed(*product)?.unwrap_or_else(Sealed::nothing).schema;
            files.insert(*product, File { text, migration, generated, to });
        }
        self.lock = Some(former.lock.clone());
        self.amended = Some(Arc::new(Amended { id, former, files, about }));
        Ok(self)
    }

    /// The name of the migration that is made again.
    pub fn amended_name(&self) -> Option<&str> {
        self.amended.as_ref().map(|amended| amended.id.name())
    }

    /// Why the migration that is made again was written, by whom and when.
    pub(super) fn amended_about(&self) -> About {
        self.amended.as_ref().map(|amended| amended.about.clone()).unwrap_or_default()
    }

    /// Whether a migration counts as not written, because it is made again.
    pub(super) fn is_amended(&self, id: &MigrationId) -> bool {
        self.amended.as_ref().is_some_and(|amended| amended.id == *id)
    }
}

impl Amended {
    /// The id of the migration under a name.
    pub(super) fn id(&self, name: &str, existing: &[MigrationId]) -> Result<MigrationId, Failure> {
        Ok(renamed_id(&self.id, name, existing)?)
    }

    /// The snapshot of a dialect before it, if it is another one than is on disk.
    pub(super) fn snapshot(&self, product: Product) -> Result<Option<Snapshot>, Failure> {
        match self.former.texts.get(&product) {
            Some(texts) => Ok(Some(Snapshot::parse(texts)?.unwrap_or_default())),
            None => Ok(None),
        }
    }

    /// Takes over what somebody has changed in its files.
    ///
    /// # Errors
    /// It is not certain where that belongs now; the migration fails with it; there is nothing left to migrate.
    pub(super) async fn carry_over(&self, workspace: &Workspace, drafts: &mut [MigrationDraft]) -> Result<(), Failure> {
        if drafts.is_empty() {
            return Err(Error::new(format!(
                "nothing is left of `{}`: the entities declare what was there before it",
                self.id
            ))
            .of(ErrorKind::Refused)
            .hint("take it back: `gen undo`")
            .into());
        }
        for (product, file) in &self.files {
            let draft = drafts.iter_mut().find(|draft| draft.product == *product);
            let base = draft.as_ref().map(|draft| &draft.base);
            let generated = match &file.generated {
                Some(generated) => Some(generated.clone()),
                None => base.map(|base| as_generated(workspace, file, base)).transpose()?,
            };
            if file.generated.is_none() {
                workspace.note("note: what was generated for it is not kept here; its file is compared with what its snapshot gives");
            }
            let is_same = |it: &Migration| it.up == file.migration.up && it.down == file.migration.down;
            if generated.as_ref().is_some_and(is_same) || draft.as_ref().is_some_and(|draft| is_same(&draft.migration))
            {
                continue;
            }
            let merged = match (draft, file.generated.as_ref()) {
                (Some(draft), Some(generated)) => {
                    merge::merged(generated, &file.migration, &draft.migration).map(|merged| (draft, merged))
                }
                _ => None,
            };
            let Some((draft, (up, down))) = merged else {
                return Err(self.conflict(workspace, file, generated.as_ref()).into());
            };
            let edited = Migration { up, down, ..draft.migration.clone() };
            draft.generated = Some(std::mem::replace(&mut draft.migration, edited));
            follow(workspace, draft).await?;
        }
        Ok(())
    }

    fn conflict(&self, workspace: &Workspace, file: &File, generated: Option<&Migration>) -> Error {
        let path = workspace.project.migration_path(file.migration.product, &self.id);
        let shown = workspace.project.shown(&path).display().to_string();
        let error =
            Error::new(format!("`{shown}` was edited by hand, and it is not certain where the edits belong now"));
        let error = match generated {
            // The headers are not compared.
            Some(generated) => {
                let generated =
                    Migration { from: file.migration.from.clone(), to: file.migration.to.clone(), ..generated.clone() };
                error.because(undo::difference(&migration::text(&generated), &migration::text(&file.migration)))
            }
            None => error,
        };
        error
            .of(ErrorKind::Refused)
            .hint("take it back, `gen undo` keeps its text; write it with `gen migration <Name>`, and put the edits into that file")
    }

    /// Adds to a batch what is left to do for the migration's former files: those of another name, or of a dialect for which nothing is
    /// left, are deleted, and the text of an edited one is kept.
    pub(super) fn write(
        &self,
        workspace: &Workspace,
        drafts: &[MigrationDraft],
        batch: &mut Batch,
    ) -> Result<(), Failure> {
        let is_written =
            |product: &Product| drafts.iter().any(|draft| draft.product == *product && draft.migration.id == self.id);
        for product in self.files.keys().filter(|product| !is_written(product)) {
            batch.delete(workspace.project.migration_path(*product, &self.id));
        }
        for path in workspace.project.edited_modules(std::slice::from_ref(&self.id))? {
            let shown = workspace.project.shown(&path).display();
            workspace.note(&format!("note: `{shown}` was changed by hand and is not written again; change it accordingly, or delete it and `gen lock`"));
        }
        // Comments are carried over by nobody.
        for (product, file) in &self.files {
            if workspace.project.generated(*product, &self.id)?.as_ref() != Some(&file.text) {
                let path = workspace.project.keep_taken_back(*product, &self.id, file.text.clone(), batch);
                workspace.note(&format!("note: the file as it was is kept in {}", path.display()));
            }
        }
        Ok(workspace.project.keep_before((&self.former.lock, &self.id), &self.former.kept(), batch)?)
    }
}

/// The migration as it would be generated for the schema that it led to, without answers to any question.
fn as_generated(workspace: &Workspace, file: &File, base: &Normalized) -> Result<Migration, Failure> {
    let migration = &file.migration;
    let dialect = dialect::of(migration.product);
    let (origins, violations, loosely_matched, renames, questions) = Default::default();
    let target = TargetSchema { schema: file.to.clone(), origins, violations, loosely_matched, renames, questions };
    let plan = diff(base, &file.to, &[]);
    let forms = workspace.forms(false);
    let MigrationSteps { up, down, .. } =
        state::migration_steps(dialect, forms, base, &target, &plan, &Values::default())?;
    let (up, down) = (dialect::text(dialect, &up)?, dialect::text(dialect, &down)?);
    Ok(Migration { up, down, ..migration.clone() })
}

/// Finds out where a migration with edits leads. What it does besides is kept, as that of any migration written by hand.
async fn follow(workspace: &Workspace, draft: &mut MigrationDraft) -> Result<(), Failure> {
    let unknown = |reason: &str| {
        workspace.note(&format!("note: the edits are carried over; where the migration leads is not proven: {reason}"));
    };
    let Some(server) = workspace.scratch_server(draft.product)? else {
        unknown(crate::proof::NO_SERVER);
        return Ok(());
    };
    match reached(&server, &draft.migration, &draft.base, &draft.target.schema, &workspace.scope()).await? {
        Reached::Known(to) => {
            if *to != draft.target.schema {
                let TargetSchema { schema, origins, .. } = &draft.target;
                draft.target.origins = state::found(to.schema(), schema.schema(), origins);
                draft.target.schema = *to;
                draft.plan = diff(&draft.base, &draft.target.schema, &draft.target.renames);
            }
            draft.name_states();
            Ok(())
        }
        Reached::Unknown(reason) => {
            unknown(&reason);
            Ok(())
        }
        Reached::Fails(reason) => Err(Error::new("with the edits of its file the migration fails")
            .because(reason)
            .of(ErrorKind::Refused)
            .hint("take it back, `gen undo` keeps its text; write it with `gen migration <Name>`, and put the edits into that file")
            .into()),
    }
}
