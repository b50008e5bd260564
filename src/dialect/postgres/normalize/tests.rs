//! What normalising promises.

use crate::schema::{Check, EnumType, Generated, IndexPart, Literal, PrimaryKey, Unique};

use super::*;

/// A schema whose tables are not noted as normalised.
fn unnoted(schema: &Schema) -> Schema {
    Schema { tables: schema.tables.clone().into_iter().collect(), ..schema.clone() }
}

fn with_column(column: Column) -> Schema {
    let mut table = Table::new(ObjectName::local("item"));
    table.columns.insert(column);
    Schema { tables: [(table.name.clone(), table)].into(), ..Schema::default() }
}

fn normal_column(column: Column) -> Column {
    let schema = normalize(with_column(column)).expect("it is supported").into_schema();
    schema.tables.values().next().and_then(|table| table.columns.values().next()).expect("one column").clone()
}

fn with_default(data_type: &str, default: &str) -> Column {
    let mut column = Column::new("c", Type::Native(data_type.to_owned()));
    column.default = Some(DefaultValue::Expression(Expression::new(default)));
    column
}

#[test]
fn a_default_is_what_the_catalog_says_of_it() {
    for (data_type, declared, catalog) in [
        ("character varying(9)", "'x'", "'x'::character varying"),
        ("text", "'it''s'", "'it''s'::text"),
        ("integer", "-5", "'-5'::integer"),
        ("bigint", "-5", "'-5'::integer"),
        ("numeric(10,2)", "0", "'0'::numeric"),
        ("jsonb", "'{}'", "'{}'::jsonb"),
        ("character(3)", "'abc'", "'abc'::bpchar"),
        ("boolean", "true", "'t'::boolean"),
    ] {
        let declared = normal_column(with_default(data_type, declared));
        assert_eq!(declared, normal_column(with_default(data_type, catalog)), "{data_type}");
    }
    let number = normal_column(with_default("text", "'5'"));
    assert_ne!(number, normal_column(with_default("text", "'6'::text")));
}

#[test]
fn a_literal_becomes_an_expression() {
    let mut column = Column::new("c", Type::String(Some(9)));
    column.default = Some(DefaultValue::Literal(Literal::Text("it's".to_owned())));
    assert_eq!(normal_column(column), normal_column(with_default("varchar(9)", "'it''s'::character varying")));
}

#[test]
fn null_of_the_columns_own_type_is_no_default() {
    assert_eq!(normal_column(with_default("text", "NULL")).default, None);
    assert_eq!(normal_column(with_default("character varying", "NULL::character varying")).default, None);
    // The catalog keeps this one: cutting a value to nine characters is a call, and no constant any more.
    let kept = normal_column(with_default("character varying(9)", "NULL::character varying")).default;
    assert!(matches!(kept, Some(DefaultValue::Expression(it)) if it.text() == "NULL::character varying"));
}

#[test]
fn auto_increment_is_an_identity_and_takes_no_null() {
    let mut column = Column::new("c", Type::Integer);
    column.identity = Some(Identity::AutoIncrement);
    column.nullable = true;
    let column = normal_column(column);
    assert_eq!((column.identity, column.nullable), (Some(Identity::ByDefault), false));
    let serial = normal_column(Column::new("c", Type::Custom("bigserial".to_owned())));
    assert_eq!((serial.identity, serial.data_type), (Some(Identity::Serial), Type::Native("bigint".to_owned())));
}

#[test]
fn only_integers_are_numbered() {
    let mut column = Column::new("c", Type::Uuid);
    column.identity = Some(Identity::AutoIncrement);
    let refused = normalize(with_column(column)).expect_err("a uuid is not numbered");
    assert_eq!(refused.hint, "add `auto_increment = false`");
}

#[test]
fn names_nobody_gave_are_made_as_the_database_makes_them() {
    let mut column = Column::new("email", Type::Text);
    column.nullable = true;
    let mut schema = with_column(column);
    let table = schema.tables.values_mut().next().expect("one table");
    table.primary_key = Some(PrimaryKey::new(None, vec!["email".into()]));
    let unique = Unique { name: "".into(), columns: vec!["email".into()], options: Options::new() };
    table.uniques.insert(unique.name.clone(), unique);
    let normalized = normalize(schema).expect("it is supported");
    let table = normalized.schema().tables.values().next().expect("one table");
    assert_eq!(table.primary_key.as_ref().and_then(|key| key.name.clone()), Some("item_pkey".into()));
    assert!(table.uniques.contains_key("item_email_key"));
    assert!(!table.columns.get("email").unwrap().nullable);
}

#[test]
fn what_is_implied_is_absent() {
    let mut schema = with_column(Column::new("c", Type::Text));
    let table = schema.tables.values_mut().next().expect("one table");
    let mut index = Index::on("i".repeat(70), ["c".into()]);
    index.method = Some("BTREE".to_owned());
    index.parts.push(IndexPart {
        target: IndexTarget::Expression(Expression::new("(lower(c))")),
        descending: true,
        options: [("nulls".to_owned(), "FIRST".to_owned())].into(),
    });
    index.comment = Some(String::new());
    table.indexes.insert(index.name.clone(), index);
    let normalized = normalize(schema).expect("it is supported");
    let index = normalized.schema().tables.values().flat_map(|table| table.indexes.values()).next().expect("one");
    assert_eq!(index.name.as_str().len(), 63);
    assert_eq!((index.method.as_ref(), index.comment.as_ref()), (None, None));
    assert!(index.parts.iter().all(|part| part.options.is_empty()));
}

#[test]
fn normalising_twice_is_normalising_once() {
    let mut column = with_default("varchar(9)", "('x')");
    column.collation = Some("default".to_owned());
    column.comment = Some(String::new());
    let mut schema = with_column(column);
    let mood = EnumType { name: ObjectName::local("mood"), values: vec!["ok".to_owned()], comment: None };
    schema.enums.insert(mood.name.clone(), mood);
    let table = schema.tables.values_mut().next().expect("one table");
    let mut generated = Column::new("g", Type::Integer);
    generated.generated = Some(Generated { expression: Expression::new("(length(c))"), stored: true });
    table.columns.insert(generated);
    table.columns.insert(Column::new("m", Type::Custom("mood".to_owned())));
    let check =
        Check { name: "item_c_check".into(), expression: Expression::new("((c <> ''))"), options: Options::new() };
    table.checks.insert(check.name.clone(), check);
    let once = normalize(schema).expect("it is supported");
    assert_eq!(normalize(unnoted(once.schema())).expect("it is supported"), once);
    let table = once.schema().tables.values().next().expect("one table");
    assert_eq!(table.columns.get("m").unwrap().data_type, Type::Enum(ObjectName::local("mood")));
}

#[test]
fn a_cast_that_means_something_stays() {
    let with = |data_type: &str, condition: &str| {
        let mut schema = with_column(Column::new("c", Type::Native(data_type.to_owned())));
        let table = schema.tables.values_mut().next().expect("one table");
        let check = Check { name: Name::new("k"), expression: Expression::new(condition), options: Options::new() };
        table.checks.insert(check.name.clone(), check);
        normalize(schema).expect("it is supported")
    };
    // The catalog makes a varchar comparable so.
    assert_eq!(with("character varying", "c = 'x'"), with("character varying", "((c)::text = 'x'::text)"));
    for other in ["jsonb", "integer", "citext", "uuid", "text[]"] {
        assert_ne!(with(other, "c = '5'"), with(other, "c::text = '5'"), "{other}");
        assert_eq!(with(other, "c::text = '5'"), with(other, "((c)::text = '5'::text)"), "{other}");
    }
}

#[test]
fn a_routine_is_called_by_the_catalogs_types() {
    assert_eq!(
        signature(&Name::new("f(int, varchar(9), numeric(5,2)[])")).as_str(),
        "f(integer, character varying, numeric[])"
    );
    assert_eq!(signature(&Name::new("f()")).as_str(), "f()");
}
