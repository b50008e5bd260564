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
