//! Sends the statements of an SQL file that is no migration: in transactions where the database can, and again where another session
//! made one wait.
//!
//! Must not know why the file is run, or what is recorded.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use crate::session::sqlite::{Violations, violations};
use crate::session::{DatabaseError, Session};
use crate::sql_file::SqlFile;
use crate::{Error, ErrorKind, Product, Result, sql};

use super::definers::Kept;
use super::pending::{controls_transaction, first_line};
use super::repeatable::made;
use super::statement::{StatementError, carry_out};
use super::transaction_groups::{TransactionGroup, commits_by_itself, transaction_groups};
use super::{Progress, ProgressCallback, lock, patience};

/// Why a file was not completed.
pub(super) enum Trouble {
    /// A statement failed, by its index.
    Statement(usize, StatementError),
    /// Anything else, and when.
    Around(&'static str, Box<dyn std::error::Error + Send + Sync>),
}

impl Trouble {
    pub(super) fn around(what: &'static str) -> impl FnOnce(DatabaseError) -> Self {
        move |error| Self::Around(what, Box::new(error))
    }

    /// The database's message, if it only made the file wait for another session.
    pub(super) fn waited(&self, product: Product) -> Option<String> {
        match self {
            Self::Statement(_, StatementError::Database(error)) if patience::has_waited(product, error) => {
                Some(error.message.clone())
            }
            Self::Statement(..) | Self::Around(..) => None,
        }
    }

    /// Where it happened, the number of the statement, and the reason.
    pub(super) fn parts(self, file: &SqlFile) -> (String, Option<usize>, Box<dyn std::error::Error + Send + Sync>) {
        match self {
            Self::Around(place, error) => (place.to_owned(), None, error),
            Self::Statement(index, trouble) => {
                let shown = file.statements.get(index).map(first_line).unwrap_or_default();
                let cause: Box<dyn std::error::Error + Send + Sync> = match trouble {
                    StatementError::Database(error) => Box::new(error),
                    StatementError::Found(found) => Box::new(found),
                    StatementError::Function(failed) => Box::new(failed),
                };
                let (number, of) = (index + 1, file.statements.len());
                (format!("at statement {number} of {of}, `{shown}`"), Some(number), cause)
            }
        }
    }
}

/// A file whose statements are sent.
#[derive(Clone, Copy)]
pub(super) struct FileStatements<'a> {
    pub(super) file: &'a SqlFile,
    /// How long another runner is waited for.
    pub(super) wait: Duration,
}

impl FileStatements<'_> {
    /// Sends everything.
    ///
    /// # Errors
    /// The first statement that fails; its transaction is rolled back.
    pub(super) async fn run_all(&self, session: &mut Session, on_progress: ProgressCallback<'_>) -> Result<()> {
        let kept = Kept::read(session, &self.file.statements, &BTreeMap::new()).await;
        for group in transaction_groups(session.product(), &self.file.statements) {
            if let Err(trouble) = self.group(session, &group, &kept, on_progress).await {
                let _ = session.rollback().await;
                let (place, statement, cause) = trouble.parts(self.file);
                let kind = ErrorKind::Failed { id: self.file.path.clone(), statement };
                return Err(Error::new(format!("it failed {place}")).of(kind).because(cause));
            }
        }
        Ok(())
    }

    /// Runs a transaction, or one statement outside of any; again where another session made it wait.
    pub(super) async fn group(
        &self,
        session: &mut Session,
        group: &TransactionGroup,
        kept: &Kept,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Trouble> {
        let mut pauses = patience::pauses();
        loop {
            let done = self.attempt(session, group, kept, on_progress).await;
            let Err(trouble) = done else { return Ok(()) };
            let (Some(why), Some(pause)) = (trouble.waited(session.product()), pauses.next()) else {
                return Err(trouble);
            };
            if group.transactional {
                session.rollback().await.map_err(Trouble::around("when it was rolled back"))?;
            }
            on_progress(Progress::Stepping { why: &why });
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(
        &self,
        session: &mut Session,
        group: &TransactionGroup,
        kept: &Kept,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Trouble> {
        if group.transactional {
            let begun = lock::begin(session, self.wait).await;
            begun.map_err(|error| Trouble::Around("when a transaction was begun", Box::new(error)))?;
        }
        self.send(session, group.statements.clone(), kept, on_progress).await?;
        if group.transactional {
            session.commit().await.map_err(Trouble::around("when it was committed"))?;
        }
        Ok(())
    }

    /// Sends some statements; on SQLite checks what it does not check by itself.
    pub(super) async fn send(
        &self,
        session: &mut Session,
        range: Range<usize>,
        kept: &Kept,
        on_progress: ProgressCallback<'_>,
    ) -> Result<(), Trouble> {
        let before = if session.product() == Product::Sqlite { violations(session).await.ok() } else { None };
        let of = self.file.statements.len();
        for (index, statement) in self.file.statements.iter().enumerate().skip(range.start).take(range.len()) {
            on_progress(Progress::Statement { number: index + 1, of, sql: &statement.sql });
            let sent = carry_out(session, statement, (kept, None), on_progress).await;
            sent.map_err(|trouble| Trouble::Statement(index, trouble))?;
        }
        match before {
            Some(before) => self.check(session, &before).await,
            None => Ok(()),
        }
    }

    /// SQLite neither enforces foreign keys meanwhile, nor looks at what a view reads before somebody reads the view.
    async fn check(&self, session: &mut Session, before: &Violations) -> Result<(), Trouble> {
        if let Some(violation) = violations(session).await.ok().and_then(|after| after.new_since(before)) {
            return Err(Trouble::Around("when foreign keys were checked at its end", violation.into()));
        }
        for view in made(self.file).into_iter().filter(|made| made.kind == "VIEW") {
            let name = sql::quote(Product::Sqlite, view.bare());
            let read = session.query(&format!("EXPLAIN SELECT * FROM {name}")).await;
            read.map_err(Trouble::around("when its view was read"))?;
        }
        Ok(())
    }
}

/// Refuses a file with a transaction of its own, which would end the one that the file runs in.
pub(super) fn refuse_transactions(product: Product, file: &SqlFile) -> Result<()> {
    if commits_by_itself(product) {
        return Ok(());
    }
    let at = file.statements.iter().find(|it| controls_transaction(&it.sql));
    at.map_or(Ok(()), |statement| {
        let (path, shown) = (&file.path, first_line(statement));
        Err(Error::new(format!(
            "`{path}` has the statement `{shown}`, but transactions are the runner's; nothing was run"
        ))
        .of(ErrorKind::Refused)
        .hint("remove it, and seal the file with `gen lock`: it runs in a transaction of its own"))
    })
}
