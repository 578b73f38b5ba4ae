//! How many photos a worker has handled, for its log.

use std::time::{Duration, Instant};

use crate::jobs::outcome::Outcome;

/// How often the numbers are logged while they change.
const EVERY: Duration = Duration::from_secs(10 * 60);

/// Counts outcomes since the start of the worker.
#[derive(Debug)]
pub struct WorkerStats {
    moved: u64,
    /// Attempts that failed and are retried.
    retried: u64,
    failed: u64,
    deleted: u64,
    /// When the numbers were logged for the last time.
    logged_at: Instant,
}

impl WorkerStats {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            moved: 0,
            retried: 0,
            failed: 0,
            deleted: 0,
            logged_at: Instant::now(),
        }
    }

    /// Counts an outcome, and logs the numbers if it is time.
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Empty => return,
            Outcome::Moved(_) => self.moved += 1,
            Outcome::Retried(_) => self.retried += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Deleted(_) => self.deleted += 1,
        }
        if self.logged_at.elapsed() > EVERY {
            self.logged_at = Instant::now();
            self.log("photos since the start of the worker");
        }
    }

    /// Logs the numbers.
    pub fn log(&self, occasion: &str) {
        let Self {
            moved,
            retried,
            failed,
            deleted,
            ..
        } = self;
        tracing::info!(moved, retried, failed, deleted, "{occasion}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_counted_as_what_it_is_and_nothing_to_do_as_none() {
        let name = || "1-1.png".parse().unwrap();
        let mut stats = WorkerStats::new();
        stats.count(&Outcome::Empty);
        stats.count(&Outcome::Moved(name()));
        for _ in 0..2 {
            stats.count(&Outcome::Retried(name()));
        }
        for _ in 0..3 {
            stats.count(&Outcome::Failed(name()));
        }
        for _ in 0..4 {
            stats.count(&Outcome::Deleted(name()));
        }
        let counted = [stats.moved, stats.retried, stats.failed, stats.deleted];
        assert_eq!(counted, [1, 2, 3, 4]);
    }
}
