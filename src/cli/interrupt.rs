//! Ctrl-C: cancels the running statement, and reports what is left; without a statement, it ends the process.
//!
//! Must not know the statement.

use sea_gen_runner::session;

use super::paint;

/// The exit code of an interrupted process.
pub(super) const EXIT_CODE: u8 = 130;

/// Installs the handler. A second Ctrl-C ends the process at once.
pub(super) fn listen() {
    // Without the thread, Ctrl-C ends the process, as it does by default.
    let _ = std::thread::Builder::new().name("interrupt".to_owned()).spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        runtime.block_on(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                if !session::interrupt() {
                    std::process::exit(EXIT_CODE.into());
                }
                paint::talk("interrupted: what runs on the database is ended");
            }
        });
    });
}
