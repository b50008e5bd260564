//! `gen entities`: shows the declared objects, their source locations, and their types in the database.
//!
//! Must not know how an entity is parsed; it shows the model, and finds the Rust type of a field in the source text.

use serde_json::{Value, json};

use crate::dialect;
use crate::entity::{self, Diagnostic, Model, Severity, Source, SourceFile};
use crate::plan::{default_text, type_name};
use crate::project::EntityReader;
use crate::schema::{Column, Origin, Part, Place, Product, Schema, Table};
use crate::workflow::{Workspace, compiled};

use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::report::{self, Failure};
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &arguments::Entities) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    let product = match command.dialect {
        Some(product) => product,
        None => workspace.products().first().copied().unwrap_or(Product::Sqlite),
    };
    let files = workspace.files()?;
    let (model, diagnostics) = match workspace.project.config.reader {
        // Diagnostics are shown with the objects that could be read.
        EntityReader::Source => entity::read_with(&files, product, &workspace.project.config.context),
        EntityReader::Compiled => compiled::model(&workspace, &files, product).await?,
    };
    let reading = Reading { workspace: &workspace, product, files: &files, model: &model };
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    // A normalisation error is an error of the entities too, but the objects are still shown.
    let normal = model.normalized(|schema| dialect::of(product).normalize(schema));
    let schema = normal.as_ref().map_or(model.schema(), |normal| normal.schema());
    if command.json {
        let unsupported = normal.as_ref().err().map(ToString::to_string);
        paint::exact(&format!("{:#}\n", reading.json(schema, &diagnostics, unsupported)));
    } else {
        paint::result(&reading.text(schema));
    }
    if failed {
        return Err(Failure::Entities(diagnostics, files));
    }
    if !command.json {
        report::show_diagnostics(&diagnostics, &files);
    }
    normal?;
    Ok(Ending::Done)
}

struct Reading<'a> {
    workspace: &'a Workspace,
    product: Product,
    files: &'a [SourceFile],
    model: &'a Model,
}

impl Reading<'_> {
    fn source(&self, place: &Place) -> Option<Source> {
        self.model.sources.get(place)
    }

    fn line(&self, place: &Place) -> Option<String> {
        self.source(place).map(|source| show::location(&source, self.workspace.root()))
    }

    /// The Rust type of a column's field.
    fn rust_type(&self, table: &Table, column: &Column) -> Option<String> {
        let source = self.source(&Place::column(&table.name, &column.name))?;
        if source.origin != Origin::Entity {
            return None;
        }
        let file = self.files.iter().find(|file| file.path == *source.file)?;
        // The attributes of a field are before it.
        let field = file.text.lines().skip(source.line.saturating_sub(1)).map(str::trim).find(|line| {
            let plain = line.strip_prefix("pub ").unwrap_or(line);
            !line.starts_with('#') && !line.starts_with("//") && plain.contains(": ")
        })?;
        let (_, spelled) = field.split_once(": ")?;
        Some(spelled.trim_end_matches(',').to_owned())
    }

    /// Objects other than columns: description, and source location.
    fn parts(&self, table: &Table) -> Vec<(String, Option<String>)> {
        let at = |part| self.line(&Place::Table(table.name.clone(), part));
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

    fn others(&self, schema: &Schema) -> Vec<(String, Option<String>)> {
        let mut others = Vec::new();
        for value in schema.enums.values() {
            let words = format!("enum {} ({})", value.name, value.values.join(", "));
            others.push((words, self.line(&Place::Enum(value.name.clone()))));
        }
        for view in schema.views.values() {
            others.push((format!("view {}", view.name), self.line(&Place::View(view.name.clone()))));
        }
        for routine in schema.routines.values() {
            others.push((format!("routine {}", routine.name), self.line(&Place::Routine(routine.name.clone()))));
        }
        others
    }

    fn text(&self, schema: &Schema) -> String {
        let counts = show::counts(schema);
        let mut text = format!("{counts} for {}, from {}\n", self.product, show::plural(self.files.len(), "file"));
        for table in schema.tables.values() {
            let line = self.line(&Place::table(&table.name)).unwrap_or_default();
            text.push_str(&format!("\n{}   {}\n", ink(Ink::Bold, &table.name), ink(Ink::Dim, line)));
            let mut rows: Vec<[String; 4]> = Vec::new();
            for column in table.columns.values() {
                let native = type_name(&column.data_type);
                let null = if column.nullable { " null" } else { "" };
                let default = match &column.default {
                    Some(default) => format!(" default {}", default_text(default)),
                    None => String::new(),
                };
                let typed = self.rust_type(table, column).unwrap_or_default();
                let line = self.line(&Place::column(&table.name, &column.name)).unwrap_or_default();
                rows.push([column.name.to_string(), typed, format!("{native}{null}{default}"), line]);
            }
            let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
            let (name, typed, native) = (width(0).unwrap_or(0), width(1).unwrap_or(0), width(2).unwrap_or(0));
            for [own, rust, sql, line] in &rows {
                let row = format!("  {own:name$}  {rust:typed$}  → {sql:native$}  {}", ink(Ink::Dim, line));
                text.push_str(&format!("{}\n", row.trim_end()));
            }
            for (words, line) in self.parts(table) {
                text.push_str(
                    &format!("  {words}  {}\n", ink(Ink::Dim, line.unwrap_or_default())).replace("  \n", "\n"),
                );
            }
        }
        let others = self.others(schema);
        if !others.is_empty() {
            text.push('\n');
        }
        for (words, line) in others {
            text.push_str(&format!("{words}   {}\n", ink(Ink::Dim, line.unwrap_or_default())));
        }
        text
    }

    fn json(&self, schema: &Schema, diagnostics: &[Diagnostic], unsupported: Option<String>) -> Value {
        let listed = |parts: Vec<(String, Option<String>)>| -> Value {
            parts.into_iter().map(|(words, source)| json!({ "what": words, "source": source })).collect()
        };
        let tables = schema.tables.values().map(|table| {
            let columns = table.columns.values().map(|column| {
                json!({
                    "name": column.name,
                    "rust_type": self.rust_type(table, column),
                    "type": type_name(&column.data_type),
                    "nullable": column.nullable,
                    "default": column.default.as_ref().map(default_text),
                    "source": self.line(&Place::column(&table.name, &column.name)),
                })
            });
            json!({
                "name": table.name,
                "source": self.line(&Place::table(&table.name)),
                "columns": columns.collect::<Vec<_>>(),
                "parts": listed(self.parts(table)),
            })
        });
        let said = diagnostics.iter().map(|diagnostic| {
            let text = self.files.iter().find(|file| file.path == diagnostic.file).map(|file| file.text.as_str());
            let before = text.and_then(|text| text.get(..diagnostic.span.start)).unwrap_or_default();
            json!({
                "severity": match diagnostic.severity {
                    Severity::Warning => "warning",
                    Severity::Error => "error",
                },
                "message": diagnostic.message,
                "source": format!("{}:{}", diagnostic.file.display(), before.matches('\n').count() + 1),
                "hint": diagnostic.hint,
            })
        });
        json!({
            "dialect": self.product.key(),
            "files": self.files.iter().map(|file| &file.path).collect::<Vec<_>>(),
            "tables": tables.collect::<Vec<_>>(),
            "objects": listed(self.others(schema)),
            "diagnostics": said.collect::<Vec<_>>(),
            "unsupported": unsupported,
        })
    }
}
