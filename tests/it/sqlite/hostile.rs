//! Names and strings that would break whatever is not quoted.

use super::*;
use sea_gen::schema::{
    Change, Check, Column, DefaultValue, Expression, ForeignKey, Generated, Identity, Index, IndexPart, IndexTarget,
    Literal, Name, ObjectName, PrimaryKey, Table, Type, Unique, View,
};

const NAMES: &[&str] = &[
    "plain",
    "select",
    "two words",
    "quo\"te",
    "apo'strophe",
    "back`tick",
    "brack]et[s",
    "semi;colon",
    "dash--dash",
    "/*remark*/",
    "new\nline",
    "größe",
    "日本",
    "🦀",
    "%s",
    "$1",
    "?",
    ":name",
    "per.iod",
    "(",
    ")",
    "a,b",
    "\\",
    "1st",
    "x'00'",
];

/// A table all of whose names are `name`, as far as SQLite lets one name stand for many things.
fn table(name: &str, parent: &ObjectName) -> Table {
    let mut table = Table::new(ObjectName::local(format!("t {name}")));
    let mut id = Column::new("id", Type::BigInteger);
    id.identity = Some(Identity::AutoIncrement);
    let mut text = Column::new(name, Type::Text);
    text.nullable = true;
    text.default = Some(DefaultValue::Literal(Literal::Text(name.to_owned())));
    text.collation = Some("nocase".to_owned());
    let quoted = dialect::of(Product::Sqlite).quote(&Name::from(name));
    let mut sum = Column::new("sum", Type::Integer);
    sum.nullable = true;
    sum.generated = Some(Generated { expression: Expression::new(format!("length({quoted})")), stored: false });
    let mut reference = Column::new("reference", Type::Integer);
    reference.nullable = true;
    for column in [id, text, sum, reference] {
        table.columns.insert(column);
    }
    table.primary_key = Some(PrimaryKey::new(None, vec!["id".into()]));
    let unique = Unique { name: format!("u {name}").into(), columns: vec![name.into()], options: Default::default() };
    table.uniques.insert(unique.name.clone(), unique);
    let expression = Expression::new(format!(
        "{quoted} <> {}",
        dialect::of(Product::Sqlite).literal(&Literal::Text(name.repeat(2)))
    ));
    let check = Check { name: format!("c {name}").into(), expression, options: Default::default() };
    table.checks.insert(check.name.clone(), check);
    let key = ForeignKey {
        name: format!("f {name}").into(),
        columns: vec!["reference".into()],
        references: parent.clone(),
        referenced_columns: vec!["id".into()],
        on_update: None,
        on_delete: None,
        options: Default::default(),
    };
    table.foreign_keys.insert(key.name.clone(), key);
    let mut index = Index::on(format!("i {name}"), [name.into()]);
    let target = IndexTarget::Expression(Expression::new(format!("upper({quoted})")));
    index.parts.push(IndexPart { target, descending: true, options: Default::default() });
    table.indexes.insert(index.name.clone(), index);
    table
}

fn hostile() -> Schema {
    let mut schema = Schema::default();
    let mut parent = ObjectName::local("t plain");
    for name in NAMES {
        let table = table(name, &parent);
        parent = table.name.clone();
        let query = format!("SELECT id FROM {}", dialect::of(Product::Sqlite).quote_object(&table.name));
        let view = View {
            name: ObjectName::local(format!("v {name}")),
            query: Expression::new(query),
            reads: Default::default(),
            materialized: false,
            comment: None,
            options: Default::default(),
        };
        schema.views.insert(view.name.clone(), view);
        schema.tables.insert(table.name.clone(), table);
    }
    schema
}

#[apply(test)]
fn hostile_names_and_strings_survive() {
    run(async {
        let schema = normal(hostile());
        let mut session = memory().await;
        carry_out(&mut session, &diff(&empty(), &schema, &[]), &empty()).await;
        let found = read(&mut session).await;
        for (name, table) in &schema.schema().tables {
            assert_eq!(found.schema().tables.get(name), Some(table));
        }
        assert_eq!(found, schema);
        for name in NAMES {
            let table = dialect::of(Product::Sqlite).quote(&Name::from(format!("t {name}")));
            session.execute(&format!("INSERT INTO {table} (id) VALUES (3)")).await.expect("a row of defaults");
            let rows = session.query(&format!("SELECT * FROM {table}")).await.expect("the row");
            assert_eq!(rows.first().unwrap().get(1), Some(*name));
        }

        // Every table made anew, every column renamed, and back.
        let mut changed = schema.schema().clone();
        for table in changed.tables.values_mut() {
            table.columns.get_mut("reference").expect("the column").nullable = false;
            table.columns.get_mut("reference").expect("the column").default =
                Some(DefaultValue::Literal(Literal::Number("3".to_owned())));
            let dropped = Name::from(table.name.name.as_str().replacen("t ", "c ", 1));
            table.checks.remove(&dropped);
        }
        let changed = normal(changed);
        let plan = diff(&schema, &changed, &[]);
        for name in NAMES {
            let table = dialect::of(Product::Sqlite).quote(&Name::from(format!("t {name}")));
            session.execute(&format!("UPDATE {table} SET reference = 3")).await.expect("a reference");
        }
        carry_out(&mut session, &plan, &schema).await;
        assert_eq!(read(&mut session).await, changed);
        carry_out(&mut session, &plan.inverse(schema.schema()), &changed).await;
        assert_eq!(read(&mut session).await, schema);
        for name in NAMES {
            let table = dialect::of(Product::Sqlite).quote(&Name::from(format!("t {name}")));
            let rows = session.query(&format!("SELECT * FROM {table}")).await.expect("the row");
            assert_eq!(rows.first().unwrap().get(1), Some(*name));
        }
    });
}

/// A table and a column renamed to a hostile name and back, without a rebuild.
#[apply(test)]
fn hostile_names_can_be_renamed_to() {
    for name in NAMES {
        run(async move {
            let mut session =
                with("CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1, 2)").await;
            let old = read(&mut session).await;
            let to = ObjectName::local(format!("t {name}"));
            let renames = [
                sea_gen::plan::Rename::Table(Change::new(ObjectName::local("t"), to.clone())),
                sea_gen::plan::Rename::Column(to.clone(), Change::new("a".into(), Name::from(format!("a {name}")))),
            ];
            let mut new = old.schema().clone();
            sea_gen::plan::apply(&Plan::new(renames.map(sea_gen::plan::Op::Rename).into()), &mut new)
                .expect("it applies");
            let new = normal(new);
            let renames = [
                sea_gen::plan::Rename::Table(Change::new(ObjectName::local("t"), to.clone())),
                sea_gen::plan::Rename::Column(to, Change::new("a".into(), Name::from(format!("a {name}")))),
            ];
            let plan = diff(&old, &new, &renames);
            carry_out(&mut session, &plan, &old).await;
            assert_eq!(read(&mut session).await, new);
            carry_out(&mut session, &plan.inverse(old.schema()), &new).await;
            assert_eq!(read(&mut session).await, old);
            assert_eq!(texts(&mut session, "SELECT a, b FROM t").await, ["1|2|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅"]);
        });
    }
}
