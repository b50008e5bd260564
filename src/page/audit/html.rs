//! An audit report as an HTML page, which has all of it in its text.
//!
//! Must not know the other formats.

use super::super::html::{self, Page, escaped};
use super::super::review::ProofState;
use super::{AuditReport, AuditedMigration, AuditedRun, AuditedStep, short};

/// One HTML file.
pub fn audit_html(report: &AuditReport) -> String {
    let title = format!("{}: migration audit report", report.title);
    let mut body =
        format!("<main>\n<header><div><h1>{}</h1></div></header>\n{}", escaped(&title), facts(&report.facts()));
    body.push_str("<h2>Deviations</h2>\n");
    match report.deviations.is_empty() {
        true => body.push_str("<p class=\"quiet\">None.</p>\n"),
        false => {
            let item = |it: &super::Deviation| {
                format!(
                    "<div class=\"finding\"><span class=\"tag warn\">{}</span> {}</div>\n",
                    it.kind,
                    lines(&it.what)
                )
            };
            body.extend(report.deviations.iter().map(item));
        }
    }
    if report.database.is_some() {
        body.push_str("<h2>Runs</h2>\n");
        match report.runs.is_empty() {
            true => body.push_str("<p class=\"quiet\">None is recorded.</p>\n"),
            false => body.extend(report.runs.iter().map(run)),
        }
    }
    if !report.migrations.is_empty() {
        let head = ["migration", "dialect", "state", "proof", "checksum"];
        let rows: String = report.migrations.iter().map(migration).collect();
        body.push_str(&format!("<h2>Migrations</h2>\n{}", table(&head, &rows)));
        let acknowledged: String = report.migrations.iter().flat_map(acknowledged).collect();
        if !acknowledged.is_empty() {
            body.push_str(&format!("<h2>Acknowledged hazards</h2>\n{acknowledged}"));
        }
    }
    body.push_str("</main>");
    html::page(&Page { title: &title, kind: "review", body: &body, data: "null", script: "" })
}

fn table(head: &[&str], rows: &str) -> String {
    let head: String = head.iter().map(|name| format!("<th scope=\"col\">{name}</th>")).collect();
    format!("<div class=\"scroll\"><table><thead><tr>{head}</tr></thead><tbody>\n{rows}</tbody></table></div>\n")
}

fn row(cells: &[String]) -> String {
    format!("<tr>{}</tr>\n", cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>())
}

fn facts(facts: &[(&str, String)]) -> String {
    let row =
        |(name, value): &(&str, String)| format!("<tr><th scope=\"row\">{name}</th><td>{}</td></tr>\n", escaped(value));
    format!(
        "<div class=\"scroll\"><table class=\"about\"><tbody>\n{}</tbody></table></div>\n",
        facts.iter().map(row).collect::<String>()
    )
}

fn lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("<br>")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn run(run: &AuditedRun) -> String {
    let head = ["line", "event", "migration", "statements", "rows", "ms", "waited ms", "checksum"];
    let steps: String = run.steps.iter().map(step).collect();
    format!("<section><h3>{}</h3>\n{}{}</section>\n", escaped(&run.time()), facts(&run.facts()), table(&head, &steps))
}

fn step(step: &AuditedStep) -> String {
    let kind = match step.event.as_str() {
        "applied" | "recognised" | "baseline" => "good",
        "failed" | "lost" => "bad",
        _ => "warn",
    };
    let remark = step.remark.as_ref().map(|remark| format!(" {}", escaped(remark))).unwrap_or_default();
    let numbers = [step.statements, step.rows, step.execution_ms, step.waited_ms].map(|number| number.to_string());
    let [statements, rows, execution, waited] = numbers;
    row(&[
        step.number.to_string(),
        format!("<span class=\"tag {kind}\">{}</span>{remark}", escaped(&step.event)),
        code(&step.id),
        statements,
        rows,
        execution,
        waited,
        step.checksum.as_deref().map(|checksum| code(&short(checksum))).unwrap_or_default(),
    ])
}

fn migration(migration: &AuditedMigration) -> String {
    let kind = match migration.proof {
        ProofState::Proven(_) => "good",
        ProofState::Refuted => "bad",
        ProofState::Unproven | ProofState::Unsealed => "warn",
    };
    row(&[
        code(&migration.id),
        migration.dialect.to_owned(),
        migration.status.unwrap_or("not known").to_owned(),
        format!("<span class=\"tag {kind}\">{}</span>", escaped(&migration.proof.said())),
        code(&short(&migration.checksum)),
    ])
}

fn acknowledged(migration: &AuditedMigration) -> impl Iterator<Item = String> {
    let id = code(&migration.id);
    migration.acknowledged.iter().map(move |it| {
        format!("<div class=\"finding\"><span class=\"tag\">{}</span> {id}: {}</div>\n", it.rule, escaped(&it.reason))
    })
}
