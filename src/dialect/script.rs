//! SQL scripts: cutting text into statements, and the form of a script that counts for its checksum.
//!
//! Must not know what the statements do.

mod body;
pub mod dump;
pub(crate) mod lexer;
#[cfg(test)]
mod tests;

use super::Product;
use body::Body;
use lexer::{Kind, Piece};

/// A quote or comment that is opened and never closed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: `{opening}` is opened here and never closed")]
pub struct Unterminated {
    /// Where it is opened, in bytes from the start of the script.
    pub offset: usize,
    /// The line it is opened on, counted from 1.
    pub line: usize,
    /// How it starts.
    pub opening: String,
}

impl Unterminated {
    fn at(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or_default();
        let opening = text.get(offset..).unwrap_or_default();
        let opening = opening.lines().next().unwrap_or_default().chars().take(20).collect();
        Self { offset, line: before.matches('\n').count() + 1, opening }
    }
}

/// Cuts a script into statements, without final semicolons and without comments standing between statements. Quotes,
/// dollar quotes, comments, the bodies of triggers and routines and the MySQL client's `DELIMITER` lines are respected.
///
/// # Errors
/// A quote or a comment that is never closed.
pub fn split(product: Product, script: &str) -> Result<Vec<String>, Unterminated> {
    let statements = cut(product, script)?;
    Ok(statements
        .into_iter()
        .filter_map(|pieces| {
            let (first, last) = (pieces.first()?, pieces.last()?);
            script.get(first.start..last.end()).map(str::to_owned)
        })
        .collect())
}

/// The form of a script that counts for its checksum: its statements joined by `;` and a line break, without comments, line
/// endings unified, runs of white space outside quotes collapsed to one space. A script that cannot be cut counts as it is.
pub fn significant(product: Product, script: &str) -> String {
    // Line endings are unified inside quotes too: a checkout on another system must not change a checksum.
    let script = script.replace("\r\n", "\n");
    let Ok(statements) = cut(product, &script) else { return script };
    let mut texts = Vec::with_capacity(statements.len());
    for pieces in statements {
        let mut text = String::new();
        let mut blank = false;
        for piece in pieces {
            if piece.is_blank() {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                text.push(' ');
            }
            text.push_str(piece.text);
        }
        texts.push(text);
    }
    texts.join(";\n")
}

/// The statements as pieces; none begins or ends with a blank one.
fn cut(product: Product, script: &str) -> Result<Vec<Vec<Piece<'_>>>, Unterminated> {
    let mysql = matches!(product, Product::MySql | Product::MariaDb);
    let mut statements = Vec::new();
    let mut statement: Vec<Piece<'_>> = Vec::new();
    let mut delimiter: &str = ";";
    let mut body = Body::new(product);
    let mut position = 0;
    while let Some(piece) = lexer::piece_at(product, script, position)? {
        if mysql && statement.is_empty() && piece.is_word("DELIMITER") {
            let line = script.get(piece.end()..).unwrap_or_default().lines().next().unwrap_or_default();
            if let Some(word) = line.split_whitespace().next() {
                delimiter = word;
            }
            position = piece.end() + line.len();
            continue;
        }
        let delimited = match piece.kind {
            Kind::Word | Kind::Symbol => delimiter_in(script, &piece, delimiter),
            Kind::Space | Kind::Comment | Kind::ExecutableComment | Kind::String | Kind::Name => None,
        };
        // With a delimiter of one's own, bodies need no watching.
        let ends = delimited.filter(|_| delimiter != ";" || !body.is_open());
        let piece = match ends {
            Some(0) => {
                position = piece.start + delimiter.len();
                finish(&mut statements, &mut statement);
                body = Body::new(product);
                continue;
            }
            Some(length) => Piece { text: piece.text.get(..length).unwrap_or_default(), ..piece },
            None => piece,
        };
        position = piece.end();
        if piece.is_blank() && statement.is_empty() {
            continue;
        }
        body.read(&piece, || next_word(product, script, position));
        statement.push(piece);
    }
    finish(&mut statements, &mut statement);
    Ok(statements)
}

/// Where in a piece the delimiter begins: `END$$` is one word.
fn delimiter_in(script: &str, piece: &Piece<'_>, delimiter: &str) -> Option<usize> {
    if script.get(piece.start..).is_some_and(|rest| rest.starts_with(delimiter)) {
        return Some(0);
    }
    piece.text.find(delimiter)
}

fn finish<'a>(statements: &mut Vec<Vec<Piece<'a>>>, statement: &mut Vec<Piece<'a>>) {
    while statement.last().is_some_and(Piece::is_blank) {
        statement.pop();
    }
    if !statement.is_empty() {
        statements.push(std::mem::take(statement));
    }
}

/// The next piece that is not blank, as text; empty at the end and before anything unterminated.
fn next_word(product: Product, script: &str, mut position: usize) -> &str {
    while let Ok(Some(piece)) = lexer::piece_at(product, script, position) {
        if !piece.is_blank() {
            return piece.text;
        }
        position = piece.end();
    }
    ""
}
