//! Tenants: many schemas, databases or files with the same migrations, each with a history and a lock of its own.
//!
//! [`Tenants`] finds them; [`up::plan`] tells by their histories what each of them lacks, and [`up::Plan::run`] applies it, the canaries one
//! after another and then several at once. Every other job works on one tenant by [`Tenants::workspace_of`].
//!
//! ```no_run
//! use sea_gen::workflow::tenants::{Tenants, up};
//! use sea_gen::workflow::{Failure, Open};
//! use sea_gen_runner::run::{Contracts, Order};
//!
//! # async fn migrate() -> Result<(), Failure> {
//! let tenants = Tenants::open(Open::default(), &[]).await?;
//! let course = up::Course::Up {
//!     target: None,
//!     unproven: false,
//!     order: Order::Strict,
//!     contracts: Contracts::Wait,
//!     ignores_readers: false,
//! };
//! let plan = up::plan(tenants, course).await?;
//! plan.refuse().await?;
//! let report = plan.run(&mut |_| ()).await?;
//! assert_eq!(report.failed().count(), 0, "{:?}", report.not_begun);
//! # Ok(()) }
//! ```
//!
//! Must not know arguments, terminals or what is printed.

pub mod check;
mod choose;
mod find;
mod histories;
mod losses;
mod readers;
pub mod status;
pub mod up;
mod work;

use std::sync::Arc;

use sea_gen_runner::session::{Home, Missing, connect};
use sea_gen_runner::{Error, ErrorKind};

use crate::dialect::Product;
use crate::project::{Canaries, Environment, OnFailure, Project, TenantSettings};

use super::{Failure, Open, Workspace};

/// How many tenants are migrated at once, where the configuration does not say.
const PARALLEL: usize = 4;

/// One tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its name.
    pub name: String,
    /// Its schema, database or file.
    pub home: Home,
}

/// The tenants of a project, or of an environment of it.
#[derive(Clone)]
pub struct Tenants {
    /// The project, with the database that all tenants have in common.
    pub workspace: Workspace,
    /// The tenants, in the order of the list or the query.
    pub tenants: Vec<Arc<Tenant>>,
    /// How many are migrated at once.
    pub parallel: usize,
    /// What is done after the first failure.
    pub on_failure: OnFailure,
    settings: TenantSettings,
    product: Product,
    /// Whether only some were named by the caller.
    is_chosen: bool,
}

impl Tenants {
    /// Finds the tenants: all of them, or those that are named.
    ///
    /// # Errors
    /// The configuration has none; the query fails, or gives NULL, or a name twice; there is no tenant of a name.
    pub async fn open(open: impl Into<Open>, names: &[String]) -> Result<Self, Failure> {
        Self::of(Workspace::open(open)?, names).await
    }

    /// The same for a project that is open.
    ///
    /// # Errors
    /// Those of [`Tenants::open`].
    pub async fn of(workspace: Workspace, names: &[String]) -> Result<Self, Failure> {
        let Some(environment) = &workspace.environment else {
            return Err(Error::new("no database URL is set")
                .hint("pass `--database-url`, set DATABASE_URL, or put `database-url` into the configuration")
                .into());
        };
        let settings = settings(&workspace);
        if settings.source.is_none() {
            return Err(Error::new("the configuration has no tenants")
                .of(ErrorKind::Refused)
                .hint("say where their names come from, in `[tenants]` or `[env.NAME.tenants]`: `query = \"SELECT name FROM tenant\"`")
                .hint("or `list = [\"acme\", \"globex\"]`, or `pattern = \"tenant_*\"`")
                .into());
        }
        let found = find::find(&workspace, environment, &settings).await?;
        let (product, all) = (found.product, found.tenants);
        if all.is_empty() {
            return Err(Error::new(format!("there are no tenants: {}", found.said))
                .of(ErrorKind::Refused)
                .hint("correct `[tenants]` in the configuration, or name another database: `--env`, `--database-url`")
                .into());
        }
        if !workspace.products().contains(&product) {
            return Err(workspace.not_a_dialect(&environment.connection, product).into());
        }
        let tenants = find::chosen(&all, names)?;
        if let Some(Canaries::Named(canaries)) = &settings.canaries {
            find::chosen(&all, canaries)
                .map_err(|error| error.hint("correct `canaries` in the configuration of the tenants"))?;
        }
        let (parallel, on_failure) = (settings.parallel.unwrap_or(PARALLEL), settings.on_failure.unwrap_or_default());
        let is_chosen = !names.is_empty();
        Ok(Self { workspace, tenants, parallel, on_failure, settings, product, is_chosen })
    }

    /// Whether only some were named by the caller.
    pub fn is_chosen(&self) -> bool {
        self.is_chosen
    }

    /// The product of their databases.
    pub fn product(&self) -> Product {
        self.product
    }

    /// The project with the database of one tenant, for every job that works on one database.
    pub fn workspace_of(&self, tenant: &Tenant) -> Workspace {
        let mut workspace = self.workspace.clone();
        if let Some(environment) = &mut workspace.environment {
            *environment = Environment {
                connection: environment.connection.at(&tenant.home),
                tenant: Some(tenant.name.clone()),
                is_named: true,
                ..environment.clone()
            };
        }
        workspace
    }

    /// What the caller says to name the tenants again: ` --tenants`, or ` --tenants acme,globex`.
    pub fn option(&self) -> String {
        let names: Vec<&str> = self.tenants.iter().map(|tenant| tenant.name.as_str()).collect();
        match self.is_chosen {
            true => format!(" --tenants {}", names.join(",")),
            false => " --tenants".to_owned(),
        }
    }
}

/// The project whose migrations are applied to the database itself before any tenant is migrated, with that database; `None` if the
/// configuration names none.
///
/// # Errors
/// It is not there or cannot be read, or is this project itself.
pub fn shared(workspace: &Workspace) -> Result<Option<Workspace>, Failure> {
    let Some(folder) = settings(workspace).shared else { return Ok(None) };
    let folder = workspace.root().join(folder);
    if !folder.is_dir() {
        return Err(Error::new(format!("there is no folder `{}`", folder.display()))
            .of(ErrorKind::Refused)
            .hint("correct `shared` in the configuration of the tenants: it is the folder of a project of its own")
            .into());
    }
    let (project, lock) = Project::discover_with_lock(&folder)?;
    if project.root == workspace.project.root {
        return Err(Error::new(format!("`{}` is not a project of its own", folder.display()))
            .of(ErrorKind::Refused)
            .hint(format!("set it up: `gen init --project {}`", folder.display()))
            .into());
    }
    let open = Open {
        confirmed: workspace.confirmed.clone(),
        run_cargo: workspace.run_cargo,
        listener: Arc::clone(&workspace.listener),
        ..Open::default()
    };
    let mut shared = Workspace::of(project, lock, open, workspace.environment.clone())?;
    let history = shared.project.config.history.clone();
    if let Some(environment) = &mut shared.environment {
        environment.connection = environment.connection.clone().with_history(history);
    }
    Ok(Some(shared))
}

impl Workspace {
    /// Whether the database at hand has tenants, each with a history of its own.
    pub fn has_tenants(&self) -> bool {
        settings(self).source.is_some()
    }
}

/// The settings of the environment.
fn settings(workspace: &Workspace) -> TenantSettings {
    workspace.environment.as_ref().map(|environment| environment.tenants.clone()).unwrap_or_default()
}

/// A session on the database that all tenants have in common.
async fn home_session(environment: &Environment) -> Result<sea_gen_runner::session::Session, Failure> {
    Ok(connect(&environment.connection, Missing::Refuse).await?)
}
