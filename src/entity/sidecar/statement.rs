//! The text of a file: its tokens, its statements with their kinds, and the position of every byte.
//!
//! Must not know what a statement declares.

use std::ops::Range;
use std::path::Path;

use sea_gen_runner::sql::{self, Cutter, Piece, Rules};
use sqlparser::ast::Statement as Parsed;
use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserOptions};
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

use crate::schema::{DefinitionKind, Product, RoutineKind};

use super::super::schema_of;
use super::super::source::{SourceError, SourceLocation};
use super::{names, numbering};

/// The byte order mark that some editors write.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A file.
pub(super) struct Text<'t> {
    path: &'t Path,
    text: &'t str,
    grammar: Box<dyn Dialect>,
    /// Whether the file is for every product, so that quoted identifiers must be requoted for this one.
    portable: bool,
    product: Product,
    lines: sql::Lines,
    /// Tokens that are neither white space nor comments, with their bytes.
    tokens: Vec<(Token, Range<usize>)>,
    /// Tokens that are left out: the default schema before a name.
    left_out: Vec<Range<usize>>,
    /// The range of tokens of each statement.
    statements: Vec<Range<usize>>,
}

/// One statement of a file, without its semicolon.
pub(super) struct Statement<'t> {
    text: &'t Text<'t>,
    tokens: &'t [(Token, Range<usize>)],
    /// The `sql_mode` set before it (MySQL and MariaDB).
    mode: Option<String>,
}

/// The kind of a statement, by its first words.
pub(super) enum StatementKind {
    Index { method: Option<&'static str> },
    View,
    AlterTable,
    Comment,
    Definition(DefinitionKind),
    Routine(RoutineKind),
    Trigger,
    Data(String),
    Users(String),
    Drop,
    Table,
    Type,
    Other,
}

/// The error on a text that the parser does not know. The hint names the file for SQL of one product.
fn no_sql(path: &Path, meant: Option<Product>, product: Product, spot: SourceLocation, label: String) -> SourceError {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let hint = match meant {
        None => {
            format!("correct it, or, if only one database understands it, put it into `{stem}.{}.sql`", product.key())
        }
        Some(_) => {
            "correct it, or, if the database understands it, make it by a migration: `gen migration NAME --empty`"
                .to_owned()
        }
    };
    SourceError::new(spot, "this is not SQL", label).hint(hint)
}

impl<'t> Text<'t> {
    pub(super) fn read(
        path: &'t Path,
        text: &'t str,
        meant: Option<Product>,
        product: Product,
    ) -> Result<Self, SourceError> {
        let mut read = Self {
            path,
            text,
            grammar: super::grammar(meant),
            portable: meant.is_none(),
            product,
            lines: sql::Lines::of(text),
            tokens: Vec::new(),
            left_out: Vec::new(),
            statements: Vec::new(),
        };
        let line_at = |start: usize| {
            let rest = text.get(start..).unwrap_or_default();
            start..start + rest.find(['\n', '\r']).unwrap_or(rest.len())
        };
        let refused = |start: usize, why: &str| no_sql(path, meant, product, read.spot(line_at(start)), why.to_owned());
        if let Some(at) = text.find('\0') {
            return Err(refused(at, "a NUL character"));
        }
        let rules = if read.portable { Rules::portable(product) } else { Rules::of(product) };
        let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        let mut cut = Vec::new();
        for part in Cutter::new(rules, text.get(mark..).unwrap_or_default()) {
            match part.map_err(|error| refused(mark + error.offset, "opened here and never closed"))? {
                Piece::Statement(statement) if statement.is_open && sql::has_body(product, statement.text) => {
                    return Err(refused(mark + statement.start, "begins here and never ends"));
                }
                Piece::Statement(statement) => {
                    if let Some((at, _)) = statement.tokens.iter().find_map(sql::hidden_line) {
                        return Err(refused(mark + at, "looks like a line break here, and is none to the database"));
                    }
                    let start = mark + statement.start;
                    cut.push(start..start + statement.text.len());
                }
                Piece::Client(line) => {
                    return Err(refused(mark + line.start, "meant for a client, not for the server"));
                }
                Piece::Between(_) | Piece::End => {}
            }
        }
        for statement in cut {
            read.tokenize(statement, meant)?;
        }
        Ok(read)
    }

    /// The tokens of one statement for the parser.
    fn tokenize(&mut self, statement: Range<usize>, meant: Option<Product>) -> Result<(), SourceError> {
        let text = self.text.get(statement.clone()).unwrap_or_default();
        let bytes = Bytes::of(text);
        let mut found: Vec<TokenWithSpan> = Vec::new();
        let outcome =
            Tokenizer::new(&*self.grammar, text).with_unescape(false).tokenize_with_location_into_buf(&mut found);
        if let Err(error) = outcome {
            let start = bytes.at(error.location).min(text.len());
            let rest = text.get(start..).unwrap_or_default();
            let end = start + rest.find('\n').unwrap_or(rest.len());
            let spot = self.spot(statement.start + start..statement.start + end);
            return Err(no_sql(self.path, meant, self.product, spot, error.message));
        }
        let first = self.tokens.len();
        let at = |location| statement.start + bytes.at(location);
        let kept = found.into_iter().filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::EOF));
        let kept = kept.map(|token| (token.token, at(token.span.start)..at(token.span.end)));
        let whole = self.text;
        let written = |span: &Range<usize>| whole.get(span.clone()).unwrap_or_default();
        let kept: Vec<_> = kept.map(|(token, span)| (in_its_digits(token, written(&span)), span)).collect();
        let is_alias = names_default_schema(&kept, self.product);
        let mut kept = kept.into_iter().peekable();
        while let Some((token, span)) = kept.next() {
            let is_first = !is_alias
                && self.tokens.get(first..).and_then(<[_]>::last).is_none_or(|(last, _)| *last != Token::Period);
            match kept
                .next_if(|(next, _)| is_first && *next == Token::Period && is_default_schema(&token, self.product))
            {
                Some((_, dot)) => self.left_out.push(span.start..dot.end),
                None => self.tokens.push((token, span)),
            }
        }
        self.statements.push(first..self.tokens.len());
        Ok(())
    }

    /// The text between two tokens.
    fn between(&self, end: usize, start: usize) -> &str {
        let next = self.left_out.get(self.left_out.partition_point(|left| left.start < end));
        let until = next.filter(|left| left.end <= start).map_or(start, |left| left.start);
        self.text.get(end..until).unwrap_or(" ")
    }

    /// The statements, without those that set the `sql_mode` of later ones.
    pub(super) fn statements(&'t self) -> Vec<Statement<'t>> {
        let mut mode = None;
        let tokens = self.statements.iter().filter_map(|range| self.tokens.get(range.clone()));
        let statements = tokens.filter(|tokens| !tokens.is_empty()).filter_map(|tokens| {
            let statement = Statement { text: self, tokens, mode: mode.clone() };
            match sql::mode_of(self.product, &statement.whole()).filter(|_| !self.portable) {
                None => Some(statement),
                Some(set) => {
                    mode = set;
                    None
                }
            }
        });
        statements.collect()
    }

    fn spot(&self, span: Range<usize>) -> SourceLocation {
        SourceLocation { file: self.path.into(), line: self.lines.line(span.start), span }
    }
}

impl<'t> Statement<'t> {
    pub(super) fn product(&self) -> Product {
        self.text.product
    }

    /// The statement as if it ended before a token.
    pub(super) fn first(&self, tokens: usize) -> Self {
        Self { text: self.text, tokens: self.tokens.get(..tokens).unwrap_or(self.tokens), mode: self.mode.clone() }
    }

    /// The whole statement.
    pub(super) fn spot(&self) -> SourceLocation {
        self.text.spot(self.span())
    }

    /// The words that determine its kind.
    pub(super) fn first_words(&self) -> SourceLocation {
        let start = self.span().start;
        let mut words = self.tokens.iter().take(2).filter(|(token, _)| matches!(token, Token::Word(_)));
        let end = words.next_back().map_or(start, |(_, span)| span.end);
        self.text.spot(start..end.max(start))
    }

    pub(super) fn tokens(&self) -> &'t [(Token, Range<usize>)] {
        self.tokens
    }

    fn span(&self) -> Range<usize> {
        let start = self.tokens.first().map_or(0, |(_, span)| span.start);
        let end = self.tokens.last().map_or(start, |(_, span)| span.end);
        start..end
    }

    /// The first position of a word, for an error message.
    pub(super) fn spot_of(&self, word: &str) -> SourceLocation {
        let found = self.tokens.iter().find(|(token, _)| matches!(token, Token::Word(found) if found.value == word));
        found.map_or_else(|| self.spot(), |(_, span)| self.text.spot(span.clone()))
    }

    pub(super) fn kind(&self) -> StatementKind {
        let mut words: Vec<String> = Vec::new();
        let mut qualified = false;
        for (token, _) in self.tokens {
            match token {
                // A name with its schema counts as one word.
                Token::Word(_) if qualified => qualified = false,
                Token::Period => qualified = true,
                Token::Word(word) if word.quote_style.is_none() => words.push(word.value.to_uppercase()),
                // `CREATE DEFINER = …`, `ALGORITHM = …`.
                Token::Eq => words.push("=".to_owned()),
                _ => break,
            }
        }
        let first = words.first().map_or("", String::as_str);
        let second = words.get(1).map_or("", String::as_str);
        if let Some(kind) = super::definition::kind_of(&words) {
            return StatementKind::Definition(kind);
        }
        match first {
            "CREATE" => self.created(second),
            "ALTER" if second == "TABLE" => StatementKind::AlterTable,
            "ALTER" if matches!(second, "USER" | "ROLE") => StatementKind::Users(format!("{first} {second}")),
            "COMMENT" => StatementKind::Comment,
            "GRANT" | "REVOKE" | "REASSIGN" => StatementKind::Users(first.to_owned()),
            "INSERT" | "UPDATE" | "DELETE" | "TRUNCATE" | "MERGE" | "REPLACE" | "COPY" | "LOAD" | "SELECT" | "WITH"
            | "CALL" | "DO" | "VALUES" | "EXECUTE" => StatementKind::Data(first.to_owned()),
            "DROP" => StatementKind::Drop,
            _ => StatementKind::Other,
        }
    }

    /// The kind of the created object: the first keyword, since the same words may be names later on.
    fn created(&self, second: &str) -> StatementKind {
        let kinds = self.tokens.iter().take(14).filter_map(|(token, _)| match token {
            Token::Word(word) if word.quote_style.is_none() => match word.keyword {
                Keyword::TRIGGER => Some(StatementKind::Trigger),
                Keyword::FUNCTION => Some(StatementKind::Routine(RoutineKind::Function)),
                Keyword::PROCEDURE => Some(StatementKind::Routine(RoutineKind::Procedure)),
                Keyword::VIEW => Some(StatementKind::View),
                Keyword::EVENT if second == "DEFINER" => Some(StatementKind::Definition(DefinitionKind::Event)),
                Keyword::TABLE => Some(StatementKind::Table),
                Keyword::TYPE => Some(StatementKind::Type),
                Keyword::USER | Keyword::ROLE => {
                    Some(StatementKind::Users(format!("CREATE {}", word.value.to_uppercase())))
                }
                Keyword::INDEX => Some(StatementKind::Index {
                    method: match second {
                        "FULLTEXT" => Some("fulltext"),
                        "SPATIAL" => Some("spatial"),
                        "VECTOR" => Some("vector"),
                        _ => None,
                    },
                }),
                _ => None,
            },
            _ => None,
        });
        kinds.into_iter().next().unwrap_or(StatementKind::Other)
    }

    /// Parses the statement for the product.
    pub(super) fn parse(&self) -> Result<Parsed, SourceError> {
        self.parse_without(|_, _| false)
    }

    /// The same without tokens that the parser does not know, by their positions.
    pub(super) fn parse_without(&self, left_out: impl Fn(usize, &Token) -> bool) -> Result<Parsed, SourceError> {
        let kept = self.tokens.iter().enumerate().filter(|(at, (token, _))| !left_out(*at, token));
        let mut kept: Vec<_> = kept.map(|(_, (token, span))| (self.requoted(token), span.clone())).collect();
        numbering::in_order(&mut kept);
        self.parse_tokens(kept)
    }

    /// The name and arguments of a routine, without its body: the parser does not read every language, and reads the
    /// arguments of a function better than those of a procedure.
    pub(super) fn parse_signature(&self) -> Result<Parsed, SourceError> {
        let mut depth = 0_usize;
        let close = self.tokens.iter().position(|(token, _)| match token {
            Token::LParen => {
                depth += 1;
                false
            }
            Token::RParen => {
                depth = depth.saturating_sub(1);
                depth == 0
            }
            _ => false,
        });
        let head = self.tokens.get(..=close.unwrap_or(usize::MAX - 1)).unwrap_or(self.tokens);
        let as_function = head.iter().map(|(token, span)| match token {
            Token::Word(word) if word.keyword == Keyword::PROCEDURE && word.quote_style.is_none() => {
                (Token::make_keyword("FUNCTION"), span.clone())
            }
            token => (self.requoted(token), span.clone()),
        });
        self.parse_tokens(as_function.collect())
    }

    fn parse_tokens(&self, tokens: Vec<(Token, Range<usize>)>) -> Result<Parsed, SourceError> {
        let located = tokens.iter().map(|(token, span)| {
            // The parser does not interpret positions, so a byte offset can be passed as the column.
            let location = Location { line: 1, column: span.start as u64 };
            TokenWithSpan { token: token.clone(), span: sqlparser::tokenizer::Span { start: location, end: location } }
        });
        // `COMMENT ON` declares a comment for every product, also where the database has another statement.
        let general = sqlparser::dialect::GenericDialect {};
        let grammar = if matches!(self.kind(), StatementKind::Comment) { &general } else { &*self.text.grammar };
        let mut parser = Parser::new(grammar)
            .with_options(ParserOptions::new().with_unescape(false))
            .with_tokens_with_locations(located.collect());
        let (message, at) = match parser.parse_statement() {
            Ok(parsed) if matches!(parser.peek_token_ref().token, Token::EOF) => return Ok(parsed),
            Ok(_) => {
                let at = parser.peek_token_ref();
                (format!("did not expect `{}`", at.token), Some(at.span.start.column))
            }
            Err(error) => {
                let (message, at) = super::parted(&error.to_string());
                let last_read = || parser.get_current_token().span.start.column;
                // An incomplete statement is reported at its last word.
                let at = at.or_else(|| (!message.ends_with("found: EOF")).then(last_read));
                (message, at)
            }
        };
        let found = self.tokens.iter().find(|(_, span)| at == Some(span.start as u64));
        let span = found.or(self.tokens.last()).map_or(0..0, |(_, span)| span.clone());
        let Text { path, portable, product, .. } = *self.text;
        Err(no_sql(path, (!portable).then_some(product), product, self.text.spot(span), message))
    }

    fn requoted(&self, token: &Token) -> Token {
        match token {
            Token::Word(word) if self.text.portable && word.quote_style.is_some() => {
                let mut word = word.clone();
                let from = word.quote_style.unwrap_or('"');
                let to = quote(self.text.product);
                word.value = word.value.replace(&format!("{from}{from}"), &from.to_string());
                word.value = word.value.replace(to, &format!("{to}{to}"));
                word.quote_style = Some(to);
                Token::Word(word)
            }
            other => other.clone(),
        }
    }

    /// The text of a range of tokens for the product.
    pub(super) fn sql(&self, tokens: Range<usize>) -> String {
        let mut sql = String::new();
        let mut end: Option<usize> = None;
        for (token, span) in self.tokens.get(tokens).unwrap_or_default() {
            if let Some(end) = end {
                sql.push_str(self.text.between(end, span.start));
            }
            match self.requoted(token) {
                Token::Word(word) if word.quote_style.is_some() && self.text.portable => {
                    sql.push_str(&word.to_string())
                }
                _ => sql.push_str(self.text.text.get(span.clone()).unwrap_or_default()),
            }
            end = Some(span.end);
        }
        // Line endings depend on the checkout and are not part of the declaration.
        if sql.contains('\r') { sql.replace("\r\n", "\n") } else { sql }
    }

    /// The whole text for the product.
    pub(super) fn whole(&self) -> String {
        self.sql(0..self.tokens.len())
    }

    /// The whole text of an object with a body, after the `sql_mode` it is created under, if one is set.
    pub(super) fn definition(&self) -> String {
        match &self.mode {
            None => self.whole(),
            Some(mode) => format!("SET sql_mode = '{}';\n{}", mode.replace('\'', "''"), self.whole()),
        }
    }
}

/// Keeps a hexadecimal number: the parser would print it as a string, which MariaDB reads as text.
fn in_its_digits(token: Token, written: &str) -> Token {
    match token {
        Token::HexStringLiteral(_) if written.starts_with('0') => Token::Number(written.to_owned(), false),
        other => other,
    }
}

/// Whether a word names the default schema.
fn is_default_schema(token: &Token, product: Product) -> bool {
    let Token::Word(word) = token else { return false };
    let ident = word.clone().into_ident(sqlparser::tokenizer::Span::empty());
    schema_of(product, names::folded(&ident, product)).is_none()
}

/// Whether a table or an alias has the name of the default schema.
fn names_default_schema(tokens: &[(Token, Range<usize>)], product: Product) -> bool {
    // In these statements `PUBLIC` is the role of everybody.
    if tokens.first().is_some_and(|(token, _)| is_word(token, "GRANT") || is_word(token, "REVOKE")) {
        return false;
    }
    tokens.iter().enumerate().any(|(at, (token, _))| {
        let beside = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|(token, _)| token);
        let (before, next) = (beside(at.checked_sub(1)), beside(Some(at + 1)));
        let is_role = before.is_some_and(|before| is_word(before, "TO"));
        is_default_schema(token, product) && next != Some(&Token::Period) && before != Some(&Token::Period) && !is_role
    })
}

/// Whether a token is this word, without quotes.
pub(super) fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}

/// Whether a token is this keyword, without quotes.
pub(super) fn is(token: &Token, keyword: Keyword) -> bool {
    matches!(token, Token::Word(word) if word.keyword == keyword && word.quote_style.is_none())
}

/// The quote of identifiers.
fn quote(product: Product) -> char {
    match product {
        Product::MySql | Product::MariaDb => '`',
        Product::Postgres | Product::Sqlite => '"',
    }
}

/// Converts the tokenizer's lines and columns, which count characters, to bytes.
struct Bytes {
    length: usize,
    lines: Vec<LineStart>,
}

struct LineStart {
    start: usize,
    /// The byte offset of each character of a line that is not ASCII.
    characters: Option<Vec<usize>>,
}

impl Bytes {
    fn of(text: &str) -> Self {
        let mut start = 0;
        let lines = text.split_inclusive('\n').map(|line| {
            let characters = (!line.is_ascii()).then(|| line.char_indices().map(|(at, _)| start + at).collect());
            let found = LineStart { start, characters };
            start += line.len();
            found
        });
        Self { lines: lines.collect(), length: text.len() }
    }

    fn at(&self, location: Location) -> usize {
        let line = usize::try_from(location.line).unwrap_or(1).saturating_sub(1);
        let column = usize::try_from(location.column).unwrap_or(1).saturating_sub(1);
        let Some(line) = self.lines.get(line) else { return self.length };
        match &line.characters {
            Some(characters) => characters.get(column).copied().unwrap_or(self.length),
            None => (line.start + column).min(self.length),
        }
    }
}
