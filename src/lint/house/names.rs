//! Styles of the names of tables and columns.
//!
//! Must not know which name is judged.

use std::str::FromStr;

use heck::ToSnakeCase as _;

use crate::schema::matches;

/// What a name of a table or column is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameStyle {
    /// Lower case, digits and underscores.
    SnakeCase,
    /// A text with `*` for the rest of the name: `app_*`.
    Pattern(String),
}

impl FromStr for NameStyle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "snake_case" => Ok(Self::SnakeCase),
            pattern if pattern.contains('*') => Ok(Self::Pattern(pattern.to_owned())),
            other => Err(format!("`{other}` is no style of names: `snake_case`, or a text with `*` such as `app_*`")),
        }
    }
}

impl NameStyle {
    /// Whether a name has the style.
    pub fn fits(&self, name: &str) -> bool {
        match self {
            Self::SnakeCase => name.chars().all(|it| it.is_lowercase() || it.is_ascii_digit() || it == '_'),
            Self::Pattern(pattern) => matches(pattern, name),
        }
    }

    /// A name with the style, made of another.
    pub fn fitting(&self, name: &str) -> String {
        match self {
            _ if self.fits(name) => name.to_owned(),
            Self::SnakeCase => name.to_snake_case(),
            Self::Pattern(pattern) => pattern.replacen('*', name, 1),
        }
    }
}
