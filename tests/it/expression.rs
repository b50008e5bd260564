//! What the catalogs print must be canonically equal to what was declared; what was declared differently must not.

mod mysql;
mod postgres;
mod reprint;
mod sqlite;

use sea_gen::dialect::Product;
use sea_gen::dialect::expression::{canonical_expression, canonical_query};
use sea_gen::schema::ObjectName;
use sea_gen_runner::session::{Missing, Session};

use crate::support;

/// Columns every product's table `item` has.
const ITEM: &[&str] = &[
    "id",
    "name",
    "status",
    "price",
    "qty",
    "ratio",
    "active",
    "day",
    "created",
    "data",
    "author_id",
    "note",
    "Odd Name",
];
const AUTHOR: &[&str] = &["id", "name", "born"];

fn columns_of(name: &ObjectName) -> Option<Vec<String>> {
    let columns = match name.name.as_str() {
        "item" => ITEM,
        "author" => AUTHOR,
        _ => return None,
    };
    Some(columns.iter().map(|column| (*column).to_owned()).collect())
}

fn query(product: Product, sql: &str) -> String {
    canonical_query(product, sql, &columns_of).0
}

/// Collects what is not as it should be, so that one run shows all of it.
#[derive(Default)]
struct Findings {
    lines: Vec<String>,
    /// What this product does not know; how much that may be is what `finish` is told.
    refused: Vec<String>,
    compared: usize,
}

impl Findings {
    fn expression(&mut self, product: Product, declared: &str, printed: &str) {
        let forms = (canonical_expression(product, declared), canonical_expression(product, printed));
        self.same(product, declared, printed, forms);
    }

    fn query(&mut self, product: Product, declared: &str, printed: &str) {
        let forms = (query(product, declared), query(product, printed));
        let again = query(product, &forms.0);
        if again != forms.0 {
            self.lines.push(format!("{product}: not idempotent\n    {}\n    {again}", forms.0));
        }
        self.same(product, declared, printed, forms);
    }

    fn same(&mut self, product: Product, declared: &str, printed: &str, forms: (String, String)) {
        self.compared += 1;
        if forms.0 != forms.1 {
            self.lines
                .push(format!("{product}: {declared}\n    printed   {printed}\n    {}\n    {}", forms.0, forms.1));
        }
    }

    fn refused(&mut self, sql: &str, error: &dyn std::fmt::Display) {
        self.refused.push(format!("refused: {sql}\n    {error}"));
    }

    fn finish(self, at_least: usize) {
        assert!(self.lines.is_empty(), "{} of {}:\n{}", self.lines.len(), self.compared, self.lines.join("\n"));
        assert!(self.compared >= at_least, "only {} compared:\n{}", self.compared, self.refused.join("\n"));
    }
}

/// Two spellings that mean different things.
fn different(product: Product, left: &str, right: &str) {
    assert_ne!(
        canonical_expression(product, left),
        canonical_expression(product, right),
        "{product}: {left} / {right}"
    );
}

async fn connect(url: &str) -> Session {
    Session::connect(&crate::support::connection(url), Missing::Refuse).await.unwrap()
}
