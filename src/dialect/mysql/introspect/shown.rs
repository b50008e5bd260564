//! What only `SHOW CREATE` says: how a table is divided into partitions, which parser a full-text index has, what system
//! versioning leaves out, and a sequence.
//!
//! One batch in one round trip, for those objects alone that may have such a thing. Must not know what else a table holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::dialect::session::{DatabaseError, Row, Session};
use crate::introspect::Scope;
use crate::schema::{Definition, DefinitionId, DefinitionKind, Name, Schema};

use super::super::partitions::{self, unconditional};
use super::super::render::quote;
use super::super::tokens::{Kind, tokens};
use super::{Answers, Flavor, local};

/// Asks for the texts.
pub(super) async fn ask(
    session: &mut Session,
    flavor: Flavor,
    answers: &Answers,
    scope: &Scope,
) -> Result<Vec<Row>, DatabaseError> {
    let mut tables: BTreeSet<&str> = BTreeSet::new();
    let mut sequences: BTreeSet<&str> = BTreeSet::new();
    for row in &answers.tables {
        match row.text(1) {
            "SEQUENCE" => drop(sequences.insert(row.text(0))),
            "SYSTEM VERSIONED" => drop(tables.insert(row.text(0))),
            _ if row.text(5).contains("partitioned") => drop(tables.insert(row.text(0))),
            _ => {}
        }
    }
    tables.extend(answers.indexes.iter().filter(|row| row.text(6) == "FULLTEXT").map(|row| row.text(0)));
    let partitioned = match flavor {
        // A table divided by its key with nothing more said is not marked in the list of tables.
        Flavor::MySql => session.query(include_str!("../queries/partitioned.mysql.sql")).await?,
        Flavor::MariaDb => Vec::new(),
    };
    tables.extend(partitioned.iter().map(|row| row.text(0)));
    let statements = |kind: &str, names: BTreeSet<&str>| -> String {
        let names = names.into_iter().filter(|name| !scope.excludes(name));
        names.map(|name| format!("SHOW CREATE {kind} {};", quote(&Name::from(name)))).collect()
    };
    let batch = statements("TABLE", tables) + &statements("SEQUENCE", sequences);
    if batch.is_empty() { Ok(Vec::new()) } else { session.query(&batch).await }
}

/// Puts what the texts say into the schema.
pub(super) fn read(answers: &Answers, schema: &mut Schema) {
    let sequences: BTreeSet<&str> =
        answers.tables.iter().filter(|row| row.text(1) == "SEQUENCE").map(|row| row.text(0)).collect();
    for row in &answers.shown {
        let (name, text) = (row.text(0), row.text(1));
        if sequences.contains(name) {
            let id = DefinitionId::new(DefinitionKind::Sequence, local(name));
            let create = text.split(" ENGINE=").next().unwrap_or(text);
            schema.definitions.insert(id.clone(), Definition::new(id, create));
        } else if let Some(table) = schema.tables.get_mut(&local(name)) {
            if let Some(clause) = partitions::clause(text) {
                table.options.insert(partitions::OPTION.to_owned(), clause);
            }
            for (index, parser) in parsers(text) {
                if let Some(index) = table.indexes.get_mut(&index) {
                    index.options.insert("parser".to_owned(), parser);
                }
            }
        }
    }
}

/// The parsers of full-text indexes by the indexes' names.
fn parsers(text: &str) -> BTreeMap<Name, String> {
    let lines = text.lines().filter(|line| line.starts_with("  FULLTEXT KEY "));
    lines
        .filter_map(|line| {
            let line = unconditional(line);
            let words: Vec<_> = tokens(&line).into_iter().filter(|token| token.kind != Kind::Space).collect();
            let index = words.get(2)?.name()?;
            let at = words.windows(2).position(|pair| pair.iter().map(|it| it.text).eq(["WITH", "PARSER"]))?;
            Some((Name::from(index), words.get(at + 2)?.name()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsers_are_found_in_the_servers_words() {
        let text = "CREATE TABLE `ft` (\n  `a` text COMMENT 'FULLTEXT KEY',\n  FULLTEXT KEY `f``1` (`a`) /*!50100 WITH PARSER `ngram` */  COMMENT 'x',\n  FULLTEXT KEY `g` (`a`)\n)";
        assert_eq!(parsers(text), BTreeMap::from([(Name::from("f`1"), "ngram".to_owned())]));
    }
}
