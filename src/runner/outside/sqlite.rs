//! Finds the parts of a statement that affect more than an SQLite file.
//!
//! Must not know any other database.

use crate::outside::{begins_statement, calls};
use crate::{Product, sql};

pub(crate) fn find(text: &str) -> Option<String> {
    let words = sql::words(Product::Sqlite, text);
    for (at, word) in words.iter().enumerate() {
        if begins_statement(&words, at) && word.is_word("ATTACH") {
            return Some("attaches another database".to_owned());
        }
        if begins_statement(&words, at)
            && word.is_word("VACUUM")
            && words.iter().skip(at).take(3).any(|word| word.is_word("INTO"))
        {
            return Some("writes a file".to_owned());
        }
        if calls(&words, at, &["load_extension", "writefile", "edit"]) {
            return Some(format!("calls `{}`, which reaches beyond the database", word.text));
        }
    }
    None
}
