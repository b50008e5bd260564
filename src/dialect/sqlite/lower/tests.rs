//! What is done in place, what makes a table anew, and where that stands in the plan.
//!
//! Must not know what the steps look like in SQL.

use super::*;
use crate::dialect::{Dialect, sqlite::Sqlite};
use crate::diff::diff;
use crate::plan::Names;
use crate::schema::{Change, Check, Expression, Index, Normalized, Type, Unique};

fn table(name: &str, change: impl FnOnce(&mut Table)) -> Table {
    let mut table = Table::new(ObjectName::local(name));
    for column in ["a", "b"] {
        let mut column = Column::new(column, Type::Integer);
        column.nullable = true;
        table.columns.insert(column);
    }
    change(&mut table);
    table
}

fn schema(tables: impl IntoIterator<Item = Table>) -> Normalized {
    let tables = tables.into_iter().map(|table| (table.name.clone(), table)).collect();
    Sqlite.normalize(Schema { tables, ..Schema::default() }).unwrap()
}

/// The steps in a few words each.
fn steps(from: &Normalized, to: &Normalized, renames: &[Rename]) -> Vec<String> {
    let plan = diff(from, to, renames);
    let steps = lower(&plan, from.schema(), &Names::around(Product::Sqlite, &plan, from.schema())).unwrap();
    steps
        .iter()
        .map(|step| match step {
            Step::Rebuild(rebuild) => format!("rebuild {}", rebuild.to.name),
            Step::Direct(Op::Create(object)) => format!("create {}", object.place()),
            Step::Direct(Op::Drop(object)) => format!("drop {}", object.place()),
            Step::Direct(Op::Rename(_)) => "rename".to_owned(),
            other => format!("{other:?}"),
        })
        .collect()
}

fn check(table: &mut Table, name: &str, expression: &str) {
    let check = Check { name: name.into(), expression: Expression::new(expression), options: Default::default() };
    table.checks.insert(check.name.clone(), check);
}

fn nothing(_: &mut Table) {}

#[test]
fn what_sqlite_can_do_stays_as_it_is() {
    let one = schema([table("t", nothing)]);
    let two = schema([table("t", |table| {
        let mut column = Column::new("c", Type::Text);
        column.default = Some(DefaultValue::Expression(Expression::new("'x'")));
        table.columns.insert(column);
        table.indexes.insert("i".into(), Index::on("i", ["c".into()]));
    })]);
    assert_eq!(steps(&one, &two, &[]), ["create t.c", "create t.index i"]);
    assert_eq!(steps(&two, &one, &[]), ["drop t.index i", "drop t.c"]);
}

#[test]
fn one_rebuild_takes_everything_on_its_table() {
    let one = schema([table("t", |table| drop(table.indexes.insert("i".into(), Index::on("i", ["a".into()]))))]);
    let two = schema([table("t", |table| {
        table.columns.remove("b");
        let mut column = Column::new("c", Type::Text);
        column.nullable = true;
        table.columns.insert(column);
        check(table, "t_check", "a > 0");
        let unique = Unique { name: "u".into(), columns: vec!["a".into()], options: Default::default() };
        table.uniques.insert(unique.name.clone(), unique);
    })]);
    assert_eq!(steps(&one, &two, &[]), ["rebuild t"]);
    assert_eq!(steps(&two, &one, &[]), ["rebuild t"]);
}

#[test]
fn a_column_is_dropped_in_place_only_where_nothing_of_the_table_names_it() {
    let with = |change: &dyn Fn(&mut Table)| schema([table("t", |table| change(table))]);
    let without = |change: &dyn Fn(&mut Table)| {
        schema([table("t", |table| {
            change(table);
            table.columns.remove("b");
        })])
    };
    let partial = |table: &mut Table| {
        let mut index = Index::on("i", ["a".into()]);
        index.predicate = Some(Expression::new("\"B\" > 0"));
        table.indexes.insert(index.name.clone(), index);
    };
    assert_eq!(steps(&with(&nothing), &without(&nothing), &[]), ["drop t.b"]);
    assert_eq!(steps(&with(&partial), &without(&partial), &[]), ["rebuild t"]);
    assert_eq!(steps(&with(&partial), &without(&nothing), &[]), ["drop t.index i", "drop t.b"]);
    assert_eq!(
        steps(&with(&|it| check(it, "c", "b > a")), &without(&|it| check(it, "c", "b > a")), &[]),
        ["rebuild t"]
    );
}

#[test]
fn defaults_that_are_no_constants_need_a_rebuild() {
    let adding = |default: Option<&str>, nullable: bool| {
        let to = schema([table("t", |table| {
            let mut column = Column::new("c", Type::Integer);
            column.nullable = nullable;
            column.default = default.map(|text| DefaultValue::Expression(Expression::new(text)));
            table.columns.insert(column);
        })]);
        steps(&schema([table("t", nothing)]), &to, &[]).concat()
    };
    for constant in ["1", "-1.5", "'x'", "TRUE", "x'00'"] {
        assert_eq!(adding(Some(constant), false), "create t.c", "{constant}");
    }
    for other in ["CURRENT_TIMESTAMP", "1 + 1", "abs(1)"] {
        assert_eq!(adding(Some(other), true), "rebuild t", "{other}");
    }
    assert_eq!(adding(None, true), "create t.c");
    assert_eq!(adding(None, false), "rebuild t");
}

#[test]
fn renaming_goes_first_and_unnamed_constraints_are_written_down() {
    let one = schema([table("t", |table| check(table, "t_a_check", "a > 0"))]);
    let renamed = schema([table("u", |table| check(table, "t_a_check", "a > 0"))]);
    let rename = Rename::Table(Change::new(ObjectName::local("t"), ObjectName::local("u")));
    assert_eq!(steps(&one, &renamed, std::slice::from_ref(&rename)), ["rename", "rebuild u"]);
    let one = schema([table("t", |table| check(table, "positive", "a > 0"))]);
    let renamed = schema([table("u", |table| check(table, "positive", "a > 0"))]);
    assert_eq!(steps(&one, &renamed, &[rename]), ["rename"]);
}

#[test]
fn an_index_is_renamed_by_making_it_again() {
    let one = schema([table("t", |table| drop(table.indexes.insert("i".into(), Index::on("i", ["a".into()]))))]);
    let two = schema([table("t", |table| drop(table.indexes.insert("j".into(), Index::on("j", ["a".into()]))))]);
    let rename = Rename::Index(ObjectName::local("t"), Change::new("i".into(), "j".into()));
    assert_eq!(steps(&one, &two, &[rename]), ["drop t.index i", "create t.index j"]);
}

#[test]
fn a_plan_for_another_schema_is_refused() {
    let one = schema([table("t", nothing)]);
    let plan = diff(&schema([]), &one, &[]);
    let names = Names::around(Product::Sqlite, &plan, one.schema());
    assert!(lower(&plan, one.schema(), &names).is_err());
}
