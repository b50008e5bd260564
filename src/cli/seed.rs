//! `gen seed`: test data for a development database, or in a file.
//!
//! Must not know how rows are generated. Deletes nothing, and writes to development databases only.

use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use sea_gen_runner::Error;
use sea_gen_runner::session::{Missing, Session};
use serde_json::json;

use crate::dialect::{self, Product};
use crate::project::Batch;
use crate::proof::fill;
use crate::schema::{Name, Normalized, ObjectName, Schema};
use crate::seed::{SeedRequest, Value, seeds};
use crate::workflow::Workspace;

use super::arguments::{Common, Seed};
use super::paint::{self, Ink, ink};
use super::report::Failure;
use super::{Ending, show};

pub(super) async fn run(common: &Common, command: &Seed) -> Result<Ending, Failure> {
    let workspace = Workspace::open(common)?;
    match &command.out {
        Some(path) => to_file(&workspace, command, path).await,
        None => to_database(&workspace, command).await,
    }
}

/// The schema for the rows of a file: that of the database if one is reachable, otherwise the snapshot.
async fn schema_at_hand(workspace: &Workspace, command: &Seed) -> Result<(Product, Normalized), Failure> {
    if command.dialect.is_none() && !workspace.database_is_absent() {
        match workspace.live(Missing::Refuse).await {
            Ok(Some(live)) if !live.schema.schema().tables.is_empty() => {
                let product = live.product();
                live.session.close().await;
                return Ok((product, live.schema));
            }
            Ok(_) => {}
            Err(error) if workspace.explicit => return Err(error.into()),
            Err(error) => paint::talk(format!("note: {error}; taking the schema of the snapshot")),
        }
    }
    let product = match (command.dialect, workspace.products()) {
        (Some(product), _) => product,
        (None, [product, ..]) => *product,
        (None, []) => Product::Sqlite,
    };
    workspace.sealed_lock()?;
    match workspace.sealed(product)? {
        Some(sealed) if workspace.products().contains(&product) => Ok((product, sealed.schema)),
        _ => Err(Error::new(format!("{product} is not a dialect of this project")).into()),
    }
}

async fn to_file(workspace: &Workspace, command: &Seed, path: &Path) -> Result<Ending, Failure> {
    let (product, schema) = schema_at_hand(workspace, command).await?;
    let seeds = seeds(schema.schema(), &request(command, product, schema.schema())?);
    let text = match path.extension().and_then(|extension| extension.to_str()) {
        Some("sql") => crate::seed::script(product, &seeds),
        Some("json") => crate::seed::json(&seeds),
        _ => {
            let error = Error::new(format!("`{}` is neither a .sql nor a .json file", path.display()));
            return Err(error.hint("name it `seed.sql` or `seed.json`").into());
        }
    };
    let whole = crate::workflow::current_folder()?.join(path);
    let mut batch = Batch::new(whole.parent().unwrap_or(workspace.root()));
    batch.write(&whole, text);
    batch.commit()?;
    let rows: Vec<_> = seeds.tables.iter().map(|filled| (filled.table.clone(), filled.rows.len())).collect();
    tell(command, product, &rows, &seeds.notes, Some(path));
    Ok(Ending::Done)
}

async fn to_database(workspace: &Workspace, command: &Seed) -> Result<Ending, Failure> {
    if let Some(connection) = &workspace.connection
        && !command.development
        && !workspace.project.is_development(connection)
    {
        return Err(Error::new(format!(
            "{connection} is on another host, so it may not be a development database"
        ))
        .hint("`--out seed.sql` writes a file instead")
        .hint("`--development` confirms that it is one, `development = [\"host\"]` in the configuration does so permanently")
        .into());
    }
    let mut live = workspace.required(Missing::Refuse).await?;
    let product = live.product();
    let schema = live.schema.schema().clone();
    if schema.tables.is_empty() {
        return Err(Error::new("the database has no tables to fill").hint("`gen up` makes them").into());
    }
    let mut request = request(command, product, &schema)?;
    let counts = count(&mut live.session, &schema).await?;
    let wanted = |name: &ObjectName| request.tables.as_ref().is_none_or(|tables| tables.contains(name));
    let full: Vec<String> = counts
        .iter()
        .filter(|(name, rows)| **rows > 0 && wanted(name))
        .map(|(name, rows)| format!("{name}: {}", show::plural(*rows, "row")))
        .collect();
    if !full.is_empty() && !command.append {
        return Err(Error::new("the tables already contain rows, and `gen seed` deletes nothing")
            .because(full.join("\n"))
            .hint("`--append` adds to them; `--only` and `--except` choose tables")
            .into());
    }
    let rows: Vec<ObjectName> = counts.into_iter().filter(|(_, rows)| *rows > 0).map(|(name, _)| name).collect();
    look_around(&mut live.session, &schema, &rows, &mut request).await?;
    let seeds = seeds(&schema, &request);
    let total: usize = seeds.tables.iter().map(|filled| filled.rows.len()).sum();
    let bar = progress(total);
    let report = fill(&mut live.session, &seeds, &mut |done, table| {
        if let Some(bar) = &bar {
            bar.set_position(done as u64);
            bar.set_message(table.to_string());
        }
    })
    .await;
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let report = report?;
    live.session.close().await;
    tell(command, product, &report.tables, &report.notes, None);
    Ok(Ending::Done)
}

/// The requested tables and counts; every named table must exist.
fn request(command: &Seed, product: Product, schema: &Schema) -> Result<SeedRequest, Failure> {
    let find = |text: &str| -> Result<ObjectName, Failure> {
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
    };
    let mut request = SeedRequest::new(product, command.seed, command.rows);
    for (table, rows) in &command.tables {
        request.rows_of.insert(find(table)?, *rows);
    }
    let only = command.only.iter().map(|table| find(table)).collect::<Result<BTreeSet<_>, _>>()?;
    let except = command.except.iter().map(|table| find(table)).collect::<Result<BTreeSet<_>, _>>()?;
    if !only.is_empty() {
        request.tables = Some(only);
    } else if !except.is_empty() {
        request.tables = Some(schema.tables.keys().filter(|name| !except.contains(*name)).cloned().collect());
    }
    Ok(request)
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

fn unreadable(name: &ObjectName, error: sea_gen_runner::session::DatabaseError) -> Failure {
    Error::new(format!("`{name}` cannot be read")).because(error).into()
}

/// Reads the facts about existing rows that new ones depend on: the highest numbers, and referenced keys.
async fn look_around(
    session: &mut Session,
    schema: &Schema,
    full: &[ObjectName],
    request: &mut SeedRequest,
) -> Result<(), Failure> {
    let product = session.product();
    let dialect = dialect::of(product);
    let as_text = |name: &Name| match product {
        Product::Postgres => format!("{}::text", dialect.quote(name)),
        Product::MySql | Product::MariaDb => format!("CAST({} AS CHAR)", dialect.quote(name)),
        Product::Sqlite => format!("CAST({} AS TEXT)", dialect.quote(name)),
    };
    for name in full {
        let Some(table) = schema.tables.get(name) else { continue };
        let mut referred: BTreeSet<Name> = BTreeSet::new();
        for key in schema.tables.values().flat_map(|table| table.foreign_keys.values()) {
            if key.references == *name {
                referred.extend(key.referenced_columns.iter().cloned());
            }
        }
        referred.extend(table.primary_key.iter().flat_map(|primary| primary.columns.iter().cloned()));
        let columns: Vec<Name> = referred.into_iter().filter(|column| table.columns.contains_key(column)).collect();
        if columns.is_empty() {
            continue;
        }
        let list: Vec<String> = columns.iter().map(as_text).collect();
        let from = dialect.quote_object(name);
        let sql = format!("SELECT {} FROM {from} LIMIT 1000", list.join(", "));
        let rows = session.query(&sql).await.map_err(|error| unreadable(name, error))?;
        let values = rows.iter().map(|row| {
            let value = |index| row.get(index).map_or(Value::Null, |text| Value::Text(text.to_owned()));
            columns.iter().enumerate().map(|(index, column)| (column.clone(), value(index))).collect()
        });
        request.present.insert(name.clone(), values.collect());
        for column in
            table.columns.values().filter(|column| column.identity.is_some() || columns.contains(&column.name))
        {
            let number = if product == Product::Postgres { "::text" } else { "" };
            let sql = format!("SELECT max({}){number} FROM {from}", dialect.quote(&column.name));
            // A column without a greatest numeric value is not numbered.
            if let Ok(rows) = session.query(&sql).await
                && let Some(greatest) = rows.first().and_then(|row| row.text(0).parse().ok())
            {
                request.taken.insert((name.clone(), column.name.clone()), greatest);
            }
        }
    }
    Ok(())
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
