//! `-- lint: allow <code> <reason>` above a statement: silences a rule, with a reason.
//!
//! Must not know the rules.

use super::{RULES, ScriptRule, example};
use crate::lint::Level;

/// A section without statements, reported where the whole file is known.
pub const MISSING_DOWN: ScriptRule = ScriptRule {
    code: "missing-down",
    level: Level::Warning,
    summary: "there is no down migration, and the file does not say why",
    why: "a wrong migration cannot be reverted",
    suggestion: "write the down statements, or a comment under `-- DOWN` that says why there are none",
    backwards: true,
    example: example(
        "-- UP\nDELETE FROM visit WHERE day < '2020-01-01';",
        "-- UP\nDELETE FROM visit WHERE day < '2020-01-01';\n\n-- DOWN\n-- the rows are gone",
    ),
    check: |_, _| None,
};

/// An invalid silence, reported where silences are parsed.
pub(super) const BAD_SILENCE: ScriptRule = ScriptRule {
    code: "bad-silence",
    level: Level::Warning,
    summary: "a rule is silenced without a reason, or does not exist",
    why: "without a reason, reviewers cannot tell whether the hazard was considered",
    suggestion: "write `-- lint: allow <code> <reason>` above the statement",
    backwards: true,
    example: example(
        "-- lint: allow drop-table\nDROP TABLE visit;",
        "-- lint: allow drop-table nobody has used it since May\nDROP TABLE visit;",
    ),
    check: |_, _| None,
};

/// A rule silenced at one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The rule's code.
    pub code: String,
    /// The reason.
    pub reason: String,
}

impl Silence {
    /// The silence in a comment line, if there is one.
    pub fn read(comment: &str) -> Option<Self> {
        let rest = comment.trim().strip_prefix("lint:")?.trim();
        let rest = rest.strip_prefix("allow").unwrap_or_default().trim();
        let (code, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        Some(Self { code: code.to_owned(), reason: reason.trim().to_owned() })
    }

    /// Whether it is valid: a reason is required.
    pub(super) fn covers(&self, code: &str) -> bool {
        self.code == code && self.fault().is_none()
    }

    /// The error in it.
    pub(super) fn fault(&self) -> Option<String> {
        let known = RULES.iter().any(|rule| rule.code == self.code);
        if self.code == MISSING_DOWN.code || self.code == BAD_SILENCE.code {
            Some(format!("`{}` cannot be silenced at a statement", self.code))
        } else if !known {
            Some(format!("there is no rule `{}`", self.code))
        } else if self.reason.is_empty() {
            Some(format!("`{}` is silenced without a reason", self.code))
        } else {
            None
        }
    }
}
