//! Sends photos that have failed to the workers again, with a line in the log of operators.

use anyhow::Result;

use crate::app::App;
use crate::clock::Timestamp;
use crate::db::Connection;
use crate::domain::access::OperatorRight;
use crate::domain::operating::Act;
use crate::domain::photo_name::PhotoName;
use crate::queue::PhotoQueue;

/// What an operator has sent again: these photos, or all that have failed.
#[derive(Clone)]
pub struct Retry {
    queue: PhotoQueue,
    names: Option<Vec<PhotoName>>,
    now: Timestamp,
}

impl App {
    /// Sends these again, or all that have failed.
    pub fn retry(&self, names: Option<Vec<PhotoName>>) -> Retry {
        Retry {
            queue: self.queue.clone(),
            names,
            now: self.now(),
        }
    }
}

impl Retry {
    /// Logs it, and does it if the queue is in the same database. Returns those that were sent, if they were.
    ///
    /// # Errors
    /// The database can't be written.
    pub fn begin(
        &self,
        conn: &Connection,
        by: &OperatorRight,
    ) -> crate::error::Result<Option<Vec<PhotoName>>> {
        let names = self.names.as_deref();
        let sent = self.queue.retry_here(conn, names)?;
        let count = sent.as_deref().or(names).map(<[_]>::len);
        Act::new(conn, by, self.now).note_retried(count)?;
        Ok(sent)
    }

    /// Does it where the queue is elsewhere, after what [`Self::begin`] has returned. Returns those that were sent.
    ///
    /// # Errors
    /// The queue can't be reached.
    pub async fn finish(self, sent: Option<Vec<PhotoName>>) -> Result<Vec<PhotoName>> {
        let Some(sent) = sent else {
            return self.queue.retry(self.names.as_deref()).await;
        };
        self.queue.notify();
        Ok(sent)
    }
}
