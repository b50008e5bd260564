//! Finds the parts of a statement that affect more than a PostgreSQL database. Names cannot: a session sees only its database.
//!
//! Must not know any other database.

use crate::Product;
use crate::outside::{begins_statement, calls};
use crate::sql::{self, Token, TokenKind};

/// Functions that act on the server, its files or its other sessions.
const FUNCTIONS: [&str; 19] = [
    "lo_export",
    "lo_import",
    "pg_cancel_backend",
    "pg_terminate_backend",
    "pg_reload_conf",
    "pg_rotate_logfile",
    "pg_promote",
    "pg_switch_wal",
    "pg_file_write",
    "pg_file_rename",
    "pg_file_unlink",
    "pg_create_restore_point",
    "pg_create_physical_replication_slot",
    "pg_create_logical_replication_slot",
    "pg_drop_replication_slot",
    "pg_replication_origin_create",
    "pg_replication_origin_drop",
    "pg_wal_replay_pause",
    "pg_wal_replay_resume",
];

pub(crate) fn find(text: &str) -> Option<String> {
    let words = sql::words(Product::Postgres, text);
    let word = |at: usize, any: &[&str]| words.get(at).is_some_and(|word| word.is_any(any));
    for (at, token) in words.iter().enumerate() {
        let name = token.name().unwrap_or_default();
        if name.to_ascii_lowercase().starts_with("dblink") && calls(&words, at, &[&name]) {
            return Some(format!("calls `{name}`, which connects to another database"));
        }
        if calls(&words, at, &FUNCTIONS) {
            return Some(format!("calls `{name}`, which reaches beyond the database"));
        }
        if words.first().is_some_and(|first| first.is_word("DO")) && body(&words, at).is_some_and(|it| is_made_up(&it))
        {
            return Some("executes a text that it puts together, which may be anything".to_owned());
        }
        if let Some(found) = body(&words, at).and_then(|body| find(&body)) {
            return Some(found);
        }
        if !begins_statement(&words, at) {
            continue;
        }
        let rest = words.get(at..).unwrap_or_default();
        let rest = rest.split(|word| word.is_symbol(';')).next().unwrap_or_default();
        let says = |any: &[&str]| rest.iter().any(|word| word.is_any(any));
        let followed = |first: &str, second: &[&str]| {
            rest.windows(2).any(|pair| matches!(pair, [one, two] if one.is_word(first) && two.is_any(second)))
        };
        if token.is_word("COPY") && followed("TO", &["PROGRAM"])
            || token.is_word("COPY") && followed("FROM", &["PROGRAM"])
        {
            return Some("runs a program on the server".to_owned());
        }
        if token.is_word("COPY")
            && rest
                .windows(2)
                .any(|pair| matches!(pair, [to, file] if to.is_word("TO") && file.kind == TokenKind::String))
        {
            return Some("writes a file of the server".to_owned());
        }
        if token.is_word("ALTER") && word(at + 1, &["SYSTEM"]) {
            return Some("changes the server's settings".to_owned());
        }
        let of_server = ["DATABASE", "ROLE", "USER", "GROUP", "TABLESPACE", "SUBSCRIPTION"];
        let mapping = word(at + 1, &["USER"]) && word(at + 2, &["MAPPING"]);
        if token.is_any(&["CREATE", "ALTER", "DROP"]) && word(at + 1, &of_server) && !mapping {
            let what = words.get(at + 1).map(|word| word.text.to_ascii_lowercase()).unwrap_or_default();
            return Some(format!("is about a {what}, which belongs to the whole server"));
        }
        if token.is_any(&["COMMENT", "SECURITY", "GRANT", "REVOKE"])
            && followed("ON", &["DATABASE", "ROLE", "TABLESPACE", "PARAMETER", "SUBSCRIPTION"])
        {
            return Some("is about what belongs to the whole server".to_owned());
        }
        if token.is_any(&["GRANT", "REVOKE"]) && !says(&["ON"]) {
            return Some("changes the members of a role, which belongs to the whole server".to_owned());
        }
        if token.is_any(&["REASSIGN", "DROP"]) && word(at + 1, &["OWNED"]) {
            return Some("is about everything a role has on the server".to_owned());
        }
        if token.is_any(&["CREATE", "ALTER"]) && mapping {
            return Some("lets the database act on a foreign server".to_owned());
        }
        if token.is_word("IMPORT") && word(at + 1, &["FOREIGN"]) {
            return Some("connects to a foreign server".to_owned());
        }
        if token.is_word("LOAD") && words.get(at + 1).is_some_and(|next| next.kind == TokenKind::String) {
            return Some("loads a library into the server".to_owned());
        }
    }
    None
}

/// Whether a block executes text that is not a literal in it. The blocks that `gen` writes restore owners and privileges.
fn is_made_up(body: &str) -> bool {
    let words = sql::words(Product::Postgres, body);
    let executes = |pair: &[Token<'_>]| {
        matches!(pair, [execute, text] if execute.is_word("EXECUTE") && text.kind != TokenKind::String
            && !text.is_any(&["FUNCTION", "PROCEDURE", "ON"]))
    };
    words.windows(2).any(executes) && !crate::reading::GIVE_BACK.contains(body.trim())
}

/// The text of a body: a dollar-quoted string, or a string after `AS`, `DO` or `EXECUTE`.
fn body(words: &[Token<'_>], at: usize) -> Option<String> {
    let token = words.get(at).filter(|token| token.kind == TokenKind::String)?;
    if let Some(rest) = token.text.strip_prefix('$') {
        let tag = rest.find('$')? + 2;
        return Some(token.text.get(tag..token.text.len().checked_sub(tag)?)?.to_owned());
    }
    let before = at.checked_sub(1).and_then(|at| words.get(at))?;
    if !before.is_any(&["AS", "DO", "EXECUTE"]) {
        return None;
    }
    let quoted = token.text.get(token.text.find('\'')?..)?;
    Some(sql::unescaped(&sql::content(quoted)))
}
