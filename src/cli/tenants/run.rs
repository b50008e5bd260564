//! `gen up --tenants`, `gen down --tenants`.
//!
//! Must not know how a tenant is migrated.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sea_gen_runner::hook;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{Contracts, Direction, Order, Outcome};
use sea_gen_runner::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::workflow::apply::Verified;
use crate::workflow::hook_commands::{HookRunner, Told};
use crate::workflow::tenants::up::{Course, Ended, Event, Plan, Report, plan};
use crate::workflow::tenants::{Tenant, Tenants, shared};
use crate::workflow::{Failure, Workspace};

use super::super::arguments::{Common, Down, Others, Run, Up};
use super::super::paint::{self, Ink, ink};
use super::super::up::{elapsed, outcomes_json, script, tell_of, up_shared, whole};
use super::super::{Ending, show, suggestion};
use super::table::Table;
use super::{failure_json, named, reasons, some_failed};

pub(in super::super) async fn up(common: &Common, command: &Up) -> Result<Ending, Failure> {
    let Up { target, unproven, out_of_order, contracting, others, run, of, .. } = command;
    if command.all || command.recognise {
        let option = if command.all { "--all" } else { "--recognise" };
        return Err(Error::new(format!("`{option}` is not for tenants")).of(ErrorKind::Refused).into());
    }
    let order = if *out_of_order { Order::Any } else { Order::Strict };
    let contracts = if contracting.contract { Contracts::Apply } else { Contracts::Wait };
    let ignores_readers = contracting.ignore_readers;
    let course = Course::Up { target: target.clone(), unproven: *unproven, order, contracts, ignores_readers };
    let mut words = vec!["gen up".to_owned()];
    words.extend(target.clone());
    words.extend(unproven.then(|| "--unproven".to_owned()));
    words.extend(out_of_order.then(|| "--out-of-order".to_owned()));
    words.extend(contracting.contract.then(|| "--contract".to_owned()));
    words.extend(ignores_readers.then(|| "--ignore-readers".to_owned()));
    let names = of.tenants.as_deref().unwrap_or_default();
    go(common, (names, course), (run, others), &words.join(" ")).await
}

pub(in super::super) async fn down(common: &Common, command: &Down) -> Result<Ending, Failure> {
    let Down { target, of, others, reverting } = command;
    let course = Course::Down { target: target.clone(), allow: reverting.allow.clone() };
    let mut words = vec!["gen down".to_owned()];
    words.extend(target.clone());
    words.extend(reverting.allow.iter().map(|allow| format!("--allow {allow}")));
    let names = of.tenants.as_deref().unwrap_or_default();
    go(common, (names, course), (&reverting.run, others), &words.join(" ")).await
}

async fn go(
    common: &Common,
    (names, course): (&[String], Course),
    (run, others): (&Run, &Others),
    command: &str,
) -> Result<Ending, Failure> {
    let mut workspace = Workspace::open(common)?;
    refuse_backup(&workspace, others)?;
    if !run.dry_run {
        workspace.refuse_protected()?;
        // Asked for once.
        let environment = workspace.environment.as_ref().filter(|environment| environment.is_protected);
        workspace.confirmed = environment.and_then(|environment| environment.name.clone());
    }
    if let (Course::Up { .. }, Some(shared)) = (&course, shared(&workspace)?) {
        let folder = shared.root().to_owned();
        suggestion::in_shared(&folder, up_shared(shared, (run, others))).await?;
    }
    let mut plan = plan(Tenants::of(workspace, names).await?, course).await?;
    plan.waiting.limit = others.lock_timeout.map_or(plan.waiting.limit, Duration::from_secs);
    if others.end_orphans {
        plan.waiting = plan.waiting.ending_orphans();
    }
    if run.dry_run {
        print_plan(&plan);
        return Ok(Ending::Done);
    }
    plan.refuse().await?;
    let (tenants, begun, held) = (plan.tenants.clone(), Instant::now(), plan.held.clone());
    let again = format!("{command}{}", tenants.option());
    let (direction, planned) = (plan.direction(), planned(&plan));
    let commands = HookRunner::new(&tenants.workspace, others.no_hooks || plan.work.is_empty() || plan.is_stopped());
    let [before, after] = match direction {
        Direction::Up => [hook::Event::BeforeUp, hook::Event::AfterUp],
        Direction::Down => [hook::Event::BeforeDown, hook::Event::AfterDown],
    };
    let named: Vec<(String, Vec<Outcome>)> =
        plan.work.iter().map(|work| (work.tenant.name.clone(), Vec::new())).collect();
    let told = commands.run(before, Told { planned: &planned, tenants: &named, ..Told::default() }).await;
    told.map_err(|error| error.hint("no tenant was begun"))?;
    let mut table = Table::begin(plan.work.len(), run.json);
    let report = plan
        .run(&mut |event| {
            table.show(event);
            if let Event::Ended(ended) = event {
                table.aside(|| tell(ended, direction, run.json));
            }
        })
        .await;
    table.done();
    let report = report?;
    summary(&tenants, &report, (begun.elapsed(), run.json), (&again, direction));
    let ran: Vec<(String, Vec<Outcome>)> =
        report.ended.iter().map(|ended| (ended.tenant.name.clone(), ended.outcomes.clone())).collect();
    let told = Told { tenants: &ran, planned: &planned, elapsed_ms: elapsed(begun), ..Told::default() };
    if let Some(error) = failure(&tenants, &report, &again) {
        commands.after_failure(Told { error: Some(&whole(&error)), ..told }).await;
        return Err(error.into());
    }
    let done = commands.run(after, told).await;
    done.map_err(|error| error.hint("the migrations of all tenants are done and stay so"))?;
    tell_of(held.as_ref())?;
    Ok(Ending::Done)
}

/// The migrations that any tenant lacks, or that are reverted in any, in the order in which they run.
fn planned(plan: &Plan) -> Vec<String> {
    let mut ids: Vec<String> = plan.work.iter().flat_map(|work| work.ids.clone()).collect();
    ids.sort();
    ids.dedup();
    if plan.direction() == Direction::Down {
        ids.reverse();
    }
    ids
}

/// Why not every tenant is done.
fn failure(tenants: &Tenants, report: &Report, again: &str) -> Option<Error> {
    let failed: Vec<(&Tenant, &Failure)> =
        report.failed().filter_map(|it| Some((&*it.tenant, it.failure.as_ref()?))).collect();
    if failed.is_empty() && report.not_begun.is_empty() {
        return None;
    }
    let note = match report.not_begun.len() {
        0 => String::new(),
        1 => ", and 1 was not begun".to_owned(),
        count => format!(", and {count} were not begun"),
    };
    let error = some_failed(tenants, failed.into_iter(), &note);
    Some(error.hint(format!("what is done is kept; to go on: `{again}`")))
}

/// A copy for each of a thousand tenants is not what anybody means.
fn refuse_backup(workspace: &Workspace, others: &Others) -> Result<(), Failure> {
    let is_required = workspace.environment.as_ref().is_some_and(|environment| environment.requires_backup);
    if others.backup.is_none() && !is_required {
        return Ok(());
    }
    Err(Error::new("`gen up --tenants` makes no backups; nothing was run")
        .of(ErrorKind::Refused)
        .hint("copy the databases by the server's own means, and leave `--backup` and `backup = \"required\"` out")
        .into())
}

/// The SQL of the plan, and for whom it is.
fn print_plan(plan: &Plan) {
    let mut groups: BTreeMap<&[String], Vec<&Tenant>> = BTreeMap::new();
    for work in &plan.work {
        groups.entry(&work.ids).or_default().push(&work.tenant);
    }
    let mut text = String::new();
    for (ids, tenants) in groups {
        let records = if ids.is_empty() { " (only their histories are written anew)" } else { "" };
        text.push_str(&format!(
            "-- {}{records}: {}\n",
            show::plural(tenants.len(), "tenant"),
            named(tenants.iter().copied())
        ));
        let find = |id: &String| plan.migrations.iter().find(|it| it.id.as_str() == id);
        let migrations: Vec<(&Migration, Direction)> =
            ids.iter().filter_map(|id| Some((find(id)?, plan.direction()))).collect();
        text.push_str(&script(&migrations));
    }
    paint::exact(&text);
    for (tenant, failure) in &plan.failed {
        paint::talk(format!("{}: {}", tenant.name, reasons(tenant, failure).join("\n  ")));
    }
    if plan.work.is_empty() {
        paint::talk("nothing to do");
    }
}

/// Reports one tenant.
fn tell(ended: &Ended, direction: Direction, as_json: bool) {
    if as_json {
        paint::exact(&format!("{}\n", ended_json(ended)));
        return;
    }
    let word = match (&ended.failure, direction) {
        (Some(_), _) => ink(Ink::Red, "failed"),
        (None, Direction::Up) => ink(Ink::Green, "applied"),
        (None, Direction::Down) => ink(Ink::Red, "reverted"),
    };
    let what = show::plural(ended.outcomes.len(), "migration");
    let verified = match &ended.verified {
        Some(Verified::Yes) => ", verified".to_owned(),
        Some(Verified::Unknown(why)) => format!(", not verified: {why}"),
        Some(Verified::No) | None => String::new(),
    };
    let canary = if ended.is_canary { " (canary)" } else { "" };
    let why = ended.failure.as_ref().map(|failure| format!("  {failure}")).unwrap_or_default();
    let took = format!("  {what}, {} ms{verified}", ended.took.as_millis());
    // Those that could not be begun took no time.
    let took = if ended.took.is_zero() { String::new() } else { took };
    paint::result(&format!("{word} {}{canary}{took}{why}\n", ended.tenant.name));
}

fn ended_json(ended: &Ended) -> Value {
    let mut line = json!({
        "tenant": ended.tenant.name,
        "canary": ended.is_canary,
        "status": if ended.failure.is_some() { "failed" } else { "done" },
        "migrations": outcomes_json(&ended.outcomes),
        "execution_ms": u64::try_from(ended.took.as_millis()).unwrap_or(u64::MAX),
    });
    match &ended.verified {
        Some(Verified::Yes) => line["verified"] = json!(true),
        Some(Verified::No) => line["verified"] = json!(false),
        Some(Verified::Unknown(why)) => line["unverified"] = json!(why),
        None => {}
    }
    if let Some(failure) = &ended.failure {
        let why = failure_json(&ended.tenant, failure);
        line["error"] = why["error"].clone();
        line["hints"] = why["hints"].clone();
    }
    line
}

/// What all of it came to.
fn summary(
    tenants: &Tenants,
    report: &Report,
    (took, as_json): (Duration, bool),
    (again, direction): (&str, Direction),
) {
    let failed = report.failed().count();
    let (done, left) = (report.ended.len() - failed, report.not_begun.len());
    let is_open = failed > 0 || left > 0;
    if as_json {
        let summary = json!({
            "tenants": tenants.tenants.len(),
            "current": report.current,
            "done": done,
            "failed": failed,
            "not_begun": report.not_begun.iter().map(|tenant| &tenant.name).collect::<Vec<_>>(),
            "execution_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "next": is_open.then(|| suggestion::command(again)),
        });
        paint::exact(&format!("{summary}\n"));
        return;
    }
    let mut parts = vec![format!("{} had nothing to do", report.current)];
    parts.push(format!("{done} done in {:.1} s", took.as_secs_f64()));
    if is_open {
        parts.push(format!("{failed} failed"));
        parts.push(format!("{left} not begun"));
    }
    paint::talk(format!("{}: {}", show::plural(tenants.tenants.len(), "tenant"), parts.join(", ")));
    let is_verified = report.ended.iter().all(|ended| ended.verified.is_some());
    if done > 0 && !is_open && !is_verified && direction == Direction::Up {
        paint::talk("next: `gen check --database --tenants` compares each with the snapshot");
    }
}
