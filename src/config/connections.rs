//! The settings of connections: how many at once, and how slow they may be.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// More of anything than any machine has.
const MOST: usize = 1_000_000;

/// How many connections and uploads at once, and how slow they may be.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connections {
    /// Connections at once; when all are taken, one of who holds most gives way to the next.
    pub most: usize,
    /// Connections at once from one address; more are closed at once. A trusted proxy may have them all.
    pub most_per_address: usize,
    /// Seconds within which the head of a request has to be there, counted from the end of the answer before.
    pub idle_seconds: u32,
    /// Seconds within which the body of a request, or the reader of an answer, has to get on.
    pub stall_seconds: u32,
    /// Forms that are larger than a text can be, at once, of everybody.
    pub uploads: usize,
    /// The same, of one user.
    pub uploads_per_user: usize,
}

impl Connections {
    pub(super) fn check(&self) -> Result<()> {
        for (name, value) in [
            ("most", self.most),
            ("most_per_address", self.most_per_address),
            ("idle_seconds", self.idle_seconds as usize),
            ("stall_seconds", self.stall_seconds as usize),
            ("uploads", self.uploads),
            ("uploads_per_user", self.uploads_per_user),
        ] {
            ensure!(
                (1..=MOST).contains(&value),
                "The setting connections.{name} must be above 0 and at most {MOST}"
            );
        }
        Ok(())
    }

    /// The time within which the head of a request has to be there.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds.into())
    }

    /// The time within which a body or a reader has to get on.
    pub fn stall(&self) -> Duration {
        Duration::from_secs(self.stall_seconds.into())
    }
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            most: 512,
            most_per_address: 128,
            idle_seconds: 60,
            stall_seconds: 30,
            uploads: 32,
            uploads_per_user: 8,
        }
    }
}
