//! The work of the writing thread, and how its result reaches the waiting task.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::{Error, Failure, Overload, Result};

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Everything: it is synced to the disk.
    Synced,
    /// The end of the process. A power cut before the next sync undoes it.
    Unsynced,
}

/// What the thread needs from a job, whatever its result.
pub trait QueuedWrite: Send {
    /// Whether it isn't to be run: its turn came too late, or it was turned away.
    fn is_late(&self) -> bool;
    /// What it must survive once it is acknowledged.
    fn durability(&self) -> Durability;
    /// Whether it deletes, and is done on a full disk too.
    fn makes_room(&self) -> bool;
    /// Whether it was run and refused for lack of space.
    fn found_no_room(&self) -> bool;
    /// Keeps what it did, whatever happens to the others.
    fn settle(&mut self);
    /// Cancels it, or undoes it, for lack of space; what it has refused on its own stands.
    fn turn_away(&mut self);
    /// Does the work. Returns whether to keep what it wrote.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Answers the waiting task: with its own result if the commit succeeded.
    fn answer(self: Box<Self>, committed: std::result::Result<(), CommitError>);
}

/// Why nothing of a batch was kept.
#[derive(Clone)]
pub enum CommitError {
    Busy,
    DataGone,
    DiskFull(String),
    /// Another error of the disk; some quotas report one when they are full.
    Io(String),
    Sqlite(String),
}

impl From<rusqlite::Error> for CommitError {
    fn from(error: rusqlite::Error) -> Self {
        let is_io = is_io(&error);
        match Error::from(error) {
            Error::Failure(Failure::DiskFull(error)) => Self::DiskFull(format!("{error:#}")),
            Error::Failure(Failure::Internal(error)) if is_io => Self::Io(format!("{error:#}")),
            Error::Failure(Failure::Internal(error)) => Self::Sqlite(format!("{error:#}")),
            _ => Self::Busy,
        }
    }
}

impl From<CommitError> for Error {
    fn from(failure: CommitError) -> Self {
        match failure {
            CommitError::Busy => Overload::Busy.into(),
            CommitError::DataGone => Failure::DataGone.into(),
            CommitError::DiskFull(reason) => {
                Failure::DiskFull(anyhow!("the database didn't keep a write: {reason}")).into()
            }
            CommitError::Io(reason) | CommitError::Sqlite(reason) => {
                Self::internal(anyhow!("the database didn't keep a write: {reason}"))
            }
        }
    }
}

/// Whether the disk is the reason.
pub fn is_io(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, SystemIoFailure};
    matches!(
        error.sqlite_error_code(),
        Some(SystemIoFailure | CannotOpen)
    )
}

/// Something to do.
pub trait Work<T> {
    /// Whether it is done on a full disk too.
    const MAKES_ROOM: bool;
    /// Does it; `None` if it can't be done again.
    fn run(&mut self, connection: &Connection) -> Option<Result<T>>;
}

/// Work that runs once.
pub struct Once<F>(pub Option<F>);

/// A write that frees space, and may be repeated.
pub struct Again<F>(pub F);

impl<T, F: FnOnce(&Connection) -> Result<T>> Work<T> for Once<F> {
    const MAKES_ROOM: bool = false;

    fn run(&mut self, connection: &Connection) -> Option<Result<T>> {
        self.0.take().map(|work| work(connection))
    }
}

impl<T, F: FnMut(&Connection) -> Result<T>> Work<T> for Again<F> {
    const MAKES_ROOM: bool = true;

    fn run(&mut self, connection: &Connection) -> Option<Result<T>> {
        Some((self.0)(connection))
    }
}

/// Work whose result a task waits for.
pub struct PendingWrite<T, F> {
    work: F,
    is_turned_away: bool,
    is_settled: bool,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
    outlives: Durability,
    until: Instant,
}

impl<T, F> PendingWrite<T, F> {
    /// A job that must begin before `deadline` is over, and its answer.
    pub fn new(
        work: F,
        outlives: Durability,
        deadline: Duration,
    ) -> (Self, oneshot::Receiver<Result<T>>) {
        let (reply, answer) = oneshot::channel();
        let job = Self {
            work,
            is_turned_away: false,
            is_settled: false,
            result: None,
            reply,
            outlives,
            until: Instant::now() + deadline,
        };
        (job, answer)
    }
}

impl<T, F> QueuedWrite for PendingWrite<T, F>
where
    T: Send,
    F: Work<T> + Send,
{
    fn is_late(&self) -> bool {
        self.is_turned_away
            || self.is_settled
            || self.result.is_none() && Instant::now() > self.until
    }

    fn makes_room(&self) -> bool {
        F::MAKES_ROOM
    }

    fn found_no_room(&self) -> bool {
        match &self.result {
            Some(Err(Error::Failure(Failure::DiskFull(_)))) => true,
            Some(Err(Error::Failure(Failure::Internal(error)))) => {
                error.downcast_ref().is_some_and(is_io)
            }
            _ => false,
        }
    }

    fn settle(&mut self) {
        self.is_settled = true;
    }

    fn turn_away(&mut self) {
        self.is_turned_away = true;
        if !matches!(self.result, Some(Err(_))) {
            let why = anyhow!("what room is left is for deleting");
            self.result = Some(Err(Failure::DiskFull(why).into()));
        }
    }

    fn durability(&self) -> Durability {
        self.outlives
    }

    fn run(&mut self, connection: &Connection) -> bool {
        // A panic is a defect of one request; the thread must continue for the others.
        let ran = catch_unwind(AssertUnwindSafe(|| self.work.run(connection)));
        let result = ran.unwrap_or_else(|_| {
            Some(Err(Error::internal(anyhow!(
                "a write to the database panicked"
            ))))
        });
        let Some(result) = result else { return false };
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, committed: std::result::Result<(), CommitError>) {
        let committed = if self.is_settled { Ok(()) } else { committed };
        let answer = match (self.result, committed) {
            // A refusal stands whatever happens to the others' commit.
            (Some(Err(refusal)), _) => Err(refusal),
            (_, Err(failure)) => Err(failure.into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(Overload::Busy.into()),
        };
        // The waiting task may be gone; the work stays done.
        drop(self.reply.send(answer));
    }
}
