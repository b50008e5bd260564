//! The condition on which a row belongs to a partition.
//!
//! Must not know what the condition is used for.

use crate::schema::{Definition, DefinitionKind, ObjectName, PARTITION_BY, Schema};

use super::super::words;
use super::{bounds, cut_part, divided, key, parent};

/// The default partition next to a partition, and the condition on which a row of it belongs to that partition; `None`
/// if there is no default partition, or if the partitioning changes.
pub(in crate::dialect::postgres) fn in_default(
    from: &Schema,
    to: &Schema,
    partition: &Definition,
) -> Option<(ObjectName, String)> {
    let key = key_above(to, partition)?;
    let beside = |it: &&Definition| {
        it.id.kind == DefinitionKind::Partition
            && it.id != partition.id
            && parent(it) == parent(partition)
            && bounds(it) == Some("DEFAULT")
            && key_above(from, it) == Some(key)
    };
    let default = from.definitions.values().find(beside)?;
    Some((default.id.name.clone(), condition(key, bounds(partition)?)?))
}

/// The partition key of the parent of a partition.
fn key_above<'s>(schema: &'s Schema, partition: &Definition) -> Option<&'s str> {
    match schema.relation_beside(parent(partition)?) {
        Some(above) => key(above),
        None => divided(schema, partition)?.options.get(PARTITION_BY).map(String::as_str),
    }
}

/// The condition on which a row is within the bounds; `None` if no expression can state it.
fn condition(key: &str, bounds: &str) -> Option<String> {
    let (strategy, parts) = key.split_once('(')?;
    let parts: Vec<String> = words::items(parts.trim_end().strip_suffix(')')?)
        .into_iter()
        .map(|part| {
            let (value, behind) = cut_part(part);
            // An operator class may order values differently from the type's operators.
            let has_class = behind.split_whitespace().count() > 2 || !(behind.is_empty() || starts(behind, "collate "));
            (!has_class).then(|| format!("{value} {behind}").trim().to_owned())
        })
        .collect::<Option<_>>()?;
    let bounds = bounds.strip_prefix("FOR VALUES ")?;
    match strategy.trim() {
        "LIST" => list(parts.first()?, inside(bounds, "IN")?),
        "RANGE" => {
            let (from, to) = bounds.split_once(" TO ")?;
            range(&parts, inside(from, "FROM")?, inside(&format!("TO {to}"), "TO")?)
        }
        _ => None,
    }
}

fn starts(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with))
}

/// The values after a keyword.
fn inside(text: &str, keyword: &str) -> Option<Vec<String>> {
    let list = text.strip_prefix(keyword)?.trim().strip_prefix('(')?.strip_suffix(')')?;
    Some(words::items(list).into_iter().map(|item| item.trim().to_owned()).collect())
}

fn list(value: &str, among: Vec<String>) -> Option<String> {
    let (nulls, values): (Vec<String>, Vec<String>) =
        among.into_iter().partition(|item| item.eq_ignore_ascii_case("null"));
    let of_values = (!values.is_empty()).then(|| format!("{value} IN ({})", values.join(", ")));
    let of_null = (!nulls.is_empty()).then(|| format!("{value} IS NULL"));
    Some(of_values.into_iter().chain(of_null).collect::<Vec<_>>().join(" OR "))
}

fn range(parts: &[String], from: Vec<String>, to: Vec<String>) -> Option<String> {
    let is_end = |item: &String| item.eq_ignore_ascii_case("minvalue") || item.eq_ignore_ascii_case("maxvalue");
    let row = |items: &[String]| match items {
        [only] => only.clone(),
        several => format!("({})", several.join(", ")),
    };
    // After MINVALUE or MAXVALUE, the remaining columns do not count.
    let compared = |bound: &[String], whole: &str, least: &str, most: &str| -> Option<String> {
        let count = bound.iter().position(is_end).unwrap_or(bound.len());
        let sign = match bound.get(count) {
            None => whole,
            Some(end) if end.eq_ignore_ascii_case("minvalue") => least,
            Some(_) => most,
        };
        let (ours, theirs) = (parts.get(..count)?, bound.get(..count)?);
        (count > 0).then(|| format!("{} {sign} {}", row(ours), row(theirs)))
    };
    let (from, to) = (compared(&from, ">=", ">=", ">"), compared(&to, "<", "<", "<="));
    let is_plain = parts.len() == 1 && (from.is_some() || to.is_some());
    let present = parts.iter().filter(|_| !is_plain).map(|part| format!("{part} IS NOT NULL"));
    Some(from.into_iter().chain(to).chain(present).collect::<Vec<_>>().join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::condition;

    #[test]
    fn a_row_is_within_the_bounds_or_not() {
        for (key, bounds, expected) in [
            ("LIST (a)", "FOR VALUES IN (1, 2)", Some("a IN (1, 2)")),
            ("LIST (lower(a))", "FOR VALUES IN ('x', NULL)", Some("lower(a) IN ('x') OR lower(a) IS NULL")),
            ("LIST (a)", "FOR VALUES IN (null)", Some("a IS NULL")),
            ("RANGE (a)", "FOR VALUES FROM (1) TO (9)", Some("a >= 1 AND a < 9")),
            ("RANGE (a)", "FOR VALUES FROM (MINVALUE) TO (9)", Some("a < 9")),
            ("RANGE (a)", "FOR VALUES FROM (MINVALUE) TO (MAXVALUE)", Some("a IS NOT NULL")),
            ("RANGE (a collate \"C\")", "FOR VALUES FROM ('x') TO (MAXVALUE)", Some("a collate \"C\" >= 'x'")),
            (
                "RANGE (a, (b + 1))",
                "FOR VALUES FROM (1, MAXVALUE) TO (9, 2)",
                Some("a > 1 AND (a, (b + 1)) < (9, 2) AND a IS NOT NULL AND (b + 1) IS NOT NULL"),
            ),
            ("RANGE (a text_pattern_ops)", "FOR VALUES FROM ('x') TO ('y')", None),
            ("HASH (a)", "FOR VALUES WITH (modulus 2, remainder 0)", None),
        ] {
            assert_eq!(condition(key, bounds).as_deref(), expected, "{key} {bounds}");
        }
    }
}
