//! Proofs: a migration is run up, down and up again on a scratch database with rows.
//!
//! Must not know files, the lock or what is printed. A refutation is a value; an error only means that no proof could be
//! attempted.

mod attached;
mod before;
mod build;
mod fill;
mod fillings;
mod fired;
mod follow;
mod part;
mod reached;
mod replay;
mod rows;
mod scratch;
mod stand_ins;
mod written;

use std::collections::BTreeSet;

use sea_gen_runner::migration::Migration;
use sea_gen_runner::run::{self, Applicable, DEFAULT_WAIT, Progress, Target, reaches_beyond};
use sea_gen_runner::session::{ConnectionOptions, Session};
use sea_gen_runner::sql::first_line;
use sea_gen_runner::{Error, Result};

use crate::dialect::Product;
use crate::introspect::Scope;
use crate::schema::{DefaultValue, Normalized, ObjectName, Schema};
use crate::seed::{SeedRequest, seeds};

pub use before::{Before, before};
pub use build::build_beside;
pub use fill::{SeedProgress, SeedReport, fill};
pub use follow::Renames;
pub use reached::{Reached, reached};
pub use replay::{Chain, Replayed, replay};
pub use scratch::Scratch;

use build::{build, build_extensions, changed_tables, differences, found, in_words, normalized, read_back, with_rows};
use fillings::fillings;
use follow::Tracked;
use part::TouchedPart;
use rows::When;

/// The number of rows per table during a proof, and their random seed.
const ROWS: usize = 40;
const SEED: u64 = 20_261_121;

/// Why nothing can be proven for a product.
pub const NO_SERVER: &str = "no server of that product is available for scratch databases";

/// The text of a note that marks a statement as changing values intentionally.
pub const CHANGES_DATA: &str = "changes data";

/// The claim to prove.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The migration.
    pub migration: &'a Migration,
    /// The schema it starts from.
    pub from: &'a Normalized,
    /// The schema it leads to, if known.
    pub to: Option<&'a Normalized>,
    /// Its renames.
    pub renames: &'a Renames,
    /// The scope of introspection.
    pub scope: &'a Scope,
}

/// The result of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Proven.
    Proven(Proven),
    /// Refuted.
    Refuted(Refuted),
    /// Could not be attempted, for this reason.
    Unproven(String),
}

/// A proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The database that ran it.
    pub engine: Product,
    /// Its version.
    pub version: String,
    /// The number of rows that survived.
    pub rows: usize,
    /// The limits of the proof, in words.
    pub notes: Vec<String>,
}

impl Proven {
    /// Whether some tables were empty, because generated rows were rejected.
    pub fn goes_without_rows(&self) -> bool {
        self.notes.iter().any(|note| note.starts_with(WITHOUT_ROWS))
    }
}

/// The start of the note that reports it.
const WITHOUT_ROWS: &str = "proven without rows";

/// A refutation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refuted {
    /// The violated property.
    pub what: String,
    /// The evidence: differences, or the database's error.
    pub lines: Vec<String>,
    /// Statements it may come from.
    pub statements: Vec<String>,
    /// The failed statement, as a clause of a sentence: it might accept other rows.
    failed: Option<String>,
}

impl Refuted {
    fn new(what: impl Into<String>, lines: Vec<String>) -> Self {
        Self { what: what.into(), lines, statements: Vec::new(), failed: None }
    }
}

/// The rows of the scratch database.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Filling {
    /// Whether values are extreme (type minimum or maximum).
    ends: bool,
    /// Tables that get no rows.
    empty: BTreeSet<ObjectName>,
}

/// Proves a migration on scratch databases of a server.
///
/// # Errors
/// A scratch database that could not be dropped; the tool's own failures. Whatever the migration does wrong is a verdict.
pub async fn prove(server: &ConnectionOptions, claim: Claim<'_>) -> Result<Verdict> {
    if let Some(reason) = reaches_beyond(claim.migration) {
        return Ok(Verdict::Unproven(reason));
    }
    let empty = Schema::default();
    let from = claim.from.schema();
    let to = claim.to.map_or(&empty, Normalized::schema);
    let part = part::part(&[from, to], &[&claim.migration.up, &claim.migration.down]);
    let scope = part.scope(claim.scope);
    let claim = Claim { scope: &scope, ..claim };
    let fillings = fillings(claim, &part);
    let mut first: Option<Refuted> = None;
    for filling in &fillings {
        let verdict = attempt(server, claim, &part, filling).await?;
        match (verdict, &mut first) {
            // If a statement accepts other rows or none, the rejected rows are at fault.
            (Verdict::Refuted(refuted), first) if refuted.failed.is_some() => {
                first.get_or_insert(refuted);
            }
            (Verdict::Refuted(refuted), _) => return Ok(Verdict::Refuted(refuted)),
            (Verdict::Proven(mut proven), Some(first)) => {
                proven.notes.push(excuse(first, filling, proven.rows));
                return Ok(Verdict::Proven(proven));
            }
            (verdict, None) => return Ok(verdict),
            (_, Some(_)) => break,
        }
    }
    Ok(first.map_or_else(|| Verdict::Unproven("nothing was tried".to_owned()), Verdict::Refuted))
}

/// The note on a proof that succeeded only with other rows.
fn excuse(first: &Refuted, filling: &Filling, rows: usize) -> String {
    let failed = first.failed.as_deref().unwrap_or_default();
    let reason = first.lines.first().map(|line| format!(": {line}")).unwrap_or_default();
    if filling.empty.is_empty() {
        return format!(
            "proven with typical values only; with extreme values (type minimum or maximum), {failed}{reason}"
        );
    }
    let tables: Vec<String> = filling.empty.iter().map(|table| format!("`{table}`")).collect();
    let tables = if rows == 0 { String::new() } else { format!(" in {}", tables.join(", ")) };
    format!("{WITHOUT_ROWS}{tables}; with generated rows, {failed}{reason}")
}

async fn attempt(server: &ConnectionOptions, claim: Claim<'_>, part: &TouchedPart, rows: &Filling) -> Result<Verdict> {
    let (scratch, mut session) = match open(server, claim.migration.product).await? {
        Ok(opened) => opened,
        Err(reason) => return Ok(Verdict::Unproven(reason)),
    };
    let mut trial = Trial { session: &mut session, claim, part };
    let verdict = trial.run(rows).await;
    session.close().await;
    scratch.drop().await?;
    Ok(verdict)
}

/// A scratch database of a product, or why there is none.
async fn open(server: &ConnectionOptions, product: Product) -> Result<Result<(Scratch, Session), String>> {
    let (scratch, session) = match Scratch::create(server).await {
        Ok(made) => made,
        Err(error) => return Ok(Err(with_reason(&error))),
    };
    if session.product() == product {
        return Ok(Ok((scratch, session)));
    }
    let reason = format!("the available server is {}", session.product());
    session.close().await;
    scratch.drop().await?;
    Ok(Err(reason))
}

fn with_reason(error: &Error) -> String {
    let reason = std::error::Error::source(error).map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{error}{reason}")
}

/// One run on one scratch database.
struct Trial<'a> {
    session: &'a mut Session,
    claim: Claim<'a>,
    part: &'a TouchedPart,
}

/// The verdict of a trial that stopped early.
enum EarlyVerdict {
    Refuted(Refuted),
    Unproven(String),
}

impl From<Refuted> for EarlyVerdict {
    fn from(refuted: Refuted) -> Self {
        Self::Refuted(refuted)
    }
}

impl Trial<'_> {
    async fn run(&mut self, filling: &Filling) -> Verdict {
        match self.walk(filling).await {
            Ok(proven) => Verdict::Proven(proven),
            Err(EarlyVerdict::Refuted(refuted)) => Verdict::Refuted(refuted),
            Err(EarlyVerdict::Unproven(reason)) => Verdict::Unproven(reason),
        }
    }

    /// Builds the schema, inserts rows, and migrates up, down and up again.
    async fn walk(&mut self, filling: &Filling) -> Result<Proven, EarlyVerdict> {
        let Claim { migration, from, to, renames, .. } = self.claim;
        let product = migration.product;
        let unbuilt = |error: Error| {
            EarlyVerdict::Unproven(format!("the schema before it cannot be built: {}", with_reason(&error)))
        };
        let from_part = normalized(product, self.part.of(from.schema())).map_err(unbuilt)?;
        let to_part = to.map(|to| normalized(product, self.part.of(to.schema()))).transpose().map_err(unbuilt)?;
        let texts = migration.up.iter().map(|statement| statement.sql.as_str());
        build_extensions(self.session, &from.schema().kept, texts).await.map_err(unbuilt)?;
        build(self.session, &from_part).await.map_err(unbuilt)?;
        let built = found(self.session, Some(&from_part), self.claim.scope).await.map_err(unbuilt)?;
        let built = with_rows(self.session, built, &from_part, &from_part).await.map_err(unbuilt)?;
        if built != from_part {
            let lines = differences(&from_part, &built);
            return Err(EarlyVerdict::Unproven(format!(
                "the scratch database holds the schema differently: {}",
                lines.join("; ")
            )));
        }
        let target = to_part.as_ref().unwrap_or(&from_part);
        let (both, narrower) = follow::both(product, from_part.schema(), target.schema(), renames);
        let mut request = SeedRequest { ends: filling.ends, narrower, ..SeedRequest::new(product, SEED, ROWS) };
        request.rows_of.extend(filling.empty.iter().map(|table| (table.clone(), 0)));
        let report = match fill(self.session, &seeds(&both, &request), &mut |_, _| ()).await {
            Ok(report) => report,
            // Failures of generated rows are the tool's own, not the migration's.
            Err(error) => {
                let note =
                    format!("{WITHOUT_ROWS}, because the database rejects generated ones: {}", with_reason(&error));
                SeedReport { tables: Vec::new(), notes: vec![note] }
            }
        };
        let mut notes = report.notes.clone();
        let mut tracked = follow::tracked(product, from_part.schema(), target.schema(), renames);
        self.exempt(&mut tracked, &mut notes);
        let before = self.rows(&tracked, When::Before).await?;

        self.migrate("up").await?;
        self.compare(to_part.as_ref(), &from_part, "up", "the target").await?;
        self.defaults(from_part.schema(), target.schema()).await?;
        self.kept(&tracked, &before, When::After, "up").await?;
        if migration.down.is_empty() && !migration.up.is_empty() {
            notes.push("it has no down migration, so only `up` is proven".to_owned());
        } else {
            self.migrate("down").await?;
            self.compare(Some(&from_part), target, "down", "what was there before").await?;
            self.kept(&tracked, &before, When::Before, "down").await?;
            self.migrate("up again").await?;
            self.compare(to_part.as_ref(), &from_part, "up again", "the target").await?;
            self.kept(&tracked, &before, When::After, "up again").await?;
        }
        if to_part.is_none() {
            notes.push("its resulting schema is not recorded, so only the result of `down` was compared".to_owned());
        }
        Ok(Proven {
            engine: self.session.product(),
            version: self.session.version().to_owned(),
            rows: report.rows(),
            notes,
        })
    }

    /// Exempts tables that statements change intentionally, that events may change, or that exchange rows with a partition.
    fn exempt(&self, tracked: &mut Vec<Tracked>, notes: &mut Vec<String>) {
        let (from, to) = (self.claim.from.schema(), self.claim.to.unwrap_or(self.claim.from).schema());
        let owners = [attached::owners(from, to), attached::owners(to, from)].concat();
        rows::exempt(tracked, &owners);
        if !owners.is_empty() {
            let names: BTreeSet<String> = owners.iter().map(|name| format!("`{name}`")).collect();
            let names = names.into_iter().collect::<Vec<_>>().join(", ");
            notes.push(format!("rows of {names} come or go with a partition and were not compared"));
        }
        let all = self.claim.migration.up.iter().chain(&self.claim.migration.down);
        let meant: Vec<_> = all
            .filter(|statement| {
                statement.note.as_deref().is_some_and(|note| note.to_lowercase().contains(CHANGES_DATA))
                    || fired::creates_event(self.session.product(), &statement.sql)
            })
            .cloned()
            .collect();
        if meant.is_empty() {
            return;
        }
        let schemas = [Some(self.claim.from), self.claim.to];
        let schemas: Vec<&Schema> = schemas.into_iter().flatten().map(Normalized::schema).collect();
        let tables: Vec<ObjectName> = part::part(&schemas, &[&meant]).named.into_iter().collect();
        rows::exempt(tracked, &tables);
        let names: Vec<String> = tables.iter().map(|name| format!("`{name}`")).collect();
        notes.push(format!("values in {} are changed intentionally and were not compared", names.join(", ")));
        let reached = fired::reached(&schemas, &tables);
        rows::exempt(tracked, &reached);
        if !reached.is_empty() {
            let names: Vec<String> = reached.iter().map(|name| format!("`{name}`")).collect();
            notes.push(format!("values in {} may be changed by triggers and were not compared", names.join(", ")));
        }
    }

    async fn rows(&mut self, tracked: &[Tracked], when: When) -> Result<Vec<rows::Rows>, EarlyVerdict> {
        rows::read(self.session, tracked, when).await.map_err(|error| {
            let what = "on the scratch database, the rows cannot be read";
            EarlyVerdict::Refuted(Refuted::new(what, vec![error.to_string()]))
        })
    }

    /// Executes the migration with the runner, its transactions and its history.
    async fn migrate(&mut self, way: &str) -> Result<(), EarlyVerdict> {
        let migration = self.claim.migration;
        let files = [Applicable::new(migration, migration.checksum())];
        let session = &mut *self.session;
        let mut failed = format!("{way} fails");
        let mut watch = |progress: Progress<'_>| {
            if let Progress::Statement { number, of, sql } = progress {
                failed = format!("{way} fails at statement {number} of {of}, `{}`", first_line(sql));
            }
        };
        let outcome = match way {
            "down" => run::go(session, &files, run::Course::Down(&Target::Count(1)), DEFAULT_WAIT, &mut watch).await,
            _ => run::go(session, &files, run::Course::Up(&Target::All), DEFAULT_WAIT, &mut watch).await,
        };
        outcome.map(|_| ()).map_err(|error| {
            let reason = std::error::Error::source(&error).map(ToString::to_string);
            let what = format!("on the scratch database, {way} fails: {error}");
            let mut refuted = Refuted::new(what, reason.into_iter().collect());
            refuted.failed = Some(failed);
            EarlyVerdict::Refuted(refuted)
        })
    }

    /// Reads the schema back and compares it with the expected one, reference rows included. `other` is the state at the other
    /// end of the migration, whose rows may have to be gone.
    async fn compare(
        &mut self,
        wanted: Option<&Normalized>,
        other: &Normalized,
        way: &str,
        what: &str,
    ) -> Result<(), EarlyVerdict> {
        let unread = |error: Error| {
            EarlyVerdict::Unproven(format!("the scratch database cannot be read: {}", with_reason(&error)))
        };
        let mut found = found(self.session, wanted, self.claim.scope).await.map_err(unread)?;
        if let Some(wanted) = wanted {
            found = with_rows(self.session, found, wanted, other).await.map_err(unread)?;
        }
        match wanted {
            Some(wanted) if *wanted != found => {
                let mut refuted = Refuted::new(
                    format!("on the scratch database, {way} does not lead to {what}"),
                    differences(wanted, &found),
                );
                let names = changed_tables(wanted.schema(), found.schema());
                refuted.statements = self.naming(way, &names);
                Err(refuted.into())
            }
            _ => Ok(()),
        }
    }

    /// Evaluates new defaults. Only SQLite accepts a default with an unknown function, and then rejects every row.
    async fn defaults(&mut self, from: &Schema, to: &Schema) -> Result<(), EarlyVerdict> {
        if self.session.product() != Product::Sqlite {
            return Ok(());
        }
        for table in to.tables.values() {
            for column in table.columns.values() {
                let known = from.tables.get(&table.name).and_then(|table| table.columns.get(&column.name));
                let Some(DefaultValue::Expression(default)) = &column.default else { continue };
                if known.is_some_and(|known| known.default == column.default) {
                    continue;
                }
                if let Err(error) = self.session.query(&format!("SELECT {}", default.text())).await {
                    let what = format!(
                        "on the scratch database, the default of {}.{} cannot be evaluated: every row that uses it is rejected",
                        table.name, column.name
                    );
                    return Err(Refuted::new(what, vec![error.to_string()]).into());
                }
            }
        }
        Ok(())
    }

    /// Checks that every value survived.
    async fn kept(
        &mut self,
        tracked: &[Tracked],
        before: &[rows::Rows],
        when: When,
        way: &str,
    ) -> Result<(), EarlyVerdict> {
        let now = self.rows(tracked, when).await?;
        let lines = rows::losses(tracked, before, &now);
        if lines.is_empty() {
            return Ok(());
        }
        let lost: Vec<ObjectName> = tracked
            .iter()
            .zip(before.iter().zip(&now))
            .filter(|(table, (before, now))| {
                !rows::losses(std::slice::from_ref(*table), std::slice::from_ref(*before), std::slice::from_ref(*now))
                    .is_empty()
            })
            .map(|(table, _)| table.before.clone())
            .collect();
        let mut refuted =
            Refuted::new(format!("on the scratch database, {way} changes values that it should keep"), lines);
        refuted.statements = self.naming(way, &lost);
        Err(refuted.into())
    }

    /// The statements of one direction that name one of the tables.
    fn naming(&self, way: &str, tables: &[ObjectName]) -> Vec<String> {
        let migration = self.claim.migration;
        let statements = if way == "down" { &migration.down } else { &migration.up };
        let mut schema = Schema::default();
        for name in tables {
            schema.tables.insert(name.clone(), crate::schema::Table::new(name.clone()));
        }
        let one = |statement: &&crate::dialect::Statement| {
            !part::part(&[&schema], &[std::slice::from_ref(*statement)]).named.is_empty()
        };
        statements.iter().filter(one).map(|statement| statement.sql.clone()).collect()
    }
}
