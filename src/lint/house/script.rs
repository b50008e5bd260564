//! The rules on names and steps, judged on the statements of a migration file.
//!
//! Must not know SQL; statements are already parsed.

use std::collections::BTreeSet;

use sea_gen_runner::Direction;
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::reading::{Clause, Feature, Reading};

use crate::lint::script::{ScriptStatement, StatementPlace};
use crate::plan::{NameKind, NameParts};

use super::objects::{part_message, style_message, word_message};
use super::steps::{Step, of_clause};
use super::{Finding, HouseRules, NAME_PATTERN, RESERVED_WORD, STEP_RULE};

/// The findings about the up statements of a file. The way back restores names and drops what was created: it is not judged.
pub fn script(rules: &HouseRules, up: &[ScriptStatement]) -> Vec<Finding<StatementPlace>> {
    let implied = Implied::of(up);
    let mut findings = Vec::new();
    for (at, line) in up.iter().enumerate() {
        let found = names(rules, &line.reading, &implied).into_iter().chain(steps(rules, &line.reading, &implied));
        let is_allowed = |it: &Named| rules.allow.iter().any(|allow| allow.covers_any(it.rule, || it.place.clone()));
        findings.extend(found.filter(|it| !is_allowed(it)).map(|Finding { rule, level, message, stake, .. }| {
            let silenced = line.silences.iter().find(|silence| silence.rule == rule && !silence.reason.is_empty());
            let silenced = silenced.map(|silence| silence.reason.clone());
            let place = StatementPlace { direction: Direction::Up, statement: Some(at), silenced };
            Finding { rule, level, place, message, stake }
        }));
    }
    findings
}

/// A finding with the names of its object, the most exact first.
type Named = Finding<Vec<String>>;

/// What is created again, or by the server: its name is not a choice of this file.
struct Implied {
    /// Tables that take the names of others in a rebuild.
    copies: BTreeSet<String>,
    /// Tables that are rebuilt.
    rebuilt: BTreeSet<String>,
    /// Foreign keys. MySQL and MariaDB have an index of the same name for each.
    foreign_keys: BTreeSet<String>,
}

impl Implied {
    fn of(up: &[ScriptStatement]) -> Self {
        let clauses = || up.iter().flat_map(|line| &line.reading.clauses);
        let of_kind = |kind: ClauseKind| clauses().filter(move |clause| clause.kind == kind);
        let is_copy = |clause: &&Clause| {
            of_kind(ClauseKind::CreateTable).any(|it| it.table == clause.table)
                && of_kind(ClauseKind::DropTable).any(|it| it.table == clause.part)
        };
        let renames = of_kind(ClauseKind::RenameTable).filter(is_copy);
        let (copies, rebuilt) = renames.map(|clause| (clause.table.clone(), clause.part.clone())).unzip();
        let foreign_key = |feature: &Feature| match feature {
            Feature::Names { kind: ClauseKind::AddForeignKey, name, .. } => Some(name.clone()),
            _ => None,
        };
        let foreign_keys = up.iter().flat_map(|line| &line.reading.features).filter_map(foreign_key).collect();
        Self { copies, rebuilt, foreign_keys }
    }

    /// Whether a part of a table is created again, or by the server.
    fn names(&self, kind: NameKind, table: &str, name: &str) -> bool {
        let is_of_key = kind == NameKind::Index && self.foreign_keys.contains(name);
        self.copies.contains(table) || self.rebuilt.contains(table) || is_of_key
    }

    /// Whether a clause is a part of a rebuild, and no step by itself.
    fn covers(&self, clause: &Clause) -> bool {
        let is_step = matches!(clause.kind, ClauseKind::DropTable | ClauseKind::RenameTable | ClauseKind::CreateTable);
        self.copies.contains(&clause.table) || is_step && self.rebuilt.contains(&clause.table)
    }
}

fn names(rules: &HouseRules, reading: &Reading, implied: &Implied) -> Vec<Named> {
    let mut findings = Vec::new();
    let mut object = |table: &str, column: Option<&str>| {
        let (noun, styles, name) = match column {
            Some(column) => ("column", &rules.column_styles, column),
            None => ("table", &rules.table_styles, bare(table)),
        };
        let place = || objects(table, column.unwrap_or_default());
        findings.extend(style_message(styles, noun, name).map(|it| NAME_PATTERN.finding(place(), it)));
        findings.extend(word_message(rules, noun, name).map(|it| RESERVED_WORD.finding(place(), it)));
    };
    for clause in reading.clauses.iter().filter(|clause| !implied.covers(clause)) {
        match clause.kind {
            ClauseKind::CreateTable => {
                object(&clause.table, None);
                let inside = reading.columns().filter(|column| column.table == clause.table);
                inside.for_each(|column| object(&clause.table, Some(&column.name)));
            }
            ClauseKind::RenameTable => object(&clause.part, None),
            ClauseKind::AddColumn
            | ClauseKind::AddColumnFilled
            | ClauseKind::AddColumnStored
            | ClauseKind::AddColumnVirtual
            | ClauseKind::AddColumnNumbered => object(&clause.table, Some(&clause.part)),
            _ => {}
        }
    }
    reading.renamed_columns().for_each(|(table, _, new)| object(table, Some(new)));
    let mut features = reading.features.iter().peekable();
    while let Some(feature) = features.next() {
        let Feature::Names { kind, table, name } = feature else { continue };
        let Some(kind) = name_kind(*kind).filter(|kind| !implied.names(*kind, table, name)) else { continue };
        let of = match kind {
            NameKind::Check => Some(NameParts::new(bare(table), [])),
            _ => features.peek().and_then(|next| name_parts(next)),
        };
        let message = of.and_then(|of| part_message(rules, kind, &of, bare(name)));
        findings.extend(message.map(|it| NAME_PATTERN.finding(objects(table, bare(name)), it)));
    }
    findings
}

/// The names of a part of a table, the most exact first; of the table, without one.
fn objects(table: &str, part: &str) -> Vec<String> {
    let inside = (!part.is_empty()).then(|| format!("{table}.{part}"));
    inside.into_iter().chain([table.to_owned()]).collect()
}

/// A name without its schema.
fn bare(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, bare)| bare)
}

fn name_kind(kind: ClauseKind) -> Option<NameKind> {
    Some(match kind {
        ClauseKind::CreateIndex => NameKind::Index,
        ClauseKind::AddsUniqueness | ClauseKind::AddUnique => NameKind::Unique,
        ClauseKind::AddForeignKey => NameKind::ForeignKey,
        ClauseKind::AddPrimaryKey => NameKind::PrimaryKey,
        ClauseKind::AddCheck => NameKind::Check,
        _ => return None,
    })
}

fn name_parts(feature: &Feature) -> Option<NameParts<'_>> {
    match feature {
        Feature::Key { table, columns } => {
            // An expression has no name of its own.
            let columns = columns.iter().map(|it| if it.is_empty() { "expr" } else { it.as_str() }).collect();
            Some(NameParts { table: bare(table), columns, ..NameParts::default() })
        }
        Feature::Reference(key) => Some(NameParts {
            table: bare(&key.table),
            columns: key.columns.iter().map(String::as_str).collect(),
            target: bare(&key.references),
            target_columns: key.referenced.iter().map(String::as_str).collect(),
        }),
        _ => None,
    }
}

fn steps(rules: &HouseRules, reading: &Reading, implied: &Implied) -> Vec<Named> {
    let clauses = reading.clauses.iter().filter(|clause| !implied.covers(clause));
    let of_clauses = clauses.filter_map(of_clause);
    let steps: Vec<Step<'_>> = of_clauses.chain(reading.features.iter().filter_map(super::steps::of_feature)).collect();
    let of_rule = |rule| {
        let found = steps.iter().filter(move |step| step.is_of(rule));
        found.map(move |step| Finding {
            level: rule.level,
            ..STEP_RULE.finding(objects(step.table, step.part), step.message(rule))
        })
    };
    rules.steps.iter().flat_map(of_rule).collect()
}
