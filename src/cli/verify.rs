//! `gen verify`: shows the results of proofs; also for `gen migration`, before files are written.
//!
//! Must not know how proofs work.

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::Proof;
use sea_gen_runner::migration::MigrationId;
use serde_json::json;

use crate::dialect::Product;
use crate::proof::{Proven, Refuted, Verdict};
use crate::workflow::prove::{self, Judged, Line, UnwrittenMigration};
use crate::workflow::repeatable::{self, Tried};
use crate::workflow::{Workspace, handwritten};

use super::arguments::{Common, Verify};
use super::paint::{self, Ink, ink, ink_talk};
use super::report::Failure;
use super::{Ending, lock, show};

fn refusal(product: Product, refuted: &Refuted) -> Failure {
    Error::new(format!("the migration fails its proof on {product}, so nothing was written: {}", refuted.what))
        .because(evidence(refuted).join("\n"))
        .hint("`--dry-run` prints it; `--no-verify` writes it anyway, to be edited; then `gen lock` and `gen verify`")
        .into()
}

fn tell(proven: &Proven) {
    let word = ink_talk(Ink::Green, "proven");
    paint::talk(format!("{word} on {} {}: up, down, up again{}", proven.engine, proven.version, rows(proven)));
    proven.notes.iter().for_each(|note| paint::talk(format!("  note: {note}")));
}

/// The number of rows of a proof, if there were tables.
fn rows(proven: &Proven) -> String {
    if proven.rows == 0 { String::new() } else { format!(", with {}", show::plural(proven.rows, "row")) }
}

/// Differences and statements, line by line.
fn evidence(refuted: &Refuted) -> Vec<String> {
    let mut lines = refuted.lines.clone();
    if !refuted.statements.is_empty() {
        lines.push("the statements that may be the cause:".to_owned());
        lines.extend(refuted.statements.iter().flat_map(|sql| sql.lines()).map(|line| format!("  {line}")));
    }
    lines
}

/// Proves migrations that are not written yet. An unproven one is reported; a refuted one is an error, so it is not written.
pub(super) async fn unwritten(
    workspace: &Workspace,
    unwritten: &[UnwrittenMigration<'_>],
) -> Result<Vec<Option<Proof>>, Failure> {
    let mut proofs = Vec::new();
    let mut silences: Vec<(String, Vec<String>)> = Vec::new();
    for migration in unwritten {
        let product = migration.migration.product;
        proofs.push(match prove::unwritten(workspace, *migration).await? {
            None => None,
            Some(Verdict::Proven(proven)) => {
                tell(&proven);
                Some(prove::proof(&proven))
            }
            Some(Verdict::Unproven(reason)) => {
                match silences.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, products)) => products.push(product.to_string()),
                    None => silences.push((reason, vec![product.to_string()])),
                }
                None
            }
            Some(Verdict::Refuted(refuted)) => return Err(refusal(product, &refuted)),
        });
    }
    for (reason, products) in silences {
        paint::talk(format!("{} on {}: {reason}", ink_talk(Ink::Yellow, "unproven"), products.join(", ")));
    }
    Ok(proofs)
}

pub(super) async fn run(common: &Common, command: &Verify) -> Result<Ending, Failure> {
    let mut workspace = Workspace::open(common)?;
    workspace.sealed_lock()?;
    let taken_in = handwritten::take_in(&workspace, common).await?;
    if let Some(news) = taken_in {
        news.iter().for_each(|news| paint::talk(lock::news(&workspace, news).trim_end()));
        workspace = Workspace::open(common)?;
    }
    let mut known = false;
    let mut chosen_of = Vec::new();
    let is_meant = |product: &&Product| command.dialect.is_none_or(|meant| meant == **product);
    for product in workspace.products().iter().filter(is_meant) {
        let migrations = workspace.migrations(*product)?;
        known |= !migrations.is_empty();
        let chosen = prove::chosen(&workspace, (&command.targets, command.all), *product, &migrations)?;
        chosen_of.push((*product, migrations, chosen));
    }
    let Judged { lines, unsealed } = prove::judge(&workspace, chosen_of).await?;
    if lines.is_empty() {
        paint::talk(if known {
            "nothing to do: every migration is proven"
        } else {
            "nothing to do: there are no migrations"
        });
    }
    print(&lines, command.json);
    let without = |line: &&Line| matches!(&line.verdict, Verdict::Proven(proven) if proven.goes_without_rows());
    let without = lines.iter().filter(without).count();
    if without > 0 {
        let of = lines.iter().filter(|line| matches!(line.verdict, Verdict::Proven(_))).count();
        paint::talk(format!("note: {without} of {of} proofs went without rows in some or all of their tables"));
    }
    let mut fails = false;
    for product in workspace.products().iter().filter(is_meant).filter(|_| command.targets.is_empty()) {
        fails |= tell_repeatables(*product, repeatable::try_out(&workspace, *product).await?);
    }
    for id in unsealed {
        paint::talk(format!("note: the lock does not seal {id} as it is now: `gen lock`, then verify it again"));
    }
    let refuted = lines.iter().any(|line| matches!(line.verdict, Verdict::Refuted(_)));
    let unproven = lines.iter().any(|line| matches!(line.verdict, Verdict::Unproven(_)));
    if refuted {
        paint::talk(format!("hint: {}", meant()));
    }
    Ok(if refuted || unproven || fails { Ending::Findings } else { Ending::Done })
}

/// Says how trying out the repeatable files went; whether they fail.
fn tell_repeatables(product: Product, tried: Option<Tried>) -> bool {
    match tried {
        None => return false,
        Some(Tried::Works(count)) => paint::talk(format!(
            "{} on {product}: {}, behind the migrations and once more",
            ink_talk(Ink::Green, "ran"),
            show::plural(count, "repeatable file")
        )),
        Some(Tried::Unknown(reason)) => {
            paint::talk(format!("note: the repeatable files were not tried out on {product}: {reason}"));
        }
        Some(Tried::Fails(reasons)) => {
            paint::talk(format!("{} on {product}: the repeatable files", ink_talk(Ink::Red, "fail")));
            reasons.iter().flat_map(|reason| reason.lines()).for_each(|line| paint::talk(format!("  {line}")));
            return true;
        }
    }
    false
}

/// Proves newly sealed migrations, and reports the results.
pub(super) async fn sealed(workspace: &Workspace, ids: &[MigrationId]) -> Result<(), Failure> {
    let mut chosen_of = Vec::new();
    for product in workspace.products() {
        let migrations = workspace.migrations(*product)?;
        let chosen = migrations.iter().enumerate().filter(|(_, it)| ids.contains(&it.id)).map(|(index, _)| index);
        let chosen = chosen.collect();
        chosen_of.push((*product, migrations, chosen));
    }
    let Judged { lines, .. } = prove::judge(workspace, chosen_of).await?;
    print(&lines, false);
    if lines.iter().any(|line| matches!(line.verdict, Verdict::Refuted(_))) {
        paint::talk(format!("hint: {}", meant()));
    }
    Ok(())
}

/// The hint for intentional changes of values.
fn meant() -> String {
    format!(
        "if a statement changes values intentionally, write `-- {}` and the reason above it, then `gen verify`",
        crate::proof::CHANGES_DATA
    )
}

fn print(lines: &[Line], as_json: bool) {
    if as_json {
        let rows = lines.iter().map(|line| {
            let (verdict, details) = match &line.verdict {
                Verdict::Proven(proven) => {
                    let Proven { engine, version, rows, notes } = proven;
                    (
                        "proven",
                        json!({ "engine": engine.to_string(), "version": version, "rows": rows, "notes": notes }),
                    )
                }
                Verdict::Refuted(refuted) => {
                    let Refuted { what, lines, statements, .. } = refuted;
                    ("refuted", json!({ "what": what, "differences": lines, "statements": statements }))
                }
                Verdict::Unproven(reason) => ("unproven", json!({ "reason": reason })),
            };
            json!({ "id": line.id, "dialect": line.product.key(), "verdict": verdict, "details": details })
        });
        paint::exact(&format!("{:#}\n", json!({ "migrations": rows.collect::<Vec<_>>() })));
        return;
    }
    let mut text = String::new();
    for line in lines {
        let (word, what, details) = match &line.verdict {
            Verdict::Proven(proven) => {
                let notes = proven.notes.iter().map(|note| format!("note: {note}")).collect();
                (ink(Ink::Green, "proven  "), format!("{} {}{}", proven.engine, proven.version, rows(proven)), notes)
            }
            Verdict::Refuted(refuted) => (ink(Ink::Red, "refuted "), refuted.what.clone(), evidence(refuted)),
            Verdict::Unproven(reason) => (ink(Ink::Yellow, "unproven"), reason.clone(), Vec::new()),
        };
        text.push_str(&format!("{word}  {}  {:<8}  {what}\n", line.id, line.product.key()));
        details
            .iter()
            .flat_map(|detail| detail.lines())
            .for_each(|detail| text.push_str(&format!("          {detail}\n")));
    }
    paint::result(&text);
}
