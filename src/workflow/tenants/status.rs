//! How the histories of all tenants compare with the migrations.
//!
//! Must not change anything, or read a schema: `gen check` and `gen drift` do.

use std::sync::Arc;

use sea_gen_runner::Error;
use sea_gen_runner::run;

use super::super::{Failure, applicables};
use super::{Tenant, Tenants};

/// How one tenant compares.
#[derive(Debug)]
pub struct TenantStatus {
    /// The tenant.
    pub tenant: Arc<Tenant>,
    /// Its history, or why it cannot be read.
    pub state: Result<TenantState, Failure>,
}

/// What a history says.
#[derive(Debug)]
pub struct TenantState {
    /// The newest migration that is applied.
    pub newest: Option<String>,
    /// How many are applied.
    pub applied: usize,
    /// How many are partially applied or reverted.
    pub interrupted: usize,
    /// Those that are pending, or why `gen up` would not simply apply them.
    pub pending: Result<Vec<String>, Error>,
    /// Whether all that is pending waits for the former version of a program to go.
    pub waits: bool,
}

/// Compares the history of each tenant with the migrations.
///
/// # Errors
/// The migrations cannot be read; the database that the tenants have in common does not answer.
pub async fn status(tenants: &Tenants) -> Result<Vec<TenantStatus>, Failure> {
    let migrations = tenants.workspace.all_migrations(tenants.product)?;
    let files = applicables(&migrations);
    let histories = tenants.histories().await?;
    let compared = tenants.tenants.iter().zip(histories).map(|(tenant, history)| TenantStatus {
        tenant: Arc::clone(tenant),
        state: history.and_then(|history| {
            let history = run::as_filed(&history, &files);
            let standing = run::standing(&history, &files)?;
            let pending = run::pending(&history, &standing);
            let applied = history.iter().filter(|record| record.status.is_done()).count();
            Ok(TenantState {
                newest: history.last().map(|record| record.id.clone()),
                applied,
                interrupted: history.len() - applied,
                waits: pending.as_ref().is_ok_and(|pending| run::serves(&history, pending, &files)),
                pending: pending.map(|pending| pending.into_iter().map(run::Applicable::id).collect()),
            })
        }),
    });
    Ok(compared.collect())
}
