//! What one direction of a migration does, as calls of a `SchemaManager`: for one product, and for several that share it.
//!
//! Must not know how calls are laid out.

use sea_gen_runner::migration::{Role, Statement};
use sea_gen_runner::sql;

use super::code::Code;
use super::{column, statement};
use crate::schema::Product;

/// The calls of one direction, in groups that each are one transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Body(pub(super) Vec<Vec<Call>>);

/// A call, with the remark for the reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) note: Option<String>,
    pub(super) action: Action,
}

/// What is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// A method of `SchemaManager` with a statement of sea-query.
    Built(&'static str, Code),
    /// A statement is sent as it is.
    Raw(String),
    /// A query must count no rows; the message names them.
    Check(String, String),
}

impl Body {
    /// What the statements do. `None`: a migration of SeaORM cannot do it as safely.
    pub(super) fn of(product: Product, statements: &[Statement]) -> Option<Self> {
        let mut groups: Vec<Vec<Call>> = Vec::new();
        let mut goes_on = false;
        for statement in statements {
            let action = match &statement.role {
                Role::Change => change(product, &statement.sql)?,
                Role::Check(message) => check(product, &statement.sql, message)?,
                Role::Batches | Role::BatchesBy(_) | Role::Rust { .. } => return None,
            };
            let call = Call { note: statement.note.clone(), action };
            let joins = goes_on && statement.transactional && statement.step.is_none();
            match groups.last_mut().filter(|_| joins) {
                Some(group) => group.push(call),
                None => groups.push(vec![call]),
            }
            goes_on = statement.transactional;
        }
        Some(Self(groups))
    }

    /// The body for the products of both, if their calls are the same.
    pub(super) fn merged(&self, other: &Self) -> Option<Self> {
        let groups = self.0.iter().zip(&other.0).map(|(own, others)| group_merged(own, others));
        (self.0.len() == other.0.len()).then(|| groups.collect::<Option<_>>().map(Self))?
    }
}

fn group_merged(own: &[Call], others: &[Call]) -> Option<Vec<Call>> {
    let merged = |(own, other): (&Call, &Call)| {
        let action = match (&own.action, &other.action) {
            (Action::Built(method, code), Action::Built(others, other)) if method == others => {
                let merged = code.merged(other)?;
                merged.resolved(&column::with_type)?;
                Action::Built(method, merged)
            }
            (own, other) => (own == other).then(|| own.clone())?,
        };
        Some(Call { note: own.note.clone(), action })
    };
    (own.len() == others.len()).then(|| own.iter().zip(others).map(merged).collect())?
}

fn change(product: Product, sql: &str) -> Option<Action> {
    if needs_session(product, sql) {
        return None;
    }
    let built = statement::call(product, sql).filter(|(_, code)| code.resolved(&column::with_type).is_some());
    Some(match built {
        Some((method, code)) => Action::Built(method, code),
        None => Action::Raw(sql.to_owned()),
    })
}

/// Whether a statement is for its session: a pool gives the next statement another one. So a table of SQLite is made anew, without
/// foreign keys.
fn needs_session(product: Product, sql: &str) -> bool {
    let words = sql::words(product, sql);
    let begins = |listed: &[&str]| words.first().is_some_and(|word| word.is_any(listed));
    let is_temporary = words.get(1).is_some_and(|word| word.is_any(&["TEMPORARY", "TEMP"]));
    begins(&[
        "PRAGMA",
        "SET",
        "RESET",
        "USE",
        "LOCK",
        "UNLOCK",
        "PREPARE",
        "ATTACH",
        "BEGIN",
        "START",
        "COMMIT",
        "ROLLBACK",
        "SAVEPOINT",
    ]) || begins(&["CREATE"]) && is_temporary
}

/// A query that counts rows; what others return has no one type in SeaORM.
fn check(product: Product, sql: &str, message: &str) -> Option<Action> {
    let words = sql::words(product, sql);
    let counts = words.first()?.is_word("SELECT") && words.get(1)?.is_word("count") && words.get(2)?.is_symbol('(');
    counts.then(|| Action::Check(sql.to_owned(), message.to_owned()))
}
