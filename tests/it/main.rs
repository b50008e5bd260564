//! Tests against real databases.

mod postgres;
mod support;
