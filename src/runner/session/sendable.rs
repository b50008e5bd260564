//! Which statements are not sent, because the driver would never return from them.
//!
//! Must not know how a statement is sent.

use crate::{Product, sql};

use super::{DatabaseError, Session};

impl Session {
    /// Refuses a statement that the driver would never return from.
    pub(super) fn can_be_sent(&self, sql: &str) -> Result<(), DatabaseError> {
        let refused = |message: &str| Err(DatabaseError::not_sent(message));
        if sql.contains('\0') {
            return refused("there is a NUL character in the statement; it was not sent");
        }
        let begins_with_copy =
            || sql::Tokens::new(self.product, sql).find(|token| !token.is_blank()).is_some_and(|it| it.is_word("COPY"));
        if self.product == Product::Postgres && begins_with_copy() {
            let words = sql::words(self.product, sql);
            if sql::client::needs_client(self.product, &words).is_some() {
                return refused("the rows of this COPY come from a client or go to one; it was not sent");
            }
        }
        Ok(())
    }
}
