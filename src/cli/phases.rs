//! What a job is doing, as a line on a terminal that disappears when it is done: only for what takes longer than a moment, and
//! nothing where stderr is not a terminal.
//!
//! Must not know the jobs.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::paint;

/// The time after which work is shown.
const MOMENT: Duration = Duration::from_millis(500);

/// The interval between changes of the line.
const TICK: Duration = Duration::from_millis(120);

/// The work that goes on, and the line that shows it.
struct Phases {
    running: Vec<(String, Instant)>,
    bar: Option<ProgressBar>,
    /// Whether a thread changes the line.
    is_watched: bool,
}

static PHASES: Mutex<Phases> = Mutex::new(Phases { running: Vec::new(), bar: None, is_watched: false });

fn phases() -> MutexGuard<'static, Phases> {
    PHASES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Work begins that may take long.
pub(super) fn begins(what: &str) {
    if !paint::stderr_is_terminal() {
        return;
    }
    let mut phases = phases();
    phases.running.push((paint::line(what), Instant::now()));
    if !phases.is_watched {
        phases.is_watched = true;
        std::thread::spawn(watch);
    }
}

/// The work is done.
pub(super) fn ends(what: &str) {
    let mut phases = phases();
    let what = paint::line(what);
    if let Some(at) = phases.running.iter().rposition(|(running, _)| *running == what) {
        phases.running.remove(at);
    }
    if phases.running.is_empty()
        && let Some(bar) = phases.bar.take()
    {
        bar.finish_and_clear();
    }
}

/// Writes to a stream, without the line in between.
pub(super) fn aside<T>(write: impl FnOnce() -> T) -> T {
    let phases = phases();
    match &phases.bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

fn watch() {
    loop {
        std::thread::sleep(TICK);
        let mut phases = phases();
        // The work that began last is the one that the others wait for.
        let Some((what, since)) = phases.running.last().cloned() else {
            phases.is_watched = false;
            return;
        };
        if since.elapsed() >= MOMENT {
            let bar = phases.bar.get_or_insert_with(spinner);
            bar.set_message(format!("{what} ({} s)", since.elapsed().as_secs()));
            bar.tick();
        }
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    bar
}
