//! The queue as a table of the database: durable with the share, hidden while a worker has it, kept when it fails.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use rusqlite::Connection;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{Message, Next, PhotoName};
use crate::clock::Clock;
use crate::db::Db;
use crate::domain::jobs;

/// How long a taken photo is hidden. Far longer than moving a file takes; after a crash it is taken again.
const LEASE: Duration = Duration::from_secs(60);
/// A worker in another process is not notified, so everybody also looks this often.
const POLL: Duration = Duration::from_millis(500);
/// The wait before the second attempt; it doubles with each further one, up to the last.
const FIRST_BACK_OFF: Duration = Duration::from_secs(2);
const LAST_BACK_OFF: Duration = Duration::from_secs(10 * 60);

/// The queue in the table `photo_jobs`; clones share it.
#[derive(Clone)]
pub struct LocalQueue {
    db: Db,
    clock: Clock,
    arrived: Arc<Notify>,
    max_attempts: u32,
}

impl LocalQueue {
    /// The queue in this database, which sets a photo aside after `max_attempts`.
    pub fn new(db: Db, clock: Clock, max_attempts: u32) -> Self {
        Self {
            db,
            clock,
            arrived: Arc::new(Notify::new()),
            max_attempts,
        }
    }

    pub(super) fn enqueue(&self, conn: &Connection, name: &PhotoName) -> rusqlite::Result<()> {
        jobs::add(conn, name, self.clock.now())
    }

    pub(super) fn announce(&self) {
        self.arrived.notify_one();
    }

    pub(super) async fn wait(&self) {
        // Either way there may be something now: told so, or time to look.
        let _told = timeout(POLL, self.arrived.notified()).await;
    }

    pub(super) async fn receive(&self) -> Result<Option<Message>> {
        let now = self.clock.now();
        let max_attempts = self.max_attempts;
        if !self
            .db
            .read(move |conn| Ok(jobs::is_any_due(conn, now)?))
            .await?
        {
            return Ok(None);
        }
        let taken = self.db.write(move |conn| {
            // Whoever had these in hand for the last time has never come back to say why.
            jobs::set_aside_abandoned(conn, max_attempts, now)?;
            Ok(jobs::take(conn, now, LEASE)?)
        });
        Ok(taken.await?.map(|job| Message {
            name: job.name,
            attempt: job.attempts,
        }))
    }

    pub(super) async fn acknowledge(&self, message: Message) -> Result<()> {
        Ok(self
            .db
            .write(move |conn| Ok(jobs::remove(conn, &message.name)?))
            .await?)
    }

    pub(super) async fn put_back(&self, message: &Message, error: &anyhow::Error) -> Result<Next> {
        let (name, reason, now) = (message.name.clone(), format!("{error:#}"), self.clock.now());
        if message.attempt >= self.max_attempts {
            self.db
                .write(move |conn| Ok(jobs::set_aside(conn, &name, &reason, now)?))
                .await?;
            return Ok(Next::SetAside);
        }
        let due = now.plus(back_off(message.attempt));
        self.db
            .write(move |conn| Ok(jobs::postpone(conn, &name, &reason, due)?))
            .await?;
        Ok(Next::RetryAt(due))
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
