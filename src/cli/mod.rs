//! The command line: arguments, one file per command, and output.
//!
//! Results go to stdout, messages to stderr. Must not contain logic beyond calling the other rooms and printing their
//! results.

mod accept;
mod afterwards;
mod anonymize;
mod arguments;
mod audit_report;
mod blame;
mod check;
mod ci;
mod completions;
mod contradictions;
mod diff;
mod docs;
mod drift;
mod entities;
mod freeze;
mod fresh;
mod grants;
mod history;
mod hooks;
mod init;
mod interrupt;
mod lint;
mod lock;
mod log;
mod log_format;
mod merge;
mod migration;
mod paint;
mod personal;
mod phases;
mod progress;
mod projects;
mod purge;
mod report;
mod resolve;
mod restore;
mod review;
mod seed;
mod show;
mod squash;
mod status;
mod subject;
mod suggestion;
mod sync;
mod takeover;
mod tenants;
mod terminal;
mod undo;
mod up;
mod verify;
mod webhook;

use std::pin::Pin;
use std::process::ExitCode;

use clap::Parser;
use sea_gen_runner::session;

use arguments::{Arguments, Command};
use report::Failure;

/// The outcome of a successful command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Done, or nothing to do: exit code 0.
    Done,
    /// There are changes or findings, and an option requests exit code 2 for them.
    Findings,
}

/// Runs the command line of this process.
///
/// Exit codes: 0 done or nothing to do, 1 error, 2 changes or findings if an option requests it, 130 interrupted.
pub fn main() -> ExitCode {
    // An expression of twenty thousand terms is an equally deep tree, which is traversed and dropped recursively.
    match std::thread::Builder::new().stack_size(crate::project::STACK).spawn(run) {
        Ok(thread) => thread.join().unwrap_or(ExitCode::from(101)),
        Err(_) => run(),
    }
}

fn run() -> ExitCode {
    let typed: Vec<String> = std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    if let Some(command) = report::habit(&typed) {
        paint::choose_colours(arguments::Color::Auto);
        suggestion::choose(
            ["gen", "status"].into_iter().chain(typed.iter().skip(2).map(String::as_str)).map(Into::into).collect(),
        );
        let said = typed.join(" ");
        let error = sea_gen_runner::Error::new(format!("there is no command `gen {said}`"));
        report::failure(&Failure::from(error.hint(format!("`{command}`")).hint("`gen help` lists the commands")));
        return ExitCode::from(1);
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are results, everything else is a usage error; clap chooses the stream.
            if !error.use_stderr() {
                let _ = error.print();
                return ExitCode::SUCCESS;
            }
            // What cannot be understood as a whole may still say how messages are wanted.
            let mut words = typed.iter().map(String::as_str).skip_while(|word| !word.starts_with("--log-format"));
            if matches!(
                (words.next(), words.next()),
                (Some("--log-format=json"), _) | (Some("--log-format"), Some("json"))
            ) {
                log_format::choose(arguments::LogFormat::Json);
            }
            paint::choose_colours(arguments::Color::Auto);
            report::misuse(&error, typed.into_iter());
            return ExitCode::from(1);
        }
    };
    suggestion::choose(std::env::args_os().collect());
    log_format::choose(arguments.log_format);
    paint::choose_colours(arguments.color);
    interrupt::listen();
    // Other threads parse equally deep expressions.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().thread_stack_size(crate::project::STACK).build();
    let outcome = match runtime {
        // The runtime has several entry points for a future, and each would compile all commands again.
        Ok(runtime) => runtime.block_on(Box::pin(dispatch(&arguments)) as Pin<Box<dyn Future<Output = _>>>),
        Err(error) => Err(Failure::from(sea_gen_runner::Error::new("cannot start the runtime").because(error))),
    };
    if session::interrupted() {
        match &outcome {
            Ok(_) => paint::talk("everything was done before it"),
            Err(failure) => report::failure(failure),
        }
        return ExitCode::from(interrupt::EXIT_CODE);
    }
    match outcome {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Findings) => ExitCode::from(2),
        Err(failure) => {
            report::failure(&failure);
            ExitCode::from(1)
        }
    }
}

async fn dispatch(arguments: &Arguments) -> Result<Ending, Failure> {
    let common = &arguments.common;
    if common.database_url.len() > 1 && !matches!(arguments.command, Command::Init(_)) {
        return Err(sea_gen_runner::Error::new("`--database-url` is given more than once")
            .hint("only `gen init` takes several databases; run the other commands once for each")
            .into());
    }
    /// One command, or with `--all` the same for every project until one fails.
    macro_rules! each {
        ($all:expr, $common:ident => $run:expr) => {{
            let folders = if $all { projects::of(common)? } else { Vec::new() };
            if folders.is_empty() {
                let $common = common.clone();
                return $run.await;
            }
            let mut ending = Ending::Done;
            for folder in &folders {
                let $common = projects::announce(common, folder);
                ending = projects::worst(ending, $run.await?);
            }
            Ok(ending)
        }};
    }
    match &arguments.command {
        Command::Init(command) => init::run(common, command).await,
        Command::Entities(command) => entities::run(common, command).await,
        Command::Migration(command) => migration::run(common, command).await,
        Command::Purge(command) => purge::run(common, command).await,
        Command::Undo(command) => undo::run(common, command).await,
        Command::Diff(command) => diff::run(common, command).await,
        Command::Accept(command) => accept::run(common, command).await,
        Command::Status(command) => each!(command.all, common => status::run(&common, command)),
        Command::Up(command) => each!(command.all, common => up::up(&common, command)),
        Command::Down(command) => up::down(common, command).await,
        Command::Redo(command) => up::redo(common, command).await,
        Command::Goto(command) => up::goto(common, command).await,
        Command::Fresh(command) => fresh::fresh(common, command).await,
        Command::Reset(command) => fresh::reset(common, command).await,
        Command::Restore(command) => restore::run(common, command).await,
        Command::Resolve(command) => resolve::run(common, command).await,
        Command::Takeover(command) => takeover::run(common, command).await,
        Command::Unlock(command) => resolve::unlock(common, command).await,
        Command::Grants(command) => grants::run(common, command).await,
        Command::Hooks(command) => hooks::run(common, command),
        Command::Baseline(command) => resolve::stamp(common, command).await,
        Command::Drift(command) => drift::run(common, command).await,
        Command::Sync(command) => sync::run(common, command).await,
        Command::Check(command) => each!(command.all, common => check::run(&common, command)),
        Command::Verify(command) => verify::run(common, command).await,
        Command::Lint(command) => lint::run(common, command).await,
        Command::Blame(command) => blame::run(common, command).await,
        Command::Ci(command) => ci::run(common, command),
        Command::Docs(command) => docs::run(common, command).await,
        Command::Review(command) => review::run(common, command).await,
        Command::Personal(command) => personal::run(common, command).await,
        Command::Anonymize(command) => anonymize::run(common, command).await,
        Command::Subject(command) => subject::run(common, command).await,
        Command::Seed(command) => seed::run(common, command).await,
        Command::Lock { rebuild: true, .. } => lock::rebuild(common),
        Command::Lock { no_verify, .. } => lock::run(common, *no_verify).await,
        Command::Log(command) => log::run(common, command).await,
        Command::History(command) => history::run(common, command).await,
        Command::Squash(command) => squash::run(common, command).await,
        Command::Report(command) => audit_report::run(common, command).await,
        Command::Webhook(arguments::Webhook::Test) => webhook::test(common).await,
        Command::Merge(command) => merge::run(common, command).await,
        Command::MergeDriver(command) => merge::driver(command),
        Command::Git(arguments::Git::Install) => merge::install(common),
        Command::Freeze(command) => freeze::freeze(common, command),
        Command::Thaw => freeze::thaw(common),
        Command::Completions(command) => completions::run(command),
    }
}
