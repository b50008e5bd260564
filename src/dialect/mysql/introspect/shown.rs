//! Facts that only `SHOW CREATE` has: partitioning, full-text parsers, columns without system versioning, periods,
//! sequences, character sets of view texts, and on MySQL view algorithms.
//!
//! One query per object, only for objects that may have such facts. Must not know the other facets of a table.

use std::collections::{BTreeMap, BTreeSet};

use sea_gen_runner::session::{DatabaseError, Row, Rows, Session};
use sea_gen_runner::sql::TokenKind;

use crate::dialect::catalog::{Catalog, Scope, Spelling};
use crate::schema::{Definition, DefinitionId, DefinitionKind, Expression, Name};

use super::super::partitions::{self, unconditional};
use super::super::periods::{self, Period};
use super::super::quote::quote;
use super::super::render::{POSITION, VIEW_COLUMNS};
use super::super::words::words;
use super::{Answers, Flavor, Own, local, unmanaged};

/// Queries the texts.
pub(super) async fn ask(
    session: &mut Session,
    flavor: Flavor,
    answers: &Answers,
    scope: &Scope,
) -> Result<Rows, DatabaseError> {
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
    tables.extend(
        answers.indexes.iter().filter(|row| matches!(row.text(6), "FULLTEXT" | "VECTOR")).map(|row| row.text(0)),
    );
    match scope.spelling {
        Spelling::Effective => {}
        Spelling::Explicit => {
            let may_say = |row: &Row<'_>| matches!(row.text(6), "BTREE" | "HASH");
            tables.extend(answers.indexes.iter().filter(may_say).map(|row| row.text(0)));
        }
        Spelling::Verbatim => tables.extend(answers.indexes.iter().map(|row| row.text(0))),
    }
    if flavor == Flavor::MariaDb {
        tables.extend(answers.checks.iter().filter(|row| may_be_period(*row)).map(|row| row.text(0)));
    }
    let partitioned = match flavor {
        // `information_schema.tables` does not mark a table that is partitioned by its key without further options.
        Flavor::MySql => session.query(include_str!("../queries/partitioned.mysql.sql")).await?,
        Flavor::MariaDb => Rows::default(),
    };
    tables.extend(partitioned.iter().map(|row| row.text(0)));
    let queries = |kind: &str, names: BTreeSet<&str>| -> Vec<String> {
        let names = names.into_iter().filter(|name| !scope.excludes(name));
        names.map(|name| format!("SHOW CREATE {kind} {}", quote(&Name::from(name)))).collect()
    };
    let queries = [queries("TABLE", tables), queries("SEQUENCE", sequences)].concat();
    session.query_each(&queries).await
}

/// Whether a check may belong to an application-time period: it compares two columns.
fn may_be_period(check: Row<'_>) -> bool {
    let is_name = |text: &str| text.starts_with('`') && text.ends_with('`');
    check.text(3).split_once(" < ").is_some_and(|(start, end)| is_name(start) && is_name(end))
}

/// The `SHOW CREATE` output of each view, one row each; `None` if the user may not read it.
pub(super) async fn ask_views(session: &mut Session, flavor: Flavor, answers: &Answers, scope: &Scope) -> Option<Rows> {
    // MariaDB lists the algorithm; neither server lists the character sets of texts.
    let is_asked =
        |row: &Row<'_>| flavor == Flavor::MySql || (scope.spelling >= Spelling::Explicit && row.text(1).contains('\''));
    let names = answers.views.iter().filter(is_asked).map(|row| row.text(0)).filter(|name| !scope.excludes(name));
    let queries: Vec<String> = names.map(|name| format!("SHOW CREATE VIEW {}", quote(&Name::from(name)))).collect();
    session.query_each(&queries).await.ok()
}

/// Adds the views' algorithms to the schema, and replaces queries whose texts name a character set.
pub(super) fn read_views(flavor: Flavor, answers: &Answers, scope: &Scope, catalog: &mut Catalog) {
    let Some(shown) = &answers.shown_views else {
        let reason = "the server does not show the views' texts to this user";
        let what = if flavor == Flavor::MySql { "algorithm of views" } else { "character sets of texts in views" };
        return unmanaged(catalog, what.to_owned(), reason);
    };
    let own = Own::of(answers);
    for row in shown {
        let algorithm = row.text(1).strip_prefix("CREATE ALGORITHM=").and_then(|rest| rest.split(' ').next());
        if let (Some(view), Some(algorithm)) = (catalog.schema.views.get_mut(&local(row.text(0))), algorithm) {
            view.options.insert("algorithm".to_owned(), algorithm.to_lowercase());
            if let Some(columns) = view_columns(row.text(1)) {
                view.options.insert(VIEW_COLUMNS.to_owned(), columns.to_owned());
            }
            let is_utf8 = row.text(2).starts_with("utf8");
            let query = query(row.text(1))
                .filter(|query| scope.spelling >= Spelling::Explicit && (is_utf8 || query.is_ascii()));
            if let Some(query) = query.filter(|query| has_introducers(query)) {
                view.query = Expression::new(own.local(query).0);
            }
        }
    }
}

/// The query of a `CREATE VIEW` statement.
fn query(create: &str) -> Option<&str> {
    let found = words(create);
    let before = found.iter().find(|token| token.is_word("as"))?.end();
    let query = create.get(before..)?.trim();
    let options = [" WITH CASCADED CHECK OPTION", " WITH LOCAL CHECK OPTION"];
    Some(options.iter().find_map(|option| query.strip_suffix(option)).unwrap_or(query))
}

/// The names of the columns between the name of a view and its query. MariaDB moves them into the query.
fn view_columns(create: &str) -> Option<&str> {
    let found = words(create);
    let view = found.iter().position(|token| token.is_word("view"))?;
    let open = found.get(view + 2).filter(|token| token.is_symbol('('))?;
    let close = found.iter().find(|token| token.start > open.start && token.is_symbol(')'))?;
    create.get(open.end()..close.start)
}

/// Whether a string has an introducer (`_latin1'x'`).
fn has_introducers(query: &str) -> bool {
    let found = words(query);
    found.windows(2).any(|pair| match pair {
        [word, text] => word.kind == TokenKind::Word && word.text.starts_with('_') && text.kind == TokenKind::String,
        _ => false,
    })
}

/// Adds the facts from the texts to the schema.
pub(super) fn read(answers: &Answers, scope: &Scope, catalog: &mut Catalog) {
    let sequences: BTreeSet<&str> =
        answers.tables.iter().filter(|row| row.text(1) == "SEQUENCE").map(|row| row.text(0)).collect();
    for row in &answers.shown {
        let (name, text) = (row.text(0), row.text(1));
        if sequences.contains(name) {
            let id = DefinitionId::new(DefinitionKind::Sequence, local(name));
            let create = text.split(" ENGINE=").next().unwrap_or(text);
            catalog.schema.definitions.insert(id.clone(), Definition::new(id, create));
        } else if let Some(table) = catalog.schema.tables.get_mut(&local(name)) {
            if let Some(clause) = partitions::clause(text) {
                table.options.insert(crate::schema::PARTITION_BY.to_owned(), clause);
            }
            for (index, parser) in parsers(text) {
                if let Some(index) = table.indexes.get_mut(&index) {
                    index.options.insert("parser".to_owned(), parser);
                }
            }
            for (index, method) in methods(text) {
                if let Some(index) = table.indexes.get_mut(&index) {
                    index.options.insert("using".to_owned(), method);
                }
            }
            if scope.spelling == Spelling::Verbatim {
                for (position, index) in indexes(text).enumerate() {
                    if let Some(index) = table.indexes.get_mut(&index) {
                        index.options.insert(POSITION.to_owned(), position.to_string());
                    }
                }
            }
            for (index, option, value) in vector_options(text) {
                if let Some(index) = table.indexes.get_mut(&index) {
                    index.options.insert(option, value);
                }
            }
            if let Some(period) = period(text) {
                periods::mark(table, &period, &keys_without_overlaps(text));
            }
        }
    }
}

/// The indexes in their order.
fn indexes(text: &str) -> impl Iterator<Item = Name> {
    let kinds =
        [("  KEY `", 1), ("  UNIQUE KEY `", 2), ("  FULLTEXT KEY `", 2), ("  SPATIAL KEY `", 2), ("  VECTOR KEY `", 2)];
    let named = move |line: &str| {
        let (_, at) = kinds.iter().find(|(start, _)| line.starts_with(start))?;
        nth_name(line, *at).map(Name::from)
    };
    text.lines().filter_map(named)
}

/// The indexes with an explicit method, which is also their default.
fn methods(text: &str) -> Vec<(Name, String)> {
    let method = |line: &str| {
        let found = words(line);
        let pair = found.windows(2).find(|pair| pair.first().is_some_and(|word| word.text == "USING"))?;
        pair.get(1).map(|method| method.text.to_lowercase())
    };
    let is_index = |line: &&str| line.starts_with("  KEY ") || line.starts_with("  UNIQUE KEY ");
    let name = |line| nth_name(line, if line.starts_with("  KEY ") { 1 } else { 2 }).map(Name::from);
    text.lines().filter(is_index).filter_map(|line| Some((name(line)?, method(line)?))).collect()
}

/// The application-time period, which is not the system's own: a table has one at most.
fn period(text: &str) -> Option<Period> {
    let line = text.lines().find(|line| line.starts_with("  PERIOD FOR `"))?;
    let name = |at| nth_name(line, at).map(Name::from);
    Some(Period { name: name(2)?, start: name(4)?, end: name(6)? })
}

/// The keys `WITHOUT OVERLAPS`; the primary key is `None`.
fn keys_without_overlaps(text: &str) -> Vec<Option<Name>> {
    let lines = text.lines().filter(|line| line.trim_end_matches(',').ends_with("` WITHOUT OVERLAPS)"));
    let key = |line: &str| {
        if line.starts_with("  PRIMARY KEY ") { Some(None) } else { nth_name(line, 2).map(|name| Some(name.into())) }
    };
    lines.filter_map(key).collect()
}

/// The options of indexes of vectors: the index, the option, its value.
fn vector_options(text: &str) -> Vec<(Name, String, String)> {
    let lines = text.lines().filter(|line| line.starts_with("  VECTOR KEY "));
    let options = |line: &str| -> Vec<(Name, String, String)> {
        let found = words(line);
        let Some(index) = found.get(2).and_then(|word| word.name()).map(Name::from) else { return Vec::new() };
        let pairs = found.windows(3).filter_map(|triple| match triple {
            [option, is, value] if is.is_symbol('=') && value.kind == TokenKind::String => {
                Some((index.clone(), option.name()?.to_lowercase(), value.text.trim_matches('\'').to_owned()))
            }
            _ => None,
        });
        pairs.collect()
    };
    lines.flat_map(options).collect()
}

/// The name at this token of a line.
fn nth_name(line: &str, at: usize) -> Option<String> {
    words(line).get(at)?.name()
}

/// The parsers of full-text indexes, by index name.
fn parsers(text: &str) -> BTreeMap<Name, String> {
    let lines = text.lines().filter(|line| line.starts_with("  FULLTEXT KEY "));
    lines
        .filter_map(|line| {
            let line = unconditional(line);
            let words = words(&line);
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
    fn a_views_query_is_found_in_the_servers_words() {
        let create = "CREATE ALGORITHM=MERGE DEFINER=`as`@`%` SQL SECURITY DEFINER VIEW `as` (`x`) AS select _latin1' AS ' AS `x` from `t` WITH LOCAL CHECK OPTION";
        assert_eq!(query(create), Some("select _latin1' AS ' AS `x` from `t`"));
        assert_eq!(view_columns(create), Some("`x`"));
        assert_eq!(view_columns("CREATE VIEW `v` AS select (1) AS `x`"), None);
        assert!(has_introducers("select _latin1'x'"));
        assert!(!has_introducers("select `_latin1`,'_latin1''x'''"));
    }

    #[test]
    fn methods_are_found_where_somebody_said_so() {
        let text = "CREATE TABLE `t` (\n  `a` int COMMENT 'USING BTREE',\n  UNIQUE KEY `u``1` (`a`) USING BTREE COMMENT 'x',\n  KEY `k` (`a`) USING BTREE,\n  KEY `l` (`a`) COMMENT 'USING BTREE'\n)";
        assert_eq!(
            methods(text),
            [("u`1", "btree"), ("k", "btree")].map(|(name, method)| (name.into(), method.into()))
        );
    }

    #[test]
    fn indexes_are_found_in_their_order() {
        let text = "CREATE TABLE `t` (\n  `KEY` int,\n  PRIMARY KEY (`KEY`),\n  UNIQUE KEY `u` (`KEY`),\n  KEY `z` (`KEY`),\n  KEY `a``b` (`KEY`) USING BTREE,\n  FULLTEXT KEY `f` (`x`)\n)";
        assert_eq!(indexes(text).collect::<Vec<_>>(), ["u", "z", "a`b", "f"].map(Name::from));
    }

    #[test]
    fn periods_are_found_in_the_servers_words() {
        let text = "CREATE TABLE `p` (\n  `a` date NOT NULL COMMENT '\\n  PERIOD FOR `x`',\n  PERIOD FOR SYSTEM_TIME (`s`, `e`),\n  PERIOD FOR `p``1` (`a`, `b`),\n  PRIMARY KEY (`id`,`p``1` WITHOUT OVERLAPS),\n  UNIQUE KEY `u` (`k`,`p``1` WITHOUT OVERLAPS)\n)";
        let expected = Period { name: "p`1".into(), start: "a".into(), end: "b".into() };
        assert_eq!(period(text), Some(expected));
        assert_eq!(keys_without_overlaps(text), [None, Some(Name::from("u"))]);
    }

    #[test]
    fn options_of_indexes_of_vectors_are_found() {
        let text = "CREATE TABLE `v` (\n  `e` vector(3) NOT NULL,\n  VECTOR KEY `e``1` (`e`) COMMENT '`M`=''9''' `M`='8' `DISTANCE`='cosine'\n)";
        let found = [("m", "8"), ("distance", "cosine")];
        assert_eq!(vector_options(text), found.map(|(option, value)| ("e`1".into(), option.into(), value.into())));
    }

    #[test]
    fn parsers_are_found_in_the_servers_words() {
        let text = "CREATE TABLE `ft` (\n  `a` text COMMENT 'FULLTEXT KEY',\n  FULLTEXT KEY `f``1` (`a`) /*!50100 WITH PARSER `ngram` */  COMMENT 'x',\n  FULLTEXT KEY `g` (`a`)\n)";
        assert_eq!(parsers(text), BTreeMap::from([(Name::from("f`1"), "ngram".to_owned())]));
    }
}
