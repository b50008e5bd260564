//! Ctrl-C and SIGTERM: cancel the running statement, and report what is left; without a statement, they end the process.
//!
//! Must not know the statement.

use sea_gen_runner::session;

use super::paint;

/// The exit code of an interrupted process.
pub(super) const EXIT_CODE: u8 = 130;

/// Installs the handler. A second signal ends the process at once.
pub(super) fn listen() {
    // Without the thread, a signal ends the process, as it does by default.
    let _ = std::thread::Builder::new().name("interrupt".to_owned()).spawn(|| {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        runtime.block_on(async {
            while requested().await {
                if !session::interrupt() {
                    std::process::exit(EXIT_CODE.into());
                }
                paint::talk("interrupted: what runs on the database is ended");
            }
        });
    });
}

/// Waits for Ctrl-C, or for the signal by which systems ask a process to end. False if neither can be received.
#[cfg(unix)]
async fn requested() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut ended) = signal(SignalKind::terminate()) else { return tokio::signal::ctrl_c().await.is_ok() };
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
        asked = ended.recv() => asked.is_some(),
    }
}

#[cfg(not(unix))]
async fn requested() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}
