//! Sets a project up: folders, first snapshot and lock; an existing database is adopted as it is.
//!
//! Must not propose changes: differences of the entities are reported, and belong to the next migration.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sea_gen_runner::files::read_text_if_there;
use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::{Error, run};

use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::entity::{Diagnostic, Model, Severity, SourceFiles};
use crate::project::{Batch, CONFIG_FILE, Config, EntityPaths, Format, Snapshot, fingerprint, type_entries};
use crate::schema::{Normalized, Origins, Part, Place, Schema, Strictness};
use crate::state::{self, Contradiction, Policy, TargetSchema};

use super::baseline::{Original, own_collation};
use super::reference_data::{self, Candidate};
use super::seaorm::SeaOrm;
use super::taken::{Taken, column_type};
use super::{Failure, Live, Workspace, applicable, import, locked};

/// The result of setting up.
pub struct Adopted {
    /// The dialects that were set up.
    pub begun: Vec<Product>,
    /// Nothing says which dialect the project is for, so one was assumed.
    pub is_assumed: bool,
    /// The configured dialects whose databases still have to be adopted.
    pub unadopted: Vec<Product>,
    /// The dialect whose files were moved into folders of its own.
    pub moved: Option<Product>,
    /// The folder of the entities.
    pub found: EntityPaths,
    /// SeaORM's own migrations of the database.
    pub seaorm: Option<SeaOrm>,
    /// Column types that only the database tells.
    pub taken: Taken,
    /// How many errors the entities have; what they are about is kept as the database has it.
    pub errors: usize,
    /// The collation that a database needs for the baseline, if it is not that of the server.
    pub collation: Option<String>,
    /// What was written into SQL files.
    pub imported: Option<import::Imported>,
    /// The files of reference rows.
    pub rows: Vec<PathBuf>,
    /// Tables that may hold reference data too.
    pub candidates: Vec<Candidate>,
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
    /// The databases of these dialects start empty: none is read.
    pub empty: bool,
    /// The tables whose rows are written into files beside the entities.
    pub reference_data: Vec<String>,
    /// What is written for a migration besides its SQL file; what the configuration says if it is `None`.
    pub format: Option<Format>,
    /// Whether the baseline creates and fills `seaql_migrations`; if it is not said, it does where that table exists.
    pub seaorm_history: Option<bool>,
}

/// Sets the project up, or adds a dialect to one that is set up. Gives back the database too, where there is one.
///
/// # Errors
/// The project is set up already; nothing can be adopted and the entities cannot be read; the database cannot be reached or
/// adopted. Then nothing is written.
pub async fn set_up_project(workspace: &mut Workspace, request: &Request) -> Result<(Adopted, Option<Live>), Failure> {
    workspace.refuse_protected()?;
    let Request { dialects, imports, strict, reference_data, .. } = request;
    let mut settings = Vec::new();
    let is_new = workspace.lock.is_none();
    if is_new && !dialects.is_empty() && dialects != workspace.products() {
        if !workspace.project.config.dialects.is_empty() {
            return Err(Error::new("the configuration names other dialects")
                .hint("change `dialects` there, or leave `--dialect` out")
                .into());
        }
        workspace.project.choose(dialects.clone(), None);
        settings.push(dialects_line(dialects));
    }
    if let Some(format) = request.format.filter(|format| *format != workspace.project.config.format) {
        if !is_new {
            return Err(Error::new("the project is set up already, so its format is not changed here")
                .hint("set `format` in the configuration, then `gen lock` adds the migrations to the `Migrator`")
                .into());
        }
        workspace.project.config.format = format;
        settings.extend(format.has_migrator().then(|| format!("format = \"{}\"", format.key())));
    }
    let is_assumed = is_new && dialects.is_empty() && workspace.has_no_sign_of_a_dialect();
    if !is_new {
        workspace.refuse_frozen()?;
    }
    let mut live = workspace.database_to_adopt(request).await?;
    let joining = workspace.joining(request, live.as_ref())?;
    let phase = workspace.phase("reading the entities");
    let (found, mut files) = workspace.project.discover_entities()?;
    let mut readings = read_all(workspace, &files, &joining).await?;
    drop(phase);
    let adopted = live.as_ref().filter(|live| !live.schema.schema().is_empty());
    if is_new && adopted.is_none() && workspace.project.config.format.has_migrator() {
        note_own_migrations(workspace)?;
    }
    let mut taken = Taken::default();
    if let Some(live) = adopted {
        taken = take(workspace, &files, &mut readings, live, &joining).await?;
    }
    let errors = readings.iter().map(|(_, _, said)| errors_in(said)).max().unwrap_or_default();
    if errors > 0 && (*strict || *imports || adopted.is_none()) {
        let failed = readings.into_iter().find(|(_, _, said)| errors_in(said) > 0);
        return Err(Failure::Entities(failed.map(|(_, _, said)| said).unwrap_or_default(), files.to_vec()));
    }
    let said = readings.iter().find(|(_, _, said)| errors_in(said) > 0).or(readings.first());
    if let Some((_, _, said)) = said {
        workspace.listener.diagnostics(said, &files);
    }
    let mut models: Vec<(Product, Model)> = readings.into_iter().map(|(product, model, _)| (product, model)).collect();
    let mut beside = match is_new {
        true => configuration(workspace, settings, &taken)?,
        false => extended_configuration(workspace, &joining, &taken)?,
    };
    let mut seaorm = None;
    let mut imported = None;
    let (mut rows, mut candidates) = (Vec::new(), Vec::new());
    if let Some(live) = live.as_mut().filter(|live| !live.schema.schema().is_empty()) {
        // Adopting needs the privilege to create the history, which is checked before any file is written.
        let phase = workspace.phase("creating the history");
        run::prepare(&mut live.session, run::DEFAULT_WAIT).await.map_err(|error| error.hint("nothing was written"))?;
        drop(phase);
        seaorm = SeaOrm::of(&mut live.session, workspace, request.seaorm_history).await?;
        if *imports {
            let _phase = workspace.phase("writing SQL files for what is undeclared");
            let written = import::import(workspace, (&found, &files), live).await?;
            beside.extend(written.files.iter().map(|file| (workspace.root().join(&file.path), file.text.clone())));
            files.put_sidecars(&written.files);
            let readings = read_all(workspace, &files, &joining).await?;
            models = readings.into_iter().map(|(product, model, _)| (product, model)).collect();
            imported = Some(written);
        }
        let phase = workspace.phase("looking for reference data");
        if let Some((_, model)) = models.iter().find(|(product, _)| *product == live.product())
            && !reference_data.is_empty()
        {
            let written = reference_data::files(workspace, live, (&found, model), reference_data).await?;
            rows = written.iter().map(|file| file.path.clone()).collect();
            beside.extend(written.iter().map(|file| (workspace.root().join(&file.path), file.text.clone())));
            files.put_sidecars(&written);
            let readings = read_all(workspace, &files, &joining).await?;
            models = readings.into_iter().map(|(product, model, _)| (product, model)).collect();
        }
        if let Some((_, model)) = models.iter().find(|(product, _)| *product == live.product()) {
            candidates = reference_data::candidates(live, model).await?;
        }
        drop(phase);
    } else if !reference_data.is_empty() {
        return Err(Error::new("there are no rows to take over: no database with tables")
            .hint("name the database that the project's own migrations built: `--database-url …`")
            .into());
    } else if *imports {
        return Err(Error::new("there is nothing to import: no database with tables")
            .hint("name the database that the project's own migrations built: `--database-url …`")
            .into());
    }
    if let Some(live) = &mut live {
        let _phase = workspace.phase("comparing expressions in the database");
        speak_like(live, &models).await?;
        for (_, model) in models.iter_mut().filter(|(product, _)| *product == live.product()) {
            keep_unread(model, live.schema.schema());
        }
        if let Some((_, model)) = models.iter().find(|(product, _)| *product == live.product()) {
            let declared = model.normalized(|schema| dialect::of(live.product()).normalize(schema))?;
            live.read_rows(declared, None).await?;
        }
    }
    let phase = workspace.phase("writing the baseline and the snapshot");
    let original = match &mut live {
        Some(live) => Some(Original::of(live, workspace, seaorm.as_ref()).await?),
        None => None,
    };
    let collation = match live.as_mut().filter(|live| !live.schema.schema().is_empty()) {
        Some(live) => own_collation(&mut live.session).await?,
        None => None,
    };
    let (adoption, moved) = set_up(workspace, &models, live.as_ref().zip(original.as_ref()), beside)?;
    drop(phase);
    if let (Some(live), Some(adoption)) = (live.as_mut(), &adoption) {
        let _phase = workspace.phase("recording the baseline");
        let baseline = &adoption.baseline;
        let (file, to) = (applicable(baseline), baseline.to.as_deref());
        workspace.attribute(&mut live.session);
        let recorded = run::mark(&mut live.session, &file, run::State::Baseline, to, run::DEFAULT_WAIT).await;
        recorded.map_err(|error| error.hint("the files are written; `gen up` records the baseline"))?;
    }
    let unadopted = workspace.unadopted();
    let begun = joining.into_iter().filter(|product| !unadopted.contains(product)).collect();
    let adopted = Adopted {
        begun,
        is_assumed,
        unadopted,
        moved,
        found,
        seaorm,
        taken,
        errors,
        collation,
        imported,
        rows,
        candidates,
        adoption,
    };
    Ok((adopted, live))
}

fn errors_in(said: &[Diagnostic]) -> usize {
    said.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

/// Takes the column types that the entities do not tell over from the database, and reads the entities again with them.
async fn take(
    workspace: &mut Workspace,
    files: &SourceFiles,
    readings: &mut Vec<Reading>,
    live: &Live,
    joining: &[Product],
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
        *readings = read_all(workspace, files, joining).await?;
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

/// A `Migrator` that creates the tables, and a first migration that creates them too, do not go together.
fn note_own_migrations(workspace: &Workspace) -> Result<(), Failure> {
    let own = match workspace.project.own_migrations()?.into_iter().flatten().count() {
        0 => return Ok(()),
        1 => "1 migration".to_owned(),
        more => format!("{more} migrations"),
    };
    let lock = workspace.project.lock_path();
    workspace.note(&format!(
        "note: the `Migrator` has {own} of its own, and no database of theirs is adopted; if they create the tables of the entities: \
         `rm {}`, let them make a database (`sea-orm-cli migrate up`), and `gen init` with its URL",
        workspace.project.shown(&lock).display()
    ));
    Ok(())
}

/// What could be read of the entities for a dialect.
type Reading = (Product, Model, Vec<Diagnostic>);

/// The entities, read for the dialects that are set up.
async fn read_all(workspace: &Workspace, files: &SourceFiles, joining: &[Product]) -> Result<Vec<Reading>, Failure> {
    let mut readings = Vec::new();
    for product in joining {
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
    let own = read_text_if_there(&path)?;
    if own.is_none() && !settings.is_empty() && Config::read(workspace.root())?.is_some() {
        return Err(Error::new("the project is configured in its `Cargo.toml`, which is not edited here")
            .hint(format!("add these lines to its `metadata.gen`: {}", settings.join(", ")))
            .into());
    }
    let own = own.unwrap_or_default();
    let new = (!settings.is_empty()).then(|| (path, format!("{}\n{own}", settings.join("\n"))));
    with_types(workspace, new, taken)
}

/// The configuration file of a project that is set up, where the dialects that join are to be listed or it gets column types.
fn extended_configuration(
    workspace: &mut Workspace,
    joining: &[Product],
    taken: &Taken,
) -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut dialects = workspace.products().to_vec();
    let mut new = None;
    for product in joining.iter().filter(|product| !workspace.products().contains(product)) {
        dialects.push(*product);
        if !workspace.project.config.dialects.is_empty() {
            new = Config::with_dialect(workspace.root(), *product)?;
        }
    }
    dialects.sort();
    workspace.project.choose(dialects, workspace.lock.as_ref());
    with_types(workspace, new, taken)
}

/// The configuration file with column types. `new` is a file whose text is still to be written.
fn with_types(
    workspace: &Workspace,
    new: Option<(PathBuf, String)>,
    taken: &Taken,
) -> Result<Vec<(PathBuf, String)>, Failure> {
    if taken.types.is_empty() {
        return Ok(new.into_iter().collect());
    }
    match Config::with_types(workspace.root(), new, &taken.types)? {
        Some(written) => Ok(vec![written]),
        None => Err(Error::new("the entries of `types` in the configuration are not extended")
            .because("they are written as `types.Name = …`")
            .hint(format!("add these: {}", type_entries(&taken.types).join(", ")))
            .into()),
    }
}

/// Declared objects are adopted with the expression texts of the code.
pub(super) async fn speak_like(live: &mut Live, models: &[(Product, Model)]) -> Result<(), Failure> {
    let product = live.product();
    if let Some((_, model)) = models.iter().find(|(other, _)| *other == product) {
        live.unify_expressions(None, Some(model)).await?;
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

/// Writes the first snapshot of the dialects, the lock, and further files. A database with objects is adopted: its schema is the
/// snapshot, undeclared objects are marked as adopted, and a baseline migration reproduces it elsewhere; the dialects of other
/// databases are not begun then, because those may have objects too. Returns the adopted database, and the dialect whose files
/// are moved into folders of its own.
pub(super) fn set_up(
    workspace: &mut Workspace,
    models: &[(Product, Model)],
    live: Option<(&Live, &Original)>,
    beside: Vec<(PathBuf, String)>,
) -> Result<(Option<Adoption>, Option<Product>), Failure> {
    let live = live.filter(|(live, _)| !live.schema.schema().is_empty());
    let is_begun = |product: &Product| live.is_none_or(|(live, _)| live.product() == *product);
    let begun: Vec<Product> = models.iter().map(|(product, _)| *product).filter(is_begun).collect();
    let mut lock = workspace.project.first_lock(&begun);
    lock.dialects.extend(workspace.lock.iter().flat_map(|lock| lock.dialects.clone()));
    let mut batch = Batch::new(workspace.root());
    let moved = workspace.project.lay_out(&lock, &mut batch)?;
    for (path, text) in beside {
        batch.write(path, text);
    }
    let project = &workspace.project;
    let mut adoption = None;
    for (product, model) in models.iter().filter(|(product, _)| begun.contains(product)) {
        let folder = project.snapshot_folder(*product);
        let Some((live, original)) = live else {
            Snapshot::default().write(&folder, None, &mut batch)?;
            continue;
        };
        let adopted = adopt(*product, model, (&live.schema, original), &workspace.keeping())?;
        workspace.refuse_unfit_rows(*product, model, &adopted.target)?;
        let baseline = &adopted.baseline;
        batch.write(project.migration_path(*product, &baseline.id), migration::text(baseline));
        let snapshot = Snapshot { schema: live.schema.schema().clone(), origins: adopted.origins.clone() };
        snapshot.write(&folder, None, &mut batch)?;
        lock.append(*product, locked(baseline), fingerprint(live.schema.schema()));
        adoption = Some(adopted);
    }
    project.write_lock(&lock, &mut batch)?;
    batch.commit()?;
    workspace.lock = Some(lock);
    Ok((adoption, moved))
}

/// The origins of a database's objects: those declared by an entity or a sidecar, and adopted ones.
fn adopt(
    product: Product,
    model: &Model,
    (schema, original): (&Normalized, &Original),
    policy: &Policy,
) -> Result<Adoption, Failure> {
    let mut nobody = state::adopted(schema.schema());
    let mut target = state::reconcile(dialect::of(product), model, schema, &nobody, policy)?;
    let mut plan = diff(schema, &target.schema, &target.renames);
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    let missing = match policy.types.strictness(state::FOREIGN_KEY, product) {
        Strictness::Loose => state::missing_foreign_keys(&plan, schema.schema(), &today),
        Strictness::Exact => Vec::new(),
    };
    if !missing.is_empty() {
        missing.into_iter().for_each(|(place, acceptance)| nobody.accept(place, acceptance));
        target = state::reconcile(dialect::of(product), model, schema, &nobody, policy)?;
        plan = diff(schema, &target.schema, &target.renames);
    }
    let origins = nobody.listed().map(|(place, _)| (place.clone(), target.origins.of(place))).collect::<Origins>();
    let origins = origins.beside(&target.origins);
    let contradictions = state::contradictions(product, &plan, model);
    Ok(Adoption { baseline: original.baseline(product, schema)?, origins, target, contradictions })
}
