//! Compares any two states.
//!
//! Must not write or apply anything.

use sea_gen_runner::session::{ConnectionOptions, Missing, Session, connect};

use crate::dialect::reprint::{ComparedForms, Comparison};
use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::entity::Model;
use crate::introspect::{Scope, Unmanaged};
use crate::plan::{Plan, Rename};
use crate::schema::{Normalized, Origins};
use crate::state::{self, TargetSchema};

use super::side::{Loaded, Loader, Side, State};
use super::{Failure, Open, Workspace, current_folder, reworded};

/// What is compared.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The one state: `entities`, `snapshot`, `database`, `git:<rev>`, `file:<path.sql>`, or the URL of a database.
    pub from: String,
    /// The other state.
    pub to: String,
    /// Objects to look at and no others, by patterns; all where there is none.
    pub include: Vec<String>,
    /// Objects to leave alone, by patterns.
    pub exclude: Vec<String>,
}

/// What came of it, and the project it was compared in, where there is one.
pub struct Compared {
    /// The project.
    pub workspace: Option<Workspace>,
    /// The dialect that both states are compared in.
    pub product: Product,
    /// The two states.
    pub difference: Difference,
}

/// Two states, and what leads from the one to the other.
pub struct Difference {
    /// The one.
    pub from: Normalized,
    /// The other.
    pub to: Normalized,
    /// The declaration that one of them is of.
    pub model: Option<Box<Model>>,
    /// What leads from the one to the other.
    pub plan: Plan,
    /// How expressions were compared that the parser could not bring to one form.
    pub comparison: Comparison,
    /// What was found on either side and is not compared.
    pub unmanaged: Vec<Unmanaged>,
}

/// Compares two states.
///
/// # Errors
/// A state that is unknown, or cannot be loaded.
pub async fn compare(open: impl Into<Open>, request: &Request) -> Result<Compared, Failure> {
    let open = open.into();
    let (from, to) = (State::parse(&request.from)?, State::parse(&request.to)?);
    let is_named = |state: &State| matches!(state, State::Named(_));
    let workspace = match from.needs_project() || to.needs_project() {
        true => Some(Workspace::open(open.clone())?),
        // A script says no product; the project it is in may.
        false if open.database_url.is_none() && !is_named(&from) && !is_named(&to) => {
            Workspace::open(open.clone()).ok()
        }
        false => None,
    };
    // A script is built where the other side is, or where somebody says.
    let server = match (&workspace, &open.database_url, [&from, &to]) {
        (None, Some(url), _) => Some(ConnectionOptions::parse(url, &current_folder()?)?),
        (_, _, [State::Named(named), _] | [_, State::Named(named)]) => Some(named.clone()),
        _ => None,
    };
    let product = product_of(workspace.as_ref(), server.as_ref(), &from, &to).await?;
    // Without a project nobody has said what counts, so everything does.
    let mut scope = workspace.as_ref().map_or_else(Scope::everything, Workspace::scope);
    scope.spellings = is_named(&from) && is_named(&to);
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
    let difference = difference(&loader, &mut sides).await;
    for side in sides {
        side.close().await?;
    }
    Ok(Compared { difference: difference?, workspace, product })
}

/// The difference of two sides that are loaded.
async fn difference(loader: &Loader<'_>, sides: &mut [Side; 2]) -> Result<Difference, Failure> {
    let mut comparison = Comparison::default();
    let own_words = in_own_words(sides);
    let mut found = between(loader, sides)?;
    if found.from != found.to
        && let Some(mut session) = session(loader, sides).await
    {
        // What differs may only be said in other words: a server prints what it has stored, and not always what it would
        // print of that.
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
            // They lead to what is declared, and this way leads from it.
            renames = target.renames.into_iter().rev().map(Rename::inverse).collect();
            (target.schema, to.as_ref().clone())
        }
        (Loaded::Model(_), Loaded::Model(_)) => (dialect::nothing(), dialect::nothing()),
    };
    let plan = diff(&from, &to, &renames);
    Ok(Difference { from, to, model, plan, comparison: Comparison::default(), unmanaged: Vec::new() })
}

/// Two catalogs printed by servers of one version are compared by their own words, which say more than any parser sees.
/// Whether they were.
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

/// A connection that can be asked about expressions: that of a side, or the project's database if it answers.
async fn session(loader: &Loader<'_>, sides: &mut [Side; 2]) -> Option<Session> {
    if let Some(session) = sides.iter_mut().find_map(|side| side.session.take()) {
        return Some(session);
    }
    let workspace = loader.workspace.filter(|workspace| !workspace.database_is_absent())?;
    let session = connect(workspace.connection.as_ref()?, Missing::Refuse).await.ok()?;
    if session.product() == loader.product {
        return Some(session);
    }
    session.close().await;
    None
}

/// Brings the sides to the same words where the database says that they mean the same: those of the code where there is
/// code, else those of the second side.
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

/// What was found on either side and is not compared.
fn unmanaged(sides: &[Side; 2]) -> Vec<Unmanaged> {
    let [from, to] = sides;
    let of_both = to.unmanaged.iter().filter(|object| !from.unmanaged.contains(object));
    from.unmanaged.iter().chain(of_both).cloned().collect()
}

fn declared_on(
    loader: &Loader<'_>,
    model: &Model,
    base: &Normalized,
    origins: &Origins,
) -> Result<TargetSchema, Failure> {
    let policy = loader.workspace.map(Workspace::keeping).unwrap_or_default();
    Ok(state::reconcile(dialect::of(loader.product), model, base, origins, &policy)?)
}

/// The dialect both sides are compared in: that of the database at hand, else the project's first.
async fn product_of(
    workspace: Option<&Workspace>,
    server: Option<&ConnectionOptions>,
    from: &State,
    to: &State,
) -> Result<Product, Failure> {
    let addresses = [from, to].map(|state| match state {
        State::Named(connection) => Some(connection),
        State::Database => workspace.and_then(|workspace| workspace.connection.as_ref()),
        _ => None,
    });
    if let Some(connection) = addresses.into_iter().chain([server]).flatten().next() {
        return match connection.product_hint() {
            product @ (Product::Sqlite | Product::Postgres) => Ok(product),
            // Which of MySQL and MariaDB a server is, the server says.
            Product::MySql | Product::MariaDb => {
                let session = connect(connection, Missing::Refuse).await?;
                let product = session.product();
                session.close().await;
                Ok(product)
            }
        };
    }
    let hinted = workspace.and_then(|workspace| {
        let connection = workspace.explicit.then_some(workspace.connection.as_ref()).flatten()?;
        Some(connection.product_hint()).filter(|product| workspace.products().contains(product))
    });
    let first = workspace.and_then(|workspace| workspace.products().first().copied());
    Ok(hinted.or(first).unwrap_or(Product::Sqlite))
}
