//! `-- lint: allow <code> <reason>` above a statement: silences a rule, with a reason.
//!
//! Must not know the rules.

use super::{ScriptCheck, example, rules};
use crate::lint::code::down;
use crate::lint::house::HOUSE_RULES;
use crate::lint::{Level, Rule};

/// A section without statements; whoever has all of the file finds it.
pub const MISSING_DOWN: Rule = Rule {
    id: "missing-down",
    summary: "there is no down migration, and the file does not say why",
    why: "a wrong migration cannot be reverted",
    code: Some(down::CHECK),
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "write the down statements, or a comment under `-- DOWN` that says why there are none",
        backwards: true,
        example: example(
            "-- UP\nDELETE FROM visit WHERE day < '2020-01-01';",
            "-- UP\nDELETE FROM visit WHERE day < '2020-01-01';\n\n-- DOWN\n-- the rows are gone",
        ),
        check: |_, _| None,
    }),
};

/// An invalid silence; it is found where silences are parsed.
pub(in crate::lint) const BAD_SILENCE: Rule = Rule {
    id: "bad-silence",
    summary: "a rule is silenced without a reason, or does not exist",
    why: "without a reason, reviewers cannot tell whether the hazard was considered",
    code: None,
    plan: None,
    script: Some(ScriptCheck {
        level: Level::Warning,
        suggestion: "write `-- lint: allow <code> <reason>` above the statement",
        backwards: true,
        example: example(
            "-- lint: allow drop-table\nDROP TABLE visit;",
            "-- lint: allow drop-table nobody has used it since May\nDROP TABLE visit;",
        ),
        check: |_, _| None,
    }),
};

/// A rule silenced at one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The rule's id.
    pub rule: String,
    /// Why it may be.
    pub reason: String,
}

impl Silence {
    /// The silence in a comment line, if there is one.
    pub fn read(comment: &str) -> Option<Self> {
        let rest = comment.trim().strip_prefix("lint:")?.trim();
        let rest = rest.strip_prefix("allow").unwrap_or_default().trim();
        let (rule, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        Some(Self { rule: rule.to_owned(), reason: reason.trim().to_owned() })
    }

    /// Whether it silences a rule: not without a reason.
    pub(super) fn covers(&self, rule: &str) -> bool {
        self.rule == rule && self.fault().is_none()
    }

    /// The error in it.
    pub(super) fn fault(&self) -> Option<String> {
        let known = rules().any(|(known, _)| known.id == self.rule) || HOUSE_RULES.iter().any(|it| it.id == self.rule);
        if [MISSING_DOWN.id, BAD_SILENCE.id].contains(&self.rule.as_str()) {
            Some(format!("`{}` cannot be silenced at a statement", self.rule))
        } else if !known {
            Some(format!("there is no rule `{}`", self.rule))
        } else if self.reason.is_empty() {
            Some(format!("`{}` is silenced without a reason", self.rule))
        } else {
            None
        }
    }
}

/// The reason of `lint: allow <rule> <reason>` in the comments above a line; attributes may stand between.
pub fn silenced_above(text: &str, line: usize, mark: &str, rule: &str) -> Option<String> {
    let above: Vec<&str> = text.lines().take(line.saturating_sub(1)).collect();
    let lines = above.into_iter().rev().map(str::trim);
    let near = lines.take_while(|line| line.starts_with(mark) || line.starts_with("#["));
    let comments = near.filter_map(|line| line.strip_prefix(mark));
    comments.filter_map(Silence::read).find(|it| it.rule == rule && !it.reason.is_empty()).map(|it| it.reason)
}
