//! What is written, to the letter.

use super::*;
use crate::schema::Literal;
use crate::schema::{Change, Expression};

fn lines(flavor: Flavor, step: &Step) -> Vec<String> {
    render(flavor, step).unwrap().into_iter().map(|statement| statement.sql).collect()
}

fn column(name: &str, native: &str) -> Column {
    Column::new(name, Type::Native(native.to_owned()))
}

#[test]
fn quoting_cannot_be_ended_from_inside() {
    assert_eq!(quote(&"a`b".into()), "`a``b`");
    assert_eq!(literal(&Literal::Text("it's \\".into())), "'it''s \\\\'");
    for text in ["'", "\\", "\\'", "a\0b", "''", "\n"] {
        assert_eq!(super::super::words::string(&text_literal(text)).as_deref(), Some(text));
    }
}

#[test]
fn one_table_is_altered_once() {
    let table = ObjectName::local("t");
    let step = Step::Together(
        table.clone(),
        vec![
            Op::Create(Object::Index(table.clone(), Index::on("new", ["a".into()]))),
            Op::Create(Object::Column(table.clone(), column("b", "int"))),
            Op::Drop(Object::Index(table.clone(), Index::on("old", ["a".into()]))),
        ],
    );
    let expected = "ALTER TABLE `t`\n  DROP INDEX `old`,\n  ADD COLUMN `b` int NOT NULL,\n  ADD INDEX `new` (`a`)";
    assert_eq!(lines(Flavor::MySql, &step), [expected]);
}

#[test]
fn a_check_is_dropped_in_each_servers_words() {
    let check = Check { name: "c".into(), expression: Expression::new("a > 0"), options: Default::default() };
    let step = Step::Direct(Op::Drop(Object::Check(ObjectName::local("t"), check)));
    assert_eq!(lines(Flavor::MySql, &step), ["ALTER TABLE `t` DROP CHECK `c`"]);
    assert_eq!(lines(Flavor::MariaDb, &step), ["ALTER TABLE `t` DROP CONSTRAINT `c`"]);
}

#[test]
fn a_default_stands_in_parentheses_only_where_it_must() {
    let text = |flavor, native: &str, default: &str| {
        default_value(flavor, native, &DefaultValue::Expression(Expression::new(default)))
    };
    assert_eq!(text(Flavor::MySql, "int", "5"), "5");
    assert_eq!(text(Flavor::MySql, "text", "'a'"), "('a')");
    assert_eq!(text(Flavor::MariaDb, "text", "'a'"), "'a'");
    assert_eq!(text(Flavor::MySql, "datetime", "CURRENT_TIMESTAMP"), "CURRENT_TIMESTAMP");
    assert_eq!(text(Flavor::MySql, "date", "CURRENT_TIMESTAMP"), "(CURRENT_TIMESTAMP)");
    assert_eq!(text(Flavor::MySql, "int", "1 + 1"), "(1 + 1)");
}

#[test]
fn a_comment_is_a_literal() {
    let change = Change::new(None, Some("it's".to_owned()));
    let step = Step::Direct(Op::Alter(Alter::Comment(ObjectName::local("t"), change)));
    assert_eq!(lines(Flavor::MySql, &step), ["ALTER TABLE `t` COMMENT='it''s'"]);
}
