//! The objects that a repeatable file makes, and whether they exist.
//!
//! Must not know the history.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::reading::{Cursor, Word, words};
use crate::session::{DatabaseError, Session};
use crate::sql_file::SqlFile;
use crate::{Product, sql};

/// The kinds whose existence the catalog is asked for. Of others only the text counts.
const KINDS: [&str; 9] = ["VIEW", "FUNCTION", "PROCEDURE", "AGGREGATE", "TRIGGER", "EVENT", "TABLE", "TYPE", "DOMAIN"];

/// The words that may stand between `CREATE` or `DROP` and the kind. Others begin another statement, as `CREATE POLICY` does.
const BEFORE_KIND: [&str; 8] =
    ["RECURSIVE", "MATERIALIZED", "UNLOGGED", "GLOBAL", "LOCAL", "CONSTRAINT", "FOREIGN", "VIRTUAL"];

/// How many objects one query asks for.
const AT_ONCE: usize = 200;

/// An object that a file makes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Made {
    /// Its kind, as a keyword: `VIEW`.
    pub kind: String,
    /// Its name as the catalog has it, qualified if the file qualifies it.
    pub name: String,
    /// Its table, if it is a trigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
}

impl fmt::Display for Made {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind.to_lowercase(), self.name)
    }
}

impl Made {
    /// Its name without a schema.
    pub fn bare(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}

/// The objects that exist after a file has run: those that it creates and does not drop again.
pub fn made(file: &SqlFile) -> Vec<Made> {
    let mut found: Vec<Made> = Vec::new();
    for statement in &file.statements {
        let Some(words) = words(file.product, &statement.sql) else { continue };
        match change(&words) {
            Some(("CREATE", made)) if !found.contains(&made) => found.push(made),
            Some(("DROP", gone)) => found.retain(|made| !(made.kind == gone.kind && made.name == gone.name)),
            _ => {}
        }
    }
    found
}

/// Whether a file drops something that it makes, so that what depends on it is lost.
pub(super) fn makes_anew(file: &SqlFile) -> bool {
    let made = made(file);
    file.statements.iter().any(|statement| {
        let words = words(file.product, &statement.sql).unwrap_or_default();
        matches!(change(&words), Some(("DROP", gone)) if made.iter().any(|it| it.kind == gone.kind && it.name == gone.name))
    })
}

/// The object that a statement creates or drops.
fn change(words: &[Word]) -> Option<(&'static str, Made)> {
    let mut cursor = Cursor::new(words);
    let verb = cursor.take_any(&["CREATE", "DROP"])?;
    cursor.take("OR REPLACE");
    // It ends with the session.
    if cursor.is_at("TEMPORARY") || cursor.is_at("TEMP") {
        return None;
    }
    let kind = kind(&mut cursor)?;
    let _ = cursor.take("IF NOT EXISTS") || cursor.take("IF EXISTS");
    let name = cursor.object();
    let on = cursor.after("ON").filter(|_| kind == "TRIGGER").map(|mut on| on.object());
    (!name.is_empty()).then(|| (verb, Made { kind: kind.to_owned(), name, on }))
}

/// The kind of the object that a statement is about; `None` if it is none of those.
fn kind(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    loop {
        match cursor.take_any(&KINDS) {
            Some("AGGREGATE") if cursor.take("FUNCTION") => return Some("FUNCTION"),
            // An event trigger belongs to no table.
            Some("EVENT") if cursor.is_at("TRIGGER") => return None,
            Some(kind) => return Some(kind),
            None if cursor.take("DEFINER =") => {
                // A user is one word or several.
                while !cursor.rest().is_empty() && !cursor.is_at("SQL") && !KINDS.iter().any(|kind| cursor.is_at(kind))
                {
                    cursor.skip();
                }
            }
            None if cursor.take("ALGORITHM =") || cursor.take("SQL SECURITY") => cursor.skip(),
            None => {
                cursor.take_any(&BEFORE_KIND)?;
            }
        }
    }
}

/// The first object of a list that does not exist.
///
/// # Errors
/// The database's refusal.
pub(super) async fn missing(session: &mut Session, made: &[Made]) -> Result<Option<Made>, DatabaseError> {
    Ok(exist(session, made).await?.into_iter().zip(made).find(|(exists, _)| !exists).map(|(_, made)| made.clone()))
}

/// Whether no object of a list exists.
///
/// # Errors
/// The database's refusal.
pub(super) async fn none_exists(session: &mut Session, made: &[Made]) -> Result<bool, DatabaseError> {
    Ok(!exist(session, made).await?.contains(&true))
}

/// For each object whether it exists.
pub(super) async fn exist(session: &mut Session, made: &[Made]) -> Result<Vec<bool>, DatabaseError> {
    let product = session.product();
    let mut found = Vec::new();
    for some in made.chunks(AT_ONCE) {
        let counts: Vec<String> = some.iter().map(|made| format!("({})", count(product, made))).collect();
        let rows = session.query(&format!("SELECT {}", counts.join(", "))).await?;
        let row = rows.first();
        found.extend((0..some.len()).map(|at| row.is_some_and(|row| row.text(at) != "0")));
    }
    Ok(found)
}

/// The query that counts the objects of a name.
fn count(product: Product, made: &Made) -> String {
    let text = |text: &str| sql::literal(product, text);
    let (schema, name) = match made.name.rsplit_once('.') {
        Some((schema, name)) => (Some(schema), name),
        None => (None, made.name.as_str()),
    };
    match product {
        Product::Postgres => {
            let path =
                |name: &str| text(&name.split('.').map(|part| sql::quote(product, part)).collect::<Vec<_>>().join("."));
            match made.kind.as_str() {
                "FUNCTION" | "PROCEDURE" | "AGGREGATE" => {
                    let place = match schema {
                        Some(schema) => format!("n.nspname = {}", text(schema)),
                        None => "pg_catalog.pg_function_is_visible(p.oid)".to_owned(),
                    };
                    format!(
                        "SELECT count(*) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
                          WHERE p.proname = {} AND {place}",
                        text(name)
                    )
                }
                "TRIGGER" => format!(
                    "SELECT count(*) FROM pg_catalog.pg_trigger WHERE tgname = {} AND tgrelid = to_regclass({})",
                    text(name),
                    path(made.on.as_deref().unwrap_or_default())
                ),
                "TYPE" | "DOMAIN" => format!("SELECT count(to_regtype({}))", path(&made.name)),
                "EVENT" => "SELECT 1".to_owned(),
                _ => format!("SELECT count(to_regclass({}))", path(&made.name)),
            }
        }
        Product::MySql | Product::MariaDb => {
            let place = schema.map_or_else(|| "DATABASE()".to_owned(), text);
            let (view, of, named) = match made.kind.as_str() {
                "VIEW" | "TABLE" => ("tables", "table_schema", "table_name"),
                "TRIGGER" => ("triggers", "trigger_schema", "trigger_name"),
                "EVENT" => ("events", "event_schema", "event_name"),
                "FUNCTION" | "PROCEDURE" => ("routines", "routine_schema", "routine_name"),
                _ => return "SELECT 1".to_owned(),
            };
            format!("SELECT count(*) FROM information_schema.{view} WHERE {of} = {place} AND {named} = {}", text(name))
        }
        Product::Sqlite => match made.kind.as_str() {
            kind @ ("VIEW" | "TABLE" | "TRIGGER") => format!(
                "SELECT count(*) FROM {}.sqlite_schema WHERE type = '{}' AND name = {} COLLATE NOCASE",
                sql::quote(product, schema.unwrap_or("main")),
                kind.to_lowercase(),
                text(name)
            ),
            _ => "SELECT 1".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(product: Product, text: &str) -> Vec<String> {
        let file = SqlFile::parse("repeatable/x.sql", product, text).unwrap();
        made(&file).iter().map(|made| format!("{made} {}", made.on.as_deref().unwrap_or_default())).collect()
    }

    #[test]
    fn what_a_file_makes_is_what_it_does_not_drop_again() {
        assert_eq!(of(Product::Postgres, "DROP VIEW IF EXISTS V; CREATE VIEW V AS SELECT event FROM t;"), ["view v "]);
        assert_eq!(of(Product::Postgres, "CREATE MATERIALIZED VIEW a.\"B\" AS SELECT 1;"), ["view a.B "]);
        let text = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$; SELECT f(); DROP FUNCTION f();\n\
                    CREATE OR REPLACE TRIGGER z BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g();";
        assert_eq!(of(Product::Postgres, text), ["trigger z t"]);
        let text = "CREATE DEFINER = `a`@`%` SQL SECURITY INVOKER VIEW v AS SELECT 1; GRANT SELECT ON v TO x;";
        assert_eq!(of(Product::MariaDb, text), ["view v "]);
        let text = "CREATE OR REPLACE ALGORITHM = MERGE DEFINER = CURRENT_USER() SQL SECURITY DEFINER VIEW v AS SELECT 1;\n\
                    CREATE AGGREGATE FUNCTION f(x INT) RETURNS INT RETURN 1;";
        assert_eq!(of(Product::MariaDb, text), ["view v ", "function f "]);
        let text = "CREATE POLICY p ON t USING (type IN ('a')); CREATE INDEX i ON t (type); CREATE RULE r AS ON INSERT TO t DO ALSO \
                    DELETE FROM u; CREATE PUBLICATION b FOR TABLE t; CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f(); \
                    CREATE SERVER s TYPE 'x' FOREIGN DATA WRAPPER w; CREATE RECURSIVE VIEW v (n) AS SELECT 1;";
        assert_eq!(of(Product::Postgres, text), ["view v "]);
        assert_eq!(of(Product::Sqlite, "CREATE TEMP VIEW v AS SELECT 1; CREATE VIEW w AS SELECT 1;"), ["view w "]);
    }
}
