//! `gen entities`: what was read, from where, and what it is in the database.
//!
//! Must not know how an entity is read; it shows the model, and looks up in the text how a field's type is spelled.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::dialect;
use crate::entity::{self, Diagnostic, Model, Severity, Source, SourceFile};
use crate::plan::{default_text, type_name};
use crate::project::EntityReader;
use crate::schema::{Column, Origin, Part, Place, Product, Schema, Table};
use crate::workflow::{Workspace, compiled, current_folder};

use super::arguments::{self, Common};
use super::paint::{self, Ink, ink};
use super::report::{self, Failure};
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &arguments::Entities) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    if let Some(file) = &command.why {
        let here = current_folder()?.join(file);
        let file = here.canonicalize().unwrap_or_else(|_| file.clone());
        paint::result(&format!("{}\n", workspace.project.why(&file)?));
        return Ok(Ending::Done);
    }
    let unreached = workspace.project.find_entities()?.unreached;
    let product = match command.dialect {
        Some(product) => product,
        None => workspace.products().first().copied().unwrap_or(Product::Sqlite),
    };
    let files = workspace.files()?;
    let (model, diagnostics) = match workspace.project.config.reader {
        // What is wrong with the text is shown beside what could be read of it.
        EntityReader::Source => entity::read_with(&files, product, &workspace.project.config.context),
        EntityReader::Compiled => compiled::model(&workspace, &files, product).await?,
    };
    let reading = Reading { workspace: &workspace, product, files: &files, model: &model, unreached };
    let failed = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    // What cannot be normalised is a mistake in the entities too, but what was read is worth seeing all the same.
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
    /// Files with entities that are not part of the program.
    unreached: Vec<PathBuf>,
}

impl Reading<'_> {
    fn source(&self, place: &Place) -> Option<Source> {
        self.model.sources.get(place)
    }

    fn line(&self, place: &Place) -> Option<String> {
        self.source(place).map(|source| show::location(&source, self.workspace.root()))
    }

    /// How the type of a column's field is spelled.
    fn rust_type(&self, table: &Table, column: &Column) -> Option<String> {
        let source = self.source(&Place::column(&table.name, &column.name))?;
        if source.origin != Origin::Entity {
            return None;
        }
        let file = self.files.iter().find(|file| file.path == *source.file)?;
        // The attributes of a field stand before it.
        let lines = file.text.lines().skip(source.line.saturating_sub(1)).map(str::trim).map(after_attributes);
        let field = lines.into_iter().find(|line| !line.starts_with("//") && line.contains(": "))?;
        let (_, spelled) = field.split_once(": ")?;
        Some(type_in(spelled).to_owned())
    }

    /// The files that declare something, and all that was read as a sidecar.
    fn declaring(&self) -> BTreeSet<&Path> {
        let sources: BTreeSet<_> = self.model.sources.iter().map(|(_, source)| source.file).collect();
        let is_sidecar = |path: &Path| path.extension().is_some_and(|extension| extension == "sql");
        let files = self.files.iter().map(|file| file.path.as_path());
        files.filter(|path| is_sidecar(path) || sources.iter().any(|source| &**source == *path)).collect()
    }

    /// What a table has beside columns, and what stands beside tables: words, and where it is declared.
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
        let mut text =
            format!("{counts} for {}, from {}\n", self.product, show::plural(self.declaring().len(), "file"));
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
        if !self.unreached.is_empty() {
            text.push_str("\nnot part of the program: no `mod` declaration reaches\n");
        }
        for file in &self.unreached {
            text.push_str(&format!("  {}\n", file.display()));
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
            "files": self.declaring(),
            "not_part_of_the_program": self.unreached,
            "tables": tables.collect::<Vec<_>>(),
            "objects": listed(self.others(schema)),
            "diagnostics": said.collect::<Vec<_>>(),
            "unsupported": unsupported,
        })
    }
}

/// A line of code without the attributes at its beginning.
fn after_attributes(line: &str) -> &str {
    let mut rest = line;
    while let Some(attribute) = rest.strip_prefix("#[") {
        let mut depth = 1_usize;
        let end = attribute.find(|letter| {
            match letter {
                '[' => depth += 1,
                ']' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        rest = end.and_then(|end| attribute.get(end + 1..)).unwrap_or_default().trim_start();
    }
    rest
}

/// The type at the beginning of a text, without the comma, the brace or the comment behind it.
fn type_in(text: &str) -> &str {
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(at, letter)| {
        match letter {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let rest = text.get(*at..).unwrap_or_default();
        depth == 0 && matches!(letter, ',' | '}') || rest.starts_with("//") || rest.starts_with("/*")
    });
    text.get(..end.map_or(text.len(), |(at, _)| at)).unwrap_or_default().trim_end()
}

#[cfg(test)]
mod tests {
    use super::{after_attributes, type_in};

    #[test]
    fn a_field_begins_behind_its_attributes() {
        assert_eq!(after_attributes("#[sea_orm(a = \"b[]\")] #[c] pub d: E, // f"), "pub d: E, // f");
        assert_eq!(after_attributes("#[sea_orm("), "");
    }

    #[test]
    fn a_type_ends_before_what_is_behind_it() {
        for (text, expected) in [
            ("Option<String>, // a list, as JSON", "Option<String>"),
            ("i32 /* , */", "i32"),
            ("HashMap<String, Vec<(i32, i64)>>, pub b: i32 }", "HashMap<String, Vec<(i32, i64)>>"),
            ("[u8; 16] }", "[u8; 16]"),
            ("String", "String"),
        ] {
            assert_eq!(type_in(text), expected);
        }
    }
}
