//! The checks of `gen check` for tenants: those of the project once, that of the database for each.
//!
//! Must not know how a check works.

use super::super::Failure;
use super::super::check::{self, Line, Verdict, Wanted};
use super::super::text::with_reasons;
use super::Tenants;

/// Runs the checks. A tenant that cannot be read fails its own.
///
/// # Errors
/// A check of the project cannot run.
pub async fn check(tenants: &Tenants, wanted: Wanted) -> Result<Vec<Line>, Failure> {
    let is_all = wanted == Wanted::default();
    let of_project = match is_all {
        true => Wanted { entities: true, lock: true, replay: true, ..wanted },
        false => Wanted { database: false, ..wanted },
    };
    let mut lines = Vec::new();
    if let Some(first) = tenants.tenants.first().filter(|_| of_project != Wanted::default()) {
        lines.extend(check::check(&tenants.workspace_of(first), of_project).await?);
    }
    if !is_all && !wanted.database {
        return Ok(lines);
    }
    let of_database = Wanted { database: true, ..Wanted::default() };
    let found =
        tenants.each(move |_, workspace| async move { check::check(&workspace, of_database).await }, &mut |_| ()).await;
    for (tenant, found) in found {
        let fails = |reasons| {
            vec![Line { check: "database", product: tenants.product, verdict: Verdict::Fails(reasons), tenant: None }]
        };
        let found = found.unwrap_or_else(|failure| {
            fails(match &failure {
                Failure::Error(error) => with_reasons(error),
                failure => vec![failure.to_string()],
            })
        });
        // A project of several dialects has a line for each, and the tenant is of one.
        let own = found.into_iter().filter(|line| line.product == tenants.product);
        lines.extend(own.map(|line| Line { tenant: Some(tenant.name.clone()), ..line }));
    }
    Ok(lines)
}
