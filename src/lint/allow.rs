//! Allowed findings: lint rules by name, for everything or for one object. `drop-table`, `drop-table:orders`,
//! `drop-column:orders.note`, `*`, `drop-*:orders*`.
//!
//! Must not know how a refused finding is handled.

use std::fmt;
use std::str::FromStr;

use crate::schema::{Part, Place, matches};

use super::house::HOUSE_RULES;
use super::{Finding, Level, RULES};

/// One allowed rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allow {
    rule: String,
    object: Option<String>,
}

impl Allow {
    /// Whether the finding is allowed. Without an object, the rule is allowed everywhere; the name of a table covers
    /// its parts.
    pub fn covers(&self, finding: &Finding) -> bool {
        self.covers_any(finding.rule, || objects(&finding.place))
    }

    /// The same for a rule's finding about an object with these names, the most exact first.
    pub fn covers_any(&self, rule: &str, objects: impl FnOnce() -> Vec<String>) -> bool {
        matches(&self.rule, rule)
            && self.object.as_ref().is_none_or(|pattern| objects().iter().any(|object| matches(pattern, object)))
    }
}

impl Allow {
    /// The exact name of a table or column that may be dropped, if there is one.
    pub fn dropped(&self) -> Option<String> {
        let object = self.object.as_ref().filter(|object| !object.contains(['*', '?']))?;
        ["drop-table", "drop-column"].contains(&self.rule.as_str()).then(|| object.clone())
    }
}

/// The findings that lose data and are not allowed.
pub fn refused<'a>(findings: &'a [Finding], allowed: &[Allow]) -> Vec<&'a Finding> {
    let is_refused =
        |finding: &&Finding| finding.level == Level::Danger && !allowed.iter().any(|allow| allow.covers(finding));
    findings.iter().filter(is_refused).collect()
}

/// The options that allow a rule for a named object and cover no finding, each with suggestions.
pub fn unfit<'a>(findings: &[Finding], allowed: &'a [Allow]) -> Vec<(&'a Allow, Option<String>)> {
    let fits = |allow: &Allow| allow.object.is_none() || findings.iter().any(|finding| allow.covers(finding));
    let near = |allow: &Allow| {
        let flags: Vec<String> = findings.iter().map(flag).collect();
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let given = format!("--allow {allow}");
        similar::get_close_matches(given.as_str(), &flags, 1, 0.7).first().map(|near| (*near).to_owned())
    };
    allowed.iter().filter(|allow| !fits(allow)).map(|allow| (allow, near(allow))).collect()
}

/// The option that allows a finding: `--allow drop-table:orders`.
pub fn flag(finding: &Finding) -> String {
    let object = objects(&finding.place).into_iter().next().unwrap_or_default();
    format!("--allow {}", in_shell(&format!("{}:{object}", finding.rule)))
}

/// An argument quoted for a shell.
pub fn in_shell(argument: &str) -> String {
    match argument.chars().all(|it| it.is_alphanumeric() || matches!(it, '_' | '.' | '-' | ':' | '=' | '/' | ',' | '@'))
    {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', "'\\''")),
    }
}

impl FromStr for Allow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (rule, object) = match text.split_once(':') {
            Some((rule, object)) => (rule, Some(object)),
            None => (text, None),
        };
        if object.is_some_and(str::is_empty) {
            return Err(format!("`{text}` names no object after the colon"));
        }
        let of_plans = RULES.iter().filter(|rule| rule.plan.is_some()).map(|rule| rule.id);
        let known: Vec<&str> = of_plans.chain(HOUSE_RULES.iter().map(|rule| rule.id)).collect();
        if !known.iter().any(|known| matches(rule, known)) {
            let near = similar::get_close_matches(rule, &known, 1, 0.6).first().copied();
            let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            return Err(format!("there is no rule `{rule}`; {near}the rules are {}, and * for all", known.join(", ")));
        }
        Ok(Self { rule: rule.to_owned(), object: object.map(str::to_owned) })
    }
}

impl fmt::Display for Allow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.object {
            Some(object) => write!(formatter, "{}:{object}", self.rule),
            None => formatter.write_str(&self.rule),
        }
    }
}

/// The names of an object, the most exact first: `orders.note`, `orders`.
fn objects(place: &Place) -> Vec<String> {
    match place {
        Place::Enum(name) | Place::View(name) | Place::Routine(name) => vec![name.to_string()],
        Place::Definition(id) => vec![id.name.to_string()],
        Place::Table(table, part) => {
            let inside = match part {
                Part::Whole | Part::Comment | Part::Option(_) | Part::PrimaryKey | Part::Rows => None,
                Part::Column(name, _)
                | Part::Unique(name)
                | Part::ForeignKey(name, _)
                | Part::Check(name)
                | Part::Index(name)
                | Part::Trigger(name) => Some(format!("{table}.{name}")),
            };
            inside.into_iter().chain([table.to_string()]).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::cast::Stake;
    use crate::schema::{Facet, ObjectName};

    fn finding(rule: &'static str, place: Place) -> Finding {
        Finding { rule, level: Level::Danger, place, message: String::new(), stake: Stake::Nothing }
    }

    #[test]
    fn a_rule_is_allowed_for_what_was_named() {
        let table = finding("drop-table", Place::table(&ObjectName::local("orders")));
        let column = finding(
            "drop-column",
            Place::Table(ObjectName::local("orders"), Part::Column("note".into(), Facet::Whole)),
        );
        for (text, allows_table, allows_column) in [
            ("*", true, true),
            ("drop-table", true, false),
            ("drop-table:orders", true, false),
            ("drop-table:order", false, false),
            ("drop-column:orders.note", false, true),
            ("drop-column:orders", false, true),
            ("drop-column:orders.*", false, true),
            ("drop-column:orders.other", false, false),
            ("drop-*:ord*", true, true),
            ("*:items", false, false),
        ] {
            let allow: Allow = text.parse().unwrap();
            assert_eq!((allow.covers(&table), allow.covers(&column)), (allows_table, allows_column), "{text}");
            assert_eq!(allow.to_string(), text);
        }
        let findings = [table, column];
        assert_eq!(refused(&findings, &["drop-table".parse().unwrap()]), [&findings[1]]);
        assert_eq!(flag(&findings[1]), "--allow drop-column:orders.note");
    }

    #[test]
    fn a_mistyped_rule_is_not_taken_for_one() {
        assert!("drop-tabel:orders".parse::<Allow>().unwrap_err().contains("drop-table"));
        assert!("drop-table:".parse::<Allow>().is_err());
    }

    #[test]
    fn a_warning_needs_no_leave() {
        let mut warning = finding("drop-table", Place::table(&ObjectName::local("orders")));
        warning.level = Level::Warning;
        assert!(refused(&[warning], &[]).is_empty());
    }
}
