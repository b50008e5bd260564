//! `--tenants`: a command for every tenant of the configuration.
//!
//! Must not know how tenants are found or migrated.

mod reading;
mod run;
mod table;

use sea_gen_runner::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::workflow::Failure;
use crate::workflow::tenants::{Tenant, Tenants};
use crate::workflow::text::with_reasons;

use super::suggestion;

pub(super) use reading::{drift, refuse_failed, seed, status, verdict_of_all};
pub(super) use run::{down, up};

/// How many lines are shown before they are counted instead.
const MANY: usize = 20;

/// The names of some of the tenants, and how many more there are.
fn named<'a>(tenants: impl ExactSizeIterator<Item = &'a Tenant>) -> String {
    let more = tenants.len().saturating_sub(MANY);
    let names: Vec<&str> = tenants.take(MANY).map(|tenant| tenant.name.as_str()).collect();
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

/// Why a job failed for a tenant, in lines: the error, its reasons and its hints.
fn reasons(tenant: &Tenant, failure: &Failure) -> Vec<String> {
    match failure {
        Failure::Error(error) | Failure::Unanswered(_, error) => {
            let hints = error.hints().iter().map(|hint| format!("hint: {}", suggestion::of_tenant(&tenant.name, hint)));
            with_reasons(error).into_iter().chain(hints).collect()
        }
        Failure::Entities(..) => vec![failure.to_string()],
    }
}

pub(super) fn failure_json(tenant: &Tenant, failure: &Failure) -> Value {
    match failure {
        Failure::Error(error) | Failure::Unanswered(_, error) => {
            let hints = error.hints().iter().map(|hint| suggestion::of_tenant(&tenant.name, hint));
            json!({ "error": with_reasons(error).join("\n"), "hints": hints.collect::<Vec<_>>() })
        }
        Failure::Entities(..) => json!({ "error": failure.to_string(), "hints": [] }),
    }
}

/// The error of a command that failed for some of the tenants, each with its reasons.
fn some_failed<'a>(
    tenants: &Tenants,
    failed: impl ExactSizeIterator<Item = (&'a Tenant, &'a Failure)>,
    note: &str,
) -> Error {
    let (count, of) = (failed.len(), tenants.tenants.len());
    let more = count.saturating_sub(MANY);
    let mut lines: Vec<String> = failed
        .take(MANY)
        .flat_map(|(tenant, failure)| {
            let mut lines = reasons(tenant, failure).into_iter();
            let first = format!("{}: {}", tenant.name, lines.next().unwrap_or_default());
            std::iter::once(first).chain(lines.map(|line| format!("  {line}"))).collect::<Vec<_>>()
        })
        .collect();
    if more > 0 {
        lines.push(format!("and {more} more: `--json` lists all of them"));
    }
    Error::new(format!("{count} of {of} tenants failed{note}")).of(ErrorKind::Other).because(lines.join("\n"))
}
