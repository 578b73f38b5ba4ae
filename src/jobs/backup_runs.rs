//! What the job for backups does at the moment and has done, and what operators ask of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::clock::Timestamp;

/// What the job for backups can do. It does one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Backup,
    /// The verification of the newest archive.
    Verification,
}

/// How something ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    pub at: Timestamp,
    pub succeeded: bool,
    /// What was done, or why it wasn't.
    pub message: String,
}

/// What is known of the job.
#[derive(Clone, Debug, Default)]
pub struct BackupState {
    /// What it does, or is to do next.
    pub running: Option<Work>,
    /// When the next backup is due, once that is known.
    pub next: Option<Timestamp>,
    /// By when there should be another whole backup, once that is known. One that fails, or lacks something, changes nothing about it.
    pub wanted_by: Option<Timestamp>,
    pub last_backup: Option<Finished>,
    pub last_verification: Option<Finished>,
    /// What an operator has asked for and isn't begun.
    requested: Option<Work>,
}

/// The state of the job, which those who ask and the job itself share; so do clones.
#[derive(Clone, Default)]
pub struct BackupRuns(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<BackupState>,
    wake: Notify,
}

impl BackupRuns {
    /// What is known of the job now.
    pub fn state(&self) -> BackupState {
        self.lock().clone()
    }

    /// The job alone for one piece of work, until what is returned is dropped; `None` while it has another.
    pub fn reserve(&self, work: Work) -> Option<ReservedRun> {
        let mut state = self.lock();
        if state.running.is_some() {
            return None;
        }
        state.running = Some(work);
        Some(ReservedRun {
            runs: self.clone(),
            work,
            is_handed_over: false,
        })
    }

    /// What was asked for, if anything was, as the job takes it.
    pub fn take_requested(&self) -> Option<ReservedRun> {
        let work = self.lock().requested.take()?;
        Some(ReservedRun {
            runs: self.clone(),
            work,
            is_handed_over: false,
        })
    }

    /// Notes when the next backup is due.
    pub fn set_next(&self, next: Timestamp) {
        self.lock().next = Some(next);
    }

    /// Notes by when there should be another whole backup.
    pub fn set_wanted_by(&self, wanted_by: Timestamp) {
        self.lock().wanted_by = Some(wanted_by);
    }

    /// Waits until something was asked for.
    pub async fn requested(&self) {
        self.0.wake.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, BackupState> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The job, for one piece of work.
pub struct ReservedRun {
    runs: BackupRuns,
    work: Work,
    is_handed_over: bool,
}

impl ReservedRun {
    /// What it is for.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Has the job do it.
    pub fn start(mut self) {
        self.is_handed_over = true;
        self.runs.lock().requested = Some(self.work);
        self.runs.0.wake.notify_one();
    }

    /// Notes how it ended.
    pub fn finish(self, finished: Finished) {
        let mut state = self.runs.lock();
        match self.work {
            Work::Backup => state.last_backup = Some(finished),
            Work::Verification => state.last_verification = Some(finished),
        }
    }
}

impl Drop for ReservedRun {
    fn drop(&mut self) {
        if !self.is_handed_over {
            self.runs.lock().running = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_piece_of_work_is_done_at_a_time_and_what_was_given_up_frees_the_job() {
        let runs = BackupRuns::default();
        let reserved = runs.reserve(Work::Verification).unwrap();
        assert!(runs.reserve(Work::Backup).is_none());
        drop(reserved);
        assert!(runs.take_requested().is_none());
        runs.reserve(Work::Backup).unwrap().start();
        assert!(runs.reserve(Work::Backup).is_none());
        let taken = runs.take_requested().unwrap();
        assert_eq!(runs.state().running, Some(Work::Backup));
        let finished = Finished {
            at: Timestamp(7),
            succeeded: true,
            message: String::from("Backed up"),
        };
        taken.finish(finished.clone());
        let state = runs.state();
        assert_eq!((state.running, state.last_backup), (None, Some(finished)));
        assert!(state.last_verification.is_none());
    }
}
