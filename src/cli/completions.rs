//! `gen completions <shell>`.
//!
//! Must not know the commands; clap does.

use clap::CommandFactory;

use super::arguments::{Arguments, Completions};
use super::report::Failure;
use super::{Ending, paint};

pub(super) fn run(command: &Completions) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Arguments::command(), "gen", &mut script);
    paint::exact(&String::from_utf8_lossy(&script));
    Ok(Ending::Done)
}
