//! What splitting and the significant form must get right.

use proptest::prelude::*;

use super::*;

fn cuts(product: Product, script: &str, statements: &[&str]) {
    assert_eq!(split(product, script).unwrap(), statements, "{product}: {script}");
}

#[test]
fn plain_statements_are_cut_at_semicolons() {
    for product in Product::ALL {
        cuts(
            product,
            "-- first\nSELECT 1;\n\n/* between */ SELECT 'a;b' /* in */ , 2 ; ;\n",
            &["SELECT 1", "SELECT 'a;b' /* in */ , 2"],
        );
        cuts(product, "SELECT 'it''s;' -- done\n;SELECT \"a;\"\"b\"", &["SELECT 'it''s;'", "SELECT \"a;\"\"b\""]);
        cuts(product, "", &[]);
        cuts(product, "; ; -- nothing", &[]);
        cuts(product, "BEGIN; SELECT 1; END; COMMIT", &["BEGIN", "SELECT 1", "END", "COMMIT"]);
    }
}

#[test]
fn postgres_quotes_are_respected() {
    let product = Product::Postgres;
    cuts(product, r"SELECT E'\';'; SELECT '\'; SELECT 1", &[r"SELECT E'\';'", r"SELECT '\'", "SELECT 1"]);
    cuts(
        product,
        "DO $$ BEGIN; END $$; SELECT $a$ ; $$ ; $a$; SELECT $1;",
        &["DO $$ BEGIN; END $$", "SELECT $a$ ; $$ ; $a$", "SELECT $1"],
    );
    cuts(product, "/* a /* ; */ ; */ SELECT 1; SELECT a$b; SELECT c$b", &["SELECT 1", "SELECT a$b", "SELECT c$b"]);
    let atomic = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END";
    cuts(product, &format!("{atomic}; SELECT 2"), &[atomic, "SELECT 2"]);
    let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b;)";
    cuts(product, &format!("{rule}; SELECT 2"), &[rule, "SELECT 2"]);
}

#[test]
fn mysql_quotes_comments_and_delimiters_are_respected() {
    for product in [Product::MySql, Product::MariaDb] {
        cuts(
            product,
            r#"SELECT 'a\';b'; SELECT "c;\"d"; SELECT `e;f`"#,
            &[r"SELECT 'a\';b'", r#"SELECT "c;\"d""#, "SELECT `e;f`"],
        );
        cuts(
            product,
            "# a;\nSELECT 5--1; -- b;\n/*!40101 SET a=1; */; SELECT 2",
            &["SELECT 5--1", "/*!40101 SET a=1; */", "SELECT 2"],
        );
        cuts(
            product,
            "DELIMITER $$\r\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\r\ndelimiter //\nSELECT 4/2; // DELIMITER ;\nSELECT 3;",
            &["CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 4/2;", "SELECT 3"],
        );
    }
}

#[test]
fn bodies_are_kept_whole() {
    let bodies = [
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN SET NEW.x = CASE WHEN 1 THEN 2 ELSE 3 END; SET @y = 1; END",
        "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = IF(NEW.y, 1, 2)",
        "CREATE DEFINER=`root`@`%` PROCEDURE p(IN a int) l: BEGIN IF a > 1 THEN SELECT 1; ELSEIF a THEN SELECT 2; ELSE IF b THEN SELECT 3; END IF; END IF; END l",
        "CREATE PROCEDURE p() BEGIN DECLARE i int DEFAULT 0; WHILE i < 3 DO SET i = i + 1; END WHILE; REPEAT SET i = 0; UNTIL i END REPEAT; x: LOOP LEAVE x; END LOOP; BEGIN SELECT REPEAT('a', 3); END; END",
        "CREATE FUNCTION f(a int) RETURNS int DETERMINISTIC RETURN IF(a, 1, 2)",
        "CREATE FUNCTION f(a int) RETURNS int DETERMINISTIC IF a THEN RETURN 1; ELSE RETURN 2; END IF",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN CASE 1 WHEN 1 THEN SELECT 1; END CASE; END",
        "CREATE PROCEDURE IF NOT EXISTS p() SELECT 1",
        "ALTER EVENT e DO BEGIN DELETE FROM a; DELETE FROM b; END",
    ];
    for product in [Product::MySql, Product::MariaDb] {
        for body in bodies {
            cuts(product, &format!("{body};\nSELECT 1;"), &[body, "SELECT 1"]);
        }
    }
    cuts(
        Product::MariaDb,
        "BEGIN NOT ATOMIC SELECT 1; END; BEGIN; COMMIT",
        &["BEGIN NOT ATOMIC SELECT 1; END", "BEGIN", "COMMIT"],
    );
    let sqlite = "CREATE TEMP TRIGGER IF NOT EXISTS t AFTER UPDATE OF a ON b WHEN new.a > 1 BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; SELECT 1; END";
    cuts(Product::Sqlite, &format!("{sqlite}; SELECT [a;b]"), &[sqlite, "SELECT [a;b]"]);
}

#[test]
fn what_is_never_closed_is_an_error_with_its_place() {
    let error = split(Product::Postgres, "SELECT 1;\nSELECT 'a;\n").unwrap_err();
    assert_eq!((error.offset, error.line, error.opening.as_str()), (17, 2, "'a;"));
    assert!(split(Product::MySql, "SELECT `a").is_err());
    assert!(split(Product::Postgres, "/* /* */").is_err());
    assert!(split(Product::Postgres, "DO $x$ $$").is_err());
    assert!(split(Product::Sqlite, "SELECT 1; /* open").is_ok());
}

#[test]
fn only_what_a_database_would_act_upon_is_significant() {
    let first = "-- a\nCREATE TABLE a (\n  id int, -- the key\n  b text DEFAULT 'x  y'\n);\n";
    let second = "CREATE TABLE a ( id int, b text DEFAULT 'x  y' ) ; /* end */";
    for product in Product::ALL {
        assert_eq!(significant(product, first), significant(product, second));
        assert_eq!(significant(product, first), significant(product, &first.replace('\n', "\r\n")));
        assert_ne!(significant(product, first), significant(product, &first.replace("x  y", "x y")));
    }
}

fn statement() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("SELECT".to_owned()),
        Just("a".to_owned()),
        Just("1".to_owned()),
        Just(",".to_owned()),
        "'[a-z;#/*-]{0,6}'",
        "\"[a-z; -]{1,6}\"",
    ];
    proptest::collection::vec(word, 1..8).prop_map(|words| words.join(" "))
}

/// Nothing is written beside the code: a failure that was found becomes a test of its own.
fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn joining_undoes_splitting(statements in proptest::collection::vec(statement(), 0..6)) {
        for product in Product::ALL {
            prop_assert_eq!(&split(product, &statements.join(";\n")).unwrap(), &statements);
        }
    }

    #[test]
    fn blanks_do_not_count_and_quotes_do(statements in proptest::collection::vec(statement(), 1..6), content in "[a-z ;-]{1,8}") {
        for product in Product::ALL {
            let plain = statements.join(";\n");
            let blank = statements.iter().map(|text| format!("\r\n -- it's\r\n{text} /* \" */ ;")).collect::<String>();
            prop_assert_eq!(significant(product, &plain), significant(product, &blank));
            let quoted = format!("{plain};SELECT '{content}'");
            let changed = format!("{plain};SELECT '{content} '");
            prop_assert_ne!(significant(product, &quoted), significant(product, &changed));
        }
    }

    #[test]
    fn anything_can_be_read(text in "[-a-z'\"`$;/*#\\[\\]\\\\ \\n]{0,40}") {
        for product in Product::ALL {
            let form = significant(product, &text);
            if let Ok(statements) = split(product, &text) {
                // MySQL takes `--` for a comment only where something blank follows, as it does after joining.
                if statements.iter().any(|statement| statement.contains("--")) {
                    continue;
                }
                prop_assert_eq!(&split(product, &statements.join(";\n")).unwrap(), &statements);
                prop_assert_eq!(significant(product, &form), form);
            }
        }
    }
}
