//! Enum types: create, add values in place, swap for a new type.
//!
//! Must not know which columns have the type beyond those a step names.

use crate::dialect::Statement;
use crate::schema::{Change, Column, DefaultValue, EnumType, Expression, Literal, Name, ObjectName, Type};

use super::super::words;
use super::create::default;
use super::{comment, literal, quote, quote_object};

fn value(text: &str) -> String {
    literal(&Literal::Text(text.to_owned()))
}

/// `CREATE TYPE … AS ENUM`.
pub(super) fn create(enum_type: &EnumType) -> Vec<Statement> {
    let values: Vec<String> = enum_type.values.iter().map(|text| value(text)).collect();
    let values = if values.iter().map(String::len).sum::<usize>() < 80 {
        values.join(", ")
    } else {
        format!("\n    {}\n", values.join(",\n    "))
    };
    let name = quote_object(&enum_type.name);
    let mut statements = vec![Statement::new(format!("CREATE TYPE {name} AS ENUM ({values})"))];
    if enum_type.comment.is_some() {
        statements.push(type_comment(enum_type));
    }
    statements
}

fn type_comment(enum_type: &EnumType) -> Statement {
    comment(&format!("TYPE {}", quote_object(&enum_type.name)), enum_type.comment.as_deref())
}

/// Values added where they belong, and the comment. Lowering sees to it that nothing else differs.
pub(super) fn alter(change: &Change<EnumType>) -> Vec<Statement> {
    let (from, to) = (&change.from, &change.to);
    let name = quote_object(&to.name);
    let mut statements = Vec::new();
    for (at, added) in to.values.iter().enumerate() {
        if from.values.contains(added) {
            continue;
        }
        // Every value before this one is there by now; the first one finds its place before the next old one.
        let position = match at.checked_sub(1).and_then(|before| to.values.get(before)) {
            Some(_) if at >= from.values.len() && is_last(from, to, at) => String::new(),
            Some(before) => format!(" AFTER {}", value(before)),
            None => match to.values.iter().find(|text| from.values.contains(text)) {
                Some(next) => format!(" BEFORE {}", value(next)),
                None => String::new(),
            },
        };
        statements.push(Statement::new(format!("ALTER TYPE {name} ADD VALUE {}{position}", value(added))));
    }
    if from.comment != to.comment {
        statements.push(type_comment(to));
    }
    statements
}

/// Whether no old value comes after position `at`.
fn is_last(from: &EnumType, to: &EnumType, at: usize) -> bool {
    !to.values.iter().skip(at).any(|text| from.values.contains(text))
}

/// A new type in the place of the old one, and every column moved over.
pub(super) fn swap(change: &Change<EnumType>, columns: &[(ObjectName, Column)], aside: &Name) -> Vec<Statement> {
    let (from, to) = (&change.from, &change.to);
    let name = quote_object(&to.name);
    let old = quote_object(&ObjectName { schema: from.name.schema.clone(), name: aside.clone() });
    let removed: Vec<String> =
        from.values.iter().filter(|text| !to.values.contains(text)).map(|text| value(text)).collect();
    let mut first = Statement::new(format!("ALTER TYPE {} RENAME TO {}", quote_object(&from.name), quote(aside)));
    if !removed.is_empty() {
        first = first.with_note(format!("rows that hold {} stop this migration", removed.join(" or ")));
    }
    let mut statements = vec![first];
    statements.extend(create(&EnumType { comment: None, ..to.clone() }));
    let mut tables: Vec<&ObjectName> = Vec::new();
    for (table, _) in columns {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    for table in tables {
        let own = columns.iter().filter(|(owner, _)| owner == table);
        let clauses: Vec<String> = own.flat_map(|(_, column)| moved(column, &name, to)).collect();
        statements.push(super::alter_table(table, &clauses));
    }
    statements.push(Statement::new(format!("DROP TYPE {old}")));
    if to.comment.is_some() {
        statements.push(type_comment(to));
    }
    statements
}

/// The clauses that move one column to the new type, its default with it where the new type still has the value.
fn moved(column: &Column, name: &str, to: &EnumType) -> Vec<String> {
    let target = quote(&column.name);
    let mut clauses = Vec::new();
    if column.default.is_some() {
        clauses.push(format!("ALTER COLUMN {target} DROP DEFAULT"));
    }
    let (new, text) = match &column.data_type {
        Type::Array(_) => (format!("{name}[]"), "text[]"),
        _ => (name.to_owned(), "text"),
    };
    clauses.push(format!("ALTER COLUMN {target} TYPE {new} USING {target}::{text}::{new}"));
    if let Some(default) = default(column).filter(|_| keeps_default(column, to)) {
        clauses.push(format!("ALTER COLUMN {target} SET DEFAULT {default}"));
    }
    clauses
}

/// Whether the default's value is still one of the type's.
fn keeps_default(column: &Column, to: &EnumType) -> bool {
    let Some(DefaultValue::Expression(expression)) = &column.default else { return true };
    match constant(expression) {
        Some(content) if matches!(column.data_type, Type::Array(_)) => {
            let inner = content.trim_start_matches('{').trim_end_matches('}');
            words::name_list(inner).iter().all(|text| to.values.contains(text))
        }
        Some(content) => to.values.contains(&content),
        None => true,
    }
}

fn constant(expression: &Expression) -> Option<String> {
    let text = words::without_parentheses(expression.text());
    let text = words::outer_cast(text).map_or(text, |(literal, _)| literal);
    words::string_content(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mood(values: &[&str]) -> EnumType {
        let values = values.iter().map(|text| (*text).to_owned()).collect();
        EnumType { name: ObjectName::local("mood"), values, comment: None }
    }

    fn added(from: &[&str], to: &[&str]) -> Vec<String> {
        alter(&Change::new(mood(from), mood(to))).into_iter().map(|statement| statement.sql).collect()
    }

    #[test]
    fn values_are_added_where_they_belong() {
        assert_eq!(added(&["b"], &["a", "b"]), [r#"ALTER TYPE "mood" ADD VALUE 'a' BEFORE 'b'"#]);
        assert_eq!(added(&["a", "c"], &["a", "b", "c"]), [r#"ALTER TYPE "mood" ADD VALUE 'b' AFTER 'a'"#]);
        assert_eq!(added(&["a"], &["a", "it's"]), [r#"ALTER TYPE "mood" ADD VALUE 'it''s'"#]);
        assert_eq!(
            added(&["c"], &["a", "b", "c"]),
            [r#"ALTER TYPE "mood" ADD VALUE 'a' BEFORE 'c'"#, r#"ALTER TYPE "mood" ADD VALUE 'b' AFTER 'a'"#]
        );
    }

    #[test]
    fn a_swap_moves_columns_with_their_defaults() {
        let mut column = Column::new("m", Type::Enum(ObjectName::local("mood")));
        column.default = Some(DefaultValue::Expression(Expression::new("'a'::mood")));
        let change = Change::new(mood(&["a", "b"]), mood(&["a"]));
        let columns = [(ObjectName::local("t"), column.clone())];
        let statements = swap(&change, &columns, &Name::from("mood_old"));
        let sql: Vec<&str> = statements.iter().map(|statement| statement.sql.as_str()).collect();
        assert_eq!(
            sql,
            [
                r#"ALTER TYPE "mood" RENAME TO "mood_old""#,
                r#"CREATE TYPE "mood" AS ENUM ('a')"#,
                "ALTER TABLE \"t\"\n    ALTER COLUMN \"m\" DROP DEFAULT,\n    ALTER COLUMN \"m\" TYPE \"mood\" USING \
                 \"m\"::text::\"mood\",\n    ALTER COLUMN \"m\" SET DEFAULT 'a'::mood",
                r#"DROP TYPE "mood_old""#,
            ]
        );
        column.default = Some(DefaultValue::Expression(Expression::new("'b'::mood")));
        assert!(!keeps_default(&column, &change.to));
    }
}
