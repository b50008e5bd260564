//! MySQL or MariaDB, and the properties in which they differ.
//!
//! Must not know SQL text beyond single keywords.

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

    /// Whether the catalog escapes expressions like the content of a string literal.
    pub(super) fn escapes_expressions(self) -> bool {
        !self.is_mariadb()
    }

    /// Whether a check written with a column is part of the column: it has no name and can only be changed with it.
    pub(super) fn has_column_checks(self) -> bool {
        self.is_mariadb()
    }

    /// Whether `json` is an alias for text with a check.
    pub(super) fn json_is_text(self) -> bool {
        self.is_mariadb()
    }

    /// Whether expression indexes exist.
    pub(super) fn has_expression_indexes(self) -> bool {
        !self.is_mariadb()
    }

    /// Whether there are indexes of vectors (MariaDB 11.7).
    pub(super) fn has_vector_indexes(self) -> bool {
        self.is_mariadb()
    }

    /// Whether a check can be NOT ENFORCED.
    pub(super) fn has_unenforced_checks(self) -> bool {
        !self.is_mariadb()
    }

    /// The foreign key action that the catalog distinguishes from an unspecified one, although both behave the same.
    pub(super) fn named_refusal(self) -> &'static str {
        if self.is_mariadb() { "NO ACTION" } else { "RESTRICT" }
    }

    /// Whether a default of a text, blob, JSON or geometry column needs parentheses.
    pub(super) fn wraps_large_defaults(self) -> bool {
        !self.is_mariadb()
    }

    /// Whether a generated column can be NOT NULL.
    pub(super) fn has_required_generated_columns(self) -> bool {
        !self.is_mariadb()
    }

    /// Whether there are sequences.
    pub(super) fn has_sequences(self) -> bool {
        self.is_mariadb()
    }

    /// The clause that drops a check.
    pub(super) fn drop_check(self) -> &'static str {
        if self.is_mariadb() { "DROP CONSTRAINT" } else { "DROP CHECK" }
    }

    /// The keyword for an index that the optimizer ignores.
    pub(super) fn unused_index(self) -> &'static str {
        if self.is_mariadb() { "IGNORED" } else { "INVISIBLE" }
    }

    /// The catalog's name of a type that has two.
    pub(super) fn type_name(self, name: &str) -> &str {
        match name {
            "geometrycollection" if !self.is_mariadb() => "geomcollection",
            "geomcollection" if self.is_mariadb() => "geometrycollection",
            _ => name,
        }
    }

    /// The default collation of a character set, if it does not depend on the version.
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
