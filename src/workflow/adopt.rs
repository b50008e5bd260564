//! Sets a project up: folders, first snapshot and lock; an existing database is adopted as it is.
//!
//! Must not propose changes: differences of the entities are reported, and belong to the next migration.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use sea_gen_runner::files::list;
use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::session::{Missing, Session};
use sea_gen_runner::{Error, run};

use crate::dialect::{self, Forms, Product};
use crate::diff::diff;
use crate::entity::{Diagnostic, Model, Severity, SourceFile};
use crate::introspect::SEAORM_HISTORY;
use crate::project::{Batch, CONFIG_FILE, Config, EntityPaths, Snapshot, fingerprint, new_id, type_entries};
use crate::schema::{Normalized, Origins, Part, Place, Schema, Strictness};
use crate::state::{self, Contradiction, Policy, TargetSchema};

use super::taken::{Taken, column_type};
use super::{Failure, Live, Workspace, applicable, import, locked, read};

/// The result of setting up.
pub struct Adopted {
    /// The folder of the entities.
    pub found: EntityPaths,
    /// SeaORM's own migrations of the database.
    pub seaorm: Option<SeaOrm>,
    /// Column types that only the database tells.
    pub taken: Taken,
    /// How many errors the entities have; what they are about is kept as the database has it.
    pub errors: usize,
    /// What was written into SQL files.
    pub imported: Option<import::Imported>,
    /// The database that was adopted.
    pub adoption: Option<Adoption>,
}

impl Adopted {
    /// Types that the entities do not determine, by rule.
    pub fn loosely_matched(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for (_, rule) in self.adoption.iter().flat_map(|adoption| &adoption.target.loosely_matched) {
            *counts.entry(rule.key).or_insert(0) += 1;
        }
        counts
    }
}

/// What is asked of setting up.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The dialects of the project; empty where the configuration or the database says them.
    pub dialects: Vec<Product>,
    /// Write what the code does not declare of the database into SQL files.
    pub imports: bool,
    /// An error in the entities is an error.
    pub strict: bool,
}

/// Sets the project up. Gives back the database too, where there is one.
///
/// # Errors
/// The project is set up already; nothing can be adopted and the entities cannot be read; the database cannot be reached or
/// adopted. Then nothing is written.
pub async fn set_up_project(workspace: &mut Workspace, request: &Request) -> Result<(Adopted, Option<Live>), Failure> {
    let Request { dialects, imports, strict } = request;
    if workspace.lock.is_some() {
        return Err(Error::new(format!("{} is set up already", workspace.root().display()))
            .hint("`gen status` shows its state")
            .into());
    }
    let mut settings = Vec::new();
    if !dialects.is_empty() && dialects != workspace.products() {
        if !workspace.project.config.dialects.is_empty() {
            return Err(Error::new("the configuration names other dialects")
                .hint("change `dialects` there, or leave `--dialect` out")
                .into());
        }
        workspace.project.dialects = dialects.clone();
        settings.push(dialects_line(dialects));
    }
    let found = workspace.project.find_entities()?;
    let mut files = workspace.files()?;
    let mut live = connect(workspace, dialects.is_empty()).await?;
    let mut readings = read_all(workspace, &files).await?;
    let adopted = live.as_ref().filter(|live| !live.schema.schema().is_empty());
    let mut taken = Taken::default();
    if let Some(live) = adopted {
        taken = take(workspace, &files, &mut readings, live).await?;
    }
    let errors = readings.iter().map(|(_, _, said)| errors_in(said)).max().unwrap_or_default();
    if errors > 0 && (*strict || *imports || adopted.is_none()) {
        let failed = readings.into_iter().find(|(_, _, said)| errors_in(said) > 0);
        return Err(Failure::Entities(failed.map(|(_, _, said)| said).unwrap_or_default(), files));
    }
    let said = readings.iter().find(|(_, _, said)| errors_in(said) > 0).or(readings.first());
    if let Some((_, _, said)) = said {
        workspace.listener.diagnostics(said, &files);
    }
    let mut models: Vec<(Product, Model)> = readings.into_iter().map(|(product, model, _)| (product, model)).collect();
    let mut beside = configuration(workspace, settings, &taken)?;
    let mut seaorm = None;
    let mut imported = None;
    if let Some(live) = live.as_mut().filter(|live| !live.schema.schema().is_empty()) {
        // Adopting needs the privilege to create the history, which is checked before any file is written.
        run::prepare(&mut live.session, run::DEFAULT_WAIT).await.map_err(|error| error.hint("nothing was written"))?;
        seaorm = seaorm_history(&mut live.session, workspace).await;
        if *imports {
            let written = import::import(workspace, &files, live).await?;
            let paths: BTreeSet<&PathBuf> = written.files.iter().map(|file| &file.path).collect();
            files.retain(|other| !paths.contains(&other.path));
            beside.extend(written.files.iter().map(|file| (workspace.root().join(&file.path), file.text.clone())));
            files.extend(written.files.iter().cloned());
            let readings = read_all(workspace, &files).await?;
            models = readings.into_iter().map(|(product, model, _)| (product, model)).collect();
            imported = Some(written);
        }
    } else if *imports {
        return Err(Error::new("there is nothing to import: no database with tables")
            .hint("name the database that the project's own migrations built: `--database-url …`")
            .into());
    }
    if let Some(live) = &mut live {
        speak_like(live, &models).await?;
        for (_, model) in models.iter_mut().filter(|(product, _)| *product == live.product()) {
            keep_unread(model, live.schema.schema());
        }
    }
    let adoption = set_up(workspace, &models, live.as_ref(), beside)?;
    if let (Some(live), Some(adoption)) = (live.as_mut(), &adoption) {
        let baseline = &adoption.baseline;
        let (file, to) = (applicable(baseline), baseline.to.as_deref());
        let recorded = run::mark(&mut live.session, &file, run::State::Baseline, to, run::DEFAULT_WAIT).await;
        recorded.map_err(|error| error.hint("the files are written; `gen up` records the baseline"))?;
    }
    Ok((Adopted { found, seaorm, taken, errors, imported, adoption }, live))
}

fn errors_in(said: &[Diagnostic]) -> usize {
    said.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

/// Takes the column types that the entities do not tell over from the database, and reads the entities again with them.
async fn take(
    workspace: &mut Workspace,
    files: &[SourceFile],
    readings: &mut Vec<Reading>,
    live: &Live,
) -> Result<Taken, Failure> {
    let product = live.product();
    let untyped = readings.iter().find(|(other, _, _)| *other == product).map(|(_, model, _)| model.untyped.clone());
    let untyped = untyped.unwrap_or_default();
    let schema = live.schema.schema();
    let configured = workspace.project.config.context.types.clone();
    let mut taken = Taken::of(&untyped, product, schema);
    for _ in 0..2 {
        if taken.types.is_empty() {
            break;
        }
        let types = &mut workspace.project.config.context.types;
        types.clone_from(&configured);
        types.extend(taken.types.clone());
        *readings = read_all(workspace, files).await?;
        let model = readings.iter().find(|(other, _, _)| *other == product).map(|(_, model, _)| model);
        let Some(Ok(normal)) = model.map(|model| model.normalized(|schema| dialect::of(product).normalize(schema)))
        else {
            break;
        };
        // One Rust type may be several column types: then each column has its own entry.
        if !taken.split(&untyped, normal.schema(), product, schema) {
            break;
        }
    }
    Ok(taken)
}

/// Where the type of a column could not be read, the database's is kept.
fn keep_unread(model: &mut Model, live: &Schema) {
    let places: Vec<Place> = model.untyped.keys().cloned().collect();
    if places.is_empty() {
        return;
    }
    model.change(|schema| {
        for place in &places {
            if let (Some(of), Place::Table(table, Part::Column(column, _))) = (column_type(live, place), place)
                && let Some(declared) = schema.tables.get_mut(table).and_then(|table| table.columns.get_mut(column))
            {
                declared.data_type = of.clone();
            }
        }
    });
}

/// The database, if there is one. Without configured dialects, the project gets that of the database.
async fn connect(workspace: &mut Workspace, is_open: bool) -> Result<Option<Live>, Failure> {
    if workspace.database_is_absent() {
        return Ok(None);
    }
    let open = workspace.project.config.dialects.is_empty() && is_open;
    match (&workspace.connection, open) {
        (Some(connection), true) => {
            let live = read(connection, Missing::Refuse, &workspace.scope()).await?;
            workspace.project.dialects = vec![live.product()];
            Ok(Some(live))
        }
        _ => Ok(workspace.live(Missing::Refuse).await?),
    }
}

/// What could be read of the entities for a dialect.
type Reading = (Product, Model, Vec<Diagnostic>);

/// The entities, read for every dialect.
async fn read_all(workspace: &Workspace, files: &[SourceFile]) -> Result<Vec<Reading>, Failure> {
    let mut readings = Vec::new();
    for product in workspace.products() {
        let (model, said) = workspace.understood(files, *product).await?;
        readings.push((*product, model, said));
    }
    Ok(readings)
}

fn dialects_line(products: &[Product]) -> String {
    let keys: Vec<String> = products.iter().map(|product| format!("\"{}\"", product.key())).collect();
    format!("dialects = [{}]", keys.join(", "))
}

/// The configuration file, where it gets settings.
fn configuration(
    workspace: &Workspace,
    settings: Vec<String>,
    taken: &Taken,
) -> Result<Vec<(PathBuf, String)>, Failure> {
    let path = workspace.root().join(CONFIG_FILE);
    if path.exists() && !settings.is_empty() {
        return Err(Error::new("gen.toml exists and names no dialects")
            .hint(format!("add this line to it: {}", settings.join("\n")))
            .into());
    }
    let text = (!settings.is_empty()).then(|| settings.join("\n") + "\n");
    if taken.types.is_empty() {
        return Ok(text.map(|text| (path, text)).into_iter().collect());
    }
    match Config::with_types(workspace.root(), text, &taken.types)? {
        Some(written) => Ok(vec![written]),
        None => Err(Error::new("the entries of `types` in the configuration are not extended")
            .because("they are written as `types.Name = …`")
            .hint(format!("add these: {}", type_entries(&taken.types).join(", ")))
            .into()),
    }
}

/// SeaORM's own migrations of a database.
pub struct SeaOrm {
    /// The applied versions.
    pub applied: Vec<String>,
    /// Files of the migration crate that were not applied here.
    pub pending: Vec<String>,
}

/// SeaORM's history, if the database has one.
async fn seaorm_history(session: &mut Session, workspace: &Workspace) -> Option<SeaOrm> {
    let sql = format!("SELECT version FROM {SEAORM_HISTORY} ORDER BY version");
    let rows = session.query(&sql).await.ok()?;
    let applied: Vec<String> = rows.iter().map(|row| row.text(0).to_owned()).collect();
    let mut pending = Vec::new();
    for folder in ["migration/src", "migrations/src", "src/migration", "src/migrations", "src/migrator"] {
        for path in list(&workspace.root().join(folder)).unwrap_or_default() {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let dated =
                stem.strip_prefix('m').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()));
            if dated && !applied.contains(&stem) {
                pending.push(stem);
            }
        }
    }
    Some(SeaOrm { applied, pending })
}

/// Declared objects are adopted with the expression texts of the code.
pub(super) async fn speak_like(live: &mut Live, models: &[(Product, Model)]) -> Result<(), Failure> {
    let product = live.product();
    if let Some((_, model)) = models.iter().find(|(other, _)| *other == product) {
        live.settle(None, Some(model)).await?;
    }
    Ok(())
}

/// An adopted database.
pub struct Adoption {
    /// The migration that would create it, not yet recorded in it.
    pub baseline: Migration,
    /// Who declares each object and facet.
    pub origins: Origins,
    /// The target of the plan.
    pub target: TargetSchema,
    /// The contradictions between code and database.
    pub contradictions: Vec<Contradiction>,
}

/// Writes the first snapshot of every dialect, the lock, and further files. A database with objects is adopted: its
/// schema is the snapshot, undeclared objects are marked as adopted, and a baseline migration reproduces it elsewhere.
pub(super) fn set_up(
    workspace: &mut Workspace,
    models: &[(Product, Model)],
    live: Option<&Live>,
    beside: Vec<(PathBuf, String)>,
) -> Result<Option<Adoption>, Failure> {
    let project = &workspace.project;
    let mut lock = project.first_lock();
    let mut batch = Batch::new(&project.root);
    for (path, text) in beside {
        batch.write(path, text);
    }
    let mut adoption = None;
    for (product, model) in models {
        let folder = project.snapshot_folder(*product);
        let adopted = live.filter(|live| live.product() == *product && !live.schema.schema().is_empty());
        let Some(live) = adopted else {
            Snapshot::default().write(&folder, None, &mut batch)?;
            continue;
        };
        let adopted = adopt(*product, model, &live.schema, &workspace.keeping())?;
        let baseline = &adopted.baseline;
        batch.write(project.migration_path(*product, &baseline.id), migration::text(baseline));
        let snapshot = Snapshot { schema: live.schema.schema().clone(), origins: adopted.origins.clone() };
        snapshot.write(&folder, None, &mut batch)?;
        lock.append(*product, locked(baseline), fingerprint(live.schema.schema()));
        adoption = Some(adopted);
    }
    batch.write(project.lock_path(), lock.text());
    batch.commit()?;
    workspace.lock = Some(lock);
    Ok(adoption)
}

/// The origins of a database's objects: those declared by an entity or a sidecar, and adopted ones.
fn adopt(product: Product, model: &Model, schema: &Normalized, policy: &Policy) -> Result<Adoption, Failure> {
    let mut nobody = state::adopted(schema.schema());
    let mut target = state::reconcile(dialect::of(product), model, schema, &nobody, policy)?;
    let mut plan = diff(schema, &target.schema, &target.renames);
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let missing = match policy.types.strictness(state::FOREIGN_KEY, product) {
        Strictness::Loose => state::missing_foreign_keys(&plan, &today),
        Strictness::Exact => Vec::new(),
    };
    if !missing.is_empty() {
        missing.into_iter().for_each(|(place, acceptance)| nobody.accept(place, acceptance));
        target = state::reconcile(dialect::of(product), model, schema, &nobody, policy)?;
        plan = diff(schema, &target.schema, &target.renames);
    }
    let origins = nobody.listed().map(|(place, _)| (place.clone(), target.origins.of(place))).collect::<Origins>();
    let origins = origins.with_accepted(target.origins.accepted().clone());
    let contradictions = state::contradictions(product, &plan, model);
    Ok(Adoption { baseline: baseline_migration(product, schema)?, origins, target, contradictions })
}

fn baseline_migration(product: Product, schema: &Normalized) -> Result<Migration, Failure> {
    let nothing = dialect::nothing();
    let plan = diff(&nothing, schema, &[]);
    let dialect = dialect::of(product);
    Ok(Migration {
        id: new_id("baseline", jiff::Timestamp::now(), &[])?,
        product,
        from: Some(fingerprint(nothing.schema())),
        to: Some(fingerprint(schema.schema())),
        up: dialect::statements(dialect, Forms::Offline, &plan, nothing.schema())?,
        down: dialect::statements(dialect, Forms::Offline, &plan.inverse(nothing.schema()), schema.alone().schema())?,
    })
}
