//! What splitting and the significant form must get right.

use proptest::prelude::*;

use crate::Product;

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

#[test]
fn words_that_mean_something_elsewhere_are_names() {
    for product in Product::ALL {
        cuts(
            product,
            "CREATE TABLE event (begin int, \"end\" int); CREATE INDEX begin ON event (begin); SELECT event.end; SELECT 2",
            &[
                "CREATE TABLE event (begin int, \"end\" int)",
                "CREATE INDEX begin ON event (begin)",
                "SELECT event.end",
                "SELECT 2",
            ],
        );
        cuts(
            product,
            "CREATE VIEW event AS SELECT begin FROM a; SELECT 2",
            &["CREATE VIEW event AS SELECT begin FROM a", "SELECT 2"],
        );
    }
    let bodies = [
        "CREATE TRIGGER begin BEFORE INSERT ON begin FOR EACH ROW FOLLOWS end SET NEW.end = 1",
        "CREATE PROCEDURE begin() BEGIN SELECT begin, end FROM event; SELECT t.end, CASE WHEN end > begin THEN end END FROM t; END",
        "CREATE DEFINER=event@localhost TRIGGER t AFTER DELETE ON row FOR EACH ROW BEGIN SET @end = 1; END",
        "CREATE DEFINER=CURRENT_USER() FUNCTION f(begin int) RETURNS set('a') CHARACTER SET latin1 RETURN IF(begin, 1, 2)",
        "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR NOT FOUND, SQLSTATE '23000' BEGIN SELECT 1; END; DECLARE CONTINUE HANDLER FOR 1051 SET @a = 1; SELECT 2; END",
        "CREATE PROCEDURE p() BEGIN REPEAT SET @a = CASE WHEN 1 THEN 2 END; UNTIL CASE @a WHEN 1 THEN 2 END END REPEAT; l: WHILE 1 DO LEAVE l; END WHILE l; END",
        "CREATE EVENT begin ON SCHEDULE EVERY 1 DAY ENABLE DO BEGIN IF @a THEN CASE @b WHEN 1 THEN SELECT 1; ELSE SELECT CASE 1 WHEN 1 THEN 2 END; END CASE; END IF; END",
        "CREATE PROCEDURE p() COMMENT 'BEGIN' SQL SECURITY INVOKER `l`: LOOP LEAVE l; END LOOP",
    ];
    for product in [Product::MySql, Product::MariaDb] {
        for body in bodies {
            cuts(product, &format!("{body};\nSELECT 1;"), &[body, "SELECT 1"]);
        }
    }
    for body in [
        "CREATE PROCEDURE p() BEGIN FOR i IN 1..10 DO SELECT i; END FOR; END",
        "IF 1 THEN SELECT 1; END IF",
        "FOR r IN (SELECT 1) DO SELECT 2; END FOR",
    ] {
        cuts(Product::MariaDb, &format!("{body}; SELECT 1"), &[body, "SELECT 1"]);
    }
    for body in [
        "CREATE FUNCTION begin() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1 AS end; SELECT a.end FROM a; END",
        "CREATE OR REPLACE PROCEDURE p(a int DEFAULT (1)) BEGIN ATOMIC SELECT CASE WHEN true THEN (CASE 1 WHEN 2 THEN 3 END) END; END",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1; BEGIN'",
    ] {
        cuts(Product::Postgres, &format!("{body}; SELECT 1"), &[body, "SELECT 1"]);
    }
    for body in [
        "CREATE TEMPORARY TRIGGER begin AFTER INSERT ON end BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT begin FROM end; END",
        "EXPLAIN CREATE TRIGGER t DELETE ON a BEGIN SELECT 1;; END",
    ] {
        cuts(Product::Sqlite, &format!("{body}; SELECT 1"), &[body, "SELECT 1"]);
    }
}

#[test]
fn each_product_has_its_own_quotes_and_comments() {
    cuts(
        Product::Sqlite,
        "SELECT a$$b; SELECT [;] -- ;\r;\n; SELECT `;`",
        &["SELECT a$$b", "SELECT [;]", "SELECT `;`"],
    );
    cuts(Product::Sqlite, "/* /* ; */ SELECT 1; SELECT '\\'; SELECT 2", &["SELECT 1", "SELECT '\\'", "SELECT 2"]);
    cuts(Product::Postgres, "SELECT a$$b; SELECT 2 # 3; -- ;\rSELECT 4", &["SELECT a$$b", "SELECT 2 # 3", "SELECT 4"]);
    cuts(Product::Postgres, "SELECT E'a'\n 'b\\';'; SELECT U&\"a;\"", &["SELECT E'a'\n 'b\\';'", "SELECT U&\"a;\""]);
    cuts(Product::MySql, "SELECT $$; SELECT 1 -- ;\r;\n; SELECT [1;", &["SELECT $$", "SELECT 1", "SELECT [1"]);
    cuts(
        Product::MySql,
        "/*M! a; */ SELECT 1; /*!80000 SELECT 'a*/;' */; SELECT 2",
        &["SELECT 1", "/*!80000 SELECT 'a*/;' */", "SELECT 2"],
    );
    cuts(
        Product::MariaDb,
        "/*M! a; */ SELECT 1; /*M!999999\\- enable; */ SELECT 2",
        &["/*M! a; */ SELECT 1", "SELECT 2"],
    );
}

#[test]
fn the_sql_mode_says_how_what_follows_is_read() {
    for product in [Product::MySql, Product::MariaDb] {
        cuts(
            product,
            "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT '\\'; SET sql_mode = DEFAULT; SELECT '\\';'",
            &[
                "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'",
                "SELECT '\\'",
                "SET sql_mode = DEFAULT",
                "SELECT '\\';'",
            ],
        );
        cuts(
            product,
            "/*!50003 SET @a = @@sql_mode, @@session.sql_mode='ANSI_QUOTES' */; SELECT \"\\\"; SET @sql_mode = '';SELECT \";\"",
            &[
                "/*!50003 SET @a = @@sql_mode, @@session.sql_mode='ANSI_QUOTES' */",
                "SELECT \"\\\"",
                "SET @sql_mode = ''",
                "SELECT \";\"",
            ],
        );
    }
}

#[test]
fn tokens_join_to_the_text() {
    for product in Product::ALL {
        for text in [
            "a+`b``c` 'it''s' \"x\\\"\" -- end\n/* c */ # x",
            "'open",
            "`open",
            "/*! open",
            "ü'é'",
            "'a\\",
            "1.5e-3..0x1f",
            "/*!*/",
        ] {
            assert_eq!(Tokens::new(product, text).map(|token| token.text).collect::<String>(), text);
        }
    }
    let texts = |product: Product, text| words(product, text).into_iter().map(|token| token.text).collect::<Vec<_>>();
    assert_eq!(
        texts(Product::Sqlite, "a\"b\"\"c\"[d e]`f`'it''s'x'00' -- no\n1.5e-3>=/* no */.5 größe 0x1e-2"),
        ["a", "\"b\"\"c\"", "[d e]", "`f`", "'it''s'", "x'00'", "1.5e-3", ">", "=", ".5", "größe", "0x1e", "-", "2"]
    );
    assert_eq!(texts(Product::MySql, "t.1a $b 2c 3.e4"), ["t", ".", "1a", "$b", "2c", "3.e4"]);
    assert_eq!(texts(Product::Postgres, "a.1 $1 b$1"), ["a", ".", "1", "$", "1", "b$1"]);
}

#[test]
fn long_scripts_are_cut_in_linear_time() {
    for product in Product::ALL {
        let script = "SELECT 1;\n".repeat(40_000);
        assert_eq!(split(product, &script).unwrap().len(), 40_000);
        let deep = format!("SELECT {}1{};", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(split(product, &deep).unwrap().len(), 1);
    }
}

/// A statement of a product with whatever may stand in one.
fn whole(product: Product) -> impl Strategy<Value = String> {
    let odd = match product {
        Product::Postgres => vec!["$$;$$", "$a$ $$; $a$", "E'\\';'", "/* /* ; */ ; */", "b$$", "(;)", "U&\"x;\""],
        Product::Sqlite => vec!["[;'\"]", "`;`", "a$$", "x'00'", "'\\'", "/* /* ; */"],
        Product::MySql | Product::MariaDb => {
            vec!["'\\';'", "\"\\\";\"", "`;`", "# ;'\n", "-- ;'\n", "5--1", "$$", "/*!50000 ; */", "n'\\''"]
        }
    };
    let word = prop_oneof![
        2 => prop::sample::select(odd),
        1 => prop::sample::select(vec!["begin", "end", "event", "case", "trigger", "a.end", "if", "1.5e-3", "t.begin"]),
    ];
    let plain = prop::collection::vec(word, 0..6).prop_map(|words| format!("SELECT {} x", words.join(" ")));
    let inner = plain.clone();
    let body = match product {
        Product::Postgres => inner
            .prop_map(|_| {
                "CREATE FUNCTION begin() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 2 THEN 3 END; SELECT 2; END"
                    .to_owned()
            })
            .boxed(),
        Product::Sqlite => inner
            .prop_map(|inner| {
                format!("CREATE TRIGGER end AFTER INSERT ON begin BEGIN {inner}; SELECT CASE 1 WHEN 2 THEN 3 END; END")
            })
            .boxed(),
        Product::MySql | Product::MariaDb => compound(3)
            .prop_map(|inner| format!("CREATE DEFINER=`a;`@`%` PROCEDURE event(begin int) BEGIN {inner} END"))
            .boxed(),
    };
    prop_oneof![2 => plain, 1 => body]
}

/// Statements of a compound one.
fn compound(depth: u32) -> BoxedStrategy<String> {
    let plain = prop::sample::select(vec![
        "SELECT begin, end FROM event;",
        "SET end = CASE WHEN end THEN begin ELSE t.end END;",
        "SET a = IF(1, 2, 3), b = REPEAT('x', 2);",
        "DROP TABLE IF EXISTS t;",
        "SELECT ';', `;` /* ; */;",
    ])
    .prop_map(str::to_owned);
    if depth == 0 {
        return plain.boxed();
    }
    let inner = move || compound(depth - 1);
    prop_oneof![
        2 => plain,
        1 => (inner(), inner()).prop_map(|(one, other)| format!("IF a THEN {one} ELSEIF end THEN {other} ELSE {one} END IF;")),
        1 => inner().prop_map(|one| format!("CASE a WHEN 1 THEN {one} ELSE {one} END CASE;")),
        1 => inner().prop_map(|one| format!("l: LOOP {one} LEAVE l; END LOOP l;")),
        1 => inner().prop_map(|one| format!("WHILE CASE a WHEN 1 THEN 2 END DO {one} END WHILE;")),
        1 => inner().prop_map(|one| format!("REPEAT {one} UNTIL a END REPEAT;")),
        1 => inner().prop_map(|one| format!("BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN {one} END; {one} END;")),
    ]
    .boxed()
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
    fn what_was_joined_is_cut_as_it_was(
        (product, statements) in prop::sample::select(Product::ALL.to_vec())
            .prop_flat_map(|product| (Just(product), proptest::collection::vec(whole(product), 0..5))),
    ) {
        prop_assert_eq!(&split(product, &statements.join(";\n")).unwrap(), &statements);
        prop_assert_eq!(split(product, &statements.join(" ;;\r\n-- ;'\n")).unwrap(), statements);
    }

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
                // A backslash is a client's only at the beginning of a line, where joining puts it.
                if statements.iter().any(|statement| statement.contains("--") || statement.starts_with('\\')) {
                    continue;
                }
                prop_assert_eq!(&split(product, &statements.join(";\n")).unwrap(), &statements);
                prop_assert_eq!(significant(product, &form), form);
            }
        }
    }
}
