//! Views and routines: objects whose body is unparsed SQL.
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
    /// Its query, without a final semicolon.
    pub query: Expression,
    /// The tables and views that the query reads, determined by `normalize`. They must be created before it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub reads: BTreeSet<ObjectName>,
    /// Whether the rows are stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub materialized: bool,
    /// The comment, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Options of one product (`check_option`, `security_barrier`, `security`, `algorithm` …).
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
    /// The whole `CREATE` statement as the database prints it, without a final semicolon.
    pub definition: Expression,
}

/// The kind of a routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutineKind {
    /// A function.
    Function,
    /// A procedure.
    Procedure,
}
