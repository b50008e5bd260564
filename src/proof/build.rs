//! Builds the schema of a scratch database, and reads it back.
//!
//! Must not know proofs.

use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, DEFAULT_WAIT};
use sea_gen_runner::session::Session;
use sea_gen_runner::{Error, Result};

use crate::dialect::{self, Forms, Product, reprint};
use crate::diff::diff;
use crate::introspect::{self, Scope};
use crate::schema::{DefinitionId, DefinitionKind, Kept, Name, Normalized, ObjectName, Schema};

use super::stand_ins;

/// Normalises a part of a normalised schema: only a dialect can build a [`Normalized`].
pub(super) fn normalized(product: Product, schema: Schema) -> Result<Normalized> {
    Ok(dialect::of(product).normalize(schema)?)
}

/// Builds a schema in an empty database.
pub(super) async fn build(session: &mut Session, schema: &Normalized) -> Result<()> {
    let product = session.product();
    if product == Product::Postgres {
        let names =
            schema.schema().tables.keys().chain(schema.schema().enums.keys()).chain(schema.schema().views.keys());
        let spaces: std::collections::BTreeSet<&Name> = names.filter_map(|name| name.schema.as_ref()).collect();
        // A declared one is created with the rest.
        let declared = |space: &Name| {
            let id = DefinitionId::new(DefinitionKind::Schema, ObjectName { schema: None, name: space.clone() });
            schema.schema().definitions.contains_key(&id)
        };
        for space in spaces.into_iter().filter(|space| !declared(space)) {
            let sql = format!("CREATE SCHEMA IF NOT EXISTS {}", dialect::of(product).quote(space));
            session.execute(&sql).await.map_err(|error| Error::new(format!("`{sql}` failed")).because(error))?;
        }
    }
    let nothing = dialect::nothing();
    let plan = diff(&nothing, schema, &[]);
    let statements = dialect::statements(dialect::of(product), Forms::Offline, &plan, nothing.schema())?;
    let texts = statements.iter().map(|statement| statement.sql.as_str());
    build_extensions(session, &schema.schema().kept, texts).await?;
    run::execute(session, &statements, DEFAULT_WAIT).await
}

/// Builds the extensions of schemas that are not read, as far as statements name such a schema.
pub(super) async fn build_extensions<'a>(
    session: &mut Session,
    kept: &Kept,
    statements: impl Iterator<Item = &'a str> + Clone,
) -> Result<()> {
    let extensions = kept.objects().map(|kept| &kept.extensions);
    for (extension, space) in extensions.into_iter().flatten() {
        let prefixes = [format!("{space}."), format!("\"{space}\".")];
        let is_named = |sql: &str| prefixes.iter().any(|prefix| sql.contains(prefix));
        if !statements.clone().any(is_named) {
            continue;
        }
        let dialect = dialect::of(session.product());
        let (extension, space) = (dialect.quote(extension), dialect.quote(space));
        for sql in [
            format!("CREATE SCHEMA IF NOT EXISTS {space}"),
            format!("CREATE EXTENSION IF NOT EXISTS {extension} WITH SCHEMA {space}"),
        ] {
            session.execute(&sql).await.map_err(|error| Error::new(format!("`{sql}` failed")).because(error))?;
        }
    }
    Ok(())
}

/// Builds stand-ins for unmanaged tables before the migrations are applied, and returns their names, which are not in
/// the schema.
///
/// # Errors
/// The database's refusal.
pub async fn build_beside(session: &mut Session, schema: &Schema, migrations: &[Migration]) -> Result<Vec<ObjectName>> {
    let tables = stand_ins::of_whole(schema, migrations);
    let names = tables.keys().cloned().collect();
    let statements = migrations.iter().flat_map(|migration| &migration.up).map(|statement| statement.sql.as_str());
    build_extensions(session, &schema.kept, statements).await?;
    let beside = normalized(session.product(), Schema { tables, ..Schema::default() })?;
    if !beside.schema().is_empty() {
        build(session, &beside).await?;
    }
    Ok(names)
}

/// The schema of a database.
pub(super) async fn read_back(session: &mut Session, scope: &Scope) -> Result<Normalized> {
    let catalog = introspect::introspect(session, scope).await;
    let catalog = catalog.map_err(|error| Error::new("the catalog cannot be read").because(error))?;
    normalized(session.product(), catalog.schema)
}

/// The schema of a database, with the expression texts of `wanted` wherever the database prints both alike.
pub(super) async fn found(session: &mut Session, wanted: Option<&Normalized>, scope: &Scope) -> Result<Normalized> {
    let found = read_back(session, scope).await?;
    match wanted {
        Some(wanted) if *wanted != found => in_words(session, found, wanted).await,
        _ => Ok(found),
    }
}

/// A schema of a database with the reference rows that are there, of those that the state declares or another one did.
pub(super) async fn with_rows(
    session: &mut Session,
    found: Normalized,
    wanted: &Normalized,
    other: &Normalized,
) -> Result<Normalized> {
    let rows = introspect::reference_rows(session, &found, wanted.schema(), &[other.schema()]).await;
    let rows = rows.map_err(|error| Error::new("the reference rows cannot be read").because(error))?;
    Ok(found.with_rows(rows))
}

/// A schema with the expression texts of another one, wherever the database prints both alike.
pub(super) async fn in_words(session: &mut Session, schema: Normalized, like: &Normalized) -> Result<Normalized> {
    let mut schema = schema.into_schema();
    reprint::agree(session, &mut schema, like.schema()).await;
    normalized(session.product(), schema)
}

/// The differences between the expected and the actual schema: `+` is unexpected, `-` is missing.
pub(super) fn differences(wanted: &Normalized, found: &Normalized) -> Vec<String> {
    diff(wanted, found, &[]).ops().iter().map(ToString::to_string).collect()
}

/// The tables that differ between two schemas.
pub(super) fn changed_tables(one: &Schema, two: &Schema) -> Vec<ObjectName> {
    let names: std::collections::BTreeSet<&ObjectName> = one.tables.keys().chain(two.tables.keys()).collect();
    names.into_iter().filter(|name| one.tables.get(name) != two.tables.get(name)).cloned().collect()
}
