//! Decides whether a semicolon belongs to the current statement: bodies of triggers, routines, events and rules contain
//! several.
//!
//! Must not know how text is cut into tokens.

mod compound;

use crate::Product;

use super::Token;

use compound::Compound;

/// The state after the tokens read so far of one statement.
pub(super) enum Body {
    Postgres(Atomic),
    Sqlite(Trigger),
    MySql(Compound),
}

impl Body {
    pub(super) fn new(product: Product) -> Self {
        match product {
            Product::Postgres => Self::Postgres(Atomic::default()),
            Product::Sqlite => Self::Sqlite(Trigger::default()),
            Product::MySql | Product::MariaDb => Self::MySql(Compound::new(product)),
        }
    }

    /// Whether a semicolon at this point belongs to the statement.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::Postgres(atomic) => atomic.parentheses > 0 || atomic.depth > 0,
            Self::Sqlite(trigger) => trigger.is_open(),
            Self::MySql(compound) => compound.is_open(),
        }
    }

    /// Whether it is known if the statement creates an object with a body.
    pub(super) fn is_made(&self) -> Option<bool> {
        match self {
            Self::Postgres(atomic) => (atomic.is_routine || atomic.head.len() == 4).then_some(atomic.is_routine),
            Self::Sqlite(trigger) => (trigger.is_trigger || trigger.head.len() == 6).then_some(trigger.is_trigger),
            Self::MySql(compound) => compound.is_made(),
        }
    }

    /// Takes in the next token that is not blank; `next` looks at the one after it.
    pub(super) fn read<'a>(&mut self, token: &Token<'_>, next: impl Fn() -> Option<Token<'a>>) {
        match self {
            Self::Postgres(atomic) => atomic.read(token, next),
            Self::Sqlite(trigger) => trigger.read(token),
            Self::MySql(compound) => compound.read(token, next),
        }
    }
}

/// PostgreSQL: a routine's `BEGIN ATOMIC … END`, and the commands of a rule, which stand in parentheses. The same is counted
/// by psql.
#[derive(Default)]
pub(super) struct Atomic {
    head: Vec<String>,
    is_routine: bool,
    depth: usize,
    parentheses: usize,
    /// The word before makes a name of whatever follows.
    names: bool,
}

impl Atomic {
    fn read<'a>(&mut self, token: &Token<'_>, next: impl Fn() -> Option<Token<'a>>) {
        if self.head.len() < 4 {
            self.head.push(token.text.to_ascii_uppercase());
            let head: Vec<&str> = self.head.iter().map(String::as_str).collect();
            self.is_routine |= matches!(
                head.as_slice(),
                ["CREATE", "FUNCTION" | "PROCEDURE"] | ["CREATE", "OR", "REPLACE", "FUNCTION" | "PROCEDURE"]
            );
        }
        if token.is_symbol('(') {
            self.parentheses += 1;
        } else if token.is_symbol(')') {
            self.parentheses = self.parentheses.saturating_sub(1);
        } else if self.is_routine && !self.names {
            if self.depth == 0 {
                let begins = token.is_word("BEGIN") && next().is_some_and(|next| next.is_word("ATOMIC"));
                self.depth = usize::from(begins);
            } else if token.is_word("CASE") {
                self.depth += 1;
            } else if token.is_word("END") {
                self.depth -= 1;
            }
        }
        self.names = token.is_symbol('.') || token.is_word("AS");
    }
}

/// SQLite: a trigger ends with `; END ;`. The same is asked by `sqlite3_complete`.
#[derive(Default)]
pub(super) struct Trigger {
    head: Vec<String>,
    is_trigger: bool,
    /// How much of `; END` was read last.
    ending: usize,
}

impl Trigger {
    fn is_open(&self) -> bool {
        self.is_trigger && self.ending < 2
    }

    fn read(&mut self, token: &Token<'_>) {
        if self.is_trigger {
            self.ending = match self.ending {
                _ if token.is_symbol(';') => 1,
                1 if token.is_word("END") => 2,
                _ => 0,
            };
        } else if self.head.len() < 6 {
            self.head.push(token.text.to_ascii_uppercase());
            let head: Vec<&str> = self.head.iter().map(String::as_str).collect();
            let head = match head.as_slice() {
                ["EXPLAIN", "QUERY", "PLAN", rest @ ..] | ["EXPLAIN", rest @ ..] => rest,
                head => head,
            };
            self.is_trigger = matches!(head, ["CREATE", "TRIGGER"] | ["CREATE", "TEMP" | "TEMPORARY", "TRIGGER"]);
        }
    }
}
