//! `-- lint: allow <code> <reason>` above a statement: what is silenced there, and why.
//!
//! Must not know what the rules find.

use super::{BAD_SILENCE, NO_WAY_BACK, RULES};

/// A rule silenced at one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The rule's code.
    pub code: String,
    /// Why it may be.
    pub reason: String,
}

impl Silence {
    /// What a line of a comment silences, if it is meant to.
    pub fn read(comment: &str) -> Option<Self> {
        let rest = comment.trim().strip_prefix("lint:")?.trim();
        let rest = rest.strip_prefix("allow").unwrap_or_default().trim();
        let (code, reason) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        Some(Self { code: code.to_owned(), reason: reason.trim().to_owned() })
    }

    /// Whether it silences a rule: not without a reason.
    pub(super) fn covers(&self, code: &str) -> bool {
        self.code == code && self.fault().is_none()
    }

    /// What is wrong with it.
    pub(super) fn fault(&self) -> Option<String> {
        let known = RULES.iter().any(|rule| rule.code == self.code);
        if self.code == NO_WAY_BACK.0 || self.code == BAD_SILENCE.0 {
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
