//! `gen diff`: the difference between any two states, in any of five forms.
//!
//! Must not write or apply anything.

use std::path::PathBuf;

use sea_gen_runner::migration;
use sea_gen_runner::session::{ConnectionOptions, Missing, Session, connect};
use serde_json::json;

use crate::dialect::reprint::Comparison;
use crate::dialect::{self, Dialect, Forms, Product};
use crate::diff::diff;
use crate::entity::Model;
use crate::introspect::{Scope, Unmanaged};
use crate::plan::{Plan, Rename};
use crate::project::Snapshot;
use crate::schema::{Normalized, Origins};
use crate::state::{self, TargetSchema};
use crate::workflow::side::{Loaded, Loader, Side, State};
use crate::workflow::{Workspace, current_folder, reworded};

use super::arguments::{Common, Diff, DiffFormat};
use super::report::Failure;
use super::{Ending, paint, show};

pub(super) async fn run(common: &Common, command: &Diff) -> Result<Ending, Failure> {
    let (from, to) = (State::parse(&command.from)?, State::parse(&command.to)?);
    let is_named = |state: &State| matches!(state, State::Named(_));
    let workspace = match from.needs_project() || to.needs_project() {
        true => Some(Workspace::open(common)?),
        // A script says no product; the project it is in may.
        false if common.database_url.is_none() && !is_named(&from) && !is_named(&to) => Workspace::open(common).ok(),
        false => None,
    };
    // A script is built where the other side is, or where the command line says.
    let server = match (&workspace, &common.database_url, [&from, &to]) {
        (None, Some(url), _) => Some(ConnectionOptions::parse(url, &current_folder()?)?),
        (_, _, [State::Named(named), _] | [_, State::Named(named)]) => Some(named.clone()),
        _ => None,
    };
    let product = product_of(workspace.as_ref(), server.as_ref(), &from, &to).await?;
    // Without a project nobody has said what counts, so everything does.
    let mut scope = workspace.as_ref().map_or_else(Scope::everything, Workspace::scope);
    scope.spellings = is_named(&from) && is_named(&to);
    scope.include.extend(command.scope.include.iter().cloned());
    scope.exclude.extend(command.scope.exclude.iter().cloned());
    let loader = Loader { workspace: workspace.as_ref(), server, product, scope };
    let from = loader.load(from).await?;
    let mut sides = match loader.load(to).await {
        Ok(to) => [from, to],
        Err(failure) => {
            from.close().await?;
            return Err(failure);
        }
    };
    let outcome = compare(&loader, command, &mut sides).await;
    for side in sides {
        side.close().await?;
    }
    outcome
}

/// Compares two sides that are loaded, and shows the difference.
async fn compare(loader: &Loader<'_>, command: &Diff, sides: &mut [Side; 2]) -> Result<Ending, Failure> {
    let product = loader.product;
    let mut comparison = Comparison::default();
    let own_words = in_own_words(sides);
    let mut between = between(loader, sides)?;
    if between.from != between.to
        && !own_words
        && let Some(mut session) = session(loader, sides).await
    {
        // What differs may only be said in other words.
        reword(&mut session, &mut comparison, product, sides).await?;
        session.close().await;
        between = self::between(loader, sides)?;
    }
    let Between { from, to, model, renames } = between;
    let there = diff(&from, &to, &renames);
    let (plan, start) = if command.down { (there.inverse(from.schema()), to.schema()) } else { (there, from.schema()) };
    let root = loader.workspace.map(|workspace| workspace.root().to_path_buf()).unwrap_or_default();
    let model = model.as_deref();
    let forms = loader.workspace.map(|workspace| workspace.project.config.forms).unwrap_or_default();
    let dialect = dialect::in_forms(product, if command.offline_forms { Forms::Offline } else { forms });
    let format = if command.json { DiffFormat::Json } else { command.format };
    let text = match format {
        DiffFormat::Text => show::plan(&plan, model, &root),
        DiffFormat::Sql => sql(dialect, &plan, start)?,
        DiffFormat::Json => {
            let report = json!({
                "dialect": product.key(),
                "plan": show::plan_json(&plan, model, &root),
                "statements": dialect::statements(dialect, &plan, start)?,
                "compared": comparison,
                "unmanaged": unmanaged(sides),
            });
            format!("{report:#}\n")
        }
        DiffFormat::Markdown => markdown(dialect, &plan, start)?,
        DiffFormat::Patch => {
            let (old, new) = if command.down { (&to, &from) } else { (&from, &to) };
            patch(old, new)?
        }
    };
    match format {
        DiffFormat::Text => paint::result(&text),
        DiffFormat::Sql | DiffFormat::Json | DiffFormat::Markdown | DiffFormat::Patch => paint::exact(&text),
    }
    if plan.is_empty() && format == DiffFormat::Text {
        paint::talk("no difference");
    }
    Ok(if command.exit_code && !plan.is_empty() { Ending::Findings } else { Ending::Done })
}

/// Two schemas, and the declaration one of them is of.
struct Between {
    from: Normalized,
    to: Normalized,
    model: Option<Box<Model>>,
    renames: Vec<Rename>,
}

fn between(loader: &Loader<'_>, sides: &[Side; 2]) -> Result<Between, Failure> {
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
    Ok(Between { from, to, model, renames })
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
) -> Result<(), Failure> {
    let [from, to] = sides;
    let (ours, theirs) = match (&mut from.loaded, &mut to.loaded) {
        (Loaded::Schema(ours, _), Loaded::Schema(theirs, _)) => (ours, theirs.as_ref().clone()),
        (Loaded::Schema(ours, _), Loaded::Model(model)) | (Loaded::Model(model), Loaded::Schema(ours, _)) => {
            (ours, model.normalized(|schema| dialect::of(product).normalize(schema))?.clone())
        }
        (Loaded::Model(_), Loaded::Model(_)) => return Ok(()),
    };
    if let Some(schema) = reworded(session, comparison, ours, &theirs).await? {
        **ours = schema;
    }
    Ok(())
}

/// What was found on either side and is not compared.
fn unmanaged(sides: &[Side; 2]) -> Vec<&Unmanaged> {
    let [from, to] = sides;
    let of_both = to.unmanaged.iter().filter(|object| !from.unmanaged.contains(object));
    from.unmanaged.iter().chain(of_both).collect()
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

/// Statements to run as they stand.
fn sql(dialect: &dyn Dialect, plan: &Plan, start: &crate::schema::Schema) -> Result<String, Failure> {
    let statements = dialect::statements(dialect, plan, start)?;
    Ok(migration::script(dialect.product(), &statements))
}

fn markdown(dialect: &dyn Dialect, plan: &Plan, start: &crate::schema::Schema) -> Result<String, Failure> {
    if plan.is_empty() {
        return Ok("No schema changes.\n".to_owned());
    }
    let lines: String = plan.ops().iter().map(|op| format!("- `{op}`\n")).collect();
    let sql = sql(dialect, plan, start)?;
    Ok(format!(
        "**{}** ({})\n\n{lines}\n<details><summary>SQL</summary>\n\n```sql\n{sql}```\n\n</details>\n",
        show::plural(plan.ops().len(), "schema change"),
        dialect.product(),
    ))
}

/// A unified diff of the two snapshots, object by object.
fn patch(from: &Normalized, to: &Normalized) -> Result<String, Failure> {
    let files = |schema: &Normalized| Snapshot { schema: schema.schema().clone(), origins: Origins::default() }.texts();
    let (old, new) = (files(from)?, files(to)?);
    let mut names: Vec<&PathBuf> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    let mut text = String::new();
    for name in names {
        let none = String::new();
        let (before, after) = (old.get(name).unwrap_or(&none), new.get(name).unwrap_or(&none));
        if before != after {
            let header = |present: bool, side: &str| -> String {
                if present { format!("{side}/{}", name.display()) } else { "/dev/null".into() }
            };
            let diff = similar::TextDiff::from_lines(before, after);
            let (a, b) = (header(old.contains_key(name), "a"), header(new.contains_key(name), "b"));
            text.push_str(&diff.unified_diff().header(&a, &b).to_string());
        }
    }
    Ok(text)
}
