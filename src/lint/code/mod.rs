//! Hazards of migrations written in Rust for `sea-orm-migration`, by their syntax.
//!
//! Must not know where the files are, or how findings are reported.

pub(super) mod down;
pub(super) mod entities;
pub(super) mod order;
mod read;
pub(super) mod sql_text;
#[cfg(test)]
mod tests;

use crate::plan::cast::Stake;

use super::script::silenced_above;
use super::{Finding, Level, RULES, Rule};

pub use read::Code;
use read::{Migration, Transaction};

/// How a rule judges a file of migrations in Rust.
pub struct CodeCheck {
    /// The level of its findings.
    pub level: Level,
    /// What to do instead.
    pub suggestion: &'static str,
    /// Code that it reports.
    pub bad: &'static str,
    /// Code that it does not report.
    pub good: &'static str,
    /// The hazards, each with its line from 1.
    pub check: fn(&Code) -> Vec<(usize, String)>,
}

/// A file of a crate with migrations.
pub struct CodeFile<'a> {
    /// Its text.
    pub text: &'a str,
    /// The texts of the files that `include_str!` takes in, by their paths as they are written.
    pub included: &'a dyn Fn(&str) -> Option<String>,
    /// How many modules the file is below that of the migrator: 0 for the migrator's own file.
    pub depth: usize,
    /// Whether the crate has nothing but migrations, so that all of its modules are parts of them.
    pub is_own_crate: bool,
}

/// The place of a finding in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePlace {
    /// The line, from 1.
    pub line: usize,
    /// The reason why a comment above the line silences the finding, if one does.
    pub silenced: Option<String>,
}

/// The rules that judge Rust, each with how.
pub fn rules() -> impl Iterator<Item = (&'static Rule, &'static CodeCheck)> {
    RULES.iter().filter_map(|rule| Some((*rule, rule.code.as_ref()?)))
}

/// The hazards of a file, by line. A file that is no Rust has none: the compiler says what is wrong with it.
pub fn lint(file: &CodeFile<'_>) -> Vec<Finding<CodePlace>> {
    let Some(code) = Code::read(file) else { return Vec::new() };
    let mut findings: Vec<Finding<CodePlace>> = rules()
        .flat_map(|(rule, check)| {
            let finding = |(line, message)| Finding {
                rule: rule.id,
                level: check.level,
                place: CodePlace { line, silenced: silenced_above(file.text, line, "//", rule.id) },
                message,
                stake: Stake::Nothing,
            };
            (check.check)(&code).into_iter().map(finding).collect::<Vec<_>>()
        })
        .collect();
    findings.sort_by_key(|finding| finding.place.line);
    findings
}
