//! Hazards of a migration's file, statement by statement, whoever wrote it: one list of rules.
//!
//! Must not know SQL, any database, or who reads the remarks; what a statement does has been read, and what it costs is told.

mod compatibility;
mod data;
mod destructive;
mod locking;
mod names;
mod silence;
mod transactions;

use std::collections::BTreeSet;

use crate::plan::deed::{Cost, Deed, cost};
use crate::plan::reading::{Clause, Feature, Reading};
use crate::schema::Product;

use super::Level;

pub use silence::Silence;

/// One rule on statements. All there is to know about it stands in one value, and all values stand in [`RULES`].
pub struct Rule {
    /// A short stable name.
    pub code: &'static str,
    /// How bad its remarks are.
    pub level: Level,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that is a hazard.
    pub why: &'static str,
    /// What to do instead.
    pub suggestion: &'static str,
    /// Whether it holds on the way back too.
    pub backwards: bool,
    /// What it says about one statement.
    pub check: fn(&Line, &Context<'_>) -> Option<String>,
}

/// Every rule.
pub const RULES: &[&Rule] = &[
    &destructive::DROP_TABLE,
    &destructive::DROP_COLUMN,
    &destructive::TRUNCATE,
    &destructive::EVERY_ROW,
    &destructive::CASCADE,
    &destructive::DROP_DATABASE,
    &data::NOT_NULL,
    &data::SET_NOT_NULL,
    &data::UNIQUE,
    &data::RETYPE,
    &data::CHECKS_OFF,
    &data::SEED_DATA,
    &data::DROP_CONSTRAINT,
    &locking::BLOCKING_BUILD,
    &locking::BLOCKING_SCAN,
    &locking::BLOCKING_REWRITE,
    &locking::DROP_INDEX,
    &locking::LATE_VALIDATION,
    &locking::ROWS_UNDER_LOCK,
    &locking::MANY_TABLES,
    &locking::LOCK_TIMEOUT,
    &locking::LOCK_TABLE,
    &locking::ALGORITHM,
    &compatibility::RENAME_TABLE,
    &compatibility::RENAME_COLUMN,
    &compatibility::RENAME_VALUE,
    &names::LONG_NAME,
    &names::NAME_STYLE,
    &names::WIDE_INDEX,
    &transactions::NESTING,
    &transactions::CONCURRENTLY,
    &transactions::CONCURRENT_IF_NOT_EXISTS,
    &transactions::NEW_VALUE_USED,
    &transactions::UNREAD,
];

/// What is said of a section without statements.
pub const NO_WAY_BACK: (&str, Level, &str) =
    ("missing-down", Level::Warning, "write what leads back, or say in words why nothing does");

/// What is said of a silence that is none.
pub const BAD_SILENCE: (&str, Level, &str) =
    ("bad-silence", Level::Warning, "write `-- lint: allow <code> <reason>` above the statement");

/// A statement of a file.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was understood of it.
    pub reading: Reading,
    /// Whether it runs in a transaction.
    pub transactional: bool,
    /// Whether a new transaction begins with it.
    pub apart: bool,
    /// What stands above it to silence rules.
    pub silences: Vec<Silence>,
}

impl Line {
    /// A statement with the comment above it, which may silence rules.
    pub fn new(reading: Reading, transactional: bool, apart: bool, comment: Option<&str>) -> Self {
        let silences = comment.unwrap_or_default().lines().filter_map(Silence::read).collect();
        Self { reading, transactional, apart, silences }
    }
}

/// Which way of a migration a statement belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Forward.
    Up,
    /// Back.
    Down,
}

/// Something said about a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The rule's code.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// Which way.
    pub way: Way,
    /// Which statement of that way, from 0; `None` for the section as a whole.
    pub statement: Option<usize>,
    /// What.
    pub message: String,
    /// Why that is a hazard.
    pub why: &'static str,
    /// What to do instead.
    pub suggestion: &'static str,
    /// The reason why it is silenced, if it is.
    pub silenced: Option<String>,
}

/// What is known when a statement is judged.
pub struct Context<'a> {
    /// The database.
    pub product: Product,
    /// What clauses cost on it.
    pub costs: &'static [Cost],
    /// Tables the file has made before: nobody else knows them, and they are empty.
    made: BTreeSet<String>,
    /// Columns of which a check says that they hold no NULL: table, column, the check's name, and whether it was validated.
    proven: Vec<(String, String, String, bool)>,
    /// The statements of the transaction so far.
    earlier: Vec<&'a Line>,
}

impl Context<'_> {
    /// The clauses of a statement on tables that were there before.
    fn old<'l>(&self, line: &'l Line) -> impl Iterator<Item = &'l Clause> {
        let (made, clauses) = (self.made.clone(), &line.reading.clauses);
        clauses.iter().filter(move |clause| !made.contains(&clause.table))
    }

    /// What a clause costs, given what the file has proven before.
    fn cost(&self, clause: &Clause) -> Option<&'static Cost> {
        let is_proven = |(table, column, _, valid): &(String, String, String, bool)| {
            *valid && *table == clause.table && *column == clause.part
        };
        let deed = match clause.deed {
            Deed::SetNotNull if self.proven.iter().any(is_proven) => Deed::SetNotNullProven,
            deed => deed,
        };
        cost(self.costs, deed)
    }

    fn has_statements_on_transaction(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// Takes note of a statement that was judged.
    fn note(&mut self, line: &Line) {
        for clause in &line.reading.clauses {
            match clause.deed {
                Deed::CreateTable => {
                    self.made.insert(clause.table.clone());
                }
                Deed::RenameTable if self.made.contains(&clause.table) => {
                    self.made.insert(clause.part.clone());
                }
                Deed::Validate => {
                    let found = self.proven.iter_mut().filter(|it| it.0 == clause.table && it.2 == clause.part);
                    found.for_each(|it| it.3 = true);
                }
                _ => {}
            }
        }
        for feature in &line.reading.features {
            if let Feature::ProvesNoNull(column, name) = feature
                && let Some(table) = line.reading.clauses.first().map(|clause| clause.table.clone())
            {
                let valid = line.reading.clauses.iter().any(|clause| clause.deed == Deed::AddCheck);
                self.proven.push((table, column.clone(), name.clone(), valid));
            }
        }
    }
}

/// The hazards of a file, up then down, each in the order of its statements.
pub fn lint(product: Product, costs: &'static [Cost], up: &[Line], down: &[Line]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (way, lines) in [(Way::Up, up), (Way::Down, down)] {
        let mut context = Context { product, costs, made: BTreeSet::new(), proven: Vec::new(), earlier: Vec::new() };
        for (at, line) in lines.iter().enumerate() {
            let own = matches!(product, Product::MySql | Product::MariaDb);
            if own || line.apart || !line.transactional || !context.earlier.last().is_none_or(|it| it.transactional) {
                context.earlier.clear();
            }
            let rules = RULES.iter().filter(|rule| way == Way::Up || rule.backwards);
            for rule in rules {
                let Some(message) = (rule.check)(line, &context) else { continue };
                let silenced = line.silences.iter().find(|silence| silence.covers(rule.code));
                remarks.push(Remark {
                    code: rule.code,
                    level: rule.level,
                    way,
                    statement: Some(at),
                    message,
                    why: rule.why,
                    suggestion: rule.suggestion,
                    silenced: silenced.map(|silence| silence.reason.clone()),
                });
            }
            remarks.extend(line.silences.iter().filter_map(|silence| silence.fault()).map(|message| Remark {
                code: BAD_SILENCE.0,
                level: BAD_SILENCE.1,
                way,
                statement: Some(at),
                message,
                why: "a hazard that is silenced without a word is one nobody has thought about",
                suggestion: BAD_SILENCE.2,
                silenced: None,
            }));
            context.note(line);
            context.earlier.push(line);
        }
    }
    if down.is_empty() && !up.is_empty() {
        remarks.push(Remark {
            code: NO_WAY_BACK.0,
            level: NO_WAY_BACK.1,
            way: Way::Down,
            statement: None,
            message: "nothing leads back".to_owned(),
            why: "a migration that turns out wrong cannot be reverted",
            suggestion: NO_WAY_BACK.2,
            silenced: None,
        });
    }
    remarks
}

/// The place of a clause, for messages: `book.title`, `book`.
fn place(clause: &Clause) -> String {
    match (clause.table.as_str(), clause.part.as_str()) {
        (table, "") => table.to_owned(),
        ("", part) => part.to_owned(),
        (table, part) => format!("{table}.{part}"),
    }
}
