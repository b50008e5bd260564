//! Which type is which.

use super::*;

fn spelled(flavor: Flavor, text: &str) -> String {
    spell(flavor, text).text
}

#[test]
fn a_type_has_one_spelling_on_each_server() {
    for (written, mysql, mariadb) in [
        ("INTEGER", "int", "int(11)"),
        ("int(5)", "int", "int(5)"),
        ("int unsigned", "int unsigned", "int(10) unsigned"),
        ("int(5) unsigned zerofill", "int(5) unsigned zerofill", "int(5) unsigned zerofill"),
        ("BOOL", "tinyint(1)", "tinyint(1)"),
        ("tinyint(1) unsigned", "tinyint unsigned", "tinyint(1) unsigned"),
        ("decimal(5)", "decimal(5,0)", "decimal(5,0)"),
        ("NUMERIC ( 5, 2 )", "decimal(5,2)", "decimal(5,2)"),
        ("double precision", "double", "double"),
        ("float(25)", "double", "double"),
        ("character varying(3)", "varchar(3)", "varchar(3)"),
        ("year", "year", "year(4)"),
        ("ENUM('a', 'b''c', 'd\\\\e')", "enum('a','b''c','d\\\\e')", "enum('a','b''c','d\\\\e')"),
        ("enum('a,b', ')')", "enum('a,b',')')", "enum('a,b',')')"),
        ("datetime(0)", "datetime", "datetime"),
        ("char", "char(1)", "char(1)"),
        ("geometrycollection", "geomcollection", "geometrycollection"),
    ] {
        assert_eq!(spelled(Flavor::MySql, written), mysql);
        assert_eq!(spelled(Flavor::MariaDb, written), mariadb);
        assert_eq!(spelled(Flavor::MySql, mysql), mysql, "a spelling is its own");
        assert_eq!(spelled(Flavor::MariaDb, mariadb), mariadb, "a spelling is its own");
    }
}

#[test]
fn a_collation_is_read_off_the_type() {
    let spelled = spell(Flavor::MySql, "varchar(9) CHARACTER SET latin1");
    assert_eq!((spelled.text.as_str(), spelled.collation.as_deref()), ("varchar(9)", Some("latin1_swedish_ci")));
    assert_eq!(spell(Flavor::MySql, "text collate 'utf8mb4_bin'").collation.as_deref(), Some("utf8mb4_bin"));
}

#[test]
fn what_there_is_not_comes_with_a_hint() {
    let array = Type::Array(Box::new(Type::Text));
    for missing in [array, Type::Inet, Type::Interval(None, None), Type::StringMax, Type::Vector(None)] {
        let error = native(Flavor::MySql, &missing, &BTreeMap::new()).unwrap_err();
        assert!(!error.hint.is_empty(), "{missing:?}");
    }
}
