//! E according to SeaORM: the compiled entities, created on a scratch database and read back.
//!
//! Must not know how they are compiled (`project` does that) or the use of the model.

use sea_gen_runner::Error;
use sea_gen_runner::session::{ConnectionOptions, Missing, Session, connect};

use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::entity::{self, Diagnostic, Model, Severity, SourceFile};
use crate::project::{CONSENT, Compiled};
use crate::proof::Scratch;
use crate::schema::{Name, Normalized, Origins, Place, Schema, Undeclared};
use crate::{introspect, state};

use super::{Failure, Workspace};

/// The marker that SeaORM puts into a column's comment.
const RENAMED_FROM: &str = "renamed_from \"";

/// The model of one dialect, read from the compiled entities and the sidecars. Locations in the code come from the
/// source text where it can be parsed; its diagnostics are ignored.
pub(crate) async fn model(
    workspace: &Workspace,
    files: &[SourceFile],
    product: Product,
) -> Result<(Model, Vec<Diagnostic>), Failure> {
    consent(workspace)?;
    let compiled = Compiled::build(&workspace.project)?;
    let Some(schema) = created(workspace, &compiled, product).await? else {
        return Err(Error::new(format!(
            "compiled entities are read on a scratch database, and no {product} server is available"
        ))
        .hint("name one with `--database-url`, or take the database out of `dialects`")
        .into());
    };
    let (read, _) = entity::read_with(&entities(files), product, &workspace.project.config.context);
    let mut model = Model::of(schema.into_schema());
    if product == Product::Postgres {
        model.change(|schema| comments_of(read.schema(), schema));
    }
    (model.sources, model.renames, model.given_names) = (read.sources, read.renames, read.given_names);
    reveal_renames(&mut model);
    let (model, diagnostics) = entity::read_sidecars(files, product, model);
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(Failure::Entities(diagnostics, files.to_vec()));
    }
    Ok((model, diagnostics))
}

/// Asks once per checkout for permission: cargo executes code, including build scripts, and the configuration that
/// requests it came with the checkout.
///
/// # Errors
/// Denied, or not interactive.
fn consent(workspace: &Workspace) -> Result<(), Failure> {
    let project = &workspace.project;
    let what =
        "`reader = \"compiled\"`: cargo builds the entities of this checkout and runs them, with their build scripts";
    if workspace.run_cargo && !project.may_run_cargo() {
        project.let_cargo_run()?;
    }
    if workspace.run_cargo || project.may_run_cargo() {
        workspace.note(&format!("note: {what}"));
        return Ok(());
    }
    let question = format!("allow this, now and in future, in {}?", project.root.display());
    if workspace.listener.agrees(what, &question)? {
        return Ok(project.let_cargo_run()?);
    }
    Err(Error::new("running cargo in this checkout was not confirmed")
        .because(what)
        .hint("if you trust the code: `--run-cargo` once, which is remembered for this checkout")
        .hint(format!("or, as in CI, in the environment: `{CONSENT}=yes`"))
        .into())
}

/// The differences between the parsed source text and the compiled entities; `None` without a server of the product.
pub(crate) async fn differences(
    workspace: &Workspace,
    compiled: &Compiled,
    product: Product,
) -> Result<Option<Vec<String>>, Failure> {
    let files = entities(&workspace.files()?);
    let (mut read, diagnostics) = entity::read_with(&files, product, &workspace.project.config.context);
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(Failure::Entities(diagnostics, files));
    }
    let Some(schema) = created(workspace, compiled, product).await? else { return Ok(None) };
    let mut model = Model::of(schema.into_schema());
    reveal_renames(&mut model);
    if product == Product::Postgres {
        read.change(|schema| comments_of(&Schema::default(), schema));
    }
    let base = dialect::of(product).normalize(model.schema().clone())?;
    // Undeclared objects are not kept: an object that only SeaORM creates is a difference.
    let policy = workspace.keeping().undeclared(Undeclared::Drop);
    let target = state::reconcile(dialect::of(product), &read, &base, &Origins::default(), &policy)?;
    Ok(Some(diff(&base, &target.schema, &target.renames).ops().iter().map(ToString::to_string).collect()))
}

fn entities(files: &[SourceFile]) -> Vec<SourceFile> {
    files.iter().filter(|file| file.path.extension().is_some_and(|extension| extension == "rs")).cloned().collect()
}

/// The schema of a scratch database after SeaORM's statements; `None` without a server of the product.
async fn created(workspace: &Workspace, compiled: &Compiled, product: Product) -> Result<Option<Normalized>, Failure> {
    let Some(server) = &workspace.scratch_server(product)? else { return Ok(None) };
    let statements = compiled.statements(product)?;
    let (scratch, mut session) = Scratch::create(server).await?;
    let outcome = match session.product() == product {
        true => create(workspace, &mut session, server, &statements).await.map(Some),
        false => Ok(None),
    };
    session.close().await;
    scratch.drop().await?;
    Ok(outcome?.map(|schema| dialect::of(product).normalize(schema)).transpose()?)
}

async fn create(
    workspace: &Workspace,
    session: &mut Session,
    server: &ConnectionOptions,
    statements: &[String],
) -> Result<Schema, Error> {
    let failed = |sql: &str| Error::new(format!("SeaORM's statement `{}` failed", sql.trim()));
    for statement in prepared(workspace, session.product(), server, statements).await? {
        session.execute(&statement).await.map_err(|error| {
            failed(&statement)
                .hint("this is what SeaORM makes of the compiled entities; correct them, or report it to SeaORM")
                .because(error)
        })?;
    }
    let catalog = introspect::introspect(session, &workspace.scope()).await;
    Ok(catalog.map_err(|error| Error::new("cannot read the scratch database").because(error))?.schema)
}

/// SeaORM's statements, preceded by schemas and extensions. Foreign keys are added separately, because SeaORM's order
/// fails for tables that reference each other.
async fn prepared(
    workspace: &Workspace,
    product: Product,
    server: &ConnectionOptions,
    statements: &[String],
) -> Result<Vec<String>, Error> {
    let mut all = Vec::new();
    match product {
        Product::Sqlite => {}
        Product::MySql | Product::MariaDb => all.push("SET foreign_key_checks = 0".to_owned()),
        Product::Postgres => {
            let quote = |name: &str| dialect::of(product).quote(&Name::from(name));
            let schemas = workspace.schemas();
            let named = schemas.iter().filter(|name| !name.as_str().contains('*'));
            all.extend(named.map(|name| format!("CREATE SCHEMA IF NOT EXISTS {}", quote(name.as_str()))));
            for extension in extensions(server).await? {
                all.push(format!("CREATE EXTENSION IF NOT EXISTS {}", quote(&extension)));
            }
            let mut keys = Vec::new();
            for statement in statements {
                let (table, later) = foreign_keys::apart(statement);
                all.push(table);
                keys.extend(later);
            }
            all.extend(keys);
            return Ok(all);
        }
    }
    all.extend(statements.iter().cloned());
    Ok(all)
}

/// The extensions of the project's database, which provide the types of the entities.
async fn extensions(server: &ConnectionOptions) -> Result<Vec<String>, Error> {
    let mut session = connect(server, Missing::Refuse).await?;
    let rows = session.query("SELECT extname FROM pg_catalog.pg_extension ORDER BY extname").await;
    session.close().await;
    let rows = rows.map_err(|error| Error::new("cannot read the extensions of the database").because(error))?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
}

/// SeaQuery writes no comments for PostgreSQL, so they are taken from another product.
fn comments_of(from: &Schema, to: &mut Schema) {
    for table in to.tables.values_mut() {
        let known = from.tables.get(&table.name);
        table.comment = known.and_then(|table| table.comment.clone());
        for column in table.columns.values_mut() {
            column.comment =
                known.and_then(|table| table.columns.get(&column.name)).and_then(|column| column.comment.clone());
        }
    }
}

/// Extracts a former name from a comment as a rename, and removes it from the comment.
fn reveal_renames(model: &mut Model) {
    let mut renames = Vec::new();
    model.change(|schema| former_names(schema, &mut renames));
    model.renames.extend(renames);
}

fn former_names(schema: &mut Schema, renames: &mut Vec<(Place, Name)>) {
    for table in schema.tables.values_mut() {
        for column in table.columns.values_mut() {
            let Some(comment) = column.comment.take() else { continue };
            let hidden = comment.rsplit_once(RENAMED_FROM).and_then(|(own, rest)| Some((own, rest.strip_suffix('"')?)));
            match hidden {
                Some((own, former)) => {
                    let own = own.trim_end_matches("; ");
                    column.comment = (!own.is_empty()).then(|| own.to_owned());
                    renames.push((Place::column(&table.name, &column.name), Name::from(former)));
                }
                None => column.comment = Some(comment),
            }
        }
    }
}

mod foreign_keys;
