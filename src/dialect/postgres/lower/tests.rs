//! What lowering promises, without a database.

use crate::dialect::{Forms, Product, Statement, of};
use crate::diff::diff;
use crate::plan::Names;
use crate::schema::{
    DefaultValue, Expression, ForeignKey, Identity, Normalized, Options, PrimaryKey, Table, Type, Unique, View,
};

use super::*;

fn normalize(schema: Schema) -> Normalized {
    of(Product::Postgres).normalize(schema).expect("it is supported")
}

fn table(name: &str, columns: &[(&str, &str)]) -> Table {
    let mut table = Table::new(ObjectName::local(name));
    for (name, data_type) in columns {
        let column = Column::new(*name, Type::Custom((*data_type).to_owned()));
        table.columns.insert(column);
    }
    table
}

fn schema(tables: Vec<Table>) -> Schema {
    Schema { tables: tables.into_iter().map(|table| (table.name.clone(), table)).collect(), ..Schema::default() }
}

fn mood(values: &[&str]) -> EnumType {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    EnumType { name: ObjectName::local("mood"), values, comment: None }
}

fn written(from: &Schema, to: &Schema) -> Vec<Statement> {
    let (from, to) = (normalize(from.clone()), normalize(to.clone()));
    let dialect = of(Product::Postgres);
    crate::dialect::statements(dialect, Forms::Offline, &diff(&from, &to, &[]), from.schema()).expect("it is supported")
}

fn sql(from: &Schema, to: &Schema) -> Vec<String> {
    written(from, to).into_iter().map(|statement| statement.sql).collect()
}

fn with_mood(values: &[&str], default: &str) -> Schema {
    let mut item = table("item", &[("feels", "mood")]);
    if let Some(column) = item.columns.get_mut("feels") {
        column.default = Some(DefaultValue::Expression(Expression::new(default)));
    }
    let mood = mood(values);
    Schema { enums: [(mood.name.clone(), mood)].into(), ..schema(vec![item]) }
}

#[test]
fn an_added_value_is_committed_before_it_is_used() {
    let from = with_mood(&["sad"], "'sad'");
    let unused = written(&from, &with_mood(&["sad", "ok"], "'sad'"));
    assert!(unused.iter().all(|statement| statement.transactional));
    let used = written(&from, &with_mood(&["sad", "ok"], "'ok'"));
    let apart: Vec<&str> =
        used.iter().filter(|statement| !statement.transactional).map(|statement| statement.sql.as_str()).collect();
    assert_eq!(apart, [r#"ALTER TYPE "mood" ADD VALUE 'ok'"#]);
}

#[test]
fn a_default_lets_go_of_a_value_before_its_type_loses_it_on_the_way_back_too() {
    let (few, many) = (with_mood(&["sad"], "'sad'"), with_mood(&["sad", "ok"], "'ok'"));
    let (few, many) = (normalize(few), normalize(many));
    let back = diff(&few, &many, &[]).inverse(few.schema());
    let names = Names::around(Product::Postgres, &back, many.schema());
    let mut steps = lower(&back, many.schema(), &names).expect("it is supported");
    steps.retain(|step| !matches!(step, Step::Keep(..) | Step::GiveBack));
    assert!(matches!(steps.as_slice(), [Step::Direct(Op::Alter(Alter::Column(..))), Step::SwapEnum(_, columns, _)]
        if columns.len() == 1));
}

#[test]
fn views_that_read_a_retyped_table_step_aside() {
    let query = |name: &str, text: &str| View {
        name: ObjectName::local(name),
        query: Expression::new(text),
        reads: Default::default(),
        materialized: false,
        comment: None,
        options: Options::new(),
    };
    let views =
        [query("near", "SELECT a FROM item"), query("far", "SELECT b FROM item"), query("over", "SELECT a FROM near")];
    let views: std::collections::BTreeMap<_, _> = views.into_iter().map(|view| (view.name.clone(), view)).collect();
    let from = Schema { views: views.clone(), ..schema(vec![table("item", &[("a", "integer"), ("b", "integer")])]) };
    let to = Schema { views, ..schema(vec![table("item", &[("a", "bigint"), ("b", "integer")])]) };
    let mut statements = sql(&from, &to);
    statements.retain(|sql| !sql.starts_with("WITH made_anew") && !sql.starts_with("DO "));
    assert_eq!(
        statements,
        [
            r#"DROP VIEW "far""#,
            r#"DROP VIEW "over""#,
            r#"DROP VIEW "near""#,
            r#"ALTER TABLE "item" ALTER COLUMN "a" TYPE bigint"#,
            "CREATE VIEW \"far\" AS\nSELECT b FROM item",
            "CREATE VIEW \"near\" AS\nSELECT a FROM item",
            "CREATE VIEW \"over\" AS\nSELECT a FROM near",
        ]
    );
}

#[test]
fn a_foreign_key_steps_aside_for_the_key_it_leans_on() {
    let with_key = |columns: &[&str]| {
        let mut item = table("item", &[("a", "integer"), ("b", "integer")]);
        let columns = columns.iter().map(|name| Name::from(*name)).collect();
        item.primary_key = Some(PrimaryKey::new(None, columns));
        let unique = Unique { name: "u".into(), columns: vec!["b".into()], options: Options::new() };
        item.uniques.insert(unique.name.clone(), unique);
        let mut part = table("part", &[("item", "integer")]);
        let key = ForeignKey {
            name: "leans".into(),
            columns: vec!["item".into()],
            references: ObjectName::local("item"),
            referenced_columns: vec!["b".into()],
            on_update: None,
            on_delete: None,
            options: Options::new(),
        };
        part.foreign_keys.insert(key.name.clone(), key);
        schema(vec![item, part])
    };
    assert_eq!(
        sql(&with_key(&["b"]), &with_key(&["a"])),
        [
            r#"ALTER TABLE "part" DROP CONSTRAINT "leans""#,
            "ALTER TABLE \"item\"\n    DROP CONSTRAINT \"item_pkey\",\n    ADD CONSTRAINT \"item_pkey\" PRIMARY KEY (\"a\")",
            "ALTER TABLE \"part\"\n    ADD CONSTRAINT \"leans\" FOREIGN KEY (\"item\")\n        REFERENCES \"item\" (\"b\")",
        ]
    );
}

#[test]
fn a_renamed_table_takes_its_sequences_along() {
    let named = |name: &str| {
        let mut table = table(name, &[("id", "integer")]);
        if let Some(column) = table.columns.get_mut("id") {
            column.identity = Some(Identity::ByDefault);
        }
        normalize(schema(vec![table]))
    };
    let (from, to) = (named("old"), named("new"));
    let rename = Rename::Table(Change::new(ObjectName::local("old"), ObjectName::local("new")));
    let plan = diff(&from, &to, &[rename]);
    let statements =
        crate::dialect::statements(of(Product::Postgres), Forms::Offline, &plan, from.schema()).expect("supported");
    let sql: Vec<&str> = statements.iter().map(|statement| statement.sql.as_str()).collect();
    assert_eq!(sql, [r#"ALTER TABLE "old" RENAME TO "new""#, r#"ALTER SEQUENCE "old_id_seq" RENAME TO "new_id_seq""#]);
}

#[test]
fn a_default_goes_before_an_incompatible_type_and_comes_back_after() {
    let with = |data_type: &str, default: &str| {
        let mut item = table("item", &[("a", data_type)]);
        if let Some(column) = item.columns.get_mut("a") {
            column.default = Some(DefaultValue::Expression(Expression::new(default)));
        }
        schema(vec![item])
    };
    assert_eq!(
        sql(&with("text", "'1'"), &with("integer", "1")),
        ["ALTER TABLE \"item\"\n    ALTER COLUMN \"a\" DROP DEFAULT,\n    ALTER COLUMN \"a\" TYPE integer USING \
          \"a\"::integer,\n    ALTER COLUMN \"a\" SET DEFAULT 1"]
    );
}
