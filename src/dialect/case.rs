//! Columns whose names differ only in case, on databases with case-insensitive column names.
//!
//! The differ treats such names as different, so it drops one column and adds the other, which would lose the values.
//! Must not know SQL, or which databases these are.

use crate::plan::{Alter, Object, Op, Plan, Rename, apply};
use crate::schema::{Change, Column, Name, ObjectName, Schema};

/// A column that exists on both sides under names that differ only in case.
struct Pair {
    table: ObjectName,
    old: Column,
    new: Column,
}

/// Replaces a drop and an addition that differ only in case by a rename, if that leads to the same schema.
pub(super) fn followed(plan: &Plan, from: &Schema) -> Plan {
    let pairs: Vec<Pair> = plan.ops().iter().filter_map(|op| pair(op, plan.ops())).collect();
    if pairs.is_empty() {
        return plan.clone();
    }
    let renamed = Plan::new(rewritten(plan.ops(), &pairs));
    let (mut wanted, mut found) = (from.clone(), from.clone());
    let leads_there = apply(plan, &mut wanted).is_ok() && apply(&renamed, &mut found).is_ok() && wanted == found;
    if leads_there { renamed } else { plan.clone() }
}

fn pair(op: &Op, ops: &[Op]) -> Option<Pair> {
    let Op::Drop(Object::Column(table, old)) = op else { return None };
    let new = ops.iter().find_map(|op| match op {
        Op::Create(Object::Column(on, new)) if on == table && same(&new.name, &old.name) => Some(new),
        Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => None,
    })?;
    Some(Pair { table: table.clone(), old: old.clone(), new: new.clone() })
}

fn same(left: &Name, right: &Name) -> bool {
    left.as_str().eq_ignore_ascii_case(right.as_str())
}

fn rewritten(ops: &[Op], pairs: &[Pair]) -> Vec<Op> {
    let rename =
        |pair: &Pair| Rename::Column(pair.table.clone(), Change::new(pair.old.name.clone(), pair.new.name.clone()));
    let mut all: Vec<Op> = pairs.iter().map(|pair| Op::Rename(rename(pair))).collect();
    all.extend(pairs.iter().filter_map(|pair| {
        let old = Column { name: pair.new.name.clone(), ..pair.old.clone() };
        (old != pair.new).then(|| Op::Alter(Alter::Column(pair.table.clone(), Change::new(old, pair.new.clone()))))
    }));
    for op in ops {
        match op {
            Op::Drop(Object::Column(table, column)) | Op::Create(Object::Column(table, column))
                if pairs.iter().any(|pair| pair.table == *table && same(&pair.old.name, &column.name)) => {}
            Op::Alter(Alter::PrimaryKey(table, change)) => {
                let mut change = change.clone();
                for column in &mut change.from.columns {
                    if let Some(pair) = pairs.iter().find(|pair| pair.table == *table && pair.old.name == *column) {
                        *column = pair.new.name.clone();
                    }
                }
                if change.from != change.to {
                    all.push(Op::Alter(Alter::PrimaryKey(table.clone(), change)));
                }
            }
            Op::Create(_) | Op::Drop(_) | Op::Alter(_) | Op::Rename(_) => all.push(op.clone()),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{PrimaryKey, Table, Type};

    fn table(column: &str, nullable: bool) -> Schema {
        let mut table = Table::new(ObjectName::local("t"));
        let column = Column { nullable, ..Column::new(column, Type::Native("int".to_owned())) };
        table.primary_key = Some(PrimaryKey::new(None, vec![column.name.clone()]));
        table.columns.insert(column);
        let mut schema = Schema::default();
        schema.tables.insert(table.name.clone(), table);
        schema
    }

    fn plan(from: &Schema, to: &Schema) -> Plan {
        crate::diff::diff(
            &crate::schema::Normalized::by_dialect(from.clone()),
            &crate::schema::Normalized::by_dialect(to.clone()),
            &[],
        )
    }

    #[test]
    fn a_column_that_changes_its_case_is_renamed() {
        let (from, to) = (table("Id", false), table("id", false));
        let there = followed(&plan(&from, &to), &from);
        assert!(matches!(there.ops(), [Op::Rename(Rename::Column(..))]), "{there:?}");
        let back = followed(&plan(&from, &to).inverse(&from), &to);
        assert!(matches!(back.ops(), [Op::Rename(Rename::Column(..))]), "{back:?}");
    }

    #[test]
    fn what_else_changes_is_altered() {
        let (from, to) = (table("Id", false), table("id", true));
        let there = followed(&plan(&from, &to), &from);
        assert!(matches!(there.ops(), [Op::Rename(_), Op::Alter(Alter::Column(..))]), "{there:?}");
    }

    #[test]
    fn other_names_are_left_alone() {
        let (from, to) = (table("a", false), table("b", false));
        let plan = plan(&from, &to);
        assert_eq!(followed(&plan, &from), plan);
    }
}
