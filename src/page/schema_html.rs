//! A schema as an HTML page: its data, and the script that shows what is asked for.
//!
//! Must not know the other formats.

use super::html::{self, Page};
use super::{Documented, schema_data};

const BODY: &str = include_str!("schema.html");
const SCRIPT: &str = include_str!("schema.js");

/// One HTML file about a schema for one or several products.
pub fn schema_html(title: &str, all: &[Documented<'_>]) -> String {
    let data = schema_data::data(title, all).to_string();
    let body = html::fill(BODY, &[("title", &html::escaped(title))]);
    html::page(&Page { title, kind: "schema", body: &body, data: &data, script: SCRIPT })
}
