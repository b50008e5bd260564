//! Reads many files in parallel: first all names are collected, then each file is parsed and read.
//!
//! Must not know what is read. Syntax stays in the thread that parsed it, no longer than its file's turn: kept, it takes twenty
//! times the room of its text. Names, tables and relations are plain data and come together in the order of the files, so that
//! the number of threads shows nowhere.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::schema::Product;

use super::conditions::{Conditions, Outcome};
use super::keys::UnresolvedEntity;
use super::outline::{Outline, Outlined, module_path};
use super::packages::Packages;
use super::resolve::{Actives, Held, Modules};
use super::source::{Output, RustFile, SourceError, SourceLocation};
use super::{Context, SourceFile, relations, remarks, table};

/// A Rust file, and the conditions of the crate it is in.
pub(super) struct Input<'s> {
    pub(super) source: &'s SourceFile,
    pub(super) conditions: Arc<Conditions>,
}

/// The result of a thread's first pass over its files.
#[derive(Default)]
struct Survey {
    /// The modules of each file.
    modules: Vec<(usize, Vec<Outlined>)>,
    outcome: Outcome,
    /// Files that implement `MigratorTrait` in the root of a crate or a folder.
    migrators: Vec<PathBuf>,
}

/// The names in all files, and the findings of the first pass.
pub(super) struct Surveyed {
    pub(super) outline: Outline,
    outcome: Outcome,
    /// The files, whose numbers the outline has.
    paths: Vec<PathBuf>,
    /// The folders of migrators, as module paths.
    pub(super) migrators: Vec<Vec<String>>,
}

impl Surveyed {
    /// Whether these files were surveyed, so that their numbers are the same.
    pub(super) fn is_of(&self, inputs: &[Input<'_>]) -> bool {
        self.paths.iter().eq(inputs.iter().map(|input| &input.source.path))
    }
}

/// Files that are read faster by one thread than it takes to start another.
const FEW: usize = 24;

/// The most threads: beyond this they wait for memory.
const MOST: usize = 8;

/// Room for the parser, which goes as deep as the text it parses.
const STACK: usize = 256 * 1024 * 1024;

/// Finds the modules of all files.
pub(super) fn survey(inputs: &[Input<'_>], packages: Packages, output: &mut Output) -> Surveyed {
    let look = |share: &Share<'_, '_>| {
        let found = look(share);
        forget_places(share.kept);
        found
    };
    let surveys = in_threads(inputs, look, output);
    let mut modules = Vec::new();
    let mut outcome = Outcome::default();
    let mut migrators = Vec::new();
    for survey in surveys {
        modules.extend(survey.modules);
        outcome.troubles.extend(survey.outcome.troubles);
        outcome.doubtful.extend(survey.outcome.doubtful);
        migrators.extend(survey.migrators);
    }
    // An application may have its migrator at the root; then only the crate that does nothing else is left out.
    migrators.retain(|path| {
        let is_root = path.file_stem().is_some_and(|stem| stem != "mod");
        let package = packages.of_file(path).and_then(|number| packages.iter().nth(number));
        !is_root || package.is_some_and(|package| package.only_migrates)
    });
    let migrators: Vec<Vec<String>> = migrators.iter().map(|path| module_path(path)).collect();
    modules.sort_by_key(|(file, _)| *file);
    let modules = modules.into_iter().flat_map(|(_, modules)| modules).collect();
    let paths: Vec<&Path> = inputs.iter().map(|input| input.source.path.as_path()).collect();
    let outline = Outline::of(modules, &paths, packages, &migrators);
    let paths = paths.into_iter().map(Path::to_owned).collect();
    Surveyed { outline, outcome, paths, migrators }
}

/// Reads all entities of surveyed files.
pub(super) fn read(
    inputs: &[Input<'_>],
    surveyed: &Surveyed,
    product: Product,
    context: &Context,
    output: &mut Output,
) -> Vec<UnresolvedEntity> {
    let Surveyed { outline, outcome, .. } = surveyed;
    outcome.troubles.iter().for_each(|trouble| output.error(trouble.clone()));
    for (path, child, trouble) in &outcome.doubtful {
        if outline.has_entities(path, child.as_deref()) {
            output.error(trouble.clone());
        }
    }
    let work = |share: &Share<'_, '_>| {
        let (mut readings, mut output) = (Vec::new(), Output::default());
        let actives = Actives::default();
        let modules = Modules { outline, current: None, files: share.files, context, product, actives: &actives };
        entities(modules, share, &mut readings, &mut output);
        output.flush_places();
        (readings, output)
    };
    let mut readings = Vec::with_capacity(inputs.len());
    for (found, said) in in_threads(inputs, work, output) {
        readings.extend(found);
        output.absorb(said);
    }
    readings.sort_by_key(|reading: &UnresolvedEntity| reading.entity.module);
    readings
}

/// The files of one thread.
struct Share<'t, 's> {
    /// All files; the others only explain names.
    files: &'t [Held<'s>],
    number: usize,
    threads: usize,
    /// Whether the thread keeps a parsed file.
    kept: &'t Cell<bool>,
}

impl Share<'_, '_> {
    fn has(&self, file: usize) -> bool {
        file % self.threads == self.number
    }
}

/// Does some work in threads that share the files.
fn in_threads<T: Send>(inputs: &[Input<'_>], work: impl Fn(&Share<'_, '_>) -> T + Sync, output: &mut Output) -> Vec<T> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = processors.min(MOST).min(inputs.len() / FEW + 1);
    let work = &work;
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|number| {
                let on_share = move || {
                    let kept = Cell::new(false);
                    let files: Vec<Held<'_>> =
                        inputs.iter().map(|input| Held::new(input.source, &input.conditions, &kept)).collect();
                    work(&Share { files: &files, number, threads, kept: &kept })
                };
                let builder = std::thread::Builder::new().name("reader".to_owned()).stack_size(STACK);
                builder.spawn_scoped(scope, on_share)
            })
            .collect();
        let mut results = Vec::with_capacity(threads);
        for worker in workers {
            match worker.ok().and_then(|worker| worker.join().ok()) {
                Some(result) => results.push(result),
                // Half a model is none.
                None => {
                    let spot = SourceLocation { file: Path::new("entities").into(), ..SourceLocation::nowhere() };
                    output.error(SourceError::new(
                        spot,
                        "some of the entity files could not be read",
                        "a thread ended early",
                    ));
                }
            }
        }
        results
    })
}

/// Outlines files: by the heads of their items where those are enough, otherwise by parsing them. A file that cannot be
/// parsed is reported when it is read.
fn look(share: &Share<'_, '_>) -> Survey {
    let mut survey = Survey::default();
    for (number, held) in share.files.iter().enumerate().filter(|(number, _)| share.has(*number)) {
        if let Some(module) = Outlined::plainly(number, &held.source.path, &held.source.text) {
            survey.modules.push((number, vec![module]));
            continue;
        }
        let Ok((file, outcome)) = held.parse() else {
            let module = Outlined::new(number, Vec::new(), module_path(&held.source.path));
            survey.modules.push((number, vec![module]));
            continue;
        };
        survey.outcome.troubles.extend(outcome.troubles);
        survey.outcome.doubtful.extend(outcome.doubtful);
        if is_migrator(&file) {
            survey.migrators.push(file.path.to_path_buf());
        }
        let mut modules = Outlined::of(number, &file);
        for absent in &outcome.absent {
            if let Some(module) = modules.iter_mut().find(|module| module.path == absent.module) {
                module.disable(&absent.name, absent.elsewhere.as_deref());
            }
        }
        survey.modules.push((number, modules));
    }
    survey
}

/// Words without which a file declares neither an entity nor a column value.
const WORDS: [&str; 3] = ["Derive", "sea_orm", "EntityTrait"];

/// Reads the entities of one thread's files, one file after the other: none is kept beyond its turn.
fn entities(modules: Modules<'_>, share: &Share<'_, '_>, readings: &mut Vec<UnresolvedEntity>, output: &mut Output) {
    let mut outlined = modules.outline.modules.iter().enumerate().peekable();
    for (number, held) in modules.files.iter().enumerate() {
        let of_file = std::iter::from_fn(|| outlined.next_if(|(_, module)| module.file <= number));
        let of_file: Vec<usize> = of_file.map(|(at, _)| at).filter(|at| modules.outline.is_reached(*at)).collect();
        // Most files of an application only have names that others use.
        let may_declare = || {
            WORDS.iter().any(|word| held.source.text.contains(word))
                || of_file.iter().any(|at| modules.outline.is_loose(*at))
        };
        if !share.has(number) || of_file.is_empty() || !may_declare() {
            continue;
        }
        let file = match held.parse() {
            Ok((file, _)) => file,
            Err(trouble) => {
                output.error(trouble);
                continue;
            }
        };
        let modules = Modules { current: Some((number, &file)), ..modules };
        let is_in_scope = modules.context.is_in_scope(&held.source.path);
        for at in of_file {
            let Some(module) = modules.get(at) else { continue };
            remarks(&module, is_in_scope, output);
            if !is_in_scope
                && let Some(entity) = module.entity
                && modules.context.is_beside_scope(&held.source.path)
            {
                let message =
                    "this entity is not read: `entities` of the configuration lists the files beside it, not this one";
                let trouble = SourceError::new(module.file.spot(&entity.ident), message, "not listed");
                output.warning(trouble.hint("remove `entities`: then every entity that a `mod` reaches is read"));
            }
            if is_in_scope && let Some(entity) = table::read(&modules, at, output) {
                let relations = relations::read(&module, output);
                readings.push(UnresolvedEntity::new(entity, relations, output));
            }
        }
        drop(file);
        forget_places(share.kept);
    }
}

/// The tokenizer keeps the text of every file that this thread has parsed, for the spans of its tokens. They are not needed
/// after the file's turn, unless the thread keeps the parsed file.
fn forget_places(kept: &Cell<bool>) {
    if !kept.get() {
        proc_macro2::extra::invalidate_current_thread_spans();
    }
}

/// Whether a file makes its folder one of migrations, which hold former declarations.
fn is_migrator(file: &RustFile) -> bool {
    file.path.file_stem().is_some_and(|stem| stem == "mod" || stem == "lib" || stem == "main")
        && file.syntax.items.iter().any(|item| match item {
            syn::Item::Impl(item) => {
                let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
                of.is_some_and(|of| of.ident == "MigratorTrait")
            }
            _ => false,
        })
}
