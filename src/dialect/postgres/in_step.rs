//! The trigger that keeps a rule on rows, with its function.
//!
//! Both are written as the catalog prints them, so that a database that has them is recognised without a comparison.
//! Must not know why a rule is kept.

use sea_gen_runner::sql::quoted_where_needed;

use crate::dialect::Product;
use crate::dialect::in_step::{RowRule, RowTriggers, Twins, named};
use crate::plan::Names;
use crate::schema::{Column, Expression, Name, ObjectName, Routine, RoutineKind, Table, Trigger, Type};

use super::render::{self, quote, quote_object};

/// The trigger of a rule, and the function that it calls.
pub(super) fn triggers(table: &Table, rule: &RowRule, names: &Names<'_>) -> RowTriggers {
    let name = rule.name(table, "", names);
    let without_arguments = format!("{name}()");
    let of = ObjectName { schema: table.name.schema.clone(), name: Name::from(without_arguments) };
    let body = match rule {
        RowRule::Twins(twins) => twins_body(table, twins),
        RowRule::Filled { column, value } => filled_body(table, column, value),
    };
    let function = printed(&ObjectName { schema: of.schema.clone(), name: name.clone() });
    let definition = Expression::new(format!(
        "CREATE FUNCTION {function}()\n RETURNS trigger\n LANGUAGE plpgsql\nAS $function$\n{body}$function$"
    ));
    let trigger = Expression::new(format!(
        "CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION {function}()",
        printed(&table.name)
    ));
    RowTriggers {
        routine: Some(Routine { name: of, kind: RoutineKind::Function, definition }),
        triggers: vec![Trigger { name, definition: trigger }],
        broken: broken(table, rule),
    }
}

fn broken(table: &Table, rule: &RowRule) -> String {
    match rule {
        RowRule::Filled { column, .. } => format!("{} IS NULL", quote(column)),
        RowRule::Twins(Twins { old, new, forward, back }) => {
            let differs = |column: &Name, value: &Option<String>, other: &Name| {
                let cast = if is_compared_as_text(table, column) { "::text" } else { "" };
                let value = value.as_ref().map_or_else(|| quote(other), |value| format!("({value})"));
                format!("{}{cast} IS DISTINCT FROM {value}{cast}", quote(column))
            };
            // Where a value has several forms in one of the columns, either direction may be the one it was written in.
            match (forward, back) {
                (None, None) => differs(new, forward, old),
                _ => format!("{} AND {}", differs(new, forward, old), differs(old, back, new)),
            }
        }
    }
}

/// A column's value as a value of another type.
pub(super) fn cast(from: &Column, to: &Column) -> String {
    let column = quote(&from.name);
    render::casts::using(&column, &from.data_type, &to.data_type).unwrap_or(column)
}

/// A name as the catalog prints it.
fn printed(name: &ObjectName) -> String {
    let word = |name: &Name| quoted_where_needed(name.as_str());
    match &name.schema {
        Some(schema) => format!("{}.{}", word(schema), word(&name.name)),
        None => word(&name.name),
    }
}

/// The value of an expression on the row that is written.
fn of_row(table: &Table, expression: &str) -> String {
    if named(Product::Postgres, table, expression).is_empty() {
        return format!("({expression})");
    }
    let name = quote_object(&ObjectName::local(table.name.name.clone()));
    format!("(SELECT {expression} FROM (SELECT NEW.*) AS {name})")
}

fn twins_body(table: &Table, twins: &Twins) -> String {
    let Twins { old, new, forward, back } = twins;
    let value = |expression: &Option<String>, column: &Name| match expression {
        Some(expression) => of_row(table, expression),
        None => format!("NEW.{}", quote(column)),
    };
    let (forward, back) = (value(forward, old), value(back, new));
    let differs = |column: &Name, other: &str| {
        let cast = if is_compared_as_text(table, column) { "::text" } else { "" };
        format!("NEW.{}{cast} IS DISTINCT FROM {other}{cast}", quote(column))
    };
    let changes = |column: &Name| differs(column, &format!("OLD.{}", quote(column)));
    let (new_changes, old_changes) = (changes(new), changes(old));
    let (new_is_other, old_is_other) = (differs(new, &forward), differs(old, &back));
    let (old, new) = (quote(old), quote(new));
    format!(
        "BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.{new} IS NULL THEN
            NEW.{new} := {forward};
        ELSIF {new_is_other} THEN
            NEW.{old} := {back};
        END IF;
    ELSIF {new_changes} THEN
        IF {new_is_other} THEN
            NEW.{old} := {back};
        END IF;
    ELSIF {old_changes} AND {old_is_other} THEN
        NEW.{new} := {forward};
    END IF;
    RETURN NEW;
END
"
    )
}

/// Whether a type has no equality, or one by which different values are equal.
fn is_compared_as_text(table: &Table, column: &Name) -> bool {
    // Of `interval day to second(3)[]`, `public.citext` only the name of the type counts.
    const TYPES: [&str; 12] =
        ["json", "jsonb", "xml", "citext", "interval", "point", "line", "lseg", "box", "path", "polygon", "circle"];
    let is_one = |data_type: &Type| match data_type {
        Type::Native(spelling) | Type::Custom(spelling) => {
            let name = spelling.split([' ', '(', '[']).next().unwrap_or_default();
            TYPES.contains(&name.rsplit('.').next().unwrap_or(name))
        }
        _ => false,
    };
    table.columns.get(column).is_some_and(|column| match &column.data_type {
        Type::Array(element) => is_one(element),
        data_type => is_one(data_type),
    })
}

fn filled_body(table: &Table, column: &Name, value: &str) -> String {
    let (column, value) = (quote(column), of_row(table, value));
    format!(
        "BEGIN\n    IF NEW.{column} IS NULL THEN\n        NEW.{column} := {value};\n    END IF;\n    RETURN NEW;\nEND\n"
    )
}
