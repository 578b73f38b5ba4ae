//! How many photos a worker has dealt with, for its log.

use std::time::{Duration, Instant};

use crate::jobs::process_photo::Outcome;

/// How often the numbers are logged while they change.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// Counts outcomes since the start of the worker.
#[derive(Debug)]
pub struct WorkerStats {
    sorted: u64,
    /// Attempts that failed, and were or will be made again.
    failed: u64,
    set_aside: u64,
    gone: u64,
    /// When the numbers were logged for the last time.
    told: Instant,
}

impl WorkerStats {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            sorted: 0,
            failed: 0,
            set_aside: 0,
            gone: 0,
            told: Instant::now(),
        }
    }

    /// Counts an outcome, and logs the numbers if it is time.
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Empty => return,
            Outcome::Sorted(_) => self.sorted += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::SetAside(_) => self.set_aside += 1,
            Outcome::Gone(_) => self.gone += 1,
        }
        if self.told.elapsed() > EVERY {
            self.told = Instant::now();
            self.log("photos since the start");
        }
    }

    /// Logs the numbers.
    pub fn log(&self, occasion: &str) {
        let Self {
            sorted,
            failed,
            set_aside,
            gone,
            ..
        } = self;
        tracing::info!(sorted, failed, set_aside, gone, "{occasion}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_counted_as_what_it_is_and_nothing_to_do_as_none() {
        let name = || "1-1.png".parse().unwrap();
        let mut tally = WorkerStats::new();
        tally.count(&Outcome::Empty);
        tally.count(&Outcome::Sorted(name()));
        for _ in 0..2 {
            tally.count(&Outcome::Failed(name()));
        }
        for _ in 0..3 {
            tally.count(&Outcome::SetAside(name()));
        }
        for _ in 0..4 {
            tally.count(&Outcome::Gone(name()));
        }
        let counted = [tally.sorted, tally.failed, tally.set_aside, tally.gone];
        assert_eq!(counted, [1, 2, 3, 4]);
    }
}
