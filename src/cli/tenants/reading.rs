//! `gen status --tenants`, `gen drift --tenants`, `gen seed --tenants`.
//!
//! Must not know how one tenant is read or filled.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::project::SeedKind;
use crate::workflow::drift::Drift;
use crate::workflow::seed::{Demonstration, Filling, Selection};
use crate::workflow::tenants::status::{TenantStatus, status as statuses};
use crate::workflow::tenants::{Tenant, Tenants};
use crate::workflow::{Failure, Silent, Workspace, webhooks};

use super::super::arguments::{self, Common, Seed, StatusFormat};
use super::super::paint::{self, Ink, ink};
use super::super::status::is_json;
use super::super::status::prometheus::metrics_of_tenants;
use super::super::{Ending, show};
use super::{MANY, failure_json, named, some_failed};

pub(in super::super) async fn status(
    common: &Common,
    names: &[String],
    command: &arguments::Status,
) -> Result<Ending, Failure> {
    let tenants = Tenants::open(common, names).await?;
    let found = statuses(&tenants).await?;
    if command.format == StatusFormat::Prometheus {
        paint::exact(&metrics_of_tenants(&tenants, &found));
        return Ok(Ending::Done);
    }
    if is_json(command) {
        let rows = found.iter().map(|it| {
            let mut row = json!({ "tenant": it.tenant.name, "home": it.tenant.home.name() });
            match &it.state {
                Ok(state) => {
                    row["newest"] = json!(state.newest);
                    row["applied"] = json!(state.applied);
                    row["interrupted"] = json!(state.interrupted);
                    match &state.pending {
                        Ok(pending) => row["pending"] = json!(pending),
                        Err(obstacle) => row["obstacle"] = json!(obstacle.to_string()),
                    }
                }
                Err(failure) => row["error"] = failure_json(&it.tenant, failure)["error"].clone(),
            }
            row
        });
        paint::exact(&format!("{:#}\n", json!({ "tenants": rows.collect::<Vec<_>>() })));
        return Ok(Ending::Done);
    }
    let newest = |it: &TenantStatus| match &it.state {
        Ok(state) => state.newest.clone().unwrap_or_else(|| "nothing applied".to_owned()),
        Err(_) => "not readable".to_owned(),
    };
    // Few are listed, many are counted by what is alike.
    let mut groups: BTreeMap<(String, String), Vec<&Tenant>> = BTreeMap::new();
    for it in &found {
        groups.entry((newest(it), verdict(it))).or_default().push(&it.tenant);
    }
    let rows: Vec<[String; 3]> = match found.len() <= MANY {
        true => found.iter().map(|it| [it.tenant.name.clone(), newest(it), verdict(it)]).collect(),
        false => groups
            .into_iter()
            .map(|((newest, verdict), tenants)| {
                let names = format!("{verdict}\n    {}", named(tenants.iter().copied()));
                [show::plural(tenants.len(), "tenant"), newest, names]
            })
            .collect(),
    };
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let (first, second) = (width(0).unwrap_or(0), width(1).unwrap_or(0));
    let lines = rows.iter().map(|[name, newest, verdict]| {
        format!("{}  {newest:second$}  {verdict}\n", ink(Ink::Bold, format!("{name:first$}")))
    });
    paint::result(&lines.collect::<String>());
    Ok(Ending::Done)
}

/// How all tenants of a database compare, in one line.
pub(in super::super) async fn verdict_of_all(workspace: &Workspace) -> String {
    let found = async {
        let tenants = Tenants::of(workspace.clone(), &[]).await?;
        statuses(&tenants).await
    };
    let found = match found.await {
        Ok(found) => found,
        Err(failure) => return ink(Ink::Red, format!("its tenants cannot be read: {failure}")),
    };
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for status in &found {
        *counts.entry(verdict(status)).or_default() += 1;
    }
    let parts: Vec<String> = counts.into_iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    format!("{}: {}", show::plural(found.len(), "tenant"), parts.join(", "))
}

fn verdict(status: &TenantStatus) -> String {
    match &status.state {
        Err(failure) => ink(Ink::Red, failure),
        Ok(state) => match &state.pending {
            Err(obstacle) => ink(Ink::Red, obstacle),
            Ok(pending) if pending.is_empty() => ink(Ink::Green, "nothing pending"),
            Ok(_) if state.waits => {
                ink(Ink::Yellow, "serves two versions; when the former one runs nowhere any more: `gen up --contract`")
            }
            Ok(pending) => ink(Ink::Yellow, format!("{} pending", show::plural(pending.len(), "migration"))),
        },
    }
}

pub(in super::super) async fn drift(common: &Common, names: &[String], as_json: bool) -> Result<Ending, Failure> {
    let mut tenants = Tenants::open(common, names).await?;
    // Several databases are read at once.
    tenants.workspace.listener = Arc::new(Silent);
    let root = tenants.workspace.root().to_owned();
    let found = tenants
        .each(
            move |_, workspace| {
                let root = root.clone();
                async move {
                    let Drift { workspace, live, plan, .. } = Drift::open(workspace).await?;
                    live.session.close().await;
                    if !plan.is_empty() {
                        webhooks::drifted(&workspace, Some(plan.ops().len())).await;
                    }
                    let text = if plan.is_empty() { String::new() } else { show::plan(&plan, None, &root) };
                    Ok((text, show::plan_json(&plan, None, &root)))
                }
            },
            &mut |_| (),
        )
        .await;
    let has_drifted = found.iter().any(|(_, drift)| matches!(drift, Ok((text, _)) if !text.is_empty()));
    if as_json {
        let rows = found.iter().map(|(tenant, drift)| match drift {
            Ok((_, plan)) => json!({ "tenant": tenant.name, "drift": plan }),
            Err(failure) => json!({ "tenant": tenant.name, "error": failure_json(tenant, failure)["error"] }),
        });
        paint::exact(&format!("{:#}\n", json!({ "tenants": rows.collect::<Vec<Value>>() })));
    } else {
        let mut groups: BTreeMap<&str, Vec<&Tenant>> = BTreeMap::new();
        for (tenant, drift) in &found {
            if let Ok((text, _)) = drift {
                groups.entry(text).or_default().push(tenant);
            }
        }
        for (text, tenants) in groups {
            let count = show::plural(tenants.len(), "tenant");
            match text.is_empty() {
                true => paint::talk(format!("no drift: {count}")),
                false => paint::result(&format!(
                    "from the snapshot to the database of {count} ({}):\n{text}",
                    named(tenants.iter().copied())
                )),
            }
        }
    }
    refuse_failed(&tenants, &found)?;
    Ok(if has_drifted { Ending::Findings } else { Ending::Done })
}

pub(in super::super) async fn seed(
    common: &Common,
    names: &[String],
    (command, selection): (&Seed, &Selection),
) -> Result<Ending, Failure> {
    if command.out.is_some() {
        let error = sea_gen_runner::Error::new("`--out` writes one file, and `--tenants` names several databases");
        return Err(error.hint("leave one of them out").into());
    }
    let mut tenants = Tenants::open(common, names).await?;
    tenants.workspace.listener = Arc::new(Silent);
    let (selection, vouched, appends) = (selection.clone(), command.development, command.append);
    let found = tenants
        .each(
            move |_, workspace| {
                let selection = selection.clone();
                async move {
                    if workspace.seed_kind() == Some(SeedKind::Demonstration) {
                        let mut rows = Demonstration::plan(&workspace, appends).await?;
                        let count = rows.run().await?;
                        rows.live.session.close().await;
                        return Ok(usize::try_from(count).unwrap_or(usize::MAX));
                    }
                    let mut filling = Filling::plan(&workspace, &selection, vouched, appends).await?;
                    let report = filling.run(&mut |_, _| ()).await?;
                    filling.live.session.close().await;
                    Ok(report.tables.iter().map(|(_, rows)| *rows).sum::<usize>())
                }
            },
            &mut |_| (),
        )
        .await;
    if command.json {
        let rows = found.iter().map(|(tenant, rows)| match rows {
            Ok(rows) => json!({ "tenant": tenant.name, "rows": rows }),
            Err(failure) => json!({ "tenant": tenant.name, "error": failure_json(tenant, failure)["error"] }),
        });
        paint::exact(&format!("{:#}\n", json!({ "tenants": rows.collect::<Vec<Value>>() })));
    } else {
        for (tenant, rows) in &found {
            if let Ok(rows) = rows {
                let word = ink(Ink::Green, "seeded");
                paint::result(&format!("{word} {}  {}\n", tenant.name, show::plural(*rows, "row")));
            }
        }
    }
    refuse_failed(&tenants, &found)?;
    Ok(Ending::Done)
}

/// Refuses, after a report, where some of the tenants could not be worked on.
pub(in super::super) fn refuse_failed<T>(
    tenants: &Tenants,
    found: &[(Arc<Tenant>, Result<T, Failure>)],
) -> Result<(), Failure> {
    let failed: Vec<(&Tenant, &Failure)> =
        found.iter().filter_map(|(tenant, it)| Some((&**tenant, it.as_ref().err()?))).collect();
    match failed.is_empty() {
        true => Ok(()),
        false => Err(some_failed(tenants, failed.into_iter(), "").into()),
    }
}
