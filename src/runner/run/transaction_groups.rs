//! Splits a migration into groups of statements that are executed in one transaction each.
//!
//! Must not know how they are sent, or what is recorded between them.

use std::ops::Range;

use crate::{Product, Role, Statement, sql};

/// Statements that are executed in one transaction, or one statement outside of any.
pub(super) struct TransactionGroup {
    pub(super) statements: Range<usize>,
    pub(super) transactional: bool,
}

impl TransactionGroup {
    pub(super) fn after(self, offset: usize) -> Self {
        let Range { start, end } = self.statements;
        Self { statements: start + offset..end + offset, ..self }
    }
}

/// Whether a server commits whatever changes the schema, so that no transaction holds a whole migration.
pub(super) fn commits_by_itself(product: Product) -> bool {
    matches!(product, Product::MySql | Product::MariaDb)
}

/// Cuts statements where the database, or a statement, knows no transaction, and where a step begins.
pub(super) fn transaction_groups(product: Product, statements: &[Statement]) -> Vec<TransactionGroup> {
    let mut transaction_groups: Vec<TransactionGroup> = Vec::new();
    // A transaction that the file begins itself would be committed by another one, and its table locks let go of.
    let is_its_own = commits_by_itself(product) && statements.iter().any(|it| holds_on(product, &it.sql));
    for (index, statement) in statements.iter().enumerate() {
        let transactional = statement.transactional
            && match product {
                Product::Postgres | Product::Sqlite => true,
                Product::MySql | Product::MariaDb => !is_its_own && is_looked_at(product, statements, index),
            };
        match transaction_groups.last_mut() {
            Some(last) if last.transactional && transactional && statement.step.is_none() => {
                last.statements.end = index + 1;
            }
            _ => transaction_groups.push(TransactionGroup { statements: index..index + 1, transactional }),
        }
    }
    transaction_groups
}

/// Whether a statement begins a transaction, locks tables, or sets `autocommit`.
fn holds_on(product: Product, sql: &str) -> bool {
    let words = sql::words(product, sql);
    let is = |at: usize, word: &str| words.get(at).is_some_and(|it| it.is_word(word));
    is(0, "BEGIN")
        || is(0, "LOCK")
        || (is(0, "START") && is(1, "TRANSACTION"))
        || (is(0, "SET") && words.iter().any(|word| word.text.to_ascii_uppercase().ends_with("AUTOCOMMIT")))
}

/// Whether a statement changes rows and is followed by a check of the result, or is that check. These servers commit implicitly
/// only after statements that change the schema.
fn is_looked_at(product: Product, statements: &[Statement], index: usize) -> bool {
    let updates = |index: Option<usize>| {
        let statement = index.and_then(|index| statements.get(index));
        statement.is_some_and(|it| {
            it.role == Role::Change && sql::words(product, &it.sql).first().is_some_and(|word| word.is_word("UPDATE"))
        })
    };
    let checks = |index: usize| statements.get(index).is_some_and(|it| matches!(it.role, Role::Check(_)));
    updates(Some(index)) && checks(index + 1) || checks(index) && updates(index.checked_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(product: Product, statements: &[Statement]) -> Vec<(Range<usize>, bool)> {
        transaction_groups(product, statements)
            .into_iter()
            .map(|found| (found.statements, found.transactional))
            .collect()
    }

    fn cut(product: Product, transactional: &[bool]) -> Vec<(Range<usize>, bool)> {
        let statement = |&transactional: &bool| Statement { transactional, ..Statement::new("x") };
        shown(product, &transactional.iter().map(statement).collect::<Vec<_>>())
    }

    #[test]
    fn neighbours_that_know_transactions_share_one() {
        assert_eq!(cut(Product::Postgres, &[true, true]), [(0..2, true)]);
        assert_eq!(cut(Product::Postgres, &[true, false, true, true]), [(0..1, true), (1..2, false), (2..4, true)]);
        assert_eq!(cut(Product::Postgres, &[false, false]), [(0..1, false), (1..2, false)]);
        assert_eq!(cut(Product::MySql, &[true, true]), [(0..1, false), (1..2, false)]);
        assert_eq!(cut(Product::Sqlite, &[]), []);
    }

    #[test]
    fn on_servers_that_commit_by_themselves_an_update_waits_for_its_check() {
        let update = || Statement::new("UPDATE t SET a = 1");
        let check = || Statement::check("SELECT 0", "none");
        let alter = || Statement::new("ALTER TABLE t ADD b int");
        for product in [Product::MySql, Product::MariaDb] {
            assert_eq!(
                shown(product, &[update(), check(), update(), check(), alter(), check(), update()]),
                [(0..4, true), (4..5, false), (5..6, false), (6..7, false)]
            );
            for own in ["START TRANSACTION", "begin", "LOCK TABLES t WRITE", "SET @@autocommit = 0"] {
                let statements = [Statement::new(own), update(), check(), Statement::new("COMMIT")];
                assert!(shown(product, &statements).iter().all(|(_, transactional)| !transactional), "{own}");
            }
        }
    }
}
