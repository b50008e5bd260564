//! `gen diff`: the difference between any two states, in any of five forms.
//!
//! Must not write or apply anything.

use std::path::PathBuf;

use serde_json::json;

use crate::dialect::session::Missing;
use crate::dialect::{self, Product};
use crate::diff::diff;
use crate::entity::Model;
use crate::error::Error;
use crate::introspect::Unmanaged;
use crate::plan::{Plan, Rename};
use crate::project::{self, DatabaseUrl, Snapshot};
use crate::run::Scratch;
use crate::schema::{Normalized, Origins};
use crate::state::{self, Target};
use crate::write;

use super::Ending;
use super::arguments::{Common, Diff, DiffFormat};
use super::paint::{self};
use super::report::Failure;
use super::show;
use super::states::{self, Workspace, current_folder};

/// A state by its name on the command line.
enum State {
    Entities,
    Snapshot,
    Database,
    Git(String),
    File(PathBuf),
    Url(DatabaseUrl),
}

impl State {
    fn parse(text: &str) -> Result<Self, Failure> {
        Ok(match text {
            "entities" => Self::Entities,
            "snapshot" => Self::Snapshot,
            "database" => Self::Database,
            _ => match text.split_once(':') {
                Some(("git", revision)) if !revision.is_empty() => Self::Git(revision.to_owned()),
                Some(("file", path)) if !path.is_empty() => Self::File(PathBuf::from(path)),
                Some(("postgres" | "postgresql" | "mysql" | "mariadb" | "sqlite", _)) => {
                    Self::Url(DatabaseUrl::parse(text, &current_folder()?)?)
                }
                // What may be an address may hold a password, so it is not repeated.
                _ if text.contains("://") || text.contains('@') => {
                    return Err(Error::new(
                        "unknown state: it looks like a database URL, but of no database known here",
                    )
                    .hint("write it as `postgres://…`, `mysql://…`, `mariadb://…` or `sqlite://…`")
                    .into());
                }
                _ => {
                    return Err(Error::new(format!("unknown state `{text}`"))
                        .hint("a state is one of entities, snapshot, database, git:<rev>, file:<path.sql>, or a database URL")
                        .into());
                }
            },
        })
    }

    fn needs_project(&self) -> bool {
        matches!(self, Self::Entities | Self::Snapshot | Self::Database | Self::Git(_))
    }
}

/// What a state holds once it is loaded: a schema, or a declaration that takes the other side as its base.
enum Loaded {
    Schema(Box<Normalized>, Origins, Found),
    Model(Box<Model>),
}

/// What a database says beside its schema.
#[derive(Default)]
struct Found {
    unmanaged: Vec<Unmanaged>,
    /// The server's major version: two of one version print what is the same in the same words.
    words: Option<String>,
}

impl Found {
    fn of(live: &mut states::Live) -> Self {
        let version = live.session.version();
        let major = version.split('.').next().unwrap_or(version).to_owned();
        let words = (live.product() == Product::Postgres).then_some(major);
        Self { unmanaged: std::mem::take(&mut live.unmanaged), words }
    }
}

impl Loaded {
    /// What was found in a database and is left alone.
    fn unmanaged(&self) -> &[Unmanaged] {
        match self {
            Self::Schema(_, _, found) => &found.unmanaged,
            Self::Model(_) => &[],
        }
    }

    /// Which server's words it is in; `None` where nobody's.
    fn words(&self) -> Option<&str> {
        match self {
            Self::Schema(_, _, found) => found.words.as_deref(),
            Self::Model(_) => None,
        }
    }
}

pub(super) async fn run(common: &Common, command: &Diff) -> Result<Ending, Failure> {
    let (from, to) = (State::parse(&command.from)?, State::parse(&command.to)?);
    let workspace = match from.needs_project() || to.needs_project() {
        true => Some(Workspace::open(common)?),
        false => None,
    };
    let product = product_of(workspace.as_ref(), &from, &to).await?;
    let from = load(workspace.as_ref(), product, from).await?;
    let to = load(workspace.as_ref(), product, to).await?;
    let unmanaged = json!({ "from": from.unmanaged(), "to": to.unmanaged() });
    let own_words = from.words() == to.words() && from.words().is_some();
    let (mut model, mut renames) = (None, Vec::new());
    let (from, to) = match (from, to) {
        (Loaded::Schema(from, ..), Loaded::Schema(to, ..)) if own_words => {
            (dialect::in_own_words(*from), dialect::in_own_words(*to))
        }
        (Loaded::Schema(from, ..), Loaded::Schema(to, ..)) => (*from, *to),
        (Loaded::Schema(from, origins, _), Loaded::Model(declared)) => {
            let target = declared_on(workspace.as_ref(), product, &declared, (&from, &origins))?;
            model = Some(declared);
            renames = target.renames;
            (*from, target.schema)
        }
        (Loaded::Model(declared), Loaded::Schema(to, origins, _)) => {
            let target = declared_on(workspace.as_ref(), product, &declared, (&to, &origins))?;
            // They lead to what is declared, and this way leads from it.
            renames = target.renames.into_iter().rev().map(Rename::inverse).collect();
            (target.schema, *to)
        }
        (Loaded::Model(_), Loaded::Model(_)) => (dialect::nothing(), dialect::nothing()),
    };
    let there = diff(&from, &to, &renames);
    let (plan, start) = if command.down { (there.inverse(), to.schema()) } else { (there, from.schema()) };
    let root = workspace.as_ref().map(|workspace| workspace.root().to_path_buf()).unwrap_or_default();
    let format = if command.json { DiffFormat::Json } else { command.format };
    let text = match format {
        DiffFormat::Text => show::plan(&plan, model.as_deref(), &root),
        DiffFormat::Sql => sql(product, &plan, start)?,
        DiffFormat::Json => {
            let report = json!({
                "dialect": product.key(),
                "unmanaged": unmanaged,
                "plan": show::plan_json(&plan, model.as_deref(), &root),
                "statements": dialect::statements(dialect::of(product), &plan, start)?,
            });
            format!("{report:#}\n")
        }
        DiffFormat::Markdown => markdown(product, &plan, start)?,
        DiffFormat::Patch => {
            let (old, new) = if command.down { (&to, &from) } else { (&from, &to) };
            patch(old, new)?
        }
    };
    paint::result(&text);
    if plan.is_empty() && format == DiffFormat::Text {
        paint::talk("no difference");
    }
    Ok(if command.exit_code && !plan.is_empty() { Ending::Findings } else { Ending::Done })
}

fn declared_on(
    workspace: Option<&Workspace>,
    product: Product,
    model: &Model,
    (base, origins): (&Normalized, &Origins),
) -> Result<Target, Failure> {
    let policy = workspace.map(Workspace::keeping).unwrap_or_default();
    Ok(state::reconcile(dialect::of(product), model, base, origins, &policy)?)
}

/// The dialect both sides are compared in: that of the database at hand, else the project's first.
async fn product_of(workspace: Option<&Workspace>, from: &State, to: &State) -> Result<Product, Failure> {
    for state in [from, to] {
        let url = match state {
            State::Url(url) => Some(url),
            State::Database => workspace.and_then(|workspace| workspace.url.as_ref()),
            _ => None,
        };
        if let Some(url) = url {
            return match url.product_hint() {
                product @ (Product::Sqlite | Product::Postgres) => Ok(product),
                // Which of MySQL and MariaDB a server is, the server says.
                Product::MySql | Product::MariaDb => {
                    let session = crate::run::connect(url.reveal(), Missing::Refuse).await?;
                    let product = session.product();
                    session.close().await;
                    Ok(product)
                }
            };
        }
    }
    let hinted = workspace.and_then(|workspace| {
        let url = workspace.explicit.then_some(workspace.url.as_ref()).flatten()?;
        Some(url.product_hint()).filter(|product| workspace.products().contains(product))
    });
    let first = workspace.and_then(|workspace| workspace.products().first().copied());
    Ok(hinted.or(first).unwrap_or(Product::Sqlite))
}

async fn load(workspace: Option<&Workspace>, product: Product, state: State) -> Result<Loaded, Failure> {
    let open = || workspace.ok_or_else(|| Failure::from(Error::new("this state needs a project")));
    let schema = |schema: Normalized, origins: Origins| Loaded::Schema(Box::new(schema), origins, Found::default());
    let live_schema =
        |schema: Normalized, origins: Origins, found: Found| Loaded::Schema(Box::new(schema), origins, found);
    // Between two databases, with no project to say otherwise, everything counts.
    let scope = workspace.map_or_else(crate::introspect::Scope::everything, Workspace::scope);
    Ok(match state {
        State::Entities => {
            let workspace = open()?;
            let (model, _) = workspace.model(&workspace.files()?, product).await?;
            Loaded::Model(Box::new(model))
        }
        State::Snapshot => {
            let workspace = open()?;
            workspace.sealed_lock()?;
            match workspace.sealed(product)? {
                Some(sealed) => schema(sealed.schema, sealed.origins),
                None => schema(dialect::nothing(), Origins::default()),
            }
        }
        State::Database => {
            let workspace = open()?;
            let mut live = workspace.required(Missing::Refuse).await?;
            let origins = match workspace.sealed(product)? {
                Some(sealed) => sealed.origins,
                None => state::adopted(live.schema.schema()),
            };
            let found = Found::of(&mut live);
            live.session.close().await;
            live_schema(live.schema, origins, found)
        }
        State::Url(url) => {
            let mut live = states::read(&url, Missing::Refuse, &scope).await?;
            if live.product() != product {
                return Err(Error::new(format!("{url} is {}, the other side is {product}", live.product()))
                    .hint("compare two databases of one product")
                    .into());
            }
            let origins = state::adopted(live.schema.schema());
            let found = Found::of(&mut live);
            live.session.close().await;
            live_schema(live.schema, origins, found)
        }
        State::Git(revision) => {
            let workspace = open()?;
            let folder = workspace.project.snapshot_folder(product);
            let snapshot = Snapshot::read_revision(&workspace.project.root, &revision, &folder)?.unwrap_or_default();
            schema(dialect::of(product).normalize(snapshot.schema)?, snapshot.origins)
        }
        State::File(path) => {
            let script = project::read_text(&path)?;
            schema(from_script(workspace, product, &script).await?, Origins::default())
        }
    })
}

/// What a script builds, as a scratch database of the product sees it.
async fn from_script(workspace: Option<&Workspace>, product: Product, script: &str) -> Result<Normalized, Failure> {
    let server = match (product, workspace.and_then(|workspace| workspace.url.as_ref())) {
        (Product::Sqlite, _) => "sqlite::memory:",
        (_, Some(url)) => url.reveal(),
        (_, None) => {
            return Err(Error::new(format!("a script for {product} needs a {product} server to build it on"))
                .hint("name one with `--database-url`; a scratch database is created there and dropped again")
                .into());
        }
    };
    let (scratch, mut session) = Scratch::create(server).await?;
    let statements = dialect::script::split(product, script)
        .map_err(|error| Error::new("the script cannot be cut into statements").because(error))?;
    let mut outcome = Ok(());
    for statement in statements {
        if let Err(error) = session.execute(&statement).await {
            let first = statement.lines().next().unwrap_or_default().to_owned();
            outcome = Err(Error::new(format!("the script fails at `{first}`"))
                .hint(format!("correct the script; it has to run on an empty {product} database"))
                .because(error));
            break;
        }
    }
    let catalog = crate::introspect::introspect(&mut session, &crate::introspect::Scope::default()).await;
    session.close().await;
    scratch.drop().await?;
    outcome?;
    let catalog = catalog.map_err(|error| Error::new("cannot read the scratch database").because(error))?;
    Ok(dialect::of(product).normalize(catalog.schema)?)
}

/// Statements to run as they stand.
fn sql(product: Product, plan: &Plan, start: &crate::schema::Schema) -> Result<String, Failure> {
    let statements = dialect::statements(dialect::of(product), plan, start)?;
    Ok(write::script(product, &statements))
}

fn markdown(product: Product, plan: &Plan, start: &crate::schema::Schema) -> Result<String, Failure> {
    if plan.is_empty() {
        return Ok("No schema changes.\n".to_owned());
    }
    let lines: String = plan.ops().iter().map(|op| format!("- `{op}`\n")).collect();
    let sql = sql(product, plan, start)?;
    Ok(format!(
        "**{}** ({product})\n\n{lines}\n<details><summary>SQL</summary>\n\n```sql\n{sql}```\n\n</details>\n",
        show::plural(plan.ops().len(), "schema change"),
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
