//! Makes notices of what has happened, for those whom it concerns.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::sync::Notify;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::db::{Connection, Db};
use crate::domain::{notice_work, notifying};
use crate::jobs::runner::{Job, Next};

/// What other processes have written is noticed this late.
const EVERY: Duration = Duration::from_secs(60);

/// What happens within this time of the first is told in one transaction: one each would cost as much as what they tell of.
const TOGETHER: Duration = Duration::from_millis(250);

/// Wakes the job; clones share it.
#[derive(Clone, Default)]
pub struct NoticeWake(Arc<Notify>);

impl NoticeWake {
    /// Called when something is durable: wakes the job if it is to be told.
    pub fn look(&self, conn: &Connection) {
        // What can't be read now is found by the next look.
        if notice_work::is_any(conn).unwrap_or(true) {
            self.0.notify_one();
        }
    }
}

/// Makes notices, some at a time.
pub struct MakeNotices {
    pub db: Db,
    pub clock: Clock,
    pub wake: NoticeWake,
    /// Wakes what sends push messages.
    pub pushes: Arc<Notify>,
}

impl Job for MakeNotices {
    const FAILURE: &'static str = "could not make notices";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        let is_any = self.db.read(|conn| Ok(notice_work::is_any(conn)?)).await?;
        if !is_any {
            return Ok(Next::Wait(EVERY));
        }
        let now = self.clock.now();
        let notify = move |conn: &Connection| Ok(notifying::notify(conn, now)?);
        let has_more = self.db.write(notify).await?;
        self.pushes.notify_one();
        Ok(if has_more {
            Next::Again
        } else {
            Next::Wait(EVERY)
        })
    }

    async fn woken(&self) {
        self.wake.0.notified().await;
        sleep(TOGETHER).await;
    }
}
