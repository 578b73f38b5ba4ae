//! The way of a new photo's name to the worker. The message is the name and nothing else.

mod local;

use anyhow::Result;
use rusqlite::Connection;

use super::name::PhotoName;
use crate::clock::Timestamp;
pub use local::LocalQueue;

/// The queues of new photos. An enum, because the kinds are few and known.
#[derive(Clone)]
pub enum PhotoQueue {
    /// A table of the database.
    Local(LocalQueue),
}

/// A photo's name that a worker has received and must acknowledge.
#[derive(Debug)]
pub struct Message {
    pub name: PhotoName,
    /// How often it was received, this time included.
    pub attempt: u32,
}

/// What becomes of a photo that couldn't be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is tried again at that time.
    RetryAt(Timestamp),
    /// Its attempts are used up; it waits for somebody to look at it.
    SetAside,
}

impl PhotoQueue {
    /// Queues a photo within the transaction that writes its row, if the queue is in the same database.
    ///
    /// # Errors
    /// The row can't be written.
    pub fn enqueue(&self, conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
        match self {
            Self::Local(queue) => queue.enqueue(conn, name),
        }
    }

    /// Tells the worker, after the transaction, that a photo has come.
    pub fn announce(&self) {
        match self {
            Self::Local(queue) => queue.announce(),
        }
    }

    /// Waits until there may be a message again.
    pub async fn wait(&self) {
        match self {
            Self::Local(queue) => queue.wait().await,
        }
    }

    /// The next message; nobody else receives it for a while.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn receive(&self) -> Result<Option<Message>> {
        match self {
            Self::Local(queue) => queue.receive().await,
        }
    }

    /// Takes a message out of the queue: its photo is sorted.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn acknowledge(&self, message: Message) -> Result<()> {
        match self {
            Self::Local(queue) => queue.acknowledge(message).await,
        }
    }

    /// Puts a message back whose photo couldn't be sorted, for later or, after too many attempts, aside.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn put_back(&self, message: &Message, error: &anyhow::Error) -> Result<Next> {
        match self {
            Self::Local(queue) => queue.put_back(message, error).await,
        }
    }
}
