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
/// How often in a row. One that is still behind then is delayed on purpose, or somebody else keeps it busy.
const RESTS: u32 = 300;

/// The pace at which rows are changed.
pub(super) struct Pace {
    rows: u32,
    /// How often replicas were waited for since the last portion; `None` if they are not waited for any more.
    rests: Option<u32>,
}

/// What is done about replicas before the next portion.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Replicas {
    /// Nothing: none is far behind, or they are not waited for any more.
    Ignore,
    /// One is given time, for this reason.
    Wait(Duration, String),
    /// From now on they are not waited for, for this reason.
    Leave(String),
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { rows: FIRST, rests: Some(0) }
    }

    /// What is done about replicas, the last of which is this many seconds behind.
    pub(super) fn replicas(&mut self, behind: Option<u64>) -> Replicas {
        let (Some(seconds), Some(rests)) = (behind.filter(|seconds| *seconds > LAG), self.rests) else {
            return Replicas::Ignore;
        };
        if rests >= RESTS {
            self.rests = None;
            let waited = (REST * RESTS).as_secs();
            return Replicas::Leave(format!(
                "a replica is still {seconds} s behind after {waited} s in which no row was changed; replicas are not waited for any more"
            ));
        }
        self.rests = Some(rests + 1);
        Replicas::Wait(REST, format!("a replica is {seconds} s behind"))
    }

    /// The rows of the next portion.
    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// Takes note of how long a portion took. Returns how long to pause: others get a fifth of the time at least.
    pub(super) fn took(&mut self, time: Duration) -> Duration {
        self.rests = self.rests.map(|_| 0);
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

/// How far the last replica is behind, in seconds. Only PostgreSQL's primary knows its replicas' delay, and shows it to members of
/// `pg_monitor`; it does not know which of them are delayed on purpose (`recovery_min_apply_delay`).
pub(super) async fn behind(session: &mut Session) -> Option<u64> {
    if session.product() != Product::Postgres {
        return None;
    }
    let query = "SELECT coalesce(max(extract(epoch FROM replay_lag)), 0)::bigint FROM pg_stat_replication";
    let found = session.query(query).await.ok()?;
    found.first()?.text(0).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_that_stays_behind_is_not_waited_for_without_end() {
        let mut pace = Pace::new();
        assert_eq!(pace.replicas(None), Replicas::Ignore);
        assert_eq!(pace.replicas(Some(LAG)), Replicas::Ignore);
        let waits = |pace: &mut Pace, times: u32| {
            (0..times).filter(|_| matches!(pace.replicas(Some(3_600)), Replicas::Wait(..))).count()
        };
        assert_eq!(waits(&mut pace, 10), 10);
        pace.took(SHORT);
        assert_eq!(waits(&mut pace, RESTS), 300);
        let Replicas::Leave(why) = pace.replicas(Some(3_600)) else { panic!("it is still waited for") };
        assert_eq!(
            why,
            "a replica is still 3600 s behind after 300 s in which no row was changed; replicas are not waited for any more"
        );
        pace.took(SHORT);
        assert_eq!(pace.replicas(Some(3_600)), Replicas::Ignore);
    }

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
