//! MySQL's and MariaDB's compound statements: the bodies of routines, triggers and events, and MariaDB's blocks outside of any.
//!
//! `BEGIN`, `END`, `EVENT` and others are names as well, so a word counts only where its statement can stand. Must not know
//! how text is cut into tokens.

use crate::Product;

use super::super::{Token, TokenKind};

/// An open block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Begin,
    If,
    Loop,
    While,
    Repeat,
    For,
    Case,
    /// `CASE` inside an expression, which ends with `END` too.
    Expression,
}

/// The grammatical position of the next token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In the first keywords, which determine whether it has a body.
    Head,
    /// After `DEFINER`.
    Definer,
    /// Between the first words and the body.
    Header(Made),
    /// Before the body of a trigger, where `FOLLOWS` or `PRECEDES` may occur.
    Order,
    /// At the name of the trigger it follows.
    Followed,
    /// Where a statement of the body begins.
    Start,
    /// After a word that may be a label.
    Label,
    /// After the `END` of a block, where its label may follow.
    End,
    /// Inside a statement.
    Inside,
    /// Inside `DECLARE`.
    Declaration,
    /// Among the conditions of a handler; whether one is complete, so that a statement may follow.
    Handler(bool),
    /// In the condition of `UNTIL`.
    Until,
    /// In a statement without a body.
    Plain,
}

/// The kinds of objects with a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    Trigger,
    Event,
    /// A routine, and whether its parameters have been read.
    Routine(bool),
}

/// The state after the tokens read so far of one statement.
pub(in super::super) struct Compound {
    product: Product,
    place: Place,
    blocks: Vec<Block>,
    parentheses: usize,
    words: usize,
    alters: bool,
    before: Before,
    /// The last token in capitals, as long as the body has not begun.
    last: String,
}

/// The kind of the previous token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// An operand: an operator or the end of the expression follows.
    Operand,
    /// An operator or a keyword: an operand follows.
    Operator,
    /// `.` or `AS`: a name follows.
    Namer,
}

const STATEMENTS: [&str; 13] = [
    "RETURN", "SELECT", "SET", "INSERT", "UPDATE", "DELETE", "REPLACE", "CALL", "WITH", "DO", "VALUES", "SIGNAL",
    "TRUNCATE",
];
const OPERATORS: [&str; 23] = [
    "WHEN", "THEN", "ELSE", "CASE", "AND", "OR", "NOT", "XOR", "IN", "LIKE", "RLIKE", "REGEXP", "BETWEEN", "IS", "DIV",
    "MOD", "COLLATE", "INTERVAL", "BINARY", "ESCAPE", "SELECT", "WHERE", "BY",
];

impl Compound {
    pub(super) fn new(product: Product) -> Self {
        Self {
            product,
            place: Place::Head,
            blocks: Vec::new(),
            parentheses: 0,
            words: 0,
            alters: false,
            before: Before::Operator,
            last: String::new(),
        }
    }

    /// Whether a semicolon at this point belongs to the statement.
    pub(super) fn is_open(&self) -> bool {
        self.blocks.iter().any(|block| *block != Block::Expression)
    }

    /// Whether it is known if the statement creates an object with a body.
    pub(super) fn is_made(&self) -> Option<bool> {
        match self.place {
            Place::Head | Place::Definer => None,
            Place::Plain => Some(false),
            _ => Some(true),
        }
    }

    pub(super) fn read<'a>(&mut self, token: &Token<'_>, next: impl Fn() -> Option<Token<'a>>) {
        if token.kind == TokenKind::Hint {
            return;
        }
        self.words += 1;
        if token.is_symbol('(') {
            self.parentheses += 1;
        } else if token.is_symbol(')') {
            self.parentheses = self.parentheses.saturating_sub(1);
        }
        match self.place {
            Place::Plain => {}
            Place::Head => self.head(token, &next),
            Place::Definer => self.definer(token, &next),
            Place::Header(made) => self.header(token, made, &next),
            Place::Order if token.is_any(&["FOLLOWS", "PRECEDES"]) => self.place = Place::Followed,
            Place::Followed => self.place = Place::Start,
            Place::Order | Place::Start => self.start(token),
            Place::Label if token.is_symbol(':') => self.place = Place::Start,
            Place::End if token.is_symbol(';') => self.place = Place::Start,
            Place::End => self.place = if token.kind == TokenKind::Word { Place::End } else { Place::Inside },
            Place::Handler(complete) => self.handler(token, complete),
            Place::Label | Place::Inside | Place::Declaration | Place::Until => self.inside(token, &next),
        }
        if matches!(self.place, Place::Header(_)) {
            self.last = token.text.to_ascii_uppercase();
        }
        self.before = if token.is_symbol('.') || token.is_word("AS") {
            Before::Namer
        } else if (token.kind == TokenKind::Symbol && !token.is_symbol(')')) || token.is_any(&OPERATORS) {
            Before::Operator
        } else {
            Before::Operand
        };
    }

    fn head<'a>(&mut self, token: &Token<'_>, next: &impl Fn() -> Option<Token<'a>>) {
        let made = |made| Place::Header(made);
        self.place = if self.words == 1 {
            self.alters = token.is_word("ALTER");
            let is_block = ["IF", "LOOP", "WHILE", "REPEAT", "FOR", "CASE"];
            if self.alters || token.is_word("CREATE") {
                Place::Head
            } else if self.product == Product::MariaDb
                && (token.is_any(&is_block) || token.is_word("BEGIN") && next().is_some_and(|next| next.is_word("NOT")))
            {
                // `BEGIN` alone starts a transaction.
                return self.start(token);
            } else {
                Place::Plain
            }
        } else if token.is_any(&["OR", "REPLACE", "AGGREGATE"]) {
            Place::Head
        } else if token.is_word("DEFINER") {
            Place::Definer
        } else if token.is_word("EVENT") {
            made(Made::Event)
        } else if self.alters {
            Place::Plain
        } else if token.is_word("TRIGGER") {
            made(Made::Trigger)
        } else if token.is_any(&["PROCEDURE", "FUNCTION"]) {
            made(Made::Routine(false))
        } else {
            Place::Plain
        };
    }

    /// `= user`, `= user@host`, `= CURRENT_USER()`.
    fn definer<'a>(&mut self, token: &Token<'_>, next: &impl Fn() -> Option<Token<'a>>) {
        let is_one = |token: &Token<'_>, signs: &[char]| signs.iter().any(|sign| token.is_symbol(*sign));
        if !is_one(token, &['=', '@', '(']) && !next().is_some_and(|next| is_one(&next, &['@', '(', ')'])) {
            self.place = Place::Head;
        }
    }

    fn header<'a>(&mut self, token: &Token<'_>, made: Made, next: &impl Fn() -> Option<Token<'a>>) {
        if self.parentheses > 0 {
            return;
        }
        match made {
            Made::Trigger if token.is_word("ROW") && self.last == "EACH" => self.place = Place::Order,
            Made::Event if token.is_word("DO") => self.place = Place::Start,
            Made::Routine(false) if token.is_symbol(')') => self.place = Place::Header(Made::Routine(true)),
            Made::Routine(true) => {
                let blocks = ["BEGIN", "IF", "LOOP", "WHILE", "REPEAT", "CASE", "FOR"];
                // `RETURNS set(…)` and `CHARACTER SET x` belong to the type.
                let is_type = token.is_word("SET")
                    && (self.last.starts_with("CHAR") || next().is_some_and(|next| next.is_symbol('(')));
                let is_label = token.kind != TokenKind::Symbol && next().is_some_and(|next| next.is_symbol(':'));
                if is_label {
                    self.place = Place::Label;
                } else if token.is_any(&blocks) {
                    self.start(token);
                } else if token.is_any(&STATEMENTS) && !is_type {
                    self.place = Place::Inside;
                }
            }
            Made::Trigger | Made::Event | Made::Routine(false) => {}
        }
    }

    /// Where a statement begins.
    fn start(&mut self, token: &Token<'_>) {
        let mut open = |block, place| {
            self.blocks.push(block);
            place
        };
        self.place = if token.kind != TokenKind::Word {
            if matches!(token.kind, TokenKind::Name) { Place::Label } else { Place::Inside }
        } else if token.is_word("BEGIN") {
            open(Block::Begin, Place::Start)
        } else if token.is_word("IF") {
            open(Block::If, Place::Inside)
        } else if token.is_word("CASE") {
            open(Block::Case, Place::Inside)
        } else if token.is_word("LOOP") {
            open(Block::Loop, Place::Start)
        } else if token.is_word("REPEAT") {
            open(Block::Repeat, Place::Start)
        } else if token.is_word("WHILE") {
            open(Block::While, Place::Inside)
        } else if token.is_word("FOR") && self.product == Product::MariaDb {
            open(Block::For, Place::Inside)
        } else if token.is_any(&["ELSE", "NOT", "ATOMIC"]) {
            Place::Start
        } else if token.is_word("UNTIL") {
            Place::Until
        } else if token.is_word("DECLARE") {
            Place::Declaration
        } else if token.is_word("END") {
            self.blocks.pop();
            Place::End
        } else if token.is_any(&STATEMENTS) || token.is_any(&["ELSEIF", "WHEN"]) {
            Place::Inside
        } else {
            Place::Label
        };
        if token.is_symbol(';') {
            self.place = Place::Start;
        }
    }

    fn inside<'a>(&mut self, token: &Token<'_>, next: &impl Fn() -> Option<Token<'a>>) {
        if token.is_symbol(';') {
            self.blocks.truncate(self.blocks.iter().rposition(|it| *it != Block::Expression).map_or(0, |at| at + 1));
            self.place = Place::Start;
            return;
        }
        if self.place == Place::Label {
            self.place = Place::Inside;
        }
        let is_name = self.before == Before::Namer;
        match self.blocks.last() {
            Some(Block::If | Block::Case) if token.is_word("THEN") => self.place = Place::Start,
            Some(Block::While | Block::For) if token.is_word("DO") => self.place = Place::Start,
            Some(Block::Expression) if token.is_word("END") && self.before == Before::Operand => {
                self.blocks.pop();
            }
            Some(Block::Repeat)
                if self.place == Place::Until
                    && token.is_word("END")
                    && next().is_some_and(|next| next.is_word("REPEAT")) =>
            {
                self.blocks.pop();
                self.place = Place::End;
            }
            _ if token.is_word("CASE") && !is_name => self.blocks.push(Block::Expression),
            _ if token.is_word("HANDLER") && self.place == Place::Declaration => self.place = Place::Handler(false),
            _ => {}
        }
    }

    /// Among a handler's conditions, separated by commas. A word after a whole one begins the handler's statement.
    fn handler(&mut self, token: &Token<'_>, complete: bool) {
        if token.is_symbol(',') || token.is_any(&["FOR", "SQLSTATE", "VALUE"]) || (token.is_word("NOT") && !complete) {
            self.place = Place::Handler(false);
        } else if complete {
            self.start(token);
        } else {
            self.place = Place::Handler(true);
        }
    }
}
