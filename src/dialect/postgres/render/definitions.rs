//! Definitions: what the catalog says in its own words, with comments.
//!
//! Must not know what depends on a definition; lowering has detached it.

use sea_gen_runner::sql;

use crate::dialect::{Product, Statement};
use crate::schema::{Change, Definition, DefinitionId, DefinitionKind};

use super::super::partitions;
use super::spelling::target;
use super::{comment, in_place, quote, quote_object};

/// Creates what is defined, with its comment.
pub(super) fn create(definition: &Definition) -> Vec<Statement> {
    let mut statements = vec![Statement::new(definition.create.text())];
    if let (Some(target), Some(text)) = (target(&definition.id), &definition.comment) {
        statements.push(comment(&target, Some(text)));
    }
    statements
}

/// Drops what is defined, in one statement or several. A partition is detached first, because foreign keys to the
/// partitioned table hold it.
pub(super) fn drop(definition: &Definition) -> Vec<Statement> {
    let several = sql::split(Product::Postgres, &definition.drop).unwrap_or_else(|_| vec![definition.drop.clone()]);
    detach(definition).into_iter().chain(several.into_iter().map(Statement::new)).collect()
}

/// Makes a table a partition.
pub(super) fn attach(partition: &Definition) -> Option<Statement> {
    let (parent, name) = (quote_object(partitions::parent(partition)?), quote_object(&partition.id.name));
    let bounds = partitions::bounds(partition)?;
    Some(Statement::new(format!("ALTER TABLE {parent} ATTACH PARTITION {name} {bounds}")))
}

/// Makes a partition a table of its own; nothing where it is no partition.
pub(super) fn detach(partition: &Definition) -> Option<Statement> {
    let (parent, name) = (quote_object(partitions::parent(partition)?), quote_object(&partition.id.name));
    Some(Statement::new(format!("ALTER TABLE {parent} DETACH PARTITION {name}")))
}

/// Changes what is defined in place where it can be, else replaces it.
pub(super) fn alter(change: &Change<Definition>) -> Vec<Statement> {
    let (from, to) = (&change.from, &change.to);
    let Some(mut statements) = in_place::statements(change) else {
        return drop(from).into_iter().chain(create(to)).collect();
    };
    if let Some(target) = target(&to.id).filter(|_| from.comment != to.comment) {
        statements.push(comment(&target, to.comment.as_deref()));
    }
    statements
}

/// The statement that drops what is found by this; empty for what says itself how it is taken back.
pub(super) fn drop_statement(id: &DefinitionId) -> String {
    match (id.kind, &id.on, target(id)) {
        (DefinitionKind::Exclusion, Some(owner), _) => {
            format!("ALTER TABLE {} DROP CONSTRAINT {}", quote_object(owner), quote(&id.name.name))
        }
        (_, _, Some(target)) => format!("DROP {target}"),
        (_, _, None) => String::new(),
    }
}
