//! Names and strings that try to end a quotation survive the way there and back.

use sea_gen::schema::{
    Check, Column, DefaultValue, EnumType, Expression, ForeignKey, Generated, Index, Literal, Name, ObjectName,
    Options, PrimaryKey, Schema, Table, Type,
};

use super::scratch::{Scratch, on_each};

on_each![hostile_names_and_strings_survive];

const TEXTS: &[&str] = &[
    "it's",
    "back\\slash\\",
    "tick`s``",
    "new\nline\r\t",
    "üñí 漢 €“”",
    "*/ -- # /*",
    "\"dq\"",
    "'; DROP TABLE x; --",
    "%_\\'",
    "\\",
    "'",
];

async fn hostile_names_and_strings_survive(scratch: Scratch) {
    let mut session = scratch.database("it").await;
    let mut schema = Schema::default();
    for (number, text) in TEXTS.iter().enumerate() {
        // A name may not end in a blank.
        let name: String = format!("{number}{}", text.trim_end());
        let mut table = Table::new(ObjectName::local(name.as_str()));
        table.comment = Some((*text).to_owned());
        let labels = ObjectName::local(format!("e{number}").as_str());
        let values = vec![(*text).trim_end().to_owned(), "x".to_owned()];
        schema.enums.insert(labels.clone(), EnumType { name: labels.clone(), values, comment: None });
        let literal = || Some(DefaultValue::Literal(Literal::Text((*text).to_owned())));
        let mut add = |column: Column| {
            table.columns.insert(column);
        };
        let mut id = Column::new(name.as_str(), Type::String(Some(60)));
        id.comment = Some((*text).to_owned());
        id.default = literal();
        add(id);
        let mut other = Column::new("text", Type::Text);
        other.default = literal();
        add(other);
        let mut choice = Column::new("choice", Type::Enum(labels));
        choice.default = Some(DefaultValue::Literal(Literal::Text((*text).trim_end().to_owned())));
        add(choice);
        let quoted = scratch.dialect().quote(&Name::from(name.as_str()));
        let string = scratch.dialect().literal(&Literal::Text((*text).to_owned()));
        let mut computed = Column::new("computed", Type::String(Some(200)));
        computed.nullable = true;
        computed.generated =
            Some(Generated { expression: Expression::new(format!("concat({quoted},{string})")), stored: false });
        add(computed);
        add(Column::new("refers", Type::String(Some(60))));
        table.primary_key = Some(PrimaryKey::new(None, vec![name.as_str().into()]));
        let mut index = Index::on(format!("i{name}"), [Name::from("choice")]);
        index.comment = Some((*text).to_owned());
        table.indexes.insert(index.name.clone(), index);
        let check = Name::new(format!("c{name}"));
        let expression = Expression::new(format!("{quoted} <> {string}"));
        table.checks.insert(check.clone(), Check { name: check, expression, options: Options::new() });
        let key = ForeignKey {
            name: Name::new(format!("f{name}")),
            columns: vec!["refers".into()],
            references: table.name.clone(),
            referenced_columns: vec![name.as_str().into()],
            on_update: None,
            on_delete: None,
            options: Options::new(),
        };
        table.foreign_keys.insert(key.name.clone(), key);
        schema.tables.insert(table.name.clone(), table);
    }
    let wanted = scratch.normalize(schema);
    let plan = scratch.migrate(&mut session, &scratch.empty(), &wanted).await;
    let found = scratch.read(&mut session).await;
    for (name, table) in &wanted.schema().tables {
        assert_eq!(found.schema().tables.get(name), Some(table), "{}", scratch.product);
    }
    scratch.expect(&mut session, &wanted, "hostile").await;
    scratch.run(&mut session, &plan.inverse(scratch.empty().schema()), &wanted).await;
    scratch.expect(&mut session, &scratch.empty(), "hostile, down").await;
}
