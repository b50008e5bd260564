//! Names: identifiers as the database holds them, unquoted and unescaped.
//!
//! Must not know how any database quotes; that is one function in each dialect.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// One identifier, exactly as the catalog stores it: unquoted, unescaped, in its original case.
///
/// The same name occurs in many places (a column's in its table, its keys and its indexes, in four states of the
/// schema), so copies share the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// Takes the identifier as it is.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }

    /// The identifier's text, unquoted.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The name of a table, view, enum or routine.
///
/// `schema` is `None` for the connection's default schema (PostgreSQL's `current_schema()`, MySQL's and MariaDB's current
/// database, SQLite's `main`), so that the same migration serves a scratch database and every tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName {
    /// The schema, if it is not the default one.
    pub schema: Option<Name>,
    /// The object's own name.
    pub name: Name,
}

impl ObjectName {
    /// A name in the default schema.
    pub fn local(name: impl Into<Name>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// A name in a schema other than the default one.
    pub fn qualified(schema: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(formatter, "{schema}.")?;
        }
        write!(formatter, "{}", self.name)
    }
}

/// In JSON an unqualified name is a string, and a qualified one is `{"schema": …, "name": …}`: a dot inside an
/// identifier is never a separator.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum ObjectNameForm {
    Local(Name),
    Qualified { schema: Name, name: Name },
}

impl Serialize for ObjectName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.schema {
            None => ObjectNameForm::Local(self.name.clone()),
            Some(schema) => ObjectNameForm::Qualified { schema: schema.clone(), name: self.name.clone() },
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ObjectName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match ObjectNameForm::deserialize(deserializer)? {
            ObjectNameForm::Local(name) => Self { schema: None, name },
            ObjectNameForm::Qualified { schema, name } => Self { schema: Some(schema), name },
        })
    }
}
