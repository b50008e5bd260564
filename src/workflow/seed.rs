//! Test data for a development database or a file: which schema is filled, which of its tables, and which existing rows new
//! ones may reference.
//!
//! Must not know how rows are generated. Must not empty a table, or touch a database that is not for development.

mod demonstration;
mod like;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sea_gen_runner::session::{DatabaseError, Missing, Session};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::{self, Product};
use crate::project::{Batch, SeedKind};
use crate::proof::{SeedProgress, SeedReport, fill};
use crate::schema::{Name, Normalized, ObjectName, Schema, Table};
use crate::seed::{self, SeedRequest, Seeds, Value, seeds};

use super::{Failure, Live, Workspace, current_folder, text};

pub use demonstration::Demonstration;
pub use like::measure;

/// How many existing rows of a table new rows may reference.
const PRESENT_ROWS: usize = 1000;

/// The tables to fill, and with how many rows.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// The random seed.
    pub seed: u64,
    /// The number of rows per table.
    pub rows: usize,
    /// The number of rows of single tables, overriding `rows`.
    pub rows_of: Vec<(String, usize)>,
    /// The only tables to fill; none for all.
    pub only: Vec<String>,
    /// Tables not to fill; disregarded beside `only`.
    pub except: Vec<String>,
    /// Whether the first rows hold the smallest and greatest values, the longest texts and NULLs.
    pub extremes: bool,
    /// Where images are, if not where the configuration says.
    pub images: Option<String>,
    /// A file with the proportions of another database.
    pub like: Option<PathBuf>,
}

impl Selection {
    /// # Errors
    /// A table that is named does not exist.
    fn request(&self, workspace: &Workspace, product: Product, schema: &Schema) -> Result<SeedRequest, Failure> {
        let mut request = SeedRequest::new(product, self.seed, self.rows);
        request.ends = self.extremes;
        request.images = self.images.clone().or_else(|| workspace.project.config.seed.images.clone());
        for (table, rows) in &self.rows_of {
            request.rows_of.insert(find(schema, table)?, *rows);
        }
        // A table with reference rows has the rows it is meant to have, unless it is named.
        for table in &self.only {
            request.rows_of.entry(find(schema, table)?).or_insert(self.rows);
        }
        if let Some(path) = &self.like {
            like::apply(path, schema, &mut request)?;
        }
        let all =
            |tables: &[String]| tables.iter().map(|table| find(schema, table)).collect::<Result<BTreeSet<_>, _>>();
        let (only, except) = (all(&self.only)?, all(&self.except)?);
        if !only.is_empty() {
            request.tables = Some(only);
        } else if !except.is_empty() {
            request.tables = Some(schema.tables.keys().filter(|name| !except.contains(*name)).cloned().collect());
        }
        Ok(request)
    }
}

fn find(schema: &Schema, text: &str) -> Result<ObjectName, Failure> {
    let found = schema.tables.keys().find(|name| name.to_string() == text);
    found.cloned().ok_or_else(|| {
        let names: Vec<String> = schema.tables.keys().map(ToString::to_string).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let error = Error::new(format!("there is no table `{text}`"));
        Failure::from(match similar::get_close_matches(text, &names, 1, 0.6).first() {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error,
        })
    })
}

/// Generates rows for a file: for the schema of the database if it can be reached and no product is named, otherwise for the
/// snapshot.
///
/// # Errors
/// A table that is named does not exist; the database that was named explicitly cannot be read; there is no snapshot.
pub async fn for_file(
    workspace: &Workspace,
    product: Option<Product>,
    selection: &Selection,
) -> Result<(Product, Seeds), Failure> {
    let (product, schema) = schema_of_file(workspace, product).await?;
    let seeds = seeds(schema.schema(), &selection.request(workspace, product, schema.schema())?);
    Ok((product, seeds))
}

async fn schema_of_file(workspace: &Workspace, named: Option<Product>) -> Result<(Product, Normalized), Failure> {
    if named.is_none() && !workspace.database_is_absent() {
        match workspace.live(Missing::Refuse).await {
            Ok(Some(live)) if !live.schema.schema().tables.is_empty() => {
                let product = live.product();
                live.session.close().await;
                return Ok((product, live.schema));
            }
            Ok(_) => {}
            Err(error) if workspace.is_database_named() => return Err(error.into()),
            Err(error) => workspace.note(&format!("note: {error}; taking the schema of the snapshot")),
        }
    }
    let product = named.unwrap_or_else(|| workspace.first());
    workspace.sealed_lock()?;
    match workspace.sealed(product)? {
        Some(sealed) if workspace.products().contains(&product) => Ok((product, sealed.schema)),
        _ => Err(Error::new(format!("{product} is not a dialect of this project")).into()),
    }
}

/// Writes generated rows to a `.sql` or `.json` file; a relative path starts at the current folder.
///
/// # Errors
/// The file has another extension, or cannot be written.
pub fn write(workspace: &Workspace, product: Product, seeds: &Seeds, path: &Path) -> Result<(), Failure> {
    let text = match path.extension().and_then(|extension| extension.to_str()) {
        Some("sql") => seed::script(product, seeds),
        Some("json") => seed::json(seeds),
        _ => {
            let error = Error::new(format!("`{}` is neither a .sql nor a .json file", path.display()));
            return Err(error.hint("name it `seed.sql` or `seed.json`").into());
        }
    };
    let whole = current_folder()?.join(path);
    let mut batch = Batch::new(whole.parent().unwrap_or(workspace.root()));
    batch.write(&whole, text);
    batch.commit()?;
    Ok(())
}

impl Workspace {
    /// Which rows the environment gets, if that is configured.
    pub fn seed_kind(&self) -> Option<SeedKind> {
        self.environment.as_ref().and_then(|environment| environment.seed)
    }
}

/// Rows that were generated for a database.
pub struct Filling {
    /// The database.
    pub live: Live,
    /// The rows.
    pub seeds: Seeds,
}

impl Filling {
    /// Generates rows for the database. `vouched` says that it is one for development; with `appends`, tables that already
    /// contain rows are filled too.
    ///
    /// # Errors
    /// The database is not for development, has no tables or cannot be read; a table that is named does not exist; tables
    /// already contain rows.
    pub async fn plan(
        workspace: &Workspace,
        selection: &Selection,
        vouched: bool,
        appends: bool,
    ) -> Result<Self, Failure> {
        if workspace.seed_kind() == Some(SeedKind::Reference) {
            return Err(Error::new("this environment has reference rows only, which the migrations write")
                .of(ErrorKind::Refused)
                .hint("`gen up` writes them; `seed = \"demonstration\"` or `\"made-up\"` in the environment asks for more")
                .into());
        }
        workspace.refuse_unless_development(vouched).map_err(|failure| match failure {
            Failure::Error(error) => Failure::Error(error.hint("`--out seed.sql` writes a file instead")),
            other => other,
        })?;
        let mut live = workspace.required(Missing::Refuse).await?;
        if let Some(sealed) = workspace.lock.as_ref().and_then(|_| workspace.sealed(live.product()).transpose()) {
            live.read_rows(&sealed?.schema, None).await?;
        }
        let schema = live.schema.schema().clone();
        if schema.tables.is_empty() {
            return Err(Error::new("the database has no tables to fill").hint("`gen up` makes them").into());
        }
        let mut request = selection.request(workspace, live.product(), &schema)?;
        let mut counts = count(&mut live.session, &schema).await?;
        counts.retain(|_, rows| *rows > 0);
        let is_wanted = |name: &ObjectName| {
            let is_reference = schema.tables.get(name).is_some_and(|table| table.rows.is_some());
            request.tables.as_ref().is_none_or(|tables| tables.contains(name))
                && (!is_reference || request.rows_of.contains_key(name))
        };
        let full: Vec<String> = counts
            .iter()
            .filter(|(name, _)| is_wanted(name))
            .map(|(name, rows)| format!("{name}: {}", text::plural(*rows, "row")))
            .collect();
        if !full.is_empty() && !appends {
            return Err(Error::new("the tables already contain rows, and `gen seed` deletes nothing")
                .because(full.join("\n"))
                .hint("`--append` adds to them; `--only` and `--except` choose tables")
                .into());
        }
        for name in counts.keys() {
            if let Some(table) = schema.tables.get(name) {
                read_present(&mut live.session, &schema, table, &mut request).await?;
            }
        }
        let seeds = seeds(&schema, &request);
        Ok(Self { live, seeds })
    }

    /// How many rows were generated.
    pub fn rows(&self) -> usize {
        self.seeds.tables.iter().map(|filled| filled.rows.len()).sum()
    }

    /// Inserts the rows.
    ///
    /// # Errors
    /// The transaction could not be begun or committed; then nothing is in the database.
    pub async fn run(&mut self, progress: SeedProgress<'_>) -> Result<SeedReport, Failure> {
        Ok(fill(&mut self.live.session, &self.seeds, progress).await?)
    }
}

async fn count(session: &mut Session, schema: &Schema) -> Result<BTreeMap<ObjectName, usize>, Failure> {
    let dialect = dialect::of(session.product());
    let mut counts = BTreeMap::new();
    for name in schema.tables.keys() {
        let text = if session.product() == Product::Postgres { "::text" } else { "" };
        let sql = format!("SELECT count(*){text} FROM {}", dialect.quote_object(name));
        let rows = session.query(&sql).await.map_err(|error| unreadable(name, error))?;
        counts.insert(name.clone(), rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default());
    }
    Ok(counts)
}

fn unreadable(name: &ObjectName, error: DatabaseError) -> Failure {
    Error::new(format!("`{name}` cannot be read")).because(error).into()
}

/// The columns by which a row of the table is referenced: its primary key, and what foreign keys lead to.
fn referenced(schema: &Schema, table: &Table) -> Vec<Name> {
    let keys = schema.tables.values().flat_map(|table| table.foreign_keys.values());
    let mut columns: BTreeSet<&Name> =
        keys.filter(|key| key.references == table.name).flat_map(|key| &key.referenced_columns).collect();
    columns.extend(table.primary_key.iter().flat_map(|primary| &primary.columns));
    columns.into_iter().filter(|column| table.columns.contains_key(*column)).cloned().collect()
}

/// Reads from a table with rows what new rows depend on: the rows that may be referenced, and the greatest numbers.
async fn read_present(
    session: &mut Session,
    schema: &Schema,
    table: &Table,
    request: &mut SeedRequest,
) -> Result<(), Failure> {
    let product = session.product();
    let dialect = dialect::of(product);
    let as_text = |name: &Name| match product {
        Product::Postgres => format!("{}::text", dialect.quote(name)),
        Product::MySql | Product::MariaDb => format!("CAST({} AS CHAR)", dialect.quote(name)),
        Product::Sqlite => format!("CAST({} AS TEXT)", dialect.quote(name)),
    };
    let columns = referenced(schema, table);
    if columns.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = columns.iter().map(as_text).collect();
    let from = dialect.quote_object(&table.name);
    let sql = format!("SELECT {} FROM {from} LIMIT {PRESENT_ROWS}", list.join(", "));
    let rows = session.query(&sql).await.map_err(|error| unreadable(&table.name, error))?;
    let values = rows.iter().map(|row| {
        let value = |index| row.get(index).map_or(Value::Null, |text| Value::Text(text.to_owned()));
        columns.iter().enumerate().map(|(index, column)| (column.clone(), value(index))).collect()
    });
    request.present.insert(table.name.clone(), values.collect());
    for column in table.columns.values().filter(|it| it.identity.is_some() || columns.contains(&it.name)) {
        let number = if product == Product::Postgres { "::text" } else { "" };
        let sql = format!("SELECT max({}){number} FROM {from}", dialect.quote(&column.name));
        // A column without a greatest value, or whose greatest value is not a number, is not numbered.
        if let Ok(rows) = session.query(&sql).await
            && let Some(greatest) = rows.first().and_then(|row| row.text(0).parse().ok())
        {
            request.taken.insert((table.name.clone(), column.name.clone()), greatest);
        }
    }
    Ok(())
}
