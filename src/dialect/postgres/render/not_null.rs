//! NOT NULL as a constraint: the name that somebody gave it, and what it holds for (PostgreSQL 18).
//!
//! A name that the database generated is none: it keeps the names that the table and the column had at that time.
//! Must not know other constraints.

use crate::dialect::Statement;
use crate::schema::{Change, Column, Name, ObjectName};

use super::super::names::generated;
use super::{quote, quote_object};

/// The option of a column that holds the name.
pub(in crate::dialect::postgres) const NAME: &str = "not_null";
/// The option of a column that may have rows with NULL from before.
pub(in crate::dialect::postgres) const NOT_VALID: &str = "not_null_not_valid";
/// The option of a column whose NOT NULL does not hold for inheriting tables.
pub(in crate::dialect::postgres) const NO_INHERIT: &str = "not_null_no_inherit";

/// The name that the database gives to a NOT NULL.
pub(in crate::dialect::postgres) fn generated_name(table: &ObjectName, column: &Name) -> Name {
    Name::new(generated(table.name.as_str(), Some(column.as_str()), "not_null"))
}

/// The clause of a new column that takes no NULL. One that is not validated can only be added to a table.
pub(super) fn of_column(column: &Column) -> String {
    if has(column, NOT_VALID) { String::new() } else { format!("{} NOT NULL{}", named(column), inheritance(column)) }
}

/// The clause of `ALTER TABLE` that makes a nullable column required.
pub(super) fn set(column: &Column) -> String {
    if !is_constraint(column) {
        return format!("ALTER COLUMN {} SET NOT NULL", quote(&column.name));
    }
    let validity = if has(column, NOT_VALID) { " NOT VALID" } else { "" };
    format!("ADD{} NOT NULL {}{}{validity}", named(column), quote(&column.name), inheritance(column))
}

/// Whether the column has one that differs from `SET NOT NULL`.
pub(super) fn is_constraint(column: &Column) -> bool {
    !column.nullable && [NAME, NOT_VALID, NO_INHERIT].iter().any(|option| has(column, option))
}

/// Whether it has to be added when the column is there.
pub(super) fn is_added_later(column: &Column) -> bool {
    !column.nullable && has(column, NOT_VALID)
}

/// The clauses of `ALTER TABLE` where a column starts or stops taking NULL.
pub(super) fn clauses(change: &Change<Column>) -> Vec<String> {
    let (from, to) = (&change.from, &change.to);
    let dropped = format!("ALTER COLUMN {} DROP NOT NULL", quote(&to.name));
    match (from.nullable, to.nullable) {
        (true, false) => vec![set(to)],
        (false, true) => vec![dropped],
        // There is no way back from what is validated.
        (false, false) if has(to, NOT_VALID) && !has(from, NOT_VALID) => vec![dropped, set(to)],
        (true, true) | (false, false) => Vec::new(),
    }
}

/// The statements that change the constraint of a column that takes no NULL before and after.
pub(super) fn change(table: &ObjectName, change: &Change<Column>) -> Vec<Statement> {
    let (from, to) = (&change.from, &change.to);
    if from.nullable || to.nullable || (has(to, NOT_VALID) && !has(from, NOT_VALID)) {
        return Vec::new();
    }
    let name = |column: &Column| match column.options.get(NAME) {
        Some(name) => Name::new(name.as_str()),
        None => generated_name(table, &to.name),
    };
    let (old, new) = (name(from), name(to));
    let mut clauses = Vec::new();
    if from.options.get(NAME) != to.options.get(NAME) && old != new {
        clauses.push(format!("RENAME CONSTRAINT {} TO {}", quote(&old), quote(&new)));
    }
    if has(from, NOT_VALID) && !has(to, NOT_VALID) {
        clauses.push(format!("VALIDATE CONSTRAINT {}", quote(&new)));
    }
    if has(from, NO_INHERIT) != has(to, NO_INHERIT) {
        let clause = if has(to, NO_INHERIT) { "NO INHERIT" } else { "INHERIT" };
        clauses.push(format!("ALTER CONSTRAINT {} {clause}", quote(&new)));
    }
    clauses.into_iter().map(|clause| Statement::new(format!("ALTER TABLE {} {clause}", quote_object(table)))).collect()
}

fn has(column: &Column, option: &str) -> bool {
    column.options.contains_key(option)
}

fn named(column: &Column) -> String {
    column.options.get(NAME).map(|name| format!(" CONSTRAINT {}", quote(&Name::new(name.as_str())))).unwrap_or_default()
}

fn inheritance(column: &Column) -> &'static str {
    if has(column, NO_INHERIT) { " NO INHERIT" } else { "" }
}

#[cfg(test)]
mod tests {
    use crate::schema::Type;

    use super::*;

    fn column(options: &[(&str, &str)]) -> Column {
        let mut column = Column::new("title", Type::Native("text".to_owned()));
        column.options = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        column
    }

    fn statements(from: Column, to: Column) -> Vec<String> {
        let both = Change::new(from, to);
        let changed = change(&ObjectName::local("book"), &both).into_iter().map(|statement| statement.sql);
        clauses(&both).into_iter().chain(changed).collect()
    }

    #[test]
    fn a_constraint_is_renamed_and_validated_where_it_stands() {
        let (plain, named) = (column(&[]), column(&[(NAME, "has title")]));
        assert_eq!(of_column(&named), r#" CONSTRAINT "has title" NOT NULL"#);
        assert_eq!(
            statements(plain.clone(), named.clone()),
            [r#"ALTER TABLE "book" RENAME CONSTRAINT "book_title_not_null" TO "has title""#]
        );
        assert_eq!(
            statements(named.clone(), plain.clone()),
            [r#"ALTER TABLE "book" RENAME CONSTRAINT "has title" TO "book_title_not_null""#]
        );
        let unchecked = column(&[(NAME, "has title"), (NOT_VALID, "true")]);
        assert_eq!(of_column(&unchecked), "");
        assert_eq!(
            statements(unchecked.clone(), named.clone()),
            [r#"ALTER TABLE "book" VALIDATE CONSTRAINT "has title""#]
        );
        assert_eq!(
            statements(named.clone(), unchecked.clone()),
            [r#"ALTER COLUMN "title" DROP NOT NULL"#, r#"ADD CONSTRAINT "has title" NOT NULL "title" NOT VALID"#]
        );
        let nullable = Column { nullable: true, ..named.clone() };
        assert_eq!(statements(nullable.clone(), named.clone()), [r#"ADD CONSTRAINT "has title" NOT NULL "title""#]);
        assert_eq!(statements(named, nullable), [r#"ALTER COLUMN "title" DROP NOT NULL"#]);
        assert_eq!(
            statements(plain.clone(), column(&[(NO_INHERIT, "true")])),
            [r#"ALTER TABLE "book" ALTER CONSTRAINT "book_title_not_null" NO INHERIT"#]
        );
        assert_eq!(
            statements(Column { nullable: true, ..plain.clone() }, plain),
            [r#"ALTER COLUMN "title" SET NOT NULL"#]
        );
    }
}
