//! Deletes events that are too old to be resumed from.

use std::time::Duration;

use anyhow::Result;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::db::Db;
use crate::domain::events;
use crate::jobs::runner::{Job, Next};

const EVERY: Duration = Duration::from_secs(10 * 60);

/// Deletes old events, some at a time.
pub struct PruneEvents {
    pub db: Db,
    pub clock: Clock,
}

impl Job for PruneEvents {
    const FAILURE: &'static str = "could not delete old events";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        let now = self.clock.now();
        let pruned = self
            .db
            .write_making_room(move |conn| Ok(events::prune(conn, now)?));
        Ok(if pruned.await? {
            Next::Again
        } else {
            Next::Wait(EVERY)
        })
    }
}
