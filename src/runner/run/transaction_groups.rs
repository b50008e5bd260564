//! Splits a migration into groups of statements that are executed in one transaction each.
//!
//! Must not know how they are sent, or what is recorded between them.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::{Product, Role, Statement, sql};

use super::probe::{Enclosure, enclosure};

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

/// Cuts statements where the database, or a statement, knows no transaction, and where a step begins. A statement that need not
/// share a transaction has one of its own if it can, so that the history is written together with it.
pub(super) fn transaction_groups(product: Product, statements: &[Statement]) -> Vec<TransactionGroup> {
    let mut transaction_groups: Vec<TransactionGroup> = Vec::new();
    let own_transactions = own_transactions(product, statements);
    let mut before = Enclosure::None;
    for (index, statement) in statements.iter().enumerate() {
        let enclosure = match product {
            Product::Postgres | Product::Sqlite if statement.transactional => Enclosure::Shared,
            // A transaction that the file begins itself would be committed by another one.
            Product::MySql | Product::MariaDb if own_transactions.contains(&index) => Enclosure::None,
            Product::MySql | Product::MariaDb if is_looked_at(product, statements, index) => Enclosure::Shared,
            Product::Postgres | Product::Sqlite | Product::MySql | Product::MariaDb => enclosure(product, statement),
        };
        match transaction_groups.last_mut() {
            Some(last) if [before, enclosure] == [Enclosure::Shared; 2] && statement.step.is_none() => {
                last.statements.end = index + 1;
            }
            _ => transaction_groups
                .push(TransactionGroup { statements: index..index + 1, transactional: enclosure != Enclosure::None }),
        }
        before = enclosure;
    }
    transaction_groups
}

/// The statements inside the transactions that a file of MySQL or MariaDB begins itself, with those that begin and end them.
pub(super) fn own_transactions(product: Product, statements: &[Statement]) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    if !commits_by_itself(product) {
        return found;
    }
    let (mut is_open, mut is_manual) = (false, false);
    for (index, statement) in statements.iter().enumerate() {
        let words = sql::words(product, &statement.sql);
        let is = |at: usize, word: &str| words.get(at).is_some_and(|it| it.is_word(word));
        let is_autocommit = |word: &sql::Token<'_>| word.text.to_ascii_uppercase().ends_with("AUTOCOMMIT");
        let mut is_part = is_open || is_manual;
        // `BEGIN NOT ATOMIC` begins a block, and no transaction.
        let begins = is(0, "BEGIN") && (words.len() == 1 || is(1, "WORK"));
        if begins || (is(0, "START") && is(1, "TRANSACTION")) {
            (is_open, is_part) = (true, true);
        } else if is(0, "COMMIT") || (is(0, "ROLLBACK") && !words.iter().any(|it| it.is_word("TO"))) {
            is_open = false;
        } else if is(0, "SET") && words.iter().any(is_autocommit) {
            let value = words
                .iter()
                .skip_while(|word| !is_autocommit(word))
                .skip(1)
                .find(|word| !word.is_symbol(':') && !word.is_symbol('='));
            is_manual = value.is_some_and(|value| value.is_any(&["OFF", "FALSE"]) || value.text == "0");
            is_part = true;
        }
        if is_part {
            found.insert(index);
        }
    }
    found
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
        let sql = |transactional| if transactional { "x" } else { "VACUUM" };
        let statement = |&transactional: &bool| Statement { transactional, ..Statement::new(sql(transactional)) };
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

    /// What needs no transaction but can have one is recorded together with what it does.
    #[test]
    fn a_statement_has_a_transaction_of_its_own_where_it_can() {
        let alone = |sql: &str| Statement { transactional: false, ..Statement::new(sql) };
        let statements = [
            alone("ALTER TYPE t ADD VALUE 'a'"),
            alone("UPDATE t SET a = 1"),
            alone("CREATE INDEX CONCURRENTLY i ON t (a)"),
            alone("CALL p()"),
        ];
        let transactional = shown(Product::Postgres, &statements).into_iter().map(|(_, it)| it);
        assert!(transactional.eq([true, true, false, false]));
    }

    #[test]
    fn on_servers_that_commit_by_themselves_an_update_waits_for_its_check() {
        let update = || Statement::new("UPDATE t SET a = 1");
        let check = || Statement::check("SELECT 0", "none");
        let alter = || Statement::new("ALTER TABLE t ADD b int");
        for product in [Product::MySql, Product::MariaDb] {
            assert_eq!(
                shown(product, &[update(), check(), update(), check(), alter(), check(), update()]),
                [(0..4, true), (4..5, false), (5..6, false), (6..7, true)]
            );
            for own in ["START TRANSACTION", "begin", "SET @@autocommit = 0"] {
                let statements = [Statement::new(own), update(), check(), Statement::new("COMMIT")];
                assert!(shown(product, &statements).iter().all(|(_, transactional)| !transactional), "{own}");
            }
            let statements = ["BEGIN", "INSERT INTO t VALUES (1)", "COMMIT", "INSERT INTO t VALUES (2)"];
            let transactional = shown(product, &statements.map(Statement::new)).into_iter().map(|(_, it)| it);
            assert!(transactional.eq([false, false, false, true]), "{product}");
        }
    }
}
