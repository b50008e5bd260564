//! The queries of a migration file that must find no row once it is applied: its lines `-- verify: SELECT …`.
//!
//! Must not know how they are asked.

use crate::Product;
use crate::sql::{Cutter, Piece};

use super::Section;
use super::mark::{Mark, mark};

const VERIFY: &str = "verify:";

/// The queries of the `-- UP` section, in their order, each of one line. They are comments, so no part of the checksum.
pub fn verifications(product: Product, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in Cutter::new(product, text) {
        let Ok(Piece::Between(token)) = piece else { continue };
        if matches!(mark(token.text), Mark::Section(Section::Down)) {
            break;
        }
        let query = token.text.strip_prefix("--").and_then(|rest| rest.trim().strip_prefix(VERIFY));
        found.extend(query.map(|query| query.trim().trim_end_matches(';').trim().to_owned()));
    }
    found.retain(|query| !query.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_comments_between_the_up_statements_count() {
        let text = "-- UP\n-- verify: SELECT id FROM a WHERE b IS NULL;\nUPDATE a SET b = '\n-- verify: no';\n\
                    --verify:SELECT 1\n-- DOWN\n-- verify: SELECT 2\n";
        assert_eq!(verifications(Product::Sqlite, text), ["SELECT id FROM a WHERE b IS NULL", "SELECT 1"]);
    }
}
