//! An audit report as Markdown.
//!
//! Must not know the other formats.

use super::super::markdown::{cell, code};
use super::{AuditReport, AuditedMigration, AuditedRun, AuditedStep, short};

/// The Markdown of an audit report.
pub fn audit_markdown(report: &AuditReport) -> String {
    let mut text = format!("# {}: migration audit report\n\n{}", cell(&report.title), facts(&report.facts()));
    text.push_str("\n## Deviations\n\n");
    match report.deviations.is_empty() {
        true => text.push_str("None.\n"),
        false => text.extend(report.deviations.iter().map(|it| format!("- **{}**: {}\n", it.kind, cell(&it.what)))),
    }
    if report.database.is_some() {
        text.push_str("\n## Runs\n");
        match report.runs.is_empty() {
            true => text.push_str("\nNone is recorded.\n"),
            false => text.extend(report.runs.iter().map(run)),
        }
    }
    if !report.migrations.is_empty() {
        text.push_str("\n## Migrations\n\n| migration | dialect | state | proof | checksum |\n|---|---|---|---|---|\n");
        text.extend(report.migrations.iter().map(migration));
        let acknowledged: String = report.migrations.iter().flat_map(acknowledged).collect();
        if !acknowledged.is_empty() {
            text.push_str(&format!("\n## Acknowledged hazards\n\n{acknowledged}"));
        }
    }
    text
}

fn facts(facts: &[(&str, String)]) -> String {
    let rows: String = facts.iter().map(|(name, value)| format!("| {name} | {} |\n", cell(value))).collect();
    format!("| | |\n|---|---|\n{rows}")
}

fn run(run: &AuditedRun) -> String {
    let steps: String = run.steps.iter().map(step).collect();
    format!(
        "\n### {}\n\n{}\n| line | event | migration | statements | rows | ms | waited ms | checksum |\n|--:|---|---|--:|--:|--:|--:|---|\n{steps}",
        cell(&run.time()),
        facts(&run.facts()),
    )
}

fn step(step: &AuditedStep) -> String {
    let remark = step.remark.as_ref().map(|remark| format!(", {}", cell(remark))).unwrap_or_default();
    format!(
        "| {} | {}{remark} | {} | {} | {} | {} | {} | {} |\n",
        step.number,
        cell(&step.event),
        code(&step.id),
        step.statements,
        step.rows,
        step.execution_ms,
        step.waited_ms,
        step.checksum.as_deref().map(|checksum| code(&short(checksum))).unwrap_or_default(),
    )
}

fn migration(migration: &AuditedMigration) -> String {
    format!(
        "| {} | {} | {} | {} | {} |\n",
        code(&migration.id),
        migration.dialect,
        migration.status.unwrap_or("not known"),
        cell(&migration.proof.said()),
        code(&short(&migration.checksum)),
    )
}

fn acknowledged(migration: &AuditedMigration) -> impl Iterator<Item = String> {
    let id = code(&migration.id);
    migration.acknowledged.iter().map(move |it| format!("- {id}: {}: {}\n", it.rule, cell(&it.reason)))
}
