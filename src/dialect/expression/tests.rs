//! What must be equal, what must stay different.

use super::*;

fn equal(product: Product, spellings: &[&str]) {
    let forms: Vec<String> = spellings.iter().map(|sql| canonical_expression(product, sql)).collect();
    for (sql, form) in spellings.iter().zip(&forms) {
        assert_eq!(Some(form), forms.first(), "{product}: {sql}");
        assert_eq!(&canonical_expression(product, form), form, "{product}: not idempotent: {sql}");
    }
}

#[test]
fn try_out() {
    equal(
        Product::Postgres,
        &[
            "(status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])",
            "status IN ('a','b')",
        ],
    );
    equal(Product::Postgres, &["(price > (0)::numeric)", "price > 0", "\"price\">0"]);
    equal(Product::Postgres, &["a BETWEEN 1 AND 2 AND b", "((a >= 1) AND (a <= 2) AND b)"]);
    equal(Product::MySql, &["(`price` > 0)", "PRICE > 0"]);
    equal(Product::MySql, &[r"(`status` in (_utf8mb4\'a\',_utf8mb4\'b\'))", "status IN ('a', \"b\")"]);
    equal(Product::MariaDb, &["json_valid(`x`)", "JSON_VALID(x)"]);
    equal(Product::Sqlite, &["[x] > 1", "\"X\" > 1", "(x>1)"]);
}

#[test]
fn try_query() {
    let columns = |name: &ObjectName| match name.name.as_str() {
        "book" => Some(vec!["id".to_owned(), "title".to_owned(), "author_id".to_owned()]),
        "author" => Some(vec!["id".to_owned(), "name".to_owned()]),
        _ => None,
    };
    for (product, sql) in [
        (Product::Postgres, "SELECT * FROM book ORDER BY title ASC"),
        (Product::Postgres, " SELECT b.title, a.name FROM (book b JOIN author a ON ((a.id = b.author_id)));"),
        (Product::Postgres, "SELECT title, name FROM book b INNER JOIN author a ON a.id = author_id"),
        (
            Product::MySql,
            "select `book`.`id` AS `id`,count(0) AS `count(*)` from (`book` join `author` `a` on((`a`.`id` = `book`.`author_id`))) group by `book`.`id`",
        ),
        (Product::MySql, "select book.id, count(*) from book join author a on a.id = author_id group by 1"),
        (Product::Sqlite, "WITH x AS (SELECT id FROM book) SELECT id FROM x UNION ALL SELECT id FROM author"),
    ] {
        println!("{:?}", canonical_query(product, sql, &columns));
    }
}
