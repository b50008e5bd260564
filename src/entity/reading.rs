//! Reads many files in parallel: first all names are collected, then each file is parsed and read.
//!
//! Must not know what is read. Syntax stays in the thread that parsed it, no longer than its file's turn: kept, it takes twenty
//! times the room of its text. Names, tables and relations are plain data and come together in the order of the files, so that
//! the number of threads shows nowhere.

use std::cell::Cell;
use std::path::Path;
use std::sync::{Arc, mpsc};

use crate::schema::Product;

use super::conditions::{Conditions, Outcome};
use super::keys::EntityDraft;
use super::outline::{Outline, Outlined, module_path};
use super::resolve::{Actives, Held, Modules};
use super::source::{Output, RustFile, SourceError, SourceLocation};
use super::{Context, SourceFile, relations, remarks, table};

/// A Rust file, and the conditions of the crate it is in.
pub(super) struct Input<'s> {
    pub(super) source: &'s SourceFile,
    pub(super) conditions: Arc<Conditions>,
}

/// The result of a thread's first pass over its files.
struct Survey {
    /// The modules of each file.
    modules: Vec<(usize, Vec<Outlined>)>,
    outcome: Outcome,
}

/// Files that are read faster by one thread than it takes to start another.
const FEW: usize = 24;

/// The most threads: beyond this they wait for memory.
const MOST: usize = 8;

/// Room for the parser, which goes as deep as the text it parses.
const STACK: usize = 256 * 1024 * 1024;

/// Reads all entities, and gives back what everything is called.
pub(super) fn read(
    inputs: &[Input<'_>],
    product: Product,
    context: &Context,
    output: &mut Output,
) -> (Arc<Outline>, Vec<EntityDraft>) {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = processors.min(MOST).min(inputs.len() / FEW + 1);
    std::thread::scope(|scope| {
        let (survey, surveys) = mpsc::channel::<Survey>();
        let (mut waiting, mut workers) = (Vec::new(), Vec::new());
        for number in 0..threads {
            let survey = survey.clone();
            let (agreed, outline) = mpsc::channel::<Arc<Outline>>();
            let work = move || {
                let mine = |file: usize| file % threads == number;
                let kept = Cell::new(false);
                let files: Vec<Held<'_>> =
                    inputs.iter().map(|input| Held::new(input.source, &input.conditions, &kept)).collect();
                // Whoever waits for the surveys waits until every sender is gone.
                _ = survey.send(look(&files, &mine));
                forget_places(&kept);
                drop(survey);
                let (mut readings, mut output) = (Vec::with_capacity(files.len() / threads + 1), Output::default());
                if let Ok(outline) = outline.recv() {
                    let actives = Actives::default();
                    let modules = Modules {
                        outline: &outline,
                        current: None,
                        files: &files,
                        context,
                        product,
                        actives: &actives,
                    };
                    entities(modules, &mine, &kept, &mut readings, &mut output);
                    output.flush_places();
                }
                (readings, output)
            };
            let builder = std::thread::Builder::new().name("reader".to_owned()).stack_size(STACK);
            waiting.push(agreed);
            workers.push(builder.spawn_scoped(scope, work));
        }
        drop(survey);
        let outline = Arc::new(agree(inputs, surveys.into_iter().collect(), output));
        // All of them go on before any of them is waited for.
        for agreed in waiting {
            _ = agreed.send(outline.clone());
        }
        let mut readings = Vec::with_capacity(inputs.len());
        for worker in workers {
            let Some((found, said)) = worker.ok().and_then(|worker| worker.join().ok()) else {
                // Half a model is none.
                let spot = SourceLocation { file: Path::new("entities").into(), ..SourceLocation::nowhere() };
                output.error(SourceError::new(
                    spot,
                    "some of the entity files could not be read",
                    "a thread ended early",
                ));
                continue;
            };
            readings.extend(found);
            output.absorb(said);
        }
        readings.sort_by_key(|reading: &EntityDraft| reading.draft.module);
        (outline, readings)
    })
}

/// What everything is called, of what the threads found.
fn agree(inputs: &[Input<'_>], surveys: Vec<Survey>, output: &mut Output) -> Outline {
    let mut modules = Vec::new();
    let mut outcome = Outcome::default();
    for survey in surveys {
        modules.extend(survey.modules);
        outcome.troubles.extend(survey.outcome.troubles);
        outcome.absent.extend(survey.outcome.absent);
        outcome.doubtful.extend(survey.outcome.doubtful);
    }
    modules.sort_by_key(|(file, _)| *file);
    let modules = modules.into_iter().flat_map(|(_, modules)| modules).collect();
    let mut outline = Outline::of(modules, &outcome.absent);
    inputs.iter().for_each(|input| outline.root(&input.source.path));
    outcome.troubles.into_iter().for_each(|trouble| output.error(trouble));
    for (path, trouble) in outcome.doubtful {
        if outline.has_entities(&path) {
            output.error(trouble);
        }
    }
    outline
}

/// Outlines files: by the heads of their items where those tell enough, by parsing them where not. What cannot be parsed is
/// said when it is read.
fn look(files: &[Held<'_>], mine: &dyn Fn(usize) -> bool) -> Survey {
    let mut survey = Survey { modules: Vec::new(), outcome: Outcome::default() };
    for (number, held) in files.iter().enumerate().filter(|(number, _)| mine(*number)) {
        if let Some(module) = Outlined::plainly(number, &held.source.path, &held.source.text) {
            survey.modules.push((number, vec![module]));
            continue;
        }
        let Ok((file, outcome)) = held.parse() else { continue };
        survey.outcome.troubles.extend(outcome.troubles);
        survey.outcome.absent.extend(outcome.absent);
        survey.outcome.doubtful.extend(outcome.doubtful);
        if is_migrator(&file) {
            survey.outcome.absent.push(module_path(&file.path));
        }
        survey.modules.push((number, Outlined::of(number, &file)));
    }
    survey
}

/// Reads the entities of one thread's files, one file after the other: none is kept beyond its turn.
fn entities(
    modules: Modules<'_>,
    mine: &dyn Fn(usize) -> bool,
    kept: &Cell<bool>,
    readings: &mut Vec<EntityDraft>,
    output: &mut Output,
) {
    let mut outlined = modules.outline.modules.iter().enumerate().peekable();
    for (number, held) in modules.files.iter().enumerate() {
        let of_file = std::iter::from_fn(|| outlined.next_if(|(_, module)| module.file <= number));
        if !mine(number) {
            of_file.for_each(drop);
            continue;
        }
        let file = match held.parse() {
            Ok((file, _)) => file,
            Err(trouble) => {
                output.error(trouble);
                of_file.for_each(drop);
                continue;
            }
        };
        let modules = Modules { current: Some((number, &file)), ..modules };
        for (at, _) in of_file {
            let Some(module) = modules.get(at) else { continue };
            remarks(&module, output);
            if let Some(draft) = table::read(&modules, at, output) {
                let relations = relations::read(&module, output);
                readings.push(EntityDraft::new(draft, relations, output));
            }
        }
        drop(file);
        forget_places(kept);
    }
}

/// The tokenizer keeps the text of everything it has read in this thread, so that it can say where a token stands, and what it
/// has said. Nobody asks it for the tokens of files whose turn is over; only some that others use are kept.
fn forget_places(kept: &Cell<bool>) {
    if !kept.get() {
        proc_macro2::extra::invalidate_current_thread_spans();
    }
}

/// Whether a folder is one of migrations, which say what was and not what is.
fn is_migrator(file: &RustFile) -> bool {
    file.path.file_stem().is_some_and(|stem| stem == "mod")
        && file.syntax.items.iter().any(|item| match item {
            syn::Item::Impl(item) => {
                let of = item.trait_.as_ref().and_then(|(_, path, _)| path.segments.last());
                of.is_some_and(|of| of.ident == "MigratorTrait")
            }
            _ => false,
        })
}
