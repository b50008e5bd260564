//! Hazards of a migration file, statement by statement, generated or not: one list of rules.
//!
//! Must not know SQL, any database, or how findings are reported; statements are already parsed, and their costs are
//! looked up.

mod compatibility;
mod data;
mod destructive;
mod locking;
mod names;
mod references;
mod silence;
mod transactions;

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::Direction;
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Feature, Reading};

use crate::plan::cost::{Cost, cost};
use crate::schema::Product;

use super::Level;

pub use silence::{MISSING_DOWN, Silence};

/// A rule on statements. Each rule is one value in [`RULES`].
pub struct ScriptRule {
    /// A short stable name.
    pub code: &'static str,
    /// The level of its findings.
    pub level: Level,
    /// What it finds, in one sentence.
    pub summary: &'static str,
    /// Why that is a hazard.
    pub why: &'static str,
    /// What to do instead.
    pub suggestion: &'static str,
    /// Whether it applies to `down` too.
    pub backwards: bool,
    /// Statements that it reports and statements that it does not, on one product.
    pub example: Example,
    /// Its findings about one statement.
    pub check: fn(&ScriptStatement, &Context<'_>) -> Option<String>,
}

/// A statement that the rule reports, and a safe alternative.
pub struct Example {
    /// The database.
    pub product: Product,
    /// An up script that the rule reports.
    pub bad: &'static str,
    /// An up script that it does not report.
    pub good: &'static str,
}

/// An example on PostgreSQL.
const fn example(bad: &'static str, good: &'static str) -> Example {
    Example { product: Product::Postgres, bad, good }
}

impl ScriptRule {
    fn remark(&self, direction: Direction, statement: Option<usize>, message: String) -> ScriptFinding {
        let Self { code, level, why, suggestion, .. } = *self;
        ScriptFinding { code, level, direction, statement, message, why, suggestion, silenced: None }
    }
}

/// The rules on statements whose blocking time grows with the number of rows.
pub const BLOCKING: [&str; 3] =
    [locking::BLOCKING_BUILD.code, locking::BLOCKING_SCAN.code, locking::BLOCKING_REWRITE.code];

/// Every rule.
pub const RULES: &[&ScriptRule] = &[
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
    &references::UNINDEXED_REFERENCE,
    &references::REFERENCE_TYPE,
    &references::MADE_ANEW,
    &transactions::UNREAD,
    &silence::MISSING_DOWN,
    &silence::BAD_SILENCE,
];

/// A statement of a file.
#[derive(Clone, Debug)]
pub struct ScriptStatement {
    /// Its parsed content.
    pub reading: Reading,
    /// Whether it runs in a transaction.
    pub transactional: bool,
    /// Whether a new transaction begins with it.
    pub apart: bool,
    /// The comments above it that silence rules.
    pub silences: Vec<Silence>,
}

impl ScriptStatement {
    /// A statement with the comment above it, which may silence rules.
    pub fn new(reading: Reading, transactional: bool, apart: bool, comment: Option<&str>) -> Self {
        let silences = comment.unwrap_or_default().lines().filter_map(Silence::read).collect();
        Self { reading, transactional, apart, silences }
    }
}

/// A finding about a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptFinding {
    /// The rule's code.
    pub code: &'static str,
    /// Its level.
    pub level: Level,
    /// The direction.
    pub direction: Direction,
    /// The statement's index in its direction; `None` for the whole section.
    pub statement: Option<usize>,
    /// The message.
    pub message: String,
    /// Why that is a hazard.
    pub why: &'static str,
    /// What to do instead.
    pub suggestion: &'static str,
    /// The reason why it is silenced, if it is.
    pub silenced: Option<String>,
}

/// The context of a statement.
pub struct Context<'a> {
    /// The database.
    pub product: Product,
    /// The costs of clauses on it.
    pub costs: &'static [Cost],
    /// All statements of this direction.
    all: &'a [ScriptStatement],
    /// The names of tables before this section of the file, by their current names.
    renamed: BTreeMap<String, String>,
    /// Tables that the file created before: no other session uses them, and they are empty.
    made: BTreeSet<String>,
    /// Columns with a check that they are not NULL: table, column, the check's name, and whether it was validated.
    proven: Vec<(String, String, String, bool)>,
    /// The statements of the transaction so far.
    earlier: Vec<&'a ScriptStatement>,
}

impl Context<'_> {
    /// The clauses of a statement on tables that existed before.
    fn old<'l>(&self, line: &'l ScriptStatement) -> impl Iterator<Item = &'l Clause> {
        let (made, clauses) = (self.made.clone(), &line.reading.clauses);
        clauses.iter().filter(move |clause| !made.contains(&clause.table))
    }

    /// Whether a table is only rebuilt with its rows: another table that was filled from it takes its name.
    fn is_rebuilt(&self, table: &str) -> bool {
        let clauses = || self.all.iter().flat_map(|line| &line.reading.clauses);
        clauses().filter(|clause| clause.kind == ClauseKind::RenameTable && clause.part == table).any(|clause| {
            self.made.contains(&clause.table)
                && self.all.iter().any(|line| {
                    let is_copy = |it: &Feature| matches!(it, Feature::Copies { from, .. } if from == table);
                    line.reading.features.iter().any(is_copy)
                        && line
                            .reading
                            .clauses
                            .iter()
                            .any(|it| it.kind == ClauseKind::Insert && it.table == clause.table)
                })
        })
    }

    /// The name of a table before this section of the file.
    fn first_name<'t>(&'t self, table: &'t str) -> &'t str {
        self.renamed.get(table).map_or(table, String::as_str)
    }

    /// The cost of a clause, given the validated checks of the file.
    fn cost(&self, clause: &Clause) -> Option<&'static Cost> {
        let is_proven = |(table, column, _, valid): &(String, String, String, bool)| {
            *valid && *table == clause.table && *column == clause.part
        };
        let kind = match clause.kind {
            ClauseKind::SetNotNull if self.proven.iter().any(is_proven) => ClauseKind::SetNotNullProven,
            kind => kind,
        };
        cost(self.costs, kind)
    }

    fn has_statements_on_transaction(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// Records a judged statement.
    fn note(&mut self, line: &ScriptStatement) {
        for clause in &line.reading.clauses {
            match clause.kind {
                ClauseKind::CreateTable => {
                    self.made.insert(clause.table.clone());
                }
                ClauseKind::RenameTable if self.made.contains(&clause.table) => {
                    self.made.insert(clause.part.clone());
                }
                ClauseKind::RenameTable => {
                    let first = self.first_name(&clause.table).to_owned();
                    self.renamed.insert(clause.part.clone(), first);
                }
                ClauseKind::Validate => {
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
                let valid = line.reading.clauses.iter().any(|clause| clause.kind == ClauseKind::AddCheck);
                self.proven.push((table, column.clone(), name.clone(), valid));
            }
        }
    }
}

/// The hazards of a file, up then down, each in the order of its statements.
pub fn lint(
    product: Product,
    costs: &'static [Cost],
    up: &[ScriptStatement],
    down: &[ScriptStatement],
) -> Vec<ScriptFinding> {
    let mut remarks = Vec::new();
    for (direction, lines) in [(Direction::Up, up), (Direction::Down, down)] {
        let mut context = Context {
            product,
            costs,
            all: lines,
            renamed: BTreeMap::new(),
            made: BTreeSet::new(),
            proven: Vec::new(),
            earlier: Vec::new(),
        };
        for (at, line) in lines.iter().enumerate() {
            let own = matches!(product, Product::MySql | Product::MariaDb);
            if own || line.apart || !line.transactional || !context.earlier.last().is_none_or(|it| it.transactional) {
                context.earlier.clear();
            }
            let rules = RULES.iter().filter(|rule| direction == Direction::Up || rule.backwards);
            for rule in rules {
                let Some(message) = (rule.check)(line, &context) else { continue };
                let silenced = line.silences.iter().find(|silence| silence.covers(rule.code));
                remarks.push(ScriptFinding {
                    silenced: silenced.map(|silence| silence.reason.clone()),
                    ..rule.remark(direction, Some(at), message)
                });
            }
            let faults = line.silences.iter().filter_map(|silence| silence.fault());
            remarks.extend(faults.map(|message| silence::BAD_SILENCE.remark(direction, Some(at), message)));
            context.note(line);
            context.earlier.push(line);
        }
    }
    if down.is_empty() && !up.is_empty() {
        remarks.push(silence::MISSING_DOWN.remark(Direction::Down, None, "nothing leads back".to_owned()));
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
