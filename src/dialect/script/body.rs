//! Whether a statement is inside a body in which a semicolon does not end it.
//!
//! Must not know how text is cut into pieces.

use super::Product;
use super::lexer::{Kind, Piece};

/// What has been read of one statement.
pub(super) struct Body {
    product: Product,
    /// The statement's first words, until it is clear whether it creates a routine.
    words: usize,
    creates: bool,
    routine: bool,
    depth: usize,
    parentheses: usize,
    /// The last piece that was not blank.
    previous: String,
}

impl Body {
    pub(super) fn new(product: Product) -> Self {
        Self { product, words: 0, creates: false, routine: false, depth: 0, parentheses: 0, previous: String::new() }
    }

    /// Whether a semicolon that comes now belongs to the statement.
    pub(super) fn is_open(&self) -> bool {
        // PostgreSQL's rules hold several statements in parentheses, and psql counts them too.
        self.depth > 0 || (self.product == Product::Postgres && self.parentheses > 0)
    }

    /// Takes in the next piece; `next` looks at the one after it.
    pub(super) fn read<'a>(&mut self, piece: &Piece<'_>, next: impl Fn() -> &'a str) {
        match piece.kind {
            Kind::Space | Kind::Comment => return,
            Kind::Word => self.word(&piece.text.to_ascii_uppercase(), &next),
            Kind::Symbol => match piece.text {
                "(" => self.parentheses += 1,
                ")" => self.parentheses = self.parentheses.saturating_sub(1),
                _ => {}
            },
            Kind::ExecutableComment | Kind::String | Kind::Name => {}
        }
        self.previous = piece.text.to_ascii_uppercase();
    }

    fn word<'a>(&mut self, word: &str, next: &impl Fn() -> &'a str) {
        self.words += 1;
        let next_is = |words: &[&str]| words.iter().any(|other| next().eq_ignore_ascii_case(other));
        if self.words == 1 {
            self.creates = matches!(word, "CREATE" | "ALTER");
            if self.product == Product::MariaDb {
                // MariaDB runs compound statements outside of routines too; `BEGIN` alone starts a transaction.
                let block = word == "BEGIN" && next_is(&["NOT"]);
                if block || matches!(word, "IF" | "LOOP" | "WHILE" | "REPEAT" | "FOR") {
                    self.routine = true;
                    self.depth = 1;
                }
            }
            return;
        }
        if !self.routine {
            let kinds = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT"];
            self.routine = self.creates && self.parentheses == 0 && kinds.contains(&word);
            return;
        }
        match self.product {
            Product::Postgres => match word {
                "BEGIN" if self.depth == 0 && next_is(&["ATOMIC"]) => self.depth = 1,
                "CASE" if self.depth > 0 => self.depth += 1,
                "END" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            },
            Product::Sqlite => match word {
                "BEGIN" if self.depth == 0 => self.depth = 1,
                "CASE" if self.depth > 0 => self.depth += 1,
                "END" => self.depth = self.depth.saturating_sub(1),
                _ => {}
            },
            Product::MySql | Product::MariaDb => self.compound(word, &next_is),
        }
    }

    /// MySQL's compound statements: every block ends in `END`, which may name what it ends.
    fn compound(&mut self, word: &str, next_is: &impl Fn(&[&str]) -> bool) {
        if self.previous == "END" && matches!(word, "IF" | "CASE" | "LOOP" | "WHILE" | "REPEAT" | "FOR") {
            return;
        }
        match word {
            "END" => self.depth = self.depth.saturating_sub(1),
            "CASE" => self.depth += 1,
            "BEGIN" if self.depth == 0 || self.starts_statement() => self.depth += 1,
            // `IF(a, b, c)` and `REPEAT('x', 3)` are functions, `IF EXISTS` belongs to the statement it stands in.
            "IF" if next_is(&["NOT", "EXISTS"]) && self.depth == 0 => {}
            "IF" | "LOOP" | "WHILE" | "REPEAT" if self.starts_statement() => self.depth += 1,
            "FOR" if self.product == Product::MariaDb && self.depth > 0 && self.starts_statement() => self.depth += 1,
            _ => {}
        }
    }

    fn starts_statement(&self) -> bool {
        if self.depth == 0 {
            // The body follows the header: its parentheses, `FOR EACH ROW`, `DO`, or a characteristic.
            let header = ["ROW", "DO", ")", ":", "SQL", "DATA", "DETERMINISTIC", "DEFINER", "INVOKER"];
            return header.contains(&self.previous.as_str()) && self.parentheses == 0;
        }
        [";", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":", "ATOMIC"].contains(&self.previous.as_str())
    }
}
