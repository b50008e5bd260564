//! The history of every tenant, and any other job for each of them.
//!
//! Must not know what follows from a history.

use std::sync::Arc;

use sea_gen_runner::run::{self, Record};
use sea_gen_runner::session::{Home, Missing, connect};
use sea_gen_runner::{Error, ErrorKind};
use tokio::task::JoinSet;

use super::super::{Failure, Workspace};
use super::{Tenant, Tenants, home_session};

/// The rows of one tenant's history, oldest first, or why they cannot be read. Equal ones are mostly one value.
pub(in super::super) type History = Result<Arc<Vec<Record>>, Failure>;

impl Tenants {
    /// Whether one session can go from one tenant to the next.
    pub(super) fn are_on_one_session(&self) -> bool {
        use crate::dialect::Product;
        match self.tenants.first().map(|tenant| &tenant.home) {
            Some(Home::Schema { .. }) => true,
            Some(Home::Database(_)) => matches!(self.product, Product::MySql | Product::MariaDb),
            Some(Home::File(_)) | None => false,
        }
    }

    /// The history of each tenant, in their order: by a few queries where one session reaches all of them.
    ///
    /// # Errors
    /// The database that they have in common does not answer.
    pub(in super::super) async fn histories(&self) -> Result<Vec<History>, Failure> {
        let Some(environment) = self.workspace.environment.as_ref().filter(|_| self.are_on_one_session()) else {
            let read = async |workspace: Workspace| match workspace.history().await {
                Ok(Some(history)) => Ok(Arc::new(history)),
                Ok(None) => Err(absent(&workspace).into()),
                Err(error) => Err(error.into()),
            };
            let read = self.each(move |_, workspace| read(workspace), &mut |_| ()).await;
            return Ok(read.into_iter().map(|(_, history)| history).collect());
        };
        let mut session = home_session(environment).await?;
        let names: Vec<String> = self.tenants.iter().map(|tenant| tenant.home.name()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let found = run::histories(&mut session, &names).await;
        session.close().await;
        Ok(found?.into_iter().map(|history| history.map_err(Failure::from)).collect())
    }

    /// Does a job for every tenant, several at once. `ended` is told of each when its job has ended.
    pub async fn each<T, F>(
        &self,
        job: impl Fn(Arc<Tenant>, Workspace) -> F,
        ended: &mut (dyn FnMut(&Tenant) + Send),
    ) -> Vec<(Arc<Tenant>, Result<T, Failure>)>
    where
        F: Future<Output = Result<T, Failure>> + Send + 'static,
        T: Send + 'static,
    {
        let mut found: Vec<Option<Result<T, Failure>>> = self.tenants.iter().map(|_| None).collect();
        let mut next = self.tenants.iter().enumerate();
        let mut running = JoinSet::new();
        loop {
            while running.len() < self.parallel
                && let Some((at, tenant)) = next.next()
            {
                let job = job(Arc::clone(tenant), self.workspace_of(tenant));
                running.spawn(async move { (at, job.await) });
            }
            // A job that panicked is one without a result.
            match running.join_next().await {
                Some(Ok((at, result))) => {
                    if let (Some(place), Some(tenant)) = (found.get_mut(at), self.tenants.get(at)) {
                        *place = Some(result);
                        ended(tenant);
                    }
                }
                Some(Err(_)) => {}
                None => break,
            }
        }
        let panicked = || Err(Error::new("internal error: a worker panicked").into());
        self.tenants.iter().cloned().zip(found).map(|(tenant, it)| (tenant, it.unwrap_or_else(panicked))).collect()
    }
}

/// The error for a file that does not exist.
fn absent(workspace: &Workspace) -> Error {
    let file = workspace.connection().and_then(|connection| connection.file());
    let file = file.map(|path| path.display().to_string()).unwrap_or_default();
    Error::new(format!("there is no file `{file}`"))
        .of(ErrorKind::Refused)
        .hint(format!("an empty file is an empty database: `touch {file}`"))
}

/// Connects to the database of one tenant.
pub(super) async fn connected(workspace: &Workspace) -> Result<sea_gen_runner::session::Session, Error> {
    match workspace.connection() {
        Some(_) if workspace.database_is_absent() => Err(absent(workspace)),
        Some(connection) => connect(connection, Missing::Refuse).await,
        None => Err(Error::new("no database URL is set")),
    }
}
