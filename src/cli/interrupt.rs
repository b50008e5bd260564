//! Ctrl-C: it ends the statement that runs, and what is not done is said; where none runs, it ends the process.
//!
//! Must not know what the statement is.

use sea_gen_runner::session;

use super::paint;

/// What a process exits with that was told to end.
pub(super) const EXIT_CODE: u8 = 130;

/// Listens from now on. A second Ctrl-C waits for nobody.
pub(super) fn listen() {
    // Without the thread Ctrl-C ends the process, as it does without this file.
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
