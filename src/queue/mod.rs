//! The way of a new photo's name to the worker. The message is the name and nothing else.

// Photos that were set aside.
mod failed;
mod local;
mod sqs;

use std::time::Duration;

use anyhow::Result;
use rusqlite::Connection;

use crate::check::{Check, Codes};
use crate::clock::Timestamp;
use crate::domain::photo_name::PhotoName;
pub use failed::{Failed, FailedPhoto, FailureInfo};
pub use local::LocalQueue;
pub use sqs::SqsQueue;

/// The wait before the second attempt; it doubles with each further one, up to the last.
const FIRST_BACK_OFF: Duration = Duration::from_secs(2);
const LAST_BACK_OFF: Duration = Duration::from_secs(10 * 60);

/// Longer than any photo in the local queue waits.
pub const MAX_RETRY_DELAY: Duration = Duration::from_secs(2 * LAST_BACK_OFF.as_secs());

/// Every code that a check of a queue can have.
pub fn codes() -> [Codes; 2] {
    [
        Codes::of::<local::LocalFound>(),
        Codes::of::<sqs::SqsFound>(),
    ]
}

/// The queues of new photos. An enum, because the kinds are few and known.
#[derive(Clone)]
pub enum PhotoQueue {
    /// A table of the database.
    Local(LocalQueue),
    /// Amazon SQS.
    Sqs(SqsQueue),
}

/// A photo's name that a worker has received and must acknowledge.
#[derive(Debug)]
pub struct Message {
    pub name: PhotoName,
    /// How often it was received, this time included.
    pub attempt: u32,
    /// What SQS requires when the message is acknowledged.
    receipt: Option<String>,
}

/// Why a photo couldn't be moved to its space.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is nowhere, so another attempt may not find it either.
    #[error("it is neither in the staging store nor in that of its space")]
    Missing,
    /// Something that may be mended.
    #[error("{0:#}")]
    Other(anyhow::Error),
}

/// What happens to a photo that couldn't be moved to its space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It is tried again at that time.
    RetryAt(Timestamp),
    /// Its attempts are used up; it waits for an operator to look at it.
    Failed,
    /// It was deleted meanwhile, which explains why it couldn't be moved to its space.
    Gone,
}

impl PhotoQueue {
    /// Queues a photo within the transaction that writes its row, if the queue is in the same database.
    ///
    /// # Errors
    /// The row can't be written.
    pub fn enqueue(&self, conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
        match self {
            Self::Local(queue) => queue.enqueue(conn, name),
            // The row itself is the outbox.
            Self::Sqs(_) => Ok(()),
        }
    }

    /// After the transaction, wakes the worker or the outbox for a new photo.
    pub fn notify(&self) {
        match self {
            Self::Local(queue) => queue.notify(),
            Self::Sqs(queue) => queue.notify(),
        }
    }

    /// Sends names out of the outbox; returns those that were accepted.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn send(&self, names: Vec<PhotoName>) -> Result<Vec<PhotoName>> {
        match self {
            Self::Local(queue) => queue.send(names).await,
            Self::Sqs(queue) => queue.send(&names).await,
        }
    }

    /// Waits until there may be something in the outbox again.
    pub async fn wait_for_unsent(&self) {
        match self {
            // Only a change of the settings leaves anything there, and the start sees to that.
            Self::Local(_) => std::future::pending().await,
            Self::Sqs(queue) => queue.wait_for_unsent().await,
        }
    }

    /// Whether consumers other than our workers may take from it.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Sqs(_))
    }

    /// Whether [`Self::receive`] waits for messages, and may be cancelled while it does.
    pub fn supports_long_poll(&self) -> bool {
        matches!(self, Self::Sqs(_))
    }

    /// Waits until there may be a message again, where [`Self::receive`] doesn't.
    pub async fn wait(&self) {
        match self {
            Self::Local(queue) => queue.wait().await,
            Self::Sqs(_) => {}
        }
    }

    /// The next messages, at most `max` and never more than ten; no other worker receives them for a while.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn receive(&self, max: u8, wait: bool) -> Result<Vec<Message>> {
        match self {
            Self::Local(queue) => queue.receive(max).await,
            Self::Sqs(queue) => queue.receive(max, wait).await,
        }
    }

    /// How long a received message is hidden from others.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn lease(&self) -> Result<Duration> {
        match self {
            Self::Local(_) => Ok(local::LEASE),
            Self::Sqs(queue) => queue.lease().await,
        }
    }

    /// Hides a message from others for longer, while its photo is being worked on.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn extend(&self, message: &Message) -> Result<()> {
        match self {
            Self::Local(queue) => queue.extend(message).await,
            Self::Sqs(queue) => queue.extend(message).await,
        }
    }

    /// Takes a message out of the queue: its photo is in its space.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn acknowledge(&self, message: Message) -> Result<()> {
        match self {
            Self::Local(queue) => queue.acknowledge(message).await,
            Self::Sqs(queue) => queue.acknowledge(&message).await,
        }
    }

    /// Puts a message back whose photo couldn't be moved to its space, for later or, after too many attempts, aside.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn nack(&self, message: &Message, failure: &Failure) -> Result<Disposition> {
        match self {
            Self::Local(queue) => queue.nack(message, failure).await,
            Self::Sqs(queue) => queue.nack(message, failure).await,
        }
    }

    /// Looks at how the queue is set up, and what waits in it.
    pub async fn run_checks(&self, report: &mut impl FnMut(Check)) {
        match self {
            Self::Local(queue) => queue.run_checks(report).await,
            Self::Sqs(queue) => queue.run_checks(report).await,
        }
    }

    /// The photos that were set aside after too many attempts.
    ///
    /// # Errors
    /// The queue can't be reached, or sets nothing aside.
    pub async fn list_failed(&self) -> Result<Failed> {
        match self {
            Self::Local(queue) => queue.list_failed().await,
            Self::Sqs(queue) => queue.list_failed().await,
        }
    }

    /// Sends photos again that were set aside, these or all; returns those that were.
    ///
    /// # Errors
    /// As [`Self::list_failed`].
    pub async fn retry(&self, names: Option<&[PhotoName]>) -> Result<Vec<PhotoName>> {
        match self {
            Self::Local(queue) => queue.retry(names).await,
            Self::Sqs(queue) => queue.retry(names).await,
        }
    }
}

impl PhotoQueue {
    /// As [`Self::retry`], within a transaction if the queue is in the same database; `None` if it isn't.
    ///
    /// # Errors
    /// The rows can't be written.
    pub fn retry_here(
        &self,
        conn: &Connection,
        names: Option<&[PhotoName]>,
    ) -> rusqlite::Result<Option<Vec<PhotoName>>> {
        match self {
            Self::Local(queue) => queue.retry_here(conn, names).map(Some),
            Self::Sqs(_) => Ok(None),
        }
    }
}

fn back_off(attempt: u32) -> Duration {
    let doublings = attempt.saturating_sub(1).min(16);
    FIRST_BACK_OFF
        .saturating_mul(1 << doublings)
        .min(LAST_BACK_OFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_ten_minutes() {
        let seconds: Vec<_> = [1, 2, 3, 4, 30, u32::MAX]
            .map(|attempt| back_off(attempt).as_secs())
            .into();
        assert_eq!(seconds, [2, 4, 8, 16, 600, 600]);
    }
}
