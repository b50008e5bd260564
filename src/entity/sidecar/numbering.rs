//! The sequence options in parentheses after `AS IDENTITY`.
//!
//! Must not know the defaults of a database.

use std::ops::Range;

use sqlparser::ast::SequenceOptions;
use sqlparser::tokenizer::Token;

use super::statement::is_word;

/// The keywords of the clauses, in the order that the parser requires. PostgreSQL accepts any order.
const CLAUSES: [&str; 5] = ["INCREMENT", "MINVALUE", "MAXVALUE", "START", "CACHE"];

/// Sorts the clauses after every `IDENTITY (` into the order that the parser requires.
pub(super) fn in_order(tokens: &mut [(Token, Range<usize>)]) {
    let mut at = 0;
    while let Some(found) = tokens.get(at..).and_then(|rest| rest.windows(2).position(is_open)) {
        let start = at + found + 2;
        let inside = tokens.get(start..).unwrap_or_default();
        let length = inside.iter().position(|(token, _)| *token == Token::RParen).unwrap_or(inside.len());
        at = start + length;
        let Some(inside) = tokens.get_mut(start..at) else { return };
        let mut clauses: Vec<Vec<(Token, Range<usize>)>> = Vec::new();
        for token in inside.iter() {
            let is_negated = clauses.last().is_some_and(|clause| matches!(&clause[..], [(no, _)] if is_word(no, "NO")));
            match clauses.last_mut() {
                Some(clause) if is_negated || !begins(&token.0) => clause.push(token.clone()),
                _ => clauses.push(vec![token.clone()]),
            }
        }
        clauses.sort_by_key(|clause| rank(clause));
        for (place, token) in inside.iter_mut().zip(clauses.into_iter().flatten()) {
            *place = token;
        }
    }
}

/// The clauses as the model spells them.
pub(super) fn clauses(options: &[SequenceOptions]) -> String {
    let mut written = Vec::new();
    for option in options {
        written.push(match option {
            SequenceOptions::IncrementBy(by, _) => format!("INCREMENT BY {by}"),
            SequenceOptions::MinValue(Some(least)) => format!("MINVALUE {least}"),
            SequenceOptions::MaxValue(Some(most)) => format!("MAXVALUE {most}"),
            SequenceOptions::StartWith(start, _) => format!("START WITH {start}"),
            SequenceOptions::Cache(cache) => format!("CACHE {cache}"),
            SequenceOptions::Cycle(false) => "CYCLE".to_owned(),
            // The default.
            SequenceOptions::Cycle(true) | SequenceOptions::MinValue(None) | SequenceOptions::MaxValue(None) => {
                continue;
            }
        });
    }
    written.join(" ")
}

fn is_open(pair: &[(Token, Range<usize>)]) -> bool {
    matches!(pair, [(word, _), (Token::LParen, _)] if is_word(word, "IDENTITY"))
}

fn begins(token: &Token) -> bool {
    CLAUSES.iter().chain(&["NO", "CYCLE"]).any(|word| is_word(token, word))
}

fn rank(clause: &[(Token, Range<usize>)]) -> usize {
    let is = |word: &&str| clause.iter().take(2).any(|(token, _)| is_word(token, word));
    CLAUSES.iter().position(is).unwrap_or(CLAUSES.len())
}
