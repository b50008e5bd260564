//! Demonstration rows: SQL files below `migrations/demonstration/`, executed in the order of their names in one transaction.
//!
//! Must not know what is in the rows.

use std::collections::BTreeSet;

use sea_gen_runner::files::{list, read_text};
use sea_gen_runner::reading::clause_kind::ClauseKind;
use sea_gen_runner::session::Missing;
use sea_gen_runner::sql::{Cutter, Piece};
use sea_gen_runner::{Error, sql};

use crate::dialect::{self, Product, reading};

use super::super::together::together;
use super::super::{Failure, Live, Workspace, text};

/// The folder in that of migrations.
const FOLDER: &str = "demonstration";

/// Demonstration rows for a database.
pub struct Demonstration {
    /// The database.
    pub live: Live,
    /// The statements, each with its file and line.
    statements: Vec<(String, String)>,
    /// The tables that get rows.
    pub tables: Vec<String>,
}

impl Demonstration {
    /// Reads the files and looks at the tables. With `appends`, tables may have rows already.
    ///
    /// # Errors
    /// There are no files; the environment is protected and not confirmed; a table has rows already; a statement is not an `INSERT`.
    pub async fn plan(workspace: &Workspace, appends: bool) -> Result<Self, Failure> {
        workspace.refuse_protected()?;
        let mut live = workspace.required(Missing::Refuse).await?;
        let product = live.product();
        let statements = statements(workspace, product)?;
        let mut tables: BTreeSet<String> = BTreeSet::new();
        for (place, statement) in &statements {
            let read = reading::read(product, statement);
            match read.clauses.as_slice() {
                [clause] if clause.kind == ClauseKind::Insert && read.unread.is_none() => {
                    tables.insert(clause.table.clone());
                }
                _ => {
                    let error = Error::new(format!("{place}: `{}` is no INSERT", sql::first_line(statement)));
                    return Err(error.hint("what else is to be done belongs into a migration").into());
                }
            }
        }
        let dialect = dialect::of(product);
        let number = if product == Product::Postgres { "::text" } else { "" };
        let mut full = Vec::new();
        for table in live.schema.schema().tables.values().filter(|it| tables.contains(&it.name.to_string())) {
            let sql = format!("SELECT count(*){number} FROM {}", dialect.quote_object(&table.name));
            let rows = live.session.query(&sql).await;
            let rows = rows.map_err(|error| Error::new(format!("`{}` cannot be read", table.name)).because(error))?;
            let rows: usize = rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default();
            // Rows that the migrations write are no rows of somebody else.
            if rows > table.rows.as_ref().map_or(0, |rows| rows.rows.len()) {
                full.push(format!("{}: {}", table.name, text::plural(rows, "row")));
            }
        }
        if !full.is_empty() && !appends {
            return Err(Error::new("the tables already contain rows, and `gen seed` deletes nothing")
                .because(full.join("\n"))
                .hint("`--append` adds to them")
                .into());
        }
        Ok(Self { live, statements, tables: tables.into_iter().collect() })
    }

    /// Inserts the rows. Returns how many there are.
    ///
    /// # Errors
    /// The database's refusal, with the file and line; then nothing is in the database.
    pub async fn run(&mut self) -> Result<u64, Failure> {
        let session = &mut self.live.session;
        let failed = |error| Error::new("the rows could not be written; nothing was changed").because(error);
        let done = together(session, self.statements.iter().map(|(_, statement)| statement.as_str())).await;
        done.map_err(|(at, error)| match at.and_then(|at| self.statements.get(at)) {
            Some((place, _)) => {
                Error::new(format!("{place}: the row could not be written; nothing was changed")).because(error).into()
            }
            None => failed(error).into(),
        })
    }
}

/// The statements of all files for a product: `shop.sql` is for every product, `shop.postgres.sql` for one.
fn statements(workspace: &Workspace, product: Product) -> Result<Vec<(String, String)>, Failure> {
    let project = &workspace.project;
    let folder = project.root.join(&project.config.migrations).join(FOLDER);
    let is_meant = |stem: &str| match stem.rsplit_once('.').map(|(_, key)| key.parse::<Product>()) {
        Some(Ok(meant)) => meant == product,
        Some(Err(_)) | None => true,
    };
    let mut statements = Vec::new();
    for path in list(&folder)? {
        let stem = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".sql"));
        if !stem.is_some_and(is_meant) {
            continue;
        }
        let written = read_text(&path)?;
        let shown = project.shown(&path).display();
        for part in Cutter::new(product, &written) {
            let part = part
                .map_err(|error| Error::new(format!("{shown}:{}: `{}` is never closed", error.line, error.opening)))?;
            if let Piece::Statement(statement) = part {
                let place = format!("{shown}:{}", sql::line(&written, statement.start));
                statements.push((place, statement.text.to_owned()));
            }
        }
    }
    if statements.is_empty() {
        let shown = project.shown(&folder).display();
        return Err(Error::new(format!("there are no demonstration rows in `{shown}`"))
            .hint(format!("write them as SQL: `{shown}/shop.sql` with INSERT statements"))
            .into());
    }
    Ok(statements)
}
