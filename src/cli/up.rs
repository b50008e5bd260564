//! `gen up`, `gen down`, `gen redo`, `gen goto`: running migrations.
//!
//! Must not know how a migration is run; it chooses which, shows progress and tells the outcome.

use sea_gen_runner::migration::{self, Migration};
use sea_gen_runner::run::{self, Applicable, DEFAULT_WAIT, Direction, Outcome, Progress, State, Target};
use sea_gen_runner::session::{Missing, Session};
use serde_json::json;

use crate::dialect::casts::Casts;
use crate::dialect::{self, Product, Role, Statement, reading};
use crate::introspect;
use crate::lint::allow::{Allow, flag};
use crate::lint::{Finding, losses};
use crate::project::{find_id, fingerprint};
use crate::state::{self, Situation};
use crate::workflow::{self, Known, Live, Workspace, applicable, applicables, occupied, recognisable, refuted, stakes};

use super::arguments::{Common, Down, Goto, Reverting, Run, Up};
use super::paint::{self, Ink, ink};
use super::progress::Talk;
use super::report::Failure;
use super::{Ending, show, sizes};

/// What a command works with: the project, the database, and the migrations for it.
struct Bench {
    workspace: Workspace,
    live: Live,
    migrations: Vec<Migration>,
}

impl Bench {
    async fn set_up(common: &Common, command: &Run, missing: Missing) -> Result<Self, Failure> {
        let workspace = Workspace::open(common)?;
        workspace.sealed_lock()?;
        let live = match missing {
            Missing::Create if command.dry_run => workspace.rehearsed().await?,
            _ => workspace.required(missing).await?,
        };
        let migrations = workspace.migrations(live.product())?;
        workspace.refuse_unsealed(live.product(), &migrations)?;
        Ok(Self { workspace, live, migrations })
    }

    /// Notes what the database is now in its own words, so that it is known again when the snapshot has other words. It is no
    /// more than a help, so nothing is said where it cannot be done.
    async fn note(&mut self, outcomes: &[Outcome]) {
        let Some(last) = outcomes.iter().rev().find(|outcome| outcome.direction == Direction::Up) else { return };
        let Some(migration) = self.migrations.iter().find(|it| it.id.as_str() == last.id) else { return };
        let scope = self.workspace.scope();
        let Ok(catalog) = introspect::introspect(&mut self.live.session, &scope).await else { return };
        if let Ok(schema) = dialect::of(self.live.product()).normalize(catalog.schema) {
            let found = fingerprint(schema.schema());
            let _ = run::note(&mut self.live.session, &applicable(migration), &found).await;
        }
    }

    /// How many, or which one.
    fn target(&self, text: &str) -> Result<Target, Failure> {
        // An id begins with eight digits, so a shorter number is a count.
        if text.len() < 8
            && let Ok(count) = text.parse()
        {
            return Ok(Target::Count(count));
        }
        let id = find_id(text, self.migrations.iter().map(|migration| &migration.id))?;
        Ok(Target::Id(id.to_string()))
    }
}

pub(super) async fn up(common: &Common, command: &Up) -> Result<Ending, Failure> {
    let mut bench = Bench::set_up(common, &command.run, Missing::Create).await?;
    let target = match &command.target {
        None => Target::All,
        Some(text) => bench.target(text)?,
    };
    let recognised = recognise(&mut bench, command).await?;
    let files = applicables(&bench.migrations);
    let mut chosen = run::to_apply(&bench.live.history, &files, &target, bench.live.product())?;
    chosen.retain(|file| !recognised.iter().any(|outcome| outcome.id == file.id()));
    if !command.unproven && !command.run.dry_run {
        refuted::refuse(bench.workspace.sealed_lock()?, chosen.iter().map(|file| &**file))?;
    }
    let chosen: Vec<_> = chosen.into_iter().map(|file| (file.migration, Direction::Up)).collect();
    if command.run.dry_run {
        print_sql(&chosen);
    }
    sizes::note(&mut bench.live.session, &chosen).await;
    if command.run.dry_run {
        return Ok(Ending::Done);
    }
    let mut watched = Watched::after(recognised);
    let result = run::up(&mut bench.live.session, &files, &target, DEFAULT_WAIT, &mut |it| watched.see(&it)).await;
    let outcomes = watched.end(&command.run, result)?;
    bench.note(&outcomes).await;
    print(&command.run, &outcomes);
    bench.live.session.close().await;
    Ok(Ending::Done)
}

/// Records pending migrations whose result the database already has, because it was synchronised before they were written.
/// A dry run only says so.
async fn recognise(bench: &mut Bench, command: &Up) -> Result<Vec<Outcome>, Failure> {
    loop {
        let mut sealed = bench.workspace.sealed(bench.live.product())?;
        let headings: Vec<_> = bench.migrations.iter().map(Migration::heading).collect();
        let mut situation = bench.workspace.situation(sealed.as_ref(), Some(&bench.live), None, &headings)?;
        if situation == Situation::Drifted && bench.live.settle(sealed.as_mut(), None).await? {
            situation = bench.workspace.situation(sealed.as_ref(), Some(&bench.live), None, &headings)?;
        }
        match situation {
            Situation::Ahead => {}
            Situation::Drifted => {
                occupied::refuse(&bench.live, sealed.as_ref(), &bench.migrations)?;
                paint::talk(
                    "note: the database is not where the last applied migration left it; `gen drift` shows how",
                );
                return Ok(Vec::new());
            }
            _ => return Ok(Vec::new()),
        }
        let files = applicables(&bench.migrations);
        let fingerprints = bench.live.fingerprints();
        let Live { session, schema, history, .. } = &mut bench.live;
        let known = Known { history, schema: schema.schema(), fingerprints: &fingerprints };
        let found = recognisable(known, &files, command.recognise)?;
        let mut talk = Talk::new();
        if found.is_empty()
            || command.run.dry_run
            || workflow::recognise(session, &found, known, &bench.workspace.scope(), DEFAULT_WAIT, &mut |it| {
                talk.show(&it)
            })
            .await?
        {
            talk.done();
            return Ok(found.into_iter().map(recognised).collect());
        }
        talk.done();
        // Somebody else was faster: what was decided is decided again.
        bench.live.read_again(&bench.workspace).await?;
    }
}

fn recognised(file: &Applicable<'_>) -> Outcome {
    let (direction, status) = (Direction::Up, Some(State::Recognised));
    Outcome { id: file.id(), direction, statements: 0, execution_ms: 0, status }
}

pub(super) async fn down(common: &Common, command: &Down) -> Result<Ending, Failure> {
    let Reverting { allow, run } = &command.reverting;
    let mut bench = Bench::set_up(common, run, Missing::Refuse).await?;
    let target = match &command.target {
        None => Target::Count(1),
        Some(text) => bench.target(text)?,
    };
    let files = applicables(&bench.migrations);
    let chosen = run::to_revert(&bench.live.history, &files, &target, bench.live.product())?;
    let there: Vec<_> = chosen.into_iter().map(|file| (file.migration, Direction::Down)).collect();
    let again = ["gen down", command.target.as_deref().unwrap_or_default()];
    if !may_begin((&bench.workspace, &mut bench.live), run, &there, allow, again.join(" ").trim_end()).await? {
        return Ok(Ending::Done);
    }
    let mut watched = Watched::after(Vec::new());
    let result = run::down(&mut bench.live.session, &files, &target, DEFAULT_WAIT, &mut |it| watched.see(&it)).await;
    print(run, &watched.end(run, result)?);
    bench.live.session.close().await;
    Ok(Ending::Done)
}

pub(super) async fn redo(common: &Common, command: &Reverting) -> Result<Ending, Failure> {
    let Reverting { allow, run } = command;
    let mut bench = Bench::set_up(common, run, Missing::Refuse).await?;
    let files = applicables(&bench.migrations);
    let chosen = run::to_revert(&bench.live.history, &files, &Target::Count(1), bench.live.product())?;
    let there = chosen.iter().map(|file| (file.migration, Direction::Down));
    let back = chosen.iter().rev().map(|file| (file.migration, Direction::Up));
    let both: Vec<_> = there.chain(back).collect();
    if !may_begin((&bench.workspace, &mut bench.live), run, &both, allow, "gen redo").await? {
        return Ok(Ending::Done);
    }
    let mut watched = Watched::after(Vec::new());
    let result = run::redo(&mut bench.live.session, &files, 1, DEFAULT_WAIT, &mut |it| watched.see(&it)).await;
    let outcomes = watched.end(run, result)?;
    bench.note(&outcomes).await;
    print(run, &outcomes);
    bench.live.session.close().await;
    Ok(Ending::Done)
}

pub(super) async fn goto(common: &Common, command: &Goto) -> Result<Ending, Failure> {
    let Reverting { allow, run } = &command.reverting;
    let mut bench = Bench::set_up(common, run, Missing::Create).await?;
    let id = find_id(&command.target, bench.migrations.iter().map(|migration| &migration.id))?.to_string();
    let files = applicables(&bench.migrations);
    let (target, history, product) = (Target::Id(id.clone()), &bench.live.history, bench.live.product());
    let (chosen, direction) = match history.iter().any(|record| record.id == id) {
        true => (run::to_revert(history, &files, &target, product)?, Direction::Down),
        false => (run::to_apply(history, &files, &target, product)?, Direction::Up),
    };
    let there: Vec<_> = chosen.into_iter().map(|file| (file.migration, direction)).collect();
    if !may_begin((&bench.workspace, &mut bench.live), run, &there, allow, &format!("gen goto {}", command.target))
        .await?
    {
        return Ok(Ending::Done);
    }
    if !bench.live.history.iter().any(|record| record.id == id) {
        let chosen = run::to_apply(&bench.live.history, &files, &Target::Id(id.clone()), bench.live.product())?;
        refuted::refuse(bench.workspace.sealed_lock()?, chosen.iter().map(|file| &**file))?;
    }
    let mut watched = Watched::after(Vec::new());
    let result = run::goto(&mut bench.live.session, &files, &id, DEFAULT_WAIT, &mut |it| watched.see(&it)).await;
    let outcomes = watched.end(run, result)?;
    bench.note(&outcomes).await;
    print(run, &outcomes);
    bench.live.session.close().await;
    Ok(Ending::Done)
}

/// Whether the migrations are to run: not in a dry run, which prints them instead.
///
/// # Errors
/// Reverting throws away rows or values that are there and that nobody allowed to go. In a development database it is
/// only said.
async fn may_begin(
    (workspace, live): (&Workspace, &mut Live),
    run: &Run,
    chosen: &[(&Migration, Direction)],
    allow: &[Allow],
    command: &str,
) -> Result<bool, Failure> {
    if run.dry_run {
        print_sql(chosen);
    }
    sizes::note(&mut live.session, chosen).await;
    let product = live.product();
    let dialect = dialect::of(product);
    let reverted = chosen.iter().filter(|(_, direction)| *direction == Direction::Down);
    let statements: Vec<&Statement> = reverted.flat_map(|(migration, _)| &migration.down).collect();
    let readings: Vec<_> = statements.iter().map(|statement| reading::read(product, &statement.sql)).collect();
    let schema = live.schema.schema();
    for (statement, reading) in statements.iter().zip(&readings) {
        if let Some(why) = reading.unnamed() {
            paint::talk(format!("note: {}: {why}, so what it deletes is not known", paint::line(&statement.sql)));
        }
    }
    let home = home(&mut live.session).await;
    let (mut findings, plan) = losses(&readings, schema, &home, &Casts { dialect, from: schema, to: schema });
    let at_stake = state::stakes(dialect, &live.schema, &live.schema, &plan);
    // Where the file looks first, nothing is lost: it stops.
    let looks = |query: &str| statements.iter().any(|it| matches!(it.role, Role::Check(_)) && it.sql == query);
    findings.retain(|it| !at_stake.query(&it.place, it.stake).is_some_and(looks));
    stakes::refuse_unfit(&findings, allow)?;
    findings.retain(|finding| !allow.iter().any(|allow| allow.covers(finding)));
    let held = stakes::held(&findings, &at_stake, &mut live.session).await;
    let refused: Vec<&Finding> = held.iter().map(|(finding, _)| *finding).collect();
    match workspace.is_development() {
        _ if held.is_empty() => {}
        true => held.iter().for_each(|(_, line)| paint::talk(format!("note: {line}"))),
        false if run.dry_run => {
            held.iter().for_each(|(it, line)| paint::talk(format!("note: {line}: needs `{}`", flag(it))));
        }
        false => {
            let lines: Vec<String> = held.iter().map(|(_, line)| line.clone()).collect();
            let what = "reverting would lose what cannot be brought back; nothing was run";
            return Err(stakes::refusal(what, command, &lines, &refused).into());
        }
    }
    Ok(!run.dry_run)
}

/// The schema or the database that a name without one is in.
async fn home(session: &mut Session) -> String {
    let query = match session.product() {
        Product::Postgres => "SELECT current_schema()",
        Product::MySql | Product::MariaDb => "SELECT DATABASE()",
        Product::Sqlite => return "main".to_owned(),
    };
    let found = session.query(query).await.ok();
    found.and_then(|rows| rows.first().map(|row| row.text(0).to_owned())).unwrap_or_default()
}

/// Migrations that run one after the other: what has become of those that are done is told even if a later one fails.
struct Watched {
    talk: Talk,
    done: Vec<Outcome>,
}

impl Watched {
    /// Behind what was done before.
    fn after(done: Vec<Outcome>) -> Self {
        Self { talk: Talk::new(), done }
    }

    fn see(&mut self, progress: &Progress<'_>) {
        if let Progress::Finished(outcome) = progress {
            self.done.push((*outcome).clone());
        }
        self.talk.show(progress);
    }

    /// All that was done, if nothing failed.
    fn end(self, command: &Run, result: sea_gen_runner::Result<Vec<Outcome>>) -> Result<Vec<Outcome>, Failure> {
        self.talk.done();
        match result {
            Ok(_) => Ok(self.done),
            Err(error) => {
                if !self.done.is_empty() {
                    print(command, &self.done);
                }
                Err(error.into())
            }
        }
    }
}

/// Prints the SQL of migrations that would run.
fn print_sql(migrations: &[(&Migration, Direction)]) {
    paint::exact(&script(migrations));
    if migrations.is_empty() {
        paint::talk("nothing to do");
    }
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

/// Tells what became of each migration.
pub(super) fn print(command: &Run, outcomes: &[Outcome]) {
    if command.json {
        let rows = outcomes.iter().map(|outcome| {
            json!({
                "id": outcome.id,
                "direction": outcome.direction.key(),
                "statements": outcome.statements,
                "execution_ms": outcome.execution_ms,
                "status": outcome.status.map(State::key),
            })
        });
        paint::exact(&format!("{:#}\n", json!({ "migrations": rows.collect::<Vec<_>>() })));
        return;
    }
    if outcomes.is_empty() {
        paint::talk("nothing to do");
    }
    let lines: String = outcomes
        .iter()
        .map(|outcome| {
            let word = match (outcome.direction, outcome.status) {
                (_, Some(State::Recognised)) => ink(Ink::Yellow, "recognised"),
                (Direction::Up, _) => ink(Ink::Green, "applied"),
                (Direction::Down, _) => ink(Ink::Red, "reverted"),
            };
            let statements = show::plural(outcome.statements, "statement");
            format!("{word} {}  {statements}, {} ms\n", outcome.id, outcome.execution_ms)
        })
        .collect();
    paint::result(&lines);
}
