//! Definitions that can be changed where they are: domains, sequences, composite types, extensions, partitions.
//!
//! Must not know what stands on a definition. It reads the catalog's own spelling, one clause a line; anything spelled
//! otherwise is replaced instead.

use std::collections::BTreeMap;

use crate::dialect::expression::canonical_expression;
use crate::dialect::{Product, Statement};
use crate::schema::{Change, Definition, DefinitionId, DefinitionKind};

use super::super::words;
use super::spelling::target;

/// The statements that change what is defined in place; `None` where it has to be dropped and created.
pub(super) fn statements(change: &Change<Definition>) -> Option<Vec<Statement>> {
    let (from, to) = (change.from.create.text(), change.to.create.text());
    if change.from.create == change.to.create {
        return Some(Vec::new());
    }
    let target = target(&change.to.id)?;
    match change.to.id.kind {
        DefinitionKind::Domain => domain(&target, from, to),
        DefinitionKind::Sequence => sequence(&target, from, to),
        DefinitionKind::CompositeType => composite(&target, from, to),
        DefinitionKind::Extension => {
            let schema = |text: &str| text.split_once(" WITH SCHEMA ").map(|(_, schema)| schema.to_owned());
            Some(match schema(to) {
                Some(schema) => vec![Statement::new(format!("ALTER {target} SET SCHEMA {schema}"))],
                // It moves to whatever the connection's default schema is.
                None => vec![Statement::new(format!(
                    "DO $$ BEGIN EXECUTE format('ALTER {} SET SCHEMA %I', current_schema()); END $$",
                    target.replace('\'', "''")
                ))],
            })
        }
        DefinitionKind::Partition => partition(&change.to.id, from, to),
        DefinitionKind::PartitionPart
        | DefinitionKind::Schema
        | DefinitionKind::Collation
        | DefinitionKind::RangeType
        | DefinitionKind::Aggregate
        | DefinitionKind::Operator
        | DefinitionKind::Server
        | DefinitionKind::ForeignTable
        | DefinitionKind::Partitioning
        | DefinitionKind::Exclusion
        | DefinitionKind::Policy
        | DefinitionKind::Rule
        | DefinitionKind::ViewIndex
        | DefinitionKind::ViewTrigger
        | DefinitionKind::Statistics
        | DefinitionKind::Event
        | DefinitionKind::EventTrigger
        | DefinitionKind::Publication
        | DefinitionKind::Setting
        | DefinitionKind::Comment
        | DefinitionKind::Privilege => None,
    }
}

/// A domain's clauses. What cannot be changed is in the head.
#[derive(Default)]
struct Domain<'a> {
    head: Vec<&'a str>,
    default: Option<String>,
    not_null: bool,
    constraints: BTreeMap<&'a str, String>,
}

impl<'a> Domain<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut domain = Self::default();
        // A string inside a clause may span lines; what starts no clause belongs to the one before.
        let mut last: Option<&'a str> = None;
        for line in text.lines() {
            let clause = line.strip_prefix("    ").unwrap_or_default();
            if let Some(value) = clause.strip_prefix("DEFAULT ") {
                domain.default = Some(value.to_owned());
                last = None;
            } else if clause == "NOT NULL" {
                domain.not_null = true;
            } else if let Some(constraint) = clause.strip_prefix("CONSTRAINT ") {
                let (name, check) = words::cut_name(constraint)?;
                domain.constraints.insert(name, check.to_owned());
                last = Some(name);
            } else if let Some(check) = last.and_then(|name| domain.constraints.get_mut(name)) {
                check.push('\n');
                check.push_str(line);
            } else {
                domain.head.push(line);
            }
        }
        let spelled = domain.head.iter().skip(1).all(|line| line.starts_with("    COLLATE "));
        (spelled && !domain.head.iter().any(|line| line.contains(" CHECK "))).then_some(domain)
    }
}

fn domain(target: &str, from: &str, to: &str) -> Option<Vec<Statement>> {
    let (old, new) = (Domain::read(from)?, Domain::read(to)?);
    if old.head != new.head {
        return None;
    }
    let same = |one: Option<&String>, other: Option<&String>| {
        let form = |text: &String| canonical_expression(Product::Postgres, words::without_parentheses(text));
        let check = |text: &String| form(&text.trim().strip_prefix("CHECK ").unwrap_or(text).to_owned());
        one == other || one.map(check) == other.map(check)
    };
    let mut clauses = Vec::new();
    for (name, check) in &old.constraints {
        if !same(new.constraints.get(name), Some(check)) {
            clauses.push(format!("DROP CONSTRAINT {name}"));
        }
    }
    match (&old.default, &new.default) {
        (old, Some(new)) if !same(old.as_ref(), Some(new)) => clauses.push(format!("SET DEFAULT {new}")),
        (Some(_), None) => clauses.push("DROP DEFAULT".to_owned()),
        _ => {}
    }
    match (old.not_null, new.not_null) {
        (false, true) => clauses.push("SET NOT NULL".to_owned()),
        (true, false) => clauses.push("DROP NOT NULL".to_owned()),
        _ => {}
    }
    for (name, check) in &new.constraints {
        if !same(old.constraints.get(name), Some(check)) {
            clauses.push(format!("ADD CONSTRAINT {name}{check}"));
        }
    }
    Some(clauses.into_iter().map(|clause| Statement::new(format!("ALTER {target} {clause}"))).collect())
}

fn sequence(target: &str, from: &str, to: &str) -> Option<Vec<Statement>> {
    let settings = |text: &'_ str| -> Option<(String, String)> {
        let at = text.find("SEQUENCE ")? + "SEQUENCE ".len();
        let rest = text.get(at..)?;
        let (_, settings) = words::cut_name(rest)?;
        Some((text.get(..at)?.to_owned(), settings.trim().to_owned()))
    };
    let ((old_head, old), (new_head, new)) = (settings(from)?, settings(to)?);
    if old_head != new_head {
        return None;
    }
    let descends = new.contains("INCREMENT BY -");
    let mut clauses = Vec::new();
    for (key, usual) in [
        ("AS ", "AS bigint"),
        ("INCREMENT BY", "INCREMENT BY 1"),
        // With another type, `NO` would take the type's bound where the old one was the old type's.
        ("MINVALUE", if descends { "NO MINVALUE" } else { "MINVALUE 1" }),
        ("MAXVALUE", if descends { "MAXVALUE -1" } else { "NO MAXVALUE" }),
        ("CACHE", "CACHE 1"),
        ("CYCLE", "NO CYCLE"),
    ] {
        if !new.contains(key) {
            clauses.push(usual.to_owned());
        }
    }
    if !new.contains("START WITH") {
        let bound = if descends { "MAXVALUE " } else { "MINVALUE " };
        let start = new.split_once(bound).and_then(|(_, rest)| rest.split_whitespace().next());
        clauses.push(format!("START WITH {}", start.unwrap_or(if descends { "-1" } else { "1" })));
    }
    let ((least, most), (new_least, new_most)) = (bounds(&old), bounds(&new));
    let narrows = new_least > least || new_most < most;
    if !new.is_empty() {
        clauses.push(new);
    }
    let alter = format!("ALTER {target} {}", clauses.join(" "));
    if !narrows {
        return Some(vec![Statement::new(alter)]);
    }
    // It counts on, unless it stands outside the new bounds.
    let name = target.strip_prefix("SEQUENCE ").unwrap_or(target);
    Some(vec![Statement::new(format!(
        "DO $do$ BEGIN\n    IF (SELECT last_value BETWEEN {new_least} AND {new_most} FROM {name}) THEN\n        {alter};\n    \
         ELSE\n        {alter} RESTART;\n    END IF;\nEND $do$"
    ))])
}

/// The smallest and the largest number of a sequence. Where they only widen, it counts on.
fn bounds(settings: &str) -> (i128, i128) {
    let word = |key: &str| settings.split_once(key).and_then(|(_, rest)| rest.split_whitespace().next());
    let number = |key: &str| word(key).and_then(|word| word.parse::<i128>().ok());
    let (lowest, highest) = match word("AS ") {
        Some("smallint") => (i128::from(i16::MIN), i128::from(i16::MAX)),
        Some("integer") => (i128::from(i32::MIN), i128::from(i32::MAX)),
        _ => (i128::from(i64::MIN), i128::from(i64::MAX)),
    };
    let (least, most) = if settings.contains("INCREMENT BY -") { (lowest, -1) } else { (1, highest) };
    (number("MINVALUE ").unwrap_or(least), number("MAXVALUE ").unwrap_or(most))
}

fn composite(target: &str, from: &str, to: &str) -> Option<Vec<Statement>> {
    /// In the order they are written, by the form their names are compared in.
    fn attributes(text: &str) -> Option<Vec<(String, &str, &str)>> {
        let inside = text.split_once("AS (")?.1.strip_suffix(')')?;
        let attributes = words::items(inside).into_iter().map(|item| {
            let (name, data_type) = words::cut_name(item)?;
            Some((words::plain(name), name, data_type))
        });
        attributes.collect()
    }
    let (old, new) = (attributes(from)?, attributes(to)?);
    let known = |list: &[(String, &str, &str)], form: &String| list.iter().any(|(other, ..)| other == form);
    // A column may hold values of the type; then PostgreSQL refuses to change an attribute's type.
    let changes = |(form, _, data_type): &(String, &str, &str)| {
        new.iter().any(|(other, _, other_type)| other == form && other_type != data_type)
    };
    if old.iter().any(changes) {
        return None;
    }
    let added = new.iter().filter(|(form, ..)| !known(&old, form));
    let added = added.map(|(_, name, data_type)| format!("ADD ATTRIBUTE {name}{data_type}"));
    let gone = old.iter().filter(|(form, ..)| !known(&new, form)).map(|(_, name, _)| format!("DROP ATTRIBUTE {name}"));
    Some(added.chain(gone).map(|clause| Statement::new(format!("ALTER {target} {clause}"))).collect())
}

/// A partition as its definition says it.
struct Partition<'a> {
    unlogged: bool,
    child: &'a str,
    parent: &'a str,
    bound: &'a str,
    divided: Option<&'a str>,
    storage: Option<String>,
}

impl<'a> Partition<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (head, rest) = text.split_once('\n')?;
        let (create, names) = head.split_once("TABLE ")?;
        let (child, parent) = names.split_once(" PARTITION OF ")?;
        let mut lines = rest.lines().map(str::trim);
        let bound = lines.next()?;
        let (mut divided, mut storage) = (None, None);
        for line in lines {
            match line.strip_prefix("WITH (").and_then(|rest| rest.strip_suffix(')')) {
                Some(parameters) => storage = Some(parameters.to_owned()),
                None => divided = Some(line.strip_prefix("PARTITION BY ")?),
            }
        }
        Some(Self { unlogged: create.contains("UNLOGGED"), child, parent, bound, divided, storage })
    }
}

/// A partition that takes other rows is taken out and put in again with its rows, which have to fit.
fn partition(id: &DefinitionId, from: &str, to: &str) -> Option<Vec<Statement>> {
    let (old, new) = (Partition::read(from)?, Partition::read(to)?);
    if (old.child, old.divided) != (new.child, new.divided) {
        return None;
    }
    let child = new.child;
    let mut statements = Vec::new();
    if (old.parent, old.bound) != (new.parent, new.bound) {
        statements.push(Statement::new(format!("ALTER TABLE {} DETACH PARTITION {child}", old.parent)));
        statements.push(Statement::new(format!("ALTER TABLE {} ATTACH PARTITION {child} {}", new.parent, new.bound)));
    }
    if old.unlogged != new.unlogged {
        let clause = if new.unlogged { "SET UNLOGGED" } else { "SET LOGGED" };
        statements.push(Statement::new(format!("ALTER TABLE {child} {clause}")));
    }
    statements.extend(super::alter::storage(&id.name, old.storage.as_ref(), new.storage.as_ref()));
    Some(statements)
}

#[cfg(test)]
mod tests {
    use crate::schema::ObjectName;

    use super::*;

    fn changed(kind: DefinitionKind, from: &str, to: &str) -> Option<Vec<String>> {
        let definition = |text: &str| Definition::new(DefinitionId::new(kind, ObjectName::local("d")), text);
        let statements = statements(&Change::new(definition(from), definition(to)))?;
        Some(statements.into_iter().map(|statement| statement.sql).collect())
    }

    #[test]
    fn a_domain_is_changed_clause_by_clause() {
        let from = "CREATE DOMAIN d AS integer\n    DEFAULT 1\n    CONSTRAINT \"a b\" CHECK ((VALUE > 0))";
        let to = "CREATE DOMAIN d AS integer\n    NOT NULL\n    CONSTRAINT \"a b\" CHECK ((VALUE > 1))";
        assert_eq!(
            changed(DefinitionKind::Domain, from, to).unwrap(),
            [
                "ALTER DOMAIN \"d\" DROP CONSTRAINT \"a b\"",
                "ALTER DOMAIN \"d\" DROP DEFAULT",
                "ALTER DOMAIN \"d\" SET NOT NULL",
                "ALTER DOMAIN \"d\" ADD CONSTRAINT \"a b\" CHECK ((VALUE > 1))",
            ]
        );
        assert_eq!(changed(DefinitionKind::Domain, from, "CREATE DOMAIN d AS text"), None);
    }

    #[test]
    fn a_composite_type_gains_and_loses_attributes() {
        let (from, to) = ("CREATE TYPE d AS (\n    a integer,\n    b text\n)", "CREATE TYPE d AS (\n    a integer\n)");
        assert_eq!(changed(DefinitionKind::CompositeType, from, to).unwrap(), ["ALTER TYPE \"d\" DROP ATTRIBUTE b"]);
        let other = "CREATE TYPE d AS (\n    a bigint\n)";
        assert_eq!(changed(DefinitionKind::CompositeType, to, other), None);
    }

    #[test]
    fn a_sequence_is_told_what_is_usual_again() {
        let from = "CREATE SEQUENCE \"odd name\" AS integer INCREMENT BY 5";
        let to = "CREATE SEQUENCE \"odd name\" MINVALUE 3";
        assert_eq!(
            changed(DefinitionKind::Sequence, from, to).unwrap(),
            ["DO $do$ BEGIN\n    IF (SELECT last_value BETWEEN 3 AND 9223372036854775807 FROM \"d\") THEN\n        \
                 ALTER SEQUENCE \"d\" AS bigint INCREMENT BY 1 NO MAXVALUE CACHE 1 NO CYCLE START WITH 3 MINVALUE 3;\n    \
                 ELSE\n        \
                 ALTER SEQUENCE \"d\" AS bigint INCREMENT BY 1 NO MAXVALUE CACHE 1 NO CYCLE START WITH 3 MINVALUE 3 RESTART;\n    \
                 END IF;\nEND $do$"]
        );
    }

    #[test]
    fn a_partition_keeps_its_rows() {
        let from = "CREATE TABLE p PARTITION OF t\n    FOR VALUES IN (1)";
        let to = "CREATE TABLE p PARTITION OF t\n    FOR VALUES IN (1, 2)";
        assert_eq!(
            changed(DefinitionKind::Partition, from, to).unwrap(),
            ["ALTER TABLE t DETACH PARTITION p", "ALTER TABLE t ATTACH PARTITION p FOR VALUES IN (1, 2)"]
        );
    }
}
