//! Safe forms of small plans, word for word.

use crate::dialect::{Forms, Product, Statement, of, statements};
use crate::diff::diff;
use crate::plan::Rename;
use crate::schema::{
    Change, Check, Column, Expression, ForeignKey, Index, Name, Normalized, ObjectName, Options, Schema, Table, Type,
    Unique, View,
};

fn table(name: &str, columns: &[(&str, bool)]) -> Table {
    let mut table = Table::new(ObjectName::local(name));
    for (name, nullable) in columns {
        let mut column = Column::new(*name, Type::Native("integer".to_owned()));
        column.nullable = *nullable;
        table.columns.insert(column);
    }
    table
}

fn schema(tables: Vec<Table>) -> Normalized {
    let tables = tables.into_iter().map(|table| (table.name.clone(), table)).collect();
    of(Product::Postgres).normalize(Schema { tables, ..Schema::default() }).expect("it is supported")
}

fn key(name: &str, column: &str, references: &str) -> ForeignKey {
    ForeignKey {
        name: name.into(),
        columns: vec![column.into()],
        references: ObjectName::local(references),
        referenced_columns: vec!["id".into()],
        on_update: None,
        on_delete: None,
        options: Options::new(),
    }
}

fn both(from: &Normalized, to: &Normalized, renames: &[Rename]) -> (Vec<String>, Vec<String>) {
    let plan = diff(from, to, renames);
    let dialect = of(Product::Postgres);
    let written = |statements: Vec<Statement>| {
        let line = |it: Statement| match it.transactional {
            true => it.sql.split_whitespace().collect::<Vec<_>>().join(" "),
            false => format!("apart: {}", it.sql.split_whitespace().collect::<Vec<_>>().join(" ")),
        };
        statements.into_iter().map(line).collect::<Vec<_>>()
    };
    (
        written(statements(dialect, Forms::Safe, &plan, from.schema()).expect("it is supported")),
        written(statements(dialect, Forms::Safe, &plan.inverse(from.schema()), to.schema()).expect("it is supported")),
    )
}

fn unique_on_id(mut table: Table) -> Table {
    let unique = Unique { name: "by_id".into(), columns: vec!["id".into()], options: Options::new() };
    table.uniques.insert(unique.name.clone(), unique);
    table
}

#[test]
fn everything_slow_comes_behind_the_transaction() {
    let item = || table("item", &[("id", false), ("other", true)]);
    let from = schema(vec![item(), table("owner", &[("id", false)])]);
    let mut after = item();
    after.columns.get_mut("other").expect("it is there").nullable = false;
    after.foreign_keys.insert("leans".into(), key("leans", "other", "owner"));
    let check = Check { name: "positive".into(), expression: Expression::new("other > 0"), options: Options::new() };
    after.checks.insert(check.name.clone(), check);
    after.indexes.insert("by_other".into(), Index::on("by_other", [Name::from("other")]));
    let to = schema(vec![after, unique_on_id(table("owner", &[("id", false)]))]);
    let (up, down) = both(&from, &to, &[]);
    assert_eq!(
        up,
        [
            r#"ALTER TABLE "item" ADD CONSTRAINT "item_other_no_null" CHECK ("other" IS NOT NULL) NOT VALID"#,
            r#"ALTER TABLE "item" ADD CONSTRAINT "positive" CHECK (other > 0) NOT VALID"#,
            r#"apart: ALTER TABLE "item" VALIDATE CONSTRAINT "item_other_no_null""#,
            r#"ALTER TABLE "item" ALTER COLUMN "other" SET NOT NULL"#,
            r#"ALTER TABLE "item" DROP CONSTRAINT "item_other_no_null""#,
            r#"apart: CREATE UNIQUE INDEX CONCURRENTLY "by_id" ON "owner" ("id")"#,
            r#"apart: CREATE INDEX CONCURRENTLY "by_other" ON "item" ("other")"#,
            r#"ALTER TABLE "owner" ADD CONSTRAINT "by_id" UNIQUE USING INDEX "by_id""#,
            r#"ALTER TABLE "item" ADD CONSTRAINT "leans" FOREIGN KEY ("other") REFERENCES "owner" ("id") NOT VALID"#,
            r#"apart: ALTER TABLE "item" VALIDATE CONSTRAINT "positive""#,
            r#"apart: ALTER TABLE "item" VALIDATE CONSTRAINT "leans""#,
        ]
    );
    assert_eq!(
        down,
        [
            r#"ALTER TABLE "item" DROP CONSTRAINT "leans""#,
            r#"ALTER TABLE "item" DROP CONSTRAINT "positive""#,
            r#"ALTER TABLE "owner" DROP CONSTRAINT "by_id""#,
            r#"ALTER TABLE "item" ALTER COLUMN "other" DROP NOT NULL"#,
            r#"apart: DROP INDEX CONCURRENTLY "by_other""#,
        ]
    );
}

#[test]
fn a_table_of_the_same_migration_needs_nothing_of_it() {
    let from = schema(vec![unique_on_id(table("owner", &[("id", false)]))]);
    let mut new = table("item", &[("id", false), ("other", true)]);
    new.foreign_keys.insert("leans".into(), key("leans", "other", "owner"));
    new.indexes.insert("by_other".into(), Index::on("by_other", [Name::from("other")]));
    let to = schema(vec![new, unique_on_id(table("owner", &[("id", false)]))]);
    let (up, down) = both(&from, &to, &[]);
    assert!(
        up.iter().chain(&down).all(|sql| !sql.starts_with("apart") && !sql.contains("NOT VALID")),
        "{up:?} {down:?}"
    );
}

#[test]
fn what_is_late_is_called_by_its_last_name() {
    let before = table("old", &[("id", false), ("a", true)]);
    let from = schema(vec![before]);
    let mut after = table("new", &[("id", false), ("a", true)]);
    after.indexes.insert("by_a".into(), Index::on("by_a", [Name::from("a")]));
    let to = schema(vec![after]);
    let rename = Rename::Table(Change::new(ObjectName::local("old"), ObjectName::local("new")));
    let (up, down) = both(&from, &to, &[rename]);
    assert_eq!(
        up,
        [r#"ALTER TABLE "old" RENAME TO "new""#, r#"apart: CREATE INDEX CONCURRENTLY "by_a" ON "new" ("a")"#,]
    );
    assert_eq!(down, [r#"ALTER TABLE "new" RENAME TO "old""#, r#"apart: DROP INDEX CONCURRENTLY "by_a""#]);
}

#[test]
fn an_index_made_anew_under_its_name_goes_first() {
    let with = |column: &str| {
        let mut item = table("item", &[("id", false), ("other", true)]);
        item.indexes.insert("by".into(), Index::on("by", [Name::from(column)]));
        schema(vec![item])
    };
    let (up, _) = both(&with("id"), &with("other"), &[]);
    assert_eq!(up, [r#"DROP INDEX "by""#, r#"apart: CREATE INDEX CONCURRENTLY "by" ON "item" ("other")"#]);
}

#[test]
fn a_partitioned_table_takes_the_short_forms() {
    let with = |indexed: bool| {
        let mut item = table("item", &[("id", false)]);
        item.options.insert("partition_by".to_owned(), "RANGE (id)".to_owned());
        if indexed {
            item.indexes.insert("by".into(), Index::on("by", [Name::from("id")]));
        }
        schema(vec![item])
    };
    let (up, down) = both(&with(false), &with(true), &[]);
    assert_eq!(up, [r#"CREATE INDEX "by" ON "item" ("id")"#]);
    assert_eq!(down, [r#"DROP INDEX "by""#]);
}

#[test]
fn what_is_made_anew_goes_and_comes_in_one_transaction() {
    let view = View {
        name: ObjectName::local("all_items"),
        query: Expression::new("SELECT * FROM item"),
        reads: [ObjectName::local("item")].into(),
        materialized: false,
        comment: None,
        options: Options::new(),
    };
    let with_view = |normalized: Normalized, view: View| {
        let mut schema = normalized.into_schema();
        schema.views.insert(view.name.clone(), view);
        of(Product::Postgres).normalize(schema).expect("it is supported")
    };
    let from = with_view(schema(vec![table("item", &[("id", false), ("gone", true), ("other", true)])]), view.clone());
    let mut after = table("item", &[("id", false), ("other", true)]);
    after.indexes.insert("by_other".into(), Index::on("by_other", [Name::from("other")]));
    let to = with_view(schema(vec![after]), view);
    let (up, _) = both(&from, &to, &[]);
    let at =
        |start: &str| up.iter().position(|sql| sql.starts_with(start)).unwrap_or_else(|| panic!("{start}: {up:#?}"));
    let parts = ["WITH made_anew", "DROP VIEW", "ALTER TABLE", "CREATE VIEW", "DO ", "apart: CREATE INDEX"].map(at);
    assert!(parts.is_sorted(), "{up:#?}");
}
