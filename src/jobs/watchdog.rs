//! Shows the service manager that the process still works, if it wants to know: it restarts one that doesn't.
//!
//! A sign of life from a thread of its own would prove nothing. This one comes from the runtime that answers requests, after
//! the database has answered.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::db::Db;
use crate::jobs::runner::{Job, Next};
use crate::process::service::{self, State};

/// Gives signs of life.
pub struct Watchdog {
    /// `None` for a worker without a database.
    db: Option<Db>,
    /// A third of the time within which one must come: waiting and checking take at most two.
    pause: Duration,
}

impl Watchdog {
    /// `None` if the service manager wants no signs of life.
    pub fn new(db: Option<Db>) -> Option<Self> {
        let pause = service::watchdog()? / 3;
        Some(Self { db, pause })
    }
}

impl Job for Watchdog {
    const FAILURE: &'static str =
        "the process seems to hang; if that lasts, the service manager restarts it";

    async fn step(&mut self, _: &CancellationToken) -> Result<Next> {
        if let Some(db) = &self.db {
            timeout(self.pause, db.check_responsive())
                .await
                .context("The database doesn't answer")??;
        }
        service::notify(State::Alive);
        Ok(Next::Wait(self.pause))
    }
}
