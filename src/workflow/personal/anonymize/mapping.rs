//! The new value of each old one: read, made, and judged by the checks of the tables before any row is changed.
//!
//! Must not know how rows are changed.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sea_gen_runner::Error;
use sea_gen_runner::run::goes_on;
use sea_gen_runner::session::{DatabaseError, Session};
use sea_gen_runner::sql::words;

use crate::project::AnonymizeRule;
use crate::schema::{Check, Name, Product, Schema, Table};

use super::columns::{Group, Selection};
use super::sql::Sql;
use super::values::{Maker, is_empty};

/// How many rows of new values are written by one statement.
const ROWS: usize = 500;

/// How often values are made anew that a check of a table refuses.
const ROUNDS: u32 = 20;

/// After how many attempts there is no free value.
const ATTEMPTS: u32 = 2000;

/// An old value and its new one.
struct Value {
    original: String,
    made: String,
    attempt: u32,
}

/// The values of one group.
struct Values<'a> {
    maker: Maker<'a>,
    rule: AnonymizeRule,
    /// By the form in which the old value is in the table of new ones.
    all: BTreeMap<String, Value>,
    /// What no new value may be, in lower case: the old ones, and the new ones of others. The latter with the old value in lower case,
    /// because values that differ in their case only have new ones that do.
    taken: HashMap<String, Option<String>>,
    /// The new ones.
    made: HashSet<String>,
}

impl Values<'_> {
    /// A new value that is free, from this attempt on.
    fn next(&mut self, original: &str, first: u32) -> Option<(String, u32)> {
        if self.rule == AnonymizeRule::Generalise {
            return (first == 0).then(|| (self.maker.generalise(original), 0));
        }
        for attempt in first..first + ATTEMPTS {
            let made = match self.rule {
                AnonymizeRule::Hash => self.maker.hash(original, attempt),
                AnonymizeRule::Fake | AnonymizeRule::Generalise | AnonymizeRule::Null => {
                    self.maker.fake(original, attempt)
                }
            };
            let (folded, owner) = (made.to_lowercase(), original.to_lowercase());
            let is_free = match self.taken.get(&folded) {
                None => true,
                Some(other) => other.as_ref() == Some(&owner) && (self.maker.folds || !self.made.contains(&made)),
            };
            if is_free {
                self.taken.insert(folded, Some(owner));
                self.made.insert(made.clone());
                return Some((made, attempt));
            }
        }
        None
    }
}

/// Makes the new values of all groups, the part of each being its number from 1.
///
/// # Errors
/// The database's refusal; there is no free value, or none that a check admits.
pub(super) async fn write(
    session: &mut Session,
    schema: &Schema,
    selection: &Selection,
    salt: &str,
) -> Result<(), Error> {
    let sql = Sql::of(session.product());
    let mut all: Vec<Option<Values<'_>>> = Vec::new();
    for (group, part) in selection.groups.iter().zip(1..) {
        if group.rule == AnonymizeRule::Null {
            all.push(None);
            continue;
        }
        let values = made(session, sql, group, salt).await?;
        let rows =
            values.all.iter().zip(1..).map(|((source, value), number)| (number, source.clone(), value.made.clone()));
        for rows in rows.collect::<Vec<_>>().chunks(ROWS) {
            goes_on().map_err(unreadable)?;
            session.execute(&sql.insert(part, rows)).await.map_err(unreadable)?;
        }
        all.push(Some(values));
    }
    for table in schema.tables.values() {
        for check in table.checks.values() {
            judge(session, sql, (table, check), selection, &mut all).await?;
        }
    }
    Ok(())
}

fn unreadable(error: DatabaseError) -> Error {
    Error::new("the new values cannot be prepared; no row was changed").because(error)
}

async fn made<'a>(session: &mut Session, sql: Sql, group: &'a Group, salt: &'a str) -> Result<Values<'a>, Error> {
    let maker = maker(sql, group, salt);
    let mut originals = BTreeSet::new();
    for column in &group.columns {
        goes_on().map_err(unreadable)?;
        let rows = session.query(&sql.values(column)).await.map_err(unreadable)?;
        originals.extend(rows.iter().filter_map(|row| row.get(0)).filter(|it| !is_empty(it)).map(str::to_owned));
    }
    let mut values =
        Values { maker, rule: group.rule, all: BTreeMap::new(), taken: HashMap::new(), made: HashSet::new() };
    if group.rule == AnonymizeRule::Generalise {
        // A coarse value tells no more than its new one, which it is.
        originals.retain(|it| maker.generalise(it) != *it);
    } else {
        values.taken.extend(originals.iter().map(|it| (it.to_lowercase(), None)));
    }
    for original in originals {
        let Some((made, attempt)) = values.next(&original, 0) else { return Err(no_room(group)) };
        values.all.insert(sql.source_of(&original), Value { original, made, attempt });
    }
    Ok(values)
}

/// What makes the new values of a group.
pub(super) fn maker<'a>(sql: Sql, group: &'a Group, salt: &'a str) -> Maker<'a> {
    let folds = matches!(sql.product, Product::MySql | Product::MariaDb);
    let Group { kind, class, longest, greatest, .. } = group;
    Maker { kind: *kind, class: *class, salt, longest, greatest, folds }
}

fn no_room(group: &Group) -> Error {
    let columns: Vec<String> = group.columns.iter().map(|(table, column)| format!("`{table}.{column}`")).collect();
    let rule = group.rule;
    Error::new(format!("the rule `{rule}` finds no free value for {}; no row was changed", columns.join(", ")))
        .because("every value that fits is taken by another row")
        .hint("choose another rule under `[personal.rules]`")
}

/// Makes values anew with which rows would break a check.
async fn judge(
    session: &mut Session,
    sql: Sql,
    (table, check): (&Table, &Check),
    selection: &Selection,
    all: &mut [Option<Values<'_>>],
) -> Result<(), Error> {
    let product = session.product();
    let reads = |name: &Name| {
        let mut words = words(product, check.expression.text()).into_iter();
        let is_same = |word: &str| match product {
            Product::Postgres => word == name.as_str(),
            Product::MySql | Product::MariaDb | Product::Sqlite => word.eq_ignore_ascii_case(name.as_str()),
        };
        words.any(|word| word.name().is_some_and(|word| is_same(&word)))
    };
    let (mut parts, mut removed) = (Vec::new(), Vec::new());
    for (group, part) in selection.groups.iter().zip(1..) {
        let own = group.columns.iter().filter(|(owner, name)| *owner == table.name && reads(name));
        match group.rule {
            AnonymizeRule::Null => removed.extend(own.map(|(_, name)| name)),
            AnonymizeRule::Fake | AnonymizeRule::Hash | AnonymizeRule::Generalise => {
                parts.extend(own.map(|(_, name)| (name, part)));
            }
        }
    }
    if parts.is_empty() {
        return Ok(());
    }
    let query = sql.broken(table, check, &parts, &removed);
    for _ in 0..ROUNDS {
        goes_on().map_err(unreadable)?;
        let rows = session.query(&query).await.map_err(unreadable)?;
        let mut again: BTreeSet<(usize, String)> = BTreeSet::new();
        for row in rows.iter() {
            let found = parts.iter().enumerate().find_map(|(at, (_, part))| Some((*part, row.get(at)?.to_owned())));
            again.extend(found);
        }
        if again.is_empty() {
            return Ok(());
        }
        for (part, source) in again {
            let Some(values) = all.get_mut(part - 1).and_then(Option::as_mut) else { continue };
            let Some((original, attempt)) = values.all.get(&source).map(|it| (it.original.clone(), it.attempt)) else {
                continue;
            };
            let Some((made, attempt)) = values.next(&original, attempt + 1) else { break };
            session.execute(&sql.change(part, &source, &made)).await.map_err(unreadable)?;
            values.all.insert(source, Value { original, made, attempt });
        }
    }
    let (name, columns) = (&check.name, parts.iter().map(|(name, _)| format!("`{}.{name}`", table.name)));
    Err(Error::new(format!(
        "the check `{name}` of `{}` refuses the new values of {}; no row was changed",
        table.name,
        columns.collect::<Vec<_>>().join(", ")
    ))
    .because(check.expression.text().to_owned())
    .hint("choose another rule under `[personal.rules]`, or say `none` under `[personal]` if such values say nothing of a person"))
}
