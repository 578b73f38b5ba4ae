//! Notices what other processes change, such as a command or a worker, while somebody listens for events. What this process
//! writes is noticed when it is written.

use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::db::{CommitWatch, Db};
use crate::events::EventHub;
use crate::jobs::runner::{Job, Next};

/// How often, while somebody listens.
const EVERY: Duration = Duration::from_millis(200);

/// Looks whether anything was committed.
pub struct WatchCommits {
    db: Db,
    events: EventHub,
    watch: Option<CommitWatch>,
}

impl WatchCommits {
    /// Looks at this database for the listeners of this hub.
    pub fn new(db: Db, events: EventHub) -> Self {
        Self {
            db,
            events,
            watch: None,
        }
    }
}

impl Job for WatchCommits {
    const FAILURE: &'static str = "could not look for changes of other processes";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        if !self.events.is_heard() {
            self.watch = None;
            return Ok(Next::Idle);
        }
        match &mut self.watch {
            Some(watch) => {
                if watch.has_changed()? || self.events.is_behind() {
                    self.events.catch_up(watch.connection());
                }
            }
            none => {
                let watch = none.insert(self.db.watch_commits()?);
                self.events.catch_up(watch.connection());
            }
        }
        Ok(Next::Wait(EVERY))
    }

    async fn woken(&self) {
        self.events.first_listener().await;
    }
}
