//! The `gen` binary: hands its arguments to the library's command line and exits with what that says.
//!
//! Must not know any command.

/// Reading schemas takes many small pieces of memory, and gives all of them back.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    sea_gen::cli::main()
}
