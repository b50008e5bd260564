//! Questions about one column and one operation.
//!
//! Must not know the plan they stand in.

use crate::plan::{Alter, Object, Op};
use crate::schema::{
    Change, Check, Column, DefaultValue, Expression, Index, IndexTarget, Name, ObjectName, RowValue, Table,
};

use super::super::{names, words};

/// Whether the column can only be dropped and created: it becomes generated, or is computed another way. A stored one
/// that stops being generated keeps its values.
pub(super) fn is_made_anew(change: &Change<Column>) -> bool {
    let (from, to) = (&change.from.generated, &change.to.generated);
    match (from, to) {
        (None, None) => false,
        (Some(from), None) => !from.stored,
        (_, Some(_)) => from != to || change.from.data_type != change.to.data_type,
    }
}

/// Whether the change is one PostgreSQL refuses while other things depend on the column.
pub(in crate::dialect::postgres) fn disturbs(change: &Change<Column>) -> bool {
    change.from.data_type != change.to.data_type || change.from.collation != change.to.collation || is_made_anew(change)
}

/// The name PostgreSQL gives the sequence behind a numbered column.
pub(super) fn default_sequence(table: &ObjectName, column: &Column) -> ObjectName {
    ObjectName { schema: table.schema.clone(), name: names::sequence_of(table, &column.name) }
}

/// Whether an operation's SQL would hold the string, as a default, a check, a predicate or a body.
pub(super) fn uses_string(op: &Op, value: &str) -> bool {
    match op {
        Op::Create(object) => object_uses(object, value),
        Op::Alter(Alter::Column(_, change)) => column_uses(&change.to, value),
        Op::Alter(Alter::Routine(change)) => words::has_string(change.to.definition.text(), value),
        Op::Alter(Alter::Definition(change)) => words::has_string(change.to.create.text(), value),
        Op::Alter(Alter::Rows(change)) => change
            .rows
            .to
            .iter()
            .flat_map(|rows| &rows.rows)
            .any(|row| row.values().any(|it| matches!(it, RowValue::Text(text) if text == value))),
        Op::Alter(Alter::PrimaryKey(..) | Alter::Comment(..) | Alter::Options(..) | Alter::Enum(_))
        | Op::Drop(_)
        | Op::Rename(_) => false,
    }
}

fn object_uses(object: &Object, value: &str) -> bool {
    let holds = |expression: &Expression| words::has_string(expression.text(), value);
    match object {
        Object::Table(table) => table_uses(table, value),
        Object::Column(_, column) => column_uses(column, value),
        Object::Check(_, check) => holds(&check.expression),
        Object::Index(_, index) => index_expressions(index).any(holds),
        Object::Trigger(_, trigger) => holds(&trigger.definition),
        Object::View(view) => holds(&view.query),
        Object::Routine(routine) => holds(&routine.definition),
        Object::Definition(definition) => holds(&definition.create),
        Object::PrimaryKey(..) | Object::Unique(..) | Object::ForeignKey(..) | Object::Enum(_) => false,
    }
}

fn table_uses(table: &Table, value: &str) -> bool {
    let holds = |expression: &Expression| words::has_string(expression.text(), value);
    table.columns.values().any(|column| column_uses(column, value))
        || table.checks.values().any(|check| holds(&check.expression))
        || table.indexes.values().flat_map(index_expressions).any(holds)
        || table.triggers.values().any(|trigger| holds(&trigger.definition))
}

fn column_uses(column: &Column, value: &str) -> bool {
    let default = match &column.default {
        Some(DefaultValue::Expression(expression)) => {
            let text = expression.text();
            // The default may be an array of values.
            words::has_string(text, value) || (text.contains('{') && text.contains(value))
        }
        Some(DefaultValue::Literal(_)) | None => false,
    };
    let generated = column.generated.iter().any(|generated| words::has_string(generated.expression.text(), value));
    default || generated
}

/// The expressions of an index.
pub(super) fn index_expressions(index: &Index) -> impl Iterator<Item = &Expression> {
    let parts = index.parts.iter().filter_map(|part| match &part.target {
        IndexTarget::Expression(expression) => Some(expression),
        IndexTarget::Column(_) => None,
    });
    parts.chain(&index.predicate)
}

/// Whether an index depends on the column in any way.
pub(in crate::dialect::postgres) fn index_uses(index: &Index, column: &Name) -> bool {
    let plain = index.parts.iter().any(|part| matches!(&part.target, IndexTarget::Column(name) if name == column));
    plain || index.include.contains(column) || index_mentions(index, column)
}

/// Whether an expression of an index names the column.
pub(in crate::dialect::postgres) fn index_mentions(index: &Index, column: &Name) -> bool {
    index_expressions(index).any(|expression| words::mentions(expression.text(), column.as_str()))
}

/// Whether a check names the column.
pub(super) fn check_mentions(check: &Check, column: &Name) -> bool {
    words::mentions(check.expression.text(), column.as_str())
}
