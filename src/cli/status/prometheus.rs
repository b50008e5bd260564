//! `gen status --format prometheus`: the text format of Prometheus, for the textfile collector of its node exporter.
//!
//! Must not know how a state is found out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sea_gen_runner::run::{self, Line};

use crate::state::Situation;
use crate::workflow::Failure;
use crate::workflow::status::Status;

/// The metrics: name, help, and the value that it has of a database.
type Metric = (&'static str, &'static str, fn(&Facts) -> Option<f64>);

/// Each is a gauge.
const METRICS: [Metric; 9] = [
    ("gen_database_up", "Whether the database could be read.", |facts| Some(f64::from(u8::from(facts.is_up)))),
    ("gen_migrations_applied", "Migrations that are applied.", |facts| facts.is_up.then_some(facts.applied)),
    ("gen_migrations_pending", "Migrations that are not applied.", |facts| facts.is_up.then_some(facts.pending)),
    ("gen_migrations_interrupted", "Migrations that are partially applied or reverted.", |facts| {
        facts.is_up.then_some(facts.interrupted)
    }),
    ("gen_drift_operations", "Operations by which the database differs from its migrations.", |facts| {
        facts.is_up.then_some(facts.drift)
    }),
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
    drift: f64,
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

/// The metrics of environments, each with its name.
pub(super) async fn metrics(environments: Vec<(String, Result<Status, Failure>)>) -> Result<String, Failure> {
    let mut all = Vec::new();
    for (name, compared) in environments {
        all.push(match compared {
            Ok(status) => facts(&name, status).await?,
            Err(_) => Facts { labels: labels(&name, ""), ..Facts::default() },
        });
    }
    Ok(text(&all))
}

async fn facts(name: &str, mut status: Status) -> Result<Facts, Failure> {
    let database = status.workspace.environment.as_ref().map(ToString::to_string).unwrap_or_default();
    let is_frozen = status.workspace.lock.as_ref().is_some_and(|lock| lock.frozen.is_some());
    let mut facts =
        Facts { labels: labels(name, &database), frozen: f64::from(u8::from(is_frozen)), ..Facts::default() };
    let pending = status.migrations.iter().filter(|migration| status.record(migration).is_none()).count();
    let Some(mut live) = status.live.take() else { return Ok(facts) };
    let lines = run::log(&mut live.session).await;
    let (done, half): (Vec<_>, Vec<_>) = live.history.iter().partition(|record| record.status.is_done());
    facts.is_up = true;
    (facts.applied, facts.interrupted) = (number(done.len()), number(half.len()));
    facts.pending = number(pending);
    if status.situation == Situation::Drifted {
        facts.drift = number(status.drift.ops().len());
    }
    live.session.close().await;
    facts.last = last_run(&lines?);
    Ok(facts)
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

fn labels(environment: &str, database: &str) -> String {
    format!("{{environment=\"{}\",database=\"{}\"}}", escaped(environment), escaped(database))
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
        let odd =
            Facts { labels: labels("a\"b\\c\nd", "sqlite://x.db"), is_up: true, pending: 2.0, ..Facts::default() };
        let down = Facts { labels: labels("staging", ""), ..Facts::default() };
        let text = text(&[odd, down]);
        assert!(
            text.contains("gen_database_up{environment=\"a\\\"b\\\\c\\nd\",database=\"sqlite://x.db\"} 1\n"),
            "{text}"
        );
        assert!(text.contains("gen_database_up{environment=\"staging\",database=\"\"} 0\n"), "{text}");
        assert!(
            text.contains("gen_migrations_pending{environment=\"a\\\"b\\\\c\\nd\",database=\"sqlite://x.db\"} 2\n")
        );
        assert_eq!(text.matches("# TYPE gen_database_up gauge").count(), 1);
        assert!(!text.contains("gen_last_run") && text.ends_with('\n'));
    }
}
