//! How many rows a portion has, and how long others are left alone behind it: so that no session waits long for a row, and no
//! replica falls behind.
//!
//! Must not know what is changed in the rows.

use std::time::Duration;

use crate::Product;
use crate::session::Session;

/// The rows of the first portion.
const FIRST: u32 = 1_000;
/// The fewest and the most rows of a portion.
const LEAST: u32 = 100;
const MOST: u32 = 10_000;

/// A portion that takes less is followed by a larger one.
const SHORT: Duration = Duration::from_millis(100);
/// A portion that takes longer is followed by a smaller one.
const LONG: Duration = Duration::from_millis(300);

/// How far a replica may be behind, in seconds.
const LAG: u64 = 5;
/// How long a replica that is further behind is given.
const REST: Duration = Duration::from_secs(1);

/// The pace at which rows are changed.
pub(super) struct Pace {
    rows: u32,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { rows: FIRST }
    }

    /// The rows of the next portion.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// Takes note of how long a portion took. Returns how long to pause: others get a fifth of the time at least.
    pub(super) fn took(&mut self, time: Duration) -> Duration {
        if time < SHORT {
            self.rows = (self.rows * 2).min(MOST);
        } else if time > LONG {
            self.slow_down();
        }
        time / 4
    }

    /// Somebody else held a row.
    pub(super) fn slow_down(&mut self) {
        self.rows = (self.rows / 2).max(LEAST);
    }
}

/// How long to wait for replicas, and how far the last one is behind, in words. Only PostgreSQL's primary knows its replicas' delay,
/// and shows it to members of `pg_monitor`.
pub(super) async fn behind(session: &mut Session) -> Option<(Duration, String)> {
    if session.product() != Product::Postgres {
        return None;
    }
    let query = "SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)::bigint FROM pg_stat_replication";
    let found = session.query(query).await.ok()?;
    let seconds: u64 = found.first()?.text(0).parse().ok()?;
    (seconds > LAG).then(|| (REST, format!("a replica is {seconds} s behind")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_grow_while_they_are_short_and_shrink_when_they_are_long() {
        let mut pace = Pace::new();
        for expected in [2_000, 4_000, 8_000, 10_000, 10_000] {
            assert_eq!(pace.took(Duration::from_millis(10)), Duration::from_micros(2_500));
            assert_eq!(pace.rows(), expected);
        }
        pace.took(Duration::from_millis(200));
        assert_eq!(pace.rows(), 10_000);
        for expected in [5_000, 2_500, 1_250, 625, 312, 156, 100, 100] {
            pace.took(Duration::from_secs(2));
            assert_eq!(pace.rows(), expected);
        }
    }
}
