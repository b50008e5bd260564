//! Fingerprints: one short text for a whole schema, equal for equal schemas.
//!
//! Must not know where the schema came from or where the fingerprint is kept.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::compact;
use crate::schema::{
    Check, Column, DefaultValue, Definition, Expression, ForeignKey, Generated, Index, IndexPart, IndexTarget,
    PrimaryKey, Routine, Schema, Table, Trigger, Unique, View, Wording,
};

/// The first 16 bytes of the SHA-256 of everything that counts in a normalised schema, as 32 hexadecimal digits. Equal
/// schemas have equal fingerprints: expressions count by their canonical form, columns without their order.
pub fn fingerprint(schema: &Schema) -> String {
    let mut digest = Sha256::new();
    let Schema { tables, enums, views, routines, definitions } = schema;
    tables.values().cloned().for_each(|mut value| {
        table(&mut value);
        add(&mut digest, "table", &value);
    });
    enums.values().for_each(|value| add(&mut digest, "enum", value));
    views.values().cloned().for_each(|mut value| {
        view(&mut value);
        add(&mut digest, "view", &value);
    });
    routines.values().cloned().for_each(|mut value| {
        routine(&mut value);
        add(&mut digest, "routine", &value);
    });
    definitions.values().cloned().for_each(|mut value| {
        definition(&mut value);
        add(&mut digest, "definition", &value);
    });
    let mut digits = hexadecimal(&digest.finalize());
    digits.truncate(32);
    digits
}

fn add(digest: &mut Sha256, kind: &str, object: &impl Serialize) {
    let mut text = format!("{kind} ");
    if let Err(error) = compact::write(object, &mut text) {
        // A schema's own types always have a JSON form; were one not to, the error's text is as stable as any other.
        text = format!("{kind} {error}");
    }
    text.push('\n');
    digest.update(text);
}

/// SHA-256 as 64 hexadecimal digits.
pub fn sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

// What follows writes every expression in its canonical form and puts columns in the order of their names, so that what is
// equal is also written equally. Every noun is taken apart by name: a new field does not compile until it is decided here
// whether it holds expressions.

fn view(view: &mut View) {
    let View { name: _, query, reads: _, materialized: _, comment: _, options: _ } = view;
    expression(query);
}

fn routine(routine: &mut Routine) {
    let Routine { name: _, kind: _, definition } = routine;
    expression(definition);
}

fn definition(definition: &mut Definition) {
    let Definition { id: _, create, drop: _, needs, comment: _ } = definition;
    expression(create);
    needs.clear();
}

fn table(table: &mut Table) {
    let Table {
        name: _,
        columns,
        primary_key,
        uniques,
        foreign_keys,
        checks,
        indexes,
        triggers,
        comment: _,
        options: _,
    } = table;
    let mut sorted: Vec<Column> = std::mem::take(columns).into_iter().collect();
    sorted.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    *columns = sorted.into_iter().collect();
    columns.values_mut().for_each(column);
    if let Some(PrimaryKey { name: _, columns: _ }) = primary_key {}
    for Unique { name: _, columns: _, options: _ } in uniques.values() {}
    for ForeignKey {
        name: _,
        columns: _,
        references: _,
        referenced_columns: _,
        on_update: _,
        on_delete: _,
        options: _,
    } in foreign_keys.values()
    {}
    for Check { name: _, expression: condition, options: _ } in checks.values_mut() {
        expression(condition);
    }
    for Index { name: _, parts, unique: _, predicate, method: _, include: _, comment: _, options: _, wording } in
        indexes.values_mut()
    {
        *wording = Wording::default();
        for IndexPart { target, descending: _, options: _ } in parts {
            match target {
                IndexTarget::Column(_) => {}
                IndexTarget::Expression(indexed) => expression(indexed),
            }
        }
        predicate.iter_mut().for_each(expression);
    }
    for Trigger { name: _, definition } in triggers.values_mut() {
        expression(definition);
    }
}

fn column(column: &mut Column) {
    let Column {
        name: _,
        data_type: _,
        nullable: _,
        default,
        identity: _,
        generated,
        collation: _,
        on_update,
        comment: _,
        options: _,
        wording,
    } = column;
    *wording = Wording::default();
    match default {
        None | Some(DefaultValue::Literal(_)) => {}
        Some(DefaultValue::Expression(value)) => expression(value),
    }
    if let Some(Generated { expression: computed, stored: _ }) = generated {
        expression(computed);
    }
    on_update.iter_mut().for_each(expression);
}

fn expression(expression: &mut Expression) {
    *expression = Expression::new(expression.canonical());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::json;
    use super::*;
    use crate::schema::{DefinitionId, DefinitionKind, Name, ObjectName, Options, Place, RoutineKind, Type};

    /// An expression: its number is what it means, `spelling` how it is written.
    fn written(meaning: u8, spelling: &str) -> Expression {
        Expression::new(format!("{spelling}{meaning}")).with_canonical(format!("e{meaning}"))
    }

    /// The same schema for the same numbers, whatever the spelling and the order of columns.
    fn schema(numbers: &[u8], spelling: &str, backwards: bool) -> Schema {
        let mut columns = Vec::new();
        for (index, number) in numbers.iter().enumerate() {
            let mut column = Column::new(format!("c{index}"), Type::Native(format!("t{}", number % 3)));
            column.nullable = number % 2 == 0;
            column.default = (number % 5 > 1).then(|| DefaultValue::Expression(written(*number, spelling)));
            column.generated = (number % 5 == 0)
                .then(|| Generated { expression: written(*number, spelling), stored: number % 2 == 0 });
            column.on_update = (number % 7 == 0).then(|| written(*number, spelling));
            columns.push(column);
        }
        if backwards {
            columns.reverse();
        }
        let first = numbers.first().copied().unwrap_or_default();
        let mut table = Table::new(ObjectName::local("t"));
        table.columns = columns.into_iter().collect();
        let name = Name::new("x");
        let condition = || written(first, spelling);
        table
            .checks
            .insert(name.clone(), Check { name: name.clone(), expression: condition(), options: Options::new() });
        let mut index = Index::on("x", [Name::new("c0")]);
        index.predicate = Some(condition());
        index.parts.push(IndexPart {
            target: IndexTarget::Expression(condition()),
            descending: false,
            options: Options::new(),
        });
        table.indexes.insert(name.clone(), index);
        table.triggers.insert(name.clone(), Trigger { name: name.clone(), definition: condition() });
        let mut schema = Schema::default();
        schema.tables.insert(table.name.clone(), table);
        let name = ObjectName::local("v");
        let view = View {
            name: name.clone(),
            query: condition(),
            reads: [ObjectName::local("t")].into(),
            materialized: first % 2 == 0,
            comment: None,
            options: Options::new(),
        };
        schema.views.insert(name.clone(), view);
        let routine = Routine { name: name.clone(), kind: RoutineKind::Function, definition: condition() };
        schema.routines.insert(name, routine);
        schema
    }

    /// Nothing is written beside the code: a failure that was found becomes a test of its own.
    fn config() -> ProptestConfig {
        ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn equal_schemas_have_equal_fingerprints(
            one in prop::collection::vec(0_u8..20, 0..6),
            other in prop::collection::vec(0_u8..20, 0..6),
        ) {
            let (first, second) = (schema(&one, "a", false), schema(&one, "b", true));
            prop_assert_eq!(&first, &second);
            prop_assert_eq!(fingerprint(&first), fingerprint(&second));
            let third = schema(&other, "a", false);
            prop_assert_eq!(first == third, fingerprint(&first) == fingerprint(&third));
        }
    }

    #[test]
    fn a_fingerprint_is_the_same_everywhere() {
        assert_eq!(fingerprint(&Schema::default()), "e3b0c44298fc1c149afbf4c8996fb924");
        assert_eq!(fingerprint(&schema(&[0, 1, 2, 3], "a", false)), "3f658beda83ebbfae5af33ef2b555977");
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn definitions_count_and_wordings_do_not() {
        let plain = schema(&[1], "a", false);
        let mut worded = plain.clone();
        for table in worded.tables.values_mut() {
            table.columns.values_mut().for_each(|column| column.wording = Wording::new("c0 t1"));
            table.indexes.values_mut().for_each(|index| index.wording = Wording::new("CREATE INDEX x ON t (c0)"));
        }
        assert_eq!(fingerprint(&plain), fingerprint(&worded));
        let mut schema = Schema::default();
        let id = DefinitionId::on(DefinitionKind::Policy, ObjectName::local("t"), ObjectName::local("own"));
        let mut policy = Definition::new(id.clone(), "spelling");
        policy.create = Expression::new("spelling").with_canonical("create \"policy\"");
        policy.drop = "DROP POLICY own ON t".to_owned();
        policy.needs.insert(Place::table(&ObjectName::local("t")));
        schema.definitions.insert(id, policy.clone());
        policy.create = Expression::new("create \"policy\"");
        // What it stands on follows from what it says.
        policy.needs.clear();
        let tree = json::compact(&serde_json::to_value(&policy).unwrap());
        let whole = sha256(&format!("definition {tree}\n"));
        assert_eq!(fingerprint(&schema), whole.get(..32).unwrap());
    }
}
