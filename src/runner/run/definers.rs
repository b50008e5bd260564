//! Definers and execute grants of views, triggers, routines and events on MySQL and MariaDB. The server drops them with the
//! object, so they are read before a migration and restored where the object is created again. Privileges on rebuilt tables
//! and views need no restoring: the servers keep them by name.
//!
//! Must not know why an object is created again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::session::{DatabaseError, Session};
use crate::sql::{self, Token};
use crate::{Product, Statement};

/// An object that is dropped and created again: its kind in upper case, and its name.
type Object = (&'static str, String);

/// The definer and the grants of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DefinerRights {
    /// The definer, if it is not the user who runs the migration.
    definer: Option<String>,
    /// Statements that grant `EXECUTE` on it.
    grants: Vec<String>,
}

/// Definers and grants of the objects that a list of statements drops and creates again.
#[derive(Debug, Default)]
pub(super) struct Kept {
    objects: BTreeMap<Object, DefinerRights>,
    is_noted: AtomicBool,
}

const KINDS: [&str; 5] = ["VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];

/// The object that a statement creates or drops, and the position of the keyword that names its kind.
fn object(words: &[Token<'_>], verb: &str) -> Option<(Object, usize)> {
    words.first().filter(|first| first.is_word(verb))?;
    // Further on the same words may be names.
    let kind_at = |word: &Token<'_>| KINDS.into_iter().find(|kind| word.is_word(kind));
    let (at, kind) = words.iter().enumerate().take(16).find_map(|(at, word)| Some((at, kind_at(word)?)))?;
    let mut rest = words.iter().skip(at + 1).skip_while(|word| word.is_any(&["IF", "NOT", "EXISTS"]));
    let name = rest.next()?.name()?;
    let is_local = !rest.next().is_some_and(|next| next.is_symbol('.'));
    is_local.then_some(((kind, name), at))
}

impl Kept {
    /// Reads the definers and grants of the objects that the statements drop and create again, except those that an earlier run
    /// has read before it dropped the objects. What this user may not see is treated as unknown.
    pub(super) async fn read(
        session: &mut Session,
        statements: &[Statement],
        known: &BTreeMap<String, DefinerRights>,
    ) -> Self {
        let product = session.product();
        if matches!(product, Product::Postgres | Product::Sqlite) {
            return Self::default();
        }
        let made = |verb: &str| -> BTreeSet<Object> {
            let objects = statements.iter().filter_map(|it| object(&sql::words(product, &it.sql), verb));
            objects.map(|(object, _)| object).collect()
        };
        let mut kept = BTreeMap::new();
        for object in made("DROP").intersection(&made("CREATE")) {
            let rights = match known.get(&key(object)) {
                Some(rights) => rights.clone(),
                None => rights_of(session, object).await.unwrap_or_default(),
            };
            kept.insert(object.clone(), rights);
        }
        Self { objects: kept, is_noted: AtomicBool::new(false) }
    }

    /// The definers and grants by kind and name, for a run that goes on after a crash.
    pub(super) fn rights(&self) -> BTreeMap<String, DefinerRights> {
        self.objects.iter().map(|(object, rights)| (key(object), rights.clone())).collect()
    }

    /// The grants on the object that a statement creates.
    pub(super) fn grants(&self, product: Product, sql: &str) -> &[String] {
        let words = if self.objects.is_empty() { Vec::new() } else { sql::words(product, sql) };
        let rights = object(&words, "CREATE").and_then(|(object, _)| self.objects.get(&object));
        rights.map_or(&[], |rights| rights.grants.as_slice())
    }

    /// Whether this is the first note since the last read.
    pub(super) fn notes(&self) -> bool {
        !self.is_noted.swap(true, Ordering::Relaxed)
    }

    /// Sends a statement. If it creates an object with a saved definer and grants, restores them. A user who may not name
    /// another definer becomes the definer.
    pub(super) async fn send(&self, session: &mut Session, sql: &str) -> Result<u64, DatabaseError> {
        let words = if self.objects.is_empty() { Vec::new() } else { sql::words(session.product(), sql) };
        let found = object(&words, "CREATE").and_then(|(object, at)| Some((self.objects.get(&object)?, at)));
        let Some((rights, at)) = found else { return session.execute(sql).await };
        let done = match rights.definer.as_ref().and_then(|definer| defined_by(sql, &words, at, definer)) {
            None => session.execute(sql).await?,
            Some(defined) => match session.execute(&defined).await {
                Err(error) if error.message.contains("Access denied") => session.execute(sql).await?,
                done => done?,
            },
        };
        for grant in &rights.grants {
            // The object is there: a grant that is refused must not make its statement fail.
            let _ = session.execute(grant).await;
        }
        Ok(done)
    }
}

fn key((kind, name): &Object) -> String {
    format!("{kind} {name}")
}

/// The statement with a `DEFINER` clause; `None` if it already has one.
fn defined_by(sql: &str, words: &[Token<'_>], kind: usize, definer: &str) -> Option<String> {
    let head = words.get(..kind)?;
    if head.iter().any(|word| word.is_word("DEFINER")) {
        return None;
    }
    let at = head.iter().position(|word| word.is_any(&["SQL", "AGGREGATE"])).unwrap_or(kind);
    let (before, after) = sql.split_at_checked(words.get(at)?.start)?;
    Some(format!("{before}DEFINER={definer} {after}"))
}

async fn rights_of(session: &mut Session, (kind, name): &Object) -> Result<DefinerRights, DatabaseError> {
    let product = session.product();
    let text = |text: &str| sql::literal(product, text);
    let quote = |name: &str| sql::quote(product, name);
    let named = text(name);
    let (table, condition) = match *kind {
        "VIEW" => ("views", format!("table_schema = DATABASE() AND table_name = {named}")),
        "TRIGGER" => ("triggers", format!("trigger_schema = DATABASE() AND trigger_name = {named}")),
        "EVENT" => ("events", format!("event_schema = DATABASE() AND event_name = {named}")),
        kind => {
            ("routines", format!("routine_schema = DATABASE() AND routine_name = {named} AND routine_type = '{kind}'"))
        }
    };
    let definer =
        format!("SELECT definer FROM information_schema.{table} WHERE definer <> CURRENT_USER() AND {condition}");
    let rows = session.query(&definer).await?;
    let definer = rows.first().and_then(|row| row.text(0).rsplit_once('@'));
    let quoted = |(user, host): (&str, &str)| format!("{}@{}", quote(user), quote(host));
    let mut found = DefinerRights { definer: definer.map(quoted), grants: Vec::new() };
    if matches!(*kind, "PROCEDURE" | "FUNCTION") {
        let query = format!(
            "SELECT user, host, proc_priv FROM mysql.procs_priv \
              WHERE db = DATABASE() AND routine_name = {named} AND routine_type = '{kind}'"
        );
        // Only user administrators can see them.
        let Ok(rows) = session.query(&query).await else { return Ok(found) };
        for row in &rows {
            let (options, rights): (Vec<&str>, Vec<&str>) =
                row.text(2).split(',').filter(|right| !right.is_empty()).partition(|right| *right == "Grant");
            let rights = if rights.is_empty() { "USAGE".to_owned() } else { rights.join(", ").to_uppercase() };
            let option = if options.is_empty() { "" } else { " WITH GRANT OPTION" };
            let object = quote(name);
            let user = format!("{}@{}", text(row.text(0)), text(row.text(1)));
            found.grants.push(format!("GRANT {rights} ON {kind} {object} TO {user}{option}"));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_defines_is_said_where_the_servers_read_it() {
        for (sql, expected) in [
            ("CREATE VIEW v AS SELECT 1", "CREATE DEFINER=d VIEW v AS SELECT 1"),
            (
                "CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW v AS SELECT 1",
                "CREATE ALGORITHM=MERGE DEFINER=d SQL SECURITY INVOKER VIEW v AS SELECT 1",
            ),
            (
                "CREATE TRIGGER v BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
                "CREATE DEFINER=d TRIGGER v BEFORE INSERT ON t FOR EACH ROW SET @a = 1",
            ),
            ("CREATE FUNCTION `v`() RETURNS int RETURN 1", "CREATE DEFINER=d FUNCTION `v`() RETURNS int RETURN 1"),
        ] {
            let words = sql::words(Product::MySql, sql);
            let ((_, name), at) = object(&words, "CREATE").unwrap();
            assert_eq!((name.as_str(), defined_by(sql, &words, at, "d").as_deref()), ("v", Some(expected)));
        }
        let own = sql::words(Product::MySql, "CREATE DEFINER=x VIEW v AS SELECT 1");
        assert_eq!(defined_by("CREATE DEFINER=x VIEW v AS SELECT 1", &own, 4, "d"), None);
        assert!(object(&sql::words(Product::MySql, "DROP TABLE view"), "DROP").is_none());
    }
}
