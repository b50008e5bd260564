//! The command line as a user meets it: what the built binary prints on either stream, how it exits, and what it leaves
//! on the disk.

mod answers;
mod bad_files;
mod bad_input;
mod checking;
mod commands;
mod compiled;
mod connections;
mod correcting;
mod daily;
mod differences;
mod drifting;
mod linting;
mod modules;
mod phases;
pub(crate) mod project;
mod reading;
mod reference_rows;
mod running;
mod secrets;
mod servers;
mod tampering;
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
