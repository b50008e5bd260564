//! How the values of one type become values of another.
//!
//! Must not know why a column changes its type.

use crate::schema::Type;

use super::super::types::{Family, base, family};
use super::spelling::type_name;

/// The `USING` expression for a column; `None` where PostgreSQL converts by itself.
pub(in crate::dialect::postgres) fn using(column: &str, from: &Type, to: &Type) -> Option<String> {
    let target = type_name(to);
    let (Type::Native(old), Type::Native(new)) = (from, to) else {
        // Enum types know no other types: everything goes through text.
        let text = if is_array(from) && is_array(to) { "text[]" } else { "text" };
        let is_text = |data_type: &Type| matches!(data_type, Type::Native(name) if family(name) == Family::Text);
        let is_json = |data_type: &Type| matches!(data_type, Type::Native(name) if family(name) == Family::Json);
        return Some(match (is_array(from), is_array(to)) {
            (false, true) if !is_text(from) => element(column, &format!("{column}::text"), &target),
            _ if is_json(to) && !is_array(from) => format!("to_{target}({column}::text)"),
            _ if is_text(from) || is_text(to) => format!("{column}::{target}"),
            _ => format!("{column}::{text}::{target}"),
        });
    };
    match (old.strip_suffix("[]"), new.strip_suffix("[]")) {
        (Some(old), Some(new)) => {
            if converts_by_itself(old, new) {
                return None;
            }
            Some(if has_cast(old, new) { format!("{column}::{target}") } else { format!("{column}::text[]::{target}") })
        }
        (None, Some(new)) if family(old) != Family::Text => {
            let value = if converts_by_itself(old, new) { column.to_owned() } else { scalar(column, old, new) };
            Some(element(column, &value, &target))
        }
        (Some(_), None) | (None, Some(_)) => Some(format!("{column}::text::{target}")),
        (None, None) if converts_by_itself(old, new) => None,
        (None, None) => Some(scalar(column, old, new)),
    }
}

/// An array of one element. No value stays no value, and does not become an array without one.
fn element(column: &str, value: &str, target: &str) -> String {
    format!("CASE WHEN {column} IS NOT NULL THEN ARRAY[{value}]::{target} END")
}

fn is_array(data_type: &Type) -> bool {
    match data_type {
        Type::Array(_) => true,
        Type::Native(spelling) => spelling.ends_with("[]"),
        _ => false,
    }
}

/// Whether PostgreSQL assigns one type to the other without being told how.
fn converts_by_itself(old: &str, new: &str) -> bool {
    let number = |family| matches!(family, Family::Integer | Family::Fraction);
    match (family(old), family(new)) {
        (Family::Text, Family::Text) => true,
        (old, new) if number(old) && number(new) => true,
        _ => base(old) == base(new),
    }
}

fn has_cast(old: &str, new: &str) -> bool {
    converts_by_itself(old, new)
        || match (family(old), family(new)) {
            (Family::Text, _) | (_, Family::Text) | (Family::Json, Family::Json) | (Family::Moment, Family::Moment) => {
                true
            }
            (Family::Boolean, Family::Integer) => new == "integer",
            (Family::Integer, Family::Boolean) => old == "integer",
            _ => false,
        }
}

fn scalar(column: &str, old: &str, new: &str) -> String {
    match (base(old).as_str(), base(new).as_str()) {
        // Without a zone of its own the conversion would depend on the session.
        ("timestamp with time zone", "timestamp without time zone")
        | ("timestamp without time zone", "timestamp with time zone") => format!("{column} AT TIME ZONE 'UTC'"),
        ("timestamp with time zone", "date") => format!("({column} AT TIME ZONE 'UTC')::date"),
        ("date", "timestamp with time zone") => format!("{column}::timestamp AT TIME ZONE 'UTC'"),
        ("timestamp without time zone", "time without time zone") | ("numeric", "money") | ("money", "numeric") => {
            format!("{column}::{new}")
        }
        _ => match (family(old), family(new)) {
            _ if has_cast(old, new) => format!("{column}::{new}"),
            (Family::Boolean, Family::Integer | Family::Fraction) => format!("{column}::integer::{new}"),
            (Family::Integer | Family::Fraction, Family::Boolean) => format!("{column} <> 0"),
            (_, Family::Json) if new == "jsonb" => format!("to_jsonb({column})"),
            (_, Family::Json) => format!("to_json({column})"),
            _ => format!("{column}::text::{new}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::ObjectName;

    use super::*;

    #[test]
    fn values_are_converted() {
        let native = |text: &str| Type::Native(text.to_owned());
        let mood = Type::Enum(ObjectName::local("mood"));
        for (from, to, expected) in [
            (native("integer"), native("bigint"), None),
            (native("character varying(9)"), native("text"), None),
            (native("text"), native("integer"), Some("c::integer")),
            (native("integer"), native("boolean"), Some("c::boolean")),
            (native("bigint"), native("boolean"), Some("c <> 0")),
            (native("uuid"), native("bytea"), Some("c::text::bytea")),
            (native("integer"), native("integer[]"), Some("CASE WHEN c IS NOT NULL THEN ARRAY[c]::integer[] END")),
            (native("text"), mood.clone(), Some("c::\"mood\"")),
            (native("integer"), mood, Some("c::text::\"mood\"")),
            (native("timestamp without time zone"), native("timestamp with time zone"), Some("c AT TIME ZONE 'UTC'")),
        ] {
            assert_eq!(using("c", &from, &to).as_deref(), expected, "{from:?} to {to:?}");
        }
    }
}
