//! Runs a function on many values, on one thread for each core, or on as many as a disk serves at a time.
//!
//! Must not know the function.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// The number of values below which a thread costs more than it saves.
const WORTHWHILE: usize = 32;

/// How many threads wait for the disk at a time.
const AT_A_TIME: usize = 16;

/// The maximum size of a thread's stack in bytes. Memory is used only for the part in use.
pub const STACK: usize = 512 << 20;

/// Calls `work` on every value; the results are in the order of the values.
pub(super) fn map<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(things.len() / WORTHWHILE);
    on(threads, things, work)
}

/// The same for work that waits for the disk: what many ask for at a time, the disk does at a time.
pub(super) fn wait_for<T: Send, R: Send>(things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    on(AT_A_TIME.min(things.len()), things, work)
}

fn on<T: Send, R: Send>(threads: usize, mut things: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    if threads < 2 {
        return things.into_iter().map(work).collect();
    }
    let share = things.len().div_ceil(threads);
    let mut shares = Vec::new();
    while things.len() > share {
        let rest = things.split_off(share);
        shares.push(std::mem::replace(&mut things, rest));
    }
    thread::scope(|scope| {
        let work = &work;
        // This thread takes the last share, which was cut off none.
        let run = |share: Vec<T>| move || share.into_iter().map(work).collect::<Vec<R>>();
        // Parsed files may be nested deeply.
        let spawn = |share| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run(share));
        let running: Vec<_> = shares.into_iter().map(spawn).collect();
        let last: Vec<R> = things.into_iter().map(work).collect();
        let joined = running.into_iter().map(|thread| match thread.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(error) => resume_unwind(Box::new(error)),
        });
        joined.flatten().chain(last).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_stand_in_the_order_of_the_things() {
        for count in [0, 1, 63, 64, 65, 1_000] {
            let doubled = map((0..count).collect(), |number| number * 2);
            assert!(doubled.into_iter().eq((0..count).map(|number| number * 2)));
        }
    }
}
