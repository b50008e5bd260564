//! Compares any two states.
//!
//! Must not write or apply anything.

use sea_gen_runner::session::{ConnectionOptions, Missing, Session, connect};

use crate::dialect::reprint::{ComparedForms, Comparison};
use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::entity::Model;
use crate::introspect::{Scope, Spelling, Unmanaged};
use crate::plan::{Plan, Rename};
use crate::schema::{Normalized, Origins};
use crate::state::{self, TargetSchema};

pub use super::side::State;
use super::side::{Loaded, Loader, Side};
use super::{Failure, Open, Workspace, current_folder, reworded};

/// The states to compare.
#[derive(Clone, Debug)]
pub struct Request {
    /// The first state.
    pub from: State,
    /// The second state.
    pub to: State,
    /// Patterns of the only objects to include; all if there are none.
    pub include: Vec<String>,
    /// Patterns of excluded objects.
    pub exclude: Vec<String>,
}

/// The result, and the project, if there is one.
pub struct Compared {
    /// The project.
    pub workspace: Option<Workspace>,
    /// The dialect of the comparison.
    pub product: Product,
    /// The two states.
    pub difference: Difference,
}

/// Two states, and the plan from the first to the second.
pub struct Difference {
    /// The first.
    pub from: Normalized,
    /// The second.
    pub to: Normalized,
    /// The declaration, if one of them is declared.
    pub model: Option<Box<Model>>,
    /// The plan from the first to the second.
    pub plan: Plan,
    /// How expressions with different canonical forms were compared.
    pub comparison: Comparison,
    /// Unmanaged objects of both sides.
    pub unmanaged: Vec<Unmanaged>,
}

/// Compares two states.
///
/// # Errors
/// A state that cannot be loaded.
pub async fn compare(open: impl Into<Open>, request: &Request) -> Result<Compared, Failure> {
    let open = open.into();
    let (from, to) = (request.from.clone(), request.to.clone());
    let is_named = |state: &State| matches!(state, State::Named(_));
    let workspace = match from.needs_project() || to.needs_project() || open.database.environment.is_some() {
        true => Some(Workspace::open(open.clone())?),
        // A script does not name a product; its project may.
        false if open.database.url.is_none() && !is_named(&from) && !is_named(&to) => {
            Workspace::open(open.clone()).ok()
        }
        false => None,
    };
    // A script is built on the server of the other side, or on the configured one.
    let server = match (&workspace, &open.database.url, [&from, &to]) {
        (None, Some(url), _) => Some(url.parse(&current_folder()?)?),
        (_, _, [State::Named(named), _] | [_, State::Named(named)]) => Some(named.clone()),
        _ => None,
    };
    let product = product_of(workspace.as_ref(), server.as_ref(), &from, &to).await?;
    // Without a project, nothing is excluded.
    let mut scope = workspace.as_ref().map_or_else(Scope::everything, Workspace::scope);
    if is_named(&from) && is_named(&to) {
        scope.spelling = Spelling::Explicit;
    }
    scope.include.extend(request.include.iter().cloned());
    scope.exclude.extend(request.exclude.iter().cloned());
    let loader = Loader { workspace: workspace.as_ref(), server, product, scope };
    let from = loader.load(from).await?;
    let mut sides = match loader.load(to).await {
        Ok(to) => [from, to],
        Err(failure) => {
            from.close().await?;
            return Err(failure);
        }
    };
    Side::compare_rows_where_known(&mut sides);
    let difference = difference(&loader, &mut sides).await;
    for side in sides {
        side.close().await?;
    }
    Ok(Compared { difference: difference?, workspace, product })
}

/// The difference of two loaded sides.
async fn difference(loader: &Loader<'_>, sides: &mut [Side; 2]) -> Result<Difference, Failure> {
    let mut comparison = Comparison::default();
    let own_words = in_own_words(sides);
    let mut found = between(loader, sides)?;
    if found.from != found.to
        && let Some(mut session) = session(loader, sides).await
    {
        // The difference may only be one of expression texts: a server does not always print a printed expression unchanged.
        let compared = if own_words { ComparedForms::Printed } else { ComparedForms::Canonical };
        reword(&mut session, &mut comparison, loader.product, sides, compared).await?;
        session.close().await;
        in_own_words(sides);
        found = between(loader, sides)?;
    }
    Ok(Difference { comparison, unmanaged: unmanaged(sides), ..found })
}

fn between(loader: &Loader<'_>, sides: &[Side; 2]) -> Result<Difference, Failure> {
    let [from, to] = sides;
    let (mut model, mut renames) = (None, Vec::new());
    let (from, to) = match (&from.loaded, &to.loaded) {
        (Loaded::Schema(from, _), Loaded::Schema(to, _)) => {
            renames = state::in_another_case(loader.product, to.schema(), from.schema());
            (from.as_ref().clone(), to.as_ref().clone())
        }
        (Loaded::Schema(from, origins), Loaded::Model(declared)) => {
            let target = declared_on(loader, declared, from, origins)?;
            model = Some(declared.clone());
            renames = target.renames;
            (from.as_ref().clone(), target.schema)
        }
        (Loaded::Model(declared), Loaded::Schema(to, origins)) => {
            let target = declared_on(loader, declared, to, origins)?;
            // The renames lead to the declared schema, and this plan leads from it.
            renames = target.renames.into_iter().rev().map(Rename::inverse).collect();
            (target.schema, to.as_ref().clone())
        }
        (Loaded::Model(_), Loaded::Model(_)) => (dialect::nothing(), dialect::nothing()),
    };
    let plan = diff(&from, &to, &renames);
    Ok(Difference { from, to, model, plan, comparison: Comparison::default(), unmanaged: Vec::new() })
}

/// Compares two catalogs of servers of one version by their printed texts, which are more exact than parsing. Returns
/// whether it did.
fn in_own_words(sides: &mut [Side; 2]) -> bool {
    let [from, to] = sides;
    if from.words.is_none() || from.words != to.words {
        return false;
    }
    for side in [from, to] {
        if let Loaded::Schema(schema, _) = &mut side.loaded {
            **schema = dialect::in_own_words(schema.as_ref().clone());
        }
    }
    true
}

/// A connection that can print expressions: that of a side, or the project's database if it is reachable.
async fn session(loader: &Loader<'_>, sides: &mut [Side; 2]) -> Option<Session> {
    if let Some(session) = sides.iter_mut().find_map(|side| side.session.take()) {
        return Some(session);
    }
    let workspace = loader.workspace.filter(|workspace| !workspace.database_is_absent())?;
    let session = connect(workspace.connection()?, Missing::Refuse).await.ok()?;
    if session.product() == loader.product {
        return Some(session);
    }
    session.close().await;
    None
}

/// Unifies the expression texts of both sides where the database prints them alike: to those of the code if there is
/// code, otherwise to those of the second side.
async fn reword(
    session: &mut Session,
    comparison: &mut Comparison,
    product: Product,
    sides: &mut [Side; 2],
    compared: ComparedForms,
) -> Result<(), Failure> {
    let [from, to] = sides;
    let (ours, theirs) = match (&mut from.loaded, &mut to.loaded) {
        (Loaded::Schema(ours, _), Loaded::Schema(theirs, _)) => (ours, theirs.as_ref().clone()),
        (Loaded::Schema(ours, _), Loaded::Model(model)) | (Loaded::Model(model), Loaded::Schema(ours, _)) => {
            (ours, model.normalized(|schema| dialect::of(product).normalize(schema))?.clone())
        }
        (Loaded::Model(_), Loaded::Model(_)) => return Ok(()),
    };
    if let Some(schema) = reworded(session, comparison, ours, &theirs, compared).await? {
        **ours = schema;
    }
    Ok(())
}

/// Unmanaged objects of both sides.
fn unmanaged(sides: &[Side; 2]) -> Vec<Unmanaged> {
    let [from, to] = sides;
    let of_both = to.unmanaged.iter().filter(|object| !from.unmanaged.contains(object));
    from.unmanaged.iter().chain(of_both).cloned().collect()
}

pub(super) fn declared_on(
    loader: &Loader<'_>,
    model: &Model,
    base: &Normalized,
    origins: &Origins,
) -> Result<TargetSchema, Failure> {
    let policy = loader.workspace.map(Workspace::keeping).unwrap_or_default();
    Ok(state::reconcile(dialect::of(loader.product), model, base, origins, &policy)?)
}

/// The dialect of the comparison: that of the connected database, otherwise the project's first.
pub(super) async fn product_of(
    workspace: Option<&Workspace>,
    server: Option<&ConnectionOptions>,
    from: &State,
    to: &State,
) -> Result<Product, Failure> {
    let addresses = [from, to].map(|state| match state {
        State::Named(connection) => Some(connection),
        State::Database => workspace.and_then(Workspace::connection),
        _ => None,
    });
    if let Some(connection) = addresses.into_iter().chain([server]).flatten().next() {
        return match connection.product_hint() {
            product @ (Product::Sqlite | Product::Postgres) => Ok(product),
            // The server reports whether it is MySQL or MariaDB.
            Product::MySql | Product::MariaDb => {
                let session = connect(connection, Missing::Refuse).await?;
                let product = session.product();
                session.close().await;
                Ok(product)
            }
        };
    }
    let hinted = workspace.and_then(|workspace| {
        let environment = workspace.environment.as_ref().filter(|environment| environment.is_named)?;
        Some(environment.connection.product_hint()).filter(|product| workspace.products().contains(product))
    });
    let first = workspace.and_then(|workspace| workspace.products().first().copied());
    Ok(hinted.or(first).unwrap_or(Product::Sqlite))
}
