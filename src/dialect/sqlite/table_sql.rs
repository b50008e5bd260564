//! Facts that only a table's `CREATE` text has: constraint names, checks, collations, generation, conflict clauses,
//! options.
//!
//! Must not know the catalog; `introspect` combines both. A text is parsed to the end or not at all, so that no fact is
//! lost.

use sea_gen_runner::sql::{Token, TokenKind};

use crate::schema::Name;

use super::words::{name, without_comments, words};

/// A parsed `CREATE TABLE` text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TableText {
    pub(super) columns: Vec<ColumnText>,
    pub(super) primary_key: Option<KeyText>,
    pub(super) uniques: Vec<KeyText>,
    pub(super) checks: Vec<CheckText>,
    pub(super) foreign_keys: Vec<ForeignKeyText>,
    pub(super) without_rowid: bool,
    pub(super) strict: bool,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ColumnText {
    pub(super) name: Name,
    /// The type as written, quotes included.
    pub(super) data_type: String,
    pub(super) not_null_on_conflict: Option<String>,
    pub(super) collation: Option<String>,
    pub(super) generated: Option<String>,
    pub(super) autoincrement: bool,
    /// All clauses as written, except keys, checks, references and names of constraints.
    pub(super) wording: String,
}

/// A primary key or a unique constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KeyText {
    pub(super) name: Option<Name>,
    pub(super) parts: Vec<KeyPart>,
    pub(super) on_conflict: Option<String>,
    /// Whether it is a column constraint.
    pub(super) inline: bool,
}

/// One column of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyPart {
    pub(super) column: Name,
    pub(super) collation: Option<String>,
    pub(super) descending: bool,
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CheckText {
    pub(super) name: Option<Name>,
    /// The column, if it is a column constraint.
    pub(super) column: Option<Name>,
    pub(super) expression: String,
}

/// The facts about a foreign key that the catalog lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ForeignKeyText {
    pub(super) name: Option<Name>,
    pub(super) columns: Vec<Name>,
    pub(super) deferrable: bool,
    pub(super) initially_deferred: bool,
    /// `full` or `partial`, which SQLite parses and ignores.
    pub(super) matching: Option<String>,
}

/// Parses a `CREATE TABLE` text as the catalog stores it; `None` if it cannot be parsed to the end.
pub(super) fn read(sql: &str) -> Option<TableText> {
    let tokens = words(sql);
    // The catalog stores `CREATE TABLE name (`, never `CREATE TABLE "schema".name (`; the first parenthesis opens the
    // list.
    let open = tokens.iter().position(|token| token.is_symbol('('))?;
    let mut cursor = Cursor { sql, tokens: &tokens, at: open + 1 };
    let mut table = TableText::default();
    loop {
        match cursor.peek()? {
            token if token.is_symbol(',') => cursor.at += 1,
            token if token.is_symbol(')') => break,
            token if ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"].iter().any(|word| token.is_word(word)) => {
                table_constraint(&mut cursor, &mut table)?;
            }
            _ => column(&mut cursor, &mut table)?,
        }
    }
    cursor.at += 1;
    while let Some(token) = cursor.next() {
        if token.is_word("WITHOUT") {
            cursor.next().filter(|token| token.is_word("ROWID"))?;
            table.without_rowid = true;
        } else if token.is_word("STRICT") {
            table.strict = true;
        } else if !token.is_symbol(',') && !token.is_symbol(';') {
            return None;
        }
    }
    Some(table)
}

/// A token cursor over one text.
pub(super) struct Cursor<'a> {
    pub(super) sql: &'a str,
    pub(super) tokens: &'a [Token<'a>],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at)
    }

    pub(super) fn next(&mut self) -> Option<&'a Token<'a>> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    /// Skips these keywords if they are next.
    pub(super) fn eat(&mut self, words: &[&str]) -> bool {
        let here = words
            .iter()
            .enumerate()
            .all(|(offset, word)| self.tokens.get(self.at + offset).is_some_and(|token| token.is_word(word)));
        if here {
            self.at += words.len();
        }
        here
    }

    fn name(&mut self) -> Option<Name> {
        name(self.next()?)
    }

    /// Appends the text from an earlier position to this one, without comments, after a space unless it is the first.
    fn add_words_since(&self, from: usize, words: &mut String) {
        let passed = self.tokens.get(from..self.at).unwrap_or_default();
        let Some((first, last)) = passed.first().zip(passed.last()) else { return };
        if !words.is_empty() {
            words.push(' ');
        }
        match passed {
            [only] => words.push_str(only.text),
            _ => words.push_str(&without_comments(self.sql.get(first.start..last.end()).unwrap_or_default())),
        }
    }

    /// Skips a parenthesised text and returns its content.
    pub(super) fn parenthesised(&mut self) -> Option<String> {
        let open = self.next().filter(|token| token.is_symbol('('))?;
        let mut depth = 1;
        loop {
            let token = self.next()?;
            if token.is_symbol('(') {
                depth += 1;
            } else if token.is_symbol(')') {
                depth -= 1;
                if depth == 0 {
                    return self.sql.get(open.end()..token.start).map(without_comments);
                }
            }
        }
    }

    /// `ON CONFLICT …`, unless it is the default.
    fn on_conflict(&mut self) -> Option<String> {
        if !self.eat(&["ON", "CONFLICT"]) {
            return None;
        }
        self.next().map(|token| token.text.to_ascii_lowercase()).filter(|action| action != "abort")
    }

    /// A parenthesised list of key columns.
    fn key_parts(&mut self) -> Option<Vec<KeyPart>> {
        self.next().filter(|token| token.is_symbol('('))?;
        let mut parts = Vec::new();
        loop {
            let mut part = KeyPart { column: self.name()?, collation: None, descending: false };
            if self.eat(&["COLLATE"]) {
                part.collation = Some(self.name()?.to_string());
            }
            part.descending = self.eat(&["DESC"]);
            if !part.descending {
                self.eat(&["ASC"]);
            }
            parts.push(part);
            match self.next()? {
                token if token.is_symbol(',') => {}
                token if token.is_symbol(')') => return Some(parts),
                _ => return None,
            }
        }
    }

    /// `REFERENCES …` with everything after it, for a foreign key on `columns`.
    fn references(&mut self, name: Option<Name>, columns: Vec<Name>) -> Option<ForeignKeyText> {
        let mut key = ForeignKeyText { name, columns, deferrable: false, initially_deferred: false, matching: None };
        self.name()?;
        if self.peek().is_some_and(|token| token.is_symbol('(')) {
            self.parenthesised()?;
        }
        loop {
            if self.eat(&["ON"]) {
                self.next()?;
                // `SET NULL`, `SET DEFAULT` and `NO ACTION` are two words.
                let _ = self.eat(&["SET"]) || self.eat(&["NO"]);
                self.next()?;
            } else if self.eat(&["MATCH"]) {
                let matching = self.next()?.text.to_ascii_lowercase();
                key.matching = Some(matching).filter(|matching| matching == "full" || matching == "partial");
            } else if self.eat(&["NOT", "DEFERRABLE"]) {
                self.initially_deferred();
                (key.deferrable, key.initially_deferred) = (false, false);
            } else if self.eat(&["DEFERRABLE"]) {
                (key.deferrable, key.initially_deferred) = (true, self.initially_deferred());
            } else {
                return Some(key);
            }
        }
    }

    fn initially_deferred(&mut self) -> bool {
        self.eat(&["INITIALLY"]) && self.next().is_some_and(|token| token.is_word("DEFERRED"))
    }
}

fn column(cursor: &mut Cursor<'_>, table: &mut TableText) -> Option<()> {
    let name = cursor.name()?;
    let mut from = cursor.at;
    let data_type = data_type(cursor)?;
    let mut column = ColumnText {
        name: name.clone(),
        data_type,
        not_null_on_conflict: None,
        collation: None,
        generated: None,
        autoincrement: false,
        wording: String::new(),
    };
    cursor.add_words_since(from, &mut column.wording);
    let part = |descending| vec![KeyPart { column: name.clone(), collation: None, descending }];
    loop {
        // A name applies to the constraint directly after it.
        let mut constraint = None;
        while cursor.eat(&["CONSTRAINT"]) {
            constraint = Some(cursor.name()?);
        }
        from = cursor.at;
        let mut is_own = true;
        if cursor.eat(&["PRIMARY", "KEY"]) {
            is_own = false;
            let descending = cursor.eat(&["DESC"]);
            cursor.eat(&["ASC"]);
            let on_conflict = cursor.on_conflict();
            column.autoincrement = cursor.eat(&["AUTOINCREMENT"]);
            let key = KeyText { name: constraint, parts: part(descending), on_conflict, inline: true };
            table.primary_key = Some(key);
        } else if cursor.eat(&["NOT", "NULL"]) {
            column.not_null_on_conflict = cursor.on_conflict();
        } else if cursor.eat(&["NULL"]) {
            cursor.on_conflict();
        } else if cursor.eat(&["UNIQUE"]) {
            is_own = false;
            let on_conflict = cursor.on_conflict();
            table.uniques.push(KeyText { name: constraint, parts: part(false), on_conflict, inline: true });
        } else if cursor.eat(&["CHECK"]) {
            is_own = false;
            let expression = cursor.parenthesised()?;
            table.checks.push(CheckText { name: constraint, column: Some(name.clone()), expression });
        } else if cursor.eat(&["DEFAULT"]) {
            skip_default(cursor)?;
        } else if cursor.eat(&["COLLATE"]) {
            column.collation = Some(cursor.name()?.to_string());
        } else if cursor.eat(&["REFERENCES"]) {
            is_own = false;
            let key = cursor.references(constraint, vec![name.clone()])?;
            table.foreign_keys.push(key);
        } else if cursor.eat(&["GENERATED", "ALWAYS", "AS"]) || cursor.eat(&["AS"]) {
            column.generated = Some(cursor.parenthesised()?);
            let _ = cursor.eat(&["STORED"]) || cursor.eat(&["VIRTUAL"]);
        } else {
            break;
        }
        if is_own {
            cursor.add_words_since(from, &mut column.wording);
        }
    }
    table.columns.push(column);
    cursor.peek().filter(|token| token.is_symbol(',') || token.is_symbol(')')).map(|_| ())
}

/// The words of a type up to the first constraint.
fn data_type(cursor: &mut Cursor<'_>) -> Option<String> {
    const NEXT: [&str; 10] =
        ["CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "AS"];
    let mut words = String::new();
    loop {
        let token = cursor.peek()?;
        let generated =
            token.is_word("GENERATED") && cursor.tokens.get(cursor.at + 1).is_some_and(|next| next.is_word("ALWAYS"));
        if generated || token.is_symbol(',') || token.is_symbol(')') || NEXT.iter().any(|word| token.is_word(word)) {
            return Some(words);
        }
        if token.is_symbol('(') {
            let inside = cursor.parenthesised()?;
            words.extend(["(", &inside, ")"]);
            continue;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(token.text);
        cursor.at += 1;
    }
}

/// Skips the default, which the catalog lists.
fn skip_default(cursor: &mut Cursor<'_>) -> Option<()> {
    let first = cursor.peek()?;
    if first.is_symbol('(') {
        cursor.parenthesised()?;
        return Some(());
    }
    cursor.at += 1;
    if first.is_symbol('-') || first.is_symbol('+') {
        cursor.next()?;
    }
    Some(())
}

fn table_constraint(cursor: &mut Cursor<'_>, table: &mut TableText) -> Option<()> {
    let name = if cursor.eat(&["CONSTRAINT"]) { Some(cursor.name()?) } else { None };
    if cursor.eat(&["PRIMARY", "KEY"]) {
        let (parts, autoincrement) = primary_key_parts(cursor)?;
        if autoincrement && let Some(first) = parts.first() {
            let same = |column: &&mut ColumnText| column.name.as_str().eq_ignore_ascii_case(first.column.as_str());
            table.columns.iter_mut().find(same)?.autoincrement = true;
        }
        table.primary_key = Some(KeyText { name, parts, on_conflict: cursor.on_conflict(), inline: false });
    } else if cursor.eat(&["UNIQUE"]) {
        let parts = cursor.key_parts()?;
        table.uniques.push(KeyText { name, parts, on_conflict: cursor.on_conflict(), inline: false });
    } else if cursor.eat(&["CHECK"]) {
        let expression = cursor.parenthesised()?;
        cursor.on_conflict();
        table.checks.push(CheckText { name, column: None, expression });
    } else if cursor.eat(&["FOREIGN", "KEY"]) {
        let columns = cursor.key_parts()?.into_iter().map(|part| part.column).collect();
        cursor.next().filter(|token| token.is_word("REFERENCES"))?;
        let key = cursor.references(name, columns)?;
        table.foreign_keys.push(key);
    } else if name.is_none() {
        return None;
    }
    Some(())
}

/// The columns of a primary key, with `AUTOINCREMENT` allowed before the closing parenthesis.
fn primary_key_parts(cursor: &mut Cursor<'_>) -> Option<(Vec<KeyPart>, bool)> {
    let start = cursor.at;
    if let Some(parts) = cursor.key_parts() {
        return Some((parts, false));
    }
    cursor.at = start + 1;
    let column = cursor.name()?;
    let descending = cursor.eat(&["DESC"]);
    cursor.eat(&["ASC"]);
    let autoincrement = cursor.eat(&["AUTOINCREMENT"]);
    cursor.next().filter(|token| token.is_symbol(')'))?;
    Some((vec![KeyPart { column, collation: None, descending }], autoincrement))
}

/// A parsed `CREATE INDEX` text: its parts without their order, and its condition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct IndexText {
    pub(super) parts: Vec<IndexPartText>,
    pub(super) predicate: Option<String>,
}

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IndexPartText {
    pub(super) expression: String,
    pub(super) collation: Option<String>,
}

/// Parses a `CREATE INDEX` text.
pub(super) fn read_index(sql: &str) -> Option<IndexText> {
    let tokens = words(sql);
    let open = tokens.iter().position(|token| token.is_symbol('('))?;
    let mut cursor = Cursor { sql, tokens: &tokens, at: open };
    cursor.parenthesised()?;
    let inside = tokens.get(open + 1..cursor.at.checked_sub(1)?)?;
    let mut index = IndexText::default();
    let mut depth = 0;
    for part in inside.split(|token| {
        depth += i32::from(token.is_symbol('(')) - i32::from(token.is_symbol(')'));
        depth == 0 && token.is_symbol(',')
    }) {
        index.parts.push(index_part(sql, part)?);
    }
    if cursor.eat(&["WHERE"]) {
        let start = cursor.peek()?.start;
        index.predicate = Some(without_comments(sql.get(start..)?).trim_end_matches([';', ' ']).to_owned());
    }
    Some(index)
}

/// Whether a `CREATE INDEX` text creates this index of this table.
pub(super) fn is_index_on(sql: &str, index: &Name, table: &Name) -> bool {
    let tokens = words(sql);
    let Some(on) = tokens.iter().position(|token| token.is_word("ON")) else { return false };
    let is = |at: Option<usize>, name: &Name| {
        let found = at.and_then(|at| super::words::name(tokens.get(at)?));
        found.is_some_and(|found| found.as_str().eq_ignore_ascii_case(name.as_str()))
    };
    is(on.checked_sub(1), index) && is(on.checked_add(1), table)
}

fn index_part(sql: &str, mut part: &[Token<'_>]) -> Option<IndexPartText> {
    if let [rest @ .., last] = part
        && !rest.is_empty()
        && (last.is_word("ASC") || last.is_word("DESC"))
    {
        part = rest;
    }
    let mut collation = None;
    if let [rest @ .., collate, name] = part
        && collate.is_word("COLLATE")
    {
        collation = Some(super::words::name(name)?.to_string());
        part = rest;
    }
    let expression = without_comments(sql.get(part.first()?.start..part.last()?.end())?);
    Some(IndexPartText { expression, collation })
}

/// A parsed `CREATE VIEW` text: its column list, if any, and the query.
pub(super) fn read_view(sql: &str) -> Option<(Option<Vec<Name>>, String)> {
    let tokens = words(sql);
    let mut cursor = Cursor { sql, tokens: &tokens, at: 0 };
    while !cursor.next()?.is_word("VIEW") {}
    cursor.name()?;
    let columns = match cursor.peek()? {
        token if token.is_symbol('(') => Some(cursor.key_parts()?.into_iter().map(|part| part.column).collect()),
        _ => None,
    };
    cursor.next().filter(|token| token.is_word("AS"))?;
    let query = sql.get(cursor.peek()?.start..)?;
    Some((columns, query.trim_end_matches([';', ' ', '\n', '\r', '\t']).to_owned()))
}

/// An expression without the table's name before its columns, because the table is built under another name first.
pub(super) fn without_qualifier(sql: &str, table: &Name) -> String {
    let tokens = words(sql);
    let mut text = String::with_capacity(sql.len());
    let mut from = 0;
    for window in tokens.windows(2) {
        let [name, dot] = window else { continue };
        let own = matches!(name.kind, TokenKind::Word | TokenKind::Name)
            && super::words::name(name).is_some_and(|name| name.as_str().eq_ignore_ascii_case(table.as_str()));
        if own && dot.is_symbol('.') {
            text.push_str(sql.get(from..name.start).unwrap_or_default());
            from = dot.end();
        }
    }
    text.push_str(sql.get(from..).unwrap_or_default());
    text
}

#[cfg(test)]
mod tests;
