//! Reading a migration file, written by us or by hand.
//!
//! Must not know where the file lies.

use crate::dialect::script::{self, lexer};
use crate::dialect::{Product, Statement};
use crate::error::{Error, Result};
use crate::project::MigrationId;

use super::{BATCHES, BEGIN, CHECK, END, Heading, Migration, NO_TRANSACTION, STEP, Section};

/// Reads the text of a migration's file. What is not a marker, a note or a statement is a comment and is left out.
///
/// # Errors
/// Where the text cannot be cut into sections and statements without guessing, with the line.
pub fn parse(id: MigrationId, product: Product, text: &str) -> Result<Migration> {
    let text = unified(text);
    let (from, to) = header(product, &text)?;
    let mut migration = Migration { id, product, from, to, up: Vec::new(), down: Vec::new() };
    for (section, statement) in sections(product, &text)? {
        match section {
            Section::Up => migration.up.push(statement),
            Section::Down => migration.down.push(statement),
        }
    }
    Ok(migration)
}

/// Reads what stands before the statements of a migration's file, and nothing else of it.
///
/// # Errors
/// It is written for another product.
pub(super) fn heading(id: MigrationId, product: Product, text: &str) -> Result<Heading> {
    let (from, to) = header(product, unmarked(text))?;
    Ok(Heading { id, from, to })
}

/// Whether all that stands before the statements is in the beginning of a file.
pub(super) fn has_heading(beginning: &str) -> bool {
    unmarked(beginning).lines().any(ends_header)
}

/// The text without a byte order mark.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The text without a byte order mark and, where a checkout has given every line a carriage return, without those.
fn unified(text: &str) -> String {
    let text = unmarked(text);
    let converted = text.matches("\r\n").count() == text.matches('\n').count();
    if converted { text.replace("\r\n", "\n") } else { text.to_owned() }
}

/// The statements of both sections in the order of the file.
pub(super) fn sections(product: Product, text: &str) -> Result<Vec<(Section, Statement)>> {
    let mut reader =
        Reader { product, text, section: None, seen: Vec::new(), above: Above::default(), found: Vec::new() };
    let mut start = 0;
    let mut position = 0;
    while let Some(piece) = lexer::piece_at(product, text, position).map_err(unterminated)? {
        position = piece.end();
        let first_in_line = text.get(..piece.start).is_some_and(|before| before.is_empty() || before.ends_with('\n'));
        if piece.kind != lexer::Kind::Comment || !first_in_line {
            continue;
        }
        let mark = mark(piece.text);
        if matches!(mark, Mark::None | Mark::How(_)) || !reader.is_closed(start, piece.start) {
            continue;
        }
        reader.plain(start, piece.start)?;
        match mark {
            Mark::Section(section) => reader.enter(section, piece.start)?,
            Mark::Step(name) => reader.step(name, piece.start)?,
            Mark::Begin(tag) => position = reader.fenced(piece.start, tag)?,
            Mark::Unknown => {
                return Err(reader
                    .error(piece.start, &format!("`{}` is not a mark", piece.text.trim_end()))
                    .hint(format!(
                        "the marks are `-- gen: {NO_TRANSACTION}`, `-- gen: {CHECK} WHAT MUST NOT BE`, `-- gen: {BATCHES}`, \
                         `-- gen: {BEGIN}` and `-- gen: {END}`"
                    )));
            }
            Mark::None | Mark::How(_) => {}
        }
        start = position;
    }
    if !reader.is_closed(start, text.len()) {
        let at =
            start + text.get(start..).unwrap_or_default().find(|letter: char| !letter.is_whitespace()).unwrap_or(0);
        return Err(reader.error(at, "what begins here or below never ends").hint(
            "an `END` or a closing parenthesis may be missing; a body that cannot be told by semicolons goes between \
             `-- gen: statement` and `-- gen: end`",
        ));
    }
    reader.plain(start, text.len())?;
    reader.nothing_above(text.len())?;
    if !reader.seen.contains(&Section::Up) {
        return Err(Error::new("there is no `-- UP` line in it")
            .hint("put the line `-- UP` above what leads forward, and `-- DOWN` above what leads back"));
    }
    Ok(reader.found)
}

/// A comment that means something to us.
#[derive(Clone, Copy)]
enum Mark<'a> {
    None,
    Section(Section),
    Step(&'a str),
    How(How<'a>),
    Begin(&'a str),
    Unknown,
}

/// How the statement below is run.
#[derive(Clone, Copy)]
enum How<'a> {
    NoTransaction,
    Check(&'a str),
    Batches,
}

fn mark(comment: &str) -> Mark<'_> {
    let Some(text) = comment.strip_prefix("--") else { return Mark::None };
    let word = text.trim_matches(|letter: char| letter.is_whitespace() || ":=-*+!<>[]#.".contains(letter));
    if word.eq_ignore_ascii_case("up") {
        return Mark::Section(Section::Up);
    }
    if word.eq_ignore_ascii_case("down") {
        return Mark::Section(Section::Down);
    }
    let text = text.trim();
    if let Some(name) = text.strip_prefix(STEP).filter(|rest| rest.is_empty() || rest.starts_with([' ', ':'])) {
        return Mark::Step(name.trim_start_matches(':').trim());
    }
    let Some(ours) = text.get(..4).filter(|start| start.eq_ignore_ascii_case("gen:")).and_then(|_| text.get(4..))
    else {
        return Mark::None;
    };
    let ours = ours.trim();
    if ours.eq_ignore_ascii_case(NO_TRANSACTION) {
        return Mark::How(How::NoTransaction);
    }
    match ours.split_once(char::is_whitespace).unwrap_or((ours, "")) {
        (word, message) if word.eq_ignore_ascii_case(CHECK) && !message.trim().is_empty() => {
            Mark::How(How::Check(message.trim()))
        }
        (word, "") if word.eq_ignore_ascii_case(BATCHES) => Mark::How(How::Batches),
        (word, tag) if word.eq_ignore_ascii_case(BEGIN) => Mark::Begin(tag.trim()),
        _ => Mark::Unknown,
    }
}

impl How<'_> {
    fn key(self) -> &'static str {
        match self {
            Self::NoTransaction => NO_TRANSACTION,
            Self::Check(_) => CHECK,
            Self::Batches => BATCHES,
        }
    }
}

/// Whether a line of a note would be read as something else.
pub(super) fn needs_bar(line: &str) -> bool {
    line != line.trim() || line.starts_with('|') || !matches!(mark(&format!("-- {line}")), Mark::None)
}

/// What stands directly above a statement.
#[derive(Default)]
struct Above<'a> {
    note: Vec<String>,
    /// With where it stands.
    how: Option<(How<'a>, usize)>,
    step: Option<(&'a str, usize)>,
}

struct Reader<'a> {
    product: Product,
    text: &'a str,
    section: Option<Section>,
    seen: Vec<Section>,
    above: Above<'a>,
    found: Vec<(Section, Statement)>,
}

impl<'a> Reader<'a> {
    fn error(&self, offset: usize, message: &str) -> Error {
        let before = self.text.get(..offset).unwrap_or_default();
        Error::new(format!("line {}: {message}", before.matches('\n').count() + 1))
    }

    /// Whether a statement could begin after this part of the text: no body or parenthesis is open.
    fn is_closed(&self, start: usize, end: usize) -> bool {
        const NEXT: &str = "sea_gen_next";
        let part = self.text.get(start..end).unwrap_or_default();
        let statements = script::split(self.product, &format!("{part}\n;\n{NEXT}"));
        statements.is_ok_and(|statements| statements.last().is_some_and(|last| last == NEXT))
    }

    fn enter(&mut self, section: Section, offset: usize) -> Result<()> {
        self.nothing_above(offset)?;
        if self.seen.contains(&section) {
            let name = match section {
                Section::Up => "UP",
                Section::Down => "DOWN",
            };
            return Err(self.error(offset, &format!("there is a second `-- {name}`")).hint("put both parts under one"));
        }
        self.seen.push(section);
        self.section = Some(section);
        Ok(())
    }

    /// Nothing may be marked that is not there.
    fn nothing_above(&mut self, offset: usize) -> Result<()> {
        let above = std::mem::take(&mut self.above);
        match (above.how, above.step) {
            (None, None) => Ok(()),
            (Some((how, marked)), _) => Err(self
                .error(marked.min(offset), &format!("no statement follows `-- gen: {}`", how.key()))
                .hint("put it directly above its statement, or remove it")),
            (None, Some((name, marked))) => {
                let mark = format!("-- {STEP} {name}");
                Err(self
                    .error(marked.min(offset), &format!("no statement follows `{}`", mark.trim_end()))
                    .hint("a step without statements is none: remove it"))
            }
        }
    }

    fn step(&mut self, name: &'a str, offset: usize) -> Result<()> {
        self.nothing_above(offset)?;
        self.above.step = Some((name, offset));
        Ok(())
    }

    fn take(&mut self, sql: &str, offset: usize) -> Result<()> {
        let Some(section) = self.section else {
            return Err(self
                .error(offset, "a statement stands before `-- UP`")
                .hint("put the line `-- UP` above the first statement"));
        };
        let Above { note, how, step } = std::mem::take(&mut self.above);
        let note = (!note.is_empty()).then(|| note.join("\n"));
        let statement = match how {
            None => Statement::new(sql),
            Some((How::NoTransaction, _)) => Statement { transactional: false, ..Statement::new(sql) },
            Some((How::Check(message), _)) => Statement::check(sql, message),
            Some((How::Batches, _)) if !has_condition(self.product, sql) => {
                return Err(self
                    .error(
                        offset,
                        &format!("`-- gen: {BATCHES}` stands above a statement without WHERE, which would never end"),
                    )
                    .hint("say by WHERE which rows are still to be changed: it is sent until it finds none"));
            }
            Some((How::Batches, _)) => Statement::batches(sql),
        };
        let statement = Statement { note, step: step.map(|(name, _)| name.to_owned()), ..statement };
        self.found.push((section, statement));
        Ok(())
    }

    /// Takes the statements of a part without marks that cut it.
    fn plain(&mut self, start: usize, end: usize) -> Result<()> {
        let part = self.text.get(..end).unwrap_or_default();
        let statements = script::split(self.product, part.get(start..).unwrap_or_default()).map_err(unterminated)?;
        let mut position = start;
        for statement in statements {
            position = self.gap(part, position, Some(&statement))?;
            self.take(&statement, position)?;
            position += statement.len();
        }
        self.gap(part, position, None).map(drop)
    }

    /// Reads what stands between statements, up to where `next` begins.
    fn gap(&mut self, part: &'a str, mut position: usize, next: Option<&str>) -> Result<usize> {
        while let Some(piece) = lexer::piece_at(self.product, part, position).map_err(unterminated)? {
            if !piece.is_blank()
                && next.is_some_and(|next| part.get(position..).is_some_and(|rest| rest.starts_with(next)))
            {
                break;
            }
            position = piece.end();
            match piece.kind {
                lexer::Kind::Space => {
                    if piece.text.matches('\n').count() > 1 {
                        self.above.note.clear();
                    }
                }
                lexer::Kind::Comment => self.comment(part, &piece)?,
                // The semicolon, or the client's own delimiter and the line that sets it.
                _ if piece.is_word("DELIMITER") => {
                    position += part.get(position..).unwrap_or_default().lines().next().unwrap_or_default().len();
                }
                _ => self.above.note.clear(),
            }
        }
        Ok(position)
    }

    fn comment(&mut self, part: &str, piece: &lexer::Piece<'a>) -> Result<()> {
        let line = part.get(..piece.start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        let Some(text) = piece.text.strip_prefix("--").filter(|_| line.trim().is_empty()) else {
            self.above.note.clear();
            return Ok(());
        };
        if let Mark::How(how) = mark(piece.text) {
            if let Some((first, _)) = self.above.how {
                let message = format!("`-- gen: {}` stands above the same statement already", first.key());
                return Err(self.error(piece.start, &message).hint("leave one of the two"));
            }
            self.above.how = Some((how, piece.start));
            return Ok(());
        }
        let text = text.strip_prefix(' ').unwrap_or(text);
        self.above.note.push(text.strip_prefix("| ").unwrap_or(text).to_owned());
        Ok(())
    }

    /// Takes what stands between two marks as one statement, whatever it is. Gives back where it goes on.
    fn fenced(&mut self, start: usize, tag: &str) -> Result<usize> {
        let end = if tag.is_empty() { format!("-- gen: {END}") } else { format!("-- gen: {END} {tag}") };
        let rest = self.text.get(start..).unwrap_or_default();
        let body = start + rest.find('\n').map_or(rest.len(), |at| at + 1);
        let mut position = body;
        for line in self.text.get(body..).unwrap_or_default().split_inclusive('\n') {
            if line.trim().eq_ignore_ascii_case(&end) {
                let sql = self.text.get(body..position).unwrap_or_default();
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
    lexer::pieces(product, sql).is_ok_and(|pieces| pieces.iter().any(|piece| piece.is_word("WHERE")))
}

fn unterminated(error: script::Unterminated) -> Error {
    Error::new(error.to_string()).hint("close it, or put the statement between `-- gen: statement` and `-- gen: end`")
}

/// The two fingerprints of the header.
///
/// # Errors
/// The header says that the file is for another product.
fn header(product: Product, text: &str) -> Result<(Option<String>, Option<String>)> {
    let (mut from, mut to) = (None, None);
    for line in text.lines().take_while(|line| !ends_header(line)) {
        let Some(comment) = line.strip_prefix("--") else { continue };
        let said = states(line);
        (from, to) = (said.0.or(from), said.1.or(to));
        if let [_, last] = comment.split_whitespace().collect::<Vec<_>>().as_slice() {
            let named = last.strip_prefix('(').and_then(|last| last.strip_suffix(')'));
            if let Some(named) = named.and_then(|named| named.parse::<Product>().ok()).filter(|named| *named != product)
            {
                return Err(Error::new(format!("it is written for {named}, not for {product}"))
                    .hint(format!("move it to the folder of {}, or correct its first line", named.key())));
            }
        }
    }
    Ok((from, to))
}

/// The fingerprints of the states that a line of the header says the migration leads from and to.
pub(super) fn states(line: &str) -> (Option<String>, Option<String>) {
    let is_fingerprint = |text: &str| text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words: Vec<&str> = line.strip_prefix("--").unwrap_or_default().split_whitespace().collect();
    match words.as_slice() {
        ["from", start, "to", end] if is_fingerprint(start) && is_fingerprint(end) => {
            (Some((*start).to_owned()), Some((*end).to_owned()))
        }
        ["from", start] if is_fingerprint(start) => (Some((*start).to_owned()), None),
        ["to", end] if is_fingerprint(end) => (None, Some((*end).to_owned())),
        _ => (None, None),
    }
}

/// Whether a line is none of the header any more: it begins a section, or is neither blank nor a comment.
pub(super) fn ends_header(line: &str) -> bool {
    if line.starts_with("--") { matches!(mark(line), Mark::Section(_)) } else { !line.trim().is_empty() }
}
