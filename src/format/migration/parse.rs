//! Reading a migration file, written by us or by hand.
//!
//! Must not know where the file lies.

use crate::error::{Error, Result};
use crate::migration::MigrationId;
use crate::sql::{self, Cutter, Lines, Piece, Token, TokenKind, Unterminated, client};
use crate::{LineNumber, Product, Statement};

use super::mark::{How, Mark, mark};
use super::portions::Portions;
use super::{
    BATCHES, BEGIN, CHECK, END, Heading, Merged, Migration, NO_TRANSACTION, REPEATABLE, RUST, STEP, Section,
    UNWRITTEN_DOWN, UNWRITTEN_UP, restate,
};

/// Reads the text of a migration file. Anything but markers, notes and statements is a comment and is left out.
///
/// # Errors
/// Where the text cannot be cut into sections and statements without guessing, with the line.
pub fn parse(id: MigrationId, product: Product, text: &str) -> Result<Migration> {
    let text = unified(text);
    let (from, to, merged) = header(product, &text)?;
    let mut migration = Migration { id, product, from, to, merged, up: Vec::new(), down: Vec::new() };
    let lines = Lines::of(&text);
    for (section, statement, offset) in sections(product, &text)? {
        let statement = Statement { line: LineNumber(Some(lines.line(offset))), ..statement };
        match section {
            Section::Up => migration.up.push(statement),
            Section::Down => migration.down.push(statement),
        }
    }
    Ok(migration)
}

/// The lines, counted from 1, on which the statements of a migration file begin: up statements, and down statements.
///
/// # Errors
/// Where the text cannot be cut into sections and statements without guessing, with the line.
pub fn lines(product: Product, text: &str) -> Result<[Vec<usize>; 2]> {
    let text = unified(text);
    let lines = Lines::of(&text);
    let (mut up, mut down) = (Vec::new(), Vec::new());
    for (section, _, offset) in sections(product, &text)? {
        let found = match section {
            Section::Up => &mut up,
            Section::Down => &mut down,
        };
        found.push(lines.line(offset));
    }
    Ok([up, down])
}

/// The statements of an SQL file that has no sections, each with its line.
///
/// # Errors
/// Where the text cannot be cut into statements without guessing, with the line; it has sections.
pub fn statements(product: Product, text: &str) -> Result<Vec<Statement>> {
    let text = unified(text);
    let lines = Lines::of(&text);
    let reader =
        MigrationParser { section: Some(Section::Up), has_sections: false, ..MigrationParser::new(product, &text) };
    let at_line = |statement: Statement, offset| Statement { line: LineNumber(Some(lines.line(offset))), ..statement };
    Ok(reader.read()?.found.into_iter().map(|(_, statement, offset)| at_line(statement, offset)).collect())
}

/// Whether a comment under `-- DOWN` explains why the migration cannot be reverted.
pub fn explains_missing_down(product: Product, text: &str) -> bool {
    let text = unified(text);
    let mut section = Section::Up;
    for part in Cutter::new(product, &text) {
        let Ok(Piece::Between(token)) = part else { continue };
        match mark(token.text) {
            Mark::Section(entered) => section = entered,
            Mark::None if section == Section::Down && token.kind == TokenKind::Comment => {
                let reason = token.text.trim_start_matches(['-', '#']).trim();
                let is_unwritten = [UNWRITTEN_UP, UNWRITTEN_DOWN].contains(&reason);
                if !reason.is_empty() && !is_unwritten && !reason.starts_with("lint:") {
                    return true;
                }
            }
            Mark::None
            | Mark::Step(_)
            | Mark::How(_)
            | Mark::Rust { .. }
            | Mark::Repeatable
            | Mark::Begin(_)
            | Mark::Unknown => {}
        }
    }
    false
}

/// Reads the header of a migration file, and nothing else.
///
/// # Errors
/// It is written for another product.
pub(super) fn heading(id: MigrationId, product: Product, text: &str) -> Result<Heading> {
    let (from, to, _) = header(product, &unified(text))?;
    Ok(Heading { id, from, to })
}

/// Whether the beginning of a file contains the whole header.
pub(super) fn has_heading(beginning: &str) -> bool {
    unified(beginning).lines().any(ends_header)
}

/// The text without a byte order mark.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The text without a byte order mark and, where a checkout has given every line a carriage return, or nothing but one, with
/// line feeds.
fn unified(text: &str) -> String {
    let text = unmarked(text);
    let (feeds, pairs) = (text.matches('\n').count(), text.matches("\r\n").count());
    match feeds {
        0 => text.replace('\r', "\n"),
        _ if feeds == pairs => text.replace("\r\n", "\n"),
        _ => text.to_owned(),
    }
}

/// The statements of both sections in the order of the file, with where each begins.
pub(super) fn sections(product: Product, text: &str) -> Result<Vec<(Section, Statement, usize)>> {
    let reader = MigrationParser::new(product, text).read()?;
    if !reader.seen.contains(&Section::Up) {
        return Err(Error::new("there is no `-- UP` line in it")
            .hint("put the line `-- UP` above the up statements, and `-- DOWN` above the down statements"));
    }
    Ok(reader.found)
}

/// The comments directly above a statement.
#[derive(Default)]
struct Above<'a> {
    note: Vec<String>,
    /// With its offset.
    how: Option<(How<'a>, usize)>,
    repeatable: Option<usize>,
    step: Option<(&'a str, usize)>,
}

struct MigrationParser<'a> {
    product: Product,
    text: &'a str,
    section: Option<Section>,
    /// Whether sections may begin in it.
    has_sections: bool,
    seen: Vec<Section>,
    above: Above<'a>,
    found: Vec<(Section, Statement, usize)>,
}

impl<'a> MigrationParser<'a> {
    fn new(product: Product, text: &'a str) -> Self {
        let (seen, above, found) = Default::default();
        Self { product, text, section: None, has_sections: true, seen, above, found }
    }

    /// Reads the whole text.
    fn read(mut self) -> Result<Self> {
        if let Some(at) = self.text.find('\0') {
            return Err(self
                .error(at, "there is a NUL character")
                .hint("remove it: no database takes it as part of SQL"));
        }
        let mut cutter = Cutter::new(self.product, self.text);
        while let Some(part) = cutter.next() {
            match part.map_err(unterminated)? {
                Piece::Between(token) => {
                    if let Some(end) = self.between(&token)? {
                        cutter.resume(end);
                    }
                }
                Piece::End => self.above.note.clear(),
                Piece::Client(line) => return Err(self.client(&line)),
                Piece::Statement(statement) => self.statement(&statement)?,
            }
        }
        self.nothing_above(self.text.len())?;
        Ok(self)
    }

    fn error(&self, offset: usize, message: &str) -> Error {
        Error::new(format!("line {}: {message}", sql::line(self.text, offset)))
    }

    fn enter(&mut self, section: Section, offset: usize) -> Result<()> {
        self.nothing_above(offset)?;
        let name = match section {
            Section::Up => "UP",
            Section::Down => "DOWN",
        };
        if !self.has_sections {
            return Err(self
                .error(offset, &format!("`-- {name}` belongs into a migration"))
                .hint("remove the line: the statements of this file have no way back"));
        }
        if self.seen.contains(&section) {
            return Err(self.error(offset, &format!("there is a second `-- {name}`")).hint("put both parts under one"));
        }
        self.seen.push(section);
        self.section = Some(section);
        Ok(())
    }

    /// Nothing may be marked that is not there.
    fn nothing_above(&mut self, offset: usize) -> Result<()> {
        let above = std::mem::take(&mut self.above);
        let how = above.how.map(|(how, marked)| (how.key(), marked));
        match (how.or(above.repeatable.map(|marked| (REPEATABLE, marked))), above.step) {
            (None, None) => Ok(()),
            (Some((key, marked)), _) => Err(self
                .error(marked.min(offset), &format!("no statement follows `-- gen: {key}`"))
                .hint("put it directly above its statement, or remove it")),
            (None, Some((name, marked))) => {
                let mark = format!("-- {STEP} {name}");
                Err(self
                    .error(marked.min(offset), &format!("no statement follows `{}`", mark.trim_end()))
                    .hint("empty step: remove the `-- STEP` line"))
            }
        }
    }

    fn step(&mut self, name: &'a str, offset: usize) -> Result<()> {
        self.nothing_above(offset)?;
        self.above.step = Some((name, offset));
        Ok(())
    }

    /// Takes a function of the program.
    fn rust(&mut self, function: Statement, offset: usize) -> Result<()> {
        let Some(section) = self.section else {
            return Err(self
                .error(offset, "a function of the program stands before `-- UP`")
                .hint("put the line `-- UP` above the first statement"));
        };
        let above = std::mem::take(&mut self.above);
        let marked = above.how.map(|(how, marked)| (how.key(), marked));
        if let Some((key, marked)) = marked.or(above.repeatable.map(|marked| (REPEATABLE, marked))) {
            return Err(self
                .error(marked, &format!("`-- gen: {key}` does not apply to a function of the program"))
                .hint(format!("remove it; for transactions of its own: `-- gen: {RUST} FUNCTION {BATCHES}`")));
        }
        let note = (!above.note.is_empty()).then(|| above.note.join("\n"));
        let statement = Statement { note, step: above.step.map(|(name, _)| name.to_owned()), ..function };
        self.found.push((section, statement, offset));
        Ok(())
    }

    fn take(&mut self, sql: &str, offset: usize) -> Result<()> {
        let Some(section) = self.section else {
            return Err(self
                .error(offset, "a statement stands before `-- UP`")
                .hint("put the line `-- UP` above the first statement"));
        };
        let Above { note, how, repeatable, step } = std::mem::take(&mut self.above);
        let note = (!note.is_empty()).then(|| note.join("\n"));
        let statement = match how {
            None => Statement::new(sql),
            Some((How::NoTransaction, _)) => Statement { transactional: false, ..Statement::new(sql) },
            Some((How::Check(message), _)) => Statement::check(sql, message),
            Some((How::Batches(None), _)) if !has_condition(self.product, sql) => {
                return Err(self
                    .error(
                        offset,
                        &format!("`-- gen: {BATCHES}` stands above a statement without WHERE, which would never end"),
                    )
                    .hint("say by WHERE which rows are still to be changed: it is sent until it finds none"));
            }
            Some((How::Batches(None), _)) => Statement::batches(sql),
            Some((How::Batches(Some(key)), _)) if Portions::read(self.product, sql, key).is_none() => {
                let message =
                    format!("`-- gen: {BATCHES} by {key}` stands above a statement that cannot be cut by a column");
                return Err(self.error(offset, &message).hint(
                    "write `UPDATE table SET … WHERE …` or `DELETE FROM table WHERE …`, without alias, join, ORDER BY, LIMIT or \
                     RETURNING, which does not set that column",
                ));
            }
            Some((How::Batches(Some(key)), _)) => Statement::batches_by(sql, key),
        };
        let repeatable = repeatable.is_some();
        let statement = Statement { note, repeatable, step: step.map(|(name, _)| name.to_owned()), ..statement };
        self.found.push((section, statement, offset));
        Ok(())
    }

    /// Takes a statement and the comments above it.
    fn statement(&mut self, statement: &sql::Statement<'_>) -> Result<()> {
        for token in &statement.tokens {
            self.no_hidden_line(token)?;
            let is_mark = |token: &Token<'_>| !matches!(mark(token.text), Mark::None);
            if token.kind == TokenKind::Comment && sql::is_first_in_line(self.text, token.start) && is_mark(token) {
                let begun = sql::line(self.text, statement.start);
                return Err(self
                    .error(
                        token.start,
                        &format!("`{}` stands inside the statement of line {begun}", sql::first_line(token.text)),
                    )
                    .hint(
                        "end the statement above it with a semicolon; if the comment belongs to the statement, put the \
                         statement between `-- gen: statement` and `-- gen: end`",
                    ));
            }
        }
        if statement.is_open {
            return Err(self.error(statement.start, "unterminated statement").hint(
                "add the missing `END` or closing parenthesis; a body that cannot be told by semicolons goes between \
                 `-- gen: statement` and `-- gen: end`",
            ));
        }
        if let Some(token) = client::needs_client(self.product, &statement.tokens) {
            return Err(self.client(token));
        }
        self.take(statement.text, statement.start)
    }

    /// Why a line for a client is refused.
    fn client(&self, token: &Token<'_>) -> Error {
        let shown = sql::first_line(token.text);
        let message = match token.kind {
            TokenKind::Word if token.is_any(&["STDIN", "STDOUT"]) => {
                format!("the rows of this `COPY` go through a client (`{shown}`), and a migration has none")
            }
            _ => format!("`{shown}` is meant for a client, not for the server"),
        };
        self.error(token.start, &message).hint(client::hint(self.product))
    }

    /// Reads a token between statements. Returns the offset at which to continue, unless that is the end of the token.
    fn between(&mut self, token: &Token<'a>) -> Result<Option<usize>> {
        if token.kind == TokenKind::Space {
            if sql::line(token.text, token.text.len()) > 2 {
                self.above.note.clear();
            }
            return Ok(None);
        }
        self.no_hidden_line(token)?;
        if token.text.starts_with("/*") && !token.text.get(2..).is_some_and(|inside| inside.ends_with("*/")) {
            return Err(unterminated(Unterminated::at(self.text, token.start)));
        }
        let is_first = sql::is_first_in_line(self.text, token.start);
        match mark(token.text) {
            Mark::Section(section) if is_first => self.enter(section, token.start)?,
            Mark::Step(name) if is_first => self.step(name, token.start)?,
            Mark::Begin(tag) if is_first => return self.fenced(token.start, tag).map(Some),
            Mark::How(how) if is_first => self.how(how, token.start)?,
            Mark::Rust { name, batches } if is_first => self.rust(Statement::rust(name, batches), token.start)?,
            Mark::Rust { .. } => {
                return Err(self
                    .error(token.start, &format!("`{}` stands behind a statement", sql::first_line(token.text)))
                    .hint("put it on a line of its own"));
            }
            Mark::Repeatable if is_first => self.above.repeatable = Some(token.start),
            Mark::Unknown if is_first => {
                return Err(self.error(token.start, &format!("`{}` is not a mark", sql::first_line(token.text))).hint(format!(
                    "the marks are `-- gen: {NO_TRANSACTION}`, `-- gen: {CHECK} WHAT MUST NOT BE`, \
                     `-- gen: {BATCHES} [by COLUMN]`, `-- gen: {REPEATABLE}`, `-- gen: {RUST} FUNCTION [{BATCHES}]`, `-- gen: {BEGIN}` and `-- gen: {END}`"
                )));
            }
            Mark::None
            | Mark::Section(_)
            | Mark::Step(_)
            | Mark::Begin(_)
            | Mark::How(_)
            | Mark::Repeatable
            | Mark::Unknown => match token.text.strip_prefix("--").filter(|_| is_first) {
                Some(text) => {
                    let text = text.strip_prefix(' ').unwrap_or(text);
                    self.above.note.push(text.strip_prefix("| ").unwrap_or(text).to_owned());
                }
                None => self.above.note.clear(),
            },
        }
        Ok(None)
    }

    /// Refuses text that an editor shows as a separate line and a database reads as the rest of a comment: a reader of the file
    /// would not see what is executed.
    fn no_hidden_line(&self, token: &Token<'_>) -> Result<()> {
        let Some((at, character)) = sql::hidden_line(token) else { return Ok(()) };
        let code = u32::from(character);
        let message =
            format!("the character U+{code:04X} looks like a line break, but the database does not treat it as one");
        Err(self.error(at, &message).hint("replace it by a line feed, or remove it"))
    }

    fn how(&mut self, how: How<'a>, offset: usize) -> Result<()> {
        if let Some((first, _)) = self.above.how {
            let message = format!("`-- gen: {}` stands above the same statement already", first.key());
            return Err(self.error(offset, &message).hint("leave one of the two"));
        }
        self.above.how = Some((how, offset));
        Ok(())
    }

    /// Takes the text between two markers as one statement. Returns the offset at which to continue.
    fn fenced(&mut self, start: usize, tag: &str) -> Result<usize> {
        let end = if tag.is_empty() { format!("-- gen: {END}") } else { format!("-- gen: {END} {tag}") };
        let rest = self.text.get(start..).unwrap_or_default();
        let body = start + rest.find('\n').map_or(rest.len(), |at| at + 1);
        let mut position = body;
        for line in self.text.get(body..).unwrap_or_default().split_inclusive('\n') {
            if line.trim().eq_ignore_ascii_case(&end) {
                let sql = self.text.get(body..position).unwrap_or_default();
                let tokens = sql::tokens(self.product, sql).unwrap_or_default();
                let needs = client::needs_client(self.product, &tokens).filter(|token| !token.is_symbol('\\'));
                if let Some(token) = needs {
                    return Err(self.client(&Token { start: body + token.start, ..*token }));
                }
                self.take(sql.strip_suffix('\n').unwrap_or(sql), body)?;
                return Ok(position + line.len());
            }
            position += line.len();
        }
        Err(self
            .error(start, "the statement that begins here has no end")
            .hint(format!("put the line `{end}` below it")))
    }
}

fn has_condition(product: Product, sql: &str) -> bool {
    sql::tokens(product, sql).is_ok_and(|tokens| tokens.iter().any(|token| token.is_word("WHERE")))
}

fn unterminated(error: Unterminated) -> Error {
    Error::new(error.to_string()).hint("close it, or put the statement between `-- gen: statement` and `-- gen: end`")
}

/// The two fingerprints of the header.
///
/// # Errors
/// The error for a header that names another product.
fn header(product: Product, text: &str) -> Result<(Option<String>, Option<String>, Merged)> {
    let (mut from, mut to, mut merged) = (None, None, Merged::default());
    for line in text.lines().take_while(|line| !ends_header(line)) {
        let Some(comment) = line.strip_prefix("--") else { continue };
        let said = restate::states(line);
        (from, to) = (said.0.or(from), said.1.or(to));
        merged.read(line);
        if let [_, last] = comment.split_whitespace().collect::<Vec<_>>().as_slice() {
            let named = last.strip_prefix('(').and_then(|last| last.strip_suffix(')'));
            if let Some(named) = named.and_then(|named| named.parse::<Product>().ok()).filter(|named| *named != product)
            {
                return Err(Error::new(format!("it is written for {named}, not for {product}"))
                    .hint(format!("move it to the folder of {}, or correct its first line", named.key())));
            }
        }
    }
    Ok((from, to, merged))
}

/// Whether a line is none of the header any more: it begins a section, or is neither blank nor a comment.
pub(super) fn ends_header(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("--") { matches!(mark(line), Mark::Section(_)) } else { !line.trim().is_empty() }
}
