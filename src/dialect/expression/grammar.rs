//! Operator precedence of MySQL and SQLite. The parser's own tables follow PostgreSQL, and MariaDB prints only
//! necessary parentheses.
//!
//! Must not know how trees are rewritten.

use std::any::TypeId;

use sqlparser::ast::{BinaryOperator, CastKind, DataType, Expr, UnaryOperator};
use sqlparser::dialect::{Dialect, MySqlDialect, Precedence, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Word};

/// Delegates a method to another dialect of the parser.
macro_rules! as_in {
    ($($method:ident),*) => {
        $(fn $method(&self) -> bool {
            self.0.$method()
        })*
    };
}

/// MySQL's and MariaDB's operators.
#[derive(Debug)]
pub(super) struct MySqlGrammar(pub MySqlDialect);

/// The lowest precedence in a unary operator's operand: its own.
const UNARY: u8 = 48;

impl Dialect for MySqlGrammar {
    as_in!(
        supports_string_literal_backslash_escape,
        supports_string_literal_concatenation,
        ignores_wildcard_escapes,
        supports_numeric_prefix,
        supports_bitwise_shift_operators,
        supports_multiline_comment_hints,
        require_interval_qualifier,
        supports_limit_comma,
        supports_table_hints,
        requires_single_line_comment_whitespace,
        supports_match_against,
        supports_select_modifiers,
        supports_cross_join_constraint,
        supports_double_ampersand_operator,
        supports_binary_kw_as_cast,
        supports_group_by_with_modifier,
        supports_left_associative_joins_without_parens
    );

    fn dialect(&self) -> TypeId {
        self.0.dialect()
    }

    fn is_identifier_start(&self, character: char) -> bool {
        self.0.is_identifier_start(character)
    }

    fn is_identifier_part(&self, character: char) -> bool {
        self.0.is_identifier_part(character)
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        self.0.is_delimited_identifier_start(character)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        self.0.identifier_quote_style(identifier)
    }

    fn is_table_factor_alias(&self, explicit: bool, keyword: &Keyword, parser: &mut Parser) -> bool {
        self.0.is_table_factor_alias(explicit, keyword, parser)
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Caret => 45,
            Precedence::Ampersand => 23,
            Precedence::Pipe => 22,
            Precedence::Like | Precedence::Between => 21,
            Precedence::Eq | Precedence::Is => 20,
            Precedence::Xor => 7,
            other => self.0.prec_value(other),
        }
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::ShiftLeft | Token::ShiftRight => Some(Ok(25)),
            _ => None,
        }
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let token = parser.peek_token_ref().token.clone();
        let is_call = parser.peek_nth_token_ref(1).token == Token::LParen;
        let of = |op: UnaryOperator, operand: Expr| Expr::UnaryOp { op, expr: Box::new(operand) };
        match token {
            Token::ExclamationMark => {
                parser.next_token();
                Some(parser.parse_subexpr(UNARY).map(|operand| of(UnaryOperator::Not, operand)))
            }
            Token::Minus => {
                parser.next_token();
                Some(parser.parse_subexpr(UNARY).map(|operand| of(UnaryOperator::Minus, operand)))
            }
            Token::Word(word) if word.keyword == Keyword::BINARY && word.quote_style.is_none() && !is_call => {
                parser.next_token();
                Some(parser.parse_subexpr(UNARY).map(|operand| Expr::Cast {
                    kind: CastKind::Cast,
                    expr: Box::new(operand),
                    data_type: DataType::Binary(None),
                    format: None,
                }))
            }
            _ => None,
        }
    }

    fn parse_infix(&self, parser: &mut Parser, left: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        self.0.parse_infix(parser, left, precedence)
    }
}

/// SQLite's operators.
#[derive(Debug)]
pub(super) struct SqliteGrammar(pub SQLiteDialect);

impl Dialect for SqliteGrammar {
    as_in!(
        supports_filter_during_aggregation,
        supports_in_empty_list,
        supports_limit_comma,
        supports_notnull_operator,
        supports_comma_separated_trim,
        supports_numeric_literal_underscores
    );

    fn dialect(&self) -> TypeId {
        self.0.dialect()
    }

    fn is_identifier_start(&self, character: char) -> bool {
        self.0.is_identifier_start(character)
    }

    fn is_identifier_part(&self, character: char) -> bool {
        self.0.is_identifier_part(character)
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        self.0.is_delimited_identifier_start(character)
    }

    fn identifier_quote_style(&self, identifier: &str) -> Option<char> {
        self.0.identifier_quote_style(identifier)
    }

    fn prec_value(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Ampersand | Precedence::Pipe | Precedence::Caret => 25,
            Precedence::Eq | Precedence::Is | Precedence::Like | Precedence::Between => 20,
            other => self.0.prec_value(other),
        }
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        match &parser.peek_token_ref().token {
            Token::StringConcat | Token::Arrow | Token::LongArrow => Some(Ok(45)),
            Token::Lt | Token::LtEq | Token::Gt | Token::GtEq => Some(Ok(22)),
            Token::ShiftLeft | Token::ShiftRight => Some(Ok(25)),
            Token::Word(word) if is_bare(word, "isnull") => Some(Ok(20)),
            _ => None,
        }
    }

    fn parse_infix(&self, parser: &mut Parser, left: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
        let token = parser.peek_token_ref().token.clone();
        let is_word = |expected: &str| matches!(&token, Token::Word(word) if is_bare(word, expected));
        let op = match &token {
            Token::ShiftLeft => BinaryOperator::PGBitwiseShiftLeft,
            Token::ShiftRight => BinaryOperator::PGBitwiseShiftRight,
            _ if is_word("isnull") => {
                parser.next_token();
                return Some(Ok(Expr::IsNull(Box::new(left.clone()))));
            }
            _ if is_word("is") => return same(parser, left, precedence),
            _ => return self.0.parse_infix(parser, left, precedence),
        };
        parser.next_token();
        let right = parser.parse_subexpr(precedence);
        Some(right.map(|right| Expr::BinaryOp { left: Box::new(left.clone()), op, right: Box::new(right) }))
    }
}

/// SQLite's `a IS b` for any two values, which elsewhere is `a IS NOT DISTINCT FROM b`.
fn same(parser: &mut Parser, left: &Expr, precedence: u8) -> Option<Result<Expr, ParserError>> {
    let word_at = |parser: &Parser, at: usize, words: &[&str]| match &parser.peek_nth_token_ref(at).token {
        Token::Word(word) => words.iter().any(|expected| is_bare(word, expected)),
        _ => false,
    };
    let negated = word_at(parser, 1, &["not"]);
    if word_at(parser, if negated { 2 } else { 1 }, &["null", "true", "false", "distinct"]) {
        return None;
    }
    parser.next_token();
    if negated {
        parser.next_token();
    }
    let right = parser.parse_subexpr(precedence);
    Some(right.map(|right| {
        let (left, right) = (Box::new(left.clone()), Box::new(right));
        if negated { Expr::IsDistinctFrom(left, right) } else { Expr::IsNotDistinctFrom(left, right) }
    }))
}

fn is_bare(word: &Word, expected: &str) -> bool {
    word.quote_style.is_none() && word.value.eq_ignore_ascii_case(expected)
}
