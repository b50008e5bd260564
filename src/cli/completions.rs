//! `gen completions <shell>`.
//!
//! Must not know the commands: clap does.

use clap::CommandFactory;

use super::Ending;
use super::arguments::{Arguments, Completions};
use super::paint;
use super::report::Failure;

pub(super) fn run(command: &Completions) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Arguments::command(), "gen", &mut script);
    paint::exact(&String::from_utf8_lossy(&script));
    Ok(Ending::Done)
}
