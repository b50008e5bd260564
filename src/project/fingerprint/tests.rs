//! What counts and what does not, and the very digits.

use proptest::prelude::*;
use sea_gen_runner::checksum::sha256;
use sea_gen_runner::json;

use crate::schema::{
    Action, Check, Column, DefaultValue, Definition, DefinitionId, DefinitionKind, Expression, ForeignKey, Generated,
    Identity, Index, IndexPart, IndexTarget, Literal, Name, ObjectName, Options, Place, PrimaryKey, Routine,
    RoutineKind, Table, Trigger, Type, Unique, View, Wording,
};

use super::*;

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
        column.generated =
            (number % 5 == 0).then(|| Generated { expression: written(*number, spelling), stored: number % 2 == 0 });
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
    table.checks.insert(name.clone(), Check { name: name.clone(), expression: condition(), options: Options::new() });
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

fn same<T: Serialize>(object: &T)
where
    for<'a> Counted<'a, T>: Serialize,
{
    let mut line = CompactJson::default();
    line.write(&Counted(object)).unwrap();
    assert_eq!(line.text, json::compact(&serde_json::to_value(object).unwrap()));
}

/// Where every expression is its own canonical form, columns are in order and nothing is worded, all of an object counts.
#[test]
fn what_counts_is_written_as_the_object_is() {
    let name = |text: &str| Name::new(text);
    let said = || Some("said \"so\"\n".to_owned());
    let options: Options = [("b".to_owned(), "2".to_owned()), ("a\\".to_owned(), "é".to_owned())].into();
    let mut table = Table::new(ObjectName::local("t"));
    same(&table);
    table.name = ObjectName::qualified("s", "t");
    table.comment = said();
    table.options = options.clone();
    let full = Column {
        name: name("full"),
        data_type: Type::Enum(ObjectName::local("mood")),
        nullable: true,
        default: Some(DefaultValue::Expression(Expression::new("'x'"))),
        identity: Some(Identity::ByDefault),
        generated: Some(Generated { expression: Expression::new("1 + 1"), stored: true }),
        collation: said(),
        on_update: Some(Expression::new("CURRENT_TIMESTAMP")),
        comment: said(),
        options: options.clone(),
        wording: Wording::default(),
    };
    let mut literal = Column::new("literal", Type::Array(Box::new(Type::String(Some(3)))));
    literal.default = Some(DefaultValue::Literal(Literal::Text("x".to_owned())));
    for column in [Column::new("bare", Type::Native("text".to_owned())), full, literal] {
        table.columns.insert(column);
    }
    table.primary_key = Some(PrimaryKey::new(None, vec![name("b"), name("a")]));
    same(&table);
    table.primary_key = Some(PrimaryKey::new(Some(name("key")), vec![name("b"), name("a")]));
    for options in [Options::new(), options.clone()] {
        let many = || vec![name("b"), name("a")];
        let of = name(&format!("x{}", options.len()));
        let action = (!options.is_empty()).then_some(Action::SetNull);
        let unique = Unique { name: of.clone(), columns: many(), options: options.clone() };
        let key = ForeignKey {
            name: of.clone(),
            columns: many(),
            references: ObjectName::qualified("s", "other"),
            referenced_columns: many(),
            on_update: action,
            on_delete: action.map(|_| Action::Cascade),
            options: options.clone(),
        };
        let check = Check { name: of.clone(), expression: Expression::new("a > 0"), options: options.clone() };
        let part = |target, descending| IndexPart { target, descending, options: options.clone() };
        let mut index = Index::on("x", []);
        index.name = of.clone();
        for descending in [false, true] {
            index.parts.push(part(IndexTarget::Column(name("a")), descending));
            index.parts.push(part(IndexTarget::Expression(Expression::new("lower(a)")), descending));
        }
        if !options.is_empty() {
            index.unique = true;
            index.predicate = Some(Expression::new("a > 1"));
            index.method = said();
            index.include = many();
            index.comment = said();
            index.options = options.clone();
        }
        let trigger = Trigger { name: of.clone(), definition: Expression::new("CREATE TRIGGER") };
        table.uniques.insert(of.clone(), unique);
        table.foreign_keys.insert(of.clone(), key);
        table.checks.insert(of.clone(), check);
        table.indexes.insert(of.clone(), index);
        table.triggers.insert(of, trigger);
    }
    same(&table);
    let mut view = View {
        name: ObjectName::local("v"),
        query: Expression::new("SELECT 1"),
        reads: [].into(),
        materialized: false,
        comment: None,
        options: Options::new(),
    };
    same(&view);
    view.reads.insert(ObjectName::local("t"));
    view.reads.insert(ObjectName::local("a"));
    (view.materialized, view.comment, view.options) = (true, said(), options);
    same(&view);
    let definition = Expression::new("CREATE FUNCTION");
    same(&Routine { name: ObjectName::local("f()"), kind: RoutineKind::Procedure, definition });
    let mut policy = Definition::new(
        DefinitionId::on(DefinitionKind::Policy, ObjectName::local("t"), ObjectName::local("own")),
        "CREATE POLICY",
    );
    same(&policy);
    (policy.drop, policy.comment) = ("DROP POLICY".to_owned(), said());
    same(&policy);
    same(&Definition::new(DefinitionId::new(DefinitionKind::Schema, ObjectName::local("s")), "CREATE SCHEMA"));
}
