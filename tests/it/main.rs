//! Tests against real databases, in one binary.

mod run;
