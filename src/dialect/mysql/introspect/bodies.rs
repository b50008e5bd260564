//! The exact bodies of triggers, routines and events. Only `SHOW CREATE` has them: `information_schema` resolves the
//! escapes of strings, which changes the text.
//!
//! Must not know what a body means.

use std::collections::BTreeMap;

use sea_gen_runner::session::{DatabaseError, Rows, Session};
use sea_gen_runner::sql::{Rules, Token, Tokens};

use crate::dialect::catalog::{Scope, Spelling};
use crate::schema::{Name, Product};

use super::super::quote::quote;
use super::super::{Flavor, mode};
use super::Answers;

/// Why an object with a body is unmanaged.
pub(super) const HIDDEN: &str = "the server does not show its text to this user";

/// The kinds of objects with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum BodyKind {
    Trigger,
    Function,
    Procedure,
    Event,
}

impl BodyKind {
    fn keyword(self) -> &'static str {
        match self {
            Self::Trigger => "TRIGGER",
            Self::Function => "FUNCTION",
            Self::Procedure => "PROCEDURE",
            Self::Event => "EVENT",
        }
    }
}

/// The bodies that this user may read.
#[derive(Default)]
pub(super) struct Bodies(BTreeMap<(BodyKind, String), Body>);

struct Body {
    /// The `sql_mode` of its creation.
    mode: String,
    text: String,
    /// The whole statement, and the collation of the connection that created it if that is not this one's.
    verbatim: Option<(Option<String>, Option<String>)>,
}

/// Queries the text of every trigger, routine and event.
pub(super) async fn ask(session: &mut Session, answers: &Answers, scope: &Scope) -> Result<Bodies, DatabaseError> {
    let triggers =
        answers.triggers.iter().filter(|row| !scope.excludes(row.text(0))).map(|row| (BodyKind::Trigger, row.text(1)));
    let routines = answers.routines.iter().filter(|row| row.text(4) == "SQL").map(|row| match row.text(0) {
        "FUNCTION" => (BodyKind::Function, row.text(1)),
        _ => (BodyKind::Procedure, row.text(1)),
    });
    let events = answers.events.iter().map(|row| (BodyKind::Event, row.text(0)));
    let mut found = BTreeMap::new();
    let own = match scope.spelling {
        Spelling::Effective | Spelling::Explicit => Rows::default(),
        Spelling::Verbatim => session.query("SELECT CAST(@@collation_connection AS CHAR)").await?,
    };
    let own = own.first().map(|row| row.text(0).to_owned()).unwrap_or_default();
    for (kind, name) in triggers.chain(routines).chain(events) {
        let sql = format!("SHOW CREATE {} {}", kind.keyword(), quote(&Name::from(name)));
        // A user may execute an object without the right to read its body.
        let Ok(rows) = session.query(&sql).await else { continue };
        let text_at = if kind == BodyKind::Event { 3 } else { 2 };
        let Some((mode, create)) = rows.first().and_then(|row| Some((row.get(1)?, row.get(text_at)?))) else {
            continue;
        };
        let Some(text) = body(kind, mode, create) else { continue };
        let verbatim = (scope.spelling == Spelling::Verbatim).then(|| {
            let connection = rows.first().and_then(|row| row.get(text_at + 2)).filter(|it| *it != own);
            // A script is UTF-8, so only ASCII can be written in another character set.
            let connection = connection.filter(|it| create.is_ascii() || it.starts_with("utf8"));
            (without_definer(kind, mode, create), connection.map(str::to_owned))
        });
        found.insert((kind, name.to_owned()), Body { mode: mode.to_owned(), text: text.to_owned(), verbatim });
    }
    Ok(Bodies(found))
}

impl Bodies {
    /// A definition from its head, which is written for the object's mode, and the body; `None` if the user may not
    /// read the body.
    pub(super) fn definition(
        &self,
        flavor: Flavor,
        kind: BodyKind,
        name: &str,
        head: impl FnOnce(&str) -> String,
    ) -> Option<String> {
        let body = self.0.get(&(kind, name.to_owned()))?;
        let made = || format!("{}{}", head(&body.mode), body.text);
        let (create, connection) = match &body.verbatim {
            None => (made(), None),
            Some((create, connection)) => (create.clone().unwrap_or_else(made), connection.as_deref()),
        };
        Some(mode::over(connection, &mode::under(flavor, &body.mode, &create)))
    }
}

/// The `CREATE` statement without the user who created the object. `None` where it depends on the server's clock or on other
/// triggers.
fn without_definer(kind: BodyKind, mode: &str, create: &str) -> Option<String> {
    let found: Vec<Token<'_>> =
        Tokens::new(Rules::under(Product::MariaDb, mode), create).filter(|token| !token.is_blank()).collect();
    let end = found.iter().position(|token| token.is_any(&["AGGREGATE", kind.keyword()]))?;
    let is_ordered = found.iter().any(|token| token.is_any(&["FOLLOWS", "PRECEDES"]));
    if kind == BodyKind::Event || kind == BodyKind::Trigger && is_ordered {
        return None;
    }
    let (before, rest) = match found.iter().take(end).find(|token| token.is_word("DEFINER")) {
        None => (create, ""),
        Some(definer) => (create.get(..definer.start)?, create.get(found.get(end)?.start..)?),
    };
    Some(format!("{before}{rest}"))
}

/// The body in a `CREATE` statement.
fn body<'a>(kind: BodyKind, mode: &str, create: &'a str) -> Option<&'a str> {
    let mut tokens = Tokens::new(Rules::under(Product::MariaDb, mode), create);
    let start = match kind {
        BodyKind::Trigger => {
            let words = |token: &Token<'_>| !token.is_blank();
            tokens.by_ref().find(|token| token.is_word("EACH"))?;
            let row = tokens.by_ref().find(words)?;
            let mut rest = tokens.clone().filter(words);
            match rest.next() {
                Some(order) if order.is_any(&["FOLLOWS", "PRECEDES"]) => rest.next()?.end(),
                _ => row.end(),
            }
        }
        BodyKind::Event => tokens.find(|token| token.is_word("DO"))?.end(),
        BodyKind::Function | BodyKind::Procedure => {
            let mut depth = 0_i32;
            let is_closed = |token: &Token<'_>| {
                depth += i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'));
                depth == 0 && token.is_symbol(')')
            };
            let parameters = tokens.by_ref().find(is_closed)?;
            let mut depth = 0_i32;
            // The first line of the head ends outside parentheses, and each characteristic is on a separate line.
            let end = tokens.by_ref().find(|token| {
                depth += i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'));
                depth == 0 && token.text.contains('\n')
            });
            let end = end.map_or(parameters.end(), |token| token.start);
            let rest = create.get(end..)?.strip_prefix('\n')?;
            return Some(after_characteristics(rest));
        }
    };
    create.get(start..).map(str::trim_start)
}

fn after_characteristics(mut text: &str) -> &str {
    const LINES: [&str; 8] = [
        "    LANGUAGE ",
        "    NO SQL",
        "    CONTAINS SQL",
        "    READS SQL DATA",
        "    MODIFIES SQL DATA",
        "    DETERMINISTIC",
        "    SQL SECURITY ",
        "    COMMENT ",
    ];
    while LINES.iter().any(|line| text.starts_with(line)) {
        text = text.split_once('\n').map_or("", |(_, rest)| rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_found_behind_its_head() {
        let trigger = "CREATE DEFINER=`each row`@`%` TRIGGER `for each row` BEFORE INSERT ON t FOR /* EACH ROW */ EACH ROW\n FOLLOWS x SET NEW.a = 'it''s'";
        assert_eq!(body(BodyKind::Trigger, "", trigger), Some("SET NEW.a = 'it''s'"));
        let raw = "CREATE TRIGGER `t` BEFORE INSERT ON `\\` FOR EACH ROW SET NEW.a = '\\'";
        assert_eq!(body(BodyKind::Trigger, "NO_BACKSLASH_ESCAPES", raw), Some("SET NEW.a = '\\'"));
        let function = "CREATE DEFINER=`r`@`%` FUNCTION `f`(a enum('\n',')'),\n b int) RETURNS enum('x','(') CHARSET latin1\n    NO SQL\n    DETERMINISTIC\n    COMMENT 'a\\n    COMMENT'\n  RETURN '\n'";
        assert_eq!(body(BodyKind::Function, "", function), Some("  RETURN '\n'"));
        assert_eq!(
            body(BodyKind::Procedure, "", "CREATE PROCEDURE `p`()\nbegin select ';'; end"),
            Some("begin select ';'; end")
        );
        let event = "CREATE DEFINER=`r`@`%` EVENT `do` ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 00:00:00' ON COMPLETION NOT PRESERVE ENABLE COMMENT 'DO it' DO select 'do'";
        assert_eq!(body(BodyKind::Event, "", event), Some("select 'do'"));
    }
}
