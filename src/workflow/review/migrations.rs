//! Migrations as they are reviewed: each statement with its locks and findings.
//!
//! Must not know the schemas before and after them.

use std::collections::BTreeMap;

use sea_gen_runner::files::read_text;
use sea_gen_runner::lock_file::LockedMigration;
use sea_gen_runner::migration::{self, Migration};

use crate::dialect::{self, Product, Role, Statement};
use crate::lint::script::{self, MISSING_DOWN, ScriptStatement, StatementPlace};
use crate::lint::{Finding, Level, RULES};
use crate::page::review::{LockNote, MigrationReview, ProofState, Remark, StatementReview};
use crate::plan::cost::{Blocks, Cost, Work};

use sea_gen_runner::Direction;

use super::super::{Failure, Workspace, read_statements};

/// The migrations. `base` is what the lock of the base says of them.
pub(super) fn reviewed(
    workspace: &Workspace,
    product: Product,
    migrations: &[Migration],
    base: &[LockedMigration],
) -> Result<Vec<MigrationReview>, Failure> {
    migrations.iter().map(|migration| of_migration(workspace, product, migration, base)).collect()
}

/// A migration. `base` is what the lock of the base says of all of them.
pub(in super::super) fn of_migration(
    workspace: &Workspace,
    product: Product,
    migration: &Migration,
    base: &[LockedMigration],
) -> Result<MigrationReview, Failure> {
    let path = workspace.path_of(product, &migration.id);
    let text = read_text(&path)?;
    let [up_lines, down_lines] = migration::lines(product, &text)?;
    let (up, down) = read_statements::lines(migration);
    let costs = dialect::of(product).costs();
    let mut findings = script::lint(product, costs, &up, &down);
    findings.retain(|it| it.rule != MISSING_DOWN.id || !migration::explains_missing_down(product, &text));
    let of = |direction: Direction, statements: &[Statement], read: &[ScriptStatement], lines: &[usize]| {
        let locks = script::locks(product, costs, read);
        let notes = statements.iter().zip(locks).enumerate();
        notes
            .map(|(at, (statement, locks))| StatementReview {
                sql: statement.sql.clone(),
                line: lines.get(at).copied(),
                note: statement.note.clone(),
                runs: runs(statement),
                locks: lock_notes(locks),
                findings: remarks(&findings, |place| place.direction == direction && place.statement == Some(at)),
            })
            .collect::<Vec<_>>()
    };
    Ok(MigrationReview {
        id: migration.id.to_string(),
        file: workspace.project.shown(&path).display().to_string().replace('\\', "/"),
        edited: base.iter().any(|line| line.id == migration.id),
        proof: proof(workspace, product, migration),
        up: of(Direction::Up, &migration.up, &up, &up_lines),
        down: of(Direction::Down, &migration.down, &down, &down_lines),
        findings: remarks(&findings, |place| place.statement.is_none()),
    })
}

fn proof(workspace: &Workspace, product: Product, migration: &Migration) -> ProofState {
    let lines = workspace.lock.as_ref().map(|lock| lock.migrations(product)).unwrap_or_default();
    let sealed = lines.iter().find(|line| line.id == migration.id && line.checksum == migration.checksum());
    match sealed {
        None => ProofState::Unsealed,
        Some(line) if line.refuted => ProofState::Refuted,
        Some(line) => line
            .proof
            .as_ref()
            .map_or(ProofState::Unproven, |proof| ProofState::Proven(format!("{} {}", proof.engine, proof.version))),
    }
}

/// How a statement runs, if it is not one of a transaction of several.
fn runs(statement: &Statement) -> Option<&'static str> {
    match &statement.role {
        Role::Check(_) => Some("Stops the migration if it finds a row."),
        Role::Batches | Role::BatchesBy(_) => Some("Runs in batches."),
        Role::Rust { .. } => Some("A function of the program runs here."),
        Role::Change if !statement.transactional => Some("Runs outside a transaction."),
        Role::Change if statement.step.is_some() => Some("Begins a transaction of its own."),
        Role::Change => None,
    }
}

fn lock_notes(locks: BTreeMap<String, &'static Cost>) -> Vec<LockNote> {
    let note = |(table, cost): (String, &'static Cost)| LockNote {
        table,
        lock: match (cost.lock, cost.algorithm) {
            (lock, "") => lock.to_owned(),
            ("", algorithm) => format!("ALGORITHM={algorithm}"),
            (lock, algorithm) => format!("ALGORITHM={algorithm}, LOCK={lock}"),
        },
        blocks: match cost.blocks {
            Blocks::Everybody => "reads and writes",
            Blocks::Writers | Blocks::Nobody => "writes",
        },
        time: match cost.work {
            Work::Moment => "for a moment",
            Work::Scan => "while every row is read",
            Work::Build => "while an index is built",
            Work::Rewrite => "while every row is rewritten",
        },
        grows: cost.grows_with_rows(),
    };
    locks.into_iter().map(note).collect()
}

fn remarks(findings: &[Finding<StatementPlace>], is_here: impl Fn(&StatementPlace) -> bool) -> Vec<Remark> {
    let remark = |finding: &Finding<StatementPlace>| {
        let rule = RULES.iter().find(|rule| rule.id == finding.rule);
        Remark {
            rule: finding.rule,
            level: match finding.level {
                Level::Info => "info",
                Level::Warning => "warning",
                Level::Danger => "danger",
            },
            message: finding.message.clone(),
            why: rule.map(|rule| rule.why).unwrap_or_default(),
            suggestion: rule.and_then(|rule| rule.script.as_ref()).map(|it| it.suggestion).unwrap_or_default(),
            allowed: finding.place.silenced.clone(),
        }
    };
    findings.iter().filter(|finding| is_here(&finding.place)).map(remark).collect()
}
