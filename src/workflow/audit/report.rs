//! The audit report: the last runs of a database with their migrations, and what deviates from the rule.
//!
//! Must not know how it is shown, nor change anything.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sea_gen_runner::run::{self, Line, Record};

use crate::dialect::Product;
use crate::page::audit::{
    Acknowledged, AuditReport, AuditedDatabase, AuditedMigration, AuditedRun, AuditedStep, Deviation,
};
use crate::page::review::ProofState;
use crate::state::Situation;

use super::super::status::{Status, status};
use super::super::{Failure, Workspace, occupied, review};

/// The report of the last runs, at most this many.
///
/// # Errors
/// A state of the project cannot be read; the database was named by the caller and does not answer.
pub async fn report(workspace: Workspace, runs: usize) -> Result<AuditReport, Failure> {
    let mut status = status(workspace).await?;
    let (mut lines, mut deviations) = (Vec::new(), Vec::new());
    if let Some(live) = &mut status.live {
        lines = run::log(&mut live.session).await?;
        // As it is recorded: squashes and merges are followed in memory only.
        let history = run::history(&mut live.session).await?;
        let flaws = run::flaws(&lines, &history, None);
        deviations.extend(flaws.into_iter().map(|flaw| Deviation { kind: "tampering", what: flaw.what }));
    }
    // Without its database a report must not pass for one without deviations.
    let unread = status
        .silence
        .as_ref()
        .filter(|_| !status.workspace.database_is_absent())
        .map(|why| format!("the database was not read: {why}"));
    deviations.extend(unread.map(|what| Deviation { kind: "unread", what }));
    let runs = last_runs(&lines, runs);
    deviations.extend(of_status(&status));
    deviations.extend(runs.iter().rev().flat_map(of_run));
    let migrations = migrations(&status, &runs)?;
    deviations.extend(migrations.iter().filter_map(of_proof));
    let workspace = &status.workspace;
    let report = AuditReport {
        title: workspace.project.name()?,
        written_at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: workspace.attribution().commit,
        environment: workspace.environment.as_ref().and_then(|environment| environment.name.clone()),
        tenant: workspace.environment.as_ref().and_then(|environment| environment.tenant.clone()),
        database: database(&status, &lines),
        silence: status.silence.clone(),
        deviations,
        runs,
        migrations,
    };
    if let Some(live) = status.live {
        live.session.close().await;
    }
    Ok(report)
}

fn database(status: &Status, lines: &[Line]) -> Option<AuditedDatabase> {
    let live = status.live.as_ref()?;
    let applied = live.history.iter().filter(|record| record.status.is_done()).count();
    Some(AuditedDatabase {
        url: status.workspace.environment.as_ref().map(ToString::to_string).unwrap_or_default(),
        product: live.product().key(),
        server: format!("{} {}", live.product(), live.session.version()),
        situation: situation(status.situation).to_owned(),
        applied,
        pending: status.migrations.iter().filter(|migration| status.record(migration).is_none()).count(),
        lines: lines.len(),
        last: lines.last().map(|line| format!("{}:{}", line.number, line.hash)),
    })
}

fn situation(situation: Situation) -> &'static str {
    match situation {
        Situation::Beginning => "empty",
        Situation::Adoptable => "not adopted",
        Situation::Unreachable => "does not answer",
        Situation::Current => "matches the snapshot",
        Situation::Behind => "matches the last applied migration",
        Situation::Ahead => "has the result of pending migrations already",
        Situation::Synchronised => "was synchronised with the entities",
        Situation::Drifted => "has drifted",
    }
}

/// The last runs, the newest first.
fn last_runs(lines: &[Line], count: usize) -> Vec<AuditedRun> {
    let mut runs: Vec<AuditedRun> = Vec::new();
    for line in lines.iter().rev() {
        let name = line.details.run.as_deref().unwrap_or_default();
        if runs.last().is_none_or(|last| last.run != name) {
            if runs.len() == count {
                break;
            }
            let details = &line.details;
            runs.push(AuditedRun {
                run: name.to_owned(),
                database_user: details.database_user.clone(),
                tool_version: details.tool_version.clone(),
                lock_ms: details.lock_ms,
                by: details.by.clone(),
                steps: Vec::new(),
            });
        }
        if let Some(run) = runs.last_mut() {
            run.steps.insert(0, step(line));
        }
    }
    runs
}

fn step(line: &Line) -> AuditedStep {
    let details = &line.details;
    let parts = [
        details.statement.map(|number| format!("at statement {number}")),
        details.code.as_ref().map(|code| format!("error {code}")),
        details.formerly.as_ref().map(|id| format!("formerly {id}")),
    ];
    let remark: Vec<String> = parts.into_iter().flatten().collect();
    AuditedStep {
        number: line.number,
        id: line.id.clone(),
        event: line.event.clone(),
        recorded_at: line.recorded_at.clone(),
        checksum: details.checksum.clone(),
        statements: details.statements,
        rows: details.rows,
        execution_ms: details.execution_ms,
        waited_ms: details.waited_ms,
        remark: (!remark.is_empty()).then(|| remark.join(", ")),
    }
}

/// The migrations of these runs and those that are pending; without a database those that the base revision does not have.
fn migrations(status: &Status, runs: &[AuditedRun]) -> Result<Vec<AuditedMigration>, Failure> {
    let workspace = &status.workspace;
    let ran: BTreeSet<&str> = runs.iter().flat_map(|run| &run.steps).map(|step| step.id.as_str()).collect();
    let mut found = Vec::new();
    match &status.live {
        Some(live) => {
            for migration in &status.migrations {
                let record = status.record(migration);
                if record.is_none() || ran.contains(migration.id.as_str()) {
                    let state = record.map_or("pending", |record| record.status.key());
                    found.push((live.product(), migration.clone(), Some(state)));
                }
            }
        }
        None => {
            let base = workspace.project.base_revision();
            let lock = base.and_then(|base| workspace.project.revision(&base.commit).ok()?.lock);
            for product in workspace.products() {
                let known = lock.as_ref().map(|lock| lock.migrations(*product)).unwrap_or_default();
                let is_known = |id: &_, checksum: &str| known.iter().any(|it| it.id == *id && it.checksum == checksum);
                let mut all = workspace.migrations(*product)?;
                all.retain(|migration| !is_known(&migration.id, &migration.checksum()));
                found.extend(all.into_iter().map(|migration| (*product, migration, None)));
            }
        }
    }
    found.iter().map(|(product, migration, state)| of_migration(workspace, *product, (migration, *state))).collect()
}

fn of_migration(
    workspace: &Workspace,
    product: Product,
    (migration, status): (&sea_gen_runner::migration::Migration, Option<&'static str>),
) -> Result<AuditedMigration, Failure> {
    let reviewed = review::of_migration(workspace, product, migration, &[])?;
    let statements = reviewed.up.iter().chain(&reviewed.down).flat_map(|statement| &statement.findings);
    let remarks = reviewed.findings.iter().chain(statements);
    let acknowledged: BTreeSet<Acknowledged> = remarks
        .filter_map(|remark| Some(Acknowledged { rule: remark.rule, reason: remark.allowed.clone()? }))
        .collect();
    Ok(AuditedMigration {
        id: reviewed.id,
        dialect: product.key(),
        checksum: migration.checksum(),
        status,
        proof: reviewed.proof,
        acknowledged: acknowledged.into_iter().collect(),
    })
}

/// Drift, files that are not as they were when they were applied, and what `gen up` would stop at.
fn of_status(status: &Status) -> Vec<Deviation> {
    let mut found = Vec::new();
    if !status.drift.is_empty() {
        found.push(Deviation { kind: "drift", what: occupied::listed(&status.drift) });
    }
    let is_changed = |record: &&Record| {
        status.migrations.iter().any(|it| it.id.as_str() == record.id && it.checksum() != record.checksum)
    };
    for record in status.live.iter().flat_map(|live| &live.history).filter(is_changed) {
        let what = format!("the file of {} was changed after it was {}", record.id, record.status);
        found.push(Deviation { kind: "changed", what });
    }
    for record in status.missing() {
        found.push(Deviation { kind: "missing", what: format!("{} is {} and has no file", record.id, record.status) });
    }
    found.extend(status.unsealed.iter().map(|what| Deviation { kind: "not sealed", what: what.clone() }));
    found.extend(status.obstacle.iter().map(|error| Deviation { kind: "obstacle", what: error.to_string() }));
    found
}

/// What was allowed for a run, and what was not applied and reverted as usual.
fn of_run(run: &AuditedRun) -> Vec<Deviation> {
    let time = run.steps.first().map(|step| step.recorded_at.as_str()).unwrap_or_default();
    let allowed = run.by.exceptions.iter().map(|exception| match exception.as_str() {
        "--out-of-order" => ("out of order", format!("{exception} was given at {time}")),
        "--unproven" => ("unproven", format!("{exception} was given at {time}")),
        _ => ("allowed", format!("{exception} was given at {time}")),
    });
    let steps = run.steps.iter().filter_map(|step| {
        let remark = step.remark.as_ref().map(|remark| format!(" {remark}")).unwrap_or_default();
        let (kind, what) = match step.event.as_str() {
            "failed" => ("failed", format!("{} failed{remark}", step.id)),
            "resumed" => ("interrupted", format!("an interrupted run of {} was continued", step.id)),
            "found" => ("by hand", format!("{} was added to the history without a line", step.id)),
            "lost" => ("by hand", format!("{} was removed from the history without a line", step.id)),
            "marked" => ("by hand", format!("{} was recorded as applied without running it", step.id)),
            "forgotten" => ("by hand", format!("{} was removed from the history without reverting it", step.id)),
            "corrected" => ("by hand", format!("a person said how far {} got", step.id)),
            _ => return None,
        };
        Some((kind, format!("{what}, at {}", step.recorded_at)))
    });
    allowed.chain(steps).map(|(kind, what)| Deviation { kind, what }).collect()
}

fn of_proof(migration: &AuditedMigration) -> Option<Deviation> {
    let (kind, what) = match migration.proof {
        ProofState::Proven(_) => return None,
        ProofState::Refuted => ("refuted", "failed its proof"),
        ProofState::Unproven => ("unproven", "has no proof"),
        ProofState::Unsealed => ("not sealed", "is not as the lock has it"),
    };
    Some(Deviation { kind, what: format!("{} {what}", migration.id) })
}
