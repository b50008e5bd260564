//! `gen squash`, and `gen undo` of one: shows what was squashed, pruned or put back.
//!
//! Must not know how migrations are squashed.

use std::path::PathBuf;

use sea_gen_runner::migration::{self, MigrationId};
use serde_json::json;

use crate::proof::Verdict;
use crate::workflow::squash::{self, Place, Planned, Pruned, Request, Squashed};
use crate::workflow::{Failure, Open, Workspace};

use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::show::plural;
use super::{Ending, arguments::Undo};

/// How many statements are listed by default.
const SHOWN: usize = 10;

pub(super) async fn run(common: &Common, command: &arguments::Squash) -> Result<Ending, Failure> {
    let workspace = Workspace::open_to_write(common, "gen squash")?;
    if command.prune {
        return prune(common, &workspace, command).await;
    }
    let request = Request { name: command.name.clone(), from: command.from.clone(), to: command.to.clone() };
    let planned = squash::plan(&workspace, &request).await?;
    let written = if command.dry_run { Vec::new() } else { squash::write(&workspace, &planned)? };
    if command.json {
        paint::exact(&format!("{:#}\n", as_json(&workspace, &planned, &written)));
        return Ok(Ending::Done);
    }
    paint::result(&as_text(&workspace, &planned, &written, command.dry_run));
    for squashed in planned.dialects.iter().filter(|_| command.dry_run) {
        paint::exact(&format!("\n{}", migration::text(&squashed.migration)));
    }
    Ok(Ending::Done)
}

fn as_text(workspace: &Workspace, planned: &Planned, written: &[PathBuf], is_rehearsal: bool) -> String {
    let mut text = String::new();
    let several = planned.dialects.len() > 1;
    let word = if is_rehearsal { "would squash" } else { "squashed" };
    for squashed in &planned.dialects {
        let dialect = if several { format!(" ({})", squashed.product.key()) } else { String::new() };
        let count = plural(squashed.migration.merged.replaces.len(), "migration");
        text.push_str(&format!("{} {count} into {}{dialect}\n", ink(Ink::Green, word), planned.id));
        text.push_str(&format!(
            "  {} instead of {}\n",
            plural(squashed.migration.up.len(), "statement"),
            squashed.before
        ));
        if !squashed.as_written.is_empty() {
            text.push_str(&format!(
                "  {} kept as written, because tables may have rows by then\n",
                plural(squashed.as_written.len(), "migration")
            ));
        }
        places("kept in order: what changes data", &squashed.kept, &mut text);
        places("left out: the tables have no rows then", &squashed.left_out, &mut text);
        let rows = if squashed.rows == 0 { String::new() } else { format!(" and {}", plural(squashed.rows, "row")) };
        text.push_str(&format!(
            "  both ways lead to the same schema{rows} on {} {}\n",
            squashed.product, squashed.version
        ));
        text.extend(squashed.notes.iter().map(|note| format!("  {note}\n")));
        if let Verdict::Unproven(reason) = &squashed.verdict {
            text.push_str(&format!("  not proven by itself: {reason}\n"));
        }
    }
    if is_rehearsal {
        return text;
    }
    text.push_str(&files(workspace, written));
    let count = plural(planned.replaced.len(), "file");
    let kept = workspace.project.config.migrations.join(migration::REPLACED);
    text.push_str(&format!("{} {count} to {}\n", ink(Ink::Green, "moved"), kept.display()));
    text.push_str(
        "\nnext: commit it; the next `gen up` records it where all of them are applied, and applies the rest first where some are;\n      \
         when every database has it: `gen squash --prune`\n",
    );
    text
}

fn places(what: &str, places: &[Place], text: &mut String) {
    if places.is_empty() {
        return;
    }
    text.push_str(&format!("  {} {what}\n", plural(places.len(), "statement")));
    for Place { place, statement, .. } in places.iter().take(SHOWN) {
        text.push_str(&format!("    {place}  {}\n", paint::line(statement)));
    }
    if places.len() > SHOWN {
        text.push_str(&format!("    and {} more: `--json` lists them\n", places.len() - SHOWN));
    }
}

fn files(workspace: &Workspace, written: &[PathBuf]) -> String {
    let line = |path: &PathBuf| {
        let word = if path.exists() { ink(Ink::Green, "wrote") } else { ink(Ink::Red, "deleted") };
        format!("{word} {}\n", workspace.project.shown(path).display())
    };
    written.iter().map(line).collect()
}

fn as_json(workspace: &Workspace, planned: &Planned, written: &[PathBuf]) -> serde_json::Value {
    let place = |it: &Place| json!({ "migration": it.id, "place": it.place, "statement": it.statement });
    let dialect = |it: &Squashed| {
        let proven = match &it.verdict {
            Verdict::Proven(_) => json!(true),
            Verdict::Refuted(_) | Verdict::Unproven(_) => json!(false),
        };
        json!({
            "dialect": it.product.key(),
            "replaces": it.migration.merged.replaces.keys().collect::<Vec<_>>(),
            "statements": it.migration.up.len(),
            "statements_before": it.before,
            "as_written": it.as_written,
            "kept": it.kept.iter().map(place).collect::<Vec<_>>(),
            "left_out": it.left_out.iter().map(place).collect::<Vec<_>>(),
            "rows_compared": it.rows,
            "version": it.version,
            "notes": it.notes,
            "proven": proven,
        })
    };
    let shown = |path: &PathBuf| workspace.project.shown(path).display().to_string();
    json!({
        "id": planned.id,
        "replaced": planned.replaced,
        "dialects": planned.dialects.iter().map(dialect).collect::<Vec<_>>(),
        "written": written.iter().map(shown).collect::<Vec<_>>(),
    })
}

async fn prune(common: &Common, workspace: &Workspace, command: &arguments::Squash) -> Result<Ending, Failure> {
    let pruned = squash::prune(workspace, Open::from(common), command.force, command.dry_run).await?;
    if command.json {
        let Pruned { ids, asked, written } = &pruned;
        let asked = asked.iter().map(|(name, newest)| json!({ "database": name, "newest": newest }));
        let written = written.iter().map(|path| workspace.project.shown(path).display().to_string());
        let (asked, written): (Vec<_>, Vec<_>) = (asked.collect(), written.collect());
        paint::exact(&format!("{:#}\n", json!({ "pruned": ids, "asked": asked, "written": written })));
        return Ok(Ending::Done);
    }
    if pruned.ids.is_empty() {
        paint::talk("nothing to do: no file of a squashed migration is kept");
        return Ok(Ending::Done);
    }
    for (name, newest) in &pruned.asked {
        paint::talk(format!("{name} does not need them ({newest})"));
    }
    let word = if command.dry_run { ink(Ink::Yellow, "would delete") } else { ink(Ink::Red, "deleted") };
    paint::result(&format!("{word} {} of squashed migrations\n", plural(pruned.ids.len(), "file")));
    if workspace.project.config.format.has_migrator() && !command.dry_run {
        paint::result(
            "\nnext: `gen up` in each environment takes them out of SeaORM's history, before the application's `Migrator` runs there\n",
        );
    }
    Ok(Ending::Done)
}

/// Takes a squash back.
pub(super) async fn restore(workspace: &Workspace, id: &MigrationId, command: &Undo) -> Result<Ending, Failure> {
    let restored = squash::restore(workspace, id, command.force).await?;
    let written = restored.written.iter().map(|path| workspace.project.shown(path).display().to_string());
    if command.json {
        let written: Vec<_> = written.collect();
        let report = json!({ "undone": [restored.id], "restored": restored.replaced, "written": written });
        paint::exact(&format!("{report:#}\n"));
        return Ok(Ending::Done);
    }
    let count = plural(restored.replaced.len(), "migration");
    paint::result(&format!(
        "{} {}; the {count} that it replaced are back\n",
        ink(Ink::Green, "took back"),
        restored.id
    ));
    Ok(Ending::Done)
}
