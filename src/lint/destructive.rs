//! Operations that lose rows or values.
//!
//! Must not know how many: that requires a database.

use crate::plan::cast::Stake;
use crate::plan::{Alter, Object, Op, becomes_computed};
use crate::schema::{Definition, DefinitionId, DefinitionKind, Name, ObjectName, PARTITION_BY, Place};

use super::{Context, Level, PlanCheck, Rule, script};

/// A table is dropped.
pub(super) const DROP_TABLE: Rule = Rule {
    id: "drop-table",
    summary: "a table is dropped",
    why: "its rows are lost, and running code fails",
    code: None,
    plan: Some(PlanCheck {
        level: Level::Danger,
        stake: |_| Stake::Rows,
        check: |op, context| match op {
            Op::Drop(Object::Table(table)) if !context.plan.keeps_rows_of(&table.name) => {
                Some(format!("drops table {} and its rows", table.name))
            }
            _ => None,
        },
    }),
    script: Some(script::destructive::DROP_TABLE),
};

/// A partition is dropped.
pub(super) const DROP_PARTITION: Rule = Rule {
    id: "drop-partition",
    summary: "a partition of a table is dropped",
    why: "its rows are lost; `down` creates an empty partition",
    code: None,
    plan: Some(PlanCheck {
        level: Level::Danger,
        stake: |_| Stake::Rows,
        check: |op, context| match op {
            Op::Alter(Alter::Options(table, change)) => match context.types.dropped_partitions(change).as_slice() {
                [] => None,
                [one] => Some(format!("drops partition {one} of {table} and its rows")),
                several => {
                    let names: Vec<&str> = several.iter().map(Name::as_str).collect();
                    Some(format!("drops partitions {} of {table} and their rows", names.join(", ")))
                }
            },
            Op::Drop(Object::Definition(it))
                if is_partition(it)
                    && !context.plan.keeps_rows_of(&it.id.name)
                    && !is_told_with_its_table(context, it) =>
            {
                Some(format!("drops partition {} and its rows", it.id.name))
            }
            _ => None,
        },
    }),
    script: None,
};

fn is_partition(definition: &Definition) -> bool {
    definition.id.kind == DefinitionKind::Partition
}

/// Whether the parent of a partition is dropped with its rows, or repartitioned and keeps them.
fn is_told_with_its_table(context: &Context<'_>, partition: &Definition) -> bool {
    let of = |table: &ObjectName| {
        context.plan.ops().iter().any(|op| match op {
            Op::Drop(Object::Table(dropped)) => dropped.name == *table,
            Op::Alter(Alter::Options(changed, change)) => {
                changed == table && change.from.get(PARTITION_BY) != change.to.get(PARTITION_BY)
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => false,
        })
    };
    let dropped = |id: &DefinitionId| {
        context.plan.ops().iter().find_map(|op| match op {
            Op::Drop(Object::Definition(it)) if it.id == *id && *id != partition.id => Some(it),
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
        })
    };
    partition.needs.iter().any(|need| match need {
        Place::Table(table, _) => of(table),
        Place::Definition(id) => dropped(id).is_some_and(is_partition),
        Place::Enum(_) | Place::View(_) | Place::Routine(_) => false,
    })
}

/// A column is dropped.
pub(super) const DROP_COLUMN: Rule = Rule {
    id: "drop-column",
    summary: "a column is dropped",
    why: "its values are lost, and running code may still reference it",
    code: None,
    plan: Some(PlanCheck {
        level: Level::Danger,
        stake: |_| Stake::Values,
        check: |op, _| match op {
            Op::Drop(Object::Column(table, column)) if column.generated.is_none() => {
                Some(format!("drops column {table}.{} and its values", column.name))
            }
            Op::Alter(Alter::Column(table, change)) if becomes_computed(change) => {
                Some(format!("computes column {table}.{} and drops its values", change.to.name))
            }
            _ => None,
        },
    }),
    script: Some(script::destructive::DROP_COLUMN),
};

/// A value of an enum type is removed.
pub(super) const DROP_VALUE: Rule = Rule {
    id: "drop-value",
    summary: "a value of an enum type is removed",
    why: "the migration fails on rows that have it, and code that still writes it fails afterwards",
    code: None,
    plan: Some(PlanCheck {
        level: Level::Danger,
        stake: |_| Stake::Lost,
        check: |op, context| match op {
            Op::Alter(Alter::Enum(change)) => {
                let gone: Vec<&str> =
                    change.from.values.iter().filter(|it| !change.to.values.contains(it)).map(String::as_str).collect();
                (!gone.is_empty()).then(|| format!("removes {} from enum {}", gone.join(", "), change.to.name))
            }
            Op::Alter(Alter::Column(table, change)) => {
                let gone = context.types.removed(change);
                (!gone.is_empty())
                    .then(|| format!("removes {} from column {table}.{}", gone.join(", "), change.to.name))
            }
            _ => None,
        },
    }),
    script: None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Plan;
    use crate::plan::cast::{self, Grade};
    use crate::schema::{Change, Column, Options, Schema, Table, Type};

    fn said(ops: Vec<Op>) -> Vec<String> {
        struct Types;
        impl cast::Types for Types {
            fn grade(&self, _: &Change<Column>) -> Grade {
                Grade::Keeps
            }
            fn removed(&self, _: &Change<Column>) -> Vec<String> {
                Vec::new()
            }
            fn read(&self, _: &str) -> Option<Type> {
                None
            }
            fn dropped_partitions(&self, _: &Change<Options>) -> Vec<Name> {
                Vec::new()
            }
            fn can_refer(&self, _: &Type, _: &Type) -> bool {
                true
            }
        }
        let (plan, schema) = (Plan::new(ops), Schema::default());
        let context = Context { plan: &plan, from: &schema, to: &schema, types: &Types };
        let of = |rule: Rule, op: &Op| rule.plan.and_then(|plan| (plan.check)(op, &context));
        let said = |op: &Op| of(DROP_TABLE, op).or_else(|| of(DROP_PARTITION, op));
        plan.ops().iter().filter_map(said).collect()
    }

    #[test]
    fn a_partition_is_dropped_with_its_rows_unless_something_else_becomes_of_it() {
        let named = |name: &str| ObjectName::local(name);
        let table = |name: &str| Object::Table(Table::new(named(name)));
        let partition = |table: &str| {
            let mut partition = Definition::new(DefinitionId::new(DefinitionKind::Partition, named("part")), "");
            partition.needs.insert(Place::table(&named(table)));
            Object::Definition(partition)
        };
        let divided =
            |key: Option<&str>| -> Options { key.map(|key| (PARTITION_BY.into(), key.into())).into_iter().collect() };
        assert_eq!(said(vec![Op::Drop(partition("log"))]), ["drops partition part and its rows"]);
        assert_eq!(said(vec![Op::Drop(partition("log")), Op::Create(table("part"))]), [""; 0]);
        assert_eq!(said(vec![Op::Drop(table("part")), Op::Create(partition("log"))]), [""; 0]);
        assert_eq!(said(vec![Op::Drop(partition("log")), Op::Drop(table("log"))]), ["drops table log and its rows"]);
        let anew = Op::Alter(Alter::Options(named("log"), Change::new(divided(Some("LIST (a)")), divided(None))));
        assert_eq!(said(vec![Op::Drop(partition("log")), anew]), [""; 0]);
    }
}
