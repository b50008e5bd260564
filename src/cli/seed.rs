//! `gen seed`: test data for a development database, or in a file.
//!
//! Must not know how rows are made, or which tables get them.

use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::dialect::Product;
use crate::project::SeedKind;
use crate::schema::ObjectName;
use crate::workflow::seed::{self, Demonstration, Filling, Selection};
use crate::workflow::{Failure, Workspace};

use super::arguments::{Common, Seed};
use super::paint::{self, Ink, ink};
use super::{Ending, show, tenants};

pub(super) async fn run(common: &Common, command: &Seed) -> Result<Ending, Failure> {
    let selection = Selection {
        seed: command.seed,
        rows: command.rows,
        rows_of: command.tables.clone(),
        only: command.only.clone(),
        except: command.except.clone(),
        extremes: command.extremes,
        images: command.images.clone(),
        like: command.like.clone(),
    };
    if let Some(names) = &command.of.tenants {
        return tenants::seed(common, names, (command, &selection)).await;
    }
    let workspace = Workspace::open(common)?;
    if let (true, Some(path)) = (command.measure, &command.out) {
        let tables = seed::measure(&workspace, path).await?;
        let (tables, path) = (show::plural(tables, "table"), path.display());
        paint::result(&format!("{} {tables} to {path}, without values\n", ink(Ink::Green, "measured")));
        paint::talk(format!("next: `gen seed --like {path}` in a development database"));
        return Ok(Ending::Done);
    }
    if let Some(path) = &command.out {
        let (product, seeds) = seed::for_file(&workspace, command.dialect, &selection).await?;
        seed::write(&workspace, product, &seeds, path)?;
        let rows: Vec<_> = seeds.tables.iter().map(|filled| (filled.table.clone(), filled.rows.len())).collect();
        tell(command, product, &rows, &seeds.notes, Some(path));
        return Ok(Ending::Done);
    }
    if workspace.seed_kind() == Some(SeedKind::Demonstration) {
        return demonstrate(&workspace, command).await;
    }
    let mut filling = Filling::plan(&workspace, &selection, command.development, command.append).await?;
    let bar = progress(filling.rows());
    let mut watch = |done: usize, table: &ObjectName| {
        if let Some(bar) = &bar {
            bar.set_position(done as u64);
            bar.set_message(table.to_string());
        }
    };
    let report = filling.run(&mut watch).await;
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let report = report?;
    let product = filling.live.product();
    filling.live.session.close().await;
    tell(command, product, &report.tables, &report.notes, None);
    Ok(Ending::Done)
}

async fn demonstrate(workspace: &Workspace, command: &Seed) -> Result<Ending, Failure> {
    let mut rows = Demonstration::plan(workspace, command.append).await?;
    let (product, count) = (rows.live.product(), rows.run().await?);
    let tables = rows.tables;
    rows.live.session.close().await;
    if command.json {
        paint::exact(&format!("{:#}\n", json!({ "dialect": product.key(), "rows": count, "tables": tables })));
        return Ok(Ending::Done);
    }
    let count = show::plural(usize::try_from(count).unwrap_or(usize::MAX), "demonstration row");
    let of = show::plural(tables.len(), "table");
    paint::result(&format!("{} {count} in {of} ({product})\n", ink(Ink::Green, "inserted")));
    Ok(Ending::Done)
}

fn progress(total: usize) -> Option<ProgressBar> {
    let bar = paint::stderr_is_terminal().then(|| ProgressBar::new(total as u64))?;
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} rows {msg}") {
        bar.set_style(style);
    }
    Some(bar)
}

fn tell(command: &Seed, product: Product, tables: &[(ObjectName, usize)], notes: &[String], file: Option<&Path>) {
    let rows: usize = tables.iter().map(|(_, rows)| rows).sum();
    if command.json {
        let list = tables.iter().map(|(name, rows)| json!({ "table": name, "rows": rows }));
        let report = json!({
            "dialect": product.key(),
            "seed": command.seed,
            "file": file,
            "tables": list.collect::<Vec<_>>(),
            "notes": notes,
        });
        paint::exact(&format!("{report:#}\n"));
        return;
    }
    notes.iter().for_each(|note| paint::talk(format!("note: {note}")));
    let (rows, of) = (show::plural(rows, "row"), show::plural(tables.len(), "table"));
    let to = file.map(|path| format!(", {}", path.display())).unwrap_or_default();
    paint::result(&format!("{} {rows} in {of} ({product}, seed {}{to})\n", ink(Ink::Green, "seeded"), command.seed));
}
