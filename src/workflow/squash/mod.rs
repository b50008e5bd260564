//! Squashes migrations: one in the place of several, generated from the schemas before and after them as long as no table has rows. From
//! there on migrations are kept as they are written, and on a scratch database both ways are shown to lead to the same schema and rows.
//!
//! Must not know arguments, terminals or what is printed.

mod files;
mod pieces;
mod prune;
mod request;
mod restore;

use std::collections::BTreeSet;
use std::path::PathBuf;

use sea_gen_runner::files::read_text;
use sea_gen_runner::lock_file::{Lock, LockedMigration};
use sea_gen_runner::migration::{self, About, Merged, Migration, MigrationId};
use sea_gen_runner::session::ConnectionOptions;
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::{self, Forms, Product, Role, Statement};
use crate::diff::diff;
use crate::plan::Rename;
use crate::project::{Batch, fingerprint, squashed_id};
use crate::proof::{Before, Chain, Claim, NO_SERVER, Renames, Replayed, Verdict, before, prove, replay};
use crate::schema::{Change, Normalized, Schema};
use crate::state::{self, MigrationSteps, TargetSchema, Values};

use super::sealed::forked;
use super::{Failure, Sealed, Workspace, locked, prove as proving, undo};

pub(super) use files::standing;
pub use pieces::Place;
pub use prune::{Pruned, prune};
pub use request::Request;
pub(super) use restore::refuse_squashed;
pub use restore::{Restored, restore};

use pieces::{Piece, Pieces, begin_step, pieces};
use request::{nothing_to_squash, range, refuse_baseline};

/// A squash that is not written yet.
pub struct Planned {
    /// The id of the new migration.
    pub id: MigrationId,
    /// The migrations that it replaces, oldest first.
    pub replaced: Vec<MigrationId>,
    /// What is written for each dialect.
    pub dialects: Vec<Squashed>,
    lock: Lock,
    about: About,
}

/// The squashed migration of one dialect.
pub struct Squashed {
    /// The dialect.
    pub product: Product,
    /// The new migration.
    pub migration: Migration,
    /// How many statements those that it replaces have.
    pub before: usize,
    /// The migrations that are kept as they are written, because tables may have rows by then.
    pub as_written: Vec<MigrationId>,
    /// Their statements that change data.
    pub kept: Vec<Place>,
    /// The statements that are left out, because the tables whose rows they change have none when they run.
    pub left_out: Vec<Place>,
    /// The database on which both ways led to the same.
    pub version: String,
    /// How many rows were the same.
    pub rows: usize,
    /// What was not compared, in words.
    pub notes: Vec<String>,
    /// The result of its own proof: up, down and up again.
    pub verdict: Verdict,
    replaced: Vec<MigrationId>,
}

/// The migrations of one dialect that are squashed.
struct Range<'a> {
    workspace: &'a Workspace,
    server: ConnectionOptions,
    migrations: Vec<Migration>,
    from: Normalized,
    to: Normalized,
}

/// Plans the squash: generates the new migration for each dialect, and compares it with those that it replaces on scratch databases.
/// No file is touched.
///
/// # Errors
/// There are not two migrations; the schema is frozen; a file is not sealed; no scratch database is at hand; a statement cannot be
/// executed here; the two ways lead to different schemas or rows.
pub async fn plan(workspace: &Workspace, request: &Request) -> Result<Planned, Failure> {
    workspace.refuse_frozen()?;
    let lock = workspace.sealed_lock()?.clone();
    let all = undo::ids(workspace)?;
    let replaced = range(&all, request)?;
    let next = replaced.last().and_then(|last| all.iter().find(|id| *id > last));
    let others: Vec<MigrationId> = all.iter().filter(|id| !replaced.contains(id)).cloned().collect();
    let id = match replaced.last() {
        Some(last) => squashed_id(request.name.as_deref(), last, next, &others)?,
        None => return Err(nothing_to_squash(0).into()),
    };
    refuse_baseline(workspace, &replaced)?;
    let mut planned = Planned { id, replaced, dialects: Vec::new(), lock, about: about(workspace) };
    for product in lock_products(&planned.lock) {
        if let Some(squashed) = squashed(workspace, product, &planned).await? {
            put(&mut planned.lock, &squashed);
            planned.dialects.push(squashed);
        }
    }
    Ok(planned)
}

fn lock_products(lock: &Lock) -> Vec<Product> {
    lock.dialects.keys().copied().collect()
}

fn about(workspace: &Workspace) -> About {
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    About { message: None, author: workspace.project.author(), date: Some(date) }
}

/// The squashed migration of a dialect; `None` if it has none of them.
async fn squashed(workspace: &Workspace, product: Product, planned: &Planned) -> Result<Option<Squashed>, Failure> {
    let all = workspace.migrations(product)?;
    workspace.refuse_unsealed(product, &all)?;
    if let Some(id) = forked(&all) {
        return Err(Error::new(format!("`{id}` starts from a schema that another migration has left"))
            .of(ErrorKind::Refused)
            .hint("put the branches in order first: `gen merge`")
            .into());
    }
    let Some(begin) = all.iter().position(|it| planned.replaced.contains(&it.id)) else { return Ok(None) };
    let end = all.iter().rposition(|it| planned.replaced.contains(&it.id)).map_or(begin, |last| last + 1);
    let Some(server) = workspace.scratch_server(product)? else {
        return Err(Error::new(format!("nothing is squashed for {product}: {NO_SERVER}"))
            .of(ErrorKind::Refused)
            .hint(
                "the result is compared with the migrations on a scratch database: name a server with `--database-url`",
            )
            .into());
    };
    let _phase = workspace.phase(format!("squashing on a scratch database of {product}"));
    let sealed = workspace.sealed(product)?.unwrap_or_else(Sealed::nothing);
    let end_of = |index: usize| schema_before(workspace, &server, &all, index, &sealed.schema);
    let from = end_of(begin).await?;
    let to = if end == all.len() { sealed.schema.clone() } else { end_of(end).await? };
    let migrations = all.get(begin..end).unwrap_or_default().to_vec();
    let range = Range { workspace, server: server.clone(), migrations, from, to };
    range.refuse_contract()?;
    range.squashed(&planned.id).await.map(Some)
}

/// The schema before a migration, or after all of them.
async fn schema_before(
    workspace: &Workspace,
    server: &ConnectionOptions,
    all: &[Migration],
    index: usize,
    like: &Normalized,
) -> Result<Normalized, Failure> {
    if index == 0 && all.first().and_then(|first| first.from.as_ref()).is_none_or(|from| *from == nothing()) {
        return Ok(dialect::nothing());
    }
    let earlier = all.get(..index).unwrap_or_default();
    match before(server, earlier, index, Some(like), &workspace.scope()).await? {
        Before::Known(schema) => Ok(*schema),
        Before::Unknown(reason) => Err(Error::new("the schema at which the squash begins or ends is not known")
            .of(ErrorKind::Refused)
            .because(reason)
            .hint("squash from the first migration to the newest: `gen squash`")
            .into()),
    }
}

fn nothing() -> String {
    fingerprint(&Schema::default())
}

impl Range<'_> {
    fn is_from_nothing(&self) -> bool {
        self.from == dialect::nothing()
    }

    /// Refuses a migration that waits for the former version of a program to go, unless the range begins with the first of all: a database
    /// that has those before the range would no longer wait.
    fn refuse_contract(&self) -> Result<(), Error> {
        let ids: Vec<&MigrationId> = self.migrations.iter().map(|it| &it.id).collect();
        let contract = self.migrations.iter().position(|it| it.contracts.is_some());
        let (Some(at), Some(first), Some(last)) = (contract, ids.first(), ids.last()) else { return Ok(()) };
        let Some(id) = ids.get(at).filter(|_| !self.is_from_nothing()) else { return Ok(()) };
        let error = Error::new(format!(
            "`{id}` waits for the former version of the program to go, so it is squashed only together with every migration before it"
        ))
        .of(ErrorKind::Refused)
        .hint(format!("begin with the first migration: `gen squash --to {last}`"));
        Err(match (at.checked_sub(1).and_then(|before| ids.get(before)), ids.get(at + 1)) {
            (Some(before), _) if before != first => {
                error.hint(format!("or end before it: `gen squash --from {first} --to {before}`"))
            }
            (_, Some(behind)) if behind != last => {
                error.hint(format!("or begin behind it: `gen squash --from {behind} --to {last}`"))
            }
            _ => error,
        })
    }

    async fn squashed(&self, id: &MigrationId) -> Result<Squashed, Failure> {
        let scope = self.workspace.scope();
        let with_rows = !self.is_from_nothing();
        let mut chain =
            Chain { migrations: &self.migrations, from: &self.from, like: &self.to, scope: &scope, with_rows };
        let pieces = pieces(self.workspace, &self.migrations, self.to.schema(), self.is_from_nothing())?;
        let groups: Vec<Vec<Statement>> = pieces.all.iter().map(|piece| piece.statements.clone()).collect();
        let mut notes = Vec::new();
        let mut old = match replay(&self.server, chain, &groups).await? {
            Err(reason) if with_rows => {
                notes.push(format!("compared without rows: with generated ones the migrations stop: {reason}"));
                chain.with_rows = false;
                self.replayed(chain, &groups, "the migrations").await?
            }
            tried => tried.map_err(|reason| cannot_be_executed("the migrations", reason))?,
        };
        let reached = old.schemas.last().unwrap_or(&self.from);
        if *reached != self.to {
            return Err(Error::new("replayed, the migrations do not lead to the schema that they are to lead to")
                .of(ErrorKind::Refused)
                .because(differences(&self.to, reached))
                .hint("`gen check --replay` shows the same; correct the migrations first, then `gen lock`")
                .into());
        }
        let migration = self.migration(id, &pieces, &old.schemas)?;
        let mut new = self.replayed(chain, std::slice::from_ref(&migration.up), "the squashed migration").await?;
        if !old.differing_rows(&new).is_empty() {
            // What differs between two runs of the same statements says nothing.
            let again = self.replayed(chain, &groups, "the migrations").await?;
            let varying = old.leave_out_what_varies(&again, &mut new);
            notes.extend(varying.iter().map(|table| {
                format!("values in `{table}` differ each time the migrations run, and were not compared")
            }));
        }
        self.refuse_different(&old, &new, &pieces)?;
        let verdict = self.verdict(&migration).await?;
        let before = self.migrations.iter().map(|it| it.up.len()).sum();
        let replaced = self.migrations.iter().map(|it| it.id.clone()).collect();
        let (version, rows) = (new.version.clone(), new.rows());
        let Pieces { as_written, kept, left_out, .. } = pieces;
        let product = migration.product;
        Ok(Squashed { product, migration, before, as_written, kept, left_out, version, rows, notes, verdict, replaced })
    }

    async fn replayed(&self, chain: Chain<'_>, groups: &[Vec<Statement>], what: &str) -> Result<Replayed, Failure> {
        Ok(replay(&self.server, chain, groups).await?.map_err(|reason| cannot_be_executed(what, reason))?)
    }

    fn refuse_different(&self, old: &Replayed, new: &Replayed, pieces: &Pieces) -> Result<(), Failure> {
        let reached = new.schemas.last().unwrap_or(&self.from);
        let (what, lines) = match *reached == self.to {
            true => ("rows", old.differing_rows(new).join("\n")),
            false => ("a schema", differences(&self.to, reached)),
        };
        if lines.is_empty() {
            return Ok(());
        }
        let mut error = Error::new(format!(
            "the squashed migration would lead to {what} other than those that it replaces, so nothing was written"
        ))
        .of(ErrorKind::Refused)
        .because(lines);
        if let Some(place) = pieces.kept.first() {
            error =
                error.hint(format!("the first statement that changes data is at {}: squash up to there", place.place));
        }
        Err(error.hint("squash fewer of them: `gen squash --to <ID>`").into())
    }

    /// The new migration. `schemas` are those after each piece.
    fn migration(&self, id: &MigrationId, pieces: &Pieces, schemas: &[Normalized]) -> Result<Migration, Failure> {
        let Some((first, last)) = self.migrations.first().zip(self.migrations.last()) else {
            return Err(nothing_to_squash(0).into());
        };
        let product = first.product;
        let to = self.in_order_of(schemas.last())?;
        let (mut up, mut at) = (Vec::new(), &self.from);
        for (index, (piece, schema)) in pieces.all.iter().zip(schemas).enumerate() {
            let schema = if index + 1 == pieces.all.len() { &to } else { schema };
            let mut statements = match piece.is_kept {
                true => piece.statements.clone(),
                false => self.statements(product, at, schema, &self.renames(piece, at, schema))?.0,
            };
            if index > 0 {
                begin_step(&mut statements, &piece.first);
            }
            up.extend(statements);
            at = schema;
        }
        let down = match self.is_from_nothing() {
            true => {
                let statements = pieces.all.iter().flat_map(|it| it.statements.clone()).collect();
                let whole = Piece { first: first.id.clone(), statements, is_kept: false };
                self.statements(product, &self.from, &to, &self.renames(&whole, &self.from, &to))?.1
            }
            // Every migration has its own way back, so all of them have one if each does.
            false => match self.migrations.iter().any(|it| it.down.is_empty() && !it.up.is_empty()) {
                true => Vec::new(),
                false => self.ways_back(),
            },
        };
        let replaces = self.migrations.iter().map(|it| (it.id.clone(), it.checksum())).collect();
        Ok(Migration {
            id: id.clone(),
            product,
            from: first.from.clone().or_else(|| Some(fingerprint(self.from.schema()))),
            to: last.to.clone().or_else(|| Some(fingerprint(self.to.schema()))),
            merged: Merged { replaces, ..Merged::default() },
            // A second half is in it only with everything before it: a new database has no former version.
            contracts: None,
            up,
            down,
        })
    }

    /// The down statements of the migrations, the newest first, each migration in a step of its own.
    fn ways_back(&self) -> Vec<Statement> {
        let of = |migration: &Migration| {
            let mut down = migration.down.clone();
            begin_step(&mut down, &migration.id);
            down
        };
        self.migrations.iter().rev().flat_map(of).collect()
    }

    /// The schema that is reached, with the columns in the order that they have in the database.
    fn in_order_of(&self, found: Option<&Normalized>) -> Result<Normalized, Failure> {
        let Some((found, product)) = found.zip(self.migrations.first().map(|it| it.product)) else {
            return Ok(self.to.clone());
        };
        let mut schema = self.to.schema().clone();
        let names: Vec<_> = schema.tables.keys().cloned().collect();
        for name in names {
            let (Some(table), Some(like)) = (schema.tables.get_mut(&name), found.schema().tables.get(&name)) else {
                continue;
            };
            let own = std::mem::take(&mut table.columns);
            table.columns = like.columns.keys().filter_map(|name| own.get(name).cloned()).collect();
        }
        Ok(dialect::of(product).normalize(schema)?)
    }

    /// The renames of a piece, of what is there before it and after it.
    fn renames(&self, piece: &Piece, from: &Normalized, to: &Normalized) -> Vec<Rename> {
        let Some(first) = self.migrations.first() else { return Vec::new() };
        let migration = Migration { up: piece.statements.clone(), ..first.clone() };
        let Renames { tables, columns } = Renames::written(&migration);
        let (from, to) = (from.schema(), to.schema());
        let mut all: Vec<Rename> = tables
            .iter()
            .filter(|(old, new)| from.tables.contains_key(old) && to.tables.contains_key(new) && old != new)
            .map(|(old, new)| Rename::Table(Change::new(old.clone(), new.clone())))
            .collect();
        for ((table, old), new) in &columns {
            let now = tables.get(table).unwrap_or(table);
            let is_before = from.tables.get(table).is_some_and(|table| table.columns.contains_key(old));
            let is_after = to.tables.get(now).is_some_and(|table| table.columns.contains_key(new));
            if is_before && is_after && old != new {
                all.push(Rename::Column(now.clone(), Change::new(old.clone(), new.clone())));
            }
        }
        all
    }

    /// The statements that lead from a schema to another, and back.
    fn statements(
        &self,
        product: Product,
        from: &Normalized,
        to: &Normalized,
        renames: &[Rename],
    ) -> Result<(Vec<Statement>, Vec<Statement>), Failure> {
        let dialect = dialect::of(product);
        // In an empty database nobody waits for a lock.
        let plan = diff(from, to, renames);
        let target = TargetSchema::of(to, renames);
        let MigrationSteps { up, down, .. } =
            state::migration_steps(dialect, Forms::Offline, from, &target, &plan, &Values::default())?;
        Ok((dialect::text(dialect, &up)?, dialect::text(dialect, &down)?))
    }

    /// Proves the new migration like any other: up, down and up again. What runs in batches may not end with generated rows.
    async fn verdict(&self, migration: &Migration) -> Result<Verdict, Failure> {
        let mut statements = migration.up.iter().chain(&migration.down);
        if !self.is_from_nothing() && statements.any(|it| matches!(it.role, Role::Batches | Role::BatchesBy(_))) {
            return Ok(Verdict::Unproven("it runs in batches, which may not end with generated rows".to_owned()));
        }
        let scope = self.workspace.scope();
        let renames = Renames::written(migration);
        let claim = Claim { migration, from: &self.from, to: Some(&self.to), renames: &renames, scope: &scope };
        match prove(&self.server, claim).await? {
            Verdict::Refuted(refuted) => Err(Error::new(format!(
                "the squashed migration fails its proof on {}, so nothing was written: {}",
                migration.product, refuted.what
            ))
            .of(ErrorKind::Refused)
            .because(refuted.lines.join("\n"))
            .hint("squash fewer of them: `gen squash --to <ID>`")
            .into()),
            verdict => Ok(verdict),
        }
    }
}

fn cannot_be_executed(what: &str, reason: String) -> Error {
    Error::new(format!("{what} cannot be executed on a scratch database, so nothing was squashed"))
        .of(ErrorKind::Refused)
        .because(reason)
        .hint("squash fewer of them: `gen squash --to <ID>`")
}

fn differences(wanted: &Normalized, found: &Normalized) -> String {
    diff(wanted, found, &[]).ops().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Puts the line of a squashed migration in the place of those that it replaces.
fn put(lock: &mut Lock, squashed: &Squashed) {
    let Some(own) = lock.dialects.get_mut(&squashed.product) else { return };
    let is_replaced = |line: &LockedMigration| squashed.replaced.contains(&line.id);
    let (replaces, mut lines): (Vec<_>, Vec<_>) =
        std::mem::take(&mut own.migrations).into_iter().partition(is_replaced);
    let proof = match &squashed.verdict {
        Verdict::Proven(proven) => Some(proving::proof(proven)),
        Verdict::Refuted(_) | Verdict::Unproven(_) => None,
    };
    lines.push(LockedMigration { proof, replaces, ..locked(&squashed.migration) });
    lines.sort_by(|one, other| one.id.cmp(&other.id));
    own.migrations = lines;
}

/// Writes the squash in one batch, all files or none: the new migration, the lock, and the replaced migrations at the place where they
/// stay. Returns the written files.
///
/// # Errors
/// A file cannot be written; everything is as it was.
pub fn write(workspace: &Workspace, planned: &Planned) -> Result<Vec<PathBuf>, Failure> {
    let _phase = workspace.phase("writing files");
    workspace.refuse_without_writer()?;
    let project = &workspace.project;
    let mut batch = Batch::new(workspace.root());
    let mut moved: BTreeSet<PathBuf> = BTreeSet::new();
    for squashed in &planned.dialects {
        for id in &squashed.replaced {
            let (from, to) =
                (project.migration_path(squashed.product, id), project.replaced_path(squashed.product, id));
            batch.write(&to, read_text(&from)?);
            batch.delete(&from);
            moved.extend([from, to]);
        }
        let text = planned.about.written_into(&migration::text(&squashed.migration));
        project.keep_generated(squashed.product, &planned.id, text.clone(), &mut batch);
        batch.write(project.migration_path(squashed.product, &planned.id), text);
    }
    project.write_lock(&planned.lock, &mut batch)?;
    let written = batch.commit()?.into_iter().map(|(path, _)| path);
    Ok(written.filter(|path| !moved.contains(path)).collect())
}
