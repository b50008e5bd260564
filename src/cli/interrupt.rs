//! Ctrl-C and SIGTERM: cancel the running statement, and report what is left; without a statement, they end the process.
//!
//! Must not know the statement.

use sea_gen_runner::session;

use super::paint;

/// The exit code of an interrupted process.
pub(super) const EXIT_CODE: u8 = 130;

/// Installs the handler, and returns when it is there. A second signal ends the process at once.
pub(super) fn listen() {
    let (installed, is_installed) = std::sync::mpsc::channel();
    // Without the thread, a signal ends the process, as it does by default.
    let _ = std::thread::Builder::new().name("interrupt".to_owned()).spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        runtime.block_on(async {
            let Ok(mut signals) = Signals::new() else { return };
            let _ = installed.send(());
            while signals.requested().await {
                if !session::interrupt() {
                    std::process::exit(EXIT_CODE.into());
                }
                paint::talk("interrupted: what runs on the database is ended");
            }
        });
    });
    let _ = is_installed.recv();
}

/// Ctrl-C, and the signal by which systems ask a process to end.
#[cfg(unix)]
struct Signals {
    pressed: tokio::signal::unix::Signal,
    asked: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { pressed: signal(SignalKind::interrupt())?, asked: signal(SignalKind::terminate())? })
    }

    /// Waits for one of them. False if none can be received any more.
    async fn requested(&mut self) -> bool {
        tokio::select! {
            pressed = self.pressed.recv() => pressed.is_some(),
            asked = self.asked.recv() => asked.is_some(),
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// Waits for it. False if it cannot be received.
    async fn requested(&mut self) -> bool {
        tokio::signal::ctrl_c().await.is_ok()
    }
}
