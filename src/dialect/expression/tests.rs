//! What must be equal, what must stay different, and that the canonical form is its own.

use proptest::prelude::*;

use super::*;

fn equal(product: Product, spellings: &[&str]) {
    let forms: Vec<String> = spellings.iter().map(|sql| canonical_expression(product, sql)).collect();
    for (sql, form) in spellings.iter().zip(&forms) {
        assert_eq!(Some(form), forms.first(), "{product}: {sql}");
        assert_eq!(&canonical_expression(product, form), form, "{product}: not idempotent: {sql}");
    }
}

fn different(product: Product, left: &str, right: &str) {
    assert_ne!(
        canonical_expression(product, left),
        canonical_expression(product, right),
        "{product}: {left} / {right}"
    );
}

fn columns(name: &ObjectName) -> Option<Vec<String>> {
    let columns: &[&str] = match name.name.as_str() {
        "book" => &["id", "title", "author_id"],
        "author" => &["id", "name"],
        _ => return None,
    };
    Some(columns.iter().map(|column| (*column).to_owned()).collect())
}

fn query_form(product: Product, sql: &str) -> String {
    let form = canonical_query(product, sql, &columns).0;
    assert_eq!(canonical_query(product, &form, &columns).0, form, "{product}: not idempotent: {sql}");
    form
}

#[test]
fn one_expression_has_one_form() {
    equal(
        Product::Postgres,
        &[
            "(status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])",
            "status IN ('a','b')",
            "\"status\" in ( 'a', E'b' )",
        ],
    );
    equal(Product::Postgres, &["(price > (0)::numeric)", "price > 0", "\"price\">0", "price > '0'::numeric"]);
    equal(Product::Postgres, &["price * (qty)::numeric > (100)::numeric", "price * qty > 100"]);
    equal(Product::Postgres, &["price + (1)::numeric", "price + 1"]);
    equal(Product::Postgres, &["qty > '-1'::integer", "qty > -1"]);
    equal(Product::Postgres, &["a BETWEEN 1 AND 2 AND b", "((a >= 1) AND (a <= 2) AND b)"]);
    equal(Product::Postgres, &["'{}'", "'{}'::jsonb", "$${}$$"]);
    equal(Product::Postgres, &["current_timestamp", "now()", "NOW()"]);
    equal(Product::MySql, &["(`price` > 0)", "PRICE > 0", "!(price <= 0)"]);
    equal(Product::MySql, &[r"(`status` in (_utf8mb4\'a\',_utf8mb4\'it\\\'s\'))", "status IN ('a', \"it's\")"]);
    equal(Product::MariaDb, &["current_timestamp(3)", "now(3)", "CURRENT_TIMESTAMP(3)"]);
    equal(Product::MariaDb, &["current_timestamp()", "now()", "CURRENT_TIMESTAMP"]);
    equal(Product::Sqlite, &["[x] > 1", "\"X\" > 1", "(x>1)", "`x` > 1 -- more"]);
}

#[test]
fn what_differs_in_meaning_stays_different() {
    for product in Product::ALL {
        for (left, right) in [
            ("a > 1", "a >= 1"),
            ("a > 1", "a > 2"),
            ("a > 1", "b > 1"),
            ("a = 'x'", "a = 'X'"),
            ("a = 'x y'", "a = 'x  y'"),
            ("a = '1'", "a = 1"),
            ("a = ''", "a IS NULL"),
            ("a = 'it''s'", "a = 'it''''s'"),
            ("a LIKE 'x%'", "a = 'x%'"),
            ("a AND b OR c", "a AND (b OR c)"),
            ("a - (b - c)", "a - b - c"),
            ("(a + b) * c", "a + b * c"),
            ("a IN ('x', 'y')", "a NOT IN ('x', 'y')"),
            ("a IN ('x', 'y')", "a IN ('x', 'z')"),
            ("a BETWEEN 1 AND 2", "a NOT BETWEEN 1 AND 2"),
            ("a BETWEEN 1 AND 2", "a BETWEEN 1 AND 3"),
            ("coalesce(a, 'x')", "coalesce(a, 'y')"),
            ("lower(a)", "upper(a)"),
            ("CASE WHEN a > 1 THEN 1 ELSE 2 END", "CASE WHEN a > 1 THEN 2 ELSE 1 END"),
            ("true", "false"),
            ("NULL", "'NULL'"),
        ] {
            different(product, left, right);
        }
    }
    for (left, right) in [
        ("a LIKE 'x'", "a ILIKE 'x'"),
        ("a ~ 'x'", "a ~* 'x'"),
        ("\"A\" = 1", "a = 1"),
        ("a::varchar(3) = 'x'", "a = 'x'"),
        ("'abc'::varchar(2)", "'abc'"),
        ("1.55::numeric(2,1)", "1.55"),
        ("now()", "CURRENT_TIMESTAMP(3)"),
        ("f('1'::json)", "f('1'::jsonb)"),
        ("a::int = 1", "a = 1"),
        ("a = ANY (b)", "a = ALL (b)"),
        ("x -> 'a'", "x ->> 'a'"),
        ("NOT (a = b)", "a = b"),
        ("a / 2", "a / 2::numeric"),
        ("a / 2 > 1", "a / (2)::numeric > 1"),
        ("round(a * 2::numeric)", "round(a * 2)"),
        ("(a * 2::numeric) / b", "(a * 2) / b"),
        ("now() AT TIME ZONE 'utc'", "timezone('utc', now())"),
        ("'a'::text", "'b'::text"),
        ("a::date", "a"),
        ("x IS DISTINCT FROM 1", "x <> 1"),
        (r"E'a\nb'", r"'a\nb'"),
    ] {
        different(Product::Postgres, left, right);
    }
    for product in [Product::MySql, Product::MariaDb] {
        for (left, right) in [
            ("a <=> 1", "a = 1"),
            ("cast(a as signed)", "cast(a as unsigned)"),
            (r"a = 'x\\n'", r"a = 'x\n'"),
            ("now()", "now(3)"),
            ("a DIV 2", "a / 2"),
            ("a XOR b", "a OR b"),
            ("a LIKE 'x'", "a LIKE BINARY 'x'"),
            ("a = b LIKE c", "(a = b) LIKE c"),
            ("json_array(true)", "json_array(1)"),
        ] {
            different(product, left, right);
        }
    }
}

#[test]
fn a_query_says_where_its_columns_come_from() {
    for product in Product::ALL {
        let form = |sql: &str| query_form(product, sql);
        assert_eq!(form("SELECT * FROM book"), form("select book.id, title AS title, author_id from book AS book"));
        assert_eq!(
            form("SELECT title, name FROM book b JOIN author a ON a.id = author_id ORDER BY 1"),
            form(
                "SELECT b.title, a.name FROM (book b INNER JOIN author a ON ((a.id = b.author_id))) ORDER BY title ASC"
            ),
        );
        for (left, right) in [
            (
                "SELECT a.id FROM book b JOIN author a ON a.id = author_id",
                "SELECT b.id FROM book b JOIN author a ON a.id = author_id",
            ),
            ("SELECT id FROM book", "SELECT id FROM author"),
            ("SELECT id FROM book", "SELECT DISTINCT id FROM book"),
            ("SELECT id FROM book", "SELECT id AS key FROM book"),
            ("SELECT id FROM book ORDER BY id", "SELECT id FROM book ORDER BY id DESC"),
            ("SELECT id, title FROM book", "SELECT title, id FROM book"),
            ("SELECT id FROM book UNION SELECT id FROM author", "SELECT id FROM book UNION ALL SELECT id FROM author"),
            ("SELECT id FROM book WHERE id > 1", "SELECT id FROM book WHERE id >= 1"),
            (
                "SELECT b.id FROM book b LEFT JOIN author a ON a.id = author_id",
                "SELECT b.id FROM book b JOIN author a ON a.id = author_id",
            ),
            (
                "SELECT id FROM book WHERE EXISTS (SELECT 1 FROM author WHERE author.id = book.id)",
                "SELECT id FROM book WHERE EXISTS (SELECT 1 FROM author WHERE author.id = author.id)",
            ),
        ] {
            assert_ne!(form(left), form(right), "{product}");
        }
    }
}

#[test]
fn an_inner_table_is_not_taken_for_the_outer_one() {
    let outer =
        "SELECT book.id FROM book WHERE EXISTS (SELECT 1 FROM book book_1 WHERE book_1.author_id = book.author_id)";
    let inner =
        "SELECT book.id FROM book WHERE EXISTS (SELECT 1 FROM book book_1 WHERE book_1.author_id = book_1.author_id)";
    assert_ne!(query_form(Product::Postgres, outer), query_form(Product::Postgres, inner));
}

#[test]
fn a_query_tells_what_it_reads() {
    let reads = |sql: &str| -> Vec<String> {
        canonical_query(Product::Postgres, sql, &columns).1.iter().map(ToString::to_string).collect()
    };
    assert_eq!(reads("SELECT 1"), Vec::<String>::new());
    assert_eq!(reads("SELECT id FROM Book WHERE id IN (SELECT id FROM shop.\"Sale\")"), ["book", "shop.Sale"]);
    assert_eq!(
        reads("WITH author AS (SELECT id FROM book) SELECT id FROM author JOIN shop.author USING (id)"),
        ["book", "shop.author"]
    );
    assert_eq!(reads("SELECT id FROM book UNION SELECT id FROM author"), ["author", "book"]);
}

#[test]
fn portable_queries_get_the_products_quotes() {
    let sql = "SELECT \"Odd `Name`\", 'a\\b' FROM \"book\" WHERE title = 'it''s'";
    assert_eq!(requote(Product::Postgres, sql).unwrap(), sql);
    let expected = "SELECT `Odd ``Name```, 'a\\\\b' FROM `book` WHERE title = 'it''s'";
    assert_eq!(requote(Product::MySql, sql).unwrap(), expected);
    assert!(requote(Product::MySql, "SELEKT 1").is_err());
    assert!(requote(Product::MySql, "SELECT 'a").is_err());
}

#[test]
fn what_cannot_be_read_is_compared_by_its_text() {
    for product in Product::ALL {
        equal(product, &["a ?? ( 'x  y' b", "a  ??\n( 'x  y'  b", "a ?? ( /* c */'x  y' b"]);
        different(product, "a ?? ( 'x  y'", "a ?? ( 'x y'");
    }
}

/// Expressions as people write them, in the words every database knows.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("B".to_owned()),
        Just("\"select\"".to_owned()),
        Just("t.c".to_owned()),
        Just("1".to_owned()),
        Just("-2.5".to_owned()),
        Just("NULL".to_owned()),
        Just("true".to_owned()),
        Just("CURRENT_TIMESTAMP".to_owned()),
        "'[a-z %]{0,4}'",
        Just(r"'back\\slash'".to_owned()),
        Just("'it''s'".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let operator = prop_oneof![
            Just("+"), Just("-"), Just("*"), Just("/"), Just("="), Just("<>"), Just("!="), Just("<"), Just(">="),
            Just("AND"), Just("OR"), Just("||"), Just("LIKE"), Just("IS DISTINCT FROM"),
        ];
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(left, op, right)| format!("{left} {op} {right}")),
            1 => inner.clone().prop_map(|inner| format!("({inner})")),
            1 => inner.clone().prop_map(|inner| format!("NOT ({inner})")),
            1 => inner.clone().prop_map(|inner| format!("-({inner})")),
            1 => inner.clone().prop_map(|inner| format!("({inner}) IS NOT NULL")),
            1 => inner.clone().prop_map(|inner| format!("lower({inner})")),
            1 => inner.clone().prop_map(|inner| format!("CAST({inner} AS char(3))")),
            1 => (inner.clone(), inner.clone()).prop_map(|(first, second)| format!("coalesce({first}, {second})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(first, second)| format!("({first}) IN ({second}, 1)")),
            1 => (inner.clone(), inner.clone()).prop_map(|(first, second)| format!("({first}) IN ({second})")),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(first, second, third)| format!("({first}) BETWEEN ({second}) AND ({third})")),
            1 => (inner.clone(), inner).prop_map(|(first, second)| format!("CASE WHEN {first} THEN {second} ELSE 1 END")),
        ]
    })
}

/// Nothing is written beside the code: a failure that was found becomes a test of its own.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_canonical_form_is_its_own(sql in expression()) {
        for product in Product::ALL {
            let form = canonical_expression(product, &sql);
            prop_assert_eq!(canonical_expression(product, &form), form.clone(), "{}: {}", product, sql);
            prop_assert_eq!(canonical_expression(product, &format!("(({sql}))")), form, "{}: {}", product, sql);
        }
    }

    #[test]
    fn nothing_makes_it_panic(sql in "[-a-z0-9'\"`$;/*#\\[\\]\\\\()=<>!|&.,:_ \\n]{0,40}") {
        for product in Product::ALL {
            let form = canonical_expression(product, &sql);
            prop_assert_eq!(canonical_expression(product, &sql), form);
            let _ = canonical_query(product, &format!("SELECT {sql} FROM book"), &columns);
            let _ = requote(product, &sql);
        }
    }
}

#[test]
fn plain_literals_are_what_parsing_them_gives() {
    for product in Product::ALL {
        for literal in
            ["0", "1", "007", "12345678901234567890", "''", "'draft'", "'a b-c_d.e'", "'2020-01-01'", "'1'", "'true'"]
        {
            assert!(is_plain_literal(literal), "{literal}");
            assert_eq!(
                canonical_expression(product, literal),
                parsed_expression(product, literal),
                "{product}: {literal}"
            );
        }
        for other in ["", "'", "'a''b'", "'a' || 'b'", "-1", "1.5", "'\\'", "x'00'", "true", "'a'::text", "1 + 1"] {
            assert!(!is_plain_literal(other), "{other}");
        }
    }
}
