//! `gen status --format prometheus`: the text format of Prometheus, for the textfile collector of its node exporter.
//!
//! Must not know how a state is found out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_gen_runner::run::{self, Line};

use crate::state::Situation;
use crate::workflow::status::Status;
use crate::workflow::tenants::Tenants;
use crate::workflow::tenants::status::{TenantStatus, status as statuses};
use crate::workflow::{Failure, Workspace};

/// The metrics: name, help, and the value that it has of a database.
type Metric = (&'static str, &'static str, fn(&Facts) -> Option<f64>);

/// Each is a gauge.
const METRICS: [Metric; 10] = [
    ("gen_database_up", "Whether the database could be read.", |facts| Some(f64::from(u8::from(facts.is_up)))),
    ("gen_migrations_applied", "Migrations that are applied.", |facts| facts.is_up.then_some(facts.applied)),
    ("gen_migrations_pending", "Migrations that are not applied.", |facts| facts.is_up.then_some(facts.pending)),
    ("gen_migrations_interrupted", "Migrations that are partially applied or reverted.", |facts| {
        facts.is_up.then_some(facts.interrupted)
    }),
    ("gen_repeatable_files_pending", "Repeatable files that have to be run.", |facts| facts.repeatable),
    ("gen_drift_operations", "Operations by which the database differs from its migrations.", |facts| facts.drift),
    ("gen_schema_frozen", "Whether the schema is frozen for a release.", |facts| Some(facts.frozen)),
    ("gen_last_run_timestamp_seconds", "When the last run recorded its last migration.", |facts| facts.last.time),
    ("gen_last_run_duration_seconds", "How long the migrations of the last run took.", |facts| facts.last.duration),
    ("gen_last_run_failed", "Whether the last run failed.", |facts| facts.last.failed),
];

/// What is known of a database.
#[derive(Default)]
struct Facts {
    labels: String,
    is_up: bool,
    applied: f64,
    pending: f64,
    interrupted: f64,
    /// Not known of tenants, of which only the histories are read.
    repeatable: Option<f64>,
    /// The same.
    drift: Option<f64>,
    frozen: f64,
    last: LastRun,
}

/// What the log says of the last run; nothing if there is none.
#[derive(Default)]
struct LastRun {
    time: Option<f64>,
    duration: Option<f64>,
    failed: Option<f64>,
}

/// The metrics of environments, each with its name, and of their tenants.
pub(super) async fn metrics(environments: Vec<(String, Result<Status, Failure>)>) -> Result<String, Failure> {
    let mut all = Vec::new();
    for (name, compared) in environments {
        match compared {
            Ok(status) => {
                let workspace = status.workspace.clone();
                all.push(facts(&name, status).await?);
                if workspace.has_tenants() {
                    all.extend(of_tenants(&workspace).await);
                }
            }
            Err(_) => all.push(Facts { labels: labels([&name, "", ""]), ..Facts::default() }),
        }
    }
    Ok(text(&all))
}

/// The metrics of tenants.
pub(in super::super) fn metrics_of_tenants(tenants: &Tenants, found: &[TenantStatus]) -> String {
    text(&found.iter().map(|status| facts_of_tenant(tenants, status)).collect::<Vec<_>>())
}

/// What is known of the tenants of a database. Where they cannot be found, one that is called `*` is not up.
async fn of_tenants(workspace: &Workspace) -> Vec<Facts> {
    let found = async {
        let tenants = Tenants::of(workspace.clone(), &[]).await?;
        let found = statuses(&tenants).await?;
        Ok::<_, Failure>(found.iter().map(|status| facts_of_tenant(&tenants, status)).collect())
    };
    found.await.unwrap_or_else(|_| vec![Facts { labels: labels_of(workspace, "*"), ..Facts::default() }])
}

fn facts_of_tenant(tenants: &Tenants, status: &TenantStatus) -> Facts {
    let workspace = &tenants.workspace;
    let facts =
        Facts { labels: labels_of(workspace, &status.tenant.name), frozen: frozen(workspace), ..Facts::default() };
    match &status.state {
        Ok(state) => Facts {
            is_up: true,
            applied: number(state.applied),
            pending: number(state.pending.as_ref().map_or(0, Vec::len)),
            interrupted: number(state.interrupted),
            ..facts
        },
        Err(_) => facts,
    }
}

async fn facts(name: &str, mut status: Status) -> Result<Facts, Failure> {
    let database = status.workspace.environment.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut facts =
        Facts { labels: labels([name, &database, ""]), frozen: frozen(&status.workspace), ..Facts::default() };
    let pending = status.migrations.iter().filter(|migration| status.record(migration).is_none()).count();
    let Some(mut live) = status.live.take() else { return Ok(facts) };
    let lines = run::log(&mut live.session).await;
    let (done, half): (Vec<_>, Vec<_>) = live.history.iter().partition(|record| record.status.is_done());
    facts.is_up = true;
    (facts.applied, facts.interrupted) = (number(done.len()), number(half.len()));
    facts.pending = number(pending);
    facts.repeatable = Some(number(status.repeated.due.len()));
    let has_drifted = status.situation == Situation::Drifted;
    facts.drift = Some(if has_drifted { number(status.drift.ops().len()) } else { 0.0 });
    live.session.close().await;
    facts.last = last_run(&lines?);
    Ok(facts)
}

/// Whether the schema is frozen, as a number.
fn frozen(workspace: &Workspace) -> f64 {
    f64::from(u8::from(workspace.lock.as_ref().is_some_and(|lock| lock.frozen.is_some())))
}

fn last_run(lines: &[Line]) -> LastRun {
    let Some(last) = lines.last() else { return LastRun::default() };
    let own: Vec<&Line> = lines.iter().rev().take_while(|line| line.details.run == last.details.run).collect();
    let time: Option<Timestamp> = last.recorded_at.parse().ok();
    let milliseconds: u64 = own.iter().map(|line| line.details.execution_ms).sum();
    LastRun {
        time: time.map(|time| time.as_duration().as_secs_f64()),
        duration: Some(std::time::Duration::from_millis(milliseconds).as_secs_f64()),
        failed: Some(f64::from(u8::from(own.iter().any(|line| line.event == "failed")))),
    }
}

fn number(count: usize) -> f64 {
    count as f64
}

/// The labels of a tenant of a database.
fn labels_of(workspace: &Workspace, tenant: &str) -> String {
    let environment = workspace.environment.as_ref();
    let name = environment.and_then(|environment| environment.name.as_deref()).unwrap_or_default();
    let database = environment.map(ToString::to_string).unwrap_or_default();
    labels([name, &database, tenant])
}

/// The labels of a database, or of a tenant of it if that has a name.
fn labels([environment, database, tenant]: [&str; 3]) -> String {
    let [environment, database, tenant] = [environment, database, tenant].map(escaped);
    match tenant.is_empty() {
        true => format!("{{environment=\"{environment}\",database=\"{database}\"}}"),
        false => format!("{{environment=\"{environment}\",database=\"{database}\",tenant=\"{tenant}\"}}"),
    }
}

/// A text as the value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The text: the samples of a metric stand together, below its help and its type.
fn text(all: &[Facts]) -> String {
    let mut text = String::new();
    for (name, help, value) in METRICS {
        let samples: BTreeMap<&str, f64> =
            all.iter().filter_map(|facts| Some((facts.labels.as_str(), value(facts)?))).collect();
        if !samples.is_empty() {
            text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
            text.extend(samples.iter().map(|(labels, value)| format!("{name}{labels} {value}\n")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_escaped_and_every_metric_is_one_block() {
        let odd = Facts {
            labels: labels(["a\"b\\c\nd", "sqlite://x.db", ""]),
            is_up: true,
            pending: 2.0,
            ..Facts::default()
        };
        let down = Facts { labels: labels(["staging", "", "acme"]), ..Facts::default() };
        let text = text(&[odd, down]);
        assert!(
            text.contains("gen_database_up{environment=\"a\\\"b\\\\c\\nd\",database=\"sqlite://x.db\"} 1\n"),
            "{text}"
        );
        assert!(text.contains("gen_database_up{environment=\"staging\",database=\"\",tenant=\"acme\"} 0\n"), "{text}");
        assert!(
            text.contains("gen_migrations_pending{environment=\"a\\\"b\\\\c\\nd\",database=\"sqlite://x.db\"} 2\n")
        );
        assert_eq!(text.matches("# TYPE gen_database_up gauge").count(), 1);
        assert!(!text.contains("gen_last_run") && text.ends_with('\n'));
    }
}
