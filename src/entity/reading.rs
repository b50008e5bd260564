//! Reading many files on all processors: parse, agree on what everything is called, then read the entities.
//!
//! Must not know what is read. Syntax stays in the thread that parsed it; names, tables and relations are plain data and
//! come together in the order of the files, so that the number of threads shows nowhere.

use std::path::Path;
use std::sync::{Arc, mpsc};

use crate::schema::Product;

use super::conditions::{self, Conditions, Outcome};
use super::keys::Reading;
use super::outline::{Outline, Outlined, module_path};
use super::resolve::{Actives, Held, Modules};
use super::source::{Output, RustFile, Spot, Trouble};
use super::{Context, SourceFile, relations, remarks, table};

/// A Rust file, and the conditions of the crate it is in.
pub(super) struct Input<'s> {
    pub(super) source: &'s SourceFile,
    pub(super) conditions: Arc<Conditions>,
}

/// What a thread found in its files before it knows those of others.
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

/// Reads all entities, and hands them to `complete`. That works while the threads put their syntax away.
pub(super) fn read(
    inputs: &[Input<'_>],
    product: Product,
    context: &Context,
    output: &mut Output,
    complete: impl FnOnce(&Outline, Vec<Reading>, &mut Output),
) {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = processors.min(MOST).min(inputs.len() / FEW + 1);
    std::thread::scope(|scope| {
        let (survey, surveys) = mpsc::channel::<Survey>();
        let (finished, finds) = mpsc::channel();
        let (mut waiting, mut workers) = (Vec::new(), Vec::new());
        for number in 0..threads {
            let (survey, finished) = (survey.clone(), finished.clone());
            let (agreed, outline) = mpsc::channel::<Arc<Outline>>();
            let work = move || {
                let mine = |file: usize| file % threads == number;
                let files: Vec<Held<'_>> =
                    inputs.iter().map(|input| Held::new(input.source, &input.conditions)).collect();
                let mut output = Output::default();
                // Whoever waits for the surveys waits until every sender is gone.
                _ = survey.send(look(inputs, &files, &mine, &mut output));
                drop(survey);
                let mut readings = Vec::new();
                if let Ok(outline) = outline.recv() {
                    let actives = Actives::default();
                    let modules = Modules { outline: &outline, files: &files, context, product, actives: &actives };
                    entities(&modules, &mine, &mut readings, &mut output);
                    output.sort();
                }
                _ = finished.send((number, readings, output));
                drop(finished);
            };
            let builder = std::thread::Builder::new().name("reader".to_owned()).stack_size(STACK);
            waiting.push(agreed);
            workers.push(builder.spawn_scoped(scope, work));
        }
        drop((survey, finished));
        let outline = Arc::new(agree(inputs, surveys.into_iter().collect(), output));
        // All of them go on before any of them is waited for.
        for agreed in waiting {
            _ = agreed.send(outline.clone());
        }
        let mut finds: Vec<_> = finds.into_iter().collect();
        finds.sort_by_key(|(number, ..)| *number);
        let mut readings = Vec::new();
        for (_, found, said) in finds {
            readings.extend(found);
            output.absorb(said);
        }
        readings.sort_by_key(|reading: &Reading| reading.draft.module);
        complete(&outline, readings, output);
        for worker in workers {
            // Half a model is none.
            if !worker.is_ok_and(|worker| worker.join().is_ok()) {
                let spot = Spot { file: Path::new("entities").into(), ..Spot::nowhere() };
                output.error(Trouble::new(spot, "some of the entity files could not be read", "a thread ended early"));
            }
        }
    });
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

/// Parses files and outlines them.
fn look(inputs: &[Input<'_>], files: &[Held<'_>], mine: &dyn Fn(usize) -> bool, output: &mut Output) -> Survey {
    let mut survey = Survey { modules: Vec::new(), outcome: Outcome::default() };
    for (number, (input, held)) in inputs.iter().zip(files).enumerate().filter(|(number, _)| mine(*number)) {
        let parsed = RustFile::parse(&input.source.path, &input.source.text);
        let file = match parsed {
            Ok(mut file) => {
                if input.source.text.contains("cfg") {
                    let outcome = conditions::settle(&mut file, &input.conditions);
                    survey.outcome.troubles.extend(outcome.troubles);
                    survey.outcome.absent.extend(outcome.absent);
                    survey.outcome.doubtful.extend(outcome.doubtful);
                }
                held.keep(Some(file))
            }
            Err(trouble) => {
                output.error(trouble);
                held.keep(None)
            }
        };
        if let Some(file) = file {
            if is_migrator(file) {
                survey.outcome.absent.push(module_path(&file.path));
            }
            survey.modules.push((number, Outlined::of(number, file)));
        }
    }
    survey
}

/// Reads the entities of one thread's files.
fn entities(modules: &Modules<'_>, mine: &dyn Fn(usize) -> bool, readings: &mut Vec<Reading>, output: &mut Output) {
    for (at, outlined) in modules.outline.modules.iter().enumerate() {
        if !mine(outlined.file) {
            continue;
        }
        let Some(module) = modules.get(at) else { continue };
        remarks(&module, output);
        if let Some(draft) = table::read(modules, at, output) {
            let relations = relations::read(&module, output);
            readings.push(Reading { draft, relations });
        }
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
