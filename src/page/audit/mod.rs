//! What was done to a database, for an audit: runs, migrations with their proofs, and what deviates from the rule.
//!
//! Must not know how it is shown, or where it comes from.

mod html;
mod markdown;

use sea_gen_runner::Attribution;
use serde::Serialize;

use super::review::ProofState;

pub use html::audit_html;
pub use markdown::audit_markdown;

/// An audit report.
#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    /// The name of the project.
    pub title: String,
    /// When it was written, in UTC: `2026-11-20T20:13:00Z`.
    pub written_at: String,
    /// The version of the tool.
    pub tool_version: String,
    /// The commit that is checked out; with `-dirty` if a file differs from it.
    pub commit: Option<String>,
    /// The name of the environment.
    pub environment: Option<String>,
    /// The tenant, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The database; `None` if none was read.
    pub database: Option<AuditedDatabase>,
    /// Why the database was not read, if one is named.
    pub silence: Option<String>,
    /// What deviates from the rule.
    pub deviations: Vec<Deviation>,
    /// The last runs, the newest first.
    pub runs: Vec<AuditedRun>,
    /// The migrations that ran in them or are pending; without a database those that are new since the base revision.
    pub migrations: Vec<AuditedMigration>,
}

/// A database.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedDatabase {
    /// Its address, without a password.
    pub url: String,
    /// The key of the product.
    pub product: &'static str,
    /// The name and the version of the server.
    pub server: String,
    /// How it compares with the snapshot, in words.
    pub situation: String,
    /// How many migrations are applied.
    pub applied: usize,
    /// How many are pending.
    pub pending: usize,
    /// How many lines its log has.
    pub lines: usize,
    /// The number and the hash of the last one, `57:5f33…`: what `gen history --expect` takes.
    pub last: Option<String>,
}

/// What deviates from the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The kind, in a word: `drift`, `changed`, `unproven`.
    pub kind: &'static str,
    /// What it is, as a clause.
    pub what: String,
}

/// A run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct AuditedRun {
    /// Its name in the history; empty for what has none.
    pub run: String,
    /// The user of the database.
    pub database_user: Option<String>,
    /// The version of the tool that ran it.
    pub tool_version: Option<String>,
    /// The milliseconds for which another runner was waited for.
    pub lock_ms: u64,
    /// Who ran it, where, and from what.
    #[serde(flatten)]
    pub by: Attribution,
    /// What it did, in its order.
    pub steps: Vec<AuditedStep>,
}

/// A line of the log.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedStep {
    /// Its number.
    pub number: u64,
    /// The migration.
    pub id: String,
    /// What was done to it.
    pub event: String,
    /// When.
    pub recorded_at: String,
    /// The checksum of the file.
    pub checksum: Option<String>,
    /// How many statements were sent.
    pub statements: u64,
    /// How many rows they inserted, updated and deleted.
    pub rows: u64,
    /// Milliseconds from the beginning to the end.
    pub execution_ms: u64,
    /// Those of them that were lost to the locks of other sessions.
    pub waited_ms: u64,
    /// What else there is to say: where it failed, its former id.
    pub remark: Option<String>,
}

/// A migration.
#[derive(Clone, Debug, Serialize)]
pub struct AuditedMigration {
    /// Its id.
    pub id: String,
    /// The key of the product that it is for.
    pub dialect: &'static str,
    /// The checksum of its file.
    pub checksum: String,
    /// Its state in the history, or `pending`; `None` without a database.
    pub status: Option<&'static str>,
    /// Its proof.
    pub proof: ProofState,
    /// The hazards that its author has acknowledged in the file, each with the reason.
    pub acknowledged: Vec<Acknowledged>,
}

/// A hazard that is acknowledged in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Acknowledged {
    /// The rule of the lint.
    pub rule: &'static str,
    /// The reason.
    pub reason: String,
}

impl AuditReport {
    /// The facts about the whole, each with its name.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("written", format!("{} by sea-gen {}", self.written_at, self.tool_version))];
        facts.extend(self.commit.iter().map(|commit| ("commit", commit.clone())));
        facts.extend(self.environment.iter().map(|name| ("environment", name.clone())));
        facts.extend(self.tenant.iter().map(|name| ("tenant", name.clone())));
        match (&self.database, &self.silence) {
            (Some(database), _) => {
                let AuditedDatabase { url, server, situation, applied, pending, lines, last, .. } = database;
                facts.push(("database", format!("{url} ({server})")));
                facts.push(("state", format!("{situation}; {applied} applied, {pending} pending")));
                let last = last.iter().map(|last| format!(", the last one is {last}")).collect::<String>();
                facts.push(("log", format!("{}{last}", counted(*lines as u64, "line"))));
            }
            (None, Some(silence)) => facts.push(("database", format!("not read: {silence}"))),
            (None, None) => facts.push(("database", "none was named".to_owned())),
        }
        facts
    }
}

impl AuditedRun {
    /// The facts about a run, each with its name.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let by = &self.by;
        let person = match (&by.actor, &by.os_user) {
            (Some(actor), Some(user)) => Some(format!("{actor}, as {user}")),
            (actor, user) => actor.clone().or_else(|| user.clone()),
        };
        let waited = (self.lock_ms > 0).then(|| format!("{} ms for another runner", self.lock_ms));
        let exceptions = (!by.exceptions.is_empty()).then(|| by.exceptions.join(" "));
        let facts = [
            ("who", person),
            ("machine", by.host.clone()),
            ("database user", self.database_user.clone()),
            ("job", by.job.clone()),
            ("commit", by.commit.clone()),
            ("environment", by.environment.clone()),
            ("tool", self.tool_version.as_ref().map(|version| format!("sea-gen {version}"))),
            ("backup", by.backup.clone()),
            ("allowed", exceptions),
            ("waited", waited),
        ];
        facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// When its first and its last line were written.
    fn time(&self) -> String {
        match (self.steps.first(), self.steps.last()) {
            (Some(first), Some(last)) if first.recorded_at != last.recorded_at => {
                format!("{} to {}", first.recorded_at, last.recorded_at)
            }
            (Some(only), _) => only.recorded_at.clone(),
            (None, _) => String::new(),
        }
    }
}

/// The beginning of a checksum: enough to compare by eye.
fn short(checksum: &str) -> String {
    checksum.chars().take(12).collect()
}

fn counted(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes from a database or a repository is text, in both forms.
    #[test]
    fn no_text_becomes_markup() {
        let evil = "<img src=x onerror=alert(1)> | `a`\n# b".to_owned();
        let by = Attribution::of_process();
        let step = AuditedStep {
            number: 1,
            id: evil.clone(),
            event: "applied".to_owned(),
            recorded_at: "2026-01-01T00:00:00.000Z".to_owned(),
            checksum: Some("ab".repeat(32)),
            statements: 1,
            rows: 2,
            execution_ms: 3,
            waited_ms: 4,
            remark: Some(evil.clone()),
        };
        let report = AuditReport {
            title: evil.clone(),
            written_at: "2026-01-01T00:00:00Z".to_owned(),
            tool_version: "0".to_owned(),
            commit: Some(evil.clone()),
            environment: Some(evil.clone()),
            tenant: Some(evil.clone()),
            database: None,
            silence: Some(evil.clone()),
            deviations: vec![Deviation { kind: "drift", what: evil.clone() }],
            runs: vec![AuditedRun { run: evil.clone(), by, steps: vec![step], ..AuditedRun::default() }],
            migrations: vec![AuditedMigration {
                id: evil.clone(),
                dialect: "sqlite",
                checksum: evil.clone(),
                status: Some("pending"),
                proof: ProofState::Proven(evil.clone()),
                acknowledged: vec![Acknowledged { rule: "drop-table", reason: evil.clone() }],
            }],
        };
        let (html, markdown) = (audit_html(&report), audit_markdown(&report));
        assert!(!html.contains("<img") && html.contains("&lt;img"), "{html}");
        let outside_of_code: String = markdown.split("``").step_by(2).collect();
        assert!(!markdown.contains("\n# b") && !outside_of_code.contains(" <img"), "{markdown}");
        let rows = markdown.lines().filter(|line| line.starts_with('|'));
        for row in rows {
            let cells = row.replace("\\|", "").matches('|').count();
            assert!([3, 6, 9].contains(&cells), "{row}");
        }
    }
}
