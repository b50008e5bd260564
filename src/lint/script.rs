//! Hazards of a migration file, statement by statement, generated or not: one list of rules.
//!
//! Must not know SQL, any database, or how findings are reported; statements are already parsed, and their costs are
//! looked up.

pub(super) mod compatibility;
pub(super) mod data;
pub(super) mod destructive;
pub(super) mod locking;
pub(super) mod names;
pub(super) mod references;
pub(super) mod silence;
pub(super) mod transactions;

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::Direction;
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Feature, Reading};

use crate::plan::cast::Stake;
use crate::plan::cost::{Cost, cost};
use crate::schema::Product;

use super::{Finding, Level, RULES, Rule};

pub use silence::{MISSING_DOWN, Silence, silenced_above};

/// How a rule judges the statements of a script.
pub struct ScriptCheck {
    /// The level of its findings.
    pub level: Level,
    /// What to do instead.
    pub suggestion: &'static str,
    /// Whether it applies to `down` too.
    pub backwards: bool,
    /// Statements that it reports and statements that it does not, on one product.
    pub example: Example,
    /// The message about one statement, if it is a hazard.
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

/// The rules on statements whose blocking time grows with the number of rows.
pub const BLOCKING: [&str; 3] = [locking::BLOCKING_BUILD.id, locking::BLOCKING_SCAN.id, locking::BLOCKING_REWRITE.id];

/// The rules that judge scripts, each with how.
pub fn rules() -> impl Iterator<Item = (&'static Rule, &'static ScriptCheck)> {
    RULES.iter().filter_map(|rule| Some((*rule, rule.script.as_ref()?)))
}

/// A statement of a file.
#[derive(Clone, Debug)]
pub struct ScriptStatement {
    /// Its parsed content.
    pub reading: Reading,
    /// Whether it runs in a transaction.
    pub transactional: bool,
    /// Whether a new transaction begins with it.
    pub apart: bool,
    /// Whether the runner could not tell after a crash whether it was done.
    pub undecidable: bool,
    /// The comments above it that silence rules.
    pub silences: Vec<Silence>,
}

impl ScriptStatement {
    /// A statement with the comment above it, which may silence rules.
    pub fn new(reading: Reading, transactional: bool, apart: bool, comment: Option<&str>) -> Self {
        let silences = comment.unwrap_or_default().lines().filter_map(Silence::read).collect();
        Self { reading, transactional, apart, undecidable: false, silences }
    }
}

/// The place of a finding in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementPlace {
    /// The direction.
    pub direction: Direction,
    /// The statement's index in its direction; `None` for the whole section.
    pub statement: Option<usize>,
    /// The reason why a comment there silences the finding, if one does.
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

impl<'a> Context<'a> {
    fn new(product: Product, costs: &'static [Cost], all: &'a [ScriptStatement]) -> Self {
        let (renamed, made, proven, earlier) = Default::default();
        Self { product, costs, all, renamed, made, proven, earlier }
    }
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

/// What each statement of a direction locks of tables that existed before: the strongest lock on each, by the name of the table. Empty
/// for a statement whose author has the server refuse what would block others.
pub fn locks(
    product: Product,
    costs: &'static [Cost],
    statements: &[ScriptStatement],
) -> Vec<BTreeMap<String, &'static Cost>> {
    let mut context = Context::new(product, costs, statements);
    let mut of_each = Vec::new();
    for line in statements {
        let mut strongest: BTreeMap<String, &'static Cost> = BTreeMap::new();
        if !line.reading.has(&Feature::Online) {
            let own = locking::locking(line, &context).map(|(clause, cost)| {
                let table = if clause.table.is_empty() { &clause.part } else { &clause.table };
                (table.clone(), cost)
            });
            for (table, cost) in own.chain(locking::of_referenced(line, &context)) {
                let known = strongest.entry(table).or_insert(cost);
                if (cost.blocks, cost.work) > (known.blocks, known.work) {
                    *known = cost;
                }
            }
        }
        of_each.push(strongest);
        context.note(line);
    }
    of_each
}

/// The hazards of a file, up then down, each in the order of its statements.
pub fn lint(
    product: Product,
    costs: &'static [Cost],
    up: &[ScriptStatement],
    down: &[ScriptStatement],
) -> Vec<Finding<StatementPlace>> {
    let mut findings = Vec::new();
    for (direction, lines) in [(Direction::Up, up), (Direction::Down, down)] {
        let mut context = Context::new(product, costs, lines);
        for (at, line) in lines.iter().enumerate() {
            let own = matches!(product, Product::MySql | Product::MariaDb);
            if own || line.apart || !line.transactional || !context.earlier.last().is_none_or(|it| it.transactional) {
                context.earlier.clear();
            }
            let rules = rules().filter(|(_, script)| direction == Direction::Up || script.backwards);
            for (rule, script) in rules {
                let Some(message) = (script.check)(line, &context) else { continue };
                let silence = line.silences.iter().find(|silence| silence.covers(rule.id));
                let silenced = silence.map(|silence| silence.reason.clone());
                findings.extend(finding(rule, StatementPlace { direction, statement: Some(at), silenced }, message));
            }
            for message in line.silences.iter().filter_map(Silence::fault) {
                let place = StatementPlace { direction, statement: Some(at), silenced: None };
                findings.extend(finding(&silence::BAD_SILENCE, place, message));
            }
            context.note(line);
            context.earlier.push(line);
        }
    }
    if down.is_empty() && !up.is_empty() {
        let place = StatementPlace { direction: Direction::Down, statement: None, silenced: None };
        findings.extend(finding(&silence::MISSING_DOWN, place, "nothing leads back".to_owned()));
    }
    findings
}

fn finding(rule: &Rule, place: StatementPlace, message: String) -> Option<Finding<StatementPlace>> {
    let level = rule.script.as_ref()?.level;
    Some(Finding { rule: rule.id, level, place, message, stake: Stake::Nothing })
}

/// The place of a clause, for messages: `book.title`, `book`.
fn place(clause: &Clause) -> String {
    match (clause.table.as_str(), clause.part.as_str()) {
        (table, "") => table.to_owned(),
        ("", part) => part.to_owned(),
        (table, part) => format!("{table}.{part}"),
    }
}
