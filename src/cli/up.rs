//! `gen up`, `gen down`, `gen redo`, `gen goto`: shows the executed migrations and their results.
//!
//! Must not know how migrations are selected or executed.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use sea_gen_runner::hook::Event;
use sea_gen_runner::migration::{self, Migration, MigrationId};
use sea_gen_runner::run::{Contracts, Direction, Held, Order, Outcome, Progress, State, Target};
use sea_gen_runner::sql_file::SqlFile;
use sea_gen_runner::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::lint::allow::{Allow, flag, in_shell};
use crate::workflow::afterwards::Afterwards;
use crate::workflow::apply::{Bench, Course, RefusedLoss, Verified};
use crate::workflow::backup::{Backup, name};
use crate::workflow::hook_commands::{HookRunner, Told};
use crate::workflow::{Failure, Open, Workspace, stakes};

use super::arguments::{Common, Down, Goto, Others, Redo, Reverting, Run, Up};
use super::paint::{self, Ink, ink, ink_talk};
use super::progress::Talk;
use super::{Ending, afterwards, show, tenants};

pub(super) async fn up(common: &Common, command: &Up) -> Result<Ending, Failure> {
    if command.of.tenants.is_some() {
        return tenants::up(common, command).await;
    }
    let Up { target, recognise, unproven, out_of_order, verify_data, contracting, others, run, all: _, of: _ } =
        command;
    let mut bench = open(common, true, (run, others)).await?;
    let target = target.as_deref().map_or(Ok(Target::All), |text| bench.target(text))?;
    bench.verify_data.clone_from(verify_data);
    let order = if *out_of_order { Order::Any } else { Order::Strict };
    let course = Course::Up { target, recognises_rows: *recognise, unproven: *unproven, order };
    if contracting.contract {
        bench.contracts = Contracts::Apply;
    }
    if contracting.ignore_readers {
        bench.ignore_readers();
    }
    let held = bench.held(&course)?;
    if let Some(held) = held.as_ref().filter(|_| matches!(course, Course::Up { target: Target::Id(_), .. })) {
        return Err(held.refusal().into());
    }
    if contracting.contract && !contracting.ignore_readers && !run.dry_run {
        let chosen = bench.chosen(&course, &[])?;
        for why in bench.refuse_readers(&chosen).await? {
            paint::talk(format!("note: it is not known {why}"));
        }
    }
    let ending = go(bench, run, &course, (&[], "gen up")).await?;
    tell_of(held.as_ref())?;
    Ok(ending)
}

/// Tells of a migration that waits for the former version of the program to go.
///
/// # Errors
/// Others, which that program may need, wait behind it.
pub(super) fn tell_of(held: Option<&Held>) -> Result<(), Error> {
    let Some(held) = held else { return Ok(()) };
    if held.behind.is_empty() {
        paint::talk(format!("note: {}", held.refusal()));
        paint::talk(format!("  {}", Held::LATER));
        return Ok(());
    }
    let wait = if held.behind.len() == 1 { "is" } else { "are" };
    Err(held.refusal().hint(format!("behind it {wait} waiting: {}", held.behind.join(", "))))
}

/// Applies what is pending in a database that was made from a backup; its name was confirmed already.
pub(super) async fn after_restore(common: &Common, workspace: &Workspace) -> Result<Ending, Failure> {
    let environment = workspace.environment.as_ref().filter(|environment| environment.is_protected);
    let confirmed = environment.and_then(|environment| environment.name.clone());
    let mut bench = Bench::open(Open { confirmed, ..Open::from(common) }, true, false).await?;
    bench.backup = None;
    let course = Course::Up { target: Target::All, recognises_rows: false, unproven: false, order: Order::Strict };
    let held = bench.held(&course)?;
    let ending = go(bench, &Run { dry_run: false, json: false }, &course, (&[], "gen up")).await?;
    tell_of(held.as_ref())?;
    Ok(ending)
}

/// Applies what is pending in the project that all tenants have in common, before any of them.
pub(super) async fn up_shared(shared: Workspace, (run, others): (&Run, &Others)) -> Result<(), Failure> {
    paint::talk(format!("{} (shared)", ink_talk(Ink::Bold, shared.root().display())));
    let mut bench = Bench::of(shared, true, run.dry_run).await?;
    equip(&mut bench, others);
    let course = Course::Up { target: Target::All, recognises_rows: false, unproven: false, order: Order::Strict };
    let held = bench.held(&course)?;
    if let Some(report) = run_course(bench, run, &course, (&[], "gen up"), Report::begin(run)).await? {
        match run.json {
            true => {
                let report = json!({ "shared": true, "migrations": outcomes_json(&report.outcomes) });
                paint::exact(&format!("{report}\n"));
            }
            false => print(run, &report),
        }
    }
    Ok(tell_of(held.as_ref())?)
}

pub(super) async fn down(common: &Common, command: &Down) -> Result<Ending, Failure> {
    if command.of.tenants.is_some() {
        return tenants::down(common, command).await;
    }
    let Down { target, others, reverting: Reverting { allow, run }, of: _ } = command;
    let bench = open(common, false, (run, others)).await?;
    let course = Course::Down(target.as_deref().map_or(Ok(Target::Count(1)), |text| bench.target(text))?);
    let again = format!("gen down {}", target.as_deref().unwrap_or_default());
    go(bench, run, &course, (allow, again.trim_end())).await
}

pub(super) async fn redo(common: &Common, command: &Redo) -> Result<Ending, Failure> {
    let Redo { others, reverting: Reverting { allow, run } } = command;
    let bench = open(common, false, (run, others)).await?;
    go(bench, run, &Course::Redo, (allow, "gen redo")).await
}

pub(super) async fn goto(common: &Common, command: &Goto) -> Result<Ending, Failure> {
    let Goto { target, others, reverting: Reverting { allow, run } } = command;
    let bench = open(common, true, (run, others)).await?;
    let course = Course::Goto(bench.id(target)?);
    go(bench, run, &course, (allow, &format!("gen goto {target}"))).await
}

async fn open(common: &Common, creates: bool, (run, others): (&Run, &Others)) -> Result<Bench, Failure> {
    let mut bench = Bench::open(common, creates, run.dry_run).await?;
    equip(&mut bench, others);
    Ok(bench)
}

/// What the caller says of a run.
fn equip(bench: &mut Bench, others: &Others) {
    bench.waiting.limit = others.lock_timeout.map_or(bench.waiting.limit, Duration::from_secs);
    bench.backup = others.backup.clone().or(bench.backup.take());
    bench.skips_commands = others.no_hooks;
    if others.end_orphans {
        bench.waiting = bench.waiting.ending_orphans();
    }
}

/// Reverts the newest applied migrations, which must be these, oldest first.
pub(super) async fn revert(
    common: &Common,
    ids: &[MigrationId],
    allow: &[Allow],
    command: &str,
) -> Result<(), Failure> {
    let (run, others) = (
        Run { dry_run: false, json: false },
        Others { lock_timeout: None, backup: None, end_orphans: false, no_hooks: false },
    );
    let bench = open(common, false, (&run, &others)).await?;
    let newest = bench.live.history.iter().rev().take(ids.len());
    if let Some(other) = newest.map(|record| &record.id).find(|id| !ids.iter().any(|own| own.as_str() == **id)) {
        return Err(Error::new(format!("`{other}` is applied after them on the database at hand"))
            .of(ErrorKind::Refused)
            .hint("revert it first: `gen down`")
            .into());
    }
    // The caller reports them.
    let report = Report { is_live: false, ..Report::begin(&run) };
    run_course(bench, &run, &Course::Down(Target::Count(ids.len())), (allow, command), report).await?;
    Ok(())
}

/// Runs a course and reports it, or prints its SQL. `allow` has the allowed losses, and `command` is the command line to suggest.
async fn go(bench: Bench, run: &Run, course: &Course, suggestion: (&[Allow], &str)) -> Result<Ending, Failure> {
    let Some(report) = run_course(bench, run, course, suggestion, Report::begin(run)).await? else {
        return Ok(Ending::Done);
    };
    print(run, &report);
    let failure = afterwards::failure(&report);
    if !run.json {
        afterwards::tell(&report.afterwards);
    }
    match report.verified.filter(|_| !run.json) {
        Some(Verified::Yes) => paint::talk("verified: the database has the schema that the migrations lead to"),
        Some(Verified::No) => paint::talk(
            "note: the database does not have the schema that the migrations lead to; `gen drift` shows the differences",
        ),
        Some(Verified::Unknown(why)) => {
            paint::talk(format!("note: it is not known whether the database has the schema of its migrations: {why}"));
        }
        None => {}
    }
    failure.map_or(Ok(Ending::Done), |error| Err(error.into()))
}

/// What a run has done.
pub(super) struct Report {
    /// The migrations.
    pub(super) outcomes: Vec<Outcome>,
    /// `None` if nothing was run, or nothing is applied any more.
    verified: Option<Verified>,
    /// The backup that was made before.
    pub(super) backup: Option<Backup>,
    /// What was found after it besides the schema.
    pub(super) afterwards: Afterwards,
    /// Whether each migration is reported when it is done. On a terminal the progress is shown there until the end.
    is_live: bool,
}

impl Report {
    pub(super) fn begin(run: &Run) -> Self {
        let is_live = !run.json && !std::io::stdout().is_terminal();
        Self { outcomes: Vec::new(), verified: None, backup: None, afterwards: Afterwards::default(), is_live }
    }

    pub(super) fn hear(&mut self, progress: &Progress<'_>) {
        if let Progress::Finished(outcome) = progress {
            self.add((*outcome).clone());
        }
    }

    fn add(&mut self, outcome: Outcome) {
        if self.is_live {
            paint::result(&line(&outcome));
        }
        self.outcomes.push(outcome);
    }
}

/// Runs a course, or prints its SQL. Returns what it has done, added to an empty report.
async fn run_course(
    mut bench: Bench,
    run: &Run,
    course: &Course,
    (allow, command): (&[Allow], &str),
    report: Report,
) -> Result<Option<Report>, Failure> {
    let mut talk = Talk::new();
    // The history is written only when nothing refuses the run any more.
    let recognised = bench.recognise(course, true, &mut |it| talk.show(&it)).await;
    talk.done();
    let recognised = recognised?;
    let chosen = bench.chosen(course, &recognised)?;
    let due = bench.due(course, &chosen, &recognised).await?;
    if run.dry_run {
        let chosen: Vec<_> = bench.migrations_at(&chosen);
        let files = due.iter().filter_map(|due| bench.repeatables.iter().find(|file| file.path == due.path));
        paint::exact(&format!("{}{}", script(&chosen), file_script(&files.collect::<Vec<_>>())));
        if chosen.is_empty() && due.is_empty() {
            paint::talk("nothing to do");
        }
    }
    for note in bench.sizes(&chosen).await {
        paint::talk(format!("note: {note}"));
    }
    let losses = bench.losses(&chosen, allow).await?;
    for (statement, why) in &losses.unknown {
        paint::talk(format!("note: {}: {why}, so it is not known what it deletes", paint::line(statement)));
    }
    let is_development = bench.workspace.is_development();
    for RefusedLoss { finding, line } in losses.refused.iter().filter(|_| is_development || run.dry_run) {
        paint::talk(match is_development {
            true => format!("note: {line}"),
            false => format!("note: {line}: needs `{}`", flag(finding)),
        });
    }
    if run.dry_run {
        return Ok(None);
    }
    if !is_development && !losses.refused.is_empty() {
        let lines: Vec<String> = losses.refused.iter().map(|it| it.line.clone()).collect();
        let refused: Vec<_> = losses.refused.iter().map(|it| &it.finding).collect();
        let what = "reverting would lose data; nothing was run";
        let command = format!("{command}{}", stakes::allowing(allow));
        return Err(stakes::refusal(what, &command, &lines, &refused).into());
    }
    let with_recognised = [bench.places(&recognised), chosen.clone()].concat();
    bench.refuse_refuted(course, &with_recognised)?;
    bench.refuse_elsewhere(&with_recognised)?;
    bench.refuse_unpromoted(&with_recognised).await?;
    let planned = bench.planned(&chosen, &due);
    let (workspace, begun) = (bench.workspace.clone(), Instant::now());
    let commands = HookRunner::new(&workspace, bench.skips_commands || planned.is_empty());
    let [before, after] = match course {
        Course::Down(_) => [Event::BeforeDown, Event::AfterDown],
        Course::Up { .. } | Course::Redo | Course::Goto(_) => [Event::BeforeUp, Event::AfterUp],
    };
    commands.refuse(before).map_err(|error| error.hint("nothing was run"))?;
    let backup = bench.back_up(&chosen, &due).await?;
    if let Some(backup) = &backup {
        report_backup(backup, &bench.workspace);
    }
    if !recognised.is_empty() {
        let mut talk = Talk::new();
        let now = bench.recognise(course, false, &mut |it| talk.show(&it)).await;
        talk.done();
        if now? != recognised {
            return Err(Error::new("another process changed the database meanwhile; no migration was run")
                .of(ErrorKind::Busy)
                .hint("try again: `gen up`")
                .into());
        }
    }
    let told = commands.run(before, Told { planned: &planned, ..Told::default() }).await;
    told.map_err(|error| error.hint("nothing was run"))?;
    let counts = bench.count_rows(&chosen).await;
    // Completed migrations are reported even if a later one fails.
    let (mut talk, mut report) = (Talk::new(), Report { backup, ..report });
    bench.recorded.iter().cloned().chain(recognised).for_each(|outcome| report.add(outcome));
    let mut watch = |progress: Progress<'_>| {
        report.hear(&progress);
        talk.show(&progress);
    };
    let result = bench.run(course, &mut watch).await;
    talk.done();
    if let Err(error) = result {
        if !report.outcomes.is_empty() {
            print(run, &report);
        }
        let told = Told {
            outcomes: &report.outcomes,
            planned: &planned,
            elapsed_ms: elapsed(begun),
            error: Some(&whole(&error)),
            ..Told::default()
        };
        commands.after_failure(told).await;
        return Err(error.into());
    }
    report.verified = match report.outcomes.is_empty() {
        true => None,
        false => bench.verify(&report.outcomes).await,
    };
    report.afterwards = bench.afterwards(&report.outcomes, &counts).await;
    bench.live.session.close().await;
    let told = Told { outcomes: &report.outcomes, planned: &planned, elapsed_ms: elapsed(begun), ..Told::default() };
    if let Some(error) = afterwards::failure(&report) {
        commands.after_failure(Told { error: Some(&whole(&error)), ..told }).await;
        return Ok(Some(report));
    }
    if let Err(error) = commands.run(after, told).await {
        print(run, &report);
        return Err(error.hint("the migrations of the run are done and stay so").into());
    }
    Ok(Some(report))
}

/// Milliseconds.
pub(super) fn elapsed(begun: Instant) -> u64 {
    u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// An error with its reasons, on one line.
pub(super) fn whole(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(reason) = source {
        text.push_str(&format!(": {reason}"));
        source = reason.source();
    }
    text
}

/// Says where a backup is, and how a database is made from it.
fn report_backup(backup: &Backup, workspace: &Workspace) {
    let Backup { path, size, unchecked } = backup;
    let shown = workspace.project.shown(path).display().to_string();
    let checked = match unchecked {
        None => "it was restored into a scratch database".to_owned(),
        Some(why) => format!("it was not tried out: {why}"),
    };
    paint::talk(format!("backup {shown} ({}); {checked}", indicatif::BinaryBytes(*size)));
    let name = workspace.connection().map(name).unwrap_or_default();
    let (shown, name) = (in_shell(&shown), in_shell(&name));
    paint::talk(format!("  to go back to it: `gen restore {shown} --replace {name} --no-up`"));
}

/// The SQL of migrations, each under its name.
pub(super) fn script(migrations: &[(&Migration, Direction)]) -> String {
    let mut text = String::new();
    for (migration, direction) in migrations {
        let statements = match direction {
            Direction::Up => &migration.up,
            Direction::Down => &migration.down,
        };
        text.push_str(&format!("-- {} ({direction})\n", migration.id));
        text.push_str(&migration::script(migration.product, statements));
        text.push('\n');
    }
    text
}

/// The SQL of repeatable files, each under its path.
pub(super) fn file_script(files: &[&SqlFile]) -> String {
    let text = |file: &&SqlFile| format!("-- {}\n{}\n", file.path, migration::script(file.product, &file.statements));
    files.iter().map(text).collect()
}

/// The result of each migration, or of each repeatable file.
pub(super) fn outcomes_json<'o>(outcomes: impl IntoIterator<Item = &'o Outcome>) -> Value {
    outcomes.into_iter().map(outcome_json).collect()
}

/// The result of a migration.
pub(super) fn outcome_json(outcome: &Outcome) -> Value {
    json!({
        "id": outcome.id,
        "direction": outcome.direction.key(),
        "statements": outcome.statements,
        "execution_ms": outcome.execution_ms,
        "rows": outcome.rows,
        "waited_ms": outcome.waited_ms,
        "status": outcome.status.map(State::key),
    })
}

/// Reports the result of each migration, and whether the database has the resulting schema.
pub(super) fn print(command: &Run, report: &Report) {
    let Report { outcomes, verified, backup, afterwards, is_live } = report;
    if command.json {
        let (files, migrations): (Vec<&Outcome>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.is_of_file());
        let (verified, unverified) = match verified {
            Some(Verified::Yes) => (Some(true), None),
            Some(Verified::No) => (Some(false), None),
            Some(Verified::Unknown(why)) => (None, Some(why)),
            None => (None, None),
        };
        let mut all = json!({ "migrations": outcomes_json(migrations), "verified": verified });
        if !files.is_empty() {
            all["repeatable"] = outcomes_json(files);
        }
        if let Some(why) = unverified {
            all["unverified"] = json!(why);
        }
        afterwards::add_json(&mut all, afterwards);
        if let Some(backup) = backup {
            all["backup"] = json!(backup.path);
        }
        paint::exact(&format!("{all:#}\n"));
        return;
    }
    if outcomes.is_empty() {
        paint::talk("nothing to do");
    }
    if !is_live {
        paint::result(&outcomes.iter().map(line).collect::<String>());
    }
}

/// The line of a migration or a repeatable file that is done.
fn line(outcome: &Outcome) -> String {
    let word = match (outcome.direction, outcome.status) {
        (_, Some(State::Recognised | State::Baseline)) => ink(Ink::Yellow, "recognised"),
        (Direction::Up, _) if outcome.is_of_file() => ink(Ink::Green, "run"),
        (Direction::Up, _) => ink(Ink::Green, "applied"),
        (Direction::Down, _) => ink(Ink::Red, "reverted"),
    };
    let statements = show::plural(outcome.statements, "statement");
    format!("{word} {}  {statements}, {} ms\n", outcome.id, outcome.execution_ms)
}
