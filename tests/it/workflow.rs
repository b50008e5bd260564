//! The jobs as a program of one's own uses them: without a command line, and nothing printed.

use std::path::Path;
use std::sync::{Arc, Mutex};

use sea_gen::dialect::Product;
use sea_gen::entity::{Diagnostic, SourceFile};
use sea_gen::state::Question;
use sea_gen::workflow::apply::{Bench, Course};
use sea_gen::workflow::check::{Verdict, Wanted, check};
use sea_gen::workflow::generate::{self, Request};
use sea_gen::workflow::{Choice, Failure, Listener, Open, Workspace, adopt, drift, entities, fresh, purge, seed};
use sea_gen_runner::hook::Event;
use sea_gen_runner::{Error, Target, run};

/// A listener that remembers, and gives the answers it was given.
#[derive(Default)]
struct Recorder {
    notes: Mutex<Vec<String>>,
    phases: Mutex<Vec<String>>,
    questions: Mutex<Vec<String>>,
    answer: Option<Choice>,
}

impl Listener for Recorder {
    fn note(&self, text: &str) {
        self.notes.lock().unwrap().push(text.to_owned());
    }

    fn hook_says(&self, event: Event, line: &str) {
        self.notes.lock().unwrap().push(format!("{event}: {line}"));
    }

    fn begins(&self, what: &str) {
        self.phases.lock().unwrap().push(format!("+ {what}"));
    }

    fn ends(&self, what: &str) {
        self.phases.lock().unwrap().push(format!("- {what}"));
    }

    fn diagnostics(&self, diagnostics: &[Diagnostic], _: &[SourceFile]) {
        self.notes.lock().unwrap().extend(diagnostics.iter().map(|it| it.message.clone()));
    }

    fn choose(&self, question: &Question) -> Result<Choice, Error> {
        self.questions.lock().unwrap().push(question.subject.to_string());
        Ok(self.answer.unwrap_or(Choice::Unanswered))
    }

    fn text(&self, _: &str) -> Result<Option<String>, Error> {
        Ok(None)
    }

    fn agrees(&self, _: &str, _: &str) -> Result<bool, Error> {
        Ok(false)
    }
}

fn entity(column: &str) -> String {
    format!(
        "use sea_orm::entity::prelude::*;\n\n\
         #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]\n#[sea_orm(table_name = \"book\")]\n\
         pub struct Model {{\n    #[sea_orm(primary_key)]\n    pub id: i32,\n    pub {column}: String,\n}}\n\n\
         #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]\npub enum Relation {{}}\n\n\
         impl ActiveModelBehavior for ActiveModel {{}}\n"
    )
}

fn open(root: &Path, listener: &Arc<Recorder>) -> Open {
    Open { folder: Some(root.to_owned()), listener: Arc::clone(listener) as Arc<dyn Listener>, ..Open::default() }
}

async fn generated(open: Open, name: &str) -> Result<Vec<String>, Failure> {
    let mut workspace = Workspace::open_to_write(open, "a test")?;
    let planned = generate::plan(&mut workspace, &Request::new(name)).await?;
    generate::write(&workspace, &planned)?;
    Ok(planned.drafts.iter().flat_map(|draft| draft.plan.ops()).map(ToString::to_string).collect())
}

async fn applied(open: Open) -> Result<usize, Failure> {
    let mut bench = Bench::open(open, true, false).await?;
    let course = Course::Up { target: Target::All, recognises_rows: false, unproven: true, order: Default::default() };
    let chosen = bench.chosen(&course, &[])?;
    bench.run(&course, &mut |_| ()).await?;
    bench.live.session.close().await;
    Ok(chosen.len())
}

/// A project with one entity and no migration.
async fn set_up(root: &Path, listener: &Arc<Recorder>) {
    std::fs::create_dir_all(root.join(".git")).unwrap();
    std::fs::create_dir_all(root.join("entities")).unwrap();
    std::fs::write(
        root.join("gen.toml"),
        "dialects = [\"sqlite\"]\nentities = [\"entities\"]\ndatabase-url = \"sqlite://shop.db\"\n",
    )
    .unwrap();
    std::fs::write(root.join("entities/book.rs"), entity("title")).unwrap();
    let mut workspace = Workspace::open_to_write(open(root, listener), "a test").unwrap();
    let (adopted, live) = adopt::set_up_project(
        &mut workspace,
        &adopt::Request { dialects: vec![Product::Sqlite], ..adopt::Request::default() },
    )
    .await
    .unwrap();
    assert!(adopted.adoption.is_none() && live.is_none());
    drop(workspace);
}

#[apply(test)]
fn a_program_generates_applies_and_checks() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let silent = Arc::new(Recorder::default());
        set_up(root, &silent).await;

        let ops = generated(open(root, &silent), "Initial").await.unwrap();
        assert_eq!(ops, ["+ book: table (2 columns)"]);
        assert_eq!(applied(open(root, &silent)).await.unwrap(), 1);

        // What looks like a rename is asked, and without an answer nothing is written.
        std::fs::write(root.join("entities/book.rs"), entity("name")).unwrap();
        let Err(Failure::Unanswered(document, error)) = generated(open(root, &silent), "Rename").await else {
            panic!("nobody has answered");
        };
        assert!(document.contains("renamed_from"), "{document}");
        assert!(error.to_string().starts_with("1 question to answer"), "{error}");
        assert_eq!(silent.questions.lock().unwrap().as_slice(), ["column book.name"]);
        let answers = Arc::new(Recorder { answer: Some(Choice::Was(0)), ..Recorder::default() });
        let ops = generated(open(root, &answers), "Rename").await.unwrap();
        assert_eq!(ops, ["~ book: column title → name"]);
        assert_eq!(applied(open(root, &answers)).await.unwrap(), 1);

        let workspace = Workspace::open(open(root, &silent)).unwrap();
        let lines = check(&workspace, Wanted::default()).await.unwrap();
        let held: Vec<(&str, bool)> =
            lines.iter().map(|line| (line.check, matches!(line.verdict, Verdict::Holds))).collect();
        assert_eq!(held, [("entities", true), ("lock", true), ("replay", true), ("database", true)]);

        let mut drift = drift::Drift::open(workspace).await.unwrap();
        assert!(drift.plan.is_empty());
        drift.live.session.execute("CREATE INDEX by_hand ON book (name)").await.unwrap();
        drift.live.session.close().await;
        let drift = drift::Drift::open(Workspace::open(open(root, &silent)).unwrap()).await.unwrap();
        let found: Vec<String> = drift.plan.ops().iter().map(ToString::to_string).collect();
        assert_eq!(found, ["+ book: index by_hand (name)"]);
        drift.live.session.close().await;

        let workspace = Workspace::open(open(root, &silent)).unwrap();
        let reading = entities::read(workspace.clone(), None).await.unwrap();
        assert_eq!((reading.schema().tables.len(), reading.has_errors()), (1, false));
        let rows = seed::Selection { seed: 1, rows: 3, ..seed::Selection::default() };
        let mut filling = seed::Filling::plan(&workspace, &rows, false, false).await.unwrap();
        assert_eq!(filling.run(&mut |_, _| ()).await.unwrap().rows(), 3);
        filling.live.session.close().await;
        let again = seed::Filling::plan(&workspace, &rows, false, false).await.err().unwrap();
        assert_eq!(again.to_string(), "the tables already contain rows, and `gen seed` deletes nothing");

        let mut rehearsal = fresh::Fresh::plan(open(root, &silent), false, true).await.unwrap();
        assert_eq!((rehearsal.drops.len(), rehearsal.migrations.len()), (1, 2));
        assert!(rehearsal.run(&mut |_| ()).await.is_err(), "a rehearsal runs nothing");
        rehearsal.live.session.close().await;
        let mut fresh = fresh::Fresh::plan(open(root, &silent), false, false).await.unwrap();
        assert_eq!(fresh.run(&mut |_| ()).await.unwrap().len(), 2);
        fresh.live.session.close().await;
        let reset = fresh::Reset::plan(open(root, &silent), false).await.unwrap();
        assert_eq!(reset.chosen().unwrap().len(), 2);
        reset.live.session.close().await;
        let parked = purge::Selection { only: Vec::new(), older_than: None, today: jiff::civil::date(2026, 1, 1) };
        assert_eq!(purge::choose(&workspace, &parked).await.unwrap(), []);

        let notes = silent.notes.lock().unwrap().clone();
        assert!(notes.iter().all(|note| !note.contains("error")), "{notes:?}");
    });
}

/// Another runner was faster, between the reading of the catalog and that of the history.
#[apply(test)]
fn what_another_runner_did_meanwhile_is_not_taken_for_drift() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let (root, listener) = (folder.path(), Arc::new(Recorder::default()));
        set_up(root, &listener).await;
        generated(open(root, &listener), "Initial").await.unwrap();
        let mut bench = Bench::open(open(root, &listener), true, false).await.unwrap();
        assert_eq!(applied(open(root, &listener)).await.unwrap(), 1);
        listener.notes.lock().unwrap().clear();

        bench.live.history = run::history(&mut bench.live.session).await.unwrap();
        let course =
            Course::Up { target: Target::All, recognises_rows: false, unproven: true, order: Default::default() };
        assert_eq!(bench.recognise(&course, false, &mut |_| ()).await.unwrap(), []);
        assert_eq!(listener.notes.lock().unwrap().as_slice(), [""; 0]);
        assert_eq!(bench.chosen(&course, &[]).unwrap(), []);
        bench.live.session.close().await;
    });
}
