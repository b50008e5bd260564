//! Reference data: rows that the application's migrations inserted, written into files beside the entities.
//!
//! Must not know how the rows are migrated. A table is offered by how it looks; which rows belong to the schema only a person
//! knows.

use std::path::PathBuf;

use sea_gen_runner::Error;
use sea_gen_runner::session::{Missing, Session};

use crate::dialect::{self, Dialect};
use crate::entity::{MOST_ROWS, Model, ROWS_FILE, SourceFile};
use crate::introspect;
use crate::project::{Batch, EntityPaths};
use crate::schema::{
    Index, IndexPart, IndexTarget, Name, ObjectName, Part, Place, Product, RowValue, Schema, Table, Type,
};
use crate::write::rows_text;

use super::{Failure, Live, Workspace, text};

/// The greatest number of rows of a table that is offered.
const FEW: usize = 50;

/// How many tables one query asks for.
const TABLES: usize = 50;

/// Words in the names of tables and columns that hold secrets or personal data.
const PRIVATE: [&str; 22] = [
    "password",
    "passwd",
    "secret",
    "token",
    "hash",
    "salt",
    "credential",
    "session",
    "email",
    "phone",
    "birth",
    "address",
    "iban",
    "ssn",
    "apikey",
    "user",
    "customer",
    "person",
    "account",
    "firstname",
    "lastname",
    "username",
];

/// A table that may hold reference data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The table.
    pub table: ObjectName,
    /// The number of its rows.
    pub rows: usize,
}

/// The declared tables with few rows, a key, no declared rows, and no name that suggests secrets or personal data.
pub(super) async fn candidates(live: &mut Live, model: &Model) -> Result<Vec<Candidate>, Failure> {
    let dialect = dialect::of(live.product());
    let schema = live.schema.schema();
    let is_one = |table: &&Table| {
        let declared = model.schema().tables.get(&table.name);
        declared.is_some_and(|declared| declared.rows.is_none()) && key_of(table).is_some() && !is_private(table)
    };
    let tables: Vec<&Table> = schema.tables.values().filter(is_one).collect();
    let mut found = Vec::new();
    for tables in tables.chunks(TABLES) {
        for (table, rows) in tables.iter().zip(counts(&mut live.session, dialect, tables).await) {
            if (1..=FEW).contains(&rows) {
                found.push(Candidate { table: table.name.clone(), rows });
            }
        }
    }
    Ok(found)
}

/// The number of rows of each table, as far as it is small. A table that cannot be read has none.
async fn counts(session: &mut Session, dialect: &dyn Dialect, tables: &[&Table]) -> Vec<usize> {
    let count = |table: &&Table| {
        let table = dialect.quote_object(&table.name);
        format!("(SELECT count(*) FROM (SELECT 1 AS found FROM {table} LIMIT {}) AS few)", FEW + 1)
    };
    let sql = format!("SELECT concat_ws(' ', {})", tables.iter().map(count).collect::<Vec<_>>().join(", "));
    let sql = match dialect.product() {
        Product::Sqlite => {
            format!("SELECT {}", tables.iter().map(count).collect::<Vec<_>>().join(" || ' ' || "))
        }
        Product::Postgres | Product::MySql | Product::MariaDb => sql,
    };
    let rows = session.query(&sql).await.ok();
    let text = rows.and_then(|rows| rows.first().map(|row| row.text(0).to_owned())).unwrap_or_default();
    text.split(' ').map(|count| count.parse().unwrap_or_default()).collect()
}

fn is_private(table: &Table) -> bool {
    let says = |name: &str| {
        let name: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        PRIVATE.iter().any(|word| name.contains(word))
    };
    // A reference to a user says nothing of the user.
    let refers = |name: &Name| table.foreign_keys.values().any(|key| key.columns.contains(name));
    says(table.name.name.as_str()) || table.columns.keys().any(|name| says(name.as_str()) && !refers(name))
}

/// The key by which rows are found: the primary key, or else a unique key of columns that take no NULL.
fn key_of(table: &Table) -> Option<Vec<Name>> {
    let solid = |columns: &[Name]| columns.iter().all(|name| table.columns.get(name).is_some_and(|it| !it.nullable));
    let unique = || table.uniques.values().map(|unique| &unique.columns).find(|columns| solid(columns)).cloned();
    let indexed = || {
        let of = |index: &Index| {
            let column = |part: &IndexPart| match &part.target {
                IndexTarget::Column(name) => Some(name.clone()),
                IndexTarget::Expression(_) => None,
            };
            index.parts.iter().map(column).collect::<Option<Vec<Name>>>()
        };
        let mut unique =
            table.indexes.values().filter(|index| index.unique && index.predicate.is_none()).filter_map(of);
        unique.find(|columns| solid(columns))
    };
    table.primary_key.as_ref().map(|key| key.columns.clone()).or_else(unique).or_else(indexed)
}

/// The files with the rows that tables of a database have.
///
/// # Errors
/// A table that no entity declares, that has no key, no rows or too many, or a value that no file can say.
pub(super) async fn files(
    workspace: &Workspace,
    live: &mut Live,
    (found, model): (&EntityPaths, &Model),
    tables: &[String],
) -> Result<Vec<SourceFile>, Failure> {
    let mut files: Vec<SourceFile> = Vec::new();
    for name in tables {
        let schema = live.schema.schema();
        let (declared, table) = table_of(model, schema, name)?;
        let place = Place::Table(table.name.clone(), Part::Rows);
        let rows_at = model.sources.get(&place).map(|source| source.file.to_path_buf());
        let key = match &declared.rows {
            Some(rows) => Some(rows.key.clone()),
            None => key_of(table),
        };
        let key = key.ok_or_else(|| {
            Error::new(format!("table `{name}` has no key by which its rows could be found again"))
                .hint("declare a primary key or a unique key on columns that take no NULL")
        })?;
        let unread = |error| Error::new(format!("the rows of `{name}` cannot be read")).because(error);
        let rows = introspect::all_rows(&mut live.session, schema, table, &key, MOST_ROWS).await.map_err(unread)?;
        let Some(rows) = rows else {
            return Err(Error::new(format!(
                "table `{name}` has more than {MOST_ROWS} rows: that is data, no reference data"
            ))
            .hint("name tables with few rows")
            .into());
        };
        if rows.rows.is_empty() {
            return Err(Error::new(format!("table `{name}` has no rows in this database"))
                .hint("name the database that the project's own migrations built: `--database-url …`")
                .into());
        }
        let is_json = |name: &Name| {
            declared.columns.get(name).is_some_and(|it| matches!(it.data_type, Type::Json | Type::JsonBinary))
        };
        let mut values = rows.rows.iter().flatten();
        if let Some((column, _)) =
            values.find(|(name, value)| is_json(name) && **value == RowValue::Text("null".into()))
        {
            return Err(Error::new(format!("`{name}.{column}` holds the null of JSON, which no file of rows can say"))
                .hint("make it NULL, or leave this table out")
                .into());
        }
        let entity = model.sources.get(&Place::table(&table.name)).map(|source| source.file.to_path_buf());
        let path = rows_at.unwrap_or_else(|| {
            let entity = entity.unwrap_or_else(|| PathBuf::from(format!("{name}.rs")));
            found.rows_path(workspace.project.shown(&entity), &table.name.to_string())
        });
        files.push(SourceFile { path, text: rows_text(table, declared, &rows) });
    }
    Ok(files)
}

fn table_of<'s>(model: &'s Model, schema: &'s Schema, name: &str) -> Result<(&'s Table, &'s Table), Failure> {
    let is_named = |table: &&Table| table.name.to_string() == name;
    let Some(table) = schema.tables.values().find(is_named) else {
        let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let error = Error::new(format!("the database has no table `{name}`"));
        return Err(match similar::get_close_matches(name, &names, 1, 0.6).first() {
            Some(near) => error.hint(format!("did you mean `{near}`?")).into(),
            None => error.hint(format!("its tables are {}", names.join(", "))).into(),
        });
    };
    let declared = model.schema().tables.get(&table.name).ok_or_else(|| {
        Error::new(format!("no entity declares a table `{name}`"))
            .hint(format!("rows stand beside their entity: write an entity for `{name}` first"))
    })?;
    Ok((declared, table))
}

/// Writes the rows that tables of the project's database have now into files beside the entities. Returns the files.
///
/// # Errors
/// There is no database; those of a single table.
pub async fn write(workspace: &Workspace, tables: &[String]) -> Result<Vec<PathBuf>, Failure> {
    workspace.refuse_without_writer()?;
    let mut live = workspace.required(Missing::Refuse).await?;
    let (found, files) = workspace.project.discover_entities()?;
    let (model, _) = workspace.model(&files, live.product()).await?;
    let written = self::files(workspace, &mut live, (&found, &model), tables).await;
    live.session.close().await;
    let mut batch = Batch::new(workspace.root());
    for file in written? {
        batch.write(workspace.root().join(&file.path), file.text);
    }
    Ok(batch.commit()?.into_iter().map(|(path, _)| path).collect())
}

/// What `gen init` says of tables that may hold reference data.
pub(crate) fn offer(candidates: &[Candidate]) -> String {
    let names: Vec<String> =
        candidates.iter().map(|it| format!("{} ({})", it.table, text::plural(it.rows, "row"))).collect();
    format!("{}: `--reference-data TABLE` puts their rows beside the entity, as `TABLE{ROWS_FILE}`", names.join(", "))
}
