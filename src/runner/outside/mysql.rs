//! Finds the parts of a statement that affect more than a MySQL or MariaDB database. A qualified name is enough.
//!
//! `a.b` is a table of another database only where a table, a view or a routine is named; in an expression `a` is a table or an
//! alias of the statement itself. Must not know which databases there are.

use crate::Product;
use crate::outside::begins_statement;
use crate::sql::{self, Rules, Token, TokenKind, content};

/// The text may be parsed under several SQL modes; a part found under one of them counts.
pub(crate) fn find(product: Product, text: &str) -> Option<String> {
    let modes = ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"];
    let quotes = |mark: char| text.contains(mark);
    let modes = modes.into_iter().filter(|mode| {
        (quotes('\\') || !mode.contains("NO_BACKSLASH_ESCAPES")) && (quotes('"') || !mode.contains("ANSI_QUOTES"))
    });
    modes.map(|mode| Rules::under(product, mode)).find_map(|rules| in_words(rules, text))
}

fn in_words(rules: Rules, text: &str) -> Option<String> {
    let words: Vec<Token<'_>> =
        sql::words(rules, text).into_iter().filter(|token| token.kind != TokenKind::Hint).collect();
    let mut places = Places { words: &words, open: vec![Open::default()], names: false };
    for at in 0..words.len() {
        let found = on_server(&words, at).or_else(|| dynamic(rules, &words, at)).or_else(|| places.at(at));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// `a.b` at this place, as it is called.
fn qualified(words: &[Token<'_>], at: usize) -> Option<String> {
    let [first, dot, second] = words.get(at..at + 3)? else { return None };
    let after_variable =
        at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(|it| it.is_symbol('@') || it.is_symbol('.'));
    if after_variable || !dot.is_symbol('.') {
        return None;
    }
    let second = if second.is_symbol('*') { "*".to_owned() } else { name(second)? };
    Some(format!("{}.{second}", name(first)?))
}

fn name(token: &Token<'_>) -> Option<String> {
    let is_quoted = token.kind == TokenKind::String && token.text.starts_with('"');
    if is_quoted { Some(content(token.text)) } else { token.name() }
}

/// An open scope: the statement itself, or a parenthesis in it.
#[derive(Clone, Copy, Default)]
struct Open {
    /// Tables are listed, so behind a comma comes another one.
    lists: bool,
    /// The condition of a join, after which a comma continues the list.
    joins: bool,
    /// It holds a query.
    selects: bool,
    /// It is a parenthesis.
    inner: bool,
}

/// Where tables, views and routines are named.
struct Places<'t, 'a> {
    words: &'t [Token<'a>],
    open: Vec<Open>,
    /// A name may come next.
    names: bool,
}

/// Words between the one that a name follows and the name.
const BETWEEN: [&str; 13] = [
    "IGNORE",
    "LOW_PRIORITY",
    "HIGH_PRIORITY",
    "DELAYED",
    "QUICK",
    "ONLY",
    "IF",
    "NOT",
    "EXISTS",
    "LATERAL",
    "TO",
    "AS",
    "TABLE",
];
/// Keywords that a name always follows.
const BEFORE: [&str; 12] = [
    "JOIN",
    "STRAIGHT_JOIN",
    "TABLE",
    "TABLES",
    "REFERENCES",
    "VIEW",
    "TRIGGER",
    "PROCEDURE",
    "FUNCTION",
    "EVENT",
    "SEQUENCE",
    "PACKAGE",
];
/// Words that a name follows where a statement begins.
const VERBS: [&str; 8] = ["INSERT", "REPLACE", "UPDATE", "TRUNCATE", "CALL", "HANDLER", "DESCRIBE", "DESC"];
/// Words that end a list of tables.
const AFTER: [&str; 10] = ["SET", "WHERE", "SELECT", "VALUES", "GROUP", "ORDER", "HAVING", "LIMIT", "WINDOW", "UNION"];

impl Places<'_, '_> {
    fn before(&self, at: usize, any: &[&str]) -> bool {
        at.checked_sub(1).and_then(|at| self.words.get(at)).is_some_and(|word| word.is_any(any))
    }

    fn at(&mut self, at: usize) -> Option<String> {
        let token = self.words.get(at)?;
        let called = qualified(self.words, at);
        let is_call = called.is_some() && self.words.get(at + 3).is_some_and(|next| next.is_symbol('('));
        if let Some(called) = called.filter(|_| self.names || is_call) {
            return Some(format!("names `{called}`, which is in another database or the database itself by its name"));
        }
        let mut open = self.open.last().copied().unwrap_or_default();
        let names = std::mem::take(&mut self.names);
        if token.is_symbol('(') {
            let sequence = self.before(at, &["NEXTVAL", "LASTVAL", "SETVAL"]);
            self.names = names || sequence;
            self.open.push(Open { lists: names, inner: true, ..Open::default() });
            return None;
        }
        if token.is_symbol(')') {
            if self.open.len() > 1 {
                self.open.pop();
            }
            return None;
        }
        if token.is_symbol(';') {
            open = Open::default();
        } else if token.is_symbol(',') {
            open.lists |= open.joins;
            self.names = open.lists;
        } else if self.is_before_name(at, token, &open) {
            self.names = true;
            open.lists = true;
        } else if names && token.is_any(&BETWEEN) {
            self.names = true;
        } else if token.is_word("ON") || token.is_word("USING") {
            open = Open { joins: open.lists, lists: false, ..open };
        } else if token.is_any(&AFTER) || token.is_word("UPDATE") {
            open = Open { lists: false, joins: false, ..open };
        }
        open.selects |= token.is_any(&["SELECT", "DELETE", "TABLE"]);
        if let Some(last) = self.open.last_mut() {
            *last = open;
        }
        None
    }

    fn is_before_name(&self, at: usize, token: &Token<'_>, open: &Open) -> bool {
        let first = |any: &[&str]| self.words.first().is_some_and(|first| first.is_any(any));
        let head = |any: &str| self.words.iter().take(6).any(|word| word.is_word(any));
        let next = |symbol: char| self.words.get(at + 1).is_some_and(|next| next.is_symbol(symbol));
        match () {
            () if token.is_any(&BEFORE) => true,
            () if token.is_any(&VERBS) && !next('(') => begins_statement(self.words, at),
            // `EXTRACT(YEAR FROM a.b)` names no table.
            () if token.is_word("FROM") => !open.inner || open.selects,
            () if token.is_word("INTO") => {
                self.before(at, &["INSERT", "REPLACE", "IGNORE", "DELAYED", "LOW_PRIORITY", "HIGH_PRIORITY"])
            }
            () if token.is_word("ON") => {
                first(&["GRANT", "REVOKE"])
                    || (first(&["CREATE", "DROP"]) && head("INDEX"))
                    || (head("TRIGGER") && self.before(at, &["INSERT", "UPDATE", "DELETE"]))
            }
            () if token.is_word("LIKE") => {
                first(&["CREATE"]) && head("TABLE") && !self.open.iter().any(|open| open.selects && open.inner)
            }
            () if token.is_word("RENAME") || token.is_word("TO") => first(&["ALTER", "RENAME"]),
            () if token.is_word("USING") => first(&["DELETE"]) && !next('('),
            () if token.is_word("FOR") => self.before(at, &["VALUE"]),
            () => false,
        }
    }
}

/// Statements that act on the whole server.
fn on_server(words: &[Token<'_>], at: usize) -> Option<String> {
    let token = words.get(at)?;
    let word = |at: usize, any: &[&str]| words.get(at).is_some_and(|word| word.is_any(any));
    if token.is_word("INTO") && word(at + 1, &["OUTFILE", "DUMPFILE"]) {
        return Some("writes a file of the server".to_owned());
    }
    if token.is_word("ENGINE") {
        let engine = words.iter().skip(at + 1).find(|word| !word.is_symbol('='))?;
        let engine = engine.text.trim_matches(['\'', '"', '`']).to_ascii_uppercase();
        if ["FEDERATED", "CONNECT", "SPIDER", "S3"].contains(&engine.as_str()) {
            return Some(format!("makes a table whose rows are elsewhere, by the engine {engine}"));
        }
    }
    if !begins_statement(words, at) {
        return None;
    }
    let rest = words.get(at..)?.split(|word| word.is_symbol(';')).next().unwrap_or_default();
    if token.is_word("USE") {
        return Some("leads to another database".to_owned());
    }
    if token.is_any(&["CREATE", "ALTER", "DROP", "RENAME"]) {
        let skipped = ["OR", "REPLACE", "IF", "NOT", "EXISTS", "UNDO", "LOGFILE"];
        let what = rest.iter().skip(1).find(|word| !word.is_any(&skipped))?;
        let of_server = ["DATABASE", "SCHEMA", "USER", "ROLE", "SERVER", "TABLESPACE", "GROUP", "RESOURCE", "INSTANCE"];
        if what.is_any(&of_server) {
            return Some(format!("is about a {}, which belongs to the whole server", what.text.to_ascii_lowercase()));
        }
    }
    if token.is_word("SET") {
        let is_set = |at: usize| {
            let before = rest.iter().take(at).rfind(|word| !word.is_symbol('@'));
            before.is_some_and(|before| before.is_word("SET") || before.is_symbol(','))
        };
        let global =
            |(at, word): (usize, &Token<'_>)| word.is_any(&["GLOBAL", "PERSIST", "PERSIST_ONLY"]) && is_set(at);
        if rest.iter().enumerate().any(global) || word(at + 1, &["PASSWORD", "RESOURCE"]) {
            return Some("changes the server's settings".to_owned());
        }
    }
    let verbs =
        ["FLUSH", "RESET", "PURGE", "KILL", "SHUTDOWN", "RESTART", "INSTALL", "UNINSTALL", "CHANGE", "CLONE", "BINLOG"];
    let replication =
        token.is_any(&["START", "STOP"]) && word(at + 1, &["SLAVE", "REPLICA", "GROUP_REPLICATION", "ALL"]);
    if token.is_any(&verbs) && words.get(at + 1).is_none_or(|next| !next.is_symbol(':')) || replication {
        return Some("acts on the whole server".to_owned());
    }
    let is_about = rest.iter().any(|word| word.is_word("ON"));
    if token.is_any(&["GRANT", "REVOKE"]) && !is_about {
        return Some("changes what roles and users may do on the whole server".to_owned());
    }
    None
}

/// What is found in the text that the statement executes, or that this text is unknown because it is not a literal.
fn dynamic(rules: Rules, words: &[Token<'_>], at: usize) -> Option<String> {
    let token = words.get(at)?;
    let text = match () {
        () if token.is_word("PREPARE") && begins_statement(words, at) && words.get(at + 2)?.is_word("FROM") => at + 3,
        () if token.is_word("EXECUTE") && words.get(at + 1).is_some_and(|next| next.is_word("IMMEDIATE")) => at + 2,
        () => return None,
    };
    let ends = words.get(text + 1).is_none_or(|next| next.is_symbol(';') || next.is_word("USING"));
    match words.get(text).and_then(|text| text.value(rules)).filter(|_| ends) {
        Some(text) => in_words(rules, &text),
        None => Some("runs a text that is known only when it runs".to_owned()),
    }
}
