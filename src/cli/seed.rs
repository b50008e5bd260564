//! `gen seed`: test data for a development database, or in a file.
//!
//! Must not know how rows are made, or which tables get them.

use std::io::IsTerminal;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::dialect::Product;
use crate::schema::ObjectName;
use crate::workflow::seed::{self, Filling, Selection};
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
    };
    if let Some(names) = &command.of.tenants {
        return tenants::seed(common, names, (command, &selection)).await;
    }
    let workspace = Workspace::open(common)?;
    if let Some(path) = &command.out {
        let (product, seeds) = seed::for_file(&workspace, command.dialect, &selection).await?;
        seed::write(&workspace, product, &seeds, path)?;
        let rows: Vec<_> = seeds.tables.iter().map(|filled| (filled.table.clone(), filled.rows.len())).collect();
        tell(command, product, &rows, &seeds.notes, Some(path));
        return Ok(Ending::Done);
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

fn progress(total: usize) -> Option<ProgressBar> {
    let bar = std::io::stderr().is_terminal().then(|| ProgressBar::new(total as u64))?;
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
