//! Reviews the migrations since a revision: the change they make, what they destroy, and whom each statement makes wait.
//!
//! Must not know how a review is shown.

mod migrations;
mod renames;

use sea_gen_runner::lock_file::Lock;
use sea_gen_runner::migration::Migration;
use sea_gen_runner::reading::Reading;
use sea_gen_runner::session::{Missing, connect};

use crate::dialect::casts::Casts;
use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::entity::Model;
use crate::lint;
use crate::page::review::{self, DialectReview, Review};
use crate::plan::Plan;
use crate::project::{Base, EntityReader};
use crate::schema::Normalized;
use crate::state;

pub(super) use migrations::of_migration;

use super::side::{Loaded, Loader, State};
use super::{Failure, Open, Sealed, Workspace, handwritten, read_statements, stakes, text};

/// A review, and what it is of.
pub struct Reviewed {
    /// The project.
    pub workspace: Workspace,
    /// The review.
    pub review: Review,
    /// The migrations, by product.
    pub migrations: Vec<(Product, Vec<Migration>)>,
}

/// What a change is compared with.
enum Before {
    /// A revision, with the lock that it had.
    Revision(Base, Option<Lock>),
    /// The newest migration is reviewed, because there is no repository.
    Newest,
}

/// Reviews the migrations since `base`, a revision of git; since this branch began, if absent; the newest one where there is no
/// repository.
///
/// # Errors
/// A revision, a snapshot or a migration that cannot be read.
pub async fn review(open: impl Into<Open>, base: Option<&str>) -> Result<Reviewed, Failure> {
    let workspace = Workspace::open(open)?;
    workspace.sealed_lock()?;
    let before = match base {
        Some(revision) => {
            let lock = workspace.project.revision(revision)?.lock;
            Before::Revision(Base { commit: revision.to_owned(), shown: revision.to_owned() }, lock)
        }
        None => match workspace.project.base_revision() {
            Some(base) => {
                let lock = workspace.project.revision(&base.commit)?.lock;
                Before::Revision(base, lock)
            }
            None => Before::Newest,
        },
    };
    let (mut dialects, mut reviewed) = (Vec::new(), Vec::new());
    for product in workspace.products().to_vec() {
        let all = workspace.migrations(product)?;
        let first = first_new(&before, product, &all);
        let new = all.get(first..).unwrap_or_default();
        let sides = sides(&workspace, &before, product, &all, first).await?;
        dialects.push(of_dialect(&workspace, &before, product, new, sides).await?);
        reviewed.push((product, new.to_vec()));
    }
    let shown = match &before {
        Before::Revision(base, _) => base.shown.clone(),
        Before::Newest => "the schema before the newest migration".to_owned(),
    };
    let title = workspace.project.name()?;
    Ok(Reviewed { review: Review { title, base: shown, dialects }, workspace, migrations: reviewed })
}

/// The index of the first migration that the base does not have, or has with other statements.
fn first_new(before: &Before, product: Product, all: &[Migration]) -> usize {
    match before {
        Before::Newest => all.len().saturating_sub(1),
        Before::Revision(_, lock) => {
            let known = lock.as_ref().map(|lock| lock.migrations(product)).unwrap_or_default();
            let is_known = |migration: &Migration| {
                known.iter().any(|line| line.id == migration.id && line.checksum == migration.checksum())
            };
            all.iter().take_while(|migration| is_known(migration)).count()
        }
    }
}

/// The schemas before and after the change; the first is not known where no scratch database tells it.
struct Sides {
    from: Result<Normalized, String>,
    to: Normalized,
}

async fn sides(
    workspace: &Workspace,
    before: &Before,
    product: Product,
    all: &[Migration],
    first: usize,
) -> Result<Sides, Failure> {
    let sealed = workspace.sealed(product)?.unwrap_or_else(Sealed::nothing);
    let from = match before {
        Before::Revision(base, _) => {
            let loader = Loader { workspace: Some(workspace), server: None, product, scope: workspace.scope() };
            let side = loader.load(State::Git(base.commit.clone())).await?;
            match side.loaded {
                Loaded::Schema(schema, _) => Ok(*schema),
                Loaded::Model(_) => Err("the revision has no snapshot".to_owned()),
            }
        }
        Before::Newest if all.is_empty() => Ok(sealed.schema.clone()),
        Before::Newest => match workspace.scratch_server(product)? {
            None => Err(format!("no {product} server is at hand to build the schema before it on")),
            Some(server) => {
                let known = handwritten::state_before(workspace, &server, all, first, &sealed).await?;
                known.map_err(|silence| silence.reason)
            }
        },
    };
    Ok(Sides { from, to: sealed.schema })
}

async fn of_dialect(
    workspace: &Workspace,
    before: &Before,
    product: Product,
    new: &[Migration],
    Sides { from, to }: Sides,
) -> Result<DialectReview, Failure> {
    let ups: Vec<Reading> =
        new.iter().flat_map(|it| read_statements::lines(it).0).map(|statement| statement.reading).collect();
    let (plan, unknown) = match &from {
        Ok(from) => (diff(from, &to, &renames::of(&ups, product, from.schema(), to.schema())), None),
        Err(reason) => (Plan::default(), Some(format!("What changes is not known: {reason}."))),
    };
    let from = from.unwrap_or_else(|_| to.clone());
    let model = declared(workspace, product).await?;
    let root = workspace.root();
    let source = |op: &_| text::source(model.as_ref()?, op).map(|source| text::location(&source, root));
    let at_stake = at_stake(workspace, product, &ups, &from).await?;
    let base = match before {
        Before::Revision(_, Some(lock)) => lock.migrations(product),
        Before::Revision(_, None) | Before::Newest => &[],
    };
    let migrations = migrations::reviewed(workspace, product, new, base)?;
    Ok(DialectReview {
        dialect: product.key(),
        product: product.to_string(),
        summary: review::summary(&plan, &at_stake, &migrations, unknown.is_some()),
        at_stake,
        changes: review::changes(&plan, source),
        diagram: review::picture(from.schema(), to.schema(), &plan),
        migrations,
        unknown,
    })
}

/// The declarations, for the lines of what changes. None where they are read by compiling them.
async fn declared(workspace: &Workspace, product: Product) -> Result<Option<Model>, Failure> {
    if workspace.project.config.reader == EntityReader::Compiled {
        return Ok(None);
    }
    Ok(Some(workspace.understood(&workspace.files()?, product).await?.0))
}

/// What the statements destroy; with the number of rows or values if the caller names a database.
async fn at_stake(
    workspace: &Workspace,
    product: Product,
    ups: &[Reading],
    from: &Normalized,
) -> Result<Vec<String>, Failure> {
    let home = match product {
        Product::Postgres => "public",
        Product::Sqlite => "main",
        Product::MySql | Product::MariaDb => "",
    };
    let dialect = dialect::of(product);
    let casts = Casts { dialect, from: from.schema(), to: from.schema() };
    let (findings, plan) = lint::losses(ups, from.schema(), home, &casts);
    let named = workspace.connection().filter(|_| workspace.is_database_named());
    let Some(connection) = named.filter(|it| it.product_hint() == product && !findings.is_empty()) else {
        return Ok(findings.into_iter().map(|finding| finding.message).collect());
    };
    let queries = state::stakes(dialect, from, from, &plan);
    let mut session = connect(connection, Missing::Refuse).await?;
    let all: Vec<&lint::Finding> = findings.iter().collect();
    let lines = stakes::lines(&all, &queries, Some(&mut session)).await;
    session.close().await;
    Ok(lines)
}
