//! Progress of running migrations: a status line on a terminal, and elsewhere a line every ten seconds.
//!
//! Must not know how a migration is executed.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use sea_gen_runner::run::Progress;

use super::{log_format, paint};

/// The interval between messages without a terminal.
const QUIET: Duration = Duration::from_secs(10);

/// Reports progress.
pub(super) enum Talk {
    Terminal(ProgressBar),
    Lines(Lines),
    Events,
}

impl Talk {
    pub(super) fn new() -> Self {
        if log_format::is_json() {
            return Self::Events;
        }
        if !paint::stderr_is_terminal() {
            return Self::Lines(Lines::begin(QUIET, paint::talk));
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self::Terminal(bar)
    }

    pub(super) fn show(&mut self, progress: &Progress<'_>) {
        if matches!(self, Self::Events) {
            return log_format::event(progress);
        }
        let text = match progress {
            Progress::Waiting { holder } => {
                let by = holder.map(|holder| format!(" ({holder})")).unwrap_or_default();
                format!("waiting for another runner{by}")
            }
            Progress::Ended { holder } => format!("ended a runner whose client is gone ({holder})"),
            Progress::Started { id, direction, .. } => format!("{direction} {id}"),
            Progress::Statement { number, of, sql } => format!("{number}/{of} {}", paint::line(sql)),
            Progress::Batch { rows } => format!("{rows} rows changed"),
            Progress::Hook { path } => format!("hook {path}"),
            Progress::Noting { what } => format!("note: {what}"),
            Progress::Stepping { why } => format!("{why}; trying again"),
            // `Finished`, and kinds of a later runner version.
            _ => return,
        };
        match self {
            Self::Events => {}
            Self::Terminal(bar) if matches!(progress, Progress::Noting { .. } | Progress::Ended { .. }) => {
                bar.suspend(|| paint::talk(text))
            }
            Self::Terminal(bar) => bar.set_message(paint::line(&text)),
            Self::Lines(lines) => match progress {
                Progress::Waiting { .. }
                | Progress::Ended { .. }
                | Progress::Noting { .. }
                | Progress::Stepping { .. } => paint::talk(text),
                Progress::Started { .. } | Progress::Hook { .. } => lines.begins(text),
                _ => lines.goes_on(text),
            },
        }
    }

    pub(super) fn done(&self) {
        if let Self::Terminal(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// Reports a slow statement at intervals, until it is dropped.
pub(super) struct Lines {
    /// The migration, the statement, and the start time of the migration.
    now: Arc<Mutex<Option<(String, String, Instant)>>>,
    _ends: Sender<()>,
}

impl Lines {
    fn begin(quiet: Duration, say: impl Fn(String) + Send + 'static) -> Self {
        let now: Arc<Mutex<Option<(String, String, Instant)>>> = Arc::default();
        let (ends, ended) = channel::<()>();
        let seen = Arc::clone(&now);
        std::thread::spawn(move || {
            while ended.recv_timeout(quiet) == Err(RecvTimeoutError::Timeout) {
                let now = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if let Some((migration, statement, since)) = now
                    && since.elapsed() >= quiet
                {
                    say(format!("{migration}: {statement} ({} s)", since.elapsed().as_secs()));
                }
            }
        });
        Self { now, _ends: ends }
    }

    fn begins(&self, migration: String) {
        let now = (migration, "begins".to_owned(), Instant::now());
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    fn goes_on(&self, text: String) {
        if let Some((_, statement, _)) = &mut *self.now.lock().unwrap_or_else(PoisonError::into_inner) {
            *statement = text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_long_is_said_and_what_does_not_is_not() {
        let (told, lines) = channel();
        let talk = Lines::begin(Duration::from_millis(1), move |line| {
            let _ = told.send(line);
        });
        talk.begins("up 20260101_000000_one".to_owned());
        talk.goes_on("2/3 CREATE INDEX".to_owned());
        let line = lines.iter().find(|line| line.contains("CREATE INDEX")).unwrap();
        assert_eq!(line, "up 20260101_000000_one: 2/3 CREATE INDEX (0 s)");
        drop(talk);
        let (told, lines) = channel();
        let quiet = Lines::begin(QUIET, move |line| {
            let _ = told.send(line);
        });
        quiet.begins("up".to_owned());
        drop(quiet);
        assert!(lines.recv().is_err(), "nothing has taken ten seconds");
    }
}
