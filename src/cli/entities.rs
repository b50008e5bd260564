//! `gen entities`: shows the declared objects, their source locations, and their types in the database.
//!
//! Must not know how an entity is read; it shows the model.

mod write;

use serde_json::{Value, json};

use crate::entity::Severity;
use crate::plan::{default_text, type_name};
use crate::schema::{Part, Place, Schema, Table};
use crate::workflow::entities::{self, Reading};
use crate::workflow::{Failure, Workspace, current_folder, reference_data};

use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::{Ending, report, show};

pub(super) async fn run(common: &Common, command: &arguments::Entities) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    if let Some(file) = &command.why {
        let here = current_folder()?.join(file);
        let file = here.canonicalize().unwrap_or_else(|_| file.clone());
        paint::result(&format!("{}\n", workspace.project.why(&file)?));
        return Ok(Ending::Done);
    }
    if !command.reference_data.is_empty() {
        let workspace = Workspace::open_to_write(common, "gen entities")?;
        for file in reference_data::write(&workspace, &command.reference_data).await? {
            paint::result(&format!("wrote {}\n", workspace.project.shown(&file).display()));
        }
        return Ok(Ending::Done);
    }
    if command.write {
        drop(workspace);
        return write::run(common, command).await;
    }
    let reading = entities::read(workspace, command.dialect).await?;
    // What cannot be normalised is a mistake in the entities too, but what was read is worth seeing all the same.
    if command.json {
        paint::exact(&format!("{:#}\n", json(&reading)));
    } else {
        paint::result(&text(&reading));
    }
    if reading.has_errors() {
        return Err(Failure::Entities(reading.diagnostics, reading.files.to_vec()));
    }
    if !command.json {
        report::show_diagnostics(&reading.diagnostics, &reading.files);
    }
    reading.normalized()?;
    Ok(Ending::Done)
}

/// What a table has beside columns, and what stands beside tables: words, and where it is declared.
fn parts(reading: &Reading, table: &Table) -> Vec<(String, Option<String>)> {
    let at = |part| reading.location(&Place::Table(table.name.clone(), part));
    let names = |columns: &[crate::schema::Name]| {
        columns.iter().map(crate::schema::Name::as_str).collect::<Vec<_>>().join(", ")
    };
    let mut parts = Vec::new();
    if let Some(key) = &table.primary_key {
        parts.push((format!("primary key ({})", names(&key.columns)), at(Part::PrimaryKey)));
    }
    for unique in table.uniques.values() {
        let words = format!("unique {} ({})", unique.name, names(&unique.columns));
        parts.push((words, at(Part::Unique(unique.name.clone()))));
    }
    for key in table.foreign_keys.values() {
        let place = Part::ForeignKey(key.name.clone(), crate::schema::Facet::Whole);
        let words = format!("foreign key {} ({}) → {}", key.name, names(&key.columns), key.references);
        parts.push((words, at(place)));
    }
    for check in table.checks.values() {
        let words = format!("check {} ({})", check.name, check.expression.text());
        parts.push((words, at(Part::Check(check.name.clone()))));
    }
    for index in table.indexes.values() {
        let unique = if index.unique { "unique " } else { "" };
        parts.push((format!("{unique}index {}", index.name), at(Part::Index(index.name.clone()))));
    }
    for trigger in table.triggers.values() {
        parts.push((format!("trigger {}", trigger.name), at(Part::Trigger(trigger.name.clone()))));
    }
    parts
}

fn others(reading: &Reading, schema: &Schema) -> Vec<(String, Option<String>)> {
    let mut others = Vec::new();
    for value in schema.enums.values() {
        let words = format!("enum {} ({})", value.name, value.values.join(", "));
        others.push((words, reading.location(&Place::Enum(value.name.clone()))));
    }
    for view in schema.views.values() {
        others.push((format!("view {}", view.name), reading.location(&Place::View(view.name.clone()))));
    }
    for routine in schema.routines.values() {
        others.push((format!("routine {}", routine.name), reading.location(&Place::Routine(routine.name.clone()))));
    }
    others
}

fn text(reading: &Reading) -> String {
    let schema = reading.schema();
    let counts = show::counts(schema);
    let mut text =
        format!("{counts} for {}, from {}\n", reading.product, show::plural(reading.declaring().len(), "file"));
    for table in schema.tables.values() {
        let line = reading.location(&Place::table(&table.name)).unwrap_or_default();
        text.push_str(&format!("\n{}   {}\n", ink(Ink::Bold, &table.name), ink(Ink::Dim, line)));
        let mut rows: Vec<[String; 4]> = Vec::new();
        for column in table.columns.values() {
            let native = type_name(&column.data_type);
            let null = if column.nullable { " null" } else { "" };
            let default = match &column.default {
                Some(default) => format!(" default {}", default_text(default)),
                None => String::new(),
            };
            let typed = reading.rust_type(table, column).unwrap_or_default();
            let line = reading.location(&Place::column(&table.name, &column.name)).unwrap_or_default();
            rows.push([column.name.to_string(), typed, format!("{native}{null}{default}"), line]);
        }
        let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
        let (name, typed, native) = (width(0).unwrap_or(0), width(1).unwrap_or(0), width(2).unwrap_or(0));
        for [own, rust, sql, line] in &rows {
            let row = format!("  {own:name$}  {rust:typed$}  → {sql:native$}  {}", ink(Ink::Dim, line));
            text.push_str(&format!("{}\n", row.trim_end()));
        }
        for (words, line) in parts(reading, table) {
            text.push_str(&format!("  {words}  {}\n", ink(Ink::Dim, line.unwrap_or_default())).replace("  \n", "\n"));
        }
    }
    let others = others(reading, schema);
    if !others.is_empty() {
        text.push('\n');
    }
    for (words, line) in others {
        text.push_str(&format!("{words}   {}\n", ink(Ink::Dim, line.unwrap_or_default())));
    }
    if !reading.unreached.is_empty() {
        text.push_str("\nnot part of the program: no `mod` declaration reaches\n");
    }
    for file in &reading.unreached {
        text.push_str(&format!("  {}\n", file.display()));
    }
    text
}

fn json(reading: &Reading) -> Value {
    let schema = reading.schema();
    let listed = |parts: Vec<(String, Option<String>)>| -> Value {
        parts.into_iter().map(|(words, source)| json!({ "what": words, "source": source })).collect()
    };
    let tables = schema.tables.values().map(|table| {
        let columns = table.columns.values().map(|column| {
            json!({
                "name": column.name,
                "rust_type": reading.rust_type(table, column),
                "type": type_name(&column.data_type),
                "nullable": column.nullable,
                "default": column.default.as_ref().map(default_text),
                "source": reading.location(&Place::column(&table.name, &column.name)),
            })
        });
        json!({
            "name": table.name,
            "source": reading.location(&Place::table(&table.name)),
            "columns": columns.collect::<Vec<_>>(),
            "parts": listed(parts(reading, table)),
        })
    });
    let said = reading.diagnostics.iter().map(|diagnostic| {
        json!({
            "severity": match diagnostic.severity {
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            "message": diagnostic.message,
            "source": format!("{}:{}", diagnostic.file.display(), reading.line(diagnostic)),
            "hint": diagnostic.hint,
        })
    });
    json!({
        "dialect": reading.product.key(),
        "files": reading.declaring(),
        "not_part_of_the_program": reading.unreached,
        "tables": tables.collect::<Vec<_>>(),
        "objects": listed(others(reading, schema)),
        "diagnostics": said.collect::<Vec<_>>(),
        "unsupported": reading.normalized().err().map(|unsupported| unsupported.to_string()),
    })
}
