//! The triggers that keep a rule on rows: one before rows are inserted, one before they are updated.
//!
//! Must not know why a rule is kept.

use crate::dialect::domain::{Domain, domain};
use crate::dialect::in_step::{RowRule, RowTriggers, Twins, named};
use crate::plan::Names;
use crate::schema::{Expression, Name, Schema, Table, Trigger};

use super::Flavor;
use super::quote::{object, quote};

/// The two triggers of a rule.
pub(super) fn triggers(flavor: Flavor, table: &Table, rule: &RowRule, names: &Names<'_>) -> RowTriggers {
    let trigger = |event: &str, after: &str, body: String| {
        let name = rule.name(table, after, names);
        let head = format!("CREATE TRIGGER {} BEFORE {event} ON {}\nFOR EACH ROW", quote(&name), object(&table.name));
        Trigger { name, definition: Expression::new(format!("{head} {body}")) }
    };
    let (insert, update) = match rule {
        RowRule::Twins(twins) => twins_bodies(flavor, table, twins),
        RowRule::Filled { column, value } => {
            let (column, value) = (quote(column), of_row(flavor, table, value));
            let body = format!(
                "BEGIN\n    IF NEW.{column} IS NULL THEN\n        SET NEW.{column} = {value};\n    END IF;\nEND"
            );
            (body.clone(), body)
        }
    };
    // Triggers are created in the order of their names. A row that has its value from the one must not be updated before there is
    // the other: what has no value is filled later, and what has an old one is not.
    let triggers = vec![trigger("UPDATE", "_change", update), trigger("INSERT", "_insert", insert)];
    RowTriggers { routine: None, triggers, broken: broken(flavor, table, rule) }
}

fn broken(flavor: Flavor, table: &Table, rule: &RowRule) -> String {
    match rule {
        RowRule::Filled { column, .. } => format!("{} IS NULL", quote(column)),
        RowRule::Twins(Twins { old, new, forward, back }) => {
            let differs = |column: &Name, value: &Option<String>, other: &Name| {
                let value = value.as_ref().map_or_else(|| quote(other), |value| format!("({value})"));
                match is_text(flavor, table, column) {
                    true => format!("NOT ({} <=> {})", bytes(&quote(column)), bytes(&value)),
                    false => format!("NOT ({} <=> {value})", quote(column)),
                }
            };
            // Where a value has several forms in one of the columns, either direction may be the one it was written in.
            match (forward, back) {
                (None, None) => differs(new, forward, old),
                _ => format!("{} AND {}", differs(new, forward, old), differs(old, back, new)),
            }
        }
    }
}

/// The value of an expression on the row that is written.
fn of_row(flavor: Flavor, table: &Table, expression: &str) -> String {
    let read = named(flavor.product(), table, expression);
    if read.is_empty() {
        return format!("({expression})");
    }
    let columns: Vec<String> = read.into_iter().map(quote).map(|name| format!("NEW.{name} AS {name}")).collect();
    format!("(SELECT {expression} FROM (SELECT {}) AS {})", columns.join(", "), quote(&table.name.name))
}

fn twins_bodies(flavor: Flavor, table: &Table, twins: &Twins) -> (String, String) {
    let Twins { old, new, forward, back } = twins;
    let value = |expression: &Option<String>, column: &Name| match expression {
        Some(expression) => of_row(flavor, table, expression),
        None => format!("NEW.{}", quote(column)),
    };
    let (forward, back) = (value(forward, old), value(back, new));
    let same = |column: &Name, other: &str| {
        let column_value = format!("NEW.{}", quote(column));
        match is_text(flavor, table, column) {
            true => format!("{} <=> {}", bytes(&column_value), bytes(other)),
            false => format!("{column_value} <=> {other}"),
        }
    };
    let stays = |column: &Name| same(column, &format!("OLD.{}", quote(column)));
    let (new_stays, old_stays) = (stays(new), stays(old));
    let (new_is_same, old_is_same) = (same(new, &forward), same(old, &back));
    let (old, new) = (quote(old), quote(new));
    let insert = format!(
        "BEGIN
    IF NEW.{new} IS NULL THEN
        SET NEW.{new} = {forward};
    ELSEIF NOT ({new_is_same}) THEN
        SET NEW.{old} = {back};
    END IF;
END"
    );
    let update = format!(
        "BEGIN
    IF NOT ({new_stays}) THEN
        IF NOT ({new_is_same}) THEN
            SET NEW.{old} = {back};
        END IF;
    ELSEIF NOT ({old_stays}) AND NOT ({old_is_same}) THEN
        SET NEW.{new} = {forward};
    END IF;
END"
    );
    (insert, update)
}

/// Whether the values of a column are compared by a collation, for which different texts can be equal.
fn is_text(flavor: Flavor, table: &Table, column: &Name) -> bool {
    let domain = |column| domain(flavor.product(), &Schema::default(), column);
    let of = table.columns.get(column).map(domain);
    matches!(of, Some(Domain::Text(_) | Domain::Json | Domain::Choice(_) | Domain::Some(_)))
}

fn bytes(value: &str) -> String {
    format!("CAST(CONVERT({value} USING utf8mb4) AS BINARY)")
}
