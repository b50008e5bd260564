//! Rendering.

use crate::dialect::{Statement, Step, Unsupported};
use crate::schema::{Literal, Name};

pub(super) fn render(_step: &Step) -> Result<Vec<Statement>, Unsupported> {
    Ok(Vec::new())
}

pub(super) fn quote(name: &Name) -> String {
    name.to_string()
}

pub(super) fn literal(_literal: &Literal) -> String {
    String::new()
}
