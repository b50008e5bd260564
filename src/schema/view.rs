//! Views and routines: objects whose body is the database's own text.
//!
//! Must not know how to parse a body.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Options;
use super::{Expression, ObjectName};

/// A view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// The view's name.
    pub name: ObjectName,
    /// The query behind it, without a final semicolon.
    pub query: Expression,
    /// Tables and views the query reads; put in by `normalize`, because what reads must be created after what is read.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub reads: BTreeSet<ObjectName>,
    /// Whether the rows are stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub materialized: bool,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Settings only one database knows (`check_option`, `security_barrier`, `security`, `algorithm` …).
    #[serde(default, skip_serializing_if = "Options::is_empty")]
    pub options: Options,
}

/// A function or procedure, held as the statement that creates it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routine {
    /// The routine's name; where names can be overloaded, with its argument types (`price_of(integer)`).
    pub name: ObjectName,
    /// Function or procedure.
    pub kind: RoutineKind,
    /// The whole `CREATE` statement in the database's own words, without a final semicolon.
    pub definition: Expression,
}

/// What a routine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutineKind {
    /// Returns a value.
    Function,
    /// Is called.
    Procedure,
}
