//! The command line as a user meets it: what the built binary prints on either stream, how it exits, and what it leaves
//! on the disk.

mod amending;
mod answers;
mod auditing;
mod bad_files;
mod bad_input;
mod blame;
mod checking;
mod ci;
mod commands;
mod compiled;
mod connections;
mod correcting;
mod daily;
mod describing;
mod differences;
mod drifting;
mod help;
mod history;
mod linting;
mod modules;
mod phases;
pub(crate) mod project;
mod reading;
mod reference_rows;
mod rules;
mod running;
mod secrets;
mod servers;
mod tampering;
mod undoing;
mod writers;
mod writing;

/// Exit code, stdout and stderr of one run against what they shall be, but for what is never twice the same.
macro_rules! shows {
    ($shown:expr, @$expected:literal) => {
        insta::with_settings!({filters => crate::cli::project::FILTERS.to_vec()}, {
            insta::allow_duplicates! { insta::assert_snapshot!($shown, @$expected) }
        })
    };
}

use shows;
