//! MySQL keeps a row version for every column that was added or dropped instantly, and has room for 64 of them (255 since
//! 9.1). After that it refuses the next one until the table is rebuilt, which the same statement can do while other sessions
//! read and write.
//!
//! Must not know other reasons why a statement is refused.

use crate::Product;
use crate::session::DatabaseError;
use crate::sql::Tokens;

/// What to send instead of a statement that was refused because there is no room for another version.
pub(super) fn instead(product: Product, sql: &str, refusal: &DatabaseError) -> Option<String> {
    if product != Product::MySql || !refusal.message.contains("Maximum row versions") {
        return None;
    }
    let tokens: Vec<_> = Tokens::new(product, sql).collect();
    let is_named = |at: usize| {
        let mut before = tokens.iter().take(at).rev().filter(|token| !token.is_blank() && !token.is_symbol('='));
        before.next().is_some_and(|before| before.is_word("ALGORITHM"))
    };
    let at = tokens.iter().enumerate().position(|(at, token)| token.is_word("INSTANT") && is_named(at))?;
    let text = |(place, token): (usize, &crate::sql::Token<'_>)| {
        if place == at { "INPLACE".to_owned() } else { token.text.to_owned() }
    };
    Some(tokens.iter().enumerate().map(text).collect())
}

/// The warning.
pub(super) const WHY: &str =
    "the table has no room for another version of its rows, so it is rebuilt while others use it";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_algorithm_takes_the_place_of_the_refused_one() {
        let full = DatabaseError { message: "Maximum row versions reached for table d/t.".to_owned(), code: None };
        let other = DatabaseError { message: "no".to_owned(), code: None };
        let sql = "ALTER TABLE t ADD COLUMN instant int COMMENT 'ALGORITHM=INSTANT', ALGORITHM = INSTANT";
        let instead = |refusal| instead(Product::MySql, sql, refusal);
        assert_eq!(instead(&other), None);
        let sent = "ALTER TABLE t ADD COLUMN instant int COMMENT 'ALGORITHM=INSTANT', ALGORITHM = INPLACE";
        assert_eq!(instead(&full).as_deref(), Some(sent));
    }
}
