//! `gen verify`: proves migrations on scratch databases and writes it into the lock; also for `gen migration`, before anything
//! is written.
//!
//! Must not know how a proof is made.

use std::collections::BTreeSet;

use sea_gen_runner::Error;
use sea_gen_runner::lock_file::{Lock, Proof};
use sea_gen_runner::migration::{Migration, MigrationId};
use serde_json::json;

use crate::dialect::Product;
use crate::plan::Plan;
use crate::project::{Batch, Demand, find_id};
use crate::proof::{Before, Claim, Proven, Refuted, Renames, Verdict, before, prove};
use crate::schema::Normalized;

use super::arguments::{Common, Verify};
use super::paint::{self, Ink, ink, ink_talk};
use super::report::Failure;
use super::states::Workspace;
use super::{Ending, handwritten, show};

/// How the proof of one migration for one dialect ended.
struct Line {
    id: MigrationId,
    product: Product,
    verdict: Verdict,
}

/// Why nothing can be proven for a product.
pub(super) const NO_SERVER: &str = "no server of that kind is at hand for a scratch database";

/// A migration that is not written yet, what it leads from and to, and the plan it was made from.
pub(super) type Newborn<'a> = (&'a Migration, &'a Normalized, &'a Normalized, &'a Plan);

/// Proves migrations that are not written yet. What cannot be proven is said; what is refuted is not to be written.
pub(super) async fn new(workspace: &Workspace, migrations: &[Newborn<'_>]) -> Result<Vec<Option<Proof>>, Failure> {
    let mut proofs = Vec::new();
    let mut silences: Vec<(String, Vec<String>)> = Vec::new();
    for (migration, from, to, plan) in migrations {
        if workspace.project.config.proof == Demand::Off || plan.is_empty() {
            proofs.push(None);
            continue;
        }
        let product = migration.product;
        let verdict = match workspace.scratch_server(product)? {
            None => Verdict::Unproven(NO_SERVER.to_owned()),
            Some(server) => {
                let claim =
                    Claim { migration, from, to: Some(to), renames: &Renames::of(plan), scope: &workspace.scope() };
                prove(&server, claim).await?
            }
        };
        match verdict {
            Verdict::Proven(proven) => {
                tell(&proven);
                proofs.push(Some(proof(&proven)));
            }
            Verdict::Unproven(reason) => {
                match silences.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, products)) => products.push(product.to_string()),
                    None => silences.push((reason, vec![product.to_string()])),
                }
                proofs.push(None);
            }
            Verdict::Refuted(refuted) => return Err(refusal(product, &refuted)),
        }
    }
    for (reason, products) in silences {
        paint::talk(format!("{} on {}: {reason}", ink_talk(Ink::Yellow, "unproven"), products.join(", ")));
    }
    Ok(proofs)
}

fn refusal(product: Product, refuted: &Refuted) -> Failure {
    Error::new(format!("the migration fails its proof on {product}, so nothing was written: {}", refuted.what))
        .because(evidence(refuted).join("\n"))
        .hint(
            "`--dry-run` prints it; `--no-verify` writes it all the same, to be edited; then `gen lock` and `gen verify`",
        )
        .into()
}

fn tell(proven: &Proven) {
    let word = ink_talk(Ink::Green, "proven");
    paint::talk(format!("{word} on {} {}: up, down, up again{}", proven.engine, proven.version, rows(proven)));
    proven.notes.iter().for_each(|note| paint::talk(format!("  note: {note}")));
}

/// How many rows went along, if there was anything to put them in.
fn rows(proven: &Proven) -> String {
    if proven.rows == 0 { String::new() } else { format!(", with {}", show::plural(proven.rows, "row")) }
}

fn proof(proven: &Proven) -> Proof {
    Proof { engine: proven.engine.to_string(), version: proven.version.clone() }
}

/// Differences and statements, line by line.
fn evidence(refuted: &Refuted) -> Vec<String> {
    let mut lines = refuted.lines.clone();
    if !refuted.statements.is_empty() {
        lines.push("the statements that may have done it:".to_owned());
        lines.extend(refuted.statements.iter().flat_map(|sql| sql.lines()).map(|line| format!("  {line}")));
    }
    lines
}

pub(super) async fn run(common: &Common, command: &Verify) -> Result<Ending, Failure> {
    let mut workspace = Workspace::open(common)?;
    workspace.sealed_lock()?;
    if handwritten::take_in(&workspace, common).await? {
        workspace = Workspace::open(common)?;
    }
    let mut known = false;
    let mut chosen_of = Vec::new();
    for product in workspace.products() {
        let migrations = workspace.migrations(*product)?;
        known |= !migrations.is_empty();
        let chosen = chosen(&workspace, command, *product, &migrations)?;
        chosen_of.push((*product, migrations, chosen));
    }
    let Judged { lines, unsealed } = judge(&workspace, chosen_of).await?;
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
    for id in unsealed {
        paint::talk(format!("note: the lock does not seal {id} as it is now: `gen lock`, then verify it again"));
    }
    let refuted = lines.iter().any(|line| matches!(line.verdict, Verdict::Refuted(_)));
    let unproven = lines.iter().any(|line| matches!(line.verdict, Verdict::Unproven(_)));
    if refuted {
        paint::talk(format!("hint: {}", meant()));
    }
    Ok(if refuted || unproven { Ending::Findings } else { Ending::Done })
}

/// What came of proving some migrations.
struct Judged {
    lines: Vec<Line>,
    /// Those whose file the lock does not seal as it is.
    unsealed: BTreeSet<MigrationId>,
}

/// Proves the chosen migrations of each dialect and writes into the lock what is proven of them.
async fn judge(
    workspace: &Workspace,
    chosen_of: Vec<(Product, Vec<Migration>, Vec<usize>)>,
) -> Result<Judged, Failure> {
    let (mut lines, mut found) = (Vec::new(), Vec::new());
    for (product, migrations, chosen) in chosen_of {
        for (index, verdict) in verdicts(workspace, product, &migrations, &chosen).await? {
            let Some(migration) = migrations.get(index) else { continue };
            let proof = match &verdict {
                Verdict::Proven(proven) => Some(Some(proof(proven))),
                // What was proven of it once does not hold any more.
                Verdict::Refuted(_) => Some(None),
                Verdict::Unproven(_) => None,
            };
            found.extend(proof.map(|proof| (product, migration.id.clone(), migration.checksum(), proof)));
            lines.push(Line { id: migration.id.clone(), product, verdict });
        }
    }
    let unsealed = if found.is_empty() { BTreeSet::new() } else { note(workspace, found)? };
    Ok(Judged { lines, unsealed })
}

/// Proves migrations that were just sealed, and says what came of it.
pub(super) async fn sealed(workspace: &Workspace, ids: &[MigrationId]) -> Result<(), Failure> {
    let mut chosen_of = Vec::new();
    for product in workspace.products() {
        let migrations = workspace.migrations(*product)?;
        let chosen = migrations.iter().enumerate().filter(|(_, it)| ids.contains(&it.id)).map(|(index, _)| index);
        let chosen = chosen.collect();
        chosen_of.push((*product, migrations, chosen));
    }
    let Judged { lines, .. } = judge(workspace, chosen_of).await?;
    print(&lines, false);
    if lines.iter().any(|line| matches!(line.verdict, Verdict::Refuted(_))) {
        paint::talk(format!("hint: {}", meant()));
    }
    Ok(())
}

/// The way out where a proof does not know that values are changed on purpose.
fn meant() -> String {
    format!("values that a statement is meant to change: say `-- {}` and why above it", crate::proof::CHANGES_DATA)
}

/// Writes into the lock what was found out, and tells of which migrations it seals another file. Finding out takes its time,
/// and nobody is kept from writing meanwhile, so the lock is read again.
fn note(
    workspace: &Workspace,
    found: Vec<(Product, MigrationId, String, Option<Proof>)>,
) -> Result<BTreeSet<MigrationId>, Failure> {
    let _writer = workspace.writer("gen verify")?;
    let path = workspace.project.lock_path();
    let before = Lock::read(&path)?.unwrap_or_default();
    let mut lock = before.clone();
    let mut unsealed = BTreeSet::new();
    for (product, id, checksum, proof) in found {
        if !lock.prove(product, &id, &checksum, proof) {
            unsealed.insert(id);
        }
    }
    if lock != before {
        let mut batch = Batch::new(workspace.root());
        batch.write(&path, lock.text());
        batch.commit()?;
    }
    Ok(unsealed)
}

/// Which migrations are to be proven, by their place.
fn chosen(
    workspace: &Workspace,
    command: &Verify,
    product: Product,
    migrations: &[Migration],
) -> Result<Vec<usize>, Failure> {
    let mut wanted = Vec::new();
    for text in &command.targets {
        wanted.push(find_id(text, migrations.iter().map(|migration| &migration.id))?.clone());
    }
    let lock = workspace.sealed_lock()?;
    let proven = |migration: &Migration| {
        let checksum = migration.checksum();
        let mut lines = lock.migrations(product).iter();
        lines.any(|line| line.id == migration.id && line.checksum == checksum && line.proof.is_some())
    };
    let is_chosen = |migration: &Migration| match wanted.is_empty() {
        true => command.all || !proven(migration),
        false => wanted.contains(&migration.id),
    };
    Ok(migrations.iter().enumerate().filter(|(_, migration)| is_chosen(migration)).map(|(index, _)| index).collect())
}

/// Proves the chosen ones, newest first, because the snapshot says where the newest leads, and each where the one before it
/// does. Given back oldest first.
async fn verdicts(
    workspace: &Workspace,
    product: Product,
    migrations: &[Migration],
    chosen: &[usize],
) -> Result<Vec<(usize, Verdict)>, Failure> {
    let mut found = Vec::new();
    let Some(oldest) = chosen.first().copied() else { return Ok(found) };
    let Some(server) = workspace.scratch_server(product)? else {
        return Ok(chosen.iter().map(|index| (*index, Verdict::Unproven(NO_SERVER.to_owned()))).collect());
    };
    let scope = workspace.scope();
    let lock = workspace.sealed_lock()?;
    let is_sealed = |it: &Migration| lock.seals(product, &it.id, &it.checksum());
    let mut to = workspace.sealed(product)?.map(|sealed| sealed.schema);
    if !scope.covers_everything() {
        to = match workspace.kept(product).await {
            Some(kept) => to.map(|to| to.with_kept(&kept)),
            None => to,
        };
    }
    for (index, migration) in migrations.iter().enumerate().skip(oldest).rev() {
        // What was edited leads nobody knows where.
        to = to.filter(|_| migration.to.is_some() && is_sealed(migration));
        let from = match before(&server, migrations, index, to.as_ref(), &scope).await? {
            Before::Known(from) => *from,
            Before::Unknown(reason) => {
                if chosen.contains(&index) {
                    found.push((index, Verdict::Unproven(reason)));
                }
                to = None;
                continue;
            }
        };
        if chosen.contains(&index) {
            let renames = Renames::written(migration);
            let claim = Claim { migration, from: &from, to: to.as_ref(), renames: &renames, scope: &scope };
            found.push((index, prove(&server, claim).await?));
        }
        to = Some(from);
    }
    found.reverse();
    Ok(found)
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
