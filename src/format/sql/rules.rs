//! The lexical rules of each product, as data.
//!
//! Must not know how text is split by these rules.

use crate::Product;

use super::TokenKind;

/// How text is split into tokens and statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The product.
    pub product: Product,
    /// A backslash escapes the next character of a plain string.
    pub(super) backslashes: bool,
    /// The meaning of double quotes.
    pub(super) double_quotes: TokenKind,
    /// Names may be quoted in backticks.
    pub(super) backticks: bool,
    /// Names may be quoted in square brackets.
    pub(super) brackets: bool,
    /// Strings may be quoted by `$$` or `$tag$`.
    pub(super) dollar_quotes: bool,
    /// A bare word may begin with `$`; it may have one further on everywhere.
    pub(super) dollar_begins_word: bool,
    /// A bare word may begin with a digit.
    pub(super) digit_begins_word: bool,
    /// Prefixes of string literals, and whether backslashes escape in the string.
    pub(super) prefixes: &'static [(&'static str, bool)],
    /// Block comments nest.
    pub(super) nested_comments: bool,
    /// An unterminated block comment ends with the text.
    pub(super) comment_may_stay_open: bool,
    /// `#` begins a comment.
    pub(super) hash_comments: bool,
    /// `--` begins a comment only before white space, so that `5--1` stays a sum.
    pub(super) dashes_need_space: bool,
    /// A carriage return ends a line comment; where it does not, only a line feed does.
    pub(super) carriage_return_ends_comment: bool,
    /// Which comments hold code.
    pub(super) hints: Hints,
    /// A line `DELIMITER …` sets the statement delimiter.
    pub(super) delimiter_lines: bool,
}

/// Which comments hold code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hints {
    /// None.
    None,
    /// `/*! … */`.
    MySql,
    /// `/*! … */` but for versions that only MySQL has had, and `/*M! … */`.
    MariaDb,
}

const POSTGRES: Rules = Rules {
    product: Product::Postgres,
    backslashes: false,
    double_quotes: TokenKind::Name,
    backticks: false,
    brackets: false,
    dollar_quotes: true,
    dollar_begins_word: false,
    digit_begins_word: false,
    prefixes: &[("e", true), ("n", false), ("b", false), ("x", false), ("u&", false)],
    nested_comments: true,
    comment_may_stay_open: false,
    hash_comments: false,
    dashes_need_space: false,
    carriage_return_ends_comment: true,
    hints: Hints::None,
    delimiter_lines: false,
};

const SQLITE: Rules = Rules {
    product: Product::Sqlite,
    backticks: true,
    brackets: true,
    dollar_quotes: false,
    prefixes: &[("x", false)],
    nested_comments: false,
    comment_may_stay_open: true,
    carriage_return_ends_comment: false,
    ..POSTGRES
};

const MYSQL: Rules = Rules {
    product: Product::MySql,
    backslashes: true,
    double_quotes: TokenKind::String,
    backticks: true,
    dollar_quotes: false,
    dollar_begins_word: true,
    digit_begins_word: true,
    prefixes: &[("n", true), ("b", false), ("x", false)],
    nested_comments: false,
    hash_comments: true,
    dashes_need_space: true,
    carriage_return_ends_comment: false,
    hints: Hints::MySql,
    delimiter_lines: true,
    ..POSTGRES
};

impl Rules {
    /// A product's rules in a session with default settings.
    pub const fn of(product: Product) -> Self {
        match product {
            Product::Postgres => POSTGRES,
            Product::Sqlite => SQLITE,
            Product::MySql => MYSQL,
            Product::MariaDb => Self { product: Product::MariaDb, hints: Hints::MariaDb, ..MYSQL },
        }
    }

    /// The rules in a session of this `sql_mode`; the other products have none.
    pub fn under(product: Product, mode: &str) -> Self {
        let plain = Self::of(product);
        if matches!(product, Product::Postgres | Product::Sqlite) {
            return plain;
        }
        let is_set =
            |flags: &[&str]| mode.split(',').any(|set| flags.iter().any(|flag| set.trim().eq_ignore_ascii_case(flag)));
        let ansi = is_set(&ANSI_QUOTES);
        let raw = is_set(&[NO_BACKSLASH_ESCAPES]);
        Self {
            double_quotes: if ansi { TokenKind::Name } else { TokenKind::String },
            backslashes: !raw,
            prefixes: if raw { &[("n", false), ("b", false), ("x", false)] } else { plain.prefixes },
            ..plain
        }
    }

    /// Whether a backslash escapes the next character of a plain string.
    pub const fn has_escapes(self) -> bool {
        self.backslashes
    }

    /// The rules of a file that is written for every product: strings as the standard has them, names in double quotes.
    pub const fn portable(product: Product) -> Self {
        let bodies = Self::of(product);
        Self { backticks: true, brackets: false, product: bodies.product, ..POSTGRES }
    }
}

impl From<Product> for Rules {
    fn from(product: Product) -> Self {
        Self::of(product)
    }
}

/// The flags of a `sql_mode` by which double quotes enclose names; all but the first are combinations of flags.
const ANSI_QUOTES: [&str; 7] = ["ANSI_QUOTES", "ANSI", "DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"];
/// The flag by which a backslash is a character like any other.
const NO_BACKSLASH_ESCAPES: &str = "NO_BACKSLASH_ESCAPES";

/// The default `sql_mode` of a server of this product.
pub fn default_mode(product: Product) -> &'static str {
    match product {
        Product::MariaDb => "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
        Product::MySql => {
            "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
             NO_ENGINE_SUBSTITUTION"
        }
        Product::Postgres | Product::Sqlite => "",
    }
}
