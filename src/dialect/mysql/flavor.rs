//! Which of the two servers it is, and the questions whose answers differ.
//!
//! Must not know SQL text beyond single keywords; it only answers questions.

use crate::dialect::Product;

/// MySQL or MariaDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// MySQL 8 and later.
    MySql,
    /// MariaDB 10.6 and later.
    MariaDb,
}

impl Flavor {
    /// The product of this flavor.
    pub fn product(self) -> Product {
        match self {
            Self::MySql => Product::MySql,
            Self::MariaDb => Product::MariaDb,
        }
    }

    fn is_mariadb(self) -> bool {
        self == Self::MariaDb
    }

    /// Whether integer types carry a display width in the catalog (`int(11)`).
    pub(super) fn prints_display_widths(self) -> bool {
        self.is_mariadb()
    }

    /// Whether the catalog prints a default as SQL (`'draft'`) rather than as its bare value (`draft`).
    pub(super) fn prints_defaults_as_sql(self) -> bool {
        self.is_mariadb()
    }

    /// Whether the catalog prints expressions escaped as if they stood inside a string.
    pub(super) fn escapes_expressions(self) -> bool {
        !self.is_mariadb()
    }

    /// Whether a check written with a column belongs to the column, has no name of its own and can only be changed with it.
    pub(super) fn has_column_checks(self) -> bool {
        self.is_mariadb()
    }

    /// Whether `json` is a name for text with a check.
    pub(super) fn json_is_text(self) -> bool {
        self.is_mariadb()
    }

    /// Whether an index can be built on an expression.
    pub(super) fn has_expression_indexes(self) -> bool {
        !self.is_mariadb()
    }

    /// Whether a check can be switched off.
    pub(super) fn has_unenforced_checks(self) -> bool {
        !self.is_mariadb()
    }

    /// The action of a foreign key that the catalog keeps apart from the one nobody named, though the two do the same.
    pub(super) fn named_refusal(self) -> &'static str {
        if self.is_mariadb() { "NO ACTION" } else { "RESTRICT" }
    }

    /// Whether a default of a text, blob, JSON or geometry column must stand in parentheses.
    pub(super) fn wraps_large_defaults(self) -> bool {
        !self.is_mariadb()
    }

    /// Whether a generated column can be said to take no NULL.
    pub(super) fn has_required_generated_columns(self) -> bool {
        !self.is_mariadb()
    }

    /// Whether there are sequences.
    pub(super) fn has_sequences(self) -> bool {
        self.is_mariadb()
    }

    /// How a check is dropped.
    pub(super) fn drop_check(self) -> &'static str {
        if self.is_mariadb() { "DROP CONSTRAINT" } else { "DROP CHECK" }
    }

    /// The word for an index the optimizer does not look at.
    pub(super) fn unused_index(self) -> &'static str {
        if self.is_mariadb() { "IGNORED" } else { "INVISIBLE" }
    }

    /// What the catalog calls a type that has two names.
    pub(super) fn type_name(self, name: &str) -> &str {
        match name {
            "geometrycollection" if !self.is_mariadb() => "geomcollection",
            "geomcollection" if self.is_mariadb() => "geometrycollection",
            _ => name,
        }
    }

    /// The collation a character set stands for, where the version does not decide.
    pub(super) fn collation_of(self, charset: &str) -> Option<&'static str> {
        match charset {
            "latin1" => Some("latin1_swedish_ci"),
            "ascii" => Some("ascii_general_ci"),
            "utf8" | "utf8mb3" => Some("utf8mb3_general_ci"),
            "binary" => Some("binary"),
            "utf8mb4" if self.is_mariadb() => Some("utf8mb4_general_ci"),
            "utf8mb4" => Some("utf8mb4_0900_ai_ci"),
            _ => None,
        }
    }
}
