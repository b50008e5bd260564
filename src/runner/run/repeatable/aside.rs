//! Drops what repeatable files made where the database would refuse a statement because of it. Their files make it again.
//!
//! PostgreSQL refuses to drop or retype what a view reads, and SQLite to alter or replace a table that a view or the trigger of
//! another table names. Must not know whose statements they are.

use std::collections::BTreeSet;

use crate::reading::clause_kind::ClauseKind;
use crate::reading::{self, Feature};
use crate::session::{DatabaseError, Session};
use crate::sql_file::SqlFile;
use crate::{Product, Statement, sql};

use super::super::{Progress, ProgressCallback};
use super::objects::{Made, made};
use super::order::collect;

/// A relation that statements change, and the column, if it is about one.
type Changed = (String, Option<String>);

/// Drops the objects of `files` that stand in the way of statements, in the open transaction. Returns them.
///
/// # Errors
/// The database's refusal: something else depends on one of them.
pub(in crate::run) async fn step_aside(
    session: &mut Session,
    statements: &[Statement],
    files: &[SqlFile],
    on_progress: ProgressCallback<'_>,
) -> Result<Vec<Made>, DatabaseError> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let product = session.product();
    let changed = changed(product, statements);
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let made: Vec<Made> = files.iter().flat_map(made).collect();
    let found = match product {
        Product::Postgres => in_postgres(session, &changed, &made).await?,
        Product::Sqlite => in_sqlite(session, &changed, &made).await?,
        // What a view reads may change there.
        Product::MySql | Product::MariaDb => Vec::new(),
    };
    let mut gone = Vec::new();
    for (statement, made) in found {
        session.execute(&statement).await?;
        on_progress(Progress::Noting {
            what: &format!("{made} was dropped to make way, until its repeatable file runs again"),
        });
        gone.push(made);
    }
    Ok(gone)
}

/// The relations that statements change in a way that their readers may not bear.
fn changed(product: Product, statements: &[Statement]) -> BTreeSet<Changed> {
    let mut found = BTreeSet::new();
    for statement in statements {
        let reading = reading::read(product, &statement.sql);
        for clause in &reading.clauses {
            let column = Some(clause.part.clone()).filter(|part| !part.is_empty());
            match (product, clause.kind) {
                (_, ClauseKind::DropTable) | (Product::Sqlite, ClauseKind::RenameTable) => {
                    found.insert((clause.table.clone(), None));
                }
                (_, ClauseKind::DropColumn)
                | (Product::Postgres, ClauseKind::Widen | ClauseKind::Retype | ClauseKind::RetypeFromUnknown)
                | (Product::Sqlite, ClauseKind::RenameColumn) => {
                    found.insert((clause.table.clone(), column));
                }
                _ => {}
            }
        }
        let views = reading.features.into_iter().filter_map(|feature| match feature {
            Feature::Drops(kind, name) if kind == "VIEW" => Some((name, None)),
            _ => None,
        });
        found.extend(views.filter(|_| product == Product::Postgres));
    }
    found
}

/// The views that read what is changed, each with the statement that drops it, those first that others do not read.
async fn in_postgres(
    session: &mut Session,
    changed: &BTreeSet<Changed>,
    made: &[Made],
) -> Result<Vec<(String, Made)>, DatabaseError> {
    let product = Product::Postgres;
    let text = |text: &str| sql::literal(product, text);
    let relation = |name: &str| {
        let path: Vec<String> = name.split('.').map(|part| sql::quote(product, part)).collect();
        format!("to_regclass({})", text(&path.join(".")))
    };
    let conditions: Vec<String> = changed
        .iter()
        .map(|(table, column)| match column {
            None => format!("d.refobjid = {}", relation(table)),
            Some(column) => format!(
                "d.refobjid = {0} AND d.refobjsubid = (SELECT attnum FROM pg_catalog.pg_attribute \
                  WHERE attrelid = {0} AND attname = {1})",
                relation(table),
                text(column)
            ),
        })
        .collect();
    let query = format!(
        "WITH RECURSIVE reads AS (
           SELECT r.ev_class AS reader, d.refobjid, d.refobjsubid FROM pg_catalog.pg_depend d
             JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_catalog.pg_rewrite'::regclass
            WHERE d.refclassid = 'pg_catalog.pg_class'::regclass AND r.ev_class <> d.refobjid),
         readers AS (
           SELECT d.reader, 1 AS depth FROM reads d WHERE {}
           UNION
           SELECT d.reader, readers.depth + 1 FROM readers JOIN reads d ON d.refobjid = readers.reader WHERE readers.depth < 99)
         SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END, c.relname, c.relkind
           FROM readers JOIN pg_catalog.pg_class c ON c.oid = readers.reader
           JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relkind IN ('v', 'm') GROUP BY 1, 2, 3 ORDER BY max(readers.depth) DESC, 2",
        conditions.iter().map(|it| format!("({it})")).collect::<Vec<_>>().join(" OR ")
    );
    let rows = session.query(&query).await?;
    let mut found = Vec::new();
    for row in &rows {
        let (schema, name) = (row.text(0), row.text(1));
        let is_it = |made: &&Made| {
            let own = made.name.rsplit_once('.').map(|(schema, _)| schema);
            made.kind == "VIEW" && made.bare() == name && own.is_none_or(|own| schema.is_empty() || own == schema)
        };
        let Some(made) = made.iter().find(is_it) else { continue };
        let kind = if row.text(2) == "m" { "MATERIALIZED VIEW" } else { "VIEW" };
        let quoted: Vec<String> =
            [schema, name].into_iter().filter(|part| !part.is_empty()).map(|part| sql::quote(product, part)).collect();
        found.push((format!("DROP {kind} {}", quoted.join(".")), made.clone()));
    }
    Ok(found)
}

/// The views and triggers whose text names what is changed, or a view among them.
async fn in_sqlite(
    session: &mut Session,
    changed: &BTreeSet<Changed>,
    made: &[Made],
) -> Result<Vec<(String, Made)>, DatabaseError> {
    let product = Product::Sqlite;
    let rows = session
        .query(
            "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY name",
        )
        .await?;
    let mut named: BTreeSet<String> = changed.iter().map(|(table, _)| table.to_lowercase()).collect();
    let mut found: Vec<(String, Made)> = Vec::new();
    loop {
        let before = found.len();
        for row in &rows {
            let (kind, name) = (row.text(0).to_uppercase(), row.text(1));
            let is_it = |made: &&Made| made.kind == kind && made.bare().eq_ignore_ascii_case(name);
            let Some(made) = made.iter().find(is_it).filter(|it| !found.iter().any(|(_, known)| known == *it)) else {
                continue;
            };
            let mut mentioned = BTreeSet::new();
            collect(product, row.text(3), &mut mentioned);
            if mentioned.is_disjoint(&named) {
                continue;
            }
            found.push((format!("DROP {kind} main.{}", sql::quote(product, name)), made.clone()));
            if kind == "VIEW" {
                named.insert(name.to_lowercase());
            }
        }
        if found.len() == before {
            // A trigger goes with its view, so it is dropped first.
            found.sort_by_key(|(_, made)| made.kind != "TRIGGER");
            return Ok(found);
        }
    }
}
