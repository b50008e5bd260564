//! The `gen` binary: hands its arguments to the library's command line and exits with what that says.
//!
//! Must not know any command.

fn main() -> std::process::ExitCode {
    sea_gen::cli::main()
}
