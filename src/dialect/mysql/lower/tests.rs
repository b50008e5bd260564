//! What lowering promises, without a database.

use super::*;
use crate::dialect::Dialect;
use crate::dialect::mysql::MySql;
use crate::diff::diff;
use crate::schema::{Action, ForeignKey, Index, Name, Normalized, Options};

fn schema(index: &str, native: &str) -> Normalized {
    let mut parent = Table::new(ObjectName::local("p"));
    parent.columns.insert(Column::new("id", Type::Native(native.into())));
    parent.indexes.insert("u".into(), Index { unique: true, ..Index::on("u", ["id".into()]) });
    let mut child = Table::new(ObjectName::local("t"));
    child.columns.insert(Column::new("a", Type::Native(native.into())));
    child.indexes.insert(index.into(), Index::on(index, [Name::from("a")]));
    let key = ForeignKey {
        name: "f".into(),
        columns: vec!["a".into()],
        references: parent.name.clone(),
        referenced_columns: vec!["id".into()],
        on_update: None,
        on_delete: Some(Action::Cascade),
        options: Options::new(),
    };
    child.foreign_keys.insert(key.name.clone(), key);
    let mut schema = Schema::default();
    schema.tables.extend([parent, child].map(|table| (table.name.clone(), table)));
    MySql(Flavor::MySql).normalize(schema).unwrap()
}

fn steps(from: &Normalized, to: &Normalized) -> Vec<Step> {
    lower(Flavor::MySql, &diff(from, to, &[]), from.schema()).unwrap()
}

fn shape(steps: &[Step]) -> Vec<(String, usize)> {
    let shape = steps.iter().map(|step| match step {
        Step::Together(table, ops) => (table.to_string(), ops.len()),
        Step::Direct(_)
        | Step::Apart(_)
        | Step::Rebuild(_)
        | Step::Repartition(_)
        | Step::SwapEnum(..)
        | Step::Online(..)
        | Step::Validate(..)
        | Step::Attach(_)
        | Step::Keep(_)
        | Step::GiveBack
        | Step::AttachPartition(_)
        | Step::DetachPartition(_)
        | Step::Rows(_) => (String::new(), 1),
    });
    shape.collect()
}

#[test]
fn an_index_under_a_foreign_key_is_replaced_in_one_statement() {
    let steps = steps(&schema("old", "int"), &schema("new", "int"));
    assert_eq!(shape(&steps), [("t".to_owned(), 2)]);
}

#[test]
fn a_foreign_key_makes_way_for_another_type() {
    let steps = steps(&schema("i", "int"), &schema("i", "bigint"));
    let expected = [("t", 1), ("p", 1), ("t", 1), ("t", 1)].map(|(table, ops)| (table.to_owned(), ops));
    assert_eq!(shape(&steps), expected);
    assert!(matches!(&steps[0], Step::Together(_, ops) if matches!(ops[0], Op::Drop(Object::ForeignKey(..)))));
    assert!(matches!(&steps[3], Step::Together(_, ops) if matches!(ops[0], Op::Create(Object::ForeignKey(..)))));
}
