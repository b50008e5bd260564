//! Rendering: one step in SQL, over as many lines as read well.
//!
//! Must not know why a step was taken or what came before it.

use crate::dialect::rows::RowStep;
use crate::dialect::{Product, Statement, Step, Unsupported, rows};
use crate::plan::{Alter, Object, Op, Rename};

use super::ddl::{column_definition, create_index, create_table_whole, create_view, object, quote};
use super::rebuild;

pub(super) fn render(step: &Step) -> Result<Vec<Statement>, Unsupported> {
    match step {
        Step::Direct(op) => direct(op),
        Step::Rows(rows) => Ok(rows::statements(&super::Sqlite, rows)),
        Step::Rebuild(step) => Ok(rebuild::statements(step)),
        Step::Repartition(it) => Err(foreign(crate::schema::Place::table(&it.to.name))),
        // Nobody owns anything here.
        Step::Keep(_) | Step::GiveBack => Ok(Vec::new()),
        Step::Apart(op) => Err(foreign(op.place())),
        Step::Validate(table, _) => Err(foreign(crate::schema::Place::table(table))),
        Step::Attach(op) => Err(foreign(op.place())),
        Step::Together(table, _) | Step::Online(table, ..) => Err(foreign(crate::schema::Place::table(table))),
        Step::AttachPartition(it) | Step::DetachPartition(it) => {
            Err(foreign(crate::schema::Place::Definition(it.id.clone())))
        }
        Step::SwapEnum(change, ..) => Err(foreign(crate::schema::Place::Enum(change.to.name.clone()))),
    }
}

/// A step that lowering for SQLite does not produce.
fn foreign(place: crate::schema::Place) -> Unsupported {
    Unsupported {
        product: Product::Sqlite,
        place,
        reason: "the step was made for another database".to_owned(),
        hint: "lower the plan with the dialect that renders it".to_owned(),
    }
}

fn direct(op: &Op) -> Result<Vec<Statement>, Unsupported> {
    let one = |sql: String| Ok(vec![Statement::new(sql)]);
    match op {
        Op::Alter(Alter::Rows(change)) => Ok(rows::statements(&super::Sqlite, &RowStep::Reference(change.clone()))),
        Op::Create(Object::Table(table)) => Ok(create_table_whole(table)),
        Op::Create(Object::Column(table, column)) => {
            one(format!("ALTER TABLE {} ADD COLUMN {}", object(table), column_definition(column, None)))
        }
        Op::Create(Object::Index(table, index)) => one(create_index(table, index, index.wording.text())),
        Op::Create(Object::Trigger(_, trigger)) => one(trigger.definition.text().to_owned()),
        Op::Create(Object::View(view)) => Ok(create_view(view)),
        Op::Drop(Object::Table(table)) => one(format!("DROP TABLE {}", object(&table.name))),
        Op::Drop(Object::Column(table, column)) => {
            one(format!("ALTER TABLE {} DROP COLUMN {}", object(table), quote(&column.name)))
        }
        Op::Drop(Object::Index(_, index)) => one(format!("DROP INDEX {}", quote(&index.name))),
        Op::Drop(Object::Trigger(_, trigger)) => one(format!("DROP TRIGGER {}", quote(&trigger.name))),
        Op::Drop(Object::View(view)) => one(format!("DROP VIEW {}", object(&view.name))),
        Op::Rename(Rename::Table(change)) => {
            one(format!("ALTER TABLE {} RENAME TO {}", object(&change.from), quote(&change.to.name)))
        }
        Op::Rename(Rename::Column(table, change)) => {
            let (from, to) = (quote(&change.from), quote(&change.to));
            one(format!("ALTER TABLE {} RENAME COLUMN {from} TO {to}", object(table)))
        }
        Op::Create(
            Object::PrimaryKey(..)
            | Object::Unique(..)
            | Object::ForeignKey(..)
            | Object::Check(..)
            | Object::Enum(_)
            | Object::Routine(_)
            | Object::Definition(_),
        )
        | Op::Drop(
            Object::PrimaryKey(..)
            | Object::Unique(..)
            | Object::ForeignKey(..)
            | Object::Check(..)
            | Object::Enum(_)
            | Object::Routine(_)
            | Object::Definition(_),
        )
        | Op::Alter(_)
        | Op::Rename(
            Rename::Index(..)
            | Rename::Unique(..)
            | Rename::ForeignKey(..)
            | Rename::Check(..)
            | Rename::Enum(_)
            | Rename::EnumValue(..),
        ) => Err(foreign(op.place())),
    }
}

#[cfg(test)]
mod tests;
