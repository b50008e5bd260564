//! Rows that change although no statement of a migration changes them directly: by triggers and by events.
//!
//! Must not know databases. A table that a trigger only reads counts as written.

use std::collections::BTreeSet;

use sea_gen_runner::sql;

use crate::schema::{ObjectName, Product, Schema};

use super::part::WordSet;

/// The tables that the triggers of some tables may write to, directly or by further triggers, without those tables.
pub(super) fn reached(schemas: &[&Schema], tables: &[ObjectName]) -> Vec<ObjectName> {
    let mut found: BTreeSet<&ObjectName> = tables.iter().collect();
    loop {
        let texts = texts(schemas, &found);
        let words = WordSet::of(texts.into_iter());
        let all = schemas.iter().flat_map(|schema| schema.tables.keys());
        let more: Vec<&ObjectName> = all.filter(|name| !found.contains(name) && words.name(&name.name)).collect();
        if more.is_empty() {
            return found.into_iter().filter(|name| !tables.contains(name)).cloned().collect();
        }
        found.extend(more);
    }
}

/// The triggers of the tables, and the named routines.
fn texts<'s>(schemas: &[&'s Schema], tables: &BTreeSet<&ObjectName>) -> Vec<&'s str> {
    let triggers = |schema: &&'s Schema| {
        let of_them = schema.tables.values().filter(|table| tables.contains(&table.name));
        of_them.flat_map(|table| table.triggers.values()).map(|trigger| trigger.definition.text()).collect::<Vec<_>>()
    };
    let mut texts: Vec<&str> = schemas.iter().flat_map(triggers).collect();
    if texts.is_empty() {
        return texts;
    }
    let mut routines: Vec<_> = schemas.iter().flat_map(|schema| schema.routines.values()).collect();
    loop {
        let words = WordSet::of(texts.iter().copied());
        let named = |name: &ObjectName| {
            let bare = name.name.as_str().split('(').next().unwrap_or_default();
            words.name(&bare.into())
        };
        let (called, rest): (Vec<_>, Vec<_>) = routines.into_iter().partition(|routine| named(&routine.name));
        if called.is_empty() {
            return texts;
        }
        texts.extend(called.iter().map(|routine| routine.definition.text()));
        routines = rest;
    }
}

/// Whether a statement creates an event, which may change rows by itself.
pub(super) fn creates_event(product: Product, sql: &str) -> bool {
    let words = sql::words(product, sql);
    matches!(product, Product::MySql | Product::MariaDb)
        && words.first().is_some_and(|word| word.is_word("CREATE"))
        && words.iter().take_while(|word| !word.is_word("SCHEDULE")).any(|word| word.is_word("EVENT"))
        && words.iter().any(|word| word.is_word("SCHEDULE"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Expression, Routine, RoutineKind, Table, Trigger};

    #[test]
    fn triggers_are_followed_through_routines_and_other_tables() {
        let mut schema = Schema::default();
        let routine = |name: &str, body: &str| Routine {
            name: ObjectName::local(name),
            kind: RoutineKind::Function,
            definition: Expression::new(body),
        };
        for (name, trigger) in
            [("a", "EXECUTE FUNCTION f()"), ("log", "INSERT INTO \"Deep\" VALUES (1)"), ("Deep", ""), ("other", "")]
        {
            let mut table = Table::new(ObjectName::local(name));
            if !trigger.is_empty() {
                table.triggers.insert("t".into(), Trigger { name: "t".into(), definition: Expression::new(trigger) });
            }
            schema.tables.insert(table.name.clone(), table);
        }
        for routine in [routine("f()", "SELECT g(1)"), routine("g(integer)", "INSERT INTO log VALUES (1)")] {
            schema.routines.insert(routine.name.clone(), routine);
        }
        let reached = |name: &str| reached(&[&schema], &[ObjectName::local(name)]);
        assert_eq!(reached("a"), [ObjectName::local("Deep"), ObjectName::local("log")]);
        assert_eq!(reached("other"), []);
    }
}
