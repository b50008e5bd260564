//! Tests against real databases.

mod expression;
mod support;
