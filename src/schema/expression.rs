//! SQL expressions and literals inside a schema: defaults, checks, predicates, generated columns, view bodies.
//!
//! Must not know how to parse SQL: the canonical form is set by a dialect's `normalize`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// An SQL expression (or, for a view, a query) of one product.
///
/// Two expressions are equal if their canonical forms are: the catalog's `(price > (0)::numeric)` and the declared
/// `price > 0` are equal. The text is written and sent, the canonical form is only compared. Before a dialect has
/// normalised it, an expression is its own canonical form. Copies share the text.
#[derive(Clone, Debug)]
pub struct Expression(Arc<ExpressionText>);

#[derive(Debug)]
struct ExpressionText {
    text: String,
    canonical: Option<String>,
}

impl Expression {
    /// An expression that is not normalised yet.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Arc::new(ExpressionText { text: text.into(), canonical: None }))
    }

    /// The same text with its canonical form; for a dialect's `normalize`.
    pub fn with_canonical(self, canonical: impl Into<String>) -> Self {
        let text = Arc::try_unwrap(self.0).map_or_else(|shared| shared.text.clone(), |words| words.text);
        Self(Arc::new(ExpressionText { text, canonical: Some(canonical.into()) }))
    }

    /// The text as declared or as the catalog prints it, without outer parentheses.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether a dialect has normalised it.
    pub fn is_normal(&self) -> bool {
        self.0.canonical.is_some()
    }

    /// Whether both have the same text. The canonical form follows from it, so one of the two may be normalised already.
    pub(super) fn has_same_text(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.text == other.0.text
    }

    /// The canonical form.
    pub fn canonical(&self) -> &str {
        self.0.canonical.as_deref().unwrap_or(&self.0.text)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.canonical() == other.canonical()
    }
}

impl Eq for Expression {}

impl PartialOrd for Expression {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Expression {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.canonical().cmp(other.canonical())
    }
}

impl Serialize for Expression {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(String::deserialize(deserializer)?))
    }
}

/// The database's text of an object that is also held as structure.
///
/// It is stored to create the object again verbatim, and never compared.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Option<String>", into = "Option<String>")]
pub struct Wording(Option<Arc<String>>);

impl Wording {
    /// This text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Some(Arc::new(text.into())))
    }

    /// The text, if any.
    pub fn text(&self) -> Option<&str> {
        self.0.as_deref().map(String::as_str)
    }

    /// Whether there is no text.
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl From<Option<String>> for Wording {
    fn from(text: Option<String>) -> Self {
        Self(text.map(Arc::new))
    }
}

impl From<Wording> for Option<String> {
    fn from(wording: Wording) -> Self {
        wording.text().map(str::to_owned)
    }
}

impl PartialEq for Wording {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Wording {}

/// A constant in an entity, before a dialect has rendered it in SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Literal {
    /// A string's content, unescaped.
    Text(String),
    /// A number as written, with its sign.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
}

/// A column's default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultValue {
    /// A constant declared in an entity; `normalize` turns it into an expression.
    Literal(Literal),
    /// An expression in SQL, literals included (`'draft'`, `0`, `CURRENT_TIMESTAMP`). The only form after `normalize`.
    #[serde(untagged)]
    Expression(Expression),
}
