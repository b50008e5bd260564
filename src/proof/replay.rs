//! Executes statements in groups on a scratch database, and reads the schema after each group and the rows at the end: so two ways to
//! the same schema are compared.
//!
//! Must not know which of the two is right, or where the statements are from.

use std::collections::BTreeSet;

use sea_gen_runner::Result;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, DEFAULT_WAIT};
use sea_gen_runner::session::{ConnectionOptions, Session};

use crate::dialect::{self, Statement};
use crate::introspect::Scope;
use crate::schema::{Normalized, ObjectName};
use crate::seed::{SeedRequest, seeds};

use super::fill::fill;
use super::follow::{Renames, Tracked, tracked};
use super::rows::{self, Rows, When};
use super::{ROWS, SEED, build, build_beside, found, normalized, open, with_reason, with_rows};

/// What is executed.
#[derive(Clone, Copy, Debug)]
pub struct Chain<'a> {
    /// The migrations that the statements are from.
    pub migrations: &'a [Migration],
    /// The schema they start from.
    pub from: &'a Normalized,
    /// Whether its tables get rows, the same each time.
    pub with_rows: bool,
    /// The schema whose expression texts are used wherever the database prints both alike.
    pub like: &'a Normalized,
    /// The scope of introspection.
    pub scope: &'a Scope,
}

/// What the statements led to.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The schema after each group.
    pub schemas: Vec<Normalized>,
    /// The version of the database.
    pub version: String,
    tracked: Vec<Tracked>,
    rows: Vec<Rows>,
}

/// Executes groups of statements one after the other on a scratch database. The inner error tells why that is not possible, or which
/// statement failed.
///
/// # Errors
/// A scratch database that could not be dropped.
pub async fn replay(
    server: &ConnectionOptions,
    chain: Chain<'_>,
    groups: &[Vec<Statement>],
) -> Result<std::result::Result<Replayed, String>> {
    let Some(first) = chain.migrations.first() else { return Ok(Err("there is no migration".to_owned())) };
    let (scratch, mut session) = match open(server, first.product).await? {
        Ok(opened) => opened,
        Err(reason) => return Ok(Err(reason)),
    };
    let outcome = executed(&mut session, chain, groups).await;
    session.close().await;
    scratch.drop().await?;
    Ok(outcome.map_err(|error| with_reason(&error)))
}

async fn executed(session: &mut Session, chain: Chain<'_>, groups: &[Vec<Statement>]) -> Result<Replayed> {
    let Chain { migrations, from, with_rows: fills, like, scope } = chain;
    let beside = build_beside(session, like.schema(), migrations).await?;
    if *from != dialect::nothing() {
        build(session, from).await?;
    }
    if fills {
        let request = SeedRequest::new(session.product(), SEED, ROWS);
        // Rows that the database rejects are rejected each time.
        fill(session, &seeds(from.schema(), &request), &mut |_, _| ()).await?;
    }
    let mut schemas = Vec::new();
    for group in groups {
        run::execute(session, group, DEFAULT_WAIT).await?;
        let read = found(session, Some(like), scope).await?;
        let read = with_rows(session, read, like, from).await?;
        schemas.push(without(session, read, &beside)?);
    }
    let (product, version) = (session.product(), session.version().to_owned());
    let last = schemas.last().unwrap_or(from).schema();
    let mut tracked = tracked(product, last, last, &Renames::default());
    // Two ways may lead to another order of the columns.
    for table in &mut tracked {
        table.columns.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    }
    let rows = rows::read(session, &tracked, When::After).await;
    let rows = rows.map_err(|error| sea_gen_runner::Error::new("the rows cannot be read").because(error))?;
    Ok(Replayed { schemas, version, tracked, rows })
}

/// The schema without the stand-ins.
fn without(session: &Session, schema: Normalized, beside: &[ObjectName]) -> Result<Normalized> {
    if beside.is_empty() {
        return Ok(schema);
    }
    let mut schema = schema.into_schema();
    schema.tables.retain(|name, _| !beside.contains(name));
    normalized(session.product(), schema)
}

impl Replayed {
    /// The number of rows that were read.
    pub fn rows(&self) -> usize {
        self.rows.iter().map(Vec::len).sum()
    }

    /// Makes equal what differs between two runs of the same statements, such as the time: it is not compared then. Returns the tables.
    pub fn leave_out_what_varies(&mut self, again: &Self, other: &mut Self) -> BTreeSet<ObjectName> {
        let mut found = BTreeSet::new();
        for (at, table) in self.tracked.iter().enumerate() {
            let (Some(own), Some(again), Some(other)) =
                (self.rows.get_mut(at), again.rows.get(at), other.rows.get_mut(at))
            else {
                continue;
            };
            if own == again {
                continue;
            }
            found.insert(table.after.clone());
            let same_keys = !table.key.is_empty()
                && own.len() == again.len()
                && own.iter().zip(again).all(|((one, _), (two, _))| one == two);
            if !same_keys {
                own.clear();
                other.clear();
                continue;
            }
            let varies =
                |column: &usize| own.iter().zip(again).any(|((_, one), (_, two))| one.get(*column) != two.get(*column));
            let columns: Vec<usize> = (0..table.columns.len()).filter(varies).collect();
            for (_, values) in own.iter_mut().chain(other.iter_mut()) {
                columns.iter().for_each(|column| {
                    if let Some(value) = values.get_mut(*column) {
                        *value = None;
                    }
                });
            }
        }
        found
    }

    /// The rows that differ from those of another way, in words.
    pub fn differing_rows(&self, other: &Self) -> Vec<String> {
        rows::losses(&self.tracked, &self.rows, &other.rows)
    }
}
