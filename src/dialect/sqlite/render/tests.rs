//! What is written, to the letter.
//!
//! Must not know a database.

use super::*;
use crate::dialect::Step;
use crate::dialect::sqlite::ddl::create_table_whole;
use crate::schema::{
    Action, Column, DefaultValue, Expression, ForeignKey, Identity, Index, Name, ObjectName, Options, PrimaryKey,
    Table, Type,
};

fn user() -> Table {
    let mut table = Table::new(ObjectName::local("user"));
    let mut id = Column::new("id", Type::Native("integer".into()));
    id.identity = Some(Identity::AutoIncrement);
    let mut name = Column::new("na\"me", Type::Native("varchar(80)".into()));
    name.collation = Some("NOCASE".to_owned());
    name.default = Some(DefaultValue::Expression(Expression::new("'it''s'")));
    let mut sum = Column::new("sum", Type::Native(String::new()));
    sum.nullable = true;
    sum.default = Some(DefaultValue::Expression(Expression::new("1 + 1")));
    for column in [id, name, sum] {
        table.columns.insert(column);
    }
    table.primary_key = Some(PrimaryKey::new(None, vec!["id".into()]));
    let key = ForeignKey {
        name: "fk-user-sum".into(),
        columns: vec!["sum".into()],
        references: ObjectName::local("user"),
        referenced_columns: vec!["id".into()],
        on_update: None,
        on_delete: Some(Action::SetNull),
        options: Options::from([("deferrable".into(), "true".into()), ("initially_deferred".into(), "true".into())]),
    };
    table.foreign_keys.insert(key.name.clone(), key);
    let mut index = Index::on("idx-user-name", ["na\"me".into()]);
    index.unique = true;
    index.predicate = Some(Expression::new("sum > 1"));
    table.indexes.insert(index.name.clone(), index);
    table
}

#[test]
fn a_table_reads_well() {
    let statements = create_table_whole(&user());
    let sql: Vec<_> = statements.iter().map(|statement| statement.sql.as_str()).collect();
    assert_eq!(
        sql,
        [
            "CREATE TABLE \"user\" (\n  \"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT,\n  \
             \"na\"\"me\" varchar(80) COLLATE \"NOCASE\" NOT NULL DEFAULT 'it''s',\n  \
             \"sum\" DEFAULT (1 + 1),\n  \
             CONSTRAINT \"fk-user-sum\" FOREIGN KEY (\"sum\") REFERENCES \"user\" (\"id\") ON DELETE SET NULL \
             DEFERRABLE INITIALLY DEFERRED\n)",
            "CREATE UNIQUE INDEX \"idx-user-name\" ON \"user\" (\"na\"\"me\")\nWHERE sum > 1",
        ]
    );
}

#[test]
fn a_rebuild_carries_rows_numbers_and_indexes_over() {
    let mut to = user();
    to.columns.remove("sum");
    to.foreign_keys.clear();
    to.indexes.clear();
    let step = crate::dialect::Rebuild { from: user(), to, meanwhile: Name::from("_new_user") };
    let statements = render(&Step::Rebuild(Box::new(step))).unwrap();
    let sql: Vec<_> = statements.iter().map(|statement| statement.sql.as_str()).collect();
    assert_eq!(
        sql[1..],
        [
            "INSERT INTO \"_new_user\" (\"id\", \"na\"\"me\")\nSELECT \"id\", \"na\"\"me\"\nFROM \"user\"",
            "DELETE FROM sqlite_sequence WHERE name = '_new_user'",
            "INSERT INTO sqlite_sequence (name, seq)\nSELECT '_new_user', seq FROM sqlite_sequence WHERE name = 'user'",
            "DROP TABLE \"user\"",
            "PRAGMA legacy_alter_table = ON",
            "ALTER TABLE \"_new_user\" RENAME TO \"user\"",
            "PRAGMA legacy_alter_table = OFF",
        ]
    );
    assert!(statements.iter().all(|statement| statement.transactional));
}

#[test]
fn steps_of_other_databases_are_refused() {
    assert!(render(&Step::Together(ObjectName::local("t"), Vec::new())).is_err());
}
